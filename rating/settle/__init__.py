"""Room 5: from quantities to money.

Comes in: a usage batch and its plan. Goes out: for each session a status and totals, and its lines, as flat arrays.
May import: `compile.plan`, `usage.batch`, `tariff.model`, `kernels`, `units`, `errors`.

    chunks  settle(): the kernels over chunks of sessions, in threads
    apart   sessions with different taxes beside limits or a coarse rounding unit, in exact fractions
    discounts, apart_lines   the discounts and the lines of these
    due     taxes and limits of such a session, exactly
    room    what kernels write to, and room for lines
    memory  what kernels write to, kept from call to call
"""
