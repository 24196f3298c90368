"""The expert's table: the price of a Wh in each quarter of an hour of 2025, made anew for each run (2 ms)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.data import SLOT_US, SLOTS, YEAR_FIRST_US, Int64
from benchmarks.prices import (
    PART_PEAK_HOUR,
    PEAK_END_HOUR,
    PEAK_HOUR,
    SUMMER_FIRST_MONTH,
    SUMMER_LAST_MONTH,
    ZONE,
    Prices,
)


def slot_starts_us() -> Int64:
    """(SLOTS,) the instants at which the quarters of 2025 begin, UTC."""
    return np.arange(SLOTS, dtype=np.int64) * SLOT_US + YEAR_FIRST_US


def slot_prices(prices: Prices) -> NDArray[np.float64]:
    """(SLOTS,) dollars a Wh."""
    instants = pa.array(slot_starts_us()).view(pa.timestamp("us", tz=ZONE))
    local_us = pc.local_timestamp(instants).view(pa.int64()).to_numpy()
    hour = local_us // 3_600_000_000 % 24
    workday = (local_us // 86_400_000_000 + 3) % 7 < 5
    month = local_us.view("datetime64[us]").astype("datetime64[M]").view(np.int64) % 12 + 1
    window = (hour >= PEAK_HOUR) & (hour < PEAK_END_HOUR)
    part_peak = np.where(workday, hour >= PART_PEAK_HOUR, window)
    kind = np.where(window & workday, 0, np.where(part_peak, 1, 2))
    summer = (month >= SUMMER_FIRST_MONTH) & (month <= SUMMER_LAST_MONTH)
    return np.asarray(np.where(summer, np.array(prices.summer)[kind], np.array(prices.winter)[kind]) / 1000)
