import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-in-the-hints
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).flatten(2)
        kv = kv.reshape(B, 2, self.heads, self.head_dim, kv.shape[-1])
        k = kv[:, 0].transpose(2, 3)
        v = kv[:, 1].transpose(2, 3)
        A = torch.softmax(q @ k.transpose(2, 3) * self.head_dim ** -0.5, dim=-1)
        out = A @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% right: bmm
# heads folded into the batch, torch.bmm
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B * self.heads, self.head_dim, H * W)
        k, v = self.kv(pooled).chunk(2, dim=1)
        k = k.reshape(B * self.heads, self.head_dim, M)
        v = v.reshape(B * self.heads, self.head_dim, M)
        attn = torch.bmm(q.transpose(1, 2) * self.head_dim ** -0.5, k)
        attn = F.softmax(attn, dim=2)
        out = torch.bmm(v, attn.transpose(1, 2))
        return out.reshape(B, self.heads * self.head_dim, H, W)


# %% right: einsum
# einsum for both products, heads by unflatten, channels never transposed
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q = self.q(x).unflatten(1, (self.heads, self.head_dim))
        kv = self.kv(F.avg_pool2d(x, self.window_size)).flatten(2)
        k, v = kv.unflatten(1, (2, self.heads, self.head_dim)).unbind(1)
        logits = torch.einsum("bndhw,bndm->bnhwm", q, k) / self.head_dim ** 0.5
        weights = torch.softmax(logits, dim=-1)
        return torch.einsum("bnhwm,bndm->bndhw", weights, v).flatten(1, 2)


# %% right: exp-minus-max
# softmax by hand: exp with the maximum subtracted
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, _, height, width = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, -1).permute(0, 1, 3, 2)
        kv = self.kv(F.avg_pool2d(x, self.window_size))
        kv = kv.reshape(b, 2, self.heads, self.head_dim, -1)
        k, v = kv[:, 0], kv[:, 1].permute(0, 1, 3, 2)
        logits = torch.matmul(q, k) * self.head_dim ** -0.5
        e = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
        a = e / e.sum(dim=-1, keepdim=True)
        y = torch.matmul(a, v).permute(0, 1, 3, 2)
        return y.reshape(b, self.heads * self.head_dim, height, width)


# %% right: keys-in-rows
# the matrix lies on its side: (B, heads, M, N), so softmax over axis 2
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, _, height, width = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, -1)
        pooled = nn.functional.avg_pool2d(x, kernel_size=self.window_size, stride=self.window_size)
        k, v = self.kv(pooled).reshape(b, 2, self.heads, self.head_dim, -1).unbind(1)
        a = k.transpose(2, 3) @ q * self.head_dim ** -0.5
        a = a.softmax(dim=2)
        return (v @ a).reshape(b, -1, height, width)


# %% right: loop-over-heads
# a loop over heads, cut with slices, put side by side with cat
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, _, h, w = x.shape
        d = self.head_dim
        width = self.heads * d
        q = self.q(x).flatten(2)
        kv = self.kv(F.avg_pool2d(x, self.window_size)).flatten(2)
        k = kv[:, :width]
        v = kv[:, width:]
        outs = []
        for i in range(self.heads):
            qi = q[:, i * d:(i + 1) * d]
            ki = k[:, i * d:(i + 1) * d]
            vi = v[:, i * d:(i + 1) * d]
            a = (qi.mT @ ki / d ** 0.5).softmax(-1)
            outs.append((a @ vi.mT).mT)
        return torch.cat(outs, dim=1).reshape(b, width, h, w)


# %% right: means-by-hand-too
# windows by cropping and reshape, means of two axes
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, height, width = x.shape
        s = self.window_size
        rows, columns = height // s, width // s
        cropped = x[:, :, :rows * s, :columns * s]
        means = cropped.reshape(b, c, rows, s, columns, s).mean(dim=(3, 5))
        kv = self.kv(means).reshape(b, 2, self.heads, self.head_dim, rows * columns)
        keys, values = kv[:, 0], kv[:, 1]
        queries = self.q(x).reshape(b, self.heads, self.head_dim, height * width).transpose(-1, -2)
        a = torch.softmax(queries @ keys * self.head_dim ** -0.5, dim=-1)
        return (values @ a.transpose(-1, -2)).reshape(b, -1, height, width)


# %% right: means-by-hand
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.d, self.w = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        rows, columns = h // self.w, w // self.w
        whole = x[:, :, :rows * self.w, :columns * self.w]
        pooled = whole.reshape(b, c, rows, self.w, columns, self.w).mean(dim=(3, 5))
        q = self.q(x).reshape(b * self.heads, self.d, h * w)
        k, v = self.kv(pooled).chunk(2, dim=1)
        k = k.reshape(b * self.heads, self.d, rows * columns)
        v = v.reshape(b * self.heads, self.d, rows * columns)
        a = torch.bmm(q.transpose(1, 2), k).div(self.d ** 0.5).softmax(dim=2)
        return torch.bmm(v, a.transpose(1, 2)).reshape(b, self.heads * self.d, h, w)


# %% right: other-names-own-parameters
# to_q and to_kv as own parameters of the same shapes, F.conv2d
class GlobalBranch(nn.Module):
    def __init__(self, dim, heads, head_dim, window_size):
        super().__init__()
        self.h, self.d, self.win = heads, head_dim, window_size
        inner = heads * head_dim
        self.to_q_weight = nn.Parameter(torch.randn(inner, dim, 1, 1) * dim ** -0.5)
        self.to_q_bias = nn.Parameter(torch.zeros(inner))
        self.to_kv_weight = nn.Parameter(torch.randn(2 * inner, dim, 1, 1) * dim ** -0.5)
        self.to_kv_bias = nn.Parameter(torch.zeros(2 * inner))

    def forward(self, x):
        B, _, H, W = x.shape
        q = F.conv2d(x, self.to_q_weight, self.to_q_bias).reshape(B, self.h, self.d, H * W)
        kv = F.conv2d(F.avg_pool2d(x, self.win), self.to_kv_weight, self.to_kv_bias)
        kv = kv.reshape(B, 2, self.h, self.d, -1)
        a = torch.einsum("bhdn,bhdm->bhnm", q, kv[:, 0]).div(self.d ** 0.5).softmax(-1)
        return torch.einsum("bhnm,bhdm->bhdn", a, kv[:, 1]).reshape(B, self.h * self.d, H, W)


# %% right: pool-after-kv
# the paper's order: kv of x, then the means; a pool layer
class GlobalBranch(nn.Module):
    def __init__(self, dim, heads, head_dim, window_size):
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, heads * head_dim * 2, 1)
        self.pool = nn.AvgPool2d(window_size)

    def forward(self, x):
        b, c, h, w = x.shape
        k, v = self.pool(self.kv(x)).flatten(2).chunk(2, dim=1)
        q = self.q(x).flatten(2)
        q = q.reshape(b, self.heads, self.head_dim, -1).transpose(2, 3)
        k = k.reshape(b, self.heads, self.head_dim, -1).transpose(2, 3)
        v = v.reshape(b, self.heads, self.head_dim, -1).transpose(2, 3)
        a = q @ k.transpose(2, 3)
        a = a / self.head_dim ** 0.5
        a = a.softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, self.heads * self.head_dim, h, w)


# %% right: sdpa
# F.scaled_dot_product_attention
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, _, H, W = x.shape

        def split_heads(t):
            return t.flatten(2).unflatten(1, (self.heads, self.head_dim)).transpose(-2, -1)

        k, v = self.kv(F.avg_pool2d(x, self.window_size)).chunk(2, 1)
        out = F.scaled_dot_product_attention(split_heads(self.q(x)), split_heads(k), split_heads(v))
        return out.transpose(-2, -1).reshape(B, -1, H, W)


# %% wrong: adaptive-pool, expect: windows of that size
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.adaptive_avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, 2, self.heads, self.head_dim, -1).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        a = (q @ k.transpose(2, 3) * self.head_dim ** -0.5).softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, -1, h, w)


# %% wrong: batch-and-heads-mixed, expect: Images are then mixed up
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(2, B, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[0], kv[1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: dropout-in-training, expect: training mode
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        attn = F.dropout(attn, 0.1, training=self.training)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: exp-overflows, expect: Your softmax gives NaN where the logits are large
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.exp() / logits.exp().sum(dim=-1, keepdim=True)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: first-image-for-all, expect: only the first image is right
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:1, 0], kv[:1, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: float32-buffer, expect: its dtype is torch.float32
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = torch.zeros(B, self.heads, H * W, self.head_dim)
        for i in range(self.heads):
            out[:, i] = attn[:, i] @ v[:, i]
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: heads-interleaved, expect: A head should get head_dim neighbouring channels
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.head_dim, self.heads, H * W).permute(0, 2, 3, 1)
        kv = self.kv(pooled).reshape(B, 2, self.head_dim, self.heads, M).permute(0, 1, 3, 4, 2)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.permute(0, 3, 1, 2).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: k-and-v-in-each-head, expect: You cut kv into heads first
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, self.heads, 2, self.head_dim, -1).transpose(3, 4)
        k, v = kv[:, :, 0], kv[:, :, 1]
        a = (q @ k.transpose(2, 3) * self.head_dim ** -0.5).softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, -1, h, w)


# %% wrong: kv-inside-each-head, expect: You cut kv into heads first
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, self.heads, 2, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, :, 0], kv[:, :, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: kv-of-full-map, expect: Nothing is pooled
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = x
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: kv-without-bias, expect: no bias
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: max-pool-too, expect: You take the largest number of each window
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.max_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: max-pool, expect: the mean
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.max_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, 2, self.heads, self.head_dim, -1).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        a = (q @ k.transpose(2, 3) * self.head_dim ** -0.5).softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, -1, h, w)


# %% wrong: no-scale-too, expect: The scale is missing
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3)
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: no-scale, expect: The scale is missing
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, 2, self.heads, self.head_dim, -1).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        a = (q @ k.transpose(2, 3)).softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, -1, h, w)


# %% wrong: not-transposed-back, expect: mixes up channels and positions
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, 2, self.heads, self.head_dim, -1).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        a = (q @ k.transpose(2, 3) * self.head_dim ** -0.5).softmax(dim=-1)
        return (a @ v).reshape(b, -1, h, w)


# %% wrong: one-head-over-all-channels, expect: Your attention has one wide head
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, 1, self.heads * self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, 1, self.heads * self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: pooled-to-window-size, expect: Your pooled map has window_size x window_size means
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.adaptive_avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: q-of-pooled-map, expect: Your queries come from the pooled map
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(pooled).reshape(B, self.heads, self.head_dim, M).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, *pooled.shape[2:])


# %% wrong: queries-not-transposed, expect: Cut q into (..., head_dim, N), and transpose the last two axes
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, H * W, self.head_dim)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: rest-counted, expect: left over at the border
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size, ceil_mode=True)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: result-is-a-sequence, expect: Expected shape
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(1, 2).reshape(B, H * W, self.heads * self.head_dim)


# %% wrong: scale-after-softmax, expect: You scale the weights after the softmax
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3)
        attn = logits.softmax(dim=-1) * self.scale
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: scale-by-dim, expect: Your scale is dim
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: scaled-twice, expect: You divide by head_dim
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = (q * self.scale) @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: sigmoid-weights, expect: a sigmoid of each logit
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.sigmoid()
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: softmax-in-float32, expect: makes a tensor float32
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.float().softmax(dim=-1).to(logits.dtype)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: softmax-over-heads, expect: Your softmax runs over the heads
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: softmax-over-queries-too, expect: Your softmax runs over the queries
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-2)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: softmax-over-queries, expect: over the queries
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, 2, self.heads, self.head_dim, -1).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        a = (q @ k.transpose(2, 3) * self.head_dim ** -0.5).softmax(dim=-2)
        return (a @ v).transpose(2, 3).reshape(b, -1, h, w)


# %% wrong: square-assumed, expect: is invalid for input of size
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        H = W = int((H * W) ** 0.5)
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: sum-of-windows, expect: You take the sum of each window
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size) * self.window_size ** 2
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: values-first, expect: You read kv as [v | k]
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        v, k = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: view-of-input, expect: a transposed tensor
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = F.conv1d(x.view(B, C, H * W), self.q.weight[:, :, :, 0], self.q.bias)
        q = q.reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: way-back-not-transposed, expect: Transpose the last two axes to (..., head_dim, N) first
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: width-and-height-swapped, expect: You cut the N positions into W rows of H
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, W, H).transpose(2, 3)


# %% wrong: windows-by-view, expect: a map of odd sides
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        s = self.window_size
        pooled = x.reshape(B, C, H // s, s, W // s, s).mean(dim=(3, 5))
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: windows-counted-by-area, expect: as the number of windows
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = H * W // self.window_size ** 2
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, -1, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)


# %% wrong: windows-from-the-area, expect: fewer windows than that, so heads are mixed up
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim, self.window_size = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q = self.q(x).reshape(b, self.heads, self.head_dim, h * w).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window_size)
        kv = self.kv(pooled).reshape(b, 2, -1, self.head_dim, h * w // self.window_size ** 2).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        a = (q @ k.transpose(2, 3) * self.head_dim ** -0.5).softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, -1, h, w)


# %% wrong: windows-overlap, expect: Your windows overlap
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size, stride=1)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.softmax(dim=-1)
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)
