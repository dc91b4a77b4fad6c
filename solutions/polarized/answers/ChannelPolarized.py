import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: attention
# torch's own attention with one query


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        keys = x.flatten(2).mT
        q = self.wq.weight.reshape(1, 1, -1).expand(len(x), 1, -1) + 0 * self.wq.bias
        z = nn.functional.scaled_dot_product_attention(q, keys, self.wv(x).flatten(2).mT, scale=1.0)
        z = self.wz(z.mT.unsqueeze(-1))
        return self.ln(z.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).sigmoid()


# %% right: bmm
# matrix product, reshape


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        b, c, h, w = x.size()
        n = h * w
        q = torch.softmax(self.wq(x).reshape(b, n, 1), dim=1)
        v = self.wv(x).reshape(b, c // 2, n)
        z = torch.bmm(v, q).reshape(b, c // 2, 1, 1)
        z = self.wz(z).reshape(b, c)
        return torch.sigmoid(self.ln(z)).reshape(b, c, 1, 1)


# %% right: wz-linear
# wz as a linear layer, LayerNorm of (C, 1, 1)


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Linear(channels // 2, channels)
        self.ln = nn.LayerNorm((channels, 1, 1))

    def forward(self, x):
        weights = self.wq(x).flatten(2).softmax(dim=2)
        values = self.wv(x).flatten(2)
        mean = (values @ weights.mT)[..., 0]
        scores = self.wz(mean)[:, :, None, None]
        return self.ln(scores).sigmoid()


# %% wrong: as-drawn, edits, expect: N must be matched with N
# the two tensors of the drawing as they are
# - inner = half(channels)
#
# - self.wv = nn.Conv2d(channels, inner, 1)
# - self.wz = nn.Conv2d(inner, channels, 1)
# + self.wv = nn.Conv2d(channels, channels // 2, 1)
# + self.wz = nn.Conv2d(channels // 2, channels, 1)
#
# - summary = values @ weights.transpose(1, 2)
# - scores = self.wz(summary[:, :, :, None])
# - return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]
# + mean = weights @ values
# + scores = self.wz(mean.transpose(1, 2)[..., None])
# + return torch.sigmoid(self.ln(scores.flatten(1)))[..., None, None]


# %% wrong: averaged, edits, expect: You also divide by the number of positions
# weights times values, then mean
# - inner = half(channels)
#
# - self.wv = nn.Conv2d(channels, inner, 1)
# - self.wz = nn.Conv2d(inner, channels, 1)
# + self.wv = nn.Conv2d(channels, channels // 2, 1)
# + self.wz = nn.Conv2d(channels // 2, channels, 1)
#
# - summary = values @ weights.transpose(1, 2)
# - scores = self.wz(summary[:, :, :, None])
# - return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]
# + average = (weights * values).mean(dim=2)
# + scores = self.wz(average[:, :, None, None]).flatten(1)
# + return torch.sigmoid(self.ln(scores))[:, :, None, None]


# %% wrong: bias-false, expect: have no bias
# no biases, seen in the authors' repository


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1, bias=False)
        self.wv = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.wz = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        a = self.wq(x).flatten(2).softmax(dim=2)
        v = self.wv(x).flatten(2)
        s = (v @ a.transpose(1, 2)).unsqueeze(3)
        s = self.ln(self.wz(s).flatten(1))
        return torch.sigmoid(s)[..., None, None]


# %% wrong: flat, edits, expect: their shape is (B, C)
# forgot the two axes
# - inner = half(channels)
#
# - self.wv = nn.Conv2d(channels, inner, 1)
# - self.wz = nn.Conv2d(inner, channels, 1)
# + self.wv = nn.Conv2d(channels, channels // 2, 1)
# + self.wz = nn.Conv2d(channels // 2, channels, 1)
#
# - summary = values @ weights.transpose(1, 2)
# - scores = self.wz(summary[:, :, :, None])
# - return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]
# + mean = (weights * values).sum(dim=2)
# + scores = self.wz(mean[:, :, None, None]).flatten(1)
# + return self.ln(scores).sigmoid()


# %% wrong: forgot-ln, expect: LayerNorm between wz and the sigmoid is missing
# made the LayerNorm, never called it


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        q = self.wq(x).flatten(2).softmax(-1)
        v = self.wv(x).flatten(2)
        z = torch.bmm(v, q.mT).unsqueeze(-1)
        return torch.sigmoid(self.wz(z))


# %% wrong: gated, edits, expect: You multiply x by the gate
# returns x times the gate
# - inner = half(channels)
#
# - self.wv = nn.Conv2d(channels, inner, 1)
# - self.wz = nn.Conv2d(inner, channels, 1)
# + self.wv = nn.Conv2d(channels, channels // 2, 1)
# + self.wz = nn.Conv2d(channels // 2, channels, 1)
#
# - summary = values @ weights.transpose(1, 2)
# - scores = self.wz(summary[:, :, :, None])
# - return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]
# + mean = (weights * values).sum(dim=2)
# + scores = self.wz(mean[:, :, None, None]).flatten(1)
# + gate = torch.sigmoid(self.ln(scores))[:, :, None, None]
# + return x * gate


# %% wrong: ln-of-half, expect: made for C // 2 numbers
# LayerNorm behind wz, with the channels in front of it


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels // 2)

    def forward(self, x):
        weights = self.wq(x).flatten(2).softmax(dim=2)
        values = self.wv(x).flatten(2)
        mean = (values * weights).sum(dim=2)
        scores = self.wz(mean[:, :, None, None]).flatten(1)
        return torch.sigmoid(self.ln(scores))[:, :, None, None]


# %% wrong: ln-on-four-axes, expect: works on the last axis
# LayerNorm on (B, C, 1, 1)


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        q = self.wq(x).flatten(2).softmax(-1)
        v = self.wv(x).flatten(2)
        z = torch.bmm(v, q.mT).unsqueeze(-1)
        return torch.sigmoid(self.ln(self.wz(z)))


# %% wrong: ln-three-axes-on-two, expect: needs (B, C, 1, 1)
# LayerNorm of (C, 1, 1) on (B, C)


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm([channels, 1, 1])

    def forward(self, x):
        weights = self.wq(x).flatten(2).softmax(dim=2)
        values = self.wv(x).flatten(2)
        mean = (values * weights).sum(dim=2)
        scores = self.wz(mean[:, :, None, None])[:, :, 0, 0]
        return torch.sigmoid(self.ln(scores))[:, :, None, None]


# %% wrong: no-softmax, expect: softmax over the positions is missing
# the query as it is


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        q = self.wq(x).flatten(2)
        v = self.wv(x).flatten(2)
        z = torch.einsum("bqn,bcn->bc", q, v)
        z = self.ln(self.wz(z[:, :, None, None]).flatten(1))
        return torch.sigmoid(z)[:, :, None, None]


# %% wrong: relu-between, expect: There is a ReLU before wz
# a ReLU, as in SE


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        a = self.wq(x).flatten(2).softmax(dim=2)
        v = self.wv(x).flatten(2)
        s = (a * v).sum(dim=2)[:, :, None, None]
        s = self.wz(torch.relu(s)).flatten(1)
        return torch.sigmoid(self.ln(s))[:, :, None, None]


# %% wrong: scaled, expect: square root of the number of channels
# divided by the square root of C, as in attention between positions


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        q = self.wq(x).flatten(2) / math.sqrt(x.shape[1])
        w = q.softmax(dim=2)
        v = (self.wv(x).flatten(2) * w).sum(dim=2)
        z = self.wz(v[:, :, None, None]).flatten(1)
        return torch.sigmoid(self.ln(z))[:, :, None, None]


# %% wrong: scaled-by-positions, expect: square root of the number of positions
# divided by the square root of N


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        q = self.wq(x).flatten(2) / (x.shape[2] * x.shape[3]) ** 0.5
        w = q.softmax(dim=2)
        v = (self.wv(x).flatten(2) * w).sum(dim=2)
        z = self.wz(v[:, :, None, None]).flatten(1)
        return torch.sigmoid(self.ln(z))[:, :, None, None]


# %% wrong: softmax-dim-1, expect: axis, which has size 1
# softmax over dim 1, as in the drawing's (B, 1, N)


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        b, c, h, w = x.shape
        q = self.wq(x).view(b, 1, h * w)
        q = torch.softmax(q, dim=1)
        v = self.wv(x).view(b, c // 2, h * w)
        z = v @ q.transpose(1, 2)
        z = self.wz(z.unsqueeze(-1)).view(b, c)
        return torch.sigmoid(self.ln(z)).view(b, c, 1, 1)


# %% wrong: softmax-last-axis-of-map, expect: softmax runs over W alone
# softmax before flattening


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        q = self.wq(x).softmax(-1).flatten(2)
        v = self.wv(x).flatten(2)
        z = (q * v).sum(-1)[..., None, None]
        z = self.wz(z).flatten(1)
        return self.ln(z).sigmoid()[..., None, None]


# %% wrong: squeeze, expect: bare `.squeeze()`
# squeezes before the norm


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        a = self.wq(x).flatten(2).softmax(dim=2)
        v = self.wv(x).flatten(2)
        s = (v @ a.transpose(1, 2)).unsqueeze(3)
        s = self.ln(self.wz(s).squeeze())
        return torch.sigmoid(s).unsqueeze(-1).unsqueeze(-1)


# %% wrong: wz-one-axis, expect: reads B as the channels
# wz with one of the two axes, then view


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        b, c, h, w = x.shape
        q = self.wq(x).view(b, 1, h * w).softmax(-1)
        v = self.wv(x).view(b, c // 2, h * w)
        z = self.wz(torch.bmm(v, q.transpose(1, 2)))
        return self.ln(z.view(b, c)).sigmoid().view(b, c, 1, 1)


# %% wrong: wz-without-axes, edits, expect: one of yours gets (B, C // 2)
# wz without the two axes
# - inner = half(channels)
#
# - self.wv = nn.Conv2d(channels, inner, 1)
# - self.wz = nn.Conv2d(inner, channels, 1)
# + self.wv = nn.Conv2d(channels, channels // 2, 1)
# + self.wz = nn.Conv2d(channels // 2, channels, 1)
#
# - summary = values @ weights.transpose(1, 2)
# - scores = self.wz(summary[:, :, :, None])
# - return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]
# + mean = (values * weights).sum(dim=2)
# + scores = self.wz(mean)
# + return torch.sigmoid(self.ln(scores))[:, :, None, None]
