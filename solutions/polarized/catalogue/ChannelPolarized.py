"""What learners write for `ChannelPolarized`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import convention, hard_gate, overflow

CHANNEL_WZ_THREE_AXES = ("Your wz gets (B, C // 2, 1). A convolution reads three axes as one image, and here it "
                         "reads B as the channels. Give wz one more axis of size 1: (B, C // 2, 1, 1).")

RIGHT = {
    "channel-as-published": """
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
""",
    "channel-linear-layers": """
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
""",
}

HINTS = {"`ln`": 3, "It should end in a sigmoid": 3, "axes of size 1": 3, "a sigmoid is missing": 3,
         "takes the softmax over": 1, "takes the maximum": 2, "` divides.": 2, "Transpose the second one": 2}

MISTAKES = (
    Mistake("channel-no-softmax",
            "The softmax over the positions is missing. Your weights can be negative and do not sum to 1, so they do "
            "not make a weighted mean.", {"self.wq(x).flatten(2).softmax(dim=2)": "self.wq(x).flatten(2)"}, hint=1),
    Mistake("channel-softmax-axis-one",
            "All your weights are 1, so you add up all positions. Either your softmax runs over the query's channel "
            "axis, which has size 1, or its result is not used. Take the softmax over the H * W positions, and "
            "weight the positions by it.",
            {"self.wq(x).flatten(2).softmax(dim=2)": "self.wq(x).flatten(2).softmax(dim=1)"}, hint=1),
    Mistake("channel-softmax-over-height",
            "Your softmax runs over H alone: each column's weights sum to 1. Flatten H and W into one axis first, so "
            "that the softmax runs over all positions.",
            {"self.wq(x).flatten(2).softmax(dim=2)": "self.wq(x).softmax(dim=2).flatten(2)"}, hint=2),
    Mistake("channel-softmax-over-width",
            "Your softmax runs over W alone: each row's weights sum to 1. Flatten H and W into one axis first, so "
            "that the softmax runs over all positions.",
            {"self.wq(x).flatten(2).softmax(dim=2)": "self.wq(x).softmax(dim=3).flatten(2)"}, hint=2),
    Mistake("channel-sigmoid-weights",
            "Your weights come from a sigmoid. They should come from a softmax over the positions, so that they sum "
            "to 1.", {"self.wq(x).flatten(2).softmax(dim=2)": "torch.sigmoid(self.wq(x).flatten(2))"}, hint=1),
    Mistake("channel-weights-over-sum",
            "You divide the query by its sum. Use a softmax, which takes exp first, so that no weight is negative.",
            {"self.wq(x).flatten(2).softmax(dim=2)":
                 "(lambda q: q / q.sum(dim=2, keepdim=True))(self.wq(x).flatten(2))"}),
    Mistake("channel-log-softmax", "Your weights are logarithms (log_softmax). Take the softmax.",
            {"self.wq(x).flatten(2).softmax(dim=2)": "self.wq(x).flatten(2).log_softmax(dim=2)"}),
    Mistake("channel-softmax-on-value",
            "You take the softmax of the values and not of the query. The query should make the weights: "
            "softmax(wq(x)) over the positions.",
            {"self.wq(x).flatten(2).softmax(dim=2)": "self.wq(x).flatten(2)",
             "self.wv(x).flatten(2)": "self.wv(x).flatten(2).softmax(dim=2)"}),
    Mistake("channel-plain-mean",
            "You take the plain mean of the values, and wq has no effect. Weight the positions by the softmax of "
            "wq(x).", {"values @ weights.transpose(1, 2)": "values.mean(dim=2, keepdim=True)"}, hint=2),
    Mistake("channel-norm-on-four-axes",
            "nn.LayerNorm(C) works on the last axis, and yours gets (B, C, 1, 1). Take the two axes of size 1 away "
            "first: give it (B, C).",
            {"torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]": "torch.sigmoid(self.ln(scores))"}, hint=2),
    Mistake("channel-norm-of-three-axes",
            "nn.LayerNorm([C, 1, 1]) needs (B, C, 1, 1), but yours gets (B, C). Use nn.LayerNorm(C), which takes (B, "
            "C), or leave its input as (B, C, 1, 1).", {"nn.LayerNorm(channels)": "nn.LayerNorm([channels, 1, 1])"},
            hint=2),
    Mistake("channel-norm-of-one-number",
            "Your LayerNorm is made for one number at a time (`[1, 1]`, or 1). A number minus its own mean is 0, so "
            "wz's output would be lost. Make it for the C numbers of an image: nn.LayerNorm(C).",
            {"nn.LayerNorm(channels)": "nn.LayerNorm([1, 1])",
             "torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]": "torch.sigmoid(self.ln(scores))"}, hint=2),
    Mistake("channel-wz-two-axes",
            "A convolution needs two axes after the channels, but one of yours gets (B, C // 2). Give wz the "
            "weighted mean as (B, C // 2, 1, 1).", {"self.wz(summary[:, :, :, None])": "self.wz(summary[:, :, 0])"},
            hint=3),
    Mistake("channel-wz-three-axes", CHANNEL_WZ_THREE_AXES, {"self.wz(summary[:, :, :, None])": "self.wz(summary)"},
            hint=3),
    Mistake("channel-wz-three-axes-reshaped", CHANNEL_WZ_THREE_AXES,
            {"self.wz(summary[:, :, :, None])": "self.wz(summary)",
             "torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]":
                 "torch.sigmoid(self.ln(scores.reshape(len(x), -1)))[:, :, None, None]"}, hint=3),
    Mistake("channel-wz-linear-on-four-axes",
            "A linear layer works on the last axis, but your wz gets axes of size 1 after the C // 2 numbers. Make "
            "wz the 1 x 1 convolution that the exercise names, or pass (B, C // 2) to the linear layer.",
            {"self.wz = nn.Conv2d(inner, channels, 1)": "self.wz = nn.Linear(inner, channels)"}, hint=3),
    Mistake("channel-norm-after-sigmoid",
            "LayerNorm and sigmoid have changed places, so your gates are not between 0 and 1. The order should be "
            "wz, LayerNorm, sigmoid.",
            {"torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]":
                 "self.ln(torch.sigmoid(scores.flatten(1)))[:, :, None, None]"}, hint=3),
    Mistake("channel-norm-before-wz",
            "Your LayerNorm is made for C // 2 numbers. It belongs after wz, which returns C numbers: "
            "nn.LayerNorm(C).",
            {"nn.LayerNorm(channels)": "nn.LayerNorm(inner)",
             "self.wz(summary[:, :, :, None])": "self.wz(self.ln(summary[:, :, 0])[:, :, None, None])",
             "torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]": "torch.sigmoid(scores)"}, hint=3),
    Mistake("channel-batch-norm",
            "Your normalisation is a BatchNorm, over the images of the batch. It should be a LayerNorm, over the C "
            "numbers of one image.", {"nn.LayerNorm(channels)": "nn.BatchNorm1d(channels)"}, hint=2),
    Mistake("channel-norm-fixed",
            "The C weights and C biases of the LayerNorm between wz and the sigmoid are missing. Make it with "
            "nn.LayerNorm(channels).", {"nn.LayerNorm(channels)": "nn.LayerNorm(channels, elementwise_affine=False)"}),
    Mistake("channel-squeezed",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis. Name the "
            "axes to remove.",
            {"torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]":
                 "torch.sigmoid(self.ln(scores.squeeze()))[..., None, None]"}),
    Mistake("channel-wz-without-bias",
            "A bias of C numbers is missing. Both wz and the LayerNorm should have one: keep torch's defaults.",
            {"self.wz = nn.Conv2d(inner, channels, 1)": "self.wz = nn.Conv2d(inner, channels, 1, bias=False)"}),
    Mistake("channel-value-without-bias", "Your wv has no bias. It should have one: keep torch's default.",
            {"self.wv = nn.Conv2d(channels, inner, 1)": "self.wv = nn.Conv2d(channels, inner, 1, bias=False)"}),
    Mistake("channel-values-turned",
            "You swap H and W of your values before you flatten them. The values' positions are then counted column "
            "by column, but the weights' positions are counted row by row. Flatten both in the same way.",
            {"self.wv(x).flatten(2)": "self.wv(x).transpose(2, 3).flatten(2)"}, hint=2),
    Mistake("channel-norm-twice", "The LayerNorm is applied twice. Once is enough.",
            {"torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]":
                 "torch.sigmoid(self.ln(self.ln(scores.flatten(1))))[:, :, None, None]"}),
    Mistake("channel-norm-by-hand",
            "Your norm divides by a standard deviation that is computed with C - 1, the default of `std`. A "
            "LayerNorm computes it with C (`std(unbiased=False)`), and adds 1e-5 to the variance.",
            {"torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]":
                 "(lambda z: torch.sigmoid((z - z.mean(1, keepdim=True)) / z.std(1, keepdim=True) * self.ln.weight "
                 "+ self.ln.bias))(scores.flatten(1))[:, :, None, None]"}),
    Mistake("channel-no-biases",
            convention("the three convolutions have no bias", "the authors' code",
                       "Here, as in the paper, all have one."),
            {"self.wq = nn.Conv2d(channels, 1, 1)": "self.wq = nn.Conv2d(channels, 1, 1, bias=False)",
             "self.wv = nn.Conv2d(channels, inner, 1)": "self.wv = nn.Conv2d(channels, inner, 1, bias=False)",
             "self.wz = nn.Conv2d(inner, channels, 1)": "self.wz = nn.Conv2d(inner, channels, 1, bias=False)"}),
    Mistake("channel-wide-query",
            "Your wq returns C // 2 channels, as in the spatial branch. It should return one channel, a single "
            "weight for each position.",
            {"self.wq = nn.Conv2d(channels, 1, 1)": "self.wq = nn.Conv2d(channels, inner, 1)",
             "values @ weights.transpose(1, 2)": "(values * weights).sum(dim=2, keepdim=True)"}, hint=1),
    Mistake("channel-over-batch",
            "Your softmax runs over the positions of all images of the batch together. Take it over each image's own "
            "positions: keep the batch axis.",
            {"self.wq(x).flatten(2).softmax(dim=2)": "self.wq(x).flatten().softmax(dim=0).view(len(x), 1, -1)"},
            hint=1),
    Mistake("channel-not-halved", "Your branch keeps all C channels inside. It should keep C // 2.",
            {"half(channels)": "channels"}),
    Mistake("channel-half-rounded-up", "If C is odd, you round half of it up. Round down: C // 2.",
            {"half(channels)": "(channels + 1) // 2"}),
    hard_gate("channel-hard-sigmoid"),
    Mistake("channel-expanded",
            "You repeat the gate in x's shape. Keep its axes of size 1, because the product with x broadcasts them.",
            {"return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]":
                 "return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None].expand_as(x)"}),
    Mistake("channel-query-without-bias",
            "One of your two convolutions that read x has no bias. Both should have one: keep torch's default.",
            {"self.wq = nn.Conv2d(channels, 1, 1)": "self.wq = nn.Conv2d(channels, 1, 1, bias=False)"}),
    Mistake("channel-query-as-value",
            "Your wq is made for C // 2 channels, so it can only read wv's output. Both should read x.",
            {"self.wq = nn.Conv2d(channels, 1, 1)": "self.wq = nn.Conv2d(inner, 1, 1)",
             "self.wq(x)": "self.wq(self.wv(x))"}),
    overflow("channel-exp", "scores",
             {"self.wq(x).flatten(2).softmax(dim=2)":
                  "(lambda e: e / e.sum(dim=-1, keepdim=True))(torch.exp(self.wq(x).flatten(2)))"}),
)


EQUIVALENT = (
    "6: Conv2d with dilation=2", "7: Conv2d with dilation=2", "8: Conv2d with dilation=2", "8: Conv2d with stride=2",
    "11: x last two axes exchanged", "12: softmax -> torch.softmax(x, -1)",
    "14: arguments 0 and 1 of transpose exchanged", "15: parts 2 and 3 of the subscript exchanged",
    "15: subscript without part 0", "16: last two axes exchanged", "16: clamped", "16: sigmoid in place",
)
