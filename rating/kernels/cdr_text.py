"""Read the text of plain CDRs: bytes of JSON in, where the values that set the price stand, and exact volumes, out.

The text is known to be JSON, so commas and colons say nothing more. Whatever is not of the plain form (an unknown key
in a period, an escape, an exponent, a volume too fine, a reservation) makes the record *odd*: a slow reader, which
knows every form and every message, reads it then. A number is two whole numbers, before and behind its point: no float.
All is one flat function, because each call with an array in a hot loop costs more than what it would do here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rating.kernels.arith import index
from rating.kernels.arrays import CdrFields, CdrPeriods, CdrWords, Int64, UInt8
from rating.kernels.jit import kernel, scalar
from rating.units import ACTIVITY_CHARGING, ACTIVITY_PARKED, CURRENT_MAX_MA, POWER_MAX_MW, SESSION_MAX_US, US_PER_S

# The groups of CdrWords, and the words with a meaning in each, in its order. All others are known, and skipped.
_TOP, _IN_PERIOD, _IN_DIMENSION, _TYPE = range(4)
_CURRENCY, _TARIFFS, _COST, _CREDIT, _PERIODS = (
    1,
    2,
    5,
    6,
    10,
)  # keys of a CDR; the place of those before _PERIODS is noted
_START, _DIMENSIONS = 0, 1
_ENERGY, _TIME, _PARKING, _RESERVATION, _POWER, _CURRENT, _OTHER = 0, 1, 2, 3, 4, 7, 10
_TIMES_AND_ENERGY = (1 << _POWER) - 1
_UNKNOWN: Final = 63

# Where the reader is: before a key or a value of the CDR, in a value to skip, among periods, dimensions and so on.
_KEY, _VALUE, _SKIP, _PERIOD, _PERIOD_KEY, _PERIOD_VALUE, _DIMENSION, _DIMENSION_KEY, _DIMENSION_VALUE, _DONE = range(
    10
)
_TEXT, _NUMBER, _OBJECT, _LIST, _CLOSE, _WORD = range(6)

_DEPTH_MAX: Final = 24
_NAMES_MAX: Final = 64  # keys of a value that is skipped, and of those that it is in
_INSTANT: Final = len("2026-03-02T19:45:00Z")
_WHOLE_MAX: Final = 9  # digits before the point
_PART_MAX: Final = 18  # digits behind it
_NUMBER_MAX: Final = 64  # characters of any number
_NANO: Final = 10**9
_MICRO: Final = 10**6
_S_PER_H: Final = 3600


@scalar
def nearest_second(hours: int, part: int) -> int:
    """Whole seconds of `hours` and `part` 10^-18 hours, half a second up (PRICING 2)."""
    # The 18 digits as two times nine, each in 10^-9 seconds: what is finer cannot decide whether it is half a second.
    nano = part // _NANO * _S_PER_H + part % _NANO * _S_PER_H // _NANO
    return hours * _S_PER_H + nano // _NANO + (1 if nano % _NANO >= _NANO // 2 else 0)


@kernel
def read_text(
    data: UInt8, record_first: Int64, record_end: Int64, words: CdrWords, fields: CdrFields, periods: CdrPeriods
) -> int:
    """Read records; return how many periods were written, or -1 where they do not fit.

    The start and end of a period are those of the text of its start, until `cdr_instants` reads it.

    data (b,), record_first and record_end (n,): bytes record_first[r] .. record_end[r] - 1 are an object.
    """
    letters, word_first, group_first = words.letters, words.first, words.group
    odd, seen_out, period_first = fields.odd, fields.seen, fields.period_first
    spans, unknown = fields.spans, fields.unknown
    out_start, out_end, out_energy, out_volumes = periods.start_us, periods.end_us, periods.energy, periods.volumes_us
    out_power, out_current, out_activity = periods.power_mw, periods.current_ma, periods.activity
    ten = words.ten
    strange_max, room = unknown.shape[1] // 2, out_start.size
    name_lo, name_end = np.empty(_NAMES_MAX, np.int64), np.empty(_NAMES_MAX, np.int64)
    names_first = np.empty(_DEPTH_MAX + 1, np.int64)
    written = 0
    for r in range(record_first.size):
        i, hi = record_first[r] + 1, record_end[r]
        first = written
        state, key, seen, strange, depth, opened = _KEY, -1, 0, 0, 0, 0
        kind, in_period, in_dimension, printed = -1, 0, 0, 0
        start_lo, start_end = -1, -1
        energy, charging_us, parked_us, power, current, power_rank, current_rank = 0, 0, 0, -1, -1, 0, 0
        whole, part, digits = 0, 0, 0
        volume_whole, volume_part, volume_digits, has_volume = 0, 0, 0, False
        tariff_lo, tariff_hi = -1, -1
        # Of a value that is skipped and that nobody else reads: its keys so far, those of the objects that are open
        # from `names_first` on; a bit of `objects` says of each depth whether it is an object.
        checked, named, objects, names = False, False, 0, 0
        fine = True
        while fine and i < hi and state != _DONE:
            c = int(data[index(i)])
            if c == 32 or c == 10 or c == 13 or c == 9 or c == 44 or c == 58:  # blanks, comma, colon
                i += 1
                continue
            # One token, from `lo` to `end`; `i` goes behind it.
            lo = i
            end = i
            word = -1
            if c == 34:  # a text
                token = _TEXT
                lo = i + 1
                end = lo
                group = -1
                if state == _KEY:
                    group = _TOP
                elif state == _PERIOD_KEY:
                    group = _IN_PERIOD
                elif state == _DIMENSION_KEY:
                    group = _IN_DIMENSION
                elif state == _DIMENSION_VALUE and key == 0:
                    group = _TYPE
                elif state == _PERIOD_VALUE and key == _START and lo + _INSTANT < hi and data[lo + _INSTANT] == 34:
                    end = lo + _INSTANT  # if a quote stands before this one, it is no instant, and refused as such
                if group >= 0:
                    for w in range(index(group_first[group]), index(group_first[group + 1])):
                        first_letter = index(word_first[w])
                        length = word_first[w + 1] - first_letter
                        if lo + length < hi and data[index(lo + length)] == 34:
                            same = True
                            for k in range(length):
                                if letters[first_letter + k] != data[index(lo + k)]:
                                    same = False
                                    break
                            if same:
                                word = w - group_first[group]
                                end = lo + length
                                break
                escaped = False
                while end < hi and data[index(end)] != 34:
                    if data[index(end)] == 92:
                        escaped = True
                        end += 1
                    end += 1
                i = end + 1
                if escaped and state != _SKIP and (state != _VALUE or key < _PERIODS):
                    fine = False
                    continue
            elif c == 45 or (c >= 48 and c <= 57):  # a number
                token = _NUMBER
                whole, part, digits = 0, 0, 0
                length, behind, plain, power_of_ten = 0, False, c != 45, False
                while end < hi:
                    c = int(data[index(end)])
                    if c >= 48 and c <= 57:
                        if behind:
                            digits += 1
                            if digits <= _PART_MAX:
                                part = part * 10 + (c - 48)
                        else:
                            length += 1
                            if length <= _WHOLE_MAX:
                                whole = whole * 10 + (c - 48)
                    elif c == 46:
                        behind = True
                    elif c == 101 or c == 69:
                        power_of_ten = True
                    elif c == 43 or c == 45:
                        plain = False
                    else:
                        break
                    end += 1
                i = end
                odd_volume = not plain or length > _WHOLE_MAX or digits > _PART_MAX
                if power_of_ten or end - lo > _NUMBER_MAX or (odd_volume and state == _DIMENSION_VALUE):
                    fine = False
                    continue
            else:
                i += 1
                end = i
                if c == 123:
                    token = _OBJECT
                elif c == 91:
                    token = _LIST
                elif c == 125 or c == 93:
                    token = _CLOSE
                else:  # true, false, null
                    token = _WORD
                    while i < hi and data[i] >= 97 and data[i] <= 122:
                        i += 1
                    end = i

            if state == _SKIP:
                if token in (_OBJECT, _LIST):
                    depth += 1
                    fine = depth <= _DEPTH_MAX
                    if checked and fine:
                        names_first[index(depth)] = names
                        objects = objects & ~(1 << depth) | (1 << depth if token == _OBJECT else 0)
                        named = False
                elif checked and not named and token == _TEXT and objects >> depth & 1:
                    fine = not escaped and names < _NAMES_MAX
                    if fine:
                        for w in range(names_first[index(depth)], names):
                            same = name_end[index(w)] - name_lo[index(w)] == end - lo
                            k = 0
                            while same and k < end - lo:
                                same = data[index(name_lo[index(w)] + k)] == data[index(lo + k)]
                                k += 1
                            fine = fine and not same  # a key twice
                        name_lo[index(names)], name_end[index(names)] = lo, end
                        names += 1
                        named = True
                elif token != _CLOSE:
                    named = False
                else:
                    names = names_first[index(depth)] if checked else 0
                    named = False
                    depth -= 1
                    if depth == 0:
                        state = _KEY
                        if key < _PERIODS:
                            spans[r, 2 * key] = opened
                            spans[r, 2 * key + 1] = i
                continue

            if state == _KEY:
                if token == _CLOSE:
                    state = _DONE
                    continue
                key = word
                state = _VALUE
                if word < 0:
                    key = _UNKNOWN
                    if strange == strange_max:
                        fine = False
                        continue
                    unknown[r, 2 * strange] = lo
                    unknown[r, 2 * strange + 1] = end
                    strange += 1
                elif seen >> word & 1:
                    fine = False  # a key twice
                else:
                    seen |= 1 << word
            elif state == _VALUE:
                state = _KEY
                if token == _WORD and data[lo] == 110:  # null is no value
                    fine = key != _PERIODS
                elif key == _PERIODS:
                    fine = token == _LIST
                    state = _PERIOD
                elif token in (_OBJECT, _LIST):
                    fine = key > _CURRENCY and (key < _CREDIT or key > _PERIODS)
                    depth, opened, state = 1, lo, _SKIP
                    # Tariffs and places are read by others; the version of OCPI is told by the keys of the cost.
                    checked = key >= _PERIODS or key == _COST
                    named, objects, names, names_first[1] = False, 2 if token == _OBJECT else 0, 0, 0
                elif key < _PERIODS:
                    fine = token == _TEXT if key <= _CURRENCY or key > _CREDIT else key != _TARIFFS
                    if key == _CREDIT:  # true is not plain
                        fine = token == _WORD and data[lo] == 102
                    spans[r, 2 * key] = lo
                    spans[r, 2 * key + 1] = end
            elif state == _PERIOD:
                if token == _CLOSE:
                    state = _KEY
                else:
                    fine = token == _OBJECT
                    state, in_period = _PERIOD_KEY, 0
                    energy, charging_us, parked_us, power, current, power_rank, current_rank = 0, 0, 0, -1, -1, 9, 9
                    printed = 0
            elif state == _PERIOD_KEY:
                if token == _CLOSE:
                    # One that tells of reserved time alone, be it none, may be of a reservation.
                    fine = in_period & 3 == 3 and printed & _TIMES_AND_ENERGY != 1 << _RESERVATION
                    if written == room:
                        return -1
                    if fine:
                        out_start[written] = start_lo
                        out_end[written] = start_end
                        out_energy[written] = energy
                        out_volumes[written, 0] = charging_us
                        out_volumes[written, 1] = parked_us
                        out_volumes[written, 2] = 0
                        out_power[written] = power
                        out_current[written] = current
                        charges = energy != 0 or charging_us != 0
                        out_activity[written] = ACTIVITY_CHARGING if charges else ACTIVITY_PARKED
                        written += 1
                    state = _PERIOD
                else:
                    fine = word >= 0 and in_period >> word & 1 == 0
                    key, state = word, _PERIOD_VALUE
                    if fine:
                        in_period |= 1 << word
            elif state == _PERIOD_VALUE:
                state = _PERIOD_KEY
                if key == _START:
                    fine = token == _TEXT
                    start_lo, start_end = lo, end
                elif key == _DIMENSIONS:
                    fine = token == _LIST
                    state = _DIMENSION
                elif token == _TEXT:
                    if tariff_lo < 0:
                        tariff_lo, tariff_hi = lo, end
                    elif tariff_hi - tariff_lo == end - lo:
                        for k in range(end - lo):
                            fine = fine and data[tariff_lo + k] == data[lo + k]
                    else:
                        fine = False
                else:
                    fine = token == _WORD and data[lo] == 110
            elif state == _DIMENSION:
                if token == _CLOSE:
                    state = _PERIOD_KEY
                else:
                    fine = token == _OBJECT
                    state, in_dimension, kind, has_volume = _DIMENSION_KEY, 0, -1, False
            elif state == _DIMENSION_KEY:
                if token != _CLOSE:
                    fine = word >= 0 and in_dimension >> word & 1 == 0
                    key, state = word, _DIMENSION_VALUE
                    if fine:
                        in_dimension |= 1 << word
                    continue
                state = _DIMENSION
                fine = kind >= 0 and has_volume and printed >> kind & 1 == 0
                if not fine:
                    continue
                printed |= 1 << kind
                # `wide` is the part as 18 digits, `micro` its first six, and whether there are more.
                wide = volume_part * ten[_PART_MAX - volume_digits]
                micro = wide // (_MICRO * _MICRO)
                if kind == _ENERGY:
                    fine = micro * (_MICRO * _MICRO) == wide
                    energy = volume_whole * _MICRO + micro
                elif kind <= _RESERVATION:
                    seconds = nearest_second(volume_whole, wide)
                    fine = seconds <= SESSION_MAX_US // US_PER_S and (kind != _RESERVATION or seconds == 0)
                    if kind == _TIME:
                        charging_us = seconds * US_PER_S
                    elif kind == _PARKING:
                        parked_us = seconds * US_PER_S
                elif kind < _CURRENT:
                    fine = volume_whole * _MICRO + micro <= POWER_MAX_MW
                    if kind - _POWER < power_rank:
                        power, power_rank = volume_whole * _MICRO + micro, kind - _POWER
                elif kind < _OTHER:
                    fine = volume_whole * 1000 + micro // 1000 <= CURRENT_MAX_MA
                    if kind - _CURRENT < current_rank:
                        current, current_rank = volume_whole * 1000 + micro // 1000, kind - _CURRENT
            elif key == 0:  # the type of a dimension
                state = _DIMENSION_KEY
                fine = token == _TEXT and word >= 0
                kind = word
            else:
                state = _DIMENSION_KEY
                fine = token == _NUMBER
                volume_whole, volume_part, volume_digits, has_volume = whole, part, digits, True

        fine = fine and state == _DONE and written > first
        if fine:
            spans[r, 2 * _PERIODS] = tariff_lo
            spans[r, 2 * _PERIODS + 1] = tariff_hi
        else:
            written = first
        odd[r] = 0 if fine else 1
        seen_out[r] = seen
        period_first[r] = first
    period_first[record_first.size] = written
    return written
