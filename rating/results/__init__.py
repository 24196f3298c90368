"""Room 6: the three tables.

Comes in: a usage batch, its plan, and what `settle` found. Goes out: `rated.Rated` with sessions, lines and rejected.
May import: `settle`, `compile.plan`, `usage`, `errors`, `units`.
"""
