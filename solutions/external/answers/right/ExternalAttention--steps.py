import torch
from torch import nn


class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64):
        super().__init__()
        self.memory_size = memory_size
        self.mk = nn.Linear(in_features=dim, out_features=memory_size, bias=False)
        self.mv = nn.Linear(in_features=memory_size, out_features=dim, bias=False)

    def forward(self, x):
        B, N, C = x.shape
        logits = self.mk(x)
        assert logits.shape == (B, N, self.memory_size)
        attention = torch.softmax(logits, dim=1)
        attention = attention / (attention.sum(dim=-1, keepdim=True) + 1e-9)
        return self.mv(attention)
