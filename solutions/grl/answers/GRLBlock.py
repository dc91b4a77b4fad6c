import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: ModuleDict
# nn.ModuleDict as MLP, reversed tuples by slices


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        z = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(z)


# %% right: Sequential-with-names
# nn.Sequential of an OrderedDict as MLP, a dictionary of the two types, functional layer_norm


from collections import OrderedDict


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        step = {"H": 1, "W": -1}.get(stripe_type)
        if step is None:
            raise ValueError(f"stripe_type is {stripe_type!r}: use 'H' or 'W'")
        stripe_size, stripe_groups = stripe_size[::step], stripe_groups[::step]
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.Sequential(OrderedDict(
            fc1=nn.Linear(dim, hidden), act=nn.GELU(), fc2=nn.Linear(hidden, dim)
        ))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        def behind(norm, t):
            t = F.layer_norm(t, t.shape[-1:], norm.weight, norm.bias, norm.eps)
            return t.mul(self.res_scale)

        near = 0 if self.local is None else self.local(x, image_size)
        y = x + behind(self.norm1, self.attn(x, image_size)) + near
        return y + behind(self.norm2, self.mlp(y))


# %% right: as-on-the-page
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = res_scale

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(of_mlp)


# %% right: by-hand
# LayerNorm, GELU and Linear by hand from the parameters of the layers
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        parts = [x, self.res_scale * self.normed(self.attn(x, image_size), self.norm1)]
        if self.local is not None:
            parts.append(self.local(x, image_size))
        y = torch.stack(parts).sum(dim=0)
        h = torch.einsum("bld,hd->blh", y, self.mlp.fc1.weight) + self.mlp.fc1.bias
        h = h * 0.5 * torch.erfc(-h * 0.5 ** 0.5)
        h = torch.einsum("blh,dh->bld", h, self.mlp.fc2.weight) + self.mlp.fc2.bias
        return torch.add(y, self.normed(h, self.norm2), alpha=self.res_scale)

    @staticmethod
    def normed(t, norm):
        centred = t - t.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return centred * torch.rsqrt(variance + norm.eps) * norm.weight + norm.bias


# %% right: mlp-in-a-Sequential
# layers of other names, in an nn.Sequential
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return y + self.norm2(self.mlp(y)) * self.scale


# %% right: own-Mlp-class
# a small class of its own for the MLP, keyword arguments
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return y + self.norm2(self.mlp(y)) * self.scale


# %% right: summed-at-the-end
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = res_scale

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        parts = [x, self.norm1(self.attn(x, image_size)).mul(self.res_scale)]
        parts += [self.local(x, image_size)] if self.local is not None else []
        y = sum(parts)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(of_mlp)


# %% wrong: Identity-instead-of-None, expect: `local` should be None
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = nn.Identity()
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        local = self.local(x) if isinstance(self.local, nn.Identity) else self.local(x, image_size)
        out = out + local
        y = shortcut + out
        return y + self.norm2(self.mlp(y)) * self.scale


# %% wrong: W-reverses-only-the-size, edits, expect: With "W" you reverse stripe_size alone
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - stripe_size, stripe_groups = (stripe_size[::-1], stripe_groups[::-1])
# + stripe_size = stripe_size[::-1]
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: W-reverses-windows-too, edits, expect: With "W" you reverse window_size too
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - stripe_size, stripe_groups = (stripe_size[::-1], stripe_groups[::-1])
# + stripe_size, stripe_groups = (stripe_size[::-1], stripe_groups[::-1])
# + window_size = window_size[::-1]
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: W-turns-the-image-size, expect: With "W" you reverse image_size
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            pass  # turned in forward
        self.stripe_type = stripe_type
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        if self.stripe_type == "W":
            image_size = image_size[::-1]
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        z = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(z)


# %% wrong: adds-into-x, expect: your code changes it in place
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        x += out
        y = x
        return y + self.norm2(self.mlp(y)) * self.scale


# %% wrong: down_factor-not-handed-on, expect: down_factor
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return y + self.norm2(self.mlp(y)) * self.scale


# %% wrong: dropout-in-front-of-the-MLP, edits, expect: dropout
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + y = F.dropout(y, 0.1, self.training)
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: groups-not-turned, expect: stripe_groups
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size = stripe_size[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = res_scale

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(of_mlp)


# %% wrong: in-a-text, edits, expect: You look for stripe_type in the string "HW", which also contains the empty string and "HW" itself
# - if stripe_type not in ('H', 'W'):
# -     raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + if stripe_type not in 'HW':
# +     raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: local-always-built, edits, expect: There is a local branch although local_connection is False
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.local = LocalConvBlock(dim) if local_connection else None
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + self.local = LocalConvBlock(dim)
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: local-in-eval-alone, edits, expect: only in eval mode
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - if self.local is not None:
# + if self.local is not None and (not self.training):
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: local-looks-at-y, expect: Your local branch reads y
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(y, image_size)
        z = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(z)


# %% wrong: local-of-y, expect: Your local branch reads y
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = res_scale

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(y, image_size)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(of_mlp)


# %% wrong: local-scaled-too, expect: You multiply the local branch by res_scale
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.res_scale * self.local(x, image_size)
        z = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(z)


# %% wrong: mlp-looks-at-x, expect: Your MLP reads x
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return y + self.norm2(self.mlp(x)) * self.scale


# %% wrong: mlp_ratio-rounded-first, expect: You round mlp_ratio before you multiply
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, dim * int(mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return y + self.norm2(self.mlp(y)) * self.scale


# %% wrong: no-GELU, edits, expect: Your MLP has no activation
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](self.mlp['fc1'](y))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: no-ValueError, edits, expect: A stripe_type other than "H" and "W" must raise a ValueError
# - if stripe_type not in ('H', 'W'):
# -     raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: no-shortcut-around-the-MLP, expect: shortcut around the MLP
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return self.norm2(self.mlp(y)) * self.scale


# %% wrong: norm-in-front, edits, expect: You normalise before attention and MLP
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - y = x + self.res_scale * self.norm1(self.attn(x, image_size))
# + y = x + self.res_scale * self.attn(self.norm1(x), image_size)
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](self.norm2(y))))
# + return y + self.res_scale * z


# %% wrong: norm-of-the-sum, expect: You add first and normalise the sum
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.attn(x, image_size) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = self.norm1(shortcut + out)
        return y + self.norm2(self.mlp(y)) * self.scale


# %% wrong: norm1-used-twice, edits, expect: The second half has a norm of its own, norm2
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm1(z)


# %% wrong: pre-norm, expect: normalise before
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = res_scale

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.attn(self.norm1(x), image_size)
        if self.local is not None:
            y = y + self.local(x, image_size)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(y))))
        return y + self.res_scale * of_mlp


# %% wrong: res-scale-forgotten, expect: res_scale has no effect
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = 1

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(of_mlp)


# %% wrong: res_scale-only-once, expect: Only the attention is multiplied by res_scale
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return y + self.norm2(self.mlp(y))


# %% wrong: shifts-swapped, edits, expect: The two shifts have changed places on their way to MixedAttention
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups, window_shift, stripe_shift, down_factor)
# + self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups, stripe_shift, window_shift, down_factor)
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: size-of-the-first-image, expect: wrong after a call on the same module with inputs of other sizes
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = res_scale

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        self.image_size = image_size = getattr(self, "image_size", image_size)
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(of_mlp)


# %% wrong: small-letters-allowed, edits, expect: You accept lower-case letters too
# - super().__init__()
# + super().__init__()
# + stripe_type = stripe_type.upper()
#
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y)))
# + return y + self.res_scale * self.norm2(z)


# %% wrong: tanh-GELU, edits, expect: Your GELU is the tanh approximation
# - raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
# + raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
#
# - self.mlp = Mlp(dim, int(dim * mlp_ratio))
# + hidden = int(dim * mlp_ratio)
# + self.mlp = nn.ModuleDict({'fc1': nn.Linear(dim, hidden), 'fc2': nn.Linear(hidden, dim)})
#
# - return y + self.res_scale * self.norm2(self.mlp(y))
# + z = self.mlp['fc2'](F.gelu(self.mlp['fc1'](y), approximate='tanh'))
# + return y + self.res_scale * self.norm2(z)
