import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum-gate
# Reuses Excitation, pools by hand and applies the gate with einsum.


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels=channels, reduction=reduction)

    def forward(self, x):
        b, c, h, w = x.size()
        pooled = x.reshape(b, c, h * w).sum(dim=2).div(h * w)
        return torch.einsum("bchw,bc->bchw", x, self.excitation(pooled))


# %% right: reuses-pieces
# Built from the earlier squeeze and Excitation.


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(squeeze(x))
        return x * s[:, :, None, None]


# %% right: self-contained-conv
# Self-contained: its own little excitation of 1x1 convolutions, adaptive pooling as a module.


class _Excite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)

    def forward(self, z):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))


class SEBlock(nn.Module):
    def __init__(self, channels: int, reduction: int = 16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"cannot reduce {channels} channels by {reduction}")
        self.pool = nn.AdaptiveAvgPool2d(output_size=(1, 1))
        self.excitation = _Excite(channels, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.excitation(self.pool(x)).expand_as(x)


# %% wrong: bare-squeeze, expect: wrong with SEBlock(8, 4), shape (1, 8, 5, 5)
# Uses squeeze() without dimensions, so the gates of a batch of one land on the wrong axis or fail.


class _Excite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)

    def forward(self, z):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))


class SEBlock(nn.Module):
    def __init__(self, channels: int, reduction: int = 16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"cannot reduce {channels} channels by {reduction}")
        self.pool = nn.AdaptiveAvgPool2d(output_size=(1, 1))
        self.excitation = _Excite(channels, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.excitation(self.pool(x)).squeeze()[:, :, None, None]


# %% wrong: batch-pooled, edits, expect: squeezes over the batch
# Pools over the batch as well, so the images of a batch see each other.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(x.mean(dim=(0, 2, 3)).expand(x.shape[0], -1))
# + return x * s[:, :, None, None]


# %% wrong: detached-gate, edits, expect: gate is detached
# Detaches the gate, so the excitation never learns.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + return x * s.detach()[:, :, None, None]


# %% wrong: detached-squeeze, edits, expect: x reaches the gate through a `detach()`
# Detaches the squeezed vector: right values and right weight gradients, but the gradient of the input misses the pooling path.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x.detach()))
# + return x * s[:, :, None, None]


# %% wrong: double-sigmoid, edits, expect: second sigmoid
# Applies a second sigmoid to the gate.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = torch.sigmoid(self.excitation(squeeze(x)))
# + return x * s[:, :, None, None]


# %% wrong: first-image-gate, edits, expect: gate of the first image
# Uses the gate of the first image for the whole batch.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + return x * s[:1, :, None, None]


# %% wrong: fixed-7x7-pool, expect: Given input size: (32x3x5)
# Pools with a fixed 7 x 7 window, right for the last ResNet stage only.


class _Excite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)

    def forward(self, z):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))


class SEBlock(nn.Module):
    def __init__(self, channels: int, reduction: int = 16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"cannot reduce {channels} channels by {reduction}")
        self.pool = nn.AvgPool2d(7)
        self.excitation = _Excite(channels, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.excitation(self.pool(x)).expand_as(x)


# %% wrong: float32-output, edits, expect: dtype is torch.float32, expected torch.float64
# Collects the result in a buffer of the default dtype.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + out = torch.zeros(x.shape, device=x.device)
# + for i in range(x.shape[0]):
# +     out[i] = x[i] * s[i, :, None, None]
# + return out


# %% wrong: gate-cached, edits, expect: gate of the first call is kept
# Keeps the gate of the first call and uses it for ever.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + if not hasattr(self, '_s'):
# +     self._s = self.excitation(squeeze(x))
# + s = self._s
# + return x * s[:, :, None, None]


# %% wrong: gates-on-means, edits, expect: You multiply the means by the gates
# The gates meet the squeezed image, not the image.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + z = squeeze(x)
# + gates = self.excitation(z)
# + return (z * gates).unsqueeze(-1).unsqueeze(-1).expand_as(x)


# %% wrong: in-place-data, edits, expect: Input `x`: your code changes it in place
# Writes the result into x.data, which autograd does not notice but the caller does.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + out = x * s[:, :, None, None]
# + x.data.copy_(out.data)
# + return out


# %% wrong: in-place, edits, expect: multiplies its input in place
# Multiplies the input in place.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + x *= s[:, :, None, None]
# + return x


# %% wrong: max-pool, edits, expect: squeezes with the maximum
# Squeezes with the maximum.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(x.amax(dim=(2, 3)))
# + return x * s[:, :, None, None]


# %% wrong: means-too, edits, expect: by its means as well
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + z = squeeze(x)
# + return x * z[..., None, None] * self.excitation(z)[..., None, None]


# %% wrong: no-check, expect: no ValueError is raised
# Self-contained with at least one hidden channel, so the ValueError is missing.


class _Excite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)

    def forward(self, z):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))


class SEBlock(nn.Module):
    def __init__(self, channels: int, reduction: int = 16):
        super().__init__()
        hidden = max(channels // reduction, 1)
        self.pool = nn.AdaptiveAvgPool2d(output_size=(1, 1))
        self.excitation = _Excite(channels, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.excitation(self.pool(x)).expand_as(x)


# %% wrong: reduction-dropped, edits, expect: You build Excitation without `reduction`
# Does not pass the reduction on.
# - self.excitation = Excitation(channels, reduction)
# + self.excitation = Excitation(channels)
#
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + return x * s[:, :, None, None]


# %% wrong: residual, edits, expect: adds the input to the gated input
# Adds the input to the gated input.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + return x + x * s[:, :, None, None]


# %% wrong: returns-gate, edits, expect: returns the gate
# Returns the gate instead of the gated input.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + s = self.excitation(squeeze(x))
# + return s[:, :, None, None]


# %% wrong: square-pool, edits, expect: Given input size: (8x7x4)
# Pools with an H x H window, wrong for non-square maps.
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + pooled = F.avg_pool2d(x, x.size(2), stride=x.size(2))[:, :, 0, 0]
# + return x * self.excitation(pooled)[:, :, None, None]


# %% wrong: torch-squeeze, edits, expect: is torch's method
# - return x * self.excitation(squeeze(x))[:, :, None, None]
# + g = self.excitation(torch.squeeze(x))
# + return x * g[:, :, None, None]
