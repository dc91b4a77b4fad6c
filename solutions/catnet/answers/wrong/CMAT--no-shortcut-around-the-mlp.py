# expect: The shortcut around the MLP is missing
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(channels) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def at(self, layer, x):
        return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def cross(self, a, b, m):
        z = self.at(self.norm1, a + self.cross_attention(a, b, m))
        return self.at(self.norm2, self.at(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        query = self.at(self.norm0, query + self.self_attention(query, query))
        support = self.at(self.norm0, support + self.self_attention(support, support))
        return self.cross(query, support, query_mask), self.cross(support, query, support_mask)
