"""Write the columns of the table of lines: one flat loop over all lines of a chunk."""

from __future__ import annotations

from rating.kernels.arith import times_1000
from rating.kernels.arrays import NO_RECORD, NO_TAX, Components, Lines, Priced, Rules, Usage, Walked
from rating.kernels.jit import kernel


@kernel
def write_lines(
    usage: Usage, first: int, components: Components, rules: Rules, walked: Walked, priced: Priced, out: Lines
) -> None:
    """Fill `out` for every line of `priced`, whose rows count from session `first`."""
    timeline, ids = usage.timeline, usage.session_id
    of_row, of_line, of_kind = priced.row, priced.line, priced.kind
    out_session, out_line, out_kind = out.session, out.line, out.kind
    of_dimension, of_element, of_unit = components.dimension, components.element, components.unit
    of_price, unit_num, unit_den = components.price_micro, components.unit_num, components.unit_den
    rule_den, rule_tax, rule_rate = rules.den, rules.tax, rules.rate_ppm
    component, volume, billed = walked.component, walked.volume, walked.billed
    record, nano, rest, printed = priced.record, priced.nano, priced.rest, priced.printed
    dimension, element, unit, out_price = out.dimension, out.element, out.unit, out.unit_price
    out_volume, out_billed, out_amount = out.volume, out.billed_volume, out.amount
    out_printed, out_rate = out.printed, out.rate
    for i in range(out.unit.size):
        low, high = 2 * i, 2 * i + 1
        r = record[i]
        if r == NO_RECORD:
            dimension[i] = 0
            element[i] = 0
            unit[i] = 0
            out_volume[low] = 0
            out_billed[low] = 0
            out_price[low] = 0
        else:
            c = component[r]
            dimension[i] = of_dimension[c]
            element[i] = of_element[c]
            unit[i] = of_unit[c]
            # To the nearest billionth of the unit, ties up: kWh, Wh and seconds always end before that.
            den = unit_den[c]
            if den == 1:
                out_volume[low] = volume[r] * unit_num[c]
                out_billed[low] = billed[r] * unit_num[c]
            else:
                out_volume[low] = (volume[r] * unit_num[c] + den // 2) // den
                out_billed[low] = out_volume[low]
                if billed[r] != volume[r]:
                    out_billed[low] = (billed[r] * unit_num[c] + den // 2) // den
            out_price[low] = of_price[c]
        out_volume[high] = 0
        out_billed[high] = 0
        out_price[high] = 0
        s = first + of_row[i]
        out_session[i] = ids[s] if ids.size > 0 else s
        out_line[i] = of_line[i]
        out_kind[i] = of_kind[i]
        t = timeline[s]
        pico = 0
        if rest[i] > 0:
            pico = (2000 * rest[i] + rule_den[t]) // (2 * rule_den[t])
        out_amount[low], out_amount[high] = times_1000(nano[i], pico)
        out_printed[low] = printed[i]
        out_printed[high] = -1 if printed[i] < 0 else 0
        out_rate[low] = rule_rate[t] if rule_tax[t] != NO_TAX else -1
        out_rate[high] = 0
