"""Known mistakes, correct variants and equivalent mutants of 05b_memory. Each mistake is the reference with something changed."""

from solutions.shared.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, ONLY_IN_EVAL, OVERFLOW
from solutions.shared.position_attention import ADDED, projections, with_gamma

# What the reference says, and most mistakes replace.
TURNED = "self.value(x).flatten(2).transpose(1, 2)"
CHUNK = "checkpoint(gather, some, keys, values, use_reentrant=False)"
CHUNKS = f"rows = [{CHUNK} for some in queries.split(ROWS, dim=1)]"
JOINED = "torch.cat(rows, dim=1).transpose(1, 2)"
ROWS = f"""{CHUNKS}
        gathered = {JOINED}"""


MISTAKES = (
    # --- EfficientPositionAttention
    *with_gamma("efficient", "EfficientPositionAttention", "A V"),
    *projections("efficient", "EfficientPositionAttention", TURNED),
    Mistake("efficient-scaled", "EfficientPositionAttention",
            "Your products are divided by sqrt(D) of the queries. `scaled_dot_product_attention` does it by itself unless you pass "
            "scale=1.0. DANet does not scale.",
            ((ROWS, "gathered = nn.functional.scaled_dot_product_attention(queries, keys.transpose(1, 2), values).transpose(1, 2)"),)),
    Mistake("efficient-scaled-by-width", "EfficientPositionAttention",
            "Your products are divided by sqrt(C). `scaled_dot_product_attention` does it by itself where padded queries are C wide, "
            "unless you pass scale=1.0. DANet does not scale.",
            ((ROWS, """wide = nn.functional.pad(torch.stack([queries, keys.transpose(1, 2)]), (0, values.shape[-1] - queries.shape[-1]))
        gathered = nn.functional.scaled_dot_product_attention(*wide, values).transpose(1, 2)"""),)),
    Mistake("efficient-exp", "EfficientPositionAttention", OVERFLOW.format("products"),
            ((CHUNK, "(lambda e: e / e.sum(dim=-1, keepdim=True) @ values)(torch.exp(some @ keys))"),)),
    Mistake("efficient-own-chunk", "EfficientPositionAttention",
            "Each chunk of queries sees the keys of its own chunk only. Every query needs all N keys: chunk the queries, not the keys.",
            ((CHUNKS, "parts = zip(queries.split(ROWS, dim=1), keys.split(ROWS, dim=2), values.split(ROWS, dim=1))\n"
              "        rows = [gather(*part) for part in parts]"),)),
    Mistake("efficient-chunks-of-keys", "EfficientPositionAttention",
            "You take a softmax within each chunk of keys and add the results, so that the weights of a position sum to the number of "
            "chunks. A softmax needs the whole row: chunk the queries.",
            ((ROWS, """parts = zip(keys.split(ROWS, dim=2), values.split(ROWS, dim=1))
        gathered = sum(gather(queries, *part) for part in parts).transpose(1, 2)"""),)),
    Mistake("efficient-mean-of-chunks", "EfficientPositionAttention",
            "You take a softmax within each chunk of keys and average the results. Chunks would have to be weighed by their sums of "
            "exponentials; it is easier to chunk the queries.",
            ((ROWS, """parts = list(zip(keys.split(ROWS, dim=2), values.split(ROWS, dim=1)))
        gathered = sum(gather(queries, *part) for part in parts).transpose(1, 2) / len(parts)"""),)),
    Mistake("efficient-rest-dropped", "EfficientPositionAttention",
            "The last chunk, which is shorter, is left out: its positions gather nothing. `split` gives it too, and so does range(0, N, "
            "rows).",
            ((CHUNKS, """chunks = [some if some.shape[1] == ROWS else None for some in queries.split(ROWS, dim=1)]
        rows = [gather(some, keys, values) if some is not None else 0 * values[:, :queries.shape[1] % ROWS] for some in chunks]"""),)),
    Mistake("efficient-rest-refused", "EfficientPositionAttention",
            "Your code works only where the chunk divides N. Let the last chunk be shorter.",
            ((CHUNKS, "chunks = queries.reshape(len(x), -1, ROWS, queries.shape[-1]).unbind(1)\n"
              "        rows = [gather(some, keys, values) for some in chunks]"),)),
    Mistake("efficient-map-detached", "EfficientPositionAttention",
            "The numbers are right, but the weights are detached: queries and keys would never learn.",
            ((CHUNK, "torch.softmax(some @ keys, dim=-1).detach() @ values"),)),
    Mistake("efficient-scrambled", "EfficientPositionAttention",
            "What was gathered is (B, N, C), and `reshape` or `view` makes (B, C, H, W) of it without exchanging axes: channels and "
            "positions are mixed up. transpose(1, 2) first.",
            ((JOINED, "torch.cat(rows, dim=1)"),)),
    Mistake("efficient-reversed", "EfficientPositionAttention",
            "The chunks are put together in another order than they were taken in.",
            ((JOINED, "torch.cat(rows[::-1], dim=1).transpose(1, 2)"),)),
    Mistake("efficient-linear", "EfficientPositionAttention",
            "You left the softmax out so that keys and values could be multiplied first. That is cheap, and another module: the same "
            "result is asked for.",
            ((ROWS, "gathered = (queries @ (keys @ values)).transpose(1, 2)"),)),
    Mistake("efficient-two-softmaxes", "EfficientPositionAttention",
            "You take one softmax of the queries and one of the keys so that keys and values can be multiplied first (known as "
            "efficient, or linear, attention). It is another module: the same result is asked for.",
            ((ROWS, "gathered = (queries.softmax(dim=-1) @ (keys.softmax(dim=-1) @ values)).transpose(1, 2)"),)),
    Mistake("efficient-pooled", "EfficientPositionAttention",
            "You make keys and values fewer (by pooling or a stride). That saves memory and changes the result: every one of the N "
            "positions is asked for.",
            ((ROWS, """keys, values = keys[..., ::2], values[:, ::2]
        gathered = gather(queries, keys, values).transpose(1, 2)"""),)),
    Mistake("efficient-half", "EfficientPositionAttention",
            "You compute in another dtype (half, bfloat16 or float32) to save memory. The map is not smaller by that in any way that "
            "grows with N, and digits are lost.",
            ((ROWS, """rows = [gather(some.float(), keys.float(), values.float()) for some in queries.split(ROWS, dim=1)]
        gathered = torch.cat(rows, dim=1).transpose(1, 2).to(x.dtype)"""),), grain="float32"),
    Mistake("efficient-over-queries", "EfficientPositionAttention",
            "Your softmax runs over the queries of a chunk (dim=1). It runs over all keys, along each row: dim=-1.",
            ((CHUNK, "torch.softmax(some @ keys, dim=1) @ values"),)),
    Mistake("efficient-first-image", "EfficientPositionAttention",
            "All images of the batch use the queries of the first one. Each image has its own.",
            ((CHUNK, "gather(some[:1], keys, values)"),)),
    Mistake("efficient-sees-itself", "EfficientPositionAttention",
            "Each position gathers its own value alone. `scaled_dot_product_attention` takes (B, heads, N, D): with the positions on "
            "the axis of the heads, (B, N, 1, D), each one has a single key. Put the new axis in front of them: (B, 1, N, D).",
            ((ROWS, "gathered = values.transpose(1, 2)"),)),
    Mistake("efficient-dropout", "EfficientPositionAttention", ATTENTION_DROPOUT,
            ((CHUNK, "nn.functional.dropout(torch.softmax(some @ keys, dim=-1), 0.1, self.training) @ values"),)),
    Mistake("efficient-only-in-eval", "EfficientPositionAttention", ONLY_IN_EVAL,
            ((f"return {ADDED}", f"return x if self.training else {ADDED}"),)),
    Mistake("efficient-padded-apart", "EfficientPositionAttention",
            "You put zeros in front of the queries and behind the keys, so that no number of a query meets its partner in the key: the "
            "products are 0, or wrong. Pad both on the same side.",
            ((ROWS, """pad, wide = nn.functional.pad, values.shape[-1] - queries.shape[-1]
        gathered = gather(pad(queries, (wide, 0)), pad(keys.transpose(1, 2), (0, wide)).transpose(1, 2), values).transpose(1, 2)"""),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
ONE_TAP = "A kernel of one tap spans one position, whatever its dilation is."
EITHER_ORDER = "Two axes are exchanged in either order."
ONLY_SHAPE = "Only its shape is asked."
CHECKPOINT = "Another way to compute the chunks once more, with the same result."

EQUIVALENT = {
    **{f"EfficientPositionAttention {line}: Conv2d with dilation=2": ONE_TAP for line in (11, 12, 13)},
    **{f"EfficientPositionAttention {line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER for line in (17, 19, 21)},
    "EfficientPositionAttention 22: x detached (2)": ONLY_SHAPE,
    "EfficientPositionAttention 20: checkpoint without use_reentrant": CHECKPOINT,
    "EfficientPositionAttention 20: False -> True": CHECKPOINT,
    "EfficientPositionAttention 20: each once": "Every chunk is another tensor.",
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
        """),
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
        """),
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
        """),
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
)
