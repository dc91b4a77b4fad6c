class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction, softmax_over="keys")
        self.cross_attention = CrossMaskedAttention(channels, reduction, softmax_over="keys")
        for i in range(3):
            setattr(self, f"norm{i}", nn.LayerNorm(channels))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        def norm(layer, x):
            return layer(x.movedim(1, 3)).movedim(3, 1)

        a, b = (norm(self.norm0, x + self.self_attention(x, x)) for x in (query, support))
        from_b, from_a = query_mask * self.cross_attention(a, b), support_mask * self.cross_attention(b, a)
        a, b = norm(self.norm1, a + from_b), norm(self.norm1, b + from_a)
        return norm(self.norm2, a + norm(self.mlp, a)), norm(self.norm2, b + norm(self.mlp, b))
