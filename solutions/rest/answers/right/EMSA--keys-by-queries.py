# logits (B, heads, M, N), keys before queries, so the softmax runs over axis 2
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
        B, N, C = x.shape
        if H * W != N:
            raise ValueError("H * W is not N")
        t = x.transpose(1, 2)  # (B, C, N), channels first all the way
        y = t
        if self.sr_ratio > 1:
            y = self.sr(t.reshape(B, C, H, W)).flatten(2)
            y = self.sr_norm(y.transpose(1, 2)).transpose(1, 2)
        q = self.q(x).transpose(1, 2).reshape(B, self.num_heads, self.head_dim, N)
        kv = self.kv(y.transpose(1, 2)).transpose(1, 2)
        kv = kv.reshape(B, 2, self.num_heads, self.head_dim, -1)
        k, v = kv[:, 0], kv[:, 1]  # (B, heads, head_dim, M)
        S = k.transpose(2, 3) @ q / self.head_dim ** 0.5
        if self.transform:
            S = self.transform_conv(S)
        A = S.softmax(dim=2)
        if self.transform:
            A = self.transform_norm(A)
        out = (v @ A).reshape(B, C, N)
        return self.proj(out.transpose(1, 2))
