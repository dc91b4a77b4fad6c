"""Pictures of a trained network: its learning curve beside those of recorded networks, and the places where its
attention makes the output largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from ....pictures.style import ALERT, FEATURES, INK, LAYERS, MAPS, OTHER, colour_map, house_figure
from ....tasks.digits_on_photos import OTHER_COLOUR, Digits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLES = (OTHER, INK, MAPS, LAYERS, "#CC79A7")
SHOWN, FAINT = 3, 0.05  # pictures; a map in which no position differs more than this from the mean is drawn pale


class LookedAt(NamedTuple):
    """What the last attention of each stage does on three pictures.

    pictures: (3, 3, H, W) from 0 to 1.
    answers: for each picture the right answer and the network's.
    maps: for each stage (3, h, w), log2 of output / input at each position, less the mean over all positions of all
        pictures.
    modules: for each stage whether it has a module.
    of: the number of all pictures.
    """

    pictures: Tensor
    answers: list[tuple[str, str]]
    maps: list[Tensor]
    modules: list[bool]
    of: int

    def said(self) -> str:
        """Says what the colours stand for, and whether there is anything to see."""
        if all(maps.abs().max() < FAINT for maps in self.maps):
            return "It lets all positions through alike, as a network without a module does."
        return ("The map compares what comes out of a stage's last attention with what went in. Blue means that a "
                f"position is strengthened more than the mean over all positions of {self.of:,} pictures. Orange means "
                "less. A module such as SE gives one number per channel and chooses no place. Its map only shows where "
                "the channels that it favours are strong.")


def looked_at(network: nn.Module, drawn: Digits) -> LookedAt:
    """Lets a network with the contract of exercise 2 answer, and notes what its attention does.

    drawn: pictures of the test. For each colour of the frame, the first picture is shown. The mean is taken over all
        pictures.

    Raises AttributeError for a network whose blocks have no `attention`.
    """
    kept: list[Tensor] = []

    def note(_: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> None:
        # a channel that is switched off has no logarithm
        ratio = (out.abs().mean(1) + 1e-6) / (given[0].abs().mean(1) + 1e-6)
        kept.append(ratio.log2().clamp(-6, 6))

    last = [list(stage)[-1].attention for stage in network.stages]
    hooks = [module.register_forward_hook(note) for module in last]
    try:
        with torch.no_grad():
            answers = network.eval()(drawn.pictures).argmax(dim=1)
    finally:
        for hook in hooks:
            hook.remove()
    chosen = torch.stack([(drawn.colours == colour).nonzero()[0, 0] for colour in range(SHOWN)])
    return LookedAt((drawn.pictures[chosen] + 1) / 2,
                    [(_word(right), _word(given)) for right, given in zip(drawn.labels[chosen].tolist(),
                                                                          answers[chosen].tolist())],
                    [maps[chosen] - maps.mean() for maps in kept],
                    [not isinstance(module, nn.Identity) for module in last], len(drawn.pictures))


@house_figure
def attention_maps(seen: LookedAt) -> Figure:
    """Draws three pictures, and below each the map of every stage's last attention."""
    import matplotlib.pyplot as plt

    rows = 1 + len(seen.maps)
    figure, axes = plt.subplots(rows, SHOWN, figsize=(5.2, 1.6 * rows), squeeze=False)
    for column, (picture, (right, given)) in enumerate(zip(seen.pictures, seen.answers)):
        axes[0, column].imshow(picture.clamp(0, 1).permute(1, 2, 0).numpy())
        axes[0, column].set_title(f"{right}, answered: {given}", fontsize=9, loc="center",
                                  color=INK if right == given else ALERT)
        for row, maps in enumerate(seen.maps, 1):
            limit = max(FAINT, maps.abs().max().item())
            axes[row, column].imshow(maps[column].numpy(), cmap=colour_map("signed"), vmin=-limit, vmax=limit)
    for axis in axes.flat:
        axis.set_xticks([]), axis.set_yticks([])
        axis.spines[:].set_visible(False)
    stages = (f"stage {number}\n{tuple(maps.shape[1:])}" + ("" if module else "\nno module here")
              for number, (maps, module) in enumerate(zip(seen.maps, seen.modules, strict=True), 1))
    for row, label in enumerate(("picture", *stages)):
        axes[row, 0].set_ylabel(label, fontsize=9)
    return figure


@house_figure
def learning_curves(steps: Sequence[int], recorded: Mapping[str, Sequence[Sequence[float]]],
                    yours: Sequence[Sequence[float]], plain: str) -> Figure:
    """Draws right answers on new pictures against steps. Each network has a band from its lowest to its highest
    recorded run, with a line for the mean. Each of your runs is a line. An interrupted run ends early.

    plain: the beginning of the names of networks without a module. Their lines are dashed.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(7.5, 3.4))
    for (name, curves), colour in zip(recorded.items(), STYLES):
        each = torch.tensor(curves)
        axis.plot(steps, each.mean(0), "--" if name.startswith(plain) else "-", color=colour, linewidth=1.4, label=name)
        axis.fill_between(steps, each.amin(0), each.amax(0), color=colour, alpha=0.12, linewidth=0)
    for number, curve in enumerate(yours):
        axis.plot(steps[:len(curve)], curve, "o-", color=FEATURES, linewidth=2, markersize=3,
                  label="your network" if number == 0 else None)
    axis.set(xlabel="steps of 64 pictures", ylabel="right answers on\nnew pictures (%)")
    axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False,
                title="line: mean, band:\nlowest to highest run", title_fontsize=9)
    return figure


def _word(answer: int) -> str:
    return "not it" if answer == OTHER_COLOUR else str(answer)
