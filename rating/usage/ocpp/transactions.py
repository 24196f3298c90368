"""Records -> transactions, with what is known of each EVSE beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable

from rating.errors import Place
from rating.usage.ocpp.model import Log, Sample, Start, Status, Transaction
from rating.usage.ocpp.pairing import name_starts

Evse = tuple[str, str]


class Transactions:
    """The transactions by charge point and id; those without an id come after them."""

    def __init__(self, log: Log) -> None:
        self._found: dict[tuple[str, str], Transaction] = {}
        self.nameless: list[Transaction] = []
        self._add_starts(log)
        for stop, place in log.stops:
            self._of(stop.charge_point, stop.transaction, place).stops.add(stop)
        for event, place in log.events:
            transaction = self._of(event.charge_point, event.transaction, place)
            transaction.events.add(event)
        for meter, place in log.meters:
            if meter.transaction is not None:
                transaction = self._of(meter.charge_point, meter.transaction, place)
                transaction.samples.extend(meter.samples)
                transaction.signed.update(meter.signed)

    def all(self) -> list[Transaction]:
        """Every transaction, in an order that does not depend on that of the messages."""
        named = sorted(self._found.values(), key=lambda each: (each.charge_point, each.id or ""))
        return named + sorted(self.nameless, key=lambda each: _start_key(next(iter(each.starts))))

    def _of(self, charge_point: str, name: str, place: Place) -> Transaction:
        found = self._found.setdefault((charge_point, name), Transaction(charge_point, name, place))
        found.place = min(found.place, place)
        return found

    def _add_starts(self, log: Log) -> None:
        places: dict[Start, Place] = {}
        for call in log.starts:
            places[call.start] = min(places.get(call.start, call.place), call.place)
        for start, names in name_starts(log).items():
            for name in names:
                self._of(start.charge_point, name, places[start]).starts.add(start)
            if not names:
                self.nameless.append(Transaction(start.charge_point, None, places[start], starts={start}))


def _start_key(start: Start) -> tuple[str, str, int, int, str]:
    return (start.charge_point, start.evse or "", start.at_us, start.register_mwh or 0, start.id_token or "")


class Site:
    """What is known of EVSEs apart from their transactions: statuses, meter values that name none, restarts."""

    def __init__(self, log: Log) -> None:
        self._statuses: dict[Evse, list[Status]] = defaultdict(list)
        for status in set(log.statuses):
            self._statuses[status.charge_point, status.evse].append(status)
        for statuses in self._statuses.values():
            statuses.sort(key=lambda each: (each.at_us, each.state, each.connector or ""))
        self._samples: dict[Evse, list[Sample]] = defaultdict(list)
        for meter, _ in log.meters:
            if meter.transaction is None and meter.evse is not None:
                self._samples[meter.charge_point, meter.evse].extend(meter.samples)
        for samples in self._samples.values():
            samples.sort(key=lambda each: each.at_us)
        self._restarts: dict[str, list[int]] = defaultdict(list)
        for charge_point, at_us in log.restarts:
            self._restarts[charge_point].append(at_us)
        for restarts in self._restarts.values():
            restarts.sort()
        self._starts: dict[Evse, list[int]] = defaultdict(list)
        self._edges: dict[Evse, list[int]] = defaultdict(list)

    def add_spans(self, spans: Iterable[tuple[str, str | None, int, int | None]]) -> None:
        """Tell when transactions began and stopped, if they did, on which EVSE of which charge point."""
        for charge_point, evse, start_us, stop_us in spans:
            if evse is not None:
                self._starts[charge_point, evse].append(start_us)
                self._edges[charge_point, evse] += [start_us] if stop_us is None else [start_us, stop_us]
        for instants in (*self._starts.values(), *self._edges.values()):
            instants.sort()

    def same_span(self, charge_point: str, evse: str, from_us: int, until_us: int) -> bool:
        """Whether no transaction began or stopped there from one instant on, before another."""
        edges = self._edges.get((charge_point, evse), [])
        return bisect_left(edges, from_us) == bisect_left(edges, until_us)

    def next_start_us(self, charge_point: str, evse: str, at_us: int) -> int | None:
        """When the first transaction after an instant began there."""
        starts = self._starts.get((charge_point, evse), [])
        after = bisect_right(starts, at_us)
        return starts[after] if after < len(starts) else None

    def statuses(self, charge_point: str, evse: str, connector: str | None) -> list[Status]:
        """The statuses of a connector by time; of an EVSE whose connector is not known, only if it has one."""
        found = self._statuses.get((charge_point, evse), [])
        if connector is not None:
            return [status for status in found if status.connector in (None, connector)]
        return found if len({status.connector for status in found}) <= 1 else []

    def samples(self, charge_point: str, evse: str, start_us: int, end_us: int) -> list[Sample]:
        """What the EVSE's meter said strictly between two instants in messages that name no transaction."""
        found = self._samples.get((charge_point, evse), [])
        first = bisect_right(found, start_us, key=lambda each: each.at_us)
        return found[first : bisect_left(found, end_us, key=lambda each: each.at_us)]

    def restarted(self, charge_point: str, after_us: int, until_us: int) -> bool:
        """Whether the charge point restarted after one instant, and until another."""
        found = self._restarts.get(charge_point, [])
        return bisect_right(found, after_us) < bisect_right(found, until_us)
