"""`rating check --watch`: a process of its own that is told of saved files, and interrupted at the end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_cli import HARBOUR, RATING, ROOT, TOKYO, run

from rating.cli.watch import _folders, _state

WAIT_S = 60  # for what takes a moment; the tests fail after it, and none waits for it


class Watch:
    """A running watch, and what it has said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def until(self, text: str) -> list[str]:
        """The lines up to the one that begins like this."""
        found = []
        while not found or not found[-1].startswith(text):
            found.append(self.lines.get(timeout=WAIT_S))
        self.said += found
        return found


@contextmanager
def watching(folder: Path, *args: str) -> Iterator[Watch]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    command = [*RATING, "check", "--watch", *args]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield Watch(process)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_a_save_is_checked_until_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "harbour.yaml"
    file.write_text(HARBOUR)
    with watching(tmp_path, ".") as watch:
        assert watch.until("watching") == ["ok: 1 tariff, 1 version", "watching .; Ctrl-C ends"]
        file.write_text(HARBOUR.replace("0.39/kWh", "0.39"))
        while "  = fix: write 0.39/kWh: every price says its unit" not in (broken := watch.until("watching")):
            pass  # written in two steps, the file can be seen between them
        assert broken[:2] == ["", "changed: harbour.yaml"]
        assert "7 |       - energy: 0.39" in broken
        # As many editors save: a new file takes the place of the old one.
        (tmp_path / ".harbour.yaml.tmp").write_text(HARBOUR.replace("0.39", "0.45"))
        (tmp_path / ".harbour.yaml.tmp").replace(file)
        fixed = watch.until("watching")
        assert fixed[1:] == ["changed: harbour.yaml", "ok: 1 tariff, 1 version", "watching .; Ctrl-C ends"]
        (tmp_path / "tokyo.yaml").write_text(TOKYO)
        while "ok: 2 tariffs, 2 versions" not in watch.until("watching"):
            pass
        os.kill(watch.process.pid, signal.SIGINT)
        assert watch.process.wait(WAIT_S) == 130
        assert "Traceback" not in "\n".join(watch.said)
        assert watch.lines.qsize() == 0


def test_a_calendar_made_later_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "tokyo.yaml"
    file.write_text(TOKYO.replace("- energy:", "- when: {holidays: fair}\n        energy:"))
    with watching(tmp_path, "--format", "short", "tokyo.yaml") as watch:
        assert "tokyo.yaml:7:26: calendar: " in watch.until("watching")[0]
        (tmp_path / "calendars").mkdir()
        (tmp_path / "calendars" / "fair.yaml").write_text("calendar: fair\ndates: [2026-02-30]\n")
        while not watch.until("watching")[-2].startswith("calendars/fair.yaml:2:9: date: "):
            pass
        (tmp_path / "calendars" / "fair.yaml").write_text("calendar: fair\ndates: [2026-02-15]\n")
        while not watch.until("watching")[-2].startswith("ok: 1 tariff, 1 version"):
            pass
        (tmp_path / "notes.txt").write_text("nobody's tariff")
        (tmp_path / "other.yaml").write_text("nobody's tariff: either")
        file.unlink()
        assert "no_file" in watch.until("watching")[-2]


def test_what_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    result = run("check", "--watch", tmp_path / "nowhere" / "a.yaml")
    assert result.exit_code == 1
    assert "no_file" in result.stderr


def test_only_what_tariffs_are_made_of_counts(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    for name in ("a.yaml", "b.yml", "c.json", "notes.txt", ".hidden.yaml", "calendars/d.yaml"):
        (tmp_path / name).write_text("x")
    assert [Path(each).name for each in _state([tmp_path])] == ["a.yaml", "b.yml", "c.json", "d.yaml"]
    assert [Path(each).name for each in _state([tmp_path / "a.yaml"])] == ["a.yaml", "d.yaml"]
    assert _folders([tmp_path, tmp_path / "a.yaml"]) == [tmp_path, tmp_path / "calendars"]
    assert _folders([tmp_path / "gone" / "a.yaml"]) == []


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    (tmp_path / "a.yaml").write_text(HARBOUR)
    result = run("check", "--watch", tmp_path)
    assert result.exit_code == 1
    assert "pip install 'rating[watch]'" in result.stderr


def test_nothing_loads_what_only_a_watch_needs() -> None:
    code = "import sys; from rating.cli import main; main(['check', 'tariffs/free.yaml'], standalone_mode=False); "
    done = subprocess.run(
        [sys.executable, "-c", code + "assert 'watchfiles' not in sys.modules and 'rich' not in sys.modules"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "ok: 1 tariff, 1 version\n"), done.stderr
