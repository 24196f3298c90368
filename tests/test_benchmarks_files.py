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
from benchmarks.files import AT_ONCE, PYARROW
from benchmarks.prices import PATH
from rating.scale.slices import Sizes


def test_pieces_are_one_job_after_the_other(tmp_path, monkeypatch):
    monkeypatch.setattr(files_data, "PIECE", 20_000)
    files = files_data.write_files(tmp_path, 60_000)
    assert files.n_intervals == 60_000
    ids = pq.read_table(files.intervals).column("session_id").to_numpy()
    assert (ids[1:] >= ids[:-1]).all()
    assert len(np.unique(ids)) == 3 * files.piece.n_sessions == pq.read_metadata(files.sessions).num_rows
    sizes = Sizes(5_000, 1_000, 30_000, 10_000, 0)
    done = rating.rate_files(rating.load_tariffs(PATH), files.sessions, files.intervals, tmp_path / "out", sizes=sizes)
    once = rating.rate(rating.load_tariffs(PATH), files.piece.sessions, files.piece.intervals)
    assert (done.sessions, done.sums.lines) == (3 * once.sessions.num_rows, 3 * once.lines.num_rows)
    assert done.parts == 2


def test_the_command_prints_a_ratio_and_the_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- bench files -->\n<!-- /bench files -->\n")
    options = ["--job", "FILES", "--intervals", "20000", "--rounds", "1", "--json", str(tmp_path / "r.json")]
    assert main([*options, "--readme", str(readme)]) == 0
    assert "times the time of pyarrow" in capsys.readouterr().out
    assert "MiB of memory" in readme.read_text()
    found = json.loads((tmp_path / "r-files.json").read_text())
    assert set(found["ratios"]) == {PYARROW, AT_ONCE}
    assert found["peak_bytes"] > 2**20
