"""One OCPI tariff -> `model.Tariff`, or every fault in it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.errors import Fault, Place, TariffError
from rating.money import minor_micro
from rating.ocpi_json import Json, Record, read_records, records_of, shown
from rating.tariff.dates import WANT_ZONE, read_zone
from rating.tariff.model import Rounding, Tariff, Version
from rating.tariff.ocpi import values
from rating.tariff.ocpi.elements import Read, read_elements
from rating.tariff.ocpi.fields import VERSIONS, OcpiVersion, detect_version
from rating.tariff.ocpi.limits import read_limits, read_validity
from rating.tariff.ocpi.part import Part
from rating.tariff.ocpi.spelling import unknown_keys
from rating.tariff.ocpi.taxes import tax_of
from rating.tariff.refusal import RefusalError, visible

_PRICING = frozenset(
    ("id", "currency", "elements", "min_price", "max_price", "start_date_time", "end_date_time", "tax_included")
)


def parse_ocpi_tariff(
    obj: Mapping[str, object] | str | bytes,
    version: str | None = None,
    time_zone: str | None = None,
    *,
    source: str = "<tariff>",
) -> Tariff:
    """Read one OCPI tariff, from JSON text or from the values that Python's json makes of it.

    Floats count as the decimal that they print as. `version` is 2.1.1, 2.2.1 or 2.3.0; left out, it is the oldest
    that has the keys of the tariff. OCPI tariffs name no time zone: without `time_zone` each session says its own.

    Raises: TariffError, with every fault.

    >>> tariff = parse_ocpi_tariff('''{"id": "12", "currency": "EUR", "country_code": "NL", "elements": [
    ...     {"price_components": [{"type": "TIME", "price": 2.00, "vat": 10.0, "step_size": 300}]}]}''')
    >>> tariff.versions[0].elements[0].components[0].price
    Price(amount_micro=2000000, unit='h', count=1)
    """
    faults: list[Fault] = []
    if isinstance(obj, str | bytes):
        records = read_records(obj, source, faults)
    else:
        records = records_of(obj, Place(source), faults)
    if len(records) > 1:
        got, fix = f"{len(records)} of them", "load a list of tariffs with load_tariffs"
        faults.append(Fault("too_many", Place(source), got, "one tariff", fix))
    elif not (records or faults):
        faults.append(Fault("no_tariff", Place(source), "an empty list", "an OCPI tariff", "put one there"))
    settings = read_settings(version, time_zone, faults)
    tariff = None if faults or not records else read_tariff(records[0], settings, faults)
    if tariff is None or faults:
        raise TariffError(faults)
    return tariff


@dataclass(frozen=True, slots=True)
class Settings:
    """What the caller says of the tariffs: their version (None: each is looked at) and the zone of their sites."""

    version: OcpiVersion | None = None
    time_zone: str | None = None


def read_settings(
    version: str | None, time_zone: str | None, faults: list[Fault], left_out: str = "leave it out to have it found"
) -> Settings:
    """The settings, or faults where they are none. `left_out`: what to do without a version."""
    known: OcpiVersion | None = next((each for each in VERSIONS if each == version), None)
    if version is not None and known is None:
        close = difflib.get_close_matches(str(version), VERSIONS, n=1)
        fix = f"did you mean `{close[0]}`?" if close else left_out
        want = f"one of the versions {', '.join(VERSIONS)}"
        faults.append(Fault("ocpi_version", Place("version"), visible(str(version)), want, fix))
    try:
        zone = None if time_zone is None else read_zone(time_zone)
    except RefusalError as refusal:
        faults.append(Fault("time_zone", Place("time_zone"), visible(str(time_zone)), WANT_ZONE, refusal.fix))
        zone = None
    return Settings(known, zone)


def read_tariff(record: Record, settings: Settings, faults: list[Fault]) -> Tariff | None:
    """The tariff of a record, or None where it has faults: those are added in the order of the text."""
    mine: list[Fault] = []
    tariff = _read(record, settings, mine)
    if mine:
        order = {str(place): index for index, place in enumerate(_places(record.value, record.place))}
        faults.extend(sorted(dict.fromkeys(mine), key=lambda fault: order.get(str(fault.place), -1)))
    return tariff


def _places(value: Json, place: Place) -> Iterator[Place]:
    """The places of a value and of all its parts, as they are written."""
    yield place
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, place.within(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, place.within(index))


def _read(record: Record, settings: Settings, faults: list[Fault]) -> Tariff | None:
    value = record.value
    if not _PRICING & value.keys():
        want = "an OCPI tariff, with `id`, `currency` and `elements`"
        got = f"an object with {', '.join(map(visible, list(value)[:4]))}" if value else shown(value)
        faults.append(Fault("no_tariff", record.place, got, want, "look at what this file holds"))
        return None
    version = settings.version or detect_version(value)
    part = Part(value, record.place, version, faults)
    faults.extend(unknown_keys(value, "tariff", version, record.place))
    id_ = part.need("id", values.read_id, '"id": "12"')
    currency = part.need("currency", values.read_currency, '"currency": "EUR"')
    included = part.get("tax_included", values.read_tax_included) if version == "2.3.0" else None
    elements = read_elements(part)
    if included == "N/A":
        _refuse_rates(elements, faults)
    least, most = read_limits(part)
    valid_from, valid_until = read_validity(part)
    if faults:
        return None
    assert id_ is not None
    assert currency is not None
    # Where 2.3.0 lacks the tax_included that it requires, prices exclude taxes, as in the versions before it.
    exact = included or ("NO" if version != "2.2.1" else None)
    tax = tax_of(exact, [rates for element in elements for _, rates in element.components])
    found = Version(
        label="always" if valid_from is None else values.date_time_text(valid_from),
        valid_from=valid_from,
        elements=tuple(element.settled(index, tax) for index, element in enumerate(elements)),
        min_price=least,
        max_price=most,
        valid_until=valid_until,
        place=record.place,
    )
    minor = minor_micro(currency)
    carried = {key: item for key, item in value.items() if key not in _PRICING}
    return Tariff(
        id_, currency, minor, (found,), Rounding("half_up", minor), settings.time_zone, tax,
        place=record.place, carried=carried,
    )  # fmt: skip


def _refuse_rates(elements: list[Read], faults: list[Fault]) -> None:
    """A rate where no tax applies: one of the two is wrong, and the total depends on which."""
    for component, rates in (each for element in elements for each in element.components):
        if rates.total_ppm:
            got = shown(Decimal(rates.total_ppm).scaleb(-4).normalize())
            want = "no vat, or 0: tax_included is N/A, which says that no tax applies to this tariff"
            fix = "delete the vat, or write whether the prices include it: YES or NO"
            faults.append(Fault("vat", component.place.within("vat"), got, want, fix))
