"""The least and the most that a session costs: `min_price`, `max_price` and the caps of a plan (PRICING 4)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from rating.reference.amount import money
from rating.reference.deal import CapSoFar
from rating.reference.tax import Total, total_from_nothing
from rating.reference.trace import Limited, LimitKind, Stage
from rating.tariff.model import PriceLimit, Tariff, Version


def apply_limits(tariff: Tariff, version: Version, total: Total) -> tuple[Total, list[Limited]] | None:
    """`min_price` then `max_price` before tax, then both again after tax; None where a limit lies on the side of the
    total that is not known.

    Our choices: the limits are those of the version at the session's start. "Only if no before-tax limit is given"
    is read limit by limit: a minimum after tax moves the total before tax unless `min_price` itself has `before_tax`,
    and likewise a maximum. With no tax the totals before and after tax are the same, whatever moves them.
    """
    steps: list[Limited] = []
    stages: tuple[Stage, ...] = ("before_tax", "after_tax")
    kinds: tuple[LimitKind, ...] = ("minimum", "maximum")
    for stage in stages:
        for kind in kinds:
            given = version.min_price if kind == "minimum" else version.max_price
            if given is not None:
                total = _limit(tariff, given, total, stage, kind, steps)
    if total.taxes is None and _limits_side(version, "before_tax" if total.included else "after_tax"):
        return None
    return total, steps


def _limits_side(version: Version, stage: Stage) -> bool:
    return any(
        limit and getattr(limit, f"{stage}_micro") is not None for limit in (version.min_price, version.max_price)
    )


def _limit(
    tariff: Tariff, given: PriceLimit, total: Total, stage: Stage, kind: LimitKind, steps: list[Limited]
) -> Total:
    after_tax = stage == "after_tax"
    limit_micro = given.after_tax_micro if after_tax else given.before_tax_micro
    before = total.gross if after_tax else total.net
    if limit_micro is None or before is None:  # a side that is not known has no limits, or the session is refused
        return total
    limit = money(limit_micro)
    if before >= limit if kind == "minimum" else before <= limit:
        return total
    new = _moved(tariff, given, total, before, limit, after_tax)
    steps.append(Limited(kind, stage, limit_micro, before, new.of_lines - total.of_lines))
    return new


def _moved(
    tariff: Tariff, given: PriceLimit, total: Total, before: Fraction, limit: Fraction, after_tax: bool
) -> Total:
    """The total whose side (`before` now) is the limit."""
    if after_tax and given.before_tax_micro is not None and tariff.tax is not None and total.net is not None:
        return total.with_tax(limit - total.net, tariff.tax.rates)
    if before == 0:
        return total_from_nothing(tariff, limit, after_tax)
    return total.scaled(limit / before)


def apply_caps(total: Total, caps: Iterable[CapSoFar]) -> tuple[Total, list[Limited]] | None:
    """Each cap as one more maximum, of its side alone; None where that side is not known.

    What the sessions before left of it is the most, and never less than 0: a cap makes no session pay out. As for a
    maximum of one side without the other, the total before and after tax move together.
    """
    steps: list[Limited] = []
    for each in caps:
        after_tax = each.cap.max.after_tax_micro is not None
        cap_micro = each.cap.max.after_tax_micro if after_tax else each.cap.max.before_tax_micro
        before = total.gross if after_tax else total.net
        if before is None:
            return None
        assert cap_micro is not None
        left_micro = max(0, cap_micro - each.charged_micro)
        limit = money(left_micro)
        if before > limit:
            new = total.scaled(limit / before)
            stage: Stage = "after_tax" if after_tax else "before_tax"
            steps.append(Limited("maximum", stage, left_micro, before, new.of_lines - total.of_lines, each))
            total = new
    return total, steps
