"""External Attention (Guo, Liu, Mu and Hu, "Beyond Self-attention: External Attention using Two Linear Layers for
Visual Tasks", 2021).

Tokens look at a memory of S learned slots, the same for all images, and not at each other; they meet in the sums over
the tokens alone. The exercises follow the authors' code (MenghaoGuo/EANet), whose small number in the denominator (eps)
is not in the paper's formula. What
differs: there the memory has always 64 slots, and M_v starts as a view of M_k transposed.
"""

import torch
from torch import Tensor, nn


def double_normalize(logits: Tensor, eps: float = 1e-9) -> Tensor:
    """A softmax over the tokens, then divided by the sum over the slots (plus eps): `(B, N, S) -> (B, N, S)`."""
    shares = torch.softmax(logits, dim=1)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)


class ExternalAttention(nn.Module):
    """Each token gathers from a memory shared by all images: `(B, N, dim) -> (B, N, dim)`."""

    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.mv(double_normalize(self.mk(x)))


def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    """Multiply-adds of the two matrix products: of self-attention on n tokens, and of external attention."""
    return 2 * n * n * dim, 2 * n * dim * memory_size


class ExternalAttentionBlock(nn.Module):
    """EANet's unit, external attention between two 1x1 convolutions, with a shortcut:
    `(B, C, H, W) -> (B, C, H, W)`."""

    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.conv1(x).flatten(2).transpose(1, 2)  # (B, N, C)
        gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return torch.relu(x + self.bn(self.conv2(gathered)))


def head_width(dim: int, num_heads: int) -> int:
    """The channels of a head.

    Raises:
        ValueError: dim is not divisible by num_heads.
    """
    width, rest = divmod(dim, num_heads)
    if rest:
        raise ValueError(f"dim must be divisible by num_heads: {dim} and {num_heads}")
    return width


class MultiHeadExternalAttention(nn.Module):
    """External attention in `num_heads * expansion` heads that share one small memory: `(B, N, dim) -> (B, N, dim)`.

    Raises:
        ValueError: as `head_width`.
    """

    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads, head_dim = num_heads * expansion, head_width(dim, num_heads)
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(head_dim, memory_size)
        self.mv = nn.Linear(memory_size, head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: Tensor) -> Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, heads, N, head_dim)
        weights = double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])
        gathered = self.mv(weights).transpose(1, 2).flatten(2)
        return self.proj(gathered)
