"""The slow twin: rates one session with exact fractions, written from PRICING.md alone.

Comes in: a `Tariff` (rating.tariff.model) and a `Usage`: one session's start, end and intervals as integers.
Goes out: a `Bill` with exact and printed lines, totals and a trace of every step, or a `Refusal` that says why not.
May import: rating.units, rating.errors, rating.tariff.model and rating.tariff.calendars, which hold values; the
standard library; the zones of the `tzdata` package. No fast code, no NumPy, no Arrow, never a float.

It is there to be read, to be right, and to be compared with the fast path on every line and total; `tell` turns a
bill's trace into the text that `explain` prints.

    clock         what an instant reads on the wall, and when a reading changes
    versions      which version is in force when, and at which values its prices may change
    faults        why a session is not priced
    parts         the intervals of a session, its reservation, and the gaps between
    restrictions  whether an element holds at a moment
    match         which element prices a dimension at a moment
    cut           the pieces between price-relevant moments, and who prices each
    quantity      volumes, grace, steps
    amount        prices, component limits
    tax           totals before and after taxes
    limits        min_price and max_price
    printing      rounding, and lines that add up
    rate          all of it in order
    trace         the steps as values; stretches makes those of the pieces
    story         the steps as text, from story_prices, story_costs and story_total
    words         how times, amounts and taxes are said; words_when says restrictions
"""

from rating.reference.rate import rate_session
from rating.reference.story import tell
from rating.reference.values import Bill, BilledTax, Interval, Line, Refusal, Usage

__all__ = ["Bill", "BilledTax", "Interval", "Line", "Refusal", "Usage", "rate_session", "tell"]
