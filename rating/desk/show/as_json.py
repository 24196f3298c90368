"""What `show` shows, for programs: amounts are texts, for JSON's numbers are floats in most languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rating.desk.show.maps import HeatMap, MapRow
from rating.desk.show.rows import Group
from rating.desk.show.samples import SampleTable

if TYPE_CHECKING:
    from rating.desk.show.present import EditionView, Show


def as_dict(show: Show) -> dict[str, Any]:
    """All of it."""
    return {
        "tariff": show.sheet.id,
        "name": show.sheet.name,
        "currency": show.sheet.currency,
        "time_zone": show.sheet.time_zone,
        "tariff_hash": show.tariff.hash,
        "locale": str(show.speak.locale),
        "on": show.on.isoformat(),
        "general": list(show.sentences.general),
        "versions": [
            {
                "version": each.edition.label,
                "title": each.title,
                "prices": [_group(group) for group in each.groups],
                "limits": list(each.limits),
            }
            for each in show.sentences.editions
        ],
        "changes": [
            {
                "version": change.label,
                "changed": [
                    {"of": each.heading, "before": list(each.before), "after": list(each.after)}
                    for each in change.changed
                ],
            }
            for change in show.changes
        ],
        "weeks": [_view(view) for view in show.views],
        "price_list": show.price_list(),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "dimension": group.dimension,
        "lines": [
            {"when": row.when, "price": row.price, "element": row.offer and row.offer.element} for row in group.rows
        ],
    }


def _view(view: EditionView) -> dict[str, Any]:
    return {
        "version": view.edition.label,
        "from": view.first.isoformat(),
        "to": view.last.isoformat(),
        "maps": [_map(each) for each in view.maps],
        "clock_changes": [
            {
                "day": each.day.isoformat(),
                "from": _clock(each.start_min),
                "to": _clock(each.end_min),
                "is": "skipped" if each.skipped else "twice",
            }
            for each in view.clock_changes
        ],
        "samples": [_samples(each) for each in view.samples],
    }


def _map(heat_map: HeatMap) -> dict[str, Any]:
    return {
        "dimension": heat_map.dimension,
        "unit": heat_map.unit,
        "season": heat_map.season,
        "audience": heat_map.audience,
        "legend": {each.key: each.text for each in heat_map.shades},
        "days": [_row(row) for row in heat_map.rows],
    }


def _row(row: MapRow) -> dict[str, Any]:
    return {
        "day": row.label,
        "dates": [day.isoformat() for day in row.dates],
        "prices": [
            {
                "from": _clock(each.start_min),
                "to": _clock(each.end_min),
                "key": each.shade.key,
                "price": each.shade.label,
            }
            for each in row.stretches
        ],
    }


def _samples(table: SampleTable) -> dict[str, Any]:
    return {
        "audience": table.audience,
        "day": table.day.isoformat(),
        "sessions": [
            {
                "energy_kwh": str(each.energy_kwh),
                "start": _clock(each.hour * 60),
                "power_kw": str(each.power_kw),
                "total": None if each.total is None else str(each.total),
                "refused": each.fault or None,
            }
            for each in table.samples
        ],
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
