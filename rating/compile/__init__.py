"""Room 3: tariffs -> flat integer arrays.

Comes in: `tariff.model` values and the span, tariffs and zones of a usage batch. Goes out: a `plan.Plan`: price
epochs on the UTC axis, components, rules, and for each session the timeline that prices it.
May import: `tariff.model`, `usage.batch` (types), `kernels.arrays` (types), `units`, `errors`.
"""
