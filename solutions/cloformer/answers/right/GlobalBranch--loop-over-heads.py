# a loop over heads, cut with slices, put side by side with cat
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, _, h, w = x.shape
        d = self.head_dim
        width = self.heads * d
        q = self.q(x).flatten(2)
        kv = self.kv(F.avg_pool2d(x, self.window_size)).flatten(2)
        k = kv[:, :width]
        v = kv[:, width:]
        outs = []
        for i in range(self.heads):
            qi = q[:, i * d:(i + 1) * d]
            ki = k[:, i * d:(i + 1) * d]
            vi = v[:, i * d:(i + 1) * d]
            a = (qi.mT @ ki / d ** 0.5).softmax(-1)
            outs.append((a @ vi.mT).mT)
        return torch.cat(outs, dim=1).reshape(b, width, h, w)
