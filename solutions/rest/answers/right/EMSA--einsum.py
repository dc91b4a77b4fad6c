# einsum everywhere, reshape of q and kv by unflatten
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
        if x.shape[1] != H * W:
            raise ValueError("H * W must be the number of tokens")
        heads = (self.num_heads, self.head_dim)
        y = x
        if self.sr_ratio > 1:
            y = torch.einsum("bnc->bcn", x).unflatten(2, (H, W))
            y = torch.einsum("bchw->bhwc", self.sr(y)).flatten(1, 2)
            y = self.sr_norm(y)
        q = self.q(x).unflatten(2, heads)               # b n h d
        k, v = self.kv(y).unflatten(2, (2,) + heads).unbind(2)
        a = torch.einsum("bnhd,bmhd->bhnm", q, k) / self.head_dim ** 0.5
        if self.transform:
            a = torch.softmax(self.transform_conv(a), dim=-1)
            a = self.transform_norm(a)
        else:
            a = torch.softmax(a, dim=-1)
        return self.proj(torch.einsum("bhnm,bmhd->bnhd", a, v).flatten(2))
