"""What is made when it is first asked for is made once, whoever asks at the same time."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from rating.results.later import Later

ASKING = 8


def test_threads_that_ask_together_have_the_same_table_made_once() -> None:
    """The state of a rating was counted once by each of them."""
    made, begun, together = [], Event(), Barrier(ASKING + 1, timeout=20)

    def make() -> list[int]:
        begun.set()
        together.wait()  # until all the others ask as well
        made.append(1)
        return made

    later = Later(make)

    def ask() -> object:
        begun.wait()
        together.wait()
        return later.get()

    with ThreadPoolExecutor(ASKING + 1) as pool:
        first = pool.submit(later.get)
        others = [pool.submit(ask) for _ in range(ASKING)]
        assert all(each.result() is first.result() for each in others)
    assert made == [1]


def test_what_could_not_be_made_is_tried_again() -> None:
    tries = iter([0, 5])
    later = Later(lambda: 10 // next(tries))
    with pytest.raises(ZeroDivisionError):
        later.get()
    assert (later.get(), later.get()) == (2, 2)


def test_a_copy_has_the_table() -> None:
    for again in (pickle.loads(pickle.dumps(Later(lambda: [1]))), copy.deepcopy(Later(lambda: [1]))):
        assert again.get() == [1]
