# F.scaled_dot_product_attention
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, _, H, W = x.shape

        def split_heads(t):
            return t.flatten(2).unflatten(1, (self.heads, self.head_dim)).transpose(-2, -1)

        k, v = self.kv(F.avg_pool2d(x, self.window_size)).chunk(2, 1)
        out = F.scaled_dot_product_attention(split_heads(self.q(x)), split_heads(k), split_heads(v))
        return out.transpose(-2, -1).reshape(B, -1, H, W)
