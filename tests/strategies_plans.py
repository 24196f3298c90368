"""What Hypothesis draws of plans and coupons: everything that their YAML can say, for tariffs that are given.

`plans(tariffs)` draws one plan, `coupons(tariffs)` one coupon, `offers(tariffs)` some of both as `Plans`. With an
anchor, validities lie near it and the zone is mostly its own. Amounts lie near what drawn sessions use and cost, so
that allowances run out, tiers and caps are reached and discounts meet nothing to take from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st
from strategies import MODES, TAX_PPM
from strategies_full import rates
from strategies_pick import ANCHORS, Anchor, Pick, hypothesis_pick

from rating.tariff.model import UNIT_SIZES, LineDimension, Price, PriceLimit, Rounding, Tariff, Tax
from rating.tariff.plans import (
    ALL_DIMENSIONS,
    ALL_TARIFFS,
    Allowance,
    AllowedName,
    AnchorName,
    Cap,
    CountName,
    Coupon,
    Discount,
    Fee,
    Loyalty,
    Period,
    PeriodName,
    Plan,
    Plans,
    Points,
    Tier,
)
from rating.units import LIMIT_MAX_MICRO, LINE_DIMENSIONS, MICRO_PER_UNIT, US_PER_H, US_PER_MIN

PERS: list[PeriodName] = ["month", "month", "week", "day", "day", "year"]
PERCENTS_PPM = [50_000, 100_000, 100_000, 200_000, 250_000, 500_000, 125_000, 1_000_000, 0, 333_333, 1]
# What one unit of a price per unit can be taken from; `model.UNITS_OF` has no reservations.
DIMENSIONS_OF_UNIT: dict[str, frozenset[LineDimension]] = {
    **dict.fromkeys(("kWh", "Wh"), frozenset[LineDimension](("energy",))),
    **dict.fromkeys(("h", "min", "s"), frozenset[LineDimension](("time", "parking_time", "reservation_time"))),
    "session": frozenset[LineDimension](("flat", "reservation_flat")),
}
UNITS = [("kWh", 1), ("kWh", 1), ("kWh", 1), ("Wh", 1), ("kWh", 10), ("h", 1), ("min", 1), ("min", 15), ("session", 1)]
ALLOWED: list[AllowedName] = ["energy", "energy", "energy", "time", "parking_time", "sessions", "sessions"]
# Amounts as they are written: a whole number and its unit.
ENERGIES = [(1, "kWh"), (5, "kWh"), (10, "kWh"), (20, "kWh"), (500, "Wh"), (1, "Wh"), (12_345, "Wh"), (100, "kWh")]
TIMES = [(15, "min"), (30, "min"), (1, "h"), (90, "min"), (600, "min"), (7, "s"), (1, "s"), (5, "h")]
TIER_STEPS: dict[CountName, list[int]] = {
    "sessions": [1, 1, 2, 3],
    "energy": [5_000_000, 10_000_000, 20_000_000, 1_000, 333_000],
    "spend": [5_000_000, 10_000_000, 20_000_000, 10_000, 1],
}
DEFAULT_ALLOWANCES: dict[AllowedName, str] = {
    "energy": "included energy",
    "time": "included time",
    "parking_time": "included parking time",
    "sessions": "included sessions",
}
WORDS = ["Gold", "off-site", "a, b", "ten: more", "frequent", "5 %"]


def patterns(pick: Pick, tariffs: Sequence[Tariff]) -> tuple[str, ...]:
    """All tariffs, one, some of them, or now and then none."""
    kind = pick.below(5)
    if kind < 2:
        return ALL_TARIFFS
    id_ = pick.of(tariffs).id
    if kind == 2:
        return (id_,)
    if kind == 3:
        return (f"{id_[: pick.between(1, len(id_))]}*", "nowhere-*")
    return (pick.of(["nowhere-*", f"{id_[:-1]}?", f"*{id_[-1]}"]),)


def period(pick: Pick) -> Period:
    anchors: list[AnchorName] = ["calendar", "start"]
    return Period(pick.of(PERS), pick.of(anchors))


def named(pick: Pick, default: str, taken: set[str]) -> str:
    """The name that is given where the author gives none, unless another part has it, or a name of their own."""
    name = pick.of(WORDS) if pick.one_in(4) else default
    while name in taken:
        name = f"{name} more"
    taken.add(name)
    return name


def dimensions(pick: Pick, out_of: frozenset[LineDimension] = ALL_DIMENSIONS) -> frozenset[LineDimension]:
    """All that can be named, or some of it."""
    if pick.below(2):
        return out_of
    return pick.some([name for name in LINE_DIMENSIONS if name in out_of], 1, 3)


def money(pick: Pick) -> int:
    """Above 0: some whole cents, a common amount, or any."""
    kind = pick.below(3)
    if kind == 0:
        return pick.of([1_000_000, 5_000_000, 500_000, 25_000_000, 1])
    return (1 + pick.below(1_000)) * 10_000 if kind == 1 else 1 + pick.below(20_000_000)


def unit_price(pick: Pick) -> Price:
    """So much off for each unit."""
    unit, count = pick.of(UNITS)
    amount = pick.of([50_000, 100_000, 30_000, 1_000_000, 0, 1, 333_333])
    return Price(amount, unit, count)


def discount(pick: Pick, name: str, tariffs: tuple[str, ...], with_amount: bool = False) -> Discount:
    """A part of the amount, an amount a unit, or one amount."""
    kind = pick.below(3 if with_amount else 2)
    if kind == 1:
        price = unit_price(pick)
        return Discount(name, None, price, None, tariffs, dimensions(pick, DIMENSIONS_OF_UNIT[price.unit]))
    if kind == 2:
        return Discount(name, None, None, money(pick), tariffs, dimensions(pick))
    return Discount(name, pick.of(PERCENTS_PPM), None, None, tariffs, dimensions(pick))


def allowance(pick: Pick, tariffs: Sequence[Tariff], taken: set[str]) -> Allowance:
    """Included energy, time or sessions, with what of it may be carried over: nothing, some, or all."""
    of = pick.of(ALLOWED)
    if of == "sessions":
        count, unit, size = pick.of([1, 1, 2, 4]), "session", 1
    else:
        count, unit = pick.of(ENERGIES if of == "energy" else TIMES)
        size = UNIT_SIZES[unit]
    carry = pick.of([0, 0, None, 1, 2, 3])
    covered = dimensions(pick) if of == "sessions" else frozenset[LineDimension]((of,))
    return Allowance(
        named(pick, DEFAULT_ALLOWANCES[of], taken),
        of,
        count * size,
        unit,
        period(pick),
        None if carry is None else carry * size,
        patterns(pick, tariffs),
        covered,
    )


def loyalty(pick: Pick, tariffs: Sequence[Tariff], name: str) -> Loyalty:
    """One to three tiers, in a period or over some days."""
    counts: list[CountName] = ["sessions", "sessions", "energy", "spend"]
    by = pick.of(counts)
    rolling = pick.one_in(2)
    covered = patterns(pick, tariffs)
    named_dimensions = dimensions(pick)
    tiers: list[Tier] = []
    at = pick.of([0, *TIER_STEPS[by]])
    for _ in range(pick.of([1, 2, 2, 3])):
        tiers.append(Tier(at, tier_discount(pick, name, covered, named_dimensions)))
        at += pick.of(TIER_STEPS[by])
    days = pick.of([30, 1, 2, 7, 366]) if rolling else 0
    return Loyalty(name, by, None if rolling else period(pick), days, tuple(tiers), covered)


def tier_discount(
    pick: Pick, name: str, covered: tuple[str, ...], named_dimensions: frozenset[LineDimension]
) -> Discount:
    """A part of the amounts, or so much a unit of those that have it."""
    price = unit_price(pick)
    units = DIMENSIONS_OF_UNIT[price.unit] & named_dimensions
    if units and pick.below(2):
        return Discount(name, None, price, None, covered, units)
    return Discount(name, pick.of(PERCENTS_PPM), None, None, covered, named_dimensions)


def points(pick: Pick, tariffs: Sequence[Tariff], taken: set[str]) -> Points:
    counts: list[CountName] = ["spend", "energy", "sessions"]
    by = pick.of(counts)
    sizes = {"spend": [MICRO_PER_UNIT, 10 * MICRO_PER_UNIT], "energy": [1_000_000, 1_000, 5_000_000], "sessions": [1]}
    worth = pick.of([10_000, 100_000, 1, 1_000_000, 333_333])
    name = named(pick, "points", taken)
    return Points(name, by, pick.of([1, 2, 10]), pick.of(sizes[by]), worth, patterns(pick, tariffs))


def cap(pick: Pick, tariffs: Sequence[Tariff], taken: set[str]) -> Cap:
    within = period(pick)
    most = pick.of([money(pick), money(pick), 25_000_000, 0, LIMIT_MAX_MICRO])
    side = PriceLimit(most, None) if pick.one_in(3) else PriceLimit(None, most)
    return Cap(named(pick, f"{within.per} cap", taken), within, side, patterns(pick, tariffs))


def zone_of(pick: Pick, anchor: Anchor) -> str:
    return pick.of(ANCHORS).zone if pick.one_in(6) else anchor.zone


def plan(pick: Pick, anchor: Anchor, tariffs: Sequence[Tariff], id_: str = "gold") -> Plan:
    """A plan of the currency of one of the tariffs, with zero to three of each part."""
    of = pick.of(tariffs)
    taken: set[str] = set()
    taxes: list[Tax | None] = [None, Tax.one("VAT", pick.of(TAX_PPM), True), Tax.one("VAT", pick.of(TAX_PPM), False)]
    taxes.append(Tax(rates(pick), bool(pick.below(2))))
    unit = pick.of([of.minor_micro, of.minor_micro, 5 * of.minor_micro])
    included = tuple(allowance(pick, tariffs, taken) for _ in range(pick.of([0, 1, 1, 2, 3])))
    discounts = tuple(
        discount(pick, named(pick, f"discount {index + 1}", taken), patterns(pick, tariffs))
        for index in range(pick.of([0, 1, 1, 2, 3]))
    )
    tiered = tuple(
        loyalty(pick, tariffs, named(pick, f"loyalty {index + 1}", taken)) for index in range(pick.of([0, 0, 1, 2]))
    )
    return Plan(
        id=id_,
        currency=of.currency,
        minor_micro=of.minor_micro,
        time_zone=zone_of(pick, anchor),
        name=pick.of(WORDS) if pick.one_in(3) else "",
        tax=pick.of(taxes),
        rounding=Rounding(pick.of(MODES), unit) if pick.one_in(3) else None,
        fee=Fee(pick.of([9_900_000, 0, money(pick)]), period(pick)) if pick.below(2) else None,
        allowances=included,
        discounts=discounts,
        loyalty=tiered,
        points=points(pick, tariffs, taken) if pick.one_in(3) else None,
        caps=tuple(cap(pick, tariffs, taken) for _ in range(pick.of([0, 0, 1, 2]))),
    )


def validity(pick: Pick, anchor: Anchor) -> tuple[date | int | None, date | int | None]:
    """From and until near the anchor: dates or instants, either, both or neither."""
    start, length = pick.between(-2, 2), pick.between(1, 4)

    def moment(days: int) -> date | int:
        if of_dates:
            return anchor.day + timedelta(days=days)
        return anchor.at_us + days * 24 * US_PER_H + pick.between(0, 60) * US_PER_MIN

    of_dates = bool(pick.below(2))
    kind = pick.below(4)
    return (moment(start) if kind & 1 else None), (moment(start + length) if kind & 2 else None)


def coupon(pick: Pick, anchor: Anchor, tariffs: Sequence[Tariff], code: str = "SPRING26") -> Coupon:
    """A coupon of the currency of one of the tariffs."""
    of = pick.of(tariffs)
    name = pick.of(WORDS) if pick.one_in(3) else ""
    valid_from, valid_until = validity(pick, anchor)
    uses = pick.of([1, 1, 2, 3, 1_000]) if pick.below(2) else None
    of_one = pick.of([1, 1, 2, 5]) if pick.below(2) else None
    return Coupon(
        id=code,
        currency=of.currency,
        minor_micro=of.minor_micro,
        time_zone=zone_of(pick, anchor),
        discount=discount(pick, name or f"coupon {code}", patterns(pick, tariffs), with_amount=True),
        name=name,
        valid_from=valid_from,
        valid_until=valid_until,
        uses_max=uses,
        uses_per_account_max=of_one if uses is None or of_one is None else min(uses, of_one),
        min_spend_micro=money(pick) if pick.one_in(3) else 0,
    )


def offer(pick: Pick, anchor: Anchor, tariffs: Sequence[Tariff], max_plans: int = 3, max_coupons: int = 3) -> Plans:
    """One plan or more, and coupons; every second time all of them depend on the meter alone."""
    drawn = [plan(pick, anchor, tariffs, f"plan-{index}") for index in range(pick.between(1, max_plans))]
    codes = [coupon(pick, anchor, tariffs, f"CODE{index}") for index in range(pick.between(0, max_coupons))]
    if pick.below(2):
        drawn, codes = list(map(metered_alone, drawn)), list(map(unlimited, codes))
    return Plans(tuple(drawn), tuple(codes))


def metered_alone(plan: Plan) -> Plan:
    """The plan without what depends on amounts or on time: what it gives can be told before any session is priced."""
    return replace(
        plan,
        allowances=tuple(each for each in plan.allowances if each.of == "energy"),
        loyalty=tuple(each for each in plan.loyalty if each.by != "spend"),
        points=None,
        caps=(),
    )


def unlimited(coupon: Coupon) -> Coupon:
    return replace(coupon, uses_max=None, uses_per_account_max=None)


@st.composite
def plans(draw: st.DrawFn, tariffs: Sequence[Tariff], anchor: Anchor | None = None, id_: str = "gold") -> Plan:
    """As `plan`, drawn by Hypothesis."""
    pick = hypothesis_pick(draw, full=True)
    return plan(pick, anchor or pick.of(ANCHORS), tariffs, id_)


@st.composite
def coupons(draw: st.DrawFn, tariffs: Sequence[Tariff], anchor: Anchor | None = None, code: str = "SPRING26") -> Coupon:
    """As `coupon`, drawn by Hypothesis."""
    pick = hypothesis_pick(draw, full=True)
    return coupon(pick, anchor or pick.of(ANCHORS), tariffs, code)


@st.composite
def offers(draw: st.DrawFn, tariffs: Sequence[Tariff], anchor: Anchor | None = None) -> Plans:
    """As `offer`, drawn by Hypothesis."""
    pick = hypothesis_pick(draw, full=True)
    return offer(pick, anchor or pick.of(ANCHORS), tariffs)
