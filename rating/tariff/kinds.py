"""What a file is: a tariff, a plan or a coupon. Its first key says it, wherever it stands."""

from __future__ import annotations

import difflib

from rating.errors import Fault
from rating.tariff.keys import FIRST_KEYS, keys_of
from rating.tariff.nodes import Document
from rating.tariff.refusal import visible
from rating.tariff.tree import Mapping

WANT_KIND = "a file that is one of `tariff`, `plan` and `coupon`"


def kind_of(document: Document) -> str | Fault:
    """The key that says what a document is, or why that cannot be told.

    >>> from rating.tariff.nodes import read_nodes
    >>> kind_of(read_nodes("plan: gold"))
    'plan'
    >>> print(kind_of(read_nodes("name: gold", "a.yaml")))
    a.yaml:1:1: file_kind: read `no tariff, plan or coupon`, expected a file that is one of `tariff`, `plan` and \
`coupon`; begin it with a line such as `tariff: harbour-dc`, `plan: gold` or `coupon: SPRING26`
    """
    root = document.root
    if not isinstance(root, Mapping):
        return "tariff"
    given = [key for key in root.keys if key in FIRST_KEYS]
    if len(given) > 1:
        fix = "make a file of each"
        return Fault("file_kind", document.place(root.keys[given[1]]), " and ".join(given), WANT_KIND, fix)
    if given:
        return given[0]
    if meant := _meant(root):
        return meant
    fix = "begin it with a line such as `tariff: harbour-dc`, `plan: gold` or `coupon: SPRING26`"
    return Fault("file_kind", document.place(root), "no tariff, plan or coupon", WANT_KIND, fix)


def _meant(root: Mapping) -> str:
    """What a file without its first key is: by a key that comes close to one, else by keys that one kind alone has."""
    for key in root.keys:
        tidy = visible(key).strip().lower().partition(":")[0]
        if close := difflib.get_close_matches(tidy, FIRST_KEYS, n=1, cutoff=0.7):
            return close[0]
    for kind, model in FIRST_KEYS.items():
        others = {key for other in FIRST_KEYS.values() if other is not model for key in keys_of(other)}
        if any(key in root.keys for key in keys_of(model) if key not in others):
            return kind
    return ""
