# expect: wrong after one of other sizes on the same module
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
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        if not hasattr(self, "image_size"):
            self.image_size = image_size
        of_window, of_stripe = self.qkv(x).chunk(2, dim=-1)
        window = self.window_attention(of_window, self.image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))
