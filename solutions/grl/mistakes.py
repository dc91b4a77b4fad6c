"""Known mistakes, correct variants and equivalent mutants of 08b_grl.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, INFINITE, naive_sigmoid

# What the reference says, and most mistakes replace.
POOL = "nn.AvgPool2d(down_factor, down_factor)"
HALF = "nn.Linear(dim, dim // 2)"
POOLED = "self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))"
PROJECTED = "self.reduction(pooled.permute(0, 2, 3, 1))"

LENGTH = "size if groups is None else n // groups"
SHIFT = "size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)"
IF_SHIFTED = "tuple(shifts) if self.shift else (0, 0)"
ROLLED = "roll(as_grid(qkv, image_size), negative(shift))"
HEADS = "windows_of_heads(grid, stripe, 3, self.num_heads)"
ANCHORS_ROLLED = "roll(anchor, negative(anchor_shift))"
ANCHOR_HEADS = f"windows_of_heads({ANCHORS_ROLLED}, anchor_stripe, 1, self.num_heads)[0]"
GATHER = "cosine_attention(a, k, v, to_anchor)"
DELIVER = "cosine_attention(q, a, y, to_token)"
PUT_BACK = "roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)"
SHIFT_OF_ANCHORS = "(shift[0] // d, shift[1] // d)"
TABLE = "relative_coords_table(stripe, d, dtype=like.dtype).to(like.device)"
INDEX_OUT = "relative_position_index(stripe, d).to(like.device)"
INDEX_IN = "relative_position_index(stripe, d, from_anchor=True).to(like.device)"
MASK = "anchor_mask(image_size, stripe, shift, d).to(like)"
MASK_IN = "mask_out.transpose(1, 2)"
LOGITS_IN, LOGITS_OUT = ("self.transform_in(cosine, table, index_in, mask_in)",
                         "self.transform_out(cosine, table, index_out, mask_out)")

SPLIT = "qkv_window, qkv_stripe = self.qkv(x).chunk(2, dim=-1)"
WINDOW = "self.window_attention(qkv_window, image_size)"
OF_X = "self.anchor(x, image_size)"
JOINED = "self.proj(torch.cat([window, stripe], dim=-1))"

TO_IMAGE = "as_grid(x, image_size).permute(0, 3, 1, 2)"
CONVOLVED = "self.conv2(F.gelu(self.conv1(image)))"
MEAN = "y.mean(dim=(2, 3), keepdim=True)"
GATE = f"torch.sigmoid(self.fc2(torch.relu(self.fc1({MEAN}))))"
GATED = "(y * weights).flatten(2).transpose(1, 2)"
REFUSED = (
    'if not 1 <= divisor <= dim:\n                raise ValueError(f"no hidden channel is left: dim={dim},'
    ' {name}={divisor}")'
)

TURNED = "stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]"
UNKNOWN = "raise ValueError(f'stripe_type must be \"H\" or \"W\", got {stripe_type!r}')"
FIRST = "x + self.res_scale * self.norm1(self.attn(x, image_size))"
LOCAL = "y + self.local(x, image_size)"
SECOND = "y + self.res_scale * self.norm2(self.mlp(y))"
MLP = "Mlp(dim, int(dim * mlp_ratio))"

DETACHED = (
    "The numbers are right, but {} is detached, so nothing before it would ever learn. Leave out the `detach()`, "
    "`.data` or `no_grad()`."
)
NO_BIAS = "Your {} has no bias. Keep torch's default, which has one."
TURNED_IMAGE = ("You make a grid of W rows and H columns. Make one of H rows and W columns, because image_size is "
                "(height, width).")
TURNED_GRID = "x.unflatten(1, tuple(image_size)[::-1]).reshape(len(x), *image_size[::-1], -1).transpose(1, 2)"
TURNED_ALONE = "x.transpose(1, 2).unflatten(2, tuple(image_size)[::-1])"  # the tokens of a row, W rows high
BY_RESHAPE = ("You turn (B, L, C) into (B, C, H, W) with `reshape` or `view` alone, which mixes tokens and channels. "
              "Make a grid (B, H, W, C) first, then move the channels.")
OF_SUM = "You add first and normalise the sum. Normalise the branch's output first, then add it."
ONE_TOKEN = "Your anchors are single tokens, one from each block. Average the whole block."


def only_eval(short: str, exercise: str, result: str, does: str, instead: str) -> Mistake:
    return Mistake(f"{short}-only-in-eval", exercise,
                   f"In training mode your module {does}. It should do the same in both modes.",
                   ((f"return {result}", f"return {instead} if self.training else {result}"),))


MISTAKES = (
    # --- AnchorProjection
    Mistake("anchors-of-the-largest", "AnchorProjection",
            "Your anchors are the largest numbers of each block. They should be the means: average pooling.",
            ((POOL, "nn.MaxPool2d(down_factor, down_factor)"),)),
    Mistake("anchors-one-token-each", "AnchorProjection",
            ONE_TOKEN, ((POOLED,
                         f"{TO_IMAGE}[:, :, :image_size[0] // self.down_factor * self.down_factor:self.down_factor, "
                      ":image_size[1] // self.down_factor * self.down_factor:self.down_factor]"),)),
    Mistake("anchors-every-dth-token", "AnchorProjection", ONE_TOKEN,
            ((POOLED, f"{TO_IMAGE}[:, :, ::self.down_factor, ::self.down_factor]"),)),
    Mistake("anchors-summed", "AnchorProjection",
            "You add up the tokens of a block. Take their mean.",
            ((POOL, "nn.AvgPool2d(down_factor, down_factor, divisor_override=1)"),)),
    Mistake("anchors-rounded-up", "AnchorProjection",
            "A block that the image's edge cuts off gets an anchor of its own. Round down: H // d rows of anchors and "
            "W // d columns.",
            ((POOL, "nn.AvgPool2d(down_factor, down_factor, ceil_mode=True)"),)),
    Mistake("anchors-of-unequal-blocks", "AnchorProjection",
            "If d does not divide the image, your blocks grow to cover it, as those of adaptive pooling do. A block "
            "should have d x d tokens, and the tokens that are left over belong to no block.",
            ((POOLED, f"F.adaptive_avg_pool2d({TO_IMAGE}, (image_size[0] // self.down_factor, image_size[1] // "
                      "self.down_factor))"),)),
    Mistake("anchors-overlapping", "AnchorProjection",
            "Your blocks overlap: the stride is 1. Kernel and stride should both be down_factor.",
            ((POOL, "nn.AvgPool2d(down_factor, 1)"),)),
    Mistake("anchors-all-channels", "AnchorProjection",
            "Your anchors have dim channels. The stripe branch works on half of them: `reduction` should be "
            "Linear(dim, dim // 2).",
            ((HALF, "nn.Linear(dim, dim)"),)),
    Mistake("anchors-as-tokens", "AnchorProjection",
            "You return the anchors as a list, (B, anchors, dim // 2). Keep the grid: (B, H // d, W // d, dim // 2).",
            ((f"return {PROJECTED}", f"return {PROJECTED}.flatten(1, 2)"),)),
    Mistake("anchors-channels-first", "AnchorProjection",
            "Your result is (B, dim // 2, H // d, W // d). Channels come last: (B, H // d, W // d, dim // 2).",
            ((f"return {PROJECTED}", f"return {PROJECTED}.permute(0, 3, 1, 2)"),)),
    Mistake("anchors-transposed", "AnchorProjection",
            "Your anchors have rows and columns swapped: they are (B, W // d, H // d, dim // 2). They should be (B, H "
            "// d, W // d, dim // 2).",
            ((f"return {PROJECTED}", f"return {PROJECTED}.transpose(1, 2)"),)),
    Mistake("anchors-image-exchanged", "AnchorProjection", TURNED_IMAGE,
            ((POOLED, f"self.pool({TURNED_GRID}.permute(0, 3, 1, 2))"),)),
    Mistake("anchors-grid-exchanged", "AnchorProjection", TURNED_IMAGE, ((POOLED, f"self.pool({TURNED_ALONE})"),)),
    Mistake("anchors-by-reshape", "AnchorProjection", BY_RESHAPE, ((POOLED,
                                                                    "self.pool(x.reshape(len(x), -1, *image_size))"),)),
    Mistake("anchors-along-the-list", "AnchorProjection",
            "You average d · d consecutive tokens of the list, and these lie in one row. Average over d rows and d "
            "columns.",
            ((POOLED, "(lambda h, w, d: F.avg_pool1d(x.transpose(1, 2), d * d)[:, :, :(h // d) * (w // "
                      "d)].unflatten(2, (h // d, w // d)))(*image_size, self.down_factor)"),)),
    Mistake("anchors-no-reduction", "AnchorProjection",
            "You never call `reduction`: you keep half of the channels and drop the rest. Project all channels with "
            "`reduction`.",
            ((f"return {PROJECTED}", "return pooled.permute(0, 2, 3, 1)[..., :self.reduction.out_features]"),)),
    Mistake("anchors-no-bias", "AnchorProjection", NO_BIAS.format("reduction"),
            ((HALF, "nn.Linear(dim, dim // 2, bias=False)"),)),
    Mistake("anchors-activation", "AnchorProjection",
            "There is an activation after `reduction`. Leave it out: `reduction` is a plain linear layer.",
            ((f"return {PROJECTED}", f"return F.gelu({PROJECTED})"),)),
    Mistake("anchors-factor-ignored", "AnchorProjection",
            "The argument `down_factor` has no effect, because 2 is written into your code. Write down_factor instead.",
            ((POOL, "nn.AvgPool2d(2, 2)"),)),
    Mistake("anchors-first-image", "AnchorProjection",
            "All images of the batch get the anchors of the first one. Each should have its own.",
            ((f"return {PROJECTED}", f"return {PROJECTED}[:1].expand(len(x), -1, -1, -1)"),)),
    Mistake("anchors-detached", "AnchorProjection", DETACHED.format("the mean"),
            ((PROJECTED, "self.reduction(pooled.detach().permute(0, 2, 3, 1))"),)),

    # --- AnchoredStripeAttention
    Mistake("stripes-transforms-exchanged", "AnchoredStripeAttention",
            "The two transforms have changed places. transform_in belongs to the first attention, in which anchors "
            "gather from tokens, and transform_out belongs to the second.",
            ((LOGITS_IN, LOGITS_IN.replace("_in(", "_out(")), (LOGITS_OUT, LOGITS_OUT.replace("_out(", "_in(")))),
    Mistake("stripes-one-transform", "AnchoredStripeAttention",
            "Both attentions use transform_in. The second has a transform of its own, transform_out.",
            ((LOGITS_OUT, LOGITS_OUT.replace("_out(", "_in(")),)),
    Mistake("stripes-other-transform", "AnchoredStripeAttention",
            "Both attentions use transform_out. The first has a transform of its own, transform_in.",
            ((LOGITS_IN, LOGITS_IN.replace("_in(", "_out(")),)),
    Mistake("stripes-anchors-as-values", "AnchoredStripeAttention",
            "In the second attention you use the anchors as values, so the tokens get the anchors themselves. Use z, "
            "the first attention's result: cosine_attention(q, anchors, z, ...).",
            ((DELIVER, "cosine_attention(q, a, a, to_token)"),)),
    Mistake("stripes-queries-gathered-from", "AnchoredStripeAttention",
            "In the first attention you compare the anchors with the queries. Compare them with the keys: "
            "cosine_attention(anchors, k, v, ...).",
            ((GATHER, "cosine_attention(a, q, v, to_anchor)"),)),
    Mistake("stripes-keys-ask", "AnchoredStripeAttention",
            "In the second attention you use the keys as queries. Use the queries themselves: cosine_attention(q, "
            "anchors, z, ...).",
            ((DELIVER, "cosine_attention(k, a, y, to_token)"),)),
    Mistake("stripes-index-transposed", "AnchoredStripeAttention",
            "In the first attention you use the second attention's index, transposed. Its offsets point the other "
            "way. Use relative_position_index(stripe, d, from_anchor=True).",
            ((INDEX_IN, "relative_position_index(stripe, d).T.to(like.device)"),)),
    Mistake("stripes-indices-exchanged", "AnchoredStripeAttention",
            "You have swapped the two indices, and transposed each of them to fit. In the first attention anchors "
            "look at tokens: use the index with from_anchor=True there. Transpose neither of the two.",
            ((INDEX_IN, INDEX_OUT.replace("d)", "d).T")), (INDEX_OUT, INDEX_IN.replace("True)", "True).T")))),
    Mistake("stripes-mask-reshaped", "AnchoredStripeAttention",
            "You bring the mask to (nW, A, N) with `reshape` or `view`, which keeps the order of the numbers in "
            "memory. Transpose it instead.",
            ((MASK_IN, "mask_out.reshape(len(mask_out), -1, mask_out.shape[1])"),)),
    Mistake("stripes-mask-not-transposed", "AnchoredStripeAttention",
            "The first attention gets the mask as it is, (nW, N, A). In this attention the rows are anchors. Give it "
            "the transposed mask, (nW, A, N).",
            ((MASK_IN, "mask_out"),)),
    Mistake("stripes-mask-of-another-stripe", "AnchoredStripeAttention",
            "With two images, some stripes get the masks of other stripes. The batch holds all stripes of the first "
            "image, then all of the second. Repeat the whole list of masks (`repeat`), not each mask "
            "(`repeat_interleave`).",
            tuple((logits, logits.replace(f", {mask})", f") + (0 if {mask} is None else {mask}.repeat_interleave("
                                                        f"len(cosine) // len({mask}), dim=0)[:, None])"))
                  for logits, mask in ((LOGITS_IN, "mask_in"), (LOGITS_OUT, "mask_out")))),
    Mistake("stripes-softmax-over-anchors", "AnchoredStripeAttention",
            "In the first attention your softmax runs over the anchors. It should run over the tokens, the last axis: "
            "the weights of one anchor sum to 1.",
            ((GATHER, "to_anchor(F.normalize(a, dim=-1) @ F.normalize(k, dim=-1).mT).softmax(dim=-2) @ v"),)),
    Mistake("stripes-table-without-factor", "AnchoredStripeAttention",
            "Your table is made without down_factor, so it has a cell for each offset between two tokens. The index "
            "needs a cell for each offset between a token and an anchor: pass down_factor.",
            ((TABLE, "relative_coords_table(stripe, dtype=like.dtype).to(like.device)"),)),
    Mistake("stripes-table-float32", "AnchoredStripeAttention",
            "Your table is made in float32 and rounded before it is combined with float64 numbers. Pass "
            "dtype=qkv.dtype to relative_coords_table.",
            ((TABLE, "relative_coords_table(stripe, d).to(like)"),), grain="float32"),
    Mistake("stripes-not-rolled-back", "AnchoredStripeAttention",
            "You do not roll the result back, so each token gets the result of a token half a stripe away. Roll the "
            "result by plus the shift.",
            ((PUT_BACK, "grid_of_windows(y, stripe, image_size).flatten(1, 2)"),)),
    Mistake("stripes-rolled-twice", "AnchoredStripeAttention",
            "You roll by minus the shift both times. Roll the result back in the other direction, by plus the shift.",
            ((PUT_BACK, "roll(grid_of_windows(y, stripe, image_size), negative(shift)).flatten(1, 2)"),)),
    Mistake("stripes-rolled-the-other-way", "AnchoredStripeAttention",
            "You roll by plus the shift before the attention, and by minus the shift after it. Do it the other way "
            "round, because the mask is made for an image that was rolled by minus the shift.",
            ((ROLLED, "roll(as_grid(qkv, image_size), shift)"), (ANCHORS_ROLLED, "roll(anchor, anchor_shift)"),
             (PUT_BACK, "roll(grid_of_windows(y, stripe, image_size), negative(shift)).flatten(1, 2)"))),
    Mistake("stripes-anchors-not-rolled", "AnchoredStripeAttention",
            "You roll the tokens but not the anchors, so a stripe uses anchors from a different place. Roll the "
            "anchors by minus shift // d.",
            ((ANCHORS_ROLLED, "anchor"),)),
    Mistake("stripes-anchors-rolled-too-far", "AnchoredStripeAttention",
            "You roll the anchors by as many cells as the tokens. The anchors' grid is d times coarser: roll them by "
            "shift // d.",
            ((SHIFT_OF_ANCHORS, "shift"),)),
    Mistake("stripes-anchors-rolled-by-half-their-stripe", "AnchoredStripeAttention",
            "You roll the anchors by half of their own stripe, or by (-shift) // d, which rounds away from 0. Divide "
            "first: -(shift // d).",
            ((SHIFT_OF_ANCHORS, "tuple(-(-s // d) for s in shift)"),)),
    Mistake("stripes-no-mask", "AnchoredStripeAttention",
            "The mask is missing from both attentions. With shift=True the last stripes hold tokens from both ends of "
            "the image, and the mask keeps those apart.",
            ((MASK, f"0 * {MASK}"),)),
    Mistake("stripes-mask-in-second-only", "AnchoredStripeAttention",
            "Only the second attention has a mask, so the anchors gather from both ends of the image. The first one "
            "needs it too, transposed.",
            ((LOGITS_IN, "self.transform_in(cosine, table, index_in, None)"),)),
    Mistake("stripes-mask-in-first-only", "AnchoredStripeAttention",
            "Only the first attention has a mask, so tokens look at anchors from the other end of the image. The "
            "second one needs it too.",
            ((LOGITS_OUT, "self.transform_out(cosine, table, index_out, None)"),)),
    Mistake("stripes-shift-ignored", "AnchoredStripeAttention",
            "The argument `shift` has no effect. Either you roll nothing, or you roll by whole stripes, which changes "
            "nothing. Roll by half a stripe, unless stripe_groups asks for one *group*.",
            ((IF_SHIFTED, "(0, 0)"),)),
    Mistake("stripes-always-shifted", "AnchoredStripeAttention",
            "You roll the image although shift is False. Without a shift, nothing should be rolled.",
            ((IF_SHIFTED, "tuple(shifts)"),)),
    Mistake("stripes-always-shifted-and-masked", "AnchoredStripeAttention",
            "You roll the image although shift is False. Without a shift, nothing should be rolled.",
            ((IF_SHIFTED, "tuple(shifts)"), ("        if self.shift:\n", "        if True:\n"))),
    Mistake("stripes-shifted-along-rows", "AnchoredStripeAttention",
            "You shift along the height only. Shift both axes.",
            ((IF_SHIFTED, "(shifts[0], 0) if self.shift else (0, 0)"),)),
    Mistake("stripes-shifted-along-columns", "AnchoredStripeAttention",
            "You shift along the width only. Shift both axes.",
            ((IF_SHIFTED, "(0, shifts[1]) if self.shift else (0, 0)"),)),
    Mistake("stripes-full-axis-not-shifted", "AnchoredStripeAttention",
            "If stripe_size is as long as the axis, your code does not shift that axis. The shift is 0 only if "
            "stripe_groups asks for one *group*. Stripes given by stripe_size are always shifted by half.",
            ((SHIFT, "0 if groups is None and size == n else size // 2 if groups is None else 0 if groups == 1 else n "
                     "// (2 * groups)"),)),
    Mistake("stripes-shift-rounded-up", "AnchoredStripeAttention",
            "Your shift is half of a stripe, rounded up. If the stripe's side is odd, round the shift down: s // 2.",
            ((SHIFT, "(size + 1) // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)"),)),
    Mistake("stripes-shift-a-multiple-of-d", "AnchoredStripeAttention",
            "You round the shift of the tokens to a multiple of d. Keep it at half of the stripe; only the anchors' "
            "shift is divided by d.",
            ((IF_SHIFTED,
              "tuple(s // self.down_factor * self.down_factor for s in shifts) if self.shift else (0, 0)"),)),
    Mistake("stripes-mask-needs-both-shifts", "AnchoredStripeAttention",
            "You use the mask only if both axes are shifted. Use it whenever `shift` is True, because one shifted "
            "axis is enough.",
            (("        if self.shift:\n", "        if self.shift and min(shift) > 0:\n"),)),
    Mistake("stripes-one-group-shifted", "AnchoredStripeAttention",
            "If there is one group, which spans the whole axis, you shift by half of the axis. With one group the "
            "shift should be 0.",
            ((SHIFT, "size // 2 if groups is None else n // (2 * groups)"),)),
    Mistake("stripes-groups-not-shifted", "AnchoredStripeAttention",
            "If stripes are given by the number of groups, your code does not shift them. Or it shifts them by whole "
            "stripes, which changes nothing. The shift should be n // (2g), or 0 if there is only one group.",
            ((SHIFT, "size // 2 if groups is None else 0"),)),
    Mistake("stripes-one-stripe-not-shifted", "AnchoredStripeAttention",
            "Your code does not shift an axis if its stripe_size equals the image's side, even if stripe_groups is "
            "given. The shift is 0 only if stripe_groups asks for one *group*. Stripes given by stripe_size are always "
            "shifted by half.",
            ((SHIFT, "0 if n == size else size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)"),)),
    Mistake("stripes-groups-as-size", "AnchoredStripeAttention",
            "You use stripe_groups as the length of a stripe. It is the number of stripes, each n // g long.",
            ((LENGTH, "size if groups is None else groups"),)),
    Mistake("stripes-size-wins", "AnchoredStripeAttention",
            "If an axis has both a size and groups, you take the size. In that case take the groups, and ignore the "
            "size.",
            ((LENGTH, "n // groups if size is None else size"),
             (SHIFT, "size // 2 if size is not None else 0 if groups == 1 else n // (2 * groups)"))),
    Mistake("stripes-groups-of-the-other-axis", "AnchoredStripeAttention",
            "You divide the wrong side by the groups: the first number of groups belongs to the height, and the second "
            "to the width.",
            ((LENGTH,
              "size if groups is None else (image_size[1] if n == image_size[0] else image_size[0]) // groups"),)),
    Mistake("stripes-keys-first", "AnchoredStripeAttention",
            "Queries and keys have changed places: you read the channels as [k | q | v], or you compare anchors with "
            "keys instead of queries. The order should be [q | k | v].",
            (("q, k, v = ", "k, q, v = "),)),
    Mistake("stripes-values-first", "AnchoredStripeAttention",
            "You read the channels as [v | q | k] or in another order. The order should be [q | k | v].",
            (("q, k, v = ", "v, q, k = "),)),
    Mistake("stripes-heads-outside", "AnchoredStripeAttention",
            "You split the 3C channels as (heads, 3, head width). Split them into [q | k | v] first, and then each of "
            "the three into heads.",
            ((HEADS, "window_partition(grid, stripe).flatten(1, 2).unflatten(2, (self.num_heads, 3, -1)).permute(3, "
                     "0, 2, 1, 4)"),)),
    Mistake("stripes-heads-inside", "AnchoredStripeAttention",
            "The heads of your anchors take channels that are far apart: you read (head width, heads). Read (heads, "
            "head width), as for the tokens.",
            ((ANCHOR_HEADS,
              f"window_partition({ANCHORS_ROLLED}, anchor_stripe).flatten(1, 2).unflatten(2, (-1, self.num_heads))"
                            ".permute(0, 3, 1, 2)"),)),
    Mistake("stripes-anchor-heads-by-reshape", "AnchoredStripeAttention",
            "You make the heads of the anchors with `reshape` or `view` alone, which mixes anchors and channels. "
            "Split the channels, then transpose.",
            ((ANCHOR_HEADS,
              f"(lambda t: t.reshape(len(t), self.num_heads, t.shape[1], -1))(window_partition({ANCHORS_ROLLED}, "
                            "anchor_stripe).flatten(1, 2))"),)),
    Mistake("stripes-joined-by-reshape", "AnchoredStripeAttention",
            "You join the heads with `reshape` or `view` alone, which mixes tokens and heads. Transpose (B', h, N, d) "
            "to (B', N, h, d) first.",
            (("grid_of_windows(y, stripe, image_size)",
              "window_reverse(y.reshape(len(y), *stripe, -1), stripe, image_size)"),)),
    Mistake("stripes-image-exchanged", "AnchoredStripeAttention", TURNED_IMAGE,
            ((ROLLED, "roll(qkv.unflatten(1, tuple(image_size)[::-1]).reshape(len(qkv), *image_size[::-1], "
                      "-1).transpose(1, 2), negative(shift))"),)),
    Mistake("stripes-axes-of-roll", "AnchoredStripeAttention",
            "You roll along the wrong axes. The image's axes in (B, H, W, C) are dims=(1, 2).",
            ((ROLLED, "torch.roll(as_grid(qkv, image_size), negative(shift), dims=(0, 1))"),
             (PUT_BACK, "torch.roll(grid_of_windows(y, stripe, image_size), shift, dims=(0, 1)).flatten(1, 2)"))),
    Mistake("stripes-no-transform", "AnchoredStripeAttention",
            "The cosines of the first attention go into the softmax as they are. Give cosine_attention a function "
            "that calls self.transform_in.",
            ((GATHER, "cosine_attention(a, k, v, lambda cosine: cosine)"),)),
    Mistake("stripes-grid", "AnchoredStripeAttention",
            "You return the grid, (B, H, W, C). Return tokens, (B, L, C).",
            ((PUT_BACK, PUT_BACK.replace(".flatten(1, 2)", "")),)),
    Mistake("stripes-shortcut", "AnchoredStripeAttention",
            "You add the values to the result. The shortcut belongs to the block around this module.",
            ((PUT_BACK, f"{PUT_BACK} + qkv.chunk(3, dim=2)[2]"),)),
    Mistake("stripes-anchor-detached", "AnchoredStripeAttention", DETACHED.format("the anchor"),
            ((ANCHORS_ROLLED, "roll(anchor.detach(), negative(anchor_shift))"),)),
    Mistake("stripes-detached", "AnchoredStripeAttention", DETACHED.format("the result"),
            ((f"return {PUT_BACK}", f"return {PUT_BACK}.detach()"),)),
    Mistake("stripes-dropout", "AnchoredStripeAttention", ATTENTION_DROPOUT,
            ((PUT_BACK, f"F.dropout({PUT_BACK}, 0.1, self.training)"),)),

    # --- MixedAttention
    Mistake("mixed-branches-exchanged", "MixedAttention",
            "The two branches have changed places: the first half of qkv's outputs belongs to the windows, and the "
            "second half to the stripes.",
            ((SPLIT, SPLIT.replace("qkv_window, qkv_stripe", "qkv_stripe, qkv_window")),)),
    Mistake("mixed-split-inside", "MixedAttention",
            "You read the outputs of qkv as [q | k | v] of dim channels each, and halve each of the three. Halve "
            "*all* outputs first. The first half is the window branch's [q | k | v], and the second half is the "
            "stripe branch's.",
            ((SPLIT,
              "qkv_window, qkv_stripe = (t.flatten(2) for t in self.qkv(x).unflatten(2, (3, 2, -1)).unbind(3))"),)),
    Mistake("mixed-every-second-channel", "MixedAttention",
            "Your branches get every second channel. One branch should get qkv's first half, and the other branch its "
            "second half.",
            ((SPLIT, "qkv_window, qkv_stripe = self.qkv(x)[..., ::2], self.qkv(x)[..., 1::2]"),)),
    Mistake("mixed-joined-the-other-way", "MixedAttention",
            "You join the branches as [stripe, window]. Join them as [window, stripe].",
            ((JOINED, "self.proj(torch.cat([stripe, window], dim=-1))"),)),
    Mistake("mixed-added", "MixedAttention",
            "You add the two branches. Join them along the channels, because proj takes dim channels.",
            (("nn.Linear(dim, dim)", "nn.Linear(dim // 2, dim)"), (JOINED, "self.proj(window + stripe)"))),
    Mistake("mixed-groups-ignored", "MixedAttention",
            "stripe_groups has no effect. Pass it on to AnchoredStripeAttention.",
            (("num_heads_stripe, stripe_size, stripe_groups, stripe_shift",
              "num_heads_stripe, stripe_size, (None, None), stripe_shift"),)),
    Mistake("mixed-no-proj", "MixedAttention",
            "You never call `proj`, so the two branches are never mixed. Call it last, on the joined branches.",
            ((JOINED, "torch.cat([window, stripe], dim=-1)"),)),
    Mistake("mixed-interleaved", "MixedAttention",
            "The channels of the two branches alternate before proj. The windows' channels should come first, then "
            "the stripes'.",
            ((JOINED, "self.proj(torch.stack([window, stripe], dim=-1).flatten(2))"),)),
    Mistake("mixed-anchors-of-qkv", "MixedAttention",
            "Your anchors come from the outputs of qkv. They should come from x itself.",
            ((OF_X, "self.anchor(self.qkv(x)[..., :x.shape[2]], image_size)"),)),
    Mistake("mixed-anchors-of-stripe-queries", "MixedAttention",
            "Your anchors come from the stripe branch's channels. They should come from x itself.",
            ((OF_X, "self.anchor(qkv_stripe[..., :x.shape[2]], image_size)"),)),
    Mistake("mixed-windows-twice", "MixedAttention",
            "Your stripe branch gets the window branch's q, k and v. Give it its own, the second half of qkv's "
            "outputs.",
            (("self.stripe_attention(qkv_stripe", "self.stripe_attention(qkv_window"),)),
    Mistake("mixed-stripes-twice", "MixedAttention",
            "Your window branch gets the stripe branch's q, k and v. Give it its own, the first half of qkv's outputs.",
            ((WINDOW, "self.window_attention(qkv_stripe, image_size)"),)),
    Mistake("mixed-one-after-the-other", "MixedAttention",
            "Your anchors come from the output of the windows. They should come from x, because the branches run side "
            "by side.",
            ((OF_X, "self.anchor(torch.cat([window, window], dim=-1), image_size)"),)),
    Mistake("mixed-shifts-exchanged", "MixedAttention",
            "The two shifts have changed places: window_shift belongs to the windows, and stripe_shift to the stripes.",
            (("window_size, window_shift)", "window_size, stripe_shift)"), ("stripe_groups, stripe_shift, down_factor",
                                                                             "stripe_groups, window_shift, "
                                                                             "down_factor"))),
    *(Mistake(f"mixed-{what}-shift-for-both", "MixedAttention",
              f"Both branches get {what}_shift. Give window_shift to the windows, and stripe_shift to the stripes.",
              ((old, old.replace(f"{other}_shift", f"{what}_shift")),))
      for what, other, old in (("window", "stripe", "stripe_groups, stripe_shift, down_factor"),
                               ("stripe", "window", "window_size, window_shift)"))),
    Mistake("mixed-factor-ignored", "MixedAttention",
            "down_factor has no effect. Pass it on to AnchorProjection and to AnchoredStripeAttention.",
            (("stripe_groups, stripe_shift, down_factor", "stripe_groups, stripe_shift"),
             ("AnchorProjection(dim, down_factor)", "AnchorProjection(dim, 1)"))),
    Mistake("mixed-groups-exchanged", "MixedAttention",
            "You reverse stripe_groups. Pass it on as it is: GRLBlock does the reversing.",
            (("num_heads_stripe, stripe_size, stripe_groups", "num_heads_stripe, stripe_size, stripe_groups[::-1]"),)),
    Mistake("mixed-window-shift-ignored", "MixedAttention",
            "window_shift has no effect. Pass it on to WindowAttention.",
            (("window_size, window_shift)", "window_size)"),)),
    Mistake("mixed-stripe-shift-ignored", "MixedAttention",
            "stripe_shift has no effect. Pass it on to AnchoredStripeAttention.",
            (("stripe_groups, stripe_shift, down_factor", "stripe_groups, False, down_factor"),)),
    Mistake("mixed-heads-exchanged", "MixedAttention",
            "The two numbers of heads have changed places: num_heads_window belongs to the windows, and "
            "num_heads_stripe to the stripes.",
            (("WindowAttention(num_heads_window", "WindowAttention(num_heads_stripe"),
             ("            num_heads_stripe, stripe_size", "            num_heads_window, stripe_size"))),
    Mistake("mixed-qkv-no-bias", "MixedAttention", NO_BIAS.format("qkv"),
            (("nn.Linear(dim, 3 * dim)", "nn.Linear(dim, 3 * dim, bias=False)"),)),
    Mistake("mixed-proj-no-bias", "MixedAttention", NO_BIAS.format("proj"),
            (("nn.Linear(dim, dim)", "nn.Linear(dim, dim, bias=False)"),)),
    Mistake("mixed-shortcut", "MixedAttention",
            "You add x to the result. The shortcut belongs to the block around this module.",
            ((f"return {JOINED}", f"return x + {JOINED}"),)),
    Mistake("mixed-dropout", "MixedAttention", ATTENTION_DROPOUT,
            ((f"return {JOINED}", f"return F.dropout({JOINED}, 0.1, self.training)"),)),
    only_eval("mixed", "MixedAttention", JOINED, "returns x as it is", "x"),
    Mistake("mixed-anchor-detached", "MixedAttention",
            "The numbers are right, but x is detached before AnchorProjection, so a part of its gradient is lost. "
            "Leave out the `detach()`, `.data` or `no_grad()`.",
            ((OF_X, "self.anchor(x.detach(), image_size)"),)),
    Mistake("mixed-detached", "MixedAttention", DETACHED.format("the result"),
            ((f"return {JOINED}", f"return {JOINED}.detach()"),)),

    # --- LocalConvBlock
    Mistake("local-no-error", "LocalConvBlock",
            "If dim // compress or dim // reduction is 0, no ValueError is raised. Raise one whose message names dim "
            "and the other number, compress or reduction.",
            ((REFUSED, "divisor = min(divisor, dim)"),
             ("dim // compress, kernel_size=3", "max(dim // compress, 1), kernel_size=3"),
             ("nn.Conv2d(dim // compress, dim", "nn.Conv2d(max(dim // compress, 1), dim"),
             ("dim // reduction, kernel_size=1", "max(dim // reduction, 1), kernel_size=1"),
             ("nn.Conv2d(dim // reduction, dim", "nn.Conv2d(max(dim // reduction, 1), dim"))),
    Mistake("local-one-error", "LocalConvBlock",
            "You check only one of the two bottlenecks. Raise a ValueError if dim // compress is 0, and also if dim // "
            "reduction is 0.",
            (('(("compress", compress), ("reduction", reduction))', '(("reduction", reduction),)'),
             ("dim // compress, kernel_size=3", "max(dim // compress, 1), kernel_size=3"),
             ("nn.Conv2d(dim // compress, dim", "nn.Conv2d(max(dim // compress, 1), dim"))),
    Mistake("local-relu", "LocalConvBlock",
            "Between the two 3x3 convolutions you have a ReLU. It should be a GELU there; the ReLU belongs between "
            "fc1 and fc2.",
            (("F.gelu(", "torch.relu("),)),
    Mistake("local-gelu-twice", "LocalConvBlock",
            "Between fc1 and fc2 you have a GELU. It should be a ReLU there; the GELU belongs between the 3x3 "
            "convolutions.",
            (("torch.relu(", "F.gelu("),)),
    Mistake("local-approximate-gelu", "LocalConvBlock",
            "Your GELU is the tanh approximation. Use the exact GELU, torch's default.",
            (("F.gelu(self.conv1(image))", "F.gelu(self.conv1(image), approximate='tanh')"),)),
    Mistake("local-no-gelu", "LocalConvBlock",
            "The GELU between the two 3x3 convolutions is missing.",
            (("F.gelu(self.conv1(image))", "self.conv1(image)"),)),
    Mistake("local-gelu-behind", "LocalConvBlock",
            "There is a second GELU, after conv2. Keep only the one between the convolutions.",
            ((CONVOLVED, f"F.gelu({CONVOLVED})"),)),
    Mistake("local-no-relu", "LocalConvBlock",
            "The ReLU between fc1 and fc2 is missing.",
            ((f"torch.relu(self.fc1({MEAN}))", f"self.fc1({MEAN})"),)),
    Mistake("local-no-gate", "LocalConvBlock",
            "The gate is missing: you return conv2's output as it is. Multiply it by the gate first.",
            ((GATED, "y.flatten(2).transpose(1, 2)"),)),
    Mistake("local-gate-of-the-input", "LocalConvBlock",
            "Your gate looks at the mean of x. It should look at the mean of conv2's output.",
            ((MEAN, "image.mean(dim=(2, 3), keepdim=True)"),)),
    Mistake("local-gates-the-input", "LocalConvBlock",
            "You multiply x by the gate. Multiply conv2's output by the gate.",
            ((GATED, "(image * weights).flatten(2).transpose(1, 2)"),)),
    Mistake("local-no-sigmoid", "LocalConvBlock",
            "The sigmoid after fc2 is missing, so your gate can be any number. Take the sigmoid of fc2's output.",
            ((GATE, f"self.fc2(torch.relu(self.fc1({MEAN})))"),)),
    Mistake("local-softmax", "LocalConvBlock",
            "You have a softmax over the channels. It should be a sigmoid: each channel has a gate of its own.",
            ((GATE, f"self.fc2(torch.relu(self.fc1({MEAN}))).softmax(dim=1)"),)),
    Mistake("local-naive-sigmoid", "LocalConvBlock", INFINITE,
            ((GATE, naive_sigmoid(f"self.fc2(torch.relu(self.fc1({MEAN})))")),)),
    Mistake("local-largest", "LocalConvBlock",
            "You take the largest number of each channel. Take the mean over H and W.",
            ((MEAN, "y.amax(dim=(2, 3), keepdim=True)"),)),
    Mistake("local-mean-of-rows", "LocalConvBlock",
            "You take the mean over one axis of the image only. Take it over H and W.",
            ((MEAN, "y.mean(dim=3, keepdim=True)"),)),
    Mistake("local-mean-of-batch", "LocalConvBlock",
            "Your mean runs over the batch too, so an image's gate depends on the other images. Take it over H and W "
            "only.",
            ((MEAN, "y.mean(dim=(0, 2, 3), keepdim=True).expand(len(y), -1, -1, -1)"),)),
    Mistake("local-added", "LocalConvBlock",
            "You add the gate to conv2's output. Multiply conv2's output by the gate.",
            ((GATED, GATED.replace("*", "+")),)),
    Mistake("local-shortcut", "LocalConvBlock",
            "You add x. LocalConvBlock has no shortcut: that belongs to the block around it.",
            ((f"return {GATED}", f"return x + {GATED}"),)),
    Mistake("local-divisors-exchanged", "LocalConvBlock",
            "compress and reduction have changed places: compress belongs to the convolutions, and reduction to fc1 "
            "and fc2.",
            (("self.conv1 =", "compress, reduction = reduction, compress\n        self.conv1 ="),)),
    Mistake("local-compress-ignored", "LocalConvBlock",
            "The argument `compress` has no effect, because 4 is written into your code. Write compress instead.",
            (("self.conv1 =", "compress = min(4, dim)\n        self.conv1 ="),)),
    Mistake("local-reduction-ignored", "LocalConvBlock",
            "The argument `reduction` has no effect, because 18 is written into your code. Write reduction instead.",
            (("self.conv1 =", "reduction = min(18, dim)\n        self.conv1 ="),)),
    Mistake("local-rounded-up", "LocalConvBlock",
            "You round the hidden channels up. Round down: dim // reduction.",
            (("self.fc1 = nn.Conv2d(dim, dim // reduction", "self.fc1 = nn.Conv2d(dim, -(-dim // reduction)"),
             ("self.fc2 = nn.Conv2d(dim // reduction", "self.fc2 = nn.Conv2d(-(-dim // reduction)"))),
    Mistake("local-convolutions-no-bias", "LocalConvBlock",
            "Your 3x3 convolutions have no biases. Keep torch's default.",
            (("dim // compress, kernel_size=3, padding=1)", "dim // compress, kernel_size=3, padding=1, bias=False)"),
             ("dim, kernel_size=3, padding=1)", "dim, kernel_size=3, padding=1, bias=False)"))),
    Mistake("local-gate-no-bias", "LocalConvBlock", NO_BIAS.format("fc1 or fc2"),
            (("dim // reduction, kernel_size=1)", "dim // reduction, kernel_size=1, bias=False)"),)),
    Mistake("local-no-padding", "LocalConvBlock",
            "Your image shrinks, or it is padded with something other than zeros. Both 3x3 convolutions should have "
            "padding=1.",
            (("dim // compress, kernel_size=3, padding=1",
              "dim // compress, kernel_size=3, padding=1, padding_mode='replicate'"),
             ("dim, kernel_size=3, padding=1", "dim, kernel_size=3, padding=1, padding_mode='replicate'"))),
    Mistake("local-small-kernel", "LocalConvBlock",
            "Your second convolution has a kernel of 1. Both kernels should be 3x3.",
            (("self.conv2 = nn.Conv2d(dim // compress, dim, kernel_size=3, padding=1)",
              "self.conv2 = nn.Conv2d(dim // compress, dim, kernel_size=1)"),)),
    Mistake("local-image-exchanged", "LocalConvBlock", TURNED_IMAGE,
            ((TO_IMAGE, f"{TURNED_GRID}.permute(0, 3, 1, 2)"),)),
    Mistake("local-grid-exchanged", "LocalConvBlock", TURNED_IMAGE, ((TO_IMAGE, TURNED_ALONE),)),
    Mistake("local-by-reshape", "LocalConvBlock", BY_RESHAPE, ((TO_IMAGE, "x.reshape(len(x), -1, *image_size)"),)),
    Mistake("local-tokens-by-reshape", "LocalConvBlock",
            "You turn (B, C, H, W) into (B, L, C) with `reshape` or `view` alone, which mixes tokens and channels. "
            "Call flatten(2), then transpose.",
            ((GATED, "(y * weights).reshape(x.shape)"),)),
    Mistake("local-image", "LocalConvBlock",
            "You return an image, (B, dim, H, W). Return tokens, (B, L, dim).",
            ((GATED, "y * weights"),)),
    Mistake("local-gate-detached", "LocalConvBlock",
            "The numbers are right, but the gate is detached, so fc1 and fc2 would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((GATED, GATED.replace("weights", "weights.detach()")),)),
    Mistake("local-input-detached", "LocalConvBlock",
            "The numbers are right, and so are the gradients of the weights. But x is detached before conv1, so no "
            "gradient flows back to whatever made x. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((TO_IMAGE, f"{TO_IMAGE}.detach()"),)),
    Mistake("local-in-place", "LocalConvBlock",
            "You change x in place, so code that reads x after your block finds it changed. Make a new tensor.",
            ((f"return {GATED}", f"return x.data.add_(0.0).copy_(x.data * 1.5) * 0 + {GATED}"),)),

    # --- GRLBlock
    Mistake("block-pre-norm", "GRLBlock",
            "You normalise before attention and MLP. The norms should come after attn and mlp: x + norm1(attn(x)), "
            "then y + norm2(mlp(y)).",
            ((FIRST, "x + self.res_scale * self.attn(self.norm1(x), image_size)"),
             (SECOND, "y + self.res_scale * self.mlp(self.norm2(y))"))),
    Mistake("block-pre-norm-first", "GRLBlock",
            "You normalise before the attention. norm1 should come after attn: x + norm1(attn(x)).",
            ((FIRST, "x + self.res_scale * self.attn(self.norm1(x), image_size)"),)),
    *(Mistake(f"block-norm-of-the-sum-{short}", "GRLBlock", OF_SUM,
              ((FIRST, "x + self.res_scale * self.attn(x, image_size)"),
               (f"return {SECOND}", f"y = self.norm1(y)\n        return {second}")))
      for short, second in (("first", SECOND), ("with-local", "self.norm2(y + self.res_scale * self.mlp(y))"))),
    Mistake("block-norm-of-the-sum", "GRLBlock", OF_SUM,
            ((FIRST, "self.norm1(x + self.res_scale * self.attn(x, image_size))"),
             (SECOND, "self.norm2(y + self.res_scale * self.mlp(y))"))),
    Mistake("block-one-norm", "GRLBlock",
            "Both halves use norm1. The second half has a norm of its own, norm2.",
            ((SECOND, SECOND.replace("norm2", "norm1")),)),
    Mistake("block-norms-exchanged", "GRLBlock",
            "The two norms have changed places: norm1 belongs after attn, and norm2 after mlp.",
            ((FIRST, FIRST.replace("norm1", "norm2")), (SECOND, SECOND.replace("norm2", "norm1")))),
    Mistake("block-no-first-norm", "GRLBlock",
            "You never call norm1. It belongs after attn.",
            ((FIRST, "x + self.res_scale * self.attn(x, image_size)"),)),
    Mistake("block-no-second-norm", "GRLBlock",
            "You never call norm2. It belongs after mlp.",
            ((SECOND, "y + self.res_scale * self.mlp(y)"),)),
    Mistake("block-local-of-y", "GRLBlock",
            "Your local branch reads y. It should read x, as windows and stripes do.",
            ((LOCAL, "y + self.local(y, image_size)"),)),
    Mistake("block-local-normed", "GRLBlock",
            "The local branch goes through norm1 too. Add it as it is, beside norm1(attn(x)).",
            (("y = x + self.res_scale * self.norm1(self.attn(x, image_size))",
              "y = x + self.res_scale * self.norm1(self.attn(x, image_size) + (0 if self.local is None else "
              "self.local(x, image_size)))"),
             (f"y = {LOCAL}", "pass"))),
    Mistake("block-local-scaled", "GRLBlock",
            "You multiply the local branch by res_scale. Scale only the attention and the MLP.",
            ((LOCAL, "y + self.res_scale * self.local(x, image_size)"),)),
    Mistake("block-local-behind", "GRLBlock",
            "You add the local branch after the MLP, so the MLP never sees it. Add it in the first half.",
            ((f"            y = {LOCAL}", "            late = self.local(x, image_size)"),
             (f"return {SECOND}", f"return {SECOND} + (0 if self.local is None else late)"))),
    Mistake("block-no-local", "GRLBlock",
            "You never add the local branch. Add it in the first half, if local_connection is True.",
            ((LOCAL, "y"),)),
    Mistake("block-local-instead", "GRLBlock",
            "If there is a local branch, your shortcut is missing. The first half should be x + norm1(attn(x)) + "
            "local(x).",
            ((LOCAL, "y - x + self.local(x, image_size)"),)),
    Mistake("block-always-local", "GRLBlock",
            "There is a local branch although local_connection is False. `local` should then be None.",
            (("LocalConvBlock(dim) if local_connection else None", "LocalConvBlock(dim)"),)),
    Mistake("block-identity-for-local", "GRLBlock",
            "Without a local connection you add x a second time, perhaps through an nn.Identity. `local` should be "
            "None, and nothing more should be added.",
            (("        if self.local is not None:\n            y = y + self.local(x, image_size)",
              "        y = y + (x if self.local is None else self.local(x, image_size))"),)),
    Mistake("block-never-local", "GRLBlock",
            "There is no local branch although local_connection is True. `local` should then be a LocalConvBlock.",
            (("LocalConvBlock(dim) if local_connection else None", "None"),)),
    Mistake("block-scale-ignored", "GRLBlock",
            "res_scale has no effect. It should multiply norm1(attn(x)) and norm2(mlp(y)).",
            (("self.res_scale = res_scale", "self.res_scale = 1.0"),)),
    Mistake("block-scale-first-only", "GRLBlock",
            "Only the attention is multiplied by res_scale. The MLP should be, too.",
            ((SECOND, "y + self.norm2(self.mlp(y))"),)),
    Mistake("block-scale-second-only", "GRLBlock",
            "Only the MLP is multiplied by res_scale. The attention should be, too.",
            ((FIRST, "x + self.norm1(self.attn(x, image_size))"),)),
    Mistake("block-scale-in-front", "GRLBlock",
            "You multiply by res_scale before the norm, which removes the factor again. Multiply after the norm.",
            ((FIRST, "x + self.norm1(self.res_scale * self.attn(x, image_size))"),
             (SECOND, "y + self.norm2(self.res_scale * self.mlp(y))"))),
    Mistake("block-scales-first-shortcut", "GRLBlock",
            "You multiply only the first shortcut, the one around the attention, by res_scale. Multiply the branch "
            "instead.",
            ((FIRST, "self.res_scale * x + self.norm1(self.attn(x, image_size))"),)),
    Mistake("block-scales-everything", "GRLBlock",
            "You multiply the whole sums by res_scale, the shortcuts too. Multiply only norm1(attn(x)) and "
            "norm2(mlp(y)).",
            ((FIRST, "self.res_scale * (x + self.norm1(self.attn(x, image_size)))"),
             (SECOND, "self.res_scale * (y + self.norm2(self.mlp(y)))"))),
    Mistake("block-scale-learned", "GRLBlock",
            "Your res_scale is a parameter, so it would be trained. It should be a plain number.",
            (("self.res_scale = res_scale", "self.res_scale = nn.Parameter(torch.tensor(float(res_scale)))"),)),
    Mistake("block-eps", "GRLBlock",
            "Your LayerNorms have eps=1e-6. Keep torch's default, 1e-5.",
            (("self.norm1 = nn.LayerNorm(dim)", "self.norm1 = nn.LayerNorm(dim, eps=1e-6)"),
             ("self.norm2 = nn.LayerNorm(dim)", "self.norm2 = nn.LayerNorm(dim, eps=1e-6)"))),
    Mistake("block-local-in-training-alone", "GRLBlock",
            "The local branch is added only in training mode. It should be added in both modes.",
            (("if self.local is not None:", "if self.local is not None and self.training:"),)),
    Mistake("block-local-in-eval-alone", "GRLBlock",
            "The local branch is added only in eval mode. It should be added in both modes.",
            (("if self.local is not None:", "if self.local is not None and not self.training:"),)),
    Mistake("block-groups-ignored", "GRLBlock",
            "You do not pass stripe_groups on to MixedAttention. Pass it on.",
            (("window_size, stripe_size, stripe_groups,\n", "window_size, stripe_size, (None, None),\n"),)),
    Mistake("block-scales-x", "GRLBlock",
            "You multiply both shortcuts, x and y, by res_scale. Multiply the branches instead.",
            ((FIRST, "self.res_scale * x + self.norm1(self.attn(x, image_size))"),
             (SECOND, "self.res_scale * y + self.norm2(self.mlp(y))"))),
    Mistake("block-mlp-of-x", "GRLBlock",
            "Your MLP reads x. It should read y, the first half's output.",
            ((SECOND, "y + self.res_scale * self.norm2(self.mlp(x))"),)),
    Mistake("block-shortcut-from-x", "GRLBlock",
            "Your second half adds to x, and loses the first half's output. It should add to y.",
            ((SECOND, "x + self.res_scale * self.norm2(self.mlp(y))"),)),
    Mistake("block-no-first-shortcut", "GRLBlock",
            "The shortcut around the attention is missing. Add x to norm1(attn(x)).",
            ((FIRST, FIRST.removeprefix("x + ")),)),
    Mistake("block-no-second-shortcut", "GRLBlock",
            "The shortcut around the MLP is missing. Add y to norm2(mlp(y)).",
            ((SECOND, SECOND.removeprefix("y + ")),)),
    Mistake("block-relu", "GRLBlock",
            "Your MLP has a ReLU. It should have a GELU.",
            ((SECOND, "y + self.res_scale * self.norm2(self.mlp.fc2(torch.relu(self.mlp.fc1(y))))"),)),
    Mistake("block-approximate-gelu", "GRLBlock",
            "Your GELU is the tanh approximation. Use the exact GELU, torch's default.",
            ((SECOND, "y + self.res_scale * self.norm2(self.mlp.fc2(F.gelu(self.mlp.fc1(y), approximate='tanh')))"),)),
    Mistake("block-no-activation", "GRLBlock",
            "Your MLP has no activation. Without one, two linear layers in a row can do no more than a single one. "
            "Your MLP should have a GELU.",
            ((SECOND, "y + self.res_scale * self.norm2(self.mlp.fc2(self.mlp.fc1(y)))"),)),
    Mistake("block-hidden-rounded", "GRLBlock",
            "You round the hidden width of the MLP to the nearest number, or up. It should be int(dim * mlp_ratio), "
            "rounded down.",
            ((MLP, "Mlp(dim, -(-int(10 * dim * mlp_ratio) // 10))"),)),
    Mistake("block-ratio-rounded-first", "GRLBlock",
            "You round mlp_ratio before you multiply. The hidden width is int(dim * mlp_ratio): multiply first.",
            ((MLP, "Mlp(dim, dim * int(mlp_ratio))"),)),
    Mistake("block-ratio-ignored", "GRLBlock",
            "mlp_ratio has no effect, because 4 is written into your code. Write mlp_ratio instead.",
            ((MLP, "Mlp(dim, 4 * dim)"),)),
    Mistake("block-type-ignored", "GRLBlock",
            "stripe_type has no effect. With \"W\", stripe_size and stripe_groups should be reversed.",
            ((TURNED, "pass"),)),
    Mistake("block-types-exchanged", "GRLBlock",
            'You reverse the stripes for "H". Reverse them for "W", and leave them as they are for "H".',
            (('if stripe_type == "W":', 'if stripe_type == "H":'),)),
    Mistake("block-size-turned-only", "GRLBlock",
            "With \"W\" you reverse stripe_size alone. Reverse stripe_groups too.",
            ((TURNED, "stripe_size = stripe_size[::-1]"),)),
    Mistake("block-groups-turned-only", "GRLBlock",
            "With \"W\" you reverse stripe_groups alone. Reverse stripe_size too.",
            ((TURNED, "stripe_groups = stripe_groups[::-1]"),)),
    Mistake("block-windows-turned", "GRLBlock",
            "With \"W\" you reverse window_size too. Reverse only stripe_size and stripe_groups.",
            ((TURNED, f"{TURNED}; window_size = window_size[::-1]"),)),
    Mistake("block-image-turned", "GRLBlock",
            'With "W" you reverse image_size. The tokens stay where they are, so reverse stripe_size and stripe_groups '
            "instead.",
            ((TURNED, "pass"), ("self.res_scale = res_scale",
                                "self.res_scale, self.turned = res_scale, stripe_type == 'W'"),
             (f"y = {FIRST}", f"image_size = image_size[::-1] if self.turned else image_size\n        y = {FIRST}"))),
    Mistake("block-factor-ignored", "GRLBlock",
            "You do not pass down_factor on to MixedAttention. Pass it on.",
            (("window_shift, stripe_shift, down_factor", "window_shift, stripe_shift"),)),
    Mistake("block-no-error", "GRLBlock",
            'A stripe_type other than "H" and "W" must raise a ValueError. Your code treats it like "H".',
            ((UNKNOWN, "pass"),)),
    Mistake("block-assert", "GRLBlock",
            "An `assert` raises an AssertionError, and raises nothing at all under `python -O`. Raise a ValueError.",
            ((f'if stripe_type not in ("H", "W"):\n            {UNKNOWN}', 'assert stripe_type in ("H", "W")'),)),
    Mistake("block-any-case", "GRLBlock",
            'You compare only the first letter, in upper or lower case, so longer words pass as well. Accept only "H" '
            'and "W".',
            (('if stripe_type not in ("H", "W"):', 'if stripe_type.upper()[:1] not in ("H", "W"):'),)),
    Mistake("block-lower-case", "GRLBlock",
            'You accept lower-case letters too, because `upper()` turns "h" into "H". Accept only "H" and "W".',
            (('if stripe_type not in ("H", "W"):', 'if stripe_type.upper() not in ("H", "W"):'),)),
    Mistake("block-part-of-a-word", "GRLBlock",
            'You look for stripe_type in the string "HW", which also contains the empty string and "HW" itself. Look '
            'for it in the tuple ("H", "W").',
            (('if stripe_type not in ("H", "W"):', 'if stripe_type not in ("H", "W", "", "HW"):'),)),
    *(Mistake(f"block-{what}-shift-for-both", "GRLBlock",
              f"MixedAttention gets {what}_shift twice. Pass on window_shift and stripe_shift, in this order.",
              (("window_shift, stripe_shift, down_factor", f"{what}_shift, {what}_shift, down_factor"),))
      for what in ("window", "stripe")),
    Mistake("block-shifts-exchanged", "GRLBlock",
            "The two shifts have changed places on their way to MixedAttention: window_shift comes first.",
            (("window_shift, stripe_shift, down_factor", "stripe_shift, window_shift, down_factor"),)),
    Mistake("block-shifts-ignored", "GRLBlock",
            "You do not pass the shifts on to MixedAttention. Pass on window_shift and stripe_shift, in this order.",
            (("window_shift, stripe_shift, down_factor", "False, False, down_factor"),)),
    Mistake("block-heads-exchanged", "GRLBlock",
            "The two numbers of heads have changed places on their way to MixedAttention: num_heads_window comes "
            "first.",
            (("dim, num_heads_window, num_heads_stripe, window_size",
              "dim, num_heads_stripe, num_heads_window, window_size"),)),
    Mistake("block-dropout", "GRLBlock",
            "In training mode your block drops some numbers, but it should have no dropout. Training and eval mode "
            "should give the same result.",
            ((SECOND, "y + F.dropout(self.res_scale * self.norm2(self.mlp(y)), 0.1, self.training)"),)),
    Mistake("block-detached", "GRLBlock", DETACHED.format("the result"), ((f"return {SECOND}",
                                                                           f"return ({SECOND}).detach()"),)),
    Mistake("block-local-detached", "GRLBlock",
            "The numbers are right, but the local branch is detached, so `local` would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((LOCAL, f"{LOCAL}.detach()"),)),
)

VARIANTS = (
    Variant("anchors-by-unflatten", "AnchorProjection", """
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        d, (h, w) = self.d, (n // self.d for n in image_size)
        grid = x.unflatten(1, tuple(image_size))[:, :h * d, :w * d]
        return self.reduction(grid.unflatten(2, (w, d)).unflatten(1, (h, d)).mean(dim=(2, 4)))
"""),
    Variant("anchors-projected-first", "AnchorProjection", """
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        b, l, c = x.shape
        image = self.reduction(x).transpose(1, 2).reshape(b, -1, *image_size)
        return F.avg_pool2d(image, self.down_factor).permute(0, 2, 3, 1).contiguous()
"""),
    Variant("stripes-by-views", "AnchoredStripeAttention", """
class AnchoredStripeAttention(nn.Module):
    def __init__(self, num_heads, stripe_size, stripe_groups=(None, None), shift=False, down_factor=1):
        super().__init__()
        self.h, self.size, self.groups, self.shift, self.d = num_heads, stripe_size, stripe_groups, shift, down_factor
        self.transform_in = AffineTransform(num_heads)
        self.transform_out = AffineTransform(num_heads)

    def split(self, t, size, parts):
        windows = window_partition(t, size)
        n = windows.shape[1] * windows.shape[2]
        return windows.reshape(len(windows), n, parts, self.h, -1).permute(2, 0, 3, 1, 4).unbind(0)

    def forward(self, qkv, anchor, image_size):
        B, L, C = qkv.shape
        d, size, by = self.d, [], []
        for n, s, g in zip(image_size, self.size, self.groups):
            size.append(s if g is None else n // g)
            by.append(0 if not self.shift else s // 2 if g is None else 0 if g == 1 else n // (2 * g))
        x = qkv.reshape(B, *image_size, C).roll((-by[0], -by[1]), (1, 2))
        anchor = anchor.roll((-(by[0] // d), -(by[1] // d)), (1, 2))
        q, k, v = self.split(x, size, 3)
        a, = self.split(anchor, [s // d for s in size], 1)
        table = relative_coords_table(size, d, dtype=qkv.dtype).to(qkv.device)
        mask = anchor_mask(image_size, size, by, d).to(qkv) if self.shift else None
        into = lambda t: self.transform_in(t, table, relative_position_index(size, d, from_anchor=True).to(qkv.device),
                                           None if mask is None else mask.mT)
        out = lambda t: self.transform_out(t, table, relative_position_index(size, d).to(qkv.device), mask)
        y = cosine_attention(q, a, cosine_attention(a, k, v, into), out)
        y = window_reverse(y.transpose(1, 2).reshape(-1, *size, C // 3), size, image_size)
        return y.roll(by, (1, 2)).reshape(B, L, C // 3)
"""),
    Variant("stripes-by-the-product-of-maps", "AnchoredStripeAttention", """
class AnchoredStripeAttention(nn.Module):
    def __init__(self, num_heads, stripe_size, stripe_groups=(None, None), shift=False, down_factor=1):
        super().__init__()
        self.num_heads, self.stripe_size, self.stripe_groups = num_heads, stripe_size, stripe_groups
        self.shift, self.down_factor = shift, down_factor
        self.transform_in, self.transform_out = AffineTransform(num_heads), AffineTransform(num_heads)

    def forward(self, qkv, anchor, image_size):
        d, h = self.down_factor, self.num_heads
        stripe = tuple(s if g is None else n // g for n, s, g in zip(image_size, self.stripe_size, self.stripe_groups))
        shift = (0, 0)
        if self.shift:
            shift = tuple(0 if g == 1 else s // 2 for s, g in zip(stripe, self.stripe_groups))
        small = tuple(s // d for s in stripe)
        x = torch.roll(qkv.unflatten(1, tuple(image_size)), [-s for s in shift], dims=[1, 2])
        anchor = torch.roll(anchor, [-(s // d) for s in shift], dims=[1, 2])
        tokens = window_partition(x, stripe).flatten(1, 2)
        q, k, v = (t.unflatten(2, (h, -1)).transpose(1, 2) for t in tokens.chunk(3, dim=2))
        a = window_partition(anchor, small).flatten(1, 2).unflatten(2, (h, -1)).transpose(1, 2)
        table = relative_coords_table(stripe, d, dtype=x.dtype).to(x.device)
        mask = anchor_mask(image_size, stripe, shift, d).to(x)
        unit = lambda t: nn.functional.normalize(t, dim=-1)
        into = self.transform_in(unit(a) @ unit(k).mT, table, relative_position_index(stripe, d, True).to(x.device),
                                 mask.transpose(1, 2)).softmax(-1)
        out = self.transform_out(unit(q) @ unit(a).mT, table, relative_position_index(stripe, d).to(x.device), mask).softmax(-1)
        y = ((out @ into) @ v).transpose(1, 2).flatten(2).unflatten(1, stripe)
        return torch.roll(window_reverse(y, stripe, image_size), shift, dims=[1, 2]).flatten(1, 2)
"""),  # noqa: E501
    Variant("mixed-by-slices", "MixedAttention", """
class MixedAttention(nn.Module):
    def __init__(self, dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups=(None, None),
                 window_shift=False, stripe_shift=False, down_factor=1):
        super().__init__()
        self.half = 3 * dim // 2
        self.qkv = nn.Linear(dim, 3 * dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, shift=window_shift)
        self.stripe_attention = AnchoredStripeAttention(num_heads_stripe, stripe_size, stripe_groups=stripe_groups,
                                                        shift=stripe_shift, down_factor=down_factor)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, image_size):
        qkv = self.qkv(x)
        y = [self.window_attention(qkv[..., :self.half], image_size)]
        y.append(self.stripe_attention(qkv[..., self.half:], self.anchor(x, image_size), image_size))
        return self.proj(torch.cat(y, dim=2))
"""),
    Variant("mixed-two-products", "MixedAttention", """
class MixedAttention(nn.Module):
    def __init__(self, dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups=(None, None),
                 window_shift=False, stripe_shift=False, down_factor=1):
        super().__init__()
        self.qkv, self.proj = nn.Linear(dim, dim * 3), nn.Linear(dim, dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor)

    def forward(self, x, image_size):
        halves = [F.linear(x, w, b) for w, b in zip(self.qkv.weight.chunk(2), self.qkv.bias.chunk(2))]
        window = self.window_attention(halves[0].contiguous(), image_size)
        stripe = self.stripe_attention(halves[1].contiguous(), self.anchor(x, image_size), image_size)
        left, right = self.proj.weight.chunk(2, dim=1)
        return window @ left.T + stripe @ right.T + self.proj.bias
"""),  # noqa: E501
    Variant("local-linear-gate", "LocalConvBlock", """
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        if dim // compress == 0 or dim // reduction == 0:
            raise ValueError(f"dim {dim}, compress {compress}, reduction {reduction}")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Linear(dim, dim // reduction)
        self.fc2 = nn.Linear(dim // reduction, dim)

    def forward(self, x, image_size):
        y = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(nn.functional.gelu(self.conv1(y))).flatten(2).transpose(1, 2)
        return y * self.fc2(self.fc1(y.mean(dim=1)).relu()).sigmoid()[:, None]
"""),
    Variant("local-pooled", "LocalConvBlock", """
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim < divisor:
                raise ValueError(f"{dim} // {divisor} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, 1, 1)
        self.gelu = nn.GELU()
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, 1, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1, self.fc2 = nn.Conv2d(dim, dim // reduction, 1), nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x, image_size):
        b, l, c = x.shape
        image = x.permute(0, 2, 1).reshape(b, c, *image_size).contiguous()
        image = self.conv2(self.gelu(self.conv1(image)))
        image = torch.sigmoid(self.fc2(F.relu(self.fc1(self.pool(image))))) * image
        return image.reshape(b, c, l).permute(0, 2, 1)
"""),
    Variant("block-sequential-mlp", "GRLBlock", """
class GRLBlock(nn.Module):
    def __init__(self, dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups=(None, None),
                 window_shift=False, stripe_shift=False, stripe_type="H", down_factor=1, mlp_ratio=4, local_connection=True,
                 res_scale=1.0):
        super().__init__()
        if stripe_type == "W":
            stripe_size, stripe_groups = tuple(reversed(stripe_size)), tuple(reversed(stripe_groups))
        elif stripe_type != "H":
            raise ValueError("stripe_type")
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
                                   window_shift=window_shift, stripe_shift=stripe_shift, down_factor=down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.mlp = nn.Sequential()
        self.mlp.add_module("fc1", nn.Linear(dim, int(dim * mlp_ratio)))
        self.mlp.add_module("act", nn.GELU())
        self.mlp.add_module("fc2", nn.Linear(int(dim * mlp_ratio), dim))
        self.local = LocalConvBlock(dim) if local_connection else None
        self.s = res_scale

    def forward(self, x, image_size):
        near = 0 if self.local is None else self.local(x, image_size)
        x = x + near + self.s * self.norm1(self.attn(x, image_size))
        return x + self.s * self.norm2(self.mlp(x))
"""),  # noqa: E501
    Variant("block-module-dict", "GRLBlock", """
class GRLBlock(nn.Module):
    def __init__(self, dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups=(None, None),
                 window_shift=False, stripe_shift=False, stripe_type="H", down_factor=1, mlp_ratio=4, local_connection=True,
                 res_scale=1.0):
        super().__init__()
        if stripe_type not in ["H", "W"]:
            raise ValueError(f"{stripe_type} is neither H nor W")
        turn = -1 if stripe_type == "W" else 1
        self.res_scale, hidden = res_scale, int(dim * mlp_ratio)
        self.attn = MixedAttention(dim, num_heads_window, num_heads_stripe, window_size, stripe_size[::turn], stripe_groups[::turn],
                                   window_shift, stripe_shift, down_factor)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.local = None
        if local_connection:
            self.local = LocalConvBlock(dim)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})

    def forward(self, x, image_size):
        y = torch.add(x, self.norm1(self.attn(x, image_size)), alpha=self.res_scale)
        if self.local:
            y = self.local(x, image_size) + y
        hidden = nn.functional.gelu(self.mlp["fc1"](y))
        return torch.add(y, self.norm2(self.mlp["fc2"](hidden)), alpha=self.res_scale)
"""),  # noqa: E501
)

NOT_GRADED = "The page promises sizes that fit, and so do the cases."
POOLING = "A pool has no parameters, and its stride is its kernel by default."
HALVED = "Half of an odd dim is rounded to even, and dim is larger than 1."
PAIRS = "Both are pairs."
DIVIDES = "Groups divide the axis."
NO_ROW = "No stripe is one row high or one column wide."
NUMBERS = "These are whole numbers."
ONLY_SHAPE = "Only its shape is read."
ONE_PART = "There is only one."
ONLY_KIND = "Only its dtype and device are read."
ON_CPU = "A tensor may be indexed with numbers that lie on the CPU."
NO_GRADIENT = "No gradient is taken of it."
TRUTH = "Without a shift the mask is 0 everywhere, so that it may as well be added."
SWAP = "The order of the two axes that are swapped does not matter."
LATER = "The functions are made here, and called later."
REFUSED_BEFORE = "A number that leaves none was refused."
ONE_PIXEL = "The map is a single pixel."
OWN = "What is overwritten belongs to the module, and its old value is not read again."
TWICE = "A second time changes nothing."
ANY_MESSAGE = "The page asks for a ValueError, whatever it says."

EQUIVALENT = {
    **{f"AnchorProjection 5: {how}": NOT_GRADED for how in (
        "guard left out", "an assert", "Or -> And", "without dim < 2", "without down_factor < 1", "2 -> 1",
        "down_factor -> dim",
        "1 -> 0")},
    **{f"AnchorProjection 6: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without dim", "message without down_factor")},
    **{f"AnchorProjection 8: {how}": POOLING for how in (
        "self.pool frozen", "self.pool in a list", "AvgPool2d without down_factor")},
    **{f"AnchorProjection 9: {how}": HALVED for how in (
        "rounded to the nearest", "rounded down, at least 1")},
    **{f"AnchorProjection 12: {how}": NOT_GRADED for how in (
        "without `anchors_of(image_size, self.down_factor)`", "anchors_of left out")},
    **{f"AnchoredStripeAttention 5: {how}": NOT_GRADED for how in (
        "one round of the loop", "arguments 0 and 1 of zip exchanged", "zip without strict", "True -> False")},
    **{f"AnchoredStripeAttention 7: {how}": NOT_GRADED for how in (
        "guard left out", "an assert", "Or -> And", "without extent is None", "without extent < 1", "1 -> 0")},
    **{f"AnchoredStripeAttention 8: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without stripe_size", "message without stripe_groups")},
    **{f"AnchoredStripeAttention 19: {how}": PAIRS for how in (
        "zip without strict", "True -> False")},
    **{f"AnchoredStripeAttention 20: {how}": DIVIDES for how in (
        "rounded up", "rounded to the nearest", "rounded down, at least 1")},
    **{f"AnchoredStripeAttention 21: {how}": NO_ROW for how in (
        "rounded down, at least 1", "rounded down, at least 1 (2)")},
    **{f"AnchoredStripeAttention 22: {how}": NUMBERS for how in (
        "without gradients", "in inference mode", "tuple left out", "tuple left out (2)")},
    "AnchoredStripeAttention 26: anchor detached": ONLY_SHAPE,
    "AnchoredStripeAttention 29: 0 -> -1": ONE_PART,
    **{f"AnchoredStripeAttention 30: {how}": ONLY_KIND for how in (
        "qkv -> anchor", "qkv detached")},
    **{f"AnchoredStripeAttention 35: {how}": ONLY_SHAPE for how in (
        "anchor detached", "anchor float32", "anchor float32 on the way", "anchor first of the batch for all",
        "anchor mean of the batch for all", "anchor read in its order of memory", "anchor clamped",
        "anchor its absolute value", "anchor on the CPU", "anchor first column dropped")},
    **{f"AnchoredStripeAttention 37: {how}": NOT_GRADED for how in (
        "without `_check_anchors_tile(image_size, strip...`", "_check_anchors_tile left out", "image_size -> stripe",
        "stripe -> image_size")},
    **{f"AnchoredStripeAttention 38: {how}": NOT_GRADED for how in (
        "guard left out", "an assert", "tuple left out", "FloorDiv -> Div", "rounded up", "rounded to the nearest",
        "rounded down, at least 1", "FloorDiv -> Div (2)", "rounded up (2)", "rounded to the nearest (2)",
        "rounded down, at least 1 (2)")},
    **{f"AnchoredStripeAttention 39: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without tuple(anchor.shape)", "message without tuple(image_size)",
        "message without d")},
    **{f"AnchoredStripeAttention 40: {how}": NUMBERS for how in (
        "without gradients", "in inference mode")},
    **{f"AnchoredStripeAttention 42: {how}": ONLY_KIND for how in (
        "like detached", "like float32 on the way", "like first of the batch for all", "like mean of the batch for all",
        "like last two axes exchanged", "like batch and channels exchanged", "like axes of size 1 removed",
        "like read in its order of memory", "like clamped", "like its absolute value", "like first column dropped")},
    **{f"AnchoredStripeAttention 44: {how}": NO_GRADIENT for how in (
        "relative_coords_table(stripe, d, dtyp... detached", "relative_coords_table(stripe, d, dtyp... detached (2)",
        "like detached",
        "like detached (2)")},
    "AnchoredStripeAttention 45: to left out": ON_CPU,
    **{f"AnchoredStripeAttention 45: {how}": NO_GRADIENT for how in (
        "relative_position_index(stripe, d, fr... detached", "relative_position_index(stripe, d, fr... detached (2)",
        "like detached")},
    "AnchoredStripeAttention 46: to left out": ON_CPU,
    **{f"AnchoredStripeAttention 46: {how}": NO_GRADIENT for how in (
        "relative_position_index(stripe, d).to... detached", "relative_position_index(stripe, d) detached",
        "like detached")},
    **{f"AnchoredStripeAttention 48: {how}": TRUTH for how in (
        "always self.shift", "self.shift -> self.down_factor", "self.shift -> self.num_heads",
        "self.shift -> self.stripe_groups", "self.shift -> self.stripe_size", "self.shift -> self.transform_in",
        "self.shift -> self.transform_out")},
    **{f"AnchoredStripeAttention 49: {how}": NO_GRADIENT for how in (
        "anchor_mask(image_size, stripe, shift... detached", "anchor_mask(image_size, stripe, shift... detached (2)",
        "like detached")},
    "AnchoredStripeAttention 50: arguments 0 and 1 of transpose exchanged": SWAP,
    "AnchoredStripeAttention 50: mask_out.transpose(1, 2) detached": NO_GRADIENT,
    **{f"AnchoredStripeAttention 51: {how}": LATER for how in (
        "without gradients", "in inference mode")},
    **{f"MixedAttention 5: {how}": NOT_GRADED for how in (
        "guard left out", "an assert", "Or -> And", "without heads < 1", "without dim % (2 * heads)", "1 -> 0",
        "only 2 of Mult", "only heads of Mult", "2 -> 1", "without the first", "without the last", "only the first",
        "at most four", "each once", "num_heads_window -> num_heads_stripe", "num_heads_stripe -> num_heads_window")},
    **{f"MixedAttention 6: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without dim", "message without num_heads_window",
        "message without num_heads_stripe")},
    **{f"LocalConvBlock 6: {how}": NOT_GRADED for how in (
        "without 1", "1 -> 0")},
    "LocalConvBlock 7: message without name": NOT_GRADED,
    "LocalConvBlock 8: rounded down, at least 1": REFUSED_BEFORE,
    "LocalConvBlock 9: rounded down, at least 1": REFUSED_BEFORE,
    **{f"LocalConvBlock 10: {how}": ONE_PIXEL for how in (
        "Conv2d with stride=2", "Conv2d with dilation=2")},
    "LocalConvBlock 10: rounded down, at least 1": REFUSED_BEFORE,
    **{f"LocalConvBlock 11: {how}": ONE_PIXEL for how in (
        "Conv2d with stride=2", "Conv2d with dilation=2")},
    "LocalConvBlock 11: rounded down, at least 1": REFUSED_BEFORE,
    **{f"LocalConvBlock 16: {how}": OWN for how in (
        "sigmoid in place", "relu in place")},
    "LocalConvBlock 16: relu twice": TWICE,
    "LocalConvBlock 17: arguments 0 and 1 of transpose exchanged": SWAP,
    "LocalConvBlock 17: Mult in place": OWN,
    **{f"GRLBlock 6: {how}": ANY_MESSAGE for how in (
        "message without numbers", "no message", "message without stripe_type")},
    "GRLBlock 19: Add in place": OWN,
}
