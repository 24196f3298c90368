"""NumPy: pandas for the calendar as most people do it; and chunks that stay in the cache, on all cores."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.contender import Contender, Totals, totals_of
from benchmarks.data import SLOT_US, YEAR_FIRST_US, Int64, Job, columns
from benchmarks.peers.slots import slot_prices
from benchmarks.prices import (
    PART_PEAK_HOUR,
    PEAK_END_HOUR,
    PEAK_HOUR,
    SUMMER_FIRST_MONTH,
    SUMMER_LAST_MONTH,
    ZONE,
    Prices,
)
from benchmarks.trial import Run, SkippedError

Float64 = NDArray[np.float64]

# Smaller chunks fit a core's own cache, but threads then wait for the interpreter between the calls (nanoseconds an
# interval on 2 cores: 4 Ki 15, 16 Ki 6.2, 64 Ki 3.9, 128 Ki 3.7, 512 Ki 4.4).
CHUNK: Final = 131_072


def _usual(job: Job, prices: Prices) -> Run:
    try:
        import pandas  # noqa: F401
    except ImportError:
        raise SkippedError("pandas is not installed (pip install pandas)") from None
    frame = job.intervals.to_pandas()  # off the clock: a pandas user holds a frame already
    summer, winter = prices.summer, prices.winter

    def run() -> tuple[Int64, Float64]:
        local = frame["start"].dt.tz_convert(ZONE)
        hour, month = local.dt.hour.to_numpy(), local.dt.month.to_numpy()
        workday = local.dt.day_of_week.to_numpy() < 5
        is_summer = (month >= SUMMER_FIRST_MONTH) & (month <= SUMMER_LAST_MONTH)
        window = (hour >= PEAK_HOUR) & (hour < PEAK_END_HOUR)
        peak = workday & window
        part_peak = (workday & (hour >= PART_PEAK_HOUR)) | (~workday & window)
        price = np.select(
            [is_summer & peak, is_summer & part_peak, is_summer, peak, part_peak],
            [summer.peak, summer.part_peak, summer.off_peak, winter.peak, winter.part_peak],
            winter.off_peak,
        )
        energy_wh = frame["energy_wh"].to_numpy()
        minutes = (frame["end"] - frame["start"]).to_numpy() / np.timedelta64(1, "m")
        amount = energy_wh / 1000 * price + np.where(energy_wh == 0, minutes * prices.parked_per_min, 0.0)
        session_id = frame["session_id"].to_numpy()
        first_id = session_id.min()
        total = np.bincount(session_id - first_id, weights=amount) + prices.session
        return np.arange(first_id, first_id + len(total)), total.astype(np.float64, copy=False)

    return run


def _expert(job: Job, prices: Prices) -> Run:
    threads = os.cpu_count() or 1
    pool = ThreadPoolExecutor(threads)
    session_id, start_us, end_us, energy_wh = columns(job)
    # Each thread begins where a session begins.
    inner = [int(np.searchsorted(session_id, session_id[job.n_intervals * k // threads])) for k in range(1, threads)]
    bounds = [0, *inner, job.n_intervals]
    price_part = _odd_part if job.name == "J1-odd" else _part

    def run() -> tuple[Int64, Float64]:
        table = slot_prices(prices)
        parts = [
            pool.submit(price_part, session_id[lo:hi], start_us[lo:hi], end_us[lo:hi], energy_wh[lo:hi], table, prices)
            for lo, hi in pairwise(bounds)
        ]
        results = [result for part in parts for result in part.result()]
        return np.concatenate([ids for ids, _ in results]), np.concatenate([totals for _, totals in results])

    return run


def _part(
    session_id: Int64, start_us: Int64, end_us: Int64, energy_wh: Int64, table: Float64, prices: Prices
) -> list[tuple[Int64, Float64]]:
    """Session ids and totals of one thread's intervals, chunk by chunk, with nothing allocated that is not kept."""
    parked_per_us = prices.parked_per_min / 60e6
    counts, flags = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.bool_)
    amounts, parks = np.empty(CHUNK), np.empty(CHUNK)
    results = []
    lo, n = 0, len(session_id)
    while lo < n:
        hi = min(lo + CHUNK, n)
        if hi < n:  # back to where the session at the chunk's end begins
            hi = lo + int(np.searchsorted(session_id[lo:hi], session_id[hi]))
        n_here = hi - lo
        count, amount, parked, flag = counts[:n_here], amounts[:n_here], parks[:n_here], flags[:n_here]
        np.subtract(start_us[lo:hi], YEAR_FIRST_US, out=count)
        np.floor_divide(count, SLOT_US, out=count)
        np.take(table, count, out=amount, mode="clip")  # "raise" would copy the output
        np.multiply(energy_wh[lo:hi], amount, out=amount)
        np.subtract(end_us[lo:hi], start_us[lo:hi], out=count)
        np.equal(energy_wh[lo:hi], 0, out=flag)
        np.multiply(count, flag, out=count)
        np.multiply(count, parked_per_us, out=parked)
        np.add(amount, parked, out=amount)
        ids = session_id[lo:hi]
        flag[0] = True
        np.not_equal(ids[1:], ids[:-1], out=flag[1:])
        first = np.flatnonzero(flag)
        total = np.add.reduceat(amount, first)
        total += prices.session
        results.append((ids[first], total))
        lo = hi
    return results


def _odd_part(
    session_id: Int64, start_us: Int64, end_us: Int64, energy_wh: Int64, table: Float64, prices: Prices
) -> list[tuple[Int64, Float64]]:
    """The same for intervals that lie across quarters: a mean price is a difference of the price's integral."""
    integral = np.concatenate([[0.0], np.cumsum(table)])
    slope = np.append(table, 0.0)  # one more: an end may be the year's
    results = []
    lo, n = 0, len(session_id)
    while lo < n:
        hi = min(lo + CHUNK, n)
        if hi < n:
            hi = lo + int(np.searchsorted(session_id[lo:hi], session_id[hi]))
        ids, energy = session_id[lo:hi], energy_wh[lo:hi]
        duration = end_us[lo:hi] - start_us[lo:hi]
        until = [_integral_at(instants[lo:hi], integral, slope) for instants in (start_us, end_us)]
        amount = energy * ((until[1] - until[0]) * (SLOT_US / duration))
        amount += duration * (energy == 0) * (prices.parked_per_min / 60e6)
        first = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
        results.append((ids[first], np.add.reduceat(amount, first) + prices.session))
        lo = hi
    return results


def _integral_at(instants: Int64, integral: Float64, slope: Float64) -> Float64:
    since = instants - YEAR_FIRST_US
    slot = since // SLOT_US
    since -= slot * SLOT_US
    return np.asarray(integral[slot] + slope[slot] * (since * (1 / SLOT_US)))


def _totals(result: Any) -> Totals:
    return totals_of(*result)


ALL = (
    Contender("numpy expert", "slot table, cache-sized chunks, all cores, reduceat", _expert, _totals),
    Contender("numpy usual", "pandas tz_convert and calendar fields, np.select, bincount", _usual, _totals),
    Contender("numpy expert, odd", "the price's integral over time, chunks, all cores", _expert, _totals, odd=True),
)
