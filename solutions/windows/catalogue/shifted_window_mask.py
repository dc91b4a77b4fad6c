"""What learners write for `shifted_window_mask`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import convention

MASK_ROLLED_AGAIN = ("You roll the region numbers. The three ranges already describe the image *after* the roll. "
                     "Number them, and do not roll the numbers.")

RIGHT = {
    "mask-slices": """
def shifted_window_mask(image_size, window_size, shift_size):
    regions, number = torch.zeros(1, *image_size, 1), 0
    slices = [(slice(0, n - w), slice(n - w, n - s), slice(n - s, n)) for n, w, s in zip(image_size, window_size, shift_size)]
    for rows in slices[0]:
        for columns in slices[1]:
            regions[:, rows, columns] = number
            number += 1
    of_tokens = window_partition(regions, window_size).flatten(1)
    return torch.where(of_tokens[:, None] == of_tokens[:, :, None], 0.0, -100.0)
""",
    "mask-rolled-places": """
def shifted_window_mask(image_size, window_size, shift_size):
    rows, columns = (torch.roll(torch.arange(n), -s) for n, s in zip(image_size, shift_size))
    wrapped = 2 * (rows < shift_size[0])[:, None] + (columns < shift_size[1])[None, :]
    regions = window_partition(wrapped[None, :, :, None], window_size).reshape(-1, window_size[0] * window_size[1])
    return -100.0 * (regions.unsqueeze(1) != regions.unsqueeze(2)).float()
""",
}

MISTAKES = (
    Mistake("mask-positive",
            "Your mask is +100 where the regions differ, so tokens that should be kept apart get the largest "
            "weights. It should be -100 there.", {"mask_between(regions, regions)": "-mask_between(regions, regions)"}),
    Mistake("mask-minus-infinity",
            convention("the mask is minus infinity where the regions differ", "torch's nn.Transformer",
                       "Here it is -100, as in the authors' code."),
            {"mask_between(regions, regions)":
                 "mask_between(regions, regions).masked_fill(mask_between(regions, regions) < 0, float('-inf'))"}),
    Mistake("mask-of-bools",
            "Your mask holds True and False, or 1 and 0. The mask is *added* to the logits, so it should be 0 where "
            "two tokens may look at each other, and -100 where they may not.",
            {"mask_between(regions, regions)": "(mask_between(regions, regions) == 0)"}),
    Mistake("mask-rows-only",
            "Your regions come from the rows alone. The image was rolled along its width too, so the columns need "
            "regions of their own.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "region_of_tokens(image_size, window_size, (shift_size[0], 0))"}, hint=2),
    Mistake("mask-columns-only",
            "Your regions come from the columns alone. The image was rolled along its height too, so the rows need "
            "regions of their own.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "region_of_tokens(image_size, window_size, (0, shift_size[1]))"}, hint=2),
    Mistake("mask-numbers-collide",
            "Two different regions have the same number: row region plus column region is 3 for (1, 2) and for (2, "
            "1). Give each of the nine regions a number of its own, such as 3 * row + column.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition(((i >= H - h).long() + (i >= H - s) + "
                 "(j >= W - w) + (j >= W - t)).expand(H, W)[None, ..., None], "
                 "window_size).flatten(1))(torch.arange(H)[:, None], torch.arange(W)))(*image_size, *window_size, "
                 "*shift_size)"}, hint=2),
    Mistake("mask-shift-of-rows",
            "You use the shift of the rows, shift_size[0], for the columns too. The columns' shift is shift_size[1].",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition((3 * ((i >= H - h).long() + (i >= H - "
                 "s)) + (j >= W - w) + (j >= W - s)).expand(H, W)[None, ..., None], "
                 "window_size).flatten(1))(torch.arange(H)[:, None], torch.arange(W)))(*image_size, *window_size, "
                 "*shift_size)"}),
    Mistake("mask-shift-exchanged",
            "The two shifts have changed places: shift_size[0] belongs to the rows, and shift_size[1] belongs to the "
            "columns.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition((3 * ((i >= H - h).long() + (i >= H - "
                 "t)) + (j >= W - w) + (j >= W - s)).expand(H, W)[None, ..., None], "
                 "window_size).flatten(1))(torch.arange(H)[:, None], torch.arange(W)))(*image_size, *window_size, "
                 "*shift_size)"}),
    Mistake("mask-at-the-start",
            "Your last region begins at token s of an axis. Rolling by -s moves the first s rows to the *end*, so "
            "the last region should be [n - s, n).",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition((3 * (i < s).long() + (j < "
                 "t)).expand(H, W)[None, ..., None], window_size).flatten(1))(torch.arange(H)[:, None], "
                 "torch.arange(W)))(*image_size, *window_size, *shift_size)"}),
    Mistake("mask-other-part",
            "Your last region has w - s rows, and the one before it has s. The last region should have s rows, [n - "
            "s, n), because these came from the start of the image.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition((3 * ((i >= H - h).long() + (i >= H - h "
                 "+ s)) + (j >= W - w) + (j >= W - w + t)).expand(H, W)[None, ..., None], "
                 "window_size).flatten(1))(torch.arange(H)[:, None], torch.arange(W)))(*image_size, *window_size, "
                 "*shift_size)"}),
    Mistake("mask-one-early", "Your last region begins at n - s - 1. It should be [n - s, n), which has s tokens.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition((3 * (i >= H - s - 1).long() + (j >= W "
                 "- t - 1)).expand(H, W)[None, ..., None], window_size).flatten(1))(torch.arange(H)[:, None], "
                 "torch.arange(W)))(*image_size, *window_size, *shift_size)"}),
    Mistake("mask-one-late", "Your last region begins at n - s + 1. It should be [n - s, n), which has s tokens.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition((3 * (i > H - s).long() + (j > W - "
                 "t)).expand(H, W)[None, ..., None], window_size).flatten(1))(torch.arange(H)[:, None], "
                 "torch.arange(W)))(*image_size, *window_size, *shift_size)"}),
    Mistake("mask-corner-only",
            "Only your last window has a mask. All windows of the last row and of the last column need one, because "
            "they hold tokens from both ends of the image.",
            {"mask_between(regions, regions)":
                 "mask_between(regions, regions) * (torch.arange(len(regions)) == len(regions) - 1)[:, None, None]"}),
    Mistake("mask-slices-early",
            "You give the two slices to axes 1 and 2, so the ranges of the columns cut the rows. In a map of regions "
            "(1, 1, H, W), rows are axis 2 and columns are axis 3: `[:, :, rows, columns]`.",
            """
def shifted_window_mask(image_size, window_size, shift_size):
    regions, number = torch.zeros(1, 1, *image_size), 0
    slices = [(slice(0, -w), slice(-w, -s), slice(-s, None)) for w, s in zip(window_size, shift_size)]
    for rows in slices[0]:
        for columns in slices[1]:
            regions[:, rows, columns] = number
            number += 1
    cells = window_partition(regions.permute(0, 2, 3, 1), window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None, :], 0.0, -100.0)
""", hint=2),
    Mistake("mask-rolled-again", MASK_ROLLED_AGAIN,
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition(((3 * ((i >= H - h).long() + (i >= H - "
                 "s)) + (j >= W - w) + (j >= W - t)).roll((-s, -t), (0, 1))).expand(H, W)[None, ..., None], "
                 "window_size).flatten(1))(torch.arange(H)[:, None], torch.arange(W)))(*image_size, *window_size, "
                 "*shift_size)"}),
    Mistake("mask-rolled-back", MASK_ROLLED_AGAIN,
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (lambda i, j: window_partition(((3 * ((i >= H - h).long() + (i >= H - "
                 "s)) + (j >= W - w) + (j >= W - t)).roll((s, t), (0, 1))).expand(H, W)[None, ..., None], "
                 "window_size).flatten(1))(torch.arange(H)[:, None], torch.arange(W)))(*image_size, *window_size, "
                 "*shift_size)"}),
    Mistake("mask-column-by-column", "You number the tokens of a window column by column. Number them row by row.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "region_of_tokens(image_size, window_size, shift_size).unflatten(1, window_size).transpose(1, "
                 "2).flatten(1)"}, hint=2),
    Mistake("mask-of-the-corner",
            "All your windows have the mask of the last one. Each window needs its own: (nW, N, N).",
            {"mask_between(regions, regions)": "mask_between(regions, regions)[-1:].repeat(len(regions), 1, 1)"},
            hint=2),
    Mistake("mask-not-partitioned",
            "You cut the map of regions with `reshape` or `view`. That mixes up the windows; use window_partition.",
            {"region_of_tokens(image_size, window_size, shift_size)":
                 "(lambda H, W, h, w, s, t: (3 * (torch.arange(H)[:, None] >= H - s).long() + (torch.arange(W) >= "
                 "W - t)).reshape(-1, h * w))(*image_size, *window_size, *shift_size)"}, hint=1),
    Mistake("mask-of-regions",
            "You return the regions, (nW, N). Compare each token's region with that of every other token in the "
            "window: (nW, N, N).", {"mask_between(regions, regions)": "regions"}, hint=2),
    Mistake("mask-of-differences",
            "You return the difference of the two regions' numbers, or a multiple of it. Any two tokens whose "
            "regions differ should get -100.",
            {"mask_between(regions, regions)": "-100.0 * (regions[:, :, None] - regions[:, None, :])"}, hint=2),
    Mistake("mask-of-distances",
            "You multiply -100 by the difference of the two regions' numbers, so some pairs get -200 and more. Every "
            "pair whose regions differ should get -100, however far apart the numbers are.",
            {"mask_between(regions, regions)": "-100.0 * (regions[:, :, None] - regions[:, None, :]).abs()"}, hint=2),
)

WRONG = (
    Wrong("None-without-a-shift",
          {"rows ": """if shift_size == (0, 0):
        return None
    rows """,
           "regions.reshape(1, -1)": "window_partition(regions[None, :, :, None], window_size).flatten(1)"},
          of="all-pairs-of-the-picture", says="Expected a tensor, got None"),
    Wrong("all-pairs-of-the-picture", """
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = regions.reshape(1, -1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)
""", says="Expected shape"),
    Wrong("axis-for-the-heads-added",
          {"regions.reshape(1, -1)": "window_partition(regions[None, :, :, None], window_size).flatten(1)",
           "torch.where(same, 0.0, -100.0)": "torch.where(same, 0.0, -100.0).unsqueeze(1)"},
          of="all-pairs-of-the-picture", says="axes of size 1 are left over"),
    Wrong("distance-before-the-roll-wrong-for-one-window",
          {"""regions = region_of_tokens(image_size, window_size, shift_size)
    return mask_between(regions, regions)""": """H, W = image_size
    rows = torch.arange(H)[:, None].expand(H, W)
    cols = torch.arange(W)[None, :].expand(H, W)
    grid = torch.stack([rows, cols], -1).roll((-shift_size[0], -shift_size[1]), dims=(0, 1))
    cells = window_partition(grid[None], window_size).flatten(1, 2)
    distance = (cells[:, :, None] - cells[:, None]).abs()
    near = (distance[..., 0] < window_size[0]) & (distance[..., 1] < window_size[1])
    return torch.where(near, 0.0, -100.0)"""}, says="wrong with a different part of each side"),
    Wrong("no-mask-if-one-shift-is-zero",
          {"rows ": """if sh == 0 or sw == 0:
        N = wh * ww
        return torch.zeros(H * W // N, N, N)
    rows """,
           "regions.reshape(1, -1)": "window_partition(regions[None, :, :, None], window_size).flatten(1)"},
          of="all-pairs-of-the-picture", says="it is zero everywhere"),
    Wrong("own-shift-of-half-a-window",
          {"(H, W), (wh, ww), (sh, sw)": "((H, W), (wh, ww))",
           "image_size, window_size, shift_size": "(image_size, window_size)",
           "rows ": """sh, sw = (wh // 2, ww // 2)
    rows """,
           "regions.reshape(1, -1)": "window_partition(regions[None, :, :, None], window_size).flatten(1)"},
          of="all-pairs-of-the-picture", says="it should be zero everywhere"),
)

EQUIVALENT = (
    "2: region_of_tokens(image_size, window_s... detached", "3: detached", "3: a tensor without device added",
    "3: made of plain numbers", "3: without gradients", "3: in inference mode", "3: float32", "3: float32 on the way",
    "3: bfloat16 on the way", "3: rounded", "3: last two axes exchanged",
)
