"""Which transaction a StartTransaction of 1.6 began: its id is in the central system's answer, not in the request.

The answer names its request by a message id, which a charge point may use again after a restart; then it names none. A
start without an answer takes the one transaction whose meter values its connector sent before the next start. Where
that is not exactly one, the start has no id: nothing is guessed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

from rating.errors import Fault, Place
from rating.usage.ocpp.model import Log, Start, StartCall


def name_starts(log: Log) -> dict[Start, set[str]]:
    """The ids of the transaction of each start: one, none, or several where it was sent and answered again."""
    calls: dict[Start, list[StartCall]] = defaultdict(list)
    senders: dict[tuple[str, str], set[Start]] = defaultdict(set)
    for call in log.starts:
        calls[call.start].append(call)
        if call.message_id is not None:
            senders[call.start.charge_point, call.message_id].add(call.start)
    named: dict[Start, set[str]] = {}
    for start, given in calls.items():
        named[start] = {call.transaction for call in given if call.transaction is not None}
        for call in given:
            key = (start.charge_point, call.message_id or "")
            answers = log.answers.get(key, set())
            if len(answers) == 1 and len(senders[key]) == 1:
                named[start] |= answers
    if not all(named.values()):
        _infer(log, named, {start: min(call.place for call in given) for start, given in calls.items()})
    return named


def _infer(log: Log, named: dict[Start, set[str]], places: dict[Start, Place]) -> None:
    """Give starts without an id the one that the meter values of their connector name until its next start."""
    on: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for start in named:
        on[start.charge_point, start.evse].append(start.at_us)
    for instants in on.values():
        instants.sort()
    taken = {(start.charge_point, name) for start, names in named.items() for name in names}
    seen: dict[tuple[str, str | None, int], set[str]] = defaultdict(set)
    for meter, _ in log.meters:
        if meter.transaction is None or (meter.charge_point, meter.transaction) in taken:
            continue
        instants = on.get((meter.charge_point, meter.evse), [])
        for sample in meter.samples:
            since = bisect_left(instants, sample.at_us + 1) - 1
            if since >= 0:
                seen[meter.charge_point, meter.evse, instants[since]].add(meter.transaction)
    for start, names in named.items():
        found = seen.get((start.charge_point, start.evse, start.at_us), set())
        if not names and len(found) == 1:
            names |= found
            got = f"a StartTransaction without an answer; meter values of its connector name {next(iter(found))}"
            want, fix = "the answer with its transactionId", "that transaction is taken"
            log.notes.append(Fault("transaction_inferred", places[start], got, want, fix))
