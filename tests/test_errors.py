"""Faults as values: whatever was read, they can be printed, and say all that they have to."""

from __future__ import annotations

import pytest

from rating.errors import WORDS_MAX, Fault, Place


@pytest.mark.parametrize("odd", ["a\nb", "a\tb", "\x1b[2Jb", "\ud800", "\u202e", "\ufeff", "\x00", "9" * 1_000_000])
def test_a_fault_stays_on_one_line_of_any_terminal(odd: str) -> None:
    for fault in (
        Fault("odd", Place(f"{odd}.csv", 1), odd, odd, odd),
        Fault("odd", Place("a", path=odd), odd, "b", "c"),
    ):
        assert str(fault).isprintable()
        assert str(fault).encode()
        assert len(str(fault)) < 8 * WORDS_MAX
        assert fault.got.isprintable()


def test_what_cannot_be_seen_is_written_out() -> None:
    told = Fault("shape", Place("a.csv"), "3,3\tkWh\n\u200b", "a number", "write 3.3")
    assert str(told) == "a.csv: shape: read `3,3\\tkWh\\n\\u200b`, expected a number; write 3.3"


def test_nothing_is_named() -> None:
    assert Fault("shape", Place("a.csv"), "", "a number", "write 3.3").got == "(nothing)"
