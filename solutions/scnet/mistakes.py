"""Known mistakes, correct variants and equivalent mutants of e1_scnet.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, ONLY_IN_EVAL, naive_sigmoid

Edits = tuple[tuple[str, str], ...]

# What the reference says, and most mistakes replace.
K2 = "self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))"
K3, K4 = "self.k3 = nn.Sequential(*conv_bn(channels))", "self.k4 = nn.Sequential(*conv_bn(channels, stride))"
AROUND = 'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")'
GATE, RESULT = "torch.sigmoid(x + around)", "self.k4(self.k3(x) * gate)"

K1, SCCONV = "self.k1 = nn.Sequential(*conv_bn(width, stride))", "self.scconv = SCConv(width, stride)"
WIDTH = "width, out_channels = planes // 2, self.expansion * planes"
FIRST_A, FIRST_B = "torch.relu(self.bn1_a(self.conv1_a(x)))", "torch.relu(self.bn1_b(self.conv1_b(x)))"
SECOND_A, SECOND_B = "torch.relu(self.k1(a))", "torch.relu(self.scconv(b))"
THIRD, JOINED = "self.bn3(self.conv3(torch.cat([a, b], dim=1)))", "torch.cat([a, b], dim=1)"
SHORTCUT, ADDED = "x if self.downsample is None else self.downsample(x)", "torch.relu(y + shortcut)"
CONV1_A, CONV1_B = (f"self.conv1_{half} = nn.Conv2d(in_channels, width, 1, bias=False)" for half in "ab")
CONV3 = "self.conv3 = nn.Conv2d(2 * width, out_channels, 1, bias=False)"

SMOOTH = ("You enlarge by {} interpolation. Call F.interpolate without a mode, as the authors' code does: torch then "
          "copies the nearest cell and mixes no neighbours.")
INNER_RELU = ("You have a ReLU inside {}, which should hold only a convolution and a BatchNorm. SCConv has no ReLU at "
              "all.")
NO_NORM = "{} has no BatchNorm, or never calls it. Each convolution should be followed by a BatchNorm of its own."
BIAS = "{} has a bias. Before a BatchNorm a bias has no effect: pass bias=False."


def conv(bias: bool = False, stride: str = "1", size: int = 3, padding: str = "1", more: str = "") -> str:
    return f"nn.Conv2d(channels, channels, {size}, {stride}, {padding}, bias={bias}{more})"


NORM = "nn.BatchNorm2d(channels)"


def layers(pool: str, *, third: str, fourth: str, second: str) -> Edits:
    return (K2, f"self.k2 = nn.Sequential({pool}{second})"), (K3, f"self.k3 = nn.Sequential({third})"), (
        K4, f"self.k4 = nn.Sequential({fourth})")


def every(norm: str = NORM, pool: str = "nn.AvgPool2d(pooling), ", **options: object) -> Edits:
    """All three convolutions with other options."""
    one, last = conv(**options), conv(**{"stride": "stride"} | options)
    return layers(pool, second=f"{one}, {norm}", third=f"{one}, {norm}", fourth=f"{last}, {norm}")


def mistakes(exercise: str, short: str, *rows: tuple[str, str, Edits]) -> tuple[Mistake, ...]:
    """rows: what is wrong, the sentence, the edits."""
    return tuple(Mistake(f"{short}-{what}", exercise, sentence, edits) for what, sentence, edits in rows)


MISTAKES = (
    *mistakes(
        "SCConv", "scconv",
        ("bilinear", SMOOTH.format("bilinear"), ((AROUND, AROUND.replace("nearest", "bilinear")),)),
        ("bilinear-corners", SMOOTH.format("bilinear (align_corners=True)"),
         ((AROUND, AROUND.replace('"nearest"', '"bilinear", align_corners=True')),)),
        ("bicubic", SMOOTH.format("bicubic"), ((AROUND, AROUND.replace("nearest", "bicubic")),)),
        ("nearest-exact", 'You enlarge with mode="nearest-exact". If a side is not a multiple of `pooling`, it may '
                          'pick other cells than mode="nearest" does. Use mode="nearest", the default of '
                          'F.interpolate.',
         ((AROUND, AROUND.replace("nearest", "nearest-exact")),)),
        ("factor", "You enlarge by the factor `pooling`. If a side is not a multiple of `pooling`, the enlarged map is "
                   "smaller than x. Enlarge to x's own height and width: x.shape[2:].",
         ((AROUND, AROUND.replace("size=x.shape[2:]", "scale_factor=self.k2[0].kernel_size")),)),
        ("factor-of-four",
         "You enlarge by the factor 4, whatever `pooling` is. Enlarge to x's own height and width: x.shape[2:].",
         ((AROUND, AROUND.replace("size=x.shape[2:]", "scale_factor=4")),)),
        ("sides-exchanged",
         "Your enlarged map does not have x's height and width: you pass the two sides in the wrong order, or one side "
         "twice. x.shape[2:] holds both, in the right order.",
         ((AROUND, AROUND.replace("x.shape[2:]", "x.shape[:1:-1]")),)),
        ("width-twice", "Your enlarged map is a square: you use x's width as its height too. x.shape[2:] holds both "
                        "sides, in the right order.",
         ((AROUND, AROUND.replace("x.shape[2:]", "x.shape[-1]")),)),
        ("not-enlarged", "k2's small map is added to x as it is. Enlarge it to x's height and width first.",
         ((AROUND, "self.k2(x)"),)),
        ("enlarged-before-conv",
         "You enlarge the means before k2's convolution. The convolution should work on the small map, and its output "
         "should be enlarged.",
         ((AROUND, "self.k2[1:](F.interpolate(self.k2[0](x), size=x.shape[2:]))"),)),
        ("pooled-last", "You average after k2's convolution and BatchNorm. AvgPool2d should be the first layer of k2.",
         ((AROUND, "F.interpolate(self.k2[0](self.k2[1:](x)), size=x.shape[2:])"),)),
        ("pooled-second", "In k2 the convolution comes before the average. AvgPool2d should be the first layer of k2.",
         ((K2, f"self.k2 = nn.Sequential({conv()}, nn.AvgPool2d(pooling), {NORM})"),)),
        ("no-pooling", "Nothing is averaged: k2 works on x at its full size. Its first layer should be "
                       "AvgPool2d(pooling).",
         ((AROUND, "self.k2[1:](x)"),)),
        ("max-pooling", "Your k2 takes the maximum of each cell. It should take the mean, with nn.AvgPool2d.",
         ((K2, K2.replace("AvgPool2d", "MaxPool2d")),)),
        ("overlapping-cells", "Your cells overlap, because the stride of your nn.AvgPool2d differs from its kernel "
                              "size. nn.AvgPool2d(pooling) lays the cells side by side.",
         ((K2, K2.replace("(pooling)", "(pooling, max(1, pooling - 1))")),)),
        ("pool-at-every-pixel",
         "Your average is taken at every pixel (stride 1), so nothing becomes smaller. nn.AvgPool2d(pooling) sets its "
         "stride to `pooling` by default.", ((K2, K2.replace("(pooling)", "(pooling, 1)")),)),
        ("ceil", "Your pooling keeps a last cell that is not full (ceil_mode). nn.AvgPool2d(pooling) drops the rows "
                 "and columns that do not fill a cell.",
         ((K2, K2.replace("(pooling)", "(pooling, ceil_mode=True)")),)),
        ("global-pooling", "You average over the whole map, as SE does, so every position has the same context. "
                           "Average over cells of `pooling` x `pooling` pixels.",
         ((AROUND, "self.k2[1:](x.mean(dim=(2, 3), keepdim=True))"),)),
        ("pooling-to-size",
         "You average down to `pooling` x `pooling` cells. But `pooling` is the side of one cell: "
         "nn.AvgPool2d(pooling).",
         ((K2, K2.replace("AvgPool2d", "AdaptiveAvgPool2d")),)),
        ("pooling-ignored", "The argument `pooling` has no effect: 4 is written in its place.",
         ((K2, K2.replace("(pooling)", "(4)")),)),
        ("default-pooling", "If `pooling` is not given, your code should use 4.",
         (("pooling: int = 4", "pooling: int = 2"),)),
        ("no-x-in-gate", "x is missing from your gate. The gate is the sigmoid of a sum: x plus k2's enlarged output.",
         ((GATE, "torch.sigmoid(around)"),)),
        ("x-alone", "Your gate is the sigmoid of x alone: k2's branch is not used. Add k2's enlarged output to x "
                    "first.",
         ((GATE, "torch.sigmoid(x)"),)),
        ("x-after-sigmoid", "You add x after the sigmoid. Add x first, then take the sigmoid of the sum.",
         ((GATE, "x + torch.sigmoid(around)"),)),
        ("sigmoid-before-the-sum",
         "You take the sigmoid of x and then add k2's output. Add the two first, then take the sigmoid of the sum.",
         ((GATE, "torch.sigmoid(x) + around"),)),
        ("two-sigmoids",
         "You take a sigmoid of x and another one of the enlarged map, and multiply the two. Take one sigmoid instead, "
         "of x plus the enlarged map.",
         ((GATE, "torch.sigmoid(x) * torch.sigmoid(around)"),)),
        ("multiplied-in-gate", "You multiply x by k2's enlarged output. The gate should be the sigmoid of their sum.",
         ((GATE, "torch.sigmoid(x * around)"),)),
        ("subtracted", "You subtract k2's enlarged output from x. The gate should be the sigmoid of their sum.",
         ((GATE, "torch.sigmoid(x - around)"),)),
        ("no-sigmoid", "The sigmoid is missing: you multiply k3(x) by the sum of x and k2's enlarged output. Take the "
                       "sigmoid of that sum first.",
         ((GATE, "x + around"),)),
        ("tanh", "You gate with a tanh, which can be negative. The exercise asks for a sigmoid, between 0 and 1.",
         ((GATE, "torch.tanh(x + around)"),)),
        ("softmax", "Your gate is a softmax over the channels. Take a sigmoid instead, which treats each number by "
                    "itself.",
         ((GATE, "torch.softmax(x + around, dim=1)"),)),
        ("gate-of-k3", "Your gate adds k3(x) to k2's enlarged output. It should add x itself.",
         ((GATE, "torch.sigmoid(self.k3(x) + around)"),)),
        ("gate-of-k3-kept", "Your gate adds k3's output to k2's. It should add x itself.",
         ((GATE, "torch.sigmoid((local := self.k3(x)) + around)"), (RESULT, "self.k4(local * gate)"))),
        ("gate-at-the-small-size",
         "You add the small map of means to k2's output, take the sigmoid, and enlarge last. Enlarge k2's output "
         "first, then add x itself.",
         ((AROUND, "self.k2(x)"), (GATE, "F.interpolate(torch.sigmoid(self.k2[0](x) + around), "
                                                          "x.shape[2:])"))),
        ("sigmoid-twice",
         "You take the sigmoid twice. The gate already lies between 0 and 1 after the first one, so take it once.",
         ((GATE, "torch.sigmoid(torch.sigmoid(x + around))"),)),
        ("repeat-and-fill",
         "You repeat each cell `pooling` times and fill the rest, at the border, with the last cell. Call "
         "F.interpolate with size=x.shape[2:], which spreads the cells evenly.",
         ((AROUND,
           "F.pad(up := self.k2(x).repeat_interleave(side := self.k2[0].kernel_size, 2).repeat_interleave(side, 3), "
           "(0, x.shape[3] - up.shape[3], 0, x.shape[2] - up.shape[2]), mode='replicate')"),)),
        ("k2-of-k3", "Your k2 reads k3's output. Both k2 and k3 should read x.",
         ((AROUND, AROUND.replace("(x)", "(self.k3(x))")),)),
        ("k2-of-k3-kept", "Your k2 reads the output of k3. Both k2 and k3 should read x.",
         ((AROUND, AROUND.replace("(x)", "(local := self.k3(x))")), (RESULT, "self.k4(local * gate)"))),
        ("mean-of-the-batch",
         "You average k2's output over the batch, so an image's result depends on the other images. Each image should "
         "have a gate of its own.",
         ((AROUND, AROUND.replace("self.k2(x)", "self.k2(x).mean(0, keepdim=True)")),)),
        ("added", "You add the gate to k3(x). Multiply k3(x) by it.", ((RESULT, "self.k4(self.k3(x) + gate)"),)),
        ("x-gated",
         "You multiply x by the gate. Your code never calls k3, or calls it only after the gate. The gate should "
         "multiply k3(x).",
         ((RESULT, "self.k4(x * gate)"),)),
        ("gated-before-k3",
         "You multiply x by the gate and call k3 on the product. Call k3 on x, then multiply its output by the gate.",
         ((RESULT, "self.k4(self.k3(x * gate))"),)),
        ("gate-after-k4", "You multiply by the gate after k4. The gate should multiply k3(x), and k4 should come last.",
         ((RESULT, "self.k4(self.k3(x)) * gate"),)),
        ("no-k4", "k4 is made and never called. It should be the last step.", ((RESULT, "self.k3(x) * gate"),)),
        ("k3-and-k4-exchanged", "k3 and k4 have changed places. k3 should work on x, and k4 on the gated product.",
         ((RESULT, "self.k3(self.k4(x) * gate)"),)),
        ("shortcut", "You add x to the result. SCConv has no shortcut of its own: the block around it has one.",
         ((RESULT, f"x + {RESULT}"),)),
        ("kept-open", "You multiply by 1 plus the gate, as if there were a shortcut around it. Multiply by the gate "
                      "alone.",
         ((RESULT, "self.k4(self.k3(x) * (1 + gate))"),)),
        ("last-relu", "Your module ends with a ReLU. SCConv has none: the block around it calls the ReLU.",
         ((RESULT, f"torch.relu({RESULT})"),)),
        ("relu-in-k3", INNER_RELU.format("k3"), ((RESULT, "self.k4(torch.relu(self.k3(x)) * gate)"),)),
        ("relu-in-k2", INNER_RELU.format("k2"), ((AROUND, AROUND.replace("self.k2(x)", "torch.relu(self.k2(x))")),)),
        ("relu-everywhere", INNER_RELU.format("each of k2, k3 and k4"),
         ((AROUND, AROUND.replace("self.k2(x)", "torch.relu(self.k2(x))")),
          (RESULT, "torch.relu(self.k4(torch.relu(self.k3(x)) * gate))"))),
        ("no-norms", "k2, k3 and k4 have no BatchNorm, or never call it. Each convolution should be followed by a "
                     "BatchNorm of its own.", every(norm="nn.Identity()")),
        ("no-norm-in-k2", NO_NORM.format("k2"), ((AROUND, AROUND.replace("self.k2(x)", "self.k2[:2](x)")),)),
        ("no-norm-in-k3", NO_NORM.format("k3"), ((RESULT, "self.k4(self.k3[0](x) * gate)"),)),
        ("no-norm-in-k4", NO_NORM.format("k4"), ((RESULT, "self.k4[0](self.k3(x) * gate)"),)),
        ("norm-first", "In k3 the BatchNorm comes before the convolution. The convolution should come first.",
         ((K3, f"self.k3 = nn.Sequential({NORM}, {conv()})"),)),
        ("biases", BIAS.format("Each convolution"), every(bias=True)),
        ("one-bias", BIAS.format("One of the convolutions"), ((K3, f"self.k3 = nn.Sequential({conv(True)}, {NORM})"),)),
        ("one-norm-for-all", "k2, k3 and k4 share one BatchNorm. Each of them should have its own.",
         ((K3, f"self.k3 = nn.Sequential({conv()}, self.k2[2])"),
          (K4, f"self.k4 = nn.Sequential({conv(stride='stride')}, self.k2[2])"))),
        ("dilated", "One of the convolutions has a dilation. In SCConv the wide view comes from the means, and no "
                    "convolution is dilated.",
         ((K3, f"self.k3 = nn.Sequential({conv(padding='2', more=', dilation=2')}, {NORM})"),)),
        ("stride-as-padding",
         "You pass the stride to k4's convolution as its padding. nn.Conv2d takes the stride first and then the "
         "padding, which should be 1.", ((K4, f"self.k4 = nn.Sequential({conv(padding='stride')}, {NORM})"),)),
        ("halved-channels",
         "Your layers have half of `channels`. They should keep all `channels`, because the block halves its channels "
         "before it calls SCConv.",
         ((K2, f"channels = max(1, channels // 2)\n        {K2}"),)),
        ("arguments-exchanged",
         "Your second argument is `pooling`, and your third is `stride`. The exercise has them the other way round.",
         (("stride: int = 1, pooling: int = 4", "pooling: int = 4, stride: int = 1"),)),
        ("no-padding-in-k4", "k4's convolution has no padding, so the map loses two rows and two columns. Pass "
                             "padding=1.",
         ((K4, f"self.k4 = nn.Sequential({conv(stride='stride', padding='0')}, {NORM})"),)),
        ("no-padding-in-k3", "k3's convolution has no padding, so k3(x) is smaller than the gate. Pass padding=1.",
         ((K3, f"self.k3 = nn.Sequential({conv(padding='0')}, {NORM})"),)),
        ("no-padding", "Your convolutions have no padding, so their maps lose two rows and two columns. Pass "
                       "padding=1.",
         every(padding="0")),
        ("one-by-one", "Your convolutions are 1 x 1. They should be 3 x 3, with padding 1.",
         every(size=1, padding="0")),
        ("depth-wise",
         "Your convolutions are depth-wise (groups=channels). In SCConv every output channel reads all channels.",
         every(more=", groups=channels")),
        ("one-conv-for-all", "k3 and k4 share one convolution. Each of them should have weights of its own.",
         ((K4, "self.k4 = self.k3"),)),
        ("stride-ignored", "The argument `stride` has no effect. Pass it to k4's convolution.",
         ((K4, K4.replace(", stride", "")),)),
        ("stride-in-k3", "k3's convolution has the stride, so k3(x) is smaller than the gate. Only k4, which comes "
                         "last, should have the stride.",
         ((K3, K3.replace("channels)", "channels, stride)")),)),
        ("stride-in-k2-too",
         "k2's convolution has the stride as well. The shapes still fit, because you enlarge k2's map to x's size "
         "anyway. Only k4's convolution should have the stride.",
         ((K2, K2.replace("channels)", "channels, stride)")),)),
        ("naive-sigmoid", INFINITE, ((GATE, naive_sigmoid("x + around")),)),
        ("gate-detached", "The numbers are right, but the gate is detached (`detach()`, `.data` or `no_grad()`): k2 "
                          "would never learn.",
         ((GATE, f"{GATE}.detach()"),)),
        ("around-detached", "The numbers are right, but k2's output is detached, so k2 would never learn. Leave out "
                            "the `detach()`, `.data` or `no_grad()`.",
         ((GATE, "torch.sigmoid(x + around.detach())"),)),
        ("x-detached-in-gate",
         "The numbers are right, but x is detached where it enters the gate, so part of x's gradient is missing. Leave "
         "out the `detach()`, `.data` or `no_grad()`.",
         ((GATE, "torch.sigmoid(x.detach() + around)"),)),
        ("detached", "The numbers are right, but the result is detached, so no layer before it would ever learn. Leave "
                     "out the `detach()`, `.data` or `no_grad()`.",
         ((f"return {RESULT}", f"return {RESULT}.detach()"),)),
        ("in-place", "You change x in place (as `x += ...` does): code that reads it afterwards finds different "
                     "numbers. Write x + ..., which makes a new tensor.",
         ((f"gate = {GATE}", "k3 = self.k3(x)\n        gate = torch.sigmoid(x.data.add_(around.detach()) * 0 + x)"),
          (RESULT, "self.k4(k3 * gate)"))),
        ("only-in-eval", ONLY_IN_EVAL, ((f"return {RESULT}", f"return x if self.training else {RESULT}"),)),
    ),
    *mistakes(
        "SCBottleneck", "block",
        ("no-shortcut", "The shortcut is missing. Add x, or downsample(x), before the last ReLU.",
         ((SHORTCUT, "0"),)),
        ("shortcut-not-added",
         "You compute the shortcut and never add it. The block should end with a ReLU of bn3's output plus the "
         "shortcut.",
         ((ADDED, "torch.relu(y)"),)),
        ("downsample-ignored",
         "You never call `downsample` and always add x itself. If a `downsample` is given, add downsample(x), because "
         "x has the wrong size or number of channels.",
         ((SHORTCUT, "x"),)),
        ("downsample-of-none", "If `downsample` is None, your block still calls it. In that case add x itself.",
         ((SHORTCUT, "self.downsample(x)"),)),
        ("downsample-only-with-a-stride",
         "With stride 1 your block adds x itself, although a `downsample` is given. Call `downsample` whenever it is "
         "not None.",
         ((SHORTCUT, "self.downsample(x) if self.k1[0].stride != (1, 1) else x"),)),
        ("downsample-only-where-shapes-differ",
         "If x has the right shape already, your block adds x itself, although a `downsample` is given. Call "
         "`downsample` whenever it is not None.",
         ((SHORTCUT, "x if x.shape == y.shape else self.downsample(x)"),)),
        ("shortcut-only-with-downsample", "If downsample is None, your block adds nothing. In that case add x itself.",
         ((SHORTCUT, "0 if self.downsample is None else self.downsample(x)"),)),
        ("downsample-first",
         "Both branches read `downsample`'s output. They should read x itself: only the shortcut is downsample(x).",
         ((f"a = {FIRST_A}", f"x = {SHORTCUT}\n        a = {FIRST_A}"), (f"shortcut = {SHORTCUT}", "shortcut = x"))),
        ("no-last-relu", "The ReLU after the addition is missing.", ((ADDED, "y + shortcut"),)),
        ("relu-before-addition", "Your last ReLU comes before the addition. Add the shortcut first, and then take the "
                                 "ReLU of the sum.",
         ((ADDED, "torch.relu(y) + shortcut"),)),
        ("relu-twice", "There is a ReLU after bn3 as well as after the addition. Add bn3's output as it is.",
         ((THIRD, f"torch.relu({THIRD})"),)),
        ("relu-on-the-shortcut",
         "You put a ReLU on the shortcut. Add the shortcut as it is, and take the ReLU after the addition.",
         ((SHORTCUT, f"torch.relu({SHORTCUT})"),)),
        ("relu-on-downsample",
         "There is a ReLU after `downsample`. Add `downsample`'s output as it is, and take the ReLU after the "
         "addition.",
         ((SHORTCUT, "x if self.downsample is None else torch.relu(self.downsample(x))"),)),
        ("downsample-of-y", "Your `downsample` reads bn3's output. It should read x.",
         ((SHORTCUT, "x if self.downsample is None else self.downsample(y)"),)),
        ("no-first-relus", "The ReLUs after bn1_a and bn1_b are missing.",
         ((FIRST_A, "self.bn1_a(self.conv1_a(x))"), (FIRST_B, "self.bn1_b(self.conv1_b(x))"))),
        ("no-first-relu-in-a", "The ReLU after bn1_a is missing.", ((FIRST_A, "self.bn1_a(self.conv1_a(x))"),)),
        ("no-first-relu-in-b", "The ReLU after bn1_b is missing.", ((FIRST_B, "self.bn1_b(self.conv1_b(x))"),)),
        ("no-second-relus", "The ReLUs after k1 and scconv are missing. Neither module has a ReLU inside.",
         ((SECOND_A, "self.k1(a)"), (SECOND_B, "self.scconv(b)"))),
        ("no-relu-after-k1", "The ReLU after k1 is missing.", ((SECOND_A, "self.k1(a)"),)),
        ("no-relu-after-scconv", "The ReLU after scconv is missing: SCConv has no ReLU of its own.",
         ((SECOND_B, "self.scconv(b)"),)),
        ("no-inner-relus",
         "All four ReLUs inside the branches are missing. One should follow each of bn1_a, k1, bn1_b and scconv.",
         ((FIRST_A, "self.bn1_a(self.conv1_a(x))"), (FIRST_B, "self.bn1_b(self.conv1_b(x))"), (SECOND_A, "self.k1(a)"),
          (SECOND_B, "self.scconv(b)"))),
        ("stride-in-conv1-a", "conv1_a has the stride. In half `a` the stride belongs to k1, the 3 x 3 convolution.",
         ((CONV1_A, CONV1_A.replace("1, bias", "1, stride, bias")), (K1, K1.replace(", stride", "")))),
        ("b-first", "You join the halves in the order `b`, `a`. The plain half, `a`, should come first: torch.cat([a, "
                    "b], dim=1).",
         ((JOINED, "torch.cat([b, a], dim=1)"),)),
        ("joined-along-the-batch",
         "You join `a` and `b` along axis 0, the batch. Channels are axis 1: torch.cat([a, b], dim=1).",
         ((JOINED, "torch.cat([a, b], dim=0)"),)),
        ("joined-along-the-width",
         "You join `a` and `b` along the last axis, the width. Channels are axis 1: torch.cat([a, b], dim=1).",
         ((JOINED, "torch.cat([a, b], dim=-1)"),)),
        ("interleaved",
         "You interleave the channels of `a` and `b`. All channels of `a` should come first: torch.cat([a, b], dim=1).",
         ((JOINED, "torch.stack([a, b], dim=2).flatten(1, 2)"),)),
        ("halves-added", "You add the halves, which leaves planes // 2 channels. conv3 should read both halves, side "
                         "by side: torch.cat([a, b], dim=1).",
         ((JOINED, "a + b"), (CONV3, CONV3.replace("2 * width", "width")))),
        ("a-twice", "conv3 reads half `a` twice, and half `b` is not used. Pass both to conv3: torch.cat([a, b], "
                    "dim=1).", ((JOINED, "torch.cat([a, a], dim=1)"),)),
        ("b-twice", "conv3 reads half `b` twice, and half `a` is not used. Pass both to conv3: torch.cat([a, b], "
                    "dim=1).", ((JOINED, "torch.cat([b, b], dim=1)"),)),
        ("branches-in-a-row", "Your scconv reads k1's output. The two halves should run side by side, and each half "
                              "should start from x.",
         ((FIRST_B, "a"),)),
        ("scconv-after-k1",
         "You call scconv on half `a`. The two halves should run side by side, with k1 on half `a` and scconv on half "
         "`b`.",
         ((SECOND_B, "torch.relu(self.scconv(a))"),)),
        ("one-first-layer", "Both halves start with conv1_a and bn1_a: conv1_b and bn1_b are made and never called. "
                            "Half `b` should start with these two.",
         ((FIRST_B, FIRST_A),)),
        ("norms-exchanged", "bn1_a and bn1_b have changed places: bn1_a should follow conv1_a.",
         ((FIRST_A, "torch.relu(self.bn1_b(self.conv1_a(x)))"), (FIRST_B, "torch.relu(self.bn1_a(self.conv1_b(x)))"))),
        ("one-norm", "You call bn1_a in both halves, and bn1_b is never called. Half `b` should call bn1_b.",
         ((FIRST_B, "torch.relu(self.bn1_a(self.conv1_b(x)))"),)),
        ("no-first-norms", "You never call bn1_a and bn1_b. Each 1 x 1 convolution should be followed by its "
                           "BatchNorm, before the ReLU.",
         ((FIRST_A, "torch.relu(self.conv1_a(x))"), (FIRST_B, "torch.relu(self.conv1_b(x))"))),
        ("no-third-norm", "You never call bn3. It should follow conv3, before the addition.",
         ((THIRD, f"self.conv3({JOINED})"),)),
        ("norm-of-the-sum", "bn3 comes after the addition. It should follow conv3, and the shortcut should be added to "
                            "bn3's output.",
         ((THIRD, f"self.conv3({JOINED})"), (ADDED, "torch.relu(self.bn3(y + shortcut))"))),
        ("norm-after-relu", "BatchNorm and ReLU have changed places. The order should be convolution, BatchNorm, ReLU.",
         ((FIRST_A, "self.bn1_a(torch.relu(self.conv1_a(x)))"), (FIRST_B, "self.bn1_b(torch.relu(self.conv1_b(x)))"))),
        ("full-width", "Your halves have `planes` channels each. Each half should have w = planes // 2 channels, so "
                       "that the two together have 2w.",
         ((WIDTH, WIDTH.replace("planes // 2", "planes")),)),
        ("input-cut", "You cut x's channels in two. Both conv1_a and conv1_b should read all of x, with in_channels "
                      "channels.",
         ((CONV1_A, CONV1_A.replace("in_channels", "in_channels // 2")),
          (CONV1_B, CONV1_B.replace("in_channels", "in_channels // 2")),
          (FIRST_A, "torch.relu(self.bn1_a(self.conv1_a(x[:, :x.shape[1] // 2])))"),
          (FIRST_B, "torch.relu(self.bn1_b(self.conv1_b(x[:, -(x.shape[1] // 2):])))"))),
        ("float-width",
         "`planes / 2` is a float, and a layer takes whole numbers only. Divide with two slashes: planes // 2.",
         ((WIDTH, WIDTH.replace("planes // 2", "planes / 2")),)),
        ("rounded-up", "If planes is odd, you round half of it up. Round down: planes // 2.",
         ((WIDTH, WIDTH.replace("planes // 2", "-(-planes // 2)")),)),
        ("joined-width-of-planes",
         "Your conv3 takes `planes` channels. If planes is odd, the two halves together have one channel fewer: 2 * w.",
         ((CONV3, CONV3.replace("2 * width", "planes")),)),
        ("not-expanded", "conv3 returns `planes` channels. It should return 4 * planes (`expansion`), and bn3 needs as "
                         "many.",
         ((WIDTH, WIDTH.replace("self.expansion * planes", "planes")),)),
        ("expanded-from-the-half",
         "conv3 returns 4 * w channels. It should return 4 * planes (`expansion`), and bn3 needs as many.",
         ((WIDTH, WIDTH.replace("self.expansion * planes", "self.expansion * (planes // 2)")),)),
        ("as-many-as-enter",
         "conv3 returns `in_channels` channels. It should return 4 * planes (`expansion`), and bn3 needs as many.",
         ((WIDTH, WIDTH.replace("self.expansion * planes", "in_channels")),)),
        ("stride-not-passed",
         "`stride` reaches neither k1 nor scconv. The halves keep x's size, but the shortcut's map is smaller. Pass "
         "`stride` to both k1 and scconv.",
         ((K1, K1.replace(", stride", "")), (SCCONV, SCCONV.replace(", stride", "")))),
        ("stride-not-in-k1",
         "k1's convolution has no stride, so half `a` is larger than half `b`. Both k1 and scconv need the stride.",
         ((K1, K1.replace(", stride", "")),)),
        ("stride-not-in-scconv", "scconv has no stride, so half `b` is larger than half `a`. Both k1 and scconv need "
                                 "the stride.",
         ((SCCONV, SCCONV.replace(", stride", "")),)),
        ("stride-in-first-layers",
         "The stride is in conv1_a and conv1_b. It belongs to k1 and scconv, which should see the map at full size.",
         ((K1, K1.replace(", stride", "")), (SCCONV, SCCONV.replace(", stride", "")),
          (CONV1_A, CONV1_A.replace("1, bias", "1, stride, bias")),
          (CONV1_B, CONV1_B.replace("1, bias", "1, stride, bias")))),
        ("stride-in-last-layer", "The stride is in conv3. It belongs to k1 and scconv.",
         ((K1, K1.replace(", stride", "")), (SCCONV, SCCONV.replace(", stride", "")),
          (CONV3, CONV3.replace("1, bias", "1, stride, bias")))),
        ("stride-for-pooling", "scconv gets the stride as its pooling. Its arguments are channels, stride, pooling.",
         ((SCCONV, "self.scconv = SCConv(width, 1, stride)"),)),
        ("another-pooling", "scconv's pooling is not 4. Leave the argument out: SCConv(w, stride).",
         ((SCCONV, "self.scconv = SCConv(width, stride, 2)"),)),
        ("no-scconv", "scconv is made and never called: half `b` goes from its 1 x 1 convolution straight to conv3. "
                      "Call scconv on half `b` in between.",
         ((SECOND_B, "b"),)),
        ("no-k1", "k1 is made and never called: half `a` goes from its 1 x 1 convolution straight to conv3. Call k1 on "
                  "half `a` in between.",
         ((SECOND_A, "a"),)),
        ("calibrated-twice", "Both halves go through scconv, and k1 is never called. Half `a`, the plain one, should "
                             "go through k1.",
         ((SECOND_A, "torch.relu(self.scconv(a))"),)),
        ("k1-in-both", "Both halves go through k1, and scconv is never called. Half `b`, the calibrated one, should go "
                       "through scconv.",
         ((SECOND_B, "torch.relu(self.k1(b))"),)),
        ("halves-exchanged", "k1 and scconv have changed places: half `a` should go through k1, and half `b` should go "
                             "through scconv.",
         ((SECOND_A, "torch.relu(self.scconv(a))"), (SECOND_B, "torch.relu(self.k1(b))"))),
        ("first-biases", BIAS.format("Each of the 1 x 1 convolutions"),
         tuple((line, line.replace(", bias=False", "")) for line in (CONV1_A, CONV1_B, CONV3))),
        ("bias-in-conv3", BIAS.format("conv3"), ((CONV3, CONV3.replace(", bias=False", "")),)),
        ("bias-in-k1", BIAS.format("One of the convolutions to w channels (conv1_a, conv1_b or k1's)"),
         ((K1, "self.k1 = nn.Sequential(nn.Conv2d(width, width, 3, stride, 1), nn.BatchNorm2d(width))"),)),
        ("k1-without-norm", NO_NORM.format("k1"), ((SECOND_A, "torch.relu(self.k1[0](a))"),)),
        ("multiplied", "You multiply by the shortcut. Add it instead.", ((ADDED, "torch.relu(y * shortcut)"),)),
        ("in-place", "Your block changes its input in place: anything that reads x afterwards finds it changed. Write "
                     "y + shortcut.",
         ((f"return {ADDED}", "shortcut += y\n        return torch.relu(shortcut)"),)),
        ("shortcut-detached", "The numbers are right, but the shortcut is detached, so its gradient is lost. This "
                              "gradient is the very reason for a shortcut. Leave out the `detach()`, `.data` or "
                              "`no_grad()`.",
         ((ADDED, "torch.relu(y + shortcut.detach())"),)),
        ("x-detached", "The numbers are right. But if downsample is None, x is detached in the shortcut, so its "
                       "gradient is lost. This gradient is the very reason for a shortcut. Leave out the `detach()`, "
                       "`.data` or `no_grad()`.",
         ((SHORTCUT, "x.detach() if self.downsample is None else self.downsample(x)"),)),
        ("detached", "The numbers are right, but the result is detached, so no layer before it would ever learn. Leave "
                     "out the `detach()`, `.data` or `no_grad()`.",
         ((f"return {ADDED}", f"return {ADDED}.detach()"),)),
        ("own-downsample",
         "If downsample is None, your block makes one of its own. None means that x is added as it is.",
         (("self.downsample = downsample", """if downsample is None:
            downsample = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))
        self.downsample = downsample"""),)),  # noqa: E501
    ),
)

OWN_TENSOR = "It works on a tensor of its own, and its backward pass does not need what was there."
EQUIVALENT = {
    "SCConv 10: interpolate without mode": "nearest is torch's default.",
    "SCConv 10: x detached (2)": "Only its shape is read.",
    **{f"SCConv {what}": OWN_TENSOR for what in ("11: sigmoid in place", "12: Mult in place")},
    "SCBottleneck 6: rounded down, at least 1": "A block of one plane is not graded.",
    **{f"SCBottleneck {line}: Conv2d with dilation=2": "A kernel of 1 x 1 has no taps between which a dilation "
                                                       "could lie."
       for line in (7, 10, 13)},
    **{f"SCBottleneck {line}: relu twice": "Nothing negative is left for a second ReLU."
       for line in (18, 19, 20, 21, 24)},
    **{f"SCBottleneck {line}: relu in place": OWN_TENSOR for line in (18, 19, 20, 21, 24)},
    "SCBottleneck 24: Add in place": OWN_TENSOR,
}

VARIANTS = (
    Variant("scconv-upsample", "SCConv", """
        class SCConv(nn.Module):
            def __init__(self, channels, stride=1, pooling=4):
                super().__init__()

                def layers(step):
                    return [nn.Conv2d(channels, channels, kernel_size=3, stride=step, padding=1, bias=False), nn.BatchNorm2d(channels)]

                self.k2 = nn.Sequential(nn.AvgPool2d(kernel_size=pooling, stride=pooling), *layers(1))
                self.k3 = nn.Sequential(*layers(1))
                self.k4 = nn.Sequential(*layers(stride))

            def forward(self, x):
                up = nn.Upsample(size=tuple(x.shape[-2:]))
                out = self.k3(x).mul(torch.add(x, up(self.k2(x))).sigmoid())
                return self.k4(out)
        """),  # noqa: E501
    Variant("scconv-by-index", "SCConv", """
        class SCConv(nn.Module):
            def __init__(self, channels, stride=1, pooling=4):
                super().__init__()
                self.pooling = pooling
                self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
                self.bn2 = nn.BatchNorm2d(channels)
                self.conv3 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
                self.bn3 = nn.BatchNorm2d(channels)
                self.conv4 = nn.Conv2d(channels, channels, 3, padding=1, stride=stride, bias=False)
                self.bn4 = nn.BatchNorm2d(channels)

            def forward(self, x):
                h, w = x.shape[2:]
                t = self.bn2(self.conv2(torch.nn.functional.avg_pool2d(x, self.pooling)))
                rows = torch.arange(h, device=x.device) * t.shape[2] // h
                columns = torch.arange(w, device=x.device) * t.shape[3] // w
                gate = 1 / (1 + torch.exp(-(x + t[:, :, rows][:, :, :, columns]).clamp(min=-700)))
                return self.bn4(self.conv4(gate * self.bn3(self.conv3(x))))
        """),
    Variant("block-as-steps", "SCBottleneck", """
        class SCBottleneck(nn.Module):
            expansion = 4

            def __init__(self, in_channels, planes, stride=1, downsample=None):
                super().__init__()
                half = int(planes / 2)
                self.conv1_a = nn.Conv2d(in_channels, half, kernel_size=1, bias=False)
                self.bn1_a = nn.BatchNorm2d(half)
                self.conv1_b = nn.Conv2d(in_channels, half, kernel_size=1, bias=False)
                self.bn1_b = nn.BatchNorm2d(half)
                self.k1 = nn.Sequential(nn.Conv2d(half, half, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(half), nn.ReLU())
                self.scconv = SCConv(half, stride=stride, pooling=4)
                self.conv3 = nn.Conv2d(half * 2, planes * 4, kernel_size=1, bias=False)
                self.bn3 = nn.BatchNorm2d(planes * 4)
                self.relu = nn.ReLU()
                self.downsample = downsample

            def forward(self, x):
                residual = x
                out_a = self.k1(self.relu(self.bn1_a(self.conv1_a(x))))
                out_b = self.relu(self.bn1_b(self.conv1_b(x)))
                out_b = self.relu(self.scconv(out_b))
                out = self.bn3(self.conv3(torch.cat((out_a, out_b), 1)))
                if self.downsample is not None:
                    residual = self.downsample(x)
                return self.relu(out + residual)
        """),  # noqa: E501
    Variant("block-two-sequentials", "SCBottleneck", """
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
        """),  # noqa: E501
    Variant("scconv-repeated", "SCConv", """
        class SCConv(nn.Module):
            def __init__(self, channels, stride=1, pooling=4):
                super().__init__()
                self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
                self.k3 = nn.Sequential(*conv_bn(channels))
                self.k4 = nn.Sequential(*conv_bn(channels, stride))

            def forward(self, x):
                small = self.k2(x)
                (h, w), (rows, columns) = x.shape[2:], small.shape[2:]
                # by a common multiple, then every so manyth: the cell in which a pixel's upper left corner lies
                large = small.repeat_interleave(h, 2)[:, :, ::rows].repeat_interleave(w, 3)[:, :, :, ::columns]
                return self.k4(torch.sigmoid(large + x) * self.k3(x))
        """),
    Variant("scconv-functional", "SCConv", """
        class SCConv(nn.Module):
            def __init__(self, channels, stride=1, pooling=4):
                super().__init__()
                self.stride, self.pooling = stride, pooling
                self.k2, self.k3, self.k4 = (nn.Conv2d(channels, channels, 3, bias=False) for _ in range(3))
                self.n2, self.n3, self.n4 = (nn.BatchNorm2d(channels) for _ in range(3))

            def forward(self, x):
                means = nn.functional.unfold(x, self.pooling, stride=self.pooling).unflatten(1, (x.shape[1], -1)).mean(2)
                means = means.unflatten(2, (x.shape[2] // self.pooling, -1))
                small = self.n2(nn.functional.conv2d(means, self.k2.weight, padding=1))
                context = nn.functional.interpolate(small, tuple(x.shape[2:]), mode="nearest")
                local = self.n3(nn.functional.conv2d(x, self.k3.weight, padding=1))
                return self.n4(nn.functional.conv2d(local * (x + context).sigmoid(), self.k4.weight, stride=self.stride, padding=1))
        """),  # noqa: E501
    Variant("block-stacked-first-layer", "SCBottleneck", """
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
        """),
    Variant("block-conv3-in-two-parts", "SCBottleneck", """
        class SCBottleneck(nn.Module):
            expansion = 4

            def __init__(self, in_channels, planes, stride=1, downsample=None):
                super().__init__()
                w = planes // 2
                self.w = w
                self.conv1_a = nn.Linear(in_channels, w, bias=False)
                self.bn1_a = nn.BatchNorm2d(w)
                self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
                self.conv1_b = nn.Linear(in_channels, w, bias=False)
                self.bn1_b = nn.BatchNorm2d(w)
                self.scconv = SCConv(w, stride=stride)
                self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
                self.bn3 = nn.BatchNorm2d(4 * planes)
                self.downsample = downsample

            def forward(self, x):
                last = x.movedim(1, -1)
                a = self.k1(self.bn1_a(self.conv1_a(last).movedim(-1, 1)).relu())
                b = self.scconv(self.bn1_b(self.conv1_b(last).movedim(-1, 1)).relu()).relu()
                weight = self.conv3.weight
                y = nn.functional.conv2d(a, weight[:, :self.w]) + nn.functional.conv2d(b, weight[:, self.w:])
                y = self.bn3(y)
                y = y + x if self.downsample is None else y + self.downsample(x)
                return y.relu()
        """),
)
