class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.d, self.w = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        rows, columns = h // self.w, w // self.w
        whole = x[:, :, :rows * self.w, :columns * self.w]
        pooled = whole.reshape(b, c, rows, self.w, columns, self.w).mean(dim=(3, 5))
        q = self.q(x).reshape(b * self.heads, self.d, h * w)
        k, v = self.kv(pooled).chunk(2, dim=1)
        k = k.reshape(b * self.heads, self.d, rows * columns)
        v = v.reshape(b * self.heads, self.d, rows * columns)
        a = torch.bmm(q.transpose(1, 2), k).div(self.d ** 0.5).softmax(dim=2)
        return torch.bmm(v, a.transpose(1, 2)).reshape(b, self.heads * self.d, h, w)
