"""What holds for all sessions, in pieces or not: the same as of whole columns; and where it is not told."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rating.usage.bounds as bounds
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US
from rating.usage.bounds import Bounds, bounds_of
from rating.usage.columns import Column

INSTANTS = st.integers(INSTANT_MIN_US - 2, INSTANT_MIN_US + 40) | st.integers(INSTANT_MAX_US - 40, INSTANT_MAX_US + 2)


def found(ids: list[int], start_us: list[int], end_us: list[int]) -> Bounds | None:
    columns = (Column(np.array(each, np.int64), None) for each in (start_us, end_us))
    return bounds_of(pa.chunked_array([pa.array(ids, pa.int64())]), *columns)


@given(st.lists(st.tuples(st.integers(0, 9), INSTANTS, INSTANTS), min_size=1, max_size=12), st.integers(1, 5))
def test_bounds_are_those_of_whole_columns(rows: list[tuple[int, int, int]], piece: int) -> None:
    ids, start_us, end_us = map(list, zip(*rows, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "_PIECE_ROWS", piece)
        said = found(ids, start_us, end_us)
    if not all(INSTANT_MIN_US <= each <= INSTANT_MAX_US for each in (*start_us, *end_us)):
        assert said is None
        return
    lengths = [end - start for start, end in zip(start_us, end_us, strict=True)]
    increasing = all(one < other for one, other in pairwise(ids))
    assert said == Bounds(increasing, *((min(each), max(each)) for each in (start_us, end_us, lengths)))


def test_bounds_are_not_told_where_a_value_is_missing_or_ids_are_no_integers() -> None:
    plain = Column(np.array([INSTANT_MIN_US], np.int64), None)
    fault = Column(np.array([0], np.int64), np.array([1], np.uint8))
    ids = pa.chunked_array([pa.array([7])])
    assert bounds_of(ids, plain, plain) is not None
    assert bounds_of(ids, plain, fault) is None
    assert bounds_of(ids, fault, plain) is None
    for odd in ([["a"]], [[None]], [[1], [2]]):
        column = pa.chunked_array([pa.array(each, pa.string() if each == ["a"] else pa.int64()) for each in odd])
        assert bounds_of(column, plain, plain) is None
    none = Column(np.empty(0, np.int64), None)
    assert bounds_of(pa.chunked_array([pa.array([], pa.int64())]), none, none) is None
