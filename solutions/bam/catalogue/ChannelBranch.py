"""What learners write for `ChannelBranch`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import bottleneck, own_mode

RIGHT = {
    "channel-as-published": """
class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        width = channels // reduction
        if width < 1:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, width), nn.BatchNorm1d(width),
                                  nn.ReLU(), nn.Linear(width, channels), nn.Unflatten(1, (channels, 1, 1)))

    def forward(self, x):
        return self.gate(x)
""",
    "pool-and-view": """
# adaptive pooling and view, as in the published file
class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1)
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.view(x.size(0), x.size(1), 1, 1)
""",
}

HINTS = {"axes of size 1": 3, "`bn`": 2, "Take the ReLU": 3, "; raise ": 3}

MISTAKES = (
    Mistake("channel-expanded",
            "Your branch spreads its numbers over the map, as the authors' code does. Return (B, C, 1, 1): the sum "
            "in BAM broadcasts.", {"scores[:, :, None, None]": "scores[:, :, None, None].expand_as(x)"}),
    Mistake("channel-norm-of-channels",
            "Your BatchNorm comes before fc1 or after fc2, where it normalises C numbers. Put it between the two, on "
            "the C // r hidden numbers: fc1, BatchNorm, ReLU, fc2.",
            {"nn.BatchNorm1d(hidden)": "nn.BatchNorm1d(channels)",
             "self.fc2(torch.relu(self.bn(self.fc1(s))))": "self.bn(self.fc2(torch.relu(self.fc1(s))))"}),
    Mistake("channel-second-norm",
            "There is a second BatchNorm, on C numbers, at the end of the branch. The paper puts one there, but this "
            "exercise follows the authors' code. Keep only the BatchNorm on the C // r hidden numbers.",
            {"self.fc2 = nn.Linear(hidden, channels)": """self.fc2 = nn.Linear(hidden, channels)
        self.bn2 = nn.BatchNorm1d(channels)""",
             "self.fc2(torch.relu(self.bn(self.fc1(s))))": "self.bn2(self.fc2(torch.relu(self.bn(self.fc1(s)))))"}),
    Mistake("channel-norm-after-relu",
            "BatchNorm and ReLU have changed places. The order should be fc1, BatchNorm, ReLU, fc2.",
            {"self.fc2(torch.relu(self.bn(self.fc1(s))))": "self.fc2(self.bn(torch.relu(self.fc1(s))))"}),
    Mistake("channel-norm-of-batch-always",
            "In eval mode your BatchNorm still uses the mean and variance of the batch. Call the module, "
            "self.bn(...), which switches to its running statistics.",
            {"self.bn(self.fc1(s))":
                 "nn.functional.batch_norm(self.fc1(s), None, None, self.bn.weight, self.bn.bias, training=True)"},
            hint=2),
    Mistake("channel-layer-norm",
            "Your norm is a LayerNorm, over the numbers of one image. BAM has a BatchNorm1d, over the images of the "
            "batch.", {"nn.BatchNorm1d(hidden)": "nn.LayerNorm(hidden)"}, hint=1),
    Mistake("channel-mean-and-maximum",
            "Your branch passes mean and maximum through the layers and adds the results, as CBAM's channel gate "
            "does. BAM takes only the mean.",
            {"scores = self.fc2(torch.relu(self.bn(self.fc1(s))))":
                 "scores = self.fc2(torch.relu(self.bn(self.fc1(s)))) + "
                 "self.fc2(torch.relu(self.bn(self.fc1(x.amax(dim=(2, 3))))))"}),
    Mistake("channel-square-window",
            "You pool with a square window as high as the map, as the authors' code does. On a wide map one window "
            "covers only the left part, and on a very wide map there are several windows. Take the mean over H and W.",
            {"x.mean(dim=(2, 3))": "nn.functional.avg_pool2d(x, x.shape[2]).flatten(1)"}),
    Mistake("channel-no-bias",
            "Your linear layers have no bias. SE's have none, but BAM's have one: leave `bias` at its default.",
            {"nn.Linear(channels, hidden)": "nn.Linear(channels, hidden, bias=False)",
             "nn.Linear(hidden, channels)": "nn.Linear(hidden, channels, bias=False)"}),
    Mistake("channel-first-without-bias",
            "fc1 has no bias. A bias right before a BatchNorm has no effect in training, but BAM has one: leave "
            "`bias` at its default.", {"nn.Linear(channels, hidden)": "nn.Linear(channels, hidden, bias=False)"}),
    Mistake("channel-axes-kept",
            "The means keep two axes of size 1, (B, C, 1, 1), and nn.Linear works on the last axis. Give it (B, C).",
            {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True)"}, hint=3),
    Mistake("channel-squeezed",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis. Name the "
            "axes to remove.", {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True).squeeze()"}),
    *bottleneck("channel"),
    *own_mode("channel"),
)

WRONG = (
    Wrong("bn2d",
          {"nn.BatchNorm1d(h)": "nn.BatchNorm2d(h)",
           "F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1)": "x.mean([2, 3])",
           "y.view(x.size(0), x.size(1), 1, 1)": "y.unsqueeze(-1).unsqueeze(-1)"}, of="pool-and-view",
          says="expected 4D input"),
)

EQUIVALENT = (
    "10: x last two axes exchanged", "12: relu twice", "12: relu in place", "13: last two axes exchanged",
)
