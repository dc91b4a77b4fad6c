"""What learners write for `ConvFFN`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import convention, detached, dropout, input_detached

RIGHT = {
    "ffn-sequential": """
class ConvFFN(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, hidden_channels, 1), nn.GELU(),
            nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels),
            nn.Conv2d(hidden_channels, out_channels, 1))

    def forward(self, x):
        return self.layers(x)
""",
    "ffn-linear": """
class ConvFFN(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(in_channels, hidden_channels), nn.Linear(hidden_channels, out_channels)
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)

    def forward(self, x):
        h = self.fc1(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        h = self.dwconv(0.5 * h * (1 + torch.erf(h / 2 ** 0.5)))
        return self.fc2(h.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
""",
}

MISTAKES = (
    Mistake("ffn-no-gelu", "The GELU is missing. It belongs between fc1 and dwconv.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "self.fc2(self.dwconv(self.fc1(x)))"}, hint=2),
    Mistake("ffn-relu", "You use a ReLU between fc1 and dwconv. It should be a GELU.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "self.fc2(self.dwconv(torch.relu(self.fc1(x))))"}),
    Mistake("ffn-silu", "You use a SiLU, as in AttnMap. In ConvFFN it should be a GELU.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "self.fc2(self.dwconv(F.silu(self.fc1(x))))"}),
    Mistake("ffn-gelu-by-tanh", "Your GELU is the tanh approximation. Use the exact one, torch's default.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                 "self.fc2(self.dwconv(F.gelu(self.fc1(x), approximate='tanh')))"}),
    Mistake("ffn-gelu-after-dwconv",
            convention("the GELU comes after dwconv", "timm's pvt_v2",
                       "Here it comes between fc1 and dwconv."),
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "self.fc2(F.gelu(self.dwconv(self.fc1(x))))"}),
    Mistake("ffn-gelu-twice", "There is a GELU after dwconv too. Nothing belongs between dwconv and fc2.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "self.fc2(F.gelu(self.dwconv(F.gelu(self.fc1(x)))))"},
            hint=2),
    Mistake("ffn-gelu-last", "A GELU follows fc2. Return fc2's output as it is.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "F.gelu(self.fc2(self.dwconv(F.gelu(self.fc1(x)))))"},
            hint=2),
    Mistake("ffn-dwconv-last",
            "Your dwconv is made for out_channels, so it fits only behind fc2. It should come between the GELU and fc2, "
            "on hidden_channels.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "out_channels, out_channels, kernel_size, stride, kernel_size // 2, groups=out_channels)",
             "self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "self.dwconv(self.fc2(F.gelu(self.fc1(x))))"}),
    Mistake("ffn-dwconv-first",
            "Your dwconv is made for in_channels, so it fits only before fc1. It should come between the GELU and fc2, "
            "on hidden_channels.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "in_channels, in_channels, kernel_size, stride, kernel_size // 2, groups=in_channels)",
             "self.fc2(self.dwconv(F.gelu(self.fc1(x))))": "self.fc2(F.gelu(self.fc1(self.dwconv(x))))"}),
    Mistake("ffn-no-dwconv", "dwconv is made, but its result is not used. It should come between the GELU and fc2.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                 "self.fc2(F.gelu(self.fc1(x))[:, :, ::self.dwconv.stride[0], ::self.dwconv.stride[0]])"}, hint=2),
    Mistake("ffn-dense", "Your dwconv mixes all channels. It should be depth-wise, with groups=hidden_channels.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2)"}),
    Mistake("ffn-shortcut",
            "You add x to the result (if the shapes allow it). ConvFFN has no shortcut, because CloBlock adds one.",
            {"return self.fc2(self.dwconv(F.gelu(self.fc1(x))))": """y = self.fc2(self.dwconv(F.gelu(self.fc1(x))))
        return x + y if x.shape == y.shape else y"""}),
    Mistake("ffn-inner-shortcut", "There is a shortcut around dwconv. ConvFFN has none.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                 "(lambda h: self.fc2(self.dwconv(h) + h if self.dwconv.stride[0] == 1 else "
                 "self.dwconv(h)))(F.gelu(self.fc1(x)))"}),
    Mistake("ffn-no-padding", "The padding of dwconv is missing. It should be kernel_size // 2.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, kernel_size, stride, 0, groups=hidden_channels)"}),
    Mistake("ffn-padding-1", "Your padding is 1, whatever the kernel is. It should be kernel_size // 2.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, kernel_size, stride, 1, groups=hidden_channels)"}),
    Mistake("ffn-kernel-3", "Your kernel is 3, whatever kernel_size is. Use the argument.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, 3, stride, 1, groups=hidden_channels)"}),
    Mistake("ffn-stride-ignored", "The argument stride has no effect. Pass it to dwconv.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, kernel_size, 1, kernel_size // 2, groups=hidden_channels)"},
            hint=1),
    Mistake("ffn-stride-2", "Your stride is 2, whatever the argument says. Use the argument.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, kernel_size, 2, kernel_size // 2, groups=hidden_channels)"}),
    Mistake("ffn-stride-in-fc1",
            "Your fc1 has the stride, so three quarters of the positions are never looked at. Give the stride to "
            "dwconv.",
            {"self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)":
                 "self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1, stride)",
             "hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, kernel_size, 1, kernel_size // 2, groups=hidden_channels)"},
            hint=1),
    Mistake("ffn-stride-by-pooling",
            "You average windows after dwconv to shrink the map. Give dwconv itself the stride.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 """hidden_channels, hidden_channels, kernel_size, 1, kernel_size // 2, groups=hidden_channels)
        self.stride = stride""",
             "self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                 "self.fc2(F.avg_pool2d(self.dwconv(F.gelu(self.fc1(x))), self.stride, ceil_mode=True))"}, hint=1),
    Mistake("ffn-dwconv-no-bias", "fc1 or dwconv has no bias. Keep torch's default in both.",
            {"hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)":
                 "hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels, "
                 "bias=False)"}),
    Mistake("ffn-fc2-no-bias", "fc2 has no bias. Keep torch's default.",
            {"self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)":
                 "self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1, bias=False)"}),
    Mistake("ffn-bn", "A BatchNorm follows dwconv. Nothing belongs between dwconv and fc2.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                 "self.fc2(F.batch_norm(self.dwconv(F.gelu(self.fc1(x))), None, None, training=True))"}, hint=2),
    dropout("ffn-dropout",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                 "F.dropout(self.fc2(self.dwconv(F.gelu(self.fc1(x)))), 0.1, self.training)"}),
    Mistake("ffn-fc1-3", "fc1 has a kernel of 3. Both fc1 and fc2 should be 1x1 convolutions.",
            {"self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)":
                 "self.fc1 = nn.Conv2d(in_channels, hidden_channels, 3, padding=1)"}),
    Mistake("ffn-sides-exchanged",
            "You swap rows and columns before dwconv and swap them back afterwards, so dwconv's kernels act as if "
            "they were transposed. Call dwconv on the map as it is.",
            {"self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                 "self.fc2(self.dwconv(F.gelu(self.fc1(x)).transpose(2, 3)).transpose(2, 3))"}),
    detached("ffn-detached", "the result is detached, so no layer before it would ever learn",
             {"return self.fc2(self.dwconv(F.gelu(self.fc1(x))))":
                  "return (self.fc2(self.dwconv(F.gelu(self.fc1(x))))).detach()"}),
    input_detached("ffn-input-detached", {"self.fc1(x)": "self.fc1(x.detach())"}),
)

WRONG = (
    Wrong("odd-positions",
          {"self.fc1 ": """self.stride = stride
        self.fc1 """,
           """nn.Conv2d(
            hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)""":
               "nn.Conv2d(hidden_channels, hidden_channels, kernel_size, padding=kernel_size // 2, "
               "groups=hidden_channels)",
           "return self.fc2(self.dwconv(F.gelu(self.fc1(x))))": """x = F.gelu(self.fc1(x))
        x = self.dwconv(x)[:, :, self.stride - 1::self.stride, self.stride - 1::self.stride]
        return self.fc2(x)"""},
          says="Expected shape"),
    Wrong("out-is-in",
          {"""nn.Conv2d(
            hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)""":
               "nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, "
               "groups=hidden_channels)",
           "out_channels, 1": "in_channels, 1",
           "return self.fc2(self.dwconv(F.gelu(self.fc1(x))))": """x = F.gelu(self.fc1(x))
        x = self.dwconv(x)
        return self.fc2(x)"""},
          says="The parameters are not the ones that the exercise asks for"),
    Wrong("padding-minus-stride",
          {"""nn.Conv2d(
            hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)""":
               "nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=(kernel_size - "
               "stride) // 2, groups=hidden_channels)",
           "return self.fc2(self.dwconv(F.gelu(self.fc1(x))))": """x = F.gelu(self.fc1(x))
        x = self.dwconv(x)
        return self.fc2(x)"""},
          says="Expected shape"),
)

EQUIVALENT = (
    "5: Conv2d with dilation=2", "7: Conv2d with dilation=2",
)
