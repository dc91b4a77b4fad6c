"""Known mistakes, correct variants and equivalent mutants of 06b_polarized.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import OVERFLOW, detached, naive_softmax

# What the reference says, and most mistakes replace.
INNER = "half(channels)"
ONE_QUERY = "self.wq = nn.Conv2d(channels, 1, 1)"
QUERY = "self.wq = nn.Conv2d(channels, inner, 1)"
VALUE = "self.wv = nn.Conv2d(channels, inner, 1)"
BACK = "self.wz = nn.Conv2d(inner, channels, 1)"
NORM = "nn.LayerNorm(channels)"
WEIGHTS = "self.wq(x).flatten(2).softmax(dim=2)"
VALUES = "self.wv(x).flatten(2)"
SUMMARY = "values @ weights.transpose(1, 2)"
SCORES = "self.wz(summary[:, :, :, None])"
GATE = "torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]"
MEAN_QUERY = "self.wq(x).mean(dim=(2, 3))"
OF_CHANNELS = f"{MEAN_QUERY}.softmax(dim=1)"
PRODUCT = "weights[:, None] @ values"
MAP = "torch.sigmoid(scores.unflatten(2, x.shape[2:]))"
CHECKED = "checked(layout)"
GATED = "gated = x * self.channel(x)"
PARALLEL = "gated + x * self.spatial(x)"
SEQUENTIAL = "gated * self.spatial(gated)"
IS_PARALLEL = 'self.layout == "parallel"'

SCALED = "You divide the query by the square root of the number of {} before the softmax. Here nothing is scaled."
IN_LINE = ("Your weights have shape {}. `*` lines shapes up from the right, so C // 2 is matched with one of the "
           "positions' axes. Add axes of size 1 on the right, until the weights have as many axes as the values.")
OTHER_MEAN = ("Your mean runs over axes 1 and 2, which are the channels and H, so W numbers are left. Axes are counted "
              "from 0. Take the mean over H and W, axes 2 and 3, so that C // 2 numbers are left.")
THREE_AXES = ("Your wz gets (B, C // 2, 1). A convolution reads three axes as one image, and here it reads B as the "
              "channels. Give wz one more axis of size 1: (B, C // 2, 1, 1).")


def branch(short: str, exercise: str, first: str, result: str, what: str) -> tuple[Mistake, ...]:
    """What goes wrong in either branch. first: how its wq is made. result: what it returns."""
    return (
        Mistake(f"{short}-not-halved", exercise,
                "Your branch keeps all C channels inside. It should keep C // 2.",
                ((INNER, "channels"),)),
        Mistake(f"{short}-half-rounded-up", exercise,
                "If C is odd, you round half of it up. Round down: C // 2.",
                ((INNER, "(channels + 1) // 2"),)),
        *detached(short, exercise, result, what,
                  (("self.wq(x)", "self.wq(x.detach())"), ("self.wv(x)", "self.wv(x.detach())"))),
        Mistake(f"{short}-query-detached", exercise,
                "The numbers are right, but the query is detached, so wq would never learn where to look. Leave out "
                "the `detach()`, `.data` or `no_grad()`.",
                (("self.wq(x)", "self.wq(x).detach()"),)),
        Mistake(f"{short}-value-detached", exercise,
                "The numbers are right, but the value is detached, so wv would never learn. Leave out the `detach()`, "
                "`.data` or `no_grad()`.",
                (("self.wv(x)", "self.wv(x).detach()"),)),
        Mistake(f"{short}-no-sigmoid", exercise,
                f"The sigmoid at the end is missing: your {what} can be any number, even a negative one. A gate lies "
                "between 0 and 1.",
                ((f"return {result}", f"return {result.replace('torch.sigmoid', '')}"),)),
        Mistake(f"{short}-tanh", exercise,
                f"Your {what} ends in a tanh, so it can be negative and flip a sign. A gate ends in a sigmoid.",
                ((f"return {result}", f"return {result.replace('torch.sigmoid', 'torch.tanh')}"),)),
        Mistake(f"{short}-hard-sigmoid", exercise,
                f"Your {what} ends in a hard sigmoid, a straight line cut off at 0 and 1. It should end in the "
                "sigmoid, 1 / (1 + exp(-t)).",
                ((f"return {result}", f"return {result.replace('torch.sigmoid', 'nn.functional.hardsigmoid')}"),)),
        Mistake(f"{short}-one-minus", exercise,
                f"You return 1 minus the {what}, so it closes where it should open. Return the {what} itself.",
                ((f"return {result}", f"return 1 - {result}"),)),
        Mistake(f"{short}-sigmoid-twice", exercise,
                f"You apply the sigmoid twice, so your {what} lies between 0.5 and 0.73, and can neither open nor "
                "close. Once is enough.",
                ((f"return {result}", f"return torch.sigmoid({result})"),)),
        Mistake(f"{short}-applied", exercise,
                f"You multiply x by the {what}. Return the {what} alone: the block around it "
                f"applies the {what}.",
                ((f"return {result}", f"return x * {result}"),)),
        Mistake(f"{short}-expanded", exercise,
                f"You repeat the {what} in x's shape. Keep its axes of size 1, because the product with x broadcasts "
                "them.",
                ((f"return {result}", f"return {result}.expand_as(x)"),)),
        Mistake(f"{short}-remembered", exercise,
                f"The {what} of the first call is kept and returned again for the next image. Compute a "
                f"new {what} in every call of `forward`.",
                ((f"return {result}",
                  f'if not hasattr(self, "kept"):\n            self.kept = {result}\n        return self.kept'),)),
        Mistake(f"{short}-query-without-bias", exercise,
                "One of your two convolutions that read x has no bias. Both should have one: keep torch's default.",
                ((first, f"{first[:-1]}, bias=False)"),)),
        Mistake(f"{short}-value-relu", exercise,
                "Your values go through a ReLU. Give wv's output to the weighted mean as it is.",
                (("self.wv(x)", "torch.relu(self.wv(x))"),)),
        Mistake(f"{short}-query-as-value", exercise,
                "Your wq reads wv's output. Both should read x.",
                ((first, first.replace("(channels", "(inner")), ("self.wq(x)", "self.wq(self.wv(x))"))),
    )


MISTAKES = (
    # --- ChannelPolarized
    Mistake("channel-no-softmax", "ChannelPolarized",
            "The softmax over the positions is missing. Your weights can be negative and do not sum to 1, so they do "
            "not make a weighted mean.",
            ((WEIGHTS, "self.wq(x).flatten(2)"),)),
    Mistake("channel-softmax-axis-one", "ChannelPolarized",
            "All your weights are 1, so you add up all positions. Either your softmax runs over the query's channel "
            "axis, which has size 1, or its result is not used. Take the softmax over the H * W positions, and weight "
            "the positions by it.",
            ((WEIGHTS, "self.wq(x).flatten(2).softmax(dim=1)"),)),
    Mistake("channel-softmax-over-batch", "ChannelPolarized",
            "Your softmax runs over the batch: the images compete. It should run over the H * W positions of each "
            "image.",
            ((WEIGHTS, "self.wq(x).flatten(2).softmax(dim=0)"),)),
    Mistake("channel-softmax-over-height", "ChannelPolarized",
            "Your softmax runs over H alone: each column's weights sum to 1. Flatten H and W into one axis first, so "
            "that the softmax runs over all positions.",
            ((WEIGHTS, "self.wq(x).softmax(dim=2).flatten(2)"),)),
    Mistake("channel-softmax-over-width", "ChannelPolarized",
            "Your softmax runs over W alone: each row's weights sum to 1. Flatten H and W into one axis first, so "
            "that the softmax runs over all positions.",
            ((WEIGHTS, "self.wq(x).softmax(dim=3).flatten(2)"),)),
    Mistake("channel-sigmoid-weights", "ChannelPolarized",
            "Your weights come from a sigmoid. They should come from a softmax over the positions, so that they sum "
            "to 1.",
            ((WEIGHTS, "torch.sigmoid(self.wq(x).flatten(2))"),)),
    Mistake("channel-weights-over-sum", "ChannelPolarized",
            "You divide the query by its sum. Use a softmax, which takes exp first, so that no weight is negative.",
            ((WEIGHTS, "(lambda q: q / q.sum(dim=2, keepdim=True))(self.wq(x).flatten(2))"),)),
    Mistake("channel-log-softmax", "ChannelPolarized",
            "Your weights are logarithms (log_softmax). Take the softmax.",
            ((WEIGHTS, "self.wq(x).flatten(2).log_softmax(dim=2)"),)),
    Mistake("channel-softmax-twice", "ChannelPolarized",
            "The softmax over the positions is applied twice, which makes all weights nearly equal. Once is enough.",
            ((WEIGHTS, f"{WEIGHTS}.softmax(dim=2)"),)),
    Mistake("channel-softmax-on-value", "ChannelPolarized",
            "You take the softmax of the values and not of the query. The query should make the weights: "
            "softmax(wq(x)) over the positions.",
            ((WEIGHTS, "self.wq(x).flatten(2)"), (VALUES, f"{VALUES}.softmax(dim=2)"))),
    Mistake("channel-softmax-on-both", "ChannelPolarized",
            "The values go through a softmax too. Leave the values as they are: only the query makes weights.",
            ((VALUES, f"{VALUES}.softmax(dim=2)"),)),
    Mistake("channel-scaled", "ChannelPolarized",
            "You scale the query before the softmax (`d ** -0.5`). Here nothing is scaled.",
            ((WEIGHTS, "(self.wq(x).flatten(2) * self.wv.out_channels ** -0.5).softmax(dim=2)"),)),
    Mistake("channel-scaled-by-channels", "ChannelPolarized", SCALED.format("channels"),
            ((WEIGHTS, "(self.wq(x).flatten(2) / x.shape[1] ** 0.5).softmax(dim=2)"),)),
    Mistake("channel-scaled-by-positions", "ChannelPolarized", SCALED.format("positions"),
            ((WEIGHTS, "(self.wq(x).flatten(2) / x[0, 0].numel() ** 0.5).softmax(dim=2)"),)),
    Mistake("channel-plain-mean", "ChannelPolarized",
            "You take the plain mean of the values, and wq has no effect. Weight the positions by the softmax of "
            "wq(x).",
            ((SUMMARY, "values.mean(dim=2, keepdim=True)"),)),
    Mistake("channel-maximum", "ChannelPolarized",
            "You take the largest of the weighted values. Add the weighted values up, which gives a weighted mean.",
            ((SUMMARY, "(values * weights).amax(dim=2, keepdim=True)"),)),
    Mistake("channel-divided-again", "ChannelPolarized",
            "You also divide by the number of positions (`mean` instead of `sum`). The weights sum to 1 already: add "
            "the products up.",
            ((SUMMARY, f"{SUMMARY} / values.shape[2]"),)),
    Mistake("channel-reshaped", "ChannelPolarized",
            "Your values are (B, C // 2, N) in memory, but you read them as (B, N, C // 2). `reshape` and `view` keep "
            "the order of the numbers, so channels and positions are mixed. Swap the two axes with transpose(1, 2).",
            ((SUMMARY, "(weights @ values.reshape(len(x), -1, values.shape[1])).transpose(1, 2)"),)),
    Mistake("channel-no-norm", "ChannelPolarized",
            "The LayerNorm between wz and the sigmoid is missing, or it is made and never called. Call it on wz's "
            "output.",
            ((GATE, "torch.sigmoid(scores.flatten(1))[:, :, None, None]"),)),
    Mistake("channel-norm-on-four-axes", "ChannelPolarized",
            "nn.LayerNorm(C) works on the last axis, and yours gets (B, C, 1, 1). Take the two axes of size 1 away "
            "first: give it (B, C).",
            ((GATE, "torch.sigmoid(self.ln(scores))"),)),
    Mistake("channel-norm-of-three-axes", "ChannelPolarized",
            "nn.LayerNorm([C, 1, 1]) needs (B, C, 1, 1), but yours gets (B, C). Use nn.LayerNorm(C), which takes (B, "
            "C), or leave its input as (B, C, 1, 1).",
            ((NORM, "nn.LayerNorm([channels, 1, 1])"),)),
    Mistake("channel-norm-of-one-number", "ChannelPolarized",
            "Your LayerNorm is made for one number at a time (`[1, 1]`, or 1). A number minus its own mean is 0, so "
            "wz's output would be lost. Make it for the C numbers of an image: nn.LayerNorm(C).",
            ((NORM, "nn.LayerNorm([1, 1])"), (GATE, "torch.sigmoid(self.ln(scores))"))),
    Mistake("channel-wz-two-axes", "ChannelPolarized",
            "A convolution needs two axes after the channels, but one of yours gets (B, C // 2). Give wz the weighted "
            "mean as (B, C // 2, 1, 1).",
            ((SCORES, "self.wz(summary[:, :, 0])"),)),
    Mistake("channel-wz-three-axes", "ChannelPolarized",
            THREE_AXES, ((SCORES, "self.wz(summary)"),)),
    Mistake("channel-wz-three-axes-reshaped", "ChannelPolarized",
            THREE_AXES, ((SCORES, "self.wz(summary)"), (GATE, "torch.sigmoid(self.ln(scores.reshape(len(x), -1)))[:, "
                                                              ":, None, None]"))),
    Mistake("channel-wz-linear-on-four-axes", "ChannelPolarized",
            "A linear layer works on the last axis, but your wz gets axes of size 1 after the C // 2 numbers. Make wz "
            "the 1 x 1 convolution that the exercise names, or pass (B, C // 2) to the linear layer.",
            ((BACK, "self.wz = nn.Linear(inner, channels)"),)),
    Mistake("channel-weights-times-values", "ChannelPolarized",
            "In your product `@`, the N positions of the left factor are matched with the C // 2 channels of the "
            "right one. N must be matched with N. Put the values on the left, and swap the weights' last two axes "
            "with transpose(1, 2): (B, C // 2, N) @ (B, N, 1).",
            ((SUMMARY, "(weights @ values).transpose(1, 2)"),)),
    Mistake("channel-weights-not-turned", "ChannelPolarized",
            "In your product `@`, the N positions of the left factor are matched with an axis of size 1. N must be "
            "matched with N. Swap the weights' last two axes with transpose(1, 2): (B, C // 2, N) @ (B, N, 1).",
            ((SUMMARY, "values @ weights"),)),
    Mistake("channel-norm-after-sigmoid", "ChannelPolarized",
            "LayerNorm and sigmoid have changed places, so your gates are not between 0 and 1. The order should be wz, "
            "LayerNorm, sigmoid.",
            ((GATE, "self.ln(torch.sigmoid(scores.flatten(1)))[:, :, None, None]"),)),
    Mistake("channel-norm-divided-by-one-less", "ChannelPolarized",
            "Your norm divides the sum of squares by C - 1, as `var` and `std` do. LayerNorm divides it by C "
            "(`unbiased=False`).",
            ((GATE, "torch.sigmoid((scores.flatten(1) - scores.flatten(1).mean(1, keepdim=True)) / "
                    "(scores.flatten(1).var(1, keepdim=True) "
              "+ 1e-5).sqrt() * self.ln.weight + self.ln.bias)[:, :, None, None]"),)),
    Mistake("channel-norm-before-wz", "ChannelPolarized",
            "Your LayerNorm is made for C // 2 numbers. It belongs after wz, which returns C numbers: nn.LayerNorm(C).",
            ((NORM, "nn.LayerNorm(inner)"), (SCORES, "self.wz(self.ln(summary[:, :, 0])[:, :, None, None])"),
             (GATE, "torch.sigmoid(scores)"))),
    Mistake("channel-batch-norm", "ChannelPolarized",
            "Your normalisation is a BatchNorm, over the images of the batch. It should be a LayerNorm, over the C "
            "numbers of one image.",
            ((NORM, "nn.BatchNorm1d(channels)"),)),
    Mistake("channel-norm-fixed", "ChannelPolarized",
            "The C weights and C biases of the LayerNorm between wz and the sigmoid are missing. Make it with "
            "nn.LayerNorm(channels).",
            ((NORM, "nn.LayerNorm(channels, elementwise_affine=False)"),)),
    Mistake("channel-softmax-gate", "ChannelPolarized",
            "Your gate is a softmax: the channels compete, and their gates sum to 1. End in a sigmoid instead, "
            "because the softmax is only for the positions.",
            ((GATE, "self.ln(scores.flatten(1)).softmax(dim=1)[:, :, None, None]"),)),
    Mistake("channel-flat", "ChannelPolarized",
            "The numbers are right, but their shape is (B, C). Add two axes of size 1, (B, C, 1, 1), so that they "
            "line up with the image's channels.",
            ((GATE, "torch.sigmoid(self.ln(scores.flatten(1)))"),)),
    Mistake("channel-squeezed", "ChannelPolarized",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis. Name the "
            "axes to remove.",
            ((GATE, "torch.sigmoid(self.ln(scores.squeeze()))[..., None, None]"),)),
    Mistake("channel-wz-without-bias", "ChannelPolarized",
            "A bias of C numbers is missing. Both wz and the LayerNorm should have one: keep torch's defaults.",
            ((BACK, "self.wz = nn.Conv2d(inner, channels, 1, bias=False)"),)),
    Mistake("channel-value-without-bias", "ChannelPolarized",
            "Your wv has no bias. It should have one: keep torch's default.",
            ((VALUE, "self.wv = nn.Conv2d(channels, inner, 1, bias=False)"),)),
    Mistake("channel-values-turned", "ChannelPolarized",
            "You swap H and W of your values before you flatten them. The values' positions are then counted column "
            "by column, but the weights' positions are counted row by row. Flatten both in the same way.",
            ((VALUES, "self.wv(x).transpose(2, 3).flatten(2)"),)),
    Mistake("channel-norm-twice", "ChannelPolarized",
            "The LayerNorm is applied twice. Once is enough.",
            ((GATE, "torch.sigmoid(self.ln(self.ln(scores.flatten(1))))[:, :, None, None]"),)),
    Mistake("channel-norm-by-hand", "ChannelPolarized",
            "Your norm divides by a standard deviation that is computed with C - 1, the default of `std`. A LayerNorm "
            "computes it with C (`std(unbiased=False)`), and adds 1e-5 to the variance.",
            ((GATE, "(lambda z: torch.sigmoid((z - z.mean(1, keepdim=True)) / z.std(1, keepdim=True) * self.ln.weight "
                    "+ self.ln.bias))(scores.flatten(1))[:, :, None, None]"),)),
    Mistake("channel-no-biases", "ChannelPolarized",
            "Your three convolutions have no bias, like the authors' code. Here, as in the paper, all should have one: "
            "keep torch's default.",
            ((ONE_QUERY, "self.wq = nn.Conv2d(channels, 1, 1, bias=False)"),
             (VALUE, "self.wv = nn.Conv2d(channels, inner, 1, bias=False)"),
             (BACK, "self.wz = nn.Conv2d(inner, channels, 1, bias=False)"))),
    Mistake("channel-relu", "ChannelPolarized",
            "There is a ReLU before wz. (SE has one between its layers.) This branch should have none.",
            ((SCORES, "self.wz(torch.relu(summary)[:, :, :, None])"),)),
    Mistake("channel-wide-query", "ChannelPolarized",
            "Your wq returns C // 2 channels, as in the spatial branch. It should return one channel, a single weight "
            "for each position.",
            ((ONE_QUERY, QUERY), (SUMMARY, "(values * weights).sum(dim=2, keepdim=True)"))),
    Mistake("channel-over-batch", "ChannelPolarized",
            "Your softmax runs over the positions of all images of the batch together. Take it over each image's own "
            "positions: keep the batch axis.",
            ((WEIGHTS, "self.wq(x).flatten().softmax(dim=0).view(len(x), 1, -1)"),)),
    *branch("channel", "ChannelPolarized", ONE_QUERY, GATE, "gate"),
    Mistake("channel-exp", "ChannelPolarized", OVERFLOW.format("scores"),
            ((WEIGHTS, naive_softmax("self.wq(x).flatten(2)")),)),

    # --- SpatialPolarized
    Mistake("spatial-no-softmax", "SpatialPolarized",
            "The softmax over the C // 2 channels of the query is missing. Without it the query's numbers are not "
            "weights: they can be negative, and do not sum to 1.",
            ((OF_CHANNELS, MEAN_QUERY),)),
    Mistake("spatial-softmax-after-product", "SpatialPolarized",
            "Your softmax runs over the positions after the product, as in the authors' parallel code: every gate is "
            "then close to 0.5. It should run over the query's C // 2 channels, before the product.",
            ((OF_CHANNELS, MEAN_QUERY), (PRODUCT, f"({PRODUCT}).softmax(dim=2)"))),
    Mistake("spatial-softmax-on-value", "SpatialPolarized",
            "Your softmax runs over the positions of the value, as in the authors' sequential code. It should run "
            "over the query's C // 2 channels, and the value should stay as it is.",
            ((OF_CHANNELS, MEAN_QUERY), (VALUES, f"{VALUES}.softmax(dim=2)"))),
    Mistake("spatial-softmax-on-value-channels", "SpatialPolarized",
            "Your softmax runs over the value's channels. Take the softmax of the pooled query instead, and leave the "
            "value as it is.",
            ((OF_CHANNELS, MEAN_QUERY), (VALUES, f"{VALUES}.softmax(dim=1)"))),
    Mistake("spatial-softmax-on-both", "SpatialPolarized",
            "The value goes through a softmax over the positions too. Leave the value as it is: only the query makes "
            "weights.",
            ((VALUES, f"{VALUES}.softmax(dim=2)"),)),
    Mistake("spatial-both-softmaxes", "SpatialPolarized",
            "You take a second softmax, over the positions after the product. Keep only the one over the query's "
            "channels.",
            ((PRODUCT, f"({PRODUCT}).softmax(dim=2)"),)),
    Mistake("spatial-softmax-before-mean", "SpatialPolarized",
            "You take the softmax at each position and then the mean over the positions. Take the mean over H and W "
            "first, then the softmax.",
            ((OF_CHANNELS, "self.wq(x).softmax(dim=1).mean(dim=(2, 3))"),)),
    Mistake("spatial-softmax-over-batch", "SpatialPolarized",
            "Your softmax runs over the batch: the images compete. It should run over the C // 2 channels of each "
            "image's query.",
            ((OF_CHANNELS, f"{MEAN_QUERY}.softmax(dim=0)"),)),
    Mistake("spatial-softmax-axis-of-one", "SpatialPolarized",
            "All your weights are 1, so the channels are added up. Either your softmax runs over an axis of size 1, "
            "or its result is not used. Check the axes of both steps: the mean should run over H and W, axes 2 and 3, "
            "and the softmax over the C // 2 channels, axis 1.",
            ((OF_CHANNELS, f"{MEAN_QUERY}[:, :, None].softmax(dim=-1)[:, :, 0]"),)),
    Mistake("spatial-query-relu", "SpatialPolarized",
            "Your query goes through a ReLU. Take the mean of wq's output as it is, then the softmax.",
            (("self.wq(x)", "torch.relu(self.wq(x))"),)),
    Mistake("spatial-softmax-twice", "SpatialPolarized",
            "The softmax over the channels is applied twice, which makes all weights nearly equal. Once is enough.",
            ((OF_CHANNELS, f"{OF_CHANNELS}.softmax(dim=1)"),)),
    Mistake("spatial-weights-over-sum", "SpatialPolarized",
            "You divide the query by its sum. Use a softmax, which takes exp first, so that no weight is negative.",
            ((OF_CHANNELS, f"(lambda q: q / q.sum(dim=1, keepdim=True))({MEAN_QUERY})"),)),
    Mistake("spatial-softmax-over-positions", "SpatialPolarized",
            "Your softmax runs over the positions of the query. The mean of such weights is 1 / N for every channel, "
            "whatever the image shows. Take the mean over H and W first, then the softmax over the C // 2 channels.",
            ((OF_CHANNELS, "self.wq(x).flatten(2).softmax(dim=2).mean(dim=2)"),)),
    Mistake("spatial-value-softmax-of-channels", "SpatialPolarized",
            "The value goes through a softmax over its channels too. Leave the value as it is: only the query makes "
            "weights.",
            ((VALUES, f"{VALUES}.softmax(dim=1)"),)),
    Mistake("spatial-sigmoid-of-channels", "SpatialPolarized",
            "Your sigmoid acts on each channel of the value, before the channels are added up. Take the weighted mean "
            "first, then one sigmoid.",
            ((PRODUCT, "weights[:, None] @ torch.sigmoid(values)"), (MAP, MAP.replace("torch.sigmoid", "")))),
    Mistake("spatial-reshaped", "SpatialPolarized",
            "Your values are (B, C // 2, N) in memory, but you read them as (B, N, C // 2). `reshape` and `view` keep "
            "the order of the numbers, so channels and positions are mixed. Swap the two axes with transpose(1, 2).",
            ((PRODUCT, "(values.reshape(len(x), -1, values.shape[1]) @ weights[:, :, None]).transpose(1, 2)"),)),
    Mistake("spatial-sigmoid-weights", "SpatialPolarized",
            "Your weights come from a sigmoid. They should come from a softmax over the C // 2 channels, so that they "
            "sum to 1.",
            ((OF_CHANNELS, f"torch.sigmoid({MEAN_QUERY})"),)),
    Mistake("spatial-log-softmax", "SpatialPolarized",
            "Your weights are logarithms (log_softmax). Take the softmax.",
            ((OF_CHANNELS, f"{MEAN_QUERY}.log_softmax(dim=1)"),)),
    Mistake("spatial-scaled", "SpatialPolarized",
            "You scale the query before the softmax (`d ** -0.5`). Here nothing is scaled.",
            ((OF_CHANNELS, "(lambda q: (q * q.shape[1] ** -0.5).softmax(dim=1))(" + MEAN_QUERY + ")"),)),
    Mistake("spatial-scaled-by-channels", "SpatialPolarized", SCALED.format("channels"),
            ((OF_CHANNELS, f"({MEAN_QUERY} / x.shape[1] ** 0.5).softmax(dim=1)"),)),
    Mistake("spatial-scaled-by-positions", "SpatialPolarized", SCALED.format("positions"),
            ((OF_CHANNELS, f"({MEAN_QUERY} / x[0, 0].numel() ** 0.5).softmax(dim=1)"),)),
    Mistake("spatial-not-pooled", "SpatialPolarized",
            "Your query is not pooled: each position has its own weights. Take the mean over H and W first, so that "
            "the whole image decides.",
            ((OF_CHANNELS, "self.wq(x).flatten(2).softmax(dim=1)"), (PRODUCT,
                                                                     "(weights * values).sum(dim=1, keepdim=True)"))),
    Mistake("spatial-maximum", "SpatialPolarized",
            "Your query is pooled with the maximum. Take the mean over H and W.",
            ((MEAN_QUERY, "self.wq(x).amax(dim=(2, 3))"),)),
    Mistake("spatial-sum", "SpatialPolarized",
            "You add up the query's positions without dividing by H * W, so the weights depend on the size of the "
            "image. Take the mean.",
            ((MEAN_QUERY, "self.wq(x).sum(dim=(2, 3))"),)),
    Mistake("spatial-over-batch", "SpatialPolarized",
            "Your mean runs over the batch too: all images get the same weights. Take it over H and W only.",
            ((MEAN_QUERY, "self.wq(x).mean(dim=(0, 2, 3)).expand(len(x), -1)"),)),
    Mistake("spatial-mean-of-products", "SpatialPolarized",
            "You also divide by C // 2 (`mean` instead of `sum`). The weights sum to 1 already: add the products up.",
            ((PRODUCT, f"{PRODUCT} / values.shape[1]"),)),
    Mistake("spatial-plain-mean", "SpatialPolarized",
            "You take the plain mean of the value's channels, and wq has no effect. Weight the channels by the softmax "
            "of the pooled query.",
            ((PRODUCT, "values.mean(dim=1, keepdim=True)"),)),
    Mistake("spatial-best-channel", "SpatialPolarized",
            "You take the largest of the weighted channels. Add the weighted channels up, which gives a weighted mean.",
            ((PRODUCT, "(weights[:, :, None] * values).amax(dim=1, keepdim=True)"),)),
    Mistake("spatial-every-image-with-every-other", "SpatialPolarized",
            "Your weights have two axes, (B, C // 2), so `@` multiplies the weights of every image by the values of "
            "every image. Give the weights an axis before their channels: (B, 1, C // 2) @ (B, C // 2, N).",
            ((PRODUCT, "weights @ values"),)),
    Mistake("spatial-every-image-reshaped", "SpatialPolarized",
            "Your `@` returns B * B * N numbers, which do not fit the map. If the weights have two axes, (B, C // 2), "
            "`@` multiplies the weights of every image by the values of every image. Give the weights an axis before "
            "their channels: (B, 1, C // 2) @ (B, C // 2, N).",
            ((PRODUCT, "weights @ values"), (MAP, "torch.sigmoid(scores.reshape(len(x), 1, *x.shape[2:]))"))),
    Mistake("spatial-every-image-flat", "SpatialPolarized",
            "Your map has shape (B, B, N). If the weights have two axes, (B, C // 2), `@` multiplies the weights of "
            "every image by the values of every image. Give the weights an axis before their channels: (B, 1, C // 2) "
            "@ (B, C // 2, N). Then reshape the result to (B, 1, H, W).",
            ((PRODUCT, "weights @ values"), (MAP, "torch.sigmoid(scores)"))),
    # Torch's message says which factor comes first, and it gives other numbers for flat values.
    *(Mistake(f"spatial-weights-in-line{words}", "SpatialPolarized", IN_LINE.format(shape), (
        (VALUES, values), (PRODUCT, f"({product}).sum(dim=1, keepdim=True)"), (MAP, "torch.sigmoid(scores)")))
      for words, shape, values, product in (
        ("", "(B, C // 2)", "self.wv(x)", "weights * values"),
        ("-values-first", "(B, C // 2)", "self.wv(x)", "values * weights"),
        ("-three-axes", "(B, C // 2, 1)", "self.wv(x)", "weights[:, :, None] * values"),
        ("-three-axes-values-first", "(B, C // 2, 1)", "self.wv(x)", "values * weights[:, :, None]"),
        ("-flat-values", "(B, C // 2)", VALUES, "weights * values"),
        ("-flat-values-first", "(B, C // 2)", VALUES, "values * weights"))),
    *(Mistake(f"spatial-mean-of-other-axes{words}", "SpatialPolarized", OTHER_MEAN, (
        (MEAN_QUERY, "self.wq(x).mean(dim=(1, 2))"), (PRODUCT, product)))
      for words, product in (
        ("", PRODUCT),
        ("-weights-first", "(weights[:, :, None] * values).sum(dim=1, keepdim=True)"),
        ("-values-first", "(values * weights[:, :, None]).sum(dim=1, keepdim=True)"))),
    Mistake("spatial-weights-not-turned", "SpatialPolarized",
            "In your product `@`, the left factor's axis of size 1 is matched with the right factor's C // 2 channels. "
            "Channels must be matched with channels: (B, 1, C // 2) @ (B, C // 2, N).",
            ((PRODUCT, "weights[:, :, None] @ values"),)),
    Mistake("spatial-values-not-flat", "SpatialPolarized",
            "`@` sums over the second-to-last axis of its right factor, and in (B, C // 2, H, W) that is H. Flatten H "
            "and W into one axis first, and give the weights three axes: (B, 1, C // 2) @ (B, C // 2, N).",
            ((VALUES, "self.wv(x)"), (PRODUCT, "weights @ values"), (MAP, "torch.sigmoid(scores)"))),
    Mistake("spatial-values-not-flat-weights-of-three", "SpatialPolarized",
            "`@` sums over the second-to-last axis of its right factor, and in (B, C // 2, H, W) that is H. Your "
            "weights are right, but flatten the values' H and W into one axis first: (B, 1, C // 2) @ (B, C // 2, N).",
            ((VALUES, "self.wv(x)"), (MAP, "torch.sigmoid(scores)"))),
    Mistake("spatial-softmax-map", "SpatialPolarized",
            "Your map ends in a softmax over the positions, so the positions compete and their gates sum to 1. It "
            "should end in a sigmoid.",
            ((MAP, "scores.softmax(dim=2).unflatten(2, x.shape[2:])"),)),
    Mistake("spatial-no-channel-axis", "SpatialPolarized",
            "Your map has lost its channel axis: (B, H, W). Return (B, 1, H, W), so that it can be broadcast over x's "
            "channels.",
            ((MAP, f"{MAP}[:, 0]"),)),
    Mistake("spatial-flat", "SpatialPolarized",
            "Your map has shape (B, 1, H * W). Give it its two axes back: (B, 1, H, W).",
            ((MAP, "torch.sigmoid(scores)"),)),
    *(Mistake(f"spatial-flat-{words}", "SpatialPolarized",
              f"Your map has shape {shape}. Reshape it to (B, 1, H, W), in this order.", ((MAP, result),))
      for words, shape, result in (
        ("no-channel-axis", "(B, H * W)", "torch.sigmoid(scores)[:, 0]"),
        ("positions-first", "(B, H * W, 1)", "torch.sigmoid(scores).transpose(1, 2)"))),
    Mistake("spatial-turned", "SpatialPolarized",
            "Your map has H and W swapped. Reshape it to (B, 1, H, W), in this order.",
            ((MAP, "torch.sigmoid(scores.unflatten(2, (x.shape[3], x.shape[2])))"),)),
    Mistake("spatial-square", "SpatialPolarized",
            "Your map is reshaped as if it were square. H and W can be different: take both from x.",
            ((MAP, "torch.sigmoid(scores.view(len(x), 1, x.shape[2], x.shape[2]))"),)),
    Mistake("spatial-not-summed", "SpatialPolarized",
            "You multiply the value's channels by their weights and do not add them up: C // 2 maps are left. The "
            "result should be one map, (B, 1, H, W).",
            ((PRODUCT, "weights[:, :, None] * values"),)),
    Mistake("spatial-roles-exchanged", "SpatialPolarized",
            "wq and wv have changed places: you pool the value and keep the query's positions. Pool the query.",
            ((MEAN_QUERY, "self.wv(x).mean(dim=(2, 3))"), (VALUES, "self.wq(x).flatten(2)"))),
    Mistake("spatial-one-layer", "SpatialPolarized",
            "You use wq for both query and value, so wv is made and never called. Compute the value with wv.",
            ((VALUES, "self.wq(x).flatten(2)"),)),
    Mistake("spatial-no-biases", "SpatialPolarized",
            "Your two convolutions have no bias, like the authors' code. Here, as in the paper, both should have one: "
            "keep torch's default.",
            ((QUERY, "self.wq = nn.Conv2d(channels, inner, 1, bias=False)"),
             (VALUE, "self.wv = nn.Conv2d(channels, inner, 1, bias=False)"))),
    Mistake("spatial-normalised", "SpatialPolarized",
            "There is a LayerNorm on your query. The channel branch has one, after wz, but this branch should have "
            "none.",
            ((VALUE, f"{VALUE}\n        self.ln = nn.LayerNorm(inner)"), (OF_CHANNELS,
                                                                          f"self.ln({MEAN_QUERY}).softmax(dim=1)"))),
    *branch("spatial", "SpatialPolarized", QUERY, MAP, "map"),
    Mistake("spatial-exp", "SpatialPolarized",
            "Your softmax or your sigmoid gives NaN for large numbers: above 709 `exp` is infinite in float64, and "
            "infinity divided by infinity is NaN. Use `softmax` and `torch.sigmoid`.",
            ((OF_CHANNELS, naive_softmax(MEAN_QUERY)),)),

    # --- PolarizedSelfAttention
    Mistake("psa-always-parallel", "PolarizedSelfAttention",
            'The argument `layout` has no effect: your block is always parallel. "sequential" gates the channels '
            'first, then the positions '
            "of the result.",
            ((SEQUENTIAL, PARALLEL),)),
    Mistake("psa-always-sequential", "PolarizedSelfAttention",
            'The argument `layout` has no effect: your block is always sequential. "parallel", the default, adds the '
            'two gated maps.',
            ((PARALLEL, SEQUENTIAL),)),
    Mistake("psa-exchanged", "PolarizedSelfAttention",
            '"parallel" and "sequential" have changed places. "parallel" adds the two gated maps, and "sequential" '
            'gates the channels first, then the positions of the result.',
            ((IS_PARALLEL, 'self.layout == "sequential"'),)),
    Mistake("psa-sequential-by-default", "PolarizedSelfAttention",
            'If layout is not given, your block is sequential. The default is "parallel".',
            (('layout: str = "parallel"', 'layout: str = "sequential"'),)),
    Mistake("psa-word-not-checked", "PolarizedSelfAttention",
            'You treat a word other than "parallel" or "sequential" like one of the two. Raise a ValueError.',
            ((CHECKED, "layout"),)),
    Mistake("psa-assert", "PolarizedSelfAttention",
            "You refuse an unknown layout with an `assert`, which raises an AssertionError (and nothing at all if "
            "Python runs with -O). Raise a ValueError.",
            ((f"self.layout = {CHECKED}",
              'assert layout in ("parallel", "sequential"), layout\n        self.layout = layout'),)),
    Mistake("psa-any-case", "PolarizedSelfAttention",
            "You compare only the beginning of the word, in upper or lower case, so words that are nearly right pass. "
            "Accept only the two words, exactly as written.",
            ((CHECKED, 'checked({"par": "parallel", "seq": "sequential"}.get(str(layout).lower()[:3], layout))'),)),
    *(Mistake(f"psa-{what}", "PolarizedSelfAttention", sentence, ((CHECKED, f"checked({word})"),))
      for what, sentence, word in (
        ("lower-case", 'You make the word lower case before you compare it, so "Parallel" passes. Accept only the two '
                       'words, exactly as written.', "layout.lower() if isinstance(layout, str) else layout"),
        ("none-is-the-default",
         'You treat None as the default. Only "parallel" and "sequential" are allowed: raise a ValueError.',
         'layout or "parallel"'),
        ("part-of-a-word", 'You look for the word in a longer string, as in `layout in "parallel sequential"`. That is '
                           "also true for any part of the string, and for the empty string. Compare with a tuple of "
                           'the two words: layout in ("parallel", "sequential").',
         '("parallel" if layout in "parallel sequential" else layout) if isinstance(layout, str) and layout not in '
         'LAYOUTS else layout'))),
    Mistake("psa-spatial-first", "PolarizedSelfAttention",
            "Your sequential layout gates the positions first (or the two branches have changed names). Gate the "
            "channels first, then the positions of the result.",
            ((SEQUENTIAL, "(lambda y: y * self.channel(y))(x * self.spatial(x))"),)),
    Mistake("psa-map-of-x", "PolarizedSelfAttention",
            "In the sequential layout your spatial branch reads x. It should read the gated features, and its map "
            "should multiply them.",
            ((SEQUENTIAL, "gated * self.spatial(x)"),)),
    Mistake("psa-map-times-x", "PolarizedSelfAttention",
            "In the sequential layout you multiply the original x by the map, so the channel gate is lost. Multiply "
            "the gated features by the map.",
            ((SEQUENTIAL, "x * self.spatial(gated)"),)),
    Mistake("psa-sequential-added", "PolarizedSelfAttention",
            "In the sequential layout you add the gated features to the result. If g is x times the channel gates, "
            "return g * spatial(g) alone.",
            ((SEQUENTIAL, f"gated + {SEQUENTIAL}"),)),
    Mistake("psa-parallel-map-times-gated", "PolarizedSelfAttention",
            "In the parallel layout your spatial branch reads x, but you multiply the gated features by its map. "
            "Multiply x by the map, because the branches work side by side.",
            ((PARALLEL, "gated + gated * self.spatial(x)"),)),
    Mistake("psa-parallel-map-added", "PolarizedSelfAttention",
            "In the parallel layout you add the map itself. Multiply x by it first, then add.",
            ((PARALLEL, "gated + self.spatial(x)"),)),
    Mistake("psa-sequential-map-added", "PolarizedSelfAttention",
            "In the sequential layout you add the map to the gated features. Multiply the gated features by the map.",
            ((SEQUENTIAL, "gated + self.spatial(gated)"),)),
    Mistake("psa-parallel-larger", "PolarizedSelfAttention",
            "In the parallel layout you take the larger of the two gated maps. Add them.",
            ((PARALLEL, "torch.maximum(gated, x * self.spatial(x))"),)),
    Mistake("psa-parallel-of-gated", "PolarizedSelfAttention",
            "In the parallel layout your spatial branch reads the gated features, and you multiply them by its map "
            "too. It should read x, and its map should multiply x, because the branches work side by side.",
            ((PARALLEL, "gated + gated * self.spatial(gated)"),)),
    Mistake("psa-parallel-map-of-gated", "PolarizedSelfAttention",
            "In the parallel layout your spatial branch reads the gated features, although its map multiplies x. Both "
            "branches should read x, because they work side by side.",
            ((PARALLEL, "gated + x * self.spatial(gated)"),)),
    Mistake("psa-parallel-multiplied", "PolarizedSelfAttention",
            "In the parallel layout you multiply the two gates. Add the two gated maps.",
            ((PARALLEL, "gated * self.spatial(x)"),)),
    Mistake("psa-parallel-halved", "PolarizedSelfAttention",
            "In the parallel layout you take the mean of the two gated maps. Add them.",
            ((PARALLEL, f"({PARALLEL}) / 2"),)),
    Mistake("psa-sigmoid-of-sum", "PolarizedSelfAttention",
            "In the parallel layout you put the sum of the two gates through one more sigmoid. BAM has its only "
            "sigmoid after the sum, but here each branch already ends in one. Add the two gated maps instead.",
            ((PARALLEL, "x * torch.sigmoid(self.channel(x) + self.spatial(x))"),)),
    Mistake("psa-gates-only", "PolarizedSelfAttention",
            "In the parallel layout you return the sum of the gates. Multiply x by them.",
            ((PARALLEL, "self.channel(x) + self.spatial(x)"),)),
    Mistake("psa-gates-only-sequential", "PolarizedSelfAttention",
            "In the sequential layout you return a product of gates. Multiply x by them.",
            ((SEQUENTIAL, "self.channel(x) * self.spatial(gated)"),)),
    Mistake("psa-shortcut", "PolarizedSelfAttention",
            "Your block adds x to its result. Leave out this shortcut, because it belongs to the network around the "
            "block.",
            ((PARALLEL, f"x + {PARALLEL}"), (SEQUENTIAL, f"x + {SEQUENTIAL}"))),
    Mistake("psa-channel-alone", "PolarizedSelfAttention",
            "The spatial branch is missing. In the parallel layout add its gated map, x * spatial(x).",
            ((PARALLEL, "gated"),)),
    Mistake("psa-spatial-alone", "PolarizedSelfAttention",
            "The channel branch is missing. In the parallel layout add its gated map, x * channel(x).",
            ((PARALLEL, "x * self.spatial(x)"),)),
    Mistake("psa-concatenated", "PolarizedSelfAttention",
            "In the parallel layout you concatenate the two gated maps, (B, 2C, H, W). Add them: the result has x's "
            "shape.",
            ((PARALLEL, "torch.cat([gated, x * self.spatial(x)], dim=1)"),)),
    Mistake("psa-in-place", "PolarizedSelfAttention",
            "Your block changes its input in place: code that reads x afterwards, such as a shortcut, finds it "
            "changed. Write x = x * ..., which makes a new tensor.",
            ((GATED, "x *= self.channel(x)\n        gated = x"), (PARALLEL, "gated + x * self.spatial(x)"))),
    Mistake("psa-gate-detached", "PolarizedSelfAttention",
            "The numbers are right, but the gates are detached, so the branches would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((GATED, "gated = x * self.channel(x).detach()"), (PARALLEL, "gated + x * self.spatial(x).detach()"),
             (SEQUENTIAL, "gated * self.spatial(gated).detach()"))),
    Mistake("psa-image-detached", "PolarizedSelfAttention",
            "The numbers are right, but x is detached before it is multiplied by the channel gate, so a part of its "
            "gradient is lost. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((GATED, "gated = x.detach() * self.channel(x)"),)),
    Mistake("psa-remembered", "PolarizedSelfAttention",
            "The gate of the first call is kept and used again for the next image. Compute it again in every call of "
            "forward.",
            ((GATED,
              'if not hasattr(self, "gate"):\n            self.gate = self.channel(x)\n        '
              "gated = x * self.gate"),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
ONE_TAP = "A kernel of one tap spans one position, whatever its dilation is."
SAME_SHAPE = "Both axes have size 1."
IN_RANGE = "A gate lies between 0 and 1 anyway."
OWN_TENSOR = "What is changed in place is a tensor that forward has just made."

EQUIVALENT = {
    **{f"{line}: Conv2d with dilation=2": ONE_TAP
       for line in (*(f"ChannelPolarized {n}" for n in (6, 7, 8)), *(f"SpatialPolarized {n}" for n in (6, 7)))},
    "ChannelPolarized 8: Conv2d with stride=2": "What it reads has one position.",
    "ChannelPolarized 11: x last two axes exchanged": "A weighted mean over all positions does not depend on "
                                                      "their order.",
    "ChannelPolarized 14: arguments 0 and 1 of transpose exchanged": "Two axes are exchanged, whichever is "
                                                                     "named first.",
    "ChannelPolarized 15: parts 2 and 3 of the subscript exchanged": SAME_SHAPE,
    "ChannelPolarized 15: subscript without part 0": SAME_SHAPE,
    "ChannelPolarized 16: last two axes exchanged": SAME_SHAPE,
    "ChannelPolarized 16: clamped": IN_RANGE,
    "ChannelPolarized 16: sigmoid in place": OWN_TENSOR,
    "SpatialPolarized 13: clamped": IN_RANGE,
    "SpatialPolarized 13: sigmoid in place": OWN_TENSOR,
    "SpatialPolarized 13: x detached": "Only its shape is read.",
    "PolarizedSelfAttention 12: Add in place": OWN_TENSOR,
}

VARIANTS = (
    Variant("channel-as-published", "ChannelPolarized", """
        class ChannelPolarized(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.ch_wv = nn.Conv2d(channels, channels // 2, kernel_size=(1, 1))
                self.ch_wq = nn.Conv2d(channels, 1, kernel_size=(1, 1))
                self.softmax = nn.Softmax(1)
                self.ch_wz = nn.Conv2d(channels // 2, channels, kernel_size=(1, 1))
                self.ln = nn.LayerNorm(channels)

            def forward(self, x):
                b, c, h, w = x.size()
                v = self.ch_wv(x).reshape(b, c // 2, -1)
                q = self.softmax(self.ch_wq(x).reshape(b, -1, 1))
                z = torch.matmul(v, q).unsqueeze(-1)
                z = self.ch_wz(z).reshape(b, c, 1).permute(0, 2, 1)
                return self.ln(z).sigmoid().permute(0, 2, 1).reshape(b, c, 1, 1)
        """),
    Variant("channel-linear-layers", "ChannelPolarized", """
        class ChannelPolarized(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.wq, self.wv = nn.Linear(channels, 1), nn.Linear(channels, channels // 2)
                self.wz, self.ln = nn.Linear(channels // 2, channels), nn.LayerNorm(channels)

            def forward(self, x):
                tokens = x.flatten(2).transpose(1, 2)
                weights = torch.softmax(self.wq(tokens), dim=1)
                summary = torch.einsum("bnc,bnq->bc", self.wv(tokens), weights)
                return self.ln(self.wz(summary)).sigmoid()[..., None, None]
        """),
    Variant("channel-mean-before-value", "ChannelPolarized", """
        class ChannelPolarized(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.wq = nn.Conv2d(channels, 1, 1)
                self.wv = nn.Conv2d(channels, channels // 2, 1)
                self.wz = nn.Conv2d(channels // 2, channels, 1)
                self.ln = nn.LayerNorm([channels, 1, 1])

            def forward(self, x):
                q = self.wq(x)
                e = (q - q.amax((2, 3), keepdim=True)).exp()
                weights = e / e.sum((2, 3), keepdim=True)
                mean = (x * weights).sum((2, 3), keepdim=True)   # the weights sum to 1: wv and the mean commute
                return torch.sigmoid(self.ln(self.wz(self.wv(mean))))
        """),
    Variant("spatial-with-the-softmax", "SpatialPolarized", """
        class SpatialPolarized(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.sp_wv = nn.Conv2d(channels, channels // 2, kernel_size=(1, 1))
                self.sp_wq = nn.Conv2d(channels, channels // 2, kernel_size=(1, 1))
                self.agp = nn.AdaptiveAvgPool2d((1, 1))
                self.softmax = nn.Softmax(-1)

            def forward(self, x):
                b, c, h, w = x.size()
                v = self.sp_wv(x).reshape(b, c // 2, -1)
                q = self.agp(self.sp_wq(x)).permute(0, 2, 3, 1).reshape(b, 1, c // 2)
                z = torch.matmul(self.softmax(q), v)
                return torch.sigmoid(z.reshape(b, 1, h, w))
        """),
    Variant("spatial-mean-first", "SpatialPolarized", """
        class SpatialPolarized(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.wq = nn.Linear(channels, channels // 2)
                self.wv = nn.Conv2d(channels, channels // 2, 1)

            def forward(self, x):
                weights = self.wq(x.mean((2, 3))).softmax(-1)
                return (weights[..., None, None] * self.wv(x)).sum(1, keepdim=True).sigmoid()
        """),
    Variant("spatial-a-convolution-for-each-image", "SpatialPolarized", """
        class SpatialPolarized(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.wq = nn.Conv2d(channels, channels // 2, 1)
                self.wv = nn.Conv2d(channels, channels // 2, 1)

            def forward(self, x):
                maps = []
                for image in x:
                    query = nn.functional.softmax(self.wq(image).flatten(1).mean(1), dim=0)
                    maps.append(nn.functional.conv2d(self.wv(image)[None], query[None, :, None, None]))
                return torch.sigmoid(torch.cat(maps))
        """),
    Variant("psa-table-of-layouts", "PolarizedSelfAttention", """
        class PolarizedSelfAttention(nn.Module):
            def __init__(self, channels, layout="parallel"):
                super().__init__()
                self.channel = ChannelPolarized(channels)
                self.spatial = SpatialPolarized(channels)
                try:
                    self.run = {"parallel": self.both, "sequential": self.chain}[layout]
                except KeyError:
                    raise ValueError("layout?") from None

            def both(self, x):
                return x * (self.channel(x) + self.spatial(x))

            def chain(self, x):
                y = self.channel(x) * x
                return self.spatial(y) * y

            def forward(self, x):
                return self.run(x)
        """),
    Variant("psa-refuses-when-called", "PolarizedSelfAttention", """
        class PolarizedSelfAttention(nn.Module):
            def __init__(self, channels, layout="parallel"):
                super().__init__()
                self.spatial, self.channel = SpatialPolarized(channels), ChannelPolarized(channels)
                self.layout = layout

            def forward(self, x):
                if self.layout == "sequential":
                    out = torch.mul(x, self.channel(x).expand_as(x))
                    return torch.mul(out, self.spatial(out).expand_as(x))
                elif self.layout == "parallel":
                    return torch.addcmul(self.spatial(x) * x, x, self.channel(x))
                raise ValueError(f"unknown layout {self.layout}")
        """),
)
