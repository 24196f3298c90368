"""Write the columns of the table of lines: flat loops over all lines of a chunk.

Three loops, because one loop over twenty arrays has not enough registers: it took 2.4 ns an interval, they take 1.7.
"""

from __future__ import annotations

from rating.kernels.arith import index, row_of, times_1000
from rating.kernels.arrays import (
    ALLOWANCE,
    DISCOUNT,
    MAXIMUM,
    NO_DIMENSION,
    NO_TAX,
    OF_SESSIONS,
    Book,
    Int64,
    Lines,
    Scratch,
    Terms,
    Usage,
)
from rating.kernels.jit import inlined, scalar
from rating.kernels.native import part

_SIGN_SHIFT = 63
_BYTE_SHIFT = 3
_BIT_MASK = 7
_EVERY = 255


@scalar
def in_unit(quantity: int, num: int, den: int) -> int:
    """A quantity as billionths of the price's unit, ties up."""
    if den == 1:
        return quantity * num
    return (quantity * num + den // 2) // den


@inlined
def name_line(i: int, kind: int, dimension: int, element: int, unit: int, out: Lines) -> None:
    """Say what a line is for that has no component: NO_DIMENSION and numbers below 0 are what it has not. All of its
    bits are 1 before.
    """
    out.kind[i] = kind
    out.unit_price[i, 0] = 0
    out.unit_price[i, 1] = 0
    # Codes of what is not there are 0, for one beyond those of names would be met by whoever reads them.
    out.dimension[i] = dimension if dimension != NO_DIMENSION else 0
    out.element[i] = max(element, 0)
    out.unit[i] = max(unit, 0)
    byte = index(i >> _BYTE_SHIFT)
    without = _EVERY - (1 << (i & _BIT_MASK))
    out.priced[byte] &= without
    if unit < 0:
        out.measured[byte] &= without
    if element < 0:
        out.named[byte] &= without
    if dimension == NO_DIMENSION:
        out.dimensioned[byte] &= without


@inlined
def _name_row(i: int, kind: int, row: int, terms: Terms, out: Lines) -> None:
    """Say what a line is for that has no component: which part of a deal made it, `row` of Terms, or a limit, -1."""
    dimension, element, unit = NO_DIMENSION, -1, -1
    j = max(row, 0)  # a limit names no row
    if kind == ALLOWANCE:
        if terms.allowance_of[j] != OF_SESSIONS:
            dimension = terms.allowance_of[j]
        element = terms.allowance_name[j]
        unit = terms.allowance_unit[j]
    elif kind == DISCOUNT:
        dimension = terms.discount_dimension[j]
        element = terms.discount_name[j]
    elif kind == MAXIMUM and row >= 0:
        element = terms.cap_name[j]
    name_line(i, kind, dimension, element, unit, out)


@part
def write_lines(
    begin: int, at: int, count: int, picked: bool, rows: Int64, usage: Usage, book: Book, scratch: Scratch, out: Lines
) -> None:
    """Write `count` lines from row `at` on: the records in `scratch.pick` where `picked`, else all of them.

    Sessions are those of `rows` from place `begin` on. `out.billed_volume` and `out.rate` may be empty, and
    are then left out.
    """
    components, rules, records, pick = book.components, book.rules, scratch.records, scratch.pick
    terms, turn = book.terms, records.turn
    timeline, ids = usage.timeline, usage.session_id
    of_session, of_kind, record_first, component = records.session, records.kind, records.first, records.component

    # Whose lines they are, what they cost and how it is taxed.
    nano, rest, printed = records.nano, records.rest, records.printed
    rule_den, rule_tax, rule_rate, of_rate = rules.den, rules.tax, rules.rate_ppm, components.rate_ppm
    session, amount, out_printed, rate = out.session, out.amount, out.printed, out.rate
    taxed = rate.size > 0
    for o in range(count):
        r = index(pick[o] if picked else o)
        i = index(at + o)
        s = row_of(rows, begin + of_session[r])
        t = index(timeline[s])
        session[i] = ids[s] if ids.size > 0 else s
        pico = 0
        if rest[r] > 0:
            pico = (2000 * rest[r] + rule_den[t]) // (2 * rule_den[t])
        amount[i, 0], amount[i, 1] = times_1000(nano[r], pico)
        out_printed[i, 0] = printed[r]
        out_printed[i, 1] = -1 if printed[r] < 0 else 0
        if taxed:
            if component[r] >= 0:
                rate[i, 0] = of_rate[component[r]]
            else:
                rate[i, 0] = rule_rate[t] if rule_tax[t] != NO_TAX and of_kind[r] != ALLOWANCE else -1
            rate[i, 1] = 0

    # What they are for.
    of_dimension, of_element = components.dimension, components.element
    of_unit, of_price = components.unit, components.price_micro
    spot, mean, marked = components.spot, records.mean, out.priced.size > 0
    line, kind, dimension, element, unit, price = (
        out.line,
        out.kind,
        out.dimension,
        out.element,
        out.unit,
        out.unit_price,
    )
    for o in range(count):
        r = index(pick[o] if picked else o)
        i = index(at + o)
        line[i] = r - record_first[of_session[r]] + 1
        price[i, 1] = 0
        c = component[r]
        if marked:  # where another session had a line without, before
            byte, bit = index(i >> _BYTE_SHIFT), 1 << (i & _BIT_MASK)
            out.priced[byte] |= bit
            out.measured[byte] |= bit
            out.named[byte] |= bit
            out.dimensioned[byte] |= bit
        if c < 0:
            _name_row(i, of_kind[r], turn[r], terms, out)
        else:
            kind[i] = of_kind[r]
            dimension[i] = of_dimension[c]
            element[i] = of_element[c]
            unit[i] = of_unit[c]
            price[i, 0] = of_price[c]
            if spot[c] >= 0:
                price[i, 0] = mean[r]
                price[i, 1] = mean[r] >> _SIGN_SHIFT

    # How much: to the nearest billionth of the unit, ties up. kWh, Wh and seconds always end before that.
    volume, unit_num, unit_den, out_volume = records.volume, components.unit_num, components.unit_den, out.volume
    for o in range(count):
        r = index(pick[o] if picked else o)
        i = index(at + o)
        c = component[r]
        out_volume[i, 0] = 0
        out_volume[i, 1] = 0
        if c >= 0:
            out_volume[i, 0] = in_unit(volume[r], unit_num[c], unit_den[c])
        elif of_kind[r] == ALLOWANCE:
            j = index(turn[r])
            out_volume[i, 0] = in_unit(volume[r], terms.allowance_num[j], terms.allowance_den[j])

    billed, out_billed = records.billed, out.billed_volume
    for o in range(count if out_billed.size > 0 else 0):
        r = index(pick[o] if picked else o)
        i = index(at + o)
        c = component[r]
        out_billed[i, 0] = 0
        out_billed[i, 1] = 0
        if c >= 0:
            out_billed[i, 0] = in_unit(billed[r], unit_num[c], unit_den[c])
