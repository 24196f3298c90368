"""Two versions beside each other: what is told of them, and what fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rating
from benchmarks.compare import counts, trees, worker
from benchmarks.compare.__main__ import main
from benchmarks.compare.rounds import FailedError, Told, once
from benchmarks.compare.trees import ROOT, NoSuchVersionError, Tree, commit_of
from benchmarks.compare.verdict import Compared, as_json, as_table

SMALL = 1_000


def _told(*pairs: tuple[float, float], bills: str = "a") -> Told:
    return Told(tuple(floor for floor, _ in pairs), tuple(rate for _, rate in pairs), frozenset([bills]))


def test_the_least_ratio_to_the_floor_of_its_own_moment_counts() -> None:
    assert _told((1.0, 4.0), (2.0, 6.0), (1.0, 3.5)).best == 3.0


def test_a_version_that_is_slower_or_bills_something_else_fails() -> None:
    base = _told((1.0, 4.0))
    assert Compared("J1", base, _told((1.0, 4.4))).faults(1.10) == []
    assert Compared("J1", base, _told((1.0, 4.6))).faults(1.10) == ["J1: 1.15 times as slow as the base, more than 1.1"]
    assert Compared("J1", base, _told((1.0, 4.6))).faults(None) == []
    other = Compared("J1", base, _told((1.0, 4.0), bills="b"))
    assert other.faults(None) == ["J1: the bills differ"]
    assert "DIFFER" in as_table([other])
    more = Compared("J1", base, base, (10.0, 12.0))
    assert more.faults(1.10) == ["J1: 1.20 times the instructions of the base"]
    assert "1.2000" in as_table([more])
    assert as_json([more], [])["jobs"][0]["ratio"] == 1.0


@pytest.mark.parametrize("job", list(worker.JOBS))
def test_a_worker_measures_a_job(job: str) -> None:
    found = worker.measure(job, SMALL, 2)
    assert (len(found["floor"]), len(found["rate"]), len(found["bills"])) == (2, 2, 16)
    assert found["bills"] == worker.measure(job, SMALL, 1)["bills"]


def test_bills_are_told_apart() -> None:
    tariffs, job = worker.JOBS["J1"](SMALL)
    rated = rating.rate(tariffs, job.sessions, job.intervals)
    again = rating.rate(tariffs, job.sessions, job.intervals, threads=1)
    fewer = rating.rate(tariffs, job.sessions.slice(1), job.intervals.slice(0, 0))
    assert worker.bills(rated) == worker.bills(again)
    assert worker.bills(rated) != worker.bills(fewer)


def test_a_process_measures_the_version_of_its_folder(tmp_path: Path) -> None:
    told = once(Tree("here", ROOT), "J1", SMALL, 1)
    assert told.bills == {worker.measure("J1", SMALL, 1)["bills"]}
    elsewhere = Tree("elsewhere", tmp_path)
    with pytest.raises(FailedError, match=r"elsewhere, J1:\n"):
        once(elsewhere, "J1", SMALL, 1)


def test_another_version_is_reached_by_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "base" / "rating").mkdir(parents=True)
    (tmp_path / "base" / "rating" / "__init__.py").write_text("told = 'the base'\n")
    tree = Tree("base", tmp_path / "base", tmp_path / "kernels" / "1")
    code = "import rating, benchmarks.shapes; print(rating.told, benchmarks.shapes.__file__)"
    for _ in range(2):  # the link may be there already
        done = subprocess.run(
            [sys.executable, "-P", "-c", code], capture_output=True, text=True, env=tree.environment(), check=True
        )
        assert done.stdout.split() == ["the", "base", str(ROOT / "benchmarks" / "shapes.py")]
    assert tree.environment()["RATING_CACHE_DIR"] == str(tmp_path / "kernels" / "1")


def test_what_needs_no_rating_imports_none() -> None:
    """A version is measured by what is newer than it."""
    code = "import sys, benchmarks.shapes, benchmarks.floor, benchmarks.timing; print('rating' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "False\n"


def test_a_base_that_is_no_commit_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuses(*arguments: str) -> str:
        raise subprocess.CalledProcessError(1, ["git", *arguments])

    monkeypatch.setattr(trees, "_git", refuses)
    with pytest.raises(NoSuchVersionError, match="no commit is called 'nothing'"):
        commit_of("nothing")
    assert main(["nothing"]) == 2
    assert "name a branch, a tag or a commit" in capsys.readouterr().err


def test_the_command_compares(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Both:
        def __enter__(self) -> tuple[Tree, Tree]:
            return Tree("base HEAD", ROOT), Tree("this version", ROOT)

        def __exit__(self, *_: object) -> None:
            return None

    monkeypatch.setattr("benchmarks.compare.__main__.trees", lambda base, work: Both())
    monkeypatch.setattr("benchmarks.compare.__main__.counter", lambda: "there is nothing that counts")
    path = tmp_path / "found.json"
    options = ["--job", "J1", "--intervals", str(SMALL), "--rounds", "1", "--repeats", "1", "--any-time"]
    assert main(["HEAD", *options, "--instructions", "--json", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "no instructions are counted: there is nothing that counts" in shown
    assert shown.endswith("fine\n")
    told: dict[str, Any] = json.loads(path.read_text())
    assert [each["job"] for each in told["jobs"]] == ["J1"]
    assert told["faults"] == []


def test_instructions_are_the_difference_of_two_processes() -> None:
    asked = []

    def count(command: list[str], environment: dict[str, str]) -> int:
        asked.append(command[-1])
        return 1_000_000 + 500 * int(command[-1])

    assert counts.instructions(Tree("here", ROOT), "J1", 100, count) == 5.0
    assert asked == ["1", "4"]


def test_what_counts_is_said_or_why_nothing_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts.shutil, "which", lambda name: None)
    assert str(counts.counter()).startswith("neither perf")
