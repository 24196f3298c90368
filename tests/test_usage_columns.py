"""Each type that a column may have, value by value: what it means, and which values refuse their session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rating.errors import Refused
from rating.units import ENERGY_MAX_MWH, INSTANT_MAX_US, INSTANT_MIN_US
from rating.usage import read_usage
from rating.usage.batch import UsageBatch
from rating.usage.energies import milli_from_text, read_energy, to_milli
from rating.usage.instants import instant_from_text, read_instants
from rating.usage.names import read_names

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
T0_US = 1_772_359_200_000_000
HOUR = timedelta(hours=1)


def chunked(values: Any, kind: Any = None) -> pa.ChunkedArray:
    return pa.chunked_array([values if isinstance(values, pa.Array) else pa.array(values, kind)])


def instants(column: pa.ChunkedArray) -> list[Any]:
    """Values, with the name of the refusal in place of what is refused."""
    values, fault = read_instants(column)
    return named(values.tolist(), fault)


def energies(column: pa.ChunkedArray, digits: int) -> list[Any]:
    energy = to_milli(read_energy(column, digits, ENERGY_MAX_MWH), ENERGY_MAX_MWH)
    return named(energy.values.tolist(), energy.fault)


def named(values: list[int], fault: Any) -> list[Any]:
    if fault is None:
        return values
    assert all(value == 0 for value, code in zip(values, fault, strict=True) if code)
    return [Refused(code).name if code else value for value, code in zip(values, fault.tolist(), strict=True)]


NULL = "NULL_VALUE"
INSTANT = "INSTANT_RANGE"
ENERGY = "ENERGY_RANGE"

INSTANTS = {
    "s": (chunked([T0, None], pa.timestamp("s", "UTC")), [T0_US, NULL]),
    "ms naive": (chunked([T0.replace(tzinfo=None), None], pa.timestamp("ms")), [T0_US, NULL]),
    "us": (chunked([T0, None], pa.timestamp("us", "Asia/Kathmandu")), [T0_US, NULL]),
    "ns": (chunked([T0_US * 1000, T0_US * 1000 + 1, None], pa.timestamp("ns")), [T0_US, INSTANT, NULL]),
    "s beyond int64": (chunked([2**62, -(2**62), 0], pa.timestamp("s")), [INSTANT, INSTANT, 0]),
    "null": (chunked([None, None], pa.null()), [NULL, NULL]),
    "text with zone": (chunked(["2026-03-01T10:00:00Z", "2026-03-01T12:00:00+02:00", None]), [T0_US, T0_US, NULL]),
    "text without zone": (
        chunked(["2026-03-01T10:00:00", "2026-03-01 10:00", "1970-01-02"]),
        [T0_US, T0_US, INSTANT],
    ),
    "text mixed": (chunked(["2026-03-01T10:00:00Z", "2026-03-01 10:00", " 2026-03-01T05:00-0500 "]), [T0_US] * 3),
    "text compact": (
        chunked(["20260301T100000Z", "2026-03-01T10:00:00z", "2026-03-01T10:00:00,5Z"]),
        [T0_US, T0_US, T0_US + 500_000],
    ),
    "text fine": (chunked(["2026-03-01T10:00:00.0000010Z", "2026-03-01T10:00:00.0000001Z"]), [T0_US + 1, INSTANT]),
    "text not one": (
        chunked(["yesterday", "2026-02-30T00:00Z", "", " ", "1772359200"]),
        [INSTANT, INSTANT, NULL, NULL, INSTANT],
    ),
    "text dictionary": (
        chunked(pa.array(["2026-03-01T10:00:00Z", None, "2026-03-01T10:00:00Z"]).dictionary_encode()),
        [T0_US, NULL, T0_US],
    ),
    "dictionary": (chunked(pa.array([T0, None, T0]).dictionary_encode()), [T0_US, NULL, T0_US]),
    "large text": (chunked(["2026-03-01T10:00:00Z", None], pa.large_string()), [T0_US, NULL]),
    "text view": (chunked(["2026-03-01T10:00:00Z", None], pa.string_view()), [T0_US, NULL]),
    "run ends": (
        chunked(pa.RunEndEncodedArray.from_arrays([2, 3], pa.array([T0, T0 + HOUR]))),
        [T0_US, T0_US, T0_US + 3600 * 10**6],
    ),
    "numpy with nat": (chunked(np.array(["2026-03-01T10:00", "NaT"], "datetime64[us]")), [T0_US, NULL]),
}


@pytest.mark.parametrize("name", INSTANTS)
def test_instants(name: str) -> None:
    column, wanted = INSTANTS[name]
    assert instants(column) == wanted
    whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    parts = pa.chunked_array([whole.slice(i, 1) for i in range(len(whole))])
    assert instants(parts) == wanted
    assert instants(chunked(whole.slice(1))) == wanted[1:]


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-23 * 60, 23 * 60))
def test_any_written_instant_is_read_exactly(moment: datetime, minutes: int) -> None:
    try:
        local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        return
    wanted = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert instant_from_text(local.isoformat()) == wanted
    assert instants(chunked([local.isoformat()])) == [wanted]


def test_a_long_text_column_with_odd_rows() -> None:
    good = [(T0 + i * HOUR).isoformat() for i in range(3000)]
    odd = [*good[:1500], "never", None, *good[1500:]]
    values = [T0_US + i * 3600 * 10**6 for i in range(3000)]
    assert instants(chunked(odd)) == [*values[:1500], INSTANT, NULL, *values[1500:]]


D = Decimal
ENERGIES = {
    "int64 wh": (chunked([5, -5, None]), 3, [5000, -5000, NULL]),
    "int8 wh": (chunked([5, -5], pa.int8()), 3, [5000, -5000]),
    "uint64 wh": (chunked([5, 2**63], pa.uint64()), 3, [5000, ENERGY]),
    "int32 kwh": (chunked([5, 10**6, 10**6 + 1, None], pa.int32()), 6, [5_000_000, 10**12, ENERGY, NULL]),
    "int64 kwh": (chunked([2**62, -(2**63)]), 6, [ENERGY, ENERGY]),
    "float kwh": (
        chunked([0.1, 0.0000014, float("nan"), float("inf"), 1e300, None]),
        6,
        [100_000, 1, ENERGY, ENERGY, ENERGY, NULL],
    ),
    "float32 wh": (chunked([1.5, -0.25], pa.float32()), 3, [1500, -250]),
    "float16 wh": (chunked(np.array([1.5], np.float16)), 3, [1500]),
    "decimal": (chunked([D("1.2345"), D("0.0000"), None]), 6, [1_234_500, 0, NULL]),
    "decimal fine": (chunked([D("1.2345678"), D("1.2345670"), D("-0.0000010")]), 6, [ENERGY, 1_234_567, -1]),
    "decimal wide": (chunked([D("1e6"), D("1.1e30")], pa.decimal128(38, 7)), 6, [10**12, ENERGY]),
    "decimal wide and fine": (
        chunked([D("999999.5"), D("0.5"), None, D("1e-20")], pa.decimal128(38, 20)),
        6,
        [999_999_500_000, 500_000, NULL, ENERGY],
    ),
    "decimal very fine": (chunked([D("0"), D("1e-30"), D("0.5")], pa.decimal128(38, 30)), 6, [0, ENERGY, 500_000]),
    "decimal of thousands": (chunked([D("5000")], pa.decimal128(3, -3)), 3, [5_000_000]),
    "decimal of far too much": (chunked([D("1e20")], pa.decimal128(3, -20)), 3, [ENERGY]),
    "decimal32": (chunked([D("1.25"), None], pa.decimal32(5, 2)), 3, [1250, NULL]),
    "decimal64": (chunked([D("-1.25")], pa.decimal64(9, 2)), 3, [-1250]),
    "decimal256": (chunked([D("1.25"), None, D("1e60")], pa.decimal256(76, 3)), 3, [1250, NULL, ENERGY]),
    "text": (
        chunked(["1.25", "+.5", "5.", "1e3", None, "-2"]),
        6,
        [1_250_000, 500_000, 5_000_000, 10**9, NULL, -2_000_000],
    ),
    "text long zeros": (chunked(["1.250000000000000", " 7 ", "1e-6"]), 6, [1_250_000, 7_000_000, 1]),
    "text not one": (
        chunked(["1,5", "nan", "1_000", "", "inf", "0x1", "٣"]),
        6,
        [ENERGY, ENERGY, ENERGY, NULL, ENERGY, ENERGY, ENERGY],
    ),
    "text fine": (chunked(["0.0000001", "1" * 60, "1e999", "1e-999"]), 6, [ENERGY] * 4),
    "text dictionary": (chunked(pa.array(["1.5", None, "1.5"]).dictionary_encode()), 3, [1500, NULL, 1500]),
    "text view": (chunked(["1.5", None], pa.string_view()), 3, [1500, NULL]),
    "dictionary of ints": (chunked(pa.array([7, None, 7]).dictionary_encode()), 3, [7000, NULL, 7000]),
    "null": (chunked([None], pa.null()), 3, [NULL]),
    "text of many digits": (
        chunked(["9" * 5_000, "0." + "0" * 100_000, "1." + "0" * 900, "9" * 900]),
        3,
        [ENERGY, ENERGY, 1000, ENERGY],
    ),
    "limit": (
        chunked(["1000000", "1000000.000001", "-1000000", "-1000000.000001"]),
        6,
        [10**12, ENERGY, -(10**12), ENERGY],
    ),
}


@pytest.mark.parametrize("name", ENERGIES)
def test_energies(name: str) -> None:
    column, digits, wanted = ENERGIES[name]
    assert energies(column, digits) == wanted
    whole = column.chunk(0)
    assert energies(pa.chunked_array([whole.slice(i, 1) for i in range(len(whole))]), digits) == wanted
    assert energies(chunked(whole.slice(1)), digits) == wanted[1:]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6))
@example(Decimal("1.5" + "0" * 47))
@example(Decimal("1E-48"))
@example(Decimal("1E-68"))
@example(Decimal("1.25E-2"))
def test_text_energies_are_exact(number: Decimal) -> None:
    exact = number.as_integer_ratio()
    milli, rest = divmod(exact[0] * 10**6, exact[1])
    wanted = None if rest else milli
    text = format(number, "f")
    assert milli_from_text(text, 6) == wanted
    assert energies(chunked([text]), 6) == [ENERGY if wanted is None else wanted]


@given(st.integers(-(10**12), 10**12))
def test_a_float_that_was_written_from_milli_wh_comes_back(milli: int) -> None:
    assert energies(chunked([milli / 10**6]), 6) == [milli]
    assert energies(chunked([milli / 10**3]), 3) == [milli]


def one(**columns: Any) -> UsageBatch:
    """A batch of one session `a` from 10:00 to 12:00 with a total, with some columns replaced."""
    session = {"session_id": ["a"], "tariff": ["t"], "start": [T0], "end": [T0 + 2 * HOUR], "energy_wh": [5]}
    return read_usage({name: values for name, values in (session | columns).items() if values is not None})


SESSION_REFUSALS: list[tuple[dict[str, Any], Refused]] = [
    ({}, Refused.FINE),
    ({"session_id": pa.array([None], pa.string())}, Refused.NULL_VALUE),
    ({"session_id": pa.array([None], pa.int64())}, Refused.NULL_VALUE),
    ({"tariff": pa.array([None], pa.string())}, Refused.NULL_VALUE),
    ({"tariff": [None]}, Refused.NULL_VALUE),
    ({"start": [None]}, Refused.NULL_VALUE),
    ({"end": pa.array([None], pa.timestamp("us"))}, Refused.NULL_VALUE),
    ({"start": ["1999-12-31T23:59:59.999999Z"]}, Refused.INSTANT_RANGE),
    ({"end": ["2100-01-01T00:00:00.000001Z"]}, Refused.INSTANT_RANGE),
    ({"end": ["soon"]}, Refused.INSTANT_RANGE),
    ({"start": pa.array([2**63 - 1], pa.timestamp("us"))}, Refused.INSTANT_RANGE),
    ({"start": pa.array([T0_US * 1000 + 5], pa.timestamp("ns"))}, Refused.INSTANT_RANGE),
    ({"end": [T0 - HOUR]}, Refused.END_BEFORE_START),
    ({"end": [T0]}, Refused.FINE),
    ({"end": [T0 + timedelta(days=400)]}, Refused.FINE),
    ({"end": [T0 + timedelta(days=400, microseconds=1)]}, Refused.SESSION_TOO_LONG),
    ({"charging_end": [T0 + HOUR]}, Refused.FINE),
    ({"charging_end": [None]}, Refused.FINE),
    ({"charging_end": [T0 - HOUR]}, Refused.CHARGING_END),
    ({"charging_end": [T0 + 3 * HOUR]}, Refused.CHARGING_END),
    ({"charging_end": ["soon"]}, Refused.INSTANT_RANGE),
    ({"energy_wh": [None]}, Refused.NO_DATA),
    ({"energy_wh": ["five"]}, Refused.ENERGY_RANGE),
    ({"energy_wh": [float("nan")]}, Refused.ENERGY_RANGE),
    ({"energy_wh": [D("0.0001")]}, Refused.ENERGY_RANGE),
    ({"energy_wh": [-5]}, Refused.FINE),
]


@pytest.mark.parametrize("case", range(len(SESSION_REFUSALS)))
def test_session_refusals(case: int) -> None:
    columns, code = SESSION_REFUSALS[case]
    batch = one(**columns)
    assert Refused(int(batch.sessions.status[0])) == code
    assert batch.sessions.status_row.tolist() == [-1]


def test_the_limits_of_instants_are_inside() -> None:
    low = read_instants(chunked(["2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"]))
    assert low.values.tolist() == [INSTANT_MIN_US, INSTANT_MAX_US]
    assert one(start=["2000-01-01T00:00Z"], end=["2000-01-02T00:00Z"]).sessions.status.tolist() == [0]


INTERVAL_REFUSALS: list[tuple[dict[str, Any], Refused]] = [
    ({}, Refused.FINE),
    ({"start": [T0, None]}, Refused.NULL_VALUE),
    ({"end": [T0 + HOUR, None]}, Refused.NULL_VALUE),
    ({"energy_wh": [1, None]}, Refused.NULL_VALUE),
    ({"energy_wh": None, "energy_kwh": ["1", "x"]}, Refused.ENERGY_RANGE),
    ({"energy_wh": None, "energy_kwh": [1.0, float("inf")]}, Refused.ENERGY_RANGE),
    ({"end": [(T0 + HOUR).isoformat(), "later"]}, Refused.INSTANT_RANGE),
    ({"activity": ["charging", "driving"]}, Refused.UNKNOWN_ACTIVITY),
    ({"activity": ["charging", None]}, Refused.FINE),
]


@pytest.mark.parametrize("case", range(len(INTERVAL_REFUSALS)))
def test_interval_refusals_name_their_row(case: int) -> None:
    columns, code = INTERVAL_REFUSALS[case]
    sessions = {"session_id": ["z", "a"], "tariff": ["t"] * 2, "start": [T0] * 2, "end": [T0 + 2 * HOUR] * 2}
    base = {
        "session_id": ["z", "a"],
        "start": [T0, T0],
        "end": [T0 + HOUR, T0 + HOUR],
        "energy_wh": [5, 5],
    }
    intervals = {name: values for name, values in (base | columns).items() if values is not None}
    batch = read_usage(sessions, intervals)
    assert batch.sessions.status.tolist() == [0, code]
    assert batch.sessions.status_row.tolist() == [-1, 1 if code else -1]
    swapped = read_usage(sessions, {name: values[::-1] for name, values in intervals.items()})
    assert swapped.sessions.status.tolist() == [0, code]
    assert swapped.sessions.status_row.tolist() == [-1, 0 if code else -1]


def test_the_first_faulty_row_is_named() -> None:
    sessions = {"session_id": [1], "tariff": ["t"], "start": [T0], "end": [T0 + 2 * HOUR]}
    starts = [T0 + HOUR, None, T0]
    intervals = {"session_id": [1] * 3, "start": starts, "end": [T0 + HOUR] * 3, "energy_kwh": ["1", "2", "x"]}
    batch = read_usage(sessions, intervals)
    assert (batch.sessions.status.tolist(), batch.sessions.status_row.tolist()) == ([Refused.NULL_VALUE], [1])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_activities(kind: pa.DataType) -> None:
    words = ["charging", "parked", None, "withheld", "auto"]
    sessions = {"session_id": [1], "tariff": ["t"], "start": [T0], "end": [T0 + 9 * HOUR]}
    intervals = {
        "session_id": [1] * 5,
        "start": [T0 + i * HOUR for i in range(5)],
        "end": [T0 + (i + 1) * HOUR for i in range(5)],
        "energy_wh": [1] * 5,
        "activity": pa.array(words).cast(kind),
    }
    activity = read_usage(sessions, intervals).intervals.activity
    assert activity is not None
    assert (activity.dtype, activity.tolist()) == (np.uint8, [1, 2, 0, 3, 0])
    intervals["activity"] = pa.array([None] * 5, pa.string())
    assert read_usage(sessions, intervals).intervals.activity is None


@pytest.mark.parametrize(
    ("column", "codes", "names"),
    [
        (pa.array(["b", "a", None, "b"]), [0, 1, -1, 0], ("b", "a")),
        (pa.array(["a", "a", "a"], pa.string_view()), [0, 0, 0], ("a",)),
        (pa.array(["a", None], pa.large_string()), [0, -1], ("a",)),
        (pa.array([None, None], pa.string()), [-1, -1], ()),
        (pa.array([None], pa.null()), [-1], ()),
        (pa.array([], pa.string()), [], ()),
        (pa.DictionaryArray.from_arrays(pa.array([2, None, 0, 2]), ["x", "unused", "y"]), [0, -1, 1, 0], ("y", "x")),
        (pa.DictionaryArray.from_arrays(pa.array([1, 0, 2]), ["x", "x", None]), [0, 0, -1], ("x",)),
    ],
)
def test_names_are_codes_in_order_of_first_appearance(
    column: pa.Array, codes: list[int], names: tuple[str, ...]
) -> None:
    found, words = read_names(pa.chunked_array([column]))
    assert (found.dtype, found.tolist(), words) == (np.int32, codes, names)
    parts = pa.chunked_array([column.slice(0, 1), column.slice(1)], column.type)
    found, words = read_names(parts)
    assert (found.dtype, found.tolist(), words) == (np.int32, codes, names)


def test_lists_of_mixed_numbers_keep_their_digits() -> None:
    assert one(energy_wh=[D("0.1")]).intervals.energy.tolist() == [100]
    sessions = {"session_id": [1, 2], "tariff": ["t"] * 2, "start": [T0] * 2, "end": [T0 + HOUR] * 2}
    assert read_usage(sessions | {"energy_kwh": [0.1, D("0.000003")]}).intervals.energy.tolist() == [100_000, 3]
