"""What plans cost by themselves: a line for each period of an account's plan, prorated by day (PRICING 4 for tax)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rating.reference.accounts import Account, day_in, zone_of
from rating.reference.amount import money
from rating.reference.periods import number_of, start_of
from rating.reference.printing import round_total
from rating.reference.tax import Total, tax_parts
from rating.tariff.model import NO_RATES, Rounding
from rating.tariff.plans import Plan, Plans


@dataclass(frozen=True, slots=True)
class FeeLine:
    """The fee of an account's plan for the days that it has it in a period. `until` and `period_end` are exclusive."""

    account: str
    plan: str
    period_start: date
    period_end: date
    begins: date  # the column `from`
    until: date
    days: int
    period_days: int
    amount: Fraction
    net_micro: int | None
    tax_micro: int | None
    gross_micro: int | None
    currency: str


def fee_lines(plans: Plans, accounts: Iterable[Account], begins: date, until: date) -> list[FeeLine]:
    """The fees of the days from `begins` up to `until`, by account and then in order of time.

    Our choice: an account pays for whole days at the plan's place. The day on which it joins is one; the day on which
    it leaves, at an instant within it, is none, so that whoever changes plan pays for each day once.
    """
    found = [line for row in accounts for line in _of_row(plans[row.plan], row, begins, until)]
    return sorted(found, key=lambda line: (line.account, line.begins, line.until, line.plan))


def _of_row(plan: Plan, row: Account, begins: date, until: date) -> Iterator[FeeLine]:
    if plan.fee is None:
        return
    zone, period = zone_of(plan.time_zone), plan.fee.period
    joined = day_in(row.begins, zone)
    at = max(joined, begins)
    end = until if row.ends is None else min(until, day_in(row.ends, zone))
    while at < end:
        number = number_of(period, joined, at)
        first, last = start_of(period, joined, number), start_of(period, joined, number + 1)
        yield _line(plan, row.account, (first, last), (at, min(last, end)))
        at = last


def _line(plan: Plan, account: str, period: tuple[date, date], days: tuple[date, date]) -> FeeLine:
    assert plan.fee is not None
    count, of = (days[1] - days[0]).days, (period[1] - period[0]).days
    amount = money(plan.fee.amount_micro) * count / of
    included = plan.tax is not None and plan.tax.included
    taxes = tax_parts(NO_RATES if plan.tax is None else plan.tax.rates, amount, included) if amount else ()
    rounding = plan.rounding or Rounding("half_up", plan.minor_micro)
    paid = round_total(rounding, Total(included, amount, taxes, groups=()))
    sides = paid.net_micro, paid.tax_micro, paid.gross_micro
    return FeeLine(account, plan.id, *period, *days, count, of, amount, *sides, plan.currency)
