"""What learners write for `SpatialBranch`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import bottleneck, no_bias, own_mode

RIGHT = {
    "spatial-sequential": """
class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        c = channels // reduction
        if not c:
            raise ValueError(f"channels={channels}, reduction={reduction}")
        layers = [nn.Conv2d(channels, c, 1), nn.BatchNorm2d(c), nn.ReLU()]
        for _ in range(2):
            layers += [nn.Conv2d(c, c, 3, padding="same", dilation=dilation), nn.BatchNorm2d(c), nn.ReLU()]
        self.net = nn.Sequential(*layers, nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.net(x)
""",
    "spatial-padded-by-hand": """
class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"{channels} // {reduction}")
        self.dilation = dilation
        self.reduce = nn.Conv2d(channels, hidden, 1)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, dilation=dilation)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, dilation=dilation)
        self.project = nn.Conv2d(hidden, 1, 1)
        self.bn0, self.bn1, self.bn2 = (nn.BatchNorm2d(hidden) for _ in range(3))

    def forward(self, x):
        d = self.dilation
        y = nn.functional.relu(self.bn0(self.reduce(x)))
        for conv, bn in ((self.conv1, self.bn1), (self.conv2, self.bn2)):
            y = nn.functional.relu(bn(conv(nn.functional.pad(y, (d, d, d, d)))))
        return self.project(y)
""",
}

HINTS = {"`conv2`": 2, "`bn0`": 2, "`bn1`": 2, "Take the ReLU": 2, "one ReLU too many": 2, "; raise ": 3}

MISTAKES = (
    Mistake("spatial-expanded",
            "Your branch repeats its map for every channel. Return one map, (B, 1, H, W): the sum in BAM broadcasts.",
            {"return self.project(h)": "return self.project(h).expand_as(x)"}),
    Mistake("spatial-padding-one",
            "Your padding is 1 whatever the dilation is, so each convolution makes H and W smaller by 2 * dilation - "
            "2. The map keeps its size with padding=dilation.",
            {"self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=1, dilation=dilation)",
             "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=1, dilation=dilation)"}, hint=1),
    Mistake("spatial-no-padding",
            "Your 3x3 convolutions have no padding, so each makes H and W smaller by 2 * dilation. The map keeps its "
            "size with padding=dilation.",
            {"self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv1 = nn.Conv2d(hidden, hidden, 3, dilation=dilation)",
             "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv2 = nn.Conv2d(hidden, hidden, 3, dilation=dilation)"}, hint=1),
    Mistake("spatial-no-dilation",
            "Your 3x3 convolutions are not dilated, so the branch sees 5 x 5 positions whatever `dilation` says. "
            "Pass padding=dilation and dilation=dilation.",
            {"self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=1)",
             "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=1)"}, hint=1),
    Mistake("spatial-dilation-forgotten",
            "Your 3x3 convolutions have the padding but not the dilation, so the map grows. Pass both: "
            "padding=dilation and dilation=dilation.",
            {"self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation)",
             "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation)"}, hint=1),
    Mistake("spatial-second-not-dilated", "Your second 3x3 convolution is not dilated. Both should be.",
            {"self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=1)"}, hint=1),
    Mistake("spatial-first-not-dilated", "Your first 3x3 convolution is not dilated. Both should be.",
            {"self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=1)"}, hint=1),
    Mistake("spatial-reflected", "Your `padding_mode` repeats the map beyond its border. BAM pads with zeros.",
            {"self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 'self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation, '
                 'padding_mode="replicate")',
             "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 'self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation, '
                 'padding_mode="replicate")'}),
    Mistake("spatial-no-bias",
            "Your convolutions before the BatchNorms have no bias. A bias there has no effect in training, but BAM's "
            "code has one: keep torch's default.",
            {"nn.Conv2d(channels, hidden, 1)": "nn.Conv2d(channels, hidden, 1, bias=False)",
             "self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation, bias=False)",
             "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)":
                 "self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation, bias=False)"}),
    Mistake("spatial-convolutions-exchanged",
            "conv1 and conv2 have changed places in your forward. Call conv1 first, then conv2.",
            {"torch.relu(self.bn1(self.conv1(h)))": "torch.relu(self.bn1(self.conv2(h)))",
             "torch.relu(self.bn2(self.conv2(h)))": "torch.relu(self.bn2(self.conv1(h)))"}),
    Mistake("spatial-norm-after-relu",
            "BatchNorm and ReLU have changed places. The order should be convolution, BatchNorm, ReLU.",
            {"torch.relu(self.bn0(self.reduce(x)))": "self.bn0(torch.relu(self.reduce(x)))",
             "torch.relu(self.bn1(self.conv1(h)))": "self.bn1(torch.relu(self.conv1(h)))",
             "torch.relu(self.bn2(self.conv2(h)))": "self.bn2(torch.relu(self.conv2(h)))"}, hint=2),
    Mistake("spatial-no-relus",
            "The ReLUs are missing: without them, the four convolutions amount to one. Put a ReLU after each "
            "BatchNorm.",
            {"torch.relu(self.bn0(self.reduce(x)))": "self.bn0(self.reduce(x))",
             "torch.relu(self.bn1(self.conv1(h)))": "self.bn1(self.conv1(h))",
             "torch.relu(self.bn2(self.conv2(h)))": "self.bn2(self.conv2(h))"}, hint=2),
    Mistake("spatial-norm-at-the-end",
            "There is a BatchNorm at the end of the branch, where the paper puts it. This exercise follows the "
            "authors' code, which has one after each of the three hidden layers and none after `project`.",
            {"self.project = nn.Conv2d(hidden, 1, 1)": """self.project = nn.Conv2d(hidden, 1, 1)
        self.bn3 = nn.BatchNorm2d(1)""",
             "return self.project(h)": "return self.bn3(self.project(h))"}, hint=2),
    Mistake("spatial-channel-map",
            "Your last convolution returns C maps, one for each channel. It should return one map, which serves all "
            "channels.", {"nn.Conv2d(hidden, 1, 1)": "nn.Conv2d(hidden, channels, 1)"}),
    *bottleneck("spatial"),
    *own_mode("spatial"),
    *no_bias("spatial", "self.reduce = nn.Conv2d(channels, hidden, 1)", "self.project = nn.Conv2d(hidden, 1, 1)"),
)

EQUIVALENT = (
    "6: Conv2d with dilation=2", "12: Conv2d with dilation=2", "15: relu twice", "15: relu in place", "16: relu twice",
    "16: relu in place", "17: relu twice", "17: relu in place",
)
