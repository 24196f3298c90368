"""The page of `rating show`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from rating._version import __version__
from rating.desk.pages.colours import as_hex, shade, text_on
from rating.desk.pages.html import render
from rating.desk.pages.shapes import svg
from rating.desk.show.drawing import TALL, WIDE, draw
from rating.desk.show.maps import HeatMap
from rating.desk.show.samples import ENERGIES_KWH, HOURS, POWERS_KW, SampleTable
from rating.desk.show.titles import clock_text, cost_text, map_label, map_title, sample_title, week_title
from rating.units import MWH_PER_KWH

if TYPE_CHECKING:
    from rating.desk.show.present import EditionView, Show


def as_html(show: Show) -> str:
    """The page, in the language of the show."""
    kind = show.speak.t("Tariff")
    return render(
        "show/show.html.j2",
        lang=show.speak.lang,
        kind=f"{kind} {show.sheet.id}",
        title=show.sheet.name or show.sheet.id,
        t=show.speak.t,
        show=show,
        views=[_view(show, view) for view in show.views],
        foot=f"rating {__version__} · {show.tariff.hash}",
    )


def _view(show: Show, view: EditionView) -> dict[str, Any]:
    return {
        "label": view.edition.label,
        "title": week_title(view, show),
        "maps": [_map(show, view, each) for each in view.maps],
        "left_out": view.audiences_left_out,
        "samples": [_samples(show, view, each) for each in view.samples],
        "clocks": [clock_text(each, show.speak) for each in view.clock_changes],
    }


def _map(show: Show, view: EditionView, heat_map: HeatMap) -> dict[str, Any]:
    label = map_label(heat_map, view, show)
    return {
        "title": map_title(heat_map),
        "label": label,
        "pictures": [
            Markup(svg(draw(heat_map, label, show.speak, layout), css))  # shapes escape their texts
            for layout, css in ((WIDE, "wide"), (TALL, "tall"))
        ],
        "legend": list(_legend(heat_map)),
        "rows": [
            {
                "label": row.label,
                "dates": ", ".join(map(show.speak.long_date, row.dates)) if row.dates else "",
                "stretches": [
                    {
                        "hours": show.speak.t(
                            "{start} to {end}",
                            start=show.speak.clock(each.start_min),
                            end=show.speak.clock(each.end_min),
                        ),
                        "label": each.shade.label,
                    }
                    for each in row.stretches
                ],
                "note": clock_text(row.change, show.speak) if row.change else "",
            }
            for row in heat_map.rows
        ],
        "holidays": [
            (row.label, ", ".join(map(show.speak.long_date, row.dates)))
            for row in heat_map.rows
            if row.dates and row.change is None
        ],
    }


def _legend(heat_map: HeatMap) -> Iterator[dict[str, str]]:
    for each in heat_map.shades:
        fill = shade(each.level)
        style = f"background:{as_hex(fill)};color:{as_hex(text_on(fill))}"
        yield {"key": each.key, "text": each.text, "style": style}


def _samples(show: Show, view: EditionView, table: SampleTable) -> dict[str, Any]:
    speak = show.speak
    costs = {(each.energy_kwh, each.hour, each.power_kw): cost_text(each, speak) for each in table.samples}
    powers = [power for power in POWERS_KW if any(key[2] == power for key in costs)]
    return {
        "title": sample_title(table, view, show),
        "hours": [speak.clock(hour * 60) for hour in HOURS],
        "powers": [speak.power(power * MWH_PER_KWH) for power in powers],
        "rows": [
            {
                "energy": speak.energy(energy * MWH_PER_KWH),
                "costs": [costs[energy, hour, power] for hour in HOURS for power in powers],
            }
            for energy in ENERGIES_KWH
            if powers
        ],
        "faults": list(dict.fromkeys(each.fault for each in table.samples if each.fault)),
    }
