"""Add stretches up to volumes: for each session, one record for each component that has any (PRICING 2 and 3)."""

from __future__ import annotations

import numpy as np

from rating.kernels.arith import index
from rating.kernels.arrays import (
    CHARGING_ENDED,
    ENERGY_CAME,
    FROM_FIRST_ENERGY,
    NO_COMPONENT,
    NO_LINE,
    PARKED,
    PLUGGED_IN,
    USAGE,
    Book,
    Records,
    Stretches,
    Totals,
    Usage,
)
from rating.kernels.jit import kernel
from rating.units import ENERGY, FLAT, PARKING_TIME, RESERVATION_FLAT, RESERVATION_TIME, TIME


@kernel
def gather(first: int, count: int, usage: Usage, stretches: Stretches, book: Book, out: Records, totals: Totals) -> int:
    """Gather `count` sessions, which are in `stretches`, from `first` on; return the number of records written.

    Records of a session are in the order of components.
    """
    timelines, components, rules, component_most = book.timelines, book.components, book.rules, book.component_most[0]
    of_session, epoch_component, component_first = usage.timeline, timelines.epoch_component, timelines.component_first
    grace_us, counts, spare = components.grace_us, components.counts, rules.spare
    stretch_first, stretch_epoch, stretch_after = stretches.first, stretches.epoch, stretches.after
    energies_mwh, chargings_us, durations_us = stretches.energy_mwh, stretches.charging_us, stretches.duration_us
    stretch_component, parkeds_us, reserveds_us = stretches.component, stretches.parked_us, stretches.reserved_us
    restricted, session_start_us, session_end_us = timelines.restricted, usage.session_start_us, usage.session_end_us
    record_first, record_session, record_kind = out.first, out.session, out.kind
    record_component, record_turn = out.component, out.turn
    record_volume, record_billable = out.volume, out.billable
    energy_out, charging_out, parked_out = totals.energy_mwh, totals.charging_us, totals.parked_us

    volume = np.zeros(component_most, np.int64)
    billable = np.zeros(component_most, np.int64)
    turns = np.zeros(component_most, np.int32)
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
        early_us = 0  # parked before charging ended
        plugged_us = 0  # while a price that counts it held
        reserved_us = 0
        reserved_flat_taken = False
        is_restricted = restricted[line] != 0
        dimensions = 6 if is_restricted else 4
        without_length = session_start_us[index(first + s)] == session_end_us[index(first + s)]
        for at in range(stretch_first[s], stretch_first[s + 1]):
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
            if after & ENERGY_CAME == 0:
                waited_us = parked_us
            if after & CHARGING_ENDED == 0:
                early_us = parked_us

        for j in range(touches):
            k = index(touched[j])
            records = index(records)
            record_session[records] = s
            record_kind[records] = USAGE
            record_component[records] = base + k
            record_turn[records] = turns[k]
            record_volume[records] = volume[k]
            record_billable[records] = billable[k]
            records += 1
            volume[k] = 0
            billable[k] = 0
            turns[k] = 0
        for _ in range(spare[line] if stretch_first[s] < stretch_first[s + 1] else 0):
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
