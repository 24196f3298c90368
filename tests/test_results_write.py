"""Tables into a folder: whole or not at all, and never over somebody's other files."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from images import TABLES, plain
from test_results import rate

from rating.errors import InputError
from rating.results import write


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_parquet_files_hold_the_tables_as_they_are(tmp_path):
    rated = rate()
    assert rated.write(tmp_path / "out") == tmp_path / "out"
    assert names(tmp_path / "out") == ["lines.parquet", "rejected.parquet", "sessions.parquet", "taxes.parquet"]
    for name in TABLES:
        assert plain(pq.read_table(tmp_path / "out" / f"{name}.parquet")).equals(plain(getattr(rated, name)))


def test_csv_files_hold_the_tables_to_the_last_digit(tmp_path):
    rated = rate()
    rated.write(tmp_path / "out", "csv")
    assert names(tmp_path / "out") == ["lines.csv", "rejected.csv", "sessions.csv", "taxes.csv"]
    for name in TABLES:
        table = plain(getattr(rated, name))
        types = {field.name: field.type for field in table.schema if not pa.types.is_timestamp(field.type)}
        options = pacsv.ConvertOptions(column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False)
        read = pacsv.read_csv(tmp_path / "out" / f"{name}.csv", convert_options=options)
        for column in table.column_names:
            found, expected = read.column(column).to_pylist(), table.column(column).to_pylist()
            if pa.types.is_timestamp(table.schema.field(column).type):
                assert [at if isinstance(at, datetime) else datetime.fromisoformat(at) for at in found] == expected
            else:
                assert found == expected


def test_a_folder_of_an_earlier_run_is_replaced_as_a_whole(tmp_path):
    rate().write(tmp_path / "out", "csv")
    rate(names=("plain",) * 4).write(tmp_path / "out", "parquet")
    assert names(tmp_path / "out") == ["lines.parquet", "rejected.parquet", "sessions.parquet", "taxes.parquet"]
    assert pq.read_table(tmp_path / "out" / "rejected.parquet").num_rows == 0
    assert names(tmp_path) == ["out"], "nothing is left over"


@pytest.mark.parametrize("made", [True, False])
def test_an_empty_or_a_deep_new_folder_is_filled(tmp_path, made):
    folder = tmp_path / "deep" / "er"
    if made:
        folder.mkdir(parents=True)
    rate().write(str(folder))
    assert len(names(folder)) == 4


@pytest.mark.parametrize("strange", ["notes.txt", "sessions.parquet.bak", ".hidden", "sub"])
def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path, strange):
    folder = tmp_path / "out"
    rate().write(folder)
    (folder / strange).mkdir() if strange == "sub" else (folder / strange).write_text("mine")
    before = names(folder)
    with pytest.raises(InputError) as caught:
        rate(names=("plain",) * 4).write(folder)
    (fault,) = caught.value.faults
    assert (fault.code, fault.got, str(fault.place)) == ("output", f"a folder with {strange}", str(folder))
    assert names(folder) == before
    assert pq.read_table(folder / "rejected.parquet").num_rows == 1
    assert names(tmp_path) == ["out"]


def test_a_file_in_the_place_of_the_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="a file"):
        rate().write(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_format_that_is_not_known_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="parquet or csv"):
        rate().write(tmp_path / "out", "xlsx")
    assert names(tmp_path) == []


def test_bytes_that_are_no_text_are_refused_for_csv_and_nothing_is_written(tmp_path):
    rated = rate()
    remark = pa.array([b"\xed\xbf\xbf"] * rated.sessions.num_rows, pa.binary())
    odd = replace(rated, sessions=rated.sessions.append_column("remark", remark))
    with pytest.raises(
        InputError, match=r"sessions: Invalid UTF8 payload.*write Parquet, or cast the columns of bytes"
    ):
        odd.write(tmp_path / "out", "csv")
    assert not list(tmp_path.iterdir())
    odd.write(tmp_path / "out")


@pytest.mark.parametrize("failing", TABLES)
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_while_writing_leaves_the_old_tables(tmp_path, monkeypatch, failing, error):
    folder = tmp_path / "out"
    rate().write(folder)
    before = content(folder)
    real = write._write

    def fail(path: Path, *args: Any) -> None:
        real(path, *args)
        if path.stem == failing:
            raise error

    monkeypatch.setattr(write, "_write", fail)
    with pytest.raises(InputError if isinstance(error, OSError) else KeyboardInterrupt):
        rate(names=("plain",) * 4).write(folder)
    assert content(folder) == before
    assert names(tmp_path) == ["out"], "nothing is left over"


@pytest.mark.parametrize("failing", [1, 2])
def test_a_failure_while_renaming_leaves_the_old_tables(tmp_path, monkeypatch, failing):
    folder = tmp_path / "out"
    rate().write(folder)
    before = content(folder)
    real, calls = Path.rename, []

    def fail(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == failing:
            raise OSError(16, "Device or resource busy")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(InputError):
        rate(names=("plain",) * 4).write(folder)
    assert content(folder) == before
    assert names(tmp_path) == ["out"], "nothing is left over"


def test_a_failure_of_the_first_run_leaves_no_folder(tmp_path, monkeypatch):
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "_write", fail)
    with pytest.raises(InputError, match="No space left"):
        rate().write(tmp_path / "out")
    assert names(tmp_path) == []


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="a folder that can be written"):
        rate().write(tmp_path / "file" / "out")


def test_the_current_folder_can_be_written_or_is_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        rate().write(".")
    except InputError:
        assert os.listdir(tmp_path) == []
    else:
        assert names(tmp_path) == ["lines.parquet", "rejected.parquet", "sessions.parquet", "taxes.parquet"]


def test_the_files_can_be_read_by_those_who_may_read_the_folder(tmp_path):
    rate().write(tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
