import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-published
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.shift = shift
        self.shift_size = [w // 2 for w in window_size]
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        H, W = image_size
        B, L, C = qkv.shape
        qkv = qkv.reshape(B, H, W, C)
        mask = None
        if self.shift:
            qkv = torch.roll(qkv, shifts=(-self.shift_size[0], -self.shift_size[1]), dims=(1, 2))
            mask = shifted_window_mask((H, W), self.window_size, self.shift_size).to(qkv.device, qkv.dtype)
        qkv = window_partition(qkv, self.window_size)
        qkv = qkv.reshape(-1, self.window_size[0] * self.window_size[1], C)
        B_, N, _ = qkv.shape
        qkv = qkv.reshape(B_, N, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        x = cosine_attention(q, k, v, lambda a: self.transform(a, table, index, mask))
        x = x.transpose(1, 2).reshape(B_, N, C // 3)
        x = x.reshape(-1, *self.window_size, C // 3)
        x = window_reverse(x, self.window_size, (H, W))
        if self.shift:
            x = torch.roll(x, shifts=(self.shift_size[0], self.shift_size[1]), dims=(1, 2))
        return x.reshape(B, L, C // 3)


# %% right: chunk-first
# q, k and v are chunked before the windows, a helper makes the heads of each
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.heads = num_heads
        self.window = tuple(window_size)
        self.steps = tuple(side // 2 for side in self.window) if shift else None
        self.transform = AffineTransform(num_heads)

    def to_heads(self, tokens, image_size):
        B, _, C = tokens.shape
        grid = tokens.reshape(B, *image_size, C)
        if self.steps is not None:
            grid = torch.roll(grid, shifts=[-s for s in self.steps], dims=[1, 2])
        cells = window_partition(grid, self.window)
        cells = cells.reshape(cells.shape[0], -1, self.heads, C // self.heads)
        return cells.transpose(1, 2)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        q, k, v = (self.to_heads(part, image_size) for part in qkv.chunk(3, dim=-1))
        table = relative_coords_table(self.window, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window).to(qkv.device)
        mask = None
        if self.steps is not None:
            mask = shifted_window_mask(image_size, self.window, self.steps).to(device=qkv.device, dtype=qkv.dtype)

        def logits(cosine):
            return self.transform(cosine, table, index, mask)

        y = cosine_attention(q, k, v, logits).transpose(1, 2)
        y = window_reverse(y.reshape(y.shape[0], *self.window, -1), self.window, image_size)
        if self.steps is not None:
            y = torch.roll(y, shifts=self.steps, dims=(1, 2))
        return y.reshape(qkv.shape[0], -1, qkv.shape[2] // 3)


# %% right: head-by-head
# partial instead of a lambda, q, k and v cut into windows one by one
from functools import partial


class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.heads, self.size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def split(self, part, image_size, by):
        grid = part.reshape(part.shape[0], *image_size, -1)
        grid = torch.roll(grid, (-by[0], -by[1]), (1, 2))
        windows = window_partition(grid, self.size)
        tokens = windows.reshape(len(windows), -1, self.heads, part.shape[2] // self.heads)
        return tokens.transpose(1, 2)

    def forward(self, qkv, image_size):
        by = (self.size[0] // 2, self.size[1] // 2) if self.shift else (0, 0)
        q, k, v = (self.split(part, image_size, by) for part in qkv.chunk(3, dim=2))
        arguments = {
            "table": relative_coords_table(self.size, dtype=qkv.dtype).to(qkv.device),
            "index": relative_position_index(self.size).to(qkv.device),
            "mask": shifted_window_mask(image_size, self.size, by).to(qkv.device) if self.shift else None,
        }
        y = cosine_attention(q, k, v, partial(self.transform, **arguments))
        y = torch.cat([y[:, head] for head in range(self.heads)], dim=-1)
        y = window_reverse(y.reshape(len(y), *self.size, -1), self.size, image_size)
        return torch.roll(y, by, (1, 2)).reshape(qkv.shape[0], qkv.shape[1], -1)


# %% right: hints-followed
# the hints followed word by word: unflatten, permute to (3, ...), lambda
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% right: loop-over-images
# a loop over images, each with its own call of the transform; own attention with sdpa


class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.n, self.size, self.moves = num_heads, window_size, bool(shift)
        self.transform = AffineTransform(num_heads)

    def one(self, picture, table, index, mask, step):
        H, W, C3 = picture.shape
        cut = window_partition(picture.roll((-step[0], -step[1]), (0, 1))[None], self.size)
        q, k, v = (part.reshape(len(cut), -1, self.n, C3 // 3 // self.n).permute(0, 2, 1, 3)
                   for part in cut.split(C3 // 3, dim=-1))
        cosines = torch.einsum("bhid,bhjd->bhij", F.normalize(q, dim=-1), F.normalize(k, dim=-1))
        logits = self.transform(cosines, table, index, mask)
        out = F.scaled_dot_product_attention(q * 0, k * 0, v, attn_mask=logits.to(q.dtype))
        out = out.permute(0, 2, 1, 3).reshape(*cut.shape[:3], C3 // 3)
        back = window_reverse(out, self.size, (H, W))[0].roll(tuple(step), (0, 1))
        return back.reshape(H * W, -1)

    def forward(self, qkv, image_size):
        step = (self.size[0] // 2, self.size[1] // 2) if self.moves else (0, 0)
        table = relative_coords_table(self.size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.size).to(qkv.device)
        mask = None
        if self.moves:
            mask = shifted_window_mask(image_size, self.size, step).to(qkv.device)
        pictures = qkv.reshape(len(qkv), *image_size, -1)
        return torch.stack([self.one(p, table, index, mask, step) for p in pictures])


# %% right: order-of-tokens-and-inverse
# no rolls of the data: an order of the tokens, and argsort for the way back
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.shift_size = (window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)
        self.shift = shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        H, W = image_size
        N = self.window_size[0] * self.window_size[1]
        B, L, C3 = qkv.shape
        numbers = torch.arange(H * W, device=qkv.device).reshape(1, H, W, 1)
        numbers = numbers.roll((-self.shift_size[0], -self.shift_size[1]), dims=(1, 2))
        order = window_partition(numbers, self.window_size).flatten()
        x = qkv.index_select(1, order).reshape(B * L // N, N, 3, self.num_heads, C3 // 3 // self.num_heads)
        q, k, v = [t.transpose(1, 2) for t in x.unbind(2)]
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv.device) if self.shift else None
        out = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        out = out.permute(0, 2, 1, 3).reshape(B, L, C3 // 3)
        return out[:, order.argsort()]


# %% right: submodule-with-another-name
# a sub-module with another name than on the page: a note, no fault
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.affine = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.affine(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: always-rolled, expect: although shift is False
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        (wh, ww), (H, W) = self.window_size, image_size
        s = (wh // 2, ww // 2)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv
        x = x.unflatten(1, (H, W))
        x = x.roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        x = x.roll(s, (1, 2))
        return x.reshape(len(qkv), H * W, -1)


# %% wrong: channels-split-heads-first, expect: q | k | v
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (self.num_heads, 3, -1)).permute(3, 0, 2, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: dropout-in-training-mode, expect: dropout
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.drop = nn.Dropout(0.1)
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return self.drop(x.flatten(1, 2))


# %% wrong: grid-instead-of-tokens, expect: You return the grid
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x


# %% wrong: grid-of-width-times-height, expect: You make a grid of W rows and H columns
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        H, W = image_size
        x = qkv.unflatten(1, (W, H)).transpose(1, 2)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: half-a-window-rounded-up, expect: Your shift is too large: it is half of w rounded up, or w - 1
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = (wh + 1) // 2, (ww + 1) // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: half-the-height-on-both-axes, expect: You shift by half the window's *height* on both axes
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh = sw = wh // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: heads-first, expect: You split the 3C channels as (heads, 3, head width)
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], self.num_heads, 3, -1).permute(3, 0, 2, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)


# %% wrong: heads-joined-without-transpose, expect: You join the heads with `reshape` or `view` alone, which mixes tokens and heads
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.reshape(x.shape[0], wh, ww, -1)
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: heads-of-every-h-th-channel, expect: neighbouring channels
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, -1, self.num_heads)).permute(2, 0, 4, 1, 3)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.permute(0, 2, 3, 1).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: height-for-both, expect: half the window
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[0] // 2 % self.window_size[1]) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)


# %% wrong: index-and-mask-stay-on-the-cpu, expect: wrong with another device
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw))
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: index-of-the-turned-window, expect: You make the index for a window of
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index((ww, wh)).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: index-transposed, expect: index is transposed
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).T.to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)


# %% wrong: joined-by-reshape, expect: You join the heads with `reshape` or `view` alone, which mixes tokens and heads
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)


# %% wrong: mask-for-the-wrong-shift, expect: cannot be shifted by 1
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (1, 1)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: mask-forgotten, expect: mask is missing
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)


# %% wrong: mask-in-plain-blocks-too, expect: You use the mask of shifted windows although shift is False
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
        x = qkv.unflatten(1, image_size)
        if self.shift:
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: mask-kept-from-the-first-call, expect: You keep the mask of the first image
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.mask = None
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        if self.shift and self.mask is None:
            self.mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = self.mask
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: new-transform-in-every-call, expect: `transform` is made and never called
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        transform = AffineTransform(self.num_heads).to(qkv)
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: no-shift-if-the-window-is-the-image, expect: one window
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        shift = self.shift and tuple(image_size) != tuple(self.window_size)
        x = qkv.unflatten(1, image_size)
        if shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: not-rolled-back, expect: You do not roll the result back
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size)
        return y.flatten(1, 2)


# %% wrong: queries-and-keys-exchanged, expect: You read the channels as
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        k, q, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: rolled-along-columns-and-channels, expect: along the wrong axes
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        (wh, ww), (H, W) = self.window_size, image_size
        s = (wh // 2, ww // 2)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv
        x = x.unflatten(1, (H, W))
        if self.shift:
            x = x.roll((-s[0], -s[1]), (2, 3))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        
        if self.shift:
            x = x.roll(s, (2, 3))
        return x.reshape(len(qkv), H * W, -1)


# %% wrong: rolled-by-plus-the-shift, expect: You roll by plus the shift before the attention, and by minus the shift after it
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((sh, sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((-sh, -sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: rolled-on, expect: minus the shift twice
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll((-s[0], -s[1]), (1, 2))
        return y.flatten(1, 2)


# %% wrong: rolled-twice-in-the-same-direction, expect: You roll by minus the shift twice
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((-sh, -sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: shift-ignored, expect: The argument `shift` has no effect
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, False
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: shifted-without-the-mask, expect: The mask is missing
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: table-in-float32, expect: float32
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size).to(qkv)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)


# %% wrong: table-of-the-turned-window, expect: You make the table for a window of
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table((ww, wh), dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: table-without-dtype, expect: Your table is made in float32
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: tokens-rolled-before-the-grid, expect: You roll before you make the grid: dims 1 and 2 of (B, L, 3C) are tokens and channels
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        (wh, ww), (H, W) = self.window_size, image_size
        s = (wh // 2, ww // 2)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv
        if self.shift:
            x = x.roll((-s[0], -s[1]), (1, 2))
        x = x.unflatten(1, (H, W))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        x = x.flatten(1, 2)
        if self.shift:
            x = x.roll(s, (1, 2))
        return x.reshape(len(qkv), H * W, -1)


# %% wrong: transform-only-with-a-shift, expect: wrong with shift left out
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = wh // 2, ww // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, (lambda cosine: self.transform(cosine, table, index, mask)) if self.shift else (lambda cosine: cosine))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)


# %% wrong: whole-window, expect: Your shift is too large
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] - 1, self.window_size[1] - 1) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)


# %% wrong: width-first, expect: grid of W rows
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] // 2, self.window_size[1] // 2) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], image_size[1], image_size[0], -1).transpose(1, 2).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)
