"""The pieces of a session, for those who need them apart from its bill."""

from __future__ import annotations

from rating.reference.clock import load_zone
from rating.reference.cut import Cutter, Piece, priced
from rating.reference.parts import parts_of
from rating.reference.spot import spots_of
from rating.reference.values import Usage
from rating.reference.versions import epochs, version_of_session, version_starts
from rating.tariff.model import Tariff


def pieces_of(tariff: Tariff, usage: Usage, as_cut: bool) -> tuple[list[Piece], int] | None:
    """The pieces of a session with who prices each, and the version in force."""
    zone = load_zone(tariff.time_zone or usage.time_zone or "")
    if zone is None:
        return None
    starts = version_starts(tariff, zone)
    version = version_of_session(tariff, starts, usage.start_us, zone)
    if version is None:
        return None
    parts = parts_of(usage)
    first_us = min(part.start_us for part in parts)
    spots = spots_of(tariff, range(len(tariff.versions)))  # a cut too many moves no amount
    cutter = Cutter(tariff, usage, parts, epochs(tariff, starts, version, first_us, usage.end_us, zone, spots))
    return priced(tariff, usage, cutter, cutter.slices(as_cut)), version
