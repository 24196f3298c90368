"""Why a value is refused, without its place: the reader of the file adds that."""

from __future__ import annotations

import re


class RefusalError(ValueError):
    """A value that is refused. `at` leads from the value to the part of it that is wrong; `got` shows that part.

    `beside` is a key of the same mapping, where that one is at fault.
    """

    def __init__(
        self, code: str, want: str, fix: str, got: str | None = None, at: tuple[str | int, ...] = (), beside: str = ""
    ) -> None:
        self.code = code
        self.want = want
        self.fix = fix
        self.got = got
        self.at = at
        self.beside = beside
        super().__init__(f"{want}; {fix}")


class RefusalsError(ValueError):
    """Several refusals of one value."""

    def __init__(self, refusals: list[RefusalError]) -> None:
        self.refusals = refusals
        super().__init__("; ".join(map(str, refusals)))


def visible(text: str, longest: int = 60) -> str:
    r"""A text on one line, cut short, with what cannot be seen written out: nothing in it can move a cursor.

    >>> print(visible("0.39\u00a0/kWh"))
    0.39\u00a0/kWh
    """
    # Cut before tidying: a text may be a megabyte long.
    words = re.sub("[ \n]+", " ", text[: 4 * longest]).strip(" ")
    words = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in words)
    return words if len(words) <= longest else words[: longest - 1] + "…"
