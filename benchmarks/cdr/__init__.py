"""How fast OCPI CDRs are priced: from Python objects, as a batch, from JSON.

data     seeded CDRs and what each of them costs
ways     the ways to have them priced
measure  times the ways, and checks every bill
report   the table, beside the cited figures of `ocpi-tariffs`
"""
