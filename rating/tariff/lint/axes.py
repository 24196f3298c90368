"""The axes of moments on which elements are compared, and the box of moments at which each element holds.

Days and minutes of the day are as they are. On the other axes a cell lies between two values that some element names.
Not every box of cells can happen (much energy in no time); what is covered even so is covered in fact.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from rating.tariff.lint import days
from rating.tariff.lint.boxes import Box
from rating.tariff.model import When
from rating.units import CURRENT_MAX_MA, ENERGY_MAX_MWH, POWER_MAX_MW, SESSION_MAX_US

DAY_MIN = 1440
ALL_MINUTES = (1 << DAY_MIN) - 1

Range = tuple[int | None, int | None]

# Minimum and maximum of a restriction, and the most that there can be; None where there is no most: an interval of
# no length with energy has more power than any.
RANGES: dict[str, tuple[Callable[[When], Range], int | None]] = {
    "kwh": (lambda when: (when.min_energy_mwh, when.max_energy_mwh), ENERGY_MAX_MWH),
    "duration": (lambda when: (when.min_duration_us, when.max_duration_us), SESSION_MAX_US),
    "power": (lambda when: (when.min_power_mw, when.max_power_mw), None),
    "current": (lambda when: (when.min_current_ma, when.max_current_ma), CURRENT_MAX_MA),
    "evse_power": (lambda when: (when.min_evse_power_mw, when.max_evse_power_mw), POWER_MAX_MW),
}
NAMES: dict[str, Callable[[When], frozenset[str] | None]] = {
    "tariff_type": lambda when: when.tariff_type,
    "connector": lambda when: when.connector,
    "membership": lambda when: when.membership,
    "payment_method": lambda when: when.payment_method,
}
_GROW = ("kwh", "duration")  # 0 when a session starts


def minutes_of(when: When) -> int:
    """The minutes of the day in its window; a start that is the end means the whole day.

    >>> ALL_MINUTES == minutes_of(When()) == minutes_of(When(start_min=60, end_min=60))
    True
    """
    start, end = when.start_min or 0, when.end_min or DAY_MIN
    if start == end:
        return ALL_MINUTES
    upto_end, upto_start = (1 << end) - 1, (1 << start) - 1
    return upto_end & ~upto_start if start < end else ALL_MINUTES & (upto_end | ~upto_start)


class Axes:
    """The axes that some elements span: days, minutes, then `RANGES` and `NAMES`."""

    def __init__(self, whens: Sequence[When]) -> None:
        # Of each of `RANGES`, ascending: cell n ends at bound n.
        self.bounds = [
            sorted({value for when in whens for value in limits(when) if value is not None and value > 0})
            for limits, _ in RANGES.values()
        ]
        # The last cell is whatever nobody names, and what is not known.
        self._names = [sorted({name for when in whens for name in names(when) or ()}) for names in NAMES.values()]

    def box(self, when: When) -> Box:
        """The moments at which all restrictions hold."""
        ranges = [
            _cells(bounds, *limits(when)) for bounds, (limits, _) in zip(self.bounds, RANGES.values(), strict=True)
        ]
        named = [_listed(known, names(when)) for known, names in zip(self._names, NAMES.values(), strict=True)]
        return (days.of_when(when), minutes_of(when), *ranges, *named)

    def space(self, dates: int, *, starts: bool = False) -> Box:
        """All moments on these dates; with `starts` only those at which a session begins."""
        ranges = []
        for bounds, (name, (_, most)) in zip(self.bounds, RANGES.items(), strict=True):
            possible = len(bounds) if most is None else sum(bound <= most for bound in bounds)
            ranges.append(1 if starts and name in _GROW else (2 << possible) - 1)
        return (dates, ALL_MINUTES, *ranges, *((2 << len(known)) - 1 for known in self._names))


def _cells(bounds: list[int], least: int | None, most: int | None) -> int:
    """The cells from `least` up to and not with `most`."""
    low = 0 if least is None or least <= 0 else bisect_left(bounds, least) + 1
    high = len(bounds) + 1 if most is None else 0 if most <= 0 else bisect_left(bounds, most) + 1
    return ((1 << high) - 1) & ~((1 << low) - 1)


def _listed(known: list[str], names: frozenset[str] | None) -> int:
    if names is None:
        return (2 << len(known)) - 1
    return sum(1 << known.index(name) for name in names)
