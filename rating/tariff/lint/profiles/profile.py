"""What a profile is: rules with their paragraphs, and what it leaves unchecked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rating.errors import Fault, Place
from rating.tariff.model import Tariff


class ProfileCode(StrEnum):
    """The code of a finding; it begins with the name of its profile."""

    AFIR_PER_KWH = "afir_per_kwh"
    AFIR_TIME = "afir_time"
    AFIR_SESSION = "afir_session"
    AFIR_MINIMUM = "afir_minimum"
    AFIR_PER_MINUTE = "afir_per_minute"
    AFIR_NOT_KNOWN = "afir_not_known"
    CALIFORNIA_PER_KWH = "california_per_kwh"
    CALIFORNIA_UNIT = "california_unit"
    CALIFORNIA_STEP = "california_step"
    EICHRECHT_WINDOW = "eichrecht_window"
    EICHRECHT_INDEX = "eichrecht_index"
    EICHRECHT_DURATION = "eichrecht_duration"
    EICHRECHT_VERSION = "eichrecht_version"


@dataclass(frozen=True, slots=True)
class Profile:
    """Rules of one market."""

    name: str
    title: str
    check: Callable[[Tariff], Iterator[Fault]]
    not_checked: tuple[str, ...]


def finding(code: ProfileCode, place: Place, got: str, want: str, source: str, fix: str) -> Fault:
    """A finding is a warning that says by which paragraph."""
    return Fault(code.value, place, got, f"{want} ({source})", fix)
