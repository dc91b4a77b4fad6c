# expect: a head then gets whole tokens
import torch
from torch import nn


class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        self.heads = num_heads * expansion
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(dim // num_heads, memory_size)
        self.mv = nn.Linear(memory_size, dim // num_heads)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        b, n, _ = x.shape
        q = self.expand(x).view(b, self.heads, n, -1)
        attn = torch.softmax(self.mk(q), dim=2)
        attn = attn / (attn.sum(dim=-1, keepdim=True) + 1e-9)
        return self.proj(self.mv(attn).transpose(1, 2).reshape(b, n, -1))
