"""Room 3: tariffs -> flat integer arrays.

Comes in: `tariff.model` values and the span, tariffs and zones of a usage batch. Goes out: a `plan.Plan`: price
epochs on the UTC axis, components, rules, and for each session the timeline that prices it.
May import: `tariff.model`, `tariff.collecting`, `usage.batch` (types), `kernels` (types and limits), `units`, `errors`.

    zones       local time as stretches of a constant offset
    epochs      when prices change by the clock and the calendar
    traits      what sessions say of themselves: a timeline for each answer
    restricted  prices that depend on the session: the candidates of each epoch, with their conditions
    spot        prices that follow an index, for each epoch and at equal steps
    kept        what is kept for the next call, bounded by its bytes
    groups      all that is compiled of a timeline by itself, and kept; epochs that several share
    components  prices, steps and limits as fractions of nano
    taxes       which taxes a session may have, and which prices have the same
    tables      the rows of all timelines, flat
    plan        make_plan(): all of it for a batch
    terms       with_terms(): what plans and coupons give to its sessions, and the denominators that this needs
"""
