"""Pictures of lesson 05c: patches, what the scale does before anything is learned, and what heads read on a poster and
on a photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...pictures import panels
from ...pictures.images import show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.style import FEATURES, MAPS, OTHER, house_figure
from ...pictures.touch import slide
from ...tasks.digits_on_photos import OTHER_COLOUR
from .photo_digits import class_token_reads, new_digits, written_on

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

LENGTHS, KEYS, QUERIES = (4, 16, 64, 256, 1024), 36, 400


ANSWERS = (*map(str, range(10)), "not it")
INKS = {"red": 0, "blue": 2}


def show_tokens(photo: Tensor, tokens: Tensor) -> None:
    """Shows a photograph (3, H, W) beside its tokens (1, N, 3), each of which is the mean colour of a patch of 8 x 8
    pixels."""
    rows, columns = (length // 8 for length in photo.shape[1:])
    print(f"{tokens.shape[1]} tokens of {tokens.shape[2]} numbers")
    coarse = tokens[0].detach().T.unflatten(1, (rows, columns))
    blocks = F.interpolate(coarse[None], scale_factor=8)[0].clamp(0, 1)
    show(show_images(torch.stack([photo, blocks]), ["the photograph", "its tokens"]),
         "A photograph, and beside it the same picture in blocks of 8 x 8 pixels, one a token.")


def start_of_a_softmax(length: int, scaled: bool) -> tuple[float, float]:
    """Returns the mean of the largest weight of a row, and the median row's size of the gradient at its logits, for
    random queries and keys of this length and a random gradient at the weights."""
    g = torch.Generator().manual_seed(0)
    queries, keys, wanted = (torch.randn(*shape, generator=g) for shape in ((QUERIES, length), (KEYS, length),
                                                                           (QUERIES, KEYS)))
    logits = (queries @ keys.T * (length ** -0.5 if scaled else 1)).requires_grad_()
    weights = logits.softmax(1)
    (weights * wanted).sum().backward()
    assert logits.grad is not None
    return weights.amax(1).mean().item(), logits.grad.norm(dim=1).median().item()


def compare_scales() -> None:
    """Shows the largest weight and the gradient of a typical row for queries of several lengths, with and without the
    scale."""
    found = {scaled: [start_of_a_softmax(length, scaled) for length in LENGTHS] for scaled in (True, False)}
    (weight, gradient), (free_weight, free_gradient) = found[True][-1], found[False][-1]
    show(_drawn(found), f"Two plots against the length of a query, from 4 to 1,024. Divided by its root, the largest "
         f"weight is {weight:.2f} at the end and a typical row's gradient {gradient:.2f}; undivided they are "
         f"{free_weight:.2f} and {free_gradient:.4f}.")


def lit_up(picture: Tensor, weights: Tensor, cell: tuple[int, int]) -> Tensor:
    """Returns a picture in which the cell that reads stays light, and each other cell is as light as its weight.

    picture: (3, H, W) from 0 to 1.
    weights: (N, N), the map of one head, for a square grid of N cells.
    cell: the row and the column of the cell that reads.
    """
    side = int(len(weights) ** 0.5)
    light = weights[side * cell[0] + cell[1]].view(side, side).clone()
    light[cell] = 1
    return picture * F.interpolate(0.15 + 0.85 * light[None, None], picture.shape[1:])[0]


@house_figure
def _drawn(found: dict[bool, list[tuple[float, float]]]) -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(7.2, 2.4))
    for number, (axis, title) in enumerate(zip(axes, ("largest weight of a row", "gradient of a typical row"),
                                               strict=True)):
        for scaled, colour, words in ((True, FEATURES, "divided by the root"), (False, MAPS, "not divided")):
            axis.plot(LENGTHS, [each[number] for each in found[scaled]], "o-", color=colour, label=words)
        axis.set(xscale="log", xticks=LENGTHS, xticklabels=[str(length) for length in LENGTHS],
                 xlabel="length of a query", title=title)
        axis.minorticks_off()
    axes[0].set_ylim(0, 1)
    axes[1].set_yscale("log")
    axes[1].legend(frameon=False)
    return figure


def show_new_digits() -> None:
    """Shows six of the pictures to test on, each with its right answer; three of the digits count."""
    digits = new_digits(50)
    chosen = (digits.labels == OTHER_COLOUR).sort(stable=True).indices
    six = torch.stack([chosen[:3], chosen[-3:]], dim=1).flatten()
    answers = [ANSWERS[label] for label in digits.labels[six].tolist()]
    show(show_images(digits.pictures[six] / 2 + 0.5, answers, columns=6),
         "Six small pieces of photographs in coloured frames, each with a handwritten digit. The right answers: "
         f"{', '.join(answers)}.")


def touch_digits(network: nn.Module, photo: Tensor) -> None:
    """Displays a photograph (3, H, W), from 0 to 1, with a digit in a frame on it: what the network says, and where the
    class token looks in each head of the first block. The digit, its colour and the frame's follow three controls."""
    def picture(digit: int, colour: str, frame: str) -> Tensor:
        return written_on(photo, digit, INKS[colour], INKS[frame])[None]

    def says(digit: int, colour: str, frame: str) -> Tensor:
        with torch.no_grad():
            return network(picture(digit, colour, frame)).softmax(1)[0]

    def drawn(digit: int, colour: str, frame: str) -> list[panels.Panel]:
        x = picture(digit, colour, frame)
        light = class_token_reads(network, x, block=0)[0]
        right = digit if colour == frame else OTHER_COLOUR
        return [panels.cells(x[0] / 2 + 0.5, "the picture", side=130),
                *(panels.lit(x[0] / 2 + 0.5, each / each.max(), f"head {number}", side=130)
                  for number, each in enumerate(light, 1)),
                panels.bars(says(digit, colour, frame), ANSWERS, "what it says",
                            colours=[FEATURES if answer == right else OTHER for answer in range(len(ANSWERS))])]

    def told(digit: int, colour: str, frame: str) -> str:
        said = says(digit, colour, frame)
        return f"The network says {ANSWERS[int(said.argmax())]}, with a probability of {said.max():.2f}."

    slide({"digit": {str(digit): digit for digit in range(10)},
           "its colour": {ink: ink for ink in INKS}, "the frame": {ink: ink for ink in INKS}}, drawn, told,
          start=["3", "red", "red"])


def keep_heads(poster: Tensor, maps: Tensor, flag: tuple[int, int], network: nn.Module, says: str) -> None:
    """Keeps two heads over a flag, and two of the class token's heads over a digit, as `my_heads.png`.

    maps: (2, 36, 36). network: a vision transformer that has learned the digits; the two heads are those that give the
        most and the least of their light to the middle of this digit.
    """
    digit = new_digits(2).pictures[1]
    light = class_token_reads(network, digit[None], block=0)[0]
    shares = light[:, 1:-1, 1:-1].sum((1, 2)) / light.sum((1, 2))
    digit = digit / 2 + 0.5
    both = [(f"head {head + 1}", digit * F.interpolate(0.15 + 0.85 * (light[head] / light[head].max())[None, None],
                                                       digit.shape[1:])[0])
            for head in (int(shares.argmax()), int(shares.argmin()))]
    flags = [(f"head {head + 1}", lit_up(poster, maps[head], flag)) for head in range(2)]
    keepsake("my_heads.png", "A head is a look-up, and two questions take two",
             {"a flag": [("one poster", poster), *flags], "a digit that counts?": [("one photograph", digit), *both]},
             says)
