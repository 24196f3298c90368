"""`rating explain`."""

from __future__ import annotations

import json
from pathlib import Path

from test_cli import HARBOUR, run, world

import rating


def test_the_story_is_that_of_explain(tmp_path: Path) -> None:
    options = world(tmp_path)
    result = run("explain", *options, "S-1")
    assert (result.exit_code, result.stderr) == (0, "")
    tariffs = rating.load_tariffs(tmp_path / "tariffs")
    story = rating.explain(tariffs, tmp_path / "sessions.csv", tmp_path / "intervals.csv", session_id="S-1")
    assert result.stdout.rstrip("\n") == story.text.rstrip("\n")
    assert "0.39 EUR/kWh" in result.stdout


def test_json_has_exact_amounts_as_text(tmp_path: Path) -> None:
    result = run("explain", *world(tmp_path), "S-1", "--json")
    bill = json.loads(result.stdout)
    assert (bill["session_id"], bill["currency"], bill["start"]) == ("S-1", "EUR", "2026-03-02T10:00:00Z")
    # 10.001 kWh at 0.39 are 3.90039; 30 minutes without data are parked, 15 of them free: 1.50. Together 5.40039.
    assert (bill["energy_kwh"], bill["net"], bill["tax"], bill["gross"]) == ("10.001", "4.46", "0.94", "5.40")
    assert bill["taxes"] == [{"name": "VAT", "percent": "21", "net": "4.46", "amount": "0.94"}]
    assert [line["amount"] for line in bill["lines"]] == ["3.90039", "1.5"]
    assert [line["printed_amount"] for line in bill["lines"]] == ["3.90", "1.50"]
    assert [line["billed_volume"] for line in bill["lines"]] == ["10.001", "15"]
    assert bill["text"].startswith("Session S-1")
    assert bill["lines"][0]["because"] == ["at all times"]
    assert [section["section"] for section in bill["story"]] == ["measured", "applied", "costs", "total"]
    assert bill["picture"]["lanes"][1]["bands"] == [
        {"start": "2026-03-02T11:30:00+01:00", "end": "2026-03-02T12:00:00+01:00", "key": "B", "price": "0.10"}
    ]


def test_markdown_is_printed(tmp_path: Path) -> None:
    result = run("explain", *world(tmp_path), "S-1", "--markdown")
    assert result.stdout.splitlines()[:3] == ["# Session S-1, tariff harbour", "", "**5.40 EUR to pay**  "]
    assert "| energy, element 1 | 10.001 kWh at 0.39 EUR/kWh | at all times | 3.90 EUR |" in result.stdout
    assert "\n- parking time, element 1: 30 min, of which 15 min free of charge\n  - 15 min at 0.10" in result.stdout


def test_a_page_is_written(tmp_path: Path) -> None:
    options = world(tmp_path)
    result = run("explain", *options, "S-1", "--html", tmp_path / "a.html")
    assert result.stdout == f"Wrote {tmp_path / 'a.html'}\n"
    tariffs = rating.load_tariffs(tmp_path / "tariffs")
    story = rating.explain(tariffs, tmp_path / "sessions.csv", tmp_path / "intervals.csv", session_id="S-1")
    assert (tmp_path / "a.html").read_text("utf-8") == story.html
    result = run("explain", *options, "S-1", "--json", "--html", tmp_path / "b.html")
    assert json.loads(result.stdout)["gross"] == "5.40"
    assert result.stderr == f"Wrote {tmp_path / 'b.html'}\n"


def test_two_forms_cannot_both_be_printed(tmp_path: Path) -> None:
    result = run("explain", *world(tmp_path), "S-1", "--json", "--markdown")
    assert result.exit_code == 2
    assert "give --markdown or --json" in result.stderr


def test_a_volume_without_an_end_is_a_fraction(tmp_path: Path) -> None:
    options = world(tmp_path)
    by_hour = HARBOUR.replace("{price: 0.10/min, grace: 15 min}", "1.00/h")
    (tmp_path / "tariffs" / "harbour.yaml").write_text(by_hour)
    sessions = (tmp_path / "sessions.csv").read_text().replace("11:00:00Z", "10:50:00Z")
    (tmp_path / "sessions.csv").write_text(sessions)
    bill = json.loads(run("explain", *options, "S-1", "--json").stdout)
    assert bill["lines"][1]["billed_volume"] == "1/3"


def test_an_unknown_session_is_refused(tmp_path: Path) -> None:
    result = run("explain", *world(tmp_path), "S-77")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("sessions: no_session: read `S-77`, expected one of 4 ids")


def test_a_refused_session_says_why(tmp_path: Path) -> None:
    result = run("explain", *world(tmp_path), "S-3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "unknown_tariff: read `harbor`" in result.stderr
    assert "did you mean `harbour`?" in result.stderr


def test_sessions_that_carry_their_energy_need_no_meter(tmp_path: Path) -> None:
    tariffs = world(tmp_path)[:2]
    totals = "session_id,tariff,start,end,energy_kwh\n7,tokyo,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z,2.5\n"
    (tmp_path / "totals.csv").write_text(totals)
    result = run("explain", *tariffs, "--sessions", tmp_path / "totals.csv", "7", "--json")
    assert json.loads(result.stdout)["gross"] == "165"


def test_readings_instead_of_intervals(tmp_path: Path) -> None:
    options = world(tmp_path)[:4]
    readings = "session_id,at,register_wh\nS-1,2026-03-02T10:00:00Z,100\nS-1,2026-03-02T11:00:00Z,10100\n"
    (tmp_path / "readings.csv").write_text(readings)
    result = run("explain", *options, "--readings", tmp_path / "readings.csv", "S-1", "--json")
    assert json.loads(result.stdout)["gross"] == "3.90"
