"""The reader of YAML: places, limits, aliases, and that no text can end the process."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rating.errors import RatingError
from rating.tariff.load import parse_tariff
from rating.tariff.nodes import DEPTH_MAX, NODES_MAX, read_nodes
from rating.tariff.tree import Mapping, Scalar, Sequence

# The first call imports packages, and other work may share the machine: time is measured elsewhere.
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def codes_of(text: str) -> list[str]:
    return [fault.code for fault in read_nodes(text).faults]


def test_places_count_from_one_and_in_characters() -> None:
    document = read_nodes("# first\n\u00e9t\u00e9: {a: 'x',   \u20ac: [1, \U0001f50c, last]}\n")
    root = document.root
    assert isinstance(root, Mapping)
    inner = root.values["\u00e9t\u00e9"]
    assert isinstance(inner, Mapping)
    items = inner.values["\u20ac"]
    assert isinstance(items, Sequence)
    assert [(node.line, node.column) for node in (root, inner, items, items.items[2])] == [
        (2, 1),
        (2, 6),
        (2, 20),
        (2, 27),
    ]
    assert (inner.keys["\u20ac"].line, inner.keys["\u20ac"].column) == (2, 17)
    assert document.shown(items) == "[1, \U0001f50c, last]"


def test_scalars_stay_text() -> None:
    texts = ["17:00", "no", "on", "010", "1_000", "0x10", "1e3", ".5", "~", "null", "2026-01-01", "true"]
    document = read_nodes("\n".join(f"- {text}" for text in texts))
    assert document.root is not None
    assert document.root.plain == texts
    assert isinstance(document.root, Sequence)
    assert all(isinstance(item, Scalar) and item.style == "" for item in document.root.items)


def test_a_simple_alias_stands_for_what_it_names() -> None:
    document = read_nodes("a: &x {b: [1, 2]}\nc: *x\nd: &y text\ne: *y\n")
    assert document.faults == []
    assert document.root is not None
    assert document.root.plain == {"a": {"b": ["1", "2"]}, "c": {"b": ["1", "2"]}, "d": "text", "e": "text"}


def test_an_alias_in_a_tariff_and_its_fault_is_reported_once() -> None:
    good = (
        "tariff: x\ncurrency: EUR\nversions:\n  - elements: &same [{energy: 0.39/kWh}]\n"
        "  - {valid_from: 2026-01-01, elements: *same}\n"
    )
    first, second = parse_tariff(good).versions
    assert first.elements == second.elements
    with pytest.raises(RatingError) as caught:
        parse_tariff(good.replace("/kWh", "/kW"))
    assert len(caught.value.faults) == 1


def test_aliases_that_are_refused() -> None:
    assert codes_of("a: *b\n") == ["yaml_alias"]
    assert codes_of("a: &b [*b]\n") == ["yaml_alias"]
    assert codes_of("a: &b 1\nc: &b 2\n") == ["yaml_alias"]
    assert codes_of("a: &b 1\n<<: *b\n") == ["yaml_merge_key"]
    assert codes_of("'<<': 1\n<<: 2\n")[0] in ("yaml_merge_key", "duplicate_key")


def test_an_alias_bomb_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{step}: &a{step} [{', '.join([f'*a{step - 1}'] * 10)}]" for step in range(1, 30)]
    started = time.perf_counter()
    assert codes_of("\n".join(lines)) == ["yaml_too_big"]
    assert time.perf_counter() - started < 1


def test_depth_through_aliases_counts() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{step}: &a{step} [*a{step - 1}]" for step in range(1, 40)]
    assert codes_of("\n".join(lines)) == ["yaml_too_deep"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_hundred_thousand_levels_are_refused_quickly(opening: str) -> None:
    started = time.perf_counter()
    assert codes_of(opening * 100_000) == ["yaml_too_deep"]
    assert time.perf_counter() - started < 1


def test_the_limits_themselves() -> None:
    assert codes_of("[" * DEPTH_MAX + "]" * DEPTH_MAX) == []
    assert codes_of("[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1)) == ["yaml_too_deep"]
    assert codes_of("- x\n" * (NODES_MAX - 1)) == []
    assert codes_of("- x\n" * NODES_MAX) == ["yaml_too_big"]


def test_a_byte_order_mark_moves_no_column() -> None:
    document = read_nodes("\ufefftariff: x")
    assert isinstance(document.root, Mapping)
    assert document.root.keys["tariff"].column == 1


def test_windows_line_ends_are_lines() -> None:
    assert [str(fault.place) for fault in read_nodes("a: 1\r\nb: 2\r\nb: 3\r\n", "x").faults] == ["x:3:1"]


ODD = ["\ud800", "a: \x00", "a: \x85b", "\ufffe", "%YAML 3.0\n--- a", "a: !<x", "&", "*", "!", "|", "? ", "'"]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_give_a_fault(text: str) -> None:
    with pytest.raises(RatingError):
        parse_tariff(text)


@RELAXED
@given(st.text())
def test_no_text_crashes_the_reader(text: str) -> None:
    document = read_nodes(text)
    assert document.faults or document.root is not None


@RELAXED
@given(st.text(alphabet="[]{}&*!|>'\"%@`,:?-#ab \t\n\\~<", max_size=60))
def test_no_text_of_yaml_signs_crashes_the_loader(text: str) -> None:
    with pytest.raises(RatingError) as caught:
        parse_tariff(text)
    assert caught.value.faults
