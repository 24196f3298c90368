"""J1 by a quarter-hour index: the same sessions and intervals, with a market price for the energy of each quarter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

import rating
from benchmarks.data import SEED, SLOT_US, SLOTS, TARIFF, YEAR_FIRST_US
from benchmarks.prices import PATH
from rating.tariff.load import parse_tariff
from rating.tariff.model import Component, Element, Tariff, Tariffs

_ENERGY: Final = """
tariff: spot
currency: USD
versions:
  - elements:
      - energy: {index: ca-day-ahead, factor: 1.05, add: 0.12/kWh, floor: -0.05, ceiling: 0.90}
"""


def spot_tariffs() -> Tariffs:
    """The tariff of J1 with its prices of energy by an index of the year, and all its other prices as they are."""
    by_index = parse_tariff(_ENERGY, indexes={"ca-day-ahead": _index()}).versions[0].elements[0].components[0]
    tariff = rating.load_tariffs(PATH)[TARIFF]
    return Tariffs((_with_energy(tariff, by_index),))


def _with_energy(tariff: Tariff, energy: Component) -> Tariff:
    """Windows of energy alone would be for nothing: the index has the prices of all hours."""

    def others(element: Element) -> tuple[Component, ...]:
        return tuple(part for part in element.components if part.dimension != "energy")

    (version,) = tariff.versions
    kept = [replace(each, components=others(each)) for each in version.elements if others(each)]
    first = Element("by the market", (energy,))
    return replace(tariff, versions=(replace(version, elements=(first, *kept)),))


def _index() -> Any:
    """Prices in cents of a MWh, some below zero, for every quarter of an hour of 2025 and a day around it."""
    count = SLOTS + 2 * 96
    start_us = YEAR_FIRST_US - 96 * SLOT_US + np.arange(count, dtype=np.int64) * SLOT_US
    cents = np.random.Generator(np.random.PCG64(SEED + 2)).integers(-3_000, 22_000, count)
    prices = pa.array(cents).cast(pa.decimal128(21, 0)).cast(pa.decimal128(23, 2))
    hundredth = pa.scalar("0.01").cast(pa.decimal128(3, 2))
    import pyarrow.compute as pc

    return pa.table(
        {"start": pa.array(start_us).view(pa.timestamp("us", "UTC")), "price_per_mwh": pc.multiply(prices, hundredth)}
    )
