"""Sessions that the kernel leaves: each variant rates them in full."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rating.compile.plan import Plan, make_plan
from rating.desk.compare.changes import Grid, Step
from rating.desk.compare.tally import Bool, Int32, Int64, Sums, add_up
from rating.errors import Refused
from rating.kernels.arrays import Totals, readonly
from rating.settle.chunks import settle
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch


class RowCosts(NamedTuple):
    """What the sessions at q rows cost."""

    net: Int64  # (q,) micro
    tax: Int64  # (q,)
    known: Bool  # (q,) rated, and its tax is known

    @classmethod
    def of(cls, totals: Totals, rows: Int64) -> RowCosts:
        """As it was found."""
        fine = totals.status[rows] == Refused.FINE
        if totals.unknown.size:
            fine &= totals.unknown[rows] == 0
        net = np.where(fine, totals.net_micro[rows, 0], 0)
        tax = np.where(fine, totals.tax_micro[rows, 0], 0) if len(totals.tax_micro) else np.zeros(rows.size, np.int64)
        return cls(net, tax, fine)


class InFull:
    """The sessions that the kernel leaves: prices that follow an index, taxes that are settled apart, great numbers."""

    def __init__(
        self,
        tariffs: Tariffs,
        batch: UsageBatch,
        plan: Plan,
        rows: Int64,
        group: Int32,
        account: Int32 | None,
        totals: Totals,
        threads: int | None,
    ) -> None:
        self.tariffs, self.batch, self.rows, self.threads, self.totals = tariffs, batch, rows, threads, totals
        self.group = group[rows]
        self.account = None if account is None or not account.size else account[rows]
        settle(batch, plan, None, sessions=readonly(rows), totals=totals, threads=threads)
        self.now = RowCosts.of(totals, rows)

    def add(self, grid: Grid, sums: Sums, each_net: Int64 | None, each_tax: Int64 | None) -> None:
        """Add what they come to now, and by each variant."""
        for column, steps in enumerate([None, *grid.variants]):
            costs = self.now if steps is None else self._by(grid, steps)
            add_up(sums, column, self.group, self.account, self.now, costs)
            if each_net is not None and each_tax is not None:
                each_net[self.rows, column] = costs.net
                each_tax[self.rows, column] = costs.tax

    def _by(self, grid: Grid, steps: tuple[Step, ...]) -> RowCosts:
        plan = make_plan(grid.apply(self.tariffs, steps), self.batch)
        totals, _ = settle(self.batch, plan, None, sessions=readonly(self.rows), threads=self.threads)
        return RowCosts.of(totals, self.rows)
