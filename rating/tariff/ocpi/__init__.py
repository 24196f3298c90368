"""OCPI's tariffs, of versions 2.1.1, 2.2.1 and 2.3.0: JSON -> `model.Tariff`, and back as far as OCPI can say it.

Comes in: `ocpi_json.Record`s. Goes out: tariffs whose elements and components know their JSON path, with what moves no
amount in `Tariff.carried`; or faults, all at once. The other way: dicts with decimals, or what cannot be said.
May import: what `tariff` may.
"""
