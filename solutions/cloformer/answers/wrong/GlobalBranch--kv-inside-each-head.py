# expect: You cut kv into heads first
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, self.heads, 2, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, :, 0], kv[:, :, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)
