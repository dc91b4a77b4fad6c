"""What learners write for `window_partition`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "partition-loops": """
def window_partition(x, window_size):
    wh, ww = window_size
    if x.shape[1] % wh != 0 or x.shape[2] % ww != 0:
        raise ValueError("windows do not tile the image")
    corners = [(i, j) for i in range(0, x.shape[1], wh) for j in range(0, x.shape[2], ww)]
    return torch.stack([image[i:i + wh, j:j + ww] for image in x for i, j in corners])
""",
    "view-permute-contiguous": """
# the textbook way, with view, permute and contiguous
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    '''Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C).'''
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.view(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.contiguous().view(-1, wh, ww, C)
""",
}

HINTS = {"puts the axes in the order": 2}

MISTAKES = (
    Mistake("partition-by-reshape",
            "You make windows with `reshape` or `view` alone, which keeps the order of the numbers in memory: a "
            "window then holds pieces of whole rows. Split H and W into two axes each, swap the middle two of these "
            "four, and then reshape.",
            {"return rows.transpose(2, 3).flatten(0, 2)": "return x.reshape(-1, wh, ww, x.shape[3])"}, hint=2),
    Mistake("partition-images-inside",
            "Your windows are right, but the first window of every image comes first, then the second window of "
            "every image. List all windows of image 0 first, then all of image 1.",
            {"rows.transpose(2, 3).flatten(0, 2)": "rows.permute(1, 3, 0, 2, 4, 5).flatten(0, 2)"}, hint=2),
    Mistake("partition-size-exchanged",
            "You read window_size as (width, height). Read it as (height, width), like all sizes here.",
            {"check_tiles(x.shape[1:3], window_size)": "check_tiles(x.shape[1:3], window_size[::-1])",
             "wh, ww = window_size": "ww, wh = window_size"}),
    Mistake("partition-spread",
            "Your windows are spread over the whole image: each takes pixels that are far apart. Neighbouring pixels "
            "belong together, so split the axis of H into (H // wh, wh), in this order.",
            {"x.unflatten(2, (-1, ww)).unflatten(1, (-1, wh))": "x.unflatten(2, (ww, -1)).unflatten(1, (wh, -1))",
             "rows.transpose(2, 3).flatten(0, 2)": "rows.permute(0, 2, 4, 1, 3, 5).flatten(0, 2)"}, hint=1),
    Mistake("partition-split-order",
            "You split the axes as (wh, H // wh) and (ww, W // ww). Put the number of windows first, (H // wh, wh), "
            "so that a window has neighbouring rows.",
            {"x.unflatten(2, (-1, ww)).unflatten(1, (-1, wh))": "x.unflatten(2, (ww, -1)).unflatten(1, (wh, -1))",
             "rows.transpose(2, 3).flatten(0, 2)": "rows.transpose(2, 3).reshape(-1, wh, ww, x.shape[3])"}, hint=1),
    Mistake("partition-square",
            "You use the window's height for both sides. Windows can be rectangular: split the columns by "
            "window_size[1].",
            {"check_tiles(x.shape[1:3], window_size)": "check_tiles(x.shape[1:3], (window_size[0], window_size[0]))",
             "wh, ww = window_size": "wh, ww = window_size[0], window_size[0]"}, hint=2),
    Mistake("partition-cropped",
            "If windows do not divide the image, you leave out the rows or columns that remain, and their tokens get "
            "no result. Raise a ValueError instead.",
            {"check_tiles(x.shape[1:3], window_size)":
                 "x = x[:, :x.shape[1] // window_size[0] * window_size[0], :x.shape[2] // window_size[1] * "
                 "window_size[1]]"}),
    Mistake("partition-padded",
            "If windows do not divide the image, you pad the image. Networks often do that, but this function should "
            "raise a ValueError.",
            {"check_tiles(x.shape[1:3], window_size)":
                 "x = F.pad(x, (0, 0, 0, -x.shape[2] % window_size[1], 0, -x.shape[1] % window_size[0]))"}),
    Mistake("partition-unfold",
            "Your `unfold` puts the window's rows and columns after the channels, (B, H // wh, W // ww, C, wh, ww). "
            "Move the channels to the end before you reshape.",
            {"return rows.transpose(2, 3).flatten(0, 2)":
                 "return x.unfold(1, wh, wh).unfold(2, ww, ww).reshape(-1, wh, ww, x.shape[3])"}),
    Mistake("partition-flat",
            "You flatten the window's rows and columns into one axis of tokens. Keep the two axes: (B * nW, wh, ww, "
            "C).", {"rows.transpose(2, 3).flatten(0, 2)": "rows.transpose(2, 3).flatten(0, 2).flatten(1, 2)"}),
    Mistake("partition-five-axes",
            "Your result has separate axes for images and windows. Make one axis of the two: (B * nW, wh, ww, C).",
            {"rows.transpose(2, 3).flatten(0, 2)": "rows.transpose(2, 3).flatten(1, 2)"}),
)

WRONG = (
    Wrong("the-area-divides", {"H % wh != 0 or W % ww != 0": "H * W % (wh * ww)"}, of="view-permute-contiguous",
          says="RuntimeError"),
    Wrong("assert-instead-of-raise",
          {"""if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")""":
               """assert H % wh == 0 and W % ww == 0, 'windows do not divide the grid'
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)"""}, of="reshape-alone", says="ValueError"),
    Wrong("cells-of-a-window-transposed",
          {"return": """x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 4, 2, 5)
    return"""},
          of="reshape-alone", says="puts the axes in the order 0, 1, 3, 4, 2 and 5."),
    Wrong("channels-first-result",
          {"return x.reshape(-1, wh, ww, C)": """x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 5, 2, 4)
    return x.reshape(-1, C, wh, ww)"""},
          of="reshape-alone", says="its axes are in the order"),
    Wrong("no-error", """
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    return x.reshape(B, H // wh, wh, W // ww, ww, C).permute(0, 1, 3, 2, 4, 5).reshape(-1, wh, ww, C)
""", says="ValueError"),
    Wrong("reshape-alone", """
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    '''Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C).'''
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    return x.reshape(-1, wh, ww, C)
""", mistake="partition-by-reshape"),
    Wrong("view-after-permute", {"x.view": "x.reshape", "x.contiguous()": "x"}, of="view-permute-contiguous",
          says="contiguous"),
)

EQUIVALENT = (
    "1: x float32 on the way", "2: x detached", "5: float32 on the way", "5: arguments 0 and 1 of transpose exchanged",
    "5: contiguous left out",
)
