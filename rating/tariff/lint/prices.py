"""Single prices that are likely not what was meant: their size, step and grace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from rating.errors import Fault
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.sizes import bounds_of, is_usual
from rating.tariff.lint.words import length_text, money_text, price_text
from rating.tariff.model import UNITS_OF, Component, Element, Price, Tariff
from rating.units import MICRO_PER_UNIT, MWH_PER_KWH, MWH_PER_WH, SESSION_MAX_US, US_PER_S

# OCPI has to say a step: 1 Wh or 1 s means none in particular.
_FINEST = {"energy": MWH_PER_WH, "time": US_PER_S, "parking_time": US_PER_S, "flat": 0}


def components(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about each price by itself."""
    for version in tariff.versions:
        for element in version.elements:
            for part in element.components:
                yield from _size(part, tariff)
                yield from _step(part)
                yield from _grace(element, part)


def _size(part: Component, tariff: Tariff) -> Iterator[Fault]:
    price, currency = part.price, tariff.currency
    bounds = bounds_of(price, part.dimension, currency)
    amount = Fraction(price.amount_micro, MICRO_PER_UNIT)
    if bounds is None or not amount or bounds[0] <= amount <= bounds[1]:
        return
    want = f"a usual price, from {_rough(bounds[0])} to {_rough(bounds[1])} {currency}/{price.unit_text}"
    meant = [price_text(other) for other in _others(part, tariff) if is_usual(other, part.dimension, currency)]
    fix = f"did you mean {' or '.join(meant[:2])}?" if meant else "look at the amount and at its unit"
    yield warning(Code.IMPLAUSIBLE, part.place, price_text(price), want, fix)


def _rough(value: Fraction) -> str:
    """A number to one digit: what it is made from is no better.

    >>> _rough(Fraction(875)), _rough(Fraction("0.00175"))
    ('900', '0.002')
    """
    text = f"{float(value):.0e}"  # no amount: a bound in a message
    return money_text(int(Fraction(text) * MICRO_PER_UNIT))


def _others(part: Component, tariff: Tariff) -> Iterator[Price]:
    """What may have been meant: the amount in or from cents, or another unit."""
    price = part.price
    cents = 1_000 if tariff.minor_micro == 1_000 else 100
    yield replace(price, amount_micro=price.amount_micro // cents)
    yield replace(price, amount_micro=price.amount_micro * cents)
    if price.count == 1:
        yield from (replace(price, unit=unit) for unit in UNITS_OF[part.dimension] if unit != price.unit)


def _step(part: Component) -> Iterator[Fault]:
    got = f"step_size: {step_text(part)}"
    if part.dimension == "flat" and part.step > 0:
        fix = "leave it out: a session is one"
        yield warning(Code.STEP_NO_EFFECT, part.place, got, "no step beside a price of a session", fix)
    elif part.step > _FINEST[part.dimension] and part.price.amount_micro == 0 and part.round == "up":
        fix = "leave it out (in OCPI write 1): what it adds is free as well"
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
        got = f"grace: {length_text(part.grace_us)}"
        want = f"less than {length_text(longest)}, for which the price can hold"
        yield warning(Code.GRACE_COVERS_ALL, part.place, got, want, "shorten it: now all of this time is free")
