"""What learners write for `MultiHeadExternalAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    attention_dropout,
)

RIGHT = {
    "heads-without-function": """
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        assert dim % num_heads == 0
        self.h = expansion * num_heads
        self.trans_dims = nn.Linear(dim, dim * expansion)
        self.linear_0 = nn.Linear(dim // num_heads, memory_size)
        self.linear_1 = nn.Linear(memory_size, dim // num_heads)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        slots = self.linear_0(self.trans_dims(x).unflatten(-1, (self.h, -1)))
        slots = torch.softmax(slots, dim=1)
        slots = slots / (1e-9 + slots.sum(-1, keepdim=True))
        return self.proj(self.linear_1(slots).flatten(-2))
""",
    "heads-one-by-one": """
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
        super().__init__()
        width = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(width, memory_size)
        self.mv = nn.Linear(memory_size, width)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x):
        parts = self.expand(x).split(self.mk.in_features, dim=-1)
        return self.proj(torch.cat([self.mv(double_normalize(self.mk(part))) for part in parts], dim=-1))
""",
}

HINTS = {"`proj`": 3, "takes the softmax over": 2, "takes the sum over": 2, "swaps no axes": 2,
         "puts the axes in the order": 2}

MISTAKES = (
    Mistake("heads-four-axes",
            "You call double_normalize with four axes, (B, heads, N, S). Its dim=1 then means the heads, and its "
            "dim=2 the tokens. Call flatten(0, 1) first to get (B * heads, N, S), so that each head is like an image "
            "of its own.",
            {"double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])":
                 "double_normalize(self.mk(heads))"}, hint=2),
    Mistake("heads-tokens-of-all-heads",
            "Your softmax runs over the tokens of all heads together. Each head should have its own sums over the N "
            "tokens.",
            {"double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])":
                 "double_normalize(self.mk(heads).flatten(1, 2)).unflatten(1, heads.shape[1:3])"}, hint=2),
    Mistake("heads-slots-alone",
            "You take one softmax over the slots, so no token notices any other. Take a softmax over the tokens "
            "first, then divide by the sum over the slots.",
            {"double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])":
                 "torch.softmax(self.mk(heads), dim=-1)"}),
    Mistake("heads-slots-alone-scaled",
            "You divide the logits by sqrt(head_dim) and take one softmax over the slots, as a transformer would "
            "over tokens. External attention does not scale the logits: call double_normalize.",
            {"double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])":
                 "torch.softmax(self.mk(heads) * heads.shape[-1] ** -0.5, dim=-1)"}),
    Mistake("heads-tokens-alone",
            "Your weights are normalised over the tokens alone. The second step is missing, or it runs over the "
            "tokens again. Divide each token's weights by their sum over the slots, so that its row sums to 1.",
            {"double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])":
                 "torch.softmax(self.mk(heads), dim=2)"}),
    Mistake("heads-no-eps",
            "You divide by the sum over the slots without eps. If a token is far below the others in every slot, all "
            "its shares are 0, and 0 / 0 is NaN. Divide by the sum plus 1e-9, which is never 0.",
            {"double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])":
                 "double_normalize(self.mk(heads).flatten(0, 1), eps=0).unflatten(0, heads.shape[:2])"}),
    Mistake("heads-channels-first",
            "Your heads take channels that are far apart, because you split the channels into (head_dim, heads). "
            "Split them into (heads, head_dim), so that a head has neighbouring channels.",
            {"self.expand(x).unflatten(2, (self.heads, -1)).transpose(1, 2)":
                 "self.expand(x).unflatten(2, (-1, self.heads)).permute(0, 3, 1, 2)"}, hint=1),
    Mistake("heads-channels-first-both",
            "You read the channels as (head_dim, heads), both when you split them and when you join them. Read them "
            "as (heads, head_dim), so that a head has neighbouring channels.",
            {"self.expand(x).unflatten(2, (self.heads, -1)).transpose(1, 2)":
                 "self.expand(x).unflatten(2, (-1, self.heads)).permute(0, 3, 1, 2)",
             "self.mv(weights).transpose(1, 2).flatten(2)": "self.mv(weights).permute(0, 2, 3, 1).flatten(2)"}, hint=1),
    Mistake("heads-split-scrambled",
            "You turn (B, N, dim) into (B, heads, N, head_dim) with `view` or `reshape` alone. These keep the order "
            "of the numbers in memory, so a head gets whole tokens. Make (B, N, heads, head_dim) first, then call "
            "transpose(1, 2).",
            {"self.expand(x).unflatten(2, (self.heads, -1)).transpose(1, 2)":
                 "self.expand(x).reshape(len(x), self.heads, x.shape[1], -1)"}, hint=1),
    Mistake("heads-both-scrambled",
            "You split the heads and join them with `view` or `reshape` alone. These keep the order of the numbers "
            "in memory, so a head gets whole tokens. Make (B, N, heads, head_dim) first, then call transpose(1, 2). "
            "At the end, call transpose(1, 2), then flatten(2).",
            {"self.expand(x).unflatten(2, (self.heads, -1)).transpose(1, 2)":
                 "self.expand(x).reshape(len(x), self.heads, x.shape[1], -1)",
             "self.mv(weights).transpose(1, 2).flatten(2)": "self.mv(weights).reshape(len(x), x.shape[1], -1)"},
            hint=2),
    Mistake("heads-before-images",
            "You split the first axis into (heads, B). It was made from (B, heads), so split it in that order: "
            "unflatten(0, (B, heads)).",
            {"self.mv(weights).transpose(1, 2).flatten(2)":
                 "self.mv(weights).flatten(0, 1).unflatten(0, (self.heads, len(x))).permute(1, 2, 0, 3).flatten(2)"},
            hint=2),
    Mistake("heads-reversed", "You join the heads in reverse order. Head 0 should come first.",
            {"self.mv(weights).transpose(1, 2).flatten(2)": "self.mv(weights).flip(1).transpose(1, 2).flatten(2)"}),
    Mistake("heads-not-expanded-heads",
            "You make num_heads heads of the expanded channels. Make num_heads * expansion heads, each dim // "
            "num_heads wide.",
            {"self.heads, head_dim = num_heads * expansion, head_width(dim, num_heads)":
                 "self.heads, head_dim = num_heads, dim * expansion // num_heads"}),
    Mistake("heads-narrow",
            "Your heads are dim // (num_heads * expansion) wide. The heads share dim * expansion channels, so each "
            "should be dim // num_heads wide.",
            {"self.heads, head_dim = num_heads * expansion, head_width(dim, num_heads)":
                 """self.heads, head_dim = num_heads * expansion, dim // num_heads
        head_dim = max(1, dim // self.heads)""",
             "self.expand = nn.Linear(dim, dim * expansion)": "self.expand = nn.Linear(dim, self.heads * head_dim)",
             "self.proj = nn.Linear(dim * expansion, dim)": "self.proj = nn.Linear(self.heads * head_dim, dim)"}),
    Mistake("heads-no-key-bias",
            "mk has no bias. In the multi-head form both memories have one: keep torch's default.",
            {"self.mk = nn.Linear(head_dim, memory_size)": "self.mk = nn.Linear(head_dim, memory_size, bias=False)"}),
    Mistake("heads-no-value-bias",
            "mv has no bias. In the multi-head form both memories have one: keep torch's default.",
            {"self.mv = nn.Linear(memory_size, head_dim)": "self.mv = nn.Linear(memory_size, head_dim, bias=False)"}),
    Mistake("heads-no-biases",
            "mk and mv have no bias, as in ExternalAttention. In the multi-head form both have one: keep torch's "
            "default.",
            {"self.mk = nn.Linear(head_dim, memory_size)": "self.mk = nn.Linear(head_dim, memory_size, bias=False)",
             "self.mv = nn.Linear(memory_size, head_dim)": "self.mv = nn.Linear(memory_size, head_dim, bias=False)"}),
    Mistake("heads-expand-without-bias", "expand has no bias. Keep torch's default.",
            {"self.expand = nn.Linear(dim, dim * expansion)":
                 "self.expand = nn.Linear(dim, dim * expansion, bias=False)"}),
    Mistake("heads-proj-without-bias", "proj has no bias. Keep torch's default.",
            {"self.proj = nn.Linear(dim * expansion, dim)": "self.proj = nn.Linear(dim * expansion, dim, bias=False)"}),
    Mistake("heads-first-head",
            "All heads use the weights of the first one. The heads share the memory, but each head should have its "
            "own weights.",
            {"gathered = self.mv(weights)": """weights = weights[:, :1].expand_as(weights)
        gathered = self.mv(weights)"""}),
    attention_dropout("heads-dropout",
                      {"self.mv(weights)": "self.mv(nn.functional.dropout(weights, 0.1, self.training))"}),
)

WRONG = (
    Wrong("a-memory-for-each-head",
          {"width = dim // num_heads": "(self.heads, self.head_dim) = (num_heads * expansion, dim // num_heads)",
           """self.mk = nn.Linear(width, memory_size)
        self.mv = nn.Linear(memory_size, width)""":
               """self.mk = nn.ModuleList((nn.Linear(self.head_dim, memory_size) for _ in range(self.heads)))
        self.mv = nn.ModuleList((nn.Linear(memory_size, self.head_dim) for _ in range(self.heads)))""",
           """parts = self.expand(x).split(self.mk.in_features, dim=-1)
        return self.proj(torch.cat([self.mv(double_normalize(self.mk(part))) for part in parts], dim=-1))""":
               """parts = self.expand(x).split(self.head_dim, dim=2)
        out = [mv(double_normalize(mk(p))) for p, mk, mv in zip(parts, self.mk, self.mv)]
        return self.proj(torch.cat(out, dim=2))"""}, of="heads-one-by-one",
          says="The parameters are not the ones that the exercise asks for"),
    Wrong("expansion-fixed",
          {"num_heads * expansion": "num_heads * 4",
           "expansion)": "4)",
           "expansion,": "4,",
           "self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5": "self.mk(heads.flatten(0, 1))"}, of="scaled-logits",
          says="The argument `expansion` has no effect"),
    Wrong("head-dim-from-all-heads",
          {"""self.heads = num_heads * expansion
        self.head_dim = dim // num_heads""": """self.head_dim = dim // (num_heads * expansion)
        self.heads = dim * expansion // self.head_dim""",
           "weights = double_normalize(self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5)":
               "weights = double_normalize(self.mk(heads.flatten(0, 1)))"}, of="scaled-logits"),
    Wrong("head-dim-with-eight",
          {"num_heads ": "8 ",
           "/ num_heads": "/ 8",
           "self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5": "self.mk(heads.flatten(0, 1))"}, of="scaled-logits",
          says="The parameters are not the ones that the exercise asks for"),
    Wrong("heads-joined-in-another-order",
          {"self.heads = num_heads * expansion": """self.num_heads, self.expansion = (num_heads, expansion)
        self.heads = num_heads * expansion""",
           """heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5)
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)""": """B, N, _ = x.shape
        h = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2).flatten(0, 1)
        out = self.mv(double_normalize(self.mk(h)))
        out = out.reshape(B, self.expansion, self.num_heads, N, self.head_dim)
        out = out.permute(0, 3, 2, 1, 4).reshape(B, N, -1)"""}, of="scaled-logits",
          says="puts the axes in the order 0, 3, 2, 1 and 4."),
    Wrong("memory-size-split-among-heads",
          {"memory_size)": "memory_size // num_heads)",
           "(memory_size": "(memory_size // num_heads",
           "self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5": "self.mk(heads.flatten(0, 1))"}, of="scaled-logits",
          says="The parameters are not the ones that the exercise asks for"),
    Wrong("one-head-squeezed-away",
          {"""heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5)
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)""": """B, N, _ = x.shape
        h = self.expand(x).reshape(B, N, self.heads, self.head_dim).transpose(1, 2).squeeze(1)
        w = double_normalize(self.mk(h.flatten(0, 1)))
        out = self.mv(w).reshape(B, self.heads, N, self.head_dim).transpose(1, 2).flatten(2)"""}, of="scaled-logits",
          says="takes away axis 1. Leave it out. The rest is right."),
    Wrong("proj-forgotten",
          {"self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5": "self.mk(heads.flatten(0, 1))",
           "self.proj(out)": "out.unflatten(2, (-1, x.shape[2])).mean(dim=2)"}, of="scaled-logits",
          says="`proj` is made and never called"),
    Wrong("scaled-logits", """
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)) * self.head_dim ** -0.5)
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return self.proj(out)
""", says="` multiplies. Take `self.mk("),
)

EQUIVALENT = (
    "12: arguments 0 and 1 of transpose exchanged", "14: arguments 0 and 1 of transpose exchanged",
)
