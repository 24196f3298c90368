"""What sessions of one timeline have in common, and its epochs with the prices that follow an index."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.epochs import timeline
from rating.compile.restricted import Restricted, restricted_timeline
from rating.compile.spot import Followed, follow
from rating.compile.traits import Traits
from rating.tariff.model import Tariff
from rating.tariff.spot import SpotPrice
from rating.units import DIMENSIONS

Int32 = NDArray[np.int32]
Spots = tuple[SpotPrice | None, ...]


class Group(NamedTuple):
    """What sessions of one timeline, or of the versions of a tariff, have in common."""

    tariff: Tariff
    zone: str
    traits: Traits
    restricted: bool  # whatever the tariff asks for
    lo_us: int
    hi_us: int


@lru_cache(maxsize=128)
def epochs(group: Group, index: int, spots: Spots) -> tuple[Int32, Followed]:
    """For each epoch of a timeline the component of each dimension, int32 (e, 4), and prices that follow an index."""
    start_us, component = timeline(group.tariff, index, group.zone, group.lo_us, group.hi_us, group.traits)
    followed = follow(start_us, group.hi_us, spots)
    return component[followed.calendar], followed


@lru_cache(maxsize=128)
def restricted_epochs(group: Group, index: int, spots: Spots) -> tuple[Restricted, Int32, Followed]:
    """The same of a restricted timeline: no epoch has a component of its own."""
    restricted = restricted_timeline(group.tariff, index, group.zone, group.lo_us, group.hi_us, group.traits)
    followed = follow(restricted.start_us, group.hi_us, spots)
    restricted = restricted._replace(start_us=followed.start_us, row=restricted.row[followed.calendar])
    return restricted, np.full((followed.start_us.size, len(DIMENSIONS)), -1, np.int32), followed
