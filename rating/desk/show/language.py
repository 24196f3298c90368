"""How amounts, days and durations are said in a language: CLDR's forms by Babel, our sentences from catalogs.

Sentences are gettext's: the English text is the key, `words/*.po` hold the others, and every translator's tool reads
them. No number goes through a float: fractions become decimals exactly, and one without an end is cut with an ellipsis.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from importlib import resources

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names, get_month_names
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from rating.errors import Fault, InputError, Place
from rating.units import MWH_PER_KWH, PPM_PER_PERCENT, US_PER_H, US_PER_MIN, US_PER_S

LANGUAGES = ("en", "de", "nl", "fr", "es")
DEFAULT_LOCALE = "en_GB"
_EXACT_DECIMALS = 12
_ALL_DECIMALS = "#,##0." + "#" * _EXACT_DECIMALS
_DAY_MIN = 1440
_MILLI = 1_000


def N_(text: str) -> str:  # noqa: N802  # gettext's name for a text that is marked here and said elsewhere
    """The text itself, marked for translators' tools."""
    return text


class Speaker:
    """Says things in the language of a locale, amounts in one currency.

    >>> Speaker("nl-NL", "EUR", 2).money(Fraction("0.035")).replace(chr(160), " ")
    '€ 0,035'
    >>> Speaker("de_DE", "EUR", 2).duration(5_400_000_000)
    '1 Stunde 30 Minuten'
    """

    def __init__(self, locale: str, currency: str, decimals: int) -> None:
        self.locale = known_locale(locale)
        self.currency = currency
        self.decimals = decimals
        self._words = _catalog(self.locale.language)

    @property
    def lang(self) -> str:
        """The language as HTML names it: nl-NL."""
        return str(self.locale).replace("_", "-")

    def t(self, text: str, **parts: str) -> str:
        """A sentence in the language, with its parts in place."""
        found = self._words.get(text, text)
        return found.format(**parts) if parts else found

    def labelled(self, label: str, text: str = "") -> str:
        """A text after its label; French puts a space before the colon."""
        colon = "\N{NO-BREAK SPACE}:" if self.locale.language == "fr" else ":"
        return f"{label}{colon} {text}" if text else f"{label}{colon}"

    def number(self, value: Fraction) -> str:
        """A number with all its decimals."""
        exact, ends = _decimal(value)
        return format_decimal(exact, _ALL_DECIMALS, self.locale) + ("" if ends else "…")

    def money(self, amount: Fraction) -> str:
        """An amount with its currency, at least the currency's decimals, and all that it has."""
        exact, ends = _decimal(amount, self.decimals)
        text = format_currency(exact, self.currency, locale=self.locale, decimal_quantization=False)
        return text + ("" if ends else "…")

    def bare(self, amount: Fraction) -> str:
        """An amount without its currency, for where that is said beside it."""
        exact, ends = _decimal(amount, self.decimals)
        least = "0" * self.decimals + "#" * (_EXACT_DECIMALS - self.decimals)
        return format_decimal(exact, f"#,##0.{least}", self.locale) + ("" if ends else "…")

    def percent(self, ppm: int) -> str:
        """A rate."""
        number = self.number(Fraction(ppm, PPM_PER_PERCENT))
        return f"{number}%" if self.locale.language == "en" else f"{number}\N{NO-BREAK SPACE}%"

    def _unit(self, value: Fraction, unit: str, length: str) -> str:
        exact, ends = _decimal(value)
        # Where CLDR lets a form be the same as a shorter one (Dutch: 2 uur), Babel says the unit's key.
        for each in (length, "short", "narrow"):
            text = format_unit(exact, unit, each, _ALL_DECIMALS, self.locale)  # type: ignore[arg-type]
            if unit not in text:
                break
        return text + ("" if ends else "…")

    def energy(self, mwh: int) -> str:
        """Energy, in kWh."""
        return self._unit(Fraction(mwh, MWH_PER_KWH), "energy-kilowatt-hour", "short")

    def power(self, mw: int) -> str:
        """Power, from milli-W, in kW."""
        return self._unit(Fraction(mw, MWH_PER_KWH), "power-kilowatt", "short")

    def current(self, ma: int) -> str:
        """Current, from milli-A, in A."""
        return f"{self.number(Fraction(ma, _MILLI))}\N{NO-BREAK SPACE}A"

    def duration(self, us: int) -> str:
        """A length of time in hours, minutes and seconds."""
        hours, rest = divmod(us, US_PER_H)
        minutes, rest = divmod(rest, US_PER_MIN)
        parts = [self._unit(Fraction(hours), "duration-hour", "long")] if hours else []
        parts += [self._unit(Fraction(minutes), "duration-minute", "long")] if minutes or not (hours or rest) else []
        parts += [self._unit(Fraction(rest, US_PER_S), "duration-second", "long")] if rest else []
        return " ".join(parts)

    def listed(self, texts: Sequence[str], joined: str = "standard") -> str:
        """Texts one after the other: a, b and c; joined by "or" where asked."""
        return format_list(texts, joined, self.locale)  # type: ignore[arg-type]

    def long_date(self, day: date) -> str:
        """A date: 1 June 2026."""
        return self._first(day, format_date(day, "long", self.locale))

    def full_date(self, day: date) -> str:
        """A date with its day of the week."""
        return self._first(day, format_date(day, "full", self.locale))

    def _first(self, day: date, text: str) -> str:
        """The first of a month is an ordinal in French, which CLDR leaves out."""
        return text.replace("1 ", "1er ", 1) if self.locale.language == "fr" and day.day == 1 else text

    def short_date(self, day: date) -> str:
        """A date without its year, for the margin of a picture."""
        return (
            format_date(day, "d MMM", self.locale) if not self._month_first else format_date(day, "MMM d", self.locale)
        )

    @property
    def _month_first(self) -> bool:
        pattern = self.locale.date_formats["medium"].pattern
        return bool(pattern.find("MMM") < pattern.find("d"))

    def day_name(self, weekday: int, width: str = "wide") -> str:
        """A day of the week, 0 is Monday."""
        return str(get_day_names(width, locale=self.locale)[weekday])  # type: ignore[arg-type]

    def days(self, weekdays: Collection[int]) -> str:
        """Days of the week, with neighbours drawn together; a run may pass the week's end."""
        return self._runs(_circular(weekdays, 7), [self.day_name(day) for day in range(7)], self.t("{first} to {last}"))

    def months(self, months: Collection[int]) -> str:
        """Months, 1 to 12, with neighbours drawn together; a run may pass the year's end."""
        names = get_month_names("wide", "stand-alone", self.locale)
        numbers = _circular([month - 1 for month in months], 12)
        return self._runs(numbers, [str(names[month]) for month in range(1, 13)], "{first}–{last}")

    def _runs(self, numbers: Sequence[int], names: Sequence[str], joined: str) -> str:
        runs: list[list[int]] = []
        for number in numbers:
            if runs and (runs[-1][-1] + 1) % len(names) == number:
                runs[-1].append(number)
            else:
                runs.append([number])
        texts: list[str] = []
        for run in runs:
            if len(run) > 2:
                texts.append(joined.format(first=names[run[0]], last=names[run[-1]]))
            else:
                texts += [names[number] for number in run]
        return self.listed(texts)

    def clock(self, minute: int) -> str:
        """A reading of the clock; the end of the day is 24:00 where clocks count to 24."""
        if minute == _DAY_MIN and "H" in self.locale.time_formats["short"].pattern:
            return "24:00"
        return format_time(time(minute // 60 % 24, minute % 60), "short", locale=self.locale)

    def place(self, country: str, subdivision: str) -> str:
        """A country's name, and the code of its part."""
        name = self.locale.territories.get(country, country)
        return f"{name} ({subdivision})" if subdivision else name


def known_locale(locale: str) -> Locale:
    """The locale of that name.

    Raises: InputError where there is none, or its language has no catalog.
    """
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        found = None
    if found is None or found.language not in LANGUAGES:
        want = f"a locale of one of the languages {', '.join(LANGUAGES)}"
        raise InputError([Fault("locale", Place("locale"), locale, want, "name one such as en_GB, de_AT or nl_NL")])
    return found


@lru_cache
def _catalog(language: str) -> dict[str, str]:
    """The sentences of a language by their English texts."""
    if language == "en":
        return {}
    with resources.files("rating.desk.show").joinpath("words", f"{language}.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, language) if each.id and each.string}


def _circular(numbers: Collection[int], size: int) -> list[int]:
    """In order, beginning after a gap where a run passes the end: [11, 0, 1], not [0, 1, 11]."""
    found = sorted(numbers)
    if len(found) == size or not {0, size - 1} <= set(found):
        return found
    first = next(number for number in range(size - 1, -1, -1) if number - 1 not in found)
    return [number for number in found if number >= first] + [number for number in found if number < first]


def _decimal(value: Fraction, least: int = 0) -> tuple[Decimal, bool]:
    """The decimal of a fraction, with at least so many places; and whether it is exact."""
    for places in range(least, _EXACT_DECIMALS + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            return Decimal(scaled.numerator).scaleb(-places), True
    scaled = value * 10**6
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-6), False
