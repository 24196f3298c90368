"""Heat maps as data: days by hours with the price of each stretch, for the terminal, the page and the picture alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from string import ascii_uppercase

from rating.desk.show.audiences import Audience
from rating.desk.show.clocks import ClockChange
from rating.desk.show.language import N_, Speaker
from rating.desk.show.prices import HEADINGS, Prices
from rating.desk.show.rows import FREE_TEXT
from rating.desk.show.sheet import Edition, Offer
from rating.desk.show.weeks import DAY_MIN, DayRuns, Season, Weeks
from rating.desk.show.whens import calendar_name, threshold_texts
from rating.tariff.model import UNIT_SIZES, LineDimension
from rating.units import DIMENSIONS, MICRO_PER_UNIT

_PER = {"energy": ("kWh", N_("per kWh")), "flat": ("session", N_("per session"))}
_PER_TIME = {"s": N_("per second"), "min": N_("per minute"), "h": N_("per hour")}
MARKET = "≈"


@dataclass(frozen=True, slots=True)
class Shade:
    """One price of a map. Where the session decides among several, all of them, and the highest is its colour."""

    key: str  # A is the cheapest
    label: str  # the amount alone
    text: str  # what it costs in words
    level: Fraction  # 0 for the cheapest of all maps of the tariff to 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one minute of a day to another the same price."""

    start_min: int
    end_min: int
    shade: Shade


@dataclass(frozen=True, slots=True)
class MapRow:
    """A day of the week, or dates with prices of their own."""

    label: str
    stretches: tuple[Stretch, ...]
    dates: tuple[date, ...] = ()  # of holidays and clock changes
    change: ClockChange | None = None

    def pieces(self) -> Iterator[tuple[Stretch, bool]]:
        """The stretches, cut where a clock change begins and ends; and whether its mark covers the piece."""
        change = self.change
        bounds = () if change is None else (change.start_min, min(DAY_MIN, change.end_min))
        for each in self.stretches:
            inside = [bound for bound in bounds if each.start_min < bound < each.end_min]
            for start_min, end_min in pairwise([each.start_min, *inside, each.end_min]):
                covered = change is not None and change.start_min <= start_min < change.end_min
                yield Stretch(start_min, end_min, each.shade), covered


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The prices of one dimension in one season, for one audience."""

    dimension: LineDimension
    title: str
    unit: str
    season: str
    audience: str
    rows: tuple[MapRow, ...]
    shades: tuple[Shade, ...]  # by key


@dataclass(frozen=True)
class Mapper:
    """Draws the maps of one version."""

    edition: Edition
    prices: Prices

    @property
    def speak(self) -> Speaker:
        """The language of the labels."""
        return self.prices.speak

    def maps(self, audiences: Sequence[Audience], changes: Sequence[ClockChange]) -> tuple[HeatMap, ...]:
        """Of each audience and season the dimension that matters most, and each other one that varies in the week."""
        found: list[HeatMap] = []
        days = [day for audience in audiences for day in _days(audience.weeks)]
        for audience in audiences:
            for dimension in self._dimensions(audience.weeks):
                shades = self._shades(days, dimension)
                seasons = audience.weeks.seasons
                found += [self._map(audience, season, dimension, shades, changes) for season in seasons]
        return together(found)

    def _dimensions(self, weeks: Weeks) -> Iterator[LineDimension]:
        first = True
        for dimension in DIMENSIONS:
            lists = {run.cell[_place(dimension)] for day in _days(weeks) for run in day}
            costs = {self._told(numbers) for numbers in lists}
            is_priced = any(lists)
            if (is_priced and first and dimension != "flat") or len(costs) > 1:
                yield dimension
            first = first and not is_priced

    def _offers(self, numbers: Sequence[int]) -> list[Offer]:
        by_number = {offer.number: offer for offer in self.edition.offers}
        return [by_number[number] for number in numbers]

    def _told(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Each price that may hold, with what the session must have reached."""
        offers = self._offers(numbers)
        told = []
        for offer in offers:
            reached = ", ".join(threshold_texts(self.speak, offer.when))
            told.append(self.speak.labelled(reached, self.prices.offer(offer)) if reached else self.prices.offer(offer))
        if not offers or threshold_texts(self.speak, offers[-1].when):
            free = self.speak.t(FREE_TEXT)
            told.append(self.speak.labelled(self.speak.t("otherwise"), free) if offers else free)
        elif len(offers) > 1:
            told[-1] = self.speak.labelled(self.speak.t("otherwise"), told[-1])
        return tuple(told)

    def _shades(self, days: Sequence[DayRuns], dimension: LineDimension) -> dict[tuple[int, ...], Shade]:
        """The shade of each list of candidates; those that cost the same share one, also for different audiences."""
        lists = list(dict.fromkeys(run.cell[_place(dimension)] for day in days for run in day))
        per = self._per(dimension)
        amounts = {numbers: self._amounts(numbers, per) for numbers in lists}
        told = {numbers: self._told(numbers) for numbers in lists}
        ordered = sorted({(max(amounts[each]), min(amounts[each]), told[each]) for each in lists})
        low, high = ordered[0][0], ordered[-1][0]
        shades = {}
        for place, (most, least, texts) in enumerate(ordered):
            label = self.speak.bare(most) if least == most else f"{self.speak.bare(least)}–{self.speak.bare(most)}"
            if any(offer.spot for numbers in lists if told[numbers] == texts for offer in self._offers(numbers)):
                label = MARKET
            level = (most - low) / (high - low) if high > low else Fraction(1, 4)
            shades[texts] = Shade(_key(place), label, "; ".join(texts), level)
        return {numbers: shades[told[numbers]] for numbers in lists}

    def _amounts(self, numbers: Sequence[int], per: str) -> list[Fraction]:
        offers = self._offers(numbers)
        found = [Fraction(offer.price.amount_micro * UNIT_SIZES[per], offer.price.per) for offer in offers]
        if not offers or threshold_texts(self.speak, offers[-1].when):
            found.append(Fraction(0))
        return [amount / MICRO_PER_UNIT for amount in found]

    def _per(self, dimension: LineDimension) -> str:
        """The unit of the map: of time that in which most are written."""
        if dimension in _PER:
            return _PER[dimension][0]
        units = [offer.price.unit for offer in self.edition.of(dimension)]
        return max(_PER_TIME, key=lambda unit: (units.count(unit), unit == "min"))

    def _map(
        self,
        audience: Audience,
        season: Season,
        dimension: LineDimension,
        shades: dict[tuple[int, ...], Shade],
        changes: Sequence[ClockChange],
    ) -> HeatMap:
        t, place = self.speak.t, _place(dimension)

        def stretches(runs: DayRuns | None) -> tuple[Stretch, ...]:
            return merged([Stretch(run.start_min, run.end_min, shades[run.cell[place]]) for run in runs or ()])

        week = [stretches(runs) for runs in season.week]
        rows = [MapRow(self.speak.day_name(day, "abbreviated"), week[day]) for day in range(7) if week[day]]
        if len({row.stretches for row in rows}) == 1 and len(rows[0].stretches) == 1:
            rows = [MapRow(t("daily"), rows[0].stretches)]
        for special in season.specials:
            names = self.speak.listed([calendar_name(self.speak, each) for each in special.calendars])
            row = MapRow(names, stretches(special.runs), special.dates)
            if len(rows) != 1 or row.stretches != rows[0].stretches:
                rows.append(row)
        if any(len(row.stretches) > 1 for row in rows):
            for change in changes:
                if any(first <= change.day <= last for first, last in season.stretches):
                    runs = stretches(audience.weeks.runs_of(change.day))
                    rows.append(MapRow(self.speak.short_date(change.day), runs, (change.day,), change))
        unit = t(_PER[dimension][1] if dimension in _PER else _PER_TIME[self._per(dimension)])
        used = {stretch.shade for row in rows for stretch in row.stretches}
        return HeatMap(
            dimension,
            t(HEADINGS[dimension]),
            f"{self.speak.currency} {unit}",
            season_label(season, audience.weeks, self.speak),
            audience.label,
            tuple(rows),
            tuple(sorted(used, key=lambda shade: (shade.level, shade.key))),
        )


def with_days_together(heat_map: HeatMap) -> tuple[MapRow, ...]:
    """Its rows, those of neighbouring days with the same prices as one: for where there is little room."""
    found: list[MapRow] = []
    for row in heat_map.rows:
        if found and not row.dates and not found[-1].dates and found[-1].stretches == row.stretches:
            first = found[-1].label.split("–")[0]
            found[-1] = MapRow(f"{first}–{row.label}", row.stretches)
        else:
            found.append(row)
    return tuple(found)


def together(maps: Sequence[HeatMap]) -> tuple[HeatMap, ...]:
    """Maps without those that differ from another in the audience alone, which that one then names as well."""
    found: dict[HeatMap, list[str]] = {}
    for each in maps:
        found.setdefault(replace(each, audience=""), []).append(each.audience)
    return tuple(replace(each, audience="; ".join(names)) for each, names in found.items())


def season_label(season: Season, weeks: Weeks, speak: Speaker) -> str:
    """The months of a season, or its dates; nothing for the whole year."""
    if season.stretches == ((weeks.first, weeks.last),) and len(weeks.seasons) == 1:
        return ""
    if season.months is not None:
        return speak.months(season.months)
    texts = []
    for first, last in season.stretches:
        one = speak.long_date(first)
        texts.append(one if first == last else speak.t("from {first} to {last}", first=one, last=speak.long_date(last)))
    return speak.listed(texts)


def _place(dimension: str) -> int:
    return DIMENSIONS.index(dimension)


def _days(weeks: Weeks) -> Iterator[DayRuns]:
    for season in weeks.seasons:
        yield from (runs for runs in season.week if runs is not None)
        yield from (special.runs for special in season.specials)


def merged(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """A day's stretches, neighbours of the same price as one."""
    found: list[Stretch] = []
    for each in stretches:
        if found and found[-1].shade == each.shade:
            found[-1] = Stretch(found[-1].start_min, each.end_min, each.shade)
        else:
            found.append(each)
    assert not found or (found[0].start_min, found[-1].end_min) == (0, DAY_MIN)
    return tuple(found)


def _key(place: int) -> str:
    """A to Z, then AA and so on."""
    whole, letter = divmod(place, len(ascii_uppercase))
    return (ascii_uppercase[whole - 1] if whole else "") + ascii_uppercase[letter]
