"""Single prices that are likely not what was meant: their size, step, grace and limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from rating.errors import Fault
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.sizes import UNITS, bounds_of, is_plausible
from rating.tariff.lint.words import length_text, money_text, price_text
from rating.tariff.model import UNITS_OF, Component, Element, Price, Tariff
from rating.units import MICRO_PER_UNIT, MWH_PER_KWH, MWH_PER_WH, SESSION_MAX_US


def components(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about each price by itself."""
    for version in tariff.versions:
        for element in version.elements:
            for index, part in enumerate(element.components):
                yield from _twice(element, index)
                yield from _size(part, tariff.currency)
                yield from _step(part)
                yield from _grace(element, part)
                yield from _limits(part)


def _twice(element: Element, index: int) -> Iterator[Fault]:
    part = element.components[index]
    if any(other.dimension == part.dimension for other in element.components[:index]):
        got = f"{part.dimension} {price_text(part.price)}"
        fix = "the first one counts: delete this one"
        yield warning(Code.DIMENSION_TWICE, part.place, got, f"one price of {part.dimension} in an element", fix)


def _size(part: Component, currency: str) -> Iterator[Fault]:
    bounds = bounds_of(part.dimension, currency)
    if bounds is None or is_plausible(part.price, part.dimension, currency):
        return
    low, high = (_rough(bound) for bound in bounds)
    want = f"a usual price, from {low} to {high} {currency}/{UNITS[part.dimension]}"
    others = (price for price in _others(part) if price.amount_micro)
    meant = next((price for price in others if is_plausible(price, part.dimension, currency)), None)
    fix = f"did you mean {price_text(meant)}?" if meant else "look at the amount and at its unit"
    yield warning(Code.PRICE_SIZE, part.place, price_text(part.price), want, fix)


def _rough(value: Fraction) -> str:
    """A number to one digit: what it is made from is no better.

    >>> _rough(Fraction(875)), _rough(Fraction("0.00175"))
    ('900', '0.002')
    """
    text = f"{float(value):.0e}"  # no amount: a bound in a message
    return money_text(int(Fraction(text) * MICRO_PER_UNIT))


def _others(part: Component) -> Iterator[Price]:
    """What may have been meant: another unit, or the amount in or from cents."""
    price = part.price
    if price.count == 1:
        units = UNITS_OF[part.dimension]
        yield from (replace(price, unit=unit) for unit in units if unit != price.unit)
    yield replace(price, amount_micro=price.amount_micro // 100)
    yield replace(price, amount_micro=price.amount_micro * 100)


def _step(part: Component) -> Iterator[Fault]:
    got = f"step_size {step_text(part)}"
    if part.dimension == "flat" and part.step > 0:
        fix = "leave it out: a session is one"
        yield warning(Code.STEP_NO_EFFECT, part.place, got, "no step beside a price of a session", fix)
    elif part.step > 0 and part.price.amount_micro == 0 and part.round == "up":
        fix = "leave it out: what it adds is free as well"
        yield warning(Code.STEP_NO_EFFECT, part.place, got, "a step beside a price above 0", fix)


def step_text(part: Component) -> str:
    """A step with its unit."""
    if part.dimension == "flat":
        return str(part.step)
    if part.dimension != "energy":
        return length_text(part.step)
    size, unit = (MWH_PER_KWH, "kWh") if part.step % MWH_PER_KWH == 0 else (MWH_PER_WH, "Wh")
    return f"{part.step // size} {unit}"


def _grace(element: Element, part: Component) -> Iterator[Fault]:
    """Grace as long as the time at which the price can hold: what is billed of it is always nothing."""
    longest = min(SESSION_MAX_US, element.when.max_duration_us or SESSION_MAX_US)
    if part.grace_us > 0 and longest <= part.grace_us and part.dimension in ("time", "parking_time"):
        got = f"grace {length_text(part.grace_us)}"
        want = f"less than {length_text(longest)}, for which the price can hold"
        yield warning(Code.GRACE_COVERS_ALL, part.place, got, want, "shorten it: now all of this time is free")


def _limits(part: Component) -> Iterator[Fault]:
    least, most = part.min_micro, part.max_micro
    if least is not None and most is not None and least > most:
        got = f"min {money_text(least)}, max {money_text(most)}"
        fix = "swap the two, or delete one: the max wins"
        yield warning(Code.MIN_ABOVE_MAX, part.place, got, "a max that is not below the min", fix)
