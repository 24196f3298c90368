"""Countries by whatever people call them, and what goes with one: its time zones and its currency.

Asked where something was misspelt, and where a default is suggested; no price depends on it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_LANGUAGES: Final = ("en", "de", "nl", "fr", "es", "it", "pt", "sv", "da", "nb", "pl", "cs")
_OTHER_NAMES: Final = {
    "holland": "NL", "uk": "GB", "england": "GB", "britain": "GB", "great britain": "GB", "usa": "US", "u.s.": "US",
    "america": "US", "uae": "AE", "turkey": "TR",
}  # fmt: skip
# Cities that are asked for and have no time zone of their own.
CITIES: Final = {
    **dict.fromkeys(("rotterdam", "utrecht", "the_hague", "den_haag", "eindhoven"), "Europe/Amsterdam"),
    **dict.fromkeys(("munich", "hamburg", "frankfurt", "cologne", "stuttgart", "leipzig"), "Europe/Berlin"),
    **dict.fromkeys(("lyon", "marseille", "toulouse", "nice", "lille"), "Europe/Paris"),
    **dict.fromkeys(("barcelona", "valencia", "seville", "bilbao"), "Europe/Madrid"),
    **dict.fromkeys(("milan", "turin", "naples"), "Europe/Rome"),
    **dict.fromkeys(("geneva", "basel", "bern", "lausanne"), "Europe/Zurich"),
    **dict.fromkeys(("antwerp", "ghent", "bruges"), "Europe/Brussels"),
    **dict.fromkeys(("manchester", "edinburgh", "birmingham", "glasgow", "cardiff"), "Europe/London"),
    **dict.fromkeys(("porto",), "Europe/Lisbon"),
    **dict.fromkeys(("gothenburg", "malmo"), "Europe/Stockholm"),
    **dict.fromkeys(("bergen",), "Europe/Oslo"),
    **dict.fromkeys(("krakow", "gdansk"), "Europe/Warsaw"),
    **dict.fromkeys(("san_francisco", "seattle", "san_diego", "sacramento", "portland"), "America/Los_Angeles"),
    **dict.fromkeys(("boston", "washington", "miami", "atlanta", "philadelphia"), "America/New_York"),
    **dict.fromkeys(("houston", "dallas", "austin", "minneapolis"), "America/Chicago"),
    **dict.fromkeys(("ottawa", "quebec"), "America/Toronto"),
    **dict.fromkeys(("osaka", "kyoto"), "Asia/Tokyo"),
    **dict.fromkeys(("mumbai", "delhi", "new_delhi", "bangalore"), "Asia/Kolkata"),
    **dict.fromkeys(("beijing", "shenzhen"), "Asia/Shanghai"),
    **dict.fromkeys(("canberra",), "Australia/Sydney"),
}


def country_of(text: str) -> str:
    """The two letters of the country that a text names, in one of many languages; "" where none comes close.

    >>> [country_of(text) for text in ("Deutschland", "holland", "NLD", "germny", "UK", "Narnia")]
    ['DE', 'NL', 'NL', 'DE', 'GB', '']
    """
    names = _codes_by_name()
    tidy = text.strip().lower().replace("_", " ").replace("-", " ")[:64]
    if tidy in names:
        return names[tidy]
    close = difflib.get_close_matches(tidy, names, n=1, cutoff=0.8) if len(tidy) > 4 else []
    return names[close[0]] if close else ""


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    import iso3166
    from babel import Locale

    codes = {country.alpha2 for country in iso3166.countries}
    found = {code.lower(): code for code in codes}
    found |= {country.alpha3.lower(): country.alpha2 for country in iso3166.countries}
    for language in reversed(_LANGUAGES):  # English last: where two languages differ, it decides
        territories = Locale(language).territories
        found |= {name.lower().replace("-", " "): code for code, name in territories.items() if code in codes}
    return found | _OTHER_NAMES


@lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    """The zones of each country by the table that comes with them, the most used one first."""
    found: dict[str, tuple[str, ...]] = {}
    for codes, zone in _rows("zone.tab"):
        found[codes] = (*found.get(codes, ()), zone)
    return found


def _rows(table: str) -> Iterator[tuple[str, str]]:
    """The country, or countries, and the zone of each row of a table."""
    from importlib.resources import files

    for line in (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            codes, _, zone = line.split("\t")[:3]
            yield codes, zone


def zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country, those left out whose clocks show today what another's do.

    >>> zones_of("NL"), zones_of("US")[:2], zones_of("XX")
    (('Europe/Amsterdam',), ('America/New_York', 'America/Chicago'), ())
    """
    own = _zones_by_country().get(country, ())
    differ = {zone for _, zone in _rows("zonenow.tab")} if len(own) > 1 else set()
    return tuple(zone for zone in own if zone in differ) or own


def currency_of_zone(zone: str) -> str:
    """The currency that is paid with where clocks show a zone's time; "" where that is not known.

    >>> currency_of_zone("Europe/Zurich"), currency_of_zone("America/Toronto"), currency_of_zone("Etc/UTC")
    ('CHF', 'CAD', '')
    """
    from babel.numbers import get_territory_currencies

    country = next((code for code, zones in _zones_by_country().items() if zone in zones), "")
    found = get_territory_currencies(country) if country else []
    return found[0] if found else ""
