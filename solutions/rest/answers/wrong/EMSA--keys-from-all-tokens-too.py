# expect: `sr` and `sr_norm` are made and never used
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.head_dim, self.sr_ratio = num_heads, dim // num_heads, sr_ratio
        self.transform = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2,
                                groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        if self.transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, dim = x.shape
        if H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(x).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))
