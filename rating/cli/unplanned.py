"""Sessions that name accounts of which none has a plan: no fault, but seldom what was meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rating.cli.text import count

if TYPE_CHECKING:
    from rating.results.rated import Rated
    from rating.tariff.model import Tariffs


def unplanned(tariffs: Tariffs, rated: Rated, accounts: Path | None) -> str:
    """What to say of it on stderr, "" where a session is under a plan, or there are no plans to be under."""
    from rating.accounts.members import find_members, is_member, no_members
    from rating.accounts.names import texts_of
    from rating.usage.accounts import read_accounts

    if not tariffs.plans and accounts is None:
        return ""
    names = texts_of(rated.sessions, "account", rated.sessions.num_rows)
    given = len(names) - names.null_count
    members = no_members() if accounts is None else find_members(read_accounts(accounts), tariffs.plans)
    start_us = rated.sessions["start"].cast("int64").to_numpy()
    if not given or is_member(members, names, start_us).any():
        return ""
    those = "it is under no plan" if given == 1 else "none of them is under a plan"
    fix = "give the table of accounts with --accounts"
    if accounts is not None:
        fix = f"compare the names, letter by letter, and the dates with those in {accounts}"
    return f"{count(given, 'session names an account', 'sessions name accounts')}, {those}: {fix}"
