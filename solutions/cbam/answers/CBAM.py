import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: named-steps
# every step with a name


class CBAM(nn.Module):
    def __init__(self, channels, reduction=16, kernel_size=7):
        super().__init__()
        self.channel_gate = ChannelGate(channels, reduction)
        self.spatial_gate = SpatialGate(kernel_size)

    def forward(self, x):
        channel_weights = self.channel_gate(x)
        refined = channel_weights * x
        spatial_weights = self.spatial_gate(refined)
        out = spatial_weights * refined
        return out


# %% right: list-of-gates
# both gates in a loop


class CBAM(nn.Module):
    def __init__(self, channels, reduction=16, kernel_size=7):
        super().__init__()
        self.channel_gate = ChannelGate(channels, reduction=reduction)
        self.spatial_gate = SpatialGate(kernel_size=kernel_size)

    def forward(self, x):
        for gate in (self.channel_gate, self.spatial_gate):
            x = torch.mul(x, gate(x))
        return x


# %% wrong: gates-only, edits, expect: return the spatial gate's output
# passes the weights on, never multiplies
# - x = x * self.channel_gate(x)
# - return x * self.spatial_gate(x)
# + x = self.channel_gate(x)
# + return self.spatial_gate(x)


# %% wrong: in-place, edits, expect: your code changes it in place
# in place
# - x = x * self.channel_gate(x)
# - return x * self.spatial_gate(x)
# + x *= self.channel_gate(x)
# + x *= self.spatial_gate(x)
# + return x


# %% wrong: kernel-size-dropped, edits, expect: You build SpatialGate without `kernel_size`
# kernel_size not passed on
# - self.spatial_gate = SpatialGate(kernel_size)
# + self.spatial_gate = SpatialGate()


# %% wrong: parallel, edits, expect: Both of your gates read the same x
# both gates of x
# - x = x * self.channel_gate(x)
# - return x * self.spatial_gate(x)
# + return x * self.channel_gate(x) * self.spatial_gate(x)


# %% wrong: residual, edits, expect: adds the input to the gated input
# adds the input
# - x = x * self.channel_gate(x)
# - return x * self.spatial_gate(x)
# + y = x * self.channel_gate(x)
# + y = y * self.spatial_gate(y)
# + return y + x


# %% wrong: spatial-first, edits, expect: gates the positions first
# the other order
# - x = x * self.channel_gate(x)
# - return x * self.spatial_gate(x)
# + x = x * self.spatial_gate(x)
# + return x * self.channel_gate(x)


# %% wrong: times-x, edits, expect: The spatial gate reads the gated image, but you multiply the original x by its map, so the channel gate is lost
# the map on the original image
# - x = x * self.channel_gate(x)
# - return x * self.spatial_gate(x)
# + y = x * self.channel_gate(x)
# + return x * self.spatial_gate(y)
