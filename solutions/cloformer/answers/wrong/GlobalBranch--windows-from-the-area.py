# expect: fewer windows, and heads are mixed up
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, 2, -1, self.head_dim, h * w // self.window_size ** 2).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        a = (q @ k.transpose(2, 3) * self.head_dim ** -0.5).softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, -1, h, w)
