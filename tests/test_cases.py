"""Hand-computed bills: every folder in tests/cases is rated, and each figure must be exactly the expected one.

A case has `tariff*.yaml`, `sessions.csv`, optionally `intervals.csv` or `readings.csv` (else the sessions carry
energy totals), and `expected.yaml`, whose `why` is the arithmetic in words. With plans it has `plan*.yaml` and
`accounts.csv`, with coupons `coupon*.yaml`, and may expect the `state` after the sessions: one list for each row.
`RATERS` lists who rates it: the slow twin by its own reading of the files, and the engine as a user calls it, with the
paths of the files.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from twin import exact, nearest

import rating
from rating.reference import Account, Bill, BilledTax, Interval, Line, Usage, rate_history
from rating.tariff.model import Tariffs
from rating.units import MICRO_PER_UNIT, MWH_PER_KWH, PPM_PER_PERCENT, US_PER_S

CASES = Path(__file__).parent / "cases"
Row = dict[str, str]
Figures = dict[str, Any]
TOTALS = ("net", "tax", "gross", "energy_kwh", "charging_s", "parked_s")
LINE_NUMBERS = ("volume", "billed", "amount", "printed", "tax")
FACTS = ("time_zone", "tariff_type", "connector", "membership", "payment_method", "account", "coupon")
TAX_NUMBERS = ("percent", "net", "amount")
LINE_TEXTS = ("kind", "element", "dimension", "unit")


@dataclass
class Outcome:
    """What rating a case gave: totals and lines by session, codes by refused session."""

    sessions: dict[str, Figures] = field(default_factory=dict)
    lines: dict[str, list[Figures]] = field(default_factory=dict)
    taxes: dict[str, list[Figures]] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    state: list[list[str]] | None = None  # None: not told


def read_expected(case: Path) -> Outcome:
    """Expected figures; a number is a decimal, a fraction such as 1/3, or `none` where it is not known. `billed` is
    `volume` where left out. `tax` is a line's rate in percent; where no line tells it, it is not compared, and
    neither are the `taxes` of a session that does not tell them.
    """
    told = yaml.load((case / "expected.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    outcome = Outcome(rejected=told.get("rejected", {}), state=told.get("state"))
    for session, figures in told.get("sessions", {}).items():
        outcome.sessions[session] = {name: _number(figures[name]) for name in TOTALS}
        outcome.lines[session] = [_expected_line(line) for line in figures["lines"]]
        if "taxes" in figures:
            outcome.taxes[session] = [
                {"tax": tax["name"], **{name: _number(tax[name]) for name in TAX_NUMBERS}} for tax in figures["taxes"]
            ]
    return outcome


def _expected_line(told: Row) -> Figures:
    unknown = set(told) - {*LINE_NUMBERS, *LINE_TEXTS}
    assert not unknown, unknown
    line = {"kind": "usage", **told}
    if "volume" in line:
        line.setdefault("billed", line["volume"])
    numbers = {name: _number(line.get(name)) for name in LINE_NUMBERS if name != "tax" or name in line}
    return {**numbers, **{name: line.get(name) for name in LINE_TEXTS}}


def _number(text: str | None) -> Fraction | None:
    return None if text in (None, "none") else Fraction(text)


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file, without the cells that are empty; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]


def instant(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def thousandths(text: str, scale: int = MWH_PER_KWH) -> int:
    """Energy in milli-Wh and power in milli-W from kilo, current in milli-A."""
    milli = Fraction(text) * scale
    assert milli.denominator == 1, text
    return milli.numerator


def read_usages(case: Path) -> Iterator[tuple[str, Usage]]:
    """Each session with the id of its tariff."""
    intervals, readings = read_rows(case / "intervals.csv"), read_rows(case / "readings.csv")
    for row in read_rows(case / "sessions.csv"):
        id_ = row["session_id"]
        start_us, end_us, expired = instant(row["start"]), instant(row["end"]), row.get("reservation_expired") == "yes"
        own = [_interval(each) for each in intervals if each["session_id"] == id_]
        own += _between_readings([each for each in readings if each["session_id"] == id_])
        if "energy_kwh" in row:
            own.append(Interval(start_us, instant(row.get("charging_end", row["end"])), thousandths(row["energy_kwh"])))
        own.sort(key=lambda interval: interval.start_us)
        if "reservation_start" in row:
            since_us, until_us = instant(row["reservation_start"]), end_us if expired else start_us
            own.insert(0, Interval(since_us, until_us, 0, "reserved"))
        facts: dict[str, Any] = {name: row.get(name) for name in FACTS}
        power_mw = _optional(row, "evse_power_kw")
        charging_end_us = instant(row["charging_end"]) if "charging_end" in row else None
        points = int(row["redeem_points"]) if "redeem_points" in row else None
        facts |= {"expired": expired, "charging_end_us": charging_end_us, "redeem_points": points}
        usage = Usage(id_, start_us, end_us, tuple(own), evse_power_mw=power_mw, **facts)
        yield row["tariff"], usage


def _interval(row: Row) -> Interval:
    activity: Any = row.get("activity", "auto")
    return Interval(
        instant(row["start"]),
        instant(row["end"]),
        thousandths(row["energy_kwh"]),
        activity,
        power_mw=_optional(row, "power_kw"),
        current_ma=_optional(row, "current_a", 1_000),
    )


def _optional(row: Row, name: str, scale: int = MWH_PER_KWH) -> int | None:
    return thousandths(row[name], scale) if name in row else None


def _between_readings(rows: list[Row]) -> list[Interval]:
    found = []
    for before, after in pairwise(rows):
        used = thousandths(after["register_kwh"]) - thousandths(before["register_kwh"])
        found.append(Interval(instant(before["at"]), instant(after["at"]), used))
    return found


def read_accounts(case: Path) -> Iterator[Account]:
    for row in read_rows(case / "accounts.csv"):
        until = _moment(row["until"]) if "until" in row else None
        yield Account(row["account"], row["plan"], _moment(row["from"]), until)


def _moment(text: str) -> date | int:
    return instant(text) if "T" in text else date.fromisoformat(text)


def rate_by_twin(case: Path, tariffs: Tariffs) -> Outcome:
    """The slow twin, session by session."""
    outcome = Outcome()
    usages = list(read_usages(case))
    bills, state = rate_history(tariffs, tariffs.plans, read_accounts(case), usages)
    outcome.state = [["" if value is None else str(value) for value in row] for row in state]
    for (_, usage), bill in zip(usages, bills, strict=True):
        id_ = str(usage.session_id)
        if not isinstance(bill, Bill):
            outcome.rejected[id_] = bill.code
            continue
        totals = [_money(bill.net_micro), _money(bill.tax_micro), _money(bill.gross_micro)]
        totals.append(Fraction(bill.energy_mwh, MWH_PER_KWH))
        totals += [Fraction(bill.charging_us, US_PER_S), Fraction(bill.parked_us, US_PER_S)]
        outcome.sessions[id_] = dict(zip(TOTALS, totals, strict=True))
        outcome.lines[id_] = [_line(line) for line in bill.lines]
        outcome.taxes[id_] = [_tax(tax) for tax in bill.taxes or ()]
    return outcome


def _money(micro: int | None) -> Fraction | None:
    return None if micro is None else Fraction(micro, MICRO_PER_UNIT)


def _tax(tax: BilledTax) -> Figures:
    percent = Fraction(tax.rate.rate_ppm, PPM_PER_PERCENT)
    return {
        "tax": tax.rate.name,
        "percent": percent,
        "net": _money(tax.net_micro),
        "amount": _money(tax.amount_micro),
    }


def _line(line: Line) -> Figures:
    return {
        "volume": line.volume,
        "billed": line.billed_volume,
        "amount": line.amount,
        "printed": _money(line.printed_micro),
        "tax": None if line.tax_ppm is None else Fraction(line.tax_ppm, PPM_PER_PERCENT),
        "kind": line.kind,
        "element": line.element,
        "dimension": line.dimension,
        "unit": line.unit,
    }


# In the engine's table of lines: name and decimals; None: exact in every digit.
COLUMNS = {
    "volume": ("volume", 9),
    "billed": ("billed_volume", 9),
    "amount": ("amount", 12),
    "printed": ("printed_amount", None),
    "tax": ("tax_percent", None),
}


def rate_by_engine(case: Path, tariffs: Tariffs) -> Outcome:
    """The public `rate`, all sessions at once, from the CSV files as they are."""
    usage: dict[str, Any] = {
        name: path for name in ("intervals", "readings") if (path := case / f"{name}.csv").exists()
    }
    if has_deals(case):
        usage["accounts"] = case / "accounts.csv" if (case / "accounts.csv").exists() else None
    rated = rating.rate(tariffs, case / "sessions.csv", **usage)
    outcome = Outcome(rejected={row["session_id"]: row["code"] for row in rated.rejected.to_pylist()})
    if has_deals(case):
        outcome.state = [
            ["" if each is None else str(each) for each in row.values()] for row in rated.state.to_pylist()
        ]
    for row in rated.sessions.to_pylist():
        outcome.sessions[row["session_id"]] = {name: exact(row[name]) for name in TOTALS}
        outcome.lines[row["session_id"]], outcome.taxes[row["session_id"]] = [], []
    for row in rated.lines.to_pylist():
        numbers = {name: exact(row[column]) for name, (column, _) in COLUMNS.items()}
        outcome.lines[row["session_id"]].append({**numbers, **{name: row[name] for name in LINE_TEXTS}})
    for row in rated.taxes.to_pylist():
        numbers = {name: exact(row[name]) for name in TAX_NUMBERS}
        outcome.taxes[row["session_id"]].append({"tax": row["tax"], **numbers})
    return outcome


def has_deals(case: Path) -> bool:
    """Whether plans or coupons are in play."""
    return any(case.glob("plan*.yaml")) or any(case.glob("coupon*.yaml"))


def as_stored(line: Figures) -> Figures:
    """An exact line as the engine's table holds it: 1/3 kWh has no end, and is stored to 9 decimals."""
    stored = {name: nearest(line[name], places) for name, (_, places) in COLUMNS.items() if places is not None}
    return {**line, **stored}


def as_told(lines: list[Figures], expected: list[Figures]) -> list[Figures]:
    """The lines without the rates of taxes where the expected ones do not say them."""
    if any("tax" in line for line in expected):
        return lines
    return [{name: value for name, value in line.items() if name != "tax"} for line in lines]


RATERS: dict[str, Callable[[Path, Tariffs], Outcome]] = {"twin": rate_by_twin, "engine": rate_by_engine}


@pytest.mark.parametrize("rater", RATERS.values(), ids=RATERS.keys())
@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case: Path, rater: Callable[[Path, Tariffs], Outcome]) -> None:
    expected = read_expected(case)
    if rater is rate_by_engine:
        expected.lines = {session: [as_stored(line) for line in lines] for session, lines in expected.lines.items()}
    files = [path for kind in ("tariff", "plan", "coupon") for path in sorted(case.glob(f"{kind}*.yaml"))]
    outcome = rater(case, rating.load_tariffs(files))
    outcome.lines = {
        session: as_told(lines, expected.lines.get(session, [])) for session, lines in outcome.lines.items()
    }
    if expected.state is not None:
        assert outcome.state == expected.state
    assert outcome.rejected == expected.rejected
    assert outcome.sessions == expected.sessions
    assert outcome.lines == expected.lines
    assert {session: outcome.taxes[session] for session in expected.taxes} == expected.taxes


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case_says_why(case: Path) -> None:
    told = yaml.load((case / "expected.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    assert len(told["why"]) > 80
    assert next(iter(told)) == "why"
