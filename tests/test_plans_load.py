"""Where plans and coupons come from, and what is read of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rating.errors import Place, TariffError
from rating.tariff.load import load_tariffs, parse_coupon, parse_plan, parse_tariff
from rating.tariff.model import Price, PriceLimit, Rounding, Tax
from rating.tariff.plans import ALL_DIMENSIONS, Allowance, Cap, Coupon, Discount, Fee, Loyalty, Period, Points, Tier
from rating.units import US_PER_MIN

EXAMPLES = Path(__file__).parent.parent / "tariffs"
FOUND = load_tariffs(EXAMPLES).plans
TARIFF = "tariff: {}\ncurrency: EUR\nversions:\n  - elements:\n      - energy: 0.39/kWh\n"
PLAN = "plan: {}\ncurrency: EUR\ntime_zone: Europe/Amsterdam\n"
COUPON = "coupon: {}\ncurrency: EUR\ntime_zone: Europe/Amsterdam\npercent: 10\n"


def faults_of(source: object) -> list[str]:
    with pytest.raises(TariffError) as caught:
        load_tariffs(source)  # type: ignore[arg-type]
    return [str(fault) for fault in caught.value.faults]


def test_a_membership() -> None:
    member, start = FOUND["gold"].discounts
    assert member == Discount("member", 100_000, dimensions=frozenset({"energy"}))
    # A price per session is taken from prices per session.
    both = frozenset({"flat", "reservation_flat"})
    assert start == Discount("harbour start", price=Price(250_000, "session"), tariffs=("harbour-*",), dimensions=both)
    assert FOUND["gold"].place == Place((EXAMPLES / "gold.yaml").as_posix(), 3, 7)
    assert member.place == Place((EXAMPLES / "gold.yaml").as_posix(), 9, 5)


def test_a_subscription() -> None:
    plan, joined = FOUND["flex-100"], Period("month", "start")
    assert (plan.fee, plan.tax, plan.rounding) == (Fee(9_900_000, joined), Tax.one("VAT", 210_000, True), None)
    energy, parking = plan.allowances
    dimensions = frozenset[str]
    assert energy == Allowance(
        "included energy", "energy", 100_000_000, "kWh", joined, 50_000_000, dimensions=dimensions({"energy"})
    )  # type: ignore[arg-type]
    assert (parking.name, parking.of, parking.amount, parking.unit, parking.carry_max) == (
        *("included parking time", "parking_time", 60 * US_PER_MIN, "min"),
        0,
    )
    assert parking.dimensions == {"parking_time"}


def test_loyalty_and_points() -> None:
    plan = FOUND["frequent"]
    five = Discount("frequent", 50_000)
    cents = Discount("frequent", price=Price(30_000, "kWh"), dimensions=frozenset({"energy"}))
    assert plan.loyalty == (Loyalty("frequent", "sessions", None, 30, (Tier(10, five), Tier(20, cents))),)
    assert plan.points == Points("points", "spend", 1, 1_000_000, 10_000)


def test_caps() -> None:
    day, month = FOUND["day-cap"].caps
    assert day == Cap("day cap", Period("day"), PriceLimit(None, 25_000_000))
    assert month == Cap("month cap", Period("month"), PriceLimit(None, 200_000_000))


def test_a_coupon() -> None:
    assert FOUND.coupons["SPRING26"] == Coupon(
        id="SPRING26",
        currency="EUR",
        minor_micro=10_000,
        time_zone="Europe/Amsterdam",
        discount=Discount("Spring", amount_micro=5_000_000),
        name="Spring",
        valid_from=date(2026, 3, 1),
        valid_until=date(2026, 6, 1),
        uses_max=1_000,
        uses_per_account_max=1,
        min_spend_micro=10_000_000,
    )


def test_what_is_left_out() -> None:
    plan = parse_plan(PLAN.format("bare"))
    assert (plan.fee, plan.tax, plan.points, plan.rounding) == (None, None, None, None)
    assert (plan.allowances, plan.discounts, plan.loyalty, plan.caps) == ((), (), (), ())
    more = (
        "tax: none\nrounding: {mode: half_even}\nfee: 1/week\nallowances:\n  - {sessions: 4, per: month}\n"
        "discounts:\n  - {percent: 1}\n  - {price: 0.01/min}\n"
        "loyalty:\n  - {by: energy, per: day, dimensions: time, tiers: [{from: 1 kWh, percent: 1}]}\n"
    )
    plan = parse_plan(PLAN.format("bare") + more)
    assert (plan.tax, plan.rounding, plan.fee) == (None, Rounding("half_even", 10_000), Fee(1_000_000, Period("week")))
    assert (plan.allowances[0].name, plan.allowances[0].dimensions) == ("included sessions", ALL_DIMENSIONS)
    assert [each.name for each in (*plan.discounts, *plan.loyalty)] == ["discount 1", "discount 2", "loyalty 1"]
    assert plan.discounts[0].dimensions == ALL_DIMENSIONS
    assert plan.discounts[1].dimensions == {"time", "parking_time", "reservation_time"}
    assert plan.loyalty[0].tiers[0].discount.dimensions == {"time"}
    coupon = parse_coupon(COUPON.format("FREE"))
    assert (coupon.discount.name, coupon.valid_from, coupon.uses_max, coupon.min_spend_micro) == (
        *("coupon FREE", None, None),
        0,
    )


def test_a_folder_of_plans_alone_is_fine(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PLAN.format("gold"))
    found = load_tariffs(tmp_path)
    assert (len(found), list(found.plans), list(found.plans.coupons)) == (0, ["gold"], [])
    (tmp_path / "a.yaml").write_text(COUPON.format("SPRING26"))
    found = load_tariffs(tmp_path)
    assert (len(found), list(found.plans), list(found.plans.coupons)) == (0, [], ["SPRING26"])


def test_tariffs_plans_and_coupons_may_have_the_same_id(tmp_path: Path) -> None:
    for name, text in (("a", TARIFF), ("b", PLAN), ("c", COUPON)):
        (tmp_path / f"{name}.yaml").write_text(text.format("one"))
    found = load_tariffs(tmp_path)
    assert (list(found), list(found.plans), list(found.plans.coupons)) == (["one"], ["one"], ["one"])


def test_the_same_id_in_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("a", PLAN), ("b", PLAN), ("c", COUPON), ("d", COUPON)):
        Path(f"{name}.yaml").write_text(text.format("twin"))
    assert faults_of(".") == [
        "b.yaml:1:7: plan_id: read `twin`, expected an id that no other file has; "
        "a.yaml:1:7 has it already: rename one of the two",
        "d.yaml:1:9: coupon_id: read `twin`, expected a code that no other file has; "
        "c.yaml:1:9 has it already: rename one of the two",
    ]


def test_the_first_key_may_stand_anywhere() -> None:
    assert parse_plan("currency: EUR\ntime_zone: UTC\nplan: late").id == "late"


@pytest.mark.parametrize(
    ("text", "meant"), [("plann: a", "plan"), ("Coupon: A", "coupon"), ("id: a\nuses: 3", "coupon")]
)
def test_a_first_key_that_is_misspelt_is_told(text: str, meant: str) -> None:
    with pytest.raises(TariffError, match=f"did you mean `{meant}`"):
        parse_plan(text)


def test_what_is_something_else_is_refused() -> None:
    with pytest.raises(TariffError, match="file_kind: read `a plan`, expected a tariff"):
        parse_tariff(PLAN.format("gold"))
    with pytest.raises(TariffError, match="file_kind: read `a coupon`, expected a plan"):
        parse_plan(COUPON.format("gold"))
    with pytest.raises(TariffError, match="file_kind: read `a tariff`, expected a coupon"):
        parse_coupon(TARIFF.format("gold"))


def test_the_hash_follows_the_meaning_and_not_the_form() -> None:
    one = PLAN.format("x") + "discounts:\n  - {percent: 10}\nfee: 9.90/month\n"
    same = (
        "{plan: x, fee: {price: 9.9 / month, anchor: calendar}, discounts: [percent: 10.0], notes: y, currency: EUR, "
    )
    assert parse_plan(one) == parse_plan(same + "time_zone: Europe/Amsterdam}")
    others = [
        one.replace("10", "11"),
        one.replace("month", "week"),
        one.replace("Amsterdam", "Paris"),
        one.replace("percent: 10", "percent: 10, dimensions: energy"),
        one.replace("percent: 10", "percent: 10, tariffs: a"),
        one + "caps: [{per: day, max: {after_tax: 1}}]",
    ]
    assert len({parse_plan(text).hash for text in [one, *others]}) == len(others) + 1


@pytest.mark.parametrize(("key", "meant"), [("kupon", "coupon"), ("cupon", "coupon"), ("plann", "plan")])
def test_a_first_key_that_comes_near_is_told_what_was_meant(tmp_path: Path, key: str, meant: str) -> None:
    (tmp_path / "a.yaml").write_text(f"{key}: A\ncurrency: EUR\ntime_zone: Europe/Berlin\n")
    with pytest.raises(TariffError, match=f"unknown_key: read `{key}`, .*; did you mean `{meant}`"):
        load_tariffs(tmp_path)
