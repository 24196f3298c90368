"""Rate one session: every step of PRICING in its order, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from zoneinfo import ZoneInfo

from rating.errors import Refused
from rating.reference import trace
from rating.reference.amount import apply_limits, charge, out_of_range, total_of
from rating.reference.clock import load_zone, local
from rating.reference.match import find, version_at, version_starts
from rating.reference.measure import (
    Part,
    Piece,
    Span,
    cut,
    fault_of_intervals,
    fault_of_session,
    first_energy,
    first_flat,
    spans,
    with_gaps,
)
from rating.reference.printing import lines_of, round_total
from rating.reference.quantity import Quantities, Quantity, quantities_of, take_steps
from rating.reference.values import Bill, Refusal, Usage
from rating.tariff.model import Tariff


def rate_session(tariff: Tariff, usage: Usage) -> Bill | Refusal:
    """The exact bill of a session, with a trace of every step, or why it is refused (PRICING 1 to 4).

    Faults are found in this order: the session's own start and end, no data, its zone, a version in force at its
    start, its intervals one by one, the range of amounts. The tariff's own zone goes before the session's.
    """
    fault = fault_of_session(usage)
    if fault is not None:
        return Refusal(usage.session_id, fault)
    zone = load_zone(tariff.time_zone or usage.time_zone or "")
    if zone is None:
        return Refusal(usage.session_id, Refused.TIME_ZONE)
    starts = version_starts(tariff, zone)
    version = version_at(starts, usage.start_us)
    if version is None:
        return Refusal(usage.session_id, Refused.NO_VERSION)
    refusal = fault_of_intervals(usage)
    if refusal is not None:
        return refusal

    parts = with_gaps(usage)
    found = spans(tariff, usage, zone, starts, version)
    pieces = cut(parts, found)
    steps: list[trace.Step] = [_rules(tariff, usage, zone, version)]
    steps += _spells(parts, zone)
    steps += _stretches(pieces, found, zone)

    energy_from = first_energy(usage)
    quantities = quantities_of(tariff, pieces, energy_from)
    flat = first_flat(found, usage)
    if flat is not None:
        quantities[flat[1]] = Quantity(volume=1)
        steps.append(trace.FlatDue(local(flat[0], zone), flat[1]))
    steps += _measured(tariff, quantities, energy_from, zone)
    steps += take_steps(tariff, quantities)

    charged = charge(tariff, quantities)
    if out_of_range(charged):
        return Refusal(usage.session_id, Refused.AMOUNT_RANGE)
    before = total_of(tariff, sum((step.amount for step in charged), Fraction(0)))
    total, limits = apply_limits(tariff, tariff.versions[version], before)
    rounded = round_total(tariff, total)
    taxed = trace.Taxed(total.net, total.gross - total.net, total.gross)
    steps += [*charged, *limits, taxed, rounded]

    charging_us = sum(part.end_us - part.start_us for part in parts if part.charging)
    return Bill(
        session_id=usage.session_id,
        tariff=tariff.id,
        tariff_version=tariff.versions[version].label,
        currency=tariff.currency,
        start_us=usage.start_us,
        end_us=usage.end_us,
        energy_mwh=sum(part.energy_mwh for part in parts),
        charging_us=charging_us,
        parked_us=usage.end_us - usage.start_us - charging_us,
        net_micro=rounded.net_micro,
        tax_micro=rounded.tax_micro,
        gross_micro=rounded.gross_micro,
        lines=lines_of(tariff, quantities, charged, limits, total, rounded),
        trace=tuple(steps),
    )


def _rules(tariff: Tariff, usage: Usage, zone: ZoneInfo, version: int) -> trace.Rules:
    return trace.Rules(tariff, version, zone.key, local(usage.start_us, zone), local(usage.end_us, zone))


def _spells(parts: list[Part], zone: ZoneInfo) -> Iterator[trace.Spell]:
    for part in parts:
        start, end = local(part.start_us, zone), local(part.end_us, zone)
        yield trace.Spell(start, end, part.energy_mwh, part.charging, part.measured)


def _stretches(pieces: list[Piece], found: list[Span], zone: ZoneInfo) -> Iterator[trace.Stretch]:
    """What was measured in each span; the one at the session's very end only where something was."""
    ends = [span.start_us for span in found[1:]] + [found[-1].start_us]
    sums = {span.start_us: [0, 0, 0] for span in found}
    for piece in pieces:
        measured = sums[piece.span.start_us]
        measured[0] += piece.energy_mwh
        measured[1 if piece.charging else 2] += piece.end_us - piece.start_us
    for span, end_us in zip(found, ends, strict=True):
        measured = sums[span.start_us]
        if span.start_us < end_us or any(measured) or len(found) == 1:
            yield trace.Stretch(local(span.start_us, zone), local(end_us, zone), span.matches, *measured)


def _measured(
    tariff: Tariff, quantities: Quantities, energy_from: int | None, zone: ZoneInfo
) -> Iterator[trace.Measured]:
    for priced in sorted(quantities):
        quantity = quantities[priced]
        begins = None
        if find(tariff, priced)[2].from_first_energy and energy_from is not None:
            begins = local(energy_from, zone)
        yield trace.Measured(priced, quantity.volume, quantity.free, begins)
