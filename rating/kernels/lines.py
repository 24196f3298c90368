"""Write the columns of the table of lines: flat loops over all lines of a chunk.

Three loops, because one loop over twenty arrays has not enough registers: it took 2.4 ns an interval, they take 1.7.
"""

from __future__ import annotations

from rating.kernels.arith import index, times_1000
from rating.kernels.arrays import NO_TAX, Components, Lines, Priced, Records, Rules, Usage
from rating.kernels.jit import kernel


@kernel
def write_lines(
    usage: Usage, first: int, components: Components, rules: Rules, records: Records, priced: Priced, out: Lines
) -> None:
    """Fill `out` for every line of `priced`, whose rows count from session `first`."""
    count = out.unit.size
    timeline, ids = usage.timeline, usage.session_id
    row, record = priced.row, priced.record

    # Whose lines they are, what they cost and how it is taxed.
    nano, rest, printed = priced.nano, priced.rest, priced.printed
    rule_den, rule_tax, rule_rate = rules.den, rules.tax, rules.rate_ppm
    session, amount, out_printed, rate = out.session, out.amount, out.printed, out.rate
    for i in range(count):
        s = index(first + row[i])
        t = index(timeline[s])
        session[i] = ids[s] if ids.size > 0 else s
        pico = 0
        if rest[i] > 0:
            pico = (2000 * rest[i] + rule_den[t]) // (2 * rule_den[t])
        amount[i, 0], amount[i, 1] = times_1000(nano[i], pico)
        out_printed[i, 0] = printed[i]
        out_printed[i, 1] = -1 if printed[i] < 0 else 0
        rate[i, 0] = rule_rate[t] if rule_tax[t] != NO_TAX else -1
        rate[i, 1] = 0

    # What they are for.
    component, of_dimension, of_element = records.component, components.dimension, components.element
    of_unit, of_price = components.unit, components.price_micro
    line, kind, dimension, element, unit, price = (
        out.line,
        out.kind,
        out.dimension,
        out.element,
        out.unit,
        out.unit_price,
    )
    of_line, of_kind = priced.line, priced.kind
    for i in range(count):
        line[i] = of_line[i]
        kind[i] = of_kind[i]
        price[i, 1] = 0
        if record[i] < 0:
            dimension[i] = 0
            element[i] = 0
            unit[i] = 0
            price[i, 0] = 0
        else:
            c = index(component[record[i]])
            dimension[i] = of_dimension[c]
            element[i] = of_element[c]
            unit[i] = of_unit[c]
            price[i, 0] = of_price[c]

    # How much: to the nearest billionth of the unit, ties up. kWh, Wh and seconds always end before that.
    volume, billed, unit_num, unit_den = records.volume, records.billed, components.unit_num, components.unit_den
    out_volume, out_billed = out.volume, out.billed_volume
    for i in range(count):
        r = record[i]
        out_volume[i, 0] = 0
        out_volume[i, 1] = 0
        out_billed[i, 0] = 0
        out_billed[i, 1] = 0
        if r >= 0:
            c = index(component[r])
            num, den = unit_num[c], unit_den[c]
            if den == 1:
                out_volume[i, 0] = volume[r] * num
                out_billed[i, 0] = billed[r] * num
            else:
                out_volume[i, 0] = (volume[r] * num + den // 2) // den
                out_billed[i, 0] = (billed[r] * num + den // 2) // den
