"""What the slow twin takes and gives: a session with its intervals, a bill with its lines, or a refusal.

Instants are microseconds since 1970-01-01 UTC, energy is in thousandths of a Wh, amounts are exact fractions of the
currency unit; what is printed is a whole number of millionths of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from rating.errors import Refused
from rating.tariff.model import LineDimension, TaxRate

if TYPE_CHECKING:
    from rating.reference.trace import Step

Activity = Literal["auto", "charging", "parked", "withheld", "reserved"]
LineKind = Literal["usage", "allowance", "discount", "minimum", "maximum", "rounding"]


@dataclass(frozen=True, slots=True)
class Interval:
    """What the meter said from `start_us` to `end_us`. With `auto`, energy means charging and none means parked."""

    start_us: int
    end_us: int
    energy_mwh: int
    activity: Activity = "auto"
    power_mw: int | None = None  # milli-W; None: the mean power of the interval
    current_ma: int | None = None  # milli-A, sum over phases; None: not known
    volumes_us: tuple[int, int, int] | None = None  # charging, parked, reserved, as a CDR gives them beside the clock

    @property
    def charges(self) -> bool:
        """Whether its time is charging time (PRICING 1): withheld is; auto is where there is energy."""
        if self.activity == "auto":
            return self.energy_mwh != 0
        return self.activity not in ("parked", "reserved")

    @property
    def times_us(self) -> tuple[int, int, int]:
        """How much of it is charging, parked and reserved time: what a CDR says, else all of its length is one."""
        if self.volumes_us is not None:
            return self.volumes_us
        length_us = self.end_us - self.start_us
        if self.activity == "reserved":
            return 0, 0, length_us
        return (length_us, 0, 0) if self.charges else (0, length_us, 0)

    @property
    def asks_for_no_power(self) -> bool:
        """Whether it is parked time without energy, so that no current needs to be told."""
        charges = self.charges if self.volumes_us is None else self.volumes_us[0] > 0
        return not charges and self.energy_mwh == 0


@dataclass(frozen=True, slots=True)
class Usage:
    """One session as it was measured. `time_zone` is its site's, used where the tariff leaves its own out.

    A reservation is intervals of the activity `reserved` without energy, before `start_us`; of an expired one they
    lie anywhere up to `end_us`, and with none of them it lasts from `start_us` to `end_us`. The intervals of the
    session itself come in order of time; so do those of the reservation.
    """

    session_id: str | int
    start_us: int
    end_us: int
    intervals: tuple[Interval, ...]
    time_zone: str | None = None
    tariff_type: str | None = None
    connector: str | None = None
    membership: str | None = None
    payment_method: str | None = None
    evse_power_mw: int | None = None
    expired: bool = False  # the reservation expired: nothing but it is priced
    charging_end_us: int | None = None  # when charging ended; None: with the last interval of charging time
    account: str | None = None  # whose session it is
    coupon: str | None = None  # the code that it names
    redeem_points: int | None = None  # how many points it asks to be paid with

    @property
    def reserved_until_us(self) -> int:
        """The latest end of what was reserved."""
        return self.end_us if self.expired else self.start_us


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill. Volumes are counted in `unit`, so `billed_volume * unit_price` is the amount (PRICING 4).

    Only a component's own `min` and `max` make the amount differ from that product. The line of an allowance says in
    `volume` what of it was used; it costs nothing. A discount has no volume.
    """

    line: int  # from 1
    kind: LineKind
    element: str | None
    dimension: LineDimension | None
    volume: Fraction | None
    billed_volume: Fraction | None
    unit: str | None
    unit_price_micro: int | None
    amount: Fraction
    printed_micro: int
    tax_ppm: int | None


@dataclass(frozen=True, slots=True)
class BilledTax:
    """One tax of a bill, as it is printed: what it counts from, and how much it is."""

    rate: TaxRate
    net_micro: int
    amount_micro: int


@dataclass(frozen=True, slots=True)
class Bill:
    """One priced session. `net_micro + tax_micro == gross_micro`, and printed lines add up to net, or to gross
    where the tariff's prices include tax. Where the rate of a tax is not known, only that side is.
    """

    session_id: str | int
    tariff: str
    tariff_version: str
    currency: str
    start_us: int
    end_us: int
    energy_mwh: int
    charging_us: int
    parked_us: int
    net_micro: int | None  # None: cannot be known, because the rate of a tax is not
    tax_micro: int | None
    gross_micro: int | None
    lines: tuple[Line, ...]
    taxes: tuple[BilledTax, ...] | None  # by name and rate; they add up to `tax_micro`. None: that is not known
    trace: tuple[Step, ...]
    # What it took of what its account had, which is counted after it (see history).
    allowances_used: tuple[tuple[str, int], ...] = ()  # name, and milli-Wh, microseconds or sessions
    points_redeemed: int = 0
    coupon_used: bool = False  # whether its coupon took something


@dataclass(frozen=True, slots=True)
class Refusal:
    """A session that is not priced, and why. `interval` is the index of the one at fault, where one is."""

    session_id: str | int
    reason: Refused
    interval: int | None = None

    @property
    def code(self) -> str:
        """The code as it stands in the table of rejected sessions."""
        return self.reason.code
