"""A large network's folder of tariffs, seeded: YAML files with versions, windows, taxes, limits and fees.

What a file holds is drawn from what the example tariffs do: nobody's ten thousand tariffs are ten thousand copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

SEED: Final = 20250601
COUNT: Final = 10_000


class Place(NamedTuple):
    """Where a tariff is for."""

    zone: str
    currency: str
    tax: str


PLACES: Final = (
    Place("Europe/Amsterdam", "EUR", "{name: VAT, percent: 21, included: true}"),
    Place("Europe/Paris", "EUR", "{name: TVA, percent: 20, included: true}"),
    Place("Europe/Berlin", "EUR", "{name: MwSt, percent: 19, included: true}"),
    Place("Europe/London", "GBP", "{name: VAT, percent: 20, included: false}"),
    Place("Europe/Zurich", "CHF", "{name: MWST, percent: 8.1, included: true}"),
    Place("America/Los_Angeles", "USD", "none"),
    Place("America/New_York", "USD", "{name: sales tax, percent: 8.875, included: false}"),
    Place("Asia/Kolkata", "INR", "{name: GST, percent: 18, included: true}"),
)
VERSIONS: Final = ("2024-01-01", "2025-01-01", "2025-03-15")


def write_folder(folder: Path, count: int = COUNT) -> None:
    """Write so many tariffs, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(count):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def texts(count: int = COUNT) -> Iterator[tuple[str, str]]:
    """The id and the text of each tariff, the same on each run."""
    draw = Random(SEED)
    for number in range(count):
        name = f"site-{number:05}"
        yield name, "\n".join(_tariff(draw, name)) + "\n"


def _tariff(draw: Random, name: str) -> Iterator[str]:
    place = draw.choice(PLACES)
    yield "# yaml-language-server: $schema=schema.json"
    yield f"tariff: {name}"
    yield f"name: Site {name[5:]}"
    yield f"currency: {place.currency}"
    yield f"time_zone: {place.zone}"
    yield f"tax: {place.tax}"
    yield "versions:"
    for valid_from in VERSIONS[: draw.choice((1, 1, 1, 2, 2, 3))]:
        yield f"  - valid_from: {valid_from}"
        yield "    elements:"
        yield from _elements(draw)
        if draw.random() < 0.3:
            yield f"    min_price: {{after_tax: {draw.randint(50, 200) / 100:.2f}}}"
        if draw.random() < 0.3:
            yield f"    max_price: {{after_tax: {draw.randint(4_000, 9_000) / 100:.2f}}}"


def _elements(draw: Random) -> Iterator[str]:
    base = draw.randint(25, 60)
    if draw.random() < 0.5:
        start, length = draw.randint(15, 18), draw.randint(2, 5)
        yield "      - name: peak"
        yield f"        when: {{day_of_week: mon-fri, start_time: {start}:00, end_time: {start + length}:00}}"
        yield f"        energy: 0.{base + draw.randint(5, 35)}/kWh"
    if draw.random() < 0.4:
        yield "      - name: night"
        yield f"        when: {{start_time: {draw.randint(21, 23)}:30, end_time: 0{draw.randint(5, 7)}:00}}"
        yield f"        energy: 0.{base - draw.randint(5, 14)}/kWh"
    if draw.random() < 0.2:
        yield "      - name: summer weekend"
        yield "        when: {months: jun-sep, day_of_week: [sat, sun]}"
        yield f"        energy: 0.{base - draw.randint(1, 9)}/kWh"
    yield "      - name: all other times"
    yield f"        energy: 0.{base}/kWh"
    if draw.random() < 0.4:
        grace = draw.choice((0, 5, 15, 30))
        most = f", max: {draw.randint(5, 20)}.00" if draw.random() < 0.5 else ""
        yield f"        parking_time: {{price: 0.{draw.randint(2, 20):02}/min, grace: {grace} min{most}}}"
    if draw.random() < 0.3:
        yield f"        time: {draw.randint(50, 300) / 100:.2f}/h"
    if draw.random() < 0.4:
        yield f"        flat: 0.{draw.randint(10, 99)}/session"
