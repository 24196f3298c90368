"""Walk the intervals of sessions along the price epochs of their tariffs: intervals in, stretches out.

A *stretch* is the time between two cuts, in one epoch. The walk keeps one open. An interval that follows on from the
one before it and ends within the epoch only adds its energy and time to the stretch: that is the fast path, and nearly
every interval takes it. Everything else (gaps, cuts, the first energy, the ends of charging and of the session, faults)
takes the slow path, where stretches are closed.
"""

from __future__ import annotations

from rating.kernels.arith import mul_div_floor, row_of
from rating.kernels.arrays import (
    CHARGING_ENDED,
    ENERGY_CAME,
    NEVER,
    SPAN_SHIFT,
    Int64,
    Stretches,
    Timelines,
    Totals,
    Usage,
)
from rating.kernels.native import part
from rating.kernels.session import charging_end
from rating.units import (
    ACTIVITY_AUTO,
    ACTIVITY_PARKED,
    ENERGY_MAX_MWH,
    MWH_PER_WH,
)

# errors.Refused, as plain constants (a test says that they agree).
END_BEFORE_START = 6
NO_DATA = 9
OVERLAP = 10
OUTSIDE_SESSION = 11
NEGATIVE_ENERGY = 13
ENERGY_RANGE = 14

# Up to so many intervals of the greatest energy cannot leave int64 before the total is checked.
_FAST_INTERVALS_MAX = 2**22
assert _FAST_INTERVALS_MAX * ENERGY_MAX_MWH < 2**62

# Why a stretch is closed.
_CUT = 1
_FIRST_ENERGY = 2
_END = 3


@part
def walk(lo: int, hi: int, rows: Int64, usage: Usage, timelines: Timelines, out: Stretches, totals: Totals) -> int:
    """Walk the sessions of `rows` at the places lo to hi - 1 (PRICING 1, 2).

    Returns: how many stretches there are, or -1 where they do not fit.
    """
    session_start_us, session_end_us = usage.session_start_us, usage.session_end_us
    interval_first, door_status, of_session = usage.interval_first, usage.status, usage.timeline
    start_us, end_us, energies, activities = usage.start_us, usage.end_us, usage.energy, usage.activity
    epoch_first, epoch_start_us, waits = timelines.epoch_first, timelines.epoch_start_us, timelines.waits
    hint_first, hint, span_start_us = timelines.hint_first, timelines.hint, timelines.span_start_us[0]
    status_out, fault_out, stretch_first = totals.status, totals.fault, out.first
    stretch_epoch, stretch_after = out.epoch, out.after
    stretch_mwh, stretch_charging_us, stretch_us = out.energy_mwh, out.charging_us, out.duration_us
    with_activity = activities.size > 0
    energy_scale = usage.energy_scale[0]
    energy_max = ENERGY_MAX_MWH // energy_scale
    wh = MWH_PER_WH // energy_scale
    room = stretch_epoch.size

    stretches = 0
    for place in range(lo, hi):
        s = row_of(rows, place)
        stretch_first[place - lo] = stretches
        fault_out[s] = -1
        status_out[s] = door_status[s]
        if door_status[s] != 0:
            continue
        first, last = interval_first[s], interval_first[s + 1]
        if first == last:
            status_out[s] = NO_DATA
            continue

        session_start, session_end = session_start_us[s], session_end_us[s]
        line = of_session[s]
        epoch = epoch_first[line] + hint[hint_first[line] + ((session_start - span_start_us) >> SPAN_SHIFT)]
        while epoch_start_us[epoch + 1] <= session_start:
            epoch += 1
        epoch_end = epoch_start_us[epoch + 1]

        now = session_start  # everything before it is added up
        stretch_start = session_start
        stretch_energy = 0
        stretch_charging = 0
        energy_total = 0
        after = ENERGY_CAME | CHARGING_ENDED
        charged_until = NEVER  # a cut that lies ahead
        if waits[line] != 0:
            after -= waits[line]
            if after & CHARGING_ENDED == 0:
                charged_until = charging_end(s, usage)
                if charged_until <= session_start:
                    after |= CHARGING_ENDED
                    charged_until = NEVER
        cut_end = min(epoch_end, charged_until)
        fast_end = min(session_end, cut_end - 1)
        fast_energy = energy_max if after & ENERGY_CAME != 0 and last - first <= _FAST_INTERVALS_MAX else 0
        fault = 0

        i = first - 1
        ended = False
        while not ended:
            # The fast path, a loop of its own so that what it adds to stays in registers: 4.6 ns an interval without,
            # 2.5 with. `0 <= i` spares the check for indexes from the end: 0.3 ns.
            i += 1
            while 0 <= i < last:
                b = end_us[i]
                energy = energies[i]
                if start_us[i] != now or b < now or b > fast_end or energy < 0 or energy > fast_energy:
                    break
                charging = energy != 0
                if with_activity and activities[i] != ACTIVITY_AUTO:
                    charging = activities[i] != ACTIVITY_PARKED
                stretch_energy += energy
                stretch_charging += b - now if charging else 0
                now = b
                i += 1

            ended = i == last
            a = session_end if ended else start_us[i]
            b = session_end if ended else end_us[i]
            energy = 0 if ended else energies[i]
            charging = energy != 0
            if with_activity and not ended and activities[i] != ACTIVITY_AUTO:
                charging = activities[i] != ACTIVITY_PARKED
            if b < a:
                fault = END_BEFORE_START
            elif a < session_start or b > session_end:
                fault = OUTSIDE_SESSION
            elif a < now:
                fault = OVERLAP
            elif energy < 0:
                fault = NEGATIVE_ENERGY
            elif energy > energy_max or energy_total + stretch_energy + energy > energy_max:
                fault = ENERGY_RANGE
            if fault != 0:
                fault_out[s] = i
                break

            given = 0  # of the interval's energy
            while True:
                if not ended and a >= cut_end:
                    why = _CUT  # in the gap before the interval, or where it starts
                elif ended and b <= cut_end:
                    why = _END
                elif after & ENERGY_CAME == 0 and energy > 0:
                    why = _FIRST_ENERGY
                elif b > cut_end:
                    why = _CUT
                    if cut_end > a:
                        # Parts are whole Wh, and the last one has the rest.
                        given_now = mul_div_floor(energy, cut_end - a, b - a)
                        given_now -= given_now % wh
                        stretch_energy += given_now - given
                        stretch_charging += cut_end - max(a, stretch_start) if charging else 0
                        given = given_now
                else:
                    break

                if stretches == room:
                    return -1
                cut = cut_end if why == _CUT else a
                stretch_epoch[stretches] = epoch
                stretch_after[stretches] = after
                stretch_mwh[stretches] = stretch_energy * energy_scale
                stretch_charging_us[stretches] = stretch_charging
                stretch_us[stretches] = cut - stretch_start
                stretches += 1
                energy_total += stretch_energy
                stretch_start = cut
                stretch_energy = 0
                stretch_charging = 0
                if why == _END:
                    break
                if why == _FIRST_ENERGY:
                    after |= ENERGY_CAME
                    fast_energy = energy_max if last - first <= _FAST_INTERVALS_MAX else 0
                else:
                    if cut_end == charged_until:
                        after |= CHARGING_ENDED
                        charged_until = NEVER
                    if cut_end == epoch_end:
                        epoch += 1
                        epoch_end = epoch_start_us[epoch + 1]
                    cut_end = min(epoch_end, charged_until)
                    fast_end = min(session_end, cut_end - 1)
            stretch_energy += energy - given
            stretch_charging += b - max(a, stretch_start) if charging else 0
            now = b

        if fault == 0 and energy_total > energy_max:
            fault = ENERGY_RANGE
            fault_out[s] = last
        if fault != 0:
            # The fast path does not add up totals: find out whether they passed the limit before the fault.
            running = 0
            for i in range(first, fault_out[s]):
                running += energies[i]
                if running > energy_max:
                    fault = ENERGY_RANGE
                    fault_out[s] = i
                    break
        status_out[s] = fault
        if fault != 0:
            stretches = stretch_first[place - lo]
    stretch_first[hi - lo] = stretches
    return stretches
