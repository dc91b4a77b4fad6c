# the LayerNorms are written out with mean and biased variance; one sum of three terms
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.norm2 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.Sequential()
        self.mlp.add_module("fc1", nn.Linear(dim, hidden))
        self.mlp.add_module("act", nn.GELU())
        self.mlp.add_module("fc2", nn.Linear(hidden, dim))

    @staticmethod
    def ln(norm, x):
        centred = x - x.mean(-1, keepdim=True)
        var = centred.square().mean(-1, keepdim=True)
        return centred * torch.rsqrt(var + norm.eps) * norm.weight + norm.bias

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        first = self.attn(self.ln(self.norm1, x), H, W)
        second = self.mlp(self.ln(self.norm2, x + first))
        return x + first + second
