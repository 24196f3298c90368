"""What one plan keeps of its accounts while their sessions are priced: one object for each part of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import Claims
from rating.accounts.days import period_of
from rating.accounts.left import Left
from rating.accounts.windows import Windows
from rating.tariff.model import Tariff
from rating.tariff.plans import Loyalty, Period, Plan, covers

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Rows = NDArray[np.intp]
OldRows = tuple[Int32, Int64, Int64]  # of a state: account, date, value; dates of an account ascend


class Track:
    """A count of the sessions before one: what a loyalty's tiers or a cap go by."""

    def __init__(
        self, name: str, period: Period | None, days: int, covered: NDArray[np.bool_], claims: Claims, plan: int
    ) -> None:
        self.name, self.period, self.days = name, period, days
        self.covered = covered  # (tariffs,)
        self._claims, self._plan = claims, plan

    def start(self, old: OldRows) -> None:
        """Begin with what a state counted."""
        self.old = old

    @cached_property
    def rows(self) -> Rows:
        """The claims that count here."""
        return np.flatnonzero((self._claims.plan == self._plan) & self.covered[self._claims.tariff])

    @cached_property
    def windows(self) -> Windows:
        """What counts for each of them."""
        claims = self._claims
        account, day = claims.account[self.rows], claims.day[self.rows]
        since = self.since(day, claims.joined[self.rows])
        return Windows(self.old, account, day if self.period is None else since, since)

    def since(self, day: Int64, joined: Int64) -> Int64:
        """The first date that counts on a date."""
        if self.period is None:
            return day - self.days + 1
        return period_of(self.period, day, joined)[1]

    def covers(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether each claim counts here."""
        at = np.minimum(np.searchsorted(self.rows, rows), max(len(self.rows) - 1, 0))
        return np.asarray(self.rows[at] == rows) if len(self.rows) else np.zeros(len(rows), np.bool_)

    def count(self, rows: Rows) -> Int64:
        """What was counted before each claim, 0 where it does not count here."""
        found = np.zeros(len(rows), np.int64)
        inside = self.covers(rows)
        found[inside] = self.windows.count(np.searchsorted(self.rows, rows[inside]))
        return found

    def add(self, rows: Rows, value: Int64) -> None:
        """What each claim counts; 0 for one that was refused."""
        inside = self.covers(rows)
        self.windows.add(np.searchsorted(self.rows, rows[inside]), value[inside])


class PlanTracks:
    """All that one plan keeps, for a accounts and the tariffs of a batch."""

    def __init__(
        self, index: int, plan: Plan, claims: Claims, tariffs: Sequence[Tariff | None], kept: tuple[Int64, Int64]
    ) -> None:
        """`kept` are what accounts have left of its allowances and since when, both (allowances, a)."""

        def covered(patterns: tuple[str, ...]) -> NDArray[np.bool_]:
            found = [each is not None and covers(patterns, plan.currency, each) for each in tariffs]
            return np.array(found or [False], np.bool_)

        count = len(claims.accounts)
        self.plan = plan
        self.lefts = [Left(*each) for each in zip(plan.allowances, *kept, strict=True)]
        self.loyalty = [
            Track(each.name, each.period, each.rolling_days, covered(each.tariffs), claims, index)
            for each in plan.loyalty
        ]
        self.caps = [Track(each.name, each.period, 0, covered(each.tariffs), claims, index) for each in plan.caps]
        self.balance = np.zeros(count, np.int64)
        self.pays = covered(plan.points.tariffs) if plan.points else np.zeros(max(1, len(tariffs)), np.bool_)
        self.seen = np.zeros(count, np.bool_)  # whether the account had a session under the plan; the last one was
        self.last_day = np.zeros(count, np.int64)  # on that date
        self.last_joined = np.zeros(count, np.int64)

    def last(self, account: Int32, day: Int64, joined: Int64) -> None:
        """Keep when each account last had a session; later ones of the same account come later."""
        self.seen[account], self.last_day[account], self.last_joined[account] = True, day, joined

    def tiers(self, rows: Rows) -> list[Int64]:
        """For each loyalty the tier that each claim has reached, -1: none."""
        found = []
        for loyalty, track in zip(self.plan.loyalty, self.loyalty, strict=True):
            found.append(np.where(track.covers(rows), self.tier_at(loyalty, track.count(rows)), -1))
        return found

    @staticmethod
    def tier_at(loyalty: Loyalty, count: Int64) -> Int64:
        """The tier that each count has reached, -1: none."""
        thresholds = np.array([tier.at for tier in loyalty.tiers], np.int64)
        return np.asarray(np.searchsorted(thresholds, count, "right") - 1)
