"""VAT of components, and whether prices include it -> `model.Tax` and the rates of each component.

What a price without `vat` means differs. OCPI 2.1.1 has no such key: the prices exclude a tax of which nothing is
known. 2.2.1 says that no VAT applies where it is left out, and that this is not the same as 0 %. 2.3.0 has N/A for
where no tax applies; under YES and NO there are taxes, and where no `vat` tells the rate (it cannot tell several, as
in North America) it is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rating.tariff.model import NO_RATES, Rates, Tax, TaxRate
from rating.tariff.ocpi.fields import OcpiVersion

NAME: Final = "VAT"
UNKNOWN: Final = Rates(None)
WITHOUT_VAT: Final[dict[OcpiVersion, Rates]] = {"2.1.1": UNKNOWN, "2.2.1": NO_RATES, "2.3.0": UNKNOWN}


def rates_of(vat_ppm: int | None, version: OcpiVersion) -> Rates:
    """The taxes on the price of a component.

    >>> rates_of(210_000, "2.2.1").total_ppm, rates_of(None, "2.2.1").total_ppm, rates_of(None, "2.3.0").total_ppm
    (210000, 0, None)
    """
    return WITHOUT_VAT[version] if vat_ppm is None else Rates((TaxRate(NAME, vat_ppm),))


def tax_of(included: str | None, rates: Sequence[Rates]) -> Tax | None:
    """The tax of a tariff, from what its prices include ("N/A": no tax applies) and the rates of all its components.

    Where all have the same rates, those are the tariff's, and count also where a minimum is due and nothing was
    charged; else none do then.
    """
    common = rates[0] if len(set(rates)) == 1 else NO_RATES
    if included == "N/A" or (included is None and set(rates) == {NO_RATES}):
        return None
    return Tax(common, included == "YES")


def own_rates(rates: Rates, tax: Tax | None) -> Rates | None:
    """The rates that a component has to name: None where they are those of its tariff."""
    return None if tax is None or rates == tax.rates else rates
