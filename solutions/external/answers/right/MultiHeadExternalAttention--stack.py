import torch
from torch import nn


class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        self.heads = num_heads * expansion
        d = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(d, memory_size)
        self.mv = nn.Linear(memory_size, d)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        outs = []
        for head in self.expand(x).chunk(self.heads, dim=2):
            outs.append(self.mv(double_normalize(self.mk(head))))
        return self.proj(torch.cat(outs, dim=2))
