"""The kinds of value in a tariff file: how each is read, and what an editor is told about it.

A leaf takes the text of one value. What an editor sees (JSON Schema) is looser on purpose: by YAML 1.2 `12.00` is a
number and `true` a boolean there, while the loader reads the text itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from rating.money import CurrencyError, close_currencies, minor_micro
from rating.tariff import amounts, dates, lengths, prices
from rating.tariff.model import DimensionName, Price
from rating.tariff.refusal import RefusalError

ID_MAX_CHARS = 64
_ID = re.compile("[A-Za-z0-9._-]+")
WORDS_MAX_CHARS = 200


def leaf(parse: Callable[[str], object], want: str) -> PlainValidator:
    """A validator of one text: a list, a mapping or nothing at all is refused before `parse` sees it."""

    def read(value: object) -> object:
        return parse(one_text(value, want))

    return PlainValidator(read)


def one_text(value: object, want: str) -> str:
    """The text of a value that has to be one."""
    if not isinstance(value, str):
        raise RefusalError("shape", want, "write one value here, without brackets, braces or lines of its own")
    if not value:
        raise RefusalError("empty_value", want, "write a value after the colon, or delete the key if it is not needed")
    return value


def _read_id(text: str) -> str:
    want = "an id of letters, digits, `.`, `_` and `-`, such as harbour-dc"
    if len(text) > ID_MAX_CHARS:
        raise RefusalError("tariff_id", want, f"write at most {ID_MAX_CHARS} characters")
    if not _ID.fullmatch(text):
        tidy = re.sub("[^A-Za-z0-9._-]+", "-", text).strip("-")
        raise RefusalError("tariff_id", want, f"write {tidy}" if tidy else "write an id")
    return text


def _read_words(text: str) -> str:
    want = f"a name of at most {WORDS_MAX_CHARS} characters"
    if len(text) > WORDS_MAX_CHARS:
        raise RefusalError("name", want, "write a shorter name")
    if not text.strip() or not text.isprintable():
        raise RefusalError("name", want, "write the name on one line")
    return text


def _read_notes(value: object) -> str:
    if not isinstance(value, str):
        raise RefusalError("shape", "free text", "write one text; put it in quotes where it holds `: ` or ` #`")
    return value


def _read_currency(text: str) -> str:
    want = "the code of a currency, such as EUR (ISO 4217)"
    try:
        minor_micro(text)
    except CurrencyError as error:
        if error.meant:
            raise RefusalError(
                "currency", want, f"did you mean {' or '.join(f'`{code}`' for code in error.meant)}?"
            ) from None
        if not close_currencies(text):
            raise RefusalError("currency", want, "look the code up in ISO 4217") from None
        fix = f"write a currency that people pay in: {text} has no smallest unit"
        raise RefusalError("currency", want, fix) from None
    return text


def _read_yes(text: str) -> bool:
    answer = {"true": True, "yes": True, "false": False, "no": False}.get(text)
    if answer is None:
        meant = {"y": "true", "n": "false", "on": "true", "off": "false", "1": "true", "0": "false"}
        meant |= dict.fromkeys(("with_tax", "included", "inclusive", "incl", "including"), "true")
        meant |= dict.fromkeys(("without_tax", "excluded", "exclusive", "excl", "excluding", "added"), "false")
        low = text.strip().lower().replace(" ", "_").rstrip(".")
        near = low if low in ("true", "false", "yes", "no") else meant.get(low)
        if near is None and (close := difflib.get_close_matches(low[:16], ("true", "false"), n=1, cutoff=0.7)):
            near = close[0]
        fix = f"write {near}" if near else "write true where the prices include the tax, else false"
        raise RefusalError("yes_or_no", "true or false", fix)
    return answer


def word_of(choices: tuple[str, ...], code: str, want: str) -> tuple[PlainValidator, WithJsonSchema]:
    """How one word out of a few is read, and what an editor is told of it."""

    def parse(text: str) -> str:
        return one_word(text, choices, code, want)

    return leaf(parse, want), WithJsonSchema({"enum": list(choices)})


def one_word(text: str, choices: tuple[str, ...], code: str, want: str) -> str:
    """The text where it is one of the choices, else a refusal with the choice that comes close."""
    if text in choices:
        return text
    by_lower = {choice.lower(): choice for choice in choices}
    tidy = text.strip().lower().replace("-", "_").replace(" ", "_")[:64]
    meant = [tidy] if tidy in by_lower else difflib.get_close_matches(tidy, by_lower, n=1, cutoff=0.6)
    if not meant and len(bare := tidy.replace("_", "")) > 3:  # the beginning of one, however its words are joined
        meant = [low for low in by_lower if low.replace("_", "").startswith(bare)][:1]
    fix = f"did you mean `{by_lower[meant[0]]}`?" if meant else f"write one of {', '.join(choices)}"
    raise RefusalError(code, want, fix)


def editor(*kinds: str, **more: Any) -> WithJsonSchema:
    """What an editor is told of a value: its types and its form."""
    return WithJsonSchema({"type": list(kinds) if len(kinds) > 1 else kinds[0], **more})


_DECIMAL = r"^(0|[1-9][0-9]*)(\.[0-9]{1,6})?$"
_DATE = r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_OFFSET = r"(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])"

Id = Annotated[
    str,
    leaf(_read_id, "the tariff's id, such as harbour-dc"),
    editor("string", "number", pattern="^[A-Za-z0-9._-]{1,64}$"),
]
Words = Annotated[str, leaf(_read_words, "a name"), editor("string", "number", "boolean", maxLength=WORDS_MAX_CHARS)]
Notes = Annotated[str, PlainValidator(_read_notes), editor("string", "number", "boolean")]
Currency = Annotated[
    str, leaf(_read_currency, "the code of a currency, such as EUR"), editor("string", pattern="^[A-Z]{3}$")
]
Zone = Annotated[str, leaf(dates.read_zone, dates.WANT_ZONE), editor("string")]
Yes = Annotated[bool, leaf(_read_yes, "true or false"), WithJsonSchema({"enum": [True, False, "yes", "no"]})]
Percent = Annotated[
    int,
    leaf(amounts.read_percent, "a rate from 0 to 100 percent, such as 21"),
    editor("number", "string", minimum=0, maximum=100, pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$"),
]
Money = Annotated[
    int,
    leaf(amounts.read_money, "an amount of money, such as 12.00"),
    editor("number", "string", minimum=0, pattern=_DECIMAL),
]
_SPOT_PRICE = editor("number", "string", pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,6})?( ?/ ?kWh)?$")
SpotAmount = Annotated[int, leaf(amounts.read_spot_price, "a price a kWh, such as 0.12/kWh"), _SPOT_PRICE]
PositiveSpotAmount = Annotated[
    int, leaf(amounts.read_positive_spot_price, "a price a kWh of 0 or more, such as 0.40"), _SPOT_PRICE
]
Factor = Annotated[
    int,
    leaf(amounts.read_factor, "a factor above 0, such as 1.05"),
    editor("number", "string", minimum=0, pattern=_DECIMAL),
]
TimeLength = Annotated[
    int,
    leaf(lengths.read_time_length, "a length of time, such as 15 min"),
    editor("string", pattern="^[0-9]+ ?(s|min|h)$"),
]
EnergyAmount = Annotated[
    int,
    leaf(lengths.read_energy_amount, "an amount of energy, such as 100 Wh"),
    editor("string", pattern="^[0-9]+ ?(Wh|kWh)$"),
]
Clock = Annotated[
    int,
    leaf(dates.read_clock, dates.WANT_TIME),
    editor("string", pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
]
Day = Annotated[date, leaf(dates.read_date, dates.WANT_DATE), editor("string", pattern=f"^{_DATE}$")]
_MOMENT = editor("string", pattern=f"^{_DATE}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\\.[0-9]{{1,6}})?)? ?{_OFFSET})?$")
ValidFrom = Annotated[date | int, leaf(dates.read_valid_from, dates.WANT_FROM), _MOMENT]
ValidUntil = Annotated[date | int, leaf(dates.read_valid_until, dates.WANT_FROM), _MOMENT]


def price_of(dimension: DimensionName) -> tuple[PlainValidator, WithJsonSchema]:
    """How a price of one dimension is read, and what an editor is told of it."""
    want = prices.WANT_PRICE[dimension]

    def parse(text: str) -> Price:
        return prices.read_price(text, dimension)

    return leaf(parse, want), editor("string", pattern=price_pattern(dimension))


def price_pattern(dimension: DimensionName) -> str:
    """The form of a price of one dimension, for editors."""
    units = {"energy": "(kWh|Wh)", "time": "(s|min|h)", "parking_time": "(s|min|h)", "flat": "session"}[dimension]
    count = "" if dimension == "flat" else "([1-9][0-9]{0,4} ?)?"
    return rf"^(0|[1-9][0-9]*)(\.[0-9]{{1,6}})? ?/ ?{count}{units}$"
