"""The totals that a CDR prints: quantities, and costs before and after tax."""

from __future__ import annotations

from fractions import Fraction

from rating.errors import Fault
from rating.ocpi_json import Json
from rating.usage.ocpi.fields import Fields
from rating.usage.ocpi.parse import unlike_version
from rating.usage.ocpi.values import Amount, Cdr, Printed, Totals
from rating.usage.ocpi.words import COSTS, PRICE_KEYS, QUANTITIES, TAX_KEYS, Version


def read_totals(cdr: Cdr, faults: list[Fault]) -> Totals:
    """The totals of a CDR; what is wrong with them goes into the faults.

    In OCPI 2.1.1 a cost is a number, before tax; in 2.2.1 it has `excl_vat` and `incl_vat`, in 2.3.0 `before_taxes`
    and a list of taxes.
    """
    own: list[Fault] = []
    fields = Fields(cdr.value, cdr.place, own)
    quantities = {}
    for key in QUANTITIES:
        number = _printed(fields, key, "a total", required=False)
        if number is not None:
            quantities[key] = number
    costs = {}
    for key in COSTS:
        value = cdr.value.get(key)
        if value is not None:
            amount = _cost(fields, key, value, cdr.version)
            if amount is not None:
                costs[key] = amount
    faults.extend([*unlike_version(cdr.value, cdr.place, cdr.version), *own] if own else own)
    return Totals(quantities, costs)


def _cost(cdr: Fields, key: str, value: Json, version: Version) -> Amount | None:
    if version == "2.1.1":
        number = _printed(cdr, key, "a cost before tax")
        return None if number is None else Amount(number, None)
    if not isinstance(value, dict):
        keys = " and ".join(f"`{name}`" for name in PRICE_KEYS[version])
        cdr.fault("cdr_value", key, value, f"an object with {keys}", "write it as OCPI has it")
        return None
    price = Fields(value, cdr.place.within(key), cdr.faults)
    price.only(PRICE_KEYS[version])
    if version == "2.2.1":
        before = _printed(price, "excl_vat", "the cost before tax")
        after = _printed(price, "incl_vat", "the cost after tax", required=False)
        return None if before is None else Amount(before, after)
    before = _printed(price, "before_taxes", "the cost before taxes")
    taxes = price.objects("taxes", "the taxes", required=False)
    amounts = [_tax(tax) for tax in taxes or ()]
    known = [amount for amount in amounts if amount is not None]
    if before is None or len(known) < len(amounts):
        return None
    if taxes is None:
        return Amount(before, None)
    with_taxes = sum((amount.value for amount in known), before.value)
    return Amount(before, Printed(with_taxes, max(amount.decimals for amount in [before, *known])))


def _tax(tax: Fields) -> Printed | None:
    tax.only(TAX_KEYS)
    tax.text("name", "what the tax is called")
    return _printed(tax, "amount", "the amount of the tax")


def _printed(fields: Fields, key: str, what: str, required: bool = True) -> Printed | None:
    number = fields.number(key, what, required)
    if number is None:
        return None
    value = Fraction(number)
    decimals = 0
    while (value * 10**decimals).denominator != 1:
        decimals += 1
    return Printed(value, decimals)
