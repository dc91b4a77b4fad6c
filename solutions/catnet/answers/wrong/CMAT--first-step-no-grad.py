# expect: no gradient arrives
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        C = channels
        self.self_attention, self.cross_attention = (CrossMaskedAttention(C, reduction) for _ in range(2))
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(C) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(C, C), nn.ReLU(inplace=True), nn.Linear(C, C))

    @staticmethod
    def at_positions(layer, f):
        return layer(f.movedim(1, -1)).movedim(-1, 1)

    def look_at_yourself(self, f):
        return self.at_positions(self.norm0, f + self.self_attention(f, f))

    def look_across(self, f, g, mask):
        z = self.at_positions(self.norm1, f + self.cross_attention(f, g, mask=mask))
        return self.at_positions(self.norm2, z + self.at_positions(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        with torch.no_grad():
            q = self.look_at_yourself(query)
            s = self.look_at_yourself(support)
        new_q = self.look_across(q, s, query_mask)
        new_s = self.look_across(s, q, support_mask)
        return new_q, new_s
