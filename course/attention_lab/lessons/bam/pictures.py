"""Plots of lesson 04: the positions that dilated layers see, a strip with sliders that shows the pixels that a spatial
branch sees, and the places that trained branches mark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.inside import output_inside
from ...pictures.images import show, show_maps
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, cells
from ...pictures.style import ALERT, FEATURES, colour_map
from ...pictures.touch import slide
from .dilated_reach import ways_to_the_centre
from .task import bars_and_posts, right_on_strips

BARS = (10, 31)  # columns in the middle of the two bars of a strip with posts 8 pixels away
PALE = 0.15  # opacity of pixels that are not seen


def pixels_reached(layers: nn.Module, size: tuple[int, int], place: tuple[int, int]) -> list[Tensor]:
    """Returns which pixels of a strip send a gradient to a position of the output of each convolution, (H, W) each, in
    the order in which the convolutions are called (lesson 04). All parameters of the layers are set to 1.

    layers: (1, 2, H, W) -> (1, 1, H, W).
    size: H and W.
    place: row and column of the position.
    """
    for numbers in layers.eval().parameters():
        nn.init.ones_(numbers)  # so that nothing cancels, and no ReLU is closed
    outputs: list[Tensor] = []
    hooks = [module.register_forward_hook(lambda _, __, output: outputs.append(output))
             for module in layers.modules() if isinstance(module, nn.Conv2d)]
    x = torch.ones(1, 2, *size, requires_grad=True)
    layers(x)
    for hook in hooks:
        hook.remove()
    return [torch.autograd.grad(output[0, :, place[0], place[1]].sum(), x, retain_graph=True)[0][0, 0] > 0
            for output in outputs]


def parts_seen(strip: Tensor, seen: Tensor) -> str:
    """Says in a sentence how far a position sees, and whether it sees the bar that counts and a post (lesson 04).

    strip: (2, H, W), a picture of `bars_and_posts` whose left bar counts.
    seen: (H, W), from `pixels_reached`.
    """
    bar, posts = strip > 0.5
    bar[:, bar.shape[1] // 2:] = False  # leaves out the other bar
    of_bar, of_posts = ("yes" if (seen & part).any() else "no" for part in (bar, posts))
    return (
        f"it sees {seen.sum()} pixels, in {seen.any(0).sum()} columns. The left bar: {of_bar}; a post beside it:"
        f" {of_posts}."
    )


def strip_seen(strip: Tensor, seen: Tensor, place: tuple[int, int]) -> list[Panel]:
    """Draws a strip with blue bars and brown posts (lesson 04). It is pale where it is not seen. A frame marks the
    position whose view is shown.

    strip: (2, H, W), a picture of `bars_and_posts`.
    seen: (H, W), True where a pixel is seen.
    place: row and column of the frame.
    """
    blue, posts = strip.clamp(0, 1)[..., None]  # (H, W, 1)
    paints = torch.tensor([[int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
                           for colour in (FEATURES, ALERT, "#CDCDCD")])
    colours = blue * paints[0] + posts * paints[1] + (1 - blue - posts).clamp(0, 1) * paints[2]
    shown = torch.where(seen[..., None], colours, 1 - PALE * (1 - colours))
    return [cells(shown.permute(2, 0, 1), "pale: not seen", side=16 * len(seen), ring=(*place, 1, 1))]


def show_ways(*networks: Sequence[int]) -> None:
    """Shows, for each network, which positions reach the central one, and in how many ways.

    networks: each is given as the dilations of its 3 x 3 convolutions.
    """
    ways = {tuple(dilations): ways_to_the_centre(dilations) for dilations in networks}
    titles = {f"dilations {dilations}: {int((counts > 0).sum())} positions": counts
              for dilations, counts in ways.items()}
    show(show_maps(titles, "ways to reach the centre (9, 9)"),
         f"Grids of 19 x 19 positions; darker: more ways lead to the centre. {'; '.join(titles)}. "
         "With dilation 1 they lie side by side, and with a larger one there are holes between them.")


def slide_a_position(make_branch: Callable[..., nn.Module]) -> None:
    """Displays a strip and sliders, with the pixels that a position sees through a 3 x 3 convolution and a learner's
    spatial branch.

    make_branch: the class of the branch, called with 4 channels, reduction 1 and a dilation; (1, 4, 5, 42) -> (1, 1, 5,
        42).
    """
    strip = bars_and_posts(1, distance=8, seed=1).pictures[0]  # the posts stand at the left bar

    dilations, columns = (1, 2, 4, 8), (10, 12, 14, 16, 18)
    names = ("3 x 3", "1 x 1", "3 x 3, dilated", "3 x 3, dilated", "1 x 1")
    seen = {(dilation, column): pixels_reached(
        nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), make_branch(4, 1, dilation)), (strip.shape[1], strip.shape[2]),
        (2, column)) for dilation in dilations for column in columns}

    slide({"dilation": {str(dilation): dilation for dilation in dilations},
           "column": {str(column): column for column in columns},
           "after convolution": {str(layer + 1): layer for layer in range(len(names))}},
          lambda dilation, column, layer: strip_seen(strip, seen[dilation, column][layer], (2, column)),
          lambda dilation, column, layer: f"Dilation {dilation}, from column {column}, after convolution {layer + 1} "
                                          f"({names[layer]}): {parts_seen(strip, seen[dilation, column][layer])}",
          start=["1", "14", "5"], plays="after convolution")


def print_sides(module: nn.Module, output_size: Callable[..., int], sides: Sequence[int] = (7, 8, 14, 28)) -> None:
    """Prints how three layers of `PostedAttention`, the module that somebody posted, shrink the sides of an input, and
    whether the module can run on such an input at all.

    module: a `PostedAttention` with 64 channels.
    output_size: the learner's function of size, kernel size, padding and dilation.
    sides: the sides of the inputs that are tried.
    """
    for side in sides:
        steps = [side]
        for _ in range(3):
            steps.append(output_size(steps[-1], 3, padding=1, dilation=2))
        try:
            module(torch.randn(2, 64, side, side))
            outcome = "runs"
        except RuntimeError as error:
            outcome = str(error).split(" at ")[0]
        print(" -> ".join(map(str, steps)), " ", outcome)


@torch.no_grad()
def show_posted_and_repaired(posted: nn.Module, repaired: nn.Module) -> None:
    """Shows the outputs of the posted spatial attention and of its repaired version. Both have the same weights and get
    the same 64 channels of 7 x 7 positions."""
    noise = torch.randn(1, 64, 21, 21, generator=torch.Generator().manual_seed(1))
    x = 3 * F.avg_pool2d(noise, 3)
    maps = {name: module(x)[0, 0] for name, module in (("the post", posted), ("repaired", repaired))}
    titles = {f"{name}: different values: {len(values.unique())}": values for name, values in maps.items()}
    show(show_maps(titles, "result (untrained)"),
         f"Two maps of 7 x 7 positions. {'; '.join(titles)}. The post's map has one colour everywhere, the repaired "
         "one varies.")


@torch.no_grad()
def show_what_branches_mark(networks: Mapping[str, nn.Module]) -> None:
    """Prints how strongly trained spatial branches mark the bar that counts and the other one. Then draws their maps
    for one pair of bars with posts around the left bar and around the right one, and the difference between the two,
    and keeps the picture as `my_bam.png`.

    networks: by name; each has a module `spatial` and was trained on strips with posts 8 pixels away. The last one is
        named below the picture.
    """
    strips = bars_and_posts(500, 8, seed=16)
    largest = {}
    for name, network in networks.items():
        values = output_inside(network, "spatial", strips.pictures)[:, 0]
        largest[name] = values.abs().max()
        counts, other = at_both_bars(values / largest[name], strips.places)
        print(f"{name}: Ms is {counts:5.2f} at the bar that counts, {other:5.2f} at the other one")
    shown = int((strips.horizontal[:, 0] & ~strips.horizontal[:, 1] & (strips.places == 0)).nonzero()[0])
    pair = torch.stack([strips.pictures[shown], strips.pictures[shown]])
    pair[1, 1] = pair[1, 1].flip(1)  # the posts around the other bar
    rows = {"strip": [(f"posts around the {side} bar", _coloured(strip))
                      for side, strip in zip(("left", "right"), pair, strict=True)]}
    rows["strip"].append(("what moved", _coloured((pair[1] - pair[0]).abs())))
    for name, network in networks.items():
        maps, said = output_inside(network, "spatial", pair)[:, 0], network.eval()(pair).argmax(1)
        rows[name] = [(f"{name} says {'horizontal' if answer else 'vertical'} {'✓' if answer == right else '✗'}",
                       _marked(values / largest[name]))
                      for values, answer, right in zip(maps, said, (1, 0), strict=True)]
        change = maps[1] - maps[0]
        rows[name].append(("where Ms changed with it", _marked(change / change.abs().max())))
    name, network = list(networks.items())[-1]
    keepsake("my_bam.png", "Is the bar between the posts horizontal? What the spatial branch marks", rows,
             f"BAM, written by hand, {name}: {right_on_strips(network, strips):.0f} % right on new strips")


def _marked(values: Tensor) -> Tensor:
    """Returns a map (H, W) from -1 to 1 as a picture, dark where it is large and pale where it is negative."""
    return colour_map("maps")((values.clamp(-1, 1) / 2 + 0.5).numpy())


def _coloured(strip: Tensor) -> Tensor:
    """Returns a strip of bars and posts, (2, H, W), as a picture with blue bars and brown posts, (3, H, W)."""
    paper, *colours = (torch.tensor(rgb)[:, None, None] for rgb in ((0.96, 0.96, 0.96), (0.1, 0.3, 0.75),
                                                                 (0.6, 0.35, 0.1)))
    return (paper + sum(part.clamp(0, 1) * (colour - paper) for part, colour in zip(strip, colours, strict=True))
            ).clamp(0, 1)


def at_both_bars(maps: Tensor, places: Tensor) -> tuple[float, float]:
    """Returns the mean of the maps over the bar that counts, and over the other one.

    maps: (n, 5, 42).
    places: (n,), 0 if the left bar counts.
    """
    bars = torch.stack([maps[:, 1:4, column - 1:column + 2].mean((1, 2)) for column in BARS], dim=1)
    each = torch.arange(len(maps))
    return bars[each, places].mean().item(), bars[each, 1 - places].mean().item()
