"""Keys that nobody knows: what may have been meant. In the parts that set the price each of them is a fault."""

from __future__ import annotations

import re
from functools import lru_cache

from rating.errors import Fault, Place
from rating.ocpi_json import Json
from rating.tariff.ocpi.fields import KEYS, OcpiVersion, version_of_key
from rating.tariff.refusal import visible

# Words that people use, where no spelling comes close.
_OTHER_WORDS = {
    "tariff_elements": "elements", "components": "price_components", "prices": "price_components",
    "conditions": "restrictions", "dimension": "type", "component_type": "type", "unit_price": "price",
    "amount": "price", "tax": "vat", "tax_rate": "vat", "vat_rate": "vat", "vat_percentage": "vat", "step": "step_size",
    "days": "day_of_week", "weekdays": "day_of_week", "days_of_week": "day_of_week", "weekday": "day_of_week",
    "from_time": "start_time", "to_time": "end_time", "from_date": "start_date", "to_date": "end_date",
    "min_energy": "min_kwh", "max_energy": "max_kwh", "min_kw": "min_power", "max_kw": "max_power",
    "min_amps": "min_current", "max_amps": "max_current",
    "valid_from": "start_date_time", "valid_until": "end_date_time",
    "excl_vat": "before_taxes", "incl_vat": "after_taxes", "before_taxes": "excl_vat", "after_taxes": "incl_vat",
    "before_tax": "before_taxes", "after_tax": "after_taxes",
}  # fmt: skip
_SNAKE = re.compile("[a-z0-9]{1,31}(_[a-z0-9]{1,32})?")
_HOMES = {
    "tariff": "in the tariff itself", "element": "in an item of `elements`",
    "component": "in an item of `price_components`", "restrictions": "in `restrictions`",
    "limit": "in `min_price` or `max_price`",
}  # fmt: skip


def unknown_keys(value: dict[str, Json], part: str, version: OcpiVersion, place: Place) -> list[Fault]:
    """A fault for each key that the part of a tariff does not know, and that may have been meant to set a price.

    In the tariff itself an unknown key is an extension, unless it comes close to a key that OCPI has.
    """
    known = KEYS[part][version]
    found = []
    for key in value:
        if key in known:
            continue
        fix = _fix(key, part, version, known, value)
        if fix:
            want = f"one of the keys {', '.join(known)}" if part != "tariff" else f"a key of OCPI {version}"
            found.append(Fault("unknown_key", place.within(key), visible(key) or '""', want, fix))
    return found


def _fix(key: str, part: str, version: OcpiVersion, known: tuple[str, ...], value: dict[str, Json]) -> str:
    """What to do about a key; "" where it may stay."""
    later = version_of_key(part, key)
    if later is not None:
        if part == "tariff" and key in ("country_code", "party_id", "type"):
            return ""  # moves no amount, and 2.1.1 may well send them
        if (other := _OTHER_WORDS.get(key)) in known and other not in value:
            return f"OCPI {version} calls it `{other}`: rename it, or read it as {later}"
        return f"OCPI {version} does not have it: read the tariff as {later}, or delete it"
    # What another version would price by is as misleading: a misspelt `min_price` makes a tariff look like 2.1.1.
    if close := closest(key, _keys_or_meant(part, version)):
        return _instead(close, value)
    tidy = snake(key)
    homes = [home for home in KEYS if home != part and tidy in _all_keys(home)]
    if homes:
        return f"`{tidy}` belongs {_HOMES[homes[0]]}: move it there"
    if part == "tariff":
        return ""
    longer = {name for name in _keys_or_meant(part, version) if len(tidy) >= 3 and name.startswith(tidy)}
    return _instead(longer.pop(), value) if len(longer) == 1 else "delete it"


def _instead(meant: str, value: dict[str, Json]) -> str:
    """What to do about a key that was meant to be another."""
    return f"`{meant}` is there already: delete this one" if meant in value else f"did you mean `{meant}`?"


@lru_cache(maxsize=8)
def _all_keys(part: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for keys in KEYS[part].values() for key in keys))


@lru_cache(maxsize=32)
def _keys_or_meant(part: str, version: OcpiVersion) -> tuple[str, ...]:
    return (*KEYS[part][version], *_all_keys(part))


@lru_cache(maxsize=4096)
def closest(key: str, known: tuple[str, ...]) -> str | None:
    """The key that was meant: another spelling of it, one with a slip or two, or another word for it.

    >>> closest("dayOfWeek", ("day_of_week",)), closest("restriction", ("restrictions",)), closest("ID", ("id",))
    ('day_of_week', 'restrictions', 'id')
    >>> closest("uid", ("id",)), closest("operator_note", ("id", "currency"))
    (None, None)
    """
    tidy = snake(key)
    if tidy in known:
        return tidy
    if _OTHER_WORDS.get(tidy) in known:
        return _OTHER_WORDS[tidy]
    slips = {}
    letters = set(tidy)
    for name, most, its_letters in _slips_allowed(known):
        # A slip puts in one letter and takes out one, at most: with more of them there is no need to count.
        if abs(len(name) - len(tidy)) <= most and len(letters ^ its_letters) <= 2 * most:
            count = edit_distance(tidy, name)
            if count <= most:
                slips[name] = count
    return min(slips, key=lambda name: slips[name]) if slips else None


@lru_cache(maxsize=256)
def _slips_allowed(known: tuple[str, ...]) -> list[tuple[str, int, set[str]]]:
    """Each key, how many slips it may have, and its letters."""
    return [(name, 1 + (len(name) > 7), set(name)) for name in dict.fromkeys(known) if len(name) >= 4]


@lru_cache(maxsize=4096)
def snake(key: str) -> str:
    """A key as OCPI writes keys: dayOfWeek, Day-Of-Week and `day of week` are day_of_week."""
    if _SNAKE.fullmatch(key):
        return key
    words = re.sub("([a-z0-9])([A-Z])", r"\1_\2", key.strip()[:64])
    return re.sub("[-_ .]+", "_", words).lower()


def edit_distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out, replaced, or swapped with their neighbour.

    >>> edit_distance("elments", "elements"), edit_distance("crurency", "currency"), edit_distance("a", "bc")
    (1, 1, 2)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, match in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != match))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == match:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
