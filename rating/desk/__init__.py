"""The pricing manager's desk: what explains a bill to people.

Comes in: tariffs and usage, as for `rate`. Goes out: text, and the twin's bill behind it.
May import: every room above it, and `reference`, whose trace it tells.
"""
