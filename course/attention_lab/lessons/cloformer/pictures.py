"""Pictures of lesson 09: cloths and scores, and how strongly the branches of a network respond to waves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...pictures.images import show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, cells
from ...pictures.style import FEATURES
from ...pictures.touch import slide
from ...tasks.scoring import right_of_each
from .cloth_net import ClothNet, right_with_anothers_keys
from .experiment import BOTH
from .task import SIDE, THREAD, grey_waves, movement, shown

if TYPE_CHECKING:
    from ...networks.training import Results

WAVELENGTHS = 2, 3, 4, 6, 8, 12, 24  # pixels
BRANCHES = "local", "global"


def answer_the_drawing(guess: str) -> None:
    """Says whether a guess about the drawing on top of the page, "rise" or "fall", is right."""
    print({"rise": "Yes: you see threads that fall, on the back of the cloth, so on the front they rise.",
           "fall": "That is what you see. But the glow is blue, so you see the back: on the front they rise."}
          .get(guess.strip().lower(), 'Write "rise" or "fall" first.'))


def show_cloths(cloths: Mapping[str, tuple[Tensor, Tensor]]) -> None:
    """Shows the first cloth of each set, under the set's name.

    cloths: pictures and answers, by the set's name.
    """
    show(show_images(shown(torch.cat([pictures[:1] for pictures, _ in cloths.values()])), titles=list(cloths)),
         "The same cloth three times: nine patches with fine diagonal threads in noise; with a wide coloured glow, "
         "without it, and with the glow's colours as a fine checkerboard.")


def print_what_is_used(results: Results, trained: ClothNet, cloths: tuple[Tensor, Tensor]) -> None:
    """Prints three tests of what the network with both branches uses.

    trained: one network of the arm "two of each".
    cloths: new pictures and their answers.
    """
    print(f"'{BOTH}', glow removed: {results.mean(BOTH, 'glow removed'):.0f} %;",
          f"as a checkerboard: {results.mean(BOTH, 'glow as checkerboard'):.0f} %;",
          f"with the keys and values of another cloth: {right_with_anothers_keys(trained, cloths):.0f} %")


def keep_cloths(networks: Mapping[str, nn.Module], cloths: tuple[Tensor, Tensor]) -> None:
    """Keeps a picture as `my_cloformer.png`: two new cloths, the threads as seen from the front, and what each network
    answers, with its score on all cloths. Where no question is asked, near the glow, the truth is half grey.

    networks: by name; the last one is the learner's.
    cloths: new pictures and their answers.
    """
    pictures, answers = cloths
    red = (pictures[:, 0] - pictures[:, 2]).sum((1, 2))
    of_each = torch.stack([(answers == each).sum((1, 2)) for each in (0, 1)]).amin(0)  # the rarer answer, in pixels
    two = [int((of_each * facing).argmax()) for facing in (red > 0, red < 0)]
    columns = [("the cloth\n", shown(pictures[two], enlarged=1)),
               ("the truth, where asked\n", torch.where(answers < 0, 0.5, answers.clamp(min=0))[two])]
    for name, network in networks.items():
        with torch.no_grad():
            said = network.eval()(pictures)
        score = right_of_each(said, answers)
        columns.append((f"{name}:\n{score:.0f} % right", said.argmax(1).float()[two]))
        print(f"{name}: {score:.1f} % right on {len(pictures)} new cloths")
    keepsake("my_cloformer.png", "Do the threads rise (dark) or fall (light), seen from the front of the cloth?",
             {side: [(words, stack[place]) for words, stack in columns]
              for place, side in enumerate(("red glow: the front", "blue glow: the back"))},
             f"CloFormer's attention, written by hand: {score:.1f} % right on {len(pictures)} new cloths")


# ---------------------------------------------------------------------- waves

def branch_output(net: ClothNet, branch: str, pictures: Tensor) -> Tensor:
    """Returns the output of the "local" or the "global" branch for pictures, (B, channels, H, W)."""
    module = net.attn.local_branches[0] if branch == "local" else net.attn.global_branch
    with torch.no_grad():
        return module(net.features(pictures))


def wave_responses(net: ClothNet) -> dict[str, dict[int, float]]:
    """Returns how strongly each branch responds to waves, by wavelength, in per cent of its strongest response."""
    return {branch: dict(zip(WAVELENGTHS,
                             (100 * each for each in movement(partial(branch_output, net, branch), WAVELENGTHS)),
                             strict=True))
            for branch in BRANCHES}


def slide_waves(networks: Mapping[str, ClothNet]) -> None:
    """Displays a slider for a wave and buttons for the networks. Below are the wave and, for each branch, the response
    of the channel that responds most."""
    found = {when: wave_responses(net) for when, net in networks.items()}
    strongest = {(when, branch): _strongest_channel(net, branch) for when, net in networks.items()
                 for branch in BRANCHES}

    def says(length: int, when: str) -> str:
        near, far = (found[when][branch][length] for branch in BRANCHES)
        return (f"A wave of {length} pixels, {when}: the local branch responds with {near:.0f} %, the global branch "
                f"with {far:.0f} % of its strongest response.")

    slide({"wavelength": {f"{length} pixels": length for length in WAVELENGTHS},
           "network": {when: when for when in networks}},
          lambda length, when: _passed(length, {branch: strongest[when, branch] for branch in BRANCHES}), says,
          start=(f"{THREAD} pixels", list(networks)[-1]))


def _strongest_channel(net: ClothNet, branch: str) -> dict[int, Tensor]:
    """Returns, by wavelength, how far one channel of a branch is from its values for plain grey. It is the channel with
    the strongest response."""
    grey = branch_output(net, branch, torch.zeros(1, 3, SIDE, SIDE))
    changes = {length: (branch_output(net, branch, grey_waves(length)[:1]) - grey)[0] for length in WAVELENGTHS}
    channel = torch.stack(list(changes.values())).square().mean((0, 2, 3)).argmax()
    return {length: change[channel] for length, change in changes.items()}


def _passed(length: int, of_branch: Mapping[str, Mapping[int, Tensor]]) -> list[Panel]:
    """Draws a wave and the response of each branch to it. A branch has the same scale for all wavelengths."""
    most = {branch: max(change.abs().max().item() for change in changes.values())
            for branch, changes in of_branch.items()}
    return [cells(grey_waves(length)[0] + 0.5, "the wave"),
            *(cells(changes[length], f"{branch} branch", high=most[branch], colour=FEATURES)
              for branch, changes in of_branch.items())]
