"""The page of a comparison of two sides."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from rating._version import __version__
from rating.desk.compare.drawing import TALL, WIDE, histogram_picture, hours_picture, payers_picture
from rating.desk.compare.texts import WHY_TEXTS, amount, count, headline, payers_text, percent, range_text, stray_text
from rating.desk.compare.words import apart_groups, hour_cells, hour_text, is_moved, ranked, tariffs_texts, unused_texts
from rating.desk.explain.drawing import TALL as EXPLAIN_TALL
from rating.desk.explain.page import picture_of
from rating.desk.pages.html import render
from rating.desk.pages.shapes import Drawing, svg

if TYPE_CHECKING:
    from collections.abc import Callable

    from rating.desk.compare.drawing import Layout
    from rating.desk.compare.extremes import Pair
    from rating.desk.compare.present import Comparison, Grouped
    from rating.desk.compare.sums import Row
    from rating.desk.explain import Explanation

_MEMBERS_MAX: Final = 100  # of the sessions that are not compared for one reason
_ROWS_MAX: Final = 200  # of a group


def as_html(found: Comparison) -> str:
    """The page."""
    return render(
        "compare/compare.html.j2",
        lang="en",
        kind="Comparison of tariffs",
        title="What the change does",
        found=found,
        old=found.old_name,
        new=found.new_name,
        headline=headline(found.compared, found.sessions, len(found.apart)) + stray_text(found.strays),
        tariffs=tariffs_texts(found),
        currencies=[_currency(found, i) for i in range(len(found.totals))],
        groups=[_group(group) for group in found.groups if group.name != "hour of the week" and group.rows],
        unused=[("Old tariffs", unused_texts(found.unused_old)), ("New tariffs", unused_texts(found.unused_new))],
        apart=[_apart(group) for group in apart_groups(found.apart)],
        foot=f"rating {__version__}",
    )


def pictures(draw: Callable[[Layout], Drawing]) -> list[Markup]:
    """A picture for a desk, and one for a phone."""
    return [Markup(svg(draw(layout), css)) for layout, css in ((WIDE, "wide"), (TALL, "tall"))]  # texts are escaped


def _currency(found: Comparison, number: int) -> dict[str, Any]:
    row, histogram = found.totals[number], found.histograms[number]
    cells = hour_cells(found, row.currency)
    people = [("session", row.payers)]
    if row.currency in found.drivers:
        people.append(("driver", found.drivers[row.currency]))
    pairs = [pair for pair in found.largest if pair.currency == row.currency]
    return {
        "name": row.currency,
        "change": money(row.change.gross_micro, row.currency, signed=True),
        "percent": percent(row.change.gross_micro, row.old.gross_micro),
        "sign": sign(row.change.gross_micro),
        "moved": is_moved(row),
        "totals": [
            _cells(row, title, field)
            for title, field in (("Before tax", "net_micro"), ("Tax", "tax_micro"), ("To pay", "gross_micro"))
        ],
        "payers": [
            {
                "text": payers_text(each, noun, row.currency),
                "pictures": pictures(lambda layout, each=each, noun=noun: payers_picture(each, noun, layout)),  # type: ignore[misc]
            }
            for noun, each in people
        ],
        "histogram": pictures(lambda layout: histogram_picture(histogram, layout)),
        "bars": [(range_text(bar, row.currency), f"{bar.sessions:,}") for bar in histogram.bars],
        "hours": pictures(lambda layout: hours_picture(cells, row.currency, layout)),
        "hour_texts": [hour_text(cell) for cell in cells if cell.row is not None],
        "largest": [
            ("Bills that rise most", [_pair(pair) for pair in pairs if pair.change_micro > 0]),
            ("Bills that fall most", [_pair(pair) for pair in pairs if pair.change_micro < 0]),
        ],
    }


def money(micro: int, currency: str, *, signed: bool = False) -> str:
    """An amount for people."""
    return amount(micro, currency, grouped=True, signed=signed)


def sign(micro: int) -> str:
    """A word for the style of a change."""
    return "rise" if micro > 0 else "fall" if micro < 0 else "same"


def _cells(row: Row, title: str, field: str) -> dict[str, str]:
    before, after, change = (getattr(each, field) for each in (row.old, row.new, row.change))
    return {
        "title": title,
        "before": money(before, row.currency),
        "after": money(after, row.currency),
        "change": money(change, row.currency, signed=True),
        "percent": percent(change, before),
        "sign": sign(change),
    }


def _group(group: Grouped) -> dict[str, Any]:
    rows = ranked(group.rows)
    return {
        "name": group.name,
        "left_out": len(rows) - _ROWS_MAX if len(rows) > _ROWS_MAX else 0,
        "rows": [
            {
                **_cells(row, row.name, "gross_micro"),
                "currency": row.currency,
                "sessions": f"{row.sessions:,}",
                "more": f"{row.payers.more:,}",
                "less": f"{row.payers.less:,}",
            }
            for row in rows[:_ROWS_MAX]
        ],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    account = f", account {pair.account}" if pair.account is not None else ""
    return {
        "id": pair.session_id,
        "about": f"{pair.tariff}{account}",
        "before": money(pair.old_gross_micro, pair.currency),
        "after": money(pair.new_gross_micro, pair.currency),
        "change": money(pair.change_micro, pair.currency, signed=True),
        "sign": sign(pair.change_micro),
        "stories": [
            ("Before", _picture(pair.old), _marked(pair, 0)),
            ("After", _picture(pair.new), _marked(pair, 1)),
        ],
    }


def _picture(explanation: Explanation) -> dict[str, Any] | None:
    """The picture of `explain`, in the size for a phone: two stand beside each other."""
    chart = explanation.chart
    return None if chart is None else picture_of(chart, [(EXPLAIN_TALL, "side")])


def _marked(pair: Pair, side: int) -> list[tuple[str, bool]]:
    """The lines of one story, and whether the other story says something else there."""
    old, new = (story.rstrip("\n").split("\n") for story in (pair.old_story, pair.new_story))
    same: set[int] = set()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        first = block.a if side == 0 else block.b
        same.update(range(first, first + block.size))
    return [(line, i not in same) for i, line in enumerate((old, new)[side])]


def _apart(group: Any) -> dict[str, Any]:
    def charged(currency: str | None, micro: int | None) -> str:
        return "" if currency is None or micro is None else f"{money(micro, currency)} {currency}"

    members = group.members[:_MEMBERS_MAX]
    return {
        "title": WHY_TEXTS[group.why],
        "text": group.text,
        "reasons": group.reasons,
        "left_out": count(group.sessions - len(members), "session") if group.sessions > len(members) else "",
        "members": [
            {
                "id": each.session_id,
                "tariff": each.tariff,
                "old": charged(each.old_currency, each.old_gross_micro) or _code(each.old_refusal),
                "new": charged(each.new_currency, each.new_gross_micro) or _code(each.new_refusal),
            }
            for each in members
        ],
    }


def _code(refusal: Any) -> str:
    return "not known" if refusal is None else str(refusal.code)
