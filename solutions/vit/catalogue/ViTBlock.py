"""What learners write for `ViTBlock`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import dropout, no_bias

FIRST, SECOND = "x = x + self.attn(self.norm1(x))", "x + self.mlp(self.norm2(x))"
WIDE = "int(dim * mlp_ratio)"

RIGHT = {
    "plain-layers": """
class MLP(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class ViTBlock(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = MultiHeadSelfAttention(dim, num_heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = MLP(dim, int(dim * mlp_ratio))

    def forward(self, x):
        read = self.attn(self.norm1(x))
        x = x + read
        x = x + self.mlp(self.norm2(x))
        return x
""",
    "functional": """
class ViTBlock(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4):
        super().__init__()
        wide = int(mlp_ratio * dim)
        self.attn = MultiHeadSelfAttention(dim=dim, num_heads=num_heads)
        self.norm1, self.norm2 = (nn.LayerNorm(dim, 1e-6) for _ in range(2))
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, wide), "fc2": nn.Linear(wide, dim)})

    def forward(self, x):
        y = x.add(self.attn(self.norm1(x)))
        h = self.mlp["fc1"](self.norm2(y))
        h = 0.5 * h * (1 + torch.erf(h / math.sqrt(2)))
        return y.add(self.mlp["fc2"](h))
""",
}

HINTS = {"It should take": 1, "float32": 2}

MISTAKES = (
    Mistake("block-post-norm", "You normalise after each sum, as the first transformers did. Here each norm stands in "
            "front of its part: x + attn(norm1(x)), then x + mlp(norm2(x)).",
            {FIRST: "x = self.norm1(x + self.attn(x))", SECOND: "self.norm2(x + self.mlp(x))"}, hint=1),
    Mistake("block-normed-second-shortcut", "Your second shortcut carries the normalised tokens. It should carry what "
            "the norm gets.",
            {f"return {SECOND}": "x = self.norm2(x)\n        return x + self.mlp(x)"}, hint=1),
    Mistake("block-no-second-shortcut", "The second shortcut is missing: return x + mlp(norm2(x)).",
            {SECOND: "self.mlp(self.norm2(x))"}, hint=1),
    Mistake("block-one-norm", "Both parts share `norm1`. The MLP has a norm of its own, `norm2`.",
            {SECOND: "x + self.mlp(self.norm1(x))"}),
    Mistake("block-mlp-first", "Your MLP comes before the attention. It comes after.",
            {f"return {SECOND}": "return x + self.attn(self.norm1(x))",
             FIRST: "x = x + self.mlp(self.norm2(x))"}, hint=1),
    Mistake("block-tanh-gelu", "Your GELU is the approximation by a tanh. Use nn.GELU() as it is.",
            {"nn.GELU()": 'nn.GELU(approximate="tanh")'}),
    Mistake("block-eps", "Your norms keep torch's eps of 1e-5. The authors' is 1e-6, which counts where a token's "
            "numbers are small: nn.LayerNorm(dim, eps=1e-6).",
            {"self.norm1 = nn.LayerNorm(dim, eps=1e-6)": "self.norm1 = nn.LayerNorm(dim)",
             "self.norm2 = nn.LayerNorm(dim, eps=1e-6)": "self.norm2 = nn.LayerNorm(dim)"}, hint=2),
    Mistake("block-rounded", "You round dim * mlp_ratio to the nearest whole number. Cut off what follows the point, "
            "as `int` does.", {WIDE: "round(dim * mlp_ratio)"}),
    Mistake("block-one-head", "Your attention has a single head, whatever `num_heads` is. Hand it on.",
            {"MultiHeadSelfAttention(dim, num_heads)": "MultiHeadSelfAttention(dim, 1)"}),
    Mistake("block-no-qkv-bias", "Your attention has no bias in `qkv`. Keep its default.",
            {"MultiHeadSelfAttention(dim, num_heads)": "MultiHeadSelfAttention(dim, num_heads, qkv_bias=False)"}),
    Mistake("block-batch-norm", "Your norms run over all tokens. A LayerNorm of dim numbers treats each token alone.",
            {FIRST: "x = x + self.attn(nn.functional.layer_norm(x, x.shape[1:], eps=1e-6) * self.norm1.weight "
                    "+ self.norm1.bias)"}),
    dropout("block-dropout", {SECOND: "x + nn.functional.dropout(self.mlp(self.norm2(x)), 0.1, self.training)"}),
    *no_bias("block", "fc1=nn.Linear(dim, hidden)", "fc2=nn.Linear(hidden, dim)"),
)
