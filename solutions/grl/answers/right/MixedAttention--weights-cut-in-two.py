# F.linear with half of the weight rows for each branch, proj as a sum of two products
import torch.nn.functional as F


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
        w_win, w_str = self.qkv.weight.chunk(2, dim=0)
        b_win, b_str = self.qkv.bias.chunk(2)
        win = self.window_attention(F.linear(x, w_win, b_win), image_size)
        stripes = self.stripe_attention(
            F.linear(x, w_str, b_str), self.anchor(x, image_size), image_size
        )
        p_win, p_str = self.proj.weight.chunk(2, dim=1)
        return win @ p_win.T + torch.addmm(self.proj.bias, stripes.flatten(0, 1), p_str.T).view(x.shape)
