"""What learners write for `ResTBlock`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import only_in_eval

RIGHT = {
    "block-mlp-module": """
class MLP(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x)))

class ResTBlock(nn.Module):
    def __init__(self, dim, num_heads, sr_ratio=1, mlp_ratio=4, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads=num_heads, sr_ratio=sr_ratio, qkv_bias=qkv_bias, apply_transform=apply_transform)
        self.mlp = MLP(dim, int(dim * mlp_ratio))

    def forward(self, x, H, W):
        y = self.norm1(x)
        x = self.attn(y, H, W) + x
        y = self.norm2(x)
        return self.mlp(y) + x
""",
    "block-functional": """
class ResTBlock(nn.Module):
    def __init__(self, dim, num_heads, sr_ratio=1, mlp_ratio=4, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.fc1 = nn.Conv1d(dim, int(mlp_ratio * dim), 1)
        self.fc2 = nn.Conv1d(int(mlp_ratio * dim), dim, 1)

    def forward(self, x, H, W):
        x = torch.add(x, self.attn(self.norm1(x), H, W))
        h = self.fc1(self.norm2(x).mT)
        h = 0.5 * h * (1 + torch.erf(h / 2 ** 0.5))
        return torch.add(x, self.fc2(h).mT)
""",
}

HINTS = {"It should take": 2}

MISTAKES = (
    Mistake("block-post-norm",
            "Your norms come after the sums (post-norm). Each should come first, inside its branch: x + "
            "attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x), H, W)": "x = self.norm1(x + self.attn(x, H, W))",
             "return x + self.mlp(self.norm2(x))": "return self.norm2(x + self.mlp(x))"}),
    Mistake("block-norms-of-branches",
            "Your norms come after attn and mlp. Each norm should come before its branch: x + attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x), H, W)": "x = x + self.norm1(self.attn(x, H, W))",
             "return x + self.mlp(self.norm2(x))": "return x + self.norm2(self.mlp(x))"}),
    Mistake("block-norms-exchanged",
            "norm1 and norm2 have changed places: norm1 belongs to attn, and norm2 to the MLP.",
            {"x = x + self.attn(self.norm1(x), H, W)": "x = x + self.attn(self.norm2(x), H, W)",
             "return x + self.mlp(self.norm2(x))": "return x + self.mlp(self.norm1(x))"}),
    Mistake("block-no-second-shortcut", "The shortcut around the MLP is missing: write x + mlp(norm2(x)).",
            {"return x + self.mlp(self.norm2(x))": "return self.mlp(self.norm2(x))"}, hint=2),
    Mistake("block-shortcut-of-norm", "Your shortcuts add the normalised x. They should add x itself.",
            {"x = x + self.attn(self.norm1(x), H, W)": "x = (lambda y: y + self.attn(y, H, W))(self.norm1(x))",
             "return x + self.mlp(self.norm2(x))": "return (lambda y: y + self.mlp(y))(self.norm2(x))"}),
    Mistake("block-first-shortcut-of-norm",
            "Your first shortcut adds norm1(x). It should add x itself: x + attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x), H, W)": "x = (lambda y: y + self.attn(y, H, W))(self.norm1(x))"}),
    Mistake("block-second-shortcut-of-norm",
            "Your second shortcut adds norm2(x). It should add x itself: x + mlp(norm2(x)).",
            {"return x + self.mlp(self.norm2(x))": "return (lambda y: y + self.mlp(y))(self.norm2(x))"}),
    Mistake("block-shortcut-from-the-start",
            "Your second shortcut adds the block's input, so attn's output is lost. It should add the first half's "
            "output, which norm2 reads.",
            {"x = x + self.attn(self.norm1(x), H, W)": "y = x + self.attn(self.norm1(x), H, W)",
             "return x + self.mlp(self.norm2(x))": "return x + self.mlp(self.norm2(y))"}, hint=1),
    Mistake("block-mlp-first", "The MLP comes before attn. Attention should come first.",
            {"x = x + self.attn(self.norm1(x), H, W)": "x = x + self.mlp(self.norm2(x))",
             "return x + self.mlp(self.norm2(x))": "return x + self.attn(self.norm1(x), H, W)"}),
    Mistake("block-tanh-gelu", "Your GELU is the approximation with a tanh. Use the exact one, torch's default.",
            {"nn.GELU()": "nn.GELU(approximate='tanh')"}),
    Mistake("block-hidden-rounded",
            "You round the hidden width to the nearest whole number. It should be int(dim * mlp_ratio), which rounds "
            "down.", {"int(dim * mlp_ratio)": "round(dim * mlp_ratio)"}),
    Mistake("block-hidden-rounded-up",
            "You round the hidden width up. It should be int(dim * mlp_ratio), which rounds down.",
            {"int(dim * mlp_ratio)": "-int(-dim * mlp_ratio // 1)"}),
    Mistake("block-hidden-float",
            "The hidden width is a float if mlp_ratio is a float, but a layer takes only whole numbers: write "
            "int(dim * mlp_ratio).", {"int(dim * mlp_ratio)": "dim * mlp_ratio"}),
    Mistake("block-ratio-rounded",
            "You round mlp_ratio to the nearest whole number before you multiply. Multiply first: int(dim * "
            "mlp_ratio).", {"int(dim * mlp_ratio)": "dim * max(1, int(mlp_ratio))"}),
    Mistake("block-ratio-cut", "You round mlp_ratio down before you multiply. Multiply first: int(dim * mlp_ratio).",
            {"int(dim * mlp_ratio)": "dim * int(mlp_ratio)"}),
    Mistake("block-sr-ratio-ignored", "The argument `sr_ratio` never reaches attn, so nothing is reduced. Pass it on.",
            {"self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)":
                 "self.attn = EMSA(dim, num_heads, 1, qkv_bias, apply_transform)"}),
    Mistake("block-bias-ignored",
            "The argument `qkv_bias` never reaches attn, so attn's q and kv have no bias. Pass it on.",
            {"self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)":
                 "self.attn = EMSA(dim, num_heads, sr_ratio, False, apply_transform)"}),
    Mistake("block-transform-ignored", "The argument `apply_transform` never reaches attn. Pass it on.",
            {"self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)":
                 "self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias)"}),
    Mistake("block-flags-ignored", "The arguments `qkv_bias` and `apply_transform` never reach attn. Pass them on.",
            {"self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)":
                 "self.attn = EMSA(dim, num_heads, sr_ratio)"}),
    Mistake("block-heads-ignored", "The argument `num_heads` never reaches attn, which has one head. Pass it on.",
            {"self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)":
                 "self.attn = EMSA(dim, 1, sr_ratio, qkv_bias, apply_transform)"}),
    Mistake("block-flags-exchanged",
            "qkv_bias and apply_transform have changed places on their way to attn. EMSA takes dim, num_heads, "
            "sr_ratio, qkv_bias, apply_transform.",
            {"self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)":
                 "self.attn = EMSA(dim, num_heads, sr_ratio, apply_transform, qkv_bias)"}),
    Mistake("block-sides-exchanged", "You pass H and W to attn in the wrong order. The height comes first.",
            {"x = x + self.attn(self.norm1(x), H, W)": "x = x + self.attn(self.norm1(x), W, H)"}),
    Mistake("block-sides-from-root",
            "You take the square root of the number of tokens for H and W, which is right for square maps only. Pass "
            "H and W on as they are.",
            {"x = x + self.attn(self.norm1(x), H, W)":
                 "x = x + self.attn(self.norm1(x), *(int(x.shape[1] ** 0.5),) * 2)"}),
    Mistake("block-mlp-without-bias", "The layers of your MLP have no bias. Keep torch's default.",
            {"fc1=nn.Linear(dim, hidden)": "fc1=nn.Linear(dim, hidden, bias=False)",
             "fc2=nn.Linear(hidden, dim)": "fc2=nn.Linear(hidden, dim, bias=False)"}),
    Mistake("block-dropout",
            "In training mode your block drops some numbers, but it should have no dropout. Both modes should give "
            "the same result.",
            {"return x + self.mlp(self.norm2(x))":
                 "return x + nn.functional.dropout(self.mlp(self.norm2(x)), 0.1, self.training)"}),
    only_in_eval("block-only-in-eval",
                 {"return x + self.mlp(self.norm2(x))": "return x if self.training else x + self.mlp(self.norm2(x))"}),
)

WRONG = (
    Wrong("W-H", """
class ResTBlock(nn.Module):

    def __init__(self, dim, num_heads, sr_ratio=1, mlp_ratio=4, qkv_bias=False, apply_transform=False):
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, x, H, W):
        x = x + self.attn(self.norm1(x), W, H)
        return x + self.mlp(self.norm2(x))
""", mistake="block-sides-exchanged"),
    Wrong("in-place-shortcut", {"x = x + self.attn(self.norm1(x), H, W)": "x += self.attn(self.norm1(x), H, W)"},
          says="your code changes it in place"),
    Wrong("mlp-without-bias", {"nn.Linear(dim, hidden)": "nn.Linear(dim, hidden, bias=False)"},
          says="The parameters are not the ones that the exercise asks for"),
    Wrong("norms-without-parameters",
          {"self.norm1 = nn.LayerNorm(dim)": "self.norm1 = nn.LayerNorm(dim, elementwise_affine=False)"},
          says="The parameters are not the ones that the exercise asks for"),
    Wrong("one-norm-for-both", {"self.norm2 = nn.LayerNorm(dim)": "self.norm2 = self.norm1"},
          says="so they share their weights"),
)

EQUIVALENT = (
    "3: 1 -> 0",
)
