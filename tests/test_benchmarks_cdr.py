"""The benchmarks of CDRs run, and what they time is the right bill."""

from __future__ import annotations

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import rating
from benchmarks.__main__ import main
from benchmarks.cdr.data import KINDS, Kind, make_cdrs
from benchmarks.cdr.ways import ALL, net_cents
from benchmarks.jobs import JOBS
from benchmarks.jobs.cdr import JOB, beside_cited, build, check
from benchmarks.machine import machine
from benchmarks.measure import measure
from benchmarks.readme import replaced
from benchmarks.report import as_table
from rating.usage.ocpi.texts import Chunk, split

SMALL = 20


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_the_cdrs_are_the_same_on_each_run_and_have_their_shape(kind: Kind) -> None:
    one, other = make_cdrs(kind, 20, 5), make_cdrs(kind, 20, 5)
    assert one.text == other.text
    assert one.objects == [json.loads(line) for line in one.text.splitlines()[:5]]
    assert one.n == len(one.text.splitlines()) == 20
    assert {len(cdr["charging_periods"]) for cdr in one.objects} == {kind.periods}
    parts = list(split(one.text, "cdrs") or ())
    assert all(isinstance(part, Chunk) for part in parts)
    read = rating.read_cdrs(one.text)
    assert (read.refused, read.extensions) == ((), {})


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_each_costs_what_a_plain_loop_charges(kind: Kind) -> None:
    cdrs = make_cdrs(kind, 20, 20)
    zone = ZoneInfo("Europe/Amsterdam")
    for cdr, net in zip(cdrs.objects, cdrs.net_cents.tolist(), strict=True):
        total = Fraction(0)
        for period in cdr["charging_periods"]:
            local = datetime.fromisoformat(period["start_date_time"]).astimezone(zone)
            peak = local.weekday() < 5 and 17 <= local.hour < 21
            cents = 39 if kind.name == "flat" else 59 if peak else 45 if 7 <= local.hour < 23 else 29
            total += Fraction(str(period["dimensions"][0]["volume"])) * cents
        assert int(total + Fraction(1, 2)) == net
        assert cdr["total_cost"]["excl_vat"] == net / 100


def test_all_ways_find_the_same_bills() -> None:
    found = measure(build(SMALL), rounds=2)
    assert list(found.timings) == [f"{kind.name}, {way.name}" for kind in KINDS for way in ALL]
    assert [len(timing.ns) for timing in found.timings.values()] == [2] * len(found.timings)
    assert [timing.row.units for timing in found.timings.values()] == [20, 20, 20, 20, 2, 20, 20, 20, 2, 2]
    assert [timing.summary for timing in found.timings.values()] == [20, 20, 20, 20, 2, 20, 20, 20, 2, 2]


def test_a_wrong_bill_is_found() -> None:
    cdrs = make_cdrs(KINDS[0], 5, 5)
    rated = rating.rate_cdrs(cdrs.text)
    check(cdrs, KINDS[0], ALL[0], rated)
    assert np.array_equal(net_cents([rated, rated]), np.tile(cdrs.net_cents, 2))
    dear = cdrs._replace(net_cents=cdrs.net_cents + np.array([0, 1, 0, 0, 0]))
    with pytest.raises(AssertionError, match="flat, batch, read already: CDR 1 costs"):
        check(dear, KINDS[0], ALL[0], rated)
    with pytest.raises(AssertionError, match="rating rejected 1 CDRs"):
        net_cents(rating.rate_cdrs("{}"))


def test_the_ratios_are_those_of_the_cited_figures() -> None:
    for way in ALL:
        for kind in KINDS:
            cited = {"JSON text": {"tou": 1e9 / 17_000}}.get(way.name, {"flat": 280.0, "tou": 25_000.0})
            expected = cited[kind.name] / 100 if kind.name in cited else None
            assert beside_cited(way, kind, 100) == (None if expected is None else pytest.approx(expected))
    trial = build(SMALL)
    shown = as_table(JOB, trial, measure(trial, rounds=1), machine(None))
    assert "is cited, not run: 0.28 us and 25 us a CDR that is parsed already, 17,000 CDRs a second" in shown


def test_the_readme_has_room_for_the_tables() -> None:
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    for job in JOBS:
        assert "\n```\nfigures\n```\n" in replaced(text, job.marker, "figures")
    with pytest.raises(ValueError, match="bench cdr"):
        replaced("<!-- bench cdr -->", "bench cdr", "figures")


def test_the_command_prints_a_table_and_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, text = tmp_path / "out", tmp_path / "text.md"
    text.write_text("a\n<!-- bench cdr -->\nold\n<!-- /bench cdr -->\nb\n")
    options = ["--rounds", "1", "--json", str(folder), "--readme", str(text)]
    assert main(["--size", "20", "--job", "CDR", *options]) == 0
    printed = capsys.readouterr().out
    assert "CDR: OCPI 2.2.1, each with its tariff, 1 round\n" in printed
    table = printed.partition("\n\nwritten to")[0]
    assert text.read_text() == f"a\n<!-- bench cdr -->\n```\n{table}\n```\n<!-- /bench cdr -->\nb\n"
    written = json.loads((folder / "cdr.json").read_text())
    assert written["job"] == "CDR"
    assert [each["units"] for each in written["results"]] == [20, 20, 20, 20, 2, 20, 20, 20, 2, 2]
