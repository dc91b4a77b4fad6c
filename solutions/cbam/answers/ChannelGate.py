import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: conv-layers
# two 1x1 convolutions and adaptive pooling


class ChannelGate(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        mid = channels // reduction
        if mid == 0:
            raise ValueError(f"reduction {reduction} too large for {channels} channels")
        self.mlp = nn.Sequential(nn.Conv2d(channels, mid, kernel_size=1), nn.ReLU(inplace=True), nn.Conv2d(mid, channels, kernel_size=1))

    def forward(self, x):
        avg_out = self.mlp(F.adaptive_avg_pool2d(x, 1))
        max_out = self.mlp(F.adaptive_max_pool2d(x, 1))
        return torch.sigmoid(avg_out + max_out)


# %% right: view
# views and max over the flattened map


class ChannelGate(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError("got channels = {}, reduction = {}".format(channels, reduction))
        self.mlp = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(),
            nn.Linear(channels // reduction, channels),
        )
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        b, c, h, w = x.size()
        flat = x.reshape(b, c, h * w)
        a = self.mlp(torch.mean(flat, 2))
        m, _ = torch.max(flat, 2)
        return self.sigmoid(a + self.mlp(m)).view(b, c, 1, 1)


# %% wrong: applied, edits, expect: You multiply x by the gate
# multiplies x by the gate
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + mx = self.mlp(x.amax(dim=(2, 3)))
# + return x * torch.sigmoid(avg + mx)[:, :, None, None]


# %% wrong: avg-twice, edits, expect: You add the mean's result to itself, and the maximum is not used
# adds the same result twice
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + mx = self.mlp(x.amax(dim=(2, 3)))
# + return torch.sigmoid(avg + avg)[:, :, None, None]


# %% wrong: flat, edits, expect: Your gate has shape (B, C)
# forgets the two axes
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + mx = self.mlp(x.amax(dim=(2, 3)))
# + return torch.sigmoid(avg + mx)


# %% wrong: max-of-pair, edits, expect: returns a pair
# max over one axis, then the pair goes into the mlp
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + mx = self.mlp(x.flatten(2).max(dim=2))
# + return torch.sigmoid(avg + mx)[:, :, None, None]


# %% wrong: mean-only, edits, expect: uses the mean alone
# SE again
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + return torch.sigmoid(avg)[:, :, None, None]


# %% wrong: no-bias, expect: two layers have no biases
# bias=False, as in SE


class ChannelGate(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.mlp = nn.Sequential(nn.Linear(channels, hidden, bias=False), nn.ReLU(), nn.Linear(hidden, channels, bias=False))

    def forward(self, x):
        avg = self.mlp(x.mean(dim=(2, 3)))
        mx = self.mlp(x.amax(dim=(2, 3)))
        return torch.sigmoid(avg + mx)[:, :, None, None]


# %% wrong: no-error, edits, expect: Raise a ValueError that names both numbers
# no ValueError
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + mx = self.mlp(x.amax(dim=(2, 3)))
# + return torch.sigmoid(avg + mx)[:, :, None, None]


# %% wrong: sum-before, edits, expect: add the mean and the maximum first
# adds what is pooled, not what comes out
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + pooled = x.mean(dim=(2, 3)) + x.amax(dim=(2, 3))
# + return torch.sigmoid(self.mlp(pooled))[:, :, None, None]


# %% wrong: two-mlps, edits, expect: CBAM uses one mlp for both: call `self.mlp` twice
# one mlp each
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
# + self.mlp_max = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + mx = self.mlp_max(x.amax(dim=(2, 3)))
# + return torch.sigmoid(avg + mx)[:, :, None, None]


# %% wrong: two-sigmoids, edits, expect: add two sigmoids
# a sigmoid each
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'{channels} channels, reduction {reduction}')
#
# - scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
# - return torch.sigmoid(scores)[:, :, None, None]
# + avg = self.mlp(x.mean(dim=(2, 3)))
# + mx = self.mlp(x.amax(dim=(2, 3)))
# + return (torch.sigmoid(avg) + torch.sigmoid(mx))[:, :, None, None]
