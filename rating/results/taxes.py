"""The table of taxes, made when somebody asks for it: what each tax of a session counts from, and how much it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.compile.plan import Plan
from rating.errors import Refused
from rating.kernels.arrays import Totals
from rating.results.arrays import MONEY, PERCENT, coded, decimals, integers
from rating.results.later import Later

Int64 = NDArray[np.int64]


def taxes_later(ids: Any, plan: Plan, totals: Totals) -> Later:
    """The table `taxes`: session_id, tax, percent, net, amount. `ids` are those of all n sessions, rated or not."""
    # Of the plan only what the table needs, so that a result does not hold on to the rest.
    timeline, mixed, taxes = plan.timeline, plan.book.rules.mixed, plan.taxes
    return Later(lambda: _table(ids, timeline, mixed, taxes, totals))


def _table(ids: Any, timeline: Any, mixed: Any, taxes: tuple[tuple[Any, ...], ...], totals: Totals) -> Any:
    session, slot = _candidates(timeline, np.array([len(each) for each in taxes], np.int64), totals)
    net, amount = _amounts(session, slot, mixed[timeline[session]] != 0, totals)
    kept = (net != 0) | (amount != 0)
    session, slot, net, amount = session[kept], slot[kept], net[kept], amount[kept]

    rates = list(dict.fromkeys(rate for each in taxes for rate in each))
    names = list(dict.fromkeys(rate.name for rate in rates))
    first = np.cumsum([0, *(len(each) for each in taxes)])
    of_slot = np.array([rates.index(rate) for each in taxes for rate in each], np.int64)
    rate = of_slot[first[timeline[session]] + slot]
    name_of = np.array([names.index(each.name) for each in rates], np.int32)
    percent_of = np.array([each.rate_ppm for each in rates], np.int64)
    return pa.table(
        {
            "session_id": ids.take(integers(session)),
            "tax": coded(name_of[rate], tuple(names)),
            "percent": decimals(_halves(percent_of[rate]), PERCENT),  # a millionth is 0.0001 %
            "net": decimals(_halves(net), MONEY),
            "amount": decimals(_halves(amount), MONEY),
        }
    )


def _candidates(timeline: Any, width: Int64, totals: Totals) -> tuple[Int64, Int64]:
    """For each tax that a session may have: the session, and which one of those of its timeline."""
    known = totals.status == Refused.FINE
    if totals.unknown.size:
        known &= totals.unknown == 0
    if not totals.tax_micro.size or not width.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    count = np.where(known, width[timeline], 0)
    session = np.repeat(np.arange(count.size), count)
    return session, np.arange(session.size) - np.repeat(np.cumsum(count) - count, count)


def _amounts(session: Int64, slot: Int64, mixed: Any, totals: Totals) -> tuple[Int64, Int64]:
    """Net and tax: of a session that may have one tax only those of its totals, else what was kept of each tax."""
    net, amount = totals.net_micro[session, 0], totals.tax_micro[session, 0] if session.size else session
    if mixed.any():
        part = totals.part_first[session[mixed]] + slot[mixed]
        net[mixed], amount[mixed] = totals.part_net_micro[part], totals.part_tax_micro[part]
    return net, amount


def _halves(values: Int64) -> Int64:
    """(n,) as (n, 2) decimals."""
    return np.stack([values, values >> 63], axis=1)
