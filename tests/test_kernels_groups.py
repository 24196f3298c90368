"""Groups of arrays are refused where they are not what kernels would read."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from rating.kernels.arrays import Taxes, no_deals, no_terms
from rating.kernels.groups import DATA_AT, SHAPE_AT, Packed, RunRoom, pack
from rating.kernels.jit import DISABLE_JIT
from rating.kernels.runs import find_runs


@pytest.mark.parametrize("array", [np.arange(7), np.empty((3, 2), np.int32), np.zeros(0, np.uint8)])
def test_numpy_keeps_items_and_shape_where_kernels_look(array):
    assert ctypes.c_size_t.from_address(id(array) + DATA_AT).value == array.__array_interface__["data"][0]
    shape = ctypes.c_size_t.from_address(id(array) + SHAPE_AT).value
    assert [ctypes.c_ssize_t.from_address(shape + 8 * i).value for i in range(array.ndim)] == list(array.shape)


def test_a_packed_group_is_packed():
    packed = pack(no_terms())
    assert isinstance(packed, Packed)
    assert pack(packed) is packed
    assert len(packed.addresses) == len(no_terms())
    assert pack(no_deals()).addresses != packed.addresses


GOOD = [np.zeros(3, np.int64)] * 6


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (np.zeros(3, np.int32), "type"),
        (np.zeros(3, np.uint64), "type"),
        (np.zeros((3, 2), np.int64), "type"),
        (np.zeros(6, np.int64)[::2], "contiguous"),
        (np.zeros(3, ">i8"), "type"),
    ],
)
def test_an_array_of_another_kind_is_refused(bad, said):
    assert pack(Taxes(*GOOD))
    for i in range(6):
        with pytest.raises(TypeError, match=said):
            pack(Taxes(*GOOD[:i], bad, *GOOD[i + 1 :]))


def test_runs_that_do_not_fit_ask_for_more_room():
    ids = np.arange(1000, dtype=np.int64)
    first, found, _ = find_runs(ids, ids)()
    assert (first.tolist(), found.tolist()) == ([*range(1001)], ids.tolist())
    assert pack(RunRoom(ids, first, found))


assert not DISABLE_JIT
