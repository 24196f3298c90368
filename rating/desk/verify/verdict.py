"""What `verify` says of a CDR: plain values, for programs; `text` is for people."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rating.errors import Fault, Place

Outcome = Literal["agrees", "differs", "cannot"]
Side = Literal["before_tax", "after_tax", "kwh", "hours"]


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """One number that a CDR prints. `agrees` None: it cannot be told, for `expected` is not known."""

    key: str  # of the CDR: total_cost, total_energy, ...
    side: Side
    printed: Fraction
    # Rounded to the decimals at which the two are compared; of a quantity that differs, to the most that OCPI has.
    expected: Fraction | None
    exact: Fraction | None
    decimals: int
    agrees: bool | None

    @property
    def difference(self) -> Fraction | None:
        """By how much more is printed than expected."""
        return None if self.expected is None or self.agrees else self.printed - self.expected


@dataclass(frozen=True, slots=True)
class PeriodCheck:
    """One charging period: what it costs by its volumes and prices, before steps, limits and taxes on top.

    `cut_at_us` are the instants within it at which a price changes, so that it should be several periods;
    `as_cut_cost` is what it costs by the prices at its start alone. `fault` is what is wrong with its volumes.
    """

    index: int
    start_us: int
    end_us: int
    cost: Fraction
    as_cut_cost: Fraction
    cut_at_us: tuple[int, ...]
    elements: tuple[str, ...]  # those that price it, in order of time
    fault: Fault | None = None

    @property
    def agrees(self) -> bool:
        """Whether its volumes are right, and it is cut where it costs something."""
        return self.fault is None and self.difference == 0

    @property
    def difference(self) -> Fraction:
        """By how much more it costs where it is not cut."""
        return self.as_cut_cost - self.cost


@dataclass(frozen=True, slots=True)
class Cause:
    """Why costs differ, as far as that is known: the printed ones come out where the session is priced that way."""

    code: str
    words: str
    explains: tuple[str, ...]  # keys of totals
    explains_all: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a CDR is priced right. "cannot": `problems` say why nothing can be said."""

    outcome: Outcome
    place: Place
    cdr_id: str | None
    version: str | None = None
    tariff_id: str | None = None
    currency: str | None = None
    time_zone: str | None = None
    as_cut: bool = False
    ours_unused: bool = False  # tariffs were given, none with the id of the CDR's own, by which it was priced
    totals: tuple[TotalCheck, ...] = ()
    periods: tuple[PeriodCheck, ...] = ()
    causes: tuple[Cause, ...] = ()
    problems: tuple[Fault, ...] = ()
    extensions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it agrees."""
        return self.outcome == "agrees"

    @property
    def text(self) -> str:
        """The verdict in words."""
        from rating.desk.verify.words import tell

        return tell(self)

    def __str__(self) -> str:
        return self.text
