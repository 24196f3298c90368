"""Lists of meter values -> samples: one number for each instant and measurand, phases added up, units gone.

- What is not named is the measurand Energy.Active.Import.Register, the location Outlet, and the unit Wh, W or A; 2.x
  multiplies by 10^multiplier.
- The value without a phase is the total. Where there is none, L1 + L2 + L3 are (or L1-N + L2-N + L3-N), as many of them
  as are given; N and voltages between phases are not added.
- Numbers are decimals, to the nearest thousandth of a Wh, W or A: programs write 21.399999618530273 for 21.4 kWh.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from rating.errors import Fault, Place
from rating.units import CURRENT_MAX_MA, POWER_MAX_MW
from rating.usage.ocpp.model import Kind, Sample, Signed
from rating.usage.ocpp.text import as_text, instant, milli, number, short

REGISTER: Final = "Energy.Active.Import.Register"
MEASURANDS: Final = {
    REGISTER: Kind.REGISTER,
    "Energy.Active.Import.Interval": Kind.INTERVAL,
    "Energy.Active.Export.Register": Kind.EXPORT,
    "Energy.Active.Export.Interval": Kind.EXPORT,
    "Power.Active.Import": Kind.POWER,
    "Current.Import": Kind.CURRENT,
}
# The unit of each kind, and the digits by which others are larger.
_UNITS: Final[dict[Kind, dict[str, int]]] = {
    Kind.REGISTER: {"Wh": 0, "kWh": 3},
    Kind.INTERVAL: {"Wh": 0, "kWh": 3},
    Kind.EXPORT: {"Wh": 0, "kWh": 3},
    Kind.POWER: {"W": 0, "kW": 3},
    Kind.CURRENT: {"A": 0},
}
_PHASES: Final = (("L1", "L2", "L3"), ("L1-N", "L2-N", "L3-N"))
_MULTIPLIER_MAX: Final = 12
# Beyond it no register counts: a TWh.
MILLI_MAX: Final = 10**15
# Beyond these a session would be refused for a value that its tariff may not even ask for.
_MOST: Final = {Kind.POWER: POWER_MAX_MW // 3, Kind.CURRENT: CURRENT_MAX_MA // 3}


class Read(NamedTuple):
    """What a list of meter values holds. `elsewhere`: energy was measured at another location."""

    samples: tuple[Sample, ...]
    signed: tuple[Signed, ...]
    elsewhere: bool


class _Group(NamedTuple):
    """What has to be told apart within one meter value."""

    measurand: str
    context: str


class Reader:
    """Reads the meter values of one message."""

    def __init__(self, offset_us: int, location: str, place: Place, faults: list[Fault]) -> None:
        self._offset_us, self._location, self._place, self._faults = offset_us, location, place, faults
        self._samples: list[Sample] = []
        self._signed: list[Signed] = []
        self._elsewhere = False

    def read(self, values: Any, dropped: frozenset[tuple[int, int | None]]) -> Read:
        """The samples of a list of meter values, but for those that were `dropped`."""
        for i, value in enumerate(values if isinstance(values, list) else ()):
            if (i, None) in dropped or not isinstance(value, dict):
                continue
            at_us = instant(value.get("timestamp"), self._offset_us)
            if at_us is None:
                got = f"meterValue[{i}].timestamp: {short(value.get('timestamp'), 60)}"
                want = "an instant from 2000 to 2100, such as 2026-03-02T19:45:00Z"
                self._fault("ocpp_timestamp", got, want, "these values are left out: set the charge point's clock")
                continue
            parts = value.get("sampledValue")
            given = [
                (j, each) for j, each in enumerate(parts if isinstance(parts, list) else ()) if isinstance(each, dict)
            ]
            kept = [each for j, each in given if (i, j) not in dropped]
            lost = [each for j, each in given if (i, j) in dropped]
            self._samples.extend(self._at(at_us, kept, lost))
        return Read(tuple(self._samples), tuple(self._signed), self._elsewhere)

    def _at(self, at_us: int, kept: list[dict[str, Any]], lost: list[dict[str, Any]]) -> Iterator[Sample]:
        """The samples of one instant. What was `lost` had a flaw: its total is not known."""
        groups: dict[_Group, dict[str, int]] = {}
        faulty: dict[_Group, set[str]] = {}
        for part in lost:
            faulty.setdefault(_group(part), set()).add(str(part.get("phase", "")))
        for part in kept:
            group = _group(part)
            if self._keep_signed(at_us, group.context, part) or group.measurand not in MEASURANDS:
                continue
            if part.get("location", "Outlet") != self._location:
                self._elsewhere |= MEASURANDS[group.measurand] in (Kind.REGISTER, Kind.INTERVAL)
                continue
            found = self._number(MEASURANDS[group.measurand], part)
            phase = str(part.get("phase", ""))
            if found is None:
                faulty.setdefault(group, set()).add(phase)
            elif groups.setdefault(group, {}).setdefault(phase, found) != found:
                got = f"two values of {group.measurand} {phase}".rstrip()
                self._fault(
                    "ocpp_two_values", got, "one of each measurand and phase at an instant", "both are left out"
                )
                faulty.setdefault(group, set()).add(phase)
        for group, phases in groups.items():
            wrong = faulty.get(group, set())
            # A phase that could not be read would make the sum of the others a total that is too small.
            if not wrong or ("" in phases and "" not in wrong):
                yield from self._total(at_us, group, phases)

    def _total(self, at_us: int, group: _Group, phases: dict[str, int]) -> Iterator[Sample]:
        kind = MEASURANDS[group.measurand]
        if "" in phases:
            yield Sample(at_us, kind, phases[""], group.context, (), self._place)
            return
        for names in _PHASES:
            given = tuple(name for name in names if name in phases)
            if given:
                total = sum(phases[name] for name in given)
                yield Sample(at_us, kind, total, group.context, given, self._place)
                return

    def _number(self, kind: Kind, part: dict[str, Any]) -> int | None:
        """Thousandths of the kind's unit; None, with a Fault, where it is none."""
        measure = part.get("unitOfMeasure")
        measure = measure if isinstance(measure, dict) else {}
        units = _UNITS[kind]
        unit = part.get("unit", measure.get("unit"))
        power = measure.get("multiplier", 0)
        value = number(part.get("value"))
        if value is None:
            self._fault("ocpp_value", short(part.get("value"), 60), "a number", "this value is left out")
            return None
        if unit is not None and (not isinstance(unit, str) or unit not in units):
            want = f"{' or '.join(units)} as the unit of {kind.name.lower()} values"
            self._fault("ocpp_unit", short(unit, 40), want, "this value is left out")
            return None
        if type(power) is not int or abs(power) > _MULTIPLIER_MAX:
            want = f"a multiplier from -{_MULTIPLIER_MAX} to {_MULTIPLIER_MAX}"
            self._fault("ocpp_unit", short(power, 40), want, "this value is left out")
            return None
        return self._bounded(kind, value, milli(value, power + (units[unit] if unit else 0)))

    def _bounded(self, kind: Kind, value: Decimal, found: int) -> int | None:
        if 0 <= found <= _MOST.get(kind, MILLI_MAX):
            return found
        want = "a value from 0 to what a meter can measure"
        self._fault("ocpp_value", short(str(value), 60), want, "this value is left out")
        return None

    def _keep_signed(self, at_us: int, context: str, part: dict[str, Any]) -> bool:
        """Keep what the meter signed. True where there is no number beside it, as in 1.6."""
        signed = part.get("signedMeterValue")
        if isinstance(signed, dict) and isinstance(signed.get("signedMeterData"), str):
            method, encoding, key = (as_text(signed.get(k)) for k in ("signingMethod", "encodingMethod", "publicKey"))
            self._signed.append(Signed(at_us, context, method, encoding, key, signed["signedMeterData"]))
        if part.get("format") != "SignedData":
            return False
        data = part.get("value")
        if isinstance(data, str):
            encoding = "OCMF" if data.startswith("OCMF|") else None
            self._signed.append(Signed(at_us, context, None, encoding, None, data))
        return True

    def _fault(self, code: str, got: str, want: str, fix: str) -> None:
        self._faults.append(Fault(code, self._place, got, want, fix))


def _group(part: dict[str, Any]) -> _Group:
    return _Group(str(part.get("measurand", REGISTER)), str(part.get("context", "Sample.Periodic")))
