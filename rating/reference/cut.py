"""The pieces into which price-relevant moments cut a session, and who prices each (PRICING 2, "Cutting")."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from rating.reference.match import Match, match_all, match_reserved
from rating.reference.parts import Part, Times, charging_end, reserved_from
from rating.reference.restrictions import Moment
from rating.reference.values import Usage
from rating.reference.versions import Epoch, Marks, marks_of
from rating.tariff.model import Tariff, Version
from rating.units import MWH_PER_WH


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a part in which no price changes."""

    start_us: int
    end_us: int
    energy_mwh: int
    times: Times
    part: Part
    epoch: Epoch
    since_us: int  # the last moment of the calendar or of a duration that lies behind it, by which it is judged
    energy_before_mwh: int  # of the session


class Cutter:
    """Cuts the parts of one session; energy within a part is taken to flow evenly, and so are times that a CDR tells.

    A part is cut where an epoch begins, where a threshold of duration is reached, where charging ended if a price
    asks for that, and where the session's energy reaches a threshold of the version in force.
    """

    def __init__(self, tariff: Tariff, usage: Usage, parts: list[Part], epochs: list[Epoch]) -> None:
        self.parts = parts
        self.epochs = epochs
        versions = {index: tariff.versions[index] for index in {epoch.version for epoch in epochs}}
        self.marks = {index: marks_of(version) for index, version in versions.items()}
        self.session_from_us = usage.start_us
        self.reserved_from_us = reserved_from(parts)
        durations = {duration for marks in self.marks.values() for duration in marks.duration_us}
        origins = {usage.start_us, self.reserved_from_us}
        ends = {origin + duration for origin in origins if origin is not None for duration in durations}
        self._epoch_starts = [epoch.start_us for epoch in epochs]
        if any(map(_asks_charging_end, versions.values())):
            ends.add(charging_end(usage))
        self._moments = sorted({*self._epoch_starts, *ends})

    def slices(self, as_cut: bool = False) -> list[Slice]:
        """All parts, cut; with `as_cut` each part as it is."""
        found: list[Slice] = []
        energy_mwh = 0
        for part in self.parts:
            found += [self._whole(part, energy_mwh)] if as_cut else self._cut(part, energy_mwh)
            energy_mwh += part.energy_mwh
        return found

    def _whole(self, part: Part, before_mwh: int) -> Slice:
        """A part that counts as cut already, judged by its first instant."""
        epoch = self.epochs[bisect_right(self._epoch_starts, part.start_us) - 1]
        return Slice(part.start_us, part.end_us, part.energy_mwh, part.times, part, epoch, part.start_us, before_mwh)

    def _cut(self, part: Part, before_mwh: int) -> Iterator[Slice]:
        """The slices of a part. What they hold is counted from the part's start, so that a cut loses nothing and one
        that is not needed moves nothing between components; the last one has the rest.

        Up to a moment of the clock, energy is floor(energy x time to cut / length), floored to a whole Wh. A threshold
        of energy is reached at floor(length x energy to it / energy), with exactly that energy; of cuts at the same
        instant it is the first. A part of no length is priced by what holds at that instant.
        """
        coming = bisect_right(self._moments, part.start_us)
        at = since = part.start_us
        given, timed = 0, Times(0, 0, 0)
        while True:
            epoch = self.epochs[bisect_right(self._epoch_starts, since) - 1]
            until, upto, is_last, next_since = part.end_us, part.energy_mwh, True, since
            if coming < len(self._moments) and self._moments[coming] < part.end_us:
                until = next_since = self._moments[coming]
                upto, is_last = max(given, _energy_up_to(part, until)), False
            mark = _next_mark(self.marks[epoch.version], before_mwh + given)
            if mark is not None and mark < before_mwh + part.energy_mwh:
                # Never before `at`: the marks may be those of a version that has just begun.
                reached = max(at, _reaches(part, mark - before_mwh))
                if reached <= until:
                    until, upto, is_last, next_since = reached, mark - before_mwh, False, since
            told = part.times if is_last else _times_up_to(part, until)
            times = Times(*(new - old for new, old in zip(told, timed, strict=True)))
            yield Slice(at, until, upto - given, times, part, epoch, since, before_mwh + given)
            if is_last:
                return
            if next_since > since:
                coming += 1
            at, since, given, timed = until, next_since, upto, told


def _asks_charging_end(version: Version) -> bool:
    return any(component.from_charging_end for element in version.elements for component in element.components)


def _next_mark(marks: Marks, energy_mwh: int) -> int | None:
    index = bisect_right(marks.energy_mwh, energy_mwh)
    return marks.energy_mwh[index] if index < len(marks.energy_mwh) else None


def _reaches(part: Part, energy_mwh: int) -> int:
    return part.start_us + (part.end_us - part.start_us) * energy_mwh // part.energy_mwh


def _energy_up_to(part: Part, moment_us: int) -> int:
    exact = part.energy_mwh * (moment_us - part.start_us) // (part.end_us - part.start_us)
    return exact // MWH_PER_WH * MWH_PER_WH


def _times_up_to(part: Part, moment_us: int) -> Times:
    length_us = part.end_us - part.start_us
    if length_us == 0:
        return Times(0, 0, 0)
    return Times(*(time * (moment_us - part.start_us) // length_us for time in part.times))


@dataclass(frozen=True, slots=True)
class Piece:
    """A slice with who prices it: as time of the session, as time of the reservation, or now and then as both."""

    slice: Slice
    of_session: tuple[Match, ...] | None  # energy, time, parking time, flat
    of_reservation: tuple[Match, ...] | None  # reserved time, its flat


def priced(tariff: Tariff, usage: Usage, cutter: Cutter, slices: list[Slice]) -> list[Piece]:
    """The slices with their prices. What lies between the same thresholds of the same epoch is asked for once."""
    answers: dict[object, tuple[Match, ...]] = {}

    def session_prices(found: Slice) -> tuple[Match, ...]:
        marks, part = cutter.marks[found.epoch.version], found.part
        duration_us = found.since_us - cutter.session_from_us
        key = (
            found.epoch.start_us,
            bisect_right(marks.duration_us, duration_us),
            bisect_right(marks.energy_mwh, found.energy_before_mwh),
            bisect_right(marks.power_mw, part.power_mw),
            bisect_right(marks.current_ma, part.current_ma),
        )
        if key not in answers:
            moment = Moment(found.epoch.reading, duration_us, found.energy_before_mwh, part.power_mw, part.current_ma)
            version = tariff.versions[found.epoch.version]
            answers[key] = match_all(found.epoch.version, version, moment, usage)
        return answers[key]

    def reservation_prices(found: Slice) -> tuple[Match, ...]:
        assert cutter.reserved_from_us is not None
        moment = Moment(found.epoch.reading, found.since_us - cutter.reserved_from_us)
        return match_reserved(found.epoch.version, tariff.versions[found.epoch.version], moment, usage)

    return [
        Piece(
            found,
            None if usage.expired or found.part.kind == "reserved" else session_prices(found),
            reservation_prices(found) if found.part.is_reserved else None,
        )
        for found in slices
    ]
