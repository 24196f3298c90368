"""All variants of a grid in one pass: sessions are walked once, and priced by each variant from what was found."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.plan import Plan, make_plan
from rating.desk.compare.changes import Grid
from rating.desk.compare.in_full import InFull
from rating.desk.compare.quantities import PriceTable, price_table
from rating.desk.compare.tally import Int32, Int64, Sums
from rating.errors import Refused
from rating.kernels.arrays import Totals, frozen_deals, no_deals, readonly
from rating.kernels.grid import grid as price_grid
from rating.kernels.groups import Found, Variants, pack
from rating.kernels.price import BLOCK_SESSIONS, SCRATCH_FULL
from rating.memory import Block
from rating.settle.chunks import STRETCHES_A_SESSION, usage_of
from rating.settle.room import room_for_block, room_for_totals
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch
from rating.usage.order import put_in_order
from rating.workers import CORES, together

UInt8 = NDArray[np.uint8]

_SETS_MIN = 64  # variants in a pass at least: a walk costs as much as some 10 of them
_ACCOUNT_CELLS_MAX = 2**22  # accounts times variants in a pass: 32 MB a thread
_CHUNK_INTERVALS = 2**19
_INTERVALS_A_SESSION = 64  # what a session costs beside its intervals, in these
_SUMS = ("sessions", "fixed", "net", "tax", "more", "less", "rise", "fall", "account")


class Rates(NamedTuple):
    """The sums, the sessions (n,) behind them, and what each costs where that was asked for."""

    sums: Sums
    totals: Totals  # of the sessions (n,), as prices are now: status and fault; amounts of those rated in full
    in_full: Int64  # (q,) rows that each variant rated in full
    plan: Plan
    batch: UsageBatch
    net: Int64 | None = None  # (n, v)
    tax: Int64 | None = None  # (n, v)


def rate_all(
    tariffs: Tariffs,
    batch: UsageBatch,
    grid: Grid,
    group: Int32,
    account: Int32 | None = None,
    *,
    each: bool = False,
    threads: int | None = None,
) -> Rates:
    """Price the sessions of a batch, none of which has a deal, as prices are now and by every variant of the grid.

    Args:
        tariffs: those that the grid changes.
        batch: what was delivered.
        grid: the changes.
        group: int32 (n,), which sums a session counts for.
        account: int32 (n,), which account it is of, -1: none.
        each: tell what each session costs by each variant; takes 16 bytes for each.
        threads: how many threads price.
    """
    found = _rate_all(tariffs, batch, grid, group, account, each, threads)
    if (found[1].fault >= 0).any() and (ordered := put_in_order(batch)) is not None:
        found = _rate_all(tariffs, ordered, grid, group, account, each, threads)
    return found[0]


def _rate_all(
    tariffs: Tariffs,
    batch: UsageBatch,
    grid: Grid,
    group: Int32,
    account: Int32 | None,
    each: bool,
    threads: int | None,
) -> tuple[Rates, Totals]:
    plan = make_plan(tariffs, batch)
    count, variants = plan.status.size, grid.variants
    totals = room_for_totals(count, plan)
    totals.status[:] = plan.status
    totals.fault[:] = -1
    totals.unknown[:] = 0
    accounts = 0 if account is None or not account.size else int(account.max()) + 1
    width = max(_SETS_MIN, _ACCOUNT_CELLS_MAX // max(1, accounts))
    cuts = [*range(0, len(variants), width), len(variants)]
    odd = np.zeros(count, np.uint8)
    while True:
        parts, before = [], odd
        for first, last in pairwise(cuts):
            table = price_table(plan, grid, first, last)
            job = _Pass(plan, batch, table, group, account, accounts, totals, each, before)
            part, found = job.run(threads or CORES)
            parts.append(part)
            odd = odd | found
        # Sessions that are odd in one pass are so in all, or the sums of their columns would not be of the same ones.
        if len(parts) == 1 or np.array_equal(odd, before):
            break
    sums, each_net, each_tax = _side_by_side(parts)
    in_full = np.flatnonzero((odd != 0) & (plan.status == Refused.FINE))
    if in_full.size:
        whole = InFull(tariffs, batch, plan, in_full, group, account, totals, threads)
        in_full = whole.add(grid, sums, each_net, each_tax)
    return Rates(sums, totals, in_full, plan, batch, each_net, each_tax), totals


class _Pass:
    """One walk over all sessions, for some of the variants."""

    def __init__(
        self,
        plan: Plan,
        batch: UsageBatch,
        table: PriceTable,
        group: Int32,
        account: Int32 | None,
        accounts: int,
        totals: Totals,
        each: bool,
        odd: UInt8,
    ) -> None:
        self.plan, self.batch, self.totals = plan, batch, totals
        fits = table.fits[plan.timeline] if table.fits.size else np.zeros(plan.status.size, bool)
        self.odd = odd.copy()
        self.odd |= ~fits
        self.rows = readonly(np.flatnonzero((plan.status == Refused.FINE) & (self.odd == 0)))
        codes = np.empty(0, np.int32) if account is None else account
        self.variants: Variants = table.variants._replace(group=readonly(group), account=readonly(codes))
        self.groups, self.accounts = int(group.max()) + 1 if group.size else 0, accounts
        self.each = each
        self.usage = pack(usage_of(batch, plan))

    def run(self, threads: int) -> tuple[tuple[Sums, Int64 | None, Int64 | None], UInt8]:
        """The sums, and the sessions (n,) that are odd."""
        sets, count = self.variants.num.shape[1], self.plan.status.size
        each = tuple(np.zeros((count if self.each else 0, sets), np.int64) for _ in range(2))
        every: list[Found] = []
        edges = self._edges() if self.rows.size else []
        chunks = iter(pairwise(edges))

        def work() -> None:
            found = self._room(sets, each)
            worker = _Worker(self, found)
            for first, last in chunks:  # the GIL hands each item to one thread
                worker.price(first, last)
            every.append(found)

        if self.rows.size:
            together(work, min(threads, len(edges) - 1))
        else:
            every = [self._room(sets, each)]
        total = {name: sum(getattr(found, name) for found in every) for name in _SUMS}
        sums = Sums(
            np.repeat(total["sessions"][:, None], sets, axis=1),
            total["net"] + total["fixed"][:, :1],
            total["tax"] + total["fixed"][:, 1:],
            *(total[name] for name in _SUMS[4:]),
        )
        return (sums, *(each if self.each else (None, None))), self.odd

    def _edges(self) -> list[int]:
        """Where chunks of about equal work begin among the rows, and where the last one ends."""
        first = self.batch.interval_first
        done = np.cumsum(first[self.rows + 1] - first[self.rows] + _INTERVALS_A_SESSION)
        chunks = int(done[-1]) // _CHUNK_INTERVALS + 1
        places = np.searchsorted(done, [int(done[-1]) * chunk // chunks for chunk in range(1, chunks)], "right")
        return [0, *np.unique(places[(places > 0) & (places < self.rows.size)]).tolist(), self.rows.size]

    def _room(self, sets: int, each: tuple[Int64, ...]) -> Found:
        g = self.groups
        net, tax, more, less, rise, fall = (np.zeros((g, sets), np.int64) for _ in range(6))
        total, taxed, base = (np.zeros(sets, np.int64) for _ in range(3))
        return Found(
            sessions=np.zeros(g, np.int64),
            fixed=np.zeros((g, 2), np.int64),
            net=net,
            tax=tax,
            more=more,
            less=less,
            rise=rise,
            fall=fall,
            account=np.zeros((self.accounts, sets), np.int64),
            each_net=each[0],
            each_tax=each[1],
            odd=self.odd,
            total=total,
            taxed=taxed,
            base=base,
        )


class _Worker:
    """One thread."""

    def __init__(self, job: _Pass, found: Found) -> None:
        self._job, self._block, self._stretches = job, Block(), STRETCHES_A_SESSION * BLOCK_SESSIONS
        self._found, self._deals = pack(found), pack(frozen_deals(no_deals()))
        self._book, self._totals, self._variants = pack(job.plan.book), pack(job.totals), pack(job.variants)
        self._scratch = self._room()

    def _room(self) -> object:
        return pack(room_for_block(self._block, self._stretches, self._job.plan, lines=False))

    def price(self, first: int, last: int) -> None:
        """Price the sessions at these places of the rows."""
        while True:
            groups = (
                self._job.usage,
                self._book,
                self._deals,
                self._scratch,
                self._totals,
                self._variants,
                self._found,
            )
            first, why = price_grid(first, last, self._job.rows, *groups)
            if why != SCRATCH_FULL:
                return
            self._stretches *= 4
            self._scratch = self._room()


def _side_by_side(
    parts: list[tuple[Sums, Int64 | None, Int64 | None]],
) -> tuple[Sums, Int64 | None, Int64 | None]:
    """The columns of all passes; each begins with what prices are now."""

    def joined(columns: list[Int64]) -> Int64:
        return np.concatenate([columns[0], *(column[:, 1:] for column in columns[1:])], axis=1)

    sums = Sums(*map(joined, map(list, zip(*(part[0] for part in parts), strict=True))))
    net, tax = ([part[i] for part in parts] for i in (1, 2))
    if net[0] is None:
        return sums, None, None
    return sums, joined(net), joined(tax)  # type: ignore[arg-type]
