"""OCPP 2.0.1 and 2.1: transaction events, their order, states, units and EVSEs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from ocpp_words import EVSE, at, call, codes, event, left_out, occupancy, read, rows, spans

BEGIN = {"value": 1000, "context": "Transaction.Begin"}
END = {"value": 9000, "context": "Transaction.End"}
TOKEN = {"idToken": {"idToken": "DE-ABC-1", "type": "eMAID"}}


def log() -> list[Any]:
    return [
        *event("Started", 0, 0, BEGIN, state="EVConnected", trigger="CablePluggedIn", **EVSE),
        *event("Updated", 1, 5, state="Charging", trigger="ChargingStateChanged", **TOKEN),
        *event("Updated", 2, 25, 7000),
        *event("Updated", 3, 30, state="SuspendedEVSE", trigger="ChargingStateChanged"),
        *event("Updated", 4, 40, state="SuspendedEV", trigger="ChargingStateChanged"),
        *event("Ended", 5, 60, END, state="Idle", trigger="StopAuthorized", info={"stoppedReason": "Local"}),
    ]


EXPECTED = [
    (0, 5, 0, "auto"),
    (5, 25, 6000, "charging"),
    (25, 30, 2000, "charging"),
    (30, 40, 0, "withheld"),
    (40, 60, 0, "parked"),
]


def test_a_transaction() -> None:
    usage = read(log(), tariff="t")
    assert rows(usage) == EXPECTED
    (session,) = usage.sessions.to_pylist()
    assert (session["session_id"], session["evse"], session["id_token"]) == ("tx-1", "1", "DE-ABC-1")
    assert (usage.notes, usage.left_out.num_rows) == ((), 0)


@pytest.mark.parametrize("version", ["2.0.1", "2.1", None])
def test_both_versions(version: str | None) -> None:
    assert rows(read(log(), version=version)) == EXPECTED


def test_order_repetition_and_being_offline_change_nothing() -> None:
    offline = [[*each[:3], {**each[3], "offline": True}] for each in log()]
    assert rows(read(log()[::-1], log(), offline)) == EXPECTED
    assert read(log()[::-1], log()).notes == ()


@pytest.mark.parametrize(
    ("number", "unit"),
    [
        (5500, None),
        (5500, {}),
        (5500, {"unit": "Wh"}),
        (5.5, {"unit": "kWh"}),
        (5.5, {"unit": "Wh", "multiplier": 3}),
        (55, {"unit": "kWh", "multiplier": -1}),
        (Decimal("5.5"), {"unit": "kWh", "multiplier": 0}),
    ],
)
def test_units_and_multipliers(number: Any, unit: Any) -> None:
    measured = {"value": number} if unit is None else {"value": number, "unitOfMeasure": unit}
    messages = [*log()[:2], *event("Updated", 2, 10, measured), *log()[3:]]
    assert rows(read(messages))[1][:3] == (5, 10, 4500)


def test_floats_count_as_the_digits_they_show() -> None:
    usage = read(event("Started", 0, 0, 0.1, **EVSE), event("Ended", 1, 60, 0.3))
    assert rows(usage) == [(0, 60, Decimal("0.2"), "auto")]


def test_it_idles_until_its_connector_is_available() -> None:
    assert spans(read(log(), occupancy(-1, "Occupied"), occupancy(75, "Available"))) == [("tx-1", 0, 75)]
    assert spans(read(log(), occupancy(75, "Available", connector=2))) == [("tx-1", 0, 60)]
    assert spans(read(log(), occupancy(75, "Available", evse=2))) == [("tx-1", 0, 60)]
    left = [*log()[:-1], *event("Ended", 5, 60, END, trigger="EVDeparted")]
    assert spans(read(left, occupancy(75, "Available"))) == [("tx-1", 0, 60)]


def test_an_unknown_connector_is_that_of_an_evse_with_one() -> None:
    messages = log()
    messages[0][3]["evse"] = {"id": 1}
    assert spans(read(messages, occupancy(75, "Available"))) == [("tx-1", 0, 75)]
    two = [*occupancy(75, "Available"), *occupancy(10, "Unavailable", connector=2)]
    assert spans(read(messages, two)) == [("tx-1", 0, 60)]


def test_values_of_the_evse_count_where_they_name_no_transaction() -> None:
    def clock(minute: int, register: int) -> list[Any]:
        values = [{"timestamp": at(minute), "sampledValue": [{"value": register, "context": "Sample.Clock"}]}]
        return call("MeterValues", {"evseId": 1, "meterValue": values})

    usage = read(log(), [clock(15, 2000), clock(90, 9000)])
    assert rows(usage)[1:3] == [(5, 15, 1000, "charging"), (15, 25, 5000, "charging")]


def test_energy_intervals_alone_are_enough() -> None:
    def interval(number: float, context: str = "Sample.Periodic") -> dict[str, Any]:
        return {"value": number, "measurand": "Energy.Active.Import.Interval", "context": context}

    usage = read(
        event("Started", 0, 0, **EVSE),
        event("Updated", 1, 15, interval(1000)),
        event("Updated", 2, 30, interval(1500.5)),
        event("Ended", 3, 40, interval(20, "Transaction.End")),
    )
    assert rows(usage) == [(0, 15, 1000, "auto"), (15, 30, Decimal("1500.5"), "auto"), (30, 40, 20, "auto")]


def test_energy_before_the_first_reading_and_after_the_last_is_not_known() -> None:
    usage = read(
        event("Started", 0, 0, **EVSE),
        event("Updated", 1, 10, 1000),
        event("Updated", 2, 20, 1500),
        event("Ended", 3, 30),
    )
    assert rows(usage) == [(0, 10, 0, "auto"), (10, 20, 500, "auto"), (20, 30, 0, "auto")]
    assert codes(usage.notes) == ["no_first_reading", "no_last_reading"]


def test_a_transaction_without_energy_data_is_left_out() -> None:
    assert left_out(read(event("Started", 0, 0, **EVSE), event("Ended", 1, 30))) == [("tx-1", "no_data")]
    assert left_out(read(event("Started", 0, 0, 5, **EVSE), event("Ended", 1, 30))) == [("tx-1", "no_data")]


def test_open_transactions_and_those_without_a_start() -> None:
    assert left_out(read(log()[:-1])) == [("tx-1", "open")]
    assert read(log()[:-1]).left_out["energy_wh"].to_pylist() == [6000]
    assert left_out(read(log()[1:])) == [("tx-1", "no_start")]


def test_events_that_are_missing_are_noted() -> None:
    usage = read(log()[:2], log()[4:])
    assert rows(usage)[-1] == (40, 60, 0, "parked")
    assert [fault.got for fault in usage.notes] == ["2 of the events 0 to 5 of transaction tx-1 are missing"]


def test_a_clock_that_runs_back_by_less_than_a_minute_is_held() -> None:
    messages = [*log()[:1], *event("Updated", 1, -0.5, state="Charging", **TOKEN), *log()[2:]]
    assert rows(read(messages))[:1] == [(0, 25, 6000, "charging")]


def test_a_clock_that_runs_back_further_refuses_the_session() -> None:
    messages = [*log()[:3], *event("Updated", 3, -60, state="SuspendedEV"), *log()[4:]]
    assert left_out(read(messages)) == [("tx-1", "clock")]


def test_numbers_that_occur_twice_leave_the_order_to_the_clock() -> None:
    messages = [[*each[:3], {**each[3], "seqNo": 0}] for each in log()]
    usage = read(messages)
    assert rows(usage) == EXPECTED
    assert codes(usage.notes) == ["seq_repeated"]


def test_of_two_states_at_one_instant_the_later_event_counts() -> None:
    messages = [*log()[:4], *event("Updated", 4, 30, state="Charging"), *event("Ended", 5, 60, END)]
    assert rows(read(messages))[-1] == (25, 60, 2000, "charging")


def test_ends_that_differ_refuse_the_session() -> None:
    assert left_out(read(log(), event("Ended", 6, 61, END))) == [("tx-1", "two_stops")]
    assert left_out(read(log(), event("Started", 6, 61))) == [("tx-1", "two_starts")]


def test_signed_values_are_kept_beside_their_numbers() -> None:
    signed = {"signedMeterData": "AAEC", "encodingMethod": "OCMF", "signingMethod": "", "publicKey": "MFkw"}
    usage = read(log()[:-1], event("Ended", 5, 60, {**END, "signedMeterValue": signed}))
    assert rows(usage) == EXPECTED
    assert usage.signed_data.to_pylist()[0]["data"] == "AAEC"
    assert usage.signed_data.to_pylist()[0]["public_key"] == "MFkw"


def test_a_register_that_restarts_with_a_resumed_transaction() -> None:
    usage = read(
        event("Started", 0, 0, 0, **EVSE),
        event("Updated", 1, 10, 5000),
        event("Updated", 2, 20, 0, trigger="TxResumed"),
        event("Ended", 3, 30, 700),
    )
    assert [row[2] for row in rows(usage)] == [5000, 0, 700]
    assert codes(usage.notes) == ["register_reset"]
