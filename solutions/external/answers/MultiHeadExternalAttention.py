import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: baddbmm
# F.linear and baddbmm, heads through reshape(-1, N, head_dim)


class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).view(B, N, self.heads, self.head_dim).transpose(1, 2)
        h = h.reshape(-1, N, self.head_dim)
        logits = F.linear(h, self.mk.weight, self.mk.bias)
        out = torch.baddbmm(self.mv.bias, double_normalize(logits), self.mv.weight.T.expand(len(h), -1, -1))
        return self.proj(out.reshape(B, self.heads, N, self.head_dim).transpose(1, 2).reshape(B, N, -1))


# %% right: chunks-stacked-in-the-batch
# chunk, cat along the batch (heads before images), chunk back
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B = x.size(0)
        pieces = self.expand(x).chunk(self.heads, dim=-1)
        stacked = torch.cat(pieces, dim=0)
        stacked = self.mv(double_normalize(self.mk(stacked)))
        return self.proj(torch.cat(stacked.split(B, dim=0), dim=-1))


# %% right: flatten-images-and-heads
# the plain way: images and heads become one axis
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        gathered = self.mv(weights).unflatten(0, heads.shape[:2])
        return self.proj(gathered.transpose(1, 2).flatten(2))


# %% right: four-axes-normalization
# no flatten: normalization written out for four axes
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, C = x.shape
        q = self.expand(x).reshape(B, N, self.heads, self.head_dim).permute(0, 2, 1, 3)
        attn = self.mk(q).softmax(dim=-2)
        attn = attn / (attn.sum(dim=-1, keepdim=True) + 1e-9)
        out = self.mv(attn).permute(0, 2, 1, 3).reshape(B, N, -1)
        return self.proj(out)


# %% right: heads-stay-behind-the-tokens
# heads stay on axis 2, the softmax runs over axis 1 of four
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.expand(x).unflatten(-1, (self.heads, self.head_dim))
        shares = torch.softmax(torch.einsum("bnhd,sd->bnhs", h, self.mk.weight) + self.mk.bias, dim=1)
        weights = shares / (shares.sum(dim=3, keepdim=True) + 1e-9)
        out = torch.einsum("bnhs,ds->bnhd", weights, self.mv.weight) + self.mv.bias
        return self.proj(out.flatten(2))


# %% right: loop-over-heads
# a loop over the heads, joined with cat
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.expand(x)
        results = []
        for i in range(self.heads):
            head = y[:, :, i * self.head_dim:(i + 1) * self.head_dim]
            results.append(self.mv(double_normalize(self.mk(head))))
        return self.proj(torch.cat(results, dim=2))


# %% right: stack
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        self.heads = num_heads * expansion
        d = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(d, memory_size)
        self.mv = nn.Linear(memory_size, d)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        outs = []
        for head in self.expand(x).chunk(self.heads, dim=2):
            outs.append(self.mv(double_normalize(self.mk(head))))
        return self.proj(torch.cat(outs, dim=2))


# %% right: view-permute
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        if dim % num_heads != 0:
            raise ValueError("dim must be divisible by num_heads")
        self.num_heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        B, N, _ = x.shape
        q = self.expand(x).view(B, N, self.num_heads, self.head_dim).permute(0, 2, 1, 3)
        attn = self.mk(q)
        attn = torch.softmax(attn, dim=2)
        attn = attn / (attn.sum(dim=3, keepdim=True) + 1e-9)
        out = self.mv(attn).permute(0, 2, 1, 3).reshape(B, N, -1)
        return self.proj(out)


# %% wrong: a-memory-for-each-head, expect: The parameters are not the ones that the exercise asks for
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads, self.head_dim = num_heads * expansion, dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.ModuleList(nn.Linear(self.head_dim, memory_size) for _ in range(self.heads))
        self.mv = nn.ModuleList(nn.Linear(memory_size, self.head_dim) for _ in range(self.heads))
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = self.expand(x).split(self.head_dim, dim=2)
        out = [mv(double_normalize(mk(p))) for p, mk, mv in zip(parts, self.mk, self.mv)]
        return self.proj(torch.cat(out, dim=2))


# %% wrong: dropout-in-training, expect: no dropout
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(self.drop(weights)).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: eps-forgotten, expect: You divide by the sum over the slots without eps
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        w = self.mk(h).softmax(dim=2)
        w = w / w.sum(dim=3, keepdim=True)
        out = self.mv(w).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: every-so-manyth-channel, expect: neighbouring channels
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.expand(x).unflatten(2, (self.head_dim, self.heads)).permute(0, 3, 1, 2)
        w = double_normalize(self.mk(h.flatten(0, 1)))
        out = self.mv(w).unflatten(0, h.shape[:2]).permute(0, 2, 3, 1).flatten(2)
        return self.proj(out)


# %% wrong: expand-without-bias, expect: expand has no bias
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion, bias=False)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: expanded-width-over-num-heads, expect: You make num_heads heads of the expanded channels
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads
        self.head_dim = dim * expansion // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: expansion-fixed, expect: The parameters are not the ones that the exercise asks for
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * 4
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * 4)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * 4, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: four-axes-into-double-normalize, expect: You call double_normalize with four axes
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads))
        out = self.mv(weights).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: head-dim-from-all-heads
# the width of a head from all heads; small sizes make it 0, and others wrong shapes
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.head_dim = dim // (num_heads * expansion)
        self.heads = dim * expansion // self.head_dim
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: head-dim-with-eight, expect: The parameters are not the ones that the exercise asks for
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = 8 * expansion
        self.head_dim = dim // 8
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: heads-in-reverse-order, expect: You join the heads in reverse order
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = [self.mv(double_normalize(self.mk(p))) for p in self.expand(x).split(self.head_dim, dim=2)]
        out = parts.pop()
        while parts:
            out = torch.cat([out, parts.pop()], dim=2)
        return self.proj(out)


# %% wrong: heads-joined-in-another-order, expect: `proj` receives the right numbers in another order
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.num_heads, self.expansion = num_heads, expansion
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2).flatten(0, 1)
        out = self.mv(double_normalize(self.mk(h)))
        out = out.reshape(B, self.expansion, self.num_heads, N, self.head_dim)
        out = out.permute(0, 3, 2, 1, 4).reshape(B, N, -1)
        return self.proj(out)


# %% wrong: images-and-heads-exchanged, expect: so split it in that order
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        w = double_normalize(self.mk(h.flatten(0, 1)))
        out = self.mv(w).unflatten(0, (self.heads, B)).permute(1, 2, 0, 3).flatten(2)
        return self.proj(out)


# %% wrong: joined-without-transpose, expect: You join the heads with `reshape` or `view` while the heads' axis is still before the tokens' axis
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).reshape(B, N, self.heads, self.head_dim).transpose(1, 2)
        w = double_normalize(self.mk(h.flatten(0, 1)))
        out = self.mv(w).reshape(B, self.heads, N, self.head_dim)
        out = out.reshape(B, N, -1)
        return self.proj(out)


# %% wrong: memory-size-split-among-heads, expect: The parameters are not the ones that the exercise asks for
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size // num_heads)
        self.mv = nn.Linear(memory_size // num_heads, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: memory-without-bias, expect: mk and mv have no bias
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, self.head_dim, bias=False)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: no-transpose, expect: so a head gets whole tokens
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        self.heads = num_heads * expansion
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(dim // num_heads, memory_size)
        self.mv = nn.Linear(memory_size, dim // num_heads)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        b, n, _ = x.shape
        q = self.expand(x).view(b, self.heads, n, -1)
        attn = torch.softmax(self.mk(q), dim=2)
        attn = attn / (attn.sum(dim=-1, keepdim=True) + 1e-9)
        return self.proj(self.mv(attn).transpose(1, 2).reshape(b, n, -1))


# %% wrong: one-head-squeezed-away, expect: Right on other inputs
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).reshape(B, N, self.heads, self.head_dim).transpose(1, 2).squeeze(1)
        w = double_normalize(self.mk(h.flatten(0, 1)))
        out = self.mv(w).reshape(B, self.heads, N, self.head_dim).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: one-softmax-over-slots, expect: You take one softmax over the slots
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        w = self.mk(h).softmax(dim=-1)
        out = self.mv(w).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: proj-forgotten, expect: `proj` is made and never called
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return out.unflatten(2, (-1, x.shape[2])).mean(dim=2)


# %% wrong: proj-without-bias, expect: proj has no bias
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: scaled-logits, expect: as transformers do
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5)
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: second-step-over-tokens, expect: Your weights are normalised over the tokens alone
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        w = self.mk(h).softmax(dim=2)
        w = w / (w.sum(dim=2, keepdim=True) + 1e-9)
        out = self.mv(w).transpose(1, 2).flatten(2)
        return self.proj(out)


# %% wrong: shortcut, expect: You add x to the result
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return x + self.proj(out)


# %% wrong: softmax-dim-1, expect: Your softmax runs over the heads
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        self.heads = num_heads * expansion
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(dim // num_heads, memory_size)
        self.mv = nn.Linear(memory_size, dim // num_heads)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        b, n, _ = x.shape
        q = self.expand(x).view(b, n, self.heads, -1).transpose(1, 2)
        attn = torch.softmax(self.mk(q), dim=1)
        attn = attn / (attn.sum(dim=-1, keepdim=True) + 1e-9)
        return self.proj(self.mv(attn).transpose(1, 2).reshape(b, n, -1))


# %% wrong: softmax-over-the-heads, expect: Your softmax runs over the heads
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).reshape(B * N, self.heads, self.head_dim)
        weights = double_normalize(self.mk(h))
        out = self.mv(weights).reshape(B, N, -1)
        return self.proj(out)


# %% wrong: tokens-of-all-heads-together, expect: Your softmax runs over the tokens of all heads together
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).reshape(B, N * self.heads, self.head_dim)
        weights = double_normalize(self.mk(h))
        out = self.mv(weights).reshape(B, N, -1)
        return self.proj(out)


# %% wrong: view-instead-of-transpose, expect: You split the heads and join them with `view` or `reshape` alone
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).reshape(B * self.heads, N, self.head_dim)
        out = self.mv(double_normalize(self.mk(h))).reshape(B, N, -1)
        return self.proj(out)
