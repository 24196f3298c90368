"""Blocks of memory come back when nobody holds an array of them, and not before."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

import rating.memory as memory
from rating.memory import KEPT_MAX, KEPT_MAX_BYTES, Block


def kept(monkeypatch):
    found = memory._Kept()
    monkeypatch.setattr(memory, "_KEPT", found)
    return found


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
    assert len(found._blocks) == 0
    assert held.to_pylist() == [7, 7, 7]
    del held
    gc.collect()
    assert len(found._blocks) == 1
    assert filled(10_000).ctypes.data == address


def test_a_block_that_is_too_small_or_far_too_large_is_left_for_others(monkeypatch):
    found = kept(monkeypatch)
    small, large = filled(10_000), filled(1_000_000)
    del small, large
    middle = filled(100_000)
    assert len(found._blocks) == 2
    assert middle.size == 100_000


def test_no_more_is_kept_than_the_limit_and_the_oldest_goes_first(monkeypatch):
    found = kept(monkeypatch)
    size = KEPT_MAX_BYTES // 8 // 3
    arrays = [filled(size) for _ in range(4)]
    addresses = [array.ctypes.data for array in arrays]
    for _ in range(4):
        arrays.pop(0)
    assert sum(block.size for block in found._blocks) <= KEPT_MAX_BYTES
    assert [filled(size).ctypes.data for _ in range(1)] == addresses[-1:]


def test_small_blocks_are_not_kept_nor_many(monkeypatch):
    found = kept(monkeypatch)
    del (small := [filled(1000) for _ in range(100)])[:]
    assert (len(found._blocks), small) == (0, [])
    arrays = [filled(10_000) for _ in range(KEPT_MAX + 10)]
    last = arrays[-1].ctypes.data
    while arrays:
        arrays.pop(0)
    assert len(found._blocks) == KEPT_MAX
    assert filled(10_000).ctypes.data == last


def test_threads_never_share_a_block(monkeypatch):
    kept(monkeypatch)

    def fill(number: int) -> bool:
        array = filled(10_000)
        array[:] = number
        return bool((array == number).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(fill, range(2000)))
