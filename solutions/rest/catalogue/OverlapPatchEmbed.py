"""What learners write for `OverlapPatchEmbed`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import norm_of_batch, own_mode

RIGHT = {
    "embed-sequential": """
class OverlapPatchEmbed(nn.Module):
    def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
        super().__init__()
        self.steps = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2), nn.BatchNorm2d(out_channels))
        if with_position:
            self.steps.append(PixelAttention(out_channels))

    def forward(self, x):
        y = self.steps(x)
        return torch.einsum("bchw->bhwc", y).flatten(1, 2), tuple(y.shape[-2:])
""",
    "loop-over-images-at-the-end": """
# the tokens are made image by image, row by row; F.pad instead of the layer's padding in the call
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, stride=patch_size,
                              padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        p = self.conv.stride[0]
        k = p // 2
        y = F.conv2d(F.pad(x, (k, k, k, k)), self.conv.weight, self.conv.bias, stride=p)
        y = self.position(self.bn(y))
        H, W = y.shape[2:]
        images = []
        for image in y:  # (C, H, W)
            rows = [image[:, i].t() for i in range(H)]  # each (W, C)
            images.append(torch.cat(rows))
        return torch.stack(images), (H, W)
""",
}

HINTS = {"`with_position`": 2}

MISTAKES = (
    Mistake("embed-size-halved",
            "The size that you return is always half of the input's, rounded down. (The page's bug museum shows this "
            "bug.) It is wrong for odd sides, and for every patch size other than 2. Read the size off the "
            "convolution's output.", {"(patches.shape[2], patches.shape[3])": "(x.shape[2] // 2, x.shape[3] // 2)"},
            hint=1),
    Mistake("embed-size-root",
            "For both sides you return the square root of the number of tokens, which is right for square maps only. "
            "Read the size off the convolution's output.",
            {"(patches.shape[2], patches.shape[3])": "(int((patches.shape[2] * patches.shape[3]) ** 0.5),) * 2"},
            hint=1),
    Mistake("embed-no-statistics",
            "Your `bn` keeps no running mean and variance. It should be nn.BatchNorm2d(out_channels), with torch's "
            "defaults.", {"self.bn = nn.BatchNorm2d(out_channels)": "self.bn = nn.GroupNorm(1, out_channels)"}),
    Mistake("embed-size-rounded-down",
            "The size that you return is the input's size divided by the patch size, rounded down. With some sizes "
            "you have more tokens than that. Read the size off the convolution's output.",
            {"(patches.shape[2], patches.shape[3])":
                 "(x.shape[2] // self.conv.stride[0], x.shape[3] // self.conv.stride[1])"}, hint=1),
    Mistake("embed-size-rounded-up",
            "The size that you return is the input's size divided by the patch size, rounded up. That is right for "
            "even patch sizes only. Read the size off the convolution's output.",
            {"(patches.shape[2], patches.shape[3])":
                 "(-(-x.shape[2] // self.conv.stride[0]), -(-x.shape[3] // self.conv.stride[1]))"}, hint=1),
    Mistake("embed-size-exchanged", "The size that you return is (W', H'). The height comes first: (H', W').",
            {"(patches.shape[2], patches.shape[3])": "(patches.shape[3], patches.shape[2])"}),
    Mistake("embed-size-of-input",
            "The size that you return is the input's. Return the size of the map that your tokens come from, because "
            "the next layer needs it.", {"(patches.shape[2], patches.shape[3])": "(x.shape[2], x.shape[3])"}, hint=1),
    Mistake("embed-size-flat",
            "You return three things: tokens, height and width. Return two: the tokens, and the pair (H', W').",
            {"as_tokens(patches), (patches.shape[2], patches.shape[3])":
                 "as_tokens(patches), patches.shape[2], patches.shape[3]"}, hint=2),
    Mistake("embed-tokens-alone", "You return the tokens alone. Return the size of their map too: tokens, (H', W').",
            {"return as_tokens(patches), (patches.shape[2], patches.shape[3])": "return as_tokens(patches)"}, hint=2),
    Mistake("embed-map",
            "You return a map instead of tokens. Call flatten(2), then transpose(1, 2), to turn it into (B, H' * W', "
            "C).", {"as_tokens(patches)": "patches"}),
    Mistake("embed-columns-first",
            "Your tokens run column by column (W before H). They should run row by row. Call flatten(2), then "
            "transpose(1, 2).", {"as_tokens(patches)": "patches.transpose(2, 3).flatten(2).transpose(1, 2)"}),
    Mistake("embed-no-overlap",
            "Your kernel is p, the patch size. It should be p + 1, with stride p and padding p // 2, so that "
            "neighbouring patches overlap.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p, stride=p)"}),
    Mistake("embed-kernel-3", "Your kernel is 3, whatever the patch size is. It should be patch_size + 1.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, 3, stride=p, padding=p // 2)"}),
    Mistake("embed-no-padding",
            "The padding is missing. It should be patch_size // 2, so that there are patches at the border too.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p)"}),
    Mistake("embed-padding-1", "Your padding is 1, whatever the patch size is. It should be patch_size // 2.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=1)"}),
    Mistake("embed-padding-p", "Your padding is the patch size. It should be patch_size // 2.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p)"}),
    Mistake("embed-padding-of-kernel",
            "Your padding is half of the kernel, (patch_size + 1) // 2. It should be patch_size // 2, which is one "
            "less if the patch size is odd.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=(p + 1) // 2)"}),
    Mistake("embed-stride-1", "The stride is missing, so you keep every position. The stride should be patch_size.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, padding=p // 2)"}),
    Mistake("embed-stride-2", "Your stride is 2, whatever the patch size is. It should be patch_size.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=2, padding=p // 2)"}),
    Mistake("embed-no-bias",
            "conv has no bias. In ResT it has one, although a BatchNorm follows: keep torch's default.",
            {"self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)":
                 "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2, bias=False)"}),
    Mistake("embed-bn-last",
            "Your position code comes before the BatchNorm. The BatchNorm should come first: position(bn(conv(x))).",
            {"self.position(self.bn(self.conv(x)))": "self.bn(self.position(self.conv(x)))"}),
    Mistake("embed-position-never",
            "with_position=True has no effect: your module has no position code. Make it if with_position is True.",
            {"PixelAttention(out_channels) if with_position else nn.Identity()": "nn.Identity()"}, hint=2),
    Mistake("embed-layer-norm",
            "You normalise each token over its channels (LayerNorm). Use a BatchNorm2d, which normalises each "
            "channel with its running mean and variance.",
            {"self.position(self.bn(self.conv(x)))":
                 "self.position(nn.functional.layer_norm(self.conv(x).permute(0, 2, 3, 1), self.bn.weight.shape, "
                 "self.bn.weight, self.bn.bias).permute(0, 3, 1, 2))"}),
    Mistake("embed-only-in-eval", "In training mode you leave out the BatchNorm. Call it in both modes.",
            {"self.position(self.bn(self.conv(x)))":
                 "self.position(self.conv(x) if self.training else self.bn(self.conv(x)))"}),
    *own_mode("embed", "def forward(self, x: Tensor) -> tuple[Tensor, tuple[int, int]]:\n"),
    *norm_of_batch("embed-bn-of-batch", "bn"),
    Mistake("embed-groups",
            "Your convolution has as many groups as the two numbers of channels allow. It should see all channels: "
            "leave `groups` out.",
            {"padding=p // 2)": "padding=p // 2, groups=int(torch.gcd(torch.tensor(in_channels), torch.tensor(out_channels))))"}),
)

WRONG = (
    Wrong("bn-image-by-image",
          {"H, W = self.bn(self.conv(x)).shape[2:]": "x = torch.cat([self.bn(self.conv(image[None])) for image in x])",
           "(self.bn(self.conv(x))": "(x",
           "return": """H, W = x.shape[2:]
        return"""}, of="forward-runs-bn-twice",
          says="Right on other inputs"),
    Wrong("forward-runs-bn-twice", """
class OverlapPatchEmbed(nn.Module):

    def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1, stride=patch_size, padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x):
        H, W = self.bn(self.conv(x)).shape[2:]
        x = self.position(self.bn(self.conv(x)))
        return (x.flatten(2).transpose(1, 2), (H, W))
""", says="Right on other inputs"),
    Wrong("view-instead-of-reshape-on-input",
          {"H, W = self.bn(self.conv(x)).shape[2:]": """B, C, H, W = x.shape
        x = x.view(B * C, H, W).view(B, C, H, W)""",
           "return": """H, W = x.shape[2:]
        return"""}, of="forward-runs-bn-twice",
          says="Right on other inputs"),
)
