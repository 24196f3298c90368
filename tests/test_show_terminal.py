"""`rating show` in a terminal of 80 and of 120 columns, with colour and without."""

from __future__ import annotations

import os
import re
import subprocess
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console
from show_tools import EXAMPLES, examples, shown
from test_cli import RATING, ROOT

from rating.desk.pages.colours import contrast, shade, text_on
from rating.desk.show.terminal import print_show

ESCAPE = re.compile("\x1b\\[[0-9;]*m")
ON = ("--on", "2026-03-02")


def printed(name: str, width: int, colour: bool, locale: str = "en_GB") -> str:
    system = "truecolor" if colour else None
    console = Console(file=StringIO(), width=width, color_system=system, force_terminal=colour, no_color=not colour)  # type: ignore[arg-type]
    print_show(shown(name, locale), console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("locale", ["en_GB", "fr_FR"])
def test_no_line_is_longer_than_the_terminal_is_wide(width, colour, locale):
    for name in examples():
        for line in ESCAPE.sub("", printed(name, width, colour, locale)).splitlines():
            assert cell_len(line) <= width, (name, line)


def test_the_week_in_80_columns_without_colour():
    lines = printed("harbour-dc", 80, colour=False).splitlines()
    first = lines.index("Energy, EUR per kWh")
    assert lines[first : first + 12] == [
        "Energy, EUR per kWh",
        "       00       03       06       09       12       15       18       21",
        *[f"{day}     0.39 {'·' * 45} 0.59 ▓▓▓▓▓▓ 0.39 ···" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")],
        f"Sat     0.39 {'·' * 66}",
        f"Sun     0.39 {'·' * 66}",
        f"29 Mar  0.39 /// 0.39 {'·' * 57}",
        f"25 Oct  0.39 2×  0.39 {'·' * 57}",
        "   A  €0.39 per kWh",
    ]


def test_the_week_in_120_columns_without_colour():
    lines = printed("harbour-dc", 120, colour=False).splitlines()
    first = lines.index("Energy, EUR per kWh")
    assert lines[first + 2] == f"Mon     0.39 {'·' * 62} 0.59 ▓▓▓▓▓▓▓▓▓▓ 0.39 ······"


def test_a_stretch_too_short_for_its_price_says_its_letter():
    text = printed("ca-tou", 80, colour=False)
    assert f"Mon    0.31 {'·' * 39}CCC 0.48 " in text
    assert "\n   C  US$0.43 per kWh" in text


@pytest.mark.parametrize("width", [80, 120])
def test_colour_adds_nothing_that_is_not_said_without_it(width):
    """The same words; where colour fills a stretch, blanks take the place of shading."""

    def words(text: str) -> list[str]:
        return [part for part in re.split(r"[\s·░▒▓]+", ESCAPE.sub("", text)) if part]

    for name in examples():
        assert words(printed(name, width, colour=True)) == words(printed(name, width, colour=False))
    assert not ESCAPE.search(printed("holidays", width, colour=False))
    assert len(set(ESCAPE.findall(printed("holidays", width, colour=True)))) >= 4


def test_every_text_on_the_scale_can_be_read():
    from fractions import Fraction

    for step in range(101):
        back = shade(Fraction(step, 100))
        assert contrast(text_on(back), back) >= 4.5


def test_lightness_falls_evenly_so_that_black_and_white_reads_alike():
    from fractions import Fraction

    light = [contrast(shade(Fraction(step, 20)), (0, 0, 0)) for step in range(21)]
    assert light == sorted(light, reverse=True)
    assert len(set(light)) == 21


def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        [*RATING, "show", *args], capture_output=True, text=True, cwd=ROOT, env={**known, "PYTHONUTF8": "1", **env}
    )


def test_a_pipe_gets_plain_text():
    result = run(str(EXAMPLES / "harbour-dc.yaml"), *ON)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == shown("harbour-dc").text
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("columns", [80, 120])
def test_no_color_is_heeded(columns):
    terminal = {"FORCE_COLOR": "1", "COLUMNS": str(columns), "TERM": "xterm-256color"}
    coloured = run(str(EXAMPLES / "harbour-dc.yaml"), *ON, **terminal)
    plain = run(str(EXAMPLES / "harbour-dc.yaml"), *ON, **terminal, NO_COLOR="1")
    assert "\x1b[38;5;" in coloured.stdout or "\x1b[30;48;5;" in coloured.stdout or ";48;5;" in coloured.stdout
    assert not re.search("\x1b\\[[0-9;]*(3[0-8]|4[0-8])[;m]", plain.stdout)
    assert ESCAPE.sub("", plain.stdout) == printed("harbour-dc", columns, colour=False)
