"""Known mistakes, correct variants and equivalent mutants of 07b_rest.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, INFINITE, ONLY_IN_EVAL, OVERFLOW, naive_sigmoid, naive_softmax

# What the reference says, and most mistakes replace.
PA_CONV = "self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)"
GATED = "x * torch.sigmoid(self.conv(x))"

PATCH_CONV = "self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)"
POSITION = "PixelAttention(out_channels) if with_position else nn.Identity()"
PATCHES = "self.position(self.bn(self.conv(x)))"
TOKENS = "as_tokens(patches)"
LAYER_NORM = ("self.position(nn.functional.layer_norm(self.conv(x).permute(0, 2, 3, 1), self.bn.weight.shape, "
              "self.bn.weight, self.bn.bias).permute(0, 3, 1, 2))")
TRUE_SIZE = "(patches.shape[2], patches.shape[3])"

SR = "self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim)"
SR_NORM = "self.sr_norm = nn.LayerNorm(dim)"
Q_LAYER, KV_LAYER = "self.q = nn.Linear(dim, dim, bias=qkv_bias)", "self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)"
PROJ = "self.proj = nn.Linear(dim, dim)"
SCALE = "head_width(dim, num_heads) ** -0.5"
GRID = "as_map(x, H, W)"
REDUCED = "self.sr_norm(as_tokens(self.sr(grid)))"
QUERIES = "self.q(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)"
PAIRS = "self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)"
LOGITS = "q @ k.transpose(2, 3) * self.scale"
MIXED = "torch.softmax(self.transform_conv(logits), dim=3)"
TRANSFORMED = f"self.transform_norm({MIXED})"
PLAIN = "torch.softmax(logits, dim=3)"
JOINED = "(weights @ v).transpose(1, 2).flatten(2)"
CONV, NORM = (
    "self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)",
    "self.transform_norm = nn.InstanceNorm2d(num_heads)",
)

ATTN = "self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)"
HIDDEN = "int(dim * mlp_ratio)"
TOO_FEW_KEYS = ("You take (H // sr_ratio) * (W // sr_ratio) reduced tokens, as in the page's bug museum. If sr_ratio "
                "does not divide the sides, there can be more. Let `flatten(2)` count the positions in sr's output.")
FIRST, SECOND = "x = x + self.attn(self.norm1(x), H, W)", "return x + self.mlp(self.norm2(x))"


def checked(grid: str) -> str:
    """Another map, after the check of its size."""
    return f"as_map(x, H, W).shape and {grid}"


def both(new: str) -> tuple[tuple[str, str], ...]:
    """The softmax along another axis, with and without the transform."""
    return (MIXED, MIXED.replace("dim=3", new)), (PLAIN, PLAIN.replace("dim=3", new))

MISTAKES = (
    # --- PixelAttention
    Mistake("pixel-no-sigmoid", "PixelAttention",
            "The sigmoid is missing: you multiply x by the convolution's output. Return x * sigmoid(conv(x)), whose "
            "gate lies between 0 and 1.",
            ((GATED, "x * self.conv(x)"),)),
    Mistake("pixel-sigmoid-of-x", "PixelAttention",
            "You take the sigmoid of x and multiply it by the convolution's output. It should be the other way round: "
            "x * sigmoid(conv(x)).",
            ((GATED, "self.conv(x) * torch.sigmoid(x)"),)),
    Mistake("pixel-gate-of-x", "PixelAttention",
            "Your gate is the sigmoid of x itself: `conv` is made and never used. It should be the sigmoid of conv(x).",
            ((GATED, "x * torch.sigmoid(x)"),)),
    Mistake("pixel-added", "PixelAttention",
            "You add the convolution's output to x. Take its sigmoid, and multiply x by that gate: x * "
            "sigmoid(conv(x)).",
            ((GATED, "x + self.conv(x)"),)),
    Mistake("pixel-gate-added", "PixelAttention",
            "You add the gate to x. Multiply x by the gate.",
            ((GATED, "x + torch.sigmoid(self.conv(x))"),)),
    Mistake("pixel-shortcut", "PixelAttention",
            "You also add x: you return x + x * gate. Return x * gate, without a shortcut.",
            ((GATED, f"x + {GATED}"),)),
    Mistake("pixel-gate-alone", "PixelAttention",
            "You return the gate. Apply it: x * gate.",
            ((GATED, "torch.sigmoid(self.conv(x))"),)),
    Mistake("pixel-conv-alone", "PixelAttention",
            "You return the convolution's output. Take its sigmoid and multiply x by it.",
            ((GATED, "self.conv(x)"),)),
    Mistake("pixel-conv-gated", "PixelAttention",
            "You multiply the convolution's output by its own sigmoid. Multiply x by that sigmoid: x * "
            "sigmoid(conv(x)).",
            ((GATED, "(lambda y: y * torch.sigmoid(y))(self.conv(x))"),)),
    Mistake("pixel-full-conv", "PixelAttention",
            "Your convolution mixes all channels. It should be depth-wise, with groups=channels, so that each channel "
            "has one 3 x 3 kernel of its own.",
            ((PA_CONV, PA_CONV.replace(", groups=channels", "")),)),
    Mistake("pixel-one-map", "PixelAttention",
            "Your convolution returns one map for all channels. Each channel should have a gate of its own. Use a "
            "convolution from channels to channels, with groups=channels.",
            ((PA_CONV, "self.conv = nn.Conv2d(channels, 1, 3, padding=1)"),)),
    Mistake("pixel-kernel-1", "PixelAttention",
            "Your kernel is 1 x 1, so no position sees its neighbours. It should be 3 x 3, with padding=1.",
            ((PA_CONV, PA_CONV.replace("3, padding=1", "1")),)),
    Mistake("pixel-kernel-5", "PixelAttention",
            "Your kernel is 5 x 5. It should be 3 x 3, with padding=1.",
            ((PA_CONV, PA_CONV.replace("3, padding=1", "5, padding=2")),)),
    Mistake("pixel-no-padding", "PixelAttention",
            "The padding is missing, so the convolution's output is smaller than x by two rows and two columns. Write "
            "padding=1, which keeps the size.",
            ((PA_CONV, PA_CONV.replace(", padding=1", "")),)),
    Mistake("pixel-no-bias", "PixelAttention",
            "Your convolution has no bias. Keep torch's default.",
            ((PA_CONV, PA_CONV[:-1] + ", bias=False)"),)),
    Mistake("pixel-tanh", "PixelAttention",
            "Your gate is a tanh, between -1 and 1. It should be a sigmoid, between 0 and 1.",
            ((GATED, "x * torch.tanh(self.conv(x))"),)),
    Mistake("pixel-relu", "PixelAttention",
            "Your gate is a ReLU, which has no upper limit. It should be a sigmoid.",
            ((GATED, "x * torch.relu(self.conv(x))"),)),
    Mistake("pixel-softmax-over-channels", "PixelAttention",
            "Your gate is a softmax over the channels, so the channels compete. Give each number a sigmoid of its own.",
            ((GATED, "x * torch.softmax(self.conv(x), dim=1)"),)),
    Mistake("pixel-softmax-over-positions", "PixelAttention",
            "Your gate is a softmax over the positions, so the positions compete. Give each number a sigmoid of its "
            "own.",
            ((GATED, "x * torch.softmax(self.conv(x).flatten(2), dim=2).view_as(x)"),)),
    Mistake("pixel-sides-exchanged", "PixelAttention",
            "You swap rows and columns before the convolution and swap them back after it, which has the effect "
            "of transposed kernels. Call conv on x as it is.",
            ((GATED, "x * torch.sigmoid(self.conv(x.transpose(2, 3)).transpose(2, 3))"),)),
    Mistake("pixel-twice-the-gate", "PixelAttention",
            "Your gate is multiplied by 2. It should be a plain sigmoid, between 0 and 1.",
            ((GATED, f"2 * {GATED}"),)),
    Mistake("pixel-one-minus", "PixelAttention",
            "You multiply x by 1 - gate. Return x * gate.",
            ((GATED, "x * (1 - torch.sigmoid(self.conv(x)))"),)),
    Mistake("pixel-naive-sigmoid", "PixelAttention", INFINITE,
            ((GATED, f"x * {naive_sigmoid('self.conv(x)')}"),)),
    Mistake("pixel-circular", "PixelAttention",
            "Your convolution pads with the opposite side of the map (padding_mode='circular'). It should pad with "
            "zeros, torch's default.",
            ((PA_CONV, PA_CONV[:-1] + ", padding_mode='circular')"),)),
    Mistake("pixel-gate-detached", "PixelAttention",
            "The numbers are right, but the gate is detached, so the convolution would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((GATED, "x * torch.sigmoid(self.conv(x)).detach()"),)),
    Mistake("pixel-x-detached", "PixelAttention",
            "The numbers are right, but x is detached where the gate multiplies it, so most of its gradient is lost. "
            "Leave out the `detach()`, `.data` or `no_grad()`.",
            ((GATED, "x.detach() * torch.sigmoid(self.conv(x))"),)),
    Mistake("pixel-input-of-conv-detached", "PixelAttention",
            "The numbers are right, but x is detached before the convolution, so the part of its gradient that flows "
            "through the gate is lost. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((GATED, "x * torch.sigmoid(self.conv(x.detach()))"),)),
    Mistake("pixel-in-place", "PixelAttention",
            "You change x in place, as `*=` does, so code that reads it afterwards finds different numbers. Write x * "
            "gate.",
            ((f"return {GATED}",
              "gate = torch.sigmoid(self.conv(x)).detach()\n        x.data *= gate\n        return x"),)),
    Mistake("pixel-only-in-eval", "PixelAttention", ONLY_IN_EVAL,
            ((f"return {GATED}", f"return x if self.training else {GATED}"),)),

    Mistake("pixel-sigmoid-of-product", "PixelAttention",
            "You multiply x by conv(x) and take the sigmoid of the product. Take the sigmoid of conv(x) alone: x * "
            "sigmoid(conv(x)).",
            ((GATED, "torch.sigmoid(x * self.conv(x))"),)),
    Mistake("pixel-replicate", "PixelAttention",
            "Your convolution pads with the border itself (padding_mode='replicate'). It should pad with zeros, "
            "torch's default.",
            ((PA_CONV, PA_CONV[:-1] + ", padding_mode='replicate')"),)),
    Mistake("pixel-one-kernel", "PixelAttention",
            "Your convolution uses the same kernel for all channels. Each channel should have a kernel of its own. Use "
            "a convolution from channels to channels, with groups=channels.",
            ((PA_CONV, "self.conv = nn.Conv2d(1, 1, 3, padding=1)"),
             (GATED, "x * torch.sigmoid(self.conv(x.flatten(0, 1)[:, None])).view_as(x)"))),

    # --- OverlapPatchEmbed
    Mistake("embed-size-halved", "OverlapPatchEmbed",
            "The size that you return is always half of the input's, rounded down. (The page's bug museum shows this "
            "bug.) It is wrong for odd sides, and for every patch size other than 2. Read the size off the "
            "convolution's output.",
            ((TRUE_SIZE, "(x.shape[2] // 2, x.shape[3] // 2)"),)),
    Mistake("embed-size-root", "OverlapPatchEmbed",
            "For both sides you return the square root of the number of tokens, which is right for square maps only. "
            "Read the size off the convolution's output.",
            ((TRUE_SIZE, "(int((patches.shape[2] * patches.shape[3]) ** 0.5),) * 2"),)),
    Mistake("embed-no-statistics", "OverlapPatchEmbed",
            "Your `bn` keeps no running mean and variance. It should be nn.BatchNorm2d(out_channels), with torch's "
            "defaults.",
            (("self.bn = nn.BatchNorm2d(out_channels)", "self.bn = nn.GroupNorm(1, out_channels)"),)),
    Mistake("embed-size-rounded-down", "OverlapPatchEmbed",
            "The size that you return is the input's size divided by the patch size, rounded down. With some sizes you "
            "have more tokens than that. Read the size off the convolution's output.",
            ((TRUE_SIZE, "(x.shape[2] // self.conv.stride[0], x.shape[3] // self.conv.stride[1])"),)),
    Mistake("embed-size-rounded-up", "OverlapPatchEmbed",
            "The size that you return is the input's size divided by the patch size, rounded up. That is right for "
            "even patch sizes only. Read the size off the convolution's output.",
            ((TRUE_SIZE, "(-(-x.shape[2] // self.conv.stride[0]), -(-x.shape[3] // self.conv.stride[1]))"),)),
    Mistake("embed-size-exchanged", "OverlapPatchEmbed",
            "The size that you return is (W', H'). The height comes first: (H', W').",
            ((TRUE_SIZE, "(patches.shape[3], patches.shape[2])"),)),
    Mistake("embed-size-of-input", "OverlapPatchEmbed",
            "The size that you return is the input's. Return the size of the map that your tokens come from, because "
            "the next layer needs it.",
            ((TRUE_SIZE, "(x.shape[2], x.shape[3])"),)),
    Mistake("embed-size-flat", "OverlapPatchEmbed",
            "You return three things: tokens, height and width. Return two: the tokens, and the pair (H', W').",
            ((f"{TOKENS}, {TRUE_SIZE}", f"{TOKENS}, patches.shape[2], patches.shape[3]"),)),
    Mistake("embed-tokens-alone", "OverlapPatchEmbed",
            "You return the tokens alone. Return the size of their map too: tokens, (H', W').",
            ((f"return {TOKENS}, {TRUE_SIZE}", f"return {TOKENS}"),)),
    Mistake("embed-map", "OverlapPatchEmbed",
            "You return a map instead of tokens. Call flatten(2), then transpose(1, 2), to turn it into (B, H' * W', "
            "C).",
            ((TOKENS, "patches"),)),
    Mistake("embed-not-transposed", "OverlapPatchEmbed",
            "Your tokens are (B, C, N): the transpose is missing. They should be (B, N, C), one row for each token.",
            ((TOKENS, "patches.flatten(2)"),)),
    Mistake("embed-tokens-scrambled", "OverlapPatchEmbed",
            "You turn (B, C, H, W) into (B, N, C) with `reshape` or `view`, which keeps the order of the numbers in "
            "memory. A token is then a mixture of positions. Call flatten(2), then transpose(1, 2).",
            ((TOKENS, "patches.reshape(len(x), -1, patches.shape[1])"),)),
    Mistake("embed-columns-first", "OverlapPatchEmbed",
            "Your tokens run column by column (W before H). They should run row by row. Call flatten(2), then "
            "transpose(1, 2).",
            ((TOKENS, "patches.transpose(2, 3).flatten(2).transpose(1, 2)"),)),
    Mistake("embed-no-overlap", "OverlapPatchEmbed",
            "Your kernel is p, the patch size. It should be p + 1, with stride p and padding p // 2, so that "
            "neighbouring patches overlap.",
            ((PATCH_CONV, PATCH_CONV.replace("p + 1", "p").replace(", padding=p // 2", "")),)),
    Mistake("embed-kernel-3", "OverlapPatchEmbed",
            "Your kernel is 3, whatever the patch size is. It should be patch_size + 1.",
            ((PATCH_CONV, PATCH_CONV.replace("p + 1", "3")),)),
    Mistake("embed-no-padding", "OverlapPatchEmbed",
            "The padding is missing. It should be patch_size // 2, so that there are patches at the border too.",
            ((PATCH_CONV, PATCH_CONV.replace(", padding=p // 2", "")),)),
    Mistake("embed-padding-1", "OverlapPatchEmbed",
            "Your padding is 1, whatever the patch size is. It should be patch_size // 2.",
            ((PATCH_CONV, PATCH_CONV.replace("p // 2", "1")),)),
    Mistake("embed-padding-p", "OverlapPatchEmbed",
            "Your padding is the patch size. It should be patch_size // 2.",
            ((PATCH_CONV, PATCH_CONV.replace("p // 2", "p")),)),
    Mistake("embed-padding-of-kernel", "OverlapPatchEmbed",
            "Your padding is half of the kernel, (patch_size + 1) // 2. It should be patch_size // 2, which is one "
            "less if the patch size is odd.",
            ((PATCH_CONV, PATCH_CONV.replace("p // 2", "(p + 1) // 2")),)),
    Mistake("embed-stride-1", "OverlapPatchEmbed",
            "The stride is missing, so you keep every position. The stride should be patch_size.",
            ((PATCH_CONV, PATCH_CONV.replace("stride=p, ", "")),)),
    Mistake("embed-stride-2", "OverlapPatchEmbed",
            "Your stride is 2, whatever the patch size is. It should be patch_size.",
            ((PATCH_CONV, PATCH_CONV.replace("stride=p", "stride=2")),)),
    Mistake("embed-no-bias", "OverlapPatchEmbed",
            "conv has no bias. In ResT it has one, although a BatchNorm follows: keep torch's default.",
            ((PATCH_CONV, PATCH_CONV[:-1] + ", bias=False)"),)),
    Mistake("embed-no-bn", "OverlapPatchEmbed",
            "The BatchNorm is made and never used. It belongs after conv.",
            ((PATCHES, "self.position(self.conv(x))"),)),
    Mistake("embed-bn-last", "OverlapPatchEmbed",
            "Your position code comes before the BatchNorm. The BatchNorm should come first: position(bn(conv(x))).",
            ((PATCHES, "self.bn(self.position(self.conv(x)))"),)),
    Mistake("embed-no-position", "OverlapPatchEmbed",
            "The position code is made and never used. It should come after the BatchNorm: position(bn(conv(x))).",
            ((PATCHES, "self.bn(self.conv(x))"),)),
    Mistake("embed-position-always", "OverlapPatchEmbed",
            "with_position=False has no effect: your module still has a position code. Make it only if with_position "
            "is True.",
            ((POSITION, "PixelAttention(out_channels)"),)),
    Mistake("embed-position-never", "OverlapPatchEmbed",
            "with_position=True has no effect: your module has no position code. Make it if with_position is True.",
            ((POSITION, "nn.Identity()"),)),
    Mistake("embed-position-added", "OverlapPatchEmbed",
            "You add the position code's output to the map. Return the output alone, because the position code has "
            "multiplied the map already.",
            ((PATCHES, "(lambda y: y + self.position(y))(self.bn(self.conv(x)))"),)),
    Mistake("embed-layer-norm", "OverlapPatchEmbed",
            "You normalise each token over its channels (LayerNorm). Use a BatchNorm2d, which normalises each channel "
            "with its running mean and variance.",
            ((PATCHES, LAYER_NORM),)),
    Mistake("embed-relu", "OverlapPatchEmbed",
            "A ReLU follows the BatchNorm. Give the BatchNorm's output to the position code as it is.",
            ((PATCHES, "self.position(torch.relu(self.bn(self.conv(x))))"),)),
    Mistake("embed-bn-of-batch", "OverlapPatchEmbed",
            "Your BatchNorm uses the statistics of the batch in eval mode too. Call self.bn, which uses its running "
            "mean and variance in eval mode.",
            ((PATCHES,
              "self.position(nn.functional.batch_norm("
              "self.conv(x), None, None, self.bn.weight, self.bn.bias, True))"),)),
    Mistake("embed-default-patch", "OverlapPatchEmbed",
            "If patch_size is not given, your code should use 2.",
            (("patch_size: int = 2", "patch_size: int = 4"),)),
    Mistake("embed-default-position", "OverlapPatchEmbed",
            "If with_position is not given, your module has no position code. The default should be True.",
            (("with_position: bool = True", "with_position: bool = False"),)),
    Mistake("embed-detached", "OverlapPatchEmbed",
            "The numbers are right, but the tokens are detached, so nothing before them would ever learn. Leave out "
            "the `detach()`, `.data` or `no_grad()`.",
            ((TOKENS, "as_tokens(patches).detach()"),)),
    Mistake("embed-input-detached", "OverlapPatchEmbed",
            "The numbers are right, and so are the gradients of the weights. But x is detached before conv, so no "
            "gradient flows back to whatever made x. Leave out the `detach()`, `.data` or `no_grad()`.",
            (("self.conv(x)", "self.conv(x.detach())"),)),
    Mistake("embed-only-in-eval", "OverlapPatchEmbed",
            "In training mode you leave out the BatchNorm. Call it in both modes.",
            ((PATCHES, "self.position(self.conv(x) if self.training else self.bn(self.conv(x)))"),)),

    # --- EMSA
    Mistake("emsa-no-error", "EMSA",
            "If H * W is not the number of tokens, your code raises no ValueError. Your `reshape` or `view` raises "
            "torch's own error, or H and W are not checked at all. Compare H * W with the number of tokens first, and "
            "raise a ValueError.",
            ((GRID, "x.transpose(1, 2).reshape(len(x), x.shape[2], H, W) if self.sr_ratio > 1 else x"),)),
    Mistake("emsa-error-if-reduced", "EMSA",
            "With sr_ratio=1 a wrong H or W goes unnoticed. Compare H * W with the number of tokens whatever the "
            "ratio is.",
            ((GRID, f"{GRID} if self.sr_ratio > 1 else x"),)),
    Mistake("emsa-error-if-too-few", "EMSA",
            "You raise a ValueError for fewer tokens than H * W, but not for more. Compare with `!=`.",
            ((GRID,
              f"{GRID} if x.shape[1] < H * W else "
              "x.transpose(1, 2).unflatten(2, (H, W)) if self.sr_ratio > 1 else x"),)),
    Mistake("emsa-assert", "EMSA",
            "If H * W is not the number of tokens, you raise an AssertionError. Raise a ValueError.",
            ((f"grid = {GRID}", "assert x.shape[1] == H * W\n        grid = x.transpose(1, 2).unflatten(2, (H, W))"),)),
    Mistake("emsa-no-error-unflatten", "EMSA",
            "If H * W is not the number of tokens, your code raises no ValueError. Your `unflatten` raises torch's own "
            "error, or H and W are not checked at all. Compare H * W with the number of tokens first, and raise a "
            "ValueError.",
            ((GRID, "x.transpose(1, 2).unflatten(2, (H, W)) if self.sr_ratio > 1 else x"),)),
    Mistake("emsa-keys-cropped", "EMSA", TOO_FEW_KEYS,
            ((REDUCED, "self.sr_norm(as_tokens(self.sr(grid)[:, :, :H // self.sr_ratio, :W // self.sr_ratio]))"),)),
    Mistake("emsa-keys-rounded-down", "EMSA", TOO_FEW_KEYS,
            ((REDUCED, "self.sr_norm(self.sr(grid).reshape(len(x), x.shape[2], (H // self.sr_ratio) * (W // "
                       "self.sr_ratio)).mT)"),)),
    Mistake("emsa-keys-of-area", "EMSA",
            "You take N // sr_ratio ** 2 as the number of reduced tokens. If sr_ratio does not divide the sides, "
            "there can be more. Let `flatten(2)` count the positions in sr's output.",
            ((REDUCED, "self.sr_norm(self.sr(grid).reshape(len(x), x.shape[2], H * W // self.sr_ratio ** 2).mT)"),)),
    Mistake("emsa-map-scrambled", "EMSA",
            "You turn the tokens (B, N, C) into (B, C, H, W) with `reshape` or `view` alone, which keeps the order of "
            "the numbers in memory. Channels and positions are then mixed up. Call transpose(1, 2) first.",
            ((GRID, checked("x.reshape(len(x), -1, H, W)")),)),
    Mistake("emsa-map-sides", "EMSA",
            "You make a map of W rows and H columns. Make one of H rows and W columns, (B, C, H, W), because tokens "
            "run row by row.",
            ((GRID, checked("x.transpose(1, 2).unflatten(2, (W, H))")),)),
    Mistake("emsa-map-columns-first", "EMSA",
            "You read the tokens column by column (W before H). They run row by row. Call transpose(1, 2) first, then "
            "unflatten to (B, C, H, W).",
            ((GRID, checked("x.transpose(1, 2).unflatten(2, (W, H)).transpose(2, 3)")),)),
    Mistake("emsa-reduced-scrambled", "EMSA",
            "You turn the reduced map into tokens with `reshape` or `view` alone, which keeps the order of the numbers "
            "in memory. A token is then a mixture of positions. Call flatten(2), then transpose(1, 2).",
            ((REDUCED, "self.sr_norm(self.sr(grid).reshape(len(x), -1, x.shape[2]))"),)),
    Mistake("emsa-both-scrambled", "EMSA",
            "You go from tokens to a map and back with `reshape` or `view` alone, which keep the order of the numbers "
            "in memory: channels and positions are mixed up. Call transpose(1, 2) both times.",
            ((GRID, checked("x.reshape(len(x), -1, H, W)")), (REDUCED, "self.sr_norm(self.sr(grid).reshape(len(x), "
                                                                       "-1, x.shape[2]))"))),
    Mistake("emsa-not-reduced", "EMSA",
            "`sr` and `sr_norm` are made and never used: keys and values come from all tokens. If sr_ratio is above 1, "
            "they should come from the reduced tokens.",
            (("self.kv(reduced)", "self.kv(x)"),)),
    Mistake("emsa-queries-reduced", "EMSA",
            "You reduce the queries too, so fewer tokens come out than went in. Take the queries from x, and only keys "
            "and values from the reduced tokens.",
            (("self.q(x)", "self.q(reduced)"),)),
    Mistake("emsa-sr-groups", "EMSA",
            "`sr` mixes all channels. It should be depth-wise: groups=dim.",
            ((SR, SR.replace(", groups=dim", "")),)),
    Mistake("emsa-sr-kernel", "EMSA",
            "The kernel of `sr` is sr_ratio. It should be sr_ratio + 1, with padding sr_ratio // 2, so that its "
            "windows overlap.",
            ((SR, SR.replace("sr_ratio + 1", "sr_ratio").replace(", padding=sr_ratio // 2", "")),)),
    Mistake("emsa-sr-padding", "EMSA",
            "The padding of `sr` is missing. It should be sr_ratio // 2.",
            ((SR, SR.replace(", padding=sr_ratio // 2", "")),)),
    Mistake("emsa-sr-padding-1", "EMSA",
            "The padding of `sr` is 1, whatever the ratio is. It should be sr_ratio // 2.",
            ((SR, SR.replace("sr_ratio // 2", "1")),)),
    Mistake("emsa-sr-bias", "EMSA",
            "`sr` has no bias. Keep torch's default: qkv_bias is only for q and kv.",
            ((SR, SR[:-1] + ", bias=False)"),)),
    Mistake("emsa-sr-always", "EMSA",
            "You make `sr` and `sr_norm` at sr_ratio=1 too. Make them only if the ratio is above 1. At 1, keys and "
            "values come from x itself.",
            (("if sr_ratio > 1:", "if sr_ratio >= 1:"),
             ("if self.sr_ratio > 1 else x", "if self.sr_ratio >= 1 else x"))),
    Mistake("emsa-sr-norm-always", "EMSA",
            "You make `sr_norm` at sr_ratio=1 too. Make it only if the ratio is above 1, like `sr`. At 1, keys and "
            "values come from x itself.",
            ((f"    {SR_NORM}", SR_NORM), (f"{REDUCED} if self.sr_ratio > 1 else x",
                                           "self.sr_norm(as_tokens(self.sr(grid)) if self.sr_ratio > 1 else x)"))),
    Mistake("emsa-sr-norm-missing", "EMSA",
            "`sr_norm` is made and never used. Call it on the reduced tokens, before kv.",
            ((REDUCED, "as_tokens(self.sr(grid))"),)),
    Mistake("emsa-sr-batch-norm", "EMSA",
            "You normalise the reduced tokens with the statistics of the batch (BatchNorm). Use a LayerNorm, which "
            "normalises each token over its own channels.",
            ((REDUCED, "as_tokens(nn.functional.batch_norm(self.sr(grid), None, None, self.sr_norm.weight, "
                       "self.sr_norm.bias, True))"),)),
    Mistake("emsa-sr-norm-first", "EMSA",
            "Your LayerNorm comes before the convolution. It should come after `sr`, on the reduced tokens.",
            ((REDUCED, "as_tokens(self.sr(as_map(self.sr_norm(x), H, W)))"),)),
    Mistake("emsa-sr-gelu", "EMSA",
            "A GELU follows sr_norm. Give sr_norm's output to kv as it is.",
            ((REDUCED, f"nn.functional.gelu({REDUCED})"),)),
    Mistake("emsa-sr-pool", "EMSA",
            "You reduce the tokens by taking the mean of each window: `sr` is made and never used. Use `sr`, a "
            "convolution whose weights are learned.",
            ((REDUCED, "self.sr_norm(as_tokens(nn.functional.avg_pool2d(grid, self.sr_ratio + 1, self.sr_ratio, "
                       "self.sr_ratio // 2)))"),)),
    Mistake("emsa-sr-subsampled", "EMSA",
            "You pick single positions at equal distances: `sr` is made and never used. Use `sr`, a convolution over "
            "a window.",
            ((REDUCED, "self.sr_norm(as_tokens(grid[:, :, ::self.sr_ratio, ::self.sr_ratio]))"),)),
    Mistake("emsa-halves-exchanged", "EMSA",
            "Keys and values have changed places: the first half of kv's channels should be the keys, and the second "
            "half the values.",
            (("k, v = self.kv", "v, k = self.kv"),)),
    Mistake("emsa-halves-in-heads", "EMSA",
            "You cut kv's channels into heads first, and each head into keys and values. Split them into the halves [k "
            "| v] first, and then each half into heads x head_dim.",
            ((PAIRS, "self.kv(reduced).unflatten(2, (self.num_heads, 2, -1)).permute(3, 0, 2, 1, 4)"),)),
    Mistake("emsa-halves-interleaved", "EMSA",
            "You take every second channel of kv for the keys. The first half should be the keys, and the second half "
            "the values.",
            ((PAIRS, "self.kv(reduced).unflatten(2, (self.num_heads, -1, 2)).permute(4, 0, 2, 1, 3)"),)),
    Mistake("emsa-queries-scrambled", "EMSA",
            "You turn the queries into (B, heads, N, head_dim) with `view` or `reshape` alone, which keeps the order "
            "of the numbers in memory. A head then gets whole tokens, and not its own channels of every token. Make "
            "(B, N, heads, head_dim) first, then transpose(1, 2).",
            ((QUERIES, "self.q(x).reshape(len(x), self.num_heads, x.shape[1], -1)"),)),
    Mistake("emsa-queries-channels-first", "EMSA",
            "You read the queries' channels as head_dim x heads, but not those of the keys. A head's queries and its "
            "keys then use different channels. Read them all as heads x head_dim.",
            ((QUERIES, "self.q(x).unflatten(2, (-1, self.num_heads)).permute(0, 3, 1, 2)"),)),
    Mistake("emsa-halves-scrambled", "EMSA",
            "You turn keys and values into (B, heads, M, head_dim) with `view` or `reshape` alone, which keeps the "
            "order of the numbers in memory. A head then gets whole tokens, and not its own channels of every token. "
            "Make (B, M, heads, head_dim) first, then transpose(1, 2).",
            ((PAIRS,
              "(t.reshape(len(x), self.num_heads, reduced.shape[1], -1) for t in self.kv(reduced).chunk(2, dim=2))"),)),
    Mistake("emsa-pairs-scrambled", "EMSA",
            "You cut kv's channels with `view` or `reshape` alone. Neither of them moves an axis, so keys and values "
            "are mixed up. Make (B, M, 2, heads, head_dim) first, then permute(2, 0, 3, 1, 4).",
            ((PAIRS, "self.kv(reduced).reshape(2, len(x), self.num_heads, reduced.shape[1], -1)"),)),
    Mistake("emsa-joined-scrambled", "EMSA",
            "You join the heads with `reshape` or `view` while their axis is still before the axis of the tokens. That "
            "mixes up tokens and heads. Call transpose(1, 2) first, then flatten the last two axes.",
            ((JOINED, "(weights @ v).reshape(x.shape)"),)),
    Mistake("emsa-split-and-joined-scrambled", "EMSA",
            "You cut and join the heads with `view` or `reshape` alone, which keeps the order of the numbers in "
            "memory. A head then gets whole tokens, and not its own channels of every token. Swap heads and tokens "
            "with transpose(1, 2) both times.",
            ((QUERIES, "self.q(x).reshape(len(x), self.num_heads, x.shape[1], -1)"),
             (PAIRS,
              "(t.reshape(len(x), self.num_heads, reduced.shape[1], -1) for t in self.kv(reduced).chunk(2, dim=2))"),
             (JOINED, "(weights @ v).reshape(x.shape)"))),
    Mistake("emsa-channels-first", "EMSA",
            "You read the channels of queries, keys and values as head_dim x heads, so a head gets channels that are "
            "far apart. Read them as heads x head_dim, so that a head has neighbouring channels.",
            ((QUERIES, "self.q(x).unflatten(2, (-1, self.num_heads)).permute(0, 3, 1, 2)"),
             (PAIRS, "self.kv(reduced).unflatten(2, (2, -1, self.num_heads)).permute(2, 0, 4, 1, 3)"),
             (JOINED, "(weights @ v).permute(0, 2, 3, 1).flatten(2)"))),
    Mistake("emsa-joined-channels-first", "EMSA",
            "You join the heads as head_dim x heads. Join them as they were split, heads x head_dim.",
            ((JOINED, "(weights @ v).permute(0, 2, 3, 1).flatten(2)"),)),
    Mistake("emsa-heads-reversed", "EMSA",
            "You join the heads in reverse order. Head 0 should come first.",
            ((JOINED, "(weights @ v).flip(1).transpose(1, 2).flatten(2)"),)),
    Mistake("emsa-one-head", "EMSA",
            "Your attention has one head, whatever num_heads is. Split q, k and v into num_heads heads.",
            (("self.scale = num_heads,", "self.scale = num_heads if apply_transform else 1,"),)),
    Mistake("emsa-no-scale", "EMSA",
            "The scale is missing. Multiply the logits by head_dim ** -0.5.",
            ((LOGITS, "q @ k.transpose(2, 3)"),)),
    Mistake("emsa-scale-squared", "EMSA",
            "You divide the logits by head_dim. Divide them by its square root, which is the same as multiplying by "
            "head_dim ** -0.5.",
            ((LOGITS, "q @ k.transpose(2, 3) * self.scale ** 2"),)),
    Mistake("emsa-scale-of-dim", "EMSA",
            "You scale by dim ** -0.5. A head's query has head_dim numbers, so scale by head_dim ** -0.5.",
            ((SCALE, "dim ** -0.5"),)),
    Mistake("emsa-scale-inverted", "EMSA",
            "You multiply the logits by the square root of head_dim. Divide the logits by this root, which is the "
            "same as multiplying by head_dim ** -0.5.",
            ((LOGITS, "q @ k.transpose(2, 3) / self.scale"),)),
    Mistake("emsa-scale-after-softmax", "EMSA",
            "You scale the weights after the softmax. Scale the logits instead, before the softmax.",
            ((LOGITS, "q @ k.transpose(2, 3)"),
             (f"return self.proj({JOINED}", f"weights = weights * self.scale\n        return self.proj({JOINED}"))),
    Mistake("emsa-weights-scaled", "EMSA",
            "You scale the weights after the softmax. Scale the logits instead, before the softmax.",
            ((LOGITS, "q @ k.transpose(2, 3)"), (MIXED, f"{MIXED} * self.scale"), (PLAIN, f"{PLAIN} * self.scale"))),
    Mistake("emsa-scaled-twice", "EMSA",
            "Without the transform, the logits are scaled twice. `scaled_dot_product_attention` scales them by "
            "itself, so leave out your own scale there.",
            ((PLAIN, PLAIN.replace("logits", "logits * self.scale")),)),
    Mistake("emsa-causal", "EMSA",
            "Your mask hides later keys from a query (`is_causal=True`). In an image, every query may look at every "
            "key, so use no mask.",
            ((PLAIN, PLAIN.replace("logits", "logits + torch.full_like(logits, float('-inf')).triu(1)")),)),
    Mistake("emsa-softmax-twice", "EMSA",
            "You take the softmax twice. Take it once. With apply_transform, `transform_norm` comes after this "
            "softmax.",
            ((MIXED, f"torch.softmax({MIXED}, dim=3)"), (PLAIN, f"torch.softmax({PLAIN}, dim=3)"))),
    Mistake("emsa-softmax-over-heads", "EMSA",
            "Your softmax runs over the heads (dim=1). It should run over the keys, the last axis.",
            both('dim=1')),
    Mistake("emsa-softmax-over-queries", "EMSA",
            "Your softmax runs over the queries (dim=2). It should run over the keys, the last axis, so that each "
            "query's weights sum to 1.",
            both('dim=2')),
    Mistake("emsa-no-softmax", "EMSA",
            "The softmax is missing: you multiply the values by the logits themselves. Take the softmax of the logits "
            "over the keys, the last axis.",
            ((MIXED, "self.transform_conv(logits)"), (PLAIN, "logits"))),
    Mistake("emsa-naive-softmax", "EMSA", OVERFLOW.format('logits'),
            ((MIXED, naive_softmax("self.transform_conv(logits)")), (PLAIN, naive_softmax("logits")))),
    Mistake("emsa-transform-never", "EMSA",
            "apply_transform=True has no effect: its two layers are made and never used. Call transform_conv before "
            "the softmax, and transform_norm after the softmax.",
            (("if self.apply_transform:\n            weights", "if False:\n            weights"),)),
    Mistake("emsa-transform-always", "EMSA",
            "You transform the heads although apply_transform is False. In that case give the logits straight to the "
            "softmax.",
            (("self.apply_transform = apply_transform and num_heads > 1", "self.apply_transform = num_heads > 1"),)),
    Mistake("emsa-transform-one-head", "EMSA",
            "With one head there is nothing to mix. Make the two layers of the transform only if there is more than "
            "one head, even if apply_transform is True.",
            (("apply_transform and num_heads > 1", "apply_transform"),)),
    Mistake("emsa-transform-no-conv", "EMSA",
            "`transform_conv` is made and never used. It should mix the logits of the heads before the softmax.",
            (("self.transform_conv(logits)", "logits"),)),
    Mistake("emsa-transform-no-softmax", "EMSA",
            "With apply_transform, the softmax is missing. It belongs between transform_conv and transform_norm.",
            ((MIXED, "self.transform_conv(logits)"),)),
    Mistake("emsa-transform-over-queries", "EMSA",
            "With apply_transform, your softmax runs over the queries (dim=2). It should run over the keys, the last "
            "axis.",
            ((MIXED, MIXED.replace("dim=3", "dim=2")),)),
    Mistake("emsa-transform-softmax-last", "EMSA",
            "A second softmax follows transform_norm. One softmax, before transform_norm, is enough; multiply the "
            "values by the norm's output.",
            ((TRANSFORMED, f"torch.softmax({TRANSFORMED}, dim=3)"),)),
    Mistake("emsa-transform-conv-groups", "EMSA",
            "Your transform_conv treats each head by itself (groups=num_heads). It should mix the heads, so leave "
            "groups at 1.",
            ((CONV, CONV[:-1] + ", groups=num_heads)"),)),
    Mistake("emsa-transform-tracked", "EMSA",
            "Your InstanceNorm keeps running statistics (track_running_stats=True). Keep torch's default, which has "
            "none.",
            ((NORM, NORM[:-1] + ", track_running_stats=True)"),)),
    Mistake("emsa-transform-unbiased", "EMSA",
            "Your variance divides by n - 1, which is the default of `var` and `std`. InstanceNorm divides by n, so "
            "pass unbiased=False.",
            ((TRANSFORMED,
              "(lambda a: (a - a.mean((2, 3), keepdim=True)) / (a.var((2, 3), keepdim=True) + 1e-5).sqrt())"
                           f"({MIXED})"),)),
    Mistake("emsa-transform-no-norm", "EMSA",
            "`transform_norm` is made and never used. Use it on each head's weights, after the softmax.",
            ((TRANSFORMED, MIXED),)),
    Mistake("emsa-transform-norm-first", "EMSA",
            "Your InstanceNorm comes before the softmax. It should come after the softmax.",
            ((TRANSFORMED, "torch.softmax(self.transform_norm(self.transform_conv(logits)), dim=3)"),)),
    Mistake("emsa-transform-conv-last", "EMSA",
            "You mix the weights after the softmax. Mix the logits with transform_conv, before the softmax.",
            ((TRANSFORMED, "self.transform_norm(self.transform_conv(torch.softmax(logits, dim=3)))"),)),
    Mistake("emsa-transform-norm-then-conv", "EMSA",
            "You have swapped transform_norm and transform_conv: the norm comes before the softmax, and the mixing "
            "after it. The order should be transform_conv, softmax, transform_norm.",
            ((TRANSFORMED, "self.transform_conv(torch.softmax(self.transform_norm(logits), dim=3))"),)),
    Mistake("emsa-transform-affine", "EMSA",
            "Your transform_norm has a weight and a bias, as with a BatchNorm2d or with affine=True. It should be "
            "nn.InstanceNorm2d(num_heads), which has neither by default.",
            ((NORM, NORM[:-1] + ", affine=True)"),)),
    Mistake("emsa-transform-batch-norm", "EMSA",
            "You normalise each head over the whole batch. InstanceNorm normalises each head of each image by itself.",
            ((TRANSFORMED, f"nn.functional.batch_norm({MIXED}, None, None, training=True)"),)),
    Mistake("emsa-transform-layer-norm", "EMSA",
            "You normalise each row by itself. InstanceNorm takes mean and variance over all rows of a head.",
            ((TRANSFORMED, f"(lambda a: nn.functional.layer_norm(a, a.shape[3:]))({MIXED})"),)),
    Mistake("emsa-transform-over-heads", "EMSA",
            "You normalise over all heads together. InstanceNorm normalises each head by itself.",
            ((TRANSFORMED, f"(lambda a: nn.functional.layer_norm(a, a.shape[1:]))({MIXED})"),)),
    Mistake("emsa-transform-rows-to-one", "EMSA",
            "You divide the mixed weights by their row sums instead of calling transform_norm. After InstanceNorm the "
            "rows do not sum to one.",
            ((TRANSFORMED,
              "(lambda a: a / a.sum(3, keepdim=True))(self.transform_conv(torch.softmax(logits, dim=3)))"),)),
    Mistake("emsa-transform-conv-bias", "EMSA",
            "`transform_conv` has no bias. Keep torch's default.",
            ((CONV, CONV[:-1] + ", bias=False)"),)),
    Mistake("emsa-no-proj", "EMSA",
            "`proj` is made and never used. It should be the last step.",
            ((f"self.proj({JOINED})", JOINED),)),
    Mistake("emsa-proj-bias", "EMSA",
            "`proj` has no bias if qkv_bias is False. It should always have one: qkv_bias is only for q and kv.",
            ((PROJ, PROJ[:-1] + ", bias=qkv_bias)"),)),
    Mistake("emsa-bias-always", "EMSA",
            "qkv_bias=False has no effect: q and kv have a bias anyway. Pass bias=qkv_bias to both.",
            ((Q_LAYER, Q_LAYER.replace(", bias=qkv_bias", "")), (KV_LAYER, KV_LAYER.replace(", bias=qkv_bias", "")))),
    Mistake("emsa-bias-never", "EMSA",
            "qkv_bias=True has no effect: q and kv have no bias. Pass bias=qkv_bias to both.",
            ((Q_LAYER, Q_LAYER.replace("=qkv_bias", "=False")), (KV_LAYER, KV_LAYER.replace("=qkv_bias", "=False")))),
    Mistake("emsa-bias-of-q", "EMSA",
            "q has a bias whatever qkv_bias is. Pass bias=qkv_bias to q, as to kv.",
            ((Q_LAYER, Q_LAYER.replace(", bias=qkv_bias", "")),)),
    Mistake("emsa-bias-of-kv", "EMSA",
            "kv has a bias whatever qkv_bias is. Pass bias=qkv_bias to kv, as to q.",
            ((KV_LAYER, KV_LAYER.replace(", bias=qkv_bias", "")),)),
    Mistake("emsa-bias-never-of-q", "EMSA",
            "q never has a bias. Pass bias=qkv_bias to q, as to kv.",
            ((Q_LAYER, Q_LAYER.replace("=qkv_bias", "=False")),)),
    Mistake("emsa-bias-never-of-kv", "EMSA",
            "kv never has a bias. Pass bias=qkv_bias to kv, as to q.",
            ((KV_LAYER, KV_LAYER.replace("=qkv_bias", "=False")),)),
    Mistake("emsa-default-bias", "EMSA",
            "If qkv_bias is not given, your q and kv have a bias. The default should be False.",
            (("qkv_bias: bool = False", "qkv_bias: bool = True"),)),
    Mistake("emsa-default-transform", "EMSA",
            "If apply_transform is not given, your heads are transformed. The default should be False.",
            (("apply_transform: bool = False", "apply_transform: bool = True"),)),
    Mistake("emsa-default-heads", "EMSA",
            "If num_heads is not given, your code should use 8.",
            (("num_heads: int = 8", "num_heads: int = 4"),)),
    Mistake("emsa-default-ratio", "EMSA",
            "If sr_ratio is not given, your code should use 1.",
            (("sr_ratio: int = 1", "sr_ratio: int = 2"),)),
    Mistake("emsa-sizes-exchanged", "EMSA",
            "q and kv have each other's sizes: q should return dim numbers for each token, and kv 2 * dim.",
            ((Q_LAYER, Q_LAYER.replace("dim, dim", "dim, 2 * dim")),
             (KV_LAYER, KV_LAYER.replace("dim, 2 * dim", "dim, dim")))),
    Mistake("emsa-shortcut", "EMSA",
            "You add x to the result. The shortcut belongs to the block around this module.",
            (("return self.proj", "return x + self.proj"),)),
    Mistake("emsa-dropout", "EMSA", ATTENTION_DROPOUT,
            ((JOINED, "(nn.functional.dropout(weights, 0.1, self.training) @ v).transpose(1, 2).flatten(2)"),)),
    Mistake("emsa-weights-detached", "EMSA",
            "The numbers are right, but the weights are detached, so queries and keys would never learn. Leave out "
            "the `detach()`, `.data` or `no_grad()`.",
            ((JOINED, JOINED.replace("weights @", "weights.detach() @")),)),
    Mistake("emsa-detached", "EMSA",
            "The numbers are right, but the result is detached, so nothing before it would ever learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((f"return self.proj({JOINED})", f"return self.proj({JOINED}).detach()"),)),
    Mistake("emsa-reduced-detached", "EMSA",
            "The numbers are right, but the tokens for keys and values are detached, so `sr` would never learn. Leave "
            "out the `detach()`, `.data` or `no_grad()`.",
            (("self.kv(reduced)", "self.kv(reduced.detach())"),)),
    Mistake("emsa-only-in-eval", "EMSA", ONLY_IN_EVAL,
            ((f"return self.proj({JOINED})", f"return x if self.training else self.proj({JOINED})"),)),
    Mistake("emsa-only-in-eval-transform", "EMSA",
            "In training mode you do not transform the heads. Transform them in both modes.",
            (("if self.apply_transform:\n            weights",
              "if self.apply_transform and not self.training:\n            weights"),)),
    Mistake("emsa-first-head", "EMSA",
            "All heads use the weights of the first one. Each head should have its own.",
            ((JOINED, JOINED.replace("weights @", "weights[:, :1] @")),)),

    # --- ResTBlock
    Mistake("block-post-norm", "ResTBlock",
            "Your norms come after the sums (post-norm). Each should come first, inside its branch: x + "
            "attn(norm1(x)).",
            ((FIRST, "x = self.norm1(x + self.attn(x, H, W))"), (SECOND, "return self.norm2(x + self.mlp(x))"))),
    Mistake("block-norms-of-branches", "ResTBlock",
            "Your norms come after attn and mlp. Each norm should come before its branch: x + attn(norm1(x)).",
            ((FIRST, "x = x + self.norm1(self.attn(x, H, W))"), (SECOND, "return x + self.norm2(self.mlp(x))"))),
    Mistake("block-one-norm", "ResTBlock",
            "You use norm1 twice: `norm2` is made and never used. The MLP should read norm2(x).",
            ((SECOND, SECOND.replace("norm2", "norm1")),)),
    Mistake("block-norms-exchanged", "ResTBlock",
            "norm1 and norm2 have changed places: norm1 belongs to attn, and norm2 to the MLP.",
            ((FIRST, FIRST.replace("norm1", "norm2")), (SECOND, SECOND.replace("norm2", "norm1")))),
    Mistake("block-no-norm1", "ResTBlock",
            "`norm1` is made and never used. attn should read norm1(x).",
            ((FIRST, "x = x + self.attn(x, H, W)"),)),
    Mistake("block-no-norm2", "ResTBlock",
            "`norm2` is made and never used. The MLP should read norm2(x).",
            ((SECOND, "return x + self.mlp(x)"),)),
    Mistake("block-no-norms", "ResTBlock",
            "Both norms are made and never used. Write x + attn(norm1(x)), and do the same with norm2 and the MLP.",
            ((FIRST, "x = x + self.attn(x, H, W)"), (SECOND, "return x + self.mlp(x)"))),
    Mistake("block-no-shortcuts", "ResTBlock",
            "Both shortcuts are missing. Write x = x + attn(norm1(x)), then x + mlp(norm2(x)).",
            ((FIRST, "x = self.attn(self.norm1(x), H, W)"), (SECOND, "return self.mlp(self.norm2(x))"))),
    Mistake("block-no-first-shortcut", "ResTBlock",
            "The shortcut around attn is missing: write x + attn(norm1(x)).",
            ((FIRST, "x = self.attn(self.norm1(x), H, W)"),)),
    Mistake("block-no-second-shortcut", "ResTBlock",
            "The shortcut around the MLP is missing: write x + mlp(norm2(x)).",
            ((SECOND, "return self.mlp(self.norm2(x))"),)),
    Mistake("block-shortcut-of-norm", "ResTBlock",
            "Your shortcuts add the normalised x. They should add x itself.",
            ((FIRST, "x = (lambda y: y + self.attn(y, H, W))(self.norm1(x))"),
             (SECOND, "return (lambda y: y + self.mlp(y))(self.norm2(x))"))),
    Mistake("block-first-shortcut-of-norm", "ResTBlock",
            "Your first shortcut adds norm1(x). It should add x itself: x + attn(norm1(x)).",
            ((FIRST, "x = (lambda y: y + self.attn(y, H, W))(self.norm1(x))"),)),
    Mistake("block-second-shortcut-of-norm", "ResTBlock",
            "Your second shortcut adds norm2(x). It should add x itself: x + mlp(norm2(x)).",
            ((SECOND, "return (lambda y: y + self.mlp(y))(self.norm2(x))"),)),
    Mistake("block-parallel", "ResTBlock",
            "The MLP reads the block's input. It should come second, and read the sum of x and attn's output.",
            ((FIRST, "y = x + self.attn(self.norm1(x), H, W)"), (SECOND, "return y + self.mlp(self.norm2(x))"))),
    Mistake("block-shortcut-from-the-start", "ResTBlock",
            "Your second shortcut adds the block's input, so attn's output is lost. It should add the first half's "
            "output, which norm2 reads.",
            ((FIRST, "y = x + self.attn(self.norm1(x), H, W)"), (SECOND, "return x + self.mlp(self.norm2(y))"))),
    Mistake("block-mlp-first", "ResTBlock",
            "The MLP comes before attn. Attention should come first.",
            ((FIRST, "x = x + self.mlp(self.norm2(x))"), (SECOND, "return x + self.attn(self.norm1(x), H, W)"))),
    Mistake("block-no-attention", "ResTBlock",
            "attn is made and never called, so your block treats each token by itself. The first half should be x + "
            "attn(norm1(x)).",
            ((FIRST, "pass" if False else "as_map(x, H, W)"),)),
    Mistake("block-no-mlp", "ResTBlock",
            "The MLP is made and never called. The second half should be x + mlp(norm2(x)).",
            ((SECOND, "return x"),)),
    Mistake("block-relu", "ResTBlock",
            "Your MLP has a ReLU. It should have a GELU.",
            (("gelu=nn.GELU()", "gelu=nn.ReLU()"),)),
    Mistake("block-tanh-gelu", "ResTBlock",
            "Your GELU is the approximation with a tanh. Use the exact one, torch's default.",
            (("nn.GELU()", "nn.GELU(approximate='tanh')"),)),
    Mistake("block-no-gelu", "ResTBlock",
            "Your MLP has no GELU. Without one, two linear layers in a row can do no more than a single one. A GELU "
            "belongs between fc1 and fc2.",
            (("gelu=nn.GELU()", "gelu=nn.Identity()"),)),
    Mistake("block-gelu-after-fc2", "ResTBlock",
            "Your GELU comes after fc2. It should come between fc1 and fc2.",
            (("gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)", "fc2=nn.Linear(hidden, dim), gelu=nn.GELU()"),)),
    Mistake("block-gelu-last", "ResTBlock",
            "A GELU follows fc2 too. It belongs between fc1 and fc2 only.",
            ((SECOND, "return x + nn.functional.gelu(self.mlp(self.norm2(x)))"),)),
    Mistake("block-hidden-rounded", "ResTBlock",
            "You round the hidden width to the nearest whole number. It should be int(dim * mlp_ratio), which rounds "
            "down.",
            ((HIDDEN, "round(dim * mlp_ratio)"),)),
    Mistake("block-hidden-rounded-up", "ResTBlock",
            "You round the hidden width up. It should be int(dim * mlp_ratio), which rounds down.",
            ((HIDDEN, "-int(-dim * mlp_ratio // 1)"),)),
    Mistake("block-hidden-float", "ResTBlock",
            "The hidden width is a float if mlp_ratio is a float, but a layer takes only whole numbers: write int(dim "
            "* mlp_ratio).",
            ((HIDDEN, "dim * mlp_ratio"),)),
    Mistake("block-ratio-rounded", "ResTBlock",
            "You round mlp_ratio to the nearest whole number before you multiply. Multiply first: int(dim * "
            "mlp_ratio).",
            ((HIDDEN, "dim * max(1, int(mlp_ratio))"),)),
    Mistake("block-ratio-cut", "ResTBlock",
            "You round mlp_ratio down before you multiply. Multiply first: int(dim * mlp_ratio).",
            ((HIDDEN, "dim * int(mlp_ratio)"),)),
    Mistake("block-ratio-ignored", "ResTBlock",
            "The argument `mlp_ratio` has no effect, because 4 is written into your code. Write mlp_ratio instead.",
            ((HIDDEN, "4 * dim"),)),
    Mistake("block-sr-ratio-ignored", "ResTBlock",
            "The argument `sr_ratio` never reaches attn, so nothing is reduced. Pass it on.",
            ((ATTN, ATTN.replace("sr_ratio, qkv_bias, apply_transform", "1, qkv_bias, apply_transform")),)),
    Mistake("block-bias-ignored", "ResTBlock",
            "The argument `qkv_bias` never reaches attn, so attn's q and kv have no bias. Pass it on.",
            ((ATTN, ATTN.replace("qkv_bias", "False")),)),
    Mistake("block-transform-ignored", "ResTBlock",
            "The argument `apply_transform` never reaches attn. Pass it on.",
            ((ATTN, ATTN.replace(", apply_transform", "")),)),
    Mistake("block-flags-ignored", "ResTBlock",
            "The arguments `qkv_bias` and `apply_transform` never reach attn. Pass them on.",
            ((ATTN, ATTN.replace(", qkv_bias, apply_transform", "")),)),
    Mistake("block-heads-ignored", "ResTBlock",
            "The argument `num_heads` never reaches attn, which has one head. Pass it on.",
            ((ATTN, ATTN.replace("num_heads, sr_ratio", "1, sr_ratio")),)),
    Mistake("block-flags-exchanged", "ResTBlock",
            "qkv_bias and apply_transform have changed places on their way to attn. EMSA takes dim, num_heads, "
            "sr_ratio, qkv_bias, apply_transform.",
            ((ATTN, ATTN.replace("qkv_bias, apply_transform", "apply_transform, qkv_bias")),)),
    Mistake("block-sides-exchanged", "ResTBlock",
            "You pass H and W to attn in the wrong order. The height comes first.",
            ((FIRST, FIRST.replace("H, W", "W, H")),)),
    Mistake("block-sides-from-root", "ResTBlock",
            "You take the square root of the number of tokens for H and W, which is right for square maps only. Pass H "
            "and W on as they are.",
            ((FIRST, FIRST.replace("H, W", "*(int(x.shape[1] ** 0.5),) * 2")),)),
    Mistake("block-default-ratio", "ResTBlock",
            "If mlp_ratio is not given, your code should use 4.",
            (("mlp_ratio: float = 4", "mlp_ratio: float = 2"),)),
    Mistake("block-default-sr", "ResTBlock",
            "If sr_ratio is not given, your code should use 1.",
            (("sr_ratio: int = 1", "sr_ratio: int = 2"),)),
    Mistake("block-default-bias", "ResTBlock",
            "If qkv_bias is not given, your q and kv have a bias. The default should be False.",
            (("qkv_bias: bool = False", "qkv_bias: bool = True"),)),
    Mistake("block-default-transform", "ResTBlock",
            "If apply_transform is not given, your heads are transformed. The default should be False.",
            (("apply_transform: bool = False", "apply_transform: bool = True"),)),
    Mistake("block-mlp-without-bias", "ResTBlock",
            "The layers of your MLP have no bias. Keep torch's default.",
            (("fc1=nn.Linear(dim, hidden)", "fc1=nn.Linear(dim, hidden, bias=False)"),
             ("fc2=nn.Linear(hidden, dim)", "fc2=nn.Linear(hidden, dim, bias=False)"))),
    Mistake("block-in-place", "ResTBlock",
            "Your block changes its input in place (`+=` on x). Write x = x + ..., which makes a new tensor.",
            ((FIRST, "x.data += self.attn(self.norm1(x), H, W).data"),)),
    Mistake("block-dropout", "ResTBlock",
            "In training mode your block drops some numbers, but it should have no dropout. Both modes should give "
            "the same result.",
            ((SECOND, "return x + nn.functional.dropout(self.mlp(self.norm2(x)), 0.1, self.training)"),)),
    Mistake("block-attention-detached", "ResTBlock",
            "The numbers are right, but attn's output is detached, so attn would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((FIRST, "x = x + self.attn(self.norm1(x), H, W).detach()"),)),
    Mistake("block-mlp-detached", "ResTBlock",
            "The numbers are right, but the MLP's output is detached, so the MLP would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((SECOND, "return x + self.mlp(self.norm2(x)).detach()"),)),
    Mistake("block-shortcut-detached", "ResTBlock",
            "The numbers are right, but x is detached in the first shortcut, so most of its gradient is lost. Leave "
            "out the `detach()`, `.data` or `no_grad()`.",
            ((FIRST, FIRST.replace("x = x +", "x = x.detach() +")),)),
    Mistake("block-only-in-eval", "ResTBlock", ONLY_IN_EVAL,
            ((SECOND, "return x if self.training else x + self.mlp(self.norm2(x))"),)),
)

EITHER_ORDER = "Two axes are exchanged, whichever is named first."
NO_PARAMETERS = (
    "An InstanceNorm2d without affine has no parameters, and does not look at the number of channels that it is given."
)
NOT_REDUCED = "A ratio of 0 reduces nothing, as 1 does."
LAST_AXIS = "The axis 3 is the last one of four."
EQUIVALENT = {
    "PixelAttention 8: sigmoid in place": "What the convolution gives is a tensor of its own, and its backward pass "
                                          "does not need it.",
    "EMSA 3: 1 -> 0": NOT_REDUCED,
    "EMSA 11: rounded down, at least 1": "The ratio is above 1 here, and half of it is at least 1.",
    "EMSA 14: Conv2d with dilation=2": "A kernel of 1 x 1 has no taps between which a dilation could lie.",
    **{f"EMSA 15: {change}": NO_PARAMETERS for change in (
        "self.transform_norm frozen", "self.transform_norm in a list", "num_heads -> apply_transform",
        "num_heads -> dim", "num_heads -> qkv_bias", "num_heads -> sr_ratio")},
    **{f"EMSA {line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER for line in (20, 22, 27)},
    **{f"EMSA {line}: softmax -> torch.softmax(x, -1)": LAST_AXIS for line in (24, 26)},
    "ResTBlock 3: 1 -> 0": NOT_REDUCED,
}

VARIANTS = (
    Variant("pixel-einsum", "PixelAttention", """
        class PixelAttention(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.pa_conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)
                self.sigmoid = nn.Sigmoid()

            def forward(self, x):
                return torch.einsum("bchw,bchw->bchw", self.sigmoid(self.pa_conv(x)), x)
        """),
    Variant("pixel-shifts", "PixelAttention", """
        class PixelAttention(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.conv = nn.Conv2d(channels, channels, 3, 1, 1, groups=channels)

            def forward(self, x):
                h, w = x.shape[2:]
                padded = nn.functional.pad(x, (1, 1, 1, 1))
                scores = self.conv.bias[:, None, None]
                for row in range(3):
                    for column in range(3):
                        tap = self.conv.weight[:, 0, row, column, None, None]
                        scores = scores + tap * padded[:, :, row:row + h, column:column + w]
                return x / (1 + torch.exp(-scores))
        """),
    Variant("embed-sequential", "OverlapPatchEmbed", """
        class OverlapPatchEmbed(nn.Module):
            def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
                super().__init__()
                self.steps = nn.Sequential(
                    nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2), nn.BatchNorm2d(out_channels))
                if with_position:
                    self.steps.append(PixelAttention(out_channels))

            def forward(self, x):
                y = self.steps(x)
                return torch.einsum("bchw->bhwc", y).flatten(1, 2), tuple(y.shape[-2:])
        """),  # noqa: E501
    Variant("embed-size", "OverlapPatchEmbed", """
        class OverlapPatchEmbed(nn.Module):
            def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
                super().__init__()
                self.p, self.with_position = patch_size, with_position
                self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
                self.bn = nn.BatchNorm2d(out_channels)
                if with_position:
                    self.position = PixelAttention(out_channels)

            def forward(self, x):
                h, w = ((side + 2 * (self.p // 2) - self.p - 1) // self.p + 1 for side in x.shape[2:])
                x = self.bn(self.conv(x))
                if self.with_position:
                    x = self.position(x)
                return x.permute(0, 2, 3, 1).reshape(len(x), h * w, -1), (h, w)
        """),
    Variant("emsa-as-published", "EMSA", """
        class EMSA(nn.Module):
            def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
                super().__init__()
                self.h, self.d = num_heads, dim // num_heads
                self.q = nn.Linear(dim, dim, bias=qkv_bias)
                self.kv = nn.Linear(dim, dim * 2, bias=qkv_bias)
                self.proj = nn.Linear(dim, dim)
                self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim) if sr_ratio > 1 else None
                self.sr_norm = nn.LayerNorm(dim) if sr_ratio > 1 else None
                self.transform_conv = nn.Conv2d(num_heads, num_heads, 1) if apply_transform and num_heads > 1 else None
                self.transform_norm = nn.InstanceNorm2d(num_heads)

            def forward(self, x, H, W):
                b, n, c = x.shape
                if n != H * W:
                    raise ValueError(f"{n} tokens, {H} x {W}")
                q = self.q(x).view(b, n, self.h, self.d).permute(0, 2, 1, 3) * self.d ** -0.5
                y = x
                if self.sr is not None:
                    y = self.sr(x.permute(0, 2, 1).reshape(b, c, H, W)).reshape(b, c, -1).permute(0, 2, 1)
                    y = self.sr_norm(y)
                kv = self.kv(y).reshape(b, -1, 2, self.h, self.d).permute(2, 0, 3, 1, 4)
                k, v = kv[0], kv[1]
                attn = q @ k.mT
                if self.transform_conv is not None:
                    attn = self.transform_norm(self.transform_conv(attn).softmax(-1))
                else:
                    attn = attn.softmax(-1)
                return self.proj((attn @ v).transpose(1, 2).reshape(b, n, c))
        """),  # noqa: E501
    Variant("emsa-einsum", "EMSA", """
        class EMSA(nn.Module):
            def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
                super().__init__()
                self.h = num_heads
                self.q = nn.Linear(dim, dim, bias=qkv_bias)
                self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
                self.proj = nn.Linear(dim, dim)
                self.reduce = sr_ratio > 1
                if self.reduce:
                    self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
                    self.sr_norm = nn.LayerNorm(dim)
                self.mix = apply_transform and num_heads > 1
                if self.mix:
                    self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)

            def forward(self, x, H, W):
                if H * W != x.shape[1]:
                    raise ValueError("H * W is not the number of tokens")
                y = x
                if self.reduce:
                    y = self.sr(x.unflatten(1, (H, W)).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).flatten(1, 2)
                    y = self.sr_norm(y)
                k, v = self.kv(y).chunk(2, dim=-1)
                q, k, v = (t.unflatten(2, (self.h, -1)) for t in (self.q(x), k, v))
                scores = torch.einsum("bnhd,bmhd->bhnm", q, k) / q.shape[-1] ** 0.5
                if self.mix:
                    weight, bias = self.transform_conv.weight[:, :, 0, 0], self.transform_conv.bias
                    scores = torch.einsum("bhnm,gh->bgnm", scores, weight) + bias[:, None, None]
                a = scores.softmax(dim=-1)
                if self.mix:
                    a = (a - a.mean((2, 3), keepdim=True)) / torch.sqrt(a.var((2, 3), unbiased=False, keepdim=True) + 1e-5)
                return self.proj(torch.einsum("bhnm,bmhd->bnhd", a, v).flatten(2))
        """),  # noqa: E501
    Variant("emsa-head-by-head", "EMSA", """
        class EMSA(nn.Module):
            def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
                super().__init__()
                assert dim % num_heads == 0
                self.width = dim // num_heads
                self.q = nn.Linear(dim, dim, bias=qkv_bias)
                self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
                self.sr = nn.Identity()
                if sr_ratio > 1:
                    self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
                self.sr_norm = nn.LayerNorm(dim) if sr_ratio > 1 else nn.Identity()
                self.transform_conv, self.transform_norm = nn.Identity(), nn.Identity()
                if apply_transform and num_heads > 1:
                    self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
                    self.transform_norm = nn.InstanceNorm2d(num_heads)
                self.proj = nn.Linear(dim, dim)

            def forward(self, x, H, W):
                b, n, c = x.shape
                if H * W != n:
                    raise ValueError
                y = self.sr_norm(self.sr(x.mT.reshape(b, c, H, W)).flatten(2).mT)
                q = self.q(x).split(self.width, dim=2)
                kv = self.kv(y).split(self.width, dim=2)
                k, v = kv[:len(q)], kv[len(q):]
                scores = torch.stack([qi @ ki.mT for qi, ki in zip(q, k)], dim=1) * self.width ** -0.5
                a = self.transform_norm(self.transform_conv(scores).softmax(dim=-1))
                return self.proj(torch.cat([a[:, i] @ vi for i, vi in enumerate(v)], dim=2))
        """),
    Variant("block-mlp-module", "ResTBlock", """
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
        """),  # noqa: E501
    Variant("block-functional", "ResTBlock", """
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
        """),
)
