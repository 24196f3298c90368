"""What `verify` says of a CDR: whether it agrees, where it differs and by how much, or why that cannot be told."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cdrs import MAKERS, TARIFF, Cdr, cdr_211, cdr_221, cdr_230, cdr_reserved, loads, period, text
from strategies_pick import instant_us

import rating
from rating import Tariffs, parse_ocpi_tariff, verify, verify_each
from rating.desk.verify import Verdict


def cost(before: str, after: str | None = None) -> Cdr:
    return {"excl_vat": Decimal(before)} | ({} if after is None else {"incl_vat": Decimal(after)})


def differing(verdict: Verdict) -> dict[tuple[str, str], Fraction | None]:
    return {(check.key, check.side): check.difference for check in verdict.totals if not check.agrees}


@pytest.mark.parametrize("make", MAKERS)
def test_right_ones_agree(make: Any) -> None:
    verdict = verify(text(make()))
    assert verdict.outcome == "agrees", verdict.text
    assert verdict
    assert differing(verdict) == {}
    assert verdict.causes == ()
    assert all(each.agrees for each in verdict.periods)


def test_each_number_is_told() -> None:
    wrong = cdr_221(
        total_cost=cost("8.60", "10.30"), total_energy=Decimal("10.1"), total_parking_cost=cost("1.50", "1.816"),
        total_parking_time=Decimal("0.6"), total_time=Decimal("1.01"),
    )  # fmt: skip
    verdict = verify(text(wrong))
    assert verdict.outcome == "differs"
    assert differing(verdict) == {
        ("total_cost", "before_tax"): Fraction(1, 10),
        ("total_cost", "after_tax"): Fraction(1, 100),  # 10.285 is 10.29
        ("total_parking_cost", "after_tax"): Fraction(1, 1000),
        ("total_energy", "kwh"): Fraction(1, 10),
        ("total_parking_time", "hours"): Fraction(1, 10),
        ("total_time", "hours"): Fraction(1, 100),
    }
    exact = {check.key: check.exact for check in verdict.totals if check.side == "after_tax"}
    assert exact["total_cost"] == Fraction("10.285")


def test_energy_and_times_that_differ_are_told_as_they_are() -> None:
    periods = [period("2026-03-02T16:45:00Z", ENERGY=Decimal("12.345"), TIME=Decimal("0.3333"))]
    start = {"start_date_time": "2026-03-02T16:45:00Z", "end_date_time": "2026-03-02T17:05:00Z"}
    wrong = {"total_energy": Decimal("12.5"), "total_time": Decimal("0.5")}
    cdr = {key: value for key, value in cdr_221().items() if not key.startswith("total_")}
    verdict = verify(text({**cdr, **start, **wrong, "charging_periods": periods, "total_cost": cost("8.18")}))
    assert [(check.key, check.difference) for check in verdict.totals if not check.agrees] == [
        ("total_energy", Fraction("0.155")), ("total_time", Fraction("0.1667")),
    ]  # fmt: skip
    assert "total_energy           12.5  kWh: 0.155 too much, expected 12.345\n" in verdict.text
    assert "total_time              0.5  h: 0.1667 too much, expected 0.3333\n" in verdict.text
    near = {**cdr, **start, "charging_periods": periods, "total_cost": cost("8.18"), "total_energy": Decimal("12.35")}
    assert differing(verify(text(near))) == {}  # as it is rounded


@pytest.mark.parametrize(
    ("printed", "agrees"),
    [("10.29", True), ("10.285", True), ("10.2850", True), ("10.28", False), ("10.3", False), ("10.2849", False),
     ("10.28500000001", True), ("10.2851", False)],
)  # fmt: skip
def test_at_the_decimals_that_are_printed(printed: str, agrees: bool) -> None:
    assert bool(verify(text(cdr_221(total_cost=cost("8.5", printed))))) is agrees


def test_trailing_zeros_are_not_printed_by_all() -> None:
    assert verify(text(cdr_221(total_cost=cost("8.5"))))
    assert not verify(text(cdr_221(total_cost=cost("9"))))  # which is 9.00, not 8.50 rounded


def test_a_tariff_of_ones_own() -> None:
    own = rating.load_tariffs("tariffs/per-kwh.yaml")
    gross = verify(text(cdr_221(total_cost=cost("3.22", "3.90"))), own)
    assert gross.tariff_id == "per-kwh"
    assert set(differing(gross)) == {
        (f"total_{kind}_cost", side) for kind in ("fixed", "energy", "time", "parking") for side in ("before_tax",)
    } | {("total_parking_cost", "after_tax")}
    other = TARIFF | {"elements": TARIFF["elements"][:1], "id": "T-9"}
    for tariff in (other, text(other), rating.Tariffs(())):
        if isinstance(tariff, rating.Tariffs):
            with pytest.raises(rating.InputError):
                verify("nothing.json", tariff)
        else:
            assert verify(text(cdr_221()), tariff).tariff_id == "T-9"
    with pytest.raises(rating.TariffError):
        verify(text(cdr_221()), {"id": "x"})
    with pytest.raises(rating.TariffError):
        verify(text(cdr_221()), 7)  # type: ignore[arg-type]


def test_a_period_that_should_be_cut() -> None:
    """16:30 to 17:30 at 10 kWh: five of them before the peak, five in it; all in one period."""
    one = {**period("2026-03-02T15:30:00Z", ENERGY=10, TIME=1), "tariff_id": "T-1"}
    right = cdr_221(
        start_date_time="2026-03-02T15:30:00Z", end_date_time="2026-03-02T16:30:00Z", charging_periods=[one],
        total_cost=cost("6.00"), total_energy_cost=cost("4.90"), total_time_cost=cost("0.60"),
        total_parking_cost=None, total_parking_time=None,
    )  # fmt: skip
    cut = verify(text(right))
    assert cut.outcome == "agrees", cut.text
    (told,) = cut.periods
    assert told.cut_at_us == (instant_us("2026-03-02T16:00:00Z"),)
    assert (told.cost, told.as_cut_cost, told.difference) == (Fraction("5.5"), Fraction("3.9"), Fraction("-1.6"))
    assert told.elements == ("element 3", "element 2")
    assert not told.agrees
    assert "Period 1, from 2026-03-02T15:30:00Z, should be cut at 2026-03-02T16:00:00Z" in cut.text
    # A partner who did not cut it: 0.50 + 3.90.
    whole = right | {"total_cost": cost("4.40"), "total_energy_cost": cost("3.90"), "total_time_cost": cost("0")}
    verdict = verify(text(whole))
    assert verdict.outcome == "differs"
    assert (verdict.causes[0].code, verdict.causes[0].explains_all) == ("not_cut", True)
    uncut = verify(text(whole), as_cut=True)
    assert uncut.outcome == "agrees"
    assert uncut.text.startswith("CDR C-1 by tariff T-1, each period whole at the prices of its start: agrees\n")
    assert "It agrees only without cuts: the operator did not cut periods where a price changes" in uncut.text
    assert "agrees only" not in verify(text(cdr_221()), as_cut=True).text
    backwards = verify(text(right), as_cut=True)
    assert [cause.code for cause in backwards.causes] == ["cut_anew"]


def test_more_time_than_there_was() -> None:
    cdr = cdr_221()
    cdr["charging_periods"][1]["dimensions"][0]["volume"] = Decimal("0.55")
    verdict = verify(text(cdr))
    assert verdict.outcome == "differs"
    assert [(fault.code, str(fault.place)) for fault in verdict.problems] == [
        ("cdr_volume", "cdrs: charging_periods[1]")
    ]


def test_a_credit_takes_back_what_was_billed() -> None:
    credit = cdr_221(credit=True, credit_reference_id="C-0", total_cost=cost("-8.50", "-10.29"))
    assert verify(text(credit))
    assert not verify(text(credit | {"total_cost": cost("8.50", "10.29")}))
    assert verify(text(credit | {"total_fixed_cost": cost("-0.50")}))


def test_a_credit_whose_total_is_positive_is_told_its_sign() -> None:
    verdict = verify(text(cdr_221(credit=True, credit_reference_id="C-0")))
    assert verdict.outcome == "differs"
    assert [str(fault) for fault in verdict.problems] == [
        "cdrs: total_cost: cdr_credit: read `8.50`, expected a negative one: a credit CDR's total_cost is negative, "
        "for it gives back what was billed; write -8.50, or delete `credit` where nothing is given back"
    ]
    assert "total_cost is negative" in verdict.text
    assert "Why is not known" not in verdict.text


def test_how_to_give_the_tariff_is_said() -> None:
    (fault,) = verify(text(cdr_211(tariffs=[]))).problems
    assert fault.fix == (
        "give the one tariff that prices it (--tariff FILE, tariff=), or give a CDR that carries it in `tariffs`"
    )
    (fault,) = verify(text(cdr_221(tariffs=[]))).problems
    assert fault.fix == (
        "load that tariff, give the one tariff that prices it (--tariff FILE, tariff=), "
        "or give a CDR that carries it in `tariffs`"
    )


def test_a_reservation() -> None:
    verdict = verify(text(cdr_reserved()))
    assert verdict.outcome == "agrees", verdict.text
    assert [each.cost for each in verdict.periods] == [Fraction("1.25"), Fraction(5)]


CANNOT: list[tuple[str, Cdr, dict[str, Any]]] = [
    ("cdr_tariff", cdr_211(tariffs=[]), {}),
    ("unknown_tariff", cdr_221(tariffs=[]), {}),
    ("time_zone", cdr_221(cdr_location={"country": "AUS"}), {}),
    ("cdr_currency", cdr_221(currency="CHF"), {}),
    ("missing_key", {}, {}),
    ("unknown_key", cdr_221(tariffs=[TARIFF | {"element": []}]), {}),
    ("cdr_volume", cdr_221(charging_periods=[period("2026-03-02T16:45:00Z", TIME=1)]), {}),
    ("cdr_volume", cdr_221(charging_periods=[period("2026-03-02T16:45:00Z", ENERGY=10)]), {}),
    ("cdr_cost", cdr_221(**{key: None for key in cdr_221() if key.endswith("_cost")}), {}),
    ("no_version", cdr_221(tariffs=[TARIFF | {"start_date_time": "2026-04-01T00:00:00Z"}]), {}),
    ("negative_energy", cdr_221(charging_periods=[period("2026-03-02T16:45:00Z", ENERGY=-1, TIME=1, PARKING_TIME=0)]),
     {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "cdr", "options"), CANNOT)
def test_what_cannot_be_verified(code: str, cdr: Cdr, options: Any) -> None:
    verdict = verify(text(cdr), **options)
    assert verdict.outcome == "cannot", verdict.text
    assert code in [fault.code for fault in verdict.problems]
    assert "cannot be verified" in verdict.text


def test_current_that_nobody_told() -> None:
    element = {**TARIFF["elements"][0], "restrictions": {"min_current": 16}}
    verdict = verify(text(cdr_221(tariffs=[TARIFF | {"elements": [element]}])))
    assert (verdict.outcome, [fault.code for fault in verdict.problems]) == ("cannot", ["missing_column"])


def test_a_tax_whose_rate_is_not_known() -> None:
    # 2.1.1 has no VAT: the total before it agrees, of the one after it nothing is said.
    assert verify(text(cdr_211()))
    tariff = TARIFF | {"tax_included": "YES"}
    tariff["elements"] = [{"price_components": [{"type": "ENERGY", "price": 1, "step_size": 1}]}]
    cdr = cdr_230(tariffs=[tariff], **{key: None for key in cdr_221() if key.endswith("_cost")})
    unknown = verify(text(cdr | {"total_cost": {"before_taxes": 10}}))
    assert (unknown.outcome, [fault.code for fault in unknown.problems]) == ("cannot", ["cdr_cost"])
    known = verify(text(cdr | {"total_cost": {"before_taxes": 8, "taxes": [{"name": "VAT", "amount": 2}]}}))
    assert known.outcome == "agrees"
    assert "cannot be told, for the rate of a tax is not known" in known.text


def test_one_cdr_or_many() -> None:
    many = [loads(text(make())) for make in MAKERS]
    assert [verdict.outcome for verdict in verify_each(many)] == ["agrees"] * len(many)
    with pytest.raises(rating.InputError):
        verify(many)
    with pytest.raises(rating.InputError):
        verify([])
    verdicts = list(verify_each(f"{text(cdr_221())}\n{{broken"))
    assert [verdict.outcome for verdict in verdicts] == ["agrees", "cannot"]
    assert str(verdicts[1].place).startswith("cdrs:2")


def test_extensions_are_named() -> None:
    verdict = verify(text(cdr_221(vendor=1)))
    assert verdict.extensions == ("vendor",)
    assert "without a bearing on the price: vendor" in verdict.text


def test_in_words() -> None:
    verdict = verify(text(cdr_221(total_cost=cost("8.60", "10.41"), total_parking_cost=None)))
    assert verdict.text == (
        "CDR C-1 by tariff T-1: differs\n"
        "  total_cost before tax          8.60  EUR: 0.10 too much, expected 8.50\n"
        "  total_cost after tax          10.41  EUR: 0.12 too much, expected 10.29\n"
        "  total_fixed_cost before tax    0.50  EUR: agrees\n"
        "  total_energy_cost before tax   5.90  EUR: agrees\n"
        "  total_time_cost before tax     0.60  EUR: agrees\n"
        "  total_energy                     10  kWh: agrees\n"
        "  total_time                        1  h: agrees\n"
        "  total_parking_time              0.5  h: agrees\n"
        "  Why is not known."
    )


def test_a_tariff_from_a_file(tmp_path: Path) -> None:
    """A path, as for `load_tariffs`; text that begins like JSON is a tariff itself."""
    path = tmp_path / "tariff.json"
    path.write_text(text(TARIFF), encoding="utf-8")
    cdr = text(cdr_221(tariffs=[]))
    for source in (path, str(path), tmp_path, [path], text(TARIFF), f" {text(TARIFF)}", text(TARIFF).encode()):
        assert verify(cdr, source).outcome == "agrees"
    assert verify(cdr, "tariffs/per-kwh.yaml").tariff_id == "per-kwh"
    assert verify(cdr, [path, "tariffs/per-kwh.yaml"]).tariff_id == "T-1"
    with pytest.raises(rating.TariffError) as caught:
        verify(cdr, tmp_path / "F.yaml")
    assert [fault.code for fault in caught.value.faults] == ["no_file"]
    with pytest.raises(rating.TariffError):
        verify(cdr, 7)  # type: ignore[arg-type]


def test_of_several_tariffs_the_one_with_its_id_goes_before_what_the_cdr_carries():
    """CDRs are checked against the prices that were agreed; where none has the id the verdict says so."""
    text = json.dumps(CARRIED)
    assert verify(text).outcome == "agrees"
    other = parse_ocpi_tariff(OCPI | {"id": "another"})
    agreed = parse_ocpi_tariff(OCPI | {"elements": [{"price_components": [{"type": "ENERGY", "price": 0.10}]}]})
    ours = verify(text, Tariffs((agreed, other)))
    assert (ours.outcome, ours.ours_unused) == ("differs", False)
    none = verify(text, Tariffs((other, replace(other, id="third"))))
    assert (none.outcome, none.ours_unused) == ("agrees", True)
    assert none.text.startswith("CDR 1 by its own tariff 12 (none of those given has its id): agrees")


OCPI = {
    "id": "12",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.40}]}],
    "last_updated": "2026-01-01T00:00:00Z",
}
CARRIED = {
    "id": "1",
    "currency": "EUR",
    "start_date_time": "2026-01-01T10:00:00Z",
    "end_date_time": "2026-01-01T11:00:00Z",
    "tariffs": [OCPI],
    "charging_periods": [
        {"start_date_time": "2026-01-01T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 10}], "tariff_id": "12"}
    ],
    "total_energy": 10,
    "total_time": 1,
    "total_cost": {"excl_vat": 4.00},
}
