"""Room 4: Numba, and nothing else.

Comes in: flat NumPy arrays. Goes out: arrays, and a status for each session. A kernel never raises.
May import: `units` (constants), numba, NumPy; no schema, money, Arrow or YAML, and no other room.

    jit              how kernels are compiled, and when
    native           kernels as machine code that is kept; compiler: what numba has to know to make it
    cache            where it is kept
    groups           groups of arrays as kernels read them
    arrays           the groups of arrays that they take, each with its shape, unit and order
    arith            exact arithmetic on scalars
    runs             which intervals are whose
    cdr_text         the text of plain CDRs, with cdr_instants; cdr_scan makes their room
    periods          local dates, and the periods of plans
    claims           what sessions claim, in order; tell: what plans give for it, before any session is priced
    price            the kernels below in their order, for one chunk of sessions
    grid             many sets of prices for the same sessions: walked and gathered once, then priced by each
    plain            all of them at once, for sessions of the plainest tariffs
    spot             what its energy costs where prices follow an index
    session          what the walks ask of a whole session: when charging ended, since when it was reserved
    walk             intervals -> stretches between price epochs
    walk_restricted  the same where prices depend on the session, with reservations and the times of CDRs
    gather           stretches -> the volumes of components
    step             step_size
    amounts          volumes -> amounts
    discount         what discounts, coupons and points take off these; plain_deal: with all else, for plain sessions
    bill             limits, taxes, rounding, printed amounts
    nets             what each tax of a bill counts from
    lines            the columns of the table of lines
"""
