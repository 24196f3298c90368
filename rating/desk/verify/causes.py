"""Why the costs of a CDR differ: the ways of pricing that have been seen elsewhere, tried one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Final

from rating.cdrs import needs_clock
from rating.desk.verify.compare import compare_costs
from rating.desk.verify.guesses import PRICING, ROUNDING, TAXING, Guess, Needs, Usages
from rating.desk.verify.pricing import Cost, Way, price
from rating.desk.verify.verdict import Cause, TotalCheck
from rating.reference.values import Usage
from rating.tariff.model import Tariff
from rating.units import MICRO_PER_UNIT
from rating.usage.ocpi.values import Cdr, Totals

_CAUSES_MAX: Final = 3


@dataclass(frozen=True)
class Question:
    """What differs, and all that is needed to price the session again."""

    cdr: Cdr
    totals: Totals
    tariff: Tariff
    usages: Mapping[Usages, Usage]
    base: Way
    right: Cost
    checks: tuple[TotalCheck, ...]

    @cached_property
    def wrong(self) -> list[TotalCheck]:
        """The costs that differ."""
        return [check for check in self.checks if check.agrees is False]

    @cached_property
    def has(self) -> frozenset[Needs]:
        """What the tariff and the session have, without which some guesses come to nothing."""
        versions = self.tariff.versions
        components = [c for version in versions for element in version.elements for c in element.components]
        parts = {id(piece.slice.part) for piece in self.right.pieces}
        found: dict[Needs, bool] = {
            "nothing": True,
            "cuts": self.base.as_cut or len(self.right.pieces) > len(parts),
            "clock": needs_clock(self.tariff) or self.tariff.time_zone is not None,
            "steps": any(component.step for component in components),
            "flat": any(component.dimension == "flat" for component in components),
            "limits": any(version.min_price or version.max_price for version in versions),
            "tax": self.tariff.tax is not None,
            "closeness": self.is_close(self.right, all),
        }
        return frozenset(name for name, there in found.items() if there)

    def is_close(self, cost: Cost, how_many: Callable[[Iterable[bool]], bool]) -> bool:
        """Whether rounding alone may be what makes the costs that differ (all of them, or any) another."""
        amounts = len(cost.pieces) * 3 + 3
        reach = Fraction(self.tariff.minor_micro, MICRO_PER_UNIT) * amounts
        return how_many(_distance(check, cost) <= reach for check in self.wrong)


def _distance(check: TotalCheck, cost: Cost) -> Fraction:
    sides = cost.exact if check.key == "total_cost" else cost.kinds[check.key]
    exact = sides.before_tax if check.side == "before_tax" else sides.after_tax
    return abs(abs(check.printed) - abs(exact)) if exact is not None else Fraction(0)


def causes_of(question: Question) -> tuple[Cause, ...]:
    """The ways that explain every cost; else the first pair of them that does; else those that explain some.

    At most three are told: those first that are likeliest where several come to the same.
    """
    if not question.wrong:
        return ()
    guesses = [guess for guess in (*PRICING, *TAXING, *ROUNDING) if guess.needs in question.has]
    causes = [cause for guess in guesses if (cause := _cause(question, (guess,))) is not None]
    found = [cause for cause in causes if cause.explains_all]
    if not found:
        pair = next(_explaining(question, _pairs(question, guesses)), None)
        found = [] if pair is None else [pair]
    causes.sort(key=lambda cause: -len(cause.explains))
    return tuple((found or causes)[:_CAUSES_MAX])


def _pairs(question: Question, guesses: list[Guess]) -> Iterator[tuple[Guess, ...]]:
    """Pairs that may explain what neither of the two does: the second has little left to explain."""
    first = [guess for guess in guesses if guess not in ROUNDING]
    for guess in first:
        cost = _price(question, (guess,))
        if cost is None:
            continue
        if guess not in TAXING and question.is_close(cost, any):
            yield from product((guess,), (other for other in TAXING if other.needs in question.has))
        if question.is_close(cost, all):
            yield from product((guess,), ROUNDING)


def _explaining(question: Question, pairs: Iterable[tuple[Guess, ...]]) -> Iterator[Cause]:
    for pair in pairs:
        cause = _cause(question, pair)
        if cause is not None and cause.explains_all:
            yield cause


def _price(question: Question, guesses: tuple[Guess, ...]) -> Cost | None:
    """What the session costs in a way; None where that changes nothing."""
    way, usage = question.base, question.usages["told"]
    for guess in guesses:
        way = guess.way(way)
        if guess.usage != "told":
            usage = question.usages[guess.usage]
    if way == question.base and usage == question.usages["told"]:
        return None
    return price(question.tariff, usage, way)


def _cause(question: Question, guesses: tuple[Guess, ...]) -> Cause | None:
    """What a way explains; None where it changes nothing, or nothing for the better."""
    cost = _price(question, guesses)
    right = question.right
    if cost is None or (cost.exact, cost.charged, cost.kinds) == (right.exact, right.charged, right.kinds):
        return None
    checks = compare_costs(question.cdr, question.totals, question.tariff, cost)
    fine = {(check.key, check.side) for check in checks if check.agrees}
    explained = dict.fromkeys(check.key for check in question.wrong if (check.key, check.side) in fine)
    if not explained:
        return None
    explains_all = all(check.agrees is not False for check in checks)
    words = ", and ".join(guess.words for guess in guesses)
    return Cause("+".join(guess.code for guess in guesses), words, tuple(explained), explains_all)
