"""Changes of prices, in exact decimals, and the tariffs that they make; `grammar` reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Final, Literal

from rating.errors import Fault, InputError, Place
from rating.tariff.model import Component, Element, Price, Tariff, Tariffs
from rating.units import MICRO_PER_UNIT, PRICE_MAX_MICRO

ANY: Final = "*"

Kind = Literal["add", "set", "times"]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a price: what is added, what it is set to, or how many times it is taken."""

    kind: Kind
    value: Fraction  # of the currency, or times
    text: str

    def applied(self, amount_micro: int) -> int:
        """The new price: that nearest to the exact one, halves up, since a price has six decimals.

        >>> Step("times", Fraction(21, 20), "+5%").applied(390_000)
        409500
        """
        if self.kind == "times":
            return round_half_up(amount_micro * self.value)
        moved = round_half_up(self.value * MICRO_PER_UNIT)
        return moved if self.kind == "set" else amount_micro + moved


def round_half_up(value: Fraction) -> int:
    """The nearest integer, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


@dataclass(frozen=True, slots=True)
class Change:
    """What one text asks for: which prices, and by which steps."""

    text: str
    dimension: str
    tariff: str
    element: str
    steps: tuple[Step, ...]
    target_ends: int  # where the steps begin in the text

    def concerns(self, tariff: str, element: str, component: Component) -> bool:
        """Whether it is about that price; one that follows an index is the market's."""
        wanted = self.dimension in (ANY, component.dimension) and component.spot is None
        return wanted and fnmatchcase(tariff, self.tariff) and fnmatchcase(element, self.element)

    @property
    def target(self) -> str:
        """As it is written, without its steps."""
        return self.text[: self.target_ends].strip()


@dataclass(frozen=True)
class Grid:
    """Changes, and the variants that they make together: one step of each, in order, the last one changing first."""

    changes: tuple[Change, ...]

    @cached_property
    def variants(self) -> tuple[tuple[Step, ...], ...]:
        """A step of each change."""
        return tuple(product(*(change.steps for change in self.changes)))

    def labels(self) -> tuple[str, ...]:
        """Each variant in a few words."""
        targets = [change.target for change in self.changes]
        pairs = (zip(targets, steps, strict=True) for steps in self.variants)
        return tuple(", ".join(f"{target} {step.text}" for target, step in each) for each in pairs)

    @cached_property
    def _kept(self) -> dict[tuple[tuple[bool, ...], int], tuple[int, ...]]:
        return {}

    def amounts(self, tariff: str, element: str, part: Component) -> tuple[int, ...]:
        """A price as each variant has it, in micro; () where no change concerns it."""
        concern = tuple(change.concerns(tariff, element, part) for change in self.changes)
        if not any(concern):
            return ()
        key = concern, part.price.amount_micro
        if key not in self._kept:  # of ten thousand tariffs most have prices that others have too
            self._kept[key] = tuple(self._amount(concern, part, steps) for steps in self.variants)
        return self._kept[key]

    def _amount(self, concern: tuple[bool, ...], part: Component, steps: tuple[Step, ...]) -> int:
        amount = part.price.amount_micro
        for each, step in zip(concern, steps, strict=True):
            amount = step.applied(amount) if each else amount
        return amount

    def price(self, tariff: str, element: str, part: Component, steps: tuple[Step, ...]) -> Price:
        """A price as one variant has it."""
        concern = tuple(change.concerns(tariff, element, part) for change in self.changes)
        amount = self._amount(concern, part, steps)
        return part.price if amount == part.price.amount_micro else replace(part.price, amount_micro=amount)

    def concerned(self, tariffs: Tariffs) -> set[str]:
        """The ids of the tariffs of which a change concerns a price."""
        return {tariff.id for tariff, element, part in _parts(tariffs) if self._concerns(tariff, element, part)}

    def _concerns(self, tariff: Tariff, element: Element, part: Component) -> bool:
        return any(change.concerns(tariff.id, element.name, part) for change in self.changes)

    def apply(self, tariffs: Tariffs, steps: tuple[Step, ...]) -> Tariffs:
        """The tariffs as a variant has them, written out in full."""
        return Tariffs(tuple(self._tariff(each, steps) for each in tariffs.values()), tariffs.plans)

    def _tariff(self, tariff: Tariff, steps: tuple[Step, ...]) -> Tariff:
        def component(element: Element, part: Component) -> Component:
            price = self.price(tariff.id, element.name, part, steps)
            return part if price is part.price else replace(part, price=price)

        def changed(element: Element) -> Element:
            parts = tuple(component(element, part) for part in element.components)
            same = all(new is old for new, old in zip(parts, element.components, strict=True))
            return element if same else replace(element, components=parts)

        versions = tuple(replace(each, elements=tuple(map(changed, each.elements))) for each in tariff.versions)
        return tariff if versions == tariff.versions else replace(tariff, versions=versions)

    def check(self, tariffs: Tariffs) -> None:
        """Raise InputError with every change that concerns no price, and every price that would be none."""
        parts = list(_parts(tariffs))
        faults = []
        for change in self.changes:
            if not any(change.concerns(tariff.id, element.name, part) for tariff, element, part in parts):
                fix = "look at the dimension, and at the names of tariffs and elements"
                want = "a change of a price that a tariff has, and that no index sets"
                faults.append(Fault("no_price", place_of(change.text), change.target, want, fix))
        for tariff, element, part in parts:
            amounts = self.amounts(tariff.id, element.name, part)
            bad = next((i for i, each in enumerate(amounts) if not 0 <= each <= PRICE_MAX_MICRO), None)
            if bad is not None:
                price = f"{Decimal(amounts[bad]).scaleb(-6):f}/{part.price.unit_text}"
                where = f"{part.dimension} of {tariff.id}/{element.name}"
                got = f"{', '.join(step.text for step in self.variants[bad])}: {price} for {where}"
                text = next(each.text for each in self.changes if each.concerns(tariff.id, element.name, part))
                faults.append(Fault("price", place_of(text), got, "prices from 0 to 1000000", "change it by less"))
        if faults:
            raise InputError(faults)


def _parts(tariffs: Tariffs) -> Iterator[tuple[Tariff, Element, Component]]:
    """Every price, with whose it is."""
    for tariff in tariffs.values():
        for version in tariff.versions:
            for element in version.elements:
                for part in element.components:
                    yield tariff, element, part


def place_of(text: str, at: int = 0) -> Place:
    """The place of a fault: a text, and a letter of it."""
    return Place(f"change `{text.strip()}`", column=at + 1 if at else None)
