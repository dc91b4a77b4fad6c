"""What learners write for `Excitation`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import convention, defaults, float_width, hard_gate, infinite

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

MISTAKES = (
    Mistake("excitation-softmax",
            "Your gate ends in a softmax, so the channels compete and their weights sum to 1. With 512 channels, the "
            "average weight is only 1/512. SE uses a sigmoid: each channel is opened or closed on its own.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 "torch.softmax(self.fc2(torch.relu(self.fc1(z))), dim=-1)"}),
    Mistake("excitation-no-sigmoid",
            "The sigmoid at the end is missing: your weights can be any real numbers, even negative ones. A gate "
            "lies between 0 and 1.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))": "self.fc2(torch.relu(self.fc1(z)))"}, hint=3),
    Mistake("excitation-no-relu",
            "The ReLU between the two layers is missing. Without it, the two matrices amount to one matrix of low "
            "rank, and the hidden layer adds nothing.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))": "torch.sigmoid(self.fc2(self.fc1(z)))"}, hint=3),
    Mistake("excitation-activations-swapped",
            "You have swapped the two activations: the ReLU belongs after `fc1`, and the sigmoid after `fc2`.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))": "torch.relu(self.fc2(torch.sigmoid(self.fc1(z))))"},
            hint=3),
    Mistake("excitation-relu-at-end",
            "There is a ReLU right before the sigmoid, so every weight is 0.5 or more and the gate can no longer "
            "close. Leave that ReLU out.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 "torch.sigmoid(torch.relu(self.fc2(torch.relu(self.fc1(z)))))"}),
    Mistake("excitation-double-sigmoid",
            "The sigmoid is applied twice, so all your weights lie between 0.5 and 0.73. Such a gate can neither "
            "open nor close: apply the sigmoid once.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 "torch.sigmoid(torch.sigmoid(self.fc2(torch.relu(self.fc1(z)))))"}),
    Mistake("excitation-relu-late",
            "The ReLU comes after the second layer. It belongs between the two: fc1, ReLU, fc2, sigmoid.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))": "torch.sigmoid(torch.relu(self.fc2(self.fc1(z))))"},
            hint=3),
    Mistake("excitation-leaky-relu",
            "The hidden layer lets part of every negative number through (a leaky ReLU). SE has a plain ReLU there.",
            {"torch.relu(self.fc1(z))": "nn.functional.leaky_relu(self.fc1(z))"}),
    Mistake("excitation-complement",
            "Your gate is 1 minus SE's gate, so it closes the channels that should be open and opens the others. "
            "Return the sigmoid's output as it is.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 "1 - torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))"}),
    Mistake("excitation-tanh",
            "Your gate ends in a tanh, so weights can be negative and flip a channel's sign. A gate ends in a "
            "sigmoid.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))": "torch.tanh(self.fc2(torch.relu(self.fc1(z))))"}),
    hard_gate("excitation-hard-sigmoid"),
    Mistake("excitation-applies-gate",
            "Your Excitation multiplies its input by the gate. Return the gate itself; the SE block applies it to "
            "the image.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 "z * torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))"}),
    Mistake("excitation-four-axes",
            "Your gate has shape (B, C, 1, 1). Here it should stay (B, C). The SE block adds the two axes when it "
            "applies the gate.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 "torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))[:, :, None, None]"}),
    Mistake("excitation-bias",
            convention("both layers have a bias", "timm's SEModule and torchvision's SqueezeExcitation",
                       "Here they have none: pass `bias=False`."),
            {"nn.Linear(channels, hidden, bias=False)": "nn.Linear(channels, hidden)",
             "nn.Linear(hidden, channels, bias=False)": "nn.Linear(hidden, channels)"}, hint=1),
    Mistake("excitation-fixed-reduction",
            "The hidden width is channels // 16 whatever `reduction` is. Use the argument.",
            {"hidden = channels // reduction": "hidden = max(1, channels // 16)"}),
    Mistake("excitation-fixed-reduction-guarded",
            "The hidden width is channels // 16 whatever `reduction` is. Use the argument.",
            {"if not 1 <= reduction <= channels": "if channels // 16 == 0",
             "hidden = channels // reduction": "hidden = channels // 16"}),
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
    Mistake("excitation-at-least-one",
            "A hidden width of 0 is silently made 1. channels=8 with reduction=16 is almost certainly a typo: raise "
            "a ValueError that names both numbers.",
            {"""if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """: "",
             "hidden = channels // reduction": "hidden = max(1, channels // reduction)"}, hint=3),
    Mistake("excitation-no-error",
            "channels // reduction can be 0, and torch then builds layers without any hidden unit. The gate stays at "
            "0.5 forever. Raise a ValueError that names both numbers.",
            {"""if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """: ""}, hint=3),
    Mistake("excitation-wrong-axis",
            "Your gate goes through a softmax over the batch: images of one batch compete with each other. Use a "
            "sigmoid.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 "torch.softmax(self.fc2(torch.relu(self.fc1(z))), dim=0)"}),
    float_width("excitation-float-width", {"hidden = channels // reduction": "hidden = channels / reduction"}),
    infinite("excitation-exp",
             {"torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                  "(lambda e: e / (1 + e))(torch.exp(self.fc2(torch.relu(self.fc1(z)))))"}),
    Mistake("excitation-layers-in-forward",
            "Your module has no parameters at all. Make the two layers in `__init__` and keep them as attributes, "
            "`self.fc1 = ...`. A layer that is made in `forward` is a new one on every call, with random weights, "
            "and no optimiser ever trains it.",
            {"hidden = channels // reduction": "self.channels, self.hidden = channels, channels // reduction",
             """        self.fc1 = nn.Linear(channels, hidden, bias=False)
""": "",
             """        self.fc2 = nn.Linear(hidden, channels, bias=False)
""": "",
             "return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))":
                 """fc1 = nn.Linear(self.channels, self.hidden, bias=False).to(z)
        fc2 = nn.Linear(self.hidden, self.channels, bias=False).to(z)
        return torch.sigmoid(fc2(torch.relu(fc1(z))))"""}, hint=2),
    *defaults("excitation", "reduction: int = 16", 8, 4),
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
