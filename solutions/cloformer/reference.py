"""CloFormer (Fan and others, "Rethinking Local Perception in Lightweight Vision Transformer", 2023).

Two branches side by side: AttnConv, a depth-wise convolution whose result is multiplied by weights made from the same
neighbourhood, and ordinary attention over an average-pooled map. The exercises follow the authors' code
(qhfan/CloFormer, models/blocks.py). What differs: an empty local group may stand anywhere in `group_split`; theirs
stops with an IndexError if another group follows it. Rows and columns left over at the border are dropped;
theirs stops. BatchNorm is not synchronised between devices.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class AttnMap(nn.Module):
    """Two 1x1 convolutions with a SiLU between them: `(B, dim, H, W) -> (B, dim, H, W)`."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, 1)
        self.conv2 = nn.Conv2d(dim, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(F.silu(self.conv1(x)))


class AttnConv(nn.Module):
    """The local branch: shared weights, then context-aware ones, `(B, dim, H, W) -> (B, heads * head_dim, H, W)`."""

    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        width = heads * head_dim
        self.scale = head_dim ** -0.5
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
        return torch.tanh(self.attn_map(q * k) * self.scale) * v


class GlobalBranch(nn.Module):
    """Attention of all positions over the means of windows, `(B, dim, H, W) -> (B, heads * head_dim, H, W)`."""

    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.window_size, self.scale = heads, window_size, head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = F.avg_pool2d(x, self.window_size)
        q = self.q(x).flatten(2).unflatten(1, (self.heads, -1))  # (B, heads, head_dim, N)
        k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)  # each (B, heads, head_dim, M)
        weights = torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3)  # (B, heads, N, M)
        gathered = v @ weights.transpose(2, 3)  # (B, heads, head_dim, N)
        return gathered.flatten(1, 2).unflatten(2, x.shape[2:])


def head_width(dim: int, num_heads: int) -> int:
    """The channels of a head.

    Raises:
        ValueError: dim is not divisible by num_heads.
    """
    width, rest = divmod(dim, num_heads)
    if rest:
        raise ValueError(f"dim must be divisible by num_heads: {dim} and {num_heads}")
    return width


def local_groups(num_heads: int, group_split: Sequence[int], kernel_sizes: Sequence[int]) -> list[tuple[int, int]]:
    """The heads and the kernel of each local group, without empty ones.

    Raises:
        ValueError: group_split does not sum to num_heads, or a local group has no kernel of its own.
    """
    local_heads = group_split[:-1]
    if sum(group_split) != num_heads:
        raise ValueError(f"group_split must sum to num_heads: {list(group_split)} and {num_heads}")
    if len(local_heads) != len(kernel_sizes):
        raise ValueError(f"each of the {len(local_heads)} local groups needs its kernel size: {list(kernel_sizes)}")
    return [(heads, size) for heads, size in zip(local_heads, kernel_sizes, strict=True) if heads > 0]


def leads_on(stride: int, dim: int, out_dim: int) -> bool:
    """Does a block with this stride lead to the next stage?

    Raises:
        ValueError: it does not, but the width changes.
    """
    if stride == 1 and out_dim != dim:
        raise ValueError(f"with stride 1 out_dim must be dim: {out_dim} and {dim}")
    return stride > 1


class CloAttention(nn.Module):
    """Heads that look near, in one group for each kernel size, and heads that look everywhere:
    `(B, dim, H, W) -> (B, dim, H, W)`.

    The last entry of `group_split` is the global branch's number of heads, the others belong to `kernel_sizes`, one by
    one.

    Raises:
        ValueError: as `head_width` and `local_groups`.
    """

    def __init__(self, dim: int, num_heads: int, group_split: Sequence[int], kernel_sizes: Sequence[int],
                 window_size: int = 7) -> None:
        super().__init__()
        head_dim, global_heads = head_width(dim, num_heads), group_split[-1]
        groups = local_groups(num_heads, group_split, kernel_sizes)
        self.local_branches = nn.ModuleList(AttnConv(dim, heads, head_dim, size) for heads, size in groups)
        self.global_branch = GlobalBranch(dim, global_heads, head_dim, window_size) if global_heads > 0 else None
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        found = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            found.append(self.global_branch(x))
        return self.proj(torch.cat(found, dim=1))


class ConvFFN(nn.Module):
    """An MLP at each position with a depth-wise convolution inside:
    `(B, in_channels, H, W) -> (B, out_channels, H', W')`."""

    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int, stride: int,
                 out_channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.dwconv = nn.Conv2d(
            hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(self.dwconv(F.gelu(self.fc1(x))))


class CloBlock(nn.Module):
    """CloAttention, then ConvFFN, each behind a norm and beside a shortcut: `(B, dim, H, W) -> (B, out_dim, H', W')`.

    With stride 2 the second half leads to the next stage: H' is H / 2, rounded up, and the shortcut is `downsample`.

    Raises:
        ValueError: as `CloAttention` and `leads_on`.
    """

    def __init__(
        self, dim: int, out_dim: int, num_heads: int, group_split: Sequence[int], kernel_sizes: Sequence[int],
        window_size: int, mlp_kernel_size: int, mlp_ratio: float, stride: int,
    ) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        self.downsample = nn.Identity()
        if leads_on(stride, dim, out_dim):
            self.downsample = nn.Sequential(
                nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2),
                nn.BatchNorm2d(dim),
                nn.Conv2d(dim, out_dim, 1),
            )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return self.downsample(x) + self.mlp(self.norm2(x))
