import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: Linear-gate
# Linear layers in the gate, AdaptiveAvgPool2d, permutes
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% right: as-on-the-page
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"dim {dim} // {divisor} leaves no channel")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(dim, dim // reduction), nn.Linear(dim // reduction, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(as_image))).flatten(2).transpose(1, 2)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(y.mean(dim=1, keepdim=True)))))
        return y * gate


# %% right: gate-of-1-x-1-convolutions
# 1 x 1 convolutions in the gate, mean with keepdim


class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% right: mean-over-the-tokens
# the gate works on tokens (B, L, dim), padding by F.pad, loop over images


class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        few, fewer = dim // compress, dim // reduction
        if not few:
            raise ValueError("dim=%d is smaller than compress=%d" % (dim, compress))
        if not fewer:
            raise ValueError("dim=%d is smaller than reduction=%d" % (dim, reduction))
        self.conv1 = nn.Conv2d(dim, few, 3, padding="same")
        self.conv2 = nn.Conv2d(few, dim, 3, padding="same")
        self.fc1 = nn.Linear(dim, fewer)
        self.fc2 = nn.Linear(fewer, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        results = []
        for tokens in x:
            image = tokens.T.contiguous().view(-1, *image_size)
            y = self.conv2(F.gelu(self.conv1(image[None])))[0].flatten(1).T
            gate = torch.sigmoid(self.fc2(F.relu(self.fc1(y.mean(0)))))
            results.append(y * gate)
        return torch.stack(results)


# %% right: one-by-one-convolutions
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"dim {dim} // {divisor} leaves no channel")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(as_image)))
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(y, 1)))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% right: unfold
# convolutions as F.unfold and einsum, GELU by erf, sigmoid by tanh


class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        y = self.by_patches(img, self.conv1)
        y = 0.5 * y * (1 + torch.erf(y / 2 ** 0.5))
        y = self.by_patches(y.reshape(B, -1, H, W), self.conv2)  # (B, C, L)
        g = self.fc1(y.sum(dim=2) / L).clamp(min=0)
        g = 0.5 * (1 + torch.tanh(self.fc2(g) / 2))
        return torch.einsum("bcl,bc->blc", y, g)

    @staticmethod
    def by_patches(image, conv):
        patches = F.unfold(image, 3, padding=1)
        return torch.einsum("bpl,op->bol", patches, conv.weight.flatten(1)) + conv.bias[:, None]


# %% wrong: 1-x-1-second-convolution, expect: Your second convolution has a kernel of
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: GELU-in-the-gate, expect: Between fc1 and fc2 you have a GELU
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.gelu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: ReLU-between-the-convolutions, expect: GELU
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.relu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: at-least-one-channel, expect: no ValueError
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        hidden, squeezed = max(1, dim // compress), max(1, dim // reduction)
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: back-without-permute, expect: into (B, L, C) with `reshape` or `view` alone
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.reshape(B, L, C)


# %% wrong: compress-and-reduction-swapped, expect: compress and reduction
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        squeezed, hidden = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: gate-of-x, expect: mean of x
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"dim {dim} // {divisor} leaves no channel")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(dim, dim // reduction), nn.Linear(dim // reduction, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(as_image))).flatten(2).transpose(1, 2)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean(dim=1, keepdim=True)))))
        return y * gate


# %% wrong: gate-times-the-input, expect: You multiply x by the gate
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * image).flatten(2).transpose(1, 2)


# %% wrong: gate-without-bias, expect: fc1.bias
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed, bias=False)
        self.fc2 = nn.Linear(squeezed, dim, bias=False)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: height-and-width-swapped, expect: You make a grid of W rows and H columns
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size)[::-1])
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: max-pooling-in-the-gate, expect: You take the largest number of each channel
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: mean-of-the-input, expect: Your gate looks at the mean of x
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = image.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: mean-over-the-batch-too, expect: Your mean runs over the batch too
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(0, 2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: mean-over-the-width-only, expect: You take the mean over one axis of the image only
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=3, keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: message-without-numbers, expect: in its message, so that the reader know
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError("not enough channels for compress")
        if dim // reduction == 0:
            raise ValueError("not enough channels for reduction")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: no-sigmoid, expect: sigmoid
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g)))
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: nothing-between-the-convolutions, expect: The GELU between the two 3x3 convolutions is missing
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(self.conv1(image))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: only-compress-tested, expect: your code raises RuntimeError
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: refuses-what-does-not-divide, expect: channels are too few
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim % divisor != 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: relu, expect: GELU
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"dim {dim} // {divisor} leaves no channel")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(dim, dim // reduction), nn.Linear(dim // reduction, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.relu(self.conv1(as_image))).flatten(2).transpose(1, 2)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(y.mean(dim=1, keepdim=True)))))
        return y * gate


# %% wrong: replicate-padding, expect: padding
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1, padding_mode="replicate")
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1, padding_mode="replicate")
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)


# %% wrong: reshape-without-transpose, expect: tokens and channels
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)


# %% wrong: returns-an-image, expect: You return an image
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return gate * y


# %% wrong: shortcut-too, expect: shortcut
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return x + (gate * y).flatten(2).transpose(1, 2)


# %% wrong: shortcut, expect: no shortcut
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"dim {dim} // {divisor} leaves no channel")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(dim, dim // reduction), nn.Linear(dim // reduction, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(as_image))).flatten(2).transpose(1, 2)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(y.mean(dim=1, keepdim=True)))))
        return x + y * gate
