"""What learners write for `AnchorProjection`."""

from autograder.lessons.catalogue import Mistake, Wrong

ANCHORS_IMAGE_EXCHANGED = ("You make a grid of W rows and H columns. Make one of H rows and W columns, because "
                           "image_size is (height, width).")

RIGHT = {
    "AvgPool2d-module": """
# nn.AvgPool2d as a sub-module, permute and reshape
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=down_factor, stride=down_factor)
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        B, L, C = x.shape
        H, W = image_size
        x = x.permute(0, 2, 1).reshape(B, C, H, W)
        x = self.pool(x)
        x = x.permute(0, 2, 3, 1)
        return self.reduction(x)
""",
    "as-on-the-page": """
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))  # (B, dim, H, W)
        means = F.avg_pool2d(as_image, self.down_factor)
        return self.reduction(means.permute(0, 2, 3, 1))
""",
    "reshape-into-blocks": """
# no pooling function: crop, reshape into blocks, mean over two axes
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        grid = x.reshape(B, H, W, C)[:, : h * d, : w * d]   # drop what is left over
        blocks = grid.reshape(B, h, d, w, d, C)
        return self.reduction(blocks.mean(dim=(2, 4)))
""",
}

HINTS = {"axes are in the order": 2}

MISTAKES = (
    Mistake("anchors-one-token-each", "Your anchors are single tokens, one from each block. Average the whole block.",
            {"self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))":
                 "as_grid(x, image_size).permute(0, 3, 1, 2)[:, :, :image_size[0] // self.down_factor * "
                 "self.down_factor:self.down_factor, :image_size[1] // self.down_factor * "
                 "self.down_factor:self.down_factor]"}, hint=2),
    Mistake("anchors-every-dth-token", "Your anchors are single tokens, one from each block. Average the whole block.",
            {"self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))":
                 "as_grid(x, image_size).permute(0, 3, 1, 2)[:, :, ::self.down_factor, ::self.down_factor]"}, hint=2),
    Mistake("anchors-summed", "You add up the tokens of a block. Take their mean.",
            {"nn.AvgPool2d(down_factor, down_factor)": "nn.AvgPool2d(down_factor, down_factor, divisor_override=1)"}),
    Mistake("anchors-rounded-up",
            "A block that the image's edge cuts off gets an anchor of its own. Round down: H // d rows of anchors "
            "and W // d columns.",
            {"nn.AvgPool2d(down_factor, down_factor)": "nn.AvgPool2d(down_factor, down_factor, ceil_mode=True)"}),
    Mistake("anchors-of-unequal-blocks",
            "If d does not divide the image, your blocks grow to cover it, as those of adaptive pooling do. A block "
            "should have d x d tokens, and the tokens that are left over belong to no block.",
            {"self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))":
                 "F.adaptive_avg_pool2d(as_grid(x, image_size).permute(0, 3, 1, 2), (image_size[0] // "
                 "self.down_factor, image_size[1] // self.down_factor))"}, hint=2),
    Mistake("anchors-overlapping",
            "Your blocks overlap: the stride is 1. Kernel and stride should both be down_factor.",
            {"nn.AvgPool2d(down_factor, down_factor)": "nn.AvgPool2d(down_factor, 1)"}, hint=2),
    Mistake("anchors-all-channels",
            "Your anchors have dim channels. The stripe branch works on half of them: `reduction` should be "
            "Linear(dim, dim // 2).", {"nn.Linear(dim, dim // 2)": "nn.Linear(dim, dim)"}),
    Mistake("anchors-as-tokens",
            "You return the anchors as a list, (B, anchors, dim // 2). Keep the grid: (B, H // d, W // d, dim // 2).",
            {"return self.reduction(pooled.permute(0, 2, 3, 1))":
                 "return self.reduction(pooled.permute(0, 2, 3, 1)).flatten(1, 2)"}),
    Mistake("anchors-grid-exchanged", ANCHORS_IMAGE_EXCHANGED,
            {"self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))":
                 "self.pool(x.transpose(1, 2).unflatten(2, tuple(image_size)[::-1]))"}),
    Mistake("anchors-by-reshape",
            "You turn (B, L, C) into (B, C, H, W) with `reshape` or `view` alone, which mixes tokens and channels. "
            "Make a grid (B, H, W, C) first, then move the channels.",
            {"self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))": "self.pool(x.reshape(len(x), -1, *image_size))"},
            hint=2),
    Mistake("anchors-along-the-list",
            "You average d · d consecutive tokens of the list, and these lie in one row. Average over d rows and d "
            "columns.",
            {"self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))":
                 "(lambda h, w, d: F.avg_pool1d(x.transpose(1, 2), d * d)[:, :, :(h // d) * (w // d)].unflatten(2, "
                 "(h // d, w // d)))(*image_size, self.down_factor)"}, hint=2),
    Mistake("anchors-no-reduction",
            "You never call `reduction`: you keep half of the channels and drop the rest. Project all channels with "
            "`reduction`.",
            {"return self.reduction(pooled.permute(0, 2, 3, 1))":
                 "return pooled.permute(0, 2, 3, 1)[..., :self.reduction.out_features]"}, hint=2),
    Mistake("anchors-no-bias", "Your reduction has no bias. Keep torch's default, which has one.",
            {"nn.Linear(dim, dim // 2)": "nn.Linear(dim, dim // 2, bias=False)"}),
    Mistake("anchors-factor-ignored",
            "The argument `down_factor` has no effect, because 2 is written into your code. Write down_factor "
            "instead.", {"nn.AvgPool2d(down_factor, down_factor)": "nn.AvgPool2d(2, 2)"}),
)

WRONG = (
    Wrong("bilinear-interpolation",
          {"blocks ": "small ",
           "grid.reshape(B, h, d, w, d, C)": "F.interpolate(grid.permute(0, 3, 1, 2), size=(h, w), mode='bilinear')",
           "blocks.mean(dim=(2, 4))": "small.permute(0, 2, 3, 1)"}, of="reshape-into-blocks",
          says="in the input of `reduction`"),
    Wrong("float32", {"(blocks": "(blocks.float()"}, of="reshape-into-blocks", says="makes a tensor float32"),
    Wrong("raises-when-d-does-not-divide",
          {"""as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))  # (B, dim, H, W)
        means = F.avg_pool2d(as_image, self.down_factor)""": """h, w = image_size
        if h % self.down_factor or w % self.down_factor:
            raise ValueError(f'{self.down_factor} does not divide {h} x {w}')
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))  # (B, dim, H, W)
        means = F.avg_pool2d(image, self.down_factor)"""}, of="as-on-the-page", says="does not divide"),
    Wrong("square-image", {"H, W = image_size": "H = W = int(L ** 0.5)"}, of="AvgPool2d-module",
          says="is invalid for input of size"),
)

EQUIVALENT = (
    "5: guard left out", "5: an assert", "5: Or -> And", "5: without dim < 2", "5: without down_factor < 1",
    "5: 2 -> 1", "5: down_factor -> dim", "5: 1 -> 0", "6: raises RuntimeError", "6: raises TypeError",
    "6: raises Exception", "6: message without numbers", "6: no message", "6: printed, not raised",
    "6: message without dim", "6: message without down_factor", "8: self.pool frozen", "8: self.pool in a list",
    "8: AvgPool2d without down_factor", "9: rounded to the nearest", "9: rounded down, at least 1",
    "12: without `anchors_of(image_size, self.down_factor)`", "12: anchors_of left out",
)
