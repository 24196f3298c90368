"""What discounts take off the amounts of sessions with a deal, exactly: each that takes something becomes a line.

An amount is a whole number of nano and an exact rest over the session's common denominator, which `compile.terms` has
made such that every part that a discount takes is one too. What a term cannot do in these is settled apart.
"""

from __future__ import annotations

from rating.kernels.arith import index, minus, over, row_of, share, times_price
from rating.kernels.arrays import (
    BY_AMOUNT,
    BY_PERCENT,
    BY_POINTS,
    BY_UNIT,
    DISCOUNT,
    NO_LINE,
    TOO_MUCH,
    USAGE,
    Book,
    Deals,
    Int32,
    Int64,
    Records,
    Shares,
    Terms,
    UInt8,
)
from rating.kernels.jit import inlined, scalar
from rating.kernels.native import part
from rating.units import AMOUNT_MAX_NANO, PPM_PER_UNIT

_DIRECT_NANO = 2**42  # four thousand of the currency: one product is enough
assert _DIRECT_NANO * PPM_PER_UNIT < 2**62


@scalar
def part_of(nano: int, rest: int, den: int, num: int, part_den: int) -> tuple[int, int]:
    """(nano + rest ÷ den) × num ÷ part_den over the same `den`, which is a multiple of what that needs."""
    if num == 0:
        return 0, 0
    if num <= PPM_PER_UNIT and 0 <= nano < _DIRECT_NANO:
        whole = nano * num // part_den
        part = nano * num - whole * part_den
        if part == 0 and rest == 0:
            return whole, 0
        left = part * den + rest * num  # both below part_den × den: their sum over it may be one more
        more = left // part_den
        return (whole + 1, more - den) if more >= den else (whole, more)
    whole, part, left = share(nano, rest, den, num, part_den, 1)
    return whole, (part * den + left) // part_den


@scalar
def percent_of(nano: int, rest: int, den: int, ppm: int) -> tuple[int, int]:
    """(nano + rest ÷ den) × ppm ÷ a million over the same `den`, which is a multiple of what that needs.

    As `part_of`, but divisions by a constant are multiplications, and exact amounts take no other way than others: the
    processor could not guess which those are.
    """
    if 0 <= nano < _DIRECT_NANO:
        product = index(nano * ppm)
        whole = product // PPM_PER_UNIT
        left = (product - whole * PPM_PER_UNIT) * den + rest * ppm  # both below den × a million: one more, at most
        more = index(left) // PPM_PER_UNIT
        carried = more >= den
        return whole + (1 if carried else 0), more - (den if carried else 0)
    whole, part, left = share(nano, rest, den, ppm, PPM_PER_UNIT, 1)
    return whole, (part * den + left) // PPM_PER_UNIT


@scalar
def _is_little(j: int, nano: int, rest: int, terms: Terms) -> bool:
    """Whether a session comes to less than what a coupon is for."""
    least = terms.discount_min_nano[j]
    return terms.discount_coupon[j] != 0 and least > 0 and over(least, 0, nano, rest)


@inlined
def take_discount(
    j: int,
    deal: int,
    den: int,
    count: int,
    total_nano: int,
    total_rest: int,
    terms: Terms,
    deals: Deals,
    shares: Shares,
) -> tuple[int, int]:
    """Let discount `j` work on the `count` amounts of a session with that deal (PRICING 4), whose sum is `total_nano`
    and `total_rest`: on what those before it left of amounts above zero. What it took, which is no more than that.
    """
    kind, bits, num, of = terms.discount_kind[j], terms.discount_bits[j], terms.discount_num[j], terms.discount_den[j]
    left_nano, left_rest, billed, dimension = shares.left_nano, shares.left_rest, shares.billed, shares.dimension
    most_nano = 0  # what it may take in all, where it is no part of each amount
    most_rest = 0
    if _is_little(j, total_nano, total_rest, terms):
        count = 0
    elif kind == BY_AMOUNT:
        most_nano = num
        if over(most_nano, 0, total_nano, total_rest):
            most_nano, most_rest = total_nano, total_rest
    elif kind == BY_POINTS:
        deals.redeemed[deal] = min(deals.points[deal], max(total_nano, 0) // num)
        most_nano = deals.redeemed[deal] * num
    if most_nano < 0:
        most_nano = 0
        most_rest = 0
    taken_nano = 0
    taken_rest = 0
    for i in range(count):
        if bits >> dimension[i] & 1 == 0 or left_nano[i] < 0:
            continue
        nano, rest = left_nano[i], left_rest[i]
        if kind == BY_PERCENT:
            nano, rest = percent_of(nano, rest, den, num)
        elif kind != BY_UNIT:
            # How it is shared moves no total, because all that it works on has the same tax.
            nano, rest = minus(most_nano, most_rest, taken_nano, taken_rest, den)
        elif billed[i] < terms.discount_volume_max[j]:
            nano, rest = times_price(billed[i], num, of, den // of)
        if over(nano, rest, left_nano[i], left_rest[i]):
            nano, rest = left_nano[i], left_rest[i]
        left_nano[i], left_rest[i] = minus(left_nano[i], left_rest[i], nano, rest, den)
        taken_nano += nano
        taken_rest += rest
        if taken_rest >= den:
            taken_rest -= den
            taken_nano += 1
    return taken_nano, taken_rest


@inlined
def take_percent(
    j: int,
    first: int,
    den: int,
    count: int,
    total_nano: int,
    total_rest: int,
    rests: Int64,
    dimension: UInt8,
    begun: int,
    terms: Terms,
    shares: Shares,
) -> tuple[int, int]:
    """As `take_discount`, where those from `first` on, before this one, are `percents`: `rests` has the rests of the
    amounts, and `dimension` what each is for, from row `begun` on.

    A part of a sum is the sum of the parts, for nothing is rounded. So it is enough to know what each discount took.
    """
    bits = terms.discount_bits[j]
    taken_nano = 0
    taken_rest = 0
    if not _is_little(j, total_nano, total_rest, terms):
        for k in range(count):
            nano = shares.left_nano[k]
            mask = -(bits >> dimension[index(begun + k)] & 1) & ~(nano >> 63)
            taken_rest += rests[k] & mask
            carried = taken_rest >= den
            taken_rest -= den if carried else 0
            taken_nano += (nano & mask) + (1 if carried else 0)
        for each in range(first, j):
            if terms.discount_bits[index(each)] & bits != 0:
                at = index(each - first)
                less_nano, less_rest = shares.taken_nano[at], shares.taken_rest[at]
                taken_nano, taken_rest = minus(taken_nano, taken_rest, less_nano, less_rest, den)
        taken_nano, taken_rest = percent_of(taken_nano, taken_rest, den, terms.discount_num[j])
    at = index(j - first)
    shares.taken_nano[at], shares.taken_rest[at] = taken_nano, taken_rest
    return taken_nano, taken_rest


@inlined
def sum_of(count: int, den: int, shares: Shares) -> tuple[int, int, bool]:
    """What the first `count` amounts in `shares` add up to, and whether it became too much on the way."""
    nano = 0
    rest = 0
    for i in range(count):
        nano += shares.left_nano[i]
        rest += shares.left_rest[i]
        if rest >= den:
            rest -= den
            nano += 1
        if nano < -AMOUNT_MAX_NANO or over(nano, rest, AMOUNT_MAX_NANO, 0):
            return nano, rest, True
    return nano, rest, False


@part
def discount(
    begin: int, count: int, rows: Int64, timeline: Int32, book: Book, deals: Deals, shares: Shares, out: Records
) -> None:
    """Make spare records of `count` sessions of `rows` from place `begin` on discounts."""
    of_dimension, dens, record_kind, terms = book.components.dimension, book.rules.den, out.kind, book.terms
    for o in range(count):
        s = row_of(rows, begin + o)
        deal = deals.of_session[s]
        if deal < 0:
            continue
        used = 0
        too_much = False
        line = index(out.first[o])
        for at in range(out.first[o], out.first[o + 1]):
            r = index(at)
            if record_kind[r] == USAGE:
                too_much = too_much or out.rest[r] == TOO_MUCH
                shares.left_nano[used] = out.nano[r]
                shares.left_rest[used] = out.rest[r]
                shares.billed[used] = out.billed[r]
                shares.dimension[used] = of_dimension[out.component[r]]
                used += 1
            if record_kind[r] != NO_LINE:
                line = index(r + 1)
        den = dens[timeline[s]]
        nano, rest = 0, 0
        if not too_much:
            # Of amounts that are too much together, which `bill` refuses, nothing is taken.
            nano, rest, too_much = sum_of(used, den, shares)
        if too_much:
            used, nano, rest = 0, 0, 0
        term = deals.terms[deal]
        for j in range(terms.discount_first[term], terms.discount_first[term + 1]):
            taken_nano, taken_rest = take_discount(j, deal, den, used, nano, rest, terms, deals, shares)
            if taken_nano == 0 and taken_rest == 0:
                continue
            if terms.discount_coupon[j] != 0:
                deals.coupon_used[deal] = 1
            nano, rest = minus(nano, rest, taken_nano, taken_rest, den)
            record_kind[line] = DISCOUNT
            out.turn[line] = j
            out.nano[line], out.rest[line] = minus(0, 0, taken_nano, taken_rest, den)
            line += 1
