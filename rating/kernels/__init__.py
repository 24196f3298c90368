"""Room 4: Numba, and nothing else.

Comes in: flat NumPy arrays. Goes out: arrays, and a status for each session. A kernel never raises.
May import: `units` (constants), numba, NumPy; no schema, money, Arrow or YAML, and no other room.
"""
