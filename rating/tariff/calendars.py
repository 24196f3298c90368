"""Holiday calendars: named sets of local dates, from the `holidays` package or from a file of dates.

A calendar of a country is computed a year at a time and kept; its identity includes the package's version,
because a new release may know a holiday that an old one did not, and then bills can differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Calendar:
    """A named calendar. `country` (ISO 3166, with `subdivision`) for a public one, else `listed` dates."""

    name: str
    country: str = ""
    subdivision: str = ""
    listed: frozenset[date] = frozenset()
    release: str = ""  # of the holidays package, for a public calendar

    def dates(self, year: int) -> frozenset[date]:
        """The holidays of one year.

        >>> date(2026, 12, 25) in Calendar("NL", country="NL").dates(2026)
        True
        """
        if self.country:
            return _public_dates(self.country, self.subdivision, year)
        return frozenset(day for day in self.listed if day.year == year)


@lru_cache(maxsize=4096)
def _public_dates(country: str, subdivision: str, year: int) -> frozenset[date]:
    import holidays  # 59 ms, so only where a tariff asks for it

    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    return frozenset(day for day in found if day.year == year)
