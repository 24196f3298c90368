"""Every file in tests/broken_ocpi gives exactly the message beside it, and nothing that comes in crashes."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocpi_examples import CITY_211, LINES_230, MOTORWAY_221

from rating import TariffError, load_tariffs, parse_ocpi_tariff
from rating.errors import Fault
from rating.tariff.ocpi.fields import KEYS, VERSIONS

BROKEN = Path(__file__).parent / "broken_ocpi"
FILES = sorted(path.name for path in BROKEN.iterdir() if path.suffix in (".json", ".jsonl"))
EXAMPLES = [
    json.loads(text, parse_float=Decimal)
    for text in (CITY_211, json.dumps(json.loads(MOTORWAY_221)["data"][0]), *LINES_230.splitlines())
]


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_gives_its_message(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    with pytest.raises(TariffError) as caught:
        load_tariffs(name)
    assert f"{caught.value}\n" == Path(name).with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_enough_broken_files_and_each_has_its_message() -> None:
    assert len(FILES) >= 35
    assert {Path(name).stem for name in FILES} == {path.stem for path in BROKEN.glob("*.txt")}


def test_every_fault_is_complete_and_short() -> None:
    with pytest.raises(TariffError) as caught:
        load_tariffs(BROKEN)
    for fault in caught.value.faults:
        assert fault.code
        assert fault.got
        assert fault.want
        assert fault.fix
        assert len(fault.message) < 320, fault


TOLD = {
    ("2.1.1", '"vat": 21'): "elements[0].price_components[0].vat: unknown_key: read `vat`, expected one of the keys "
    "type, price, step_size; OCPI 2.1.1 does not have it: read the tariff as 2.2.1, or delete it",
    ("2.2.1", '"tax": 21'): "elements[0].price_components[0].tax: unknown_key: read `tax`, expected one of the keys "
    "type, price, step_size, vat; did you mean `vat`?",
}


@pytest.mark.parametrize(("version", "more"), TOLD)
def test_a_component_has_the_keys_of_the_version_that_is_told(version: str, more: str) -> None:
    component = f'{{"type": "FLAT", "price": 1, {more}}}'
    text = f'{{"id": "12", "currency": "EUR", "elements": [{{"price_components": [{component}]}}]}}'
    with pytest.raises(TariffError) as caught:
        parse_ocpi_tariff(text, version, source="a.json")
    assert str(caught.value) == "a.json: " + TOLD[version, more]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("min_price", {"excl_vat": 1}),
        ("max_price", {"before_taxes": 1}),
        ("start_date_time", "2026-01-01T00:00:00Z"),
        ("end_date_time", "2026-01-01T00:00:00Z"),
        ("tax_included", "YES"),
    ],
)
def test_keys_that_set_the_price_in_a_later_version_are_not_passed_over(key: str, value: object) -> None:
    with pytest.raises(TariffError) as caught:
        parse_ocpi_tariff({**EXAMPLES[0], key: value}, "2.1.1")
    [fault] = caught.value.faults
    later = "2.3.0" if key == "tax_included" else "2.2.1"
    assert (fault.code, fault.place.path) == ("unknown_key", key)
    assert fault.fix == f"OCPI 2.1.1 does not have it: read the tariff as {later}, or delete it"


def test_several_tariffs_are_not_one() -> None:
    with pytest.raises(TariffError) as caught:
        parse_ocpi_tariff(LINES_230, source="a.json")
    assert str(caught.value) == (
        "a.json: too_many: read `2 of them`, expected one tariff; load a list of tariffs with load_tariffs"
    )


def test_too_many_faults_are_cut_short(tmp_path: Path) -> None:
    component = {"type": "ENERGY", "price": -1}
    broken = [
        {"id": str(index), "currency": "EUR", "elements": [{"price_components": [component]}]} for index in range(2000)
    ]
    (tmp_path / "a.json").write_text(json.dumps(broken))
    with pytest.raises(TariffError) as caught:
        load_tariffs(tmp_path)
    assert len(caught.value.faults) == 1001
    assert (caught.value.faults[0].code, caught.value.faults[0].got) == ("too_many", "2000 faults")


def places(value: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The trails to a value and to all of its parts."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [trail, *(found for key, item in items for found in places(item, (*trail, key)))]


ODD: list[Any] = [
    None, True, -1, 0, 10**40, Decimal("1e-9"), float("nan"), "", "24:00", "ENERGY", "9999-99-99", "\u200b", [], {},
    [[]], {"price": 1}, ["MONDAY", None],
]  # fmt: skip
WORDS = sorted(
    {key for part in KEYS.values() for version in VERSIONS for key in part[version]} | {"x", "Price", "", "a b"}
)


def faults_of(value: Any, version: str | None) -> tuple[Fault, ...]:
    """What is wrong; nothing else than a TariffError is ever raised."""
    try:
        parse_ocpi_tariff(value, version)
    except TariffError as error:
        return error.faults
    return ()


@given(st.data())
def test_a_mutated_tariff_is_read_or_refused(data: st.DataObject) -> None:
    whole = [copy.deepcopy(data.draw(st.sampled_from(EXAMPLES)))]
    for _ in range(data.draw(st.integers(1, 4))):
        trail = data.draw(st.sampled_from(places(whole)[1:]))
        holder: Any = whole
        for key in trail[:-1]:
            holder = holder[key]
        kind = data.draw(st.integers(0, 3))
        if kind == 0 and isinstance(holder, dict):
            holder[data.draw(st.sampled_from(WORDS))] = holder.pop(trail[-1])
        elif kind == 1 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[trail[-1]]))
        else:
            holder[trail[-1]] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    version = data.draw(st.sampled_from([None, *VERSIONS]))
    assert all(len(str(fault)) < 800 and str(fault).isprintable() for fault in faults_of(whole[0], version))
