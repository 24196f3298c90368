"""What came out of a rating, in a few numbers: for people, and as JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rating.cli.endings import one_line
from rating.cli.text import count, decimals_of, exact, heading, table
from rating.errors import Refused

_STRAY = Refused.UNKNOWN_SESSION.code


@dataclass(frozen=True, slots=True)
class Sum:
    """What was charged in one currency, or for one tariff."""

    name: str
    currency: str
    sessions: int
    energy_kwh: Decimal
    net: Decimal | None  # None, here and below: one of its sessions has a tax that is not known
    tax: Decimal | None
    gross: Decimal | None


@dataclass(frozen=True, slots=True)
class Rejects:
    """How often a code occurs among what was rejected, with the first of them."""

    code: str
    count: int
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    """`rated` sessions and `rejects`, which hold all that came in."""

    rated: int
    lines: int
    sums: tuple[Sum, ...]
    rejects: tuple[Rejects, ...]

    @property
    def rejected(self) -> int:
        """How many sessions were rejected; intervals that belong to no session are none."""
        return sum(each.count for each in self.rejects if each.code != _STRAY)

    @property
    def stray(self) -> int:
        """How many unknown sessions have intervals or readings."""
        return sum(each.count for each in self.rejects if each.code == _STRAY)


def summarise(rated: Any) -> Summary:
    """The summary of a `rating.Rated`."""
    return Summary(
        rated=rated.sessions.num_rows,
        lines=rated.lines.num_rows,
        sums=sums_by(rated.sessions, "currency"),
        rejects=_rejects(rated.rejected),
    )


def of_sums(sums: Any) -> Summary:
    """The summary of the `rating.scale.sums.Sums` of a run through files."""
    money = (Sum(each.currency, **vars(each)) for each in sums.by_currency)
    rejects = (Rejects(**vars(each)) for each in sums.rejects)
    return Summary(
        sums.sessions, sums.lines, tuple(money), tuple(sorted(rejects, key=lambda each: (-each.count, each.code)))
    )


def sums_by(sessions: Any, name: str) -> tuple[Sum, ...]:
    """Exact sums of the table `sessions` for each value of the column `name` and each currency, in that order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    amounts = ("energy_kwh", "net", "tax", "gross")
    # Chunks may have different dictionaries, which Arrow cannot group by.
    keys = {key: sessions.column(key).cast(pa.string()) for key in dict.fromkeys((name, "currency"))}
    narrow = pa.table({**keys, **{amount: sessions.column(amount) for amount in amounts}})
    every = pc.ScalarAggregateOptions(skip_nulls=False)  # with an unknown part, a sum is unknown
    sums = narrow.group_by(list(keys), use_threads=False).aggregate(
        [([], "count_all"), *((amount, "sum", every) for amount in amounts)]
    )
    found = [
        Sum(row[name], row["currency"], row["count_all"], *(row[f"{amount}_sum"] for amount in amounts))
        for row in sums.to_pylist()
    ]
    return tuple(sorted(found, key=lambda each: (each.name, each.currency)))


def _rejects(rejected: Any) -> tuple[Rejects, ...]:
    grouped = rejected.group_by("code", use_threads=False).aggregate(
        [([], "count_all"), ("place", "first"), ("message", "first")]
    )
    found = [
        Rejects(row["code"], row["count_all"], row["place_first"], row["message_first"]) for row in grouped.to_pylist()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, each.code)))


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary as JSON has it; amounts are strings, for JSON's numbers are floats in most languages."""
    return {
        "sessions": summary.rated + summary.rejected,
        "rated": summary.rated,
        "lines": summary.lines,
        "rejected": summary.rejected,
        "unknown_sessions": summary.stray,
        "amounts": [
            {
                "currency": each.currency,
                "sessions": each.sessions,
                "energy_kwh": exact(each.energy_kwh),
                **{name: _plain(getattr(each, name), each.currency) for name in ("net", "tax", "gross")},
            }
            for each in summary.sums
        ],
        "rejects": [rejects_as_json(each) for each in summary.rejects],
    }


def rejects_as_json(each: Rejects) -> dict[str, Any]:
    """One code, how often it occurs, and the first of them."""
    return {"code": each.code, "count": each.count, "first": {"place": each.place, "message": each.message}}


def _plain(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else exact(amount, decimals_of(currency))


def money(amount: Decimal | None, currency: str) -> str:
    """An amount for people, with the decimals of its currency."""
    return "not known" if amount is None else exact(amount, decimals_of(currency), grouped=True)


def sums_text(sums: tuple[Sum, ...]) -> str:
    """A table of what was charged in each currency."""
    rows = [
        (
            each.currency,
            f"{each.sessions:,}",
            exact(each.energy_kwh, 3, grouped=True),
            *(money(amount, each.currency) for amount in (each.net, each.tax, each.gross)),
        )
        for each in sums
    ]
    return table(("Currency", "Sessions", "kWh", "Net", "Tax", "Gross"), rows)


def rejects_text(summary: Summary) -> str:
    """What was rejected, code by code with the first message of each; empty where nothing was."""
    if not summary.rejects:
        return ""
    parts = [count(summary.rejected, "session")] if summary.rejected or not summary.stray else []
    parts += [f"meter data of {count(summary.stray, 'unknown session')}"] if summary.stray else []
    return rejects_block(f"Rejected {' and '.join(parts)}", summary.rejects)


def rejects_block(title: str, rejects: tuple[Rejects, ...]) -> str:
    """Codes under a heading, each with the first of its messages."""
    lines = [heading(title)]
    for each in rejects:
        lines.append(f"  {each.code}: {each.count:,}, the first at {each.place}")
        lines.append(f"    {one_line(each.message)}")
    return "\n".join(lines)
