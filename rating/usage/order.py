"""Intervals in the order of time, for the rare batch in which a session's are not."""

from __future__ import annotations

import numpy as np

from rating.units import ACTIVITY_RESERVED
from rating.usage.batch import Int64, Intervals, UsageBatch
from rating.usage.identity import starts_sorted
from rating.usage.match import order_ties, sort_groups
from rating.usage.meter import reordered


def put_in_order(batch: UsageBatch) -> UsageBatch | None:
    """Sort each session's intervals by start, then by end; None where they are in order already.

    To look at every start before rating costs 0.4 ns an interval, and finds what the walk finds as well: an interval
    that starts before the one before it has ended. So it is only looked at where the walk has found a fault. Reserved
    time stays in front, where it is also in an expired session, whose other intervals may lie before it.
    """
    intervals, first = batch.intervals, batch.interval_first
    if starts_sorted(first, intervals.start_us):
        return None
    order = _order(intervals, first)
    if (order[1:] > order[:-1]).all():
        return None
    return batch._replace(intervals=reordered(intervals, order))


def _order(intervals: Intervals, first: Int64) -> Int64:
    start_us, end_us = intervals.start_us, intervals.end_us
    if intervals.activity is not None and (intervals.activity == ACTIVITY_RESERVED).any():
        session = np.repeat(np.arange(len(first) - 1), np.diff(first))
        return np.lexsort((end_us, start_us, intervals.activity != ACTIVITY_RESERVED, session))
    return order_ties(sort_groups(first, start_us, None), first, start_us, end_us)
