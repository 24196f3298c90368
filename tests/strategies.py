"""What Hypothesis draws: tariffs and sessions of the whole domain, near the moments at which clocks do odd things.

`cases()` draws one tariff with one session, `networks()` several of both. Both share an anchor: a zone and an
instant in it, around which windows, dates, versions and intervals lie, so that boundaries and intervals meet.
What is drawn is written once, in functions of a `Pick`. Hypothesis picks where a failure should shrink; for runs of
a million, `random_network(seed)` draws the same domain some thirty times faster. With `full`, what `strategies_full`
adds is drawn too: every restriction, reservations, several taxes, and what sessions say of power, current and times.
In one tariff of three, prices of energy follow an index (`strategies_spot`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from strategies_full import completed, of_reservation, restricted, told
from strategies_pick import ANCHORS, Anchor, Pick, hypothesis_pick, random_pick
from strategies_spot import HOURS, followed

from rating.reference import Interval, Usage
from rating.reference.values import Activity
from rating.tariff.calendars import Calendar
from rating.tariff.model import (
    Component,
    DimensionName,
    Element,
    Price,
    PriceLimit,
    Rounding,
    RoundingMode,
    StepRound,
    Tariff,
    Tax,
    Version,
    When,
)
from rating.units import ENERGY_MAX_MWH, PRICE_MAX_MICRO, SESSION_MAX_US, US_PER_DAY, US_PER_H, US_PER_MIN, US_PER_S

CURRENCIES = [("EUR", 10_000), ("EUR", 10_000), ("CHF", 10_000), ("JPY", 1_000_000), ("KWD", 1_000)]
MINUTES = [0, 1, 60, 90, 120, 150, 180, 345, 420, 960, 1020, 1260, 1320, 1380, 1439]
LENGTHS = [
    0,
    1,
    US_PER_S,
    7 * US_PER_MIN,
    *[15 * US_PER_MIN] * 3,
    US_PER_H,
    90 * US_PER_MIN,
    5 * US_PER_H,
    26 * US_PER_H,
]
REGULAR = [5 * US_PER_MIN, 15 * US_PER_MIN, 15 * US_PER_MIN, 30 * US_PER_MIN, US_PER_H]
GAPS = [0, 0, 0, 0, 0, 1, US_PER_S, 10 * US_PER_MIN, 3 * US_PER_H]
# Odd counts whose least common multiple with every unit stays far below units.DENOMINATOR_MAX.
TIME_UNITS = [("s", 1), ("s", 30), ("min", 1), ("min", 1), ("min", 7), ("min", 15), ("h", 1), ("h", 1), ("h", 2)]
ENERGY_UNITS = [("kWh", 1), ("kWh", 1), ("kWh", 1), ("kWh", 10), ("kWh", 3), ("Wh", 1), ("Wh", 7)]
TIME_STEPS = [0, 0, US_PER_S, US_PER_MIN, 5 * US_PER_MIN, 7 * US_PER_MIN, 2 * US_PER_H]
ENERGY_STEPS = [0, 0, 1_000, 7_000, 100_000, 500_000, 1_000_000, 5_000_000]
GRACES = [0, 0, US_PER_S, 5 * US_PER_MIN, 15 * US_PER_MIN, 4 * US_PER_H]
TAX_PPM = [0, 50_000, 77_000, 99_750, 190_000, 210_000, 1_000_000]
DIMENSION_NAMES: tuple[DimensionName, ...] = ("energy", "time", "parking_time", "flat")
# What a parking price counts, beside all parked time.
PARKING = [None, None, "from_first_energy", "from_charging_end", "from_charging_end", "plugged_in", "plugged_in"]
ROUNDS: list[StepRound] = ["up", "up", "down", "nearest"]
MODES: list[RoundingMode] = ["half_up", "half_up", "half_even", "half_down", "up", "down"]
ACTIVITIES: list[Activity] = ["auto", "auto", "auto", "charging", "parked", "withheld"]
CENT = 10_000
Network = tuple[list[Tariff], list[tuple[str, Usage]]]


def price(pick: Pick) -> int:
    """A price or a limit in micro: a common one, whole cents, or any."""
    kind = pick.below(3)
    if kind == 0:
        return pick.of([0, 390_000, 590_000, 1, 333_333, 5_000_000])
    return pick.below(201) * CENT if kind == 1 else pick.below(2_000_001)


def when(pick: Pick, anchor: Anchor) -> When:
    """Restrictions, most of which begin or end near the anchor."""

    def near() -> date:
        return anchor.day + timedelta(days=pick.between(-3, 3))

    def minute() -> int:
        return pick.of(MINUTES) if pick.one_in(2) else pick.below(1440)

    start_min = minute() if pick.one_in(2) else None
    end_min = minute() + 1 if pick.one_in(2) else None
    if start_min is not None and end_min is not None and start_min == end_min % 1440:
        end_min = start_min % 1439 + 1
    start_date = near() if pick.one_in(4) else None
    end_date = near() if pick.one_in(4) else None
    if start_date and end_date and end_date <= start_date:
        end_date = start_date + timedelta(days=1)
    fair = pick.one_in(4)
    found = When(
        day_of_week=pick.some(range(7), 1, 6) if pick.one_in(3) else None,
        start_min=start_min,
        end_min=end_min,
        start_date=start_date,
        end_date=end_date,
        months=pick.some(range(1, 13), 4, 15) if pick.one_in(6) else None,
        holidays=Calendar("fair", listed=pick.some([anchor.day + timedelta(days=d) for d in range(-3, 4)], 1, 3))
        if fair
        else None,
        holidays_in=not (fair and pick.one_in(2)),
    )
    return restricted(pick, found) if pick.full else found


def component(pick: Pick, dimension: DimensionName) -> Component:
    """A price with all that can go with its dimension."""
    if dimension == "flat":
        unit, count, steps = "session", 1, [0]
    elif dimension == "energy":
        (unit, count), steps = pick.of(ENERGY_UNITS), ENERGY_STEPS
    else:
        (unit, count), steps = pick.of(TIME_UNITS), TIME_STEPS
    least = price(pick) if pick.one_in(4) else None
    most = (least or 0) + price(pick) if pick.one_in(4) else None
    timed = dimension in ("time", "parking_time")
    amount = PRICE_MAX_MICRO if pick.one_in(200) else price(pick)
    kind = pick.of(PARKING) if dimension == "parking_time" else None
    counts: dict[str, Any] = {} if kind is None else {kind: True}
    return Component(
        dimension,
        Price(amount, unit, count),
        grace_us=pick.of(GRACES) if timed else 0,
        step=pick.of(steps),
        round=pick.of(ROUNDS),
        min_micro=least,
        max_micro=most,
        **counts,
    )


def element(pick: Pick, anchor: Anchor, name: str) -> Element:
    """Prices of one to four dimensions, restricted two times in three."""
    chosen = pick.between(1, 15)
    names = [dimension for bit, dimension in enumerate(DIMENSION_NAMES) if chosen >> bit & 1]
    holds = When() if pick.one_in(3) else when(pick, anchor)
    found = Element(name, tuple(component(pick, dimension) for dimension in names), holds)
    return of_reservation(pick, found) if pick.full and chosen & 10 and pick.one_in(3) else found


def price_limit(pick: Pick, least: PriceLimit | None = None) -> PriceLimit | None:
    """Limits on either side of tax or both; a maximum is on neither side below the minimum or before-tax limit."""
    sides = pick.of([0, 0, 0, 1, 2, 3])
    if sides == 0:
        return None
    floor = max(least.before_tax_micro or 0, least.after_tax_micro or 0) if least else 0
    before = floor + 2 * price(pick) if sides & 1 else None
    after = (before or floor) + price(pick) if sides & 2 else None
    return PriceLimit(before, after)


def version(pick: Pick, anchor: Anchor, valid_from: date | int | None, label: str) -> Version:
    count = pick.of([1, 2, 2, 3, 4])
    parts = tuple(element(pick, anchor, f"element {index + 1}") for index in range(count))
    least = price_limit(pick)
    return Version(label, valid_from, parts, least, price_limit(pick, least))


def versions(pick: Pick, anchor: Anchor) -> tuple[Version, ...]:
    """One to three versions in order, from dates or instants two days apart, the first mostly from always."""
    days = pick.of([(), (), (), (0,), (0,), (-2,), (0, 2), (-2, 0)])
    first = pick.of([None, None, None, date(2001, 1, 1), None if days else anchor.day])
    begins: list[date | int | None] = [first]
    for offset in days:
        if pick.one_in(2):
            begins.append(anchor.at_us + offset * US_PER_DAY + pick.between(-6 * 60, 6 * 60) * US_PER_MIN)
        else:
            begins.append(anchor.day + timedelta(days=offset))
    labels = ["always" if begin is None else f"v{number}" for number, begin in enumerate(begins)]
    return tuple(version(pick, anchor, begin, label) for begin, label in zip(begins, labels, strict=True))


def tariff(pick: Pick, anchor: Anchor, id_: str = "drawn", index_hours: Sequence[int] = HOURS) -> Tariff:
    """A tariff whose windows, dates and versions lie near the anchor."""
    currency, minor = pick.of(CURRENCIES)
    unit = pick.of([minor, minor, minor, 5 * minor, minor // 10, minor * 5 // 2])
    taxed = pick.of([None, True, False])
    found = Tariff(
        id=id_,
        currency=currency,
        minor_micro=minor,
        versions=versions(pick, anchor),
        rounding=Rounding(pick.of(MODES), unit),
        time_zone=None if pick.one_in(4) else anchor.zone,
        tax=None if taxed is None else Tax.one("VAT", pick.of(TAX_PPM), taxed),
        on_change="at_once" if pick.one_in(2) else "next_session",
    )
    if pick.full:
        found = completed(pick, anchor, found)
    if pick.one_in(3):
        found = followed(pick, anchor, found, index_hours)
    return plain(found) if pick.one_in(3) else found


def plain(tariff: Tariff) -> Tariff:
    """The same without what only some tariffs have: every amount is a volume times a price."""

    def bare(component: Component) -> Component:
        return Component(component.dimension, component.price, rates=component.rates, spot=component.spot)

    def simple(version: Version) -> Version:
        parts = tuple(replace(part, components=tuple(map(bare, part.components))) for part in version.elements)
        return replace(version, elements=parts, min_price=None, max_price=None)

    rounding = replace(tariff.rounding, unit_micro=tariff.minor_micro)
    return replace(tariff, versions=tuple(map(simple, tariff.versions)), rounding=rounding)


def energy(pick: Pick) -> int:
    """Energy of an interval: none, tenths of a kWh, whole Wh, or parts of a Wh."""
    count, scale = pick.of([(1, 1), (101, 100_000), (40_001, 1_000), (20_000_001, 1), (3_001, 1)])
    return pick.below(count) * scale


def usage(pick: Pick, anchor: Anchor, session_id: str | int = "S-1", faulty: bool = True) -> Usage:
    """A session near the anchor, up to some days long and rarely a year; with `faulty`, one in eight has a fault."""
    grain = pick.of([15 * US_PER_MIN, 15 * US_PER_MIN, US_PER_MIN, US_PER_S, 1])
    start_us = anchor.at_us + pick.between(-30, 6) * US_PER_H + pick.below(301) * grain
    intervals: list[Interval] = []
    at = start_us
    regular_us = pick.of(REGULAR) if grain > US_PER_MIN and pick.one_in(2) else 0  # as most meters tell
    for _ in range(pick.of([1, 1, 2, 3, 4, 6]) * (3 if regular_us else 1)):
        at += 0 if regular_us else pick.of(GAPS)
        until = at + (regular_us or (pick.below(21) * grain if pick.one_in(3) else pick.of(LENGTHS)))
        intervals.append(Interval(at, until, energy(pick), pick.of(ACTIVITIES)))
        at = until
    end_us = at + pick.of(GAPS)
    rare = pick.below(1000)
    if rare in (271, 617):
        end_us = start_us + SESSION_MAX_US
    if 300 <= rare < 320:
        rest = ENERGY_MAX_MWH - sum(interval.energy_mwh for interval in intervals[:-1])
        intervals[-1] = replace(intervals[-1], energy_mwh=rest)
    zone = "Asia/Kathmandu" if pick.one_in(5) else anchor.zone
    found = Usage(session_id, start_us, end_us, tuple(intervals), zone)
    if faulty and pick.one_in(8):
        found = with_fault(pick, found)
    return with_charging_end(pick, told(pick, found, faulty) if pick.full else found, faulty)


def with_charging_end(pick: Pick, usage: Usage, faulty: bool) -> Usage:
    """One session in three says when charging ended: where an interval does, within one, or anywhere in the session."""
    if not pick.one_in(3):
        return usage
    bounds = [bound for each in usage.intervals for bound in (each.start_us, each.end_us)]
    first, last = usage.start_us, max(usage.start_us, usage.end_us)
    at = pick.of([first, last, *bounds]) + pick.of([0, 0, 1, -1, 7 * US_PER_MIN, -US_PER_H])
    spoilt = faulty and pick.one_in(40)
    return replace(usage, charging_end_us=first - 1 if spoilt else min(max(at, first), last))


def with_fault(pick: Pick, usage: Usage) -> Usage:
    """The session with one thing wrong (now and then still right, where there was nothing to spoil)."""
    index = pick.below(len(usage.intervals))
    interval = usage.intervals[index]
    # Not before the start of the one before it: sorted by their starts, the two might then be right.
    earlier = max([interval.start_us - US_PER_MIN, *(each.start_us for each in usage.intervals[:index][-1:])])
    broken: list[dict[str, Any]] = [
        {"end_us": interval.start_us - 1},
        {"start_us": earlier},
        {"energy_mwh": -1},
        {"energy_mwh": ENERGY_MAX_MWH + 1},
        {"start_us": usage.start_us - 1, "energy_mwh": -5},
    ]
    whole: list[dict[str, Any]] = [
        {"intervals": ()},
        {"time_zone": None},
        {"time_zone": "Europe/Atlantis"},
        {"end_us": usage.end_us - US_PER_MIN},
    ]
    kind = pick.below(len(broken) + len(whole))
    if kind >= len(broken):
        return replace(usage, **whole[kind - len(broken)])
    spoilt = replace(interval, **broken[kind])
    return replace(usage, intervals=(*usage.intervals[:index], spoilt, *usage.intervals[index + 1 :]))


def network(pick: Pick, max_tariffs: int, max_sessions: int, faulty: bool) -> Network:
    """Tariffs, and sessions with the id of their tariff, all near the same anchor."""
    anchor = pick.of(ANCHORS)
    found = [tariff(pick, anchor, f"tariff-{index}") for index in range(pick.between(1, max_tariffs))]
    ids = [each.id for each in found]
    numbers = range(pick.between(1, max_sessions))
    return found, [(pick.of(ids), usage(pick, anchor, f"S-{number}", faulty)) for number in numbers]


@st.composite
def cases(draw: st.DrawFn, faulty: bool = True, full: bool = False) -> tuple[Tariff, Usage]:
    """A tariff and a session near the same anchor."""
    pick = hypothesis_pick(draw, full)
    anchor = pick.of(ANCHORS)
    return tariff(pick, anchor), usage(pick, anchor, faulty=faulty)


@st.composite
def networks(
    draw: st.DrawFn, max_tariffs: int = 3, max_sessions: int = 6, faulty: bool = True, full: bool = False
) -> Network:
    """As `network`, drawn by Hypothesis."""
    return network(hypothesis_pick(draw, full), max_tariffs, max_sessions, faulty)


def random_network(
    seed: int, max_tariffs: int = 3, max_sessions: int = 6, faulty: bool = True, full: bool = False
) -> Network:
    """As `network`, drawn at random: the same for the same seed."""
    return network(random_pick(seed, full), max_tariffs, max_sessions, faulty)
