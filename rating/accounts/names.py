"""Which account each session names, and which row of the table of accounts that is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.parts import edges_of, in_parts
from rating.usage.identity import one_array
from rating.usage.names import as_text

Int32 = NDArray[np.int32]


class Named(NamedTuple):
    """What n sessions call their accounts: d names of a accounts."""

    name: Int32  # (n,) -1: the session names none; or (0,): no session does
    # (d + 1,) the account of each name, -1: none, the last one for sessions that name none; or (0,): it is the member
    account: Int32
    accounts: Any  # pyarrow string (a,)
    member: Int32  # (d + 1,) which of the members that is, -1: of none


def name_accounts(sessions: Any, members: Any, threads: int) -> Named:
    """Match what a table of sessions says in `account` with the names of members (pyarrow string, each once).

    The accounts are those of `members`; where sessions name coupons, all that they name. Names are compared once each,
    not once a session.
    """
    name, different = _different(sessions)
    if "coupon" in sessions.column_names:
        # Names that differ as Arrow stores them may be one in text, and blank ones are none.
        known = _without_blanks(different).dictionary_encode()
        account, accounts = _codes([known.indices]), known.dictionary
        member = _index_in(accounts, members, threads)[account]
    else:
        account, member = np.empty(0, np.int32), _index_in(different, members, threads)
        accounts = members
    return Named(name, account, accounts, member)


def _different(sessions: Any) -> tuple[Int32, Any]:
    """(n,) which name each session has, -1: none; and the names, pyarrow string (d,)."""
    column = sessions.column("account") if "account" in sessions.column_names else None
    if column is None or pa.types.is_null(column.type):
        return np.empty(0, np.int32), pa.array([], pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return np.empty(0, np.int32), pa.array([], pa.string())
    at = [chunk.indices.cast(pa.int32()) for chunk in chunks]
    code = [(each.fill_null(-1) if each.null_count else each).to_numpy() for each in at]
    different = one_array(as_text(pa.chunked_array([chunks[0].dictionary]))).cast(pa.string())
    return np.concatenate(code) if len(code) > 1 else code[0], different


def _index_in(names: Any, members: Any, threads: int) -> Int32:
    """(d + 1,) which of the members each name is; -1: none, and one more at the end."""

    def part(lo: int, hi: int) -> Any:
        return pc.index_in(names.slice(lo, hi - lo), value_set=members)

    return _codes(in_parts(edges_of(len(names), threads), part))


def _codes(indices: list[Any]) -> Int32:
    """Indices with -1 for null, and one more -1 at the end."""
    return np.concatenate([*(each.fill_null(-1).to_numpy() for each in indices), np.array([-1])]).astype(np.int32)


def _without_blanks(texts: Any) -> Any:
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(texts), ""), pa.scalar(None, pa.string()), texts)


def texts_of(extra: Any, name: str, count: int) -> Any:
    """A column of names as plain text, blanks as null; all null where there is none."""
    if name not in extra.column_names:
        return pa.nulls(count, pa.string())
    return _without_blanks(one_array(as_text(extra.column(name))).cast(pa.string()))
