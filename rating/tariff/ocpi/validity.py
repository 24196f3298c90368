"""From when to when each version counts, as OCPI says it: instants in UTC, and an id for each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from rating.ocpi_json import Json
from rating.tariff.clocks import zone_at
from rating.tariff.dates import date_bounds_us
from rating.tariff.model import Tariff
from rating.tariff.ocpi.load import party_of
from rating.tariff.ocpi.saying import Saying
from rating.tariff.ocpi.values import date_time_text
from rating.units import US_PER_MIN

ID_MAX_CHARS = 36
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_id(tariff: Tariff, index: int, saying: Saying) -> Json:
    """The id of a version: the tariff's, and where it has several versions the second is `<id>-v2`."""
    party = party_of(tariff)
    id_ = tariff.id.removeprefix(f"{party}*") if party else tariff.id
    if index:
        id_ = f"{id_}-v{index + 1}"
    if len(id_) > ID_MAX_CHARS:
        saying.cannot(tariff.place, f"an id of {len(id_)} characters, {id_}", f"choose one of at most {ID_MAX_CHARS}")
    return id_


def write_validity(tariff: Tariff, index: int, saying: Saying) -> dict[str, Json]:
    """`start_date_time` and `end_date_time` of a version, which ends where the next one begins."""
    version = tariff.versions[index]
    start = _instant(tariff, version.valid_from, "valid_from", saying)
    ends = [_instant(tariff, version.valid_until, "valid_until", saying)]
    if index + 1 < len(tariff.versions):
        ends.append(_instant(tariff, tariff.versions[index + 1].valid_from, "valid_from", saying))
    end = min((each for each in ends if each is not None), default=None)
    if start is not None and end is not None and end <= start:
        saying.cannot(
            version.place, f"a version that ends before it begins, at {date_time_text(start)}", "leave it out"
        )
    found: dict[str, Json] = {}
    if start is not None:
        found["start_date_time"] = date_time_text(start)
    if end is not None:
        found["end_date_time"] = date_time_text(end)
    if found and saying.version == "2.1.1":
        got = "valid_from" if version.valid_from is not None else "valid_until, or the next version"
        fix = "write OCPI 2.2.1 or later, or a tariff that has one version for all time"
        saying.cannot(version.place, got, fix)
    return found


def _instant(tariff: Tariff, moment: date | int | None, key: str, saying: Saying) -> int | None:
    if moment is None or isinstance(moment, int):
        return moment
    if tariff.time_zone is None:
        fix = "write the instant with its offset, or the tariff's time_zone"
        saying.cannot(tariff.place, f"{key}: {moment}, at midnight of whichever site", fix)
        return None
    return date_begins_us(moment, tariff.time_zone)


@lru_cache(maxsize=1024)
def date_begins_us(day: date, zone_name: str) -> int:
    """The first instant whose local date is the day, or a later one where the zone skipped it.

    >>> date_time_text(date_begins_us(date(2026, 3, 29), "Europe/Amsterdam"))
    '2026-03-28T23:00:00Z'
    """
    zone = zone_at(zone_name)
    # Minute by minute: clocks are only ever set on a whole minute, and a date may begin twice.
    instant_us, last_us = date_bounds_us(day)
    while instant_us < last_us:
        if (_EPOCH + timedelta(microseconds=instant_us)).astimezone(zone).date() >= day:
            return instant_us
        instant_us += US_PER_MIN
    return last_us
