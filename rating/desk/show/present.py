"""show(): a tariff in words and pictures."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from rating.compile.epochs import version_end_us, version_start_us
from rating.compile.traits import Traits, other_case
from rating.compile.zones import load_zone
from rating.desk.pages.forms import Forms
from rating.desk.show.audiences import audiences_of
from rating.desk.show.changes import Change, changes_of
from rating.desk.show.clocks import ClockChange, clock_changes
from rating.desk.show.driver import driver_text
from rating.desk.show.language import DEFAULT_LOCALE, Speaker
from rating.desk.show.maps import MARKET, HeatMap, Mapper, together
from rating.desk.show.market import market_map
from rating.desk.show.prices import Prices
from rating.desk.show.samples import SampleTable, sample_tables
from rating.desk.show.sentences import Sentences, sentences_of
from rating.desk.show.sheet import Edition, Sheet, sheet_of
from rating.desk.show.weeks import Weeks, weeks_of
from rating.errors import Fault, InputError, Place
from rating.reference.words import decimals_of
from rating.tariff.model import Tariff, Tariffs
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, MWH_PER_KWH, POWER_MAX_MW, US_PER_DAY

_FIRST, _LAST = date(2000, 1, 2), date(2099, 12, 30)


@dataclass(frozen=True, slots=True)
class EditionView:
    """One version as it is priced from `first` to `last`: at most a year."""

    edition: Edition
    first: date
    last: date
    maps: tuple[HeatMap, ...]
    audiences_left_out: int
    clock_changes: tuple[ClockChange, ...]
    samples: tuple[SampleTable, ...]


@dataclass(frozen=True, repr=False)
class Show(Forms):
    """A tariff as its manager sees it; `print` it to read it, or write its page with `.write_html(path)`."""

    tariff: Tariff
    sheet: Sheet
    speak: Speaker
    on: date

    @cached_property
    def sentences(self) -> Sentences:
        """All versions in sentences."""
        return sentences_of(self.sheet, self.speak)

    @cached_property
    def views(self) -> tuple[EditionView, ...]:
        """The versions that are in force on the day, and those that begin in the year after it."""
        prices = Prices(self.speak, self.sheet)
        return tuple(
            _view(self.tariff, index, self.sheet, prices, max(first, self.on), last)
            for index, first, last in _in_force(self.tariff, self.on)
        )

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What changes from each version to the next."""
        return changes_of(self.sheet, Prices(self.speak, self.sheet))

    @property
    def text(self) -> str:
        """Sentences, maps and tables as plain text of 80 columns."""
        from rating.desk.show.terminal import as_text

        return as_text(self, width=80)

    @property
    def html(self) -> str:
        """The same as one page that asks no other host for anything."""
        from rating.desk.show.page import as_html

        return as_html(self)

    def png(self) -> bytes:
        """The heat maps as a picture.

        Raises: InputError where matplotlib is not installed.
        """
        from rating.desk.show.png import as_png

        return as_png(self)

    def as_dict(self) -> dict[str, Any]:
        """All of it for programs; amounts are texts."""
        from rating.desk.show.as_json import as_dict

        return as_dict(self)

    def price_list(
        self,
        *,
        evse_power_kw: Decimal | str | int | None = None,
        connector: str | None = None,
        membership: str | None = None,
        payment_method: str | None = None,
        tariff_type: str | None = None,
    ) -> str:
        """What an app or a display shows to drivers on that day: in their language, with tax, in the order of the law.

        What is told of charger and driver leaves out the conditions that it answers, and the prices of others.

        Raises: InputError where the power is no number of kW, or a name is one of the tariff's but for its case.
        """
        power_mw = None if evse_power_kw is None else _power_mw(evse_power_kw)
        said = {"tariff_type": tariff_type, "connector": connector, "membership": membership}
        said["payment_method"] = payment_method
        if faults := [_other_case(*each) for each in other_case(self.tariff, said)]:
            raise InputError(faults)
        told = Traits(tariff_type, connector, membership, payment_method, power_mw)
        index, _, _ = _in_force(self.tariff, self.on)[0]
        return driver_text(self.sheet, self.sheet.editions[index], self.speak, told)

    def __repr__(self) -> str:
        return f"Show of {self.sheet.id}: print() it to read it"


def show(tariffs: Tariffs, tariff: str | None = None, *, on: date | None = None, locale: str = DEFAULT_LOCALE) -> Show:
    """A tariff in plain sentences, its week as heat maps, what sessions cost, and what changes between its versions.

    Sentences say the compiled rows that sessions are billed by; samples are priced by the engine.

    Args:
        tariffs: what `load_tariffs` gave.
        tariff: the id of one of them; where there is only one it need not be said.
        on: from which day on; today by default. Of this day's version and of those that begin in the year after it
            the week is shown.
        locale: in which language and with which formats: en, de, nl, fr or es with any country.

    Raises: InputError where an option is none, or there is no such tariff or locale.

    >>> from datetime import date
    >>> from rating import load_tariffs
    >>> print(show(load_tariffs("tariffs/per-kwh.yaml"), on=date(2026, 3, 2), locale="en_IE").price_list())
    Energy only
    Energy: €0.39 per kWh
    All prices include tax (VAT 21%).
    <BLANKLINE>
    """
    _check(tariffs, on)
    found = _find(tariffs, tariff)
    day = _today(found) if on is None else on
    speak = Speaker(locale, found.currency, decimals_of(found.minor_micro))
    return Show(found, sheet_of(found), speak, day)


def _other_case(name: str, given: str, asked: str) -> Fault:
    want = f"a {name.replace('_', ' ')} as the tariff writes it"
    return Fault(name, Place(name), given, want, f"did you mean `{asked}`?")


def _power_mw(power_kw: Decimal | str | int) -> int:
    try:
        value = Decimal(str(power_kw))
    except ArithmeticError:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value * MWH_PER_KWH <= POWER_MAX_MW:
        want = "a power in kW, such as 150"
        raise InputError([Fault("evse_power_kw", Place("evse_power_kw"), str(power_kw), want, "give a number")])
    return int(value * MWH_PER_KWH)


def _check(tariffs: object, on: object) -> None:
    faults = []
    if not isinstance(tariffs, Tariffs):
        got = type(tariffs).__name__ if tariffs is None else str(tariffs)[:80]
        fix = 'load them first: tariffs = rating.load_tariffs("tariffs/")'
        faults.append(Fault("tariffs", Place("tariffs"), got, "what load_tariffs gave", fix))
    if on is not None and (isinstance(on, datetime) or not isinstance(on, date)):
        faults.append(Fault("on", Place("on"), str(on)[:80], "a date", "give one such as datetime.date(2026, 3, 2)"))
    if faults:
        raise InputError(faults)


def _find(tariffs: Tariffs, name: str | None) -> Tariff:
    ids = list(tariffs)
    if name is None and len(ids) == 1:
        return tariffs[ids[0]]
    if name is not None and name in tariffs:
        return tariffs[name]
    want = f"one of the {len(ids)} tariffs: {', '.join(ids[:10])}{', ...' if ids[10:] else ''}" if ids else "a tariff"
    close = difflib.get_close_matches(name or "", ids, n=1)
    fix = f"did you mean `{close[0]}`?" if close else "give the id of one of them"
    raise InputError([Fault("unknown_tariff", Place("tariff"), name or "none", want, fix)])


def _today(tariff: Tariff) -> date:
    zone = load_zone(tariff.time_zone or "UTC")
    return datetime.now(zone).date()


def _in_force(tariff: Tariff, on: date) -> list[tuple[int, date, date]]:
    """The versions in force on a day or within a year of it, with their dates; else the one that comes next, or last.

    A version that ends within a day is shown for that day too.
    """
    zone = tariff.time_zone or "UTC"
    starts = [_day(version_start_us(each, zone), zone) for each in tariff.versions]
    found = []
    year = _next_year(on)
    for index, version in enumerate(tariff.versions):
        last = _day(min(version_end_us(version, zone), INSTANT_MAX_US) - 1, zone)
        following = starts[index + 1 :]
        if following:
            last = max(starts[index], min(last, following[0] - timedelta(days=1)))
        found.append((index, starts[index], last))
    shown = [each for each in found if each[2] >= on and each[1] <= year]
    if not shown:
        shown = [each for each in found if each[1] > on][:1] or found[-1:]
    return [
        (index, min(max(first, _FIRST), _LAST), _year_of(max(first, min(on, last)), last))
        for index, first, last in shown
    ]


def _year_of(first: date, last: date) -> date:
    return max(first, min(last, _next_year(first) - timedelta(days=1), _LAST))


def _next_year(day: date) -> date:
    return date(min(day.year + 1, 2099), day.month, min(day.day, 28) if day.month == 2 else day.day)


def _day(us: int, zone: str) -> date:
    """The local date of an instant."""
    info = load_zone(zone)
    inside = min(max(us, INSTANT_MIN_US + US_PER_DAY), INSTANT_MAX_US - US_PER_DAY)
    return datetime.fromtimestamp(inside // 1_000_000, info).date()


def _view(tariff: Tariff, index: int, sheet: Sheet, prices: Prices, first: date, last: date) -> EditionView:
    edition, version = sheet.editions[index], tariff.versions[index]
    first = min(first, last)

    def weeks(traits: Traits) -> Weeks:
        return weeks_of(tariff, version, first, last, traits)

    audiences, left_out = audiences_of(edition, prices.speak, weeks)
    changes = clock_changes(tariff.time_zone, first, last) if tariff.time_zone else ()
    maps = Mapper(edition, prices).maps(audiences, changes)
    by_index = (market_map(tariff, version, edition, prices, audience, first) for audience in audiences)
    days = together([each for each in by_index if each is not None])
    if days:  # a week that says "market" at every hour says nothing beside them
        maps = tuple(each for each in maps if [shade.label for shade in each.shades] != [MARKET])
    maps += days
    samples = sample_tables(tariff, edition, audiences, first, changes)
    return EditionView(edition, first, last, maps, left_out, changes, samples)
