"""All rules over all tariffs, plans and coupons, in the order of their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from rating.errors import Fault
from rating.tariff.lint.bounds import restriction_sizes
from rating.tariff.lint.covered import Scope
from rating.tariff.lint.holes import free_energy
from rating.tariff.lint.indexes import index_prices
from rating.tariff.lint.limits import session_limits
from rating.tariff.lint.markets import market_sizes
from rating.tariff.lint.plan_sizes import nothing_off, sizes
from rating.tariff.lint.plans import below_zero, caps_without_tax, of_no_tariff, unused
from rating.tariff.lint.prices import components
from rating.tariff.lint.profiles import PROFILES
from rating.tariff.lint.reach import never_reached
from rating.tariff.lint.reserved import reservations
from rating.tariff.lint.taxes import rates
from rating.tariff.lint.versions import version_dates
from rating.tariff.lint.whens import restrictions
from rating.tariff.model import Tariff
from rating.tariff.plans import Coupon, Plan, Plans

RULES: Final[tuple[Callable[[Tariff], Iterator[Fault]], ...]] = (
    version_dates,
    restrictions,
    restriction_sizes,
    never_reached,
    free_energy,
    components,
    reservations,
    session_limits,
    rates,
    index_prices,
    market_sizes,
)


PLAN_RULES: Final[tuple[Callable[[Scope], Iterator[Fault]], ...]] = (
    of_no_tariff,
    unused,
    below_zero,
    caps_without_tax,
    nothing_off,
    sizes,
)


def lint(tariffs: Iterable[Tariff], plans: Plans | None = None, *, profiles: Iterable[str] = ()) -> list[Fault]:
    """What is likely a mistake in tariffs that can be used, and in plans and coupons: by file and line, each only once.
    With `profiles` (afir, california, eichrecht) also what breaks the rules of a market.

    >>> from rating.tariff.load import parse_tariff
    >>> text = "tariff: a\\ncurrency: EUR\\nversions:\\n  - elements:\\n      - energy: 39/kWh"
    >>> print(lint([parse_tariff(text)])[0].message)
    read `39/kWh`, expected a usual price, from 0.005 to 5 EUR/kWh; did you mean 0.39/kWh?
    """
    tariffs = tuple(tariffs)
    offered: tuple[Plan | Coupon, ...] = () if plans is None else (*plans.values(), *plans.coupons.values())
    found = [fault for tariff in tariffs for rule in RULES for fault in rule(tariff)]
    found += [fault for each in offered for rule in PLAN_RULES for fault in rule(Scope(each, tariffs))]
    found += [fault for name in profiles for tariff in tariffs for fault in PROFILES[name].check(tariff)]
    return sorted(dict.fromkeys(found), key=_position)


def _position(fault: Fault) -> tuple[str, int, int, list[int]]:
    """By what warnings are sorted; those of one place stay in the order of the rules."""
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", fault.place.path)]
    return fault.place.source, fault.place.line or 0, fault.place.column or 0, numbers
