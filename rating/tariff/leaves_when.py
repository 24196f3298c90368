"""The kinds of value in a `when`: calendars, quantities, and names that a session says of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from rating.tariff import dates, quantities
from rating.tariff.calendars import Calendar
from rating.tariff.leaves import WORDS_MAX_CHARS, editor, leaf, one_text, one_word
from rating.tariff.model import ReservationName
from rating.tariff.refusal import RefusalError, RefusalsError, visible

Item = TypeVar("Item", int, str)
Read = TypeVar("Read")

WANT_CALENDAR = "a country such as NL, a part of one such as US-CA, or the name of a file in calendars/"
WANT_RESERVATION = "RESERVATION or RESERVATION_EXPIRES"
WANT_TYPE = "a type of tariff, such as AD_HOC_PAYMENT, or a list of them"
RESERVATIONS = ("RESERVATION", "RESERVATION_EXPIRES")
TARIFF_TYPES = ("AD_HOC_PAYMENT", "PROFILE_CHEAP", "PROFILE_FAST", "PROFILE_GREEN", "REGULAR")  # OCPI's
NAMES_MAX = 1_000


def read_items(values: list[object], parse: Callable[[str], Read], want: str) -> list[Read]:
    """The items of a list, each read as a text; every wrong one is reported."""
    if not 1 <= len(values) <= NAMES_MAX:
        code, fix = ("too_many", f"write at most {NAMES_MAX}") if values else ("empty_value", "write at least one")
        raise RefusalError(code, want, f"{fix}, or delete the key")
    found: list[Read] = []
    wrong: list[RefusalError] = []
    for index, item in enumerate(values):
        try:
            found.append(parse(one_text(item, want)))
        except RefusalError as refusal:
            refusal.at = (index,)
            wrong.append(refusal)
    if wrong:
        raise RefusalsError(wrong)
    return found


def _one_or_list(parse: Callable[[str], frozenset[Item]], want: str, commas: bool = True) -> PlainValidator:
    """A validator of `mon` and of `[mon, wed]`; every wrong item of a list is reported.

    Where `commas` is False, a text with a comma in it has to say whether it is a list: else it would never match.
    """

    def read(value: object) -> frozenset[Item]:
        if not isinstance(value, list):
            text = one_text(value, want)
            if not commas and "," in text:
                listed = ", ".join(part.strip() for part in text.split(","))
                fix = f'write a list: [{visible(listed, 40)}]; or ["{visible(text, 40)}"] where it is one name'
                raise RefusalError("list", want, fix)
            return parse(text)
        return frozenset().union(*read_items(value, parse, want))

    return PlainValidator(read)


def _read_holidays(value: object, info: ValidationInfo) -> tuple[Calendar, bool]:
    text = one_text(value, WANT_CALENDAR)
    if text.strip() == "not":
        raise RefusalError("calendar", WANT_CALENDAR, "write what it is not, such as `not NL`")
    name, inside = (text[4:].strip(), False) if text.startswith("not ") else (text.strip(), True)
    # The loader passes how a name is looked up, because calendar files stand beside the tariff.
    find: Callable[[str], Calendar] = (info.context or {})["calendar"]
    try:
        return find(name), inside
    except RefusalError as error:
        # Who takes the advice must not lose the `not`: the rule would turn into its opposite.
        fix = error.fix if inside else error.fix.replace("did you mean `", "did you mean `not ")
        raise RefusalError(error.code, error.want, fix) from error


def _read_reservation(text: str) -> ReservationName:
    """OCPI's word in either case.

    >>> _read_reservation("RESERVATION_EXPIRES"), _read_reservation("reservation")
    ('reservation_expires', 'reservation')
    """
    word = text.upper() if text in (text.lower(), text.upper()) else text
    if "expire" in word.lower() and word not in RESERVATIONS:
        raise RefusalError("reservation", WANT_RESERVATION, "did you mean `RESERVATION_EXPIRES`?")
    found = one_word(word, RESERVATIONS, "reservation", WANT_RESERVATION)
    return "reservation" if found == "RESERVATION" else "reservation_expires"


def _read_type(text: str) -> frozenset[str]:
    if "," in text:
        listed = ", ".join(part.strip() for part in text.split(","))
        raise RefusalError("tariff_type", WANT_TYPE, f"write a list: [{visible(listed)}]")
    return frozenset((one_word(text, TARIFF_TYPES, "tariff_type", WANT_TYPE),))


def _read_membership(text: str) -> frozenset[str]:
    if text.lower() in ("none", "null", "~"):
        want = "the name of a membership: drivers without one match no name"
        raise RefusalError("membership", want, "put the prices of members first, and leave this key out below them")
    return _read_name(text)


def _read_name(text: str) -> frozenset[str]:
    want = f"a name of at most {WORDS_MAX_CHARS} characters, as the sessions have it"
    if len(text) > WORDS_MAX_CHARS:
        raise RefusalError("name", want, "write a shorter name")
    if not text.strip() or not text.isprintable():
        raise RefusalError("name", want, "write the name on one line")
    if text != text.strip():
        raise RefusalError("name", want, f"write {text.strip()}, without spaces around it")
    return frozenset((text,))


_DAY = r"[A-Za-z]{3,9}"
_RANGES = rf"^{_DAY}( ?- ?{_DAY})?( ?, ?{_DAY}( ?- ?{_DAY})?)*$"
_MONTH = r"([A-Za-z]{3,9}|[1-9]|1[0-2])"
_MONTH_RANGES = rf"^{_MONTH}( ?- ?{_MONTH})?( ?, ?{_MONTH}( ?- ?{_MONTH})?)*$"

Days = Annotated[
    frozenset[int],
    _one_or_list(dates.read_days, dates.WANT_DAYS),
    editor("string", "array", pattern=_RANGES, minItems=1, items={"type": "string", "pattern": _RANGES}),
]
Months = Annotated[
    frozenset[int],
    _one_or_list(dates.read_months, dates.WANT_MONTHS),
    editor(
        "string", "integer", "array", pattern=_MONTH_RANGES, minimum=1, maximum=12, minItems=1,
        items={"type": ["string", "integer"], "pattern": _MONTH_RANGES, "minimum": 1, "maximum": 12},
    ),
]  # fmt: skip
Holidays = Annotated[
    tuple[Calendar, bool],
    PlainValidator(_read_holidays),
    editor("string", pattern="^(not +)?[A-Za-z0-9._-]{1,64}$"),
]


def _quantity(read: Callable[[str], int], kind: quantities.Quantity) -> tuple[PlainValidator, WithJsonSchema]:
    return leaf(read, kind.want), editor("number", "string", minimum=0, pattern=quantities.pattern(kind))


Kwh = Annotated[int, *_quantity(quantities.read_kwh, quantities.ENERGY)]
Power = Annotated[int, *_quantity(quantities.read_power, quantities.POWER)]
Current = Annotated[int, *_quantity(quantities.read_current, quantities.CURRENT)]
Reservation = Annotated[
    ReservationName,
    leaf(_read_reservation, WANT_RESERVATION),
    WithJsonSchema({"enum": [*RESERVATIONS, *(name.lower() for name in RESERVATIONS)]}),
]
_TYPE = {"enum": list(TARIFF_TYPES)}
TariffTypes = Annotated[
    frozenset[str],
    _one_or_list(_read_type, WANT_TYPE),
    WithJsonSchema({"anyOf": [_TYPE, {"type": "array", "minItems": 1, "items": _TYPE}]}),
]
_NAMES = editor(
    "string", "number", "boolean", "array", maxLength=WORDS_MAX_CHARS, minItems=1,
    items={"type": ["string", "number", "boolean"], "maxLength": WORDS_MAX_CHARS},
)  # fmt: skip
Names = Annotated[frozenset[str], _one_or_list(_read_name, "a name, or a list of names", commas=False), _NAMES]
Memberships = Annotated[
    frozenset[str], _one_or_list(_read_membership, "a membership, or a list of them", commas=False), _NAMES
]
