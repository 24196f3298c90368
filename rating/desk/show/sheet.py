"""A tariff as data that sentences say: read back from the compiled rows, so that it is what is billed.

Prices, steps, limits and thresholds come from the arrays that kernels read. The calendar comes in the author's own
words, because months and dates beyond any compiled span are in no array; a test demands that each epoch says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from rating.compile.groups import Group
from rating.compile.restricted import condition_of, line_dimension
from rating.compile.tables import Compiled, compile_timelines
from rating.compile.taxes import distinct, taxes_of
from rating.compile.traits import NO_TRAITS, Traits
from rating.kernels.arrays import FROM_CHARGING_END, FROM_FIRST_ENERGY, NEVER, PLUGGED_IN
from rating.tariff.model import (
    LineDimension,
    OnChange,
    Price,
    PriceLimit,
    Rates,
    Rounding,
    RoundingMode,
    StepRound,
    Tariff,
    TaxRate,
    Version,
    When,
)
from rating.tariff.spot import SpotPrice
from rating.units import LINE_DIMENSIONS, NANO_PER_MICRO, ROUNDING_MODES, US_PER_DAY

_STEP_ROUNDS: tuple[StepRound, ...] = ("up", "down", "nearest")
_MODES: tuple[RoundingMode, ...] = ROUNDING_MODES
_RESERVED = ("time", "flat")


@dataclass(frozen=True, slots=True)
class Offer:
    """One price of one dimension, and when it holds. Of a dimension the first offer that holds is billed."""

    number: int  # the component's place in its version, which is the order of lines on a bill
    element: str
    dimension: LineDimension
    when: When
    price: Price
    rates: Rates
    grace_us: int
    step: int  # base units: milli-Wh or microseconds; 0: exact
    round: StepRound
    min_micro: int | None
    max_micro: int | None
    counts: int  # which time a price of parking counts: kernels.arrays.PARKED, ...
    spot: SpotPrice | None
    yields: bool  # a step of charging time beside prices of parking, to which the step of a session goes first
    shadowed: bool  # an offer before it holds always, so that no moment reaches it

    @property
    def always(self) -> bool:
        """Whether it holds at every moment of every session, reservations apart."""
        return replace(self.when, reservation=None) == When()


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a tariff."""

    label: str
    valid_from: date | int | None
    valid_until: date | int | None
    offers: tuple[Offer, ...]
    min_price: PriceLimit | None
    max_price: PriceLimit | None

    def of(self, dimension: LineDimension) -> tuple[Offer, ...]:
        """The offers of a dimension that some moment reaches, in the order in which they are asked."""
        return tuple(each for each in self.offers if each.dimension == dimension and not each.shadowed)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A tariff as its sentences say it."""

    id: str
    name: str
    currency: str
    minor_micro: int
    time_zone: str | None
    on_change: OnChange
    tax_included: bool | None  # None: no tax applies
    rates: Rates  # of a price that names no taxes of its own, and of a minimum
    rounding: Rounding
    editions: tuple[Edition, ...]


def sheet_of(tariff: Tariff) -> Sheet:
    """The sheet of a tariff.

    Raises: TariffError where its prices are such that nothing could be billed by them.

    >>> from rating import load_tariffs
    >>> sheet_of(load_tariffs("tariffs/per-kwh.yaml")["per-kwh"]).editions[0].offers[0].price
    Price(amount_micro=390000, unit='kWh', count=1)
    """
    editions, roundings = [], []
    for version in tariff.versions:
        compiled = compile_alone(tariff, version, NO_TRAITS, 0, 1)
        editions.append(_edition(tariff, version, compiled))
        roundings.append(_rounding(compiled))
    return Sheet(
        id=tariff.id,
        name=tariff.name,
        currency=tariff.currency,
        minor_micro=tariff.minor_micro,
        time_zone=tariff.time_zone,
        on_change=tariff.on_change,
        tax_included=None if tariff.tax is None else tariff.tax.included,
        rates=Rates(()) if tariff.tax is None else tariff.tax.rates,
        rounding=roundings[0] if roundings else tariff.rounding,
        editions=tuple(editions),
    )


def compile_alone(tariff: Tariff, version: Version, traits: Traits, first_day: int, last_day: int) -> Compiled:
    """The tables of one version on clocks that are never set, so that an epoch begins at a reading of the wall's.

    Days count from 1970-01-01, the last one is included. Every dimension has its candidates, and prices by an index
    stand for themselves: their instants are those of a zone.
    """
    bare = tuple(
        replace(each, components=tuple(replace(part, spot=None) for part in each.components))
        for each in version.elements
    )
    alone = replace(
        tariff,
        versions=(replace(version, elements=bare, valid_from=None, valid_until=None),),
        on_change="next_session",
        time_zone="UTC",
    )
    lo_us, hi_us = first_day * US_PER_DAY, (last_day + 1) * US_PER_DAY
    return compile_timelines(((Group(alone, "UTC", traits, True, lo_us, hi_us), 0),), lo_us)


def _edition(tariff: Tariff, version: Version, compiled: Compiled) -> Edition:
    offers: list[Offer] = []
    for offer in _offers(tariff, version, compiled):
        before = (each for each in offers if each.dimension == offer.dimension and not each.shadowed)
        hidden = any(each.always and each.when.reservation == offer.when.reservation for each in before)
        offers.append(replace(offer, shadowed=hidden))
    if any(each.dimension == "parking_time" and not each.shadowed for each in offers):
        offers = [replace(each, yields=each.dimension == "time" and each.step > 0) for each in offers]
    limits = compiled.versions[0]
    return Edition(
        version.label, version.valid_from, version.valid_until, tuple(offers), limits.min_price, limits.max_price
    )


def _offers(tariff: Tariff, version: Version, compiled: Compiled) -> Iterator[Offer]:
    """Each component's row as an offer. Energy and parking of a reservation, which OCPI can say, price nothing."""
    rows = compiled.book.components
    taxes = [row.tax for row in taxes_of(tariff.tax, distinct(tariff.tax, [part.rates for part in compiled.parts]))]
    spots = [part.spot for element in version.elements for part in element.components]
    number = 0
    for element in version.elements:
        for part in element.components:
            if element.when.reservation and part.dimension not in _RESERVED:
                number += 1
                continue
            price = _price(compiled.units[rows.unit[number]], int(rows.price_micro[number]))
            assert Fraction(int(rows.num[number]), int(rows.den[number])) == Fraction(
                price.amount_micro * NANO_PER_MICRO, price.per
            )
            least, most = int(rows.min_nano[number]), int(rows.max_nano[number])
            yield Offer(
                number=number,
                element=compiled.elements[rows.element[number]],
                dimension=LINE_DIMENSIONS[line_dimension(part, element.when)],
                when=_when(element.when),
                price=price,
                rates=_rates(int(rows.tax_bits[number]), taxes),
                grace_us=int(rows.grace_us[number]),
                step=int(rows.step[number]),
                round=_STEP_ROUNDS[rows.step_round[number]],
                min_micro=None if least == -NEVER else least // NANO_PER_MICRO,
                max_micro=None if most == NEVER else most // NANO_PER_MICRO,
                counts=int(rows.counts[number]),
                spot=spots[number],
                yields=False,
                shadowed=False,
            )
            number += 1


def _when(when: When) -> When:
    """The restrictions, those by thresholds as the condition that kernels test."""
    condition = condition_of(when)
    if condition is None:
        return when
    # A least of 0 that is written stands: a session that says no current is refused where one is asked for.
    bounds = {
        name: value for name, value in zip(_THRESHOLDS, condition, strict=True) if getattr(when, name) is not None
    }
    return replace(when, **bounds)  # type: ignore[arg-type]


_THRESHOLDS = (
    *("min_energy_mwh", "max_energy_mwh", "min_duration_us", "max_duration_us"),
    *("min_power_mw", "max_power_mw", "min_current_ma", "max_current_ma"),
)


def _price(unit: str, amount_micro: int) -> Price:
    count, _, name = unit.rpartition(" ")
    return Price(amount_micro, name, int(count or 1))


def _rates(bits: int, taxes: list[TaxRate]) -> Rates:
    return Rates(None if bits < 0 else tuple(tax for place, tax in enumerate(taxes) if bits >> place & 1))


def _rounding(compiled: Compiled) -> Rounding:
    rules = compiled.book.rules
    return Rounding(_MODES[rules.mode[0]], int(rules.unit_nano[0]) // NANO_PER_MICRO)


COUNT_FLAGS = {
    FROM_FIRST_ENERGY: "from_first_energy",
    FROM_CHARGING_END: "from_charging_end",
    PLUGGED_IN: "plugged_in",
}
