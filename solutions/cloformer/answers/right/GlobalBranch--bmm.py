# heads folded into the batch, torch.bmm
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
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B * self.heads, self.head_dim, H * W)
        k, v = self.kv(pooled).chunk(2, dim=1)
        k = k.reshape(B * self.heads, self.head_dim, M)
        v = v.reshape(B * self.heads, self.head_dim, M)
        attn = torch.bmm(q.transpose(1, 2) * self.head_dim ** -0.5, k)
        attn = F.softmax(attn, dim=2)
        out = torch.bmm(v, attn.transpose(1, 2))
        return out.reshape(B, self.heads * self.head_dim, H, W)
