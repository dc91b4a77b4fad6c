"""Pictures of lesson 01: a lamp whose colour can be changed, what it does to a picture's means, and a gate that follows
the lamp."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...pictures.images import show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, bars, cells, hexadecimal
from ...pictures.style import FEATURES, INK, LAYERS, house_figure
from ...pictures.touch import slide
from ...tasks.data import lamp_scenes, photograph, under_lamp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATIOS = tuple(4 ** (step / 6) for step in range(-6, 7))  # the lamp's red divided by its blue
FOUR_LAMPS = 0.4, 0.63, 1.6, 2.5  # their red divided by their blue
CENTRE = 8  # row and column of a pixel on the paper in the centre


def slide_a_lamp() -> None:
    """Displays papers under a lamp whose colour follows a slider, the means of the picture, and what the two rules from
    the beginning of the lesson say about it."""
    slide({"red / blue of the lamp": {f"{ratio:.2g}": ratio for ratio in RATIOS},
           "papers": dict(zip("ABC", lamp_scenes(3, seed=34).paper, strict=True))},
          lambda ratio, paper: lamp_and_means(_lit(ratio, paper), paper, _lamp(ratio)),
          lambda ratio, paper: rules_in_words(_lit(ratio, paper), paper, ratio), start=["1.6", "A"])


def _lamp(ratio: float) -> Tensor:
    """Returns the colour of a lamp, (3,). ratio: its red divided by its blue."""
    return torch.tensor([ratio ** 0.5, 1, ratio ** -0.5]) / 2


def _lit(ratio: float, paper: Tensor) -> Tensor:
    return paper * _lamp(ratio)[:, None, None]


def rules_in_words(image: Tensor, paper: Tensor, ratio: float) -> str:
    """Says what colour the centre pixel seems to have, alone and after each channel is divided by its mean, and whether
    each answer is right.

    image: the picture under the lamp, (3, 16, 16).
    paper: the picture in white light, (3, 16, 16).
    ratio: the lamp's red divided by its blue.
    """
    truth, *answers = ("red" if each[0, CENTRE, CENTRE] > each[2, CENTRE, CENTRE] else "blue"
                       for each in (paper, image, image / image.mean((1, 2), keepdim=True)))
    centre, divided = (f"more {answer}, which is {'right' if answer == truth else 'wrong'}" for answer in answers)
    return f"The lamp's red / blue is {ratio:.2g}. The centre alone: {centre}. Divided by the means: {divided}."


def lamp_and_means(image: Tensor, paper: Tensor, lamp: Tensor) -> list[Panel]:
    """Draws a picture under its lamp, the means of its red, green and blue, the picture divided by these means, and the
    picture in white light.

    image: the picture under the lamp, (3, H, W) in [0, 1]; its middle is framed.
    paper: the picture in white light, (3, H, W) in [0, 1]; its middle is framed.
    lamp: the lamp's colour, (3,), drawn around `image`.
    """
    means = image.mean((1, 2))
    divided = image / means[:, None, None]
    height, width = image.shape[1:]
    framed = (0.3 * height, 0.3 * width, 0.4 * height, 0.4 * width)
    return [cells(image, "the camera sees", ring=framed, around=hexadecimal(lamp / lamp.max())),
            bars(means, "RGB", "its three means", colours=("#C0392B", LAYERS, FEATURES)),
            cells(divided / divided.max(), "divided by its means", ring=framed),
            cells(paper, "in white light", ring=framed)]


@torch.no_grad()
def show_photograph_under_lamps(block: nn.Module, name: str) -> None:
    """Shows a photograph under a blue lamp, in white light and under a red lamp, and below each what a block makes of
    it.

    block: takes pictures (B, 3, H, W), and returns as many.
    name: a photograph of the course.
    """
    photo = F.adaptive_avg_pool2d(photograph(name), (160, 240))
    seen = torch.stack([_lit(ratio, photo) for ratio in (0.4, 1, 2.5)])
    rows = [each / each.amax((1, 2, 3), keepdim=True) for each in (seen, block(seen))]
    show(show_images(torch.cat(rows), [*("blue lamp", "white light", "red lamp"), *["after your block"] * 3],
                     columns=3),
         f"The photograph {name} under three lamps, and below each what the block makes of it, made brighter.")


def show_gate_under_lamps(gates_of: Callable[[Tensor], Tensor]) -> None:
    """Shows the gate that depends most on the lamp, for one set of papers under 200 lamps. Prints how much this gate
    varies with the lamp, and how much with the papers.

    gates_of: takes pictures (n, 3, 16, 16), and returns gates (n, C).
    """
    lit, lamps = under_lamp(lamp_scenes(1, seed=9).paper.expand(200, -1, -1, -1), seed=5)
    other_papers = lamp_scenes(200, seed=10).paper * lamps[:1, :, None, None]
    gates, by_papers = gates_of(lit), gates_of(other_papers)
    balance = (lamps[:, 0] / lamps[:, 2]).log2()
    correlation = torch.corrcoef(torch.cat([gates.T, balance[None]]))[:-1, -1].nan_to_num()
    chosen = int(correlation.abs().argmax())
    print(f"standard deviation of gate {chosen}: {gates[:, chosen].std():.2f} over lamps, "
          f"{by_papers[:, chosen].std():.2f} over papers")
    show(_gate_under_lamps(gates[:, chosen], balance, lamps, chosen, correlation[chosen].item()),
         f"A scatter plot: gate {chosen} against the lamp's balance of red and blue, one dot for each of 200 lamps. "
         f"Their correlation is {correlation[chosen]:.2f}.")


@house_figure
def _gate_under_lamps(gates: Tensor, balance: Tensor, lamps: Tensor, channel: int, correlation: float) -> Figure:
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(6.5, 3.2))
    axis.scatter(balance, gates, c=(lamps / lamps.amax(1, keepdim=True)).numpy(), edgecolors=INK, linewidths=0.5, s=26)
    axis.set(xlabel="lamp: log2(red / blue); each dot has its lamp's colour", ylabel=f"gate of channel {channel}",
             ylim=(-0.05, 1.05),
             title=f"The same papers under 200 lamps: correlation {correlation:.2f}")
    return figure


@torch.no_grad()
def show_answers_under_lamps(networks: Mapping[str, nn.Module]) -> None:
    """Prints how often each network is right at the centre of new pictures under four lamps. Then draws one set of
    papers under these lamps with each network's answer at every pixel, says how many of these are right, and keeps the
    picture as `my_se.png`.

    networks: by their names, the learner's last; each takes pictures (B, 3, 16, 16), and returns scores (B, 2, 16, 16)
        for more blue and more red.
    """
    new, shown = lamp_scenes(500, seed=7), lamp_scenes(1, seed=24).paper[0]
    lit = {ratio: _lit(ratio, new.paper) for ratio in FOUR_LAMPS}
    rights = {name: [100 * (network.eval()(pictures)[:, :, CENTRE, CENTRE].argmax(1) == new.label).float().mean().item()
                     for pictures in lit.values()] for name, network in networks.items()}
    for name, right in rights.items():
        print(f"{name}, right at the centre of 500 new pictures, from the blue lamp to the red one: "
              f"{', '.join(f'{each:.0f} %' for each in right)}")
    pictures = {ratio: _lit(ratio, shown) for ratio in FOUR_LAMPS}
    rows = {"camera": [(f"lamp: red / blue = {ratio:.2g}", picture / picture.max())
                       for ratio, picture in pictures.items()]}
    for name, network in networks.items():
        scores = [network(picture[None])[0] for picture in pictures.values()]
        rows[name] = [(f"{_right_pixels(each, shown):.0f} % of the pixels right", _red_or_blue(each))
                      for each in scores]
    name, right = list(rights.items())[-1]
    keepsake("my_se.png", "The same papers under four lamps: is a pixel's paper more red, or more blue?", rows,
             f"{name}, written by hand: {min(right):.0f} to {max(right):.0f} % right at the centre of new "
             "pictures, lamp by lamp")


def _right_pixels(scores: Tensor, paper: Tensor) -> float:
    """Returns the share of pixels at which a network's answer is the paper's, in per cent.

    scores: (2, H, W), for more blue and more red.
    paper: the picture in white light, (3, H, W).
    """
    return 100 * (scores.argmax(0) == (paper[0] > paper[2])).float().mean().item()


def _red_or_blue(scores: Tensor) -> Tensor:
    """Returns a picture of a network's answers, (3, H, W): red or blue, and paler where the network is less sure.

    scores: (2, H, W), for more blue and more red.
    """
    sure = scores.softmax(0)[1][None]
    red, blue, grey = (torch.tensor(colour)[:, None, None] for colour in ((0.75, 0.22, 0.17), (0.17, 0.35, 0.7),
                                                                       (0.92, 0.92, 0.92)))
    return torch.where(sure > 0.5, grey + (2 * sure - 1) * (red - grey), grey + (1 - 2 * sure) * (blue - grey))
