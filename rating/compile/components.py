"""Prices and limits of a version as reduced fractions of nano, over one common denominator for the session."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, lcm
from typing import NamedTuple

from rating.compile.spot import SpotColumn
from rating.compile.taxes import TaxRow, TimelineTaxes, distinct, taxes_of, timeline_taxes
from rating.errors import Fault, TariffError
from rating.kernels.arrays import (
    FROM_CHARGING_END,
    FROM_FIRST_ENERGY,
    MIXED,
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
from rating.tariff.model import Component, PriceLimit, Rates, Tariff, Version
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

TAXES_MAX = 62  # of a timeline for the kernel: those of a price are the bits of one integer
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
    spots = spots or [None] * len(parts)
    different = distinct(tariff, components)
    taxes = taxes_of(tariff, different)
    mixed = _mixed(tariff, version, different, taxes)
    none: list[Ratio | None] = [None] * 4  # limits of mixed taxes are for `settle.apart`
    limited = version.min_price is not None or version.max_price is not None
    limits = _limits_in_price_terms(tariff, version) if mixed == 0 and limited else none
    prices = [_reduced(part.price.amount_micro * NANO_PER_MICRO, part.price.per) for part in components]
    den = lcm(*(each for _, each in prices), *(limit[1] for limit in limits if limit is not None))
    common = lcm(den, *(spot.den for spot in spots if spot is not None))
    if common > DENOMINATOR_MAX >= den:
        mixed, limits = SETTLED_APART, none
    if mixed == SETTLED_APART:
        den = lcm(*(each for _, each in prices))
    elif common <= DENOMINATOR_MAX:
        den = common
    if den > DENOMINATOR_MAX or any(num * each >= 2**62 for num, each in prices):
        raise TariffError([_too_odd(tariff)])
    if mixed == SETTLED_APART:
        den = 1  # each amount is over its own
    rule = _rule_row(tariff, version, den, mixed, limits, components)
    if any(spot is not None and spot.grid is None for spot in spots):
        rule = rule._replace(plain=0)
    tax_of = {rates: _tax_of(tariff, rates, taxes) for rates in different}
    usual = next(iter(tax_of.values())) if len(tax_of) == 1 else None
    found = [
        _component_row(part, dimension, price, den, spot, *(usual or tax_of[tariff.rates_of(part)]))
        for (part, dimension), price, spot in zip(parts, prices, spots, strict=True)
    ]
    return found, rule, timeline_taxes(tariff, components, taxes, mixed)


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
    unit_num, unit_den = _reduced(NANO_PER_UNIT, part.price.per)
    num, den = price
    volume_max = AMOUNT_MAX_NANO * den // num if num else NEVER
    if spot is not None:
        den = spot.den
        volume_max = spot.volume_max
    assert part.step <= _STEP_MAX[part.dimension]
    return ComponentRow(
        dimension=dimension,
        rate_ppm=rate_ppm,
        tax_bits=tax_bits,
        num=num,
        den=den,
        den_scale=common // den if common > 1 else 1,
        volume_max=min(volume_max, NEVER),
        spot=-1,
        grid=-1,
        grid_start_us=0 if spot is None or spot.grid is None else spot.grid.start_us,
        grid_step_us=0 if spot is None or spot.grid is None else spot.grid.step_us,
        grace_us=part.grace_us,
        counts=counts_of(part),
        step=part.step,
        step_round=STEP_ROUNDS.index(part.round),
        min_nano=-NEVER if part.min_micro is None else part.min_micro * NANO_PER_MICRO,
        max_nano=NEVER if part.max_micro is None else part.max_micro * NANO_PER_MICRO,
        unit_num=unit_num,
        unit_den=unit_den,
    )


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
    limited = any(limit is not None for limit in limits)
    spare = SPARE_MAX if limited or unit != printed else 0
    return RuleRow(
        den=den,
        tax=NO_TAX if tax is None else TAX_INCLUDED if tax.included else TAX_EXCLUDED,
        rate_ppm=next((tariff.rates_of(part).total_ppm or 0 for part in components), 0) if mixed == 0 else 0,
        mixed=mixed,
        unit_nano=unit * NANO_PER_MICRO,
        print_nano=printed * NANO_PER_MICRO,
        mode=ROUNDING_MODES.index(tariff.rounding.mode),
        plain=int(spare == 0 and mixed == 0 and len(components) <= COMPONENTS_MAX and all(map(_is_plain, components))),
        spare=spare,
        stepped=int(any(part.step > 0 for part in components)),
        limited=int(limited),
        limit_given=tuple(int(limit is not None) for limit in limits),
        limit_nano=tuple(0 if limit is None else limit[0] // limit[1] for limit in limits),
        limit_rest=tuple(0 if limit is None else limit[0] % limit[1] * (den // limit[1]) for limit in limits),
        after_nano=tuple(
            (0 if limit is None else limit.after_tax_micro or 0) * NANO_PER_MICRO
            for limit in (version.min_price, version.max_price)
        ),
    )


def _tax_of(tariff: Tariff, rates: Rates, taxes: list[TaxRow]) -> tuple[int, int]:
    """A component's taxes: their rates together, -1 where none can be shown, and a bit for each, -1: not known."""
    if rates.each is None:
        return -1, -1
    known = [row.tax for row in taxes]
    bits = sum(1 << known.index(rate) for rate in rates.each) if len(taxes) <= TAXES_MAX else 0
    return -1 if tariff.tax is None else rates.total_ppm or 0, bits


def _mixed(tariff: Tariff, version: Version, different: list[Rates], taxes: list[TaxRow]) -> int:
    """Whether one known tax, or none, is on every price; if not, whether the kernel can tell the totals."""
    if tariff.tax is None:
        return 0
    every = set(different)
    limited = version.min_price is not None or version.max_price is not None
    if limited:
        every.add(tariff.tax.rates)  # a minimum of nothing is taxed as the tariff says of itself
    if all(rates.each is not None and len(rates.each) <= 1 for rates in every) and len(every) <= 1:
        untaxed = all(rates.each == () for rates in every)
        return SETTLED_APART if untaxed and _limits_both_sides(version) else 0
    coarse = tariff.rounding.unit_micro != tariff.minor_micro and tariff.rounding.unit_micro % tariff.minor_micro == 0
    odd = len(taxes) > TAXES_MAX or any(row.scale_ppm is None for row in taxes)
    return SETTLED_APART if limited or coarse or odd else MIXED


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
