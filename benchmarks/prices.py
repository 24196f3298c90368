"""What the peers charge: the prices of `tariffs/ca-tou.yaml`, read through `rating`, so that they cannot drift.

The shape is fixed here, as a peer's query fixes it: two seasons, three prices each, their hours below. A tariff file
that no longer has this shape is refused.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import rating
from benchmarks.data import TARIFF
from benchmarks.shapes import PATH
from rating.compile.components import counts_of
from rating.kernels.arrays import PARKED

if TYPE_CHECKING:
    from rating.tariff.model import DimensionName, Element, Tariff, When

ZONE: Final = "America/Los_Angeles"

SUMMER_FIRST_MONTH: Final = 6
SUMMER_LAST_MONTH: Final = 9
PEAK_HOUR: Final = 16  # weekdays peak, weekends part-peak, until PEAK_END_HOUR
PEAK_END_HOUR: Final = 21
PART_PEAK_HOUR: Final = 15  # weekdays part-peak, until the peak; and from its end to midnight


class Season(NamedTuple):
    """Prices a kWh."""

    peak: float
    part_peak: float
    off_peak: float


class Prices(NamedTuple):
    """All that the bills of J1 depend on, in dollars."""

    summer: Season
    winter: Season
    session: float
    parked_per_min: float

    def per_kwh(self, month: int, weekday: int, hour: int) -> float:
        """The price at a local hour, weekday 0 being Monday: what every peer must find, said once in plain words."""
        season = self.summer if SUMMER_FIRST_MONTH <= month <= SUMMER_LAST_MONTH else self.winter
        if PEAK_HOUR <= hour < PEAK_END_HOUR:
            return season.peak if weekday < 5 else season.part_peak
        return season.part_peak if weekday < 5 and hour >= PART_PEAK_HOUR else season.off_peak


def load_prices() -> Prices:
    """The prices of the tariff file."""
    return from_tariff(rating.load_tariffs(PATH)[TARIFF])


def from_tariff(tariff: Tariff) -> Prices:
    """The tariff's prices in the peers' shape; ValueError where it no longer has that shape."""
    if tariff.time_zone != ZONE or tariff.tax is not None or len(tariff.versions) != 1:
        raise ValueError(f"{PATH}: the peers price one version in {ZONE} without tax")

    def at(dimension: DimensionName, month: int, weekday: int, hour: int) -> float:
        return _price(tariff.versions[0].elements, dimension, month, weekday, hour)

    def season(month: int) -> Season:
        return Season(*(at("energy", month, 0, hour) for hour in (PEAK_HOUR, PART_PEAK_HOUR, 0)))

    prices = Prices(season(SUMMER_FIRST_MONTH), season(1), at("flat", 1, 0, 0), at("parking_time", 1, 0, 0))
    for month, weekday, hour in ((m, d, h) for m in range(1, 13) for d in range(7) for h in range(24)):
        expected = (prices.per_kwh(month, weekday, hour), prices.session, prices.parked_per_min)
        got = tuple(at(dimension, month, weekday, hour) for dimension in ("energy", "flat", "parking_time"))
        if got != expected:
            moment = f"month {month}, weekday {weekday}, {hour}:00"
            raise ValueError(f"{PATH}: {moment} has {got}, the peers price {expected}")
    return prices


_BASE: Final[dict[str, tuple[str, float]]] = {  # the unit the peers count each dimension in, and its factor from `per`
    "energy": ("kWh", 1e6),
    "flat": ("session", 1.0),
    "parking_time": ("min", 60e6),
}


def _price(elements: tuple[Element, ...], dimension: DimensionName, month: int, weekday: int, hour: int) -> float:
    """The price of the first element that prices the dimension at that hour of the week in that month."""
    for element in elements:
        if not _holds(element.when, month, weekday, hour):
            continue
        for component in element.components:
            if component.dimension == dimension:
                plain = (component.grace_us, component.step, component.min_micro, component.max_micro)
                if plain != (0, 0, None, None) or counts_of(component) != PARKED:
                    raise ValueError(f"{PATH}: {element.name}: the peers know no grace, step, limit or part of parking")
                # A decimal of at most six places, divided once: the float nearest to what the author wrote.
                return component.price.amount_micro * _BASE[dimension][1] / (component.price.per * 1e6)
    raise ValueError(f"{PATH}: no price of {dimension} in month {month}, weekday {weekday}, {hour}:00")


def _holds(when: When, month: int, weekday: int, hour: int) -> bool:
    """Whether an element holds for the whole hour; ValueError for restrictions that the peers do not know."""
    if when.holidays is not None:
        raise ValueError(f"{PATH}: the peers know no holidays")
    if when.day_of_week is not None and weekday not in when.day_of_week:
        return False
    if not _in_season(when, month):
        return False
    start = 0 if when.start_min is None else when.start_min
    end = 1440 if when.end_min is None else when.end_min
    if start % 60 or end % 60:
        raise ValueError(f"{PATH}: the peers price whole hours")
    return start <= hour * 60 < end if start < end else (hour * 60 >= start or hour * 60 < end)


def _in_season(when: When, month: int) -> bool:
    if when.months is not None and month not in when.months:
        return False
    if when.start_date is None and when.end_date is None:
        return True
    for day in (when.start_date, when.end_date):
        if day is not None and day.day != 1:
            raise ValueError(f"{PATH}: the peers' seasons begin with a month")
    middle = date(2025, month, 15)
    return (when.start_date is None or middle >= when.start_date) and (when.end_date is None or middle < when.end_date)
