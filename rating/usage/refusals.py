"""Refused sessions in words: what was read, what was expected, how to fix it, and where.

Called once for each refused session, so that the batch itself carries codes and rows only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from rating.errors import Fault, Place, Refused
from rating.usage import words_accounts, words_rows, words_tariffs
from rating.usage.batch import Stray, UsageBatch
from rating.usage.evidence import Case, energy_text, place_of
from rating.usage.words_tariffs import Words


def describe(
    batch: UsageBatch, i: int, status: int, row: int = -1, *, known: Iterable[str] = (), hint: str = "", start: str = ""
) -> Fault:
    """The fault of session `i`, refused with the code `status` at the input row `row`, or -1.

    `row` counts rows of the table `batch.intervals.table`. `known`: the tariff ids that are loaded, for UNKNOWN_TARIFF.
    `hint`: for NO_VERSION the valid_from of the earliest version (and "until" when, where one ends), for MISSING_COLUMN
    the column's name, for TIME_ZONE the name that is no zone, for AMOUNT_RANGE what was too large. UNKNOWN_SESSION is
    for `describe_stray`. `start`: for NO_VERSION, its start on the clock of its site.
    """
    code = Refused(status)
    got, want, fix = _WORDS[code](Case(batch, i, row, known, hint, start))
    return Fault(code.code, place_of(batch, i, row), got, want, fix)


def describe_stray(batch: UsageBatch, stray: Stray) -> Fault:
    """The fault of intervals or readings whose session is not among the sessions."""
    energy = "" if stray.energy_mwh is None else f" with {energy_text(stray.energy_mwh)}"
    got = "no session_id" if stray.session_id is None else f"session_id {stray.session_id}"
    place = Place(batch.intervals.table, row=batch.meter_row(stray.row))
    want, fix = "the id of one of the sessions", "add the session, or correct the id"
    return Fault(Refused.UNKNOWN_SESSION.code, place, got + energy, want, fix)


_WORDS: Final[dict[Refused, Callable[[Case], Words]]] = {
    Refused.FINE: lambda case: ("a session that is fine", "a refused one", "nothing needs to be done"),
    Refused.UNKNOWN_SESSION: lambda case: ("an unknown session", "a known one", "add the session, or correct the id"),
    **words_rows.WORDS,
    **words_tariffs.WORDS,
    **words_accounts.WORDS,
}
