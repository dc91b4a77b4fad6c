"""Pictures of lesson 02: a kernel that slides along the channels, the gates that result, and the matrices that compute
scores from means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...pictures.images import show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, bars
from ...pictures.style import FEATURES, MAPS, colour_map, house_figure, numbers
from ...pictures.touch import slide
from ...tasks.data import photograph
from .task import Discs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# the means of 12 channels; channel 6 stands out
HILL = torch.tensor([2.0, 2.2, 2.4, 2.5, 2.5, 2.4, 3.2, 2.0, 1.8, 1.6, 1.5, 1.4])
KERNELS = (torch.tensor([-1.0, 2, -1]), torch.tensor([-0.5, -0.5, 2, -0.5, -0.5]))
PALE_FEATURES, PALE_MAPS = "#B9CFDD", "#F6DFB0"
HUES = 24  # bands of a photograph


def kernel_at(means: Tensor, kernel: Tensor, gates: Tensor, channel: int) -> list[Panel]:
    """Draws the means of the channels, with a kernel's weights above a channel and its neighbours, and below them the
    gates of all channels. At both ends are the zeros of the padding.

    means, gates: (C,), no mean below 0.
    kernel: (k,) with odd k.
    channel: the channel under the middle of the kernel.

    Raises ValueError for an even k, or for a channel that does not exist.
    """
    means, kernel, gates = (numbers(values, name)
                            for values, name in ((means, "means"), (kernel, "kernel"), (gates, "gates")))
    count, size = len(means), len(kernel)
    if size % 2 == 0 or not 0 <= channel < count:
        raise ValueError(f"the kernel must have an odd size, and its channel must be from 0 to {count - 1}: got size "
                         f"{size}, channel {channel}")
    ends, first = 2, channel - size // 2
    places = range(-ends, count + ends)
    weights = {first + place: weight for place, weight in enumerate(kernel.tolist())}
    names = [str(place) if 0 <= place < count else "pad" for place in places]
    return [bars(F.pad(means, (ends, ends)), names, "means of the channels, and the kernel's weights above them",
                 high=means.max().item(), colours=[FEATURES if place in weights else PALE_FEATURES for place in places],
                 said=[f"× {weights[place]:g}" if place in weights else "" for place in places]),
            bars(F.pad(gates, (ends, ends)), names, "gates", lines=(0.5,),
                 colours=[MAPS if place == channel else PALE_MAPS for place in places],
                 said=[f"{gates[channel]:.2f}" if place == channel else "" for place in places])]


@torch.no_grad()
def gates_of(block: nn.Module, x: Tensor) -> Tensor:
    """Returns the numbers by which a channel gate multiplies the channels, (B, C, H, W) -> (B, C). No number in x may
    be 0."""
    return (block(x) / x).mean(dim=(2, 3))


def with_kernel(make_block: Callable[..., nn.Module], channels: int, kernel: Tensor) -> nn.Module:
    """Makes a block by `make_block(channels, kernel_size=k)`, sets the k numbers of its layer `conv` to `kernel`, and
    returns it."""
    block = make_block(channels, kernel_size=len(kernel))
    block.get_parameter("conv.weight").data = kernel[None, None].clone()
    return block


def slide_a_kernel(make_block: Callable[..., nn.Module]) -> None:
    """Displays a kernel that a slider moves along twelve channels, and the gates that a learner's ECA block computes
    for them."""
    places = {str(channel): channel for channel in range(len(HILL))}
    sizes = {str(len(kernel)): kernel for kernel in KERNELS}
    gates = {size: gates_of(with_kernel(make_block, len(HILL), kernel), HILL[None, :, None, None])[0]
             for size, kernel in sizes.items()}
    slide({"channel": places, "size of the kernel": sizes},
          lambda channel, kernel: kernel_at(HILL, kernel, gates[str(len(kernel))], channel),
          lambda channel, kernel: gate_in_words(HILL, kernel, gates[str(len(kernel))], channel), start=["6", "3"])


def gate_in_words(means: Tensor, kernel: Tensor, gates: Tensor, channel: int) -> str:
    """Says in words how one channel's score is computed, what its gate is, and how much of the kernel reaches beyond an
    end.

    means, gates: (C,).
    kernel: (k,) with odd k.
    """
    first = channel - len(kernel) // 2
    inside = [(weight, means[c].item()) for c, weight in enumerate(kernel.tolist(), first) if 0 <= c < len(means)]
    terms = " + ".join(f"{weight:g} · {mean:g}" for weight, mean in inside).replace("+ -", "- ")
    return (f"Channel {channel}: {terms} = {sum(weight * mean for weight, mean in inside):.1f}, gate "
            f"{gates[channel]:.2f}. Weights that meet zeros of the padding: {len(kernel) - len(inside)} of "
            f"{len(kernel)}.")


def show_matrices(matrices: Mapping[str, Tensor], alt: str) -> None:
    """Shows, side by side, the matrices that compute the scores of the gates from the means of the channels.

    matrices: (C, C) each, by title; row i is for the gate of channel i.
    alt: what a sighted reader sees in the picture.
    """
    show(_matrices(matrices), alt)


@house_figure
def _matrices(matrices: Mapping[str, Tensor]) -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(matrices), figsize=(3.3 * len(matrices), 3.5))
    for axis, (title, matrix) in zip(axes, matrices.items(), strict=True):
        matrix = numbers(matrix, title)
        reach = matrix.abs().max().item()
        axis.imshow(matrix.numpy(), cmap=colour_map("signed"), vmin=-reach, vmax=reach)
        axis.set_title(title, loc="center")
        axis.set(xlabel="looks at channel")
    axes[0].set_ylabel("gate of channel")
    figure.supxlabel("blue: above 0, orange: below 0, white: 0; each matrix on its own scale", fontsize=9)
    return figure


def show_tuned_in(block: nn.Module, discs: Discs, shown: int = 5) -> None:
    """Prints in how many pictures the glowing band has the largest gate. Then draws some of them, all bands added and
    the one band whose gate is widest open, and keeps the picture as `my_eca.png`. The two bands at the ends are left
    out, because their gates are always open.

    block: a trained gate for the bands, with a kernel `conv`.
    discs: new pictures.
    shown: how many of them are drawn.
    """
    gates = gates_of(block, discs.pictures)
    chosen = gates[:, 1:-1].argmax(1) + 1
    everywhere, inside = (100 * (bands == discs.bands).float().mean().item() for bands in (gates.argmax(1), chosen))
    print(f"the glowing band has the largest gate in {inside:.0f} % of {len(gates)} new pictures, or in "
          f"{everywhere:.0f} % if the two ends count as well")
    added, tuned = discs.pictures.sum(1), discs.pictures[torch.arange(len(chosen)), chosen]
    marks = ["✓" if right else "✗" for right in chosen == discs.bands]
    weights = sum(parameter.numel() for parameter in block.parameters())
    keepsake("my_eca.png", "One band of 48 holds a disc: which one? Three numbers tune in",
             {"all bands added": [(f"picture {number}", _stretched(added[number])) for number in range(shown)],
              "tuned in": [(f"band {chosen[number]} {marks[number]}", _stretched(tuned[number]))
                           for number in range(shown)]},
             f"ECA, written by hand: {weights} parameters, the right band in {inside:.0f} % of new pictures")


def _stretched(picture: Tensor) -> Tensor:
    """Returns the same picture, (H, W), from 0 at its darkest pixel to 1 at its brightest."""
    return (picture - picture.min()) / (picture.max() - picture.min())


def keep_colours(block: nn.Module, names: Sequence[str]) -> None:
    """Sorts the colour of photographs into 24 bands by its hue, and shows each photograph above a copy in which each
    colour is as strong as its band's gate is open.

    block: an ECA block, whose kernel may have been trained with any number of channels.
    names: photographs of the course.
    """
    photos = [F.adaptive_avg_pool2d(photograph(name), (200, 300)) for name in names]
    show(show_images(torch.stack([*photos, *(_gated_colours(block, photo) for photo in photos)]), list(names),
                     columns=len(names)),
         "Photographs, and below each the same in grey, with colour left where the gate of its band is open.")


def _gated_colours(block: nn.Module, photo: Tensor) -> Tensor:
    high, low = photo.amax(0), photo.amin(0)
    colour = high - low
    red, green, blue = (photo - low) / colour.clamp(min=1e-6)
    hue = torch.where(photo.argmax(0) == 0, green - blue,
                      torch.where(photo.argmax(0) == 1, 2 + blue - red, 4 + red - green)) / 6  # of a turn; red is 0
    band = ((hue + 1 / 6) % 1 * HUES).long().clamp(max=HUES - 1)  # cut at magenta, the rarest, whose gates are odd
    means = torch.zeros(HUES).index_add(0, band.flatten(), colour.flatten()).clamp(min=1e-6)
    gates = gates_of(block, (means / means.mean())[None, :, None, None])[0]
    grey = photo.mean(0)
    return (grey + (photo - grey) * gates[band]).clamp(0, 1)
