"""What holds for all tests, and what several of them need.

Examples may take as long as they take, for a busy machine is no fault of the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser import chromium
from hypothesis import HealthCheck, settings

settings.register_profile("rating", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rating")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; skips where there is none."""
    with chromium() as found:
        yield found
