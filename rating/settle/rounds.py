"""Price sessions of accounts, round after round, and all others with the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rating.accounts.ledger import Ledger
from rating.compile.plan import Plan
from rating.kernels.arrays import Lines, Totals
from rating.settle.chunks import room_for_totals, settle
from rating.usage.batch import UsageBatch


def settle_rounds(
    batch: UsageBatch,
    plan: Plan,
    ledger: Ledger,
    finish: Callable[[Lines], Any],
    *,
    threads: int | None = None,
    chunk_sessions: int | None = None,
) -> tuple[Totals, list[list[Any]]]:
    """As `settle`; the lines are a list for each round, each in order of sessions."""
    count = plan.status.size
    totals = room_for_totals(count, plan)
    waits = np.zeros(count, np.bool_)
    waits[ledger.claims.session] = True
    others = np.flatnonzero(~waits)
    found = []
    of_session = np.full(count, -1, np.int32)
    for round_ in ledger.rounds():
        session = ledger.claims.session[round_.rows]
        of_session[session] = round_.deal
        rows = np.sort(np.concatenate([session, others]))
        deals = round_.deals._replace(of_session=of_session)
        options = {"threads": threads, "chunk_sessions": chunk_sessions}
        _, lines = settle(batch, plan, finish, deals=deals, sessions=rows, totals=totals, **options)
        found.append(lines)
        of_session[session] = -1
        others = others[:0]
        ledger.settled(round_, totals)
    if len(others):
        _, lines = settle(batch, plan, finish, sessions=others, totals=totals, threads=threads,
                          chunk_sessions=chunk_sessions)  # fmt: skip
        found.append(lines)
    return totals, found
