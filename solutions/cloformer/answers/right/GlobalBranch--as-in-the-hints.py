class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).flatten(2)
        kv = kv.reshape(B, 2, self.heads, self.head_dim, kv.shape[-1])
        k = kv[:, 0].transpose(2, 3)
        v = kv[:, 1].transpose(2, 3)
        A = torch.softmax(q @ k.transpose(2, 3) * self.head_dim ** -0.5, dim=-1)
        out = A @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)
