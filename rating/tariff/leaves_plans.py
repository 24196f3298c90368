"""The kinds of value in a plan or coupon: how each is read, and what an editor is told about it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from rating.tariff import periods
from rating.tariff.amounts import read_money
from rating.tariff.leaves import ID_MAX_CHARS, editor, leaf, one_text, one_word, word_of
from rating.tariff.leaves_when import NAMES_MAX, read_items
from rating.tariff.model import LineDimension, Price
from rating.tariff.plans import AllowedName, AnchorName, CountName, PeriodName
from rating.tariff.refusal import RefusalError
from rating.units import LINE_DIMENSIONS

_ID = re.compile("[A-Za-z0-9._-]+")
_UNSIGNED = r"(0|[1-9][0-9]*)(\.[0-9]{1,6})?"
WANT_DIMENSIONS = "dimensions, such as energy or [energy, time]"


def _id(code: str, want: str) -> tuple[PlainValidator, WithJsonSchema]:
    """An id as tariffs have it, with words of its own."""

    def read(text: str) -> str:
        if len(text) > ID_MAX_CHARS:
            raise RefusalError(code, want, f"write at most {ID_MAX_CHARS} characters")
        if not _ID.fullmatch(text):
            tidy = re.sub("[^A-Za-z0-9._-]+", "-", text).strip("-")
            raise RefusalError(code, want, f"write {tidy}" if tidy else "write letters, digits, `.`, `_` or `-`")
        return text

    return leaf(read, want), editor("string", "number", pattern="^[A-Za-z0-9._-]{1,64}$")


_DIMENSIONS: tuple[LineDimension, ...] = (
    "energy", "time", "parking_time", "flat", "reservation_time", "reservation_flat",
)  # fmt: skip
assert _DIMENSIONS == LINE_DIMENSIONS
_MEANT = {"kwh": "energy", "parking": "parking_time", "idle": "parking_time", "session": "flat", "charging": "time"}


def _read_dimension(text: str) -> LineDimension:
    if "," in text:
        listed = ", ".join(part.strip() for part in text[:200].split(","))
        raise RefusalError("dimension", WANT_DIMENSIONS, f"write a list: [{listed}]")
    if text.strip().lower() in ("all", "any", "everything"):
        raise RefusalError("dimension", WANT_DIMENSIONS, "leave it out: then all dimensions are meant")
    if meant := _MEANT.get(text.strip().lower()):
        raise RefusalError("dimension", WANT_DIMENSIONS, f"did you mean `{meant}`?")
    return _DIMENSIONS[_DIMENSIONS.index(one_word(text, _DIMENSIONS, "dimension", WANT_DIMENSIONS))]


def _read_dimensions(value: object) -> frozenset[LineDimension]:
    if isinstance(value, list):
        return frozenset(read_items(value, _read_dimension, WANT_DIMENSIONS))
    return frozenset((_read_dimension(one_text(value, WANT_DIMENSIONS)),))


def _read_patterns(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(dict.fromkeys(read_items(value, periods.read_pattern, periods.WANT_PATTERN)))
    return (periods.read_pattern(one_text(value, periods.WANT_PATTERN)),)


PlanId = Annotated[str, *_id("plan_id", "an id of letters, digits, `.`, `_` and `-`, such as gold")]
Code = Annotated[str, *_id("coupon_id", "a code of letters, digits, `.`, `_` and `-`, such as SPRING26")]
Fee = Annotated[
    tuple[int, PeriodName],
    leaf(periods.read_fee, periods.WANT_FEE),
    editor("string", pattern=rf"^{_UNSIGNED} ?/ ?({'|'.join(periods.PERIODS)})$"),
]
Anchor = Annotated[AnchorName, *word_of(("calendar", "start"), "anchor", "calendar or start")]


_WANT_PER = "day, week, month or year"


def _read_per(text: str) -> str:
    meant = periods.PERIOD_WORDS.get(text.strip().lower())
    if meant is not None and meant != text:
        raise RefusalError("period", _WANT_PER, f"did you mean `{meant}`?")
    return one_word(text, periods.PERIODS, "period", _WANT_PER)


Per = Annotated[PeriodName, leaf(_read_per, _WANT_PER), WithJsonSchema({"enum": list(periods.PERIODS)})]
By = Annotated[CountName, *word_of(("sessions", "energy", "spend"), "by", "sessions, energy or spend")]
DiscountPercent = Annotated[
    int,
    leaf(periods.read_discount_percent, periods.WANT_PERCENT),
    editor("number", "string", minimum=0, maximum=100, pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$"),
]
Off = Annotated[
    Price,
    leaf(periods.read_off, periods.WANT_OFF),
    editor("string", pattern=rf"^{_UNSIGNED} ?/ ?(session|([1-9][0-9]{{0,4}} ?)?(kWh|Wh|s|min|h))$"),
]
Dimensions = Annotated[
    frozenset[LineDimension],
    PlainValidator(_read_dimensions),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(LINE_DIMENSIONS)},
                {"type": "array", "minItems": 1, "items": {"enum": list(LINE_DIMENSIONS)}},
            ]
        }
    ),
]
Patterns = Annotated[
    tuple[str, ...],
    PlainValidator(_read_patterns),
    editor(
        "string", "number", "array", maxLength=periods.PATTERN_MAX_CHARS, minItems=1, maxItems=NAMES_MAX,
        items={"type": ["string", "number"], "maxLength": periods.PATTERN_MAX_CHARS},
    ),
]  # fmt: skip


def _allowed(of: AllowedName, want: str) -> PlainValidator:
    return leaf(lambda text: periods.read_allowed(text, of), want)


AllowedEnergy = Annotated[
    periods.Allowed,
    _allowed("energy", "an amount of energy, such as 100 kWh"),
    editor("string", pattern="^[1-9][0-9]* ?(Wh|kWh)$"),
]
AllowedTime = Annotated[
    periods.Allowed,
    _allowed("time", "a length of time, such as 600 min"),
    editor("string", pattern="^[1-9][0-9]* ?(s|min|h)$"),
]
_COUNT = editor("integer", "string", minimum=1, pattern="^[1-9][0-9]{0,9}$")
AllowedSessions = Annotated[periods.Allowed, _allowed("sessions", "a whole number above 0, such as 4"), _COUNT]
Count = Annotated[int, leaf(periods.read_count, "a whole number above 0, such as 4"), _COUNT]
Carry = Annotated[
    periods.Allowed | None,
    leaf(periods.read_carry, periods.WANT_CARRY),
    editor("string", "integer", minimum=0, pattern="^(all|(0|[1-9][0-9]*)( ?(Wh|kWh|s|min|h))?)$"),
]
# What a number in `from` means depends on `by`, which the mapping around the tiers has.
TierAt = Annotated[
    str,
    leaf(lambda text: text, "from which count on, such as 10, 200 kWh or 100.00"),
    editor("number", "string", minimum=0, pattern=rf"^{_UNSIGNED}( ?(Wh|kWh))?$"),
]
Rolling = Annotated[
    int, leaf(periods.read_rolling, periods.WANT_ROLLING), editor("string", pattern="^[1-9][0-9]{0,2} days?$")
]
Earn = Annotated[
    periods.Earned,
    leaf(periods.read_earn, periods.WANT_EARN),
    editor("string", pattern=r"^[1-9][0-9]* ?/ ?(session|([1-9][0-9]{0,4} ?)?([A-Z]{3}|kWh|Wh))$"),
]


def _read_above_zero(text: str) -> int:
    amount = read_money(text)
    if amount == 0:
        raise RefusalError("amount", "an amount of money above 0, such as 0.01", "write more than 0")
    return amount


PositiveMoney = Annotated[
    int,
    leaf(_read_above_zero, "an amount of money above 0, such as 0.01"),
    editor("number", "string", minimum=0, pattern=rf"^{_UNSIGNED}$"),
]
