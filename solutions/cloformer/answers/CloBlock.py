import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-in-the-hints
class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size, mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        if stride == 1:
            self.downsample = nn.Identity()
        else:
            self.downsample = nn.Sequential(
                nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2),
                nn.BatchNorm2d(dim),
                nn.Conv2d(dim, out_dim, 1),
            )

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        y = self.mlp(self.norm2(x))
        return y + self.downsample(x)


# %% right: helper-and-args
# downsample built by a helper function, torch.add, positional arguments
def make_downsample(dim, out_dim, k):
    return nn.Sequential(nn.Conv2d(dim, dim, k, 2, k // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))


class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        attn_args = (num_heads, group_split, kernel_sizes, window_size)
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, *attn_args)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(mlp_ratio * dim), mlp_kernel_size, stride, out_dim)
        self.downsample = make_downsample(dim, out_dim, mlp_kernel_size) if stride > 1 else nn.Identity()

    def forward(self, x):
        x = torch.add(x, self.attn(self.norm1(x)))
        return torch.add(self.downsample(x), self.mlp(self.norm2(x)))


# %% right: named-layers
class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size, mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        self.norm1, self.norm2 = [nn.GroupNorm(num_groups=1, num_channels=dim) for _ in range(2)]
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size=window_size)
        self.mlp = ConvFFN(in_channels=dim, hidden_channels=int(mlp_ratio * dim), kernel_size=mlp_kernel_size, stride=stride,
                           out_channels=out_dim)
        self.downsample = nn.Sequential()
        if stride == 2:
            self.downsample.append(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2))
            self.downsample.append(nn.BatchNorm2d(dim))
            self.downsample.append(nn.Conv2d(dim, out_dim, 1))

    def forward(self, x):
        after = x + self.attn(self.norm1(x))
        return self.downsample(after) + self.mlp(self.norm2(after))


# %% right: norm-by-hand
# GroupNorm's work is done with means and deviations, with the layers' weights
class CloBlock(nn.Module):
    def __init__(
        self, dim: int, out_dim: int, num_heads: int, group_split: list[int],
        kernel_sizes: list[int], window_size: int, mlp_kernel_size: int, mlp_ratio: float,
        stride: int
    ) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(1, dim), nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        self.downsample = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(dim, dim, mlp_kernel_size, stride=stride, padding=mlp_kernel_size // 2),
            nn.BatchNorm2d(dim),
            nn.Conv2d(dim, out_dim, kernel_size=1),
        )

    @staticmethod
    def _normed(layer, x):
        mean = x.mean(dim=(1, 2, 3), keepdim=True)
        var = (x - mean).pow(2).mean(dim=(1, 2, 3), keepdim=True)
        z = (x - mean) / torch.sqrt(var + layer.eps)
        return z * layer.weight[None, :, None, None] + layer.bias[None, :, None, None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self._normed(self.norm1, x))
        return self.mlp(self._normed(self.norm2, x)) + self.downsample(x)


# %% right: other-names
# ln1, token_mixer, ln2, ffn, shortcut instead of the page's names, in the same order
class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        self.ln1 = nn.GroupNorm(1, dim)
        self.token_mixer = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.ln2 = nn.GroupNorm(1, dim)
        self.ffn = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        self.shortcut = nn.Identity()
        if stride == 2:
            self.shortcut = nn.Sequential(
                nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2),
                nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))

    def forward(self, x):
        x = x + self.token_mixer(self.ln1(x))
        return self.shortcut(x) + self.ffn(self.ln2(x))


# %% right: step-by-step
# a list of layers for downsample, both sums in several lines
class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.GroupNorm(num_groups=1, num_channels=dim)
        self.norm2 = nn.GroupNorm(num_groups=1, num_channels=dim)
        self.attn = CloAttention(dim=dim, num_heads=num_heads, group_split=group_split,
                                 kernel_sizes=kernel_sizes, window_size=window_size)
        self.mlp = ConvFFN(in_channels=dim, hidden_channels=hidden, kernel_size=mlp_kernel_size,
                           stride=stride, out_channels=out_dim)
        if stride == 1:
            self.downsample = nn.Identity()
        else:
            layers = []
            layers.append(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2))
            layers.append(nn.BatchNorm2d(dim))
            layers.append(nn.Conv2d(dim, out_dim, 1))
            self.downsample = nn.Sequential(*layers)

    def forward(self, x):
        shortcut = x
        y = self.norm1(x)
        y = self.attn(y)
        x = shortcut + y
        shortcut = self.downsample(x)
        y = self.norm2(x)
        y = self.mlp(y)
        return shortcut + y


# %% wrong: batch-norm, edits, expect: They should be GroupNorm(1, dim), which normalises each image by itself, over all its numbers
# - self.norm1 = nn.GroupNorm(1, dim)
# + self.norm1 = nn.BatchNorm2d(dim)
#
# - self.norm2 = nn.GroupNorm(1, dim)
# + self.norm2 = nn.BatchNorm2d(dim)
#
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))


# %% wrong: batchnorm-at-the-end, edits, expect: The BatchNorm of `downsample` comes last
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.Conv2d(dim, out_dim, 1), nn.BatchNorm2d(out_dim))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: batchnorm, edits, expect: Your norms are BatchNorms
# - self.norm1 = nn.GroupNorm(1, dim)
# + self.norm1 = nn.BatchNorm2d(dim)
#
# - self.norm2 = nn.GroupNorm(1, dim)
# + self.norm2 = nn.BatchNorm2d(dim)
#
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-always, edits, expect: a stride of one
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if True:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=stride, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-as-drawn, edits, expect: as the paper's drawing shows it
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2, groups=dim), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))


# %% wrong: downsample-bias-false, edits, expect: The first convolution of `downsample` has no bias
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2, bias=False), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-depthwise, edits, expect: The first convolution of your `downsample` is depth-wise
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2, groups=dim), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-if-dims-differ, edits, expect: You make `downsample` only if out_dim differs from dim
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if out_dim != dim:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-kernel-3, edits, expect: whatever mlp_kernel_size is
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, 3, stride=2, padding=1), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-of-the-input, edits, expect: Your second shortcut starts from the block's input
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
#
# - x = x + self.attn(self.norm1(x))
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + y = x + self.attn(self.norm1(x))
# + return self.downsample(x) + self.mlp(self.norm2(y))


# %% wrong: downsample-reads-input, edits, expect: Your second shortcut starts from the block's input
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - def forward(self, x):
# + def forward(self, x):
# +     shortcut = self.downsample(x)
#
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + return shortcut + self.mlp(self.norm2(x))


# %% wrong: downsample-run-twice, edits, expect: Buffer downsample.1.running_mean
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + y = self.mlp(self.norm2(x))
# + if self.downsample(x).shape != y.shape:
# +     raise ValueError('shapes')
# + return self.downsample(x) + y


# %% wrong: downsample-widens-first, edits, expect: The first convolution of `downsample` returns out_dim channels
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, out_dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(out_dim), nn.Conv2d(out_dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-with-gelu, edits, expect: You put a GELU in `downsample`
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.GELU(), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: downsample-without-batchnorm, edits, expect: The BatchNorm of `downsample` is missing
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: drop-path, expect: There is no dropout here
class CloBlock(nn.Module):
    def __init__(
        self, dim: int, out_dim: int, num_heads: int, group_split: list[int],
        kernel_sizes: list[int], window_size: int, mlp_kernel_size: int, mlp_ratio: float,
        stride: int
    ) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        if stride == 2:
            self.downsample = nn.Sequential(
                nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2),
                nn.BatchNorm2d(dim),
                nn.Conv2d(dim, out_dim, 1),
            )
        else:
            self.downsample = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.attn(self.norm1(x))
        if self.training:
            keep = (torch.rand(x.shape[0], 1, 1, 1, device=x.device) > 0.1).to(x.dtype)
            y = y * keep / 0.9
        x = x + y
        return self.downsample(x) + self.mlp(self.norm2(x))


# %% wrong: groups-are-heads, edits, expect: num_heads groups
# - self.norm1 = nn.GroupNorm(1, dim)
# + self.norm1 = nn.GroupNorm(num_heads, dim)
#
# - self.norm2 = nn.GroupNorm(1, dim)
# + self.norm2 = nn.GroupNorm(num_heads, dim)
#
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: hidden-int-of-ratio, edits, expect: int(dim * mlp_ratio)
# - self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + self.mlp = ConvFFN(dim, dim * int(mlp_ratio), mlp_kernel_size, stride, out_dim)
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: hidden-of-out-dim, edits, expect: Your hidden width comes from out_dim
# - self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + self.mlp = ConvFFN(dim, int(out_dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: hidden-rounded-up, edits, expect: You round the hidden width to the nearest whole number
# - self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
# + self.mlp = ConvFFN(dim, round(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
#
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))


# %% wrong: hidden-rounded, edits, expect: int(dim * mlp_ratio)
# - self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + self.mlp = ConvFFN(dim, round(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: input-changed, edits, expect: your code changes it in place
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - x = x + self.attn(self.norm1(x))
# + x += self.attn(self.norm1(x))


# %% wrong: mlp-first, edits, expect: mlp comes first
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - x = x + self.attn(self.norm1(x))
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + x = self.downsample(x) + self.mlp(self.norm2(x))
# + return x + self.attn(self.norm1(x))


# %% wrong: mlp-kernel-for-attention, edits, expect: Pass kernel_sizes to attn instead
# - self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
# + self.attn = CloAttention(dim, num_heads, group_split, [mlp_kernel_size] * len(kernel_sizes), window_size)
#
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: mlp-stride-forgotten, edits, expect: The stride does not reach mlp
# - self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, 1, out_dim)
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: no-first-shortcut, edits, expect: The shortcut around attn is missing
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - x = x + self.attn(self.norm1(x))
# + x = self.attn(self.norm1(x))


# %% wrong: no-norm-in-downsample, edits, expect: BatchNorm of `downsample` is missing
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2), nn.Conv2d(dim, out_dim, 1))


# %% wrong: no-second-shortcut, edits, expect: The shortcut around mlp is missing
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + return self.mlp(self.norm2(x))


# %% wrong: norm-after-sum, edits, expect: norm1 comes after the first sum
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - x = x + self.attn(self.norm1(x))
# + x = self.norm1(x + self.attn(x))


# %% wrong: norm1-twice, edits, expect: You call norm1 in both halves: norm2 is made and never used
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + return self.downsample(x) + self.mlp(self.norm1(x))


# %% wrong: norm2-forgotten, edits, expect: norm2 is made and never called
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + return self.downsample(x) + self.mlp(x)


# %% wrong: one-group-per-channel, edits, expect: one group
# - self.norm1 = nn.GroupNorm(1, dim)
# + self.norm1 = nn.GroupNorm(dim, dim)
#
# - self.norm2 = nn.GroupNorm(1, dim)
# + self.norm2 = nn.GroupNorm(dim, dim)
#
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: post-norm-too, edits, expect: norm1 follows attn
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - x = x + self.attn(self.norm1(x))
# + x = x + self.norm1(self.attn(x))


# %% wrong: post-norm, edits, expect: after the sums
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
#
# - x = x + self.attn(self.norm1(x))
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + x = self.norm1(x + self.attn(x))
# + x = self.norm2(x)
# + return self.downsample(x) + self.mlp(x)


# %% wrong: second-half-reads-input, edits, expect: mlp reads the block's input
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - x = x + self.attn(self.norm1(x))
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + y = x + self.attn(self.norm1(x))
# + return self.downsample(y) + self.mlp(self.norm2(x))


# %% wrong: shared-norm, edits, expect: norm1 and norm2 are the same module
# - self.norm2 = nn.GroupNorm(1, dim)
# + self.norm2 = self.norm1
#
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()


# %% wrong: shortcut-normed, edits, expect: `downsample` reads norm2(x)
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
#
# - return self.downsample(x) + self.mlp(self.norm2(x))
# + x = self.norm2(x)
# + return self.downsample(x) + self.mlp(x)


# %% wrong: window-size-forgotten, edits, expect: window_size does not reach attn
# - self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
# + self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes)
#
# - self.downsample = nn.Identity()
# - if leads_on(stride, dim, out_dim):
# -     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + if stride == 2:
# +     self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
# + else:
# +     self.downsample = nn.Identity()
