"""A month of a charging network, drawn from a seed: the same bytes on each run.

Comes in: tariffs, a month, a number of intervals. Goes out: the tables `sessions` and `intervals`, in the order of
time. All draws are of whole numbers, and no clock is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.compile.epochs import version_start_us
from rating.compile.zones import offsets
from rating.tariff.model import Tariff, Tariffs
from rating.units import US_PER_DAY, US_PER_S

Int64 = NDArray[np.int64]

SLOT_S: Final = 15 * 60
_SITES: Final = 3  # of each tariff
_ZONES: Final = ("Europe/Lisbon", "Europe/Berlin", "Europe/Helsinki")  # where a tariff without a zone has its sites
_EVSES: Final = 8  # at each site
_ACCOUNTS: Final = 4_000
_AD_HOC: Final = 2_000  # of the draws of an account; these drivers pay without one

# How many of 100 sessions start in each hour: slow ones in the morning and the evening, fast ones by day.
_SLOW_HOURS: Final = (1, 1, 0, 0, 1, 2, 4, 9, 11, 7, 4, 3, 4, 4, 3, 4, 6, 9, 10, 7, 4, 3, 2, 1)
_FAST_HOURS: Final = (1, 1, 0, 0, 1, 1, 3, 5, 6, 6, 6, 7, 7, 6, 6, 7, 9, 9, 7, 5, 3, 2, 1, 1)
_SLOW_W: Final = (3_700, 7_400, 7_400, 11_000, 11_000, 22_000)  # what cars take
_FAST_W: Final = (50_000, 75_000, 110_000, 150_000)
_FAST_WORDS: Final = ("dc", "fast", "quick", "highway")


class Site(NamedTuple):
    """One place with chargers, all of one tariff."""

    name: str
    tariff: str
    time_zone: str
    fast: bool
    midnight_s: int  # where the month begins on the site's clock, in seconds since 1970 UTC


@dataclass
class Month:
    """What a charging network delivered: n sessions and m intervals, column by column, in microseconds UTC."""

    sites: tuple[Site, ...]
    tariffs: list[str]
    zones: list[str]
    session_id: Int64  # (n,) ascending
    tariff: Int64  # (n,) index into tariffs
    start_us: Int64  # (n,)
    end_us: Int64  # (n,)
    site: Int64  # (n,) index into sites
    evse: Int64  # (n,) numbered through all sites
    account: Int64  # (n,) -1: none
    zone: Int64  # (n,) index into zones, -1: none
    first: Int64  # (n + 1,) the first interval of each session
    owner: Int64  # (m,) the session_id of each interval
    from_us: Int64  # (m,)
    to_us: Int64  # (m,)
    energy_wh: Int64  # (m,)

    def sessions_table(self) -> Any:
        """The table `sessions` as `rating.rate` takes it; site, evse and account travel along to the bills."""
        evses = [f"{site.name}*{k + 1}" for site in self.sites for k in range(_EVSES)]
        return pa.table(
            {
                "session_id": self.session_id,
                "tariff": _coded(self.tariff, self.tariffs),
                "start": _instants(self.start_us),
                "end": _instants(self.end_us),
                "time_zone": _coded(self.zone, self.zones),
                "site": _coded(self.site, [site.name for site in self.sites]),
                "evse": _coded(self.evse, evses),
                "account": _coded(self.account, [f"RFID-{k:04}" for k in range(_ACCOUNTS)]),
            }
        )

    def intervals_table(self) -> Any:
        """The table `intervals` as `rating.rate` takes it."""
        return pa.table(
            {
                "session_id": self.owner,
                "start": _instants(self.from_us),
                "end": _instants(self.to_us),
                "energy_wh": self.energy_wh,
            }
        )


class _Draw(NamedTuple):
    """n sessions; instants in whole seconds since 1970 UTC."""

    site: Int64  # (n,) index of the site
    start: Int64  # (n,)
    charged: Int64  # (n,) when the car had enough
    end: Int64  # (n,)
    power_w: Int64  # (n,)

    @property
    def counts(self) -> Int64:
        """(n,) how many intervals: the meter reads at every quarter of an hour, at the start and at the end."""
        counts: Int64 = -(-self.end // SLOT_S) - self.start // SLOT_S
        return counts


def network(tariffs: Tariffs, month: date) -> tuple[Site, ...]:
    """Sites for every tariff that is in force from the first of the month on, by the clock of the site."""
    return tuple(site for tariff in tariffs.values() for site in _sites(tariff, month))


def draw_month(rng: np.random.Generator, sites: tuple[Site, ...], month: date, n_intervals: int) -> Month:
    """Draw at least `n_intervals` intervals of 15 minutes, of sessions that start in `month`."""
    draw = _enough(rng, sites, _days(month), n_intervals)
    order = np.argsort(draw.start, kind="stable")
    draw = _Draw(*(column[order] for column in draw))
    n = len(draw.site)
    first = np.zeros(n + 1, np.int64)
    np.cumsum(draw.counts, out=first[1:])
    session_id = np.arange(n, dtype=np.int64) + 1_000_001
    owner, from_us, to_us, energy_wh = _intervals(rng, draw, session_id, first)

    tariffs = list(dict.fromkeys(site.tariff for site in sites))
    zones = list(dict.fromkeys(site.time_zone for site in sites))
    account = rng.integers(-_AD_HOC, _ACCOUNTS, n)
    return Month(
        sites=sites,
        tariffs=tariffs,
        zones=zones,
        session_id=session_id,
        tariff=np.array([tariffs.index(site.tariff) for site in sites])[draw.site],
        start_us=draw.start * US_PER_S,
        end_us=draw.end * US_PER_S,
        site=draw.site,
        evse=draw.site * _EVSES + rng.integers(0, _EVSES, n),
        account=np.maximum(account, -1),
        zone=np.array([zones.index(site.time_zone) for site in sites])[draw.site],
        first=first,
        owner=owner,
        from_us=from_us,
        to_us=to_us,
        energy_wh=energy_wh,
    )


def _sites(tariff: Tariff, month: date) -> list[Site]:
    words = f"{tariff.id} {tariff.name}".lower()
    fast = any(word in words for word in _FAST_WORDS)
    utc_us = int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) * US_PER_S
    sites = []
    for i in range(_SITES):
        zone = tariff.time_zone or _ZONES[i % len(_ZONES)]
        midnight_us = utc_us - int(offsets(zone, utc_us, utc_us + US_PER_DAY)[1][0])
        if version_start_us(tariff.versions[0], zone) <= midnight_us:
            sites.append(Site(f"{tariff.id}-{i + 1}", tariff.id, zone, fast, midnight_us // US_PER_S))
    return sites


def _days(month: date) -> int:
    return ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - month.replace(day=1)).days


def _enough(rng: np.random.Generator, sites: tuple[Site, ...], days: int, n_intervals: int) -> _Draw:
    """As many sessions, in no order, as have `n_intervals` intervals or just more."""
    n = n_intervals // 10 + 100
    while True:
        draw = _draw(rng, sites, days, n)
        total = np.cumsum(draw.counts)
        if total[-1] >= n_intervals:
            kept = int(np.searchsorted(total, n_intervals)) + 1
            return _Draw(*(column[:kept] for column in draw))
        n *= 2


def _draw(rng: np.random.Generator, sites: tuple[Site, ...], days: int, n: int) -> _Draw:
    site = rng.integers(0, len(sites), n)
    fast = np.array([each.fast for each in sites])[site]
    midnight = np.array([each.midnight_s for each in sites], np.int64)[site]

    hour = np.where(fast, _hours(rng, _FAST_HOURS, n), _hours(rng, _SLOW_HOURS, n))
    start = midnight + (rng.integers(0, days, n) * 24 + hour) * 3_600 + rng.integers(0, 3_600, n)
    power_w = np.where(fast, rng.choice(_FAST_W, n), rng.choice(_SLOW_W, n))
    charged = start + rng.integers(8_000, 56_000, n) * 3_600 // power_w
    # Half of the drivers come back late: by up to nine hours where charging is slow, by up to one where it is fast.
    late = rng.integers(0, np.where(fast, 3_600, 9 * 3_600)) * rng.integers(0, 2, n)
    return _Draw(site, start, charged, charged + late + rng.integers(30, 300, n), power_w)


def _hours(rng: np.random.Generator, weights: tuple[int, ...], n: int) -> Int64:
    """(n,) hours of the day, each as often as its weight says."""
    return np.repeat(np.arange(24), weights)[rng.integers(0, sum(weights), n)]


def _intervals(
    rng: np.random.Generator, draw: _Draw, session_id: Int64, first: Int64
) -> tuple[Int64, Int64, Int64, Int64]:
    """The m intervals of the sessions: whose, from and to in us UTC, and energy_wh."""
    m = int(first[-1])
    session = np.repeat(np.arange(len(session_id)), draw.counts)
    slot = draw.start[session] // SLOT_S + np.arange(m) - first[session]
    start = np.maximum(slot * SLOT_S, draw.start[session])
    end = np.minimum((slot + 1) * SLOT_S, draw.end[session])
    charging_s = np.clip(draw.charged[session] - start, 0, end - start)
    permille = rng.integers(750, 1_001, m)  # of its power that the car takes
    energy_wh = draw.power_w[session] * charging_s * permille // (3_600 * 1_000)
    return session_id[session], start * US_PER_S, end * US_PER_S, energy_wh


def _coded(codes: Int64, names: list[str]) -> Any:
    """A text column over (n,) codes into `names`; -1 is null."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(names))


def _instants(us: Int64) -> Any:
    return pa.array(us).view(pa.timestamp("us", "UTC"))
