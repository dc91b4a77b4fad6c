# F.linear and a helper
import torch
import torch.nn.functional as F


def shared(s, w1, w2):
    return F.linear(torch.relu(F.linear(s, w1)), w2)


def flexible_attention(x, w1, w2):
    b, c = x.shape[:2]
    avg = x.mean([2, 3])
    mx = x.view(b, c, -1).max(-1)[0] if x.is_contiguous() else x.flatten(2).max(-1)[0]
    w = torch.sigmoid(shared(avg, w1, w2) + shared(mx, w1, w2))
    return x * w.view(b, c, 1, 1)
