"""`model.Tax` -> OCPI's `vat` and `tax_included`, where those can say it."""

from __future__ import annotations

from rating.ocpi_json import Json
from rating.tariff.model import NO_RATES, Component, PriceLimit, Rates, Tariff, Version
from rating.tariff.ocpi.numbers import decimal_of
from rating.tariff.ocpi.saying import Saying
from rating.tariff.ocpi.taxes import NAME, WITHOUT_VAT


def write_tax(tariff: Tariff, version: Version, saying: Saying) -> dict[str, Json]:
    """What OCPI says of the tax on all prices of a version: `tax_included`, in 2.3.0."""
    untaxed = is_untaxed(tariff, version)
    included = tariff.tax is not None and tariff.tax.included
    if saying.version == "2.3.0":
        return {"tax_included": "N/A" if untaxed else "YES" if included else "NO"}
    if included and not untaxed:
        fix = "write the prices without tax and `included: false`, or write OCPI 2.3.0"
        saying.cannot(tariff.place, "prices that include tax", fix)
    if saying.version == "2.1.1" and _effective(tariff, version) != {Rates(None)}:
        fix = "agree with the other party on the tax that comes on top of these prices"
        saying.lost(tariff.place, "whether tax applies, and at what rate", fix)
    return {}


def write_vat(tariff: Tariff, component: Component, saying: Saying) -> dict[str, Json]:
    """The `vat` of a component in a tariff with tax, where it has one."""
    rates = tariff.rates_of(component)
    if saying.version == "2.1.1" or rates == WITHOUT_VAT[saying.version]:
        return {}
    if rates.each is None:
        saying.cannot(component.place, "a price whose tax rate is not known", "write the tax with its percent")
        return {}
    if not rates.each:
        fix = "write a percent of 0 where that is right, or a tariff of its own for what is not taxed"
        saying.cannot(component.place, "a price without tax in a tariff with tax", fix)
        return {}
    if len(rates.each) > 1:
        got = f"several taxes on one price: {', '.join(rate.name for rate in rates.each)}"
        saying.cannot(component.place, got, "write one tax: OCPI has one `vat` for each price")
        return {}
    rate = rates.each[0]
    if rate.name != NAME:
        saying.lost(tariff.place, f"the name of a tax, {rate.name}", f"none: OCPI calls each tax {NAME}")
    return {"vat": decimal_of(rate.rate_ppm, 4)}


def check_limits(tariff: Tariff, version: Version, saying: Saying) -> None:
    """Limits that OCPI's reader would tax otherwise.

    Where nothing was charged a minimum has the tax of the tariff; OCPI has no rates but those of the prices. And where
    no price has a tax, OCPI's tariff has none, so that limits before and after tax are limits of the same total.
    """
    own = NO_RATES if tariff.tax is None else tariff.tax.rates
    effective = _effective(tariff, version)
    read_back = next(iter(effective)) if len(effective) == 1 else NO_RATES
    if version.min_price is not None and own != read_back:
        fix = "leave min_price out, or give all prices the tariff's own tax"
        saying.cannot(version.place, "min_price where prices have other taxes than the tariff", fix)
    both = [limit for limit in (version.min_price, version.max_price) if limit and None not in _sides(limit)]
    if both and tariff.tax is not None and is_untaxed(tariff, version):
        fix = "write `tax: none`, or leave one of the two out"
        saying.cannot(version.place, "limits before and after a tax that no price has", fix)


def _sides(limit: PriceLimit) -> tuple[int | None, int | None]:
    return limit.before_tax_micro, limit.after_tax_micro


def is_untaxed(tariff: Tariff, version: Version) -> bool:
    """Whether no tax applies to any price of a version."""
    return tariff.tax is None or _effective(tariff, version) == {NO_RATES}


def _effective(tariff: Tariff, version: Version) -> set[Rates]:
    return {tariff.rates_of(component) for element in version.elements for component in element.components}
