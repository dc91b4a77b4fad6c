import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: AvgPool2d-module
# nn.AvgPool2d as a sub-module, permute and reshape
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=down_factor, stride=down_factor)
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        B, L, C = x.shape
        H, W = image_size
        x = x.permute(0, 2, 1).reshape(B, C, H, W)
        x = self.pool(x)
        x = x.permute(0, 2, 3, 1)
        return self.reduction(x)


# %% right: as-on-the-page
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))  # (B, dim, H, W)
        means = F.avg_pool2d(as_image, self.down_factor)
        return self.reduction(means.permute(0, 2, 3, 1))


# %% right: einsum-with-averaging-matrices
# projects first, then averages with two 0/1 matrices in one einsum
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def averaging(self, n, like):
        m = n // self.d
        block = torch.arange(n, device=like.device) // self.d
        return (block == torch.arange(m, device=like.device)[:, None]).to(like.dtype) / self.d

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        h, w = image_size
        # a mean of projections is the projection of the mean (the weights sum to 1)
        y = self.reduction(x).reshape(x.shape[0], h, w, -1)
        return torch.einsum("ih,jw,bhwc->bijc", self.averaging(h, y), self.averaging(w, y), y)


# %% right: layer-named-otherwise
# own parameters weight and bias instead of the layer called reduction


class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        bound = dim ** -0.5
        self.weight = nn.Parameter(torch.empty(dim // 2, dim).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(dim // 2).uniform_(-bound, bound))

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.mT.unflatten(2, tuple(image_size))
        means = F.avg_pool2d(image, self.down_factor, self.down_factor)
        return means.movedim(1, 3) @ self.weight.T + self.bias


# %% right: loops-over-blocks
# two Python loops, one block at a time, F.linear
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        height, width = image_size
        d = self.down_factor
        rows = []
        for i in range(height // d):
            row = []
            for j in range(width // d):
                members = [(i * d + a) * width + j * d + b for a in range(d) for b in range(d)]
                row.append(x[:, members].mean(dim=1))
            rows.append(torch.stack(row, dim=1))
        means = torch.stack(rows, dim=1)
        return F.linear(means, self.reduction.weight, self.reduction.bias)


# %% right: reshape-and-mean
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        b, l, c = x.shape
        h, w = image_size
        d = self.down_factor
        grid = x.reshape(b, h, w, c)[:, :h // d * d, :w // d * d]
        blocks = grid.reshape(b, h // d, d, w // d, d, c)
        return self.reduction(blocks.mean(4).mean(2))


# %% right: reshape-into-blocks
# no pooling function: crop, reshape into blocks, mean over two axes
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        grid = x.reshape(B, H, W, C)[:, : h * d, : w * d]   # drop what is left over
        blocks = grid.reshape(B, h, d, w, d, C)
        return self.reduction(blocks.mean(dim=(2, 4)))


# %% wrong: adaptive-pooling, edits, expect: If d does not divide the image
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + image = x.transpose(1, 2).unflatten(2, tuple(image_size))
# + h, w = image_size
# + means = F.adaptive_avg_pool2d(image, (h // self.down_factor, w // self.down_factor))
# + return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: bilinear-interpolation, expect: in the input of `reduction`
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        grid = x.reshape(B, H, W, C)[:, : h * d, : w * d]   # drop what is left over
        small = F.interpolate(grid.permute(0, 3, 1, 2), size=(h, w), mode="bilinear")
        return self.reduction(small.permute(0, 2, 3, 1))


# %% wrong: ceil-mode, edits, expect: A block that the image's edge cuts off gets an anchor of its own
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + image = x.transpose(1, 2).unflatten(2, tuple(image_size))
# + means = F.avg_pool2d(image, self.down_factor, ceil_mode=True)
# + return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: channels-first, edits, expect: Channels come last
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + image = x.transpose(1, 2).unflatten(2, tuple(image_size))
# + means = F.avg_pool2d(image, self.down_factor)
# + return self.reduction(means.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


# %% wrong: flat-tokens, edits, expect: You return the anchors as a list
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + image = x.transpose(1, 2).unflatten(2, tuple(image_size))
# + means = F.avg_pool2d(image, self.down_factor)
# + return self.reduction(means.flatten(2).transpose(1, 2))


# %% wrong: float32, expect: makes a tensor float32
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        grid = x.reshape(B, H, W, C)[:, : h * d, : w * d]   # drop what is left over
        blocks = grid.reshape(B, h, d, w, d, C)
        return self.reduction(blocks.float().mean(dim=(2, 4)))


# %% wrong: height-and-width-swapped, expect: You make a grid of W rows and H columns
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=down_factor, stride=down_factor)
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        B, L, C = x.shape
        H, W = image_size
        x = x.permute(0, 2, 1).reshape(B, C, W, H)
        x = self.pool(x)
        x = x.permute(0, 3, 2, 1)
        return self.reduction(x)


# %% wrong: keeps-all-channels, expect: Your anchors have dim channels
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        means = F.avg_pool2d(image, self.down_factor)
        return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: max-pooling, edits, expect: Your anchors are the largest numbers of each block
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + image = x.transpose(1, 2).unflatten(2, tuple(image_size))
# + means = F.max_pool2d(image, self.down_factor)
# + return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: no-bias, expect: no bias
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2, bias=False)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        means = F.avg_pool2d(image, self.down_factor)
        return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: raises-when-d-does-not-divide, expect: does not divide
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        h, w = image_size
        if h % self.down_factor or w % self.down_factor:
            raise ValueError(f"{self.down_factor} does not divide {h} x {w}")
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        means = F.avg_pool2d(image, self.down_factor)
        return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: reshape-to-channels-first-without-transpose, expect: tokens and channels
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=down_factor, stride=down_factor)
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        B, L, C = x.shape
        H, W = image_size
        x = x.reshape(B, C, H, W)
        x = self.pool(x)
        x = x.permute(0, 2, 3, 1)
        return self.reduction(x)


# %% wrong: square-image, expect: is invalid for input of size
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=down_factor, stride=down_factor)
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        B, L, C = x.shape
        H = W = int(L ** 0.5)
        x = x.permute(0, 2, 1).reshape(B, C, H, W)
        x = self.pool(x)
        x = x.permute(0, 2, 3, 1)
        return self.reduction(x)


# %% wrong: stride-1, edits, expect: stride
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + image = x.transpose(1, 2).unflatten(2, tuple(image_size))
# + means = F.avg_pool2d(image, self.down_factor, stride=1)
# + return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: sum, expect: You add up the tokens of a block
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        grid = x.reshape(B, H, W, C)[:, : h * d, : w * d]   # drop what is left over
        blocks = grid.reshape(B, h, d, w, d, C)
        return self.reduction(blocks.sum(dim=(2, 4)))


# %% wrong: takes-every-d-th-token, edits, expect: Your anchors are single tokens
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + image = x.transpose(1, 2).unflatten(2, tuple(image_size))
# + means = image[:, :, ::self.down_factor, ::self.down_factor]
# + return self.reduction(means.permute(0, 2, 3, 1))


# %% wrong: tokens-in-a-row-that-must-fit, expect: You average d · d consecutive tokens of the list
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        b, n, c = x.shape
        h, w = image_size
        d = self.d
        x = x.reshape(b, -1, d * d, c).mean(2)
        return self.reduction(x).reshape(b, h // d, w // d, c // 2)


# %% wrong: tokens-in-a-row, expect: You average d · d consecutive tokens of the list
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        blocks = x[:, : h * w * d * d].reshape(B, h, w, d * d, C)
        return self.reduction(blocks.mean(dim=3))


# %% wrong: view, edits, expect: mixes tokens and channels
# - if dim < 2 or down_factor < 1:
# -     raise ValueError(f'no anchors from dim={dim} and down_factor={down_factor}')
#
# - self.pool = nn.AvgPool2d(down_factor, down_factor)
#
# - anchors_of(image_size, self.down_factor)
# - pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))
# - return self.reduction(pooled.permute(0, 2, 3, 1))
# + as_image = x.reshape(x.shape[0], x.shape[2], *image_size)
# + means = F.avg_pool2d(as_image, self.down_factor)
# + return self.reduction(means.permute(0, 2, 3, 1))
