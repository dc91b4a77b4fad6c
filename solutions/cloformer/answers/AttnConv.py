import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: heads-axis-unbind
# reshape to (B, 3, heads, head_dim, H, W), unbind, flatten again
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim = heads, head_dim
        channels = 3 * heads * head_dim
        self.qkv = nn.Conv2d(dim, channels, 1)
        self.mixer = nn.Conv2d(channels, channels, kernel_size, padding=kernel_size // 2, groups=channels)
        self.attn_map = AttnMap(heads * head_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, _, H, W = x.shape
        mixed = self.mixer(self.qkv(x)).reshape(B, 3, self.heads, self.head_dim, H, W)
        q, k, v = mixed.unbind(dim=1)
        context = self.attn_map((q * k).flatten(1, 2)).reshape_as(v)
        return (torch.tanh(context * self.head_dim ** -0.5) * v).flatten(1, 2)


# %% right: one-image-at-a-time
# a loop over the images, everything concatenated at the end; nn.Tanh
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        n = heads * head_dim
        self.qkv = nn.Conv2d(dim, n * 3, kernel_size=1, bias=True)
        self.mixer = nn.Conv2d(n * 3, n * 3, kernel_size=kernel_size, padding=kernel_size // 2,
                               groups=n * 3, bias=True)
        self.attn_map = AttnMap(n)
        self.tanh = nn.Tanh()
        self.d = head_dim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = []
        for image in x:
            m = self.mixer(self.qkv(image[None]))
            n = m.shape[1] // 3
            q = m.narrow(1, 0, n)
            k = m.narrow(1, n, n)
            v = m.narrow(1, 2 * n, n)
            results.append(self.tanh(self.attn_map(q * k) / self.d ** 0.5) * v)
        return torch.cat(results, 0)


# %% right: padding-same
# padding='same', and tanh as 2 * sigmoid(2 z) - 1
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        width = heads * head_dim
        self.head_dim = head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding="same", groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.mixer(self.qkv(x)).tensor_split(3, dim=1)
        z = self.attn_map(k * q) / self.head_dim ** 0.5
        weights = 2 * torch.sigmoid(2 * z) - 1
        return v * weights


# %% right: reshape-and-unbind
class AttnConv(nn.Module):
    def __init__(self, dim, heads, head_dim, kernel_size):
        super().__init__()
        inner = 3 * heads * head_dim
        self.scale = 1 / math.sqrt(head_dim)
        self.qkv = nn.Conv2d(dim, inner, 1)
        self.mixer = nn.Conv2d(inner, inner, kernel_size, stride=1, padding=kernel_size // 2, groups=inner)
        self.attn_map = AttnMap(heads * head_dim)
        self.tanh = nn.Tanh()

    def forward(self, x):
        b, _, h, w = x.shape
        q, k, v = self.mixer(self.qkv(x)).view(b, 3, -1, h, w).unbind(dim=1)
        return self.tanh(self.attn_map(q * k) * self.scale) * v


# %% right: shifted-sum
# the depth-wise convolution is a sum over shifted, zero-padded maps, with mixer's weights
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.k = kernel_size
        self.width = heads * head_dim
        self.scale = head_dim ** -0.5
        self.qkv = nn.Conv2d(dim, 3 * self.width, 1)
        self.mixer = nn.Conv2d(3 * self.width, 3 * self.width, kernel_size, padding=kernel_size // 2,
                               groups=3 * self.width)
        self.attn_map = AttnMap(self.width)

    def depthwise(self, t):
        H, W = t.shape[2:]
        p = self.k // 2
        padded = F.pad(t, (p, p, p, p))
        total = self.mixer.bias.view(1, -1, 1, 1)
        for i in range(self.k):
            for j in range(self.k):
                w = self.mixer.weight[:, 0, i, j].view(1, -1, 1, 1)
                total = total + w * padded[:, :, i:i + H, j:j + W]
        return total

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        t = self.depthwise(self.qkv(x))
        q, k, v = t[:, :self.width], t[:, self.width:2 * self.width], t[:, 2 * self.width:]
        return torch.tanh(self.attn_map(q * k) * self.scale) * v


# %% right: slices
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.head_dim = head_dim
        self.c = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * self.c, 1)
        self.mixer = nn.Conv2d(3 * self.c, 3 * self.c, kernel_size, padding=kernel_size // 2, groups=3 * self.c)
        self.attn_map = AttnMap(self.c)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.mixer(self.qkv(x))
        q = y[:, :self.c]
        k = y[:, self.c:2 * self.c]
        v = y[:, 2 * self.c:]
        logits = self.attn_map(q * k)
        weights = torch.tanh(logits / self.head_dim ** 0.5)
        return weights * v


# %% right: split-and-sqrt
# torch.split, and division by math.sqrt(head_dim)

class AttnConv(nn.Module):
    def __init__(self, dim, heads, head_dim, kernel_size):
        super().__init__()
        self.inner = heads * head_dim
        self.head_dim = head_dim
        c = self.inner * 3
        self.qkv = nn.Conv2d(dim, c, 1)
        self.mixer = nn.Conv2d(c, c, kernel_size, 1, kernel_size // 2, groups=c)
        self.attn_map = AttnMap(self.inner)

    def forward(self, x):
        t = self.qkv(x)
        t = self.mixer(t)
        q, k, v = torch.split(t, self.inner, dim=1)
        attn = self.attn_map(q.mul(k))
        attn = torch.tanh(attn / math.sqrt(self.head_dim))
        return attn.mul(v)


# %% wrong: attn-map-per-head, expect: Your attn_map has head_dim channels and reads each head by itself
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(head_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        B, C, H, W = q.shape
        attn = (q * k).reshape(B * self.heads, self.head_dim, H, W)
        attn = self.attn_map(attn).reshape(B, C, H, W)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: channels-interleaved, expect: Your q, k and v each take every third channel
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv[:, 0::3], qkv[:, 1::3], qkv[:, 2::3]
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: dim-channels-out, edits, expect: q, k and v have dim channels each
# - width = heads * head_dim
# + self.heads = heads
# + self.head_dim = head_dim
#
# - self.scale = head_dim ** (-0.5)
# + self.scale = head_dim ** (-0.5)
# + width = dim
#
# - q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
# - return torch.tanh(self.attn_map(q * k) * self.scale) * v
# + qkv = self.mixer(self.qkv(x))
# + q, k, v = qkv.chunk(3, dim=1)
# + attn = self.attn_map(q * k)
# + attn = torch.tanh(attn * self.scale)
# + return attn * v


# %% wrong: gate-without-v, expect: You return the weights
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn


# %% wrong: groups-3, expect: three groups
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.head_dim = head_dim
        self.qkv = nn.Conv2d(dim, 3 * heads * head_dim, 1)
        self.mixer = nn.Conv2d(3 * heads * head_dim, 3 * heads * head_dim, kernel_size, padding=kernel_size // 2, groups=3)
        self.attn_map = AttnMap(heads * head_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
        return torch.tanh(self.attn_map(q * k) * self.head_dim ** -0.5) * v


# %% wrong: groups-of-three, expect: each of them mixes three channels
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: k-outside-attn-map, expect: You give q to attn_map and multiply the result by k
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q) * k
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: matrix-product, expect: The size of tensor a
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q @ k.transpose(2, 3))
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: mixer-forgotten, expect: `mixer` is made and never called
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.qkv(x)
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: mixer-full-convolution, expect: `mixer` mixes all channels
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: no-padding, expect: no padding
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: no-scale, expect: The scale is missing
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn)
        return attn * v


# %% wrong: no-tanh, expect: The tanh is missing
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = attn * self.scale
        return attn * v


# %% wrong: padding-always-1, expect: The padding of `mixer` is 1
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=1, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: q-plus-k, expect: You add q and k
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q + k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: qkv-inside-each-head, expect: You cut the channels into heads first
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        B, _, H, W = qkv.shape
        qkv = qkv.reshape(B, self.heads, 3, self.head_dim, H, W)
        q, k, v = [qkv[:, :, i].reshape(B, -1, H, W) for i in range(3)]
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: qkv-without-bias, expect: `qkv` or `mixer` has no bias
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1, bias=False)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: replicate-padding, expect: copies of the border
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width,
                               padding_mode="replicate")
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: reshape-of-the-batch, edits, expect: Images are then mixed up
# - width = heads * head_dim
# + c = 3 * heads * head_dim
#
# - self.qkv = nn.Conv2d(dim, 3 * width, 1)
# - self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
# - self.attn_map = AttnMap(width)
# + self.qkv = nn.Conv2d(dim, c, 1)
# + self.mixer = nn.Conv2d(c, c, kernel_size, padding=kernel_size // 2, groups=c)
# + self.attn_map = AttnMap(heads * head_dim)
#
# - q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
# + b, _, h, w = x.shape
# + q, k, v = self.mixer(self.qkv(x)).reshape(3, b, -1, h, w)


# %% wrong: scale-before-attn-map-too, expect: You scale q * k before attn_map
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k * self.scale)
        attn = torch.tanh(attn)
        return attn * v


# %% wrong: scale-before-attn-map, expect: You scale q * k before attn_map
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.scale = head_dim ** -0.5
        c = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * c, 1)
        self.mixer = nn.Conv2d(3 * c, 3 * c, kernel_size, padding=kernel_size // 2, groups=3 * c)
        self.attn_map = AttnMap(c)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = torch.chunk(self.mixer(self.qkv(x)), 3, dim=1)
        attn = self.attn_map((q * self.scale) * k)
        return attn.tanh() * v


# %% wrong: scale-by-dim, edits, expect: Your scale is dim
# - super().__init__()
# + super().__init__()
# + self.heads = heads
# + self.head_dim = head_dim
# + self.scale = dim ** (-0.5)
#
# - self.scale = head_dim ** (-0.5)
#
# - q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
# - return torch.tanh(self.attn_map(q * k) * self.scale) * v
# + qkv = self.mixer(self.qkv(x))
# + q, k, v = qkv.chunk(3, dim=1)
# + attn = self.attn_map(q * k)
# + attn = torch.tanh(attn * self.scale)
# + return attn * v


# %% wrong: scale-by-width, edits, expect: Your scale uses the width of all heads together, (heads * head_dim) ** -0.5
# - super().__init__()
# + super().__init__()
# + self.heads = heads
# + self.head_dim = head_dim
# + self.scale = (heads * head_dim) ** (-0.5)
#
# - self.scale = head_dim ** (-0.5)
#
# - q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
# - return torch.tanh(self.attn_map(q * k) * self.scale) * v
# + qkv = self.mixer(self.qkv(x))
# + q, k, v = qkv.chunk(3, dim=1)
# + attn = self.attn_map(q * k)
# + attn = torch.tanh(attn * self.scale)
# + return attn * v


# %% wrong: scale-inverted, edits, expect: You multiply by the square root of head_dim
# - super().__init__()
# + super().__init__()
# + self.heads = heads
# + self.head_dim = head_dim
# + self.scale = head_dim ** 0.5
#
# - self.scale = head_dim ** (-0.5)
#
# - q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
# - return torch.tanh(self.attn_map(q * k) * self.scale) * v
# + qkv = self.mixer(self.qkv(x))
# + q, k, v = qkv.chunk(3, dim=1)
# + attn = self.attn_map(q * k)
# + attn = torch.tanh(attn * self.scale)
# + return attn * v


# %% wrong: scale-outside-tanh, expect: You scale the tanh
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn) * self.scale
        return attn * v


# %% wrong: scale-without-root, edits, expect: You divide by head_dim
# - super().__init__()
# + super().__init__()
# + self.heads = heads
# + self.head_dim = head_dim
# + self.scale = 1 / head_dim
#
# - self.scale = head_dim ** (-0.5)
#
# - q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
# - return torch.tanh(self.attn_map(q * k) * self.scale) * v
# + qkv = self.mixer(self.qkv(x))
# + q, k, v = qkv.chunk(3, dim=1)
# + attn = self.attn_map(q * k)
# + attn = torch.tanh(attn * self.scale)
# + return attn * v


# %% wrong: sigmoid-for-tanh, edits, expect: a sigmoid
# - width = heads * head_dim
# + c = heads * head_dim
#
# - self.qkv = nn.Conv2d(dim, 3 * width, 1)
# - self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
# - self.attn_map = AttnMap(width)
# + self.qkv = nn.Conv2d(dim, 3 * c, 1)
# + self.mixer = nn.Conv2d(3 * c, 3 * c, kernel_size, padding=kernel_size // 2, groups=3 * c)
# + self.attn_map = AttnMap(c)
#
# - return torch.tanh(self.attn_map(q * k) * self.scale) * v
# + return torch.sigmoid(self.attn_map(q * k) * self.scale) * v


# %% wrong: sigmoid-gate, expect: Your weights are a sigmoid
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.sigmoid(attn * self.scale)
        return attn * v


# %% wrong: softmax-gate, expect: Your weights are a softmax over the channels
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.softmax(attn * self.scale, dim=1)
        return attn * v


# %% wrong: v-added, expect: You also add v itself
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v + v


# %% wrong: v-first, expect: You read the channels as
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        v, q, k = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v


# %% wrong: v-not-mixed, expect: Your v comes from `qkv` directly
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.qkv(x)
        q, k, _ = self.mixer(qkv).chunk(3, dim=1)
        v = qkv.chunk(3, dim=1)[2]
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn * self.scale)
        return attn * v
