"""Intervals in the order of time, for the rare batch in which a session's are not."""

from __future__ import annotations

import numpy as np

from rating.usage.batch import UsageBatch
from rating.usage.identity import starts_sorted
from rating.usage.match import order_ties, sort_groups


def put_in_order(batch: UsageBatch) -> UsageBatch | None:
    """Sort each session's intervals by start, then by end; None where they are in order already.

    To look at every start before rating costs 0.4 ns an interval, and finds what the walk finds as well: an interval
    that starts before the one before it has ended. So it is only looked at where the walk has found a fault.
    """
    intervals, first = batch.intervals, batch.interval_first
    if starts_sorted(first, intervals.start_us):
        return None
    order = order_ties(sort_groups(first, intervals.start_us, None), first, intervals.start_us, intervals.end_us)
    if (order[1:] > order[:-1]).all():
        return None
    rows = np.arange(len(order), dtype=np.int64) if intervals.row is None else intervals.row
    return batch._replace(
        intervals=intervals._replace(
            start_us=intervals.start_us[order],
            end_us=intervals.end_us[order],
            energy=intervals.energy[order],
            activity=None if intervals.activity is None else intervals.activity[order],
            row=rows[order],
        )
    )
