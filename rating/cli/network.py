"""The charging network of the demo: for each tariff some sites, with chargers of the kind that its prices are for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from rating.compile.epochs import version_end_us, version_start_us
from rating.compile.zones import offsets
from rating.kernels.arrays import NEVER
from rating.tariff.model import Tariff, Tariffs, When
from rating.units import US_PER_DAY, US_PER_S

_SITES: Final = 3  # of each tariff
_ZONES: Final = ("Europe/Lisbon", "Europe/Berlin", "Europe/Helsinki")  # where a tariff without a zone has its sites
_FAST_WORDS: Final = ("dc", "fast", "quick", "highway")


class Charger(NamedTuple):
    """One charger: what it is built for, and its connector."""

    power_kw: int
    connector: str

    @property
    def fast(self) -> bool:
        """Whether people wait while it charges."""
        return self.power_kw >= 50


# Eight at each site.
EVSES: Final = 8
_SLOW: Final = (*[Charger(11, "Type 2")] * 5, *[Charger(22, "Type 2")] * 3)
_FAST: Final = (Charger(50, "CHAdeMO"), *[Charger(50, "CCS")] * 3, *[Charger(150, "CCS")] * 4)
_BOTH: Final = (
    *[Charger(22, "Type 2")] * 2,
    *[Charger(50, "CCS")] * 2,
    *[Charger(150, "CCS")] * 2,
    *[Charger(300, "CCS")] * 2,
)
assert len(_SLOW) == len(_FAST) == len(_BOTH) == EVSES


class Site(NamedTuple):
    """One place with chargers, all of one tariff."""

    name: str
    tariff: str
    time_zone: str
    midnight_s: int  # where the month begins on the site's clock, in seconds since 1970 UTC
    chargers: tuple[Charger, ...]  # EVSES of them
    reservable: bool


def network(tariffs: Tariffs, month: date) -> tuple[Site, ...]:
    """Sites for every tariff that prices all sessions of the month, by the clock of the site."""
    return tuple(site for tariff in tariffs.values() for site in _sites(tariff, month))


def days_of(month: date) -> int:
    """How many days the month has."""
    return ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - month.replace(day=1)).days


def asks_for_power(tariff: Tariff) -> bool:
    """Whether prices depend on what a charger is built for."""
    return any(when.min_evse_power_mw is not None or when.max_evse_power_mw is not None for when in _whens(tariff))


def asks_for_reservations(tariff: Tariff) -> bool:
    """Whether the tariff prices reservations."""
    return any(when.reservation is not None for when in _whens(tariff))


def memberships(tariffs: Tariffs) -> list[str]:
    """Every membership that a tariff names."""
    whens = [when for tariff in tariffs.values() for when in _whens(tariff)]
    return sorted({name for when in whens for name in when.membership or ()})


def _sites(tariff: Tariff, month: date) -> list[Site]:
    utc_us = int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) * US_PER_S
    sites = []
    for i in range(_SITES):
        zone = tariff.time_zone or _ZONES[i % len(_ZONES)]
        midnight_us = utc_us - int(offsets(zone, utc_us, utc_us + US_PER_DAY)[1][0])
        if _is_in_force(tariff, zone, midnight_us, midnight_us + days_of(month) * US_PER_DAY):
            name, reservable = f"{tariff.id}-{i + 1}", asks_for_reservations(tariff)
            sites.append(Site(name, tariff.id, zone, midnight_us // US_PER_S, _chargers(tariff), reservable))
    return sites


def _chargers(tariff: Tariff) -> tuple[Charger, ...]:
    """Of every kind where prices tell them apart, else those that the tariff's words speak of."""
    if asks_for_power(tariff):
        return _BOTH
    elements = [element.name for version in tariff.versions for element in version.elements]
    words = " ".join([tariff.id, tariff.name, *elements]).lower()
    return _FAST if any(word in words for word in _FAST_WORDS) else _SLOW


def _is_in_force(tariff: Tariff, zone: str, from_us: int, to_us: int) -> bool:
    """Whether a version prices each session that starts from `from_us` up to `to_us`."""
    starts = [version_start_us(version, zone) for version in tariff.versions]
    ends = [version_end_us(version, zone) for version in tariff.versions]
    if starts[0] > from_us:
        return False
    # A version that has ended leaves a gap up to the next one.
    gaps = zip(ends, [*starts[1:], NEVER], strict=True)
    return not any(end < next_ and end < to_us and next_ > from_us for end, next_ in gaps)


def _whens(tariff: Tariff) -> list[When]:
    return [element.when for version in tariff.versions for element in version.elements]
