"""Vision Transformer (Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021).

Patches become tokens, position vectors say where each token was, and blocks of multi-head self-attention and an MLP
let the tokens read each other (equations 1 to 4). What the paper leaves open follows timm, whose weights load as they
are: one fused layer for queries, keys and values, an eps of 1e-6 in the LayerNorms, bicubic resizing of the position
vectors, and a LayerNorm after the mean if the mean is read instead of the class token.
"""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PatchEmbed(nn.Module):
    """Cuts a picture into patches and makes a token of each: `(B, C, H, W) -> (B, N, dim)`, row by row.

    Raises:
        ValueError: H or W is no multiple of `patch_size`.
    """

    def __init__(self, patch_size: int, in_channels: int = 3, dim: int = 768) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.proj = nn.Conv2d(in_channels, dim, patch_size, stride=patch_size)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2] % self.patch_size or x.shape[3] % self.patch_size:
            raise ValueError(f"{x.shape[2]} x {x.shape[3]} pixels are not cut evenly by patches of {self.patch_size}")
        return self.proj(x).flatten(2).transpose(1, 2)


class MultiHeadSelfAttention(nn.Module):
    """Every token reads all tokens, once in each head: `(B, N, dim) -> (B, N, dim)` (appendix A of the paper).

    Raises:
        ValueError: `num_heads` does not divide `dim`.
    """

    def __init__(self, dim: int, num_heads: int, qkv_bias: bool = True) -> None:
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"{dim} numbers cannot be shared by {num_heads} heads")
        self.num_heads = num_heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)

    def read(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The map of each head, and its values `(B, heads, N, head_dim)`."""
        q, k, v = self.qkv(x).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        return torch.softmax(q @ k.transpose(2, 3) * q.shape[3] ** -0.5, dim=3), v

    def attention(self, x: Tensor) -> Tensor:
        """Row j of a head: how token j weighs all tokens, `(B, heads, N, N)`."""
        return self.read(x)[0]

    def forward(self, x: Tensor) -> Tensor:
        weights, v = self.read(x)
        return self.proj((weights @ v).transpose(1, 2).flatten(2))


class ViTBlock(nn.Module):
    """Attention, then an MLP, each behind a LayerNorm and beside a shortcut: `(B, N, dim) -> (B, N, dim)`
    (equations 2 and 3).

    Raises:
        ValueError: as `MultiHeadSelfAttention`.
    """

    def __init__(self, dim: int, num_heads: int, mlp_ratio: float = 4) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = MultiHeadSelfAttention(dim, num_heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


def resize_positions(positions: Tensor, old_grid: tuple[int, int], new_grid: tuple[int, int],
                     prefix: int = 1) -> Tensor:
    """Position vectors for another grid of patches (section 3.2 of the paper; bicubic, as in timm).

    positions: `(1, prefix + h * w, dim)` for the old grid `(h, w)`. The first `prefix` vectors belong to no patch.
    Returns `(1, prefix + h' * w', dim)` for the new grid `(h', w')`.

    Raises:
        ValueError: the number of vectors is not `prefix + h * w`.
    """
    h, w = old_grid
    if positions.shape[1] != prefix + h * w:
        raise ValueError(f"{positions.shape[1]} vectors are not {prefix} and {h} x {w}")
    if tuple(old_grid) == tuple(new_grid):
        return positions
    picture = positions[:, prefix:].transpose(1, 2).unflatten(2, (h, w))
    resized = F.interpolate(picture, size=tuple(new_grid), mode="bicubic", align_corners=False)
    return torch.cat([positions[:, :prefix], resized.flatten(2).transpose(1, 2)], dim=1)


class VisionTransformer(nn.Module):
    """Scores for each class: `(B, 3, H, W) -> (B, num_classes)` (equations 1 to 4).

    image_size: height and width for which there are position vectors; those of other sizes are resized.
    pool: "token" reads the class token; "mean" reads the mean of the patch tokens (appendix D.3), and the LayerNorm
        comes after the mean.

    Raises:
        ValueError: as `PatchEmbed` and `MultiHeadSelfAttention`, and for another `pool`.
    """

    def __init__(self, image_size: tuple[int, int], patch_size: int, dim: int, depth: int, num_heads: int,
                 num_classes: int, mlp_ratio: float = 4, pool: str = "token") -> None:
        super().__init__()
        if pool not in ("token", "mean"):
            raise ValueError(f'pool is "token" or "mean", not {pool!r}')
        self.pool, self.patch_size = pool, patch_size
        self.grid = image_size[0] // patch_size, image_size[1] // patch_size
        self.patch_embed = PatchEmbed(patch_size, 3, dim)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, self.grid[0] * self.grid[1] + 1, dim))
        self.blocks = nn.ModuleList(ViTBlock(dim, num_heads, mlp_ratio) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        grid = x.shape[2] // self.patch_size, x.shape[3] // self.patch_size
        tokens = self.patch_embed(x)
        tokens = torch.cat([self.cls_token.expand(len(x), -1, -1), tokens], dim=1)
        tokens = tokens + resize_positions(self.pos_embed, self.grid, grid)
        for layer in self.blocks:
            tokens = layer(tokens)
        read = tokens[:, 0] if self.pool == "token" else tokens[:, 1:].mean(dim=1)
        return self.head(self.norm(read))
