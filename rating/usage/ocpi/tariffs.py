"""What this room has to know of a tariff, which another room reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from rating.errors import Fault
from rating.usage.ocpi.values import Terms


class CdrTariff(NamedTuple):
    """By which tariff a CDR is priced, and whether that takes the clock of its site."""

    key: str  # no other tariff of the CDRs has it
    id: str
    needs_clock: bool


# The tariff of a CDR; None, with every fault added, where it has none or its tariff cannot be read.
ChooseTariff: TypeAlias = Callable[[Terms, list[Fault]], CdrTariff | None]
