"""`rating rate` on files of many parts: where the tables are, how it goes on, and how it ends where it cannot."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from kill_files import SIZES, TARIFF, content, write_inputs
from test_cli import run

from rating.cli.progress import bar
from rating.scale import parts
from rating.scale.rate_files import rate_files
from rating.scale.rated_files import Progress


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A command whose run has some parts, for its slices are small."""
    write_inputs(tmp_path, Random(1), shuffled=False)
    (tmp_path / "kill.yaml").write_text(TARIFF)
    assert rate_files.__kwdefaults__ is not None
    monkeypatch.setitem(rate_files.__kwdefaults__, "sizes", SIZES)
    files = ["--sessions", tmp_path / "sessions.parquet", "--intervals", tmp_path / "intervals.parquet"]
    return ["rate", "--tariffs", tmp_path / "kill.yaml", *files, "--out", tmp_path / "out"]


def fail_at(number: int, error: BaseException, patch: pytest.MonkeyPatch) -> None:
    real, calls = parts.Run.commit, []

    def commit(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == number:
            raise error
        real(*arguments)

    patch.setattr(parts.Run, "commit", commit)


def test_parts_are_a_folder_of_the_tables_name(options, tmp_path):
    result = run(*options, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    sessions = pq.read_table(found["files"]["sessions"])
    assert found["files"]["sessions"] == str(tmp_path / "out" / "sessions.parquet")
    assert sessions.num_rows == found["rated"]
    assert len(list((tmp_path / "out" / "sessions.parquet").iterdir())) > 3
    codes = [each["code"] for each in found["rejects"]]
    assert {"unknown_tariff", "unknown_session"} == set(codes)


def test_a_full_disk_ends_with_a_message_and_the_run_goes_on(options, tmp_path, monkeypatch):
    run(*options[:-1], tmp_path / "undisturbed")
    with monkeypatch.context() as patch:
        fail_at(3, OSError(28, "No space left on device"), patch)
        result = run(*options)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "expected room for the tables; free some space, then run again with resume; the 2 parts" in line
    assert line.endswith(f"in {tmp_path}/out.partial")
    result = run(*options, "--resume")
    assert (result.exit_code, result.stderr) == (0, "")
    assert content(tmp_path / "out") == content(tmp_path / "undisturbed")
    assert run(*options, "--resume").stdout == result.stdout, "there is nothing left to do"


def test_another_tariff_is_not_gone_on_with(options, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        fail_at(3, OSError(28, "No space left on device"), patch)
        run(*options)
    (tmp_path / "kill.yaml").write_text(TARIFF.replace("0.41", "0.42"))
    result = run(*options, "--resume")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "resume: read `tariff kill (changed)`" in result.stderr
    assert run(*options).exit_code == 0


def test_a_truncated_file_is_refused(options, tmp_path):
    path = tmp_path / "intervals.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    result = run(*options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "file_damaged" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_what_ends_a_run_of_messages_is_no_resume(tmp_path):
    result = run("rate", "--tariffs", "t", "--ocpp", "x", "--tariff", "t", "--out", tmp_path / "out", "--resume")
    assert result.exit_code == 2


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_and_a_pipe_sees_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with bar("Pricing") as shown:
        shown.at(Progress(1_000_000, 10_000_000))
        shown.at(Progress(5_000_000, 10_000_000))
        shown.say("Writing")
    drawn = sys.stderr.getvalue()
    assert "Pricing" in drawn
    assert "intervals/s" in drawn
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with bar("Pricing") as shown:
        shown.at(Progress(1, None))
    assert sys.stderr.getvalue() == ""
