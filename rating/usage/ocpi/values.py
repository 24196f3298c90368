"""A CDR as it was read: plain values, in the order in which it lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from rating.errors import Place
from rating.ocpi_json import Json, Record
from rating.usage.ocpi.words import Version


@dataclass(frozen=True, slots=True)
class Period:
    """A charging period. It lasts until the next one starts, the last until the end of the CDR."""

    index: int  # in the list of the CDR
    start_us: int
    end_us: int
    energy_mwh: int
    times_us: tuple[int | None, int | None, int | None]  # TIME, PARKING_TIME, RESERVATION_TIME; None: not given
    power_mw: int | None
    current_ma: int | None
    volumes: Mapping[str, Decimal]  # all of its dimensions, as they were printed

    @property
    def reserves(self) -> int:
        """Its reserved time."""
        return self.times_us[2] or 0

    @property
    def tells_reserved(self) -> bool:
        """Whether it says how much time was reserved, be it none."""
        return self.times_us[2] is not None

    @property
    def is_used(self) -> bool:
        """Whether anything but reserved time was measured in it."""
        return bool(self.energy_mwh or self.times_us[0] or self.times_us[1])

    @property
    def only_reserves(self) -> bool:
        """Whether nothing but reserved time was measured in it, or it tells of nothing else: of a reservation of no
        length.
        """
        tells = self.times_us[0] is not None or self.times_us[1] is not None or "ENERGY" in self.volumes
        return self.tells_reserved and not self.is_used and (self.reserves > 0 or not tells)


@dataclass(frozen=True, slots=True)
class Cdr:
    """What of a CDR sets its price, and all else that it says."""

    id: str
    version: Version
    place: Place
    start_us: int
    end_us: int
    currency: str
    periods: tuple[Period, ...]  # in order of time
    tariff_ids: tuple[str, ...]  # by which its periods say they are priced, each once, whatever its case
    tariffs: tuple[Record, ...]
    time_zone: str | None  # of its site, where it says one
    country: str | None  # of its site
    credit: bool
    extensions: tuple[str, ...]  # the keys that OCPI does not know
    value: dict[str, Json]  # all that was read

    @property
    def terms(self) -> Terms:
        """What of it says by which tariff it is priced."""
        return Terms(self.version, self.place, self.currency, self.tariff_ids, self.tariffs)


class Terms(NamedTuple):
    """What of a CDR says by which tariff it is priced."""

    version: Version
    place: Place
    currency: str
    tariff_ids: tuple[str, ...]
    tariffs: tuple[Record, ...]


class Printed(NamedTuple):
    """A number as it is printed; zeros at its end do not count as decimals."""

    value: Fraction
    decimals: int


class Amount(NamedTuple):
    """A cost as a CDR prints it. None: it does not say that side."""

    before_tax: Printed | None
    after_tax: Printed | None


class Totals(NamedTuple):
    """The totals that a CDR prints, by their keys: quantities in kWh and hours, and costs."""

    quantities: Mapping[str, Printed]
    costs: Mapping[str, Amount]
