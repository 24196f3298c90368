"""Types of Spark as Arrow's, and back; not by Spark's own functions, whose arguments change between versions."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
from pyspark.sql import types as T  # noqa: N812  as all of Spark's documents call it

from rating.scale.batches import ROW
from rating.scale.spark_work import SEEN
from rating.usage.schema import CONSUMED, table_named

_ARROW: Final = {
    T.NullType: pa.null(),
    T.BooleanType: pa.bool_(),
    T.ByteType: pa.int8(),
    T.ShortType: pa.int16(),
    T.IntegerType: pa.int32(),
    T.LongType: pa.int64(),
    T.FloatType: pa.float32(),
    T.DoubleType: pa.float64(),
    T.BinaryType: pa.binary(),
    T.DateType: pa.date32(),
    T.TimestampType: pa.timestamp("us", "UTC"),
    T.TimestampNTZType: pa.timestamp("us"),
}
_SPARK: Final = {pa.string(): T.StringType(), pa.int32(): T.IntegerType(), pa.int64(): T.LongType()}
_SEEN: Final = T.ArrayType(
    T.StructType().add("source", T.StringType()).add("partition", T.LongType()).add("rows", T.LongType())
)


def empty_table(schema: T.StructType, name: str) -> Any:
    """A table of those columns without a row. Columns that only travel along may be of any type, and have none here."""
    known = table_named(name).names
    fields = [field for field in schema if field.name != ROW]  # which is refused elsewhere
    kinds = [arrow_type(field.dataType) if field.name in known else pa.null() for field in fields]
    return pa.Table.from_arrays([pa.array([], kind) for kind in kinds], names=[field.name for field in fields])


def arrow_type(kind: T.DataType) -> Any:
    """The Arrow type in which a column of Spark comes; an empty struct, which no table may have, for those of others.

    >>> arrow_type(T.ArrayType(T.StructType().add("start", T.TimestampType())))
    ListType(list<item: struct<start: timestamp[us, tz=UTC]>>)
    """
    if isinstance(kind, T.StringType):  # of any length and collation
        return pa.string()
    if isinstance(kind, T.DecimalType):
        return pa.decimal128(kind.precision, kind.scale)
    if isinstance(kind, T.ArrayType):
        return pa.list_(arrow_type(kind.elementType))
    if isinstance(kind, T.StructType):
        return pa.struct([pa.field(field.name, arrow_type(field.dataType)) for field in kind])
    return _ARROW.get(type(kind), pa.struct([]))


def rows_schema(rows: Any, sessions: T.StructType) -> T.StructType:
    """The Spark schema of `batches.rate_rows`, from that of its Arrow table; what travels along stays as it came."""
    along = {field.name: field.dataType for field in sessions if field.name not in CONSUMED}
    schema = T.StructType([T.StructField(field.name, _spark_type(field.type, along)) for field in rows])
    return schema.add(SEEN, _SEEN)


def _spark_type(kind: Any, along: dict[str, T.DataType]) -> T.DataType:
    if pa.types.is_struct(kind):
        return T.StructType([T.StructField(f.name, along.get(f.name) or _spark_type(f.type, {})) for f in kind])
    if pa.types.is_list(kind):
        return T.ArrayType(_spark_type(kind.value_type, {}))
    if pa.types.is_decimal(kind):
        return T.DecimalType(kind.precision, kind.scale)
    return T.TimestampType() if pa.types.is_timestamp(kind) else _SPARK[kind]
