"""rating/ocpi_json: every number a decimal, every fault with its path, nothing that crashes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.errors import Fault, Place
from rating.ocpi_json import read_bytes, read_records, records_of, write_json


def read(text: str | bytes) -> list[Any]:
    faults: list[Fault] = []
    found = [record.value for record in read_records(text, "a.json", faults)]
    assert faults == []
    return found


def faults_of(text: str | bytes, **more: Any) -> list[str]:
    faults: list[Fault] = []
    read_records(text, "a.json", faults, **more)
    return [str(fault) for fault in faults]


def places(text: str) -> list[str]:
    return [str(record.place) for record in read_records(text, "a.json", [])]


@pytest.mark.parametrize("spelling", ["10", "10.0", "10.00", "1e1", "1E+1", "100e-1"])
def test_a_number_is_the_decimal_that_is_written(spelling: str) -> None:
    [found] = read(f'{{"price": {spelling}}}')
    assert found["price"] == 10
    assert type(found["price"]) is Decimal


def test_one_object_a_list_a_response_and_lines() -> None:
    assert places('{"id": "1"}') == ["a.json"]
    assert places('[{"id": "1"}, {"id": "2"}]') == ["a.json: [0]", "a.json: [1]"]
    assert places('{"data": {"id": "1"}, "status_code": 1000}') == ["a.json: data"]
    assert places('{"data": [{"id": "1"}], "status_code": 1000}') == ["a.json: data[0]"]
    assert places('{"id": "1"}\n\n{"id": "2"}\r\n') == ["a.json:1", "a.json:3"]
    assert places('\ufeff[{"id": "1"},\n {"id": "2"}]') == ["a.json: [0]", "a.json: [1]"]
    assert read(b'\xef\xbb\xbf[{"data": 1}]') == [{"data": 1}]


BROKEN = {
    "": "a.json: empty_file: read `(nothing)`, expected JSON; write an object, or delete the file",
    " \n": "a.json: empty_file: read `(nothing)`, expected JSON; write an object, or delete the file",
    '{"a": 1,}': "a.json:1:8: json_syntax: read `,}`, expected nothing after the last item; delete the comma",
    '[{"a": 1},\n]': "a.json:1:10: json_syntax: read `,]`, expected nothing after the last item; delete the comma",
    "{'a': 1}": "a.json:1:2: json_syntax: read `'a': 1}`, expected text in double quotes; "
    "write double quotes around keys and texts",
    '{"a": True}': "a.json:1:7: json_syntax: read `True}`, expected a JSON value; write true",
    '{"a": 1 // price\n}': "a.json:1:9: json_syntax: read `// price`, expected JSON, which has no comments; "
    "delete the comment",
    '{"a" 1}': "a.json:1:6: json_syntax: read `1}`, expected a colon after the key; "
    "write a colon between key and value",
    '{"a": 1 "b": 2}': 'a.json:1:9: json_syntax: read `"b": 2}`, expected a comma or the end of the list or object; '
    "write a comma, or close the bracket or quote before it",
    '{"a": .5}': "a.json:1:7: json_syntax: read `.5}`, expected a number as JSON writes it, such as 0.39 or -1; "
    "write a digit on both sides of the point, and no plus",
    '{"a": "b': 'a.json:1:7: json_syntax: read `"b`, expected a quote at the end of this text; close the quote',
    '{"a": [1': "a.json:1:9: json_syntax: read `(the end)`, expected more: the JSON ends too early; "
    "close every bracket and brace, or copy the file again whole",
    '{"a": 1} {"b": 2}': 'a.json:1:10: json_syntax: read `{"b": 2}`, expected nothing after the first value; '
    "put several objects in one list, or each on a line of its own",
    '{"a": "\t"}': 'a.json:1:8: json_syntax: read `\\u0009"}`, expected text without line breaks and tabs; '
    "write \\n or \\t, or close the quote before the end of the line",
    '{"a": 1, "a": 2}': 'a.json: a: duplicate_key: read `"a"`, expected each key once; keep one of the two',
    '{"a": [0, NaN]}': "a.json: a[1]: json_number: read `NaN`, expected a number; "
    "write its digits, or leave the key out",
    '{"a": {"b": -Infinity}}': "a.json: a.b: json_number: read `-Infinity`, expected a number; "
    "write its digits, or leave the key out",
    '{"a": 1e999}': "a.json: a: json_number: read `1e999`, expected a number with an exponent up to 64; "
    "look at its exponent",
    '{"a": 1e99999999999999999999}': "a.json: a: json_number: read `1e999999999999999999…`, expected a number of at "
    "most 64 characters, with an exponent up to 64; write fewer digits",
    '{"a": "\\ud800"}': "a.json: a: json_text: read `\\ud800`, expected text in Unicode; "
    "write the two halves of the character together",
    '[{"id": "1"}, 7]': "a.json: [1]: json_shape: read `7`, expected an object; write an object here, or delete it",
    '"text"': 'a.json: json_shape: read `"text"`, expected an object; write an object here, or delete it',
    '{"status_code": 2003, "status_message": "Unknown"}': "a.json: status_code: ocpi_response: read `2003 Unknown`, "
    "expected an OCPI response with `data`; ask again for the object itself",
    "[" * 100_000: "a.json: json_too_deep: read `more than that`, expected at most 32 levels of lists and objects; "
    "look for a bracket too many",
    "[" * 40 + "]" * 40: f"a.json: {'[0]' * 32}: json_too_deep: read `more than that`, expected at most 32 levels of "
    "lists and objects; look for a bracket too many",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: repr(text[:20]))
def test_a_broken_text_gives_its_message(text: str) -> None:
    assert faults_of(text) == [BROKEN[text]]
    assert faults_of(text.encode()) == [BROKEN[text]]


def test_text_that_is_not_utf8_is_refused() -> None:
    assert faults_of(b'{"a":\n "\xff"}') == [
        "a.json:2:3: not_utf8: read `bytes ff 22 7d`, expected text in UTF-8; save the file as UTF-8"
    ]
    # A mark at the start is no column, and the letters before are counted, not their bytes.
    told = "a.json:1:4: not_utf8: read `bytes ff 22 7d`, expected text in UTF-8; save the file as UTF-8"
    assert faults_of(b'{"\xc3\xa9\xff"}') == faults_of(b'\xef\xbb\xbf{"\xc3\xa9\xff"}') == [told]


def test_every_line_is_read_whatever_the_others_hold() -> None:
    text = '{"id": "1"}\n{"id": }\n{"id": "3", "id": "4"}\n{"id": "5"}'
    assert [fault.split(": read")[0] for fault in faults_of(text)] == [
        "a.json:2:8: json_syntax",
        "a.json:3: id: duplicate_key",
    ]
    assert places(text) == ["a.json:1", "a.json:4"]


def test_too_long_a_text_is_refused() -> None:
    want = "a.json: file_too_big: read `more than that`, expected at most 1 MiB of JSON; split the file"
    assert faults_of(" " * (1 << 20) + "{}", max_bytes=1 << 20) == [want]


def test_files(tmp_path: Path) -> None:
    faults: list[Fault] = []
    (tmp_path / "a.json").write_bytes(b"{}")
    assert read_bytes(tmp_path / "a.json", faults) == b"{}"
    assert faults == []
    assert read_bytes(tmp_path / "b.json", faults) == b""
    assert [fault.code for fault in faults] == ["no_file"]


def test_values_of_pythons_own_json_are_read_as_printed() -> None:
    [record] = records_of(json.loads('{"a": 0.1, "b": [10, true, null]}'), Place("x"), [])
    assert record.value == {"a": Decimal("0.1"), "b": [Decimal(10), True, None]}
    assert type(record.value["a"]) is Decimal


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": float("nan")}, "json_number"),
        ({"a": float("-inf")}, "json_number"),
        ({"a": Decimal("sNaN")}, "json_number"),
        ({"a": 1e300}, "json_number"),
        ({"a": 10**5000}, "json_number"),
        ({"a": {1, 2}}, "json_shape"),
        ({1: "a"}, "json_shape"),
        ({"a": b"bytes"}, "json_shape"),
    ],
)
def test_values_that_json_has_not_are_refused(value: object, code: str) -> None:
    faults: list[Fault] = []
    assert records_of(value, Place("x"), faults) == []
    assert [fault.code for fault in faults] == [code]


def test_a_value_that_holds_itself_ends() -> None:
    value: list[Any] = []
    value.append(value)
    faults: list[Fault] = []
    assert records_of(value, Place("x"), faults) == []
    assert [fault.code for fault in faults] == ["json_too_deep"]


LEAVES = st.none() | st.booleans() | st.text(max_size=8) | st.decimals(allow_nan=False, allow_infinity=False, places=6)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))


@given(st.dictionaries(st.text(max_size=8), VALUES), st.sampled_from([None, 2]))
def test_what_is_written_reads_the_same(value: dict[str, Any], indent: int | None) -> None:
    text = write_json([value], indent)
    assert read(text) == [value]


@given(st.binary(max_size=64) | st.text(max_size=64) | st.text('{}[]",:.0123456789eE+-\\ntrulfasNI \n', max_size=64))
def test_no_text_crashes(text: str | bytes) -> None:
    faults: list[Fault] = []
    read_records(text, "a.json", faults)
    assert all(str(fault) for fault in faults)
    assert faults or read_records(text, "a.json", []) is not None


def test_many_keys_twice_take_no_time() -> None:
    keys = ", ".join(f'"k{number}": 1, "k{number}": 2' for number in range(30_000))
    faults: list[Fault] = []
    assert read_records(f"{{{keys}}}", "a.json", faults) == []
    assert len(faults) == 1000
    assert str(faults[-1]).startswith("a.json: k999: duplicate_key: ")


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ('[{"a": NaN}, {"a": 1}, {"a": {"b": 1, "b": 2}}, {"a": 2}]', ["[1]", "[3]"]),
        ('{"status_code": 1000, "data": [{"a": 1}, {"a": [1, {"b": 1e999}]}]}', ["data[0]"]),
        ('{"status_code": 1000, "data": {"a": NaN}}', []),
        ('{"status_code": 1000, "data": NaN}', []),
        ('{"status_code": NaN, "data": [{"a": 1}]}', []),
        ('{"status_code": 1, "status_code": 2, "data": [{"a": 1}]}', []),
        ('{"status_code": 1, "data": [{"a": 1}], "data": [{"a": 1}]}', []),
        ('{"a": {"b": NaN}}', []),
        ("NaN", []),
    ],
)
def test_what_is_faulty_takes_nothing_else_with_it(text: str, fine: list[str]) -> None:
    faults: list[Fault] = []
    assert [record.place.path for record in read_records(text, "a.json", faults)] == fine
    assert faults
    assert all(fault.code in ("json_number", "duplicate_key") for fault in faults)
