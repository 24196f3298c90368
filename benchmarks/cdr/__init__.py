"""How fast OCPI CDRs are priced: from Python objects, as a batch, from JSON.

data     seeded CDRs and what each of them costs
ways     the ways to have them priced, and the cited figures of `ocpi-tariffs`

`jobs/cdr.py` makes the job of them.
"""
