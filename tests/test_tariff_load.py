"""Where tariffs come from: files, folders, lists; and that a tariff's hash follows its meaning."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from rating.errors import Place, TariffError
from rating.tariff.load import load_tariffs, parse_tariff
from rating.tariff.model import Component, Price, PriceLimit, Rounding, Tax
from rating.units import DIMENSIONS, ELEMENTS_MAX, US_PER_H, US_PER_MIN, VERSIONS_MAX

EXAMPLES = Path(__file__).parent.parent / "tariffs"
PLAIN = "tariff: {}\ncurrency: EUR\nversions:\n  - elements:\n      - energy: 0.39/kWh\n"


def faults_of(source: object) -> list[str]:
    with pytest.raises(TariffError) as caught:
        load_tariffs(source)  # type: ignore[arg-type]
    return [str(fault) for fault in caught.value.faults]


def test_the_example_of_the_design() -> None:
    tariff = load_tariffs(EXAMPLES / "harbour-dc.yaml")["harbour-dc"]
    (version,) = tariff.versions
    peak, other = version.elements
    assert (tariff.currency, tariff.minor_micro, tariff.time_zone) == ("EUR", 10_000, "Europe/Amsterdam")
    assert tariff.tax == Tax.one("VAT", 210_000, True)
    assert tariff.rounding == Rounding("half_up", 10_000)
    assert (version.label, version.valid_from) == ("2026-01-01", date(2026, 1, 1))
    assert (version.min_price, version.max_price) == (PriceLimit(None, 1_000_000), PriceLimit(None, 60_000_000))
    assert peak.when.day_of_week == frozenset(range(5))
    assert (peak.when.start_min, peak.when.end_min) == (17 * 60, 21 * 60)
    assert peak.components == (Component("energy", Price(590_000, "kWh")),)
    assert other.components == (
        Component("energy", Price(390_000, "kWh")),
        Component("parking_time", Price(100_000, "min"), grace_us=15 * US_PER_MIN, max_micro=12_000_000),
        Component("flat", Price(500_000, "session")),
    )
    assert tariff.place == Place((EXAMPLES / "harbour-dc.yaml").as_posix(), 3, 9)


def test_every_example_is_in_a_file_of_its_name() -> None:
    tariffs = load_tariffs(EXAMPLES)
    names = [*tariffs, *tariffs.plans, *tariffs.plans.coupons]
    assert sorted(f"{name}.yaml" for name in names) == sorted(path.name for path in EXAMPLES.glob("*.yaml"))
    assert len(tariffs) >= 12
    for path in EXAMPLES.glob("*.yaml"):
        schema = "plan.schema.json" if path.stem in tariffs.plans else "schema.json"
        schema = "coupon.schema.json" if path.stem in tariffs.plans.coupons else schema
        assert path.read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema={schema}\n# ")


def test_components_are_in_the_order_of_the_dimensions() -> None:
    text = PLAIN.format("x") + "        flat: 1/session\n        parking_time: 1/h\n        time: 2/h\n"
    components = parse_tariff(text).versions[0].elements[0].components
    assert tuple(component.dimension for component in components) == DIMENSIONS


def test_a_block_has_a_step_of_its_length() -> None:
    component = load_tariffs(EXAMPLES / "block.yaml")["block"].versions[0].elements[0].components[0]
    assert (component.price, component.step, component.round) == (Price(5_000_000, "h", 2), 2 * US_PER_H, "up")


def test_one_side_of_a_window_reaches_to_the_end_of_the_day() -> None:
    def window(when: str) -> tuple[int | None, int | None]:
        found = parse_tariff(PLAIN.format("x") + f"        when: {{{when}}}\n").versions[0].elements[0].when
        return found.start_min, found.end_min

    assert window("start_time: 17:00") == (1020, 1440)
    assert window("end_time: 07:30") == (0, 450)
    assert window("start_time: 22:00, end_time: 06:00") == (1320, 360)
    assert window("start_time: 22:00, end_time: 00:00") == (1320, 1440)
    assert window("start_time: 00:00, end_time: 24:00") == (0, 1440)
    assert window("months: jun") == (None, None)


def test_calendars_of_countries_and_of_files() -> None:
    carnival, working, _ = load_tariffs(EXAMPLES / "holidays.yaml")["holidays"].versions[0].elements
    assert carnival.when.holidays is not None
    assert working.when.holidays is not None
    assert date(2026, 2, 16) in carnival.when.holidays.dates(2026)
    assert carnival.when.holidays_in
    assert carnival.when.holidays.release == ""
    assert date(2026, 4, 27) in working.when.holidays.dates(2026)
    assert not working.when.holidays_in
    assert working.when.holidays.release


def test_yaml_traps_stay_text() -> None:
    text = "tariff: 010\nname: no\nnotes: 1_000\ncurrency: EUR\nversions: [{elements: [{name: on, energy: 0/kWh}]}]\n"
    tariff = parse_tariff(text)
    assert (tariff.id, tariff.name, tariff.versions[0].elements[0].name) == ("010", "no", "on")


def test_instants_and_dates_of_versions() -> None:
    text = (
        "tariff: x\ncurrency: EUR\nversions:\n"
        "  - elements: [{energy: 0.1/kWh}]\n"
        "  - {valid_from: '2020-02-27T12:50:00+01:00', elements: [{energy: 0.2/kWh}]}\n"
        "  - {valid_from: 2020-02-28T00:00Z, elements: [{energy: 0.3/kWh}]}\n"
        "  - {valid_from: 2021-01-01, elements: [{energy: 0.4/kWh}]}\n"
    )
    versions = parse_tariff(text).versions
    assert [version.label for version in versions] == [
        "always",
        "2020-02-27T12:50:00+01:00",
        "2020-02-28T00:00Z",
        "2021-01-01",
    ]
    starts = [None, 1_582_804_200_000_000, 1_582_848_000_000_000, date(2021, 1, 1)]
    assert [version.valid_from for version in versions] == starts


def test_a_folder_is_read_without_its_folders_and_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(PLAIN.format("b"))
    (tmp_path / "a.yaml").write_text("\ufeff" + PLAIN.format("a"), encoding="utf-8")
    (tmp_path / ".a.yaml.swp.yaml").write_text("not: [a tariff")
    (tmp_path / "notes.txt").write_text("not a tariff")
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "c.yaml").write_text(PLAIN.format("c"))
    assert list(load_tariffs(tmp_path)) == ["a", "b"]
    assert list(load_tariffs(str(tmp_path / "b.yml"))) == ["b"]
    assert list(load_tariffs([tmp_path / "nested", tmp_path / "a.yaml", tmp_path])) == ["c", "a", "b"]


def test_the_same_id_in_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Path(f"{name}.yaml").write_text(PLAIN.format("twin"))
    assert faults_of(".") == [
        "b.yaml:1:9: tariff_id: read `twin`, expected an id that no other file has; "
        "a.yaml:1:9 has it already: rename one of the two"
    ]


def test_sources_that_hold_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    assert faults_of(["missing.yaml", "empty", "bad\0name"]) == [
        "bad\\u0000name: no_file: read `bad\\u0000name`, expected a file or a folder that exists; "
        "look at the name and at the folder you are in",
        "empty: no_tariffs: read `(an empty folder)`, expected a folder with tariffs: files that end in .yaml, .yml, "
        ".json or .jsonl; put a tariff there",
        "missing.yaml: no_file: read `missing.yaml`, expected a file or a folder that exists; "
        "look at the name and at the folder you are in",
    ]
    for name in ("above/.hidden", "above/harbour"):
        Path(name).mkdir(parents=True)
        Path(name, "a.yaml").write_text(PLAIN.format("a"))
    Path("above/.hidden/a.yaml").rename("above/.hidden/.a.yaml")
    assert faults_of("above") == [
        "above: no_tariffs: read `a folder in which only folders such as harbour have tariffs`, expected a folder with "
        "tariffs: files that end in .yaml, .yml, .json or .jsonl; name those, such as above/harbour"
    ]
    assert faults_of([]) == [
        ": no_tariffs: read `(nothing)`, expected a file or a folder of tariffs; name at least one"
    ]


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("big.yaml").write_text("# " + "x" * (1 << 20))
    Path("locked.yaml").write_text(PLAIN.format("locked"))
    Path("locked.yaml").chmod(0)
    os.mkfifo("pipe.yaml")
    faults = faults_of(["big.yaml", "pipe.yaml"])
    assert faults == [
        "big.yaml: file_too_big: read `more than that`, expected a file of at most 1024 KiB; split the file",
        "pipe.yaml: no_file: read `pipe.yaml`, expected a file or a folder; "
        "look at the name and at the folder you are in",
    ]
    if not os.access("locked.yaml", os.R_OK):  # root may read everything
        assert faults_of("locked.yaml") == [
            "locked.yaml: no_file: read `permission denied`, expected a file that can be read; look at who may read it"
        ]


def test_the_hash_follows_the_meaning_and_not_the_form() -> None:
    one = PLAIN.format("x")
    same = "# a comment\n\ncurrency: 'EUR'\nversions: [{elements: [{energy: {price: 0.390 / kWh}}]}]\ntariff: x\n"
    assert parse_tariff(one) == parse_tariff(same)
    assert parse_tariff(one).hash == parse_tariff(same).hash
    others = [
        one.replace("0.39", "0.40"),
        one.replace("0.39/kWh", "0.39/Wh"),
        one.replace("EUR", "USD"),
        one + "        when: {months: jun}\n",
        one + "        when: {holidays: NL}\n",
        one + "    max_price: {after_tax: 60}\n",
        one + "time_zone: Europe/Paris\n",
        one + "tax: {percent: 21, included: true}\n",
        one + "rounding: {mode: down}\n",
        one + "on_change: at_once\n",
    ]
    assert len({parse_tariff(text).hash for text in [one, *others]}) == len(others) + 1


def test_notes_and_places_do_not_change_the_hash() -> None:
    one = PLAIN.format("x")
    assert parse_tariff(one, "a.yaml").hash == parse_tariff("notes: |\n  free\n  text\n" + one, "b.yaml").hash


def test_parse_tariff_reaches_no_calendar_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)
    with pytest.raises(TariffError, match="calendar: read `carnival`"):
        parse_tariff(PLAIN.format("x") + "        when: {holidays: carnival}\n")


def test_lists_have_a_longest_length() -> None:
    def text(elements: int, versions: int) -> str:
        one = "elements: [" + "{energy: 0.1/kWh}, " * elements + "]"
        more = "".join(f"\n  - {{valid_from: {2000 + i // 12}-{i % 12 + 1:02}-01, {one}}}" for i in range(versions))
        return f"tariff: x\ncurrency: EUR\nversions:{more}\n"

    assert len(parse_tariff(text(ELEMENTS_MAX, 1)).versions[0].elements) == ELEMENTS_MAX
    assert len(parse_tariff(text(1, VERSIONS_MAX)).versions) == VERSIONS_MAX
    for elements, versions in ((ELEMENTS_MAX + 1, 1), (1, VERSIONS_MAX + 1)):
        with pytest.raises(TariffError, match="too_many"):
            parse_tariff(text(elements, versions))


def test_a_file_of_another_kind_is_refused_quickly() -> None:
    started = time.perf_counter()
    with pytest.raises(TariffError) as caught:
        parse_tariff("tariff: x\n" + "".join(f"key{number}: value\n" for number in range(40_000)))
    assert time.perf_counter() - started < 5
    assert str(caught.value.faults[0]).startswith("<text>: too_many: read `40002 faults`")
    assert len(caught.value.faults) <= 1_004
    with pytest.raises(TariffError, match="file_kind") as caught:
        parse_tariff("".join(f"key{number}: value\n" for number in range(40_000)))
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_where_text_is_not_utf8_is_told_by_letters(mark: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(mark + b"a: 1\n\xc3\xa9\xff: 2")
    with pytest.raises(TariffError) as caught:
        load_tariffs(tmp_path)
    assert [(str(fault.place), fault.got) for fault in caught.value.faults] == [
        (f"{tmp_path.as_posix()}/a.yaml:2:2", "bytes ff 3a 20 32")
    ]
