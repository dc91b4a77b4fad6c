"""What learners write for `EPSABlock`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import defaults, detached, own_mode

RIGHT = {
    "block-as-published": """
class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)
""",
    "einsum": """
class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Linear(in_channels, planes, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Linear(planes, 4 * planes, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        out = torch.relu(self.bn1(torch.einsum("bchw,dc->bdhw", x, self.conv1.weight)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(torch.einsum("bchw,dc->bdhw", out, self.conv3.weight))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))
""",
}

MISTAKES = (
    Mistake("block-no-shortcut", "The shortcut is missing. Add x, or downsample(x), before the last ReLU.",
            {"x if self.downsample is None else self.downsample(x)": "0"}, hint=3),
    Mistake("block-downsample-ignored",
            "You never call `downsample` and always add x itself. If a `downsample` is given, add downsample(x), "
            "because x has the wrong size or number of channels.",
            {"x if self.downsample is None else self.downsample(x)": "x"}, hint=3),
    Mistake("block-downsample-only-with-a-stride",
            "With stride 1 your block adds x itself, although a `downsample` is given. Call it whenever it is given: "
            "even with stride 1, the input can have another number of channels than the output.",
            {"x if self.downsample is None else self.downsample(x)":
                 "self.downsample(x) if self.psa.split.convs[0].stride != (1, 1) else x"}),
    Mistake("block-downsample-only-for-channels",
            "If x has as many channels as the output, your block adds x itself, although a `downsample` is given. "
            "Call it whenever it is given: if the stride is above 1, x has more rows and columns than the output.",
            {"x if self.downsample is None else self.downsample(x)":
                 "x if x.shape[1] == y.shape[1] else self.downsample(x)"}),
    Mistake("block-downsample-only-where-shapes-differ",
            "If x has the right shape already, your block adds x itself, although a `downsample` is given. Call it "
            "whenever it is given.",
            {"x if self.downsample is None else self.downsample(x)":
                 "x if x.shape == y.shape else self.downsample(x)"}),
    Mistake("block-downsample-of-none",
            "If `downsample` is None, your block still calls it. In that case add x itself.",
            {"x if self.downsample is None else self.downsample(x)": "self.downsample(x)"}, hint=3),
    Mistake("block-downsample-first",
            "Your conv1 reads `downsample`'s output. It should read x itself: only the shortcut is downsample(x).",
            {"y = torch.relu(self.bn1(self.conv1(x)))": """x = x if self.downsample is None else self.downsample(x)
        y = torch.relu(self.bn1(self.conv1(x)))""",
             "shortcut = x if self.downsample is None else self.downsample(x)": "shortcut = x"}, hint=3),
    Mistake("block-shortcut-only-with-downsample",
            "If downsample is None, your block adds nothing. In that case add x itself.",
            {"x if self.downsample is None else self.downsample(x)":
                 "0 if self.downsample is None else self.downsample(x)"}, hint=3),
    Mistake("block-no-last-relu", "The ReLU after the addition is missing.",
            {"torch.relu(y + shortcut)": "y + shortcut"}, hint=3),
    Mistake("block-relu-before-addition",
            "Your last ReLU comes before the addition. Add the shortcut first, then take the ReLU of the sum.",
            {"torch.relu(y + shortcut)": "torch.relu(y) + shortcut"}, hint=3),
    Mistake("block-relu-twice", "There is a ReLU after bn3 as well as after the addition. Add bn3's output as it is.",
            {"self.bn3(self.conv3(y))": "torch.relu(self.bn3(self.conv3(y)))"}, hint=3),
    Mistake("block-relu-on-the-shortcut",
            "You put a ReLU on the shortcut. Add the shortcut as it is, negative numbers too, and take the ReLU "
            "after the addition.",
            {"x if self.downsample is None else self.downsample(x)":
                 "torch.relu(x if self.downsample is None else self.downsample(x))"}, hint=3),
    Mistake("block-relus-apart",
            "You take a ReLU of both summands before you add them, so nothing negative can be added. Add first: "
            "relu(a + b), not relu(a) + relu(b).",
            {"torch.relu(y + shortcut)": "torch.relu(y) + torch.relu(shortcut)"}, hint=3),
    Mistake("block-no-first-relu", "The ReLU after bn1 is missing.",
            {"torch.relu(self.bn1(self.conv1(x)))": "self.bn1(self.conv1(x))"}, hint=3),
    Mistake("block-no-second-relu", "The ReLU after psa and bn2 is missing.",
            {"torch.relu(self.bn2(self.psa(y)))": "self.bn2(self.psa(y))"}, hint=3),
    Mistake("block-no-norms",
            "Your block has no BatchNorms, or it never calls them. One should follow each of conv1, psa and conv3.",
            {"torch.relu(self.bn1(self.conv1(x)))": "torch.relu(self.conv1(x))",
             "torch.relu(self.bn2(self.psa(y)))": "torch.relu(self.psa(y))",
             "self.bn3(self.conv3(y))": "self.conv3(y)"}, hint=1),
    Mistake("block-no-second-norm", "You never call bn2. It should follow psa, before the ReLU.",
            {"torch.relu(self.bn2(self.psa(y)))": "torch.relu(self.psa(y))"}, hint=2),
    Mistake("block-no-first-norm", "You never call bn1. It should follow conv1, before the ReLU.",
            {"torch.relu(self.bn1(self.conv1(x)))": "torch.relu(self.conv1(x))"}, hint=2),
    Mistake("block-no-third-norm", "You never call bn3. It should follow conv3, before the addition.",
            {"self.bn3(self.conv3(y))": "self.conv3(y)"}, hint=2),
    Mistake("block-norm-of-the-sum",
            "bn3 comes after the addition. It should follow conv3, and the shortcut should be added to bn3's output.",
            {"self.bn3(self.conv3(y))": "self.conv3(y)",
             "torch.relu(y + shortcut)": "torch.relu(self.bn3(y + shortcut))"}, hint=3),
    Mistake("block-norm-before-psa", "bn2 comes before psa. It should follow psa, before the ReLU.",
            {"torch.relu(self.bn2(self.psa(y)))": "torch.relu(self.psa(self.bn2(y)))"}, hint=2),
    Mistake("block-one-norm-under-two-names",
            "bn1 and bn2 are two names for the same module: an assignment such as `self.bn2 = self.bn1` makes no new "
            "one. So both places share one weight and one running mean. Make a BatchNorm for each.",
            {"self.bn2 = nn.BatchNorm2d(planes)": "self.bn2 = self.bn1"}, hint=1),
    Mistake("block-norm-after-relu",
            "BatchNorm and ReLU have changed places. The order should be convolution, BatchNorm, ReLU.",
            {"torch.relu(self.bn1(self.conv1(x)))": "self.bn1(torch.relu(self.conv1(x)))",
             "torch.relu(self.bn2(self.psa(y)))": "self.bn2(torch.relu(self.psa(y)))"}),
    Mistake("block-shared-norm",
            "You call bn1 twice, and bn2 is never called. Each layer should have a BatchNorm of its own.",
            {"torch.relu(self.bn2(self.psa(y)))": "torch.relu(self.bn1(self.psa(y)))"}, hint=1),
    Mistake("block-norm-of-batch-always",
            "In eval mode your BatchNorm still uses the mean and variance of the batch. Call the module, "
            "self.bn3(...), which switches to its running statistics.",
            {"self.bn3(self.conv3(y))":
                 "nn.functional.batch_norm(self.conv3(y), None, None, self.bn3.weight, self.bn3.bias, training=True)"}),
    Mistake("block-stride-not-passed",
            "`stride` does not reach psa, so psa's map is larger than the shortcut's. Write "
            "`PyramidSplitAttention(planes, planes, stride=stride)`.",
            {"PyramidSplitAttention(planes, planes, stride=stride)": "PyramidSplitAttention(planes, planes)"}, hint=2),
    Mistake("block-stride-in-first-convolution",
            "The stride is in conv1. It belongs to psa: write `PyramidSplitAttention(planes, planes, stride=stride)`.",
            {"PyramidSplitAttention(planes, planes, stride=stride)": "PyramidSplitAttention(planes, planes)",
             "nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(in_channels, planes, kernel_size=1, stride=stride, bias=False)"}, hint=2),
    Mistake("block-stride-in-last-convolution",
            "The stride is in conv3. It belongs to psa: write `PyramidSplitAttention(planes, planes, stride=stride)`.",
            {"PyramidSplitAttention(planes, planes, stride=stride)": "PyramidSplitAttention(planes, planes)",
             "nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(planes, self.expansion * planes, kernel_size=1, stride=stride, bias=False)"}, hint=2),
    Mistake("block-stride-in-first-convolution-too",
            "The stride is in conv1 and in psa, so the map shrinks twice. It belongs only to psa.",
            {"nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(in_channels, planes, kernel_size=1, stride=stride, bias=False)"}),
    Mistake("block-stride-in-last-convolution-too",
            "The stride is in psa and in conv3, so the map shrinks twice. It belongs only to psa.",
            {"nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(planes, self.expansion * planes, kernel_size=1, stride=stride, bias=False)"}),
    Mistake("block-stride-for-kernels",
            "You pass a number to psa where it expects a sequence. The third argument of PyramidSplitAttention is "
            "kernel_sizes: pass the stride by name, `stride=stride`.",
            {"PyramidSplitAttention(planes, planes, stride=stride)": "PyramidSplitAttention(planes, planes, stride)"},
            hint=2),
    Mistake("block-psa-of-input-channels",
            "You make psa for in_channels, but conv1 returns `planes` channels. Write `PyramidSplitAttention(planes, "
            "planes, stride=stride)`.",
            {"PyramidSplitAttention(planes, planes, stride=stride)":
                 "PyramidSplitAttention(in_channels, planes, stride=stride)"}),
    Mistake("block-bias", "conv1 and conv3 have a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(in_channels, planes, kernel_size=1)",
             "nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(planes, self.expansion * planes, kernel_size=1)"}),
    Mistake("block-one-bias", "conv1 has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(in_channels, planes, kernel_size=1)"}),
    Mistake("block-another-bias", "conv3 has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(planes, self.expansion * planes, kernel_size=1)"}),
    Mistake("block-of-64-planes",
            "Your block has 64 planes and returns 256 channels whatever `planes` is. Write planes and 4 * planes "
            "instead of the numbers.",
            {"PyramidSplitAttention(planes, planes, stride=stride)": "PyramidSplitAttention(64, 64, stride=stride)",
             "nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(in_channels, 64, kernel_size=1, bias=False)",
             "nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(64, 256, kernel_size=1, bias=False)",
             "self.bn1 = nn.BatchNorm2d(planes)": "self.bn1 = nn.BatchNorm2d(64)",
             "self.bn2 = nn.BatchNorm2d(planes)": "self.bn2 = nn.BatchNorm2d(64)",
             "nn.BatchNorm2d(self.expansion * planes)": "nn.BatchNorm2d(256)"}),
    Mistake("block-not-expanded",
            "conv3 returns `planes` channels. It should return 4 * planes (`expansion`), and bn3 should be made for "
            "4 * planes too.",
            {"nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)":
                 "nn.Conv2d(planes, planes, kernel_size=1, bias=False)",
             "nn.BatchNorm2d(self.expansion * planes)": "nn.BatchNorm2d(planes)"}),
    Mistake("block-multiplied", "You multiply by the shortcut. Add it instead.",
            {"torch.relu(y + shortcut)": "torch.relu(y * shortcut)"}, hint=3),
    Mistake("block-downsample-of-inside",
            "Your `downsample` reads bn3's output. The shortcut should start before the block: downsample(x).",
            {"x if self.downsample is None else self.downsample(x)":
                 "x if self.downsample is None else self.downsample(y)"}),
    Mistake("block-in-place",
            "Your block changes its input in place: anything that reads x afterwards finds it changed. Write y + "
            "shortcut, which makes a new tensor.",
            {"return torch.relu(y + shortcut)": """shortcut += y
        return torch.relu(shortcut)"""}),
    detached("block-shortcut-detached",
             "the shortcut is detached, so no gradient flows through it. That gradient is the reason for a shortcut",
             {"torch.relu(y + shortcut)": "torch.relu(y + shortcut.detach())"}),
    Mistake("block-own-downsample",
            "If downsample is None, your block makes one of its own. Add x as it is in that case: the caller decides "
            "whether x needs a downsample.",
            {"self.downsample = downsample":
                 "if downsample is None and (stride != 1 or in_channels != self.expansion * planes):\n            "
                 "downsample = nn.Sequential(nn.Conv2d(in_channels, self.expansion * planes, 1, stride=stride, "
                 "bias=False),\n                                       nn.BatchNorm2d(self.expansion * planes))\n  "
                 "      self.downsample = downsample"}, hint=1),
    Mistake("block-downsample-in-eval",
            "Your downsample runs in eval mode even when the block trains. In training its BatchNorm should use the "
            "batch's statistics. Leave its mode alone: the block's `train()` and `eval()` set it too.",
            {"x if self.downsample is None else self.downsample(x)":
                 "x if self.downsample is None else self.downsample.eval()(x)"}),
    *defaults("block", "stride: int = 1", 2),
    *own_mode("block"),
)

WRONG = (
    Wrong("bn1-of-64",
          {"self.conv1 ": """wide = self.expansion * planes
        self.conv1 """,
           "nn.Linear(in_channels, planes, bias=False)": "nn.Conv2d(in_channels, planes, 1, bias=False)",
           "self.bn1 = nn.BatchNorm2d(planes": "self.bn1 = nn.BatchNorm2d(64",
           "nn.Linear(planes, 4 * planes, bias=False)": "nn.Conv2d(planes, wide, 1, bias=False)",
           "(4 * planes": "(wide",
           'torch.relu(self.bn1(torch.einsum("bchw,dc->bdhw", x, self.conv1.weight)))':
               "torch.relu(self.bn1(self.conv1(x)))",
           """out = self.bn3(torch.einsum("bchw,dc->bdhw", out, self.conv3.weight))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))""":
               """out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)"""}, of="einsum", says="running_mean should contain 128 elements not 64"),
    Wrong("psa-reduction",
          {"self.conv1 ": """wide = self.expansion * planes
        self.conv1 """,
           "nn.Linear(in_channels, planes, bias=False)": "nn.Conv2d(in_channels, planes, 1, bias=False)",
           "PyramidSplitAttention(planes, planes, stride=stride)":
               "PyramidSplitAttention(planes, planes, stride=stride, reduction=1)",
           "nn.Linear(planes, 4 * planes, bias=False)": "nn.Conv2d(planes, wide, 1, bias=False)",
           "(4 * planes": "(wide",
           'torch.relu(self.bn1(torch.einsum("bchw,dc->bdhw", x, self.conv1.weight)))':
               "torch.relu(self.bn1(self.conv1(x)))",
           """out = self.bn3(torch.einsum("bchw,dc->bdhw", out, self.conv3.weight))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))""":
               """out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)"""}, of="einsum", says="`psa.se.fc1.bias` has shape (16,), expected (1,)"),
)

EQUIVALENT = (
    "6: Conv2d with dilation=2", "10: Conv2d with dilation=2", "15: relu twice", "15: relu in place", "16: relu twice",
    "16: relu in place", "19: relu twice", "19: relu in place", "19: Add in place",
)
