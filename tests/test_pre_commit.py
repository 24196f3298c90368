"""The hook for pre-commit: what it runs, in a repository of tariffs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]


def hook() -> dict[str, Any]:
    [found] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def run_hook(folder: Path) -> subprocess.CompletedProcess[str]:
    """As pre-commit runs it: at the top of the repository, with the arguments after the entry."""
    found = hook()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    command = [*shlex.split(found["entry"]), *found["args"]]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_it_says_what_pre_commit_asks_for() -> None:
    found = hook()
    assert {"id", "name", "entry", "language"} <= set(found)
    assert set(found) <= {*("id", "name", "entry", "language", "description", "args", "files"), *(
        "pass_filenames", "require_serial"
    )}  # fmt: skip
    assert (found["id"], found["language"], found["pass_filenames"]) == ("rating-check", "python", False)
    for path in ("tariffs/harbour-dc.yaml", "tariffs/calendars/carnival.yaml", "tariffs/indexes/nl-day-ahead.csv"):
        assert (ROOT / path).is_file()
        assert re.search(found["files"], path)
    assert not re.search(found["files"], "README.md")


def test_it_lets_the_examples_pass_and_stops_a_broken_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tariffs", tmp_path / "tariffs")
    fine = run_hook(tmp_path)
    assert (fine.returncode, fine.stderr) == (0, "")
    file = tmp_path / "tariffs" / "harbour-dc.yaml"
    text = file.read_text()
    file.write_text(text.replace("EUR", "EURO"))
    broken = run_hook(tmp_path)
    assert broken.returncode == 1
    assert "--> tariffs/harbour-dc.yaml:" in broken.stderr
    # Two files with the same id: neither of them is wrong by itself.
    file.write_text(text)
    (tmp_path / "tariffs" / "again.yaml").write_text(text)
    assert run_hook(tmp_path).returncode == 1
