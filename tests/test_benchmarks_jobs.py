"""Each job of the benchmarks runs at a tiny size, and what it prices is what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rating
from benchmarks import shapes
from benchmarks.__main__ import main
from benchmarks.data import LENGTH_MAX, SLOT_US, columns, make_job
from benchmarks.jobs import JOBS, find, grow, mixed, one, spark, start, tariffs, threads
from benchmarks.machine import machine
from benchmarks.measure import measure
from benchmarks.network import texts, write_folder
from benchmarks.readme import replaced
from benchmarks.report import as_table
from benchmarks.timing import _ours_ticks, median_of
from benchmarks.trial import Found, Mark, Row, SkippedError, Timing, Trial, times_mark
from rating.tariff.load import parse_tariff

SIZES = {"CDR": 20, "ONE": 5, "START": 1, "GROW": 20_000, "TARIFFS": 20, "YEARS": shapes.QUARTERS}
TINY = 2_000
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("job", [job.name for job in JOBS if job.name not in ("J1", "FILES", "SPARK")])
def test_a_job_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], job: str) -> None:
    options = ["--size", str(SIZES.get(job, TINY)), "--rounds", "2", "--no-memory", "--json", str(tmp_path)]
    assert main(["--job", job, *options]) == 0
    told = json.loads((tmp_path / f"{job.lower()}.json").read_text())
    assert (told["job"], told["rounds"]) == (job, 2)
    ran = [row for row in told["results"] if "skipped" not in row]
    assert ran
    assert all(len(row["ns"]) == 2 for row in ran)
    without = [row for row in told["results"] if "skipped" in row]
    if job == "START":  # compiling takes too long for a test
        assert [row["name"] for row in without] == [start.COLD, start.COLD_FULL]
    else:
        assert all("totals only" in row["name"] for row in without)
        assert not without or "lines" not in signature(rating.rate).parameters
    shown = capsys.readouterr().out
    assert all(row["name"] in shown for row in told["results"])


def test_a_job_is_found_by_its_name_and_has_a_place_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for job in JOBS:
        assert find(job.name) is job
        assert replaced(text, job.marker, "figures") != text


def test_the_job_in_spark_runs(tmp_path: Path) -> None:
    if spark.java_version() < spark.JAVA_MIN:
        pytest.skip(f"no Java {spark.JAVA_MIN} here, which Spark needs (Debian: apt-get install default-jre-headless)")
    # In a process of its own: the JVM of a session lives as long as Python, and other tests of Spark set up theirs.
    options = ["--job", "SPARK", "--size", str(TINY), "--rounds", "1", "--json", str(tmp_path)]
    command = [sys.executable, "-m", "benchmarks", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert " lines, as by rate()\n" in done.stdout
    told = json.loads((tmp_path / "spark.json").read_text())
    assert [(row["name"], len(row["ns"])) for row in told["results"]] == [(spark.PASSED, 1), (spark.RATED, 1)]


def test_without_java_the_job_in_spark_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "java_version", lambda: 11)
    trial = spark.build(TINY)
    found = measure(trial, 1)
    assert {timing.skipped for timing in found.timings.values()} == {
        "Spark needs Java 17 or newer (Debian: apt-get install default-jre-headless)"
    }
    assert trial.marks[0].line(found) == "rated: ? times passed through: not measured"


def test_other_rows_of_spark_are_found() -> None:
    bill = spark.Written(Decimal("9.00"), 100)
    assert spark.check(bill, {spark.RATED: bill, spark.PASSED: bill}) == ["9.00 in 100 lines, as by rate()"]
    with pytest.raises(AssertionError, match="Spark came to"):
        spark.check(bill, {spark.RATED: bill._replace(gross=Decimal("9.01")), spark.PASSED: bill})
    with pytest.raises(AssertionError, match="wrote 90 lines beside 100"):
        spark.check(bill, {spark.RATED: bill, spark.PASSED: bill._replace(lines=90)})


def test_a_quote_that_differs_from_its_bill_is_found() -> None:
    bill = {one.QUOTE: Decimal("9.63"), one.RATE: Decimal("9.63"), one.RATE_TABLES: Decimal("9.63")}
    assert one.check(bill) == ["9.63 by quote() and by rate()"]
    with pytest.raises(AssertionError, match=re.escape("quote() says 9.63, not {'rate of one session'")):
        one.check({**bill, one.RATE: Decimal("9.64")})


def test_other_bills_of_fresh_processes_are_found() -> None:
    assert start.check({start.WARM: "4.88"}) == []
    with pytest.raises(AssertionError, match="kept code and compiled code charge differently"):
        start.check({start.WARM: "4.88", start.COLD: "4.89"})


def test_each_of_many_short_calls_is_on_the_clock() -> None:
    calls: list[int] = []
    assert median_of(5)(lambda: calls.append(1)) > 0
    assert len(calls) == 5


def test_what_a_trial_prepared_is_put_away_also_when_it_fails() -> None:
    closed: list[int] = []
    trial = Trial("one row", (_row("read floor"),), close=lambda: closed.append(1))
    measure(trial, 1)
    wrong = trial._replace(rows=(_row("read floor")._replace(prepare=lambda: lambda: 1 // 0),))
    with pytest.raises(ZeroDivisionError):
        measure(wrong, 1)
    assert closed == [1, 1]


def test_what_a_process_started_is_not_another() -> None:
    before = _ours_ticks()
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert _ours_ticks() - before >= 0.4 * os.sysconf("SC_CLK_TCK")


def test_a_long_job_is_made_of_blocks() -> None:
    data = grow.long_job(1_000, 3)
    session_id, start_us, end_us, energy_wh = columns(data)
    first = columns(make_job(1_000, seed=grow.SEED + 1_000))
    for column, block in zip((session_id, start_us, end_us, energy_wh), first, strict=True):
        assert column[:1_000].tolist() == block.tolist()
    ids, at, length = np.unique(session_id, return_index=True, return_counts=True)
    assert data.n_intervals == 3_000
    assert ids.tolist() == list(range(int(ids[0]), int(ids[0]) + len(ids)))
    assert data.sessions.column("session_id").to_pylist() == ids.tolist()
    assert length.max() <= LENGTH_MAX
    assert data.sessions.column("start").to_pylist() == data.intervals.column("start").take(at).to_pylist()
    assert np.all(end_us - start_us == SLOT_US)
    rated = rating.rate(rating.load_tariffs("tariffs/ca-tou.yaml"), data.sessions, data.intervals)
    assert rated.rejected.num_rows == 0


def test_a_year_of_a_meter_is_a_year() -> None:
    data = shapes.years(2)
    assert data.n_sessions == 2
    assert data.n_intervals == 2 * 366 * 96
    assert [each.isoformat() for each in data.sessions.column("start").to_pylist()] == ["2024-01-01T08:00:00+00:00"] * 2
    assert [each.isoformat() for each in data.sessions.column("end").to_pylist()] == ["2025-01-01T08:00:00+00:00"] * 2


def test_mixed_tariffs_differ_and_each_session_has_the_price_of_its_own() -> None:
    some = mixed.tariffs(8)
    assert {tariff.time_zone for tariff in some.values()} == set(shapes.ZONES)
    assert len({tariff.versions for tariff in some.values()}) == 8
    data = shapes.with_names(make_job(TINY), list(some))
    rated = rating.rate(some, data.sessions, data.intervals)
    for name, tariff in some.items():
        where = data.sessions.filter(np.array([each == name for each in data.sessions.column("tariff").to_pylist()]))
        ids = set(where.column("session_id").to_pylist())
        mine = np.array([each in ids for each in data.intervals.column("session_id").to_pylist()])
        alone = rating.rate(type(some)((tariff,)), where, data.intervals.filter(mine))
        together = [row for row in rated.lines.to_pylist() if row["session_id"] in ids]
        assert together == alone.lines.to_pylist()


@pytest.mark.parametrize("restriction", shapes.RESTRICTIONS, ids=[each.name for each in shapes.RESTRICTIONS])
def test_a_restriction_moves_amounts(restriction: shapes.Restriction) -> None:
    data = shapes.with_columns(make_job(TINY), shapes.columns_of((restriction,)))
    some = type(mixed.tariffs(1))((parse_tariff(shapes.restricted_text("ca-tou", (restriction,))),))
    elements = set(rating.rate(some, data.sessions, data.intervals).lines.column("element").to_pylist())
    named = {element.partition("name: ")[2].partition(",")[0] for element in restriction.elements}
    # Nobody fails to come in these sessions: that price is only there to be asked for.
    assert named - {"no show"} <= elements


def test_other_bytes_of_other_threads_are_found() -> None:
    check = threads.build(TINY).check
    assert check({"1 thread": 5, "2 threads": 5}) == ["the same bytes for 2 numbers of threads"]
    with pytest.raises(AssertionError, match="the bytes of 2 threads differ"):
        check({"1 thread": 5, "2 threads": 6})


def test_generated_tariffs_are_the_same_on_each_run_and_all_are_fine(tmp_path: Path) -> None:
    write_folder(tmp_path, 50)
    loaded = rating.load_tariffs(tmp_path)
    assert dict(texts(50)) == dict(texts(50))
    assert [parse_tariff(text) for _, text in texts(50)] == list(loaded.values())
    assert len({tariff.versions for tariff in loaded.values()}) == 50
    assert {len(tariff.versions) for tariff in loaded.values()} == {1, 2, 3}


def test_compiling_cold_forgets_what_was_kept(tmp_path: Path) -> None:
    write_folder(tmp_path, 5)
    loaded = rating.load_tariffs(tmp_path)
    batch = tariffs.sessions_of(list(loaded), tariffs.MARCH, 31)
    kept = tariffs.compiled(loaded, batch, cold=False)
    again = tariffs.compiled(loaded, batch, cold=True)
    assert kept.versions == again.versions
    assert kept.timeline.tolist() == again.timeline.tolist()
    for first, second in zip(kept.book.timelines, again.book.timelines, strict=True):
        assert first.tolist() == second.tolist()


def _row(name: str) -> Row:
    return Row(name, "", lambda: lambda: None, 1)


def _found(**ns: float) -> Found:
    return Found({name: Timing(_row(name), (value,) if value else ()) for name, value in ns.items()}, 1, None)


def test_a_mark_says_whether_it_holds() -> None:
    mark = times_mark("slow: {} times fast", "slow", "fast", 1.5)
    assert mark.line(_found(slow=3.0, fast=2.0)) == "slow: 1.5 times fast, at most 1.5: holds"
    assert mark.line(_found(slow=3.2, fast=2.0)) == "slow: 1.6 times fast, at most 1.5: MISSED"
    assert mark.line(_found(slow=3.2, fast=0)) == "slow: ? times fast: not measured"


def test_a_row_that_cannot_run_is_said_to_be_skipped() -> None:
    def prepare() -> Any:
        raise SkippedError("no such tool here")

    rows = (_row("read floor"), _row("other")._replace(prepare=prepare))
    trial = Trial("two rows", rows, marks=(Mark("other: {}", lambda found: found.times("other", "read floor"), 1),))
    shown = as_table(find("J1"), trial, measure(trial, 1), machine(None))
    assert "skipped other: no such tool here" in shown
    assert "other: ?: not measured" in shown
