"""CDRs as partners send them, in each version of OCPI, and what becomes of them when something is changed at random."""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

from rating.ocpi_json import write_json

Cdr = dict[str, Any]

TARIFF: Cdr = {
    "country_code": "NL", "party_id": "ABC", "id": "T-1", "currency": "EUR", "last_updated": "2026-01-01T00:00:00Z",
    "elements": [
        {"price_components": [{"type": "FLAT", "price": Decimal("0.50"), "vat": 21, "step_size": 1}]},
        {
            "price_components": [
                {"type": "ENERGY", "price": Decimal("0.59"), "vat": 21, "step_size": 1},
                {"type": "TIME", "price": Decimal("1.20"), "vat": 21, "step_size": 60},
            ],
            "restrictions": {"start_time": "17:00", "end_time": "21:00"},
        },
        {
            "price_components": [
                {"type": "ENERGY", "price": Decimal("0.39"), "vat": 21, "step_size": 1},
                {"type": "PARKING_TIME", "price": Decimal("3.00"), "vat": 21, "step_size": 300},
            ],
        },
    ],
}  # fmt: skip


def dimension(kind: str, volume: object) -> Cdr:
    return {"type": kind, "volume": volume}


def period(start: str, **volumes: object) -> Cdr:
    return {"start_date_time": start, "dimensions": [dimension(kind, volume) for kind, volume in volumes.items()]}


def cdr_221(**changes: Any) -> Cdr:
    """10 kWh from 17:45 to 18:15 on the clock of Amsterdam (0.59), then half an hour parked."""
    found: Cdr = {
        "country_code": "NL", "party_id": "ABC", "id": "C-1", "session_id": "S-1",
        "start_date_time": "2026-03-02T16:45:00Z", "end_date_time": "2026-03-02T17:45:00Z",
        "cdr_token": {"country_code": "DE", "party_id": "TNM", "uid": "0123", "type": "RFID", "contract_id": "DE8A"},
        "auth_method": "WHITELIST",
        "cdr_location": {
            "id": "LOC1", "name": "Zuid", "address": "Kade 1", "city": "Utrecht", "country": "NLD",
            "coordinates": {"latitude": "52.1", "longitude": "5.1"}, "evse_uid": "3256", "evse_id": "NL*ABC*E1",
            "connector_id": "1", "connector_standard": "IEC_62196_T2", "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        "currency": "EUR",
        "tariffs": [deepcopy(TARIFF)],
        "charging_periods": [
            {**period("2026-03-02T16:45:00Z", ENERGY=Decimal("10"), TIME=Decimal("0.5")), "tariff_id": "T-1"},
            {**period("2026-03-02T17:15:00Z", PARKING_TIME=Decimal("0.5")), "tariff_id": "T-1"},
        ],
        "signed_data": {
            "encoding_method": "OCMF", "signed_values": [{"nature": "End", "plain_data": "x", "signed_data": "y"}],
        },
        "total_cost": {"excl_vat": Decimal("8.50"), "incl_vat": Decimal("10.29")},
        "total_fixed_cost": {"excl_vat": Decimal("0.50")},
        "total_energy": Decimal("10"),
        "total_energy_cost": {"excl_vat": Decimal("5.90")},
        "total_time": Decimal("1"),
        "total_time_cost": {"excl_vat": Decimal("0.60")},
        "total_parking_time": Decimal("0.5"),
        "total_parking_cost": {"excl_vat": Decimal("1.50"), "incl_vat": Decimal("1.815")},
        "last_updated": "2026-03-02T18:00:00Z",
    }  # fmt: skip
    return {**found, **changes}


def cdr_230(**changes: Any) -> Cdr:
    """The same in 2.3.0."""
    found = cdr_221()
    found["tariffs"][0]["tax_included"] = "NO"
    for key in [key for key in found if key.endswith("_cost")]:
        price = found[key]
        found[key] = {"before_taxes": price["excl_vat"]}
        if "incl_vat" in price:
            tax = {"name": "VAT", "percentage": 21, "amount": price["incl_vat"] - price["excl_vat"]}
            found[key]["taxes"] = [tax]
    return {**found, **changes}


def cdr_211(**changes: Any) -> Cdr:
    """The same in 2.1.1, which has no VAT."""
    found = cdr_221()
    new = {
        key: found[key]
        for key in ("id", "start_date_time", "auth_method", "currency", "total_energy", "total_time", "last_updated")
    }
    tariff = {key: TARIFF[key] for key in ("id", "currency", "elements", "last_updated")}
    tariff = deepcopy(tariff)
    for element in tariff["elements"]:
        for component in element["price_components"]:
            del component["vat"]
    periods = [{key: part[key] for key in ("start_date_time", "dimensions")} for part in found["charging_periods"]]
    new |= {
        "stop_date_time": found["end_date_time"], "auth_id": "DE8A",
        "location": {"id": "LOC1", "country": "NLD", "city": "Utrecht"},
        "tariffs": [tariff], "charging_periods": periods, "total_cost": Decimal("8.5"),
        "total_parking_time": Decimal("0.5"),
    }  # fmt: skip
    return {**new, **changes}


def cdr_reserved() -> Cdr:
    """Fifteen minutes reserved, then an hour of charging."""
    elements = [
        {
            "price_components": [{"type": "TIME", "price": 5, "vat": 20, "step_size": 60}],
            "restrictions": {"reservation": "RESERVATION"},
        },
        {"price_components": [{"type": "FLAT", "price": Decimal("0.5"), "vat": 20, "step_size": 1},
                              {"type": "ENERGY", "price": Decimal("0.25"), "vat": 10, "step_size": 1}]},
    ]  # fmt: skip
    return cdr_221(
        start_date_time="2026-03-02T10:00:00Z",
        end_date_time="2026-03-02T11:15:00Z",
        tariffs=[{**TARIFF, "elements": elements}],
        charging_periods=[
            period("2026-03-02T10:00:00Z", RESERVATION_TIME=Decimal("0.25")),
            period("2026-03-02T10:15:00Z", ENERGY=20, TIME=1),
        ],
        total_cost={"excl_vat": Decimal("6.75"), "incl_vat": Decimal("7.60")},
        total_fixed_cost=None,
        total_energy=20,
        total_energy_cost={"excl_vat": 5, "incl_vat": Decimal("5.5")},
        total_time=Decimal("1.25"),
        total_time_cost=None,
        total_parking_time=None,
        total_parking_cost=None,
        total_reservation_cost={"excl_vat": Decimal("1.25")},
    )


def cdr_by_current() -> Cdr:
    """Bands of current, stepped."""
    elements = [
        {"price_components": [{"type": "ENERGY", "price": 2, "vat": 0, "step_size": 10000}],
         "restrictions": {"max_current": 20}},
        {"price_components": [{"type": "ENERGY", "price": 5, "vat": 0, "step_size": 10000}],
         "restrictions": {"min_current": 20, "min_power": 1}},
    ]  # fmt: skip
    return cdr_221(
        tariffs=[{**TARIFF, "elements": elements}],
        charging_periods=[
            period("2026-03-02T16:45:00Z", ENERGY=3, MAX_CURRENT=10, MIN_CURRENT=10),
            period("2026-03-02T17:05:00Z", ENERGY=3, CURRENT=40, MAX_POWER=Decimal("22.5"), STATE_OF_CHARGE=50),
            period("2026-03-02T17:25:00Z", ENERGY=3, MAX_CURRENT=10, MIN_CURRENT=10),
        ],
        total_cost={"excl_vat": 29},
        total_energy=9,
        **{key: None for key in cdr_221() if key.endswith("_cost") and key != "total_cost"},
        total_parking_time=None,
    )


MAKERS: tuple[Callable[[], Cdr], ...] = (cdr_221, cdr_230, cdr_211, cdr_reserved, cdr_by_current)


def text(cdr: object) -> str:
    """On one line, with the digits of its decimals."""
    return write_json(cdr, None)


_TYPOS: tuple[Callable[[str], str], ...] = (
    lambda key: key[:-1], lambda key: f"{key}s", str.upper, lambda key: key.replace("_", ""), lambda key: f"x_{key}",
    lambda key: f"{key} ",
)  # fmt: skip
_ODD: tuple[object, ...] = (
    None, True, False, "", " ", "abc", "12", 0, -1, Decimal("-0.5"), Decimal("0.1234567"), Decimal("1E+3"),
    Decimal("1E-7"), Decimal("0.00000000000000000001"), 10**12, Decimal("3.14159265358979323846"), [], {}, [1],
    {"a": 1},
    "2026-03-02T17:00:00Z", "2026-03-02T17:00:00+01:00", "2026-02-29T17:00:00Z", "2026-03-02T17:00:00.123456Z",
    "2026-03-02T17:00:00.1234567Z", "2026-03-02", "ENERGY", "TIME", "PARKING_TIME", "RESERVATION_TIME", "energy",
    "EUR", "USD", "NLD", "USA", "é", "\\", '"', "😀",
)  # fmt: skip


def _places(value: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of a value."""
    found = [trail] if trail else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += _places(item, (*trail, key))
    return found


def mutate(pickled: bytes, rng: random.Random) -> str:
    """A CDR with one to three changes, as text."""
    cdr = pickle.loads(pickled)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        *trail, key = rng.choice(_places(cdr))
        holder: Any = cdr
        for step in trail:
            holder = holder[step]
        _change(holder, key, rng)
    written = text(cdr)
    return _break(written, rng) if rng.random() < 0.15 else written


def _change(holder: Any, key: Any, rng: random.Random) -> None:
    kind = rng.randrange(8)
    value = holder[key]
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[rng.choice(_TYPOS)(key)] = holder.pop(key)
    elif kind == 2 and isinstance(holder, dict):
        holder[rng.choice(_TYPOS)(key)] = value
    elif kind == 3 and isinstance(holder, list):
        holder.insert(rng.randrange(len(holder) + 1), deepcopy(rng.choice(holder)))
    elif kind == 4 and isinstance(value, int | Decimal) and not isinstance(value, bool):
        holder[key] = value * rng.choice((Decimal("0.001"), 2, 1000, -1)) + rng.choice((0, 0, Decimal("0.01")))
    elif kind == 5 and isinstance(value, str) and value:
        at = rng.randrange(len(value))
        holder[key] = value[:at] + rng.choice("0123456789TZ:-abc é") + value[at + 1 :]
    else:
        holder[key] = deepcopy(rng.choice(_ODD))


def _break(written: str, rng: random.Random) -> str:
    """A text that is no JSON any more, most of the time."""
    at = rng.randrange(len(written))
    kind = rng.randrange(5)
    if kind == 0:
        return written[:at]
    if kind == 1:
        return written[:at] + rng.choice('{}[]",:\\0eE+-.n ') + written[at:]
    if kind == 2:
        return written[:at] + written[at + 1 :]
    if kind == 3:
        return written.replace('"volume": ', rng.choice(('"volume": +', '"volume": 0', '"volume": 1e', '"volume":')), 1)
    return written[:at] + "[" * rng.choice((5, 50, 2000)) + written[at:]


def mutants(count: int, seed: int) -> list[str]:
    """So many of them."""
    rng = random.Random(seed)
    makers = [pickle.dumps(maker()) for maker in MAKERS]
    return [mutate(rng.choice(makers), rng).replace("\n", " ") for _ in range(count)]


def loads(written: str) -> Any:
    """As Python's own json has it, floats and all."""
    return json.loads(written)
