"""The parts of a plan: fee, allowances, discounts, loyalty with its tiers, points and caps.

A check of one key against another sits at the later key, so that every other fault is still found.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from rating.tariff import leaves_plans as leaves
from rating.tariff.leaves import Words
from rating.tariff.model import LineDimension, Price
from rating.tariff.offered import DIMENSIONS_OF_UNIT
from rating.tariff.periods import Allowed
from rating.tariff.plans import AllowedName
from rating.tariff.refusal import RefusalError, RefusalsError
from rating.tariff.schema_parts import Block, PriceLimitText, listed

PARTS_MAX = 64  # of each kind
TIERS_MAX = 64

PatternsField = Annotated[
    leaves.Patterns | None,
    Field(
        description="The tariffs it holds for, of the same currency: ids, in which * stands for any letters. "
        "Left out: all of them.",
        examples=["harbour-*", ["harbour-dc", "city-*"]],
    ),
]
DimensionsField = Annotated[
    leaves.Dimensions | None,
    Field(
        description="What is discounted: energy, time, parking_time, flat, reservation_time, reservation_flat. "
        "Left out: all of them, or all that have the price's unit.",
        examples=["energy", ["energy", "time"]],
    ),
]
AnchorField = Annotated[
    leaves.Anchor | None,
    Field(
        description="calendar: periods begin at midnight of the first of the month (of Monday, of the year). "
        "start: they are counted from the day on which the account joined.",
        examples=["start"],
    ),
]
PercentField = Annotated[
    leaves.DiscountPercent | None,
    Field(description="So much of the amount is taken off, in percent.", examples=[10]),
]
OffField = Annotated[
    leaves.Off | None,
    Field(description="So much is taken off for each unit that is billed, at most its price.", examples=["0.05/kWh"]),
]


def one_kind(given: dict[str, object], code: str, what: str, show: str) -> None:
    """Refuse none or several of some keys. What was refused already is not counted again."""
    names = [name for name, value in given.items() if value is not None]
    known = ", ".join(list(given)[:-1]) + f" and {list(given)[-1]}"
    if not names:
        raise RefusalError(code, f"one of {known}", f"add for example `{show}`", got=f"no {what}")
    if len(names) > 1:
        raise RefusalError(code, f"one of {known}, not several", "keep one", got=" and ".join(names), beside=names[1])


def fitting(dimensions: frozenset[LineDimension] | None, price: Price | None) -> None:
    """Refuse dimensions that no unit of the price is of."""
    wrong = sorted((dimensions or frozenset()) - DIMENSIONS_OF_UNIT[price.unit]) if price else []
    if wrong and price:
        known = sorted(DIMENSIONS_OF_UNIT[price.unit])
        want = f"dimensions that are priced by the {price.unit}: {', '.join(known)}"
        fix = "leave it out, or make a discount of its own for what has another unit"
        raise RefusalError("price_dimension", want, fix, got=", ".join(wrong))


def percent_or_price(price: Price | None, info: ValidationInfo) -> Price | None:
    """Refuse a discount that is neither, or both. What was refused is missing from info.data."""
    if "percent" in info.data:
        one_kind({"percent": info.data["percent"], "price": price}, "missing_discount", "discount", "percent: 10")
    return price


class FeeText(Block):
    """What the plan costs in each period."""

    WANT: ClassVar[str] = "a fee with its period, or {price: ..., anchor: ...}"
    SHOW: ClassVar[str] = "9.90/month or {price: 9.90/month, anchor: start}"

    price: Annotated[
        leaves.Fee,
        Field(description="The fee with its period: day, week, month or year.", examples=["9.90/month"]),
    ]
    anchor: AnchorField = None

    @classmethod
    def _from_other(cls, data: object) -> object:
        if isinstance(data, str):
            return {"price": data}
        raise RefusalError("shape", cls.WANT, f"write {cls.SHOW}")


ALLOWED: tuple[AllowedName, ...] = ("energy", "time", "parking_time", "sessions")


class AllowanceText(Block):
    """What is free in each period."""

    WANT: ClassVar[str] = "an allowance, such as {energy: 100 kWh, per: month}"
    SHOW: ClassVar[str] = "{energy: 100 kWh, per: month}"

    name: Annotated[
        Words | None,
        Field(
            description="What the bill calls it. Left out: included energy, included time, included parking time or "
            "included sessions.",
            examples=["included energy"],
        ),
    ] = None
    energy: Annotated[
        leaves.AllowedEnergy | None, Field(description="So much energy is free.", examples=["100 kWh"])
    ] = None
    time: Annotated[
        leaves.AllowedTime | None, Field(description="So much charging time is free.", examples=["600 min"])
    ] = None
    parking_time: Annotated[
        leaves.AllowedTime | None, Field(description="So much parking time is free.", examples=["2 h"])
    ] = None
    sessions: Annotated[
        leaves.AllowedSessions | None,
        Field(
            description="So many sessions are free. One of energy, time, parking_time and sessions is given.",
            examples=[4],
            validate_default=True,
        ),
    ] = None
    per: Annotated[
        leaves.Per,
        Field(description="The period in which so much is free: day, week, month or year.", examples=["month"]),
    ]
    anchor: AnchorField = None
    carry_over: Annotated[
        leaves.Carry | None,
        Field(
            description="How much of what is left goes into the next period at most, or all.",
            examples=["50 kWh", "all"],
        ),
    ] = Allowed(0, "")
    dimensions: Annotated[
        leaves.Dimensions | None,
        Field(
            description="What of a free session is free: energy, time, parking_time, flat, reservation_time, "
            "reservation_flat. Beside `sessions` alone. Left out: all of it.",
            examples=["flat", ["energy", "flat"]],
        ),
    ] = None
    tariffs: PatternsField = None

    @field_validator("sessions")
    @classmethod
    def _one_kind(cls, sessions: Allowed | None, info: ValidationInfo) -> Allowed | None:
        # What was refused is missing from info.data, and then there is a fault already.
        if all(name in info.data for name in ALLOWED[:-1]):
            given: dict[str, object] = {name: info.data[name] for name in ALLOWED[:-1]}
            given["sessions"] = sessions
            one_kind(given, "missing_allowance", "amount", "energy: 100 kWh")
        return sessions

    @field_validator("carry_over")
    @classmethod
    def _same_unit(cls, carry: Allowed | None, info: ValidationInfo) -> Allowed | None:
        allowed = next((info.data[name] for name in ALLOWED if info.data.get(name)), None)
        if carry is None or not carry.unit or allowed is None:
            return carry
        kind = next(name for name in ALLOWED if info.data.get(name))
        same = {"kWh": "energy", "Wh": "energy", "session": "sessions"}.get(carry.unit, "time")
        if same != kind.removeprefix("parking_"):
            shown = {"energy": "50 kWh", "sessions": "2"}.get(kind, "60 min")
            much = "how many sessions are" if kind == "sessions" else f"how much {kind.replace('_', ' ')} is"
            want = f"{much} carried over, such as {shown}, or all"
            fix = "write a number of sessions" if kind == "sessions" else f"write it in {allowed.unit}"
            raise RefusalError("carry_over", want, fix)
        return carry

    @field_validator("dimensions")
    @classmethod
    def _of_sessions(
        cls, dimensions: frozenset[LineDimension] | None, info: ValidationInfo
    ) -> frozenset[LineDimension] | None:
        if dimensions is not None and info.data.get("sessions", "refused") is None:
            want = "no `dimensions` but beside `sessions`: energy is free of its price, time of its own"
            raise RefusalError("dimension", want, "delete it")
        return dimensions


class DiscountText(Block):
    """So much off."""

    WANT: ClassVar[str] = "a discount, such as {percent: 10} or {price: 0.05/kWh}"
    SHOW: ClassVar[str] = "{percent: 10, dimensions: [energy]}"

    name: Annotated[
        Words | None,
        Field(description="What the bill calls it. Left out: discount 1, discount 2, ...", examples=["member"]),
    ] = None
    percent: PercentField = None
    price: Annotated[
        leaves.Off | None,
        Field(
            description="So much is taken off for each unit that is billed, at most its price. "
            "One of percent and price is given.",
            examples=["0.05/kWh"],
            validate_default=True,
        ),
    ] = None
    dimensions: DimensionsField = None
    tariffs: PatternsField = None

    _one = field_validator("price")(percent_or_price)

    @field_validator("dimensions")
    @classmethod
    def _fit(cls, dimensions: frozenset[LineDimension] | None, info: ValidationInfo) -> frozenset[LineDimension] | None:
        fitting(dimensions, info.data.get("price"))
        return dimensions


class TierText(Block):
    """From a count on, a discount."""

    WANT: ClassVar[str] = "a tier, such as {from: 10, percent: 5}"
    SHOW: ClassVar[str] = "{from: 10, percent: 5}"

    from_: Annotated[
        leaves.TierAt,
        Field(
            alias="from",
            description="The tier holds from this count on: sessions (10), energy (200 kWh) or what was paid (100.00).",
            examples=[10, "200 kWh", "100.00"],
        ),
    ]
    percent: PercentField = None
    price: Annotated[
        leaves.Off | None,
        Field(
            description="So much is taken off for each unit that is billed, at most its price. "
            "One of percent and price is given.",
            examples=["0.03/kWh"],
            validate_default=True,
        ),
    ] = None

    _one = field_validator("price")(percent_or_price)


class LoyaltyText(Block):
    """Tiers of discounts for those who come often."""

    WANT: ClassVar[str] = "a loyalty, such as {by: sessions, per: month, tiers: [{from: 10, percent: 5}]}"
    SHOW: ClassVar[str] = "{by: sessions, per: month, tiers: [{from: 10, percent: 5}]}"

    name: Annotated[
        Words | None,
        Field(description="What the bill calls it. Left out: loyalty 1, loyalty 2, ...", examples=["frequent"]),
    ] = None
    by: Annotated[
        leaves.By,
        Field(
            description="What is counted: sessions, their energy, or what was paid for them (spend).",
            examples=["sessions"],
        ),
    ]
    per: Annotated[
        leaves.Per | None,
        Field(description="The period in which it is counted: day, week, month or year.", examples=["month"]),
    ] = None
    anchor: AnchorField = None
    rolling: Annotated[
        leaves.Rolling | None,
        Field(
            description="The number of days in which it is counted: the day of the session and those before it. "
            "One of per and rolling is given.",
            examples=["30 days"],
            validate_default=True,
        ),
    ] = None
    dimensions: DimensionsField = None
    tiers: Annotated[
        list[TierText],
        listed("a list of tiers", TIERS_MAX, "write fewer"),
        Field(
            description="The discounts; the last one that is reached when a session starts holds for it.",
            examples=[[{"from": 10, "percent": 5}, {"from": 20, "price": "0.03/kWh"}]],
        ),
    ]
    tariffs: PatternsField = None

    @field_validator("rolling")
    @classmethod
    def _one_period(cls, rolling: int | None, info: ValidationInfo) -> int | None:
        if "per" in info.data:
            one_kind({"per": info.data["per"], "rolling": rolling}, "missing_period", "period", "per: month")
        if rolling is not None and info.data.get("anchor") is not None:
            want = "no `anchor` beside `rolling`: the days end with that of the session"
            raise RefusalError("anchor", want, "delete it", got="anchor", beside="anchor")
        return rolling

    @field_validator("tiers")
    @classmethod
    def _fit(cls, tiers: list[TierText], info: ValidationInfo) -> list[TierText]:
        dimensions, wrong = info.data.get("dimensions"), []
        for index, tier in enumerate(tiers):
            if tier.price is not None and dimensions and not dimensions & DIMENSIONS_OF_UNIT[tier.price.unit]:
                want = f"a price of one of the `dimensions`: {', '.join(sorted(dimensions))}"
                fix = "write it for another unit, or change the dimensions"
                wrong.append(RefusalError("price_dimension", want, fix, at=(index, "price")))
        if wrong:
            raise RefusalsError(wrong)
        return tiers


class PointsText(Block):
    """Points that sessions earn, and that pay later ones."""

    WANT: ClassVar[str] = "points, such as {earn: 1/EUR, worth: 0.01}"
    SHOW: ClassVar[str] = "{earn: 1/EUR, worth: 0.01}"

    name: Annotated[
        Words | None, Field(description="What the bill calls them. Left out: points.", examples=["miles"])
    ] = None
    earn: Annotated[
        leaves.Earn,
        Field(
            description="Whole points for each unit of what is paid, of energy, or for each session.",
            examples=["1/EUR", "2/kWh", "10/session"],
        ),
    ]
    worth: Annotated[
        leaves.PositiveMoney,
        Field(description="What a point is worth when a session is paid with it.", examples=["0.01"]),
    ]
    tariffs: PatternsField = None


class CapText(Block):
    """The most that the sessions of a period cost together."""

    WANT: ClassVar[str] = "a cap, such as {per: day, max: {after_tax: 25.00}}"
    SHOW: ClassVar[str] = "{per: day, max: {after_tax: 25.00}}"

    name: Annotated[
        Words | None,
        Field(
            description="What the bill calls it. Left out: day cap, week cap, month cap or year cap.",
            examples=["day cap"],
        ),
    ] = None
    per: Annotated[
        leaves.Per,
        Field(description="The period whose sessions count together: day, week, month or year.", examples=["day"]),
    ]
    anchor: AnchorField = None
    max: Annotated[
        PriceLimitText,
        Field(
            description="The most that they cost, before or after tax: one of the two.",
            examples=[{"after_tax": "25.00"}],
        ),
    ]
    tariffs: PatternsField = None

    @field_validator("max")
    @classmethod
    def _one_side(cls, most: PriceLimitText) -> PriceLimitText:
        one_kind({"before_tax": most.before_tax, "after_tax": most.after_tax}, "cap", "limit", "after_tax: 25.00")
        return most
