"""The story of a bill in plain words: from the meter to the amount to pay, for a pricing manager or a helpdesk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rating.reference import trace, words
from rating.reference.story_costs import costs
from rating.reference.story_deal import deal
from rating.reference.story_prices import matched
from rating.reference.story_steps import changes_at_once, only, steps
from rating.reference.story_total import total
from rating.reference.values import Bill

_FIRST_ROWS = 8


def tell(bill: Bill) -> str:
    """The bill's trace as text with local clock times; the same bill always gives the same text."""
    sections = [
        _head(bill),
        ["What was measured", *_indent(_measured(bill))],
        ["Which price applied", *_indent(matched(bill))],
        ["What it costs", *_indent(costs(bill))],
        ["What the account gets", *_indent(deal(bill))],
        ["Total", *_indent(total(bill))],
    ]
    sections = [section for section in sections if len(section) > 1]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _indent(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _head(bill: Bill) -> list[str]:
    rules = only(bill, trace.Rules)
    tariff = rules.tariff
    name = f" ({tariff.name})" if tariff.name else ""
    version = "" if bill.tariff_version == "always" else f", version {bill.tariff_version}"
    if changes_at_once(tariff):
        version += " at the start, each moment by the version in force then"
    reserved_us = sum(spell.reserved_us for spell in steps(bill, trace.Spell))
    rows = [
        f"Session {bill.session_id}, tariff {tariff.id}{name}{version}",
        f"{words.between(rules.start, rules.end)}, clock of {rules.zone}",
        f"{words.energy(bill.energy_mwh)} in {words.duration(bill.end_us - bill.start_us)}: "
        f"{words.duration(bill.charging_us)} charging, {words.duration(bill.parked_us)} parked"
        + (f", {words.duration(reserved_us)} reserved" if reserved_us else ""),
    ]
    plan = rules.deal.plan
    if plan is not None:
        named = f" ({plan.name})" if plan.name else ""
        rows.insert(1, f"Account {rules.deal.account}, plan {plan.id}{named}")
    if rules.usage.expired:
        rows.append("The reservation expired: nothing but it is priced")
    return rows


def _measured(bill: Bill) -> list[str]:
    """Intervals and gaps; neighbours of the same kind are one row, and the middle of a long list is left out."""
    usage = only(bill, trace.Rules).usage
    told = any(interval.volumes_us is not None for interval in usage.intervals)
    shown = [spell for spell in steps(bill, trace.Spell) if spell.kind != "gap" or not usage.expired]
    rows = []
    groups = groupby(shown, key=lambda spell: (spell.kind, spell.charges, spell.energy_mwh > 0))
    for (kind, charges, _), found in groups:
        spells = list(found)
        activity = _times(spells) if told else "charging" if charges else "parked"
        span = words.between(spells[0].start, spells[-1].end)
        if kind == "reserved":
            rows.append(f"{span}: {_times(spells)}")
        elif kind == "gap":
            parked = any(spell.parked_us for spell in spells)
            rows.append(f"{span}: no meter data, counted as {'parked' if parked else 'nothing'}")
        else:
            energy = words.energy(sum(spell.energy_mwh for spell in spells))
            count = f" ({len(spells)} meter intervals)" if len(spells) > 1 else ""
            rows.append(f"{span}: {activity}, {energy}{count}")
    return _shorten(rows)


def _times(spells: list[trace.Spell]) -> str:
    """How much of them was for what."""
    sums = {
        "charging": sum(spell.charging_us for spell in spells),
        "parked": sum(spell.parked_us for spell in spells),
        "reserved": sum(spell.reserved_us for spell in spells),
    }
    texts = [f"{words.duration(us)} {activity}" for activity, us in sums.items() if us]
    return words.listed(texts) if texts else "no time"


def _shorten(rows: list[str]) -> list[str]:
    if len(rows) <= _FIRST_ROWS + 2:
        return rows
    return [*rows[:_FIRST_ROWS], f"... {len(rows) - _FIRST_ROWS - 1} more rows ...", rows[-1]]
