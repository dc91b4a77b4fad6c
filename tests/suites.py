"""Which test belongs to which suite. Nothing is chosen by chance, by the day or by the commit.

`make quick`    files that are marked `quick`: a minute of computing, after each small change
`make test`     all that is not marked `nightly`: what a change is most likely to break, once each
`make nightly`  everything, one folder after the other; each folder mirrors the room that it tests

A list that is too long for `make test` gives it a few of each group (`few`), always the same ones.
"""

import os
from collections.abc import Callable, Hashable, Iterable
from itertools import groupby
from typing import Any

import pytest

NIGHTLY = os.environ.get("SUITE") == "nightly"
# How many: (in `make test`, in a nightly run).
COUNTS = {"corrupted notebooks": (12, 600), "corrupted notebooks in a class": (5, 100)}


def count(what: str) -> int:
    """How many of these to try. KeyError for what COUNTS does not have."""
    return COUNTS[what][NIGHTLY]


def few(items: Iterable[Any], most: int, group: Callable[[Any], Hashable], name: Callable[[Any], str]) -> list[Any]:
    """Items as parameters of a test: of each group, which follow one another, at most so many in `make test`, spread
    over it; the others are nightly. name: of an item, in the test's id."""
    found = []
    for _, members in groupby(items, group):
        each = list(members)
        chosen = {len(each) * number // most for number in range(most)}
        found += [pytest.param(item, id=name(item),
                               marks=[] if len(each) <= most or place in chosen else [pytest.mark.nightly])
                  for place, item in enumerate(each)]
    return found
