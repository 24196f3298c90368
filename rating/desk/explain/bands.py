"""The picture of a bill, from the steps that it was reckoned in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from string import ascii_uppercase
from zoneinfo import ZoneInfo

from rating.desk.explain.chart import Band, Chart, ClockChange, Key, Lane, Power
from rating.reference import told, trace, words
from rating.reference.clock import clock_changes, load_zone, local, offset_us
from rating.reference.match import Match, Priced, find
from rating.reference.story_steps import holds, money, only, price, steps, tariff_of
from rating.reference.values import Bill
from rating.tariff.model import LineDimension, Tariff
from rating.units import US_PER_H

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONLY_LEVEL = Fraction(2, 5)
_LANES: tuple[LineDimension, ...] = ("energy", "time", "parking_time", "reservation_time")


def chart_of(bill: Bill) -> Chart | None:
    """The picture of a bill; None for a session of no length, which has none."""
    spells = steps(bill, trace.Spell)
    start_us = min([us_of(spell.start) for spell in spells] or [bill.start_us])
    end_us = max([us_of(spell.end) for spell in spells] or [bill.end_us])
    if end_us <= start_us:
        return None
    name = only(bill, trace.Rules).zone
    zone = load_zone(name)
    assert zone is not None  # the bill was reckoned in it
    prices = _Prices(tariff_of(bill), zone)
    for step in steps(bill, trace.Measured):
        prices.begins[step.priced] = step.begins
    for moment in steps(bill, trace.Moment):
        prices.moments.setdefault(moment.priced, []).append(moment)
    pieces = list(_pieces(spells, steps(bill, trace.Stretch)))
    # A dimension that is free all the time says nothing, but where all of them are.
    lanes = [lane for lane in (_lane(prices, dimension, pieces) for dimension in _LANES) if lane.bands]
    lanes = [lane for lane in lanes if any(band.level is not None for band in lane.bands)] or lanes[:1]
    keys = dict.fromkeys(band.key for lane in lanes for band in lane.bands)
    changes = [start_us, *clock_changes(start_us, end_us - 1, zone)]
    return Chart(
        start_us,
        end_us,
        name,
        tuple(_powers(spells)),
        tuple(lanes),
        tuple(keys),
        tuple(
            ClockChange(at_us, timedelta(microseconds=offset_us(at_us, zone) - offset_us(before_us, zone)))
            for before_us, at_us in pairwise(changes)
        ),
    )


@dataclass(slots=True)
class _Prices:
    """What is asked of the prices of a bill; each has a letter, in the order in which they come up."""

    tariff: Tariff
    zone: ZoneInfo
    begins: dict[Priced, datetime | None] = field(default_factory=dict)
    moments: dict[Priced, list[trace.Moment]] = field(default_factory=dict)
    keys: dict[Priced | None, Key] = field(default_factory=dict)

    def key(self, priced: Priced | None) -> Key:
        if priced not in self.keys:
            self.keys[priced] = self._new(priced)
        return self.keys[priced]

    def _new(self, priced: Priced | None) -> Key:
        if priced is None:
            return Key(None, "", None, None, "free, no price holds", ())
        again, place = divmod(sum(1 for each in self.keys if each is not None), len(ascii_uppercase))
        letter = ascii_uppercase[place] + (str(again + 1) if again else "")
        version, element, _ = find(self.tariff, priced)
        when = holds(self.tariff, priced)
        return Key(priced, letter, element.name, version.label, price(self.tariff, priced), when)

    def bands(self, start_us: int, end_us: int, priced: Priced | None) -> Iterator[tuple[Band, Fraction | None]]:
        """A band with its price for a base unit; of a price that follows an index, one for each price of that."""
        key = self.key(priced)
        if priced is None:
            yield self._band(start_us, end_us, key, "free", key.price), None
            return
        begins = self.begins.get(priced)
        start_us = start_us if begins is None else max(start_us, us_of(begins))
        component = find(self.tariff, priced)[2]
        decimals = words.decimals_of(self.tariff.minor_micro)
        if component.spot is not None:
            for moment in self.moments.get(priced, ()):
                low, high = max(start_us, us_of(moment.start)), min(end_us, us_of(moment.end))
                if low < high:
                    said = f"{key.element}, {money(self.tariff, moment.price)}/kWh"
                    yield self._band(low, high, key, words.decimal(moment.price, decimals), said), moment.price
        elif start_us < end_us:
            label = told.micro(component.price.amount_micro, decimals) or ""
            each = Fraction(component.price.amount_micro, component.price.per)
            yield self._band(start_us, end_us, key, label, f"{key.element}, {key.price}"), each

    def _band(self, start_us: int, end_us: int, key: Key, label: str, said: str) -> Band:
        span = words.between(local(start_us, self.zone), local(end_us, self.zone))
        return Band(start_us, end_us, key, label, f"{span}: {said}", None)


@dataclass(frozen=True, slots=True)
class _Piece:
    start_us: int
    end_us: int
    spell: trace.Spell
    matches: tuple[Match, ...]


def _pieces(spells: list[trace.Spell], stretches: Iterable[trace.Stretch]) -> Iterator[_Piece]:
    """What was measured, cut where other elements begin to hold. Both are in order of time, but what was reserved has
    stretches of its own.
    """
    found = list(stretches)
    for of_reservation in (True, False):
        mine = [
            (us_of(each.start), us_of(each.end), each) for each in found if bool(each.reserved_us) == of_reservation
        ]
        first = 0
        for spell in spells:
            if not (spell.reserved_us if of_reservation else spell.kind != "reserved"):
                continue
            start_us, end_us = us_of(spell.start), us_of(spell.end)
            while first < len(mine) and mine[first][1] <= start_us:
                first += 1
            for begins_us, ends_us, each in mine[first:]:
                if begins_us >= end_us:
                    break
                low, high = max(start_us, begins_us), min(end_us, ends_us)
                if low < high:
                    yield _Piece(low, high, spell, each.matches)


def _lane(prices: _Prices, dimension: LineDimension, pieces: list[_Piece]) -> Lane:
    """The bands of a dimension; neighbours of the same price are one."""
    holding: list[tuple[int, int, Priced | None]] = []
    for piece in pieces:
        match = next((match for match in piece.matches if match.dimension == dimension), None)
        if match is None or not _counts(prices.tariff, match, piece.spell):
            continue
        before = holding[-1] if holding else None
        # What a CDR tells of times may overlap on the clock.
        start_us = piece.start_us if before is None else max(before[1], piece.start_us)
        if before is not None and before[1:] == (start_us, match.holds):
            holding[-1] = (before[0], max(start_us, piece.end_us), match.holds)
        elif start_us < piece.end_us:
            holding.append((start_us, piece.end_us, match.holds))
    title = words.DIMENSION_WORDS[dimension].capitalize()
    return Lane(dimension, title, _levelled([band for each in holding for band in prices.bands(*each)]))


def _counts(tariff: Tariff, match: Match, spell: trace.Spell) -> bool:
    """Whether anything was measured that a price of the dimension counts."""
    if match.dimension == "energy":
        return spell.energy_mwh > 0
    if match.dimension == "parking_time":
        plugged_in = match.holds is not None and find(tariff, match.holds)[2].plugged_in
        return spell.parked_us > 0 or (plugged_in and spell.charging_us > 0)
    return (spell.charging_us if match.dimension == "time" else spell.reserved_us) > 0


def _levelled(bands: list[tuple[Band, Fraction | None]]) -> tuple[Band, ...]:
    prices = [each for _, each in bands if each is not None]
    low, high = min(prices, default=Fraction(0)), max(prices, default=Fraction(0))

    def level(each: Fraction | None) -> Fraction | None:
        if each is None:
            return None
        return _ONLY_LEVEL if low == high else (each - low) / (high - low)

    return tuple(replace(band, level=level(each)) for band, each in bands)


def _powers(spells: Iterable[trace.Spell]) -> Iterator[Power]:
    """The power of each interval and gap of some length; what is reserved has none."""
    for spell in spells:
        start_us, end_us = us_of(spell.start), us_of(spell.end)
        if start_us < end_us and spell.kind != "reserved":
            mw = None if spell.kind == "gap" else spell.energy_mwh * US_PER_H // (end_us - start_us)
            yield Power(start_us, end_us, mw, spell.energy_mwh)


def us_of(reading: datetime) -> int:
    """The instant of a reading that carries its zone."""
    return (reading - _EPOCH) // timedelta(microseconds=1)
