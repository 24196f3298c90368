"""The story of a bill in plain words: from the meter to the amount to pay, for a pricing manager or a helpdesk."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby
from typing import TypeVar

from rating.reference import trace, words
from rating.reference.match import Match, Priced, find
from rating.reference.values import Bill
from rating.tariff.model import DimensionName, Tariff
from rating.units import DIMENSIONS, MICRO_PER_UNIT

_FIRST_ROWS = 8
_SPANS = 3
_MODES = {
    "half_up": "halves up",
    "half_even": "halves to the even one",
    "half_down": "halves down",
    "up": "always up",
    "down": "always down",
}
_STEP_WORDS = {"up": "rounded up", "down": "rounded down", "nearest": "rounded to the nearest"}
_S = TypeVar("_S")


def tell(bill: Bill) -> str:
    """The bill's trace as text with local clock times; the same bill always gives the same text."""
    tariff = _only(bill, trace.Rules).tariff
    sections = [
        _head(bill),
        ["What was measured", *_indent(_measured(bill))],
        ["Which price applied", *_indent(_matched(bill, tariff))],
        ["What it costs", *_indent(_costs(bill, tariff))],
        ["Total", *_indent(_total(bill, tariff))],
    ]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _steps(bill: Bill, kind: type[_S]) -> list[_S]:
    return [step for step in bill.trace if isinstance(step, kind)]


def _only(bill: Bill, kind: type[_S]) -> _S:
    (step,) = _steps(bill, kind)
    return step


def _indent(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _money(tariff: Tariff, amount: Fraction) -> str:
    return words.money(amount, tariff.currency, words.decimals_of(tariff.minor_micro))


def _changes_at_once(tariff: Tariff) -> bool:
    return tariff.on_change == "at_once" and len(tariff.versions) > 1


def _micro(tariff: Tariff, micro: int) -> str:
    return _money(tariff, Fraction(micro, MICRO_PER_UNIT))


def _head(bill: Bill) -> list[str]:
    rules = _only(bill, trace.Rules)
    tariff = rules.tariff
    name = f" ({tariff.name})" if tariff.name else ""
    version = "" if bill.tariff_version == "always" else f", version {bill.tariff_version}"
    if _changes_at_once(tariff):
        version += " at the start, each moment by the version in force then"
    return [
        f"Session {bill.session_id}, tariff {tariff.id}{name}{version}",
        f"{words.between(rules.start, rules.end)}, clock of {rules.zone}",
        f"{words.energy(bill.energy_mwh)} in {words.duration(bill.end_us - bill.start_us)}: "
        f"{words.duration(bill.charging_us)} charging, {words.duration(bill.parked_us)} parked",
    ]


def _measured(bill: Bill) -> list[str]:
    """Intervals and gaps; neighbours of the same kind are one row, and the middle of a long list is left out."""
    rows = []
    groups = groupby(
        _steps(bill, trace.Spell), key=lambda spell: (spell.measured, spell.charging, spell.energy_mwh > 0)
    )
    for (measured, charging, _), found in groups:
        spells = list(found)
        span = words.between(spells[0].start, spells[-1].end)
        if not measured:
            rows.append(f"{span}: no meter data, counted as parked")
            continue
        energy = words.energy(sum(spell.energy_mwh for spell in spells))
        count = f" ({len(spells)} meter intervals)" if len(spells) > 1 else ""
        rows.append(f"{span}: {'charging' if charging else 'parked'}, {energy}{count}")
    return _shorten(rows)


def _shorten(rows: list[str]) -> list[str]:
    if len(rows) <= _FIRST_ROWS + 2:
        return rows
    return [*rows[:_FIRST_ROWS], f"... {len(rows) - _FIRST_ROWS - 1} more rows ...", rows[-1]]


def _relevant(stretch: trace.Stretch) -> tuple[Match, ...]:
    """The dimensions of which anything was measured in a stretch; time only where some element has a price of it."""
    amounts = (stretch.energy_mwh, stretch.charging_us, stretch.parked_us)
    measured = [match for match, amount in zip(stretch.matches, amounts, strict=False) if amount]
    return tuple(match for match in measured if match.holds or match.missed or match.dimension == "energy")


def _matched(bill: Bill, tariff: Tariff) -> list[str]:
    """For each set of prices: when it applied, what was measured then, and why no element before it did."""
    groups: dict[tuple[Match, ...], list[trace.Stretch]] = {}
    for stretch in _steps(bill, trace.Stretch):
        if _relevant(stretch):
            groups.setdefault(_relevant(stretch), []).append(stretch)
    rows = []
    for matches, stretches in groups.items():
        spans = [words.between(stretch.start, stretch.end) for stretch in stretches]
        rows.append("; ".join(spans[:_SPANS]) + (f"; and {len(spans) - _SPANS} more times" if spans[_SPANS:] else ""))
        sums = (
            sum(stretch.energy_mwh for stretch in stretches),
            sum(stretch.charging_us for stretch in stretches),
            sum(stretch.parked_us for stretch in stretches),
        )
        for match in matches:
            index = DIMENSIONS.index(match.dimension)
            rows.append(f"  {words.quantity(sums[index], index)} {_noun(match.dimension)}: {_why(tariff, match)}")
    rows += [_flat(tariff, due) for due in _steps(bill, trace.FlatDue)]
    return rows or ["none, all of it is free"]


def _noun(dimension: DimensionName) -> str:
    return {"energy": "of energy", "time": "charging", "parking_time": "parked", "flat": ""}[dimension]


def _why(tariff: Tariff, match: Match) -> str:
    """Which price holds, and why the elements before it do not."""
    texts = ["free, no price holds" if match.holds is None else _price(tariff, match.holds)]
    for miss in match.missed:
        element = tariff.versions[miss.version].elements[miss.element]
        texts.append(f'not "{element.name}" ({words.only_when(element.when, miss.restriction)})')
    return ", ".join(texts)


def _price(tariff: Tariff, priced: Priced) -> str:
    version, element, component = find(tariff, priced)
    dated = f" of version {version.label}" if _changes_at_once(tariff) else ""
    return f'"{element.name}"{dated} at {_micro(tariff, component.price.amount_micro)}/{component.price.unit_text}'


def _flat(tariff: Tariff, due: trace.FlatDue) -> str:
    return f"{words.day(due.at)} {words.clock(due.at)}: once a session, {_price(tariff, due.priced)}"


def _costs(bill: Bill, tariff: Tariff) -> list[str]:
    """For each component: volume, grace, step, price, amount, its own minimum and maximum."""
    measured = {step.priced: step for step in _steps(bill, trace.Measured)}
    steps = _steps(bill, trace.Stepped)
    rows = []
    for charged in _steps(bill, trace.Charged):
        rows.append(f"{_title(tariff, charged.priced)}: {_quantity(measured[charged.priced], steps)}")
        rows.append(f"  {_amount(tariff, charged)}")
    return rows or ["nothing"]


def _title(tariff: Tariff, priced: Priced) -> str:
    version, element, component = find(tariff, priced)
    dated = f", version {version.label}" if _changes_at_once(tariff) else ""
    return f"{words.DIMENSION_WORDS[component.dimension]}, {element.name}{dated}"


def _quantity(measured: trace.Measured, steps: list[trace.Stepped]) -> str:
    kind = measured.priced.dimension
    text = words.quantity(measured.volume, kind)
    if measured.from_first_energy is not None:
        text += f" since energy first came at {words.clock(measured.from_first_energy)}"
    if measured.free:
        text += f", of which {words.quantity(measured.free, kind)} free of charge"
    for step in steps:
        change = dict(step.changes).get(measured.priced, 0)
        if change:
            text += f", {'plus' if change > 0 else 'less'} {words.quantity(abs(change), kind)}: the session's "
            text += f"{words.quantity(step.total, kind)} {_STEP_WORDS[step.round]} in steps of "
            text += words.quantity(step.step, kind)
    return text


def _amount(tariff: Tariff, charged: trace.Charged) -> str:
    component = find(tariff, charged.priced)[2]
    price = f"{_micro(tariff, component.price.amount_micro)}/{component.price.unit_text}"
    text = f"{words.quantity(charged.billed, charged.priced.dimension)} at {price} = {_money(tariff, charged.by_price)}"
    if charged.amount > charged.by_price:
        text += f", at least {_money(tariff, charged.amount)}"
    if charged.amount < charged.by_price:
        text += f", at most {_money(tariff, charged.amount)}"
    return text


def _total(bill: Bill, tariff: Tariff) -> list[str]:
    """The sum, the session's limits, tax, rounding and what is to be paid."""
    total = sum((step.amount for step in _steps(bill, trace.Charged)), Fraction(0))
    tax = tariff.tax
    called = tax.rates.each[0].name if tax and tax.rates.each else "tax"
    name = f"{called} {words.percent(tax.rates.total_ppm or 0)}" if tax else ""
    included = "" if tax is None else f", {name} {'included' if tax.included else 'not included'}"
    rows = [f"Together {_money(tariff, total)}{included}"]
    for limit in _steps(bill, trace.Limited):
        side = "" if tax is None else f" {'before' if limit.stage == 'before_tax' else 'with'} {called}"
        least = "least" if limit.kind == "minimum" else "most"
        rows.append(
            f"The {least} for a session is {_micro(tariff, limit.limit_micro)}{side}, "
            f"instead of {_money(tariff, limit.before)}"
        )
    taxed, rounded = _only(bill, trace.Taxed), _only(bill, trace.Rounded)
    if tax is not None:
        rows.append(
            f"Exactly {_money(tariff, taxed.net)} + {name} {_money(tariff, taxed.tax)} = {_money(tariff, taxed.gross)}"
        )
    rows.append(f"Rounded once, to {_micro(tariff, rounded.unit_micro)}, {_MODES[rounded.mode]}:")
    if tax is not None:
        rows.append(f"  before tax {_micro(tariff, rounded.net_micro)}, {name} {_micro(tariff, rounded.tax_micro)}")
    rows.append(f"  to pay {_micro(tariff, rounded.gross_micro)}")
    return rows
