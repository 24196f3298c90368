"""What is likely a mistake in a tariff that can be read: warnings, each a `Fault` with its place and its fix.

Comes in: `model.Tariff`s, whatever file or protocol they came from. Goes out: faults whose codes are in `codes`.
May import: what `tariff` may, and of `tariff` the model and its values only.
"""
