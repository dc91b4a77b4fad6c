# expect: `eps` is missing
import torch


def double_normalize(logits, eps=1e-9):
    attn = torch.softmax(logits, dim=1)
    return attn / torch.sum(attn, dim=2, keepdim=True)
