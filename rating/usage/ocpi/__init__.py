"""CDRs of OCPI 2.1.1, 2.2.1 and 2.3.0: charging periods -> the checked columnar batch.

Comes in: JSON text, files, or parsed values, and a function that names the tariff of each CDR. Goes out: a `UsageBatch`
whose intervals are charging periods, what was refused with every fault, and the keys that OCPI does not know.
May import: what `usage` may, and `ocpi_json`.

    texts     where each CDR lies in a text
    records   the CDRs of a source, one by one
    objects   those that are parsed already, as text to scan
    plain     many plain ones at a time, from what a scan of their text found
    parse     one, key by key; fields and periods read its parts, numbers its volumes, totals what it prints of costs
    session   its charging periods as a session with a reservation
    zones     the time zone of its site
    collect   all of them as one batch
    read      read_cdrs(): all of it in order
"""
