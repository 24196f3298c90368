"""README.md says what is true: its examples run and print what it shows, its tables are those of the program."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import readme

import rating
from rating import units
from rating.tariff.read import Reader

TEXT = readme.README.read_text(encoding="utf-8")


def part(name: str) -> str:
    return TEXT.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0].strip()


@pytest.mark.parametrize("name", readme.MADE)
def test_the_tables_are_current(name: str) -> None:
    assert part(name) == readme.MADE[name](), "run: make readme"


def test_the_examples_run_and_print_what_is_shown() -> None:
    # Where it differs: run `make readme`, and look at what changed.
    assert readme.made(TEXT) == TEXT


def test_the_guide_works_by_itself(tmp_path: Path) -> None:
    guide = TEXT.partition("## Your first tariff\n")[2].partition("\n## ")[0]
    steps = re.findall(r"^```sh\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    said = [readme.run("sh", f"{step}echo ended with $?\n", tmp_path) for step in steps]
    # The second step shows two errors, and the fix of each makes the third fine.
    assert [each.splitlines()[-1].removeprefix("ended with ") for each in said] == ["0", "1", *"0" * (len(steps) - 2)]
    assert said[1].count("= fix: write ") == 2
    assert all(fix in steps[2] for fix in ("0.42/kWh", "30 min"))
    assert (tmp_path / "first" / "sessions.csv").is_file()
    verbs = [verb for step in steps for verb in re.findall("rating ([a-z]+) ", step)]
    assert verbs == ["new", "check", "check", "show", "compare", "rate", "explain", "check"]
    # What the hook stopped is not in the history, and the file is as it was.
    log = ["git", "-C", str(tmp_path / "mine"), "log", "--format=%s"]
    assert subprocess.run(log, capture_output=True, text=True, check=True).stdout.count("\n") == 1
    assert "0.45/kWh" in (tmp_path / "mine" / "corner.yaml").read_text(encoding="utf-8")


def test_the_examples_show_the_same_bill() -> None:
    told = re.sub(r"<!-- (bench[^>]*) -->.*?<!-- /\1 -->", "", TEXT, flags=re.DOTALL)  # where a time may read the same
    # In Python, on the command line, in the question, in the bill and in the story.
    assert len(re.findall(r"\b13\.09", told)) == 5


def test_the_tariff_shown_is_the_example() -> None:
    shown = re.search(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert shown is not None
    reader = Reader([])
    tariff = reader.read_text(shown[1], "README.md", folder=None)
    assert reader.faults == []
    assert tariff is not None
    assert tariff.hash == rating.load_tariffs(readme.ROOT / "tariffs")["harbour-dc"].hash


def test_every_path_that_is_named_exists() -> None:
    paths = re.findall(r"`((?:tests|tariffs|benchmarks|kernels|reference|compile|settle|desk|cli)/[\w./-]*)`", TEXT)
    assert len(paths) > 20
    for path in paths:
        assert (readme.ROOT / path).exists() or (readme.ROOT / "rating" / path).exists(), path


def test_every_command_that_is_named_exists() -> None:
    makefile = (readme.ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([\w-]+)`|^make ([\w-]+)", TEXT, re.MULTILINE):
        assert f"\n{''.join(target)}:" in makefile, target
    verbs = set(re.findall(r"`?rating (check|show|rate|quote|explain|fees|convert|verify|demo|warmup)\b", TEXT))
    assert {path.stem for path in (readme.ROOT / "rating" / "cli").glob("*.py")} >= verbs
    for name in re.findall(r"`rating\.(\w+)", TEXT):
        assert hasattr(rating, name), name


def test_the_map_of_rooms_names_every_room() -> None:
    rooms = {path.parent.name for path in (readme.ROOT / "rating").glob("*/__init__.py")}
    files = {path.name for path in (readme.ROOT / "rating").glob("*.py")} - {"_version.py"}
    for name in {f"{room}/" for room in rooms} | files:
        assert re.search(rf"^  {re.escape(name)} +\S", TEXT, re.MULTILINE), name


def test_the_example_tariffs_are_counted() -> None:
    assert len(rating.load_tariffs(readme.ROOT / "tariffs")) == 25  # "twenty-five", twice


def test_the_dependencies_are_listed() -> None:
    project = tomllib.loads((readme.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for needed in project["dependencies"]:
        name = re.split("[>=]", needed)[0]
        assert re.search(rf"^\| `{name}` \|", TEXT, re.MULTILINE), name


def test_keys_that_exclude_each_other_say_so() -> None:
    rows = {
        name: row for row in part("keys").splitlines() for name in ("`valid_until`", "`on_change`") if name in row[:16]
    }
    assert "Not beside `on_change: at_once`" in rows["`valid_until`"]
    assert "no version has a `valid_until`" in rows["`on_change`"]


def test_the_limits_are_those_of_the_program() -> None:
    assert units.SESSION_MAX_US == 400 * units.US_PER_DAY
    assert units.ENERGY_MAX_MWH == 10**9 * units.MWH_PER_WH
    assert (units.POWER_MAX_MW, units.CURRENT_MAX_MA) == (10**9 * 1_000, 1_000_000 * 1_000)
    assert units.PRICE_MAX_MICRO == 1_000_000 * units.MICRO_PER_UNIT
    assert units.AMOUNT_MAX_NANO == 4_000_000_000 * units.NANO_PER_UNIT
    assert units.DENOMINATOR_MAX == 2**41
