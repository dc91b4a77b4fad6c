class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        pictures = {"q": (query, query_mask), "s": (support, support_mask)}
        step = {}
        for name, (a, _) in pictures.items():
            h = torch.add(a, self.self_attention(a, a))
            step[name] = torch.einsum("bhwc->bchw", self.norm0(torch.einsum("bchw->bhwc", h)))
        out = {}
        for name, other in ("qs", "sq"):
            a, b, m = step[name], step[other], pictures[name][1]
            z = self.norm1(torch.einsum("bchw->bhwc", a + self.cross_attention(x=a, y=b, mask=m)))
            out[name] = torch.einsum("bhwc->bchw", self.norm2(torch.add(z, self.mlp(z))))
        return out["q"], out["s"]
