"""What the tables of README.md say about columns, codes and keys, beyond what the program itself knows.

A column, code or key that is missing here fails `test_readme.py`.
"""

from __future__ import annotations

from typing import Final

from rating.errors import Refused

# What holds where a key is left out, by block and key.
LEFT_OUT: Final = {
    "name": "none",
    "notes": "none",
    "time_zone": "each session says the zone of its own site",
    "tax": "no tax applies",
    "rounding": "half up, to the currency's smallest unit",
    "on_change": "`next_session`",
    "tax.name": "`tax`",
    "tax.percent": "the rate is not known",
    "tax.rates": "one tax, by `name` and `percent`",
    "rounding.mode": "`half_up`",
    "rounding.unit": "the currency's smallest unit",
    "version.valid_from": "in force since ever; the first version only",
    "version.valid_until": "until the next version, or for ever",
    "version.min_price": "no limit",
    "version.max_price": "no limit",
    "limit.before_tax": "no limit",
    "limit.after_tax": "no limit",
    "element.name": "`element 1`, `element 2`, ...",
    "element.when": "at all times",
    "element.energy": "this element does not price energy",
    "element.time": "nor charging time",
    "element.parking_time": "nor parking time",
    "element.flat": "nor the session; one of the four must be given",
    "when.day_of_week": "every day",
    "when.start_time": "from the start of the day",
    "when.end_time": "to the end of the day",
    "when.start_date": "since ever",
    "when.end_date": "for ever",
    "when.months": "every month",
    "when.holidays": "holidays are days like others",
    "when.min_kwh": "from the start on",
    "when.max_kwh": "up to any energy",
    "when.min_duration": "from the start on",
    "when.max_duration": "up to any length",
    "when.min_power": "at any power, however low",
    "when.max_power": "at any power, however high",
    "when.min_current": "at any current, however low",
    "when.max_current": "at any current, however high",
    "when.evse_power": "at every charger",
    "when.connector": "at every connector",
    "when.tariff_type": "for every type",
    "when.membership": "for everybody",
    "when.payment_method": "however it is paid",
    "when.reservation": "these are prices of the session, not of a reservation",
    "evse_power.min": "from the smallest on",
    "evse_power.max": "up to the largest",
    "price.price": "must be given",
    "price.index": "the price stands in the tariff",
    "price.factor": "1",
    "price.add": "0",
    "price.floor": "no limit",
    "price.ceiling": "no limit",
    "price.fallback": "such sessions are refused",
    "price.grace": "nothing is free",
    "price.step_size": "the exact quantity",
    "price.round": "`up`",
    "price.min": "no limit",
    "price.max": "no limit",
    "price.from": "all parking counts",
    "price.counts": "`parked`",
    "price.tax": "the tariff's `tax`",
    "calendar.name": "none",
    "plan.name": "none",
    "plan.notes": "none",
    "plan.tax": "no tax applies",
    "plan.rounding": "half up, to the currency's smallest unit",
    "plan.fee": "the plan costs nothing",
    "plan.allowances": "nothing is free",
    "plan.discounts": "none",
    "plan.loyalty": "none",
    "plan.points": "none",
    "plan.caps": "none",
    "fee.anchor": "`calendar`",
    "allowance.name": "`included energy`, `included time`, `included parking time` or `included sessions`",
    **dict.fromkeys(
        [f"allowance.{name}" for name in ("energy", "time", "parking_time", "sessions")], "another of the four is given"
    ),
    "allowance.anchor": "`calendar`",
    "allowance.carry_over": "what is left is lost",
    "allowance.dimensions": "all of the session",
    "allowance.tariffs": "all",
    "discount.name": "`discount 1`, `discount 2`, ...",
    "discount.percent": "`price` is given",
    "discount.price": "`percent` is given",
    "discount.dimensions": "all, or all that have the price's unit",
    "discount.tariffs": "all",
    "loyalty.name": "`loyalty 1`, `loyalty 2`, ...",
    "loyalty.per": "`rolling` is given",
    "loyalty.anchor": "`calendar`",
    "loyalty.rolling": "`per` is given",
    "loyalty.dimensions": "all, or all that have the price's unit",
    "loyalty.tariffs": "all",
    "tier.percent": "`price` is given",
    "tier.price": "`percent` is given",
    "points.name": "`points`",
    "points.tariffs": "all",
    "cap.name": "`day cap`, `week cap`, `month cap` or `year cap`",
    "cap.anchor": "`calendar`",
    "cap.tariffs": "all",
    "coupon.name": "`coupon` and its code",
    "coupon.notes": "none",
    "coupon.valid_from": "since ever",
    "coupon.valid_until": "for ever",
    **dict.fromkeys([f"coupon.{name}" for name in ("percent", "amount", "price")], "another of the three is given"),
    "coupon.dimensions": "all, or all that have the price's unit",
    "coupon.tariffs": "all",
    "coupon.uses": "no limit",
    "coupon.uses_per_account": "no limit",
    "coupon.min_spend": "no minimum",
}

_ID: Final = "whole number or text"
_INSTANT: Final = "timestamp, or ISO 8601 text; without a zone or offset it is UTC"
_NUMBER: Final = "integer, decimal, float or text"
_ASKED: Final = "whole number or text; compared with what the tariff's elements ask for, to the letter"
_POWER: Final = f"{_NUMBER}, from 0 up"
_MEAN: Final = "left out or empty: the mean power of the interval"
_CURRENT: Final = "the sum over the phases; must be given where an element of the tariff asks for it"
_ACTIVITY: Final = (
    "`charging`, `parked`, `withheld` or `auto`; empty is `auto`: charging where there is energy, else parked"
)

COLUMNS: Final = {
    "sessions": {
        "session_id": f"{_ID}, each one once",
        "tariff": "the id of a tariff",
        "start": _INSTANT,
        "end": "the same; `start` = `end` is a session of no length",
        "energy": f"the total, {_NUMBER}: the energy where the session has no intervals, else it must be their sum",
        "charging_end": (
            "until when the total flowed, else until `end`; and for prices `from: charging_end`, else where the last "
            "interval of charging time ends"
        ),
        "time_zone": "IANA name of the site's zone, for tariffs without one of their own",
        "intervals": "a list of structs with the columns of `intervals`, instead of that table",
        "readings": "a list of structs with the columns of `readings`, instead of that table",
        "tariff_type": _ASKED,
        "connector": "the same; must be given where an element asks for it",
        "membership": "the same as `tariff_type`",
        "payment_method": "the same as `tariff_type`",
        "reservation_start": "since when the place was reserved; what lies before `start` is reserved time",
        "reservation_expired": (
            "boolean, or `true`, `false`, `yes`, `no`, `1`, `0`: nobody came, and the time from `reservation_start` "
            "(else `start`) to `end` is reserved time; such a session needs no meter data"
        ),
        "account": "whole number or text: whose session it is; empty: nobody's",
        "coupon": "the code of a coupon; empty: none",
        "redeem_points": "how many points it is to be paid with, at most: a whole number from 0",
        "evse_power": f"the charger's own rating, {_POWER}; must be given where an element asks for it",
    },
    "intervals": {
        "session_id": "whose it is",
        "start": _INSTANT,
        "end": "the same",
        "energy": f"{_NUMBER}, from 0 up",
        "activity": _ACTIVITY,
        "current_a": f"{_POWER}: {_CURRENT}",
        "power": f"{_POWER}; {_MEAN}",
    },
    "readings": {
        "session_id": "whose it is",
        "at": _INSTANT,
        "register": f"the meter's cumulative register, {_NUMBER}",
        "activity": f"from this reading to the next: {_ACTIVITY}",
        "current_a": f"from this reading to the next, {_POWER}: {_CURRENT}",
        "power": f"from this reading to the next, {_POWER}; {_MEAN}",
    },
}

OUTPUT: Final = {
    "sessions": {
        "session_id": "the session",
        "tariff": "its tariff; where CDRs carry several with one id, that id, @ and a hash",
        "tariff_version": "`valid_from` of the version in force at its start, as written; `always` where left out",
        "currency": "of its amounts",
        "start": "as it came",
        "end": "as it came",
        "energy_kwh": "all energy of its intervals",
        "charging_s": "time charging or withheld",
        "parked_s": (
            "all other time, gaps included; the two add up to `end` - `start`, but where a CDR says its times or a "
            "reservation expired. Reserved time is in neither"
        ),
        "net": "before tax, rounded; null where prices include a tax that is not known",
        "tax": "all taxes, each rounded; null where one is not known",
        "gross": "`net` + `tax`, what is charged; null where prices exclude a tax that is not known",
        "tariff_hash": "changes when anything in the tariff changes that can move an amount",
        "engine_version": "of this package",
        "tzdata_version": "of the time zones",
    },
    "lines": {
        "session_id": "the session",
        "line": "1, 2, ... within the session",
        "kind": (
            "`usage`, `allowance`, `discount`, `minimum`, `maximum` or `rounding`; the next six are null but for "
            "`usage`, where nothing else is said"
        ),
        "element": "the name of the element; of an allowance, discount, coupon, points or cap its own",
        "dimension": (
            "`energy`, `time`, `parking_time`, `flat`, `reservation_time` or `reservation_flat`; of an allowance what "
            "is free, of a discount what it is taken from, where that is one"
        ),
        "volume": "what was measured, in `unit`, to 9 decimals; of an allowance what was used of it",
        "billed_volume": "the same after grace, allowances and step; of an allowance 0",
        "unit": "of the price, as written: `kWh`, `2 h`, `session`",
        "unit_price": "for one `unit`; where it follows an index the mean of what is billed",
        "amount": "exact, to 12 decimals, of a discount below zero; with tax where the tariff's prices include it",
        "printed_amount": "rounded; of a session they add up to `gross` where prices include tax, else to `net`",
        "tax_percent": (
            "all taxes of the price together; null where the tariff has no tax or a rate is not known, and for limits "
            "and roundings of lines with different taxes"
        ),
    },
    "taxes": {
        "session_id": "the session; its taxes are sorted by name and rate. No row: no tax, or one that is not known",
        "tax": "the name of the tax, as in the tariff",
        "percent": "its rate",
        "net": (
            "what it counts from: the price before tax of all that it is on, rounded; of taxes that are on all, the "
            "session's `net`"
        ),
        "amount": "the tax, rounded; of a session they add up to `tax`",
    },
    "rejected": {
        "session_id": "the session; or the unknown one that intervals or readings name",
        "code": "one of the codes below",
        "message": "what was read, what was expected, how to fix it",
        "place": "the table and row (from 0)",
        "energy_kwh": "what came in for it; null where that cannot be told",
    },
}

# The tables beside those of a rating: of accounts (which comes in), and what is kept, owed and booked for them.
ACCOUNTS: Final = {
    "account": "whole number or text",
    "plan": "the id of a plan that is loaded",
    "from": "from when on: a date in the zone of the plan, or an instant with its offset",
    "until": "the first date or instant at which it no longer has the plan; empty or left out: it still has it",
}
STATE: Final = {
    "account": "the account; empty for what counts for all: uses of a coupon, and who used it last",
    "plan": "its plan; empty for coupons and for `rated`; for `rated_coupon` the code",
    "item": "`allowance`, `loyalty`, `points`, `cap`, `coupon`, `rated` or `rated_coupon`",
    "name": "of the allowance, loyalty, points or cap, the code of the coupon, the id of the session rated last",
    "period": "when the current period began; of loyalty by rolling days each date that still counts",
    "value": "what is left of an allowance, else what is counted; of the session rated last its start",
    "unit": "`mwh` (thousandths of a Wh), `us` (microseconds), `micro` (millionths of the currency), `session`, ...; "
    "of the session rated last the kind of its id, `int` or `text`",
}
FEES: Final = {
    "account": "who pays it",
    "plan": "for which plan",
    "currency": "of its amounts",
    "period_start": "the first date of the period",
    "period_end": "the first date after it",
    "from": "the first date that is paid for",
    "until": "the first date after the last",
    "days": "how many these are",
    "period_days": "how many the period has",
    "amount": "exact, to 12 decimals: fee × `days` / `period_days`; with tax where the plan's tax is included",
    "net": "before tax, rounded",
    "tax": "all taxes, each rounded",
    "gross": "`net` + `tax`, what is charged",
}
CORRECTED: Final = {
    "session_id": "each session whose bill is another now, or that is in one rating only",
    "net": "by how much it is more than it was; null where one of the two is not known",
    "tax": "the same",
    "gross": "the same",
}

REFUSALS: Final = {
    Refused.NULL_VALUE: "a required value is missing",
    Refused.DUPLICATE_SESSION: "its id occurs more than once; all of them are refused",
    Refused.UNKNOWN_TARIFF: "no tariff with that id is loaded",
    Refused.NO_VERSION: "no version of the tariff is in force at its start: none has begun, or the last has ended",
    Refused.TIME_ZONE: "the tariff leaves the zone to the session, which has none or an unknown one",
    Refused.END_BEFORE_START: "it, or an interval of it, ends before it starts",
    Refused.INSTANT_RANGE: "an instant is no instant, finer than a microsecond, or outside of 2000 to 2100",
    Refused.SESSION_TOO_LONG: "it is longer than 400 days",
    Refused.NO_DATA: "it has neither intervals, two readings nor a total, nor a reservation that expired",
    Refused.OVERLAP: "an interval starts before the one before it ended",
    Refused.OUTSIDE_SESSION: "an interval or a reading lies outside of it",
    Refused.REGISTER_BACKWARDS: "the register of its meter falls",
    Refused.NEGATIVE_ENERGY: "an interval gives energy back; no tariff can say yet what that earns",
    Refused.ENERGY_RANGE: "an energy is no number, finer than a thousandth of a Wh, or it takes more than 1 GWh",
    Refused.ENERGY_MISMATCH: "its total is not the sum of its intervals",
    Refused.CHARGING_END: "`charging_end` lies outside of it",
    Refused.AMOUNT_RANGE: "its amount would pass 4,000,000,000",
    Refused.UNKNOWN_SESSION: "intervals or readings name a session that is not in `sessions`",
    Refused.UNKNOWN_ACTIVITY: "an activity is none of the four words",
    Refused.MISSING_COLUMN: "the tariff needs a value that the session or its intervals lack",
    Refused.POWER_RANGE: (
        "a power or a current is no number, below zero, finer than a thousandth of a W or A, or beyond 1 GW or "
        "1,000,000 A"
    ),
    Refused.RESERVATION: "its reservation starts after it, is longer than 400 days, or expired neither yes nor no",
    Refused.TAX_UNKNOWN: "its tariff has a limit on the other side of a tax whose rate is not known",
    Refused.UNKNOWN_COUPON: "its coupon is none that is loaded",
    Refused.LATE: "it starts before a session of its account, or with its coupon, that the state has counted",
    Refused.NO_INDEX_PRICE: "it has energy when the index of its tariff has no price",
    Refused.POINTS: "its redeem_points is no whole number from 0",
}
