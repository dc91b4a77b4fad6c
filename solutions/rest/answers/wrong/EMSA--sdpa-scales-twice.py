# expect: scaled twice
import torch.nn.functional as F


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
            raise ValueError("wrong H, W")
        h, d = self.num_heads, self.head_dim
        tokens = x
        if self.sr_ratio > 1:
            grid = x.reshape(B, H, W, C).permute(0, 3, 1, 2)
            grid = self.sr(grid).permute(0, 2, 3, 1)
            tokens = self.sr_norm(grid).reshape(B, -1, C)
        q = self.q(x).reshape(B, N, h, d).transpose(1, 2) * d ** -0.5
        kv = self.kv(tokens)
        k = kv[..., :C].reshape(B, -1, h, d).transpose(1, 2)
        v = kv[..., C:].reshape(B, -1, h, d).transpose(1, 2)
        if not self.transform:
            out = F.scaled_dot_product_attention(q, k, v)
        else:
            A = self.transform_conv(q @ k.mT).softmax(-1)
            out = self.transform_norm(A) @ v
        return self.proj(out.transpose(1, 2).reshape(B, N, C))
