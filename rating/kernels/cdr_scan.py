"""Records of plain CDRs -> arrays, with room made for what `cdr_text` and `cdr_instants` write."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from rating.kernels.arrays import CdrFields, CdrPeriods, CdrWords, Int64, UInt8, frozen, readonly
from rating.kernels.cdr_instants import read_instants
from rating.kernels.cdr_text import read_text

Groups: TypeAlias = tuple[tuple[str, ...], ...]

_PERIOD_LEAST = len('{"start_date_time":"2026-03-02T19:45:00","dimensions":[]},')
_SPANS = 11
_UNKNOWN_MAX = 8


class Scanned(NamedTuple):
    """What was read of n records; where `fields.odd` is 1, nothing of it counts."""

    fields: CdrFields
    periods: CdrPeriods


@lru_cache(maxsize=4)
def _words_of(groups: Groups) -> CdrWords:
    words = [word.encode() for group in groups for word in group]
    letters = np.frombuffer(b"".join(words), np.uint8)
    first = np.cumsum([0, *(len(word) for word in words)], dtype=np.int64)
    group = np.cumsum([0, *(len(group) for group in groups)], dtype=np.int64)
    return frozen(CdrWords(letters, first, group, np.power(10, np.arange(19), dtype=np.int64)))


def scan(data: UInt8, record_first: Int64, record_end: Int64, groups: Groups) -> Scanned:
    """Read records: data (b,) is JSON of which each (n,) record_first .. record_end is an object.

    `groups`: the keys of a CDR, of a period and of a dimension, and the types of dimensions (see `CdrWords`).
    """
    words = _words_of(groups)
    records = record_first.size
    length = int(record_end[-1] - record_first[0]) if records else 0
    room = length // _PERIOD_LEAST + 1
    none = -1
    fields = CdrFields(
        odd=np.ones(records, np.uint8),
        seen=np.zeros(records, np.int64),
        spans=np.full((records, 2 * _SPANS), none, np.int64),
        unknown=np.full((records, 2 * _UNKNOWN_MAX), none, np.int64),
        period_first=np.zeros(records + 1, np.int64),
        bounds_us=np.zeros((records, 2), np.int64),
    )
    start_us, end_us, energy, power_mw, current_ma = (np.empty(room, np.int64) for _ in range(5))
    volumes_us, activity = np.empty((room, 3), np.int64), np.empty(room, np.uint8)
    periods = CdrPeriods(start_us, end_us, energy, volumes_us, power_mw, current_ma, activity)
    data, first, end = readonly(data), readonly(record_first), readonly(record_end)
    if read_text(data, first, end, words, fields, periods) >= 0:
        read_instants(data, 0, records, fields, periods)
    else:  # not reached as far as is known: no period is shorter
        fields.odd[:] = 1
    return Scanned(fields, periods)
