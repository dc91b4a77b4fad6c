"""What the course's modules give in the sizes of `attention_lab.compare`: `python -m builder.compared` writes it."""

from __future__ import annotations

import inspect
import json
from typing import Any

import torch

from attention_lab import compare
from attention_lab.checking.known.weights import spec_of
from attention_lab.storage import write
from attention_lab.threads import one_thread
from autograder.lessons.topics import topic

SIZES = ((2, 14, 8), (1, 8, 8), (2, 16, 14))  # batch, height and width
MAPS = [[[b, 64, h, w]] for b, h, w in SIZES]
TOKENS = [[[b, h * w, 64]] for b, h, w in SIZES]
# name: topic, arguments, and the calls
MODULES: dict[str, tuple[str, dict[str, Any], list]] = {
    "SEBlock": ("se", {"channels": 64, "reduction": 16}, MAPS),
    "ECABlock": ("eca", {"channels": 64, "kernel_size": 3}, MAPS),
    "CBAM": ("cbam", {"channels": 64, "reduction": 16, "kernel_size": 7}, MAPS),
    "BAM": ("bam", {"channels": 64, "reduction": 16, "dilation": 4}, MAPS),
    "PositionAttention": ("danet", {"channels": 64, "reduction": 8}, MAPS),
    "ChannelAttention": ("danet", {}, MAPS),
    "MultiHeadSelfAttention": ("vit", {"dim": 64, "num_heads": 4, "qkv_bias": True}, TOKENS),
    "PyramidSplitAttention": ("pyramid_split", {"in_channels": 64, "channels": 64}, MAPS),
    "PolarizedSelfAttention": ("polarized", {"channels": 64, "layout": "parallel"}, MAPS),
    "ExternalAttention": ("external", {"dim": 64, "memory_size": 16}, TOKENS),
    "EMSA": ("rest", {"dim": 64, "num_heads": 8, "sr_ratio": 2},
             [[[b, h * w, 64], h, w] for b, h, w in SIZES]),
    "WindowAttention": ("cosine", {"num_heads": 4, "window_size": [2, 2], "shift": True},
                        [[[b, h * w, 192], [h, w]] for b, h, w in SIZES]),
    "MixedAttention": ("grl", {"dim": 64, "num_heads_window": 2, "num_heads_stripe": 2, "window_size": [2, 2],
                               "stripe_size": [2, 4], "down_factor": 2},
                       [[[b, h * w, 64], [h, w]] for b, h, w in ((2, 12, 8), (1, 8, 8), (2, 16, 12))]),
    "CloAttention": ("cloformer", {"dim": 64, "num_heads": 4, "group_split": [2, 2], "kernel_sizes": [3],
                                   "window_size": 2}, MAPS),
    "SCConv": ("scnet", {"channels": 64, "stride": 1, "pooling": 2}, MAPS),
    "CoordinateAttention": ("coordinate", {"in_channels": 64, "out_channels": 64, "reduction": 32}, MAPS),
    "CrossMaskedAttention": ("catnet", {"channels": 64, "reduction": 8}, [[*call, *call] for call in MAPS]),
}


def of(name: str) -> dict[str, Any]:
    """Returns what is recorded of a module."""
    folder, construct, calls = MODULES[name]
    kind = getattr(topic(folder).reference, name)
    parameters = inspect.signature(kind).parameters
    specs: dict[str, Any] = {}
    cases: dict[str, Any] = {}
    for stripped in compare.STRIPPED:
        module = compare.strip(kind(**compare.values(construct)).double(), stripped).eval()
        if (spec := spec_of(module)) not in specs.values():
            key = compare.key(stripped)
            specs[key] = spec
            compare.place(module, spec)
            cases[key] = [_answer(module, call) for call in calls]
    defaults = {p.name: p.default for p in parameters.values() if p.default is not p.empty}
    return {"signature": list(parameters), "defaults": defaults, "construct": construct, "specs": specs,
            "cases": cases}


def _answer(module: torch.nn.Module, call: list) -> dict[str, Any]:
    case = {"label": " and ".join(compare.as_text(arg) for arg in call), "args": call}
    with torch.no_grad():
        output = module(*compare.draw_inputs(case))
    return case | {"output": [compare.digest(part) for part in compare.tensors(output)]}


def main() -> None:
    with one_thread():
        write(compare.RECORD, json.dumps({name: of(name) for name in MODULES}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
