"""What a bill tells of its pieces: intervals and gaps, and for how long the same elements held."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rating.reference.clock import local
from rating.reference.cut import Cutter, Piece
from rating.reference.match import Match
from rating.reference.parts import Part
from rating.reference.trace import Crossed, Spell, Stretch


def spells(parts: list[Part], zone: ZoneInfo) -> Iterator[Spell]:
    """The parts as they were measured."""
    for part in parts:
        start, end = local(part.start_us, zone), local(part.end_us, zone)
        yield Spell(start, end, part.kind, part.energy_mwh, *part.times, part.charges)


def stretches(pieces: list[Piece], cutter: Cutter, zone: ZoneInfo) -> Iterator[Stretch]:
    """Neighbouring pieces that the same elements price as one: those of the reservation, then those of the session."""
    for of_reservation in (True, False):
        group: list[Piece] = []
        held: tuple[Match, ...] | None = None
        before: Piece | None = None
        for piece in pieces:
            matches = piece.of_reservation if of_reservation else piece.of_session
            if matches is None:
                continue
            if group and matches != held:
                yield _stretch(group, held or (), of_reservation, before, cutter, zone)
                before, group = group[-1], []
            held = matches
            group.append(piece)
        if group:
            yield _stretch(group, held or (), of_reservation, before, cutter, zone)


def _stretch(
    group: list[Piece],
    matches: tuple[Match, ...],
    of_reservation: bool,
    before: Piece | None,
    cutter: Cutter,
    zone: ZoneInfo,
) -> Stretch:
    slices = [piece.slice for piece in group]
    powers = [each.part.power_mw for each in slices if each.part.kind == "interval"] or [0]
    currents = [each.part.current_ma for each in slices if each.part.kind == "interval"] or [0]
    return Stretch(
        start=local(slices[0].start_us, zone),
        end=local(slices[-1].end_us, zone),
        matches=matches,
        energy_mwh=0 if of_reservation else sum(each.energy_mwh for each in slices),
        charging_us=0 if of_reservation else sum(each.times.charging_us for each in slices),
        parked_us=0 if of_reservation else sum(each.times.parked_us for each in slices),
        reserved_us=sum(each.times.reserved_us for each in slices) if of_reservation else 0,
        crossed=Crossed() if before is None else _crossed(before, group[0], of_reservation, cutter),
        power_mw=(min(powers), max(powers)),
        current_ma=(min(currents), max(currents)),
    )


def _crossed(before: Piece, after: Piece, of_reservation: bool, cutter: Cutter) -> Crossed:
    """The thresholds of the version in force that lie between two pieces."""
    marks = cutter.marks[after.slice.epoch.version]
    origin_us = cutter.reserved_from_us if of_reservation else cutter.session_from_us
    assert origin_us is not None
    durations = before.slice.since_us - origin_us, after.slice.since_us - origin_us
    energies = before.slice.energy_before_mwh, after.slice.energy_before_mwh
    return Crossed(
        () if of_reservation else _between(marks.energy_mwh, *energies),
        _between(marks.duration_us, *durations),
    )


def _between(marks: list[int], after: int, upto: int) -> tuple[int, ...]:
    return tuple(marks[bisect_right(marks, after) : bisect_right(marks, upto)])
