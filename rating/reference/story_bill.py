"""The lines of a bill as people read them: what, how much at which price, the amount, and what it is by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rating.reference import told, trace, words
from rating.reference.match import find
from rating.reference.story_steps import holds, micro, money, price, steps, tariff_of
from rating.reference.told import BillRow, Section
from rating.reference.values import Bill, Line
from rating.tariff.model import Tariff
from rating.units import PPM_PER_PERCENT

_KINDS = {"minimum": "least for a session", "maximum": "most for a session", "rounding": "rounding"}


def lines_of(bill: Bill, sections: Sequence[Section]) -> tuple[BillRow, ...]:
    """The lines; those that are no price say what the story says of them."""
    tariff, charged = tariff_of(bill), steps(bill, trace.Charged)
    measured = {step.priced: step for step in steps(bill, trace.Measured)}
    said = {row.line: row.words for section in sections for row in section.rows if row.line is not None}
    found = []
    for line in bill.lines:
        facts = _facts(tariff, line)
        printed = micro(tariff, line.printed_micro)
        if line.kind == "usage":
            step = charged[line.line - 1]
            what = f"{words.DIMENSION_WORDS[line.dimension or 'energy']}, {line.element}"
            how, because = _how(tariff, measured[step.priced], step, line), holds(tariff, step.priced)
        else:
            what, how = line.element or _KINDS[line.kind], ""
            because = (said[line.line],) if line.line in said else ()
        found.append(BillRow(line, what, how, printed, because, {**facts, "because": list(because)}))
    return tuple(found)


def _how(tariff: Tariff, measured: trace.Measured, charged: trace.Charged, line: Line) -> str:
    """How much is billed, of how much, at which price."""
    priced = charged.priced
    text = words.quantity(charged.billed, priced.dimension)
    if measured.volume != charged.billed:
        text += f" billed of {words.quantity(measured.volume, priced.dimension)}"
    if find(tariff, priced)[2].spot is None:
        text += f" at {price(tariff, priced)}"
    else:
        text += f", by the index at {micro(tariff, line.unit_price_micro or 0)}/kWh on the mean"
    if charged.amount != charged.by_price:
        text += f", at {'least' if charged.amount > charged.by_price else 'most'} {money(tariff, charged.amount)}"
    return text


def _facts(tariff: Tariff, line: Line) -> told.Facts:
    decimals = words.decimals_of(tariff.minor_micro)
    return {
        "line": line.line,
        "kind": line.kind,
        "element": line.element,
        "dimension": line.dimension,
        "volume": None if line.volume is None else told.exact(line.volume),
        "billed_volume": None if line.billed_volume is None else told.exact(line.billed_volume),
        "unit": line.unit,
        "unit_price": told.micro(line.unit_price_micro, decimals),
        "amount": told.exact(line.amount),
        "printed_amount": told.micro(line.printed_micro, decimals),
        "tax_percent": None if line.tax_ppm is None else told.exact(Fraction(line.tax_ppm, PPM_PER_PERCENT)),
    }


def totals_of(bill: Bill) -> tuple[tuple[str, str], ...]:
    """What the lines come to: before tax, each tax, and what is to be paid."""
    return tuple(_totals(bill))


def _totals(bill: Bill) -> Iterator[tuple[str, str]]:
    tariff = tariff_of(bill)
    if tariff.tax is not None:
        yield "Before tax", _known(tariff, bill.net_micro)
        for tax in bill.taxes or ():
            yield words.tax(tax.rate), micro(tariff, tax.amount_micro)
        if bill.taxes is None:
            yield "Tax", _known(tariff, None)
    yield "To pay", _known(tariff, bill.gross_micro)


def _known(tariff: Tariff, amount_micro: int | None) -> str:
    return "not known" if amount_micro is None else micro(tariff, amount_micro)
