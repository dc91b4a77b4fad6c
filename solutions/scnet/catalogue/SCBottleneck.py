"""What learners write for `SCBottleneck`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import defaults, detached, own_mode

RIGHT = {
    "block-two-sequentials": """
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2

        def narrow():
            return nn.Sequential(nn.Conv2d(in_channels, w, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())

        self.a = nn.Sequential(narrow(), nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
        self.b = nn.Sequential(narrow(), SCConv(w, stride), nn.ReLU())
        self.out = nn.Sequential(nn.Conv2d(2 * w, 4 * planes, 1, bias=False), nn.BatchNorm2d(4 * planes))
        self.shortcut = nn.Identity() if downsample is None else downsample

    def forward(self, x):
        joined = torch.cat([self.a(x), self.b(x)], dim=1)
        return (self.out(joined) + self.shortcut(x)).clamp(min=0)
""",
    "block-stacked-first-layer": """
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2
        self.conv1_a, self.conv1_b = (nn.Conv2d(in_channels, w, 1, bias=False) for _ in range(2))
        self.bn1_a, self.bn1_b = nn.BatchNorm2d(w), nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, self.expansion * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = downsample or nn.Identity()

    def forward(self, x):
        both = nn.functional.conv2d(x, torch.cat([self.conv1_a.weight, self.conv1_b.weight]))
        a, b = both.chunk(2, dim=1)
        a, b = self.bn1_a(a).relu(), self.bn1_b(b).relu()
        halves = torch.cat([self.k1(a), self.scconv(b)], dim=1).relu()
        return (self.downsample(x) + self.bn3(self.conv3(halves))).relu()
""",
}

MISTAKES = (
    Mistake("block-no-shortcut", "The shortcut is missing. Add x, or downsample(x), before the last ReLU.",
            {"x if self.downsample is None else self.downsample(x)": "0"}),
    Mistake("block-shortcut-not-added",
            "You compute the shortcut and never add it. The block should end with a ReLU of bn3's output plus the "
            "shortcut.", {"torch.relu(y + shortcut)": "torch.relu(y)"}),
    Mistake("block-downsample-ignored",
            "You never call `downsample` and always add x itself. If a `downsample` is given, add downsample(x), "
            "because x has the wrong size or number of channels.",
            {"x if self.downsample is None else self.downsample(x)": "x"}),
    Mistake("block-downsample-of-none",
            "If `downsample` is None, your block still calls it. In that case add x itself.",
            {"x if self.downsample is None else self.downsample(x)": "self.downsample(x)"}),
    Mistake("block-downsample-only-with-a-stride",
            "With stride 1 your block adds x itself, although a `downsample` is given. Call `downsample` whenever it "
            "is not None.",
            {"x if self.downsample is None else self.downsample(x)":
                 "self.downsample(x) if self.k1[0].stride != (1, 1) else x"}),
    Mistake("block-downsample-only-where-shapes-differ",
            "If x has the right shape already, your block adds x itself, although a `downsample` is given. Call "
            "`downsample` whenever it is not None.",
            {"x if self.downsample is None else self.downsample(x)":
                 "x if x.shape == y.shape else self.downsample(x)"}),
    Mistake("block-shortcut-only-with-downsample",
            "If downsample is None, your block adds nothing. In that case add x itself.",
            {"x if self.downsample is None else self.downsample(x)":
                 "0 if self.downsample is None else self.downsample(x)"}),
    Mistake("block-downsample-first",
            "Both branches read `downsample`'s output. They should read x itself: only the shortcut is downsample(x).",
            {"a = torch.relu(self.bn1_a(self.conv1_a(x)))": """x = x if self.downsample is None else self.downsample(x)
        a = torch.relu(self.bn1_a(self.conv1_a(x)))""",
             "shortcut = x if self.downsample is None else self.downsample(x)": "shortcut = x"}),
    Mistake("block-no-last-relu", "The ReLU after the addition is missing.",
            {"torch.relu(y + shortcut)": "y + shortcut"}, hint=1),
    Mistake("block-relu-before-addition",
            "Your last ReLU comes before the addition. Add the shortcut first, and then take the ReLU of the sum.",
            {"torch.relu(y + shortcut)": "torch.relu(y) + shortcut"}),
    Mistake("block-relu-twice", "There is a ReLU after bn3 as well as after the addition. Add bn3's output as it is.",
            {"self.bn3(self.conv3(torch.cat([a, b], dim=1)))":
                 "torch.relu(self.bn3(self.conv3(torch.cat([a, b], dim=1))))"}, hint=1),
    Mistake("block-relu-on-the-shortcut",
            "You put a ReLU on the shortcut. Add the shortcut as it is, and take the ReLU after the addition.",
            {"x if self.downsample is None else self.downsample(x)":
                 "torch.relu(x if self.downsample is None else self.downsample(x))"}, hint=1),
    Mistake("block-relu-on-downsample",
            "There is a ReLU after `downsample`. Add `downsample`'s output as it is, and take the ReLU after the "
            "addition.",
            {"x if self.downsample is None else self.downsample(x)":
                 "x if self.downsample is None else torch.relu(self.downsample(x))"}, hint=1),
    Mistake("block-downsample-of-y", "Your `downsample` reads bn3's output. It should read x.",
            {"x if self.downsample is None else self.downsample(x)":
                 "x if self.downsample is None else self.downsample(y)"}),
    Mistake("block-no-first-relus", "The ReLUs after bn1_a and bn1_b are missing.",
            {"torch.relu(self.bn1_a(self.conv1_a(x)))": "self.bn1_a(self.conv1_a(x))",
             "torch.relu(self.bn1_b(self.conv1_b(x)))": "self.bn1_b(self.conv1_b(x))"}, hint=1),
    Mistake("block-no-first-relu-in-a", "The ReLU after bn1_a is missing.",
            {"torch.relu(self.bn1_a(self.conv1_a(x)))": "self.bn1_a(self.conv1_a(x))"}, hint=1),
    Mistake("block-no-first-relu-in-b", "The ReLU after bn1_b is missing.",
            {"torch.relu(self.bn1_b(self.conv1_b(x)))": "self.bn1_b(self.conv1_b(x))"}, hint=1),
    Mistake("block-no-second-relus", "The ReLUs after k1 and scconv are missing. Neither module has a ReLU inside.",
            {"torch.relu(self.k1(a))": "self.k1(a)", "torch.relu(self.scconv(b))": "self.scconv(b)"}, hint=2),
    Mistake("block-no-relu-after-k1", "The ReLU after k1 is missing.", {"torch.relu(self.k1(a))": "self.k1(a)"},
            hint=2),
    Mistake("block-no-relu-after-scconv", "The ReLU after scconv is missing: SCConv has no ReLU of its own.",
            {"torch.relu(self.scconv(b))": "self.scconv(b)"}, hint=2),
    Mistake("block-no-inner-relus",
            "All four ReLUs inside the branches are missing. One should follow each of bn1_a, k1, bn1_b and scconv.",
            {"torch.relu(self.bn1_a(self.conv1_a(x)))": "self.bn1_a(self.conv1_a(x))",
             "torch.relu(self.bn1_b(self.conv1_b(x)))": "self.bn1_b(self.conv1_b(x))",
             "torch.relu(self.k1(a))": "self.k1(a)",
             "torch.relu(self.scconv(b))": "self.scconv(b)"}, hint=1),
    Mistake("block-stride-in-conv1-a",
            "conv1_a has the stride. In half `a` the stride belongs to k1, the 3 x 3 convolution.",
            {"self.conv1_a = nn.Conv2d(in_channels, width, 1, bias=False)":
                 "self.conv1_a = nn.Conv2d(in_channels, width, 1, stride, bias=False)",
             "self.k1 = nn.Sequential(*conv_bn(width, stride))": "self.k1 = nn.Sequential(*conv_bn(width))"}),
    Mistake("block-b-first",
            "You join the halves in the order `b`, `a`. The plain half, `a`, should come first: torch.cat([a, b], "
            "dim=1).", {"torch.cat([a, b], dim=1)": "torch.cat([b, a], dim=1)"}, hint=2),
    Mistake("block-joined-along-the-batch",
            "You join `a` and `b` along axis 0, the batch. Channels are axis 1: torch.cat([a, b], dim=1).",
            {"torch.cat([a, b], dim=1)": "torch.cat([a, b], dim=0)"}, hint=2),
    Mistake("block-joined-along-the-width",
            "You join `a` and `b` along the last axis, the width. Channels are axis 1: torch.cat([a, b], dim=1).",
            {"torch.cat([a, b], dim=1)": "torch.cat([a, b], dim=-1)"}, hint=2),
    Mistake("block-interleaved",
            "You interleave the channels of `a` and `b`. All channels of `a` should come first: torch.cat([a, b], "
            "dim=1).", {"torch.cat([a, b], dim=1)": "torch.stack([a, b], dim=2).flatten(1, 2)"}, hint=2),
    Mistake("block-halves-added",
            "You add the halves, which leaves planes // 2 channels. conv3 should read both halves, side by side: "
            "torch.cat([a, b], dim=1).",
            {"torch.cat([a, b], dim=1)": "a + b",
             "self.conv3 = nn.Conv2d(2 * width, out_channels, 1, bias=False)":
                 "self.conv3 = nn.Conv2d(width, out_channels, 1, bias=False)"}, hint=2),
    Mistake("block-a-twice",
            "conv3 reads half `a` twice, and half `b` is not used. Pass both to conv3: torch.cat([a, b], dim=1).",
            {"torch.cat([a, b], dim=1)": "torch.cat([a, a], dim=1)"}),
    Mistake("block-b-twice",
            "conv3 reads half `b` twice, and half `a` is not used. Pass both to conv3: torch.cat([a, b], dim=1).",
            {"torch.cat([a, b], dim=1)": "torch.cat([b, b], dim=1)"}),
    Mistake("block-branches-in-a-row",
            "Your scconv reads k1's output. The two halves should run side by side, and each half should start from "
            "x.", {"torch.relu(self.bn1_b(self.conv1_b(x)))": "a"}),
    Mistake("block-scconv-after-k1",
            "You call scconv on half `a`. The two halves should run side by side, with k1 on half `a` and scconv on "
            "half `b`.", {"torch.relu(self.scconv(b))": "torch.relu(self.scconv(a))"}),
    Mistake("block-one-first-layer",
            "Both halves start with conv1_a and bn1_a: conv1_b and bn1_b are made and never called. Half `b` should "
            "start with these two.",
            {"torch.relu(self.bn1_b(self.conv1_b(x)))": "torch.relu(self.bn1_a(self.conv1_a(x)))"}),
    Mistake("block-norms-exchanged", "bn1_a and bn1_b have changed places: bn1_a should follow conv1_a.",
            {"torch.relu(self.bn1_a(self.conv1_a(x)))": "torch.relu(self.bn1_b(self.conv1_a(x)))",
             "torch.relu(self.bn1_b(self.conv1_b(x)))": "torch.relu(self.bn1_a(self.conv1_b(x)))"}),
    Mistake("block-one-norm", "You call bn1_a in both halves, and bn1_b is never called. Half `b` should call bn1_b.",
            {"torch.relu(self.bn1_b(self.conv1_b(x)))": "torch.relu(self.bn1_a(self.conv1_b(x)))"}),
    Mistake("block-no-first-norms",
            "You never call bn1_a and bn1_b. Each 1 x 1 convolution should be followed by its BatchNorm, before the "
            "ReLU.",
            {"torch.relu(self.bn1_a(self.conv1_a(x)))": "torch.relu(self.conv1_a(x))",
             "torch.relu(self.bn1_b(self.conv1_b(x)))": "torch.relu(self.conv1_b(x))"}),
    Mistake("block-no-third-norm", "You never call bn3. It should follow conv3, before the addition.",
            {"self.bn3(self.conv3(torch.cat([a, b], dim=1)))": "self.conv3(torch.cat([a, b], dim=1))"}, hint=3),
    Mistake("block-norm-of-the-sum",
            "bn3 comes after the addition. It should follow conv3, and the shortcut should be added to bn3's output.",
            {"self.bn3(self.conv3(torch.cat([a, b], dim=1)))": "self.conv3(torch.cat([a, b], dim=1))",
             "torch.relu(y + shortcut)": "torch.relu(self.bn3(y + shortcut))"}, hint=3),
    Mistake("block-norm-after-relu",
            "BatchNorm and ReLU have changed places. The order should be convolution, BatchNorm, ReLU.",
            {"torch.relu(self.bn1_a(self.conv1_a(x)))": "self.bn1_a(torch.relu(self.conv1_a(x)))",
             "torch.relu(self.bn1_b(self.conv1_b(x)))": "self.bn1_b(torch.relu(self.conv1_b(x)))"}),
    Mistake("block-full-width",
            "Your halves have `planes` channels each. Each half should have w = planes // 2 channels, so that the "
            "two together have 2w.",
            {"width, out_channels = planes // 2, self.expansion * planes":
                 "width, out_channels = planes, self.expansion * planes"}),
    Mistake("block-input-cut",
            "You cut x's channels in two. Both conv1_a and conv1_b should read all of x, with in_channels channels.",
            {"self.conv1_a = nn.Conv2d(in_channels, width, 1, bias=False)":
                 "self.conv1_a = nn.Conv2d(in_channels // 2, width, 1, bias=False)",
             "self.conv1_b = nn.Conv2d(in_channels, width, 1, bias=False)":
                 "self.conv1_b = nn.Conv2d(in_channels // 2, width, 1, bias=False)",
             "torch.relu(self.bn1_a(self.conv1_a(x)))": "torch.relu(self.bn1_a(self.conv1_a(x[:, :x.shape[1] // 2])))",
             "torch.relu(self.bn1_b(self.conv1_b(x)))":
                 "torch.relu(self.bn1_b(self.conv1_b(x[:, -(x.shape[1] // 2):])))"}),
    Mistake("block-float-width",
            "`planes / 2` is a float, and a layer takes whole numbers only. Divide with two slashes: planes // 2.",
            {"width, out_channels = planes // 2, self.expansion * planes":
                 "width, out_channels = planes / 2, self.expansion * planes"}),
    Mistake("block-rounded-up", "If planes is odd, you round half of it up. Round down: planes // 2.",
            {"width, out_channels = planes // 2, self.expansion * planes":
                 "width, out_channels = -(-planes // 2), self.expansion * planes"}),
    Mistake("block-joined-width-of-planes",
            "Your conv3 takes `planes` channels. If planes is odd, the two halves together have one channel fewer: 2 "
            "* w.",
            {"self.conv3 = nn.Conv2d(2 * width, out_channels, 1, bias=False)":
                 "self.conv3 = nn.Conv2d(planes, out_channels, 1, bias=False)"}),
    Mistake("block-not-expanded",
            "conv3 returns `planes` channels. It should return 4 * planes (`expansion`), and bn3 needs as many.",
            {"width, out_channels = planes // 2, self.expansion * planes":
                 "width, out_channels = planes // 2, planes"}),
    Mistake("block-expanded-from-the-half",
            "conv3 returns 4 * w channels. It should return 4 * planes (`expansion`), and bn3 needs as many.",
            {"width, out_channels = planes // 2, self.expansion * planes":
                 "width, out_channels = planes // 2, self.expansion * (planes // 2)"}),
    Mistake("block-as-many-as-enter",
            "conv3 returns `in_channels` channels. It should return 4 * planes (`expansion`), and bn3 needs as many.",
            {"width, out_channels = planes // 2, self.expansion * planes":
                 "width, out_channels = planes // 2, in_channels"}),
    Mistake("block-stride-not-passed",
            "`stride` reaches neither k1 nor scconv. The halves keep x's size, but the shortcut's map is smaller. "
            "Pass `stride` to both k1 and scconv.",
            {"self.k1 = nn.Sequential(*conv_bn(width, stride))": "self.k1 = nn.Sequential(*conv_bn(width))",
             "self.scconv = SCConv(width, stride)": "self.scconv = SCConv(width)"}),
    Mistake("block-stride-not-in-k1",
            "k1's convolution has no stride, so half `a` is larger than half `b`. Both k1 and scconv need the stride.",
            {"self.k1 = nn.Sequential(*conv_bn(width, stride))": "self.k1 = nn.Sequential(*conv_bn(width))"}),
    Mistake("block-stride-not-in-scconv",
            "scconv has no stride, so half `b` is larger than half `a`. Both k1 and scconv need the stride.",
            {"self.scconv = SCConv(width, stride)": "self.scconv = SCConv(width)"}),
    Mistake("block-stride-in-first-layers",
            "The stride is in conv1_a and conv1_b. It belongs to k1 and scconv, which should see the map at full "
            "size.",
            {"self.k1 = nn.Sequential(*conv_bn(width, stride))": "self.k1 = nn.Sequential(*conv_bn(width))",
             "self.scconv = SCConv(width, stride)": "self.scconv = SCConv(width)",
             "self.conv1_a = nn.Conv2d(in_channels, width, 1, bias=False)":
                 "self.conv1_a = nn.Conv2d(in_channels, width, 1, stride, bias=False)",
             "self.conv1_b = nn.Conv2d(in_channels, width, 1, bias=False)":
                 "self.conv1_b = nn.Conv2d(in_channels, width, 1, stride, bias=False)"}),
    Mistake("block-stride-in-last-layer", "The stride is in conv3. It belongs to k1 and scconv.",
            {"self.k1 = nn.Sequential(*conv_bn(width, stride))": "self.k1 = nn.Sequential(*conv_bn(width))",
             "self.scconv = SCConv(width, stride)": "self.scconv = SCConv(width)",
             "self.conv3 = nn.Conv2d(2 * width, out_channels, 1, bias=False)":
                 "self.conv3 = nn.Conv2d(2 * width, out_channels, 1, stride, bias=False)"}),
    Mistake("block-stride-for-pooling",
            "scconv gets the stride as its pooling. Its arguments are channels, stride, pooling.",
            {"self.scconv = SCConv(width, stride)": "self.scconv = SCConv(width, 1, stride)"}),
    Mistake("block-another-pooling", "scconv's pooling is not 4. Leave the argument out: SCConv(w, stride).",
            {"self.scconv = SCConv(width, stride)": "self.scconv = SCConv(width, stride, 2)"}),
    Mistake("block-no-scconv",
            "scconv is made and never called: half `b` goes from its 1 x 1 convolution straight to conv3. Call "
            "scconv on half `b` in between.", {"torch.relu(self.scconv(b))": "b"}),
    Mistake("block-no-k1",
            "k1 is made and never called: half `a` goes from its 1 x 1 convolution straight to conv3. Call k1 on "
            "half `a` in between.", {"torch.relu(self.k1(a))": "a"}),
    Mistake("block-calibrated-twice",
            "Both halves go through scconv, and k1 is never called. Half `a`, the plain one, should go through k1.",
            {"torch.relu(self.k1(a))": "torch.relu(self.scconv(a))"}),
    Mistake("block-k1-in-both",
            "Both halves go through k1, and scconv is never called. Half `b`, the calibrated one, should go through "
            "scconv.", {"torch.relu(self.scconv(b))": "torch.relu(self.k1(b))"}),
    Mistake("block-halves-exchanged",
            "k1 and scconv have changed places: half `a` should go through k1, and half `b` should go through scconv.",
            {"torch.relu(self.k1(a))": "torch.relu(self.scconv(a))",
             "torch.relu(self.scconv(b))": "torch.relu(self.k1(b))"}),
    Mistake("block-first-biases",
            "Each of the 1 x 1 convolutions has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"self.conv1_a = nn.Conv2d(in_channels, width, 1, bias=False)":
                 "self.conv1_a = nn.Conv2d(in_channels, width, 1)",
             "self.conv1_b = nn.Conv2d(in_channels, width, 1, bias=False)":
                 "self.conv1_b = nn.Conv2d(in_channels, width, 1)",
             "self.conv3 = nn.Conv2d(2 * width, out_channels, 1, bias=False)":
                 "self.conv3 = nn.Conv2d(2 * width, out_channels, 1)"}),
    Mistake("block-bias-in-conv3", "conv3 has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"self.conv3 = nn.Conv2d(2 * width, out_channels, 1, bias=False)":
                 "self.conv3 = nn.Conv2d(2 * width, out_channels, 1)"}),
    Mistake("block-bias-in-k1",
            "One of the convolutions to w channels (conv1_a, conv1_b or k1's) has a bias. Before a BatchNorm a bias "
            "has no effect: pass bias=False.",
            {"self.k1 = nn.Sequential(*conv_bn(width, stride))":
                 "self.k1 = nn.Sequential(nn.Conv2d(width, width, 3, stride, 1), nn.BatchNorm2d(width))"}),
    Mistake("block-k1-without-norm",
            "k1 has no BatchNorm, or never calls it. Each convolution should be followed by a BatchNorm of its own.",
            {"torch.relu(self.k1(a))": "torch.relu(self.k1[0](a))"}),
    Mistake("block-multiplied", "You multiply by the shortcut. Add it instead.",
            {"torch.relu(y + shortcut)": "torch.relu(y * shortcut)"}),
    Mistake("block-in-place",
            "Your block changes its input in place: anything that reads x afterwards finds it changed. Write y + "
            "shortcut.",
            {"return torch.relu(y + shortcut)": """shortcut += y
        return torch.relu(shortcut)"""}),
    detached("block-shortcut-detached",
             "the shortcut is detached, so its gradient is lost. This gradient is the very reason for a shortcut",
             {"torch.relu(y + shortcut)": "torch.relu(y + shortcut.detach())"}),
    Mistake("block-x-detached",
            "The numbers are right. But if downsample is None, x is detached in the shortcut, so its gradient is "
            "lost. This gradient is the very reason for a shortcut. Leave out the `detach()`, `.data` or `no_grad()`.",
            {"x if self.downsample is None else self.downsample(x)":
                 "x.detach() if self.downsample is None else self.downsample(x)"}),
    detached("block-detached", "the result is detached, so no layer before it would ever learn",
             {"return torch.relu(y + shortcut)": "return torch.relu(y + shortcut).detach()"}),
    Mistake("block-own-downsample",
            "If downsample is None, your block makes one of its own. None means that x is added as it is.",
            {"self.downsample = downsample":
                 "if downsample is None:\n            downsample = nn.Sequential(nn.Conv2d(in_channels, "
                 "out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))\n        self.downsample = "
                 "downsample"}),
    *own_mode("block"),
    *defaults("block", "stride: int = 1", 2),
)

WRONG = (
    Wrong("ReLU-before-bn1_b",
          {"self.bn1_b = self.bn1_a": "self.bn1_b = nn.BatchNorm2d(w)",
           "b = F.relu(self.bn1_b(self.conv1_b(x)))": "b = self.bn1_b(F.relu(self.conv1_b(x)))"},
          of="bn1-is-one-module", says="you take the ReLU of the output of `conv1_b`"),
    Wrong("bn1-is-one-module", """
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = self.bn1_a
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)
""", says="so they share their weights"),
    Wrong("bn3-never-in-training",
          {"= self.bn1_a": "= nn.BatchNorm2d(w)",
           "self.bn3(self.conv3(torch.cat([a, b], dim=1)))": "self.conv3(torch.cat([a, b], dim=1))",
           "shortcut ":
               """y = F.batch_norm(y, self.bn3.running_mean, self.bn3.running_var, self.bn3.weight, self.bn3.bias)
        shortcut """}, of="bn1-is-one-module", says="training mode"),
    Wrong("conv1_a-for-both",
          {"nn.ReLU()": """nn.ReLU()
        self.downsample = downsample""",
           "self.conv1_b(x)": "self.conv1_a(x)"}, of="downsample-not-stored",
          says="`conv1_b` is made and never called"),
    Wrong("conv3-is-3-x-3",
          {"nn.Conv2d(width * 2, planes * self.expansion, kernel_size=1, bias=False)":
               "nn.Conv2d(width * 2, planes * self.expansion, kernel_size=3, padding=1, bias=False)",
           "nn.ReLU()": """nn.ReLU()
        self.downsample = downsample"""}, of="downsample-not-stored",
          says="`conv3.weight` has shape"),
    Wrong("downsample-not-stored", """
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super(SCBottleneck, self).__init__()
        width = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1_a = nn.BatchNorm2d(width)
        self.k1 = nn.Sequential(
                    nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(width))
        self.conv1_b = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1_b = nn.BatchNorm2d(width)
        self.scconv = SCConv(width, stride=stride)
        self.conv3 = nn.Conv2d(width * 2, planes * self.expansion, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * self.expansion)
        self.relu = nn.ReLU()

    def forward(self, x):
        residual = x

        out_a = self.conv1_a(x)
        out_a = self.bn1_a(out_a)
        out_a = self.relu(out_a)
        out_a = self.k1(out_a)
        out_a = self.relu(out_a)

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out
""", says="Missing: `downsample.weight`"),
    Wrong("float-tensor-for-the-join",
          {"nn.ReLU()": """nn.ReLU()
        self.downsample = downsample""",
           "out = torch.cat([out_a, out_b], dim=1)": """n, c, h, w = out_a.shape
        out = torch.zeros(n, 2 * c, h, w)
        out[:, :c] = out_a
        out[:, c:] = out_b"""},
          of="downsample-not-stored", says="without a dtype, so it is float32"),
    Wrong("k1-without-BatchNorm",
          {"= self.bn1_a": "= nn.BatchNorm2d(w)",
           """nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )""": "nn.Sequential(nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False))"}, of="bn1-is-one-module",
          says="Missing: `k1.1.weight`"),
    Wrong("k1-without-padding",
          {"= self.bn1_a": "= nn.BatchNorm2d(w)",
           "nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False)":
               "nn.Conv2d(w, w, 3, stride=stride, bias=False)"}, of="bn1-is-one-module",
          says="Sizes of tensors must match"),
    Wrong("squeeze", {"= self.bn1_a": "= nn.BatchNorm2d(w)", "[a": "[a.squeeze()", "b]": "b.squeeze()]"},
          of="bn1-is-one-module", says="expected 4D input"),
)

EQUIVALENT = (
    "6: rounded down, at least 1", "7: Conv2d with dilation=2", "10: Conv2d with dilation=2",
    "13: Conv2d with dilation=2", "18: relu twice", "18: relu in place", "19: relu twice", "19: relu in place",
    "20: relu twice", "20: relu in place", "21: relu twice", "21: relu in place", "24: relu twice",
    "24: relu in place", "24: Add in place",
)
