"""Reading ahead and writing behind: three steps of a stream at once, each in a thread, with little held in between.

What is held is bounded by counts, and what comes out depends on no timing. The first failure of any step ends all of
them, and is raised where the stream is driven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

_END: Final = object()
_LOOK_S: Final = 0.1  # how often a thread that waits looks whether all has ended


@contextmanager
def ahead(items: Iterator[T], held: int, halt: Iterable[Callable[[], None]] = ()) -> Iterator[Iterator[T]]:
    """The items, made in a thread of their own, at most `held` before they are asked for.

    When the block ends, each of `halt` is called: it ends what the thread may be waiting for.
    """
    queue: Queue[Any] = Queue(held)
    stop = Event()
    failures: list[BaseException] = []

    def make() -> None:
        try:
            for item in items:
                if not _put(queue, item, stop):
                    return
        except BaseException as failure:
            failures.append(failure)
        _put(queue, _END, stop)

    def made() -> Iterator[T]:
        while (item := queue.get()) is not _END:
            yield item
        if failures:
            raise failures[0]

    thread = Thread(target=make, name="rating-read", daemon=True)
    thread.start()
    try:
        yield made()
    finally:
        stop.set()
        if thread.is_alive():
            for call in halt:
                call()
        thread.join()


class Behind(Generic[T]):
    """Does something with each item in a thread of its own, in order; at most `held` of them wait."""

    def __init__(self, do: Callable[[T], None], held: int) -> None:
        self._do = do
        self._queue: Queue[Any] = Queue(held)
        self._stop = Event()
        self._failures: list[BaseException] = []
        self._thread = Thread(target=self._work, name="rating-write", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Hand over the next item; raises what has failed before."""
        if not _put(self._queue, item, self._stop):
            self.end()

    def end(self) -> None:
        """Wait until all is done; raises what has failed."""
        _put(self._queue, _END, self._stop)
        self._thread.join()
        if self._failures:
            raise self._failures[0]

    def drop(self) -> None:
        """Do nothing more, and wait for what is being done."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                item = self._queue.get(timeout=_LOOK_S)
            except Empty:
                continue
            if item is _END:
                return
            try:
                self._do(item)
            except BaseException as failure:
                self._failures.append(failure)
                self._stop.set()


def _put(queue: Queue[Any], item: Any, stop: Event) -> bool:
    """Put the item as soon as there is room; False where all has ended before."""
    while not stop.is_set():
        try:
            queue.put(item, timeout=_LOOK_S)
            return True
        except Full:
            continue
    return False
