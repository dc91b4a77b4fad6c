# expect: Both steps run over the slots
import torch


def double_normalize(logits, eps=1e-9):
    attn = torch.softmax(logits, dim=-1)
    return attn / (attn.sum(dim=-1, keepdim=True) + eps)
