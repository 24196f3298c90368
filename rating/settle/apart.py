"""Totals of a session whose prices have different taxes and which has limits or a coarse rounding unit (PRICING 4).

A limit scales each tax by a fraction of any size, which no 64-bit kernel holds. Such sessions are rare, so they are
settled one by one in exact fractions: 0.1 ms each.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from rating.compile.plan import Plan
from rating.errors import Refused
from rating.kernels.arrays import ROUNDING, USAGE, Lines, Records, Totals
from rating.settle.due import Due, Taxes, due_of, limited
from rating.tariff.model import Rates, Tariff, TaxRate
from rating.units import AMOUNT_MAX_NANO, MICRO_PER_UNIT, NANO_PER_UNIT

PICO_PER_UNIT = 10**12
_ZERO = Fraction(0)


class Extra(NamedTuple):
    """A line of the whole session."""

    kind: int
    amount: Fraction
    printed_micro: int


def settle_apart(
    session: int, timeline: int, plan: Plan, records: Records, totals: Totals, lines: Lines, at: int
) -> int:
    """Write the lines of the session, whose amounts are in `records`, from row `at` on, and its totals.

    Returns: how many lines; 0 where the session is refused.
    """
    tariff = plan.tariffs[timeline]
    den = int(plan.book.rules.den[timeline])
    rows = [r for r in range(int(records.first[0]), int(records.first[1])) if records.kind[r] == USAGE]
    if any(records.rest[r] < 0 for r in rows):
        return _refuse(session, totals, Refused.AMOUNT_RANGE)
    amounts = [Fraction(int(records.nano[r]) * den + int(records.rest[r]), den * NANO_PER_UNIT) for r in rows]
    rates = [tariff.rates_of(plan.parts[records.component[r]]) for r in rows]
    total = sum(amounts, _ZERO)
    if total > Fraction(AMOUNT_MAX_NANO, NANO_PER_UNIT):
        return _refuse(session, totals, Refused.AMOUNT_RANGE)

    included = tariff.tax is not None and tariff.tax.included
    version = plan.in_force[timeline]
    due, moved = limited(tariff, version.min_price, version.max_price, due_of(amounts, rates, included))
    if due.taxes is None and any(
        limit is not None and (limit.before_tax_micro if included else limit.after_tax_micro) is not None
        for limit in (version.min_price, version.max_price)
    ):
        return _refuse(session, totals, Refused.TAX_UNKNOWN)

    unit = tariff.rounding.unit_micro
    mode = int(plan.book.rules.mode[timeline])
    known = round_to(due.of_lines, unit, mode)
    taxes = {rate: round_to(each, unit, mode) for rate, each in (due.taxes or {}).items()}
    tax = sum(taxes.values())
    print_unit = tariff.minor_micro if unit % tariff.minor_micro == 0 else unit
    target = round_to(due.of_lines, print_unit, mode)
    printed = _allocate([*amounts, *(change for _, change in moved)], target, print_unit)
    extras = [Extra(kind, change, micro) for (kind, change), micro in zip(moved, printed[len(rows) :], strict=True)]
    if known != target:
        extras.append(Extra(ROUNDING, Fraction(known - target, MICRO_PER_UNIT), known - target))
    _write_totals(session, totals, known, tax, due.taxes is None, included)
    nets = share_net(due, known - tax if included else known, unit, mode)
    _write_parts(session, totals, plan.taxes[timeline], nets, taxes)
    _write_lines(plan, records, rows, amounts, printed, lines, at)
    _write_extras(_rate_ppm(tariff, rates, amounts), extras, lines, at + len(rows), len(rows))
    return len(rows) + len(extras)


def _refuse(session: int, totals: Totals, why: Refused) -> int:
    totals.status[session] = why
    return 0


def round_to(amount: Fraction, unit_micro: int, mode: int) -> int:
    """An amount to a whole number of units, in micro; `mode` is an index into units.ROUNDING_MODES."""
    sign = -1 if amount < 0 else 1
    whole, rest = divmod(abs(amount) * MICRO_PER_UNIT / unit_micro, 1)
    half = Fraction(1, 2)
    away = (rest >= half, rest > half or (rest == half and whole % 2 == 1), rest > half, rest > 0, False)[mode]
    return sign * (int(whole) + away) * unit_micro


def share_net(due: Due, net_micro: int, unit_micro: int, mode: int) -> dict[TaxRate, int]:
    """What each tax counts from: prices with the same taxes are rounded together, and the largest of these groups, of
    equal ones the first by its taxes, has what the roundings leave of the total before tax.
    """

    def order(taxes: Taxes) -> list[tuple[str, int]]:
        return [(rate.name, rate.rate_ppm) for rate in taxes]

    groups = due.groups or {}
    rounded = {taxes: round_to(groups[taxes], unit_micro, mode) for taxes in sorted(groups, key=order)}
    if rounded:
        rounded[max(rounded, key=rounded.__getitem__)] += net_micro - sum(rounded.values())
    nets: dict[TaxRate, int] = {}
    for taxes, micro in rounded.items():
        for rate in taxes:
            nets[rate] = nets.get(rate, 0) + micro
    return nets


def _allocate(amounts: list[Fraction], target_micro: int, unit_micro: int) -> list[int]:
    """Each rounded down, and the units that are left to the largest remainders, the earlier one first."""
    scaled = [amount * MICRO_PER_UNIT / unit_micro for amount in amounts]
    units = [value.numerator // value.denominator for value in scaled]
    order = sorted(range(len(units)), key=lambda i: (units[i] - scaled[i], i))
    for i in order[: target_micro // unit_micro - sum(units)]:
        units[i] += 1
    return [count * unit_micro for count in units]


def _rate_ppm(tariff: Tariff, rates: list[Rates], amounts: list[Fraction]) -> int:
    """The rate of a line of the whole session: that of all that costs something, the tariff's where nothing does."""
    assert tariff.tax is not None
    every = {each for each, amount in zip(rates, amounts, strict=True) if amount} or {tariff.tax.rates}
    ppm = next(iter(every)).total_ppm if len(every) == 1 else None
    return -1 if ppm is None else ppm


def _write_totals(session: int, totals: Totals, known: int, tax: int, unknown: bool, included: bool) -> None:
    net, gross = (known - tax, known) if included else (known, known + tax)
    for column, micro in ((totals.net_micro, net), (totals.tax_micro, tax), (totals.gross_micro, gross)):
        column[session] = micro, -(micro < 0)
    totals.unknown[session] = unknown


def _write_parts(
    session: int, totals: Totals, each: tuple[TaxRate, ...], nets: dict[TaxRate, int], taxes: dict[TaxRate, int]
) -> None:
    for i, rate in enumerate(each, start=int(totals.part_first[session])):
        totals.part_net_micro[i] = nets.get(rate, 0)
        totals.part_tax_micro[i] = taxes.get(rate, 0)


def _write_lines(
    plan: Plan,
    records: Records,
    rows: list[int],
    amounts: list[Fraction],
    printed: list[int],
    lines: Lines,
    at: int,
) -> None:
    parts = plan.book.components
    for number, r in enumerate(rows):
        i, c = at + number, records.component[r]
        _write(lines, i, number, USAGE, amounts[number], printed[number], int(parts.rate_ppm[c]))
        lines.dimension[i], lines.element[i], lines.unit[i] = parts.dimension[c], parts.element[c], parts.unit[c]
        lines.unit_price[i] = parts.price_micro[c], 0
        in_unit = Fraction(int(parts.unit_num[c]), int(parts.unit_den[c]))
        lines.volume[i] = _nearest(int(records.volume[r]) * in_unit), 0
        if len(lines.billed_volume):
            lines.billed_volume[i] = _nearest(int(records.billed[r]) * in_unit), 0


def _write_extras(rate_ppm: int, extras: list[Extra], lines: Lines, at: int, before: int) -> None:
    for i, extra in enumerate(extras, start=at):
        number = before + i - at
        _write(lines, i, number, extra.kind, extra.amount, extra.printed_micro, rate_ppm)
        lines.dimension[i] = lines.element[i] = lines.unit[i] = 0
        for column in (lines.unit_price, lines.volume, lines.billed_volume):
            if len(column):
                column[i] = 0, 0


def _write(lines: Lines, i: int, number: int, kind: int, amount: Fraction, printed_micro: int, rate_ppm: int) -> None:
    lines.line[i] = number + 1
    lines.kind[i] = kind
    pico = _nearest(amount * PICO_PER_UNIT)
    lines.amount[i] = np.array([pico & (2**64 - 1)], np.uint64).view(np.int64)[0], pico >> 64
    lines.printed[i] = printed_micro, -(printed_micro < 0)
    lines.rate[i] = rate_ppm, -(rate_ppm < 0)


def _nearest(value: Fraction) -> int:
    return int((value + Fraction(1, 2)) // 1)
