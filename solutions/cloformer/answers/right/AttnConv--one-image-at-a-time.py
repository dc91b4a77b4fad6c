# a loop over the images, everything concatenated at the end; nn.Tanh
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        n = heads * head_dim
        self.qkv = nn.Conv2d(dim, n * 3, kernel_size=1, bias=True)
        self.mixer = nn.Conv2d(n * 3, n * 3, kernel_size=kernel_size, padding=kernel_size // 2,
                               groups=n * 3, bias=True)
        self.attn_map = AttnMap(n)
        self.tanh = nn.Tanh()
        self.d = head_dim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = []
        for image in x:
            m = self.mixer(self.qkv(image[None]))
            n = m.shape[1] // 3
            q = m.narrow(1, 0, n)
            k = m.narrow(1, n, n)
            v = m.narrow(1, 2 * n, n)
            results.append(self.tanh(self.attn_map(q * k) / self.d ** 0.5) * v)
        return torch.cat(results, 0)
