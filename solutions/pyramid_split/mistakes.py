"""Known mistakes, correct variants and equivalent mutants of 06a_pyramid_split.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, NOT_WHOLE, naive_sigmoid

# What the reference says, and most mistakes replace.
MEAN = "x.mean(dim=(2, 3), keepdim=True)"
WEIGHTS = "torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))"
FC1, FC2 = "nn.Conv2d(channels, hidden, kernel_size=1)", "nn.Conv2d(hidden, channels, kernel_size=1)"
NO_HIDDEN = """if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """
HIDDEN = "hidden = channels // reduction"
CONV = "nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)"
WIDTH = "channels_per_scale(channels, kernel_sizes, groups)"
PAIRS = "for k, g in zip(kernel_sizes, groups, strict=True)"
STACKED = "torch.stack([conv(x) for conv in self.convs], dim=1)"
SPLIT = "SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)"
SE = "SEWeight(channels // len(kernel_sizes), reduction)"
OF_SCALES = "torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)"
SHARES = "torch.softmax(weights, dim=1)"
RESULT = "(scales * shares).flatten(1, 2)"
FIRST = "torch.relu(self.bn1(self.conv1(x)))"
SECOND = "torch.relu(self.bn2(self.psa(y)))"
THIRD = "self.bn3(self.conv3(y))"
SHORTCUT = "x if self.downsample is None else self.downsample(x)"
ADDED = "torch.relu(y + shortcut)"
PSA = "PyramidSplitAttention(planes, planes, stride=stride)"
CONV1 = "nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)"
CONV3 = "nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)"

MISTAKES = (
    # --- SEWeight
    Mistake("se-applies-itself", "SEWeight",
            "You multiply x by the weights, as an SE block does. Return the weights alone, as (B, C', 1, 1): the "
            "module that calls SEWeight applies them.",
            ((f"return {WEIGHTS}", f"return x * {WEIGHTS}"),)),
    Mistake("se-flat", "SEWeight",
            "The numbers are right, but their shape is (B, C'). Keep two axes of size 1 at the end: (B, C', 1, 1).",
            ((f"return {WEIGHTS}", f"return {WEIGHTS}[:, :, 0, 0]"),)),
    Mistake("se-no-bias", "SEWeight",
            "Your layers have no bias, like the layers of lesson 01. Here both should have one: keep torch's default.",
            ((FC1, FC1.replace(")", ", bias=False)")), (FC2, FC2.replace(")", ", bias=False)")))),
    Mistake("se-first-without-bias", "SEWeight",
            "fc1 has no bias. Both layers should have one.",
            ((FC1, FC1.replace(")", ", bias=False)")),)),
    Mistake("se-second-without-bias", "SEWeight",
            "fc2 has no bias. Both layers should have one.",
            ((FC2, FC2.replace(")", ", bias=False)")),)),
    Mistake("se-not-pooled", "SEWeight",
            "Nothing is pooled: each position gets weights of its own, (B, C', H, W). Take the mean of each channel "
            "over H and W first.",
            ((MEAN, "x"),)),
    Mistake("se-maximum", "SEWeight",
            "You take the largest value of each channel. SEWeight takes the mean over H and W.",
            ((MEAN, "x.amax(dim=(2, 3), keepdim=True)"),)),
    Mistake("se-sum", "SEWeight",
            "You add up the positions without dividing by H * W. Take the mean.",
            ((MEAN, "x.sum(dim=(2, 3), keepdim=True)"),)),
    Mistake("se-over-batch", "SEWeight",
            "Your mean runs over the batch too, so all images get the same weights. Average over H and W only.",
            ((MEAN, "x.mean(dim=(0, 2, 3), keepdim=True).expand(len(x), -1, -1, -1)"),)),
    Mistake("se-one-for-the-batch", "SEWeight",
            "Your mean runs over the batch too: all images share one set of weights, (1, C', 1, 1). Average over H "
            "and W only, dim=(2, 3).",
            ((MEAN, "x.mean(dim=(0, 2, 3), keepdim=True)"),)),
    Mistake("se-one-axis", "SEWeight",
            "Your mean runs over the width only: there is one weight for each row. Average over H and W.",
            ((MEAN, "x.mean(dim=3, keepdim=True)"),)),
    Mistake("se-no-sigmoid", "SEWeight",
            "The sigmoid at the end is missing, so a weight can be any number. Apply a sigmoid after fc2.",
            ((WEIGHTS, "self.fc2(torch.relu(self.fc1(mean)))"),)),
    Mistake("se-softmax", "SEWeight",
            "Your weights come from a softmax over the channels. SEWeight should end in a sigmoid, which treats each "
            "channel by itself. The softmax comes later, in PyramidSplitAttention, and runs over the scales.",
            ((WEIGHTS, "torch.softmax(self.fc2(torch.relu(self.fc1(mean))), dim=1)"),)),
    Mistake("se-no-relu", "SEWeight",
            "The ReLU between fc1 and fc2 is missing. Without it, the two layers amount to a single matrix.",
            ((WEIGHTS, "torch.sigmoid(self.fc2(self.fc1(mean)))"),)),
    Mistake("se-relu-at-the-end", "SEWeight",
            "There is a ReLU after fc2 too, so no weight can fall below 0.5. After fc2 comes only the sigmoid.",
            ((WEIGHTS, "torch.sigmoid(torch.relu(self.fc2(torch.relu(self.fc1(mean)))))"),)),
    Mistake("se-relu-behind-the-second", "SEWeight",
            "Your ReLU stands after fc2. It belongs between fc1 and fc2; after fc2 comes only the sigmoid.",
            ((WEIGHTS, "torch.sigmoid(torch.relu(self.fc2(self.fc1(mean))))"),)),
    Mistake("se-gelu", "SEWeight",
            "There is a GELU between fc1 and fc2. Use a ReLU, which sets every negative number to 0.",
            ((WEIGHTS, WEIGHTS.replace("torch.relu", "nn.functional.gelu")),)),
    Mistake("se-clipped-at-six", "SEWeight",
            "Your activation between fc1 and fc2 turns any number above 6 into 6, as ReLU6 does. Use a ReLU, which "
            "has no upper limit.",
            ((WEIGHTS, WEIGHTS.replace("torch.relu", "nn.functional.relu6")),)),
    Mistake("se-no-error", "SEWeight",
            "If channels // reduction is 0, your code raises no ValueError. Raise one whose message names both "
            "numbers.",
            ((NO_HIDDEN, ""),)),
    Mistake("se-one-refused", "SEWeight",
            "Your code raises a ValueError if one hidden channel is left. One is enough: raise it only if channels // "
            "reduction is 0.",
            (("1 <= reduction <= channels", "1 <= reduction < channels"),)),
    Mistake("se-at-least-one", "SEWeight",
            "If channels // reduction is 0, you silently take one hidden channel. Instead, raise a ValueError that "
            "names both numbers.",
            ((NO_HIDDEN, ""), (HIDDEN, "hidden = max(1, channels // reduction)"))),
    Mistake("se-rounded-up", "SEWeight",
            "You round the hidden channels up. If the reduction does not divide the channels, round down: channels "
            "// reduction.",
            ((HIDDEN, "hidden = -(-channels // reduction)"),)),
    Mistake("se-reduction-ignored", "SEWeight",
            "The argument `reduction` has no effect, because you divide by 16. Divide by `reduction`.",
            ((HIDDEN, "hidden = channels // 16"),)),
    Mistake("se-means-without-axes", "SEWeight",
            "Your mean returns (B, C'), but a convolution needs (B, C', 1, 1). Pass keepdim=True to the mean, so that "
            "H and W stay as axes of size 1.",
            ((MEAN, "x.mean(dim=(2, 3))"),)),
    Mistake("se-means-with-one-axis", "SEWeight",
            "Your convolution receives (B, C', 1), and reads it as one image of B channels. Keep two axes of size 1 "
            "at the end, (B, C', 1, 1). Take the mean over dim=(2, 3), with keepdim=True.",
            ((MEAN, "x.flatten(2).mean(dim=2, keepdim=True)"),)),
    Mistake("se-linear-of-means", "SEWeight",
            "nn.Linear works on the last axis, which has size 1 here, but the channels are axis 1. Use a 1 x 1 "
            "convolution (nn.Conv2d), which works on axis 1.",
            ((FC1, "nn.Linear(channels, hidden)"), (FC2, "nn.Linear(hidden, channels)"))),
    Mistake("se-linear-of-maps", "SEWeight",
            "nn.Linear works on the last axis, which is the width of x here, but the channels are axis 1. Take the "
            "mean over H and W first, with keepdim=True. Then use a 1 x 1 convolution (nn.Conv2d), which works on axis "
            "1.",
            ((FC1, "nn.Linear(channels, hidden)"), (FC2, "nn.Linear(hidden, channels)"), (MEAN, "x"))),
    Mistake("se-images-in-a-loop", "SEWeight",
            "You ask for axis 3 of a tensor that has three axes. If the tensor is one image of the batch, it is (C', "
            "H, W), so H and W are its axes 1 and 2. But you need no loop over the batch: in x, H and W are axes 2 "
            "and 3.",
            ((MEAN, "torch.stack([image.mean(dim=(2, 3), keepdim=True) for image in x])"),)),
    Mistake("se-images-strung-together", "SEWeight",
            "The numbers are right, but batch and channels have become one axis, (B * C', 1, 1). Keep them apart: (B, "
            "C', 1, 1). torch.stack turns a list of images into a batch, but torch.cat does not.",
            ((f"return {WEIGHTS}", f"return {WEIGHTS}.flatten(0, 1)"),)),
    Mistake("se-layers-exchanged", "SEWeight",
            "Your two layers have changed places. fc1 should go from channels to channels // reduction, and fc2 back "
            "to channels.",
            ((f"fc1 = {FC1}", f"fc1 = {FC2}"), (f"fc2 = {FC2}", f"fc2 = {FC1}"))),
    Mistake("se-detached", "SEWeight",
            "The numbers are right, but the result is detached, so nothing before it would ever learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((f"return {WEIGHTS}", f"return {WEIGHTS}.detach()"),)),
    Mistake("se-float-width", "SEWeight", NOT_WHOLE, ((HIDDEN, "hidden = channels / reduction"),)),
    Mistake("se-exp", "SEWeight", INFINITE, ((WEIGHTS, naive_sigmoid("self.fc2(torch.relu(self.fc1(mean)))")),)),
    Mistake("se-sigmoid-before-mean", "SEWeight",
            "You compute weights at each position and take their mean afterwards. Take the mean of x over H and W "
            "first, and then compute the weights from it.",
            ((MEAN, "x"), (f"return {WEIGHTS}", f"return {WEIGHTS}.mean(dim=(2, 3), keepdim=True)"))),

    # --- SplitAndConcat
    Mistake("split-own-part", "SplitAndConcat",
            "Each of your convolutions sees a part of the input channels, as in the paper's figure. Here, as in the "
            "authors' code, every convolution sees all of them. Make each convolution with in_channels, and pass it x "
            "itself.",
            ((CONV, CONV.replace("in_channels", "in_channels // len(kernel_sizes)")),
             (STACKED,
              "torch.stack([conv(part) for conv, part in zip(self.convs, x.chunk(len(self.convs), dim=1))], dim=1)"))),
    Mistake("split-all-channels", "SplitAndConcat",
            "Each scale returns `channels` channels. The scales should share them: channels // S each, where S is the "
            "number of kernels.",
            ((f"width = {WIDTH}", "width = channels"),)),
    Mistake("split-four-scales", "SplitAndConcat",
            "Your code always makes 4 scales. Make S = len(kernel_sizes) of them, and let each return channels // S "
            "channels.",
            ((f"width = {WIDTH}", "width = channels // 4"),)),
    Mistake("split-four-indices", "SplitAndConcat",
            "Your code asks for a kernel size or a number of groups that does not exist. There are len(kernel_sizes) "
            "of each, not always four: use zip(kernel_sizes, groups).",
            ((PAIRS, "for k, g in ((kernel_sizes[i], groups[i]) for i in range(4))"),)),
    Mistake("split-four-throughout", "SplitAndConcat",
            "Your code asks for a kernel size or a number of groups that does not exist. There are len(kernel_sizes) "
            "of each, not always four. Call this number S: each scale returns channels // S channels.",
            ((PAIRS, "for k, g in ((kernel_sizes[i], groups[i]) for i in range(4))"),
             (f"width = {WIDTH}", "width = channels // 4"))),
    Mistake("split-plain-list", "SplitAndConcat",
            "Your convolutions are in a plain Python list, where torch does not find them: no optimiser, no "
            "`.to(device)`, no state_dict sees them. Use nn.ModuleList.",
            (("nn.ModuleList(\n", "list(\n"),)),
    Mistake("split-concatenated", "SplitAndConcat",
            "Your scales are concatenated along the channels, (B, S * C', H', W'). Give them an axis of their own with "
            "torch.stack(..., dim=1): the shape is (B, S, C', H', W').",
            ((STACKED, "torch.cat([conv(x) for conv in self.convs], dim=1)"),)),
    Mistake("split-axis-two", "SplitAndConcat",
            "The axis of the scales comes after the channels, (B, C', S, H', W'). It should come right after the "
            "batch: dim=1.",
            ((STACKED, STACKED.replace("dim=1", "dim=2")),)),
    Mistake("split-axis-zero", "SplitAndConcat",
            "The axis of the scales comes before the batch, (S, B, C', H', W'). It should come right after the batch: "
            "dim=1.",
            ((STACKED, STACKED.replace("dim=1", "dim=0")),)),
    Mistake("split-mixed-up", "SplitAndConcat",
            "Your reshape deals the channels out to the scales, one to each in turn. The channels of a scale should "
            "stay together. Stack the convolutions' outputs with torch.stack(..., dim=1), which gives (B, S, C', H', "
            "W').",
            ((STACKED, "torch.cat([conv(x) for conv in self.convs], dim=1).unflatten(1, (-1, "
                       "len(self.convs))).transpose(1, 2)"),)),
    Mistake("split-added", "SplitAndConcat",
            "You add the scales up. Keep them separate, on a new axis: torch.stack(..., dim=1).",
            ((STACKED, "sum(conv(x) for conv in self.convs)"),)),
    Mistake("split-reversed", "SplitAndConcat",
            "Your scales are in reverse order. The first scale should come from the first kernel size.",
            ((STACKED, STACKED.replace("self.convs]", "reversed(self.convs)]")),)),
    Mistake("split-kernels-ignored", "SplitAndConcat",
            "All your kernels are 3 x 3. The i-th scale should have the kernel size kernel_sizes[i].",
            ((CONV, "nn.Conv2d(in_channels, width, 3, stride=stride, padding=1, groups=g, bias=False)"),)),
    Mistake("split-groups-ignored", "SplitAndConcat",
            "The argument `groups` has no effect: your convolutions have one group. Pass groups=... to each.",
            ((CONV, CONV.replace("groups=g, ", "")),)),
    Mistake("split-groups-reversed", "SplitAndConcat",
            "The groups go to the kernels in reverse order. The first number of groups belongs to the first "
            "kernel size.",
            ((PAIRS, "for k, g in zip(kernel_sizes, reversed(groups), strict=True)"),)),
    Mistake("split-no-padding", "SplitAndConcat",
            "Your convolutions have no padding, so larger kernels give smaller maps. With padding=kernel_size // 2 "
            "all maps have the same size.",
            ((CONV, CONV.replace("padding=k // 2, ", "")),)),
    Mistake("split-padding-one", "SplitAndConcat",
            "Your padding is 1 whatever the kernel is, which fits only a kernel of 3. Write padding=kernel_size // 2, "
            "which fits every odd kernel.",
            ((CONV, CONV.replace("k // 2", "1")),)),
    Mistake("split-stride-ignored", "SplitAndConcat",
            "The argument `stride` has no effect: your maps keep their size. Pass stride=stride to every convolution.",
            ((CONV, CONV.replace("stride=stride, ", "")),)),
    Mistake("split-stride-by-slicing-wrong", "SplitAndConcat",
            "You apply the stride to x before the convolutions, so the kernels look at a thinned-out map. Pass the "
            "stride to the convolutions instead.",
            ((CONV, CONV.replace("stride=stride, ", "")),
             (f"return {STACKED}", f"x = x[:, :, ::self.stride, ::self.stride]\n        return {STACKED}"),
             (f"width = {WIDTH}", f"width = {WIDTH}\n        self.stride = stride"))),
    Mistake("split-bias", "SplitAndConcat",
            "Your convolutions have a bias. They should have none: bias=False.",
            ((CONV, CONV.replace(", bias=False", "")),)),
    Mistake("split-relu", "SplitAndConcat",
            "There is a ReLU after your convolutions. Return their outputs as they are.",
            ((STACKED, f"torch.relu({STACKED})"),)),
    Mistake("split-detached", "SplitAndConcat",
            "The numbers are right, but the result is detached, so nothing before it would ever learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((STACKED, f"{STACKED}.detach()"),)),

    # --- PyramidSplitAttention
    Mistake("psa-reversed", "PyramidSplitAttention",
            "You return the scales in reverse order, so the largest kernel's scale comes first, as in the authors' "
            "code. Keep them in order.",
            ((RESULT, "(scales * shares).flip(1).flatten(1, 2)"),)),
    Mistake("psa-softmax-over-channels", "PyramidSplitAttention",
            "Your softmax runs over the channels of a scale. The scales should compete for each channel: take the "
            "softmax over dim=1 of (B, S, C', 1, 1).",
            ((SHARES, SHARES.replace("dim=1", "dim=2")),)),
    Mistake("psa-softmax-over-batch", "PyramidSplitAttention",
            "Your softmax runs over the images of the batch. The scales should compete: take the softmax over dim=1 of "
            "(B, S, C', 1, 1).",
            ((SHARES, SHARES.replace("dim=1", "dim=0")),)),
    Mistake("psa-softmax-over-all", "PyramidSplitAttention",
            "Your softmax runs over all channels of all scales at once. Each channel should have its own softmax over "
            "the S scales: dim=1 of (B, S, C', 1, 1).",
            ((SHARES, "torch.softmax(weights.flatten(1, 2), dim=1).unflatten(1, weights.shape[1:3])"),)),
    Mistake("psa-no-softmax", "PyramidSplitAttention",
            "The softmax over the scales is missing: you multiply by se's output itself. Multiply by "
            "torch.softmax(weights, dim=1).",
            ((SHARES, "weights"),)),
    Mistake("psa-sigmoids-and-shares", "PyramidSplitAttention",
            "You multiply by `se`'s output and by the shares. Multiply the scales only by the shares, because se's "
            "output is already in them.",
            ((RESULT, "(scales * weights * shares).flatten(1, 2)"),)),
    Mistake("psa-softmax-twice", "PyramidSplitAttention",
            "You take the softmax twice, which brings the shares closer together. Once is enough.",
            ((SHARES, "torch.softmax(torch.softmax(weights, dim=1), dim=1)"),)),
    Mistake("psa-sigmoid-twice", "PyramidSplitAttention",
            "There is a sigmoid before your softmax, but SEWeight already ends in one. Give SEWeight's output to the "
            "softmax as it is.",
            ((SHARES, "torch.softmax(torch.sigmoid(weights), dim=1)"),)),
    Mistake("psa-shares-added", "PyramidSplitAttention",
            "You add the shares to the scales. Multiply: scales * shares.",
            ((RESULT, "(scales + shares).flatten(1, 2)"),)),
    Mistake("psa-one-minus-share", "PyramidSplitAttention",
            "You multiply each scale by 1 minus its share, so the scale with the largest weight counts least. Multiply "
            "by the share.",
            ((RESULT, "(scales * (1 - shares)).flatten(1, 2)"),)),
    Mistake("psa-divided", "PyramidSplitAttention",
            "You divide the weights by their sum. Use a softmax, which takes their exponentials first: "
            "torch.softmax(weights, dim=1).",
            ((SHARES, "weights / weights.sum(dim=1, keepdim=True)"),)),
    Mistake("psa-no-sigmoid", "PyramidSplitAttention",
            "Your softmax acts on the numbers before the sigmoid. As in the authors' code, it should act on SEWeight's "
            "output, after the sigmoid.",
            ((SHARES, "torch.softmax(torch.logit(weights), dim=1)"),)),
    Mistake("psa-log-softmax", "PyramidSplitAttention",
            "You take the logarithm of the shares (log_softmax): they are negative and do not sum to 1. Use softmax.",
            ((SHARES, "torch.log_softmax(weights, dim=1)"),)),
    Mistake("psa-returns-shares", "PyramidSplitAttention",
            "You return the shares. Multiply the scales by them first.",
            ((RESULT, "shares.expand_as(scales).flatten(1, 2)"),)),
    Mistake("psa-not-weighted", "PyramidSplitAttention",
            "You return the scales as they are, as if every share were 1. Either the shares are not used, or their "
            "softmax runs over an axis of size 1 (`dim=-1`). Multiply the scales by a softmax over the axis of the "
            "scales, dim=1.",
            ((RESULT, "scales.flatten(1, 2)"),)),
    Mistake("psa-five-axes", "PyramidSplitAttention",
            "The numbers are right, but the scales are still an axis of their own. Concatenate them along the channels "
            "with flatten(1, 2): the shape is (B, channels, H', W').",
            ((RESULT, "scales * shares"),)),
    Mistake("psa-summed", "PyramidSplitAttention",
            "You add the weighted scales up, so only channels // S channels are left. Selective-kernel networks do "
            "that, but here the scales should stay separate, one after the other: (B, channels, H', W').",
            ((RESULT, "(scales * shares).sum(dim=1)"),)),
    Mistake("psa-interleaved", "PyramidSplitAttention",
            "Your channels alternate between the scales. All channels of the first scale should come first, then those "
            "of the second: flatten(1, 2) of (B, S, C', H', W').",
            ((RESULT, "(scales * shares).transpose(1, 2).flatten(1, 2)"),)),
    Mistake("psa-se-for-each-scale", "PyramidSplitAttention",
            "Each of your scales has a SEWeight of its own. Make one for all of them, and call `se` S times.",
            ((SE, f"nn.ModuleList({SE} for _ in kernel_sizes)"),
             (OF_SCALES, "torch.stack([se(scale) for se, scale in zip(self.se, scales.unbind(dim=1))], dim=1)"))),
    Mistake("psa-se-of-all-channels", "PyramidSplitAttention",
            "Your SEWeight is made for all channels at once. It should read one scale at a time, with channels // S "
            "channels.",
            ((SE, "SEWeight(channels, reduction)"), (OF_SCALES,
                                                     "self.se(scales.flatten(1, 2)).unflatten(1, scales.shape[1:3])"))),
    Mistake("psa-se-made-for-all-channels", "PyramidSplitAttention",
            "Your SEWeight is made for all `channels`. It reads one scale at a time, and a scale has channels // S "
            "channels, where S is len(kernel_sizes).",
            ((SE, "SEWeight(channels, reduction)"),)),
    Mistake("psa-se-made-for-input-channels", "PyramidSplitAttention",
            "Your SEWeight is made for in_channels. It reads the scales, not x, and a scale has channels // S "
            "channels, where S is len(kernel_sizes).",
            ((SE, "SEWeight(in_channels, reduction)"),)),
    Mistake("psa-se-made-for-a-part-of-the-input", "PyramidSplitAttention",
            "Your SEWeight is made for in_channels // S channels. It reads the scales, not parts of x, and a scale "
            "has channels // S channels.",
            ((SE, SE.replace("channels //", "in_channels //")),)),
    Mistake("psa-all-channels-to-se", "PyramidSplitAttention",
            "`se` receives the channels of all scales at once. It should receive those of one scale: call it once for "
            "each scale.",
            ((OF_SCALES, "self.se(scales.flatten(1, 2)).unflatten(1, scales.shape[1:3])"),)),
    Mistake("psa-five-axes-to-se", "PyramidSplitAttention",
            "`se` receives all scales at once, as a tensor of five axes. Call it once for each scale, (B, C', H', "
            "W'). Then put its outputs on a new axis with torch.stack(..., dim=1).",
            ((OF_SCALES, "self.se(scales)"),)),
    Mistake("psa-weights-scales-first", "PyramidSplitAttention",
            "Your weights have the scales before the batch, (S, B, C', 1, 1). The scales should come after the batch, "
            "as in split's output: call torch.stack(..., dim=1). Loop over `scales.unbind(dim=1)`, because `for scale "
            "in scales` goes through the images of the batch.",
            ((OF_SCALES, OF_SCALES.replace("], dim=1", "], dim=0")),)),
    Mistake("psa-weights-concatenated", "PyramidSplitAttention",
            "Your weights have S * C' channels on one axis, but each scale has C' channels. Put se's output for each "
            "scale on a new axis with torch.stack(..., dim=1): (B, S, C', 1, 1).",
            ((OF_SCALES, OF_SCALES.replace("stack", "cat")),)),
    Mistake("psa-weights-viewed", "PyramidSplitAttention",
            "Your weights have the right shape, but their numbers are in the wrong places: `view` and `reshape` do not "
            "swap axes, so channels and scales are mixed up. Stack se's outputs with dim=1 to get (B, S, C', 1, 1).",
            ((OF_SCALES, f"{OF_SCALES[:-2]}2).reshape(len(x), -1, scales.shape[2], 1, 1)"),)),
    Mistake("psa-weights-reversed", "PyramidSplitAttention",
            "The weights are in reverse order: the first scale gets the last one's share. Keep scales and weights in "
            "the same order.",
            ((OF_SCALES, OF_SCALES.replace("scales.unbind(dim=1)", "reversed(scales.unbind(dim=1))")),)),
    Mistake("psa-weights-made-anew", "PyramidSplitAttention",
            "You make a new tensor from se's output, with `tolist()` or `.item()`, or with `detach()` and float32. "
            "The new tensor has no gradient, so SEWeight would never learn. It is float32, so half of the digits are "
            "lost too. Keep working with the tensors themselves: torch.stack.",
            ((OF_SCALES, f"torch.tensor({OF_SCALES}.tolist())"),), grain="float32"),
    Mistake("psa-se-of-the-sum", "PyramidSplitAttention",
            "Every scale gets the same weights, so every share is 1 / S. The weights come from one scale, or from the "
            "sum of all scales. Call SEWeight for each scale.",
            ((OF_SCALES, "self.se(scales.sum(dim=1))[:, None].expand(-1, scales.shape[1], -1, -1, -1)"),)),
    Mistake("psa-shares-times-scales", "PyramidSplitAttention",
            "You multiply the shares by S, so they are 1 on average. Leave them as they are, so that they sum to 1.",
            ((SHARES, f"{SHARES} * scales.shape[1]"),)),
    Mistake("psa-shortcut", "PyramidSplitAttention",
            "You add the unweighted scales again, as a shortcut. Return only the weighted scales.",
            ((RESULT, "(scales + scales * shares).flatten(1, 2)"),)),
    Mistake("psa-stride-not-passed", "PyramidSplitAttention",
            "`stride` does not reach the convolutions, so the maps keep their size. Pass it on.",
            ((SPLIT, SPLIT.replace(", stride", "")),)),
    Mistake("psa-kernels-not-passed", "PyramidSplitAttention",
            "`kernel_sizes` does not reach the convolutions: they have the default sizes, 3, 5, 7 and 9. Pass it on.",
            ((SPLIT,
              "SplitAndConcat(in_channels, channels // 4 * len(groups), "
              "(3, 5, 7, 9)[:len(groups)], groups, stride)"),)),
    Mistake("psa-groups-left-out", "PyramidSplitAttention",
            "`groups` does not reach the convolutions: they have the default numbers of groups. Pass it on.",
            ((SPLIT, SPLIT.replace("groups", "(1, 4, 8, 16)[:len(kernel_sizes)]")),)),
    Mistake("psa-groups-not-passed", "PyramidSplitAttention",
            "`groups` does not reach the convolutions: they have one group each. Pass it on.",
            ((SPLIT, SPLIT.replace("groups", "(1,) * len(kernel_sizes)")),)),
    Mistake("psa-reduction-not-passed", "PyramidSplitAttention",
            "`reduction` does not reach SEWeight, which always uses the default, 16. Pass it on.",
            ((SE, SE.replace(", reduction", "")),)),
    Mistake("psa-four-scales", "PyramidSplitAttention",
            "Your code takes 4 as the number of scales. Take len(kernel_sizes).",
            ((SE, "SEWeight(channels // 4, reduction)"),)),
    Mistake("psa-shares-detached", "PyramidSplitAttention",
            "The numbers are right, but the shares are detached, so SEWeight would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((SHARES, f"{SHARES}.detach()"),)),
    Mistake("psa-scales-detached", "PyramidSplitAttention",
            "The numbers are right, but the scales are detached before the product, so a part of their gradient is "
            "lost. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((RESULT, "(scales.detach() * shares).flatten(1, 2)"),)),

    # --- EPSABlock
    Mistake("block-no-shortcut", "EPSABlock",
            "The shortcut is missing. Add x, or downsample(x), before the last ReLU.",
            ((SHORTCUT, "0"),)),
    Mistake("block-downsample-ignored", "EPSABlock",
            "You never call `downsample` and always add x itself. If a `downsample` is given, add downsample(x), "
            "because x has the wrong size or number of channels.",
            ((SHORTCUT, "x"),)),
    Mistake("block-downsample-only-with-a-stride", "EPSABlock",
            "With stride 1 your block adds x itself, although a `downsample` is given. Call it whenever it is given: "
            "even with stride 1, the input can have another number of channels than the output.",
            ((SHORTCUT, "self.downsample(x) if self.psa.split.convs[0].stride != (1, 1) else x"),)),
    Mistake("block-downsample-only-for-channels", "EPSABlock",
            "If x has as many channels as the output, your block adds x itself, although a `downsample` is given. Call "
            "it whenever it is given: if the stride is above 1, x has more rows and columns than the output.",
            ((SHORTCUT, "x if x.shape[1] == y.shape[1] else self.downsample(x)"),)),
    Mistake("block-downsample-only-where-shapes-differ", "EPSABlock",
            "If x has the right shape already, your block adds x itself, although a `downsample` is given. Call it "
            "whenever it is given.",
            ((SHORTCUT, "x if x.shape == y.shape else self.downsample(x)"),)),
    Mistake("block-downsample-of-none", "EPSABlock",
            "If `downsample` is None, your block still calls it. In that case add x itself.",
            ((SHORTCUT, "self.downsample(x)"),)),
    Mistake("block-downsample-first", "EPSABlock",
            "Your conv1 reads `downsample`'s output. It should read x itself: only the shortcut is downsample(x).",
            ((f"y = {FIRST}", f"x = {SHORTCUT}\n        y = {FIRST}"), (f"shortcut = {SHORTCUT}", "shortcut = x"))),
    Mistake("block-shortcut-only-with-downsample", "EPSABlock",
            "If downsample is None, your block adds nothing. In that case add x itself.",
            ((SHORTCUT, "0 if self.downsample is None else self.downsample(x)"),)),
    Mistake("block-no-last-relu", "EPSABlock",
            "The ReLU after the addition is missing.",
            ((ADDED, "y + shortcut"),)),
    Mistake("block-relu-before-addition", "EPSABlock",
            "Your last ReLU comes before the addition. Add the shortcut first, then take the ReLU of the sum.",
            ((ADDED, "torch.relu(y) + shortcut"),)),
    Mistake("block-relu-twice", "EPSABlock",
            "There is a ReLU after bn3 as well as after the addition. Add bn3's output as it is.",
            ((THIRD, f"torch.relu({THIRD})"),)),
    Mistake("block-relu-on-the-shortcut", "EPSABlock",
            "You put a ReLU on the shortcut. Add the shortcut as it is, negative numbers too, and take the ReLU after "
            "the addition.",
            ((SHORTCUT, f"torch.relu({SHORTCUT})"),)),
    Mistake("block-relus-apart", "EPSABlock",
            "You take a ReLU of both summands before you add them, so nothing negative can be added. Add first: relu(a "
            "+ b), not relu(a) + relu(b).",
            ((ADDED, "torch.relu(y) + torch.relu(shortcut)"),)),
    Mistake("block-no-first-relu", "EPSABlock",
            "The ReLU after bn1 is missing.",
            ((FIRST, "self.bn1(self.conv1(x))"),)),
    Mistake("block-no-second-relu", "EPSABlock",
            "The ReLU after psa and bn2 is missing.",
            ((SECOND, "self.bn2(self.psa(y))"),)),
    Mistake("block-no-norms", "EPSABlock",
            "Your block has no BatchNorms, or it never calls them. One should follow each of conv1, psa and conv3.",
            ((FIRST, "torch.relu(self.conv1(x))"), (SECOND, "torch.relu(self.psa(y))"), (THIRD, "self.conv3(y)"))),
    Mistake("block-no-second-norm", "EPSABlock",
            "You never call bn2. It should follow psa, before the ReLU.",
            ((SECOND, "torch.relu(self.psa(y))"),)),
    Mistake("block-no-first-norm", "EPSABlock",
            "You never call bn1. It should follow conv1, before the ReLU.",
            ((FIRST, "torch.relu(self.conv1(x))"),)),
    Mistake("block-no-third-norm", "EPSABlock",
            "You never call bn3. It should follow conv3, before the addition.",
            ((THIRD, "self.conv3(y)"),)),
    Mistake("block-norm-of-the-sum", "EPSABlock",
            "bn3 comes after the addition. It should follow conv3, and the shortcut should be added to bn3's output.",
            ((THIRD, "self.conv3(y)"), (ADDED, "torch.relu(self.bn3(y + shortcut))"))),
    Mistake("block-norm-before-psa", "EPSABlock",
            "bn2 comes before psa. It should follow psa, before the ReLU.",
            ((SECOND, "torch.relu(self.psa(self.bn2(y)))"),)),
    Mistake("block-one-norm-under-two-names", "EPSABlock",
            "bn1 and bn2 are two names for the same module: an assignment such as `self.bn2 = self.bn1` makes no new "
            "one. So both places share one weight and one running mean. Make a BatchNorm for each.",
            (("self.bn2 = nn.BatchNorm2d(planes)", "self.bn2 = self.bn1"),)),
    Mistake("block-norm-after-relu", "EPSABlock",
            "BatchNorm and ReLU have changed places. The order should be convolution, BatchNorm, ReLU.",
            ((FIRST, "self.bn1(torch.relu(self.conv1(x)))"), (SECOND, "self.bn2(torch.relu(self.psa(y)))"))),
    Mistake("block-shared-norm", "EPSABlock",
            "You call bn1 twice, and bn2 is never called. Each layer should have a BatchNorm of its own.",
            ((SECOND, "torch.relu(self.bn1(self.psa(y)))"),)),
    Mistake("block-norm-of-batch-always", "EPSABlock",
            "In eval mode your BatchNorm still uses the mean and variance of the batch. Call the module, "
            "self.bn3(...), which switches to its running statistics.",
            ((THIRD,
              "nn.functional.batch_norm(self.conv3(y), None, None, self.bn3.weight, self.bn3.bias, training=True)"),)),
    Mistake("block-stride-not-passed", "EPSABlock",
            "`stride` does not reach psa, so psa's map is larger than the shortcut's. Write "
            "`PyramidSplitAttention(planes, planes, stride=stride)`.",
            ((PSA, "PyramidSplitAttention(planes, planes)"),)),
    Mistake("block-stride-in-first-convolution", "EPSABlock",
            "The stride is in conv1. It belongs to psa: write `PyramidSplitAttention(planes, planes, stride=stride)`.",
            ((PSA, "PyramidSplitAttention(planes, planes)"), (CONV1, CONV1.replace("bias", "stride=stride, bias")))),
    Mistake("block-stride-in-last-convolution", "EPSABlock",
            "The stride is in conv3. It belongs to psa: write `PyramidSplitAttention(planes, planes, stride=stride)`.",
            ((PSA, "PyramidSplitAttention(planes, planes)"), (CONV3, CONV3.replace("bias", "stride=stride, bias")))),
    Mistake("block-stride-in-first-convolution-too", "EPSABlock",
            "The stride is in conv1 and in psa, so the map shrinks twice. It belongs only to psa.",
            ((CONV1, CONV1.replace("bias", "stride=stride, bias")),)),
    Mistake("block-stride-in-last-convolution-too", "EPSABlock",
            "The stride is in psa and in conv3, so the map shrinks twice. It belongs only to psa.",
            ((CONV3, CONV3.replace("bias", "stride=stride, bias")),)),
    Mistake("block-stride-for-kernels", "EPSABlock",
            "You pass a number to psa where it expects a sequence. The third argument of PyramidSplitAttention is "
            "kernel_sizes: pass the stride by name, `stride=stride`.",
            ((PSA, "PyramidSplitAttention(planes, planes, stride)"),)),
    Mistake("block-psa-of-input-channels", "EPSABlock",
            "You make psa for in_channels, but conv1 returns `planes` channels. Write `PyramidSplitAttention(planes, "
            "planes, stride=stride)`.",
            ((PSA, "PyramidSplitAttention(in_channels, planes, stride=stride)"),)),
    Mistake("block-bias", "EPSABlock",
            "conv1 and conv3 have a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            ((CONV1, CONV1.replace(", bias=False", "")), (CONV3, CONV3.replace(", bias=False", "")))),
    Mistake("block-one-bias", "EPSABlock",
            "conv1 has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            ((CONV1, CONV1.replace(", bias=False", "")),)),
    Mistake("block-another-bias", "EPSABlock",
            "conv3 has a bias. Before a BatchNorm a bias has no effect: pass bias=False.",
            ((CONV3, CONV3.replace(", bias=False", "")),)),
    Mistake("block-of-64-planes", "EPSABlock",
            "Your block has 64 planes and returns 256 channels whatever `planes` is. Write planes and 4 * planes "
            "instead of the numbers.",
            ((PSA, PSA.replace("planes", "64")), (CONV1, CONV1.replace("planes", "64")),
             (CONV3, "nn.Conv2d(64, 256, kernel_size=1, bias=False)"),
             ("self.bn1 = nn.BatchNorm2d(planes)", "self.bn1 = nn.BatchNorm2d(64)"),
             ("self.bn2 = nn.BatchNorm2d(planes)", "self.bn2 = nn.BatchNorm2d(64)"),
             ("nn.BatchNorm2d(self.expansion * planes)", "nn.BatchNorm2d(256)"))),
    Mistake("block-not-expanded", "EPSABlock",
            "conv3 returns `planes` channels. It should return 4 * planes (`expansion`), and bn3 should be made for 4 "
            "* planes too.",
            ((CONV3, CONV3.replace("self.expansion * ", "")), ("nn.BatchNorm2d(self.expansion * planes)",
                                                               "nn.BatchNorm2d(planes)"))),
    Mistake("block-multiplied", "EPSABlock",
            "You multiply by the shortcut. Add it instead.",
            ((ADDED, "torch.relu(y * shortcut)"),)),
    Mistake("block-downsample-of-inside", "EPSABlock",
            "Your `downsample` reads bn3's output. The shortcut should start before the block: downsample(x).",
            ((SHORTCUT, "x if self.downsample is None else self.downsample(y)"),)),
    Mistake("block-in-place", "EPSABlock",
            "Your block changes its input in place: anything that reads x afterwards finds it changed. Write y + "
            "shortcut, which makes a new tensor.",
            ((f"return {ADDED}", "shortcut += y\n        return torch.relu(shortcut)"),)),
    Mistake("block-shortcut-detached", "EPSABlock",
            "The numbers are right, but the shortcut is detached, so no gradient flows through it. That gradient is "
            "the reason for a shortcut. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((ADDED, "torch.relu(y + shortcut.detach())"),)),
    Mistake("block-own-downsample", "EPSABlock",
            "If downsample is None, your block makes one of its own. Add x as it is in that case: the caller decides "
            "whether x needs a downsample.",
            (("self.downsample = downsample", """if downsample is None and (stride != 1 or in_channels != self.expansion * planes):
            downsample = nn.Sequential(nn.Conv2d(in_channels, self.expansion * planes, 1, stride=stride, bias=False),
                                       nn.BatchNorm2d(self.expansion * planes))
        self.downsample = downsample"""),)),  # noqa: E501
    Mistake("block-downsample-in-eval", "EPSABlock",
            "Your downsample runs in eval mode even when the block trains. In training its BatchNorm should use the "
            "batch's statistics. Leave its mode alone: the block's `train()` and `eval()` set it too.",
            ((SHORTCUT, "x if self.downsample is None else self.downsample.eval()(x)"),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
ONE_POSITION = "The map has one position, and the kernel one tap."
ONE_TAP = "A kernel of one tap spans one position, whatever its dilation is."
TWICE = "A second ReLU changes nothing."
OWN_TENSOR = "What is changed in place is a tensor that forward has just made."
LENGTHS = (
    "There are as many numbers of groups as kernel sizes; only how many is asked here, and other calls are not graded."
)
DIVIDES = "The channels divide by the scales; other calls are not graded."
DIFFERENT = "No two of them are the same object."

EQUIVALENT = {
    **{f"SEWeight 5: {what}": "A reduction below 1 is not graded." for what in ("without 1", "1 -> 0")},
    "SEWeight 7: rounded down, at least 1": "The line before has refused 0.",
    **{f"SEWeight {line}: Conv2d with {what}=2": ONE_POSITION for line in (8, 9) for what in ("stride", "dilation")},
    "SEWeight 11: x last two axes exchanged": "A mean over both axes does not depend on their order.",
    "SEWeight 13: last two axes exchanged": "Both have size 1.",
    "SEWeight 13: clamped": "A sigmoid is between 0 and 1 already.",
    "SEWeight 13: sigmoid in place": OWN_TENSOR,
    **{f"SplitAndConcat 5: {what}": LENGTHS
       for what in ("arguments 1 and 2 of channels_per_scale exchanged", "kernel_sizes -> groups",
                    "groups -> kernel_sizes")},
    **{f"SplitAndConcat 6: {what}": LENGTHS for what in ("zip without strict", "True -> False")},
    "SplitAndConcat 9: each once": DIFFERENT,
    **{f"PyramidSplitAttention 6: {what}": DIVIDES
       for what in ("rounded up", "rounded to the nearest", "rounded down, at least 1")},
    "PyramidSplitAttention 6: kernel_sizes -> groups": LENGTHS,
    "PyramidSplitAttention 10: each once": DIFFERENT,
    "PyramidSplitAttention 12: Mult in place": OWN_TENSOR,
    **{f"EPSABlock {line}: Conv2d with dilation=2": ONE_TAP for line in (6, 10)},
    **{f"{line}: relu {what}": why for line in ("SEWeight 13", "EPSABlock 15", "EPSABlock 16", "EPSABlock 19")
       for what, why in (("twice", TWICE), ("in place", OWN_TENSOR))},
    "EPSABlock 19: Add in place": OWN_TENSOR,
}

VARIANTS = (
    Variant("se-linear-layers", "SEWeight", """
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
        """),
    Variant("se-as-published", "SEWeight", """
        class SEWeight(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(channels, reduction)
                self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels // reduction, 1), nn.ReLU(inplace=True),
                                          nn.Conv2d(channels // reduction, channels, 1), nn.Sigmoid())

            def forward(self, x):
                return self.gate(x)
        """),  # noqa: E501
    Variant("split-cat-and-view", "SplitAndConcat", """
        class SplitAndConcat(nn.Module):
            def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
                super().__init__()
                self.convs = nn.ModuleList()
                for i in range(len(kernel_sizes)):
                    self.convs.append(nn.Conv2d(in_channels, channels // len(kernel_sizes), kernel_sizes[i], stride,
                                                (kernel_sizes[i] - 1) // 2, groups=groups[i], bias=False))

            def forward(self, x):
                features = torch.cat([c(x) for c in self.convs], 1)
                b, c, h, w = features.shape
                return features.view(b, len(self.convs), c // len(self.convs), h, w)
        """),
    Variant("split-named-attributes", "SplitAndConcat", """
        class SplitAndConcat(nn.Module):
            def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
                super().__init__()
                self.count = len(kernel_sizes)
                for i, (k, g) in enumerate(zip(kernel_sizes, groups)):
                    conv = nn.Conv2d(in_channels, channels // self.count, k, stride=stride, padding=k // 2, groups=g, bias=False)
                    setattr(self, f"conv_{i + 1}", conv)

            def forward(self, x):
                scales = [getattr(self, f"conv_{i + 1}")(x).unsqueeze(1) for i in range(self.count)]
                return torch.cat(scales, dim=1)
        """),  # noqa: E501
    Variant("psa-scales-as-batch", "PyramidSplitAttention", """
        class PyramidSplitAttention(nn.Module):
            def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
                super().__init__()
                self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
                self.se = SEWeight(channels // len(kernel_sizes), reduction)

            def forward(self, x):
                y = self.split(x)
                b, s, c, h, w = y.shape
                a = self.se(y.reshape(b * s, c, h, w)).reshape(b, s, c, 1, 1)
                e = a.exp()
                return (y * (e / e.sum(1, keepdim=True))).reshape(b, s * c, h, w)
        """),  # noqa: E501
    Variant("psa-parts-in-a-loop", "PyramidSplitAttention", """
        class PyramidSplitAttention(nn.Module):
            def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
                super().__init__()
                self.se = SEWeight(channels // len(kernel_sizes), reduction)
                self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
                self.softmax = nn.Softmax(dim=1)

            def forward(self, x):
                parts = self.split(x)
                shares = self.softmax(torch.stack([self.se(parts[:, i]) for i in range(parts.shape[1])], 1))
                return torch.cat([parts[:, i] * shares[:, i] for i in range(parts.shape[1])], 1)
        """),  # noqa: E501
    Variant("block-as-published", "EPSABlock", """
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
        """),
    Variant("block-sequential", "EPSABlock", """
        class EPSABlock(nn.Module):
            expansion = 4

            def __init__(self, in_channels, planes, stride=1, downsample=None):
                super().__init__()
                self.main = nn.Sequential(
                    nn.Conv2d(in_channels, planes, 1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
                    PyramidSplitAttention(planes, planes, stride=stride), nn.BatchNorm2d(planes), nn.ReLU(),
                    nn.Conv2d(planes, 4 * planes, 1, bias=False), nn.BatchNorm2d(4 * planes))
                self.downsample = nn.Identity() if downsample is None else downsample

            def forward(self, x):
                return nn.functional.relu(self.main(x) + self.downsample(x))
        """),
)
