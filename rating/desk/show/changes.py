"""What changes from one version to the next, with the date: the sentences that go and those that come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from rating.desk.show.prices import HEADINGS, LEGAL_ORDER, Prices
from rating.desk.show.rows import Row, groups_of
from rating.desk.show.sentences import begins
from rating.desk.show.sheet import Edition, Offer, Sheet


@dataclass(frozen=True, slots=True)
class Changed:
    """The lines of one dimension, or of the limits, that are not the same before and after."""

    heading: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """From one version to the next."""

    label: str  # of the version that comes
    title: str
    changed: tuple[Changed, ...]  # none: only names, or nothing


def changes_of(sheet: Sheet, prices: Prices) -> tuple[Change, ...]:
    """Each step from a version to the one after it."""
    found = []
    for before, after in pairwise(sheet.editions):
        at = "" if after.valid_from is None else begins(after.valid_from, sheet, prices.speak)
        title = prices.speak.t("What changes on {date}", date=at)
        found.append(Change(after.label, title, tuple(_changed(before, after, prices))))
    return tuple(found)


def _changed(before: Edition, after: Edition, prices: Prices) -> list[Changed]:
    found = []
    old = {group.dimension: group.rows for group in groups_of(before, prices)}
    new = {group.dimension: group.rows for group in groups_of(after, prices)}
    for dimension in LEGAL_ORDER:
        rows, others = old.get(dimension, ()), new.get(dimension, ())
        if _plain(rows) != _plain(others):
            free = (prices.speak.t("free of charge"),)
            heading = prices.speak.t(HEADINGS[dimension])
            found.append(
                Changed(heading, tuple(row.text for row in rows) or free, tuple(row.text for row in others) or free)
            )
    limits = [
        (*prices.limit(each.min_price, least=True), *prices.limit(each.max_price, least=False))
        for each in (before, after)
    ]
    if limits[0] != limits[1]:
        none = (prices.speak.t("no limit"),)
        found.append(Changed(prices.speak.t("Limits"), limits[0] or none, limits[1] or none))
    return found


def _plain(rows: tuple[Row, ...]) -> list[Offer | None]:
    """Offers without their names and places, which move no amount."""
    return [None if row.offer is None else replace(row.offer, number=0, element="") for row in rows]
