"""The text form of a plan's file and of a coupon's: which keys there are, and what each may hold."""

from __future__ import annotations

from math import prod
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from rating.tariff import leaves_plans as leaves
from rating.tariff.leaves import Currency, Money, Notes, ValidFrom, ValidUntil, Words, Zone
from rating.tariff.model import LineDimension, Price
from rating.tariff.refusal import RefusalError
from rating.tariff.schema_discounts import (
    COMBINATIONS_MAX,
    PARTS_MAX,
    DimensionsField,
    DiscountText,
    LoyaltyText,
    PatternsField,
    PercentField,
    fitting,
    one_kind,
)
from rating.tariff.schema_parts import Block, RoundingText, listed
from rating.tariff.schema_plan_parts import AllowanceText, CapText, FeeText, PointsText
from rating.tariff.schema_tax import TaxText

_SPLIT = "split the plan"
NotesField = Annotated[Notes, Field(description="Free text for those who edit the file.", examples=["Agreed in May."])]


class PlanText(Block):
    """A plan: what an account pays and gets beside its tariffs."""

    WANT: ClassVar[str] = "a plan, beginning with a line such as `plan: gold`"
    SHOW: ClassVar[str] = "`plan: gold` on the first line, and each other key on a line of its own"

    plan: Annotated[leaves.PlanId, Field(description="The plan's id, by which accounts name it.", examples=["gold"])]
    name: Annotated[Words, Field(description="What people call the plan.", examples=["Gold"])] = ""
    notes: NotesField = ""
    currency: Annotated[
        Currency,
        Field(
            description="The currency of every amount in this file (ISO 4217). The plan holds for tariffs in it.",
            examples=["EUR", "JPY"],
        ),
    ]
    time_zone: Annotated[
        Zone,
        Field(
            description="The time zone in which days, weeks, months and years begin (IANA name).",
            examples=["Europe/Amsterdam"],
        ),
    ]
    tax: Annotated[
        TaxText | None,
        BeforeValidator(lambda value: None if value == "none" else value),
        Field(description="The tax on the fee; none, or left out: no tax applies.",
              examples=["none", {"name": "VAT", "percent": 21, "included": True}]),
    ] = None  # fmt: skip
    rounding: Annotated[
        RoundingText | None, Field(description="How the lines of fees are rounded.", examples=[{"mode": "half_up"}])
    ] = None
    fee: Annotated[
        FeeText | None,
        Field(
            description="What the plan costs in each period; by day where an account has it for a part of one.",
            examples=["9.90/month", {"price": "9.90/month", "anchor": "start"}],
        ),
    ] = None
    allowances: Annotated[
        list[AllowanceText] | None,
        listed("a list of allowances", PARTS_MAX, _SPLIT),
        Field(
            description="What is free in each period, used in the order written.",
            examples=[[{"energy": "100 kWh", "per": "month"}]],
        ),
    ] = None
    discounts: Annotated[
        list[DiscountText] | None,
        listed("a list of discounts", PARTS_MAX, _SPLIT),
        Field(
            description="What is taken off, in the order written: each from what the ones before it left.",
            examples=[[{"percent": 10, "dimensions": ["energy"]}]],
        ),
    ] = None
    loyalty: Annotated[
        list[LoyaltyText] | None,
        listed("a list of loyalties", PARTS_MAX, _SPLIT),
        Field(
            description="Discounts that grow with what the account has done.",
            examples=[[{"by": "sessions", "per": "month", "tiers": [{"from": 10, "percent": 5}]}]],
        ),
    ] = None
    points: Annotated[
        PointsText | None,
        Field(
            description="Points that sessions earn, and that pay later ones.",
            examples=[{"earn": "1/EUR", "worth": "0.01"}],
        ),
    ] = None
    caps: Annotated[
        list[CapText] | None,
        listed("a list of caps", PARTS_MAX, _SPLIT),
        Field(
            description="The most that the sessions of a period cost together.",
            examples=[[{"per": "day", "max": {"after_tax": "25.00"}}]],
        ),
    ] = None

    @field_validator("loyalty")
    @classmethod
    def _few_combinations(cls, loyalty: list[LoyaltyText] | None) -> list[LoyaltyText] | None:
        found = prod(len(each.tiers) + 1 for each in loyalty or ())
        if found > COMBINATIONS_MAX:
            want = f"loyalties whose tiers can be reached in at most {COMBINATIONS_MAX:,} combinations, not {found:,}"
            raise RefusalError("tiers", want, "write fewer loyalties, or fewer tiers")
        return loyalty

    @field_validator("points")
    @classmethod
    def _own_currency(cls, points: PointsText | None, info: ValidationInfo) -> PointsText | None:
        currency = info.data.get("currency")
        if points is not None and points.earn.currency not in ("", currency) and currency is not None:
            want = f"points for each unit of the plan's currency, {currency}"
            each = points.earn.each // 1_000_000
            fix = f"write {points.earn.earn}/{'' if each == 1 else f'{each} '}{currency}"
            raise RefusalError("earn", want, fix, at=("earn",))
        return points


class CouponText(Block):
    """A coupon: a code that a session may name, for a discount."""

    WANT: ClassVar[str] = "a coupon, beginning with a line such as `coupon: SPRING26`"
    SHOW: ClassVar[str] = "`coupon: SPRING26` on the first line, and each other key on a line of its own"

    coupon: Annotated[leaves.Code, Field(description="The code, by which sessions name it.", examples=["SPRING26"])]
    name: Annotated[
        Words,
        Field(description="What the bill calls the discount. Left out: coupon and its code.", examples=["Spring"]),
    ] = ""
    notes: NotesField = ""
    currency: Annotated[
        Currency,
        Field(
            description="The currency of every amount in this file (ISO 4217). The coupon holds for tariffs in it.",
            examples=["EUR", "JPY"],
        ),
    ]
    time_zone: Annotated[
        Zone,
        Field(description="The time zone in which its dates begin (IANA name).", examples=["Europe/Amsterdam"]),
    ]
    valid_from: Annotated[
        ValidFrom | None,
        Field(
            description="Sessions that start then or later may use it: a date, or an instant with its offset.",
            examples=["2026-03-01", "2026-03-01T12:00:00+01:00"],
        ),
    ] = None
    valid_until: Annotated[
        ValidUntil | None,
        Field(description="Sessions that start then or later may not.", examples=["2026-06-01"]),
    ] = None
    percent: PercentField = None
    amount: Annotated[
        leaves.PositiveMoney | None,
        Field(description="So much is taken off, at most what the session costs.", examples=["5.00"]),
    ] = None
    price: Annotated[
        leaves.Off | None,
        Field(
            description="So much is taken off for each unit that is billed, at most its price. "
            "One of percent, amount and price is given.",
            examples=["0.05/kWh"],
            validate_default=True,
        ),
    ] = None
    dimensions: DimensionsField = None
    tariffs: PatternsField = None
    uses: Annotated[
        leaves.Count | None, Field(description="So many sessions may use it, of all accounts.", examples=[1000])
    ] = None
    uses_per_account: Annotated[
        leaves.Count | None,
        Field(
            description="So many sessions of one account may use it; sessions without an account then may not.",
            examples=[1],
        ),
    ] = None
    min_spend: Annotated[
        Money | None,
        Field(description="A session costs at least this before the coupon, else it has no use.", examples=["10.00"]),
    ] = None

    @field_validator("price")
    @classmethod
    def _one_kind(cls, price: Price | None, info: ValidationInfo) -> Price | None:
        if all(name in info.data for name in ("percent", "amount")):
            given = {"percent": info.data["percent"], "amount": info.data["amount"], "price": price}
            one_kind(given, "missing_discount", "discount", "percent: 10")
        return price

    @field_validator("dimensions")
    @classmethod
    def _fit(cls, dimensions: frozenset[LineDimension] | None, info: ValidationInfo) -> frozenset[LineDimension] | None:
        fitting(dimensions, info.data.get("price"))
        return dimensions

    @field_validator("uses_per_account")
    @classmethod
    def _within_uses(cls, of_one: int | None, info: ValidationInfo) -> int | None:
        in_all = info.data.get("uses")
        if of_one is not None and in_all is not None and of_one > in_all:
            want = f"no more than `uses`, {in_all}, which all accounts have together"
            raise RefusalError("count", want, "swap the two, or delete one")
        return of_one
