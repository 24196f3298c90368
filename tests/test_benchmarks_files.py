"""The benchmark of files runs, and its files are those of J1 with ids that ascend through all pieces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import rating
from benchmarks import files_data
from benchmarks.__main__ import main
from benchmarks.jobs.files import AT_ONCE, OURS, PYARROW, Written, check
from benchmarks.shapes import PATH
from rating.scale.slices import Sizes
from rating.scale.sums import Sums


def test_pieces_are_one_job_after_the_other(tmp_path, monkeypatch):
    monkeypatch.setattr(files_data, "PIECE", 20_000)
    files = files_data.write_files(tmp_path, 60_000)
    piece = files.piece()
    assert files.n_intervals == 60_000
    ids = pq.read_table(files.intervals).column("session_id").to_numpy()
    assert (ids[1:] >= ids[:-1]).all()
    assert len(np.unique(ids)) == 3 * piece.n_sessions == pq.read_metadata(files.sessions).num_rows
    sizes = Sizes(5_000, 1_000, 30_000, 10_000, 0)
    done = rating.rate_files(rating.load_tariffs(PATH), files.sessions, files.intervals, tmp_path / "out", sizes=sizes)
    once = rating.rate(rating.load_tariffs(PATH), piece.sessions, piece.intervals)
    assert (done.sessions, done.sums.lines) == (3 * once.sessions.num_rows, 3 * once.lines.num_rows)
    assert done.parts == 2


def test_only_whole_pieces_can_be_more_than_one(tmp_path):
    with pytest.raises(ValueError, match="are no whole number of pieces"):
        files_data.write_files(tmp_path, files_data.PIECE + 1)


def test_the_command_prints_a_ratio_and_the_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- bench files -->\n<!-- /bench files -->\n")
    options = ["--job", "FILES", "--size", "20000", "--rounds", "1", "--json", str(tmp_path)]
    assert main([*options, "--readme", str(readme)]) == 0
    assert f"times {PYARROW}" in capsys.readouterr().out
    assert "MiB of memory in its process" in readme.read_text()
    found = {row["name"]: row for row in json.loads((tmp_path / "files.json").read_text())["results"]}
    assert set(found[OURS]["times"]) >= {PYARROW, AT_ONCE}
    assert found[OURS]["whole_bytes"] is None or found[OURS]["whole_bytes"] > 2**20
    assert found[PYARROW]["whole_bytes"] is None


def test_other_rows_and_other_sums_are_found() -> None:
    files = files_data.Files(Path(__file__), Path(__file__), 2, 10)
    piece = Sums(sessions=1, lines=2, intervals=10)
    ours = Written({"lines": 4}, 100, piece + piece)
    assert check({OURS: ours, PYARROW: Written({"lines": 4}, 90)}, files, piece)
    with pytest.raises(AssertionError, match=r"pyarrow in turn wrote \{'lines': 3\} rows"):
        check({OURS: ours, PYARROW: Written({"lines": 3}, 90)}, files, piece)
    with pytest.raises(AssertionError, match=r"rate_files\(\) comes to"):
        check({OURS: ours._replace(sums=piece)}, files, piece)
