# softmax by hand: exp with the maximum subtracted
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, _, height, width = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, -1).permute(0, 1, 3, 2)
        kv = self.kv(F.avg_pool2d(x, self.window_size))
        kv = kv.reshape(b, 2, self.heads, self.head_dim, -1)
        k, v = kv[:, 0], kv[:, 1].permute(0, 1, 3, 2)
        logits = torch.matmul(q, k) * self.head_dim ** -0.5
        e = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
        a = e / e.sum(dim=-1, keepdim=True)
        y = torch.matmul(a, v).permute(0, 1, 3, 2)
        return y.reshape(b, self.heads * self.head_dim, height, width)
