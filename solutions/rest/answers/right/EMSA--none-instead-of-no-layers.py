# sr, sr_norm and the transform are None where the page has no layer; names in a Sequential-free style
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.h = num_heads
        self.scale = (dim // num_heads) ** -0.5
        self.q = nn.Linear(dim, dim, qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, qkv_bias)
        self.sr = self.sr_norm = self.transform_conv = self.transform_norm = None
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        if apply_transform and num_heads != 1:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, kernel_size=1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)
        self.proj = nn.Linear(dim, dim)

    def keys_values(self, x, H, W):
        if self.sr is not None:
            x = self.sr(x.mT.unflatten(-1, (H, W))).flatten(2).mT
            x = self.sr_norm(x)
        k, v = self.kv(x).tensor_split(2, dim=2)
        return self.cut(k), self.cut(v)

    def cut(self, t):
        return t.unflatten(2, (self.h, -1)).transpose(1, 2)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        if x.size(1) != H * W:
            raise ValueError(f"{x.size(1)} tokens, but H * W = {H} * {W}")
        q, (k, v) = self.cut(self.q(x)) * self.scale, self.keys_values(x, H, W)
        logits = q @ k.mT
        if self.transform_conv is not None:
            a = self.transform_norm(self.transform_conv(logits).softmax(-1))
        else:
            a = logits.softmax(-1)
        return self.proj((a @ v).transpose(1, 2).flatten(2))
