"""What is said of a CDR that cannot be read: all of it at once, each with its place."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from cdrs import Cdr, cdr_211, cdr_221, cdr_230, dimension, loads, period, text

from rating.cdrs import read_cdrs
from rating.desk.verify import verify, verify_each

PERIOD = "charging_periods[0]"
VOLUME = f"{PERIOD}.dimensions[0].volume"


def told(cdr: Cdr, **options: Any) -> list[str]:
    """The place and the code of each fault, and that both readers say the same."""
    fast = read_cdrs(f"{text(cdr)}\n{text(cdr)}", **options).refused
    slow = read_cdrs(text(cdr), **options).refused
    assert len(fast) == 2 * len(slow)
    found = [f"{fault.place.path}: {fault.code}" for refused in slow for fault in refused.faults]
    for refused in fast:
        assert [f"{fault.place.path}: {fault.code}" for fault in refused.faults] == found
    return found


def changed(*path: str | int, value: object, cdr: Cdr | None = None) -> Cdr:
    found = deepcopy(cdr or cdr_221())
    *trail, key = path
    holder: Any = found
    for step in trail:
        holder = holder[step]
    holder[key] = value
    return found


def without(*path: str | int, cdr: Cdr | None = None) -> Cdr:
    found = deepcopy(cdr or cdr_221())
    *trail, key = path
    holder: Any = found
    for step in trail:
        holder = holder[step]
    del holder[key]
    return found


@pytest.mark.parametrize("key", ["id", "currency", "start_date_time", "end_date_time", "charging_periods"])
@pytest.mark.parametrize("how", [None, "gone"])
def test_keys_that_must_be_there(key: str, how: str | None) -> None:
    cdr = without(key) if how else changed(key, value=None)
    assert told(cdr)[0] == ": missing_key"


def test_keys_of_periods_that_must_be_there() -> None:
    assert told(without("charging_periods", 0, "start_date_time")) == [f"{PERIOD}: missing_key"]
    assert told(without("charging_periods", 0, "dimensions")) == [f"{PERIOD}: missing_key"]
    assert told(without("charging_periods", 0, "dimensions", 0, "type")) == [f"{PERIOD}.dimensions[0]: missing_key"]
    assert told(without("charging_periods", 0, "dimensions", 0, "volume")) == [f"{PERIOD}.dimensions[0]: missing_key"]
    assert told(changed("charging_periods", value=[])) == ["charging_periods: cdr_value"]


def test_keys_that_nobody_knows() -> None:
    assert told(changed("charging_periods", 0, "tarif_id", value="T-1")) == [f"{PERIOD}.tarif_id: unknown_key"]
    assert told(changed("charging_periods", 0, "x_note", value=1)) == [f"{PERIOD}.x_note: unknown_key"]
    place = f"{PERIOD}.dimensions[0].volumen: unknown_key"
    assert told(changed("charging_periods", 0, "dimensions", 0, "volumen", value=1)) == [place]
    # Beside the parts that set the price they are extensions, unless they misspell one that does.
    assert told(changed("vendor", value={"a": [1]})) == []
    assert told(changed("chargingPeriods", value=[])) == ["chargingPeriods: unknown_key"]
    assert told(changed("total_costs", value=1)) == ["total_costs: unknown_key"]
    assert told(changed("stop_date_time", value="2026-03-02T17:45:00Z"), version="2.2.1") == [
        "stop_date_time: unknown_key"
    ]


def test_a_misspelt_key_is_not_missed_as_well() -> None:
    cdr = changed("end_date_tim", value="2026-03-02T17:45:00Z", cdr=without("end_date_time"))
    refused = read_cdrs(text(cdr)).refused[0]
    assert [str(fault) for fault in refused.faults] == [
        'cdrs: end_date_tim: unknown_key: read `"end_date_tim"`, expected a key that OCPI knows, or none like it; '
        "did you mean `end_date_time`?"
    ]


@pytest.mark.parametrize(
    ("volume", "code"),
    [("10", "cdr_value"), (None, "missing_key"), (True, "cdr_value"), (Decimal("0.0000001"), "cdr_volume"),
     (10**13, "cdr_volume"), ([], "cdr_value")],
)  # fmt: skip
def test_energy(volume: object, code: str) -> None:
    place = f"{PERIOD}.dimensions[0]" if code == "missing_key" else VOLUME
    assert told(changed("charging_periods", 0, "dimensions", 0, "volume", value=volume)) == [f"{place}: {code}"]


@pytest.mark.parametrize(
    ("kind", "volume"),
    [("TIME", -1), ("TIME", 9601), ("PARKING_TIME", Decimal("-0.1")), ("MAX_POWER", -1), ("POWER", 10**7),
     ("CURRENT", -16), ("MAX_CURRENT", 10**7)],
)  # fmt: skip
def test_volumes_out_of_range(kind: str, volume: object) -> None:
    cdr = changed("charging_periods", 0, "dimensions", 0, value=dimension(kind, volume))
    cdr["charging_periods"][0]["dimensions"] = cdr["charging_periods"][0]["dimensions"][:1]
    assert told(cdr) == [f"{VOLUME}: cdr_volume"]


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("ENERGI", "did you mean `ENERGY`?"), ("energy", "did you mean `ENERGY`?"), ("KWH", "did you mean `ENERGY`?"),
        ("CHARGING_TIME", "did you mean `TIME`?"), ("PARKING", "did you mean `PARKING_TIME`?"),
        ("MAXPOWER", "did you mean `MAX_POWER`?"), ("TEMPERATURE", "delete it, if it is no part of the price"),
    ],
)  # fmt: skip
def test_a_dimension_that_is_nearly_one(kind: str, fix: str) -> None:
    (refused,) = read_cdrs(text(changed("charging_periods", 0, "dimensions", 0, "type", value=kind))).refused
    assert [fault.fix for fault in refused.faults] == [fix]


def test_dimensions() -> None:
    kind = f"{PERIOD}.dimensions[0].type: cdr_dimension"
    assert told(changed("charging_periods", 0, "dimensions", 0, "type", value="energy")) == [kind]
    assert told(changed("charging_periods", 0, "dimensions", 0, "type", value="KWH")) == [kind]
    again = changed("charging_periods", 0, "dimensions", 1, "type", value="ENERGY")
    assert told(again) == [f"{PERIOD}.dimensions[1].type: cdr_dimension"]
    assert told(changed("charging_periods", 0, "dimensions", value=[])) == []


@pytest.mark.parametrize(
    "instant",
    ["yesterday", "2026-03-02", "1999-12-31T23:59:59Z", "2100-01-01T00:00:01Z", "2026-02-29T00:00:00Z",
     "2026-03-02T16:45:00.1234567Z", "2026-03-02T24:00:01Z", "2026-03-02T16:60:00Z", "2026-13-02T16:45:00Z"],
)  # fmt: skip
def test_instants(instant: str) -> None:
    assert told(changed("start_date_time", value=instant)) == ["start_date_time: cdr_instant"]
    place = f"{PERIOD}.start_date_time: cdr_instant"
    assert told(changed("charging_periods", 0, "start_date_time", value=instant)) == [place]


def test_where_things_lie_in_time() -> None:
    assert told(changed("end_date_time", value="2026-03-02T16:00:00Z"))[0] == "end_date_time: cdr_instant"
    early = changed("charging_periods", 0, "start_date_time", value="2026-03-02T16:44:59Z")
    assert told(early) == [f"{PERIOD}.start_date_time: cdr_period"]
    late = changed("charging_periods", 1, "start_date_time", value="2026-03-02T17:45:01Z")
    assert told(late) == ["charging_periods[1].start_date_time: cdr_period"]


def test_all_faults_at_once() -> None:
    cdr = changed("currency", value=7, cdr=changed("charging_periods", 0, "dimensions", 0, "volume", value="x"))
    cdr["charging_periods"].append(period("never", ENERGY=1))
    assert told(cdr) == [
        "currency: cdr_value",
        f"{VOLUME}: cdr_value",
        "charging_periods[2].start_date_time: cdr_instant",
    ]


def test_faults_of_the_tariff_and_of_the_session_come_together() -> None:
    cdr = changed("tariffs", 0, "elements", 1, "restriction", value={}, cdr=cdr_221())
    cdr["charging_periods"].append(period("2026-03-02T17:40:00Z", RESERVATION_TIME=1))
    assert told(cdr) == ["charging_periods[2]: reservation", "tariffs[0].elements[1].restriction: unknown_key"]


def test_a_key_twice() -> None:
    written = text(cdr_221()).replace('"currency": "EUR", "tariffs"', '"currency": "EUR", "currency": "USD", "tariffs"')
    assert written.count("USD") == 1
    for source in (written, f"{written}\n{written}"):
        assert {fault.code for refused in read_cdrs(source).refused for fault in refused.faults} == {"duplicate_key"}
    again = '"dimensions": [{"type": "ENERGY", "volume": 9, "volume": 10}'
    written = text(cdr_221()).replace('"dimensions": [{"type": "ENERGY", "volume": 10}', again)
    assert again in written
    assert read_cdrs(f"{written}\n{written}").refused[1].faults[0].code == "duplicate_key"


def test_a_broken_one_among_good_ones() -> None:
    lines = [text(cdr_221(id=f"C-{n}")) for n in range(6)]
    lines[1] = lines[1][:200]
    lines[2] = lines[2].replace('"volume": 10', '"volume": "10"', 1)
    lines[3] = "[]"
    lines[4] = ""
    cdrs = read_cdrs("\n".join(lines))
    assert cdrs.batch.sessions.id.to_pylist() == ["C-0", "C-5"]
    refused = [(one.id, one.place.line, [fault.code for fault in one.faults]) for one in cdrs.refused]
    assert refused == [(None, 2, ["json_syntax"]), ("C-2", 3, ["cdr_value"])]


def test_a_credit_cdr_is_no_session() -> None:
    assert told(cdr_221(credit=True, credit_reference_id="C-0")) == ["credit: cdr_credit"]
    assert told(cdr_221(credit=False)) == []
    assert told(cdr_221(credit="yes")) == ["credit: cdr_value"]


def test_versions_are_told_or_found() -> None:
    assert told(cdr_211(), version="2.1.1") == []
    assert told(cdr_221(), version="2.2") == []
    assert told(cdr_230(), version="2.3.0") == []
    assert "stop_date_time: unknown_key" in told(cdr_211(), version="2.2.1")


@pytest.mark.parametrize(
    ("cdr", "found", "version"),
    [
        *[(cdr_211(), "2.1.1", version) for version in ("2.2.1", "2.3.0")],
        *[(cdr_221(), "2.2.1", version) for version in ("2.1.1", "2.3.0")],
        *[(cdr_230(), "2.3.0", version) for version in ("2.1.1", "2.2.1")],
    ],
)
def test_a_version_that_does_not_fit_is_said_first(cdr: Cdr, found: str, version: str) -> None:
    assert str(verify(text(cdr), version=version).problems[0]) == (
        f"cdrs: ocpi_version: read `what looks like OCPI {found}`, expected a CDR of OCPI {version}; "
        f"read it as {found} (--ocpi {found}, version=), or leave that out to have it found"
    )
    if "2.1.1" in (found, version):  # elsewhere only the costs differ, which do not price
        assert told(cdr, version=version)[0] == ": ocpi_version"
    other = cdr_221(currency=None, total_cost=None)
    assert "ocpi_version" not in {fault.code for fault in verify(text(other), version="2.2.1").problems}


@pytest.mark.parametrize("make", [cdr_211, cdr_221, cdr_230])
def test_totals_that_cannot_be_read(make: Any) -> None:
    right = make()["total_cost"]
    for value in (True, "8.50", [right], {"excl_vat": "8.50"}, {"before_taxes": Decimal("8.5"), "tax": []}, {}):
        verdict = verify(text(make() | {"total_cost": value}))
        assert verdict.outcome == "cannot"
        assert verdict.problems[0].place.path.startswith("total_cost")
    assert verify(text(make() | {"total_energy": "10"})).outcome == "cannot"


def test_taxes_of_230() -> None:
    good = {"name": "VAT", "amount": Decimal("1.79"), "percentage": 21, "account_number": "1"}
    cost = {"before_taxes": Decimal("8.5"), "taxes": [good]}
    assert verify(text(cdr_230(total_cost=cost)))
    for tax in ({"amount": 1}, {"name": "VAT"}, {"name": "VAT", "amount": "1"}, {**good, "rate": 1}, 7):
        verdict = verify(text(cdr_230(total_cost={"before_taxes": Decimal("8.5"), "taxes": [tax]})))
        assert verdict.outcome == "cannot"
        assert verdict.problems[0].place.path.startswith("total_cost.taxes[0]")


def test_items_of_a_list_are_objects_and_each_stands_for_itself() -> None:
    good, twice = text(cdr_221()), text(cdr_230(id="C-2")).replace('"uid": ', '"uid": "1", "uid": ')
    nested, response = f"[{good}]", f'{{"status_code": 1000, "data": [{good}]}}'
    read = read_cdrs(f"[{good}, {twice}, {nested}, {response}, null]")
    assert read.batch.sessions.id.to_pylist() == ["C-1"]
    places = [(fault.code, str(fault.place)) for refused in read.refused for fault in refused.faults[:1]]
    assert places == [
        ("duplicate_key", "cdrs: [1].cdr_token.uid"), ("json_shape", "cdrs: [2]"), ("missing_key", "cdrs: [3]"),
        ("json_shape", "cdrs: [4]"),
    ]  # fmt: skip
    verdicts = list(verify_each(f"[{good}, {twice}]"))
    assert [(verdict.cdr_id, verdict.outcome) for verdict in verdicts] == [("C-1", "agrees"), ("C-2", "cannot")]


def test_the_id_is_told_where_it_can_be_read() -> None:
    good = text(cdr_221())
    broken = good.replace('"volume": 10', '"volume": NaN').replace('"total_time": 1', '"total_time": 1e400')
    twice = good.replace('"volume": 10', '"volume": 10, "volume": 11')
    unsure = good.replace('"id": "C-1"', '"id": "C-1", "id": "C-2"', 1)
    response = f'{{"status_code": 1000, "data": [{good}, {broken}]}}'
    for source, where in [
        *((broken, "cdrs"), (f"{broken}\n{good}", "cdrs:1"), (f"{good}\n{broken}", "cdrs:2")),
        *((f"[{good}, {broken}]", "cdrs: [1]"), (response, "cdrs: data[1]")),
    ]:
        (refused,) = read_cdrs(source).refused
        assert (refused.id, str(refused.place)) == ("C-1", where)
        assert [fault.code for fault in refused.faults] == ["json_number", "json_number"]
        (verdict,) = (verdict for verdict in verify_each(source) if verdict.outcome == "cannot")
        assert (verdict.cdr_id, verdict.problems) == ("C-1", refused.faults)
    assert verify(broken).text.startswith("CDR C-1: cannot be verified\n")
    for source in (twice, f"[{twice}]", f"{twice}\n{twice}"):
        assert {(refused.id, len(refused.faults)) for refused in read_cdrs(source).refused} == {("C-1", 1)}
    for source in (unsure, f"[{unsure}]", good[:-40], f"[{good[:-40]}]"):
        assert [refused.id for refused in read_cdrs(source).refused] == [None]
    odd = {**loads(good), "total_energy": float("nan")}
    for value in (odd, [odd]):
        assert [refused.id for refused in read_cdrs(value).refused] == ["C-1"]
