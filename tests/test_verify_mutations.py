"""Ten thousand CDRs with something wrong in them: each gets a verdict or clear faults, and nothing crashes."""

from __future__ import annotations

from collections import Counter

import pytest
from cdrs import mutants

from rating import read_cdrs, verify_each

COUNT, PARTS = 10_000, 4


@pytest.mark.parametrize("seed", range(PARTS))
def test_mutants_get_a_verdict(seed: int) -> None:
    outcomes: Counter[str] = Counter()
    for written in mutants(COUNT // PARTS, 100 + seed):
        for verdict in verify_each(written):
            outcomes[verdict.outcome] += 1
            assert verdict.text
            assert verdict.outcome != "cannot" or verdict.problems
            assert verdict.outcome != "differs" or verdict.problems or any(c.agrees is False for c in verdict.totals)
            for fault in verdict.problems:
                assert fault.code
                assert fault.got
                assert fault.want
                assert fault.fix
                assert len(str(fault)) < 2000
    assert all(outcomes[outcome] > 50 for outcome in ("agrees", "differs", "cannot")), outcomes


def test_mutants_are_sessions_or_refused() -> None:
    written = mutants(COUNT, 7)
    cdrs = read_cdrs("\n".join(written))
    assert len(cdrs.batch.sessions.id) > 1000
    assert len(cdrs.refused) > 1000
    assert all(refused.faults for refused in cdrs.refused)
