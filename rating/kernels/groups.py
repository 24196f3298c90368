"""Groups of arrays as kernels read them: by the addresses of their NumPy objects.

Numba would take a group of arrays apart at every call, seven numbers an array: `price` takes some 180 arrays, and one
call took 18 us, its code 14 s to compile. Here a group goes in as the address of a list of the addresses of its array
objects, and a kernel loads what it reads of them. The caller holds the arrays while the kernel runs.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from rating.kernels import arrays
from rating.kernels.arrays import Int32, Int64, Pairs, UInt8, Wide

# Where NumPy keeps the address of an array's items and of its shape: the first fields of `PyArrayObject_fields`, which
# are a part of NumPy's binary interface.
_HEAD_BYTES = object.__basicsize__
DATA_AT = _HEAD_BYTES
SHAPE_AT = _HEAD_BYTES + 16  # behind the address of the items, and the number of dimensions with its padding

# The kinds of arrays, by their names in annotations: type of item and number of dimensions.
KINDS: dict[str, tuple[type[Any], int]] = {
    "Int64": (np.int64, 1),
    "Int32": (np.int32, 1),
    "UInt8": (np.uint8, 1),
    "Wide": (np.int64, 2),
    "Pairs": (np.int64, 2),
}
PAIR = 2
# The groups that kernels write to, and the fields of others.
WRITTEN = frozenset({"Totals", "Stretches", "Records", "Shares", "Gathered", "Scratch", "Lines", "Found"})
WRITTEN_FIELDS = {
    "Deals": frozenset({"allowance_used", "redeemed", "coupon_used"}),
    "RunRoom": frozenset({"first", "run_ids"}),
    "Insertion": frozenset({"out"}),
}


class Chosen(NamedTuple):
    """Which sessions are priced."""

    rows: Int64  # (q,) ascending, each once; or (0,): all


class RunRoom(NamedTuple):
    """A column of ids, and room for its runs of equal ones."""

    ids: Int64  # (m,)
    # Written.
    first: Int64  # (k,) where each begins
    run_ids: Int64  # (k,) and its id


class Insertion(NamedTuple):
    """A column, and what goes in front of some of its rows."""

    given: Int64  # (m,)
    place: Int64  # (k,) rows, which do not decrease
    more: Int64  # (k,)
    # Written.
    out: Int64  # (m + k,)


class Variants(NamedTuple):
    """v sets of prices for the c components of k timelines, over one denominator each. The first is what they have now.

    Amounts are numerators in nano over `den`: quantity × num, whole. Of those up to AMOUNT_TOP no sum leaves int64.
    """

    num: Wide  # (c, v)
    most: Int64  # (c,) the greatest of them
    quantity_max: Int64  # (c,) which comes to AMOUNT_TOP; of more the session is odd
    low: Int64  # (c,) the least amount of what is billable; -NEVER: none
    high: Int64  # (c,) NEVER: none
    den: Int64  # (k,)
    varies: UInt8  # (k,) 0: all sets have the same prices
    rate: Int64  # (k,) the tax as a share of the total: rate ÷ scale, in lowest terms
    scale: Int64  # (k,)
    direct: Int64  # (k,) up to here a total times the rate of any tax stays in int64
    limit: Int64  # (4 k,) as Rules.limit_nano
    after: Int64  # (2 k,) as Rules.after_nano
    tax_rate: Int64  # (x,) the same of each of Taxes
    tax_scale: Int64  # (x,)
    group: Int32  # (n,) which of g sums a session counts for
    account: Int32  # (n,) which of a accounts it is of, -1: none; or (0,)


class Found(NamedTuple):
    """What v sets of prices come to: sums in micro; of timelines that do not vary in `fixed` alone."""

    sessions: Int64  # (g,)
    fixed: Pairs  # (g, 2) net and tax of sessions that cost the same by all sets
    net: Wide  # (g, v)
    tax: Wide  # (g, v)
    more: Wide  # (g, v) sessions that cost more than by the first set
    less: Wide  # (g, v)
    rise: Wide  # (g, v) by so much together
    fall: Wide  # (g, v) not above 0
    account: Wide  # (a, v) what the sessions of an account cost more than by the first set
    each_net: Wide  # (n, v) of each session; or (0, v)
    each_tax: Wide  # (n, v)
    odd: UInt8  # (n,) 1: its numbers are too great for it, and it is not in the sums
    total: Int64  # (v,) of the session at hand, in nano over the denominator; then in rounding units
    taxed: Int64  # (v,)
    base: Int64  # (v,)


class Entries(NamedTuple):
    """Where the code of the kernels that `price` calls is, 0: it has not been needed so far."""

    address: Int64  # (k,) in the order of price.PARTS


class Field(NamedTuple):
    """A field of a group: an array of a kind, or a group."""

    at: int  # which of the addresses is its own, or the first of its own
    kind: str
    written: bool


@lru_cache(maxsize=64)
def fields(group: Any) -> dict[str, Field]:
    """The fields of a group by their names."""
    found: dict[str, Field] = {}
    at = 0
    for name, annotation in group.__annotations__.items():
        kind: str = getattr(annotation, "__forward_arg__", annotation)
        written = group.__name__ in WRITTEN or name in WRITTEN_FIELDS.get(group.__name__, ())
        found[name] = Field(at, kind, written)
        at += 1 if kind in KINDS else len(_kinds(group_named(kind)))
    return found


def group_named(name: str) -> Any:
    """The group of that name."""
    return globals().get(name) or getattr(arrays, name)


@lru_cache(maxsize=64)
def _kinds(group: Any) -> tuple[str, ...]:
    """The kind of every array of a group and of the groups in it, in order."""
    each = (field.kind for field in fields(group).values())
    return tuple(chain.from_iterable((kind,) if kind in KINDS else _kinds(group_named(kind)) for kind in each))


@lru_cache(maxsize=64)
def _wanted(group: Any) -> tuple[list[Any], list[int], list[int]]:
    kinds = _kinds(group)
    pairs = [place for place, kind in enumerate(kinds) if kind == "Pairs"]
    return [np.dtype(KINDS[kind][0]) for kind in kinds], [KINDS[kind][1] for kind in kinds], pairs


class Packed(NamedTuple):
    """A group, and where kernels find it while somebody holds this."""

    address: int
    group: Any
    addresses: array[int]


def pack(group: Any) -> Packed:
    """Note where the arrays of a group are.

    Raises: TypeError where one is not as the group says: other code could only read nonsense from it.
    """
    if type(group) is Packed:
        return group
    flat: list[Any] = []
    _flatten(group, flat)
    kind: Any = type(group)
    dtypes, dims, pairs = _wanted(kind)
    if [each.dtype for each in flat] != dtypes or [each.ndim for each in flat] != dims:
        raise TypeError(f"{type(group).__name__}: an array is not of the type that the group says")
    if not all(flat[place].shape[1] == PAIR for place in pairs):
        raise TypeError(f"{type(group).__name__}: an array of pairs is not two items wide")
    if not all(each.flags.c_contiguous for each in flat):
        raise TypeError(f"{type(group).__name__}: an array is not contiguous")
    addresses = array("q", map(id, flat))
    return Packed(addresses.buffer_info()[0], group, addresses)


def _flatten(group: Any, flat: list[Any]) -> None:
    for each in group:
        if isinstance(each, tuple):
            _flatten(each, flat)
        else:
            flat.append(each)
