# sub-modules have other names (to_qkv, pool, win, stripe, out)
class MixedAttention(nn.Module):
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
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        self.to_qkv = nn.Linear(dim, 3 * dim)
        self.pool = AnchorProjection(dim, down_factor)
        self.win = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        self.out = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_windows, for_stripes = self.to_qkv(x).chunk(2, dim=-1)
        windows = self.win(for_windows, image_size)
        stripes = self.stripe(for_stripes, self.pool(x, image_size), image_size)
        return self.out(torch.cat([windows, stripes], dim=-1))
