"""What learners write for `GlobalBranch`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import dropout, overflow

RIGHT = {
    "global-einsum": """
class GlobalBranch(nn.Module):
    def __init__(self, dim, heads, head_dim, window_size):
        super().__init__()
        self.heads, self.head_dim = heads, head_dim
        self.pool = nn.AvgPool2d(window_size)
        self.q, self.kv = nn.Conv2d(dim, heads * head_dim, 1), nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x):
        cut = lambda y: y.flatten(2).unflatten(1, (self.heads, self.head_dim))
        q, (k, v) = cut(self.q(x)), map(cut, self.kv(self.pool(x)).chunk(2, dim=1))
        a = (torch.einsum("bhdn,bhdm->bhnm", q, k) / self.head_dim ** 0.5).softmax(-1)
        return torch.einsum("bhnm,bhdm->bhdn", a, v).reshape(len(x), -1, *x.shape[2:])
""",
    "global-fused": """
class GlobalBranch(nn.Module):
    def __init__(self, dim, heads, head_dim, window_size):
        super().__init__()
        self.heads, self.window = heads, window_size
        self.q, self.kv = nn.Linear(dim, heads * head_dim), nn.Linear(dim, 2 * heads * head_dim)

    def forward(self, x):
        b, _, h, w = x.shape
        few = F.avg_pool2d(x, self.window).flatten(2).mT
        q = self.q(x.flatten(2).mT).unflatten(2, (self.heads, -1)).transpose(1, 2)
        k, v = self.kv(few).unflatten(2, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v)
        return y.transpose(1, 2).flatten(2).mT.reshape(b, -1, h, w)
""",
}

HINTS = {"swaps no axes": 2}

MISTAKES = (
    Mistake("global-no-pooling",
            "Nothing is pooled: your keys and values come from all positions. They should come from the "
            "average-pooled x.", {"F.avg_pool2d(x, self.window_size)": "x"}),
    Mistake("global-pooled-to-one",
            "You average the whole map, so there is only one key. Average each window: avg_pool2d(x, window_size).",
            {"F.avg_pool2d(x, self.window_size)": "x.mean((2, 3), keepdim=True)"}),
    Mistake("global-so-many-windows",
            "Your pooled map has window_size x window_size means. But window_size is the side of a window, so pool "
            "over windows of that size: avg_pool2d(x, window_size).",
            {"F.avg_pool2d(x, self.window_size)": "F.adaptive_avg_pool2d(x, self.window_size)"}),
    Mistake("global-overlapping",
            "Your windows overlap (stride=1). They should lie side by side: avg_pool2d's default stride is the "
            "window size.", {"F.avg_pool2d(x, self.window_size)": "F.avg_pool2d(x, self.window_size, 1)"}),
    Mistake("global-first-of-window", "You take the first position of each window. Take the mean of the window.",
            {"F.avg_pool2d(x, self.window_size)": "x[:, :, ::self.window_size, ::self.window_size]"}),
    Mistake("global-windows-of-two", "Your windows are 2 x 2, whatever window_size is. Use the argument.",
            {"F.avg_pool2d(x, self.window_size)": "F.avg_pool2d(x, 2)"}),
    Mistake("global-ceil",
            "You also take means of the rows and columns that are left over at the border, as `ceil_mode` does. Drop "
            "those rows and columns, as avg_pool2d does by default.",
            {"F.avg_pool2d(x, self.window_size)": "F.avg_pool2d(x, self.window_size, ceil_mode=True)"}),
    Mistake("global-padded",
            "You pad the map so that nothing is left over at the border. Drop the leftover positions instead, as "
            "avg_pool2d does.",
            {"F.avg_pool2d(x, self.window_size)":
                 "F.avg_pool2d(F.pad(x, (0, -x.shape[3] % self.window_size, 0, -x.shape[2] % self.window_size)), "
                 "self.window_size)"}),
    Mistake("global-adaptive",
            "You pool with adaptive_avg_pool2d, which stretches the windows so that nothing is left over at the "
            "border. Use avg_pool2d, which drops the leftover rows and columns.",
            {"F.avg_pool2d(x, self.window_size)":
                 "F.adaptive_avg_pool2d(x, (x.shape[2] // self.window_size, x.shape[3] // self.window_size))"}),
    Mistake("global-museum",
            "You take H * W // window_size ** 2 as the number of windows, and -1 in your `reshape` or `view` then "
            "stands for the number of heads. If rows or columns are left over at the border, there are fewer windows "
            "than that, so heads are mixed up. Let `flatten(2)` count the windows.",
            {"k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)":
                 "k, v = self.kv(pooled).reshape(len(x), 2, -1, self.q.out_channels // self.heads, x.shape[2] * "
                 "x.shape[3] // self.window_size ** 2).unbind(1)"}, hint=1),
    Mistake("global-queries-pooled",
            "You pool the queries too, and repeat each result over its window. Every position of x should have a "
            "query of its own.",
            {"self.q(x).flatten(2).unflatten(1, (self.heads, -1))":
                 "self.q(F.interpolate(pooled, x.shape[2:])).flatten(2).unflatten(1, (self.heads, -1))"}),
    Mistake("global-result-pooled",
            "Your queries come from the pooled map, so fewer positions come out than went in. `q` should read x "
            "itself, so that every position has a query.",
            {"self.q(x).flatten(2).unflatten(1, (self.heads, -1))":
                 "self.q(pooled).flatten(2).unflatten(1, (self.heads, -1))",
             "gathered.flatten(1, 2).unflatten(2, x.shape[2:])":
                 "gathered.flatten(1, 2).unflatten(2, pooled.shape[2:])"}),
    Mistake("global-no-scale", "The scale is missing: multiply the logits by head_dim ** -0.5.",
            {"q.transpose(2, 3) @ k * self.scale": "q.transpose(2, 3) @ k"}),
    Mistake("global-scale-without-root",
            "You divide by head_dim. Divide by the square root of head_dim: the scale is head_dim ** -0.5.",
            {"head_dim ** -0.5": "1 / head_dim"}),
    Mistake("global-scale-of-dim", "Your scale is dim ** -0.5. It should be head_dim ** -0.5.",
            {"head_dim ** -0.5": "dim ** -0.5"}),
    Mistake("global-scale-of-width",
            "Your scale uses the width of all heads together, (heads * head_dim) ** -0.5. It should be head_dim ** "
            "-0.5.", {"head_dim ** -0.5": "(heads * head_dim) ** -0.5"}),
    Mistake("global-scale-of-keys", "Your scale comes from the number of keys. It should be head_dim ** -0.5.",
            {"q.transpose(2, 3) @ k * self.scale": "q.transpose(2, 3) @ k * k.shape[3] ** -0.5"}),
    Mistake("global-scale-last",
            "You scale the weights after the softmax. Scale the logits before the softmax instead.",
            {"torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3)":
                 "torch.softmax(q.transpose(2, 3) @ k, dim=3) * self.scale"}),
    Mistake("global-no-softmax", "The softmax over the keys is missing.",
            {"torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3)": "q.transpose(2, 3) @ k * self.scale"}),
    Mistake("global-tanh",
            "Your weights are a tanh, as in the local branch. In the global branch they should be a softmax over the "
            "keys.",
            {"torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3)":
                 "torch.tanh(q.transpose(2, 3) @ k * self.scale)"}),
    Mistake("global-sigmoid",
            "Your weights are a sigmoid of each logit. They should be a softmax over the keys, so that the weights "
            "of each query sum to 1.",
            {"torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3)":
                 "torch.sigmoid(q.transpose(2, 3) @ k * self.scale)"}),
    overflow("global-naive-softmax", "logits",
             {"torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3)":
                  "(lambda e: e / e.sum(dim=-1, keepdim=True))(torch.exp(q.transpose(2, 3) @ k * self.scale))"}),
    Mistake("global-pairs-in-heads",
            "You cut kv into heads first, and then you cut each head into k and v. Cut kv into [k | v] first, and "
            "then cut each half into heads.",
            {"k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)":
                 "k, v = self.kv(pooled).flatten(2).unflatten(1, (self.heads, 2, -1)).unbind(2)"}, hint=2),
    Mistake("global-every-second",
            "You take every second channel of kv for the keys. kv should be read as [k | v]: all keys, then all "
            "values.",
            {"k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)":
                 "k, v = self.kv(pooled).flatten(2).unflatten(1, (self.heads, -1, 2)).unbind(3)"}, hint=2),
    Mistake("global-pairs-scrambled",
            "You turn kv into (2, B, ...) with `reshape` or `view` alone. These keep the order of the numbers in "
            "memory. Images are then mixed up. Cut along dim 1, with chunk(2, dim=1).",
            {"k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)":
                 "k, v = self.kv(pooled).reshape(2, len(x), self.heads, -1, pooled.shape[2] * pooled.shape[3])"},
            hint=2),
    Mistake("global-values-are-keys",
            "Your values are the keys, and the second half of kv is never used. The second half should be the values.",
            {"gathered = v @ weights.transpose(2, 3)": "gathered = k @ weights.transpose(2, 3)"}),
    Mistake("global-heads-interleaved",
            "Your heads take channels that are far apart, such as every second or every third one. A head should get "
            "head_dim neighbouring channels.",
            {"self.q(x).flatten(2).unflatten(1, (self.heads, -1))":
                 "self.q(x).flatten(2).unflatten(1, (-1, self.heads)).transpose(1, 2)",
             "k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)":
                 "k, v = self.kv(pooled).flatten(2).unflatten(1, (2, -1, self.heads)).transpose(2, 3).unbind(1)",
             "gathered.flatten(1, 2).unflatten(2, x.shape[2:])":
                 "gathered.transpose(1, 2).flatten(1, 2).unflatten(2, x.shape[2:])"}, hint=2),
    Mistake("global-one-head",
            "Your attention has one wide head. Cut q, k and v into heads first; each head has its own softmax.",
            {"self.heads, self.window_size, self.scale = heads,": "self.heads, self.window_size, self.scale = 1,"},
            hint=2),
    Mistake("global-pairs-viewed",
            "You turn kv into (..., M, head_dim) with `reshape` or `view` alone. These keep the order of the numbers "
            "in memory, so a key is a mixture of positions. Cut kv into (..., head_dim, M), and transpose the last "
            "two axes.",
            {"k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)":
                 "k, v = self.kv(pooled).reshape(len(x), 2, self.heads, -1, self.q.out_channels // "
                 "self.heads).transpose(3, 4).unbind(1)"}, hint=2),
    Mistake("global-queries-in-rows",
            "You turn (B, N, channels) into (B, heads, N, head_dim) with `reshape` or `view` alone. This mixes up "
            "channels and positions. Cut q's channels into (B, heads, head_dim, N) first, then transpose the last "
            "two axes.",
            {"self.q(x).flatten(2).unflatten(1, (self.heads, -1))":
                 "self.q(x).flatten(2).mT.reshape(len(x), self.heads, -1, self.q.out_channels // self.heads).mT"},
            hint=2),
    Mistake("global-positions-first",
            "Before you turn the result into a map, its shape is (B, N, heads, head_dim). Positions then come before "
            "heads, which mixes up channels and positions. Transpose to (B, heads, head_dim, N) first.",
            {"gathered.flatten(1, 2).unflatten(2, x.shape[2:])":
                 "gathered.permute(0, 3, 1, 2).reshape(len(x), -1, *x.shape[2:])"}, hint=2),
    Mistake("global-interleaved-cut",
            "You cut q, k and v so that a head takes channels that are far apart, such as every second or every "
            "third one. A head should get head_dim neighbouring channels.",
            {"self.q(x).flatten(2).unflatten(1, (self.heads, -1))":
                 "self.q(x).flatten(2).unflatten(1, (-1, self.heads)).transpose(1, 2)",
             "k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)":
                 "k, v = self.kv(pooled).flatten(2).unflatten(1, (2, -1, self.heads)).transpose(2, 3).unbind(1)"},
            hint=2),
    Mistake("global-interleaved-queries",
            "You cut q so that a head takes channels that are far apart, such as every second or every third one. A "
            "head should get head_dim neighbouring channels.",
            {"self.q(x).flatten(2).unflatten(1, (self.heads, -1))":
                 "self.q(x).flatten(2).unflatten(1, (-1, self.heads)).transpose(1, 2)"}, hint=2),
    Mistake("global-heads-last",
            "You join the heads so that their channels alternate. Head 0 should come first with all its channels, "
            "then head 1.",
            {"gathered.flatten(1, 2).unflatten(2, x.shape[2:])":
                 "gathered.transpose(1, 2).flatten(1, 2).unflatten(2, x.shape[2:])"}, hint=2),
    Mistake("global-sides-exchanged",
            "You cut the N positions into W rows of H positions. Cut them into H rows of W positions.",
            {"gathered.flatten(1, 2).unflatten(2, x.shape[2:])":
                 "gathered.flatten(1, 2).unflatten(2, (x.shape[3], x.shape[2])).transpose(2, 3)"}),
    Mistake("global-side-of-a-square",
            "You take the square root of N for both sides, which is right for square maps only. Take H and W from "
            "x's shape.",
            {"gathered.flatten(1, 2).unflatten(2, x.shape[2:])":
                 "gathered.flatten(1, 2).unflatten(2, (int(gathered.shape[3] ** 0.5), -1))"}),
    Mistake("global-q-no-bias", "`q` has no bias. Keep torch's default.",
            {"self.q = nn.Conv2d(dim, heads * head_dim, 1)":
                 "self.q = nn.Conv2d(dim, heads * head_dim, 1, bias=False)"}),
    Mistake("global-kv-no-bias", "`kv` has no bias. Keep torch's default.",
            {"self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)":
                 "self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1, bias=False)"}),
    dropout("global-dropout",
            {"torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3)":
                 "F.dropout(torch.softmax(q.transpose(2, 3) @ k * self.scale, dim=3), 0.1, self.training)"}),
)

WRONG = (
    Wrong("first-image-for-all", {":, 0": ":1, 0", ":, 1": ":1, 1", "logits.sigmoid()": "logits.softmax(dim=-1)"},
          of="sigmoid-weights", says="only the first image is right"),
    Wrong("float32-buffer",
          {"logits.sigmoid()": "logits.softmax(dim=-1)",
           "out = attn @ v": """out = torch.zeros(B, self.heads, H * W, self.head_dim)
        for i in range(self.heads):
            out[:, i] = attn[:, i] @ v[:, i]"""},
          of="sigmoid-weights", says="so it is float32, whatever dtype"),
    Wrong("result-is-a-sequence",
          {"logits.sigmoid()": "logits.softmax(dim=-1)",
           "out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)":
               "out.transpose(1, 2).reshape(B, H * W, self.heads * self.head_dim)"}, of="sigmoid-weights",
          says="Expected shape"),
    Wrong("sigmoid-weights", """
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.scale = head_dim ** -0.5
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        pooled = F.avg_pool2d(x, self.window_size)
        M = pooled.shape[2] * pooled.shape[3]
        q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)
        kv = self.kv(pooled).reshape(B, 2, self.heads, self.head_dim, M).transpose(3, 4)
        k, v = kv[:, 0], kv[:, 1]
        logits = q @ k.transpose(2, 3) * self.scale
        attn = logits.sigmoid()
        out = attn @ v
        return out.transpose(2, 3).reshape(B, self.heads * self.head_dim, H, W)
""", mistake="global-sigmoid"),
    Wrong("softmax-in-float32", {"logits.sigmoid()": "logits.float().softmax(dim=-1).to(logits.dtype)"},
          of="sigmoid-weights", says="makes a tensor float32"),
    Wrong("square-assumed",
          {"logits.sigmoid()": "logits.softmax(dim=-1)",
           "return": """H = W = int((H * W) ** 0.5)
        return"""}, of="sigmoid-weights",
          says="is invalid for input of size"),
    Wrong("view-of-input",
          {"q = self.q(x).reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)":
               """q = F.conv1d(x.view(B, C, H * W), self.q.weight[:, :, :, 0], self.q.bias)
        q = q.reshape(B, self.heads, self.head_dim, H * W).transpose(2, 3)""",
           "attn = logits.sigmoid()": "attn = logits.softmax(dim=-1)"}, of="sigmoid-weights",
          says="a transposed tensor"),
    Wrong("windows-by-view",
          {"pooled ": "s ",
           "F.avg_pool2d(x, self.window_size)": "self.window_size",
           "M ": """pooled = x.reshape(B, C, H // s, s, W // s, s).mean(dim=(3, 5))
        M """,
           "logits.sigmoid()": "logits.softmax(dim=-1)"}, of="sigmoid-weights", says="a map of odd sides"),
)

EQUIVALENT = (
    "6: Conv2d with dilation=2", "7: Conv2d with dilation=2", "13: softmax -> torch.softmax(x, -1)",
    "13: arguments 0 and 1 of transpose exchanged", "14: arguments 0 and 1 of transpose exchanged", "15: x detached",
)
