"""YAML text -> a tree of nodes that know their place, with every scalar still the text that was written.

The tree is built from the parser's events. The composer of the C library is never called: it recurses, and 40,000
nested brackets end the process. No value is guessed from its look, so `17:00` stays a time and `no` stays a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rating.errors import Fault, Place
from rating.tariff.quick import quick
from rating.tariff.refusal import visible
from rating.tariff.syntax import explain_syntax, snippet
from rating.tariff.tree import Mapping, Node, Scalar, Sequence

_PLACE = quick(Place)
FILE_MAX_BYTES = 1 << 20
DEPTH_MAX = 32
# What a decimal comma leaves behind in braces: {energy: 0,40/kWh} is a key `energy` of 0, and a key `40/kWh`.
_COMMA_REST = re.compile("([0-9]{1,9})( ?[/A-Za-z%].{0,20})?")
_WHOLE = re.compile("[0-9]{1,9}")
# Keys that may be followed by a number that belongs to them as the next of a list.
_LISTS = frozenset(
    {"months", "membership", "connector", "payment_method", "tariff_type", "day_of_week", "dates", "name", "notes"}
)
NODES_MAX = 100_000  # an alias counts as many as what it stands for, so that aliases of aliases cannot explode


class _StopError(Exception):
    """The rest of the text is not read: the fault is added already."""


@dataclass(slots=True)
class Document:
    """What one text holds: its root (None where it could not be read) and the faults of its form."""

    source: str
    text: str
    root: Node | None
    faults: list[Fault]

    def place(self, node: Node) -> Place:
        """Where a node begins."""
        return _PLACE(self.source, node.line, node.column)

    def shown(self, node: Node) -> str:
        """The node as it was written, cut short, for a message."""
        if isinstance(node, Scalar) and node.plain == "" and node.style == "":
            return "(nothing)"
        if isinstance(node, Scalar) and node.style in ("", "'", '"'):
            return visible(node.plain) or node.style * 2
        end_column = 0 if isinstance(node, Scalar) else node.end_column
        return snippet(self.text, node.line, node.column, end_column=end_column)


def read_nodes(text: str, source: str = "<text>") -> Document:
    """Read one document.

    >>> document = read_nodes("start_time: 17:00\\nname: no")
    >>> document.root.plain
    {'start_time': '17:00', 'name': 'no'}
    >>> [str(fault) for fault in read_nodes("a: 1\\na: 2", "x.yaml").faults]
    ['x.yaml:2:1: duplicate_key: read `a`, expected each key once; line 1 has `a` already: keep one of the two']
    """
    builder = _Builder(source, text)
    root: Node | None = None
    try:
        root = builder.build()
    except _StopError:
        pass
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        builder.faults.append(explain_syntax(error, text, source))
    return Document(source, text, root, builder.faults)


class _Builder:
    """Turns events into nodes with a stack of its own, so that depth is a number and not the machine's stack."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.text = text
        self.faults: list[Fault] = []
        self.stack: list[Sequence | Mapping] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None
        self.count = 0

    def build(self) -> Node:
        if not self.text.strip("\ufeff \t\r\n"):
            self.stop("empty_file", 1, 1, "(nothing)", "keys and their values", "write them, or delete the file")
        # Only the parser: the loader around it would make its tables of tags for each file.
        parser = CParser(self.text)
        try:
            event = parser.get_event()
            while event is not None:
                self.take(event)
                parent = self.stack[-1] if self.stack else None
                event = self.add_texts(parent, parser.get_event) if type(parent) is Mapping else parser.get_event()
        finally:
            parser.dispose()
        if self.root is None:
            self.stop("empty_file", 1, 1, "(only comments)", "keys and their values", "write them, or delete the file")
        assert self.root is not None
        return self.root

    def take(self, event: Any) -> None:
        """Act on one event. The parser's classes have no useful types, so the node classes begin here."""
        kind = type(event)
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            self.open(event, Mapping if kind is MappingStartEvent else Sequence)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            done, end = self.stack.pop(), event.end_mark
            if end.line + 1 == done.line:
                done.end_column = end.column + 1
            if done.anchor:
                self.anchors[done.anchor] = done
            self.add(done)
        elif kind is ScalarEvent:
            mark = event.start_mark
            node = Scalar(mark.line + 1, mark.column + 1, event.value, event.style or "")
            if event.tag is not None:
                self.refuse_tag(event.tag, node.line, node.column)
            if event.anchor is not None:
                self.name(event.anchor, node, node.line, node.column)
            self.add(node)
        elif kind is AliasEvent:
            self.expand(event.anchor, event.start_mark.line + 1, event.start_mark.column + 1)
        elif kind is DocumentStartEvent and self.root is not None:
            line = event.start_mark.line + 1
            self.stop("yaml_documents", line, 1, "---", "one tariff in each file", "move what follows to its own file")

    def open(self, event: Any, shape: type[Mapping] | type[Sequence]) -> None:
        mark = event.start_mark
        node = shape(mark.line + 1, mark.column + 1)
        if len(self.stack) >= DEPTH_MAX:
            self.too_deep(node.line, node.column)
        if event.tag is not None:
            self.refuse_tag(event.tag, node.line, node.column)
        if event.anchor is not None:
            node.anchor = event.anchor
            self.name(event.anchor, None, node.line, node.column)
        self.stack.append(node)

    def add_texts(self, parent: Mapping, next_event: Callable[[], Any]) -> Any:
        """As `take` and `add`, for what nearly all nodes are: keys of a mapping, and texts that they name.

        Returns: the first event that is something else.
        """
        keys, values, plain = parent.keys, parent.values, parent.plain
        key = parent.waiting
        added, room = 0, NODES_MAX - self.count
        event = next_event()
        while type(event) is ScalarEvent and event.tag is None and event.anchor is None and added < room:
            mark: Any = event.start_mark
            text = event.value
            if key is None:
                key = Scalar(mark.line + 1, mark.column + 1, text, event.style or "")
            elif text and (name := key.plain) not in keys and name != "<<" and key.style != "refused":
                keys[name] = key
                values[name] = Scalar(mark.line + 1, mark.column + 1, text, event.style or "")
                plain[name] = text
                key = None
            else:
                break
            added += 1
            event = next_event()
        parent.waiting = key
        parent.size += added
        self.count += added
        return event

    def add(self, node: Node) -> None:
        """Put a finished node into the one that holds it."""
        self.count += 1
        if self.count > NODES_MAX:
            self.too_many(node.line, node.column)
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.size += node.size
        if node.height >= parent.height:
            parent.height = node.height + 1
        if type(parent) is Sequence:
            parent.items.append(node)
            parent.plain.append(node.plain)
        elif type(parent) is Mapping:
            key = parent.waiting
            if key is None:
                parent.waiting = node if type(node) is Scalar else self.refuse_key(node)
                return
            parent.waiting = None
            name = key.plain
            if type(node) is Scalar and not node.plain and not node.style and self.is_decimal(parent, key):
                return
            if name in parent.keys or name == "<<" or key.style == "refused":
                self.refuse_entry(parent, key)
                return
            parent.keys[name] = key
            parent.values[name] = node
            parent.plain[name] = node.plain

    def is_decimal(self, parent: Mapping, key: Scalar) -> bool:
        """Whether a key without a value is what follows a decimal comma. The value before it is mended, to go on."""
        rest = _COMMA_REST.fullmatch(key.plain)
        before = next(reversed(parent.keys), "")
        value = parent.values.get(before)
        if rest is None or type(value) is not Scalar or value.style or not _WHOLE.fullmatch(value.plain):
            return False
        if value.line != key.line:  # keys on lines of their own have no comma between them
            return False
        digits, unit = rest.group(1), rest.group(2) or ""
        if not unit and before in _LISTS:
            return False
        meant = f"{value.plain}.{digits}{unit}"
        large = f" or {visible(value.plain + digits + unit)}" if len(digits) == 3 and value.plain != "0" else ""
        want = "a decimal with a point: inside braces, a comma begins the next key"
        got = visible(f"{value.plain},{key.plain}")
        self.fault("decimal_comma", value.line, value.column, got, want, f"write {visible(meant)}{large}")
        parent.values[before] = Scalar(value.line, value.column, meant)
        parent.plain[before] = meant
        return True

    def refuse_entry(self, parent: Mapping, key: Scalar) -> None:
        name = key.plain
        if name in parent.keys:
            again = f"line {parent.keys[name].line} has `{visible(name)}` already: keep one of the two"
            self.fault("duplicate_key", key.line, key.column, visible(name), "each key once", again)
        elif key.style != "refused":
            fix = "write the keys out here"
            self.fault("yaml_merge_key", key.line, key.column, "<<", "keys that are written where they count", fix)

    def refuse_key(self, node: Node) -> Scalar:
        got = snippet(self.text, node.line, node.column)
        self.fault("yaml_key", node.line, node.column, got, "a word as the key", "write a single word before the colon")
        return Scalar(node.line, node.column, "", "refused")

    def refuse_tag(self, tag: str, line: int, column: int) -> None:
        got = snippet(self.text, line, column).split(" ")[0]
        self.fault("yaml_tag", line, column, got or tag, "a value without a YAML tag", f"delete `{got or tag}`")

    def name(self, anchor: str, node: Node | None, line: int, column: int) -> None:
        if anchor in self.anchors:
            fix = f"give one of the two another name than `&{anchor}`"
            self.fault("yaml_alias", line, column, f"&{anchor}", "each anchor name once in a file", fix)
        if node is not None:
            self.anchors[anchor] = node

    def expand(self, anchor: str, line: int, column: int) -> None:
        node = self.anchors.get(anchor)
        if node is None:
            want = f"an alias of an anchor `&{anchor}` that is complete before this line"
            self.fault("yaml_alias", line, column, f"*{anchor}", want, "write the value out here")
            node = Scalar(line, column, "", "refused")
        self.count += node.size - 1
        if len(self.stack) + node.height > DEPTH_MAX:
            self.too_deep(line, column)
        self.add(node)

    def too_deep(self, line: int, column: int) -> None:
        got = snippet(self.text, line, column, 12)
        fix = "a tariff needs fewer than 10: look for a bracket or an indent too many"
        self.stop("yaml_too_deep", line, column, got, f"at most {DEPTH_MAX} levels of nesting", fix)

    def too_many(self, line: int, column: int) -> None:
        got = snippet(self.text, line, column, 24)
        fix = "write fewer aliases, or split the file"
        self.stop("yaml_too_big", line, column, got, f"at most {NODES_MAX:,} values in a file, aliases included", fix)

    def fault(self, code: str, line: int, column: int, got: str, want: str, fix: str) -> None:
        self.faults.append(Fault(code, Place(self.source, line, column), got, want, fix))

    def stop(self, code: str, line: int, column: int, got: str, want: str, fix: str) -> None:
        self.fault(code, line, column, got, want, fix)
        raise _StopError
