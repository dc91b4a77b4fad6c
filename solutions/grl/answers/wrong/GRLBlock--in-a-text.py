# expect: look for stripe_type in the text
import torch.nn.functional as F


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
        if stripe_type not in "HW":
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
