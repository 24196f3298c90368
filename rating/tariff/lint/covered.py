"""Which tariffs the parts of a plan, or a coupon, hold for, and what those price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from rating.tariff.model import Component, LineDimension, Tariff
from rating.tariff.plans import Allowance, Cap, Coupon, Discount, Loyalty, Plan, Points, covers

_RESERVED: Final[dict[str, LineDimension]] = {"time": "reservation_time", "flat": "reservation_flat"}
Part = Allowance | Discount | Loyalty | Points | Cap


@dataclass(frozen=True, slots=True)
class Scope:
    """A plan or a coupon beside the tariffs that were read with it."""

    of: Plan | Coupon
    tariffs: tuple[Tariff, ...]

    @property
    def parts(self) -> Iterator[Part]:
        """Everything that says for which tariffs it holds."""
        if isinstance(self.of, Coupon):
            yield self.of.discount
            return
        yield from self.of.allowances
        yield from self.of.discounts
        yield from self.of.loyalty
        if self.of.points is not None:
            yield self.of.points
        yield from self.of.caps

    @property
    def discounts(self) -> Iterator[Discount]:
        """Every discount, tiers included, in the order in which they are taken."""
        if isinstance(self.of, Coupon):
            yield self.of.discount
            return
        yield from self.of.discounts
        yield from (tier.discount for part in self.of.loyalty for tier in part.tiers)

    def covered(self, patterns: tuple[str, ...]) -> list[Tariff]:
        """The tariffs that a part with these patterns holds for."""
        return [tariff for tariff in self.tariffs if covers(patterns, self.of.currency, tariff)]


def matching(pattern: str, tariffs: Iterable[Tariff]) -> list[Tariff]:
    """The tariffs of a pattern, whatever their currency."""
    return [tariff for tariff in tariffs if fnmatchcase(tariff.id, pattern)]


def priced(tariff: Tariff) -> Iterator[tuple[LineDimension, Component]]:
    """Every price of a tariff with the dimension of its lines."""
    for version in tariff.versions:
        for element in version.elements:
            for part in element.components:
                reserved = element.when.reservation is not None
                yield _RESERVED.get(part.dimension, part.dimension) if reserved else part.dimension, part


def dimensions_of(tariffs: Iterable[Tariff]) -> frozenset[LineDimension]:
    """What the tariffs price."""
    return frozenset(dimension for tariff in tariffs for dimension, _ in priced(tariff))
