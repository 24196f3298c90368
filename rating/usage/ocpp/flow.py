"""Steps of energy and stretches of states -> the intervals of a session.

Intervals are cut where the register was read and where the state changed. Between two readings the energy flows evenly
(PRICING 2) over the time in which energy could flow: while the vehicle charged, or its state is not known. Parts in
which it was suspended, or not yet charging, carry none, unless there is nothing else between the two readings: then the
register is right, and the energy flows evenly over all of it. The part up to a cut is floor(energy x time to the cut /
time of the flow), in thousandths of a Wh, and the last part is the rest.

A vehicle that is said to be suspended for all of the time between two readings, and takes more than a kilowatt on the
mean, charges: its state is out of date. Less is what heaters and the charger itself take, and it stays parked.

`power_w` and `current_a` are the mean of the samples within an interval, both ends included, else of those from the
reading before it to the reading after it; 0 where it is suspended and no energy flows; else null: nothing is guessed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from rating.errors import Fault, Place
from rating.units import US_PER_H
from rating.usage.evidence import instant_text
from rating.usage.ocpp.model import Kind, Sample
from rating.usage.ocpp.registers import Step
from rating.usage.ocpp.states import ACTIVITY, CARRIES, State, Stretch

_SUSPENDED_MAX_MW: Final = 1_000_000  # a kilowatt


class Interval(NamedTuple):
    """A row of the table of intervals."""

    start_us: int
    end_us: int
    energy_mwh: int
    activity: str
    power_mw: int | None
    current_ma: int | None


class Gauge:
    """The samples of a power or a current over a session."""

    def __init__(self, samples: list[Sample], kind: Kind) -> None:
        found: dict[int, int] = {}
        for sample in samples:
            if sample.kind == kind:
                found[sample.at_us] = max(sample.milli, found.get(sample.at_us, 0))
        self._at = sorted(found)
        self._sums = list(accumulate((found[at_us] for at_us in self._at), initial=0))

    def within(self, part: Stretch, step: Step, suspended: bool) -> int | None:
        """The mean of a part of a step, as the head of this file says."""
        if suspended and self._at:
            return 0
        found = self._mean(part.start_us, part.end_us)
        return self._mean(step.start_us, step.end_us) if found is None else found

    def _mean(self, start_us: int, end_us: int) -> int | None:
        first, last = bisect_left(self._at, start_us), bisect_right(self._at, end_us)
        return (self._sums[last] - self._sums[first]) // (last - first) if first < last else None


def flow(
    steps: list[Step], states: list[Stretch], samples: list[Sample], place: Place, notes: list[Fault]
) -> list[Interval]:
    """The intervals of a session from its first state to its last; before and after the steps no energy is known."""
    power, current = Gauge(samples, Kind.POWER), Gauge(samples, Kind.CURRENT)
    found: list[Interval] = []
    for step in _covering(steps, states):
        parts = _within(states, step)
        if _is_charging(step, parts):
            got = f"SuspendedEV from {instant_text(step.start_us)} to {instant_text(step.end_us)}, at more than 1 kW"
            want, fix = "a vehicle that takes nothing", "it counts as charging"
            notes.append(Fault("state_contradicted", place, got, want, fix))
            parts = [part._replace(state=State.CHARGING) for part in parts]
        for part, energy in zip(parts, _shares(step.energy_mwh, parts), strict=True):
            suspended = energy == 0 and part.state not in CARRIES
            measured = (gauge.within(part, step, suspended) for gauge in (power, current))
            found.append(Interval(part.start_us, part.end_us, energy, ACTIVITY[part.state], *measured))
    return found


def _covering(steps: list[Step], states: list[Stretch]) -> list[Step]:
    """The steps, with steps of no energy before and after them, so that all of the session is told."""
    if not states:
        return steps
    start_us, end_us = states[0].start_us, states[-1].end_us
    first = steps[0].start_us if steps else end_us
    last = steps[-1].end_us if steps else end_us
    head = [Step(start_us, first, 0)] if start_us < first else []
    tail = [Step(last, end_us, 0)] if last < end_us else []
    return [*head, *steps, *tail]


def _within(states: list[Stretch], step: Step) -> list[Stretch]:
    """The stretches of a step; one of unknown state for a step of no length, and for what no state covers."""
    first = bisect_right(states, step.start_us, key=lambda each: each.end_us)
    last = bisect_left(states, step.end_us, key=lambda each: each.start_us)
    parts = [
        Stretch(max(part.start_us, step.start_us), min(part.end_us, step.end_us), part.state)
        for part in states[first:last]
    ]
    parts = [part for part in parts if part.start_us < part.end_us]
    return parts or [Stretch(step.start_us, step.end_us, State.UNKNOWN)]


def _shares(energy_mwh: int, parts: list[Stretch]) -> list[int]:
    """What each part carries: their sum is the energy."""
    carries = [part.state in CARRIES for part in parts]
    if not any(carries):
        carries = [True] * len(parts)
    lengths = [(part.end_us - part.start_us) * carry for part, carry in zip(parts, carries, strict=True)]
    total = sum(lengths)
    if total == 0:
        return [energy_mwh] + [0] * (len(parts) - 1)
    sums = [energy_mwh * length // total for length in accumulate(lengths, initial=0)]
    return [after - before for before, after in pairwise(sums)]


def _is_charging(step: Step, parts: list[Stretch]) -> bool:
    """Whether a vehicle takes real power that is said to take none."""
    if not any(part.state == State.PARKED for part in parts) or any(part.state in CARRIES for part in parts):
        return False
    return step.energy_mwh * US_PER_H > _SUSPENDED_MAX_MW * (step.end_us - step.start_us)
