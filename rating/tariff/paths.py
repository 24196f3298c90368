"""The way from a tree of nodes to a part of it."""

from __future__ import annotations

from rating.tariff.tree import Mapping, Node, Sequence


def node_at(node: Node | None, *path: str | int) -> Node:
    """The node at a path of a tree that has been checked."""
    for part in path:
        if type(node) is Mapping:
            node = node.values[str(part)]
        else:
            assert type(node) is Sequence
            node = node.items[int(part)]
    assert node is not None
    return node
