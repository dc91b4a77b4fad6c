"""Explains, block by block, which parameters of a network do not fit. If one block differs, those after it often differ
as well.

A block is an entry of a list of lists: `stages.0.1` is block 2 of stage 1.
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
    """A block whose parameters do not fit.

    wanted: the expected parameters that the learner's block lacks, by their names in the block.
    found: the learner's parameters that were not expected, by their names in the block.
    """

    path: str
    title: str
    wanted: Shapes = field(default_factory=dict)
    found: Shapes = field(default_factory=dict)

    @property
    def difference(self) -> str:
        """The first parameter that differs. If the layer has several parameters, only the layer is named."""
        name = next(iter(self.wanted | self.found))
        if name in self.wanted and name in self.found:
            return f"`{name}` has shape {self.found[name]}, expected {self.wanted[name]}"
        layer = f"`{name.rpartition('.')[0] or name}`"
        return f"{layer} is missing" if name in self.wanted else f"{layer} is not expected"

    @property
    def halves(self) -> bool | None:
        """True if the learner's block halves the map and should not, False if it should halve the map and does not."""
        should, does = (any(name.startswith(f"{SHORTCUT}.") for name in side) for side in (self.wanted, self.found))
        return None if should == does else does


def first_block(fact: Unplaced) -> str | None:
    """Says which block differs first, and which blocks halve the map although they should not. Returns None unless two
    or more blocks explain all that does not fit."""
    blocks: dict[tuple[int, int], _Block] = {}
    for side, spec in (("wanted", fact.missing), ("found", fact.extra)):
        for name, shape in spec:
            if not (match := BLOCK.fullmatch(name)):
                return None
            i, j = int(match["i"]), int(match["j"])
            title = f"block {j + 1} of {match['list']} {i + 1} (`{match['path']}`)"
            getattr(blocks.setdefault((i, j), _Block(match["path"], title)), side)[match["rest"]] = shape
    ordered = [blocks[place] for place in sorted(blocks)]
    if len(ordered) < 2:
        return None
    sentences = [f"The first block that differs is {ordered[0].title}: {ordered[0].difference}."]
    for does, verb, shortcut in ((True, "halves the map and should not", "has a"),
                                 (False, "should halve the map and does not", "has no")):
        if (block := next((block for block in ordered if block.halves is does), None)):
            sentences.append(f"{block.title[0].upper()}{block.title[1:]} {verb}: it {shortcut} `{SHORTCUT}`.")
    return " ".join(sentences) + f" {len(ordered)} blocks differ in all."
