"""The terms that sessions of a batch may turn out to have, and which of them each claim has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rating.accounts.ahead import by_plan
from rating.accounts.claims import Claims
from rating.accounts.coupons import Coupons
from rating.compile.plan import Term
from rating.compile.terms import term_for
from rating.tariff.model import Tariff
from rating.tariff.plans import Allowance, Cap, Plan

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]


class TermBook:
    """The terms of each plan, one after the other; equal parts of two plans are still two.

    What a claim asks for is one integer: its tariff, the coupon that holds, whether it redeems points, and the tiers
    that are reached, as digits of a number whose base changes from place to place.
    """

    def __init__(
        self, claims: Claims, tariff: Int32, tariffs: list[Tariff | None], plans: list[Plan], coupons: Coupons
    ) -> None:
        """`tariff` (k,) is that of each claim."""
        self.terms: list[Term] = []
        self._coupons = len(coupons.coupons)
        self._tiers = [[len(each.tiers) + 1 for each in plan.loyalty] for plan in plans]
        self._known: dict[int, tuple[Int64, Int64]] = {}  # of each plan: codes, ascending, and their terms
        self._span: dict[int, tuple[int, int]] = {}  # of each plan: its terms
        for plan, rows in by_plan(claims.plan + 1):
            plan, first = plan - 1, len(self.terms)
            asked = self._code(tariff[rows], claims.coupon[rows], claims.points[rows] > 0)
            self._list(plan, _different(asked), tariffs, plans[plan] if plan >= 0 else None, coupons)
            self._span[plan] = first, len(self.terms)

    def _list(
        self, plan: int, asked: list[int], tariffs: list[Tariff | None], of: Plan | None, coupons: Coupons
    ) -> None:
        tiers = self._tiers[plan] if plan >= 0 else []
        numbers: dict[int, int] = {}
        known: dict[Term, int] = {}
        for tariff, coupon, redeems in self._each(asked):
            priced = tariffs[tariff]
            held = coupons.coupons[coupon] if coupon >= 0 else None
            for reached in product(*(range(-1, each - 1) for each in tiers)):
                term = None if priced is None else term_for(priced, of, reached, held, redeems)
                code = self._base(tariff, coupon, redeems)
                for count, tier in zip(tiers, reached, strict=True):
                    code = code * count + tier + 1
                if term is None or term == Term(term.tariff):
                    numbers[code] = -1
                else:
                    numbers[code] = known.setdefault(term, len(self.terms) + len(known))
        codes = np.array(sorted(numbers), np.int64)
        self._known[plan] = codes, np.array([numbers[code] for code in codes.tolist()], np.int64)
        self.terms += known

    def _each(self, asked: list[int]) -> Iterator[tuple[int, int, bool]]:
        """What is asked for, with and without the coupon."""
        seen = set()
        for code in asked:
            rest, redeems = divmod(code, 2)
            tariff, coupon = divmod(rest, self._coupons + 1)
            seen |= {(tariff, coupon - 1, bool(redeems)), (tariff, -1, bool(redeems))}
        yield from sorted(seen)

    def _base(self, tariff: Any, coupon: Any, redeems: Any) -> Any:
        return (tariff * (self._coupons + 1) + coupon + 1) * 2 + redeems

    def _code(self, tariff: Int32, coupon: Int32 | Int64, redeems: Bool) -> Int64:
        return np.asarray(self._base(tariff.astype(np.int64), coupon, redeems), np.int64)

    def number(self, plan: int, tariff: Int32, coupon: Int64, redeems: Bool, tiers: Int64) -> Int64:
        """The term of each of r claims of one plan, -1: nothing is given. `tiers` (l, r), -1: none is reached."""
        code = self._code(tariff, coupon, redeems)
        for count, tier in zip(self._tiers[plan] if plan >= 0 else [], tiers, strict=True):
            code = code * count + tier + 1
        codes, numbers = self._known[plan]
        return np.asarray(numbers[np.searchsorted(codes, code)])

    def slot(self, plan: int, part: Allowance | Cap, number: Int64 | Int32) -> Int64:
        """Where a part of the plan stands in each of its terms, -1: it is left out, or the term is -1."""
        first, last = self._span[plan]
        slots = [_index(_like(term, part), part) for term in self.terms[first:last]]
        at = np.where(number >= 0, number - first, -1)
        return np.array([*slots, -1], np.int64)[at]


def _different(codes: Int64) -> list[int]:
    """Each of the codes once: counted where they are small, as they nearly always are, else sorted."""
    if not len(codes):
        return []
    most = int(codes.max())
    if most < 4 * len(codes) + 1024:
        return [int(code) for code in np.flatnonzero(np.bincount(codes, minlength=most + 1))]
    return [int(code) for code in np.unique(codes)]


def _like(term: Term, part: Allowance | Cap) -> Sequence[Any]:
    """The list of a term in which such a part stands."""
    return term.caps if isinstance(part, Cap) else term.allowances


def _index(parts: Sequence[Any], part: Any) -> int:
    """Where a part stands by itself: two that are equal are still two."""
    return next((at for at, each in enumerate(parts) if each is part), -1)
