"""Known mistakes, correct variants and equivalent mutants of 04_bam.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, bottleneck, detached, naive_sigmoid

# What the reference says, and most mistakes replace.
REACH = "dilation * (kernel_size - 1) + 1"
RESULT = "(size + 2 * padding - reach) // stride + 1"
MEAN = "x.mean(dim=(2, 3))"
FIRST = "self.bn(self.fc1(s))"
SCORES = f"self.fc2(torch.relu({FIRST}))"
SHAPED = "scores[:, :, None, None]"
DILATED = "nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)"
STEPS = (
    "torch.relu(self.bn0(self.reduce(x)))",
    "torch.relu(self.bn1(self.conv1(h)))",
    "torch.relu(self.bn2(self.conv2(h)))",
)
PROJECTED = "self.project(h)"
CHANNEL, SPATIAL = "ChannelBranch(channels, reduction)", "SpatialBranch(channels, reduction, dilation)"
COMBINED = 'channel + spatial if self.combine == "sum" else channel * spatial'
GATED = "x + x * torch.sigmoid(scores)"
WORDS = """if combine not in ("sum", "product"):
            raise ValueError(f'combine is "sum" or "product", got {combine!r}')
        """
TOO_SMALL = """if result < 1:
        raise ValueError(f"a kernel that spans {reach} does not fit into {size} with padding {padding}")
    """
EXPANDED = "self.sa(x).expand_as(x)"
LAYER = '            layers[f"conv_{i}"] = ' + DILATED
RELUS = 'layers[f"relu_{i}"] = nn.ReLU()'
LAST = "nn.Conv2d(hidden, 1, 1)"


def dilated(layer: str, new: str) -> tuple[str, str]:
    """An edit of one of the spatial branch's two dilated convolutions."""
    return f"self.{layer} = {DILATED}", f"self.{layer} = {new}"


def both(new: str) -> tuple[tuple[str, str], ...]:
    return dilated("conv1", new), dilated("conv2", new)


MISTAKES = (
    # --- conv_output_size
    Mistake("size-dilation-ignored", "conv_output_size",
            "The argument `dilation` has no effect. A dilated kernel spans dilation * (kernel_size - 1) + 1 positions.",
            ((REACH, "kernel_size"),)),
    Mistake("size-dilation-times-kernel", "conv_output_size",
            "You use dilation * kernel_size as the span of the kernel. Between k taps there are k - 1 steps: dilation "
            "* (kernel_size - 1) + 1.",
            ((REACH, "dilation * kernel_size"),)),
    Mistake("size-reach-one-short", "conv_output_size",
            "Your kernel's span is one too small: k taps with k - 1 steps between them cover dilation * (kernel_size - "
            "1) + 1 positions. The last + 1 is missing.",
            ((REACH, "dilation * (kernel_size - 1)"),)),
    Mistake("size-reach-one-long", "conv_output_size",
            "Your kernel's span is one too large: with a kernel of 1 it must be 1. The right span is dilation * "
            "(kernel_size - 1) + 1.",
            ((REACH, "dilation * (kernel_size - 1) + 2"),)),
    Mistake("size-padding-once", "conv_output_size",
            "You add the padding once. Add it at both ends: 2 * padding.",
            ((RESULT, "(size + padding - reach) // stride + 1"),)),
    Mistake("size-padding-ignored", "conv_output_size",
            "The argument `padding` has no effect on your result. It makes the map longer at both ends: size + 2 "
            "* padding.",
            ((RESULT, "(size - reach) // stride + 1"),)),
    Mistake("size-padding-subtracted", "conv_output_size",
            "You subtract the padding. It makes the map longer: size + 2 * padding.",
            ((RESULT, "(size - 2 * padding - reach) // stride + 1"),)),
    Mistake("size-stride-ignored", "conv_output_size",
            "The argument `stride` has no effect on your result. Divide by it, because the kernel moves `stride` "
            "positions at a time.",
            ((RESULT, "size + 2 * padding - reach + 1"),)),
    Mistake("size-stride-multiplied", "conv_output_size",
            "You multiply by the stride. A larger stride gives fewer positions: divide.",
            ((RESULT, "(size + 2 * padding - reach) * stride + 1"),)),
    Mistake("size-no-plus-one", "conv_output_size",
            "One position is missing, because you count only the steps of the kernel. The kernel also has a position "
            "before its first step, so add 1 after the division.",
            ((RESULT, "(size + 2 * padding - reach) // stride"),)),
    Mistake("size-plus-one-divided", "conv_output_size",
            "The + 1 is divided by the stride too. Divide first, with //, then add 1.",
            ((RESULT, "(size + 2 * padding - reach + 1) // stride"),)),
    Mistake("size-rounded-up", "conv_output_size",
            "You round up. The kernel does not take a last step that would leave the map: round down, with //.",
            ((RESULT, "-(-(size + 2 * padding - reach) // stride) + 1"),)),
    Mistake("size-rounded", "conv_output_size",
            "You round to the nearest whole number. Round down, with //: the kernel does not take a last step that "
            "would leave the map.",
            ((RESULT, "round((size + 2 * padding - reach) / stride) + 1"),)),
    Mistake("size-truncated", "conv_output_size",
            "`int(...)` cuts the fraction off, so it rounds a negative number up. A kernel that does not fit at all "
            "can then get a size of 1. Divide with //, which rounds down.",
            ((RESULT, "int((size + 2 * padding - reach) / stride) + 1"),)),
    Mistake("size-undilated-formula-dilated-once", "conv_output_size",
            "You multiply the padding by the dilation. Only the kernel is stretched; the padding counts as it is.",
            ((RESULT, "(size + 2 * padding * dilation - reach) // stride + 1"),)),
    Mistake("size-always-same", "conv_output_size",
            "You return `size` (divided by the stride), as if the padding always made up for the kernel. That holds "
            "only if 2 * padding equals dilation * (kernel_size - 1). Use the padding and the kernel's span in your "
            "formula.",
            ((RESULT, "size // stride"),)),
    Mistake("size-no-error", "conv_output_size",
            "A result below 1 is returned as if it were a size. Raise a ValueError: the kernel fits nowhere.",
            ((TOO_SMALL, ""),)),
    Mistake("size-zero-allowed", "conv_output_size",
            "A result of 0 is returned. That is an error too: raise a ValueError if the result is below 1, "
            "not below 0.",
            (("if result < 1:", "if result < 0:"),)),
    Mistake("size-one-refused", "conv_output_size",
            "Your ValueError refuses too much: a result of 1 is allowed, because the kernel then fits once. Raise it "
            "only if the result is below 1.",
            (("if result < 1:", "if result <= 1:"),)),
    Mistake("size-at-least-one", "conv_output_size",
            "A result below 1 is silently made 1. Raise a ValueError: the kernel fits nowhere.",
            ((TOO_SMALL, "result = max(1, result)\n    "),)),

    # --- ChannelBranch
    Mistake("channel-sigmoid", "ChannelBranch",
            "Your branch ends in a sigmoid. It should not: BAM adds the other branch's map first, and one sigmoid "
            "comes after the sum.",
            ((SHAPED, "torch.sigmoid(scores)[:, :, None, None]"),)),
    Mistake("channel-flat", "ChannelBranch",
            "The numbers are right, but their shape is (B, C). Add two axes of size 1 at the end, (B, C, 1, 1), so "
            "that BAM can add the other branch.",
            ((SHAPED, "scores"),)),
    Mistake("channel-expanded", "ChannelBranch",
            "Your branch spreads its numbers over the map, as the authors' code does. Return (B, C, 1, 1): the sum in "
            "BAM broadcasts.",
            ((SHAPED, "scores[:, :, None, None].expand_as(x)"),)),
    Mistake("channel-applies-itself", "ChannelBranch",
            "Your branch multiplies x by its numbers. Return the numbers alone, (B, C, 1, 1); BAM applies the gate.",
            ((SHAPED, "x * scores[:, :, None, None]"),)),
    Mistake("channel-no-norm", "ChannelBranch",
            "The BatchNorm between fc1 and the ReLU is missing, or it is made and never called. The order should be "
            "fc1, BatchNorm, ReLU, fc2.",
            ((FIRST, "self.fc1(s)"),)),
    Mistake("channel-norm-of-channels", "ChannelBranch",
            "Your BatchNorm comes before fc1 or after fc2, where it normalises C numbers. Put it between the two, on "
            "the C // r hidden numbers: fc1, BatchNorm, ReLU, fc2.",
            (("nn.BatchNorm1d(hidden)", "nn.BatchNorm1d(channels)"), (SCORES,
                                                                      "self.bn(self.fc2(torch.relu(self.fc1(s))))"))),
    Mistake("channel-second-norm", "ChannelBranch",
            "There is a second BatchNorm, on C numbers, at the end of the branch. The paper puts one there, but this "
            "exercise follows the authors' code. Keep only the BatchNorm on the C // r hidden numbers.",
            (("self.fc2 = nn.Linear(hidden, channels)",
              "self.fc2 = nn.Linear(hidden, channels)\n        self.bn2 = nn.BatchNorm1d(channels)"),
             (SCORES, f"self.bn2({SCORES})"))),
    Mistake("channel-norm-after-relu", "ChannelBranch",
            "BatchNorm and ReLU have changed places. The order should be fc1, BatchNorm, ReLU, fc2.",
            ((SCORES, "self.fc2(self.bn(torch.relu(self.fc1(s))))"),)),
    Mistake("channel-norm-of-batch-always", "ChannelBranch",
            "In eval mode your BatchNorm still uses the mean and variance of the batch. Call the module, "
            "self.bn(...), which switches to its running statistics.",
            ((FIRST,
              "nn.functional.batch_norm(self.fc1(s), None, None, self.bn.weight, self.bn.bias, training=True)"),)),
    Mistake("channel-layer-norm", "ChannelBranch",
            "Your norm is a LayerNorm, over the numbers of one image. BAM has a BatchNorm1d, over the images of the "
            "batch.",
            (("nn.BatchNorm1d(hidden)", "nn.LayerNorm(hidden)"),)),
    Mistake("channel-no-relu", "ChannelBranch",
            "The ReLU between BatchNorm and fc2 is missing: without it, the two layers amount to a single matrix. The "
            "order should be fc1, BatchNorm, ReLU, fc2.",
            ((SCORES, f"self.fc2({FIRST})"),)),
    Mistake("channel-relu-at-the-end", "ChannelBranch",
            "There is a ReLU after fc2 too, so the branch can return no negative number. It should end with fc2.",
            ((f"scores = {SCORES}", f"scores = torch.relu({SCORES})"),)),
    Mistake("channel-sigmoid-between", "ChannelBranch",
            "You put a sigmoid between BatchNorm and fc2. It should be a ReLU.",
            ((SCORES, f"self.fc2(torch.sigmoid({FIRST}))"),)),
    Mistake("channel-maximum", "ChannelBranch",
            "Your branch takes the largest value of each channel. BAM takes the mean over H and W (CBAM takes both).",
            ((MEAN, "x.amax(dim=(2, 3))"),)),
    Mistake("channel-mean-and-maximum", "ChannelBranch",
            "Your branch passes mean and maximum through the layers and adds the results, as CBAM's channel gate "
            "does. BAM takes only the mean.",
            ((f"scores = {SCORES}", f"scores = {SCORES} + {SCORES.replace('(s)', '(x.amax(dim=(2, 3)))')}"),)),
    Mistake("channel-mean-over-channels-and-rows", "ChannelBranch",
            "You take the mean over axes 1 and 2, the channels and the rows. Axes are counted from 0: H and W "
            "are 2 and 3.",
            ((MEAN, "x.mean(dim=(1, 2))"),)),
    Mistake("channel-sum", "ChannelBranch",
            "Your branch adds up the positions without dividing by H * W. Take the mean.",
            ((MEAN, "x.sum(dim=(2, 3))"),)),
    Mistake("channel-over-batch", "ChannelBranch",
            "Your branch averages over the batch too, so all images get the same numbers. Average over H and W only.",
            ((MEAN, "x.mean(dim=(0, 2, 3)).expand(len(x), -1)"),)),
    Mistake("channel-square-window", "ChannelBranch",
            "You pool with a square window as high as the map, as the authors' code does. On a wide map one window "
            "covers only the left part, and on a very wide map there are several windows. Take the mean over H and W.",
            ((MEAN, "nn.functional.avg_pool2d(x, x.shape[2]).flatten(1)"),)),
    Mistake("channel-no-bias", "ChannelBranch",
            "Your linear layers have no bias. SE's have none, but BAM's have one: leave `bias` at its default.",
            (("nn.Linear(channels, hidden)", "nn.Linear(channels, hidden, bias=False)"),
             ("nn.Linear(hidden, channels)", "nn.Linear(hidden, channels, bias=False)"))),
    Mistake("channel-first-without-bias", "ChannelBranch",
            "fc1 has no bias. A bias right before a BatchNorm has no effect in training, but BAM has one: leave "
            "`bias` at its default.",
            (("nn.Linear(channels, hidden)", "nn.Linear(channels, hidden, bias=False)"),)),
    Mistake("channel-axes-kept", "ChannelBranch",
            "The means keep two axes of size 1, (B, C, 1, 1), and nn.Linear works on the last axis. Give it (B, C).",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True)"),)),
    Mistake("channel-squeezed", "ChannelBranch",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis. Name the "
            "axes to remove.",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True).squeeze()"),)),
    *bottleneck("channel", "ChannelBranch", default=16),
    *detached("channel", "ChannelBranch", SHAPED, "result", ((MEAN, "x.detach().mean(dim=(2, 3))"),)),

    # --- SpatialBranch
    Mistake("spatial-sigmoid", "SpatialBranch",
            "Your branch ends in a sigmoid. It should not: BAM adds the other branch's numbers first, and one sigmoid "
            "comes after the sum.",
            ((f"return {PROJECTED}", f"return torch.sigmoid({PROJECTED})"),)),
    Mistake("spatial-expanded", "SpatialBranch",
            "Your branch repeats its map for every channel. Return one map, (B, 1, H, W): the sum in BAM broadcasts.",
            ((f"return {PROJECTED}", f"return {PROJECTED}.expand_as(x)"),)),
    Mistake("spatial-no-channel-axis", "SpatialBranch",
            "Your map has lost its channel axis: (B, H, W). Return (B, 1, H, W), so that BAM can add the other branch.",
            ((f"return {PROJECTED}", f"return {PROJECTED}[:, 0]"),)),
    Mistake("spatial-applies-itself", "SpatialBranch",
            "Your branch multiplies x by its map. Return the map alone, (B, 1, H, W); BAM applies the gate.",
            ((f"return {PROJECTED}", f"return x * {PROJECTED}"),)),
    Mistake("spatial-padding-one", "SpatialBranch",
            "Your padding is 1 whatever the dilation is, so each convolution makes H and W smaller by 2 * dilation - "
            "2. The map keeps its size with padding=dilation.",
            both("nn.Conv2d(hidden, hidden, 3, padding=1, dilation=dilation)")),
    Mistake("spatial-no-padding", "SpatialBranch",
            "Your 3x3 convolutions have no padding, so each makes H and W smaller by 2 * dilation. The map keeps its "
            "size with padding=dilation.",
            both("nn.Conv2d(hidden, hidden, 3, dilation=dilation)")),
    Mistake("spatial-no-dilation", "SpatialBranch",
            "Your 3x3 convolutions are not dilated, so the branch sees 5 x 5 positions whatever `dilation` says. Pass "
            "padding=dilation and dilation=dilation.",
            both("nn.Conv2d(hidden, hidden, 3, padding=1)")),
    Mistake("spatial-dilation-forgotten", "SpatialBranch",
            "Your 3x3 convolutions have the padding but not the dilation, so the map grows. Pass both: "
            "padding=dilation and dilation=dilation.",
            both("nn.Conv2d(hidden, hidden, 3, padding=dilation)")),
    Mistake("spatial-dilation-four", "SpatialBranch",
            "The argument `dilation` has no effect, because 4 is written in its place. Use the argument.",
            both("nn.Conv2d(hidden, hidden, 3, padding=4, dilation=4)")),
    Mistake("spatial-second-not-dilated", "SpatialBranch",
            "Your second 3x3 convolution is not dilated. Both should be.",
            (dilated("conv2", "nn.Conv2d(hidden, hidden, 3, padding=1)"),)),
    Mistake("spatial-first-not-dilated", "SpatialBranch",
            "Your first 3x3 convolution is not dilated. Both should be.",
            (dilated("conv1", "nn.Conv2d(hidden, hidden, 3, padding=1)"),)),
    Mistake("spatial-reflected", "SpatialBranch",
            "Your `padding_mode` repeats the map beyond its border. BAM pads with zeros.",
            both('nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation, padding_mode="replicate")')),
    Mistake("spatial-no-bias", "SpatialBranch",
            "Your convolutions before the BatchNorms have no bias. A bias there has no effect in training, but BAM's "
            "code has one: keep torch's default.",
            (("nn.Conv2d(channels, hidden, 1)", "nn.Conv2d(channels, hidden, 1, bias=False)"),
             *both("nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation, bias=False)"))),
    Mistake("spatial-one-convolution", "SpatialBranch",
            "conv2 and bn2 are made and never called, so your branch has only one 3x3 convolution. It sees half as "
            "far as with both: call conv2 and bn2 after the first one.",
            ((f"        h = {STEPS[2]}\n", ""),)),
    Mistake("spatial-same-convolution", "SpatialBranch",
            "You call conv1 twice; conv2 is made and never called. Call conv2 the second time, because each "
            "convolution should have weights of its own.",
            ((STEPS[2], STEPS[2].replace("conv2", "conv1")),)),
    Mistake("spatial-shared-norm", "SpatialBranch",
            "One BatchNorm serves both 3x3 convolutions: bn1 is called twice, and bn2 is never called. Each layer "
            "needs its own.",
            ((STEPS[2], STEPS[2].replace("bn2", "bn1")),)),
    Mistake("spatial-first-norm-for-all", "SpatialBranch",
            "One BatchNorm serves all three layers: bn0 is called three times, and bn1 and bn2 are never called. Each "
            "layer needs its own.",
            ((STEPS[1], STEPS[1].replace("bn1", "bn0")), (STEPS[2], STEPS[2].replace("bn2", "bn0")))),
    Mistake("spatial-first-norm-not-called", "SpatialBranch",
            "bn0 is made and never called. It belongs between `reduce` and its ReLU.",
            ((STEPS[0], "torch.relu(self.reduce(x))"),)),
    Mistake("spatial-convolutions-exchanged", "SpatialBranch",
            "conv1 and conv2 have changed places in your forward. Call conv1 first, then conv2.",
            ((STEPS[1], STEPS[1].replace("conv1", "conv2")), (STEPS[2], STEPS[2].replace("conv2", "conv1")))),
    Mistake("spatial-no-norms", "SpatialBranch",
            "The BatchNorms are missing (or made and never called). There should be one after each layer but the "
            "last, before the ReLU.",
            tuple((step, step.replace(f"self.bn{i}(", "(")) for i, step in enumerate(STEPS))),
    Mistake("spatial-norm-after-relu", "SpatialBranch",
            "BatchNorm and ReLU have changed places. The order should be convolution, BatchNorm, ReLU.",
            tuple((step, f"self.bn{i}(torch.relu({step.removeprefix(f'torch.relu(self.bn{i}(')[:-2]}))")
                  for i, step in enumerate(STEPS))),
    Mistake("spatial-no-relus", "SpatialBranch",
            "The ReLUs are missing: without them, the four convolutions amount to one. Put a ReLU after each "
            "BatchNorm.",
            tuple((step, step.removeprefix("torch.relu(")[:-1]) for step in STEPS)),
    Mistake("spatial-no-last-relu", "SpatialBranch",
            "There is no ReLU after conv2 and bn2. One should follow each of the three BatchNorms.",
            ((STEPS[2], STEPS[2].removeprefix("torch.relu(")[:-1]),)),
    Mistake("spatial-relu-at-the-end", "SpatialBranch",
            "There is a ReLU after `project` too, so no position can get a negative number. The branch ends with the "
            "convolution.",
            ((f"return {PROJECTED}", f"return torch.relu({PROJECTED})"),)),
    Mistake("spatial-norm-at-the-end", "SpatialBranch",
            "There is a BatchNorm at the end of the branch, where the paper puts it. This exercise follows the "
            "authors' code, which has one after each of the three hidden layers and none after `project`.",
            (("self.project = nn.Conv2d(hidden, 1, 1)",
              "self.project = nn.Conv2d(hidden, 1, 1)\n        self.bn3 = nn.BatchNorm2d(1)"),
             (f"return {PROJECTED}", f"return self.bn3({PROJECTED})"))),
    Mistake("spatial-channel-map", "SpatialBranch",
            "Your last convolution returns C maps, one for each channel. It should return one map, which serves all "
            "channels.",
            (("nn.Conv2d(hidden, 1, 1)", "nn.Conv2d(hidden, channels, 1)"),)),
    *bottleneck("spatial", "SpatialBranch", default=16),
    *detached("spatial", "SpatialBranch", PROJECTED, "result", (("self.reduce(x)", "self.reduce(x.detach())"),)),

    # --- BAM
    Mistake("bam-no-shortcut", "BAM",
            "The shortcut is missing: you return x * gate. BAM returns x + x * gate, so that a gate of 0 leaves x "
            "as it is.",
            ((GATED, "x * torch.sigmoid(scores)"),)),
    Mistake("bam-returns-gate", "BAM",
            "Your block returns the gate. Apply it: x + x * gate.",
            ((GATED, "torch.sigmoid(scores)"),)),
    Mistake("bam-one-plus-gate", "BAM",
            "Your block returns 1 + gate. Multiply x by it: (1 + gate) * x, the same as x + x * gate.",
            ((GATED, "1 + torch.sigmoid(scores)"),)),
    Mistake("bam-gate-added", "BAM",
            "Your block adds the gate to x. A gate multiplies: x + x * gate.",
            ((GATED, "x + torch.sigmoid(scores)"),)),
    Mistake("bam-no-sigmoid", "BAM",
            "The sigmoid is missing: x is multiplied by the raw sum of the two maps, which can be any number. Apply a "
            "sigmoid first.",
            ((GATED, "x + x * scores"),)),
    Mistake("bam-two-sigmoids", "BAM",
            "You apply a sigmoid to each map and then combine the two. Combine the raw maps first, then apply one "
            "sigmoid to the result.",
            ((f"scores = {COMBINED}", "c, s = torch.sigmoid(channel), torch.sigmoid(spatial)\n"
              '        gate = c + s if self.combine == "sum" else c * s'), (GATED, "x + x * gate"))),
    Mistake("bam-sigmoid-twice", "BAM",
            "The sigmoid is applied twice, so your gate lies between 0.5 and 0.73. Apply it once.",
            ((GATED, "x + x * torch.sigmoid(torch.sigmoid(scores))"),)),
    Mistake("bam-one-after-the-other", "BAM",
            "Your second branch sees the output of the first, as in CBAM. In BAM both look at x itself, side by side.",
            (("self.spatial(x)", "self.spatial(x * torch.sigmoid(self.channel(x)))"),)),
    Mistake("bam-scaled-by-the-other", "BAM",
            "Your spatial branch sees x times the channel branch's numbers. In BAM both branches look at x itself, "
            "side by side.",
            (("self.spatial(x)", "self.spatial(x * self.channel(x))"),)),
    Mistake("bam-two-blocks", "BAM",
            "Your spatial branch sees an x that the channel branch has already gated, as in CBAM. In BAM both "
            "branches look at x itself, and there is one gate.",
            (("self.spatial(x)", "self.spatial(x + x * torch.sigmoid(self.channel(x)))"),)),
    Mistake("bam-one-plus-image", "BAM",
            "You add 1 to x, not to the gate: (1 + x) * gate. BAM returns x + x * gate, which is x * (1 + gate).",
            ((GATED, "(1 + x) * torch.sigmoid(scores)"),)),
    Mistake("bam-relu", "BAM",
            "There is a ReLU where the sigmoid belongs, so your gate has no upper limit. Use a sigmoid.",
            ((GATED, "x + x * torch.relu(scores)"),)),
    Mistake("bam-sigmoid-of-product", "BAM",
            "Your sigmoid comes after the product with x. It should come first: x + x * sigmoid(...).",
            ((GATED, "x + torch.sigmoid(x * scores)"),)),
    Mistake("bam-sum-always", "BAM",
            'The argument `combine` has no effect: your block always adds the maps. "product" should multiply them.',
            ((COMBINED, "channel + spatial"),)),
    Mistake("bam-product-always", "BAM",
            "The argument `combine` has no effect: your block always multiplies the maps, as the authors' code does. "
            "\"sum\", the default, should add them.",
            ((COMBINED, "channel * spatial"),)),
    Mistake("bam-exchanged", "BAM",
            '"sum" and "product" have changed places. "sum" should add the two maps, and "product" should multiply '
            'them.',
            ((COMBINED, 'channel * spatial if self.combine == "sum" else channel + spatial'),)),
    Mistake("bam-product-by-default", "BAM",
            'If combine is not given, your block multiplies the maps. The default should be "sum", as in the paper.',
            (('combine: str = "sum"', 'combine: str = "product"'),)),
    Mistake("bam-word-not-checked", "BAM",
            'You treat a word other than "sum" or "product" like one of the two. Raise a ValueError.',
            ((WORDS, ""),)),
    Mistake("bam-assert", "BAM",
            "You refuse other words with an `assert`, which raises AssertionError (and does nothing when Python runs "
            "with -O). Raise a ValueError.",
            ((WORDS, 'assert combine in ("sum", "product"), combine\n        '),)),
    Mistake("bam-channel-alone", "BAM",
            "The spatial branch is missing from the gate, so every position of a channel gets the same number. "
            "Combine the maps of both branches.",
            ((COMBINED, "channel"),)),
    Mistake("bam-spatial-alone", "BAM",
            "The channel branch is missing from the gate, so every channel gets the same map. Combine the maps of "
            "both branches.",
            ((COMBINED, "spatial"),)),
    Mistake("bam-dilation-not-passed", "BAM",
            "`dilation` does not reach the SpatialBranch, which always has the default, 4. Pass it on.",
            ((SPATIAL, "SpatialBranch(channels, reduction)"),)),
    Mistake("bam-reduction-not-passed", "BAM",
            "`reduction` does not reach the branches, which always have the default, 16. Pass it on.",
            ((CHANNEL, "ChannelBranch(channels)"), (SPATIAL, "SpatialBranch(channels, dilation=dilation)"))),
    Mistake("bam-reduction-of-one-branch", "BAM",
            "`reduction` does not reach the ChannelBranch, which always has the default, 16. Pass it on.",
            ((CHANNEL, "ChannelBranch(channels)"),)),
    Mistake("bam-arguments-exchanged", "BAM",
            "You pass `reduction` and `dilation` to SpatialBranch in the wrong order. SpatialBranch takes channels, "
            "reduction, dilation.",
            ((SPATIAL, "SpatialBranch(channels, dilation, reduction)"),)),
    Mistake("bam-in-place", "BAM",
            "Your block changes its input in place: code that reads x afterwards, such as a shortcut, finds it "
            "changed. Write x + x * gate.",
            ((f"return {GATED}", "x *= 1 + torch.sigmoid(scores)\n        return x"),)),
    Mistake("bam-gate-detached", "BAM",
            "The numbers are right, but the gate is detached, so the branches would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((GATED, "x + x * torch.sigmoid(scores).detach()"),)),
    Mistake("bam-image-detached", "BAM",
            "The numbers are right, but x is detached before the product, so a part of its gradient is lost. Leave out "
            "the `detach()`, `.data` or `no_grad()`.",
            ((GATED, "x + x.detach() * torch.sigmoid(scores)"),)),
    Mistake("bam-remembers-gate", "BAM",
            "The gate of the first call is kept and used again for the next image. Compute it again in every call of "
            "forward.",
            ((f"return {GATED}",
              'if not hasattr(self, "gate"):\n            self.gate = torch.sigmoid(scores)\n        return x + x * '
              'self.gate'),)),
    Mistake("bam-part-of-word", "BAM",
            'You look for `combine` in a longer string: `"prod" in "sum product"` is true, and so is `"" in "sum '
            'product"`. Compare with a tuple of the two words.',
            ((WORDS.partition("\n")[0], 'if combine not in "sum product":'),)),
    Mistake("bam-exp", "BAM", INFINITE, ((GATED, f"x + x * {naive_sigmoid('scores')}"),)),

    # --- RepairedSpatialAttention
    Mistake("repaired-not-at-all", "RepairedSpatialAttention",
            "The padding is still 1, so each layer makes H and W smaller by 2 * dilation - 2. A 3x3 kernel keeps the "
            "size with padding=dilation.",
            ((LAYER, LAYER.replace("padding=dilation", "padding=1")),)),
    Mistake("repaired-counted-from-one", "RepairedSpatialAttention",
            "Your dilated layers are called conv_1, conv_2, ... The snippet counts from 0, so its first layers are "
            "conv_0 and bn_0. With other names the snippet's weights end up in the wrong layers.",
            ((LAYER, LAYER.replace("conv_{i}", "conv_{i + 1}")), ('layers[f"bn_{i}"]', 'layers[f"bn_{i + 1}"]'))),
    Mistake("repaired-padding-two", "RepairedSpatialAttention",
            "Your padding is 2 whatever the dilation is. That fits only the default; padding=dilation fits every "
            "dilation.",
            ((LAYER, LAYER.replace("padding=dilation", "padding=2")),)),
    Mistake("repaired-first-layer-only", "RepairedSpatialAttention",
            "Only the first dilated layer is repaired: the others still have padding=1. Give all of them "
            "padding=dilation.",
            ((LAYER, LAYER.replace("padding=dilation", "padding=1 if i else dilation")),)),
    Mistake("repaired-no-padding", "RepairedSpatialAttention",
            "Your layers have no padding at all, so each makes H and W smaller by 2 * dilation. A 3x3 kernel keeps the "
            "size with padding=dilation.",
            ((LAYER, LAYER.replace("padding=dilation, ", "")),)),
    Mistake("repaired-without-dilation", "RepairedSpatialAttention",
            "You kept the padding of 1 and took the dilation away. The map keeps its size, but each position sees "
            "less of its surroundings than the author wanted. Keep the dilation and change the padding.",
            ((LAYER, LAYER.replace("padding=dilation, dilation=dilation", "padding=1")),)),
    Mistake("repaired-dilation-two", "RepairedSpatialAttention",
            "The argument `dilation` has no effect, because 2 is written in its place. Use the argument.",
            ((LAYER, LAYER.replace("dilation=dilation", "dilation=2").replace("padding=dilation", "padding=2")),)),
    Mistake("repaired-resized", "RepairedSpatialAttention",
            "You let the map shrink and stretch it to x's size afterwards. Its shape is then right, but its numbers "
            "have moved to other positions. Keep the map's size in every layer: padding=dilation.",
            ((LAYER, LAYER.replace("padding=dilation", "padding=max(1, dilation - 1)")),
             (EXPANDED, "nn.functional.interpolate(self.sa(x), x.shape[2:]).expand_as(x)"))),
    Mistake("repaired-not-expanded", "RepairedSpatialAttention",
            "The numbers are right, but their shape is (B, 1, H, W). The snippet returns the map repeated for every "
            "channel, in x's shape.",
            ((EXPANDED, "self.sa(x)"),)),
    Mistake("repaired-sigmoid", "RepairedSpatialAttention",
            "Your map goes through a sigmoid. The snippet's map does not: the block that calls it adds the channel "
            "branch first.",
            ((EXPANDED, "torch.sigmoid(self.sa(x)).expand_as(x)"),)),
    Mistake("repaired-applies-itself", "RepairedSpatialAttention",
            "You multiply x by the map. Return the map alone, in x's shape.",
            ((EXPANDED, "x * self.sa(x)"),)),
    Mistake("repaired-three-layers", "RepairedSpatialAttention",
            "The argument `num_layers` has no effect: there are always three dilated layers. Use range(num_layers).",
            (("range(num_layers)", "range(3)"),)),
    Mistake("repaired-one-layer-less", "RepairedSpatialAttention",
            "One dilated layer is missing. Let i run from 0 to num_layers - 1, as in range(num_layers).",
            (("range(num_layers)", "range(1, num_layers)"),)),
    Mistake("repaired-no-relus", "RepairedSpatialAttention",
            "The ReLUs of the dilated layers are missing. (If layers share a name, a Sequential keeps only one of "
            "them.) Each layer should be convolution, BatchNorm, ReLU.",
            ((f"            {RELUS}\n", ""),)),
    Mistake("repaired-no-first-relu", "RepairedSpatialAttention",
            "The ReLU after conv_reduce1 and bn_reduce1 is missing. Add it as relu_reduce1.",
            ((", relu_reduce1=nn.ReLU())", ")"),)),
    Mistake("repaired-no-norms", "RepairedSpatialAttention",
            "The BatchNorms of the dilated layers are missing. Each layer should be convolution, BatchNorm, ReLU.",
            (('            layers[f"bn_{i}"] = nn.BatchNorm2d(hidden)\n', ""),)),
    Mistake("repaired-channel-map", "RepairedSpatialAttention",
            "Your last convolution returns C maps. It should return one, which is then repeated for every channel.",
            ((f'layers["last_conv"] = {LAST}', 'layers["last_conv"] = nn.Conv2d(hidden, channels, 1)'),)),
    Mistake("repaired-no-bias", "RepairedSpatialAttention",
            "Your dilated convolutions have no bias, but the snippet's have one: leave `bias` at its default.",
            ((LAYER, LAYER.replace("dilation=dilation)", "dilation=dilation, bias=False)")),)),
    Mistake("repaired-growing-dilation", "RepairedSpatialAttention",
            "Your dilation grows from layer to layer. It should be the same in all of them, as in the snippet.",
            ((LAYER, LAYER.replace("=dilation", "=dilation * (i + 1)")),)),
    *bottleneck("repaired", "RepairedSpatialAttention", default=16),
    *detached("repaired", "RepairedSpatialAttention", EXPANDED, "map",
              ((f"return {EXPANDED}", f"x = x.detach()\n        return {EXPANDED}"),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
ANY_MESSAGE = "Of these errors any message will do."
TWICE = "A second ReLU changes nothing."
OWN_TENSOR = "What is changed in place is a tensor that forward has just made."
ONE_TAP = "A kernel of one tap spans one position, whatever its dilation is."

EQUIVALENT = {
    "conv_output_size 6: made an int": "It is one already.",
    "ChannelBranch 10: x last two axes exchanged": "A mean over both axes does not depend on their order.",
    "ChannelBranch 13: last two axes exchanged": "Both have size 1.",
    "RepairedSpatialAttention 15: x detached (2)": "Only its shape matters.",
    **{f"{line}: relu twice": TWICE for line in ("ChannelBranch 12", *(f"SpatialBranch {n}" for n in (15, 16, 17)))},
    **{f"{line}: relu in place": OWN_TENSOR
       for line in ("ChannelBranch 12", *(f"SpatialBranch {n}" for n in (15, 16, 17)))},
    "BAM 14: sigmoid in place": OWN_TENSOR,
    **{f"{line}: Conv2d with dilation=2": ONE_TAP
       for line in ("SpatialBranch 6", "SpatialBranch 12", "RepairedSpatialAttention 6",
                    "RepairedSpatialAttention 11")},
    **{f"{line}: {what}": ANY_MESSAGE for line, numbers in (("conv_output_size 5", ("reach", "size", "padding")),
                                                            ("BAM 6", ("combine",)))
       for what in ("message without numbers", "no message", *(f"message without {number}" for number in numbers))},
}

VARIANTS = (
    Variant("size-counted", "conv_output_size", """
        def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
            last = size + 2 * padding - dilation * (kernel_size - 1)
            starts = len(range(0, last, stride))
            if starts == 0:
                raise ValueError("the kernel does not fit")
            return starts
        """),
    Variant("size-floor-of-fraction", "conv_output_size", """
        import math

        def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
            out = math.floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)
            if out <= 0:
                raise ValueError(out)
            return out
        """),
    Variant("size-asks-torch", "conv_output_size", """
        def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
            row, kernel = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel_size)
            try:
                return torch.conv1d(row, kernel, padding=padding, dilation=dilation, stride=stride).shape[-1]
            except RuntimeError:
                raise ValueError(f"a kernel of {kernel_size} does not fit into {size}")
        """),
    Variant("channel-as-published", "ChannelBranch", """
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
        """),  # noqa: E501
    Variant("channel-convolutions", "ChannelBranch", """
        class ChannelBranch(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if channels < reduction:
                    raise ValueError("channels %d, reduction %d" % (channels, reduction))
                self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
                self.bn = nn.BatchNorm2d(channels // reduction)
                self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

            def forward(self, x):
                return self.fc2(self.bn(self.fc1(x.mean((-2, -1), keepdim=True))).clamp(min=0))
        """),
    Variant("spatial-sequential", "SpatialBranch", """
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
        """),
    Variant("spatial-padded-by-hand", "SpatialBranch", """
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
        """),
    Variant("bam-one-plus-gate-times-x", "BAM", """
        class BAM(nn.Module):
            def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
                super().__init__()
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
        """),
    Variant("bam-table-of-operations", "BAM", """
        class BAM(nn.Module):
            COMBINE = {"sum": torch.add, "product": torch.mul}

            def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
                super().__init__()
                if combine not in self.COMBINE:
                    raise ValueError(f"unknown: {combine}")
                self.together = self.COMBINE[combine]
                self.spatial = SpatialBranch(channels, reduction, dilation)
                self.channel = ChannelBranch(channels, reduction)

            def forward(self, x):
                return torch.addcmul(x, x, self.together(self.channel(x), self.spatial(x)).sigmoid())
        """),
    Variant("repaired-modules-added", "RepairedSpatialAttention", """
        class RepairedSpatialAttention(nn.Module):
            def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
                super().__init__()
                c = channels // reduction
                if c == 0:
                    raise ValueError(f"{channels} / {reduction}")
                self.sa = nn.Sequential()
                self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
                self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
                self.sa.add_module("relu_reduce1", nn.ReLU())
                for i in range(num_layers):
                    self.sa.add_module(f"conv_{i}", nn.Conv2d(c, c, 3, padding="same", dilation=dilation))
                    self.sa.add_module(f"bn_{i}", nn.BatchNorm2d(c))
                    self.sa.add_module(f"relu_{i}", nn.ReLU())
                self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

            def forward(self, x):
                return self.sa(x).expand(x.shape)
        """),
    Variant("repaired-repeated", "RepairedSpatialAttention", """
        class RepairedSpatialAttention(nn.Module):
            def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
                super().__init__()
                hidden = channels // reduction
                if hidden < 1:
                    raise ValueError("channels", channels, "reduction", reduction)
                self.sa = nn.ModuleDict({"conv_reduce1": nn.Conv2d(channels, hidden, 1), "bn_reduce1": nn.BatchNorm2d(hidden)})
                for i in range(num_layers):
                    self.sa[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, 1, dilation, dilation)
                    self.sa[f"bn_{i}"] = nn.BatchNorm2d(hidden)
                self.sa["last_conv"] = nn.Conv2d(hidden, 1, 1)

            def forward(self, x):
                h = x
                for name, layer in self.sa.items():
                    h = layer(h)
                    if name.startswith("bn"):
                        h = torch.relu(h)
                return h.repeat(1, x.shape[1], 1, 1)
        """),  # noqa: E501
)
