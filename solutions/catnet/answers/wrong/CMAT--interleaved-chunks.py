# expect: of the batch of 2 only the first image is right
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
        both = torch.cat([query, support])
        both = both + self.self_attention(both, both)
        both = self.norm0(both.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        q, s = both.chunk(2)
        other = torch.cat([s, q])
        masks = torch.cat([query_mask, support_mask])
        z = (both + self.cross_attention(both, other, masks)).permute(0, 2, 3, 1)
        z = self.norm1(z)
        out = self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)
        return out[0::2], out[1::2]
