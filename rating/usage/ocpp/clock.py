"""Readings of the import register, held against the start and the stop of their transaction.

One reading counts at each instant. meterStart and meterStop of 1.6 come before all else, for they are what the central
system bills; then values of Transaction.Begin and .End, then of Interruption.Begin and .End, then the others, and last
those that name no transaction. Of several of the first kind that is there, at the start the lowest counts, later the
highest.

A reading up to a minute away from the start or the stop may be the one of that moment, for clocks are read twice:

- Transaction.Begin up to a minute before the start counts at the start, Transaction.End up to a minute after the stop
  at the stop.
- Where there is no reading at the start, the last one of the minute before it counts there, else Transaction.Begin if
  it is the first and came within a minute. Where there is none at the stop, the first one of the minute after it does,
  else Transaction.End if it is the last and came within a minute.

Other readings outside of the session are left out, if what they say is possible: no more than the first reading before
the start, no less than the last after the stop. If it is not, the clocks contradict each other. Within a minute that
too is left out; beyond it, nobody can tell which of the instants are right, and the session is refused.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from rating.errors import Fault
from rating.usage.evidence import energy_text, instant_text
from rating.usage.ocpp.bounds import Bounds
from rating.usage.ocpp.model import (
    CLOCK_TOLERANCE_US,
    ROUNDING_MWH,
    Kind,
    LeftOutError,
    Reading,
    Sample,
    Transaction,
)

BEGIN: Final = "Transaction.Begin"
END: Final = "Transaction.End"
_ANCHOR: Final = 0
_RANKS: Final = {BEGIN: 1, END: 1, "Interruption.Begin": 2, "Interruption.End": 2}
_OTHER: Final = 3
_NAMELESS: Final = 4


def readings_of(
    transaction: Transaction, bounds: Bounds, shared: list[Sample], until_us: int, notes: list[Fault]
) -> list[Reading]:
    """The readings of a session by time, one for each instant from its start to `until_us`.

    `shared`: what the EVSE's meter said in between without naming a transaction. Raises LeftOutError.
    """
    start, stop = bounds.start, bounds.stop
    own = _whole([each for each in transaction.samples if each.kind == Kind.REGISTER], notes)
    found = [_reading(each, _RANKS.get(each.context, _OTHER)) for each in own]
    found += [_reading(each, _NAMELESS) for each in shared if each.kind == Kind.REGISTER and not each.phases]
    if start.register_mwh is not None:
        found.append(Reading(start.at_us, start.register_mwh, _ANCHOR, BEGIN, transaction.place))
    if stop is not None and stop.register_mwh is not None:
        found.append(Reading(stop.at_us, stop.register_mwh, _ANCHOR, END, transaction.place))
    inside = _within(found, start.at_us, until_us, notes)
    return _one_each(inside, start.at_us, until_us)


def _reading(sample: Sample, rank: int) -> Reading:
    return Reading(sample.at_us, sample.milli, rank, sample.context, sample.place)


def _whole(samples: list[Sample], notes: list[Fault]) -> list[Sample]:
    """The samples without those of fewer phases than others: their sums are of another register."""
    most = max((len(sample.phases) for sample in samples), default=0)
    partial = [sample for sample in samples if 0 < len(sample.phases) < most]
    if partial:
        first = min(partial, key=lambda each: each.place)
        got = f"{len(partial)} readings of fewer phases than others"
        notes.append(Fault("phases", first.place, got, f"readings of {most} phases", "they are left out"))
    return [sample for sample in samples if len(sample.phases) in (0, most)]


def _within(found: list[Reading], start_us: int, until_us: int, notes: list[Fault]) -> list[Reading]:
    moved = sorted(_clamped(reading, start_us, until_us) for reading in found)
    moved = sorted(_with_edges(moved, start_us, until_us))
    inside = [reading for reading in moved if start_us <= reading.at_us <= until_us]
    early = [reading for reading in moved if reading.at_us < start_us]
    late = [reading for reading in moved if reading.at_us > until_us]
    if not inside:
        return inside
    first = min(reading.milli for reading in inside if reading.at_us == inside[0].at_us)
    last = max(reading.milli for reading in inside if reading.at_us == inside[-1].at_us)
    for reading in early:
        _refuse_if(reading.milli > first + ROUNDING_MWH, reading, start_us, first)
    for reading in late:
        _refuse_if(reading.milli < last - ROUNDING_MWH, reading, until_us, last)
    late = [reading for reading in late if reading.milli > last + ROUNDING_MWH]
    for strays, what in ((early, "before the start"), (late, "after the stop")):
        if strays:
            one = min(strays, key=lambda each: each.place)
            got = f"{len(strays)} readings {what}, one of them {energy_text(one.milli)} at {instant_text(one.at_us)}"
            notes.append(Fault("outside_session", one.place, got, "readings of the session", "they are left out"))
    return inside


def _clamped(reading: Reading, start_us: int, until_us: int) -> Reading:
    if reading.context == BEGIN and 0 < start_us - reading.at_us <= CLOCK_TOLERANCE_US:
        return reading._replace(at_us=start_us)
    if reading.context == END and 0 < reading.at_us - until_us <= CLOCK_TOLERANCE_US:
        return reading._replace(at_us=until_us)
    return reading


def _with_edges(found: list[Reading], start_us: int, until_us: int) -> list[Reading]:
    """The same, in order, where a reading near the start or the stop counts at it if there is none."""
    inside = [reading for reading in found if start_us <= reading.at_us <= until_us]
    chosen: dict[Reading, int] = {}
    if not inside or inside[0].at_us > start_us:
        near = [r for r in found if start_us - CLOCK_TOLERANCE_US <= r.at_us < start_us]
        if near and (not inside or near[-1].milli <= inside[0].milli + ROUNDING_MWH):
            chosen[near[-1]] = start_us
        elif inside and inside[0].context == BEGIN and inside[0].at_us - start_us <= CLOCK_TOLERANCE_US:
            chosen[inside[0]] = start_us
    if not inside or inside[-1].at_us < until_us:
        near = [r for r in found if until_us < r.at_us <= until_us + CLOCK_TOLERANCE_US]
        if near and (not inside or near[0].milli >= inside[-1].milli - ROUNDING_MWH):
            chosen[near[0]] = until_us
        elif inside and inside[-1].context == END and until_us - inside[-1].at_us <= CLOCK_TOLERANCE_US:
            chosen[inside[-1]] = until_us
    return [reading._replace(at_us=chosen.get(reading, reading.at_us)) for reading in found]


def _refuse_if(impossible: bool, reading: Reading, edge_us: int, register: int) -> None:
    if impossible and abs(reading.at_us - edge_us) > CLOCK_TOLERANCE_US:
        got = f"a register of {energy_text(reading.milli)} at {instant_text(reading.at_us)}"
        want = f"one that fits {energy_text(register)} at {instant_text(edge_us)}"
        fix = "correct the charge point's clock: read_ocpp(..., clock_offset=...) moves all its instants"
        raise LeftOutError("clock", got, want, fix)


def _one_each(found: list[Reading], start_us: int, until_us: int) -> list[Reading]:
    """One reading for each instant. In a session of no length, one that opens it and one that closes it."""
    at: dict[int, list[Reading]] = defaultdict(list)
    for reading in found:
        at[reading.at_us].append(reading)
    if start_us == until_us:
        opening = [reading for reading in found if reading.context != END]
        closing = [reading for reading in found if reading.context != BEGIN]
        return [each for each in (_lowest(opening), _highest(closing)) if each is not None]
    best: list[Reading] = []
    for at_us in sorted(at):
        chosen = _lowest(at[at_us]) if at_us == start_us else _highest(at[at_us])
        if chosen is not None:
            best.append(chosen)
    return best


def _lowest(found: list[Reading]) -> Reading | None:
    return min(found, key=lambda each: (each.rank, each.milli, each.context), default=None)


def _highest(found: list[Reading]) -> Reading | None:
    return min(found, key=lambda each: (each.rank, -each.milli, each.context), default=None)
