"""The peers: the same bills in floats, with the tools that people use today.

Each delivers one total for each session. "usual" is what most people write: convert the time zone, take hour, weekday
and month, choose a price, group by. "expert" knows that prices change on the quarter hour only and looks each
interval's price up in a table of the year's 35,040 quarters; making that table is on the clock, as compiling a tariff
is on ours. Of several ways to write each one, the fastest is kept.
"""

from __future__ import annotations

from benchmarks.contender import Contender
from benchmarks.peers import floor, with_duckdb, with_numpy, with_polars

PEERS: tuple[Contender, ...] = (floor.READ_FLOOR, *with_numpy.ALL, *with_polars.ALL, *with_duckdb.ALL)
