"""Taxes: one, several, none and not known, of a tariff and of a price."""

from pathlib import Path

import pytest

from rating.errors import Place, TariffError
from rating.tariff.load import load_tariffs, parse_tariff
from rating.tariff.model import NO_RATES, Rates, Tariff, Tax, TaxRate
from rating.tariff.schema_tax import RATES_MAX

EXAMPLES = Path(__file__).parent.parent / "tariffs"
UNKNOWN = Rates(None)
VAT = "tax: {name: VAT, percent: 21, included: true}"


def tariff(tax: str, *own: str) -> Tariff:
    """A tariff with one element for each of the taxes of its own."""
    prices = "".join(f"      - energy: {{price: 0.39/kWh, tax: {each}}}\n" for each in own)
    last = "      - energy: 0.39/kWh\n"
    return parse_tariff(f"tariff: x\ncurrency: EUR\n{tax}\nversions:\n  - elements:\n{prices}{last}")


def rates(*pairs: tuple[str, int]) -> Rates:
    return Rates(tuple(TaxRate(name, rate_ppm) for name, rate_ppm in pairs))


def own_rates(*own: str) -> list[Rates | None]:
    return [element.components[0].rates for element in tariff(VAT, *own).versions[0].elements]


def codes(tax: str, *own: str) -> list[str]:
    with pytest.raises(TariffError) as caught:
        tariff(tax, *own)
    return [fault.code for fault in caught.value.faults]


def test_one_tax_as_it_was() -> None:
    assert tariff(VAT).tax == Tax.one("VAT", 210_000, True)
    assert tariff("tax: {percent: 8.875, included: no}").tax == Tax.one("tax", 88_750, False)
    assert tariff("tax: none").tax is None
    assert tariff("notes: no tax at all").tax is None


def test_several_taxes() -> None:
    text = "tax: {included: false, rates: [{name: GST, percent: 5}, {name: QST, percent: 9.975}]}"
    assert tariff(text).tax == Tax(rates(("GST", 50_000), ("QST", 99_750)), False)
    one = "tax: {rates: [{percent: 21, name: VAT}], included: true}"
    assert tariff(one).tax == Tax.one("VAT", 210_000, True)
    assert tariff(one).hash == tariff(VAT).hash


def test_only_prices_that_name_a_tax_have_one() -> None:
    assert tariff("tax: {included: false, rates: none}").tax == Tax(NO_RATES, False)
    assert codes("tax: {included: false, rates: []}") == ["empty_value"]


def test_a_rate_that_is_not_known_is_not_zero() -> None:
    assert tariff("tax: {included: true}").tax == Tax(UNKNOWN, True)
    assert tariff("tax: {included: false}").tax == Tax(UNKNOWN, False)
    assert tariff("tax: {percent: 0, included: true}").tax == Tax.one("tax", 0, True)
    texts = ["tax: {included: true}", "tax: {included: false}", "tax: {percent: 0, included: true}", "tax: none"]
    assert len({tariff(text).hash for text in texts}) == 4


def test_the_taxes_of_a_price() -> None:
    assert own_rates(
        "{name: VAT, percent: 9}",
        "[{name: GST, percent: 5}, {name: QST, percent: 9.975}]",
        "[{name: VAT, percent: 0}]",
        "none",
        "unknown",
    ) == [
        rates(("VAT", 90_000)),
        rates(("GST", 50_000), ("QST", 99_750)),
        rates(("VAT", 0)),
        NO_RATES,
        UNKNOWN,
        None,
    ]


def test_which_taxes_a_price_has() -> None:
    read = tariff(VAT, "{name: VAT, percent: 9}", "none")
    found = [read.rates_of(element.components[0]) for element in read.versions[0].elements]
    assert found == [rates(("VAT", 90_000)), NO_RATES, rates(("VAT", 210_000))]


def test_every_dimension_may_have_its_own() -> None:
    read = parse_tariff(
        f"tariff: x\ncurrency: EUR\n{VAT}\nversions:\n  - elements:\n"
        "      - energy: {price: 0.39/kWh, tax: {name: VAT, percent: 1}}\n"
        "        time: {price: 1/h, tax: {name: VAT, percent: 2}}\n"
        "        parking_time: {price: 1/h, tax: {name: VAT, percent: 3}}\n"
        "        flat: {price: 1/session, tax: {name: VAT, percent: 4}}\n"
    )
    components = read.versions[0].elements[0].components
    assert [part.rates for part in components] == [rates(("VAT", 10_000 * percent)) for percent in (1, 2, 3, 4)]
    assert [part.place for part in components] == [
        Place("<text>", 6, 17),
        Place("<text>", 7, 15),
        Place("<text>", 8, 23),
        Place("<text>", 9, 15),
    ]


def test_rates_together_are_at_most_the_price() -> None:
    assert own_rates("[{name: A, percent: 60}, {name: B, percent: 40}]")[0] == rates(("A", 600_000), ("B", 400_000))
    assert codes(VAT, "[{name: A, percent: 60}, {name: B, percent: 40.0001}, {name: C, percent: 1}]") == ["percent"]
    assert codes("tax: {included: false, rates: [{name: A, percent: 100}, {name: B, percent: 1}]}") == ["percent"]


def test_names_differ_on_one_price_and_not_between_prices() -> None:
    assert codes(VAT, "[{name: A, percent: 1}, {name: A, percent: 1}, {name: A, percent: 1}]") == ["tax_name"] * 2
    assert own_rates("{name: VAT, percent: 9}", "{name: VAT, percent: 9}")[0] == rates(("VAT", 90_000))


def test_a_price_without_a_tariff_tax_names_none() -> None:
    for own in ("{name: VAT, percent: 9}", "[{name: VAT, percent: 9}]", "none", "unknown"):
        assert codes("tax: none", own) == ["tax_alone"]
        assert codes("notes: x", own) == ["tax_alone"]
    assert codes("tax: no", "none") == ["shape"]
    assert codes("taxes: {name: VAT, percent: 21, included: true}", "none") == ["unknown_key"]


def test_a_rate_is_missing_unless_its_key_is_misspelt() -> None:
    assert codes("tax: {name: VAT, included: true}") == ["missing_rate"]
    assert codes("tax: {name: VAT, included: true, percentage: 21}") == ["unknown_key"]
    assert codes("tax: {name: VAT}") == ["missing_rate", "missing_key"]
    assert codes("tax: {percent: 21, included: true, rates: [{name: VAT, percent: 21}]}") == ["tax_twice"]


def test_the_most_taxes_of_one_price() -> None:
    def text(count: int) -> str:
        return "[" + ", ".join(f"{{name: t{index}, percent: 1}}" for index in range(count)) + "]"

    assert own_rates(text(RATES_MAX))[0] == rates(*((f"t{index}", 10_000) for index in range(RATES_MAX)))
    assert codes(VAT, text(RATES_MAX + 1)) == ["too_many"]
    assert codes(f"tax: {{included: true, rates: {text(RATES_MAX + 1)}}}") == ["too_many"]


def test_the_hash_follows_the_taxes() -> None:
    own = ["{name: VAT, percent: 9}", "{name: BTW, percent: 9}", "none", "unknown", "{name: VAT, percent: 21}"]
    assert len({tariff(VAT, each).hash for each in own}) == len(own)


def test_the_examples() -> None:
    mixed = load_tariffs(EXAMPLES / "mixed-vat.yaml")["mixed-vat"]
    energy, parking = mixed.versions[0].elements[0].components
    assert (mixed.rates_of(energy), mixed.rates_of(parking)) == (rates(("VAT", 90_000)), rates(("VAT", 210_000)))
    montreal = load_tariffs(EXAMPLES / "montreal.yaml")["montreal"]
    assert montreal.tax == Tax(rates(("GST", 50_000), ("QST", 99_750)), False)
