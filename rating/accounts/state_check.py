"""Rows of a state that no rating has written: each kind of fault once, at the first row that has it."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.errors import Fault, InputError, Place
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY

Bool = NDArray[np.bool_]

FIX: Final = "pass what an earlier rating gave as `.state`, untouched"
VALUE_MAX: Final = 2**62  # so that what is added to it stays in 64 bits
_UNCAST: Final = (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError)
_NO_VALUE: Final = -(2**63)


class _Rule(NamedTuple):
    """What the rows of an item have."""

    units: tuple[str, ...]
    period: bool = False
    plan: bool = False
    account: bool | None = True  # None: with and without


_RULES: Final = {
    "allowance": _Rule(("mwh", "us", "session"), period=True, plan=True),
    "loyalty": _Rule(("session", "mwh", "micro"), period=True, plan=True),
    "points": _Rule(("point",), plan=True),
    "cap": _Rule(("micro",), period=True, plan=True),
    "coupon": _Rule(("use",), account=None),
    "rated": _Rule(("int", "text")),
    "rated_coupon": _Rule(("int", "text"), plan=True, account=False),
}
ITEMS: Final = tuple(_RULES)
_UNITS: Final = tuple(dict.fromkeys(unit for rule in _RULES.values() for unit in rule.units))


def as_typed(table: Any, schema: Any) -> Any:
    """The table with these types. Raises: InputError that names the first value of each column that cannot be."""
    try:
        return table.cast(schema)
    except _UNCAST:
        pass
    faults = [_uncast(table[field.name], field) for field in schema]
    raise InputError([fault for fault in faults if fault is not None])


def _uncast(column: Any, field: Any) -> Fault | None:
    """What cannot be cast in a column: its type, or the first value that is none of that type."""

    def casts(count: int) -> bool:
        try:
            column.slice(0, count).cast(field.type)
        except _UNCAST:
            return False
        return True

    if casts(len(column)):
        return None
    want, fix = f"what `Rated.state` has there, of type {field.type}", f"{FIX}, best as Parquet, which keeps the types"
    if not casts(0):
        return Fault("state", Place("state"), f"{field.name} of type {column.type}", want, fix)
    row = bisect_left(range(1, len(column)), True, key=lambda count: not casts(count))
    return Fault("state", Place(f"state, row {row}"), f"{field.name}: {column[row].as_py()}", want, fix)


def check_state(state: Any) -> list[Fault]:
    """The faults of a table that has the columns and types of a state."""
    item = _codes(state["item"], ITEMS)
    faults = [_fault(state, "item", item < 0, f"one of {', '.join(ITEMS)}")]
    if faults[0] is not None:
        return [faults[0]]
    value = np.asarray(state["value"].fill_null(_NO_VALUE).to_numpy())
    last = np.array([name.startswith("rated") for name in ITEMS])[item]
    # Prices that follow a market may be below zero, and with them what was charged.
    least = np.where(np.asarray(pc.equal(state["unit"], "micro").fill_null(False).to_numpy()), -VALUE_MAX, 0)
    want = f"a whole number from 0 to {VALUE_MAX:,}, of what was charged from -{VALUE_MAX:,} on"
    faults.append(_fault(state, "value", (value < least) | (value > VALUE_MAX), want))
    unit = np.array([[name in rule.units for name in (*_UNITS, "")] for rule in _RULES.values()])
    known = unit[item, _codes(state["unit"], _UNITS)]
    faults.append(_fault(state, "unit", ~known, "the unit of its item"))
    faults.append(_fault(state, "name", last & known & ~_is_id(state), "the id of a session, of its kind"))
    faults += [_given(state, item, name) for name in ("account", "plan")]
    dated = np.asarray(state["period"].is_valid().to_numpy())
    asked = np.array([rule.period for rule in _RULES.values()])[item]
    faults.append(_fault(state, "period", asked != dated, "a date where its item has periods, and else none"))
    day = np.asarray(state["period"].cast(pa.int32()).fill_null(INSTANT_MIN_US // US_PER_DAY).to_numpy())
    # A period may begin up to a year before the first instant that a session may have.
    odd = (day < INSTANT_MIN_US // US_PER_DAY - 366) | (day > INSTANT_MAX_US // US_PER_DAY)
    faults.append(_fault(state, "period", odd, "a date from 1999 to 2100"))
    faults.append(_twice(state, last))
    return [fault for fault in faults if fault is not None]


def _codes(column: Any, known: tuple[str, ...]) -> NDArray[np.int32]:
    """(r,) index into known, -1: none of them."""
    found = pc.index_in(column, value_set=pa.array(known, pa.string())).fill_null(-1)
    return np.asarray(found.to_numpy()).astype(np.int32)


def _is_id(state: Any) -> Bool:
    whole = pc.match_substring_regex(state["name"], "^-?[0-9]{1,19}$")
    return np.asarray(pc.or_(pc.equal(state["unit"], "text").fill_null(False), whole).to_numpy())


def _given(state: Any, item: NDArray[np.int32], name: str) -> Fault | None:
    asked = [getattr(rule, name) for rule in _RULES.values()]
    must, must_not = (np.array([each is wanted for each in asked])[item] for wanted in (True, False))
    there = np.asarray(pc.not_equal(state[name], "").to_numpy())
    return _fault(state, name, (must & ~there) | (must_not & there), f"no {name}, or one, as its item asks for")


def _twice(state: Any, last: Bool) -> Fault | None:
    """Rows that say the same thing: of the session rated last there is one, by whatever name."""
    name = pc.if_else(pa.array(last), "", state["name"])
    keys = pa.table({**{each: state[each] for each in ("account", "plan", "item", "period")}, "name": name})
    first = keys.append_column("row", pa.array(np.arange(len(keys)))).group_by(keys.column_names).aggregate(
        [("row", "min")]
    )  # fmt: skip
    if len(first) == len(keys):
        return None
    again = np.ones(len(keys), np.bool_)
    again[first["row_min"].to_numpy()] = False
    return _fault(state, "item", again, "one row for it; this is the second")


def _fault(state: Any, name: str, odd: Bool, want: str) -> Fault | None:
    at = np.flatnonzero(odd)
    if not len(at):
        return None
    row = int(at[0])
    value = state[name][row].as_py()
    item = "" if name == "item" else f" of {state['item'][row].as_py()}"
    got = f"{name}{item}: {'none' if value in (None, '') else str(value)[:80]}"
    return Fault("state", Place(f"state, row {row}"), got, want, FIX)
