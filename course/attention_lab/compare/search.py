"""In which published form, behind which conventions, or with which fault a module gives what is recorded.

The first call finds candidates: their module, with what was stripped of it, gets the weights of each recorded form;
its output, with a shortcut undone, is looked up among the digests. Every other call then decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import permutations, product
from typing import Any

import torch
from torch import Tensor, nn

from ..checking.known import weights
from . import record
from .interface import Adapter, Build, adapters

# What may be done to an output, and what it then means that ours comes out
Undo = Callable[[Tensor, Tensor], Tensor]
SHORTCUTS: dict[str, Undo] = {
    "": lambda y, x: y,
    "yours adds its input at the end, which ours leaves to the network around it": lambda y, x: y - x,
    "ours adds its input at the end, and yours does not": lambda y, x: y + x,
    "yours returns the gate, and ours the gate times the input": lambda y, x: y * x,
}
MOST = {"forms": 2 * weights.LIMIT, "faults": 24}  # placements that are tried, of each set of weights
ANCHORS = 3
AXES, LETTERS = ("layer", "head", "width"), "qkv"


@dataclass(frozen=True)
class Way:
    """One reading of a module. form: what is recorded of it. layout: how the rows of a fused layer are ordered."""

    form: dict[str, Any]
    fault: bool
    stripped: tuple[str, ...]
    shortcut: str
    layout: tuple[str, Any]
    adapter: Adapter
    choice: int
    near: bool = False
    differs: tuple[str, ...] = ()  # the calls in which it gives something else
    right: int = 0
    only: str = ""  # "gradients" or "training", where the outputs agree and that does not
    names: dict[str, str] = field(default_factory=dict)

    @property
    def rank(self) -> tuple:
        """Whole explanations come first; then what is published; then those that undo least."""
        said = bool(self.form["says"]) + bool(self.form.get("also"))
        moved = self.only == "statistics"  # with another momentum
        undone = len(self.stripped) + bool(self.shortcut) + bool(self.layout[0]) + self.near + moved
        return bool(self.differs), bool(self.only) and not moved, self.fault, undone + said, -self.right


@dataclass
class Subject:
    """Their module, and the sizes in which it is asked. errors: what it raised, by call."""

    build: Build
    known: dict[str, Any]
    sizes: list[int] = field(default_factory=list)
    ways_in: list[Adapter] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    frozen: set[str] = field(default_factory=set)
    unused: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Finds which calls run. A size is left out if it gives an argument that theirs does not know."""
        here = self.known["defaults"]
        self.sizes = [i for i, size in enumerate(self.known["sizes"]) if all(
            ours in self.build.named or value == here.get(ours) for ours, value in size["construct"].items())] or [0]
        for i in list(self.sizes):
            for call, shape in zip(self.known["sizes"][i]["calls"], (seen[0] for seen in self._recorded(i))):
                try:
                    found = list(adapters(self.made(i), record.draw_inputs(call), shape))
                    self.ways_in = self.ways_in or found
                except Exception as error:  # their code may raise anything
                    if None in self.known["sizes"][i]["construct"].values() and self.sizes != [i]:  # only ours takes it
                        self.sizes = [size for size in self.sizes if size != i]
                        break
                    self.errors[record.label(call)] = f"{type(error).__name__}: {str(error)[:300] or 'no message'}"

    def _recorded(self, size: int) -> list:
        return self.known["forms"][0]["built"]["plain"][size]["calls"]

    def calls(self, size: int) -> Iterator[tuple[int, str, list[Any]]]:
        for i, call in enumerate(self.known["sizes"][size]["calls"]):
            if record.label(call) not in self.errors:
                yield i, record.label(call), record.draw_inputs(call)

    def anchors(self, kind: str) -> list[tuple[int, int, list[Any]]]:
        """Returns the calls that find candidates: the first of each size, and those with few numbers."""
        calls = [(size, number, inputs) for size in self.sizes for number, _, inputs in self.calls(size)
                 if kind == "forms" or size < 2 and number == 0]
        return sorted(calls, key=lambda call: (call[1], call[2][0].numel()))[:ANCHORS]

    def made(self, size: int, stripped: tuple[str, ...] = ()) -> nn.Module:
        """Builds it in one of the sizes, in float64, without what it never uses."""
        of = self.known["sizes"][size]
        first = of["calls"][0][0]
        module = self.build(of["construct"], first[1] if len(first) == 4 else first[-1]).double().eval()
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad:
                self.frozen.add(name)
                parameter.requires_grad_()
        if self.ways_in and size not in self.unused:
            inputs = record.draw_inputs(of["calls"][0])
            self.unused[size] = unused(module, partial(self.ways_in[0].call, module, *inputs))
        for name in self.unused.get(size, ()):
            holder, _, child = name.rpartition(".")
            setattr(module.get_submodule(holder), child, nn.Identity())
        return record.strip(module, stripped)


def unused(module: nn.Module, run: Callable[[], Tensor]) -> set[str]:
    """Returns the names of the layers that a call never uses."""
    called: set[nn.Module] = set()
    hooks = [layer.register_forward_pre_hook(lambda layer, _: called.add(layer)) for layer in module.modules()]
    parameters = dict(module.named_parameters())
    try:
        found = torch.autograd.grad(run().sum(), list(parameters.values()), allow_unused=True)
    except Exception:  # without a gradient, or in a size that does not run, nothing is known
        return set()
    finally:
        for hook in hooks:
            hook.remove()
    dead = {name for name, pulled in zip(parameters, found) if pulled is None}
    gone = {name for name, layer in module.named_modules() if name and layer not in called
            and (own := [f"{name}.{each}" for each, _ in layer.named_parameters()]) and dead.issuperset(own)}
    return {name for name in gone if name.rpartition(".")[0] not in gone}


def layouts(known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields the orders in which the rows of a fused layer may lie: words, and (layer, order of axes, order of parts).
    The published one comes first."""
    yield "", None
    for layer, (shape, *_) in known["rows"].items():
        parts = LETTERS[-shape[0]:]
        for axes, order in product(permutations(range(3)), permutations(range(shape[0]))):
            if (axes, order) != ((0, 1, 2), tuple(range(shape[0]))):
                said = f"the rows of your fused layer are ordered by {', '.join(AXES[axis] for axis in axes)}, with " \
                       f"{', '.join(parts[i] for i in order)}; ours by {', '.join(AXES)}, with {', '.join(parts)}"
                yield said, (layer, axes, order)


def arranged(state: dict[str, Tensor], layout: Any, known: dict[str, Any], size: int) -> dict[str, Tensor]:
    """Returns the weights in which the rows of a fused layer have another order."""
    if not layout:
        return state
    layer, axes, order = layout
    shape = known["rows"][layer][size]

    def turned(tensor: Tensor) -> Tensor:
        rows = tensor.unflatten(0, shape)[list(order)]
        return rows.permute(*axes, *range(3, rows.dim())).flatten(0, 2)
    return {name: turned(tensor) if name.startswith(f"{layer}.") else tensor for name, tensor in state.items()}


def find(subject: Subject) -> list[Way]:
    """Returns the readings of a module that the first call allows, each judged by all calls; the best comes first."""
    found: list[Way] = []
    for kind, most in MOST.items():
        for layout in layouts(subject.known) if kind == "forms" else [("", None)]:
            if layout[0] and found:
                break
            # a fault is looked for in the plain call alone: two wrongs would make a right
            for adapter, stripped in product(subject.ways_in[:None if kind == "forms" else 1], record.STRIPPED):
                for anchor in subject.anchors(kind):
                    for way in _candidates(subject, kind, adapter, stripped, layout, most, *anchor):
                        found.append(judged(subject, way))
                        if not found[-1].differs and not found[-1].only:
                            break
                    if any(not any(way.rank[:4]) for way in found):
                        return sorted(found, key=lambda way: way.rank)  # the same
                    if found:
                        break
            if any(not way.differs for way in found):
                return sorted(found, key=lambda way: way.rank)
    return sorted(found, key=lambda way: way.rank)


def _candidates(subject: Subject, kind: str, adapter: Adapter, stripped: tuple[str, ...], layout: tuple[str, Any],
                most: int, size: int, number: int, inputs: list[Any]) -> Iterator[Way]:
    """Yields the readings that the first call allows."""
    known = subject.known
    by_spec: dict[int, list[tuple[dict[str, Any], Any]]] = {}
    for form in known[kind]:
        built = record.recorded_way(form["built"], stripped)
        if size < len(built) and number < len(built[size]["calls"]):
            by_spec.setdefault(built[size]["spec"], []).append((form, built[size]["calls"][number]))
    for spec, forms in by_spec.items():
        state = arranged(record.draw_weights(known["specs"][spec]), layout[1], known, size)
        with suppress(Exception):  # weights that have no place, or a module that cannot be stripped
            module = subject.made(size, stripped)
            for choice in in_turns(record.place(module, state).count, most):
                record.place(module, state, choice)
                with torch.no_grad():
                    output = adapter.call(module, *inputs)
                for words, tensor in _undone(output, inputs[0]) if kind == "forms" else [("", output)]:
                    digest = record.digest(tensor)
                    for form, (shape, expected, *_) in forms:
                        if shape == list(tensor.shape) and (far := record.distance(digest, expected)) <= record.NEAR:
                            yield Way(form, kind == "faults", stripped, words, layout, adapter, choice,
                                      kind == "forms" and far > record.SAME)


def in_turns(count: int, most: int) -> list[int]:
    """Returns the numbers of placements in the order in which they are tried: where matrices may lie transposed, the
    first placement with each orientation comes before the second."""
    return sorted(range(count), key=lambda choice: choice % weights.LIMIT)[:most]


def _undone(output: Tensor, x: Tensor) -> Iterator[tuple[str, Tensor]]:
    for words, undo in SHORTCUTS.items():
        with suppress(RuntimeError):  # shapes of which nothing can be added
            yield words, undo(output, x)


def judged(subject: Subject, way: Way) -> Way:
    """Returns a reading with the calls in which it is wrong."""
    differs, right, near, only, names = [], 0, way.near, "", way.names
    for size in subject.sizes:
        built = record.recorded_way(way.form["built"], way.stripped)
        if size >= len(built):
            continue
        best: tuple | None = None
        for choice in [way.choice, *range(2 * weights.LIMIT)]:
            try:
                seen = _asked(subject, way, size, built[size], choice)
            except Exception as error:
                best = best or ([label for _, label, _ in subject.calls(size)], False, "", 0, {}, 0)
                if isinstance(error, weights.Unplaced):
                    break
                continue
            best = min(filter(None, (best, seen)), key=lambda each: (len(each[0]), bool(each[2])))
            if not best[0] and not best[2] or choice + 1 >= seen[5]:
                break
        assert best
        differs += best[0]
        near, only, right, names = near or best[1], only or best[2], right + best[3], names or best[4]
    return replace(way, differs=tuple(differs), right=right, near=near, only=only, names=names)


def _asked(subject: Subject, way: Way, size: int, built: dict[str, Any], choice: int) -> tuple:
    """Puts all calls of a size. Returns the calls that differ, whether one was only near, what else differs, how many
    were right, the names, and the number of placements."""
    module = subject.made(size, way.stripped)
    state = record.draw_weights(subject.known["specs"][built["spec"]])
    placed = record.place(module, arranged(state, way.layout[1], subject.known, size), choice)
    undo, differs, near, only, right = SHORTCUTS[way.shortcut], [], False, "", 0

    def run(*inputs: Any) -> Tensor:
        return undo(way.adapter.call(module, *inputs), inputs[0])

    for i, label, inputs in subject.calls(size):
        if i >= len(built["calls"]):
            continue
        shape, expected, *pulled = built["calls"][i]
        with torch.no_grad():
            output = run(*inputs)
        far = record.distance(record.digest(output), expected) if list(output.shape) == shape else float("inf")
        if far > record.NEAR:
            differs.append(label)
            continue
        near, right = near or not way.fault and far > record.SAME, right + 1
        if pulled and record.distance(record.digest(record.gradient(module, inputs, run)[1]), pulled[0]) > record.NEAR:
            only = "gradients"
    numbers = [i for i, _, _ in subject.calls(size)]
    if "training" in built and not differs and not only and 0 in numbers:
        inputs = next(subject.calls(size))[2]
        for mode, expected in zip((True, False), built["training"]):
            with torch.no_grad():
                module.train(mode)
                if record.distance(record.digest(run(*inputs)), expected) > record.NEAR:
                    only = only or ("training" if mode else "statistics")
    return differs, near, only, right, placed.names, placed.count
