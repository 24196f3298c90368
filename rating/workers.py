"""Threads that stay: work that is cut into parts is done by the caller and by them, all at once.

To start threads for each call took a millisecond of two cores, which is what 200,000 intervals take. What calls from
several threads ask for is done side by side; a forked child starts threads of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Lock, local
from typing import Final, TypeVar

S = TypeVar("S")
T = TypeVar("T")

CORES: Final = os.cpu_count() or 1  # asked once, for that takes some 20 us
THREADS_MAX: Final = 64  # that wait for work, of all calls together

_pool: ThreadPoolExecutor | None = None
_lock = Lock()
_limit = local()


@contextmanager
def at_most(threads: int | None) -> Iterator[None]:
    """Within it, what the caller asks for is done by so many threads at most, of which it is one; None: by as many as
    it asks for. Whoever shares a machine says how many, and is not to find out that reading took all.

    >>> from threading import get_ident
    >>> with at_most(1):
    ...     set(in_order([3, 1, 2], lambda each: get_ident(), threads=2)) == {get_ident()}
    True
    """
    before = _most()
    _limit.threads = THREADS_MAX if threads is None else threads
    try:
        yield
    finally:
        _limit.threads = before


def _most() -> int:
    return getattr(_limit, "threads", THREADS_MAX)


def _lend(count: int) -> None:
    """So many threads of those that the caller may ask for work for it now; where nobody said how many, all may."""
    if _most() < THREADS_MAX:
        _limit.threads = _most() - count


def together(work: Callable[[], None], threads: int) -> None:
    """Do `work` in so many threads at once, of which the caller is one; it takes its parts from where all take them.

    The caller never waits for a thread to become free: whoever has not begun when it is done has nothing left to do.
    Where no thread can be had, while Python ends or by a limit of the system, the caller does it all.
    Raises what `work` raised, in whichever thread, when all have ended.
    """
    _join(work, _ask_others(work, threads))


def _ask_others(work: Callable[[], None], threads: int) -> list[Future[None]]:
    return [_ask(work) for _ in range(min(threads, _most()) - 1)]


def _join(work: Callable[[], None], others: list[Future[None]]) -> None:
    try:
        work()
    finally:
        begun = [each for each in others if not each.cancel()]
        failures = [each.exception() for each in begun]
    for failure in failures:
        if failure is not None:
            raise failure


def in_order(parts: Sequence[S], work: Callable[[S], T], threads: int) -> list[T]:
    """What `work` gives for each part.

    >>> in_order([3, 1, 2], lambda each: each * 10, threads=2)
    [30, 10, 20]
    """
    return begin(parts, work, threads)()


def begin(parts: Sequence[S], work: Callable[[S], T], threads: int) -> Callable[[], list[T]]:
    """As `in_order`, but the other threads begin while the caller does something else; what is returned joins them, and
    gives what they gave or raised. If it is not called they do it all, for nobody; a forked child cannot call it.
    Until then the caller may ask for so many threads less (`at_most`).

    >>> found = begin([3, 1, 2], lambda each: each * 10, threads=2)
    >>> found()
    [30, 10, 20]
    """
    if min(threads, _most()) <= 1 or len(parts) <= 1:
        return lambda: [work(part) for part in parts]
    found: dict[int, T] = {}
    queue = iter(enumerate(parts))

    def take() -> None:
        for number, part in queue:  # the GIL hands each to one thread
            found[number] = work(part)

    others = _ask_others(take, min(threads, len(parts)))
    _lend(len(others))

    def finish() -> list[T]:
        _lend(-len(others))
        _join(take, others)
        return [found[number] for number in range(len(parts))]

    return finish


def meanwhile(work: Callable[[], T]) -> Callable[[], T]:
    """Let another thread do `work` while the caller goes on; what is returned waits for it, and says what it gave or
    raised. If no thread has begun by then, the caller does it.

    >>> found = meanwhile(lambda: 6 * 7)
    >>> found()
    42
    """
    if _most() == 1:
        return work
    found: list[T] = []
    asked = _ask(lambda: found.append(work()))
    _lend(1)

    def wait() -> T:
        _lend(-1)
        if asked.cancel():
            return work()
        asked.result()
        return found[0]

    return wait


def _ask(work: Callable[[], None]) -> Future[None]:
    """Ask a thread to do `work`; until one has begun, what is returned can be cancelled, and then none will."""
    asked: Future[None] = Future()

    def begin() -> None:
        if not asked.set_running_or_notify_cancel():
            return
        try:
            work()
        except BaseException as failure:
            asked.set_exception(failure)
        else:
            asked.set_result(None)

    # A pool that fails to start one more thread has the work in its queue already, and gives nothing to cancel it by.
    with suppress(RuntimeError):
        _threads().submit(begin)
    return asked


def _threads() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="rating")
        return _pool


def _begin_anew() -> None:
    """In a forked child: its parent's threads are not there, and one of them may have held the lock."""
    global _pool, _lock
    _pool, _lock = None, Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
