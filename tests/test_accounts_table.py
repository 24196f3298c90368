"""The table of accounts: which moments it takes, and that all that is wrong with it is told at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import rating
import rating.accounts.members as members_module
from rating.accounts.members import Members, find_members
from rating.errors import Fault
from rating.tariff.load import parse_plan
from rating.tariff.plans import Plans
from rating.usage.accounts import read_accounts

PLANS = Plans(
    tuple(parse_plan(f"{{plan: {name}, currency: EUR, time_zone: Europe/Berlin}}") for name in ("gold", "silver"))
)

Row = tuple[Any, Any, Any, Any]


def members(rows: list[Row]) -> Members:
    """What a table with these rows says."""
    columns = zip(*rows, strict=True)
    return find_members(read_accounts(dict(zip(("account", "plan", "from", "until"), columns, strict=True))), PLANS)


def faults(rows: list[Row]) -> list[Fault]:
    """What is wrong with the rows."""
    with pytest.raises(rating.InputError) as caught:
        members(rows)
    return list(caught.value.faults)


def told(rows: list[Row]) -> list[tuple[str, str]]:
    """The codes of the faults, with their places."""
    return [(fault.code, fault.place.source) for fault in faults(rows)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    rows: list[Row] = [
        ("a", "gold", "2026-01-01", "2026-02-01"),
        ("a", "silver", "2026-01-20", None),
        ("b", "glod", "2026-01-01", None),
        ("c", "gold", "2026-02-01", "2026-02-01"),
        ("d", "gold", "2026-13-01", None),
        (None, "gold", "2026-01-01", None),
        ("e", "glod", "2026-02-01", "2026-01-01"),
        ("f", "gold", None, None),
        ("g", " ", "2026-01-01", None),
    ]
    assert sorted(told(rows)) == [
        ("account_span", "accounts, row 3"),
        ("account_span", "accounts, row 6"),
        ("moment", "accounts, row 4"),
        ("null_value", "accounts, row 5"),
        ("null_value", "accounts, row 7"),
        ("null_value", "accounts, row 8"),
        ("two_plans", "accounts, row 1"),
        ("unknown_plan", "accounts, row 2"),
        ("unknown_plan", "accounts, row 6"),
    ]


def test_what_cannot_be_read_is_no_overlap_and_no_span() -> None:
    assert told([("a", "gold", "soon", None), ("a", "silver", "2026-01-01", None)]) == [("moment", "accounts, row 0")]
    assert told([("a", "gold", "2026-01-01", "then")]) == [("moment", "accounts, row 0")]
    assert told([("a", "gold", "1999-01-01", "1998-01-01")]) == [("instant_range", "accounts, row 0")] * 2


def test_each_row_within_a_longer_one_is_told() -> None:
    rows: list[Row] = [
        ("a", "gold", "2026-01-01", None),
        ("a", "silver", "2026-02-01", "2026-02-02"),
        ("a", "silver", "2026-03-01", "2026-03-02"),
    ]
    assert told(rows) == [("two_plans", "accounts, row 1"), ("two_plans", "accounts, row 2")]


@pytest.mark.parametrize("text", ["2026-03-01T00:00", "2026-03-01 00:00:00", "2026-03-01T12:30:00.5"])
def test_an_instant_needs_its_offset(text: str) -> None:
    (fault,) = faults([("a", "gold", text, None)])
    assert (fault.code, fault.got) == ("moment", f"from: {text}")
    assert fault.fix == f"write its offset from UTC, such as {text}+01:00 or {text}Z, or the date alone"


@pytest.mark.parametrize(
    "text", ["2026-02-28T23:00Z", "2026-03-01T00:00+01:00", "2026-03-01 00:00:00+0100", "2026-03-01T00:00+01"]
)
def test_an_instant_with_an_offset_is_taken(text: str) -> None:
    assert members([("a", "gold", text, None)]).from_us.tolist() == [1_772_319_600_000_000]


def test_without_a_zone_midnights_are_dates_and_nothing_else_is_taken() -> None:
    midnight, noon = datetime(2026, 3, 1), datetime(2026, 4, 1, 12)  # noqa: DTZ001
    assert members([("a", "gold", midnight, None)]).from_us.tolist() == [1_772_319_600_000_000]
    assert told([("a", "gold", midnight, None), ("b", "gold", noon, None)]) == [("moment", "accounts, row 1")]
    assert members([("a", "gold", noon.replace(tzinfo=UTC), None)]).from_us.tolist() == [1_775_044_800_000_000]


def test_first_days_are_those_of_the_zone_of_each_plan_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    zones = {"gold": "Europe/Berlin", "silver": "America/New_York", "bronze": "Europe/Berlin"}
    plans = Plans(tuple(parse_plan(f"{{plan: {name}, currency: EUR, time_zone: {zones[name]}}}") for name in zones))
    rows = [(f"a{number}", list(zones)[number % 3], f"20{number % 99:02}-07-01", "2099-12-31") for number in range(200)]
    columns = dict(zip(("account", "plan", "from", "until"), zip(*rows, strict=True), strict=True))
    found = []
    for days_max in (members_module._DAYS_MAX, 0):
        monkeypatch.setattr(members_module, "_DAYS_MAX", days_max)
        found.append(find_members(read_accounts(columns), plans))
    for number, (_, plan, start, _) in enumerate(rows):
        local = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zones[plan]))
        assert [each.from_us[number] for each in found] == [int(local.timestamp()) * 1_000_000] * 2
    assert found[0].until_us.tolist() == found[1].until_us.tolist()
