"""What learners write for `PatchEmbed`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import no_bias

CHECK = "if x.shape[2] % self.patch_size or x.shape[3] % self.patch_size:"
LAYER = "nn.Conv2d(in_channels, dim, patch_size, stride=patch_size)"
TOKENS = "self.proj(x).flatten(2).transpose(1, 2)"

RIGHT = {
    "unfold": """
class PatchEmbed(nn.Module):
    def __init__(self, patch_size, in_channels=3, dim=768):
        super().__init__()
        self.p = patch_size
        self.proj = nn.Conv2d(in_channels, dim, patch_size, patch_size)

    def forward(self, x):
        if x.size(2) % self.p != 0 or x.size(3) % self.p != 0:
            raise ValueError(f"image {tuple(x.shape)}, patch {self.p}")
        cut = F.unfold(x, self.p, stride=self.p)  # (B, C p p, N)
        return F.linear(cut.mT, self.proj.weight.flatten(1), self.proj.bias)
""",
    "reshaped": """
class PatchEmbed(nn.Module):
    def __init__(self, patch_size, in_channels=3, dim=768):
        super().__init__()
        self.patch_size = patch_size
        self.proj = nn.Conv2d(in_channels, dim, kernel_size=(patch_size, patch_size), stride=(patch_size, patch_size))

    def forward(self, x):
        (down, rest), (across, left) = (divmod(side, self.patch_size) for side in x.shape[2:])
        if rest or left:
            raise ValueError(f"{x.shape[2]} x {x.shape[3]} pixels in patches of {self.patch_size}")
        return self.proj(x).reshape(len(x), -1, down * across).permute(0, 2, 1)
""",
}

HINTS = {"axes are in the order": 2, "swaps no axes": 2}

MISTAKES = (
    Mistake("patch-no-error", "If H or W is no multiple of patch_size, the last pixels are cut off in silence. Raise a "
            "ValueError that names the numbers.", {CHECK: "if False:"}, hint=3),
    Mistake("patch-only-height", "You compare H with patch_size, but not W. A width that is no multiple loses its last "
            "pixels in silence.", {CHECK: "if x.shape[2] % self.patch_size:"}),
    Mistake("patch-only-width", "You compare W with patch_size, but not H. A height that is no multiple loses its last "
            "pixels in silence.", {CHECK: "if x.shape[3] % self.patch_size:"}),
    Mistake("patch-both", "You raise a ValueError only if neither H nor W fits. Raise it as soon as one of them is no "
            "multiple of patch_size, because its last pixels are lost.", {CHECK: CHECK.replace(" or ", " and ")}),
    Mistake("patch-not-strided", "Your patches overlap: the convolution moves by one pixel at a time. It should move "
            "by patch_size.", {LAYER: "nn.Conv2d(in_channels, dim, patch_size)"}, hint=2),
    Mistake("patch-columns", "Your patches are numbered column by column. They should come row by row, as `flatten(2)` "
            "gives them.", {TOKENS: "self.proj(x).transpose(2, 3).flatten(2).transpose(1, 2)"}, hint=2),
    Mistake("patch-cut-by-view", "You cut the picture by `view` or `reshape` alone. Pixels of one row are neighbours "
            "in memory, so your patches are pieces of rows. Move the axes, or let the convolution cut.",
            {TOKENS: "nn.functional.linear(x.reshape(len(x), -1, self.proj.weight[0].numel()), "
                     "self.proj.weight.flatten(1), self.proj.bias)"}, hint=1),
    Mistake("patch-still-a-map", "You return a map (B, dim, H', W'). Make one axis of its positions, and put the "
            "channels last: (B, N, dim).", {TOKENS: "self.proj(x)"}, hint=2),
    Mistake("patch-normed", "You normalise the tokens. There is no norm here: the blocks bring their own.",
            {TOKENS: "nn.functional.layer_norm(self.proj(x).flatten(2).transpose(1, 2), (self.proj.out_channels,))"}),
        *no_bias("patch", f"self.proj = {LAYER}"),
)

WRONG = (
    Wrong("patch-float", {LAYER: "nn.Conv2d(in_channels, dim, patch_size, stride=patch_size / 1)"},
          says="invalid combination of arguments"),
)

EQUIVALENT = (
    "10: message without numbers", "10: no message", "10: message without x.shape[2]",
    "10: message without x.shape[3]", "10: message without self.patch_size",
    "11: arguments 0 and 1 of transpose exchanged",
)
