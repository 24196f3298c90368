"""Room 6: the four tables.

Comes in: a usage batch, its plan, and what `settle` found. Goes out: `rated.Rated` with sessions, lines, taxes
and rejected, and with accounts the state.
May import: `settle`, `compile`, `usage`, `tariff`, `kernels.arrays` (codes), `ocpi_json`, `errors`, `units`.

    rated     the tables of what was rated
    later     what is made when it is asked for: taxes and the state
    taxes     the table of taxes, made when it is asked for
    rejected  the table of what was not, each row with its reason
    arrays    NumPy arrays as Arrow arrays
    rounds    lines that were priced in rounds, in the order of sessions
    corrections
              what to book where sessions were rated again
    write     tables into a folder, whole or not at all
    cdr       a priced session as an OCPI CDR
"""
