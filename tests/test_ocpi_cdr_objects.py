"""CDRs that are parsed already, and single texts, are read fast, and exactly as the careful reader reads them."""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from cdr_modes import both
from cdrs import MAKERS, cdr_221, mutants, text
from hypothesis import given, settings
from hypothesis import strategies as st

from rating import rate_cdrs, read_cdrs
from rating.errors import Place
from rating.usage.ocpi.objects import Loose, as_json, chunks_of
from rating.usage.ocpi.records import values_of


def parsed(cdr: dict[str, Any], **options: Any) -> Any:
    return json.loads(text(cdr), **options)


def loose(*values: Any) -> list[int]:
    """Which of the values are not told as JSON."""
    parts = list(chunks_of(values_of(list(values), Place("cdrs"))))
    found = [part.value for part in parts if isinstance(part, Loose)]
    return [number for number, value in enumerate(values) if any(value is each for each in found)]


@pytest.mark.parametrize("options", [{}, {"parse_float": Decimal}, {"parse_float": Decimal, "parse_int": Decimal}])
def test_objects_are_read_as_their_text(options: dict[str, Any]) -> None:
    made = [{**make(), "id": f"C-{n}"} for n, make in enumerate(MAKERS)]
    cdrs = [parsed(cdr, **options) for cdr in made]
    assert loose(*cdrs) == []
    read, of_text = both(cdrs), both("\n".join(map(text, made)))
    assert read.batch.sessions.id.equals(of_text.batch.sessions.id)
    assert np.array_equal(read.batch.intervals.energy, of_text.batch.intervals.energy)
    for one in cdrs:
        both(one)


@pytest.mark.parametrize("seed", range(2))
def test_mutants_are_read_alike(seed: int) -> None:
    values = []
    for line in mutants(1000, seed + 50):
        try:
            values.append(json.loads(line, parse_float=Decimal if seed else None))
        except (ValueError, RecursionError):
            continue
    read = both(values)
    assert len(read.batch.sessions.id) > 200
    assert len(read.refused) > 200
    assert len(read.batch.sessions.id) + len(read.refused) == len(values)


def with_volume(volume: object) -> dict[str, Any]:
    cdr = parsed(cdr_221(id="C-2"))
    cdr["charging_periods"][0]["dimensions"][0]["volume"] = volume
    return dict(cdr)


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        (with_volume(np.float64(10.5)), True),
        (with_volume(Decimal("10.1")), True),  # beside floats
        (with_volume(float("nan")), False),
        (with_volume(Decimal("sNaN")), False),
        (with_volume(np.int64(10)), False),
        ({**parsed(cdr_221(id="C-2")), "remark": float("inf")}, False),
        ({**parsed(cdr_221(id="C-2")), "remark": b"text"}, False),
        ({**parsed(cdr_221(id="C-2")), "remark": {"a"}}, False),
        ({**parsed(cdr_221(id="C-2")), "remark": {1: "a"}}, False),
        ({**parsed(cdr_221(id="C-2")), "remark": "\ud800"}, False),
        ({**parsed(cdr_221(id="C-2")), "last_updated": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({**parsed(cdr_221(id="C-2")), "tariffs": tuple(parsed(cdr_221())["tariffs"])}, True),
        (OrderedDict(parsed(cdr_221(id="C-2"))), True),
        (MappingProxyType(parsed(cdr_221(id="C-2"))), True),
    ],
)
def test_what_json_cannot_say_is_walked(value: Any, fine: bool) -> None:
    assert loose(parsed(cdr_221()), value) == [1]
    read = both([parsed(cdr_221()), value, parsed(cdr_221(id="C-3"))])
    assert read.batch.sessions.id.to_pylist() == ["C-1", *(["C-2"] if fine else []), "C-3"]
    assert [(one.id, one.place.path[:3]) for one in read.refused] == ([] if fine else [(value["id"], "[1]")])


def test_numbers_that_only_the_careful_reader_reads() -> None:
    both([{**parsed(cdr_221()), "total_energy": 1e300}, {**parsed(cdr_221(id="C-2")), "total_energy": 1e-7}])
    for volume in (True, 2**80, 1e-7, "10", None):
        assert loose(with_volume(volume)) == []
        both([with_volume(volume), parsed(cdr_221())])


def test_what_is_no_cdr_is_refused_in_its_place() -> None:
    read = both([1, parsed(cdr_221()), [], None, {}])
    assert [one.place.path for one in read.refused] == ["[0]", "[2]", "[3]", "[4]"]
    deep: dict[str, Any] = {}
    deep["remark"] = deep
    assert [one.faults[0].code for one in both([deep]).refused] == ["json_too_deep"]
    assert [one.faults[0].code for one in both(x for x in [1]).refused] == ["json_shape"]


def test_an_answer_of_ocpi() -> None:
    answer = {"status_code": 1000, "data": [parsed(cdr_221()), {"id": "C-2"}]}
    read = both(answer)
    assert read.batch.sessions.id.to_pylist() == ["C-1"]
    assert [one.place.path for one in read.refused] == ["data[1]"]
    assert len(both({"status_code": 1000, "data": parsed(cdr_221())}).batch.sessions.id) == 1
    assert [one.place.path for one in both({"status_code": 2000, "status_message": "no"}).refused] == ["status_code"]
    looped: dict[str, Any] = {"status_code": 1000}
    looped["data"] = looped
    assert [one.faults[0].code for one in both(looped).refused] == ["json_too_deep"]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_single_text(indent: int | None, tmp_path: Path) -> None:
    written = f"\n{json.dumps(parsed(cdr_221()), indent=indent)}\n \n"
    path = tmp_path / "cdr.json"
    path.write_text(written)
    for source in (written, written.encode(), path):
        assert both(source).batch.sessions.id.to_pylist() == ["C-1"]
        broken = read_cdrs(json.dumps({**parsed(cdr_221()), "charging_period": 1}, indent=indent)).refused
        assert [(one.place.line, one.id) for one in broken] == [(None, "C-1")]
    both(written.replace('"C-1"', '"C-1", "id": "C-2"'))
    both(written[:-20])


def test_the_same_tariff_from_another_file_has_its_own_place(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.json", "b.json")]
    for path in paths:
        path.write_text(text(cdr_221(id="C-1", extra=1)).replace('"volume": 10}', '"volume": 1E+1}'))
    places = [next(iter(read_cdrs(path).tariffs.values())).place for path in paths]
    assert [Path(place.source).name for place in places] == ["a.json", "b.json"]


def test_one_after_the_other_costs_the_same_as_together() -> None:
    cdrs = [
        parsed(
            cdr_221(
                id=f"C-{day}",
                start_date_time=f"2026-03-{day:02}T16:45:00Z",
                end_date_time=f"2026-03-{day:02}T18:45:00Z",
                charging_periods=[
                    {"start_date_time": f"2026-03-{day:02}T16:45:00Z", "dimensions": [{"type": "TIME", "volume": 2}]}
                ],
            )
        )
        for day in range(1, 29)
    ]
    together = rate_cdrs(cdrs).sessions.column("gross").to_pylist()
    assert [rate_cdrs(cdr).sessions.column("gross")[0].as_py() for cdr in cdrs] == together


@settings(max_examples=2000, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 10_000))
def test_floats_are_written_as_python_prints_them(value: float) -> None:
    written = as_json({"volume": value})
    assert written is not None
    assert Decimal(written.decode()[len('{"volume":') : -1]) == Decimal(repr(value))
