"""Dual Attention Network (Fu et al., "Dual Attention Network for Scene Segmentation", CVPR 2019).

Position attention: every position gathers what all positions say, weighted by how well query and key fit, without a
scale. Channel
attention: every channel gathers all channels, weighted by their similarity. Both add what they gathered to x, times
`gamma`, which starts at zero. The authors' code (CASIA-IVA-Lab/DANet) turns the similarity of channels around,
`max(E) - E` (`negate=True`); the head follows it.
"""
import torch
from torch import Tensor, nn

from solutions.shared.bottleneck import hidden_channels


class PositionAttention(nn.Module):
    """Each position gathers from all positions: `(B, C, H, W) -> (B, C, H, W)` (section 3.2 of the paper).

    Raises:
        ValueError: as `hidden_channels`.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        hidden = hidden_channels(channels, reduction)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x: Tensor) -> Tensor:
        """Row j: how position j weighs all positions, `(B, N, N)` with N = H * W."""
        queries = self.query(x).flatten(2).transpose(1, 2)  # (B, N, C // r)
        keys = self.key(x).flatten(2)
        return torch.softmax(queries @ keys, dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        values = self.value(x).flatten(2)
        gathered = values @ self.attention(x).transpose(1, 2)
        return x + self.gamma * gathered.reshape(x.shape)


class ChannelAttention(nn.Module):
    """Each channel gathers all channels of its image: `(B, C, H, W) -> (B, C, H, W)` (section 3.3 of the paper).

    negate: as the authors' code, where a channel weighs those most that are least like it.
    """

    def __init__(self, negate: bool = False) -> None:
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x: Tensor) -> Tensor:
        """Row i: how channel i weighs all channels, `(B, C, C)`."""
        channels = x.flatten(2)
        energy = channels @ channels.transpose(1, 2)
        if self.negate:
            energy = energy.amax(dim=-1, keepdim=True) - energy
        return torch.softmax(energy, dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        gathered = self.attention(x) @ x.flatten(2)
        return x + self.gamma * gathered.reshape(x.shape)


def conv_bn_relu(in_channels: int, out_channels: int) -> nn.Sequential:
    """A 3x3 convolution that keeps H and W, BatchNorm, ReLU."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False), nn.BatchNorm2d(out_channels),
                         nn.ReLU())


def classifier(channels: int, num_classes: int) -> nn.Sequential:
    """Scores for each class at each position."""
    return nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(channels, num_classes, 1))


class DANetHead(nn.Module):
    """Both attentions side by side, summed, and scores for each class: `(B, C, H, W)` to three of
    `(B, num_classes, H, W)`.

    In order: from the sum of both branches, from the position branch alone, from the channel branch alone.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        inter = in_channels // 4
        self.position_in, self.channel_in = conv_bn_relu(in_channels, inter), conv_bn_relu(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out, self.channel_out = conv_bn_relu(inter, inter), conv_bn_relu(inter, inter)
        self.classify_fused = classifier(inter, num_classes)
        self.classify_position = classifier(inter, num_classes)
        self.classify_channel = classifier(inter, num_classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        position = self.position_out(self.position(self.position_in(x)))
        channel = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(position + channel), self.classify_position(position), self.classify_channel(channel)
