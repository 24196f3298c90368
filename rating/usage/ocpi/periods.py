"""The charging periods of a CDR: each with its volumes, until the next one starts."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from rating.units import CURRENT_MAX_MA, ENERGY_READ_MAX_MWH, POWER_MAX_MW, SESSION_MAX_US
from rating.usage.ocpi.fields import Fields
from rating.usage.ocpi.numbers import current_ma, energy_mwh, power_mw, time_us
from rating.usage.ocpi.values import Period
from rating.usage.ocpi.words import CURRENTS, DIMENSION_KEYS, DIMENSIONS, PERIOD_KEYS, POWERS, meant_dimension

_TIMES: Final = ("TIME", "PARKING_TIME", "RESERVATION_TIME")
_ENERGY_FIX: Final = "round it to 6 decimals of a kWh"


class _Volumes(NamedTuple):
    """What a period says was measured."""

    energy_mwh: int
    times_us: tuple[int | None, int | None, int | None]
    power_mw: int | None
    current_ma: int | None
    printed: dict[str, Decimal]


def read_periods(cdr: Fields, start_us: int | None, end_us: int | None) -> tuple[tuple[Period, ...], tuple[str, ...]]:
    """The periods in order of time, and the tariffs that they name. What is wrong with them goes into the faults.

    Our choices: the list need not be in order of time, and a period that names no tariff is priced by the one that the
    others name.
    """
    items = cdr.objects("charging_periods", "the charging periods")
    if items is None:
        return (), ()
    before = len(cdr.faults)
    if not _listed(cdr):
        cdr.fault("cdr_value", "charging_periods", [], "at least one charging period", "add the periods of the session")
    found = [(_start(item), _volumes(item)) for item in items]
    tariff_ids = _tariff_ids(items)
    if start_us is None or end_us is None or len(cdr.faults) > before or len(items) != len(_listed(cdr)):
        return (), tariff_ids
    rows = sorted(((start or 0, index) for index, (start, _) in enumerate(found)), key=lambda row: row[0])
    ends = [later for _, (later, _) in pairwise(rows)] + [end_us]
    for start, index in rows:
        if not start_us <= start <= end_us:
            want = "a start within that of the CDR and its end"
            fix = "correct the start of this period, or that of the CDR"
            items[index].fault("cdr_period", "start_date_time", items[index].value["start_date_time"], want, fix)
    return tuple(
        Period(index, start, end, *found[index][1]) for (start, index), end in zip(rows, ends, strict=True)
    ), tariff_ids


def _listed(cdr: Fields) -> list[object]:
    found = cdr.value["charging_periods"]
    return list(found) if isinstance(found, list) else []


def _start(period: Fields) -> int | None:
    period.only(PERIOD_KEYS)
    return period.instant("start_date_time", "when the period starts")


def _tariff_ids(periods: list[Fields]) -> tuple[str, ...]:
    named = [period.text("tariff_id", "the id of a tariff", required=False) for period in periods]
    found: dict[str, str] = {}
    for name in named:
        if name is not None:
            found.setdefault(name.casefold(), name)
    return tuple(found.values())


def _volumes(period: Fields) -> _Volumes:
    printed: dict[str, Decimal] = {}
    for dimension in period.objects("dimensions", "what was measured in the period") or ():
        _dimension(dimension, printed)
    power = next((printed[name] for name in POWERS if name in printed), None)
    current = next((printed[name] for name in CURRENTS if name in printed), None)
    energy = energy_mwh(printed.get("ENERGY", Decimal(0)))
    times = tuple(time_us(printed[name]) if name in printed else None for name in _TIMES)
    return _Volumes(
        energy or 0,
        (times[0], times[1], times[2]),
        None if power is None else power_mw(power),
        None if current is None else current_ma(current),
        printed,
    )


def _dimension(dimension: Fields, printed: dict[str, Decimal]) -> None:
    """Add one dimension to those of its period, unless it is refused."""
    dimension.only(DIMENSION_KEYS)
    kind = dimension.text("type", "the type of the dimension")
    volume = dimension.number("volume", "the volume")
    if kind is None or volume is None:
        return
    if kind not in DIMENSIONS:
        close = meant_dimension(kind)
        fix = f"did you mean `{close}`?" if close else "delete it, if it is no part of the price"
        dimension.fault("cdr_dimension", "type", kind, f"one of {', '.join(DIMENSIONS)}", fix)
    elif kind in printed:
        fix = "add the two volumes up, or delete one"
        dimension.fault("cdr_dimension", "type", kind, "each type once in a period", fix)
    elif (fault := _out_of_range(kind, volume)) is not None:
        dimension.fault("cdr_volume", "volume", volume, *fault)
    else:
        printed[kind] = volume


def _out_of_range(kind: str, volume: Decimal) -> tuple[str, str] | None:
    """What the volume should have been, and the fix; None where it is fine."""
    if kind == "ENERGY":
        exact = energy_mwh(volume)
        if exact is None:
            return "kWh in at most 6 decimals", _ENERGY_FIX
        if abs(exact) > ENERGY_READ_MAX_MWH:
            return "kWh that a session can take", "correct it: the unit is kWh"
    elif kind in _TIMES:
        if volume < 0 or time_us(volume) > SESSION_MAX_US:
            return "hours from 0 to 9,600", "correct it: the unit is hours"
    elif kind in POWERS:
        if volume < 0 or power_mw(volume) > POWER_MAX_MW:
            return "kW from 0 to 1,000,000", "correct it: the unit is kW"
    elif kind in CURRENTS and (volume < 0 or current_ma(volume) > CURRENT_MAX_MA):
        return "A from 0 to 1,000,000", "correct it: the unit is A"
    return None
