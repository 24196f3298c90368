"""The terms that sessions of a batch may turn out to have, and which of them each claim has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import Claims
from rating.accounts.coupons import Coupons
from rating.compile.plan import Term
from rating.compile.terms import term_for
from rating.kernels.arrays import frozen
from rating.kernels.tell import TermTable
from rating.tariff.model import Tariff
from rating.tariff.plans import Allowance, Cap, Plan

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]


class TermBook:
    """The terms of each plan, one after the other; equal parts of two plans are still two.

    What a claim asks for is one integer: its tariff, the coupon that holds, and whether it redeems points, as digits of
    a number whose base changes from place to place. The tiers that are reached are another.
    """

    def __init__(self, claims: Claims, tariffs: list[Tariff | None], plans: list[Plan], coupons: Coupons) -> None:
        self.terms: list[Term] = []
        self._coupons = len(coupons.coupons)
        self._tiers = [[], *([len(each.tiers) + 1 for each in plan.loyalty] for plan in plans)]  # of no plan first
        self._span: list[tuple[int, int]] = []  # of each plan: its terms
        asked = self._asked(claims, len(tariffs), len(plans))
        codes: list[list[int]] = []
        numbers: list[int] = []
        for plan, each in enumerate(asked):
            first = len(self.terms)
            codes.append(each)
            numbers += self._list(each, tariffs, plans[plan - 1] if plan else None, self._tiers[plan], coupons)
            self._span.append((first, len(self.terms)))
        sizes = [prod(tiers) for tiers, each in zip(self._tiers, codes, strict=True) for _ in each]
        self.table = frozen(
            TermTable(
                first=np.cumsum([0, *map(len, codes)], dtype=np.int64),
                asked=np.array([code for each in codes for code in each], np.int64),
                number_first=np.cumsum([0, *sizes], dtype=np.int64)[:-1],
                number=np.array(numbers, np.int32),
                slot=self._slots(plans),
            )
        )

    def _asked(self, claims: Claims, tariffs: int, plans: int) -> list[list[int]]:
        """What is asked for under each plan, with and without the coupon; of no plan first."""
        found: list[set[int]] = [set() for _ in range(plans + 1)]
        for each in claims.wants():
            rest, redeems = divmod(each, 2)
            rest, coupon = divmod(rest, self._coupons + 1)
            plan, tariff = divmod(rest, max(1, tariffs))
            found[plan] |= {int(self._code(tariff, held, redeems)) for held in (coupon - 1, -1)}
        return [sorted(each) for each in found]

    def _list(
        self, asked: list[int], tariffs: list[Tariff | None], of: Plan | None, tiers: list[int], coupons: Coupons
    ) -> list[int]:
        """The terms of one plan, of all that is asked for with each combination of tiers: their numbers."""
        numbers: list[int] = []
        known: dict[Term, int] = {}
        for code in asked:
            tariff, coupon, redeems = self._parts(code)
            priced = tariffs[tariff]
            held = coupons.coupons[coupon] if coupon >= 0 else None
            for reached in product(*(range(-1, each - 1) for each in tiers)):
                term = None if priced is None else term_for(priced, of, reached, held, redeems)
                if term is None or term == Term(term.tariff):
                    numbers.append(-1)
                else:
                    numbers.append(known.setdefault(term, len(self.terms) + len(known)))
        self.terms += known
        return numbers

    def _slots(self, plans: list[Plan]) -> Int32:
        width = max((len(plan.allowances) for plan in plans), default=0)
        slots = np.full((len(self.terms), width), -1, np.int32)
        for (first, last), plan in zip(self._span[1:], plans, strict=True):
            for row, term in zip(range(first, last), self.terms[first:last], strict=True):
                slots[row, : len(plan.allowances)] = [_index(term.allowances, each) for each in plan.allowances]
        return slots

    def _code(self, tariff: Any, coupon: Any, redeems: Any) -> Any:
        return (tariff * np.int64(self._coupons + 1) + coupon + 1) * 2 + redeems

    def _parts(self, code: int) -> tuple[int, int, bool]:
        rest, redeems = divmod(code, 2)
        tariff, coupon = divmod(rest, self._coupons + 1)
        return tariff, coupon - 1, bool(redeems)

    def number(self, plan: int, tariff: Int32, coupon: Int64, redeems: Bool, tiers: Sequence[Int64]) -> Int64:
        """The term of each of r claims of one plan, -1: nothing is given. `tiers` (r,) of each loyalty, -1: none."""
        table, reached = self.table, np.zeros(len(tariff), np.int64)
        for count, tier in zip(self._tiers[plan + 1], tiers, strict=True):
            reached = reached * count + tier + 1
        first, last = table.first[plan + 1], table.first[plan + 2]
        place = first + np.searchsorted(table.asked[first:last], self._code(tariff, coupon, redeems))
        return np.asarray(table.number[table.number_first[place] + reached], np.int64)

    def slot(self, plan: int, part: Allowance | Cap, number: Int64 | Int32) -> Int64:
        """Where a part of the plan stands in each of its terms, -1: it is left out, or the term is -1."""
        first, last = self._span[plan + 1]
        slots = [_index(_like(term, part), part) for term in self.terms[first:last]]
        at = np.where(number >= 0, number - first, -1)
        return np.array([*slots, -1], np.int64)[at]


def _like(term: Term, part: Allowance | Cap) -> Sequence[Any]:
    """The list of a term in which such a part stands."""
    return term.caps if isinstance(part, Cap) else term.allowances


def _index(parts: Sequence[Any], part: Any) -> int:
    """Where a part stands by itself: two that are equal are still two."""
    return next((at for at, each in enumerate(parts) if each is part), -1)
