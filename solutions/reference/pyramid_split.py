"""Pyramid split attention (Zhang et al., "EPSANet: An Efficient Pyramid Squeeze Attention Block", 2021)."""
import torch
from torch import Tensor, nn


class SEWeight(nn.Module):
    """The channel weights of an image, given out and not applied: `(B, C, H, W) -> (B, C, 1, 1)`.

    It is Squeeze-and-Excitation with 1x1 convolutions that have biases, as in the authors' `SEWeightModule`.

    Raises:
        ValueError: the bottleneck has no channel left, `channels // reduction == 0`.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        hidden = channels // reduction
        self.fc1 = nn.Conv2d(channels, hidden, kernel_size=1)
        self.fc2 = nn.Conv2d(hidden, channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))
