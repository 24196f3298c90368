"""`rating demo`: the same bytes on each run, nothing lost, and bills that can be checked."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from test_cli import HARBOUR, ROOT, really_run, run

from rating import load_tariffs
from rating.cli import demo

FILES = [
    *("inputs/intervals.parquet", "inputs/sessions.parquet"),
    *(f"results/{name}.parquet" for name in ("lines", "rejected", "sessions", "taxes")),
]
FEW = 6_000


def rate_month(out: Path, *options: str) -> str:
    result = run("demo", "--tariffs", ROOT / "tariffs", "--intervals", str(FEW), "--out", out, *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def bytes_of(out: Path) -> list[bytes]:
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == FILES
    return [(out / name).read_bytes() for name in FILES]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        rate_month(tmp_path / name)
    rate_month(tmp_path / "c", "--seed", "2")
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert bytes_of(tmp_path / "a")[0] != bytes_of(tmp_path / "c")[0]


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    rate_month(tmp_path, "--seed", "2")
    rate_month(tmp_path)
    again = bytes_of(tmp_path)
    rate_month(tmp_path)
    assert bytes_of(tmp_path) == again


def test_no_session_and_no_energy_is_lost(tmp_path: Path) -> None:
    rate_month(tmp_path)
    intervals, sessions, lines, rejected, rated, taxes = (pq.read_table(tmp_path / name) for name in FILES)
    assert intervals.num_rows >= FEW
    refused = rejected.filter(pc.not_equal(rejected.column("code"), "unknown_session"))
    ids = Counter(rated.column("session_id").to_pylist() + refused.column("session_id").to_pylist())
    assert ids == Counter(sessions.column("session_id").to_pylist())
    came_in = Decimal(pc.sum(intervals.column("energy_wh")).as_py()) / 1000
    assert came_in == pc.sum(rated.column("energy_kwh")).as_py() + pc.sum(rejected.column("energy_kwh")).as_py()
    assert pc.sum(lines.column("printed_amount")).as_py() > 0
    assert pc.sum(taxes.column("amount")).as_py() == pc.sum(rated.column("tax")).as_py() > 0


def test_mistakes_and_tariffs_of_every_kind(tmp_path: Path) -> None:
    rate_month(tmp_path)
    rejected, rated = (pq.read_table(tmp_path / "results" / f"{name}.parquet") for name in ("rejected", "sessions"))
    assert set(rejected.column("code").to_pylist()) >= {
        *("unknown_tariff", "end_before_start", "negative_energy", "no_data", "outside_session", "time_zone"),
        *("unknown_session", "missing_column", "reservation", "overlap"),
    }
    assert rejected.num_rows < rated.num_rows // 20
    assert set(rated.column("tariff").to_pylist()) == set(load_tariffs(ROOT / "tariffs"))
    roaming = rated.filter(pc.equal(rated.column("tariff"), "roaming"))
    assert len(set(roaming.column("time_zone").to_pylist())) > 1
    accounts = rated.column("account")
    assert 0 < accounts.null_count < len(accounts)
    assert accounts.drop_null()[0].as_py().startswith("RFID-")


def test_sessions_say_what_tariffs_ask_of_them(tmp_path: Path) -> None:
    rate_month(tmp_path, "--intervals", "60000")
    sessions, rated = (pq.read_table(tmp_path / FILES[i]).to_pylist() for i in (1, 4))
    intervals, lines = (pq.read_table(tmp_path / FILES[i]) for i in (0, 2))
    fine = [row for row in sessions if row["session_id"] in {each["session_id"] for each in rated}]
    assert {row["evse_power_kw"] for row in fine if row["tariff"] == "power-bands"} == {22, 50, 150, 300}
    assert {row["connector"] for row in fine} == {"Type 2", "CCS", "CHAdeMO"}
    assert {row["membership"] for row in fine} == {None, "gold", "fleet"}
    assert all((row["payment_method"] == "card") == (row["account"] is None) for row in fine)
    reserved = [row for row in fine if row["reservation_start"] is not None]
    assert {row["tariff"] for row in reserved} == {"reservation", "booked-slot"}
    assert all(row["reservation_start"] < row["start"] for row in reserved)
    expired = {row["session_id"] for row in fine if row["reservation_expired"]}
    assert 0 < len(expired) < len(reserved) // 4
    assert expired.isdisjoint(intervals.column("session_id").to_pylist())
    assert 0 < intervals.column("power_w").null_count < intervals.num_rows

    billed = set(lines.column("element").to_pylist())
    for name in ("power-bands", "members", "reservation", "tiers", "long-stay", "mixed-vat"):
        [version] = load_tariffs(ROOT / "tariffs")[name].versions
        assert {element.name for element in version.elements} <= billed


def test_intervals_are_quarters_of_an_hour_that_fill_their_session(tmp_path: Path) -> None:
    rate_month(tmp_path)
    intervals, rated = pq.read_table(tmp_path / FILES[0]).to_pylist(), pq.read_table(tmp_path / FILES[4]).to_pylist()
    fine = {row["session_id"]: row for row in rated}
    before = None
    seen: Counter[int] = Counter()
    for row in intervals:
        session = fine.get(row["session_id"])
        if session is None:
            continue
        first = row["session_id"] not in seen
        assert row["start"] == (session["start"] if first else before)
        assert first or row["start"].minute % 15 == row["start"].second == 0
        assert 0 < (row["end"] - row["start"]).total_seconds() <= 900
        before = row["end"]
        seen[row["session_id"]] += 1
    assert set(seen) == {number for number, session in fine.items() if not session["reservation_expired"]}


def test_the_summary_says_what_the_tables_hold(tmp_path: Path) -> None:
    said = rate_month(tmp_path)
    rated = pq.read_table(tmp_path / FILES[4]).to_pylist()
    for name in load_tariffs(ROOT / "tariffs"):
        own = [row for row in rated if row["tariff"] == name]
        found = re.search(rf"^{name} +([\d,]+) +([\d,.]+) +([\d,.]+) +([\d,.]+) +([\d,.]+)  ([A-Z]{{3}})$", said, re.M)
        assert found is not None
        count, *amounts = (Decimal(text.replace(",", "")) for text in found.groups()[:5])
        assert count == len(own)
        sums = [sum(row[key] for row in own) for key in ("energy_kwh", "net", "tax", "gross")]
        assert amounts == sums
        assert {row["currency"] for row in own} == {found.group(6)}
    assert re.search(r"^  [\d.]+ million intervals a second on \d+ cores?, ", said, re.M)
    for name in FILES:
        assert f"\n  {tmp_path / name}\n" in said


def test_the_explained_bill_is_that_of_the_table(tmp_path: Path) -> None:
    said = rate_month(tmp_path)
    story = said.partition("One bill explained\n")[2].partition("\nSpeed\n")[0]
    found = re.search(r"^  Session (\d+), tariff ", story)
    assert found is not None
    [row] = [row for row in pq.read_table(tmp_path / FILES[4]).to_pylist() if row["session_id"] == int(found.group(1))]
    pays = re.search(r"^      to pay ([\d.]+) ", story, re.M)
    assert pays is not None
    assert Decimal(pays.group(1)) == row["gross"]
    assert "parking time" in story
    again = re.search(r"^  rating (explain .*)$", said, re.M)
    assert again is not None
    told = run(*again.group(1).split())
    assert told.exit_code == 0
    assert [line.strip() for line in told.stdout.splitlines()] == [line.strip() for line in story.strip().splitlines()]


def test_a_month_that_no_tariff_reaches(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(HARBOUR.replace("  - elements", "  - valid_from: 2030-01-01\n    elements"))
    early = run("demo", "--tariffs", tmp_path, "--intervals", "100", "--out", tmp_path / "out")
    assert (early.exit_code, early.stdout) == (1, "")
    assert "read `1 tariff, none in force in all of 2026-03`" in early.stderr
    late = run("demo", "--tariffs", tmp_path, "--intervals", "100", "--out", tmp_path / "out", "--month", "2030-01")
    assert late.exit_code == 0
    assert "A charging network in January 2030: 1 tariff, 3 sites, " in late.stdout


def test_a_tariff_that_ends_has_no_sites_in_that_month(tmp_path: Path) -> None:
    ends = "  - valid_until: 2026-03-31\n    elements"
    (tmp_path / "t.yaml").write_text(HARBOUR.replace("  - elements", ends))
    options = ("--tariffs", tmp_path, "--intervals", "100", "--out", tmp_path / "out")
    last, before = run("demo", *options), run("demo", *options, "--month", "2026-02")
    assert (last.exit_code, before.exit_code) == (1, 0)
    assert "read `1 tariff, none in force in all of 2026-03`" in last.stderr


@pytest.mark.parametrize(("month", "without"), [("2025-01", 5), ("2027-01", 1)])
def test_no_month_has_sessions_before_or_after_their_tariff(tmp_path: Path, month: str, without: int) -> None:
    said = rate_month(tmp_path, "--month", month)
    tariffs = len(load_tariffs(ROOT / "tariffs")) - without
    assert f": {tariffs} tariffs, {3 * tariffs} sites, " in said
    rejected = pq.read_table(tmp_path / "results" / "rejected.parquet")
    assert "no_version" not in rejected.column("code").to_pylist()


def test_one_interval_is_enough(tmp_path: Path) -> None:
    result = run("demo", "--tariffs", ROOT / "tariffs", "--intervals", "1", "--out", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "One bill explained" in result.stdout


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "thesis.doc").write_text("years of work")
    result = run("demo", "--tariffs", ROOT / "tariffs", "--intervals", "100", "--out", tmp_path)
    assert result.exit_code == 1
    assert "thesis.doc" in result.stderr
    assert [path.name for path in tmp_path.rglob("*.*")] == ["thesis.doc"]


def test_the_tariffs_are_those_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert demo.example_tariffs() == ROOT / "tariffs"
    (tmp_path / "tariffs").mkdir()
    assert demo.example_tariffs() == Path("tariffs")
    package = tmp_path / "site-packages" / "rating"
    (package / "tariffs").mkdir(parents=True)
    monkeypatch.setattr(demo, "__file__", str(package / "cli" / "demo.py"))
    assert demo.example_tariffs() == Path("tariffs")
    (tmp_path / "tariffs").rmdir()
    assert demo.example_tariffs() == package / "tariffs"


def test_nothing_but_the_summary_on_a_pipe(tmp_path: Path) -> None:
    done = really_run("demo", "--intervals", "100", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("A charging network in March 2026: ")
    assert sorted(path.name for path in (tmp_path / "demo-out").iterdir()) == ["inputs", "results"]
