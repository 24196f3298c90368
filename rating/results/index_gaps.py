"""The moments at which a session has energy and an index no price, in words."""

from __future__ import annotations

from rating.tariff.model import Tariff
from rating.tariff.spot import Index
from rating.usage.batch import UsageBatch
from rating.usage.evidence import instant_text

_SHOWN = 3


def missing_prices(tariff: Tariff, batch: UsageBatch, i: int) -> str:
    """Which index of the tariff has no price from when to when: the first few gaps in which session `i` has energy."""
    parts = [part for version in tariff.versions for element in version.elements for part in element.components]
    spots = [part.spot for part in parts if part.spot is not None and part.spot.fallback_micro is None]
    told = []
    for index in dict.fromkeys(spot.index for spot in spots):
        gaps = _gaps(index, batch, i)
        if gaps:
            shown = [f"from {instant_text(start)} to {instant_text(end)}" for start, end in gaps[:_SHOWN]]
            more = f" and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
            told.append(f"the index {index.name} has no price: {', '.join(shown)}{more}")
    return "; ".join(told)


def _gaps(index: Index, batch: UsageBatch, i: int) -> list[tuple[int, int]]:
    """The gaps under the session's intervals with energy, neighbours as one."""
    intervals = batch.intervals
    found: list[tuple[int, int]] = []
    for k in range(int(batch.interval_first[i]), int(batch.interval_first[i + 1])):
        if intervals.energy[k] <= 0:
            continue
        start_us, end_us = int(intervals.start_us[k]), int(intervals.end_us[k])
        for gap in index.gaps(start_us, max(end_us, start_us + 1)):
            if found and found[-1][1] == gap[0]:
                found[-1] = (found[-1][0], gap[1])
            else:
                found.append(gap)
    return found
