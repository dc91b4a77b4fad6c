"""What learners write for `PositionAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    attention_dropout,
    convention,
    overflow,
)
from solutions.shared.position_attention import projections, with_gamma

RIGHT = {
    "position-as-published": """
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query_conv = nn.Conv2d(channels, inner, kernel_size=1)
        self.key_conv = nn.Conv2d(channels, inner, kernel_size=1)
        self.value_conv = nn.Conv2d(channels, channels, kernel_size=1)
        self.gamma = nn.Parameter(torch.zeros(1))
        self.softmax = nn.Softmax(dim=-1)

    def attention(self, x):
        b, _, h, w = x.size()
        q = self.query_conv(x).view(b, -1, h * w).permute(0, 2, 1)
        k = self.key_conv(x).view(b, -1, h * w)
        return self.softmax(torch.bmm(q, k))

    def forward(self, x):
        b, c, h, w = x.size()
        v = self.value_conv(x).view(b, -1, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1)).view(b, c, h, w)
        return self.gamma * out + x
""",
    "bmm": """
# attention between positions: bmm
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, -1, h * w).permute(0, 2, 1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)
""",
}

HINTS = {"should be added": 3, "` subtracts.": 3, "takes the sigmoid": 3, "Transpose the second one": 2,
         "swaps no axes": 2}

MISTAKES = (
    *with_gamma("position", "A V", hint=3, grid=2),
    *projections("position"),
    Mistake("position-in-place",  # the atlas's example of its kind
            "Your module changes its input in place: code that reads x afterwards finds it changed. Write `return x + "
            "...`.",
            {"return x + self.gamma * gathered.reshape(x.shape)":
                 "x += self.gamma * gathered.reshape(x.shape)\n        return x"}),
    Mistake("position-scaled",
            convention("the products are divided by sqrt(D)", "External-Attention-pytorch's DAModule",
                       "DANet does not scale them."),
            {"torch.softmax(queries @ keys, dim=-1)":
                 "torch.softmax(queries @ keys * queries.shape[-1] ** -0.5, dim=-1)"}),
    Mistake("position-scaled-in-forward",
            "`attention` is right, but your `forward` divides the products by sqrt(D): "
            "`scaled_dot_product_attention` does it unless you pass scale=1.0. DANet does not scale.",
            {"gathered = values @ self.attention(x).transpose(1, 2)":
                 """q, k = self.query(x).flatten(2).transpose(1, 2), self.key(x).flatten(2).transpose(1, 2)
        gathered = nn.functional.scaled_dot_product_attention(q, k, values.transpose(1, 2)).transpose(1, 2)"""}),
    overflow("position-exp", "products",
             {"return torch.softmax(queries @ keys, dim=-1)": """e = torch.exp(queries @ keys)
        return e / e.sum(dim=-1, keepdim=True)"""}),
    Mistake("position-over-everything",
            "Your softmax runs over the whole map, so all N * N weights together sum to 1. Each row should sum to 1: "
            "dim=-1.",
            {"torch.softmax(queries @ keys, dim=-1)":
                 "torch.softmax((queries @ keys).flatten(1), dim=-1).reshape(len(x), queries.shape[1], -1)"}),
    Mistake("position-no-softmax",
            "The softmax is missing: your weights are the raw products of queries and keys. Take a softmax over the "
            "last axis.", {"torch.softmax(queries @ keys, dim=-1)": "queries @ keys"}, hint=3),
    Mistake("position-sigmoid",
            "You take a sigmoid instead of a softmax, so your rows do not sum to 1. Take a softmax over the last "
            "axis.", {"torch.softmax(queries @ keys, dim=-1)": "torch.sigmoid(queries @ keys)"}),
    Mistake("position-divided-by-n",
            "You divide the products by N instead of taking a softmax. Take a softmax over the last axis, which "
            "turns each row into weights.",
            {"torch.softmax(queries @ keys, dim=-1)": "queries @ keys / keys.shape[-1]"}),
    Mistake("position-map-transposed",
            "Your `attention` returns the map transposed: its columns sum to 1. Row j should "
            "hold the weights that position j gives to all positions.",
            {"torch.softmax(queries @ keys, dim=-1)": "torch.softmax(queries @ keys, dim=-1).transpose(1, 2)",
             "values @ self.attention(x).transpose(1, 2)": "values @ self.attention(x)"}, hint=2),
    Mistake("position-energy",
            "Your `attention` returns the products before the softmax. It should return the "
            "weights.",
            {"torch.softmax(queries @ keys, dim=-1)": "queries @ keys",
             "values @ self.attention(x).transpose(1, 2)":
                 "values @ torch.softmax(self.attention(x), dim=-1).transpose(1, 2)"}, hint=3),
    Mistake("position-row-only",
            "Each position looks only at its own row of the image, so your map has H x W x W weights. First flatten "
            "H and W into one axis of N = H * W positions.",
            {"gathered = values @ self.attention(x).transpose(1, 2)":
                 """queries, keys = self.query(x).permute(0, 2, 3, 1), self.key(x).permute(0, 2, 1, 3)
        weights = torch.softmax(queries @ keys, dim=-1)
        gathered = (weights @ self.value(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)"""}),
    Mistake("position-normalised",
            "You normalise queries and keys to length 1 (a cosine). Leave them as they are: a longer query chooses "
            "more sharply.",
            {"self.query(x).flatten(2).transpose(1, 2)":
                 "nn.functional.normalize(self.query(x).flatten(2).transpose(1, 2), dim=2)",
             "self.key(x).flatten(2)": "nn.functional.normalize(self.key(x).flatten(2), dim=1)"}),
    Mistake("position-sees-itself",
            "Each position gathers its own value alone. `scaled_dot_product_attention` takes (B, heads, N, D). In "
            "(B, N, 1, D), the positions are on the axis of the heads, so each position has a single key. Put the "
            "new axis before the positions: (B, 1, N, D).",
            {"gathered = values @ self.attention(x).transpose(1, 2)": "gathered = values"}),
    attention_dropout("position-dropout",
                      {"torch.softmax(queries @ keys, dim=-1)":
                           "nn.functional.dropout(torch.softmax(queries @ keys, dim=-1), 0.1, self.training)"}),
    Mistake("position-columns-sum",
            "Your softmax runs over dim=1, and the values are multiplied by the map's columns. The output is the "
            "same as if queries and keys had changed places. Row j should belong to the query of j: take dim=-1. If "
            "your values are (B, C, N), multiply them by the map transposed.",
            {"torch.softmax(queries @ keys, dim=-1)": "torch.softmax(queries @ keys, dim=1)",
             "values @ self.attention(x).transpose(1, 2)": "values @ self.attention(x)"}, hint=2),
)

WRONG = (
    Wrong("square", {"v ": "w = h\n        v "}, of="bmm", says="is invalid for input of size"),
)

EQUIVALENT = (
    "6: Conv2d with dilation=2", "7: Conv2d with dilation=2", "8: Conv2d with dilation=2",
    "12: arguments 0 and 1 of transpose exchanged", "14: softmax -> torch.softmax(x, -1)", "14: clamped",
    "18: arguments 0 and 1 of transpose exchanged", "19: x detached (2)",
)
