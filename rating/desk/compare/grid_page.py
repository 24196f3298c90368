"""The page of a grid of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rating._version import __version__
from rating.desk.compare.drawing import curve_picture
from rating.desk.compare.grid_terminal import grid_headline
from rating.desk.compare.page import money, pictures, sign
from rating.desk.compare.texts import count, percent
from rating.desk.pages.html import render

if TYPE_CHECKING:
    from rating.desk.compare.variants import GridComparison, VariantRow

_DRAWN_MAX = 100  # variants in a picture


def as_html(found: GridComparison) -> str:
    """The page."""
    codes = sorted({each.code for each in found.rejected})
    return render(
        "compare/grid.html.j2",
        lang="en",
        kind="Variants of tariffs",
        title=f"What {count(len(found.variants), 'variant')} would do",
        old=found.old_name,
        changes=found.changes,
        headline=grid_headline(found),
        currencies=[_currency(found, currency) for currency in found.currencies],
        rejected=[[each for each in found.rejected if each.code == code] for code in codes],
        foot=f"rating {__version__}",
    )


def _currency(found: GridComparison, currency: str) -> dict[str, Any]:
    rows = [row for row in found.rows if row.currency == currency]
    shown = rows[:_DRAWN_MAX]
    return {
        "name": currency,
        "pictures": pictures(lambda layout: curve_picture(shown, layout)),
        "left_out": len(rows) - len(shown),
        "drivers": any(row.drivers is not None for row in rows),
        "rows": [_row(row) for row in rows],
    }


def _row(row: VariantRow) -> dict[str, Any]:
    change, now = row.change.gross_micro, row.amounts.gross_micro - row.change.gross_micro
    return {
        "label": row.label,
        "sessions": f"{row.sessions:,}",
        "net": money(row.amounts.net_micro, row.currency),
        "gross": money(row.amounts.gross_micro, row.currency),
        "change": money(change, row.currency, signed=True),
        "percent": percent(change, now),
        "sign": sign(change),
        "payers": [f"{each:,}" for each in (row.payers.more, row.payers.same, row.payers.less)],
        "drivers": [] if row.drivers is None else [f"{row.drivers.more:,}", f"{row.drivers.less:,}"],
    }
