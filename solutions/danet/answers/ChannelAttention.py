import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: flatten
# attention between channels: flatten


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% right: softmin
# attention between channels: softmin


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            return nn.functional.softmin(E, dim=2)
        return nn.functional.softmax(E, dim=2)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: always, expect: always reverses the order of the energies
# attention between channels: always


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: dim-1, expect: first of the two channel axes
# attention between channels: dim 1


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: dropout, expect: drops some of its weights
class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        x = x.flatten(2)
        energy = x @ x.mT
        if self.negate:
            energy = energy.amax(-1, keepdim=True) - energy
        return energy.softmax(-1)

    def forward(self, x):
        a = nn.functional.dropout(self.attention(x), 0.1, self.training)
        return x + self.gamma * (a @ x.flatten(2)).view_as(x)


# %% wrong: from-the-right, expect: multiply X transposed by A
class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        flat = x.flatten(2)
        e = flat @ flat.transpose(1, 2)
        if self.negate:
            e = e.max(-1, keepdim=True).values - e
        return e.softmax(-1)

    def forward(self, x):
        out = x.flatten(2).transpose(1, 2) @ self.attention(x)
        return x + self.gamma * out.view_as(x)


# %% wrong: max-tuple, expect: unsupported operand type(s) for -
# attention between channels: max tuple


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True) - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: n-by-n, expect: Your matrix is N x N
# attention between channels: n by n


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X.transpose(1, 2) @ X
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = x.flatten(2) @ A.transpose(1, 2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: no-keepdim, expect: size of tensor a (2) must match
# attention between channels: no keepdim


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: no-shortcut, expect: The shortcut is missing
# attention between channels: no shortcut


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return self.gamma * out.reshape(x.shape)


# %% wrong: normalised, expect: normalise the channels to length 1
# attention between channels: normalised


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = nn.functional.normalize(x.flatten(2), dim=-1)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: not-in-training, expect: returns x as it is
class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        x = x.flatten(2)
        energy = x @ x.mT
        if self.negate:
            energy = energy.amax(-1, keepdim=True) - energy
        return energy.softmax(-1)

    def forward(self, x):
        return x if self.training else x + self.gamma * (self.attention(x) @ x.flatten(2)).view_as(x)


# %% wrong: reshape, expect: Neither of them swaps axes, so channels and positions are mixed up
# attention between channels: reshape


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.reshape(X.shape[0], X.shape[2], X.shape[1])
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: scaled, expect: divide the energies by sqrt(N)
# attention between channels: scaled


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2) / X.shape[-1] ** 0.5
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: stabilised, expect: you wrote E - max(E)
# attention between channels: stabilised


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E - E.max(dim=-1, keepdim=True).values
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: transposed, expect: Your product uses the columns of the map as if they were its rows
# attention between channels: transposed


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A.transpose(1, 2) @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)


# %% wrong: weights-turned, expect: reverse the order of the weights, after the softmax
# the weights turned around, not the energies


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        e = x.flatten(2) @ x.flatten(2).mT
        if self.negate:
            return e.amax(-1, keepdim=True) - e.softmax(-1)
        return e.softmax(-1)

    def forward(self, x):
        return x + self.gamma * (self.attention(x) @ x.flatten(2)).view_as(x)


# %% wrong: x-transposed-first, expect: Your energies are N x N
# attention between channels: x transposed first


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X.transpose(1, 2) @ X
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)
