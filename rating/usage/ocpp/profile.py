"""Energy.Active.Import.Interval: the energy since the sample before, where the register says nothing in between.

The register counts. Where it was read at the start and the stop only, or not at all, the interval values say when the
energy flowed: each since the value before it, or the start. Clock-aligned values and periodic ones count the same
energy twice, so the clock-aligned ones are used only where they are alone. If they say more than the register does,
they are not used.
"""

from __future__ import annotations

from itertools import accumulate

from rating.errors import Fault
from rating.usage.evidence import energy_text
from rating.usage.ocpp.clock import END
from rating.usage.ocpp.model import CLOCK_TOLERANCE_US, ROUNDING_MWH, Kind, Reading, Sample, Transaction

_CLOCK = "Sample.Clock"


def with_profile(
    readings: list[Reading], transaction: Transaction, start_us: int, until_us: int, notes: list[Fault]
) -> list[Reading]:
    """The readings, with what the interval values say the register was in between."""
    if any(start_us < reading.at_us < until_us for reading in readings):
        return readings
    amounts = _amounts([s for s in transaction.samples if s.kind == Kind.INTERVAL], start_us, until_us)
    if not amounts:
        return readings
    base = next((reading.milli for reading in readings if reading.at_us == start_us), None)
    final = next((reading.milli for reading in readings[1:] if reading.at_us == until_us), None)
    total = sum(sample.milli for sample in amounts)
    if base is not None and final is not None and total > final - base + ROUNDING_MWH:
        got = f"intervals of {energy_text(total)}, where the register rose by {energy_text(final - base)}"
        want = "intervals that add up to no more than the register"
        notes.append(Fault("interval_values", amounts[0].place, got, want, "the register alone counts"))
        return readings
    sums = list(accumulate((sample.milli for sample in amounts), initial=base or 0))
    made = [
        Reading(sample.at_us, so_far, 0, sample.context, sample.place)
        for sample, so_far in zip(amounts, sums[1:], strict=True)
    ]
    first = Reading(start_us, base or 0, 0, "", amounts[0].place)
    if base is None or final is None:
        return [first, *made]
    return [first, *(each for each in made if each.at_us < until_us), readings[-1]]


def _amounts(samples: list[Sample], start_us: int, until_us: int) -> list[Sample]:
    """One value for each instant after the start, of one kind of context."""
    moved = [
        sample._replace(at_us=until_us)
        if sample.context == END and 0 < sample.at_us - until_us <= CLOCK_TOLERANCE_US
        else sample
        for sample in samples
    ]
    inside = [sample for sample in moved if start_us < sample.at_us <= until_us]
    periodic = [sample for sample in inside if sample.context != _CLOCK]
    if any(sample.context not in (_CLOCK, END) for sample in periodic):
        inside = periodic
    at = {sample.at_us: sample for sample in sorted(inside, key=lambda each: (each.at_us, each.milli))}
    return [at[at_us] for at_us in sorted(at)]
