"""The sentences of `show` in every language."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from show_tools import LOCALES, examples, shown, tidy

import rating
from rating.desk.show.language import LANGUAGES, Speaker
from rating.errors import InputError
from rating.units import US_PER_H, US_PER_MIN, US_PER_S

ROOM = Path(rating.__file__).parent / "desk" / "show"
PARTS = re.compile(r"\{\w*\}")


def texts_in_code() -> set[str]:
    found: set[str] = set()
    for path in ROOM.iterdir():
        method = {".py": "python", ".j2": "jinja2.ext:babel_extract"}.get(path.suffix)
        if method is not None:
            with path.open("rb") as file:
                found.update(str(text) for _, text, _, _ in extract(method, file, {"t": None, "N_": None}))
    return found


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_each_catalog_has_every_sentence_with_its_parts(language):
    with (ROOM / "words" / f"{language}.po").open("rb") as file:
        catalog = read_po(file, language, abort_invalid=True)
    entries = {str(each.id): str(each.string) for each in catalog if each.id}
    assert set(entries) == texts_in_code()
    for english, said in entries.items():
        assert sorted(PARTS.findall(english)) == sorted(PARTS.findall(said)), english
        assert said.strip() == said != "", english
        assert said.endswith(".") == english.endswith("."), english
    assert not any(each.fuzzy for each in catalog)


def test_other_languages_leave_no_english_behind():
    """Every part of a page is said by the catalog: with one that has nothing, all of it would be English."""
    english = {line for name in examples() for line in shown(name).text.splitlines() if re.search("[a-z]{4}", line)}
    for locale in LOCALES[1:]:
        for name in examples():
            own = {name, shown(name).sheet.name, f"{name}: {shown(name).sheet.name}"}
            lines = {line.strip() for line in shown(name, locale).text.splitlines()}
            assert {line for line in english & lines if line not in own} == set(), (locale, name)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en_GB", ["€1,234.50", "€0.035", "1 hour 30 minutes", "2 hours", "9.975%", "Sunday to Thursday", "24:00"]),
        ("de_DE", ["1.234,50 €", "0,035 €", "1 Stunde 30 Minuten", "2 Stunden", "9,975 %", "Sonntag bis Donnerstag"]),
        ("nl_NL", ["€ 1.234,50", "€ 0,035", "1 uur 30 minuten", "2 uur", "9,975 %", "zondag t/m donderdag"]),
        ("fr_FR", ["1 234,50 €", "0,035 €", "1 heure 30 minutes", "2 heures", "9,975 %", "du dimanche au jeudi"]),
        ("es_ES", ["1.234,50 €", "0,035 €", "1 hora 30 minutos", "2 horas", "9,975 %", "de domingo a jueves"]),
        ("de_CH", ["EUR 1’234.50", "EUR 0.035"]),
        ("en-US", ["€1,234.50", "12:00 AM"]),
    ],
)
def test_amounts_times_and_days(locale, said):
    speak = Speaker(locale, "EUR", 2)
    found = [
        speak.money(Fraction("1234.5")),
        speak.money(Fraction("0.035")),
        speak.duration(90 * US_PER_MIN),
        speak.duration(2 * US_PER_H),
        speak.percent(99_750),
        speak.days({6, 0, 1, 2, 3}),
        speak.clock(1440),
    ]
    assert [text for text in map(tidy, found) if text in said] == said


def test_no_number_is_rounded():
    speak = Speaker("en_GB", "JPY", 0)
    assert speak.money(Fraction("123456789012345.678901")) == "JP¥123,456,789,012,345.678901"
    assert speak.bare(Fraction(1, 3)) == "0.333333…"
    assert Speaker("nl_NL", "KWD", 3).bare(Fraction(1, 2)) == "0,500"
    assert speak.duration(US_PER_S + 1) == "1.000001 seconds"


def test_an_unknown_language_is_refused():
    for locale in ("it_IT", "klingon", "", "en_XX_YY_ZZ"):
        with pytest.raises(InputError) as caught:
            Speaker(locale, "EUR", 2)
        assert [fault.code for fault in caught.value.faults] == ["locale"]
