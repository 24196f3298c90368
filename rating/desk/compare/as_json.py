"""Comparisons as JSON has them: amounts are texts, for JSON's numbers are floats in most languages."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rating._version import __version__
from rating.desk.compare.sums import Amounts, Payers, Row
from rating.desk.compare.texts import amount

if TYPE_CHECKING:
    from rating.desk.compare.extremes import Apart, Pair
    from rating.desk.compare.present import Comparison
    from rating.desk.compare.sums import Histogram
    from rating.desk.compare.variants import GridComparison


def as_dict(found: Comparison) -> dict[str, Any]:
    """A comparison of two sides."""
    return {
        "old": found.old_name,
        "new": found.new_name,
        "sessions": found.sessions,
        "compared": found.compared,
        "totals": [_row(row) for row in found.totals],
        "by": {group.name: [{group.name: row.name, **_row(row)} for row in group.rows] for group in found.groups},
        "drivers": {currency: _payers(each, currency) for currency, each in found.drivers.items()},
        "histograms": [_histogram(each) for each in found.histograms],
        "largest": [_pair(each) for each in found.largest],
        "not_compared": [_apart(each) for each in found.apart],
        "never_used": {
            "old": [each._asdict() for each in found.unused_old],
            "new": [each._asdict() for each in found.unused_new],
        },
        "tariffs": {"differ": found.differ, "only_old": found.only_old, "only_new": found.only_new},
        "unknown_sessions": found.strays,
        "engine_version": __version__,
    }


def grid_as_dict(found: GridComparison) -> dict[str, Any]:
    """A comparison of the variants of a grid; variant 0 is what prices are now."""
    return {
        "old": found.old_name,
        "changes": found.changes,
        "sessions": found.sessions,
        "compared": found.compared,
        "variants": [
            {
                "variant": row.variant,
                "label": row.label,
                "steps": () if row.variant == 0 else found.variants[row.variant - 1],
                **_sums(row),
                "drivers": None if row.drivers is None else _payers(row.drivers, row.currency),
            }
            for row in found.rows
        ],
        "by": {"tariff": [{"variant": row.variant, "tariff": row.tariff, **_sums(row)} for row in found.tariffs]},
        "rejected": [asdict(each) for each in found.rejected],
        "tax_not_known": found.tax_not_known,
        "rated_in_full": {"sessions": found.in_full, "why": found.why_in_full},
        "unknown_sessions": found.strays,
        "engine_version": __version__,
    }


def _sums(row: Any) -> dict[str, Any]:
    return {
        "currency": row.currency,
        "sessions": row.sessions,
        "amounts": _amounts(row.amounts, row.currency),
        "change": _amounts(row.change, row.currency),
        "payers": _payers(row.payers, row.currency),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "currency": row.currency,
        "sessions": row.sessions,
        "old": _amounts(row.old, row.currency),
        "new": _amounts(row.new, row.currency),
        "change": _amounts(row.change, row.currency),
        "payers": _payers(row.payers, row.currency),
    }


def _amounts(each: Amounts, currency: str) -> dict[str, str]:
    pairs = (("net", each.net_micro), ("tax", each.tax_micro), ("gross", each.gross_micro))
    return {name: amount(micro, currency) for name, micro in pairs}


def _payers(each: Payers, currency: str) -> dict[str, Any]:
    rise, fall = (amount(micro, currency) for micro in (each.rise_micro, each.fall_micro))
    return {"more": each.more, "same": each.same, "less": each.less, "rise": rise, "fall": fall}


def _histogram(each: Histogram) -> dict[str, Any]:
    def edge(micro: int | None) -> str | None:
        return None if micro is None else amount(micro, each.currency)

    bars = [{"from": edge(bar.from_micro), "to": edge(bar.to_micro), "sessions": bar.sessions} for bar in each.bars]
    return {"currency": each.currency, "step": amount(each.step_micro, each.currency), "bars": bars}


def _pair(each: Pair) -> dict[str, Any]:
    return {
        "session_id": each.session_id,
        "tariff": each.tariff,
        "account": each.account,
        "currency": each.currency,
        "old": amount(each.old_gross_micro, each.currency),
        "new": amount(each.new_gross_micro, each.currency),
        "change": amount(each.change_micro, each.currency),
        "old_story": each.old_story,
        "new_story": each.new_story,
    }


def _apart(each: Apart) -> dict[str, Any]:
    def side(currency: str | None, gross_micro: int | None, refusal: Any) -> dict[str, Any]:
        known = currency is not None and gross_micro is not None
        return {
            "currency": currency,
            "gross": amount(gross_micro, currency) if known else None,  # type: ignore[arg-type]
            "code": None if refusal is None else refusal.code,
            "message": None if refusal is None else refusal.message,
        }

    return {
        "session_id": each.session_id,
        "tariff": each.tariff,
        "why": each.why,
        "old": side(each.old_currency, each.old_gross_micro, each.old_refusal),
        "new": side(each.new_currency, each.new_gross_micro, each.new_refusal),
    }
