"""Add stretches up to volumes: for each session, one record for each component that has any (PRICING 2 and 3).

Of energy whose price follows an index the amount is added up as well, because its price changes with every stretch.
"""

from __future__ import annotations

import numpy as np

from rating.kernels.arith import index, joined
from rating.kernels.arrays import NO_COMPONENT, NO_LINE, TOO_MUCH, USAGE, Book, Records, Stretches, Totals, Usage
from rating.kernels.jit import kernel
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


@kernel
def gather(first: int, count: int, usage: Usage, stretches: Stretches, book: Book, out: Records, totals: Totals) -> int:
    """Gather `count` sessions, which are in `stretches`, from `first` on; return the number of records written.

    Records of a session are in the order of components.
    """
    timelines, components, rules, component_most = book.timelines, book.components, book.rules, book.component_most[0]
    of_session, epoch_component, component_first = usage.timeline, timelines.epoch_component, timelines.component_first
    grace_us, waits, spare = components.grace_us, components.waits, rules.spare
    stretch_first, stretch_epoch, after_energy = stretches.first, stretches.epoch, stretches.after_energy
    energies_mwh, chargings_us, durations_us = stretches.energy_mwh, stretches.charging_us, stretches.duration_us
    stretch_component, parkeds_us, reserveds_us = stretches.component, stretches.parked_us, stretches.reserved_us
    restricted, session_start_us, session_end_us = timelines.restricted, usage.session_start_us, usage.session_end_us
    record_first, record_session, record_kind = out.first, out.session, out.kind
    record_component, record_turn = out.component, out.turn
    record_volume, record_billable = out.volume, out.billable
    by_index, epoch_first, spot, den = timelines.spot, timelines.epoch_first, components.spot, components.den
    price_part = book.prices.part
    energy_out, charging_out, parked_out = totals.energy_mwh, totals.charging_us, totals.parked_us

    volume = np.zeros(component_most, np.int64)
    billable = np.zeros(component_most, np.int64)
    turns = np.zeros(component_most, np.int32)
    sums = np.zeros(4 * component_most if price_part.size > 0 else 1, np.int64)  # energy × the numbers of its price
    touched = np.zeros(component_most, np.int64)  # the components of the session with volume, ascending

    records = 0
    for s in range(count):
        record_first[s] = records
        line = index(of_session[first + s])
        base = component_first[line] if stretch_first[s] < stretch_first[s + 1] else 0
        touches = 0
        flat_taken = False
        energy_mwh = 0
        charged_us = 0
        parked_us = 0
        waited_us = 0  # parked before any energy flowed
        reserved_us = 0
        reserved_flat_taken = False
        is_restricted = restricted[line] != 0
        is_spot = by_index[line] != 0
        missing = False
        dimensions = 6 if is_restricted else 4
        without_length = session_start_us[index(first + s)] == session_end_us[index(first + s)]
        for at in range(stretch_first[s], stretch_first[s + 1]):
            i = index(at)
            charging = chargings_us[i]
            parking = parkeds_us[i] if is_restricted else durations_us[i] - charging
            reserving = reserveds_us[i] if is_restricted else 0
            seen = after_energy[i] != 0
            for d in range(dimensions):
                if is_restricted:
                    c = stretch_component[index(6 * i + d)]
                else:
                    c = epoch_component[index(4 * stretch_epoch[i] + d)]
                if c < 0:
                    continue
                added = 0
                free = 0
                if d == ENERGY:
                    added = energies_mwh[i]
                    if is_spot and added > 0 and spot[c] >= 0:
                        p = index(3 * (spot[c] + stretch_epoch[i] - epoch_first[line]))
                        j = index(4 * (c - base))
                        missing = missing or price_part[p + 2] < 0
                        sums[j] += added * (price_part[p] >> _WHOLE_BITS)
                        sums[j + 1] += added * (price_part[p] & ((1 << _WHOLE_BITS) - 1))
                        sums[j + 2] += added * price_part[p + 1]
                        sums[j + 3] += added * price_part[p + 2]
                elif d == TIME:
                    added = charging
                    free = min(max(grace_us[c] - charged_us, 0), added)
                elif d == PARKING_TIME:
                    if waits[c] == 0:
                        added = parking
                        free = min(max(grace_us[c] - parked_us, 0), added)
                    elif seen:
                        added = parking
                        free = min(max(grace_us[c] - (parked_us - waited_us), 0), added)
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
                    turns[k] = i - stretch_first[s]
            energy_mwh += energies_mwh[i]
            charged_us += charging
            parked_us += parking
            reserved_us += reserving
            if not seen:
                waited_us = parked_us

        for n in range(touches):
            k = index(touched[n])
            records = index(records)
            record_session[records] = s
            record_kind[records] = USAGE
            record_component[records] = base + k
            record_turn[records] = turns[k]
            record_volume[records] = volume[k]
            record_billable[records] = billable[k]
            if is_spot and spot[base + k] >= 0:
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
        if missing:
            totals.status[index(first + s)] = NO_INDEX_PRICE
            records = record_first[s]
        for _ in range(spare[line] if stretch_first[s] < stretch_first[s + 1] and not missing else 0):
            records = index(records)
            record_session[records] = s
            record_kind[records] = NO_LINE
            record_component[records] = NO_COMPONENT
            record_turn[records] = 0
            record_volume[records] = 0
            record_billable[records] = 0
            records += 1
        at = index(first + s)
        energy_out[at, 0] = energy_mwh
        energy_out[at, 1] = 0
        charging_out[at, 0] = charged_us
        charging_out[at, 1] = 0
        parked_out[at, 0] = parked_us
        parked_out[at, 1] = 0
    record_first[count] = records
    return records
