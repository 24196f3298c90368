"""Room 5: from quantities to money.

Comes in: a usage batch and its plan, and the ledger of its accounts; for fees, plans and accounts alone. Goes out: for
each session a status and totals, and its lines, as flat arrays; the table of fees.
May import: `accounts`, `compile.plan`, `usage`, `tariff`, `kernels`, `units`, `errors`.

    chunks  settle(): the kernels over chunks of sessions, in threads
    single  one session of a timeline that is compiled once and kept
    rounds  settle_rounds(): the same for sessions of accounts, round after round
    apart   sessions with different taxes beside limits or a coarse rounding unit, in exact fractions
    discounts, apart_lines
            the discounts and the lines of these
    due     taxes and limits of such a session, exactly
    room    what kernels write to, and room for lines
    memory  what kernels write to, kept from call to call
    fees    fees(): the fees of plans
"""
