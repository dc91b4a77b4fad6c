# expect: ReLU after `w1` is missing
# no ReLU
import torch


def flexible_attention(x, w1, w2):
    avg, mx = x.mean((2, 3)), x.amax((2, 3))
    scores = w2 @ w1 @ avg.T + w2 @ w1 @ mx.T
    return x * torch.sigmoid(scores.T)[:, :, None, None]
