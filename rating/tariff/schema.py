"""The text form of a tariff file as pydantic models: which keys there are, and what each may hold.

`schema_parts`, `schema_when`, `schema_tax` and `schema_prices` have the smaller mappings.
`python -m rating.tariff.schema` prints the JSON Schema that editors check a tariff with; with `plan.schema.json`,
`coupon.schema.json` or `calendar.schema.json` behind it, that of a plan or a coupon (`schema_plans`) or of a calendar.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from rating.tariff.calendars import Calendar
from rating.tariff.leaves import Currency, Day, Id, Notes, ValidFrom, ValidUntil, Words, Zone, word_of
from rating.tariff.model import OnChange
from rating.tariff.refusal import RefusalError
from rating.tariff.schema_parts import Block, PriceLimitText, RoundingText, listed
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText
from rating.tariff.schema_tax import TaxText
from rating.tariff.schema_when import WhenText
from rating.units import ELEMENTS_MAX, VERSIONS_MAX


class ElementText(Block):
    """Prices that hold together."""

    WANT: ClassVar[str] = "an element with a price of energy, time, parking_time or flat"
    SHOW: ClassVar[str] = "`energy: 0.39/kWh` or another price"

    name: Annotated[
        Words | None,
        Field(
            description="What the bill calls these prices. Left out: element 1, element 2, ...",
            examples=["evening peak"],
        ),
    ] = None
    when: Annotated[
        WhenText | None,
        Field(
            description="When these prices hold; all that is given must hold. Left out: at all times.",
            examples=[{"day_of_week": "mon-fri", "start_time": "17:00", "end_time": "21:00"}],
        ),
    ] = None
    energy: Annotated[EnergyText | None, Field(description="The price of energy.", examples=["0.39/kWh"])] = None
    time: Annotated[
        TimeText | None, Field(description="The price of the time in which the vehicle charges.", examples=["0.05/min"])
    ] = None
    parking_time: Annotated[
        ParkingText | None,
        Field(
            description="The price of the time in which the vehicle is plugged in and asks for no power.",
            examples=["0.10/min", {"price": "0.10/min", "grace": "15 min", "max": "12.00"}],
        ),
    ] = None
    flat: Annotated[
        FlatText | None,
        Field(description="A price for the session, billed once.", examples=["0.50/session"], validate_default=True),
    ] = None

    @field_validator("flat")
    @classmethod
    def _has_a_price(cls, flat: FlatText | None, info: ValidationInfo) -> FlatText | None:
        # A price that was refused is missing from info.data, and then there is a fault already.
        if flat is None and all(info.data.get(name, "refused") is None for name in ("energy", "time", "parking_time")):
            raise RefusalError(
                "missing_price", "at least one of energy, time, parking_time and flat", f"add {cls.SHOW}"
            )
        return flat


class VersionText(Block):
    """What the tariff charges from a moment on."""

    WANT: ClassVar[str] = "a version with `valid_from` and `elements`"
    SHOW: ClassVar[str] = "`valid_from: 2026-01-01` and `elements:`"

    valid_from: Annotated[
        ValidFrom | None,
        Field(
            description="From when on this version counts: a date at the site, or an instant with its offset. "
            "Only the first version may leave it out.",
            examples=["2026-01-01", "2026-01-01T12:00:00+01:00"],
        ),
    ] = None
    valid_until: Annotated[
        ValidUntil | None,
        Field(
            description="The first moment at which this version no longer counts: sessions that start then or later, "
            "and before the next version, are refused. Not beside `on_change: at_once`. "
            "Left out: until the next version, or for ever.",
            examples=["2026-07-01"],
        ),
    ] = None
    elements: Annotated[
        list[ElementText],
        listed("a list of elements", ELEMENTS_MAX),
        Field(
            description="For each of energy, time, parking_time and flat, the first that holds gives the price.",
            examples=[[{"energy": "0.39/kWh", "flat": "0.50/session"}]],
        ),
    ]
    min_price: Annotated[
        PriceLimitText | None, Field(description="A session costs at least this.", examples=[{"after_tax": "1.00"}])
    ] = None
    max_price: Annotated[
        PriceLimitText | None, Field(description="A session costs at most this.", examples=[{"after_tax": "60.00"}])
    ] = None

    @field_validator("max_price")
    @classmethod
    def _not_below_min(cls, most: PriceLimitText | None, info: ValidationInfo) -> PriceLimitText | None:
        least = info.data.get("min_price")
        for kind in ("before_tax", "after_tax"):
            low, high = getattr(least, kind, None), getattr(most, kind, None)
            if low is not None and high is not None and high < low:
                fix = "swap the two, or delete one"
                raise RefusalError("min_above_max", f"a max_price that is not below min_price {kind}", fix, at=(kind,))
        return most


class TariffText(Block):
    """A tariff: what charging costs."""

    WANT: ClassVar[str] = "a tariff, beginning with a line such as `tariff: harbour-dc`"
    SHOW: ClassVar[str] = "`tariff: my-tariff` on the first line, and each other key on a line of its own"

    tariff: Annotated[Id, Field(description="The tariff's id, by which sessions name it.", examples=["harbour-dc"])]
    name: Annotated[Words, Field(description="What people call the tariff.", examples=["Harbour fast charging"])] = ""
    notes: Annotated[
        Notes, Field(description="Free text for those who edit the file.", examples=["Agreed in May."])
    ] = ""
    currency: Annotated[
        Currency, Field(description="The currency of every amount in this file (ISO 4217).", examples=["EUR", "JPY"])
    ]
    time_zone: Annotated[
        Zone | None,
        Field(
            description="The time zone of the site (IANA name). Left out: each session says the zone of its own site.",
            examples=["Europe/Amsterdam", "America/Los_Angeles"],
        ),
    ] = None
    tax: Annotated[
        TaxText | None,
        BeforeValidator(lambda value: None if value == "none" else value),
        Field(description="The tax on every price that names none of its own; none, or left out: no tax applies.",
              examples=["none", {"name": "VAT", "percent": 21, "included": True}]),
    ] = None  # fmt: skip
    rounding: Annotated[
        RoundingText, Field(description="How a session's totals are rounded, once.", examples=[{"mode": "half_up"}])
    ] = RoundingText.model_construct()
    on_change: Annotated[
        OnChange,
        *word_of(("next_session", "at_once"), "on_change", "next_session or at_once"),
        Field(
            description="next_session: the version at a session's start prices all of it. "
            "at_once: each moment is priced by the version in force then; no version has a `valid_until` then.",
            examples=["next_session"],
        ),
    ] = "next_session"
    versions: Annotated[
        list[VersionText],
        listed("a list of versions", VERSIONS_MAX),
        Field(
            description="What the tariff charges, in the order of valid_from.",
            examples=[[{"valid_from": "2026-01-01", "elements": [{"energy": "0.39/kWh"}]}]],
        ),
    ]


class CalendarText(Block):
    """A file of dates, calendars/<name>.yaml."""

    WANT: ClassVar[str] = "a calendar with its name and its dates"
    SHOW: ClassVar[str] = "`calendar: my-days` and `dates: [2026-04-27]`"

    calendar: Annotated[Id, Field(description="The name of the calendar, that of its file.", examples=["office-days"])]
    name: Annotated[Words, Field(description="What people call it.", examples=["Days off"])] = ""
    dates: Annotated[
        list[Day],
        listed("a list of dates", 10_000),
        Field(description="The dates.", examples=[["2026-04-27", "2026-12-25"]]),
    ]

    def as_calendar(self) -> Calendar:
        """The calendar as the engine knows it."""
        return Calendar(self.calendar, listed=frozenset(self.dates))


if __name__ == "__main__":
    import sys

    from rating.tariff.editor import schema_text, schemas

    print(schema_text(schemas()[sys.argv[1] if len(sys.argv) > 1 else "schema.json"]), end="")
