"""For whom and where a tariff has prices of its own: the answers of sessions that it asks for, each with its week."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

from rating.compile.traits import NAMES, Traits
from rating.desk.show.language import N_, Speaker
from rating.desk.show.sheet import Edition
from rating.desk.show.weeks import Weeks
from rating.tariff.model import When

COMBINATIONS_MAX = 64  # that are compiled
SHOWN_MAX = 6
TEXTS_MAX = 2  # of a group that has several answers; a longer label says less than none
_EVERY_CHARGER_HAS = ("connector",)


class Answer(NamedTuple):
    """What a session may say of one fact, and how that is put."""

    value: Any
    text: str


class Audience(NamedTuple):
    """Sessions with the same prices at every moment."""

    label: str  # "" where the tariff asks for nothing
    traits: Traits
    weeks: Weeks


def audiences_of(
    edition: Edition, speak: Speaker, weeks: Callable[[Traits], Weeks]
) -> tuple[tuple[Audience, ...], int]:
    """Those with a picture of their own, at most SHOWN_MAX; and how many more there are, or may be."""
    facts = _facts(edition, speak)
    combinations = list(product(*facts.values()))[:COMBINATIONS_MAX]
    groups: dict[Weeks, list[tuple[Answer, ...]]] = {}
    for answers in combinations:
        traits = Traits(**{name: each.value for name, each in zip(facts, answers, strict=True)})
        groups.setdefault(weeks(traits), []).append(answers)
    found = []
    for week, members in groups.items():
        traits = Traits(**{name: each.value for name, each in zip(facts, members[0], strict=True)})
        found.append(Audience("" if len(groups) == 1 else _label(members, list(facts.values()), speak), traits, week))
    every = 1
    for answers_of in facts.values():
        every *= len(answers_of)
    return tuple(found[:SHOWN_MAX]), len(found[SHOWN_MAX:]) + every - len(combinations)


def _facts(edition: Edition, speak: Speaker) -> dict[str, list[Answer]]:
    """Each fact that the version asks for, with the answers that it tells apart."""
    whens = [offer.when for offer in edition.offers if not offer.shadowed]
    found: dict[str, list[Answer]] = {}
    for name in NAMES:
        alike: dict[tuple[bool, ...], list[str]] = {}
        for word in sorted({word for when in whens for word in getattr(when, name) or ()}):
            asked = tuple(word in (getattr(when, name) or ()) for when in whens)
            alike.setdefault(asked, []).append(word)
        if alike:
            named = [
                Answer(words[0], speak.t(_NAMED[name], names=speak.listed(words, "or"))) for words in alike.values()
            ]
            # Every charger has a connector: another one, which no tariff can name, stands for the rest.
            rest = Answer("?" if name in _EVERY_CHARGER_HAS else None, speak.t(_REST[name]))
            found[name] = [*named, rest] if name in _EVERY_CHARGER_HAS else [rest, *named]
    marks = sorted({mark for when in whens for mark in _powers(when) if mark})
    if marks:
        bounds = list(zip([0, *marks], [*marks, None], strict=True))
        found["evse_power_mw"] = [Answer(low, _band(speak, low, high)) for low, high in bounds]
    return found


def _powers(when: When) -> tuple[int | None, int | None]:
    return when.min_evse_power_mw, when.max_evse_power_mw


def _band(speak: Speaker, low: int, high: int | None) -> str:
    if high == low + 1:
        return speak.t("chargers of {x}", x=speak.power(low))
    if low == 0:
        return speak.t("chargers below {b}", b=speak.power(high or 0))
    if high is None:
        return speak.t("chargers of {a} or more", a=speak.power(low))
    return speak.t("chargers of {a} to below {b}", a=speak.power(low), b=speak.power(high))


_NAMED = {
    "membership": N_("members of {names}"),
    "connector": N_("connector {names}"),
    "payment_method": N_("paid by {names}"),
    "tariff_type": N_("tariff type {names}"),
}
_REST = {
    "membership": N_("no membership"),
    "connector": N_("other connectors"),
    "payment_method": N_("other payments"),
    "tariff_type": N_("other tariff types"),
}


def _label(members: list[tuple[Answer, ...]], facts: list[list[Answer]], speak: Speaker) -> str:
    """The answers of a group, without those that make no difference to it."""
    kept = list(range(len(facts)))
    for place, answers in enumerate(facts):
        rest = {tuple(each[other] for other in kept if other != place) for each in members}
        projected = {tuple(each[other] for other in kept) for each in members}
        if len(kept) > 1 and len(projected) == len(rest) * len(answers):
            kept.remove(place)
    texts = list(dict.fromkeys(", ".join(each[place].text for place in kept) for each in members))
    return "; ".join(texts) if len(texts) <= TEXTS_MAX else speak.t("all others")
