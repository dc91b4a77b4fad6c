"""What the published modules give in the sizes of `attention_lab.compare`: `python -m builder.compared` writes it.

Of each module there are its published *forms* (the reference, and what another publication does otherwise), and its
*faults*: the known mistakes of its lesson, and the usual exchanges of one function for another. Each is recorded as it
is, and without its biases and norms, so that a fault is found behind a convention.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

from attention_lab.checking.known.weights import spec_of
from attention_lab.compare import record, words
from attention_lab.storage import write
from attention_lab.threads import one_thread
from autograder.lessons.topics import topic
from autograder.recording import run_source

CODE, PAPER, BOTH = "the authors' code", "the paper", "the paper and the authors' code"
Size = tuple[dict[str, Any], list]  # arguments, and the calls


def maps(channels: int, *sizes: tuple[int, int, int], inputs: int = 1) -> list:
    return [[[b, channels, h, w]] * inputs for b, h, w in sizes]


def tokens(dim: int, *sizes: tuple[int, int, int], size: str = "") -> list:
    """Calls with (B, N, C), and with H and W, or (H, W), behind them."""
    more = {"": lambda h, w: [], "H, W": lambda h, w: [h, w], "(H, W)": lambda h, w: [[h, w]]}[size]
    return [[[b, h * w, dim], *more(h, w)] for b, h, w in sizes]


FIRST, ODD, SMALL, LONG = (2, 14, 8), (1, 7, 9), (33, 3, 4), (1, 20, 20)
EVEN = (2, 16, 14), (1, 8, 12), (18, 4, 4)
# name: topic, whose form ours is, and sizes. The first call of the first size finds the form; all calls decide.
MODULES: dict[str, tuple[str, str, list[Size]]] = {
    "SEBlock": ("se", BOTH, [({"channels": 68, "reduction": 16}, maps(68, FIRST, SMALL)),
                             ({"channels": 78, "reduction": 16}, maps(78, ODD)),
                             ({"channels": 512, "reduction": 16}, maps(512, (2, 5, 4))),
                             ({"channels": 64, "reduction": 4}, maps(64, LONG))]),
    "ECABlock": ("eca", PAPER, [({"channels": 64, "kernel_size": 5}, maps(64, FIRST, SMALL)),
                                ({"channels": 72, "kernel_size": 3}, maps(72, ODD, LONG)),
                                *[({"channels": c, "kernel_size": None}, maps(c, (2, 5, 4)))
                                  for c in (8, 32, 96, 256, 512)]]),
    "CBAM": ("cbam", CODE, [({"channels": 64, "reduction": 16, "kernel_size": 7}, maps(64, FIRST, SMALL)),
                            ({"channels": 78, "reduction": 16, "kernel_size": 3}, maps(78, ODD)),
                            ({"channels": 256, "reduction": 16, "kernel_size": 7}, maps(256, LONG))]),
    "BAM": ("bam", PAPER, [({"channels": 64, "reduction": 16, "dilation": 4}, maps(64, FIRST, SMALL)),
                           ({"channels": 78, "reduction": 16, "dilation": 2}, maps(78, ODD)),
                           ({"channels": 256, "reduction": 16, "dilation": 4}, maps(256, LONG))]),
    "PositionAttention": ("danet", BOTH, [({"channels": 64, "reduction": 8}, maps(64, FIRST, SMALL)),
                                          ({"channels": 78, "reduction": 8}, maps(78, ODD, LONG))]),
    "ChannelAttention": ("danet", PAPER, [({}, maps(64, FIRST, SMALL)), ({}, maps(72, ODD, LONG))]),
    "MultiHeadSelfAttention": ("vit", BOTH, [({"dim": 64, "num_heads": 4, "qkv_bias": True}, tokens(64, FIRST, SMALL)),
                                             ({"dim": 72, "num_heads": 3, "qkv_bias": True}, tokens(72, ODD, LONG))]),
    "PyramidSplitAttention": ("pyramid_split", PAPER, [
        ({"in_channels": 64, "channels": 64}, maps(64, FIRST, SMALL)),
        ({"in_channels": 64, "channels": 128}, maps(64, ODD)),
        ({"in_channels": 256, "channels": 256}, maps(256, ODD))]),
    "PolarizedSelfAttention": ("polarized", PAPER, [
        ({"channels": 64, "layout": "parallel"}, maps(64, FIRST, SMALL)),
        ({"channels": 72, "layout": "parallel"}, maps(72, ODD, LONG))]),
    "ExternalAttention": ("external", CODE, [({"dim": 64, "memory_size": 16}, tokens(64, FIRST, SMALL)),
                                             ({"dim": 72, "memory_size": 64}, tokens(72, ODD, LONG))]),
    "EMSA": ("rest", CODE, [({"dim": 64, "num_heads": 8, "sr_ratio": 2}, tokens(64, *EVEN, size="H, W")),
                            ({"dim": 64, "num_heads": 1, "sr_ratio": 1}, tokens(64, ODD, size="H, W")),
                            ({"dim": 72, "num_heads": 2, "sr_ratio": 4}, tokens(72, LONG, size="H, W"))]),
    "WindowAttention": ("cosine", CODE, [
        ({"num_heads": 4, "window_size": [2, 2], "shift": True}, tokens(192, *EVEN, size="(H, W)")),
        ({"num_heads": 2, "window_size": [2, 4], "shift": False}, tokens(96, (2, 4, 12), size="(H, W)")),
        ({"num_heads": 2, "window_size": [4, 6], "shift": True}, tokens(96, (1, 12, 12), size="(H, W)"))]),
    "MixedAttention": ("grl", CODE, [
        ({"dim": 64, "num_heads_window": 2, "num_heads_stripe": 2, "window_size": [2, 2], "stripe_size": [2, 4],
          "down_factor": 2}, tokens(64, (2, 12, 8), (1, 8, 8), (2, 16, 12), size="(H, W)"))]),
    "CloAttention": ("cloformer", CODE, [
        ({"dim": 64, "num_heads": 4, "group_split": [2, 2], "kernel_sizes": [3], "window_size": 2}, maps(64, *EVEN)),
        ({"dim": 48, "num_heads": 4, "group_split": [1, 1, 2], "kernel_sizes": [5, 3], "window_size": 4},
         maps(48, (1, 8, 12)))]),
    "SCConv": ("scnet", CODE, [({"channels": 32, "stride": 1, "pooling": 2}, maps(32, (2, 14, 8), (17, 4, 4))),
                               ({"channels": 48, "stride": 1, "pooling": 4}, maps(48, (2, 7, 9))),
                               ({"channels": 32, "stride": 2, "pooling": 4}, maps(32, (2, 12, 20)))]),
    "CoordinateAttention": ("coordinate", CODE, [
        ({"in_channels": 64, "out_channels": 64, "reduction": 32}, maps(64, FIRST, SMALL)),
        ({"in_channels": 78, "out_channels": 78, "reduction": 4}, maps(78, ODD)),
        ({"in_channels": 512, "out_channels": 512, "reduction": 32}, maps(512, (2, 5, 4)))]),
    "CrossMaskedAttention": ("catnet", CODE, [
        ({"channels": 64, "reduction": 8}, maps(64, FIRST, SMALL, inputs=2)),
        ({"channels": 78, "reduction": 8}, [[[1, 78, 7, 9], [1, 78, 7, 9], [1, 1, 7, 9]]])]),
}

# What another publication does otherwise: words, and edits of the reference, arguments, or another class.
FORMS: dict[str, list[tuple[str, dict[str, str] | dict[str, Any] | str]]] = {
    "ECABlock": [("a kernel of 3 where no size is given, as in the authors' code; the paper computes one",
                  {"kernel_size": 3})],
    "CBAM": [("the mean comes before the maximum, as in the paper; the authors' code has them the other way round",
              {"[x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)]":
               "[x.mean(dim=1, keepdim=True), x.amax(dim=1, keepdim=True)]"})],
    "BAM": [("the two maps are multiplied, as in the authors' code; the paper adds them", {"combine": "product"})],
    "ChannelAttention": [("energies are turned around, max(E) - E, as in the authors' code; the paper has E",
                          {"negate": True})],
    "PyramidSplitAttention": [("the scales come out in reverse order, as in the authors' code",
                               {"(scales * shares).flatten(1, 2)": "(scales * shares).flip(1).flatten(1, 2)"})],
    "PolarizedSelfAttention": [
        ("the sequential layout", {"layout": "sequential"}),
        ("as the authors' PSA_p: the spatial softmax runs over the positions, behind the product", "AuthorsPolarized"),
        ("as the authors' PSA_s: sequential, with a bottleneck, and a softmax over the positions",
         "AuthorsPolarized sequential")],
    "SCConv": [("the averaged map is enlarged by bilinear interpolation, as in the paper; the authors' code takes the "
                "nearest", {'mode="nearest"': 'mode="bilinear"'})],
}
# The rows of one fused layer, whose order is a convention: layer, and how its rows are divided
ROWS = {"MultiHeadSelfAttention": ("qkv", 3), "EMSA": ("kv", 2)}

PAIRS = "SEBlock", "ECABlock", "CoordinateAttention"  # small ones that are copied much: two exchanges at once
EXCHANGES: tuple[tuple[str, str, str], ...] = tuple(
    (rf"torch\.sigmoid\(|(?<=\.)sigmoid\(\)|{re.escape('F.hardswish(')}|torch\.relu\(|nn\.ReLU\(\)", new, said)
    for new, said in (("hardsigmoid", "a hard sigmoid"), ("tanh", "a tanh"), ("gelu", "GELU"), ("silu", "SiLU"),
                      ("relu", "ReLU"), ("relu6", "ReLU6"), ("hardswish", "a hard swish"), ("", "nothing"))) + (
    (r"\.mean\(dim=\(2, 3\)", ".amax(dim=(2, 3)", "the maximum over the positions stands where the mean should"),
    *((r"(?<=hidden = )channels // reduction", new, f"the hidden width is {said}") for new, said in (
        ("max(8, channels // reduction)", "at least 8"), ("-(-channels // reduction)", "C / r rounded up"),
        ("round(channels / reduction)", "C / r rounded to the nearest"), ("reduction", "`reduction` itself"),
        ("max(8, int(channels / reduction + 4) // 8 * 8)", "rounded to a multiple of 8, as in timm and MobileNetV3"),
        ("channels // 2", "C / 2, whatever `reduction` is"), ("max(32, channels // reduction)", "at least 32"))),
    (r"(?<== |n )x \* (?=self|gates|a_h)", "x * x * ", "the input is multiplied in once more"),
    (r"max\(8, in_channels // reduction\)", "(in_channels // reduction)", "the hidden width has no lower limit of 8"),
)
SAID = {"sigmoid": "the sigmoid", "hardswish": "the hard swish", "relu": "the ReLU"}


def exchanged(source: str) -> Iterator[tuple[int, str, str]]:
    """Yields where a function stands that is often exchanged for another, the source with the other, and what is said
    of it. Where several are exchanged, the last comes first, so that the places stay true."""
    for pattern, new, said in EXCHANGES:
        for found in re.finditer(pattern, source):
            old = next((key for key in SAID if key in found[0].lower()), "")
            text = new
            if old:
                if old == new or found[0] == "sigmoid()":
                    continue
                layer = f"type('_', (nn.Module,), {{'forward': lambda _, t: F.{new}(t)}})()" if new else "nn.Identity()"
                text = layer if found[0].startswith("nn.") else f"F.{new}(" if new else "("
                said_of_it = f"{said} stands in the place of {SAID[old]}"
            yield (found.start(), f"{source[:found.start()]}{text}{source[found.end():]}", said_of_it if old else said)


def of(name: str) -> dict[str, Any]:
    """Returns what is recorded of a module."""
    folder, whose, sizes = MODULES[name]
    reference = topic(folder).reference
    kind = getattr(reference, name)
    parameters = inspect.signature(kind).parameters
    specs: list[Any] = []
    forms = [_form(kind, {}, sizes, specs) | {"says": ""}]
    variants: list[tuple[str, Any]] = []
    for said, change in FORMS.get(name, []):
        forms.append(_form(*_changed(reference, name, change), sizes, specs) | {"says": said})
        variants += [] if isinstance(change, str) else [(said, change)]
    faults: list[dict[str, Any]] = []
    ends = (), record.STRIPPED[-1]
    published = [_form(*_changed(reference, name, change), sizes[:2], specs, whole=False)["built"]
                 for change in ({}, *(change for _, change in FORMS.get(name, [])))]
    right = {record.key(way): [record.recorded_way(built, way) for built in published] for way in ends}
    seen = set()
    for source, said in _faults(folder, reference, name):
        for also, change in [("", {}), *variants]:
            with suppress(Exception):  # not every fault can be made in every form
                built = _form(*_changed(reference, name, change, source), sizes[:2], specs, whole=False)["built"]
                # where it is stripped, a bias that should not be there is no fault any more
                new = {way: answers for way, answers in built.items() if (way, json.dumps(answers)) not in seen
                       and not any(_near(answers, each) for each in right[way])}
                seen |= {(way, json.dumps(answers)) for way, answers in new.items()}
                faults += [{"built": new, "says": said, "also": also}] if new else []
    rows = {}
    if name in ROWS:
        layer, parts = ROWS[name]
        rows = {layer: [[parts, c["num_heads"], c["dim"] // c["num_heads"]] for c, _ in sizes]}
    norms = [[layer.momentum, layer.eps] for layer in kind(**record.values(sizes[0][0])).modules()
             if hasattr(layer, "momentum")]
    return {"whose": whose, "signature": list(parameters),
            "width": sizes[0][1][0][0][-1 if "dim" in sizes[0][0] else 1],
            "defaults": {p.name: p.default for p in parameters.values() if p.default is not p.empty},
            "sizes": [{"construct": construct, "calls": calls} for construct, calls in sizes],
            "rows": rows, "norms": norms, "specs": specs, "forms": forms, "faults": faults}


def _near(one: list, other: list) -> bool:
    """Whether `compare` takes the outputs of a fault for those of a published form, so that it explains nothing."""
    return all(a["spec"] == b["spec"] and len(a["calls"]) == len(b["calls"]) and all(
        x[0] == y[0] and record.distance(x[1], y[1]) <= record.NEAR for x, y in zip(a["calls"], b["calls"]))
        for a, b in zip(one, other))


def _changed(reference: ModuleType, name: str, change: Any, source: str = "") -> tuple[type, dict[str, Any]]:
    """Returns the class of a form, and the arguments that make it. source: code that takes the reference's place.

    Raises ValueError if an edit does not fit."""
    if isinstance(change, str):
        kind, *layout = change.split()
        return getattr(reference, kind), {"layout": layout[0]} if layout else {}
    source = source or inspect.getsource(reference)
    edits = {old: new for old, new in change.items() if not old.isidentifier()}
    for old, new in edits.items():
        if old not in source:
            raise ValueError(f"{old!r} does not stand in {name}")
        source = source.replace(old, new)
    made = run_source(f"import torch.nn.functional as F\n{source}", reference, name)[name]
    return made, {key: value for key, value in change.items() if key.isidentifier()}


def _faults(folder: str, reference: ModuleType, name: str) -> Iterator[tuple[str, str]]:
    """Yields (source, sentence) for each known mistake of the module or its parts, and for each exchange."""
    source, own = inspect.getsource(reference), inspect.getsource(getattr(reference, name))
    for mistake in topic(folder).mistakes:
        if mistake.exercise == name or re.search(rf"\b{mistake.exercise}\b", own):
            yield f"{source}\n\n{mistake.source}", words.outside(mistake.sentence)
    single = list(exchanged(source))
    for _, text, said in single:
        yield text, f"{said[0].upper()}{said[1:]}."
    for place, text, said in single if name in PAIRS else ():
        for earlier, both, also in exchanged(text):
            if earlier < place:
                yield both, f"{said[0].upper()}{said[1:]}; and {also}."


def _form(kind: type, given: dict[str, Any], sizes: list[Size], specs: list, whole: bool = True) -> dict[str, Any]:
    """Returns a form's answers, by what was taken out of it. whole: also gradients, and what training mode does."""
    built: dict[str, list] = {}
    seen: list[list] = []
    for stripped in record.STRIPPED if whole else ((), record.STRIPPED[-1]):
        answers = [_size(kind, construct, given, calls, stripped, specs, whole) for construct, calls in sizes]
        if answers not in seen:
            seen.append(answers)
            built[record.key(stripped)] = answers
    return {"built": built}


def _size(kind: type, construct: dict[str, Any], given: dict[str, Any], calls: list, stripped: tuple[str, ...],
          specs: list, whole: bool) -> dict[str, Any]:
    left_open = {key: value for key, value in given.items() if construct.get(key) is None or key != "kernel_size"}
    module = record.strip(kind(**record.values(construct | left_open)).double(), stripped).eval()
    spec = [[name, list(shape)] for name, shape in spec_of(module)]
    if spec not in specs:
        specs.append(spec)
    record.place(module, record.draw_weights(spec))
    answer: dict[str, Any] = {"spec": specs.index(spec), "calls": []}
    for call in calls if whole else calls[:1]:
        output, pulled = record.gradient(module, record.draw_inputs(call))
        answer["calls"].append([list(output.shape), *(map(_short, (output, pulled)) if whole else [_short(output, 7)])])
    if whole and calls[0][0][0] > 1:  # a norm over a batch of one number is refused in training
        inputs = record.draw_inputs(calls[0])
        answer["training"] = [_short(next(record.tensors(module.train(mode)(*inputs)))) for mode in (True, False)]
    return answer


def _short(tensor: Any, digits: int = 12) -> list[float]:
    return [float(f"{number:.{digits}g}") for number in record.digest(tensor)]


def main() -> None:
    with one_thread():
        write(record.FILE, json.dumps({name: of(name) for name in MODULES}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
