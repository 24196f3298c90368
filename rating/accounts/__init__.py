"""Who gets what: which plan an account has at a session's start, what is left of it, and in which order sessions come.

Comes in: a checked batch, tariffs with plans and coupons, the table of accounts, and the state that an earlier rating
left. Goes out: for each round of sessions the deals that `settle` prices them with, and the state after them.
May import: `compile`, `usage`, `tariff`, `errors`, `units`, and of `kernels` `arrays`, `periods`, `claims` and `tell`.

    members   which plan an account has, from when until when
    names     which account each session names
    asked     the coupon that each session names, and the points that it is to be paid with
    claims    what each session of a batch claims: its account, span under a plan, tariff and energy
    parts     work on arrays, cut into parts for several threads
    days      local dates and the periods they lie in
    tellable  which plans and coupons depend on the meter alone
    rounds    sessions in order, so that what comes first in an account is priced first; groups: those of each plan
    ledger    what accounts and coupons have left: the deals of a round, and what its sessions take of them
    tracks    what a plan keeps of its accounts: left for allowances, windows (sums over the sessions before, within a
              period or some days) for tiers and caps, and points
    ahead     what can be told before any session is priced: so that most need no round of their own
    term_book the terms that sessions of a batch may turn out to have
    coupons   which coupons hold, and how often they have been used
    state     all of it as a table, and back; state_check: what no rating has written
    opening, closing
              the ledger of a batch from the state before it, and the state after it
"""
