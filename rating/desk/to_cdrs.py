"""to_cdrs(): sessions -> OCPI CDRs, with their periods cut where the price changed; priced by the slow twin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any, Final, TypeVar

from rating.cdrs import WRITTEN, Cdrs, written_version
from rating.desk.explain import row_at_fault
from rating.desk.pieces import pieces_of
from rating.desk.usage import usage_of
from rating.errors import Fault, OcpiError, Place, Refused
from rating.ocpi_json import Json, write_json
from rating.reference import Bill, Refusal, Usage, rate_session, trace
from rating.reference.cut import Piece
from rating.reference.match import find
from rating.reference.spot import price_at
from rating.reference.tax import tax_parts
from rating.reference.versions import Marks, marks_of
from rating.results.cdr import PricedCost, PricedPeriod, PricedSession, PricedTax, write_cdr
from rating.results.rejected import refusal
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.ocpi.write import say
from rating.units import ENERGY, LINE_DIMENSIONS, MICRO_PER_UNIT, RESERVATION_FLAT, RESERVATION_TIME
from rating.usage.batch import UsageBatch
from rating.usage.ocpi.words import Version
from rating.usage.read import read_usage

T = TypeVar("T")

_ZERO: Final = Fraction(0)
# The total of a CDR that each dimension of a line belongs to, in the order of units.LINE_DIMENSIONS.
_KINDS: Final = (
    *("total_energy_cost", "total_time_cost", "total_parking_cost", "total_fixed_cost"),
    *("total_reservation_cost", "total_reservation_cost"),
)
assert len(_KINDS) == len(LINE_DIMENSIONS)
assert _KINDS[RESERVATION_TIME] == _KINDS[RESERVATION_FLAT]


@dataclass(frozen=True, slots=True)
class OcpiCdrs:
    """CDRs as dicts with decimals, and why some sessions have none.

    `notes`: what the CDRs lack or leave out, such as a tariff that OCPI cannot say.
    """

    cdrs: tuple[dict[str, Json], ...]
    refused: tuple[Fault, ...]
    notes: tuple[Fault, ...]

    def to_json(self, indent: int | None = 2) -> str:
        """All of them as a JSON list, in which every number has exactly its digits."""
        return write_json(list(self.cdrs), indent)

    def to_json_lines(self) -> str:
        """One a line."""
        return "".join(f"{write_json(cdr, None)}\n" for cdr in self.cdrs)


def to_cdrs(
    tariffs: Tariffs | Cdrs,
    sessions: Any = None,
    intervals: Any = None,
    *,
    readings: Any = None,
    version: str = WRITTEN,
    originals: Mapping[str | int, Mapping[str, Json]] | None = None,
    common: Mapping[str, Json] | None = None,
) -> OcpiCdrs:
    """Price sessions and write each as a CDR, with the amounts that `rate` charges.

    Args:
        tariffs: what `load_tariffs` gave, or what `read_cdrs` gave, in which case there are no further tables.
        sessions: as for `rate`.
        intervals: as for `rate`.
        readings: as for `rate`.
        version: of OCPI: 2.1.1, 2.2.1 or 2.3.0.
        originals: by session_id a CDR that the new one is to carry along: token, location, signed data, all keys
            that are not written anew.
        common: keys of all CDRs, such as `country_code` and `party_id`.

    Raises: InputError where a table cannot be read, or an option is none.

    >>> from rating import load_tariffs
    >>> sessions = {
    ...     "session_id": ["S-1"], "tariff": ["per-kwh"], "energy_kwh": ["12.5"],
    ...     "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"],
    ... }
    >>> cdr = to_cdrs(load_tariffs("tariffs/per-kwh.yaml"), sessions).cdrs[0]
    >>> str(cdr["total_energy"]), {key: str(value) for key, value in cdr["total_cost"].items()}
    ('12.5', {'excl_vat': '4.03', 'incl_vat': '4.88'})
    """
    known = written_version(version)
    batch = tariffs.batch if isinstance(tariffs, Cdrs) else read_usage(sessions, intervals, readings)
    priced = tariffs.tariffs if isinstance(tariffs, Cdrs) else tariffs
    cdrs, refused, notes = [], [], []
    for i in range(len(batch.sessions.status)):
        status = Refused(int(batch.sessions.status[i]))
        code = int(batch.sessions.tariff[i])
        tariff = priced.get(batch.sessions.tariff_names[code]) if code >= 0 else None
        if status == Refused.FINE and tariff is None:
            status = Refused.UNKNOWN_TARIFF
        answer = rate_session(tariff, usage_of(batch, i)) if tariff is not None and status == Refused.FINE else None
        if tariff is None or not isinstance(answer, Bill):
            refused.append(_refused(batch, priced, i, status, answer))
            continue
        original = {**(common or {}), **((originals or {}).get(answer.session_id) or {})}
        written = write_cdr(priced_session(tariff, answer, known), known, original)
        notes += written.notes
        refused += written.faults
        cdrs += [] if written.faults else [written.cdr]
    return OcpiCdrs(tuple(cdrs), tuple(refused), tuple(dict.fromkeys(notes)))


def _refused(batch: UsageBatch, priced: Tariffs, i: int, status: Refused, answer: Bill | Refusal | None) -> Fault:
    """Why session i has no CDR: as its table was read, or as the twin answers."""
    if not isinstance(answer, Refusal):
        return refusal(batch, priced, i, status, int(batch.sessions.status_row[i]))
    return refusal(batch, priced, i, answer.reason, row_at_fault(batch, i, answer), answer.interval is not None)


def to_cdr(
    tariff: Tariff, usage: Usage, version: str = WRITTEN, original: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """The CDR of one session of the twin. Raises: OcpiError, where it is refused or OCPI cannot say it."""
    known = written_version(version)
    bill = rate_session(tariff, usage)
    if not isinstance(bill, Bill):
        place = Place(f"session {usage.session_id}")
        raise OcpiError([Fault(bill.code, place, "a session that is refused", "one that is priced", "look at it")])
    written = write_cdr(priced_session(tariff, bill, known), known, original)
    if written.faults:
        raise OcpiError(written.faults)
    return written.cdr


def priced_session(tariff: Tariff, bill: Bill, version: Version) -> PricedSession:
    """A bill as the plain values that a CDR is written from."""
    rules = _steps(bill, trace.Rules)[0]
    found = pieces_of(tariff, rules.usage, as_cut=False)
    assert found is not None
    groups = _alike(tariff, found[0])
    tariffs, notes = _said(tariff, rules.version, version)
    own_id = tariffs[0].get("id") if tariffs else tariff.id
    return PricedSession(
        id=str(bill.session_id),
        start_us=min([bill.start_us, *(group[0].slice.start_us for group in groups)]),
        end_us=bill.end_us,
        currency=bill.currency,
        tariff_id=str(own_id),
        periods=tuple(_period(tariff, group) for group in groups),
        total=_total(bill),
        kinds=_kinds(tariff, bill),
        tariffs=tariffs,
        notes=notes,
    )


def _said(tariff: Tariff, index: int, version: Version) -> tuple[list[dict[str, Json]], tuple[Fault, ...]]:
    """The version of the tariff that priced the session; where OCPI cannot say it, none, and all that it cannot say."""
    try:
        return [say(tariff, version).tariffs[index]], ()
    except OcpiError as error:
        want = f"what OCPI {version} can say, so that CDRs could carry the tariff {tariff.id}"
        return [], tuple(replace(fault, code="ocpi_lost", want=want) for fault in error.faults)


def _steps(bill: Bill, kind: type[T]) -> list[T]:
    return [step for step in bill.trace if isinstance(step, kind)]


def _alike(tariff: Tariff, pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Neighbouring pieces at the same prices, and all of them charging or none, in order of time.

    Who reads a period takes its energy to flow evenly and its power to be one. So that no other price holds then, none
    crosses a threshold of energy, power or current, or the moment at which an index or the version changes.
    """
    used = [piece for piece in pieces if piece.of_session is not None or piece.of_reservation is not None]
    ordered = sorted(used, key=lambda piece: piece.slice.start_us)
    marks = [marks_of(version) for version in tariff.versions]
    return [list(group) for _, group in groupby(ordered, key=lambda piece: _sort(tariff, marks, piece))]


def _sort(tariff: Tariff, marks: Sequence[Marks], piece: Piece) -> object:
    held = tuple(match.holds for match in (*(piece.of_session or ()), *(piece.of_reservation or ())))
    found, version = piece.slice, piece.slice.epoch.version
    between = (
        bisect_right(marks[version].energy_mwh, found.energy_before_mwh),
        bisect_right(marks[version].power_mw, found.part.power_mw),
        bisect_right(marks[version].current_ma, found.part.current_ma),
    )
    charges = found.times.charging_us > 0 or found.energy_mwh > 0
    return held, piece.of_session is None, charges, version, between, _by_index(tariff, piece)


def _by_index(tariff: Tariff, piece: Piece) -> Fraction | None:
    """What a kWh costs then, where the price of energy follows an index."""
    holds = None if piece.of_session is None else piece.of_session[ENERGY].holds
    spot = None if holds is None else find(tariff, holds)[2].spot
    return None if spot is None else price_at(spot, piece.slice.since_us)


def _period(tariff: Tariff, pieces: Sequence[Piece]) -> PricedPeriod:
    whens = [element.when for version in tariff.versions for element in version.elements]
    by_power = any(when.min_power_mw is not None or when.max_power_mw is not None for when in whens)
    by_current = any(when.min_current_ma is not None or when.max_current_ma is not None for when in whens)
    slices = [piece.slice for piece in pieces]
    charging, parked, reserved = (sum(each.times[which] for each in slices) for which in range(3))
    powers = [each.part.power_mw for each in slices]
    currents = [each.part.current_ma for each in slices]
    is_session = pieces[0].of_session is not None
    return PricedPeriod(
        start_us=slices[0].start_us,
        energy_mwh=sum(each.energy_mwh for each in slices) if is_session else 0,
        times_us=(charging, parked, reserved) if is_session else (0, 0, reserved),
        power_mw=(min(powers), max(powers)) if by_power and is_session else None,
        current_ma=(min(currents), max(currents)) if by_current and is_session else None,
        is_reserved=not is_session,
    )


def _total(bill: Bill) -> PricedCost:
    rounded = _steps(bill, trace.Rounded)[0]
    found = None if rounded.taxes is None else [(rate, _money(micro)) for rate, micro in rounded.taxes]
    taxes = None if found is None else tuple(PricedTax(rate.name, rate.rate_ppm, amount) for rate, amount in found)
    return PricedCost(_known(rounded.net_micro), _known(rounded.gross_micro), taxes)


def _money(micro: int) -> Fraction:
    return Fraction(micro, MICRO_PER_UNIT)


def _known(micro: int | None) -> Fraction | None:
    return None if micro is None else _money(micro)


def _kinds(tariff: Tariff, bill: Bill) -> dict[str, PricedCost]:
    """What was charged of each kind, exactly."""
    found: dict[str, PricedCost] = {}
    for step in _steps(bill, trace.Charged):
        kind = _KINDS[step.priced.dimension]
        before = found.get(kind, PricedCost(_ZERO, _ZERO, ()))
        found[kind] = _added(before, _one(tariff, step))
    return found


def _one(tariff: Tariff, step: trace.Charged) -> PricedCost:
    included = tariff.tax is not None and tariff.tax.included
    parts = tax_parts(step.rates, step.amount, included) if step.amount else ()
    if parts is None:
        return PricedCost(None, step.amount, None) if included else PricedCost(step.amount, None, None)
    taxes = tuple(PricedTax(part.rate.name, part.rate.rate_ppm, part.amount) for part in parts)
    tax = sum((part.amount for part in parts), _ZERO)
    before = step.amount - tax if included else step.amount
    return PricedCost(before, before + tax, taxes)


def _added(one: PricedCost, other: PricedCost) -> PricedCost:
    if one.taxes is None or other.taxes is None:
        return PricedCost(_sum(one.before_tax, other.before_tax), _sum(one.after_tax, other.after_tax), None)
    amounts: dict[tuple[str, int], Fraction] = {}
    for tax in (*one.taxes, *other.taxes):
        key = tax.name, tax.rate_ppm
        amounts[key] = amounts.get(key, _ZERO) + tax.amount
    taxes = tuple(PricedTax(*key, amount) for key, amount in amounts.items())
    return PricedCost(_sum(one.before_tax, other.before_tax), _sum(one.after_tax, other.after_tax), taxes)


def _sum(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other
