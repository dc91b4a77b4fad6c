# expect: The two branches have changed places
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
        self.qkv = nn.Linear(dim, 3 * dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_stripes, for_windows = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([windows, stripes], dim=-1))
