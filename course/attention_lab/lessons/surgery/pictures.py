"""Pictures of lesson e4_surgery: which blocks bear an operation, and what a network looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch.nn.functional as F
from torch import Tensor

from ...pictures import panels
from ...pictures.images import show
from ...pictures.own_picture import OwnPicture
from ...pictures.style import FEATURES, LAYERS, MAPS, colour_map, house_figure
from ...pictures.touch import slide
from .task import named, square

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

COLOURS = {"branch": FEATURES, "depthwise": MAPS, "after": LAYERS}


def show_blocks(agreement: Mapping[str, Sequence[float]]) -> None:
    """Shows the agreement (%) of a network with a module in one block at a time. agreement: of each place, all blocks.
    """
    said = ". ".join(f"{where}: {', '.join(f'{value:.0f}' for value in values)}" for where, values in agreement.items())
    show(_blocks(agreement), f"Three rows of bars, one for each place of the module, one bar for each of 16 blocks: "
         f"the agreement with the untouched network in per cent. {said}.")


@house_figure
def _blocks(agreement: Mapping[str, Sequence[float]]) -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(agreement), 1, figsize=(7.2, 1.5 * len(agreement) + 0.4), sharex=True)
    for axis, (where, values) in zip(axes, agreement.items(), strict=True):
        axis.bar(range(len(values)), values, color=COLOURS.get(where, FEATURES))
        axis.set(ylim=(0, 100), yticks=(0, 50, 100), title=where)
    axes[-1].set(xticks=range(len(values)), xlabel="the one block that has SE")
    axes[len(axes) // 2].set_ylabel("same answer (%)")
    return figure


def lit(picture: Tensor | OwnPicture, cam: Tensor) -> Any:
    """Returns a picture under its map, (3, H, W): bright where the map is large.

    picture: (3, H, W) from 0 to 1; of your own (`my_picture`), the result is your own, too. cam: (H', W'), at least 0.
    """
    if isinstance(picture, OwnPicture):
        return replace(picture, tensor=lit(picture.tensor, cam))
    heat = F.interpolate(cam[None, None] / cam.max().clamp_min(1e-9), picture.shape[1:], mode="bicubic")[0, 0]
    colours = picture.new_tensor(colour_map("heat")(heat.clamp(0, 1).numpy())).permute(2, 0, 1)
    return (colours[3] * colours[:3] + (1 - colours[3]) * picture).clamp(0, 1)


def slide_gamma(photographs: Sequence[str], seen: Callable[[str, float], tuple[Tensor, Tensor, int]]) -> None:
    """Displays a slider for gamma, the part of the operation that works, with what the network looks at and says.

    seen: takes a photograph's name and gamma, and returns the map of the former answer (H', W'), the probabilities of
        all classes, and the former answer.
    """
    gammas = [step / 10 for step in range(11)]
    found = {(name, gamma): seen(name, gamma) for name in photographs for gamma in gammas}
    classes = {name: _answers([found[name, gamma] for gamma in gammas]) for name in photographs}

    def drawn(name: str, gamma: float) -> list[panels.Panel]:
        cam, said, _ = found[name, gamma]
        return [panels.lit(square(name), cam / cam.max().clamp_min(1e-9), "map of the former answer"),
                panels.bars(said[classes[name]], [named(each) for each in classes[name]], "what it says",
                            colours=(FEATURES, MAPS, MAPS, MAPS))]

    def says(name: str, gamma: float) -> str:
        _, said, former = found[name, gamma]
        return (f"gamma {gamma:g}: {named(former)} has {said[former]:.2f}. "
                f"The network says {named(int(said.argmax()))}.")

    slide({"photograph": {name: name for name in photographs}, "gamma": {f"{gamma:g}": gamma for gamma in gammas}},
          drawn, says, start=[photographs[0], "0"], plays="gamma")


def _answers(found: Sequence[tuple[Tensor, Tensor, int]]) -> list[int]:
    """Returns the former answer, and three others: those that are the answer somewhere, and the most probable ones."""
    _, last, former = found[-1]
    given = (int(said.argmax()) for _, said, _ in found)
    return list(dict.fromkeys([former, *given, *last.topk(min(4, len(last))).indices.tolist()]))[:4]
