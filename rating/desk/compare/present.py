"""What a change of tariffs does: all of it for two sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from rating.accounts.opening import members_of
from rating.desk.compare.extremes import Apart, Pair, Teller, apart
from rating.desk.compare.keys import Key, account_of, keys_of
from rating.desk.compare.sides import Element, Side, never_used, rate_side
from rating.desk.compare.sums import Currencies, Histogram, Int64, Payers, Row, drivers, group_rows, histogram
from rating.desk.pages.forms import Forms
from rating.kernels.insert import insert
from rating.kernels.runs import find_runs
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch
from rating.usage.read import read_usage


class Grouped(NamedTuple):
    """The rows of one key."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Comparison(Forms):
    """What a change of tariffs does on real history. Amounts are in micro; all sums are over compared sessions."""

    old_name: str
    new_name: str
    sessions: int  # that came in
    totals: tuple[Row, ...]  # by currency
    groups: tuple[Grouped, ...]
    drivers: dict[str, Payers]  # by currency; none where no session names an account
    histograms: tuple[Histogram, ...]  # by currency
    apart: tuple[Apart, ...]  # the sessions that are not compared
    unused_old: tuple[Element, ...]  # among the tariffs of this history
    unused_new: tuple[Element, ...]
    only_old: tuple[str, ...]  # tariffs
    only_new: tuple[str, ...]
    differ: tuple[str, ...]  # tariffs on both sides that can come to other amounts
    tariffs_used: tuple[str, ...]  # by compared sessions
    strays: int  # session ids of meter data that no session has
    _tell: Callable[[], tuple[Pair, ...]] = field(repr=False, compare=False)

    @property
    def compared(self) -> int:
        """How many sessions are compared: the others are in `apart`."""
        return self.sessions - len(self.apart)

    @cached_property
    def largest(self) -> tuple[Pair, ...]:
        """The ten sessions of each currency whose bills rise most, then fall most, told by both sides."""
        return self._tell()

    @property
    def text(self) -> str:
        """As the terminal prints it, in 80 columns and without colour."""
        from rating.desk.compare.terminal import as_text

        return as_text(self, 80)

    @property
    def html(self) -> str:
        """One page that asks no other host for anything."""
        from rating.desk.compare.page import as_html

        return as_html(self)

    def as_dict(self) -> dict[str, Any]:
        """All of it for programs; amounts are texts."""
        from rating.desk.compare.as_json import as_dict

        return as_dict(self)

    def __repr__(self) -> str:
        return f"Comparison({self.compared} of {self.sessions} sessions)"


def read_history(sessions: Any, intervals: Any, readings: Any) -> UsageBatch:
    """The batch of a history, read once for all sides."""
    return read_usage(sessions, intervals, readings, find_runs=find_runs, insert=insert)


def compare_sides(
    old: Tariffs,
    new: Tariffs,
    batch: UsageBatch,
    *,
    names: tuple[str, str],
    accounts: Any,
    state: Any,
    by: str | None,
    threads: int | None,
) -> Comparison:
    """Rate the batch by both, and compare."""
    keys = keys_of(batch, old, new, by)
    sides = []
    for tariffs in (old, new):
        found = None if accounts is None else members_of(accounts, tariffs.plans)
        sides.append(rate_side(tariffs, batch, accounts=found, state=state, threads=threads))
    return _compared(batch, sides[0], sides[1], keys, names, Teller(batch, sides[0], sides[1], accounts, state))


def _compared(
    batch: UsageBatch, old: Side, new: Side, keys: tuple[Key, ...], names: tuple[str, str], teller: Teller
) -> Comparison:
    among = _among(batch, old, new)
    change = new.gross[among.rows] - old.gross[among.rows]
    account = account_of(batch.sessions)
    codes = np.unique(batch.sessions.tariff[among.rows]).tolist()
    used = {batch.sessions.tariff_names[code] for code in codes}
    both = [name for name in old.tariffs if name in new.tariffs]
    return Comparison(
        old_name=names[0],
        new_name=names[1],
        sessions=batch.sessions.start_us.size,
        totals=group_rows(None, old, new, among),
        groups=tuple(Grouped(key.name, group_rows(key, old, new, among)) for key in keys),
        drivers=drivers(account, change, among),
        histograms=tuple(histogram(each, change[among.code == i]) for i, each in enumerate(among.names)),
        apart=apart(batch, old, new),
        unused_old=never_used(old, used),
        unused_new=never_used(new, used),
        only_old=tuple(name for name in old.tariffs if name not in new.tariffs),
        only_new=tuple(name for name in new.tariffs if name not in old.tariffs),
        differ=tuple(name for name in both if old.tariffs[name].hash != new.tariffs[name].hash),
        tariffs_used=tuple(name for name in old.tariffs if name in used),
        strays=len(batch.stray),
        _tell=lambda: tuple(teller.largest(change, among, account)),
    )


def _among(batch: UsageBatch, old: Side, new: Side) -> Currencies:
    """The sessions that both sides rate, in one currency."""
    tariffs = batch.sessions.tariff_names
    codes: dict[str, int] = {}
    of_tariff = []
    for name in tariffs:
        pair = {side.tariffs[name].currency if name in side.tariffs else None for side in (old, new)}
        currency = pair.pop() if len(pair) == 1 else None
        of_tariff.append(-1 if currency is None else codes.setdefault(currency, len(codes)))
    code = np.array([*of_tariff, -1], np.int64)[batch.sessions.tariff]
    rows: Int64 = np.flatnonzero(old.known & new.known & (code >= 0))
    # In the order of the alphabet, and without those that no session is in.
    used = sorted(each for each, number in codes.items() if (code[rows] == number).any())
    place = np.zeros(max(1, len(codes)), np.int64)
    for number, currency in enumerate(used):
        place[codes[currency]] = number
    return Currencies(rows, place[code[rows]], tuple(used))
