# expect: You return the gates
# returns the gates
import torch


def flexible_attention(x, w1, w2):
    avg, mx = x.mean((2, 3)), x.amax((2, 3))
    scores = torch.relu(avg @ w1.T) @ w2.T + torch.relu(mx @ w1.T) @ w2.T
    return torch.sigmoid(scores)[:, :, None, None]
