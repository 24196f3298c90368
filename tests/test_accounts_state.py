"""The state that is handed in: what no rating has written is refused, and who is late goes by the order of sessions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import rating
from rating.accounts.state import read_state
from rating.errors import InputError

TARIFFS = Path(__file__).parent.parent / "tariffs"
ROW = {"account": "a", "plan": "p", "item": "cap", "name": "n", "period": date(2026, 3, 1), "value": 1, "unit": "micro"}
RATED = {**ROW, "plan": "", "item": "rated", "name": "S-1", "period": None, "unit": "text"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"item": "miles"}, "read `item: miles`, expected one of allowance, loyalty, "),
        ({"item": "allowance", "unit": "mwh", "value": -1}, "read `value of allowance: -1`, expected a whole number"),
        ({"value": -(2**62) - 1}, "read `value of cap: -4611686018427387905`, expected a whole number from 0"),
        ({"value": 2**62 + 1}, "read `value of cap: 4611686018427387905`"),
        ({"value": None}, "read `value of cap: none`"),
        ({"unit": "mwh"}, "read `unit of cap: mwh`, expected the unit of its item"),
        ({"unit": None}, "read `unit of cap: none`"),
        ({"account": None}, "read `account of cap: none`"),
        ({"plan": ""}, "read `plan of cap: none`"),
        ({"period": None}, "read `period of cap: none`, expected a date where its item has periods"),
        ({"period": date(1970, 1, 1)}, "read `period of cap: 1970-01-01`, expected a date from 1999 to 2100"),
        ({"item": "points", "unit": "point"}, "read `period of points: 2026-03-01`"),
        ({"item": "coupon", "unit": "use", "period": None}, "read `plan of coupon: p`"),
        (RATED | {"unit": "int"}, "read `name of rated: S-1`, expected the id of a session, of its kind"),
        (RATED | {"item": "rated_coupon", "plan": "C"}, "read `account of rated_coupon: a`"),
    ],
)
def test_a_row_that_no_rating_has_written_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_state([ROW | {"name": "m"}, ROW | changes])
    [fault] = caught.value.faults
    assert str(fault).startswith(f"state, row 1: state: {said}"), str(fault)


def test_what_a_cap_counted_may_be_below_zero() -> None:
    assert read_state([ROW | {"value": -950_000}]).num_rows == 1  # a market may pay for energy


@pytest.mark.parametrize("again", [ROW, ROW | {"value": 2}])
def test_two_rows_that_say_the_same_are_refused(again: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="state, row 2: state: read `item: cap`, expected one row for it"):
        read_state([ROW, ROW | {"period": date(2026, 4, 1)}, again])
    with pytest.raises(InputError, match="state, row 1: state: read `item: rated`, expected one row for it"):
        read_state([RATED, RATED | {"name": "S-2"}])


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        (
            "value",
            [1, 3590000.5],
            "state, row 1: state: read `value: 3590000.5`, expected .* of type int64",
        ),
        ("value", ["x", "1"], "state, row 0: state: read `value: x`, expected .*, of type int64"),
        ("period", ["2026-03-01", "soon"], "state, row 1: state: read `period: soon`, expected .*, of type date32"),
        ("period", [True, False], "state: read `period of type bool`"),
    ],
)
def test_a_value_of_another_type_is_told_with_its_row(column: str, values: list[Any], said: str) -> None:
    rows = {name: [value, value] for name, value in ROW.items()}
    with pytest.raises(InputError, match=said):
        read_state(rows | {column: values})


def test_all_kinds_of_faults_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read_state([ROW | {"value": None}, RATED | {"unit": "x"}, ROW | {"period": None}])
    assert [str(fault.place) for fault in caught.value.faults] == ["state, row 0", "state, row 1", "state, row 2"]


@pytest.mark.parametrize(
    ("before", "now", "late"),
    [
        ("S-2", "S-1", True),
        ("S-2", "S-2", True),
        ("S-2", "S-3", False),
        (9, 10, False),
        (10, 9, True),
        (9, "1", False),  # numbers come first, whatever they are
        ("1", 9, True),
        ("10", "9", False),
    ],
)
def test_of_sessions_that_start_together_the_id_says_which_is_late(before: Any, now: Any, late: bool) -> None:
    tariffs = rating.load_tariffs(TARIFFS)
    accounts = {"account": ["ben"], "plan": ["day-cap"], "from": ["2026-01-01"]}

    def rate(id_: Any, state: Any) -> rating.Rated:
        row = {"session_id": id_, "tariff": "per-kwh", "energy_kwh": "1", "account": "ben"}
        times = {"start": "2026-03-02T10:00Z", "end": "2026-03-02T11:00Z"}
        return rating.rate(tariffs, [row | times], accounts=accounts, state=state)

    rated = rate(now, rate(before, None).state)
    assert rated.rejected["code"].to_pylist() == (["late"] if late else [])


def test_who_is_late_by_a_coupon_is_told_of_it(tmp_path: Path) -> None:
    head = "currency: EUR\ntime_zone: Europe/Amsterdam\n"
    (tmp_path / "t.yaml").write_text(f"tariff: t\n{head}versions:\n  - elements: [{{energy: 0.50/kWh}}]\n")
    (tmp_path / "c.yaml").write_text(f"coupon: ONCE\n{head}amount: 2.00\nuses: 1\n")
    tariffs = rating.load_tariffs(tmp_path)

    def session(day: int, account: str | None) -> dict[str, Any]:
        date = f"2026-03-{day:02}"
        own = {"session_id": day, "account": account, "coupon": "ONCE", "tariff": "t", "energy_kwh": "4"}
        return {**own, "start": f"{date}T10:00Z", "end": f"{date}T11:00Z"}

    state = rating.rate(tariffs, [session(5, "anna")]).state
    late = rating.rate(tariffs, [session(3, "bob"), session(4, None)], state=state).rejected
    assert late["code"].to_pylist() == ["late", "late"]
    first, second = late["message"].to_pylist()
    assert "a session of account bob and coupon ONCE that starts 2026-03-03T10:00:00Z, which comes late" in first
    assert "after all that the state has counted of either" in first
    assert "a session of coupon ONCE that starts" in second
