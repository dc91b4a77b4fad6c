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
        size = query.shape[-2:]
        tokens = lambda f: f.flatten(2).transpose(1, 2)
        image = lambda t: t.transpose(1, 2).unflatten(2, size)
        q = self.norm0(tokens(query) + tokens(self.self_attention(query, query)))
        s = self.norm0(tokens(support) + tokens(self.self_attention(support, support)))
        zq = self.norm1(q + tokens(self.cross_attention(image(q), image(s), query_mask)))
        zs = self.norm1(s + tokens(self.cross_attention(image(s), image(q), support_mask)))
        zq = self.norm2(zq + self.mlp(zq))
        zs = self.norm2(zs + self.mlp(zs))
        return image(zq), image(zs)
