"""What learners write for `PixelAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import hard_gate, infinite

RIGHT = {
    "pixel-einsum": """
class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.pa_conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        return torch.einsum("bchw,bchw->bchw", self.sigmoid(self.pa_conv(x)), x)
""",
    "padding-same": """
class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding='same', groups=channels)

    def forward(self, x):
        return x * torch.sigmoid(self.conv(x))
""",
}

HINTS = {"multiplied by `x`": 2, "` adds.": 2}

MISTAKES = (
    Mistake("pixel-added",
            "You add the convolution's output to x. Take its sigmoid, and multiply x by that gate: x * "
            "sigmoid(conv(x)).", {"x * torch.sigmoid(self.conv(x))": "x + self.conv(x)"}, hint=2),
    Mistake("pixel-conv-alone", "You return the convolution's output. Take its sigmoid and multiply x by it.",
            {"x * torch.sigmoid(self.conv(x))": "self.conv(x)"}, hint=2),
    Mistake("pixel-full-conv",
            "Your convolution mixes all channels. It should be depth-wise, with groups=channels, so that each "
            "channel has one 3 x 3 kernel of its own.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(channels, channels, 3, padding=1)"}, hint=1),
    Mistake("pixel-one-map",
            "Your convolution returns one map for all channels. Each channel should have a gate of its own. Use a "
            "convolution from channels to channels, with groups=channels.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(channels, 1, 3, padding=1)"}, hint=1),
    Mistake("pixel-kernel-1",
            "Your kernel is 1 x 1, so no position sees its neighbours. It should be 3 x 3, with padding=1.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(channels, channels, 1, groups=channels)"}, hint=1),
    Mistake("pixel-kernel-5", "Your kernel is 5 x 5. It should be 3 x 3, with padding=1.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(channels, channels, 5, padding=2, groups=channels)"}, hint=1),
    Mistake("pixel-no-bias", "Your convolution has no bias. Keep torch's default.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)"}),
    Mistake("pixel-softmax-over-channels",
            "Your gate is a softmax over the channels, so the channels compete. Give each number a sigmoid of its "
            "own.", {"x * torch.sigmoid(self.conv(x))": "x * torch.softmax(self.conv(x), dim=1)"}),
    Mistake("pixel-softmax-over-positions",
            "Your gate is a softmax over the positions, so the positions compete. Give each number a sigmoid of its "
            "own.",
            {"x * torch.sigmoid(self.conv(x))": "x * torch.softmax(self.conv(x).flatten(2), dim=2).view_as(x)"}),
    Mistake("pixel-sides-exchanged",
            "You swap rows and columns before the convolution and swap them back after it, which has the effect of "
            "transposed kernels. Call conv on x as it is.",
            {"x * torch.sigmoid(self.conv(x))": "x * torch.sigmoid(self.conv(x.transpose(2, 3)).transpose(2, 3))"}),
    infinite("pixel-naive-sigmoid",
             {"x * torch.sigmoid(self.conv(x))": "x * (lambda e: e / (1 + e))(torch.exp(self.conv(x)))"}),
    Mistake("pixel-circular",
            "Your convolution pads with the opposite side of the map (padding_mode='circular'). It should pad with "
            "zeros, torch's default.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, padding_mode='circular')"}),
    Mistake("pixel-replicate",
            "Your convolution pads with the border itself (padding_mode='replicate'). It should pad with zeros, "
            "torch's default.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, padding_mode='replicate')"}),
    Mistake("pixel-one-kernel",
            "Your convolution uses the same kernel for all channels. Each channel should have a kernel of its own. "
            "Use a convolution from channels to channels, with groups=channels.",
            {"self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)":
                 "self.conv = nn.Conv2d(1, 1, 3, padding=1)",
             "x * torch.sigmoid(self.conv(x))": "x * torch.sigmoid(self.conv(x.flatten(0, 1)[:, None])).view_as(x)"},
            hint=1),
    hard_gate("pixel-hard-sigmoid"),
)

WRONG = (
    Wrong("in-place-product",
          {"'same'": "1", "x * torch.sigmoid(self.conv(x))": "x.mul_(torch.sigmoid(self.conv(x)))"}, of="padding-same",
          says="your code changes it in place"),
    Wrong("sigmoid-in-float32", {"'same'": "1", "self.conv(x)": "self.conv(x).float()"}, of="padding-same",
          says="makes a tensor float32"),
    Wrong("squeeze-drops-batch-of-one",
          {"'same'": "1",
           "return x * torch.sigmoid(self.conv(x))": """gate = torch.sigmoid(self.conv(x))
        return (x * gate).squeeze(0)"""},
          of="padding-same", says="takes away axis 0. Leave it out."),
    Wrong("view-needs-contiguous-input",
          {"'same'": "1",
           "return x * torch.sigmoid(self.conv(x))": """B, C, H, W = x.shape
        gate = torch.sigmoid(self.conv(x)).reshape(B * C, H * W)
        return (x.view(B * C, H * W) * gate).view(B, C, H, W)"""},
          of="padding-same", says="Right on other inputs"),
)

EQUIVALENT = (
    "8: sigmoid in place",
)
