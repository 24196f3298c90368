"""Room 1: what a pricing manager writes.

Comes in: YAML files, and OCPI tariffs as JSON. Goes out: `model.Tariffs`, or one `TariffError` with every fault of
every file; and tariffs written as YAML or as OCPI.
May import: `errors`, `units`, `money`, `ocpi_json`; no other room.

    model                  a tariff as the engine knows it; calendars are its sets of dates
    nodes, syntax          YAML text -> nodes that know their place
    schema, schema_*       which keys there are; leaves, leaves_when: the kinds of their values
    amounts, prices, lengths, quantities, dates, keys
                           how each kind of value is written
    cross, cross_versions  faults between the parts of a tariff
    faults, refusal        what is wrong, where, and how to fix it
    convert, read, load    all of it in order: the tariff, a file, a folder
    write, write_when      a tariff -> YAML
    editor                 the JSON Schema for editors
    ocpi/                  OCPI's tariffs in and out
    lint/                  what was likely not meant
"""
