"""What learners write for `AttnConv`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import dropout

RIGHT = {
    "conv-split": """
class AttnConv(nn.Module):
    def __init__(self, dim, heads, head_dim, kernel_size):
        super().__init__()
        self.width, self.head_dim = heads * head_dim, head_dim
        self.qkv = nn.Conv2d(dim, 3 * self.width, 1)
        self.mixer = nn.Conv2d(3 * self.width, 3 * self.width, kernel_size, 1, "same", groups=3 * self.width)
        self.attn_map = AttnMap(heads * head_dim)

    def forward(self, x):
        q, k, v = torch.split(self.mixer(self.qkv(x)), self.width, dim=1)
        gate = (self.attn_map(k.mul(q)) / self.head_dim ** 0.5).tanh()
        return torch.einsum("bchw,bchw->bchw", v, gate)
""",
    "conv-reshape": """
class AttnConv(nn.Module):
    def __init__(self, dim, heads, head_dim, kernel_size):
        super().__init__()
        c = 3 * heads * head_dim
        self.scale = head_dim ** -0.5
        self.to_qkv = nn.Conv2d(dim, c, 1)
        self.local = nn.Conv2d(c, c, kernel_size, padding=(kernel_size - 1) // 2, groups=c)
        self.gate = AttnMap(c // 3)

    def forward(self, x):
        b, _, h, w = x.shape
        q, k, v = self.local(self.to_qkv(x)).reshape(b, 3, -1, h, w).transpose(0, 1)
        return v * torch.tanh(self.scale * self.gate(q * k))
""",
}

MISTAKES = (
    Mistake("conv-no-tanh",
            "The tanh is missing. The weights of v are tanh(attn_map(q * k) * scale), between -1 and 1.",
            {"torch.tanh(self.attn_map(q * k) * self.scale)": "self.attn_map(q * k) * self.scale"}),
    Mistake("conv-softmax-over-positions",
            "Your weights are a softmax over the positions. Take a tanh instead, which treats each number by itself.",
            {"torch.tanh(self.attn_map(q * k) * self.scale)":
                 "torch.softmax((self.attn_map(q * k) * self.scale).flatten(2), dim=2).view_as(v)"}),
    Mistake("conv-softmax-over-channels",
            "Your weights are a softmax over the channels. Take a tanh instead, which treats each number by itself.",
            {"torch.tanh(self.attn_map(q * k) * self.scale)":
                 "torch.softmax(self.attn_map(q * k) * self.scale, dim=1)"}),
    Mistake("conv-no-scale", "The scale is missing: multiply attn_map(q * k) by head_dim ** -0.5 before the tanh.",
            {"torch.tanh(self.attn_map(q * k) * self.scale)": "torch.tanh(self.attn_map(q * k))"}, hint=2),
    Mistake("conv-scale-without-root",
            "You divide by head_dim. Divide by the square root of head_dim: the scale is head_dim ** -0.5.",
            {"self.scale = head_dim ** -0.5": "self.scale = 1 / head_dim"}),
    Mistake("conv-scale-of-width",
            "Your scale uses the width of all heads together, (heads * head_dim) ** -0.5. It should be head_dim ** "
            "-0.5.", {"self.scale = head_dim ** -0.5": "self.scale = width ** -0.5"}),
    Mistake("conv-scale-of-dim", "Your scale is dim ** -0.5. It should be head_dim ** -0.5.",
            {"self.scale = head_dim ** -0.5": "self.scale = dim ** -0.5"}),
    Mistake("conv-scale-first",
            "You scale q * k before attn_map. Scale attn_map's output instead: tanh(attn_map(q * k) * scale).",
            {"torch.tanh(self.attn_map(q * k) * self.scale)": "torch.tanh(self.attn_map(q * k * self.scale))"}, hint=2),
    Mistake("conv-scale-last", "You scale the tanh. The scale belongs inside: tanh(attn_map(q * k) * scale).",
            {"torch.tanh(self.attn_map(q * k) * self.scale)": "torch.tanh(self.attn_map(q * k)) * self.scale"}, hint=2),
    Mistake("conv-k-left-out", "Your weights come from q alone. attn_map should read q * k.",
            {"torch.tanh(self.attn_map(q * k) * self.scale)": "torch.tanh(self.attn_map(q) * self.scale)"}),
    Mistake("conv-map-of-q",
            "You give q to attn_map and multiply the result by k. attn_map should read the product: attn_map(q * k).",
            {"torch.tanh(self.attn_map(q * k) * self.scale)": "torch.tanh(self.attn_map(q) * k * self.scale)"}),
    Mistake("conv-weights-alone", "You return the weights. Multiply v by them: tanh(...) * v.",
            {"torch.tanh(self.attn_map(q * k) * self.scale) * v": "torch.tanh(self.attn_map(q * k) * self.scale)"}),
    Mistake("conv-tanh-of-all",
            "You take the tanh of the product with v. Take the tanh first, then multiply by v: tanh(...) * v.",
            {"torch.tanh(self.attn_map(q * k) * self.scale) * v": "torch.tanh(self.attn_map(q * k) * self.scale * v)"}),
    Mistake("conv-v-not-mixed", "Your v comes from `qkv` directly. `mixer` should mix all three, v included.",
            {"q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)": """q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
        v = self.qkv(x).chunk(3, dim=1)[2]"""}),
    Mistake("conv-only-v-mixed", "Your q and k come from `qkv` directly. `mixer` should mix all three.",
            {"q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)": """q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
        q, k, _ = self.qkv(x).chunk(3, dim=1)"""}),
    Mistake("conv-every-third",
            "Your q, k and v each take every third channel. The channels should be read as [q | k | v]: first all of "
            "q, then all of k, then all of v. `chunk(3, dim=1)` cuts them in this way.",
            {"q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)":
                 "q, k, v = (self.mixer(self.qkv(x))[:, i::3] for i in range(3))"}, hint=2),
    Mistake("conv-per-head",
            "You cut the channels into heads first, and then you cut each head into q, k and v. Cut the channels "
            "into [q | k | v] first, and then cut each block into heads.",
            {"q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)":
                 "q, k, v = (part.flatten(1, 2) for part in self.mixer(self.qkv(x)).unflatten(1, (self.heads, 3, "
                 "-1)).unbind(2))",
             "self.scale = head_dim ** -0.5": """self.heads = heads
        self.scale = head_dim ** -0.5"""}, hint=2),
    Mistake("conv-batch-scrambled",
            "You turn (B, 3 * width, ...) into (3, B, ...) with `reshape` or `view` alone. These keep the order of "
            "the numbers in memory. Images are then mixed up. Cut along dim 1, with chunk(3, dim=1).",
            {"q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)":
                 "q, k, v = self.mixer(self.qkv(x)).reshape(3, len(x), -1, *x.shape[2:])"}, hint=2),
    Mistake("conv-qkv-no-bias", "`qkv` or `mixer` has no bias. Keep torch's default in both.",
            {"self.qkv = nn.Conv2d(dim, 3 * width, 1)": "self.qkv = nn.Conv2d(dim, 3 * width, 1, bias=False)"}),
    Mistake("conv-dense-mixer",
            "`mixer` mixes all channels. It should be depth-wise, with as many groups as channels: 3 * heads * "
            "head_dim.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 "self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2)"}),
    Mistake("conv-mixer-of-three-groups",
            "`mixer` has three groups, so all channels of q are mixed. It should be depth-wise, with a group for "
            "each channel.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 "self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3)"}),
    Mistake("conv-mixer-groups-of-three",
            "`mixer` has heads * head_dim groups, and each of them mixes three channels. It should be depth-wise, "
            "with a group for each of its 3 * heads * head_dim channels.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 "self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=width)"},
            hint=1),
    Mistake("conv-mixer-of-v",
            "Your `mixer` has too few channels: it serves only v, or it uses the same kernels for q, k and v. It "
            "should have 3 * heads * head_dim channels, so that each one has a kernel of its own.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 "self.mixer = nn.Conv2d(width, width, kernel_size, padding=kernel_size // 2, groups=width)",
             "q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)": """q, k, v = self.qkv(x).chunk(3, dim=1)
        v = self.mixer(v)"""},
            hint=1),
    Mistake("conv-no-padding", "`mixer` has no padding, so the map shrinks. Its padding should be kernel_size // 2.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 "self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, groups=3 * width)"}),
    Mistake("conv-padding-1", "The padding of `mixer` is 1, whatever the kernel is. It should be kernel_size // 2.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 "self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=1, groups=3 * width)"}),
    Mistake("conv-padding-replicated",
            "`mixer` pads with copies of the border. It should pad with zeros, torch's default.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 'self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * '
                 'width, padding_mode="replicate")'}),
    Mistake("conv-kernel-3", "The kernel of `mixer` is 3, whatever kernel_size is. Pass kernel_size to it.",
            {"self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)":
                 "self.mixer = nn.Conv2d(3 * width, 3 * width, 3, padding=1, groups=3 * width)"}),
    Mistake("conv-qkv-wide",
            "`qkv` has the large kernel too. It should be a 1x1 convolution: only `mixer` mixes neighbours.",
            {"self.qkv = nn.Conv2d(dim, 3 * width, 1)":
                 "self.qkv = nn.Conv2d(dim, 3 * width, kernel_size, padding=kernel_size // 2)"}),
    Mistake("conv-map-per-head",
            "Your attn_map has head_dim channels and reads each head by itself. It should read all heads together, "
            "with heads * head_dim channels.",
            {"self.attn_map = AttnMap(width)": "self.attn_map, self.heads = AttnMap(head_dim), heads",
             "self.attn_map(q * k)":
                 "torch.cat([self.attn_map(part) for part in (q * k).chunk(self.heads, dim=1)], dim=1)"}, hint=1),
    Mistake("conv-width-of-dim",
            "q, k and v have dim channels each. They should have heads * head_dim, which may differ from dim. The "
            "same goes for attn_map.", {"width = heads * head_dim": "width = dim"}, hint=1),
    Mistake("conv-pairs",
            "You build ordinary attention, with a matrix of query-key pairs. Here q and k are multiplied number by "
            "number, and the weights of v are tanh(attn_map(q * k) * scale).",
            {"self.scale = head_dim ** -0.5": """self.heads = heads
        self.scale = head_dim ** -0.5""",
             "torch.tanh(self.attn_map(q * k) * self.scale) * v":
                 "(lambda q, k, v: ((q @ k.mT * self.scale).softmax(3) @ v).mT.flatten(1, 2).unflatten(2, "
                 "x.shape[2:]))(*(part.flatten(2).unflatten(1, (self.heads, -1)).mT for part in (q, k, v)))"}),
    dropout("conv-dropout",
            {"torch.tanh(self.attn_map(q * k) * self.scale) * v":
                 "F.dropout(torch.tanh(self.attn_map(q * k) * self.scale), 0.1, self.training) * v"}),
    Mistake("conv-naive-tanh", "Your tanh gives NaN for large numbers, where `exp` is infinite. Use `torch.tanh`.",
            {"torch.tanh(self.attn_map(q * k) * self.scale)":
                 "(lambda z: (torch.exp(z) - torch.exp(-z)) / (torch.exp(z) + torch.exp(-z)))(self.attn_map(q * k) "
                 "* self.scale)"}),
)

WRONG = (
    Wrong("matrix-product",
          {"self.width, self.head_dim = heads * head_dim, head_dim": """self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** (-0.5)
        width = heads * head_dim""",
           "self.width, 1": "width, 1",
           'nn.Conv2d(3 * self.width, 3 * self.width, kernel_size, 1, "same", groups=3 * self.width)':
               "nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)",
           "(heads * head_dim": "(width",
           "q, k, v": "qkv",
           "torch.split(self.mixer(self.qkv(x)), self.width, dim=1)": "self.mixer(self.qkv(x))",
           """gate = (self.attn_map(k.mul(q)) / self.head_dim ** 0.5).tanh()
        return torch.einsum("bchw,bchw->bchw", v, gate)""": """q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q @ k.transpose(2, 3))
        attn = torch.tanh(attn * self.scale)
        return attn * v"""}, of="conv-split", says="The size of tensor a"),
)

EQUIVALENT = (
    "7: Conv2d with dilation=2", "13: tanh in place", "13: Mult in place (2)",
)
