"""The largest changes each way, each with the story of its bill on both sides; and sessions that are not compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from rating.desk.compare.keys import Key
from rating.desk.compare.sides import Refusal, Side
from rating.desk.compare.sums import Currencies
from rating.desk.explain import Explanation
from rating.desk.history import bill_of
from rating.reference import Bill, tell
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch

Int64 = NDArray[np.int64]

LARGEST: Final = 10  # each way, in each currency

Why = Literal["rejected_by_new", "rejected_by_old", "rejected_by_both", "tax_not_known", "currency_changed"]
WHYS: Final[tuple[Why, ...]] = (
    *("rejected_by_new", "rejected_by_old", "rejected_by_both"),
    *("tax_not_known", "currency_changed"),
)


@dataclass(frozen=True, slots=True)
class Apart:
    """A session that is not compared; its amounts are None where it has none."""

    session_id: Any
    tariff: str
    why: Why
    old_currency: str | None
    old_gross_micro: int | None
    new_currency: str | None
    new_gross_micro: int | None
    old_refusal: Refusal | None
    new_refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A session whose bill changes much, told by both sides."""

    session_id: Any
    tariff: str
    account: str | None
    currency: str
    old_gross_micro: int
    new_gross_micro: int
    old: Explanation
    new: Explanation

    @property
    def old_story(self) -> str:
        """Why it cost that much."""
        return tell(self.old.bill)

    @property
    def new_story(self) -> str:
        """Why it would cost that much."""
        return tell(self.new.bill)

    @property
    def change_micro(self) -> int:
        """The new amount less the old one."""
        return self.new_gross_micro - self.old_gross_micro


def apart(batch: UsageBatch, old: Side, new: Side) -> tuple[Apart, ...]:
    """Every session that is not compared, in the order in which they came in."""
    sessions = batch.sessions
    names = [*sessions.tariff_names, ""]
    currencies = [
        [side.tariffs[name].currency if name in side.tariffs else None for name in names] for side in (old, new)
    ]
    differ = np.array([a != b for a, b in zip(*currencies, strict=True)])[sessions.tariff]
    found = []
    for i in np.flatnonzero(~(old.known & new.known) | differ).tolist():
        code = int(sessions.tariff[i])
        amounts = [int(side.gross[i]) if side.known[i] else None for side in (old, new)]
        paid_in = [each[code] if side.rated[i] else None for each, side in zip(currencies, (old, new), strict=True)]
        why = _why(bool(old.rated[i]), bool(new.rated[i]), None not in amounts)
        found.append(
            Apart(
                sessions.id[i].as_py(),
                names[code],
                why,
                paid_in[0],
                amounts[0],
                paid_in[1],
                amounts[1],
                old.refusals.get(i),
                new.refusals.get(i),
            )
        )
    return tuple(found)


def _why(old_rated: bool, new_rated: bool, known: bool) -> Why:
    if not old_rated and not new_rated:
        return "rejected_by_both"
    if old_rated and new_rated:
        return "currency_changed" if known else "tax_not_known"
    return "rejected_by_new" if old_rated else "rejected_by_old"


class Teller:
    """Tells the bill of a session by both sides."""

    def __init__(self, batch: UsageBatch, old: Side, new: Side, accounts: Any, state: Any) -> None:
        self._batch, self._old, self._new = batch, old, new
        self._options = {"accounts": accounts, "state": state}

    def largest(self, change: Int64, among: Currencies, account: Key | None) -> Iterator[Pair]:
        """In each currency the sessions whose bills rise most, then those that fall most; of equal ones those that came
        in first.
        """
        for number, currency in enumerate(among.names):
            of = np.flatnonzero(among.code == number)
            order = of[np.argsort(-change[of], kind="stable")]
            rises = [j for j in order[:LARGEST].tolist() if change[j] > 0]
            order = of[np.argsort(change[of], kind="stable")]
            falls = [j for j in order[:LARGEST].tolist() if change[j] < 0]
            for j in (*rises, *falls):
                yield self._pair(int(among.rows[j]), currency, account)

    def _pair(self, i: int, currency: str, account: Key | None) -> Pair:
        sessions = self._batch.sessions
        code = -1 if account is None else int(account.code[i])
        return Pair(
            sessions.id[i].as_py(),
            sessions.tariff_names[sessions.tariff[i]],
            None if account is None or code < 0 else account.labels[code],
            currency,
            int(self._old.gross[i]),
            int(self._new.gross[i]),
            self._told(self._old.tariffs, i),
            self._told(self._new.tariffs, i),
        )

    def _told(self, tariffs: Tariffs, i: int) -> Explanation:
        bill = bill_of(tariffs, self._batch, i, **self._options)
        assert isinstance(bill, Bill)
        return Explanation(bill)
