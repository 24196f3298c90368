"""What was measured: the intervals of a session, its reservation, and the gaps between (PRICING 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from rating.reference.values import Interval, Usage
from rating.units import US_PER_H

# The mean power of an interval that has energy and no length: above every maximum.
UNLIMITED_MW = 2**63


class Times(NamedTuple):
    """How much of some time is for each activity, in microseconds."""

    charging_us: int
    parked_us: int
    reserved_us: int


@dataclass(frozen=True, slots=True)
class Part:
    """An interval, a gap, or reserved time before the session (in an expired one, anywhere)."""

    start_us: int
    end_us: int
    energy_mwh: int
    times: Times
    kind: Literal["interval", "gap", "reserved"] = "interval"
    charges: bool = False
    power_mw: int = 0
    current_ma: int = 0

    @property
    def is_reserved(self) -> bool:
        """Whether any of it is time of the reservation."""
        return self.kind == "reserved" or self.times.reserved_us > 0


def parts_of(usage: Usage) -> list[Part]:
    """The reservation, then the intervals of the session with the gaps before, between and after them.

    A gap draws nothing and counts as parked (our choice), but for two cases, in which it counts as nothing: where a
    CDR says how much time each interval has, it says all of it; and an expired session had no vehicle.
    """
    reserved = [each for each in usage.intervals if each.activity == "reserved"]
    measured = [each for each in usage.intervals if each.activity != "reserved"]
    told = any(interval.volumes_us is not None for interval in measured)
    parts = [Part(each.start_us, each.end_us, 0, Times(*each.times_us), "reserved") for each in reserved]
    at = usage.start_us
    for interval in measured:
        if at < interval.start_us:
            parts.append(_gap(at, interval.start_us, told or usage.expired))
        parts.append(_part(interval))
        at = interval.end_us
    if at < usage.end_us:
        parts.append(_gap(at, usage.end_us, told or usage.expired))
    if usage.expired and reserved_from(parts) is None:
        length = Times(0, 0, usage.end_us - usage.start_us)
        parts.insert(0, Part(usage.start_us, usage.end_us, 0, length, "reserved"))
    return parts


def _gap(start_us: int, end_us: int, counts_as_nothing: bool) -> Part:
    return Part(start_us, end_us, 0, Times(0, 0 if counts_as_nothing else end_us - start_us, 0), "gap")


def _part(interval: Interval) -> Part:
    return Part(
        interval.start_us,
        interval.end_us,
        interval.energy_mwh,
        Times(*interval.times_us),
        charges=interval.charges,
        power_mw=mean_power(interval) if interval.power_mw is None else interval.power_mw,
        current_ma=interval.current_ma or 0,
    )


def mean_power(interval: Interval) -> int:
    """The mean power of an interval, in whole milli-W.

    >>> mean_power(Interval(0, 900_000_000, 2_500_000))
    10000000
    """
    length_us = interval.end_us - interval.start_us
    if length_us == 0:
        return UNLIMITED_MW if interval.energy_mwh else 0
    return interval.energy_mwh * US_PER_H // length_us


def first_energy(usage: Usage) -> int | None:
    """The instant at which the first interval with energy starts, or None where none ever flowed."""
    return next((interval.start_us for interval in usage.intervals if interval.energy_mwh > 0), None)


def charging_end(usage: Usage) -> int:
    """The instant at which charging ended: what the session says, else the end of the last interval with charging
    time, else the session's start.

    >>> charging_end(Usage("S", 0, 90, (Interval(10, 20, 5), Interval(20, 50, 0, "withheld"), Interval(50, 90, 0))))
    50
    """
    if usage.charging_end_us is not None:
        return usage.charging_end_us
    return max((each.end_us for each in usage.intervals if each.times_us[0] > 0), default=usage.start_us)


def reserved_from(parts: list[Part]) -> int | None:
    """When the reservation began, from which its durations count."""
    return min((part.start_us for part in parts if part.is_reserved), default=None)
