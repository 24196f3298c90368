"""Which prices are of a size that somebody may really charge, to find cents written as euros or Wh as kWh.

Only for plausibility, never for amounts: the bounds are so wide that a rough value of a currency is enough.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from rating.tariff.model import DimensionName, Price
from rating.units import MICRO_PER_UNIT, MWH_PER_KWH, US_PER_H

# In EUR for 1 kWh, 1 h or 1 session: the least and the most that are not warned of, and what is usual, for a guess at
# what was meant. Public charging costs 0.10 to 1.50 EUR/kWh, idle fees go to 2 EUR/min, and a month of parking comes
# to some cents an hour.
POSSIBLE_EUR: Final[dict[DimensionName, tuple[Fraction, Fraction]]] = {
    "energy": (Fraction("0.005"), Fraction(5)),
    "time": (Fraction("0.005"), Fraction(200)),
    "parking_time": (Fraction("0.005"), Fraction(200)),
    "flat": (Fraction("0.005"), Fraction(200)),
}
USUAL_EUR: Final[dict[DimensionName, tuple[Fraction, Fraction]]] = {
    "energy": (Fraction("0.05"), Fraction("1.50")),
    "time": (Fraction("0.20"), Fraction(60)),
    "parking_time": (Fraction("0.20"), Fraction(60)),
    "flat": (Fraction("0.10"), Fraction(25)),
}
_SIZES: Final[dict[DimensionName, int]] = {
    "energy": MWH_PER_KWH,
    "time": US_PER_H,
    "parking_time": US_PER_H,
    "flat": 1,
}

# Roughly how much of a currency one EUR was worth in autumn 2025, to one or two digits. A currency that is not here is
# not judged; nor is one whose value moves fast.
PER_EUR: Final[dict[str, Fraction]] = {
    code: Fraction(value)
    for code, value in {
        "AED": "4.3", "AUD": "1.8", "BAM": "2", "BHD": "0.44", "BRL": "6.3", "CAD": "1.6", "CHF": "0.94",
        "CLP": "1100", "CNY": "8.3", "COP": "4500", "CRC": "590", "CZK": "24", "DKK": "7.5", "EUR": "1", "GBP": "0.87",
        "GEL": "3.2", "HKD": "9", "HUF": "390", "IDR": "19000", "ILS": "3.9", "INR": "103", "ISK": "143", "JOD": "0.83",
        "JPY": "175", "KRW": "1650", "KWD": "0.36", "KZT": "620", "MAD": "10.5", "MDL": "20", "MKD": "61.5",
        "MXN": "21.5", "MYR": "4.9", "NOK": "11.7", "NZD": "2", "OMR": "0.45", "PEN": "4", "PHP": "68", "PLN": "4.3",
        "QAR": "4.2", "RON": "5.1", "RSD": "117", "SAR": "4.4", "SEK": "11", "SGD": "1.5", "THB": "38", "TND": "3.4",
        "TRY": "49", "TWD": "36", "UAH": "49", "USD": "1.2", "UYU": "46", "VND": "30500", "ZAR": "20",
    }.items()
}  # fmt: skip


def bounds_of(price: Price, dimension: DimensionName, currency: str) -> tuple[Fraction, Fraction] | None:
    """The least and the most, in the currency and for the price's own unit; None where nothing is known of it."""
    rate = PER_EUR.get(currency)
    if rate is None:
        return None
    low, high = POSSIBLE_EUR[dimension]
    scale = rate * Fraction(price.per, _SIZES[dimension])
    return low * scale, high * scale


def is_usual(price: Price, dimension: DimensionName, currency: str) -> bool:
    """Whether many charge about as much.

    >>> is_usual(Price(39_000_000, "kWh"), "energy", "EUR"), is_usual(Price(66_000_000, "kWh"), "energy", "JPY")
    (False, True)
    """
    low, high = USUAL_EUR[dimension]
    amount_eur = Fraction(price.amount_micro * _SIZES[dimension], price.per * MICRO_PER_UNIT) / PER_EUR[currency]
    return low <= amount_eur <= high
