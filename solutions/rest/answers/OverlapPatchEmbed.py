import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: loop-over-images-at-the-end
# the tokens are made image by image, row by row; F.pad instead of the layer's padding in the call


class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, stride=patch_size,
                              padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        p = self.conv.stride[0]
        k = p // 2
        y = F.conv2d(F.pad(x, (k, k, k, k)), self.conv.weight, self.conv.bias, stride=p)
        y = self.position(self.bn(y))
        H, W = y.shape[2:]
        images = []
        for image in y:  # (C, H, W)
            rows = [image[:, i].t() for i in range(H)]  # each (W, C)
            images.append(torch.cat(rows))
        return torch.stack(images), (H, W)


# %% right: permute-and-reshape
# channels to the end with permute, then reshape; class chosen by the flag
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1,
                              stride=patch_size, padding=patch_size // 2, bias=True)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = (PixelAttention if with_position else nn.Identity)(out_channels)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.conv(x)
        x = self.bn(x)
        x = self.position(x)
        B, C, H, W = x.shape
        tokens = x.permute(0, 2, 3, 1).reshape(B, H * W, C)
        return tokens, (H, W)


# %% right: permute
class OverlapPatchEmbed(nn.Module):
    def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x):
        y = self.position(self.bn(self.conv(x))).permute(0, 2, 3, 1)
        b, h, w, c = y.shape
        return y.reshape(b, h * w, c), (h, w)


# %% right: sequential-other-names
# one nn.Sequential called body: the layers are body.conv, body.bn and body.position
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(OrderedDict(
            conv=nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2),
            bn=nn.BatchNorm2d(out_channels),
            position=PixelAttention(out_channels) if with_position else nn.Identity(),
        ))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.body(x)
        h, w = x.size(2), x.size(3)
        return x.flatten(start_dim=2).mT, (h, w)


# %% right: shape-after-conv
class OverlapPatchEmbed(nn.Module):
    def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x):
        x = self.position(self.bn(self.conv(x)))
        _, _, H, W = x.shape
        return x.flatten(2).transpose(1, 2), (H, W)


# %% right: size-before-flatten
# the plain way: map, read its size, flatten
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, stride=patch_size,
                              padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.position(self.bn(self.conv(x)))
        return x.flatten(2).transpose(1, 2), tuple(x.shape[2:])


# %% right: size-by-formula
# H' and W' come from the formula of the convolution, not from a shape
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.p = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        if with_position:
            self.position = PixelAttention(out_channels)
        else:
            self.position = nn.Identity()

    def out(self, n):
        return (n + 2 * (self.p // 2) - (self.p + 1)) // self.p + 1

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        H, W = self.out(x.shape[2]), self.out(x.shape[3])
        y = self.position(self.bn(self.conv(x)))
        return torch.einsum("bcn->bnc", y.flatten(2)), (H, W)


# %% right: torch-size
class OverlapPatchEmbed(nn.Module):
    def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x):
        y = self.position(self.bn(self.conv(x)))
        return y.flatten(2).mT, y.shape[-2:]


# %% wrong: bn-after-position, edits, expect: position(bn(conv(x)))
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.bn(self.position(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), (x.shape[2], x.shape[3]))


# %% wrong: bn-image-by-image, edits, expect: Right on other inputs
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = torch.cat([self.bn(self.conv(image[None])) for image in x])
# + x = self.position(x)
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: bn-never-called, edits, expect: The BatchNorm is made and never used
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.conv(x))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: column-by-column, edits, expect: row by row
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.transpose(2, 3).flatten(2).transpose(1, 2), (H, W))


# %% wrong: conv-without-bias, edits, expect: conv has no bias
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2, bias=False)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: extra-relu, edits, expect: A ReLU follows the BatchNorm
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(F.relu(self.bn(self.conv(x))))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: floor, edits, expect: The size that you return is the input's size divided by the patch size, rounded down
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + H, W = (x.shape[2] // self.patch_size, x.shape[3] // self.patch_size)
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: forward-runs-bn-twice, edits, expect: Right on other inputs
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + H, W = self.bn(self.conv(x)).shape[2:]
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: identity-when-position-wanted, expect: with_position
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1,
                              stride=patch_size, padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if not with_position else nn.Identity()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.position(self.bn(self.conv(x)))
        H, W = x.shape[2:]
        return x.flatten(2).transpose(1, 2), (H, W)


# %% wrong: kernel-p, edits, expect: Your kernel is p
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, patch_size, patch_size)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + _, _, H, W = x.shape
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: layer-norm-for-batch-norm, expect: Your `bn` keeps no running mean and variance
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1,
                              stride=patch_size, padding=patch_size // 2)
        self.bn = nn.GroupNorm(1, out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.position(self.bn(self.conv(x)))
        H, W = x.shape[2:]
        return x.flatten(2).transpose(1, 2), (H, W)


# %% wrong: no-padding, edits, expect: padding
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: no-transpose, edits, expect: the transpose is missing
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2), (x.shape[2], x.shape[3]))


# %% wrong: only-the-tokens, edits, expect: You return the tokens alone
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return x.flatten(2).transpose(1, 2)


# %% wrong: padding-1-for-every-patch-size, edits, expect: whatever the patch size is
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=1)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: patches-do-not-overlap, edits, expect: Your kernel is p
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: position-always, expect: with_position=False has no effect
class OverlapPatchEmbed(nn.Module):
    def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels)

    def forward(self, x):
        x = self.position(self.bn(self.conv(x)))
        _, _, H, W = x.shape
        return x.flatten(2).transpose(1, 2), (H, W)


# %% wrong: position-before-bn, edits, expect: Your position code comes before the BatchNorm
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.bn(self.position(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: position-made-but-not-called, edits, expect: The position code is made and never used
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.bn(self.conv(x))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: reshape-scrambles, edits, expect: into (B, N, C) with `reshape` or `view`
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.reshape(x.shape[0], H * W, -1), (H, W))


# %% wrong: side-from-root-of-N, edits, expect: For both sides you return the square root of the number of tokens, which is right for square maps only
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H = W = int((x.shape[2] * x.shape[3]) ** 0.5)
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: size-by-ceil-wrong-for-odd-patches, edits, expect: The size that you return is the input's size divided by the patch size, rounded up
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + p = self.patch_size
# + H, W = (-(-x.shape[2] // p), -(-x.shape[3] // p))
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: size-by-floor-division, edits, expect: The size that you return is the input's size divided by the patch size, rounded down
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + H, W = (x.shape[2] // self.patch_size, x.shape[3] // self.patch_size)
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: size-in-front, edits, expect: The height comes first
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), (x.shape[3], x.shape[2]))


# %% wrong: size-of-the-input, edits, expect: The size that you return is the input's.
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + H, W = x.shape[2:]
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: stride-2-for-every-patch-size, edits, expect: whatever the patch size is
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=2, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: three-results, edits, expect: You return three things
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + return (x.flatten(2).transpose(1, 2), x.shape[2], x.shape[3])


# %% wrong: tokens-not-transposed, edits, expect: the transpose is missing
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2), (H, W))


# %% wrong: view-instead-of-reshape-on-input, edits, expect: Right on other inputs
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + B, C, H, W = x.shape
# + x = x.view(B * C, H, W).view(B, C, H, W)
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (H, W))


# %% wrong: view, edits, expect: keeps the order of the numbers in memory
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + b, c, h, w = x.shape
# + return (x.reshape(b, h * w, c), (h, w))


# %% wrong: width-before-height, edits, expect: The height comes first
# - p = patch_size
# - self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
# + self.patch_size = patch_size
# + self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
#
# - patches = self.position(self.bn(self.conv(x)))
# - return (as_tokens(patches), (patches.shape[2], patches.shape[3]))
# + x = self.position(self.bn(self.conv(x)))
# + H, W = x.shape[2:]
# + return (x.flatten(2).transpose(1, 2), (W, H))


# %% wrong: with-position-ignored, expect: with_position
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1,
                              stride=patch_size, padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.position(self.bn(self.conv(x)))
        H, W = x.shape[2:]
        return x.flatten(2).transpose(1, 2), (H, W)
