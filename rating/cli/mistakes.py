"""The mistakes of real exports, put into a drawn month so that the table `rejected` has something to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rating.cli.draw import SLOT_S
from rating.cli.month import NONE, Month
from rating.cli.network import asks_for_power, asks_for_reservations
from rating.tariff.model import Tariff, Tariffs
from rating.units import US_PER_S

Int64 = NDArray[np.int64]

_ONE_IN: Final = 5_000  # so many sessions have each mistake, and at least one
_LOST: Final = 9_000_000  # what is added to the id of a session that intervals do not find


def add_mistakes(rng: np.random.Generator, month: Month, tariffs: Tariffs) -> None:
    """Spoil a few sessions of the month, each in one way.

    No energy is lost: what is rated and what is rejected still add up to what the meters said.
    """
    mistakes = (_misspell, _swap_ends, _overlap, _negative, _lose, _cut_short)
    each = max(1, len(month.session_id) // _ONE_IN)
    measured = np.flatnonzero(month.first[:-1] < month.first[1:])
    if len(measured) < each * len(mistakes):
        return
    chosen = rng.permutation(measured)[: each * len(mistakes)].reshape(len(mistakes), each)
    rest = np.setdiff1d(measured, chosen)
    for mistake, sessions in zip(mistakes, chosen, strict=True):
        mistake(month, sessions)
    month.zone[_some(month, rest, each, tariffs, lambda tariff: tariff.time_zone is None)] = NONE
    month.evse_power_kw[_some(month, rest, each, tariffs, asks_for_power)] = NONE
    late = _some(month, rest, each, tariffs, asks_for_reservations)
    month.reserved_us[late] = month.start_us[late] + 60 * US_PER_S


def _some(month: Month, among: Int64, count: int, tariffs: Tariffs, asks: Callable[[Tariff], bool]) -> Int64:
    """The first so many sessions of a tariff that asks for something."""
    asking = [i for i, name in enumerate(month.tariffs) if name in tariffs and asks(tariffs[name])]
    return among[np.isin(month.tariff[among], asking)][:count]


def _misspell(month: Month, sessions: Int64) -> None:
    """The tariff's name lacks a letter."""
    for i in sessions:
        name = month.tariffs[month.tariff[i]]
        wrong = name[:2] + name[3:]
        if wrong in month.tariffs[: len({site.tariff for site in month.sites})]:
            wrong = f"{name}-"
        if wrong not in month.tariffs:
            month.tariffs.append(wrong)
        month.tariff[i] = month.tariffs.index(wrong)


def _swap_ends(month: Month, sessions: Int64) -> None:
    """The session ends before it starts."""
    start_us = month.start_us[sessions].copy()
    month.start_us[sessions] = month.end_us[sessions]
    month.end_us[sessions] = start_us


def _overlap(month: Month, sessions: Int64) -> None:
    """The first interval reaches into the second; where there is no second, it leaves the session."""
    month.to_us[month.first[sessions]] += SLOT_S * US_PER_S


def _negative(month: Month, sessions: Int64) -> None:
    """The first interval gives energy back, and no example tariff says what that earns."""
    month.energy_wh[month.first[sessions]] = -250


def _lose(month: Month, sessions: Int64) -> None:
    """The intervals have the id of a session that nobody knows."""
    for i in sessions:
        month.owner[month.first[i] : month.first[i + 1]] += _LOST


def _cut_short(month: Month, sessions: Int64) -> None:
    """The session ends a minute after it starts, long before its last interval."""
    month.end_us[sessions] = month.start_us[sessions] + 60 * US_PER_S
