# expect: Gradients of `w1`, `w2`: no gradient arrives
# makes new layers and ignores the matrices
import torch
from torch import nn


def flexible_attention(x, w1, w2):
    mlp = nn.Sequential(nn.Linear(w1.shape[1], w1.shape[0]), nn.ReLU(), nn.Linear(w2.shape[1], w2.shape[0])).to(x)
    return x * torch.sigmoid(mlp(x.mean((2, 3))) + mlp(x.amax((2, 3))))[:, :, None, None]
