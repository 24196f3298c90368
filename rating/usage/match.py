"""Rows of intervals or readings to their sessions: as they are where that is right, else grouped and sorted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rating.usage.batch import Int64
from rating.usage.identity import FindRuns, Runs, SessionIds, find_runs, locate, starts_sorted

__all__ = ["FindRuns", "Matched", "expand", "find_runs", "match", "order_ties", "session_of", "sort_groups"]


class Matched(NamedTuple):
    """m rows of n sessions, and the rows of none. Rows of one session are in order of start, ties as they came in."""

    rows: Int64 | None  # (m,) input rows, grouped by session; None: all rows, as they came in, and no two starts alike
    first: Int64  # (n + 1,) rows of session i are first[i] .. first[i + 1] - 1
    stray_runs: Int64  # runs of no session
    complete: bool = False  # it is known that every session has rows


def match(runs: Runs, sessions: SessionIds, start_us: Int64) -> Matched:
    """Group the rows of `runs` by session and sort each group by start_us (m,), stably."""
    count = len(sessions.ids)
    session = locate(runs, sessions)
    if session is None:
        rows = None if runs.sorted else sort_groups(runs.first, start_us, None)
        return Matched(rows, runs.first, np.empty(0, np.int64), complete=True)
    length = np.diff(runs.first)
    if len(session) == 0 or (session[0] >= 0 and (session[1:] >= session[:-1]).all()):
        # In the order of the sessions, some of which may have no rows, or several runs (of a chunk each).
        first = runs.first[np.searchsorted(session, np.arange(count + 1))]
        joined = bool((session[1:] == session[:-1]).any())
        in_order = runs.sorted and (not joined or starts_sorted(first, start_us))
        return Matched(None if in_order else sort_groups(first, start_us, None), first, np.empty(0, np.int64))
    order = _stable_order(session)
    strays = int(np.count_nonzero(session < 0))
    known = order[strays:]  # -1 sorts to the front
    rows = expand(runs.first[known], length[known])
    total = np.concatenate((np.zeros(1, np.int64), np.cumsum(length[known])))
    first = total[np.searchsorted(session[known], np.arange(count + 1))]
    start_us = start_us[rows]
    if not starts_sorted(first, start_us):
        rows = sort_groups(first, start_us, rows)
    return Matched(rows, first, order[:strays])


def expand(first: Int64, length: Int64) -> Int64:
    """The numbers first[j] .. first[j] + length[j] - 1 for each j, one after the other.

    >>> expand(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    if (length == 1).all():  # rows in no order at all, the longest input of this function
        return first
    shift = first - (np.cumsum(length) - length)
    return np.repeat(shift, length) + np.arange(int(length.sum()), dtype=np.int64)


def session_of(first: Int64, position: Int64) -> Int64:
    """The group of each position, where groups start at `first` (n + 1,) and may be empty.

    >>> session_of(np.array([0, 2, 2, 3]), np.array([0, 1, 2]))
    array([0, 0, 2])
    """
    found: Int64 = np.searchsorted(first, position, side="right") - 1
    return found


def order_ties(rows: Int64, first: Int64, at_us: Int64, tie: Int64) -> Int64:
    """`rows`, where those of one session and instant are in order of `tie` (m,): so the order in which
    they came in does not decide.
    """
    instant, value = at_us[rows], tie[rows]
    down = np.flatnonzero((instant[1:] == instant[:-1]) & (value[1:] < value[:-1])) + 1
    session = session_of(first, down)
    session = np.unique(session[first[session] != down])
    if len(session) == 0:
        return rows
    length = first[session + 1] - first[session]
    place = expand(first[session], length)
    group = np.repeat(np.arange(len(session)), length)
    rows = rows.copy()
    rows[place] = rows[place[np.lexsort((value[place], instant[place], group))]]
    return rows


def _stable_order(key: Int64) -> Int64:
    """np.argsort(key, kind="stable") for keys from -1, at half its time: the row is sorted along with the key."""
    bits = max(len(key) - 1, 1).bit_length()
    if (int(key.max()) + 2).bit_length() + bits > 63:
        return np.argsort(key, kind="stable")
    packed = ((key + 1) << bits) | np.arange(len(key), dtype=np.int64)
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def sort_groups(first: Int64, start_us: Int64, rows: Int64 | None) -> Int64:
    """`rows` (m,), or all m rows, with each group that is not in order of start_us (m,) sorted stably."""
    rows = np.arange(len(start_us), dtype=np.int64) if rows is None else rows.copy()
    down = np.flatnonzero(start_us[1:] < start_us[:-1]) + 1
    group = session_of(first, down)
    unsorted = np.unique(group[first[group] != down])
    length = first[unsorted + 1] - first[unsorted]
    place = expand(first[unsorted], length)
    rows[place] = rows[place[_order_within(length, start_us[place])]]
    return rows


def _order_within(length: Int64, start_us: Int64) -> Int64:
    """The stable order of start_us (m,) within consecutive groups of these lengths, none of them 0."""
    if len(length) == 0:
        return np.empty(0, np.int64)
    group = np.repeat(np.arange(len(length), dtype=np.int64), length)
    # Starts are checked for range later, so that the width of a key is not known before it is measured.
    if int(start_us.max()) - int(start_us.min()) < 2**62:
        since = start_us - np.repeat(np.minimum.reduceat(start_us, np.cumsum(length) - length), length)
        width = int(since.max()).bit_length()
        if width + len(length).bit_length() <= 62:
            return np.argsort((group << width) | since, kind="stable")
    return np.lexsort((start_us, group))
