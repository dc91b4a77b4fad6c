# each half goes through a helper with a lambda; clone at the start and += on the copy
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(dim) for _ in range(2))
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.mlp = nn.Sequential(OrderedDict([
            ("fc1", nn.Linear(dim, int(dim * mlp_ratio))),
            ("gelu", nn.GELU(approximate="none")),
            ("fc2", nn.Linear(int(dim * mlp_ratio), dim)),
        ]))

    def half(self, x, f):
        y = x.clone()
        y += f(x)
        return y

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = self.half(x, lambda t: self.attn(self.norm1(t), H, W))
        return self.half(x, lambda t: self.mlp(self.norm2(t)))
