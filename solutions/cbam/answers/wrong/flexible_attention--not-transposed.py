# expect: multiply by its transpose
# s @ w1
import torch


def flexible_attention(x, w1, w2):
    avg, mx = x.mean((2, 3)), x.amax((2, 3))
    scores = torch.relu(avg @ w1) @ w2 + torch.relu(mx @ w1) @ w2
    return x * torch.sigmoid(scores)[:, :, None, None]
