# the matrix lies on its side: (B, heads, M, N), so softmax over axis 2
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
        q = self.q(x).reshape(b, self.heads, self.head_dim, -1)
        pooled = nn.functional.avg_pool2d(x, kernel_size=self.window_size, stride=self.window_size)
        k, v = self.kv(pooled).reshape(b, 2, self.heads, self.head_dim, -1).unbind(1)
        a = k.transpose(2, 3) @ q * self.head_dim ** -0.5
        a = a.softmax(dim=2)
        return (v @ a).reshape(b, -1, height, width)
