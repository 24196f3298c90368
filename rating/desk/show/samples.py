"""What a session costs: 10, 30 and 60 kWh at noon and in the evening at 11, 50 and 150 kW, priced by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rating.compile.zones import load_zone
from rating.desk.show.audiences import Audience
from rating.desk.show.clocks import ClockChange
from rating.desk.show.market import index_days
from rating.desk.show.sheet import Edition
from rating.desk.show.weeks import Weeks
from rating.engine import rate
from rating.tariff.model import Tariff, Tariffs
from rating.units import MWH_PER_KWH

ENERGIES_KWH = (10, 30, 60)
HOURS = (12, 19)
POWERS_KW = (11, 50, 150)
_MA_PER_KW = 1_000_000 // 230  # what a kW takes at 230 V, over all phases, in milli-A
_S_PER_H = 3_600
_WEDNESDAY, _FRIDAY = 2, 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One session and its total, which is None where it is refused: `fault` says why."""

    energy_kwh: int
    hour: int
    power_kw: int
    total: Decimal | None
    fault: str


@dataclass(frozen=True, slots=True)
class SampleTable:
    """The samples of an audience on a day; each charges without a pause and leaves at once."""

    audience: str
    day: date
    zone: str
    samples: tuple[Sample, ...]


def sample_day(
    weeks: Weeks, not_before: date, changes: Sequence[ClockChange], priced: tuple[date, date] | None = None
) -> date:
    """The first Wednesday that is neither a holiday with its own prices nor a day on which clocks are set.

    `priced`: the days of an index that prices follow; one of them, if any is shown, of all days the first working day.
    """
    special = {day for season in weeks.seasons for each in season.specials for day in each.dates}
    special |= {change.day for change in changes}
    first = max(weeks.first, not_before)
    days = [first + timedelta(days=number) for number in range(max(1, (weeks.last - first).days + 1))]
    plain = [day for day in days if day not in special]
    if priced is not None and any(priced[0] <= day <= priced[1] for day in plain):
        plain = [day for day in plain if priced[0] <= day <= priced[1]]
        return next((day for day in plain if day.weekday() <= _FRIDAY), plain[0])
    return next((day for day in plain if day.weekday() == _WEDNESDAY), (plain or days)[0])


def sample_tables(
    tariff: Tariff, edition: Edition, audiences: Sequence[Audience], not_before: date, changes: Sequence[ClockChange]
) -> tuple[SampleTable, ...]:
    """A table for each audience, all priced in one call."""
    zone_name = tariff.time_zone or "UTC"
    zone = load_zone(zone_name)
    sessions: list[dict[str, Any]] = []
    priced = None if zone is None else index_days(edition, zone)
    days = [sample_day(each.weeks, not_before, changes, priced) for each in audiences]
    for number, (audience, day) in enumerate(zip(audiences, days, strict=True)):
        for energy_kwh, hour, power_kw in _all():
            start = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)
            rating_mw = _charger_mw(edition, audience, power_kw)
            if rating_mw is not None:
                sessions.append(
                    {
                        "session_id": f"{number}-{energy_kwh}-{hour}-{power_kw}",
                        "tariff": tariff.id,
                        "start": start,
                        "end": start + timedelta(seconds=energy_kwh * _S_PER_H // power_kw),
                        "time_zone": zone_name,
                        "evse_power_kw": Decimal(rating_mw) / MWH_PER_KWH,
                        **{name: getattr(audience.traits, name) for name in _FACTS},
                    }
                )
    totals, faults = _rated(tariff, edition, sessions)
    tables = (
        SampleTable(
            audience.label,
            day,
            zone_name,
            tuple(
                Sample(*each, totals.get(_id(number, each)), faults.get(_id(number, each), ""))
                for each in _all()
                if _id(number, each) in totals or _id(number, each) in faults
            ),
        )
        for number, (audience, day) in enumerate(zip(audiences, days, strict=True))
    )
    # No charger of some audience has any of the powers; and what costs others the same is said once.
    found: dict[SampleTable, list[str]] = {}
    for table in tables:
        if table.samples:
            found.setdefault(replace(table, audience=""), []).append(table.audience)
    return tuple(replace(table, audience="; ".join(names)) for table, names in found.items())


_FACTS = ("membership", "connector", "payment_method", "tariff_type")


def _all() -> list[tuple[int, int, int]]:
    return [(energy, hour, power) for energy in ENERGIES_KWH for hour in HOURS for power in POWERS_KW]


def _id(number: int, each: tuple[int, int, int]) -> str:
    return "-".join(map(str, (number, *each)))


def _charger_mw(edition: Edition, audience: Audience, power_kw: int) -> int | None:
    """The rating of a charger of the audience that gives such power; None where it has none."""
    power_mw, least = power_kw * MWH_PER_KWH, audience.traits.evse_power_mw
    if least is None:
        return power_mw
    whens = [offer.when for offer in edition.offers]
    marks = sorted({mark for when in whens for mark in (when.min_evse_power_mw, when.max_evse_power_mw) if mark})
    above = next((mark for mark in marks if mark > least), None)
    rating = max(least, power_mw)
    return rating if above is None or rating < above else None


def _rated(
    tariff: Tariff, edition: Edition, sessions: list[dict[str, Any]]
) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The total of each session by its id, with tax where that is known; and why the others are refused."""
    if not sessions:
        return {}, {}
    intervals = [{name: each[name] for name in ("session_id", "start", "end")} for each in sessions]
    for row in intervals:
        _, energy_kwh, _, power_kw = row["session_id"].split("-")
        row["energy_kwh"] = Decimal(energy_kwh)
        row["power_kw"] = Decimal(power_kw)
        if any(offer.when.min_current_ma or offer.when.max_current_ma for offer in edition.offers):
            row["current_a"] = Decimal(int(power_kw) * _MA_PER_KW) / 1_000
    rated = rate(Tariffs((tariff,)), _columns(sessions), _columns(intervals))
    totals = {
        row["session_id"]: row["net"] if row["gross"] is None else row["gross"] for row in rated.sessions.to_pylist()
    }
    return totals, {row["session_id"]: row["message"] for row in rated.rejected.to_pylist()}


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Columns, without those in which nothing is told."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}
