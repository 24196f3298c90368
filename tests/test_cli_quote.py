"""`rating quote`: what `rating.quote` says, in lines for people and as JSON, and refusals with exit code 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import rating
from rating.cli import main

FACTS = ["--tariffs", "tariffs/", "--start", "2026-03-02T20:45+01:00", "--end", "2026-03-02T21:30+01:00"]
ENERGY = ["--energy-kwh", "23.4"]


def run(*args: str) -> Any:
    return CliRunner().invoke(main, ["quote", *args])


def test_lines_and_totals_are_printed():
    result = run("harbour-dc", *FACTS, *ENERGY)
    assert result.exit_code == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["harbour-dc,", "version", "2026-01-01:", "23.4", "kWh"]
    assert ["evening", "peak,", "energy", "7.8", "kWh", "×", "0.59", "4.60"] in rows
    assert rows[-3:] == [["net", "9.25"], ["VAT", "21", "%", "1.94"], ["gross", "11.19"]]


def test_json_is_that_of_the_quote():
    said = json.loads(run("harbour-dc", *FACTS, *ENERGY, "--json").stdout)
    facts = {"start": "2026-03-02T20:45+01:00", "end": "2026-03-02T21:30+01:00", "energy_kwh": "23.4"}
    assert said == rating.quote(rating.load_tariffs("tariffs/"), "harbour-dc", **facts).to_dict()


def test_intervals_of_a_file(tmp_path: Path):
    path = tmp_path / "intervals.csv"
    path.write_text("start,end,energy_kwh\n2026-03-02T19:45:00Z,2026-03-02T20:15:00Z,23.4\n")
    result = run("harbour-dc", *FACTS, "--intervals", str(path), "--json")
    assert json.loads(result.stdout)["energy_kwh"] == "23.4"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["harbor-dc", *FACTS, *ENERGY], "did you mean `harbour-dc`?"),
        (["harbour-dc", *FACTS], "give --energy-kwh, such as --energy-kwh 23.4"),
        (["members", *FACTS, *ENERGY, "--membership", "GOLD"], "did you mean `gold`?"),
        (["harbour-dc", *FACTS, "--energy-kwh", "much"], "energy_range"),
        (["harbour-dc", *FACTS, "--intervals", "none.csv"], "none.csv"),
    ],
)
def test_what_is_refused_says_why(args, said):
    result = run(*args)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stdout == ""


def test_a_coupon_that_takes_nothing_off_says_why(tmp_path: Path):
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("account,plan,from,until\nA,gold,2026-01-01,\n")
    coupon = [*ENERGY, "--coupon", "SPRING26"]
    result = run("harbour-dc", *FACTS, *coupon)
    why = "note: Spring does not hold: its uses are counted for each account, and the session has none\n"
    assert (result.exit_code, result.stderr) == (0, why)
    assert json.loads(run("harbour-dc", *FACTS, *coupon, "--json").stdout)["gross"] == "11.19"
    more = ["--account", "A", "--accounts", str(accounts), "--energy-kwh", "40"]
    result = run("harbour-dc", *FACTS, *coupon, *more)
    assert (result.exit_code, result.stderr) == (0, "")
    assert any(line.split()[:1] == ["Spring"] for line in result.stdout.splitlines())
    intervals = tmp_path / "intervals.csv"
    intervals.write_text("start,end,energy_kwh\n2026-03-02T19:45:00Z,2026-03-02T20:15:00Z,1\n")
    small = ["--intervals", str(intervals), "--coupon", "SPRING26", "--account", "A", "--accounts", str(accounts)]
    assert "asks for at least 10.00 EUR" in run("harbour-dc", *FACTS, *small).stderr


def test_wrong_usage():
    result = run("harbour-dc", *FACTS, *ENERGY, "--account", "A")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--account needs --accounts" in result.stderr
    assert run("harbour-dc", *ENERGY).exit_code == 2
    assert run("harbour-dc", *FACTS, "--intervals", "a.csv", "--readings", "b.csv").exit_code == 2
