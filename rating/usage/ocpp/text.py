"""JSON text -> values, where decimals stay decimals; instants and numbers out of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any, Final

from rating.errors import Fault, Place
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US
from rating.usage.energies import NUMBER
from rating.usage.instants import instant_from_text

# The longest text that is taken for a number or an instant, and the deepest nesting of a message.
TEXT_MAX: Final = 64
DEPTH_MAX: Final = 16
_EXPONENT_MAX: Final = 40
_BELOW_US: Final = re.compile(r"([.,]\d{6})\d+")


def short(value: object, length: int = 160) -> str:
    """A value for a message, on one line and not longer than a line.

    >>> short("x" * 200, 5)
    'xxxxx...'
    """
    text = " ".join((value if isinstance(value, str) else repr(value))[: 4 * length].split())
    return text if len(text) <= length else f"{text[:length]}..."


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{short(text, 40)} is no number that anything measures") from None


def _whole(text: str) -> int:
    if len(text) > TEXT_MAX:
        raise ValueError(f"{short(text, 40)} is no number that anything measures")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {short(twice, 40)} is given twice")
    return found


DECODER: Final = json.JSONDecoder(
    parse_float=_decimal, parse_int=_whole, parse_constant=_constant, object_pairs_hook=_object
)


def from_json(text: str | bytes, place: Place, faults: list[Fault]) -> Any:
    """The value of a JSON text; None, with a Fault appended, where it is none."""
    shown = text if isinstance(text, str) else text[:400].decode("utf-8", "replace")
    try:
        decoded = text if isinstance(text, str) else text.decode()
        value = DECODER.decode(decoded)
        # What cannot be written again comes from an escape, or from a caller's own text.
        if "\\u" in decoded or not decoded.isascii():
            check_text(value)
        return value
    except RecursionError:
        got = f"{short(shown, 60)}: nested too deep"
    except ValueError as error:
        got = f"{short(shown, 60)}: {short(str(error))}"
    faults.append(Fault("json", place, got, "an OCPP message as JSON", "write it again as it was sent"))
    return None


def check_text(value: Any, depth: int = 0) -> None:
    """Raise ValueError where a text is none of Unicode: half a character, which no table can hold.

    >>> check_text({"idTag": ["A1", "\\ud83d"]})
    Traceback (most recent call last):
    ValueError: \\ud83d is half a character
    """
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise ValueError(f"\\u{ord(value[error.start]):04x} is half a character") from None
    elif isinstance(value, (dict, list, tuple)) and depth <= 2 * DEPTH_MAX:
        for each in value.items() if isinstance(value, dict) else value:
            check_text(each, depth + 1)


def as_text(value: Any) -> str | None:
    """The value if it is a text."""
    return value if isinstance(value, str) else None


def instant(text: Any, offset_us: int = 0) -> int | None:
    """Microseconds UTC, later by `offset_us`; finer digits are dropped. None where it is no instant of 2000 to 2100.

    >>> instant("2026-01-01T00:00:00.1234567Z") == instant("2026-01-01T01:00:00.123456+01:00") == 1767225600123456
    True
    >>> instant("1970-01-01T00:00:00Z"), instant(5)
    (None, None)
    """
    if not isinstance(text, str) or len(text) > TEXT_MAX:
        return None
    found = instant_from_text(_BELOW_US.sub(r"\1", text))
    if found is None or not INSTANT_MIN_US <= found + offset_us <= INSTANT_MAX_US:
        return None
    return found + offset_us


def number(value: Any) -> Decimal | None:
    """An exact number: from text, JSON numbers, or the digits that a float shows. None where it is none.

    >>> number("12.50"), number(0.1), number("12,5"), number(True), number("nan")
    (Decimal('12.50'), Decimal('0.1'), None, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if len(text) > TEXT_MAX or not NUMBER.fullmatch(text):
            return None
        return _sane(Decimal(text))
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**_EXPONENT_MAX else None
    if isinstance(value, float):
        return _sane(Decimal(repr(value)))
    return _sane(value) if isinstance(value, Decimal) else None


def _sane(value: Decimal) -> Decimal | None:
    if not value.is_finite():
        return None
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    small = abs(exponent) <= 2 * TEXT_MAX and value.adjusted() <= _EXPONENT_MAX
    return value if small else None


def milli(value: Decimal, digits: int = 0) -> int:
    """Thousandths of `value` x 10^digits, to the nearest whole one, and the even one of two that are as near.

    Exact whatever the number of digits; what is finer than a thousandth of a Wh no meter measures, but programs write.

    >>> milli(Decimal("1.2345"), 3), milli(Decimal("0.0005")), milli(Decimal("-0.0015"))
    (1234500, 0, -2)
    """
    sign, figures, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    found = int("".join(map(str, figures)) or "0")
    shift = exponent + 3 + digits
    found *= int(10 ** max(shift, 0))
    if shift < 0:
        unit = int(10**-shift)
        found, rest = divmod(found, unit)
        found += 2 * rest > unit or (2 * rest == unit and found % 2 == 1)
    return -found if sign else found
