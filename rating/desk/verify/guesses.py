"""The ways of pricing that have been seen elsewhere, in words (PRICING 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from rating.desk.verify.pricing import PartRounding, Way

Usages = Literal["told", "printed", "clock"]
# What a tariff or a session must have for a guess to come to anything.
Needs = Literal["cuts", "clock", "steps", "flat", "limits", "tax", "closeness", "nothing"]


@dataclass(frozen=True, slots=True)
class Guess:
    """A way in which a partner may have priced."""

    code: str
    words: str
    changes: tuple[tuple[str, object], ...] = ()  # of the fields of a Way
    usage: Usages = "told"
    needs: Needs = "nothing"

    def way(self, base: Way) -> Way:
        """The right way, changed."""
        return replace(base, **dict(self.changes))  # type: ignore[arg-type]


def _rounded(code: str, words: str, field: str, how: object) -> Guess:
    return Guess(code, words, ((field, how),), needs="closeness")


def _step(code: str, words: str, how: str) -> Guess:
    return Guess(code, words, (("steps", how),), needs="steps")


# In the order in which they are told, where several explain the same.
PRICING: Final = (
    Guess("not_cut", "each period is priced by what holds at its start, also where a price changes within it",
          (("as_cut", True),), needs="cuts"),
    Guess("cut_anew", "periods are cut where a price changes within them", (("as_cut", False),), needs="cuts"),
    Guess("utc_clock", "the tariff's times are read on the clock of UTC, not on that of the site",
          (("utc", True),), needs="clock"),
    _step("step_ignored", "step_size is left out", "none"),
    _step("step_each_price", "each price has its own step, where the last one steps the session's total", "price"),
    _step("step_each_period", "each period is stepped by itself, not the session's total once", "period"),
    _step("step_twice", "charging time is stepped though parking time is, so that there are two steps", "both_times"),
    _step("step_unpriced", "time or energy that has no price counts towards the step", "unpriced"),
    Guess("flat_missing", "the price per session is left out", (("flats", "none"),), needs="flat"),
    Guess("flat_each_period", "the price per session is billed for each period",
          (("flats", "each_period"),), needs="flat"),
    Guess("limits_ignored", "min_price and max_price are left out", (("limits", False),), needs="limits"),
    Guess("hours_printed", "times are taken as printed, in decimals of an hour, not as the whole seconds they mean",
          usage="printed"),
    Guess("clock_times", "times are taken from the clock, not from the volumes of the periods", usage="clock"),
)  # fmt: skip
TAXING: Final = (
    Guess("vat_missing", "no tax is added", (("taxing", "none"),), needs="tax"),
    Guess("vat_twice", "the tax is added twice", (("taxing", "twice"),), needs="tax"),
    Guess(
        "vat_side",
        "prices with tax are taken as without it, or the other way round",
        (("taxing", "other_side"),),
        needs="tax",
    ),
    Guess(
        "gross_as_net",
        "what it costs with tax is printed as the cost before tax as well",
        (("taxing", "gross_as_net"),),
        needs="tax",
    ),
)
ROUNDING: Final = (
    _rounded("rounded_4", "the total is rounded to 4 decimals, and then again", "total_decimals", 4),
    _rounded("rounded_each_price", "each price's part is rounded before they are added up",
             "parts", PartRounding("price", None, "half_up")),
    _rounded("rounded_each_period", "each period is rounded before they are added up",
             "parts", PartRounding("period", None, "half_up")),
    _rounded("rounded_4_each_period", "each period is rounded to 4 decimals before they are added up",
             "parts", PartRounding("period", 4, "half_up")),
    _rounded("cut_off_each_period", "what is beyond the currency's decimals is cut off in each period",
             "parts", PartRounding("period", None, "down")),
    _rounded("cut_off_3_each_period", "what is beyond 3 decimals is cut off in each period",
             "parts", PartRounding("period", 3, "down")),
    _rounded("cut_off_4_each_period", "what is beyond 4 decimals is cut off in each period",
             "parts", PartRounding("period", 4, "down")),
    _rounded("cut_off", "what is beyond the currency's decimals is cut off, not rounded", "total_mode", "down"),
    _rounded("rounded_up", "the total is rounded up", "total_mode", "up"),
    _rounded("half_even", "halves are rounded to the even neighbour", "total_mode", "half_even"),
)  # fmt: skip
