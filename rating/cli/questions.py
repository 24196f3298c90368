"""What `rating new` asks, in its order; each question is an option of the command as well."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rating.tariff.starter import Answers

NOTHING: Final = ("-", "none", "no")  # what leaves a question out
_HOURS: Final = re.compile("([^-]+)-([^-]+)")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    `text` asks it, `option` answers it on the command line. Of those that are `needed`, an answer must come; the others
    can be left out. `after` names the answer without which it makes no sense. `suggest` gives the answer that Enter
    stands for; "" is none.
    """

    key: str
    option: str
    text: str
    metavar: str
    help: str
    needed: bool = False
    after: str = ""
    suggest: Callable[[Answers], str] = lambda _: ""
    also: tuple[str, ...] = ()  # other names of the option


def _currency(answers: Answers) -> str:
    from rating.tariff.countries import currency_of_zone

    return currency_of_zone(answers.get("time_zone", ""))


def _days(answers: Answers) -> str:
    """Weekdays; not where the hours pass midnight, after which it is another day."""
    found = _HOURS.fullmatch(answers.get("peak_hours", ""))
    return "mon-fri" if found and found[1].strip() < found[2].strip() else ""


QUESTIONS: Final = (
    Question("name", "--name", "Its name for people", "TEXT", "What people call it; left out: its id in words.",
             suggest=lambda answers: answers["id"].replace("-", " ").capitalize()),
    Question("time_zone", "--time-zone", "Time zone of the chargers, such as Europe/Amsterdam", "ZONE",
             "The time zone of the chargers, such as Europe/Amsterdam.", needed=True),
    Question("currency", "--currency", "Currency", "CODE", "The currency; left out: that of the time zone's country.",
             needed=True, suggest=_currency),
    Question("tax", "--tax", "Tax in percent, such as 21, or none", "PERCENT", "The tax in percent, or none.",
             needed=True),
    Question("tax_name", "--tax-name", "What the tax is called", "TEXT", "What the tax is called; left out: VAT.",
             after="tax", suggest=lambda _: "VAT"),
    Question("tax_included", "--tax-included", "Do the prices include it, true or false", "true|false",
             "Whether the prices include the tax; left out: true.", after="tax", suggest=lambda _: "true"),
    Question("energy", "--energy", "Price of energy, such as 0.39/kWh", "PRICE",
             "The price of energy, such as 0.39/kWh.", needed=True),
    Question("peak", "--peak", "Price of energy at peak hours, such as 0.59/kWh", "PRICE",
             "The price of energy at peak hours.", also=("--evening",)),
    Question("peak_hours", "--peak-hours", "Peak hours", "FROM-TO", "Peak hours; left out: 17:00-21:00.", after="peak",
             suggest=lambda _: "17:00-21:00"),
    Question("peak_days", "--peak-days", "Peak days, such as mon-fri or sat,sun", "DAYS",
             "Peak days; left out: mon-fri; - for every day.", after="peak", suggest=_days),
    Question("start_fee", "--start-fee", "Fee for each session, such as 0.50/session", "PRICE",
             "A fee for each session, such as 0.50/session."),
    Question("idle_fee", "--idle-fee", "Fee for staying plugged in after charging, such as 0.10/min", "PRICE",
             "A fee for staying plugged in after charging, such as 0.10/min.", also=("--parking-fee",)),
    Question("idle_grace", "--idle-grace", "How long it is free before that", "TIME",
             "How long staying is free; left out: 15 min; - for not at all.", after="idle_fee",
             suggest=lambda _: "15 min"),
    Question("idle_max", "--idle-max", "The most that staying costs in a session, such as 12.00", "AMOUNT",
             "The most that staying costs in a session.", after="idle_fee"),
    Question("min_price", "--min-price", "The least that a session costs, such as 1.00", "AMOUNT",
             "The least that a session costs, on the side of tax that the prices are on."),
    Question("max_price", "--max-price", "The most that a session costs, such as 60.00", "AMOUNT",
             "The most that a session costs, on the side of tax that the prices are on."),
    Question("valid_from", "--valid-from", "In force from this day on; today is suggested", "DATE",
             "The first day on which it is in force; left out: it always is."),
)  # fmt: skip
