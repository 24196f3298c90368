"""Room 5: from quantities to money.

Comes in: a usage batch and its plan. Goes out: for each session a status and totals, and its lines, as flat arrays.
May import: `compile.plan`, `usage.batch`, `kernels`, `units`.
"""
