"""What a quote says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from rating._version import __version__
from rating.compile.zones import tzdata_version
from rating.money import minor_micro
from rating.results.later import Later
from rating.units import MICRO_PER_UNIT


class QuoteLine(NamedTuple):
    """A line of a quote: what `rate()` says in its table of lines. None: it has none."""

    line: int
    kind: str
    element: str | None
    dimension: str | None
    volume: Decimal | None
    billed_volume: Decimal | None
    unit: str | None
    unit_price: Decimal | None
    amount: Decimal
    printed_amount: Decimal
    tax_percent: Decimal | None


class QuoteTax(NamedTuple):
    """A tax of a quote: what it counts from, and how much it is."""

    tax: str
    percent: Decimal
    net: Decimal
    amount: Decimal


class Details(NamedTuple):
    """What is made when it is first asked for."""

    lines: tuple[QuoteLine, ...]
    taxes: tuple[QuoteTax, ...]


@dataclass(frozen=True, repr=False)
class Quote:
    """The price of one session. Amounts are decimals of the currency, never floats; None: a tax is not known.

    `lines` and `taxes` are made when they are first asked for.
    """

    tariff: str
    tariff_version: str
    tariff_hash: str
    currency: str
    start: datetime  # UTC
    end: datetime
    energy_kwh: Decimal
    charging_s: Decimal
    parked_s: Decimal
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    _details: Later = field(compare=False)

    @property
    def lines(self) -> tuple[QuoteLine, ...]:
        """How the amount comes about; printed amounts add up to it."""
        details: Details = self._details.get()
        return details.lines

    @property
    def taxes(self) -> tuple[QuoteTax, ...]:
        """Each tax that is on it."""
        details: Details = self._details.get()
        return details.taxes

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON: decimals and instants are text."""
        digits = len(str(MICRO_PER_UNIT // minor_micro(self.currency))) - 1
        head = {name: _text(getattr(self, name), digits if name in _MONEY else 0) for name in _HEAD}
        provenance = {"engine_version": __version__, "tzdata_version": tzdata_version()}
        lines = [
            {name: _text(value, digits if name in _MONEY else 0) for name, value in line._asdict().items()}
            for line in self.lines
        ]
        taxes = [
            {name: _text(value, digits if name in _MONEY else 0) for name, value in tax._asdict().items()}
            for tax in self.taxes
        ]
        return {**head, "lines": lines, "taxes": taxes, **provenance}

    def to_json(self, indent: int | None = None) -> str:
        """The same as JSON."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def __repr__(self) -> str:
        def shown(value: Decimal | None) -> str:
            return "unknown" if value is None else f"{value:f}"

        amounts = f"net {shown(self.net)}, tax {shown(self.tax)}, gross {shown(self.gross)} {self.currency}"
        return f"Quote({self.tariff}: {digits_of(self.energy_kwh)} kWh, {amounts})"


_HEAD = (
    *("tariff", "tariff_version", "currency", "start", "end", "energy_kwh", "charging_s", "parked_s"),
    *("net", "tax", "gross", "tariff_hash"),
)


_MONEY = ("net", "tax", "gross", "unit_price", "printed_amount", "amount")


def _text(value: Any, least: int = 0) -> Any:
    if isinstance(value, Decimal):
        return digits_of(value, least)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def digits_of(value: Decimal, least: int = 0) -> str:
    """A decimal with all its digits, at least so many after the point.

    >>> digits_of(Decimal("23.400000")), digits_of(Decimal("0E-6")), digits_of(Decimal("4.880000"), 2)
    ('23.4', '0', '4.88')
    """
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0").ljust(least, "0")
    return f"{whole}.{part}" if part else whole


def money(micro: int | None, digits: int) -> Decimal | None:
    """An amount with the digits of its currency, and more where it has them.

    >>> money(4_880_000, 2), money(4_885_000, 2), money(5_000_000, 0), money(None, 2)
    (Decimal('4.88'), Decimal('4.885'), Decimal('5'), None)
    """
    if micro is None:
        return None
    exponent = 6
    while exponent > digits and micro % 10 == 0:
        micro //= 10
        exponent -= 1
    return Decimal(micro).scaleb(-exponent)


def details_of(lines: list[dict[str, Any]], taxes: list[dict[str, Any]]) -> Details:
    """The rows of the two tables."""
    return Details(
        tuple(QuoteLine(**{name: row[name] for name in QuoteLine._fields}) for row in lines),
        tuple(QuoteTax(**{name: row[name] for name in QuoteTax._fields}) for row in taxes),
    )
