"""What a session costs in all, in words: its limits, its taxes, rounding, and what is to be paid."""

from __future__ import annotations

from fractions import Fraction

from rating.reference import told, trace, words
from rating.reference.deal import CapSoFar
from rating.reference.story_steps import left_of, lines_by_step, micro, money, only, steps, tariff_of
from rating.reference.told import ACCOUNTS, COSTS, Row
from rating.reference.values import Bill
from rating.tariff.model import Tariff, TaxRate
from rating.units import PPM_PER_PERCENT

_UNKNOWN = "not known, for the rate of the tax is not"
_MODES = {
    "half_up": "halves up",
    "half_even": "halves to the even one",
    "half_down": "halves down",
    "up": "always up",
    "down": "always down",
}


def total(bill: Bill) -> list[Row]:
    """The sum, the session's limits, taxes, rounding and what is to be paid."""
    tariff, lines = tariff_of(bill), lines_by_step(bill)
    charged = sum((step.amount for step in left_of(bill)), Fraction(0))
    less = sum((step.amount for step in steps(bill, trace.Discounted)), Fraction(0))
    after = " after all that was taken off" if less else ""
    text = f"Together {money(tariff, charged)}{after}{_included(bill, tariff)}"
    rows = [Row(text, COSTS, {"together": _exact(charged), "taken_off": _exact(less)})]
    for limit in steps(bill, trace.Limited):
        rule = COSTS if limit.cap is None else ACCOUNTS
        rows.append(Row(_limit(tariff, limit, bill), rule, _limits(tariff, limit), line=lines.get(id(limit))))
    rows += _taxes(tariff, only(bill, trace.Taxed))
    rounded = only(bill, trace.Rounded)
    text = f"Rounded once, to {micro(tariff, rounded.unit_micro)}, {_MODES[rounded.mode]}:"
    facts = {"to": _micro(tariff, rounded.unit_micro), "mode": rounded.mode, **_totals(tariff, rounded)}
    under = tuple(Row(each, COSTS) for each in _rounded(tariff, rounded))
    return [*rows, Row(text, COSTS, facts, under, lines.get(id(rounded)))]


def _totals(tariff: Tariff, rounded: trace.Rounded) -> dict[str, told.Value]:
    return {
        "net": _micro(tariff, rounded.net_micro),
        "tax": _micro(tariff, rounded.tax_micro),
        "gross": _micro(tariff, rounded.gross_micro),
    }


def _limits(tariff: Tariff, limit: trace.Limited) -> told.Facts:
    return {
        "limit": limit.kind,
        "stage": limit.stage,
        "of": _micro(tariff, limit.limit_micro),
        "before": _exact(limit.before),
        "change": _exact(limit.change),
        "cap": None if limit.cap is None else cap_facts(tariff, limit.cap),
    }


def cap_facts(tariff: Tariff, so_far: CapSoFar) -> told.Facts:
    """A cap and what was charged before, as data."""
    cap = so_far.cap
    most = cap.max.before_tax_micro if cap.max.after_tax_micro is None else cap.max.after_tax_micro
    return {
        "cap": cap.name,
        "per": cap.period.per,
        "at_most": _micro(tariff, most),
        "charged_before": _micro(tariff, so_far.charged_micro),
        "since": None if so_far.since is None else so_far.since.isoformat(),
    }


def _exact(amount: Fraction | None) -> str | None:
    return None if amount is None else told.exact(amount)


def _micro(tariff: Tariff, amount_micro: int | None) -> str | None:
    return told.micro(amount_micro, words.decimals_of(tariff.minor_micro))


def _rates(bill: Bill) -> list[TaxRate] | None:
    """The taxes on what was charged, or the tariff's own where nothing was; None where they are not known."""
    tax = tariff_of(bill).tax
    if tax is None:
        return []
    rates = [step.rates for step in left_of(bill) if step.amount] or [tax.rates]
    if any(each.each is None for each in rates):
        return None
    return list(dict.fromkeys(rate for each in rates for rate in each.each or ()))


def _included(bill: Bill, tariff: Tariff) -> str:
    rates = _rates(bill)
    if tariff.tax is None or rates == []:
        return ""
    names = "tax" if rates is None else words.listed([words.tax(rate) for rate in rates])
    return f", {names} {'included' if tariff.tax.included else 'not included'}"


def _limit(tariff: Tariff, limit: trace.Limited, bill: Bill) -> str:
    if limit.cap is not None:
        return _cap(tariff, limit, limit.cap, bill)
    side = side_of_tax(bill, before=limit.stage == "before_tax")
    least = "least" if limit.kind == "minimum" else "most"
    return (
        f"The {least} for a session is {micro(tariff, limit.limit_micro)}{side}, instead of "
        f"{money(tariff, limit.before)}"
    )


def side_of_tax(bill: Bill, *, before: bool) -> str:
    """On which side of the tax a limit is, behind its amount; nothing where the tariff has no tax."""
    rates = _rates(bill) or []
    called = rates[0].name if len(rates) == 1 else "tax"
    return "" if tariff_of(bill).tax is None else f" {'before' if before else 'with'} {called}"


def _cap(tariff: Tariff, limit: trace.Limited, so_far: CapSoFar, bill: Bill) -> str:
    """The cap, what the sessions before it were charged, and what that leaves."""
    cap = so_far.cap
    most = cap.max.before_tax_micro if cap.max.after_tax_micro is None else cap.max.after_tax_micro
    since = "" if so_far.since is None else f" since {words.day(so_far.since)}"
    side = side_of_tax(bill, before=limit.stage == "before_tax")
    return (
        f"{cap.name}: at most {micro(tariff, most or 0)}{side} a {cap.period.per}, of which "
        f"{micro(tariff, so_far.charged_micro)} was charged before{since}, so {micro(tariff, limit.limit_micro)} "
        f"instead of {money(tariff, limit.before)}"
    )


def _taxes(tariff: Tariff, taxed: trace.Taxed) -> list[Row]:
    """Each tax with what it is counted from, where that is not simply the total before tax."""
    exactly = {"exact_net": _exact(taxed.net), "exact_gross": _exact(taxed.gross)}
    if taxed.taxes is None or taxed.net is None or taxed.gross is None:
        known = f"{money(tariff, taxed.net)} before" if taxed.net is not None else ""
        known += f"{money(tariff, taxed.gross)} with" if taxed.gross is not None else ""
        empty = "gross" if taxed.net is not None else "net"
        text = f"Exactly {known} tax; the rate is not known, so tax and {empty} are not known and are left empty"
        return [Row(text, COSTS, exactly)]
    if tariff.tax is None:
        return []
    rows = []
    alone = len(taxed.taxes) == 1 and taxed.taxes[0].base == taxed.net
    if not alone:
        for part in taxed.taxes:
            text = f"{words.tax(part.rate)} on {money(tariff, part.base)} is {money(tariff, part.amount)}"
            rows.append(Row(text, COSTS, _tax(tariff, part)))
    names = [f"{words.tax(part.rate)} " if alone else "" for part in taxed.taxes]
    added = "".join(f" + {name}{money(tariff, part.amount)}" for name, part in zip(names, taxed.taxes, strict=True))
    text = f"Exactly {money(tariff, taxed.net)}{added or ', no tax on it,'} = {money(tariff, taxed.gross)}"
    facts = {**exactly, "exact_taxes": [_tax(tariff, part) for part in taxed.taxes]}
    return [*rows, Row(text, COSTS, facts)]


def _tax(tariff: Tariff, part: trace.TaxPart) -> dict[str, told.Value]:
    return {
        "tax": part.rate.name,
        "percent": told.exact(Fraction(part.rate.rate_ppm, PPM_PER_PERCENT)),
        "on": _exact(part.base),
        "amount": _exact(part.amount),
    }


def _rounded(tariff: Tariff, rounded: trace.Rounded) -> list[str]:
    if rounded.taxes is None:
        if rounded.net_micro is not None:
            return [f"before tax {micro(tariff, rounded.net_micro)}", f"to pay: {_UNKNOWN}"]
        return [f"before tax: {_UNKNOWN}", f"to pay {micro(tariff, rounded.gross_micro or 0)}"]
    assert rounded.net_micro is not None
    assert rounded.gross_micro is not None
    to_pay = f"to pay {micro(tariff, rounded.gross_micro)}"
    if tariff.tax is None:
        return [to_pay]
    parts = [f"before tax {micro(tariff, rounded.net_micro)}"]
    parts += [f"{words.tax(rate)} {micro(tariff, amount)}" for rate, amount in rounded.taxes]
    return [", ".join(parts), to_pay]
