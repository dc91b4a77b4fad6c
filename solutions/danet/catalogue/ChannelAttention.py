"""What learners write for `ChannelAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import attention_dropout, overflow
from solutions.shared.position_attention import with_gamma

CHANNEL_POSITIONS_DO_NOT_FIT = ("Your energies are N x N: X transposed times X compares positions. Compare channels: "
                                "multiply X, (C, N), by X transposed, (N, C).")
CHANNEL_SCRAMBLED_ENERGIES = ("You try to swap the axes C and N with `reshape` or `view`. Neither of them swaps "
                              "axes, so channels and positions are mixed up. X is x.flatten(2), and X transposed is "
                              "X.transpose(1, 2).")
CHANNEL_MAXIMUM_MINUS_SOFTMAX = ("With negate=True you reverse the order of the weights, after the softmax, so they "
                                 "no longer sum to 1. Reverse the order of the energies instead, before the softmax.")

RIGHT = {
    "channel-as-published": """
class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))
        self.softmax = nn.Softmax(dim=-1)

    def attention(self, x):
        b, c, h, w = x.size()
        q = x.reshape(b, c, -1)
        k = x.reshape(b, c, -1).permute(0, 2, 1)
        energy = torch.bmm(q, k)
        if self.negate:
            energy = torch.max(energy, -1, keepdim=True)[0].expand_as(energy) - energy
        return self.softmax(energy)

    def forward(self, x):
        b, c, h, w = x.size()
        out = torch.bmm(self.attention(x), x.reshape(b, c, -1)).view(b, c, h, w)
        return self.gamma * out + x
""",
    "flatten": """
# attention between channels: flatten
class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)
""",
}

HINTS = {"Transpose the first one": 1, "takes the maximum over": 2}

MISTAKES = (
    *with_gamma("channel", "A X"),
    Mistake("channel-positions",
            "Your matrix is N x N, so it compares positions. (A widely read post describes this branch that way.) "
            "Compare channels: multiply X, (C, N), by X transposed, (N, C).",
            {"channels @ channels.transpose(1, 2)": "channels.transpose(1, 2) @ channels",
             "self.attention(x) @ x.flatten(2)": "x.flatten(2) @ self.attention(x).transpose(1, 2)"}, hint=1),
    Mistake("channel-positions-columns", CHANNEL_POSITIONS_DO_NOT_FIT,
            {"channels @ channels.transpose(1, 2)": "channels.transpose(1, 2) @ channels",
             "self.attention(x) @ x.flatten(2)": "x.flatten(2) @ self.attention(x)"}, hint=1),
    Mistake("channel-scrambled-all", CHANNEL_SCRAMBLED_ENERGIES,
            {"channels = x.flatten(2)": "channels = x.reshape(len(x), -1, x.shape[1]).transpose(1, 2)",
             "self.attention(x) @ x.flatten(2)":
                 "self.attention(x) @ x.reshape(len(x), -1, x.shape[1]).transpose(1, 2)"}),
    Mistake("channel-from-the-right",
            "You multiply X transposed by A, which gives (B, N, C). If you read that as (B, C, N), channels and "
            "positions are mixed up. Each channel should gather with its own row of A: A times X.",
            {"self.attention(x) @ x.flatten(2)":
                 "(x.flatten(2).transpose(1, 2) @ self.attention(x)).reshape(len(x), x.shape[1], -1)"}, hint=1),
    Mistake("channel-map-transposed",
            "Your `attention` returns the map transposed: its columns sum to 1. Row i should hold the weights that "
            "channel i gives to all channels.",
            {"torch.softmax(energy, dim=-1)": "torch.softmax(energy, dim=-1).transpose(1, 2)",
             "self.attention(x) @ x.flatten(2)": "self.attention(x).transpose(1, 2) @ x.flatten(2)"}, hint=1),
    Mistake("channel-energy",
            "Your `attention` returns the energies before the softmax. It should return the "
            "weights.",
            {"torch.softmax(energy, dim=-1)": "energy",
             "self.attention(x) @ x.flatten(2)": "torch.softmax(self.attention(x), dim=-1) @ x.flatten(2)"}, hint=3),
    Mistake("channel-always-negated",
            "The argument `negate` has no effect: your module always reverses the order of the energies, as the "
            "authors' code does. With negate=False, leave them as they are.", {"if self.negate:": "if True:"}, hint=3),
    Mistake("channel-exchanged",
            "negate=True and negate=False have changed places. Reverse the order of the energies only if negate is "
            "True.", {"if self.negate:": "if not self.negate:"}),
    Mistake("channel-maximum-minus-softmax", CHANNEL_MAXIMUM_MINUS_SOFTMAX,
            {"""if self.negate:
            energy = energy.amax(dim=-1, keepdim=True) - energy
        """: "",
             "return torch.softmax(energy, dim=-1)":
                 "return energy.amax(dim=-1, keepdim=True) - torch.softmax(energy, dim=-1) if self.negate else "
                 "torch.softmax(energy, dim=-1)"}, hint=3),
    Mistake("channel-minus-softmax", CHANNEL_MAXIMUM_MINUS_SOFTMAX,
            {"""if self.negate:
            energy = energy.amax(dim=-1, keepdim=True) - energy
        """: "",
             "return torch.softmax(energy, dim=-1)":
                 "return -torch.softmax(energy, dim=-1) if self.negate else torch.softmax(energy, dim=-1)"}, hint=3),
    Mistake("channel-maximum-minus-weights", CHANNEL_MAXIMUM_MINUS_SOFTMAX,
            {"""if self.negate:
            energy = energy.amax(dim=-1, keepdim=True) - energy
        """: "",
             "return torch.softmax(energy, dim=-1)":
                 "return torch.softmax(energy, dim=-1).amax(dim=-1, keepdim=True) - torch.softmax(energy, dim=-1) "
                 "if self.negate else torch.softmax(energy, dim=-1)"}, hint=3),
    overflow("channel-exp", "energies",
             {"return torch.softmax(energy, dim=-1)": """e = torch.exp(energy)
        return e / e.sum(dim=-1, keepdim=True)"""}),
    Mistake("channel-weights-inverted",
            "With negate=True you reverse the order of the weights, after the softmax. Reverse the order of the "
            "energies instead, before the softmax.",
            {"""if self.negate:
            energy = energy.amax(dim=-1, keepdim=True) - energy
        """: "",
             "return torch.softmax(energy, dim=-1)": """weights = torch.softmax(energy, dim=-1)
        return 1 - weights if self.negate else weights"""},
            hint=3),
    Mistake("channel-normalised",
            "You normalise the channels to length 1 before comparing them (a cosine). Compare them as they are.",
            {"channels = x.flatten(2)": "channels = nn.functional.normalize(x.flatten(2), dim=2)"}),
    Mistake("channel-no-softmax",
            "The softmax is missing: your weights are the raw energies. Take a softmax over the last axis.",
            {"torch.softmax(energy, dim=-1)": "energy"}, hint=3),
    Mistake("channel-sigmoid",
            "You take a sigmoid instead of a softmax, so your rows do not sum to 1. Take a softmax over the last "
            "axis.", {"torch.softmax(energy, dim=-1)": "torch.sigmoid(energy)"}),
    Mistake("channel-means",
            "You compare the means of the channels, one number each, as SE would. Compare the channels position by "
            "position: X times X transposed.",
            {"channels @ channels.transpose(1, 2)":
                 "channels.mean(dim=2)[:, :, None] * channels.mean(dim=2)[:, None]"}, hint=1),
    Mistake("channel-itself-left-out",
            "Your channels give themselves no weight, because you mask the diagonal. Keep it in the softmax like "
            "every other entry.",
            {"return torch.softmax(energy, dim=-1)":
                 """itself = torch.eye(energy.shape[1], dtype=torch.bool, device=x.device)
        return torch.softmax(energy.masked_fill(itself, -torch.inf), dim=-1)"""}),
    attention_dropout("channel-dropout",
                      {"torch.softmax(energy, dim=-1)":
                           "nn.functional.dropout(torch.softmax(energy, dim=-1), 0.1, self.training)"}),
)

WRONG = (
    Wrong("max-tuple", {"E.max(dim=-1, keepdim=True).values - E": "E.max(dim=-1, keepdim=True) - E"}, of="flatten",
          says="unsupported operand type(s) for -"),
    Wrong("no-keepdim", {"E.max(dim=-1, keepdim=True)": "E.max(dim=-1)"}, of="flatten",
          says="size of tensor a (2) must match"),
)

EQUIVALENT = (
    "8: x last two axes exchanged", "10: arguments 0 and 1 of transpose exchanged", "12: amax without dim",
    "12: amax -> mean", "12: energy.amax(dim=-1, keepdim=True) detached", "13: softmax -> torch.softmax(x, -1)",
    "13: clamped", "17: x detached (2)",
)
