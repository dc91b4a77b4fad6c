# expect: The two numbers of heads have changed places
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
        self.window_attention = WindowAttention(num_heads_stripe, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_window, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(x, image_size)
        y_w = self.window_attention(qkv[..., :half], image_size)
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_w, y_s), dim=2)
        y = self.proj(y)
        return y
