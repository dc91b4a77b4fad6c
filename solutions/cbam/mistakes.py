"""Known mistakes, correct variants and equivalent mutants of 03_cbam.
Each mistake is the reference with one thing changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, NOT_WHOLE, naive_sigmoid

# What the reference says, and most mistakes replace.
MEAN = "x.mean(dim=(2, 3))"
LARGEST = "x.amax(dim=(2, 3))"
SCORES = f"self.mlp({MEAN}) + self.mlp({LARGEST})"
GATE = "torch.sigmoid(scores)[:, :, None, None]"
MLP = "nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))"
MAX_MAP = "x.amax(dim=1, keepdim=True)"
MEAN_MAP = "x.mean(dim=1, keepdim=True)"
POOLED = f"torch.cat([{MAX_MAP}, {MEAN_MAP}], dim=1)"
CONV = "nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)"
BN = "nn.BatchNorm2d(1)"
MAP = "torch.sigmoid(self.bn(self.conv(pooled)))"
FIRST = "x = x * self.channel_gate(x)"
SECOND = "x * self.spatial_gate(x)"
BOTH = f"{FIRST}\n        return {SECOND}"
SUM = f"sum(torch.relu(s @ w1.T) @ w2.T for s in ({MEAN}, {LARGEST}))"
FLEXIBLE = "x * torch.sigmoid(scores)[:, :, None, None]"
# What it does about a bottleneck without channels, and about an even kernel.
GUARD = """if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """
ODD_ONLY = """if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, so that it has a middle, got {kernel_size}")
        """

MISTAKES = (
    # --- ChannelGate
    Mistake("gate-mean-only", "ChannelGate",
            "Your gate uses the mean alone, as SE does. CBAM sends the maximum through the same mlp and adds the "
            "two results.",
            ((SCORES, f"self.mlp({MEAN})"),)),
    Mistake("gate-max-only", "ChannelGate",
            "Your gate uses the maximum alone. The mean goes through the same mlp, and the two results are added.",
            ((SCORES, f"self.mlp({LARGEST})"),)),
    Mistake("gate-mean-twice", "ChannelGate",
            "You add the mean's result to itself, and the maximum is not used. Look at the names in your sum: one of "
            "them should be the maximum's.",
            ((SCORES, f"2 * self.mlp({MEAN})"),)),
    Mistake("gate-max-twice", "ChannelGate",
            "You add the maximum's result to itself, and the mean is not used. Look at the names in your sum: one of "
            "them should be the mean's.",
            ((SCORES, f"2 * self.mlp({LARGEST})"),)),
    Mistake("gate-pooled-added", "ChannelGate",
            "You add the mean and the maximum first and send the sum through the mlp. Call the mlp on each of them "
            "separately, and add the two results. Because of the ReLU, the two ways give different numbers.",
            ((SCORES, f"self.mlp({MEAN} + {LARGEST})"),)),
    Mistake("gate-pooled-averaged", "ChannelGate",
            "You send the average of the mean and the maximum through the mlp. Call the mlp on each of them "
            "separately, and add the two results.",
            ((SCORES, f"self.mlp(({MEAN} + {LARGEST}) / 2)"),)),
    Mistake("gate-scores-averaged", "ChannelGate",
            "You take half the sum of the mlp's two results. CBAM adds them without dividing.",
            ((SCORES, f"({SCORES}) / 2"),)),
    Mistake("gate-scores-subtracted", "ChannelGate",
            "You subtract the mlp's two results. CBAM adds them.",
            ((SCORES, f"self.mlp({MEAN}) - self.mlp({LARGEST})"),)),
    Mistake("gate-scores-multiplied", "ChannelGate",
            "You multiply the mlp's two results. CBAM adds them, and then takes the sigmoid.",
            ((SCORES, f"self.mlp({MEAN}) * self.mlp({LARGEST})"),)),
    Mistake("gate-larger-score", "ChannelGate",
            "You take the larger of the mlp's two results. CBAM adds them.",
            ((SCORES, f"torch.maximum(self.mlp({MEAN}), self.mlp({LARGEST}))"),)),
    Mistake("gate-two-sigmoids-added", "ChannelGate",
            "You add two sigmoids, so your weights lie between 0 and 2. Add the two results of the mlp first, then "
            "take one sigmoid.",
            ((GATE, f"(torch.sigmoid(self.mlp({MEAN})) + torch.sigmoid(self.mlp({LARGEST})))[:, :, None, None]"),)),
    Mistake("gate-two-sigmoids-multiplied", "ChannelGate",
            "You multiply two sigmoids. Add the two results of the mlp first, then take one sigmoid.",
            ((GATE, f"(torch.sigmoid(self.mlp({MEAN})) * torch.sigmoid(self.mlp({LARGEST})))[:, :, None, None]"),)),
    Mistake("gate-two-sigmoids-averaged", "ChannelGate",
            "You average two sigmoids. Add the two results of the mlp first, then take one sigmoid.",
            ((GATE, f"(torch.sigmoid(self.mlp({MEAN})) + torch.sigmoid(self.mlp({LARGEST})))[:, :, None, None] / 2"),)),
    Mistake("gate-concatenated", "ChannelGate",
            "You put the mean and the maximum side by side, so your mlp takes 2C numbers. It should take C: call it "
            "once on the mean and once on the maximum, with the same weights.",
            ((MLP, "nn.Sequential(nn.Linear(2 * channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))"),
             (SCORES, f"self.mlp(torch.cat([{MEAN}, {LARGEST}], dim=1))"))),
    Mistake("gate-two-mlps", "ChannelGate",
            "You have one mlp for the mean and another for the maximum. CBAM uses one mlp for both: call `self.mlp` "
            "twice.",
            ((f"self.mlp = {MLP}", f"self.mlp, self.mlp_max = ({MLP} for _ in range(2))"),
             (f"self.mlp({LARGEST})", f"self.mlp_max({LARGEST})"))),
    Mistake("gate-no-sigmoid", "ChannelGate",
            "The sigmoid at the end is missing: your weights can be any real numbers, even negative ones. A gate lies "
            "between 0 and 1.",
            ((GATE, "scores[:, :, None, None]"),)),
    Mistake("gate-double-sigmoid", "ChannelGate",
            "The sigmoid is applied twice, so all your gates lie between 0.5 and 0.73. Such gates can neither open "
            "nor close: apply the sigmoid once.",
            ((GATE, f"torch.sigmoid({GATE})"),)),
    Mistake("gate-softmax", "ChannelGate",
            "Your gates go through a softmax: the channels compete, and their gates sum to 1. CBAM uses a sigmoid: "
            "each channel is opened or closed on its own.",
            ((GATE, "torch.softmax(scores, dim=1)[:, :, None, None]"),)),
    Mistake("gate-tanh", "ChannelGate",
            "Your gates end in a tanh, so they can be negative and flip a channel's sign. A gate ends in a sigmoid.",
            ((GATE, "torch.tanh(scores)[:, :, None, None]"),)),
    Mistake("gate-complement", "ChannelGate",
            "You return 1 minus the gate, which closes the channels that should be open and opens the others. Return "
            "the sigmoid's output as it is.",
            ((GATE, f"1 - {GATE}"),)),
    Mistake("gate-no-relu", "ChannelGate",
            "The ReLU between the two layers of your mlp is missing. Without it, you might as well add the mean "
            "and the maximum before the mlp.",
            (("nn.ReLU(), ", ""),)),
    Mistake("gate-hidden-sigmoid", "ChannelGate",
            "The hidden layer of your mlp has a sigmoid. It should have a ReLU: the sigmoid is only for the gate.",
            (("nn.ReLU()", "nn.Sigmoid()"),)),
    Mistake("gate-relu-at-end", "ChannelGate",
            "Your mlp ends in a ReLU, so no score is negative and no gate falls below 0.5. Keep only the ReLU between "
            "the two layers.",
            ((SCORES, f"torch.relu(self.mlp({MEAN})) + torch.relu(self.mlp({LARGEST}))"),)),
    Mistake("gate-no-bias", "ChannelGate",
            "Your two layers have no biases. SE's layers have none, but CBAM's have them: leave `bias` at its default.",
            (("nn.Linear(channels, hidden)", "nn.Linear(channels, hidden, bias=False)"),
             ("nn.Linear(hidden, channels)", "nn.Linear(hidden, channels, bias=False)"))),
    Mistake("gate-applied", "ChannelGate",
            "You multiply x by the gate. Return the gate itself, (B, C, 1, 1). The block around it applies the gate.",
            ((GATE, f"x * {GATE}"),)),
    Mistake("gate-expanded", "ChannelGate",
            "You expand the gate to (B, C, H, W). Return it as (B, C, 1, 1), because the product stretches axes of "
            "size 1.",
            ((GATE, f"{GATE}.expand_as(x)"),)),
    Mistake("gate-two-axes", "ChannelGate",
            "Your gate has shape (B, C). Give it two axes of size 1 at the end, (B, C, 1, 1), so that it lines up "
            "with the image's channels.",
            ((GATE, "torch.sigmoid(scores)"),)),
    Mistake("gate-sum", "ChannelGate",
            "You add up the positions without dividing by H * W, so the gate depends on the size of the image. Take "
            "the mean.",
            ((MEAN, "x.sum(dim=(2, 3))"),)),
    Mistake("gate-largest-size", "ChannelGate",
            "You take the largest absolute value. Leave out the `abs`: the maximum of -5 and 2 is 2.",
            ((LARGEST, "x.abs().amax(dim=(2, 3))"),)),
    Mistake("gate-indices", "ChannelGate",
            "You use the second part of max's result, the positions of the maxima. Use the first part, the maxima "
            "themselves.",
            ((LARGEST, "x.flatten(2).max(dim=2)[1].to(x)"),)),
    Mistake("gate-max-pair", "ChannelGate",
            "`x.max(dim=...)` returns a pair: the maxima and their positions. Take the first part, or use "
            "`x.amax(dim=(2, 3))`.",
            ((LARGEST, "x.flatten(2).max(dim=2)"),)),
    Mistake("gate-max-two-axes", "ChannelGate",
            "`x.max` takes a single axis. `x.amax(dim=(2, 3))` takes the maximum over both.",
            ((LARGEST, "x.max(dim=(2, 3))"),)),
    Mistake("gate-max-two-axes-kept", "ChannelGate",
            "`x.max` takes a single axis. `x.amax(dim=(2, 3))` takes the maximum over both.",
            ((LARGEST, "x.max(dim=(2, 3), keepdim=True)"),)),
    Mistake("gate-over-batch", "ChannelGate",
            "Your pooling runs over the batch too: every image gets the gate of the whole batch. Pool over axes 2 "
            "and 3 only.",
            ((MEAN, "x.mean(dim=(0, 2, 3)).expand(len(x), -1)"),
             (LARGEST, "x.amax(dim=(0, 2, 3)).expand(len(x), -1)"))),
    Mistake("gate-over-channels", "ChannelGate",
            "You pool over the channels and keep the positions: that is the spatial gate's job. Here you should pool "
            "over H and W, so that each channel keeps two numbers.",
            ((MEAN, "x.mean(dim=1).flatten(1)"), (LARGEST, "x.amax(dim=1).flatten(1)"))),
    Mistake("gate-square-window", "ChannelGate",
            "Your pooling treats the map as square, because it uses the height for both sides. Maps are often not "
            "square: pool over H and over W.",
            ((MEAN, "nn.functional.avg_pool2d(x, x.shape[2]).flatten(1)"),
             (LARGEST, "nn.functional.max_pool2d(x, x.shape[2]).flatten(1)"))),
    Mistake("gate-fixed-reduction", "ChannelGate",
            "The hidden width is channels // 16 whatever `reduction` says. Use the argument.",
            (("hidden = channels // reduction", "hidden = max(1, channels // 16)"),)),
    Mistake("gate-fixed-reduction-guarded", "ChannelGate",
            "The hidden width is channels // 16 whatever `reduction` says. Use the argument.",
            (("if not 1 <= reduction <= channels", "if channels // 16 == 0"),
             ("hidden = channels // reduction", "hidden = channels // 16"))),
    Mistake("gate-hidden-is-reduction", "ChannelGate",
            "The hidden layer has `reduction` numbers. The reduction is a divisor, so the width should be "
            "channels // reduction.",
            (("hidden = channels // reduction", "hidden = reduction"),)),
    Mistake("gate-rounds-up", "ChannelGate",
            "The hidden width is rounded up if the reduction does not divide the channels. Round down: channels // "
            "reduction.",
            (("hidden = channels // reduction", "hidden = -(-channels // reduction)"),)),
    Mistake("gate-refuses-remainders", "ChannelGate",
            "Your ValueError refuses too much. A reduction that does not divide the number of channels is allowed: "
            "the hidden width is then rounded down. Raise the error only if the hidden width is 0.",
            (("if not 1 <= reduction <= channels", "if channels % reduction"),)),
    Mistake("gate-at-least-one", "ChannelGate",
            "A hidden width of 0 is silently made 1. channels=8 with reduction=16 is most likely the caller's "
            "mistake. Raise a ValueError that names both numbers.",
            ((GUARD, ""), ("hidden = channels // reduction", "hidden = max(1, channels // reduction)"))),
    Mistake("gate-no-error", "ChannelGate",
            "channels // reduction can be 0, and torch then builds layers without any hidden unit. Raise a ValueError "
            "that names both numbers.",
            ((GUARD, ""),)),
    Mistake("gate-detached", "ChannelGate",
            "The numbers are right, but the gate is detached: the mlp would never learn. Leave out the `detach()` (or "
            "`.data`, or `no_grad()`).",
            ((GATE, f"{GATE}.detach()"),)),
    Mistake("gate-max-detached", "ChannelGate",
            "The numbers are right, but no gradient reaches x through the maximum. Leave out the `detach()`, `.data` "
            "or `no_grad()` that cuts it off.",
            ((LARGEST, "x.detach().amax(dim=(2, 3))"),)),
    Mistake("gate-pooled-detached", "ChannelGate",
            "The numbers are right, but no gradient reaches x, because the pooled tensors are detached. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((MEAN, "x.detach().mean(dim=(2, 3))"), (LARGEST, "x.detach().amax(dim=(2, 3))"))),

    Mistake("gate-keeps-axes", "ChannelGate",
            "Your pooled tensors are (B, C, 1, 1), and a linear layer works on the last axis. Pool to (B, C), without "
            "`keepdim`, and add the two axes after the sigmoid.",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True)"), (LARGEST, "x.amax(dim=(2, 3), keepdim=True)"))),
    Mistake("gate-maximum-over-rows", "ChannelGate",
            "`x.max(dim=2)` takes the maximum over H alone, and W is still there. `x.amax(dim=(2, 3))` takes it "
            "over both.",
            ((LARGEST, "x.max(dim=2)[0]"),)),
    Mistake("gate-maximum-of-a-pair", "ChannelGate",
            "`x.max(dim=...)` returns a pair, the maxima and their positions. A pair has no `.max`, so your "
            "second `.max` fails. `x.amax(dim=(2, 3))` takes both axes at once.",
            ((LARGEST, "x.max(dim=2).max(dim=2)"),)),
    Mistake("gate-maximum-over-batch", "ChannelGate",
            "The maximum is taken over the batch too, so all images share it. Pool over H and W only; B and C stay.",
            ((LARGEST, "x.amax(dim=(0, 2, 3)).expand(len(x), -1)"),)),
    Mistake("channel-float-width", "ChannelGate", NOT_WHOLE, (("hidden = channels // reduction",
                                                               "hidden = channels / reduction"),)),
    Mistake("channel-exp", "ChannelGate", INFINITE, ((GATE, f"{naive_sigmoid('scores')}[:, :, None, None]"),)),

    # --- SpatialGate
    Mistake("spatial-mean-first", "SpatialGate",
            "Your two sheets are in the wrong order, with the mean first. The exercise, like the authors' code, puts "
            "the maximum first: weights trained with one order are wrong in the other.",
            ((POOLED, f"torch.cat([{MEAN_MAP}, {MAX_MAP}], dim=1)"),)),
    Mistake("spatial-mean-twice", "SpatialGate",
            "Both of your sheets are the mean, and the maximum is not used. The first sheet should be the maximum.",
            ((POOLED, f"torch.cat([{MEAN_MAP}, {MEAN_MAP}], dim=1)"),)),
    Mistake("spatial-max-twice", "SpatialGate",
            "Both of your sheets are the maximum, and the mean is not used. The second sheet should be the mean.",
            ((POOLED, f"torch.cat([{MAX_MAP}, {MAX_MAP}], dim=1)"),)),
    Mistake("spatial-added", "SpatialGate",
            "You add the two sheets and give the convolution one channel. It should take two: put the sheets together "
            "along the channel axis, with `torch.cat`.",
            (("nn.Conv2d(2,", "nn.Conv2d(1,"), (POOLED, f"{MAX_MAP} + {MEAN_MAP}"))),
    Mistake("spatial-over-positions", "SpatialGate",
            "You pool over H and W: that is the channel gate's job. Here you should pool over the channels (axis 1), "
            "so that each position keeps two numbers.",
            ((MAX_MAP, "x.amax(dim=(2, 3), keepdim=True)"), (MEAN_MAP, "x.mean(dim=(2, 3), keepdim=True)"))),
    Mistake("spatial-no-keepdim", "SpatialGate",
            "Your sheets have lost their channel axis: they are (B, H, W), so `torch.cat` puts them together along H. "
            "Keep that axis with `keepdim=True`, or use `torch.stack`.",
            ((MAX_MAP, "x.amax(dim=1)"), (MEAN_MAP, "x.mean(dim=1)"))),
    Mistake("spatial-cat-batch", "SpatialGate",
            "You put the two sheets together along the batch. Put them together along the channel axis: "
            "`torch.cat([...], dim=1)`.",
            ((POOLED, POOLED[:-2] + "0)"),)),
    Mistake("spatial-cat-height", "SpatialGate",
            "You put the two sheets together along H. Put them together along the channel axis: `torch.cat([...], "
            "dim=1)`.",
            ((POOLED, POOLED[:-2] + "2)"),)),
    Mistake("spatial-max-pair", "SpatialGate",
            "`x.max(dim=1)` returns a pair: the maxima, and the channels in which they lie. Take the first "
            "part, or use `x.amax(dim=1)`.",
            ((MAX_MAP, "x.max(dim=1, keepdim=True)"),)),
    Mistake("spatial-sum", "SpatialGate",
            "You add up the channels without dividing by their number. Take the mean.",
            ((MEAN_MAP, "x.sum(dim=1, keepdim=True)"),)),
    Mistake("spatial-indices", "SpatialGate",
            "You use the second part of max's result, the index of the channel with the maximum. Use the first part, "
            "the maximum itself.",
            ((MAX_MAP, "x.max(dim=1, keepdim=True)[1].to(x)"),)),
    Mistake("spatial-no-sigmoid", "SpatialGate",
            "The sigmoid at the end is missing: your map can hold any real numbers, even negative ones. A gate lies "
            "between 0 and 1.",
            ((MAP, "self.bn(self.conv(pooled))"),)),
    Mistake("spatial-double-sigmoid", "SpatialGate",
            "The sigmoid is applied twice, so your map lies between 0.5 and 0.73. Such a map can neither open nor "
            "close a position: apply the sigmoid once.",
            ((MAP, f"torch.sigmoid({MAP})"),)),
    Mistake("spatial-sigmoid-before-bn", "SpatialGate",
            "The sigmoid comes before the BatchNorm, so your map is not between 0 and 1. The order should be "
            "convolution, BatchNorm, sigmoid.",
            ((MAP, "self.bn(torch.sigmoid(self.conv(pooled)))"),)),
    Mistake("spatial-relu", "SpatialGate",
            "There is a ReLU between the BatchNorm and the sigmoid, so no position can get a weight below 0.5. Leave "
            "it out.",
            ((MAP, "torch.sigmoid(torch.relu(self.bn(self.conv(pooled))))"),)),
    Mistake("spatial-relu-before-bn", "SpatialGate",
            "There is a ReLU between the convolution and the BatchNorm. The order should be convolution, BatchNorm, "
            "sigmoid.",
            ((MAP, "torch.sigmoid(self.bn(torch.relu(self.conv(pooled))))"),)),
    Mistake("spatial-bn-first", "SpatialGate",
            "Your BatchNorm comes before the convolution and normalises two channels. Put it after the convolution, "
            "whose output has one channel.",
            ((BN, "nn.BatchNorm2d(2)"), (MAP, "torch.sigmoid(self.conv(self.bn(pooled)))"))),
    Mistake("spatial-no-bn", "SpatialGate",
            "The BatchNorm is missing. The paper's formula has none, but the authors' code has one. In this "
            "exercise the BatchNorm is `self.bn`, and it belongs between the convolution and the sigmoid.",
            ((f"\n        self.bn = {BN}", ""), (MAP, "torch.sigmoid(self.conv(pooled))"))),
    Mistake("spatial-bn-not-called", "SpatialGate",
            "`self.bn` is made and never called. It belongs between the convolution and the sigmoid.",
            ((MAP, "torch.sigmoid(self.conv(pooled))"),)),
    Mistake("spatial-bn-momentum", "SpatialGate",
            "Your BatchNorm updates its running mean and variance with a momentum that is not torch's default. (The "
            "authors' code has 0.01.) Leave the argument out.",
            ((BN, "nn.BatchNorm2d(1, momentum=0.01)"),)),
    Mistake("spatial-instance-norm", "SpatialGate",
            "Your norm takes the mean and the variance from each image. BatchNorm takes them from the batch in "
            "training, and uses its running statistics in eval mode.",
            (("self.bn(self.conv(pooled))",
              "nn.functional.instance_norm(self.conv(pooled), weight=self.bn.weight, bias=self.bn.bias)"),)),
    Mistake("spatial-bias", "SpatialGate",
            "Your convolution has a bias. The BatchNorm after the convolution removes any constant and adds a bias of "
            "its own: pass `bias=False`.",
            ((", bias=False", ""),)),
    Mistake("spatial-applied", "SpatialGate",
            "You multiply x by the map. Return the map itself, (B, 1, H, W). The block around it applies the map.",
            ((MAP, f"x * {MAP}"),)),
    Mistake("spatial-expanded", "SpatialGate",
            "You expand the map to (B, C, H, W). Return it as (B, 1, H, W), because the product stretches the axis of "
            "size 1.",
            ((MAP, f"{MAP}.expand_as(x)"),)),
    Mistake("spatial-three-axes", "SpatialGate",
            "Your map has shape (B, H, W). Keep the channel axis, of size 1: (B, 1, H, W).",
            ((MAP, f"{MAP}[:, 0]"),)),
    Mistake("spatial-no-padding", "SpatialGate",
            "Your convolution has no padding, so the map is smaller than the image. With `padding=kernel_size // 2` "
            "the map has the image's size.",
            (("padding=kernel_size // 2, ", ""),)),
    Mistake("spatial-fixed-padding", "SpatialGate",
            "Your padding is 3 whatever the kernel size is, so the map keeps the image's size only if the kernel size "
            "is 7. Use `kernel_size // 2`.",
            (("padding=kernel_size // 2", "padding=3"),)),
    Mistake("spatial-fixed-kernel", "SpatialGate",
            "Your kernel is 7 x 7 whatever `kernel_size` says. Use the argument.",
            (("nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2", "nn.Conv2d(2, 1, 7, padding=3"),)),
    Mistake("spatial-even-allowed", "SpatialGate",
            "An even kernel_size is not refused. An even kernel has no middle, so no padding keeps the map's size: "
            "raise a ValueError.",
            ((ODD_ONLY, ""),)),
    Mistake("spatial-three-and-seven-only", "SpatialGate",
            "Your ValueError refuses too much: sizes other than 3 and 7 are allowed. Raise it only if kernel_size is "
            "even.",
            (("if kernel_size % 2 == 0", "if kernel_size not in (3, 7)"),)),
    Mistake("spatial-softmax", "SpatialGate",
            "Your map goes through a softmax over the positions: they compete, and the map sums to 1. CBAM uses a "
            "sigmoid: each position is opened or closed on its own.",
            ((MAP, "self.bn(self.conv(pooled)).flatten(2).softmax(dim=2).view(len(x), 1, *x.shape[2:])"),)),
    Mistake("spatial-complement", "SpatialGate",
            "You return 1 minus the map, which closes the positions that should be open and opens the others. Return "
            "the sigmoid's output as it is.",
            ((MAP, f"1 - {MAP}"),)),
    Mistake("spatial-detached", "SpatialGate",
            "The numbers are right, but the map is detached: the convolution would never learn. Leave out the "
            "`detach()` (or `.data`, or `no_grad()`).",
            ((MAP, f"{MAP}.detach()"),)),
    Mistake("spatial-pooled-detached", "SpatialGate",
            "The numbers are right, but no gradient reaches x, because the sheets are detached. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            (("self.conv(pooled)", "self.conv(pooled.detach())"),)),
    Mistake("spatial-exp", "SpatialGate", INFINITE, ((MAP, naive_sigmoid("self.bn(self.conv(pooled))")),)),
    Mistake("spatial-maximum-from-zero", "SpatialGate",
            "Your maximum over the channels starts at 0, so a position where all channels are negative gets 0. Start "
            "at the first channel, or at -inf.",
            ((MAX_MAP, f"{MAX_MAP}.clamp(min=0)"),)),

    # --- CBAM
    Mistake("cbam-reversed", "CBAM",
            "Your block gates the positions first, then the channels. CBAM begins with the channel gate, and the "
            "spatial gate reads its result.",
            ((BOTH, "x = x * self.spatial_gate(x)\n        return x * self.channel_gate(x)"),)),
    Mistake("cbam-parallel", "CBAM",
            "Both of your gates read the same x. They should work one after the other: the spatial gate reads the "
            "image that the channel gate has already gated.",
            ((BOTH, "return x * self.channel_gate(x) * self.spatial_gate(x)"),)),
    Mistake("cbam-gated-added", "CBAM",
            "You multiply x by the sum of the two gates. The gates work one after the other: multiply x by the "
            "channel gate, then multiply the result by its own spatial gate.",
            ((BOTH, "return x * self.channel_gate(x) + x * self.spatial_gate(x)"),)),
    Mistake("cbam-channel-only", "CBAM",
            "Your block stops after the channel gate. Multiply the gated image by its spatial gate too.",
            ((BOTH, f"{FIRST}\n        return x"),)),
    Mistake("cbam-spatial-only", "CBAM",
            "Your block leaves the channel gate out. It should come first, and the spatial gate should read the gated "
            "image.",
            ((BOTH, f"return {SECOND}"),)),
    Mistake("cbam-ungated-image", "CBAM",
            "The spatial gate reads the gated image, but you multiply the original x by its map, so the channel gate "
            "is lost. Multiply the gated image by the map.",
            ((BOTH, "return x * self.spatial_gate(x * self.channel_gate(x))"),)),
    Mistake("cbam-gates-not-applied", "CBAM",
            "A gate returns weights, not a gated image. Your spatial gate reads the channel gate's weights, (B, C, 1, "
            "1); multiply x by them first.",
            ((BOTH, "x = self.channel_gate(x)\n        return x * self.spatial_gate(x)"),)),
    Mistake("cbam-returns-map", "CBAM",
            "Your block returns the spatial map. Multiply the gated image by it.",
            ((f"return {SECOND}", "return self.spatial_gate(x)"),)),
    Mistake("cbam-gate-of-gate", "CBAM",
            "You pass the channel gate's weights to the spatial gate and return the spatial gate's output. A gate "
            "should read an image: multiply x by the channel gate's weights, then multiply the result by its own "
            "spatial gate.",
            ((BOTH, "return self.spatial_gate(self.channel_gate(x))"),)),
    Mistake("cbam-added", "CBAM",
            "Your block adds its gates to the image. A gate multiplies.",
            ((BOTH, "x = x + self.channel_gate(x)\n        return x + self.spatial_gate(x)"),)),
    Mistake("cbam-shortcut", "CBAM",
            "Your block adds the input to the gated input. CBAM returns the gated image alone; the shortcut belongs "
            "to the residual block around it.",
            ((BOTH, "y = x * self.channel_gate(x)\n        return x + y * self.spatial_gate(y)"),)),
    Mistake("cbam-inner-shortcut", "CBAM",
            "Your block adds a shortcut around the spatial gate: x + x * gate. CBAM has no such shortcut, so return x "
            "* gate alone.",
            ((f"return {SECOND}", f"return x + {SECOND}"),)),
    Mistake("cbam-channel-gate-twice", "CBAM",
            "You apply the channel gate twice. Apply it once.",
            ((BOTH, "g = self.channel_gate(x)\n        x = x * g\n        return x * g * self.spatial_gate(x)"),)),
    Mistake("cbam-double-sigmoid", "CBAM",
            "Your gates go through a second sigmoid, which keeps every weight between 0.5 and 0.73. Both gates end in "
            "a sigmoid already, so leave yours out.",
            ((BOTH,
              "x = x * torch.sigmoid(self.channel_gate(x))\n        return x * torch.sigmoid(self.spatial_gate(x))"),)),
    Mistake("cbam-in-place", "CBAM",
            "Your block multiplies its input in place (`x *= ...`): code that reads x afterwards, such as a shortcut, "
            "finds it changed. Write `x = x * ...`.",
            ((FIRST, "x *= self.channel_gate(x)"),)),
    Mistake("cbam-reduction-dropped", "CBAM",
            "You build ChannelGate without `reduction`, so ChannelGate uses its default, 16. Pass `reduction` on.",
            (("ChannelGate(channels, reduction)", "ChannelGate(channels)"),)),
    Mistake("cbam-kernel-size-dropped", "CBAM",
            "You build SpatialGate without `kernel_size`, so SpatialGate uses its default, 7. Pass `kernel_size` on.",
            (("SpatialGate(kernel_size)", "SpatialGate()"),)),
    Mistake("cbam-arguments-swapped", "CBAM",
            "Your block passes `channels` and `reduction` to ChannelGate in the wrong order. ChannelGate takes the "
            "channels first.",
            (("ChannelGate(channels, reduction)", "ChannelGate(reduction, channels)"),)),
    Mistake("cbam-channels-as-kernel", "CBAM",
            "Your block passes `channels` to SpatialGate, which takes the kernel size. Pass `kernel_size`: SpatialGate "
            "does not need the number of channels.",
            (("SpatialGate(kernel_size)", "SpatialGate(channels)"),)),
    Mistake("cbam-channel-gate-detached", "CBAM",
            "The numbers are right, but the channel gate is detached, so its mlp would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((FIRST, f"{FIRST}.detach()"),)),
    Mistake("cbam-spatial-gate-detached", "CBAM",
            "The numbers are right, but the spatial gate is detached, so its convolution would never learn. Leave out "
            "the `detach()`, `.data` or `no_grad()`.",
            ((SECOND, f"{SECOND}.detach()"),)),

    # --- flexible_attention
    Mistake("flexible-mean-only", "flexible_attention",
            "You use the mean alone: that is SE. Send the maximum through the same two matrices, and add the two "
            "results.",
            ((SUM, f"torch.relu({MEAN} @ w1.T) @ w2.T"),)),
    Mistake("flexible-max-only", "flexible_attention",
            "You use the maximum alone. Send the mean through the same two matrices, and add the two results.",
            ((SUM, f"torch.relu({LARGEST} @ w1.T) @ w2.T"),)),
    Mistake("flexible-mean-twice", "flexible_attention",
            "You add the mean's result to itself, and the maximum is not used. One of the two should be the maximum's "
            "result.",
            ((SUM, f"2 * torch.relu({MEAN} @ w1.T) @ w2.T"),)),
    Mistake("flexible-pooled-added", "flexible_attention",
            "You add the mean and the maximum first. Send each of them through both matrices separately, and add the "
            "two results.",
            ((SUM, f"torch.relu(({MEAN} + {LARGEST}) @ w1.T) @ w2.T"),)),
    Mistake("flexible-scores-averaged", "flexible_attention",
            "You take half the sum of the two results. Add them without dividing.",
            ((SUM, f"{SUM} / 2"),)),
    Mistake("flexible-no-relu", "flexible_attention",
            "The ReLU after `w1` is missing. Without it, the two matrices amount to one.",
            (("torch.relu(s @ w1.T)", "(s @ w1.T)"),)),
    Mistake("flexible-relu-at-end", "flexible_attention",
            "There is a ReLU after `w2` as well, so no gate falls below 0.5. Keep only the ReLU after `w1`.",
            ((SUM, f"sum(torch.relu(torch.relu(s @ w1.T) @ w2.T) for s in ({MEAN}, {LARGEST}))"),)),
    Mistake("flexible-no-sigmoid", "flexible_attention",
            "The sigmoid is missing: your weights can be any real numbers, even negative ones. A gate lies "
            "between 0 and 1.",
            ((FLEXIBLE, "x * scores[:, :, None, None]"),)),
    Mistake("flexible-softmax", "flexible_attention",
            "Your gates go through a softmax: the channels compete, and their gates sum to 1. Use a sigmoid.",
            ((FLEXIBLE, "x * torch.softmax(scores, dim=1)[:, :, None, None]"),)),
    Mistake("flexible-two-sigmoids", "flexible_attention",
            "You add two sigmoids, so your weights lie between 0 and 2. Add the two results first, then take one "
            "sigmoid.",
            ((FLEXIBLE,
              f"x * sum(torch.sigmoid(torch.relu(s @ w1.T) @ w2.T) for s in ({MEAN}, {LARGEST}))[:, :, None, None]"),)),
    Mistake("flexible-returns-gate", "flexible_attention",
            "You return the gates. Multiply the image by them: each channel of x by its own gate.",
            ((FLEXIBLE, "torch.sigmoid(scores)[:, :, None, None]"),)),
    Mistake("flexible-returns-gate-flat", "flexible_attention",
            "You return the gates. Multiply the image by them: each channel of x by its own gate.",
            ((FLEXIBLE, "torch.sigmoid(scores)"),)),
    Mistake("flexible-shortcut", "flexible_attention",
            "You add the input to the gated input. Return the product alone.",
            ((FLEXIBLE, f"x + {FLEXIBLE}"),)),
    Mistake("flexible-in-place", "flexible_attention",
            "You multiply x in place (`x *= ...`): code that reads x afterwards finds it changed. Write `x * ...`.",
            ((f"return {FLEXIBLE}", f"{FLEXIBLE.replace('*', '*=')}\n    return x"),)),
    Mistake("flexible-matrices-not-turned", "flexible_attention",
            "`w1` is (C // r, C), and your pooled vectors are rows, (B, C). Multiply them by `w1` transposed: `s @ "
            "w1.T`, or `F.linear(s, w1)`.",
            (("s @ w1.T", "s @ w1"),)),
    Mistake("flexible-neither-matrix-turned", "flexible_attention",
            "`w1` is (C // r, C), and your pooled vectors are rows, (B, C). Multiply them by `w1` transposed: `s @ "
            "w1.T`, or `F.linear(s, w1)`. Do the same with `w2`.",
            (("s @ w1.T) @ w2.T", "s @ w1) @ w2"),)),
    Mistake("flexible-matrix-before-vectors", "flexible_attention",
            "The formula is written for one vector, but your pooled vectors are the rows of a matrix, (B, C). Multiply "
            "them by the transposed matrix from the right: `s @ w1.T`.",
            (("torch.relu(s @ w1.T) @ w2.T", "w2 @ torch.relu(w1 @ s)"),)),
    Mistake("flexible-columns-kept", "flexible_attention",
            "You turned the pooled vectors into columns, so your scores are (C, B). Turn them back with `.T`, or keep "
            "the vectors as rows: `s @ w1.T`.",
            (("torch.relu(s @ w1.T) @ w2.T", "w2 @ torch.relu(w1 @ s.T)"),)),
    Mistake("flexible-matrices-swapped", "flexible_attention",
            "`w1` and `w2` have changed places. `w1`, (C // r, C), should come first, because it makes C // r numbers "
            "out of C.",
            (("s @ w1.T) @ w2.T", "s @ w2.T) @ w1.T"),)),
    Mistake("flexible-second-not-turned", "flexible_attention",
            "You multiply the hidden numbers by w2 as it is, (B, C // r) @ (C, C // r), and the sizes do not fit. A "
            "layer with the matrix w computes `s @ w.T`.",
            (("w2.T", "w2"),)),
    Mistake("flexible-other-matrix-first", "flexible_attention",
            "You multiply by w2 first. The sizes fit, because w2 has the shape of w1 transposed. But w1 should come "
            "first: `s @ w1.T`, then `@ w2.T`.",
            (("torch.relu(s @ w1.T) @ w2.T", "torch.relu(s @ w2) @ w1"),)),
    Mistake("flexible-over-channels", "flexible_attention",
            "You pool over the channels. Pool over H and W, axes 2 and 3, so that each channel keeps its own number.",
            ((MEAN, "x.mean(dim=1)"), (LARGEST, "x.amax(dim=1)"))),
    Mistake("flexible-gate-on-width", "flexible_attention",
            "Your gates have only two axes, and shapes line up from the right, so the gates' C is matched with the "
            "image's W. Give them two axes of size 1 at the end, (B, C, 1, 1).",
            ((FLEXIBLE, "x * torch.sigmoid(scores)"),)),
    Mistake("flexible-detached", "flexible_attention",
            "The numbers are right, but the gates are detached, so neither matrix would ever learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((FLEXIBLE, FLEXIBLE.replace("(scores)", "(scores.detach())")),)),
    Mistake("flexible-exp", "flexible_attention", INFINITE, ((FLEXIBLE,
                                                              f"x * {naive_sigmoid('scores')}[:, :, None, None]"),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
OWN_TENSOR = "Only a tensor that forward has just made is changed in place."
IN_RANGE = "A sigmoid lies between 0 and 1."
ANY_MESSAGE = "For this error, any message will do."
NOT_GRADED = "Of impossible arguments, only a bottleneck without channels is graded, not a reduction of 0."

EQUIVALENT = {
    "ChannelGate 5: without 1": NOT_GRADED,
    "ChannelGate 5: 1 -> 0": NOT_GRADED,
    "ChannelGate 7: rounded down, at least 1": "The error above is raised first.",
    "ChannelGate 10: x last two axes exchanged": "A mean and a maximum over both axes do not depend on their order.",
    "ChannelGate 11: Add in place": OWN_TENSOR,
    "ChannelGate 12: last two axes exchanged": "Both have size 1.",
    "ChannelGate 12: clamped": IN_RANGE,
    "ChannelGate 12: sigmoid in place": OWN_TENSOR,
    "SpatialGate 6: message without numbers": ANY_MESSAGE,
    "SpatialGate 6: no message": ANY_MESSAGE,
    "SpatialGate 6: message without kernel_size": ANY_MESSAGE,
    "SpatialGate 12: clamped": IN_RANGE,
    "SpatialGate 12: sigmoid in place": OWN_TENSOR,
    "flexible_attention 2: relu twice": "A second ReLU changes nothing.",
    "flexible_attention 2: relu in place": OWN_TENSOR,
    "flexible_attention 2: at most four": "There are two vectors.",
    "flexible_attention 2: each once": "The two vectors are two tensors, whatever their numbers are.",
    "flexible_attention 3: sigmoid in place": OWN_TENSOR,
}

VARIANTS = (
    Variant("gate-published-style", "ChannelGate", """
        class ChannelGate(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} // {reduction} leaves nothing")
                self.avg_pool, self.max_pool = nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1)
                self.mlp = nn.Sequential(nn.Conv2d(channels, channels // reduction, 1), nn.ReLU(),
                                         nn.Conv2d(channels // reduction, channels, 1))

            def forward(self, x):
                return torch.sigmoid(self.mlp(self.avg_pool(x)) + self.mlp(self.max_pool(x)))
        """),
    Variant("gate-flatten-first", "ChannelGate", """
        class ChannelGate(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                hidden = channels // reduction
                if hidden < 1:
                    raise ValueError("channels", channels, "reduction", reduction)
                self.mlp = nn.Sequential(nn.Flatten(), nn.Linear(channels, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, channels))

            def forward(self, x):
                average = nn.functional.avg_pool2d(x, x.shape[2:])
                maximum = nn.functional.max_pool2d(x, x.shape[2:])
                return (self.mlp(average) + self.mlp(maximum)).sigmoid().unsqueeze(2).unsqueeze(3)
        """),  # noqa: E501
    Variant("gate-both-at-once", "ChannelGate", """
        class ChannelGate(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if reduction > channels:
                    raise ValueError(f"reduction={reduction} is more than channels={channels}")
                self.down = nn.Linear(channels, channels // reduction)
                self.up = nn.Linear(channels // reduction, channels)

            def forward(self, x):
                flat = x.flatten(2)
                both = torch.stack([flat.mean(-1), flat.max(-1).values])
                return torch.sigmoid(self.up(self.down(both).clamp(min=0)).sum(0))[..., None, None]
        """),
    Variant("gate-one-second-layer", "ChannelGate", """
        class ChannelGate(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                hidden = channels // reduction
                if not hidden:
                    raise ValueError(f"channels={channels}, reduction={reduction}")
                self.mlp = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))

            def forward(self, x):
                hidden = sum(self.mlp[:2](s) for s in (x.mean((2, 3)), x.amax((2, 3))))
                scores = nn.functional.linear(hidden, self.mlp[2].weight, 2 * self.mlp[2].bias)
                return 1 / (1 + torch.exp(-scores.view(*x.shape[:2], 1, 1)))
        """),
    Variant("spatial-published-style", "SpatialGate", """
        class SpatialGate(nn.Module):
            def __init__(self, kernel_size=7):
                super().__init__()
                if not kernel_size % 2:
                    raise ValueError("even")
                self.conv = nn.Conv2d(2, 1, kernel_size, stride=1, padding=(kernel_size - 1) // 2, bias=False)
                self.bn = nn.BatchNorm2d(1)

            def forward(self, x):
                pooled = torch.cat((torch.max(x, 1)[0].unsqueeze(1), torch.mean(x, 1).unsqueeze(1)), dim=1)
                return self.bn(self.conv(pooled)).sigmoid()
        """),
    Variant("spatial-stacked-same", "SpatialGate", """
        class SpatialGate(nn.Module):
            def __init__(self, kernel_size=7):
                super().__init__()
                if kernel_size // 2 * 2 == kernel_size:
                    raise ValueError(kernel_size)
                self.layers = nn.Sequential(nn.Conv2d(2, 1, kernel_size, padding="same", bias=False), nn.BatchNorm2d(1), nn.Sigmoid())

            def forward(self, x):
                return self.layers(torch.stack([x.max(dim=1).values, x.sum(dim=1) / x.shape[1]], dim=1))
        """),  # noqa: E501
    Variant("cbam-one-line", "CBAM", """
        class CBAM(nn.Module):
            def __init__(self, channels, reduction=16, kernel_size=7):
                super().__init__()
                self.channel_gate = ChannelGate(channels=channels, reduction=reduction)
                self.spatial_gate = SpatialGate(kernel_size=kernel_size)

            def forward(self, x):
                refined = self.channel_gate(x).mul(x)
                return torch.mul(self.spatial_gate(refined).expand_as(x), refined)
        """),
    Variant("cbam-loop", "CBAM", """
        class CBAM(nn.Module):
            def __init__(self, channels, reduction=16, kernel_size=7):
                super().__init__()
                self.gates = nn.ModuleList([ChannelGate(channels, reduction), SpatialGate(kernel_size)])

            def forward(self, x):
                for gate in self.gates:
                    x = gate(x) * x
                return x
        """),
    Variant("flexible-einsum", "flexible_attention", """
        def flexible_attention(x, w1, w2):
            flat = x.flatten(2)
            pooled = torch.stack([flat.mean(dim=2), flat.max(dim=2).values])
            hidden = torch.einsum("hc,pbc->pbh", w1, pooled).clamp(min=0)
            gates = torch.einsum("ch,pbh->bc", w2, hidden).sigmoid()
            return torch.einsum("bchw,bc->bchw", x, gates)
        """),
    Variant("flexible-linear", "flexible_attention", """
        import torch.nn.functional as F

        def flexible_attention(x, w1, w2):
            def mlp(s):
                return F.linear(F.relu(F.linear(s.flatten(1), w1)), w2)

            gates = torch.sigmoid(mlp(F.adaptive_avg_pool2d(x, 1)) + mlp(F.adaptive_max_pool2d(x, 1)))
            return gates.unsqueeze(-1).unsqueeze(-1) * x
        """),
    Variant("flexible-columns", "flexible_attention", """
        def flexible_attention(x, w1, w2):
            mean, largest = x.mean(dim=(2, 3)).T, x.amax(dim=(2, 3)).T
            scores = w2 @ (torch.relu(w1 @ mean) + torch.relu(w1 @ largest))
            return x * torch.sigmoid(scores).T.reshape(*x.shape[:2], 1, 1)
        """),
)
