"""What a run through files came to, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rating.results.rated import Rated
from rating.scale.sums import Rejects, Sum, Sums


class Progress(NamedTuple):
    """So many intervals (or readings, or else sessions) are rated, of so many; None: the files do not say."""

    done: int
    total: int | None


@dataclass(frozen=True)
class RatedFiles:
    """What a run came to: counts of rows, sums by currency, refusals by code, and where the tables are."""

    folder: Path
    files: dict[str, Path]  # each a file, or a folder with a file for each part
    parts: int
    sums: Sums
    rated: Rated | None = field(default=None, repr=False, compare=False)  # the tables, where all was rated at once

    @property
    def sessions(self) -> int:
        """How many sessions were rated."""
        return self.sums.sessions

    @property
    def rejected(self) -> int:
        """How many rows the table `rejected` has: sessions, and meter data of unknown ones."""
        return self.sums.rejected

    @property
    def by_currency(self) -> tuple[Sum, ...]:
        """Sessions, energy and amounts in each currency, exactly."""
        return self.sums.by_currency

    @property
    def rejects(self) -> tuple[Rejects, ...]:
        """How often each code occurs among what was rejected."""
        return self.sums.rejects

    def __repr__(self) -> str:
        made = f"{self.sums.sessions} sessions, {self.sums.lines} lines, {self.sums.rejected} rejected"
        return f"RatedFiles({made}, in {self.folder})"
