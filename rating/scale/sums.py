"""What a part of a run adds up to: exact, and the same whatever the parts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rating.accounts.names import texts_of

AMOUNTS = ("energy_kwh", "net", "tax", "gross")


@dataclass(frozen=True)
class Sum:
    """What was charged in one currency. An amount is None where one of its sessions has a tax that is not known."""

    currency: str
    sessions: int
    energy_kwh: Decimal
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None


@dataclass(frozen=True)
class Rejects:
    """How often a code occurs among what was rejected, with the first of them."""

    code: str
    count: int
    place: str
    message: str


@dataclass(frozen=True)
class Sums:
    """Counts of rows, sums by currency, and refusals by their code, each in the order of its name or code."""

    sessions: int = 0
    lines: int = 0
    taxes: int = 0
    rejected: int = 0
    intervals: int = 0  # rows of the meter that came in
    accounts: int = 0  # sessions that name an account
    by_currency: tuple[Sum, ...] = ()
    rejects: tuple[Rejects, ...] = field(default=())

    def __add__(self, other: Sums) -> Sums:
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        currencies = sorted({each.currency for each in (*self.by_currency, *other.by_currency)})
        money = tuple(
            _sum(name, [each for each in (*self.by_currency, *other.by_currency) if each.currency == name])
            for name in currencies
        )
        first: dict[str, Rejects] = {}
        for each in (*self.rejects, *other.rejects):
            before = first.get(each.code)
            first[each.code] = (
                each if before is None else Rejects(each.code, before.count + each.count, before.place, before.message)
            )
        return Sums(**counts, by_currency=money, rejects=tuple(first[code] for code in sorted(first)))


COUNTS = ("sessions", "lines", "taxes", "rejected", "intervals", "accounts")


def _sum(currency: str, parts: list[Sum]) -> Sum:
    def total(name: str) -> Any:
        values = [getattr(each, name) for each in parts]
        return None if None in values else sum(values, Decimal(0))

    return Sum(currency, sum(each.sessions for each in parts), *(total(name) for name in AMOUNTS))


def sums_of(rated: Any, intervals: int) -> Sums:
    """What a `Rated` adds up to, without its strays. `intervals`: rows of the meter that came in."""
    sessions = rated.sessions
    return Sums(
        sessions=sessions.num_rows,
        lines=rated.lines.num_rows,
        taxes=rated.taxes.num_rows,
        rejected=rated.rejected.num_rows,
        intervals=intervals,
        accounts=accounts_named(sessions),
        by_currency=_by_currency(sessions),
        rejects=_rejects(rated.rejected),
    )


def accounts_named(sessions: Any) -> int:
    """How many sessions of the table name an account."""
    if "account" not in sessions.column_names:
        return 0
    names = texts_of(sessions, "account", sessions.num_rows)
    return len(names) - int(names.null_count)


def _by_currency(sessions: Any) -> tuple[Sum, ...]:
    every = pc.ScalarAggregateOptions(skip_nulls=False)  # with an unknown part, a sum is unknown
    # Chunks may have different dictionaries, which Arrow cannot group by.
    narrow = pa.table(
        {"currency": sessions.column("currency").cast(pa.string()), **{name: sessions.column(name) for name in AMOUNTS}}
    )
    sums = narrow.group_by("currency", use_threads=False).aggregate(
        [([], "count_all"), *((name, "sum", every) for name in AMOUNTS)]
    )
    found = [
        Sum(row["currency"], row["count_all"], *(row[f"{name}_sum"] for name in AMOUNTS)) for row in sums.to_pylist()
    ]
    return tuple(sorted(found, key=lambda each: each.currency))


def _rejects(rejected: Any) -> tuple[Rejects, ...]:
    grouped = rejected.group_by("code", use_threads=False).aggregate(
        [([], "count_all"), ("place", "first"), ("message", "first")]
    )
    found = [
        Rejects(row["code"], row["count_all"], row["place_first"], row["message_first"]) for row in grouped.to_pylist()
    ]
    return tuple(sorted(found, key=lambda each: each.code))


def as_json(sums: Sums) -> dict[str, Any]:
    """The sums as JSON has them, amounts as text."""
    plain = asdict(sums)
    for each in plain["by_currency"]:
        each.update({name: None if each[name] is None else str(each[name]) for name in AMOUNTS})
    return plain


def from_json(plain: dict[str, Any]) -> Sums:
    """The sums that `as_json` wrote."""
    money = [
        {**each, **{name: None if each[name] is None else Decimal(each[name]) for name in AMOUNTS}}
        for each in plain["by_currency"]
    ]
    rejects = tuple(Rejects(**each) for each in plain["rejects"])
    return Sums(
        **{name: plain[name] for name in COUNTS}, by_currency=tuple(Sum(**each) for each in money), rejects=rejects
    )
