"""Price sessions of accounts: those that can be told ahead in one round with all others, the rest one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rating.accounts.ledger import Ledger
from rating.compile.plan import Plan
from rating.kernels.arrays import Lines, Totals
from rating.settle.chunks import settle
from rating.settle.room import room_for_totals
from rating.usage.batch import UsageBatch

Finish = Callable[[Lines], Any]


def settle_rounds(
    batch: UsageBatch,
    plan: Plan,
    ledger: Ledger,
    finish: Finish,
    *,
    threads: int | None = None,
    chunk_sessions: int | None = None,
) -> tuple[Totals, list[list[Any]]] | None:
    """As `settle`; the lines are a list for each round, each in order of sessions.

    Returns: None where something that was told ahead came otherwise, so that all has to be priced anew without.
    """
    count = plan.status.size
    totals = room_for_totals(count, plan)
    waits = np.zeros(count, np.bool_)
    waits[ledger.claims.session] = True
    others = np.flatnonzero(~waits)
    found = []
    of_session = np.full(count, -1, np.int32)
    options: dict[str, Any] = {"threads": threads, "chunk_sessions": chunk_sessions, "totals": totals}
    for rows in ledger.rounds():
        round_ = ledger.round_of(rows)
        session = ledger.claims.session[rows]
        of_session[session] = round_.deal
        deals = round_.deals._replace(of_session=of_session)
        every = len(session) + len(others) == count
        chosen = None if every else np.sort(np.concatenate([session, others]))
        found.append(settle(batch, plan, finish, deals=deals, sessions=chosen, **options)[1])
        of_session[session] = -1
        others = others[:0]
        if not ledger.settled(round_, totals):
            return None
    if len(others) or not found:
        found.append(settle(batch, plan, finish, sessions=others, **options)[1])
    return totals, found
