"""Room 1: what a pricing manager writes.

Comes in: YAML files. Goes out: `model.Tariffs`, or one `TariffError` with every fault of every file.
May import: `errors`, `units`, `money`; no other room.
"""
