"""Fuzzing: every reader of text gets inputs that began as good ones and were changed at random, a little or beyond sense.

    make fuzz                                                  a minute, with a new seed, which is printed
    make fuzz FUZZ_SECONDS=600 FUZZ_SEED=7                     longer, and the same inputs again
    .venv/bin/python tests/fuzz.py --seed 7 --input 1234       one of them once more, with its traceback

Input n of a seed is the same on each run, whatever ran before it: it is made of the seed and n alone. It may be read or
refused, with a code, a place and a fix. It may not raise anything else, take longer than `SECONDS` of CPU, take more
memory than `MEMORY_MB`, or end the process: all of them are read in a child, whose memory is limited. What goes wrong is
printed once for each place in the code, and the input is kept in build/fuzz/.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import yaml
from cdr_modes import both
from cdrs import MAKERS, mutants, text
from ocpi_examples import CITY_211, LINES_230, MOTORWAY_221
from ocpp_words import EVSE, event, metered, started, status, stopped

import rating
from rating.errors import Fault, RatingError
from rating.tariff.lint.files import check_files
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

ROOT: Final = Path(__file__).parent.parent
KEPT: Final = ROOT / "build" / "fuzz"
SECONDS: Final = 5  # of CPU, all threads together, for an input
MEMORY_MB: Final = 512  # by which an input may raise the process's highest use so far
STUCK_SECONDS: Final = 60  # a child that says nothing for so long is ended
SIZE_MAX: Final = 1 << 20  # of an input

# What stands in an input where something else stood before: texts, as a form of file writes them.

NUMBERS: Final = (
    *("0", "-0", "-1", "1", "00", "007", "+1", "1.", ".5", "-", "1e", "1e5", "1E+2", "1e-7", "0x1F", "1_000", "1,5"),
    *("1e400", "1e999999999", "-1e999999999", "1e-999999999", "1e999999999999999999", "1e9999999999999999999999"),
    *("NaN", "nan", "Infinity", "-Infinity", ".inf", "-.nan", "٣", "１", "½", "1/0", "0.30000000000000004"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "4000000000"),
    *("9" * 25, "9" * 70, "9" * 5000, "9" * 100_000, "0." + "3" * 70, "0." + "0" * 5000 + "1", "1" + "0" * 5000),
    *("0." + "0" * 100_000, "1e" + "9" * 5000, "1" * 40 + "." + "1" * 40),
)  # fmt: skip
INSTANTS: Final = (
    *("2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-13-01T00:00:00Z", "2026-03-02"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-03-02T24:00:00Z", "2026-03-02T16:45:60Z"),
    *("2026-03-02T16:45:00+99:99", "2026-03-02T16:45:00.1234567890123456789Z", "2026-W10-1T10:00:00Z", "20260302T10Z"),
    *("1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2100-12-31T00:00:00Z", "24:00", "17:60"),
    *("1740921600", "1740921600000000", "2026-03-29T02:30:00", "2026-10-25T02:30:00", "99:99", "00:00", "1e5", "P1D"),
)
TEXTS: Final = (
    *(
        "",
        " ",
        "\t",
        "\n",
        "\r",
        "\x00",
        "\x1b[2J",
        "\u202e",
        "\ufeff",
        "\u2028",
        "\x85",
        "\u200b",
        "é",
        "e\u0301",
        "😀",
    ),
    *("\ud800", "\udfff", "\ud83d", "null", "true", "None", "~", "'", '"', "`", "\\", "{}", "[]", "${x}", "%s", "{0}"),
    *("../../../../etc/passwd", "/dev/zero", "calendars/x", "CON", "a" * 300, "x" * 100_000, "é" * 50_000, "\n" * 3000),
    *("Europe/Amsterdam", "Europe/Nowhere", "../UTC", "posix/UTC", "NLD", "NL", "XX", "EUR", "JPY", "XAU", "eur"),
    *("=cmd()", "#", "--", "a,b", "a;b", "a: b", "- a", "*", "&a", "!!x", "İ", "ß", "ﬁ", "ǅ"),
)
WORDS: Final = (*NUMBERS, *INSTANTS, *TEXTS)
_DIGITS: Final = re.compile(r"[0-9][0-9.:T+-]*")
_WORD: Final = re.compile(r"\w+")


# --- JSON as a tree that can say what JSON cannot -----------------------------------------------------------------------


class Raw(str):
    """What stands in the file as it is."""


class Pairs(list[Any]):
    """An object as a list of [key, value], in which a key may stand twice."""


_JSON_ODD: Final = (
    *map(Raw, NUMBERS),
    *(Raw(word) for word in ("null", "true", "false", "True", "undefined", "{}", "[]", "[[]]", "{{}}", "'a'", "")),
    *(Raw(f'"{code}"') for code in (r"\ud800", r"\udc00\ud800", r"\u0000", r"\x41", r"\u00", r"\U0001F600", "\t")),
    *(Raw("[" * depth + "]" * depth) for depth in (5, 40, 1000, 100_000)),
    *(Raw('{"a":' * depth + "1" + "}" * depth) for depth in (5, 40, 1000, 50_000)),
    *(Raw("[" * depth) for depth in (40, 200_000)),
    *WORDS,
)


def parsed(written: str) -> Any:
    """The tree of a JSON text; numbers stay as they are written."""
    return json.loads(written, object_pairs_hook=lambda pairs: Pairs(map(list, pairs)), parse_float=Raw, parse_int=Raw)


def written_json(tree: Any) -> str:
    """A tree as text, whether or not it is JSON."""
    if isinstance(tree, Raw):
        return str(tree)
    if isinstance(tree, Pairs):
        return "{" + ", ".join(f"{written_json(key)}: {written_json(value)}" for key, value in tree) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written_json, tree)) + "]"
    return json.dumps(tree, ensure_ascii=False)


def slots(tree: Any) -> list[tuple[list[Any], int]]:
    """Where values stand: (list, index), or (pairs, index) for an object's key and value together."""
    found, waiting = [], [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            found += [(each, index) for index in range(len(each))]
            waiting += [pair[1] for pair in each] if isinstance(each, Pairs) else each
    return found


def copied(tree: Any) -> Any:
    return type(tree)(map(copied, tree)) if isinstance(tree, list) else tree


def changed_tree(tree: Any, others: Sequence[Any], rng: random.Random) -> Any:
    """A tree with one to five changes; what it borrows is of `others`. Some changes are such that it stays sound."""
    root = [copied(tree)]
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        places = slots(root)
        if places:
            (change_softly if rng.random() < 0.5 else change_tree)(*rng.choice(places), others, rng)
    return root[0] if root else Raw("")


def change_softly(holder: list[Any], index: int, others: Sequence[Any], rng: random.Random) -> None:
    """Another value of the same key, other digits, another order, or one more or less of a list."""
    cell, at = (holder[index], 1) if isinstance(holder, Pairs) else (holder, index)
    if isinstance(holder, Pairs) and rng.random() < 0.7:
        same = values_by_key(rng.choice(others)).get(cell[0])
        cell[1] = copied(rng.choice(same)) if same else cell[1]
    elif isinstance(cell[at], str):
        digits = [place for place, letter in enumerate(cell[at]) if letter.isdigit()]
        if digits:
            place = rng.choice(digits)
            cell[at] = type(cell[at])(cell[at][:place] + rng.choice("0123456789") + cell[at][place + 1 :])
    elif not isinstance(holder, Pairs) and len(holder) > 1 and rng.random() < 0.5:
        del holder[index]
    elif not isinstance(holder, Pairs):
        holder.insert(rng.randrange(len(holder) + 1), copied(holder[index]))
    else:
        rng.shuffle(holder)


def values_by_key(tree: Any) -> dict[str, list[Any]]:
    """The values in a tree that each key has."""
    found = _VALUES.get(id(tree))
    if found is None:
        found = _VALUES[id(tree)] = {}
        for holder, index in slots([tree]):
            if isinstance(holder, Pairs):
                found.setdefault(holder[index][0], []).append(holder[index][1])
    return found


_VALUES: Final[dict[int, dict[str, list[Any]]]] = {}  # of the trees of seeds, which are kept


def change_tree(holder: list[Any], index: int, others: Sequence[Any], rng: random.Random) -> None:
    """Anything at all."""
    paired = isinstance(holder, Pairs)
    cell: list[Any] = holder[index] if paired else holder
    at = 1 if paired else index
    kind = rng.randrange(12)
    if kind == 0:
        del holder[index]
    elif kind == 1:
        most = SIZE_MAX // 2 // (len(written_json(holder[index])) + 2)
        copies = rng.choice((1, 1, 1, 2, 2, 50, 50, 1000, 20_000))
        holder[index:index] = [copied(holder[index]) for _ in range(max(1, min(copies, most)))]
    elif kind == 2 and paired:
        cell[0] = changed_key(cell[0], others, rng)
    elif kind == 3 and paired:
        holder.insert(rng.randrange(len(holder) + 1), [changed_key(cell[0], others, rng), copied(cell[1])])
    elif kind == 4 and paired:
        names = [f"k{number}" for number in range(rng.choice((1, 1, 40, 40, 3000, 20_000)))]
        holder += [[name, Raw("1")] for name in names * rng.choice((1, 1, 1, 2))]
    elif kind in (5, 6, 7) and isinstance(cell[at], str):
        cell[at] = changed_text(cell[at], rng)
    elif kind == 8:
        cell[at] = rng.choice(([cell[at]], Pairs([["a", cell[at]]]), [], Pairs()))
    elif kind == 9:
        there, where = rng.choice(slots([rng.choice(others)]))
        borrowed = copied(there[where])
        cell[at] = borrowed[1] if isinstance(there, Pairs) else borrowed
    elif kind == 10:
        rng.shuffle(holder)
    else:
        cell[at] = rng.choice(_JSON_ODD)


def changed_key(key: Any, others: Sequence[Any], rng: random.Random) -> Any:
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice((key[:-1], f"{key}s", key.upper(), key.replace("_", ""), f" {key}", key.title(), f"x_{key}"))
    if kind == 1:
        names = [there[where][0] for there, where in slots([rng.choice(others)]) if isinstance(there, Pairs)]
        return rng.choice(names or [key])
    return rng.choice(_JSON_ODD) if kind == 2 else changed_text(key, rng)


# --- Text, lines, cells and bytes ---------------------------------------------------------------------------------------


def changed_text(value: str, rng: random.Random) -> str:
    """A text with a number, a word or a letter of it changed; what it is stays the same (Raw or not)."""
    kind = rng.randrange(6)
    new = str(value)
    if kind in (0, 1) and (spans := list(_DIGITS.finditer(value))):
        found = rng.choice(spans)
        odd = rng.choice(INSTANTS if kind == 1 and len(found.group()) > 4 else NUMBERS)
        new = value[: found.start()] + odd + value[found.end() :]
    elif kind == 2 and (spans := list(_WORD.finditer(value))):
        found = rng.choice(spans)
        new = value[: found.start()] + rng.choice(WORDS) + value[found.end() :]
    elif kind == 3 and value:
        at = rng.randrange(len(value))
        new = value[:at] + rng.choice("0123456789.,-+eETZ:/% \t\n\x00\\\"'[]{}&*!#|>é\u200b\ud800") + value[at + 1 :]
    elif kind == 4 and value:
        lo, hi = sorted((rng.randrange(len(value)), rng.randrange(len(value))))
        new = rng.choice((value[:lo] + value[hi:], value[:hi] + value[lo:], value[lo:hi], value * 2))
    else:
        new = rng.choice(WORDS)
    return Raw(new) if isinstance(value, Raw) else new


_YAML_ODD: Final = (
    *("&a [*a]", "&a {b: *a}", "*a", "*nobody", "&a", "&a 1", "!!python/object/apply:os.system [ls]", "!!binary aGk="),
    *(
        "!!float 1",
        "! x",
        "<<: *a",
        "{<<: 1}",
        "? a",
        "? [a, b]\n: c",
        "|",
        "|\n  a\n b",
        ">-",
        "|9",
        "'",
        '"',
        "[",
        "{",
    ),
    *(
        "]",
        "[a, b",
        "{a: 1, a: 2}",
        "{a, b}",
        "{a: b: c}",
        '"\\ud800"',
        '"\\x41"',
        '"\\U0010FFFF"',
        '"\\q"',
        "@x",
        "`x",
    ),
    *("%YAML 9.9", "---", "...", "--- a", "# x", "a: b: c", "- - - a", "12:30:45", "yes", "2026-01-01 10:00", "0o17"),
    *("[" * 40 + "]" * 40, "[" * 100_000, "{a: " * 5000, "- " * 20_000, "? " * 20_000, "&a " * 100, "[a," * 100_000),
    *(
        "x" * 200_000,
        '"' + "\\\n" * 5000,
        "[" + "x, " * 60_000 + "]",
        "{" + ", ".join(f"k{n}: 1" for n in range(30_000)),
    ),
    *("\t x", "\x85", "\u2028", "\ufeff", "\x07"),
)
_BOMB: Final = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9 if before else ['x'] * 9)}]\n"
    for before, name in zip(["", *"abcdefgh"], "abcdefghi", strict=True)
)
_MANY: Final = "\n".join(f"k{number}: 1" for number in range(20_000))
_KEY: Final = re.compile(r"(\s*(?:- )*)([\w-]+)(:\s*)(.*)")


def changed_yaml(written: str, others: tuple[str, ...], rng: random.Random) -> str:
    """Lines of YAML with some of them changed, or the same values in brackets and braces."""
    tree = plain_tree(written)
    if tree is not None and rng.random() < 0.6:
        return written_json(changed_tree(tree, plain_trees(others), rng))
    lines = written.split("\n")
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at = rng.randrange(len(lines))
        found = _KEY.fullmatch(lines[at])
        kind = rng.randrange(11)
        if kind == 0:
            del lines[at]
            lines = lines or [""]
        elif kind == 1:
            lines[at:at] = [lines[at]] * rng.choice((1, 1, 2, 50, 5000))
        elif kind == 2:
            lines[at] = rng.choice((" ", "  ", "\t", "    ")) + lines[at] if rng.random() < 0.5 else lines[at].lstrip()
        elif kind in (3, 4, 5) and found:
            odd = rng.choice(_YAML_ODD) if kind == 3 else changed_text(found[4], rng)
            lines[at] = f"{found[1]}{found[2]}{found[3]}{odd}"
        elif kind == 6 and found:
            lines[at] = f"{found[1]}{changed_text(found[2], rng)}{found[3]}{found[4]}"
        elif kind == 7 and found:
            lines[at] = f"{found[1]}{found[2]}{found[3]}&a {found[4]}"
            lines.insert(rng.randrange(len(lines)), rng.choice((f"{found[1]}{found[2]}: *a", "- *a", "*a : *a")))
        elif kind == 8:
            lines[at:at] = rng.choice((_BOMB, "&a\n- *a", "---", "a: &x\n  b: *x", "<<: {a: 1}", _MANY)).split("\n")
        elif kind == 9:
            lines[at] = rng.choice(rng.choice(others).split("\n"))
        else:
            lines[at] = changed_text(lines[at], rng)
    return "\n".join(lines)


@cache
def plain_tree(written: str) -> Any:
    """The values of a YAML text, all of them texts; None where it is broken, or a trap for such a reader as this."""
    if "*" in written or "[[[" in written:
        return None
    try:
        return parsed(json.dumps(yaml.load(written, yaml.BaseLoader)))
    except (yaml.YAMLError, TypeError, ValueError):
        return None


@cache
def plain_trees(seeds: tuple[str, ...]) -> list[Any]:
    return [tree for each in seeds if (tree := plain_tree(each)) is not None]


def changed_csv(written: str, others: Sequence[str], rng: random.Random) -> str:
    """Cells, columns and rows of a table changed, or how they are told apart."""
    rows = [line.split(",") for line in written.strip().split("\n")]
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        row = rng.choice(rows)
        at = rng.randrange(len(row)) if row else 0
        kind = rng.randrange(12)
        if kind == 0:
            rows.remove(row)
            rows = rows or [[""]]
        elif kind == 1:
            where = rng.randrange(len(rows))
            rows[where:where] = [list(row) for _ in range(rng.choice((1, 1, 3, 3, 600, 10_000)))]
        elif kind == 2:
            for each in rows:
                del each[at : at + 1]
        elif kind == 3:
            times = rng.choice((1, 1, 1, 2000)) if len(rows) * len(row) < 1000 else 1
            for each in rows:
                each[at:at] = each[at : at + 1] * times
        elif kind == 4 and row:
            del row[at]
        elif kind == 5 and rows[0]:
            names = rng.choice(others).split("\n", 1)[0].split(",")
            rows[0][min(at, len(rows[0]) - 1)] = rng.choice((*names, "", "x", "Session_ID", "__index_level_0__"))
        elif kind == 6:
            name = rng.choice(("evse_power_kw", "current_a", "power_w", "activity", "time_zone", "charging_end", "vat"))
            for number, each in enumerate(rows):
                each.append(rng.choice(WORDS) if number else name)
        elif kind == 7:
            rng.shuffle(rows)
        elif kind == 8 and row:
            row[at] = rng.choice(('"', '"a', 'a"b', '""', '"a\nb"', "'a,b'", "a;b", "a\tb"))
        elif row:
            row[at] = quoted(changed_text(row[at], rng), rng)
    mark = rng.choice((",",) * 12 + (";", "\t", "|"))
    return rng.choice(("\n",) * 8 + ("\r\n", "\r")).join(mark.join(row) for row in rows)


def quoted(cell: str, rng: random.Random) -> str:
    return '"' + cell.replace('"', '""') + '"' if rng.random() < 0.3 or "," in cell or "\n" in cell else cell


def changed_bytes(data: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut, doubled and put in, or all of them in another encoding."""
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice((1, 2, 8, 100, 5000)))
        kind = rng.randrange(10)
        if kind == 0:
            data = data[:at]
        elif kind == 1:
            data = data[:at] + data[to:]
        elif kind == 2:
            data = data[:to] + data[at:]
        elif kind == 3:
            odd = (
                b"\x00",
                b"\xff",
                b"\xed\xa0\x80",
                b"\xef\xbb\xbf",
                b"\xc3",
                b"\xf5\x80\x80\x80",
                b"\r",
                b"\x1a",
                b"\n",
            )
            data = data[:at] + rng.choice(odd) + data[at:]
        elif kind == 4:
            data = rng.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\n", b"  ", b"\x1f\x8b", b"PAR1")) + data
        elif kind == 5:
            encoding = rng.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-7"))
            data = data.decode("utf-8", "replace").encode(encoding, "replace")
        elif kind == 6:
            data = rng.choice((b"", b" ", b"\n\n", b"\xef\xbb\xbf", b"\x00" * 100, data + data, data + b"\n" + data))
        elif kind == 7:
            data = data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b"")))
        elif at < to:
            flipped = bytearray(data)
            flipped[at] ^= 1 << rng.randrange(8)
            data = bytes(flipped)
    return data


# --- What is read ------------------------------------------------------------------------------------------------------

Read = Callable[[bytes, Path, random.Random], str]  # what became of it, in a word


@dataclass(frozen=True)
class Target:
    """A reader, and what it reads: good inputs, how they are changed, and what is done with them."""

    seeds: tuple[str, ...]
    form: str  # json, yaml or csv
    read: Read

    def input(self, rng: random.Random) -> bytes:
        """One of the seeds, changed."""
        seed = rng.choice(self.seeds)
        if self.form == "json":
            written = changed_json(seed, self.seeds, rng)
        else:
            change = changed_yaml if self.form == "yaml" else changed_csv
            written = change(seed, self.seeds, rng)
        data = written[:SIZE_MAX].encode("utf-8", "surrogatepass")
        return changed_bytes(data, rng)[:SIZE_MAX] if rng.random() < 0.2 else data


def changed_json(seed: str, seeds: tuple[str, ...], rng: random.Random) -> str:
    """A JSON text, or JSON lines, with some of its values changed."""
    trees = trees_of(seeds)
    mine = list(lines_of(seed))
    for index in range(len(mine)) if rng.random() < 0.3 else [rng.randrange(len(mine))]:
        mine[index] = changed_tree(mine[index], trees, rng)
    lines = list(map(written_json, mine))
    kind = rng.randrange(6)
    if kind == 0:
        lines = [*lines, *lines[:1]] * rng.choice((1, 1, 20))
    return "[" + ", ".join(lines) + "]" if kind == 1 else "\n".join(lines)


@cache
def trees_of(seeds: tuple[str, ...]) -> list[Any]:
    return [tree for each in seeds for tree in lines_of(each)]


@cache
def lines_of(written: str) -> tuple[Any, ...]:
    """The trees of a JSON text, or of its lines."""
    try:
        return (parsed(written),)
    except ValueError:
        return tuple(parsed(line) for line in written.splitlines() if line.strip())


def check(faults: Iterable[Fault]) -> None:
    """Every fault says all that it has to say, on a line that can be printed anywhere."""
    for fault in faults:
        for part in (fault.code, str(fault.place), fault.got, fault.want, fault.fix):
            assert part.strip(), f"a fault without a part: {fault!r}"
        check_text(str(fault))


def check_text(told: str) -> None:
    assert len(told) < 2000, f"a long message: {told[:300]}"
    assert told.isprintable(), f"no message to print: {told[:300]!r}"


def check_rejected(rejected: Any) -> None:
    for row in rejected.select(["code", "message", "place"]).to_pylist():
        assert all(row.values()), row
        lines = [*row["message"].splitlines(), row["place"]]  # that of a CDR has a fault a line
        assert len(lines) <= 25, f"a long message: {row['message'][:300]}"
        for line in lines:
            check_text(line)


SESSION: Final = {
    "session_id": ["S-1", "S-2", "S-3"],
    "start": ["2026-03-02T16:45:00Z", "2026-07-04T21:59:59Z", "2026-10-25T00:30:00Z"],
    "end": ["2026-03-02T17:45:00Z", "2026-07-05T05:00:00Z", "2026-10-25T03:00:00Z"],
    "time_zone": ["Europe/Amsterdam", "America/Los_Angeles", "UTC"],
    "evse_power_kw": ["50", "22", "11"],
    "connector": ["CCS", "CHAdeMO", "CCS"],
    "membership": ["gold", "", "gold"],
    "reservation_start": ["2026-03-02T16:15:00Z", None, None],
}
INTERVALS: Final = {
    "session_id": ["S-1", "S-1", "S-2"],
    "start": ["2026-03-02T16:45:00Z", "2026-03-02T17:10:00Z", "2026-07-04T22:00:00Z"],
    "end": ["2026-03-02T17:10:00Z", "2026-03-02T17:40:00Z", "2026-07-05T01:00:00Z"],
    "energy_kwh": ["12.5", "0", "64.821"],
    "current_a": ["32", "0", "48"],
}


def use(tariffs: Tariffs, rng: random.Random) -> str:
    """Price sessions by what was read, explain one, and write the tariff in other ways."""
    for each in (*tariffs.plans.values(), *tariffs.plans.coupons.values()):
        with refusals():
            rating.to_yaml(each)
    if not tariffs:
        return "read"
    names = list(tariffs)[:3]
    sessions = {**SESSION, "tariff": [rng.choice(names) for _ in SESSION["session_id"]]}
    check_rejected(rating.rate(tariffs, sessions, INTERVALS).rejected)
    tariff = tariffs[names[0]]
    ways: list[Callable[[], Any]] = [
        lambda: rating.explain(tariffs, sessions, INTERVALS, session_id="S-1"),
        lambda: rating.to_yaml(tariff),
        lambda: rating.to_ocpi_json(tariff, version=rng.choice(("2.1.1", "2.2.1", "2.3.0"))),
    ]
    for way in ways:
        with refusals():
            way()
    return "read"


@contextmanager
def refusals() -> Iterator[None]:
    """Refusals are fine, where they say what they have to."""
    try:
        yield
    except RatingError as error:
        assert error.faults
        check(error.faults)


def read_yaml(data: bytes, folder: Path, rng: random.Random) -> str:
    path = folder / "tariff.yaml"
    path.write_bytes(data)
    if rng.random() < 0.2:
        tariff = parse_tariff(data.decode("utf-8", rng.choice(("replace", "surrogateescape"))))
        return use(Tariffs((tariff,)), rng)
    found = check_files([path])
    check([*found.faults, *found.warnings])
    return use(rating.load_tariffs(path), rng)


def read_calendar(data: bytes, folder: Path, rng: random.Random) -> str:
    (folder / "calendars").mkdir(exist_ok=True)
    (folder / "calendars" / "carnival.yaml").write_bytes(data)
    path = folder / "holidays.yaml"
    path.write_text(
        "{tariff: a, currency: EUR, time_zone: Europe/Berlin, versions: [{elements: ["
        "{energy: 0.2/kWh, when: {holidays: carnival}}, {energy: 0.4/kWh}]}]}"
    )
    found = check_files([folder])
    check([*found.faults, *found.warnings])
    return use(rating.load_tariffs(path), rng)


def read_ocpi(data: bytes, folder: Path, rng: random.Random, version: str) -> str:
    told = rng.choice((None, version, version))
    if rng.random() < 0.2:
        written = data.decode("utf-8", rng.choice(("replace", "surrogateescape")))
        return use(Tariffs((rating.parse_ocpi_tariff(rng.choice((data, written)), told),)), rng)
    path = folder / rng.choice(("tariffs.json", "tariffs.jsonl"))
    path.write_bytes(data)
    found = check_files([path])
    check([*found.faults, *found.warnings])
    return use(rating.load_tariffs(path, version=told, time_zone=rng.choice((None, "Europe/Paris"))), rng)


def read_cdr(data: bytes, folder: Path, rng: random.Random) -> str:
    path = folder / "cdr.json"
    path.write_bytes(data)
    options: dict[str, Any] = {
        "version": rng.choice((None, None, None, "2.1.1", "2.2.1", "2.3.0")),
        "time_zone": rng.choice((None, None, "Europe/Paris")),
    }
    source: Any = path
    if rng.random() < 0.2:
        written = data.decode("utf-8", rng.choice(("replace", "surrogateescape")))
        source = rng.choice((data, written if written.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else data))
    compare_readers(data)
    cdrs = rating.read_cdrs(source, **options)
    check(fault for refused in cdrs.refused for fault in refused.faults)
    assert all(refused.faults for refused in cdrs.refused)
    rated = rating.rate_cdrs(cdrs)
    assert rated.sessions.num_rows + rated.rejected.num_rows == len(cdrs.batch.sessions.id) + len(cdrs.refused)
    check_rejected(rated.rejected)
    verdicts = list(rating.verify_each(source, as_cut=rng.random() < 0.2, **options))
    for verdict in verdicts:
        check(verdict.problems)
        assert verdict.text
        assert verdict.outcome != "cannot" or verdict.problems
    with refusals():
        out = rating.to_cdrs(cdrs, version=rng.choice(("2.1.1", "2.2.1", "2.3.0")))
        check((*out.refused, *out.notes))
        out.to_json_lines()
    return "read" if len(cdrs.batch.sessions.id) else "refused"


def compare_readers(data: bytes) -> None:
    """The fast reader says what the careful one says. Long inputs would be read twice more within their time."""
    if len(data) <= SIZE_MAX // 4:
        both(data)


def read_ocpp(data: bytes, folder: Path, rng: random.Random) -> str:
    path = folder / "log.jsonl"
    path.write_bytes(data)
    lines = data.split(b"\n")
    messages: Any = rng.choice((path, path, lines, [line.decode("utf-8", "surrogateescape") for line in lines]))
    version = rng.choice((None, None, None, "1.6", "2.0.1", "2.1"))
    usage = rating.read_ocpp(messages, tariff="harbour-dc", version=version, until_available=rng.random() < 0.8)
    check((*usage.faults, *usage.notes))
    check_rejected(usage.left_out)
    rated = rating.rate(house(), usage.sessions, usage.intervals)
    check_rejected(rated.rejected)
    return "read" if usage.sessions.num_rows else "refused"


@cache
def house() -> Tariffs:
    return rating.load_tariffs(ROOT / "tariffs")


def read_table(data: bytes, folder: Path, rng: random.Random, name: str) -> str:
    """A CSV file of sessions, intervals or readings, beside good ones of the others."""
    paths = {}
    for each, seeds in TABLES.items():
        paths[each] = folder / f"{each}.csv"
        paths[each].write_bytes(data if each == name else rng.choice(seeds).encode())
    usage = {each: paths[each] for each in ((name,) if name != "sessions" else rng.choice((("intervals",), ())))}
    rated = rating.rate(house(), paths["sessions"], **usage)
    check_rejected(rated.rejected)
    rated.write(folder / "out", format=rng.choice(("csv", "parquet")))
    for row in rated.sessions.slice(0, 1).to_pylist():
        rating.explain(house(), paths["sessions"], **usage, session_id=row["session_id"])
    return "read" if rated.sessions.num_rows else "refused"


TABLES: Final = {
    "sessions": (
        "session_id,tariff,start,end,energy_kwh\nS-1,harbour-dc,2026-03-02T19:45:00Z,2026-03-02T21:00:00Z,23.3\n"
        "S-2,harbor-dc,2026-03-02T09:00:00Z,2026-03-02T09:30:00Z,\n"
        "S-3,per-kwh,2026-03-29T00:30:00+01:00,2026-03-29T04:30:00+02:00,0.001\n",
        "session_id,tariff,start,end\n1,tiers,2026-03-02 09:00,2026-03-02 11:00\n2,per-kwh,2026-03-02 09:00,2026-03-03 11:00\n",
        "session_id,tariff,start,end,energy_wh,charging_end,time_zone,evse_power_kw,membership,reservation_start,"
        "reservation_expired,remark\nS-1,harbour-dc,2026-03-02T19:45:00Z,2026-03-02T21:00:00Z,23300,2026-03-02T20:45:00Z,"
        "Europe/Amsterdam,50,gold,2026-03-02T19:15:00Z,no,7\nS-2,tiers,2026-03-02T19:45:00Z,2026-03-02T21:00:00Z,0,,,,,,,\n",
    ),
    "intervals": (
        "session_id,start,end,energy_kwh\nS-1,2026-03-02T19:45:00Z,2026-03-02T20:15:00Z,20\n"
        "S-1,2026-03-02T20:15:00Z,2026-03-02T20:30:00Z,3.3\nS-2,2026-03-02T09:00:00Z,2026-03-02T09:30:00Z,11\n",
        "session_id,start,end,energy_wh,activity,power_kw,current_a\n1,2026-03-02 09:00,2026-03-02 10:00,7000,charging,7,16.5\n"
        "1,2026-03-02 10:00,2026-03-02 10:30,0,withheld,0,0\n2,2026-03-02 10:00,2026-03-02 12:00,0.125,auto,,\n",
    ),
    "readings": (
        "session_id,at,register_kwh\nS-1,2026-03-02T19:45:00Z,1000.5\nS-1,2026-03-02T20:45:00Z,1008.9\n"
        "S-2,2026-03-02T09:00:00Z,0\nS-2,2026-03-02T09:30:00Z,11\n",
        "session_id,at,register_wh,activity,current_a\n1,2026-03-02 09:00,7000,charging,16\n1,2026-03-02 10:00,9000,parked,0\n",
    ),
}  # fmt: skip


def yaml_seeds() -> tuple[str, ...]:
    good = sorted((ROOT / "tariffs").glob("*.yaml"))
    broken = sorted((ROOT / "tests" / "broken").glob("*.yaml"))
    return tuple(path.read_text(encoding="utf-8", errors="replace") for path in [*good, *good, *broken])


def ocpi_seeds(version: Any) -> tuple[str, ...]:
    """The example of the version, our own tariffs written in it, and those of its broken files that are JSON."""
    found = [{"2.1.1": CITY_211, "2.2.1": MOTORWAY_221, "2.3.0": LINES_230}[version]]
    for tariff in house().values():
        try:
            found.append(rating.to_ocpi_json(tariff, version=version))
        except RatingError:
            continue
    return tuple(found)


def ocpp_seeds(version: str) -> tuple[str, ...]:
    folder = ROOT / "tests" / "ocpp"
    if version == "1.6":
        found = [(folder / "dc_1_6.jsonl").read_text()]
        log = [*started(0, 1000), *status(10, "SuspendedEV"), *metered(30, 9000, {"value": "9.1", "unit": "kWh"})]
        log += [*stopped(60, 12500), *status(75, "Available")]
    else:
        found = [(folder / "ac_2_0_1.json").read_text()]
        unit = {"value": 1.25, "unitOfMeasure": {"unit": "kWh", "multiplier": 0}, "context": "Transaction.Begin"}
        log = [
            *event("Started", 0, 0, unit, state="Charging", **EVSE),
            *event("Updated", 1, 30, 9000, state="SuspendedEV"),
        ]
        log += [*event("Ended", 2, 60, 12500.5, info={"stoppedReason": "Local"})]
    envelopes = [{"charge_point": "CP1", "message": each, "timestamp": "2026-03-02T10:00:01Z"} for each in log]
    return (*found, json.dumps(log), "\n".join(map(json.dumps, log)), "\n".join(map(json.dumps, envelopes)))


def cdr_seeds() -> tuple[str, ...]:
    made = [text(make()) for make in MAKERS]
    response = f'{{"data": [{made[0]}, {made[1]}], "status_code": 1000, "timestamp": "2026-03-02T10:00:00Z"}}'
    return (*made, "\n".join(made), response, f"[{made[2]}, {made[3]}]", *mutants_that_are_json())


def mutants_that_are_json() -> Iterator[str]:
    for each in mutants(20, 1):
        try:
            json.loads(each)
        except ValueError:
            continue
        yield each


@cache
def targets() -> dict[str, Target]:
    """Every reader of text."""
    calendars = tuple(path.read_text(encoding="utf-8") for path in (ROOT / "tariffs" / "calendars").glob("*.yaml"))
    found = {
        "yaml": Target(yaml_seeds(), "yaml", read_yaml),
        "calendar": Target((*calendars, "calendar: carnival\ndates: [2026-02-15]"), "yaml", read_calendar),
        "cdr": Target(cdr_seeds(), "json", read_cdr),
        "ocpp-1.6": Target(ocpp_seeds("1.6"), "json", read_ocpp),
        "ocpp-2": Target(ocpp_seeds("2"), "json", read_ocpp),
    }
    for version in ("2.1.1", "2.2.1", "2.3.0"):
        found[f"ocpi-{version}"] = Target(ocpi_seeds(version), "json", partial(read_ocpi, version=version))
    for name, seeds in TABLES.items():
        found[name] = Target(seeds, "csv", partial(read_table, name=name))
    return found


# --- One input ---------------------------------------------------------------------------------------------------------


class SlowError(BaseException):
    """An input took too long; no reader's `except Exception` swallows it."""


@dataclass
class Outcome:
    """What became of an input: `word` is read, refused, crashed, slow or memory; `what` says more of the last three."""

    word: str
    seconds: float
    what: str = ""
    told: str = field(default="", repr=False)  # the traceback

    @property
    def fine(self) -> bool:
        return self.word in ("read", "refused")


def made(seed: int, target: str, number: int) -> tuple[bytes, random.Random]:
    """Input `number` of a seed, and what draws the options with which it is read."""
    rng = random.Random(f"{seed} {target} {number}")
    return targets()[target].input(rng), rng


def tried(seed: int, target: str, number: int) -> Outcome:
    """Read an input in a folder of its own, and see what happens."""
    data, rng = made(seed, target, number)
    with tempfile.TemporaryDirectory() as folder:
        return _tried(targets()[target].read, data, Path(folder), rng)


def _tried(read: Read, data: bytes, folder: Path, rng: random.Random) -> Outcome:
    peak = peak_mb()
    begun = time.process_time()
    outcome = Outcome("refused", 0)
    try:
        with time_limit():
            outcome.word = read(data, folder, rng)
    except RatingError as error:
        try:
            assert error.faults
            check(error.faults)
        except AssertionError as wrong:
            outcome = crash(wrong)
    except SlowError as error:
        outcome = crash(error)
        outcome.word = "slow"
    except MemoryError as error:
        outcome = crash(error)
        outcome.word = "memory"
    except Exception as error:
        outcome = crash(error)
    outcome.seconds = time.process_time() - begun
    if outcome.fine and outcome.seconds > SECONDS:
        outcome.word, outcome.what = "slow", "code that no signal interrupts"
    if outcome.fine and peak_mb() - peak > MEMORY_MB:
        outcome.word, outcome.what = "memory", f"{peak_mb() - peak:.0f} MB"
    return outcome


def crash(error: BaseException) -> Outcome:
    """An exception as an outcome; `what` names it and the last line of ours that it went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/rating/" in frame.filename] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    words = " ".join(str(error).split())[:300]
    told = "".join(traceback.format_exception(error, chain=False))
    return Outcome("crashed", 0, f"{type(error).__name__} at {place}: {words}", told[:2000] + told[2000:][-1000:])


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise SlowError once the process has used so much CPU; CPU, for others may share the machine."""

    def slow(*_: object) -> None:
        raise SlowError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGPROF, slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def peak_mb() -> float:
    """The most memory that the process has had so far."""
    kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kb / 1024 if sys.platform != "darwin" else kb / 2**20


# --- Many inputs, in a child -------------------------------------------------------------------------------------------


def warm_up(names: Iterable[str]) -> None:
    """Read good inputs: all that is loaded or compiled once is there before anything is measured."""
    for name in names:
        for index, each in enumerate(targets()[name].seeds[:3]):
            with refusals(), tempfile.TemporaryDirectory() as folder:
                targets()[name].read(each.encode(), Path(folder), random.Random(index))


def child(link: Any, seed: int, names: list[str], first: int) -> None:
    """Read input after input, and say of each that it begins and what became of it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warm_up(names)
    if Path("/proc/self/statm").exists():
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + (4 << 30), resource.RLIM_INFINITY))
    number = first
    link.send(("ready", number, None))
    while True:
        link.send(("begin", number, None))
        link.send(("end", number, tried(seed, names[number % len(names)], number)))
        number += 1


@dataclass
class Tally:
    """What became of the inputs of one target."""

    words: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    slowest: tuple[float, int] = (0, 0)


def fuzz(seed: int, seconds: float, names: list[str]) -> tuple[dict[str, Tally], dict[str, list[int]]]:
    """Read inputs for so long. Gives tallies by target, and the numbers of the inputs of each finding."""
    tallies = {name: Tally() for name in names}
    findings: dict[str, list[int]] = {}
    context = multiprocessing.get_context("spawn")
    number, end = 0, None
    while end is None or time.monotonic() < end:
        link, other = context.Pipe()
        process = context.Process(target=child, args=(other, seed, names, number), daemon=True)
        process.start()
        other.close()
        outcome = None
        while end is None or time.monotonic() < end:
            try:
                if not link.poll(STUCK_SECONDS):
                    outcome = Outcome("slow", STUCK_SECONDS, f"nothing for {STUCK_SECONDS} s, and no signal helps")
                    break
                what, number, outcome = link.recv()
            except EOFError:
                process.join(5)
                outcome = Outcome("crashed", 0, f"the process ended with {process.exitcode}")
                break
            if end is None:  # the first child is ready
                end = time.monotonic() + seconds
            if what == "end":
                note(seed, names[number % len(names)], number, outcome, tallies, findings)
                outcome = None
        process.kill()
        process.join()
        link.close()
        if outcome is not None:
            if end is None:
                raise RuntimeError(f"the child does not start: {outcome.what}")
            note(seed, names[number % len(names)], number, outcome, tallies, findings)
        number += 1
    return tallies, findings


def note(
    seed: int, name: str, number: int, outcome: Outcome, tallies: dict[str, Tally], findings: dict[str, list[int]]
) -> None:
    tally = tallies[name]
    tally.words[outcome.word] += 1
    tally.seconds += outcome.seconds
    tally.slowest = max(tally.slowest, (outcome.seconds, number))
    if outcome.fine:
        return
    parts = 2 if outcome.what.startswith("AssertionError at fuzz.py") else 1
    key = f"{name.partition('-')[0]} {outcome.word}: {': '.join(outcome.what.split(': ')[:parts])}"
    findings.setdefault(key, []).append(number)
    if len(findings[key]) == 1:
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = KEPT / f"{name}-{seed}-{number}.{targets()[name].form}"
        kept.write_bytes(made(seed, name, number)[0])
        print(f"\n{name}, input {number}, {outcome.word}: {outcome.what}\n{outcome.told}  {kept}", flush=True)


def again(seed: int, number: int, names: list[str]) -> int:
    """Read one input once more, in this process."""
    name = names[number % len(names)]
    data = made(seed, name, number)[0]
    print(f"{name}, {len(data)} bytes: {data[:2000]!r}")
    outcome = tried(seed, name, number)
    print(f"{outcome.told}{outcome.word}, {outcome.seconds:.3f} s {outcome.what}")
    return 0 if outcome.fine else 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Feed every reader of text with inputs that are changed at random.")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("FUZZ_SECONDS") or 60))
    seed = os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**6)
    parser.add_argument("--seed", type=int, default=int(seed), help="the same inputs for the same seed")
    parser.add_argument("--only", default=os.environ.get("FUZZ_ONLY", ""), help=f"of {', '.join(targets())}")
    parser.add_argument("--input", type=int, help="read this one only, in this process")
    args = parser.parse_args()
    names = [name for name in targets() if name.startswith(args.only)]
    if not names:
        parser.error(f"--only: no target begins with {args.only}: {', '.join(targets())}")
    if args.input is not None:
        return again(args.seed, args.input, names)
    print(f"seed {args.seed}, {args.seconds:.0f} s", flush=True)
    tallies, findings = fuzz(args.seed, args.seconds, names)
    print(f"\n{'':12}   inputs     read  refused    wrong   ms mean   ms most")
    for name, tally in tallies.items():
        count = tally.words.total()
        wrong = count - tally.words["read"] - tally.words["refused"]
        mean = 1000 * tally.seconds / max(count, 1)
        print(
            f"{name:12}{count:9,}{tally.words['read']:9,}{tally.words['refused']:9,}{wrong:9,}"
            f"{mean:10.1f}{1000 * tally.slowest[0]:10.0f}  (input {tally.slowest[1]})"
        )
    for key, numbers in findings.items():
        print(f"{len(numbers)} times {key}: inputs {', '.join(map(str, numbers[:5]))}")
    only = f" --only {args.only}" if args.only else ""
    if findings:
        print(f"look at one again: .venv/bin/python tests/fuzz.py --seed {args.seed}{only} --input {{number}}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
