class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def _last(self, layer, x):
        return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def forward(self, query, support, query_mask, support_mask):
        query = self._last(self.norm0, query + self.self_attention(query, query, None))
        support = self._last(self.norm0, support + self.self_attention(support, support, None))
        out = []
        for a, b, m in [(query, support, query_mask), (support, query, support_mask)]:
            z = self._last(self.norm1, a + self.cross_attention(a, b, m))
            out.append(self._last(self.norm2, z + self._last(self.mlp, z)))
        return tuple(out)
