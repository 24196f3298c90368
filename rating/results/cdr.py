"""A priced session -> an OCPI CDR: dicts with decimals, or every fault of what that version of OCPI cannot say.

Comes in: plain values, whoever priced the session. `total_cost` is what is charged, rounded once; the costs by kind are
the exact ones to four decimals, which is what OCPI's numbers have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from rating.errors import Fault, Place
from rating.ocpi_json import Json
from rating.tariff.ocpi.numbers import decimal_of
from rating.tariff.ocpi.values import date_time_text
from rating.units import POWER_MAX_MW, US_PER_S
from rating.usage.ocpi.words import CDR_KEYS, COSTS, END_KEYS, LOCATION_KEYS, QUANTITIES, Version

_DECIMALS: Final = 4
_S_PER_H: Final = 3600
_NOTHING: Final = {"ENERGY": Decimal(0), "TIME": Decimal(0)}
_NO_TIME_RESERVED: Final = {"RESERVATION_TIME": Decimal(0)}
_REQUIRED: Final[dict[Version, tuple[str, ...]]] = {
    "2.1.1": ("auth_id", "auth_method", "location", "last_updated"),
    "2.2.1": ("country_code", "party_id", "cdr_token", "auth_method", "cdr_location", "last_updated"),
    "2.3.0": ("country_code", "party_id", "cdr_token", "auth_method", "cdr_location", "last_updated"),
}


@dataclass(frozen=True, slots=True)
class PricedPeriod:
    """A time over which no price changes, and what was measured in it. Power and current: the least and the most."""

    start_us: int
    energy_mwh: int
    times_us: tuple[int, int, int]  # charging, parked, reserved
    power_mw: tuple[int, int] | None = None
    current_ma: tuple[int, int] | None = None
    is_reserved: bool = False  # before the session, or of one that expired, be it no time at all


@dataclass(frozen=True, slots=True)
class PricedTax:
    """One tax in a cost."""

    name: str
    rate_ppm: int
    amount: Fraction


@dataclass(frozen=True, slots=True)
class PricedCost:
    """An amount before and after its taxes; None: that is not known."""

    before_tax: Fraction | None
    after_tax: Fraction | None
    taxes: tuple[PricedTax, ...] | None


@dataclass(frozen=True, slots=True)
class PricedSession:
    """A session with its costs: `total` as it is charged, `kinds` exactly, by the keys of a CDR's totals."""

    id: str
    start_us: int
    end_us: int
    currency: str
    tariff_id: str
    periods: tuple[PricedPeriod, ...]
    total: PricedCost
    kinds: Mapping[str, PricedCost]
    tariffs: Sequence[Json] = ()  # as OCPI says them
    notes: tuple[Fault, ...] = ()  # why its tariff is not among them


@dataclass(slots=True)
class WrittenCdr:
    """A CDR, what it cannot say (then it is none), and notes on what it lacks or leaves out."""

    cdr: dict[str, Json] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def write_cdr(session: PricedSession, version: Version, original: Mapping[str, Json] | None = None) -> WrittenCdr:
    """Write a CDR. Every key of `original` that is not said anew is carried along: `signed_data`, token, location."""
    place = Place(f"session {session.id}")
    written = WrittenCdr(notes=list(session.notes))
    said: dict[str, Json] = {
        "id": session.id,
        "start_date_time": _instant(session.start_us),
        END_KEYS[version]: _instant(session.end_us),
        "currency": session.currency,
        "charging_periods": _periods(session, version, place, written),
        **_quantities(session),
    }
    if session.tariffs:
        said["tariffs"] = list(session.tariffs)
    for key, cost in {"total_cost": session.total, **session.kinds}.items():
        if key in CDR_KEYS[version]:
            found = _cost(key, cost, version, place, written)
            if found is not None:
                said[key] = found
    _carry(said, original or {}, version, place, written)
    for key in _REQUIRED[version]:
        if key not in said:
            fix = f"add `{key}` before it is sent to others, or pass it along"
            written.notes.append(Fault("ocpi_lacks", place, f"no {key}", f"`{key}`, which OCPI requires", fix))
    keys = CDR_KEYS[version]
    written.cdr = {key: said[key] for key in (*keys, *(key for key in said if key not in keys)) if key in said}
    return written


def _carry(
    said: dict[str, Json], original: Mapping[str, Json], version: Version, place: Place, written: WrittenCdr
) -> None:
    known = {key for keys in CDR_KEYS.values() for key in keys}
    anew = {*COSTS, *QUANTITIES, *END_KEYS.values(), "tariffs"}
    for key, value in original.items():
        if key in said or key in anew or value is None:
            continue
        if key in known and key not in CDR_KEYS[version]:
            fix = f"write `{LOCATION_KEYS[version]}`" if key in LOCATION_KEYS.values() else "none"
            written.notes.append(Fault("ocpi_lost", place, key, f"what a CDR of OCPI {version} has", fix))
        else:
            said[key] = value


def _periods(session: PricedSession, version: Version, place: Place, written: WrittenCdr) -> Json:
    """The periods. Times are whole seconds, of which the sum is right whatever lies between two of them."""
    found: list[Json] = []
    before = [0, 0, 0]
    for period in session.periods:
        upto = [old + new for old, new in zip(before, period.times_us, strict=True)]
        seconds = [_seconds(new) - _seconds(old) for old, new in zip(before, upto, strict=True)]
        before = upto
        if version == "2.1.1" and (seconds[2] or period.is_reserved):
            fix = "write OCPI 2.2.1 or later"
            fault = Fault("ocpi_cannot", place, "a reservation", "what a CDR of OCPI 2.1.1 can say", fix)
            written.faults.extend([] if fault in written.faults else [fault])
        own: dict[str, Json] = {"start_date_time": _instant(period.start_us)}
        own["dimensions"] = _dimensions(period, seconds, version)
        found.append(own if version == "2.1.1" else {**own, "tariff_id": session.tariff_id})
    return found


def _seconds(us: int) -> int:
    return (us + US_PER_S // 2) // US_PER_S


def _dimensions(period: PricedPeriod, seconds: list[int], version: Version) -> list[Json]:
    volumes = {"ENERGY": decimal_of(period.energy_mwh, 6)} if period.energy_mwh else {}
    for kind, value in zip(("TIME", "PARKING_TIME", "RESERVATION_TIME"), seconds, strict=True):
        if value:
            volumes[kind] = _hours(value)
    # Energy in no time has a power beyond all limits, which its reader finds as well.
    if period.power_mw is not None and version != "2.1.1" and period.power_mw[0] <= POWER_MAX_MW:
        known = (period.power_mw[0], min(period.power_mw[1], POWER_MAX_MW))
        volumes |= {f"{which}_POWER": decimal_of(mw, 6) for which, mw in _least_and_most(known)}
    if period.current_ma is not None:
        volumes |= {f"{which}_CURRENT": decimal_of(ma, 3) for which, ma in _least_and_most(period.current_ma)}
    volumes = volumes or (_NO_TIME_RESERVED if period.is_reserved else _NOTHING)
    return [{"type": kind, "volume": volume} for kind, volume in volumes.items()]


def _least_and_most(pair: tuple[int, int]) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("MIN", pair[0]), ("MAX", pair[1])


def _quantities(session: PricedSession) -> dict[str, Json]:
    energy_mwh = sum(period.energy_mwh for period in session.periods)
    parked = _seconds(sum(period.times_us[1] for period in session.periods))
    return {
        "total_energy": decimal_of(energy_mwh, 6),
        "total_time": _hours(_seconds(session.end_us - session.start_us)),
        **({"total_parking_time": _hours(parked)} if parked else {}),
    }


def _hours(seconds: int) -> Decimal:
    """Seconds as hours to four decimals, which a reader takes back to the same seconds."""
    return _rounded(Fraction(seconds, _S_PER_H))


def _rounded(amount: Fraction) -> Decimal:
    """To four decimals, halves away from 0."""
    number = decimal_of(int((2 * abs(amount) * 10**_DECIMALS + 1) // 2), _DECIMALS)
    return number if amount >= 0 else number.copy_negate()


def _cost(key: str, cost: PricedCost, version: Version, place: Place, written: WrittenCdr) -> Json:
    """A cost as the version says it; None where it is optional and not known."""
    if cost.before_tax is None:
        if key == "total_cost":
            fix = "give the rate of the tax: OCPI requires the cost before tax"
            got, want = "a cost before tax that is not known", f"what a CDR of OCPI {version} can say"
            written.faults.append(Fault("ocpi_cannot", place, got, want, fix))
        return None
    before = _rounded(cost.before_tax)
    if version == "2.1.1":
        return before
    if version == "2.2.1":
        price: dict[str, Json] = {"excl_vat": before}
        if cost.after_tax is not None:
            price["incl_vat"] = _rounded(cost.after_tax)
        return price
    if cost.taxes is None:
        return {"before_taxes": before}
    taxes: list[Json] = [
        {"name": tax.name, "percentage": decimal_of(tax.rate_ppm, 4), "amount": _rounded(tax.amount)}
        for tax in cost.taxes
    ]
    return {"before_taxes": before, "taxes": taxes}


def _instant(us: int) -> str:
    """An instant with at most four decimals of a second, for OCPI's have at most 25 letters."""
    text = date_time_text(us - us % (US_PER_S // 10**_DECIMALS)).removesuffix("Z")
    return f"{text.rstrip('0')}Z" if "." in text else f"{text}Z"
