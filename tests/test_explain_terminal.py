"""`rating explain` in a terminal of 80 and of 120 columns, with colour and without."""

from __future__ import annotations

import os
import re
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from explain_tools import explained, world
from rich.cells import cell_len
from rich.console import Console
from test_cli import RATING
from test_cli import world as cli_world
from test_show_terminal import ESCAPE

import rating
from rating.desk.explain.terminal import as_text, print_explanation

NAMES = world()[0]["session_id"]


def printed(name: str, width: int, colour: bool) -> str:
    system = "truecolor" if colour else None
    console = Console(file=StringIO(), width=width, color_system=system, force_terminal=colour, no_color=not colour)  # type: ignore[arg-type]
    print_explanation(explained(name), console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_longer_than_the_terminal_is_wide(width, colour):
    for name in NAMES:
        for line in ESCAPE.sub("", printed(name, width, colour)).splitlines():
            assert cell_len(line) <= width, (name, line)


def test_the_bill_and_the_picture_in_80_columns_without_colour():
    text = explained("peak").text.partition("\n\nWhat was measured")[0]
    assert text.splitlines()[3:] == [
        "",
        "The bill",
        "  energy, evening peak                                                 17.11 EUR",
        "    29 kWh at 0.59 EUR/kWh; only on Mon to Fri, only from 17:00 to",
        "        21:00",
        "  energy, all other times                                               9.36 EUR",
        "    24 kWh at 0.39 EUR/kWh; when none before it holds",
        "  parking time, all other times                                         2.50 EUR",
        "    25 min billed of 40 min at 0.10 EUR/min; at all times",
        "  price per session, all other times                                    0.50 EUR",
        "    1 session at 0.50 EUR/session; at all times",
        f"{' ' * 71}─────────",
        "  Before tax                                                           24.36 EUR",
        "  VAT 21 %                                                              5.11 EUR",
        "  To pay                                                               29.47 EUR",
        "",
        "Prices and power",
        f"Energy          A 0.39 ······· B 0.59 {'▓' * 22}",
        f"Parking time{' ' * 49}C 0.10 {'░' * 12}",
        f"         48 kW {'█' * 23}▇▇▇▇▇▇▇▄▄▄▄▄▄▄▃▂▂▂▂▂▂▂               ?????",
        "               16:30          17:00          17:30          18:00          18:30",
        "  A  all other times: 0.39 EUR/kWh; when none before it holds",
        "  B  evening peak: 0.59 EUR/kWh; only on Mon to Fri, only from 17:00 to 21:00",
        "  C  all other times: 0.10 EUR/min; at all times",
    ]


def test_a_market_price_has_its_letter_once_and_its_range_in_the_legend():
    text = explained("market").text
    lane = next(line for line in text.splitlines() if line.startswith("Energy  "))
    assert lane.count("A") == 2  # before and after the gap without energy
    assert "here from 0.1687305 to 0.199023" in " ".join(text.split())
    assert "  The clock is set forward 1 h, to 03:00\n" in text


@pytest.mark.parametrize("width", [80, 120])
def test_colour_adds_nothing_that_is_not_said_without_it(width):
    """The same words; where colour fills a band, blanks take the place of shading."""

    def words(text: str) -> list[str]:
        return [part for part in re.split(r"[\s·░▒▓]+", ESCAPE.sub("", text)) if part]

    for name in NAMES:
        assert words(printed(name, width, colour=True)) == words(printed(name, width, colour=False))
    assert not ESCAPE.search(printed("peak", width, colour=False))
    assert len(set(ESCAPE.findall(printed("peak", width, colour=True)))) >= 4


def really_run(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    command = [*RATING, "explain", *cli_world(folder), "S-1", *args]
    return subprocess.run(command, capture_output=True, text=True, env={**known, "PYTHONUTF8": "1", **env})


@pytest.mark.parametrize("columns", [80, 120])
def test_no_color_is_heeded(columns, tmp_path):
    terminal = {"FORCE_COLOR": "1", "COLUMNS": str(columns), "TERM": "xterm-256color"}
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    coloured = really_run(tmp_path / "a", **terminal)
    plain = really_run(tmp_path / "b", **terminal, NO_COLOR="1")
    assert ";48;5;" in coloured.stdout
    assert not re.search("\x1b\\[[0-9;]*(3[0-8]|4[0-8])[;m]", plain.stdout)
    paths = tmp_path / "a"
    found = rating.explain(
        rating.load_tariffs(paths / "tariffs"), paths / "sessions.csv", paths / "intervals.csv", session_id="S-1"
    )
    assert ESCAPE.sub("", plain.stdout) == as_text(found, columns)
