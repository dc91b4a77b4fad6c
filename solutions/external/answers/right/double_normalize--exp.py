import torch


def double_normalize(logits, eps=1e-9):
    # softmax over the tokens by hand, with the maximum for safety
    e = torch.exp(logits - logits.amax(dim=1, keepdim=True))
    shares = e / e.sum(dim=1, keepdim=True)
    rows = shares.sum(dim=2)
    return shares / (rows[:, :, None] + eps)
