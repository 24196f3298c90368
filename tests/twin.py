"""Put the fast path and the slow twin side by side: the same sessions to both, and both answers in one form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

import rating
from rating.engine import rate_batch
from rating.errors import Refused, TariffError
from rating.reference import Bill, Interval, Refusal, Usage, rate_session
from rating.reference.faults import fault_of_session
from rating.reference.parts import Times
from rating.tariff.model import Tariff, Tariffs
from rating.units import ACTIVITIES, MWH_PER_KWH, PPM_PER_PERCENT, US_PER_S
from rating.usage.batch import Intervals, Names, Sessions, UsageBatch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A session with the id of its tariff.
Drawn = tuple[str, Usage]


def instant(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def tables(drawn: Iterable[Drawn]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The columns of sessions and intervals."""
    drawn = list(drawn)
    sessions: dict[str, list[Any]] = {
        "session_id": [usage.session_id for _, usage in drawn],
        "tariff": [tariff for tariff, _ in drawn],
        "start": [instant(usage.start_us) for _, usage in drawn],
        "end": [instant(usage.end_us) for _, usage in drawn],
        "time_zone": [usage.time_zone for _, usage in drawn],
    }
    usages = [usage for _, usage in drawn]
    for name in (*NAMES, *OF_ACCOUNTS):
        if any(getattr(usage, name) is not None for usage in usages):
            sessions[name] = [getattr(usage, name) for usage in usages]
    if any(usage.evse_power_mw is not None for usage in usages):
        sessions["evse_power_kw"] = [in_units(usage.evse_power_mw, 6) for usage in usages]
    reserved = [next((each for each in usage.intervals if each.activity == "reserved"), None) for usage in usages]
    if any(reserved):
        sessions["reservation_start"] = [each and instant(each.start_us) for each in reserved]
    if any(usage.charging_end_us is not None for usage in usages):
        ends = [usage.charging_end_us for usage in usages]
        sessions["charging_end"] = [None if end is None else instant(end) for end in ends]
    if any(usage.expired for usage in usages):
        sessions["reservation_expired"] = [usage.expired for usage in usages]
    rows = [(usage.session_id, interval) for usage in usages for interval in usage.intervals]
    return sessions, interval_table([(id_, interval) for id_, interval in rows if interval.activity != "reserved"])


def interval_table(rows: list[tuple[Any, Interval]]) -> dict[str, list[Any]]:
    """The columns of intervals with the ids of their sessions."""
    intervals: dict[str, list[Any]] = {
        "session_id": [id_ for id_, _ in rows],
        "start": [instant(interval.start_us) for _, interval in rows],
        "end": [instant(interval.end_us) for _, interval in rows],
        "energy_kwh": [Decimal(interval.energy_mwh).scaleb(-6) for _, interval in rows],
        "activity": [None if interval.activity == "auto" else interval.activity for _, interval in rows],
    }
    if any(interval.power_mw is not None for _, interval in rows):
        intervals["power_w"] = [in_units(interval.power_mw, 3) for _, interval in rows]
    if any(interval.current_ma is not None for _, interval in rows):
        intervals["current_a"] = [in_units(interval.current_ma, 3) for _, interval in rows]
    return intervals


NAMES = ("tariff_type", "connector", "membership", "payment_method")
OF_ACCOUNTS = ("account", "coupon", "redeem_points")


def in_units(value: int | None, decimals: int) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-decimals)


def batch_of(drawn: Iterable[Drawn]) -> UsageBatch:
    """What no table can say: times beside the clock. What a door would refuse is told by the twin."""
    drawn = list(drawn)
    usages = [usage for _, usage in drawn]
    intervals = [interval for usage in usages for interval in usage.intervals]
    tariffs, zones = sorted({tariff for tariff, _ in drawn}), sorted({usage.time_zone or "" for usage in usages})
    known = {name: sorted({value for usage in usages if (value := getattr(usage, name)) is not None}) for name in NAMES}

    def array(values: Iterable[int], dtype: type = np.int64) -> Any:
        return np.array(list(values), dtype)

    def code(names: list[str], value: str | None) -> int:
        return -1 if value is None else names.index(value)

    return UsageBatch(
        Sessions(
            id=pa.array([usage.session_id for usage in usages]),
            start_us=array(usage.start_us for usage in usages),
            end_us=array(usage.end_us for usage in usages),
            tariff=array((tariffs.index(tariff) for tariff, _ in drawn), np.int32),
            tariff_names=tuple(tariffs),
            time_zone=array((code(zones, usage.time_zone) for usage in usages), np.int32),
            zone_names=tuple(zones),
            status=array((fault_of_session(usage) or Refused.FINE for usage in usages), np.uint8),
            status_row=np.full(len(usages), -1),
            extra=pa.table(
                {
                    name: [getattr(usage, name) for usage in usages]
                    for name in OF_ACCOUNTS
                    if any(getattr(usage, name) is not None for usage in usages)
                }
            ),
            attributes={
                name: Names(
                    array((code(known[name], getattr(usage, name)) for usage in usages), np.int32), tuple(names)
                )
                for name, names in known.items()
            },
            evse_power_mw=array(-1 if usage.evse_power_mw is None else usage.evse_power_mw for usage in usages),
            expired=array((usage.expired for usage in usages), np.uint8),
            charging_end_us=array(-1 if usage.charging_end_us is None else usage.charging_end_us for usage in usages),
        ),
        Intervals(
            start_us=array(each.start_us for each in intervals),
            end_us=array(each.end_us for each in intervals),
            energy=array(each.energy_mwh for each in intervals),
            energy_scale=1,
            activity=array((ACTIVITIES.index(each.activity) for each in intervals), np.uint8),
            row=None,
            table="intervals",
            power_mw=array(-1 if each.power_mw is None else each.power_mw for each in intervals),
            current_ma=array(-1 if each.current_ma is None else each.current_ma for each in intervals),
            volumes_us=np.array([each.times_us for each in intervals], np.int64).reshape(-1, 3),
        ),
        np.cumsum([0, *(len(usage.intervals) for usage in usages)]),
        (),
        {
            "sessions": pa.table(tables(drawn)[0]),
            "intervals": pa.table(interval_table([(u.session_id, each) for u in usages for each in u.intervals])),
        },
    )


def nearest(value: Fraction | None, decimals: int) -> Fraction | None:
    """To so many decimals, ties up: what a column of the table of lines can hold."""
    return None if value is None else Fraction((value * 10**decimals + Fraction(1, 2)) // 1, 10**decimals)


def exact(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def slow_answer(tariff: Tariff, usage: Usage) -> Any:
    """The twin's bill as plain values, or the code of its refusal."""
    return as_answer(rate_session(tariff, usage))


def as_answer(bill: Bill | Refusal) -> Any:
    """A bill as plain values, or the code of a refusal."""
    return bill.code if isinstance(bill, Refusal) else bill_of(bill)


def bill_of(bill: Bill) -> Any:
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
    taxes = [
        {
            "tax": each.rate.name,
            "percent": Fraction(each.rate.rate_ppm, PPM_PER_PERCENT),
            "net": micro(each.net_micro),
            "amount": micro(each.amount_micro),
        }
        for each in bill.taxes or ()
    ]
    assert (bill.taxes is None) == (bill.tax_micro is None)
    assert bill.taxes is None or sum(each.amount_micro for each in bill.taxes) == bill.tax_micro
    return head, lines, taxes


def micro(value: int | None) -> Fraction | None:
    return None if value is None else Fraction(value, 10**6)


def fast_answers(rated: Any) -> dict[Any, Any]:
    """The engine's answers by session id, in the same form."""
    answers: dict[Any, Any] = {row["session_id"]: row["code"] for row in rated.rejected.to_pylist()}
    exacts = ("energy_kwh", "charging_s", "parked_s", "net", "tax", "gross")
    for row in rated.sessions.to_pylist():
        head = {name: row[name] for name in ("tariff_version", "currency", "start", "end")}
        answers[row["session_id"]] = (head | {name: exact(row[name]) for name in exacts}, [], [])
    for row in rated.lines.to_pylist():
        id_ = row.pop("session_id")
        for name in ("volume", "billed_volume", "unit_price", "amount", "printed_amount", "tax_percent"):
            row[name] = exact(row[name])
        answers[id_][1].append(row)
    for row in rated.taxes.to_pylist():
        id_ = row.pop("session_id")
        answers[id_][2].append(row | {name: exact(row[name]) for name in ("percent", "net", "amount")})
    return answers


def all_told(usage: Usage) -> Usage:
    """The usage with the times of every interval told: a batch tells those of all sessions or of none."""
    told = tuple(replace(each, volumes_us=Times(*each.times_us)) for each in usage.intervals)
    return replace(usage, intervals=told)


def assert_same_where_priceable(tariffs: list[Tariff], drawn: list[Drawn], **options: Any) -> Any:
    """The same without the tariffs whose prices are too odd for 64 bits, which only a free draw makes."""
    try:
        return assert_same(tariffs, drawn, **options)
    except TariffError as error:
        odd = {fault.got for fault in error.faults if fault.code == "price_precision"}
        if not odd:
            raise
        kept = [pair for pair in drawn if pair[0] not in odd]
        return assert_same_where_priceable([tariff for tariff in tariffs if tariff.id not in odd], kept, **options)


def is_told(usage: Usage) -> bool:
    """Whether times are told beside the clock, which only a CDR does."""
    return any(interval.volumes_us is not None for interval in usage.intervals)


def assert_same(tariffs: Iterable[Tariff], drawn: Iterable[Drawn], **options: Any) -> Any:
    """Rate with both, demand equality on every line, tax and total, and return what the engine gave."""
    known = Tariffs(tuple(tariffs))
    drawn = list(drawn)
    told = any(is_told(usage) for _, usage in drawn)
    if told:
        drawn = [(tariff, all_told(usage)) for tariff, usage in drawn]
    rated = rate_batch(known, batch_of(drawn), **options) if told else rating.rate(known, *tables(drawn), **options)
    answers = fast_answers(rated)
    assert len(answers) == len(drawn) == rated.sessions.num_rows + rated.rejected.num_rows
    for tariff, usage in drawn:
        assert answers[usage.session_id] == slow_answer(known[tariff], usage), (known[tariff], usage)
    return rated
