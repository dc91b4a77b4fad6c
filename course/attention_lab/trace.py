"""Where along the named sub-modules a wrong result begins."""

from __future__ import annotations

from typing import Any

from . import values
from .compare import close, explain, tolerance
from .recorded import Case, Observation
from .transfer import canonical


def first_difference(case: Case, observation: Observation, scale: dict[str, float]) -> tuple[str | None, int]:
    """Where along the named sub-modules the difference begins, in one sentence (None where that cannot be said for sure), and how
    many agree before it."""
    header, tensors = observation
    mine = dict(map(tuple, header["trace"]))
    agreed = []
    for name, expected in case.expected["trace"]:
        if name not in mine:
            continue
        moved, held = False, {side: (_held(expected[side]), _held(mine[name][side])) for side in ("received", "gave")}
        for side, verb in (("received", "receives"), ("gave", "gives")):
            wanted, got = held[side]
            for number, (w, g) in enumerate(zip(wanted, got), start=1):
                a, b = tensors[g], case.expected_tensors[w]
                within = tolerance(case.largest[w], scale.get(side, 0.0), case.question["dtype"])
                if a.numel() != b.numel():
                    return None, len(agreed)  # called for one image at a time, or for two inputs at once: perhaps rightly
                if not close(a.flatten().sort().values, b.flatten().sort().values, within):
                    before = f"`{agreed[-1]}` agrees; " if agreed else ""
                    if moved:
                        return f"{before}`{name}` receives the right numbers in another order.", len(agreed)
                    which = f" (tensor {number} of {len(wanted)})" if len(wanted) > 1 else ""
                    inputs = [len(names) for names in held["received"]]
                    fewer = f" It receives {inputs[1]} tensors, expected {inputs[0]}." if side == "gave" and inputs[0] != inputs[1] else ""
                    same_shape = a.reshape(b.shape) if canonical(a.shape) == canonical(b.shape) else a
                    return (f"{before}{'the' if before else 'The'} first difference is what `{name}` {verb}{which}: "
                            f"{explain(same_shape, b, within, secret=case.secret)[0]}{fewer}"), len(agreed)
                moved |= canonical(a.shape) != canonical(b.shape) or not close(a.reshape(b.shape), b, within)
        agreed.append(name)
    again = any(entry.get("again") for _, entry in case.expected["trace"])
    if agreed and not again and header["raised"] is None and len(agreed) == len(case.expected["trace"]):
        names = ", ".join(f"`{n}`" for n in agreed[-3:-1]) + " and " * (len(agreed) > 1) + f"`{agreed[-1]}`"
        return f"{names} agree{'s' if len(agreed) == 1 else ''}; what you do with the result differs.", len(agreed)
    return None, len(agreed)


def _held(node: Any) -> list[str]:
    return [leaf["tensor"] for _, leaf in values.leaves(node) if isinstance(leaf, dict) and "tensor" in leaf]
