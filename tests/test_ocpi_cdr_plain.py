"""Plain CDRs are read fast, and exactly as the careful reader reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cdr_modes import both
from cdrs import MAKERS, TARIFF, cdr_211, cdr_221, loads, mutants, period, text
from hypothesis import given, settings
from hypothesis import strategies as st

from rating.cdrs import Book
from rating.kernels.cdr_scan import scan
from rating.kernels.cdr_text import nearest_second
from rating.usage.ocpi.objects import as_json
from rating.usage.ocpi.plain import GROUPS
from rating.usage.ocpi.read import read_cdrs
from rating.usage.ocpi.texts import Chunk, split

PLAIN = ("cdr_221", "cdr_230", "cdr_211", "cdr_by_current")


def odd(*written: str) -> list[int]:
    """Which of the CDRs the scan leaves to the careful reader."""
    parts = split("\n".join(written).encode(), "cdrs")
    assert parts is not None
    found: list[int] = []
    for part in parts:
        assert isinstance(part, Chunk)
        found += scan(part.array, part.first, part.end, GROUPS).fields.odd.tolist()
    return found


def test_what_is_plain() -> None:
    written = [text(make()) for make in MAKERS]
    names = [make.__name__ for make in MAKERS]
    assert tuple(name for name, left in zip(names, odd(*written), strict=True) if not left) == PLAIN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"volume": 10,', '"volume": 1E+1,'),
        ('"volume": 10}', '"volume": 1E+1}'),
        ('"volume": 10}', '"volume": -10}'),
        ('"volume": 10}', '"volume": 10.0000001}'),
        ('"volume": 10}', '"volume": 1234567890}'),
        ('"volume": 10}', '"volume": "10"}'),
        ('"total_energy": 10', '"total_energy": 1e99'),
        ('"total_energy": 10', f'"total_energy": 10.{"0" * 64}'),
        ('"uid": "0123"', '"uid": 1e99'),
        ('"volume": 10}', '"volume": null}'),
        ('"ENERGY"', '"energy"'),
        ('"ENERGY"', '"E\\u004eERGY"'),
        ('"TIME", "volume": 0.5', '"RESERVATION_TIME", "volume": 0.5'),
        ('"PARKING_TIME", "volume": 0.5', '"RESERVATION_TIME", "volume": 0'),
        ('"TIME", "volume": 0.5', '"ENERGY", "volume": 0.5'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "2026-03-02T16:15:00Z"'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "2026-03-02T18:15:00+01:00"'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "2026-02-30T17:15:00Z"'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "2026-03-02t17:15:00z"'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "202\\"-03-02T17:15:00Z"'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "2026\\u002d03-02T17:15:00Z"'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": null'),
        ('"start_date_time": "2026-03-02T17:15:00Z", ', ""),
        ('"tariff_id": "T-1"', '"tariff_id": "t-1"'),
        ('"tariff_id": "T-1"', '"tarif_id": "T-1"'),
        ('"id": "C-1"', '"id": 1'),
        ('"id": "C-1"', '"id": "C-1", "id": "C-2"'),
        ('"end_date_time": "2026-03-02T17:45:00Z"', '"end_date_time": "2026-03-02T16:45:00Z"'),
        ('"signed_data": {', '"signed_data": {"a": ' + "[" * 40 + "]" * 40 + ", "),
        ('"signed_data"', '"credit": true, "signed_data"'),
        ('"charging_periods": [', '"charging_periods": [[], '),
    ],
)
def test_what_is_odd(old: str, new: str) -> None:
    written = text({**cdr_221(), "tariffs": None})
    if old == '"volume": 10,':
        written = written.replace('{"type": "ENERGY", "volume": 10}', '{"volume": 10, "type": "ENERGY"}')
    assert old in written, old
    changed = written.replace(old, new, 1)
    assert odd(changed, written) == [1, 0]
    both(f"{changed}\n{written}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"volume": 10}', '"volume": 10.123456000000000000}'),
        ('"volume": 10}', '"volume":\t10.0 }'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "2026-03-02T17:15:00.123456Z"'),
        ('"start_date_time": "2026-03-02T17:15:00Z"', '"start_date_time": "2026-03-02T17:15:00"'),
        ('"signed_data"', '"x \\u00e9 \\" {[": ["}", "\\\\", {"charging_periods": []}], "signed_data"'),
        ('"signed_data"', '"credit": false, "remark": null, "signed_data"'),
        ('"total_energy": 10', '"total_energy": -10.5'),
        ('"signed_data"', '"remark": "caf\u00e9 \U0001f600", "signed_data"'),
        (', "tariff_id": "T-1"', ""),
        ('"tariff_id": "T-1"', '"tariff_id": null'),
        ('"dimensions": [{"type": "PARKING_TIME", "volume": 0.5}]', '"dimensions": []'),
    ],
)
def test_what_is_plain_as_well(old: str, new: str) -> None:
    written = text(cdr_221())
    assert old in written, old
    changed = written.replace(old, new, 1)
    # A key with an escape is left to the careful reader, in whatever place.
    assert odd(changed, written) == [1 if "\\u00e9" in new else 0, 0]
    both(f"{changed}\n{written}")


@pytest.mark.parametrize("seed", range(2))
def test_mutants_are_read_alike(seed: int) -> None:
    read = both("\n".join(mutants(1500, seed)))
    assert len(read.batch.sessions.id) > 300
    assert len(read.refused) > 300


def test_bytes_that_are_no_utf8() -> None:
    good = text(cdr_221()).encode()
    bad = good.replace(b"Utrecht", b"Utr\xffcht")
    lines = b"\n".join([good, bad.replace(b"C-1", b"C-2"), good.replace(b"C-1", b"C-3")])
    read = read_cdrs(lines, Book(None, None, None).choose, scan=scan)
    assert read.batch.sessions.id.to_pylist() == ["C-1", "C-3"]
    assert [(one.place.line, one.faults[0].code) for one in read.refused] == [(2, "not_utf8")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"currency": "EUR", "tariffs"', '"currency": null, "tariffs"'),
        ('"end_date_time"', '"stop_date_time"'),
        ('"end_date_time"', '"location": {}, "end_date_time"'),
        ('"id": "C-1"', '"id": " C-1"'),
        ('"id": "C-1"', '"id": " "'),
        ('"total_cost": {"excl_vat"', '"total_cost": {"before_taxes"'),
        ('"party_id": "ABC"', '"total_costs": 1'),
        ('"country": "NLD"', '"country": "USA"'),
        ('"country": "NLD"', '"country": "NLD", "country": "NLD"'),
        ('"cdr_location": {', '"cdr_location": null, "site": {'),
    ],
)
def test_what_the_scan_does_not_see(old: str, new: str) -> None:
    written = text({**cdr_221(), "tariffs": [TARIFF]})
    assert old in written
    changed = written.replace(old, new, 1)
    assert odd(changed, written) == [0, 0]
    both(f"{changed}\n{written}")


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ('{"a": 1, "b": {"a": 1, "b": [{"a": 1}, {"a": 2}]}, "c": {"a": "b"}}', True),
        ('{"a": "a", "b": "a", "ab": "b", "abc": ["a", "a", ["b", "b"]]}', True),
        ('[{"a": 1}, {"a": 1}, "a", "a", [], {}]', True),
        ('{"a": 1, "a": 1}', False),
        ('{"a": {}, "a": []}', False),
        ('{"a": {"b": {}}, "b": {"a": {}}, "a": 1}', False),
        ('{"a": [], "b": [{"c": 1, "d": [], "c": 2}]}', False),
        ('[[{"a": {"a": 1, "a": 1}}]]', False),
        ('{"a": null, "b": true, "a": false}', False),
        ('{"a": 1, "\\u0061": 1}', False),
        ('{"\\u0061": 1}', False),
        ('{"a": "\\u0061"}', True),
        ("[" * 40 + "]" * 40, False),
        ('{"a":' * 30 + "1" + "}" * 30, False),
        ("{" + ", ".join(f'"k{n}": {{"k": {n}}}' for n in range(60)) + "}", True),
        ("{" + ", ".join(f'"k{n}": {n}' for n in range(70)) + "}", False),
    ],
)
@pytest.mark.parametrize("key", ["cdr_token", "total_energy_cost", "our_own"])
def test_keys_that_stand_twice_where_the_scan_skips(key: str, value: str, fine: bool) -> None:
    cdr = cdr_221(id="C-2")
    cdr.pop(key, None)
    changed = text(cdr).replace('"currency"', f'"{key}": {value}, "currency"', 1)
    assert odd(changed) == [0 if fine else 1]
    read = both(f"{text(cdr_221())}\n{changed}\n{text(cdr_221(id='C-3'))}")
    assert [one.faults[0].code for one in read.refused if fine] == []


def test_a_tariff_without_a_name_is_not_one_that_is_left_out() -> None:
    cdr = cdr_221()
    for one in cdr["charging_periods"]:
        del one["tariff_id"]
    written = text(cdr)
    empty = written.replace('"dimensions"', '"tariff_id": "", "dimensions"', 1).replace("C-1", "C-2")
    assert odd(written, empty) == [0, 0]
    assert [one.id for one in both(f"{written}\n{empty}").refused] == ["C-2"]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 9600), st.integers(0, 10**18 - 1))
def test_the_nearest_second(hours: int, part: int) -> None:
    exact = (2 * (hours * 10**18 + part) * 3600 + 10**18) // (2 * 10**18)
    assert nearest_second(hours, part) == exact


@settings(max_examples=100, deadline=None)
@given(st.lists(st.decimals(0, 10_000, places=6), min_size=1, max_size=8), st.data())
def test_drawn_volumes(volumes: list[Any], data: st.DataObject) -> None:
    starts = sorted(data.draw(st.lists(st.integers(0, 3_599_999_999), min_size=len(volumes), max_size=len(volumes))))
    periods = [
        {
            "start_date_time": f"2026-03-02T16:{us // 60_000_000:02}:{us // 10**6 % 60:02}.{us % 10**6:06}Z",
            "dimensions": [{"type": "ENERGY", "volume": volume}, {"type": "TIME", "volume": volume / 100}],
        }
        for us, volume in zip(starts, volumes, strict=True)
    ]
    cdr = cdr_211(start_date_time="2026-03-02T16:00:00Z", charging_periods=periods)
    read = both(f"{text(cdr)}\n{text(cdr | {'id': 'C-2'})}")
    assert read.refused == ()
    mwh = [int(volume * 10**6) for volume in volumes]
    assert read.batch.intervals.energy.tolist() == mwh * 2


@settings(max_examples=300, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_numbers_of_python_are_written_as_they_print(number: float, exact: Decimal) -> None:
    assert loads_exactly(as_json({"a": number})) == {"a": Decimal(repr(number))}
    assert loads_exactly(as_json({"b": exact})) == {"b": exact}


def loads_exactly(written: bytes | None) -> dict[str, Decimal]:
    return dict(json.loads(written or b"", parse_float=Decimal, parse_int=Decimal))


def test_parsed_values_are_scanned_too() -> None:
    cdrs = [loads(line) for line in mutants(1500, 21) if line.endswith("}") and is_json(line)]
    cdrs += [
        cdr_221(id="exact"),
        cdr_221(id="inf", charging_periods=[period("2026-03-02T16:45:00Z", ENERGY=float("inf"))]),
        7,
        None,
    ]
    fast = read_cdrs(cdrs[:-2], Book(None, None, None).choose, scan=scan)
    slow = read_cdrs(cdrs[:-2], Book(None, None, None).choose)
    assert fast.batch.sessions.id.equals(slow.batch.sessions.id)
    assert fast.batch.intervals.energy.tolist() == slow.batch.intervals.energy.tolist()
    assert [str(one.place) for one in fast.refused] == [str(one.place) for one in slow.refused]
    assert [one.faults for one in fast.refused] == [one.faults for one in slow.refused]
    assert len(read_cdrs(cdrs, Book(None, None, None).choose, scan=scan).refused) == len(slow.refused) + 2


def is_json(written: str) -> bool:
    try:
        return isinstance(json.loads(written), dict)
    except (ValueError, RecursionError):
        return False


def test_many_chunks_and_threads_come_in_order() -> None:
    lines = [text(cdr_221(id=f"C-{n}")) for n in range(3000)]
    lines[1234] = lines[1234].replace('"volume": 10}', '"volume": 1E+1}')
    lines[2000] = lines[2000].replace('"currency"', '"currenci"')
    for threads in (1, 3):
        read = read_cdrs("\n".join(lines), Book(None, None, None).choose, scan=scan, threads=threads)
        assert read.batch.sessions.id.to_pylist() == [f"C-{n}" for n in range(3000) if n != 2000]
        assert np.array_equal(read.batch.interval_first, np.arange(0, 2 * 2999 + 1, 2))
        assert [refused.id for refused in read.refused] == ["C-2000"]


@pytest.mark.parametrize("mode", ["NUMBA_BOUNDSCHECK", "NUMBA_DISABLE_JIT"])
def test_the_scan_in_other_modes(mode: str, tmp_path: Path) -> None:
    here = Path(__file__).parent
    environment = {**os.environ, mode: "1", "PYTHONPATH": os.pathsep.join([str(here.parent), str(here)])}
    environment["PYTHONWARNINGS"] = "error::RuntimeWarning"  # numpy's word for an integer that overflows
    command = [sys.executable, str(here / "cdr_modes.py")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)[:2] == [len_of(read := both("\n".join(mutants(400, 11)))), len(read.refused)]


def len_of(read: Any) -> int:
    return len(read.batch.sessions.id)
