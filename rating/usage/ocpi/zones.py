"""The zone of a site: as told, as the CDR says, or that of its country, where the whole country has one clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

# Between these a country's zones must agree to count as one. Behind them the rules of tzdata only repeat.
_FROM: Final = datetime(2000, 1, 1, tzinfo=UTC)
_UNTIL: Final = datetime(2040, 1, 1, tzinfo=UTC)
_SCAN: Final = timedelta(hours=12)  # no zone was on another clock for less than a day
_CLOSE: Final = timedelta(seconds=1)


class Site(NamedTuple):
    """The zone of a site; or None, and why it is not known."""

    zone: str | None
    why: str = ""


def site_zone(told: str | None, said: str | None, country: str | None) -> Site:
    """The zone of a site: `told` by the caller, else `said` by the CDR, else of its `country`.

    >>> site_zone(None, None, "NLD").zone, site_zone("UTC", None, "NLD").zone
    ('Europe/Amsterdam', 'UTC')
    >>> site_zone(None, None, "USA").why
    'USA has several time zones'
    """
    name = told or said
    if name is None:
        return _of_country(country)
    return Site(name) if name in zone_names() else Site(None, f"{name[:40]} is no time zone")


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """All zones that the tzdata package knows."""
    return frozenset(_table("zones"))


@lru_cache(maxsize=512)
def _of_country(country: str | None) -> Site:
    if country is None:
        return Site(None, "the CDR says neither time zone nor country")
    code = _alpha2(country.strip().upper())
    names = [] if code is None else _zones_by_country().get(code, [])
    if not names:
        return Site(None, f"{country[:40]} is no country whose time zone is known")
    if any(_clock(name) != _clock(names[0]) for name in names[1:]):
        return Site(None, f"{country} has several time zones")
    return Site(names[0])


def _alpha2(code: str) -> str | None:
    from iso3166 import countries_by_alpha2, countries_by_alpha3  # 10 ms, so only where it is needed

    found = countries_by_alpha3.get(code) or countries_by_alpha2.get(code)
    return None if found is None else str(found.alpha2)


@lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, list[str]]:
    """The zones of each country; the one where most people live comes first."""
    found: dict[str, list[str]] = {}
    for line in _table("zoneinfo", "zone.tab"):
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return found


def _table(*path: str) -> list[str]:
    return resources.files("tzdata").joinpath(*path).read_text(encoding="utf-8").splitlines()


@lru_cache(maxsize=64)
def _clock(name: str) -> tuple[tuple[datetime, timedelta | None], ...]:
    """How the zone's clock is set, and each instant at which it is set anew."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        zone = ZoneInfo.from_file(file)
    days = (_UNTIL - _FROM) // _SCAN
    scan = [_FROM + _SCAN * day for day in range(days + 1)]
    offsets = [moment.astimezone(zone).utcoffset() for moment in scan]
    found = [(_FROM, offsets[0])]
    for (before, old), (after, new) in pairwise(zip(scan, offsets, strict=True)):
        if old != new:
            found.append((_change(before, after, old, zone), new))
    return tuple(found)


def _change(before: datetime, after: datetime, old: timedelta | None, zone: ZoneInfo) -> datetime:
    """The first second at which the offset is no longer the old one."""
    while after - before > _CLOSE:
        middle = before + (after - before) // _CLOSE // 2 * _CLOSE
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
