"""What each component costs, in words: volume, grace, step, price, amount, its own minimum and maximum."""

from __future__ import annotations

from rating.reference import trace, words
from rating.reference.match import Priced, find
from rating.reference.story_steps import changes_at_once, money, price, steps, tariff_of
from rating.reference.values import Bill
from rating.tariff.model import Tariff
from rating.units import LINE_DIMENSIONS, RESERVATION_TIME

_STEP_WORDS = {"up": "rounded up", "down": "rounded down", "nearest": "rounded to the nearest"}


def costs(bill: Bill) -> list[str]:
    """Two rows for each component."""
    tariff = tariff_of(bill)
    measured = {step.priced: step for step in steps(bill, trace.Measured)}
    stepped, allowed = steps(bill, trace.Stepped), steps(bill, trace.Allowed)
    rows = []
    for charged in steps(bill, trace.Charged):
        quantity = _quantity(tariff, measured[charged.priced], allowed, stepped)
        rows.append(f"{_title(tariff, charged.priced)}: {quantity}")
        rows.append(f"  {_amount(tariff, charged)}")
        rows += [f"    {row}" for row in _moments(tariff, steps(bill, trace.Moment), charged.priced)]
    return rows or ["nothing"]


def _moments(tariff: Tariff, moments: list[trace.Moment], priced: Priced) -> list[str]:
    """What the energy of each price of the index costs, in order of time."""
    rows, day = [], ""
    for each in moments:
        if each.priced != priced:
            continue
        dated = words.day(each.start)
        energy = words.energy(each.energy_mwh)
        if each.allowed_mwh:
            energy += f" less {words.energy(each.allowed_mwh)} that is included"
        rows.append(
            f"{'' if dated == day else f'{dated} '}{words.clock(each.start)}: {energy} "
            f"at {money(tariff, each.price)}/kWh = {money(tariff, each.amount)}"
            f"{', the fallback: the index has no price then' if each.fallback else ''}"
        )
        day = dated
    return rows


def _title(tariff: Tariff, priced: Priced) -> str:
    version, element, _ = find(tariff, priced)
    dated = f", version {version.label}" if changes_at_once(tariff) else ""
    return f"{words.DIMENSION_WORDS[LINE_DIMENSIONS[priced.dimension]]}, {element.name}{dated}"


def _quantity(
    tariff: Tariff, measured: trace.Measured, allowed: list[trace.Allowed], stepped: list[trace.Stepped]
) -> str:
    kind, component = measured.priced.dimension, find(tariff, measured.priced)[2]
    text = words.quantity(measured.volume, kind)
    if component.plugged_in:
        text += " plugged in"
    if measured.begins is not None:
        began = "charging ended" if component.from_charging_end else "energy first came"
        text += f" since {began} at {words.clock(measured.begins)}"
    if measured.free:
        text += f", of which {words.quantity(measured.free, kind)} free of charge"
    for allowance in allowed:
        taken = dict(allowance.taken).get(measured.priced, 0)
        if taken:
            text += f', {words.quantity(taken, kind)} in "{allowance.allowance.allowance.name}"'
    for step in stepped:
        change = dict(step.changes).get(measured.priced, 0)
        if change:
            whole = "reservation" if kind == RESERVATION_TIME else "session"
            text += f", {'plus' if change > 0 else 'less'} {words.quantity(abs(change), kind)}: the {whole}'s "
            text += f"{words.quantity(step.total, kind)} {_STEP_WORDS[step.round]} in steps of "
            text += words.quantity(step.step, kind)
    return text


def _amount(tariff: Tariff, charged: trace.Charged) -> str:
    quantity = words.quantity(charged.billed, charged.priced.dimension)
    text = f"{quantity} {_at(tariff, charged.priced)} = {money(tariff, charged.by_price)}"
    if charged.amount > charged.by_price:
        text += f", at least {money(tariff, charged.amount)}"
    if charged.amount < charged.by_price:
        text += f", at most {money(tariff, charged.amount)}"
    if charged.amount and charged.rates.each is None:
        text += ", the rate of its tax is not known"
    return text


def _at(tariff: Tariff, priced: Priced) -> str:
    by_index = find(tariff, priced)[2].spot is not None
    return f"{'by' if by_index else 'at'} {price(tariff, priced)}"
