"""Blocks of memory come back when nobody holds an array of them, and not before."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest

import rating.memory as memory
from rating.memory import KEPT_MAX, KEPT_MAX_BYTES, TIERS, Block


def kept(monkeypatch):
    found = memory.Kept()
    monkeypatch.setattr(memory, "_KEPT", found)
    return found


def sizes(found):
    """The bytes of the blocks of each tier."""
    return [[block.size for block in tier._blocks] for tier in found.tiers]


def count(found) -> int:
    return sum(map(len, sizes(found)))


def filled(size: int):
    block = Block()
    block.reset({np.int64: size})
    return block.take(size, np.int64)


def test_a_block_comes_back_when_the_last_view_of_it_is_gone(monkeypatch):
    found = kept(monkeypatch)
    array = filled(10_000)
    array[:] = 7
    held = pa.Array.from_buffers(pa.int64(), 3, [None, pa.py_buffer(array[10:20][1:4])])
    address = array.ctypes.data
    del array
    gc.collect()
    assert count(found) == 0
    assert held.to_pylist() == [7, 7, 7]
    del held
    gc.collect()
    assert count(found) == 1
    assert filled(10_000).ctypes.data == address


def test_a_block_that_is_too_small_or_far_too_large_is_left_for_others(monkeypatch):
    found = kept(monkeypatch)
    small, large = filled(10_000), filled(1_000_000)
    del small, large
    middle = filled(100_000)
    assert count(found) == 2
    assert middle.size == 100_000


@pytest.mark.parametrize(("tier", "limit"), [(number, most) for number, (_, most) in enumerate(TIERS)])
def test_no_more_is_kept_of_a_tier_than_its_limit_and_the_oldest_goes_first(monkeypatch, tier, limit):
    found = kept(monkeypatch)
    size = max(limit // 8 // 20, TIERS[tier][0] // 8 + 1)
    arrays = [filled(size) for _ in range(22)]
    addresses = [array.ctypes.data for array in arrays]
    while arrays:
        arrays.pop(0)
    assert 0 < sum(sizes(found)[tier]) <= limit
    assert sum(map(sum, sizes(found))) == sum(sizes(found)[tier])
    again = [filled(size) for _ in range(len(sizes(found)[tier]))]
    assert [array.ctypes.data for array in again] == addresses[: -1 - len(again) : -1]


def test_the_limits_of_all_tiers_come_to_what_is_told():
    assert KEPT_MAX_BYTES == 256 * 2**20
    leasts = [least for least, _ in TIERS]
    assert leasts == sorted(leasts)


@pytest.mark.parametrize("large", [2**24, 100 * 2**20, 2**30])
def test_large_blocks_that_come_back_let_go_of_no_small_one(monkeypatch, large):
    found = kept(monkeypatch)
    small = [filled(10_000), filled(1_000_000)]
    addresses = [array.ctypes.data for array in small]
    del small[:]
    arrays = [filled(large // 8) for _ in range(5)]
    while arrays:
        arrays.pop()
    assert [filled(10_000).ctypes.data, filled(1_000_000).ctypes.data] == addresses
    assert sum(sizes(found)[-1]) <= TIERS[-1][1]


def test_a_block_beyond_the_limit_of_its_tier_lets_go_of_no_other(monkeypatch):
    found = kept(monkeypatch)
    address = (first := filled(2**22)).ctypes.data
    del first
    del (huge := [filled(TIERS[-1][1] // 8 + 1)])[:]
    assert (huge, count(found)) == ([], 1)
    assert filled(2**22).ctypes.data == address


def test_small_blocks_are_not_kept_nor_many(monkeypatch):
    found = kept(monkeypatch)
    del (small := [filled(1000) for _ in range(100)])[:]
    assert (count(found), small) == (0, [])
    arrays = [filled(10_000) for _ in range(KEPT_MAX + 10)]
    last = arrays[-1].ctypes.data
    while arrays:
        arrays.pop(0)
    assert count(found) == KEPT_MAX
    assert filled(10_000).ctypes.data == last


def test_threads_never_share_a_block(monkeypatch):
    kept(monkeypatch)

    def fill(number: int) -> bool:
        array = filled(10_000)
        array[:] = number
        return bool((array == number).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(fill, range(2000)))
