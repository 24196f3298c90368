"""From the log of a charge point to the bill, beside what a person computes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from ocpp_words import left_out, metered, rows, started, stopped
from test_cli import ROOT, column, really_run, run

import rating

FOLDER = ROOT / "tests" / "ocpp"
DC, AC = FOLDER / "dc_1_6.jsonl", FOLDER / "ac_2_0_1.json"
TARIFFS = ROOT / "tariffs"


def amounts(rated: rating.Rated) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """(volume, amount) of each line, by element and dimension."""
    return {
        (line["element"], line["dimension"]): (line["billed_volume"], line["amount"])
        for line in rated.lines.to_pylist()
        if line["kind"] == "usage"
    }


def test_a_fast_charger_of_1_6() -> None:
    usage = rating.read_ocpp(DC, tariff="harbour-dc")
    assert (usage.faults, usage.notes, left_out(usage)) == ((), (), [])
    rated = rating.rate(rating.load_tariffs(TARIFFS), usage.sessions, usage.intervals)
    # 20:40 to 21:00 in Amsterdam: 7.5 kWh, and 10 of the 15 minutes of the next 7.5 kWh, is 12.5 kWh at 0.59; the
    # other 2.5 kWh and the last 4 kWh at 0.39. Parked: the 20 s before Charging, and from SuspendedEV at 21:15 until
    # Available at 22:00, is 45 min 20 s, of which 15 min are free.
    third = Decimal(91) / 3  # 30 min 20 s
    assert amounts(rated) == {
        ("evening peak", "energy"): (Decimal("12.5"), Decimal("7.375")),
        ("all other times", "energy"): (Decimal("6.5"), Decimal("2.535")),
        ("all other times", "parking_time"): (round(third, 9), Decimal("3.033333333333")),
        ("all other times", "flat"): (Decimal(1), Decimal("0.5")),
    }
    (session,) = rated.sessions.to_pylist()
    assert session["energy_kwh"] == 19
    assert (session["charging_s"], session["parked_s"]) == (34 * 60 + 40, 45 * 60 + 20)
    assert session["gross"] == Decimal("13.44")  # 7.375 + 2.535 + 3.0333 + 0.50
    assert (session["charge_point"], session["evse"], session["id_token"]) == ("DC-07", "2", "04E1B2C3")
    assert usage.signed_data["encoding_method"].to_pylist() == ["OCMF"]


def test_a_wall_box_of_2_0_1() -> None:
    usage = rating.read_ocpp(AC, tariff={"DE-ABC-C12345678-9": "time-and-energy"})
    assert (usage.faults, usage.notes, left_out(usage)) == ((), (), [])
    # The three phases begin at 1,000 + 1,001 + 999.5 = 3,000.5 kWh.
    assert [(row[2], row[3]) for row in rows(usage)] == [
        *((0, "auto"), (2400, "charging"), (1000, "charging"), (0, "withheld"), (0, "withheld")),
        *((1000, "charging"), (Decimal("3223.4"), "charging"), (0, "parked"), (0, "parked")),
    ]
    rated = rating.rate(rating.load_tariffs(TARIFFS), usage.sessions, usage.intervals)
    # 7.6234 kWh is 7.7 in steps of 0.1; 57 minutes of charging, those withheld included; 3 + 45 minutes parked.
    assert amounts(rated) == {
        ("charging", "energy"): (Decimal("7.7"), Decimal("1.925")),
        ("charging", "time"): (Decimal(57), Decimal("2.85")),
        ("charging", "parking_time"): (Decimal(48), Decimal("3.84")),
    }
    (session,) = rated.sessions.to_pylist()
    # 1.925 + 2.85 + 3.84 is 8.615, and 20 % of it 1.723.
    assert (session["net"], session["tax"], session["gross"]) == (Decimal("8.62"), Decimal("1.72"), Decimal("10.34"))


def test_without_the_time_until_available_it_costs_less() -> None:
    usage = rating.read_ocpp(DC, tariff="harbour-dc", until_available=False)
    rated = rating.rate(rating.load_tariffs(TARIFFS), usage.sessions, usage.intervals)
    assert rated.sessions["gross"].to_pylist() == [Decimal("11.44")]  # 20 minutes at 0.10 less


def test_the_tables_are_what_rate_takes() -> None:
    usage = rating.read_ocpp([*started(0, 0), *metered(10, 500), *stopped(60, 1000)])
    sessions = usage.sessions.set_column(1, "tariff", pa.array(["per-kwh"]))
    rated = rating.rate(rating.load_tariffs(TARIFFS), sessions, usage.intervals, on_error="raise")
    assert rated.sessions["gross"].to_pylist() == [Decimal("0.39")]
    empty = rating.read_ocpp([])
    assert rating.rate(rating.load_tariffs(TARIFFS), empty.sessions, empty.intervals).sessions.num_rows == 0
    assert empty.sessions.schema == usage.sessions.schema
    assert empty.intervals.schema == usage.intervals.schema


def test_tariffs_that_ask_for_power_and_current(tmp_path: Path) -> None:
    (tmp_path / "fast.yaml").write_text(FAST)
    log = [json.loads(line) for line in DC.read_text().splitlines()]
    usage = rating.read_ocpp(log, tariff="fast")
    rated = rating.rate(rating.load_tariffs(tmp_path), usage.sessions, usage.intervals, on_error="raise")
    # 112.5 A in the first interval, (112.5 + 75.25) / 2 in the second, 75.25 A in the third; 45.2, 37.585 and 29.97 kW.
    assert amounts(rated) == {
        ("from 100 A", "energy"): (Decimal("7.5"), Decimal("4.5")),
        ("from 30 kW", "energy"): (Decimal("7.5"), Decimal("3.75")),
        ("slow", "energy"): (Decimal(4), Decimal("1.6")),
    }


FAST = """\
tariff: fast
currency: EUR
time_zone: UTC
versions:
  - elements:
      - {name: from 100 A, when: {min_current: 100 A}, energy: 0.60/kWh}
      - {name: from 30 kW, when: {min_power: 30 kW}, energy: 0.50/kWh}
      - {name: slow, energy: 0.40/kWh}
"""


def muddled(folder: Path) -> Path:
    """The log of the fast charger, a line that is none, and a transaction that is open."""
    log = folder / "log.jsonl"
    more = ["oops", *(json.dumps(each) for each in [*started(0, 0), *metered(10, 500)])]
    log.write_text(DC.read_text() + "\n".join(more))
    return log


def test_the_command_line(tmp_path: Path) -> None:
    log, out = muddled(tmp_path), tmp_path / "out"
    result = run("rate", "--tariffs", TARIFFS, "--ocpp", log, "--tariff", "harbour-dc", "--out", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "Rated 1 of 1 session in 4 lines\n\n"
        "Currency  Sessions     kWh    Net   Tax  Gross\n"
        "EUR              1  19.000  11.11  2.33  13.44\n\n"
        "Left out 1 transaction\n"
        f"  open: 1, the first at {log}:23\n"
        "    read `a transaction without a stop, last heard of at 2026-03-02T10:10:00Z, 0.5 kWh so far`, "
        "expected its StopTransaction or last event; read the messages again when it has ended\n\n"
        "Could not use 1 part of the messages\n"
        f"  json: 1, the first at {log}:22\n"
        "    read `oops: Expecting value: line 1 column 1 (char 0)`, expected an OCPP message as JSON; "
        "write it again as it was sent\n\n"
        f"Tables\n  {out}/sessions.parquet\n  {out}/lines.parquet\n  {out}/taxes.parquet\n  {out}/rejected.parquet\n"
    )
    assert column(out / "sessions.parquet", "session_id") == ["DC-07/90817"]


def test_the_command_line_for_programs(tmp_path: Path) -> None:
    log, out = muddled(tmp_path), tmp_path / "out"
    done = really_run("rate", "--tariffs", str(TARIFFS), "--ocpp", log, "--tariff", "nothing", "--out", out, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [each["code"] for each in found["rejects"]] == ["unknown_tariff"]
    assert {name: [(each["code"], each["count"]) for each in rest] for name, rest in found["ocpp"].items()} == {
        "left_out": [("open", 1)],
        "faults": [("json", 1)],
        "notes": [],
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Missing option '--sessions' (or '--ocpp' with '--tariff')."),
        (["--ocpp", "a"], "--ocpp needs --tariff"),
        (["--ocpp", "a", "--tariff", "t", "--sessions", "b"], "give --ocpp or --sessions, not both"),
        (["--ocpp", "a", "--tariff", "t", "--readings", "b"], "give --ocpp or --sessions, not both"),
        (["--sessions", "a", "--tariff", "t"], "--tariff is for --ocpp"),
    ],
)
def test_wrong_usage(options: list[str], message: str, tmp_path: Path) -> None:
    result = run("rate", "--tariffs", TARIFFS, *options, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert message in result.stderr


def test_refused_input(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    options = ["rate", "--tariffs", TARIFFS, "--ocpp", log, "--tariff", "harbour-dc"]
    missing = run(*options, "--out", tmp_path / "out")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert f"messages: file_missing: read `{log}`" in missing.stderr
    log.write_text("")
    assert "the folder of" in run(*options, "--out", tmp_path).stderr
