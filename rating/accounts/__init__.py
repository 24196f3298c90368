"""Who gets what: which plan an account has at a session's start, what is left of it, and in which order sessions come.

Comes in: a checked batch, tariffs with plans and coupons, the table of accounts, and the state that an earlier rating
left. Goes out: for each round of sessions the deals that `settle` prices them with, and the state after them.
May import: rating.compile, rating.usage, rating.tariff, rating.kernels.arrays (groups of arrays), rating.errors and
rating.units.

    members   which plan an account has, from when until when
    claims    what each session of a batch asks for: its account, plan, coupon and points
    days      local dates and the periods they lie in
    rounds    sessions in order, so that what comes first in an account is priced first
    windows   sums over the sessions before, within a period or some days: for tiers and caps
    left      what is left of allowances, points and coupons
    terms     the discounts, allowances and caps of a session, as kernels read them
    state     all of it as a table, and back
"""
