"""A run that is killed goes on to the same bytes; one that cannot go on says why, and keeps what is whole."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kill_files import MEMORY, SIZES, TARIFF, content, write_inputs

import rating
from rating.errors import InputError
from rating.scale import parts as parts_module
from rating.scale.parts import Run

KILLS = Path(__file__).with_name("kill_files.py")


@pytest.mark.parametrize(("kills", "order"), [(50, "sorted"), (12, "shuffled")])
def test_killed_at_any_moment_and_resumed_the_tables_are_the_same_bytes(kills, order):
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        command = [sys.executable, str(KILLS), folder, str(kills), "7", order]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["kills"] == kills
        assert found["halfway"] > 0, "some of the kills came when parts were whole"


def world(folder: Path, seed: int = 1) -> dict[str, Any]:
    write_inputs(folder, Random(seed), shuffled=False)
    (folder / "kill.yaml").write_text(TARIFF)
    files = {"sessions": folder / "sessions.parquet", "intervals": folder / "intervals.parquet"}
    return {**files, "tariffs": rating.load_tariffs(folder / "kill.yaml"), "out": folder / "out", "sizes": SIZES}


def interrupted(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], error: BaseException, at: int = 3) -> Any:
    """Run, and fail at the record of a part; what was raised."""
    real, calls = Run.commit, []

    def fail(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == at:
            raise error
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(parts_module.Run, "commit", fail)
        with pytest.raises(BaseException) as caught:
            rating.rate_files(**options)
    return caught.value


def whole_parts(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out.partial" / "tables" / "sessions.parquet").glob("part-*"))


def undisturbed(folder: Path, options: dict[str, Any]) -> dict[str, bytes]:
    rating.rate_files(**{**options, "out": folder / "undisturbed"})
    return content(folder / "undisturbed")


def test_a_full_disk_keeps_the_parts_that_are_whole_and_says_how_to_go_on(tmp_path, monkeypatch):
    options = world(tmp_path)
    error = interrupted(monkeypatch, options, OSError(28, "No space left on device"))
    assert isinstance(error, InputError)
    (fault,) = error.faults
    assert (fault.code, fault.want) == ("output", "room for the tables")
    assert "run again with resume; the 2 parts that are finished are in" in fault.fix
    assert not (tmp_path / "out").exists()
    assert len(list((tmp_path / "out.partial" / "parts").iterdir())) == 2
    for part in whole_parts(tmp_path)[:2]:
        pq.read_table(tmp_path / "out.partial" / "tables" / "sessions.parquet" / part)
    rating.rate_files(**options, resume=True)
    assert content(tmp_path / "out") == undisturbed(tmp_path, options)
    assert not (tmp_path / "out.partial").exists()


def test_a_file_that_may_not_grow_ends_with_a_message(tmp_path):
    """RLIMIT_FSIZE is the nearest that a process can come to a full disk on its own."""
    options = world(tmp_path)
    sessions = pq.read_table(options["sessions"])
    notes = [os.urandom(20_000).hex() if row > 60 else "" for row in range(sessions.num_rows)]
    pq.write_table(sessions.append_column("note", pa.array(notes)), options["sessions"])
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        try:
            rating.rate_files(**options)
        except InputError as error:
            os._exit(3 if error.faults[0].want == "room for the tables" else 4)
        finally:
            os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert len(whole_parts(tmp_path)) >= 3
    rating.rate_files(**options, resume=True)
    assert content(tmp_path / "out") == undisturbed(tmp_path, options)


def test_ended_by_the_keyboard_a_run_can_go_on(tmp_path, monkeypatch):
    options = world(tmp_path)
    assert isinstance(interrupted(monkeypatch, options, KeyboardInterrupt()), KeyboardInterrupt)
    done = rating.rate_files(**options, resume=True)
    assert content(tmp_path / "out") == undisturbed(tmp_path, options)
    assert done.parts > 3


def test_without_resume_a_run_begins_anew(tmp_path, monkeypatch):
    options = world(tmp_path)
    interrupted(monkeypatch, options, KeyboardInterrupt())
    rating.rate_files(**options)
    assert content(tmp_path / "out") == undisturbed(tmp_path, options)


def test_where_nothing_is_whole_nothing_is_left(tmp_path, monkeypatch):
    options = world(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    interrupted(monkeypatch, options, OSError(28, "No space left on device"), at=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_run_that_is_complete_has_nothing_left_to_do(tmp_path):
    options = world(tmp_path)
    first = rating.rate_files(**options)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert rating.rate_files(**options, resume=True) == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


@pytest.mark.parametrize("large", [False, True], ids=["in parts", "in one part"])
def test_a_complete_run_of_which_a_table_is_gone_is_made_again(tmp_path, large):
    options = world(tmp_path)
    if large:
        options["sizes"] = SIZES._replace(part_meter=10**9, part_sessions=10**9)
    first = rating.rate_files(**options)
    assert (first.parts == 1) == large
    before = content(tmp_path / "out")
    for gone in [path for path in (tmp_path / "out").rglob("*.parquet") if path.is_file()]:
        gone.unlink()
        assert rating.rate_files(**options, resume=True) == first
        assert content(tmp_path / "out") == before


def test_files_that_somebody_put_into_the_folder_meanwhile_are_not_deleted(tmp_path):
    options, note = world(tmp_path), tmp_path / "out" / "notes.txt"
    rating.rate_files(**options)
    before = content(tmp_path / "out")
    with pytest.raises(InputError, match=r"a folder with notes\.txt") as caught:
        rating.rate_files(**options, progress=lambda _: None if note.exists() else [note.write_text("mine")])
    assert "parts that are finished are in" in caught.value.faults[0].fix
    assert note.read_text() == "mine"
    note.unlink()
    assert content(tmp_path / "out") == before
    rating.rate_files(**options, resume=True)
    assert content(tmp_path / "out") == before


@pytest.mark.parametrize("change", ["intervals", "sessions", "tariff", "options", "complete"])
def test_a_run_of_something_else_is_not_gone_on_with(tmp_path, monkeypatch, change):
    options = world(tmp_path)
    if change == "complete":
        rating.rate_files(**options)
    else:
        interrupted(monkeypatch, options, KeyboardInterrupt())
    before = content(tmp_path / ("out" if change == "complete" else "out.partial"))
    if change in ("intervals", "sessions"):
        table = pq.read_table(options[change])
        pq.write_table(table.slice(0, table.num_rows - 1), options[change])
    elif change == "options":
        options["format"] = "csv"
    else:
        (tmp_path / "kill.yaml").write_text(TARIFF.replace("0.41", "0.42"))
        options["tariffs"] = rating.load_tariffs(tmp_path / "kill.yaml")
    with pytest.raises(InputError) as caught:
        rating.rate_files(**options, resume=True)
    (fault,) = caught.value.faults
    assert fault.code == "resume"
    words = {"tariff": "tariff kill (changed)", "complete": "tariff kill (changed)", "options": "format: csv"}
    assert words.get(change, f"{change}.parquet") in fault.got
    assert content(tmp_path / ("out" if change == "complete" else "out.partial")) == before


def test_two_runs_at_once_in_one_folder_are_refused(tmp_path):
    options = world(tmp_path)
    other = Run(options["out"], "parquet")
    other.begin({}, resume=False)
    with pytest.raises(InputError, match="another run at work"):
        rating.rate_files(**options)
    other.remove()
    rating.rate_files(**options)


def test_a_truncated_file_is_told_before_anything_is_rated(tmp_path):
    options = world(tmp_path)
    data = options["intervals"].read_bytes()
    options["intervals"].write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError) as caught:
        rating.rate_files(**options)
    assert [fault.code for fault in caught.value.faults] == ["file_damaged"]
    assert str(options["intervals"]) in caught.value.faults[0].got
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.partial").exists()


def test_a_flipped_bit_in_a_page_with_a_checksum_ends_the_run_with_the_parts_before_it(tmp_path, monkeypatch):
    monkeypatch.setattr("rating.scale.files.BATCH_ROWS", 50)
    options = world(tmp_path)
    table = pq.read_table(options["intervals"])
    pq.write_table(table, options["intervals"], row_group_size=50, write_page_checksum=True, compression="none")
    with pq.ParquetFile(options["intervals"]) as file:
        column = file.metadata.row_group(file.metadata.num_row_groups - 1).column(3)
    data = bytearray(options["intervals"].read_bytes())
    data[column.dictionary_page_offset + column.total_compressed_size - 2] ^= 1
    options["intervals"].write_bytes(data)
    with pytest.raises(InputError) as caught:
        rating.rate_files(**options)
    (fault,) = caught.value.faults
    assert fault.code == "file_damaged"
    assert "parts that are finished are in" in fault.fix
    for part in whole_parts(tmp_path):
        pq.read_table(tmp_path / "out.partial" / "tables" / "sessions.parquet" / part)


def test_any_flipped_bit_ends_in_tables_or_a_message(tmp_path):
    options = world(tmp_path)
    data, random = options["intervals"].read_bytes(), Random(3)
    for _ in range(25):
        spoiled = bytearray(data)
        spoiled[random.randrange(len(data))] ^= 1 << random.randrange(8)
        options["intervals"].write_bytes(spoiled)
        with suppress(InputError):
            rating.rate_files(**options)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    options = world(tmp_path)
    rating.rate_files(**options)
    (tmp_path / "out" / "sessions.parquet" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"a folder with sessions\.parquet/notes\.txt"):
        rating.rate_files(**options)
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "thesis.doc").write_text("years of work")
    (tmp_path / "out" / "sessions.parquet" / "notes.txt").unlink()
    with pytest.raises(InputError, match=r"out\.partial"):
        rating.rate_files(**options)
    assert (tmp_path / "out.partial" / "thesis.doc").read_text() == "years of work"


def test_the_folder_of_an_input_is_refused(tmp_path):
    options = world(tmp_path)
    with pytest.raises(InputError, match="a folder without the input"):
        rating.rate_files(**{**options, "out": tmp_path})
