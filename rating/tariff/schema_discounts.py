"""Discounts of a plan, and the tiers of a loyalty; and what they share with allowances, caps and coupons."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from rating.tariff import leaves_plans as leaves
from rating.tariff.leaves import Words
from rating.tariff.model import LineDimension, Price
from rating.tariff.offered import DIMENSIONS_OF_UNIT
from rating.tariff.refusal import RefusalError, RefusalsError
from rating.tariff.schema_parts import Block, listed

PARTS_MAX = 64  # of each kind
TIERS_MAX = 64
# Of tiers reached together: each is compiled before any session is priced, ten thousand in half a second.
COMBINATIONS_MAX = 10_000

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
