"""DuckDB, with the intervals in its own storage before the clock starts (scanning Arrow costs up to 8 ns more)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.contender import Contender, Totals, totals_of
from benchmarks.data import SLOT_US, SLOTS, YEAR_FIRST_US, Job
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

# `epoch` of the two ends and not of their difference, which goes through a calendar for TIMESTAMPTZ (80 ns more).
_USUAL = """
    with placed as (
        select session_id, energy_wh, epoch("end") - epoch(start) as seconds, timezone('{zone}', start) as local
        from intervals
    ), fields as (
        select session_id, energy_wh, seconds,
            extract(month from local) between {summer_first} and {summer_last} as summer,
            extract(isodow from local) <= 5 as workday, extract(hour from local) as hour
        from placed
    ), priced as (
        select session_id, energy_wh, seconds, case
            when summer and workday and hour >= {peak} and hour < {end} then {prices.summer.peak}::double
            when summer and (workday and hour >= {part} or not workday and hour >= {peak} and hour < {end})
                then {prices.summer.part_peak}
            when summer then {prices.summer.off_peak}
            when workday and hour >= {peak} and hour < {end} then {prices.winter.peak}
            when workday and hour >= {part} or not workday and hour >= {peak} and hour < {end}
                then {prices.winter.part_peak}
            else {prices.winter.off_peak} end as price
        from fields
    )
    select session_id, sum(energy_wh / 1000 * price
        + case when energy_wh = 0 then seconds / 60 * {prices.parked_per_min} else 0 end) + {prices.session} as total
    from priced group by session_id
"""
_EXPERT = """
    select session_id, sum(energy_wh * price + case when energy_wh = 0
        then (epoch_us("end") - epoch_us(start)) * {parked_per_us}::double else 0 end) + {session} as total
    from intervals join slots on slot = ((epoch_us(start) - {first}) // {slot})::int
    group by session_id
"""


def _connect(job: Job) -> Any:
    try:
        import duckdb
    except ImportError:
        raise SkippedError("duckdb is not installed (pip install duckdb)") from None
    connection = duckdb.connect()
    # Fetching each answer to its end lets the next statement run.
    connection.execute("set TimeZone = 'UTC'").fetchall()
    connection.execute("set preserve_insertion_order = false").fetchall()
    connection.register("arrow_intervals", job.intervals)
    connection.execute("create table intervals as select * from arrow_intervals").fetchall()
    connection.unregister("arrow_intervals")
    return connection


def _usual(job: Job, prices: Prices) -> Run:
    connection = _connect(job)
    query = _USUAL.format(
        zone=ZONE,
        summer_first=SUMMER_FIRST_MONTH,
        summer_last=SUMMER_LAST_MONTH,
        peak=PEAK_HOUR,
        part=PART_PEAK_HOUR,
        end=PEAK_END_HOUR,
        prices=prices,
    )
    return lambda: connection.sql(query).to_arrow_table()


def _expert(job: Job, prices: Prices) -> Run:
    connection = _connect(job)
    parked_per_us = prices.parked_per_min / 60e6
    query = _EXPERT.format(parked_per_us=parked_per_us, session=prices.session, first=YEAR_FIRST_US, slot=SLOT_US)

    def run() -> Any:
        slots = pa.table({"slot": np.arange(SLOTS, dtype=np.int32), "price": slot_prices(prices)})
        connection.register("arrow_slots", slots)
        # A table of its own has the least and greatest slot on record, which lets the join be a plain array lookup.
        connection.execute("create or replace temp table slots as select * from arrow_slots").fetchall()
        return connection.sql(query).to_arrow_table()

    return run


def _totals(result: Any) -> Totals:
    return totals_of(result.column("session_id").to_numpy(), result.column("total").to_numpy())


ALL = (
    Contender("duckdb expert", "slot join, group by; own storage", _expert, _totals),
    Contender("duckdb usual", "timezone(), extract, case, group by; own storage", _usual, _totals),
)
