# nn.Sequential of an OrderedDict as MLP, a dictionary of the two types, functional layer_norm
import torch.nn.functional as F


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
