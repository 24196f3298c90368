"""The offers of a version as lines of text under headings: for the pricing manager, and for drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rating.compile.traits import NAMES, NO_TRAITS, Traits
from rating.desk.show.language import N_, Speaker
from rating.desk.show.prices import FAST_ORDER, HEADINGS, LEGAL_ORDER, Prices
from rating.desk.show.sheet import Edition, Offer
from rating.desk.show.whens import when_text
from rating.tariff.model import LineDimension, When

_DAY_MIN = 1440
FREE_TEXT = N_("free of charge")
FAST_MW = 50_000_000  # from 50 kW on the law knows a price per kWh and an occupancy fee


@dataclass(frozen=True, slots=True)
class Row:
    """A line: when it holds ("" where always), what it costs, and the offer that it says."""

    when: str
    price: str
    offer: Offer | None  # None: nothing holds, so that it is free
    text: str  # the line on its own


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one dimension. Where several fit, the first one counts."""

    dimension: LineDimension
    heading: str
    rows: tuple[Row, ...]


def groups_of(edition: Edition, prices: Prices, told: Traits = NO_TRAITS) -> tuple[Group, ...]:
    """The dimensions that have a price, in the order of the law; `told` leaves out what it rules out."""
    fast = told.evse_power_mw is not None and told.evse_power_mw >= FAST_MW
    found = []
    for dimension in FAST_ORDER if fast else LEGAL_ORDER:
        offers = told_apart(edition.of(dimension), told)
        if offers:
            found.append(Group(dimension, prices.speak.t(HEADINGS[dimension]), _rows(offers, prices)))
    return tuple(found)


def told_apart(offers: Sequence[Offer], told: Traits) -> list[Offer]:
    """The offers that may hold for a session that says so of itself, without the restrictions that then do hold."""
    found: list[Offer] = []
    for offer in offers:
        when = offer.when
        for name in NAMES:
            asked, answer = getattr(when, name), getattr(told, name)
            if asked is not None and answer is not None:
                if answer not in asked:
                    break
                when = replace(when, **{name: None})  # type: ignore[arg-type]
        else:
            least, most = when.min_evse_power_mw, when.max_evse_power_mw
            power = told.evse_power_mw
            if power is not None:
                if (least is not None and power < least) or (most is not None and power >= most):
                    continue
                when = replace(when, min_evse_power_mw=None, max_evse_power_mw=None)
            offer = replace(offer, when=when)
            found.append(offer)
            if offer.always and offer.when.reservation is None:
                break
    return found


def _rows(offers: Sequence[Offer], prices: Prices) -> tuple[Row, ...]:
    t = prices.speak.t
    rows: list[Row] = []
    reserved = [offer.when.reservation for offer in offers]
    # In a reservation that expires those that name expiry go first.
    ordered = sorted(offers, key=lambda each: (each.when.reservation != "reservation_expires", each.number))
    for place, offer in enumerate(ordered):
        when = when_text(prices.speak, offer.when)
        if offer.when.reservation == "reservation_expires":
            when = ", ".join(filter(None, [t("if nobody comes"), when]))
        elif not when and place:
            when = t("otherwise")
        rows.append(_row(when, prices.offer(offer), offer, prices.speak))
    covered = is_covered([offer.when for offer in offers])
    if not any(reserved) and not covered:
        rows.append(_row(t("otherwise"), t(FREE_TEXT), None, prices.speak))
    return tuple(_shortened(rows, covered) if prices.for_drivers else rows)


def _shortened(rows: list[Row], covered: bool) -> list[Row]:
    """Without the lines that cost what the last one says of all that is left."""
    if covered and all(_says_the_same(row, rows[-1]) for row in rows):
        return [replace(rows[-1], when="", text=rows[-1].price)]
    while len(rows) > 1 and _is_rest(rows[-1]) and _says_the_same(rows[-2], rows[-1]):
        del rows[-2]
    return rows


def _is_rest(row: Row) -> bool:
    return row.offer is None or row.offer.always


def _says_the_same(row: Row, last: Row) -> bool:
    """Whether two lines say the same price, of which nothing counts for each of them on its own."""
    offers = [each for each in (row.offer, last.offer) if each is not None]
    plain = not any(each.grace_us or each.step or each.max_micro or each.min_micro for each in offers)
    return plain and row.price == last.price


def is_covered(whens: Sequence[When]) -> bool:
    """Whether at every moment one of them holds, as far as months, days and the clock tell.

    >>> is_covered([When(start_min=480, end_min=1200), When(start_min=1200, end_min=480)])
    True
    >>> is_covered([When(start_min=480, end_min=1200), When(start_min=1200, end_min=1440)])
    False
    """
    if When() in whens:
        return True
    clocks = [when for when in whens if when == _only_clock(when)]
    readings = sorted({0, *(at for when in clocks for at in (when.start_min, when.end_min) if at is not None)})
    return all(
        any(_holds(when, month, day, minute) for when in clocks)
        for month in range(1, 13)
        for day in range(7)
        for minute in readings
        if minute < _DAY_MIN
    )


def _only_clock(when: When) -> When:
    return When(day_of_week=when.day_of_week, months=when.months, start_min=when.start_min, end_min=when.end_min)


def _holds(when: When, month: int, day: int, minute: int) -> bool:
    start, end = when.start_min or 0, _DAY_MIN if when.end_min is None else when.end_min
    clock = start <= minute < end if start < end else minute >= start or minute < end
    of_day = when.day_of_week is None or day in when.day_of_week
    return clock and of_day and (when.months is None or month in when.months)


def _row(when: str, price: str, offer: Offer | None, speak: Speaker) -> Row:
    label = _capital(when)
    return Row(label, price, offer, speak.labelled(label, price) if label else price)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
