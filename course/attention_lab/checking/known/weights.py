"""Places the reference's weights in a learner's module: by name, or, if names differ, by structure and order of
definition.

The parameters of a layer (`fc1.weight`, `fc1.bias`) form a *unit*; a bare `nn.Parameter` is a unit of its own. Units of
equal shapes are interchangeable as far as one can tell from names and shapes. So there are several candidates for a
placement, and the result decides between them. Whole sub-modules are permuted before single layers are. A 1x1
convolution and a linear layer with the same numbers count as the same unit.

Several layers may be one, as q, k and v often are. Where one side has one layer, and the other has as many layers as
it has parts, it is cut along its rows, and each part is a unit: `qkv/1:3.weight` is the second of three.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from itertools import chain, combinations, islice, permutations

import torch
from torch import Tensor, nn

MATRICES = 3  # up to so many bare matrices may be transposed one by one; if there are more, all or none of them are
PARTS = 3, 2  # one layer may stand for so many
LIMIT = 120  # at most so many candidate placements are tried: 5!, enough for five equal layers under new names
STATISTICS = {"running_mean", "running_var", "num_batches_tracked"}
LAYER = {"weight", "bias"} | STATISTICS
PIECE = re.compile(r"/(\d):(\d)")
Spec = list[tuple[str, tuple[int, ...]]]  # (dotted name, shape) in definition order


class Unplaced(Exception):
    """The weights do not fit. missing: parameters of the reference that have no place. extra: parameters of the learner
    that get no value."""

    def __init__(self, missing: Spec, extra: Spec):
        super().__init__(f"no place for {missing}; no value for {extra}")
        self.missing, self.extra = missing, extra


def canonical(shape: Sequence[int]) -> tuple[int, ...]:
    """Returns `shape` without trailing axes of size 1, so that the weights of a 1x1 convolution and of a linear layer
    are equal.

    A single number is the same with any number of axes.
    """
    shape = tuple(shape)
    while shape and shape[-1] == 1:
        shape = shape[:-1]
    return shape


@dataclass
class Node:
    """A module of the tree: its own unit, if it has one, and its children in order of definition."""

    path: str
    tensors: dict[str, tuple[int, ...]] = field(default_factory=dict)  # local name -> canonical shape
    children: dict[str, Node] = field(default_factory=dict)

    def units(self) -> list[Node]:
        own = [Node(self.path, self.tensors)] if self.tensors else []
        return own + [unit for child in self.children.values() for unit in child.units()]

    def own(self) -> tuple:
        """Returns what must be equal for the units of two nodes to be interchangeable. The name of a single tensor does
        not count."""
        return (
            tuple(sorted(self.tensors.items()))
            if len(self.tensors) > 1
            else tuple(("", s) for s in self.tensors.values())
        )

    def signature(self) -> tuple:
        """Returns what must be equal for two nodes to be interchangeable."""
        below = Counter(unit.signature() for child in self.children.values() for unit in child.units())
        return self.own(), tuple(sorted(below.items(), key=repr))

    def inner(self) -> Node:
        """Returns this node without wrappers: the first node from here down that has a unit or more than one child."""
        return next(iter(self.children.values())).inner() if not self.tensors and len(self.children) == 1 else self


def tree(spec: Spec, bare: bool = False) -> Node:
    """Returns the modules of `spec` and their units. bare: True makes every tensor a unit of its own."""
    root = Node("")
    for name, shape in spec:
        *path, local = name.split(".")
        if bare or local not in LAYER:  # a bare parameter is a unit of its own
            path, local = [*path, local], ""
        node = root
        for part in path:
            node = node.children.setdefault(part, Node(f"{node.path}.{part}".lstrip(".")))
        node.tensors[local] = canonical(shape)
    return root


def _pair_lists(left: list[Node], right: list[Node]) -> Iterator[list[tuple[Node, Node]]]:
    """Yields pairings of two lists with equal signatures. Equal names stay together; the others are paired in order,
    then permuted.

    A number does not count as a name, because it is only a place in a Sequential. In another answer, the Sequential may
    also hold the activations. `weight` is not a name either.
    """
    fixed, rest_left, rest_right = [], _by_last_names(left), _by_last_names(right)
    for name, node in list(rest_left):
        twin = next((o for o in rest_right if o[0] == name and o[1].signature() == node.signature()), None)
        if twin and not name.isdigit() and name not in LAYER:
            fixed.append((node, twin[1]))
            rest_left.remove((name, node))
            rest_right.remove(twin)
    groups: dict[tuple, tuple[list[Node], list[Node]]] = {}
    for side, rest in enumerate((rest_left, rest_right)):
        for _, node in rest:
            groups.setdefault(node.signature(), ([], []))[side].append(node)
    for choice in _together([list(islice(permutations(theirs), LIMIT)) for _, theirs in groups.values()]):
        yield fixed + [pair for (mine, _), theirs in zip(groups.values(), choice) for pair in zip(mine, theirs)]


def _together(options: list[list]) -> Iterator[tuple]:
    """Yields tuples with one item of each list. The tuple of all first items comes first, then that of all second
    items, and so on, because sub-modules of one class are renamed alike. The other tuples follow, and those with the
    fewest steps away from the first items come first."""
    alike = dict.fromkeys(tuple(i % len(each) for each in options) for i in range(max(map(len, options), default=1)))
    others = (choice for choice in _outwards([len(each) for each in options]) if choice not in alike)
    for choice in chain(alike, others):
        yield tuple(each[i] for each, i in zip(options, choice))


def _outwards(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """Yields every tuple of indices below `sizes`, in the order of their sums."""
    start = (0,) * len(sizes)
    waiting, met = [(0, start)], {start}
    while waiting:
        total, choice = heappop(waiting)
        yield choice
        for i, size in enumerate(sizes):
            step = (*choice[:i], choice[i] + 1, *choice[i + 1:])
            if step[i] < size and step not in met:
                met.add(step)
                heappush(waiting, (total + 1, step))


def _in_turns(streams: list[Iterator]) -> Iterator:
    """Yields the first item of every stream, then the second item of every stream, and so on."""
    while streams:
        alive = []
        for stream in streams:
            for item in islice(stream, 1):
                alive.append(stream)
                yield item
        streams = alive


def _match(left: Node, right: Node) -> Iterator[list[tuple[Node, Node]]]:
    """Yields pairings of the units of two trees with equal signatures. Whole sub-modules are permuted before their
    content is."""
    left, right = left.inner(), right.inner()
    a, b = list(left.children.values()), list(right.children.values())
    own = [(Node(left.path, left.tensors), Node(right.path, right.tensors))] if left.tensors else []
    if left.own() != right.own():  # bare parameters on one side, a layer on the other
        a, b, own = left.units(), right.units(), []
    if Counter(n.signature() for n in a) == Counter(n.signature() for n in b):
        yield from _in_turns([_below(own, pairs) for pairs in islice(_pair_lists(a, b), LIMIT)])
    else:  # nested in another way: pairs the sub-modules that both have, and for the rest the layers themselves
        whole = _shared(a, b)
        parts = [[n for n in nodes if n.signature() in whole] for nodes in (a, b)]
        rest = [[unit for n in nodes if n.signature() not in whole for unit in n.units()] for nodes in (a, b)]
        modules = _in_turns([_below(own, pairs) for pairs in islice(_pair_lists(*parts), LIMIT)])
        layers = islice(_pair_lists(*rest), LIMIT)
        yield from (left_units + more for left_units, more in _together([list(islice(modules, LIMIT)), list(layers)]))


def _shared(a: list[Node], b: list[Node]) -> set[tuple]:
    """Returns the signatures that two lists hold equally often. Only modules with several layers count."""
    mine, theirs = (Counter(n.signature() for n in nodes if len(n.units()) > 1) for nodes in (a, b))
    return {signature for signature, count in mine.items() if theirs[signature] == count}


def _by_last_names(nodes: list[Node]) -> list[tuple[str, Node]]:
    return [(node.path.rpartition(".")[2], node) for node in nodes]


def _below(own: list[tuple[Node, Node]], pairs: list[tuple[Node, Node]]) -> Iterator[list[tuple[Node, Node]]]:
    """Yields the pairings of the units below paired children."""
    for parts in _together([list(islice(_match(x, y), LIMIT)) for x, y in pairs]):
        yield own + [unit for part in parts for unit in part]


def placements(reference: Spec, learner: Spec) -> list[dict[str, str]]:
    """Returns candidate maps {learner's name: reference's name}, with the most likely first, and at most LIMIT of them.

    Raises Unplaced if the names and shapes do not fit at all.
    """
    kinds: dict[tuple[int, ...], int] = {}  # only which shapes are equal matters, and that is alike in most cases
    alike = [tuple((name, (2 + kinds.setdefault(canonical(shape), len(kinds)),)) for name, shape in spec)
             for spec in (reference, learner)]
    if found := _candidates(*alike):
        return found
    raise Unplaced(*_unmatched(tuple(reference), tuple(learner)))


@lru_cache(maxsize=64)  # every case asks for the same ones again
def _candidates(reference: tuple, learner: tuple) -> list[dict[str, str]]:
    """Returns the same as placements; empty if the names and shapes do not fit at all."""
    ours, theirs = dict(reference), dict(learner)
    if len(ours) == len(theirs) == sum(theirs.get(name) == shape for name, shape in ours.items()):
        return [{name: name for name in ours}]  # in this order, because the last name of a tensor with two names counts
    for bare in (False, True):  # layers; or, where a layer was written out as bare parameters, every tensor by itself
        left, right = tree(list(reference), bare), tree(list(learner), bare)
        if Counter(u.signature() for u in left.units()) == Counter(u.signature() for u in right.units()):
            return [_names(pairs) for pairs in islice(_match(left, right), LIMIT)]
    return []


def _names(pairs: list[tuple[Node, Node]]) -> dict[str, str]:
    return {_full(mine, m): _full(unit, u) for unit, mine in pairs
            for u, m in (zip(unit.tensors, mine.tensors) if len(unit.tensors) == 1 else ((n, n) for n in unit.tensors))}


def _full(unit: Node, local: str) -> str:
    return f"{unit.path}.{local}".strip(".")


def _unmatched(reference: tuple, learner: tuple) -> tuple[Spec, Spec]:
    """Returns what is left on each side when equal names, then equal layers, then equal shapes are taken away.

    If that would call a name missing or unexpected although both sides have it, names on both sides are compared only
    by shape.
    """
    ours, theirs = dict(reference), dict(learner)
    fits = {name for name in ours if name in theirs and canonical(ours[name]) == canonical(theirs[name])}
    both = ours.keys() & theirs.keys() - fits
    missing, extra = _left_over(reference, learner, fits, set())
    if both & ({name for name, _ in missing} ^ {name for name, _ in extra}):
        missing, extra = _left_over(reference, learner, fits, both)
    return missing, extra


def _left_over(reference: tuple, learner: tuple, fits: set[str], bound: set[str]) -> tuple[Spec, Spec]:
    """Returns what is left on each side, see _unmatched. bound: names that are not paired with other names."""
    left, right = ([unit for unit in tree(list(spec)).units()
                    if not fits.issuperset(_full(unit, t) for t in unit.tensors)]
                   for spec in (reference, learner))
    for unit in [unit for unit in left if bound.isdisjoint(_full(unit, t) for t in unit.tensors)]:
        twin = next((other for other in right if other.signature() == unit.signature()
                     and bound.isdisjoint(_full(other, t) for t in other.tensors)), None)
        if twin:
            left.remove(unit)
            right.remove(twin)
    missing, spare = ([(name, tuple(shape)) for name, shape in spec
                       if name in {_full(u, t) for u in units for t in u.tensors} - fits]
                      for units, spec in ((left, reference), (right, learner)))
    extra = []
    for name, shape in spare:
        place = next((m for m in missing if canonical(m[1]) == canonical(shape) and bound.isdisjoint((name, m[0]))),
                     None)
        missing.remove(place) if place else extra.append((name, shape))
    return missing, extra


def _cuts(spec: Spec, whole: Spec, parts: Spec) -> Iterator[Spec]:
    """Yields specs in which layers among `whole` are cut, if `parts` has as many of their parts; then, if it is one
    layer, those in which another one of its size is cut."""
    there = Counter(canonical(shape) for _, shape in parts)
    pieces: dict[str, int] = {}  # by layer, into how many it is cut
    norms = {_layer(name) for name, _ in spec if name.rpartition(".")[2] in STATISTICS}  # which are never cut
    for name, shape in whole:
        for count in PARTS:
            part = canonical((shape[0] // count, *shape[1:])) if shape and shape[0] % count == 0 else ()
            if (part and there[part] >= count and _layer(name) not in norms
                    and pieces.setdefault(_layer(name), count) == count):
                there[part] -= count
                break
    sizes: dict[str, list] = {}
    for name, shape in spec:
        sizes.setdefault(_layer(name), []).append(canonical(shape))
    ways = [pieces]
    if len(pieces) == 1:
        (layer, count), = pieces.items()
        ways += [{other: count} for other in sizes if other != layer and sizes[other] == sizes[layer]]
    for way in ways:
        yield [each for name, shape in spec for each in _pieces(name, shape, way.get(_layer(name), 1))]


def _layer(name: str) -> str:
    return name.rpartition(".")[0] if name.rpartition(".")[2] in LAYER else name


def _pieces(name: str, shape: tuple[int, ...], count: int) -> Spec:
    layer = _layer(name)
    return [(name, shape)] if count == 1 else [
        (f"{layer}/{i}:{count}{name[len(layer):]}", (shape[0] // count, *shape[1:])) for i in range(count)]


def whole(name: str) -> str:
    """Returns the name of the tensor of which `name` is a part, or the name itself."""
    return PIECE.sub("", name)


def part(tensor: Tensor, name: str) -> Tensor:
    """Returns the part of a tensor that `name` says, as a view; all of it, if it says none."""
    found = PIECE.search(name)
    return tensor.chunk(int(found[2]))[int(found[1])] if found else tensor


def spec_of(module: nn.Module, expected: set[str] | frozenset[str] = frozenset()) -> Spec:
    """Returns the names and shapes of a module's state in order of definition, without its own buffers that are not
    `expected`.

    A learner may keep a table or an index as a buffer; only the running statistics of a norm take part in the
    placement. A layer with two names (`self.fc1` and again in a Sequential) is listed once, under an expected name if
    it has one.
    """
    own = {name for name, _ in module.named_buffers() if name.rpartition(".")[2] not in STATISTICS} - expected
    state = {name: value for name, value in module.state_dict(keep_vars=True).items() if name not in own}
    called: dict[int, str] = {}  # the first name of each tensor, or an expected one
    for name, value in state.items():
        if id(value) not in called or name in expected and called[id(value)] not in expected:
            called[id(value)] = name
    return [(name, tuple(value.shape)) for name, value in state.items()
            if name in expected or called[id(value)] == name]


def candidates(reference: Spec, learner: Spec) -> list[tuple[dict[str, str], frozenset[str]]]:
    """Returns (names, transposed) for every placement that is worth trying, with the most likely first: see Placement.
    Raises Unplaced.

    Bare matrices are tried as they are and transposed, because `s @ self.w` is as right as `s @ self.w.T`. Placements
    in which all of them are treated alike come first.
    """
    matrices = [name for name, shape in learner if name.rpartition(".")[2] not in LAYER and len(shape) == 2]
    turned: list[Sequence[str]] = [(), matrices] if matrices else [()]
    if len(matrices) <= MATRICES:
        turned += [some for n in range(1, len(matrices)) for some in combinations(matrices, n)]
    found: list[tuple[dict[str, str], frozenset[str]]] = []
    refused: Unplaced | None = None
    for transposed in map(frozenset, turned):
        spec = [(name, shape[::-1] if name in transposed else shape) for name, shape in learner]
        try:
            found += [(names, transposed) for names in placements(reference, spec)]
        except Unplaced as error:
            refused = refused or error
            for ours in _cuts(reference, error.missing, error.extra):
                for theirs in _cuts(spec, error.extra, error.missing):
                    with suppress(Unplaced):
                        found += [(names, transposed) for names in placements(ours, theirs)]
    if refused and not found:
        raise refused
    return found


@dataclass(frozen=True)
class Placement:
    """A placement of weights.

    names: {module's name: state's name}, either of which may be a part.
    transposed: the module's names whose matrices are (in, out), not (out, in).
    count: how many candidates there were.
    spec: what the module holds.
    """

    names: dict[str, str]
    transposed: frozenset[str]
    count: int
    spec: Spec


def place(module: nn.Module, state: dict[str, Tensor], choice: int = 0) -> Placement:
    """Copies `state`, which has the reference's names, into `module`. Candidate number `choice` says where each tensor
    goes. If the number is too large, counting starts again at the first candidate. Raises Unplaced."""
    spec = spec_of(module, set(state))
    found = candidates([(n, tuple(t.shape)) for n, t in state.items()], spec)
    names, transposed = found[choice % len(found)]
    target = module.state_dict(keep_vars=True)
    with torch.no_grad():
        for mine, theirs in names.items():
            tensor = target[whole(mine)]
            place_for_it = part(tensor.T if whole(mine) in transposed else tensor, mine)
            place_for_it.copy_(part(state[whole(theirs)], theirs).reshape(place_for_it.shape))
    return Placement(names, transposed, len(found), spec)
