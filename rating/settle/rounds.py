"""Price sessions of accounts: those that can be told ahead in one round with all others, the rest one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from rating.accounts.ledger import Ledger
from rating.compile.plan import Plan
from rating.kernels.arrays import Lines, Totals
from rating.settle.chunks import settle
from rating.settle.room import room_for_totals
from rating.usage.batch import UsageBatch
from rating.workers import CORES

Finish = Callable[[Lines], Any]


def settle_rounds(
    batch: UsageBatch,
    plan: Plan,
    ledger: Ledger,
    finish: Callable[[Any], Finish] | None,
    *,
    threads: int | None = None,
    chunk_sessions: int | None = None,
) -> tuple[Totals, list[list[Any]]]:
    """As `settle`; the lines are a list for each round, each in order of sessions.

    `finish` gives what makes something of lines, of the ids of sessions. Where there is more than one round, these are
    the rows of the sessions instead, by which lines are put in order. None: no lines are wanted.
    """
    totals = room_for_totals(plan.status.size, plan)
    options: dict[str, Any] = {"threads": threads, "chunk_sessions": chunk_sessions, "totals": totals}
    ledger.look_ahead(plan, threads or CORES)
    found = _settle(batch, plan, ledger, finish, options)
    if found is None:  # the meter was wrong about a session, which is known now
        ledger.look_back(totals)
        found = _settle(batch, plan, ledger, finish, options)
    if found is None:  # what that changed has changed what can be priced
        ledger.forget()
        found = _settle(batch, plan, ledger, finish, options)
    assert found is not None
    return totals, found


def _settle(
    batch: UsageBatch, plan: Plan, ledger: Ledger, finish: Callable[[Any], Finish] | None, options: dict[str, Any]
) -> list[list[Any]] | None:
    """The lines of each round; None where something that was told came otherwise."""
    rounds, totals = ledger.rounds(), options["totals"]
    if len(rounds) > 1:
        numbers = pa.array(np.arange(plan.status.size, dtype=np.int64))
        batch = batch._replace(sessions=batch.sessions._replace(id=numbers))
    write = None if finish is None else finish(batch.sessions.id)
    found = []
    for number, rows in enumerate(rounds):
        ledger.make_deals(rows)
        chosen = None
        if number > 0:
            chosen = np.sort(ledger.claims.session[rows])
        elif len(rounds) > 1:  # with those that claim nothing
            first = np.ones(plan.status.size, np.bool_)
            first[ledger.claims.session[np.concatenate(rounds[1:])]] = False
            chosen = np.flatnonzero(first)
        found.append(settle(batch, plan, write, deals=ledger.deals, sessions=chosen, **options)[1])
        if number == 0 and not ledger.came_true(plan, totals):
            return None
        ledger.settled(rows, totals)
    if not rounds:
        found.append(settle(batch, plan, write, **options)[1])
    return found
