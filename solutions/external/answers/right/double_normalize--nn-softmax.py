import torch
import torch.nn as nn


def double_normalize(logits, eps=1e-9):
    softmax = nn.Softmax(dim=1)
    attn = softmax(logits)
    total = torch.sum(attn, dim=2, keepdim=True)
    return attn / (total + eps)
