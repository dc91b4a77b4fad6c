"""What learners write for `EfficientPositionAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import attention_dropout, overflow
from solutions.shared.position_attention import projections, with_gamma

RIGHT = {
    "chunks": """
# without the large map: chunks
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        chunk = 128
        outs = []
        for i in range(0, N, chunk):
            a = (q[:, i:i + chunk] @ k).softmax(dim=-1)
            outs.append(a @ v)
        out = torch.cat(outs, dim=1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)
""",
    "sdpa": """
# without the large map: sdpa
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        B, C, H, W = x.shape
        N = H * W
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2).contiguous()
        k = k.transpose(1, 2)
        extra = C - q.shape[-1]
        q, k = nn.functional.pad(q, (0, extra)), nn.functional.pad(k, (0, extra))
        out = nn.functional.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1), scale=1.0).squeeze(1)
        return x + self.gamma * out.transpose(1, 2).reshape(B, C, H, W)
""",
    "split-511": """
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = [(part @ k).softmax(-1) @ v for part in q.split(511, dim=1)]
        return x + self.gamma * torch.cat(out, dim=1).transpose(1, 2).reshape(x.shape)
""",
}

HINTS = {"should be added": 3, "` subtracts.": 3, "takes the sigmoid": 3, "swaps no axes": 3}

MISTAKES = (
    *with_gamma("efficient", "A V", hint=3),
    *projections("efficient"),
    Mistake("efficient-scaled",
            "Your products are divided by sqrt(D), where D is the queries' width. `scaled_dot_product_attention` "
            "divides by it unless you pass scale=1.0. DANet does not scale.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 "gathered = nn.functional.scaled_dot_product_attention(queries, keys.transpose(1, 2), "
                 "values).transpose(1, 2)"}),
    Mistake("efficient-scaled-by-width",
            "Your products are divided by sqrt(C). If you pad the queries to C numbers, "
            "`scaled_dot_product_attention` divides by sqrt(C) unless you pass scale=1.0. DANet does not scale.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 "wide = nn.functional.pad(torch.stack([queries, keys.transpose(1, 2)]), (0, values.shape[-1] - "
                 "queries.shape[-1]))\n        gathered = nn.functional.scaled_dot_product_attention(*wide, "
                 "values).transpose(1, 2)"}),
    overflow("efficient-exp", "products",
             {"checkpoint(gather, some, keys, values, use_reentrant=False)":
                  "(lambda e: e / e.sum(dim=-1, keepdim=True) @ values)(torch.exp(some @ keys))"}),
    Mistake("efficient-own-chunk",
            "Each chunk of queries sees the keys of its own chunk only. Every query needs all N keys, so chunk the "
            "queries and not the keys.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]": """parts = zip(queries.split(ROWS, dim=1), keys.split(ROWS, dim=2), values.split(ROWS, dim=1))
        rows = [gather(*part) for part in parts]"""}, hint=2),
    Mistake("efficient-chunks-of-keys",
            "You take a softmax within each chunk of keys and add the results. The weights of a position then sum to "
            "the number of chunks. A softmax needs the whole row: chunk the queries.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 """parts = zip(keys.split(ROWS, dim=2), values.split(ROWS, dim=1))
        gathered = sum(gather(queries, *part) for part in parts).transpose(1, 2)"""}, hint=2),
    Mistake("efficient-mean-of-chunks",
            "You take a softmax within each chunk of keys and average the results. Chunks would have to be weighted "
            "by their sums of exponentials. It is easier to chunk the queries.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 """parts = list(zip(keys.split(ROWS, dim=2), values.split(ROWS, dim=1)))
        gathered = sum(gather(queries, *part) for part in parts).transpose(1, 2) / len(parts)"""}, hint=2),
    Mistake("efficient-rest-dropped",
            "You leave out the last chunk, which is shorter: its positions gather nothing. Both `split` and range(0, "
            "N, rows) include it.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]":
                 "chunks = [some if some.shape[1] == ROWS else None for some in queries.split(ROWS, dim=1)]\n      "
                 "  rows = [gather(some, keys, values) if some is not None else 0 * values[:, :queries.shape[1] % "
                 "ROWS] for some in chunks]"}, hint=3),
    Mistake("efficient-rest-refused",
            "Your code works only if the chunk size divides N. Let the last chunk be shorter.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]": """chunks = queries.reshape(len(x), -1, ROWS, queries.shape[-1]).unbind(1)
        rows = [gather(some, keys, values) for some in chunks]"""}),
    Mistake("efficient-linear",
            "You left the softmax out so that keys and values could be multiplied first. That is cheap, but it is a "
            "different module. The exercise asks for the same result as with the softmax.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 "gathered = (queries @ (keys @ values)).transpose(1, 2)"}, hint=2),
    Mistake("efficient-two-softmaxes",
            "You take one softmax of the queries and one of the keys, so that keys and values can be multiplied "
            "first. That is called efficient (or linear) attention, and it is a different module. The exercise asks "
            "for the same result as with one softmax of the products.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 "gathered = (queries.softmax(dim=-1) @ (keys.softmax(dim=-1) @ values)).transpose(1, 2)"}, hint=2),
    Mistake("efficient-pooled",
            "You reduce the number of keys and values (by pooling or a stride). That saves memory, but it changes "
            "the result. The exercise asks for the keys and values of all N positions.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 """keys, values = keys[..., ::2], values[:, ::2]
        gathered = gather(queries, keys, values).transpose(1, 2)"""}, hint=2),
    Mistake("efficient-half",
            "You compute in another dtype (half, bfloat16 or float32) to save memory. That shrinks the map only by a "
            "constant factor, and the result loses digits. Keep x's dtype, and make fewer rows of the map at a time.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 "rows = [gather(some.float(), keys.float(), values.float()) for some in queries.split(ROWS, "
                 "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2).to(x.dtype)"}, grain="float32"),
    Mistake("efficient-sees-itself",
            "Each position gathers only its own value. `scaled_dot_product_attention` takes (B, heads, N, D). In (B, "
            "N, 1, D) the positions lie on the axis of the heads, so each one has a single key. Put the new axis "
            "before the positions: (B, 1, N, D).",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 "gathered = values.transpose(1, 2)"}),
    attention_dropout("efficient-dropout",
                      {"checkpoint(gather, some, keys, values, use_reentrant=False)":
                           "nn.functional.dropout(torch.softmax(some @ keys, dim=-1), 0.1, self.training) @ values"}),
    Mistake("efficient-padded-apart",
            "You put zeros before the queries' numbers, but after the keys' numbers. A query's numbers are then "
            "multiplied by the wrong numbers of the key. Pad both on the same side.",
            {"rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, "
             "dim=1)]\n        gathered = torch.cat(rows, dim=1).transpose(1, 2)":
                 "pad, wide = nn.functional.pad, values.shape[-1] - queries.shape[-1]\n        gathered = "
                 "gather(pad(queries, (wide, 0)), pad(keys.transpose(1, 2), (0, wide)).transpose(1, 2), "
                 "values).transpose(1, 2)"}),
)

WRONG = (
    Wrong("empty-float32",
          {"q ": """B, C, H, W = x.shape
        N = H * W
        q """,
           "out = F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)": """out = torch.empty(B, N, C)
        for i in range(0, N, 128):
            out[:, i:i + 128] = (q[:, i:i + 128] @ k).softmax(dim=-1) @ v""",
           "out.transpose(1, 2).reshape(x.shape)": "out.transpose(1, 2).reshape(B, C, H, W)"}, of="fused-not-padded",
          says="without a dtype, so it is float32"),
    Wrong("eps-1e-6",
          {"inner = channels // reduction\n        ": "",
           """if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")""": """if channels < reduction:
            raise ValueError(f'channels={channels} is smaller than reduction={reduction}')""",
           "self.query = nn.Conv2d(channels, inner": "self.query = nn.Conv2d(channels, channels // reduction",
           "self.key = nn.Conv2d(channels, inner": "self.key = nn.Conv2d(channels, channels // reduction",
           "def forward": """def rows(self, q, k, v):
        e = q @ k
        e = torch.exp(e - e.amax(-1, keepdim=True))
        return e / (e.sum(-1, keepdim=True) + 1e-06) @ v
    def forward""",
           "  out": "  parts",
           "F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)":
               "[torch.utils.checkpoint.checkpoint(self.rows, some, k, v, use_reentrant=False) for some in "
               "q.split(64, 1)]",
           "* out": "* torch.cat(parts, 1)"}, of="fused-not-padded", says="right to about six digits only"),
    Wrong("four-chunks",
          {"[(part @ k).softmax(-1) @ v for part in q.split(511, dim=1)]":
               "[(part @ k).softmax(-1) @ v for part in q.chunk(4, dim=1)]"}, of="split-511",
          says="needs more memory at once than it may use"),
    Wrong("fused-not-padded", """
# without the large map: fused-not-padded
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)
        return x + self.gamma * out.transpose(1, 2).reshape(x.shape)
""", says="do not have the same width as the values"),
    Wrong("fused-strided",
          {"self.value(x).flatten(2).transpose(1, 2).contiguous()": "self.value(x).flatten(2).transpose(1, 2)"},
          of="sdpa", says="which a transpose or permute can cause"),
    Wrong("keeps-all-pieces",
          {"out = F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)":
               """maps = [torch.softmax(rows @ k, dim=-1) for rows in q.split(128, dim=1)]
        out = torch.cat([piece @ v for piece in maps], dim=1)"""}, of="fused-not-padded",
          unseen="only a measured process shows it"),
    Wrong("maximum-from-zero",
          {"out = [(part @ k).softmax(-1) @ v for part in q.split(511, dim=1)]":
               "best = torch.zeros_like(q[..., :1])\n        total, out = (torch.zeros_like(best), 0)\n        for "
               "keys, values in zip(k.split(128, dim=2), v.split(128, dim=1)):\n            scores = q @ keys\n    "
               "        new = torch.maximum(best, scores.amax(-1, keepdim=True)).detach()\n            weights, "
               "shrunk = (torch.exp(scores - new), torch.exp(best - new))\n            total, out, best = (total * "
               "shrunk + weights.sum(-1, keepdim=True), out * shrunk + weights @ values, new)",
           "torch.cat(out, dim=1)": "(out / total)"}, of="split-511", says="too large for `exp` alone"),
    Wrong("naive-again",
          {"F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)": "torch.softmax(q @ k, dim=-1) @ v"},
          of="fused-not-padded", says="`matmul` makes a tensor of 1,048,576 elements"),
    Wrong("pieces-put-together",
          {"out = F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)":
               """maps = torch.cat([torch.softmax(rows @ k, dim=-1) for rows in q.split(128, dim=1)], dim=1)
        out = maps @ v"""}, of="fused-not-padded", says="`cat` makes a tensor"),
    Wrong("rest-lost", {"N,": "N - N % chunk,"}, of="chunks"),
    Wrong("split-over-batch",
          {"F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)":
               "torch.cat([torch.softmax(rows @ k, dim=-1) @ v for rows in q.split(128)], dim=0)"},
          of="fused-not-padded", says="pass the axis of the positions"),
)

EQUIVALENT = (
    "6: Conv2d with dilation=2", "7: Conv2d with dilation=2", "8: Conv2d with dilation=2",
    "12: arguments 0 and 1 of transpose exchanged", "14: arguments 0 and 1 of transpose exchanged",
    "15: checkpoint without use_reentrant", "15: False -> True", "15: each once",
    "16: arguments 0 and 1 of transpose exchanged", "17: x detached (2)",
)
