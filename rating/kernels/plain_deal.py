"""The lines of a deal for `plain`: what allowances made free, and what discounts take."""

from __future__ import annotations

from rating.kernels.arith import count_units, index, minus, prefetch, put, times_1000
from rating.kernels.arrays import ALLOWANCE, DISCOUNT, NO_TAX, Book, Deals, Lines, Scratch, Shares, Terms
from rating.kernels.discount import DIMENSIONS_PLAIN, take_discounts, take_percents
from rating.kernels.jit import inlined
from rating.kernels.lines import in_unit, name_line
from rating.units import ENERGY, NANO_PER_MICRO, PARKING_TIME, TIME

DEALS_BEFORE = 12  # so many deals are asked for before theirs is needed: another thread may have written them


@inlined
def begin_deal(deal: int, terms: Terms, deals: Deals, shares: Shares) -> tuple[bool, int, int, int]:
    """Whether all discounts of a deal are parts of amounts, and what its allowances may make free: energy, time and
    parking time.
    """
    left, term = deals.allowance_left, deals.terms[deal]
    later = min(deal + DEALS_BEFORE, deals.terms.size - 1)  # deals are in the order of sessions
    prefetch(deals.terms, later)
    prefetch(left, later * left.shape[1])
    prefetch(deals.allowance_used, later * left.shape[1])
    for d in range(DIMENSIONS_PLAIN):
        shares.left_nano[d] = 0
        shares.left_rest[d] = 0
    energy, time, parking = 0, 0, 0
    first = terms.allowance_first[term]
    for j in range(first, terms.allowance_first[term + 1]):
        if terms.allowance_of[j] == ENERGY:
            energy += left[deal, j - first]
        elif terms.allowance_of[j] == TIME:
            time += left[deal, j - first]
        else:
            parking += left[deal, j - first]
    return terms.percents[term] != 0, energy, time, parking


@inlined
def add_share(
    line: int, percents: bool, nano: int, rest: int, den: int, billed: int, dimension: int, shares: Shares
) -> None:
    """Note the amount of a line for discounts to work on: by itself, or where all are `percents`, with those of its
    dimension, unless it is below zero.
    """
    p = index(dimension if percents else line)
    if not percents:
        shares.left_nano[p], shares.left_rest[p] = nano, rest
        shares.billed[p], shares.dimension[p] = billed, dimension
    elif nano >= 0:
        shares.left_nano[p] += nano
        shares.left_rest[p] += rest
        if shares.left_rest[p] >= den:
            shares.left_rest[p] -= den
            shares.left_nano[p] += 1


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
    terms, rules, shares = book.terms, book.rules, scratch.shares
    term = deals.terms[deal]
    count = lines - begun
    den, unit_nano = rules.den[t], rules.unit_nano[t]
    print_micro = unit_nano // NANO_PER_MICRO
    first = terms.allowance_first[term]
    for j in range(first, terms.allowance_first[term + 1]):
        used = deals.allowance_left[deal, j - first]
        of = terms.allowance_of[j]
        if of == ENERGY:
            used = min(used, energy)
            energy -= used
        elif of == TIME:
            used = min(used, time)
            time -= used
        elif of == PARKING_TIME:
            used = min(used, parking)
            parking -= used
        deals.allowance_used[deal, j - first] = used
        if used == 0:
            continue
        i = index(lines)
        out.kind[i] = ALLOWANCE
        name_line(i, ALLOWANCE, j, terms, out)
        put(out.volume, i, in_unit(used, terms.allowance_num[j], terms.allowance_den[j]))
        put(out.amount, i, 0)
        put(out.printed, i, 0)
        if out.rate.size > 0:
            put(out.rate, i, -1)
        scratch.under[lines - begun] = 0
        scratch.rest[lines - begun] = 0
        lines += 1

    total_nano = 0
    total_rest = 0
    total_units = 0
    if terms.percents[term] != 0:
        taken = take_percents(deal, term, den, sum_nano, sum_rest, terms, deals, shares)
    else:
        taken = take_discounts(deal, term, den, count, sum_nano, sum_rest, terms, deals, shares)
    for k in range(taken):
        nano, rest = minus(0, 0, shares.taken_nano[k], shares.taken_rest[k], den)
        total_nano += nano
        total_rest += rest
        if total_rest >= den:
            total_rest -= den
            total_nano += 1
        units = count_units(nano, unit_nano)
        total_units += units
        i = index(lines)
        out.kind[i] = DISCOUNT
        name_line(i, DISCOUNT, shares.row[k], terms, out)
        put(out.volume, i, 0)
        pico = 0
        if rest > 0:
            pico = (2000 * rest + den) // (2 * den)
        out.amount[i, 0], out.amount[i, 1] = times_1000(nano, pico)
        put(out.printed, i, units * print_micro)
        if out.rate.size > 0:
            put(out.rate, i, rules.rate_ppm[t] if rules.tax[t] != NO_TAX else -1)
        scratch.under[lines - begun] = nano - units * unit_nano
        scratch.rest[lines - begun] = rest
        lines += 1

    for at in range(begun + count, lines):
        i = index(at)
        out.session[i] = out.session[begun]
        out.line[i] = i - begun + 1
        if out.billed_volume.size > 0:
            put(out.billed_volume, i, 0)
    return lines, total_nano, total_rest, total_units
