"""Sessions that name accounts of which none has a plan: no fault, but seldom what was meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rating.cli.text import count

if TYPE_CHECKING:
    from rating.tariff.model import Tariffs


def unplanned(tariffs: Tariffs, sessions: Any, given: int, accounts: Path | None) -> str:
    """What to say of it on stderr, "" where a session is under a plan, or there are no plans to be under.

    `sessions`: the table of rated sessions, for which None may stand where there are no `accounts`; `given`: how many
    of them name an account.
    """
    if not given or (not tariffs.plans and accounts is None):
        return ""
    fix = "give the table of accounts with --accounts"
    if accounts is not None:
        if _is_any_planned(tariffs, sessions, accounts):
            return ""
        fix = f"compare the names, letter by letter, and the dates with those in {accounts}"
    those = "it is under no plan" if given == 1 else "none of them is under a plan"
    return f"{count(given, 'session names an account', 'sessions name accounts')}, {those}: {fix}"


def _is_any_planned(tariffs: Tariffs, sessions: Any, accounts: Path) -> bool:
    from rating.accounts.members import find_members, is_member
    from rating.accounts.names import texts_of
    from rating.usage.accounts import read_accounts

    names = texts_of(sessions, "account", sessions.num_rows)
    members = find_members(read_accounts(accounts), tariffs.plans)
    return bool(is_member(members, names, sessions["start"].cast("int64").to_numpy()).any())
