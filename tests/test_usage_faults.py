"""What leaves nothing to rate: one InputError with every fault, in words that say how to fix it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from rating.errors import InputError
from rating.usage import read_usage

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
SESSIONS: dict[str, Any] = {"session_id": ["a"], "tariff": ["t"], "start": [T0], "end": [T0], "energy_wh": [5]}
INTERVALS: dict[str, Any] = {"session_id": ["a"], "start": [T0], "end": [T0], "energy_wh": [5]}
READINGS: dict[str, Any] = {"session_id": ["a"], "at": [T0], "register_wh": [5]}


def faults(sessions: Any, intervals: Any = None, readings: Any = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_usage(sessions, intervals, readings)
    for fault in caught.value.faults:
        assert fault.got
        assert fault.want
        assert fault.fix
    return [f"{fault.place}: {fault.code}" for fault in caught.value.faults]


def without(columns: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: values for name, values in columns.items() if name not in names}


LIST = [[{"start": T0, "end": T0, "energy_wh": 5}]]
CASES: list[tuple[tuple[Any, ...], list[str]]] = [
    ((5,), ["sessions: unsupported_source"]),
    ((None,), ["sessions: unsupported_source"]),
    ((np.zeros((2, 2)),), ["sessions: unsupported_source"]),
    (([1, 2],), ["sessions: unsupported_source"]),
    ((SESSIONS | {"start": [1]},), ["sessions: column_type"]),
    ((SESSIONS | {"start": [1.5], "end": [True]},), ["sessions: column_type"] * 2),
    ((SESSIONS | {"session_id": [1.0]},), ["sessions: column_type"]),
    ((SESSIONS | {"session_id": pa.array([2**63], pa.uint64())},), ["sessions: column_type"]),
    ((SESSIONS | {"tariff": [1]},), ["sessions: column_type"]),
    ((SESSIONS | {"time_zone": [1]},), ["sessions: column_type"]),
    ((SESSIONS | {"energy_wh": [True]},), ["sessions: column_type"]),
    ((SESSIONS | {"intervals": [5]},), ["sessions: column_type"]),
    ((SESSIONS | {"intervals": [[5]]},), ["sessions: column_type"]),
    ((SESSIONS | {"energy_kwh": [5]},), ["sessions: two_units"]),
    ((SESSIONS | {"net": [5], "currency": ["EUR"]},), ["sessions: name_clash"] * 2),
    ((SESSIONS | {"tariff": "t"},), ["sessions: unreadable_column"]),
    ((SESSIONS | {"tariff": [1, "t"]},), ["sessions: unreadable_column"]),
    ((SESSIONS | {"tariff": np.zeros((1, 1))},), ["sessions: unreadable_column"]),
    ((SESSIONS | {"tariff": ["t", "u"]},), ["sessions: column_lengths"]),
    ((without(SESSIONS, "tariff", "end"),), ["sessions: missing_column"] * 2),
    ((without(SESSIONS, "energy_wh"),), ["sessions: no_data_source"]),
    ((SESSIONS, without(INTERVALS, "energy_wh")), ["intervals: missing_column"]),
    ((SESSIONS, INTERVALS | {"energy_kwh": [1]}), ["intervals: two_units"]),
    ((SESSIONS, INTERVALS | {"session_id": [1]}), ["intervals: id_types"]),
    ((SESSIONS | {"session_id": [1]}, None, READINGS), ["readings: id_types"]),
    ((SESSIONS, INTERVALS | {"activity": [1]}), ["intervals: column_type"]),
    ((SESSIONS, None, READINGS | {"at": [5], "register_wh": [b"x"]}), ["readings: column_type"] * 2),
    ((SESSIONS, INTERVALS, READINGS), ["sessions: two_sources"]),
    ((SESSIONS | {"intervals": LIST}, INTERVALS), ["sessions: two_sources"]),
    ((SESSIONS | {"intervals": LIST, "readings": [[{"at": T0, "register_wh": 5}]]},), ["sessions: two_sources"]),
    ((SESSIONS | {"intervals": [[{"start": T0}]]},), ["sessions.intervals: missing_column"] * 2),
    ((SESSIONS, "nothing.parquet"), ["intervals: file_missing"]),
    ((SESSIONS, Path("nothing.xlsx")), ["intervals: file_suffix"]),
    (
        (5, 6, 7),
        [
            "sessions: unsupported_source",
            "intervals: unsupported_source",
            "readings: unsupported_source",
            "sessions: two_sources",
        ],
    ),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_faults_of_whole_tables(case: int) -> None:
    call, wanted = CASES[case]
    assert faults(*call) == wanted


def test_a_column_that_is_given_twice() -> None:
    table = pa.table(SESSIONS).append_column("start", pa.array([T0]))
    assert faults(table) == ["sessions: column_twice"]
    table = pa.table(SESSIONS | {"note": [1]}).append_column("note", pa.array([2]))
    assert faults(table) == ["sessions: column_twice"]
    frame = pd.DataFrame([["a", "b"]], columns=["session_id", "session_id"])
    assert faults(frame) == ["sessions: unreadable_table"]
    unused = pa.table(INTERVALS | {"note": [1]}).append_column("note", pa.array([2]))
    assert read_usage(SESSIONS, unused).sessions.status.tolist() == [0]


@pytest.mark.parametrize("suffix", ["parquet", "csv", "arrow", "feather", "ipc"])
def test_damaged_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"s.{suffix}"
    path.write_bytes(b"")
    assert faults(path) == ["sessions: file_damaged"]
    path.write_bytes(b"a,b\n1\n2,3,4\n" + bytes(range(256)))
    assert faults(path) == ["sessions: file_damaged"]
    path.unlink()
    path.mkdir()
    assert faults(path) == ["sessions: file_damaged"]


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (["sesion_id"], "did you mean `sesion_id`? Rename it to `session_id`"),
        (["Session ID"], "did you mean `Session ID`? Rename it to `session_id`"),
        (["session_id;tariff;start"], "separate its columns by commas"),
        (["x"], "add a column `session_id`"),
        ([], "read `no column`"),
    ],
)
def test_misspelt_columns(columns: list[str], text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_usage({name: ["a"] for name in columns})
    assert text in str(caught.value.faults[0])


def test_a_misspelt_column_of_a_file_is_found_though_it_is_not_read(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table(without(INTERVALS, "energy_wh") | {"energy_kw": [5]}), tmp_path / "i.parquet")
    with pytest.raises(InputError, match="did you mean `energy_kw`"):
        read_usage(SESSIONS, tmp_path / "i.parquet")


def test_the_message_in_full() -> None:
    with pytest.raises(InputError) as caught:
        read_usage(SESSIONS | {"start": [1_772_359_200]}, INTERVALS | {"session_id": [5]})
    assert str(caught.value) == (
        "sessions: column_type: read `start of type int64`, expected timestamps, or ISO 8601 text such as "
        "2026-01-31T17:00:00Z in `start`; cast the column to timestamp[us, UTC], which says its unit "
        "(numbers alone do not)"
    )
