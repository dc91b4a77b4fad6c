"""What learners write for `CrossMaskedAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    attention_dropout,
    float_width,
    overflow,
)

ATTENTION_KEY_TIMES_QUERY = ("You multiply the keys by the queries, so the rows of your map belong to y, and the "
                             "softmax runs along the wrong axis. Row j should belong to position j of x: multiply "
                             "the queries by the keys.")
ATTENTION_MASKED_KEYS = ("You use the mask before or inside the softmax. Use it after the softmax: multiply the "
                         "gathered values by it.")
ATTENTION_OTHER_LETTERS = ('You also accept other spellings of `softmax_over`, such as capital letters or a part of '
                           'a word. Accept only "keys" and "queries", exactly as written.')

RIGHT = {
    "bmm": """
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super(CrossMaskedAttention, self).__init__()
        if softmax_over != "keys" and softmax_over != "queries":
            raise ValueError("softmax_over must be keys or queries")
        if channels // reduction == 0:
            raise ValueError("too few channels: %d with reduction %d" % (channels, reduction))
        self.softmax = nn.Softmax(dim=-1 if softmax_over == "keys" else -2)
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def attention(self, x, y):
        proj_query = self.query(x).flatten(2).permute(0, 2, 1)
        proj_key = self.key(y).flatten(2)
        energy = torch.bmm(proj_query, proj_key)
        return self.softmax(energy * proj_key.shape[1] ** -0.5)

    def forward(self, x, y, mask=None):
        batch, channels, height, width = x.size()
        proj_value = self.value(y).flatten(2).permute(0, 2, 1)
        out = torch.bmm(self.attention(x, y), proj_value)
        out = out.permute(0, 2, 1).reshape(batch, channels, height, width)
        if mask is None:
            return out
        return mask * out
""",
    "einsum": """
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError(f"channels // reduction must be at least 1, got {channels} // {reduction}")
        axes = {"keys": -1, "queries": -2}
        if softmax_over not in axes:
            raise ValueError("unknown softmax_over: " + str(softmax_over))
        self.axis = axes[softmax_over]
        self.d = channels // reduction
        self.query = nn.Conv2d(channels, self.d, kernel_size=1)
        self.key = nn.Conv2d(channels, self.d, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)

    def attention(self, x, y):
        B, _, H, W = x.shape
        Q = self.query(x).reshape(B, self.d, -1)
        K = self.key(y).reshape(B, self.d, -1)
        scores = torch.einsum("bdi,bdj->bij", Q, K) / self.d ** 0.5
        return F.softmax(scores, dim=self.axis)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        V = self.value(y).reshape(B, C, -1)
        gathered = torch.einsum("bij,bcj->bci", self.attention(x, y), V).reshape(B, C, H, W)
        if mask is not None:
            gathered = gathered * mask
        return gathered
""",
    "plain": """
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        return out if mask is None else out * mask
""",
}

HINTS = {"`softmax_over`": 2, "It should take": 1, "`key`": 1, "multiplied by `mask`": 3,
         "kept from call to call": 3, "Transpose the second one": 3}

MISTAKES = (
    Mistake("attention-no-scale",
            "The scale is missing. Multiply the dot products by (C // r) ** -0.5 before the softmax.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(query.transpose(1, 2) @ key).softmax(dim=self.softmax_dim)"}),
    Mistake("attention-scaled-after", "You scale after the softmax. Scale the dot products.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(query.transpose(1, 2) @ key).softmax(dim=self.softmax_dim) * self.scale"}),
    Mistake("attention-scaled-twice",
            "You divide by C // r. The square root is missing, or you scale both queries and keys by the whole "
            "factor. Scale once, by (C // r) ** -0.5.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(query.transpose(1, 2) @ key * self.scale**2).softmax(dim=self.softmax_dim)"}),
    Mistake("attention-no-softmax", "The softmax of the scaled dot products is missing.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "query.transpose(1, 2) @ key * self.scale"}),
    Mistake("attention-over-the-images",
            "You take the softmax over the batch. Take it over the positions that `softmax_over` names.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(query.transpose(1, 2) @ key * self.scale).softmax(dim=0)"}, hint=2),
    Mistake("attention-key-times-query", ATTENTION_KEY_TIMES_QUERY,
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(key.transpose(1, 2) @ query * self.scale).softmax(dim=self.softmax_dim)"}, hint=2),
    Mistake("attention-sigmoid", "You take a sigmoid. Take a softmax, so that each row sums to one.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "torch.sigmoid(query.transpose(1, 2) @ key * self.scale)"}),
    Mistake("attention-scale-of-positions",
            "You scale by N ** -0.5, with N the number of positions. It should be (C // r) ** -0.5.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(query.transpose(1, 2) @ key * query.shape[2] ** -0.5).softmax(dim=self.softmax_dim)"}),
    Mistake("attention-transposed",
            "Your `attention` returns the matrix transposed. Row j should belong to position j of x.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(key.transpose(1, 2) @ query * self.scale).softmax(dim=-3 - self.softmax_dim)"}, hint=2),
    overflow("attention-naive-softmax", "dot products",
             {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                  "(lambda e: e / e.sum(dim=self.softmax_dim, keepdim=True))(torch.exp(query.transpose(1, 2) @ key "
                  "* self.scale))"}),
    attention_dropout("attention-dropout",
                      {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                           "F.dropout((query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim), "
                           "0.1, self.training)"}),
    Mistake("attention-cosine",
            "You divide queries and keys by their lengths. This attention takes plain dot products.",
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(F.normalize(query, dim=1).transpose(1, 2) @ F.normalize(key, dim=1) * "
                 "self.scale).softmax(dim=self.softmax_dim)"}),
    Mistake("attention-axes-exchanged",
            'You have swapped the two axes: with "keys" each row should sum to one, and with "queries" each column.',
            {'self.softmax_dim = -1 if softmax_over == "keys" else -2':
                 'self.softmax_dim = -2 if softmax_over == "keys" else -1'}, hint=2),
    Mistake("attention-always-queries",
            '`softmax_over` has no effect: the softmax always runs over the queries, so each column sums to one. '
            'With "keys" each row should sum to one.',
            {'self.softmax_dim = -1 if softmax_over == "keys" else -2': "self.softmax_dim = -2"}, hint=2),
    Mistake("attention-own-queries", "Queries and keys both come from y. The queries should come from x.",
            {"query, key = self.query(x).flatten(2), self.key(y).flatten(2)":
                 "query, key = self.query(y).flatten(2), self.key(y).flatten(2)"}, hint=1),
    Mistake("attention-keys-column-by-column",
            "You count the positions of the keys column by column, and those of the queries row by row. Flatten both "
            "in the same way.",
            {"query, key = self.query(x).flatten(2), self.key(y).flatten(2)":
                 "query, key = self.query(x).flatten(2), self.key(y).mT.flatten(2)"}),
    Mistake("attention-no-value",
            "You do not use the layer `value`: you gather y itself. Gather the values, value(y).",
            {"self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 "y.flatten(2) @ self.attention(x, y).mT"}, hint=3),
    Mistake("attention-turned",
            "You turn the N positions into a map whose rows and columns have changed places. The map's size should "
            "be (H, W).",
            {"gathered.unflatten(2, x.shape[-2:])":
                 "gathered.unflatten(2, x.shape[:-3:-1]).mT.contiguous().view_as(x)"}, hint=3),
    Mistake("attention-tokens",
            "Your result is (B, C, N). Give the positions their rows and columns back: (B, C, H, W).",
            {"gathered.unflatten(2, x.shape[-2:])":
                 "gathered if mask is None else gathered.unflatten(2, x.shape[-2:])"}, hint=3),
    Mistake("attention-mask-rounded",
            "You round the mask to 0 and 1. Multiply by it as it is: a prior mask has values in between.",
            {"gathered if mask is None else gathered * mask": "gathered if mask is None else gathered * (mask > 0.5)"}),
    Mistake("attention-mask-needed",
            "Your module raises an error if there is no mask. If mask is None, nothing should be masked.",
            {"gathered if mask is None else gathered * mask": "gathered * mask"}),
    Mistake("attention-mask-on-keys",
            "You multiply y by the mask. But the mask belongs to x: multiply the gathered values by it.",
            {"self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 "self.value(y if mask is None else y * mask).flatten(2) @ self.attention(x, y).mT",
             "gathered if mask is None else gathered * mask": "gathered"}, hint=3),
    Mistake("attention-mask-on-values",
            "You multiply the values by the mask, or you multiply the attention map's columns, which belong to y's "
            "positions. But the mask belongs to x: multiply the gathered values by it.",
            {"self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 "(self.value(y) if mask is None else self.value(y) * mask).flatten(2) @ self.attention(x, y).mT",
             "gathered if mask is None else gathered * mask": "gathered"}, hint=3),
    Mistake("attention-masked-keys", ATTENTION_MASKED_KEYS,
            {"gathered = self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 """scores = self.query(x).flatten(2).mT @ self.key(y).flatten(2) * self.scale
        if mask is not None:
            scores = scores.masked_fill(mask.flatten(2) == 0, -1e9)
        gathered = self.value(y).flatten(2) @ scores.softmax(dim=self.softmax_dim).mT""",
             "gathered if mask is None else gathered * mask": "gathered"}, hint=3),
    Mistake("attention-masked-keys-below-half", ATTENTION_MASKED_KEYS,
            {"gathered = self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 """scores = self.query(x).flatten(2).mT @ self.key(y).flatten(2) * self.scale
        if mask is not None:
            scores = scores.masked_fill(mask.flatten(2) < 0.5, -1e9)
        gathered = self.value(y).flatten(2) @ scores.softmax(dim=self.softmax_dim).mT""",
             "gathered if mask is None else gathered * mask": "gathered"}, hint=3),
    Mistake("attention-masked-queries", ATTENTION_MASKED_KEYS,
            {"gathered = self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 """scores = self.query(x).flatten(2).mT @ self.key(y).flatten(2) * self.scale
        if mask is not None:
            scores = scores.masked_fill(mask.flatten(2).mT == 0, -1e9)
        gathered = self.value(y).flatten(2) @ scores.softmax(dim=self.softmax_dim).mT""",
             "gathered if mask is None else gathered * mask": "gathered"}, hint=3),
    Mistake("attention-key-times-query-twice", ATTENTION_KEY_TIMES_QUERY,
            {"(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)":
                 "(key.transpose(1, 2) @ query * self.scale).softmax(dim=self.softmax_dim)",
             "self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 "self.value(y).flatten(2) @ self.attention(x, y)"}, hint=2),
    Mistake("attention-mask-on-x",
            "You multiply x by the mask before the attention. Multiply the gathered values by it instead.",
            {"self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)":
                 "self.value(y).flatten(2) @ self.attention(x if mask is None else x * mask, y).mT",
             "gathered if mask is None else gathered * mask": "gathered"}, hint=3),
    Mistake("attention-no-biases", "`query`, `key` and `value` have no bias. Keep torch's default, which has one.",
            {"self.query = nn.Conv2d(channels, hidden, kernel_size=1)":
                 "self.query = nn.Conv2d(channels, hidden, 1, bias=False)",
             "self.key = nn.Conv2d(channels, hidden, kernel_size=1)":
                 "self.key = nn.Conv2d(channels, hidden, 1, bias=False)",
             "self.value = nn.Conv2d(channels, channels, kernel_size=1)":
                 "self.value = nn.Conv2d(channels, channels, 1, bias=False)"}),
    Mistake("attention-value-without-bias", "`value` has no bias. Keep torch's default, which has one.",
            {"self.value = nn.Conv2d(channels, channels, kernel_size=1)":
                 "self.value = nn.Conv2d(channels, channels, 1, bias=False)"}),
    Mistake("attention-narrow-value", "Your `value` has only C // r channels. It should keep all C.",
            {"self.value = nn.Conv2d(channels, channels, kernel_size=1)":
                 "self.value = nn.Conv2d(channels, hidden, kernel_size=1)"}),
    Mistake("attention-wide-queries", "Your `query` and `key` keep all C channels. They should have C // r.",
            {"hidden = channels // reduction": "hidden = channels"}),
    Mistake("attention-scale-of-all-channels",
            "You scale by C ** -0.5. Queries and keys have C // r channels, so scale by (C // r) ** -0.5.",
            {"self.scale = hidden**-0.5": "self.scale = channels**-0.5"}),
    Mistake("attention-scale-halved",
            "You scale by 1 / (2 (C // r)): Python reads `** -1 / 2` as `(... ** -1) / 2`. Write `** -0.5`.",
            {"self.scale = hidden**-0.5": "self.scale = hidden**-1 / 2"}),
    Mistake("attention-scale-with-r", "You scale by r ** -0.5. It should be (C // r) ** -0.5.",
            {"self.scale = hidden**-0.5": "self.scale = reduction**-0.5"}),
    Mistake("attention-three-by-three",
            "Your convolutions are 3 x 3. They should be 1 x 1, so that each position is projected by itself.",
            {"self.query = nn.Conv2d(channels, hidden, kernel_size=1)":
                 "self.query = nn.Conv2d(channels, hidden, 3, padding=1)",
             "self.key = nn.Conv2d(channels, hidden, kernel_size=1)":
                 "self.key = nn.Conv2d(channels, hidden, 3, padding=1)",
             "self.value = nn.Conv2d(channels, channels, kernel_size=1)":
                 "self.value = nn.Conv2d(channels, channels, 3, padding=1)"}),
    Mistake("attention-error-without-numbers",
            "Your ValueError for channels // reduction == 0 does not name both numbers, channels and reduction.",
            {"""if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")""":
                 """if not 1 <= reduction <= channels:
            raise ValueError("no hidden channel is left")"""}),
    Mistake("attention-any-axis",
            'You accept any `softmax_over`. Raise a ValueError unless it is "keys" or "queries".',
            {"raise ValueError(f'softmax_over must be \"keys\" or \"queries\", got {softmax_over!r}')": "pass"},
            hint=3),
    Mistake("attention-another-error",
            "For an unknown `softmax_over` you raise an error that is not a ValueError. Raise a ValueError.",
            {"raise ValueError(f'softmax_over must be \"keys\" or \"queries\", got {softmax_over!r}')":
                 "raise KeyError(softmax_over)"}),
    Mistake("attention-rounded-up",
            "You round the hidden channels up. If the reduction does not divide the channels, round down: channels "
            "// reduction.", {"hidden = channels // reduction": "hidden = -(-channels // reduction)"}),
    float_width("attention-float-width", {"hidden = channels // reduction": "hidden = channels / reduction"}),
    Mistake("attention-ones-for-no-mask",
            "Without a mask you multiply by a tensor of ones that does not follow the input's dtype or device. So "
            "bfloat16 numbers come back as float32. Return the gathered values as they are.",
            {"gathered if mask is None else gathered * mask":
                 "gathered * (torch.ones(len(x), 1, *x.shape[2:]) if mask is None else mask)"}, hint=3),
    Mistake("attention-other-letters", ATTENTION_OTHER_LETTERS,
            {'if softmax_over not in ("keys", "queries"):': """softmax_over = str(softmax_over).lower()
        if softmax_over not in ("keys", "queries"):"""},
            hint=3),
    Mistake("attention-first-letter", ATTENTION_OTHER_LETTERS,
            {'if softmax_over not in ("keys", "queries"):':
                 """softmax_over = {"k": "keys", "q": "queries"}.get(str(softmax_over).lower()[:1])
        if softmax_over not in ("keys", "queries"):"""}, hint=3),
)

WRONG = (
    Wrong("assert",
          {"""if inner == 0:
            raise ValueError(f"{channels} channels // reduction {reduction} is 0")""":
               "assert inner > 0, f'{channels} channels // reduction {reduction} is 0'"}, of="plain",
          says="your code raises AssertionError"),
    Wrong("attention-transposed",
          {"(self.scale * q.mT @ k).softmax(dim=self.dim)": "(self.scale * q.mT @ k).softmax(dim=self.dim).mT",
           "v @ self.attention(x, y).mT": "v @ self.attention(x, y)"}, of="plain",
          says="its axes are in the order (0, 2, 1)"),
    Wrong("gamma",
          {"self.query ": """self.gamma = nn.Parameter(torch.zeros(1))
        self.query """,
           "if mask": """out = self.gamma * out
        if mask"""}, of="bmm", says="Not expected: `gamma`"),
    Wrong("layers-made-in-forward",
          {"\n        self.value = nn.Conv2d(channels, channels, 1)": "",
           "self.value(y).flatten(2).permute(0, 2, 1)":
               "nn.Conv2d(channels, channels, 1).to(y)(y).flatten(2).permute(0, 2, 1)"}, of="bmm",
          says="Missing: `value.weight`"),
    Wrong("mask-as-truth-value", {"return out if mask is None else out * mask": "return out * mask if mask else out"},
          of="plain", says="Boolean value of Tensor"),
    Wrong("mask-binarised-in-place",
          {"return out": """if mask is not None:
            mask[mask < 0.5] = 0
        return out"""}, of="plain",
          says="Input `mask`: your code changes it in place"),
    Wrong("mask-twice", {"out *": "out * mask *"}, of="plain", says="multiplies. Take `out` as it is."),
    Wrong("names-exchanged",
          {"self.query = nn.Conv2d(channels, self.d, kernel_size=1)":
               "self.value = nn.Conv2d(channels, self.d, kernel_size=1)",
           "self.value = nn.Conv2d(channels, channels, kernel_size=1)":
               "self.query = nn.Conv2d(channels, channels, kernel_size=1)",
           "Q = self.query(x).reshape(B, self.d, -1)": "Q = self.value(x).reshape(B, self.d, -1)",
           "V = self.value(y).reshape(B, C, -1)": "V = self.query(y).reshape(B, C, -1)"}, of="einsum",
          says="The first difference is in the input of `value`"),
    Wrong("shortcut-before-mask",
          {"(v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])":
               "(v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:]) + x"}, of="plain",
          says=" + x` adds. Take"),
)

EQUIVALENT = (
    "5: without 1", "5: 1 -> 0", "8: message without numbers", "8: no message", "8: message without softmax_over",
    "9: rounded down, at least 1", "10: Conv2d with dilation=2", "11: Conv2d with dilation=2",
    "12: Conv2d with dilation=2", "18: clamped", "18: arguments 0 and 1 of transpose exchanged",
    "20: y last two axes exchanged", "20: default of mask 1.0", "21: arguments 0 and 1 of transpose exchanged",
    "22: x -> y", "22: x detached", "22: without USub", "23: Mult in place",
)
