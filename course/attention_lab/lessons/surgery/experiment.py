"""The experiments of lesson e4_surgery: one block at a time, four starts, pictures that pass while nothing is trained.

Whatever operates is the learner's own: `insert` and the modules are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .grad_cam import grad_cam
from .pictures import lit
from .task import EARLY, PLACES, Patient, after, features_for, learn_to_dim, named, normalised, places, square

Insert = Callable[[nn.Module, Callable[[int], nn.Module], Sequence[str], Tensor], nn.Module]
Make = Callable[[int], nn.Module]


class Start(NamedTuple):
    """What came of a start: the size of the first gradient, the loss that is left (%), the agreement (%)."""

    gradient: float
    left: float
    agreement: float


def operation(patient: Patient, insert: Insert, make: Make, where: str, blocks: Sequence[int], called: str) -> float:
    """Returns the agreement of a network with new modules at one of the PLACES of these blocks.

    called: the name of the recorded number, as for `Patient.agreement`.
    """
    torch.manual_seed(0)
    operated = insert(patient.network, make, places(where, blocks), patient.example)
    return patient.agreement(operated, min(blocks), called)


def one_block_at_a_time(patient: Patient, insert: Insert, make: Make) -> dict[str, list[float]]:
    """Returns the agreement with a module in one block, for each place and each block."""
    patient.say_recorded()
    return {where: [operation(patient, insert, make, where, [block], f"{where} {block}")
                    for block in range(len(patient.network.blocks))]
            for where in PLACES}


def compare_shortcuts(patient: Patient, agreement: Sequence[float]) -> None:
    """Prints the mean agreement of the blocks with a shortcut, and of those without one."""
    patient.say_recorded()
    for kept in (True, False):
        group = [number for number, block in enumerate(patient.network.blocks) if block.shortcut == kept]
        mean = sum(agreement[number] for number in group) / len(group)
        print(f"shortcut: {kept}. Blocks {group}: {mean:.0f} % on average (depthwise)")


def compare_half(patient: Patient, insert: Insert, make: Make) -> None:
    """Prints the agreement with modules that are one half, in block 10 and in all blocks."""
    one, everywhere = (operation(patient, insert, make, "depthwise", blocks, called)
                       for blocks, called in (([10], "half, depthwise 10"), (range(16), "half everywhere, depthwise")))
    print(f"one half instead of SE (depthwise): block 10 {one:.0f} %, all 16 {everywhere:.0f} %")


def try_starts(patient: Patient, insert: Insert, starts: Mapping[str, Make]) -> dict[str, Start]:
    """Lets each start learn to dim half of the channels, and operates with it on four blocks."""
    features, found = features_for(patient), {}
    patient.say_recorded()
    for name, make in starts.items():
        torch.manual_seed(0)
        learned = learn_to_dim(make(features.shape[1]), features)
        gradient, left = (patient.recall(f"{what}: {name}", value)
                          for what, value in zip(("gradient", "left"), learned))
        found[name] = Start(gradient, left, operation(patient, insert, make, "depthwise", (4, 7, 10, 14),
                                                      f"start: {name}"))
    return found


def print_starts(found: Mapping[str, Start]) -> None:
    for name, start in found.items():
        print(f"{name}: {start.agreement:.0f} % agreement in four blocks, first gradient {start.gradient:.1g}, "
              f"{start.left:.3g} % of the loss left")


def show_pictures(patient: Patient, network: nn.Module, called: str) -> dict[str, float]:
    """Shows a network's later blocks 20 batches in training mode, and trains nothing. Returns its agreement in eval
    mode after 5 and 20 batches."""
    found = {}
    for count, batch in enumerate(patient.batches(20), 1):
        with torch.no_grad():
            after(network.train(), batch, EARLY)
        if count in (5, 20):
            score = patient.agreement(network.eval(), EARLY, f"{called}, momentum 0.01, {count} batches")
            found[f"{count} batches"] = score
    if f"{called}, momentum 0.01, 20 batches" in patient.own:
        patient.say_recorded()
    return found


def print_norms(networks: Mapping[str, nn.Module]) -> None:
    """Prints one sign for each BatchNorm of each network: a dot if it keeps its statistics, # if it collects others."""
    for name, network in networks.items():
        modes = [module.training for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
        print(f"{name:7s}", "".join(".#"[mode] for mode in modes))


def with_gamma(network: nn.Module, gamma: float) -> nn.Module:
    """Returns the network, all of whose gammas are set."""
    for name, number in network.named_parameters():
        if name.endswith(".gamma"):
            nn.init.constant_(number, gamma)
    return network


def seen(patient: Patient, network: nn.Module, name: str) -> tuple[Tensor, Tensor, int]:
    """Returns of a photograph the map of the patient's answer, the network's probabilities, and the patient's answer.
    """
    x = normalised(square(name))[None]
    with torch.no_grad():
        former = int(patient.network(x).argmax())
        said = network(x).softmax(1)[0]
    return grad_cam(network, network.head, x, former)[0], said, former


def before_and_after(patient: Patient, network: nn.Module, name: str) -> list[tuple[str, Tensor]]:
    """Returns a photograph, and where the patient and an operated network see its answer, with words for each.

    A random network sees nothing, so without the trained weights only the photograph is returned.
    """
    photograph, pictures = square(name), []
    if not patient.trained:
        return [("the photograph", photograph)]
    for words, each in (("before", patient.network), ("with 16 gates of mine", network)):
        cam, said, former = seen(patient, each, name)
        pictures.append((f"{words}: {named(former)} {said[former]:.2f}", lit(photograph, cam)))
    return [("the photograph", photograph), *pictures]
