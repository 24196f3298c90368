"""Seeded CDRs of OCPI 2.2.1 as a partner sends them, and the cents that each of them costs before tax.

Two kinds: `flat` has one charging period and one price a kWh, `tou` 96 periods of a quarter of an hour and three prices
by the clock of Amsterdam. Each carries its tariff. Starts are in no order; 37 % of the quarters of `tou` are parked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

SEED: Final = 20260101
SLOT: Final = timedelta(minutes=15)
SLOTS: Final = 365 * 96  # quarters of an hour in 2026
FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)
ZONE: Final = ZoneInfo("Europe/Amsterdam")  # that of NLD, where the chargers are
IDLE_SHARE: Final = 0.37
ENERGY_WH: Final = (150, 5_500)  # of a quarter of an hour
SESSION_WH: Final = (1_000, 80_000)  # of a whole session

# Cents a kWh. An amount is thousandths of a cent: a Wh at so many cents a kWh.
FLAT: Final = 39
NIGHT, DAY, PEAK = 29, 45, 59
DAY_HOURS: Final = range(7, 23)  # every day
PEAK_HOURS: Final = range(17, 21)  # on workdays
WORKDAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
_MILLI: Final = 1_000

Json = dict[str, Any]


class Kind(NamedTuple):
    """One sort of CDR."""

    name: str
    about: str
    periods: int


KINDS: Final = (
    Kind("flat", "1 period, one price a kWh", 1),
    Kind("tou", "96 periods of 15 minutes, three prices by the clock", 96),
)


class Cdrs(NamedTuple):
    """n CDRs as JSON, one a line; the first of them as Python's json reads them; and the net of each in cents."""

    kind: Kind
    text: bytes
    objects: list[Json]
    net_cents: NDArray[np.int64]  # (n,)

    @property
    def n(self) -> int:
        return len(self.net_cents)

    @property
    def tariff(self) -> Json:
        return tariff(self.kind)


def make_cdrs(kind: Kind, n: int, n_objects: int) -> Cdrs:
    """The same bytes on each run; `n_objects` of the CDRs are parsed as well, for they take ten times the room."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    start = rng.integers(0, SLOTS - kind.periods, n, endpoint=True)
    least, most = SESSION_WH if kind.periods == 1 else ENERGY_WH
    energy_wh = rng.integers(least, most, (n, kind.periods), endpoint=True)
    if kind.periods > 1:
        energy_wh[rng.random((n, kind.periods)) < IDLE_SHARE] = 0
    cents = _cents()[start[:, None] + np.arange(kind.periods)] if kind.name == "tou" else np.int64(FLAT)
    net_cents = ((energy_wh * cents).sum(axis=1) + _MILLI // 2) // _MILLI  # half up, once a CDR
    lines = list(_lines(kind, start.tolist(), energy_wh, net_cents.tolist()))
    objects = [json.loads(line) for line in lines[:n_objects]]
    return Cdrs(kind, "\n".join(lines).encode(), objects, net_cents)


def tariff(kind: Kind) -> Json:
    """The tariff that all CDRs of a kind carry."""
    if kind.name == "flat":
        elements = [_element(FLAT)]
    else:
        elements = [_element(PEAK, PEAK_HOURS, WORKDAYS), _element(DAY, DAY_HOURS), _element(NIGHT)]
    party = {"country_code": "NL", "party_id": "ABC", "id": kind.name, "currency": "EUR"}
    return {**party, "elements": elements, "last_updated": "2026-01-01T00:00:00Z"}


def _element(cents: int, hours: range | None = None, days: tuple[str, ...] | None = None) -> Json:
    components = [{"type": "ENERGY", "price": cents / 100, "vat": 21.0, "step_size": 1}]
    restrictions: Json = {}
    if hours is not None:
        restrictions |= {"start_time": f"{hours.start:02}:00", "end_time": f"{hours.stop:02}:00"}
    if days is not None:
        restrictions["day_of_week"] = list(days)
    return {"price_components": components, **({"restrictions": restrictions} if restrictions else {})}


def _cents() -> NDArray[np.int64]:
    """What a kWh costs in each quarter of an hour, by the clock of the site."""

    def price(local: datetime) -> int:
        if local.weekday() < len(WORKDAYS) and local.hour in PEAK_HOURS:
            return PEAK
        return DAY if local.hour in DAY_HOURS else NIGHT

    return np.array([price((FIRST + SLOT * slot).astimezone(ZONE)) for slot in range(SLOTS)], np.int64)


def _lines(kind: Kind, starts: list[int], energy_wh: NDArray[np.int64], net_cents: list[int]) -> Iterator[str]:
    stamps = [(FIRST + SLOT * slot).strftime("%Y-%m-%dT%H:%M:%SZ") for slot in range(SLOTS + 4 * 24)]
    said, encode = tariff(kind), json.JSONEncoder(separators=(",", ":")).encode
    slots = 16 if kind.periods == 1 else kind.periods  # a session of one period takes four hours
    hours = slots / kind.periods / 4
    for number, (start, net) in enumerate(zip(starts, net_cents, strict=True)):
        energies = energy_wh[number].tolist()
        periods = [
            {
                "start_date_time": stamps[start + index],
                "dimensions": [
                    {"type": "ENERGY", "volume": energy / 1000},
                    {"type": "TIME" if energy else "PARKING_TIME", "volume": hours},
                ],
                "tariff_id": kind.name,
            }
            for index, energy in enumerate(energies)
        ]
        end = stamps[start + slots]
        parked = sum(energy == 0 for energy in energies) * hours
        yield encode(
            {
                "country_code": "NL",
                "party_id": "ABC",
                "id": f"CDR-{number:07}",
                "start_date_time": stamps[start],
                "end_date_time": end,
                "session_id": f"S-{number:07}",
                "cdr_token": _TOKEN,
                "auth_method": "WHITELIST",
                "cdr_location": _LOCATION,
                "currency": "EUR",
                "tariffs": [said],
                "charging_periods": periods,
                "total_cost": {"excl_vat": net / 100},
                "total_energy": sum(energies) / 1000,
                "total_time": slots / 4,
                "total_parking_time": parked,
                "last_updated": end,
            }
        )


_TOKEN: Final = {
    "country_code": "NL",
    "party_id": "TNM",
    "uid": "012345678",
    "type": "RFID",
    "contract_id": "NL8ACC12E46L89",
}
_LOCATION: Final = {
    "id": "LOC1",
    "name": "Zuid",
    "address": "Kade 1",
    "city": "Utrecht",
    "postal_code": "3511AA",
    "country": "NLD",
    "coordinates": {"latitude": "52.090737", "longitude": "5.121420"},
    "evse_uid": "3256",
    "evse_id": "NL*ABC*E041503003",
    "connector_id": "1",
    "connector_standard": "IEC_62196_T2",
    "connector_format": "SOCKET",
    "connector_power_type": "AC_3_PHASE",
}
