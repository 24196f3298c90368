"""The types of a CSV file's own columns, as Arrow finds them in the whole file, found block by block.

Arrow's stream reader fixes types by the first block, where the reader of a whole file looks at all of it: a column that
holds 7 in the first block and 7.5 in the last is one of doubles there, and ends a stream with an error. So the columns
that travel along are looked through once before; those that rating knows are text in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import pyarrow as pa

# In the order in which Arrow tries them; each value of a column has to be one of its type.
_LADDER: Final = (
    *(pa.null(), pa.int64(), pa.bool_(), pa.date32(), pa.time32("s"), pa.timestamp("s"), pa.timestamp("ns")),
    *(pa.float64(), pa.string(), pa.binary()),
)
_COLUMN: Final = re.compile(r"In CSV column #(\d+)")


def settle(
    types: dict[str, Any], names: list[str], open_all: Callable[[dict[str, Any]], Iterable[Any]]
) -> dict[str, Any]:
    """The types that hold for every row. `open_all(types)` gives batches of the columns `names`, read with those types.

    Raises: what Arrow raises, where it is not about the type of a value.
    """
    while True:
        try:
            for _ in open_all(types):
                pass
        except pa.ArrowInvalid as error:
            found = _COLUMN.search(str(error))
            if found is None or int(found[1]) >= len(names):
                raise
            name = names[int(found[1])]
            after = [i for i, kind in enumerate(_LADDER) if kind == types[name]]
            if not after or after[0] + 1 == len(_LADDER):
                raise
            types = {**types, name: _LADDER[after[0] + 1]}
        else:
            return types
