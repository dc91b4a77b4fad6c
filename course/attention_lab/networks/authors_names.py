"""The names that a network's authors give to its parts, and the names that the course gives them. There is one file in
`names/` for each network.

`[names]` pairs the authors' names with ours where they differ. A `*` stands for the text between two dots, or a part of
it; the first `*` on the left stands for the same text as the first one on the right. If several patterns fit the
beginning of a name, the longest one counts. `[reversed]` lists entries whose groups of channels the authors keep in the
reverse order. An entry needs no rule if it only has another shape, with the same numbers in the same order (a 1 x 1
convolution and a linear layer).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from ..checking.known.weights import canonical

FOLDER = Path(__file__).with_name("names")
COUNTER = "num_batches_tracked"  # an entry of BatchNorm: older files lack it, and in eval mode nothing depends on it
SHOWN = 3  # how many names a sentence lists if there are many


class OtherEntries(ValueError):
    """A state dict belongs to another network. The message says which entries are missing, left over or of another
    shape."""


@dataclass(frozen=True)
class Names:
    """The names in one file.

    network: the network's name in the papers' tables.
    pairs: (the authors' pattern, ours).
    reversed_entries, reversed_outputs: (the authors' pattern, the axis of the channels).
    groups: the number of groups of channels whose order is reversed.
    recorded: the outputs of the authors' code with rule-made weights.
    """

    network: str
    pairs: tuple[tuple[str, str], ...]
    reversed_entries: tuple[tuple[str, int], ...]
    reversed_outputs: tuple[tuple[str, int], ...]
    groups: int
    recorded: Mapping[str, Any]

    def theirs(self, ours: str) -> str:
        """Returns the authors' name for a module or an entry of our network."""
        found = [(our_pattern.count("."), match, pattern) for pattern, our_pattern in self.pairs
                 if (match := _begins(our_pattern, ours))]
        if not found:
            return ours
        _, match, pattern = max(found, key=lambda each: each[0])
        parts = iter(match.groups())
        return re.sub(r"\*", lambda _: next(parts), pattern) + ours[match.end():]

    def entry(self, theirs: str, tensor: Tensor) -> Tensor:
        """Returns an entry of the authors' state dict with its channels in our order, or one of our entries with its
        channels in theirs."""
        return self._turned(self.reversed_entries, theirs, tensor)

    def output(self, theirs: str, tensor: Tensor) -> Tensor:
        """Returns an output of one of our modules with its channels in the authors' order. theirs: the authors' name of
        the module."""
        exact = tuple((pattern, axis) for pattern, axis in self.reversed_outputs
                      if pattern.count(".") == theirs.count("."))
        return self._turned(exact, theirs, tensor)

    def _turned(self, patterns: tuple[tuple[str, int], ...], name: str, tensor: Tensor) -> Tensor:
        for pattern, axis in patterns:
            if _begins(pattern, name) and tensor.ndim:  # a counter has no channels
                return tensor.unflatten(axis, (self.groups, -1)).flip(axis).flatten(axis, axis + 1)
        return tensor

    def placed(self, network: nn.Module, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Returns our network's state dict with the authors' entries in it.

        Raises OtherEntries if entries are missing, left over or of another shape, and names them. BatchNorm's counters
        may be missing.
        """
        targets = {self.theirs(name): (name, target) for name, target in network.state_dict().items()}
        missing = [name for name in targets.keys() - state.keys() if not name.endswith(COUNTER)]
        left_over = [name for name in state.keys() - targets.keys() if not name.endswith(COUNTER)]
        shapes = [f"{name} is {tuple(state[name].shape)}, not {tuple(target.shape)}"
                  for name, (_, target) in targets.items()
                  if name in state and canonical(state[name].shape) != canonical(target.shape)]
        problems = [_listed(names, one, many) for names, one, many in (
            (missing, "is missing", "are missing"), (left_over, "has no place in the network",
                                                     "have no place in the network"),
            (shapes, "has another shape", "have another shape")) if names]
        if problems:
            raise OtherEntries("; ".join(problems))
        return {ours: self.entry(name, state[name]).reshape(target.shape) for name, (ours, target) in targets.items()
                if name in state}

    def load(self, network: nn.Module, state: Mapping[str, Tensor]) -> None:
        """Copies the authors' entries into our network. Raises OtherEntries, as `placed` does; then nothing has been
        copied."""
        network.load_state_dict(self.placed(network, state), strict=False)


def _begins(pattern: str, name: str) -> re.Match[str] | None:
    """Returns a match if a dotted name begins with a pattern, compared part by part."""
    return re.match(re.escape(pattern).replace(r"\*", "([^.]*)") + r"(?=\.|$)", name)


def _listed(names: list[str], one: str, many: str) -> str:
    """Returns how many entries there are of a kind, with the first of their names."""
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (
        f"{len(names)} {f'entry {one}' if len(names) == 1 else f'entries {many}'}:"
        f" {', '.join(sorted(names)[:SHOWN])}{rest}"
    )


def read(path: Path) -> Names:
    """Reads the names from a file."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    turned = found.get("reversed", {"groups": 1, "entries": {}, "outputs": {}})
    return Names(found["network"], tuple(found["names"].items()), tuple(turned["entries"].items()),
                 tuple(turned["outputs"].items()),
                 turned["groups"], found["recorded"])


@cache
def known() -> dict[str, Names]:
    """Returns the names of every network that has a file, by the network's name in the papers' tables."""
    return {names.network: names for names in map(read, sorted(FOLDER.glob("*.toml")))}


def outputs(network: nn.Module, names: Names, x: Tensor, wanted: list[str]) -> dict[str, Tensor]:
    """Returns what our network computes for x: `logits`, and the output of each module in `wanted`.

    A module that was never called, or whose output is not a tensor, is left out. In a list of modules, the last one
    counts.

    wanted: the authors' names of the modules.
    """
    found: dict[str, Tensor] = {}
    modules = {names.theirs(ours): module for ours, module in network.named_modules()}

    def keep(name: str) -> Any:
        def hook(module: nn.Module, given: Any, made: Any) -> None:
            if isinstance(made, Tensor):
                found[name] = names.output(name, made.detach())
        return hook

    hooks = [_last(modules[name]).register_forward_hook(keep(name)) for name in wanted if name in modules]
    try:
        return found | {"logits": network(x)}
    finally:
        for each in hooks:
            each.remove()


def _last(module: nn.Module) -> nn.Module:
    return _last(module[-1]) if isinstance(module, nn.ModuleList) and len(module) else module
