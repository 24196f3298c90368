"""The four tables: types, nulls, ids, and what other libraries make of them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rating
from rating.tariff.model import (
    Component,
    Element,
    Price,
    PriceLimit,
    Rounding,
    Tariff,
    Tariffs,
    Tax,
    Version,
)

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINE_NULLS = ("element", "dimension", "volume", "billed_volume", "unit", "unit_price")
TYPES = {
    "sessions": {
        **{name: pa.decimal128(18, 6) for name in ("energy_kwh", "charging_s", "parked_s", "net", "tax", "gross")},
        **{name: pa.timestamp("us", "UTC") for name in ("start", "end")},
    },
    "lines": {
        "line": pa.int32(),
        "volume": pa.decimal128(20, 9),
        "billed_volume": pa.decimal128(20, 9),
        "unit_price": pa.decimal128(18, 6),
        "amount": pa.decimal128(24, 12),
        "printed_amount": pa.decimal128(18, 6),
        "tax_percent": pa.decimal128(7, 4),
    },
    "taxes": {
        "percent": pa.decimal128(7, 4),
        "net": pa.decimal128(18, 6),
        "amount": pa.decimal128(18, 6),
    },
    "rejected": {name: pa.string() for name in ("code", "message", "place")},
}
SESSION_COLUMNS = [
    "session_id",
    "tariff",
    "tariff_version",
    "currency",
    "start",
    "end",
    "energy_kwh",
    "charging_s",
    "parked_s",
    "net",
    "tax",
    "gross",
    "tariff_hash",
    "engine_version",
    "tzdata_version",
]
LINE_COLUMNS = [
    "session_id",
    "line",
    "kind",
    "element",
    "dimension",
    "volume",
    "billed_volume",
    "unit",
    "unit_price",
    "amount",
    "printed_amount",
    "tax_percent",
]


def tariffs() -> Tariffs:
    """`plain` has no tax; `limited` has tax on top, limits and a rounding to 0.05 in CHF."""
    energy, flat = Component("energy", Price(400_000, "kWh")), Component("flat", Price(500_000, "session"))
    element = Element("all day", (energy, flat))
    plain = Tariff("plain", "EUR", 10_000, (Version("always", None, (element,)),), Rounding("half_up", 10_000), "UTC")
    limited = Tariff(
        "limited",
        "CHF",
        10_000,
        (Version("2026-01-01", 0, (element,), PriceLimit(1_010_000), PriceLimit(20_000_000)),),
        Rounding("half_up", 50_000),
        "UTC",
        Tax.one("VAT", 77_000, included=False),
    )
    return Tariffs((plain, limited))


def rate(ids: Any = ("a", "b", "c", "d"), names: Any = ("plain", "limited", "limited", "nobody's"), **more: Any) -> Any:
    """Sessions of 10, 0.1 and 1,000 kWh, and one that is refused."""
    table = {
        "session_id": ids,
        "tariff": list(names),
        "start": [START] * 4,
        "end": [START + HOUR] * 4,
        "energy_wh": [10_000, 100, 1_000_000, 7],
    }
    return rating.rate(
        tariffs(), pa.table({k: v if isinstance(v, pa.Array) else list(v) for k, v in (table | more).items()})
    )


@pytest.mark.parametrize("name", TYPES)
def test_amounts_and_quantities_are_decimals_and_instants_are_utc(name):
    schema = getattr(rate(), name).schema
    assert {column: schema.field(column).type for column in TYPES[name]} == TYPES[name]
    assert not any(pa.types.is_floating(field.type) for field in schema)


def test_columns_are_named_and_ordered_as_designed():
    rated = rate()
    assert rated.sessions.column_names == SESSION_COLUMNS
    assert rated.lines.column_names == LINE_COLUMNS
    assert rated.rejected.column_names[:4] == ["session_id", "code", "message", "place"]
    assert rated.taxes.column_names == ["session_id", "tax", "percent", "net", "amount"]
    for table in rated.tables.values():
        table.validate(full=True)


def test_totals_and_lines_are_what_the_arithmetic_says():
    """10 kWh at 0.40 and 0.50 is 4.50. 0.1 kWh: 0.54, lifted to 1.01, which CHF 0.05 rounds to 1.00, tax 0.07777."""
    rated = rate()
    assert [str(net) for net in rated.sessions.column("net").to_pylist()] == ["4.500000", "1.000000", "20.000000"]
    assert [str(tax) for tax in rated.sessions.column("tax").to_pylist()] == ["0.000000", "0.100000", "1.550000"]
    rows = [(row["session_id"], row["line"], row["kind"], str(row["amount"])) for row in rated.lines.to_pylist()]
    assert rows == [
        ("a", 1, "usage", "4.000000000000"),
        ("a", 2, "usage", "0.500000000000"),
        ("b", 1, "usage", "0.040000000000"),
        ("b", 2, "usage", "0.500000000000"),
        ("b", 3, "minimum", "0.470000000000"),
        ("b", 4, "rounding", "-0.010000000000"),
        ("c", 1, "usage", "400.000000000000"),
        ("c", 2, "usage", "0.500000000000"),
        ("c", 3, "maximum", "-380.500000000000"),
    ]


def test_a_line_that_is_no_usage_has_no_element_dimension_volume_unit_and_price():
    for row in rate().lines.to_pylist():
        for name in LINE_NULLS:
            assert (row[name] is None) == (row["kind"] != "usage")


def test_the_tax_of_a_line_is_null_where_no_tax_applies():
    found = {row["session_id"]: row["tax_percent"] for row in rate().lines.to_pylist()}
    assert found == {"a": None, "b": Decimal("7.7000"), "c": Decimal("7.7000")}


def test_a_rating_without_odd_lines_has_no_nulls_but_the_tax():
    rated = rate(names=("plain",) * 4)
    assert {name: rated.lines.column(name).null_count for name in LINE_COLUMNS} == dict.fromkeys(LINE_COLUMNS, 0) | {
        "tax_percent": rated.lines.num_rows
    }


def test_provenance_is_on_every_session():
    known = tariffs()
    for row in rate().sessions.to_pylist():
        assert row["tariff_hash"] == known[row["tariff"]].hash
        assert row["engine_version"] == rating.__version__
        assert row["tzdata_version"][:2] == "20"
        assert (row["tariff_version"], row["currency"]) == {"plain": ("always", "EUR")}.get(
            row["tariff"], ("2026-01-01", "CHF")
        )


IDS = {
    "integers": (pa.array([7, -1, 2**63 - 1, 0], pa.int64()), pa.int64()),
    "small integers": (pa.array([7, 1, 3, 0], pa.uint16()), pa.int64()),
    "text": (pa.array(["a", "b", "c", "d"]), pa.string()),
    "large text": (pa.array(["a", "b", "c", "d"], pa.large_string()), pa.string()),
    "text views": (pa.array(["a", "b", "c", "d"], pa.string_view()), pa.string()),
    "a dictionary": (pa.array(["d", "a", "c", "b"]).dictionary_encode(), pa.string()),
    "a slice of integers": (pa.array([9, 9, 7, 5, 3, 1], pa.int64())[2:], pa.int64()),
    "a slice of text": (pa.array(["x", "ä", "b", "", "d"])[1:], pa.string()),
}


@pytest.mark.parametrize("kind", IDS)
def test_ids_of_any_kind_come_back_on_sessions_lines_and_rejected(kind):
    ids, type_ = IDS[kind]
    rated = rate(ids)
    values = ids.to_pylist()
    for table in rated.tables.values():
        assert table.schema.field("session_id").type == type_
    assert rated.sessions.column("session_id").to_pylist() == values[:3]
    assert rated.rejected.column("session_id").to_pylist() == values[3:]
    assert rated.lines.column("session_id").to_pylist() == [values[i] for i in (0, 0, 1, 1, 1, 1, 2, 2, 2)]
    assert rated.taxes.column("session_id").to_pylist() == values[1:3]


def test_ids_that_are_null_are_refused_and_the_others_rated():
    rated = rate(pa.array([5, None, 3, None], pa.int64()))
    assert rated.sessions.column("session_id").to_pylist() == [5, 3]
    assert rated.rejected.column("session_id").to_pylist() == [None, None]
    assert set(rated.rejected.column("code").to_pylist()) == {"null_value"}
    assert rated.lines.column("session_id").to_pylist() == [5, 5, 3, 3, 3]


def test_other_columns_travel_along_untouched():
    rated = rate(customer=[{"name": "A"}, None, {"name": "C"}, {"name": "D"}], note=["w", "x", None, "z"])
    assert rated.sessions.column_names[len(SESSION_COLUMNS) :] == ["customer", "note"]
    assert rated.sessions.column("note").to_pylist() == ["w", "x", None]
    assert rated.sessions.column("customer").to_pylist() == [{"name": "A"}, None, {"name": "C"}]


@pytest.mark.parametrize("names", [(), ("nobody's",) * 4])
def test_tables_without_a_row_have_the_same_columns_and_types(names):
    if names:
        rated = rate(names=names)
    else:
        empty = pa.table({"session_id": pa.array([], pa.string()), "tariff": pa.array([], pa.string())})
        for name in ("start", "end"):
            empty = empty.append_column(name, pa.array([], pa.timestamp("us", "UTC")))
        rated = rating.rate(tariffs(), empty.append_column("energy_wh", pa.array([], pa.int64())))
    full = rate()
    assert (rated.sessions.num_rows, rated.lines.num_rows, rated.rejected.num_rows) == (0, 0, len(names))
    assert rated.taxes.num_rows == 0
    for name in full.tables:
        assert getattr(rated, name).schema.equals(getattr(full, name).schema)


def test_pandas_frames_hold_decimals():
    frames = rate().to_pandas()
    assert all(isinstance(frame, pd.DataFrame) for frame in frames)
    assert frames.sessions["net"].tolist() == [Decimal("4.500000"), Decimal("1.000000"), Decimal("20.000000")]
    assert isinstance(frames.lines["amount"][0], Decimal)
    assert str(frames.sessions["start"].dtype) == "datetime64[us, UTC]"
    assert frames.lines["element"].isna().tolist() == [False] * 4 + [True, True] + [False] * 2 + [True]


def test_polars_frames_hold_decimals():
    frames = rate().to_polars()
    assert all(isinstance(frame, pl.DataFrame) for frame in frames)
    assert frames.sessions["net"].to_list() == [Decimal("4.500000"), Decimal("1.000000"), Decimal("20.000000")]
    assert frames.sessions.schema["net"] == pl.Decimal(18, 6)
    assert frames.lines["volume"].is_null().to_list() == [False] * 4 + [True, True] + [False] * 2 + [True]


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_frames_without_their_package_say_what_to_install(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(rating.InputError, match=rf"no_{package}.*pip install 'rating\[{package}\]'"):
        getattr(rate(), f"to_{package}")()


def test_frames_of_another_library_have_the_rows_of_the_tables():
    rated = rate()
    for frame, table in zip(rated.to_polars(), rated.tables.values(), strict=True):
        assert frame.to_dicts() == table.to_pylist()


def test_a_result_says_how_large_it_is():
    assert repr(rate()) == "Rated(3 sessions, 9 lines, 1 rejected)"


@pytest.mark.parametrize("chunk_sessions", [0, -1])
def test_a_size_of_chunks_below_one_is_refused(chunk_sessions):
    table = {"session_id": ["a"], "tariff": ["plain"], "start": [START], "end": [START + HOUR], "energy_wh": [1]}
    with pytest.raises(ValueError, match="chunk"):
        rating.rate(tariffs(), table, chunk_sessions=chunk_sessions)


def test_options_that_are_none_are_refused_together():
    with pytest.raises(rating.InputError) as caught:
        rating.rate(None, {}, on_error="ignore", threads=0)  # type: ignore[arg-type]
    assert [fault.code for fault in caught.value.faults] == ["tariffs", "on_error", "threads"]
    assert "load_tariffs" in str(caught.value)


def test_a_version_that_is_not_yet_in_force_is_named():
    tariffs = rating.load_tariffs("tariffs/harbour-dc.yaml")
    early = {"session_id": [1], "tariff": ["harbour-dc"], "energy_kwh": ["1"]}
    early |= {"start": ["2020-03-02T10:00Z"], "end": ["2020-03-02T11:00Z"]}
    assert "2026-01-01" in rating.rate(tariffs, early).rejected["message"][0].as_py()


def test_the_energy_of_what_cannot_be_read_is_null():
    tariffs = rating.load_tariffs("tariffs/per-kwh.yaml")
    odd = {"session_id": [1], "tariff": ["per-kwh"], "energy_kwh": ["eleven"]}
    odd |= {"start": ["2026-03-02T10:00Z"], "end": ["2026-03-02T11:00Z"]}
    assert rating.rate(tariffs, odd).rejected["energy_kwh"].to_pylist() == [None]
