"""What the walks ask of a whole session: when charging ended, since when its place was reserved."""

from __future__ import annotations

from rating.kernels.arrays import NEVER, Usage
from rating.kernels.jit import scalar
from rating.units import ACTIVITY_AUTO, ACTIVITY_PARKED, ACTIVITY_RESERVED


@scalar
def charging_end(s: int, usage: Usage) -> int:
    """When charging ended in session s: as it says, else with its last interval of charging time, else at its start."""
    if usage.charging_end_us.size > 0 and usage.charging_end_us[s] >= 0:
        return int(usage.charging_end_us[s])
    for i in range(usage.interval_first[s + 1] - 1, usage.interval_first[s] - 1, -1):
        charging = usage.energy[i] != 0
        if usage.activity.size > 0 and usage.activity[i] != ACTIVITY_AUTO:
            charging = usage.activity[i] != ACTIVITY_PARKED and usage.activity[i] != ACTIVITY_RESERVED
        if usage.volumes_us.size > 0:
            charging = usage.volumes_us[i, 0] > 0
        elif usage.end_us[i] <= usage.start_us[i]:
            charging = False  # of no length: no time
        if charging:
            return int(usage.end_us[i])
    return int(usage.session_start_us[s])


@scalar
def reserved_from(s: int, first: int, last: int, usage: Usage) -> tuple[int, bool]:
    """When the reservation of session s began, NEVER where there is none; and whether its intervals first to last - 1
    are of more.
    """
    if usage.reserved_us.size > 0 and usage.reserved_us[s] >= 0:
        return int(usage.reserved_us[s]), first < last
    with_activity, with_volumes = usage.activity.size > 0, usage.volumes_us.size > 0
    if not with_volumes and not with_activity:
        return NEVER, first < last
    since = NEVER
    measured = False
    for i in range(first, last):
        if with_activity and usage.activity[i] == ACTIVITY_RESERVED:
            since = min(since, usage.start_us[i])
        else:
            measured = True
            if not with_volumes:
                break  # reserved intervals come first
            if usage.volumes_us[i, 2] > 0:
                since = min(since, usage.start_us[i])
                break
    return since, measured
