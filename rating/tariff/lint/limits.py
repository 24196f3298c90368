"""The least and the most that a session costs, where they contradict each other or do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rating.errors import Fault
from rating.tariff.lint.axes import Axes
from rating.tariff.lint.boxes import Budget, SpentError, is_empty, uncovered
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.span import span_of
from rating.tariff.lint.words import limit_text
from rating.tariff.model import Component, PriceLimit, Rates, Tariff, Version, When
from rating.units import PPM_PER_UNIT

_NONE = PriceLimit()
_Flat = tuple[When, Component]


def session_limits(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about `min_price` and `max_price`."""
    budget = Budget()
    for number, version in enumerate(tariff.versions):
        yield from _crossed(tariff, version)
        yield from _idle_minimum(tariff, number, budget)


def _crossed(tariff: Tariff, version: Version) -> Iterator[Fault]:
    least, most = version.min_price or _NONE, version.max_price or _NONE
    factor = _common_factor(tariff, version)
    same = Fraction(1)
    sides: list[tuple[str, int | None, str, int | None, Fraction | None]] = [
        ("before_tax", least.before_tax_micro, "before_tax", most.before_tax_micro, same),
        ("after_tax", least.after_tax_micro, "after_tax", most.after_tax_micro, same),
    ]
    if most.before_tax_micro is None:  # no tax is below zero, so a total with tax is not below the one without
        sides.append(("before_tax", least.before_tax_micro, "after_tax", most.after_tax_micro, factor or same))
    if most.after_tax_micro is None and factor is not None:
        sides.append(("after_tax", least.after_tax_micro, "before_tax", most.before_tax_micro, 1 / factor))
    for low_side, low, high_side, high, scale in sides:
        if low is not None and high is not None and scale is not None and low * scale > high:
            got = f"{limit_text('min_price', low_side, low)}, {limit_text('max_price', high_side, high)}"
            fix = "swap the two, or delete one"
            yield warning(Code.MIN_ABOVE_MAX, version.place, got, "a max_price that is not below min_price", fix)
            return


def _common_factor(tariff: Tariff, version: Version) -> Fraction | None:
    """1 + the rates of every price, where they are known and the same; None where not."""
    own = tariff.tax.rates if tariff.tax else Rates(())
    parts = [part for element in version.elements for part in element.components]
    totals = {own.total_ppm, *(tariff.rates_of(part).total_ppm for part in parts)}
    return _factor(totals.pop()) if len(totals) == 1 else None


def _factor(total_ppm: int | None) -> Fraction | None:
    return None if total_ppm is None else 1 + Fraction(total_ppm, PPM_PER_UNIT)


def _idle_minimum(tariff: Tariff, number: int, budget: Budget) -> Iterator[Fault]:
    """A minimum of 0, or one where whoever charges pays at least that once, for the session itself."""
    version = tariff.versions[number]
    limit = version.min_price or _NONE
    parts = [(element.when, part) for element in version.elements for part in element.components]
    flats = [(when, part) for when, part in parts if part.dimension == "flat" and when.reservation is None]
    # A reservation that expired pays no ordinary price, and may well need a minimum.
    may_do = version.min_price is None or any(when.reservation is not None for when, _ in parts)
    # A market price below zero takes off what is paid for the session itself.
    spots = [part.spot for _, part in parts if part.spot is not None]
    may_do = may_do or any(spot.floor_micro is None or spot.floor_micro < 0 for spot in spots)
    always = not may_do and _always_due(tariff, number, flats, budget)
    for side, least in (("before_tax", limit.before_tax_micro), ("after_tax", limit.after_tax_micro)):
        # Every flat price counts, also one that another hides: less is claimed, and never too much.
        paid = [_paid(tariff, part, side) for _, part in flats]
        if (least == 0 and not spots) or (
            least and always and all(each is not None and each >= least for each in paid)
        ):
            got = limit_text("min_price", side, least)
            why = "the price per session is that much already: raise it, or " if least else ""
            want = "a minimum that somebody who charges is below"
            place = limit.place if str(limit.place) else version.place  # OCPI has one of them alone
            yield warning(Code.MIN_NO_EFFECT, place, got, want, f"{why}leave it out")


def _always_due(tariff: Tariff, number: int, flats: list[_Flat], budget: Budget) -> bool:
    """Whether some flat price holds at whatever moment a session starts."""
    axes = Axes([when for when, _ in flats])
    space = axes.space(span_of(tariff, number).touched)
    try:
        return not is_empty(space) and not uncovered(space, [axes.box(when) for when, _ in flats], budget)
    except SpentError:
        return False


def _paid(tariff: Tariff, part: Component, side: str) -> Fraction | None:
    """What a flat price comes to on one side of its tax, in micro; None where that is not known."""
    amount = max(part.price.amount_micro, part.min_micro or 0)
    amount = amount if part.max_micro is None else min(amount, part.max_micro)
    if tariff.tax is None or (side == "after_tax") == tariff.tax.included:
        return Fraction(amount)
    factor = _factor(tariff.rates_of(part).total_ppm)
    if factor is None:
        return None
    return amount / factor if tariff.tax.included else amount * factor
