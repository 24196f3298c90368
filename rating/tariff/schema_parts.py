"""The smaller mappings of a tariff file: tax, rounding, limits and restrictions.

Each model names what a mapping holds (`WANT`) and shows one (`SHOW`), for the message where something else stands.
A check of one key against another sits at the later key, so that every other fault is still found.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from rating.tariff.leaves import Clock, Day, Days, Holidays, Money, Months, Percent, Words, Yes, word_of
from rating.tariff.model import RoundingMode
from rating.tariff.refusal import RefusalError
from rating.units import ROUNDING_MODES, ROUNDING_UNIT_MAX_MICRO


class Block(BaseModel):
    """A mapping with fixed keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)
    WANT: ClassVar[str] = ""
    SHOW: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, data: object) -> object:
        if isinstance(data, dict):
            if not data:
                raise RefusalError("empty_value", cls.WANT, f"write for example {cls.SHOW}, or delete it")
            return data
        return cls._from_other(data)

    @classmethod
    def _from_other(cls, data: object) -> object:
        raise RefusalError("shape", cls.WANT, f"write for example {cls.SHOW}")


def listed(want: str, longest: int) -> BeforeValidator:
    """A list with at least one item."""

    def check(value: object) -> object:
        if not isinstance(value, list):
            raise RefusalError("shape", want, "start each one with `-` on a line of its own")
        if not value:
            raise RefusalError("empty_value", want, "write at least one")
        if len(value) > longest:
            raise RefusalError("too_many", f"{want}, at most {longest}", "split the tariff")
        return value

    return BeforeValidator(check)


class TaxText(Block):
    """The tax on every price."""

    WANT: ClassVar[str] = "`none`, or a tax with its percent and whether the prices include it"
    SHOW: ClassVar[str] = "{name: VAT, percent: 21, included: true}"

    name: Annotated[Words, Field(description="What the tax is called on the bill.", examples=["VAT"])] = "tax"
    percent: Annotated[
        Percent, Field(description="The rate in percent, from 0 to 100, up to 4 decimals.", examples=[21, 8.875])
    ]
    included: Annotated[
        Yes,
        Field(
            description="Whether the prices include the tax (true), or it is added to them (false).",
            examples=[True],
        ),
    ]

    @classmethod
    def _from_other(cls, data: object) -> object:
        if isinstance(data, str) and data.lower() in ("no", "none", "false", "off", "free"):
            raise RefusalError("shape", cls.WANT, "write none where no tax applies")
        percent = data.rstrip(" %") if isinstance(data, str) else ""
        fitting = percent.replace(".", "", 1).isdigit() and percent.isascii()
        show = f"{{name: VAT, percent: {percent}, included: true}}, or included: false" if fitting else cls.SHOW
        raise RefusalError("shape", cls.WANT, f"write {show}")


class RoundingText(Block):
    """How a session's totals are rounded."""

    WANT: ClassVar[str] = "a rounding mode, a unit, or both"
    SHOW: ClassVar[str] = "{mode: half_up, unit: 0.05}"

    mode: Annotated[
        RoundingMode,
        *word_of(ROUNDING_MODES, "rounding_mode", "a rounding mode, such as half_up"),
        Field(
            description="How totals are rounded, once for each session: half_up (0.125 becomes 0.13), half_even, "
            "half_down, up (to the next unit) or down.",
            examples=["half_up"],
        ),
    ] = "half_up"
    unit: Annotated[
        Money | None,
        Field(
            description="Totals are rounded to a multiple of this. Left out: the smallest unit of the currency.",
            examples=["0.05"],
        ),
    ] = None

    @classmethod
    def _from_other(cls, data: object) -> object:
        show = f"{{mode: {data}}}" if data in ROUNDING_MODES else cls.SHOW
        raise RefusalError("shape", cls.WANT, f"write {show}")

    @field_validator("unit")
    @classmethod
    def _unit_in_range(cls, unit: int | None) -> int | None:
        if unit is not None and not 0 < unit <= ROUNDING_UNIT_MAX_MICRO:
            fix = "leave the key out to round to the currency's smallest unit"
            raise RefusalError("rounding_unit", "a unit above 0 and up to 1000, such as 0.05", fix)
        return unit


class PriceLimitText(Block):
    """A limit of what a session costs."""

    WANT: ClassVar[str] = "a limit that says whether it counts before or after tax"
    SHOW: ClassVar[str] = "{after_tax: 60.00}"

    before_tax: Annotated[Money | None, Field(description="The limit of the total before tax.", examples=["5.00"])] = (
        None
    )
    after_tax: Annotated[
        Money | None, Field(description="The limit of the total with tax, what the driver pays.", examples=["6.05"])
    ] = None

    @classmethod
    def _from_other(cls, data: object) -> object:
        amount = data if isinstance(data, str) and data.replace(".", "", 1).isdecimal() else "60.00"
        raise RefusalError("shape", cls.WANT, f"write {{after_tax: {amount}}} or {{before_tax: {amount}}}")


class WhenText(Block):
    """When an element holds."""

    WANT: ClassVar[str] = "restrictions, such as {day_of_week: mon-fri, start_time: 17:00}"
    SHOW: ClassVar[str] = "{day_of_week: mon-fri, start_time: 17:00}"

    day_of_week: Annotated[
        Days | None,
        Field(
            description="Days on which the element holds, as the calendar of the site reads at that moment. "
            "A range may pass the weekend: fri-mon.",
            examples=["mon-fri", "sat,sun", ["mon", "wed"]],
        ),
    ] = None
    start_time: Annotated[
        Clock | None,
        Field(description="The clock of the site reads this or later (HH:MM, 24 hours).", examples=["17:00"]),
    ] = None
    end_time: Annotated[
        Clock | None,
        Field(
            description="The clock reads earlier than this. 24:00 or 00:00 is the end of the day. "
            "An end before the start passes midnight: 22:00 to 06:00.",
            examples=["21:00", "24:00"],
        ),
    ] = None
    start_date: Annotated[
        Day | None, Field(description="The first date on which the element holds.", examples=["2026-06-01"])
    ] = None
    end_date: Annotated[
        Day | None,
        Field(
            description="The first date on which it no longer holds: the end is not included.", examples=["2026-10-01"]
        ),
    ] = None
    months: Annotated[
        Months | None,
        Field(
            description="Months in which the element holds, names or numbers. A range may pass new year: nov-feb.",
            examples=["jun-sep", "nov-feb", ["jan", "jul"]],
        ),
    ] = None
    holidays: Annotated[
        Holidays | None,
        Field(
            description="Holds on the holidays of a country (NL), of a part of one (US-CA), or on the dates of "
            "the file calendars/<name>.yaml. With `not` before it: on all other dates.",
            examples=["NL", "not US-CA", "office-days"],
        ),
    ] = None

    @field_validator("start_time")
    @classmethod
    def _starts_before_midnight(cls, start: int | None) -> int | None:
        if start == 1440:
            raise RefusalError("window", "a start from 00:00 to 23:59", "write 00:00, the beginning of the next day")
        return start

    @field_validator("end_time")
    @classmethod
    def _window(cls, end: int | None, info: ValidationInfo) -> int | None:
        start = info.data.get("start_time")
        if end is not None and end == start:
            fix = "leave out start_time and end_time for the whole day"
            raise RefusalError("window", "an end that differs from the start", fix)
        return 1440 if end == 0 else end

    @field_validator("end_date")
    @classmethod
    def _dates(cls, end: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("start_date")
        if start and end and end <= start:
            fix = "the end is not included: for a single day write the day after it"
            raise RefusalError("date_order", f"a date after start_date, {start}", fix)
        return end
