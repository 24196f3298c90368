"""When an element holds: the mapping `when`, and what of it needs a mapping of its own."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from rating.tariff.leaves import Clock, Day, TimeLength
from rating.tariff.leaves_when import (
    Current,
    Days,
    Holidays,
    Kwh,
    Memberships,
    Months,
    Names,
    Power,
    Reservation,
    TariffTypes,
)
from rating.tariff.model import When
from rating.tariff.quantities import power_text, read_power
from rating.tariff.refusal import RefusalError
from rating.tariff.schema_parts import Block, Common
from rating.units import POWER_MAX_MW


def _above(most: int | None, least: int | None, name: str) -> int | None:
    """A maximum that leaves something to hold on: the minimum is included, the maximum is not."""
    if most is None or most > (least or 0):
        return most
    fix = "swap the two, or delete one"
    if most == (least or 0):
        fix = "the maximum itself is not included, so nothing is left: write a larger one, or delete it"
    below = name.replace("max", "min") if least else "0"
    raise RefusalError("min_above_max", f"a {name} above {below}", fix)


class EvsePowerText(Block):
    """The rating of a charger: one, or a range."""

    WANT: ClassVar[str] = "the rating of a charger, such as 50 kW, or {min: 50 kW, max: 150 kW}"
    SHOW: ClassVar[str] = "50 kW or {min: 50 kW, max: 150 kW}"

    min: Annotated[
        Power | None,
        Field(description="Chargers of this rating or more. Left out: from the smallest on.", examples=["50 kW"]),
    ] = None
    max: Annotated[
        Power | None,
        Field(description="Chargers of less than this. Left out: up to the largest.", examples=["150 kW"]),
    ] = None

    @classmethod
    def _from_other(cls, data: object) -> object:
        if not isinstance(data, str) or not data:
            return super()._from_other(data)
        rating = read_power(data)
        # One rating alone reaches up to the next milli-W; above the largest there is none.
        return {"min": data} if rating == POWER_MAX_MW else {"min": data, "max": power_text(rating + 1)}

    @field_validator("max")
    @classmethod
    def _above_min(cls, most: int | None, info: ValidationInfo) -> int | None:
        return _above(most, info.data.get("min"), "max")


class WhenText(Common):
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
    min_kwh: Annotated[
        Kwh | None,
        Field(
            description="From this energy of the session so far on; a bare number means kWh. "
            "An interval is cut exactly there.",
            examples=[10, "10 kWh"],
        ),
    ] = None
    max_kwh: Annotated[
        Kwh | None,
        Field(description="Up to this energy of the session so far, and not at it.", examples=[10, "0.5 kWh"]),
    ] = None
    min_duration: Annotated[
        TimeLength | None,
        Field(
            description="From so long after the session's start on; in an element with `reservation`, after the "
            "reservation's start.",
            examples=["3 h", "30 min"],
        ),
    ] = None
    max_duration: Annotated[
        TimeLength | None, Field(description="Up to so long after that start, and not at it.", examples=["3 h"])
    ] = None
    min_power: Annotated[
        Power | None,
        Field(
            description="While the power of the meter's interval is this or more: the mean where no power is given, "
            "0 in a gap. A bare number means kW.",
            examples=["50 kW", "3700 W"],
        ),
    ] = None
    max_power: Annotated[
        Power | None, Field(description="While that power is less than this.", examples=["16 kW", 16])
    ] = None
    min_current: Annotated[
        Current | None,
        Field(
            description="While the current of the interval, all phases together, is this or more; a bare number "
            "means A. Sessions whose intervals have no current are then refused.",
            examples=["16 A"],
        ),
    ] = None
    max_current: Annotated[
        Current | None, Field(description="While that current is less than this.", examples=["32 A", 32])
    ] = None
    evse_power: Annotated[
        EvsePowerText | None,
        Field(
            description="At chargers of exactly this rating, or of a range of ratings. "
            "Sessions that do not say the rating of theirs are then refused.",
            examples=["50 kW", {"min": "50 kW", "max": "150 kW"}],
        ),
    ] = None
    connector: Annotated[
        Names | None,
        Field(
            description="At one of these connectors, by the names that the sessions have. "
            "Sessions that name none are then refused.",
            examples=["CCS", ["CCS", "CHAdeMO"]],
        ),
    ] = None
    tariff_type: Annotated[
        TariffTypes | None,
        Field(
            description="For sessions of one of OCPI's types of tariff: AD_HOC_PAYMENT, PROFILE_CHEAP, PROFILE_FAST, "
            "PROFILE_GREEN or REGULAR.",
            examples=["AD_HOC_PAYMENT", ["PROFILE_CHEAP", "PROFILE_GREEN"]],
        ),
    ] = None
    membership: Annotated[
        Memberships | None,
        Field(
            description="For drivers with one of these memberships, by the names that the sessions have.",
            examples=["gold", ["gold", "fleet"]],
        ),
    ] = None
    payment_method: Annotated[
        Names | None,
        Field(
            description="For sessions paid in one of these ways, by the names that the sessions have.",
            examples=["card", ["card", "app"]],
        ),
    ] = None
    reservation: Annotated[
        Reservation | None,
        Field(
            description="RESERVATION: these are prices of the time that was reserved before the session, `time` and "
            "`flat` only. RESERVATION_EXPIRES: of a reservation that nobody came for, before those of RESERVATION.",
            examples=["RESERVATION", "RESERVATION_EXPIRES"],
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

    @field_validator("max_kwh", "max_duration", "max_power", "max_current")
    @classmethod
    def _above_min(cls, most: int | None, info: ValidationInfo) -> int | None:
        name = str(info.field_name)
        return _above(most, info.data.get(name.replace("max", "min")), name)

    @cached_property
    def meant(self) -> When:
        """The restrictions as the engine knows them."""
        start, end = self.start_time, self.end_time
        if start is not None or end is not None:
            # One alone reaches to the start or to the end of the day.
            start, end = start or 0, 1440 if end is None else end
        calendar, inside = self.holidays or (None, True)
        rating = self.evse_power
        return When(
            day_of_week=self.day_of_week,
            start_min=start,
            end_min=end,
            start_date=self.start_date,
            end_date=self.end_date,
            months=self.months,
            holidays=calendar,
            holidays_in=inside,
            min_energy_mwh=self.min_kwh,
            max_energy_mwh=self.max_kwh,
            min_duration_us=self.min_duration,
            max_duration_us=self.max_duration,
            min_power_mw=self.min_power,
            max_power_mw=self.max_power,
            min_current_ma=self.min_current,
            max_current_ma=self.max_current,
            reservation=self.reservation,
            tariff_type=self.tariff_type,
            connector=self.connector,
            membership=self.membership,
            payment_method=self.payment_method,
            min_evse_power_mw=None if rating is None else rating.min,
            max_evse_power_mw=None if rating is None else rating.max,
        )
