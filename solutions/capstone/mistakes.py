"""Known mistakes, correct variants and equivalent mutants of 10_capstone.
Most mistakes are the reference with something changed."""

from functools import reduce

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import detached


def of(exercise: str, short: str, *rows: tuple) -> tuple[Mistake, ...]:
    """Mistakes of one exercise. rows: what is wrong, the sentence, and the edits (old text, new text)."""
    return tuple(Mistake(f"{short}-{what}", exercise, sentence, tuple(edits)) for what, sentence, *edits in rows)


# --- AttentionResNet. What the reference says, and most mistakes replace.
CONV1 = "self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)"
CONV2 = "self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)"
BN1, BN2 = "self.bn1 = nn.BatchNorm2d(width)", "self.bn2 = nn.BatchNorm2d(width)"
STRIDED = "if stride > 1:"
DOWN = "nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width)"
FIRST_HALF = "y = torch.relu(self.bn1(self.conv1(x)))"
SECOND_HALF = "y = self.attention(self.bn2(self.conv2(y)))"
SHORTCUT = "shortcut = x if self.downsample is None else self.downsample(x)"
SUM = "return torch.relu(shortcut + y)"
STEM = ("nn.Conv2d(3, widths[0], 3, padding=1, bias=False),\n                                  "
        "nn.BatchNorm2d(widths[0]), nn.ReLU()")
STRIDE = "stride = 2 if place == 0 and number > 0 else 1"
MADE = "attention = make_attention(width) if make_attention else nn.Identity()"
HEAD = "self.head = nn.Linear(widths[-1], num_classes)"
SCORES = "self.head(x.mean(dim=(2, 3)))"
STAGES = "self.stages, channels = nn.ModuleList(), widths[0]"
SIGNATURE = "widths: Sequence[int] = (16, 32, 64),\n                 blocks: int = 2,"

EITHER = "if stride > 1 or channels != width:"
PLACE = "stride: int, attention: nn.Module, place_of_change: bool)"
LAST_BLOCK = (
    "In your stages the last block has the stride, as in CloFormer. Here the stride belongs to the first block of a "
    "stage, in every stage except the first."
)
SHARED_BY_WIDTH = "Blocks of the same width share one attention module. Call make_attention once for each block."

RESNET = (
    *of("AttentionResNet", "resnet",
        ("attention-on-the-shortcut",
         "Your attention is on the shortcut. It belongs on the other branch, after bn2: the shortcut should pass x on "
         "as it is.",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))"), (SHORTCUT, f"{SHORTCUT}\n            shortcut = "
                                                                  "self.attention(shortcut)")),
        ("attention-on-the-sum", "Your attention reads the sum of both branches. It should read the residual branch "
                                 "alone: relu(shortcut + attention(bn2(...))).",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))"), (SUM, "return torch.relu(self.attention(shortcut + y))")),
        ("attention-last",
         "Your attention comes after the block's last ReLU. It should come after bn2, before the shortcut is added.",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))"), (SUM, "return self.attention(torch.relu(shortcut + y))")),
        ("attention-before-bn2",
         "Your attention is between conv2 and bn2. bn2 should come first: attention(bn2(conv2(y))).",
         (SECOND_HALF, "y = self.bn2(self.attention(self.conv2(y)))")),
        ("attention-before-conv2",
         "Your attention comes before conv2. It should come last on its branch: attention(bn2(conv2(y))).",
         (SECOND_HALF, "y = self.bn2(self.conv2(self.attention(y)))")),
        ("attention-before-relu",
         "Your attention comes after bn1. It should come last on its branch: attention(bn2(conv2(y))).",
         (FIRST_HALF, "y = torch.relu(self.attention(self.bn1(self.conv1(x))))"),
         (SECOND_HALF, "y = self.bn2(self.conv2(y))")),
        ("attention-not-called",
         "`attention` is made and never called. It should read bn2's output.",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))")),
        ("attention-times-its-input",
         "You multiply `attention`'s output by its input. Many modules do that themselves, so use the output as it is.",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))\n            y = y * self.attention(y)")),
        ("attention-added", "You add `attention`'s output to its input. Use the output alone: y = attention(y).",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))\n            y = y + self.attention(y)")),
        ("one-for-each-stage",
         "All blocks of a stage share one attention module. Call make_attention once for each block.",
         (MADE, "pass"), ("stage = nn.ModuleList()", f"stage = nn.ModuleList()\n            {MADE}")),
        ("made-for-the-input",
         "You call make_attention with the number of channels that enter the block. The attention reads bn2's output, "
         "so give make_attention the block's own width.",
         (MADE, MADE.replace("(width)", "(channels)"))),
        ("made-for-the-first-width",
         "You call make_attention with widths[0] in every stage. Give it the width of the block.",
         (MADE, MADE.replace("(width)", "(widths[0])"))),
        ("none-called",
         "You call make_attention even if it is None. In that case `attention` should be nn.Identity().",
         (MADE, "attention = make_attention(width)")),
        ("no-last-relu", "The block's last ReLU is missing: return relu(shortcut + y).", (SUM, "return shortcut + y")),
        ("relu-before-the-sum",
         "Your last ReLU is on the branch, so the sum can be negative. Take the ReLU of the sum: relu(shortcut + y).",
         (SUM, "return shortcut + torch.relu(y)")),
        ("relu-behind-bn2", "There is a ReLU after bn2 too. Give bn2's output to `attention` as it is.",
         (SECOND_HALF, "y = self.attention(torch.relu(self.bn2(self.conv2(y))))")),
        ("no-relu-between",
         "The ReLU after bn1 is missing. Without it, two convolutions in a row can do no more than a single one.",
         (FIRST_HALF, "y = self.bn1(self.conv1(x))")),
        ("relu-before-bn1", "Your ReLU comes before bn1. It should come after bn1: relu(bn1(conv1(x))).",
         (FIRST_HALF, "y = self.bn1(torch.relu(self.conv1(x)))")),
        ("pre-activation",
         "A BatchNorm and a ReLU come before your first convolution, as in the second version of ResNet. Here the "
         "order should be conv1, bn1, ReLU.",
         (BN1, BN1.replace("width", "channels")), (FIRST_HALF, "y = self.conv1(torch.relu(self.bn1(x)))")),
        ("bn1-twice", "You call bn1 twice: bn2 is made and never called. bn2 should follow conv2.",
         (SECOND_HALF, SECOND_HALF.replace("bn2", "bn1"))),
        ("no-bn2",
         "In each block the weight and bias of a BatchNorm are missing: there is only one norm, or one has "
         "affine=False. Each convolution needs a norm of its own, bn1 and bn2.",
         (BN2, "self.bn2 = nn.Identity()")),
        ("conv2-not-called", "conv2 is made and never called. It belongs after the first ReLU.",
         (SECOND_HALF, SECOND_HALF.replace("self.conv2(y)", "y"))),
        ("no-shortcut", "The shortcut is missing: a block should return relu(shortcut + y).",
         (SUM, "return torch.relu(y)")),
        ("shortcut-multiplied", "You multiply the two branches. Add them.",
         (SUM, "return torch.relu(shortcut * y)")),
        ("x-twice", "Your block uses only the shortcut, and y is never used. Return relu(shortcut + y).",
         (SUM, "return torch.relu(shortcut)")),
        ("stride-in-the-first-stage", "Your first stage has a stride of 2 as well. It should keep the size of the "
                                      "image.",
         (STRIDE, "stride = 2 if place == 0 else 1")),
        ("stride-in-the-last-block",
         "In your stages the last block has the stride, as in CloFormer. Here the stride belongs to the first block of "
         "a stage, in every stage except the first.",
         (STRIDE, "stride = 2 if place == blocks - 1 and number < len(widths) - 1 else 1")),
        ("stride-in-conv2", "The stride is in conv2. It should be in conv1.",
         (CONV1, CONV1.replace("3, stride,", "3,")), (CONV2, CONV2.replace("3, padding", "3, stride, padding"))),
        ("no-stride",
         "None of your blocks has a stride, so all stages work on maps of the image's size. The first block of each "
         "later stage should have stride 2.",
         (STRIDE, "stride = 1"), (STRIDED, "if channels != width:")),
        ("pooled-first",
         "You halve the map with a pooling layer before the stage. Use the stride of conv1 and `downsample` for that.",
         (CONV1, CONV1.replace("stride", "1")), (DOWN, DOWN.replace("stride", "1")),
         (FIRST_HALF,
          "x = x if self.downsample is None else nn.functional.avg_pool2d(x, 2, ceil_mode=True)\n            "
          + FIRST_HALF)),
        ("downsample-by-width",
         "`downsample` is missing if the width stays the same. The first block of each later stage should have stride "
         "2 and a `downsample`, whatever its width is.",
         (STRIDED, "if channels != width:")),
        ("downsample-always", "Each of your blocks has a `downsample`. It should be None if the stride is 1 and the "
                              "width stays the same.",
         (STRIDED, "if True:")),
        ("downsample-in-later-stages",
         "Every block after your first stage has a `downsample`. Only the first block of a stage changes size and "
         "width. In the other blocks `downsample` should be None, and the stride should be 1.",
         ("def __init__(self, channels: int, width: int, stride: int, attention: nn.Module)",
          "def __init__(self, channels: int, width: int, stride: int, attention: nn.Module, late: bool)"),
          (STRIDED, "if late:"),
         ("self.Block(channels, width, stride, attention)",
          "self.Block(channels, width, stride, attention, number > 0)")),
        ("downsample-bias",
         "The convolution in `downsample` has a bias. The BatchNorm after it subtracts the bias again: pass "
         "bias=False.",
         (DOWN, DOWN.replace(", bias=False", ""))),
        ("downsample-no-norm",
         "The BatchNorm in `downsample` is missing, or has no weight and bias. The order should be 1x1 convolution, "
         "then BatchNorm.",
         (f"nn.Sequential(\n                    {DOWN})", "nn.Conv2d(channels, width, 1, stride, bias=False)")),
        ("downsample-kernel-3", "The kernel of your `downsample` is 3 x 3. It should be 1 x 1.",
         (DOWN, DOWN.replace("width, 1, stride,", "width, 3, stride, padding=1,"))),
        ("downsample-relu",
         "Your shortcut goes through a ReLU, at the end of `downsample` or after it. Only the sum should go through a "
         "ReLU.",
         (DOWN, DOWN.replace("BatchNorm2d(width)", "BatchNorm2d(width), nn.ReLU()"))),
        ("biases", "conv1 and conv2 have a bias. The BatchNorm after each convolution subtracts the bias again: pass "
                   "bias=False.",
         (CONV1, CONV1.replace(", bias=False", "")), (CONV2, CONV2.replace(", bias=False", ""))),
        ("stem-bias", "The stem's convolution has a bias. The BatchNorm after it subtracts the bias again: pass "
                      "bias=False.",
         (STEM, STEM.replace(", bias=False", ""))),
        ("stem-no-norm",
         "The stem's BatchNorm is missing, or has no weight and bias (affine=False). The order should be convolution, "
         "BatchNorm, ReLU.",
         (STEM, STEM.replace("nn.BatchNorm2d(widths[0]), ", ""))),
        ("stem-no-relu", "The stem's ReLU is missing. The order should be convolution, BatchNorm, ReLU.",
         (STEM, STEM.replace(", nn.ReLU()", ""))),
        ("stem-relu-first",
         "In your stem the ReLU comes before the BatchNorm. The order should be convolution, BatchNorm, ReLU.",
         (STEM, STEM.replace("nn.BatchNorm2d(widths[0]), nn.ReLU()", "nn.ReLU(), nn.BatchNorm2d(widths[0])"))),
        ("stem-stride", "Your stem has stride 2, as in networks for large photographs. Here it should keep the size.",
         (STEM, STEM.replace("3, padding=1", "3, 2, padding=1"))),
        ("stem-kernel-7", "Your stem's kernel is 7 x 7, as in networks for large photographs. Here it should be 3 x 3.",
         (STEM, STEM.replace("3, padding=1", "7, padding=3"))),
        ("stem-max-pool",
         "There is a max pooling after your stem, as in networks for large photographs. Here the stem should end with "
         "its ReLU.",
         (STEM, STEM.replace("nn.ReLU()", "nn.ReLU(), nn.MaxPool2d(3, 2, 1)"))),
        ("plain-list",
         "Your stages are a Python list: torch does not see the blocks in it, so they are never trained, or moved to "
         "another device. Use nn.ModuleList.",
         (STAGES, "self.stages, channels = [], widths[0]")),
        ("plain-lists-inside",
         "A ModuleList takes modules only, but each of your stages is a Python list. Make each stage an nn.ModuleList "
         "as well.",
         ("stage = nn.ModuleList()", "stage = []")),
        ("blocks-shared",
         "You use the same block several times, as `[block] * n` does. Make a new block each time.",
         ("stage.append(self.Block(channels, width, stride, attention))",
          "stage.append(self.Block(channels, width, stride, attention) if place < (1 if number == 0 else 2) else "
          "stage[-1])")),
        ("a-block-too-few",
         "Each stage has one block too few: `blocks` counts all blocks of a stage, the first one included.",
         ("for place in range(blocks):", "for place in range(max(1, blocks - 1)):")),
        ("a-block-too-many",
         "Each stage has one block too many: `blocks` counts all blocks of a stage, the first one included.",
         ("for place in range(blocks):", "for place in range(blocks + 1):")),
        ("blocks-ignored",
         "The argument `blocks` has no effect: each of your stages has 2 blocks.",
         ("for place in range(blocks):", "for place in range(2):")),
        ("classes-ignored",
         "The argument num_classes has no effect: there are always 10 scores.",
         (HEAD, HEAD.replace("num_classes", "10"))),
        ("stage-skipped",
         "Your network has one stage too few: widths[0] belongs to the first stage too, not to the stem alone.",
         ("in enumerate(widths):", "in enumerate(widths[1:] or widths, start=1):")),
        ("widths-backwards",
         "You go through the widths from the last to the first. Begin with widths[0].",
         ("in enumerate(widths):", "in enumerate(widths[::-1]):"), (STAGES, "self.stages, channels = nn.ModuleList(), "
                                                                            "widths[-1]"),
         (HEAD, HEAD.replace("widths[-1]", "widths[0]")), (STEM, STEM.replace("widths[0]", "widths[-1]"))),
        ("other-widths", "If `widths` is not given, your code should use (16, 32, 64).",
         (SIGNATURE, SIGNATURE.replace("(16, 32, 64)", "(64, 128, 256)"))),
        ("three-blocks", "If `blocks` is not given, your code should use 2.",
         (SIGNATURE, SIGNATURE.replace("= 2", "= 3"))),
        ("thousand-classes", "If num_classes is not given, your code should use 10.", ("num_classes: int = 10)",
                                                                   "num_classes: int = 1000)")),
        ("head-of-the-first-width", "Your head is made for widths[0] channels. Its input has widths[-1] channels.",
         (HEAD, HEAD.replace("widths[-1]", "widths[0]"))),
        ("head-no-bias", "Your head has no bias. Keep torch's default.",
         (HEAD, HEAD.replace("num_classes)", "num_classes, bias=False)"))),
        ("maximum", "You take the maximum over the positions. Take the mean for the head.",
         (SCORES, "self.head(x.amax(dim=(2, 3)))")),
        ("flattened", "You flatten the map. The head should read the mean over all positions, one number for each "
                      "channel.",
         (SCORES, "self.head(x.flatten(1))")),
        ("mean-over-rows", "You take the mean over H alone. Take it over H and W.",
         (SCORES, "self.head(x.mean(dim=2))")),
        ("mean-over-channels",
         "You take the mean over H and over the channels. The axes are (B, C, H, W): take the mean over axes 2 and 3.",
         (SCORES, "self.head(x.mean(dim=(1, 2)))")),
        ("sum-over-positions", "You add up all positions. Take their mean for the head.",
         (SCORES, "self.head(x.sum(dim=(2, 3)))")),
        ("softmax", "You return probabilities. Return scores, because cross_entropy takes the softmax itself.",
         (SCORES, "torch.softmax(self.head(x.mean(dim=(2, 3))), dim=1)")),
        ("group-norm",
         "Your norms keep no running statistics. (GroupNorm keeps none, and neither does a BatchNorm with "
         "track_running_stats=False.) Use BatchNorm2d with torch's defaults.",
         (BN1, "self.bn1 = nn.GroupNorm(1, width)"), (BN2, "self.bn2 = nn.GroupNorm(1, width)")),
        ("dropout", "There is dropout before your head. The exercise has none.",
         (SCORES, "self.head(nn.functional.dropout(x.mean(dim=(2, 3)), 0.2, self.training))")),
        ),
    # Neighbours of these, whose traces differ.
    *of("AttentionResNet", "resnet",
        ("stages-from-1",
         "Your second stage has no stride. Stages count from 0, and every stage except stage 0 should have stride 2.",
         (STRIDE, STRIDE.replace("> 0", "> 1")), (STRIDED, EITHER)),
        ("stride-in-the-second-stage", "Only your second stage has a stride. Every stage except the first should have "
                                       "one.",
         (STRIDE, STRIDE.replace("> 0", "== 1")), (STRIDED, EITHER)),
        ("stride-grows", "Your stride grows from stage to stage. It should be 2 in every stage except the first.",
         (STRIDE, "stride = number + 1 if place == 0 else 1"), (STRIDED, EITHER)),
        ("stride-as-in-cloformer", LAST_BLOCK,
         (STRIDE, "stride = 2 if place == blocks - 1 and number < len(widths) - 1 else 1"), (STRIDED, EITHER)),
        ("stride-in-the-last-block-later", LAST_BLOCK,
         (STRIDE, "stride = 2 if place == blocks - 1 and number > 0 else 1"), (STRIDED, EITHER)),
        ("stride-in-the-second-block", "In your stages the second block has the stride. The first block, number 0, "
                                       "should have it.",
         (STRIDE, "stride = 2 if place == 1 and number > 0 else 1"), (STRIDED, EITHER)),
        ("stride-before-the-last-stage",
         "Your last stage has no stride, and your first stage has one. Every stage except the first should have stride "
         "2.",
         (STRIDE, "stride = 2 if place == 0 and number < len(widths) - 1 else 1"), (STRIDED, EITHER)),
        ("no-stride-but-downsample",
         "None of your blocks has a stride, so all stages work on maps of the image's size. The first block of each "
         "later stage should have stride 2.",
         (STRIDE, "stride = 1"), (STRIDED, "if place_of_change:"), ("stride: int, attention: nn.Module)", PLACE),
         ("self.Block(channels, width, stride, attention)",
          "self.Block(channels, width, stride, attention, number > 0 and place == 0)")),
        ("cached-by-width", SHARED_BY_WIDTH, (STAGES, f"made = {{}}\n        {STAGES}"),
         (MADE, "if make_attention and width not in made:\n                    made[width] = make_attention(width)\n"
          "                attention = made.get(width) or nn.Identity()")),
        ("cached-by-width-and-place", SHARED_BY_WIDTH, (STAGES, f"made = {{}}\n        {STAGES}"),
         (MADE,
          "attention = made.setdefault((width, place), make_attention(width)) if make_attention else nn.Identity()")),
        ("one-for-all",
         "All blocks share one attention module, made for widths[0]. Call make_attention once for each block, with "
         "its width.",
         (STAGES, f"attention = make_attention(widths[0]) if make_attention else nn.Identity()\n        {STAGES}"),
         (MADE, "pass")),
        ("nothing-made",
         "torch finds no attention module in your blocks. `attention` should be the module that make_attention(width) "
         "returns, and not the function itself or a list.", (MADE, "attention = nn.Identity()")),
        ("in-the-last-block-alone", "Only the last block of a stage gets an attention module. Call make_attention for "
                                    "every block.",
         (MADE, "attention = make_attention(width) if make_attention and place == blocks - 1 else nn.Identity()")),
        ("attention-twice", "You call `attention` twice. Call it once.",
         (SECOND_HALF, "y = self.attention(self.attention(self.bn2(self.conv2(y))))")),
        ("attention-on-both", "Your shortcut goes through `attention` too. Add the shortcut as it is.",
         (SUM, "return torch.relu(self.attention(shortcut) + y)")),
        ("attention-behind-the-stage",
         "You call `attention` at the end of a stage and not in its blocks. It should read bn2's output.",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))"), ("x = block(x)",
                                                        "x = block(x)\n            x = stage[-1].attention(x)")),
        ("attention-as-a-gate",
         "You turn `attention`'s output into a gate, with a sigmoid and a product. The module does that itself, so use "
         "its output as it is.",
         (SECOND_HALF, "y = self.bn2(self.conv2(y))\n            y = y * torch.sigmoid(self.attention(y))")),
        ("no-affine", "bn1 and bn2 have no weights and biases (affine=False), or are missing. Keep torch's default.",
         (BN1, "self.bn1 = nn.BatchNorm2d(width, affine=False)"), (BN2,
                                                                   "self.bn2 = nn.BatchNorm2d(width, affine=False)")),
        ("one-bn", "bn1 and bn2 are the same module. Each convolution should have its own.",
         (BN2, "self.bn2 = self.bn1")),
        ("eps", "Your BatchNorms have eps=0.001. Keep torch's default, 1e-5.",
         (BN1, "self.bn1 = nn.BatchNorm2d(width, eps=1e-3)"), (BN2, "self.bn2 = nn.BatchNorm2d(width, eps=1e-3)"),
         (DOWN, DOWN.replace("(width)", "(width, eps=1e-3)"))),
        ("momentum",
         "Your BatchNorms have momentum=0.9. In torch the momentum is the share of the new batch: keep the default, "
         "0.1.",
         (BN1, "self.bn1 = nn.BatchNorm2d(width, momentum=0.9)"), (BN2,
                                                                   "self.bn2 = nn.BatchNorm2d(width, momentum=0.9)")),
        ("pre-activation-whole",
         "Your block is a pre-activation one: norm, ReLU, convolution. Here the order should be conv1, bn1, ReLU, "
         "conv2, bn2.",
         (BN1, BN1.replace("width", "channels")), (FIRST_HALF, "y = self.conv1(torch.relu(self.bn1(x)))"),
         (SECOND_HALF, "y = self.attention(self.conv2(torch.relu(self.bn2(y))))"), (SUM, "return shortcut + y")),
        ("gelu", "Your block has GELUs, as CloFormer has. They should be ReLUs.",
         (FIRST_HALF, "y = nn.functional.gelu(self.bn1(self.conv1(x)))"), (SUM,
                                                                           "return nn.functional.gelu(shortcut + y)")),
        ("gelu-last", "Your sum goes through a GELU. It should go through a ReLU.",
         (SUM, "return nn.functional.gelu(shortcut + y)")),
        ("gelu-first", "A GELU comes after bn1. It should be a ReLU.", (FIRST_HALF,
                                                                   "y = nn.functional.gelu(self.bn1(self.conv1(x)))")),
        ("relu-on-scores", "There is a ReLU after the head. Scores may be negative: return them as they are.",
         (SCORES, "torch.relu(self.head(x.mean(dim=(2, 3))))")),
        ("max-pool-inside", "A max pooling halves your map after bn1. Use the stride of conv1 for that.",
         (CONV1, CONV1.replace("stride", "1")),
         (FIRST_HALF, f"{FIRST_HALF}\n            y = y if self.downsample is None else nn.functional.max_pool2d(y, "
                      "2, ceil_mode=True)")),
        ("downsample-pooled",
         "Your `downsample` pools first, and its convolution has stride 1. Give the 1x1 convolution itself the stride.",
         (DOWN, "nn.AvgPool2d(stride, ceil_mode=True), " + DOWN.replace("1, stride,", "1,"))),
        ("downsample-norm-first", "In `downsample` the BatchNorm comes before the convolution. It should come after "
                                  "it.",
         (DOWN, "nn.BatchNorm2d(channels), nn.Conv2d(channels, width, 1, stride, bias=False)")),
        ("conv2-bias",
         "One convolution of each block, conv1 or conv2, has a bias. The BatchNorm after it subtracts the bias again: "
         "pass bias=False.",
         (CONV2, CONV2.replace(", bias=False", ""))),
        ("conv2-depthwise", "conv2 is depthwise (groups=width). Keep torch's default, one group.",
         (CONV2, CONV2.replace("bias=", "groups=width, bias="))),
        ("conv2-kernel-1", "The kernel of conv2 is 1 x 1. It should be 3 x 3.",
         (CONV2, CONV2.replace("3, padding=1,", "1,"))),
        ("conv1-kernel-1", "The kernel of conv1 is 1 x 1. It should be 3 x 3.",
         (CONV1, CONV1.replace("3, stride, padding=1,", "1, stride,"))),
        ("widened-by-conv2",
         "conv1 keeps the number of channels, and conv2 changes it. conv1 should change it to the block's width.",
         (CONV1, CONV1.replace("channels, width", "channels, channels")), (BN1, BN1.replace("width", "channels")),
         (CONV2, CONV2.replace("width, width", "channels, width"))),
        ("channels-set-behind-the-stage",
         "From its second block on, your stage still expects the channels of the previous stage. Update the number "
         "after every block: channels = width.",
         ("                channels = width\n            self.stages.append(stage)",
          "            channels = width\n            self.stages.append(stage)"),
         (STRIDED, EITHER)),
        ("channels-of-the-last-stage",
         "Your first stage expects widths[-1] channels, because widths[i - 1] is the last width for i = 0. The stem "
         "gives it widths[0] channels.",
         ("stage = nn.ModuleList()", "stage, channels = nn.ModuleList(), widths[number - 1]"), (STRIDED, EITHER)),
        ("widths-doubled", "You double the width from stage to stage. Stage i should have widths[i].",
         ("in enumerate(widths):", "in enumerate([widths[0] * 2 ** i for i in range(len(widths))]):"),
         (HEAD, HEAD.replace("widths[-1]", "channels"))),
        ("widths-doubled-but-the-head", "You double the width from stage to stage. Stage i should have widths[i].",
         ("in enumerate(widths):", "in enumerate([widths[0] * 2 ** i for i in range(len(widths))]):")),
        ("sixteen", "Your stem has 16 channels. It should have widths[0].",
         (STEM, STEM.replace("widths[0]", "16")), (STAGES, STAGES.replace("widths[0]", "16")), (STRIDED, EITHER)),
        ("no-first-stage",
         "Your network has one stage too few: widths[0] belongs to the first stage too, not to the stem alone.",
         ("in enumerate(widths):", "in enumerate(widths[1:], start=1):")),
        ("pairs-of-widths",
         "Your network has one stage too few. You make a stage for each pair of neighbouring widths, and there is one "
         "pair fewer than there are widths. Make one stage for each width.",
         ("in enumerate(widths):", "in enumerate(widths[1:]):"), (STRIDED, EITHER)),
        ("one-block-less",
         "Each stage has one block too few: `blocks` counts all blocks of a stage, the first one included.",
         ("for place in range(blocks):", "for place in range(blocks - 1):"),
         (HEAD, HEAD.replace("widths[-1]", "channels"))),
        ("block-result-dropped", "You throw a block's output away: write x = block(x).", ("x = block(x)", "block(x)")),
        ("shared-from-the-second",
         "You use the same block several times, as `[block] * n` does. Make a new block each time.",
         ("stage.append(self.Block(channels, width, stride, attention))",
          "stage.append(self.Block(channels, width, stride, attention) if place < 2 else stage[-1])")),
        ("eval", "Your network calls eval() in forward, so its BatchNorms never use the batch's statistics. Leave the "
                 "choice of the mode to the caller.",
         ("x = self.stem(x)", "x = self.eval().stem(x)")),
        ("stem-detached", "The numbers are right, but the stem runs without gradients (`no_grad()`, `detach()`): it "
                          "would never learn.",
         ("x = self.stem(x)", "x = self.stem(x).detach()")),
        ("shortcut-detached",
         "The numbers are right, but the shortcut is detached, so no gradient flows through it. Leave out the "
         "`detach()`, `.data` or `no_grad()`.",
         (SUM, "return torch.relu(shortcut.detach() + y)")),
        ("drop-path", "There is dropout on the residual branch. The exercise has none.",
         (SUM, "return torch.relu(shortcut + nn.functional.dropout(y, 0.1, self.training))")),
        ),
    *detached("resnet", "AttentionResNet", SCORES, "result", (("x = self.stem(x)", "x = self.stem(x.detach())"),)),
)

# --- CloFormer
CHECKED = "if any(len(each) != len(dims) for each in of_stages):"
RAISED = ('raise ValueError(\n                f"each list has one entry for each stage: '
          '{[len(each) for each in (dims, *of_stages)]} entries")')
WIDTHS = "((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))"
CONV = "nn.Conv2d(channels, width, 3, stride, padding=1)"
UNIT = "layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()]"
PATCHES = "nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(1, dims[0]))"
LEADS_ON = "leads_on = place == depth - 1 and i < len(dims) - 1"
NEXT = "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)"
BLOCK = ("CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
         "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)")
LAST_NORM = "self.norm = nn.GroupNorm(1, dims[-1])"
LAST_HEAD = "self.head = nn.Linear(dims[-1], num_classes)"
CLASSES = "self.head(self.norm(x).mean(dim=(2, 3)))"


def indexed(code: str, names: tuple[str, ...], index: str) -> str:
    """The code with another index than i in these lists."""
    return reduce(lambda text, name: text.replace(f"{name}[i]", f"{name}[{index}]"), names, code)


def with_units(*layers: str) -> tuple[str, str]:
    """The edit that makes each unit of patch_embed of these layers."""
    return UNIT, f"layers += [{', '.join(layers)}]"


LISTS = ("depths", "num_heads", "group_splits", "kernel_sizes", "window_sizes")
NEXT_ONES = {"splits": ("group_splits",), "kernels": ("kernel_sizes",), "windows": ("window_sizes",),
             "heads-and-splits": ("num_heads", "group_splits"), "kernels-and-windows": ("kernel_sizes", "window_sizes"),
             "attention": ("num_heads", "group_splits", "kernel_sizes")}
LAST_ONES = {"kernels": ("kernel_sizes",), "windows": ("window_sizes",), "splits": ("group_splits",),
             "heads-and-splits": ("num_heads", "group_splits"),
             "attention": ("num_heads", "group_splits", "kernel_sizes")}
BY_DIMS = "for i, depth in ((i, depths[i]) for i in range(len(dims))):"
FIRST_BLOCK = ("In your stages the first block has the stride, as in ResNet. Here the last block of a stage should "
               "have it, in every stage except the last.")
APART = (
    "Stride 2 and the new width are in different blocks. Both belong in the last block of a stage, in every stage "
    "except the last."
)
ALIKE = "You recognise the last stage by its width or depth, which another stage may have too. Use its index, i."
FIRST_OF_ITS_WIDTH = (
    "dims.index(dim) finds the first stage of that width, but two stages may have the same width. Count the stages "
    "with enumerate."
)
LATE = (
    "A list that is too short raises an IndexError before your ValueError. Compare all lengths first, and build the "
    "stages after that."
)

CLOFORMER = (
    *of("CloFormer", "clo",
        ("stride-in-the-first-block", FIRST_BLOCK,
         ("for place in range(depth):", "width = dims[max(i - 1, 0)]\n            for place in range(depth):"),
         (LEADS_ON, "leads_on = place == 0 and i > 0"), (NEXT, "out_dim, stride = (dims[i], 2) if leads_on else "
                                                               "(dims[i], 1)"),
         (BLOCK, BLOCK.replace("dims[i], out_dim, num_heads[i]",
                               "width if place == 0 else dims[i], out_dim, num_heads[i]"))),
        ("last-stage-too",
         "The last block of your last stage has a stride too. No stage follows, so it should keep width and size.",
         (LEADS_ON, "leads_on = place == depth - 1"),
         (NEXT, "out_dim, stride = (dims[min(i + 1, len(dims) - 1)], 2) if leads_on else (dims[i], 1)")),
        ("index-error", "The last block of the last stage asks for the width of a stage that does not exist. It should "
                        "keep width and size.",
         (LEADS_ON, "leads_on = place == depth - 1")),
        ("stride-in-every-block",
         "Every block of your stage has stride 2 and the next stage's width. Only the last block of the stage should "
         "have them.",
         (LEADS_ON, "leads_on = i < len(dims) - 1")),
        ("width-not-raised",
         "The last block of your stage keeps the width. It should return dims[i + 1] channels, the next stage's width.",
         (NEXT, "out_dim, stride = (dims[i], 2) if leads_on else (dims[i], 1)")),
        ("stride-1", "The last block of a stage has the next stage's width, but stride 1. Its stride should be 2.",
         (NEXT, "out_dim, stride = (dims[i + 1], 1) if leads_on else (dims[i], 1)")),
        ("stride-by-width",
         "Your stride is 2 only if the width changes. But two stages may have the same width: the last block of every "
         "stage except the last should have stride 2.",
         (NEXT, "out_dim, stride = (dims[i + 1], 2 if dims[i + 1] != dims[i] else 1) if leads_on else (dims[i], 1)")),
        ("a-block-too-few", "Each stage has one block too few: depths[i] counts the last block too.",
         ("for place in range(depth):", "for place in range(1 if depth > 1 else 0, depth):")),
        ("a-block-too-many",
         "You add a block with stride 2 after the depths[i] blocks of a stage. It should be the last of the depths[i] "
         "blocks.",
         ("for place in range(depth):", "for place in range(depth + (i < len(dims) - 1)):"),
         (LEADS_ON, "leads_on = place == depth and i < len(dims) - 1")),
        ("block-shared",
         "Before its last block, your stage uses the same block several times. Make a new block each time.",
         ("self.stages.append(stage)", "self.stages.append(nn.ModuleList([stage[0]] * (depth - 1) + [stage[-1]]))")),
        ("depth-of-the-first-stage", "All your stages are as deep as the first one. Stage i should have depths[i] "
                                     "blocks.",
         ("for i, depth in enumerate(depths):", "for i, depth in enumerate([depths[0]] * len(depths)):")),
        ("norm-not-called", "`norm` is made and never called. Take the mean of norm(x).",
         (CLASSES, "self.head(x.mean(dim=(2, 3)))")),
        ("norm-of-the-mean",
         "You normalise the mean. Normalise the whole map first: norm(x).mean(dim=(2, 3)).",
         (CLASSES, "self.head(self.norm(x.mean(dim=(2, 3))))")),
        ("norm-at-each-position",
         "Your last norm is a LayerNorm at each position. Use GroupNorm(1, ...), which takes one mean over all "
         "channels and positions of an image.",
         (LAST_NORM, "self.norm = nn.LayerNorm(dims[-1])"), (CLASSES, "self.head(self.norm(x.permute(0, 2, 3, "
                                                                      "1)).mean(dim=(1, 2)))")),
        ("batch-norm", "A norm is of the wrong kind. Between patch_embed's convolutions the norms should be "
                       "BatchNorms. At the end of patch_embed, and before the mean, use GroupNorm(1, ...).",
         (LAST_NORM, "self.norm = nn.BatchNorm2d(dims[-1])")),
        ("group-for-each-channel",
         "Your last norm has a group for each channel. Each channel's mean is then the norm's bias, whatever the image "
         "shows. It should have one group: GroupNorm(1, dims[-1]).",
         (LAST_NORM, "self.norm = nn.GroupNorm(dims[-1], dims[-1])")),
        ("no-norm",
         "The last norm is missing, or has no weight and bias. It should be GroupNorm(1, dims[-1]), before the mean.",
         (LAST_NORM, "self.norm = nn.Identity()")),
        ("maximum",
         "You take the maximum over the positions. Take the mean for the head.",
         (CLASSES, "self.head(self.norm(x).amax(dim=(2, 3)))")),
        ("mean-over-columns",
         "You take the mean over W alone. Take it over H and W.",
         (CLASSES, "self.head(self.norm(x).mean(dim=3))")),
        ("mean-over-channels",
         "You take the mean over H and over the channels. The axes are (B, C, H, W): take the mean over axes 2 and 3.",
         (CLASSES, "self.head(self.norm(x).mean(dim=(1, 2)))")),
        ("flattened", "You flatten the map. The head should read the mean over all positions, one number for each "
                      "channel.",
         (CLASSES, "self.head(self.norm(x).flatten(1))")),
        ("sum-over-positions",
         "You add up all positions. Take their mean for the head.",
         (CLASSES, "self.head(self.norm(x).sum(dim=(2, 3)))")),
        ("softmax", "You return probabilities. Return scores, because cross_entropy takes the softmax itself.",
         (CLASSES, "torch.softmax(self.head(self.norm(x).mean(dim=(2, 3))), dim=1)")),
        ("head-no-bias",
         "Your head has no bias. Keep torch's default.",
         (LAST_HEAD, LAST_HEAD.replace("num_classes)", "num_classes, bias=False)"))),
        ("head-not-called", "`head` is made and never called. It should read the mean over the positions.",
         (CLASSES, "self.norm(x).mean(dim=(2, 3))")),
        ("classes-ignored",
         "The argument num_classes has no effect: there are always 1000 scores.",
         (LAST_HEAD, LAST_HEAD.replace("num_classes", "1000"))),
        ("patch-full-width", "The first convolution of your patch_embed has dims[0] channels. It should have half as "
                             "many.",
         (WIDTHS, WIDTHS.replace("dims[0] // 2", "dims[0]"))),
        ("patch-half-twice",
         "The second convolution of your patch_embed has half the width too. Only the first one should have half the "
         "width: d/2, d, d, d.",
         (WIDTHS, WIDTHS.replace("(dims[0], 2)", "(dims[0] // 2, 2)"))),
        ("patch-half-always",
         "All 3x3 convolutions of your patch_embed have half the width. Only the first one should have half the width: "
         "d/2, d, d, d.",
         (WIDTHS, WIDTHS.replace("(dims[0],", "(dims[0] // 2,"))),
        ("patch-strides-alternate", "The strides of your patch_embed are 2, 1, 2, 1. They should be 2, 2, 1, 1.",
         (WIDTHS, "((dims[0] // 2, 2), (dims[0], 1), (dims[0], 2), (dims[0], 1))")),
        ("patch-strides-last",
         "The strides of your patch_embed are 1, 1, 2, 2. They should be 2, 2, 1, 1: shrink the image first, so that "
         "the rest is cheap.",
         (WIDTHS, "((dims[0] // 2, 1), (dims[0], 1), (dims[0], 2), (dims[0], 2))")),
        ("patch-strides-outside", "The strides of your patch_embed are 2, 1, 1, 2. They should be 2, 2, 1, 1.",
         (WIDTHS, "((dims[0] // 2, 2), (dims[0], 1), (dims[0], 1), (dims[0], 2))")),
        ("patch-half-size", "Your patch_embed halves the image once. It should halve it twice: strides 2, 2, 1, 1.",
         (WIDTHS, "((dims[0] // 2, 2), (dims[0], 1), (dims[0], 1), (dims[0], 1))")),
        ("patch-eighth-size", "Your patch_embed halves the image three times. It should halve it twice: strides 2, 2, "
                              "1, 1.",
         (WIDTHS, "((dims[0] // 2, 2), (dims[0], 2), (dims[0], 2), (dims[0], 1))")),
        ("patch-three",
         "Your patch_embed has three 3x3 convolutions. It should have four.",
         (WIDTHS, "((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1))")),
        ("patch-no-norm", "The BatchNorms of patch_embed are missing. One belongs after each 3x3 convolution.",
         with_units(CONV, "nn.ReLU()")),
        ("patch-no-relu", "The ReLUs of patch_embed are missing. One belongs after each BatchNorm.",
         with_units(CONV, "nn.BatchNorm2d(width)")),
        ("patch-gelu",
         "Your patch_embed has GELUs. They should be ReLUs; GELUs belong in the blocks.",
         with_units(CONV, "nn.BatchNorm2d(width)", "nn.GELU()")),
        ("patch-relu-first",
         "In patch_embed the ReLUs come before the BatchNorms. The order should be convolution, BatchNorm, ReLU.",
         with_units(CONV, "nn.ReLU()", "nn.BatchNorm2d(width)")),
        ("patch-no-bias",
         "The 3x3 convolutions of patch_embed have no bias. Keep the bias: the authors' convolutions have one, "
         "although a BatchNorm follows. Without it your count of parameters is too low.",
         with_units("nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)", "nn.BatchNorm2d(width)",
                    "nn.ReLU()")),
        ("patch-no-padding", "The 3x3 convolutions of patch_embed have no padding, so the map loses its border each "
                             "time. Pass padding=1.",
         with_units("nn.Conv2d(channels, width, 3, stride)", "nn.BatchNorm2d(width)", "nn.ReLU()")),
        ("patch-no-projection",
         "The 1x1 convolution of patch_embed is missing. It belongs between the four 3x3 convolutions and the "
         "GroupNorm.",
         (PATCHES, "nn.Sequential(*layers, nn.GroupNorm(1, dims[0]))")),
        ("patch-projection-3x3", "The last convolution of patch_embed has a 3 x 3 kernel. It should be 1 x 1.",
         (PATCHES, PATCHES.replace("dims[0], 1),", "dims[0], 3, padding=1),"))),
        ("patch-projection-no-bias", "The 1x1 convolution of patch_embed has no bias. Keep torch's default.",
         (PATCHES, PATCHES.replace("dims[0], 1),", "dims[0], 1, bias=False),"))),
        ("patch-no-group-norm",
         "The GroupNorm at the end of patch_embed is missing.",
         (PATCHES, PATCHES.replace(", nn.GroupNorm(1, dims[0])", ""))),
        ("patch-norm-before-projection",
         "The GroupNorm of patch_embed comes before the 1x1 convolution. It should come after it.",
         (PATCHES, "nn.Sequential(*layers, nn.GroupNorm(1, dims[0]), nn.Conv2d(channels, dims[0], 1))")),
        ("patch-relu-at-the-end",
         "A ReLU follows the 1x1 convolution of patch_embed as well. Only GroupNorm(1, dims[0]) should follow it.",
         (PATCHES, PATCHES.replace("nn.GroupNorm", "nn.ReLU(), nn.GroupNorm"))),
        ("kernels-of-the-first-stage", "All your stages have the kernels of the first one. Stage i should have "
                                       "kernel_sizes[i].",
         (BLOCK, BLOCK.replace("kernel_sizes[i]", "kernel_sizes[0]"))),
        ("windows-of-the-first-stage", "All your stages have the window of the first one. Stage i should have "
                                       "window_sizes[i].",
         (BLOCK, BLOCK.replace("window_sizes[i]", "window_sizes[0]"))),
        ("splits-of-the-first-stage", "All your stages have the group split of the first one. Stage i should have "
                                      "group_splits[i].",
         (BLOCK, BLOCK.replace("group_splits[i]", "group_splits[0]"))),
        ("heads-of-the-first-stage",
         "A block's heads and its group split come from different stages. Every block should have those of its own "
         "stage, num_heads[i] and group_splits[i].",
         (BLOCK, BLOCK.replace("num_heads[i]", "num_heads[0]"))),
        ("ratio-ignored", "The argument mlp_ratio has no effect: 4 is written in its place.",
         (BLOCK, BLOCK.replace("mlp_ratio", "4"))),
        ("kernel-ignored",
         "The argument mlp_kernel_size has no effect: 5 is written in its place.",
         (BLOCK, BLOCK.replace("mlp_kernel_size", "5"))),
        ("ratio-3", "If mlp_ratio is not given, your code should use 4.",
         ("mlp_ratio: float = 4,", "mlp_ratio: float = 3,")),
        ("kernel-3", "If mlp_kernel_size is not given, your code should use 5.",
         ("mlp_kernel_size: int = 5,", "mlp_kernel_size: int = 3,")),
        ("ten-classes", "If num_classes is not given, your code should use 1000.",
         ("num_classes: int = 1000)", "num_classes: int = 10)")),
        ("no-error",
         "You accept lists of different lengths. Compare their lengths first, and raise a ValueError.",
         (CHECKED, "if False:")),
        ("no-error-by-index",
         "You accept lists of different lengths: a list that is too long is cut off, and one that is too short raises "
         "an IndexError. Compare the lengths first, and raise a ValueError.",
         (CHECKED, "if False:"), ("for i, depth in enumerate(depths):",
                                  "for i, depth in enumerate(depths[:len(dims)]):")),
        ("zip",
         "You accept lists of different lengths: zip stops at the shortest list without an error. Compare the lengths "
         "first, and raise a ValueError.",
         (CHECKED,
          "dims, *of_stages = zip(*zip(dims, *of_stages))\n"
          "        depths, num_heads, group_splits, kernel_sizes, window_sizes = of_stages\n        if False:")),
        ("depths-alone",
         "You compare only the lengths of `dims` and `depths`. All six lists must have the same length.",
         (CHECKED, "if len(depths) != len(dims):")),
        ("too-short-alone", "You refuse lists that are too short, but not those that are too long. Raise a ValueError "
                            "for those too.",
         (CHECKED, "if any(len(each) < len(dims) for each in of_stages):")),
        ("assertion", "You raise an AssertionError for lists of different lengths. Raise a ValueError, because asserts "
                      "can be switched off.",
         (RAISED, "raise AssertionError('lengths differ')")),
        ("plain-list",
         "Your stages are a Python list: torch does not see the blocks in it, so they are never trained, or moved to "
         "another device. Use nn.ModuleList.",
         ("self.stages = nn.ModuleList()", "self.stages = []")),
        ("stages-backwards",
         "You go through the blocks of a stage from the last to the first. Begin with the first.",
         ("for block in stage:", "for block in reversed(stage):")),
        ("residual", "You add x to each block's output. A CloBlock already has its shortcuts inside.",
         ("x = block(x)", "y = block(x)\n                x = x + y if x.shape == y.shape else y")),
        ("norm-behind-each-stage",
         "You call `norm` after each stage whose width is dims[-1]. Call it once, before the mean.",
         ("for block in stage:\n                x = block(x)",
          "for block in stage:\n                x = block(x)\n"
          "            x = self.norm(x) if x.shape[1] == self.norm.num_channels else x")),
        ("dropout", "There is dropout before your head. The exercise has none.",
         (CLASSES, "self.head(nn.functional.dropout(self.norm(x).mean(dim=(2, 3)), 0.2, self.training))")),
        ),
    # Neighbours of these, whose traces differ.
    *of("CloFormer", "clo",
        ("moved-to-the-next-stage", FIRST_BLOCK,
         (LEADS_ON, "k = i - 1 if place == 0 and i > 0 else i"), (NEXT, "out_dim, stride = dims[i], 2 if k < i else 1"),
         (BLOCK, BLOCK.replace("[i]", "[k]"))),
        ("first-leads-on",
         "In your stages the first block has the next stage's width, so the blocks after it do not fit. The last block "
         "should have it.",
         (LEADS_ON, LEADS_ON.replace("depth - 1", "0"))),
        ("width-before-stride", APART,
         (LEADS_ON, f"{LEADS_ON}\n                width = dims[i - 1] if place == 0 and i > 0 else dims[i]"),
         (NEXT, "out_dim, stride = dims[i], 2 if leads_on else 1"), (BLOCK, BLOCK.replace("dims[i]", "width"))),
        ("stride-behind-width", APART,
         (NEXT, "out_dim, stride = dims[i + 1] if leads_on else dims[i], 2 if place == 0 and i > 0 else 1")),
        ("stride-in-front-of-width", APART,
         (NEXT,
          "out_dim, stride = dims[i + 1] if leads_on else dims[i], 2 if place == 0 and i < len(dims) - 1 else 1")),
        ("all-blocks-strided", "Every block of your stage has stride 2. Only the last block of the stage should have "
                               "it.",
         (NEXT, "out_dim, stride = dims[i + 1] if leads_on else dims[i], 2 if i < len(dims) - 1 else 1")),
        ("alone-does-not-lead-on",
         "If a stage has only one block, your block has no stride. That block is also the last one, so it needs stride "
         "2 and the next stage's width.",
         (LEADS_ON, f"{LEADS_ON} and place > 0")),
        ("first-depth-decides", "You use depths[0] to find the last block of every stage. Stage i has depths[i] "
                                "blocks.",
         (LEADS_ON, LEADS_ON.replace("depth - 1", "depths[0] - 1"))),
        ("two-last-stages",
         "Your second-to-last stage does not change size and width. Its last block should have stride 2 and the width "
         "dims[-1].",
         (LEADS_ON, LEADS_ON.replace("len(dims) - 1", "len(dims) - 2"))),
        ("nobody-leads-on", "None of your blocks changes size and width. The last block of every stage except the last "
                            "should have stride 2 and the next stage's width.",
         (LEADS_ON, "leads_on = False")),
        ("last-by-width", ALIKE, (LEADS_ON, "leads_on = place == depth - 1 and dims[i] != dims[-1]")),
        ("last-by-depth", ALIKE, (LEADS_ON, "leads_on = place == depth - 1 and depth != depths[-1]")),
        ("index", FIRST_OF_ITS_WIDTH,
         ("for i, depth in enumerate(depths):",
          "for i, depth in ((dims.index(d), depths[dims.index(d)]) for d in dims):")),
        ("index-of-the-next", FIRST_OF_ITS_WIDTH, (NEXT, NEXT.replace("dims[i + 1]", "dims[dims.index(dims[i]) + 1]"))),
        *((f"next-{what}",
           "The last block of your stage gets the heads, split, kernels or window of the next stage. It should have "
           "those of its own stage: only out_dim comes from the next one.",
           (BLOCK, f"(lambda j: {indexed(BLOCK, names, 'j')})(i + leads_on)"))
          for what, names in NEXT_ONES.items()),
        *((f"last-{what}",
           "All your stages have the heads, split, kernels or window of the last one. Stage i should have "
           "num_heads[i], group_splits[i], kernel_sizes[i] and window_sizes[i].", (BLOCK, indexed(BLOCK, names, "-1")))
          for what, names in LAST_ONES.items()),
        ("whole-stage-at-the-next-width",
         "All blocks of your stage have the next stage's width. Only the last block of a stage should have it.",
         (LEADS_ON,
          "leads_on = place == 0 and i < len(dims) - 1\n                width = dims[min(i + 1, len(dims) - 1)]"),
         (NEXT, "out_dim, stride = width, 2 if leads_on else 1"),
         (BLOCK, BLOCK.replace("dims[i]", "(dims[i] if place == 0 else width)"))),
        ("stride-at-the-old-width", FIRST_BLOCK,
         (LEADS_ON, "leads_on = place == 0 and i > 0"), (NEXT, "out_dim, stride = dims[i], 2 if leads_on else 1")),
        ("stride-in-the-first-stage-too", FIRST_BLOCK,
         (LEADS_ON, "leads_on = place == 0\n                width = dims[max(i - 1, 0)] if leads_on else dims[i]"),
         (NEXT, "out_dim, stride = dims[i], 2 if leads_on else 1"), (BLOCK, BLOCK.replace("dims[i]", "width"))),
        ("block-repeated",
         "Your stage uses the same block several times, as `[block] * n` does. Make a new block each time.",
         ("self.stages.append(stage)", "shared = depth - (i < len(dims) - 1)\n"
          "            self.stages.append(nn.ModuleList([stage[0]] * shared + list(stage[shared:])))")),
        ("no-last-block",
         "Your last stage has one block too few. It should have depths[-1] blocks, all without a stride.",
         ("for place in range(depth):", "for place in range(depth - (i == len(dims) - 1)):")),
        ("one-more-everywhere", "Each stage has one block too many: depths[i] counts the last block too.",
         ("for place in range(depth):", "for place in range(depth + 1):"),
         (LEADS_ON, LEADS_ON.replace("depth - 1", "depth"))),
        ("width-doubled", "Your width doubles from stage to stage. The next width should be dims[i + 1].",
         (NEXT, NEXT.replace("dims[i + 1]", "2 * dims[i]"))),
        ("channels-of-a-head", "You give CloBlock the number of channels of a head. It takes the number of heads, "
                               "num_heads[i].",
         (BLOCK, BLOCK.replace("num_heads[i]", "dims[i] // num_heads[i]"))),
        ("next-width-enters",
         "The last block of your stage expects the next stage's width as its input. Its dim should be dims[i], and its "
         "out_dim dims[i + 1].",
         (BLOCK, BLOCK.replace("dims[i], out_dim", "out_dim, out_dim"))),
        ("signature-swapped", "group_splits and kernel_sizes have changed places among the arguments of __init__.",
         ("group_splits: Sequence[Sequence[int]], kernel_sizes: Sequence[Sequence[int]],",
          "kernel_sizes: Sequence[Sequence[int]], group_splits: Sequence[Sequence[int]],")),
        ("mlp-swapped", "mlp_kernel_size and mlp_ratio have changed places in the call of CloBlock.",
         (BLOCK, BLOCK.replace("mlp_kernel_size", "ratio")
          .replace("mlp_ratio", "mlp_kernel_size").replace("ratio,\n", "mlp_ratio,\n"))),
        ("window-swapped", "window_sizes[i] and mlp_kernel_size have changed places in the call of CloBlock.",
         (BLOCK, BLOCK.replace("window_sizes[i], mlp_kernel_size", "mlp_kernel_size, window_sizes[i]"))),
        ("mlp-defaults", "mlp_kernel_size and mlp_ratio have no effect: 5 and 4 are written in their place.",
         (BLOCK, BLOCK.replace("mlp_kernel_size", "5").replace("mlp_ratio", "4"))),
        ("kernel-of-the-attention",
         "Your MLPs have the attention's kernel. They should have mlp_kernel_size, which is the same in all stages.",
         (BLOCK, BLOCK.replace("mlp_kernel_size", "kernel_sizes[i][0]"))),
        ("last-kernel-of-the-attention",
         "Your MLPs have the attention's kernel. They should have mlp_kernel_size, which is the same in all stages.",
         (BLOCK, BLOCK.replace("mlp_kernel_size", "kernel_sizes[i][-1]"))),
        ("first-kernel-everywhere",
         "All local groups of your stage have its first kernel. kernel_sizes[i] holds one kernel for each local group: "
         "pass on the whole list.",
         (BLOCK, BLOCK.replace("kernel_sizes[i]", "[kernel_sizes[i][0]] * len(kernel_sizes[i])"))),
        ("whole-ratio",
         "You cut mlp_ratio to a whole number. A ratio such as 2.5 is allowed: pass it on as it is.",
         (BLOCK, BLOCK.replace("mlp_ratio", "int(mlp_ratio)"))),
        ("first-kernel-alone",
         "You pass on only the first kernel of a stage. kernel_sizes[i] holds one kernel for each local group: pass on "
         "the whole list.",
         (BLOCK, BLOCK.replace("kernel_sizes[i]", "kernel_sizes[i][:1]"))),
        ("splits-reversed", "You reverse the group splits. Pass group_splits[i] on as it is: the last entry counts the "
                            "global heads.",
         (BLOCK, BLOCK.replace("group_splits[i]", "group_splits[i][::-1]"))),
        ("windows-reversed", "You take the windows from the last to the first. Stage i should have window_sizes[i].",
         (BLOCK, BLOCK.replace("window_sizes[i]", "window_sizes[-1 - i]"))),
        ("norm-and-relu", "There is a ReLU after `norm`. The head should read the mean of norm(x).",
         (CLASSES, "self.head(torch.relu(self.norm(x)).mean(dim=(2, 3)))")),
        ("norm-twice", "You call `norm` twice. Call it once.",
         (CLASSES, "self.head(self.norm(self.norm(x)).mean(dim=(2, 3)))")),
        ("norm-in-each-stage", "You have a norm after each stage. Keep only the one after the last stage.",
         ("for block in stage:\n                x = block(x)",
          "for block in stage:\n                x = block(x)\n            x = nn.functional.group_norm(x, 1)")),
        ("eps", "`norm` has eps=1e-6. Keep torch's default, 1e-5.", (LAST_NORM, "self.norm = nn.GroupNorm(1, "
                                                                                 "dims[-1], eps=1e-6)")),
        ("instance-norm",
         "Your last norm normalises each channel by itself. Use GroupNorm(1, dims[-1]), which takes one mean over all "
         "channels and positions of an image.",
         (LAST_NORM, "self.norm = nn.InstanceNorm2d(dims[-1], affine=True)")),
        ("corner",
         "Your head reads the position in the corner. It should read the mean over all positions.",
         (CLASSES, "self.head(self.norm(x)[:, :, 0, 0])")),
        ("head-of-the-first-width", "Your head is made for dims[0] channels. Its input has dims[-1] channels.",
         (LAST_HEAD, LAST_HEAD.replace("dims[-1]", "dims[0]"))),
        ("norm-of-the-first-width",
         "Your `norm` is made for dims[0] channels. The last stage returns dims[-1] channels.",
         (LAST_NORM, LAST_NORM.replace("dims[-1]", "dims[0]"))),
        ("block-result-dropped", "You throw a block's output away: write x = block(x).", ("x = block(x)", "block(x)")),
        ("residual-called-twice", "You add x to each block's output. A CloBlock already has its shortcuts inside.",
         ("x = block(x)", "x = x + block(x) if block(x).shape == x.shape else block(x)")),
        ("patch-eval", "Your network calls eval() in forward, so its BatchNorms never use the batch's statistics. "
                       "Leave the choice of the mode to the caller.",
         ("x = self.patch_embed(x)", "x = self.patch_embed.eval()(x)")),
        ("patch-stride-4", "The strides of your patch_embed are 4, 1, 1, 1. They should be 2, 2, 1, 1.",
         (WIDTHS, "((dims[0] // 2, 4), (dims[0], 1), (dims[0], 1), (dims[0], 1))")),
        ("patch-batch-norm-at-the-end",
         "A BatchNorm and a ReLU follow the 1x1 convolution of patch_embed as well. Only GroupNorm(1, dims[0]) should "
         "follow it.",
         (PATCHES, PATCHES.replace("nn.GroupNorm", "nn.BatchNorm2d(dims[0]), nn.ReLU(), nn.GroupNorm"))),
        ("patch-groups",
         "The GroupNorm of your patch_embed has a group for each channel. It should have one group: GroupNorm(1, "
         "dims[0]).",
         (PATCHES, PATCHES.replace("GroupNorm(1,", "GroupNorm(dims[0],"))),
        ("patch-projection-padding",
         "The 1x1 convolution of patch_embed has padding, which adds a border to the map. It should have no padding.",
         (PATCHES, PATCHES.replace("dims[0], 1),", "dims[0], 1, padding=1),"))),
        *((f"without-{name}", f"You do not compare the length of `{name}`. All six lists must have the same length.",
           (CHECKED, CHECKED.replace("of_stages", f"({', '.join(other for other in LISTS if other != name)})")))
           for name in LISTS),
        ("without-dims",
         "You do not compare the length of `dims` with those of the others. All six lists must have the same length.",
         (CHECKED, CHECKED.replace("len(dims)", "len(depths)")), ("for i, depth in enumerate(depths):", BY_DIMS)),
        ("lengths-added",
         "You add the lengths up, so a list that is too long makes up for one that is too short. Compare each list "
         "with `dims`.",
         (CHECKED, "if sum(map(len, of_stages)) != 5 * len(dims):")),
        ("pairs-compared",
         "You compare the lists only in separate pairs. All six must have the same length.",
         (CHECKED, "pairs = (dims, depths), (num_heads, group_splits), (kernel_sizes, window_sizes)\n"
          "        if any(len(one) != len(other) for one, other in pairs):")),
        ("all-must-differ", "You refuse lists only if all of them differ from `dims`. One list of a different length "
                            "is enough for an error: use `any` instead of `all`.",
         (CHECKED, CHECKED.replace("any", "all")), ("for i, depth in enumerate(depths):", BY_DIMS)),
        ("compared-late", LATE, (CHECKED, "if False:"), ("for i, depth in enumerate(depths):", BY_DIMS),
         (LAST_NORM, "if any(len(each) != len(dims) for each in of_stages):\n            raise ValueError\n        "
          + LAST_NORM)),
        ("all-refused",
         "Your code raises a ValueError for correct arguments too. It comes from your check, or from a block or norm "
         "that you build: read its message.",
         (CHECKED, "if True:")),
        ("no-error-by-stage",
         "You accept lists of different lengths: a list that is too long is cut off, and one that is too short raises "
         "an IndexError. Compare the lengths first, and raise a ValueError.",
         (CHECKED, "if False:"), ("for i, depth in enumerate(depths):", BY_DIMS)),
        ("too-short-alone-by-stage",
         "You refuse lists that are too short, but not those that are too long. Raise a ValueError for those too.",
         (CHECKED, CHECKED.replace("!=", "<")), ("for i, depth in enumerate(depths):", BY_DIMS)),
        ("strict-zip-late", LATE, (CHECKED, "if False:"),
         ("for i, depth in enumerate(depths):",
          "for i, (_, depth, *_) in enumerate(zip(dims, *of_stages, strict=True)):"),
         (LEADS_ON, LEADS_ON.replace("len(dims)", "len(depths)"))),
        ),
    *detached("clo", "CloFormer", CLASSES, "result",
              (("x = self.patch_embed(x)", "x = self.patch_embed(x.detach())"),)),
)

# --- parameter_table
COUNT = "sum(p.numel() for p in module.parameters() if p.requires_grad)"
ROW = "(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))"
RETURN = "return table"
OF_LAYERS = "for m in module.modules() for p in m.parameters(recurse=False)"

TABLE = (
    *of("parameter_table", "table",
        ("buffers", "You count buffers too, such as the running mean of a BatchNorm. They are not trained: count "
                    "`parameters()`.",
         (COUNT, f"{COUNT} + sum(b.numel() for b in module.buffers())")),
        ("state-dict",
         "You count everything in the state_dict: buffers, frozen parameters, and shared parameters twice. Count only "
         "the parameters that are trained.",
         (COUNT, "sum(t.numel() for t in module.state_dict().values())")),
        ("frozen",
         "You count frozen parameters too. Count only those with requires_grad.",
         (COUNT, "sum(p.numel() for p in module.parameters())")),
        ("frozen-alone", "You count only the frozen parameters. Count only those with requires_grad.",
         (COUNT, COUNT.replace("if p", "if not p"))),
        ("shared-twice",
         "You count a shared parameter once for each of its names. It is one tensor, so count it once, as "
         "`parameters()` does.",
         (COUNT, "sum(p.numel() for _, p in module.named_parameters(remove_duplicate=False) if p.requires_grad)")),
        ("nested-twice",
         "You go through all modules and count everything inside each of them, so a layer in a Sequential counts "
         "twice. Go through module.parameters(), which yields each parameter once.",
         (COUNT, "sum(p.numel() for m in module.modules() for p in m.parameters() if p.requires_grad)")),
        ("by-shape", "You count only one parameter of each shape. If two parameters have the same shape, count both, "
                     "unless they are the same tensor.",
         (COUNT, "sum({p.shape: p.numel() for p in module.parameters() if p.requires_grad}.values())")),
        ("weights-alone", "You count only the weights. Count the biases too.",
         (COUNT, "sum(p.numel() for n, p in module.named_parameters() if p.requires_grad and n.endswith('weight'))")),
        ("matrices-alone", "You count only parameters with two or more axes. Biases and the weights of norms have one "
                           "axis: count them too.",
         (COUNT, "sum(p.numel() for p in module.parameters() if p.requires_grad and p.ndim > 1)")),
        ("tensors-counted",
         "You count tensors. Count the numbers in each of them: p.numel().",
         (COUNT, COUNT.replace("p.numel()", "1"))),
        ("first-axis",
         "You count the length of each parameter's first axis. p.numel() is the number of all its entries.",
         (COUNT, COUNT.replace("p.numel()", "len(p)"))),
        ("direct-children", "You count only the parameters of the module's children, so a single layer counts as 0. Go "
                            "through module.parameters().",
         (COUNT, "sum(p.numel() for c in module.children() for p in c.parameters() if p.requires_grad)")),
        ("not-rounded", "The units are not rounded. Round them to two decimals.",
         (ROW, "(name, count, count / 10 ** 6, count / 2 ** 20)")),
        ("second-not-rounded",
         "The last number is not rounded. Round it to two decimals too.",
         (ROW, "(name, count, round(count / 10 ** 6, 2), count / 2 ** 20)")),
        ("one-digit", "You round to one decimal. Round to two.", (ROW, ROW.replace(", 2)", ", 1)"))),
        ("three-digits", "You round to three decimals. Round to two.", (ROW, ROW.replace(", 2)", ", 3)"))),
        ("cut-off", "You cut the last digits off. Round instead: 1.987 is 1.99, not 1.98.",
         (ROW, "(name, count, int(count / 10 ** 4) / 100, int(100 * count / 2 ** 20) / 100)")),
        ("1024-thousand", "Your last unit is 1024 * 1000. It should be 2**20, which is 1024 * 1024.",
         (ROW, ROW.replace("2 ** 20", "(1024 * 1000)"))),
        ("2-to-the-10", "Your last unit is 2**10. It should be 2**20.", (ROW, ROW.replace("2 ** 20", "2 ** 10"))),
        ("floored-millions", "You divide with `//`, which drops everything after the point. Divide with `/`, then "
                             "round to two decimals.",
         (ROW, ROW.replace("count / 10", "count // 10"))),
        ("thousands", "You count in thousands. The unit should be 10**6.", (ROW, ROW.replace("10 ** 6", "10 ** 3"))),
        ("millions-twice",
         "Both of your units are 10**6. The last one should be 2**20, which some tables call M as well.",
         (ROW, ROW.replace("2 ** 20", "10 ** 6"))),
        ("2-to-the-20-twice", "Both of your units are 2**20. The first one should be 10**6.",
         (ROW, ROW.replace("10 ** 6", "2 ** 20"))),
        ("units-exchanged", "The units have changed places. The third entry should be in units of 10**6, and the last "
                            "one in units of 2**20.",
         (ROW, "(name, count, round(count / 2 ** 20, 2), round(count / 10 ** 6, 2))")),
        ("bytes", "Your last number counts bytes, four for each parameter. It should count parameters, in units of "
                  "2**20.",
         (ROW, ROW.replace("count / 2 ** 20", "4 * count / 2 ** 20"))),
        ("rounded-twice", "You compute the last number from the third one, which is rounded already. Start from the "
                          "exact count.",
         (ROW, "(name, count, round(count / 10 ** 6, 2), round(round(count / 10 ** 6, 2) * 10 ** 6 / 2 ** 20, 2))")),
        ("rounded-count", "You round the count to millions. The second entry should be the exact number, an int.",
         (ROW, "(name, count / 10 ** 6, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))")),
        ("texts", "Your last two entries are strings. They should be numbers: use `round`, and leave the formatting to "
                  "whoever prints them.",
         (ROW, '(name, count, f"{count / 10 ** 6:.2f}", f"{count / 2 ** 20:.2f}")')),
        ("count-first", "Your count comes before the name. The name should come first.",
         (ROW, "(count, name, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))")),
        ("no-name", "The name is missing. A row should be (name, count, in 10**6, in 2**20).",
         (ROW, ROW.replace("(name, count,", "(count,"))),
        ("name-twice",
         "Each of your rows holds a tuple in a tuple. A row should be one flat tuple of four: (name, count, in 10**6, "
         "in 2**20).",
         (ROW, "(name, (count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))")),
        ("dictionary", "You return a dict. Return a list with one tuple for each row, in the order of `rows`.",
         (RETURN, "return {name: rest for name, *rest in table}")),
        ("dictionary-inside",
         "You collect the rows in a dict, so only one of two rows with the same name is left. Collect them in a list.",
         (RETURN, "return list({row[0]: row for row in table}.values())")),
        ("sorted-by-size",
         "You sort the rows by size. Keep the order of `rows`.",
         (RETURN, "return sorted(table, key=lambda row: row[1])")),
        ("sorted-by-name", "You sort the rows by name. Keep the order of `rows`.",
         (RETURN, "return sorted(table)")),
        ("backwards", "Your rows are in reverse order. Keep the order of `rows`.", (RETURN, "return table[::-1]")),
        ("total",
         "You add a row with the total. Return only one row for each module.",
         (RETURN,
          "total = sum(row[1] for row in table)\n"
          "    return [*table, ('total', total, round(total / 10 ** 6, 2), round(total / 2 ** 20, 2))]")),
        ("empty-rows-left-out", "You leave out modules without parameters. They should have a row too: 0, 0.0, 0.0.",
         (RETURN, "return [row for row in table if row[1]]")),
        ("running-total", "You never set your count back to 0, so each row holds the sum of all rows so far. Start "
                          "each row's count at 0.",
         ("table = []", "table, count = [], 0"), (f"count = {COUNT}", f"count += {COUNT}")),
        ("return-too-early", "Your `return` is inside the loop, so your table has one row. Return after the loop.",
         (RETURN, "    return table")),
        ("last-row", "You return the last row alone. Collect the rows in a list.", (RETURN, "return table[-1:]")),
        ("nothing-returned", "Your function returns nothing: `return` the table.", (RETURN, "return None")),
        ),
    *of("parameter_table", "table",
        ("nothing-counts",
         "Every count is 0: your condition holds for no parameter. `p.grad` is None before a backward pass, and the "
         "tensors of a state_dict are detached. Test p.requires_grad for each p of module.parameters().",
         (COUNT, "sum(p.numel() for p in module.parameters() if p.grad is not None)")),
        ("whole-units", "Your last two entries are whole numbers. Divide with `/`, and keep two decimals: round(x, 2).",
         (ROW, "(name, count, round(count / 10 ** 6), round(count / 2 ** 20))")),
        ("rounded-up", "You round up: 0.0602 is 0.06, not 0.07. Use round(x, 2).",
         (ROW, "(name, count, -(-count // 10 ** 4) / 100, -(-100 * count // 2 ** 20) / 100)")),
        ("2-to-the-30", "Your last unit is 2**30. It should be 2**20.", (ROW, ROW.replace("2 ** 20", "2 ** 30"))),
        ("ten-million", "10e6 is ten million. A million is 1e6, or 10**6.", (ROW, ROW.replace("10 ** 6", "10e6"))),
        ("xor", "In Python `^` is the exclusive or: 2 ^ 20 is 22. A power is 2**20.",
         (ROW, ROW.replace("2 ** 20", "(2 ^ 20)"))),
        ("count-in-thousands",
         "You round the count to thousands. The second entry should be the exact number.",
         (ROW, ROW.replace("count,", "round(count, -3),"))),
        ("units-of-thousands",
         "You round the count to thousands before you divide it. Divide the exact count, and round once.",
         (ROW, "(name, count, round(round(count, -3) / 10 ** 6, 2), round(round(count, -3) / 2 ** 20, 2))")),
        ("rounded-parts", "You round the millions of each parameter and add them up. Add first, and round once.",
         (ROW, "(name, count, round(sum(round(p.numel() / 10 ** 6, 2) for p in module.parameters() if "
               "p.requires_grad), 2), round(count / 2 ** 20, 2))")),
        ("significant-digits", "You keep two significant digits. Keep two digits after the point: round(x, 2).",
         (ROW, '(name, count, float(f"{count / 10 ** 6:.2g}"), float(f"{count / 2 ** 20:.2g}"))')),
        ("all-bytes", "You count bytes, eight for each float64 number. Count the numbers themselves: p.numel().",
         (COUNT, COUNT.replace("p.numel()", "p.nbytes"))),
        ("units-of-all", "The count is right, but your last two entries include frozen parameters. Compute both of "
                         "them from the count.",
         (ROW, ROW.replace("count /", "sum(p.numel() for p in module.parameters()) /"))),
        ("units-zero",
         "Your last two entries are 0, because a generator is used up after its first `sum`. Keep the count in a "
         "variable, and divide that.",
         (ROW, "(name, count, 0.0, 0.0)")),
        ("frozen-stops", "You stop at the first frozen parameter. Leave it out, and go on with the next one.",
         (COUNT, "sum(p.numel() for p in takewhile(lambda p: p.requires_grad, module.parameters()))"),
         ("table = []", "from itertools import takewhile\n    table = []")),
        *((f"{what}-decides",
           "You decide for several parameters at once whether they count. Check each one by itself: p.requires_grad.",
           (COUNT, count)) for what, count in {
               "whole": "sum(p.numel() for p in module.parameters()) * all(p.requires_grad for p in "
                        "module.parameters())",
               "first": "sum(p.numel() for p in module.parameters()) * next((p.requires_grad for p in "
                        "module.parameters()), False)",
               "layer": f"sum({{p: p.numel() {OF_LAYERS} "
                        "if all(q.requires_grad for q in m.parameters(recurse=False))}.values())"}.items()),
        ("leaves-alone", "You leave out parameters that belong directly to a module with children. "
                         "`module.parameters()` finds all of them.",
         (COUNT, f"sum({{p: p.numel() {OF_LAYERS} if p.requires_grad and not list(m.children())}}.values())")),
        ("no-children",
         "You count only the module's own parameters and not its children's. Keep the default, recurse=True.",
         (COUNT, COUNT.replace("parameters()", "parameters(recurse=False)"))),
        ("by-value",
         "You count parameters with equal numbers only once, such as the weights of two new norms. Count both, unless "
         "they are the same tensor.",
         (COUNT, "sum({(p.shape, tuple(p.flatten().tolist())): p.numel() for p in module.parameters() if "
                 "p.requires_grad}.values())")),
        ("weight-of-each-once",
         "You count the `weight` of each layer, and leave out biases and parameters with other names. Count them too.",
         (COUNT, "sum(w.numel() for w in {getattr(m, 'weight', None) for m in module.modules()} if w is not None and "
                 "w.requires_grad)")),
        ("weight-of-each",
         "You count the `weight` of each layer, and leave out biases and parameters with other names. Count them too.",
         (COUNT, "sum(m.weight.numel() for m in module.modules() if hasattr(m, 'weight') and m.weight.requires_grad)")),
        ("no-norms", "You leave out BatchNorms. Their weights and biases are trained as well: count them.",
         (COUNT,
          f"sum({{p: p.numel() {OF_LAYERS} if p.requires_grad and not isinstance(m, nn.BatchNorm2d)}}.values())")),
        ("some-layers",
         "You count only convolutions and linear layers. Count every parameter, whatever layer it belongs to.",
         (COUNT, "sum({p: p.numel() for m in module.modules() if isinstance(m, (nn.Conv2d, nn.Linear)) for p in "
                 "m.parameters() if p.requires_grad}.values())")),
        ("two-axes", "You multiply the lengths of the first two axes, so you leave out the height and width of "
                     "kernels. p.numel() counts all axes.",
         (COUNT, COUNT.replace("p.numel()", "p.shape[:2].numel()"))),
        ("seen-across-rows",
         "A row leaves out what an earlier row has counted, because you use one set of seen parameters for all rows. "
         "Each row should count everything in its module.", ("table = []", "table, seen = [], set()"),
         (COUNT, "sum(p.numel() for p in module.parameters() if p.requires_grad and not (p in seen or seen.add(p)))")),
        ("a-tensor", "Your number of parameters is a tensor. It should be an int: `numel()` returns one, and so does "
                     "`.item()`.",
         (COUNT, f"torch.tensor({COUNT})"), (ROW, ROW.replace("round(count", "round(count.item()"))),
        ("by-name", "You store the counts under the name. If two rows have the same name, the second gets the count of "
                    "the first. Count each row's own module.",
         ("table = []", "table, counts = [], {}"), (f"count = {COUNT}", f"count = counts.setdefault(name, {COUNT})")),
        ("class-name",
         "Your first entry is the name of the module's class. It should be the name that `rows` gives to the module.",
         (ROW, ROW.replace("(name,", "(type(module).__name__,"))),
        ("flat", "Your list holds the entries of all rows, one after the other. Append one tuple for each row.",
         (RETURN, "return [entry for row in table for entry in row]")),
        ),
)

MISTAKES = (*RESNET, *CLOFORMER, *TABLE)
VARIANTS = (
    Variant("resnet-loops-and-lists", "AttentionResNet", """
        class Basic(nn.Module):
            def __init__(self, inside, outside, half, module):
                super().__init__()
                self.conv1 = nn.Conv2d(inside, outside, kernel_size=3, stride=2 if half else 1, padding=1, bias=False)
                self.bn1 = nn.BatchNorm2d(outside)
                self.conv2 = nn.Conv2d(outside, outside, kernel_size=3, padding="same", bias=False)
                self.bn2 = nn.BatchNorm2d(outside)
                self.attention = module
                self.downsample = nn.Sequential(nn.Conv2d(inside, outside, 1, 2, bias=False), nn.BatchNorm2d(outside)) if half else None

            def forward(self, x):
                y = self.bn1(self.conv1(x)).clamp(min=0)
                y = self.attention(self.bn2(self.conv2(y)))
                y = y + (self.downsample(x) if self.downsample else x)
                return y.clamp(min=0)


        class AttentionResNet(nn.Module):
            def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
                super().__init__()
                make = make_attention or (lambda width: nn.Identity())
                first = widths[0]
                self.stem = nn.Sequential(nn.Conv2d(3, first, 3, padding=1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
                before = [first, *widths[:-1]]
                self.stages = nn.ModuleList([
                    nn.ModuleList([Basic(b if i == 0 else w, w, i == 0 and s > 0, make(w)) for i in range(blocks)])
                    for s, (b, w) in enumerate(zip(before, widths))])
                self.head = nn.Linear(widths[-1], num_classes)

            def forward(self, image):
                x = self.stem(image)
                for block in [block for stage in self.stages for block in stage]:
                    x = block(x)
                return self.head(x.flatten(2).mean(-1))
        """),  # noqa: E501
    Variant("resnet-sequential", "AttentionResNet", """
        class AttentionResNet(nn.Module):
            class Unit(nn.Module):
                def __init__(self, a, b, stride, attention):
                    super().__init__()
                    self.conv1, self.bn1 = nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b)
                    self.conv2, self.bn2 = nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b)
                    self.attention = attention
                    same = stride == 1 and a == b
                    self.downsample = None if same else nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

                def forward(self, x):
                    identity = x
                    if self.downsample is not None:
                        identity = self.downsample(x)
                    out = self.conv2(torch.relu(self.bn1(self.conv1(x))))
                    out = self.attention(self.bn2(out))
                    return torch.relu(out + identity)

            def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
                super().__init__()
                self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU())
                self.stages = nn.ModuleList()
                last = widths[0]
                for s in range(len(widths)):
                    units = []
                    for i in range(blocks):
                        attention = nn.Identity() if make_attention is None else make_attention(widths[s])
                        units.append(self.Unit(last, widths[s], 2 if s and not i else 1, attention))
                        last = widths[s]
                    self.stages.append(nn.Sequential(*units))
                self.pool = nn.AdaptiveAvgPool2d(1)
                self.head = nn.Linear(last, num_classes)

            def forward(self, x):
                x = nn.Sequential(self.stem, *self.stages, self.pool, nn.Flatten())(x)
                return self.head(x)
        """),  # noqa: E501
    Variant("clo-zip-strict", "CloFormer", """
        class CloFormer(nn.Module):
            def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes, mlp_kernel_size=5, mlp_ratio=4,
                         num_classes=1000):
                super().__init__()
                rows = list(zip(dims, [*dims[1:], None], depths, num_heads, group_splits, kernel_sizes, window_sizes, strict=True))
                d = dims[0]

                def unit(a, b, stride):
                    return nn.Conv2d(a, b, 3, stride, 1), nn.BatchNorm2d(b), nn.ReLU(inplace=True)

                self.patch_embed = nn.Sequential(*unit(3, d // 2, 2), *unit(d // 2, d, 2), *unit(d, d, 1), *unit(d, d, 1),
                                                 nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
                self.stages = nn.ModuleList()
                for dim, following, depth, heads, split, kernels, window in rows:
                    rest = heads, split, kernels, window, mlp_kernel_size, mlp_ratio
                    blocks = [CloBlock(dim, dim, *rest, 1) for _ in range(depth - 1)]
                    blocks.append(CloBlock(dim, dim, *rest, 1) if following is None else CloBlock(dim, following, *rest, 2))
                    self.stages.append(nn.ModuleList(blocks))
                self.norm = nn.GroupNorm(1, dims[-1])
                self.head = nn.Linear(dims[-1], num_classes)

            def forward(self, x):
                x = self.patch_embed(x)
                for stage in self.stages:
                    for block in stage:
                        x = block(x)
                return self.head(self.norm(x).flatten(2).mean(dim=2))
        """),  # noqa: E501
    Variant("clo-sequential-stages", "CloFormer", """
        class CloFormer(nn.Module):
            def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes, mlp_kernel_size=5, mlp_ratio=4,
                         num_classes=1000):
                super().__init__()
                n = len(dims)
                if {len(depths), len(num_heads), len(group_splits), len(kernel_sizes), len(window_sizes)} != {n}:
                    raise ValueError(f"the lists are not all of length {n}")
                patches, before = nn.Sequential(), 3
                for i in range(4):
                    width = dims[0] if i else dims[0] // 2
                    patches.append(nn.Conv2d(before, width, 3, stride=2 if i < 2 else 1, padding=1))
                    patches.append(nn.BatchNorm2d(width))
                    patches.append(nn.ReLU())
                    before = width
                patches.append(nn.Conv2d(before, before, 1))
                patches.append(nn.GroupNorm(1, before))
                self.patch_embed = patches
                stages = []
                for s in range(n):
                    blocks = []
                    for b in range(depths[s]):
                        down = s != n - 1 and b + 1 == depths[s]
                        blocks.append(CloBlock(dim=dims[s], out_dim=dims[s + 1] if down else dims[s], num_heads=num_heads[s],
                                               group_split=group_splits[s], kernel_sizes=kernel_sizes[s], window_size=window_sizes[s],
                                               mlp_kernel_size=mlp_kernel_size, mlp_ratio=mlp_ratio, stride=1 + down))
                    stages.append(nn.Sequential(*blocks))
                self.stages = nn.ModuleList(stages)
                self.norm, self.pool = nn.GroupNorm(1, dims[-1]), nn.AdaptiveAvgPool2d(1)
                self.head = nn.Linear(dims[-1], num_classes)

            def forward(self, x):
                x = self.patch_embed(x)
                for stage in self.stages:
                    x = stage(x)
                return self.head(torch.flatten(self.pool(self.norm(x)), 1))
        """),  # noqa: E501
    Variant("table-by-identity", "parameter_table", """
        def parameter_table(rows):
            result = []
            for name, module in rows:
                sizes = {}
                for _, p in module.named_parameters(remove_duplicate=False):
                    if p.requires_grad:
                        sizes[id(p)] = p.numel()
                n = sum(sizes.values())
                result.append((name, n, round(n / 1e6, 2), round(n / 1024 ** 2, 2)))
            return result
        """),
    Variant("table-comprehension", "parameter_table", """
        def trained(module):
            count = 0
            for p in module.parameters():
                count += p.shape.numel() * p.requires_grad
            return count


        def parameter_table(rows):
            counts = [trained(module) for _, module in rows]
            return [(name, n, float(f"{n / 1_000_000:.2f}"), float(f"{n / (1 << 20):.2f}")) for (name, _), n in zip(rows, counts)]
        """),  # noqa: E501
    Variant("table-filter-and-map", "parameter_table", """
        def parameter_table(rows):
            def line(name, module):
                trained = filter(lambda p: p.requires_grad, module.parameters())
                count = sum(map(torch.numel, trained))
                return name, count, *(round(count / unit, 2) for unit in (10 ** 6, 2 ** 20))

            return [line(*row) for row in rows]
        """),
    Variant("table-by-name", "parameter_table", """
        import math


        def parameter_table(rows):
            table = []
            for name, module in rows:
                sizes = {path: math.prod(p.shape) for path, p in module.named_parameters() if p.requires_grad}
                million, larger = (math.fsum(sizes.values()) / unit for unit in (1e6, 1024 * 1024))
                table.append((name, sum(sizes.values()), round(million, 2), round(larger, 2)))
            return table
        """),
)

OF_A_RELU = "what comes from a ReLU is not negative"
SPACING = "a kernel of one has no neighbours to space out"
MESSAGE = "the contract asks for a ValueError and says nothing about its message"
EVEN = "the first width is even: the contract says d / 2, and nothing about odd ones"
EQUALLY_LONG = "after the check all lists have the same length"
EQUIVALENT = {
    "AttentionResNet 14: Conv2d with dilation=2": SPACING,
    "AttentionResNet 16: x its absolute value": OF_A_RELU,
    "AttentionResNet 17: relu twice": OF_A_RELU,
    "AttentionResNet 17: relu in place": "what bn1 gives is read by nobody else, and a BatchNorm keeps its input for "
                                         "the gradients",
    "AttentionResNet 20: relu twice": OF_A_RELU,
    "AttentionResNet 20: relu in place": "the sum is read by nobody else",
    "AttentionResNet 36: x doubled in place at the end": "nobody reads it any more, and a ReLU's gradient depends on "
                                                         "its sign alone",
    "CloFormer 7: message without numbers": MESSAGE,
    "CloFormer 7: no message": MESSAGE,
    "CloFormer 7: message without [len(each) for each in (dims, *of_sta...": MESSAGE,
    "CloFormer 9: rounded up": EVEN,
    "CloFormer 9: rounded to the nearest": EVEN,
    "CloFormer 9: rounded down, at least 1": EVEN,
    "CloFormer 12: Conv2d with dilation=2": SPACING,
    "CloFormer 12: arguments 0 and 1 of Conv2d exchanged": "as many channels leave it as enter",
    "CloFormer 13: self.stages frozen": "the list is empty at that moment",
    **{f"CloFormer 17: dims -> {other}": EQUALLY_LONG for other in ("depths", "group_splits", "kernel_sizes",
                                                                    "num_heads", "window_sizes")},
    "parameter_table 4: each once": "parameters() gives each of them once",
}
