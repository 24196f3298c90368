"""What holds for all tests: examples may take as long as they take, for a busy machine is no fault of the code."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("rating", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rating")
