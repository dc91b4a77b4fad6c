"""What learners write for `AttnMap`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import infinite

RIGHT = {
    "map-sequential": """
class AttnMap(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.act_block = nn.Sequential(nn.Conv2d(dim, dim, 1), nn.SiLU(), nn.Conv2d(dim, dim, 1))

    def forward(self, x):
        return self.act_block(x)
""",
    "map-linear": """
class AttnMap(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.conv1, self.conv2 = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x):
        z = self.conv1(x.permute(0, 2, 3, 1))
        return self.conv2(z * torch.sigmoid(z)).permute(0, 3, 1, 2)
""",
}

HINTS = {"Take the SiLU": 1, "one tanh too many": 2, "one sigmoid too many": 2, "`conv2`": 2, "takes the ReLU": 1,
         "takes the SiLU": 2}

MISTAKES = (
    Mistake("map-silu-first", "Your SiLU comes before conv1. It should come between the convolutions.",
            {"F.silu(self.conv1(x))": "self.conv1(F.silu(x))"}),
    Mistake("map-exchanged", "conv1 and conv2 have changed places: conv1 should come first.",
            {"self.conv2(F.silu(self.conv1(x)))": "self.conv1(F.silu(self.conv2(x)))"}),
    Mistake("map-kernel-3",
            "Your kernels are 3 x 3. They should be 1 x 1, because AttnConv has mixed the neighbours already.",
            {"self.conv1 = nn.Conv2d(dim, dim, 1)": "self.conv1 = nn.Conv2d(dim, dim, 3, padding=1)",
             "self.conv2 = nn.Conv2d(dim, dim, 1)": "self.conv2 = nn.Conv2d(dim, dim, 3, padding=1)"}),
    Mistake("map-depth-wise",
            "Your convolutions are depth-wise (groups=dim), so channels are never mixed. Here every output channel "
            "should read all input channels.",
            {"self.conv1 = nn.Conv2d(dim, dim, 1)": "self.conv1 = nn.Conv2d(dim, dim, 1, groups=dim)",
             "self.conv2 = nn.Conv2d(dim, dim, 1)": "self.conv2 = nn.Conv2d(dim, dim, 1, groups=dim)"}),
    Mistake("map-no-bias", "Your convolutions have no bias. Keep torch's default.",
            {"self.conv1 = nn.Conv2d(dim, dim, 1)": "self.conv1 = nn.Conv2d(dim, dim, 1, bias=False)",
             "self.conv2 = nn.Conv2d(dim, dim, 1)": "self.conv2 = nn.Conv2d(dim, dim, 1, bias=False)"}),
    Mistake("map-bottleneck",
            "You have fewer than dim channels between the convolutions. Both convolutions should go from dim to dim.",
            {"self.conv1 = nn.Conv2d(dim, dim, 1)": "self.conv1 = nn.Conv2d(dim, (dim + 1) // 2, 1)",
             "self.conv2 = nn.Conv2d(dim, dim, 1)": "self.conv2 = nn.Conv2d((dim + 1) // 2, dim, 1)"}),
    Mistake("map-wide",
            "You have more than dim channels between the convolutions. Both convolutions should go from dim to dim.",
            {"self.conv1 = nn.Conv2d(dim, dim, 1)": "self.conv1 = nn.Conv2d(dim, 4 * dim, 1)",
             "self.conv2 = nn.Conv2d(dim, dim, 1)": "self.conv2 = nn.Conv2d(4 * dim, dim, 1)"}),
    infinite("map-naive-sigmoid",
             {"F.silu(self.conv1(x))": "(lambda z: z * (lambda e: e / (1 + e))(torch.exp(z)))(self.conv1(x))"}),
    Mistake("map-normed", "You put a BatchNorm between the convolutions. Only a SiLU belongs there.",
            {"F.silu(self.conv1(x))": "F.silu(F.batch_norm(self.conv1(x), None, None, training=True))"}, hint=2),
)

WRONG = (
    Wrong("forgot-return",
          {"return self.conv2(F.silu(self.conv1(x)))": """x = self.conv1(x)
        x = F.silu(x)
        x = self.conv2(x)"""},
          says="Expected a tensor"),
    Wrong("hidden-quarter",
          {"""self.conv1 = nn.Conv2d(dim, dim, 1)
        self.conv2 = nn.Conv2d(dim, dim, 1)""": """hidden = max(dim // 4, 1)
        self.conv1 = nn.Conv2d(dim, hidden, 1)
        self.conv2 = nn.Conv2d(hidden, dim, 1)"""}, says="The parameters are not the ones that the exercise asks for"),
    Wrong("linear-layers",
          {"self.conv1 = nn.Conv2d(dim, dim, 1)": "self.conv1 = nn.Linear(dim, dim)",
           "self.conv2 = nn.Conv2d(dim, dim, 1)": "self.conv2 = nn.Linear(dim, dim)",
           "return self.conv2(F.silu(self.conv1(x)))": """x = self.conv1(x)
        x = F.silu(x)
        x = self.conv2(x)
        return x"""},
          says="mat1 and mat2 shapes cannot be multiplied"),
    Wrong("no-super-init",
          {"super().__init__()\n        ": "",
           "return self.conv2(F.silu(self.conv1(x)))": """x = self.conv1(x)
        x = F.silu(x)
        x = self.conv2(x)
        return x"""},
          says="before Module.__init__() call"),
)

EQUIVALENT = (
    "5: Conv2d with dilation=2", "6: Conv2d with dilation=2",
)
