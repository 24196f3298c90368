"""What the lint says of prices, graces and minima holds in every bill of the slow twin, whatever a tariff restricts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lint_world import placed, reported
from strategies import random_network

from rating.reference import Bill, rate_session
from rating.tariff.lint.check import lint
from rating.tariff.model import DimensionName, Tariff

SEEDS = 60
_DIMENSIONS: dict[str, DimensionName] = {"reservation_time": "time", "reservation_flat": "flat"}


def named(tariff: Tariff) -> Tariff:
    """The tariff with elements that are named by their version and number."""
    versions = []
    for v, version in enumerate(tariff.versions):
        elements = tuple(replace(element, name=f"{v} {e}") for e, element in enumerate(version.elements))
        versions.append(replace(version, elements=elements))
    return placed(replace(tariff, versions=tuple(versions)))


def minimum_is_idle(tariff: Tariff) -> bool:
    """Whether the lint says of each side of the only version's minimum that it does nothing."""
    limit = tariff.versions[0].min_price
    if limit is None or len(tariff.versions) > 1:
        return False
    sides = sum(side is not None for side in (limit.before_tax_micro, limit.after_tax_micro))
    return sides == sum(fault.code == "min_no_effect" for fault in lint([tariff]))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_said_holds_in_every_bill(seed: int) -> None:
    drawn, sessions = random_network(seed, max_tariffs=4, max_sessions=30, faulty=False, full=True)
    for tariff in map(named, drawn):
        never, free, idle = reported(tariff), reported(tariff, ("grace_covers_all",)), minimum_is_idle(tariff)
        for _, usage in sessions:
            bill = rate_session(tariff, usage)
            # A CDR may tell more time than its clock has, and so outlast any grace.
            clocked = all(interval.volumes_us is None for interval in usage.intervals)
            for line in bill.lines if isinstance(bill, Bill) else ():
                if line.element is not None and line.dimension is not None:
                    v, e = (int(number) for number in line.element.split())
                    price = (v, e, _DIMENSIONS.get(line.dimension, line.dimension))
                    assert price not in never
                    assert price not in free or line.amount == 0 or not clocked
                # Nobody charges in a reservation that expired.
                assert line.kind != "minimum" or usage.expired or not idle
