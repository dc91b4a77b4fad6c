class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.head_dim = head_dim
        self.c = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * self.c, 1)
        self.mixer = nn.Conv2d(3 * self.c, 3 * self.c, kernel_size, padding=kernel_size // 2, groups=3 * self.c)
        self.attn_map = AttnMap(self.c)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.mixer(self.qkv(x))
        q = y[:, :self.c]
        k = y[:, self.c:2 * self.c]
        v = y[:, 2 * self.c:]
        logits = self.attn_map(q * k)
        weights = torch.tanh(logits / self.head_dim ** 0.5)
        return weights * v
