# F.linear and baddbmm, heads through reshape(-1, N, head_dim)
import torch.nn.functional as F


class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).view(B, N, self.heads, self.head_dim).transpose(1, 2)
        h = h.reshape(-1, N, self.head_dim)
        logits = F.linear(h, self.mk.weight, self.mk.bias)
        out = torch.baddbmm(self.mv.bias, double_normalize(logits), self.mv.weight.T.expand(len(h), -1, -1))
        return self.proj(out.reshape(B, self.heads, N, self.head_dim).transpose(1, 2).reshape(B, N, -1))
