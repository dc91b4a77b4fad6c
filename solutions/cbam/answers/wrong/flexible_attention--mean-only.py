# expect: use the mean alone
# SE
import torch


def flexible_attention(x, w1, w2):
    s = x.mean((2, 3))
    return x * torch.sigmoid(torch.relu(s @ w1.T) @ w2.T)[:, :, None, None]
