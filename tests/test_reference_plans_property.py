"""Whatever plans, coupons, accounts and sessions are drawn: the twin's histories keep their promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st
from strategies_accounts import History, histories

from rating.reference import Bill, Deal, Refusal, State, Usage, rate_history, tell, trace
from rating.reference.deal import CapSoFar
from rating.reference.history import order_of
from rating.units import MICRO_PER_UNIT

_S = TypeVar("_S")


def rated(
    history: History, usages: Iterable[tuple[str, Usage]] | None = None, state: State = ()
) -> tuple[list[Bill | Refusal], State]:
    return rate_history(
        history.tariffs, history.plans, history.accounts, history.usages if usages is None else usages, state
    )


def bills_of(history: History) -> list[Bill]:
    """In the order in which they count."""
    ordered = sorted(history.usages, key=lambda pair: order_of(pair[1]))
    return [answer for answer in rated(history, ordered)[0] if isinstance(answer, Bill)]


def only(bill: Bill, kind: type[_S]) -> _S:
    (step,) = [step for step in bill.trace if isinstance(step, kind)]
    return step


def deal_of(bill: Bill) -> Deal:
    return only(bill, trace.Rules).deal


@given(histories(full=True), st.data())
def test_a_history_in_batches_gives_the_same_bills_and_the_same_state(history: History, data: st.DataObject) -> None:
    """Split anywhere in the order of sessions, and whatever the order in which they are read."""
    answers, state = rated(history)
    expected = {answer.session_id: answer for answer in answers}
    assert [answer.session_id for answer in answers] == [usage.session_id for _, usage in history.usages]
    ordered = sorted(history.usages, key=lambda pair: order_of(pair[1]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(ordered)), max_size=3)))
    after, found = (), {}
    for begins, ends in zip([0, *cuts], [*cuts, len(ordered)], strict=True):
        batch = data.draw(st.permutations(ordered[begins:ends]))
        answers, after = rated(history, batch, after)
        found |= {answer.session_id: answer for answer in answers}
    assert found == expected
    assert after == state


@given(histories(full=True))
def test_no_discount_leaves_less_than_zero_and_nothing_gives_more_than_there_is(history: History) -> None:
    for bill in bills_of(history):
        deal = deal_of(bill)
        left = {each.allowance.name: each.left for each in deal.allowances}
        assert all(0 < used <= left[name] for name, used in bill.allowances_used)
        amounts = {step.priced: step.amount for step in bill.trace if isinstance(step, trace.Charged)}
        least = {priced: min(amount, Fraction(0)) for priced, amount in amounts.items()}  # a market may pay for energy
        for discount in [step for step in bill.trace if isinstance(step, trace.Discounted)]:
            for priced, amount in discount.taken:
                assert amount > 0
                amounts[priced] -= amount
        assert all(amount >= least[priced] for priced, amount in amounts.items())
        # Where prices include taxes, net is what their roundings leave of gross: two taxes may take a cent each.
        tax = history.tariffs[bill.tariff].tax
        rest = tax is not None and tax.included
        assert rest or bill.net_micro is None or bill.net_micro >= 0 or any(least.values())
        assert bill.gross_micro is None or bill.gross_micro >= 0 or any(least.values())
        balance = deal.points
        assert bill.points_redeemed <= (0 if balance is None else min(balance.balance, balance.asked))


@given(histories(full=True))
def test_lines_add_up_exactly_and_as_printed(history: History) -> None:
    for bill in bills_of(history):
        rounded, taxed, tariff = only(bill, trace.Rounded), only(bill, trace.Taxed), only(bill, trace.Rules).tariff
        assert sum(line.printed_micro for line in bill.lines) == rounded.of_lines_micro
        of_lines = taxed.gross if tariff.tax is not None and tariff.tax.included else taxed.net
        assert sum((line.amount for line in bill.lines if line.kind != "rounding"), Fraction(0)) == of_lines
        assert [line.line for line in bill.lines] == list(range(1, len(bill.lines) + 1))
        order = {"usage": 0, "allowance": 1, "discount": 2, "minimum": 3, "maximum": 3, "rounding": 4}
        kinds = [order[line.kind] for line in bill.lines]
        assert kinds == sorted(kinds)
        assert tell(bill).count("\n") > len(bill.lines)


@given(histories(full=True, faulty=False))
def test_what_is_used_of_an_allowance_is_never_more_than_was_given(history: History) -> None:
    """In each period no more than its amount and what may be carried into it, whatever was left before."""
    used: dict[object, int] = defaultdict(int)
    for bill in bills_of(history):
        deal = deal_of(bill)
        for each in deal.allowances:
            key = deal.account, deal.plan, each.allowance, each.since
            used[key] += dict(bill.allowances_used).get(each.allowance.name, 0)
            if each.allowance.carry_max is not None:
                assert used[key] <= each.allowance.amount + each.allowance.carry_max
                assert each.left <= each.allowance.amount + each.allowance.carry_max


@given(histories(full=True, faulty=False))
def test_caps_hold(history: History) -> None:
    """No session is charged more than was left of the cap, exactly. As printed that holds to the cent where the side
    of the cap is the side that is rounded, and what is left can be paid in the unit of rounding; else the session is
    rounded, with each of its taxes, from what was left.
    """
    charged: dict[object, int] = defaultdict(int)
    for bill in bills_of(history):
        tariff, taxed, deal = only(bill, trace.Rules).tariff, only(bill, trace.Taxed), deal_of(bill)
        for each in deal.caps:
            key = deal.account, deal.plan, each.cap, each.since
            assert each.charged_micro == charged[key]
            left = left_of(each)
            after_tax = each.cap.max.after_tax_micro is not None
            exact, printed = (taxed.gross, bill.gross_micro) if after_tax else (taxed.net, bill.net_micro)
            assert exact is not None
            assert printed is not None
            assert exact <= Fraction(left, MICRO_PER_UNIT)
            unit = tariff.rounding.unit_micro
            if (tariff.tax is None or tariff.tax.included == after_tax) and left % unit == 0:
                assert printed <= left
            assert printed <= left + unit * (1 + len(taxed.taxes or ()))
            charged[key] += printed


def left_of(each: CapSoFar) -> int:
    most = each.cap.max.before_tax_micro if each.cap.max.after_tax_micro is None else each.cap.max.after_tax_micro
    assert most is not None
    return max(0, most - each.charged_micro)


@given(histories(full=True))
def test_without_plans_and_coupons_nothing_changes(history: History) -> None:
    """A session without account and coupon costs what it costs alone, among whichever others."""
    answers, _ = rated(history)
    for (tariff, usage), answer in zip(history.usages, answers, strict=True):
        if usage.account is None and usage.coupon is None:
            (alone,), state = rate_history(history.tariffs, history.plans, (), [(tariff, usage)])
            assert alone == answer
            assert state == ()
