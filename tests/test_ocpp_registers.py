"""Registers that fall, leap or start anew, and clocks that contradict the start or the stop."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from ocpp_words import (
    EVSE,
    at,
    codes,
    event,
    left_out,
    metered,
    minute_of,
    read,
    rows,
    spans,
    started,
    status,
    stopped,
    value,
)

from rating import InputError, OcppUsage


def registers(*values: Any, **options: Any) -> OcppUsage:
    """A session of 1.6 whose first and last value are meterStart and meterStop, the others ten minutes apart."""
    middle = [metered(10 * i, each) for i, each in enumerate(values[1:-1], 1)]
    return read(started(0, values[0]), *middle, stopped(10 * (len(values) - 1), values[-1]), **options)


def energies(usage: OcppUsage) -> list[tuple[float, Any]]:
    return [(row[1], row[2]) for row in rows(usage)]


def boot(minute: float) -> list[Any]:
    request = [2, "boot", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}]
    return [request, [3, "boot", {"currentTime": at(minute), "interval": 300, "status": "Accepted"}]]


def test_less_than_a_wh_is_rounding() -> None:
    usage = registers(1000, "1000.9", "2000.7", 2000)
    assert energies(usage) == [(10, Decimal("0.9")), (20, Decimal("999.1")), (30, 0)]
    assert usage.notes == ()
    assert energies(registers(1001, "1000.4", 2000)) == [(10, 0), (20, 999)]


def test_a_register_that_starts_anew_counts_from_where_it_is() -> None:
    usage = registers(50_000, 52_000, 300, 900, 1500)
    assert energies(usage) == [(10, 2000), (20, 0), (30, 600), (40, 600)]
    assert codes(usage.notes) == ["register_reset"]
    assert "0.3 kWh at 2026-03-02T10:20:00Z, after 52 kWh" in usage.notes[0].got


def test_after_a_restart_it_counts_from_0() -> None:
    log = [started(0, 50_000), metered(10, 52_000), metered(20, 300), stopped(30, 900)]
    usage = read(*log, boot(15))
    assert energies(usage) == [(10, 2000), (20, 300), (30, 600)]
    assert codes(usage.notes) == ["register_reset"]
    assert energies(read(*log, boot(25))) == [(10, 2000), (20, 0), (30, 600)]
    # So do the contexts of an interruption, and the reason of the stop.
    resumed = [*log[:2], metered(20, value("300", context="Interruption.End")), log[3]]
    assert energies(read(*resumed)) == energies(usage)
    assert energies(read(log[0], log[1], stopped(30, 900, reason="PowerLoss"))) == [(10, 2000), (30, 900)]
    # A register that restarted and passed where it was.
    assert energies(read(started(0, 100), metered(10, 400), metered(20, 250), stopped(30, 900), boot(15))) == [
        *((10, 300), (20, 250), (30, 650)),
    ]


@pytest.mark.parametrize("glitch", [[0], [0, 0, 0], [90_000]])
def test_glitches_are_left_out(glitch: list[int]) -> None:
    usage = registers(1000, 2000, *glitch, 4000, 5000)
    assert sum(row[2] for row in rows(usage)) == 4000
    assert len(rows(usage)) == 3
    assert codes(usage.notes) == ["register_strange"]


def test_a_glitch_within_the_range_of_the_session_is_left_out() -> None:
    # Which of the two is wrong nobody can tell, and the sum is the same.
    assert energies(registers(1000, 2000, 1500, 3000, 9000)) == [(20, 500), (30, 1500), (40, 6000)]
    assert energies(registers(1000, 2000, 8000, 3000, 9000)) == [(10, 1000), (30, 1000), (40, 6000)]
    usage = registers(90_000, 91_000, 0, 0, 92_000, 500)
    assert energies(usage) == [(10, 1000), (40, 1000), (50, 0)]
    assert sorted(codes(usage.notes)) == ["register_glitch", "register_reset"]


def test_samples_of_another_register_are_left_out() -> None:
    # meterStart and meterStop count from the start of the session, samples since the meter was built; or the other way.
    usage = registers(0, 1_204_500, 1_206_000, 4000)
    assert (energies(usage), codes(usage.notes)) == ([(30, 4000)], ["register_strange"])
    usage = registers(1_204_500, 0, 1500, 1_208_500)
    assert (energies(usage), codes(usage.notes)) == ([(30, 4000)], ["register_strange"])


def test_energy_that_no_charger_gives_refuses_the_session() -> None:
    usage = registers(0, 2_000_000)
    assert left_out(usage) == [("7", "energy_jump")]
    assert "2000 kWh from 2026-03-02T10:00:00Z to 2026-03-02T10:10:00Z" in usage.left_out["message"][0].as_py()
    assert left_out(registers(0, 2_000_000, power_max_kw=12_000)) == []
    assert left_out(registers(0, 20_000, power_max_kw=100)) == [("7", "energy_jump")]


def test_a_reading_before_the_start_is_no_part_of_the_session() -> None:
    usage = read(started(10, 1000), metered(0, 900), stopped(20, 2000))
    assert (energies(usage), codes(usage.notes)) == ([(20, 1000)], ["outside_session"])
    # Transaction.Begin a moment early is the reading of the start.
    begin = metered(9.5, value("1000.4", context="Transaction.Begin"))
    assert read(started(10, 1000), begin, stopped(20, 2000)).notes == ()


def test_a_reading_after_the_stop_is_no_part_of_the_session() -> None:
    usage = read(started(0, 1000), metered(30, 2000), metered(40, 2100), stopped(20, 2000))
    assert (energies(usage), codes(usage.notes)) == ([(20, 1000)], ["outside_session"])


def test_clocks_that_contradict_each_other_refuse_the_session() -> None:
    assert left_out(read(started(10, 1000), metered(0, 1500), stopped(20, 2000))) == [("7", "clock")]
    assert left_out(read(started(0, 1000), metered(30, 1500), stopped(20, 2000))) == [("7", "clock")]
    assert left_out(read(started(30, 1000), stopped(20, 2000))) == [("7", "end_before_start")]
    # Within a minute the reading is left out, the session is not.
    assert energies(read(started(10, 1000), metered(9.5, 1500), stopped(20, 2000))) == [(20, 1000)]


def test_the_clock_offset_moves_all_that_a_charge_point_says() -> None:
    log = [started(0, 0), status(5, "SuspendedEV"), metered(10, 500), stopped(60, 1000), status(70, "Available")]
    usage = read(*log)
    moved = read(*log, clock_offset=timedelta(hours=-1))
    assert rows(moved) == [(start - 60, end - 60, *rest) for start, end, *rest in rows(usage)]
    assert spans(moved) == [("7", -60, 10)]
    messages = [{"charge_point": name, "message": each} for name in ("CP1", "CP2") for part in log for each in part]
    both = read(messages, clock_offset={"CP2": timedelta(minutes=1)})
    assert [minute_of(start) for start in both.sessions["start"].to_pylist()] == [0, 1]
    with pytest.raises(InputError, match="clock_offset: read `3600`, expected a timedelta"):
        read(*log, clock_offset=3600)


def test_one_reading_counts_at_each_instant() -> None:
    # meterStart before samples, the named before the nameless, the highest of equals.
    usage = read(
        started(0, 1000),
        metered(0, "1000.9"),
        metered(10, 2000),
        metered(10, 2050),
        metered(10, 3000, transaction=None),
        stopped(20, 4000),
    )
    assert energies(usage) == [(10, 1050), (20, 1950)]


def test_a_reading_near_the_start_or_the_stop_counts_there_if_there_is_none() -> None:
    def events(*readings: tuple[float, Any]) -> OcppUsage:
        log = [event("Started", 0, 0, **EVSE), event("Ended", 9, 60)]
        for seq, (minute, sample) in enumerate(readings, 1):
            part = event("Updated", seq, min(max(minute, 0), 60), sample)
            part[0][3]["meterValue"][0]["timestamp"] = at(minute)
            log.append(part)
        return read(*log)

    begin, end = {"value": 1000, "context": "Transaction.Begin"}, {"value": 3000, "context": "Transaction.End"}
    for first, last in (((-0.5, 1000), (60.5, 3000)), ((-0.5, begin), (60.5, end)), ((0.5, begin), (59.5, end))):
        usage = events(first, (30, 2000), last)
        assert rows(usage) == [(0, 30, 1000, "auto"), (30, 60, 1000, "auto")]
        assert codes(usage.notes) == ["seq_gap"]
    # Beyond a minute they are readings of another moment.
    usage = events((-2, 1000), (2, begin), (30, 2000), (58, end), (62, 3000))
    assert rows(usage)[:2] == [(0, 2, 0, "auto"), (2, 30, 1000, "auto")]
    assert rows(usage)[-1] == (58, 60, 0, "auto")
    assert sorted(codes(usage.notes)) == ["no_first_reading", "no_last_reading", "outside_session", "seq_gap"]


def test_an_open_transaction_is_open_whatever_its_meter_says() -> None:
    usage = read(started(0, 0), metered(10, 5_000_000))
    assert (left_out(usage), usage.left_out["energy_wh"].to_pylist()) == ([("7", "open")], [None])
