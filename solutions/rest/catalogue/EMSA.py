"""What learners write for `EMSA`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    attention_dropout,
    convention,
    overflow,
)

EMSA_KEYS_CROPPED = ("You take (H // sr_ratio) * (W // sr_ratio) reduced tokens, as in the page's bug museum. If "
                     "sr_ratio does not divide the sides, there can be more. Let `flatten(2)` count the positions in "
                     "sr's output.")

EMSA_FORWARD = "def forward(self, x: Tensor, H: int, W: int) -> Tensor:\n"

RIGHT = {
    "as-in-the-hints": """
# the way of the hints: unflatten, permute, softmax over the last axis
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.head_dim, self.sr_ratio = num_heads, dim // num_heads, sr_ratio
        self.transform = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2,
                                groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        if self.transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, dim = x.shape
        if H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")
        short = x  # (B, M, dim)
        if self.sr_ratio > 1:
            as_map = x.transpose(1, 2).unflatten(2, (H, W))
            short = self.sr_norm(self.sr(as_map).flatten(2).transpose(1, 2))
        q = self.q(x).view(B, N, self.num_heads, self.head_dim).transpose(1, 2)
        kv = self.kv(short).view(B, -1, 2, self.num_heads, self.head_dim)
        k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5
        if self.transform:
            A = self.transform_norm(self.transform_conv(logits).softmax(dim=3))
        else:
            A = logits.softmax(dim=3)
        return self.proj((A @ v).transpose(1, 2).flatten(2))
""",
    "explicit-exp-minus-maximum": """
# the softmax is written out: exp of the logits minus their maximum, over the sum
class EMSA(nn.Module):
    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.head_dim, self.sr_ratio = num_heads, dim // num_heads, sr_ratio
        self.transform = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2,
                                groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        if self.transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def soft(self, s):
        e = (s - s.amax(dim=-1, keepdim=True)).exp()
        return e / e.sum(dim=-1, keepdim=True)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        B, N, C = x.size()
        if not H * W == N:
            raise ValueError(f"expected {H * W} tokens, found {N}")
        q = self.q(x).reshape(B, N, self.num_heads, -1).permute(0, 2, 1, 3)
        if self.sr_ratio > 1:
            x_ = x.permute(0, 2, 1).reshape(B, C, H, W)
            x_ = self.sr(x_).reshape(B, C, -1).permute(0, 2, 1)
            x_ = self.sr_norm(x_)
            kv = self.kv(x_)
        else:
            kv = self.kv(x)
        kv = kv.reshape(B, -1, 2, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        k, v = kv[0], kv[1]
        s = torch.matmul(q, k.transpose(-2, -1)) * (self.head_dim ** -0.5)
        if self.transform:
            s = self.transform_norm(self.soft(self.transform_conv(s)))
        else:
            s = self.soft(s)
        out = torch.matmul(s, v).transpose(1, 2).reshape(B, N, C)
        return self.proj(out)
""",
}

HINTS = {"`apply_transform`": 3, "`proj`": 3, "; raise ": 3, "swaps no axes": 2, "takes the softmax over": 2}

MISTAKES = (
    Mistake("emsa-no-error",
            "If H * W is not the number of tokens, your code raises no ValueError. Your `reshape` or `view` raises "
            "torch's own error, or H and W are not checked at all. Compare H * W with the number of tokens first, "
            "and raise a ValueError.",
            {"as_map(x, H, W)": "x.transpose(1, 2).reshape(len(x), x.shape[2], H, W) if self.sr_ratio > 1 else x"},
            hint=3),
    Mistake("emsa-error-if-reduced",
            "With sr_ratio=1 a wrong H or W goes unnoticed. Compare H * W with the number of tokens whatever the "
            "ratio is.", {"as_map(x, H, W)": "as_map(x, H, W) if self.sr_ratio > 1 else x"}, hint=3),
    Mistake("emsa-error-if-too-few",
            "You raise a ValueError for fewer tokens than H * W, but not for more. Compare with `!=`.",
            {"as_map(x, H, W)":
                 "as_map(x, H, W) if x.shape[1] < H * W else x.transpose(1, 2).unflatten(2, (H, W)) if "
                 "self.sr_ratio > 1 else x"}),
    Mistake("emsa-no-error-unflatten",
            "If H * W is not the number of tokens, your code raises no ValueError. Your `unflatten` raises torch's "
            "own error, or H and W are not checked at all. Compare H * W with the number of tokens first, and raise "
            "a ValueError.", {"as_map(x, H, W)": "x.transpose(1, 2).unflatten(2, (H, W)) if self.sr_ratio > 1 else x"},
            hint=3),
    Mistake("emsa-keys-cropped", EMSA_KEYS_CROPPED,
            {"self.sr_norm(as_tokens(self.sr(grid)))":
                 "self.sr_norm(as_tokens(self.sr(grid)[:, :, :H // self.sr_ratio, :W // self.sr_ratio]))"}, hint=2),
    Mistake("emsa-keys-rounded-down", EMSA_KEYS_CROPPED,
            {"self.sr_norm(as_tokens(self.sr(grid)))":
                 "self.sr_norm(self.sr(grid).reshape(len(x), x.shape[2], (H // self.sr_ratio) * (W // "
                 "self.sr_ratio)).mT)"}, hint=2),
    Mistake("emsa-keys-of-area",
            "You take N // sr_ratio ** 2 as the number of reduced tokens. If sr_ratio does not divide the sides, "
            "there can be more. Let `flatten(2)` count the positions in sr's output.",
            {"self.sr_norm(as_tokens(self.sr(grid)))":
                 "self.sr_norm(self.sr(grid).reshape(len(x), x.shape[2], H * W // self.sr_ratio ** 2).mT)"}, hint=2),
    Mistake("emsa-map-sides",
            "You make a map of W rows and H columns. Make one of H rows and W columns, (B, C, H, W), because tokens "
            "run row by row.", {"as_map(x, H, W)": "as_map(x, H, W).shape and x.transpose(1, 2).unflatten(2, (W, H))"},
            hint=2),
    Mistake("emsa-map-columns-first",
            "You read the tokens column by column (W before H). They run row by row. Call transpose(1, 2) first, "
            "then unflatten to (B, C, H, W).",
            {"as_map(x, H, W)": "as_map(x, H, W).shape and x.transpose(1, 2).unflatten(2, (W, H)).transpose(2, 3)"},
            hint=2),
    Mistake("emsa-both-scrambled",
            "You go from tokens to a map and back with `reshape` or `view` alone, which keep the order of the "
            "numbers in memory: channels and positions are mixed up. Call transpose(1, 2) both times.",
            {"as_map(x, H, W)": "as_map(x, H, W).shape and x.reshape(len(x), -1, H, W)",
             "self.sr_norm(as_tokens(self.sr(grid)))": "self.sr_norm(self.sr(grid).reshape(len(x), -1, x.shape[2]))"},
            hint=2),
    Mistake("emsa-not-reduced",
            "`sr` and `sr_norm` are made and never used: keys and values come from all tokens. If sr_ratio is above "
            "1, they should come from the reduced tokens.", {"self.kv(reduced)": "self.kv(x)"}, hint=3),
    Mistake("emsa-queries-reduced",
            "You reduce the queries too, so fewer tokens come out than went in. Take the queries from x, and only "
            "keys and values from the reduced tokens.", {"self.q(x)": "self.q(reduced)"}, hint=3),
    Mistake("emsa-sr-groups",
            convention("`sr` mixes all channels", "timm's pvt_v2",
                       "Here it is depth-wise: groups=dim."),
            {"self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim)":
                 "self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2)"}),
    Mistake("emsa-sr-kernel",
            convention("the kernel of `sr` is as large as its stride", "timm's pvt_v2",
                       "Here it is sr_ratio + 1, with padding sr_ratio // 2."),
            {"self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim)":
                 "self.sr = nn.Conv2d(dim, dim, sr_ratio, stride=sr_ratio, groups=dim)"}),
    Mistake("emsa-sr-padding", "The padding of `sr` is missing. It should be sr_ratio // 2.",
            {"self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim)":
                 "self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, groups=dim)"}),
    Mistake("emsa-sr-padding-1", "The padding of `sr` is 1, whatever the ratio is. It should be sr_ratio // 2.",
            {"self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim)":
                 "self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=1, groups=dim)"}),
    Mistake("emsa-sr-bias", "`sr` has no bias. Keep torch's default: qkv_bias is only for q and kv.",
            {"self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim)":
                 "self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim, "
                 "bias=False)"}),
    Mistake("emsa-sr-always",
            "You make `sr` and `sr_norm` at sr_ratio=1 too. Make them only if the ratio is above 1. At 1, keys and "
            "values come from x itself.",
            {"if sr_ratio > 1:": "if sr_ratio >= 1:", "if self.sr_ratio > 1 else x": "if self.sr_ratio >= 1 else x"},
            hint=3),
    Mistake("emsa-sr-norm-always",
            "You make `sr_norm` at sr_ratio=1 too. Make it only if the ratio is above 1, like `sr`. At 1, keys and "
            "values come from x itself.",
            {"    self.sr_norm = nn.LayerNorm(dim)": "self.sr_norm = nn.LayerNorm(dim)",
             "self.sr_norm(as_tokens(self.sr(grid))) if self.sr_ratio > 1 else x":
                 "self.sr_norm(as_tokens(self.sr(grid)) if self.sr_ratio > 1 else x)"}, hint=3),
    Mistake("emsa-sr-batch-norm",
            "You normalise the reduced tokens with the statistics of the batch (BatchNorm). Use a LayerNorm, which "
            "normalises each token over its own channels.",
            {"self.sr_norm(as_tokens(self.sr(grid)))":
                 "as_tokens(nn.functional.batch_norm(self.sr(grid), None, None, self.sr_norm.weight, "
                 "self.sr_norm.bias, True))"}),
    Mistake("emsa-sr-norm-first",
            "Your LayerNorm comes before the convolution. It should come after `sr`, on the reduced tokens.",
            {"self.sr_norm(as_tokens(self.sr(grid)))": "as_tokens(self.sr(as_map(self.sr_norm(x), H, W)))"}),
    Mistake("emsa-halves-in-heads",
            "You cut kv's channels into heads first, and each head into keys and values. Split them into the halves "
            "[k | v] first, and then each half into heads x head_dim.",
            {"self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)":
                 "self.kv(reduced).unflatten(2, (self.num_heads, 2, -1)).permute(3, 0, 2, 1, 4)"}, hint=2),
    Mistake("emsa-halves-interleaved",
            "You take every second channel of kv for the keys. The first half should be the keys, and the second "
            "half the values.",
            {"self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)":
                 "self.kv(reduced).unflatten(2, (self.num_heads, -1, 2)).permute(4, 0, 2, 1, 3)"}, hint=2),
    Mistake("emsa-queries-scrambled",
            "You turn the queries into (B, heads, N, head_dim) with `view` or `reshape` alone, which keeps the order "
            "of the numbers in memory. A head then gets whole tokens, and not its own channels of every token. Make "
            "(B, N, heads, head_dim) first, then transpose(1, 2).",
            {"self.q(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)":
                 "self.q(x).reshape(len(x), self.num_heads, x.shape[1], -1)"}),
    Mistake("emsa-queries-channels-first",
            "You read the queries' channels as head_dim x heads, but not those of the keys. A head's queries and its "
            "keys then use different channels. Read them all as heads x head_dim.",
            {"self.q(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)":
                 "self.q(x).unflatten(2, (-1, self.num_heads)).permute(0, 3, 1, 2)"}),
    Mistake("emsa-halves-scrambled",
            "You turn keys and values into (B, heads, M, head_dim) with `view` or `reshape` alone, which keeps the "
            "order of the numbers in memory. A head then gets whole tokens, and not its own channels of every token. "
            "Make (B, M, heads, head_dim) first, then transpose(1, 2).",
            {"self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)":
                 "(t.reshape(len(x), self.num_heads, reduced.shape[1], -1) for t in self.kv(reduced).chunk(2, "
                 "dim=2))"}, hint=2),
    Mistake("emsa-pairs-scrambled",
            "You cut kv's channels with `view` or `reshape` alone. Neither of them moves an axis, so keys and values "
            "are mixed up. Make (B, M, 2, heads, head_dim) first, then permute(2, 0, 3, 1, 4).",
            {"self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)":
                 "self.kv(reduced).reshape(2, len(x), self.num_heads, reduced.shape[1], -1)"}, hint=2),
    Mistake("emsa-split-and-joined-scrambled",
            "You cut and join the heads with `view` or `reshape` alone, which keeps the order of the numbers in "
            "memory. A head then gets whole tokens, and not its own channels of every token. Swap heads and tokens "
            "with transpose(1, 2) both times.",
            {"self.q(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)":
                 "self.q(x).reshape(len(x), self.num_heads, x.shape[1], -1)",
             "self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)":
                 "(t.reshape(len(x), self.num_heads, reduced.shape[1], -1) for t in self.kv(reduced).chunk(2, "
                 "dim=2))",
             "(weights @ v).transpose(1, 2).flatten(2)": "(weights @ v).reshape(x.shape)"}),
    Mistake("emsa-channels-first",
            "You read the channels of queries, keys and values as head_dim x heads, so a head gets channels that are "
            "far apart. Read them as heads x head_dim, so that a head has neighbouring channels.",
            {"self.q(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)":
                 "self.q(x).unflatten(2, (-1, self.num_heads)).permute(0, 3, 1, 2)",
             "self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)":
                 "self.kv(reduced).unflatten(2, (2, -1, self.num_heads)).permute(2, 0, 4, 1, 3)",
             "(weights @ v).transpose(1, 2).flatten(2)": "(weights @ v).permute(0, 2, 3, 1).flatten(2)"}, hint=2),
    Mistake("emsa-heads-reversed", "You join the heads in reverse order. Head 0 should come first.",
            {"(weights @ v).transpose(1, 2).flatten(2)": "(weights @ v).flip(1).transpose(1, 2).flatten(2)"}),
    Mistake("emsa-one-head",
            "Your attention has one head, whatever num_heads is. Split q, k and v into num_heads heads.",
            {"self.scale = num_heads,": "self.scale = num_heads if apply_transform else 1,"}),
    Mistake("emsa-no-scale", "The scale is missing. Multiply the logits by head_dim ** -0.5.",
            {"q @ k.transpose(2, 3) * self.scale": "q @ k.transpose(2, 3)"}),
    Mistake("emsa-scale-squared",
            "You divide the logits by head_dim. Divide them by its square root, which is the same as multiplying by "
            "head_dim ** -0.5.", {"q @ k.transpose(2, 3) * self.scale": "q @ k.transpose(2, 3) * self.scale ** 2"}),
    Mistake("emsa-scale-of-dim",
            "You scale by dim ** -0.5. A head's query has head_dim numbers, so scale by head_dim ** -0.5.",
            {"head_width(dim, num_heads) ** -0.5": "dim ** -0.5"}),
    Mistake("emsa-scale-after-softmax",
            "You scale the weights after the softmax. Scale the logits instead, before the softmax.",
            {"q @ k.transpose(2, 3) * self.scale": "q @ k.transpose(2, 3)",
             "return self.proj((weights @ v).transpose(1, 2).flatten(2)": """weights = weights * self.scale
        return self.proj((weights @ v).transpose(1, 2).flatten(2)"""}),
    Mistake("emsa-weights-scaled",
            "You scale the weights after the softmax. Scale the logits instead, before the softmax.",
            {"q @ k.transpose(2, 3) * self.scale": "q @ k.transpose(2, 3)",
             "torch.softmax(self.transform_conv(logits), dim=3)":
                 "torch.softmax(self.transform_conv(logits), dim=3) * self.scale",
             "torch.softmax(logits, dim=3)": "torch.softmax(logits, dim=3) * self.scale"}),
    Mistake("emsa-softmax-twice",
            "You take the softmax twice. Take it once. With apply_transform, `transform_norm` comes after this "
            "softmax.",
            {"torch.softmax(self.transform_conv(logits), dim=3)":
                 "torch.softmax(torch.softmax(self.transform_conv(logits), dim=3), dim=3)",
             "torch.softmax(logits, dim=3)": "torch.softmax(torch.softmax(logits, dim=3), dim=3)"}, hint=3),
    Mistake("emsa-softmax-over-heads",
            "Your softmax runs over the heads (dim=1). It should run over the keys, the last axis.",
            {"torch.softmax(self.transform_conv(logits), dim=3)": "torch.softmax(self.transform_conv(logits), dim=1)",
             "torch.softmax(logits, dim=3)": "torch.softmax(logits, dim=1)"}, hint=2),
    Mistake("emsa-softmax-over-queries",
            "Your softmax runs over the queries (dim=2). It should run over the keys, the last axis, so that each "
            "query's weights sum to 1.",
            {"torch.softmax(self.transform_conv(logits), dim=3)": "torch.softmax(self.transform_conv(logits), dim=2)",
             "torch.softmax(logits, dim=3)": "torch.softmax(logits, dim=2)"}, hint=2),
    Mistake("emsa-no-softmax",
            "The softmax is missing: you multiply the values by the logits themselves. Take the softmax of the "
            "logits over the keys, the last axis.",
            {"torch.softmax(self.transform_conv(logits), dim=3)": "self.transform_conv(logits)",
             "torch.softmax(logits, dim=3)": "logits"}, hint=3),
    overflow("emsa-naive-softmax", "logits",
             {"torch.softmax(self.transform_conv(logits), dim=3)":
                  "(lambda e: e / e.sum(dim=-1, keepdim=True))(torch.exp(self.transform_conv(logits)))",
              "torch.softmax(logits, dim=3)": "(lambda e: e / e.sum(dim=-1, keepdim=True))(torch.exp(logits))"}),
    Mistake("emsa-transform-always",
            "You transform the heads although apply_transform is False. In that case give the logits straight to the "
            "softmax.",
            {"self.apply_transform = apply_transform and num_heads > 1": "self.apply_transform = num_heads > 1"},
            hint=3),
    Mistake("emsa-transform-one-head",
            "With one head there is nothing to mix. Make the two layers of the transform only if there is more than "
            "one head, even if apply_transform is True.", {"apply_transform and num_heads > 1": "apply_transform"}),
    Mistake("emsa-transform-no-softmax",
            "With apply_transform, the softmax is missing. It belongs between transform_conv and transform_norm.",
            {"torch.softmax(self.transform_conv(logits), dim=3)": "self.transform_conv(logits)"}, hint=3),
    Mistake("emsa-transform-conv-groups",
            "Your transform_conv treats each head by itself (groups=num_heads). It should mix the heads, so leave "
            "groups at 1.",
            {"self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)":
                 "self.transform_conv = nn.Conv2d(num_heads, num_heads, 1, groups=num_heads)"}),
    Mistake("emsa-transform-tracked",
            "Your InstanceNorm keeps running statistics (track_running_stats=True). Keep torch's default, which has "
            "none.",
            {"self.transform_norm = nn.InstanceNorm2d(num_heads)":
                 "self.transform_norm = nn.InstanceNorm2d(num_heads, track_running_stats=True)"}),
    Mistake("emsa-transform-no-norm",
            "`transform_norm` is made and never used. Use it on each head's weights, after the softmax.",
            {"self.transform_norm(torch.softmax(self.transform_conv(logits), dim=3))":
                 "torch.softmax(self.transform_conv(logits), dim=3)"}),
    Mistake("emsa-transform-norm-first",
            "Your InstanceNorm comes before the softmax. It should come after the softmax.",
            {"self.transform_norm(torch.softmax(self.transform_conv(logits), dim=3))":
                 "torch.softmax(self.transform_norm(self.transform_conv(logits)), dim=3)"}),
    Mistake("emsa-transform-norm-then-conv",
            "You have swapped transform_norm and transform_conv: the norm comes before the softmax, and the mixing "
            "after it. The order should be transform_conv, softmax, transform_norm.",
            {"self.transform_norm(torch.softmax(self.transform_conv(logits), dim=3))":
                 "self.transform_conv(torch.softmax(self.transform_norm(logits), dim=3))"}),
    Mistake("emsa-transform-affine",
            "Your transform_norm has a weight and a bias, as with a BatchNorm2d or with affine=True. It should be "
            "nn.InstanceNorm2d(num_heads), which has neither by default.",
            {"self.transform_norm = nn.InstanceNorm2d(num_heads)":
                 "self.transform_norm = nn.InstanceNorm2d(num_heads, affine=True)"}),
    Mistake("emsa-transform-batch-norm",
            "You normalise each head over the whole batch. InstanceNorm normalises each head of each image by itself.",
            {"self.transform_norm(torch.softmax(self.transform_conv(logits), dim=3))":
                 "nn.functional.batch_norm(torch.softmax(self.transform_conv(logits), dim=3), None, None, "
                 "training=True)"}),
    Mistake("emsa-transform-layer-norm",
            "You normalise each row by itself. InstanceNorm takes mean and variance over all rows of a head.",
            {"self.transform_norm(torch.softmax(self.transform_conv(logits), dim=3))":
                 "(lambda a: nn.functional.layer_norm(a, a.shape[3:]))(torch.softmax(self.transform_conv(logits), "
                 "dim=3))"}),
    Mistake("emsa-transform-over-heads",
            "You normalise over all heads together. InstanceNorm normalises each head by itself.",
            {"self.transform_norm(torch.softmax(self.transform_conv(logits), dim=3))":
                 "(lambda a: nn.functional.layer_norm(a, a.shape[1:]))(torch.softmax(self.transform_conv(logits), "
                 "dim=3))"}),
    Mistake("emsa-transform-conv-bias", "`transform_conv` has no bias. Keep torch's default.",
            {"self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)":
                 "self.transform_conv = nn.Conv2d(num_heads, num_heads, 1, bias=False)"}),
    Mistake("emsa-proj-bias",
            "`proj` has no bias if qkv_bias is False. It should always have one: qkv_bias is only for q and kv.",
            {"self.proj = nn.Linear(dim, dim)": "self.proj = nn.Linear(dim, dim, bias=qkv_bias)"}),
    Mistake("emsa-bias-always",
            "qkv_bias=False has no effect: q and kv have a bias anyway. Pass bias=qkv_bias to both.",
            {"self.q = nn.Linear(dim, dim, bias=qkv_bias)": "self.q = nn.Linear(dim, dim)",
             "self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)": "self.kv = nn.Linear(dim, 2 * dim)"}),
    Mistake("emsa-bias-never-of-q", "q never has a bias. Pass bias=qkv_bias to q, as to kv.",
            {"self.q = nn.Linear(dim, dim, bias=qkv_bias)": "self.q = nn.Linear(dim, dim, bias=False)"}),
    Mistake("emsa-bias-never-of-kv", "kv never has a bias. Pass bias=qkv_bias to kv, as to q.",
            {"self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)": "self.kv = nn.Linear(dim, 2 * dim, bias=False)"}),
    Mistake("emsa-sizes-exchanged",
            "q and kv have each other's sizes: q should return dim numbers for each token, and kv 2 * dim.",
            {"self.q = nn.Linear(dim, dim, bias=qkv_bias)": "self.q = nn.Linear(dim, 2 * dim, bias=qkv_bias)",
             "self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)": "self.kv = nn.Linear(dim, dim, bias=qkv_bias)"},
            hint=2),
    attention_dropout("emsa-dropout",
                      {"(weights @ v).transpose(1, 2).flatten(2)":
                           "(nn.functional.dropout(weights, 0.1, self.training) @ v).transpose(1, 2).flatten(2)"}),
    Mistake("emsa-only-in-eval-transform",
            "In training mode you do not transform the heads. Transform them in both modes.",
            {"if self.apply_transform:\n            weights": """if self.apply_transform and not self.training:
            weights"""}),
    Mistake("emsa-first-head", "All heads use the weights of the first one. Each head should have its own.",
            {"(weights @ v).transpose(1, 2).flatten(2)": "(weights[:, :1] @ v).transpose(1, 2).flatten(2)"}),
)

WRONG = (
    Wrong("assert-for-value-error",
          {"""if H * W != N:
            raise ValueError(f"{H} x {W} is not {N} tokens")""": "assert H * W == N, 'H * W is not N'"},
          of="as-in-the-hints", says="ValueError"),
    Wrong("first-image-answers-for-all",
          {"""k, v = kv.permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.head_dim ** -0.5""": """k, v = kv[0].permute(1, 2, 0, 3)
        logits = q @ k.transpose(-2, -1) * self.head_dim ** -0.5"""}, of="as-in-the-hints",
          says="the first difference is in the input of `proj`"),
    Wrong("softmax-in-float32",
          {"self.transform_conv(logits).softmax(dim=3)":
               "self.transform_conv(logits).softmax(dim=3, dtype=torch.float32).to(x.dtype)",
           "logits.softmax(dim=3)": "logits.softmax(dim=3, dtype=torch.float32).to(x.dtype)"}, of="as-in-the-hints",
          says="makes a tensor float32"),
    Wrong("view-folds-batch-and-tokens", {"(x": "(x.view(-1, dim)"}, of="as-in-the-hints",
          says="Right on other inputs"),
    Wrong("root-as-a-tensor",
          {"q @ k.transpose(2, 3) * self.scale":
               "q @ k.transpose(2, 3) / torch.sqrt(torch.tensor(self.q.in_features // self.num_heads))"},
          says="`sqrt` makes a tensor without a dtype, so it is float32"),
)

EQUIVALENT = (
    "3: 1 -> 0", "11: rounded down, at least 1", "14: Conv2d with dilation=2", "15: self.transform_norm frozen",
    "15: self.transform_norm in a list", "15: num_heads -> apply_transform", "15: num_heads -> dim",
    "15: num_heads -> qkv_bias", "15: num_heads -> sr_ratio", "20: arguments 0 and 1 of transpose exchanged",
    "22: arguments 0 and 1 of transpose exchanged", "24: softmax -> torch.softmax(x, -1)",
    "26: softmax -> torch.softmax(x, -1)", "27: arguments 0 and 1 of transpose exchanged",
)
