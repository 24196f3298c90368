"""The forms in which programs write a message down -> who said what, and when it was heard.

A message is one of these; in lists, or one a line:

- `[2, "id", "Action", {...}]` and its answer `[3, "id", {...}]`, as OCPP-J sends them;
- `{"charge_point": "CP1", "message": ...}` around any of them, with the `timestamp` of when it was received if known;
- `{"action": "MeterValues", "payload": {...}}`, with `charge_point`, `timestamp`, `id` and the `result` if known;
- a payload alone, whose keys say what it is.

Messages that do not tell of transactions (Heartbeat, Authorize, what the central system asks) are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rating.errors import Fault, Place
from rating.usage.ocpp.model import Answer, Call
from rating.usage.ocpp.source import Item, flat
from rating.usage.ocpp.text import DEPTH_MAX, from_json, instant, short

ACTIONS: Final = (
    *("StartTransaction", "StopTransaction", "MeterValues", "StatusNotification"),
    *("TransactionEvent", "BootNotification"),
)
_FOLDED: Final = {action.lower(): action for action in ACTIONS}
_CHARGE_POINT: Final = ("chargepoint", "chargepointid", "chargingstation", "chargingstationid", "cp", "cpid")
_RECEIVED: Final = ("timestamp", "received", "receivedat", "time")
_ID: Final = ("id", "messageid", "uniqueid")
_WANT: Final = (
    'a message such as [2, "id", "MeterValues", {...}], or an object with `message`, with `action` and `payload`, '
    "or a payload of OCPP"
)
_FIX: Final = "write the message as it was sent"


def unpack(item: Item, charge_point: str, faults: list[Fault]) -> Iterator[Call | Answer]:
    """The requests and answers in what was read; `charge_point` is that of messages that name none.

    >>> item = Item(Place("a", 1), {"charge_point": "CP1", "message": [3, "7", {"transactionId": 12}]})
    >>> [(each.charge_point, each.id) for each in unpack(item, "", [])]
    [('CP1', '7')]
    """
    return _unpack(item.value, _Heard(charge_point, None, item.place), faults, 0)


class _Heard:
    """Whose message it is, when it was received, and where it stands."""

    def __init__(self, charge_point: str, received_us: int | None, place: Place) -> None:
        self.charge_point, self.received_us, self.place = charge_point, received_us, place

    def inside(self, names: Mapping[str, Any]) -> _Heard:
        """The same for what an envelope holds, which may say it itself."""
        own = next((names[name] for name in _CHARGE_POINT if _is_id(names.get(name))), None)
        times = (instant(names[name]) for name in _RECEIVED if name in names)
        received = next((time for time in times if time is not None), self.received_us)
        return _Heard(self.charge_point if own is None else str(own), received, self.place)


def _unpack(value: Any, heard: _Heard, faults: list[Fault], depth: int) -> Iterator[Call | Answer]:
    if depth > DEPTH_MAX:
        faults.append(Fault("ocpp_message", heard.place, "envelopes in envelopes", _WANT, _FIX))
    elif isinstance(value, Mapping):
        yield from _from_object(value, heard, faults, depth)
    elif isinstance(value, (list, tuple)):
        yield from _from_array(value, heard, faults)
    else:
        faults.append(Fault("ocpp_message", heard.place, short(value), _WANT, _FIX))


def _from_array(value: Any, heard: _Heard, faults: list[Fault]) -> Iterator[Call | Answer]:
    """A message of OCPP-J. Errors (4, 5) say nothing of transactions; nor does what is sent without an answer (6)."""
    kind = value[0] if value else None
    name = str(value[1]) if len(value) > 1 and _is_id(value[1]) else None
    if kind == 2 and len(value) == 4 and name is not None and isinstance(value[2], str):
        yield from _call(value[2], value[3], name, None, heard, faults)
    elif kind == 3 and len(value) == 3 and name is not None and isinstance(value[2], dict):
        yield Answer(heard.charge_point, name, value[2], heard.received_us, heard.place)
    elif kind not in (4, 5, 6) or isinstance(kind, bool):
        faults.append(Fault("ocpp_message", heard.place, short(value), _WANT, _FIX))


def _from_object(value: Mapping[Any, Any], heard: _Heard, faults: list[Fault], depth: int) -> Iterator[Call | Answer]:
    names = {str(key).replace("_", "").replace("-", "").lower(): each for key, each in value.items()}
    if "message" in names:
        inner, within = names["message"], heard.inside(names)
        if isinstance(inner, (str, bytes)):
            inner = from_json(inner, heard.place, faults)
        for item in flat(Item(heard.place, inner)):
            yield from _unpack(item.value, within, faults, depth + 1)
    elif isinstance(names.get("action"), str):
        name = next((str(names[key]) for key in _ID if _is_id(names.get(key))), None)
        yield from _call(names["action"], names.get("payload"), name, names.get("result"), heard.inside(names), faults)
    elif (action := _action_of(value)) is not None:
        yield from _call(action, dict(value), None, None, heard, faults)
    else:
        faults.append(Fault("ocpp_message", heard.place, short(dict(value)), _WANT, _FIX))


def _call(
    action: str, payload: Any, name: str | None, result: Any, heard: _Heard, faults: list[Fault]
) -> Iterator[Call | Answer]:
    known = _FOLDED.get(action.lower().removesuffix("request"))
    if known is None:
        return
    if known != action:
        faults.append(Fault("ocpp_action", heard.place, short(action, 60), f"the action `{known}`", f"write `{known}`"))
        return
    if not isinstance(payload, dict):
        faults.append(Fault("ocpp_message", heard.place, short(payload), f"the payload of {action}", _FIX))
        return
    transaction = None
    for where in (result, payload) if action == "StartTransaction" else ():
        if isinstance(where, Mapping) and _is_id(where.get("transactionId")):
            transaction = str(where["transactionId"])
            break
    if transaction is not None and "transactionId" in payload:
        payload = {key: each for key, each in payload.items() if key != "transactionId"}
    yield Call(heard.charge_point, name, action, payload, heard.received_us, transaction, heard.place)


def _action_of(payload: Mapping[Any, Any]) -> str | None:
    """What a payload alone is.

    >>> _action_of({"meterStop": 20, "transactionId": 7}), _action_of({"currentTime": ""})
    ('StopTransaction', None)
    """
    signs = {
        "transactionInfo": "TransactionEvent",
        "eventType": "TransactionEvent",
        "meterStart": "StartTransaction",
        "meterStop": "StopTransaction",
        "meterValue": "MeterValues",
        "connectorStatus": "StatusNotification",
        "errorCode": "StatusNotification",
    }
    return next((action for sign, action in signs.items() if sign in payload), None)


def _is_id(value: Any) -> bool:
    """Whether a value can name something: text, or a whole number."""
    return (isinstance(value, str) and 0 < len(value) <= 255) or (type(value) is int and abs(value) < 2**63)
