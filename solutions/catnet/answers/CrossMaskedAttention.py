import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-lesson-05a
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"channels={channels} and reduction={reduction} leave nothing")
        if softmax_over not in ("keys", "queries"):
            raise ValueError("softmax_over must be keys or queries")
        self.query = nn.Conv2d(channels, channels // reduction, kernel_size=1)
        self.key = nn.Conv2d(channels, channels // reduction, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)
        self.softmax_over = softmax_over
        self.factor = (channels // reduction) ** -0.5

    def attention(self, x, y):
        q = self.query(x).flatten(2).permute(0, 2, 1)
        k = self.key(y).flatten(2)
        energy = self.factor * torch.bmm(q, k)
        if self.softmax_over == "queries":
            return torch.softmax(energy, dim=-2)
        return torch.softmax(energy, dim=-1)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        out = torch.bmm(self.attention(x, y), self.value(y).flatten(2).permute(0, 2, 1))
        out = out.permute(0, 2, 1).reshape(B, C, H, W)
        if mask is None:
            return out
        return mask * out


# %% right: bmm
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super(CrossMaskedAttention, self).__init__()
        if softmax_over != "keys" and softmax_over != "queries":
            raise ValueError("softmax_over must be keys or queries")
        if channels // reduction == 0:
            raise ValueError("too few channels: %d with reduction %d" % (channels, reduction))
        self.softmax = nn.Softmax(dim=-1 if softmax_over == "keys" else -2)
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def attention(self, x, y):
        proj_query = self.query(x).flatten(2).permute(0, 2, 1)
        proj_key = self.key(y).flatten(2)
        energy = torch.bmm(proj_query, proj_key)
        return self.softmax(energy * proj_key.shape[1] ** -0.5)

    def forward(self, x, y, mask=None):
        batch, channels, height, width = x.size()
        proj_value = self.value(y).flatten(2).permute(0, 2, 1)
        out = torch.bmm(self.attention(x, y), proj_value)
        out = out.permute(0, 2, 1).reshape(batch, channels, height, width)
        if mask is None:
            return out
        return mask * out


# %% right: einsum
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError(f"channels // reduction must be at least 1, got {channels} // {reduction}")
        axes = {"keys": -1, "queries": -2}
        if softmax_over not in axes:
            raise ValueError("unknown softmax_over: " + str(softmax_over))
        self.axis = axes[softmax_over]
        self.d = channels // reduction
        self.query = nn.Conv2d(channels, self.d, kernel_size=1)
        self.key = nn.Conv2d(channels, self.d, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)

    def attention(self, x, y):
        B, _, H, W = x.shape
        Q = self.query(x).reshape(B, self.d, -1)
        K = self.key(y).reshape(B, self.d, -1)
        scores = torch.einsum("bdi,bdj->bij", Q, K) / self.d ** 0.5
        return F.softmax(scores, dim=self.axis)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        V = self.value(y).reshape(B, C, -1)
        gathered = torch.einsum("bij,bcj->bci", self.attention(x, y), V).reshape(B, C, H, W)
        if mask is not None:
            gathered = gathered * mask
        return gathered


# %% right: functional
def _linear(layer, f):
    """A 1 x 1 convolution is a Linear layer at each position: (B, C, H, W) -> (B, N, C')."""
    return F.linear(f.flatten(2).mT, layer.weight.flatten(1), layer.bias)


def _softmax(scores, dim):
    scores = scores - scores.logsumexp(dim=dim, keepdim=True)
    return scores.exp()


class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        self.inner = channels // reduction
        if self.inner == 0 or softmax_over not in ("keys", "queries"):
            raise ValueError(f"channels={channels}, reduction={reduction}, softmax_over={softmax_over}")
        self.over = {"queries": 1, "keys": 2}[softmax_over]
        self.value = nn.Conv2d(channels, channels, (1, 1))
        self.query = nn.Conv2d(channels, self.inner, (1, 1))
        self.key = nn.Conv2d(channels, self.inner, (1, 1))

    def attention(self, x, y):
        q, k = _linear(self.query, x), _linear(self.key, y)
        return _softmax(q / self.inner ** 0.5 @ k.mT, self.over)

    def forward(self, x, y, mask=None):
        z = (self.attention(x, y) @ _linear(self.value, y)).mT.reshape(x.shape)
        if mask is not None:
            z = z * mask
        return z


# %% right: loop-images
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        small = channels // reduction
        if small == 0:
            raise ValueError(f"reduction {reduction} leaves nothing of {channels} channels")
        if softmax_over not in ["keys", "queries"]:
            raise ValueError("softmax_over: 'keys' or 'queries'")
        self.keys_first = softmax_over == "keys"
        self.query = nn.Conv2d(channels, small, 1, bias=True)
        self.key = nn.Conv2d(channels, small, 1, bias=True)
        self.value = nn.Conv2d(channels, channels, 1, bias=True)

    def attention(self, x, y):
        maps = []
        for q, k in zip(self.query(x), self.key(y)):
            table = torch.tensordot(q.flatten(1), k.flatten(1), dims=([0], [0]))
            table = table * len(q) ** -0.5
            table = torch.softmax(table, dim=1) if self.keys_first else torch.softmax(table, dim=0)
            maps.append(table)
        return torch.stack(maps)

    def forward(self, x, y, mask=None):
        values = self.value(y)
        images = [torch.matmul(v.flatten(1), a.T).reshape(v.shape[0], *x.shape[2:])
                  for v, a in zip(values, self.attention(x, y))]
        z = torch.stack(images)
        return z if mask is None else torch.mul(z, mask)


# %% right: plain
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        return out if mask is None else out * mask


# %% right: sdpa
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if not hidden:
            raise ValueError(f"C // r is 0 for C = {channels} and r = {reduction}")
        if softmax_over not in {"keys", "queries"}:
            raise ValueError(f"{softmax_over}?")
        self.softmax_over = softmax_over
        self.query, self.key = nn.Conv2d(channels, hidden, 1), nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def tokens(self, layer, f):
        return layer(f).flatten(2).transpose(1, 2)

    def attention(self, x, y):
        q, k = self.tokens(self.query, x), self.tokens(self.key, y)
        scores = q @ k.transpose(1, 2) * q.shape[2] ** -0.5
        return scores.softmax(2 if self.softmax_over == "keys" else 1)

    def forward(self, x, y, mask=None):
        v = self.tokens(self.value, y)
        if self.softmax_over == "keys":
            out = F.scaled_dot_product_attention(self.tokens(self.query, x), self.tokens(self.key, y), v)
        else:
            out = self.attention(x, y) @ v
        out = out.transpose(1, 2).unflatten(2, x.shape[2:])
        return out * (1 if mask is None else mask)


# %% wrong: assert, expect: your code raises AssertionError
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        assert inner > 0, f"{channels} channels // reduction {reduction} is 0"
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        return out if mask is None else out * mask


# %% wrong: attention-transposed, expect: its axes are in the order (0, 2, 1)
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim).mT

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y)).unflatten(2, x.shape[-2:])
        return out if mask is None else out * mask


# %% wrong: axis-in-lower-case, expect: exactly as written
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        softmax_over = str(softmax_over).lower()
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * q.shape[1] ** -0.5).softmax(self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y).transpose(1, 2)
        out = out.reshape(x.shape)
        return out if mask is None else out * mask


# %% wrong: default-over-queries, expect: If `softmax_over` is not given, your code should use "keys"
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="queries"):
        super(CrossMaskedAttention, self).__init__()
        if softmax_over != "keys" and softmax_over != "queries":
            raise ValueError("softmax_over must be keys or queries")
        if channels // reduction == 0:
            raise ValueError("too few channels: %d with reduction %d" % (channels, reduction))
        self.softmax = nn.Softmax(dim=-1 if softmax_over == "keys" else -2)
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def attention(self, x, y):
        proj_query = self.query(x).flatten(2).permute(0, 2, 1)
        proj_key = self.key(y).flatten(2)
        energy = torch.bmm(proj_query, proj_key)
        return self.softmax(energy * proj_key.shape[1] ** -0.5)

    def forward(self, x, y, mask=None):
        batch, channels, height, width = x.size()
        proj_value = self.value(y).flatten(2).permute(0, 2, 1)
        out = torch.bmm(self.attention(x, y), proj_value)
        out = out.permute(0, 2, 1).reshape(batch, channels, height, width)
        if mask is None:
            return out
        return mask * out


# %% wrong: gamma, expect: Not expected: `gamma`
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super(CrossMaskedAttention, self).__init__()
        if softmax_over != "keys" and softmax_over != "queries":
            raise ValueError("softmax_over must be keys or queries")
        if channels // reduction == 0:
            raise ValueError("too few channels: %d with reduction %d" % (channels, reduction))
        self.softmax = nn.Softmax(dim=-1 if softmax_over == "keys" else -2)
        self.gamma = nn.Parameter(torch.zeros(1))
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def attention(self, x, y):
        proj_query = self.query(x).flatten(2).permute(0, 2, 1)
        proj_key = self.key(y).flatten(2)
        energy = torch.bmm(proj_query, proj_key)
        return self.softmax(energy * proj_key.shape[1] ** -0.5)

    def forward(self, x, y, mask=None):
        batch, channels, height, width = x.size()
        proj_value = self.value(y).flatten(2).permute(0, 2, 1)
        out = torch.bmm(self.attention(x, y), proj_value)
        out = out.permute(0, 2, 1).reshape(batch, channels, height, width)
        out = self.gamma * out
        if mask is None:
            return out
        return mask * out


# %% wrong: keys-times-queries, expect: You multiply the keys by the queries, so the rows of
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        small = channels // reduction
        if small == 0:
            raise ValueError(f"channels {channels} // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is {softmax_over}")
        self.query = nn.Conv2d(channels, small, 1)
        self.key = nn.Conv2d(channels, small, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = small ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (k.transpose(1, 2) @ q * self.scale).softmax(dim=self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y)).view_as(x)
        if mask is not None:
            out = out * mask
        return out


# %% wrong: last-mask-again, expect: Without a mask you use the mask of the previous call
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"channels={channels} and reduction={reduction} leave nothing")
        if softmax_over not in ("keys", "queries"):
            raise ValueError("softmax_over must be keys or queries")
        self.query = nn.Conv2d(channels, channels // reduction, kernel_size=1)
        self.key = nn.Conv2d(channels, channels // reduction, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)
        self.softmax_over = softmax_over
        self.mask = None
        self.factor = (channels // reduction) ** -0.5

    def attention(self, x, y):
        q = self.query(x).flatten(2).permute(0, 2, 1)
        k = self.key(y).flatten(2)
        energy = self.factor * torch.bmm(q, k)
        if self.softmax_over == "queries":
            return torch.softmax(energy, dim=-2)
        return torch.softmax(energy, dim=-1)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        out = torch.bmm(self.attention(x, y), self.value(y).flatten(2).permute(0, 2, 1))
        out = out.permute(0, 2, 1).reshape(B, C, H, W)
        if mask is not None:
            self.mask = mask
        return out if self.mask is None else self.mask * out


# %% wrong: last-mask-kept, expect: Without a mask you use the mask of the previous call
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * q.shape[1] ** -0.5).softmax(self.dim)

    def forward(self, x, y, mask=None):
        if mask is not None:
            self.mask = mask
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y).transpose(1, 2)
        out = out.reshape(x.shape)
        last = getattr(self, "mask", None)
        return out if last is None else out * last


# %% wrong: layers-made-in-forward, expect: Missing: `value.weight`
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super(CrossMaskedAttention, self).__init__()
        if softmax_over != "keys" and softmax_over != "queries":
            raise ValueError("softmax_over must be keys or queries")
        if channels // reduction == 0:
            raise ValueError("too few channels: %d with reduction %d" % (channels, reduction))
        self.softmax = nn.Softmax(dim=-1 if softmax_over == "keys" else -2)
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)

    def attention(self, x, y):
        proj_query = self.query(x).flatten(2).permute(0, 2, 1)
        proj_key = self.key(y).flatten(2)
        energy = torch.bmm(proj_query, proj_key)
        return self.softmax(energy * proj_key.shape[1] ** -0.5)

    def forward(self, x, y, mask=None):
        batch, channels, height, width = x.size()
        proj_value = nn.Conv2d(channels, channels, 1).to(y)(y).flatten(2).permute(0, 2, 1)
        out = torch.bmm(self.attention(x, y), proj_value)
        out = out.permute(0, 2, 1).reshape(batch, channels, height, width)
        if mask is None:
            return out
        return mask * out


# %% wrong: mask-as-truth-value, expect: Boolean value of Tensor
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        return out * mask if mask else out


# %% wrong: mask-binarised-in-place, expect: Input `mask`: your code changes it in place
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        if mask is not None:
            mask[mask < 0.5] = 0
        return out if mask is None else out * mask


# %% wrong: mask-inside-softmax, expect: You use the mask before or inside the softmax
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        small = channels // reduction
        if small == 0:
            raise ValueError(f"channels {channels} // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is {softmax_over}")
        self.query = nn.Conv2d(channels, small, 1)
        self.key = nn.Conv2d(channels, small, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = small ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * self.scale).softmax(dim=self.dim)

    def masked(self, x, y, mask):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        s = q.transpose(1, 2) @ k * self.scale
        if mask is not None:
            s = s.masked_fill(mask.flatten(2) == 0, -1e9)
        return s.softmax(dim=self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = (v @ self.masked(x, y, mask).transpose(1, 2)).view_as(x)
        return out


# %% wrong: mask-on-scores, expect: You multiply the values by the mask, or you multiply the attention map's columns
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        weights = self.attention(x, y)
        if mask is not None:
            weights = weights * mask.flatten(2)
        out = (v @ weights.mT).unflatten(2, x.shape[-2:])
        return out


# %% wrong: mask-or-nothing, expect: Your module raises an error if there is no mask
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * q.shape[1] ** -0.5).softmax(self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y).transpose(1, 2)
        out = out.reshape(x.shape)
        return out * mask


# %% wrong: mask-twice, expect: multiplied by `mask` one time too many
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        return out if mask is None else out * mask * mask


# %% wrong: message-with-one-number, expect: Your ValueError for channels // reduction == 0 does not name
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"reduction {reduction} is too large")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        return out if mask is None else out * mask


# %% wrong: minus-one-half, expect: You scale by 1 / (2 (C // r))
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        small = channels // reduction
        if small == 0:
            raise ValueError(f"channels {channels} // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is {softmax_over}")
        self.query = nn.Conv2d(channels, small, 1)
        self.key = nn.Conv2d(channels, small, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = small ** -1/2
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * self.scale).softmax(dim=self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).transpose(1, 2)).view_as(x)
        if mask is not None:
            out = out * mask
        return out


# %% wrong: names-exchanged, expect: The first difference is in the input of `value`
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError(f"channels // reduction must be at least 1, got {channels} // {reduction}")
        axes = {"keys": -1, "queries": -2}
        if softmax_over not in axes:
            raise ValueError("unknown softmax_over: " + str(softmax_over))
        self.axis = axes[softmax_over]
        self.d = channels // reduction
        self.value = nn.Conv2d(channels, self.d, kernel_size=1)
        self.key = nn.Conv2d(channels, self.d, kernel_size=1)
        self.query = nn.Conv2d(channels, channels, kernel_size=1)

    def attention(self, x, y):
        B, _, H, W = x.shape
        Q = self.value(x).reshape(B, self.d, -1)
        K = self.key(y).reshape(B, self.d, -1)
        scores = torch.einsum("bdi,bdj->bij", Q, K) / self.d ** 0.5
        return F.softmax(scores, dim=self.axis)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        V = self.query(y).reshape(B, C, -1)
        gathered = torch.einsum("bij,bcj->bci", self.attention(x, y), V).reshape(B, C, H, W)
        if mask is not None:
            gathered = gathered * mask
        return gathered


# %% wrong: no-permute-back, expect: You read (B, N, C) as (B, C, N) with reshape or view. These
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super(CrossMaskedAttention, self).__init__()
        if softmax_over != "keys" and softmax_over != "queries":
            raise ValueError("softmax_over must be keys or queries")
        if channels // reduction == 0:
            raise ValueError("too few channels: %d with reduction %d" % (channels, reduction))
        self.softmax = nn.Softmax(dim=-1 if softmax_over == "keys" else -2)
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def attention(self, x, y):
        proj_query = self.query(x).flatten(2).permute(0, 2, 1)
        proj_key = self.key(y).flatten(2)
        energy = torch.bmm(proj_query, proj_key)
        return self.softmax(energy * proj_key.shape[1] ** -0.5)

    def forward(self, x, y, mask=None):
        batch, channels, height, width = x.size()
        proj_value = self.value(y).flatten(2).permute(0, 2, 1)
        out = torch.bmm(self.attention(x, y), proj_value)
        out = out.reshape(batch, channels, height, width)
        if mask is None:
            return out
        return mask * out


# %% wrong: not-scaled, expect: The scale is missing
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k).softmax(self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y).transpose(1, 2)
        out = out.reshape(x.shape)
        return out if mask is None else out * mask


# %% wrong: not-transposed, expect: so its columns are used as weights
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * q.shape[1] ** -0.5).softmax(self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y)
        out = out.reshape(x.shape)
        return out if mask is None else out * mask


# %% wrong: ones-for-no-mask, expect: Without a mask you multiply by a tensor of ones that does not follow the input's dtype or device
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * q.shape[1] ** -0.5).softmax(self.dim)

    def forward(self, x, y, mask=None):
        if mask is None:
            mask = torch.ones(x.shape[0], 1, x.shape[2], x.shape[3])
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y).transpose(1, 2)
        out = out.reshape(x.shape)
        return out * mask


# %% wrong: ones-in-float32, expect: Without a mask you multiply by a tensor of ones that does not follow the input's dtype or device
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * q.shape[1] ** -0.5).softmax(self.dim)

    def forward(self, x, y, mask=None):
        if mask is None:
            mask = torch.ones(x.shape[0], 1, x.shape[2], x.shape[3], device=x.device)
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y).transpose(1, 2)
        out = out.reshape(x.shape)
        return out * mask


# %% wrong: reshape-for-transpose, expect: You turn the queries, (B, C // r, N), into (B, N, C // r)
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError(f"channels // reduction must be at least 1, got {channels} // {reduction}")
        axes = {"keys": -1, "queries": -2}
        if softmax_over not in axes:
            raise ValueError("unknown softmax_over: " + str(softmax_over))
        self.axis = axes[softmax_over]
        self.d = channels // reduction
        self.query = nn.Conv2d(channels, self.d, kernel_size=1)
        self.key = nn.Conv2d(channels, self.d, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)

    def attention(self, x, y):
        B, _, H, W = x.shape
        Q = self.query(x).reshape(B, -1, self.d).mT
        K = self.key(y).reshape(B, self.d, -1)
        scores = torch.einsum("bdi,bdj->bij", Q, K) / self.d ** 0.5
        return F.softmax(scores, dim=self.axis)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        V = self.value(y).reshape(B, C, -1)
        gathered = torch.einsum("bij,bcj->bci", self.attention(x, y), V).reshape(B, C, H, W)
        if mask is not None:
            gathered = gathered * mask
        return gathered


# %% wrong: shortcut-before-mask, expect: `x` is added to it and should not be
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:]) + x
        return out if mask is None else out * mask


# %% wrong: shortcut-inside, expect: You add x
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no channels: {channels} // {reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(softmax_over)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * q.shape[1] ** -0.5).softmax(self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = v @ self.attention(x, y).transpose(1, 2)
        out = out.reshape(x.shape)
        return x + (out if mask is None else out * mask)


# %% wrong: softmax-always-over-dim-1, expect: `softmax_over` has no effect
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        small = channels // reduction
        if small == 0:
            raise ValueError(f"channels {channels} // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is {softmax_over}")
        self.query = nn.Conv2d(channels, small, 1)
        self.key = nn.Conv2d(channels, small, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = small ** -0.5
        self.dim = 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (q.transpose(1, 2) @ k * self.scale).softmax(dim=self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).transpose(1, 2)).view_as(x)
        if mask is not None:
            out = out * mask
        return out
