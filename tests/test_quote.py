"""A quote is what `rate()` says of that session, and the twin: facts by facts, to the cent, and in its refusals."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import cases, random_network
from twin import exact, is_told, slow_answer, tables

import rating
import rating.quotes.quote as module
from rating.errors import InputError, SessionError, TariffError
from rating.tariff.model import Tariffs

TARIFFS = rating.load_tariffs("tariffs/")
START, END = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
PLAIN: dict[str, Any] = {"start": START, "end": END, "energy_kwh": "23.4"}


def rated(tariffs: Tariffs, tariff: str, facts: dict[str, Any], intervals: Any = None) -> Any:
    sessions = {"session_id": ["quote"], "tariff": [tariff], **{name: [value] for name, value in facts.items()}}
    return rating.rate(tariffs, sessions, intervals, on_error="raise")


def as_rated(found: rating.Quote) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    head = {name: getattr(found, name) for name in HEAD}
    return head, [line._asdict() for line in found.lines], [tax._asdict() for tax in found.taxes]


HEAD = (
    *("tariff", "tariff_version", "tariff_hash", "currency", "start", "end"),
    *("energy_kwh", "charging_s", "parked_s", "net", "tax", "gross"),
)


def of_rate(result: Any) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    (row,) = result.sessions.to_pylist()
    lines = [{name: value for name, value in line.items() if name != "session_id"} for line in result.lines.to_pylist()]
    taxes = [{name: value for name, value in tax.items() if name != "session_id"} for tax in result.taxes.to_pylist()]
    return {name: row[name] for name in HEAD}, lines, taxes


def as_twin(found: rating.Quote) -> Any:
    """In the form of `twin.bill_of`."""
    head: dict[str, Any] = {name: getattr(found, name) for name in HEAD if name not in ("tariff", "tariff_hash")}
    for name in ("energy_kwh", "charging_s", "parked_s", "net", "tax", "gross"):
        head[name] = exact(head[name])

    def plainly(row: Any) -> dict[str, Any]:
        return {k: Fraction(v) if isinstance(v, Decimal) else v for k, v in row._asdict().items()}

    return head, [plainly(line) for line in found.lines], [plainly(tax) for tax in found.taxes]


def facts_of(drawn: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The arguments of a quote, and its intervals."""
    sessions, intervals = tables([drawn])
    facts = {name: values[0] for name, values in sessions.items() if name not in ("session_id", "tariff")}
    rows = [dict(zip(intervals, row, strict=True)) for row in zip(*intervals.values(), strict=True)]
    plain = {name for name in ("activity", "power_w", "current_a") if all(row.get(name) is None for row in rows)}
    return facts, [{k: v for k, v in row.items() if k not in (*plain, "session_id")} for row in rows]


def assert_alike(tariff: Any, usage: Any) -> None:
    known, (facts, intervals) = Tariffs((tariff,)), facts_of((tariff.id, usage))
    meter = [{"session_id": "quote", **row} for row in intervals]
    try:
        expected = of_rate(rated(known, tariff.id, facts, meter))
    except (SessionError, InputError) as refusal:
        codes = [fault.code for fault in refusal.faults]
        with pytest.raises(type(refusal)) as raised:
            rating.quote(known, tariff.id, **facts, intervals=intervals)
        assert [fault.code for fault in raised.value.faults] == codes
        return
    except TariffError:
        return  # too odd for 64 bits
    found = rating.quote(known, tariff.id, **facts, intervals=intervals)
    assert as_rated(found) == expected
    twin = slow_answer(tariff, usage)
    assert as_twin(found)[0] == {name: value for name, value in twin[0].items() if name in as_twin(found)[0]}


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(case=cases() | cases(full=True))
def test_a_drawn_session_is_quoted_as_it_is_rated(case):
    tariff, usage = case
    if not is_told(usage):
        assert_alike(tariff, usage)


@pytest.mark.parametrize("seed", range(40))
def test_sessions_of_drawn_networks_are_quoted_as_they_are_rated(seed):
    tariffs, drawn = random_network(seed, full=seed % 2 == 1)
    known = {tariff.id: tariff for tariff in tariffs}
    for tariff, usage in drawn[:10]:
        if not is_told(usage):
            assert_alike(known[tariff], usage)


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("this is for the quick way")


QUICK = [
    {"start": START, "end": END, "energy_kwh": "23.4"},
    {"start": "2026-03-02T10:00:00+01:00", "end": "2026-03-02T11:30+01:00", "energy_kwh": Decimal("23.4")},
    {"start": "2026-03-02 09:00", "end": "2026-03-02T10:30:00.000000Z", "energy_kwh": 23.4},
    {"start": START.replace(tzinfo=None), "end": END.astimezone(timezone(timedelta(hours=7))), "energy_wh": 23400},
    {"start": START, "end": END, "energy_wh": "23400.0"},
    {"start": START, "end": END, "energy_wh": 23400, "membership": "gold", "evse_power_kw": 150, "connector": 2},
]


@pytest.mark.parametrize("facts", QUICK)
@pytest.mark.parametrize("tariff", sorted(TARIFFS))
def test_facts_of_any_kind_give_what_rate_gives(tariff, facts):
    more = {} if TARIFFS[tariff].time_zone else {"time_zone": "Europe/Amsterdam"}
    try:
        expected = of_rate(rated(TARIFFS, tariff, {**facts, **more}))
    except SessionError as refusal:
        faults = refusal.faults
        with pytest.raises(SessionError) as raised:
            rating.quote(TARIFFS, tariff, **facts, **more)
        assert raised.value.faults == faults
    else:
        assert as_rated(rating.quote(TARIFFS, tariff, **facts, **more)) == expected


@pytest.mark.parametrize("facts", QUICK)
def test_usual_facts_take_the_quick_way(monkeypatch, facts):
    monkeypatch.setattr(module, "_by_rate", never)
    assert rating.quote(TARIFFS, "per-kwh", **facts).gross == Decimal("9.13")


@pytest.mark.parametrize("column", ["start", "end"])
def test_intervals_take_the_quick_way_as_rows_and_as_columns(monkeypatch, column):
    rows = [
        {"start": START + timedelta(minutes=15 * i), "end": START + timedelta(minutes=15 * i + 15), "energy_wh": 1000}
        for i in range(6)
    ]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    expected = of_rate(
        rated(TARIFFS, "per-kwh", {"start": START, "end": END}, {"session_id": ["quote"] * 6, **columns})
    )
    monkeypatch.setattr(module, "_by_rate", never)
    for meter in (rows, columns):
        assert as_rated(rating.quote(TARIFFS, "per-kwh", start=START, end=END, intervals=meter)) == expected
    monkeypatch.undo()
    for meter in (pa.table(columns), rows[::-1], [{**row, "activity": None} for row in rows]):
        assert as_rated(rating.quote(TARIFFS, "per-kwh", start=START, end=END, intervals=meter)) == expected


def test_readings_are_quoted():
    readings = [{"at": START, "register_wh": 100}, {"at": END, "register_wh": 23500}]
    assert rating.quote(TARIFFS, "per-kwh", start=START, end=END, readings=readings).gross == Decimal("9.13")


def test_charging_that_ended_before_the_session_leaves_it_parked():
    facts = {**PLAIN, "charging_end": START + timedelta(minutes=30)}
    found = rating.quote(TARIFFS, "harbour-dc", **facts)
    assert as_rated(found) == of_rate(rated(TARIFFS, "harbour-dc", facts))
    assert found.parked_s == 3600


def test_an_account_and_its_plan():
    accounts = {"account": ["A"], "plan": ["gold"], "from": ["2026-01-01"], "until": [None]}
    facts = {**PLAIN, "account": "A"}
    with_plan = rating.quote(TARIFFS, "per-kwh", **facts, accounts=accounts)
    sessions = {"session_id": ["quote"], "tariff": ["per-kwh"], **{name: [value] for name, value in facts.items()}}
    result = rating.rate(TARIFFS, sessions, accounts=accounts)
    assert as_rated(with_plan) == of_rate(result)


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"energy_kwh": "-1"}, SessionError, "negative_energy"),
    ({"energy_kwh": "many"}, SessionError, "energy_range"),
    ({"energy_kwh": None}, InputError, "no_data_source"),
    ({"energy_wh": 1}, InputError, "two_units"),
    ({"start": "yesterday"}, SessionError, "instant_range"),
    ({"start": None}, SessionError, "null_value"),
    ({"start": END, "end": START}, SessionError, "end_before_start"),
    ({"charging_end": END + timedelta(hours=1)}, SessionError, "charging_end"),
    ({"start": datetime(1999, 1, 1, tzinfo=UTC)}, SessionError, "instant_range"),
    ({"start": START.date()}, InputError, "column_type"),
    ({"evse_power_kw": "much"}, SessionError, "power_range"),
    ({"intervals": 7}, InputError, "unsupported_source"),
    ({"energy_kwh": None, "intervals": []}, SessionError, "no_data"),
    ({"membership": 1.5}, InputError, "column_type"),
]


@pytest.mark.parametrize(("facts", "kind", "code"), BAD)
def test_refused_facts_say_what_is_wrong(facts, kind, code):
    with pytest.raises(kind) as raised:
        rating.quote(TARIFFS, "per-kwh", **{**PLAIN, **facts})
    assert [fault.code for fault in raised.value.faults] == [code]


def test_a_tariff_that_is_not_known_is_refused_with_one_that_is_meant():
    with pytest.raises(SessionError, match="per-kwh"):
        rating.quote(TARIFFS, "per-kw", **PLAIN)


def test_what_is_no_tariffs_is_refused():
    with pytest.raises(InputError, match="load them first"):
        rating.quote("tariffs/", "per-kwh", **PLAIN)  # type: ignore[arg-type]


def test_a_quote_says_all_in_json_and_stays_as_it_is():
    found = rating.quote(TARIFFS, "harbour-dc", **PLAIN)
    said = json.loads(found.to_json())
    assert said == found.to_dict()
    assert (said["net"], said["tax"], said["gross"], said["currency"]) == ("7.96", "1.67", "9.63", "EUR")
    assert [line["printed_amount"] for line in said["lines"]] == ["9.13", "0.50"]
    assert said["start"] == "2026-03-02T09:00:00Z"
    assert repr(found) == "Quote(harbour-dc: 23.4 kWh, net 7.96, tax 1.67, gross 9.63 EUR)"
    assert found.lines is found.lines
    with pytest.raises(AttributeError):
        found.gross = Decimal(0)  # type: ignore[misc]
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert again == found
        assert again.lines == found.lines


def test_lines_are_of_their_session_whatever_is_quoted_next():
    one, other = (
        rating.quote(TARIFFS, "per-kwh", **PLAIN),
        rating.quote(TARIFFS, "per-kwh", **{**PLAIN, "energy_kwh": 1}),
    )
    assert (one.lines[0].volume, other.lines[0].volume) == (Decimal("23.4"), Decimal(1))


def test_a_line_of_a_limit_leaves_nothing_behind_in_the_next_quote() -> None:
    """Quotes of a tariff write to the same lines: what one lacks, the next one has."""
    short = {"start": START, "end": START + timedelta(minutes=1), "energy_kwh": "0.1"}
    for facts in (short, PLAIN, short, PLAIN):
        found = rating.quote(TARIFFS, "harbour-dc", **facts)
        assert as_rated(found) == of_rate(rated(TARIFFS, "harbour-dc", facts))
        assert [line.kind for line in found.lines].count("minimum") == (facts is short)
