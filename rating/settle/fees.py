"""The fees of plans: a line for each account and period, prorated by day, rounded once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.accounts.days import first_of, period_of
from rating.accounts.members import Members, find_members
from rating.errors import Fault, InputError, Place
from rating.settle.apart import round_to
from rating.tariff.model import Rounding, Tariffs
from rating.tariff.plans import Fee, Plan, Plans
from rating.units import MICRO_PER_UNIT, PPM_PER_UNIT, ROUNDING_MODES
from rating.usage.accounts import read_accounts

Int64 = NDArray[np.int64]

_EPOCH = date(1970, 1, 1)
_PICO = 10**12
_NAMED = re.compile("([12][0-9]{3})(?:-(0[1-9]|1[0-2]))?")
_MONEY = pa.decimal128(18, 6)
_AMOUNT = pa.decimal128(24, 12)


class FeeLine(NamedTuple):
    """What one account pays for one period, or for the days of it that it has the plan and that are asked for."""

    account: str
    plan: str
    currency: str
    period_start: date
    period_end: date  # exclusive
    start: date
    end: date  # exclusive
    amount: Fraction
    net_micro: int | None
    tax_micro: int | None
    gross_micro: int | None


def fees(
    plans: Tariffs | Plans,
    accounts: Any,
    period: date | str | tuple[date | str, date | str],
    end: date | str | None = None,
) -> Any:
    """The fee lines of all accounts for the dates of a period.

    Each line is `amount` = fee x days / period_days, exactly; net, tax and gross are rounded once. A date counts for
    the plan that the account has at its end: on the day of a change that is the new one.

    Args:
        plans: what `load_tariffs` gave, or its `.plans`.
        accounts: any Arrow-compatible table with `account`, `plan`, `from` and `until` (exclusive, null: open).
        period: a month ("2026-02"), a year ("2026"), its first date and the first date after it, or the first date
            alone, with `end`; in the zone of each plan.
        end: the first date after the last, where `period` is a date.

    Returns: pyarrow.Table, by account and time: account, plan, currency, period_start, period_end, from,
    until, days, period_days, amount (decimal, 12 places), net, tax, gross.

    Raises: InputError with every fault of the table, and where `end` is not after `start`.

    >>> import rating
    >>> plans = rating.load_tariffs("tariffs/")
    >>> rating.fees(plans, {"account": ["anna"], "plan": [list(plans.plans)[0]], "from": ["2026-01-01"]},
    ...             "2026-02").num_rows <= 1
    True
    """
    plans = plans.plans if isinstance(plans, Tariffs) else plans
    asked = _days(period, end)
    members = find_members(read_accounts(accounts), plans)
    lines = [line for index, plan in enumerate(plans.values()) for line in _lines(plan, members, index, asked)]
    lines.sort(key=lambda line: (line.account, line.start, line.end, line.plan))
    return _table(lines)


def _days(period: Any, end: Any) -> tuple[int, int]:
    """The first date of the period, and the first one after it."""
    faults, days = [], []
    named = _NAMED.fullmatch(period) if isinstance(period, str) and end is None else None
    if named is not None:
        year, month = int(named[1]), int(named[2] or 1)
        after = (year + 1, 1) if named[2] is None or month == 12 else (year, month + 1)
        return (date(year, month, 1) - _EPOCH).days, (date(*after, 1) - _EPOCH).days
    start, end = period if isinstance(period, (tuple, list)) and len(period) == 2 and end is None else (period, end)
    for name, value in (("period", start), ("end", end)):
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else value
            days.append((date(found.year, found.month, found.day) - _EPOCH).days)
        except (ValueError, AttributeError):
            want = "a date such as 2026-02-01, or as the period alone a month such as 2026-02 or a year"
            faults.append(Fault("date", Place(name), str(value), want, "write year, month and day"))
    if not faults and days[0] >= days[1]:
        want = f"an end after {start}, for the end is the first date that is not asked for"
        faults.append(Fault("period", Place("end"), str(end), want, "swap the two, or write a later end"))
    if faults:
        raise InputError(faults)
    return days[0], days[1]


def _lines(plan: Plan, members: Members, index: int, asked: tuple[int, int]) -> Iterator[FeeLine]:
    fee = plan.fee
    if fee is None:
        return
    rows = np.flatnonzero(members.plan == index)
    joined = members.joined[rows]
    first, last = np.maximum(joined, asked[0]), np.minimum(members.left[rows], asked[1])
    some = first < last
    rows, joined, first, last = rows[some], joined[some], first[some], last[some]
    accounts = np.repeat(np.arange(len(members.first) - 1), np.diff(members.first))
    numbers = period_of(fee.period, first, joined)[0], period_of(fee.period, last - 1, joined)[0]
    for at, row in enumerate(rows):
        account = members.account[int(accounts[row])].as_py()
        for number in range(int(numbers[0][at]), int(numbers[1][at]) + 1):
            begin, end = _bounds(fee, number, int(joined[at]))
            since, until = max(begin, int(first[at])), min(end, int(last[at]))
            priced = _priced(plan, Fraction(until - since, end - begin))
            yield FeeLine(
                account, plan.id, plan.currency, _date(begin), _date(end), _date(since), _date(until), *priced
            )


@lru_cache(maxsize=65536)
def _bounds(fee: Fee, number: int, joined: int) -> tuple[int, int]:
    both = first_of(fee.period, np.array([number, number + 1]), np.array([joined, joined]))
    return int(both[0]), int(both[1])


@lru_cache(maxsize=65536)
def _priced(plan: Plan, part: Fraction) -> tuple[Fraction, int | None, int | None, int | None]:
    """The exact fee of a part of a period; net, tax and gross in micro, None where the rate of a tax is not known."""
    assert plan.fee is not None
    amount = Fraction(plan.fee.amount_micro, MICRO_PER_UNIT) * part
    rounding = plan.rounding or Rounding("half_up", plan.minor_micro)
    unit_micro, mode = rounding.unit_micro, ROUNDING_MODES.index(rounding.mode)
    rounded = round_to(amount, unit_micro, mode)
    if plan.tax is None or amount == 0:  # no tax is due on nothing, whatever its rate
        return amount, rounded, 0, rounded
    rates, included = plan.tax.rates.each, plan.tax.included
    if rates is None:
        return (amount, None, None, rounded) if included else (amount, rounded, None, None)
    together = sum(rate.rate_ppm for rate in rates)
    base = amount * PPM_PER_UNIT / (PPM_PER_UNIT + together) if included else amount
    tax = sum(round_to(base * rate.rate_ppm / PPM_PER_UNIT, unit_micro, mode) for rate in rates)
    return (amount, rounded - tax, tax, rounded) if included else (amount, rounded, tax, rounded + tax)


def _table(lines: list[FeeLine]) -> Any:
    def money(values: list[int | None]) -> Any:
        return pa.array([None if each is None else Decimal(each) / MICRO_PER_UNIT for each in values], _MONEY)

    pico = [line.amount * _PICO for line in lines]
    exact = [Decimal((2 * each.numerator + each.denominator) // (2 * each.denominator)) / _PICO for each in pico]
    return pa.table(
        {
            "account": pa.array([line.account for line in lines], pa.string()),
            "plan": pa.array([line.plan for line in lines], pa.string()),
            "currency": pa.array([line.currency for line in lines], pa.string()),
            "period_start": pa.array([line.period_start for line in lines], pa.date32()),
            "period_end": pa.array([line.period_end for line in lines], pa.date32()),
            "from": pa.array([line.start for line in lines], pa.date32()),
            "until": pa.array([line.end for line in lines], pa.date32()),
            "days": pa.array([(line.end - line.start).days for line in lines], pa.int32()),
            "period_days": pa.array([(line.period_end - line.period_start).days for line in lines], pa.int32()),
            "amount": pa.array(exact, _AMOUNT),
            "net": money([line.net_micro for line in lines]),
            "tax": money([line.tax_micro for line in lines]),
            "gross": money([line.gross_micro for line in lines]),
        }
    )


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)
