"""`model.Tariff` -> OCPI tariffs: dicts whose numbers are decimals, or every fault of what OCPI cannot say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import cast

from rating.errors import Fault, OcpiError, Place
from rating.ocpi_json import Json, write_json
from rating.tariff.model import UNIT_SIZES, Component, Element, PriceLimit, Rounding, Tariff, Version
from rating.tariff.ocpi.elements import UNITS
from rating.tariff.ocpi.fields import CARRIED, KEYS
from rating.tariff.ocpi.numbers import decimal_of
from rating.tariff.ocpi.parse import read_settings
from rating.tariff.ocpi.saying import Saying
from rating.tariff.ocpi.validity import write_id, write_validity
from rating.tariff.ocpi.values import date_time_text, read_date_time
from rating.tariff.ocpi.write_taxes import check_limits, is_untaxed, write_tax, write_vat
from rating.tariff.ocpi.write_when import write_when
from rating.tariff.refusal import RefusalError, visible
from rating.units import MWH_PER_WH, PRICE_MAX_MICRO, US_PER_S

_REQUIRED = {
    "country_code": "the country of the party that the tariff is of, such as NL",
    "party_id": "the party that the tariff is of, such as ABC",
    "last_updated": "when the tariff was last changed, such as 2026-01-01T00:00:00Z",
}
_PARTY = re.compile("([A-Za-z]{2})[*-]?([A-Za-z0-9]{3})")
_TYPES = {"energy": "ENERGY", "time": "TIME", "parking_time": "PARKING_TIME", "flat": "FLAT"}


def to_ocpi(
    tariff: Tariff, version: str = "2.2.1", *, party: str | None = None, last_updated: str | None = None
) -> dict[str, Json] | list[dict[str, Json]]:
    """The tariff as OCPI says it, numbers as decimals; a list where it has several versions, each a tariff then.

    `party`, such as NL*ABC, and `last_updated` are what OCPI requires and a tariff in YAML does not say.

    Raises: OcpiError, with all that OCPI cannot say.

    >>> from rating import load_tariffs
    >>> said = to_ocpi(load_tariffs("tariffs/per-kwh.yaml")["per-kwh"], "2.3.0")
    >>> said["tax_included"], said["elements"][0]["price_components"][0]["price"]
    ('YES', Decimal('0.39'))
    """
    said = say(tariff, version, party=party, last_updated=last_updated)
    return said.tariffs[0] if len(tariff.versions) == 1 else list(said.tariffs)


def to_ocpi_json(
    tariff: Tariff,
    version: str = "2.2.1",
    *,
    party: str | None = None,
    last_updated: str | None = None,
    indent: int | None = 2,
) -> str:
    """The same as JSON text, in which every number has exactly its digits.

    >>> from rating import load_tariffs
    >>> print(to_ocpi_json(load_tariffs("tariffs/free.yaml")["free"], indent=None).partition("elements")[2])
    ": [{"price_components": [{"type": "ENERGY", "price": 0, "step_size": 0}]}]}
    """
    return write_json(to_ocpi(tariff, version, party=party, last_updated=last_updated), indent)


@dataclass(frozen=True, slots=True)
class Said:
    """OCPI tariffs, and notes on what they leave out or lack; none of that moves an amount."""

    tariffs: tuple[dict[str, Json], ...]
    notes: tuple[Fault, ...]


def say(tariff: Tariff, version: str = "2.2.1", *, party: str | None = None, last_updated: str | None = None) -> Said:
    """The tariff as OCPI says it, an OCPI tariff for each of its versions, and what is lost on the way.

    Raises: OcpiError, with all that OCPI cannot say.
    """
    faults: list[Fault] = []
    known = read_settings(version, None, faults, "write one of them; left out, it is 2.2.1").version
    carried = {**tariff.carried, **_sender(party, last_updated, faults)}
    if known is None or faults:
        raise OcpiError(faults)
    tariff = replace(tariff, carried=carried)
    saying = Saying(known)
    _check_whole(tariff, saying)
    found = tuple(_tariff(tariff, index, saying) for index in range(len(tariff.versions)))
    if saying.faults:
        raise OcpiError(saying.faults)
    return Said(found, tuple(saying.notes))


def _sender(party: str | None, last_updated: str | None, faults: list[Fault]) -> dict[str, str]:
    """What the caller says of the party and of the last change."""
    found: dict[str, str] = {}
    if party is not None:
        parts = _PARTY.fullmatch(party)
        if parts is None:
            want = "a country and a party, such as NL*ABC"
            faults.append(Fault("party", Place("party"), visible(party), want, "write two letters, a star and three"))
        else:
            found = {"country_code": parts[1].upper(), "party_id": parts[2].upper()}
    if last_updated is not None:
        try:
            found["last_updated"] = date_time_text(read_date_time(last_updated))
        except RefusalError as error:
            faults.append(Fault(error.code, Place("last_updated"), visible(last_updated), error.want, error.fix))
    return found


def _check_whole(tariff: Tariff, saying: Saying) -> None:
    """What a tariff says as a whole and OCPI does not have."""
    if tariff.rounding != Rounding("half_up", tariff.minor_micro):
        fix = "leave `rounding` out: OCPI says nothing of it, and half up to the smallest unit is what we take it for"
        saying.cannot(tariff.place, "rounding", fix)
    lone = len(tariff.versions) == 1 and tariff.versions[0].valid_from is None
    if tariff.on_change == "at_once" and not lone:
        fix = "leave it out: in OCPI the tariff at a session's start prices all of it"
        saying.cannot(tariff.place, "on_change: at_once", fix)
    if tariff.time_zone is not None:
        fix = f"set the time_zone of the Locations of these sites to {tariff.time_zone}"
        saying.lost(tariff.place, f"time_zone: {tariff.time_zone}", fix)
    if tariff.name:
        saying.lost(tariff.place, f"name: {tariff.name}", "none: `tariff_alt_text` is for drivers")


def _tariff(tariff: Tariff, index: int, saying: Saying) -> dict[str, Json]:
    version = tariff.versions[index]
    said: dict[str, Json] = {
        "id": write_id(tariff, index, saying),
        "currency": tariff.currency,
        **_limits(version, saying),
        "elements": [_element(tariff, version, element, saying) for element in version.elements],
        **write_validity(tariff, index, saying),
        **write_tax(tariff, version, saying),
    }
    check_limits(tariff, version, saying)
    if any(element.name != f"element {number}" for number, element in enumerate(version.elements, start=1)):
        saying.lost(version.place, "the names of elements", "none: OCPI's elements have no names")
    return _with_carried(said, tariff, saying)


def _with_carried(said: dict[str, Json], tariff: Tariff, saying: Saying) -> dict[str, Json]:
    """With what the tariff carries along; the keys in the order of the specification, then the extensions."""
    keys = KEYS["tariff"][saying.version]
    for key, value in tariff.carried.items():
        if key in CARRIED and key not in keys:
            saying.lost(tariff.place, key, "write OCPI 2.2.1 or later to keep it")
        else:
            said.setdefault(key, cast("Json", value))
    for key, want in _REQUIRED.items():
        if key in keys and key not in said:
            saying.lacks(tariff.place, f"no {key}", want, f"add `{key}` before it is sent to others")
    return {key: said[key] for key in (*keys, *(key for key in said if key not in keys)) if key in said}


def _limits(version: Version, saying: Saying) -> dict[str, Json]:
    limits = {"min_price": version.min_price, "max_price": version.max_price}
    return {key: _limit(key, limit, version, saying) for key, limit in limits.items() if limit is not None}


def _limit(key: str, limit: PriceLimit, version: Version, saying: Saying) -> Json:
    names = KEYS["limit"][saying.version]
    if not names:
        saying.cannot(version.place, key, "write OCPI 2.2.1 or later")
        return None
    if limit.before_tax_micro is None:
        fix = "add before_tax: in OCPI the limit before tax must be there"
        saying.cannot(version.place, f"{key} with after_tax alone", fix)
    sides = zip(names, (limit.before_tax_micro, limit.after_tax_micro), strict=True)
    return {name: decimal_of(micro, 6) for name, micro in sides if micro is not None}


def _element(tariff: Tariff, version: Version, element: Element, saying: Saying) -> Json:
    untaxed = is_untaxed(tariff, version)
    said: dict[str, Json] = {
        "price_components": [_component(tariff, each, untaxed, saying) for each in element.components]
    }
    restrictions = write_when(element.when, element.place, saying)
    return {**said, "restrictions": restrictions} if restrictions else said


def _component(tariff: Tariff, component: Component, untaxed: bool, saying: Saying) -> Json:
    _check_component(component, saying)
    vat = {} if untaxed else write_vat(tariff, component, saying)
    price = _price(component, saying)
    return {"type": _TYPES[component.dimension], "price": price, **vat, "step_size": _step(component, saying)}


def _check_component(component: Component, saying: Saying) -> None:
    """What a component says and OCPI does not have."""
    for name, there in (
        ("grace", component.grace_us),
        ("min", component.min_micro is not None),
        ("max", component.max_micro is not None),
        ("from: first_energy", component.from_first_energy),
        ("from: charging_end", component.from_charging_end),
        ("counts: plugged_in", component.plugged_in),
        (f"round: {component.round}", component.step and component.round != "up"),
    ):
        if there:
            saying.cannot(component.place, f"{name} of {component.dimension}", "leave it out, if the price may change")


def _price(component: Component, saying: Saying) -> Json:
    """The price for OCPI's own unit, where it comes out."""
    if component.spot is not None:
        saying.cannot(
            component.place, f"energy by the index {component.spot.index.name}", "write a price that is fixed"
        )
    price = component.price
    micro, rest = divmod(price.amount_micro * UNIT_SIZES[UNITS[component.dimension]], price.per)
    unit = UNITS[component.dimension]
    if rest or micro > PRICE_MAX_MICRO:
        got = f"{decimal_of(price.amount_micro, 6)}/{price.unit_text}"
        fix = f"choose a price that has at most 6 decimals for each {unit}"
        saying.cannot(component.place, got, fix)
    return decimal_of(micro, 6)


def _step(component: Component, saying: Saying) -> Json:
    """The step in Wh or seconds; 0 where the quantity counts exactly, and 1 for what has no steps."""
    if component.dimension == "flat":
        return decimal_of(1, 0)
    unit, word = (MWH_PER_WH, "Wh") if component.dimension == "energy" else (US_PER_S, "seconds")
    steps, rest = divmod(component.step, unit)
    if rest:
        saying.cannot(component.place, f"step_size of {component.dimension}", f"write whole {word}")
    return decimal_of(steps, 0)
