"""The story of a bill in plain words: from the meter to the amount to pay, for a pricing manager or a helpdesk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rating.reference import told, trace, words
from rating.reference.story_bill import lines_of, totals_of
from rating.reference.story_costs import costs
from rating.reference.story_deal import deal
from rating.reference.story_prices import matched
from rating.reference.story_steps import changes_at_once, only, steps
from rating.reference.story_total import total
from rating.reference.told import MEASURED, Row, Section, Story
from rating.reference.values import Bill


def story_of(bill: Bill) -> Story:
    """The bill's trace as sections of rows, in words with local clock times, and as data."""
    sections = (
        Section("measured", "What was measured", tuple(_measured(bill)), long=True),
        Section("applied", "Which price applied", tuple(matched(bill))),
        Section("costs", "What it costs", tuple(costs(bill))),
        Section("account", "What the account gets", tuple(deal(bill))),
        Section("total", "Total", tuple(total(bill))),
    )
    told_of = tuple(section for section in sections if section.rows)
    return Story(bill, tuple(_head(bill)), _facts(bill), told_of, lines_of(bill, told_of), totals_of(bill))


def tell(bill: Bill) -> str:
    """The story as text; the same bill always gives the same text."""
    story = story_of(bill)
    sections = [list(story.head), *([each.title, *_indented(each.shown(), "  ")] for each in story.sections)]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _indented(rows: Iterable[Row], indent: str) -> Iterator[str]:
    for row in rows:
        yield indent + row.words
        yield from _indented(row.rows, indent + "  ")


def _facts(bill: Bill) -> told.Facts:
    """By what which session is priced, as data."""
    rules = only(bill, trace.Rules)
    plan = rules.deal.plan
    reserved_us = sum(spell.reserved_us for spell in steps(bill, trace.Spell))
    return {
        "session_id": bill.session_id,
        "tariff": bill.tariff,
        "tariff_name": rules.tariff.name,
        "tariff_version": bill.tariff_version,
        "time_zone": rules.zone,
        "account": rules.deal.account,
        "plan": None if plan is None else plan.id,
        "currency": bill.currency,
        "local_start": rules.start.isoformat(),
        "local_end": rules.end.isoformat(),
        "energy_kwh": told.kwh(bill.energy_mwh),
        "charging_s": told.seconds(bill.charging_us),
        "parked_s": told.seconds(bill.parked_us),
        "reserved_s": told.seconds(reserved_us),
        "reservation_expired": rules.usage.expired,
    }


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


def _measured(bill: Bill) -> Iterator[Row]:
    """Intervals and gaps; neighbours of the same kind are one row."""
    usage = only(bill, trace.Rules).usage
    by_cdr = any(interval.volumes_us is not None for interval in usage.intervals)
    shown = [spell for spell in steps(bill, trace.Spell) if spell.kind != "gap" or not usage.expired]
    groups = groupby(shown, key=lambda spell: (spell.kind, spell.charges, spell.energy_mwh > 0))
    for (kind, charges, _), found in groups:
        spells = list(found)
        activity = _times(spells) if by_cdr else "charging" if charges else "parked"
        span = words.between(spells[0].start, spells[-1].end)
        if kind == "reserved":
            text = f"{span}: {_times(spells)}"
        elif kind == "gap":
            parked = any(spell.parked_us for spell in spells)
            text = f"{span}: no meter data, counted as {'parked' if parked else 'nothing'}"
        else:
            energy = words.energy(sum(spell.energy_mwh for spell in spells))
            count = f" ({len(spells)} meter intervals)" if len(spells) > 1 else ""
            text = f"{span}: {activity}, {energy}{count}"
        yield Row(text, MEASURED, _measures(kind, spells))


def _measures(kind: str, spells: list[trace.Spell]) -> told.Facts:
    return {
        "kind": kind,
        **told.span(spells[0].start, spells[-1].end),
        "intervals": len(spells) if kind == "interval" else 0,
        "energy_kwh": told.kwh(sum(spell.energy_mwh for spell in spells)),
        "charging_s": told.seconds(sum(spell.charging_us for spell in spells)),
        "parked_s": told.seconds(sum(spell.parked_us for spell in spells)),
        "reserved_s": told.seconds(sum(spell.reserved_us for spell in spells)),
    }


def _times(spells: list[trace.Spell]) -> str:
    """How much of them was for what."""
    sums = {
        "charging": sum(spell.charging_us for spell in spells),
        "parked": sum(spell.parked_us for spell in spells),
        "reserved": sum(spell.reserved_us for spell in spells),
    }
    texts = [f"{words.duration(us)} {activity}" for activity, us in sums.items() if us]
    return words.listed(texts) if texts else "no time"
