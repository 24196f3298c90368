"""Walk the intervals of sessions whose prices depend on the session itself: intervals in, stretches out.

As `walk`, but an interval is cut as well where the session's energy or duration reaches a threshold of the tariff, and
what holds is asked for energy, duration, power and current. It also takes what `walk` cannot: reserved time, and time
volumes that a CDR tells. Where nothing changes an interval takes up to thrice as long as in `plain`, else 20 times.

Power and current go up and down. Between two cuts by anything else, each of their bands that a session comes to has one
stretch, to which it returns: 70 ns an interval without.
"""

from __future__ import annotations

from rating.kernels.arith import index, mul_div_floor, power_floor, row_of
from rating.kernels.arrays import (
    BY_CURRENT,
    CHARGING_ENDED,
    ENERGY_CAME,
    LACKS_FACT,
    NEEDS_CURRENT,
    NEVER,
    ROW_WIDTH,
    SPAN_SHIFT,
    VARIES,
    Book,
    Int64,
    Stretches,
    Totals,
    Usage,
)
from rating.kernels.bands import (
    BAND_US_MAX,
    add_band,
    add_to,
    band_at,
    energies_of,
    follow_bands,
    is_told,
    stretch_of,
)
from rating.kernels.candidates import first_that_holds
from rating.kernels.epochs import ask_ahead, ask_rows
from rating.kernels.native import part
from rating.kernels.session import charging_end, reserved_from
from rating.kernels.walk import END_BEFORE_START, ENERGY_RANGE, NEGATIVE_ENERGY, NO_DATA, OUTSIDE_SESSION, OVERLAP
from rating.units import (
    ACTIVITY_AUTO,
    ACTIVITY_PARKED,
    ACTIVITY_RESERVED,
    ENERGY_MAX_MWH,
    FLAT,
    INSTANT_MIN_US,
    MWH_PER_WH,
    SESSION_MAX_US,
)

# errors.Refused, as plain constants (a test says that they agree).
MISSING_COLUMN = 20
RESERVATION = 22

_DIMENSIONS = 6
_NONE = 0
_BY_POWER = 1  # those that depend on power or current
_ALL = 2

_INTERVAL, _GAP, _RESERVED = range(3)

# mul_div_floor() is also asked for a length times an energy over an energy.
assert ENERGY_MAX_MWH <= SESSION_MAX_US


@part
def walk_restricted(lo: int, hi: int, rows: Int64, usage: Usage, book: Book, out: Stretches, totals: Totals) -> int:
    """Walk the sessions of `rows` at the places lo to hi - 1 (PRICING 1, 2).

    Returns: how many stretches there are, or -1 where they do not fit.
    """
    timelines, restrictions = book.timelines, book.restrictions
    start_us, end_us, energies, activities = usage.start_us, usage.end_us, usage.energy, usage.activity
    powers_mw, currents_ma, volumes_us = usage.power_mw, usage.current_ma, usage.volumes_us
    epoch_first, epoch_start_us, waits = timelines.epoch_first, timelines.epoch_start_us, timelines.waits
    hint_first, hint, span_start_us = timelines.hint_first, timelines.hint, timelines.span_start_us[0]
    row_first, epoch_rows, candidate = restrictions.row_first, restrictions.row, restrictions.candidate
    conditions, mark_first, marks = restrictions.condition, restrictions.mark_first, restrictions.mark_mwh
    duration_first, durations_us = restrictions.duration_first, restrictions.duration_us
    stretch_first, stretch_component, stretch_after = out.first, out.component, out.after
    stretch_mwh, stretch_charging_us, stretch_us = out.energy_mwh, out.charging_us, out.duration_us
    stretch_parked_us, stretch_reserved_us = out.parked_us, out.reserved_us
    with_activity, with_power, with_current = activities.size > 0, powers_mw.size > 0, currents_ma.size > 0
    with_volumes, with_expired = volumes_us.size > 0, usage.expired.size > 0
    energy_scale = usage.energy_scale[0]
    room = stretch_after.size
    picks, bands = out.picks, out.bands
    for d in range(_DIMENSIONS):
        picks[d] = -1
    stretches = 0
    for place in range(lo, hi):
        s = row_of(rows, place)
        stretch_first[place - lo] = stretches
        totals.fault[s] = -1
        totals.status[s] = usage.status[s]
        if usage.status[s] != 0:
            continue
        t = usage.timeline[s]
        first, last = usage.interval_first[s], usage.interval_first[s + 1]
        ask_ahead(place, hi, first, rows, usage)
        ask_rows(place, hi, rows, usage, book)
        session_start, session_end = usage.session_start_us[s], usage.session_end_us[s]
        by_current = timelines.restricted[t] == BY_CURRENT
        by_index = timelines.spot[t] != 0
        expired = with_expired and usage.expired[s] != 0
        reserved_until = session_end if expired else session_start
        durations_lo, durations_hi = duration_first[t], duration_first[t + 1]
        returns = restrictions.in_order[t] == 0 and book.terms.allowance_of.size == 0
        banded = 0  # how many bands are kept

        told = with_volumes and with_activity and energy_scale == 1 and not by_current
        reserved_start, measured = reserved_from(s, first, last, usage)
        booked = usage.reserved_us.size > 0 and usage.reserved_us[s] >= 0  # no interval is, and it lies ahead
        if not measured and not expired:
            totals.status[s] = NO_DATA
            continue

        epoch = epoch_first[t]
        session_next = durations_lo  # the first threshold of duration that lies ahead
        reserved_next = durations_lo
        now = session_start  # everything of the session before it is added up
        reserved_now = INSTANT_MIN_US
        before = 0  # energy of the session before the interval
        after = (ENERGY_CAME | CHARGING_ENDED) - waits[t]
        charged_until = charging_end(s, usage) if after & CHARGING_ENDED == 0 else NEVER  # a cut that lies ahead
        flags = 0
        missing = -1
        fault = 0
        opened = -1  # the stretch that is open
        stale = _ALL  # which prices have to be asked for again
        last_kind = -1
        power_lo, power_hi = 0, 0  # the prices hold for powers and currents from lo up to hi
        current_lo, current_hi = 0, 0
        next_mark = 0
        i = first
        while booked or i < last or now < session_end:
            # 0. Intervals for which nothing changes: a loop of its own, as in `walk` (35 ns an interval without it).
            if stale == _NONE and last_kind == 2 * _INTERVAL and after & ENERGY_CAME and not 0 < next_mark <= before:
                within = min(session_end, epoch_start_us[epoch + 1], charged_until)
                if session_next < durations_hi:
                    within = min(within, session_start + durations_us[session_next])
                energy_left = (next_mark - 1 if next_mark > 0 else ENERGY_MAX_MWH) - before
                opened = index(opened)
                band_us, energy_lo, energy_hi = 0, 0, 0
                energy_sum, charging_sum, parked_sum = 0, 0, 0
                if banded > 1:
                    i, now, energy_sum, found = follow_bands(
                        i, last, now, within, energy_left, by_current, after, banded, usage, out
                    )
                    before += energy_sum
                    energy_left -= energy_sum
                    energy_sum = 0
                    if found >= 0:
                        opened = stretch_of(bands, found)
                        power_lo, power_hi, current_lo, current_hi = band_at(bands, found)
                        for d in range(_DIMENSIONS):
                            picks[d] = stretch_component[_DIMENSIONS * opened + d]
                begin, by_power = now, power_lo > 0 or power_hi < NEVER
                while told and not by_power and 0 <= i < last:  # the same without what CDRs seldom ask (7 -> 3 ns)
                    b = end_us[i]
                    energy = energies[i]
                    if start_us[i] != now or b <= now or b > within or energy < 0 or energy > energy_left - energy_sum:
                        break
                    if volumes_us[i, 2] != 0 or activities[i] == ACTIVITY_RESERVED:
                        break
                    charging_sum += volumes_us[i, 0]
                    parked_sum += volumes_us[i, 1]
                    energy_sum += energy
                    now = b
                    i += 1
                while 0 <= i < last:
                    b = end_us[i]
                    energy = energies[i]
                    length = b - now
                    if start_us[i] != now or length <= 0 or b > within or energy < 0 or energy > ENERGY_MAX_MWH:
                        break
                    energy *= energy_scale
                    if energy_sum + energy > energy_left:
                        break
                    charging = energy != 0
                    if with_activity:
                        if activities[i] == ACTIVITY_RESERVED:
                            break
                        if activities[i] != ACTIVITY_AUTO:
                            charging = activities[i] != ACTIVITY_PARKED
                    if by_power:
                        power = powers_mw[i] if with_power else -1
                        if power < 0 and length != band_us:
                            if length >= BAND_US_MAX or not is_told(power_lo, power_hi):
                                break
                            # The energies whose mean power lies in the band: a division for many intervals.
                            band_us = length
                            energy_lo, energy_hi = energies_of(power_lo, power_hi, length)
                        if power >= power_hi or 0 <= power < power_lo:
                            break
                        if power < 0 and (energy < energy_lo or energy >= energy_hi):
                            break
                    if by_current and not (with_current and current_lo <= currents_ma[i] < current_hi):
                        break
                    if with_volumes and volumes_us[i, 2] != 0:
                        break
                    if with_volumes:
                        charging_sum += volumes_us[i, 0]
                        parked_sum += volumes_us[i, 1]
                    elif charging:
                        charging_sum += length
                    else:
                        parked_sum += length
                    energy_sum += energy
                    now = b
                    i += 1
                before += energy_sum
                add_to(out, opened, energy_sum, charging_sum, parked_sum, now - begin)
                if i == last and now >= session_end:
                    break

            # 1. The next part: a gap, an interval, or reserved time.
            kind = _GAP
            a, b, energy = now, session_end, 0
            power, current = 0, 0
            charging_us, parked_us, reserved_us = 0, 0, 0
            if booked:
                kind, a, b = _RESERVED, reserved_start, reserved_until
            elif i < last:
                a, b, energy = start_us[i], end_us[i], energies[i]
                kind = _INTERVAL
                if with_activity and activities[i] == ACTIVITY_RESERVED:
                    kind = _RESERVED
                begin = INSTANT_MIN_US if kind == _RESERVED else session_start
                if b < a:
                    fault = END_BEFORE_START
                elif a < begin or b > (reserved_until if kind == _RESERVED else session_end):
                    fault = OUTSIDE_SESSION
                elif a < (reserved_now if kind == _RESERVED else now):
                    fault = OVERLAP
                elif energy < 0:
                    fault = NEGATIVE_ENERGY
                elif energy > ENERGY_MAX_MWH // energy_scale or before + energy * energy_scale > ENERGY_MAX_MWH:
                    fault = ENERGY_RANGE
                elif kind == _RESERVED and (
                    energy > 0 or (with_volumes and (volumes_us[i, 0] > 0 or volumes_us[i, 1] > 0))
                ):
                    fault = RESERVATION
                if fault != 0:
                    totals.fault[s] = i
                    break
                energy *= energy_scale
                if kind == _INTERVAL and a > now:
                    kind = _GAP
                    a, b, energy = now, a, 0
            if kind == _GAP:
                if not with_volumes and not expired:
                    parked_us = b - a
            elif booked:
                reserved_us = b - a
            else:
                charging = energy != 0
                if with_activity and activities[i] != ACTIVITY_AUTO:
                    charging = activities[i] != ACTIVITY_PARKED
                if with_volumes:
                    charging_us, parked_us, reserved_us = volumes_us[i, 0], volumes_us[i, 1], volumes_us[i, 2]
                elif kind == _RESERVED:
                    reserved_us = b - a
                elif charging:
                    charging_us = b - a
                else:
                    parked_us = b - a
                if kind == _INTERVAL:
                    power = -1
                    if with_power:
                        power = powers_mw[i]
                    if power < 0:
                        power = power_floor(energy, b - a)
                    current = -1
                    if with_current:
                        current = currents_ma[i]
                    if current < 0:
                        current = 0
                        if missing < 0 and (energy > 0 or (charging_us > 0 if with_volumes else charging)):
                            missing = i
                if energy > 0:
                    after |= ENERGY_CAME
            is_reserved = kind == _RESERVED or reserved_us > 0

            # 2. The epoch and the thresholds in which it begins.
            if a < epoch_start_us[epoch]:
                epoch = epoch_first[t] + hint[hint_first[t] + ((a - span_start_us) >> SPAN_SHIFT)]
                stale = _ALL
            elif a - epoch_start_us[epoch] >= 1 << SPAN_SHIFT:
                epoch = max(epoch, epoch_first[t] + hint[hint_first[t] + ((a - span_start_us) >> SPAN_SHIFT)])
                stale = _ALL
            while epoch_start_us[epoch + 1] <= a:
                epoch += 1
                stale = _ALL
            row = ROW_WIDTH * (row_first[t] + epoch - epoch_first[t])
            if kind != _RESERVED:
                while session_next < durations_hi and session_start + durations_us[session_next] <= a:
                    session_next += 1
                    stale = _ALL
            if is_reserved:
                if kind != _RESERVED:
                    reserved_next = durations_lo  # in an expired session the clock goes back
                while reserved_next < durations_hi and reserved_start + durations_us[reserved_next] <= a:
                    reserved_next += 1
                    stale = _ALL
            code = 2 * kind + (1 if is_reserved else 0)
            if code != last_kind:
                stale = _ALL
            elif stale == _NONE and not (power_lo <= power < power_hi and current_lo <= current < current_hi):
                stale = _BY_POWER
            if 0 < next_mark <= before:
                stale = _ALL
            last_kind = code

            # 3. Cut it, and add each slice to the stretch of its prices.
            at, since = a, a
            given, charging_given, parked_given, reserved_given = 0, 0, 0, 0
            while True:
                if kind != _RESERVED and charged_until <= since:
                    after |= CHARGING_ENDED
                    charged_until = NEVER
                row = ROW_WIDTH * (row_first[t] + epoch - epoch_first[t])
                until, upto = b, energy
                cut = epoch_start_us[epoch + 1]
                if kind != _RESERVED:
                    cut = min(cut, charged_until)
                if kind != _RESERVED and session_next < durations_hi:
                    cut = min(cut, session_start + durations_us[session_next])
                if is_reserved and reserved_next < durations_hi:
                    cut = min(cut, reserved_start + durations_us[reserved_next])
                final = cut >= b
                if not final:
                    until = cut
                    upto = mul_div_floor(energy, cut - a, b - a)
                    upto = max(given, upto - upto % MWH_PER_WH)
                if stale == _ALL:
                    banded = 0
                    next_mark = 0
                    for m in range(mark_first[epoch_rows[row + 6]], mark_first[epoch_rows[row + 6] + 1]):
                        if marks[m] > before + given:
                            next_mark = marks[m]
                            break
                by_energy = False
                if before + given < next_mark < before + energy:
                    reached = max(at, a + mul_div_floor(b - a, next_mark - before, energy))
                    if reached <= until:
                        by_energy = True
                        final = False
                        until, upto = reached, next_mark - before
                charging_now, parked_now, reserved_after = charging_us, parked_us, reserved_us
                if not final:
                    length = b - a
                    charging_now = mul_div_floor(charging_us, until - a, length) if length > 0 else 0
                    parked_now = mul_div_floor(parked_us, until - a, length) if length > 0 else 0
                    reserved_after = mul_div_floor(reserved_us, until - a, length) if length > 0 else 0

                asked = stale != _NONE
                if asked:
                    changed = opened < 0 or stretch_after[opened] != after
                    power_lo, power_hi, current_lo, current_hi = 0, NEVER, 0, NEVER
                    for d in range(_DIMENSIONS):
                        if stale == _BY_POWER and epoch_rows[row + 7] & (VARIES << d) == 0:
                            continue
                        of_reservation = d > FLAT
                        pick = -1
                        j = epoch_rows[row + d]
                        if of_reservation and is_reserved:
                            duration = since - reserved_start
                            pick, _ = first_that_holds(
                                j, candidate, conditions, 0, duration, 0, 0, (0, NEVER, 0, NEVER)
                            )
                        elif not of_reservation and kind != _RESERVED and not expired:
                            so_far, duration = before + given, since - session_start
                            bounds = power_lo, power_hi, current_lo, current_hi
                            pick, bounds = first_that_holds(
                                j, candidate, conditions, so_far, duration, power, current, bounds
                            )
                            power_lo, power_hi, current_lo, current_hi = bounds
                        changed = changed or picks[d] != pick
                        picks[d] = pick
                    flags |= epoch_rows[row + 7]
                    stale = _NONE
                else:
                    changed = stretch_after[opened] != after
                if by_index and opened >= 0 and out.epoch[opened] != epoch:
                    changed = True
                if changed:
                    if stretches == room:
                        return -1
                    opened = index(stretches)
                    stretches += 1
                    for d in range(_DIMENSIONS):
                        stretch_component[_DIMENSIONS * opened + d] = picks[d]
                    stretch_after[opened] = after
                    out.epoch[opened] = epoch
                    stretch_mwh[opened] = 0
                    stretch_charging_us[opened] = 0
                    stretch_parked_us[opened] = 0
                    stretch_reserved_us[opened] = 0
                    stretch_us[opened] = 0
                if asked and returns and kind == _INTERVAL:
                    banded = add_band(bands, banded, power_lo, power_hi, current_lo, current_hi, opened)
                stretch_reserved_us[opened] += reserved_after - reserved_given
                add_to(out, opened, upto - given, charging_now - charging_given, parked_now - parked_given, until - at)
                if final:
                    break

                stale = _ALL
                if not by_energy:
                    since = until
                    if epoch_start_us[epoch + 1] <= since:
                        epoch += 1
                    passed = since - session_start
                    if kind != _RESERVED and session_next < durations_hi and durations_us[session_next] <= passed:
                        session_next += 1
                    # Where there is no reservation it began never, from which no length may be counted.
                    if is_reserved and reserved_next < durations_hi:
                        reserved_next += durations_us[reserved_next] <= since - reserved_start
                at, given = until, upto
                charging_given, parked_given, reserved_given = charging_now, parked_now, reserved_after

            before += energy
            if kind == _RESERVED:
                reserved_now = b
            else:
                now = b
            if kind != _GAP and not booked:
                i += 1
            booked = False

        if fault == 0 and flags & LACKS_FACT != 0:
            fault = MISSING_COLUMN
        if fault == 0 and flags & NEEDS_CURRENT != 0 and missing >= 0 and not expired:
            fault = MISSING_COLUMN
            totals.fault[s] = missing
        totals.status[s] = fault
        if fault != 0:
            stretches = stretch_first[place - lo]
    stretch_first[hi - lo] = stretches
    return stretches
