"""What was measured: checks, gaps, and the pieces into which price-relevant moments cut a session (PRICING 1 and 2)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rating.errors import Refused
from rating.reference.clock import cut_moments, local
from rating.reference.match import Match, Priced, clock_minutes, match_all, version_at
from rating.reference.values import Refusal, Usage
from rating.tariff.model import Tariff
from rating.units import ENERGY_MAX_MWH, INSTANT_MAX_US, INSTANT_MIN_US, MWH_PER_WH, SESSION_MAX_US


def fault_of_session(usage: Usage) -> Refused | None:
    """What is wrong with the session whatever its tariff: its own start and end, or nothing measured."""
    if not (INSTANT_MIN_US <= usage.start_us <= INSTANT_MAX_US and INSTANT_MIN_US <= usage.end_us <= INSTANT_MAX_US):
        return Refused.INSTANT_RANGE
    if usage.end_us < usage.start_us:
        return Refused.END_BEFORE_START
    if usage.end_us - usage.start_us > SESSION_MAX_US:
        return Refused.SESSION_TOO_LONG
    if not usage.intervals:
        return Refused.NO_DATA
    return None


def fault_of_intervals(usage: Usage) -> Refusal | None:
    """The first faulty interval decides, and for one interval the order of the checks below (our choice)."""
    total = 0
    previous_end = usage.start_us
    for index, interval in enumerate(usage.intervals):
        total += interval.energy_mwh
        reason = None
        if interval.end_us < interval.start_us:
            reason = Refused.END_BEFORE_START
        elif interval.start_us < usage.start_us or interval.end_us > usage.end_us:
            reason = Refused.OUTSIDE_SESSION
        elif interval.start_us < previous_end:
            reason = Refused.OVERLAP
        elif interval.energy_mwh < 0:
            reason = Refused.NEGATIVE_ENERGY  # no price of this tariff model says how it is paid
        elif abs(interval.energy_mwh) > ENERGY_MAX_MWH or total > ENERGY_MAX_MWH:
            reason = Refused.ENERGY_RANGE
        if reason is not None:
            return Refusal(usage.session_id, reason, index)
        previous_end = interval.end_us
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """An interval or a gap. A gap has no energy and counts as parked (our choice, PRICING 1)."""

    start_us: int
    end_us: int
    energy_mwh: int
    charging: bool
    measured: bool


def with_gaps(usage: Usage) -> list[Part]:
    """The intervals, with the gaps before, between and after them."""
    parts = []
    at = usage.start_us
    for interval in usage.intervals:
        if at < interval.start_us:
            parts.append(Part(at, interval.start_us, 0, charging=False, measured=False))
        parts.append(Part(interval.start_us, interval.end_us, interval.energy_mwh, interval.charges, measured=True))
        at = interval.end_us
    if at < usage.end_us:
        parts.append(Part(at, usage.end_us, 0, charging=False, measured=False))
    return parts


def first_energy(usage: Usage) -> int | None:
    """The instant at which the first interval with energy starts, or None where none ever flowed."""
    return next((interval.start_us for interval in usage.intervals if interval.energy_mwh > 0), None)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_us` up to the next span, the same elements hold for each dimension."""

    start_us: int
    matches: tuple[Match, ...]


def spans(tariff: Tariff, usage: Usage, zone: ZoneInfo, starts: list[int | None], version: int) -> list[Span]:
    """Who prices what from which instant on; the last span begins at the session's end, for what happens right then.

    With `on_change: at_once` each moment is priced by the version in force then, else by the one at the session's
    start (PRICING 2, "Versions"). Each span is judged by the clock reading at its first instant.
    """
    at_once = tariff.on_change == "at_once"
    moments = {usage.start_us, usage.end_us}
    moments.update(cut_moments(usage.start_us, usage.end_us, zone, clock_minutes(tariff)))
    if at_once:
        moments.update(start for start in starts if start is not None and usage.start_us < start < usage.end_us)
    found: list[Span] = []
    for moment in sorted(moments):
        index = version_at(starts, moment) if at_once else version
        assert index is not None
        matches = match_all(index, tariff.versions[index], local(moment, zone))
        if not found or found[-1].matches != matches or moment == usage.end_us:
            found.append(Span(moment, matches))
    return found


def first_flat(found: list[Span], usage: Usage) -> tuple[int, Priced] | None:
    """When a price per session is due and which: the first moment at which any holds (PRICING 3).

    The moment of the end itself counts only for a session of no length.
    """
    for span in found:
        flat = span.matches[-1].holds
        if flat is not None and (span.start_us < usage.end_us or usage.start_us == usage.end_us):
            return span.start_us, flat
    return None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an interval or gap within one span."""

    start_us: int
    end_us: int
    energy_mwh: int
    charging: bool
    span: Span


def cut(parts: list[Part], found: list[Span]) -> list[Piece]:
    """The parts, cut where a span begins within them (PRICING 2, "Cutting").

    The energy up to a cut is floor(energy x time to cut / interval), floored to a whole Wh, always counted from the
    interval's start; the last piece is the rest. So pieces conserve energy, and a cut that is not needed moves none
    between the components. A part of no length is priced by what holds at that instant.
    """
    starts = [span.start_us for span in found]
    pieces = []
    for part in parts:
        first = bisect_right(starts, part.start_us) - 1
        given = 0
        at = part.start_us
        for index in range(first, len(found)):
            ends_here = index + 1 == len(found) or part.end_us <= starts[index + 1]
            until = part.end_us if ends_here else starts[index + 1]
            upto = part.energy_mwh if ends_here else _energy_up_to(part, until)
            pieces.append(Piece(at, until, upto - given, part.charging, found[index]))
            if ends_here:
                break
            at, given = until, upto
    return pieces


def _energy_up_to(part: Part, moment_us: int) -> int:
    exact = part.energy_mwh * (moment_us - part.start_us) // (part.end_us - part.start_us)
    return exact // MWH_PER_WH * MWH_PER_WH
