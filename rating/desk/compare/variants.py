"""What each variant of a grid of changes does on real history."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import has_deals
from rating.accounts.opening import members_of
from rating.desk.compare.changes import Grid
from rating.desk.compare.keys import Key, account_of
from rating.desk.compare.one_pass import rate_all
from rating.desk.compare.sides import Side, rate_side
from rating.desk.compare.sums import Amounts, Payers
from rating.desk.compare.tally import Int32, Sums, add_up, no_sums
from rating.desk.pages.forms import Forms
from rating.errors import Refused
from rating.results.rejected import rejections
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch

NOW = "as it is"


@dataclass(frozen=True, slots=True)
class VariantRow:
    """The sessions of one currency by one variant. `variant` is 0 for prices as they are."""

    variant: int
    label: str
    steps: str  # the same without what is changed: the steps of the changes, in order
    currency: str
    sessions: int
    amounts: Amounts
    change: Amounts
    payers: Payers
    drivers: Payers | None  # None: no session names an account


@dataclass(frozen=True, slots=True)
class TariffRow:
    """The same of one tariff, without drivers: they may have sessions on others."""

    variant: int
    tariff: str
    currency: str
    sessions: int
    amounts: Amounts
    change: Amounts
    payers: Payers


@dataclass(frozen=True, slots=True)
class Rejected:
    """A session that prices as they are reject already, and so does every variant."""

    session_id: Any
    code: str
    message: str


@dataclass(frozen=True)
class GridComparison(Forms):
    """What every variant does, beside prices as they are. Amounts are in micro."""

    old_name: str
    changes: tuple[str, ...]
    variants: tuple[tuple[str, ...], ...]  # of each variant the steps, in the order of the changes
    sessions: int  # that came in
    rows: tuple[VariantRow, ...]  # prices as they are first, then variant by variant; each by currency
    tariffs: tuple[TariffRow, ...]
    rejected: tuple[Rejected, ...]
    tax_not_known: int  # sessions
    in_full: int  # sessions that every variant rated in full, instead of from the quantities of their lines
    why_in_full: str
    strays: int  # session ids of meter data that no session has

    @property
    def compared(self) -> int:
        """How many sessions are in the rows."""
        return sum(row.sessions for row in self.rows if row.variant == 0)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Those of the rows, in order."""
        return tuple(row.currency for row in self.rows if row.variant == 0)

    @property
    def text(self) -> str:
        """As the terminal prints it, in 80 columns and without colour."""
        from rating.desk.compare.grid_terminal import as_text

        return as_text(self, 80)

    @property
    def html(self) -> str:
        """One page that asks no other host for anything."""
        from rating.desk.compare.grid_page import as_html

        return as_html(self)

    def as_dict(self) -> dict[str, Any]:
        """All of it for programs; amounts are texts."""
        from rating.desk.compare.as_json import grid_as_dict

        return grid_as_dict(self)

    def __repr__(self) -> str:
        return f"GridComparison({len(self.variants)} variants, {self.compared} of {self.sessions} sessions)"


def compare_grid(
    tariffs: Tariffs, grid: Grid, batch: UsageBatch, *, name: str, accounts: Any, state: Any, threads: int | None
) -> GridComparison:
    """Rate the batch by the tariffs and by every variant of them."""
    sessions, count = batch.sessions, batch.sessions.start_us.size
    group = np.maximum(sessions.tariff, 0).astype(np.int32)
    account = account_of(sessions)
    code = _by_currency(account, tariffs, batch)
    why = ""
    if has_deals(batch, accounts, state):
        deals = _Deals(tariffs, batch, accounts, state, threads)
        sums, in_full = deals.sums(grid, group, code), count
        now = deals.now
        rejected = tuple(
            Rejected(sessions.id[i].as_py(), each.code, each.message) for i, each in sorted(now.refusals.items())
        )
        counted = now.known
        not_known = int((now.rated & ~now.known).sum())
        why = "what accounts and coupons give depends on the sessions before"
    else:
        found = rate_all(tariffs, batch, grid, group, code, threads=threads)
        sums, in_full = found.sums, int(found.in_full.size)
        count_refused = int((found.totals.status != Refused.FINE).sum())
        faults = islice(rejections(found.batch, found.plan, found.totals), count_refused)
        counted = found.totals.status == Refused.FINE
        if found.totals.unknown.size:
            counted &= found.totals.unknown == 0
        rejected = tuple(Rejected(row.session_id, row.fault.code, row.fault.message) for row in faults)
        not_known = int((found.totals.status == Refused.FINE).sum() - counted.sum())
        if in_full:
            why = "prices follow an index, taxes are told price by price, or numbers are very great"
    rows, each = _rows(tariffs, grid, batch, sums, _present(account, counted))
    return GridComparison(
        old_name=name,
        changes=tuple(change.text.strip() for change in grid.changes),
        variants=tuple(tuple(step.text for step in steps) for steps in grid.variants),
        sessions=count,
        rows=rows,
        tariffs=each,
        rejected=rejected,
        tax_not_known=not_known,
        in_full=in_full,
        why_in_full=why,
        strays=len(batch.stray),
    )


def _by_currency(account: Key | None, tariffs: Tariffs, batch: UsageBatch) -> Int32 | None:
    """A number for each account and currency, -1: none: what it pays in two is not added up."""
    if account is None:
        return None
    currencies = _currencies(tariffs, batch)
    known = sorted(set(currencies))
    of_tariff = np.array([known.index(each) for each in currencies] + [0], np.int32)
    code = account.code * len(known) + of_tariff[batch.sessions.tariff]
    return np.where(account.code < 0, np.int32(-1), code).astype(np.int32)


def _currencies(tariffs: Tariffs, batch: UsageBatch) -> list[str]:
    """Of each tariff that sessions name; empty where there is none of that name."""
    return [tariffs[name].currency if name in tariffs else "" for name in batch.sessions.tariff_names]


def _rows(
    tariffs: Tariffs, grid: Grid, batch: UsageBatch, sums: Sums, account: Key | None
) -> tuple[tuple[VariantRow, ...], tuple[TariffRow, ...]]:
    names, currencies = batch.sessions.tariff_names, _currencies(tariffs, batch)
    known = sorted(set(currencies))
    groups = [[g for g, code in enumerate(currencies) if code == each and g < len(sums.net)] for each in known]
    drivers = [_drivers(sums, account, number, known, currencies, batch) for number in range(len(known))]
    rows, each = [], []
    steps = (NOW, *(", ".join(step.text for step in each) for each in grid.variants))
    for v, (label, short) in enumerate(zip((NOW, *grid.labels()), steps, strict=True)):
        for number, (currency, of) in enumerate(zip(known, groups, strict=True)):
            if not sums.sessions[of, 0].any():
                continue
            rows.append(VariantRow(v, label, short, currency, *_told(sums, of, v), drivers[number][v]))
            used = (g for g in of if sums.sessions[g, 0])
            each += [TariffRow(v, names[g], currency, *_told(sums, [g], v)) for g in used]
    return tuple(rows), tuple(each)


def _told(sums: Sums, of: list[int], v: int) -> tuple[int, Amounts, Amounts, Payers]:
    """Sessions, amounts, their change and the payers of some groups by one variant."""

    def total(name: str, column: int) -> int:
        return int(getattr(sums, name)[of, column].sum())

    amounts, now = (Amounts(total("net", i), total("tax", i), total("net", i) + total("tax", i)) for i in (v, 0))
    sessions, more, less = (total(name, v) for name in ("sessions", "more", "less"))
    payers = Payers(more, sessions - more - less, less, total("rise", v), total("fall", v))
    return sessions, amounts, amounts - now, payers


def _present(account: Key | None, counted: NDArray[np.bool_]) -> Key | None:
    """The accounts of the sessions that count."""
    return None if account is None else account._replace(code=np.where(counted, account.code, np.int32(-1)))


def _drivers(
    sums: Sums, account: Key | None, number: int, known: list[str], currencies: list[str], batch: UsageBatch
) -> list[Payers | None]:
    """By variant, of the accounts that have sessions in one of the known currencies."""
    variants = sums.net.shape[1]
    if account is None:
        return [None] * variants
    of_tariff = np.array([each == known[number] for each in currencies] + [False])
    is_there = np.zeros(len(account.labels), bool)
    is_there[account.code[(account.code >= 0) & of_tariff[batch.sessions.tariff]]] = True
    if not len(sums.account):
        return [Payers(0, 0, 0, 0, 0)] * variants
    change = sums.account[np.flatnonzero(is_there) * len(known) + number]
    more, less = (change > 0).sum(axis=0), (change < 0).sum(axis=0)
    rise, fall = np.maximum(change, 0).sum(axis=0), np.minimum(change, 0).sum(axis=0)
    columns = zip(more.tolist(), less.tolist(), rise.tolist(), fall.tolist(), strict=True)
    return [Payers(up, len(change) - up - down, down, plus, minus) for up, down, plus, minus in columns]


class _Deals:
    """Sessions whose bills depend on those before them: each variant rates all of them in full."""

    def __init__(self, tariffs: Tariffs, batch: UsageBatch, accounts: Any, state: Any, threads: int | None) -> None:
        self._tariffs, self._batch, self._state, self._threads = tariffs, batch, state, threads
        self._members = None if accounts is None else members_of(accounts, tariffs.plans)
        self.now = self._rated(tariffs)

    def _rated(self, tariffs: Tariffs) -> Side:
        options: dict[str, Any] = {"accounts": self._members, "state": self._state, "threads": self._threads}
        return rate_side(tariffs, self._batch, **options, lines=False)

    def sums(self, grid: Grid, group: Int32, account: Int32 | None) -> Sums:
        """What all variants come to."""
        width, groups = len(grid.variants) + 1, int(group.max()) + 1 if group.size else 0
        accounts = 0 if account is None or not account.size else int(account.max()) + 1
        sums = no_sums(groups, accounts, width)
        for column, steps in enumerate([None, *grid.variants]):
            side = self.now if steps is None else self._rated(grid.apply(self._tariffs, steps))
            add_up(sums, column, group, account, self.now, side)
        return sums
