import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: dictionary
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        pictures = {"q": (query, query_mask), "s": (support, support_mask)}
        step = {}
        for name, (a, _) in pictures.items():
            h = torch.add(a, self.self_attention(a, a))
            step[name] = torch.einsum("bhwc->bchw", self.norm0(torch.einsum("bchw->bhwc", h)))
        out = {}
        for name, other in ("qs", "sq"):
            a, b, m = step[name], step[other], pictures[name][1]
            z = self.norm1(torch.einsum("bchw->bhwc", a + self.cross_attention(x=a, y=b, mask=m)))
            out[name] = torch.einsum("bhwc->bchw", self.norm2(torch.add(z, self.mlp(z))))
        return out["q"], out["s"]


# %% right: functional
def _norm(layer, f):
    """LayerNorm over axis 1, by hand."""
    mean = f.mean(dim=1, keepdim=True)
    var = f.var(dim=1, keepdim=True, unbiased=False)
    f = (f - mean) / torch.sqrt(var + layer.eps)
    return f * layer.weight[:, None, None] + layer.bias[:, None, None]


def _conv(layer, f):
    return F.conv2d(f, layer.weight[:, :, None, None], layer.bias)


class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        for name in ("self_attention", "cross_attention"):
            setattr(self, name, CrossMaskedAttention(channels, reduction))
        for i in range(3):
            self.add_module(f"norm{i}", nn.LayerNorm(channels))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        old = [_norm(self.norm0, a + self.self_attention(a, a)) for a in (query, support)]
        new = []
        for a, b, m in zip(old, reversed(old), (query_mask, support_mask)):
            z = _norm(self.norm1, a + self.cross_attention(a, b, m))
            h = _conv(self.mlp[0], z).relu()
            new.append(_norm(self.norm2, z + _conv(self.mlp[2], h)))
        return new[0], new[1]


# %% right: helper-for-the-norms
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def _last(self, layer, x):
        return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def forward(self, query, support, query_mask, support_mask):
        query = self._last(self.norm0, query + self.self_attention(query, query, None))
        support = self._last(self.norm0, support + self.self_attention(support, support, None))
        out = []
        for a, b, m in [(query, support, query_mask), (support, query, support_mask)]:
            z = self._last(self.norm1, a + self.cross_attention(a, b, m))
            out.append(self._last(self.norm2, z + self._last(self.mlp, z)))
        return tuple(out)


# %% right: methods
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        C = channels
        self.self_attention, self.cross_attention = (CrossMaskedAttention(C, reduction) for _ in range(2))
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(C) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(C, C), nn.ReLU(inplace=True), nn.Linear(C, C))

    @staticmethod
    def at_positions(layer, f):
        return layer(f.movedim(1, -1)).movedim(-1, 1)

    def look_at_yourself(self, f):
        return self.at_positions(self.norm0, f + self.self_attention(f, f))

    def look_across(self, f, g, mask):
        z = self.at_positions(self.norm1, f + self.cross_attention(f, g, mask=mask))
        return self.at_positions(self.norm2, z + self.at_positions(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        q = self.look_at_yourself(query)
        s = self.look_at_yourself(support)
        new_q = self.look_across(q, s, query_mask)
        new_s = self.look_across(s, q, support_mask)
        return new_q, new_s


# %% right: one-batch
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        both = torch.cat([query, support])
        both = both + self.self_attention(both, both)
        both = self.norm0(both.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        q, s = both.chunk(2)
        other = torch.cat([s, q])
        masks = torch.cat([query_mask, support_mask])
        z = (both + self.cross_attention(both, other, masks)).permute(0, 2, 3, 1)
        z = self.norm1(z)
        out = self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)
        return tuple(out.chunk(2))


# %% right: plain
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% right: tokens
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        size = query.shape[-2:]
        tokens = lambda f: f.flatten(2).transpose(1, 2)
        image = lambda t: t.transpose(1, 2).unflatten(2, size)
        q = self.norm0(tokens(query) + tokens(self.self_attention(query, query)))
        s = self.norm0(tokens(support) + tokens(self.self_attention(support, support)))
        zq = self.norm1(q + tokens(self.cross_attention(image(q), image(s), query_mask)))
        zs = self.norm1(s + tokens(self.cross_attention(image(s), image(q), support_mask)))
        zq = self.norm2(zq + self.mlp(zq))
        zs = self.norm2(zs + self.mlp(zs))
        return image(zq), image(zs)


# %% right: unmasked-call-and-own-product
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction, softmax_over="keys")
        self.cross_attention = CrossMaskedAttention(channels, reduction, softmax_over="keys")
        for i in range(3):
            setattr(self, f"norm{i}", nn.LayerNorm(channels))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        def norm(layer, x):
            return layer(x.movedim(1, 3)).movedim(3, 1)

        a, b = (norm(self.norm0, x + self.self_attention(x, x)) for x in (query, support))
        from_b, from_a = query_mask * self.cross_attention(a, b), support_mask * self.cross_attention(b, a)
        a, b = norm(self.norm1, a + from_b), norm(self.norm1, b + from_a)
        return norm(self.norm2, a + norm(self.mlp, a)), norm(self.norm2, b + norm(self.mlp, b))


# %% wrong: eps-as-in-bert, expect: The eps of your LayerNorms is not torch's default
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels, eps=1e-12)
        self.norm1 = nn.LayerNorm(channels, eps=1e-12)
        self.norm2 = nn.LayerNorm(channels, eps=1e-12)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: first-step-no-grad, expect: no gradient arrives
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        C = channels
        self.self_attention, self.cross_attention = (CrossMaskedAttention(C, reduction) for _ in range(2))
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(C) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(C, C), nn.ReLU(inplace=True), nn.Linear(C, C))

    @staticmethod
    def at_positions(layer, f):
        return layer(f.movedim(1, -1)).movedim(-1, 1)

    def look_at_yourself(self, f):
        return self.at_positions(self.norm0, f + self.self_attention(f, f))

    def look_across(self, f, g, mask):
        z = self.at_positions(self.norm1, f + self.cross_attention(f, g, mask=mask))
        return self.at_positions(self.norm2, z + self.at_positions(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        with torch.no_grad():
            q = self.look_at_yourself(query)
            s = self.look_at_yourself(support)
        new_q = self.look_across(q, s, query_mask)
        new_s = self.look_across(s, q, support_mask)
        return new_q, new_s


# %% wrong: group-norm, expect: Your norm runs over channels and positions together, as in
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.GroupNorm(1, channels)
        self.norm1 = nn.GroupNorm(1, channels)
        self.norm2 = nn.GroupNorm(1, channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        def first(a):
            return self.norm0(a + self.self_attention(a, a))

        def second(a, b, m):
            z = self.norm1(a + self.cross_attention(a, b, m))
            return self.norm2(z + self.mlp(z.movedim(1, -1)).movedim(-1, 1))

        q, s = first(query), first(support)
        return second(q, s, query_mask), second(s, q, support_mask)


# %% wrong: in-place, expect: Input `query`: your code changes it in place
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a += self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: interleaved-chunks, expect: only the first image is right
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        both = torch.cat([query, support])
        both = both + self.self_attention(both, both)
        both = self.norm0(both.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        q, s = both.chunk(2)
        other = torch.cat([s, q])
        masks = torch.cat([query_mask, support_mask])
        z = (both + self.cross_attention(both, other, masks)).permute(0, 2, 3, 1)
        z = self.norm1(z)
        out = self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)
        return out[0::2], out[1::2]


# %% wrong: mask-in-self-attention, expect: The mask is used in the self-attention too
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a, m):
            a = a + self.self_attention(a, a, m)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query, query_mask), first(support, support_mask)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: mask-on-other-picture, expect: You multiply `b` by the mask
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b * m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: masks-of-the-other, expect: You have swapped the masks
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(channels) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def at(self, layer, x):
        return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def cross(self, a, b, m):
        z = self.at(self.norm1, a + self.cross_attention(a, b, m))
        return self.at(self.norm2, z + self.at(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        query = self.at(self.norm0, query + self.self_attention(query, query))
        support = self.at(self.norm0, support + self.self_attention(support, support))
        return self.cross(query, support, support_mask), self.cross(support, query, query_mask)


# %% wrong: no-shortcut-around-the-mlp, expect: The shortcut around the MLP is missing
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(channels) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def at(self, layer, x):
        return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def cross(self, a, b, m):
        z = self.at(self.norm1, a + self.cross_attention(a, b, m))
        return self.at(self.norm2, self.at(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        query = self.at(self.norm0, query + self.self_attention(query, query))
        support = self.at(self.norm0, support + self.self_attention(support, support))
        return self.cross(query, support, query_mask), self.cross(support, query, support_mask)


# %% wrong: norm-over-positions, expect: Your norm runs over the positions of each channel
def _norm(layer, f):
    """LayerNorm over axis 1, by hand."""
    mean = f.mean(dim=(2, 3), keepdim=True)
    var = f.var(dim=(2, 3), keepdim=True, unbiased=False)
    f = (f - mean) / torch.sqrt(var + layer.eps)
    return f * layer.weight[:, None, None] + layer.bias[:, None, None]


def _conv(layer, f):
    return F.conv2d(f, layer.weight[:, :, None, None], layer.bias)


class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        for name in ("self_attention", "cross_attention"):
            setattr(self, name, CrossMaskedAttention(channels, reduction))
        for i in range(3):
            self.add_module(f"norm{i}", nn.LayerNorm(channels))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        old = [_norm(self.norm0, a + self.self_attention(a, a)) for a in (query, support)]
        new = []
        for a, b, m in zip(old, reversed(old), (query_mask, support_mask)):
            z = _norm(self.norm1, a + self.cross_attention(a, b, m))
            h = _conv(self.mlp[0], z).relu()
            new.append(_norm(self.norm2, z + _conv(self.mlp[2], h)))
        return new[0], new[1]


# %% wrong: norm-without-affine, expect: Missing: `norm0.weight`
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels, elementwise_affine=False)
        self.norm1 = nn.LayerNorm(channels, elementwise_affine=False)
        self.norm2 = nn.LayerNorm(channels, elementwise_affine=False)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: norm-without-permute, expect: Given normalized_shape=[4]
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        def first(a):
            return self.norm0(a + self.self_attention(a, a))

        def second(a, b, m):
            z = self.norm1(a + self.cross_attention(a, b, m))
            return self.norm2(z + self.mlp(z))

        q, s = first(query), first(support)
        return second(q, s, query_mask), second(s, q, support_mask)


# %% wrong: norm0-functional, expect: Missing: `norm0.weight`
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def first(self, a):
        a = a + self.self_attention(a, a)
        return F.layer_norm(a.permute(0, 2, 3, 1), a.shape[1:2]).permute(0, 3, 1, 2)

    def second(self, a, b, m):
        z = a + self.cross_attention(a, b, m)
        z = self.norm1(z.permute(0, 2, 3, 1))
        return self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)

    def forward(self, query, support, query_mask, support_mask):
        q, s = self.first(query), self.first(support)
        return self.second(q, s, query_mask), self.second(s, q, support_mask)


# %% wrong: norm2-never-made, expect: Missing: `norm2.weight`
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def first(self, a):
        a = a + self.self_attention(a, a)
        return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def second(self, a, b, m):
        z = a + self.cross_attention(a, b, m)
        z = self.norm1(z.permute(0, 2, 3, 1))
        return (z + self.mlp(z)).permute(0, 3, 1, 2)

    def forward(self, query, support, query_mask, support_mask):
        q, s = self.first(query), self.first(support)
        return self.second(q, s, query_mask), self.second(s, q, support_mask)


# %% wrong: norms-in-a-list, expect: a plain Python container
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norms = [nn.LayerNorm(channels) for _ in range(3)]
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norms[0](a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norms[1](z.permute(0, 2, 3, 1))
            z = self.norms[2](z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: not-permuted-back, expect: its axes are in the order (0, 2, 3, 1)
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: one-after-the-other, expect: In the second step you change the query first, and your support reads the changed query
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(channels) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def at(self, layer, x):
        return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def cross(self, a, b, m):
        z = self.at(self.norm1, a + self.cross_attention(a, b, m))
        return self.at(self.norm2, z + self.at(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        query = self.at(self.norm0, query + self.self_attention(query, query))
        support = self.at(self.norm0, support + self.self_attention(support, support))
        query = self.cross(query, support, query_mask)
        support = self.cross(support, query, support_mask)
        return query, support


# %% wrong: one-norm-three-names, expect: You use one LayerNorm for all three steps
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = self.norm0
        self.norm2 = self.norm0
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: other-not-swapped, expect: In the second step each picture reads itself
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        both = torch.cat([query, support])
        both = both + self.self_attention(both, both)
        both = self.norm0(both.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        q, s = both.chunk(2)
        other = torch.cat([q, s])
        masks = torch.cat([query_mask, support_mask])
        z = (both + self.cross_attention(both, other, masks)).permute(0, 2, 3, 1)
        z = self.norm1(z)
        out = self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)
        return tuple(out.chunk(2))


# %% wrong: own-layers-for-support, expect: Not expected: `support_attention.query.weight`
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.support_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a, attention):
            a = a + attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query, self.self_attention), first(support, self.support_attention)
        return second(query, support, query_mask), second(support, query, support_mask)


# %% wrong: reads-the-raw-other, expect: In your second step each picture reads the other one as it came in
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        q, s = first(query), first(support)
        return second(q, support, query_mask), second(s, query, support_mask)


# %% wrong: second-linear-missing, expect: `mlp.2` is made and never called
def _norm(layer, f):
    """LayerNorm over axis 1, by hand."""
    mean = f.mean(dim=1, keepdim=True)
    var = f.var(dim=1, keepdim=True, unbiased=False)
    f = (f - mean) / torch.sqrt(var + layer.eps)
    return f * layer.weight[:, None, None] + layer.bias[:, None, None]


def _conv(layer, f):
    return F.conv2d(f, layer.weight[:, :, None, None], layer.bias)


class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        for name in ("self_attention", "cross_attention"):
            setattr(self, name, CrossMaskedAttention(channels, reduction))
        for i in range(3):
            self.add_module(f"norm{i}", nn.LayerNorm(channels))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        old = [_norm(self.norm0, a + self.self_attention(a, a)) for a in (query, support)]
        new = []
        for a, b, m in zip(old, reversed(old), (query_mask, support_mask)):
            z = _norm(self.norm1, a + self.cross_attention(a, b, m))
            h = _conv(self.mlp[0], z).relu()
            new.append(_norm(self.norm2, z + h))
        return new[0], new[1]


# %% wrong: self-attention-in-turn, expect: Gradient of `support`: no gradient arrives
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        C = channels
        self.self_attention, self.cross_attention = (CrossMaskedAttention(C, reduction) for _ in range(2))
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(C) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(C, C), nn.ReLU(inplace=True), nn.Linear(C, C))

    @staticmethod
    def at_positions(layer, f):
        return layer(f.movedim(1, -1)).movedim(-1, 1)

    def look_at_yourself(self, f):
        return self.at_positions(self.norm0, f + self.self_attention(f, f))

    def look_across(self, f, g, mask):
        z = self.at_positions(self.norm1, f + self.cross_attention(f, g, mask=mask))
        return self.at_positions(self.norm2, z + self.at_positions(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        q = self.look_at_yourself(query)
        s = self.look_at_yourself(q)
        new_q = self.look_across(q, s, query_mask)
        new_s = self.look_across(s, q, support_mask)
        return new_q, new_s


# %% wrong: shortcut-from-input, expect: In the second step your shortcut adds the picture as it came in
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        C = channels
        self.self_attention, self.cross_attention = (CrossMaskedAttention(C, reduction) for _ in range(2))
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(C) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(C, C), nn.ReLU(inplace=True), nn.Linear(C, C))

    @staticmethod
    def at_positions(layer, f):
        return layer(f.movedim(1, -1)).movedim(-1, 1)

    def look_at_yourself(self, f):
        return self.at_positions(self.norm0, f + self.self_attention(f, f))

    def look_across(self, f, g, mask, old):
        z = self.at_positions(self.norm1, old + self.cross_attention(f, g, mask=mask))
        return self.at_positions(self.norm2, z + self.at_positions(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        q = self.look_at_yourself(query)
        s = self.look_at_yourself(support)
        new_q = self.look_across(q, s, query_mask, query)
        new_s = self.look_across(s, q, support_mask, support)
        return new_q, new_s
