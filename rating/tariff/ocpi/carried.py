"""What an OCPI tariff says beside its prices, by name: nothing that came in is dropped silently."""

from __future__ import annotations

from dataclasses import dataclass

from rating.errors import Place
from rating.tariff.model import Tariff
from rating.tariff.ocpi.fields import CARRIED


@dataclass(frozen=True, slots=True)
class CarriedKey:
    """A key that moves no amount, and where it stands. `extension`: OCPI does not have it."""

    key: str
    place: Place
    extension: bool


def carried_keys(tariff: Tariff) -> tuple[CarriedKey, ...]:
    """The keys of a tariff that were read and are not priced by, in the order in which they were written.

    >>> from rating.tariff.ocpi.parse import parse_ocpi_tariff
    >>> tariff = parse_ocpi_tariff({"id": "12", "currency": "EUR", "party_id": "ABC", "x_note": "May", "elements": [
    ...     {"price_components": [{"type": "FLAT", "price": 1}]}]})
    >>> [(found.key, str(found.place), found.extension) for found in carried_keys(tariff)]
    [('party_id', '<tariff>: party_id', False), ('x_note', '<tariff>: x_note', True)]
    """
    return tuple(CarriedKey(key, tariff.place.within(key), key not in CARRIED) for key in tariff.carried)
