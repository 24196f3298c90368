"""The lines and totals of a session that is settled apart: fractions into the arrays that kernels fill otherwise."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from rating.compile.plan import Plan
from rating.kernels.arrays import (
    ALLOWANCE,
    DISCOUNT,
    MAXIMUM,
    NO_DIMENSION,
    OF_SESSIONS,
    USAGE,
    Lines,
    Records,
    Terms,
    Totals,
)
from rating.tariff.model import TaxRate

PICO_PER_UNIT = 10**12


class Extra(NamedTuple):
    """A line of the whole session, or of a deal."""

    kind: int
    amount: Fraction
    rate_ppm: int
    row: int = -1  # of Terms, of what makes the line
    volume: int = 0  # of an allowance, in base units


def write_totals(session: int, totals: Totals, known: int, tax: int, unknown: bool, included: bool) -> None:
    """Write what a session costs, of which `known` is on the side of the prices."""
    net, gross = (known - tax, known) if included else (known, known + tax)
    for column, micro in ((totals.net_micro, net), (totals.tax_micro, tax), (totals.gross_micro, gross)):
        if len(column):
            column[session] = micro, -(micro < 0)
    if len(totals.unknown):
        totals.unknown[session] = unknown


def write_parts(
    session: int, totals: Totals, each: tuple[TaxRate, ...], nets: dict[TaxRate, int], taxes: dict[TaxRate, int]
) -> None:
    """Write what each tax of the session counts from, and how much it is."""
    for i, rate in enumerate(each, start=int(totals.part_first[session])):
        totals.part_net_micro[i] = nets.get(rate, 0)
        totals.part_tax_micro[i] = taxes.get(rate, 0)


def write_lines(
    plan: Plan,
    records: Records,
    rows: list[int],
    amounts: list[Fraction],
    printed: list[int],
    lines: Lines,
    at: int,
) -> None:
    """Write the lines of components, whose records are `rows`, from row `at` on."""
    parts = plan.book.components
    for number, r in enumerate(rows):
        i, c = at + number, records.component[r]
        _write(lines, i, number, USAGE, amounts[number], printed[number], int(parts.rate_ppm[c]))
        lines.dimension[i], lines.element[i], lines.unit[i] = parts.dimension[c], parts.element[c], parts.unit[c]
        price = int(records.mean[r] if parts.spot[c] >= 0 else parts.price_micro[c])
        lines.unit_price[i] = price, -(price < 0)
        in_unit = Fraction(int(parts.unit_num[c]), int(parts.unit_den[c]))
        lines.volume[i] = _nearest(int(records.volume[r]) * in_unit), 0
        if len(lines.billed_volume):
            lines.billed_volume[i] = _nearest(int(records.billed[r]) * in_unit), 0


def write_extras(terms: Terms, extras: list[Extra], printed: list[int], lines: Lines, at: int, before: int) -> None:
    """Write the other lines from row `at` on, after `before` lines."""
    for number, extra in enumerate(extras):
        i, j = at + number, extra.row
        _write(lines, i, before + number, extra.kind, extra.amount, printed[number], extra.rate_ppm)
        _name(terms, extra, lines, i)
        for column in (lines.unit_price, lines.volume, lines.billed_volume):
            if len(column):
                column[i] = 0, 0
        if extra.kind == ALLOWANCE:
            in_unit = Fraction(int(terms.allowance_num[j]), int(terms.allowance_den[j]))
            lines.volume[i] = _nearest(extra.volume * in_unit), 0


def _name(terms: Terms, extra: Extra, lines: Lines, i: int) -> None:
    """As `kernels.lines.name_line`, which has no entry from here: what the line has no name for gets the code 0."""
    j = extra.row
    dimension, element, unit = NO_DIMENSION, -1, -1
    if extra.kind == ALLOWANCE:
        dimension = NO_DIMENSION if terms.allowance_of[j] == OF_SESSIONS else int(terms.allowance_of[j])
        element, unit = int(terms.allowance_name[j]), int(terms.allowance_unit[j])
    elif extra.kind == DISCOUNT:
        dimension, element = int(terms.discount_dimension[j]), int(terms.discount_name[j])
    elif extra.kind == MAXIMUM and j >= 0:
        element = int(terms.cap_name[j])
    there = [(lines.priced, False), (lines.measured, unit >= 0), (lines.named, element >= 0)]
    for bits, known in [*there, (lines.dimensioned, dimension != NO_DIMENSION)]:
        if not known:
            bits[i // 8] &= 255 - (1 << i % 8)
    lines.dimension[i] = 0 if dimension == NO_DIMENSION else dimension
    lines.element[i], lines.unit[i] = max(element, 0), max(unit, 0)


def _write(lines: Lines, i: int, number: int, kind: int, amount: Fraction, printed_micro: int, rate_ppm: int) -> None:
    lines.line[i] = number + 1
    lines.kind[i] = kind
    pico = _nearest(amount * PICO_PER_UNIT)
    lines.amount[i] = np.array([pico & (2**64 - 1)], np.uint64).view(np.int64)[0], pico >> 64
    lines.printed[i] = printed_micro, -(printed_micro < 0)
    if len(lines.rate):
        lines.rate[i] = rate_ppm, -(rate_ppm < 0)


def _nearest(value: Fraction) -> int:
    return int((value + Fraction(1, 2)) // 1)
