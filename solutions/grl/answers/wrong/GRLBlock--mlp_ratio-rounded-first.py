# expect: You round mlp_ratio before you multiply
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
