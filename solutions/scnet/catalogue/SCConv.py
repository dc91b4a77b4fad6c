"""What learners write for `SCConv`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    convention,
    hard_gate,
    infinite,
    only_in_eval,
    only_in_training,
    own_mode,
)

RIGHT = {
    "scconv-upsample": """
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
""",
    "scconv-by-index": """
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
""",
}

HINTS = {"one ReLU too many": 3, "` multiplies.": 2, "` subtracts.": 2, "takes the ReLU": 3}

MISTAKES = (
    Mistake("scconv-bilinear",
            convention("you enlarge by bilinear interpolation", "the paper",
                       "Here F.interpolate is called without a mode, as in the authors' code."),
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(x), size=x.shape[2:], mode="bilinear")'}),
    Mistake("scconv-bilinear-corners",
            "You enlarge by bilinear (align_corners=True) interpolation. Call F.interpolate without a mode, as the "
            "authors' code does: torch then copies the nearest cell and mixes no neighbours.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(x), size=x.shape[2:], mode="bilinear", align_corners=True)'}),
    Mistake("scconv-factor",
            "You enlarge by the factor `pooling`. If a side is not a multiple of `pooling`, the enlarged map is "
            "smaller than x. Enlarge to x's own height and width: x.shape[2:].",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(x), scale_factor=self.k2[0].kernel_size, mode="nearest")'}, hint=1),
    Mistake("scconv-factor-of-four",
            "You enlarge by the factor 4, whatever `pooling` is. Enlarge to x's own height and width: x.shape[2:].",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(x), scale_factor=4, mode="nearest")'}, hint=1),
    Mistake("scconv-sides-exchanged",
            "Your enlarged map does not have x's height and width: you pass the two sides in the wrong order, or one "
            "side twice. x.shape[2:] holds both, in the right order.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(x), size=x.shape[:1:-1], mode="nearest")'}, hint=1),
    Mistake("scconv-width-twice",
            "Your enlarged map is a square: you use x's width as its height too. x.shape[2:] holds both sides, in "
            "the right order.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(x), size=x.shape[-1], mode="nearest")'}, hint=1),
    Mistake("scconv-not-enlarged", "k2's small map is added to x as it is. Enlarge it to x's height and width first.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")': "self.k2(x)"}, hint=1),
    Mistake("scconv-enlarged-before-conv",
            "You enlarge the means before k2's convolution. The convolution should work on the small map, and its "
            "output should be enlarged.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 "self.k2[1:](F.interpolate(self.k2[0](x), size=x.shape[2:]))"}, hint=2),
    Mistake("scconv-pooled-last",
            "You average after k2's convolution and BatchNorm. AvgPool2d should be the first layer of k2.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 "F.interpolate(self.k2[0](self.k2[1:](x)), size=x.shape[2:])"}),
    Mistake("scconv-pooled-second",
            "In k2 the convolution comes before the average. AvgPool2d should be the first layer of k2.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), "
                 "nn.AvgPool2d(pooling), nn.BatchNorm2d(channels))"}),
    Mistake("scconv-no-pooling",
            "Nothing is averaged: k2 works on x at its full size. Its first layer should be AvgPool2d(pooling).",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")': "self.k2[1:](x)"}, hint=3),
    Mistake("scconv-overlapping-cells",
            "Your cells overlap, because the stride of your nn.AvgPool2d differs from its kernel size. "
            "nn.AvgPool2d(pooling) lays the cells side by side.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling, max(1, pooling - 1)), *conv_bn(channels))"}),
    Mistake("scconv-pool-at-every-pixel",
            "Your average is taken at every pixel (stride 1), so nothing becomes smaller. nn.AvgPool2d(pooling) sets "
            "its stride to `pooling` by default.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling, 1), *conv_bn(channels))"}),
    Mistake("scconv-ceil",
            "Your pooling keeps a last cell that is not full (ceil_mode). nn.AvgPool2d(pooling) drops the rows and "
            "columns that do not fill a cell.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling, ceil_mode=True), *conv_bn(channels))"}),
    Mistake("scconv-global-pooling",
            "You average over the whole map, as SE does, so every position has the same context. Average over cells "
            "of `pooling` x `pooling` pixels.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 "self.k2[1:](x.mean(dim=(2, 3), keepdim=True))"}),
    Mistake("scconv-pooling-to-size",
            "You average down to `pooling` x `pooling` cells. But `pooling` is the side of one cell: "
            "nn.AvgPool2d(pooling).",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AdaptiveAvgPool2d(pooling), *conv_bn(channels))"}),
    Mistake("scconv-no-x-in-gate",
            "x is missing from your gate. The gate is the sigmoid of a sum: x plus k2's enlarged output.",
            {"torch.sigmoid(x + around)": "torch.sigmoid(around)"}, hint=2),
    Mistake("scconv-x-alone",
            "Your gate is the sigmoid of x alone: k2's branch is not used. Add k2's enlarged output to x first.",
            {"torch.sigmoid(x + around)": "torch.sigmoid(x)"}, hint=2),
    Mistake("scconv-x-after-sigmoid", "You add x after the sigmoid. Add x first, then take the sigmoid of the sum.",
            {"torch.sigmoid(x + around)": "x + torch.sigmoid(around)"}, hint=2),
    Mistake("scconv-sigmoid-before-the-sum",
            "You take the sigmoid of x and then add k2's output. Add the two first, then take the sigmoid of the sum.",
            {"torch.sigmoid(x + around)": "torch.sigmoid(x) + around"}, hint=2),
    Mistake("scconv-two-sigmoids",
            "You take a sigmoid of x and another one of the enlarged map, and multiply the two. Take one sigmoid "
            "instead, of x plus the enlarged map.",
            {"torch.sigmoid(x + around)": "torch.sigmoid(x) * torch.sigmoid(around)"}, hint=2),
    Mistake("scconv-no-sigmoid",
            "The sigmoid is missing: you multiply k3(x) by the sum of x and k2's enlarged output. Take the sigmoid "
            "of that sum first.", {"torch.sigmoid(x + around)": "x + around"}, hint=3),
    Mistake("scconv-softmax",
            "Your gate is a softmax over the channels. Take a sigmoid instead, which treats each number by itself.",
            {"torch.sigmoid(x + around)": "torch.softmax(x + around, dim=1)"}),
    Mistake("scconv-gate-of-k3", "Your gate adds k3(x) to k2's enlarged output. It should add x itself.",
            {"torch.sigmoid(x + around)": "torch.sigmoid(self.k3(x) + around)"}, hint=2),
    Mistake("scconv-gate-of-k3-kept", "Your gate adds k3's output to k2's. It should add x itself.",
            {"torch.sigmoid(x + around)": "torch.sigmoid((local := self.k3(x)) + around)",
             "self.k4(self.k3(x) * gate)": "self.k4(local * gate)"}, hint=2),
    Mistake("scconv-gate-at-the-small-size",
            "You add the small map of means to k2's output, take the sigmoid, and enlarge last. Enlarge k2's output "
            "first, then add x itself.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")': "self.k2(x)",
             "torch.sigmoid(x + around)": "F.interpolate(torch.sigmoid(self.k2[0](x) + around), x.shape[2:])"}, hint=2),
    Mistake("scconv-repeat-and-fill",
            "You repeat each cell `pooling` times and fill the rest, at the border, with the last cell. Call "
            "F.interpolate with size=x.shape[2:], which spreads the cells evenly.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 "F.pad(up := self.k2(x).repeat_interleave(side := self.k2[0].kernel_size, "
                 "2).repeat_interleave(side, 3), (0, x.shape[3] - up.shape[3], 0, x.shape[2] - up.shape[2]), "
                 "mode='replicate')"}, hint=1),
    Mistake("scconv-k2-of-k3", "Your k2 reads k3's output. Both k2 and k3 should read x.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(self.k3(x)), size=x.shape[2:], mode="nearest")'}),
    Mistake("scconv-k2-of-k3-kept", "Your k2 reads the output of k3. Both k2 and k3 should read x.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(local := self.k3(x)), size=x.shape[2:], mode="nearest")',
             "self.k4(self.k3(x) * gate)": "self.k4(local * gate)"}),
    Mistake("scconv-mean-of-the-batch",
            "You average k2's output over the batch, so an image's result depends on the other images. Each image "
            "should have a gate of its own.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2(x).mean(0, keepdim=True), size=x.shape[2:], mode="nearest")'}),
    Mistake("scconv-x-gated",
            "You multiply x by the gate. Your code never calls k3, or calls it only after the gate. The gate should "
            "multiply k3(x).", {"self.k4(self.k3(x) * gate)": "self.k4(x * gate)"}),
    Mistake("scconv-gated-before-k3",
            "You multiply x by the gate and call k3 on the product. Call k3 on x, then multiply its output by the "
            "gate.", {"self.k4(self.k3(x) * gate)": "self.k4(self.k3(x * gate))"}),
    Mistake("scconv-gate-after-k4",
            "You multiply by the gate after k4. The gate should multiply k3(x), and k4 should come last.",
            {"self.k4(self.k3(x) * gate)": "self.k4(self.k3(x)) * gate"}),
    Mistake("scconv-k3-and-k4-exchanged",
            "k3 and k4 have changed places. k3 should work on x, and k4 on the gated product.",
            {"self.k4(self.k3(x) * gate)": "self.k3(self.k4(x) * gate)"}),
    Mistake("scconv-relu-everywhere",
            "You have a ReLU inside each of k2, k3 and k4, which should hold only a convolution and a BatchNorm. "
            "SCConv has no ReLU at all.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(torch.relu(self.k2(x)), size=x.shape[2:], mode="nearest")',
             "self.k4(self.k3(x) * gate)": "torch.relu(self.k4(torch.relu(self.k3(x)) * gate))"}, hint=3),
    Mistake("scconv-no-norms",
            "k2, k3 and k4 have no BatchNorm, or never call it. Each convolution should be followed by a BatchNorm "
            "of its own.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, 1, 1, "
                 "bias=False), nn.Identity())",
             "self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.Identity())",
             "self.k4 = nn.Sequential(*conv_bn(channels, stride))":
                 "self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.Identity())"},
            hint=3),
    Mistake("scconv-no-norm-in-k2",
            "k2 has no BatchNorm, or never calls it. Each convolution should be followed by a BatchNorm of its own.",
            {'F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")':
                 'F.interpolate(self.k2[:2](x), size=x.shape[2:], mode="nearest")'}, hint=3),
    Mistake("scconv-no-norm-in-k3",
            "k3 has no BatchNorm, or never calls it. Each convolution should be followed by a BatchNorm of its own.",
            {"self.k4(self.k3(x) * gate)": "self.k4(self.k3[0](x) * gate)"}, hint=3),
    Mistake("scconv-no-norm-in-k4",
            "k4 has no BatchNorm, or never calls it. Each convolution should be followed by a BatchNorm of its own.",
            {"self.k4(self.k3(x) * gate)": "self.k4[0](self.k3(x) * gate)"}, hint=3),
    Mistake("scconv-norm-first",
            "In k3 the BatchNorm comes before the convolution. The convolution should come first.",
            {"self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.BatchNorm2d(channels), nn.Conv2d(channels, channels, 3, 1, 1, "
                 "bias=False))"}),
    Mistake("scconv-biases", "Each convolution has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, 1, 1, "
                 "bias=True), nn.BatchNorm2d(channels))",
             "self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=True), "
                 "nn.BatchNorm2d(channels))",
             "self.k4 = nn.Sequential(*conv_bn(channels, stride))":
                 "self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride, 1, bias=True), "
                 "nn.BatchNorm2d(channels))"}),
    Mistake("scconv-one-bias",
            "One of the convolutions has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=True), "
                 "nn.BatchNorm2d(channels))"}),
    Mistake("scconv-dilated",
            "One of the convolutions has a dilation. In SCConv the wide view comes from the means, and no "
            "convolution is dilated.",
            {"self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 2, bias=False, dilation=2), "
                 "nn.BatchNorm2d(channels))"}),
    Mistake("scconv-stride-as-padding",
            "You pass the stride to k4's convolution as its padding. nn.Conv2d takes the stride first and then the "
            "padding, which should be 1.",
            {"self.k4 = nn.Sequential(*conv_bn(channels, stride))":
                 "self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, stride, bias=False), "
                 "nn.BatchNorm2d(channels))"}),
    Mistake("scconv-halved-channels",
            "Your layers have half of `channels`. They should keep all `channels`, because the block halves its "
            "channels before it calls SCConv.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))": """channels = max(1, channels // 2)
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))"""}),
    Mistake("scconv-arguments-exchanged",
            "Your second argument is `pooling`, and your third is `stride`. The exercise has them the other way "
            "round.", {"stride: int = 1, pooling: int = 4": "pooling: int = 4, stride: int = 1"}),
    Mistake("scconv-no-padding",
            "Your convolutions have no padding, so their maps lose two rows and two columns. Pass padding=1.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, 1, 0, "
                 "bias=False), nn.BatchNorm2d(channels))",
             "self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 0, bias=False), "
                 "nn.BatchNorm2d(channels))",
             "self.k4 = nn.Sequential(*conv_bn(channels, stride))":
                 "self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride, 0, bias=False), "
                 "nn.BatchNorm2d(channels))"}),
    Mistake("scconv-one-by-one", "Your convolutions are 1 x 1. They should be 3 x 3, with padding 1.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 1, 1, 0, "
                 "bias=False), nn.BatchNorm2d(channels))",
             "self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 1, 1, 0, bias=False), "
                 "nn.BatchNorm2d(channels))",
             "self.k4 = nn.Sequential(*conv_bn(channels, stride))":
                 "self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 1, stride, 0, bias=False), "
                 "nn.BatchNorm2d(channels))"}),
    Mistake("scconv-depth-wise",
            "Your convolutions are depth-wise (groups=channels). In SCConv every output channel reads all channels.",
            {"self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))":
                 "self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, 1, 1, "
                 "bias=False, groups=channels), nn.BatchNorm2d(channels))",
             "self.k3 = nn.Sequential(*conv_bn(channels))":
                 "self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False, groups=channels), "
                 "nn.BatchNorm2d(channels))",
             "self.k4 = nn.Sequential(*conv_bn(channels, stride))":
                 "self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride, 1, bias=False, "
                 "groups=channels), nn.BatchNorm2d(channels))"}),
    infinite("scconv-naive-sigmoid", {"torch.sigmoid(x + around)": "(lambda e: e / (1 + e))(torch.exp(x + around))"}),
    only_in_eval("scconv-only-in-eval",
                 {"return self.k4(self.k3(x) * gate)": "return x if self.training else self.k4(self.k3(x) * gate)"}),
    *own_mode("scconv"),
    only_in_training("scconv-only-in-training"),
    hard_gate("scconv-hard-sigmoid"),
)

WRONG = (
    Wrong("InstanceNorm",
          {"3, padding=1, bias=False), nn.BatchNorm2d(channels)":
               "3, padding=1, bias=False), nn.InstanceNorm2d(channels, affine=True)",
           "1, padding=1, bias=False), nn.BatchNorm2d(channels)":
               "1, padding=1, bias=False), nn.InstanceNorm2d(channels, affine=True)",
           "stride, padding=1, bias=False), nn.BatchNorm2d(channels)":
               "stride, padding=1, bias=False), nn.InstanceNorm2d(channels, affine=True)",
           "x.add_(up)": "x + up"}, of="adds-into-x", says="Missing: `k2.2.running_mean`"),
    Wrong("adds-into-x", """
class SCConv(nn.Module):

    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        up = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x.add_(up))
        return self.k4(self.k3(x) * gate)
""", says="your code changes it in place"),
    Wrong("casts-to-float32",
          {"nn.Conv2d(channels, channels, kernel_size=3, bias=False)":
               "nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False)",
           "torch.add(identity, low)": "torch.add(identity, low).float()"}, of="k3-without-padding",
          says="makes a tensor float32"),
    Wrong("eps-of-Keras",
          {"""nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))""":
               """nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels, eps=0.001))""",
           """nn.Conv2d(channels, channels, kernel_size=3, bias=False),
                    nn.BatchNorm2d(channels))""":
               """nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels, eps=0.001))""",
           """nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))""":
               """nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels, eps=0.001))"""}, of="k3-without-padding", says="in the output of `k2.2`"),
    Wrong("k2-without-BatchNorm", """
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv())
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)
""", says="Missing: `k2.2.weight`"),
    Wrong("list-instead-of-Sequential",
          {"nn.Sequential(nn.AvgPool2d(pooling), conv())":
               "nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))",
           "nn.Sequential(conv(), nn.BatchNorm2d(channels))": "[conv(), nn.BatchNorm2d(channels)]",
           "y = self.k3(x)": """y = x
        for layer in self.k3:
            y = layer(y)"""},
          of="k2-without-BatchNorm", says="is a plain Python container"),
    Wrong("no-return",
          {"nn.Conv2d(channels, channels, kernel_size=3, bias=False)":
               "nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False)",
           "\n        return out": ""}, of="k3-without-padding", says="Is a `return` missing?"),
    Wrong("no-super", {"super().__init__()\n        ": "", "x.add_(up)": "x + up"}, of="adds-into-x",
          says="cannot assign module before Module.__init__() call"),
    Wrong("one-convolution-for-k2-and-k3",
          {"self.k2 ": """same = conv()
        self.k2 """,
           "nn.Sequential(nn.AvgPool2d(pooling), conv())":
               "nn.Sequential(nn.AvgPool2d(pooling), same, nn.BatchNorm2d(channels))",
           "(conv()": "(same"}, of="k2-without-BatchNorm", says="so they share their weights"),
    Wrong("squeeze",
          {"F.interpolate(self.k2(x), x.shape[2:])": "F.interpolate(self.k2(x), x.shape[2:]).squeeze()",
           "x.add_(up)": "x + up"}, of="adds-into-x", says="one channel"),
    Wrong("view-of-x",
          {"nn.Conv2d(channels, channels, kernel_size=3, bias=False)":
               "nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False)",
           "torch.sigmoid(torch.add(identity, low))":
               "torch.sigmoid(identity.view(B, C, -1) + low.view(B, C, -1)).view(B, C, H, W)"},
          of="k3-without-padding", says="a transposed tensor"),
    Wrong("k3-without-padding", """
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out
""", says="In `self.k3(x)`, `padding` should be 1."),
)

EQUIVALENT = (
    "10: interpolate without mode", "10: x detached (2)", "11: sigmoid in place", "12: Mult in place",
)
