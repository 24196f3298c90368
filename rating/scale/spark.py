"""`rating.rate` inside Spark: the same tables, to the byte, of data that lie on many machines.

Sessions and what was metered are shuffled by a hash of the session's id into buckets, and each bucket is priced by one
call of `batches.rate_rows` in a Python worker: `cogroup(...).applyInArrow`. Of three ways (a million intervals that lie
sorted in Parquet, 2 cores) it took 2.4 s; one stream of sessions and intervals that is sorted by id and cut by
`mapInArrow` 3.1 s, for both kinds of rows carry the other's empty columns and Spark has to sort them; `collect_list`
and a join 1.7 s, for sorted intervals shrink to lists before they are shuffled, but that gives the intervals of an id
that came twice to both sessions, joins no rows without an id, and forgets which row an interval came from.

Comes in: Spark data frames. Goes out: Spark data frames, lazily. `spark_work` is what the workers run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's documents call it
from pyspark.sql import types as T  # noqa: N812

from rating.errors import Fault, InputError, Place
from rating.scale.batches import ROW, rate_rows
from rating.scale.spark_types import empty_table, rows_schema
from rating.scale.spark_work import PARTITION_BITS, SEEN, Names, bucket_function
from rating.tariff.model import Tariffs
from rating.usage.schema import table_named

_PLACE: Final = r"^(\w+) row (\d+)(.*)$"


@dataclass(frozen=True)
class SparkRated:
    """The result of a rating: four data frames, none of which has been computed yet.

    All of them are taken from `rows`: one for each session, with its lines and taxes as lists, as `batches.rate_rows`
    gives them, and one for each bucket, which says by `seen` what rows came there. So the sessions are priced once if
    the rows are kept: by `persist()`, or written as they are and read again. That is left to the caller, who knows how
    large they are and how many of the tables are wanted: each table that is computed from rows that are not kept
    reads, shuffles and prices again.
    """

    rows: DataFrame

    @property
    def sessions(self) -> DataFrame:
        """What was rated, a row for each session."""
        return self.rows.where("session is not null").select("session_id", "session.*")

    @property
    def lines(self) -> DataFrame:
        """The lines of their bills."""
        return self.rows.select("session_id", F.explode("lines").alias("line")).select("session_id", "line.*")

    @property
    def taxes(self) -> DataFrame:
        """A row for each tax of a session."""
        return self.rows.select("session_id", F.explode("taxes").alias("tax")).select("session_id", "tax.*")

    @property
    def rejected(self) -> DataFrame:
        """What was not rated. `place` counts the rows of a data frame in the order in which `toArrow()` has them."""
        refused = self.rows.where("rejected is not null").select("session_id", "rejected.*")
        source, number, rest = (F.regexp_extract("place", _PLACE, part) for part in (1, 2, 3))
        row = number.cast("bigint")
        told = refused.select(
            *("session_id", "code", "message", "energy_kwh"),
            source.alias("source"),
            F.shiftright(row, PARTITION_BITS).alias("partition"),
            row.bitwiseAND(F.lit((1 << PARTITION_BITS) - 1)).alias("row"),
            rest.alias("rest"),
        ).join(F.broadcast(self._first_rows()), ["source", "partition"], "left")
        place = F.concat("source", F.lit(" row "), (F.col("first") + F.col("row")).cast("string"), "rest")
        return told.select("session_id", "code", "message", place.alias("place"), "energy_kwh")

    def _first_rows(self) -> DataFrame:
        """For each partition of the data frames that came in, how many rows the ones before it have.

        Counted by those who met the rows, in the same job: to count the data frames once more could find them cut into
        other partitions.
        """
        seen = self.rows.select(F.explode(SEEN).alias("seen")).select("seen.*")
        counts = seen.groupBy("source", "partition").agg(F.max("rows").alias("rows"))
        before = Window.partitionBy("source").orderBy("partition").rowsBetween(Window.unboundedPreceding, -1)
        first = F.coalesce(F.sum("rows").over(before), F.lit(0))
        return counts.select("source", "partition", first.alias("first"))

    def persist(self, *level: Any) -> SparkRated:
        """Keep the rows once they are computed, as `DataFrame.persist` does; the same object."""
        self.rows.persist(*level)
        return self

    def unpersist(self) -> SparkRated:
        """Let go of what `persist` keeps; the same object."""
        self.rows.unpersist()
        return self


def rate(
    df_sessions: DataFrame,
    df_intervals: DataFrame | None,
    tariffs: Tariffs,
    *,
    readings: DataFrame | None = None,
    accounts: None = None,
    state: None = None,
    buckets: int | None = None,
) -> SparkRated:
    """Price sessions inside Spark: the tables of `rating.rate`, lazily, as Spark data frames.

    Args:
        df_sessions: the sessions, with the columns that `rating.rate` takes; of a session with a SparkContext, for
            Spark Connect has no broadcasts.
        df_intervals: their intervals, likewise; None where sessions say a total, or carry theirs as a list column.
        tariffs: what `load_tariffs` gave; they are broadcast, and unpacked once by each worker.
        readings: instead of intervals.
        accounts: refused, and so are the state and a column `coupon`: what a session costs would depend on those
            before it, on other workers. Rate such sessions with `rating.rate`.
        state: refused likewise.
        buckets: into how many parts the sessions are shuffled, each of which has to fit into a worker's memory; by
            default as many as `spark.sql.shuffle.partitions`.

    Instants are UTC, whatever `spark.sql.session.timeZone` is, and a timestamp without a zone is UTC as it reads. Spark
    has no dictionaries: names are text. All other types are those of `rating.rate`.

    Raises: InputError with every fault of the data frames, before any job runs. A tariff that cannot be compiled (code
        `price_precision`) is only met by a worker, and fails the job with the words of its TariffError.

    README.md has an example, which `tests/test_scale_spark.py` runs.
    """
    given = {"sessions": df_sessions, "intervals": df_intervals, "readings": readings}
    frames = {name: frame for name, frame in given.items() if frame is not None or name == "sessions"}
    faults = _refused(frames, {"accounts": accounts, "state": state}, buckets)
    nothing = {name: empty_table(frame.schema, name) for name, frame in frames.items() if _is_frame(frame)}
    rows = None
    try:
        rows = rate_rows(tariffs, **nothing) if "sessions" in nothing else None
    except InputError as error:
        faults += error.faults
    if faults or rows is None:
        raise InputError(faults)
    session = df_sessions.sparkSession
    parts = buckets or int(session.conf.get("spark.sql.shuffle.partitions") or 200)
    names = {name: used_columns(frame, name) for name, frame in frames.items()}
    large = session.conf.get("spark.sql.execution.arrow.useLargeVarTypes", "false") == "true"
    work = bucket_function(session.sparkContext.broadcast(tariffs), names, large)
    return SparkRated(in_buckets(frames, names, parts, work, rows_schema(rows.schema, df_sessions.schema)))


def in_buckets(
    frames: Mapping[str, DataFrame], names: Mapping[str, Names], parts: int, work: Callable[..., Any], schema: Any
) -> DataFrame:
    """What `work` makes of each bucket of sessions, and of intervals or readings where there are any."""
    grouped = [_bucketed(frame, names[name], parts) for name, frame in frames.items()]
    together = grouped[0] if len(grouped) == 1 else grouped[0].cogroup(grouped[1])
    return together.applyInArrow(work, schema)


def _is_frame(frame: object) -> bool:
    return isinstance(frame, DataFrame)


def _refused(frames: dict[str, Any], deals: dict[str, Any], buckets: int | None) -> list[Fault]:
    """The faults of what this call cannot take, beside those that `rating.rate` finds."""
    faults = []
    for name, frame in frames.items():
        if not _is_frame(frame):
            got, fix = f"an object of type {type(frame).__name__}", "make one of it: spark.createDataFrame(...)"
            faults.append(Fault("unsupported_source", Place(name), got, "a data frame of Spark", fix))
        elif ROW in frame.columns:
            want, fix = "no column of that name, which numbers rows on their way", "rename it"
            faults.append(Fault("name_clash", Place(name), f"a column {ROW}", want, fix))
    asked = [(name, name) for name, given in deals.items() if given is not None]
    if _is_frame(frames["sessions"]) and "coupon" in frames["sessions"].columns:
        asked.append(("sessions", "a column coupon"))
    for where, got in asked:
        want = "sessions that are priced each on its own: these count on others, which other workers have"
        fix = "rate these with rating.rate, or leave it out where no plan or coupon is meant"
        faults.append(Fault("depends_on_others", Place(where), got, want, fix))
    if buckets is not None and (not isinstance(buckets, int) or buckets < 1):
        faults.append(Fault("buckets", Place("buckets"), str(buckets), "a number of buckets from 1", "leave it out"))
    return faults


def used_columns(frame: DataFrame, name: str) -> Names:
    """The columns of a data frame by their position, None for one that nobody needs. All of sessions travel along."""
    known = table_named(name).names
    return tuple(column if name == "sessions" or column in known else None for column in frame.columns)


def _bucketed(frame: DataFrame, names: Names, buckets: int) -> Any:
    """The used columns and a number for each row, grouped by the hash of the session's id.

    Columns are called by their position on the way, for Spark does not tell `Site` from `site`, and takes `site.id` for
    the part of a struct.
    """
    position = names.index("session_id")
    numeric = isinstance(frame.schema[position].dataType, T.IntegralType | T.NullType)
    id_ = F.col(f"c{position}").cast("bigint") if numeric else F.col(f"c{position}")
    used = [f"c{i}" for i, name in enumerate(names) if name is not None]
    row = F.monotonically_increasing_id().alias(ROW)
    columns = frame.toDF(*(f"c{i}" for i in range(len(names)))).select(*used, row)
    return columns.groupBy(F.pmod(F.xxhash64(id_), F.lit(buckets)))
