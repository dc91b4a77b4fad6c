import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: checkpointed
# without the large map: checkpointed


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        chunk = 128
        outs = []
        f = lambda q, k, v: (q @ k).softmax(dim=-1) @ v
        for i in range(0, N, chunk):
            outs.append(torch.utils.checkpoint.checkpoint(f, q[:, i:i + chunk], k, v, use_reentrant=False))
        out = torch.cat(outs, dim=1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% right: chunks
# without the large map: chunks


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        chunk = 128
        outs = []
        for i in range(0, N, chunk):
            a = (q[:, i:i + chunk] @ k).softmax(dim=-1)
            outs.append(a @ v)
        out = torch.cat(outs, dim=1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% right: sdpa
# without the large map: sdpa


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2).contiguous()
        k = k.transpose(1, 2)
        extra = C - q.shape[-1]
        q, k = nn.functional.pad(q, (0, extra)), nn.functional.pad(k, (0, extra))
        out = nn.functional.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1), scale=1.0).squeeze(1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% right: split-511
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = [(part @ k).softmax(-1) @ v for part in q.split(511, dim=1)]
        return x + self.gamma * torch.cat(out, dim=1).transpose(1, 2).reshape(x.shape)


# %% wrong: dropout, expect: drops some of its weights
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = [nn.functional.dropout((part @ k).softmax(-1), 0.1, self.training) @ v for part in q.split(64, dim=1)]
        return x + self.gamma * torch.cat(out, dim=1).transpose(1, 2).reshape(x.shape)


# %% wrong: empty-float32, expect: without a dtype, so it is float32
# without the large map: empty float32


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = torch.empty(B, N, C)
        for i in range(0, N, 128):
            out[:, i:i + 128] = (q[:, i:i + 128] @ k).softmax(dim=-1) @ v
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: eps-1e-6, expect: right to about six digits only
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def rows(self, q, k, v):
        e = q @ k
        e = torch.exp(e - e.amax(-1, keepdim=True))
        return e / (e.sum(-1, keepdim=True) + 1e-6) @ v

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        parts = [torch.utils.checkpoint.checkpoint(self.rows, some, k, v, use_reentrant=False) for some in q.split(64, 1)]
        return x + self.gamma * torch.cat(parts, 1).transpose(1, 2).reshape(x.shape)


# %% wrong: eps-1e-8, expect: right to about six digits only
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def rows(self, q, k, v):
        e = q @ k
        e = torch.exp(e - e.amax(-1, keepdim=True))
        return e / (e.sum(-1, keepdim=True) + 1e-8) @ v

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        parts = [torch.utils.checkpoint.checkpoint(self.rows, some, k, v, use_reentrant=False) for some in q.split(64, 1)]
        return x + self.gamma * torch.cat(parts, 1).transpose(1, 2).reshape(x.shape)


# %% wrong: exp, expect: Your softmax gives NaN
# chunks with a softmax by hand


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).mT
        out = []
        for s in q.split(128, dim=1):
            e = torch.exp(s @ k)
            out.append(e @ v / e.sum(-1, keepdim=True))
        out = torch.cat(out, 1)
        return x + self.gamma * out.mT.reshape(x.shape)


# %% wrong: four-chunks, expect: needs more memory at once than it may use
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = [(part @ k).softmax(-1) @ v for part in q.chunk(4, dim=1)]
        return x + self.gamma * torch.cat(out, dim=1).transpose(1, 2).reshape(x.shape)


# %% wrong: fused-not-padded, expect: do not have the same width as the values
# without the large map: fused-not-padded


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)
        return x + self.gamma * out.transpose(1, 2).reshape(x.shape)


# %% wrong: fused-strided, expect: which a transpose or permute can cause
# without the large map: fused strided


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        k = k.transpose(1, 2)
        extra = C - q.shape[-1]
        q, k = nn.functional.pad(q, (0, extra)), nn.functional.pad(k, (0, extra))
        out = nn.functional.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1), scale=1.0).squeeze(1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: gamma-forgotten, expect: gamma is missing
# without the large map: gamma forgotten


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        chunk = 128
        outs = []
        for i in range(0, N, chunk):
            a = (q[:, i:i + chunk] @ k).softmax(dim=-1)
            outs.append(a @ v)
        out = torch.cat(outs, dim=1)
        return x + out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: keeps-all-pieces, expect: nothing, only a measured process shows it
# without the large map: keeps-all-pieces


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        maps = [torch.softmax(rows @ k, dim=-1) for rows in q.split(128, dim=1)]
        out = torch.cat([piece @ v for piece in maps], dim=1)
        return x + self.gamma * out.transpose(1, 2).reshape(x.shape)


# %% wrong: keys-of-chunk, expect: sees the keys of its own chunk only
# without the large map: keys of chunk


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        chunk = 128
        outs = []
        for i in range(0, N, chunk):
            a = (q[:, i:i + chunk] @ k[:, :, i:i + chunk]).softmax(dim=-1)
            outs.append(a @ v[:, i:i + chunk])
        out = torch.cat(outs, dim=1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: linear, expect: left the softmax out
# without the large map: linear


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = q @ (k @ v)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: maximum-from-zero, expect: too large for `exp` alone
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        best = torch.zeros_like(q[..., :1])
        total, out = torch.zeros_like(best), 0
        for keys, values in zip(k.split(128, dim=2), v.split(128, dim=1)):
            scores = q @ keys
            new = torch.maximum(best, scores.amax(-1, keepdim=True)).detach()
            weights, shrunk = torch.exp(scores - new), torch.exp(best - new)
            total, out, best = total * shrunk + weights.sum(-1, keepdim=True), out * shrunk + weights @ values, new
        return x + self.gamma * (out / total).transpose(1, 2).reshape(x.shape)


# %% wrong: naive-again, expect: `matmul` makes a tensor of 1,048,576 elements
# without the large map: naive-again


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = torch.softmax(q @ k, dim=-1) @ v
        return x + self.gamma * out.transpose(1, 2).reshape(x.shape)


# %% wrong: naive-in-training, expect: needs more memory at once than it may use
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        parts = [q] if self.training else q.split(64, dim=1)
        out = [(part @ k).softmax(-1) @ v for part in parts]
        return x + self.gamma * torch.cat(out, dim=1).transpose(1, 2).reshape(x.shape)


# %% wrong: no-grad, expect: the gathered features are detached
# without the large map: no grad


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        outs = []
        with torch.no_grad():
            for i in range(0, N, 128):
                outs.append((q[:, i:i + 128] @ k).softmax(dim=-1) @ v)
        out = torch.cat(outs, dim=1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: not-in-training, expect: returns x as it is
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = [(part @ k).softmax(-1) @ v for part in q.split(64, dim=1)]
        return x if self.training else x + self.gamma * torch.cat(out, dim=1).transpose(1, 2).reshape(x.shape)


# %% wrong: not-transposed, expect: You turn the gathered values, (B, N, C), into (B, C, H, W) with `reshape` or `view`, which swaps no axes
# without the large map: not transposed


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        chunk = 128
        outs = []
        for i in range(0, N, chunk):
            a = (q[:, i:i + chunk] @ k).softmax(dim=-1)
            outs.append(a @ v)
        out = torch.cat(outs, dim=1)
        return x + self.gamma * out.reshape(B, C, H, W)


# %% wrong: padded-apart, expect: Pad both on the same side
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        wide = v.shape[-1] - q.shape[-1]
        q = nn.functional.pad(q, (wide, 0))[:, None]
        k = nn.functional.pad(k.mT, (0, wide))[:, None]
        out = nn.functional.scaled_dot_product_attention(q.contiguous(), k.contiguous(), v[:, None].contiguous(), scale=1.0)
        return x + self.gamma * out[:, 0].transpose(1, 2).reshape(x.shape)


# %% wrong: pieces-put-together, expect: `cat` makes a tensor
# without the large map: pieces-put-together


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        maps = torch.cat([torch.softmax(rows @ k, dim=-1) for rows in q.split(128, dim=1)], dim=1)
        out = maps @ v
        return x + self.gamma * out.transpose(1, 2).reshape(x.shape)


# %% wrong: rest-lost
# without the large map: rest lost


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        chunk = 128
        outs = []
        for i in range(0, N - N % chunk, chunk):
            a = (q[:, i:i + chunk] @ k).softmax(dim=-1)
            outs.append(a @ v)
        out = torch.cat(outs, dim=1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: sdpa-scale, expect: unless you pass scale=1.0
# without the large map: sdpa scale


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = nn.functional.scaled_dot_product_attention(q, k.transpose(1, 2), v)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: split-over-batch, expect: pass the axis of the positions
# without the large map: split-over-batch


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = torch.cat([torch.softmax(rows @ k, dim=-1) @ v for rows in q.split(128)], dim=0)
        return x + self.gamma * out.transpose(1, 2).reshape(x.shape)


# %% wrong: sqrt-d, expect: divided by sqrt(D), where D is the queries' width
# products scaled by hand


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).mT
        out = torch.cat([(s @ k / s.shape[-1] ** .5).softmax(-1) @ v for s in q.split(128, dim=1)], 1)
        return x + self.gamma * out.mT.reshape(x.shape)


# %% wrong: sums-of-key-chunks, expect: softmax within each chunk of keys and add
# without the large map: sums of key chunks


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = 0
        for i in range(0, N, 128):
            a = (q @ k[:, :, i:i + 128]).softmax(dim=-1)
            out = out + a @ v[:, i:i + 128]
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)


# %% wrong: two-softmaxes, expect: one softmax of the queries and one of the keys
# without the large map: two softmaxes


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = q.softmax(-1) @ (k.softmax(-1) @ v)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)
