import torch
from torch import nn


class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        if dim % num_heads != 0:
            raise ValueError("dim must be divisible by num_heads")
        self.num_heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        B, N, _ = x.shape
        q = self.expand(x).view(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        attn = self.mk(q)
        attn = torch.softmax(attn, dim=2)
        attn = attn / (attn.sum(dim=3, keepdim=True) + 1e-9)
        out = self.mv(attn).permute(0, 2, 1, 3).reshape(B, N, -1)
        return self.proj(out)
