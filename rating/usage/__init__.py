"""Room 2: what was delivered.

Comes in: tables and files of sessions with intervals, readings or totals. Goes out: one checked `batch.UsageBatch`.
May import: `errors`, `units`, `workers`, `memory`, `ocpi_json`; no other room.

    batch                   what every reader of usage makes
    schema, spelling        which columns there are, and which were meant
    files, tables, lists    anything that holds columns -> tables
    columns, instants, energies, powers, names
                            one column each -> integers
    sessions, reservations  what the sessions say; bounds: what holds for all of them
    identity, match, order  rows of the meter to their sessions, in the order of time
    meter, readings, totals, weave
                            what the meter says -> intervals
    accounts                the table of accounts, which is none of usage, but read like one
    check                   what is wrong with a whole table
    refusals, evidence, words_rows, words_tariffs, words_accounts
                            why a session is refused, in words
    read                    read_usage(): all of it in order
    ocpi/                   CDRs -> a batch
    ocpp/                   OCPP messages -> tables
"""

from rating.usage.read import read_usage

__all__ = ["read_usage"]
