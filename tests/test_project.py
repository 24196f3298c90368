"""The project as a whole: what is imported when, what is shipped, and what no file may say."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

import rating

ROOT = Path(__file__).parent.parent
HEAVY = (
    "numba",
    "numpy",
    "pyarrow",
    "pydantic",
    "yaml",
    "click",
    "rich",
    "holidays",
    "iso4217",
    "pandas",
    "polars",
    "babel",
    "jinja2",
    "matplotlib",
)


def modules_after(code: str) -> set[str]:
    """The top-level modules that are loaded after the code has run in a process of its own."""
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def tracked() -> list[Path]:
    """The files that belong to the project: those of git, also before they are committed."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git here to say which files belong to the project")
    return [path for name in done.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_the_version_is_known() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", rating.__version__)


def test_importing_loads_nothing_heavy() -> None:
    assert modules_after("import rating").isdisjoint(HEAVY)


def test_help_loads_nothing_heavy() -> None:
    code = "from rating.cli import main\nmain(['--help'], standalone_mode=False)"
    assert modules_after(code).isdisjoint(set(HEAVY) - {"click"})


def test_tariffs_are_loaded_without_the_engine() -> None:
    assert modules_after("import rating\nrating.load_tariffs('tariffs')").isdisjoint({"numba", "numpy", "pyarrow"})


def test_showing_a_price_list_loads_no_page_and_no_picture() -> None:
    code = "import rating\nrating.show(rating.load_tariffs('tariffs'), 'tiers').price_list()"
    assert modules_after(code).isdisjoint({"jinja2", "matplotlib", "rich"})


def test_every_public_name_is_there() -> None:
    assert dir(rating) == rating.__all__
    for name in rating.__all__:
        assert getattr(rating, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'quoted'"):
        _ = rating.quoted


def test_types_are_shipped() -> None:
    assert (resources.files("rating") / "py.typed").is_file()


def test_no_file_names_the_host_of_a_package_index() -> None:
    # In brackets, so that this file does not match itself.
    hosts = re.compile(rb"py[p]i\.|pythonh[o]sted|index-[u]rl|anac[o]nda|conda-f[o]rge", re.IGNORECASE)
    named = [str(path.relative_to(ROOT)) for path in tracked() if hosts.search(path.read_bytes())]
    assert named == []


def test_no_lock_file() -> None:
    locks = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "requirements.txt"}
    assert locks.isdisjoint(path.name for path in tracked())


def test_every_room_says_what_it_is_for() -> None:
    for path in sorted((ROOT / "rating").glob("*/__init__.py")):
        text = path.read_text(encoding="utf-8")
        assert "Comes in:" in text, path
        assert "Goes out:" in text, path
        assert "May import:" in text, path


def test_files_stay_readable() -> None:
    for path in sorted((ROOT / "rating").rglob("*.py")):
        longest = 450 if path.parent.name == "kernels" else 300  # a kernel is one flat function
        assert len(path.read_text(encoding="utf-8").splitlines()) <= longest, path
