# expect: Your norm runs over channels and positions together, as in
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.GroupNorm(1, channels)
        self.norm1 = nn.GroupNorm(1, channels)
        self.norm2 = nn.GroupNorm(1, channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        def first(a):
            return self.norm0(a + self.self_attention(a, a))

        def second(a, b, m):
            z = self.norm1(a + self.cross_attention(a, b, m))
            return self.norm2(z + self.mlp(z.movedim(1, -1)).movedim(-1, 1))

        q, s = first(query), first(support)
        return second(q, s, query_mask), second(s, q, support_mask)
