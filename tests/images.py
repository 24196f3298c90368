"""The bytes of a result, and its rows as plain values: what tests of sameness compare."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

TABLES = ("sessions", "lines", "taxes", "rejected")


def image(table: Any) -> bytes:
    """The table as Arrow's stream writes it, free of how it is cut into batches."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def images(rated: Any) -> dict[str, bytes]:
    return {name: image(getattr(rated, name)) for name in TABLES}


def plain(table: Any) -> Any:
    """Without dictionaries, whose codes may differ where the values are equal."""
    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(field.type.value_type))
    return table.combine_chunks()


def by_session(rated: Any) -> dict[Any, Any]:
    """For each session id all that is said of it, whatever the order of sessions."""
    found: dict[Any, Any] = {row["session_id"]: (row, [], []) for row in plain(rated.sessions).to_pylist()}
    for i, table in enumerate((rated.lines, rated.taxes), start=1):
        for row in plain(table).to_pylist():
            found[row["session_id"]][i].append(row)
    refused = {row["session_id"]: (row["code"], row["energy_kwh"]) for row in rated.rejected.to_pylist()}
    assert not found.keys() & refused.keys()
    return found | refused
