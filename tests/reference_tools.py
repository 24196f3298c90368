"""Short ways to a tariff and a session, for the tests of the twin."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from strategies_pick import instant_us

from rating.reference import Bill, Interval, Usage, rate_session, trace
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariff
from rating.units import US_PER_MIN

NOON = instant_us("2026-06-02T12:00+00:00")  # a Tuesday


def tariff_of(elements: str, head: str = "", tail: str = "") -> Tariff:
    """A tariff of one version, an element in each line; without tax unless `head` says one."""
    listed = "\n".join(f"      - {{{line.strip()}}}" for line in elements.strip().splitlines())
    after = "\n".join(f"    {line}" for line in tail.splitlines())
    return parse_tariff(
        f"tariff: t\ncurrency: EUR\ntime_zone: UTC\n{head}\nversions:\n  - elements:\n{listed}\n{after}\n"
    )


def minute(number: float) -> int:
    """The instant so many minutes after noon."""
    return NOON + round(number * US_PER_MIN)


def usage_of(*intervals: Interval, **facts: Any) -> Usage:
    """A session from the start of its first interval to the end of its last, but for what is reserved."""
    own = [interval for interval in intervals if interval.activity != "reserved"]
    return Usage("S", own[0].start_us, own[-1].end_us, intervals, **facts)


def bill_of(tariff: Tariff, usage: Usage) -> Bill:
    bill = rate_session(tariff, usage)
    assert isinstance(bill, Bill), bill
    return bill


def volumes(tariff: Tariff, usage: Usage) -> dict[str, Fraction]:
    """The volume of each line by its element's name; names are of one price each."""
    bill = bill_of(tariff, usage)
    return {line.element or line.kind: line.volume or Fraction(0) for line in bill.lines}


def steps(bill: Bill, kind: type) -> list[Any]:
    return [step for step in bill.trace if isinstance(step, kind)]


def taxed(bill: Bill) -> trace.Taxed:
    (found,) = steps(bill, trace.Taxed)
    return found
