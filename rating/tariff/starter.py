"""A first tariff from a few answers, with the comments that its next editor needs; and what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rating.errors import Fault, TariffError
from rating.tariff.write_when import word

# What was answered, as it was typed: id, name, time_zone, currency, tax, tax_name, tax_included, energy, peak,
# peak_hours, peak_days, start_fee, idle_fee, idle_grace, idle_max, min_price, max_price, valid_from. What is not there
# is not asked for, or was left out.
Answers = Mapping[str, str]

# Until they are answered, the file has these in their place: they are not judged.
_UNTIL_ANSWERED: Final = {"id": "new", "currency": "EUR", "energy": "0.39/kWh"}
_CLOCK: Final = re.compile("[0-9]{2}:[0-9]{2}")
_COMMENT_COLUMN: Final = 36
SCHEMA: Final = "schema.json"


def starter_text(answers: Answers) -> str:
    """The file of a tariff with these answers.

    >>> print(starter_text({"id": "night", "currency": "EUR", "time_zone": "Europe/Paris", "energy": "0.39/kWh"}))
    # yaml-language-server: $schema=schema.json
    # `rating check` finds mistakes in it, `rating show` says in sentences what it charges.
    tariff: night                       # the id, by which sessions name it
    currency: EUR                       # of every amount in this file
    time_zone: Europe/Paris             # of its dates and clock times
    <BLANKLINE>
    # No tax applies. Where one does: {name: VAT, percent: 21, included: true}; false where it is added to the prices.
    tax: none
    <BLANKLINE>
    # To change a price later, leave this version as it is and add one below it, with its valid_from: sessions of
    # before keep their bills.
    versions:
      - elements:
          - name: any time
            energy: 0.39/kWh
    <BLANKLINE>
    """
    given = {**_UNTIL_ANSWERED, **answers}
    lines = [
        f"# yaml-language-server: $schema={SCHEMA}",
        "# `rating check` finds mistakes in it, `rating show` says in sentences what it charges.",
        _beside(f"tariff: {word(given['id'])}", "the id, by which sessions name it"),
    ]
    if "name" in given:
        lines.append(_beside(f"name: {word(given['name'])}", "what people call it"))
    lines.append(_beside(f"currency: {word(given['currency'])}", "of every amount in this file"))
    if "time_zone" in given:
        lines.append(_beside(f"time_zone: {word(given['time_zone'])}", "of its dates and clock times"))
    lines += ["", *_tax(given), ""]
    lines += [
        "# To change a price later, leave this version as it is and add one below it, with its valid_from: sessions of",
        "# before keep their bills.",
        "versions:",
    ]
    start = f"valid_from: {_scalar(given['valid_from'])}" if "valid_from" in given else ""
    lines += [f"  - {start}", "    elements:"] if start else ["  - elements:"]
    lines += [f"      {line}" for line in _elements(given)]
    lines += [f"    {line}" for line in _limits(given)]
    return "\n".join(lines) + "\n"


def _beside(text: str, comment: str) -> str:
    return f"{text.ljust(_COMMENT_COLUMN - 1)} # {comment}"


def _scalar(text: str) -> str:
    return text if _CLOCK.fullmatch(text) else word(text)


def _flow(pairs: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"


def _tax(given: Answers) -> list[str]:
    if "tax" not in given:
        example = "{name: VAT, percent: 21, included: true}; false where it is added to the prices"
        return [f"# No tax applies. Where one does: {example}.", "tax: none"]
    included = given.get("tax_included", "true")
    said = "The prices below include the tax" if included == "true" else "The tax is added to the prices below"
    name = word(given.get("tax_name", "VAT"))
    return [f"# {said}.", f"tax: {_flow({'name': name, 'percent': word(given['tax']), 'included': word(included)})}"]


def _elements(given: Answers) -> list[str]:
    lines = []
    if "peak" in given:
        lines += ["# At each moment the first element that holds gives the price: what is special stands first."]
        lines += ["- name: peak", f"  energy: {word(given['peak'])}", f"  when: {_flow(_peak_when(given))}"]
    lines += [f"- name: {'all other times' if 'peak' in given else 'any time'}", f"  energy: {word(given['energy'])}"]
    if "idle_fee" in given:
        said = "Plugged in and not charging: what a driver pays who stays"
        said += f", the first {_bare(given['idle_grace'])} free" if "idle_grace" in given else ""
        said += f", at most {_bare(given['idle_max'])} a session" if "idle_max" in given else ""
        parts = {"price": word(given["idle_fee"])}
        parts |= {key: word(given[f"idle_{key}"]) for key in ("grace", "max") if f"idle_{key}" in given}
        price = _flow(parts) if len(parts) > 1 else parts["price"]
        lines += [f"  # {said}.", f"  parking_time: {price}"]
    if "start_fee" in given:
        lines += ["  # Once a session.", f"  flat: {word(given['start_fee'])}"]
    return lines


def _bare(text: str) -> str:
    """A text that can stand in a comment."""
    return " ".join(text.split())[:40]


def _peak_when(given: Answers) -> dict[str, str]:
    when: dict[str, str] = {}
    if "peak_days" in given:
        days = [word(day.strip()) for day in given["peak_days"].split(",")]
        when["day_of_week"] = days[0] if len(days) == 1 else f"[{', '.join(days)}]"
    start, _, end = given.get("peak_hours", "17:00-21:00").partition("-")
    return when | {"start_time": _scalar(start.strip()), "end_time": _scalar(end.strip())}


def _limits(given: Answers) -> list[str]:
    asked = [key for key in ("min_price", "max_price") if key in given]
    if not asked:
        return []
    after = given.get("tax_included", "true") == "true"
    words = {"min_price": "at least", "max_price": "at most"}
    side = "" if "tax" not in given else ", tax included" if after else ", before tax"
    said = f"# What a session costs {' and '.join(words[key] for key in asked)}{side}."
    key_of_side = "after_tax" if after else "before_tax"
    return [said, *(f"{key}: {_flow({key_of_side: word(given[key])})}" for key in asked)]


def problems(answers: Answers, *, warnings: bool) -> list[Fault]:
    """What is wrong with the file of these answers; with `warnings`, also what is likely not meant.

    >>> [fault.fix for fault in problems({"currency": "EURO"}, warnings=False)]
    ['did you mean `EUR`?']
    """
    from rating.tariff.lint.check import lint
    from rating.tariff.load import parse_tariff

    try:
        tariff = parse_tariff(starter_text(answers), "")
    except TariffError as error:
        return list(error.faults)
    return lint([tariff]) if warnings else []
