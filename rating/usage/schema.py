"""Which columns the tables of sessions, intervals and readings must and may have, and what kind of value each holds."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

ID: Final = "id"
TEXT: Final = "text"
NAME: Final = "name"
INSTANT: Final = "instant"
NUMBER: Final = "number"
FLAG: Final = "flag"
LIST: Final = "list"


class Table(NamedTuple):
    """The columns of one kind of table: (name, kind of value)."""

    required: tuple[tuple[str, str], ...]
    optional: tuple[tuple[str, str], ...]
    energy: str  # "energy" or "register": in _wh or in _kwh, never both
    energy_required: bool
    power: str  # "power" or "evse_power": in _kw or in _w, never both, and never required

    @property
    def energies(self) -> tuple[str, str]:
        """The two names of the energy."""
        return f"{self.energy}_wh", f"{self.energy}_kwh"

    @property
    def powers(self) -> tuple[str, str]:
        """The two names of the power."""
        return f"{self.power}_kw", f"{self.power}_w"

    @property
    def names(self) -> tuple[str, ...]:
        """All names that have a meaning in this table."""
        return _names(self)

    @property
    def needed(self) -> tuple[str, ...]:
        """The names of the least that it may have."""
        return (*(name for name, _ in self.required), self.energies[0])


@lru_cache(maxsize=8)
def _names(table: Table) -> tuple[str, ...]:
    """Made once: each call of `rate` asks for them many times."""
    return (*(name for name, _ in table.required + table.optional), *table.energies, *table.powers)


# What a session says of itself, and elements of tariffs may ask for.
ATTRIBUTES: Final = ("tariff_type", "connector", "membership", "payment_method")

SESSIONS: Final = Table(
    (("session_id", ID), ("tariff", TEXT), ("start", INSTANT), ("end", INSTANT)),
    (
        *(("charging_end", INSTANT), ("time_zone", TEXT)),
        *((name, NAME) for name in ATTRIBUTES),
        *(("reservation_start", INSTANT), ("reservation_expired", FLAG)),
        *(("account", NAME), ("coupon", NAME), ("redeem_points", NUMBER)),
        *(("intervals", LIST), ("readings", LIST)),
    ),
    "energy",
    energy_required=False,
    power="evse_power",
)
INTERVALS: Final = Table(
    (("session_id", ID), ("start", INSTANT), ("end", INSTANT)),
    (("activity", TEXT), ("current_a", NUMBER)),
    "energy",
    energy_required=True,
    power="power",
)
READINGS: Final = Table(
    (("session_id", ID), ("at", INSTANT)),
    (("activity", TEXT), ("current_a", NUMBER)),
    "register",
    energy_required=True,
    power="power",
)

# What the sessions' own columns become; every other column of the sessions travels along to the output.
CONSUMED: Final = (
    *("session_id", "tariff", "start", "end", "energy_wh", "energy_kwh", "charging_end", "intervals", "readings"),
)
OUTPUT: Final = (
    *("tariff_version", "currency", "energy_kwh", "charging_s", "parked_s", "net", "tax", "gross"),
    *("tariff_hash", "engine_version", "tzdata_version"),
)


def table_named(label: str) -> Table:
    """The columns of the table that messages call `label` (see batch.Intervals.table)."""
    return {"sessions": SESSIONS, "readings": READINGS}.get(label.removeprefix("sessions."), INTERVALS)
