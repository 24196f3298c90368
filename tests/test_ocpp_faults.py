"""What is no message, or not as OCPP has it: every fault with its place, and nothing stops the rest."""

from __future__ import annotations

import builtins
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ocpp_words import at, call, codes, event, left_out, metered, read, rows, spans, started, status, stopped, value

import rating
from rating import InputError

LOG = [*started(0, 1000), *metered(10, 2000), *stopped(60, 3000)]
EXPECTED = [(0, 10, 1000, "auto"), (10, 60, 1000, "auto")]


def test_the_forms_of_a_message() -> None:
    def as_object(message: list[Any]) -> Any:
        return {"charge_point": "CP1", "id": message[1], "action": message[2], "payload": message[3]}

    answered = {**as_object(LOG[0]), "result": LOG[1][2]}
    named = {**LOG[0][3], "transactionId": 7}
    for messages in (
        LOG,
        [LOG],
        tuple(tuple(each) for each in LOG),
        (each for each in LOG),
        [json.dumps(each) for each in LOG],
        [json.dumps(LOG).encode(), "  "],
        [{"message": json.dumps(each)} for each in LOG],
        [{"cpId": "CP1", "message": {"message": each}} for each in LOG],
        [{"charge_point": "CP1", "message": LOG}],
        [answered, as_object(LOG[2]), as_object(LOG[3])],
        [named, LOG[2][3], LOG[3][3]],
    ):
        usage = rating.read_ocpp(messages)
        assert (usage.faults, usage.notes) == ((), ())
        assert rows(usage) == EXPECTED


def test_files(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(each) for each in LOG)
    texts = [
        lines,
        f"\ufeff{lines}\r\n\n",
        json.dumps(LOG),
        f" \n{json.dumps(LOG, indent=2)}\n",
        json.dumps({"message": LOG}),
    ]
    for text in texts:
        (tmp_path / "log.jsonl").write_bytes(text.encode())
        usage = rating.read_ocpp(tmp_path / "log.jsonl")
        assert (usage.faults, rows(usage)) == ((), EXPECTED)
        assert rows(rating.read_ocpp(str(tmp_path / "log.jsonl"))) == EXPECTED
    with (tmp_path / "log.jsonl").open("w") as file:
        file.write(lines)
    with (tmp_path / "log.jsonl").open() as file:
        assert rows(rating.read_ocpp(file)) == EXPECTED
    (tmp_path / "empty.jsonl").write_text("")
    assert repr(rating.read_ocpp(tmp_path / "empty.jsonl")) == (
        "OcppUsage(0 sessions, 0 intervals, 0 left out, 0 faults, 0 notes)"
    )


def test_faults_say_their_line(tmp_path: Path) -> None:
    wrong = [{"charge_point": "CP1"}, [2, "x", "metervalues", {}], call("StopTransaction", {"transactionId": 7})]
    texts = [json.dumps(each) for each in (*LOG[:2], wrong[0], LOG[2], wrong[1], LOG[3])]
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join([*texts, '{"a": 1, "a": 2}', "[1, NaN]", "{", json.dumps(wrong[2])]))
    usage = rating.read_ocpp(log)
    assert rows(usage) == EXPECTED
    assert [str(fault).removeprefix(str(tmp_path)) for fault in usage.faults] == [
        "/log.jsonl:3: ocpp_message: read `{'charge_point': 'CP1'}`, "
        'expected a message such as [2, "id", "MeterValues", {...}], '
        "or an object with `message`, with `action` and `payload`, or a payload of OCPP; "
        "write the message as it was sent",
        "/log.jsonl:5: ocpp_action: read `metervalues`, expected the action `MeterValues`; write `MeterValues`",
        '/log.jsonl:7: json: read `{"a": 1, "a": 2}: the key a is given twice`, expected an OCPP message as JSON; '
        "write it again as it was sent",
        "/log.jsonl:8: json: read `[1, NaN]: NaN is no number`, expected an OCPP message as JSON; "
        "write it again as it was sent",
        "/log.jsonl:9: json: read `{: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)`, "
        "expected an OCPP message as JSON; write it again as it was sent",
        "/log.jsonl:10: ocpp_schema: read `'timestamp' is a required property`, "
        "expected StopTransaction as OCPP 1.6 has it; the message is left out",
        "/log.jsonl:10: ocpp_schema: read `'meterStop' is a required property`, "
        "expected StopTransaction as OCPP 1.6 has it; the message is left out",
    ]


def test_the_lines_of_an_array_are_those_of_its_elements(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_text("\n[\n" + ",\n".join(json.dumps(each) for each in (*LOG, {"x": 1}, {"y": 1, "z": 2})) + "]")
    assert [fault.place.line for fault in rating.read_ocpp(log).faults] == [7, 8]
    log.write_text('[{"x": 1}, {"a": 1, "a": 2},\n5]')
    assert [(fault.code, fault.place.line) for fault in rating.read_ocpp(log).faults] == [
        *(("json", 1), ("ocpp_message", 1), ("ocpp_message", 2)),
    ]


def test_a_file_that_is_no_json_at_all_is_one_fault(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_text("[\n  {\n    oops\n  }\n]")
    (fault,) = rating.read_ocpp(log).faults
    assert str(fault.place) == f"{log}:3:5"
    log.write_bytes(b"\xff\xfe\n\x00\n")
    assert codes(rating.read_ocpp(log).faults) == ["json"]


def test_what_cannot_be_read_at_all() -> None:
    with pytest.raises(InputError, match=r"file_missing: read `nowhere\.jsonl`"):
        rating.read_ocpp("nowhere.jsonl")
    with pytest.raises(InputError, match="unsupported_source: read `an object of type int`"):
        rating.read_ocpp(5)
    with pytest.raises(InputError) as refused:
        rating.read_ocpp([], version="1.5", charge_point=5, clock_offset={"a": 1}, power_max_kw=0)  # type: ignore[arg-type, dict-item]
    assert codes(refused.value.faults) == ["version", "clock_offset", "power_max_kw", "charge_point"]


def test_the_package_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.startswith("ocpp"):
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.delitem(sys.modules, "ocpp.messages", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"install it: pip install ocpp"):
        rating.read_ocpp(LOG)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (value(2000), "value: 2000 is not of type 'string'"),  # type: ignore[arg-type]
        (value("2000", unit="kwh"), "unit: 'kwh' is not one of"),
        (value("2000", Unit="kWh"), "Additional properties are not allowed ('Unit' was unexpected)"),
        (value("2000", multiplier=3), "Additional properties are not allowed ('multiplier' was unexpected)"),
        (value("2000", measurand="Energy.Active.Import.register"), "measurand: 'Energy.Active.Import.register' is not"),
        (value("12,5"), "12,5"),
        (value("1_000"), "1_000"),
        (value("-5"), "-5"),
        (value("1e999"), "1e999"),
        (value("5", unit="varh"), "varh"),
        (value("5" * 100), "5555"),
        ({}, "'value' is a required property"),
    ],
)
def test_a_value_with_a_flaw_is_left_out_alone(wrong: dict[str, Any], message: str) -> None:
    other = value("11000", measurand="Power.Active.Import", unit="W")
    usage = rating.read_ocpp([*LOG[:2], *metered(10, wrong, other), *LOG[3:]])
    assert rows(usage) == [(0, 60, 2000, "auto")]
    assert usage.intervals["power_w"].to_pylist() == [11_000]
    (fault,) = usage.faults
    assert message in fault.got
    assert (fault.fix, str(fault.place)) == ("this value is left out", "messages row 2")


def test_flaws_in_values_that_are_not_used_are_none() -> None:
    usage = rating.read_ocpp([*LOG[:2], *metered(10, 2000, value("x", measurand="Frequency", unit="Herz")), *LOG[3:]])
    assert (rows(usage), usage.faults) == (EXPECTED, ())


def test_two_values_of_one_instant_say_nothing() -> None:
    usage = rating.read_ocpp([*LOG[:2], *metered(10, 2000, 2001), *metered(20, 2100, "2100.0"), *LOG[3:]])
    assert [row[1] for row in rows(usage)] == [20, 60]
    assert codes(usage.faults) == ["ocpp_two_values"]


def test_flaws_in_what_is_not_needed_leave_the_message() -> None:
    long = [*started(0, 1000, tag="X" * 40), *metered(10, 2000)]
    stop = call("StopTransaction", {**LOG[3][3], "reason": "Bored", "vendor": 1, "transactionData": {}})
    usage = rating.read_ocpp([*long, stop])
    assert rows(usage) == EXPECTED
    assert codes(usage.faults) == ["ocpp_schema"] * 3
    assert {fault.fix for fault in usage.faults} == {"it is passed over"}
    assert [fault.got for fault in usage.notes] == ["keys that are not of OCPP 1.6: vendor"]
    assert usage.sessions["id_token"].to_pylist() == ["X" * 40]


def test_flaws_in_what_is_needed_leave_the_message_out() -> None:
    for wrong in (
        {**LOG[3][3], "meterStop": "3000"},
        {**LOG[3][3], "meterStop": 3000.5},
        {**LOG[3][3], "meterStop": -1},
        {**LOG[3][3], "timestamp": "yesterday"},
        {**LOG[3][3], "timestamp": "1970-01-01T00:00:05Z"},
        {**LOG[3][3], "Reason": "Local"},
    ):
        usage = rating.read_ocpp([*LOG[:3], call("StopTransaction", wrong)])
        assert left_out(usage) == [("7", "open")]
        (fault,) = usage.faults
        assert fault.fix.startswith("the message is left out")


def test_a_meter_value_without_a_readable_instant_is_left_out() -> None:
    wrong = metered(10, 2000)
    wrong[0][3]["meterValue"][0]["timestamp"] = "1970-01-01T00:00:05Z"
    usage = rating.read_ocpp([*LOG[:2], *wrong, *LOG[3:]])
    assert rows(usage) == [(0, 60, 2000, "auto")]
    assert usage.faults[0].got == "meterValue[0].timestamp: 1970-01-01T00:00:05Z"


def test_digits_below_a_microsecond_are_dropped_and_a_missing_zone_is_utc() -> None:
    stop = call("StopTransaction", {**LOG[3][3], "timestamp": "2026-03-02T11:00:00.0000009"})
    assert rows(rating.read_ocpp([*LOG[:3], stop])) == EXPECTED


def test_messages_of_another_version_are_faults() -> None:
    usage = rating.read_ocpp(LOG, version="2.0.1")
    assert codes(usage.faults) == ["ocpp_version"] * 3
    assert usage.faults[0].got == "StartTransaction as OCPP 1.6 has it"
    assert codes(rating.read_ocpp(event("Started", 0, 0), version="1.6").faults) == ["ocpp_version"]


def test_flaws_in_events() -> None:
    fine = [*event("Started", 0, 0, 0, evse={"id": 1, "connectorId": 1}), *event("Ended", 2, 60, 500)]
    odd = event("Updated", 1, 30, {"value": "5"}, state="Sleeping", idToken={"idToken": "A1"}, evse={"id": "1"})
    usage = rating.read_ocpp([*fine, *odd])
    assert rows(usage) == [(0, 60, 500, "auto")]
    assert len(usage.faults) == 4
    assert usage.sessions["id_token"].to_pylist() == ["A1"]
    for wrong in (event("Stopped", 1, 30), event("Updated", 1, 30, transaction=5)):  # type: ignore[arg-type]
        assert rating.read_ocpp([*fine, *wrong]).faults[0].fix == "the message is left out"


def test_a_status_without_its_time_takes_that_of_its_envelope() -> None:
    late = status(30, "SuspendedEV")
    del late[0][3]["timestamp"]
    usage = rating.read_ocpp([*LOG, *late])
    assert (rows(usage), codes(usage.notes)) == (EXPECTED, ["status_without_time"])
    usage = rating.read_ocpp([*LOG, {"timestamp": at(30), "message": late[0]}])
    assert rows(usage)[-1] == (30, 60, 0, "parked")


def test_objects_of_python_that_are_no_json() -> None:
    for odd in (object(), {1, 2}, float("nan"), b"x", [object()], {"a": {3: object()}}):
        for key in ("idTag", "connectorId", "meterStart", "extra"):
            message = call("StartTransaction", {**LOG[0][3], key: odd})
            rating.read_ocpp([message, odd, [2, odd, "MeterValues", {}], {"message": odd, "timestamp": odd}])
    nested: list[Any] = []
    nested.append(nested)
    assert rating.read_ocpp(nested).sessions.num_rows == 0
    deep: Any = {}
    for _ in range(500):
        deep = {"customData": deep}
    assert codes(rating.read_ocpp([[2, "1", "MeterValues", {**deep, "meterValue": []}]]).faults) == ["ocpp_schema"]
    assert codes(rating.read_ocpp(["[" * 100_000]).faults) == ["json"]


def test_read_is_deterministic() -> None:
    assert spans(read(LOG)) == spans(read(LOG[::-1])) == [("7", 0, 60)]


def test_a_phase_with_a_flaw_leaves_out_the_sum() -> None:
    phases = [value("700", phase="L1"), value("700", phase="L2"), value("600", phase="L3", unit="kwh")]
    usage = rating.read_ocpp([*LOG[:2], *metered(10, *phases), *LOG[3:]])
    assert rows(usage) == [(0, 60, 2000, "auto")]
    total = value("2000")
    assert rows(rating.read_ocpp([*LOG[:2], *metered(10, *phases, total), *LOG[3:]])) == EXPECTED


def test_numbers_beyond_all_measure_are_no_message() -> None:
    for number in ("1e9999999999999999999999", "9" * 5000, "-" + "9" * 5000):
        text = json.dumps(LOG[0]).replace(": 1000", f": {number}")
        [fault] = rating.read_ocpp([text]).faults
        assert (fault.code, fault.got[-35:]) == ("json", "is no number that anything measures")


def test_texts_that_no_table_can_hold_are_no_message(tmp_path: Path) -> None:
    broken = call(
        "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "\ud800", "timestamp": at(1)}
    )
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"charge_point": "C\udcd0", "message": LOG[0]}) + "\n" + json.dumps(LOG[2]))
    for messages, end in (
        ([json.dumps(broken)], ": \\ud800 is half a character"),
        ([{"charge_point": "C\udcd0", "message": LOG[0]}], "\\udcd0 is half a character"),
        ({"charge_point": "C\udcd0", "message": LOG[0]}, "\\udcd0 is half a character"),
        ([json.dumps(LOG[0], ensure_ascii=False).replace("A1", "A\ud800")], ": \\ud800 is half a character"),
        (path, ": \\udcd0 is half a character"),
    ):
        usage = rating.read_ocpp(messages)
        assert codes(usage.faults) == ["json"]
        assert usage.faults[0].got.endswith(end)
    assert rating.read_ocpp([json.dumps({"charge_point": "\U0001f600", "message": each}) for each in LOG]).faults == ()


def test_a_message_of_nothing_says_so() -> None:
    [fault] = rating.read_ocpp([[2, "1", "StatusNotification", ""]]).faults
    assert (fault.code, fault.got) == ("ocpp_message", "(nothing)")


def test_many_keys_of_which_the_last_is_there_twice_take_no_time() -> None:
    text = "{" + ", ".join(f'"k{number}": 1' for number in range(50_000)) + ', "k49999": 1}'
    [fault] = rating.read_ocpp([text]).faults
    assert fault.got.endswith("the key k49999 is given twice")
