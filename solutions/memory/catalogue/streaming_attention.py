"""What learners write for `streaming_attention`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "streaming-detached-maximum": """
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
""",
    "loop": """
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l
""",
}

HINTS = {"` subtracts.": 2, "takes the maximum over": 1, "` divides.": 3, "takes the sum over": 1}

MISTAKES = (
    Mistake("streaming-no-rescaling",
            "When the running maximum rises, you rescale neither the sum nor the output. Both were computed against "
            "the old maximum: multiply both by exp(old maximum - new maximum). Compute this factor before you "
            "overwrite the old maximum.",
            {"total * shrink + weights.sum(dim=-1, keepdim=True)": "total + weights.sum(dim=-1, keepdim=True)",
             "gathered * shrink + weights @ values": "gathered + weights @ values"}, hint=2),
    Mistake("streaming-output-not-rescaled",
            "When the running maximum rises, you rescale the sum but not the output. Both were computed against the "
            "old maximum: multiply both by exp(old maximum - new maximum).",
            {"gathered * shrink + weights @ values": "gathered + weights @ values"}, hint=2),
    Mistake("streaming-sum-not-rescaled",
            "When the running maximum rises, you rescale the output but not the sum. Both were computed against the "
            "old maximum: multiply both by exp(old maximum - new maximum).",
            {"total * shrink + weights.sum(dim=-1, keepdim=True)": "total + weights.sum(dim=-1, keepdim=True)"},
            hint=2),
    Mistake("streaming-factor-upside-down",
            "Your factor is exp(new maximum - old maximum), which makes the old sum and output larger. When the "
            "maximum rises they should shrink: multiply them by exp(old maximum - new maximum).",
            {"torch.exp(largest - new)": "torch.where(largest > -torch.inf, torch.exp(new - largest), 0.0)"}, hint=2),
    Mistake("streaming-factor-no-exp",
            "Your factor is the difference of the two maxima. It should be exp of that difference: exp(old maximum - "
            "new maximum).", {"torch.exp(largest - new)": "torch.where(largest > -torch.inf, largest - new, 0.0)"},
            hint=2),
    Mistake("streaming-maximum-from-zero",
            "Your running maximum starts at 0, or at another number that is not low enough. If all logits of a query "
            "lie far below it, every exp becomes 0, and 0 / 0 is NaN. Start at minus infinity.",
            {"q.new_full((*q.shape[:2], 1), -torch.inf)": "torch.zeros_like(q[..., :1])"}, hint=2),
    Mistake("streaming-no-maximum",
            "You take exp of the logits themselves. In float64 it is infinite above 709 and 0 below -746, so large "
            "logits give NaN. Subtract the running maximum first.",
            {"torch.maximum(largest, logits.amax(dim=-1, keepdim=True))": "torch.zeros_like(largest)"}, hint=1),
    Mistake("streaming-maximum-of-block",
            "You use the maximum of a single block: the current one or the first. If the logits of another block are "
            "far larger or far smaller, an exp becomes infinite. Use the largest logit so far, which never falls and "
            "which every block can raise. Write torch.maximum(old maximum, maximum of the block).",
            {"torch.maximum(largest, logits.amax(dim=-1, keepdim=True))": "logits.amax(dim=-1, keepdim=True)"}, hint=2),
    Mistake("streaming-one-maximum-for-all",
            "You use one maximum for all queries. A query whose own logits lie far below it gets exp = 0 everywhere, "
            "and 0 / 0 is NaN. Each query needs its own maximum: amax(dim=-1, keepdim=True).",
            {"torch.maximum(largest, logits.amax(dim=-1, keepdim=True))": "torch.maximum(largest, logits.max())"},
            hint=1),
    Mistake("streaming-rest-dropped",
            "You leave out the last block if it is shorter. Both `split` and range(0, M, block) include it.",
            {"for keys, values in zip(k.split(block, dim=1), v.split(block, dim=1), strict=True):":
                 """for keys, values in zip(k.split(block, dim=1), v.split(block, dim=1), strict=True):
        if keys.shape[1] < min(block, k.shape[1]):
            continue"""}, hint=3),
    Mistake("streaming-first-block-only", "Your result uses the first block of keys only. Go through all blocks.",
            {"\n        largest = new": "\n        largest = new\n        break"}, hint=3),
    Mistake("streaming-last-block-only",
            "Your result is that of the last block of keys alone: sum and output start again with each block. Keep "
            "them from block to block.",
            {"total * shrink + weights.sum(dim=-1, keepdim=True)": "weights.sum(dim=-1, keepdim=True)",
             "gathered * shrink + weights @ values": "weights @ values"}, hint=3),
    Mistake("streaming-mean-of-blocks",
            "You take a softmax within each block and average the results. The blocks do not count equally: weight "
            "each of them by its sum of exponentials.",
            {"gathered * shrink + weights @ values": """gathered * shrink + weights @ values
        parts.append(torch.softmax(logits, dim=-1) @ values)""",
             "largest = q.new_full((*q.shape[:2], 1), -torch.inf)":
                 "parts, largest = [], q.new_full((*q.shape[:2], 1), -torch.inf)",
             "gathered / total": "sum(parts) / len(parts)"}, hint=3),
    Mistake("streaming-sum-of-blocks",
            "You take a softmax within each block and add the results. The weights of a query then sum to the number "
            "of blocks. Divide once, at the end, by the sum over all blocks.",
            {"gathered * shrink + weights @ values": """gathered * shrink + weights @ values
        parts.append(torch.softmax(logits, dim=-1) @ values)""",
             "largest = q.new_full((*q.shape[:2], 1), -torch.inf)":
                 "parts, largest = [], q.new_full((*q.shape[:2], 1), -torch.inf)",
             "gathered / total": "sum(parts)"}, hint=3),
    Mistake("streaming-blocks-by-sums-alone",
            "You weight the blocks by their sums of exponentials, but each sum was computed against its own block's "
            "maximum. Rescale the sums to the largest maximum first: multiply each sum by exp(its block's maximum - "
            "the largest maximum).",
            {"torch.exp(largest - new)": "(largest > -torch.inf).to(q.dtype)",
             "torch.exp(logits - new)": "torch.exp(logits - logits.amax(dim=-1, keepdim=True))"}, hint=2),
    Mistake("streaming-divided-in-each-block",
            "You divide by the sum in every block, and add the next block to numbers that have been divided already. "
            "Divide once, at the end, or multiply by the old sum before you add.",
            {"gathered * shrink + weights @ values": "(gathered * shrink + weights @ values) / total",
             "gathered / total": "gathered"}, hint=3),
    Mistake("streaming-not-divided",
            "The division at the end is missing: the weights of a query do not sum to 1. Divide the output by the "
            "running sum.", {"gathered / total": "gathered"}, hint=3),
    Mistake("streaming-divided-by-m",
            "You divide by the number of keys. Divide by the running sum of the exponentials.",
            {"gathered / total": "gathered / k.shape[1]"}),
    Mistake("streaming-sum-over-everything",
            "Your sum runs over all queries and the whole batch. Each query needs its own sum, over the keys: "
            "sum(dim=-1, keepdim=True).",
            {"total * shrink + weights.sum(dim=-1, keepdim=True)": "total * shrink + weights.sum()"}, hint=1),
    Mistake("streaming-values-of-first-block",
            "Every block of keys is used with the first block of values. Cut keys and values in the same way: k[:, "
            "i:i + block] belongs to v[:, i:i + block].",
            {"gathered * shrink + weights @ values": "gathered * shrink + weights @ v[:, :keys.shape[1]]"}, hint=3),
    Mistake("streaming-values-reversed",
            "Your blocks of values come in a different order than the blocks of keys. Use the same order for both.",
            {"gathered * shrink + weights @ values": "gathered * shrink + weights @ values.flip(1)"}, hint=3),
    Mistake("streaming-keys-as-values", "You gather the keys: `v` is never used. Multiply the weights by the values.",
            {"v.new_zeros(*q.shape[:2], v.shape[-1])": "v.new_zeros(*q.shape[:2], k.shape[-1])",
             "gathered * shrink + weights @ values": "gathered * shrink + weights @ keys"}),
    Mistake("streaming-base-two",
            "You use powers of 2 (`exp2`) without multiplying the logits by log2(e). A softmax takes powers of e: "
            "torch.exp.",
            {"torch.exp(largest - new)": "torch.exp2(largest - new)",
             "torch.exp(logits - new)": "torch.exp2(logits - new)"}),
    Mistake("streaming-padded-with-zeros",
            "You fill the last block up with keys of zeros. Their logits are 0, not minus infinity, so they take a "
            "share of the weights. Let the last block be shorter.",
            {"for keys, values in zip(k.split(block, dim=1), v.split(block, dim=1), strict=True):":
                 """missing = -k.shape[1] % block
    k, v = (nn.functional.pad(t, (0, 0, 0, missing)) for t in (k, v))
    for keys, values in zip(k.split(block, dim=1), v.split(block, dim=1), strict=True):"""}),
    Mistake("streaming-no-error", "Your function accepts a block below 1. Raise a ValueError.",
            {"""if block < 1:
        raise ValueError(f"a block has at least 1 key, got {block}")
    """: "block = max(1, block)\n    "}, hint=3),
    Mistake("streaming-zero-block-allowed",
            "You raise a ValueError for a negative block, but not for block=0. Refuse every block below 1.",
            {"""if block < 1:
        raise ValueError(f"a block has at least 1 key, got {block}")
    """: """if block < 0:
        raise ValueError(f"a block has at least 1 key, got {block}")
    block = max(1, block)
    """}),
    Mistake("streaming-large-block-refused",
            "You raise a ValueError for a block larger than the number of keys. Accept it: all keys then make one "
            "block.",
            {"""if block < 1:
        raise ValueError(f"a block has at least 1 key, got {block}")
    """: """if block < 1 or block > k.shape[1] > 1:
        raise ValueError(f"a block has at least 1 key, got {block}")
    """}),
    Mistake("streaming-block-ignored-default-32",
            "Your function takes no fourth argument for the block. The arguments should be q, k, v and block.",
            {"v: Tensor, block: int = 64": "v: Tensor",
             """if block < 1:
        raise ValueError(f"a block has at least 1 key, got {block}")
    """: "block = 64\n    "}),
    Mistake("streaming-on-the-cpu",
            "Your running maximum, sum and output are made on the CPU, whatever device q is on. Make them with "
            "q.new_full(...) or torch.zeros_like(...), or pass device=q.device.",
            {"q.new_full((*q.shape[:2], 1), -torch.inf)": "torch.full((*q.shape[:2], 1), -torch.inf, dtype=q.dtype)",
             "v.new_zeros(*q.shape[:2], v.shape[-1])": "torch.zeros(*q.shape[:2], v.shape[-1], dtype=v.dtype)"}),
    Mistake("streaming-returns-sums-too",
            "You return more than the result: a tuple of the output and the running sum (or maximum). Return the "
            "output alone.", {"gathered / total": "gathered / total, total"}),
)

WRONG = (
    Wrong("assert",
          {"""if block < 1:
        raise ValueError("block must be at least 1")""": "assert block >= 1"}, of="loop", says="ValueError"),
    Wrong("chunk",
          {"(block": "(f'block must be at least 1, got {block}'",
           "return (q @ k.mT).softmax(-1) @ v": """m = q.new_full((*q.shape[:2], 1), -torch.inf)
    s = torch.zeros_like(m)
    o = v.new_zeros(*q.shape[:2], v.shape[-1])
    for keys, values in zip(k.chunk(block, dim=1), v.chunk(block, dim=1)):
        logits = q @ keys.transpose(1, 2)
        new = torch.maximum(m, logits.amax(dim=-1, keepdim=True))
        weights = torch.exp(logits - new)
        s = s * torch.exp(m - new) + weights.sum(dim=-1, keepdim=True)
        o = o * torch.exp(m - new) + weights @ values
        m = new
    return o / s"""},
          of="whole-matrix", says="makes a tensor of 524,288 elements, shape (1, 1024, 512)"),
    Wrong("eps", {"/ l": "/ (l + 1e-08)"}, of="loop", says="it is right to about six digits only"),
    Wrong("four-blocks",
          {"return (q @ k.mT).softmax(-1) @ v":
               """pieces = [(q @ kb.mT, vb) for kb, vb in zip(k.chunk(4, 1), v.chunk(4, 1))]
    top = torch.stack([z.amax(-1) for z, _ in pieces]).amax(0)[..., None]
    weights = [(z - top).exp() for z, _ in pieces]
    total = sum((w.sum(-1, keepdim=True) for w in weights))
    return sum((w @ vb for w, (_, vb) in zip(weights, pieces))) / total"""}, of="whole-matrix",
          says="makes a tensor of"),
    Wrong("over-queries", {"s.max(dim=-1": "s.max(dim=1", "p.sum(dim=-1": "p.sum(dim=1"}, of="loop"),
    Wrong("whole-matrix", """
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    return (q @ k.mT).softmax(-1) @ v
""", says="makes a tensor of 1,048,576 elements"),
)

EQUIVALENT = (
    "1: 64 -> 63", "1: 64 -> 65", "1: 64 -> 128", "3: message without numbers", "3: no message",
    "3: message without block", "4: q.new_full((*q.shape[:2], 1), -torch.... detached", "4: q -> k", "4: q -> v",
    "4: q detached", "4: q detached (2)", "5: torch.zeros_like(largest) detached",
    "6: v.new_zeros(*q.shape[:2], v.shape[-1]) detached", "6: v -> k", "6: v -> q", "6: v detached", "6: q detached",
    "6: v detached (2)", "6: new_zeros without *q.shape[:2]", "7: zip without strict", "7: True -> False",
    "8: arguments 0 and 1 of transpose exchanged", "9: arguments 0 and 1 of maximum exchanged",
    "9: torch.maximum(largest, logits.amax(di... detached", "9: logits.amax(dim=-1, keepdim=True) detached",
    "10: exp in place", "11: exp in place", "12: Mult in place", "13: Mult in place", "15: Div in place",
)
