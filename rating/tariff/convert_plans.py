"""The text form of a plan or coupon -> what the engine prices by. Nothing can fail here: all is checked before."""

from __future__ import annotations

from rating.money import minor_micro
from rating.tariff import offered
from rating.tariff.convert import to_tax
from rating.tariff.model import PriceLimit, Rounding
from rating.tariff.nodes import Document
from rating.tariff.paths import node_at
from rating.tariff.periods import read_tier_at
from rating.tariff.plans import (
    ALL_DIMENSIONS,
    ALL_TARIFFS,
    Allowance,
    AnchorName,
    Cap,
    Coupon,
    Discount,
    Fee,
    Loyalty,
    Period,
    PeriodName,
    Plan,
    Points,
    Tier,
)
from rating.tariff.schema_discounts import DiscountText, LoyaltyText, TierText
from rating.tariff.schema_plan_parts import ALLOWED, AllowanceText, CapText, PointsText
from rating.tariff.schema_plans import CouponText, PlanText
from rating.tariff.tree import Node


def to_plan(text: PlanText, document: Document) -> Plan:
    """Convert a plan, read from a document."""
    root = document.root
    minor = minor_micro(text.currency)
    rounding = text.rounding

    return Plan(
        id=text.plan,
        currency=text.currency,
        minor_micro=minor,
        time_zone=text.time_zone,
        name=text.name,
        tax=to_tax(text.tax),
        rounding=None if rounding is None else Rounding(rounding.mode, rounding.unit or minor),
        fee=None if text.fee is None else Fee(text.fee.price[0], _period(text.fee.price[1], text.fee.anchor)),
        allowances=tuple(
            _allowance(each, document, node_at(root, "allowances", index))
            for index, each in enumerate(text.allowances or ())
        ),
        discounts=tuple(
            _discount(each, index, document, node_at(root, "discounts", index))
            for index, each in enumerate(text.discounts or ())
        ),
        loyalty=tuple(
            _loyalty(each, index, document, node_at(root, "loyalty", index))
            for index, each in enumerate(text.loyalty or ())
        ),
        points=None if text.points is None else _points(text.points, document, node_at(root, "points")),
        caps=tuple(_cap(each, document, node_at(root, "caps", index)) for index, each in enumerate(text.caps or ())),
        place=document.place(node_at(root, "plan")),
    )


def to_coupon(text: CouponText, document: Document) -> Coupon:
    """Convert a coupon, read from a document."""
    place = document.place(node_at(document.root, "coupon"))
    return Coupon(
        id=text.coupon,
        currency=text.currency,
        minor_micro=minor_micro(text.currency),
        time_zone=text.time_zone,
        discount=Discount(
            text.name or offered.default_coupon(text.coupon),
            text.percent,
            text.price,
            text.amount,
            text.tariffs or ALL_TARIFFS,
            offered.dimensions_of(text.price, text.dimensions),
            place,
        ),
        name=text.name,
        valid_from=text.valid_from,
        valid_until=text.valid_until,
        uses_max=text.uses,
        uses_per_account_max=text.uses_per_account,
        min_spend_micro=text.min_spend or 0,
        place=place,
    )


def _period(per: PeriodName, anchor: AnchorName | None) -> Period:
    return Period(per, anchor or "calendar")


def _allowance(text: AllowanceText, document: Document, node: Node) -> Allowance:
    of = next(name for name in ALLOWED if getattr(text, name) is not None)
    allowed = getattr(text, of)
    covered = (text.dimensions or ALL_DIMENSIONS) if of == "sessions" else frozenset((of,))
    return Allowance(
        name=text.name or offered.default_allowance(of),
        of=of,
        amount=allowed.amount,
        unit=allowed.unit,
        period=_period(text.per, text.anchor),
        carry_max=None if text.carry_over is None else text.carry_over.amount,
        tariffs=text.tariffs or ALL_TARIFFS,
        dimensions=covered,
        place=document.place(node),
    )


def _discount(text: DiscountText, index: int, document: Document, node: Node) -> Discount:
    return Discount(
        name=text.name or offered.default_discount(index),
        percent_ppm=text.percent,
        price=text.price,
        tariffs=text.tariffs or ALL_TARIFFS,
        dimensions=offered.dimensions_of(text.price, text.dimensions),
        place=document.place(node),
    )


def _loyalty(text: LoyaltyText, index: int, document: Document, node: Node) -> Loyalty:
    name = text.name or offered.default_loyalty(index)
    return Loyalty(
        name=name,
        by=text.by,
        period=None if text.per is None else _period(text.per, text.anchor),
        rolling_days=text.rolling or 0,
        tiers=tuple(
            _tier(tier, text, name, document, node_at(node, "tiers", number)) for number, tier in enumerate(text.tiers)
        ),
        tariffs=text.tariffs or ALL_TARIFFS,
        place=document.place(node),
    )


def _tier(tier: TierText, text: LoyaltyText, name: str, document: Document, node: Node) -> Tier:
    discount = Discount(
        name=name,
        percent_ppm=tier.percent,
        price=tier.price,
        tariffs=text.tariffs or ALL_TARIFFS,
        dimensions=offered.dimensions_of(tier.price, text.dimensions),
        place=document.place(node),
    )
    return Tier(read_tier_at(tier.from_, text.by), discount)


def _points(text: PointsText, document: Document, node: Node) -> Points:
    return Points(
        name=text.name or offered.DEFAULT_POINTS,
        by=text.earn.by,
        earn=text.earn.earn,
        each=text.earn.each,
        worth_micro=text.worth,
        tariffs=text.tariffs or ALL_TARIFFS,
        place=document.place(node),
    )


def _cap(text: CapText, document: Document, node: Node) -> Cap:
    return Cap(
        name=text.name or offered.default_cap(text.per),
        period=_period(text.per, text.anchor),
        max=PriceLimit(text.max.before_tax, text.max.after_tax),
        tariffs=text.tariffs or ALL_TARIFFS,
        place=document.place(node),
    )
