"""OCPP messages -> tables of sessions and intervals, ready for `rating.rate`.

Comes in: what charge points said in OCPP 1.6, 2.0.1 or 2.1. Goes out: `tables.OcppUsage`.
In this order: `source` (files, lines) -> `envelope` (who said it, which action) -> `schemas` and `verdict` (is it OCPP)
-> `samples` and `log` (plain records) -> `pairing` and `transactions` (what belongs together) -> `clock` and
`registers` (readings in order) -> `states` (what the vehicle did) -> `flow` (intervals) -> `tables`.
"""

from rating.usage.ocpp.read import read_ocpp
from rating.usage.ocpp.tables import OcppUsage

__all__ = ["OcppUsage", "read_ocpp"]
