"""What learners write for `BAM`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    convention,
    infinite,
    only_in_eval,
    only_in_training,
)

RIGHT = {
    "bam-one-plus-gate-times-x": """
class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine not in ("sum", "product"):
            raise ValueError(combine)
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)
        self.combine = combine

    def forward(self, x):
        c, s = self.channel(x).expand_as(x), self.spatial(x).expand_as(x)
        if self.combine == "sum":
            gate = torch.sigmoid(c + s)
        elif self.combine == "product":
            gate = torch.sigmoid(c * s)
        else:
            raise ValueError(self.combine)
        return (1 + gate) * x
""",
    "einsum": """
class Pointwise(nn.Linear):
    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.weight) + self.bias[:, None, None]

class Channels(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.bn = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        return self.fc2(torch.relu(self.bn(self.fc1(torch.einsum("bchw->bc", x) / x[0, 0].numel()))))[:, :, None, None]

class Positions(nn.Module):
    def __init__(self, channels, hidden, dilation):
        super().__init__()
        self.reduce = Pointwise(channels, hidden)
        self.bn0 = nn.BatchNorm2d(hidden)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.project = Pointwise(hidden, 1)

    def forward(self, x):
        x = torch.relu(self.bn0(self.reduce(x)))
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.project(torch.relu(self.bn2(self.conv2(x))))

class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no hidden channels: {channels} // {reduction}")
        if combine not in ("sum", "product"):
            raise ValueError(f"combine is {combine!r}")
        self.product = combine == "product"
        self.channel = Channels(channels, hidden)
        self.spatial = Positions(channels, hidden, dilation)

    def forward(self, x):
        c, s = self.channel(x), self.spatial(x)
        return x + x * torch.sigmoid(c * s if self.product else c + s)
""",
}

HINTS = {"`combine`": 2, "; raise ": 3, "takes the sigmoid": 3}

MISTAKES = (
    Mistake("bam-returns-gate", "Your block returns the gate. Apply it: x + x * gate.",
            {"x + x * torch.sigmoid(scores)": "torch.sigmoid(scores)"}),
    Mistake("bam-gate-added", "Your block adds the gate to x. A gate multiplies: x + x * gate.",
            {"x + x * torch.sigmoid(scores)": "x + torch.sigmoid(scores)"}),
    Mistake("bam-no-sigmoid",
            "The sigmoid is missing: x is multiplied by the raw sum of the two maps, which can be any number. Apply "
            "a sigmoid first.", {"x + x * torch.sigmoid(scores)": "x + x * scores"}, hint=3),
    Mistake("bam-two-sigmoids",
            "You apply a sigmoid to each map and then combine the two. Combine the raw maps first, then apply one "
            "sigmoid to the result.",
            {'scores = channel + spatial if self.combine == "sum" else channel * spatial':
                 """c, s = torch.sigmoid(channel), torch.sigmoid(spatial)
        gate = c + s if self.combine == "sum" else c * s""",
             "x + x * torch.sigmoid(scores)": "x + x * gate"}, hint=3),
    Mistake("bam-one-plus-image",
            "You add 1 to x, not to the gate: (1 + x) * gate. BAM returns x + x * gate, which is x * (1 + gate).",
            {"x + x * torch.sigmoid(scores)": "(1 + x) * torch.sigmoid(scores)"}),
    Mistake("bam-sigmoid-of-product",
            "Your sigmoid comes after the product with x. It should come first: x + x * sigmoid(...).",
            {"x + x * torch.sigmoid(scores)": "x + torch.sigmoid(x * scores)"}),
    Mistake("bam-product-always",
            convention("the two maps are always multiplied", "the authors' code",
                       "Here the argument `combine` decides, and 'sum' is the default."),
            {'channel + spatial if self.combine == "sum" else channel * spatial': "channel * spatial"}, hint=2),
    Mistake("bam-exchanged",
            '"sum" and "product" have changed places. "sum" should add the two maps, and "product" should multiply '
            'them.',
            {'channel + spatial if self.combine == "sum" else channel * spatial':
                 'channel * spatial if self.combine == "sum" else channel + spatial'}),
    Mistake("bam-channel-alone",
            "The spatial branch is missing from the gate, so every position of a channel gets the same number. "
            "Combine the maps of both branches.",
            {'channel + spatial if self.combine == "sum" else channel * spatial': "channel"}, hint=1),
    Mistake("bam-spatial-alone",
            "The channel branch is missing from the gate, so every channel gets the same map. Combine the maps of "
            "both branches.", {'channel + spatial if self.combine == "sum" else channel * spatial': "spatial"}, hint=1),
    Mistake("bam-dilation-not-passed",
            "`dilation` does not reach the SpatialBranch, which always has the default, 4. Pass it on.",
            {"SpatialBranch(channels, reduction, dilation)": "SpatialBranch(channels, reduction)"}),
    Mistake("bam-reduction-not-passed",
            "`reduction` does not reach the branches, which always have the default, 16. Pass it on.",
            {"ChannelBranch(channels, reduction)": "ChannelBranch(channels)",
             "SpatialBranch(channels, reduction, dilation)": "SpatialBranch(channels, dilation=dilation)"}),
    Mistake("bam-reduction-of-one-branch",
            "`reduction` does not reach the ChannelBranch, which always has the default, 16. Pass it on.",
            {"ChannelBranch(channels, reduction)": "ChannelBranch(channels)"}),
    Mistake("bam-arguments-exchanged",
            "You pass `reduction` and `dilation` to SpatialBranch in the wrong order. SpatialBranch takes channels, "
            "reduction, dilation.",
            {"SpatialBranch(channels, reduction, dilation)": "SpatialBranch(channels, dilation, reduction)"}),
    Mistake("bam-part-of-word",
            'You look for `combine` in a longer string: `"prod" in "sum product"` is true, and so is `"" in "sum '
            'product"`. Compare with a tuple of the two words.',
            {'if combine not in ("sum", "product"):': 'if combine not in "sum product":'}, hint=2),
    infinite("bam-exp", {"x + x * torch.sigmoid(scores)": "x + x * (lambda e: e / (1 + e))(torch.exp(scores))"}),
    only_in_eval("bam-only-in-eval"),
    only_in_training("bam-only-in-training"),
)

WRONG = (
    Wrong("sequential",
          {"f'combine is \"sum\" or \"product\", got {combine!r}'": "'combine'",
           "\n        self.combine = combine": "",
           """channel, spatial = self.channel(x), self.spatial(x)
        scores = channel + spatial if self.combine == "sum" else channel * spatial""":
               "y = x * torch.sigmoid(self.channel(x))",
           " x + x": " x + y",
           "(scores": "(self.spatial(y)"}, says="in the input of `spatial.reduce`"),
    Wrong("squeezed", """
# the maps squeezed before the sum
class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine != "sum" and combine != "product":
            raise ValueError("combine")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x).squeeze()
        ms = self.spatial(x).squeeze()
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        return x + x * gate
""", says="size of tensor a (6) must match"),
)

EQUIVALENT = (
    "6: message without numbers", "6: no message", "6: message without combine", "14: sigmoid in place",
)
