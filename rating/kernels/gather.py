"""Add stretches up to volumes: for each session, one record for each component that has any (PRICING 2 and 3).

Of energy whose price follows an index the amount is added up as well, because its price changes with every stretch:
that of what allowances leave.
"""

from __future__ import annotations

from collections.abc import Callable

from rating.kernels.arith import index, joined, row_of
from rating.kernels.arrays import (
    ALLOWANCE,
    CHARGING_ENDED,
    ENERGY_CAME,
    FROM_FIRST_ENERGY,
    NO_COMPONENT,
    NO_LINE,
    OF_SESSIONS,
    PARKED,
    PLUGGED_IN,
    SPARE_MAX,
    TOO_MUCH,
    USAGE,
    Book,
    Deals,
    Gathered,
    Int64,
    Records,
    Stretches,
    Terms,
    Totals,
    Usage,
)
from rating.kernels.jit import scalar
from rating.kernels.native import part
from rating.units import (
    AMOUNT_MAX_NANO,
    ENERGY,
    ENERGY_MAX_MWH,
    FACTOR_MAX_PPM,
    FLAT,
    INDEX_MAX_NANO,
    PARKING_TIME,
    PPM_PER_UNIT,
    RESERVATION_FLAT,
    RESERVATION_TIME,
    TIME,
)

NO_INDEX_PRICE = 26  # errors.Refused

# Whole nano a milli-Wh are taken apart again, so that no sum leaves int64 before its range is known.
_WHOLE_BITS = 20
_WHOLE_HIGH_MAX = 2**42  # more of it is beyond AMOUNT_MAX_NANO, below zero by half as much again
assert ENERGY_MAX_MWH << _WHOLE_BITS < 2**61
assert (INDEX_MAX_NANO * FACTOR_MAX_PPM // PPM_PER_UNIT // 10**6 + 1) * ENERGY_MAX_MWH >> _WHOLE_BITS < 2**62
assert _WHOLE_HIGH_MAX << _WHOLE_BITS > AMOUNT_MAX_NANO
assert (_WHOLE_HIGH_MAX * 3 // 2 << _WHOLE_BITS) - (ENERGY_MAX_MWH << _WHOLE_BITS) > AMOUNT_MAX_NANO + ENERGY_MAX_MWH
assert (_WHOLE_HIGH_MAX * 3 // 2 << _WHOLE_BITS) + (ENERGY_MAX_MWH << _WHOLE_BITS) < 2**63


@scalar
def _allow(deal: int, lo: int, hi: int, terms: Terms, deals: Deals, billable_of: Int64, free_of: Int64) -> None:
    """Write what the allowances lo to hi - 1 of a term, in their order, make free of what is billable."""
    left, used = deals.allowance_left, deals.allowance_used
    for j in range(lo, hi):
        take = left[deal, j - lo]
        used[deal, j - lo] = 0
        if terms.allowance_of[j] != OF_SESSIONS:
            d = index(terms.allowance_of[j])
            take = min(take, billable_of[d] - free_of[d])
            free_of[d] += take
            used[deal, j - lo] = take
        elif take >= 1:
            for d in range(6):
                if terms.allowance_bits[j] >> d & 1 != 0 and free_of[d] < billable_of[d]:
                    free_of[d] = billable_of[d]
                    used[deal, j - lo] = 1


def _make(full: bool) -> Callable[..., int]:
    """The kernel for batches with deals or an index, or without: half of the time to compile it is for these."""
    FULL = full  # noqa: N806  (a constant for the compiler)

    def gather(
        begin: int,
        count: int,
        rows: Int64,
        usage: Usage,
        stretches: Stretches,
        book: Book,
        deals: Deals,
        room: Gathered,
        out: Records,
        totals: Totals,
    ) -> int:
        """Gather `count` sessions of `rows`, which are in `stretches`, from place `begin` on; return how many records
        were written.

        Records of a session are in the order of components. What is billable of a dimension after grace is added up
        first, where allowances are to be taken of it: they make the first of it free, in order of time, so that it only
        matters how much of each dimension they make free together.
        """
        timelines, components, rules = book.timelines, book.components, book.rules
        of_session, epoch_component, component_first = (
            usage.timeline,
            timelines.epoch_component,
            timelines.component_first,
        )
        grace_us, counts, spare = components.grace_us, components.counts, rules.spare
        stretch_first, stretch_epoch, stretch_after = stretches.first, stretches.epoch, stretches.after
        energies_mwh, chargings_us, durations_us = stretches.energy_mwh, stretches.charging_us, stretches.duration_us
        stretch_component, parkeds_us, reserveds_us = stretches.component, stretches.parked_us, stretches.reserved_us
        restricted, session_start_us, session_end_us = (
            timelines.restricted,
            usage.session_start_us,
            usage.session_end_us,
        )
        record_first, record_session, record_kind = out.first, out.session, out.kind
        record_component, record_turn = out.component, out.turn
        record_volume, record_billable = out.volume, out.billable
        by_index, epoch_first, spot, den = timelines.spot, timelines.epoch_first, components.spot, components.den
        price_part = book.prices.part
        energy_out, charging_out, parked_out = totals.energy_mwh, totals.charging_us, totals.parked_us

        with_deals, deal_of, deal_terms = deals.of_session.size > 0, deals.of_session, deals.terms
        allowance_first, allowance_used = book.terms.allowance_first, deals.allowance_used
        discount_first, cap_first = book.terms.discount_first, book.terms.cap_first

        volume, billable, turns, sums, touched = room.volume, room.billable, room.turns, room.sums, room.touched
        billable_of, free_of = room.billable_of, room.free_of

        records = 0
        for o in range(count):
            s = row_of(rows, begin + o)
            record_first[o] = records
            line = index(of_session[s])
            walked = stretch_first[o] < stretch_first[o + 1]
            base = component_first[line] if walked else 0
            is_restricted = restricted[line] != 0
            is_spot = FULL and by_index[line] != 0
            missing = False
            dimensions = 6 if is_restricted else 4
            without_length = session_start_us[s] == session_end_us[s]
            deal = deal_of[s] if FULL and with_deals else -1
            term = deal_terms[deal] if FULL and deal >= 0 else 0
            allowance_lo = allowance_first[term] if FULL and deal >= 0 else 0
            allowance_hi = allowance_first[term + 1] if FULL and deal >= 0 else 0
            counting = walked and allowance_lo < allowance_hi  # this time, what is billable is only counted
            for d in range(6):
                billable_of[d] = 0
                free_of[d] = 0
            while True:
                touches = 0
                flat_taken = False
                energy_mwh = 0
                charged_us = 0
                parked_us = 0
                waited_us = 0  # parked before any energy flowed
                early_us = 0  # parked before charging ended
                plugged_us = 0  # while a price that counts it held
                reserved_us = 0
                reserved_flat_taken = False
                for at in range(stretch_first[o], stretch_first[o + 1]):
                    i = index(at)
                    charging = chargings_us[i]
                    parking = parkeds_us[i] if is_restricted else durations_us[i] - charging
                    reserving = reserveds_us[i] if is_restricted else 0
                    after = stretch_after[i]
                    for d in range(dimensions):
                        if is_restricted:
                            c = stretch_component[index(6 * i + d)]
                        else:
                            c = epoch_component[index(4 * stretch_epoch[i] + d)]
                            c += base if c >= 0 else 0
                        if c < 0:
                            continue
                        added = 0
                        free = 0
                        if d == ENERGY:
                            added = energies_mwh[i]
                        elif d == TIME:
                            added = charging
                            free = min(max(grace_us[c] - charged_us, 0), added)
                        elif d == PARKING_TIME:
                            if counts[c] == PARKED:
                                added = parking
                                free = min(max(grace_us[c] - parked_us, 0), added)
                            elif counts[c] == PLUGGED_IN:
                                added = charging + parking
                                free = min(max(grace_us[c] - plugged_us, 0), added)
                                plugged_us += added
                            elif counts[c] == FROM_FIRST_ENERGY:
                                added = parking if after & ENERGY_CAME != 0 else 0
                                free = min(max(grace_us[c] - (parked_us - waited_us), 0), added)
                            else:
                                added = parking if after & CHARGING_ENDED != 0 else 0
                                free = min(max(grace_us[c] - (parked_us - early_us), 0), added)
                        elif d == FLAT and not flat_taken and (durations_us[i] > 0 or without_length):
                            added = 1
                            flat_taken = True
                        elif d == RESERVATION_TIME:
                            added = reserving
                            free = min(max(grace_us[c] - reserved_us, 0), added)
                        elif d == RESERVATION_FLAT and not reserved_flat_taken:
                            added = 1
                            reserved_flat_taken = True
                        if added == 0:
                            continue
                        if FULL and counting:
                            billable_of[d] += added - free
                            continue
                        if FULL and free_of[d] > 0:
                            allowed = min(free_of[d], added - free)
                            free_of[d] -= allowed
                            free += allowed
                        if FULL and d == ENERGY and is_spot and spot[c] >= 0:
                            p = index(3 * (spot[c] + stretch_epoch[i] - epoch_first[line]))
                            j = index(4 * (c - base))
                            paid = added - free
                            missing = missing or price_part[p + 2] < 0
                            sums[j] += paid * (price_part[p] >> _WHOLE_BITS)
                            sums[j + 1] += paid * (price_part[p] & ((1 << _WHOLE_BITS) - 1))
                            sums[j + 2] += paid * price_part[p + 1]
                            sums[j + 3] += paid * price_part[p + 2]
                        k = index(c - base)
                        if volume[k] == 0:
                            j = touches
                            while j > 0 and touched[j - 1] > k:
                                touched[j] = touched[j - 1]
                                j -= 1
                            touched[j] = k
                            touches += 1
                        volume[k] += added
                        billable[k] += added - free
                        if free < added:
                            turns[k] = i - stretch_first[o]
                    energy_mwh += energies_mwh[i]
                    charged_us += charging
                    parked_us += parking
                    reserved_us += reserving
                    if after & ENERGY_CAME == 0:
                        waited_us = parked_us
                    if after & CHARGING_ENDED == 0:
                        early_us = parked_us
                if not FULL or not counting:
                    break
                _allow(deal, allowance_lo, allowance_hi, book.terms, deals, billable_of, free_of)
                counting = False

            for n in range(touches):
                k = index(touched[n])
                records = index(records)
                record_session[records] = o
                record_kind[records] = USAGE
                record_component[records] = base + k
                record_turn[records] = turns[k]
                record_volume[records] = volume[k]
                record_billable[records] = billable[k]
                if FULL and is_spot and spot[base + k] >= 0:
                    j = index(4 * k)
                    most = sums[j] >= _WHOLE_HIGH_MAX or sums[j] <= -(_WHOLE_HIGH_MAX * 3 // 2)
                    nano, rest = 0, TOO_MUCH
                    if not most and not missing:
                        whole = (sums[j] << _WHOLE_BITS) + sums[j + 1]
                        nano, rest = joined(whole, sums[j + 2], sums[j + 3], den[base + k])
                        if nano < -AMOUNT_MAX_NANO or nano > AMOUNT_MAX_NANO or (nano == AMOUNT_MAX_NANO and rest > 0):
                            nano, rest = 0, TOO_MUCH
                    out.nano[records] = nano
                    out.rest[records] = rest
                    for m in range(4):
                        sums[j + m] = 0
                records += 1
                volume[k] = 0
                billable[k] = 0
                turns[k] = 0
            if FULL and missing:
                totals.status[s] = NO_INDEX_PRICE
                records = record_first[o]
                walked = False
            spares = spare[line]
            if FULL and deal >= 0:
                caps = cap_first[term + 1] - cap_first[term]
                spares = (spares if caps == 0 else SPARE_MAX + caps) + discount_first[term + 1] - discount_first[term]
                for j in range(allowance_hi - allowance_lo):
                    used = allowance_used[deal, j] if walked else 0
                    allowance_used[deal, j] = used
                    if used > 0:
                        records = index(records)
                        record_session[records] = o
                        record_kind[records] = ALLOWANCE
                        record_component[records] = NO_COMPONENT
                        record_turn[records] = allowance_lo + j
                        record_volume[records] = used
                        record_billable[records] = 0
                        records += 1
            for _ in range(spares if walked else 0):
                records = index(records)
                record_session[records] = o
                record_kind[records] = NO_LINE
                record_component[records] = NO_COMPONENT
                record_turn[records] = -1
                record_volume[records] = 0
                record_billable[records] = 0
                records += 1
            energy_out[s, 0] = energy_mwh
            energy_out[s, 1] = 0
            charging_out[s, 0] = charged_us
            charging_out[s, 1] = 0
            parked_out[s, 0] = parked_us
            parked_out[s, 1] = 0
        record_first[count] = records
        return records

    gather.__name__ = "gather_full" if full else "gather"
    return part(gather)


gather = _make(full=False)
gather_full = _make(full=True)
