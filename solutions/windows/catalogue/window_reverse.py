"""What learners write for `window_reverse`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "reverse-view-permute": """
def window_reverse(windows, window_size, image_size):
    (h, w), (wh, ww) = image_size, window_size
    if h % wh or w % ww:
        raise ValueError(f"windows of {wh} x {ww} do not tile {h} x {w}")
    x = windows.contiguous().view(-1, h // wh, w // ww, wh, ww, windows.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, h, w, windows.shape[-1])
""",
    "explicit-B-and-transpose": """
# the number of images is computed, transpose instead of permute
def window_reverse(windows, window_size, image_size):
    (wh, ww), (H, W) = window_size, image_size
    if any(n % w for n, w in zip(image_size, window_size)):
        raise ValueError("windows do not divide the image")
    down, across = H // wh, W // ww
    B = windows.size(0) // (down * across)
    grid = windows.reshape(B, down, across, wh, ww, windows.size(-1))
    return grid.transpose(2, 3).contiguous().view(B, H, W, -1)
""",
}

HINTS = {"; raise ": 2, "swaps no axes": 1, "exchanges ax": 1}

MISTAKES = (
    Mistake("reverse-column-by-column",
            "You read the windows column by column. Read them row by row, as window_partition lists them.",
            {"windows.unflatten(0, (-1, down, across))": "windows.unflatten(0, (-1, across, down)).transpose(1, 2)"}),
    Mistake("reverse-split-as-partition",
            "You read the axes of the windows in the order of window_partition's split, (B, H // wh, wh, W // ww, "
            "ww, C). The windows come in a different order: (B, H // wh, W // ww, wh, ww, C).",
            {"grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)":
                 "windows.reshape(-1, down, window_size[0], across, window_size[1], windows.shape[3]).transpose(2, "
                 "3).reshape(-1, *image_size, windows.shape[3])"}, hint=1),
    Mistake("reverse-across-first",
            "You read windows across before windows down: (B, W // ww, H // wh, ...). Windows are listed row by row: "
            "(B, H // wh, W // ww, ...).",
            {"windows.unflatten(0, (-1, down, across))": "windows.unflatten(0, (-1, across, down))",
             "grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)":
                 "grid.transpose(2, 3).reshape(-1, *image_size, windows.shape[3])"}),
    Mistake("reverse-images-inside",
            "You read the axis B * nW as if the first window of every image came first. The windows are listed image "
            "by image: all windows of image 0, then all of image 1.",
            {"windows.unflatten(0, (-1, down, across))":
                 "windows.unflatten(0, (down, across, -1)).permute(2, 0, 1, 3, 4, 5)"}),
    Mistake("reverse-image-exchanged",
            "You read image_size as (width, height). Read it as (height, width), like all sizes here.",
            {"down, across = image_size[0] // window_size[0], image_size[1] // window_size[1]":
                 "image_size = image_size[::-1]; down, across = image_size[0] // window_size[0], image_size[1] // "
                 "window_size[1]",
             "windows.shape[0] % (down * across)": "False",
             "grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)":
                 "grid.transpose(2, 3).reshape(-1, *image_size, windows.shape[3])"}),
    Mistake("reverse-image-exchanged-and-tested",
            "You read image_size as (width, height), so you refuse sizes that the windows do divide. Read it as "
            "(height, width), like all sizes here.",
            {"check_tiles(image_size, window_size)":
                 "image_size = image_size[::-1]; check_tiles(image_size, window_size)"}),
    Mistake("reverse-result-transposed",
            "Height and width have changed places in your result, (B, W, H, C). It should be (B, H, W, C).",
            {"grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)":
                 "grid.transpose(2, 3).flatten(3, 4).flatten(1, 2).transpose(1, 2)"}),
    Mistake("reverse-square",
            "You use the window's height for both sides. Windows can be rectangular: across the image there are W // "
            "window_size[1] of them.",
            {"down, across = image_size[0] // window_size[0], image_size[1] // window_size[1]":
                 "down, across = image_size[0] // window_size[0], image_size[1] // window_size[0]",
             "windows.shape[0] % (down * across)": "False"}),
    Mistake("reverse-one-image",
            "You return the first image alone. Return them all: the number of windows tells you how many images "
            "there are.",
            {"grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)":
                 "grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)[:1]"}, hint=2),
    Mistake("reverse-tokens", "You return a list of tokens, (B, H * W, C). Return the grid, (B, H, W, C).",
            {"grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)":
                 "grid.transpose(2, 3).flatten(3, 4).flatten(1, 2).flatten(1, 2)"}),
)

WRONG = (
    Wrong("the-area-divides", {"any(n % w for n, w in zip(image_size, window_size))": "H * W % (wh * ww)"},
          of="explicit-B-and-transpose", says="divide the image's area, but not its sides"),
    Wrong("ValueError-for-more-than-one-image",
          {"C ": """if H % wh != 0 or W % ww != 0 or len(windows) != H // wh * (W // ww):
        raise ValueError('windows do not divide the image')
    C """},
          of="no-test-of-the-sizes", says="ValueError when it was called: windows do not divide"),
    Wrong("no-test-of-the-sizes", """
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    '''Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C).'''
    wh, ww = window_size
    H, W = image_size
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)
""", says="ValueError"),
    Wrong("one-image-only",
          {"C ": """if H % wh != 0 or W % ww != 0:
        raise ValueError('windows do not divide the image')
    C """,
           "-1, H ": "1, H "}, of="no-test-of-the-sizes", says="is invalid for input of size"),
    Wrong("result-of-torch-zeros-loses-the-dtype",
          {"(wh, ww)": "wh",
           "(H, W)": "ww",
           "= window_size, image_size": "= window_size",
           "if": """H, W = image_size
    if""",
           "any(n % w for n, w in zip(image_size, window_size))": "H % wh or W % ww",
           "down, across ": "nW ",
           "H // wh, W // ww": "H // wh * (W // ww)",
           "B = windows.size(0) // (down * across)": """B, C = (windows.shape[0] // nW, windows.shape[-1])
    out = torch.zeros(B, H, W, C, device=windows.device)""",
           "grid ": "parts ",
           "windows.reshape(B, down, across, wh, ww, windows.size(-1))": "windows.reshape(B, nW, wh, ww, C)",
           "return grid.transpose(2, 3).contiguous().view(B, H, W, -1)": """n = 0
    for i in range(0, H, wh):
        for j in range(0, W, ww):
            out[:, i:i + wh, j:j + ww] = parts[:, n]
            n += 1
    return out"""},
          of="explicit-B-and-transpose", says="follow the input's dtype"),
    Wrong("square-windows-only",
          {"wh, ww = window_size": "wh = ww = window_size[0]",
           "C ": """if H % wh != 0 or W % ww != 0:
        raise ValueError('windows do not divide the image')
    C """},
          of="no-test-of-the-sizes", says="it holds the right numbers in another order"),
    Wrong("width-not-tested",
          {"C ": """if H % wh != 0:
        raise ValueError('windows do not divide the image')
    C """},
          of="no-test-of-the-sizes", says="ValueError"),
)

EQUIVALENT = (
    "1: windows float32 on the way", "3: rounded up", "3: rounded to the nearest", "3: rounded down, at least 1",
    "3: rounded up (2)", "3: rounded to the nearest (2)", "3: rounded down, at least 1 (2)", "4: guard left out",
    "4: an assert", "4: Or -> And", "4: without tuple(windows.shape[1:3]) != tuple(wi...",
    "4: without windows.shape[0] % (down * across)", "4: tuple left out", "4: tuple left out (2)",
    "4: only down of Mult", "4: only across of Mult", "5: raises RuntimeError", "5: raises TypeError",
    "5: raises Exception", "5: message without numbers", "5: no message", "5: printed, not raised",
    "5: message without tuple(windows.shape)", "5: message without down", "5: message without across",
    "5: message without tuple(window_size)", "7: float32 on the way", "7: contiguous left out",
    "7: arguments 0 and 1 of transpose exchanged",
)
