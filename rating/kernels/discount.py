"""What discounts take off the amounts of sessions with a deal, exactly: each that takes something becomes a line.

An amount is a whole number of nano and an exact rest over the session's common denominator, which `compile.terms` has
made such that every part that a discount takes is one too. What a term cannot do in these is settled apart.
"""

from __future__ import annotations

import numpy as np

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
)
from rating.kernels.jit import kernel, scalar
from rating.units import AMOUNT_MAX_NANO


@scalar
def part_of(nano: int, rest: int, den: int, num: int, part_den: int) -> tuple[int, int]:
    """(nano + rest ÷ den) × num ÷ part_den over the same `den`, which is a multiple of what that needs."""
    if num == 0:
        return 0, 0
    whole, part, left = share(nano, rest, den, num, part_den, 1)
    return whole, (part * den + left) // part_den


@kernel
def discount(begin: int, count: int, rows: Int64, timeline: Int32, book: Book, deals: Deals, out: Records) -> None:
    """Write the discounts of `count` sessions of `rows` from place `begin` on (PRICING 4).

    Each works on what those before it left of amounts above zero, and takes no more than that.
    """
    terms, rules, of_dimension = book.terms, book.rules, book.components.dimension
    deal_of, deal_terms, points, redeemed = deals.of_session, deals.terms, deals.points, deals.redeemed
    coupon_used, discount_first = deals.coupon_used, terms.discount_first
    kinds, bits, nums, dens = terms.discount_kind, terms.discount_bits, terms.discount_num, terms.discount_den
    volume_max, min_nano, of_coupon = terms.discount_volume_max, terms.discount_min_nano, terms.discount_coupon
    component, billed, record_kind, turn = out.component, out.billed, out.kind, out.turn
    record_nano, record_rest = out.nano, out.rest
    left_nano = np.zeros(book.component_most[0], np.int64)  # what is left of each component's amount
    left_rest = np.zeros(book.component_most[0], np.int64)

    for o in range(count):
        s = row_of(rows, begin + o)
        first, last = out.first[o], out.first[o + 1]
        deal = deal_of[s]
        if deal < 0:
            continue
        redeemed[deal] = 0
        coupon_used[deal] = 0
        term = deal_terms[deal]
        if first == last or discount_first[term] == discount_first[term + 1]:
            continue
        den = rules.den[timeline[s]]

        # 1. What it comes to before any discount. Where that is too much, `bill` refuses it.
        total_nano = 0
        total_rest = 0
        used = 0
        line = index(first)
        for at in range(first, last):
            r = index(at)
            if record_kind[r] == USAGE and not over(total_nano, total_rest, AMOUNT_MAX_NANO, 0):
                if record_rest[r] == TOO_MUCH:
                    total_nano = AMOUNT_MAX_NANO
                    total_rest = 1
                    continue
                left_nano[used] = record_nano[r]
                left_rest[used] = record_rest[r]
                used += 1
                total_nano += record_nano[r]
                total_rest += record_rest[r]
                if total_rest >= den:
                    total_rest -= den
                    total_nano += 1
            if record_kind[r] != NO_LINE:
                line = index(r + 1)
        if over(total_nano, total_rest, AMOUNT_MAX_NANO, 0):
            continue

        # 2. Each discount in its order.
        for j in range(discount_first[term], discount_first[term + 1]):
            if of_coupon[j] != 0 and over(min_nano[j], 0, total_nano, total_rest):
                continue
            most_nano = 0  # what it may take in all, where it is no part of each amount
            if kinds[j] == BY_AMOUNT:
                most_nano = nums[j]
            elif kinds[j] == BY_POINTS:
                positive_nano = 0
                positive_rest = 0
                for i in range(used):
                    if left_nano[i] >= 0 and positive_nano < AMOUNT_MAX_NANO:
                        positive_nano += left_nano[i]
                        positive_rest += left_rest[i]
                        if positive_rest >= den:
                            positive_rest -= den
                            positive_nano += 1
                redeemed[deal] = min(points[deal], positive_nano // nums[j])
                most_nano = redeemed[deal] * nums[j]
            taken_nano = 0
            taken_rest = 0
            for i in range(used):
                c = component[index(first + i)]
                if bits[j] >> of_dimension[c] & 1 == 0 or left_nano[i] < 0:
                    continue
                if kinds[j] == BY_PERCENT:
                    nano, rest = part_of(left_nano[i], left_rest[i], den, nums[j], dens[j])
                elif kinds[j] == BY_UNIT:
                    quantity = billed[index(first + i)]
                    nano, rest = left_nano[i], left_rest[i]
                    if quantity < volume_max[j]:
                        nano, rest = times_price(quantity, nums[j], dens[j], den // dens[j])
                        if over(nano, rest, left_nano[i], left_rest[i]):
                            nano, rest = left_nano[i], left_rest[i]
                else:
                    # How it is shared moves no total, because all that it works on has the same tax.
                    nano, rest = minus(most_nano, 0, taken_nano, taken_rest, den)
                    if over(nano, rest, left_nano[i], left_rest[i]):
                        nano, rest = left_nano[i], left_rest[i]
                left_nano[i], left_rest[i] = minus(left_nano[i], left_rest[i], nano, rest, den)
                taken_nano += nano
                taken_rest += rest
                if taken_rest >= den:
                    taken_rest -= den
                    taken_nano += 1
            if taken_nano == 0 and taken_rest == 0:
                continue
            total_nano, total_rest = minus(total_nano, total_rest, taken_nano, taken_rest, den)
            record_kind[line] = DISCOUNT
            turn[line] = j
            record_nano[line], record_rest[line] = minus(0, 0, taken_nano, taken_rest, den)
            line += 1
            if of_coupon[j] != 0:
                coupon_used[deal] = 1
