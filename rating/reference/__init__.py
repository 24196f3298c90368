"""The slow twin: rates one session with exact fractions, written from PRICING.md alone.

Comes in: a `Tariff` (rating.tariff.model) and a `Usage`: one session's start, end and intervals as integers.
Goes out: a `Bill` with exact and printed lines, totals and a trace of every step, or a `Refusal` that says why not.
May import: rating.units, rating.errors, rating.tariff.model, plans and calendars, which hold values; the standard
library; the zones of the `tzdata` package. No fast code, no NumPy, no Arrow, never a float.

It is there to be read, to be right, and to be compared with the fast path on every line and total; `tell` turns a
bill's trace into the text of the story that `explain` tells. `rate_history` rates the sessions of accounts with plans
and coupons one after the other, each with the `Deal` that those before it leave; `fee_lines` says what plans cost by
themselves.

    clock         what an instant reads on the wall, and when a reading changes
    versions      which version is in force when, and at which values its prices may change
    faults        why a session is not priced
    parts         the intervals of a session, its reservation, and the gaps between
    restrictions  whether an element holds at a moment
    match         which element prices a dimension at a moment
    cut           the pieces between price-relevant moments, and who prices each
    quantity      volumes, grace, steps
    deal          what an account gives one session
    allowances    what of the quantities is free
    amount        prices, component limits
    discounts     discounts, tiers, coupons and points
    tax           totals before and after taxes
    limits        min_price and max_price, and the caps of plans
    printing      rounding, and amounts that add up
    lines         the lines of a bill
    rate          all of it in order
    periods       days, weeks, months and years of plans
    accounts      which plan an account has when
    state         what is kept between sessions, as rows
    counters      what is left and what was done on a date, and what is kept after a session
    history       the sessions of accounts in their order
    fees          what plans cost by themselves
    trace         the steps as values; stretches makes those of the pieces
    told          a story as a value: rows of words and data
    story         the steps as a story, from story_prices, story_costs, story_deal, story_total and story_bill
    words         how times, amounts and taxes are said; words_when says restrictions
"""

from rating.reference.accounts import Account
from rating.reference.deal import Deal
from rating.reference.fees import FeeLine, fee_lines
from rating.reference.history import rate_history
from rating.reference.rate import rate_session
from rating.reference.state import State, StateRow
from rating.reference.story import tell
from rating.reference.values import Bill, BilledTax, Interval, Line, Refusal, Usage

__all__ = [
    "Account",
    "Bill",
    "BilledTax",
    "Deal",
    "FeeLine",
    "Interval",
    "Line",
    "Refusal",
    "State",
    "StateRow",
    "Usage",
    "fee_lines",
    "rate_history",
    "rate_session",
    "tell",
]
