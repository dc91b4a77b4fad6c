"""Known mistakes, correct variants and equivalent mutants of 08a_windows.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, ONLY_IN_EVAL, OVERFLOW, naive_sigmoid, naive_softmax

# What the reference says, and most mistakes replace.
TILES = "check_tiles(x.shape[1:3], window_size)"
SIDES = "wh, ww = window_size"
ROWS = "x.unflatten(2, (-1, ww)).unflatten(1, (-1, wh))"
CUT = "rows.transpose(2, 3).flatten(0, 2)"

TILES_BACK = "check_tiles(image_size, window_size)"
COUNTS = "down, across = image_size[0] // window_size[0], image_size[1] // window_size[1]"
GRID = "windows.unflatten(0, (-1, down, across))"
BACK = "grid.transpose(2, 3).flatten(3, 4).flatten(1, 2)"

REGIONS = "region_of_tokens(image_size, window_size, shift_size)"
MASK = "mask_between(regions, regions)"

SCALE = "self.logit_scale.clamp(max=math.log(100)).exp()"
START = "torch.full((num_heads, 1, 1), math.log(10))"
MLP = "nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))"
BIAS = "self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)"
LOGITS = "attn * scale + 16 * torch.sigmoid(bias)"
WITH_MASK = "(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)"

COSINE = "F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)"
RESULT = "transform(cosine).softmax(dim=-1) @ v"

SHIFT_SIZE = "(window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)"
ROLLED = "roll(as_grid(qkv, image_size), negative(self.shift_size))"
HEADS = "windows_of_heads(grid, self.window_size, 3, self.num_heads)"
TABLE = "relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)"
INDEX = "relative_position_index(self.window_size).to(qkv.device)"
MASKS = "shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift else None"
ATTENDED = "cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))"
PUT_BACK = "roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)"

DETACHED = (
    "The numbers are right, but {} is detached, so nothing before it would ever learn. Leave out the `detach()`, "
    "`.data` or `no_grad()`."
)
NO_VALUE_ERROR = ("If the windows do not divide the image, your function must raise a ValueError. With your code torch "
                  "raises its own RuntimeError, or nothing is raised. Test both sides with `%` first.")


def by_hand(number: str) -> str:
    """A mask whose regions are numbered by another expression of the image's rows and columns, i and j, below H and
    W."""
    return ("(lambda H, W, h, w, s, t: (lambda i, j: window_partition((" + number + ").expand(H, W)[None, ..., None], "
                                                                                    "window_size).flatten(1))"
            "(torch.arange(H)[:, None], torch.arange(W)))(*image_size, *window_size, *shift_size)")


MISTAKES = (
    # --- window_partition
    Mistake("partition-by-reshape", "window_partition",
            "You make windows with `reshape` or `view` alone, which keeps the order of the numbers in memory: a window "
            "then holds pieces of whole rows. Split H and W into two axes each, swap the middle two of these four, and "
            "then reshape.",
            ((f"return {CUT}", "return x.reshape(-1, wh, ww, x.shape[3])"),)),
    Mistake("partition-column-by-column", "window_partition",
            "Your windows are right, but you list them column by column. List them row by row: the second window is "
            "the right neighbour of the first.",
            ((CUT, "rows.permute(0, 3, 1, 2, 4, 5).flatten(0, 2)"),)),
    Mistake("partition-images-inside", "window_partition",
            "Your windows are right, but the first window of every image comes first, then the second window of every "
            "image. List all windows of image 0 first, then all of image 1.",
            ((CUT, "rows.permute(1, 3, 0, 2, 4, 5).flatten(0, 2)"),)),
    Mistake("partition-transposed", "window_partition",
            "Rows and columns have changed places inside your windows. You return (B * nW, ww, wh, C) instead of (B * "
            "nW, wh, ww, C).",
            ((CUT, "rows.permute(0, 1, 3, 4, 2, 5).flatten(0, 2)"),)),
    Mistake("partition-size-exchanged", "window_partition",
            "You read window_size as (width, height). Read it as (height, width), like all sizes here.",
            ((TILES, "check_tiles(x.shape[1:3], window_size[::-1])"), (SIDES, "ww, wh = window_size"))),
    Mistake("partition-spread", "window_partition",
            "Your windows are spread over the whole image: each takes pixels that are far apart. Neighbouring pixels "
            "belong together, so split the axis of H into (H // wh, wh), in this order.",
            ((ROWS, "x.unflatten(2, (ww, -1)).unflatten(1, (wh, -1))"), (CUT, "rows.permute(0, 2, 4, 1, 3, "
                                                                              "5).flatten(0, 2)"))),
    Mistake("partition-split-order", "window_partition",
            "You split the axes as (wh, H // wh) and (ww, W // ww). Put the number of windows first, (H // wh, wh), "
            "so that a window has neighbouring rows.",
            ((ROWS, "x.unflatten(2, (ww, -1)).unflatten(1, (wh, -1))"),
             (CUT, "rows.transpose(2, 3).reshape(-1, wh, ww, x.shape[3])"))),
    Mistake("partition-square", "window_partition",
            "You use the window's height for both sides. Windows can be rectangular: split the columns by "
            "window_size[1].",
            ((TILES, "check_tiles(x.shape[1:3], (window_size[0], window_size[0]))"),
             (SIDES, "wh, ww = window_size[0], window_size[0]"))),
    Mistake("partition-no-error", "window_partition", NO_VALUE_ERROR, ((TILES, ""),)),
    Mistake("partition-cropped", "window_partition",
            "If windows do not divide the image, you leave out the rows or columns that remain, and their tokens get "
            "no result. Raise a ValueError instead.",
            ((TILES, "x = x[:, :x.shape[1] // window_size[0] * window_size[0], :x.shape[2] // window_size[1] * "
                     "window_size[1]]"),)),
    Mistake("partition-padded", "window_partition",
            "If windows do not divide the image, you pad the image. Networks often do that, but this function should "
            "raise a ValueError.",
            ((TILES, "x = F.pad(x, (0, 0, 0, -x.shape[2] % window_size[1], 0, -x.shape[1] % window_size[0]))"),)),
    Mistake("partition-assert", "window_partition",
            "You use an `assert`, which raises an AssertionError, and raises nothing at all under `python -O`. Raise a "
            "ValueError.",
            ((TILES, "assert not x.shape[1] % window_size[0] and not x.shape[2] % window_size[1]"),)),
    Mistake("partition-unfold", "window_partition",
            "Your `unfold` puts the window's rows and columns after the channels, (B, H // wh, W // ww, C, wh, ww). "
            "Move the channels to the end before you reshape.",
            ((f"return {CUT}", "return x.unfold(1, wh, wh).unfold(2, ww, ww).reshape(-1, wh, ww, x.shape[3])"),)),
    Mistake("partition-flat", "window_partition",
            "You flatten the window's rows and columns into one axis of tokens. Keep the two axes: (B * nW, wh, ww, "
            "C).",
            ((CUT, f"{CUT}.flatten(1, 2)"),)),
    Mistake("partition-five-axes", "window_partition",
            "Your result has separate axes for images and windows. Make one axis of the two: (B * nW, wh, ww, C).",
            ((CUT, "rows.transpose(2, 3).flatten(1, 2)"),)),
    Mistake("partition-detached", "window_partition", DETACHED.format("the result"),
            ((f"return {CUT}", f"return {CUT}.detach()"),)),

    # --- window_reverse
    Mistake("reverse-by-reshape", "window_reverse",
            "You put the image together with `reshape` or `view` alone, which keeps the order of the numbers in "
            "memory: each window is spread over whole rows. Split the windows into (B, H // wh, W // ww, wh, ww, C), "
            "swap axes 2 and 3, and then reshape.",
            ((BACK, "grid.reshape(-1, *image_size, windows.shape[3])"),)),
    Mistake("reverse-column-by-column", "window_reverse",
            "You read the windows column by column. Read them row by row, as window_partition lists them.",
            ((GRID, "windows.unflatten(0, (-1, across, down)).transpose(1, 2)"),)),
    Mistake("reverse-split-as-partition", "window_reverse",
            "You read the axes of the windows in the order of window_partition's split, (B, H // wh, wh, W // ww, ww, "
            "C). The windows come in a different order: (B, H // wh, W // ww, wh, ww, C).",
            ((BACK, "windows.reshape(-1, down, window_size[0], across, window_size[1], windows.shape[3])"
                    ".transpose(2, 3).reshape(-1, *image_size, windows.shape[3])"),)),
    Mistake("reverse-across-first", "window_reverse",
            "You read windows across before windows down: (B, W // ww, H // wh, ...). Windows are listed row by row: "
            "(B, H // wh, W // ww, ...).",
            ((GRID, "windows.unflatten(0, (-1, across, down))"),
             (BACK, "grid.transpose(2, 3).reshape(-1, *image_size, windows.shape[3])"))),
    Mistake("reverse-images-inside", "window_reverse",
            "You read the axis B * nW as if the first window of every image came first. The windows are listed image "
            "by image: all windows of image 0, then all of image 1.",
            ((GRID, "windows.unflatten(0, (down, across, -1)).permute(2, 0, 1, 3, 4, 5)"),)),
    Mistake("reverse-transposed", "window_reverse",
            "Rows and columns have changed places inside the windows. The rows of a window should be rows of the "
            "image.",
            ((BACK, "grid.transpose(3, 4).reshape(-1, down, across, *window_size, windows.shape[3]).transpose(2, "
                    "3).flatten(3, 4).flatten(1, 2)"),)),
    Mistake("reverse-other-swap", "window_reverse",
            "You swap axes 3 and 4, which are a window's rows and columns. Swap axes 2 and 3, the windows across and "
            "a window's rows. Then (H // wh, wh) and (W // ww, ww) stand side by side.",
            ((BACK, "grid.transpose(3, 4).reshape(-1, *image_size, windows.shape[3])"),)),
    Mistake("reverse-image-exchanged", "window_reverse",
            "You read image_size as (width, height). Read it as (height, width), like all sizes here.",
            ((COUNTS, "image_size = image_size[::-1]; down, across = image_size[0] // window_size[0], image_size[1] "
                      "// window_size[1]"),
             ("windows.shape[0] % (down * across)", "False"),
             (BACK, "grid.transpose(2, 3).reshape(-1, *image_size, windows.shape[3])"))),
    Mistake("reverse-image-exchanged-and-tested", "window_reverse",
            "You read image_size as (width, height), so you refuse sizes that the windows do divide. Read it as "
            "(height, width), like all sizes here.",
            ((TILES_BACK, "image_size = image_size[::-1]; check_tiles(image_size, window_size)"),)),
    Mistake("reverse-result-transposed", "window_reverse",
            "Height and width have changed places in your result, (B, W, H, C). It should be (B, H, W, C).",
            ((BACK, f"{BACK}.transpose(1, 2)"),)),
    Mistake("reverse-square", "window_reverse",
            "You use the window's height for both sides. Windows can be rectangular: across the image there are W // "
            "window_size[1] of them.",
            ((COUNTS, "down, across = image_size[0] // window_size[0], image_size[1] // window_size[0]"),
             ("windows.shape[0] % (down * across)", "False"))),
    Mistake("reverse-one-image", "window_reverse",
            "You return the first image alone. Return them all: the number of windows tells you how many images there "
            "are.",
            ((BACK, f"{BACK}[:1]"),)),
    Mistake("reverse-no-error", "window_reverse", NO_VALUE_ERROR,
            ((TILES_BACK, ""), ("raise ValueError(f\"{tuple(windows.shape)} is not a number of images with "
                                "\"\n                         f\"{down} x {across} windows of {tuple(window_size)}\")",
                                "raise RuntimeError(f\"{tuple(windows.shape)}\")"))),
    Mistake("reverse-assert", "window_reverse",
            "You use an `assert`, which raises an AssertionError, and raises nothing at all under `python -O`. Raise a "
            "ValueError.",
            ((TILES_BACK, "assert not image_size[0] % window_size[0] and not image_size[1] % window_size[1]"),)),
    Mistake("reverse-tokens", "window_reverse",
            "You return a list of tokens, (B, H * W, C). Return the grid, (B, H, W, C).",
            ((BACK, f"{BACK}.flatten(1, 2)"),)),
    Mistake("reverse-detached", "window_reverse", DETACHED.format("the result"),
            ((f"return {BACK}", f"return {BACK}.detach()"),)),

    # --- shifted_window_mask
    Mistake("mask-nothing", "shifted_window_mask",
            "Your mask is 0 everywhere: nothing is masked. (If you number the regions with slices, check their axes: a "
            "slice on the wrong axis changes nothing, and raises no error.)",
            ((MASK, f"0 * {MASK}"),)),
    Mistake("mask-exchanged", "shifted_window_mask",
            "Your mask is the wrong way round: it is -100 for two tokens of the same region, and 0 for two tokens of "
            "different regions. -100 belongs where the regions differ.",
            ((MASK, f"-100 - {MASK}"),)),
    Mistake("mask-positive", "shifted_window_mask",
            "Your mask is +100 where the regions differ, so tokens that should be kept apart get the largest weights. "
            "It should be -100 there.",
            ((MASK, f"-{MASK}"),)),
    Mistake("mask-minus-infinity", "shifted_window_mask",
            "Your mask is minus infinity where the regions differ. Use -100, as the authors' code does. The page gives "
            "the reasons for both numbers.",
            ((MASK, f"{MASK}.masked_fill({MASK} < 0, float('-inf'))"),)),
    Mistake("mask-other-number", "shifted_window_mask",
            "Your mask has the right pattern but the wrong number. It should be -100 where the regions differ.",
            ((MASK, f"{MASK} * 1e7"),)),
    Mistake("mask-of-bools", "shifted_window_mask",
            "Your mask holds True and False, or 1 and 0. The mask is *added* to the logits, so it should be 0 where "
            "two tokens may look at each other, and -100 where they may not.",
            ((MASK, f"({MASK} == 0)"),)),
    Mistake("mask-rows-only", "shifted_window_mask",
            "Your regions come from the rows alone. The image was rolled along its width too, so the columns need "
            "regions of their own.",
            ((REGIONS, "region_of_tokens(image_size, window_size, (shift_size[0], 0))"),)),
    Mistake("mask-columns-only", "shifted_window_mask",
            "Your regions come from the columns alone. The image was rolled along its height too, so the rows need "
            "regions of their own.",
            ((REGIONS, "region_of_tokens(image_size, window_size, (0, shift_size[1]))"),)),
    Mistake("mask-numbers-collide", "shifted_window_mask",
            "Two different regions have the same number: row region plus column region is 3 for (1, 2) and for (2, 1). "
            "Give each of the nine regions a number of its own, such as 3 * row + column.",
            ((REGIONS, by_hand("(i >= H - h).long() + (i >= H - s) + (j >= W - w) + (j >= W - t)")),)),
    Mistake("mask-shift-of-rows", "shifted_window_mask",
            "You use the shift of the rows, shift_size[0], for the columns too. The columns' shift is shift_size[1].",
            ((REGIONS, by_hand("3 * ((i >= H - h).long() + (i >= H - s)) + (j >= W - w) + (j >= W - s)")),)),
    Mistake("mask-shift-exchanged", "shifted_window_mask",
            "The two shifts have changed places: shift_size[0] belongs to the rows, and shift_size[1] belongs to the "
            "columns.",
            ((REGIONS, by_hand("3 * ((i >= H - h).long() + (i >= H - t)) + (j >= W - w) + (j >= W - s)")),)),
    Mistake("mask-at-the-start", "shifted_window_mask",
            "Your last region begins at token s of an axis. Rolling by -s moves the first s rows to the *end*, so the "
            "last region should be [n - s, n).",
            ((REGIONS, by_hand("3 * (i < s).long() + (j < t)")),)),
    Mistake("mask-other-part", "shifted_window_mask",
            "Your last region has w - s rows, and the one before it has s. The last region should have s rows, [n - "
            "s, n), because these came from the start of the image.",
            ((REGIONS, by_hand("3 * ((i >= H - h).long() + (i >= H - h + s)) + (j >= W - w) + (j >= W - w + t)")),)),
    Mistake("mask-one-early", "shifted_window_mask",
            "Your last region begins at n - s - 1. It should be [n - s, n), which has s tokens.",
            ((REGIONS, by_hand("3 * (i >= H - s - 1).long() + (j >= W - t - 1)")),)),
    Mistake("mask-one-late", "shifted_window_mask",
            "Your last region begins at n - s + 1. It should be [n - s, n), which has s tokens.",
            ((REGIONS, by_hand("3 * (i > H - s).long() + (j > W - t)")),)),
    Mistake("mask-corner-only", "shifted_window_mask",
            "Only your last window has a mask. All windows of the last row and of the last column need one, because "
            "they hold tokens from both ends of the image.",
            ((MASK, f"{MASK} * (torch.arange(len(regions)) == len(regions) - 1)[:, None, None]"),)),
    Mistake("mask-slices-early", "shifted_window_mask",
            "You give the two slices to axes 1 and 2, so the ranges of the columns cut the rows. In a map of regions "
            "(1, 1, H, W), rows are axis 2 and columns are axis 3: `[:, :, rows, columns]`.",
            code="""
                def shifted_window_mask(image_size, window_size, shift_size):
                    regions, number = torch.zeros(1, 1, *image_size), 0
                    slices = [(slice(0, -w), slice(-w, -s), slice(-s, None)) for w, s in zip(window_size, shift_size)]
                    for rows in slices[0]:
                        for columns in slices[1]:
                            regions[:, rows, columns] = number
                            number += 1
                    cells = window_partition(regions.permute(0, 2, 3, 1), window_size).flatten(1)
                    return torch.where(cells[:, :, None] == cells[:, None, :], 0.0, -100.0)
                """),
    *(Mistake(f"mask-rolled-{way}", "shifted_window_mask",
              "You roll the region numbers. The three ranges already describe the image *after* the roll. Number them, "
              "and do not roll the numbers.",
              ((REGIONS, by_hand("(3 * ((i >= H - h).long() + (i >= H - s)) + (j >= W - w) + (j >= W - "
                                 f"t)).roll({by}, (0, 1))")),))
      for way, by in (("again", "(-s, -t)"), ("back", "(s, t)"))),
    Mistake("mask-column-by-column", "shifted_window_mask",
            "You number the tokens of a window column by column. Number them row by row.",
            ((REGIONS, f"{REGIONS}.unflatten(1, window_size).transpose(1, 2).flatten(1)"),)),
    Mistake("mask-of-the-corner", "shifted_window_mask",
            "All your windows have the mask of the last one. Each window needs its own: (nW, N, N).",
            ((MASK, f"{MASK}[-1:].repeat(len(regions), 1, 1)"),)),
    Mistake("mask-not-partitioned", "shifted_window_mask",
            "You cut the map of regions with `reshape` or `view`. That mixes up the windows; use window_partition.",
            ((REGIONS,
              "(lambda H, W, h, w, s, t: (3 * (torch.arange(H)[:, None] >= H - s).long() + (torch.arange(W) >= W - "
                       "t)).reshape(-1, h * w))"
                       "(*image_size, *window_size, *shift_size)"),)),
    Mistake("mask-of-regions", "shifted_window_mask",
            "You return the regions, (nW, N). Compare each token's region with that of every other token in the "
            "window: (nW, N, N).",
            ((MASK, "regions"),)),
    Mistake("mask-of-differences", "shifted_window_mask",
            "You return the difference of the two regions' numbers, or a multiple of it. Any two tokens whose regions "
            "differ should get -100.",
            ((MASK, "-100.0 * (regions[:, :, None] - regions[:, None, :])"),)),
    Mistake("mask-of-distances", "shifted_window_mask",
            "You multiply -100 by the difference of the two regions' numbers, so some pairs get -200 and more. Every "
            "pair whose regions differ should get -100, however far apart the numbers are.",
            ((MASK, "-100.0 * (regions[:, :, None] - regions[:, None, :]).abs()"),)),
    Mistake("mask-without-images-axis", "shifted_window_mask",
            "Your mask has one axis too many, for images or heads. It should be (nW, N, N).",
            ((MASK, f"{MASK}[None]"),)),
    Mistake("mask-integers", "shifted_window_mask",
            "Your mask holds integers. It will be added to logits, so make it a tensor of floats, torch's default.",
            ((MASK, f"{MASK}.long()"),)),

    # --- AffineTransform
    Mistake("affine-no-clamp", "AffineTransform",
            "Your scale is not clamped, or its largest value is too large. No scale should be above 100. Clamp its "
            "logarithm, logit_scale, at log 100 = 4.6, and not at 100.",
            ((SCALE, "self.logit_scale.exp()"),)),
    Mistake("affine-clamped-below", "AffineTransform",
            "You clamp from below (`min=`). log 100 should be the largest value: `max=math.log(100)`.",
            ((SCALE, "self.logit_scale.clamp(min=math.log(100)).exp()"),)),
    Mistake("affine-scale-clamped-at-log", "AffineTransform",
            "You clamp the scale itself at log 100 = 4.6, after exp. Clamp before exp.",
            ((SCALE, "self.logit_scale.exp().clamp(max=math.log(100))"),)),
    Mistake("affine-clamped-at-10", "AffineTransform",
            "Your scale never gets above 10, where it starts. It should be able to reach 100.",
            ((SCALE, "self.logit_scale.clamp(max=math.log(10)).exp()"),)),
    *(Mistake(f"affine-log10{which}", "AffineTransform",
              "You take log10, but `exp` undoes only the natural logarithm. `math.log10(100)` is 2, so your scale "
              "never gets above 7.4. Write `math.log(100)`, which is 4.6.",
              ((SCALE, "self.logit_scale.clamp(max=2.0).exp()"), *start))
      for which, start in (("", ((START, "torch.full((num_heads, 1, 1), 1.0)"),)), ("-clamp", ()))),
    Mistake("affine-no-exp", "AffineTransform",
            "You multiply by the parameter itself. The parameter is a logarithm: take exp of it first.",
            ((SCALE, "self.logit_scale.clamp(max=math.log(100))"),)),
    Mistake("affine-divided", "AffineTransform",
            "You divide by the scale, as if it were a temperature. Multiply the cosines by it.",
            ((LOGITS, "attn / scale + 16 * torch.sigmoid(bias)"),)),
    Mistake("affine-no-scale", "AffineTransform",
            "Your scale is made and never used. Multiply the cosines by it. A cosine is at most 1, so without the "
            "scale the softmax is nearly flat.",
            ((LOGITS, "attn + 16 * torch.sigmoid(bias)"),)),
    Mistake("affine-starts-at-10", "AffineTransform",
            "Your logit_scale starts at 10. But it is a logarithm: start it at log 10 = 2.30, so that the scale is 10.",
            ((START, "torch.full((num_heads, 1, 1), 10.0)"),)),
    Mistake("affine-starts-at-1", "AffineTransform",
            "Your logit_scale starts at 1. It should start at log 10 = 2.30, so that the scale is 10.",
            ((START, "torch.ones(num_heads, 1, 1)"),)),
    Mistake("affine-starts-at-clip", "AffineTransform",
            "Your logit_scale does not start at log 10 = 2.30. (CLIP, for example, starts at log(1 / 0.07).)",
            ((START, "torch.full((num_heads, 1, 1), math.log(1 / 0.07))"),)),
    Mistake("affine-starts-at-0", "AffineTransform",
            "Your logit_scale starts at 0. It should start at log 10 = 2.30, so that the scale is 10.",
            ((START, "torch.zeros(num_heads, 1, 1)"),)),
    Mistake("affine-one-scale", "AffineTransform",
            "All heads share the scale of the first one. Each head has its own: logit_scale is (num_heads, 1, 1).",
            ((SCALE, "self.logit_scale[:1].clamp(max=math.log(100)).exp()"),)),
    Mistake("affine-no-bias", "AffineTransform",
            "The position bias is missing: you return only attn * scale (and the mask). Add 16 * sigmoid(...) of "
            "cpb_mlp's output.",
            ((LOGITS, "attn * scale + 0 * torch.sigmoid(bias)"),)),
    Mistake("affine-no-sigmoid", "AffineTransform",
            "The sigmoid of the bias is missing. Write 16 * sigmoid(...), which keeps the bias between 0 and 16.",
            ((LOGITS, "attn * scale + 16 * bias"),)),
    Mistake("affine-bare-bias", "AffineTransform",
            "You add cpb_mlp's output as it is. Take its sigmoid and multiply that by 16 first.",
            ((LOGITS, "attn * scale + bias"),)),
    Mistake("affine-no-16", "AffineTransform",
            "The factor 16 is missing, so your bias lies between 0 and 1. Multiply the sigmoid's output by 16.",
            ((LOGITS, "attn * scale + torch.sigmoid(bias)"),)),
    Mistake("affine-16-inside", "AffineTransform",
            "Your 16 is inside the sigmoid. Multiply the sigmoid's output by it.",
            ((LOGITS, "attn * scale + torch.sigmoid(16 * bias)"),)),
    Mistake("affine-tanh", "AffineTransform",
            "You take a tanh, which can be negative. The bias should be 16 * sigmoid(...), which is never negative.",
            ((LOGITS, "attn * scale + 16 * torch.tanh(bias)"),)),
    Mistake("affine-bias-scaled", "AffineTransform",
            "You add the bias first and then multiply the sum by the scale. Multiply the cosines alone by the scale, "
            "then add the bias.",
            ((LOGITS, "(attn + 16 * torch.sigmoid(bias)) * scale"),)),
    Mistake("affine-bias-multiplied", "AffineTransform",
            "You multiply by the bias. Add it.",
            ((LOGITS, "attn * scale * (16 * torch.sigmoid(bias))"),)),
    Mistake("affine-bias-subtracted", "AffineTransform",
            "You subtract the bias. Add it.",
            ((LOGITS, "attn * scale - 16 * torch.sigmoid(bias)"),)),
    Mistake("affine-bias-by-reshape", "AffineTransform",
            "You bring the heads to the front with `reshape` or `view`, which mixes pairs and heads. The bias is (N1, "
            "N2, h), so move its axes with permute(2, 0, 1).",
            ((BIAS, "(lambda b: b.reshape(b.shape[2], *b.shape[:2]))(self.cpb_mlp(table).flatten(0, 2)[index])"),)),
    Mistake("affine-bias-transposed", "AffineTransform",
            "Your bias is transposed. Its rows should belong to the queries, as in the index and in attn.",
            ((BIAS, "(lambda b: b.mT if b.shape[1] == b.shape[2] else "
                    "b.mT.reshape(b.shape))(self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1))"),)),
    Mistake("affine-bias-of-first-head", "AffineTransform",
            "All your heads have the bias of the first one. cpb_mlp returns one number for each head: use them all.",
            ((BIAS, f"{BIAS}[:1]"),)),
    Mistake("affine-table-transposed", "AffineTransform",
            "You flatten the table column by column. Flatten it row by row, as the index counts its cells.",
            ((BIAS, "self.cpb_mlp(table.transpose(1, 2)).flatten(0, 2)[index].permute(2, 0, 1)"),)),
    Mistake("affine-table-coordinates-exchanged", "AffineTransform",
            "The table's two numbers, row offset and column offset, have changed places before cpb_mlp. Pass the "
            "table to cpb_mlp as it is.",
            ((BIAS, "self.cpb_mlp(table.flip(3)).flatten(0, 2)[index].permute(2, 0, 1)"),)),
    Mistake("affine-index-one-off", "AffineTransform",
            "Each pair of tokens reads the cell before its own. The index counts from 0, so use it as it is.",
            ((BIAS, "self.cpb_mlp(table).flatten(0, 2)[index - 1].permute(2, 0, 1)"),)),
    Mistake("affine-no-mask", "AffineTransform",
            "The mask has no effect. Add it to the logits of every head.",
            ((WITH_MASK, "logits"),)),
    Mistake("affine-mask-multiplied", "AffineTransform",
            "You multiply by the mask. Add the mask: 0 leaves a logit as it is, and -100 makes its weight nearly 0.",
            ((WITH_MASK, WITH_MASK.replace("+", "*")),)),
    Mistake("affine-mask-as-factor", "AffineTransform",
            "You multiply by the mask, or by ones and zeros that you made from it. A logit of 0 still gets a weight: "
            "add the mask instead.",
            ((WITH_MASK, "(logits.unflatten(0, (-1, mask.shape[0])) * (mask[:, None] == 0)).flatten(0, 1)"),)),
    Mistake("affine-mask-subtracted", "AffineTransform",
            "You subtract the mask. It holds negative numbers already: add it.",
            ((WITH_MASK, WITH_MASK.replace("+", "-")),)),
    Mistake("affine-mask-as-bool", "AffineTransform",
            "You treat the mask as true and false, or overwrite the masked logits with a number of your own. Add the "
            "mask as it is.",
            ((WITH_MASK,
              "logits.unflatten(0, (-1, mask.shape[0])).masked_fill(mask[:, None] != 0, -100.0).flatten(0, 1)"),)),
    Mistake("affine-mask-filled-with-infinity", "AffineTransform",
            "You set masked logits to minus infinity. Add the mask as it is.",
            ((WITH_MASK,
              "logits.unflatten(0, (-1, mask.shape[0]))"
              ".masked_fill(mask[:, None] < 0, float('-inf')).flatten(0, 1)"),)),
    Mistake("affine-mask-before-scale", "AffineTransform",
            "You add the mask before you multiply by the scale, so the mask is scaled too. Add the mask last.",
            ((WITH_MASK, "(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None] * scale).flatten(0, 1)"),)),
    Mistake("affine-mask-of-images-inside", "AffineTransform",
            "The windows get the masks of other windows, because you read the axis B * nW as (nW, B). It is (B, nW): "
            "all windows of image 0, then all of image 1. Repeat the whole list of masks for each image (`repeat`), "
            "not each mask (`repeat_interleave`).",
            ((WITH_MASK, "(logits.unflatten(0, (mask.shape[0], -1)) + mask[:, None, None]).flatten(0, 1)"),)),
    Mistake("affine-mask-of-first-window", "AffineTransform",
            "All your windows get the mask of the first one. Window i of every image should get mask[i].",
            ((WITH_MASK, "logits + mask[:1, None]"),)),
    Mistake("affine-mask-transposed", "AffineTransform",
            "Your mask is transposed. Its rows should belong to the queries. (A mask between a window's own tokens is "
            "symmetric, so it does not show this mistake.)",
            ((WITH_MASK,
              "(logits.unflatten(0, (-1, mask.shape[0])) + mask.mT.reshape(mask.shape)[:, None]).flatten(0, 1)"),)),
    Mistake("affine-mask-on-one-head", "AffineTransform",
            "You mask only the first head. Mask every head.",
            ((WITH_MASK, "(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None] * (torch.arange(logits.shape[1]) "
                         "< 1)[:, None, None].to(mask)).flatten(0, 1)"),)),
    Mistake("affine-softmax", "AffineTransform",
            "You take the softmax here. AffineTransform returns logits; the softmax belongs to the next exercise.",
            ((f"return {WITH_MASK}", f"return {WITH_MASK}.softmax(dim=-1)"),
             ("return logits\n", "return logits.softmax(dim=-1)\n"))),
    Mistake("affine-narrow", "AffineTransform",
            "The hidden width of your cpb_mlp is not 512. Make it 512.",
            ((MLP, MLP.replace("512", "256")),)),
    Mistake("affine-second-bias", "AffineTransform",
            "cpb_mlp's second layer has a bias. Make that layer with bias=False.",
            ((MLP, MLP.replace(", bias=False", "")),)),
    Mistake("affine-no-first-bias", "AffineTransform",
            "cpb_mlp's first layer has no bias. Keep torch's default there; only the second layer has no bias.",
            ((MLP, MLP.replace("nn.Linear(2, 512)", "nn.Linear(2, 512, bias=False)")),)),
    Mistake("affine-no-relu", "AffineTransform",
            "The ReLU between cpb_mlp's layers is missing. Without it, the bias would be linear in the offset.",
            ((MLP, MLP.replace("nn.ReLU()", "nn.Identity()")),)),
    Mistake("affine-gelu", "AffineTransform",
            "Your cpb_mlp has a GELU. It should have a ReLU.",
            ((MLP, MLP.replace("nn.ReLU()", "nn.GELU()")),)),
    Mistake("affine-naive-sigmoid", "AffineTransform",
            "Your sigmoid gives NaN for large numbers: above 709 `exp` is infinite in float64, and infinity divided by "
            "infinity is NaN. Use torch.sigmoid.",
            ((LOGITS, f"attn * scale + 16 * {naive_sigmoid('bias')}"),)),
    Mistake("affine-scale-detached", "AffineTransform",
            "The numbers are right, but the scale is detached, so it would never learn. Leave out the `.data`, "
            "`.item()` or `float(...)`.",
            ((SCALE, "self.logit_scale.detach().clamp(max=math.log(100)).exp()"),)),
    Mistake("affine-bias-detached", "AffineTransform",
            "The numbers are right, but the bias is detached, so cpb_mlp would never learn. Leave out the `detach()`, "
            "`.data` or `no_grad()`.",
            ((BIAS, f"{BIAS}.detach()"),)),
    Mistake("affine-dropout", "AffineTransform", ATTENTION_DROPOUT,
            ((LOGITS, f"nn.functional.dropout({LOGITS}, 0.1, self.training)"),)),
    Mistake("affine-in-place", "AffineTransform",
            "You change the cosines in place (`*=` or `+=`), so code that reads the cosines afterwards finds "
            "different numbers. Make a new tensor: attn * scale + ...",
            ((f"logits = {LOGITS}",
              f"attn.data *= scale.data\n        logits = {LOGITS.replace('attn * scale', 'attn')}"),)),

    # --- cosine_attention
    Mistake("cosine-plain", "cosine_attention",
            "Your queries and keys are not normalised, so you take plain dot products and not cosines. Give each of "
            "these vectors length 1.",
            ((COSINE, "q @ k.transpose(-2, -1)"),)),
    Mistake("cosine-scaled-dot-product", "cosine_attention",
            "You take dot products divided by sqrt(d), as in the usual attention. For a cosine, divide by the two "
            "lengths, and by nothing else.",
            ((COSINE, "q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5"),)),
    Mistake("cosine-queries-only", "cosine_attention",
            "Only the queries are normalised. Normalise the keys too.",
            ((COSINE, "F.normalize(q, dim=-1) @ k.transpose(-2, -1)"),)),
    Mistake("cosine-keys-only", "cosine_attention",
            "Only the keys are normalised. Normalise the queries too.",
            ((COSINE, "q @ F.normalize(k, dim=-1).transpose(-2, -1)"),)),
    Mistake("cosine-scaled", "cosine_attention",
            "You divide the cosines by sqrt(d). Cosine attention does not: the learned scale in `transform` takes the "
            "place of sqrt(d).",
            ((COSINE, f"{COSINE} * q.shape[-1] ** -0.5"),)),
    Mistake("cosine-over-tokens", "cosine_attention",
            "You normalise over the tokens. Each token's vector should get length 1: dim=-1. (F.normalize without a "
            "dim takes dim=1.)",
            ((COSINE, "F.normalize(q, dim=-2) @ F.normalize(k, dim=-2).transpose(-2, -1)"),)),
    Mistake("cosine-over-heads", "cosine_attention",
            "You normalise over the heads: F.normalize without a dim takes dim=1. Each token's vector should get "
            "length 1: dim=-1.",
            ((COSINE, "F.normalize(q) @ F.normalize(k).transpose(-2, -1)"),)),
    *(Mistake(f"cosine-one-length{which}", "cosine_attention",
              "You divide everything by one length, that of the whole tensor. Divide each token's vector by its own "
              "length: dim=-1, keepdim=True.",
              ((COSINE, f"(q / q.norm(){eps}) @ (k / k.norm(){eps}).transpose(-2, -1)"),))
      for which, eps in (("", ""), ("-clamped", ".clamp(min=1e-12)"))),
    Mistake("cosine-sum", "cosine_attention",
            "You divide by the sum of absolute values (p=1). Divide by the length, which is the square root of the sum "
            "of squares.",
            ((COSINE, "F.normalize(q, p=1, dim=-1) @ F.normalize(k, p=1, dim=-1).transpose(-2, -1)"),)),
    Mistake("cosine-squared-length", "cosine_attention",
            "You divide by the sum of squares. Divide by its square root, which is the length.",
            ((COSINE, "(q / q.square().sum(-1, keepdim=True).clamp(min=1e-24)) @ (k / k.square().sum(-1, "
                      "keepdim=True).clamp(min=1e-24)).transpose(-2, -1)"),)),
    Mistake("cosine-no-eps", "cosine_attention",
            "You divide by the bare length. A vector of zeros has length 0, and 0 / 0 is NaN. Divide by at least "
            "1e-12, as F.normalize does.",
            ((COSINE, "(q / q.norm(dim=-1, keepdim=True)) @ (k / k.norm(dim=-1, keepdim=True)).transpose(-2, -1)"),)),
    Mistake("cosine-eps-of-similarity", "cosine_attention",
            "Very short vectors do not come out with length 1, because your eps is larger than 1e-12. "
            "(F.cosine_similarity has 1e-8.) Divide by at least 1e-12, as F.normalize does.",
            ((COSINE, "F.normalize(q, dim=-1, eps=1e-8) @ F.normalize(k, dim=-1, eps=1e-8).transpose(-2, -1)"),)),
    Mistake("cosine-eps-added", "cosine_attention",
            "You add an eps to the length. Very short vectors then do not come out with length 1. Divide by the length "
            "or 1e-12, whichever is larger, as F.normalize does.",
            ((COSINE, "(q / (q.norm(dim=-1, keepdim=True) + 1e-6)) @ (k / (k.norm(dim=-1, keepdim=True) + "
                      "1e-6)).transpose(-2, -1)"),)),
    Mistake("cosine-no-transform", "cosine_attention",
            "`transform` is never called: the cosines themselves go into the softmax. Call it on the cosines, before "
            "the softmax.",
            ((RESULT, "cosine.softmax(dim=-1) @ v"),)),
    Mistake("cosine-transform-after", "cosine_attention",
            "You call `transform` on the weights, after the softmax. It turns cosines into logits, so it comes before "
            "the softmax.",
            ((RESULT, "transform(cosine.softmax(dim=-1)) @ v"),)),
    Mistake("cosine-transform-twice", "cosine_attention",
            "You call `transform` twice. Call it once, on the cosines.",
            ((RESULT, "transform(transform(cosine)).softmax(dim=-1) @ v"),)),
    Mistake("cosine-added-again", "cosine_attention",
            "The cosines are in your logits twice: F.scaled_dot_product_attention *adds* attn_mask to dot products of "
            "its own. Your logits should be what `transform` returns, and nothing else.",
            ((RESULT, "(cosine + transform(cosine)).softmax(dim=-1) @ v"),)),
    Mistake("cosine-no-softmax", "cosine_attention",
            "The softmax over the keys is missing. Take it after `transform`, which returns logits, not weights.",
            ((RESULT, "transform(cosine) @ v"),)),
    Mistake("cosine-softmax-over-queries", "cosine_attention",
            "Your softmax runs over the queries. Take it over the keys, dim=-1, so that each query's weights sum to 1.",
            ((RESULT, "transform(cosine).softmax(dim=-2) @ v"),)),
    Mistake("cosine-softmax-over-heads", "cosine_attention",
            "Your softmax runs over the heads (dim=1). Take it over the keys, dim=-1, so that each query's weights sum "
            "to 1.",
            ((RESULT, "transform(cosine).softmax(dim=1) @ v"),)),
    Mistake("cosine-values-normalised", "cosine_attention",
            "You normalise the values too. Leave the values as they are.",
            ((RESULT, "transform(cosine).softmax(dim=-1) @ F.normalize(v, dim=-1)"),)),
    Mistake("cosine-distance", "cosine_attention",
            "You take 1 minus the cosine, which is a distance: the least similar tokens get the largest weights. Take "
            "the cosine itself.",
            ((COSINE, f"1 - {COSINE}"),)),
    Mistake("cosine-naive-softmax", "cosine_attention", OVERFLOW.format("logits"),
            ((RESULT, f"{naive_softmax('transform(cosine)')} @ v"),)),
    Mistake("cosine-weights", "cosine_attention",
            "You return the weights. Multiply them by v.",
            ((RESULT, "transform(cosine).softmax(dim=-1)"),)),
    Mistake("cosine-detached", "cosine_attention", DETACHED.format("the matrix of cosines"),
            ((RESULT, "transform(cosine.detach()).softmax(dim=-1) @ v"),)),
    Mistake("cosine-length-detached", "cosine_attention",
            "The numbers are right, but the lengths are detached, so the gradient does not know that a longer query "
            "is scaled back to length 1. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((COSINE, "(q / q.norm(dim=-1, keepdim=True).clamp(min=1e-12).detach()) @ (k / k.norm(dim=-1, "
                      "keepdim=True).clamp(min=1e-12).detach()).transpose(-2, -1)"),)),

    # --- WindowAttention
    Mistake("windows-not-rolled-back", "WindowAttention",
            "You do not roll the result back, so each token gets the result of a token half a window away. Roll the "
            "result by plus the shift.",
            ((PUT_BACK, "grid_of_windows(y, self.window_size, image_size).flatten(1, 2)"),)),
    Mistake("windows-rolled-twice", "WindowAttention",
            "You roll by minus the shift twice. Roll the result back in the other direction, by plus the shift.",
            ((PUT_BACK, PUT_BACK.replace("self.shift_size)", "negative(self.shift_size))")),)),
    Mistake("windows-rolled-the-other-way", "WindowAttention",
            "You roll by plus the shift before the attention, and by minus the shift after it. Do it the other way "
            "round, because the mask is made for an image that was rolled by minus the shift.",
            ((ROLLED, "roll(as_grid(qkv, image_size), self.shift_size)"),
             (PUT_BACK, PUT_BACK.replace("self.shift_size)", "negative(self.shift_size))")))),
    Mistake("windows-never-rolled", "WindowAttention",
            "With shift=True you pass the mask but never roll the image. The mask then keeps neighbours apart, and the "
            "windows have not moved. Roll the image first.",
            ((ROLLED, "as_grid(qkv, image_size)"), (PUT_BACK,
                                                    "grid_of_windows(y, self.window_size, image_size).flatten(1, 2)"))),
    Mistake("windows-shift-ignored", "WindowAttention",
            "The argument `shift` has no effect: the image is never rolled, and there is no mask. With shift=True "
            "roll the image by minus half a window, and use the mask.",
            ((SHIFT_SIZE, "(0, 0)"),)),
    Mistake("windows-always-shifted", "WindowAttention",
            "You roll the image although shift is False. Without a shift, nothing should be rolled.",
            ((SHIFT_SIZE, "(window_size[0] // 2, window_size[1] // 2)"),
             (MASKS, "shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv)"))),
    Mistake("windows-always-rolled", "WindowAttention",
            "You roll although shift is False, but you use no mask. Without a shift, nothing should be rolled.",
            ((SHIFT_SIZE, "(window_size[0] // 2, window_size[1] // 2)"),)),
    Mistake("windows-shifted-by-default", "WindowAttention",
            "If shift is not given, your windows are shifted. The default should be False.",
            (("shift: bool = False", "shift: bool = True"),)),
    Mistake("windows-no-mask", "WindowAttention",
            "The mask is missing, or made for a shift of 0. With shift=True the last windows hold tokens from both "
            "ends of the image. Those tokens should not look at each other.",
            ((MASKS, "None"),)),
    Mistake("windows-always-masked", "WindowAttention",
            "You use the mask of shifted windows although shift is False, so it cuts the last windows into pieces. "
            "Without a shift, use no mask.",
            ((MASKS, "shifted_window_mask(image_size, self.window_size, (self.window_size[0] // 2, "
                     "self.window_size[1] // 2)).to(qkv)"),)),
    Mistake("windows-mask-kept", "WindowAttention",
            "You keep the mask of the first image, but the next image may have another size. Make the mask in every "
            "call.",
            ((MASKS, "self.__dict__.setdefault('kept', shifted_window_mask(image_size, self.window_size, "
                     "self.shift_size).to(qkv)) if self.shift else None"),)),
    Mistake("windows-one-window-not-shifted", "WindowAttention",
            "You do not shift an image that has only one window. Shift it too: Swin's code makes this exception, but "
            "here `shift` alone decides.",
            ((ROLLED, "as_grid(qkv, image_size) if tuple(image_size) == tuple(self.window_size) else " + ROLLED),
             (MASKS, MASKS.replace("if self.shift", "if self.shift and tuple(image_size) != tuple(self.window_size)")),
             (f"return {PUT_BACK}", f"back = {PUT_BACK}\n        "
                                    "return roll(back.unflatten(1, tuple(image_size)), "
                                    "negative(self.shift_size)).flatten(1, 2) if tuple(image_size) == "
                                    "tuple(self.window_size) else back"))),
    Mistake("windows-shifted-by-height", "WindowAttention",
            "You shift by half the window's *height* on both axes. Shift the rows by half the window's height, and "
            "the columns by half its width.",
            ((SHIFT_SIZE,
              "(window_size[0] // 2, window_size[0] // 2 % max(window_size[1], 1)) if shift else (0, 0)"),)),
    Mistake("windows-shifted-along-rows", "WindowAttention",
            "You roll and mask along the height only. Shift both axes.",
            ((SHIFT_SIZE, "(window_size[0] // 2, 0) if shift else (0, 0)"),)),
    Mistake("windows-shifted-along-columns", "WindowAttention",
            "You roll and mask along the width only. Shift both axes.",
            ((SHIFT_SIZE, "(0, window_size[1] // 2) if shift else (0, 0)"),)),
    Mistake("windows-shift-rounded-up", "WindowAttention",
            "Your shift is too large: it is half of w rounded up, or w - 1. It should be w // 2, which rounds down.",
            ((SHIFT_SIZE, "((window_size[0] + 1) // 2 % window_size[0], (window_size[1] + 1) // 2 % window_size[1]) "
                          "if shift else (0, 0)"),)),
    *(Mistake(f"windows-axes-of-roll{dims}", "WindowAttention",
              "You roll along the wrong axes. The image's axes in (B, H, W, C) are dims=(1, 2).",
              ((ROLLED, f"torch.roll(as_grid(qkv, image_size), negative(self.shift_size), dims={dims})"),
               (PUT_BACK, "torch.roll(grid_of_windows(y, self.window_size, image_size), self.shift_size, "
                          f"dims={dims}).flatten(1, 2)")))
      for dims in ((0, 1), (2, 3))),
    Mistake("windows-tokens-rolled", "WindowAttention",
            "You roll before you make the grid: dims 1 and 2 of (B, L, 3C) are tokens and channels. Make the grid (B, "
            "H, W, 3C) first.",
            ((ROLLED, "as_grid(roll(qkv, negative(self.shift_size)), image_size)"),
             (PUT_BACK, "roll(grid_of_windows(y, self.window_size, image_size).flatten(1, 2), self.shift_size)"))),
    Mistake("windows-tokens-rolled-once", "WindowAttention",
            "You roll the list of tokens before you turn it into a grid: dims 1 and 2 of (B, L, 3C) are tokens and "
            "channels. Make the grid first.",
            ((ROLLED, "as_grid(roll(qkv, negative(self.shift_size)), image_size)"),)),
    Mistake("windows-shifts-exchanged", "WindowAttention",
            "The two shifts have changed places when you roll: half the window's height belongs to dim 1, and half its "
            "width belongs to dim 2.",
            ((ROLLED, "roll(as_grid(qkv, image_size), negative(self.shift_size[::-1]))"),
             (PUT_BACK, PUT_BACK.replace("self.shift_size)", "self.shift_size[::-1])")))),
    Mistake("windows-image-exchanged", "WindowAttention",
            "You make a grid of W rows and H columns. Make one of H rows and W columns, because image_size is "
            "(height, width).",
            ((ROLLED, "roll(qkv.unflatten(1, tuple(image_size)[::-1]).reshape(len(qkv), *image_size[::-1], "
                      "-1).transpose(1, 2), negative(self.shift_size))"),)),
    Mistake("windows-keys-first", "WindowAttention",
            "You read the channels as [k | q | v]. Read them as [q | k | v].",
            (("q, k, v = ", "k, q, v = "),)),
    Mistake("windows-values-first", "WindowAttention",
            "You read the channels as [v | q | k] or in another order. Read them as [q | k | v].",
            (("q, k, v = ", "v, q, k = "),)),
    Mistake("windows-values-in-the-middle", "WindowAttention",
            "You read the channels as [q | v | k]. Read them as [q | k | v].",
            (("q, k, v = ", "q, v, k = "),)),
    Mistake("windows-heads-outside", "WindowAttention",
            "You split the 3C channels as (heads, 3, head width). Split them into [q | k | v] first, and then each of "
            "the three into heads.",
            ((HEADS, "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (self.num_heads, 3, "
                     "-1)).permute(3, 0, 2, 1, 4)"),)),
    Mistake("windows-heads-inside", "WindowAttention",
            "Your heads take channels that are far apart: you read (head width, heads). Read (heads, head width), so "
            "that a head gets neighbouring channels.",
            ((HEADS, "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (3, -1, "
                     "self.num_heads)).permute(2, 0, 4, 1, 3)"),)),
    Mistake("windows-heads-inside-and-back", "WindowAttention",
            "Your heads take channels that are far apart, and put their results back there: you read (head width, "
            "heads). Read (heads, head width), so that a head gets neighbouring channels.",
            ((HEADS, "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (3, -1, "
                     "self.num_heads)).permute(2, 0, 4, 1, 3)"),
             ("grid_of_windows(y, self.window_size, image_size)",
              "window_reverse(y.permute(0, 2, 3, 1).flatten(2).unflatten(1, tuple(self.window_size)), "
              "self.window_size, image_size)"))),
    Mistake("windows-interleaved", "WindowAttention",
            "You take q, k and v from every third channel. They should be three blocks: [q | k | v].",
            ((HEADS, "window_partition(grid, self.window_size).flatten(1, 2).unflatten(2, (self.num_heads, -1, "
                     "3)).permute(4, 0, 2, 1, 3)"),)),
    Mistake("windows-heads-by-reshape", "WindowAttention",
            "You turn (N, heads) into (heads, N) with `reshape` or `view`, which mixes tokens and heads. Split the "
            "channels, then transpose.",
            ((HEADS, "[t.reshape(len(t), self.num_heads, t.shape[1], -1) for t in window_partition(grid, "
                     "self.window_size).flatten(1, 2).chunk(3, dim=2)]"),)),
    Mistake("windows-joined-by-reshape", "WindowAttention",
            "You join the heads with `reshape` or `view` alone, which mixes tokens and heads. Transpose (B * nW, h, N, "
            "d) to (B * nW, N, h, d) first.",
            (("grid_of_windows(y, self.window_size, image_size)",
              "window_reverse(y.reshape(len(y), *self.window_size, -1), self.window_size, image_size)"),)),
    Mistake("windows-joined-heads-inside", "WindowAttention",
            "You join the heads so that their channels alternate. Head 0 should come first, with all its channels, "
            "then head 1.",
            (("grid_of_windows(y, self.window_size, image_size)",
              "window_reverse(y.permute(0, 2, 3, 1).flatten(2).unflatten(1, tuple(self.window_size)), "
              "self.window_size, image_size)"),)),
    Mistake("windows-one-head", "WindowAttention",
            "Your attention has one head, whatever num_heads is. Split q, k and v into num_heads heads.",
            ((HEADS, "[t.repeat(1, self.num_heads, 1, 1) for t in windows_of_heads(grid, self.window_size, 3, 1)]"),
             (ATTENDED, f"{ATTENDED}[:, :1]"))),
    Mistake("windows-no-windows", "WindowAttention",
            "All tokens of the image look at each other, because you never cut it into windows. Call window_partition.",
            ((ATTENDED, "(lambda q, k, v: windows_of_heads(torch.cat([cosine_attention(q, k, v, lambda c: 10 * "
                        "c).transpose(1, 2).flatten(2)] * 3, 2)"
                        ".unflatten(1, tuple(image_size)), self.window_size, 3, self.num_heads)[0])"
                        "(*windows_of_heads(grid, tuple(image_size), 3, self.num_heads))"),)),
    Mistake("windows-no-transform", "WindowAttention",
            "The cosines go into the softmax as they are. Give cosine_attention a function that calls self.transform.",
            ((ATTENDED, "cosine_attention(q, k, v, lambda cosine: cosine)"),)),
    Mistake("windows-index-transposed", "WindowAttention",
            "Your index is transposed: its row i, column j holds the offset from token j to token i. Use "
            "relative_position_index as it is.",
            ((INDEX, f"{INDEX}.T"),)),
    *(Mistake(f"windows-{name}-of-turned-window", "WindowAttention",
              f"You make the {name} for a window of (width, height). Pass window_size on as it is.",
              ((text, text.replace("(self.window_size", "(self.window_size[::-1]")),))
      for name, text in (("index", INDEX), ("table", TABLE))),
    Mistake("windows-table-or-index-of-turned-window", "WindowAttention",
            "Your table or your index is that of a window of (width, height). Pass window_size to both functions as it "
            "is.",
            ((INDEX, "relative_position_index(self.window_size[::-1]).to(qkv.device)"),
             (TABLE, "relative_coords_table(self.window_size[::-1], dtype=qkv.dtype).to(qkv.device)"))),
    Mistake("windows-table-of-image", "WindowAttention",
            "You make the table for the image's size. Make it for the window's size.",
            ((TABLE, "relative_coords_table(image_size, dtype=qkv.dtype).to(qkv.device)"),)),
    Mistake("windows-table-float32", "WindowAttention",
            "Your table is made in float32 and rounded before it is combined with float64 numbers. Pass "
            "dtype=qkv.dtype to relative_coords_table.",
            ((TABLE, "relative_coords_table(self.window_size).to(qkv)"),), grain="float32"),
    Mistake("windows-mask-of-turned-image", "WindowAttention",
            "You make the mask for an image of (width, height). image_size is (height, width): pass it on as it is.",
            ((MASKS, "(lambda m: m if m.shape[1] == 1 else m)(shifted_window_mask(image_size[::-1], "
                     "self.window_size[::-1], self.shift_size[::-1]))"
                     ".to(qkv) if self.shift else None"),)),
    Mistake("windows-grid", "WindowAttention",
            "You return the grid, (B, H, W, C). Return tokens, (B, L, C).",
            ((PUT_BACK, PUT_BACK.replace(".flatten(1, 2)", "")),)),
    Mistake("windows-shortcut", "WindowAttention",
            "You add the input, or a part of it, to the result. The shortcut belongs to the block around this module.",
            ((PUT_BACK, f"{PUT_BACK} + qkv.chunk(3, dim=2)[2]"),)),
    Mistake("windows-softmax-attention", "WindowAttention",
            "Your attention multiplies queries and keys that are not normalised. Call cosine_attention.",
            ((ATTENDED,
              "self.transform(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, table, index, mask)"
              ".softmax(dim=-1) @ v"),)),
    Mistake("windows-first-image", "WindowAttention",
            "All images of the batch get the result of the first one. Each should have its own.",
            ((PUT_BACK, f"{PUT_BACK}[:1].expand(len(qkv), -1, -1)"),)),
    Mistake("windows-detached", "WindowAttention", DETACHED.format("the result"),
            ((f"return {PUT_BACK}", f"return {PUT_BACK}.detach()"),)),
    Mistake("windows-dropout", "WindowAttention", ATTENTION_DROPOUT,
            ((PUT_BACK, f"nn.functional.dropout({PUT_BACK}, 0.1, self.training)"),)),
    Mistake("windows-only-in-eval", "WindowAttention", ONLY_IN_EVAL.replace("x as it is", "the values as they are"),
            ((f"return {PUT_BACK}", f"return qkv.chunk(3, dim=2)[2] if self.training else {PUT_BACK}"),)),
)

VARIANTS = (
    Variant("partition-einops-like", "window_partition", """
def window_partition(x, window_size):
    b, h, w, c = x.shape
    wh, ww = window_size
    if h % wh or w % ww:
        raise ValueError(f"{h} x {w} is not a number of windows of {wh} x {ww}")
    return x.reshape(b, h // wh, wh, w // ww, ww, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, wh, ww, c)
"""),
    Variant("partition-loops", "window_partition", """
def window_partition(x, window_size):
    wh, ww = window_size
    if x.shape[1] % wh != 0 or x.shape[2] % ww != 0:
        raise ValueError("windows do not tile the image")
    corners = [(i, j) for i in range(0, x.shape[1], wh) for j in range(0, x.shape[2], ww)]
    return torch.stack([image[i:i + wh, j:j + ww] for image in x for i, j in corners])
"""),
    Variant("reverse-view-permute", "window_reverse", """
def window_reverse(windows, window_size, image_size):
    (h, w), (wh, ww) = image_size, window_size
    if h % wh or w % ww:
        raise ValueError(f"windows of {wh} x {ww} do not tile {h} x {w}")
    x = windows.contiguous().view(-1, h // wh, w // ww, wh, ww, windows.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, h, w, windows.shape[-1])
"""),
    Variant("reverse-concatenated", "window_reverse", """
def window_reverse(windows, window_size, image_size):
    down, rest = divmod(image_size[0], window_size[0])
    across, other = divmod(image_size[1], window_size[1])
    if rest or other or not down or not across:
        raise ValueError("windows do not tile the image")
    images = []
    for some in windows.split(down * across):
        images.append(torch.cat([torch.cat(list(some[i * across:(i + 1) * across]), dim=1) for i in range(down)], dim=0))
    return torch.stack(images)
"""),  # noqa: E501
    Variant("mask-slices", "shifted_window_mask", """
def shifted_window_mask(image_size, window_size, shift_size):
    regions, number = torch.zeros(1, *image_size, 1), 0
    slices = [(slice(0, n - w), slice(n - w, n - s), slice(n - s, n)) for n, w, s in zip(image_size, window_size, shift_size)]
    for rows in slices[0]:
        for columns in slices[1]:
            regions[:, rows, columns] = number
            number += 1
    of_tokens = window_partition(regions, window_size).flatten(1)
    return torch.where(of_tokens[:, None] == of_tokens[:, :, None], 0.0, -100.0)
"""),  # noqa: E501
    Variant("mask-rolled-places", "shifted_window_mask", """
def shifted_window_mask(image_size, window_size, shift_size):
    rows, columns = (torch.roll(torch.arange(n), -s) for n, s in zip(image_size, shift_size))
    wrapped = 2 * (rows < shift_size[0])[:, None] + (columns < shift_size[1])[None, :]
    regions = window_partition(wrapped[None, :, :, None], window_size).reshape(-1, window_size[0] * window_size[1])
    return -100.0 * (regions.unsqueeze(1) != regions.unsqueeze(2)).float()
"""),
    Variant("affine-repeat", "AffineTransform", """
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones(num_heads, 1, 1)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(inplace=True), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        attn = attn * torch.clamp(self.logit_scale, max=math.log(1 / 0.01)).exp()
        bias = self.cpb_mlp(table).view(-1, attn.shape[1])
        bias = bias[index.view(-1)].view(*index.shape, -1).permute(2, 0, 1).contiguous()
        attn = attn + 16 * bias.sigmoid().unsqueeze(0)
        if mask is not None:
            attn = attn + mask.repeat(len(attn) // len(mask), 1, 1).unsqueeze(1)
        return attn
"""),
    Variant("affine-sigmoid-first", "AffineTransform", """
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.zeros(num_heads, 1, 1) + math.log(10))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        cells = (16 * torch.sigmoid(self.cpb_mlp(table))).flatten(0, -2).T
        logits = torch.exp(self.logit_scale).clamp(max=100.0) * attn + cells[:, index]
        if mask is None:
            return logits
        b, h, n, m = logits.shape
        return (logits.view(-1, len(mask), h, n, m) + mask[None, :, None]).view(b, h, n, m)
"""),
    Variant("cosine-einsum", "cosine_attention", """
def cosine_attention(q, k, v, transform):
    q = q / q.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    k = k / k.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    weights = torch.softmax(transform(torch.einsum("bhnd,bhmd->bhnm", q, k)), dim=3)
    return torch.einsum("bhnm,bhme->bhne", weights, v)
"""),
    Variant("cosine-matmul", "cosine_attention", """
def cosine_attention(q, k, v, transform):
    q, k = (nn.functional.normalize(t, p=2.0, dim=3) for t in (q, k))
    logits = transform(torch.matmul(q, k.mT))
    return torch.matmul(torch.exp(torch.log_softmax(logits, dim=-1)), v)
"""),
    Variant("windows-chunk", "WindowAttention", """
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
        mask = shifted_window_mask(image_size, self.window_size, s).to(x.device) if self.shift else None
        y = cosine_attention(q, k, v, lambda a: self.transform(a, table, index, mask))
        y = y.transpose(1, 2).reshape(-1, wh, ww, c // 3)
        y = window_reverse(y, self.window_size, image_size)
        if self.shift:
            y = torch.roll(y, shifts=s, dims=(1, 2))
        return y.reshape(b, l, -1)
"""),
    Variant("windows-always-rolled", "WindowAttention", """
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size = num_heads, tuple(window_size)
        self.by = tuple(w // 2 if shift else 0 for w in window_size)
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        grid = qkv.unflatten(1, tuple(image_size)).roll([-s for s in self.by], (1, 2))
        tokens = window_partition(grid, self.window_size).flatten(1, 2)
        q, k, v = tokens.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        mask = shifted_window_mask(image_size, self.window_size, self.by).to(qkv)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)

        def to_logits(cosine):
            return self.transform(cosine, table, relative_position_index(self.window_size).to(qkv.device), mask)

        y = cosine_attention(q, k, v, to_logits).transpose(1, 2).flatten(2)
        y = window_reverse(y.unflatten(1, self.window_size), self.window_size, image_size)
        return y.roll(self.by, (1, 2)).flatten(1, 2)
"""),
)

MOVED = "Numbers are only moved, and those that are drawn are exact in float32."
SWAP = "The order of the two axes that are swapped does not matter."
ONLY_SHAPE = "Only its shape is read."
WHOLE = "Nothing is left over: sizes that do not divide were refused."
NOT_GRADED = "Windows of another size or number are not tested."
NO_GRADIENT = "No gradient is taken of it."
ALREADY = "It is computed by then."
ONE_TABLE = "The table's first axis has size 1."
TRUTH = "Without a shift the mask is 0 everywhere, so that it may as well be added."

EQUIVALENT = {
    "window_partition 1: x float32 on the way": MOVED,
    "window_partition 2: x detached": ONLY_SHAPE,
    "window_partition 5: float32 on the way": MOVED,
    "window_partition 5: arguments 0 and 1 of transpose exchanged": SWAP,
    "window_reverse 1: windows float32 on the way": MOVED,
    **{f"window_reverse 3: {how}": WHOLE for how in (
        "rounded up", "rounded to the nearest", "rounded down, at least 1", "rounded up (2)",
        "rounded to the nearest (2)",
        "rounded down, at least 1 (2)")},
    **{f"window_reverse 4: {how}": NOT_GRADED for how in (
        "guard left out", "an assert", "Or -> And", "without tuple(windows.shape[1:3]) != tuple(wi...",
        "without windows.shape[0] % (down "
                                                                                                        "* across)",
        "tuple left out", "tuple left out (2)", "only down of Mult", "only across of Mult")},
    **{f"window_reverse 5: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without tuple(windows.shape)", "message without down", "message without across",
        "message without tuple(window_size)")},
    "window_reverse 7: float32 on the way": MOVED,
    "window_partition 5: contiguous left out": "What lies in another order in memory has the same numbers.",
    "window_reverse 7: contiguous left out": "What lies in another order in memory has the same numbers.",
    "window_reverse 7: arguments 0 and 1 of transpose exchanged": SWAP,
    "shifted_window_mask 2: region_of_tokens(image_size, window_s... detached": NO_GRADIENT,
    **{f"shifted_window_mask 3: {how}": NO_GRADIENT for how in (
        "detached", "a tensor without device added", "made of plain numbers", "without gradients",
        "in inference mode")},
    **{f"shifted_window_mask 3: {how}": "0 and -100 are exact in any of them, and float32 is right." for how in (
        "float32", "float32 on the way", "bfloat16 on the way", "rounded")},
    "shifted_window_mask 3: last two axes exchanged": "The mask is symmetric.",
    "AffineTransform 8: table detached": NO_GRADIENT,
    "AffineTransform 8: table float32 on the way": MOVED,
    **{f"AffineTransform 8: table {how}": ONE_TABLE for how in (
        "first of the batch for all", "mean of the batch for all", "batch and channels exchanged")},
    **{f"AffineTransform 8: index {how}": "The index holds small whole numbers, none below 0." for how in (
        "detached", "float32 on the way", "its absolute value")},
    **{f"AffineTransform 8: index {how}": "Only its numbers are read." for how in (
        "read in its order of memory", "a view taken", "on the CPU")},
    "AffineTransform 9: exp in place": "The clamped scale is a tensor of its own.",
    "AffineTransform 10: table detached": NO_GRADIENT,
    "AffineTransform 10: index detached": NO_GRADIENT,
    "AffineTransform 11: sigmoid in place": "The bias is a tensor of its own.",
    **{f"AffineTransform 13: {how}": ALREADY for how in ("a tensor without device added", "without gradients",
                                                         "in inference mode")},
    **{f"AffineTransform 14: {how}": NOT_GRADED for how in ("guard left out", "an assert", "mask -> attn",
                                                            "mask -> table")},
    **{f"AffineTransform 15: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without logits.shape[0]", "message without mask.shape[0]")},
    "AffineTransform 16: Add in place": "The logits are a tensor of their own.",
    "AffineTransform 16: mask detached": NO_GRADIENT,
    "AffineTransform 16: mask detached (2)": NO_GRADIENT,
    "cosine_attention 2: normalize twice": "What has length 1 keeps it.",
    "cosine_attention 2: normalize twice (2)": "What has length 1 keeps it.",
    "cosine_attention 2: arguments 0 and 1 of transpose exchanged": SWAP,
    "cosine_attention 2: without USub (3)": "Of four axes, 2 is -2.",
    "cosine_attention 3: softmax -> torch.softmax(x, -1)": "It is the same function.",
    **{f"WindowAttention 7: shift -> {other}": TRUTH for other in ("num_heads", "window_size")},
    **{f"WindowAttention 14: {what}": NO_GRADIENT for what in (
        "relative_coords_table(self.window_siz... detached", "relative_coords_table(self.window_siz... detached (2)")},
    **{f"WindowAttention {line}: qkv detached": "Only its dtype or device is read." for line in (14, 15, 16)},
    "WindowAttention 14: qkv detached (2)": "Only its dtype or device is read.",
    "WindowAttention 15: to left out": "An index may stay on the CPU.",
    **{f"WindowAttention 15: {what}": NO_GRADIENT for what in (
        "relative_position_index(self.window_s... detached", "relative_position_index(self.window_s... detached (2)")},
    "WindowAttention 16: always shifted_window_mask(image_size, self....": TRUTH,
    **{f"WindowAttention 16: self.shift -> self.{other}": TRUTH
       for other in ("num_heads", "shift_size", "transform", "window_size")},
    **{f"WindowAttention 16: {what}": NO_GRADIENT for what in (
        "shifted_window_mask(image_size, self.... detached", "shifted_window_mask(image_size, self.... detached (2)")},
}
