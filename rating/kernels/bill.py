"""From amounts to bills: session limits, tax, rounding, printed amounts (PRICING 4).

An amount is a whole number of nano and an exact rest over the session's common denominator, so nothing is rounded
before the one place that rounds totals (`round_parts`). Printed lines are shared out by largest remainder.
"""

from __future__ import annotations

from collections.abc import Callable

from rating.kernels.arith import count_units, index, minus, over, round_parts, row_of, share, share_plus
from rating.kernels.arrays import (
    MAXIMUM,
    MINIMUM,
    NO_LINE,
    NO_TAX,
    ROUNDING,
    TAX_EXCLUDED,
    TAX_INCLUDED,
    TOO_MUCH,
    USAGE,
    Book,
    Deals,
    Int32,
    Int64,
    Records,
    Totals,
)
from rating.kernels.discount import part_of
from rating.kernels.jit import scalar
from rating.kernels.native import part
from rating.kernels.nets import share_net
from rating.units import AMOUNT_MAX_NANO, NANO_PER_MICRO, PPM_PER_UNIT

AMOUNT_RANGE = 17  # errors.Refused


@scalar
def _cap(left_nano: int, after_tax: bool, tax_kind: int, rate_ppm: int, den: int) -> tuple[int, int]:
    """What is left of a cap in the terms of prices; `den` is a multiple of what the rate needs."""
    if tax_kind == NO_TAX or after_tax == (tax_kind == TAX_INCLUDED):
        return left_nano, 0
    if after_tax:
        return part_of(left_nano, 0, den, PPM_PER_UNIT, PPM_PER_UNIT + rate_ppm)
    return part_of(left_nano, 0, den, PPM_PER_UNIT + rate_ppm, PPM_PER_UNIT)


def _make(full: bool) -> Callable[..., int]:
    """The kernel for batches with deals or different taxes, or without: half of the time to compile it is for these."""
    FULL = full  # noqa: N806  (a constant for the compiler)

    def bill(
        begin: int, count: int, rows: Int64, timeline: Int32, book: Book, deals: Deals, out: Records, totals: Totals
    ) -> int:
        """Bill `count` sessions of `rows` from place `begin` on; return the number of lines: the records that are not
        NO_LINE.

        `timeline` is int32 (n,), that of each session.
        """
        rules, taxes, terms, tax_bits = book.rules, book.taxes, book.terms, book.components.tax_bits
        record_first, status, spare = out.first, totals.status, rules.spare
        with_unknown = totals.unknown.size > 0
        part_first, part_tax = totals.part_first, totals.part_tax_micro
        limit_given, limit_nano, limit_rest = rules.limit_given, rules.limit_nano, rules.limit_rest
        rule_den, rule_tax, rule_rate, after_nano = rules.den, rules.tax, rules.rate_ppm, rules.after_nano
        rule_unit, rule_print, rule_mode, rule_limited = rules.unit_nano, rules.print_nano, rules.mode, rules.limited
        net_out, tax_out, gross_out = totals.net_micro, totals.tax_micro, totals.gross_micro
        taxed = tax_out.size > 0
        with_deals = deals.of_session.size > 0
        line_kind, line_nano, line_rest, line_printed = out.kind, out.nano, out.rest, out.printed

        lines = 0
        for o in range(count):
            s = row_of(rows, begin + o)
            if status[s] != 0:
                for half in range(2):
                    net_out[s, half] = 0
                    gross_out[s, half] = 0
                    if taxed:
                        tax_out[s, half] = 0
                continue
            t = index(timeline[s])
            den = rule_den[t]
            first = index(record_first[o])
            last = index(max(record_first[o + 1] - spare[t], first))  # grows with the lines that spare records become
            deal = deals.of_session[s] if FULL and with_deals else -1
            if FULL and deal >= 0:
                last = index(record_first[o + 1])
                while last > first and line_kind[last - 1] == NO_LINE:
                    last -= 1

            # 1. The sum of the components' amounts.
            total_nano = 0
            total_rest = 0
            size_nano = 0  # what their sizes add up to: amounts below zero take nothing off the range
            size_rest = 0
            for at in range(first, last):
                r = index(at)
                nano, rest = line_nano[r], line_rest[r]
                if rest == TOO_MUCH:
                    status[s] = AMOUNT_RANGE
                    break
                total_nano += nano
                total_rest += rest
                if total_rest >= den:
                    total_rest -= den
                    total_nano += 1
                if line_kind[r] != USAGE:  # a discount takes nothing off the range either
                    continue
                size_nano += nano if nano >= 0 else -nano - (1 if rest > 0 else 0)
                size_rest += rest if nano >= 0 or rest == 0 else den - rest
                if size_rest >= den:
                    size_rest -= den
                    size_nano += 1
                if over(size_nano, size_rest, AMOUNT_MAX_NANO, 0):
                    status[s] = AMOUNT_RANGE
                    break
            if status[s] != 0:
                for r in range(first, last):
                    line_kind[r] = NO_LINE
                for half in range(2):
                    net_out[s, half] = 0
                    gross_out[s, half] = 0
                    if taxed:
                        tax_out[s, half] = 0
                continue

            # 2. The session's limits: before tax, then after tax, the minimum first; then the account's caps.
            tax_kind = rule_tax[t]
            fixed = -1  # the after-tax limit that holds while the before-tax total stays
            base_nano = 0
            base_rest = 0
            for i in range(4 if rule_limited[t] != 0 else 0):
                j = 4 * t + i
                if limit_given[j] == 0:
                    continue
                if i % 2 == 0:
                    hit = over(limit_nano[j], limit_rest[j], total_nano, total_rest)
                else:
                    hit = over(total_nano, total_rest, limit_nano[j], limit_rest[j])
                if not hit:
                    continue
                if i >= 2 and tax_kind != NO_TAX and limit_given[j - 2] != 0:
                    fixed = i - 2
                    base_nano = total_nano
                    base_rest = total_rest
                    if tax_kind == TAX_EXCLUDED:
                        continue
                line_kind[last] = MINIMUM if i % 2 == 0 else MAXIMUM
                line_nano[last], line_rest[last] = minus(limit_nano[j], limit_rest[j], total_nano, total_rest, den)
                last += 1
                total_nano = limit_nano[j]
                total_rest = limit_rest[j]

            if FULL and deal >= 0:
                term = deals.terms[deal]
                for j in range(terms.cap_first[term], terms.cap_first[term + 1]):
                    left = deals.cap_left_nano[deal, j - terms.cap_first[term]]
                    cap_nano, cap_rest = _cap(left, terms.cap_after_tax[j] != 0, tax_kind, rule_rate[t], den)
                    if over(total_nano, total_rest, cap_nano, cap_rest):
                        line_kind[last] = MAXIMUM
                        out.turn[last] = j
                        line_nano[last], line_rest[last] = minus(cap_nano, cap_rest, total_nano, total_rest, den)
                        last += 1
                        total_nano = cap_nano
                        total_rest = cap_rest

            # 3. Tax and rounding, each total once, in rounding units.
            unit_nano, mode, rate = rule_unit[t], rule_mode[t], rule_rate[t]
            unit_micro = unit_nano // NANO_PER_MICRO
            units, num, left = share(total_nano, total_rest, den, 1, 1, unit_nano)
            total = round_parts(units, num, left, unit_nano, mode)
            tax = 0
            unknown = False
            if FULL and rules.mixed[t] != 0:
                for at in range(first, last):
                    r = index(at)
                    costs = line_nano[r] != 0 or line_rest[r] != 0
                    unknown = unknown or (costs and tax_bits[out.component[r]] < 0)
                for j in range(taxes.first[t], taxes.first[t + 1] if not unknown else taxes.first[t]):
                    base_nano = 0
                    base_rest = 0
                    for at in range(first, last):
                        r = index(at)
                        if out.component[r] >= 0 and tax_bits[out.component[r]] >> (j - taxes.first[t]) & 1 != 0:
                            base_nano += line_nano[r]
                            base_rest += line_rest[r]
                            if base_rest >= den:
                                base_rest -= den
                                base_nano += 1
                    scale = taxes.scale_ppm[j]
                    units, num, left = share(base_nano, base_rest, den, taxes.rate_ppm[j], scale, unit_nano)
                    part = round_parts(units, num, left, scale * unit_nano, mode)
                    part_tax[part_first[s] + j - taxes.first[t]] = part * unit_micro
                    tax += part
                if with_unknown:
                    totals.unknown[s] = unknown
            elif tax_kind != NO_TAX:
                scale = PPM_PER_UNIT if tax_kind == TAX_EXCLUDED else PPM_PER_UNIT + rate
                if fixed < 0:
                    units, num, left = share(total_nano, total_rest, den, rate, scale, unit_nano)
                elif tax_kind == TAX_EXCLUDED:
                    # The gross is the limit and the net stays: the tax is what lies between the two.
                    nano, rest = minus(after_nano[2 * t + fixed], 0, base_nano, base_rest, den)
                    units, num, left = share_plus(0, 0, den, rate, scale, unit_nano, nano, rest)
                else:
                    nano, rest = minus(total_nano, total_rest, base_nano, base_rest, den)
                    units, num, left = share_plus(base_nano, base_rest, den, rate, scale, unit_nano, nano, rest)
                tax = round_parts(units, num, left, scale * unit_nano, mode)
            net = total - tax if tax_kind == TAX_INCLUDED else total
            if FULL and rules.mixed[t] != 0 and not unknown:
                share_net(s, t, net, first, last, book, out, totals)
            net_out[s, 0] = net * unit_micro
            net_out[s, 1] = -1 if net < 0 else 0
            if taxed:
                tax_out[s, 0] = tax * unit_micro
                tax_out[s, 1] = -1 if tax < 0 else 0
                gross_out[s, 0] = (net + tax) * unit_micro
                gross_out[s, 1] = -1 if net + tax < 0 else 0

            # 4. Printed amounts: each line rounded down, and the units left over to the largest remainders.
            print_nano = rule_print[t]
            print_micro = print_nano // NANO_PER_MICRO
            target = total
            if print_nano != unit_nano:
                units, num, left = share(total_nano, total_rest, den, 1, 1, print_nano)
                target = round_parts(units, num, left, print_nano, mode)
            left_over = target
            for at in range(first, last):
                i = index(at)
                units = count_units(line_nano[i], print_nano)
                line_printed[i] = units * print_micro
                left_over -= units
            while left_over > 0:
                most = -1
                most_under = -1
                for at in range(first, last):
                    i = index(at)
                    # What printing leaves out; below zero once the line has got its unit.
                    under = line_nano[i] - line_printed[i] * NANO_PER_MICRO
                    if under > most_under or (under == most_under and most >= 0 and line_rest[i] > line_rest[most]):
                        most = i
                        most_under = under
                line_printed[most] += print_micro
                left_over -= 1

            odd = total * unit_micro - target * print_micro
            if odd != 0:
                line_kind[last] = ROUNDING
                line_nano[last] = odd * NANO_PER_MICRO
                line_rest[last] = 0
                line_printed[last] = odd
                last += 1
            lines += last - first
        return lines

    bill.__name__ = "bill_full" if full else "bill"
    return part(bill)


bill = _make(full=False)
bill_full = _make(full=True)
