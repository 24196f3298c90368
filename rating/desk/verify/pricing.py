"""A session priced as the tariff says, or in one of the ways in which others have been seen to price (PRICING 5).

The exact amounts come from the parts of the slow twin, put together here so that each of them can be replaced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from rating.desk.pieces import pieces_of
from rating.desk.verify.steps import Steps, step, volumes_of
from rating.reference.amount import charge
from rating.reference.cut import Piece
from rating.reference.limits import apply_limits
from rating.reference.match import Priced, find
from rating.reference.printing import round_to, round_total
from rating.reference.quantity import Quantities, Quantity, flats_due, quantities_of
from rating.reference.spot import amounts_of, followed, price_at
from rating.reference.tax import Total, tax_parts, total_of
from rating.reference.trace import Charged
from rating.reference.values import Usage
from rating.tariff.model import Rates, RoundingMode, Tariff, TaxRate
from rating.units import LINE_DIMENSIONS, MICRO_PER_UNIT, MWH_PER_KWH, PPM_PER_UNIT

Taxing = Literal["as_said", "none", "twice", "other_side", "gross_as_net"]
Flats = Literal["once", "none", "each_period"]

# The total of a CDR that a dimension of a line belongs to.
KIND_OF: Final[dict[str, str]] = {
    "energy": "total_energy_cost",
    "time": "total_time_cost",
    "parking_time": "total_parking_cost",
    "flat": "total_fixed_cost",
    "reservation_time": "total_reservation_cost",
    "reservation_flat": "total_reservation_cost",
}


class PartRounding(NamedTuple):
    """Amounts rounded before they are added up: those of each price, or of each price in each period."""

    by: Literal["price", "period"]
    decimals: int | None  # None: the currency's
    mode: RoundingMode


@dataclass(frozen=True, slots=True)
class Way:
    """In which way a session is priced. The default is the right one."""

    as_cut: bool = False
    utc: bool = False
    steps: Steps = "session"
    flats: Flats = "once"
    parts: PartRounding | None = None
    total_decimals: int | None = None  # totals are rounded to these first, and to the currency's then
    total_mode: RoundingMode | None = None
    taxing: Taxing = "as_said"
    limits: bool = True


class Sides(NamedTuple):
    """An amount before and after tax; None: cannot be known."""

    before_tax: Fraction | None
    after_tax: Fraction | None
    taxes: tuple[Fraction, ...] = ()  # each of them

    @property
    def both(self) -> tuple[Fraction | None, Fraction | None]:
        """Before and after tax."""
        return self.before_tax, self.after_tax


@dataclass(frozen=True, slots=True)
class Cost:
    """What a session costs in one way."""

    kinds: Mapping[str, Sides]  # by the key of a CDR's total
    exact: Sides
    charged: Sides  # rounded, as it is billed: where there are several taxes, each by itself
    alone: Sides  # each side rounded by itself
    part_costs: Mapping[
        int, Fraction
    ]  # of each interval, by the id() of its part: volume x price, before steps, limits and taxes
    pieces: tuple[Piece, ...]


def price(tariff: Tariff, usage: Usage, way: Way) -> Cost | None:
    """Price a session that `rate_session` does not refuse; None where this way leads nowhere."""
    if way.utc:
        tariff, usage = replace(tariff, time_zone="UTC"), replace(usage, time_zone="UTC")
    if way.taxing == "other_side" and tariff.tax is not None:
        tariff = replace(tariff, tax=replace(tariff.tax, included=not tariff.tax.included))
    found = pieces_of(tariff, usage, way.as_cut)
    if found is None:
        return None
    pieces, version = found
    quantities = quantities_of(tariff, pieces, usage)
    step(tariff, pieces, quantities, way.steps)
    periods = len({id(piece.slice.part) for piece in pieces if piece.slice.part.kind == "interval"})
    for due in flats_due(pieces, usage):
        if way.flats != "none":
            quantities[due.priced] = Quantity(volume=periods if way.flats == "each_period" else 1)
    part_amounts = _part_amounts(tariff, pieces)
    by_index = followed(tariff, pieces)
    if by_index is None:
        return None
    charged = _rounded(tariff, charge(tariff, quantities, amounts_of(by_index)), quantities, part_amounts, way.parts)
    total = total_of(tariff, charged)
    if way.limits:
        limited = apply_limits(tariff, tariff.versions[version], total)
        if limited is None:
            return None
        total = limited[0]
    exact = _taxed(total, way.taxing)
    costs: dict[int, Fraction] = defaultdict(Fraction)
    for (part, _), amount in part_amounts.items():
        costs[part] += amount
    alone = rounded_sides(tariff, exact, way)
    kinds = _kinds(tariff, charged, way.taxing)
    return Cost(kinds, exact, _charged(tariff, total, exact, way), alone, costs, tuple(pieces))


def _part_amounts(tariff: Tariff, pieces: list[Piece]) -> dict[tuple[int, Priced], Fraction]:
    found: dict[tuple[int, Priced], Fraction] = defaultdict(Fraction)
    for piece in pieces:
        for each, volume in volumes_of(tariff, piece).items():
            found[id(piece.slice.part), each] += _by_price(tariff, piece, each, volume)
    return found


def _by_price(tariff: Tariff, piece: Piece, each: Priced, volume: int) -> Fraction:
    component = find(tariff, each)[2]
    if component.spot is not None:
        return (price_at(component.spot, piece.slice.since_us) or Fraction(0)) * volume / MWH_PER_KWH
    unit = component.price
    return Fraction(unit.amount_micro, MICRO_PER_UNIT) * volume / unit.per


def _rounded(
    tariff: Tariff,
    charged: list[Charged],
    quantities: Quantities,
    part_amounts: dict[tuple[int, Priced], Fraction],
    how: PartRounding | None,
) -> list[Charged]:
    """The amounts of the components, of which parts were rounded before they were added up."""
    if how is None:
        return charged
    found = []
    for each in charged:
        parts = [each.amount]
        if how.by == "period" and each.by_price == each.amount:
            parts = [amount for (_, owner), amount in part_amounts.items() if owner == each.priced]
            parts.append(each.amount - sum(parts))  # what a step added, or a flat
        unit = tariff.minor_micro if how.decimals is None else MICRO_PER_UNIT // 10**how.decimals
        rounded = sum(round_to(amount, unit, how.mode) for amount in parts)
        found.append(replace(each, amount=Fraction(rounded, MICRO_PER_UNIT)))
    return found


def _kinds(tariff: Tariff, charged: list[Charged], taxing: Taxing) -> dict[str, Sides]:
    """The amounts by the totals of a CDR."""
    included = tariff.tax is not None and tariff.tax.included
    found = {kind: Sides(Fraction(0), Fraction(0)) for kind in KIND_OF.values()}
    taxes: dict[tuple[str, TaxRate | None], Fraction] = defaultdict(Fraction)
    for each in charged:
        kind = KIND_OF[LINE_DIMENSIONS[each.priced.dimension]]
        old, total = found[kind], _total_of_one(each.amount, each.rates, included)
        new = _taxed(total, taxing)
        # A tax that is added again comes last, and has no rate here. Without any tax none of the rates has an amount.
        for rate, amount in zip([*(part.rate for part in total.taxes or ()), None], new.taxes, strict=False):
            taxes[kind, rate] += amount
        own = tuple(amount for (name, _), amount in taxes.items() if name == kind)
        found[kind] = Sides(_add(old.before_tax, new.before_tax), _add(old.after_tax, new.after_tax), own)
    return found


def _total_of_one(amount: Fraction, rates: Rates, included: bool) -> Total:
    return Total(included, amount, tax_parts(rates, amount, included) if amount else (), ())


def _add(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other


def _taxed(total: Total, taxing: Taxing) -> Sides:
    if taxing == "none":
        return Sides(total.of_lines, total.of_lines)
    if taxing == "gross_as_net":
        return Sides(total.gross, total.gross)
    taxes = tuple(part.amount for part in total.taxes or ())
    if taxing != "twice" or total.taxes is None or total.gross is None:
        return Sides(total.net, total.gross, taxes)
    again = sum((part.amount * (PPM_PER_UNIT + part.rate.rate_ppm) / PPM_PER_UNIT for part in total.taxes), Fraction(0))
    return Sides(total.net, total.gross + again, (*taxes, again))


def _charged(tariff: Tariff, total: Total, exact: Sides, way: Way) -> Sides:
    """The totals as they are billed."""
    mode = way.total_mode or tariff.rounding.mode
    if way.taxing in ("as_said", "gross_as_net") and way.total_decimals is None:
        rounded = round_total(replace(tariff.rounding, mode=mode), total)
        before_tax = rounded.net_micro if way.taxing == "as_said" else rounded.gross_micro
        return Sides(_money(before_tax), _money(rounded.gross_micro))
    return rounded_sides(tariff, exact, way)


def rounded_sides(tariff: Tariff, exact: Sides, way: Way) -> Sides:
    """Both sides of a total, each rounded by itself."""
    before, after = (_rounded_side(tariff, amount, way) for amount in exact.both)
    return Sides(before, after)


def _rounded_side(tariff: Tariff, amount: Fraction | None, way: Way) -> Fraction | None:
    if amount is None:
        return None
    if way.total_decimals is not None:
        amount = _money(round_to(amount, MICRO_PER_UNIT // 10**way.total_decimals, "half_up"))
    assert amount is not None
    return _money(round_to(amount, tariff.rounding.unit_micro, way.total_mode or tariff.rounding.mode))


def _money(micro: int | None) -> Fraction | None:
    return None if micro is None else Fraction(micro, MICRO_PER_UNIT)
