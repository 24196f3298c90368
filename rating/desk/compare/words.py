"""What the terminal and the page share: rows in order, hours of the week, what is not compared and what is not used."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rating.desk.compare.extremes import WHYS, Apart, Why
from rating.desk.compare.keys import HOURS_OF_WEEK
from rating.desk.compare.sides import Element
from rating.desk.compare.sums import Row
from rating.desk.compare.texts import amount, count, percent

if TYPE_CHECKING:
    from rating.desk.compare.present import Comparison

_NO_SESSION = "·"
_NAMES_MAX = 20


def ranked(rows: Iterable[Row]) -> list[Row]:
    """Currency by currency, the greatest changes first, then the greatest revenue."""
    return sorted(rows, key=lambda row: (row.currency, -abs(row.change.gross_micro), -row.old.gross_micro))


def tariffs_texts(found: Comparison) -> list[str]:
    """Which tariffs are not the same on both sides."""
    told = (
        ("differs" if len(found.differ) == 1 else "differ", found.differ),
        ("only among the old", found.only_old),
        ("only among the new", found.only_new),
    )
    texts = [f"{count(len(names), 'tariff')} {text}: {_listed(names)}" for text, names in told if names]
    return texts or ["All tariffs are the same"]


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _NAMES_MAX
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_NAMES_MAX])} and {more:,} more"


def is_moved(row: Row) -> bool:
    """Whether anybody pays anything else: if not, there is nothing to draw."""
    return row.payers.more + row.payers.less > 0


class HourCell(NamedTuple):
    """An hour of the week."""

    name: str
    row: Row | None  # None: no session starts then
    percent: int  # of the amounts to pay, rounded halves away from zero, from -99 to 99; 0 too where there were none
    short: str


def hour_cells(found: Comparison, currency: str) -> list[HourCell]:
    """All 168 of one currency."""
    group = next(group for group in found.groups if group.name == "hour of the week")
    by_name = {row.name: row for row in group.rows if row.currency == currency}
    return [_cell(name, by_name.get(name)) for name in HOURS_OF_WEEK]


def _cell(name: str, row: Row | None) -> HourCell:
    if row is None:
        return HourCell(name, None, 0, _NO_SESSION)
    change, old = row.change.gross_micro, row.old.gross_micro
    size = min(99, (2 * abs(change) * 100 + abs(old)) // (2 * abs(old))) if old else 99 if change else 0
    signed = size if change * (old or 1) > 0 else -size
    return HourCell(name, row, signed, f"{signed:+d}" if signed else "0")


def hour_text(cell: HourCell) -> str:
    """An hour for somebody who points at it."""
    if cell.row is None:
        return f"{cell.name}: no session starts"
    row = cell.row
    change = amount(row.change.gross_micro, row.currency, grouped=True, signed=True)
    of = percent(row.change.gross_micro, row.old.gross_micro)
    return f"{cell.name}: {change} {row.currency} {of}, {count(row.sessions, 'session')}"


class ApartGroup(NamedTuple):
    """Sessions that are not compared for one reason."""

    why: Why
    sessions: int
    text: str  # how many, and what the sides that rate them charge
    reasons: tuple[str, ...]  # each code of a side, how often, and what the first says
    members: tuple[Apart, ...]


def apart_groups(apart: tuple[Apart, ...]) -> list[ApartGroup]:
    """What is not compared, reason by reason."""
    found = []
    for why in WHYS:
        members = tuple(each for each in apart if each.why == why)
        if members:
            charged = [f"{text} by the {side} tariffs" for side in ("old", "new") if (text := _charged(members, side))]
            text = ", ".join([count(len(members), "session"), *charged])
            found.append(ApartGroup(why, len(members), text, tuple(_reasons(members)), members))
    return found


def _charged(members: tuple[Apart, ...], side: str) -> str:
    sums: dict[str, int] = {}
    for each in members:
        currency, micro = getattr(each, f"{side}_currency"), getattr(each, f"{side}_gross_micro")
        if currency is not None and micro is not None:
            sums[currency] = sums.get(currency, 0) + micro
    return " and ".join(f"{amount(sums[each], each, grouped=True)} {each}" for each in sorted(sums))


def _reasons(members: tuple[Apart, ...]) -> Iterable[str]:
    for side in ("old", "new"):
        refusals = [refusal for each in members if (refusal := getattr(each, f"{side}_refusal")) is not None]
        if (
            side == "new"
            and members[0].why == "rejected_by_both"
            and refusals == [each.old_refusal for each in members]
        ):
            continue  # for the same reasons
        for code in sorted({each.code for each in refusals}):
            of = [each for each in refusals if each.code == code]
            yield f"{code}, {len(of):,}: {of[0].message}"


def unused_texts(elements: tuple[Element, ...]) -> list[str]:
    """A line for each version of a tariff: its elements, with their dimensions."""
    found = []
    for (tariff, version), of in groupby(elements, key=lambda each: (each.tariff, each.version)):
        parts = [f"{name} ({', '.join(each.dimension for each in same)})" for name, same in _by_element(of)]
        found.append(f"{tariff}{'' if version == 'always' else f' from {version}'}: {'; '.join(parts)}")
    return found


def _by_element(elements: Iterable[Element]) -> Iterable[tuple[str, list[Element]]]:
    return ((name, list(each)) for name, each in groupby(elements, key=lambda each: each.element))
