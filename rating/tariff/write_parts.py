"""What tariffs, plans and coupons have in common when they are written: taxes, limits, moments, items of lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from rating.tariff.dates import read_valid_from
from rating.tariff.model import PriceLimit, Rates, Tax, TaxRate
from rating.tariff.refusal import RefusalError
from rating.tariff.write_when import money, number, word

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: date | int | None, label: str = "") -> str:
    """A date or an instant; as its author wrote it, where that is known."""
    if at is None:
        return "always"
    try:
        if read_valid_from(label) == at:
            return label
    except RefusalError:
        pass
    if isinstance(at, date):
        return at.isoformat()
    return (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")


def item(lines: Iterable[str]) -> Iterable[str]:
    """Lines as an item of a list below a key."""
    for index, line in enumerate(lines):
        yield f"  {'  ' if index else '- '}{line}"


def tax_text(tax: Tax | None) -> str:
    """The taxes of a tariff or a fee."""
    if tax is None:
        return "none"
    included = f"included: {'true' if tax.included else 'false'}"
    if tax.rates.each is None:
        return f"{{{included}}}"
    if len(tax.rates.each) == 1:
        return f"{{{_rate(tax.rates.each[0])}, {included}}}"
    return f"{{rates: {rates_text(tax.rates)}, {included}}}"


def rates_text(rates: Rates) -> str:
    """The taxes of one price."""
    if not rates.each:
        return "unknown" if rates.each is None else "none"
    each = [f"{{{_rate(rate)}}}" for rate in rates.each]
    return each[0] if len(each) == 1 else f"[{', '.join(each)}]"


def _rate(rate: TaxRate) -> str:
    return f"name: {word(rate.name)}, percent: {number(rate.rate_ppm, 4)}"


def limit_text(limit: PriceLimit) -> str:
    """The sides of a limit that are given."""
    sides = (("before_tax", limit.before_tax_micro), ("after_tax", limit.after_tax_micro))
    return f"{{{', '.join(f'{key}: {money(micro)}' for key, micro in sides if micro is not None)}}}"
