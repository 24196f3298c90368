"""Tariffs from files: the examples, and a hundred of a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rating
from benchmarks.network import write_folder
from benchmarks.shapes import PATH


def test_load_the_examples(benchmark: Any) -> None:
    assert "ca-tou" in benchmark(rating.load_tariffs, PATH.parent)


def test_load_a_hundred(benchmark: Any, tmp_path: Path) -> None:
    write_folder(tmp_path, 100)
    assert len(benchmark(rating.load_tariffs, tmp_path)) == 100
