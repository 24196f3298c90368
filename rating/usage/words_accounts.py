"""What is wrong with a session's coupon, points or place in its account, in words; and with prices of a market."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rating.errors import Refused
from rating.usage.evidence import Case, instant_text

Words = tuple[str, str, str]


def _value(case: Case, name: str) -> Any:
    extra = case.batch.sessions.extra
    return extra.column(name)[case.i].as_py() if name in extra.column_names else None


def _unknown_coupon(case: Case) -> Words:
    fix = "load its file beside the tariffs, correct the code, or leave the coupon out"
    return f"coupon {_value(case, 'coupon')}", "the code of a coupon that is loaded", fix


def _points(case: Case) -> Words:
    fix = "write how many points the session is to be paid with, or leave it empty"
    return f"redeem_points {_value(case, 'redeem_points')}", "a whole number from 0", fix


def _late(case: Case) -> Words:
    start = instant_text(int(case.batch.sessions.start_us[case.i]))
    # A coupon of so many uses (the hint) is counted for all accounts, so each of the two may be ahead of the session.
    account = _value(case, "account")
    given = [f"account {account}"] if account is not None else []
    given += [f"coupon {case.hint}"] if case.hint or not given else []
    whose, what = " and ".join(given), "either" if len(given) > 1 else "it"
    want = f"a session that starts after all that the state has counted of {what}"
    fix = "rate it with all sessions since, from the state before it, and book what rating.corrections finds"
    return f"a session of {whose} that starts {start}, which comes late", want, fix


def _no_index_price(case: Case) -> Words:
    want = "a price of the index for every moment with energy"
    fix = "add the missing prices to the index file, or a `fallback` to the tariff's price"
    got = f"energy at moments for which {case.hint}" if case.hint else "no price of the index"
    return got, want, fix


WORDS: Final[dict[Refused, Callable[[Case], Words]]] = {
    Refused.UNKNOWN_COUPON: _unknown_coupon,
    Refused.POINTS: _points,
    Refused.LATE: _late,
    Refused.NO_INDEX_PRICE: _no_index_price,
}
