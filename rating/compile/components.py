"""Prices and limits of a version as reduced fractions of nano, over one common denominator for the session."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import gcd, lcm
from typing import NamedTuple

from rating.compile.spot import SpotColumn
from rating.compile.taxes import Taxed, TimelineTaxes, taxed, timeline_taxes
from rating.errors import Fault, TariffError
from rating.kernels.arrays import (
    FROM_CHARGING_END,
    FROM_FIRST_ENERGY,
    NEVER,
    NO_TAX,
    PARKED,
    PLUGGED_IN,
    SETTLED_APART,
    SPARE_MAX,
    TAX_EXCLUDED,
    TAX_INCLUDED,
)
from rating.kernels.plain import COMPONENTS_MAX
from rating.tariff.model import Component, PriceLimit, Tariff, Version
from rating.units import (
    AMOUNT_MAX_NANO,
    DENOMINATOR_MAX,
    ENERGY_MAX_MWH,
    NANO_PER_MICRO,
    NANO_PER_UNIT,
    PPM_PER_UNIT,
    ROUNDING_MODES,
    SESSION_MAX_US,
)

STEP_ROUNDS = ("up", "down", "nearest")
_STEP_MAX = {"energy": ENERGY_MAX_MWH, "time": SESSION_MAX_US, "parking_time": SESSION_MAX_US, "flat": 0}


class ComponentRow(NamedTuple):
    """One row of kernels.arrays.Components, in that order, but for the codes of names."""

    dimension: int
    rate_ppm: int
    tax_bits: int
    num: int
    den: int
    den_scale: int
    volume_max: int
    spot: int
    grid: int
    grid_start_us: int
    grid_step_us: int
    grace_us: int
    counts: int
    step: int
    step_round: int
    min_nano: int
    max_nano: int
    unit_num: int
    unit_den: int


class RuleRow(NamedTuple):
    """One row of kernels.arrays.Rules, in that order; limits are tuples of four and two."""

    den: int
    tax: int
    rate_ppm: int
    mixed: int
    unit_nano: int
    print_nano: int
    mode: int
    plain: int
    spare: int
    stepped: int
    limited: int
    limit_given: tuple[int, ...]
    limit_nano: tuple[int, ...]
    limit_rest: tuple[int, ...]
    after_nano: tuple[int, ...]


Ratio = tuple[int, int]  # in lowest terms, the second above 0
_NO_LIMITS: list[Ratio | None] = [None] * 4  # limits of mixed taxes, too, are for `settle.apart`
_UNLIMITED = ((0,) * 4, (0,) * 4, (0,) * 4)
Part = tuple[Component, int]  # a component and the dimension of its lines


def rows(
    tariff: Tariff, version: Version, parts: list[Part], spots: Sequence[SpotColumn | None] = ()
) -> tuple[list[ComponentRow], RuleRow, TimelineTaxes]:
    """The rows of a timeline whose sessions start under `version` and may meet `parts`.

    `spots`: of each part that follows an index, its prices. Where they share no denominator with the others that is
    small enough, sessions are settled apart, in fractions.

    Raises: TariffError where prices are such that exact amounts would not fit 64 bits.
    """
    components = [part for part, _ in parts]
    limited = version.min_price is not None or version.max_price is not None
    taxes = _taxed_as(tariff, version, components, limited)
    mixed = taxes.mixed
    limits = _limits_in_price_terms(tariff, version) if mixed == 0 and limited else _NO_LIMITS
    prices = [_reduced(part.price.amount_micro * NANO_PER_MICRO, part.price.per) for part in components]
    den = lcm(*[each for _, each in prices], *[limit[1] for limit in limits if limit is not None])
    common = lcm(den, *[spot.den for spot in spots if spot is not None])
    if common > DENOMINATOR_MAX >= den:
        mixed, limits = SETTLED_APART, _NO_LIMITS
    if mixed == SETTLED_APART:
        den = lcm(*[each for _, each in prices])
    elif common <= DENOMINATOR_MAX:
        den = common
    if den > DENOMINATOR_MAX or max([num * each for num, each in prices], default=0) >= 2**62:
        raise TariffError([_too_odd(tariff)])
    if mixed == SETTLED_APART:
        den = 1  # each amount is over its own
    rule = _rule_row(tariff, version, den, mixed, limits, components)
    if any(spots) and any(spot is not None and spot.grid is None for spot in spots):
        rule = rule._replace(plain=0)
    tax_of = taxes.tax_of
    usual = next(iter(tax_of.values())) if len(tax_of) == 1 else None
    found = [
        _component_row(part, dimension, price, den, spot, *(usual or tax_of[tariff.rates_of(part)]))
        for (part, dimension), price, spot in zip(parts, prices, spots or [None] * len(parts), strict=True)
    ]
    return found, rule, timeline_taxes(tariff, components, taxes.rows, mixed)


def _taxed_as(tariff: Tariff, version: Version, components: list[Component], limited: bool) -> Taxed:
    """How the prices of a version are taxed: nearly all tariffs of a country say the same."""
    unit, minor = tariff.rounding.unit_micro, tariff.minor_micro
    coarse = unit != minor and unit % minor == 0
    own = tuple(dict.fromkeys([part.rates for part in components]))
    return taxed(tariff.tax, own, limited, limited and _limits_both_sides(version), coarse)


def _reduced(num: int, den: int) -> Ratio:
    """A fraction in lowest terms, as `Fraction` has it: that takes ten times as long."""
    common = gcd(num, den)
    return num // common, den // common


def _component_row(
    part: Component,
    dimension: int,
    price: Ratio,
    common: int,
    spot: SpotColumn | None,
    rate_ppm: int,
    tax_bits: int,
) -> ComponentRow:
    """The row of a component; where it follows an index, its place among the prices is filled in later."""
    unit_num, unit_den = _unit(part.price.per)
    num, den = price
    volume_max = AMOUNT_MAX_NANO * den // num if num else NEVER
    if spot is not None:
        den = spot.den
        volume_max = spot.volume_max
    assert part.step <= _STEP_MAX[part.dimension]
    grid = None if spot is None else spot.grid
    # By place, in the order of its fields: to give them by name takes twice as long.
    return ComponentRow(
        dimension,
        rate_ppm,
        tax_bits,
        num,
        den,
        common // den if common > 1 else 1,
        min(volume_max, NEVER),
        -1,  # spot
        -1,  # grid
        0 if grid is None else grid.start_us,
        0 if grid is None else grid.step_us,
        part.grace_us,
        counts_of(part),
        part.step,
        STEP_ROUNDS.index(part.round),
        -NEVER if part.min_micro is None else part.min_micro * NANO_PER_MICRO,
        NEVER if part.max_micro is None else part.max_micro * NANO_PER_MICRO,
        unit_num,
        unit_den,
    )


@lru_cache(maxsize=256)
def _unit(per: int) -> Ratio:
    """A price of one for each so much, in nano."""
    return _reduced(NANO_PER_UNIT, per)


def counts_of(part: Component) -> int:
    """Which time a parking price counts."""
    if part.plugged_in:
        return PLUGGED_IN
    if part.from_charging_end:
        return FROM_CHARGING_END
    return FROM_FIRST_ENERGY if part.from_first_energy else PARKED


def _rule_row(
    tariff: Tariff, version: Version, den: int, mixed: int, limits: list[Ratio | None], components: list[Component]
) -> RuleRow:
    tax = tariff.tax
    unit, minor = tariff.rounding.unit_micro, tariff.minor_micro
    printed = minor if unit % minor == 0 else unit
    limited = limits != _NO_LIMITS
    spare = SPARE_MAX if limited or unit != printed else 0
    given, nano, rest = _limits(limits, den) if limited else _UNLIMITED
    # By place, in the order of its fields.
    return RuleRow(
        den,
        NO_TAX if tax is None else TAX_INCLUDED if tax.included else TAX_EXCLUDED,
        tariff.rates_of(components[0]).total_ppm or 0 if components and mixed == 0 else 0,
        mixed,
        unit * NANO_PER_MICRO,
        printed * NANO_PER_MICRO,
        ROUNDING_MODES.index(tariff.rounding.mode),
        int(spare == 0 and mixed == 0 and len(components) <= COMPONENTS_MAX and all(map(_is_plain, components))),
        spare,
        int(max([part.step for part in components], default=0) > 0),
        int(limited),
        given,
        nano,
        rest,
        (_after_nano(version.min_price), _after_nano(version.max_price)),
    )


def _limits(limits: list[Ratio | None], den: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Of each limit whether it is given, and its nano and the rest over the denominator."""
    return (
        tuple([int(limit is not None) for limit in limits]),
        tuple([0 if limit is None else limit[0] // limit[1] for limit in limits]),
        tuple([0 if limit is None else limit[0] % limit[1] * (den // limit[1]) for limit in limits]),
    )


def _after_nano(limit: PriceLimit | None) -> int:
    return 0 if limit is None else (limit.after_tax_micro or 0) * NANO_PER_MICRO


def _limits_both_sides(version: Version) -> bool:
    """Whether a limit after tax leaves the total before tax: where no tax is on it, it then makes one."""
    limits = (limit for limit in (version.min_price, version.max_price) if limit is not None)
    return any(limit.before_tax_micro is not None and limit.after_tax_micro is not None for limit in limits)


def _is_plain(part: Component) -> bool:
    """Whether a component's amount is its volume times its price, and nothing else."""
    exact = part.grace_us == 0 and part.step == 0 and counts_of(part) == PARKED
    least = part.min_micro if part.spot is not None else part.min_micro or None  # 0 lifts what is below it
    return exact and least is None and part.max_micro is None


def _limits_in_price_terms(tariff: Tariff, version: Version) -> list[Ratio | None]:
    """Min and max before tax, then min and max after tax: in nano, with tax where the prices include it."""
    rate_ppm = 0 if tariff.tax is None else tariff.tax.rates.total_ppm or 0  # that of all prices
    gross_ppm = PPM_PER_UNIT + rate_ppm
    included = tariff.tax is not None and tariff.tax.included
    none = PriceLimit()
    pair = (version.min_price or none, version.max_price or none)
    before = (gross_ppm, PPM_PER_UNIT) if included else (1, 1)
    after = (1, 1) if included else (PPM_PER_UNIT, gross_ppm)
    return [
        *(_nano(limit.before_tax_micro, before) for limit in pair),
        *(_nano(limit.after_tax_micro, after) for limit in pair),
    ]


def _nano(micro: int | None, factor: tuple[int, int]) -> Ratio | None:
    return None if micro is None else _reduced(micro * NANO_PER_MICRO * factor[0], factor[1])


def _too_odd(tariff: Tariff) -> Fault:
    return Fault(
        "price_precision",
        tariff.place,
        tariff.id,
        "prices, units and a tax rate whose exact amounts fit 64 bits",
        "use fewer different units of time (7 min beside 11 min beside 13 min) or prices with fewer decimals",
    )
