"""What the clock of a site reads at an instant, for messages. Zones come from the `tzdata` package, as everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from rating.tariff.dates import read_zone
from rating.tariff.refusal import RefusalError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def zone_at(name: str) -> ZoneInfo:
    """A zone that `tzdata` has."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def moment_text(moment: date | int, zone_name: str | None = None) -> str:
    """A date, or an instant as the clock of a zone reads it, with its offset; in UTC where there is no such zone.

    >>> moment_text(1_780_264_800_000_000, "Europe/Amsterdam"), moment_text(1_780_264_800_000_000)
    ('2026-06-01T00:00:00+02:00', '2026-05-31T22:00:00Z')
    """
    if not isinstance(moment, int):
        return moment.isoformat()
    instant = _EPOCH + timedelta(microseconds=moment)
    if not clock_text(zone_name):
        return instant.isoformat().replace("+00:00", "Z")
    return instant.astimezone(zone_at(zone_name or "")).isoformat()


def date_start_us(day: date, zone_name: str) -> int:
    """The first instant of a local date, or of a later one where the clock skips it.

    >>> date_start_us(date(2026, 3, 1), "Europe/Berlin") == 1_772_319_600_000_000
    True
    """
    zone = zone_at(zone_name)
    # A midnight that the clock skips lies between the two readings of it; the clock goes forward only, between them.
    ends = [datetime(day.year, day.month, day.day, tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    latest, earliest = ((end - _EPOCH) // timedelta(microseconds=1) for end in ends)
    while earliest < latest:
        middle = (earliest + latest) // 2
        if (_EPOCH + timedelta(microseconds=middle)).astimezone(zone).date() >= day:
            latest = middle
        else:
            earliest = middle + 1
    return latest


def clock_text(zone_name: str | None) -> str:
    """Whose clock it is, to be said behind what it reads; "" where there is no such zone.

    >>> clock_text("Europe/Amsterdam"), clock_text("Europe/Atlantis")
    (', clock of Europe/Amsterdam', '')
    """
    try:
        return f", clock of {read_zone(zone_name)}" if zone_name else ""
    except RefusalError:
        return ""
