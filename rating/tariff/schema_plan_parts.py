"""The parts of a plan beside its discounts: fee, allowances, points and caps.

A check of one key against another sits at the later key, so that every other fault is still found.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from rating.tariff import leaves_plans as leaves
from rating.tariff.leaves import Words
from rating.tariff.model import LineDimension
from rating.tariff.periods import Allowed
from rating.tariff.plans import AllowedName
from rating.tariff.refusal import RefusalError
from rating.tariff.schema_discounts import AnchorField, PatternsField, one_kind
from rating.tariff.schema_parts import Block, PriceLimitText


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
