"""One object of JSON -> a CDR, or every fault of what sets its price."""

from __future__ import annotations

from rating.errors import Fault, Place
from rating.ocpi_json import Json, Record
from rating.usage.ocpi.fields import Fields
from rating.usage.ocpi.periods import read_periods
from rating.usage.ocpi.values import Cdr
from rating.usage.ocpi.words import (
    CDR_KEYS,
    COSTS,
    END_KEYS,
    LOCATION_KEYS,
    VERSIONS,
    Version,
    is_misspelt,
)


def parse_cdr(record: Record, faults: list[Fault], version: Version | None = None) -> Cdr | None:
    """Read a CDR. None, with every fault added to `faults`, where something that sets its price is wrong.

    Keys that are unknown are faults in the charging periods, and where they misspell a key that sets the price; all
    others are kept, and named in `extensions`. `version` None: as `detect` finds it.

    >>> text = '''{"id": "1", "currency": "EUR", "start_date_time": "2026-01-01T10:00:00Z",
    ...  "end_date_time": "2026-01-01T11:00:00Z", "charging_periods": [{"start_date_time": "2026-01-01T10:00:00Z",
    ...  "dimensions": [{"type": "ENERGY", "volume": 7.25}]}]}'''
    >>> from rating.ocpi_json import read_records
    >>> parse_cdr(read_records(text, "cdr.json", [])[0], []).periods[0].energy_mwh
    7250000
    """
    version = version or detect(record.value)
    own: list[Fault] = []
    cdr = Fields(record.value, record.place, own)
    extensions = _extensions(cdr, version)
    cdr_id = cdr.text("id", "the id of the CDR")
    currency = cdr.text("currency", "the currency, such as EUR")
    start_us = cdr.instant("start_date_time", "when the session starts")
    end_key = END_KEYS[version]
    end_us = cdr.instant(end_key, "when the session ends")
    if start_us is not None and end_us is not None and end_us < start_us:
        cdr.fault("cdr_instant", end_key, cdr.value[end_key], "an end that is not before the start", "correct one")
    periods, tariff_ids = read_periods(cdr, start_us, end_us)
    tariffs = cdr.objects("tariffs", "the tariffs", required=False) or []
    site = record.value.get(LOCATION_KEYS[version])
    time_zone, country = site_of(site if isinstance(site, dict) else {})
    credit = cdr.value.get("credit")
    if credit is not None and not isinstance(credit, bool):
        cdr.fault("cdr_value", "credit", credit, "true or false", "write one of the two without quotes")
    faults.extend([*unlike_version(record.value, record.place, version), *own] if own else own)
    if own or cdr_id is None or currency is None or start_us is None or end_us is None:
        return None
    records = tuple(Record(tariff.value, tariff.place) for tariff in tariffs)
    return Cdr(
        *(cdr_id, version, record.place, start_us, end_us, currency, periods, tariff_ids, records),
        *(time_zone, country, credit is True, extensions, record.value),
    )


def detect(value: dict[str, Json]) -> Version:
    """The version of OCPI that a CDR is written in, as its keys and costs tell.

    >>> detect({"stop_date_time": ""}), detect({"total_cost": {"before_taxes": 1}}), detect({"total_cost": {}})
    ('2.1.1', '2.3.0', '2.2.1')
    """
    cost = value.get("total_cost")
    if any(key in value for key in ("stop_date_time", "auth_id", "location")):
        return "2.1.1"
    if cost is not None and not isinstance(cost, dict) and "end_date_time" not in value:
        return "2.1.1"
    newest = isinstance(cost, dict) and ("before_taxes" in cost or "taxes" in cost)
    return "2.3.0" if newest else "2.2.1"


def unlike_version(value: dict[str, Json], place: Place, version: Version) -> list[Fault]:
    """A fault where a CDR is plainly of another version than it is read as: that comes before what follows from it."""
    found = detect(value)
    costs = [cost for key in COSTS if isinstance(cost := value.get(key), dict)]
    is_later = any(key in value for key in ("end_date_time", "cdr_location", "cdr_token"))
    is_plain: dict[Version, bool] = {
        "2.1.1": not is_later,
        "2.2.1": any("excl_vat" in cost for cost in costs) or (version == "2.1.1" and is_later),
        "2.3.0": True,
    }
    if found == version or not is_plain[found]:
        return []
    fix = f"read it as {found} (--ocpi {found}, version=), or leave that out to have it found"
    return [Fault("ocpi_version", place, f"what looks like OCPI {found}", f"a CDR of OCPI {version}", fix)]


def read_version(version: object) -> Version | None:
    """The version that a caller names; None for None, a fault as ValueError for any other value.

    >>> read_version("2.2"), read_version(None)
    ('2.2.1', None)
    """
    if version is None or version in VERSIONS:
        return next((known for known in VERSIONS if known == version), None)
    if version in ("2.1", "2.2", "2.3"):
        return next(known for known in VERSIONS if known.startswith(str(version)))
    raise ValueError(f"OCPI {version} is not known: {', '.join(VERSIONS)}")


def _extensions(cdr: Fields, version: Version) -> tuple[str, ...]:
    """The keys beside OCPI's, refused where they misspell one that sets the price."""
    found = []
    known = CDR_KEYS[version]
    for key, value in cdr.value.items():
        if key in known:
            continue
        misspelt = _other_version(key, version) or is_misspelt(key)
        if misspelt is None or value is None:
            found.append(key)
        else:
            cdr.unknown(key, known, misspelt)
    return tuple(found)


def _other_version(key: str, version: Version) -> str | None:
    """The name in this version of a key that sets the price and has another name in another version."""
    return END_KEYS[version] if key in END_KEYS.values() else None


def site_of(location: dict[str, Json]) -> tuple[str | None, str | None]:
    """The zone and the country of a site, as far as its location says them; they are judged where they are needed."""
    zone, country = location.get("time_zone"), location.get("country")
    return (
        zone if isinstance(zone, str) and zone.strip() else None,
        country if isinstance(country, str) and country.strip() else None,
    )
