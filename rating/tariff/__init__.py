"""Room 1: what a pricing manager writes.

Comes in: YAML files, and OCPI tariffs as JSON. Goes out: `model.Tariffs`, or one `TariffError` with every fault of
every file; and tariffs written as YAML or as OCPI.
May import: `errors`, `units`, `money`, `ocpi_json`; no other room.
"""
