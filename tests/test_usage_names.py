"""What sessions say of themselves: codes and names, from any kind of column, and untouched in the output."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rating.errors import InputError
from rating.usage import read_usage
from rating.usage.batch import UsageBatch
from rating.usage.schema import ATTRIBUTES

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def batch_of(count: int, **columns: Any) -> UsageBatch:
    base = {"session_id": list(range(count)), "tariff": ["t"] * count, "start": [T0] * count}
    return read_usage(base | {"end": [T0 + HOUR] * count, "energy_wh": [5] * count} | columns)


def said(batch: UsageBatch, name: str = "connector") -> list[str | None]:
    """The texts of a column, and that its codes are as they should be."""
    code, names = batch.sessions.attributes[name]
    assert code.dtype == np.int32
    assert len(set(names)) == len(names)
    assert set(code.tolist()) <= {-1, *range(len(names))}
    return [None if c < 0 else names[c] for c in code.tolist()]


COLUMNS = {
    "text": pa.array(["CCS", None, "", "ccs", " ", "CCS"]),
    "large text": pa.array(["CCS", None, "", "ccs", " ", "CCS"], pa.large_string()),
    "text view": pa.array(["CCS", None, "", "ccs", " ", "CCS"], pa.string_view()),
    "dictionary": pa.array(["CCS", None, "", "ccs", " ", "CCS"]).dictionary_encode(),
    "run ends": pa.RunEndEncodedArray.from_arrays([1, 2, 3, 4, 5, 6], pa.array(["CCS", None, "", "ccs", " ", "CCS"])),
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_text_is_compared_to_the_letter_and_empty_text_is_null(name: str, attribute: str) -> None:
    column = COLUMNS[name]
    wanted = ["CCS", None, None, "ccs", None, "CCS"]
    assert said(batch_of(6, **{attribute: column}), attribute) == wanted
    chunks = pa.chunked_array([column.slice(0, 2), column.slice(2)])
    assert said(batch_of(6, **{attribute: chunks}), attribute) == wanted
    assert said(batch_of(4, **{attribute: column.slice(2)}), attribute) == wanted[2:]


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint8(), pa.int32()])
def test_whole_numbers_are_their_digits(kind: pa.DataType) -> None:
    column = pa.array([7, None, 0, 7], kind)
    for values in (column, column.dictionary_encode(), pa.chunked_array([column.slice(0, 1), column.slice(1)])):
        assert said(batch_of(4, connector=values)) == ["7", None, "0", "7"]


def test_nothing_at_all() -> None:
    assert dict(batch_of(2).sessions.attributes) == {}
    assert said(batch_of(2, connector=[None, None])) == [None, None]
    assert said(batch_of(2, connector=["", " "])) == [None, None]
    assert said(batch_of(0, connector=pa.array([], pa.string()))) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from([None, "", " ", "a", "b", " a", "é"]), max_size=12))
def test_as_a_list_would(values: list[str | None]) -> None:
    batch = batch_of(len(values), membership=pa.array(values, pa.string()))
    assert said(batch, "membership") == [value if value and value.strip() else None for value in values]
    assert batch.sessions.extra["membership"].to_pylist() == values


TABLE = pa.table(
    {
        "session_id": ["a", "b", "c"],
        "tariff": ["t"] * 3,
        "start": pa.array([T0] * 3, pa.timestamp("us", "UTC")),
        "end": pa.array([T0 + HOUR] * 3, pa.timestamp("us", "UTC")),
        "energy_kwh": ["1", "2", "3"],
        "tariff_type": ["REGULAR", None, "AD_HOC_PAYMENT"],
        "connector": ["CCS", "CCS", "Type 2"],
        "membership": [None, None, None],
        "payment_method": ["app", "card", None],
        "evse_power_kw": [50.0, 11.5, None],
        "reservation_start": pa.array([T0 - HOUR, None, None], pa.timestamp("us", "UTC")),
        "reservation_expired": [False, None, True],
        "account": ["x", "y", None],
        "evse": ["NL*1", None, "NL*2"],
        "coupon": [None, "0042", None],
    }
)
TRAVELLING = TABLE.column_names[5:]


def write_csv(table: pa.Table, path: Path) -> None:
    import pyarrow.csv as pacsv

    pacsv.write_csv(table, path)


def file_of(write: Any, name: str) -> Any:
    def make(table: pa.Table, folder: Path) -> Path:
        write(table, folder / name)
        return folder / name

    return make


SOURCES: dict[str, Any] = {
    "arrow": lambda t, _: t,
    "pandas": lambda t, _: t.to_pandas(),
    "pandas categories": lambda t, _: t.to_pandas().astype({"connector": "category", "payment_method": "category"}),
    "polars": lambda t, _: pl.from_arrow(t),
    "polars categories": lambda t, _: pl.from_arrow(t).with_columns(pl.col("connector").cast(pl.Categorical)),
    "duckdb": lambda t, _: duckdb.connect().from_arrow(t),
    "rows": lambda t, _: t.to_pylist(),
    "series": lambda t, _: dict(pd.DataFrame(t.to_pandas()).items()),
    "parquet": file_of(pq.write_table, "s.parquet"),
    "csv": file_of(write_csv, "s.csv"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_says_the_same(name: str, tmp_path: Path) -> None:
    batch = read_usage(SOURCES[name](TABLE, tmp_path))
    sessions = batch.sessions
    assert sessions.status.tolist() == [0, 0, 0]
    for attribute in ATTRIBUTES:
        assert said(batch, attribute) == TABLE[attribute].to_pylist()
    assert sessions.evse_power_mw is not None
    assert sessions.evse_power_mw.tolist() == [50_000_000, 11_500_000, -1]
    assert sessions.expired is not None
    assert sessions.expired.tolist() == [0, 0, 1]
    assert batch.interval_first.tolist() == [0, 1, 2, 3]
    assert sessions.reserved_us is not None
    assert (sessions.reserved_us >= 0).tolist() == [True, False, True]
    assert sessions.extra.column_names == TRAVELLING
    if name == "arrow":
        assert sessions.extra.equals(TABLE.select(TRAVELLING))


def test_csv_columns_travel_along_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "session_id,tariff,start,end,energy_kwh,connector,membership,evse_power_kw,reservation_start,reservation_expired\n"
        "1,t,2026-03-01T10:00Z,2026-03-01T11:00Z,1,02,007,50.00,2026-03-01 09:30,No\n"
        "2,t,2026-03-01T10:00Z,2026-03-01T11:00Z,,,,,,YES\n"
    )
    batch = read_usage(path)
    assert batch.sessions.status.tolist() == [0, 0]
    assert (said(batch), said(batch, "membership")) == (["02", None], ["007", None])
    assert batch.sessions.extra.slice(0, 1).to_pylist() == [
        {
            "connector": "02",
            "membership": "007",
            "evse_power_kw": "50.00",
            "reservation_start": "2026-03-01 09:30",
            "reservation_expired": "No",
        }
    ]


BASE: dict[str, Any] = {"session_id": [1], "tariff": ["t"], "start": [T0], "end": [T0], "energy_wh": [1]}


def faults(**columns: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_usage(BASE | columns)
    return str(caught.value)


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("tariffType", "tariff_type"),
        ("Connector", "connector"),
        ("payment-method", "payment_method"),
        ("evse_power_kW", "evse_power_kw"),
        ("EvsePowerW", "evse_power_w"),
        ("reservationStart", "reservation_start"),
        ("Reservation expired", "reservation_expired"),
    ],
)
def test_a_misspelt_column_is_not_carried_along(column: str, target: str) -> None:
    assert faults(**{column: ["x"]}) == (
        f"sessions: misspelt_column: read `{column}`, expected a column `{target}`, in that very spelling; "
        f"rename it to `{target}`"
    )


def test_types_that_cannot_be_read() -> None:
    assert faults(connector=[1.5]) == (
        "sessions: column_type: read `connector of type double`, expected text or whole numbers in `connector`; "
        "cast the column to string"
    )
    assert faults(reservation_expired=[0.0]) == (
        "sessions: column_type: read `reservation_expired of type double`, expected true and false in "
        "`reservation_expired`; cast the column to bool"
    )
    assert "numbers, or numbers as text in `evse_power_kw`" in faults(evse_power_kw=[True])
    assert "timestamps, or ISO 8601 text" in faults(reservation_start=[5])
    assert faults(evse_power_kw=[1], evse_power_w=[1000]) == (
        "sessions: two_units: read `evse_power_kw and evse_power_w`, expected evse_power in one unit; "
        "drop one of the two"
    )
