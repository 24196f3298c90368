"""OCPP 1.6: transactions, units, phases, states, and the time after the stop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from ocpp_words import at, codes, left_out, metered, read, rows, spans, started, status, stopped, value

import rating

CHARGING = status(0, "Charging")


def test_start_and_stop_alone_are_a_session() -> None:
    usage = read(started(0, 1000), stopped(60, 12_500), tariff="per-kwh")
    assert rows(usage) == [(0, 60, 11_500, "auto")]
    (session,) = usage.sessions.to_pylist()
    assert (session["session_id"], session["tariff"], session["transaction_id"]) == ("7", "per-kwh", "7")
    assert (session["charge_point"], session["evse"], session["id_token"]) == (None, "1", "A1")
    assert (usage.faults, usage.notes, usage.left_out.num_rows) == ((), (), 0)


def test_meter_values_cut_it_and_sum_up() -> None:
    usage = read(started(0, 1000), metered(15, 3000), metered(30, "3500.5"), stopped(60, 12_500))
    assert rows(usage) == [
        (0, 15, 2000, "auto"),
        (15, 30, Decimal("500.5"), "auto"),
        (30, 60, Decimal("8999.5"), "auto"),
    ]


def test_units_and_defaults() -> None:
    other = value("900000", measurand="Energy.Reactive.Import.Register", unit="varh")
    usage = read(
        started(0, 0),
        metered(10, value("1.25", unit="kWh", context="Sample.Clock")),
        metered(20, value("2500", unit="Wh", measurand="Energy.Active.Import.Register", location="Outlet"), other),
        metered(30, value("3.75e3")),
        stopped(40, 4000),
    )
    assert [row[2] for row in rows(usage)] == [1250, 1250, 1250, 250]


def test_numbers_are_decimals_to_the_nearest_thousandth() -> None:
    # What a program makes of the float32 21.4: exact to a thousandth of a Wh, and the total is that of the registers.
    usage = read(started(0, 0), metered(30, value("21.399999618530273", unit="kWh")), stopped(60, 30_000))
    assert [row[2] for row in rows(usage)] == [Decimal("21400.000"), Decimal("8600.000")]


@pytest.mark.parametrize("phases", [("L1", "L2", "L3"), ("L1-N", "L2-N", "L3-N")])
def test_phases_are_added_up_where_there_is_no_total(phases: tuple[str, ...]) -> None:
    def parts(*numbers: str) -> list[dict[str, Any]]:
        return [value(number, phase=phase) for number, phase in zip(numbers, phases, strict=True)]

    usage = read(
        started(0, 300),
        metered(10, *parts("200", "201.5", "198.5")),
        metered(20, *parts("300", "300", "300")),
        stopped(30, 1000),
    )
    assert [row[2] for row in rows(usage)] == [300, 300, 100]
    total = [*parts("1", "2", "3"), value("650")]
    assert [row[2] for row in rows(read(started(0, 300), metered(10, *total), stopped(30, 1000)))] == [350, 350]


def test_a_reading_that_lacks_a_phase_is_left_out() -> None:
    three = [value("100", phase=phase) for phase in ("L1", "L2", "L3")]
    usage = read(started(0, 200), metered(10, *three), metered(20, *three[:2]), stopped(30, 400))
    assert [row[:3] for row in rows(usage)] == [(0, 10, 100), (10, 30, 100)]
    assert codes(usage.notes) == ["phases"]


def test_power_and_current_are_means_of_their_samples() -> None:
    def both(watts: str, *amperes: str) -> list[dict[str, Any]]:
        phases = zip(("L1", "L2", "L3"), amperes, strict=False)
        currents = [value(each, measurand="Current.Import", phase=phase, unit="A") for phase, each in phases]
        return [value(watts, measurand="Power.Active.Import", unit="kW"), *currents]

    usage = read(
        started(0, 0),
        metered(10, "1000", *both("11", "16", "16.5", "15.5")),
        metered(15, *both("10.5", "15", "15", "15")),
        metered(20, "2000", *both("10", "14", "14", "14")),
        stopped(30, 2000),
    )
    found = usage.intervals.select(["power_w", "current_a"]).to_pylist()
    assert [tuple(row.values()) for row in found] == [(11_000, 48), (10_500, 45), (10_000, 42)]


def test_states_cut_intervals_and_energy_flows_only_while_charging() -> None:
    usage = read(
        started(0, 0),
        status(-1, "Preparing"),
        status(2, "Charging"),
        status(12, "SuspendedEVSE"),
        status(20, "Charging"),
        metered(30, 6000),
        status(30, "SuspendedEV"),
        metered(45, 6000),
        stopped(60, 6010),
    )
    # 6,000 Wh over 10 + 10 minutes of charging; 10 Wh in 15 minutes are no charging.
    assert rows(usage) == [
        (0, 2, 0, "auto"),
        (2, 12, 3000, "charging"),
        (12, 20, 0, "withheld"),
        (20, 30, 3000, "charging"),
        (30, 45, 0, "parked"),
        (45, 60, 10, "parked"),
    ]


def test_the_parts_of_an_interval_add_up_to_it() -> None:
    usage = read(started(0, 0), CHARGING, status(7, "SuspendedEV"), status(8, "Charging"), stopped(10, 100))
    # 100 Wh over 9 minutes: the first part is rounded down to a thousandth of a Wh, the last is the rest.
    assert [row[2] for row in rows(usage)] == [Decimal("77.777"), 0, Decimal("22.223")]


def test_a_suspended_vehicle_that_takes_a_kilowatt_is_charging() -> None:
    usage = read(started(0, 0), status(0, "SuspendedEV"), metered(30, 5500), metered(60, 5990), stopped(90, 5990))
    assert rows(usage) == [(0, 30, 5500, "charging"), (30, 60, 490, "parked"), (60, 90, 0, "parked")]
    assert codes(usage.notes) == ["state_contradicted"]


def test_a_faulted_connector_leaves_it_to_the_meter() -> None:
    usage = read(started(0, 0), CHARGING, status(10, "Faulted"), metered(10, 900), metered(20, 900), stopped(30, 1000))
    assert rows(usage) == [(0, 10, 900, "charging"), (10, 20, 0, "auto"), (20, 30, 100, "auto")]


def test_an_interruption_is_withheld() -> None:
    usage = read(
        started(0, 0),
        CHARGING,
        metered(10, value("900", context="Interruption.Begin")),
        metered(25, value("900", context="Interruption.End")),
        stopped(30, 1000),
    )
    assert rows(usage) == [(0, 10, 900, "charging"), (10, 25, 0, "withheld"), (25, 30, 100, "charging")]


def test_the_vehicle_idles_until_its_connector_is_available() -> None:
    log = [started(0, 0), CHARGING, stopped(60, 5000), status(60, "Finishing"), status(85, "Available")]
    usage = read(*log)
    assert spans(usage) == [("7", 0, 85)]
    assert rows(usage) == [(0, 60, 5000, "charging"), (60, 85, 0, "parked")]
    assert spans(read(*log, until_available=False)) == [("7", 0, 60)]
    # Not where the vehicle left, nor where it is another connector.
    gone = [*log[:2], stopped(60, 5000, reason="EVDisconnected"), *log[3:]]
    assert spans(read(*gone)) == [("7", 0, 60)]
    assert spans(read(*log[:4], status(85, "Available", connector=2))) == [("7", 0, 60)]
    assert spans(read(*log[:4], status(60, "Available"), status(85, "Available"))) == [("7", 0, 60)]


def test_the_next_session_on_the_connector_is_another() -> None:
    log = [started(0, 0), stopped(60, 5000), started(90, 5000, transaction=8), stopped(100, 6000, transaction=8)]
    # Available only after the second: nobody knows when the first vehicle left.
    assert spans(read(*log, status(120, "Available"))) == [("7", 0, 60), ("8", 90, 120)]
    assert spans(read(*log, status(85, "Preparing"))) == [("7", 0, 85), ("8", 90, 100)]


def test_what_a_connector_said_of_the_session_before_is_forgotten() -> None:
    log = [started(0, 0), status(30, "SuspendedEV"), stopped(60, 5000)]
    usage = read(*log, started(90, 5000, transaction=8), stopped(100, 5100, transaction=8))
    assert rows(usage)[-1] == (90, 100, 100, "auto")


def test_clock_aligned_values_that_name_no_transaction_belong_to_the_connector() -> None:
    usage = read(
        started(10, 1000),
        metered(0, 900, transaction=None),
        metered(15, 1500, transaction=None),
        metered(15, 99_999, transaction=None, connector=2),
        metered(20, 77_777, transaction=None, connector=0),
        metered(30, 2500, transaction=None),
        stopped(25, 2500),
    )
    assert rows(usage) == [(10, 15, 500, "auto"), (15, 25, 1000, "auto")]


def test_transaction_data_of_the_stop_counts() -> None:
    data = [{"timestamp": at(20), "sampledValue": [value("1600"), value("40", measurand="SoC", unit="Percent")]}]
    usage = read(started(0, 1000), stopped(60, 2000, transactionData=data))
    assert rows(usage) == [(0, 20, 600, "auto"), (20, 60, 400, "auto")]


def test_interval_values_say_when_the_register_does_not() -> None:
    def interval(text: str, **more: Any) -> dict[str, Any]:
        return value(text, measurand="Energy.Active.Import.Interval", **more)

    log = [metered(15, interval("400"), transaction=7), metered(30, interval("0.5", unit="kWh"), transaction=7)]
    usage = read(started(0, 1000), *log, stopped(60, 2000))
    assert rows(usage) == [(0, 15, 400, "auto"), (15, 30, 500, "auto"), (30, 60, 100, "auto")]
    # Clock-aligned values tell the same energy again, and a register tells it better.
    again = metered(20, interval("700", context="Sample.Clock"))
    assert rows(read(started(0, 1000), *log, again, stopped(60, 2000))) == rows(usage)
    better = read(started(0, 1000), *log, metered(45, 1950), stopped(60, 2000))
    assert rows(better) == [(0, 45, 950, "auto"), (45, 60, 50, "auto")]
    # More than the register says is wrong.
    less = read(started(0, 1000), *log, stopped(60, 1500))
    assert rows(less) == [(0, 60, 500, "auto")]
    assert codes(less.notes) == ["interval_values"]


def test_energy_at_other_locations_is_not_billed() -> None:
    inlet = [metered(30, value("5000", location="Inlet"), value("1500", location="Outlet"))]
    usage = read(started(0, 1000), *inlet, stopped(60, 2000))
    assert rows(usage) == [(0, 30, 500, "auto"), (30, 60, 500, "auto")]
    assert codes(usage.notes) == ["other_location"]
    chosen = read(started(0, 1000), *inlet, stopped(60, 9000), location="Inlet")
    assert rows(chosen) == [(0, 30, 4000, "auto"), (30, 60, 4000, "auto")]


def test_energy_that_is_given_back_is_noted() -> None:
    def export(minute: float, text: str) -> list[Any]:
        return metered(minute, value(text, measurand="Energy.Active.Export.Register"))

    usage = read(started(0, 1000), export(10, "50"), export(20, "90"), stopped(60, 2000))
    assert rows(usage) == [(0, 60, 1000, "auto")]
    assert codes(usage.notes) == ["export"]


def test_signed_data_is_kept_as_it_came() -> None:
    signed = value('OCMF|{"RD":[]}|{"SD":"30"}', format="SignedData", context="Transaction.End")
    data = [{"timestamp": at(60), "sampledValue": [signed]}]
    usage = read(started(0, 1000), stopped(60, 2000, transactionData=data))
    assert [(row["session_id"], row["encoding_method"], row["data"]) for row in usage.signed_data.to_pylist()] == [
        ("7", "OCMF", signed["value"])
    ]


def test_open_transactions_are_listed() -> None:
    usage = read(started(0, 1000), metered(30, 2500))
    assert usage.sessions.num_rows == usage.intervals.num_rows == 0
    (row,) = usage.left_out.to_pylist()
    assert (row["session_id"], row["code"], row["energy_wh"], row["place"]) == ("7", "open", 1500, "messages row 0")
    assert "last heard of at 2026-03-02T10:30:00Z, 1.5 kWh so far" in row["message"]


def test_transactions_without_a_start_are_listed() -> None:
    usage = read(metered(30, 2500), stopped(60, 3000), stopped(70, 10, transaction=9))
    assert left_out(usage) == [("7", "no_start"), ("9", "no_start")]


def test_a_start_without_an_answer_is_found_by_its_meter_values() -> None:
    log = [started(0, 1000, transaction=None), metered(10, 2000), stopped(60, 3000)]
    usage = read(*log)
    assert rows(usage) == [(0, 10, 1000, "auto"), (10, 60, 1000, "auto")]
    assert codes(usage.notes) == ["transaction_inferred"]
    # Not by a stop alone, which names no connector, nor by two transactions.
    assert left_out(read(log[0], log[2])) == [("7", "no_start"), ("?", "no_transaction_id")]
    assert len(left_out(read(*log, metered(20, 5, transaction=8)))) == 3


def test_a_message_id_that_was_used_twice_answers_nothing() -> None:
    first, answer = started(0, 1000)
    second, other = started(100, 5000, transaction=8)
    second[1] = other[1] = first[1]
    usage = read([first, answer, second, other], stopped(60, 3000))
    assert sorted(left_out(usage)) == [("7", "no_start"), ("?", "no_transaction_id"), ("?", "no_transaction_id")]


def test_messages_that_were_sent_again_change_nothing() -> None:
    log = [*started(0, 1000), *metered(10, 2000), *status(20, "SuspendedEV"), *stopped(60, 3000)]
    again = [[*started(0, 1000)[0][:1], "again", *started(0, 1000)[0][2:]], *stopped(60, 3000, reason="Local")]
    assert rows(read(log, log, again)) == rows(read(log))


def test_stops_that_differ_refuse_the_session() -> None:
    assert left_out(read(started(0, 1000), stopped(60, 3000), stopped(60, 3001))) == [("7", "two_stops")]
    assert left_out(read(started(0, 1000), started(5, 1000), stopped(60, 3000))) == [("7", "two_starts")]


def test_charge_points_are_told_apart() -> None:
    log = [
        {"charge_point": name, "message": message}
        for name in ("CP1", "CP2")
        for message in [*started(0, 0), *stopped(60, 1000)]
    ]
    assert spans(read(log)) == [("CP1/7", 0, 60), ("CP2/7", 0, 60)]
    assert spans(read([each["message"] for each in log[:3]], charge_point="CP9")) == [("CP9/7", 0, 60)]


def test_the_tariff_is_chosen_by_token_evse_charge_point_or_a_function() -> None:
    def chosen(tariff: Any) -> Any:
        log = [*started(0, 0), *started(5, 0, transaction=8, connector=2, tag="B2")]
        log += [*stopped(60, 1000), *stopped(65, 1000, transaction=8)]
        usage = rating.read_ocpp([{"charge_point": "CP1", "message": each} for each in log], tariff=tariff)
        return usage.sessions["tariff"].to_pylist()

    assert chosen("t") == ["t", "t"]
    assert chosen(None) == [None, None]
    assert chosen({"B2": "b", "*": "rest"}) == ["rest", "b"]
    assert chosen({"CP1/1": "one", "CP1": "all", "B2": "b"}) == ["one", "b"]
    assert chosen({"A1": "a"}) == ["a", None]
    assert chosen(lambda session: f"{session.id_token} for {session.end - session.start}") == [
        "A1 for 1:00:00",
        "B2 for 1:00:00",
    ]


def test_a_session_of_no_length() -> None:
    assert rows(read(started(0, 1000), stopped(0, 1000))) == [(0, 0, 0, "auto")]
    assert rows(read(started(0, 1000), stopped(0, 1001))) == [(0, 0, 1, "auto")]
