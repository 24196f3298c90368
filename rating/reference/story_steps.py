"""What all parts of a story need: the steps of a bill by their kind, and how prices are said."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from rating.reference import trace, words
from rating.reference.match import Priced, component_of, find
from rating.reference.values import Bill
from rating.reference.words_when import conditions
from rating.tariff.model import Tariff
from rating.tariff.spot import SpotPrice
from rating.units import MICRO_PER_UNIT, PPM_PER_UNIT

_S = TypeVar("_S")


def steps(bill: Bill, kind: type[_S]) -> list[_S]:
    """The steps of that kind, in the order in which they were taken."""
    return [step for step in bill.trace if isinstance(step, kind)]


def only(bill: Bill, kind: type[_S]) -> _S:
    """The one step of that kind."""
    (step,) = steps(bill, kind)
    return step


def tariff_of(bill: Bill) -> Tariff:
    """The tariff that priced it."""
    return only(bill, trace.Rules).tariff


def changes_at_once(tariff: Tariff) -> bool:
    """Whether a session may be priced by more than one version."""
    return tariff.on_change == "at_once" and len(tariff.versions) > 1


def lines_by_step(bill: Bill) -> dict[int, int]:
    """The number of its line by the id of a step; lines are made in this order (see lines)."""
    found: list[object] = [*steps(bill, trace.Charged), *steps(bill, trace.Allowed)]
    found += [step for step in steps(bill, trace.Discounted) if step.taken]
    found += [step for step in steps(bill, trace.Limited) if step.change]
    if bill.lines and bill.lines[-1].kind == "rounding":
        found.append(only(bill, trace.Rounded))
    return {id(step): number for number, step in enumerate(found, start=1)}


def left_of(bill: Bill) -> list[trace.Charged]:
    """What its discounts left of each component."""
    left = {step.priced: step.amount for step in steps(bill, trace.Charged)}
    for discount in steps(bill, trace.Discounted):
        for priced, amount in discount.taken:
            left[priced] -= amount
    return [replace(step, amount=left[step.priced]) for step in steps(bill, trace.Charged)]


def money(tariff: Tariff, amount: Fraction) -> str:
    """An exact amount."""
    return words.money(amount, tariff.currency, words.decimals_of(tariff.minor_micro))


def micro(tariff: Tariff, amount_micro: int) -> str:
    """An amount in millionths."""
    return money(tariff, Fraction(amount_micro, MICRO_PER_UNIT))


def price(tariff: Tariff, priced: Priced) -> str:
    """The price of a component: 0.39 EUR/kWh; of one that follows an index, how."""
    component = find(tariff, priced)[2]
    if component.spot is not None:
        return _index_price(tariff, component.spot)
    found = component.price
    return f"{micro(tariff, found.amount_micro)}/{found.unit_text}"


def _index_price(tariff: Tariff, spot: SpotPrice) -> str:
    text = f"the index {spot.index.name}"
    if spot.factor_ppm != PPM_PER_UNIT:
        text += f" x {words.decimal(Fraction(spot.factor_ppm, PPM_PER_UNIT))}"
    if spot.add_micro:
        sign = "+" if spot.add_micro > 0 else "-"
        text += f" {sign} {micro(tariff, abs(spot.add_micro))}/kWh"
    for limit, called in ((spot.floor_micro, "at least"), (spot.ceiling_micro, "at most")):
        if limit is not None:
            text += f", {called} {micro(tariff, limit)}/kWh"
    return text


def holds(tariff: Tariff, priced: Priced) -> tuple[str, ...]:
    """When a component prices: the conditions of its element, or what that means where it has none."""
    version, element, component = find(tariff, priced)
    before = version.elements[: priced.element]
    is_rest = any(component_of(each, component.dimension) for each in before)
    return tuple(conditions(element.when)) or ("when none before it holds" if is_rest else "at all times",)
