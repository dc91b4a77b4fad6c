# expect: missing: `norm0.weight`
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def first(self, a):
        a = a + self.self_attention(a, a)
        return F.layer_norm(a.permute(0, 2, 3, 1), a.shape[1:2]).permute(0, 3, 1, 2)

    def second(self, a, b, m):
        z = a + self.cross_attention(a, b, m)
        z = self.norm1(z.permute(0, 2, 3, 1))
        return self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)

    def forward(self, query, support, query_mask, support_mask):
        q, s = self.first(query), self.first(support)
        return self.second(q, s, query_mask), self.second(s, q, support_mask)
