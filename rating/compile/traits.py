"""What sessions say of themselves: restrictions that hold or fail for a whole session (PRICING 2).

A tariff that asks for a membership or a charger's power has a timeline for each answer that its sessions give, so that
kernels never ask.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.tariff.model import Tariff, Version, When
from rating.usage.batch import Sessions

NAMES = ("tariff_type", "connector", "membership", "payment_method")
_KEYS_MAX = 2**16  # different answers that are counted; more are sorted


class Traits(NamedTuple):
    """What a session says of itself; None: nothing."""

    tariff_type: str | None = None
    connector: str | None = None
    membership: str | None = None
    payment_method: str | None = None
    evse_power_mw: int | None = None
    expired: bool = False


NO_TRAITS = Traits()


def holds(when: When, traits: Traits) -> bool:
    """Whether the restrictions by what the session says of itself hold; a charger that says no power has none."""
    for name in NAMES:
        asked = getattr(when, name)
        if asked is not None and getattr(traits, name) not in asked:
            return False
    power_mw = traits.evse_power_mw or 0
    least, most = when.min_evse_power_mw, when.max_evse_power_mw
    return (least is None or power_mw >= least) and (most is None or power_mw < most)


def asks_of_session(when: When) -> bool:
    """Whether the element holds for some sessions only, by what they say of themselves."""
    return (
        when.tariff_type is not None
        or when.connector is not None
        or when.membership is not None
        or when.payment_method is not None
        or when.min_evse_power_mw is not None
        or when.max_evse_power_mw is not None
    )


def lacks_fact(version: Version, traits: Traits) -> bool:
    """Whether the version asks for a connector or a charger's power, which every charger has, and it is not told."""
    whens = [element.when for element in version.elements]
    by_connector = any(when.connector is not None for when in whens)
    by_power = any(when.min_evse_power_mw is not None or when.max_evse_power_mw is not None for when in whens)
    return (by_connector and traits.connector is None) or (by_power and traits.evse_power_mw is None)


def asks(sessions: Sessions, tariff: Tariff) -> bool:
    """Whether `split` may tell sessions apart; where they say nothing of themselves, no tariff is looked through."""
    says = bool(sessions.attributes) or sessions.evse_power_mw is not None
    return sessions.expired is not None or (says and any(map(asks_of_session, _whens(tariff))))


def split(
    sessions: Sessions, tariff: Tariff, where: NDArray[Any] | slice
) -> Iterator[tuple[Traits, NDArray[Any] | slice]]:
    """The sessions `where`, by what they answer to what the tariff asks."""
    columns = [column for name in NAMES if (column := _named(sessions, tariff, name, where)) is not None]
    power = _power(sessions, tariff, where)
    if power is not None:
        columns.append(power)
    if sessions.expired is not None:
        columns.append(_Column("expired", sessions.expired[where].astype(np.int64), [False, True]))
    if not columns:
        yield NO_TRAITS, where
        return
    rows = np.arange(sessions.start_us.size)[where]
    key = np.zeros(rows.size, np.int64)
    for column in columns:
        key = key * len(column.values) + column.code
    wide = int(np.prod([len(column.values) for column in columns], dtype=np.float64))
    keys = np.flatnonzero(np.bincount(key)) if wide <= _KEYS_MAX else np.unique(key)
    for each in map(int, keys):
        answers: dict[str, Any] = {}
        rest = each
        for column in reversed(columns):
            rest, code = divmod(rest, len(column.values))
            answers[column.name] = column.values[code]
        yield Traits(**answers), rows[key == each]


class Questions(NamedTuple):
    """What a tariff asks of sessions."""

    names: tuple[tuple[str, frozenset[str], str], ...]  # a column, the words that are asked for, and one that is not
    marks: tuple[int, ...]  # the powers of chargers at which something changes, milli-W


def questions(tariff: Tariff) -> Questions:
    """What the tariff asks of sessions."""
    asked = ((name, frozenset(_asked_words(tariff, name))) for name in NAMES)
    return Questions(tuple((name, words, _other(words)) for name, words in asked if words), tuple(_marks(tariff)))


def answers(asked: Questions, said: Mapping[str, Any]) -> Traits:
    """What one session answers, as `split` finds it: `said` holds names and `evse_power_mw`; None: nothing."""
    if not asked.names and not asked.marks:
        return NO_TRAITS
    found: dict[str, Any] = {}
    for name, words, other in asked.names:
        given = said.get(name)
        if given is not None:
            found[name] = given if given in words else other
    power_mw = said.get("evse_power_mw")
    if power_mw is not None and asked.marks:
        found["evse_power_mw"] = (0, *asked.marks)[bisect_right(asked.marks, power_mw)]
    return Traits(**found)


def other_case(tariff: Tariff, said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Names that differ from one that the tariff asks for in nothing but upper and lower case: the column, the name
    that was said, and the one that is asked for.

    >>> from rating import load_tariffs
    >>> list(other_case(load_tariffs("tariffs/members.yaml")["members"], {"membership": "GOLD", "connector": None}))
    [('membership', 'GOLD', 'gold')]
    """
    for name, words, _ in questions(tariff).names:
        given = said.get(name)
        if isinstance(given, str) and given not in words:
            yield from ((name, given, word) for word in sorted(words) if word.casefold() == given.strip().casefold())


def _asked_words(tariff: Tariff, name: str) -> set[str]:
    return {word for when in _whens(tariff) for word in getattr(when, name) or ()}


def _other(asked: Collection[str]) -> str:
    """A name that the tariff does not mention."""
    return next(name for name in (f"{'?' * n}" for n in range(1, 10_000)) if name not in asked)


def _marks(tariff: Tariff) -> list[int]:
    """The powers of chargers at which something changes."""
    pairs = [(when.min_evse_power_mw, when.max_evse_power_mw) for when in _whens(tariff)]
    return sorted({mark for pair in pairs for mark in pair if mark is not None})


class _Column(NamedTuple):
    name: str
    code: NDArray[np.int64]  # (r,) index into values
    values: list[Any]


def _named(sessions: Sessions, tariff: Tariff, name: str, where: NDArray[Any] | slice) -> _Column | None:
    """Names that the tariff does not mention are alike; none is not the same as another."""
    asked = _asked_words(tariff, name)
    given = sessions.attributes.get(name)
    if not asked or given is None:
        return None
    values = [None, _other(asked), *sorted(asked)]
    code_of = np.array([values.index(word) if word in asked else 1 for word in given.names] + [0], np.int64)
    return _Column(name, code_of[given.code[where]], values)


def _power(sessions: Sessions, tariff: Tariff, where: NDArray[Any] | slice) -> _Column | None:
    """Powers between the same two thresholds are alike: each stands for all above the lower one."""
    marks = _marks(tariff)
    if not marks or sessions.evse_power_mw is None:
        return None
    power_mw = sessions.evse_power_mw[where]
    code = np.where(power_mw < 0, 0, np.searchsorted(np.array(marks, np.int64), power_mw, "right") + 1)
    return _Column("evse_power_mw", code, [None, 0, *marks])


def _whens(tariff: Tariff) -> list[When]:
    return [element.when for version in tariff.versions for element in version.elements]
