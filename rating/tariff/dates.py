"""Days, months, clock times, dates, instants and zones, as they are written in a tariff."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from rating.tariff.countries import CITIES, country_of, zones_of
from rating.tariff.refusal import RefusalError, visible
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_S

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
# What they are called in Dutch, German, French and Spanish: some look like another English one.
_FOREIGN = {
    "day": (
        "ma maa mo lun maandag montag lundi lunes", "di din die mar dinsdag dienstag mardi martes",
        "wo woe mi mit mer mie woensdag mittwoch mercredi miércoles miercoles",
        "do don jeu jue donderdag donnerstag jeudi jueves", "vr vri vrij fr ven vie vrijdag freitag vendredi viernes",
        "za zat sa sam sab zaterdag samstag samedi sábado sabado",
        "zo zon so son dim dom zondag sonntag dimanche domingo",
    ),
    "month": (
        "ene", "fév fev", "mrt mrz mär maart", "abr avr", "mei mai mayo", "juin", "juil", "aoû aou ago août", "set",
        "okt", "", "dez déc dic",
    ),
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

WANT_DAYS = "days of the week, such as mon-fri or sat,sun"
WANT_MONTHS = "months, such as jun-sep, nov-feb or jul"
WANT_TIME = "a clock time of 24 hours, such as 07:00 or 17:30"
WANT_DATE = "a date, year first, such as 2026-06-01"
WANT_FROM = "a date such as 2026-01-01, or an instant with its offset such as 2026-01-01T12:00:00+01:00"
WANT_ZONE = "a time zone by its IANA name, such as Europe/Amsterdam"


@lru_cache(maxsize=1024)
def read_days(text: str) -> frozenset[int]:
    """Days of the week, 0 for Monday.

    >>> sorted(read_days("fri-mon")), sorted(read_days("mon,wed")), sorted(read_days("Saturday"))
    ([0, 4, 5, 6], [0, 2], [5])
    """
    hints = {"weekdays": "mon-fri", "weekday": "mon-fri", "workdays": "mon-fri", "weekend": "sat,sun"}
    hints |= {"weekends": "sat,sun", "all": "mon-sun", "daily": "mon-sun", "every day": "mon-sun"}
    if text.strip().lower() in hints:
        raise RefusalError("day", WANT_DAYS, f"write {hints[text.strip().lower()]}")
    return frozenset(_ranges(text, DAYS, _DAY_NAMES, "day", WANT_DAYS))


@lru_cache(maxsize=1024)
def read_months(text: str) -> frozenset[int]:
    """Months, 1 to 12.

    >>> sorted(read_months("nov-feb")), sorted(read_months("6-9"))
    ([1, 2, 11, 12], [6, 7, 8, 9])
    """
    return frozenset(number + 1 for number in _ranges(text, MONTHS, _MONTH_NAMES, "month", WANT_MONTHS))


def _ranges(text: str, short: tuple[str, ...], names: tuple[str, ...], code: str, want: str) -> set[int]:
    """The numbers of `a-c,e`. A range whose end comes first goes round the end of the week or year."""
    if len(text) > 200:
        raise RefusalError(code, want, "write each one once")
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (piece.strip().lower() for piece in re.sub(" to |–", "-", part).partition("-"))
        start = _number_of(first, short, names, code, want)
        end = _number_of(last, short, names, code, want) if dash else start
        length = (end - start) % len(short) + 1
        found.update((start + step) % len(short) for step in range(length))
    return found


def _number_of(word: str, short: tuple[str, ...], names: tuple[str, ...], code: str, want: str) -> int:
    if word in short:
        return short.index(word)
    if word in names:
        return names.index(word)
    if code == "month" and re.fullmatch("[1-9]|1[0-2]", word):
        return int(word) - 1
    if not word:
        raise RefusalError(code, want, f"write a {code} on both sides of the dash or comma")
    foreign = (short[number] for number, words in enumerate(_FOREIGN[code]) if word in words.split())
    meant = next(foreign, None) or next(iter(difflib.get_close_matches(word, short + names, n=1, cutoff=0.6)), None)
    if meant:
        raise RefusalError(code, want, f"did you mean `{meant[:3]}` for `{visible(word, 20)}`?")
    raise RefusalError(code, want, f"write one of {', '.join(short)} for `{visible(word, 20)}`")


@lru_cache(maxsize=4096)
def read_clock(text: str) -> int:
    """Minutes of the day.

    >>> read_clock("17:30"), read_clock("24:00")
    (1050, 1440)
    """
    if re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]|24:00", text):
        return int(text[:2]) * 60 + int(text[3:])
    raise RefusalError("clock", WANT_TIME, _clock_fix(text.strip()))


def _clock_fix(text: str) -> str:
    if re.fullmatch("([0-9]|1[0-9]|2[0-3])[:.h ][0-5][0-9]", text) or re.fullmatch("[01][0-9][.h ][0-5][0-9]", text):
        hour, minute = re.split("[:.h ]", text)
        return f"write {hour.zfill(2)}:{minute}"
    if re.fullmatch("[0-9]{2}:[0-9]{2}:[0-9]{2}", text):
        return f"write {text[:5]}: windows begin and end on a whole minute"
    if found := re.fullmatch("([0-9]{1,2})(?:[:.]([0-5][0-9]))? ?([ap])\\.?m\\.?", text.lower()):
        hour = int(found.group(1)) % 12 + (12 if found.group(3) == "p" else 0)
        return f"write {hour:02}:{found.group(2) or '00'}"
    if re.fullmatch("([0-9]|1[0-9]|2[0-3])( ?h| ?uur| ?Uhr)?", text):
        return f"write {int(re.sub('[^0-9]', '', text)):02}:00"
    if re.fullmatch("([01][0-9]|2[0-3])[0-5][0-9]", text):
        return f"write {text[:2]}:{text[2:]}"
    return "write hours from 00 to 23 and minutes from 00 to 59, as HH:MM"


@lru_cache(maxsize=4096)
def read_date(text: str) -> date:
    """A local date between 2000 and 2100.

    >>> read_date("2026-06-01")
    datetime.date(2026, 6, 1)
    """
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise RefusalError(
                "date", WANT_DATE, "this day is not in the calendar: look at the month and the day"
            ) from None
        if not 2000 <= day.year < 2100:
            raise RefusalError("date", WANT_DATE, "write a year from 2000 to 2099")
        return day
    raise RefusalError("date", WANT_DATE, _date_fix(text.strip()))


def _date_fix(text: str) -> str:
    if found := re.fullmatch("([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text):
        return f"write {found[1]}-{found[2].zfill(2)}-{found[3].zfill(2)}"
    if found := re.fullmatch("([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text):
        first, second = found[1].zfill(2), found[2].zfill(2)
        choices = [f"{found[3]}-{month}-{day}" for day, month in ((first, second), (second, first)) if month <= "12"]
        if choices:
            return "write " + " or ".join(dict.fromkeys(choices))
    if re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", text):
        return f"write {text[:10]}, without a time"
    return "write the year, the month and the day, such as 2026-06-01"


_INSTANT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
    " ?(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
)


def read_valid_from(text: str) -> date | int:
    """A local date, or an instant in microseconds UTC.

    >>> read_valid_from("2026-01-01"), read_valid_from("2020-02-27T12:50:00+01:00")
    (datetime.date(2026, 1, 1), 1582804200000000)
    """
    return _read_moment(text, "valid_from")


def read_valid_until(text: str) -> date | int:
    """The same, of the end of a version.

    >>> read_valid_until("2026-07-01")
    datetime.date(2026, 7, 1)
    """
    return _read_moment(text, "valid_until")


def _read_moment(text: str, code: str) -> date | int:
    found = _INSTANT.fullmatch(text)
    if found is None:
        try:
            return read_date(text)
        except RefusalError as refusal:
            raise RefusalError(code, WANT_FROM, refusal.fix) from None
    if found.group(4) is None:
        fix = f"write its offset from UTC, such as {text}+01:00 or {text}Z, or the date alone"
        raise RefusalError(code, WANT_FROM, fix)
    try:
        instant = datetime.fromisoformat(f"{text[:10]}T{text[11:].replace(' ', '')}")
        instant_us = (instant - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        fix = "this day is not in the calendar: look at the month and the day"
        raise RefusalError(code, WANT_FROM, fix) from None
    if not INSTANT_MIN_US <= instant_us < INSTANT_MAX_US:
        raise RefusalError(code, WANT_FROM, "write a year from 2000 to 2099")
    return instant_us


def date_bounds_us(day: date) -> tuple[int, int]:
    """The earliest and the latest instant at which a local date can begin anywhere on earth.

    >>> [bound // 3_600_000_000 for bound in date_bounds_us(date(1970, 1, 2))]
    [10, 38]
    """
    midnight_us = (day - _EPOCH.date()).days * 86_400 * US_PER_S
    return midnight_us - 14 * 3600 * US_PER_S, midnight_us + 14 * 3600 * US_PER_S


@lru_cache(maxsize=256)
def read_zone(text: str) -> str:
    """A zone of the `tzdata` package.

    >>> read_zone("Europe/Amsterdam")
    'Europe/Amsterdam'
    >>> read_zone("Amsterdam")
    Traceback (most recent call last):
    rating.tariff.refusal.RefusalError: a time zone by its IANA name, such as Europe/Amsterdam; write Europe/Amsterdam
    """
    zones = _zones()
    if text in zones:
        return text
    if re.fullmatch("(UTC|GMT)?[+-][0-9]{1,2}(:?[0-9]{2})?", text):
        raise RefusalError(
            "time_zone", WANT_ZONE, "write the name of the zone: an offset does not know when the clocks change"
        )
    tidy = text.strip().replace(" ", "_").lower()
    by_lower = {zone.lower(): zone for zone in sorted(zones)}
    by_city = {zone.lower().rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)}
    meant = by_lower.get(tidy) or by_city.get(tidy) or CITIES.get(tidy.rpartition("/")[2])
    if meant is not None:
        raise RefusalError("time_zone", WANT_ZONE, f"write {meant}")
    raise RefusalError("time_zone", WANT_ZONE, _zone_fix(tidy, by_lower, by_city))


def _zone_fix(tidy: str, by_lower: dict[str, str], by_city: dict[str, str]) -> str:
    """What to do about a zone that is only nearly one, by its whole name or by its city alone."""
    if len(tidy) <= 64:
        # EST is no Estonia: three letters are rather the short name of a clock.
        if zones := zones_of(country_of(tidy) if len(tidy) != 3 else ""):
            more = ", ..." if len(zones) > 4 else ""
            return f"write {zones[0]}" if len(zones) == 1 else f"write one of {', '.join(zones[:4])}{more}"
        if re.fullmatch("[a-z]{2,4}", tidy):
            return "write the name of the zone: an abbreviation does not know when the clocks change"
        if close := difflib.get_close_matches(tidy, by_lower, n=1, cutoff=0.75):
            return f"did you mean `{by_lower[close[0]]}`?"
        if close := difflib.get_close_matches(tidy.rpartition("/")[2], by_city, n=1, cutoff=0.8):
            return f"did you mean `{by_city[close[0]]}`?"
        if close := difflib.get_close_matches(tidy.rpartition("/")[2], CITIES, n=1, cutoff=0.8):
            return f"did you mean `{CITIES[close[0]]}`?"
    return "look the name up in the IANA list"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    from importlib.resources import files

    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())
