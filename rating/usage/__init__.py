"""Room 2: what was delivered.

Comes in: tables and files of sessions with intervals, readings or totals. Goes out: one checked `batch.UsageBatch`.
May import: `errors`, `units`; no other room.
"""

from rating.usage.read import read_usage

__all__ = ["read_usage"]
