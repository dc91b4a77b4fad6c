"""What learners write for `AttentionResNet`."""

from autograder.lessons.catalogue import Mistake, Wrong

RESNET_STRIDE_IN_THE_LAST_BLOCK = ("In your stages the last block has the stride, as in CloFormer. Here the stride "
                                   "belongs to the first block of a stage, in every stage except the first.")
RESNET_NO_STRIDE = ("None of your blocks has a stride, so all stages work on maps of the image's size. The first "
                    "block of each later stage should have stride 2.")
RESNET_A_BLOCK_TOO_FEW = ("Each stage has one block too few: `blocks` counts all blocks of a stage, the first one "
                          "included.")
RESNET_STAGE_SKIPPED = ("Your network has one stage too few: widths[0] belongs to the first stage too, not to the "
                        "stem alone.")
RESNET_CACHED_BY_WIDTH = ("Blocks of the same width share one attention module. Call make_attention once for each "
                          "block.")

RIGHT = {
    "block-inside": """
class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, channels, width, stride, attention):
            super().__init__()
            conv = lambda a, b, k, s: nn.Conv2d(a, b, k, s, k // 2, bias=False)
            self.conv1, self.bn1 = conv(channels, width, 3, stride), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1), nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride == 2:
                self.downsample = nn.Sequential(conv(channels, width, 1, 2), nn.BatchNorm2d(width))

        def forward(self, x):
            y = self.conv1(x)
            y = self.bn1(y)
            y = nn.functional.relu(y)
            y = self.conv2(y)
            y = self.bn2(y)
            y = self.attention(y)
            if self.downsample is None:
                return nn.functional.relu(x + y)
            return nn.functional.relu(self.downsample(x) + y)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        if make_attention is None:
            make_attention = lambda width: nn.Identity()
        w = widths[0]
        self.stem = nn.Sequential(nn.Conv2d(3, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
        self.stages = nn.ModuleList()
        for i in range(len(widths)):
            before = widths[max(i - 1, 0)]
            first = self.Block(before, widths[i], 1 if i == 0 else 2, make_attention(widths[i]))
            rest = [self.Block(widths[i], widths[i], 1, make_attention(widths[i])) for _ in range(blocks - 1)]
            self.stages.append(nn.ModuleList([first] + rest))
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(nn.functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0])
""",
    "named-sequential": """
from collections import OrderedDict

class AttentionResNet(nn.Module):
    '''A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    '''

    class Block(nn.Module):
        '''relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut).'''

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(OrderedDict([
                    ("conv", nn.Conv2d(in_channels, width, 1, stride, bias=False)),
                    ("bn", nn.BatchNorm2d(width)),
                ]))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(OrderedDict(
            conv=nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            bn=nn.BatchNorm2d(widths[0]),
            relu=nn.ReLU(),
        ))
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))
""",
    "torchvision-style": """
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)

class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)
""",
}

MISTAKES = (
    Mistake("resnet-attention-on-the-shortcut",
            "Your attention is on the shortcut. It belongs on the other branch, after bn2: the shortcut should pass "
            "x on as it is.",
            {"y = self.attention(self.bn2(self.conv2(y)))": "y = self.bn2(self.conv2(y))",
             "shortcut = x if self.downsample is None else self.downsample(x)":
                 """shortcut = x if self.downsample is None else self.downsample(x)
            shortcut = self.attention(shortcut)"""}),
    Mistake("resnet-attention-on-the-sum",
            "Your attention reads the sum of both branches. It should read the residual branch alone: relu(shortcut "
            "+ attention(bn2(...))).",
            {"y = self.attention(self.bn2(self.conv2(y)))": "y = self.bn2(self.conv2(y))",
             "return torch.relu(shortcut + y)": "return torch.relu(self.attention(shortcut + y))"}),
    Mistake("resnet-attention-last",
            "Your attention comes after the block's last ReLU. It should come after bn2, before the shortcut is "
            "added.",
            {"y = self.attention(self.bn2(self.conv2(y)))": "y = self.bn2(self.conv2(y))",
             "return torch.relu(shortcut + y)": "return self.attention(torch.relu(shortcut + y))"}),
    Mistake("resnet-attention-before-bn2",
            "Your attention is between conv2 and bn2. bn2 should come first: attention(bn2(conv2(y))).",
            {"y = self.attention(self.bn2(self.conv2(y)))": "y = self.bn2(self.attention(self.conv2(y)))"}),
    Mistake("resnet-attention-before-conv2",
            "Your attention comes before conv2. It should come last on its branch: attention(bn2(conv2(y))).",
            {"y = self.attention(self.bn2(self.conv2(y)))": "y = self.bn2(self.conv2(self.attention(y)))"}),
    Mistake("resnet-attention-before-relu",
            "Your attention comes after bn1. It should come last on its branch: attention(bn2(conv2(y))).",
            {"y = torch.relu(self.bn1(self.conv1(x)))": "y = torch.relu(self.attention(self.bn1(self.conv1(x))))",
             "y = self.attention(self.bn2(self.conv2(y)))": "y = self.bn2(self.conv2(y))"}),
    Mistake("resnet-attention-times-its-input",
            "You multiply `attention`'s output by its input. Many modules do that themselves, so use the output as "
            "it is.",
            {"y = self.attention(self.bn2(self.conv2(y)))": """y = self.bn2(self.conv2(y))
            y = y * self.attention(y)"""}),
    Mistake("resnet-attention-added",
            "You add `attention`'s output to its input. Use the output alone: y = attention(y).",
            {"y = self.attention(self.bn2(self.conv2(y)))": """y = self.bn2(self.conv2(y))
            y = y + self.attention(y)"""}),
    Mistake("resnet-made-for-the-input",
            "You call make_attention with the number of channels that enter the block. The attention reads bn2's "
            "output, so give make_attention the block's own width.",
            {"attention = make_attention(width) if make_attention else nn.Identity()":
                 "attention = make_attention(channels) if make_attention else nn.Identity()"}),
    Mistake("resnet-made-for-the-first-width",
            "You call make_attention with widths[0] in every stage. Give it the width of the block.",
            {"attention = make_attention(width) if make_attention else nn.Identity()":
                 "attention = make_attention(widths[0]) if make_attention else nn.Identity()"}),
    Mistake("resnet-none-called",
            "You call make_attention even if it is None. In that case `attention` should be nn.Identity().",
            {"attention = make_attention(width) if make_attention else nn.Identity()":
                 "attention = make_attention(width)"}),
    Mistake("resnet-relu-before-the-sum",
            "Your last ReLU is on the branch, so the sum can be negative. Take the ReLU of the sum: relu(shortcut + "
            "y).", {"return torch.relu(shortcut + y)": "return shortcut + torch.relu(y)"}),
    Mistake("resnet-relu-before-bn1", "Your ReLU comes before bn1. It should come after bn1: relu(bn1(conv1(x))).",
            {"y = torch.relu(self.bn1(self.conv1(x)))": "y = self.bn1(torch.relu(self.conv1(x)))"}),
    Mistake("resnet-pre-activation",
            "A BatchNorm and a ReLU come before your first convolution, as in the second version of ResNet. Here the "
            "order should be conv1, bn1, ReLU.",
            {"self.bn1 = nn.BatchNorm2d(width)": "self.bn1 = nn.BatchNorm2d(channels)",
             "y = torch.relu(self.bn1(self.conv1(x)))": "y = self.conv1(torch.relu(self.bn1(x)))"}),
    Mistake("resnet-no-bn2",
            "In each block the weight and bias of a BatchNorm are missing: there is only one norm, or one has "
            "affine=False. Each convolution needs a norm of its own, bn1 and bn2.",
            {"self.bn2 = nn.BatchNorm2d(width)": "self.bn2 = nn.Identity()"}),
    Mistake("resnet-no-shortcut", "The shortcut is missing: a block should return relu(shortcut + y).",
            {"return torch.relu(shortcut + y)": "return torch.relu(y)"}),
    Mistake("resnet-shortcut-multiplied", "You multiply the two branches. Add them.",
            {"return torch.relu(shortcut + y)": "return torch.relu(shortcut * y)"}),
    Mistake("resnet-x-twice", "Your block uses only the shortcut, and y is never used. Return relu(shortcut + y).",
            {"return torch.relu(shortcut + y)": "return torch.relu(shortcut)"}),
    Mistake("resnet-stride-in-the-first-stage",
            "Your first stage has a stride of 2 as well. It should keep the size of the image.",
            {"stride = 2 if place == 0 and number > 0 else 1": "stride = 2 if place == 0 else 1"}, hint=2),
    Mistake("resnet-stride-in-the-last-block", RESNET_STRIDE_IN_THE_LAST_BLOCK,
            {"stride = 2 if place == 0 and number > 0 else 1":
                 "stride = 2 if place == blocks - 1 and number < len(widths) - 1 else 1"}, hint=2),
    Mistake("resnet-stride-in-conv2", "The stride is in conv2. It should be in conv1.",
            {"self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)":
                 "self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)",
             "self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)":
                 "self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)"}),
    Mistake("resnet-no-stride", RESNET_NO_STRIDE,
            {"stride = 2 if place == 0 and number > 0 else 1": "stride = 1",
             "if stride > 1:": "if channels != width:"}, hint=2),
    Mistake("resnet-pooled-first",
            "You halve the map with a pooling layer before the stage. Use the stride of conv1 and `downsample` for "
            "that.",
            {"self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)":
                 "self.conv1 = nn.Conv2d(channels, width, 3, 1, padding=1, bias=False)",
             "nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width)":
                 "nn.Conv2d(channels, width, 1, 1, bias=False), nn.BatchNorm2d(width)",
             "y = torch.relu(self.bn1(self.conv1(x)))":
                 """x = x if self.downsample is None else nn.functional.avg_pool2d(x, 2, ceil_mode=True)
            y = torch.relu(self.bn1(self.conv1(x)))"""}),
    Mistake("resnet-downsample-by-width",
            "`downsample` is missing if the width stays the same. The first block of each later stage should have "
            "stride 2 and a `downsample`, whatever its width is.", {"if stride > 1:": "if channels != width:"}),
    Mistake("resnet-downsample-always",
            "Each of your blocks has a `downsample`. It should be None if the stride is 1 and the width stays the "
            "same.", {"if stride > 1:": "if True:"}, hint=3),
    Mistake("resnet-downsample-in-later-stages",
            "Every block after your first stage has a `downsample`. Only the first block of a stage changes size and "
            "width. In the other blocks `downsample` should be None, and the stride should be 1.",
            {"def __init__(self, channels: int, width: int, stride: int, attention: nn.Module)":
                 "def __init__(self, channels: int, width: int, stride: int, attention: nn.Module, late: bool)",
             "if stride > 1:": "if late:",
             "self.Block(channels, width, stride, attention)":
                 "self.Block(channels, width, stride, attention, number > 0)"}, hint=2),
    Mistake("resnet-downsample-no-norm",
            "The BatchNorm in `downsample` is missing, or has no weight and bias. The order should be 1x1 "
            "convolution, then BatchNorm.",
            {"""nn.Sequential(
                    nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))""":
                 "nn.Conv2d(channels, width, 1, stride, bias=False)"}),
    Mistake("resnet-downsample-kernel-3", "The kernel of your `downsample` is 3 x 3. It should be 1 x 1.",
            {"nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width)":
                 "nn.Conv2d(channels, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width)"}),
    Mistake("resnet-stem-no-norm",
            "The stem's BatchNorm is missing, or has no weight and bias (affine=False). The order should be "
            "convolution, BatchNorm, ReLU.",
            {"""nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU()""":
                 """nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.ReLU()"""}),
    Mistake("resnet-stem-relu-first",
            "In your stem the ReLU comes before the BatchNorm. The order should be convolution, BatchNorm, ReLU.",
            {"""nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU()""":
                 """nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.ReLU(), nn.BatchNorm2d(widths[0])"""}),
    Mistake("resnet-stem-kernel-7",
            "Your stem's kernel is 7 x 7, as in networks for large photographs. Here it should be 3 x 3.",
            {"""nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU()""":
                 """nn.Conv2d(3, widths[0], 7, padding=3, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU()"""}),
    Mistake("resnet-stem-max-pool",
            "There is a max pooling after your stem, as in networks for large photographs. Here the stem should end "
            "with its ReLU.",
            {"""nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU()""":
                 """nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU(), nn.MaxPool2d(3, 2, 1)"""}),
    Mistake("resnet-plain-list",
            "Your stages are a Python list: torch does not see the blocks in it, so they are never trained, or moved "
            "to another device. Use nn.ModuleList.",
            {"self.stages, channels = nn.ModuleList(), widths[0]": "self.stages, channels = [], widths[0]"}, hint=3),
    Mistake("resnet-plain-lists-inside",
            "A ModuleList takes modules only, but each of your stages is a Python list. Make each stage an "
            "nn.ModuleList as well.", {"stage = nn.ModuleList()": "stage = []"}),
    Mistake("resnet-blocks-shared",
            "You use the same block several times, as `[block] * n` does. Make a new block each time.",
            {"stage.append(self.Block(channels, width, stride, attention))":
                 "stage.append(self.Block(channels, width, stride, attention) if place < (1 if number == 0 else 2) "
                 "else stage[-1])"}, hint=3),
    Mistake("resnet-a-block-too-few", RESNET_A_BLOCK_TOO_FEW,
            {"for place in range(blocks):": "for place in range(max(1, blocks - 1)):"}),
    Mistake("resnet-a-block-too-many",
            "Each stage has one block too many: `blocks` counts all blocks of a stage, the first one included.",
            {"for place in range(blocks):": "for place in range(blocks + 1):"}),
    Mistake("resnet-stage-skipped", RESNET_STAGE_SKIPPED,
            {"in enumerate(widths):": "in enumerate(widths[1:] or widths, start=1):"}),
    Mistake("resnet-widths-backwards", "You go through the widths from the last to the first. Begin with widths[0].",
            {"in enumerate(widths):": "in enumerate(widths[::-1]):",
             "self.stages, channels = nn.ModuleList(), widths[0]":
                 "self.stages, channels = nn.ModuleList(), widths[-1]",
             "self.head = nn.Linear(widths[-1], num_classes)": "self.head = nn.Linear(widths[0], num_classes)",
             """nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU()""":
                 """nn.Conv2d(3, widths[-1], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[-1]), nn.ReLU()"""}),
    Mistake("resnet-head-of-the-first-width",
            "Your head is made for widths[0] channels. Its input has widths[-1] channels.",
            {"self.head = nn.Linear(widths[-1], num_classes)": "self.head = nn.Linear(widths[0], num_classes)"}),
    Mistake("resnet-head-no-bias", "Your head has no bias. Keep torch's default.",
            {"self.head = nn.Linear(widths[-1], num_classes)":
                 "self.head = nn.Linear(widths[-1], num_classes, bias=False)"}),
    Mistake("resnet-flattened",
            "You flatten the map. The head should read the mean over all positions, one number for each channel.",
            {"self.head(x.mean(dim=(2, 3)))": "self.head(x.flatten(1))"}),
    Mistake("resnet-group-norm",
            "Your norms keep no running statistics. (GroupNorm keeps none, and neither does a BatchNorm with "
            "track_running_stats=False.) Use BatchNorm2d with torch's defaults.",
            {"self.bn1 = nn.BatchNorm2d(width)": "self.bn1 = nn.GroupNorm(1, width)",
             "self.bn2 = nn.BatchNorm2d(width)": "self.bn2 = nn.GroupNorm(1, width)"}),
    Mistake("resnet-dropout", "There is dropout before your head. The exercise has none.",
            {"self.head(x.mean(dim=(2, 3)))":
                 "self.head(nn.functional.dropout(x.mean(dim=(2, 3)), 0.2, self.training))"}),
    Mistake("resnet-stages-from-1",
            "Your second stage has no stride. Stages count from 0, and every stage except stage 0 should have stride "
            "2.",
            {"stride = 2 if place == 0 and number > 0 else 1": "stride = 2 if place == 0 and number > 1 else 1",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-stride-in-the-second-stage",
            "Only your second stage has a stride. Every stage except the first should have one.",
            {"stride = 2 if place == 0 and number > 0 else 1": "stride = 2 if place == 0 and number == 1 else 1",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-stride-grows",
            "Your stride grows from stage to stage. It should be 2 in every stage except the first.",
            {"stride = 2 if place == 0 and number > 0 else 1": "stride = number + 1 if place == 0 else 1",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-stride-as-in-cloformer", RESNET_STRIDE_IN_THE_LAST_BLOCK,
            {"stride = 2 if place == 0 and number > 0 else 1":
                 "stride = 2 if place == blocks - 1 and number < len(widths) - 1 else 1",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-stride-in-the-last-block-later", RESNET_STRIDE_IN_THE_LAST_BLOCK,
            {"stride = 2 if place == 0 and number > 0 else 1":
                 "stride = 2 if place == blocks - 1 and number > 0 else 1",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-stride-in-the-second-block",
            "In your stages the second block has the stride. The first block, number 0, should have it.",
            {"stride = 2 if place == 0 and number > 0 else 1": "stride = 2 if place == 1 and number > 0 else 1",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-stride-before-the-last-stage",
            "Your last stage has no stride, and your first stage has one. Every stage except the first should have "
            "stride 2.",
            {"stride = 2 if place == 0 and number > 0 else 1":
                 "stride = 2 if place == 0 and number < len(widths) - 1 else 1",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-no-stride-but-downsample", RESNET_NO_STRIDE,
            {"stride = 2 if place == 0 and number > 0 else 1": "stride = 1",
             "if stride > 1:": "if place_of_change:",
             "stride: int, attention: nn.Module)": "stride: int, attention: nn.Module, place_of_change: bool)",
             "self.Block(channels, width, stride, attention)":
                 "self.Block(channels, width, stride, attention, number > 0 and place == 0)"}, hint=2),
    Mistake("resnet-nothing-made",
            "torch finds no attention module in your blocks. `attention` should be the module that "
            "make_attention(width) returns, and not the function itself or a list.",
            {"attention = make_attention(width) if make_attention else nn.Identity()": "attention = nn.Identity()"}),
    Mistake("resnet-in-the-last-block-alone",
            "Only the last block of a stage gets an attention module. Call make_attention for every block.",
            {"attention = make_attention(width) if make_attention else nn.Identity()":
                 "attention = make_attention(width) if make_attention and place == blocks - 1 else nn.Identity()"}),
    Mistake("resnet-attention-twice", "You call `attention` twice. Call it once.",
            {"y = self.attention(self.bn2(self.conv2(y)))":
                 "y = self.attention(self.attention(self.bn2(self.conv2(y))))"}),
    Mistake("resnet-attention-on-both", "Your shortcut goes through `attention` too. Add the shortcut as it is.",
            {"return torch.relu(shortcut + y)": "return torch.relu(self.attention(shortcut) + y)"}),
    Mistake("resnet-attention-behind-the-stage",
            "You call `attention` at the end of a stage and not in its blocks. It should read bn2's output.",
            {"y = self.attention(self.bn2(self.conv2(y)))": "y = self.bn2(self.conv2(y))",
             "x = block(x)": """x = block(x)
            x = stage[-1].attention(x)"""}),
    Mistake("resnet-attention-as-a-gate",
            "You turn `attention`'s output into a gate, with a sigmoid and a product. The module does that itself, "
            "so use its output as it is.",
            {"y = self.attention(self.bn2(self.conv2(y)))": """y = self.bn2(self.conv2(y))
            y = y * torch.sigmoid(self.attention(y))"""}),
    Mistake("resnet-no-affine",
            "bn1 and bn2 have no weights and biases (affine=False), or are missing. Keep torch's default.",
            {"self.bn1 = nn.BatchNorm2d(width)": "self.bn1 = nn.BatchNorm2d(width, affine=False)",
             "self.bn2 = nn.BatchNorm2d(width)": "self.bn2 = nn.BatchNorm2d(width, affine=False)"}),
    Mistake("resnet-eps", "Your BatchNorms have eps=0.001. Keep torch's default, 1e-5.",
            {"self.bn1 = nn.BatchNorm2d(width)": "self.bn1 = nn.BatchNorm2d(width, eps=1e-3)",
             "self.bn2 = nn.BatchNorm2d(width)": "self.bn2 = nn.BatchNorm2d(width, eps=1e-3)",
             "nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width)":
                 "nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width, eps=1e-3)"}),
    Mistake("resnet-momentum",
            "Your BatchNorms have momentum=0.9. In torch the momentum is the share of the new batch: keep the "
            "default, 0.1.",
            {"self.bn1 = nn.BatchNorm2d(width)": "self.bn1 = nn.BatchNorm2d(width, momentum=0.9)",
             "self.bn2 = nn.BatchNorm2d(width)": "self.bn2 = nn.BatchNorm2d(width, momentum=0.9)"}),
    Mistake("resnet-pre-activation-whole",
            "Your block is a pre-activation one: norm, ReLU, convolution. Here the order should be conv1, bn1, ReLU, "
            "conv2, bn2.",
            {"self.bn1 = nn.BatchNorm2d(width)": "self.bn1 = nn.BatchNorm2d(channels)",
             "y = torch.relu(self.bn1(self.conv1(x)))": "y = self.conv1(torch.relu(self.bn1(x)))",
             "y = self.attention(self.bn2(self.conv2(y)))": "y = self.attention(self.conv2(torch.relu(self.bn2(y))))",
             "return torch.relu(shortcut + y)": "return shortcut + y"}),
    Mistake("resnet-max-pool-inside", "A max pooling halves your map after bn1. Use the stride of conv1 for that.",
            {"self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)":
                 "self.conv1 = nn.Conv2d(channels, width, 3, 1, padding=1, bias=False)",
             "y = torch.relu(self.bn1(self.conv1(x)))": """y = torch.relu(self.bn1(self.conv1(x)))
            y = y if self.downsample is None else nn.functional.max_pool2d(y, 2, ceil_mode=True)"""}),
    Mistake("resnet-downsample-pooled",
            "Your `downsample` pools first, and its convolution has stride 1. Give the 1x1 convolution itself the "
            "stride.",
            {"nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width)":
                 "nn.AvgPool2d(stride, ceil_mode=True), nn.Conv2d(channels, width, 1, bias=False), "
                 "nn.BatchNorm2d(width)"}),
    Mistake("resnet-downsample-norm-first",
            "In `downsample` the BatchNorm comes before the convolution. It should come after it.",
            {"nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width)":
                 "nn.BatchNorm2d(channels), nn.Conv2d(channels, width, 1, stride, bias=False)"}),
    Mistake("resnet-conv2-depthwise", "conv2 is depthwise (groups=width). Keep torch's default, one group.",
            {"self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)":
                 "self.conv2 = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)"}),
    Mistake("resnet-conv2-kernel-1", "The kernel of conv2 is 1 x 1. It should be 3 x 3.",
            {"self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)":
                 "self.conv2 = nn.Conv2d(width, width, 1, bias=False)"}),
    Mistake("resnet-conv1-kernel-1", "The kernel of conv1 is 1 x 1. It should be 3 x 3.",
            {"self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)":
                 "self.conv1 = nn.Conv2d(channels, width, 1, stride, bias=False)"}),
    Mistake("resnet-widened-by-conv2",
            "conv1 keeps the number of channels, and conv2 changes it. conv1 should change it to the block's width.",
            {"self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)":
                 "self.conv1 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)",
             "self.bn1 = nn.BatchNorm2d(width)": "self.bn1 = nn.BatchNorm2d(channels)",
             "self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)":
                 "self.conv2 = nn.Conv2d(channels, width, 3, padding=1, bias=False)"}),
    Mistake("resnet-channels-set-behind-the-stage",
            "From its second block on, your stage still expects the channels of the previous stage. Update the "
            "number after every block: channels = width.",
            {"""                channels = width
            self.stages.append(stage)""": """            channels = width
            self.stages.append(stage)""",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-channels-of-the-last-stage",
            "Your first stage expects widths[-1] channels, because widths[i - 1] is the last width for i = 0. The "
            "stem gives it widths[0] channels.",
            {"stage = nn.ModuleList()": "stage, channels = nn.ModuleList(), widths[number - 1]",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-widths-doubled", "You double the width from stage to stage. Stage i should have widths[i].",
            {"in enumerate(widths):": "in enumerate([widths[0] * 2 ** i for i in range(len(widths))]):",
             "self.head = nn.Linear(widths[-1], num_classes)": "self.head = nn.Linear(channels, num_classes)"}),
    Mistake("resnet-widths-doubled-but-the-head",
            "You double the width from stage to stage. Stage i should have widths[i].",
            {"in enumerate(widths):": "in enumerate([widths[0] * 2 ** i for i in range(len(widths))]):"}),
    Mistake("resnet-sixteen", "Your stem has 16 channels. It should have widths[0].",
            {"""nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU()""":
                 """nn.Conv2d(3, 16, 3, padding=1, bias=False),
                                  nn.BatchNorm2d(16), nn.ReLU()""",
             "self.stages, channels = nn.ModuleList(), widths[0]": "self.stages, channels = nn.ModuleList(), 16",
             "if stride > 1:": "if stride > 1 or channels != width:"}),
    Mistake("resnet-no-first-stage", RESNET_STAGE_SKIPPED,
            {"in enumerate(widths):": "in enumerate(widths[1:], start=1):"}),
    Mistake("resnet-pairs-of-widths",
            "Your network has one stage too few. You make a stage for each pair of neighbouring widths, and there is "
            "one pair fewer than there are widths. Make one stage for each width.",
            {"in enumerate(widths):": "in enumerate(widths[1:]):",
             "if stride > 1:": "if stride > 1 or channels != width:"}, hint=2),
    Mistake("resnet-one-block-less", RESNET_A_BLOCK_TOO_FEW,
            {"for place in range(blocks):": "for place in range(blocks - 1):",
             "self.head = nn.Linear(widths[-1], num_classes)": "self.head = nn.Linear(channels, num_classes)"}),
    Mistake("resnet-block-result-dropped", "You throw a block's output away: write x = block(x).",
            {"x = block(x)": "block(x)"}),
    Mistake("resnet-shared-from-the-second",
            "You use the same block several times, as `[block] * n` does. Make a new block each time.",
            {"stage.append(self.Block(channels, width, stride, attention))":
                 "stage.append(self.Block(channels, width, stride, attention) if place < 2 else stage[-1])"}, hint=3),
    Mistake("resnet-eval",
            "Your network calls eval() itself, so its BatchNorms never use the batch's statistics. Leave the "
            "choice of the mode to the caller.", {"x = self.stem(x)": "x = self.eval().stem(x)"}),
    Mistake("resnet-drop-path", "There is dropout on the residual branch. The exercise has none.",
            {"return torch.relu(shortcut + y)":
                 "return torch.relu(shortcut + nn.functional.dropout(y, 0.1, self.training))"}),
)

WRONG = (
    Wrong("all-biases",
          {"nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)":
               "nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1)",
           "nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)":
               "nn.Conv2d(c_out, c_out, 3, stride=1, padding=1)",
           "nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False)": "nn.Conv2d(c_in, c_out, 1, stride=stride)",
           "nn.Conv2d(3, widths[0], 3, padding=1, bias=False)": "nn.Conv2d(3, widths[0], 3, padding=1)"},
          of="torchvision-style", says="Your layers have biases, but the exercise's layers have none"),
    Wrong("attention-hidden-in-list",
          {"= attention": "= [attention]",
           """if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(OrderedDict([
                    ("conv", nn.Conv2d(in_channels, width, 1, stride, bias=False)),
                    ("bn", nn.BatchNorm2d(width)),
                ]))""":
               "if stride != 1 or in_channels != width:\n                self.downsample = "
               "nn.Sequential(nn.Conv2d(in_channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))",
           "self.attention(": "self.attention[0](",
           """nn.Sequential(OrderedDict(
            conv=nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            bn=nn.BatchNorm2d(widths[0]),
            relu=nn.ReLU(),
        ))""":
               "nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), "
               "nn.ReLU())"}, of="named-sequential", says="are plain Python containers"),
    Wrong("attention-only-in-last-block", """
from functools import reduce

class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width),
            ) if stride * width != in_channels or stride > 1 else None
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding="same" if stride == 1 else 1,
                                   bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, padding="same", bias=False)
            self.bn1, self.bn2 = (nn.BatchNorm2d(width) for _ in range(2))
            self.attention = attention

        def forward(self, x):
            steps = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2, self.attention)
            y = reduce(lambda value, step: step(value), steps, x)
            return F.relu(torch.add(y, self.downsample(x) if self.downsample else x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding="same", bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for i, width in enumerate(widths):
            self.stages.append(nn.ModuleList())
            for j in range(blocks):
                stride = 1 + (i > 0) * (j == 0)
                attention = make_attention(width) if make_attention and j == blocks - 1 else nn.Identity()
                self.stages[-1].append(self.Block(before, width, stride, attention))
                before = width
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = reduce(lambda x, block: block(x), (b for s in self.stages for b in s), self.stem(x))
        return F.linear(torch.einsum("bchw->bc", x) / x[0, 0].numel(), self.head.weight,
                        self.head.bias)
""", mistake="resnet-in-the-last-block-alone"),
    Wrong("default-blocks", {"=2": "=1"}, of="torchvision-style",
          says="If `blocks` is not given, your code uses 1"),
    Wrong("log-softmax", {"self.head(x)": "self.head(x).log_softmax(1)"}, of="torchvision-style"),
    Wrong("one-module-more-to-describe-it",
          {"self.stem ": """self.described = str(make_attention(w))
        self.stem """}, of="block-inside",
          says="Input `make_attention`: your code calls it"),
)

EQUIVALENT = (
    "14: Conv2d with dilation=2", "16: x its absolute value", "17: relu twice", "17: relu in place", "20: relu twice",
    "20: relu in place", "36: x doubled in place at the end",
)
