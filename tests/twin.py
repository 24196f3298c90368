"""Put the fast path and the slow twin side by side: the same sessions to both, and both answers in one form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import rating
from rating.reference import Bill, Refusal, Usage, rate_session
from rating.tariff.model import Tariff, Tariffs
from rating.units import MWH_PER_KWH, PPM_PER_PERCENT, US_PER_S

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ATTRIBUTES = ("tariff_type", "connector", "membership", "payment_method")
# A session with the id of its tariff.
Drawn = tuple[str, Usage]


def instant(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def tables(drawn: Iterable[Drawn]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The columns of sessions and intervals; those that few tariffs ask for only where a session has a value.

    Reserved time is told by the session. Explicit times are not: only a CDR can say them.
    """
    drawn = list(drawn)
    sessions: dict[str, list[Any]] = {
        "session_id": [usage.session_id for _, usage in drawn],
        "tariff": [tariff for tariff, _ in drawn],
        "start": [instant(usage.start_us) for _, usage in drawn],
        "end": [instant(usage.end_us) for _, usage in drawn],
        "time_zone": [usage.time_zone for _, usage in drawn],
    }
    asked: dict[str, list[Any]] = {name: [getattr(usage, name) for _, usage in drawn] for name in ATTRIBUTES}
    asked["evse_power_w"] = [milli(usage.evse_power_mw) for _, usage in drawn]
    asked["reservation_start"] = [reserved_from(usage) for _, usage in drawn]
    asked["reservation_expired"] = [usage.expired or None for _, usage in drawn]
    rows = [
        (usage.session_id, interval)
        for _, usage in drawn
        for interval in usage.intervals
        if interval.activity != "reserved"
    ]
    intervals: dict[str, list[Any]] = {
        "session_id": [id_ for id_, _ in rows],
        "start": [instant(interval.start_us) for _, interval in rows],
        "end": [instant(interval.end_us) for _, interval in rows],
        "energy_kwh": [Decimal(interval.energy_mwh).scaleb(-6) for _, interval in rows],
        "activity": [None if interval.activity == "auto" else interval.activity for _, interval in rows],
    }
    flows = {
        "power_w": [milli(interval.power_mw) for _, interval in rows],
        "current_a": [milli(interval.current_ma) for _, interval in rows],
    }
    return sessions | _given(asked), intervals | _given(flows)


def _given(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


def milli(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-3)


def reserved_from(usage: Usage) -> datetime | None:
    """Since when the session's place was reserved, where it was."""
    return next((instant(each.start_us) for each in usage.intervals if each.activity == "reserved"), None)


def nearest(value: Fraction | None, decimals: int) -> Fraction | None:
    """To so many decimals, ties up: what a column of the table of lines can hold."""
    return None if value is None else Fraction((value * 10**decimals + Fraction(1, 2)) // 1, 10**decimals)


def exact(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def slow_answer(tariff: Tariff, usage: Usage) -> Any:
    """The twin's bill as plain values, or the code of its refusal."""
    bill = rate_session(tariff, usage)
    if isinstance(bill, Refusal):
        return bill.code
    return _bill(bill)


def _bill(bill: Bill) -> Any:
    head = {
        "tariff_version": bill.tariff_version,
        "currency": bill.currency,
        "start": instant(bill.start_us),
        "end": instant(bill.end_us),
        "energy_kwh": Fraction(bill.energy_mwh, MWH_PER_KWH),
        "charging_s": Fraction(bill.charging_us, US_PER_S),
        "parked_s": Fraction(bill.parked_us, US_PER_S),
        **{name: micro(getattr(bill, f"{name}_micro")) for name in ("net", "tax", "gross")},
    }
    lines = [
        {
            "line": line.line,
            "kind": line.kind,
            "element": line.element,
            "dimension": line.dimension,
            "volume": nearest(line.volume, 9),
            "billed_volume": nearest(line.billed_volume, 9),
            "unit": line.unit,
            "unit_price": micro(line.unit_price_micro),
            "amount": nearest(line.amount, 12),
            "printed_amount": micro(line.printed_micro),
            "tax_percent": None if line.tax_ppm is None else Fraction(line.tax_ppm, PPM_PER_PERCENT),
        }
        for line in bill.lines
    ]
    return head, lines


def micro(value: int | None) -> Fraction | None:
    return None if value is None else Fraction(value, 10**6)


def fast_answers(rated: Any) -> dict[Any, Any]:
    """The engine's answers by session id, in the same form."""
    answers: dict[Any, Any] = {row["session_id"]: row["code"] for row in rated.rejected.to_pylist()}
    exacts = ("energy_kwh", "charging_s", "parked_s", "net", "tax", "gross")
    for row in rated.sessions.to_pylist():
        head = {name: row[name] for name in ("tariff_version", "currency", "start", "end")}
        answers[row["session_id"]] = (head | {name: exact(row[name]) for name in exacts}, [])
    for row in rated.lines.to_pylist():
        id_ = row.pop("session_id")
        for name in ("volume", "billed_volume", "unit_price", "amount", "printed_amount", "tax_percent"):
            row[name] = exact(row[name])
        answers[id_][1].append(row)
    return answers


def assert_same(tariffs: Iterable[Tariff], drawn: Iterable[Drawn], **options: Any) -> Any:
    """Rate with both, demand equality on every line and total, and return what the engine gave."""
    known = Tariffs(tuple(tariffs))
    drawn = list(drawn)
    rated = rating.rate(known, *tables(drawn), **options)
    answers = fast_answers(rated)
    assert len(answers) == len(drawn) == rated.sessions.num_rows + rated.rejected.num_rows
    for tariff, usage in drawn:
        assert answers[usage.session_id] == slow_answer(known[tariff], usage), (known[tariff], usage)
    return rated
