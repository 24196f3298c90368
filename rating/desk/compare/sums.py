"""Revenue by groups, who pays more or less, and by how much: exact sums in micro, never over two currencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rating.desk.compare.keys import Key, labels_of
from rating.desk.compare.sides import Side
from rating.money import minor_micro

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_BARS: Final = 10  # of a histogram on each side of zero, beside what is beyond them
_STEPS: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What sessions come to together, in micro."""

    net_micro: int
    tax_micro: int
    gross_micro: int

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.net_micro - other.net_micro, self.tax_micro - other.tax_micro, self.gross_micro - other.gross_micro
        )


@dataclass(frozen=True, slots=True)
class Payers:
    """Of sessions or of drivers: how many pay more, the same and less, and by how much together, in micro."""

    more: int
    same: int
    less: int
    rise_micro: int
    fall_micro: int  # not above 0


@dataclass(frozen=True, slots=True)
class Row:
    """The sessions of one group and one currency."""

    name: str
    currency: str
    sessions: int
    old: Amounts
    new: Amounts
    payers: Payers

    @property
    def change(self) -> Amounts:
        """The new amounts less the old ones."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Bar:
    """Sessions whose change is above `from_micro` and up to `to_micro`, away from zero; None: without end."""

    from_micro: int | None
    to_micro: int | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Changes of sessions in one currency, from those that fall most on; the bar from 0 to 0 is those that stay."""

    currency: str
    step_micro: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Currencies:
    """Which sessions are compared, and the currency of each."""

    rows: Int64  # (m,) of the batch
    code: Int64  # (m,) index into names
    names: tuple[str, ...]


def group_rows(key: Key | None, old: Side, new: Side, among: Currencies) -> tuple[Row, ...]:
    """A row for each value of the key and currency, in the order of values; for no key, one for each currency."""
    if not among.rows.size:
        return ()
    width = len(among.names)
    value = np.zeros(among.rows.size, np.int64) if key is None else key.code[among.rows].astype(np.int64) + 1
    group = value * width + among.code
    kinds, place = np.unique(group, return_inverse=True)
    count = kinds.size

    def summed(amounts: Int64) -> list[int]:
        total = np.zeros(count, np.int64)
        np.add.at(total, place, amounts)
        return [int(each) for each in total]

    change = new.gross[among.rows] - old.gross[among.rows]
    sides = [[summed(getattr(side, name)[among.rows]) for name in ("net", "tax", "gross")] for side in (old, new)]
    tallies = [summed(each.astype(np.int64)) for each in (change > 0, change == 0, change < 0)]
    moves = [summed(np.maximum(change, 0)), summed(np.minimum(change, 0))]
    values = (kinds // width - 1).tolist()
    names = labels_of(key, values) if key is not None else [""] * count
    rows = []
    for i in range(count):
        before, after = (Amounts(*(column[i] for column in side)) for side in sides)
        payers = Payers(*(each[i] for each in (*tallies, *moves)))
        currency = among.names[int(kinds[i]) % width]
        rows.append(Row(names[i], currency, sum(each[i] for each in tallies), before, after, payers))
    return tuple(rows)


def drivers(account: Key | None, change: Int64, among: Currencies) -> dict[str, Payers]:
    """By currency: accounts that pay more, the same and less over all of their sessions."""
    found = {}
    for number, currency in enumerate(among.names if account is not None else ()):
        assert account is not None
        of = (among.code == number) & (account.code[among.rows] >= 0)
        accounts, place = np.unique(account.code[among.rows][of], return_inverse=True)
        total = np.zeros(accounts.size, np.int64)
        np.add.at(total, place, change[of])
        found[currency] = payers_of(total)
    return found


def payers_of(change: Int64) -> Payers:
    """How many changes are above, at and below zero, and what they come to."""
    more, less = int((change > 0).sum()), int((change < 0).sum())
    rise, fall = int(np.maximum(change, 0).sum()), int(np.minimum(change, 0).sum())
    return Payers(more, change.size - more - less, less, rise, fall)


def histogram(currency: str, change: Int64) -> Histogram:
    """Bars of equal width, the least of 1, 2, 5, 10, ... minor units by which ten of them hold all changes of a side
    but one in a hundred; what is beyond has a bar without end.
    """
    size = np.sort(np.abs(change[change != 0]))
    most = int(size[size.size * 99 // 100]) if size.size else 0
    step = _step(minor_micro(currency), most)
    bars = []
    for low, high in _edges(step):
        below = change < 0
        if low is None:
            held = below & (change < -_BARS * step)
        elif high is None:
            held = change > _BARS * step
        elif low < high <= 0 and low != 0:
            held = below & (change >= low) & (change < high)
        elif low == high:
            held = change == 0
        else:
            held = (change > low) & (change <= high)
        bars.append(Bar(low, high, int(held.sum())))
    return Histogram(currency, step, _trimmed(bars))


def _edges(step: int) -> list[tuple[int | None, int | None]]:
    edges: list[tuple[int | None, int | None]] = [(None, -_BARS * step)]
    edges += [(-i * step, -(i - 1) * step) for i in range(_BARS, 0, -1)]
    edges += [(0, 0)]
    edges += [((i - 1) * step, i * step) for i in range(1, _BARS + 1)]
    return [*edges, (_BARS * step, None)]


def _step(minor: int, most: int) -> int:
    size = minor
    while True:
        for each in _STEPS:
            if each * size * _BARS >= most:
                return each * size
        size *= 10


def _trimmed(bars: list[Bar]) -> tuple[Bar, ...]:
    """Without the empty bars at both ends; those around zero stay."""
    middle = len(bars) // 2
    held = [i for i, bar in enumerate(bars) if bar.sessions]
    first, last = min([*held, middle - 1]), max([*held, middle + 1])
    return tuple(bars[first : last + 1])
