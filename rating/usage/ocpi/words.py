"""The words of a CDR, by version: its keys, the keys of its parts, and the dimensions of a charging period."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

Version = Literal["2.1.1", "2.2.1", "2.3.0"]
VERSIONS: Final[tuple[Version, ...]] = ("2.1.1", "2.2.1", "2.3.0")

PERIOD_KEYS: Final = ("start_date_time", "dimensions", "tariff_id")
DIMENSION_KEYS: Final = ("type", "volume")

# What a period may say. Those of the second line are kept, and move no amount.
DIMENSIONS: Final = (
    *("ENERGY", "TIME", "PARKING_TIME", "RESERVATION_TIME"),
    *("POWER", "MAX_POWER", "MIN_POWER", "CURRENT", "MAX_CURRENT", "MIN_CURRENT"),
    *("FLAT", "ENERGY_EXPORT", "ENERGY_IMPORT", "STATE_OF_CHARGE"),
)
# What people call a dimension, where no spelling comes close or another one comes closer.
_DIMENSION_WORDS: Final = {
    "KWH": "ENERGY", "CHARGING": "TIME", "CHARGING_TIME": "TIME", "DURATION": "TIME", "SESSION_TIME": "TIME",
    "PARKING": "PARKING_TIME", "IDLE": "PARKING_TIME", "IDLE_TIME": "PARKING_TIME", "RESERVATION": "RESERVATION_TIME",
    "FIXED": "FLAT", "SOC": "STATE_OF_CHARGE",
}  # fmt: skip
# The power and the current by which an element is chosen: the mean, else the most, else the least of the period.
POWERS: Final = ("POWER", "MAX_POWER", "MIN_POWER")
CURRENTS: Final = ("CURRENT", "MAX_CURRENT", "MIN_CURRENT")

QUANTITIES: Final = ("total_energy", "total_time", "total_parking_time")
COSTS: Final = (
    *("total_cost", "total_fixed_cost", "total_energy_cost", "total_time_cost", "total_parking_cost"),
    "total_reservation_cost",
)
_OLD_KEYS: Final = (
    *("id", "start_date_time", "stop_date_time", "auth_id", "auth_method", "location", "meter_id", "currency"),
    *("tariffs", "charging_periods", "total_cost", "total_energy", "total_time", "total_parking_time", "remark"),
    "last_updated",
)
_NEW_KEYS: Final = (
    *("country_code", "party_id", "id", "start_date_time", "end_date_time", "session_id", "cdr_token", "auth_method"),
    *("authorization_reference", "cdr_location", "meter_id", "currency", "tariffs", "charging_periods", "signed_data"),
    *("total_cost", "total_fixed_cost", "total_energy", "total_energy_cost", "total_time", "total_time_cost"),
    *("total_parking_time", "total_parking_cost", "total_reservation_cost", "remark", "invoice_reference_id", "credit"),
    *("credit_reference_id", "home_charging_compensation", "last_updated"),
)
CDR_KEYS: Final[dict[Version, tuple[str, ...]]] = {"2.1.1": _OLD_KEYS, "2.2.1": _NEW_KEYS, "2.3.0": _NEW_KEYS}
END_KEYS: Final[dict[Version, str]] = {
    "2.1.1": "stop_date_time",
    "2.2.1": "end_date_time",
    "2.3.0": "end_date_time",
}
LOCATION_KEYS: Final[dict[Version, str]] = {"2.1.1": "location", "2.2.1": "cdr_location", "2.3.0": "cdr_location"}
PRICE_KEYS: Final[dict[Version, tuple[str, ...]]] = {
    "2.1.1": (),  # a cost is a number
    "2.2.1": ("excl_vat", "incl_vat"),
    "2.3.0": ("before_taxes", "taxes"),
}
TAX_KEYS: Final = ("name", "account_number", "percentage", "amount")

# The keys of a CDR that set its price or say it. What is spelt nearly as one of them is no extension.
PRICING_KEYS: Final = (
    *("start_date_time", "end_date_time", "stop_date_time", "currency", "tariffs", "charging_periods", "credit"),
    *QUANTITIES,
    *COSTS,
)


def snake(key: str) -> str:
    """A key as OCPI spells keys.

    >>> snake("chargingPeriods"), snake(" Start-Date Time")
    ('charging_periods', 'start_date_time')
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key.strip()[:64])
    return re.sub(r"[\s_-]+", "_", spaced).lower()


def meant(word: str, known: Iterable[str]) -> str | None:
    """The word that was probably meant.

    >>> meant("chargingPeriods", PRICING_KEYS), meant("tariff", PRICING_KEYS), meant("x_vendor", PRICING_KEYS)
    ('charging_periods', 'tariffs', None)
    """
    return _meant(word[:64], tuple(known))


def meant_dimension(kind: str) -> str | None:
    """The dimension that was probably meant: a slip of one letter, also in a short word.

    >>> meant_dimension("ENERGI"), meant_dimension("Charging time"), meant_dimension("TEMPERATURE")
    ('ENERGY', 'TIME', None)
    """
    return _DIMENSION_WORDS.get(snake(kind).upper()) or _meant(kind[:64], DIMENSIONS, 0.8)


@lru_cache(maxsize=4096)
def _meant(word: str, known: tuple[str, ...], cutoff: float = 0.85) -> str | None:
    tidy = snake(word)
    tidy = tidy if known and known[0].islower() else tidy.upper()
    if tidy in known:
        return tidy
    close = difflib.get_close_matches(tidy, known, n=1, cutoff=cutoff)
    return close[0] if close else None


def is_misspelt(key: str) -> str | None:
    """The key of a CDR that sets its price or says it, where this is a misspelling of one.

    >>> is_misspelt("charging_period"), is_misspelt("total_costs"), is_misspelt("cdr_location")
    ('charging_periods', 'total_cost', None)
    >>> is_misspelt("x_tariffs")  # an extension by its name
    """
    if key.lower().startswith(("x_", "x-", "_")) or any(key in keys for keys in CDR_KEYS.values()):
        return None
    return meant(key, PRICING_KEYS)
