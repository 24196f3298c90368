"""What each component costs, in words: volume, grace, step, price, amount, its own minimum and maximum."""

from __future__ import annotations

from collections.abc import Iterator

from rating.reference import told, trace, words
from rating.reference.match import Priced, find
from rating.reference.story_steps import changes_at_once, money, price, steps, tariff_of
from rating.reference.told import COSTS, QUANTITY, Row
from rating.reference.values import Bill
from rating.reference.words_when import conditions
from rating.tariff.model import Tariff
from rating.units import LINE_DIMENSIONS, RESERVATION_TIME

_STEP_WORDS = {"up": "rounded up", "down": "rounded down", "nearest": "rounded to the nearest"}


def costs(bill: Bill) -> Iterator[Row]:
    """A row for each component, and its amount under it."""
    tariff = tariff_of(bill)
    measured = {step.priced: step for step in steps(bill, trace.Measured)}
    stepped, allowed, moments = steps(bill, trace.Stepped), steps(bill, trace.Allowed), steps(bill, trace.Moment)
    charges = steps(bill, trace.Charged)
    for number, charged in enumerate(charges, start=1):
        priced = charged.priced
        quantity = _quantity(tariff, measured[priced], allowed, stepped)
        of_index = tuple(_moments(tariff, moments, priced))
        amount = Row(_amount(tariff, charged), COSTS, _charge(tariff, charged), of_index, number)
        facts = {**_identity(tariff, priced), **_volumes(measured[priced], allowed, stepped)}
        yield Row(f"{_title(tariff, priced)}: {quantity}", QUANTITY, facts, (amount,), number)
    if not charges:
        yield Row("nothing", COSTS)


def _identity(tariff: Tariff, priced: Priced) -> dict[str, told.Value]:
    version, element, component = find(tariff, priced)
    return {
        "element": element.name,
        "version": version.label,
        "dimension": LINE_DIMENSIONS[priced.dimension],
        "holds": conditions(element.when),
        "place": str(component.place) or None,
    }


def _volumes(
    measured: trace.Measured, allowed: list[trace.Allowed], stepped: list[trace.Stepped]
) -> dict[str, told.Value]:
    """What was measured, what of it is free, and what a step adds or takes."""
    priced, kind = measured.priced, measured.priced.dimension
    taken = ((each.allowance.allowance.name, dict(each.taken).get(priced, 0)) for each in allowed)
    changes = ((each, dict(each.changes).get(priced, 0)) for each in stepped)
    return {
        "measured": told.quantity(measured.volume, kind),
        "begins": None if measured.begins is None else measured.begins.isoformat(),
        "free": told.quantity(measured.free, kind),
        "allowances": [{"allowance": name, **told.quantity(amount, kind)} for name, amount in taken if amount],
        "steps": [
            {
                "round": each.round,
                "step": told.quantity(each.step, kind),
                "total": told.quantity(each.total, kind),
                "change": told.quantity(change, kind),
            }
            for each, change in changes
            if change
        ],
    }


def _charge(tariff: Tariff, charged: trace.Charged) -> told.Facts:
    component, decimals = find(tariff, charged.priced)[2], words.decimals_of(tariff.minor_micro)
    rates = charged.rates.each
    return {
        "billed": told.quantity(charged.billed, charged.priced.dimension),
        "price": price(tariff, charged.priced),
        "unit_price": None if component.spot is not None else told.micro(component.price.amount_micro, decimals),
        "unit": component.price.unit_text,
        "index": None if component.spot is None else component.spot.index.name,
        "min": told.micro(component.min_micro, decimals),
        "max": told.micro(component.max_micro, decimals),
        "by_price": told.exact(charged.by_price),
        "amount": told.exact(charged.amount),
        "taxes": None if rates is None else [words.tax(each) for each in rates],
    }


def _moments(tariff: Tariff, moments: list[trace.Moment], priced: Priced) -> Iterator[Row]:
    """What the energy of each price of the index costs, in order of time."""
    day = ""
    for each in moments:
        if each.priced != priced:
            continue
        dated = words.day(each.start)
        energy = words.energy(each.energy_mwh)
        if each.allowed_mwh:
            energy += f" less {words.energy(each.allowed_mwh)} that is included"
        text = (
            f"{'' if dated == day else f'{dated} '}{words.clock(each.start)}: {energy} "
            f"at {money(tariff, each.price)}/kWh = {money(tariff, each.amount)}"
            f"{', the fallback: the index has no price then' if each.fallback else ''}"
        )
        facts: told.Facts = {
            **told.span(each.start, each.end),
            "energy_kwh": told.kwh(each.energy_mwh),
            "included_kwh": told.kwh(each.allowed_mwh),
            "price": told.exact(each.price),
            "amount": told.exact(each.amount),
            "fallback": each.fallback,
        }
        yield Row(text, COSTS, facts)
        day = dated


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
