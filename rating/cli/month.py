"""A month of a charging network as tables: what its sessions and meters say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.cli.network import EVSES, Site

Int64 = NDArray[np.int64]

NONE: Final = -1
ACCOUNTS: Final = 4_000
_PAYMENTS: Final = ("card", "app")


@dataclass
class Month:
    """What a charging network delivered: n sessions and m intervals, column by column, in microseconds UTC.

    An index, a power or an instant that is NONE is null in the tables.
    """

    sites: tuple[Site, ...]
    tariffs: list[str]
    zones: list[str]
    memberships: list[str]
    session_id: Int64  # (n,) ascending
    tariff: Int64  # (n,) index into tariffs
    start_us: Int64  # (n,)
    end_us: Int64  # (n,)
    site: Int64  # (n,) index into sites
    evse: Int64  # (n,) numbered through all sites
    evse_power_kw: Int64  # (n,)
    account: Int64  # (n,)
    membership: Int64  # (n,) index into memberships
    zone: Int64  # (n,) index into zones
    reserved_us: Int64  # (n,) since when the charger was kept for the driver
    expired: NDArray[np.bool_]  # (n,) who did not come
    first: Int64  # (n + 1,) the first interval of each session
    owner: Int64  # (m,) the session_id of each interval
    from_us: Int64  # (m,)
    to_us: Int64  # (m,)
    energy_wh: Int64  # (m,)
    power_w: Int64  # (m,) while it charged

    def sessions_table(self) -> Any:
        """The table `sessions` as `rating.rate` takes it; site, evse and account travel along to the bills."""
        chargers = [charger for site in self.sites for charger in site.chargers]
        evses = [f"{site.name}*{k + 1}" for site in self.sites for k in range(EVSES)]
        connectors = list(dict.fromkeys(charger.connector for charger in chargers))
        connector = np.array([connectors.index(charger.connector) for charger in chargers])[self.evse]
        return pa.table(
            {
                "session_id": self.session_id,
                "tariff": _coded(self.tariff, self.tariffs),
                "start": _instants(self.start_us),
                "end": _instants(self.end_us),
                "time_zone": _coded(self.zone, self.zones),
                "site": _coded(self.site, [site.name for site in self.sites]),
                "evse": _coded(self.evse, evses),
                "evse_power_kw": _numbers(self.evse_power_kw),
                "connector": _coded(connector, connectors),
                "account": _coded(self.account, [f"RFID-{k:04}" for k in range(ACCOUNTS)]),
                "membership": _coded(self.membership, self.memberships),
                "payment_method": _coded((self.account != NONE).astype(np.int64), list(_PAYMENTS)),
                "reservation_start": _instants(self.reserved_us),
                "reservation_expired": self.expired,
            }
        )

    def intervals_table(self) -> Any:
        """The table `intervals` as `rating.rate` takes it."""
        return pa.table(
            {
                "session_id": self.owner,
                "start": _instants(self.from_us),
                "end": _instants(self.to_us),
                "energy_wh": self.energy_wh,
                "power_w": _numbers(self.power_w),
            }
        )


def _coded(codes: Int64, names: list[str]) -> Any:
    """A text column over (n,) codes into `names`."""
    indices = pa.array(codes.astype(np.int32), mask=codes == NONE)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))


def _numbers(values: Int64) -> Any:
    return pa.array(values, mask=values == NONE)


def _instants(us: Int64) -> Any:
    return _numbers(us).view(pa.timestamp("us", "UTC"))
