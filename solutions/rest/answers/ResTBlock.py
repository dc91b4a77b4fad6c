import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-in-the-hints
# the plain way, two lines with one + each
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% right: fc1-and-fc2-without-mlp
# fc1 and fc2 are attributes of the block, there is no attribute mlp
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio=sr_ratio, qkv_bias=qkv_bias,
                         apply_transform=apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, int(dim * mlp_ratio))
        self.act = nn.GELU()
        self.fc2 = nn.Linear(int(dim * mlp_ratio), dim)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        shortcut = x
        x = self.norm1(x)
        x = self.attn(x, H, W)
        x = shortcut + x

        shortcut = x
        x = self.norm2(x)
        x = self.fc2(self.act(self.fc1(x)))
        x = shortcut + x
        return x


# %% right: functional-norms-and-gelu
# F.layer_norm, F.linear and F.gelu on the parameters of the layers; ModuleDict for the mlp


class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        width = int(mlp_ratio * dim)
        self.dim = dim
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, width), "fc2": nn.Linear(width, dim)})

    def normed(self, x, norm):
        return F.layer_norm(x, (self.dim,), norm.weight, norm.bias, norm.eps)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = self.attn(self.normed(x, self.norm1), H, W) + x
        fc1, fc2 = self.mlp["fc1"], self.mlp["fc2"]
        y = F.gelu(F.linear(self.normed(x, self.norm2), fc1.weight, fc1.bias))
        return F.linear(y, fc2.weight, fc2.bias) + x


# %% right: layer-norm-by-hand
# the LayerNorms are written out with mean and biased variance; one sum of three terms
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.norm2 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.Sequential()
        self.mlp.add_module("fc1", nn.Linear(dim, hidden))
        self.mlp.add_module("act", nn.GELU())
        self.mlp.add_module("fc2", nn.Linear(hidden, dim))

    @staticmethod
    def ln(norm, x):
        centred = x - x.mean(-1, keepdim=True)
        var = centred.square().mean(-1, keepdim=True)
        return centred * torch.rsqrt(var + norm.eps) * norm.weight + norm.bias

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        first = self.attn(self.ln(self.norm1, x), H, W)
        second = self.mlp(self.ln(self.norm2, x + first))
        return x + first + second


# %% right: mlp-is-a-class-with-erf
# a class MLP of its own; the GELU is written with erf
class MLP(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        h = self.fc1(x)
        h = 0.5 * h * (1 + torch.erf(h / 2 ** 0.5))
        return self.fc2(h)


class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.norm2 = nn.LayerNorm(dim)
        self.attn = EMSA(dim=dim, num_heads=num_heads, sr_ratio=sr_ratio, qkv_bias=qkv_bias,
                         apply_transform=apply_transform)
        self.mlp = MLP(dim, int(dim * mlp_ratio))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        after_attn = torch.add(x, self.attn(self.norm1(x), H, W))
        after_mlp = torch.add(after_attn, self.mlp(self.norm2(after_attn)))
        return after_mlp


# %% right: named-arguments
class ResTBlock(nn.Module):
    def __init__(self, dim, num_heads, sr_ratio=1, mlp_ratio=4, qkv_bias=False, apply_transform=False):
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim=dim, num_heads=num_heads, sr_ratio=sr_ratio, qkv_bias=qkv_bias, apply_transform=apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, x, H, W):
        x = x + self.attn(self.norm1(x), H, W)
        y = self.mlp(self.norm2(x))
        return y + x


# %% right: sequential
class ResTBlock(nn.Module):
    def __init__(self, dim, num_heads, sr_ratio=1, mlp_ratio=4, qkv_bias=False, apply_transform=False):
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, x, H, W):
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% right: sublayers-in-lambdas
# each half goes through a helper with a lambda; clone at the start and += on the copy
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(dim) for _ in range(2))
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.mlp = nn.Sequential(OrderedDict([
            ("fc1", nn.Linear(dim, int(dim * mlp_ratio))),
            ("gelu", nn.GELU(approximate="none")),
            ("fc2", nn.Linear(int(dim * mlp_ratio), dim)),
        ]))

    def half(self, x, f):
        y = x.clone()
        y += f(x)
        return y

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = self.half(x, lambda t: self.attn(self.norm1(t), H, W))
        return self.half(x, lambda t: self.mlp(self.norm2(t)))


# %% wrong: W-H, edits, expect: You pass H and W to attn in the wrong order
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
#
# - x = x + self.attn(self.norm1(x), H, W)
# + x = x + self.attn(self.norm1(x), W, H)


# %% wrong: both-halves-read-x, expect: The MLP reads the block's input
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        return x + self.attn(self.norm1(x), H, W) + self.mlp(self.norm2(x))


# %% wrong: dropout-in-the-mlp, expect: dropout
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), drop=nn.Dropout(0.1), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: float-width, edits, expect: a layer takes only whole numbers
# - hidden = int(dim * mlp_ratio)
# + hidden = dim * mlp_ratio
#
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))


# %% wrong: gelu-after-fc2-too, expect: A GELU follows fc
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim), last=nn.GELU()))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: gelu-by-tanh, expect: Your GELU is the approximation with a tanh
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(approximate="tanh"), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: hidden-always-four-times, expect: The argument `mlp_ratio` has no effect
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = 4 * dim
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: hidden-rounded, expect: You round the hidden width to the nearest whole number
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = round(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: hidden-with-integer-ratio, expect: You round mlp_ratio down before you multiply
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = dim * int(mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: in-place-shortcut, expect: your code changes it in place
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x += self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: mlp-before-attn, expect: The MLP comes before attn
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.mlp(self.norm2(x))
        return x + self.attn(self.norm1(x), H, W)


# %% wrong: mlp-without-bias, expect: The parameters are not the ones that the exercise asks for
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden, bias=False), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: no-activation, expect: Your MLP has no GELU
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: no-norm2, expect: ` is made and never used
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(x)


# %% wrong: no-shortcut-around-attn, expect: shortcut around attn
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: no-shortcut-around-mlp, expect: The shortcut around the MLP is missing
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return self.mlp(self.norm2(x))


# %% wrong: no-shortcut, edits, expect: Both shortcuts are missing
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
#
# - x = x + self.attn(self.norm1(x), H, W)
# - return x + self.mlp(self.norm2(x))
# + x = self.attn(self.norm1(x), H, W)
# + return self.mlp(self.norm2(x))


# %% wrong: norm1-twice, expect: You use norm1 twice: `norm2` is made and never used
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm1(x))


# %% wrong: norms-exchanged, expect: have changed places
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm2(x), H, W)
        return x + self.mlp(self.norm1(x))


# %% wrong: norms-without-parameters, expect: The parameters are not the ones that the exercise asks for
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim, elementwise_affine=False)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: one-norm-for-both, expect: so they share their weights
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = self.norm1
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: one-norm, edits, expect: You use norm1 twice
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
#
# - return x + self.mlp(self.norm2(x))
# + return x + self.mlp(self.norm1(x))


# %% wrong: parallel, edits, expect: The MLP reads the block's input
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
#
# - x = x + self.attn(self.norm1(x), H, W)
# - return x + self.mlp(self.norm2(x))
# + y = self.attn(self.norm1(x), H, W)
# + return x + y + self.mlp(self.norm2(x))


# %% wrong: post-norm-too, expect: Each should come first
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = self.norm1(x + self.attn(x, H, W))
        return self.norm2(x + self.mlp(x))


# %% wrong: post-norm, edits, expect: Your norms come after the sums
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
#
# - x = x + self.attn(self.norm1(x), H, W)
# - return x + self.mlp(self.norm2(x))
# + x = self.norm1(x + self.attn(x, H, W))
# + return self.norm2(x + self.mlp(x))


# %% wrong: qkv-bias-dropped, edits, expect: The argument `qkv_bias` never reaches attn
# - self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
# + self.attn = EMSA(dim, num_heads, sr_ratio, apply_transform=apply_transform)
#
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))


# %% wrong: qkv-bias-in-the-place-of-the-ratio, expect: qkv_bias and apply_transform have changed places on their way to attn
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, apply_transform, qkv_bias)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: relu-for-gelu, expect: GELU
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.ReLU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: relu, edits, expect: Your MLP has a ReLU
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, dim))


# %% wrong: rounded-width, edits, expect: int(dim * mlp_ratio)
# - hidden = int(dim * mlp_ratio)
# + hidden = round(dim * mlp_ratio)
#
# - self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))
# + self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))


# %% wrong: second-shortcut-from-the-input, expect: Your second shortcut adds the block's input
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        y = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(y))


# %% wrong: shortcut-of-the-normed-x, expect: It should add x itself
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = self.norm1(x)
        x = x + self.attn(x, H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: side-from-root-of-N, expect: You take the square root of the number of tokens for H and W
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        side = int(x.shape[1] ** 0.5)
        x = x + self.attn(self.norm1(x), side, side)
        return x + self.mlp(self.norm2(x))


# %% wrong: sr-ratio-not-passed-on, expect: The argument `sr_ratio` never reaches attn
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, qkv_bias=qkv_bias, apply_transform=apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: transform-not-passed-on, expect: apply_transform
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))


# %% wrong: width-before-height, expect: The height comes first
class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), W, H)
        return x + self.mlp(self.norm2(x))
