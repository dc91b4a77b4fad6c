"""Known mistakes, correct variants and equivalent mutants of 05b_memory.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, ONLY_IN_EVAL, OVERFLOW
from solutions.shared.position_attention import ADDED, projections, with_gamma

# What the reference says, and most mistakes replace.
TURNED = "self.value(x).flatten(2).transpose(1, 2)"
CHUNK = "checkpoint(gather, some, keys, values, use_reentrant=False)"
CHUNKS = f"rows = [{CHUNK} for some in queries.split(ROWS, dim=1)]"
JOINED = "torch.cat(rows, dim=1).transpose(1, 2)"
ROWS = f"""{CHUNKS}
        gathered = {JOINED}"""

BELOW_1 = """if block < 1:
        raise ValueError(f"a block has at least 1 key, got {block}")
    """
PARTS = "zip(k.split(block, dim=1), v.split(block, dim=1), strict=True)"
FIRST = "q.new_full((*q.shape[:2], 1), -torch.inf)"
TOTAL_FIRST = "torch.zeros_like(largest)"
GATHERED_FIRST = "v.new_zeros(*q.shape[:2], v.shape[-1])"
LOGITS = "q @ keys.transpose(1, 2)"
NEW = "torch.maximum(largest, logits.amax(dim=-1, keepdim=True))"
SHRINK = "torch.exp(largest - new)"
WEIGHTS = "torch.exp(logits - new)"
TOTAL = "total * shrink + weights.sum(dim=-1, keepdim=True)"
GATHERED = "gathered * shrink + weights @ values"
KEPT = """
        largest = new"""
RESULT = "gathered / total"


def per_block(result: str) -> tuple[tuple[str, str], ...]:
    """Edits that take a softmax within each block; `result` is made of what the blocks give, a list."""
    return ((GATHERED,
             "gathered * shrink + weights @ values\n        parts.append(torch.softmax(logits, dim=-1) @ values)"),
            (f"largest = {FIRST}", f"parts, largest = [], {FIRST}"), (RESULT, result))


MISTAKES = (
    # --- EfficientPositionAttention
    *with_gamma("efficient", "EfficientPositionAttention", "A V"),
    *projections("efficient", "EfficientPositionAttention", TURNED),
    Mistake("efficient-scaled", "EfficientPositionAttention",
            "Your products are divided by sqrt(D), where D is the queries' width. `scaled_dot_product_attention` "
            "divides by it unless you pass scale=1.0. DANet does not scale.",
            ((ROWS, "gathered = nn.functional.scaled_dot_product_attention(queries, keys.transpose(1, 2), "
                    "values).transpose(1, 2)"),)),
    Mistake("efficient-scaled-by-width", "EfficientPositionAttention",
            "Your products are divided by sqrt(C). If you pad the queries to C numbers, `scaled_dot_product_attention` "
            "divides by sqrt(C) unless you pass scale=1.0. DANet does not scale.",
            ((ROWS, """wide = nn.functional.pad(torch.stack([queries, keys.transpose(1, 2)]), (0, values.shape[-1] - queries.shape[-1]))
        gathered = nn.functional.scaled_dot_product_attention(*wide, values).transpose(1, 2)"""),)),  # noqa: E501
    Mistake("efficient-exp", "EfficientPositionAttention", OVERFLOW.format("products"),
            ((CHUNK, "(lambda e: e / e.sum(dim=-1, keepdim=True) @ values)(torch.exp(some @ keys))"),)),
    Mistake("efficient-own-chunk", "EfficientPositionAttention",
            "Each chunk of queries sees the keys of its own chunk only. Every query needs all N keys, so chunk the "
            "queries and not the keys.",
            ((CHUNKS, "parts = zip(queries.split(ROWS, dim=1), keys.split(ROWS, dim=2), values.split(ROWS, dim=1))\n"
              "        rows = [gather(*part) for part in parts]"),)),
    Mistake("efficient-chunks-of-keys", "EfficientPositionAttention",
            "You take a softmax within each chunk of keys and add the results. The weights of a position then sum to "
            "the number of chunks. A softmax needs the whole row: chunk the queries.",
            ((ROWS, """parts = zip(keys.split(ROWS, dim=2), values.split(ROWS, dim=1))
        gathered = sum(gather(queries, *part) for part in parts).transpose(1, 2)"""),)),
    Mistake("efficient-mean-of-chunks", "EfficientPositionAttention",
            "You take a softmax within each chunk of keys and average the results. Chunks would have to be weighted "
            "by their sums of exponentials. It is easier to chunk the queries.",
            ((ROWS, """parts = list(zip(keys.split(ROWS, dim=2), values.split(ROWS, dim=1)))
        gathered = sum(gather(queries, *part) for part in parts).transpose(1, 2) / len(parts)"""),)),
    Mistake("efficient-rest-dropped", "EfficientPositionAttention",
            "You leave out the last chunk, which is shorter: its positions gather nothing. Both `split` and range(0, "
            "N, rows) include it.",
            ((CHUNKS, """chunks = [some if some.shape[1] == ROWS else None for some in queries.split(ROWS, dim=1)]
        rows = [gather(some, keys, values) if some is not None else 0 * values[:, :queries.shape[1] % ROWS] for some in chunks]"""),)),  # noqa: E501
    Mistake("efficient-rest-refused", "EfficientPositionAttention",
            "Your code works only if the chunk size divides N. Let the last chunk be shorter.",
            ((CHUNKS, "chunks = queries.reshape(len(x), -1, ROWS, queries.shape[-1]).unbind(1)\n"
              "        rows = [gather(some, keys, values) for some in chunks]"),)),
    Mistake("efficient-map-detached", "EfficientPositionAttention",
            "The numbers are right, but the weights are detached, so queries and keys would never learn. Leave out "
            "the `detach()`, `.data` or `no_grad()`.",
            ((CHUNK, "torch.softmax(some @ keys, dim=-1).detach() @ values"),)),
    Mistake("efficient-scrambled", "EfficientPositionAttention",
            "You turn the gathered values, (B, N, C), into (B, C, H, W) with `reshape` or `view`, which swaps no axes. "
            "Channels and positions are then mixed up. Call transpose(1, 2) first.",
            ((JOINED, "torch.cat(rows, dim=1)"),)),
    Mistake("efficient-reversed", "EfficientPositionAttention",
            "You put the chunks together in the wrong order. Put them together in the order in which you took them "
            "from the queries.",
            ((JOINED, "torch.cat(rows[::-1], dim=1).transpose(1, 2)"),)),
    Mistake("efficient-linear", "EfficientPositionAttention",
            "You left the softmax out so that keys and values could be multiplied first. That is cheap, but it is a "
            "different module. The exercise asks for the same result as with the softmax.",
            ((ROWS, "gathered = (queries @ (keys @ values)).transpose(1, 2)"),)),
    Mistake("efficient-two-softmaxes", "EfficientPositionAttention",
            "You take one softmax of the queries and one of the keys, so that keys and values can be multiplied first. "
            "That is called efficient (or linear) attention, and it is a different module. The exercise asks for the "
            "same result as with one softmax of the products.",
            ((ROWS, "gathered = (queries.softmax(dim=-1) @ (keys.softmax(dim=-1) @ values)).transpose(1, 2)"),)),
    Mistake("efficient-pooled", "EfficientPositionAttention",
            "You reduce the number of keys and values (by pooling or a stride). That saves memory, but it changes the "
            "result. The exercise asks for the keys and values of all N positions.",
            ((ROWS, """keys, values = keys[..., ::2], values[:, ::2]
        gathered = gather(queries, keys, values).transpose(1, 2)"""),)),
    Mistake("efficient-half", "EfficientPositionAttention",
            "You compute in another dtype (half, bfloat16 or float32) to save memory. That shrinks the map only by a "
            "constant factor, and the result loses digits. Keep x's dtype, and make fewer rows of the map at a time.",
            ((ROWS, """rows = [gather(some.float(), keys.float(), values.float()) for some in queries.split(ROWS, dim=1)]
        gathered = torch.cat(rows, dim=1).transpose(1, 2).to(x.dtype)"""),), grain="float32"),  # noqa: E501
    Mistake("efficient-over-queries", "EfficientPositionAttention",
            "Your softmax runs over the queries of a chunk (dim=1). It should run over all keys, along each row: "
            "dim=-1.",
            ((CHUNK, "torch.softmax(some @ keys, dim=1) @ values"),)),
    Mistake("efficient-first-image", "EfficientPositionAttention",
            "All images of the batch use the queries of the first one. Each image should have its own.",
            ((CHUNK, "gather(some[:1], keys, values)"),)),
    Mistake("efficient-sees-itself", "EfficientPositionAttention",
            "Each position gathers only its own value. `scaled_dot_product_attention` takes (B, heads, N, D). In (B, "
            "N, 1, D) the positions lie on the axis of the heads, so each one has a single key. Put the new axis "
            "before the positions: (B, 1, N, D).",
            ((ROWS, "gathered = values.transpose(1, 2)"),)),
    Mistake("efficient-dropout", "EfficientPositionAttention", ATTENTION_DROPOUT,
            ((CHUNK, "nn.functional.dropout(torch.softmax(some @ keys, dim=-1), 0.1, self.training) @ values"),)),
    Mistake("efficient-only-in-eval", "EfficientPositionAttention", ONLY_IN_EVAL,
            ((f"return {ADDED}", f"return x if self.training else {ADDED}"),)),
    Mistake("efficient-padded-apart", "EfficientPositionAttention",
            "You put zeros before the queries' numbers, but after the keys' numbers. A query's numbers are then "
            "multiplied by the wrong numbers of the key. Pad both on the same side.",
            ((ROWS, """pad, wide = nn.functional.pad, values.shape[-1] - queries.shape[-1]
        gathered = gather(pad(queries, (wide, 0)), pad(keys.transpose(1, 2), (0, wide)).transpose(1, 2), values).transpose(1, 2)"""),)),  # noqa: E501
    # --- streaming_attention
    Mistake("streaming-no-rescaling", "streaming_attention",
            "When the running maximum rises, you rescale neither the sum nor the output. Both were computed against "
            "the old maximum: multiply both by exp(old maximum - new maximum). Compute this factor before you "
            "overwrite the old maximum.",
            ((TOTAL, TOTAL.replace(" * shrink", "")), (GATHERED, GATHERED.replace(" * shrink", "")))),
    Mistake("streaming-output-not-rescaled", "streaming_attention",
            "When the running maximum rises, you rescale the sum but not the output. Both were computed against the "
            "old maximum: multiply both by exp(old maximum - new maximum).",
            ((GATHERED, GATHERED.replace(" * shrink", "")),)),
    Mistake("streaming-sum-not-rescaled", "streaming_attention",
            "When the running maximum rises, you rescale the output but not the sum. Both were computed against the "
            "old maximum: multiply both by exp(old maximum - new maximum).",
            ((TOTAL, TOTAL.replace(" * shrink", "")),)),
    Mistake("streaming-factor-upside-down", "streaming_attention",
            "Your factor is exp(new maximum - old maximum), which makes the old sum and output larger. When the "
            "maximum rises they should shrink: multiply them by exp(old maximum - new maximum).",
            ((SHRINK, "torch.where(largest > -torch.inf, torch.exp(new - largest), 0.0)"),)),
    # so do the weights of the old maximum, and a block of padding alone
    Mistake("streaming-not-a-number", "streaming_attention",
            "Every result is NaN, because you compute infinity minus infinity, or 0 times infinity. The factor should "
            "be exp(old maximum - new maximum), which is 0 for the first block. If you swap the two, the factor is "
            "infinite there. Compute the weights with the new maximum, and not with the old one. A block that holds "
            "only padding has minus infinity as its maximum too, so leave such a block out.",
            ((SHRINK, "torch.exp(new - largest)"),)),
    Mistake("streaming-factor-no-exp", "streaming_attention",
            "Your factor is the difference of the two maxima. It should be exp of that difference: exp(old maximum - "
            "new maximum).",
            ((SHRINK, "torch.where(largest > -torch.inf, largest - new, 0.0)"),)),
    Mistake("streaming-maximum-from-zero", "streaming_attention",
            "Your running maximum starts at 0, or at another number that is not low enough. If all logits of a query "
            "lie far below it, every exp becomes 0, and 0 / 0 is NaN. Start at minus infinity.",
            ((FIRST, TOTAL_FIRST.replace("largest", "q[..., :1]")),)),
    Mistake("streaming-no-maximum", "streaming_attention",
            "You take exp of the logits themselves. In float64 it is infinite above 709 and 0 below -746, so large "
            "logits give NaN. Subtract the running maximum first.",
            ((NEW, "torch.zeros_like(largest)"),)),
    Mistake("streaming-maximum-of-block", "streaming_attention",
            "You use the maximum of a single block: the current one or the first. If the logits of another block are "
            "far larger or far smaller, an exp becomes infinite. Use the largest logit so far, which never falls and "
            "which every block can raise. Write torch.maximum(old maximum, maximum of the block).",
            ((NEW, "logits.amax(dim=-1, keepdim=True)"),)),
    Mistake("streaming-one-maximum-for-all", "streaming_attention",
            "You use one maximum for all queries. A query whose own logits lie far below it gets exp = 0 everywhere, "
            "and 0 / 0 is NaN. Each query needs its own maximum: amax(dim=-1, keepdim=True).",
            ((NEW, "torch.maximum(largest, logits.max())"),)),
    Mistake("streaming-maximum-over-batch", "streaming_attention",
            "Your maximum runs over the batch (dim=0) too. Each query of each batch element needs its own maximum, "
            "over the keys: dim=-1.",
            ((NEW, "torch.maximum(largest, logits.amax(dim=0, keepdim=True).amax(dim=-1, keepdim=True))"),)),
    Mistake("streaming-rest-dropped", "streaming_attention",
            "You leave out the last block if it is shorter. Both `split` and range(0, M, block) include it.",
            ((f"for keys, values in {PARTS}:",
              f"for keys, values in {PARTS}:\n        if keys.shape[1] < min(block, k.shape[1]):\n"
              "            continue"),)),
    Mistake("streaming-first-block-only", "streaming_attention",
            "Your result uses the first block of keys only. Go through all blocks.",
            ((KEPT, f"{KEPT}\n        break"),)),
    Mistake("streaming-last-block-only", "streaming_attention",
            "Your result is that of the last block of keys alone: sum and output start again with each block. Keep "
            "them from block to block.",
            ((TOTAL, TOTAL.replace("total * shrink + ", "")),
             (GATHERED, GATHERED.replace("gathered * shrink + ", "")))),
    Mistake("streaming-scaled", "streaming_attention",
            "You divide the logits by sqrt(D). This exercise has no scale.",
            ((LOGITS, f"{LOGITS} * q.shape[-1] ** -0.5"),)),
    Mistake("streaming-scaled-by-m", "streaming_attention",
            "You divide the logits by the square root of the number of keys. This exercise has no scale.",
            ((LOGITS, f"{LOGITS} * k.shape[1] ** -0.5"),)),
    Mistake("streaming-mean-of-blocks", "streaming_attention",
            "You take a softmax within each block and average the results. The blocks do not count equally: weight "
            "each of them by its sum of exponentials.",
            per_block("sum(parts) / len(parts)")),
    Mistake("streaming-sum-of-blocks", "streaming_attention",
            "You take a softmax within each block and add the results. The weights of a query then sum to the number "
            "of blocks. Divide once, at the end, by the sum over all blocks.",
            per_block("sum(parts)")),
    Mistake("streaming-blocks-by-sums-alone", "streaming_attention",
            "You weight the blocks by their sums of exponentials, but each sum was computed against its own block's "
            "maximum. Rescale the sums to the largest maximum first: multiply each sum by exp(its block's maximum - "
            "the largest maximum).",
            ((SHRINK, "(largest > -torch.inf).to(q.dtype)"),
             (WEIGHTS, "torch.exp(logits - logits.amax(dim=-1, keepdim=True))"))),
    Mistake("streaming-divided-in-each-block", "streaming_attention",
            "You divide by the sum in every block, and add the next block to numbers that have been divided already. "
            "Divide once, at the end, or multiply by the old sum before you add.",
            ((GATHERED, f"({GATHERED}) / total"), (RESULT, "gathered"))),
    Mistake("streaming-divided-twice", "streaming_attention",
            "You divide by the sum in every block and once more at the end. Divide once, at the end.",
            ((GATHERED, f"({GATHERED}) / total"),)),
    Mistake("streaming-not-divided", "streaming_attention",
            "The division at the end is missing: the weights of a query do not sum to 1. Divide the output by the "
            "running sum.",
            ((RESULT, "gathered"),)),
    Mistake("streaming-divided-by-m", "streaming_attention",
            "You divide by the number of keys. Divide by the running sum of the exponentials.",
            ((RESULT, "gathered / k.shape[1]"),)),
    Mistake("streaming-sum-over-queries", "streaming_attention",
            "Your sum runs over the queries of a block's weights (dim=1). Each query needs its own sum, over the keys: "
            "dim=-1, keepdim=True.",
            ((TOTAL, TOTAL.replace("dim=-1", "dim=1").replace("keepdim=True)",
                                                              "keepdim=True).sum(dim=-1, keepdim=True)")),)),
    Mistake("streaming-sum-over-everything", "streaming_attention",
            "Your sum runs over all queries and the whole batch. Each query needs its own sum, over the keys: "
            "sum(dim=-1, keepdim=True).",
            ((TOTAL, TOTAL.replace("dim=-1, keepdim=True", "")),)),
    Mistake("streaming-values-of-first-block", "streaming_attention",
            "Every block of keys is used with the first block of values. Cut keys and values in the same way: k[:, i:i "
            "+ block] belongs to v[:, i:i + block].",
            ((GATHERED, GATHERED.replace("values", "v[:, :keys.shape[1]]")),)),
    Mistake("streaming-values-reversed", "streaming_attention",
            "Your blocks of values come in a different order than the blocks of keys. Use the same order for both.",
            ((GATHERED, GATHERED.replace("values", "values.flip(1)")),)),
    Mistake("streaming-keys-as-values", "streaming_attention",
            "You gather the keys: `v` is never used. Multiply the weights by the values.",
            ((GATHERED_FIRST, GATHERED_FIRST.replace("v.shape[-1]", "k.shape[-1]")),
             (GATHERED, GATHERED.replace("values", "keys")))),
    Mistake("streaming-keys-scrambled", "streaming_attention",
            "You turn the keys with `reshape` or `view`. Neither of them swaps axes, so the numbers of different keys "
            "are mixed up. Use transpose(1, 2).",
            ((LOGITS, "q @ keys.reshape(len(k), k.shape[-1], -1)"),)),
    Mistake("streaming-base-two", "streaming_attention",
            "You use powers of 2 (`exp2`) without multiplying the logits by log2(e). A softmax takes powers of e: "
            "torch.exp.",
            ((SHRINK, SHRINK.replace("exp", "exp2")), (WEIGHTS, WEIGHTS.replace("exp", "exp2")))),
    Mistake("streaming-padded-with-zeros", "streaming_attention",
            "You fill the last block up with keys of zeros. Their logits are 0, not minus infinity, so they take a "
            "share of the weights. Let the last block be shorter.",
            ((f"for keys, values in {PARTS}:", """missing = -k.shape[1] % block
    k, v = (nn.functional.pad(t, (0, 0, 0, missing)) for t in (k, v))
    for keys, values in zip(k.split(block, dim=1), v.split(block, dim=1), strict=True):"""),)),
    Mistake("streaming-no-error", "streaming_attention",
            "Your function accepts a block below 1. Raise a ValueError.",
            ((BELOW_1, "block = max(1, block)\n    "),)),
    Mistake("streaming-zero-block-allowed", "streaming_attention",
            "You raise a ValueError for a negative block, but not for block=0. Refuse every block below 1.",
            ((BELOW_1, BELOW_1.replace("block < 1", "block < 0") + "block = max(1, block)\n    "),)),
    Mistake("streaming-negative-block-allowed", "streaming_attention",
            "You raise a ValueError for block=0, but not for a negative block. Refuse every block below 1.",
            ((BELOW_1, BELOW_1.replace("block < 1", "block == 0") + "block = max(1, block)\n    "),)),
    Mistake("streaming-large-block-refused", "streaming_attention",
            "You raise a ValueError for a block larger than the number of keys. Accept it: all keys then make one "
            "block.",
            ((BELOW_1, BELOW_1.replace("block < 1", "block < 1 or block > k.shape[1] > 1")),)),
    Mistake("streaming-block-ignored-default-32", "streaming_attention",
            "Your function takes no fourth argument for the block. The arguments should be q, k, v and block.",
            (("v: Tensor, block: int = 64", "v: Tensor"), (BELOW_1, "block = 64\n    "))),
    Mistake("streaming-detached", "streaming_attention",
            "The numbers are right, but the result is computed without gradients, so nothing before it would ever "
            "learn. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((RESULT, "(gathered / total).detach()"),)),
    Mistake("streaming-weights-detached", "streaming_attention",
            "The numbers are right, but the weights are detached, so queries and keys would never learn. Leave out "
            "the `detach()`, `.data` or `no_grad()`.",
            ((LOGITS, "q.detach() @ keys.detach().transpose(1, 2)"),)),
    Mistake("streaming-sum-detached", "streaming_attention",
            "The numbers are right, but the running sum is detached, so part of the gradient of queries and keys is "
            "lost. (You may detach the maximum, but not the sum.)",
            ((RESULT, "gathered / total.detach()"),)),
    Mistake("streaming-values-detached", "streaming_attention",
            "The numbers are right, but the values are detached, so they would never learn. Leave out the `detach()`, "
            "`.data` or `no_grad()`.",
            ((GATHERED, GATHERED.replace("values", "values.detach()")),)),
    Mistake("streaming-changes-queries", "streaming_attention",
            "Your function changes its argument q in place: code that reads it afterwards finds it changed. Make a new "
            "tensor instead.",
            (("    largest = q", "    q.data.mul_(2)\n    q = q / 2\n    largest = q"),)),
    Mistake("streaming-on-the-cpu", "streaming_attention",
            "Your running maximum, sum and output are made on the CPU, whatever device q is on. Make them with "
            "q.new_full(...) or torch.zeros_like(...), or pass device=q.device.",
            ((FIRST, "torch.full((*q.shape[:2], 1), -torch.inf, dtype=q.dtype)"),
             (GATHERED_FIRST, "torch.zeros(*q.shape[:2], v.shape[-1], dtype=v.dtype)"))),
    Mistake("streaming-first-image", "streaming_attention",
            "All elements of the batch use the queries of the first one. Each should have its own.",
            ((LOGITS, "q[:1] @ keys.transpose(1, 2)"),)),
    Mistake("streaming-returns-sums-too", "streaming_attention",
            "You return more than the result: a tuple of the output and the running sum (or maximum). Return the "
            "output alone.",
            ((RESULT, "gathered / total, total"),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
ONE_TAP = "A kernel of one tap spans one position, whatever its dilation is."
EITHER_ORDER = "Two axes are exchanged in either order."
ONLY_SHAPE = "Only its shape is asked."
CHECKPOINT = "Another way to compute the chunks once more, with the same result."
ANY_BLOCK = "The result is the same for every block."
ANY_MESSAGE = "Any message will do."
BEGINNING = "Its numbers are constants: no gradient flows there, and q, k and v have one dtype and one device."
MAXIMUM = "The result does not depend on the maximum that is subtracted, so its gradient is 0."
NEW_TENSOR = "It changes a tensor that nobody else reads."

EQUIVALENT = {
    **{f"EfficientPositionAttention {line}: Conv2d with dilation=2": ONE_TAP for line in (6, 7, 8)},
    **{f"EfficientPositionAttention {line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER
       for line in (12, 14, 16)},
    "EfficientPositionAttention 17: x detached (2)": ONLY_SHAPE,
    "EfficientPositionAttention 15: checkpoint without use_reentrant": CHECKPOINT,
    "EfficientPositionAttention 15: False -> True": CHECKPOINT,
    "EfficientPositionAttention 15: each once": "Every chunk is another tensor.",
    **{f"streaming_attention 1: 64 -> {size}": ANY_BLOCK for size in (63, 65, 128)},
    **{f"streaming_attention 3: {what}": ANY_MESSAGE for what in ("message without numbers", "no message",
                                                                  "message without block")},
    **{f"streaming_attention {what}": BEGINNING for what in (
        "4: q.new_full((*q.shape[:2], 1), -torch.... detached", "4: q -> k", "4: q -> v", "4: q detached",
        "4: q detached (2)", "5: torch.zeros_like(largest) detached",
        "6: v.new_zeros(*q.shape[:2], v.shape[-1]) detached", "6: v -> k", "6: v -> q", "6: v detached",
        "6: q detached", "6: v detached (2)")},
    "streaming_attention 6: new_zeros without *q.shape[:2]": "Zeros of shape (E,) become (B, N, E) with the "
                                                              "first block.",
    **{f"streaming_attention 7: {what}": "Keys and values have the same number of blocks."
       for what in ("zip without strict", "True -> False")},
    "streaming_attention 8: arguments 0 and 1 of transpose exchanged": EITHER_ORDER,
    "streaming_attention 9: arguments 0 and 1 of maximum exchanged": "The larger of two numbers, in either order.",
    "streaming_attention 9: torch.maximum(largest, logits.amax(di... detached": MAXIMUM,
    "streaming_attention 9: logits.amax(dim=-1, keepdim=True) detached": MAXIMUM,
    **{f"streaming_attention {what} in place": NEW_TENSOR for what in ("10: exp", "11: exp", "12: Mult", "13: Mult",
                                                                       "15: Div")},
}

VARIANTS = (
    Variant("efficient-loop", "EfficientPositionAttention", """
        class EfficientPositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"channels={channels}, reduction={reduction}")
                self.query = nn.Conv2d(channels, channels // reduction, 1)
                self.key = nn.Conv2d(channels, channels // reduction, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def forward(self, x):
                q, k, v = (layer(x).flatten(2) for layer in (self.query, self.key, self.value))
                n, out = q.shape[2], []
                for start in range(0, n, 64):
                    weights = torch.softmax(q[:, :, start:start + 64].transpose(1, 2) @ k, dim=2)
                    out.append(v @ weights.transpose(1, 2))
                return x + self.gamma * torch.cat(out, dim=2).view_as(x)
        """),
    Variant("efficient-padded", "EfficientPositionAttention", """
        class EfficientPositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                hidden = channels // reduction
                if hidden < 1:
                    raise ValueError(f"{channels} {reduction}")
                self.query, self.key = nn.Conv2d(channels, hidden, 1), nn.Conv2d(channels, hidden, 1)
                self.value, self.gamma = nn.Conv2d(channels, channels, 1), nn.Parameter(torch.zeros(1))

            def forward(self, x):
                q, k, v = (layer(x).flatten(2).mT[:, None].contiguous() for layer in (self.query, self.key, self.value))
                q, k = (nn.functional.pad(t, (0, v.shape[-1] - t.shape[-1])) for t in (q, k))
                y = nn.functional.scaled_dot_product_attention(q, k, v, scale=1.0)[:, 0]
                return x + self.gamma * y.transpose(1, 2).reshape(x.shape)
        """),
    Variant("efficient-inherits", "EfficientPositionAttention", """
        class PositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} channels, reduction {reduction}")
                self.query = nn.Conv2d(channels, channels // reduction, 1)
                self.key = nn.Conv2d(channels, channels // reduction, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

        class EfficientPositionAttention(PositionAttention):
            def forward(self, x):
                q, k, v = self.query(x).flatten(2).mT, self.key(x).flatten(2), self.value(x).flatten(2).mT
                seen = [torch.utils.checkpoint.checkpoint(self.part, rows, k, v, use_reentrant=False) for rows in q.split(100, 1)]
                return x + self.gamma * torch.cat(seen, 1).mT.unflatten(2, x.shape[2:])

            def part(self, rows, k, v):
                return (rows @ k).softmax(-1) @ v
        """),  # noqa: E501
    Variant("efficient-written-into", "EfficientPositionAttention", """
        class EfficientPositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} channels, reduction {reduction}")
                self.query = nn.Conv2d(channels, channels // reduction, 1)
                self.key = nn.Conv2d(channels, channels // reduction, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def forward(self, x):
                q, k, v = (layer(x).flatten(2) for layer in (self.query, self.key, self.value))
                out = torch.empty_like(v)
                for i in range(0, v.shape[2], 90):
                    out[:, :, i:i + 90] = v @ torch.softmax(k.transpose(1, 2) @ q[:, :, i:i + 90], dim=1)
                return torch.addcmul(x, self.gamma, out.view_as(x))
        """),
    Variant("efficient-linear-layers", "EfficientPositionAttention", """
        class EfficientPositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels < reduction:
                    raise ValueError("channels=%d and reduction=%d" % (channels, reduction))
                self.query, self.key = nn.Linear(channels, channels // reduction), nn.Linear(channels, channels // reduction)
                self.value, self.gamma = nn.Linear(channels, channels), nn.Parameter(torch.tensor(0.0))

            def forward(self, x):
                tokens = x.flatten(2).transpose(1, 2)
                k, v, seen = self.key(tokens), self.value(tokens), []
                for part in tokens.split(200, dim=1):
                    weights = torch.einsum("bnd,bmd->bnm", self.query(part), k).softmax(dim=2)
                    seen.append(torch.einsum("bnm,bmc->bcn", weights, v))
                return x + self.gamma * torch.cat(seen, dim=2).reshape(x.shape)
        """),  # noqa: E501
    Variant("efficient-keys-in-blocks", "EfficientPositionAttention", """
        class EfficientPositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} channels, reduction {reduction}")
                self.query = nn.Conv2d(channels, channels // reduction, 1)
                self.key = nn.Conv2d(channels, channels // reduction, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def forward(self, x):
                q, k, v = (layer(x).flatten(2).mT for layer in (self.query, self.key, self.value))
                largest, total, out = -torch.inf, 0, 0
                for i in range(0, k.shape[1], 64):
                    logits = q @ k[:, i:i + 64].mT
                    new = torch.maximum(logits.amax(-1, keepdim=True), torch.as_tensor(largest, device=x.device, dtype=x.dtype))
                    shrink, weights = torch.exp(largest - new), torch.exp(logits - new)
                    total = total * shrink + weights.sum(-1, keepdim=True)
                    out, largest = out * shrink + weights @ v[:, i:i + 64], new
                return x + self.gamma * (out / total).mT.reshape(x.shape)
        """),  # noqa: E501
    Variant("efficient-own-backward", "EfficientPositionAttention", """
        class Rows(torch.autograd.Function):
            @staticmethod
            def forward(ctx, q, k, v):
                ctx.save_for_backward(q, k, v)
                return torch.cat([(part @ k.mT).softmax(-1) @ v for part in q.split(120, 1)], 1)

            @staticmethod
            def backward(ctx, g):
                q, k, v = ctx.saved_tensors
                dq, dk, dv = [], torch.zeros_like(k), torch.zeros_like(v)
                for part, mine in zip(q.split(120, 1), g.split(120, 1)):
                    a = (part @ k.mT).softmax(-1)
                    da = mine @ v.mT
                    ds = a * (da - (a * da).sum(-1, keepdim=True))
                    dq.append(ds @ k)
                    dk, dv = dk + ds.mT @ part, dv + a.mT @ mine
                return torch.cat(dq, 1), dk, dv

        class EfficientPositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} channels, reduction {reduction}")
                self.query = nn.Conv2d(channels, channels // reduction, 1)
                self.key = nn.Conv2d(channels, channels // reduction, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def forward(self, x):
                q, k, v = (layer(x).flatten(2).mT for layer in (self.query, self.key, self.value))
                return x + self.gamma * Rows.apply(q, k, v).mT.reshape(x.shape)
        """),
    Variant("efficient-image-by-image", "EfficientPositionAttention", """
        class EfficientPositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} channels, reduction {reduction}")
                self.query = nn.Conv2d(channels, channels // reduction, 1)
                self.key = nn.Conv2d(channels, channels // reduction, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def one(self, x):
                q, k, v = self.query(x).flatten(1).T, self.key(x).flatten(1), self.value(x).flatten(1).T
                return torch.cat([torch.softmax(torch.mm(rows, k), 1).mm(v) for rows in q.split(77)]).T.reshape(x.shape)

            def forward(self, x):
                return x + self.gamma * torch.stack([self.one(image) for image in x])
        """),
    Variant("streaming-slices", "streaming_attention", """
        def streaming_attention(q, k, v, block=64):
            if block < 1:
                raise ValueError("block must be positive")
            b, n, _ = q.shape
            m_run = torch.full((b, n), float("-inf"), dtype=q.dtype, device=q.device)
            s_run = torch.zeros(b, n, dtype=q.dtype, device=q.device)
            o_run = torch.zeros(b, n, v.size(2), dtype=q.dtype, device=q.device)
            for i in range(0, k.size(1), block):
                z = torch.einsum("bnd,bmd->bnm", q, k[:, i:i + block])
                m_new = torch.max(m_run, z.max(dim=2).values)
                p = (z - m_new.unsqueeze(2)).exp()
                c = (m_run - m_new).exp()
                s_run = c * s_run + p.sum(2)
                o_run = c.unsqueeze(2) * o_run + torch.einsum("bnm,bme->bne", p, v[:, i:i + block])
                m_run = m_new
            return o_run / s_run.unsqueeze(2)
        """),
    Variant("streaming-detached-maximum", "streaming_attention", """
        def streaming_attention(q, k, v, block=64):
            if not block >= 1:
                raise ValueError(block)
            top = None
            for start in range(0, k.shape[1], block):
                z = q @ k[:, start:start + block].mT
                here = z.detach().amax(-1, keepdim=True)
                if top is None:
                    top, e = here, (z - here).exp()
                    total, out = e.sum(-1, keepdim=True), e @ v[:, :block]
                    continue
                new = torch.maximum(top, here)
                e, c = (z - new).exp(), (top - new).exp()
                total, out, top = c * total + e.sum(-1, keepdim=True), c * out + e @ v[:, start:start + block], new
            return out / total
        """),
    Variant("streaming-running-mean", "streaming_attention", """
        def streaming_attention(q, k, v, block=64):
            if block <= 0:
                raise ValueError(f"block={block}")
            log_sum, mean = None, None
            for keys, values in zip(k.split(block, 1), v.split(block, 1)):
                z = torch.bmm(q, keys.permute(0, 2, 1))
                here = torch.logsumexp(z, dim=2, keepdim=True)
                part = torch.softmax(z, dim=2) @ values
                if mean is None:
                    log_sum, mean = here, part
                else:
                    both = torch.logaddexp(log_sum, here)
                    mean = mean * torch.exp(log_sum - both) + part * torch.exp(here - both)
                    log_sum = both
            return mean
        """),
    Variant("streaming-two-passes", "streaming_attention", """
        def streaming_attention(q, k, v, block=64):
            if block < 1:
                raise ValueError(block)
            starts = range(0, k.shape[1], block)
            sums = [torch.logsumexp(q @ k[:, i:i + block].mT, -1) for i in starts]
            total = torch.stack(sums).logsumexp(0)[..., None]
            return sum(torch.exp(q @ k[:, i:i + block].mT - total) @ v[:, i:i + block] for i in starts)
        """),
    Variant("streaming-queries-in-blocks", "streaming_attention", """
        def streaming_attention(q, k, v, block=64):
            if block < 1:
                raise ValueError(f"{block} is below 1")
            return torch.cat([(rows @ k.transpose(-2, -1)).softmax(-1) @ v for rows in q.split(block, dim=1)], dim=1)
        """),
    Variant("streaming-padded-block", "streaming_attention", """
        def streaming_attention(q, k, v, block=64):
            if block < 1:
                raise ValueError(f"{block} is below 1")
            size = k.shape[1]
            k, v = (nn.functional.pad(t, (0, 0, 0, -size % block)) for t in (k, v))
            real = torch.arange(k.shape[1], device=q.device) < size
            high, total, out = q.new_full((*q.shape[:2], 1), -1e30), 0.0, 0.0
            for i in range(0, k.shape[1], block):
                z = (q @ k[:, i:i + block].mT).masked_fill(~real[i:i + block], -torch.inf)
                new = torch.maximum(high, z.amax(2, True))
                w, c = torch.exp(z - new), torch.exp(high - new)
                total, out, high = total * c + w.sum(2, True), out * c + w @ v[:, i:i + block], new
            return out / total
        """),
    Variant("streaming-of-torch", "streaming_attention", """
        def streaming_attention(q, k, v, block=64):
            if block < 1:
                raise ValueError(f"{block} is below 1")
            wide = max(q.shape[-1], v.shape[-1])
            a, b, c = (nn.functional.pad(t, (0, wide - t.shape[-1])).contiguous()[:, None] for t in (q, k, v))
            return nn.functional.scaled_dot_product_attention(a, b, c, scale=1.0)[:, 0, :, :v.shape[-1]]
        """),
)
