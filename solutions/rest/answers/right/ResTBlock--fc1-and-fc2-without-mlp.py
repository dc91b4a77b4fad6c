# fc1 and fc2 are attributes of the block, there is no attribute mlp
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio=sr_ratio, qkv_bias=qkv_bias,
                         apply_transform=apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, int(dim * mlp_ratio))
        self.act = nn.GELU()
        self.fc2 = nn.Linear(int(dim * mlp_ratio), dim)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        shortcut = x
        x = self.norm1(x)
        x = self.attn(x, H, W)
        x = shortcut + x

        shortcut = x
        x = self.norm2(x)
        x = self.fc2(self.act(self.fc1(x)))
        x = shortcut + x
        return x
