import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: bmm
# attention between positions: bmm


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% right: matmul
# attention between positions: matmul


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).flatten(2).transpose(1, 2)
        out = torch.matmul(self.attention(x), v)
        out = out.permute(0, 2, 1).contiguous().view(b, c, h, w)
        return self.gamma * out + x


# %% wrong: columns, expect: as if queries and keys had changed places
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        return torch.softmax(q @ self.key(x).flatten(2), dim=1)

    def forward(self, x):
        return x + self.gamma * (self.value(x).flatten(2) @ self.attention(x)).view_as(x)


# %% wrong: dim-1, expect: softmax runs over the queries
# attention between positions: dim 1


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: dropout, expect: drops some of its weights
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        return torch.softmax(q @ self.key(x).flatten(2), dim=-1)

    def forward(self, x):
        a = nn.functional.dropout(self.attention(x), 0.1, self.training)
        return x + self.gamma * (self.value(x).flatten(2) @ a.transpose(1, 2)).view_as(x)


# %% wrong: eight, expect: 8 is written in its place
# the 8 of the authors' code


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // 8
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        return (q @ k).softmax(-1)

    def forward(self, x):
        v = self.value(x).flatten(2)
        return x + self.gamma * (v @ self.attention(x).mT).view_as(x)


# %% wrong: exp, expect: Your softmax gives NaN
# a softmax by hand, without the maximum


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        e = (q @ k).exp()
        return e / e.sum(-1, keepdim=True)

    def forward(self, x):
        v = self.value(x).flatten(2)
        return x + self.gamma * (v @ self.attention(x).mT).view_as(x)


# %% wrong: forgot-permute, expect: You multiply the values by the columns of the map
# attention between positions: forgot permute


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: gamma-forgotten, expect: gamma is missing
# attention between positions: gamma forgotten


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + out.reshape(b, c, h, w)


# %% wrong: gamma-one, expect: gamma starts at 1
# attention between positions: gamma one


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.ones(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).flatten(2).transpose(1, 2)
        out = torch.matmul(self.attention(x), v)
        out = out.permute(0, 2, 1).contiguous().view(b, c, h, w)
        return self.gamma * out + x


# %% wrong: heads-are-positions, expect: gathers its own value alone
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        return torch.softmax(q @ self.key(x).flatten(2), dim=-1)

    def forward(self, x):
        q, k, v = (layer(x).flatten(2).transpose(1, 2)[:, :, None] for layer in (self.query, self.key, self.value))
        a = nn.functional.scaled_dot_product_attention(q, k, v, scale=1.0)
        return x + self.gamma * a[:, :, 0].transpose(1, 2).reshape(x.shape)


# %% wrong: map-detached, expect: the map is detached
# attention between positions: map detached


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        with torch.no_grad():
            a = torch.softmax(torch.bmm(q, k), dim=-1)
        return a

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: mean-products, expect: divide the products by N, the number of positions
# products divided by N


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        return (q @ k / q.shape[1]).softmax(-1)

    def forward(self, x):
        v = self.value(x).flatten(2)
        return x + self.gamma * (v @ self.attention(x).mT).view_as(x)


# %% wrong: no-error, expect: If channels // reduction is 0, your code builds the module without hidden channels
# attention between positions: no error


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: no-residual, expect: The shortcut is missing
# attention between positions: no residual


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return self.gamma * out.reshape(b, c, h, w)


# %% wrong: not-in-training, expect: returns x as it is
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        return torch.softmax(q @ self.key(x).flatten(2), dim=-1)

    def forward(self, x):
        if self.training:
            return x
        return x + self.gamma * (self.value(x).flatten(2) @ self.attention(x).transpose(1, 2)).view_as(x)


# %% wrong: out-not-transposed, expect: The gathered values are (B, N, C), and `reshape` or `view` turns them into (B, C, H, W) without swapping axes
# attention between positions: out not transposed


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(self.attention(x), v.permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: plain-gamma, expect: no parameter for gamma
# attention between positions: plain gamma


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = torch.zeros(1)

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: skipped-at-zero, expect: no gradient reaches gamma
# x itself while gamma is zero


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        return (q @ k).softmax(-1)

    def forward(self, x):
        if self.gamma.item() == 0:
            return x
        v = self.value(x).flatten(2)
        return x + self.gamma * (v @ self.attention(x).mT).view_as(x)


# %% wrong: sqrt-d, expect: divide the products by sqrt(D)
# attention between positions: sqrt d


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k) / q.shape[-1] ** 0.5, dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: square, expect: is invalid for input of size
# attention between positions: square


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        w = h
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: value-reduced, expect: C // reduction channels, like queries and keys
# attention between positions: value reduced


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, c, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, -1, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)


# %% wrong: view-for-permute, expect: so a query is a mixture of positions
# attention between positions: view for permute


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, h * w, -1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)
