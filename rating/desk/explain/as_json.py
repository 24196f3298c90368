"""What `explain` tells, for programs: amounts are texts, for JSON's numbers are floats in most languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rating.desk.explain.chart import Band, Chart, Power
from rating.reference import told, words
from rating.reference.story import tell
from rating.reference.story_steps import tariff_of
from rating.reference.told import Row
from rating.reference.values import BilledTax
from rating.units import PPM_PER_PERCENT

if TYPE_CHECKING:
    from rating.desk.explain.explanation import Explanation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """The bill, its story row by row, what the picture shows, and the story as text."""
    bill, story = explanation.bill, explanation.story
    decimals = words.decimals_of(tariff_of(bill).minor_micro)
    return {
        **story.facts,
        "start": _instant(bill.start_us),
        "end": _instant(bill.end_us),
        "net": told.micro(bill.net_micro, decimals),
        "tax": told.micro(bill.tax_micro, decimals),
        "gross": told.micro(bill.gross_micro, decimals),
        "taxes": None if bill.taxes is None else [_tax(tax, decimals) for tax in bill.taxes],
        "lines": [dict(line.facts) for line in story.lines],
        "story": [
            {"section": each.name, "title": each.title, "rows": [_row(row) for row in each.rows]}
            for each in story.sections
        ],
        "picture": None if explanation.chart is None else _chart(explanation.chart),
        "text": tell(bill),
    }


def _tax(tax: BilledTax, decimals: int) -> dict[str, Any]:
    return {
        "name": tax.rate.name,
        "percent": told.exact(Fraction(tax.rate.rate_ppm, PPM_PER_PERCENT)),
        "net": told.micro(tax.net_micro, decimals),
        "amount": told.micro(tax.amount_micro, decimals),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "words": row.words,
        "rule": row.rule,
        "line": row.line,
        "facts": dict(row.facts),
        "rows": [_row(each) for each in row.rows],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "start": _instant(chart.start_us),
        "end": _instant(chart.end_us),
        "power": [_power(each) for each in chart.powers],
        "lanes": [
            {"dimension": lane.dimension, "bands": [_band(chart, band) for band in lane.bands]} for lane in chart.lanes
        ],
        "legend": {
            key.letter or "free": {
                "element": key.element,
                "version": key.version,
                "price": key.price,
                "holds": list(key.holds),
            }
            for key in chart.keys
        },
        "clock_changes": [
            {"at": _instant(each.at_us), "moved_s": int(each.moved.total_seconds())} for each in chart.clock_changes
        ],
    }


def _power(power: Power) -> dict[str, Any]:
    return {
        "start": _instant(power.start_us),
        "end": _instant(power.end_us),
        "kw": None if power.mw is None else told.kwh(power.mw),
        "energy_kwh": told.kwh(power.energy_mwh),
    }


def _band(chart: Chart, band: Band) -> dict[str, Any]:
    return {
        **told.span(chart.local(band.start_us), chart.local(band.end_us)),
        "key": band.key.letter or "free",
        "price": None if band.level is None else band.label,
    }


def _instant(us: int) -> str:
    return (_EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")
