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
        self._tariffs, self._batch, self._rows, self._threads = tariffs, batch, rows, threads
        self._group = group[rows]
        self._account = None if account is None or not account.size else account[rows]
        settle(batch, plan, None, sessions=readonly(rows), totals=totals, threads=threads)
        self._now = RowCosts.of(totals, rows)

    def add(self, grid: Grid, sums: Sums, each_net: Int64 | None, each_tax: Int64 | None) -> Int64:
        """Add what they come to now, and by each variant. Returns: the rows whose tariffs the grid changes at all."""
        changed = grid.concerned(self._tariffs)
        names = self._batch.sessions.tariff_names
        code = self._batch.sessions.tariff[self._rows]
        varies: Bool = np.array([name in changed for name in names], bool)[code]
        for column, steps in enumerate([None, *grid.variants]):
            costs = self._now if steps is None else self._by(grid, steps, varies)
            add_up(sums, column, self._group, self._account, self._now, costs)
            if each_net is not None and each_tax is not None:
                each_net[self._rows, column] = costs.net
                each_tax[self._rows, column] = costs.tax
        found: Int64 = self._rows[varies]
        return found

    def _by(self, grid: Grid, steps: tuple[Step, ...], varies: Bool) -> RowCosts:
        """Those that vary rated anew, the others as they are."""
        if not varies.any():
            return self._now
        rows = readonly(self._rows[varies])
        plan = make_plan(grid.apply(self._tariffs, steps), self._batch)
        totals, _ = settle(self._batch, plan, None, sessions=rows, threads=self._threads)
        found = RowCosts(self._now.net.copy(), self._now.tax.copy(), self._now.known.copy())
        found.net[varies], found.tax[varies], found.known[varies] = RowCosts.of(totals, rows)
        return found
