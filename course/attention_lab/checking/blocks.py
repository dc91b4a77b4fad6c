"""A network's parameters that do not fit, told block by block: where one block differs, those after it often differ as
well.

A block is what a list of lists holds, `stages.0.1`: block 2 of stage 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .facts import Unplaced

BLOCK = re.compile(r"(?P<path>(?P<list>\w+?)s\.(?P<i>\d+)\.(?P<j>\d+))\.(?P<rest>.+)")
SHORTCUT = "downsample"  # the shortcut of a block that halves the map
Shapes = dict[str, tuple[int, ...]]  # by the parameter's name in its block


@dataclass
class _Block:
    """wanted, found: the parameters that have no place in the learner's block, and those that have no value, by
    their names there."""

    path: str
    title: str
    wanted: Shapes = field(default_factory=dict)
    found: Shapes = field(default_factory=dict)

    @property
    def difference(self) -> str:
        """The first parameter that differs; a layer of several is named alone."""
        name = next(iter(self.wanted | self.found))
        if name in self.wanted and name in self.found:
            return f"`{name}` has shape {self.found[name]}, expected {self.wanted[name]}"
        layer = f"`{name.rpartition('.')[0] or name}`"
        return f"{layer} is missing" if name in self.wanted else f"{layer} is not expected"

    @property
    def halves(self) -> bool | None:
        """Does the learner's block halve the map where it should not (True), or keep it where it should halve it
        (False)?"""
        should, does = (any(name.startswith(f"{SHORTCUT}.") for name in side) for side in (self.wanted, self.found))
        return None if should == does else does


def told(fact: Unplaced) -> str | None:
    """Which block differs first, and which blocks halve the map that should not.
    None where two blocks or more do not explain it all."""
    found: dict[tuple[int, int], _Block] = {}
    for side, spec in (("wanted", fact.missing), ("found", fact.extra)):
        for name, shape in spec:
            if not (match := BLOCK.fullmatch(name)):
                return None
            i, j = int(match["i"]), int(match["j"])
            title = f"block {j + 1} of {match['list']} {i + 1} (`{match['path']}`)"
            getattr(found.setdefault((i, j), _Block(match["path"], title)), side)[match["rest"]] = shape
    ordered = [found[place] for place in sorted(found)]
    if len(ordered) < 2:
        return None
    said = [f"the first block that differs is {ordered[0].title}: {ordered[0].difference}."]
    for does, verb, shortcut in ((True, "halves the map and should not", "has a"),
                                 (False, "should halve the map and does not", "has no")):
        if (block := next((block for block in ordered if block.halves is does), None)):
            said.append(f"{block.title[0].upper()}{block.title[1:]} {verb}: it {shortcut} `{SHORTCUT}`.")
    return " ".join(said) + f" {len(ordered)} blocks differ in all."
