"""Short ways to a plan, a coupon and the history of an account, for the tests of the twin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from reference_tools import tariff_of
from strategies_pick import instant_us

from rating.reference import Account, Bill, Interval, Refusal, State, Usage, rate_history
from rating.tariff.model import PriceLimit, Tariff
from rating.tariff.plans import Allowance, Cap, Coupon, Discount, Loyalty, Period, Plan, Plans, Tier
from rating.units import MWH_PER_KWH, PPM_PER_PERCENT, US_PER_H

KWH = MWH_PER_KWH
CENT = 10_000
EURO = 1_000_000
DAY, WEEK, MONTH = Period("day"), Period("week"), Period("month")
ENERGY = tariff_of("name: all, energy: 0.50/kWh")


def plan_of(id_: str = "gold", zone: str = "UTC", **parts: Any) -> Plan:
    return Plan(id_, "EUR", CENT, zone, **parts)


def coupon_of(code: str = "HALF", zone: str = "UTC", **facts: Any) -> Coupon:
    given = {"discount": percent(50, name=f"coupon {code}"), **facts}
    return Coupon(code, "EUR", CENT, zone, **given)


def percent(count: int, name: str = "less", **facts: Any) -> Discount:
    return Discount(name, percent_ppm=count * PPM_PER_PERCENT, **facts)


def included(kwh: int, period: Period = MONTH, **facts: Any) -> Allowance:
    return Allowance("included energy", "energy", kwh * KWH, "kWh", period, **facts)


def by_sessions(at: int, count: int, **facts: Any) -> Loyalty:
    """From so many sessions on so much percent."""
    given = {"period": MONTH, "rolling_days": 0, **facts}
    return Loyalty("frequent", "sessions", tiers=(Tier(at, percent(count, "frequent")),), **given)


def capped(after_tax: int, period: Period = DAY, **facts: Any) -> Cap:
    return Cap(f"{period.per} cap", period, PriceLimit(None, after_tax * EURO), **facts)


def session(id_: str | int, start: str, kwh: int = 10, account: str | None = "anna", **facts: Any) -> Usage:
    """An hour in which so much energy came."""
    start_us = instant_us(start)
    end_us = start_us + US_PER_H
    return Usage(id_, start_us, end_us, (Interval(start_us, end_us, kwh * KWH),), account=account, **facts)


def rated(
    plans: Iterable[Plan | Coupon],
    usages: Iterable[Usage],
    state: State = (),
    accounts: Iterable[Account] | None = None,
    tariff: Tariff = ENERGY,
) -> tuple[dict[str | int, Bill | Refusal], State]:
    """The answers by session, where anna has the first plan from 2026 on unless something else is said."""
    plans, usages = list(plans), list(usages)
    offers = Plans(
        tuple(each for each in plans if isinstance(each, Plan)),
        tuple(each for each in plans if isinstance(each, Coupon)),
    )
    rows = [Account("anna", id_, date(2026, 1, 1)) for id_ in list(offers)[:1]] if accounts is None else list(accounts)
    answers, after = rate_history({"t": tariff}, offers, rows, [("t", usage) for usage in usages], state)
    return {answer.session_id: answer for answer in answers}, after


def gross(answers: dict[str | int, Bill | Refusal]) -> dict[str | int, Any]:
    """What each session pays in cents, or the code of its refusal."""
    return {
        id_: answer.code if isinstance(answer, Refusal) else (answer.gross_micro or 0) // CENT
        for id_, answer in answers.items()
    }


def values(state: State, item: str) -> dict[str, int]:
    """The values of an item by name."""
    return {row.name: row.value for row in state if row.item == item}
