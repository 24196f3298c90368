"""Spark gives the tables of `rating.rate`, to the byte. Skipped where there is no Java."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import readme
from images import TABLES, plain
from test_scale_batches import assert_same, network, numbered, with_orphans

import rating
from benchmarks.data import make_job
from benchmarks.jobs.spark import JAVA_MIN, check, expected, java_version, runs, written
from rating.results.rated import Frames

# Spark asks for pandas wherever it hands on Arrow, though no data frame of pandas is ever made here.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

# Spark takes a logger without an appender for one that nobody set.
QUIET = """
appender.none.type = Null
appender.none.name = none
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
"""
T0 = datetime(2026, 3, 2, 19, 45, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if java_version() < JAVA_MIN:
        pytest.skip(f"no Java {JAVA_MIN} here, which Spark needs (Debian: apt-get install default-jre-headless)")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    (folder / "log4j2.properties").write_text(QUIET)
    settings = {
        # A short life: what the first compiler makes is good enough, and half the work.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.driver.memory": "512m",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "Asia/Kolkata",
        "spark.sql.codegen.wholeStage": "false",  # which takes longer to compile than these tables to read
        "spark.sql.shuffle.partitions": "3",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("rating")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_CONF_DIR", str(folder))  # its log4j2.properties
        session = builder.getOrCreate()
        yield session
        session.stop()


def spark_rate(*arguments: Any, **options: Any) -> Any:
    from rating.scale.spark import rate

    return rate(*arguments, **options)


def collected(rated: Any) -> Any:
    """The tables in Arrow. Spark hands instants on in UTC, whatever the zone of its session."""
    rated.persist()
    found = Frames(*(getattr(rated, name).toArrow() for name in TABLES))
    rated.unpersist()
    return found


def frame(spark: Any, table: Any, folder: Path, parts: int = 3) -> Any:
    """The table as Spark reads it from so many Parquet files, in which no two names may be alike but for their case."""
    size = max(1, -(-len(table) // parts))
    folder.mkdir()
    for i in range(0, max(1, len(table)), size):
        part = table.slice(i, size).rename_columns([str(at) for at in range(table.num_columns)])
        pq.write_table(part, folder / f"part-{i:06}.parquet")
    return spark.read.parquet(str(folder)).toDF(*table.column_names)


def as_spark(table: Any) -> Any:
    """Columns without a value as text: Parquet files of Spark have no other way to say them."""
    for i, field in enumerate(table.schema):
        if pa.types.is_null(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.string()))
    return table


@pytest.mark.parametrize("whole_ids", [False, True])
def test_networks_with_everything_wrong(spark: Any, tmp_path: Path, whole_ids: bool) -> None:
    tariffs, *usage = network(2027, 12)
    sessions, intervals = map(as_spark, with_orphans(*usage))
    if whole_ids:
        sessions, intervals = numbered(sessions, intervals)
    frames = frame(spark, sessions, tmp_path / "s"), frame(spark, intervals, tmp_path / "i", 4)
    assert min(each.rdd.getNumPartitions() for each in frames) > 1
    expected = rating.rate(tariffs, *(each.toArrow() for each in frames))
    assert {"duplicate_session", "null_value", "unknown_session", "no_data"} < set(
        expected.rejected["code"].to_pylist()
    )
    assert_same(collected(spark_rate(*frames, tariffs)), expected)


SPANS = [(0, 30, 9_000), (30, 45, 2_500), (45, 75, 0)]  # minutes from T0, and Wh


def instants(*minutes: int) -> Any:
    return pa.array([T0 + timedelta(minutes=each) for each in minutes], pa.timestamp("us", "UTC"))


def two_sessions() -> Any:
    columns = {"session_id": pa.array([7, 8], pa.int32()), "tariff": ["harbour-dc", "per-kwh"]}
    return pa.table({**columns, "start": instants(0, 0), "end": instants(75, 75)})


def test_what_travels_along_stays_as_it_came_in_whatever_zone(spark: Any, tmp_path: Path) -> None:
    at = {"at": T0, "n": Decimal("1.50")}
    along = {
        "site.id": pa.array([1, None], pa.int16()),
        "Site.ID": pa.array([True, False]),
        "row": pa.array([1.5, float("inf")]),
        "day": pa.array([date(2026, 3, 2), None]),
        "raw": pa.array([b"\0\xff", None], pa.binary()),
        "lists": pa.array([[at, None], None], pa.list_(pa.struct({"at": instants().type, "n": pa.decimal128(20, 2)}))),
        "mapped": pa.array([[("a", T0)], []], pa.map_(pa.string(), instants().type)),
        "plain": instants(0, 1).cast(pa.timestamp("us")),
        "account": ["anna", None],
    }
    sessions = pa.table({**{name: two_sessions()[name] for name in two_sessions().column_names}, **along})
    start, end, wh = (list(each) for each in zip(*SPANS, SPANS[0], strict=True))
    no_zone = {"start": instants(*start).cast(pa.timestamp("us")), "end": instants(*end)}
    intervals = pa.table({"session_id": pa.array([7, 7, 7, 8]), **no_zone, "energy_wh": wh, "site.id": [1, 2, 3, 4]})
    expected = rating.rate(rating.load_tariffs("tariffs/"), sessions, intervals)
    assert (expected.sessions.num_rows, expected.rejected.num_rows) == (2, 0)
    frames = frame(spark, sessions, tmp_path / "s"), frame(spark, intervals, tmp_path / "i")
    large = "spark.sql.execution.arrow.useLargeVarTypes"
    spark.conf.set(large, "true")
    found = collected(spark_rate(*frames, rating.load_tariffs("tariffs/"), buckets=2))
    spark.conf.unset(large)
    assert found.sessions.schema.field("tariff").type == pa.large_string()
    small = (found_.cast(plain(table).schema) for found_, table in zip(found, expected.tables.values(), strict=True))
    assert_same(Frames(*small), expected)


def usages(source: str) -> tuple[Any, Any, Any]:
    """Two sessions, and their intervals or readings where they have a table of their own; `register_wh` falls once."""
    sessions, start, end, wh = two_sessions(), *(list(each) for each in zip(*SPANS, strict=True))
    if source == "totals":
        return sessions.append_column("energy_kwh", pa.array(["11.5", "a lot"])), None, None
    if source == "readings":
        at = {"at": instants(0, 30, 45, 0, 75), "register_wh": [0, 9_000, 8_000, 5, 105]}
        return sessions, None, pa.table({"session_id": pa.array([7, 7, 7, 8, 8]), **at})
    columns = {"start": instants(*start), "end": instants(*end), "energy_wh": pa.array(wh)}
    items = pa.StructArray.from_arrays(list(columns.values()), names=list(columns))
    negative = items.to_pylist()[:1]
    negative[0]["energy_wh"] = -1
    lists = pa.array([items.to_pylist(), negative], pa.list_(items.type))
    return sessions.append_column("intervals", lists), None, None


@pytest.mark.parametrize("source", ["totals", "readings", "lists"])
def test_what_was_metered_may_come_in_other_ways(spark: Any, tmp_path: Path, source: str) -> None:
    sessions, _, readings = usages(source)
    tariffs = rating.load_tariffs("tariffs/")
    expected = rating.rate(tariffs, sessions, readings=readings)
    assert (expected.sessions.num_rows, expected.rejected.num_rows) == (1, 1)
    known = {} if readings is None else {"readings": frame(spark, readings, tmp_path / "r", 1)}
    found = spark_rate(frame(spark, sessions, tmp_path / "s", 1), None, tariffs, **known)
    assert_same(collected(found), expected)


def jobs(spark: Any) -> int:
    """How many jobs have run so far."""
    return len(spark.sparkContext.statusTracker().getJobIdsForGroup())


def test_nothing_is_computed_before_it_is_asked_for(spark: Any, tmp_path: Path) -> None:
    from pyspark import StorageLevel

    sessions = frame(spark, usages("totals")[0], tmp_path / "s", 1)
    before = jobs(spark)
    rated = spark_rate(sessions, None, rating.load_tariffs("tariffs/"))
    assert [len(getattr(rated, name).columns) for name in TABLES] == [15, 12, 5, 5]
    assert rated.persist(StorageLevel.DISK_ONLY) is rated
    assert rated.rows.storageLevel.useDisk
    assert jobs(spark) == before
    assert rated.sessions.count() == 1
    assert jobs(spark) > before
    assert not rated.unpersist().rows.storageLevel.useDisk
    rated.rows.write.parquet(str(tmp_path / "rows"))
    again = type(rated)(spark.read.parquet(str(tmp_path / "rows")))
    assert [getattr(again, name).count() for name in TABLES] == [1, 3, 1, 1]
    nothing = spark_rate(sessions.limit(0), None, rating.load_tariffs("tariffs/"))
    assert [getattr(nothing, name).count() for name in ("sessions", "rejected")] == [0, 0]


def test_faults_of_tables_are_told_before_any_job_runs(spark: Any, tmp_path: Path) -> None:
    tariffs = rating.load_tariffs("tariffs/")
    columns = {"session_id": ["a"], "Tariff": ["x"], "start": [date(2026, 3, 2)], "net": [1], "end": [{"a": 1}]}
    sessions, intervals = pa.table(columns), pa.table({"session_id": [1], "start": instants(0), "energy": [7]})
    frames = frame(spark, sessions, tmp_path / "s"), frame(spark, intervals, tmp_path / "i")
    before = jobs(spark)
    with pytest.raises(rating.InputError) as there:
        spark_rate(*frames, tariffs)
    with pytest.raises(rating.InputError) as here:
        rating.rate(tariffs, sessions.set_column(4, "end", pa.array([{}], pa.struct([]))), intervals)
    assert jobs(spark) == before
    told = [str(fault).replace("struct<>", "struct<a: int64>") for fault in here.value.faults]
    assert [str(fault) for fault in there.value.faults] == told
    assert {fault.code for fault in there.value.faults} == {
        "misspelt_column",
        "column_type",
        "name_clash",
        "missing_column",
    }


def test_what_depends_on_other_sessions_is_refused(spark: Any) -> None:
    sessions = spark.createDataFrame(
        [], "session_id int, tariff string, start timestamp, coupon string, _rating_row int"
    )
    with pytest.raises(rating.InputError) as caught:
        spark_rate(sessions, {"a": [1]}, rating.load_tariffs("tariffs/"), accounts={}, state={}, buckets=0)
    told = [(fault.code, str(fault.place), fault.got) for fault in caught.value.faults]
    assert told[:6] == [
        ("name_clash", "sessions", "a column _rating_row"),
        ("unsupported_source", "intervals", "an object of type dict"),
        ("depends_on_others", "accounts", "accounts"),
        ("depends_on_others", "state", "state"),
        ("depends_on_others", "sessions", "a column coupon"),
        ("buckets", "buckets", "0"),
    ]
    assert "missing_column" in [code for code, _, _ in told[6:]]
    with pytest.raises(rating.InputError, match="read `an object of type NoneType`, expected a data frame of Spark"):
        spark_rate(None, None, rating.load_tariffs("tariffs/"))
    with pytest.raises(rating.InputError, match="what load_tariffs gave"):
        spark_rate(sessions.drop("coupon", "_rating_row"), None, None)


def test_a_tariff_that_cannot_be_compiled_fails_the_job_in_its_own_words(spark: Any, tmp_path: Path) -> None:
    from pyspark.errors import PythonException

    path = tmp_path / "odd.yaml"
    elements = "".join(
        f"\n      - {{time: 1/{n} s, when: {{max_kwh: {n}}}}}" for n in (7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    )
    path.write_text(f"tariff: harbour-dc\ncurrency: EUR\ntime_zone: UTC\nversions:\n  - elements:{elements}\n")
    rated = spark_rate(frame(spark, usages("totals")[0], tmp_path / "s", 1), None, rating.load_tariffs(path))
    with pytest.raises(PythonException, match="price_precision"):
        rated.sessions.count()


def test_the_example_of_the_readme(spark: Any, tmp_path: Path) -> None:
    shown = re.search(
        r"^```py\n(.*?)^```\n\n```text\n(.*?)^```", readme.README.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert shown is not None
    start, end, wh = (list(each) for each in zip(*SPANS, strict=True))
    pq.write_table(two_sessions().slice(0, 1), tmp_path / "sessions.parquet")
    spans = {"start": instants(*start), "end": instants(*end), "energy_wh": wh}
    pq.write_table(pa.table({"session_id": [7, 7, 7], **spans}), tmp_path / "intervals.parquet")
    # Spark reads from the folder in which its JVM was started.
    code = re.sub(r'parquet\((f?)"', rf'parquet(\1"{tmp_path}/', shown[1])
    assert code.count(str(tmp_path)) == 3
    said = io.StringIO()
    with redirect_stdout(said):
        exec(code, {})
    assert said.getvalue().strip() == shown[2].strip()
    assert pq.read_table(tmp_path / "out" / "lines").num_rows == 4


def test_the_benchmark_compares_jobs_of_the_same_rows(spark: Any, tmp_path: Path) -> None:
    job = make_job(2_000)
    each = runs(spark, job, tmp_path)
    for run in each.values():
        run()
    check(expected(job), {name: written(tmp_path / name) for name in each})
