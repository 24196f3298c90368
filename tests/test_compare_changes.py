"""The small language of changes: what it says, what it refuses and where, and the tariffs that it makes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rating
from rating.desk.compare.changes import Step
from rating.errors import InputError
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

EXAMPLES = Path(__file__).parent.parent / "tariffs"
TEXT = """
tariff: city
currency: EUR
versions:
  - elements:
      - {name: at night, energy: 0.20/kWh, time: 0.10/min}
      - {name: day, energy: 0.333333/kWh, flat: 1.00/session}
"""

TENTHS = (-100_000, 0, 100_000)


def prices(texts: tuple[str, ...]) -> list[list[str]]:
    """Of each variant all prices, as they are written."""
    tariffs = Tariffs((parse_tariff(TEXT),))
    grid = rating.grid(*texts)
    grid.check(tariffs)
    found = []
    for steps in grid.variants:
        (version,) = grid.apply(tariffs, steps)["city"].versions
        parts = [part for element in version.elements for part in element.components]
        found.append([f"{part.price.amount_micro}" for part in parts])
    return found


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (("energy +0.02",), [["220000", "100000", "353333", "1000000"]]),
        (("energy -0.02",), [["180000", "100000", "313333", "1000000"]]),
        (("energy =0.5",), [["500000", "100000", "500000", "1000000"]]),
        (("energy *1.5",), [["300000", "100000", "500000", "1000000"]]),  # 0.4999995, halves up
        (("time +5%",), [["200000", "105000", "333333", "1000000"]]),
        (('energy/"at night" +1',), [["1200000", "100000", "333333", "1000000"]]),
        (("*/d?y *2",), [["200000", "100000", "666666", "2000000"]]),
        (("energy@c* -0.1..+0.1 step 0.1",), [[f"{200000 + i}", "100000", f"{333333 + i}", "1000000"] for i in TENTHS]),
        (("flat =0..=2 step 1",), [["200000", "100000", "333333", str(each * 10**6)] for each in (0, 1, 2)]),
        (("flat *2, *3", "flat +1, +2"), [["200000", "100000", "333333", f"{each}000000"] for each in (3, 4, 4, 5)]),
        (("time/day@x +1",), None),
    ],
)  # fmt: skip
def test_prices_of_variants(texts, wanted):
    if wanted is None:
        with pytest.raises(InputError):
            prices(texts)
    else:
        assert prices(texts) == wanted


def test_labels_and_order():
    grid = rating.grid("energy +0.08..+0.10 step 0.01", "time -5%, =0")
    assert grid.labels()[:3] == ("energy +0.08, time -5%", "energy +0.08, time =0", "energy +0.09, time -5%")
    assert len(grid.variants) == 6
    assert rating.grid("energy -1%..+1% step 0.5%").labels() == tuple(
        f"energy {each}" for each in ("-1.0%", "-0.5%", "+0.0%", "+0.5%", "+1.0%")
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "change: read `(nothing)`, expected what is changed"),
        ("enrgy +0.02", "change_target: read `enrgy`, expected what is changed, such as energy, time@harbour-* "),
        ("enrgy +0.02", "or flat/night; did you mean energy?"),
        ("voltage +1", "write one of energy, time, parking_time, flat, or * for all"),
        ("energy", "change_step: read `(nothing)`"),
        ("energy 0.02", ":8: change_step: read `0.02`"),
        ("energy +0.02, 3", ":15: change_step: read `3`"),
        ("energy +1.1234567", "change_step: read `+1.1234567`"),
        ("energy =5%", "change_step: read `=5%`"),
        ("energy +0.1..+0.2", "change_step"),
        ("energy +0.1..+0.2 step 0.03", "a range that goes up to its end in whole steps"),
        ("energy +0.2..+0.1 step 0.1", "write the lesser end first"),
        ("energy +0.1..+0.2 step 0", "whole steps"),
        ("energy +0.1..+5% step 0.1", "a range of one kind of step"),
        ("energy *0.1..+0.2 step 0.1", "a range of one kind of step"),
        ("energy +0..+9 step 0.001", "9,001 steps"),
        ("energy +0,02", ":8: change_step: read `+0,02`"),
        ("energy +0,02, 3", ":15: change_step: read `3`"),
        ("energy +0,02", "write decimals with a point, such as +0.02, and a blank after the comma between steps"),
        ("energy +0.1..+0.2 step 0,1", ":24: change_step: read `0,1`, expected a size such as 0.01 or 1%; write deci"),
        ("energy +0.02/kWh", "write the number alone, in the currency and for the unit of the price"),
        ("energy +2 ct", "write the number alone, in the currency"),
        ("energy 0.02", "write +0.02 for more, -0.02 for less, or =0.02 for that price"),
        ("energy +0.1..+0.2", "say by which step from one end to the other"),
        ("energy +0.1..+0.2 step +0.1", "leave out the sign"),
        ("energy x2", "write * for so many times the price"),
        ("energy =5%", "write +5% or -5%"),
        ("energy +1.1234567", "write at most six decimals"),
    ],
)  # fmt: skip
def test_what_is_no_change(text, said):
    with pytest.raises(InputError) as caught:
        rating.grid(text)
    assert said in str(caught.value)
    assert f"change `{text.strip()}`" in str(caught.value)


def test_all_faults_at_once():
    with pytest.raises(InputError) as caught:
        rating.grid("enrgy +0.02", "time 1", "flat +1")
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError, match=r"read `1,600 variants`, expected changes that make at most 1,000"):
        rating.grid("energy +1..+40 step 1", "time +1..+40 step 1")
    with pytest.raises(InputError, match="at least one change"):
        rating.grid()


def test_changes_that_no_tariff_can_take():
    tariffs = Tariffs((parse_tariff(TEXT),))
    with pytest.raises(InputError) as caught:
        rating.grid("energy@nowhere +1").check(tariffs)
    assert "no_price: read `energy@nowhere`" in str(caught.value)
    with pytest.raises(InputError) as caught:
        rating.grid("energy -0.30, -0.10", "flat +2000000").check(tariffs)
    assert [fault.code for fault in caught.value.faults] == ["price"] * 2
    assert "-0.100000/kWh for energy of city/at night" in str(caught.value)
    spot = rating.load_tariffs(EXAMPLES / "spot.yaml")
    with pytest.raises(InputError, match="and that no index sets"):
        rating.grid("energy +0.01").check(spot)


@given(micro=st.integers(0, 10**12), num=st.integers(0, 10**6), den=st.integers(1, 10**6))
def test_a_price_is_rounded_to_six_decimals(micro, num, den):
    exact = micro * Fraction(num, den)
    found = Step("times", Fraction(num, den), "").applied(micro)
    assert abs(found - exact) <= Fraction(1, 2)
    assert found - exact != Fraction(-1, 2)  # halves up


def test_a_tariff_that_no_change_concerns_is_the_same_object():
    tariffs = rating.load_tariffs(EXAMPLES)
    grid = rating.grid("energy@harbour-dc +0.01")
    changed = grid.apply(tariffs, grid.variants[0])
    assert [name for name in tariffs if changed[name] is not tariffs[name]] == ["harbour-dc"]
    assert changed["harbour-dc"].hash != tariffs["harbour-dc"].hash
    assert changed.plans is tariffs.plans


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("energy -0.02..0.01 step 0.01", ["-0.02", "-0.01", "+0.00", "+0.01"]),  # without a sign, above zero
        ("energy -0.02..-0.01 step 0.01", ["-0.02", "-0.01"]),
        ("energy -5%..5% step 5%", ["-5%", "+0%", "+5%"]),
        ("energy +0.01..0.02 step 0.01", ["+0.01", "+0.02"]),
        ("energy =0.30..0.31 step 0.01", ["=0.30", "=0.31"]),
    ],
)
def test_a_range_ends_where_it_says(text: str, steps: list[str]) -> None:
    assert [step.text for (step,) in rating.grid(text).variants] == steps
