"""Rate one session: every step of PRICING in its order, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rating.errors import Refused
from rating.reference import trace
from rating.reference.allowances import take_allowances
from rating.reference.amount import charge, out_of_range
from rating.reference.clock import load_zone, local
from rating.reference.cut import Cutter, priced
from rating.reference.deal import NO_DEAL, Deal
from rating.reference.discounts import take_discounts
from rating.reference.faults import fault_of_intervals, fault_of_session, missing_value
from rating.reference.limits import apply_caps, apply_limits
from rating.reference.lines import Reckoned, lines_of
from rating.reference.match import find
from rating.reference.parts import charging_end, first_energy, parts_of
from rating.reference.printing import round_total, taxes_of
from rating.reference.quantity import Quantities, Share, added_up, flats_due, shares_of, take_steps
from rating.reference.spot import amounts_of, followed, moments, spots_of
from rating.reference.stretches import spells, stretches
from rating.reference.tax import total_of
from rating.reference.values import Bill, Refusal, Usage
from rating.reference.versions import epochs, version_of_session, version_starts
from rating.tariff.model import Tariff


def rate_session(tariff: Tariff, usage: Usage, *, as_cut: bool = False, deal: Deal | None = None) -> Bill | Refusal:
    """The exact bill of a session, with a trace of every step, or why it is refused (PRICING 1 to 4).

    Faults are found in this order: the session's own start, end and reservation, no data, its zone, a version in force
    at its start, its intervals one by one, values that the tariff needs and the session does not have, prices that an
    index does not have, the range of amounts, taxes that are not known. The tariff's own zone goes before the
    session's. With `as_cut` no interval is cut: each is priced by what holds at its start, as an operator does who has
    cut them already. The deal is what its account gives it; what the session itself says of its account, coupon and
    points is not looked at here.
    """
    deal = deal or NO_DEAL
    fault = fault_of_session(usage)
    if fault is not None:
        return Refusal(usage.session_id, fault)
    zone = load_zone(tariff.time_zone or usage.time_zone or "")
    if zone is None:
        return Refusal(usage.session_id, Refused.TIME_ZONE)
    starts = version_starts(tariff, zone)
    version = version_of_session(tariff, starts, usage.start_us, zone)
    if version is None:
        return Refusal(usage.session_id, Refused.NO_VERSION)
    refusal = fault_of_intervals(usage)
    if refusal is not None:
        return refusal

    parts = parts_of(usage)
    first_us = min(part.start_us for part in parts)
    in_reach = range(len(tariff.versions)) if tariff.on_change == "at_once" else [version]
    spots = spots_of(tariff, in_reach)
    cutter = Cutter(tariff, usage, parts, epochs(tariff, starts, version, first_us, usage.end_us, zone, spots))
    slices = cutter.slices(as_cut)
    in_use = sorted({found.epoch.version for found in slices})
    refusal = missing_value(usage, [tariff.versions[index] for index in in_use])
    if refusal is not None:
        return refusal
    pieces = priced(tariff, usage, cutter, slices)
    steps: list[trace.Step] = [_rules(tariff, usage, zone, version, deal)]
    steps += spells(parts, zone)
    steps += stretches(pieces, cutter, zone)

    shares = shares_of(tariff, pieces, usage)
    for due in flats_due(pieces, usage):
        shares.append(Share(due.priced, -1, volume=1))
        steps.append(trace.FlatDue(local(due.at_us, zone), due.priced))
    allowed = take_allowances(deal.allowances, shares)
    quantities = added_up(shares)
    steps += _measured(tariff, quantities, usage, zone)
    steps += allowed
    steps += take_steps(tariff, quantities)

    by_index = followed(tariff, pieces, shares)
    if by_index is None:
        return Refusal(usage.session_id, Refused.NO_INDEX_PRICE)
    steps += moments(by_index, zone, max((piece.slice.end_us for piece in pieces), default=0))
    charged = charge(tariff, quantities, amounts_of(by_index))
    left, discounts = take_discounts(deal, charged, quantities)
    if out_of_range(charged) or out_of_range(left):
        return Refusal(usage.session_id, Refused.AMOUNT_RANGE)
    limited = apply_limits(tariff, tariff.versions[version], total_of(tariff, left))
    capped = limited and apply_caps(limited[0], deal.caps)
    if limited is None or capped is None:
        return Refusal(usage.session_id, Refused.TAX_UNKNOWN)
    total, limits = capped[0], limited[1] + capped[1]
    rounded = round_total(tariff.rounding, total)
    steps += [*charged, *discounts, *limits, trace.Taxed(total.net, total.taxes, total.gross), rounded]
    taken = [step for step in discounts if isinstance(step, trace.Discounted)]

    return Bill(
        session_id=usage.session_id,
        tariff=tariff.id,
        tariff_version=tariff.versions[version].label,
        currency=tariff.currency,
        start_us=usage.start_us,
        end_us=usage.end_us,
        energy_mwh=sum(part.energy_mwh for part in parts),
        charging_us=sum(part.times.charging_us for part in parts),
        parked_us=sum(part.times.parked_us for part in parts),
        net_micro=rounded.net_micro,
        tax_micro=rounded.tax_micro,
        gross_micro=rounded.gross_micro,
        lines=lines_of(tariff, Reckoned(quantities, allowed, charged, taken, left, limits, total, rounded)),
        taxes=taxes_of(total, rounded),
        trace=tuple(steps),
        allowances_used=tuple((step.allowance.allowance.name, step.used) for step in allowed),
        points_redeemed=sum(step.redeemed for step in discounts if isinstance(step, trace.Redeemed)),
        coupon_used=any(isinstance(step, trace.CouponTaken) and step.fault is None for step in discounts),
    )


def _rules(tariff: Tariff, usage: Usage, zone: ZoneInfo, version: int, deal: Deal) -> trace.Rules:
    return trace.Rules(tariff, version, zone.key, local(usage.start_us, zone), local(usage.end_us, zone), usage, deal)


def _measured(tariff: Tariff, quantities: Quantities, usage: Usage, zone: ZoneInfo) -> Iterator[trace.Measured]:
    for each in sorted(quantities):
        quantity, component = quantities[each], find(tariff, each)[2]
        begins_us = first_energy(usage) if component.from_first_energy else None
        begins_us = charging_end(usage) if component.from_charging_end else begins_us
        begins = None if begins_us is None else local(begins_us, zone)
        yield trace.Measured(each, quantity.volume, quantity.free, begins)
