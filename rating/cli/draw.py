"""A month of a charging network, drawn from a seed: the same bytes on each run.

Comes in: sites, a month, a number of intervals. Goes out: the `Month`, in the order of time. All draws are of whole
numbers, and no clock is read.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np

from rating.cli.month import ACCOUNTS, NONE, Int64, Month
from rating.cli.network import EVSES, Site, days_of
from rating.units import US_PER_S

SLOT_S: Final = 15 * 60
_AD_HOC: Final = 2_000  # of the draws of an account; these drivers have none, and pay by card
_MEMBER_IN: Final = 8  # each membership has one of so many accounts

_RESERVED_PERCENT: Final = 40  # of the sessions where one can reserve
_EXPIRED_PERCENT: Final = 8  # of the reservations
_HELD_S: Final = 15 * 60  # so long a charger waits for whom it is reserved

# How many of 100 sessions start in each hour: slow ones in the morning and the evening, fast ones by day.
_SLOW_HOURS: Final = (1, 1, 0, 0, 1, 2, 4, 9, 11, 7, 4, 3, 4, 4, 3, 4, 6, 9, 10, 7, 4, 3, 2, 1)
_FAST_HOURS: Final = (1, 1, 0, 0, 1, 1, 3, 5, 6, 6, 6, 7, 7, 6, 6, 7, 9, 9, 7, 5, 3, 2, 1, 1)
_SLOW_W: Final = (3_700, 7_400, 7_400, 11_000, 11_000, 22_000)  # what cars take
_FAST_W: Final = (50_000, 75_000, 110_000, 150_000, 220_000)


class _Draw(NamedTuple):
    """n sessions; instants in whole seconds since 1970 UTC."""

    site: Int64  # (n,) index of the site
    evse: Int64  # (n,) numbered through all sites
    start: Int64  # (n,)
    charged: Int64  # (n,) when the car had enough
    end: Int64  # (n,)
    power_w: Int64  # (n,)
    reserved: Int64  # (n,) since when, or NONE
    expired: Int64  # (n,) 1: nobody came

    @property
    def counts(self) -> Int64:
        """(n,) how many intervals: the meter reads at every quarter of an hour, at the start and at the end.

        It says nothing where nobody came.
        """
        counts: Int64 = -(-self.end // SLOT_S) - self.start // SLOT_S
        return np.where(self.expired, 0, counts)


class _Meter(NamedTuple):
    """m intervals."""

    owner: Int64
    from_us: Int64
    to_us: Int64
    energy_wh: Int64
    power_w: Int64


def draw_month(
    rng: np.random.Generator, sites: tuple[Site, ...], memberships: list[str], month: date, n_intervals: int
) -> Month:
    """Draw at least `n_intervals` intervals of 15 minutes, of sessions that start in `month`."""
    draw = _enough(rng, sites, days_of(month), n_intervals)
    order = np.argsort(draw.start, kind="stable")
    draw = _Draw(*(column[order] for column in draw))
    n = len(draw.site)
    first = np.zeros(n + 1, np.int64)
    np.cumsum(draw.counts, out=first[1:])
    session_id = np.arange(n, dtype=np.int64) + 1_000_001
    tells = np.array([charger.fast and k % 2 for site in sites for k, charger in enumerate(site.chargers)])
    meter = _intervals(rng, draw, session_id, first, tells[draw.evse])

    tariffs = list(dict.fromkeys(site.tariff for site in sites))
    zones = list(dict.fromkeys(site.time_zone for site in sites))
    account = np.maximum(rng.integers(-_AD_HOC, ACCOUNTS, n), NONE)
    number = account % max(_MEMBER_IN, len(memberships))
    return Month(
        sites=sites,
        tariffs=tariffs,
        zones=zones,
        memberships=memberships,
        session_id=session_id,
        tariff=np.array([tariffs.index(site.tariff) for site in sites])[draw.site],
        start_us=draw.start * US_PER_S,
        end_us=draw.end * US_PER_S,
        site=draw.site,
        evse=draw.evse,
        evse_power_kw=_power_kw(sites)[draw.evse],
        account=account,
        membership=np.where((account == NONE) | (number >= len(memberships)), NONE, number),
        zone=np.array([zones.index(site.time_zone) for site in sites])[draw.site],
        reserved_us=np.where(draw.reserved == NONE, NONE, draw.reserved * US_PER_S),
        expired=draw.expired.astype(np.bool_),
        first=first,
        **meter._asdict(),
    )


def _power_kw(sites: tuple[Site, ...]) -> Int64:
    """What each charger is built for."""
    return np.array([charger.power_kw for site in sites for charger in site.chargers], np.int64)


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
    evse = site * EVSES + rng.integers(0, EVSES, n)
    fast = np.array([charger.fast for each in sites for charger in each.chargers])[evse]
    midnight = np.array([each.midnight_s for each in sites], np.int64)[site]

    hour = np.where(fast, _hours(rng, _FAST_HOURS, n), _hours(rng, _SLOW_HOURS, n))
    start = midnight + (rng.integers(0, days, n) * 24 + hour) * 3_600 + rng.integers(0, 3_600, n)
    wanted_w = np.where(fast, rng.choice(_FAST_W, n), rng.choice(_SLOW_W, n))
    power_w = np.minimum(wanted_w, _power_kw(sites)[evse] * 1_000)
    charged = start + rng.integers(8_000, 56_000, n) * 3_600 // power_w
    # Half of the drivers come back late: by up to nine hours where charging is slow, by up to one where it is fast.
    late = rng.integers(0, np.where(fast, 3_600, 9 * 3_600)) * rng.integers(0, 2, n)
    end = charged + late + rng.integers(30, 300, n)

    reservable = np.array([each.reservable for each in sites])[site]
    reserves = reservable & (rng.integers(0, 100, n) < _RESERVED_PERCENT)
    reserved = np.where(reserves, start - rng.integers(5 * 60, 60 * 60, n), NONE)
    expired = reserves & (rng.integers(0, 100, n) < _EXPIRED_PERCENT)
    return _Draw(
        *(site, evse, start, np.where(expired, start, charged), np.where(expired, start + _HELD_S, end), power_w),
        *(reserved, expired.astype(np.int64)),
    )


def _hours(rng: np.random.Generator, weights: tuple[int, ...], n: int) -> Int64:
    """(n,) hours of the day, each as often as its weight says."""
    return np.repeat(np.arange(24), weights)[rng.integers(0, sum(weights), n)]


def _intervals(rng: np.random.Generator, draw: _Draw, session_id: Int64, first: Int64, tells: Int64) -> _Meter:
    """The m intervals of the sessions. `tells` is (n,): 1 where the meter says its power as well."""
    m = int(first[-1])
    session = np.repeat(np.arange(len(session_id)), draw.counts)
    slot = draw.start[session] // SLOT_S + np.arange(m) - first[session]
    start = np.maximum(slot * SLOT_S, draw.start[session])
    end = np.minimum((slot + 1) * SLOT_S, draw.end[session])
    charging_s = np.clip(draw.charged[session] - start, 0, end - start)
    permille = rng.integers(750, 1_001, m)  # of its power that the car takes
    energy_wh = draw.power_w[session] * charging_s * permille // (3_600 * 1_000)
    power_w = np.where(charging_s > 0, draw.power_w[session] * permille // 1_000, 0)
    told_w = np.where(tells[session] == 1, power_w, NONE)
    return _Meter(session_id[session], start * US_PER_S, end * US_PER_S, energy_wh, told_w)
