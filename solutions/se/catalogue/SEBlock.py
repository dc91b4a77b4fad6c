"""What learners write for `SEBlock`."""

from autograder.lessons.catalogue import Mistake, Wrong

SE_RETURNS_GATE = "Your block returns the gate. Multiply the image by it: each channel of x by its own weight."
SE_TENSOR_SQUEEZE = ("`x.squeeze()` is torch's method: it removes axes of size 1 and averages nothing. Call your own "
                     "function, squeeze(x).")

RIGHT = {
    "reuses-pieces": """
# Built from the earlier squeeze and Excitation.
class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(squeeze(x))
        return x * s[:, :, None, None]
""",
    "self-contained-conv": """
# Self-contained: its own little excitation of 1x1 convolutions, adaptive pooling as a module.
class _Excite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)

    def forward(self, z):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))

class SEBlock(nn.Module):
    def __init__(self, channels: int, reduction: int = 16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"cannot reduce {channels} channels by {reduction}")
        self.pool = nn.AdaptiveAvgPool2d(output_size=(1, 1))
        self.excitation = _Excite(channels, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.excitation(self.pool(x)).expand_as(x)
""",
}

HINTS = {"multiplied by `x`": 2}

MISTAKES = (
    Mistake("se-shortcut",
            "Your block adds the input to the gated input. SE returns the product alone; the shortcut belongs to the "
            "residual block around it.", {"return x * self": "return x + x * self"}),
    Mistake("se-maximum", "Your block squeezes with the maximum. SE takes the mean over H and W.",
            {"squeeze(x)": "x.amax(dim=(2, 3))"}, hint=1),
    Mistake("se-reduction-dropped",
            "You build Excitation without `reduction`, so Excitation uses its default, 16. Pass `reduction` on.",
            {"Excitation(channels, reduction)": "Excitation(channels)"}, hint=2),
    Mistake("se-arguments-swapped",
            "Your block passes `channels` and `reduction` to Excitation in the wrong order. Excitation takes the "
            "channels first.", {"Excitation(channels, reduction)": "Excitation(reduction, channels)"}),
    Mistake("se-not-squeezed",
            "Your block gives the image itself, (B, C, H, W), to its excitation, which takes one number per channel, "
            "(B, C). Squeeze x first.", {"self.excitation(squeeze(x))[:, :, None, None]": "self.excitation(x)"},
            hint=2),
    Mistake("se-one-axis-too-few",
            "Your gates have three axes, (B, C, 1). The image has four axes, so the gates need one more axis of size "
            "1: (B, C, 1, 1).", {"[:, :, None, None]": "[:, :, None]"}, hint=2),
    Mistake("se-over-batch",
            "Your block squeezes over the batch too, so every image gets the gate of the whole batch. Average over H "
            "and W only, so that an image's result does not depend on the other images.",
            {"squeeze(x)": "squeeze(x).mean(0, keepdim=True).expand(len(x), -1)"}),
    Mistake("se-first-image",
            "The gate of the first image is used for the whole batch. Each image has its own: keep the batch axis "
            "when you reshape.", {"[:, :, None, None]": "[:1, :, None, None]"}),
    Mistake("se-gate-on-width",
            "The gates multiply the columns of the image: in (B, 1, 1, C), C lines up with the image's W. They "
            "belong to the channels: (B, C, 1, 1).", {"[:, :, None, None]": "[:, None, None, :]"}, hint=2),
    Mistake("se-gate-on-height",
            "The gates multiply the rows of the image: in (B, 1, C, 1), C lines up with the image's H. They belong "
            "to the channels: (B, C, 1, 1).", {"[:, :, None, None]": "[:, None, :, None]"}),
    Mistake("se-local-gate",
            "The squeeze is missing, so each position gets its gates from its own pixel alone. The gates should come "
            "from the mean over H and W, one gate for each channel of the whole image.",
            {"x * self.excitation(squeeze(x))[:, :, None, None]":
                 "x * self.excitation(x.movedim(1, 3).reshape(-1, x.shape[1])).reshape(len(x), *x.shape[2:], "
                 "-1).movedim(3, 1)"}, hint=2),
    Mistake("se-tensor-squeeze", SE_TENSOR_SQUEEZE,
            {"self.excitation(squeeze(x))[:, :, None, None]": "self.excitation(x.squeeze())"}, hint=1),
    Mistake("se-class-called",
            "You call the class Excitation, which builds a new module from its argument. Call the module that your "
            "block owns: self.excitation(...).",
            {"self.excitation(squeeze(x))[:, :, None, None]": "Excitation(squeeze(x))"}, hint=2),
    Mistake("se-returns-gate-flat", SE_RETURNS_GATE,
            {"x * self.excitation(squeeze(x))[:, :, None, None]": "self.excitation(squeeze(x))"}, hint=2),
    Mistake("se-means-multiplied",
            "The image is multiplied by its means as well as by the gate. Multiply it by the gate alone.",
            {"x * self.excitation(squeeze(x))[:, :, None, None]":
                 "x * self.excitation(squeeze(x))[:, :, None, None] * squeeze(x)[:, :, None, None]"}),
    Mistake("se-gate-flattened",
            "The gates line up with the wrong axis: shapes are matched from the right, so the gates' C is matched "
            "with the image's W. Add two axes of size 1 at the end, (B, C, 1, 1).", {"[:, :, None, None]": ""}, hint=2),
    Mistake("se-softmax",
            "The gate goes through a softmax over the channels, so the channels compete and all fade. Use "
            "Excitation's output as it is.",
            {"self.excitation(squeeze(x))[": "torch.softmax(self.excitation(squeeze(x)), dim=1)["}),
    Mistake("se-double-gate", "The image is multiplied by the gate twice. Multiply it once.",
            {"x * self.excitation(squeeze(x))[:, :, None, None]":
                 "x * self.excitation(squeeze(x))[:, :, None, None] ** 2"}),
    Mistake("se-tensor-squeeze-in-place-of-means", SE_TENSOR_SQUEEZE, {"squeeze(x)": "x.squeeze()"}, hint=1),
    Mistake("se-gates-averaged",
            "You average the gates over the batch, so all images get the same ones. Leave the average out, so that "
            "each image keeps its own gates.",
            {"x * self.excitation(squeeze(x))[:, :, None, None]":
                 "x * self.excitation(squeeze(x)).mean(0)[:, None, None]"}),
    Mistake("se-gates-on-means",
            "You multiply the means by the gates, so every position of a channel gets the same number. Multiply the "
            "image, x, by the gates instead.",
            {"x * self.excitation(squeeze(x))[:, :, None, None]":
                 "(squeeze(x) * self.excitation(squeeze(x)))[:, :, None, None].expand_as(x)"}, hint=2),
)

WRONG = (
    Wrong("bare-squeeze",
          {"x * self.excitation(self.pool(x)).expand_as(x)":
               "x * self.excitation(self.pool(x)).squeeze()[:, :, None, None]"}, of="self-contained-conv",
          says="wrong with zeros and ones, SEBlock(8, 4), shape (1, 8, 5, 5)"),
    Wrong("fixed-7x7-pool", {"nn.AdaptiveAvgPool2d(output_size=(1, 1))": "nn.AvgPool2d(7)"}, of="self-contained-conv",
          says="Given input size: (32x3x5)"),
    Wrong("float32-output",
          {"return x * s[:, :, None, None]": """out = torch.zeros(x.shape, device=x.device)
        for i in range(x.shape[0]):
            out[i] = x[i] * s[i, :, None, None]
        return out"""},
          of="reuses-pieces", says="so it is float32, whatever dtype"),
    Wrong("in-place-data",
          {"return x * s[:, :, None, None]": """out = x * s[:, :, None, None]
        x.data.copy_(out.data)
        return out"""},
          of="reuses-pieces", says="Input `x`: your code changes it in place"),
    Wrong("no-check",
          {"channels // reduction": "max(channels // reduction, 1)",
           """if hidden == 0:
            raise ValueError(f"cannot reduce {channels} channels by {reduction}")
        """: ""}, of="self-contained-conv", says="no ValueError is raised"),
    Wrong("square-pool",
          {"return": """pooled = F.avg_pool2d(x, x.size(2), stride=x.size(2))[:, :, 0, 0]
        return""",
           "squeeze(x)": "pooled"}, says="Given input size: (8x7x4)"),
)
