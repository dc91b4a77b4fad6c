import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: functional-call
# the layer only holds the parameters, F.conv2d does the work


class PixelAttention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        z = F.conv2d(x, self.conv.weight, self.conv.bias, stride=1, padding=1, groups=self.channels)
        return torch.mul(x, torch.sigmoid(z))


# %% right: functional-sigmoid
class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x):
        gate = nn.functional.sigmoid(self.conv(x))
        return torch.mul(x, gate)


# %% right: nine-shifted-slices
# no convolution call: nine shifted copies of the padded map, times one weight per channel


class PixelAttention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels, bias=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[-2:]
        padded = F.pad(x, (1, 1, 1, 1))
        w = self.conv.weight  # (C, 1, 3, 3)
        z = self.conv.bias.view(1, -1, 1, 1)
        for i in range(3):
            for j in range(3):
                z = z + w[:, 0, i, j].view(1, -1, 1, 1) * padded[:, :, i:i + H, j:j + W]
        return x * z.sigmoid()


# %% right: own-parameters-other-names
# own parameters called kernel and offset instead of a layer called conv


class PixelAttention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.empty(channels, 1, 3, 3))
        self.offset = nn.Parameter(torch.empty(channels))
        nn.init.uniform_(self.kernel, -1 / 3, 1 / 3)
        nn.init.uniform_(self.offset, -1 / 3, 1 / 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        c = self.kernel.shape[0]
        return x * torch.sigmoid(F.conv2d(x, self.kernel, self.offset, padding=1, groups=c))


# %% right: padding-same
class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding='same', groups=channels)

    def forward(self, x):
        return x * torch.sigmoid(self.conv(x))


# %% right: sigmoid-by-tanh
# the sigmoid is written with tanh, which is safe for large numbers
class PixelAttention(nn.Module):
    """x * sigmoid(conv(x))"""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, (3, 3), padding="same", groups=channels)

    def gate(self, z):
        return 0.5 * (1 + torch.tanh(z / 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.gate(self.conv(x)) * x


# %% right: sigmoid-method
class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x):
        return self.conv(x).sigmoid() * x


# %% right: unfold-and-einsum
# unfold makes the windows, einsum the weighted sums; nn.Sigmoid as a second layer


class PixelAttention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, 1, 1, groups=channels)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        windows = F.unfold(x, kernel_size=3, padding=1).view(b, c, 9, h * w)
        z = torch.einsum("bckn,ck->bcn", windows, self.conv.weight.view(c, 9))
        z = z + self.conv.bias[:, None]
        return x * self.sigmoid(z.view(b, c, h, w))


# %% wrong: border-repeated-not-zeros, edits, expect: It should pad with zeros
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, padding_mode='replicate', groups=channels)


# %% wrong: conv-x-times-its-own-sigmoid, edits, expect: You multiply the convolution's output by its own sigmoid
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + x = self.conv(x)
# + return x * x.sigmoid()


# %% wrong: dense-convolution, edits, expect: depth-wise
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1)


# %% wrong: full-conv, edits, expect: Your convolution mixes all channels
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, 3, padding=1)


# %% wrong: gate-added, edits, expect: You add the gate to x
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return x + torch.sigmoid(self.conv(x))


# %% wrong: gate-detached, edits, expect: The numbers are right
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + gate = torch.sigmoid(self.conv(x)).detach()
# + return x * gate


# %% wrong: gate-only, edits, expect: You return the gate
# - return x * torch.sigmoid(self.conv(x))
# + return torch.sigmoid(self.conv(x))


# %% wrong: gate-without-x, edits, expect: You return the gate
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return torch.sigmoid(self.conv(x))


# %% wrong: in-place-product, edits, expect: your code changes it in place
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return x.mul_(torch.sigmoid(self.conv(x)))


# %% wrong: kernel-1-x-1, edits, expect: Your kernel is 1 x 1, so no position sees its neighbours
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=1, groups=channels)


# %% wrong: no-bias, edits, expect: no bias
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels, bias=False)


# %% wrong: no-padding, edits, expect: The padding is missing
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, 3, groups=channels)


# %% wrong: no-sigmoid-too, edits, expect: sigmoid is missing
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return x * self.conv(x)


# %% wrong: no-sigmoid, edits, expect: The sigmoid is missing
# - return x * torch.sigmoid(self.conv(x))
# + return x * self.conv(x)


# %% wrong: one-kernel-for-all-channels, edits, expect: Your convolution uses the same kernel for all channels
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(1, 1, kernel_size=3, padding=1)
#
# - return x * torch.sigmoid(self.conv(x))
# + B, C, H, W = x.shape
# + z = self.conv(x.reshape(B * C, 1, H, W)).reshape(B, C, H, W)
# + return x * torch.sigmoid(z)


# %% wrong: padding-forgotten, edits, expect: padding
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, groups=channels)


# %% wrong: plus, edits, expect: You add the gate to x
# - return x * torch.sigmoid(self.conv(x))
# + return x + self.conv(x).sigmoid()


# %% wrong: residual, edits, expect: You also add x: you return x + x * gate
# - return x * torch.sigmoid(self.conv(x))
# + g = torch.sigmoid(self.conv(x))
# + return x + x * g


# %% wrong: sigmoid-in-float32, edits, expect: makes a tensor float32
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return x * torch.sigmoid(self.conv(x).float())


# %% wrong: sigmoid-of-x-times-conv, edits, expect: You take the sigmoid of x and multiply it by the convolution's output
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return self.conv(x) * torch.sigmoid(x)


# %% wrong: softmax-over-positions, edits, expect: Your gate is a softmax over the positions
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return x * self.conv(x).flatten(2).softmax(-1).view_as(x)


# %% wrong: squeeze-drops-batch-of-one, edits, expect: batch of one
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + gate = torch.sigmoid(self.conv(x))
# + return (x * gate).squeeze(0)


# %% wrong: tanh-gate, edits, expect: Your gate is a tanh
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + return x * torch.tanh(self.conv(x))


# %% wrong: view-needs-contiguous-input, edits, expect: Right on other inputs
# - self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
# + self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
#
# - return x * torch.sigmoid(self.conv(x))
# + B, C, H, W = x.shape
# + gate = torch.sigmoid(self.conv(x)).reshape(B * C, H * W)
# + return (x.view(B * C, H * W) * gate).view(B, C, H, W)
