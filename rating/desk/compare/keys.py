"""What sessions are grouped by: their tariff, the hour of the week of their start, their site, their membership."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.compile.plan import span_of_days
from rating.compile.zones import load_zone, offsets
from rating.errors import Fault, InputError, Place, Refused
from rating.tariff.model import Tariffs
from rating.units import US_PER_DAY, US_PER_H
from rating.usage.batch import Sessions, UsageBatch

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

SITES = ("site", "location", "site_id", "location_id")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS_OF_WEEK = tuple(f"{day} {hour:02}:00" for day in DAYS for hour in range(24))
_DAY_OF_EPOCH = 3  # 1970-01-01 was a Thursday
ACCOUNT = "account"


class Key(NamedTuple):
    """A value for each of n sessions."""

    name: str
    code: Int32  # (n,) index into labels, -1: the session says none
    labels: tuple[str, ...]


def keys_of(batch: UsageBatch, old: Tariffs, new: Tariffs, by: str | None) -> tuple[Key, ...]:
    """Tariff and hour of the week; membership where sessions say it; the column `by`, or else that of the site.

    Raises: InputError where there is no column of that name.
    """
    sessions = batch.sessions
    found = [Key("tariff", sessions.tariff, sessions.tariff_names), hours_of_week(sessions, old, new)]
    names = sessions.extra.column_names
    site = by if by is not None else next((name for name in SITES if name in names), None)
    if site is not None and site not in ("tariff", "hour of the week", "membership"):
        if site not in names:
            known = ", ".join(names) or "no other column"
            want = f"a column of the sessions that travels along: {known}"
            raise InputError([Fault("no_column", Place("sessions"), site, want, "look at its name")])
        found.append(column_key(sessions, site))
    membership = sessions.attributes.get("membership")
    if membership is not None:
        found.append(Key("membership", membership.code, membership.names))
    return tuple(found)


def column_key(sessions: Sessions, name: str) -> Key:
    """A column that travels along, as texts; its labels in their order. A blank is none.

    Raises: InputError where its values are lists, or other than plain.
    """
    column = sessions.extra.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        texts = column.cast(pa.string()).combine_chunks()
        texts = pc.if_else(pc.equal(pc.utf8_trim_whitespace(texts), ""), pa.scalar(None, pa.string()), texts)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        fault = Fault("column_type", Place("sessions"), name, "a column of plain values", "choose another one")
        raise InputError([fault]) from None
    coded = pc.dictionary_encode(texts)
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    code = np.asarray(pc.fill_null(coded.indices, -1)).astype(np.int32)
    labels: list[str] = coded.dictionary.to_pylist()
    order = sorted(range(len(labels)), key=lambda i: _natural(labels[i]))
    place = np.empty(len(labels) + 1, np.int32)
    place[order] = np.arange(len(labels), dtype=np.int32)
    place[-1] = -1
    return Key(name, place[code], tuple(labels[i] for i in order))


def _natural(text: str) -> tuple[int, int, str]:
    """Numbers before texts, and in the order of numbers."""
    return (0, int(text), "") if text.isdecimal() and len(text) < 19 else (1, 0, text)


def account_of(sessions: Sessions) -> Key | None:
    """The account that a session names, where there is such a column."""
    return column_key(sessions, ACCOUNT) if ACCOUNT in sessions.extra.column_names else None


def hours_of_week(sessions: Sessions, old: Tariffs, new: Tariffs) -> Key:
    """The hour of the week in which a session starts, by the clock of its tariff, else of its site."""
    start_us = sessions.start_us
    code = np.full(start_us.size, -1, np.int32)
    zone_code, zones = _zones(sessions, old, new)
    for number, zone in enumerate(zones):
        where = (zone_code == number) & (sessions.status == Refused.FINE)  # of others the start may be any number
        if load_zone(zone) is None or not where.any():
            continue
        at = start_us[where]
        lo, hi = span_of_days(int(at.min()), int(at.max()))
        starts, shifts = offsets(zone, lo, hi)
        local = at + shifts[np.searchsorted(starts, at, "right") - 1]
        day = (local // US_PER_DAY + _DAY_OF_EPOCH) % 7
        code[where] = (day * 24 + local % US_PER_DAY // US_PER_H).astype(np.int32)
    return Key("hour of the week", code, HOURS_OF_WEEK)


def _zones(sessions: Sessions, old: Tariffs, new: Tariffs) -> tuple[Int64, list[str]]:
    """Each session's zone: the tariff's own, as it was, or as it is to be where it is new; else that of the session."""
    names: dict[str, int] = {}
    of_tariff = []
    for name in sessions.tariff_names:
        tariff = old.get(name) or new.get(name)
        zone = tariff.time_zone if tariff is not None else None
        of_tariff.append(-1 if zone is None else names.setdefault(zone, len(names)))
    of_zone = [names.setdefault(zone, len(names)) for zone in sessions.zone_names]
    code = np.array([*of_tariff, -1], np.int64)[sessions.tariff]
    if sessions.time_zone is not None:
        own = np.array([*of_zone, -1], np.int64)[sessions.time_zone]
        code = np.where(code < 0, own, code)
    return code, list(names)


def labels_of(key: Key, codes: Any) -> list[str]:
    """The labels of codes; those without one say so."""
    return [key.labels[code] if code >= 0 else "(none)" for code in codes]
