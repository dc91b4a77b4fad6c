"""What learners write for `SpatialGate`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    convention,
    hard_gate,
    infinite,
    norm_of_batch,
    own_mode,
)

RIGHT = {
    "spatial-published-style": """
class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if not kernel_size % 2:
            raise ValueError("even")
        self.conv = nn.Conv2d(2, 1, kernel_size, stride=1, padding=(kernel_size - 1) // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        pooled = torch.cat((torch.max(x, 1)[0].unsqueeze(1), torch.mean(x, 1).unsqueeze(1)), dim=1)
        return self.bn(self.conv(pooled)).sigmoid()
""",
    "spatial-stacked-same": """
class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size // 2 * 2 == kernel_size:
            raise ValueError(kernel_size)
        self.layers = nn.Sequential(nn.Conv2d(2, 1, kernel_size, padding="same", bias=False), nn.BatchNorm2d(1), nn.Sigmoid())

    def forward(self, x):
        return self.layers(torch.stack([x.max(dim=1).values, x.sum(dim=1) / x.shape[1]], dim=1))
""",
}

HINTS = {"a sigmoid is missing": 3, "`bn`": 3, "; raise ": 3, "joins along": 2}

MISTAKES = (
    Mistake("spatial-mean-first",
            convention("the mean comes before the maximum", "timm's CbamModule",
                       "Here the maximum comes first, as in the authors' code."),
            {"torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)":
                 "torch.cat([x.mean(dim=1, keepdim=True), x.amax(dim=1, keepdim=True)], dim=1)"}),
    Mistake("spatial-added",
            "You add the two sheets and give the convolution one channel. It should take two: put the sheets "
            "together along the channel axis, with `torch.cat`.",
            {"nn.Conv2d(2,": "nn.Conv2d(1,",
             "torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)":
                 "x.amax(dim=1, keepdim=True) + x.mean(dim=1, keepdim=True)"}, hint=2),
    Mistake("spatial-over-positions",
            "You pool over H and W: that is the channel gate's job. Here you should pool over the channels (axis 1), "
            "so that each position keeps two numbers.",
            {"x.amax(dim=1, keepdim=True)": "x.amax(dim=(2, 3), keepdim=True)",
             "x.mean(dim=1, keepdim=True)": "x.mean(dim=(2, 3), keepdim=True)"}, hint=1),
    Mistake("spatial-no-keepdim",
            "Your sheets have lost their channel axis: they are (B, H, W), so `torch.cat` puts them together along "
            "H. Keep that axis with `keepdim=True`, or use `torch.stack`.",
            {"x.amax(dim=1, keepdim=True)": "x.amax(dim=1)", "x.mean(dim=1, keepdim=True)": "x.mean(dim=1)"}, hint=2),
    Mistake("spatial-max-pair",
            "`x.max(dim=1)` returns a pair: the maxima, and the channels in which they lie. Take the first part, or "
            "use `x.amax(dim=1)`.", {"x.amax(dim=1, keepdim=True)": "x.max(dim=1, keepdim=True)"}),
    Mistake("spatial-indices",
            "You use the second part of max's result, the index of the channel with the maximum. Use the first part, "
            "the maximum itself.", {"x.amax(dim=1, keepdim=True)": "x.max(dim=1, keepdim=True)[1].to(x)"}),
    Mistake("spatial-sigmoid-before-bn",
            "The sigmoid comes before the BatchNorm, so your map is not between 0 and 1. The order should be "
            "convolution, BatchNorm, sigmoid.",
            {"torch.sigmoid(self.bn(self.conv(pooled)))": "self.bn(torch.sigmoid(self.conv(pooled)))"}, hint=3),
    Mistake("spatial-bn-first",
            "Your BatchNorm is made for two channels, which only the convolution's input has. Put it after the "
            "convolution, whose output has one channel: `nn.BatchNorm2d(1)`.",
            {"nn.BatchNorm2d(1)": "nn.BatchNorm2d(2)",
             "torch.sigmoid(self.bn(self.conv(pooled)))": "torch.sigmoid(self.conv(self.bn(pooled)))"}, hint=3),
    Mistake("spatial-no-bn",
            "The BatchNorm is missing. The paper's formula has none, but the authors' code has one. In this exercise "
            "the BatchNorm is `self.bn`, and it belongs between the convolution and the sigmoid.",
            {"\n        self.bn = nn.BatchNorm2d(1)": "",
             "torch.sigmoid(self.bn(self.conv(pooled)))": "torch.sigmoid(self.conv(pooled))"}, hint=3),
    Mistake("spatial-bn-momentum",
            "Your BatchNorm updates its running mean and variance with a momentum that is not torch's default. (The "
            "authors' code has 0.01.) Leave the argument out.",
            {"nn.BatchNorm2d(1)": "nn.BatchNorm2d(1, momentum=0.01)"}),
    Mistake("spatial-instance-norm",
            "Your norm takes the mean and the variance from each image. BatchNorm takes them from the batch in "
            "training, and uses its running statistics in eval mode.",
            {"self.bn(self.conv(pooled))":
                 "nn.functional.instance_norm(self.conv(pooled), weight=self.bn.weight, bias=self.bn.bias)"}),
    Mistake("spatial-expanded",
            "You expand the map to (B, C, H, W). Return it as (B, 1, H, W), because the product stretches the axis "
            "of size 1.",
            {"torch.sigmoid(self.bn(self.conv(pooled)))": "torch.sigmoid(self.bn(self.conv(pooled))).expand_as(x)"}),
    Mistake("spatial-no-padding",
            "Your convolution has no padding, so the map is smaller than the image. With `padding=kernel_size // 2` "
            "the map has the image's size.", {"padding=kernel_size // 2, ": ""}),
    Mistake("spatial-fixed-padding",
            "Your padding is 3 whatever the kernel size is, so the map keeps the image's size only if the kernel "
            "size is 7. Use `kernel_size // 2`.", {"padding=kernel_size // 2": "padding=3"}),
    Mistake("spatial-fixed-kernel", "Your kernel is 7 x 7 whatever `kernel_size` says. Use the argument.",
            {"nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2": "nn.Conv2d(2, 1, 7, padding=3"}),
    Mistake("spatial-three-and-seven-only",
            "Your ValueError refuses too much: sizes other than 3 and 7 are allowed. Raise it only if kernel_size is "
            "even.", {"if kernel_size % 2 == 0": "if kernel_size not in (3, 7)"}, hint=3),
    Mistake("spatial-softmax",
            "Your map goes through a softmax over the positions: they compete, and the map sums to 1. CBAM uses a "
            "sigmoid: each position is opened or closed on its own.",
            {"torch.sigmoid(self.bn(self.conv(pooled)))":
                 "self.bn(self.conv(pooled)).flatten(2).softmax(dim=2).view(len(x), 1, *x.shape[2:])"}),
    infinite("spatial-exp",
             {"torch.sigmoid(self.bn(self.conv(pooled)))":
                  "(lambda e: e / (1 + e))(torch.exp(self.bn(self.conv(pooled))))"}),
    Mistake("spatial-maximum-from-zero",
            "Your maximum over the channels starts at 0, so a position where all channels are negative gets 0. Start "
            "at the first channel, or at -inf.",
            {"x.amax(dim=1, keepdim=True)": "x.amax(dim=1, keepdim=True).clamp(min=0)"}),
    *own_mode("spatial"),
    *norm_of_batch("spatial-norm-of-batch-always", "bn"),
    hard_gate("spatial-hard-sigmoid"),
)

WRONG = (
    Wrong("three-or-seven",
          {"""if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, so that it has a middle, got {kernel_size}")""":
               "assert kernel_size in (3, 7), 'kernel size must be 3 or 7'",
           "pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)":
               """mx = x.amax(dim=1, keepdim=True)
        avg = x.mean(dim=1, keepdim=True)
        y = torch.cat([mx, avg], dim=1)""",
           "(pooled": "(y"}, says="kernel size must be 3 or 7"),
)

EQUIVALENT = (
    "6: message without numbers", "6: no message", "6: message without kernel_size", "12: clamped",
    "12: sigmoid in place",
)
