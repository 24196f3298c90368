"""What the tests of `explain` share: some sessions of the example tariffs, and amounts read out of each form."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final

from show_tools import examples

import rating
from rating import Explanation

ACCOUNTS: Final = {"account": ["anna"], "plan": ["flex-100"], "from": ["2026-02-15"]}
Amounts = tuple[list[Fraction], list[Fraction | None]]  # of lines; before tax, of each tax, and to pay


def world() -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Sessions and intervals, one of each kind that a picture has to show; their ids say which."""
    sessions: dict[str, list[Any]] = {
        name: []
        for name in ("session_id", "tariff", "start", "end", "reservation_start", "account", "coupon", "energy_kwh")
    }
    intervals: dict[str, list[Any]] = {name: [] for name in ("session_id", "start", "end", "energy_kwh")}

    def session(
        name: str, tariff: str, start: str, powers_kw: list[int], more: int = 0, each: int = 15, **facts: Any
    ) -> None:
        begin = at = datetime.fromisoformat(start)
        for power in powers_kw:
            until = at + timedelta(minutes=each)
            row = {"session_id": name, "start": at, "end": until, "energy_kwh": str(Fraction(power * each, 60) // 1)}
            for key, value in row.items():
                intervals[key].append(value)
            at = until
        row = {"session_id": name, "tariff": tariff, "start": begin, "end": at + timedelta(minutes=more), **facts}
        for key, values in sessions.items():
            values.append(row.get(key))

    session("peak", "harbour-dc", "2026-03-02T16:30:00+01:00", [50, 49, 48, 40, 20, 8, 0, 0], more=10)
    session("market", "spot", "2026-03-29T00:10:00+01:00", [8] * 6 + [0] + [12] * 12 + [4], more=40)
    session("held", "reservation", "2026-03-02T09:00:00+01:00", [24] * 4, reservation_start="2026-03-02T08:20:00+01:00")
    session("weekend", "harbour-dc", "2026-03-06T15:00:00+01:00", [12] * 24, more=3500)
    session("member", "per-kwh", "2026-03-02T18:00:00+01:00", [160] * 8, account="anna", coupon="SPRING26")
    session("autumn", "time-and-energy", "2026-10-25T01:10:00+02:00", [12] * 12)
    session("instant", "per-kwh", "2026-03-02T18:00:00+01:00", [1], each=0)
    session("seconds", "ca-tou", "2026-07-01T15:00:00-07:00", [60] * 900, each=1)
    del sessions["energy_kwh"]
    return sessions, intervals


@cache
def explained(name: str) -> Explanation:
    return rating.explain(examples(), *world(), session_id=name, accounts=ACCOUNTS)


@cache
def rated() -> Any:
    return rating.rate(examples(), *world(), accounts=ACCOUNTS)


def amount(text: str) -> Fraction | None:
    """12.50 EUR."""
    return None if text == "not known" else Fraction(text.split()[0])


def of_rated(lines: list[dict[str, Any]], head: dict[str, Any], taxes: list[dict[str, Any]], has_tax: bool) -> Amounts:
    """What every form has to say, from the rows of the engine's tables."""
    totals = [head["gross"]]
    if has_tax:
        known = [tax["amount"] for tax in taxes] if head["tax"] is not None else [None]
        totals = [head["net"], *known, head["gross"]]
    return [line["printed_amount"] for line in lines], totals


def of_json(text: str) -> Amounts:
    found = json.loads(text)
    lines = [Fraction(line["printed_amount"]) for line in found["lines"]]
    taxes = [None] if found["taxes"] is None else [Fraction(tax["amount"]) for tax in found["taxes"]]
    net, gross = (None if found[name] is None else Fraction(found[name]) for name in ("net", "gross"))
    return lines, [net, *taxes, gross]


class _Cells(HTMLParser):
    """The texts of the cells of a class."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {"amount": [], "total": []}
        self.into: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        css = (dict(attrs).get("class") or "").split()
        self.into = next((self.found[name] for name in self.found if tag == "td" and name in css), None)
        if self.into is not None:
            self.into.append("")

    def handle_endtag(self, tag: str) -> None:
        self.into = None

    def handle_data(self, data: str) -> None:
        if self.into is not None:
            self.into[-1] += data


def of_html(text: str) -> Amounts:
    cells = _Cells()
    cells.feed(text)
    lines = [Fraction(each.split()[0]) for each in cells.found["amount"]]
    return lines, [amount(each) for each in cells.found["total"]]


def of_markdown(text: str, lines: int) -> Amounts:
    table = [row for row in text.splitlines() if row.startswith("| ")][2:]
    amounts = [amount(row.rsplit(" | ", 1)[1].strip("|* ")) for row in table]
    return [each for each in amounts[:lines] if each is not None], amounts[lines:]


def of_text(text: str, lines: int) -> Amounts:
    """From the bill at the top: amounts stand at the right, under each other."""
    rows = text.partition("\nThe bill\n")[2].partition("\n\n")[0].splitlines()
    wide = max(map(len, rows))
    # The rows of quantities end before the column of amounts, and so do lines that go on.
    found = [row.rsplit("  ", 1)[1] for row in rows if len(row) == wide and "─" not in row]
    amounts = [amount(each) for each in found]
    return [each for each in amounts[:lines] if each is not None], amounts[lines:]
