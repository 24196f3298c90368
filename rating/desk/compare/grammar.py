"""`energy +0.02..+0.10 step 0.01` -> changes of prices, in exact decimals, and the tariffs that they make.

    CHANGE  := TARGET SPACE STEPS
    TARGET  := energy | time | parking_time | flat | * , then [@TARIFFS] and [/ELEMENTS], names with * and ? for any
    STEPS   := STEP or STEP..STEP step SIZE, several with commas
    STEP    := +0.02 or -0.02 (more, less), =0.39 (that price), *1.05 (so many times it), +5% or -5%

What is added counts for the unit that the price is written for: 0.10/min +0.02 is 0.12/min. Names with spaces stand in
quotes: energy/"the first 10 kWh" +0.02.
"""

from __future__ import annotations

import difflib
import re
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Final

from rating.desk.compare.changes import ANY, Change, Grid, Step, place_of
from rating.errors import Fault, InputError, Place
from rating.units import DIMENSIONS

VARIANTS_MAX: Final = 1000
_NAME = r'"[^"]*"|[^\s"/]+'
_TARGET = re.compile(rf"\s*(?P<dimension>[\w*-]+)(?:@(?P<tariff>{_NAME}))?(?:/(?P<element>{_NAME}))?(?=\s|$)\s*")
_NUMBER = r"(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,6})?"
_STEP = re.compile(rf"(?P<sign>[+=*-])?\s*(?P<number>{_NUMBER})\s*(?P<percent>%)?")
_ITEM = re.compile(r"(?:[^,]|(?<=\d),(?=\d))+|(?<![^,])(?=,|$)")  # a comma between two digits is a fault of its item
_RANGE = re.compile(r"(?P<from>.+?)\s*\.\.\s*(?P<to>.+?)\s+step\s+(?P<step>.+)")
_WANT_STEP = "steps such as +0.02, -5%, =0.39, *1.05 or +0.02..+0.10 step 0.01"
_WANT_TARGET = "what is changed, such as energy, time@harbour-* or flat/night"


def grid(*changes: str) -> Grid:
    """The variants that changes of prices make: `compare` takes them in the place of new tariffs.

    Args:
        changes: such as "energy +0.02..+0.10 step 0.01", "time@harbour-* +5%" or 'flat/"at night" =0.50, =1.00'.
            Several make every combination of their steps, up to 1,000.

    Raises: InputError with every fault of every text, each with its place there.

    >>> grid("energy +0.01..+0.03 step 0.01", "flat =0, =0.50").labels()[:3]
    ('energy +0.01, flat =0', 'energy +0.01, flat =0.50', 'energy +0.02, flat =0')
    """
    faults: list[Fault] = []
    found = [each for text in changes if (each := _read(text, faults)) is not None]
    if not changes:
        faults.append(Fault("no_change", Place("change"), "", "at least one change", "write energy +0.02"))
    count = prod(len(each.steps) for each in found)
    if not faults and count > VARIANTS_MAX:
        want = f"changes that make at most {VARIANTS_MAX:,} variants"
        faults.append(Fault("variants", Place("change"), f"{count:,} variants", want, "take greater steps"))
    if faults:
        raise InputError(faults)
    return Grid(tuple(found))


def _read(text: str, faults: list[Fault]) -> Change | None:
    found = _TARGET.match(text)
    if found is None:
        faults.append(Fault("change", place_of(text), text, _WANT_TARGET, "write energy +0.02"))
        return None
    before = len(faults)
    dimension = found["dimension"]
    if dimension != ANY and dimension not in DIMENSIONS:
        close = difflib.get_close_matches(dimension, DIMENSIONS, n=1)
        fix = f"did you mean {close[0]}?" if close else f"write one of {', '.join(DIMENSIONS)}, or * for all"
        faults.append(Fault("change_target", place_of(text, found.start("dimension")), dimension, _WANT_TARGET, fix))
    steps: list[Step] = []
    at = found.end()
    for item in _ITEM.findall(text[at:]):
        start = at + len(item) - len(item.lstrip())
        steps += _steps(text, item.strip(), start, faults)
        at += len(item) + 1
    names = [(found[name] or ANY).strip('"') for name in ("tariff", "element")]
    unique = tuple(dict.fromkeys(steps))
    return None if len(faults) > before else Change(text, dimension, names[0], names[1], unique, found.end())


def _steps(text: str, item: str, at: int, faults: list[Fault]) -> list[Step]:
    """The steps of one item, which begins at that letter of the text."""
    found = _RANGE.fullmatch(item)
    if found is None:
        step = _step(text, item, at, faults)
        return [] if step is None else [step]
    first, last, size = (_STEP.fullmatch(found[name]) for name in ("from", "to", "step"))
    for name, part in (("from", first), ("to", last), ("step", size)):
        if part is None or (name == "from" and not part["sign"]) or (name == "step" and part["sign"]):
            want = "a size such as 0.01 or 1%" if name == "step" else _WANT_STEP
            fix = _hint(found[name], sized=name == "step")
            faults.append(Fault("change_step", place_of(text, at + found.start(name)), found[name], want, fix))
            return []
    assert first is not None
    assert last is not None
    assert size is not None
    return _ranged(text, at, (first, last, size), found, faults)


_HINT = "write a sign, a decimal number and, for parts of the price, %"
_HINTS: Final = (
    (re.compile(rf".*\d\s*%?\s*(?:/|per\b).*|[+=*-]?\s*{_NUMBER}\s*[^\W\d].*", re.IGNORECASE),
     "write the number alone, in the currency and for the unit of the price: two cents are 0.02"),
    (re.compile(r".*\d,\d.*"), "write decimals with a point, such as +0.02, and a blank after the comma between steps"),
    (re.compile(r".*\.\..*"), "say by which step from one end to the other, such as +0.02..+0.10 step 0.01"),
    (re.compile(rf"{_NUMBER}\s*%?"), "write +0.02 for more, -0.02 for less, or =0.02 for that price"),
    (re.compile(rf"[x×]\s*{_NUMBER}"), "write * for so many times the price, such as *1.05"),
    (re.compile(rf"[=*]\s*{_NUMBER}\s*%"), "write +5% or -5%, or *1.05 for so many times the price"),
    (re.compile(r"[+=*-]?\s*\d*\.\d{7,}\s*%?"), "write at most six decimals, which is what a price has"),
)  # fmt: skip


def _hint(item: str, *, sized: bool = False) -> str:
    """How to mend what is no step, or where it is `sized`, no size of one."""
    if sized and re.fullmatch(rf"[+=*-]\s*{_NUMBER}\s*%?", item):
        return "leave out the sign: the range says in which direction"
    return next((fix for mistake, fix in _HINTS if mistake.fullmatch(item)), _HINT)


def _ranged(
    text: str,
    at: int,
    parts: tuple[re.Match[str], re.Match[str], re.Match[str]],
    found: re.Match[str],
    faults: list[Fault],
) -> list[Step]:
    first, last, size = parts
    sign = first["sign"]
    percents = {bool(part["percent"]) for part in parts}
    other = last["sign"] or ("+" if sign == "-" else sign)  # from -0.05 to 0.01 is from below zero to above it
    if len(percents) > 1 or (sign in "+-") != (other in "+-") or (sign not in "+-" and other != sign):
        faults.append(Fault("change_step", place_of(text, at), found.group(), "a range of one kind of step", _HINT))
        return []
    lo, hi = (-_number(part) if each == "-" else _number(part) for part, each in ((first, sign), (last, other)))
    step = _number(size)
    if step <= 0 or hi < lo or (hi - lo) % step != 0:
        want = "a range that goes up to its end in whole steps"
        fix = "write the lesser end first, and a step that divides what lies between"
        faults.append(Fault("change_step", place_of(text, at), found.group(), want, fix))
        return []
    count = int((hi - lo) / step) + 1
    if count > VARIANTS_MAX:
        want = f"at most {VARIANTS_MAX:,}"
        faults.append(Fault("variants", place_of(text, at), f"{count:,} steps", want, "step wider"))
        return []
    places = max(_places(part) for part in parts)
    percent = "%" if size["percent"] else ""
    made = []
    for number in range(count):
        value = lo + number * step
        shown = f"{Decimal(value.numerator) / Decimal(value.denominator):.{places}f}".lstrip("-")
        mark = sign if sign in "=*" else "-" if value < 0 else "+"
        made.append(_made(mark, value, bool(percent), f"{mark}{shown}{percent}"))
    return made


def _step(text: str, item: str, at: int, faults: list[Fault]) -> Step | None:
    found = _STEP.fullmatch(item)
    if found is None or not found["sign"] or (found["percent"] and found["sign"] in "=*"):
        faults.append(Fault("change_step", place_of(text, at), item, _WANT_STEP, _hint(item)))
        return None
    value = -_number(found) if found["sign"] == "-" else _number(found)
    return _made(found["sign"], value, bool(found["percent"]), re.sub(r"\s+", "", item))


def _made(sign: str, value: Fraction, percent: bool, text: str) -> Step:
    if sign == "=":
        return Step("set", value, text)
    if sign == "*":
        return Step("times", value, text)
    return Step("times", 1 + value / 100, text) if percent else Step("add", value, text)


def _number(found: re.Match[str]) -> Fraction:
    return Fraction(found["number"])


def _places(found: re.Match[str]) -> int:
    return len(found["number"].partition(".")[2])
