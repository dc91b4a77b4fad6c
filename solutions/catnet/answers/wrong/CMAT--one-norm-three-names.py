# expect: One LayerNorm serves for all
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = self.norm0
        self.norm2 = self.norm0
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)
