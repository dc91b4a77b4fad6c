"""What learners write for `GRLBlock`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "as-on-the-page": """
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type is 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        hidden = int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size,
                                   stripe_size, stripe_groups, window_shift, stripe_shift,
                                   down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.res_scale = res_scale

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        of_mlp = self.mlp["fc2"](F.gelu(self.mlp["fc1"](y)))
        return y + self.res_scale * self.norm2(of_mlp)
""",
    "own-Mlp-class": """
# a small class of its own for the MLP, keyword arguments
class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))

class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type == "H":
            size, groups = stripe_size, stripe_groups
        elif stripe_type == "W":
            size = (stripe_size[1], stripe_size[0])
            groups = (stripe_groups[1], stripe_groups[0])
        else:
            raise ValueError(f"unknown stripe_type {stripe_type}")
        self.scale = res_scale
        self.attn = MixedAttention(
            dim=dim, num_heads_window=num_heads_window, num_heads_stripe=num_heads_stripe,
            window_size=window_size, stripe_size=size, stripe_groups=groups,
            window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x, image_size):
        shortcut = x
        out = self.norm1(self.attn(x, image_size)) * self.scale
        if self.local is not None:
            out = out + self.local(x, image_size)
        y = shortcut + out
        return y + self.norm2(self.mlp(y)) * self.scale
""",
}

HINTS = {"It should take": 1, "`res_scale`": 1, "`stripe_type`": 2, "; raise ": 2, "` multiplies.": 1}

MISTAKES = (
    Mistake("block-pre-norm",
            "You normalise before attention and MLP. The norms should come after attn and mlp: x + norm1(attn(x)), "
            "then y + norm2(mlp(y)).",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "x + self.res_scale * self.attn(self.norm1(x), image_size)",
             "y + self.res_scale * self.norm2(self.mlp(y))": "y + self.res_scale * self.mlp(self.norm2(y))"}),
    Mistake("block-pre-norm-first",
            "You normalise before the attention. norm1 should come after attn: x + norm1(attn(x)).",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "x + self.res_scale * self.attn(self.norm1(x), image_size)"}),
    Mistake("block-norm-of-the-sum-first",
            "You add first and normalise the sum. Normalise the branch's output first, then add it.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "x + self.res_scale * self.attn(x, image_size)",
             "return y + self.res_scale * self.norm2(self.mlp(y))": """y = self.norm1(y)
        return y + self.res_scale * self.norm2(self.mlp(y))"""}),
    Mistake("block-norm-of-the-sum-with-local",
            "You add first and normalise the sum. Normalise the branch's output first, then add it.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "x + self.res_scale * self.attn(x, image_size)",
             "return y + self.res_scale * self.norm2(self.mlp(y))": """y = self.norm1(y)
        return self.norm2(y + self.res_scale * self.mlp(y))"""}),
    Mistake("block-norms-exchanged",
            "The two norms have changed places: norm1 belongs after attn, and norm2 after mlp.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "x + self.res_scale * self.norm2(self.attn(x, image_size))",
             "y + self.res_scale * self.norm2(self.mlp(y))": "y + self.res_scale * self.norm1(self.mlp(y))"}),
    Mistake("block-no-first-norm", "You never call norm1. It belongs after attn.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "x + self.res_scale * self.attn(x, image_size)"}),
    Mistake("block-no-second-norm", "You never call norm2. It belongs after mlp.",
            {"y + self.res_scale * self.norm2(self.mlp(y))": "y + self.res_scale * self.mlp(y)"}),
    Mistake("block-local-behind",
            "You add the local branch after the MLP, so the MLP never sees it. Add it in the first half.",
            {"            y = y + self.local(x, image_size)": "            late = self.local(x, image_size)",
             "return y + self.res_scale * self.norm2(self.mlp(y))":
                 "return y + self.res_scale * self.norm2(self.mlp(y)) + (0 if self.local is None else late)"}, hint=1),
    Mistake("block-no-local", "You never add the local branch. Add it in the first half, if local_connection is True.",
            {"y + self.local(x, image_size)": "y"}),
    Mistake("block-always-local",
            "There is a local branch although local_connection is False. `local` should then be None.",
            {"LocalConvBlock(dim) if local_connection else None": "LocalConvBlock(dim)"}),
    Mistake("block-identity-for-local",
            "Without a local connection you add x a second time, perhaps through an nn.Identity. `local` should be "
            "None, and nothing more should be added.",
            {"""        if self.local is not None:
            y = y + self.local(x, image_size)""":
                 "        y = y + (x if self.local is None else self.local(x, image_size))"}),
    Mistake("block-never-local",
            "There is no local branch although local_connection is True. `local` should then be a LocalConvBlock.",
            {"LocalConvBlock(dim) if local_connection else None": "None"}),
    Mistake("block-scale-first-only", "Only the attention is multiplied by res_scale. The MLP should be, too.",
            {"y + self.res_scale * self.norm2(self.mlp(y))": "y + self.norm2(self.mlp(y))"}, hint=1),
    Mistake("block-scale-second-only", "Only the MLP is multiplied by res_scale. The attention should be, too.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))": "x + self.norm1(self.attn(x, image_size))"},
            hint=1),
    Mistake("block-scale-in-front",
            "You multiply by res_scale before the norm, which removes the factor again. Multiply after the norm.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "x + self.norm1(self.res_scale * self.attn(x, image_size))",
             "y + self.res_scale * self.norm2(self.mlp(y))": "y + self.norm2(self.res_scale * self.mlp(y))"}, hint=1),
    Mistake("block-scales-first-shortcut",
            "You multiply only the first shortcut, the one around the attention, by res_scale. Multiply the branch "
            "instead.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "self.res_scale * x + self.norm1(self.attn(x, image_size))"}, hint=1),
    Mistake("block-scales-everything",
            "You multiply the whole sums by res_scale, the shortcuts too. Multiply only norm1(attn(x)) and "
            "norm2(mlp(y)).",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "self.res_scale * (x + self.norm1(self.attn(x, image_size)))",
             "y + self.res_scale * self.norm2(self.mlp(y))": "self.res_scale * (y + self.norm2(self.mlp(y)))"}, hint=1),
    Mistake("block-scale-learned",
            "Your res_scale is a parameter, so it would be trained. It should be a plain number.",
            {"self.res_scale = res_scale": "self.res_scale = nn.Parameter(torch.tensor(float(res_scale)))"}, hint=1),
    Mistake("block-eps", "Your LayerNorms have eps=1e-6. Keep torch's default, 1e-5.",
            {"self.norm1 = nn.LayerNorm(dim)": "self.norm1 = nn.LayerNorm(dim, eps=1e-6)",
             "self.norm2 = nn.LayerNorm(dim)": "self.norm2 = nn.LayerNorm(dim, eps=1e-6)"}),
    Mistake("block-local-in-training-alone",
            "The local branch is added only in training mode. It should be added in both modes.",
            {"if self.local is not None:": "if self.local is not None and self.training:"}),
    Mistake("block-local-in-eval-alone",
            "The local branch is added only in eval mode. It should be added in both modes.",
            {"if self.local is not None:": "if self.local is not None and not self.training:"}),
    Mistake("block-groups-ignored", "You do not pass stripe_groups on to MixedAttention. Pass it on.",
            {"window_size, stripe_size, stripe_groups,\n": """window_size, stripe_size, (None, None),
"""}, hint=2),
    Mistake("block-scales-x", "You multiply both shortcuts, x and y, by res_scale. Multiply the branches instead.",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "self.res_scale * x + self.norm1(self.attn(x, image_size))",
             "y + self.res_scale * self.norm2(self.mlp(y))": "self.res_scale * y + self.norm2(self.mlp(y))"}, hint=1),
    Mistake("block-mlp-of-x", "Your MLP reads x. It should read y, the first half's output.",
            {"y + self.res_scale * self.norm2(self.mlp(y))": "y + self.res_scale * self.norm2(self.mlp(x))"}, hint=1),
    Mistake("block-shortcut-from-x",
            "Your second half adds to x, and loses the first half's output. It should add to y.",
            {"y + self.res_scale * self.norm2(self.mlp(y))": "x + self.res_scale * self.norm2(self.mlp(y))"}),
    Mistake("block-no-first-shortcut", "The shortcut around the attention is missing. Add x to norm1(attn(x)).",
            {"x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 "self.res_scale * self.norm1(self.attn(x, image_size))"}),
    Mistake("block-no-second-shortcut", "The shortcut around the MLP is missing. Add y to norm2(mlp(y)).",
            {"y + self.res_scale * self.norm2(self.mlp(y))": "self.res_scale * self.norm2(self.mlp(y))"}),
    Mistake("block-approximate-gelu", "Your GELU is the tanh approximation. Use the exact GELU, torch's default.",
            {"y + self.res_scale * self.norm2(self.mlp(y))":
                 "y + self.res_scale * self.norm2(self.mlp.fc2(F.gelu(self.mlp.fc1(y), approximate='tanh')))"}),
    Mistake("block-no-activation",
            "Your MLP has no activation. Without one, two linear layers in a row can do no more than a single one. "
            "Your MLP should have a GELU.",
            {"y + self.res_scale * self.norm2(self.mlp(y))":
                 "y + self.res_scale * self.norm2(self.mlp.fc2(self.mlp.fc1(y)))"}),
    Mistake("block-hidden-rounded",
            "You round the hidden width of the MLP to the nearest number, or up. It should be int(dim * mlp_ratio), "
            "rounded down.", {"Mlp(dim, int(dim * mlp_ratio))": "Mlp(dim, -(-int(10 * dim * mlp_ratio) // 10))"}),
    Mistake("block-ratio-rounded-first",
            "You round mlp_ratio before you multiply. The hidden width is int(dim * mlp_ratio): multiply first.",
            {"Mlp(dim, int(dim * mlp_ratio))": "Mlp(dim, dim * int(mlp_ratio))"}),
    Mistake("block-types-exchanged",
            'You reverse the stripes for "H". Reverse them for "W", and leave them as they are for "H".',
            {'if stripe_type == "W":': 'if stripe_type == "H":'}, hint=2),
    Mistake("block-size-turned-only", 'With "W" you reverse stripe_size alone. Reverse stripe_groups too.',
            {"stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]": "stripe_size = stripe_size[::-1]"},
            hint=2),
    Mistake("block-groups-turned-only", 'With "W" you reverse stripe_groups alone. Reverse stripe_size too.',
            {"stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]":
                 "stripe_groups = stripe_groups[::-1]"}, hint=2),
    Mistake("block-windows-turned",
            'With "W" you reverse window_size too. Reverse only stripe_size and stripe_groups.',
            {"stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]":
                 "stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]; window_size = "
                 "window_size[::-1]"}),
    Mistake("block-image-turned",
            'With "W" you reverse image_size. The tokens stay where they are, so reverse stripe_size and '
            'stripe_groups instead.',
            {"stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]": "pass",
             "self.res_scale = res_scale": "self.res_scale, self.turned = res_scale, stripe_type == 'W'",
             "y = x + self.res_scale * self.norm1(self.attn(x, image_size))":
                 """image_size = image_size[::-1] if self.turned else image_size
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))"""}),
    Mistake("block-factor-ignored", "You do not pass down_factor on to MixedAttention. Pass it on.",
            {"window_shift, stripe_shift, down_factor": "window_shift, stripe_shift"}),
    Mistake("block-any-case",
            'You compare only the first letter, in upper or lower case, so longer words pass as well. Accept only '
            '"H" and "W".', {'if stripe_type not in ("H", "W"):': 'if stripe_type.upper()[:1] not in ("H", "W"):'},
            hint=2),
    Mistake("block-lower-case",
            'You accept lower-case letters too, because `upper()` turns "h" into "H". Accept only "H" and "W".',
            {'if stripe_type not in ("H", "W"):': 'if stripe_type.upper() not in ("H", "W"):'}, hint=2),
    Mistake("block-part-of-a-word",
            'You look for stripe_type in the string "HW", which also contains the empty string and "HW" itself. Look '
            'for it in the tuple ("H", "W").',
            {'if stripe_type not in ("H", "W"):': 'if stripe_type not in ("H", "W", "", "HW"):'}, hint=2),
    Mistake("block-window-shift-for-both",
            "MixedAttention gets window_shift twice. Pass on window_shift and stripe_shift, in this order.",
            {"window_shift, stripe_shift, down_factor": "window_shift, window_shift, down_factor"}),
    Mistake("block-stripe-shift-for-both",
            "MixedAttention gets stripe_shift twice. Pass on window_shift and stripe_shift, in this order.",
            {"window_shift, stripe_shift, down_factor": "stripe_shift, stripe_shift, down_factor"}),
    Mistake("block-shifts-exchanged",
            "The two shifts have changed places on their way to MixedAttention: window_shift comes first.",
            {"window_shift, stripe_shift, down_factor": "stripe_shift, window_shift, down_factor"}),
    Mistake("block-shifts-ignored",
            "You do not pass the shifts on to MixedAttention. Pass on window_shift and stripe_shift, in this order.",
            {"window_shift, stripe_shift, down_factor": "False, False, down_factor"}),
    Mistake("block-heads-exchanged",
            "The two numbers of heads have changed places on their way to MixedAttention: num_heads_window comes "
            "first.",
            {"dim, num_heads_window, num_heads_stripe, window_size":
                 "dim, num_heads_stripe, num_heads_window, window_size"}),
    Mistake("block-dropout",
            "In training mode your block drops some numbers, but it should have no dropout. Training and eval mode "
            "should give the same result.",
            {"y + self.res_scale * self.norm2(self.mlp(y))":
                 "y + F.dropout(self.res_scale * self.norm2(self.mlp(y)), 0.1, self.training)"}),
)

WRONG = (
    Wrong("adds-into-x",
          {"shortcut = x\n        ": "",
           "y = shortcut + out": """x += out
        y = x"""}, of="own-Mlp-class",
          says="your code changes it in place"),
    Wrong("size-of-the-first-image",
          {"y = x": """self.image_size = image_size = getattr(self, 'image_size', image_size)
        y = x"""},
          of="as-on-the-page", says="wrong after a call on the same module with inputs of other sizes"),
)

EQUIVALENT = (
    "6: message without numbers", "6: no message", "6: message without stripe_type", "19: Add in place",
)
