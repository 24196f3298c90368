"""What a tariff says and OCPI cannot: faults, all of them, and notes on what is lost without moving an amount."""

from __future__ import annotations

from dataclasses import dataclass, field

from rating.errors import Fault, Place
from rating.tariff.ocpi.fields import OcpiVersion


@dataclass(slots=True)
class Saying:
    """A tariff on its way into OCPI."""

    version: OcpiVersion
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def cannot(self, place: Place, got: str, fix: str) -> None:
        """OCPI cannot say this, and the amounts would differ without it."""
        self._add(self.faults, "ocpi_cannot", place, got, f"what OCPI {self.version} can say", fix)

    def lost(self, place: Place, got: str, fix: str) -> None:
        """OCPI cannot say this, and it moves no amount."""
        self._add(self.notes, "ocpi_lost", place, got, f"what OCPI {self.version} can say", fix)

    def lacks(self, place: Place, got: str, want: str, fix: str) -> None:
        """OCPI requires what the tariff does not say."""
        self._add(self.notes, "ocpi_lacks", place, got, want, fix)

    def _add(self, faults: list[Fault], code: str, place: Place, got: str, want: str, fix: str) -> None:
        fault = Fault(code, place, got, want, fix)
        if fault not in faults:
            faults.append(fault)
