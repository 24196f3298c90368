"""What is drawn for the slow twin comes back from tables as it was: nothing that a session says is lost or mixed up."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import random_network
from twin import Drawn, tables

from rating.desk.usage import usage_of
from rating.errors import Refused
from rating.reference import Interval, Usage
from rating.usage import read_usage

RESERVATION = (Refused.RESERVATION, Refused.INSTANT_RANGE, Refused.END_BEFORE_START, Refused.SESSION_TOO_LONG)


def drawn(seed: int) -> list[Drawn]:
    """Sessions of several networks, without the times that only a CDR can say."""
    found = []
    for i in range(4):
        for id_, usage in random_network(seed + i, full=True)[1]:
            intervals = tuple(replace(each, volumes_us=None) for each in usage.intervals)
            found.append((id_, replace(usage, session_id=f"{usage.session_id}-{i}", intervals=intervals)))
    return found


def told(usage: Usage) -> Usage:
    """As the twin is told it: no power or current of reserved time, and intervals in order."""

    def plain(interval: Interval) -> Interval:
        if interval.activity != "reserved":
            return interval
        return replace(interval, power_mw=None, current_ma=None)

    held = [plain(each) for each in usage.intervals if each.activity == "reserved"]
    others = sorted(
        (each for each in usage.intervals if each.activity != "reserved"), key=lambda each: (each.start_us, each.end_us)
    )
    return replace(usage, intervals=(*held, *others))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_every_session_comes_back(seed: int, random: Random) -> None:
    sessions = drawn(seed)
    owned, rows = tables(sessions)
    order = list(range(len(rows["start"])))
    random.shuffle(order)
    shuffled = {name: [values[k] for k in order] for name, values in rows.items()}
    for table in (rows, shuffled):
        batch = read_usage(owned, table | {"session_id": pa.array(table["session_id"], pa.string())})
        for i, (_, usage) in enumerate(sessions):
            found, status = told(usage_of(batch, i)), batch.sessions.status[i]
            if status == Refused.FINE:
                assert without_ties(found) == without_ties(told(usage))
            else:
                assert status in (Refused.NO_DATA, Refused.CHARGING_END) or status in RESERVATION
                assert found.intervals == tuple(each for each in found.intervals if each.activity != "reserved")


def without_ties(usage: Usage) -> Usage:
    """Intervals of no length at one instant have no order but that in which they came."""

    def key(each: Interval) -> tuple[Any, ...]:
        return each.activity != "reserved", each.start_us, each.end_us, repr(each)

    return replace(usage, intervals=tuple(sorted(usage.intervals, key=key)))
