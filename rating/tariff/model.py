"""A tariff as the engine knows it: plain frozen values in integers, whatever file or protocol it came from.

Comes in: values that a reader has checked. Goes out: what `compile` and `reference` price by.
Days of the week are 0 (Monday) to 6; minutes are minutes of the local day, 0 to 1440.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from rating.errors import Place
from rating.tariff.calendars import Calendar
from rating.tariff.spot import SpotPrice
from rating.units import MWH_PER_KWH, MWH_PER_WH, US_PER_H, US_PER_MIN, US_PER_S

if TYPE_CHECKING:
    from rating.tariff.plans import Plans

DimensionName = Literal["energy", "time", "parking_time", "flat"]
LineDimension = Literal["energy", "time", "parking_time", "flat", "reservation_time", "reservation_flat"]
StepRound = Literal["up", "down", "nearest"]
RoundingMode = Literal["half_up", "half_even", "half_down", "up", "down"]
OnChange = Literal["next_session", "at_once"]
ReservationName = Literal["reservation", "reservation_expires"]

# What one unit measures, in base units: milli-Wh of energy, microseconds of time, sessions.
UNIT_SIZES: dict[str, int] = {
    "kWh": MWH_PER_KWH,
    "Wh": MWH_PER_WH,
    "s": US_PER_S,
    "min": US_PER_MIN,
    "h": US_PER_H,
    "session": 1,
}
UNITS_OF: dict[DimensionName, tuple[str, ...]] = {
    "energy": ("kWh", "Wh"),
    "time": ("s", "min", "h"),
    "parking_time": ("s", "min", "h"),
    "flat": ("session",),
}


@dataclass(frozen=True, slots=True)
class Price:
    """`amount_micro` millionths of the currency for each `count` `unit`s: 5.00/2 h is (5_000_000, "h", 2)."""

    amount_micro: int
    unit: str
    count: int = 1

    @property
    def per(self) -> int:
        """The size of what the amount is for, in base units (milli-Wh, microseconds or sessions)."""
        return self.count * UNIT_SIZES[self.unit]

    @property
    def unit_text(self) -> str:
        """The unit as the tariff's author wrote it: `kWh`, `2 h`."""
        return self.unit if self.count == 1 else f"{self.count} {self.unit}"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax: a rate on the price before tax. Several on one price each count from that same price."""

    name: str
    rate_ppm: int


# What a limit after tax adds where there is no tax that could take it.
UNNAMED = TaxRate("tax", 0)


@dataclass(frozen=True, slots=True)
class Rates:
    """The taxes on a price. `each` is None where they are not known, which is not 0 %; () where none applies."""

    each: tuple[TaxRate, ...] | None

    @property
    def total_ppm(self) -> int | None:
        """The rates together, or None where they are not known."""
        return None if self.each is None else sum(rate.rate_ppm for rate in self.each)


@dataclass(frozen=True, slots=True)
class Component:
    """The price of one dimension in one element (PRICING 2 and 3)."""

    dimension: DimensionName
    price: Price
    grace_us: int = 0
    step: int = 0  # step_size in base units; 0: exact
    round: StepRound = "up"
    min_micro: int | None = None
    max_micro: int | None = None
    from_first_energy: bool = False  # parking_time only: what came before any energy is not parking
    rates: Rates | None = None  # None: those of the tariff
    from_charging_end: bool = False  # parking_time only: what came before charging ended is not parking
    plugged_in: bool = False  # parking_time only: charging time counts like parked time
    spot: SpotPrice | None = None  # energy only: the price follows an index, and `price` is 0 a kWh
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """The restrictions of an element. None: not restricted. All that are given must hold."""

    day_of_week: frozenset[int] | None = None
    # The loader gives both or neither of the two: one alone is written out to the start or the end of the day.
    start_min: int | None = None  # the clock reads start or later; with end < start the window passes midnight
    end_min: int | None = None  # the clock reads earlier than end; 1440 is the end of the day
    start_date: date | None = None  # inclusive
    end_date: date | None = None  # exclusive
    months: frozenset[int] | None = None  # 1 to 12
    holidays: Calendar | None = None
    holidays_in: bool = True  # False: holds on dates that are not in the calendar
    # Each minimum holds from the value itself on, each maximum up to it and not at it.
    min_energy_mwh: int | None = None  # `min_kwh`: energy of the session so far
    max_energy_mwh: int | None = None
    min_duration_us: int | None = None  # time since the session's start; in a reservation, since the reservation's
    max_duration_us: int | None = None
    min_power_mw: int | None = None  # milli-W, of the interval
    max_power_mw: int | None = None
    min_current_ma: int | None = None  # milli-A, sum over phases, of the interval
    max_current_ma: int | None = None
    reservation: ReservationName | None = None
    # What the session says of itself. Names are compared as they are written.
    tariff_type: frozenset[str] | None = None
    connector: frozenset[str] | None = None
    membership: frozenset[str] | None = None
    payment_method: frozenset[str] | None = None
    min_evse_power_mw: int | None = None  # `evse_power`: the charger's own rating
    max_evse_power_mw: int | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """Prices that hold together. Components are in the order of `units.DIMENSIONS`, at most one of each."""

    name: str
    components: tuple[Component, ...]
    when: When = When()
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """A `min_price` or `max_price` of a session; at least one of the two is given."""

    before_tax_micro: int | None = None
    after_tax_micro: int | None = None
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Version:
    """What a tariff charges from `valid_from` on: a local date, an instant in microseconds UTC, or None (always)."""

    label: str  # valid_from as the author wrote it, or "always"
    valid_from: date | int | None
    elements: tuple[Element, ...]
    min_price: PriceLimit | None = None
    max_price: PriceLimit | None = None
    valid_until: date | int | None = None  # exclusive: sessions that start then or later are refused; None: no end
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Tax:
    """Whether prices and component limits include their taxes, and the taxes of components that name none."""

    rates: Rates
    included: bool
    place: Place = field(default=Place(), compare=False)

    @staticmethod
    def one(name: str, rate_ppm: int, included: bool) -> Tax:
        """A single tax on every price."""
        return Tax(Rates((TaxRate(name, rate_ppm),)), included)


@dataclass(frozen=True, slots=True)
class Rounding:
    """How totals are rounded, once: the mode and the unit (10_000 micro is a cent)."""

    mode: RoundingMode
    unit_micro: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff with its dated versions, in the order of `valid_from`."""

    id: str
    currency: str
    minor_micro: int  # the currency's minor unit in micro: 10_000 for EUR, 1_000_000 for JPY, 1_000 for KWD
    versions: tuple[Version, ...]
    rounding: Rounding
    time_zone: str | None = None  # None: each session says the zone of its site
    tax: Tax | None = None  # None: no tax applies, net = gross
    on_change: OnChange = "next_session"
    name: str = ""
    place: Place = field(default=Place(), compare=False)
    # What a protocol says of the tariff beside its prices (parties, alternative texts, extensions), for writing it
    # again; it moves no amount.
    carried: Mapping[str, object] = field(default_factory=dict, compare=False)
    # Filled in by `hash`. It depends on what is written alone, so that a copy of the tariff may take it along.
    _digest: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def rates_of(self, component: Component) -> Rates:
        """The taxes on a component's price: its own, else the tariff's, else none."""
        if self.tax is None:
            return NO_RATES
        return self.tax.rates if component.rates is None else component.rates

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits that change when anything that can move an amount changes."""
        if not self._digest:
            self._digest.append(_hash(self))
        return self._digest[0]

    def __hash__(self) -> int:
        """Of a part of what is compared: tariffs are looked up often, and to hash all of their prices takes longer than
        to price a session by them.
        """
        elements = self.versions[-1].elements if self.versions else ()
        first = elements[0].components if elements else ()
        return hash((self.id, len(self.versions), first[0].price.amount_micro if first else 0))


NO_RATES = Rates(())


class Tariffs(Mapping[str, Tariff]):
    """Tariffs by their id, in the order in which they were read."""

    def __init__(self, tariffs: tuple[Tariff, ...] = (), plans: Plans | None = None) -> None:
        self._by_id = {tariff.id: tariff for tariff in tariffs}
        self._plans = plans
        if len(self._by_id) != len(tariffs):
            raise ValueError("two tariffs have the same id")

    def __getitem__(self, key: str) -> Tariff:
        return self._by_id[key]

    @property
    def plans(self) -> Plans:
        """The plans and coupons that were read with the tariffs."""
        from rating.tariff.plans import Plans

        # Not `or`: where there are coupons and no plan, the mapping of plans is empty.
        return Plans() if self._plans is None else self._plans

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        return f"Tariffs({', '.join(self._by_id)})"


@lru_cache(maxsize=1024)
def _hash(tariff: Tariff) -> str:
    return hashlib.sha256(canonical(tariff).encode()).hexdigest()[:16]


def canonical(value: object) -> str:
    """A text that is the same for equal values on every run and machine (sets are sorted, places left out)."""
    kind: Any = type(value)
    if kind in _LEAVES:
        return repr(value)
    if isinstance(value, frozenset):
        return "{" + ",".join(sorted(canonical(item) for item in value)) + "}"
    if isinstance(value, tuple):
        return "(" + ",".join([canonical(item) for item in value]) + ")"
    names = _compared(kind)
    if names is None:
        return repr(value)
    return f"{kind.__name__}({','.join([f'{name}={canonical(getattr(value, name))}' for name in names])})"


_LEAVES = frozenset({int, str, bool, type(None)})


@lru_cache(maxsize=64)
def _compared(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass by which its values are compared; None: it is none."""
    fields = getattr(kind, "__dataclass_fields__", None)
    return None if fields is None else tuple(name for name, spec in fields.items() if spec.compare)
