"""The price list for drivers: what an app or a display shows, with tax, in the order of the law.

EU 2023/1804, Article 5: below 50 kW the components in the order price per kWh, per minute, per session, any other; at
50 kW and above the price per kWh, then the occupancy fee per minute.
"""

from __future__ import annotations

from collections.abc import Iterator

from rating.compile.traits import Traits
from rating.desk.show.language import Speaker
from rating.desk.show.prices import Prices
from rating.desk.show.sentences import EditionText, edition_text
from rating.desk.show.sheet import Edition, Sheet


def driver_text(sheet: Sheet, edition: Edition, speak: Speaker, told: Traits) -> str:
    """The price list of one version. `told` is what is known of charger and driver: its conditions are left out."""
    text = edition_text(edition, sheet, Prices(speak, sheet, for_drivers=True), told)
    return "\n".join(_lines(sheet, text, speak)) + "\n"


def _lines(sheet: Sheet, text: EditionText, speak: Speaker) -> Iterator[str]:
    yield sheet.name or sheet.id
    if not text.groups:
        yield speak.t("Charging is free of charge.")
        return
    for group in text.groups:
        if len(group.rows) == 1 and not group.rows[0].when:
            yield speak.labelled(group.heading, group.rows[0].price)
            continue
        yield speak.labelled(group.heading)
        yield from (f"- {row.text}" for row in group.rows)
    yield from text.limits
    yield from _taxes(sheet, text, speak)


def _taxes(sheet: Sheet, text: EditionText, speak: Speaker) -> Iterator[str]:
    if sheet.tax_included is None:
        return
    rates = [row.offer.rates for group in text.groups for row in group.rows if row.offer is not None]
    if any(each.each is None for each in rates) and not sheet.tax_included:
        yield speak.t("Tax is added to the prices that say so.")
        return
    named = dict.fromkeys(tax for each in rates for tax in each.each or ())
    names = [f"{tax.name} {speak.percent(tax.rate_ppm)}" for tax in named]
    if names:
        yield speak.t("All prices include tax ({taxes}).", taxes=speak.listed(names))
    elif any(each.each is None for each in rates):
        yield speak.t("All prices include tax.")
