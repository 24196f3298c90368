"""What each tax of a session counts from, rounded so that it adds up to the total before tax (PRICING 4)."""

from __future__ import annotations

from rating.kernels.arith import index, round_parts, share
from rating.kernels.arrays import Book, Records, Totals
from rating.kernels.jit import scalar
from rating.units import NANO_PER_MICRO, PPM_PER_UNIT


@scalar
def share_net(s: int, t: int, net: int, first: int, last: int, book: Book, out: Records, totals: Totals) -> None:
    """Write `totals.part_net_micro` of session `s`, whose records are first to last - 1; `net` is in rounding units.

    Prices with the same taxes are rounded together, and what the roundings leave of `net` goes to the largest of these
    groups, of equal ones to the first.
    """
    taxes, tax_bits, rules = book.taxes, book.components.tax_bits, book.rules
    nano, rest, component = out.nano, out.rest, out.component
    parts, part_first = totals.part_net_micro, totals.part_first
    den, unit_nano, mode = rules.den[t], rules.unit_nano[t], rules.mode[t]
    unit_micro = unit_nano // NANO_PER_MICRO
    count = taxes.first[t + 1] - taxes.first[t]
    for j in range(count):
        parts[part_first[s] + j] = 0
    left_over = net
    largest = -1
    most = 0
    for g in range(taxes.group_first[t], taxes.group_first[t + 1]):
        bits = taxes.group_bits[g]
        base_nano = 0
        base_rest = 0
        costs = False  # amounts that cancel out still make a group
        for at in range(first, last):
            r = index(at)
            if component[r] >= 0 and tax_bits[component[r]] == bits:
                costs = costs or nano[r] != 0 or rest[r] != 0
                base_nano += nano[r]
                base_rest += rest[r]
                if base_rest >= den:
                    base_rest -= den
                    base_nano += 1
        if not costs:
            continue
        scale = taxes.group_scale_ppm[g]
        a = PPM_PER_UNIT
        if scale == PPM_PER_UNIT:
            a = 1
            scale = 1
        units, num, left = share(base_nano, base_rest, den, a, scale, unit_nano)
        units = round_parts(units, num, left, scale * unit_nano, mode)
        left_over -= units
        if largest < 0 or units > most:
            largest = g
            most = units
        for j in range(count):
            if bits >> j & 1 != 0:
                parts[part_first[s] + j] += units * unit_micro
    for j in range(count if largest >= 0 else 0):
        if taxes.group_bits[largest] >> j & 1 != 0:
            parts[part_first[s] + j] += left_over * unit_micro
