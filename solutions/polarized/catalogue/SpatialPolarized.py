"""What learners write for `SpatialPolarized`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import convention, hard_gate

SPATIAL_WEIGHTS_IN_LINE = ("Your weights have shape (B, C // 2). `*` lines shapes up from the right, so C // 2 is "
                           "matched with one of the positions' axes. Add axes of size 1 on the right, until the "
                           "weights have as many axes as the values.")
SPATIAL_WEIGHTS_IN_LINE_THREE_AXES = ("Your weights have shape (B, C // 2, 1). `*` lines shapes up from the right, "
                                      "so C // 2 is matched with one of the positions' axes. Add axes of size 1 on "
                                      "the right, until the weights have as many axes as the values.")
SPATIAL_MEAN_OF_OTHER_AXES = ("Your mean runs over axes 1 and 2, which are the channels and H, so W numbers are "
                              "left. Axes are counted from 0. Take the mean over H and W, axes 2 and 3, so that C // "
                              "2 numbers are left.")

RIGHT = {
    "spatial-with-the-softmax": """
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
""",
    "spatial-mean-first": """
class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Linear(channels, channels // 2)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        weights = self.wq(x.mean((2, 3))).softmax(-1)
        return (weights[..., None, None] * self.wv(x)).sum(1, keepdim=True).sigmoid()
""",
}

HINTS = {"axes of size 1": 2, "takes the softmax": 3, "takes the softmax over": 2, "takes the maximum": 1,
         "takes the sum": 1, "takes the mean over": 1, "` divides.": 2, "drops ax": 2}

MISTAKES = (
    Mistake("spatial-no-softmax",
            "The softmax over the C // 2 channels of the query is missing. Without it the query's numbers are not "
            "weights: they can be negative, and do not sum to 1.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).mean(dim=(2, 3))"}, hint=3),
    Mistake("spatial-softmax-after-product",
            "Your softmax runs over the positions after the product, as in the authors' parallel code: every gate is "
            "then close to 0.5. It should run over the query's C // 2 channels, before the product.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).mean(dim=(2, 3))",
             "weights[:, None] @ values": "(weights[:, None] @ values).softmax(dim=2)"}, hint=3),
    Mistake("spatial-softmax-on-value",
            "Your softmax runs over the positions of the value, as in the authors' sequential code. It should run "
            "over the query's C // 2 channels, and the value should stay as it is.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).mean(dim=(2, 3))",
             "self.wv(x).flatten(2)": "self.wv(x).flatten(2).softmax(dim=2)"}, hint=3),
    Mistake("spatial-softmax-on-value-channels",
            "Your softmax runs over the value's channels. Take the softmax of the pooled query instead, and leave "
            "the value as it is.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).mean(dim=(2, 3))",
             "self.wv(x).flatten(2)": "self.wv(x).flatten(2).softmax(dim=1)"}, hint=3),
    Mistake("spatial-softmax-before-mean",
            "You take the softmax at each position and then the mean over the positions. Take the mean over H and W "
            "first, then the softmax.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).softmax(dim=1).mean(dim=(2, 3))"}, hint=3),
    Mistake("spatial-weights-over-sum",
            "You divide the query by its sum. Use a softmax, which takes exp first, so that no weight is negative.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)":
                 "(lambda q: q / q.sum(dim=1, keepdim=True))(self.wq(x).mean(dim=(2, 3)))"}, hint=3),
    Mistake("spatial-softmax-over-positions",
            "Your softmax runs over the positions of the query. The mean of such weights is 1 / N for every channel, "
            "whatever the image shows. Take the mean over H and W first, then the softmax over the C // 2 channels.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).flatten(2).softmax(dim=2).mean(dim=2)"}, hint=3),
    Mistake("spatial-sigmoid-of-channels",
            "Your sigmoid acts on each channel of the value, before the channels are added up. Take the weighted "
            "mean first, then one sigmoid.",
            {"weights[:, None] @ values": "weights[:, None] @ torch.sigmoid(values)",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "(scores.unflatten(2, x.shape[2:]))"}, hint=3),
    Mistake("spatial-sigmoid-weights",
            "Your weights come from a sigmoid. They should come from a softmax over the C // 2 channels, so that "
            "they sum to 1.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "torch.sigmoid(self.wq(x).mean(dim=(2, 3)))"}, hint=3),
    Mistake("spatial-log-softmax", "Your weights are logarithms (log_softmax). Take the softmax.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).mean(dim=(2, 3)).log_softmax(dim=1)"}),
    Mistake("spatial-not-pooled",
            "Your query is not pooled: each position has its own weights. Take the mean over H and W first, so that "
            "the whole image decides.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.wq(x).flatten(2).softmax(dim=1)",
             "weights[:, None] @ values": "(weights * values).sum(dim=1, keepdim=True)"}, hint=3),
    Mistake("spatial-plain-mean",
            "You take the plain mean of the value's channels, and wq has no effect. Weight the channels by the "
            "softmax of the pooled query.", {"weights[:, None] @ values": "values.mean(dim=1, keepdim=True)"}, hint=2),
    Mistake("spatial-every-image-with-every-other",
            "Your weights have two axes, (B, C // 2), so `@` multiplies the weights of every image by the values of "
            "every image. Give the weights an axis before their channels: (B, 1, C // 2) @ (B, C // 2, N).",
            {"weights[:, None] @ values": "weights @ values"}),
    Mistake("spatial-every-image-reshaped",
            "Your `@` returns B * B * N numbers, which do not fit the map. If the weights have two axes, (B, C // "
            "2), `@` multiplies the weights of every image by the values of every image. Give the weights an axis "
            "before their channels: (B, 1, C // 2) @ (B, C // 2, N).",
            {"weights[:, None] @ values": "weights @ values",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))":
                 "torch.sigmoid(scores.reshape(len(x), 1, *x.shape[2:]))"}),
    Mistake("spatial-every-image-flat",
            "Your map has shape (B, B, N). If the weights have two axes, (B, C // 2), `@` multiplies the weights of "
            "every image by the values of every image. Give the weights an axis before their channels: (B, 1, C // "
            "2) @ (B, C // 2, N). Then reshape the result to (B, 1, H, W).",
            {"weights[:, None] @ values": "weights @ values",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}),
    Mistake("spatial-weights-in-line-three-axes", SPATIAL_WEIGHTS_IN_LINE_THREE_AXES,
            {"self.wv(x).flatten(2)": "self.wv(x)",
             "weights[:, None] @ values": "(weights[:, :, None] * values).sum(dim=1, keepdim=True)",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}, hint=2),
    Mistake("spatial-weights-in-line-three-axes-values-first", SPATIAL_WEIGHTS_IN_LINE_THREE_AXES,
            {"self.wv(x).flatten(2)": "self.wv(x)",
             "weights[:, None] @ values": "(values * weights[:, :, None]).sum(dim=1, keepdim=True)",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}, hint=2),
    Mistake("spatial-weights-in-line-flat-values", SPATIAL_WEIGHTS_IN_LINE,
            {"self.wv(x).flatten(2)": "self.wv(x).flatten(2)",
             "weights[:, None] @ values": "(weights * values).sum(dim=1, keepdim=True)",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}, hint=2),
    Mistake("spatial-weights-in-line-flat-values-first", SPATIAL_WEIGHTS_IN_LINE,
            {"self.wv(x).flatten(2)": "self.wv(x).flatten(2)",
             "weights[:, None] @ values": "(values * weights).sum(dim=1, keepdim=True)",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}, hint=2),
    Mistake("spatial-values-not-flat",
            "`@` sums over the second-to-last axis of its right factor, and in (B, C // 2, H, W) that is H. Flatten "
            "H and W into one axis first, and give the weights three axes: (B, 1, C // 2) @ (B, C // 2, N).",
            {"self.wv(x).flatten(2)": "self.wv(x)",
             "weights[:, None] @ values": "weights @ values",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}),
    Mistake("spatial-values-not-flat-weights-of-three",
            "`@` sums over the second-to-last axis of its right factor, and in (B, C // 2, H, W) that is H. Your "
            "weights are right, but flatten the values' H and W into one axis first: (B, 1, C // 2) @ (B, C // 2, N).",
            {"self.wv(x).flatten(2)": "self.wv(x)",
             "torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}),
    Mistake("spatial-softmax-map",
            "Your map ends in a softmax over the positions, so the positions compete and their gates sum to 1. It "
            "should end in a sigmoid.",
            {"torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "scores.softmax(dim=2).unflatten(2, x.shape[2:])"},
            hint=3),
    Mistake("spatial-flat", "Your map has shape (B, 1, H * W). Give it its two axes back: (B, 1, H, W).",
            {"torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)"}),
    Mistake("spatial-flat-no-channel-axis",
            "Your map has shape (B, H * W). Reshape it to (B, 1, H, W), in this order.",
            {"torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores)[:, 0]"}),
    Mistake("spatial-flat-positions-first",
            "Your map has shape (B, H * W, 1). Reshape it to (B, 1, H, W), in this order.",
            {"torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "torch.sigmoid(scores).transpose(1, 2)"}),
    Mistake("spatial-turned", "Your map has H and W swapped. Reshape it to (B, 1, H, W), in this order.",
            {"torch.sigmoid(scores.unflatten(2, x.shape[2:]))":
                 "torch.sigmoid(scores.unflatten(2, (x.shape[3], x.shape[2])))"}),
    Mistake("spatial-square", "Your map is reshaped as if it were square. H and W can be different: take both from x.",
            {"torch.sigmoid(scores.unflatten(2, x.shape[2:]))":
                 "torch.sigmoid(scores.view(len(x), 1, x.shape[2], x.shape[2]))"}),
    Mistake("spatial-not-summed",
            "You multiply the value's channels by their weights and do not add them up: C // 2 maps are left. The "
            "result should be one map, (B, 1, H, W).", {"weights[:, None] @ values": "weights[:, :, None] * values"},
            hint=2),
    Mistake("spatial-roles-exchanged",
            "wq and wv have changed places: you pool the value and keep the query's positions. Pool the query.",
            {"self.wq(x).mean(dim=(2, 3))": "self.wv(x).mean(dim=(2, 3))",
             "self.wv(x).flatten(2)": "self.wq(x).flatten(2)"}, hint=3),
    Mistake("spatial-no-biases",
            convention("the two convolutions have no bias", "the authors' code",
                       "Here, as in the paper, both have one."),
            {"self.wq = nn.Conv2d(channels, inner, 1)": "self.wq = nn.Conv2d(channels, inner, 1, bias=False)",
             "self.wv = nn.Conv2d(channels, inner, 1)": "self.wv = nn.Conv2d(channels, inner, 1, bias=False)"}),
    Mistake("spatial-normalised",
            "There is a LayerNorm on your query. The channel branch has one, after wz, but this branch should have "
            "none.",
            {"self.wv = nn.Conv2d(channels, inner, 1)": """self.wv = nn.Conv2d(channels, inner, 1)
        self.ln = nn.LayerNorm(inner)""",
             "self.wq(x).mean(dim=(2, 3)).softmax(dim=1)": "self.ln(self.wq(x).mean(dim=(2, 3))).softmax(dim=1)"}),
    Mistake("spatial-not-halved", "Your branch keeps all C channels inside. It should keep C // 2.",
            {"half(channels)": "channels"}),
    Mistake("spatial-half-rounded-up", "If C is odd, you round half of it up. Round down: C // 2.",
            {"half(channels)": "(channels + 1) // 2"}),
    Mistake("spatial-no-sigmoid",
            "The sigmoid at the end is missing: your map can be any number, even a negative one. A gate lies between "
            "0 and 1.",
            {"return torch.sigmoid(scores.unflatten(2, x.shape[2:]))": "return (scores.unflatten(2, x.shape[2:]))"},
            hint=3),
    hard_gate("spatial-hard-sigmoid"),
    Mistake("spatial-expanded",
            "You repeat the map in x's shape. Keep its axes of size 1, because the product with x broadcasts them.",
            {"return torch.sigmoid(scores.unflatten(2, x.shape[2:]))":
                 "return torch.sigmoid(scores.unflatten(2, x.shape[2:])).expand_as(x)"}),
    Mistake("spatial-query-without-bias",
            "One of your two convolutions that read x has no bias. Both should have one: keep torch's default.",
            {"self.wq = nn.Conv2d(channels, inner, 1)": "self.wq = nn.Conv2d(channels, inner, 1, bias=False)"}),
    Mistake("spatial-query-as-value",
            "Your wq is made for C // 2 channels, so it can only read wv's output. Both should read x.",
            {"self.wq = nn.Conv2d(channels, inner, 1)": "self.wq = nn.Conv2d(inner, inner, 1)",
             "self.wq(x)": "self.wq(self.wv(x))"}),
    Mistake("spatial-exp",
            "Your softmax or your sigmoid gives NaN for large numbers: above 709 `exp` is infinite in float64, and "
            "infinity divided by infinity is NaN. Use `softmax` and `torch.sigmoid`.",
            {"self.wq(x).mean(dim=(2, 3)).softmax(dim=1)":
                 "(lambda e: e / e.sum(dim=-1, keepdim=True))(torch.exp(self.wq(x).mean(dim=(2, 3))))"}),
)


EQUIVALENT = (
    "6: Conv2d with dilation=2", "7: Conv2d with dilation=2", "10: softmax -> torch.softmax(x, -1)", "13: clamped",
    "13: sigmoid in place", "13: x detached",
)
