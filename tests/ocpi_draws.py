"""What Hypothesis draws of OCPI: tariffs that a version can say, as its reader makes them, and spellings of numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from strategies_pick import Pick, hypothesis_pick

from rating.ocpi_json import Json
from rating.tariff.model import (
    Component,
    DimensionName,
    Element,
    Price,
    PriceLimit,
    Rounding,
    Tariff,
    Tax,
    Version,
    When,
)
from rating.tariff.ocpi.fields import VERSIONS, OcpiVersion
from rating.tariff.ocpi.taxes import own_rates, rates_of, tax_of
from rating.tariff.ocpi.values import date_time_text
from rating.units import MWH_PER_WH, US_PER_DAY, US_PER_S

UNITS: dict[DimensionName, tuple[str, int]] = {
    "energy": ("kWh", MWH_PER_WH),
    "time": ("h", US_PER_S),
    "parking_time": ("h", US_PER_S),
    "flat": ("session", 0),
}
NEW_YEAR = date(2026, 1, 1)
NEW_YEAR_US = 1_767_225_600 * US_PER_S
CURRENCIES = [("EUR", 10_000), ("EUR", 10_000), ("JPY", 1_000_000), ("KWD", 1_000)]


@st.composite
def ocpi_tariffs(draw: st.DrawFn, versions: Sequence[OcpiVersion] = VERSIONS) -> tuple[Tariff, OcpiVersion]:
    """A tariff and the version of OCPI that can say it."""
    pick = hypothesis_pick(draw)
    version = pick.of(versions)
    return tariff(pick, version), version


def tariff(pick: Pick, version: OcpiVersion) -> Tariff:
    bare = [element(pick, version, index) for index in range(pick.of([1, 1, 2, 3]))]
    included = pick.of(["YES", "NO", "N/A"]) if version == "2.3.0" else None if version == "2.2.1" else "NO"
    vats: list[int | None] = [None]
    if version != "2.1.1" and included != "N/A":
        vats = pick.of([[None], [210_000], [0, 70_000, 88_750], [None, 210_000]])
    parts = [(row, part.dimension) for row, each in enumerate(bare) for part in each.components]
    rates = {part: rates_of(pick.of(vats), version) for part in parts}
    tax = tax_of(included, list(rates.values()))
    elements = tuple(
        replace(
            each,
            components=tuple(
                replace(part, rates=own_rates(rates[row, part.dimension], tax)) for part in each.components
            ),
        )
        for row, each in enumerate(bare)
    )
    currency, minor = pick.of(CURRENCIES)
    found = whole(pick, version, elements, tax)
    return Tariff(f"T-{pick.below(100)}", currency, minor, (found,), Rounding("half_up", minor), tax=tax)


def whole(pick: Pick, version: OcpiVersion, elements: tuple[Element, ...], tax: Tax | None) -> Version:
    """The one version that an OCPI tariff is."""
    if version == "2.1.1":
        return Version("always", None, elements)
    start = NEW_YEAR_US + pick.below(10**6) * US_PER_S // 4 if pick.one_in(2) else None
    end = (start or NEW_YEAR_US) + pick.between(1, 400) * US_PER_DAY if pick.one_in(3) else None
    least = PriceLimit(micro(pick), micro(pick) if pick.one_in(2) else None) if pick.one_in(3) else None
    most = PriceLimit(10**9 + micro(pick), 10**9 + micro(pick) if pick.one_in(2) else None) if pick.one_in(3) else None
    label = "always" if start is None else date_time_text(start)
    return Version(label, start, elements, least, most, end)


def element(pick: Pick, version: OcpiVersion, index: int) -> Element:
    holds = When() if pick.one_in(3) else when(pick, version)
    chosen = pick.between(1, 3 if holds.reservation else 15)
    names: list[DimensionName] = ["time", "flat"] if holds.reservation else list(UNITS)
    parts = [component(pick, name) for bit, name in enumerate(names) if chosen >> bit & 1]
    return Element(f"element {index + 1}", tuple(parts), holds)


def component(pick: Pick, dimension: DimensionName) -> Component:
    unit, step = UNITS[dimension]
    return Component(dimension, Price(micro(pick), unit), step=step * pick.of([0, 1, 1, 60, 300, 51, 1000]))


def micro(pick: Pick) -> int:
    """A price or an amount: a common one, whole cents, or any with six decimals."""
    return pick.of([0, 390_000, 12_000_000, pick.below(1000) * 10_000, pick.below(10**9)])


def when(pick: Pick, version: OcpiVersion) -> When:
    later = version != "2.1.1"
    start = pick.below(1440) if pick.one_in(2) else None
    end = None
    if start is not None:
        end = 1440 if start and pick.one_in(3) else (start + pick.between(1, 1439)) % 1440 or 1440
    day = NEW_YEAR + timedelta(days=pick.below(1000)) if pick.one_in(3) else None
    low_kwh, top_kwh = bounds(pick, 10**9)
    low_us, top_us = bounds(pick, 10**6)
    low_kw, top_kw = bounds(pick, 10**9)
    low_ma, top_ma = bounds(pick, 10**6) if later else (None, None)
    found = When(
        day_of_week=pick.some(range(7), 1, 7) if pick.one_in(3) else None,
        start_min=start,
        end_min=end,
        start_date=day,
        end_date=day + timedelta(days=pick.between(1, 99)) if day and pick.one_in(2) else None,
        min_energy_mwh=low_kwh,
        max_energy_mwh=top_kwh,
        min_duration_us=None if low_us is None else low_us * US_PER_S,
        max_duration_us=None if top_us is None else top_us * US_PER_S,
        min_power_mw=low_kw,
        max_power_mw=top_kw,
        min_current_ma=low_ma,
        max_current_ma=top_ma,
    )
    if not later or not pick.one_in(4):
        return found
    # Nothing flows while a place is reserved.
    return When(
        day_of_week=found.day_of_week,
        start_min=start,
        end_min=end,
        min_duration_us=found.min_duration_us,
        max_duration_us=found.max_duration_us,
        reservation=pick.of(["reservation", "reservation_expires"]),
    )


def bounds(pick: Pick, most: int) -> tuple[int | None, int | None]:
    """A minimum and a maximum above it, each there or not."""
    low = pick.below(most) if pick.one_in(4) else None
    top = (low or 0) + pick.between(1, most) if pick.one_in(4) else None
    return low, top


def spelt(value: Json, pick: Pick) -> str:
    """JSON text in which each number is spelt in one of the ways that JSON has, keys in any order, with any blanks."""
    if isinstance(value, dict):
        keys = sorted(value) if pick.one_in(2) else list(value)
        return "{" + ",".join(f"{json.dumps(key)}:{spelt(value[key], pick)}" for key in keys) + " }"
    if isinstance(value, list):
        return "[ " + ",\n".join(spelt(item, pick) for item in value) + "]"
    if not isinstance(value, Decimal):
        return json.dumps(value)
    shift = pick.between(-4, 4)
    moved = value.scaleb(-shift)
    sign = "+" if shift >= 0 and pick.one_in(2) else ""
    zeros = "0" * pick.below(4)
    plain = f"{moved:f}"
    digits = plain + zeros if "." in plain else f"{plain}.{zeros}0" if pick.one_in(2) else plain
    return f"{digits}{pick.of('eE')}{sign}{shift}" if shift or pick.one_in(3) else digits
