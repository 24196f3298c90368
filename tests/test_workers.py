"""Threads that stay: who waits for whom, what is raised, and what a forked child has of them."""

import os
from multiprocessing import get_context
from threading import Barrier, Event, get_ident
from time import monotonic

import numpy as np
import pyarrow as pa
import pytest

import rating
from benchmarks.data import make_job
from benchmarks.jobs.accounts import with_accounts, with_plans
from rating import workers
from rating.workers import at_most, begin, in_order, meanwhile, together


def test_work_is_done_by_so_many_threads_at_once() -> None:
    meet = Barrier(3, timeout=30)  # nobody gets past it alone
    seen = []

    def work() -> None:
        meet.wait()
        seen.append(get_ident())

    together(work, 3)
    assert len(set(seen)) == 3
    assert get_ident() in seen


def test_results_come_in_the_order_of_parts() -> None:
    assert in_order(range(100), lambda each: each * each, threads=4) == [each * each for each in range(100)]
    assert in_order([], lambda each: each, threads=4) == []


def test_who_has_begun_counts_among_the_threads_that_the_caller_may_ask_for() -> None:
    seen: set[int] = set()
    begun, free = Event(), Event()

    def wait(each: int) -> int:
        begun.set()
        assert free.wait(30)
        return each

    def note(each: int) -> int:
        seen.add(get_ident())
        return each

    with at_most(2):
        finish = begin(range(2), wait, threads=5)
        assert begun.wait(30)
        assert in_order(range(100), note, threads=5) == [*range(100)]
        assert seen == {get_ident()}  # the other one is at the two parts
        free.set()
        assert finish() == [0, 1]
        meet = Barrier(2, timeout=30)
        in_order(range(2), lambda _: meet.wait(), threads=5)  # and now it is there again


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_a_failure_of_any_part_is_raised_where_it_was_asked_for(threads: int) -> None:
    def work(part: int) -> int:
        if part == 7:
            raise LookupError(f"part {part}")
        return part

    with pytest.raises(LookupError, match="part 7"):
        in_order(range(10), work, threads)
    assert in_order(range(3), work, threads) == [0, 1, 2]  # and they are there for the next call


def test_a_failure_elsewhere_is_raised_once_all_have_ended() -> None:
    begun, ended, caller = Event(), [], get_ident()

    def work() -> None:
        if get_ident() != caller:
            begun.set()
            raise LookupError("elsewhere")
        assert begun.wait(30)
        ended.append(True)

    with pytest.raises(LookupError, match="elsewhere"):
        together(work, 2)
    assert ended == [True]


def test_a_caller_waits_for_no_thread_that_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_pool", workers.ThreadPoolExecutor(1))
    busy, go = Event(), Event()
    waiting = workers._threads().submit(lambda: busy.set() or go.wait(60))
    assert busy.wait(30)
    began = monotonic()
    assert in_order(range(4), lambda each: -each, threads=3) == [0, -1, -2, -3]
    assert monotonic() - began < 59  # it did not wait until the other one gave up
    go.set()
    assert waiting.result() is True


def test_where_no_thread_can_be_had_the_caller_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = workers.ThreadPoolExecutor(1)
    monkeypatch.setattr(workers, "_pool", pool)
    pool.shutdown()
    assert in_order(range(9), lambda each: each * each, 4) == [each * each for each in range(9)]


def test_work_that_waits_since_a_thread_could_not_start_is_never_begun_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool has taken the work by then: a thread that becomes free would begin it behind the caller's back."""
    pool = workers.ThreadPoolExecutor(2)
    monkeypatch.setattr(workers, "_pool", pool)
    busy, go, done = Event(), Event(), []
    pool.submit(lambda: busy.set() or go.wait(60))
    assert busy.wait(30)

    def fails() -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(pool, "_adjust_thread_count", fails)
    together(lambda: done.append(get_ident()), 3)
    go.set()
    pool.shutdown()  # when all that it has taken is done
    assert done == [get_ident()]


def test_parts_may_be_cut_into_parts() -> None:
    found = in_order(range(8), lambda row: in_order(range(8), lambda column: row * column, 4), 4)
    assert found == [[row * column for column in range(8)] for row in range(8)]


def _squares(count: int) -> tuple[int, list[int]]:
    return os.getpid(), in_order(range(count), lambda each: each * each, 4)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    assert _squares(9)[1] == [each * each for each in range(9)]
    with get_context("fork").Pool(1) as pool:
        child, found = pool.apply_async(_squares, (9,)).get(timeout=60)
    assert child != os.getpid()
    assert found == [each * each for each in range(9)]


def test_within_a_limit_no_more_threads_are_asked_for() -> None:
    here = get_ident()
    with at_most(1):
        assert in_order(range(9), lambda _: get_ident(), threads=4) == [here] * 9
        assert meanwhile(get_ident)() == here
        with at_most(None):
            assert meanwhile(lambda: 6 * 7)() == 42
        assert in_order(range(3), lambda _: get_ident(), threads=2) == [here] * 3
    with pytest.raises(LookupError), at_most(1):
        raise LookupError
    both = Barrier(2)
    assert len(set(in_order(range(2), lambda _: both.wait(30) >= 0 and get_ident(), threads=2))) == 2


def test_a_rating_by_one_thread_asks_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(_: object) -> None:
        raise AssertionError("another thread was asked for")

    job = make_job(600_000)  # enough for several threads to look for runs
    sessions, accounts = with_accounts(job)
    currents = pa.array(np.full(job.n_intervals, 16))
    intervals = job.intervals.append_column("current_a", currents)
    many = rating.rate(with_plans(), sessions, intervals, accounts=accounts)
    monkeypatch.setattr(workers, "_ask", asked)
    one = rating.rate(with_plans(), sessions, intervals, accounts=accounts, threads=1)
    assert one.lines.equals(many.lines)
    assert one.sessions.equals(many.sessions)
