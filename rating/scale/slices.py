"""Sessions with all of their intervals or readings, cut from streams by fixed rules.

Comes in: record batches of sessions and of what their meters said, both in ascending order of a key: the session's id,
or its row. Goes out: slices, of which each holds some sessions and everything of their meters. Where a slice ends
follows from the rows alone, never from timing or from where batches end: the same input gives the same bytes.

A slice ends behind the session with whose rows it reaches `meter` rows, at the latest behind `sessions` sessions, and
never between sessions of one id. What belongs to no session lies with the sessions that follow it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.usage.batch import Excerpt
from rating.usage.columns import is_text, plain, view

# Of J1 a slice of 512 Ki intervals takes 16 MB, gives 11 MB of tables and makes row groups of 76,000 lines. The process
# has 650 MiB at most; with slices of 1 Mi it has 870, of 2 Mi 1,260, and none of them is faster.
SLICE_METER: Final = 2**19
SLICE_SESSIONS: Final = 2**16
NUMBER: Final = "__rating_row"  # the row of a session or interval in its files, where rows come in another order
KEY: Final = "__rating_key"  # by which rows are in order, where that is not the session's id


class OutOfOrderError(Exception):
    """Rows are not in ascending order of their key, or have none."""


class Sizes(NamedTuple):
    """After how many rows of the meter, or sessions, a slice ends, and a part of the run.

    Files of up to `whole` rows, or 32 bytes for each where the rows are not told, are rated at once: 4 Mi take half a
    second and 400 MB.
    """

    slice_meter: int = SLICE_METER
    slice_sessions: int = SLICE_SESSIONS
    part_meter: int = 2**25
    part_sessions: int = 2**21
    whole: int = 2**22


class Position(NamedTuple):
    """So many rows of both streams have been cut."""

    sessions: int = 0
    meter: int = 0


class Slice(NamedTuple):
    """Some sessions, and what their meters said. `behind`: where the next slice begins."""

    sessions: Any  # pyarrow.Table
    meter: Any  # pyarrow.Table, None where sessions carry all themselves
    excerpt: Excerpt
    behind: Position


class Column(NamedTuple):
    """The keys of a record batch: whole numbers as NumPy has them, or text as Arrow has it."""

    values: Any
    text: bool

    def at(self, row: int) -> Any:
        """The key of a row."""
        return self.values[row].as_py() if self.text else int(self.values[row])

    def count_to(self, key: Any, *, inclusive: bool) -> int:
        """How many keys lie before `key`, or at it as well."""
        if not self.text:
            return int(np.searchsorted(self.values, key, side="right" if inclusive else "left"))
        low, high = 0, len(self.values)  # Python compares text by code points, as Arrow does by bytes of UTF-8
        while low < high:
            middle = (low + high) // 2
            value = self.values[middle].as_py()
            low, high = (middle + 1, high) if value < key or (inclusive and value == key) else (low, middle)
        return low


def keys_of(batch: Any, name: str) -> Column:
    """The keys of a batch. Raises OutOfOrderError where they descend or one is missing."""
    array = plain(batch.column(name))
    if array.null_count:
        raise OutOfOrderError
    if is_text(array.type):
        if len(array) > 1 and not pc.all(pc.less_equal(array.slice(0, len(array) - 1), array.slice(1))).as_py():
            raise OutOfOrderError
        return Column(array, True)
    values = view(array if pa.types.is_int64(array.type) else array.cast(pa.int64()), np.int64)
    if (values[1:] < values[:-1]).any():
        raise OutOfOrderError
    return Column(values, False)


class Held:
    """The rows of a stream that were read and not yet cut, in ascending order of their key."""

    def __init__(self, batches: Iterator[Any], schema: Any, key: str) -> None:
        self.rows = 0
        self.ended = False
        self._batches, self._schema, self._key = batches, schema, key
        self._held: deque[tuple[Any, Column]] = deque()
        self._last: Any = None

    def fill(self, rows: int) -> None:
        """Read until so many rows are held, or the stream ends."""
        while self.rows < rows and not self.ended:
            self._read()

    def fill_past(self, key: Any) -> None:
        """Read until a key past `key` is held, or the stream ends."""
        while not self.ended and (not self._held or self._last <= key):
            self._read()

    def key_at(self, row: int) -> Any:
        """The key of a row that is held."""
        for batch, keys in self._held:
            if row < batch.num_rows:
                return keys.at(row)
            row -= batch.num_rows
        raise IndexError(row)

    def count_to(self, key: Any, *, inclusive: bool = True) -> int:
        """How many of the rows that are held lie before `key`, or at it as well."""
        count = 0
        for batch, keys in self._held:
            within = keys.count_to(key, inclusive=inclusive)
            count += within
            if within < batch.num_rows:
                break
        return count

    def take(self, rows: int) -> Any:
        """The first rows as a table; they are held no longer."""
        taken, left = [], rows
        while left:
            batch, keys = self._held.popleft()
            if batch.num_rows > left:
                self._held.appendleft((batch.slice(left), Column(keys.values[left:], keys.text)))
                batch = batch.slice(0, left)
            taken.append(batch)
            left -= batch.num_rows
        self.rows -= rows
        return pa.Table.from_batches(taken, self._schema)

    def _read(self) -> None:
        batch = next(self._batches, None)
        if batch is None:
            self.ended = True
            return
        if batch.num_rows == 0:
            return
        keys = keys_of(batch, self._key)
        if self._last is not None and keys.at(0) < self._last:
            raise OutOfOrderError
        self._last = keys.at(batch.num_rows - 1)
        self._held.append((batch, keys))
        self.rows += batch.num_rows


def merge(sessions: Held, meter: Held, sizes: Sizes, at: Position) -> Iterator[Slice]:
    """Slices of two streams in order of one key. `at`: how many rows of both were skipped."""
    while True:
        sessions.fill(sizes.slice_sessions + 1)
        meter.fill(sizes.slice_meter)
        if not sessions.rows:
            break
        count = _sessions_to_cut(sessions, meter, sizes)
        key = sessions.key_at(count - 1)
        meter.fill_past(key)
        rows = meter.count_to(key)
        at, cut = _cut(sessions.take(count), meter.take(rows), at)
        yield cut
    while meter.rows:  # of sessions behind the last one
        meter.fill(sizes.slice_meter)
        key = meter.key_at(min(sizes.slice_meter, meter.rows) - 1)
        meter.fill_past(key)
        at, cut = _cut(sessions.take(0), meter.take(meter.count_to(key)), at)
        yield cut


def _sessions_to_cut(sessions: Held, meter: Held, sizes: Sizes) -> int:
    count = min(sizes.slice_sessions, sessions.rows)
    if meter.rows >= sizes.slice_meter:
        full = sessions.count_to(meter.key_at(sizes.slice_meter - 1), inclusive=False) + 1
        count = min(count, full)
    return _with_twins(sessions, count)


def _with_twins(sessions: Held, count: int) -> int:
    """So many sessions, and those behind them that have the id of the last one."""
    key = sessions.key_at(count - 1)
    if sessions.rows == count or sessions.key_at(count) == key:
        sessions.fill_past(key)
        return sessions.count_to(key)
    return count


def _cut(sessions: Any, meter: Any, at: Position) -> tuple[Position, Slice]:
    behind = Position(at.sessions + sessions.num_rows, at.meter + meter.num_rows)
    rows: Any = at.meter
    if NUMBER in meter.column_names:
        rows = meter.column(NUMBER).to_numpy()
        meter = meter.drop_columns([NUMBER, KEY])
    if KEY in sessions.column_names:
        sessions = sessions.drop_columns([KEY])
    return behind, Slice(sessions, meter, Excerpt(at.sessions, rows), behind)


def alone(
    batches: Iterator[Any], schema: Any, sizes: Sizes, at: Position, items: Callable[[Any], Any], rising: bool
) -> Iterator[Slice]:
    """Slices of sessions that carry their energy themselves: `items` says how many rows of the meter each one has.

    `rising`: their ids have to ascend, or OutOfOrderError is raised; else somebody else has to find ids given twice.
    """
    held: deque[Any] = deque()
    count = full = 0
    last: Any = None
    for batch in batches:
        keys = keys_of(batch, "session_id") if rising else None
        if keys is not None and batch.num_rows and last is not None and keys.at(0) < last:
            raise OutOfOrderError
        first = 0
        weights = items(batch)
        while first < batch.num_rows:
            if count >= sizes.slice_sessions or full >= sizes.slice_meter:
                first_key = None if keys is None else keys.at(first)
                if keys is None or first_key != last:
                    at, cut = _cut_alone(held, schema, full, at)
                    yield cut
                    count = full = 0
            room = max(1, sizes.slice_sessions - count)
            taken = min(room, batch.num_rows - first)
            ends = np.cumsum(weights[first : first + taken])
            taken = min(taken, int(np.searchsorted(ends, max(1, sizes.slice_meter - full))) + 1)
            held.append(batch.slice(first, taken))
            count += taken
            full += int(ends[taken - 1])
            first += taken
            last = None if keys is None else keys.at(first - 1)
    if held:
        yield _cut_alone(held, schema, full, at)[1]


def _cut_alone(held: deque[Any], schema: Any, items: int, at: Position) -> tuple[Position, Slice]:
    sessions = pa.Table.from_batches(list(held), schema)
    held.clear()
    behind = Position(at.sessions + sessions.num_rows, at.meter + items)
    return behind, Slice(sessions, None, Excerpt(at.sessions), behind)
