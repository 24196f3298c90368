"""Polars, lazily on its streaming or in-memory engine (the faster one); frames share the Arrow tables' memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.contender import Contender, Totals, totals_of
from benchmarks.data import SLOT_US, YEAR_FIRST_US, Job
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


def _polars() -> Any:
    try:
        import polars
    except ImportError:
        raise SkippedError("polars is not installed (pip install polars)") from None
    return polars


def _usual(job: Job, prices: Prices) -> Run:
    pl = _polars()
    frame = pl.from_arrow(job.intervals)
    local = pl.col("start").dt.convert_time_zone(ZONE)
    hour, workday = pl.col("hour"), pl.col("weekday") <= 5
    is_summer = pl.col("month").is_between(SUMMER_FIRST_MONTH, SUMMER_LAST_MONTH)
    window = (hour >= PEAK_HOUR) & (hour < PEAK_END_HOUR)
    peak = workday & window
    part_peak = (workday & (hour >= PART_PEAK_HOUR)) | (~workday & window)
    price = pl.when(is_summer & peak).then(prices.summer.peak)
    price = price.when(is_summer & part_peak).then(prices.summer.part_peak).when(is_summer).then(prices.summer.off_peak)
    price = price.when(peak).then(prices.winter.peak).when(part_peak).then(prices.winter.part_peak)
    minutes = (pl.col("end") - pl.col("start")).dt.total_seconds() / 60
    parked = pl.when(pl.col("energy_wh") == 0).then(minutes * prices.parked_per_min).otherwise(0.0)
    amount = pl.col("energy_wh") / 1000 * price.otherwise(prices.winter.off_peak) + parked
    query = (
        frame.lazy()
        .with_columns(hour=local.dt.hour(), weekday=local.dt.weekday(), month=local.dt.month())
        .group_by("session_id")
        .agg(total=amount.sum() + prices.session)
    )
    return lambda: query.collect()


def _expert(job: Job, prices: Prices) -> Run:
    pl = _polars()
    frame = pl.from_arrow(job.intervals)
    start_us, end_us = pl.col("start").to_physical(), pl.col("end").to_physical()
    parked = (end_us - start_us) * (prices.parked_per_min / 60e6)

    def run() -> Any:
        table = pl.lit(pl.Series("price", slot_prices(prices)))
        price = table.gather(((start_us - YEAR_FIRST_US) // SLOT_US).cast(pl.UInt32))
        amount = pl.col("energy_wh") * price + pl.when(pl.col("energy_wh") == 0).then(parked).otherwise(0.0)
        query = (
            frame.lazy()
            .set_sorted("session_id")  # an expert knows that it is, and the engine then needs no hash table
            .select("session_id", amount=amount)
            .group_by("session_id")
            .agg(total=pl.col("amount").sum() + prices.session)
        )
        return query.collect(engine="streaming")

    return run


def _totals(result: Any) -> Totals:
    return totals_of(np.asarray(result["session_id"]), np.asarray(result["total"]))


ALL = (
    Contender("polars expert", "slot gather, sorted group_by, streaming engine", _expert, _totals),
    Contender("polars usual", "convert_time_zone, calendar fields, when/then, group_by", _usual, _totals),
)
