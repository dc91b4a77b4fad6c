# windows by cropping and reshape, means of two axes
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, height, width = x.shape
        s = self.window_size
        rows, columns = height // s, width // s
        cropped = x[:, :, :rows * s, :columns * s]
        means = cropped.reshape(b, c, rows, s, columns, s).mean(dim=(3, 5))
        kv = self.kv(means).reshape(b, 2, self.heads, self.head_dim, rows * columns)
        keys, values = kv[:, 0], kv[:, 1]
        queries = self.q(x).reshape(b, self.heads, self.head_dim, height * width).transpose(-1, -2)
        a = torch.softmax(queries @ keys * self.head_dim ** -0.5, dim=-1)
        return (values @ a.transpose(-1, -2)).reshape(b, -1, height, width)
