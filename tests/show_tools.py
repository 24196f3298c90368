"""What the tests of `show` share."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import rating
from rating.desk.show import Show
from rating.tariff.model import Tariffs

EXAMPLES: Final = Path(__file__).parent.parent / "tariffs"
ON: Final = date(2026, 3, 2)
LOCALES: Final = ("en_GB", "de_DE", "nl_NL", "fr_FR", "es_ES")


@cache
def examples() -> Tariffs:
    return rating.load_tariffs(EXAMPLES)


@cache
def shown(name: str, locale: str = "en_GB", on: date = ON) -> Show:
    return rating.show(examples(), name, on=on, locale=locale)


def tidy(text: str) -> str:
    """Spaces that do not break, as ordinary ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
