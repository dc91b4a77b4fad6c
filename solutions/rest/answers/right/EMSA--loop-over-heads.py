# a loop over the heads, slices of neighbouring channels, torch.cat at the end
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
            raise ValueError
        red = x
        if self.sr_ratio > 1:
            red = self.sr(x.transpose(1, 2).reshape(B, C, H, W))
            red = red.flatten(2).transpose(1, 2)
            red = self.sr_norm(red)
        q = self.q(x)
        k, v = torch.split(self.kv(red), C, dim=2)
        d = self.head_dim
        logits = []
        for i in range(self.num_heads):
            part = slice(i * d, (i + 1) * d)
            logits.append(q[:, :, part] @ k[:, :, part].transpose(-1, -2) / d ** 0.5)
        logits = torch.stack(logits, dim=1)
        if self.transform:
            weights = self.transform_norm(self.transform_conv(logits).softmax(-1))
        else:
            weights = logits.softmax(-1)
        out = [weights[:, i] @ v[:, :, i * d:(i + 1) * d] for i in range(self.num_heads)]
        return self.proj(torch.cat(out, dim=-1))
