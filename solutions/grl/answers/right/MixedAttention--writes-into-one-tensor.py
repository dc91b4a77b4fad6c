# view as (2, 3, half), then both results written into one empty tensor
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
        B, L, dim = x.shape
        both = self.qkv(x).view(B, L, 2, 3 * dim // 2).permute(2, 0, 1, 3)
        joined = x.new_empty(B, L, dim)
        joined[:, :, : dim // 2] = self.window_attention(both[0], image_size)
        joined[:, :, dim // 2 :] = self.stripe_attention(both[1], self.anchor(x, image_size), image_size)
        return self.proj(joined)
