"""What learners write for `MultiHeadSelfAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    attention_dropout,
    convention,
    no_bias,
    overflow,
)

CUT = "self.qkv(x).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)"
SCALE, SOFTMAX = " * q.shape[3] ** -0.5", "torch.softmax(q @ k.transpose(2, 3) * q.shape[3] ** -0.5, dim=3)"
MERGED = "self.proj((weights @ v).transpose(1, 2).flatten(2))"
PARTS, GATHERED = f"q, k, v = {CUT}", "(weights @ v)"
REFUSAL = "if dim % num_heads:"

RIGHT = {
    "as-in-timm": """
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, dim, num_heads, qkv_bias=True):
        super().__init__()
        self.head_dim, rest = divmod(dim, num_heads)
        if rest:
            raise ValueError(f"dim {dim}, num_heads {num_heads}")
        self.num_heads, self.scale = num_heads, self.head_dim ** -0.5
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)

    def split(self, x):
        B, N, C = x.shape
        return self.qkv(x).reshape(B, N, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)

    def attention(self, x):
        q, k, _ = self.split(x)
        return ((q * self.scale) @ k.transpose(-2, -1)).softmax(dim=-1)

    def forward(self, x):
        B, N, C = x.shape
        _, _, v = self.split(x)
        return self.proj((self.attention(x) @ v).transpose(1, 2).reshape(B, N, C))
""",
    "scaled-dot-product": """
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, dim, num_heads, qkv_bias=True):
        super().__init__()
        if dim % num_heads != 0:
            raise ValueError("the heads do not divide dim")
        self.num_heads = num_heads
        self.qkv = nn.Linear(dim, 3 * dim, qkv_bias)
        self.proj = nn.Linear(dim, dim)

    def split(self, x):
        return [t.unflatten(2, (self.num_heads, -1)).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1)]

    def attention(self, x):
        q, k, _ = self.split(x)
        return F.softmax(q @ k.mT / math.sqrt(q.shape[-1]), dim=-1)

    def forward(self, x):
        q, k, v = self.split(x)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
""",
}


def cut(id: str, sentence: str, code: str) -> Mistake:
    return Mistake(id, sentence, {CUT: code}, hint=2)


def weights(id: str, sentence: str, code: str, hint: int = 0) -> Mistake:
    return Mistake(id, sentence, {SOFTMAX: code}, hint=hint)


HINTS = {"`proj`": 3, "gives parts": 2, "swaps no axes": 3, "puts the axes in the order": 3, "` multiplies.": 1}

MISTAKES = (
    cut("heads-viewed", "You view (B, N, dim) as (B, heads, N, head_dim) without moving an axis, so a head gets "
        "pieces of different tokens. First cut the last axis, (B, N, heads, head_dim), then move the heads to the "
        "front.", "self.qkv(x).unflatten(2, (3, -1)).permute(2, 0, 1, 3).reshape(3, len(x), self.num_heads, x.shape[1],"
                  " -1)"),
    cut("heads-per-head", convention("the outputs of `qkv` are read as heads x (q, k, v)", "GPT-NeoX and BLOOM",
                                     "Here they are (q, k, v) x heads, so that timm's weights fit."),
        "self.qkv(x).unflatten(2, (self.num_heads, 3, -1)).permute(3, 0, 2, 1, 4)"),
    cut("heads-interleaved", "You read each output of `qkv` as heads x numbers x (q, k, v): neighbours become query, "
        "key and value. They are (q, k, v) x heads x numbers.",
        "self.qkv(x).unflatten(2, (self.num_heads, -1, 3)).permute(4, 0, 2, 1, 3)"),
    cut("heads-last", "You cut the numbers of a token into head_dim x heads, so that neighbours belong to different "
        "heads. A head has head_dim numbers that lie side by side: heads x head_dim.",
        "self.qkv(x).unflatten(2, (3, -1, self.num_heads)).permute(2, 0, 4, 1, 3)"),
    Mistake("heads-values-are-keys", "You gather the keys instead of the values. The values are the third part of "
            "`qkv`.", {PARTS: f"q, k, _ = {CUT}\n        v = k"}, hint=2),
    Mistake("merged-mean", "You take the mean of the heads, or add them up. They should stand side by side, as dim "
            "numbers.", {MERGED: "self.proj((weights @ v).mean(1).repeat(1, 1, self.num_heads))"}, hint=3),
    weights("scale-of-dim", "You divide the products by sqrt(dim). A query of one head has dim / num_heads numbers: "
            "divide by the root of that.", "torch.softmax(q @ k.transpose(2, 3) * x.shape[2] ** -0.5, dim=3)", 1),
    weights("scale-missing", "You do not scale the products of queries and keys. Divide them by sqrt(head_dim).",
            "torch.softmax(q @ k.transpose(2, 3), dim=3)", 1),
    weights("scale-without-root", "You divide the products by head_dim. Divide by its square root.",
            "torch.softmax(q @ k.transpose(2, 3) / q.shape[3], dim=3)", 1),
    weights("scale-after", "You scale after the softmax, so the rows no longer sum to 1. Scale the products.",
            "torch.softmax(q @ k.transpose(2, 3), dim=3) * q.shape[3] ** -0.5", 1),
    weights("scale-of-heads", "You divide the products by the root of the number of heads. Divide by sqrt(head_dim).",
            "torch.softmax(q @ k.transpose(2, 3) * self.num_heads ** -0.5, dim=3)", 1),
    weights("softmax-over-all", "Your softmax runs over the whole map, so all weights of a head together sum to 1. "
            "Each row should: dim=-1.",
            "torch.softmax((q @ k.transpose(2, 3) * q.shape[3] ** -0.5).flatten(2), dim=2).unflatten(2, "
            "(x.shape[1], -1))"),
    weights("softmax-missing", "The softmax is missing: your weights are the products themselves.",
            "q @ k.transpose(2, 3) * q.shape[3] ** -0.5"),
    weights("causal", "A token reads only itself and those before it, as in a language model. Here every token reads "
            "all of them.",
            "torch.softmax((q @ k.transpose(2, 3) * q.shape[3] ** -0.5).masked_fill(torch.ones(x.shape[1], x.shape[1], "
            "device=x.device).triu(1).bool(), -torch.inf), dim=3)"),
    overflow("exp", "products", {f"return {SOFTMAX}": """e = torch.exp(q @ k.transpose(2, 3) * q.shape[3] ** -0.5)
        return e / e.sum(dim=3, keepdim=True)"""}),
    Mistake("map-transposed", "Your `attention` returns the map transposed: its columns sum to 1. Row j should say how "
            "token j weighs all tokens.",
            {SOFTMAX: f"{SOFTMAX}.transpose(2, 3)", GATHERED: "(weights.transpose(2, 3) @ v)"}),
    Mistake("map-averaged", "Your `attention` returns the mean over the heads. Return one map for each head, (B, heads,"
            " N, N).", {SOFTMAX: f"{SOFTMAX}.mean(1)", GATHERED: "(weights[:, None] @ v)"}),
    Mistake("along-the-batch", "Your tokens read each other along the batch: code for (N, B, dim) was given (B, N, "
            "dim). With nn.MultiheadAttention, say batch_first=True.",
            {"self.qkv(x)": "self.qkv(x.transpose(0, 1))", MERGED: f"{MERGED}.transpose(0, 1)"}),
    Mistake("no-error", "If num_heads does not divide dim, your code raises no ValueError. Compare them where the "
            "module is built.", {REFUSAL: "if False:"}, hint=3),
    Mistake("error-if-more", "You refuse more heads than numbers, but not every num_heads that does not divide dim. "
            "Use the remainder, dim % num_heads.", {REFUSAL: "if dim < num_heads:"}),
    Mistake("qkv-without-bias", "The argument `qkv_bias` has no effect: your `qkv` never has a bias.",
            {"bias=qkv_bias": "bias=False"}),
    *no_bias("attention", "self.proj = nn.Linear(dim, dim)"),
    attention_dropout("attention-dropout", {SOFTMAX: f"nn.functional.dropout({SOFTMAX}, 0.1, self.training)"}),
)

WRONG = (
    Wrong("two-slips", {SCALE: " * x.shape[2] ** -0.5", "dim=3)": "dim=2)"}, says="expected"),
    Wrong("heads-as-tokens", {CUT: "self.qkv(x).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 1, 3, 4)"},
          says="puts the axes in the order 2, 0, 1, 3 and 4."),
    Wrong("attention-of-the-last-call", {"weights, v = self.read(x)": "weights, v = self.read(x)\n        self.kept = weights",
                                         "return self.read(x)[0]": "return getattr(self, 'kept', self.read(x)[0])"},
          says="kept from call to call"),
)

EQUIVALENT = (
    "6: message without numbers", "6: no message", "6: message without dim", "6: message without num_heads",
    "13: softmax -> torch.softmax(x, -1)", "13: arguments 0 and 1 of transpose exchanged", "15: the first result kept",
    "15: mixed with the result before", "15: x read in its order of memory", "15: x a view taken", "15: x on the CPU",
    "16: a tensor without device added", "16: clamped", "20: arguments 0 and 1 of transpose exchanged",
)
