"""One session at a time, in microseconds.

Comes in: the tariffs, and the facts of one session as plain Python values. Goes out: a `Quote`, with the amounts that
`rate()` gives to the cent.
May import: every room but `desk` and `cli`.

    quote   quote(): facts -> Quote
    result  Quote
"""
