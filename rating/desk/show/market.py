"""Prices that follow an index, day by day: the days that the index knows, from the day that is asked for on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from rating.compile.traits import Traits
from rating.compile.zones import load_zone
from rating.desk.show.audiences import Audience
from rating.desk.show.clocks import clock_changes
from rating.desk.show.language import N_
from rating.desk.show.maps import HeatMap, MapRow, Shade, Stretch, merged
from rating.desk.show.prices import Prices
from rating.desk.show.sheet import Edition, Offer
from rating.desk.show.weeks import DAY_MIN, DayRuns, weeks_of
from rating.tariff.model import Tariff, Version
from rating.units import FEMTO_PER_UNIT, MICRO_PER_UNIT

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = 7
_BANDS = 6
_NO_PRICE = "–"


def market_map(
    tariff: Tariff, version: Version, edition: Edition, prices: Prices, audience: Audience, on: date
) -> HeatMap | None:
    """The energy prices of up to seven days; None where no price of the version follows an index that has any."""
    zone = load_zone(tariff.time_zone or "UTC")
    assert zone is not None
    found = index_days(edition, zone)
    if found is None:
        return None
    first, last = found
    begin = on if first <= on <= last else max(first, last - timedelta(days=_DAYS - 1))
    days = [begin + timedelta(days=n) for n in range(_DAYS) if begin + timedelta(days=n) <= last]
    by_day = {day: list(_priced(_runs(tariff, version, day, audience.traits), edition, day, zone)) for day in days}
    amounts = [amount for stretches in by_day.values() for _, _, amount in stretches if amount is not None]
    low, high = min(amounts, default=Fraction(0)), max(amounts, default=Fraction(0))
    changes = {each.day: each for each in clock_changes(zone.key, days[0], days[-1])}
    speak = prices.speak

    def shade_of(amount: Fraction | None) -> Shade:
        if amount is None:
            return Shade(_NO_PRICE, _NO_PRICE, speak.t("no price: sessions are refused"), Fraction(0))
        part = (amount - low) / (high - low) if high > low else Fraction(0)
        key = chr(ord("A") + min(_BANDS - 1, int(part * _BANDS)))
        return Shade(key, speak.bare(amount), speak.t("{price} per kWh", price=speak.money(amount)), part)

    rows = tuple(
        MapRow(
            f"{speak.day_name(day.weekday(), 'abbreviated')} {day.day}",
            merged([Stretch(start, end, shade_of(amount)) for start, end, amount in stretches]),
            change=changes.get(day),
        )
        for day, stretches in by_day.items()
    )
    season = speak.t("from {first} to {last}", first=speak.long_date(days[0]), last=speak.long_date(days[-1]))
    unit = f"{speak.currency} {speak.t('per kWh')}"
    heading = speak.t(N_("Energy"))
    legend = tuple(_legend(low, high, prices))
    return HeatMap("energy", heading, unit, season, audience.label, rows, legend)


def index_days(edition: Edition, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last day of which an index of the version has prices; None where it follows none."""
    spots = [offer.spot for offer in edition.of("energy") if offer.spot is not None and offer.spot.index.points]
    if not spots:
        return None
    first = min(_date(spot.index.points[0][0], zone) for spot in spots)
    return first, max(_date(spot.index.points[-1][1] - 1, zone) for spot in spots)


def _legend(low: Fraction, high: Fraction, prices: Prices) -> Iterator[Shade]:
    """The bands, each from its lowest price to where the next one begins, to the hundredth of a cent."""
    speak = prices.speak
    for band in range(_BANDS if high > low else 1):
        least, most = (low + (high - low) * place / _BANDS for place in (band, band + 1))
        texts = [speak.money(Fraction(round(each * 10_000), 10_000)) for each in (least, most)]
        level = Fraction(2 * band + 1, 2 * _BANDS) if high > low else Fraction(0)
        text = speak.t("{low} to {high} per kWh", low=texts[0], high=texts[1])
        yield Shade(chr(ord("A") + band), "", text, level)


def _runs(tariff: Tariff, version: Version, day: date, traits: Traits) -> DayRuns:
    found = weeks_of(tariff, version, day, day, traits).runs_of(day)
    # A holiday by itself has no week, and is a special day of it.
    assert found is not None
    return found


def _priced(runs: DayRuns, edition: Edition, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int, Fraction | None]]:
    """From which minute of the clock to which one at what price a kWh, as a session begins."""
    offers = {offer.number: offer for offer in edition.offers}
    for run in runs:
        numbers = run.cell[0]
        offer = offers[numbers[0]] if numbers else None
        bounds = [run.start_min, *_changes(offer, day, zone, run.start_min, run.end_min), run.end_min]
        for start, end in pairwise(bounds):
            yield start, end, _amount(offer, _instant_us(day, start, zone))


def _changes(offer: Offer | None, day: date, zone: ZoneInfo, start_min: int, end_min: int) -> list[int]:
    """The minutes of the clock after one and before another at which the index changes."""
    if offer is None or offer.spot is None:
        return []
    lo_us, hi_us = _instant_us(day, 0, zone), _instant_us(day + timedelta(days=1), 0, zone)
    minutes = set()
    for bound_us in offer.spot.index.bounds_between(lo_us, hi_us):
        at = (_EPOCH + timedelta(microseconds=bound_us)).astimezone(zone)
        minutes.add(at.hour * 60 + at.minute)
    return sorted(minute for minute in minutes if start_min < minute < end_min)


def _amount(offer: Offer | None, at_us: int) -> Fraction | None:
    if offer is None:
        return Fraction(0)
    if offer.spot is None:
        return Fraction(offer.price.amount_micro * 10**6, offer.price.per) / MICRO_PER_UNIT
    femto = offer.spot.femto(offer.spot.index.at(at_us)[2])
    return None if femto is None else Fraction(femto, FEMTO_PER_UNIT)


def _instant_us(day: date, minute: int, zone: ZoneInfo) -> int:
    at = datetime(day.year, day.month, day.day, tzinfo=zone)
    if minute == DAY_MIN:
        at, minute = at + timedelta(days=1), 0
    return (at.replace(hour=minute // 60, minute=minute % 60).astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def _date(us: int, zone: ZoneInfo) -> date:
    return (_EPOCH + timedelta(microseconds=us)).astimezone(zone).date()
