"""JSON as OCPI parties send it -> plain values whose numbers are decimals, never floats; and back into text.

Comes in: JSON text (one object, a list, an OCPI response with `data`, or an object on each line), or values that
Python's own json has parsed. Goes out: `Record`s, plain dicts with their place, and faults with the path of what they
are about. What is read is safe to walk: no key twice, no NaN, bounded depth and size.
May import: `errors`.
"""

from rating.ocpi_json.read import Record, Values, read_bytes, read_records, record_of, records_of, values_of
from rating.ocpi_json.walk import Json
from rating.ocpi_json.write import shown, write_json

__all__ = [
    "Json",
    "Record",
    "Values",
    "read_bytes",
    "read_records",
    "record_of",
    "records_of",
    "shown",
    "values_of",
    "write_json",
]
