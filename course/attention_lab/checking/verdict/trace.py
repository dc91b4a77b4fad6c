"""Finds the named sub-module at which a wrong result begins."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from torch import Tensor

from ..facts import facts
from ..facts.compare import close, explain, of_input_alone, tolerance
from ..facts.facts import Fact
from ..form import values
from ..form.protocol import Answer, TraceEntry
from ..known.recorded import RecordedCase
from ..known.weights import canonical


def first_difference(case: RecordedCase, observation: Answer, scale: dict[str, float],
                     inputs: Mapping[str, Tensor] = MappingProxyType({})) -> tuple[Fact | None, int]:
    """Returns two things. The first is the fact that says at which named sub-module the difference begins, or None if
    that is not sure. The second is how many sub-modules agree before it.

    inputs: the inputs of the call. What a sub-module receives may be made from them alone.
    """
    header, tensors = observation
    mine = {entry.name: entry for entry in header.trace}
    agreed: list[str] = []
    for expected in case.expected.trace:
        if (name := expected.name) not in mine:
            continue
        moved, both = False, {side: (_names(expected, side), _names(mine[name], side)) for side in ("received", "gave")}
        for side in ("received", "gave"):
            wanted, got = both[side]
            for number, (w, g) in enumerate(zip(wanted, got), start=1):
                a, b = tensors[g], case.expected_tensors[w]
                within = tolerance(case.largest[w], scale.get(side, 0.0), case.question.dtype)
                if a.numel() != b.numel():
                    # called for one image at a time, or for two inputs at once: perhaps rightly
                    return None, len(agreed)
                if not close(a.flatten().sort().values, b.flatten().sort().values, within):
                    after = agreed[-1] if agreed else None
                    if moved:
                        return facts.Reordered(after, name), len(agreed)
                    expects, receives = (len(names) for names in both["received"])
                    relation = explain(_shaped_like(a, b), b, within)
                    if side == "received" and not relation[0].specific:
                        alone = (of_input_alone(a, x, name_of_x, within) for name_of_x, x in inputs.items())
                        relation = next(((fact,) for fact in alone if fact), relation)
                    return facts.Begins(after, name, side, number, len(wanted), relation,
                                        (receives, expects) if side == "gave" and receives != expects else None,
                                        (mine[after].line if after else None, mine[name].line)), len(agreed)
                moved |= canonical(a.shape) != canonical(b.shape) or not close(a.reshape(b.shape), b, within)
        agreed.append(name)
    again = any(entry.again for entry in case.expected.trace)
    if agreed and not again and header.raised is None and len(agreed) == len(case.expected.trace):
        return facts.AllAgree(tuple(agreed[-3:]), mine[agreed[-1]].line), len(agreed)
    return None, len(agreed)


def _shaped_like(tensor: Tensor, other: Tensor) -> Tensor:
    """Returns the tensor in the other's shape, if the two shapes differ only in axes of size 1. A sub-module may see
    its input transposed, and the shape that counts is the output's."""
    alike = [size for size in tensor.shape if size != 1] == [size for size in other.shape if size != 1]
    return tensor.reshape(other.shape) if alike else tensor


def _names(entry: TraceEntry, side: str) -> list[str]:
    return [leaf["tensor"] for _, leaf in values.leaves(getattr(entry, side))
            if isinstance(leaf, dict) and "tensor" in leaf]
