"""Which keys each version of OCPI knows, and which version an object is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from rating.ocpi_json import Json

OcpiVersion = Literal["2.1.1", "2.2.1", "2.3.0"]
VERSIONS: Final[tuple[OcpiVersion, ...]] = ("2.1.1", "2.2.1", "2.3.0")

_TARIFF = ("id", "currency", "tariff_alt_text", "tariff_alt_url", "elements", "energy_mix", "last_updated")
_TARIFF_221 = (
    "country_code", "party_id", "id", "currency", "type", "tariff_alt_text", "tariff_alt_url", "min_price",
    "max_price", "elements", "start_date_time", "end_date_time", "energy_mix", "last_updated",
)  # fmt: skip
_WHEN = (
    "start_time", "end_time", "start_date", "end_date", "min_kwh", "max_kwh", "min_power", "max_power",
    "min_duration", "max_duration", "day_of_week",
)  # fmt: skip
_WHEN_221 = (*_WHEN, "min_current", "max_current", "reservation")
_COMPONENT = ("type", "price", "step_size")

# The keys of each part of a tariff, by version.
KEYS: Final[dict[str, dict[OcpiVersion, tuple[str, ...]]]] = {
    "tariff": {
        "2.1.1": _TARIFF,
        "2.2.1": _TARIFF_221,
        "2.3.0": (*_TARIFF_221, "tax_included"),
    },
    "element": dict.fromkeys(VERSIONS, ("price_components", "restrictions")),
    "component": {
        "2.1.1": _COMPONENT,
        "2.2.1": (*_COMPONENT, "vat"),
        "2.3.0": (*_COMPONENT, "vat"),
    },
    "restrictions": {"2.1.1": _WHEN, "2.2.1": _WHEN_221, "2.3.0": _WHEN_221},
    "limit": {
        "2.1.1": (),
        "2.2.1": ("excl_vat", "incl_vat"),
        "2.3.0": ("before_taxes", "after_taxes"),
    },
}
# What a tariff says beside its prices: it goes to `Tariff.carried`, with every extension key.
CARRIED: Final = (
    "country_code", "party_id", "type", "tariff_alt_text", "tariff_alt_url", "energy_mix", "last_updated",
)  # fmt: skip

_ONLY_230 = frozenset(("before_taxes", "after_taxes"))
_FROM_221 = frozenset(KEYS["tariff"]["2.2.1"]) - frozenset(_TARIFF)
_PARTS_FROM_221 = frozenset(("vat", "min_current", "max_current", "reservation"))


def detect_version(tariff: Mapping[str, Json]) -> OcpiVersion:
    """The oldest version that knows the keys of a tariff and of its parts.

    >>> detect_version({"id": "12", "elements": [{"price_components": [{"type": "TIME", "price": 2}]}]})
    '2.1.1'
    >>> detect_version({"id": "12", "elements": [{"price_components": [{"type": "TIME", "price": 2, "vat": 10}]}]})
    '2.2.1'
    """
    limits = [limit for limit in (tariff.get("min_price"), tariff.get("max_price")) if isinstance(limit, dict)]
    if "tax_included" in tariff or any(_ONLY_230 & limit.keys() for limit in limits):
        return "2.3.0"
    if _FROM_221 & tariff.keys():
        return "2.2.1"
    elements = tariff.get("elements")
    for element in elements if isinstance(elements, list) else []:
        if not isinstance(element, dict):
            continue
        components = element.get("price_components")
        parts = [element.get("restrictions"), *(components if isinstance(components, list) else [])]
        if any(_PARTS_FROM_221 & part.keys() for part in parts if isinstance(part, dict)):
            return "2.2.1"
    return "2.1.1"


def version_of_key(part: str, key: str) -> OcpiVersion | None:
    """The first version in which a part of a tariff knows a key.

    >>> version_of_key("component", "vat"), version_of_key("component", "unit")
    ('2.2.1', None)
    """
    return next((version for version in VERSIONS if key in KEYS[part][version]), None)
