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
)
from rating.kernels.jit import inlined, scalar
from rating.kernels.native import part
from rating.units import AMOUNT_MAX_NANO, DIMENSIONS, PPM_PER_UNIT

DIMENSIONS_PLAIN = len(DIMENSIONS)  # which sessions without a reservation have, and the first ones of all
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


@inlined
def _note(found: int, j: int, deal: int, nano: int, rest: int, terms: Terms, deals: Deals, shares: Shares) -> int:
    """Note what discount `j` took, if anything, behind the `found` ones that did; how many there are now."""
    if nano == 0 and rest == 0:
        return found
    shares.row[found] = j
    shares.taken_nano[found] = nano
    shares.taken_rest[found] = rest
    if terms.discount_coupon[j] != 0:
        deals.coupon_used[deal] = 1
    return found + 1


@inlined
def take_discounts(
    deal: int,
    term: int,
    den: int,
    count: int,
    total_nano: int,
    total_rest: int,
    terms: Terms,
    deals: Deals,
    shares: Shares,
) -> int:
    """Let the discounts of a term work on the `count` amounts of a session with that deal (PRICING 4), whose sum is
    `total_nano` and `total_rest`.

    Each works on what those before it left of amounts above zero, and takes no more than that. How many took something
    is returned, and what is in `shares`.
    """
    points, redeemed = deals.points, deals.redeemed
    kinds, bits, nums, dens = terms.discount_kind, terms.discount_bits, terms.discount_num, terms.discount_den
    volume_max, min_nano, of_coupon = terms.discount_volume_max, terms.discount_min_nano, terms.discount_coupon
    left_nano, left_rest, billed, dimension = shares.left_nano, shares.left_rest, shares.billed, shares.dimension

    found = 0
    for j in range(terms.discount_first[term], terms.discount_first[term + 1]):
        if of_coupon[j] != 0 and min_nano[j] > 0 and over(min_nano[j], 0, total_nano, total_rest):
            continue
        most_nano = 0  # what it may take in all, where it is no part of each amount
        most_rest = 0
        if kinds[j] == BY_AMOUNT:
            most_nano = nums[j]
            if over(most_nano, 0, total_nano, total_rest):
                most_nano, most_rest = total_nano, total_rest
        elif kinds[j] == BY_POINTS:
            redeemed[deal] = min(points[deal], max(total_nano, 0) // nums[j])
            most_nano = redeemed[deal] * nums[j]
        if most_nano < 0:
            most_nano = 0
            most_rest = 0
        taken_nano = 0
        taken_rest = 0
        for i in range(count):
            if bits[j] >> dimension[i] & 1 == 0 or left_nano[i] < 0:
                continue
            nano, rest = left_nano[i], left_rest[i]
            if kinds[j] == BY_PERCENT:
                nano, rest = part_of(nano, rest, den, nums[j], dens[j])
            elif kinds[j] != BY_UNIT:
                # How it is shared moves no total, because all that it works on has the same tax.
                nano, rest = minus(most_nano, most_rest, taken_nano, taken_rest, den)
            elif billed[i] < volume_max[j]:
                nano, rest = times_price(billed[i], nums[j], dens[j], den // dens[j])
            if over(nano, rest, left_nano[i], left_rest[i]):
                nano, rest = left_nano[i], left_rest[i]
            left_nano[i], left_rest[i] = minus(left_nano[i], left_rest[i], nano, rest, den)
            taken_nano += nano
            taken_rest += rest
            if taken_rest >= den:
                taken_rest -= den
                taken_nano += 1
        total_nano, total_rest = minus(total_nano, total_rest, taken_nano, taken_rest, den)
        found = _note(found, j, deal, taken_nano, taken_rest, terms, deals, shares)
    return found


@inlined
def take_percents(
    deal: int, term: int, den: int, total_nano: int, total_rest: int, terms: Terms, deals: Deals, shares: Shares
) -> int:
    """As `take_discounts`, where all of them are parts of amounts: `shares` has what each dimension comes to without
    amounts below zero.

    A part of a sum is the sum of the parts, for nothing is rounded; and the last discount needs one of them, because
    nobody asks what it leaves of which amount.
    """
    bits, nums, dens, of_coupon = terms.discount_bits, terms.discount_num, terms.discount_den, terms.discount_coupon
    min_nano, left_nano, left_rest = terms.discount_min_nano, shares.left_nano, shares.left_rest
    found = 0
    last = terms.discount_first[term + 1] - 1
    for j in range(terms.discount_first[term], last + 1):
        if of_coupon[j] != 0 and min_nano[j] > 0 and over(min_nano[j], 0, total_nano, total_rest):
            continue
        taken_nano = 0
        taken_rest = 0
        for d in range(DIMENSIONS_PLAIN):
            mask = -(bits[j] >> d & 1)
            nano, rest = left_nano[d] & mask, left_rest[d] & mask
            if j < last and nano | rest != 0:
                nano, rest = part_of(nano, rest, den, nums[j], dens[j])
                left_nano[d], left_rest[d] = minus(left_nano[d], left_rest[d], nano, rest, den)
            taken_nano += nano
            taken_rest += rest
            more = taken_rest >= den
            taken_rest -= den if more else 0
            taken_nano += 1 if more else 0
        if j == last:
            taken_nano, taken_rest = part_of(taken_nano, taken_rest, den, nums[j], dens[j])
        total_nano, total_rest = minus(total_nano, total_rest, taken_nano, taken_rest, den)
        found = _note(found, j, deal, taken_nano, taken_rest, terms, deals, shares)
    return found


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
    of_dimension, dens, record_kind = book.components.dimension, book.rules.den, out.kind
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
        found = take_discounts(deal, deals.terms[deal], den, used, nano, rest, book.terms, deals, shares)
        for j in range(found):
            record_kind[line] = DISCOUNT
            out.turn[line] = shares.row[j]
            nano, rest = minus(0, 0, shares.taken_nano[j], shares.taken_rest[j], den)
            out.nano[line] = nano
            out.rest[line] = rest
            line += 1
