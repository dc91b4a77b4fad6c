import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-on-the-page
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
        of_window, of_stripe = self.qkv(x).chunk(2, dim=-1)
        window = self.window_attention(of_window, image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))


# %% right: cat-by-hand
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
        both = self.qkv(x)
        half = both.shape[-1] // 2
        of_window, of_stripe = both[:, :, :half], both[:, :, half:]
        window = self.window_attention(of_window, image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))


# %% right: layers-named-otherwise
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


# %% right: slices
# the channels are cut by slices
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
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(x, image_size)
        y_w = self.window_attention(qkv[..., :half], image_size)
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_w, y_s), dim=2)
        y = self.proj(y)
        return y


# %% right: weights-cut-in-two
# F.linear with half of the weight rows for each branch, proj as a sum of two products


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


# %% right: writes-into-one-tensor
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


# %% wrong: anchor-of-the-queries, expect: Your anchors come from the outputs of qkv
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
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(qkv[..., : x.shape[-1]], image_size)
        y_w = self.window_attention(qkv[..., :half], image_size)
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_w, y_s), dim=2)
        y = self.proj(y)
        return y


# %% wrong: branches-added, expect: You add the two branches
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
        self.proj = nn.Linear(dim // 2, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(windows + stripes)


# %% wrong: down_factor-not-handed-on, expect: are not an image of
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
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([windows, stripes], dim=-1))


# %% wrong: dropout-behind-proj, expect: dropout
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
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.drop(self.proj(torch.cat([windows, stripes], dim=-1)))


# %% wrong: halves-swapped, expect: The two branches have changed places
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


# %% wrong: heads-swapped, expect: The two numbers of heads have changed places
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


# %% wrong: interleaved-join, expect: The channels of the two branches alternate before proj
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
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(torch.stack([windows, stripes], dim=-1).flatten(2))


# %% wrong: joined-along-the-batch, expect: `proj` receives the right numbers in another order
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
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(x, image_size)
        y_w = self.window_attention(qkv[..., :half], image_size)
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_w, y_s), dim=0).reshape(x.shape)
        y = self.proj(y)
        return y


# %% wrong: no-proj, expect: You never call `proj`, so the two branches are never mixed
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
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(x, image_size)
        y_w = self.window_attention(qkv[..., :half], image_size)
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_w, y_s), dim=2)
        return y


# %% wrong: q-k-and-v-halved-each, expect: and halve each of the three
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
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        half = q.shape[-1] // 2
        for_windows = torch.cat([q[..., :half], k[..., :half], v[..., :half]], dim=-1)
        for_stripes = torch.cat([q[..., half:], k[..., half:], v[..., half:]], dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([windows, stripes], dim=-1))


# %% wrong: qkv-without-bias, expect: no bias
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
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([windows, stripes], dim=-1))


# %% wrong: shift-forgotten, expect: window_shift
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
        self.window_attention = WindowAttention(num_heads_window, window_size)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        of_window, of_stripe = self.qkv(x).chunk(2, dim=-1)
        window = self.window_attention(of_window, image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))


# %% wrong: shifts-swapped, expect: The two shifts have changed places
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
        self.window_attention = WindowAttention(num_heads_window, window_size, stripe_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, window_shift, down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([windows, stripes], dim=-1))


# %% wrong: shortcut, expect: shortcut
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
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return x + self.proj(torch.cat([windows, stripes], dim=-1))


# %% wrong: size-of-the-first-image, expect: wrong after a call on the same module with inputs of other sizes
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


# %% wrong: stripe-first, expect: [window, stripe]
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
        of_window, of_stripe = self.qkv(x).chunk(2, dim=-1)
        window = self.window_attention(of_window, image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([stripe, window], dim=-1))


# %% wrong: stripe_groups-not-handed-on, expect: stripe_groups
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
            num_heads_stripe, stripe_size, shift=stripe_shift, down_factor=down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)
        windows = self.window_attention(for_windows, image_size)
        stripes = self.stripe_attention(for_stripes, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([windows, stripes], dim=-1))


# %% wrong: stripes-before-windows-in-the-join, expect: [window, stripe]
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
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(x, image_size)
        y_w = self.window_attention(qkv[..., :half], image_size)
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_s, y_w), dim=2)
        y = self.proj(y)
        return y


# %% wrong: thirds, expect: Halve *all* outputs first
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
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        of_window, of_stripe = (torch.cat([t.chunk(2, dim=-1)[i] for t in (q, k, v)], dim=-1) for i in (0, 1))
        window = self.window_attention(of_window, image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))


# %% wrong: windows-with-height-and-width-swapped, expect: do not tile an image
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
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(x, image_size)
        y_w = self.window_attention(qkv[..., :half], image_size[::-1])
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_w, y_s), dim=2)
        y = self.proj(y)
        return y
