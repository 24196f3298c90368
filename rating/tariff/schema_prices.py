"""The prices of an element: energy, time, parking_time and flat, each with what may stand beside its price."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from rating.tariff.leaves import (
    EnergyAmount,
    Factor,
    Money,
    PositiveSpotAmount,
    SpotAmount,
    TimeLength,
    one_text,
    price_of,
    word_of,
)
from rating.tariff.model import Price, StepRound
from rating.tariff.refusal import RefusalError
from rating.tariff.schema_parts import Common
from rating.tariff.schema_tax import ComponentTaxText
from rating.tariff.spot import Index

WANT_INDEX = "the name of an index, that of a file indexes/<name>.csv or .parquet beside the tariff"


class ComponentText(Common):
    """The price of one dimension: the price alone, or a mapping with more."""

    WANT: ClassVar[str] = "a price with its unit, or {price: ..., and more}"
    SHOW: ClassVar[str] = "the price with its unit"

    price: Price | None

    @classmethod
    def _from_other(cls, data: object) -> object:
        if isinstance(data, str):
            return {"price": data}
        raise RefusalError("shape", cls.WANT, f"write {cls.SHOW}")


MinField = Annotated[
    Money | None,
    Field(description="The least that this part costs in a session in which it is billed.", examples=["1.00"]),
]
MaxField = Annotated[Money | None, Field(description="The most that this part costs in a session.", examples=["12.00"])]
GraceField = Annotated[
    TimeLength | None, Field(description="The first so much of this time is free in each session.", examples=["15 min"])
]
RoundField = Annotated[
    StepRound | None,
    *word_of(("up", "down", "nearest"), "step_round", "up, down or nearest"),
    Field(description="How the quantity goes to the step: up (as when left out), down or nearest.", examples=["up"]),
]
TimeStepField = Annotated[
    TimeLength | None,
    Field(
        description="Time is billed in whole steps of this length: each started step counts.",
        examples=["15 min", "2 h"],
    ),
]
EnergyStepField = Annotated[
    EnergyAmount | None,
    Field(description="Energy is billed in whole steps of this size: each started step counts.", examples=["100 Wh"]),
]


TaxField = Annotated[
    ComponentTaxText | None,
    Field(
        description="The tax on this price, or a list of taxes, instead of the tariff's; none: no tax; "
        "unknown: the rate is not known, and neither is the other side of the tax.",
        examples=[{"name": "VAT", "percent": 9}, "none"],
    ),
]


class _Limited(ComponentText):
    min: MinField = None
    max: MaxField = None
    tax: TaxField = None

    @field_validator("max")
    @classmethod
    def _not_below_min(cls, most: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("min")
        if most is not None and least is not None and most < least:
            raise RefusalError("min_above_max", "a max that is not below the min", "swap the two, or delete one")
        return most


class _Stepped(_Limited):
    @field_validator("round", check_fields=False)
    @classmethod
    def _round_needs_step(cls, word: str | None, info: ValidationInfo) -> str | None:
        if word is not None and info.data.get("step_size", 0) is None:
            raise RefusalError("round_without_step", "`step_size` beside it", "add a step_size, or delete `round`")
        return word


def _index_of(value: object, info: ValidationInfo) -> Index:
    """The index of a name; the reader of files hands in who finds it."""
    name = one_text(value, WANT_INDEX)
    context = info.context or {}
    if "index" not in context:
        raise RefusalError("index", WANT_INDEX, "read the tariff from its folder: the index is a file beside it")
    found: Index = context["index"](name)
    return found


IndexName = Annotated[
    Index,
    PlainValidator(_index_of),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$"}),
]


class EnergyText(_Stepped):
    """The price of energy: one with its unit, or one that follows an index."""

    SHOW: ClassVar[str] = "0.39/kWh"
    price: Annotated[
        Price | None,
        *price_of("energy"),
        Field(description="The price of energy with its unit.", examples=["0.39/kWh"]),
    ] = None
    step_size: EnergyStepField = None
    round: RoundField = None
    index: Annotated[
        IndexName | None,
        Field(
            description="In place of a price: the market prices of the file indexes/<name>.csv or .parquet beside the "
            "tariff, that of each quarter, half or whole hour for the energy of that time.",
            examples=["nl-day-ahead"],
            validate_default=True,
        ),
    ] = None
    factor: Annotated[
        Factor | None, Field(description="What the index is multiplied by. Left out: 1.", examples=["1.05"])
    ] = None
    add: Annotated[
        SpotAmount | None, Field(description="What is added to that, a kWh; it may be negative.", examples=["0.12/kWh"])
    ] = None
    floor: Annotated[SpotAmount | None, Field(description="The least that a kWh costs then.", examples=["0"])] = None
    ceiling: Annotated[
        PositiveSpotAmount | None, Field(description="The most that a kWh costs then.", examples=["0.90"])
    ] = None
    fallback: Annotated[
        PositiveSpotAmount | None,
        Field(
            description="The price of a kWh where the index has none. Left out: such sessions are refused.",
            examples=["0.40"],
        ),
    ] = None

    @field_validator("index")
    @classmethod
    def _either_price_or_index(cls, index: Index | None, info: ValidationInfo) -> Index | None:
        if "price" not in info.data:
            return index  # the price was refused already
        price = info.data["price"]
        if index is None and price is None:
            want = "`price`, the price of energy with its unit"
            raise RefusalError("missing_key", want, "add `price: 0.39/kWh`", got="no price")
        if index is not None and price is not None:
            want = "a price or an index, not both"
            raise RefusalError("price_and_index", want, "delete one of the two", got="an index beside a price")
        if index is not None and (info.data.get("step_size") is not None or info.data.get("round") is not None):
            want = "no step_size beside an index: what a step adds has no moment, and so no price"
            raise RefusalError("index_step_size", want, "delete step_size", got="an index with a step_size")
        return index

    @field_validator("factor", "add", "floor", "ceiling", "fallback")
    @classmethod
    def _needs_an_index(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("index", "refused") is None:
            raise RefusalError("without_index", "`index` beside it", "add an index, or delete this key")
        return value

    @field_validator("ceiling")
    @classmethod
    def _not_below_the_floor(cls, most: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("floor")
        if most is not None and least is not None and most < least:
            raise RefusalError("min_above_max", "a ceiling that is not below the floor", "swap the two, or delete one")
        return most


class TimeText(_Stepped):
    """The price of charging time."""

    SHOW: ClassVar[str] = "0.10/min"
    price: Annotated[
        Price,
        *price_of("time"),
        Field(description="The price of time with its unit.", examples=["0.10/min", "5.00/2 h"]),
    ]
    grace: GraceField = None
    step_size: TimeStepField = None
    round: RoundField = None


class ParkingText(_Stepped):
    """The price of time in which the vehicle asks for no power."""

    SHOW: ClassVar[str] = "{price: 0.10/min, grace: 15 min, max: 12.00}"
    price: Annotated[
        Price, *price_of("parking_time"), Field(description="The price of time with its unit.", examples=["0.10/min"])
    ]
    grace: GraceField = None
    step_size: TimeStepField = None
    round: RoundField = None
    from_: Annotated[
        Literal["first_energy", "charging_end"] | None,
        *word_of(("first_energy", "charging_end"), "from", "first_energy or charging_end"),
        Field(
            alias="from",
            description="first_energy: what came before any energy in the session is not parking. "
            "charging_end: what came before the end of charging is not.",
            examples=["first_energy", "charging_end"],
        ),
    ] = None
    counts: Annotated[
        Literal["parked", "plugged_in"] | None,
        *word_of(("parked", "plugged_in"), "counts", "parked or plugged_in"),
        Field(
            description="plugged_in: while this price holds, charging time counts like parked time.",
            examples=["plugged_in"],
        ),
    ] = None

    @field_validator("counts")
    @classmethod
    def _all_or_from(cls, word: str | None, info: ValidationInfo) -> str | None:
        if word == "plugged_in" and info.data.get("from_") is not None:
            want = "no `from` beside it, for all the time that the car is plugged in counts"
            raise RefusalError("counts_with_from", want, "delete one of the two")
        return word


class FlatText(_Limited):
    """The price of a session."""

    SHOW: ClassVar[str] = "0.50/session"
    price: Annotated[Price, *price_of("flat"), Field(description="The price of a session.", examples=["0.50/session"])]
