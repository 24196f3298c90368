"""`rating compare` in a terminal of 80 and of 120 columns, with colour and without; and from the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
from decimal import Decimal
from io import StringIO

import pyarrow.parquet as pq
import pytest
from compare_world import EXAMPLES, comparison, grid_comparison, month, new, old
from rich.cells import cell_len
from rich.console import Console
from test_cli import RATING, ROOT, run

import rating
from rating.desk.compare.grid_terminal import print_grid
from rating.desk.compare.terminal import print_comparison

ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def printed(grid: bool, width: int, colour: bool) -> str:
    system = "truecolor" if colour else None
    console = Console(file=StringIO(), width=width, color_system=system, force_terminal=colour, no_color=not colour)
    if grid:
        print_grid(grid_comparison(), console)
    else:
        print_comparison(comparison(), console, 2)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("grid", [False, True])
def test_no_line_is_longer_than_the_terminal_is_wide(grid, width):
    plain, coloured = (printed(grid, width, colour) for colour in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    tidy = [line.rstrip() for line in ESCAPE.sub("", coloured).splitlines()]
    assert tidy == plain.splitlines()  # colour adds nothing that is not said without it
    assert {line for line in tidy if cell_len(line) > width} == set()


def test_what_is_said_of_two_sides():
    text, found = printed(False, 120, False), comparison()
    for row in found.totals:
        change = Decimal(row.change.gross_micro) / 10**6
        assert f"\n{row.currency}: {change:+,.2f}" in text or row.currency == "JPY" or not change
        drawn = f"Change by hour of the week, % of {row.currency} to pay" in text
        assert drawn == (row.payers.more + row.payers.less > 0)
    for heading in (
        "By tariff",
        "By site",
        "By membership",
        "Rise most, EUR",
        "Fall most, EUR",
        "Before",
        "not compared",
    ):
        assert heading in text
    assert "Rejected by the new tariffs alone" in text
    assert "1 tariff only among the old: per-kwh" in text
    assert str(found.largest[0].session_id) in text


def test_what_is_said_of_a_grid():
    text = printed(True, 120, False)
    for row in grid_comparison().rows:
        assert f"  {row.label} " in text
    assert "14 variants of" in text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of both sides and of the month."""
    found = tmp_path_factory.mktemp("compare")
    for name, tariffs in (("old", old()), ("new", new())):
        (found / name).mkdir()
        for tariff in tariffs.values():
            (found / name / f"{tariff.id}.yaml").write_text(rating.to_yaml(tariff))
    for name, table in zip(("sessions", "intervals"), month(), strict=True):
        pq.write_table(table, found / f"{name}.parquet")
    return found


def history(folder):
    return ("--sessions", str(folder / "sessions.parquet"), "--intervals", str(folder / "intervals.parquet"))


def test_the_command_says_what_the_api_says(folder):
    result = run("compare", str(folder / "old"), str(folder / "new"), *history(folder))
    assert (result.exit_code, result.stderr) == (0, "")
    wanted = rating.compare(folder / "old", folder / "new", folder / "sessions.parquet", folder / "intervals.parquet")
    assert result.stdout == wanted.text
    found = json.loads(run("compare", str(folder / "old"), str(folder / "new"), *history(folder), "--json").stdout)
    assert found == json.loads(wanted.json)
    for row, told in zip(wanted.totals, found["totals"], strict=True):
        assert Decimal(told["change"]["gross"]) * 10**6 == row.change.gross_micro
        assert Decimal(told["new"]["gross"]) - Decimal(told["old"]["gross"]) == Decimal(told["change"]["gross"])
    assert len(found["largest"]) == len(wanted.largest) > 20
    assert {each["why"] for each in found["not_compared"]} == {"rejected_by_new", "rejected_by_both"}
    assert found["compared"] + len(found["not_compared"]) == found["sessions"]


def test_the_command_takes_changes(folder, tmp_path):
    changes = ("--change", "energy@harbour-* -0.02..+0.04 step 0.01", "--change", "flat@tokyo-* +0, +50")
    result = run("compare", str(folder / "old"), *changes, *history(folder))
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("  +0.04, ")]
    assert len(rows) == 6  # two variants in three currencies
    told = json.loads(run("compare", str(folder / "old"), *changes, *history(folder), "--json").stdout)
    wanted = grid_comparison().as_dict()
    assert json.loads(json.dumps(wanted["variants"])) == told["variants"]
    in_place = run("compare", str(folder / "old"), changes[1], *changes[2:], *history(folder))
    assert in_place.stdout == result.stdout
    page = tmp_path / "grid.html"
    assert (
        run("compare", str(folder / "old"), *changes, *history(folder), "--html", str(page)).stdout == f"Wrote {page}\n"
    )
    assert "What 14 variants would do" in page.read_text()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((str(EXAMPLES),), 2, "Missing argument 'NEW' (or --change)."),
        ((str(EXAMPLES), str(EXAMPLES), "--change", "energy +1"), 2, "give NEW or --change, not both"),
        ((str(EXAMPLES), "--change", "energy +1", "--by", "site"), 2, "--by is for two sides"),
        ((str(EXAMPLES), "--change", "enrgy +1"), 1, "did you mean energy?"),
        ((str(EXAMPLES), "enrgy +1"), 1, "did you mean energy?"),
        ((str(EXAMPLES), "energy 0.02"), 1, "write +0.02 for more"),
        ((str(EXAMPLES), "new-tariffs"), 1, "new-tariffs: no_file"),
        (("nowhere", str(EXAMPLES)), 1, "nowhere: no_file"),
        (("git:no-such:tariffs", str(EXAMPLES)), 1, "git_"),
        ((str(EXAMPLES), str(EXAMPLES), "--by", "colour"), 1, "no_column: read `colour`"),
    ],
)
def test_what_cannot_be_compared_is_refused(folder, args, code, said):
    result = run("compare", *args, *history(folder))
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_no_color_and_columns_are_heeded(folder):
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120"}
    command = [*RATING, "compare", str(folder / "old"), str(folder / "new"), *history(folder)]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "\x1b" not in done.stdout
    assert max(map(cell_len, done.stdout.splitlines())) in range(100, 121)


def test_variants_can_be_told_apart_in_any_width():
    changes = ('flat/"all other times" +0.10,+0.20', "energy -0.01..+0.01 step 0.01")
    found = rating.compare(old(), rating.grid(*changes), *month())
    for width in (60, 80, 120):
        console = Console(file=StringIO(), width=width, color_system=None)
        print_grid(found, console)
        lines = console.file.getvalue().splitlines()
        begin = next(i for i, line in enumerate(lines) if line.split()[:1] == ["Variant"]) + 1
        names = [line.split("  ")[1] for line in lines[begin : begin + 7]]
        assert len(set(names)) == 7, names
        assert not any("…" in name for name in names)


def test_blanks_are_nobodys():
    history = {
        "session_id": ["a", "b", "c"], "tariff": ["per-kwh"] * 3, "energy_kwh": ["1", "2", "3"],
        "start": ["2026-03-02T10:00:00Z"] * 3, "end": ["2026-03-02T11:00:00Z"] * 3,
        "account": ["", " ", None], "site": ["", "North", None],
    }  # fmt: skip
    grid = rating.grid("energy +1")
    found = rating.compare(old(), grid.apply(old(), grid.variants[0]), history)
    (payers,) = found.drivers.values()
    assert (payers.more, payers.same, payers.less) == (0, 0, 0)
    (sites,) = (each for each in found.groups if each.name == "site")
    assert {row.name: row.sessions for row in sites.rows} == {"North": 1, "(none)": 2}
