import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: linear
# F.linear and a helper


def shared(s, w1, w2):
    return F.linear(torch.relu(F.linear(s, w1)), w2)


def flexible_attention(x, w1, w2):
    b, c = x.shape[:2]
    avg = x.mean([2, 3])
    mx = x.view(b, c, -1).max(-1)[0] if x.is_contiguous() else x.flatten(2).max(-1)[0]
    w = torch.sigmoid(shared(avg, w1, w2) + shared(mx, w1, w2))
    return x * w.view(b, c, 1, 1)


# %% right: stacked
# the means and the maxima go through the two matrices together


def flexible_attention(x, w1, w2):
    pooled = torch.stack([torch.mean(x, dim=(-2, -1)), torch.amax(x, dim=(-2, -1))])
    hidden = torch.einsum("pbc,hc->pbh", pooled, w1).clamp(min=0)
    scores = torch.einsum("pbh,ch->bc", hidden, w2)
    return torch.einsum("bchw,bc->bchw", x, scores.sigmoid())


# %% wrong: mean-only, expect: use the mean alone
# SE


def flexible_attention(x, w1, w2):
    s = x.mean((2, 3))
    return x * torch.sigmoid(torch.relu(s @ w1.T) @ w2.T)[:, :, None, None]


# %% wrong: new-layers, expect: Gradients of `w1`, `w2`: no gradient arrives
# makes new layers and ignores the matrices


def flexible_attention(x, w1, w2):
    mlp = nn.Sequential(nn.Linear(w1.shape[1], w1.shape[0]), nn.ReLU(), nn.Linear(w2.shape[1], w2.shape[0])).to(x)
    return x * torch.sigmoid(mlp(x.mean((2, 3))) + mlp(x.amax((2, 3))))[:, :, None, None]


# %% wrong: not-transposed, edits, expect: by `w1` transposed
# s @ w1
# - scores = sum((torch.relu(s @ w1.T) @ w2.T for s in (x.mean(dim=(2, 3)), x.amax(dim=(2, 3)))))
# + avg, mx = (x.mean((2, 3)), x.amax((2, 3)))
# + scores = torch.relu(avg @ w1) @ w2 + torch.relu(mx @ w1) @ w2


# %% wrong: relu-forgotten, expect: ReLU after `w1` is missing
# no ReLU


def flexible_attention(x, w1, w2):
    avg, mx = x.mean((2, 3)), x.amax((2, 3))
    scores = w2 @ w1 @ avg.T + w2 @ w1 @ mx.T
    return x * torch.sigmoid(scores.T)[:, :, None, None]


# %% wrong: weights-only, expect: You return the gates
# returns the gates


def flexible_attention(x, w1, w2):
    avg, mx = x.mean((2, 3)), x.amax((2, 3))
    scores = torch.relu(avg @ w1.T) @ w2.T + torch.relu(mx @ w1.T) @ w2.T
    return torch.sigmoid(scores)[:, :, None, None]
