"""What leaves nothing to rate: one InputError with every fault, in words that say how to fix it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rating
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
        (["sesion_id"], "`sesion_id` looks like it: rename it to `session_id`"),
        (
            ["Session ID"],
            "read `Session ID`, expected a column `session_id`, in that very spelling; rename it to `session_id`",
        ),
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
    with pytest.raises(InputError, match="`energy_kw` looks like it: rename it to `energy_kwh`"):
        read_usage(SESSIONS, tmp_path / "i.parquet")


def test_the_message_in_full() -> None:
    with pytest.raises(InputError) as caught:
        read_usage(SESSIONS | {"start": [1_772_359_200]}, INTERVALS | {"session_id": [5]})
    assert str(caught.value) == (
        "sessions: column_type: read `start of type int64`, expected timestamps, or ISO 8601 text such as "
        "2026-01-31T17:00:00Z in `start`; cast the column to timestamp[us, UTC], which says its unit "
        "(numbers alone do not)"
    )


def said(sessions: Any, intervals: Any = None, readings: Any = None) -> str:
    with pytest.raises(InputError) as caught:
        read_usage(sessions, intervals, readings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("column", "code", "fix"),
    [
        ("energy_kWh", "misspelt_column", "rename it to `energy_kwh`"),
        ("EnergyWh", "misspelt_column", "rename it to `energy_wh`"),
        ("kwh", "missing_column", "rename it to `energy_kwh`"),
        ("delivered_kWh", "missing_column", "rename it to `energy_kwh`"),
        ("energy", "missing_column", "rename it to `energy_kwh` if it holds kWh, or to `energy_wh` if it holds Wh"),
        ("wh", "missing_column", "rename it to `energy_kwh` if it holds kWh, or to `energy_wh` if it holds Wh"),
        ("energy_MWh", "missing_column", "convert it to kWh in a column `energy_kwh`"),
        ("register_kwh", "missing_column", "add a column `energy_wh`, or rename the one that holds it"),
    ],
)
def test_a_renamed_energy_keeps_its_unit(column: str, code: str, fix: str) -> None:
    assert said(SESSIONS, without(INTERVALS, "energy_wh") | {column: [5]}).startswith(f"intervals: {code}: ")
    assert said(SESSIONS, without(INTERVALS, "energy_wh") | {column: [5]}).endswith(fix)
    message = said(without(SESSIONS, "energy_wh") | {column: [5]})
    assert "\n" not in message
    assert fix in message or column == "register_kwh"


def test_a_renamed_register_keeps_its_unit() -> None:
    readings = without(READINGS, "register_wh")
    assert said(SESSIONS, None, readings | {"registerkWh": [5]}).endswith("rename it to `register_kwh`")
    assert said(SESSIONS, None, readings | {"meter_kwh": [5]}).endswith("rename it to `register_kwh`")


@pytest.mark.parametrize(
    ("column", "target"), [("tarif", "tariff"), ("started_at", "start"), ("ended_at", "end"), ("Tariff", "tariff")]
)
def test_the_column_that_is_there_is_renamed_to_the_one_that_is_wanted(column: str, target: str) -> None:
    sessions = without(SESSIONS, target) | {column: SESSIONS[target]}
    assert said(sessions).endswith(f"rename it to `{target}`")


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("charging_End", "charging_end"),
        ("chargingEnd", "charging_end"),
        ("charging-end ", "charging_end"),
        ("timezone", "time_zone"),
        ("TimeZone", "time_zone"),
    ],
)
def test_a_misspelt_column_is_not_carried_along(column: str, target: str) -> None:
    assert said(SESSIONS | {column: ["2026-03-01T10:00Z"]}) == (
        f"sessions: misspelt_column: read `{column}`, expected a column `{target}`, in that very spelling; "
        f"rename it to `{target}`"
    )


def test_a_misspelt_column_of_a_meter_is_not_dropped(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    intervals = pa.table(INTERVALS | {"Activity": ["parked"], "energy_WH": [6]})
    pq.write_table(intervals, tmp_path / "i.parquet")
    for source in (intervals, tmp_path / "i.parquet"):
        assert faults(SESSIONS, source) == ["intervals: misspelt_column"] * 2
        assert said(SESSIONS, source).endswith("drop it, for `energy_wh` is there too")
    items = [[{"sessionId": "a", "start": T0, "end": T0, "energy_wh": 5, "Activity": "auto"}]]
    assert faults(without(SESSIONS, "energy_wh") | {"intervals": items}) == ["sessions.intervals: misspelt_column"]


@pytest.mark.parametrize(
    "day",
    [
        [date(2026, 3, 2)],
        pa.array([date(2026, 3, 2)], pa.date64()),
        np.array(["2026-03-02"], "datetime64[D]"),
        np.array(["2026-03"], "datetime64[M]"),
        pa.array([date(2026, 3, 2)]).dictionary_encode(),
    ],
)
def test_dates_are_no_instants(day: Any) -> None:
    for call in (
        (SESSIONS | {"end": day},),
        (SESSIONS, INTERVALS | {"end": day}),
        (SESSIONS, None, READINGS | {"at": day}),
    ):
        assert "column_type: read `" in said(*call)
        assert said(*call).endswith("add a time of day and an offset, such as 2026-03-02T19:45+01:00")


@pytest.mark.parametrize(
    ("content", "line", "fix"),
    [
        (
            b"a,b\n1,2\n1;2;3\n",
            ", line 3: 1 columns",
            "separate the columns by commas, and put text that holds a comma",
        ),
        (b"a,b\n1,Kerkstraat 5, Utrecht\n", ", line 2: 3 columns", "in double quotes"),
        (b"a;b;c,d\n1;2;3\n", ", line 2: 1 columns", "separated by `;`: separate the columns by commas"),
        (b"session_id,tariff\n1,caf\xe9\n", ", line 2: text that is not UTF-8", "save it as UTF-8"),
        (b"session_id,remark\n1,\xed\xbf\xbf\n", ": text that is not UTF-8", "save it as UTF-8"),
        (b"session_id,caf\xe9\n1,x\n", ": text that is not UTF-8", "save it as UTF-8"),
    ],
)
def test_csv_files_in_plain_words(tmp_path: Path, content: bytes, line: str, fix: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    message = said(path)
    assert message.startswith(f"sessions: file_damaged: read `{path}{line}")
    assert fix in message


def test_float_ids_of_pandas_say_which_row_is_empty() -> None:
    frame = pd.DataFrame({name: values * 3 for name, values in SESSIONS.items()})
    frame["session_id"] = [1, 2, None]
    assert "row 2 has no id: fill it in or leave it out, then cast the column to int64" in said(frame)
    assert said(SESSIONS | {"session_id": [1.5]}).endswith("; cast the column to int64 or to string")


def test_a_lazy_frame_is_collected_first() -> None:
    assert "call .collect() first" in said(pl.LazyFrame(SESSIONS))


@pytest.mark.parametrize("pair", [("energy_wh", "energy_kwh"), ("evse_power_kw", "evse_power_w")])
@pytest.mark.parametrize("count", [1, 2])
def test_one_session_may_not_have_both_units_either(pair: tuple[str, str], count: int) -> None:
    """A table of one session is priced at once; the column that it should not have was overlooked there if empty."""
    more = {"energy_wh": [5] * count, pair[0]: [5] * count, pair[1]: [None] * count}
    sessions = {name: values * count for name, values in SESSIONS.items()} | more
    sessions |= {"session_id": ["a", "b"][:count], "tariff": ["free"] * count}
    tariffs = rating.load_tariffs(Path(__file__).parents[1] / "tariffs" / "free.yaml")
    with pytest.raises(InputError) as caught:
        rating.rate(tariffs, sessions)
    assert [fault.code for fault in caught.value.faults] == ["two_units"]


@pytest.mark.parametrize("column", ["session_id", "membership"])
def test_half_a_character_is_told_before_anything_is_rated(column: str) -> None:
    """The tables of one session are made when they are asked for, which is too late to tell what is wrong with it."""
    tariffs = rating.load_tariffs(Path(__file__).parents[1] / "tariffs" / "free.yaml")
    with pytest.raises(InputError) as caught:
        rating.rate(tariffs, SESSIONS | {"tariff": ["free"], column: ["\ud800"]})
    assert [fault.code for fault in caught.value.faults] == ["unreadable_column"]


def test_a_decimal_that_arrow_has_no_room_for_is_rated_all_the_same() -> None:
    tariffs = rating.load_tariffs(Path(__file__).parents[1] / "tariffs" / "free.yaml")
    rated = rating.rate(tariffs, SESSIONS | {"tariff": ["free"], "evse_power_kw": [Decimal("0E-100")]})
    assert rated.sessions.num_rows == 1
