# baddbmm-free bmm with heads folded into the batch axis; kv cut with chunk
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

    def split(self, t):
        B, L, _ = t.shape
        t = t.reshape(B, L, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        return t.reshape(B * self.num_heads, L, self.head_dim)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"N = {N}, but H * W = {H * W}")
        if self.sr_ratio > 1:
            m = x.permute(0, 2, 1).reshape(B, C, H, W)
            m = self.sr(m).reshape(B, C, -1).permute(0, 2, 1)
            m = self.sr_norm(m)
        else:
            m = x
        q = self.split(self.q(x))
        k, v = map(self.split, self.kv(m).chunk(2, dim=-1))
        A = torch.bmm(q, k.transpose(1, 2)) * self.head_dim ** -0.5
        M = A.shape[-1]
        if self.transform:
            A = self.transform_conv(A.view(B, self.num_heads, N, M))
            A = self.transform_norm(F.softmax(A, -1)).reshape(B * self.num_heads, N, M)
        else:
            A = F.softmax(A, -1)
        out = torch.bmm(A, v).view(B, self.num_heads, N, self.head_dim)
        return self.proj(out.permute(0, 2, 1, 3).reshape(B, N, C))
