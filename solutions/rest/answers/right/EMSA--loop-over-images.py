# one image at a time, stacked at the end
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

    def one(self, x, H, W):  # (N, dim)
        y = x
        if self.sr_ratio > 1:
            y = self.sr(x.t().reshape(1, -1, H, W))[0]
            y = self.sr_norm(y.flatten(1).t())
        q = self.q(x).view(H * W, self.num_heads, self.head_dim).transpose(0, 1)
        k, v = self.kv(y).view(len(y), 2, self.num_heads, self.head_dim).permute(1, 2, 0, 3)
        a = q @ k.transpose(1, 2) * self.head_dim ** -0.5
        if self.transform:
            a = self.transform_conv(a[None]).softmax(-1)
            a = self.transform_norm(a)[0]
        else:
            a = a.softmax(-1)
        return self.proj((a @ v).transpose(0, 1).reshape(H * W, -1))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        if H * W != x.shape[1]:
            raise ValueError("The number of tokens is not H * W.")
        return torch.stack([self.one(image, H, W) for image in x])
