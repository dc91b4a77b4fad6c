"""What learners write for `ChannelGate`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import convention, float_width, hard_gate, infinite

RIGHT = {
    "gate-both-at-once": """
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
""",
    "gate-one-second-layer": """
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
""",
}

HINTS = {"a sigmoid is missing": 3, "Take the ReLU": 3, "axes of size 1": 3, "; raise ": 3}

MISTAKES = (
    Mistake("gate-mean-only",
            "Your gate uses the mean alone, as SE does. CBAM sends the maximum through the same mlp and adds the two "
            "results.",
            {"self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))": "self.mlp(x.mean(dim=(2, 3)))"}, hint=1),
    Mistake("gate-max-only",
            "Your gate uses the maximum alone. The mean goes through the same mlp, and the two results are added.",
            {"self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))": "self.mlp(x.amax(dim=(2, 3)))"}, hint=1),
    Mistake("gate-mean-twice",
            "You add the mean's result to itself, and the maximum is not used. Look at the names in your sum: one of "
            "them should be the maximum's.",
            {"self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))": "2 * self.mlp(x.mean(dim=(2, 3)))"}),
    Mistake("gate-pooled-added",
            "You add the mean and the maximum first and send the sum through the mlp. Call the mlp on each of them "
            "separately, and add the two results. Because of the ReLU, the two ways give different numbers.",
            {"self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))":
                 "self.mlp(x.mean(dim=(2, 3)) + x.amax(dim=(2, 3)))"}, hint=1),
    Mistake("gate-pooled-averaged",
            "You send the average of the mean and the maximum through the mlp. Call the mlp on each of them "
            "separately, and add the two results.",
            {"self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))":
                 "self.mlp((x.mean(dim=(2, 3)) + x.amax(dim=(2, 3))) / 2)"}, hint=1),
    Mistake("gate-larger-score", "You take the larger of the mlp's two results. CBAM adds them.",
            {"self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))":
                 "torch.maximum(self.mlp(x.mean(dim=(2, 3))), self.mlp(x.amax(dim=(2, 3))))"}),
    Mistake("gate-two-sigmoids-added",
            "You add two sigmoids, so your weights lie between 0 and 2. Add the two results of the mlp first, then "
            "take one sigmoid.",
            {"torch.sigmoid(scores)[:, :, None, None]":
                 "(torch.sigmoid(self.mlp(x.mean(dim=(2, 3)))) + torch.sigmoid(self.mlp(x.amax(dim=(2, 3)))))[:, "
                 ":, None, None]"}, hint=3),
    Mistake("gate-two-sigmoids-multiplied",
            "You multiply two sigmoids. Add the two results of the mlp first, then take one sigmoid.",
            {"torch.sigmoid(scores)[:, :, None, None]":
                 "(torch.sigmoid(self.mlp(x.mean(dim=(2, 3)))) * torch.sigmoid(self.mlp(x.amax(dim=(2, 3)))))[:, "
                 ":, None, None]"}, hint=3),
    Mistake("gate-two-sigmoids-averaged",
            "You average two sigmoids. Add the two results of the mlp first, then take one sigmoid.",
            {"torch.sigmoid(scores)[:, :, None, None]":
                 "(torch.sigmoid(self.mlp(x.mean(dim=(2, 3)))) + torch.sigmoid(self.mlp(x.amax(dim=(2, 3)))))[:, "
                 ":, None, None] / 2"}, hint=3),
    Mistake("gate-concatenated",
            "You put the mean and the maximum side by side, so your mlp takes 2C numbers. It should take C: call it "
            "once on the mean and once on the maximum, with the same weights.",
            {"nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))":
                 "nn.Sequential(nn.Linear(2 * channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))",
             "self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))":
                 "self.mlp(torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1))"}, hint=1),
    Mistake("gate-two-mlps",
            "You have one mlp for the mean and another for the maximum. CBAM uses one mlp for both: call `self.mlp` "
            "twice.",
            {"self.mlp = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))":
                 "self.mlp, self.mlp_max = (nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), "
                 "nn.Linear(hidden, channels)) for _ in range(2))",
             "self.mlp(x.amax(dim=(2, 3)))": "self.mlp_max(x.amax(dim=(2, 3)))"}, hint=1),
    Mistake("gate-no-bias",
            convention("the two layers have no bias", "timm's CbamModule",
                       "Here they have one: leave `bias` at its default."),
            {"nn.Linear(channels, hidden)": "nn.Linear(channels, hidden, bias=False)",
             "nn.Linear(hidden, channels)": "nn.Linear(hidden, channels, bias=False)"}),
    Mistake("gate-expanded",
            "You expand the gate to (B, C, H, W). Return it as (B, C, 1, 1), because the product stretches axes of "
            "size 1.",
            {"torch.sigmoid(scores)[:, :, None, None]": "torch.sigmoid(scores)[:, :, None, None].expand_as(x)"}),
    Mistake("gate-largest-size",
            "You take the largest absolute value. Leave out the `abs`: the maximum of -5 and 2 is 2.",
            {"x.amax(dim=(2, 3))": "x.abs().amax(dim=(2, 3))"}),
    Mistake("gate-indices",
            "You use the second part of max's result, the positions of the maxima. Use the first part, the maxima "
            "themselves.", {"x.amax(dim=(2, 3))": "x.flatten(2).max(dim=2)[1].to(x)"}, hint=2),
    Mistake("gate-max-pair",
            "`x.max(dim=...)` returns a pair: the maxima and their positions. Take the first part, or use "
            "`x.amax(dim=(2, 3))`.", {"x.amax(dim=(2, 3))": "x.flatten(2).max(dim=2)"}, hint=2),
    Mistake("gate-max-two-axes", "`x.max` takes a single axis. `x.amax(dim=(2, 3))` takes the maximum over both.",
            {"x.amax(dim=(2, 3))": "x.max(dim=(2, 3))"}, hint=2),
    Mistake("gate-max-two-axes-kept", "`x.max` takes a single axis. `x.amax(dim=(2, 3))` takes the maximum over both.",
            {"x.amax(dim=(2, 3))": "x.max(dim=(2, 3), keepdim=True)"}, hint=2),
    Mistake("gate-over-channels",
            "You pool over the channels and keep the positions: that is the spatial gate's job. Here you should pool "
            "over H and W, so that each channel keeps two numbers.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=1).flatten(1)", "x.amax(dim=(2, 3))": "x.amax(dim=1).flatten(1)"}),
    Mistake("gate-square-window",
            "Your pooling treats the map as square, because it uses the height for both sides. Maps are often not "
            "square: pool over H and over W.",
            {"x.mean(dim=(2, 3))": "nn.functional.avg_pool2d(x, x.shape[2]).flatten(1)",
             "x.amax(dim=(2, 3))": "nn.functional.max_pool2d(x, x.shape[2]).flatten(1)"}, hint=2),
    Mistake("gate-fixed-reduction", "The hidden width is channels // 16 whatever `reduction` says. Use the argument.",
            {"hidden = channels // reduction": "hidden = max(1, channels // 16)"}),
    Mistake("gate-fixed-reduction-guarded",
            "The hidden width is channels // 16 whatever `reduction` says. Use the argument.",
            {"if not 1 <= reduction <= channels": "if channels // 16 == 0",
             "hidden = channels // reduction": "hidden = channels // 16"}),
    Mistake("gate-hidden-is-reduction",
            "The hidden layer has `reduction` numbers. The reduction is a divisor, so the width should be channels "
            "// reduction.", {"hidden = channels // reduction": "hidden = reduction"}),
    Mistake("gate-rounds-up",
            "The hidden width is rounded up if the reduction does not divide the channels. Round down: channels // "
            "reduction.", {"hidden = channels // reduction": "hidden = -(-channels // reduction)"}),
    Mistake("gate-refuses-remainders",
            "Your ValueError refuses too much. A reduction that does not divide the number of channels is allowed: "
            "the hidden width is then rounded down. Raise the error only if the hidden width is 0.",
            {"if not 1 <= reduction <= channels": "if channels % reduction"}, hint=3),
    Mistake("gate-max-detached",
            "The numbers are right, but no gradient reaches x through the maximum. Leave out the `detach()`, `.data` "
            "or `no_grad()` that cuts it off.", {"x.amax(dim=(2, 3))": "x.detach().amax(dim=(2, 3))"}),
    Mistake("gate-keeps-axes",
            "Your pooled tensors are (B, C, 1, 1), and a linear layer works on the last axis. Pool to (B, C), "
            "without `keepdim`, and add the two axes after the sigmoid.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True)",
             "x.amax(dim=(2, 3))": "x.amax(dim=(2, 3), keepdim=True)"}, hint=3),
    Mistake("gate-maximum-over-rows",
            "`x.max(dim=2)` takes the maximum over H alone, and W is still there. `x.amax(dim=(2, 3))` takes it over "
            "both.", {"x.amax(dim=(2, 3))": "x.max(dim=2)[0]"}, hint=2),
    Mistake("gate-maximum-of-a-pair",
            "`x.max(dim=...)` returns a pair, the maxima and their positions. A pair has no `.max`, so your second "
            "`.max` fails. `x.amax(dim=(2, 3))` takes both axes at once.",
            {"x.amax(dim=(2, 3))": "x.max(dim=2).max(dim=2)"}, hint=2),
    float_width("channel-float-width", {"hidden = channels // reduction": "hidden = channels / reduction"}),
    infinite("channel-exp",
             {"torch.sigmoid(scores)[:, :, None, None]":
                  "(lambda e: e / (1 + e))(torch.exp(scores))[:, :, None, None]"}),
    hard_gate("gate-hard-sigmoid"),
)


EQUIVALENT = (
    "5: without 1", "5: 1 -> 0", "7: rounded down, at least 1", "10: x last two axes exchanged", "11: Add in place",
    "12: sigmoid in place", "12: last two axes exchanged", "12: clamped",
)
