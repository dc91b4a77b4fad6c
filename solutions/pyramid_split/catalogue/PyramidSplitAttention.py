"""What learners write for `PyramidSplitAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "psa-scales-as-batch": """
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
""",
    "psa-parts-in-a-loop": """
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
""",
}

HINTS = {"takes the softmax over": 1, "` adds.": 3}

MISTAKES = (
    Mistake("psa-reversed",
            "You return the scales in reverse order, so the largest kernel's scale comes first, as in the authors' "
            "code. Keep them in order.",
            {"(scales * shares).flatten(1, 2)": "(scales * shares).flip(1).flatten(1, 2)"}),
    Mistake("psa-softmax-over-all",
            "Your softmax runs over all channels of all scales at once. Each channel should have its own softmax "
            "over the S scales: dim=1 of (B, S, C', 1, 1).",
            {"torch.softmax(weights, dim=1)":
                 "torch.softmax(weights.flatten(1, 2), dim=1).unflatten(1, weights.shape[1:3])"}, hint=1),
    Mistake("psa-no-softmax",
            "The softmax over the scales is missing: you multiply by se's output itself. Multiply by "
            "torch.softmax(weights, dim=1).", {"torch.softmax(weights, dim=1)": "weights"}, hint=3),
    Mistake("psa-divided",
            "You divide the weights by their sum. Use a softmax, which takes their exponentials first: "
            "torch.softmax(weights, dim=1).",
            {"torch.softmax(weights, dim=1)": "weights / weights.sum(dim=1, keepdim=True)"}, hint=3),
    Mistake("psa-no-sigmoid",
            "Your softmax acts on the numbers before the sigmoid. As in the authors' code, it should act on "
            "SEWeight's output, after the sigmoid.",
            {"torch.softmax(weights, dim=1)": "torch.softmax(torch.logit(weights), dim=1)"}),
    Mistake("psa-log-softmax",
            "You take the logarithm of the shares (log_softmax): they are negative and do not sum to 1. Use softmax.",
            {"torch.softmax(weights, dim=1)": "torch.log_softmax(weights, dim=1)"}),
    Mistake("psa-returns-shares", "You return the shares. Multiply the scales by them first.",
            {"(scales * shares).flatten(1, 2)": "shares.expand_as(scales).flatten(1, 2)"}, hint=3),
    Mistake("psa-not-weighted",
            "You return the scales as they are, as if every share were 1. Either the shares are not used, or their "
            "softmax runs over an axis of size 1 (`dim=-1`). Multiply the scales by a softmax over the axis of the "
            "scales, dim=1.", {"(scales * shares).flatten(1, 2)": "scales.flatten(1, 2)"}, hint=1),
    Mistake("psa-five-axes",
            "The numbers are right, but the scales are still an axis of their own. Concatenate them along the "
            "channels with flatten(1, 2): the shape is (B, channels, H', W').",
            {"(scales * shares).flatten(1, 2)": "scales * shares"}, hint=3),
    Mistake("psa-summed",
            "You add the weighted scales up, so only channels // S channels are left. Selective-kernel networks do "
            "that, but here the scales should stay separate, one after the other: (B, channels, H', W').",
            {"(scales * shares).flatten(1, 2)": "(scales * shares).sum(dim=1)"}, hint=3),
    Mistake("psa-interleaved",
            "Your channels alternate between the scales. All channels of the first scale should come first, then "
            "those of the second: flatten(1, 2) of (B, S, C', H', W').",
            {"(scales * shares).flatten(1, 2)": "(scales * shares).transpose(1, 2).flatten(1, 2)"}, hint=3),
    Mistake("psa-se-for-each-scale",
            "Each of your scales has a SEWeight of its own. Make one for all of them, and call `se` S times.",
            {"SEWeight(channels // len(kernel_sizes), reduction)":
                 "nn.ModuleList(SEWeight(channels // len(kernel_sizes), reduction) for _ in kernel_sizes)",
             "torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "torch.stack([se(scale) for se, scale in zip(self.se, scales.unbind(dim=1))], dim=1)"}, hint=2),
    Mistake("psa-se-of-all-channels",
            "Your SEWeight is made for all channels at once. It should read one scale at a time, with channels // S "
            "channels.",
            {"SEWeight(channels // len(kernel_sizes), reduction)": "SEWeight(channels, reduction)",
             "torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "self.se(scales.flatten(1, 2)).unflatten(1, scales.shape[1:3])"}, hint=2),
    Mistake("psa-se-made-for-all-channels",
            "Your SEWeight is made for all `channels`. It reads one scale at a time, and a scale has channels // S "
            "channels, where S is len(kernel_sizes).",
            {"SEWeight(channels // len(kernel_sizes), reduction)": "SEWeight(channels, reduction)"}, hint=2),
    Mistake("psa-se-made-for-input-channels",
            "Your SEWeight is made for in_channels. It reads the scales, not x, and a scale has channels // S "
            "channels, where S is len(kernel_sizes).",
            {"SEWeight(channels // len(kernel_sizes), reduction)": "SEWeight(in_channels, reduction)"}, hint=2),
    Mistake("psa-se-made-for-a-part-of-the-input",
            "Your SEWeight is made for in_channels // S channels. It reads the scales, not parts of x, and a scale "
            "has channels // S channels.",
            {"SEWeight(channels // len(kernel_sizes), reduction)":
                 "SEWeight(in_channels // len(kernel_sizes), reduction)"}, hint=2),
    Mistake("psa-all-channels-to-se",
            "`se` receives the channels of all scales at once. It should receive those of one scale: call it once "
            "for each scale.",
            {"torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "self.se(scales.flatten(1, 2)).unflatten(1, scales.shape[1:3])"}, hint=2),
    Mistake("psa-five-axes-to-se",
            "`se` receives all scales at once, as a tensor of five axes. Call it once for each scale, (B, C', H', "
            "W'). Then put its outputs on a new axis with torch.stack(..., dim=1).",
            {"torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)": "self.se(scales)"}, hint=2),
    Mistake("psa-weights-scales-first",
            "Your weights have the scales before the batch, (S, B, C', 1, 1). The scales should come after the "
            "batch, as in split's output: call torch.stack(..., dim=1). Loop over `scales.unbind(dim=1)`, because "
            "`for scale in scales` goes through the images of the batch.",
            {"torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=0)"}, hint=2),
    Mistake("psa-weights-concatenated",
            "Your weights have S * C' channels on one axis, but each scale has C' channels. Put se's output for each "
            "scale on a new axis with torch.stack(..., dim=1): (B, S, C', 1, 1).",
            {"torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "torch.cat([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)"}, hint=2),
    Mistake("psa-weights-viewed",
            "Your weights have the right shape, but their numbers are in the wrong places: `view` and `reshape` do "
            "not swap axes, so channels and scales are mixed up. Stack se's outputs with dim=1 to get (B, S, C', 1, "
            "1).",
            {"torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=2).reshape(len(x), -1, "
                 "scales.shape[2], 1, 1)"}, hint=2),
    Mistake("psa-weights-reversed",
            "The weights are in reverse order: the first scale gets the last one's share. Keep scales and weights in "
            "the same order.",
            {"torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "torch.stack([self.se(scale) for scale in reversed(scales.unbind(dim=1))], dim=1)"}),
    Mistake("psa-se-of-the-sum",
            "Every scale gets the same weights, so every share is 1 / S. The weights come from one scale, or from "
            "the sum of all scales. Call SEWeight for each scale.",
            {"torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)":
                 "self.se(scales.sum(dim=1))[:, None].expand(-1, scales.shape[1], -1, -1, -1)"}, hint=2),
    Mistake("psa-stride-not-passed",
            "`stride` does not reach the convolutions, so the maps keep their size. Pass it on.",
            {"SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)":
                 "SplitAndConcat(in_channels, channels, kernel_sizes, groups)"}),
    Mistake("psa-kernels-not-passed",
            "`kernel_sizes` does not reach the convolutions: they have the default sizes, 3, 5, 7 and 9. Pass it on.",
            {"SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)":
                 "SplitAndConcat(in_channels, channels // 4 * len(groups), (3, 5, 7, 9)[:len(groups)], groups, "
                 "stride)"}),
    Mistake("psa-groups-left-out",
            "`groups` does not reach the convolutions: they have the default numbers of groups. Pass it on.",
            {"SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)":
                 "SplitAndConcat(in_channels, channels, kernel_sizes, (1, 4, 8, 16)[:len(kernel_sizes)], stride)"}),
    Mistake("psa-groups-not-passed", "`groups` does not reach the convolutions: they have one group each. Pass it on.",
            {"SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)":
                 "SplitAndConcat(in_channels, channels, kernel_sizes, (1,) * len(kernel_sizes), stride)"}),
    Mistake("psa-reduction-not-passed",
            "`reduction` does not reach SEWeight, which always uses the default, 16. Pass it on.",
            {"SEWeight(channels // len(kernel_sizes), reduction)": "SEWeight(channels // len(kernel_sizes))"}),
    Mistake("psa-four-scales", "Your code takes 4 as the number of scales. Take len(kernel_sizes).",
            {"SEWeight(channels // len(kernel_sizes), reduction)": "SEWeight(channels // 4, reduction)"}),
)

WRONG = (
    Wrong("groups-dropped",
          {"SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)":
               "SplitAndConcat(in_channels, channels, kernel_sizes, stride=stride)",
           "shares = torch.softmax(weights, dim=1)\n        ": "",
           "shares)": "weights.softmax(dim=1))"}, says="3 kernel sizes and 4 numbers of groups"),
    Wrong("kernels-dropped",
          {"SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)":
               "SplitAndConcat(in_channels, channels, groups=groups, stride=stride)",
           "shares = torch.softmax(weights, dim=1)\n        ": "",
           "shares)": "weights.softmax(dim=1))"}, says="4 kernel sizes and 3 numbers of groups"),
)

EQUIVALENT = (
    "6: rounded up", "6: rounded to the nearest", "6: rounded down, at least 1", "6: kernel_sizes -> groups",
    "10: each once", "12: Mult in place",
)
