"""Index files and tables: what they may hold, and what each fault says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

import rating
from rating.errors import OcpiError, TariffError
from rating.reference import tell
from rating.tariff.load import load_tariffs, parse_tariff
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.ocpi.write import to_ocpi
from rating.tariff.write import to_yaml
from rating.units import US_PER_MIN

TEXT = """tariff: market
currency: EUR
versions:
  - elements:
      - energy: {index: nl%s}
"""


def of_table(table: Any, more: str = "") -> Tariff:
    return parse_tariff(TEXT % more, indexes={"nl": table})


def points(tariff: Tariff) -> tuple[tuple[int, int, int], ...]:
    spot = tariff.versions[0].elements[0].components[0].spot
    assert spot is not None
    return spot.index.points


def lengths(starts: list[str]) -> list[int]:
    table = {"start": starts, "price_per_kwh": ["0.1"] * len(starts)}
    return [(end - start) // US_PER_MIN for start, end, _ in points(of_table(table))]


def faults(table: Any, more: str = "") -> list[str]:
    with pytest.raises(TariffError) as caught:
        of_table(table, more)
    return [str(fault) for fault in caught.value.faults]


def at(*minutes: int) -> list[str]:
    return [(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=each)).isoformat() for each in minutes]


def test_a_price_lasts_up_to_the_next_one_or_as_long_as_the_one_before() -> None:
    assert lengths(at(0, 15, 30)) == [15, 15, 15]
    assert lengths(at(0, 60, 120)) == [60, 60, 60]
    assert lengths(at(0)) == [60]
    assert lengths(at(0, 60, 75, 90)) == [15, 15, 15, 15]  # an hour at the front is three quarters that are missing
    assert lengths(at(0, 60, 120, 135, 150)) == [60, 60, 15, 15, 15]
    assert lengths(at(0, 15, 30, 90, 150)) == [15, 15, 60, 60, 60]
    assert lengths(at(0, 15, 45, 60)) == [15, 15, 15, 15]  # a quarter is missing
    assert lengths(at(0, 30, 60, 120, 150)) == [30, 30, 30, 30, 30]
    assert lengths(at(0, 15, 1000, 1015)) == [15, 15, 15, 15]


def test_prices_are_exact_in_either_unit_and_whatever_type() -> None:
    for per_kwh in (["0.0834", "-0.000000001"], [Decimal("0.0834"), Decimal("-0.000000001")]):
        assert [nano for _, _, nano in points(of_table({"start": at(0, 15), "price_per_kwh": per_kwh}))] == [
            83_400_000,
            -1,
        ]
    for per_mwh in (["83.4", "-7"], [Decimal("83.40"), Decimal(-7)], [83.4, -7.0]):
        found = points(of_table({"start": at(0, 15), "price_per_mwh": per_mwh}))
        assert [nano for _, _, nano in found] == [83_400_000, -7_000_000]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_stand_beside_the_tariff(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "indexes").mkdir()
    (tmp_path / "market.yaml").write_text(TEXT % "")
    path = tmp_path / "indexes" / f"nl.{suffix}"
    start = [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 0, 15, tzinfo=UTC)]
    if suffix == "csv":
        path.write_text("start,price_per_mwh\n2026-03-01T01:00+01:00,83.4\n2026-03-01T00:15Z,-7\n")
    else:
        table = {
            "start": pa.array(start, pa.timestamp("ns", "UTC")),
            "price_per_mwh": [Decimal("83.4"), Decimal("-7.0")],
        }
        parquet.write_table(pa.table(table), path)
    tariff = load_tariffs(tmp_path)["market"]
    assert [nano for _, _, nano in points(tariff)] == [83_400_000, -7_000_000]
    assert points(tariff)[0][0] == 1_772_323_200_000_000
    other = load_tariffs(tmp_path, indexes={"nl": {"start": at(0), "price_per_kwh": ["1"]}})["market"]
    assert other.hash != tariff.hash == load_tariffs(tmp_path)["market"].hash
    assert [nano for _, _, nano in points(other)] == [10**9]


def test_every_fault_of_a_file_has_its_row(tmp_path: Path) -> None:
    (tmp_path / "indexes").mkdir()
    (tmp_path / "market.yaml").write_text(TEXT % "")
    rows = [
        "start,price_per_kwh",
        "2026-03-01T00:00,0.1",
        "2026-03-01T00:15Z,1e3",
        "2026-03-01T00:30Z,0.1234567891",
        "x,",
    ]
    (tmp_path / "indexes" / "nl.csv").write_text("\n".join(rows) + "\n")
    with pytest.raises(TariffError) as caught:
        load_tariffs(tmp_path)
    shown = [(fault.code, fault.place.row, fault.place.path, fault.got) for fault in caught.value.faults]
    assert sorted(shown) == [
        ("index_value", 0, "start", "2026-03-01T00:00"),
        ("index_value", 1, "price_per_kwh", "1e3"),
        ("index_value", 2, "price_per_kwh", "0.1234567891"),
        ("index_value", 3, "price_per_kwh", "(nothing)"),
        ("index_value", 3, "start", "x"),
    ]
    assert all(fault.place.source.endswith("indexes/nl.csv") for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"start,price_per_kwh\n2026-03-01T00:00Z\n", "1 values in row 0, where there are 2 columns"),
        (b"start,price_per_kwh\n2026-03-01T00:00Z,\xff\n", "index_file"),
        (b"", "no columns"),
        (b"start,price_per_kwh\n\n", "index_empty"),
    ],
)
def test_files_that_are_no_table_are_refused(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "indexes").mkdir()
    (tmp_path / "market.yaml").write_text(TEXT % "")
    (tmp_path / "indexes" / "nl.csv").write_bytes(text)
    with pytest.raises(TariffError, match=said):
        load_tariffs(tmp_path)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"start": at(0, 15, 15), "price_per_kwh": ["1"] * 3}, "row 2: start: index_order"),
        ({"start": at(0, 30, 15), "price_per_kwh": ["1"] * 3}, "row 2: start: index_order"),
        ({"start": at(0, 15, 20, 35), "price_per_kwh": ["1"] * 4}, "row 1: start: index_step"),
        ({"start": at(0, 15), "end": at(15, 10), "price_per_kwh": ["1"] * 2}, "row 1: end: index_end"),
        ({"start": at(0, 15), "end": at(20, 30), "price_per_kwh": ["1"] * 2}, "row 0: end: index_end"),
        ({"start": at(0), "price_per_kwh": ["1"], "price_per_mwh": ["1"]}, "index_columns"),
        ({"start": at(0), "price": ["1"]}, "index_columns"),
        ({"start": pa.array([], pa.string()), "price_per_kwh": pa.array([], pa.string())}, "index_empty"),
        ({"start": at(0), "price_per_kwh": [0.1 + 0.2]}, "row 0: price_per_kwh: index_value"),
        ({"start": at(0), "price_per_kwh": [float("nan")]}, "row 0: price_per_kwh: index_value"),
        ({"start": at(0), "price_per_kwh": ["1000001"]}, "row 0: price_per_kwh: index_value"),
        ({"start": [datetime(2026, 3, 1)], "price_per_kwh": ["1"]}, "row 0: start: index_value"),  # noqa: DTZ001
        (7, "index_file"),
    ],
)
def test_what_is_no_index_is_refused(table: Any, said: str) -> None:
    (first,) = faults(table)
    assert said in first


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (", price: 0.39/kWh", "price_and_index"),
        (", step_size: 1 kWh", "index_step_size"),
        (", floor: 0.5, ceiling: 0.4", "min_above_max"),
        (", fallback: -0.1", "write 0 or more"),
        (", factor: 0", "factor"),
        (", add: 0.12/h", "write 0.12/kWh"),
    ],
)
def test_what_does_not_go_with_an_index_is_refused(more: str, said: str) -> None:
    assert any(said in fault for fault in faults({"start": at(0), "price_per_kwh": ["1"]}, more))


def test_keys_of_an_index_need_one() -> None:
    with pytest.raises(TariffError, match="without_index"):
        parse_tariff(TEXT.replace("index: nl%s", "price: 0.39/kWh, floor: 0.1"))
    with pytest.raises(TariffError, match="did you mean `nl`"):
        parse_tariff(TEXT.replace("nl%s", "nll"), indexes={"nl": {"start": at(0), "price_per_kwh": ["1"]}})


def test_yaml_says_it_and_ocpi_cannot() -> None:
    more = ", factor: 1.05, add: -0.12/kWh, floor: -0.50, ceiling: 0.90, fallback: 0.40, min: 1, max: 20"
    tariff = of_table({"start": at(0), "price_per_kwh": ["1"]}, more)
    said = (
        "{index: nl, factor: 1.05, add: -0.12/kWh, floor: -0.50, ceiling: 0.90, fallback: 0.40, min: 1.00, max: 20.00}"
    )
    assert f"energy: {said}" in to_yaml(tariff)
    with pytest.raises(OcpiError) as caught:
        to_ocpi(tariff)
    assert any("energy by the index nl" in str(fault) for fault in caught.value.faults)


def test_an_index_may_be_given_as_a_path(tmp_path: Path) -> None:
    table = {"start": at(0, 15), "price_per_kwh": ["0.1", "0.2"]}
    parquet.write_table(pa.table(table), tmp_path / "q.parquet")
    rows = zip(*table.values(), strict=True)
    (tmp_path / "q.csv").write_text("\n".join(["start,price_per_kwh", *map(",".join, rows)]))
    for path in (tmp_path / "q.parquet", str(tmp_path / "q.csv")):
        assert points(of_table(path)) == points(of_table(table))


@pytest.mark.parametrize(
    ("given", "read"), [("none.parquet", "none.parquet"), (Path("q.xlsx"), "q.xlsx"), (7, "an object of type int")]
)
def test_what_is_no_table_of_prices_is_told_in_plain_words(given: Any, read: str) -> None:
    with pytest.raises(TariffError, match=f"indexes nl: index_file: read `{read}`, expected "):
        of_table(given)


def test_a_file_with_semicolons_is_told_of_them(tmp_path: Path) -> None:
    for first in ("0,1", "0.1"):
        (tmp_path / "q.csv").write_text(f"start;price_per_kwh\n2026-03-01T00:00Z;{first}\n")
        with pytest.raises(TariffError, match=r"by commas, not by semicolons; .* decimals of prices with a point"):
            of_table(tmp_path / "q.csv")


def test_explain_says_which_price_is_the_fallback() -> None:
    tariff = of_table({"start": at(0, 15, 45), "price_per_kwh": ["0.1", "0.2", "0.3"]}, ", fallback: 0.40")
    times = {"start": at(15)[0], "end": at(45)[0], "time_zone": "UTC"}
    session = {"session_id": "a", "tariff": "market", "energy_kwh": "2", **times}
    text = tell(rating.explain(Tariffs((tariff,)), [session], session_id="a").bill)
    assert "1 kWh at 0.20 EUR/kWh = 0.20 EUR\n" in text
    assert "1 kWh at 0.40 EUR/kWh = 0.40 EUR, the fallback: the index has no price then\n" in text
