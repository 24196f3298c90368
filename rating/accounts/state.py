"""What a rating keeps for the next one, as a table whose rows are those of `reference.state`, where they are described:
here they are columns, read and written for all accounts at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.state_check import FIX, as_typed, check_state
from rating.errors import Fault, InputError, Place
from rating.usage.tables import to_source

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

SCHEMA = pa.schema(
    [
        ("account", pa.string()),
        ("plan", pa.string()),
        ("item", pa.string()),
        ("name", pa.string()),
        ("period", pa.date32()),
        ("value", pa.int64()),
        ("unit", pa.string()),
    ]
)
NO_PERIOD = -(2**31)
COUNT_UNITS = {"sessions": "session", "energy": "mwh", "spend": "micro"}
ALLOWANCE_UNITS = {"sessions": "session", "energy": "mwh", "time": "us", "parking_time": "us"}
# Stored with the table where its format has room for it, as Parquet and Arrow files have.
VERSION_KEY, VERSION = b"rating.state", b"1"
_ORDER = ("account", "plan", "item", "name", "dated", "period")


class Kept(NamedTuple):
    """Rows of one plan, item and name, for accounts by their number."""

    account: Int32  # (r,)
    period: Int64  # (r,) days since 1970-01-01, NO_PERIOD: none
    value: Int64  # (r,)


NOTHING = Kept(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))


class OldState:
    """The state that a rating begins with: the rows of the accounts of its batch, and the others, which stay."""

    def __init__(self, table: Any, accounts: Any) -> None:
        """`accounts` (a,) are those of the batch; the account `` (none) is number a."""
        if table is None:
            self.others = self.mine = SCHEMA.empty_table()
            self.code = np.empty(0, np.int32)
            self._kinds: dict[tuple[str, str, str], NDArray[np.intp]] = {}
            return
        self.table = read_state(table)
        known = pa.concat_arrays([accounts.cast(pa.string()), pa.array([""])])
        number = pc.index_in(self.table["account"], value_set=known).fill_null(-1)
        code = np.asarray(number.to_numpy()).astype(np.int32)
        self.others = self.table.filter(pa.array(code < 0))
        self.mine = self.table.filter(pa.array(code >= 0))
        self.code = code[code >= 0]  # the account of each of `mine`
        self._kinds = _kinds(self.mine)

    def rows(self, plan: str, item: str, name: str) -> Kept:
        """The rows of a part of a plan, those of an account by their period."""
        at = self._kinds.get((plan, item, name))
        return NOTHING if at is None else self._kept(at)

    def last(self, plan: str, item: str) -> tuple[Int32, list[tuple[int, int | str]]]:
        """The accounts, and start and id of the session that each rated last: (account, [(start_us, id)])."""
        found = [at for (each, kind, _), at in self._kinds.items() if each == plan and kind == item]
        at = np.concatenate(found) if found else np.empty(0, np.intp)
        rows = self.mine.select(["value", "name", "unit"]).take(pa.array(at))
        each = zip(*(column.to_pylist() for column in rows.columns), strict=True)
        return self.code[at], [(value, int(name) if unit == "int" else name) for value, name, unit in each]

    def _kept(self, at: NDArray[np.intp]) -> Kept:
        rows = self.mine.take(pa.array(at))
        period = rows["period"].cast(pa.int32()).fill_null(NO_PERIOD).to_numpy().astype(np.int64)
        found = Kept(self.code[at], period, rows["value"].to_numpy())
        order = np.lexsort((found.period, found.account))
        return Kept(found.account[order], found.period[order], found.value[order])


def _kinds(table: Any) -> dict[tuple[str, str, str], NDArray[np.intp]]:
    """The rows of each plan, item and name; all rows of `rated` items by an empty name."""
    last = pc.starts_with(table["item"], "rated")
    name = pc.if_else(last, "", table["name"])
    groups = table.set_column(3, "name", name).append_column("row", pa.array(np.arange(len(table))))
    found = groups.group_by(["plan", "item", "name"]).aggregate([("row", "list")])
    return {
        (plan, item, each): np.array(rows, np.intp)
        for plan, item, each, rows in zip(*(found[column].to_pylist() for column in
                                            ("plan", "item", "name", "row_list")), strict=True)
    }  # fmt: skip


def read_state(table: Any) -> Any:
    """The state as it was given back by a rating, whatever library it was stored by.

    Raises: InputError where it is none.
    """
    if table is None:
        return SCHEMA.empty_table()
    faults: list[Fault] = []
    source = to_source(table, "state", faults)
    if source is None:
        raise InputError(faults)
    version = (source.table.schema.metadata or {}).get(VERSION_KEY, VERSION)
    if version != VERSION:
        got, want = f"a state of version {version.decode(errors='replace')}", f"version {VERSION.decode()}"
        fix = "rate with the release of rating that wrote it, or rate again from the state before it"
        raise InputError([Fault("state_version", Place("state"), got, want, fix)])
    missing = [name for name in SCHEMA.names if not source.has(name)]
    if missing:
        got = f"no column {missing[0]}, but {', '.join(source.names) or 'no columns'}"
        want = f"the columns {', '.join(SCHEMA.names)}, as `Rated.state` has them"
        raise InputError([Fault("state", Place("state"), got, want, FIX)])
    found = as_typed(source.table.select(SCHEMA.names), SCHEMA)
    for name in ("account", "plan", "name"):  # CSV files do not tell an empty text from none
        found = found.set_column(SCHEMA.names.index(name), name, found[name].fill_null(""))
    if faults := check_state(found):
        raise InputError(faults)
    return found


class NewState:
    """The rows that a rating leaves, part by part."""

    def __init__(self, accounts: Any) -> None:
        self._accounts = pa.concat_arrays([accounts.cast(pa.string()), pa.array([""])])
        self._tables: list[Any] = []

    def keep(self, plan: str, item: str, name: str | list[str], rows: Kept, unit: str) -> None:
        """Add the rows of a part of a plan."""
        count = len(rows.account)
        if not count:
            return

        def texts(value: str | list[str]) -> Any:
            return pa.array([value] * count if isinstance(value, str) else value, pa.string())

        none = rows.period == NO_PERIOD
        period = pa.array(np.where(none, 0, rows.period).astype(np.int32), mask=none).cast(pa.date32())
        columns = [self._accounts.take(pa.array(rows.account)), texts(plan), texts(item), texts(name), period,
                   pa.array(rows.value, pa.int64()), texts(unit)]  # fmt: skip
        self._tables.append(pa.table(columns, schema=SCHEMA))

    def table(self, others: Any) -> Any:
        """All rows, with those of accounts that were not in the batch, in order."""
        found = pa.concat_tables([others, *self._tables])
        keys = found.append_column(
            "dated", found["period"].is_valid().cast(pa.int8())
        )  # what has no period comes first
        order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in _ORDER])
        return found.take(order).combine_chunks().replace_schema_metadata({VERSION_KEY: VERSION})
