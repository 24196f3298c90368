"""Tariffs of a revision: read with git, and nothing written to the work tree."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import rating
from rating.desk.compare.sources import load_source
from rating.errors import InputError, TariffError

EXAMPLES = Path(__file__).parent.parent / "tariffs"
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
ONE = "tariff: a\ncurrency: EUR\nversions:\n  - elements:\n      - energy: 0.{}/kWh\n"


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *options, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Two commits: prices 0.10 and 0.20; and 0.30 in the work tree, not committed."""
    root = tmp_path / "repo"
    (root / "v1.2" / "calendars").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    for cents in ("10", "20"):
        (root / "v1.2" / "a.yaml").write_text(ONE.format(cents))
        (root / "top.yaml").write_text(ONE.format(cents).replace("tariff: a", "tariff: top"))
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", cents)
    (root / "v1.2" / "a.yaml").write_text(ONE.format("30"))
    monkeypatch.chdir(root)
    return root


def cents(source: str) -> int:
    (tariff,) = load_source(source).values()
    return tariff.versions[0].elements[0].components[0].price.amount_micro // 10_000


def test_a_folder_or_a_file_of_a_revision(repository, monkeypatch):
    before = git(repository, "status", "--porcelain")
    assert [cents(each) for each in ("git:HEAD~1:v1.2", "git:HEAD:v1.2/", "v1.2")] == [10, 20, 30]
    assert [cents(each) for each in ("git:main~1:v1.2/a.yaml", "git:HEAD:top.yaml", "git:HEAD~1:.")] == [10, 20, 10]
    monkeypatch.chdir(repository / "v1.2")  # paths count from where one is
    assert [cents(each) for each in ("git:HEAD~1:a.yaml", "git:HEAD~1:.", "git:HEAD:../top.yaml")] == [10, 10, 20]
    assert git(repository, "status", "--porcelain") == before


def test_compare_takes_them(repository):
    history = {
        "session_id": [1], "tariff": ["a"], "energy_kwh": [10], "time_zone": ["Europe/Paris"],
        "start": ["2026-03-02T10:00:00Z"], "end": ["2026-03-02T11:00:00Z"],
    }  # fmt: skip
    found = rating.compare("git:HEAD~1:v1.2", "v1.2", history)
    assert found.totals[0].change.gross_micro == 2_000_000
    assert (found.old_name, found.new_name) == ("git:HEAD~1:v1.2", "v1.2")


def test_what_stands_beside_a_tariff_is_of_the_revision(tmp_path, monkeypatch):
    """The examples, with their calendars and indexes."""
    shutil.copytree(EXAMPLES, tmp_path / "tariffs")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "all")
    shutil.rmtree(tmp_path / "tariffs")
    monkeypatch.chdir(tmp_path)
    every, found = rating.load_tariffs(EXAMPLES), load_source("git:HEAD:tariffs")
    assert {name: each.hash for name, each in found.items()} == {name: each.hash for name, each in every.items()}
    assert set(found.plans) == set(every.plans)


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("git:HEAD", "git_source", "git:HEAD~1:tariffs/"),
        ("git::v1.2", "git_source", "name a revision and a path"),
        ("git:HEAD:", "git_source", "name a revision and a path"),
        ("git:v9:v1.2", "git_revision", "read `v9`"),
        ("git:--all:v1.2", "git_revision", "read `--all`"),
        ("git:HEAD:nowhere", "git_path", "read `nowhere`, expected a file or a folder that HEAD has"),
        ("git:HEAD:../elsewhere", "git_path", "a path within"),
    ],
)
def test_what_is_no_revision_or_path(repository, source, code, said):
    with pytest.raises(InputError) as caught:
        load_source(source)
    (fault,) = caught.value.faults
    assert fault.code == code
    assert said in str(fault)


def test_a_folder_that_is_in_no_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match=r"git_repository: read `.*not a git repository"):
        load_source("git:HEAD:tariffs")


def test_a_machine_without_git(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="no_git: read `no program git`, expected git, to read revisions; install git"):
        load_source("git:HEAD:v1.2")


def test_faults_of_a_revision_name_its_files(repository):
    (repository / "v1.2" / "a.yaml").write_text("tariff: a\ncurrency: EURO\n")
    git(repository, "commit", "-q", "-a", "-m", "broken")
    for source, place in (("git:HEAD:v1.2/", "git:HEAD:v1.2/a.yaml"), ("git:HEAD:v1.2/a.yaml",) * 2):
        with pytest.raises(TariffError) as caught:
            load_source(source)
        assert {fault.place.source for fault in caught.value.faults} == {place}
        assert "/tmp" not in str(caught.value)


def test_a_link_that_leads_out(repository):
    (repository / "v1.2" / "link.yaml").symlink_to("/etc/passwd")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "link")
    with pytest.raises(InputError, match="a folder of plain files"):
        load_source("git:HEAD:v1.2")
