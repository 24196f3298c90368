"""Every file in tests/broken gives exactly the message beside it."""

import shutil
from pathlib import Path

import pytest

from rating.errors import TariffError
from rating.tariff.load import load_tariffs

BROKEN = Path(__file__).parent / "broken"
FILES = sorted(path.name for path in BROKEN.glob("*.yaml"))


def message_of(*sources: str) -> str:
    with pytest.raises(TariffError) as caught:
        load_tariffs(list(sources))
    return str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_gives_its_message(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    assert message_of(name) + "\n" == Path(name).with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_enough_broken_files_and_each_has_its_message() -> None:
    assert len(FILES) >= 100
    assert {Path(name).stem for name in FILES} == {path.stem for path in BROKEN.glob("*.txt")}


def test_every_fault_is_complete_and_short() -> None:
    with pytest.raises(TariffError) as caught:
        load_tariffs(BROKEN)
    for fault in caught.value.faults:
        assert fault.code
        assert fault.got
        assert fault.want
        assert fault.fix
        assert len(fault.message) < 320, fault
        assert "Traceback" not in fault.message
        assert "pydantic" not in fault.message


def test_one_run_reports_all_faults_of_all_files_in_the_order_of_their_places(tmp_path: Path) -> None:
    for name in ("price-flat", "tax-values", "yaml-tab"):
        shutil.copy(BROKEN / f"{name}.yaml", tmp_path)
    with pytest.raises(TariffError) as caught:
        load_tariffs(tmp_path)
    places = [
        (Path(fault.place.source).stem, fault.place.line or 0, fault.place.column or 0) for fault in caught.value.faults
    ]
    assert places == sorted(places)
    assert {place[0] for place in places} == {"price-flat", "tax-values", "yaml-tab"}
    assert len(places) == 7 + 2 + 1
