"""What learners write for `SEWeight`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import convention, defaults, detached, float_width, hard_gate, infinite

RIGHT = {
    "se-linear-layers": """
class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        inner = channels // reduction
        if inner < 1:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.fc1, self.fc2 = nn.Linear(channels, inner), nn.Linear(inner, channels)

    def forward(self, x):
        gates = self.fc2(self.fc1(x.flatten(2).mean(-1)).clamp(min=0)).sigmoid()
        return gates[..., None, None]
""",
    "se-as-published": """
class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(channels, reduction)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels // reduction, 1), nn.ReLU(inplace=True),
                                  nn.Conv2d(channels // reduction, channels, 1), nn.Sigmoid())

    def forward(self, x):
        return self.gate(x)
""",
}

MISTAKES = (
    Mistake("se-applies-itself",
            "You multiply x by the weights, as an SE block does. Return the weights alone, as (B, C', 1, 1): the "
            "module that calls SEWeight applies them.",
            {"return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))"}),
    Mistake("se-flat",
            "The numbers are right, but their shape is (B, C'). Keep two axes of size 1 at the end: (B, C', 1, 1).",
            {"return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))[:, :, 0, 0]"}, hint=1),
    Mistake("se-no-bias",
            convention("the layers have no bias", "External-Attention-pytorch's PSA",
                       "Here, as in the authors' code, both have one."),
            {"nn.Conv2d(channels, hidden, kernel_size=1)": "nn.Conv2d(channels, hidden, kernel_size=1, bias=False)",
             "nn.Conv2d(hidden, channels, kernel_size=1)": "nn.Conv2d(hidden, channels, kernel_size=1, bias=False)"}),
    Mistake("se-first-without-bias", "fc1 has no bias. Both layers should have one.",
            {"nn.Conv2d(channels, hidden, kernel_size=1)": "nn.Conv2d(channels, hidden, kernel_size=1, bias=False)"}),
    Mistake("se-second-without-bias", "fc2 has no bias. Both layers should have one.",
            {"nn.Conv2d(hidden, channels, kernel_size=1)": "nn.Conv2d(hidden, channels, kernel_size=1, bias=False)"}),
    Mistake("se-not-pooled",
            "Nothing is pooled: each position gets weights of its own, (B, C', H, W). Take the mean of each channel "
            "over H and W first.", {"x.mean(dim=(2, 3), keepdim=True)": "x"}, hint=1),
    Mistake("se-maximum", "You take the largest value of each channel. SEWeight takes the mean over H and W.",
            {"x.mean(dim=(2, 3), keepdim=True)": "x.amax(dim=(2, 3), keepdim=True)"}, hint=1),
    Mistake("se-sum", "You add up the positions without dividing by H * W. Take the mean.",
            {"x.mean(dim=(2, 3), keepdim=True)": "x.sum(dim=(2, 3), keepdim=True)"}, hint=1),
    Mistake("se-over-batch",
            "Your mean runs over the batch too, so all images get the same weights. Average over H and W only.",
            {"x.mean(dim=(2, 3), keepdim=True)": "x.mean(dim=(0, 2, 3), keepdim=True).expand(len(x), -1, -1, -1)"}),
    Mistake("se-one-for-the-batch",
            "Your mean runs over the batch too: all images share one set of weights, (1, C', 1, 1). Average over H "
            "and W only, dim=(2, 3).", {"x.mean(dim=(2, 3), keepdim=True)": "x.mean(dim=(0, 2, 3), keepdim=True)"}),
    Mistake("se-one-axis",
            "Your mean runs over the width only: there is one weight for each row. Average over H and W.",
            {"x.mean(dim=(2, 3), keepdim=True)": "x.mean(dim=3, keepdim=True)"}),
    Mistake("se-no-sigmoid",
            "The sigmoid at the end is missing, so a weight can be any number. Apply a sigmoid after fc2.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))": "self.fc2(torch.relu(self.fc1(mean)))"}),
    Mistake("se-softmax",
            "Your weights come from a softmax over the channels. SEWeight should end in a sigmoid, which treats each "
            "channel by itself. The softmax comes later, in PyramidSplitAttention, and runs over the scales.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "torch.softmax(self.fc2(torch.relu(self.fc1(mean))), dim=1)"}),
    Mistake("se-no-relu",
            "The ReLU between fc1 and fc2 is missing. Without it, the two layers amount to a single matrix.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))": "torch.sigmoid(self.fc2(self.fc1(mean)))"}),
    Mistake("se-relu-at-the-end",
            "There is a ReLU after fc2 too, so no weight can fall below 0.5. After fc2 comes only the sigmoid.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "torch.sigmoid(torch.relu(self.fc2(torch.relu(self.fc1(mean)))))"}),
    Mistake("se-relu-behind-the-second",
            "Your ReLU stands after fc2. It belongs between fc1 and fc2; after fc2 comes only the sigmoid.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "torch.sigmoid(torch.relu(self.fc2(self.fc1(mean))))"}),
    Mistake("se-gelu", "There is a GELU between fc1 and fc2. Use a ReLU, which sets every negative number to 0.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "torch.sigmoid(self.fc2(nn.functional.gelu(self.fc1(mean))))"}),
    Mistake("se-clipped-at-six",
            "Your activation between fc1 and fc2 turns any number above 6 into 6, as ReLU6 does. Use a ReLU, which "
            "has no upper limit.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "torch.sigmoid(self.fc2(nn.functional.relu6(self.fc1(mean))))"}),
    Mistake("se-no-error",
            "If channels // reduction is 0, your code raises no ValueError. Raise one whose message names both "
            "numbers.",
            {"""if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """: ""}, hint=3),
    Mistake("se-one-refused",
            "Your code raises a ValueError if one hidden channel is left. One is enough: raise it only if channels "
            "// reduction is 0.", {"1 <= reduction <= channels": "1 <= reduction < channels"}),
    Mistake("se-at-least-one",
            "If channels // reduction is 0, you take one hidden channel. Instead, raise a ValueError in "
            "`__init__` that names both numbers.",
            {"""if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """: "",
             "hidden = channels // reduction": "hidden = max(1, channels // reduction)"}, hint=3),
    Mistake("se-rounded-up",
            "You round the hidden channels up. If the reduction does not divide the channels, round down: channels "
            "// reduction.", {"hidden = channels // reduction": "hidden = -(-channels // reduction)"}),
    Mistake("se-reduction-ignored",
            "The argument `reduction` has no effect, because you divide by 16. Divide by `reduction`.",
            {"hidden = channels // reduction": "hidden = channels // 16"}),
    Mistake("se-means-without-axes",
            "Your mean returns (B, C'), but a convolution needs (B, C', 1, 1). Pass keepdim=True to the mean, so "
            "that H and W stay as axes of size 1.", {"x.mean(dim=(2, 3), keepdim=True)": "x.mean(dim=(2, 3))"}, hint=1),
    Mistake("se-means-with-one-axis",
            "Your convolution receives (B, C', 1), and reads it as one image of B channels. Keep two axes of size 1 "
            "at the end, (B, C', 1, 1). Take the mean over dim=(2, 3), with keepdim=True.",
            {"x.mean(dim=(2, 3), keepdim=True)": "x.flatten(2).mean(dim=2, keepdim=True)"}, hint=1),
    Mistake("se-linear-of-means",
            "nn.Linear works on the last axis, which has size 1 here, but the channels are axis 1. Use a 1 x 1 "
            "convolution (nn.Conv2d), which works on axis 1.",
            {"nn.Conv2d(channels, hidden, kernel_size=1)": "nn.Linear(channels, hidden)",
             "nn.Conv2d(hidden, channels, kernel_size=1)": "nn.Linear(hidden, channels)"}, hint=2),
    Mistake("se-linear-of-maps",
            "nn.Linear works on the last axis, which is the width of x here, but the channels are axis 1. Take the "
            "mean over H and W first, with keepdim=True. Then use a 1 x 1 convolution (nn.Conv2d), which works on "
            "axis 1.",
            {"nn.Conv2d(channels, hidden, kernel_size=1)": "nn.Linear(channels, hidden)",
             "nn.Conv2d(hidden, channels, kernel_size=1)": "nn.Linear(hidden, channels)",
             "x.mean(dim=(2, 3), keepdim=True)": "x"}, hint=2),
    Mistake("se-images-in-a-loop",
            "You ask for axis 3 of a tensor that has three axes. If the tensor is one image of the batch, it is (C', "
            "H, W), so H and W are its axes 1 and 2. But you need no loop over the batch: in x, H and W are axes 2 "
            "and 3.",
            {"x.mean(dim=(2, 3), keepdim=True)": "torch.stack([image.mean(dim=(2, 3), keepdim=True) for image in x])"}),
    Mistake("se-images-strung-together",
            "The numbers are right, but batch and channels have become one axis, (B * C', 1, 1). Keep them apart: "
            "(B, C', 1, 1). torch.stack turns a list of images into a batch, but torch.cat does not.",
            {"return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean)))).flatten(0, 1)"}),
    Mistake("se-layers-exchanged",
            "Your two layers have changed places. fc1 should go from channels to channels // reduction, and fc2 back "
            "to channels.",
            {"fc1 = nn.Conv2d(channels, hidden, kernel_size=1)": "fc1 = nn.Conv2d(hidden, channels, kernel_size=1)",
             "fc2 = nn.Conv2d(hidden, channels, kernel_size=1)": "fc2 = nn.Conv2d(channels, hidden, kernel_size=1)"},
            hint=2),
    detached("se-detached", "the result is detached, so nothing before it would ever learn",
             {"return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                  "return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean)))).detach()"}),
    float_width("se-float-width", {"hidden = channels // reduction": "hidden = channels / reduction"}),
    infinite("se-exp",
             {"torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                  "(lambda e: e / (1 + e))(torch.exp(self.fc2(torch.relu(self.fc1(mean)))))"}),
    Mistake("se-sigmoid-before-mean",
            "You compute weights at each position and take their mean afterwards. Take the mean of x over H and W "
            "first, and then compute the weights from it.",
            {"x.mean(dim=(2, 3), keepdim=True)": "x",
             "return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))":
                 "return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean)))).mean(dim=(2, 3), keepdim=True)"}, hint=3),
    *defaults("se", "reduction: int = 16", 8, 4),
    hard_gate("se-hard-sigmoid"),
)

EQUIVALENT = (
    "5: without 1", "5: 1 -> 0", "7: rounded down, at least 1", "8: Conv2d with stride=2", "8: Conv2d with dilation=2",
    "9: Conv2d with stride=2", "9: Conv2d with dilation=2", "11: x last two axes exchanged",
    "13: last two axes exchanged", "13: clamped", "13: sigmoid in place", "13: relu in place", "13: relu twice",
)
