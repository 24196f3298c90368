"""Room 1: what a pricing manager writes.

Comes in: YAML files, and OCPI tariffs as JSON. Goes out: `model.Tariffs` with their `plans.Plans`, or one `TariffError`
with every fault of every file; and tariffs written as YAML or as OCPI, plans and coupons as YAML.
May import: `errors`, `units`, `money`, `ocpi_json`; no other room.

    model                  a tariff as the engine knows it; calendars are its sets of dates
    plans, offered         a plan and a coupon as the engine knows them; what their parts mean that say nothing
    nodes, tree, paths, syntax   YAML text -> nodes that know their place
    kinds                  whether a file is a tariff, a plan or a coupon
    schema, schema_*       which keys there are; leaves, leaves_*: the kinds of their values
    amounts, prices, lengths, quantities, periods, dates, keys
                           how each kind of value is written
    cross, cross_*         faults between the parts of a tariff or plan
    faults, refusal        what is wrong, where, and how to fix it
    convert, convert_plans, read, load
                           all of it in order: the tariff or plan, a file, a folder
    write, write_*         a tariff, a plan or a coupon -> YAML
    collecting, quick      the collector of garbage held off; frozen values made quickly
    editor                 the JSON Schemas for editors
    ocpi/                  OCPI's tariffs in and out
    lint/                  what was likely not meant
"""
