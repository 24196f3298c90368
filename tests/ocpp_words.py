"""Messages of charge points for the tests, and what comes of them in minutes and Wh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import rating
from rating import OcppUsage

T0 = datetime(2026, 3, 2, 10, tzinfo=UTC)
REGISTER = "Energy.Active.Import.Register"


def at(minute: float) -> str:
    """The instant so many minutes after 10:00."""
    return (T0 + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


def call(action: str, payload: dict[str, Any], name: str = "") -> list[Any]:
    return [2, name or f"{action}-{payload.get('timestamp')}", action, payload]


# OCPP 1.6


def started(
    minute: float, register: int, *, transaction: int | None = 7, connector: int = 1, tag: str = "A1"
) -> list[Any]:
    """A StartTransaction and its answer."""
    payload = {"connectorId": connector, "idTag": tag, "meterStart": register, "timestamp": at(minute)}
    request = call("StartTransaction", payload, f"start-{connector}-{minute}")
    answer = [3, request[1], {"transactionId": transaction, "idTagInfo": {"status": "Accepted"}}]
    return [request] if transaction is None else [request, answer]


def stopped(minute: float, register: int, *, transaction: int = 7, **more: Any) -> list[Any]:
    payload = {"transactionId": transaction, "meterStop": register, "timestamp": at(minute), **more}
    return [call("StopTransaction", payload, f"stop-{transaction}-{minute}-{register}")]


def value(text: str, **more: Any) -> dict[str, Any]:
    return {"value": text, **more}


def metered(minute: float, *values: Any, transaction: int | None = 7, connector: int = 1) -> list[Any]:
    """MeterValues; a value is a register in Wh, or a whole sampledValue."""
    sampled = [each if isinstance(each, dict) else value(str(each)) for each in values]
    payload: dict[str, Any] = {
        "connectorId": connector,
        "meterValue": [{"timestamp": at(minute), "sampledValue": sampled}],
    }
    if transaction is not None:
        payload["transactionId"] = transaction
    return [call("MeterValues", payload, f"meter-{minute}")]


def status(minute: float, state: str, *, connector: int = 1) -> list[Any]:
    payload = {"connectorId": connector, "errorCode": "NoError", "status": state, "timestamp": at(minute)}
    return [call("StatusNotification", payload, f"status-{minute}-{state}")]


# OCPP 2.x


def event(
    kind: str,
    seq: int,
    minute: float,
    *values: Any,
    state: str | None = None,
    trigger: str = "MeterValuePeriodic",
    transaction: str = "tx-1",
    info: dict[str, Any] | None = None,
    **more: Any,
) -> list[Any]:
    """A TransactionEvent; a value is a register in Wh, or a whole sampledValue."""
    told = {"transactionId": transaction} | ({"chargingState": state} if state else {}) | (info or {})
    payload: dict[str, Any] = {
        "eventType": kind,
        "timestamp": at(minute),
        "triggerReason": trigger,
        "seqNo": seq,
        "transactionInfo": told,
        **more,
    }
    if values:
        sampled = [each if isinstance(each, dict) else {"value": each} for each in values]
        payload["meterValue"] = [{"timestamp": at(minute), "sampledValue": sampled}]
    return [call("TransactionEvent", payload, f"event-{transaction}-{seq}")]


EVSE = {"evse": {"id": 1, "connectorId": 1}}


def occupancy(minute: float, state: str, *, evse: int = 1, connector: int = 1) -> list[Any]:
    payload = {"timestamp": at(minute), "connectorStatus": state, "evseId": evse, "connectorId": connector}
    return [call("StatusNotification", payload, f"occupancy-{minute}-{state}-{connector}")]


# What comes out


def read(*messages: list[Any], **options: Any) -> OcppUsage:
    """The usage of messages that are all fine: no fault."""
    usage = rating.read_ocpp([each for part in messages for each in part], **options)
    assert [str(fault) for fault in usage.faults] == []
    return usage


Row = tuple[float, float, Decimal | int, str]


def minute_of(instant: datetime) -> float:
    return (instant - T0) / timedelta(minutes=1)


def rows(usage: OcppUsage) -> list[Row]:
    """Each interval as (from minute, to minute, Wh, activity)."""
    return [
        (minute_of(row["start"]), minute_of(row["end"]), row["energy_wh"], row["activity"])
        for row in usage.intervals.to_pylist()
    ]


def spans(usage: OcppUsage) -> list[tuple[str, float, float]]:
    """Each session as (id, start minute, end minute)."""
    return [(row["session_id"], minute_of(row["start"]), minute_of(row["end"])) for row in usage.sessions.to_pylist()]


def codes(faults: Any) -> list[str]:
    return [fault.code for fault in faults]


def left_out(usage: OcppUsage) -> list[tuple[str, str]]:
    return [(row["session_id"], row["code"]) for row in usage.left_out.to_pylist()]
