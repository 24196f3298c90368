"""When charging ended in a session, for the walks along price epochs."""

from __future__ import annotations

from rating.kernels.arrays import Usage
from rating.kernels.jit import kernel
from rating.units import ACTIVITY_AUTO, ACTIVITY_PARKED, ACTIVITY_RESERVED


@kernel
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
