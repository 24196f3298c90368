"""The lines of a deal for `plain`: what allowances made free, and what discounts take."""

from __future__ import annotations

from rating.kernels.arith import count_units, index, minus, prefetch, put, times_1000
from rating.kernels.arrays import ALLOWANCE, DISCOUNT, NO_TAX, Book, Deals, Lines, Scratch, Terms
from rating.kernels.discount import take_discount, take_percent
from rating.kernels.jit import inlined
from rating.kernels.lines import in_unit, name_line
from rating.units import ENERGY, NANO_PER_MICRO, PARKING_TIME, TIME

DEALS_BEFORE = 12  # so many deals are asked for before theirs is needed: another thread may have written them


@inlined
def begin_deal(deal: int, terms: Terms, deals: Deals) -> tuple[int, int, int]:
    """What the allowances of a deal may make free: energy, time and parking time."""
    left, term = deals.allowance_left, index(deals.terms[deal])
    first, last = terms.allowance_first[term], terms.allowance_first[term + 1]
    energy, time, parking = 0, 0, 0
    for j in range(first, last):
        free = left[deal, index(j - first)]
        of = terms.allowance_of[index(j)]
        energy += free if of == ENERGY else 0
        time += free if of == TIME else 0
        parking += free if of == PARKING_TIME else 0
    return energy, time, parking


@inlined
def deal_lines(
    deal: int,
    t: int,
    begun: int,
    lines: int,
    sum_nano: int,
    sum_rest: int,
    energy: int,
    time: int,
    parking: int,
    book: Book,
    deals: Deals,
    scratch: Scratch,
    out: Lines,
) -> tuple[int, int, int, int]:
    """Write the lines of a deal behind those of components, which are the rows `begun` to lines - 1 and come to
    `sum_nano` and `sum_rest`.

    `energy`, `time` and `parking` are what allowances made free. Returns: the number of lines that are written now,
    what discounts took as nano and rest, and in how many units of printing.
    """
    terms, rules, shares, under, rests = book.terms, book.rules, scratch.shares, scratch.under, scratch.rest
    later = min(deal + DEALS_BEFORE, deals.terms.size - 1)  # deals are in the order of sessions
    prefetch(deals.terms, later)
    prefetch(deals.allowance_left, later * deals.allowance_left.shape[1])
    prefetch(deals.allowance_used, later * deals.allowance_left.shape[1])
    term = index(deals.terms[deal])
    count = lines - begun
    den, unit_nano = rules.den[t], rules.unit_nano[t]
    print_micro = unit_nano // NANO_PER_MICRO
    session = out.session[begun]
    with_billed, with_rate = out.billed_volume.size > 0, out.rate.size > 0
    first = terms.allowance_first[term]
    for each in range(first, terms.allowance_first[term + 1]):
        j = index(each)
        of = terms.allowance_of[j]
        used = parking
        used = time if of == TIME else used
        used = energy if of == ENERGY else used
        column = index(j - first)
        used = min(used, deals.allowance_left[deal, column])
        energy -= used if of == ENERGY else 0
        time -= used if of == TIME else 0
        parking -= used if of == PARKING_TIME else 0
        deals.allowance_used[deal, column] = used
        if used == 0:
            continue
        i = index(lines)
        n = index(lines - begun)
        under[n] = 0
        rests[n] = 0
        out.session[i] = session
        out.line[i] = n + 1
        name_line(i, ALLOWANCE, of, index(terms.allowance_name[j]), index(terms.allowance_unit[j]), out)
        put(out.volume, i, in_unit(used, terms.allowance_num[j], terms.allowance_den[j]))
        put(out.amount, i, 0)
        put(out.printed, i, 0)
        if with_billed:
            put(out.billed_volume, i, 0)
        if with_rate:
            put(out.rate, i, -1)
        lines += 1

    percents = terms.percents[term] != 0
    if not percents:
        for k in range(count):
            shares.left_rest[k] = rests[k]
            shares.dimension[k] = out.dimension[index(begun + k)]
    total_nano = 0
    total_rest = 0
    total_units = 0
    first = terms.discount_first[term]
    for each in range(first, terms.discount_first[term + 1]):
        j = index(each)
        if percents:
            nano, rest = take_percent(
                j, first, den, count, sum_nano, sum_rest, rests, out.dimension, begun, terms, shares
            )
        else:
            nano, rest = take_discount(j, deal, den, count, sum_nano, sum_rest, terms, deals, shares)
        sum_nano, sum_rest = minus(sum_nano, sum_rest, nano, rest, den)
        if nano == 0 and rest == 0:
            continue
        if terms.discount_coupon[j] != 0:
            deals.coupon_used[deal] = 1
        nano, rest = minus(0, 0, nano, rest, den)
        total_nano += nano
        total_rest += rest
        if total_rest >= den:
            total_rest -= den
            total_nano += 1
        units = count_units(nano, unit_nano)
        total_units += units
        i = index(lines)
        n = index(lines - begun)
        under[n] = nano - units * unit_nano
        rests[n] = rest
        out.session[i] = session
        out.line[i] = n + 1
        name_line(i, DISCOUNT, terms.discount_dimension[j], index(terms.discount_name[j]), -1, out)
        put(out.volume, i, 0)
        pico = 0
        if rest > 0:
            pico = (2000 * rest + den) // (2 * den)
        out.amount[i, 0], out.amount[i, 1] = times_1000(nano, pico)
        put(out.printed, i, units * print_micro)
        if with_billed:
            put(out.billed_volume, i, 0)
        if with_rate:
            put(out.rate, i, rules.rate_ppm[t] if rules.tax[t] != NO_TAX else -1)
        lines += 1
    return lines, total_nano, total_rest, total_units
