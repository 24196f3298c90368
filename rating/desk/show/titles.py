"""Titles and short sentences that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from rating.desk.show.changes import Change
from rating.desk.show.clocks import ClockChange
from rating.desk.show.language import N_, Speaker
from rating.desk.show.maps import HeatMap
from rating.desk.show.samples import Sample, SampleTable
from rating.desk.show.weeks import DAY_MIN

if TYPE_CHECKING:
    from rating.desk.show.present import EditionView, Show


def map_title(heat_map: HeatMap) -> str:
    """What a map shows, when and for whom."""
    parts = [f"{heat_map.title}, {heat_map.unit}", heat_map.season, heat_map.audience]
    return " · ".join(part for part in parts if part)


def map_label(heat_map: HeatMap, view: EditionView, show: Show) -> str:
    """The title of a map on its own, of which a page has no second one."""
    return " · ".join(part for part in (map_title(heat_map), _version(view, show)) if part)


def week_title(view: EditionView, show: Show) -> str:
    """Above the maps of a version: of which days they are."""
    speak = show.speak
    days = speak.t("from {first} to {last}", first=speak.long_date(view.first), last=speak.long_date(view.last))
    return " · ".join(part for part in (speak.t("The week"), days, _version(view, show)) if part)


def sample_title(table: SampleTable, view: EditionView, show: Show) -> str:
    """What the samples are."""
    speak = show.speak
    day = speak.full_date(table.day)
    whole = N_("What a session costs on {day}, {currency}, tax included")
    if show.sheet.tax_included is None:
        whole = N_("What a session costs on {day}, {currency}")
    title = speak.t(whole, day=day, currency=speak.currency)
    zone = "" if show.sheet.time_zone else table.zone  # of a tariff for sites in any zone, one had to be taken
    return " · ".join(part for part in (title, zone, table.audience) if part)


def clock_title(view: EditionView, show: Show) -> str:
    """Above the list of clock changes."""
    return show.speak.t("Clocks are set")


def clock_text(change: ClockChange, speak: Speaker) -> str:
    """What a clock change means for prices."""
    parts = {
        "day": speak.full_date(change.day),
        "start": speak.clock(change.start_min),
        "end": speak.clock(change.end_min % DAY_MIN),
    }
    if change.skipped:
        return speak.t("{day}: {start} to {end} is skipped, and nothing is priced in it.", **parts)
    return speak.t("{day}: {start} to {end} comes twice, each time at the price of that clock time.", **parts)


def change_texts(change: Change, speak: Speaker) -> Iterator[str]:
    """What goes (-) and what comes (+), as people who compare files read it."""
    if not change.changed:
        yield "  " + speak.t("No price changes.")
    for each in change.changed:
        yield f"  {each.heading}"
        yield from (f"    - {text}" for text in each.before if text not in each.after)
        yield from (f"    + {text}" for text in each.after if text not in each.before)


def cost_text(sample: Sample, speak: Speaker) -> str:
    """A total without its currency, or a dash where the session is refused."""
    return "–" if sample.total is None else speak.bare(Fraction(sample.total))


def _version(view: EditionView, show: Show) -> str:
    """Which version, where there are several to tell apart."""
    if len(show.sheet.editions) == 1:
        return ""
    return show.speak.t("version {label}", label=view.edition.label)
