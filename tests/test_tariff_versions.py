"""The dates of versions, and where each part of a tariff stands."""

from datetime import date
from pathlib import Path

import pytest

from rating.errors import Place, TariffError
from rating.tariff.load import load_tariffs, parse_tariff
from rating.tariff.model import Version

EXAMPLES = Path(__file__).parent.parent / "tariffs"


def versions(*dates: str, top: str = "") -> tuple[Version, ...]:
    items = "".join(f"  - {{{each}{', ' if each else ''}elements: [{{energy: 0.39/kWh}}]}}\n" for each in dates)
    return parse_tariff(f"tariff: x\ncurrency: EUR\n{top}versions:\n{items}").versions


def codes(*dates: str, top: str = "") -> list[str]:
    with pytest.raises(TariffError) as caught:
        versions(*dates, top=top)
    return [fault.code for fault in caught.value.faults]


def test_the_end_of_a_version() -> None:
    first, second, last = versions(
        "valid_until: 2026-01-01",
        "valid_from: 2026-01-01, valid_until: 2026-06-01",
        "valid_from: 2026-07-01, valid_until: '2026-12-31T23:00:00+01:00'",
    )
    assert (first.label, first.valid_from, first.valid_until) == ("always", None, date(2026, 1, 1))
    assert (second.valid_from, second.valid_until) == (date(2026, 1, 1), date(2026, 6, 1))
    assert (last.label, last.valid_until) == ("2026-07-01", 1_798_754_400_000_000)
    assert versions("")[0].valid_until is None


def test_an_end_after_its_start() -> None:
    assert codes("valid_from: 2026-06-01, valid_until: 2026-06-01") == ["valid_until"]
    assert codes("valid_from: 2026-06-01, valid_until: 2026-05-31") == ["valid_until"]
    assert versions("valid_from: 2026-06-01, valid_until: 2026-06-02")
    assert codes("valid_from: 2026-06-01T00:00Z, valid_until: 2026-06-01T00:00Z") == ["valid_until"]
    # A date begins at another instant in each zone: up to 14 hours before UTC, and as many after.
    assert codes("valid_from: 2026-06-01, valid_until: 2026-06-01T14:00Z") == ["valid_until"]
    assert versions("valid_from: 2026-06-01, valid_until: 2026-06-01T14:01Z")


def test_an_end_that_reaches_into_the_next_version() -> None:
    start = "valid_from: 2026-07-01"
    assert versions("valid_until: 2026-07-01", start)
    assert codes("valid_until: 2026-07-02", start) == ["version_order"]
    assert versions("valid_until: 2026-06-30T10:00Z", start)
    assert codes("valid_until: 2026-06-30T10:01Z", start) == ["version_order"]
    assert versions("valid_until: 2026-07-01T00:00+02:00", "valid_from: 2026-06-30T22:00Z")
    # One fault for one mistake: where the order is wrong, the overlap is not news.
    assert codes("valid_from: 2026-08-01, valid_until: 2026-09-01", start) == ["version_order"]


def test_no_end_where_versions_change_at_once() -> None:
    assert codes("valid_until: 2026-07-01", top="on_change: at_once\n") == ["valid_until"]
    assert versions("valid_until: 2026-07-01", top="on_change: next_session\n")


def test_the_hash_follows_the_end() -> None:
    texts = ("", "valid_until: 2026-07-01, ", "valid_until: 2026-07-02, ", "valid_until: 2026-07-01T00:00Z, ")
    one = "tariff: x\ncurrency: EUR\nversions:\n  - {{{}elements: [{{energy: 0.39/kWh}}]}}\n"
    assert len({parse_tariff(one.format(text)).hash for text in texts}) == len(texts)


def test_the_example_ends() -> None:
    (version,) = load_tariffs(EXAMPLES / "members.yaml")["members"].versions
    assert (version.valid_from, version.valid_until) == (date(2026, 1, 1), date(2027, 1, 1))


def test_versions_elements_and_prices_know_their_place() -> None:
    path = EXAMPLES / "harbour-dc.yaml"
    (version,) = load_tariffs(path)["harbour-dc"].versions

    def place(line: int, column: int) -> Place:
        return Place(path.as_posix(), line, column)

    assert version.place == place(11, 5)
    assert [element.place for element in version.elements] == [place(13, 9), place(16, 9)]
    assert [part.place for element in version.elements for part in element.components] == [
        place(15, 17),
        place(17, 17),
        place(18, 23),
        place(19, 15),
    ]


def test_what_an_alias_stands_for_is_where_it_was_written() -> None:
    first, second = parse_tariff(
        "tariff: x\ncurrency: EUR\nversions:\n  - elements: &same [{energy: 0.39/kWh}]\n"
        "  - {valid_from: 2026-01-01, elements: *same}\n"
    ).versions
    assert (first.place.line, second.place.line) == (4, 5)
    assert first.elements[0].place == second.elements[0].place == Place("<text>", 4, 22)
