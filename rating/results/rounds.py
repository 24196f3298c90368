"""Lines of several rounds as one table: in the order of sessions, as if they had been priced in one go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa


def merged(rounds: list[list[Any]], ids: Any) -> list[Any]:
    """The record batches of all rounds, whose ids are rows, as batches in order of sessions, with their `ids`."""
    batches = [each for lines in rounds for each in lines]
    if not batches:
        return []
    row = np.concatenate([each.column("session_id").to_numpy() for each in batches])
    table = pa.Table.from_batches(batches)
    if (row[1:] < row[:-1]).any():
        order = np.argsort(row, kind="stable")
        table, row = table.take(pa.array(order)), row[order]
    named = ids.take(pa.array(row))
    return list(table.set_column(0, "session_id", named).combine_chunks().to_batches())
