"""What learners write for `WindowAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import attention_dropout

RIGHT = {
    "windows-chunk": """
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        b, l, c = qkv.shape
        wh, ww = self.window_size
        s = (wh // 2, ww // 2) if self.shift else (0, 0)
        x = qkv.reshape(b, *image_size, c)
        if self.shift:
            x = torch.roll(x, shifts=(-s[0], -s[1]), dims=(1, 2))
        x = window_partition(x, self.window_size).reshape(-1, wh * ww, c)
        q, k, v = (t.reshape(len(x), wh * ww, self.num_heads, -1).transpose(1, 2) for t in x.chunk(3, dim=-1))
        table = relative_coords_table(self.window_size, dtype=x.dtype).to(x.device)
        index = relative_position_index(self.window_size).to(x.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(x) if self.shift else None
        y = cosine_attention(q, k, v, lambda a: self.transform(a, table, index, mask))
        y = y.transpose(1, 2).reshape(-1, wh, ww, c // 3)
        y = window_reverse(y, self.window_size, image_size)
        if self.shift:
            y = torch.roll(y, shifts=s, dims=(1, 2))
        return y.reshape(b, l, -1)
""",
    "hints-followed": """
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
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)
""",
}

HINTS = {"swaps no axes": 1, "puts the axes in the order": 2}

MISTAKES = (
    Mistake("windows-not-rolled-back",
            "You do not roll the result back, so each token gets the result of a token half a window away. Roll the "
            "result by plus the shift.",
            {"roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "grid_of_windows(y, self.window_size, image_size).flatten(1, 2)"}),
    Mistake("windows-rolled-twice",
            "You roll by minus the shift twice. Roll the result back in the other direction, by plus the shift.",
            {"roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "roll(grid_of_windows(y, self.window_size, image_size), negative(self.shift_size)).flatten(1, 2)"}),
    Mistake("windows-rolled-the-other-way",
            "You roll by plus the shift before the attention, and by minus the shift after it. Do it the other way "
            "round, because the mask is made for an image that was rolled by minus the shift.",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))":
                 "roll(as_grid(qkv, image_size), self.shift_size)",
             "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "roll(grid_of_windows(y, self.window_size, image_size), negative(self.shift_size)).flatten(1, 2)"}),
    Mistake("windows-never-rolled",
            "With shift=True you pass the mask but never roll the image. The mask then keeps neighbours apart, and "
            "the windows have not moved. Roll the image first.",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))": "as_grid(qkv, image_size)",
             "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "grid_of_windows(y, self.window_size, image_size).flatten(1, 2)"}),
    Mistake("windows-always-shifted",
            "You roll the image although shift is False. Without a shift, nothing should be rolled.",
            {"(window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)":
                 "(window_size[0] // 2, window_size[1] // 2)",
             "shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift else None":
                 "shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv)"}),
    Mistake("windows-always-rolled",
            "You roll although shift is False, but you use no mask. Without a shift, nothing should be rolled.",
            {"(window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)":
                 "(window_size[0] // 2, window_size[1] // 2)"}),
    Mistake("windows-no-mask",
            "The mask is missing, or made for a shift of 0. With shift=True the last windows hold tokens from both "
            "ends of the image. Those tokens should not look at each other.",
            {"shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift else None":
                 "None"}),
    Mistake("windows-always-masked",
            "You use the mask of shifted windows although shift is False, so it cuts the last windows into pieces. "
            "Without a shift, use no mask.",
            {"shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift else None":
                 "shifted_window_mask(image_size, self.window_size, (self.window_size[0] // 2, self.window_size[1] "
                 "// 2)).to(qkv)"}),
    Mistake("windows-one-window-not-shifted",
            "You do not shift an image that has only one window. Shift it too: Swin's code makes this exception, but "
            "here `shift` alone decides.",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))":
                 "as_grid(qkv, image_size) if tuple(image_size) == tuple(self.window_size) else roll(as_grid(qkv, "
                 "image_size), negative(self.shift_size))",
             "shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift else None":
                 "shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift and "
                 "tuple(image_size) != tuple(self.window_size) else None",
             "return roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "back = roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)\n   "
                 "     return roll(back.unflatten(1, tuple(image_size)), negative(self.shift_size)).flatten(1, 2) "
                 "if tuple(image_size) == tuple(self.window_size) else back"}),
    Mistake("windows-shifted-by-height",
            "You shift by half the window's *height* on both axes. Shift the rows by half the window's height, and "
            "the columns by half its width.",
            {"(window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)":
                 "(window_size[0] // 2, window_size[0] // 2 % max(window_size[1], 1)) if shift else (0, 0)"}),
    Mistake("windows-shifted-along-rows", "You roll and mask along the height only. Shift both axes.",
            {"(window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)":
                 "(window_size[0] // 2, 0) if shift else (0, 0)"}),
    Mistake("windows-shifted-along-columns", "You roll and mask along the width only. Shift both axes.",
            {"(window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)":
                 "(0, window_size[1] // 2) if shift else (0, 0)"}),
    Mistake("windows-shift-rounded-up",
            "Your shift is too large: it is half of w rounded up, or w - 1. It should be w // 2, which rounds down.",
            {"(window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)":
                 "((window_size[0] + 1) // 2 % window_size[0], (window_size[1] + 1) // 2 % window_size[1]) if "
                 "shift else (0, 0)"}),
    Mistake("windows-axes-of-roll(0, 1)",
            "You roll along the wrong axes. The image's axes in (B, H, W, C) are dims=(1, 2).",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))":
                 "torch.roll(as_grid(qkv, image_size), negative(self.shift_size), dims=(0, 1))",
             "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "torch.roll(grid_of_windows(y, self.window_size, image_size), self.shift_size, dims=(0, "
                 "1)).flatten(1, 2)"}),
    Mistake("windows-axes-of-roll(2, 3)",
            "You roll along the wrong axes. The image's axes in (B, H, W, C) are dims=(1, 2).",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))":
                 "torch.roll(as_grid(qkv, image_size), negative(self.shift_size), dims=(2, 3))",
             "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "torch.roll(grid_of_windows(y, self.window_size, image_size), self.shift_size, dims=(2, "
                 "3)).flatten(1, 2)"}),
    Mistake("windows-tokens-rolled",
            "You roll before you make the grid: dims 1 and 2 of (B, L, 3C) are tokens and channels. Make the grid "
            "(B, H, W, 3C) first.",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))":
                 "as_grid(roll(qkv, negative(self.shift_size)), image_size)",
             "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "roll(grid_of_windows(y, self.window_size, image_size).flatten(1, 2), self.shift_size)"}, hint=1),
    Mistake("windows-tokens-rolled-once",
            "You roll the list of tokens before you turn it into a grid: dims 1 and 2 of (B, L, 3C) are tokens and "
            "channels. Make the grid first.",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))":
                 "as_grid(roll(qkv, negative(self.shift_size)), image_size)"}, hint=1),
    Mistake("windows-shifts-exchanged",
            "The two shifts have changed places when you roll: half the window's height belongs to dim 1, and half "
            "its width belongs to dim 2.",
            {"roll(as_grid(qkv, image_size), negative(self.shift_size))":
                 "roll(as_grid(qkv, image_size), negative(self.shift_size[::-1]))",
             "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size[::-1]).flatten(1, 2)"}),
    Mistake("windows-heads-outside",
            "You split the 3C channels as (heads, 3, head width). Split them into [q | k | v] first, and then each "
            "of the three into heads.",
            {"windows_of_heads(grid, self.window_size, 3, self.num_heads)":
                 "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (self.num_heads, 3, "
                 "-1)).permute(3, 0, 2, 1, 4)"}, hint=2),
    Mistake("windows-heads-inside",
            "Your heads take channels that are far apart: you read (head width, heads). Read (heads, head width), so "
            "that a head gets neighbouring channels.",
            {"windows_of_heads(grid, self.window_size, 3, self.num_heads)":
                 "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (3, -1, "
                 "self.num_heads)).permute(2, 0, 4, 1, 3)"}, hint=2),
    Mistake("windows-heads-inside-and-back",
            "Your heads take channels that are far apart, and put their results back there: you read (head width, "
            "heads). Read (heads, head width), so that a head gets neighbouring channels.",
            {"windows_of_heads(grid, self.window_size, 3, self.num_heads)":
                 "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (3, -1, "
                 "self.num_heads)).permute(2, 0, 4, 1, 3)",
             "grid_of_windows(y, self.window_size, image_size)":
                 "window_reverse(y.permute(0, 2, 3, 1).flatten(2).unflatten(1, tuple(self.window_size)), "
                 "self.window_size, image_size)"}, hint=2),
    Mistake("windows-interleaved",
            "You take q, k and v from every third channel. They should be three blocks: [q | k | v].",
            {"windows_of_heads(grid, self.window_size, 3, self.num_heads)":
                 "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (self.num_heads, -1, "
                 "3)).permute(4, 0, 2, 1, 3)"}, hint=2),
    Mistake("windows-heads-by-reshape",
            "You turn (N, heads) into (heads, N) with `reshape` or `view`, which mixes tokens and heads. Split the "
            "channels, then transpose.",
            {"windows_of_heads(grid, self.window_size, 3, self.num_heads)":
                 "[t.reshape(len(t), self.num_heads, t.shape[1], -1) for t in window_partition(grid, "
                 "self.window_size).flatten(1, 2).chunk(3, dim=2)]"}, hint=2),
    Mistake("windows-one-head",
            "Your attention has one head, whatever num_heads is. Split q, k and v into num_heads heads.",
            {"windows_of_heads(grid, self.window_size, 3, self.num_heads)":
                 "[t.repeat(1, self.num_heads, 1, 1) for t in windows_of_heads(grid, self.window_size, 3, 1)]",
             "cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))":
                 "cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))[:, :1]"},
            hint=2),
    Mistake("windows-no-windows",
            "All tokens of the image look at each other, because you never cut it into windows. Call "
            "window_partition.",
            {"cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))":
                 "(lambda q, k, v: windows_of_heads(torch.cat([cosine_attention(q, k, v, lambda c: 10 * "
                 "c).transpose(1, 2).flatten(2)] * 3, 2).unflatten(1, tuple(image_size)), self.window_size, 3, "
                 "self.num_heads)[0])(*windows_of_heads(grid, tuple(image_size), 3, self.num_heads))"}),
    Mistake("windows-no-transform",
            "The cosines go into the softmax as they are. Give cosine_attention a function that calls self.transform.",
            {"cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))":
                 "cosine_attention(q, k, v, lambda cosine: cosine)"}, hint=3),
    Mistake("windows-index-transposed",
            "Your index is transposed: its row i, column j holds the offset from token j to token i. Use "
            "relative_position_index as it is.",
            {"relative_position_index(self.window_size).to(qkv.device)":
                 "relative_position_index(self.window_size).to(qkv.device).T"}),
    Mistake("windows-index-of-turned-window",
            "You make the index for a window of (width, height). Pass window_size on as it is.",
            {"relative_position_index(self.window_size).to(qkv.device)":
                 "relative_position_index(self.window_size[::-1]).to(qkv.device)"}),
    Mistake("windows-table-of-turned-window",
            "You make the table for a window of (width, height). Pass window_size on as it is.",
            {"relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)":
                 "relative_coords_table(self.window_size[::-1], dtype=qkv.dtype).to(qkv.device)"}),
    Mistake("windows-table-or-index-of-turned-window",
            "Your table or your index is that of a window of (width, height). Pass window_size to both functions as "
            "it is.",
            {"relative_position_index(self.window_size).to(qkv.device)":
                 "relative_position_index(self.window_size[::-1]).to(qkv.device)",
             "relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)":
                 "relative_coords_table(self.window_size[::-1], dtype=qkv.dtype).to(qkv.device)"}),
    Mistake("windows-table-of-image", "You make the table for the image's size. Make it for the window's size.",
            {"relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)":
                 "relative_coords_table(image_size, dtype=qkv.dtype).to(qkv.device)"}),
    Mistake("windows-mask-of-turned-image",
            "You make the mask for an image of (width, height). image_size is (height, width): pass it on as it is.",
            {"shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift else None":
                 "(lambda m: m if m.shape[1] == 1 else m)(shifted_window_mask(image_size[::-1], "
                 "self.window_size[::-1], self.shift_size[::-1])).to(qkv) if self.shift else None"}),
    Mistake("windows-grid", "You return the grid, (B, H, W, C). Return tokens, (B, L, C).",
            {"roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size)"}, hint=1),
    Mistake("windows-softmax-attention",
            "Your attention multiplies queries and keys that are not normalised. Call cosine_attention.",
            {"cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))":
                 "self.transform(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, table, index, "
                 "mask).softmax(dim=-1) @ v"}),
    attention_dropout("windows-dropout",
                      {"roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                           "nn.functional.dropout(roll(grid_of_windows(y, self.window_size, image_size), "
                           "self.shift_size).flatten(1, 2), 0.1, self.training)"}),
    Mistake("windows-only-in-eval",
            "In training mode your module returns the values as they are. It should compute its result in training "
            "mode as it does in eval mode.",
            {"return roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)":
                 "return qkv.chunk(3, dim=2)[2] if self.training else roll(grid_of_windows(y, self.window_size, "
                 "image_size), self.shift_size).flatten(1, 2)"}),
)

WRONG = (
    Wrong("mask-of-another-dtype", {".to(qkv) if self.shift": ".to(qkv.device) if self.shift"}, says="half precision"),
    Wrong("index-and-mask-stay-on-the-cpu",
          {"relative_position_index(self.window_size).to(qkv.device)": "relative_position_index(self.window_size)",
           "shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv)":
               "shifted_window_mask(image_size, self.window_size, (sh, sw))"}, of="hints-followed",
          says="wrong in half precision"),
    Wrong("mask-for-the-wrong-shift", {" (sh": " (1", "sw))": "1))"}, of="hints-followed",
          says="cannot be shifted by 1"),
    Wrong("mask-forgotten", """
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
""", mistake="windows-no-mask"),
    Wrong("new-transform-in-every-call",
          {"x = qkv.unflatten": """transform = AffineTransform(self.num_heads).to(qkv)
        x = qkv.unflatten""",
           "self.transform(": "transform("}, of="hints-followed", says="`transform` is made and never called"),
    Wrong("transform-only-with-a-shift",
          {"lambda cosine: self.transform(cosine, table, index, mask)":
               "(lambda cosine: self.transform(cosine, table, index, mask)) if self.shift else lambda cosine: cosine"},
          of="hints-followed", says="wrong with shift left out"),
)

EQUIVALENT = (
    "7: shift -> num_heads", "7: shift -> window_size", "14: relative_coords_table(self.window_siz... detached",
    "14: relative_coords_table(self.window_siz... detached (2)", "14: qkv detached", "14: qkv detached (2)",
    "15: relative_position_index(self.window_s... detached",
    "15: relative_position_index(self.window_s... detached (2)", "15: qkv detached", "15: to left out",
    "16: always shifted_window_mask(image_size, self....", "16: self.shift -> self.num_heads",
    "16: self.shift -> self.shift_size", "16: self.shift -> self.transform", "16: self.shift -> self.window_size",
    "16: shifted_window_mask(image_size, self.... detached",
    "16: shifted_window_mask(image_size, self.... detached (2)", "16: qkv detached",
)
