"""Session ids: unique or not, and the runs of equal ids in a table of intervals or readings.

A run is a maximal stretch of rows with one id. Meter data come in long runs, so all that costs (hashing, comparing
with the sessions) is done once a run, not once a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.usage.batch import Int64
from rating.usage.columns import Mask, is_text, plain, view

# (ids (m,), start_us (m,)) -> what waits for (run_first (k + 1,), run ids (k,), whether start_us increases in each).
FindRuns: TypeAlias = Callable[[Int64, Int64], Callable[[], tuple[Int64, Int64, bool]]]


class Runs(NamedTuple):
    """k runs of m rows."""

    first: Int64  # (k + 1,) rows of run j are first[j] .. first[j + 1] - 1
    ids: pa.Array  # (k,) int64 or text, null for rows without an id
    sorted: bool  # starts increase within a run: no two are alike


class SessionIds(NamedTuple):
    """n session ids."""

    ids: pa.Array  # (n,) int64 or string
    twice: Mask | None  # (n,) True where the id occurs more than once; None: nowhere
    distinct: pa.Array  # (d,) the ids to look up, nulls left out of account
    row: Int64 | None  # (d,) the first session with that id; None: the same as the position


def find_runs(ids: Int64, start_us: Int64) -> Callable[[], tuple[Int64, Int64, bool]]:
    """(k + 1,) where each run of equal ids starts, with m at the end; (k,) their ids; whether starts are sorted. It is
    there when it is asked for.

    >>> find_runs(np.array([7, 7, 3]), np.array([10, 20, 5]))()
    (array([0, 2, 3]), array([7, 3]), True)
    """
    return lambda: _find_runs(ids, start_us)


def _find_runs(ids: Int64, start_us: Int64) -> tuple[Int64, Int64, bool]:
    breaks = np.flatnonzero(ids[1:] != ids[:-1]) + 1
    first = np.concatenate((np.zeros(1, np.int64), breaks, np.full(1, len(ids), np.int64)))[
        : -1 if len(ids) == 0 else None
    ]
    return first, ids[first[:-1]], starts_sorted(first, start_us)


def starts_sorted(first: Int64, start_us: Int64) -> bool:
    """Whether start_us (m,) increases within the groups that start at `first` (k + 1,)."""
    down = np.flatnonzero(start_us[1:] <= start_us[:-1]) + 1
    if len(down) == 0:
        return True
    group = np.searchsorted(first, down, side="right") - 1
    return bool((first[group] == down).all())


def session_ids(column: pa.ChunkedArray, increasing: bool = False) -> SessionIds:
    """The sessions' ids as one array of int64 or string, and which of them occur twice; that they are `increasing` may
    be known.
    """
    ids = one_array(column)
    if not pa.types.is_int64(ids.type):
        ids = ids.cast(pa.string() if is_text(ids.type) else pa.int64())
    if increasing or _increasing(ids):
        return SessionIds(ids, None, ids, None)
    encoded = ids.dictionary_encode()
    if len(encoded.dictionary) == len(ids):
        return SessionIds(ids, None, ids, None)
    codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    count = np.bincount(codes, minlength=len(encoded.dictionary) + 1)
    count[-1] = 0  # nulls are refused for being null, not for being many
    row = np.empty(len(count), np.int64)
    row[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # of several values assigned, the last stays: the first row
    return SessionIds(ids, count[codes] > 1, encoded.dictionary, row[:-1])


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """All rows as one plain array, without a copy where there is one chunk."""
    chunks = [plain(chunk) for chunk in column.chunks]
    if len(chunks) == 1:
        return chunks[0]
    if not chunks:
        kind = column.type
        return pa.array([], kind.value_type if pa.types.is_dictionary(kind) else kind)
    if pa.types.is_string(chunks[0].type):  # 2 GiB of text do not fit into one array of the small type
        chunks = [chunk.cast(pa.large_string()) for chunk in chunks]
    return pa.concat_arrays(chunks)


def _increasing(ids: pa.Array) -> bool:
    """Whether the ids strictly increase, which is the cheapest proof that none occurs twice."""
    if ids.null_count:
        return False
    if pa.types.is_int64(ids.type):
        values = view(ids, np.int64)
        return bool((values[1:] > values[:-1]).all())
    return len(ids) < 2 or bool(pc.all(pc.greater(ids.slice(1), ids.slice(0, len(ids) - 1))).as_py())


def runs_of(column: pa.ChunkedArray, start_us: Int64, find: FindRuns) -> Callable[[], Runs]:
    """What waits for the runs of the id column of a table of intervals or readings. start_us (m,) in the same order."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        ids = one_array(column)
        return _integer_runs(ids if pa.types.is_int64(ids.type) else ids.cast(pa.int64()), start_us, find)
    if pa.types.is_dictionary(kind):
        chunks = column.unify_dictionaries().chunks
        if chunks:
            codes = one_array(pa.chunked_array([chunk.indices for chunk in chunks])).cast(pa.int64())
            coded = _integer_runs(codes, start_us, find)

            def named() -> Runs:
                runs = coded()
                return runs._replace(ids=plain(chunks[0].dictionary).take(runs.ids))

            return named
    return lambda: _text_runs(column, start_us)


def _integer_runs(ids: pa.Array, start_us: Int64, find: FindRuns) -> Callable[[], Runs]:
    values = view(ids, np.int64)
    if ids.null_count == 0:
        found = find(values, start_us)

        def runs() -> Runs:
            first, run_ids, in_order = found()
            return Runs(first, pa.array(run_ids), in_order)

        return runs
    # Rows without an id get one that no other row has, so that they make runs of their own.
    null = ids.is_null().to_numpy(zero_copy_only=False)
    values = np.where(null, 0, values)
    spare = np.iinfo(np.int64).min
    while (values == spare).any():
        spare += 1
    found = find(np.where(null, spare, values), start_us)

    def runs_with_nulls() -> Runs:
        first, _, in_order = found()
        return Runs(first, pa.array(values[first[:-1]], mask=null[first[:-1]]), in_order)

    return runs_with_nulls


def _text_runs(column: pa.ChunkedArray, start_us: Int64) -> Runs:
    """Runs of text, compared with the row before only: about 5 ns a row, where hashing takes 17."""
    firsts: list[Int64] = []
    ids: list[pa.Array] = []
    offset = 0
    for chunk in column.chunks:
        if len(chunk) == 0:
            continue
        encoded = pc.run_end_encode(plain(chunk), run_end_type=pa.int64())
        ends = view(encoded.run_ends, np.int64)
        # A run that crosses chunks stays two runs, which cost a look-up each and are joined by their session.
        firsts.append(np.concatenate((np.zeros(1, np.int64), ends[:-1])) + offset)
        ids.append(encoded.values)
        offset += len(chunk)
    if not ids:
        return Runs(np.zeros(1, np.int64), pa.array([], pa.string()), True)
    first = np.concatenate((*firsts, np.array([offset], np.int64)))
    return Runs(first, one_array(pa.chunked_array(ids)), starts_sorted(first, start_us))


def locate(runs: Runs, sessions: SessionIds) -> Int64 | None:
    """(k,) the session of each run, -1 for none; None where the runs are the sessions, one for one and in order."""
    ids, known = runs.ids, sessions.distinct
    if len(ids) == 0:
        return np.empty(0, np.int64) if len(sessions.ids) else None
    if len(known) == known.null_count or is_text(known.type) != is_text(ids.type):
        return np.full(len(ids), -1, np.int64)
    ids = ids.cast(known.type)
    if (
        sessions.row is None
        and len(ids) == len(known)
        and not ids.null_count
        and not known.null_count
        and ids.equals(known)
    ):
        return None
    found: Int64 = pc.index_in(ids, value_set=known, skip_nulls=True).fill_null(-1).to_numpy().astype(np.int64)
    return found if sessions.row is None else np.where(found < 0, -1, sessions.row[found])
