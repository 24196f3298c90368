"""Sessions with deals, priced by the engine and by the twin, with what each of them used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from twin import Drawn, all_told, batch_of, bill_of, fast_answers, is_told, tables

from rating.compile.plan import Term, make_plan
from rating.compile.terms import with_terms
from rating.kernels.arrays import Deals
from rating.kernels.runs import find_runs
from rating.reference import Refusal, rate_session
from rating.reference.deal import Deal
from rating.reference.trace import Allowed, CouponTaken, Redeemed
from rating.results.rated import line_writer, make_tables
from rating.settle.chunks import settle
from rating.tariff.model import Tariff, Tariffs
from rating.units import NANO_PER_MICRO
from rating.usage.order import put_in_order
from rating.usage.read import read_usage


class Used(NamedTuple):
    """What a session used of its deal."""

    allowances: tuple[int, ...]
    redeemed: int
    coupon: bool


def term_of(tariff: str, deal: Deal) -> Term:
    """The term that says what a deal gives."""
    tiers = [replace(each.tier.discount, name=each.loyalty.name) for each in deal.loyalty if each.tier is not None]
    return Term(
        tariff,
        tuple(each.allowance for each in deal.allowances),
        (*deal.discounts, *tiers),
        None if deal.coupon is None or deal.coupon.fault is not None else deal.coupon.coupon,
        None if deal.points is None else deal.points.points,
        tuple(each.cap for each in deal.caps),
    )


def deals_of(given: Sequence[Deal | None], term: Sequence[int]) -> Deals:
    """A row for each of the deals that are not None; what is written begins as rubbish."""
    of_session = np.full(len(given), -1, np.int32)
    each = [deal for deal in given if deal is not None]
    of_session[[i for i, deal in enumerate(given) if deal is not None]] = np.arange(len(each))
    a = max((len(deal.allowances) for deal in each), default=0)
    c = max((len(deal.caps) for deal in each), default=0)
    left = [[one.left for one in deal.allowances] + [7] * (a - len(deal.allowances)) for deal in each]
    caps = [[_left_nano(one) for one in deal.caps] + [7] * (c - len(deal.caps)) for deal in each]
    points = [0 if deal.points is None else min(deal.points.asked, deal.points.balance) for deal in each]
    return Deals(
        of_session=of_session,
        terms=np.array(term, np.int32),
        allowance_left=np.array(left, np.int64).reshape(len(each), a),
        cap_left_nano=np.array(caps, np.int64).reshape(len(each), c),
        points=np.array(points, np.int64),
        allowance_used=np.full((len(each), a), -5, np.int64),
        redeemed=np.zeros(len(each), np.int64),
        coupon_used=np.zeros(len(each), np.uint8),
    )


def _left_nano(each: Any) -> int:
    limit = each.cap.max
    most = limit.before_tax_micro if limit.after_tax_micro is None else limit.after_tax_micro
    return int(max(0, most - each.charged_micro)) * NANO_PER_MICRO


def fast(
    tariffs: Sequence[Tariff],
    drawn: Sequence[Drawn],
    given: Sequence[Deal | None],
    rounds: int = 1,
    changed: Any = None,
    **options: Any,
) -> tuple[Any, Any, list[Used | None]]:
    """The answers of the engine, which takes every session of `rounds` at a time; its tables; what was used."""
    if any(is_told(usage) for _, usage in drawn):
        batch = batch_of([(tariff, all_told(usage)) for tariff, usage in drawn])
    else:
        batch = read_usage(*tables(drawn), None, find_runs=find_runs)
    plan = make_plan(Tariffs(tuple(tariffs)), batch)
    terms: dict[Term, int] = {}
    rows = [
        terms.setdefault(term_of(tariff, deal), len(terms))
        for (tariff, _), deal in zip(drawn, given, strict=True)
        if deal is not None
    ]
    plan = with_terms(plan, list(terms))
    if changed is not None:
        plan = changed(plan)
    while True:
        deals = deals_of(given, rows)
        totals, lines = None, []
        for first in range(rounds):
            sessions = None if rounds == 1 else np.arange(first, len(drawn), rounds)
            settled = settle(
                batch,
                plan,
                line_writer(batch.sessions.id, plan),
                deals=deals,
                sessions=sessions,
                totals=totals,
                **options,
            )
            totals = settled[0]
            lines += settled[1]
        assert totals is not None
        if not (totals.fault >= 0).any() or (ordered := put_in_order(batch)) is None:
            break
        batch = ordered
    rated = make_tables(batch, plan, totals, lines)
    used = [
        None
        if deal is None
        else Used(
            tuple(map(int, deals.allowance_used[row, : len(deal.allowances)])),
            int(deals.redeemed[row]),
            bool(deals.coupon_used[row]),
        )
        for deal, row in zip(given, deals.of_session, strict=True)
    ]
    return rated, fast_answers(rated), used


def slow(tariff: Tariff, drawn: Drawn, deal: Deal | None) -> tuple[Any, Used | None]:
    """The answer of the twin, and what was used: nothing is asked of sessions that are refused."""
    bill = rate_session(tariff, drawn[1], deal=deal)
    if isinstance(bill, Refusal):
        return bill.code, None
    if deal is None:
        return bill_of(bill), None
    allowed = {id(step.allowance): step.used for step in bill.trace if isinstance(step, Allowed)}
    return bill_of(bill), Used(
        tuple(allowed.get(id(each), 0) for each in deal.allowances),
        sum(step.redeemed for step in bill.trace if isinstance(step, Redeemed)),
        any(step.fault is None for step in bill.trace if isinstance(step, CouponTaken)),
    )


def assert_same_deals(
    tariffs: Sequence[Tariff], drawn: Sequence[Drawn], given: Sequence[Deal | None], **options: Any
) -> Any:
    """Price with both, demand equality on every line, total and use, and return the tables."""
    if any(is_told(usage) for _, usage in drawn):
        drawn = [(tariff, all_told(usage)) for tariff, usage in drawn]
    rated, answers, used = fast(tariffs, drawn, given, **options)
    known = {tariff.id: tariff for tariff in tariffs}
    for each, deal, use in zip(drawn, given, used, strict=True):
        answer, wanted = slow(known[each[0]], each, deal)
        assert answers[each[1].session_id] == answer, (known[each[0]], each[1], deal)
        assert wanted is None or use == wanted, (known[each[0]], each[1], deal)
    return rated
