import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-in-the-hints
# the way of the hints: unflatten, permute, softmax over the last axis
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% right: bmm-heads-in-the-batch
# baddbmm-free bmm with heads folded into the batch axis; kv cut with chunk


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


# %% right: einsum
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


# %% right: explicit-exp-minus-maximum
# the softmax is written out: exp of the logits minus their maximum, over the sum
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

    def soft(self, s):
        e = (s - s.amax(dim=-1, keepdim=True)).exp()
        return e / e.sum(dim=-1, keepdim=True)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, C = x.size()
        if not H * W == N:
            raise ValueError(f"expected {H * W} tokens, found {N}")
        q = self.q(x).reshape(B, N, self.num_heads, -1).permute(0, 2, 1, 3)
        if self.sr_ratio > 1:
            x_ = x.permute(0, 2, 1).reshape(B, C, H, W)
            x_ = self.sr(x_).reshape(B, C, -1).permute(0, 2, 1)
            x_ = self.sr_norm(x_)
            kv = self.kv(x_)
        else:
            kv = self.kv(x)
        kv = kv.reshape(B, -1, 2, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        s = torch.matmul(q, k.transpose(-2, -1)) * (self.head_dim ** -0.5)
        if self.transform:
            s = self.transform_norm(self.soft(self.transform_conv(s)))
        else:
            s = self.soft(s)
        out = torch.matmul(s, v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% right: fold-heads-into-the-batch
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = torch.bmm(attn.flatten(0, 1), v.flatten(0, 1)).unflatten(0, (B, self.num_heads)).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% right: keys-by-queries
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


# %% right: loop-over-heads
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


# %% right: loop-over-images
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


# %% right: matmul-and-sqrt
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = torch.matmul(q, k.mT) / self.head_dim ** 0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% right: mixing-and-norm-by-hand
# transform_conv as an einsum over heads, transform_norm as mean and (biased) variance with its eps
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            mix = self.transform_conv.weight[:, :, 0, 0]
            mixed = torch.einsum("gh,bhnm->bgnm", mix, logits)
            mixed = mixed + self.transform_conv.bias.view(1, -1, 1, 1)
            A = mixed.softmax(dim=3)
            mean = A.mean(dim=(2, 3), keepdim=True)
            var = A.var(dim=(2, 3), keepdim=True, unbiased=False)
            A = (A - mean) / torch.sqrt(var + self.transform_norm.eps)
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% right: none-instead-of-no-layers
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


# %% right: norm-by-hand
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_conv(attn).softmax(-1)
            attn = (attn - attn.mean((2, 3), keepdim=True)) / (attn.var((2, 3), correction=0, keepdim=True) + 1e-5).sqrt()
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% right: reshape-permute
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% right: scale-after-the-transform
# scales after transform_conv: only its bias is scaled too, and the softmax does not notice (question 1)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3)
        scale = self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm((self.transform_conv(logits) * scale).softmax(dim=3))
        else:
            A = (logits * scale).softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% right: scaled-dot-product-attention
# F.scaled_dot_product_attention where there is no transform


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
        q = self.q(x).reshape(B, N, h, d).transpose(1, 2)
        kv = self.kv(tokens)
        k = kv[..., :C].reshape(B, -1, h, d).transpose(1, 2)
        v = kv[..., C:].reshape(B, -1, h, d).transpose(1, 2)
        if not self.transform:
            out = F.scaled_dot_product_attention(q, k, v)
        else:
            A = self.transform_conv((q * d ** -0.5) @ k.mT).softmax(-1)
            out = self.transform_norm(A) @ v
        return self.proj(out.transpose(1, 2).reshape(B, N, C))


# %% right: scaled-queries
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = (q * self.head_dim ** -0.5) @ k.mT
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: M-by-floor-division, expect: as in the page's bug museum
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
            h, w = H // self.sr_ratio, W // self.sr_ratio
            short = self.sr(as_map)[:, :, :h, :w].reshape(B, dim, h * w)
            short = self.sr_norm(short.transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: M-from-the-formula-without-overlap, expect: If sr_ratio does not divide the sides, there can be more
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
            short = self.sr_norm(self.sr(as_map).reshape(B, dim, N // self.sr_ratio ** 2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: W-before-H, expect: a map of W rows and H columns
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, W, H)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: affine-norm, expect: affine=True
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads, affine=True)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: assert-for-value-error, expect: ValueError
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
        assert H * W == N, "H * W is not N"
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: dropout-on-the-weights, expect: dropout
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        A = F.dropout(A, 0.1, training=self.training)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: exp-overflows, expect: Your softmax gives NaN where the logits are large
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

    def soft(self, s):
        e = s.exp()
        return e / e.sum(dim=-1, keepdim=True)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, C = x.size()
        if not H * W == N:
            raise ValueError(f"expected {H * W} tokens, found {N}")
        q = self.q(x).reshape(B, N, self.num_heads, -1).permute(0, 2, 1, 3)
        if self.sr_ratio > 1:
            x_ = x.permute(0, 2, 1).reshape(B, C, H, W)
            x_ = self.sr(x_).reshape(B, C, -1).permute(0, 2, 1)
            x_ = self.sr_norm(x_)
            kv = self.kv(x_)
        else:
            kv = self.kv(x)
        kv = kv.reshape(B, -1, 2, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        s = torch.matmul(q, k.transpose(-2, -1)) * (self.head_dim ** -0.5)
        if self.transform:
            s = self.transform_norm(self.soft(self.transform_conv(s)))
        else:
            s = self.soft(s)
        out = torch.matmul(s, v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: first-image-answers-for-all, expect: the first difference is in the input of `proj`
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv[0].permute(1, 2, 0, 3)  # (heads, M, head_dim)
        logits = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: heads-interleaved, expect: neighbouring channels
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
        q = self.q(x).view(B, N, self.head_dim, self.num_heads).permute(0, 3, 1, 2)
        kv = self.kv(short).view(B, -1, 2, self.head_dim, self.num_heads)
        k, v = kv.permute(2, 0, 4, 1, 3)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).permute(0, 2, 3, 1).flatten(2))


# %% wrong: heads-joined-by-reshape, expect: mixes up tokens and heads
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).reshape(B, N, C)
        return self.proj(out)


# %% wrong: heads-joined-without-transpose, expect: You join the heads with `reshape` or `view` while their axis is still before the axis of the tokens
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).reshape(B, N, dim))


# %% wrong: keys-and-values-within-heads, expect: You cut kv's channels into heads first
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
        kv = self.kv(short).view(B, -1, self.num_heads, 2, self.head_dim)
        k, v = kv.permute(3, 0, 2, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: keys-from-all-tokens-too, expect: `sr` and `sr_norm` are made and never used
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


# %% wrong: keys-from-all-tokens, expect: keys and values come from all tokens
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(x).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: kv-in-heads-first, expect: Split them into the halves [k | v] first
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, self.num_heads, 2, self.head_dim).permute(3, 0, 2, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: kv-never-has-a-bias, expect: kv never has a bias
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.head_dim, self.sr_ratio = num_heads, dim // num_heads, sr_ratio
        self.transform = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, 2 * dim, bias=False)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: map-by-reshape, expect: into (B, C, H, W) with `reshape` or `view` alone
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
            as_map = x.reshape(B, dim, H, W)
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: map-with-width-first, expect: You make a map of W rows and H columns
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
            as_map = x.transpose(1, 2).unflatten(2, (W, H))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: no-ValueError, expect: your code raises no ValueError
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        assert C % self.num_heads == 0
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: no-scale-too, expect: scale
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3)
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: no-scale, expect: The scale is missing
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1)
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: no-sr-norm, expect: `sr_norm` is made and never used
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr(y).flatten(2).transpose(1, 2)
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: no-value-error, expect: ValueError
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
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: norm-before-softmax, expect: Your InstanceNorm comes before the softmax
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn)).softmax(-1)
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: norm-by-hand-with-unbiased-variance, expect: InstanceNorm divides by n, so pass unbiased=False
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            mix = self.transform_conv.weight[:, :, 0, 0]
            mixed = torch.einsum("gh,bhnm->bgnm", mix, logits)
            mixed = mixed + self.transform_conv.bias.view(1, -1, 1, 1)
            A = mixed.softmax(dim=3)
            mean = A.mean(dim=(2, 3), keepdim=True)
            var = A.var(dim=(2, 3), keepdim=True, unbiased=True)
            A = (A - mean) / torch.sqrt(var + self.transform_norm.eps)
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: one-maximum-for-the-whole-batch, expect: Your softmax gives NaN where the logits are large
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

    def soft(self, s):
        e = (s - s.max()).exp()
        return e / e.sum(dim=-1, keepdim=True)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, C = x.size()
        if not H * W == N:
            raise ValueError(f"expected {H * W} tokens, found {N}")
        q = self.q(x).reshape(B, N, self.num_heads, -1).permute(0, 2, 1, 3)
        if self.sr_ratio > 1:
            x_ = x.permute(0, 2, 1).reshape(B, C, H, W)
            x_ = self.sr(x_).reshape(B, C, -1).permute(0, 2, 1)
            x_ = self.sr_norm(x_)
            kv = self.kv(x_)
        else:
            kv = self.kv(x)
        kv = kv.reshape(B, -1, 2, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        s = torch.matmul(q, k.transpose(-2, -1)) * (self.head_dim ** -0.5)
        if self.transform:
            s = self.transform_norm(self.soft(self.transform_conv(s)))
        else:
            s = self.soft(s)
        out = torch.matmul(s, v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: own-shortcut-around-it, expect: You add x to the result
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return x + self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: proj-bias-follows-qkv-bias, expect: `proj` has no bias if qkv_bias is False
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
        self.proj = nn.Linear(dim, dim, bias=qkv_bias)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: proj-never-called, expect: `proj` is made and never used
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return (A @ v).transpose(1, 2).flatten(2)


# %% wrong: proj-without-bias, expect: `proj` has no bias
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim, bias=qkv_bias)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: q-reshaped-without-transpose, expect: You turn the queries into (B, heads, N, head_dim) with `view` or `reshape` alone
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
        q = self.q(x).view(B, self.num_heads, N, self.head_dim)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: qkv-bias-ignored, expect: qkv_bias
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.head_dim, self.sr_ratio = num_heads, dim // num_heads, sr_ratio
        self.transform = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim)
        self.kv = nn.Linear(dim, 2 * dim)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: queries-from-the-reduced-map, expect: You reduce the queries too
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
        q = self.q(short).view(B, -1, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: reduced-tokens-reshaped, expect: You turn the reduced map into tokens with `reshape` or `view` alone
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
            short = self.sr_norm(self.sr(as_map).reshape(B, -1, dim))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: reshape-without-permute, expect: Channels and positions are then mixed up
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: residual, expect: You add x to the result
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return x + self.proj(out)


# %% wrong: scale-after-softmax, expect: You scale the weights after the softmax
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3)
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3) * self.head_dim ** -0.5)
        else:
            A = logits.softmax(dim=3) * self.head_dim ** -0.5
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: scale-of-dim, expect: You scale by dim ** -0.5
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * C ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: scale-without-the-root, expect: You divide the logits by head_dim
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) / self.head_dim
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: scaled-by-dim, expect: A head's query has head_dim numbers, so scale by head_dim ** -0.5
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sdpa-forgets-the-transform, expect: apply_transform=True has no effect
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
        q = self.q(x).reshape(B, N, h, d).transpose(1, 2)
        kv = self.kv(tokens)
        k = kv[..., :C].reshape(B, -1, h, d).transpose(1, 2)
        v = kv[..., C:].reshape(B, -1, h, d).transpose(1, 2)
        if self.num_heads > 0:
            out = F.scaled_dot_product_attention(q, k, v)
        else:
            A = self.transform_conv((q * d ** -0.5) @ k.mT).softmax(-1)
            out = self.transform_norm(A) @ v
        return self.proj(out.transpose(1, 2).reshape(B, N, C))


# %% wrong: sdpa-scales-twice, expect: scaled twice
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


# %% wrong: sdpa-with-causal-mask, expect: every query may look at every key
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
        q = self.q(x).reshape(B, N, h, d).transpose(1, 2)
        kv = self.kv(tokens)
        k = kv[..., :C].reshape(B, -1, h, d).transpose(1, 2)
        v = kv[..., C:].reshape(B, -1, h, d).transpose(1, 2)
        if not self.transform:
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            A = self.transform_conv((q * d ** -0.5) @ k.mT).softmax(-1)
            out = self.transform_norm(A) @ v
        return self.proj(out.transpose(1, 2).reshape(B, N, C))


# %% wrong: softmax-forgotten-with-transform, expect: softmax is missing
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: softmax-in-float32, expect: makes a tensor float32
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3, dtype=torch.float32).to(x.dtype))
        else:
            A = logits.softmax(dim=3, dtype=torch.float32).to(x.dtype)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: softmax-over-heads, expect: It should run over the keys
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=1))
        else:
            A = logits.softmax(dim=1)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: softmax-over-queries-only-with-transform, expect: With apply_transform
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
            A = self.transform_norm(F.softmax(A, -2)).reshape(B * self.num_heads, N, M)
        else:
            A = F.softmax(A, -1)
        out = torch.bmm(A, v).view(B, self.num_heads, N, self.head_dim)
        return self.proj(out.permute(0, 2, 1, 3).reshape(B, N, C))


# %% wrong: softmax-over-queries-too, expect: It should run over the keys
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=2))
        else:
            A = logits.softmax(dim=2)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: softmax-over-queries, expect: Your softmax runs over the queries
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-2))
        else:
            attn = attn.softmax(-2)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: sr-also-at-ratio-1, expect: keys and values come from x itself
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
        if sr_ratio >= 1:
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
        if self.sr_ratio >= 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sr-is-dense, expect: depth-wise
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
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sr-kernel-is-the-ratio, expect: The kernel of `sr` is sr_ratio
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
            self.sr = nn.Conv2d(dim, dim, sr_ratio, stride=sr_ratio, padding=sr_ratio // 2,
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sr-norm-at-every-ratio, expect: keys and values come from x itself
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
            short = self.sr(as_map).flatten(2).transpose(1, 2)
        short = self.sr_norm(short)
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sr-norm-before-sr, expect: Your LayerNorm comes before the convolution
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
            as_map = self.sr_norm(x).transpose(1, 2).unflatten(2, (H, W))
            short = self.sr(as_map).flatten(2).transpose(1, 2)
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sr-norm-never-called, expect: `sr_norm` is made and never used
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
            short = self.sr(as_map).flatten(2).transpose(1, 2)
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sr-not-depth-wise, expect: `sr` mixes all channels
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: sr-without-bias, expect: `sr` has no bias
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
                                groups=dim, bias=False)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: sr-without-padding, expect: The padding of `sr` is missing
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
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio,
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: tokens-column-by-column, expect: row by row
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
            as_map = x.transpose(1, 2).unflatten(2, (W, H)).transpose(2, 3)
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-always-on, expect: apply_transform
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.head_dim, self.sr_ratio = num_heads, dim // num_heads, sr_ratio
        self.transform = num_heads > 1
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-conv-after-softmax, expect: You mix the weights after the softmax
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits.softmax(dim=3)))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-conv-depth-wise, expect: should mix the heads
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
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1, groups=num_heads)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-conv-never-called, expect: `transform_conv` is made and never used
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(logits.softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-conv-without-bias, expect: `transform_conv` has no bias
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
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1, bias=False)
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-norm-before-softmax, expect: Your InstanceNorm comes before the softmax
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits)).softmax(dim=3)
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-norm-is-batch-norm, expect: Your transform_norm has a weight and a bias
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
            self.transform_norm = nn.BatchNorm2d(num_heads)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, dim = x.shape
        if H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-norm-never-called, expect: `transform_norm` is made and never used
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_conv(logits).softmax(dim=3)
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-norm-over-all-heads, expect: each head by itself
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
            self.transform_norm = nn.GroupNorm(1, num_heads, affine=False)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, dim = x.shape
        if H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-norm-per-row, expect: You normalise each row by itself
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_conv(logits).softmax(dim=3)
            A = F.layer_norm(A, (A.shape[3],))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-norm-tracks-statistics, expect: running statistics
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
            self.transform_norm = nn.InstanceNorm2d(num_heads, track_running_stats=True)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, dim = x.shape
        if H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-norm-with-affine, expect: Your transform_norm has a weight and a bias
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
            self.transform_norm = nn.InstanceNorm2d(num_heads, affine=True)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, dim = x.shape
        if H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-with-one-head-too, expect: more than one head
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.head_dim, self.sr_ratio = num_heads, dim // num_heads, sr_ratio
        self.transform = apply_transform
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: transform-with-one-head, expect: With one head there is nothing to mix
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: value-error-only-for-too-few, expect: ValueError
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
        if H * W > N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: value-error-only-when-reduced, expect: Compare H * W with the number of tokens whatever the ratio is
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
        if self.sr_ratio > 1 and H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: values-first-too, expect: Keys and values have changed places
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
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        v, k = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: values-first, expect: the first half of kv's channels should be the keys
class EMSA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.sr_ratio = sr_ratio
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        self.apply_transform = apply_transform and num_heads > 1
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens for {H} x {W}")
        q = self.q(x).reshape(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        y = x
        if self.sr_ratio > 1:
            y = x.permute(0, 2, 1).reshape(B, C, H, W)
            y = self.sr_norm(self.sr(y).flatten(2).transpose(1, 2))
        kv = self.kv(y).reshape(B, -1, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).flip(0)
        k, v = kv[0], kv[1]
        attn = q @ k.transpose(-2, -1) * self.head_dim ** -0.5
        if self.apply_transform:
            attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
        else:
            attn = attn.softmax(-1)
        out = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)


# %% wrong: view-folds-batch-and-tokens, expect: Right on other inputs
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
        q = self.q(x.view(-1, dim)).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))


# %% wrong: root-as-a-tensor, edits, expect: `sqrt` makes a tensor without a dtype, so it is float32
# - logits = q @ k.transpose(2, 3) * self.scale
# + logits = q @ k.transpose(2, 3) / torch.sqrt(torch.tensor(self.q.in_features // self.num_heads))
