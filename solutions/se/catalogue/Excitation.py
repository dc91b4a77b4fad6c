"""What learners write for `Excitation`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import convention, float_width, hard_gate, infinite

RIGHT = {
    "functional-linear": """
# Keeps Linear layers for their weights and computes with F.linear, clamp and the tanh form of the sigmoid.
def _bottleneck(channels, reduction):
    hidden = channels // reduction
    if not hidden:
        raise ValueError("channels (%d) // reduction (%d) is zero" % (channels, reduction))
    return hidden

class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        nn.Module.__init__(self)
        hidden = _bottleneck(channels, reduction)
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, z):
        hidden = F.linear(z, self.fc1.weight).clamp(min=0)
        logits = hidden @ self.fc2.weight.t()
        return 0.5 * (1 + torch.tanh(0.5 * logits))
""",
    "linear-modules": """
# Two Linear layers with module activations.
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, channels, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, z):
        return self.sigmoid(self.fc2(self.relu(self.fc1(z))))
""",
}

HINTS = {"a sigmoid is missing": 3, "Take the ReLU": 3, "no parameters at all": 2, "; raise ": 3}

MISTAKES = (
    Mistake("excitation-no-relu",
            "The ReLU between the two layers is missing. Without it, the two matrices amount to one matrix of low "
            "rank, and the hidden layer adds nothing.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))": "torch.sigmoid(self.fc2(self.fc1(z)))"}, hint=3),
    Mistake("excitation-activations-swapped",
            "You have swapped the two activations: the ReLU belongs after `fc1`, and the sigmoid after `fc2`.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))": "torch.relu(self.fc2(torch.sigmoid(self.fc1(z))))"},
            hint=3),
    hard_gate("excitation-hard-sigmoid"),
    Mistake("excitation-bias",
            convention("both layers have a bias", "timm's SEModule and torchvision's SqueezeExcitation",
                       "Here they have none: pass `bias=False`."),
            {"nn.Linear(channels, hidden, bias=False)": "nn.Linear(channels, hidden)",
             "nn.Linear(hidden, channels, bias=False)": "nn.Linear(hidden, channels)"}, hint=1),
    Mistake("excitation-fixed-reduction",
            "The hidden width is channels // 16 whatever `reduction` is. Use the argument.",
            {"hidden = channels // reduction": "hidden = max(1, channels // 16)"}),
    Mistake("excitation-hidden-is-reduction",
            "The hidden layer has `reduction` channels. The reduction is a divisor, so the width should be channels "
            "// reduction.", {"hidden = channels // reduction": "hidden = reduction"}),
    Mistake("excitation-rounds-up",
            "The hidden width is rounded up if the reduction does not divide the channels. Round down: channels // "
            "reduction.", {"hidden = channels // reduction": "hidden = -(-channels // reduction)"}),
    Mistake("excitation-rounds-to-nearest",
            "The hidden width is rounded to the nearest integer if the reduction does not divide the channels. Round "
            "down: channels // reduction.", {"hidden = channels // reduction": "hidden = round(channels / reduction)"}),
    Mistake("excitation-refuses-remainders",
            "Your ValueError refuses too much. A reduction that does not divide the number of channels is allowed: "
            "the hidden width is then rounded down. Only a hidden width of 0 is an error.",
            {"if not 1 <= reduction <= channels": "if channels % reduction"}, hint=3),
    Mistake("excitation-refuses-one",
            "Your ValueError refuses too much: if channels equals reduction, one hidden unit is left. Only a hidden "
            "width of 0 is an error.", {"if not 1 <= reduction <= channels": "if channels <= reduction"}, hint=3),
    Mistake("excitation-no-error",
            "channels // reduction can be 0, and torch then builds layers without any hidden unit. The gate stays at "
            "0.5 forever. Raise a ValueError that names both numbers.",
            {"""if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """: ""}, hint=3),
    float_width("excitation-float-width", {"hidden = channels // reduction": "hidden = channels / reduction"}),
    infinite("excitation-exp",
             {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                  "(lambda e: e / (1 + e))(torch.exp(self.fc2(torch.relu(self.fc1(z)))))"}),
    Mistake("excitation-reduction-by-default-8",  # the atlas's example of its kind
            "If `reduction` is not given, your code uses 8. The default should be 16.",
            {"reduction: int = 16": "reduction: int = 8"}),
)

WRONG = (
    Wrong("assert",
          {"""if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")""":
               "assert hidden > 0, f'channels={channels} is smaller than reduction={reduction}'"}, of="linear-modules",
          says="raises AssertionError"),
    Wrong("detached-hidden", {"self.relu(self.fc1(z))": "self.relu(self.fc1(z)).detach()"}, of="linear-modules",
          says="Gradients of `fc1.weight`, `z`: no gradient arrives"),
    Wrong("plain-list",
          {" self.fc1": " self.fc",
           "nn.Linear(channels, hidden, bias=False)":
               "[nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels, bias=False)]",
           """self.fc2 = nn.Linear(hidden, channels, bias=False)
        """: "",
           "(self.fc2": "(self.fc[1]",
           "(self.fc1": "(self.fc[0]"}, of="linear-modules", says="`self.fc` is a plain Python container"),
    Wrong("relu6", {"nn.ReLU()": "nn.ReLU6()"}, of="linear-modules", says="first difference is in the input of `fc2`"),
    Wrong("second-bias", {"nn.Linear(hidden, channels, bias=False)": "nn.Linear(hidden, channels)"},
          of="linear-modules", says="biases, but the exercise's layers have none: `fc2.bias`"),
    Wrong("silent-message",
          {"""if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")""": """if hidden == 0:
            raise ValueError('reduction is too large')"""}, of="linear-modules", says="name 7 and 8 in it"),
    Wrong("tied-weights", {"self.fc2.weight.t()": "self.fc1.weight"}, of="functional-linear",
          says="`fc2` is made and never called"),
)

EQUIVALENT = (
    "5: without 1", "5: 1 -> 0", "7: rounded down, at least 1", "12: clamped", "12: relu twice",
    "12: sigmoid in place", "12: relu in place",
)
