"""Known mistakes, correct variants and equivalent mutants of 09_cloformer.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, ONLY_IN_EVAL, OVERFLOW, detached, naive_sigmoid, naive_softmax

Edit = tuple[str, str]


def of(exercise: str, short: str, *rows: tuple) -> tuple[Mistake, ...]:
    """Mistakes of one exercise. rows: what is wrong, the sentence, and the edits (old text, new text)."""
    return tuple(Mistake(f"{short}-{what}", exercise, sentence, tuple(edits)) for what, sentence, *edits in rows)


NO_DROPOUT = "In training mode you drop some numbers. There is no dropout here: both modes should give the same result."

# --- AttnMap. What the reference says, and most mistakes replace.
CONV1, CONV2 = "self.conv1 = nn.Conv2d(dim, dim, 1)", "self.conv2 = nn.Conv2d(dim, dim, 1)"
MAPPED = "self.conv2(F.silu(self.conv1(x)))"
SILU = "F.silu(self.conv1(x))"

MAP = (
    *of("AttnMap", "map",
        ("no-silu", "The SiLU is missing. Without it, two 1x1 convolutions in a row can do no more than a single one. "
                    "Put a SiLU between conv1 and conv2.",
         (SILU, "self.conv1(x)")),
        ("relu", "You put a ReLU between the convolutions. It should be a SiLU, z * sigmoid(z).",
         (SILU, "torch.relu(self.conv1(x))")),
        ("gelu", "You put a GELU between the convolutions. It should be a SiLU, z * sigmoid(z). (The GELU belongs to "
                 "ConvFFN.)",
         (SILU, "F.gelu(self.conv1(x))")),
        ("sigmoid", "You put a sigmoid between the convolutions. A SiLU is z * sigmoid(z): the factor z is missing.",
         (SILU, "torch.sigmoid(self.conv1(x))")),
        ("tanh-inside", "You put a tanh between the convolutions. It should be a SiLU. (The tanh comes later, in "
                        "AttnConv.)",
         (SILU, "torch.tanh(self.conv1(x))")),
        ("tanh-at-the-end",
         "You take the tanh of the result. AttnMap ends with conv2, because AttnConv applies the scale and the tanh "
         "later.",
         (MAPPED, f"torch.tanh({MAPPED})")),
        ("sigmoid-at-the-end", "You take the sigmoid of the result. AttnMap ends with conv2.",
         (MAPPED, f"torch.sigmoid({MAPPED})")),
        ("silu-of-x", "Your SiLU is x * sigmoid(conv1(x)). Both factors should come from conv1's output: write z * "
                      "sigmoid(z), where z is conv1(x).",
         (SILU, "x * torch.sigmoid(self.conv1(x))")),
        ("silu-first", "Your SiLU comes before conv1. It should come between the convolutions.",
         (SILU, "self.conv1(F.silu(x))")),
        ("silu-last", "Your SiLU comes after conv2. It should come between the convolutions.",
         (MAPPED, "F.silu(self.conv2(self.conv1(x)))")),
        ("silu-twice", "There is a SiLU after conv2 too. Keep only the one between the convolutions.",
         (MAPPED, f"F.silu({MAPPED})")),
        ("conv1-twice", "conv1 is used twice, and conv2 is never called. conv2 should come after the SiLU.",
         (MAPPED, f"self.conv1({SILU})")),
        ("conv2-twice", "conv2 is used twice, and conv1 is never called. conv1 should come first.",
         (SILU, "F.silu(self.conv2(x))")),
        ("exchanged", "conv1 and conv2 have changed places: conv1 should come first.",
         (MAPPED, "self.conv1(F.silu(self.conv2(x)))")),
        ("conv1-alone", "You return the SiLU of conv1's output, and conv2 is never called. conv2 should come last.",
         (MAPPED, SILU)),
        ("shortcut", "You add x to the result. AttnMap has no shortcut.", (MAPPED, f"x + {MAPPED}")),
        ("gate", "You multiply x by the result. AttnMap returns the map itself.", (MAPPED, f"x * {MAPPED}")),
        ("kernel-3", "Your kernels are 3 x 3. They should be 1 x 1, because AttnConv has mixed the neighbours already.",
         (CONV1, CONV1.replace(", 1)", ", 3, padding=1)")), (CONV2, CONV2.replace(", 1)", ", 3, padding=1)"))),
        ("depth-wise", "Your convolutions are depth-wise (groups=dim), so channels are never mixed. Here every output "
                       "channel should read all input channels.",
         (CONV1, CONV1.replace(", 1)", ", 1, groups=dim)")), (CONV2, CONV2.replace(", 1)", ", 1, groups=dim)"))),
        ("no-bias", "Your convolutions have no bias. Keep torch's default.",
         (CONV1, CONV1.replace(", 1)", ", 1, bias=False)")), (CONV2, CONV2.replace(", 1)", ", 1, bias=False)"))),
        ("bottleneck", "You have fewer than dim channels between the convolutions. Both convolutions should go from "
                       "dim to dim.",
         (CONV1, CONV1.replace("(dim, dim,", "(dim, (dim + 1) // 2,")),
         (CONV2, CONV2.replace("(dim, dim,", "((dim + 1) // 2, dim,"))),
        ("wide", "You have more than dim channels between the convolutions. Both convolutions should go from dim to "
                 "dim.",
         (CONV1, CONV1.replace("(dim, dim,", "(dim, 4 * dim,")),
         (CONV2, CONV2.replace("(dim, dim,", "(4 * dim, dim,"))),
        ("naive-sigmoid", INFINITE, (SILU, f"(lambda z: z * {naive_sigmoid('z')})(self.conv1(x))")),
        ("only-in-eval", ONLY_IN_EVAL, (f"return {MAPPED}", f"return x if self.training else {MAPPED}")),
        ("normed", "You put a BatchNorm between the convolutions. Only a SiLU belongs there.",
         (SILU, "F.silu(F.batch_norm(self.conv1(x), None, None, training=True))")),
        ("swish-1702", "Your SiLU is z * sigmoid(1.702 * z), which imitates a GELU. A SiLU is z * sigmoid(z).",
         (SILU, "(lambda z: z * torch.sigmoid(1.702 * z))(self.conv1(x))")),
        ),
    *detached("map", "AttnMap", MAPPED, "map", (("self.conv1(x)", "self.conv1(x.detach())"),)),
)

# --- AttnConv
QKV = "self.qkv = nn.Conv2d(dim, 3 * width, 1)"
MIXER = "self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)"
TO_QKV = "q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)"
SCALE = "self.scale = head_dim ** -0.5"
GATE = "torch.tanh(self.attn_map(q * k) * self.scale)"
LOCAL = f"{GATE} * v"

CONV = (
    *of("AttnConv", "conv",
        ("no-tanh", "The tanh is missing. The weights of v are tanh(attn_map(q * k) * scale), between -1 and 1.",
         (GATE, "self.attn_map(q * k) * self.scale")),
        ("sigmoid", "Your weights are a sigmoid, between 0 and 1. They should be a tanh, so that they can be negative.",
         (GATE, GATE.replace("tanh", "sigmoid"))),
        ("softmax-over-positions", "Your weights are a softmax over the positions. Take a tanh instead, which treats "
                                   "each number by itself.",
         (GATE, "torch.softmax((self.attn_map(q * k) * self.scale).flatten(2), dim=2).view_as(v)")),
        ("softmax-over-channels", "Your weights are a softmax over the channels. Take a tanh instead, which treats "
                                  "each number by itself.",
         (GATE, "torch.softmax(self.attn_map(q * k) * self.scale, dim=1)")),
        ("no-scale", "The scale is missing: multiply attn_map(q * k) by head_dim ** -0.5 before the tanh.",
         (GATE, "torch.tanh(self.attn_map(q * k))")),
        ("scale-without-root", "You divide by head_dim. Divide by the square root of head_dim: the scale is head_dim "
                               "** -0.5.",
         (SCALE, "self.scale = 1 / head_dim")),
        ("scale-multiplied", "You multiply by the square root of head_dim. Divide by this root instead: the scale is "
                             "head_dim ** -0.5.",
         (SCALE, "self.scale = head_dim ** 0.5")),
        ("scale-of-width",
         "Your scale uses the width of all heads together, (heads * head_dim) ** -0.5. It should be head_dim ** -0.5.",
         (SCALE, "self.scale = width ** -0.5")),
        ("scale-of-dim", "Your scale is dim ** -0.5. It should be head_dim ** -0.5.",
         (SCALE, "self.scale = dim ** -0.5")),
        ("scale-first",
         "You scale q * k before attn_map. Scale attn_map's output instead: tanh(attn_map(q * k) * scale).",
         (GATE, "torch.tanh(self.attn_map(q * k * self.scale))")),
        ("scale-last", "You scale the tanh. The scale belongs inside: tanh(attn_map(q * k) * scale).",
         (GATE, "torch.tanh(self.attn_map(q * k)) * self.scale")),
        ("added", "You add q and k. Multiply them, number by number: q * k.",
         (GATE, GATE.replace("q * k", "q + k"))),
        ("k-left-out", "Your weights come from q alone. attn_map should read q * k.",
         (GATE, GATE.replace("q * k", "q"))),
        ("map-of-q",
         "You give q to attn_map and multiply the result by k. attn_map should read the product: attn_map(q * k).",
         (GATE, GATE.replace("self.attn_map(q * k)", "self.attn_map(q) * k"))),
        ("no-map", "attn_map is made and never called. The weights should be tanh(attn_map(q * k) * scale).",
         (GATE, "torch.tanh(q * k * self.scale)")),
        ("v-added", "You add v to the weights. Multiply v by them.", (LOCAL, f"{GATE} + v")),
        ("shortcut-of-v", "You also add v itself: v + weights * v. There is no shortcut in this module.",
         (LOCAL, f"v + {LOCAL}")),
        ("weights-alone", "You return the weights. Multiply v by them: tanh(...) * v.", (LOCAL, GATE)),
        ("v-alone", "You return v itself: its weights are never used. Multiply v by them.", (LOCAL, "v")),
        ("tanh-of-all", "You take the tanh of the product with v. Take the tanh first, then multiply by v: tanh(...) * "
                        "v.",
         (LOCAL, "torch.tanh(self.attn_map(q * k) * self.scale * v)")),
        ("v-not-mixed", "Your v comes from `qkv` directly. `mixer` should mix all three, v included.",
         (TO_QKV, f"{TO_QKV}\n        v = self.qkv(x).chunk(3, dim=1)[2]")),
        ("only-v-mixed", "Your q and k come from `qkv` directly. `mixer` should mix all three.",
         (TO_QKV, f"{TO_QKV}\n        q, k, _ = self.qkv(x).chunk(3, dim=1)")),
        ("no-mixer", "`mixer` is made and never called, so no position sees its neighbours. Call it on the output of "
                     "`qkv`.",
         (TO_QKV, TO_QKV.replace("self.mixer(self.qkv(x))", "self.qkv(x)"))),
        ("v-first", "You read the channels as [v | q | k]. Read them as [q | k | v].",
         (TO_QKV, TO_QKV.replace("q, k, v", "v, q, k"))),
        ("v-in-the-middle", "You read the channels as [q | v | k]. Read them as [q | k | v].",
         (TO_QKV, TO_QKV.replace("q, k, v", "q, v, k"))),
        ("every-third",
         "Your q, k and v each take every third channel. The channels should be read as [q | k | v]: first all of q, "
         "then all of k, then all of v. `chunk(3, dim=1)` cuts them in this way.",
         (TO_QKV, "q, k, v = (self.mixer(self.qkv(x))[:, i::3] for i in range(3))")),
        ("per-head", "You cut the channels into heads first, and then you cut each head into q, k and v. Cut the "
                     "channels into [q | k | v] first, and then cut each block into heads.",
         (TO_QKV, "q, k, v = (part.flatten(1, 2) for part in self.mixer(self.qkv(x)).unflatten(1, (self.heads, 3, "
                  "-1)).unbind(2))"),
         (SCALE, f"self.heads = heads\n        {SCALE}")),
        ("batch-scrambled",
         "You turn (B, 3 * width, ...) into (3, B, ...) with `reshape` or `view` alone. These keep the order of the "
         "numbers in memory. Images are then mixed up. Cut along dim 1, with chunk(3, dim=1).",
         (TO_QKV, "q, k, v = self.mixer(self.qkv(x)).reshape(3, len(x), -1, *x.shape[2:])")),
        ("qkv-no-bias", "`qkv` or `mixer` has no bias. Keep torch's default in both.",
         (QKV, QKV.replace(", 1)", ", 1, bias=False)"))),
        ("dense-mixer",
         "`mixer` mixes all channels. It should be depth-wise, with as many groups as channels: 3 * heads * head_dim.",
         (MIXER, MIXER.replace(", groups=3 * width", ""))),
        ("mixer-of-three-groups", "`mixer` has three groups, so all channels of q are mixed. It should be depth-wise, "
                                  "with a group for each channel.",
         (MIXER, MIXER.replace("groups=3 * width", "groups=3"))),
        ("mixer-groups-of-three", "`mixer` has heads * head_dim groups, and each of them mixes three channels. It "
                                  "should be depth-wise, with a group for each of its 3 * heads * head_dim channels.",
         (MIXER, MIXER.replace("groups=3 * width", "groups=width"))),
        ("mixer-of-v", "Your `mixer` has too few channels: it serves only v, or it uses the same kernels for q, k and "
                       "v. It should have 3 * heads * head_dim channels, so that each one has a kernel of its own.",
         (MIXER, MIXER.replace("3 * width", "width")), (TO_QKV, "q, k, v = self.qkv(x).chunk(3, dim=1)\n        v = "
                                                                "self.mixer(v)")),
        ("no-padding", "`mixer` has no padding, so the map shrinks. Its padding should be kernel_size // 2.",
         (MIXER, MIXER.replace(" padding=kernel_size // 2,", ""))),
        ("padding-1", "The padding of `mixer` is 1, whatever the kernel is. It should be kernel_size // 2.",
         (MIXER, MIXER.replace("kernel_size // 2", "1"))),
        ("padding-replicated", "`mixer` pads with copies of the border. It should pad with zeros, torch's default.",
         (MIXER, MIXER[:-1] + ', padding_mode="replicate")')),
        ("kernel-3", "The kernel of `mixer` is 3, whatever kernel_size is. Pass kernel_size to it.",
         (MIXER, MIXER.replace("kernel_size, padding=kernel_size // 2", "3, padding=1"))),
        ("qkv-wide", "`qkv` has the large kernel too. It should be a 1x1 convolution: only `mixer` mixes neighbours.",
         (QKV, QKV.replace(", 1)", ", kernel_size, padding=kernel_size // 2)"))),
        ("map-per-head",
         "Your attn_map has head_dim channels and reads each head by itself. It should read all heads together, with "
         "heads * head_dim channels.",
         ("self.attn_map = AttnMap(width)", "self.attn_map, self.heads = AttnMap(head_dim), heads"),
         ("self.attn_map(q * k)",
          "torch.cat([self.attn_map(part) for part in (q * k).chunk(self.heads, dim=1)], dim=1)")),
        ("width-of-dim",
         "q, k and v have dim channels each. They should have heads * head_dim, which may differ from dim. The same "
         "goes for attn_map.",
         ("width = heads * head_dim", "width = dim")),
        ("pairs", "You build ordinary attention, with a matrix of query-key pairs. Here q and k are multiplied number "
                  "by number, and the weights of v are tanh(attn_map(q * k) * scale).",
         (SCALE, f"self.heads = heads\n        {SCALE}"),
         (LOCAL,
          "(lambda q, k, v: ((q @ k.mT * self.scale).softmax(3) @ v).mT.flatten(1, 2).unflatten(2, x.shape[2:]))"
          "(*(part.flatten(2).unflatten(1, (self.heads, -1)).mT for part in (q, k, v)))")),
        ("gate-detached", "The numbers are right, but the weights are detached, so attn_map and the parameters that "
                          "make q and k would never learn. Leave out the `detach()`, `.data` or `no_grad()`.",
         (LOCAL, f"{GATE}.detach() * v")),
        ("v-detached", "The numbers are right, but v is detached, so the parameters that make v would never learn. "
                       "Leave out the `detach()`, `.data` or `no_grad()`.",
         (LOCAL, f"{GATE} * v.detach()")),
        ("dropout", NO_DROPOUT, (LOCAL, f"F.dropout({GATE}, 0.1, self.training) * v")),
        ("naive-tanh", "Your tanh gives NaN for large numbers, where `exp` is infinite. Use `torch.tanh`.",
         (GATE, "(lambda z: (torch.exp(z) - torch.exp(-z)) / (torch.exp(z) + torch.exp(-z)))(self.attn_map(q * k) * "
                "self.scale)")),
        ),
    *detached("conv", "AttnConv", LOCAL, "result", (("self.qkv(x)", "self.qkv(x.detach())"),)),
)

# --- GlobalBranch
Q_LAYER, KV_LAYER = "self.q = nn.Conv2d(dim, heads * head_dim, 1)", "self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)"
POOLED = "F.avg_pool2d(x, self.window_size)"
HEADS_OF_Q = "self.q(x).flatten(2).unflatten(1, (self.heads, -1))"
PAIRS = "k, v = self.kv(pooled).flatten(2).unflatten(1, (2, self.heads, -1)).unbind(1)"
LOGITS = "q.transpose(2, 3) @ k * self.scale"
SOFTMAX = f"torch.softmax({LOGITS}, dim=3)"
GATHERED = "gathered = v @ weights.transpose(2, 3)"
TO_MAP = "gathered.flatten(1, 2).unflatten(2, x.shape[2:])"
WIDE_SCALE = "head_dim ** -0.5"

GLOBAL = (
    *of("GlobalBranch", "global",
        ("no-pooling",
         "Nothing is pooled: your keys and values come from all positions. They should come from the average-pooled x.",
         (POOLED, "x")),
        ("max-pool", "You take the largest number of each window. Take the mean: avg_pool2d.",
         (POOLED, POOLED.replace("avg", "max"))),
        ("sum-pool", "You take the sum of each window. Take the mean.",
         (POOLED, f"{POOLED} * self.window_size ** 2")),
        ("pooled-to-one",
         "You average the whole map, so there is only one key. Average each window: avg_pool2d(x, window_size).",
         (POOLED, "x.mean((2, 3), keepdim=True)")),
        ("so-many-windows",
         "Your pooled map has window_size x window_size means. But window_size is the side of a window, so pool over "
         "windows of that size: avg_pool2d(x, window_size).",
         (POOLED, "F.adaptive_avg_pool2d(x, self.window_size)")),
        ("overlapping", "Your windows overlap (stride=1). They should lie side by side: avg_pool2d's default stride is "
                        "the window size.",
         (POOLED, "F.avg_pool2d(x, self.window_size, 1)")),
        ("first-of-window", "You take the first position of each window. Take the mean of the window.",
         (POOLED, "x[:, :, ::self.window_size, ::self.window_size]")),
        ("windows-of-two", "Your windows are 2 x 2, whatever window_size is. Use the argument.",
         (POOLED, "F.avg_pool2d(x, 2)")),
        ("ceil", "You also take means of the rows and columns that are left over at the border, as `ceil_mode` does. "
                 "Drop those rows and columns, as avg_pool2d does by default.",
         (POOLED, "F.avg_pool2d(x, self.window_size, ceil_mode=True)")),
        ("padded", "You pad the map so that nothing is left over at the border. Drop the leftover positions instead, "
                   "as avg_pool2d does.",
         (POOLED, "F.avg_pool2d(F.pad(x, (0, -x.shape[3] % self.window_size, 0, -x.shape[2] % self.window_size)), "
                  "self.window_size)")),
        ("adaptive", "You pool with adaptive_avg_pool2d, which stretches the windows so that nothing is left over at "
                     "the border. Use avg_pool2d, which drops the leftover rows and columns.",
         (POOLED, "F.adaptive_avg_pool2d(x, (x.shape[2] // self.window_size, x.shape[3] // self.window_size))")),
        ("museum", "You take H * W // window_size ** 2 as the number of windows, and -1 in your `reshape` or `view` "
                   "then stands for the number of heads. If rows or columns are left over at the border, there are "
                   "fewer windows than that, so heads are mixed up. Let `flatten(2)` count the windows.",
         (PAIRS,
          "k, v = self.kv(pooled).reshape(len(x), 2, -1, self.q.out_channels // self.heads, "
          "x.shape[2] * x.shape[3] // self.window_size ** 2).unbind(1)")),
        ("queries-pooled", "You pool the queries too, and repeat each result over its window. Every position of x "
                           "should have a query of its own.",
         (HEADS_OF_Q, "self.q(F.interpolate(pooled, x.shape[2:])).flatten(2).unflatten(1, (self.heads, -1))")),
        ("result-pooled", "Your queries come from the pooled map, so fewer positions come out than went in. `q` should "
                          "read x itself, so that every position has a query.",
         (HEADS_OF_Q, HEADS_OF_Q.replace("(x)", "(pooled)")), (TO_MAP, TO_MAP.replace("x.shape", "pooled.shape"))),
        ("no-scale", "The scale is missing: multiply the logits by head_dim ** -0.5.",
         (LOGITS, "q.transpose(2, 3) @ k")),
        ("scale-without-root", "You divide by head_dim. Divide by the square root of head_dim: the scale is head_dim "
                               "** -0.5.",
         (WIDE_SCALE, "1 / head_dim")),
        ("scale-of-dim", "Your scale is dim ** -0.5. It should be head_dim ** -0.5.", (WIDE_SCALE, "dim ** -0.5")),
        ("scale-of-width",
         "Your scale uses the width of all heads together, (heads * head_dim) ** -0.5. It should be head_dim ** -0.5.",
         (WIDE_SCALE, "(heads * head_dim) ** -0.5")),
        ("scale-of-keys", "Your scale comes from the number of keys. It should be head_dim ** -0.5.",
         (LOGITS, "q.transpose(2, 3) @ k * k.shape[3] ** -0.5")),
        ("scale-last", "You scale the weights after the softmax. Scale the logits before the softmax instead.",
         (SOFTMAX, "torch.softmax(q.transpose(2, 3) @ k, dim=3) * self.scale")),
        ("softmax-over-queries",
         "Your softmax runs over the queries. It should run over the keys, so that the weights of each query sum to 1.",
         (SOFTMAX, SOFTMAX.replace("dim=3", "dim=2"))),
        ("softmax-over-heads",
         "Your softmax runs over the heads. It should run over the keys, so that the weights of each query sum to 1.",
         (SOFTMAX, SOFTMAX.replace("dim=3", "dim=1"))),
        ("no-softmax", "The softmax over the keys is missing.", (SOFTMAX, LOGITS)),
        ("tanh", "Your weights are a tanh, as in the local branch. In the global branch they should be a softmax over "
                 "the keys.",
         (SOFTMAX, f"torch.tanh({LOGITS})")),
        ("sigmoid", "Your weights are a sigmoid of each logit. They should be a softmax over the keys, so that the "
                    "weights of each query sum to 1.",
         (SOFTMAX, f"torch.sigmoid({LOGITS})")),
        ("naive-softmax", OVERFLOW.format("logits"), (SOFTMAX, naive_softmax(LOGITS))),
        ("values-first", "You read kv as [v | k]. The keys should come first, as [k | v].",
         (PAIRS, PAIRS.replace("k, v", "v, k"))),
        ("pairs-in-heads",
         "You cut kv into heads first, and then you cut each head into k and v. Cut kv into [k | v] first, and then "
         "cut each half into heads.",
         (PAIRS, PAIRS.replace("(2, self.heads, -1)).unbind(1)", "(self.heads, 2, -1)).unbind(2)"))),
        ("every-second", "You take every second channel of kv for the keys. kv should be read as [k | v]: all keys, "
                         "then all values.",
         (PAIRS, PAIRS.replace("(2, self.heads, -1)).unbind(1)", "(self.heads, -1, 2)).unbind(3)"))),
        ("pairs-scrambled", "You turn kv into (2, B, ...) with `reshape` or `view` alone. These keep the order of the "
                            "numbers in memory. Images are then mixed up. Cut along dim 1, with chunk(2, dim=1).",
         (PAIRS, "k, v = self.kv(pooled).reshape(2, len(x), self.heads, -1, pooled.shape[2] * pooled.shape[3])")),
        ("values-are-keys", "Your values are the keys, and the second half of kv is never used. The second half should "
                            "be the values.",
         (GATHERED, "gathered = k @ weights.transpose(2, 3)")),
        ("heads-interleaved",
         "Your heads take channels that are far apart, such as every second or every third one. A head should get "
         "head_dim neighbouring channels.",
         (HEADS_OF_Q, HEADS_OF_Q.replace("(self.heads, -1))", "(-1, self.heads)).transpose(1, 2)")),
         (PAIRS, PAIRS.replace("(2, self.heads, -1))", "(2, -1, self.heads)).transpose(2, 3)")),
         (TO_MAP, TO_MAP.replace("gathered", "gathered.transpose(1, 2)"))),
        ("one-head", "Your attention has one wide head. Cut q, k and v into heads first; each head has its own "
                     "softmax.",
         ("self.heads, self.window_size, self.scale = heads,", "self.heads, self.window_size, self.scale = 1,")),
        ("queries-scrambled",
         "You turn q into (..., N, head_dim) with `reshape` or `view` alone. These keep the order of the numbers in "
         "memory, so a query is a mixture of positions. Cut q into (..., head_dim, N), and transpose the last two "
         "axes.",
         (LOGITS, "q.reshape(*q.shape[:2], q.shape[3], q.shape[2]) @ k * self.scale")),
        ("result-scrambled",
         "You turn (..., N, head_dim) into a map with `reshape` or `view` alone. This mixes up channels and positions. "
         "Transpose the last two axes to (..., head_dim, N) first.",
         (GATHERED, "gathered = (weights @ v.transpose(2, 3)).reshape(*q.shape)")),
        ("pairs-viewed", "You turn kv into (..., M, head_dim) with `reshape` or `view` alone. These keep the order of "
                         "the numbers in memory, so a key is a mixture of positions. Cut kv into (..., head_dim, M), "
                         "and transpose the last two axes.",
         (PAIRS,
          "k, v = self.kv(pooled).reshape(len(x), 2, self.heads, -1, self.q.out_channels // self.heads).transpose(3, "
          "4).unbind(1)")),
        ("queries-in-rows", "You turn (B, N, channels) into (B, heads, N, head_dim) with `reshape` or `view` alone. "
                            "This mixes up channels and positions. Cut q's channels into (B, heads, head_dim, N) "
                            "first, then transpose the last two axes.",
         (HEADS_OF_Q, "self.q(x).flatten(2).mT.reshape(len(x), self.heads, -1, self.q.out_channels // self.heads).mT")),
        ("positions-first", "Before you turn the result into a map, its shape is (B, N, heads, head_dim). Positions "
                            "then come before heads, which mixes up channels and positions. Transpose to (B, heads, "
                            "head_dim, N) first.",
         (TO_MAP, "gathered.permute(0, 3, 1, 2).reshape(len(x), -1, *x.shape[2:])")),
        ("interleaved-cut", "You cut q, k and v so that a head takes channels that are far apart, such as every second "
                            "or every third one. A head should get head_dim neighbouring channels.",
         (HEADS_OF_Q, HEADS_OF_Q.replace("(self.heads, -1))", "(-1, self.heads)).transpose(1, 2)")),
         (PAIRS, PAIRS.replace("(2, self.heads, -1))", "(2, -1, self.heads)).transpose(2, 3)"))),
        ("interleaved-queries", "You cut q so that a head takes channels that are far apart, such as every second or "
                                "every third one. A head should get head_dim neighbouring channels.",
         (HEADS_OF_Q, HEADS_OF_Q.replace("(self.heads, -1))", "(-1, self.heads)).transpose(1, 2)"))),
        ("max-pool-of-kv",
         "You take the largest keys and values of each window. Average x over each window with avg_pool2d, before you "
         "call `kv`.",
         (PAIRS, PAIRS.replace("self.kv(pooled)", "F.max_pool2d(self.kv(x), self.window_size)"))),
        ("heads-last", "You join the heads so that their channels alternate. Head 0 should come first with all its "
                       "channels, then head 1.",
         (TO_MAP, TO_MAP.replace("gathered", "gathered.transpose(1, 2)"))),
        ("sides-exchanged", "You cut the N positions into W rows of H positions. Cut them into H rows of W positions.",
         (TO_MAP, "gathered.flatten(1, 2).unflatten(2, (x.shape[3], x.shape[2])).transpose(2, 3)")),
        ("side-of-a-square", "You take the square root of N for both sides, which is right for square maps only. Take "
                             "H and W from x's shape.",
         (TO_MAP, "gathered.flatten(1, 2).unflatten(2, (int(gathered.shape[3] ** 0.5), -1))")),
        ("shortcut", "You add the queries to the weighted sums of the values. There is no shortcut in this module.",
         (TO_MAP, f"self.q(x) + {TO_MAP}")),
        ("q-no-bias", "`q` has no bias. Keep torch's default.",
         (Q_LAYER, Q_LAYER.replace(", 1)", ", 1, bias=False)"))),
        ("kv-no-bias", "`kv` has no bias. Keep torch's default.",
         (KV_LAYER, KV_LAYER.replace(", 1)", ", 1, bias=False)"))),
        ("dropout", NO_DROPOUT, (SOFTMAX, f"F.dropout({SOFTMAX}, 0.1, self.training)")),
        ("weights-detached", "The numbers are right, but the weights are detached, so the parameters that make queries "
                             "and keys would never learn. Leave out the `detach()`, `.data` or `no_grad()`.",
         (GATHERED, "gathered = v @ weights.detach().transpose(2, 3)")),
        ("pooled-detached", "The numbers are right, but the pooled map is detached, so part of x's gradient is lost. "
                            "Leave out the `detach()`, `.data` or `no_grad()`.",
         (POOLED, f"{POOLED}.detach()")),
        ),
    *detached("global", "GlobalBranch", TO_MAP, "result", ((f"pooled = {POOLED}",
                                                            f"x = x.detach()\n        pooled = {POOLED}"),)),
)

# --- CloAttention
GROUPS = "groups = local_groups(num_heads, group_split, kernel_sizes)"
LOCALS = "nn.ModuleList(AttnConv(dim, heads, head_dim, size) for heads, size in groups)"
WIDE = "GlobalBranch(dim, global_heads, head_dim, window_size)"
PROJ = "self.proj = nn.Conv2d(dim, dim, 1)"
FOUND = "found = [branch(x) for branch in self.local_branches]"
APPEND = "found.append(self.global_branch(x))"
JOINED = "self.proj(torch.cat(found, dim=1))"


def unchecked(check: str = "") -> str:
    """The groups, after another check of their sum."""
    return f"{check}\n        ".lstrip() + "groups = [pair for pair in zip(group_split[:-1], kernel_sizes) if pair[0]]"


ATTENTION = (
    *of("CloAttention", "clo",
        ("no-error", "If group_split does not sum to num_heads, no ValueError is raised. Compare the sum with "
                     "num_heads, and raise a ValueError if the two differ.",
         (GROUPS, unchecked())),
        ("error-if-too-many", "You raise a ValueError for too many heads in group_split, but not for too few. Compare "
                              "the sum of group_split with num_heads, using `!=`.",
         (GROUPS, unchecked("if sum(group_split) > num_heads:\n            raise ValueError"))),
        ("error-if-too-few", "You raise a ValueError for too few heads in group_split, but not for too many. Compare "
                             "the sum of group_split with num_heads, using `!=`.",
         (GROUPS, unchecked("if sum(group_split) < num_heads:\n            raise ValueError"))),
        ("assert", "If group_split does not sum to num_heads, you raise an AssertionError. Raise a ValueError.",
         (GROUPS, unchecked("assert sum(group_split) == num_heads"))),
        ("kernels-shifted", "The group after an empty one gets the empty group's kernel. Every group should use the "
                            "kernel at its own index, even if other groups are empty.",
         (GROUPS, f"{GROUPS}\n        groups = list(zip([heads for heads, _ in groups], kernel_sizes))")),
        ("first-kernel", "All your local groups have the first kernel. Each should have its own, in the order of "
                         "kernel_sizes.",
         (LOCALS, LOCALS.replace("head_dim, size)", "head_dim, kernel_sizes[0])"))),
        ("head-dim-of-groups", "Your head_dim is dim divided by the number of groups. It should be dim // num_heads.",
         ("head_width(dim, num_heads)", "dim // len(group_split)")),
        ("branch-per-head",
         "You make an AttnConv for each local head. Make one for each group, with all heads of the group.",
         (GROUPS, f"{GROUPS}\n        groups = [(1, size) for heads, size in groups for _ in range(heads)]")),
        ("last-local-only",
         "You keep only the last local branch's result. Concatenate the results of all branches along the channels.",
         (FOUND, f"{FOUND}[-1:]")),
        ("kernels-reversed",
         "You give the kernels to the groups in reverse order. The first kernel belongs to the first group.",
         (GROUPS, GROUPS.replace("kernel_sizes)", "kernel_sizes[::-1])"))),
        ("branches-reversed", "Your local groups are in reverse order. The first entry of group_split should come "
                              "first.",
         (FOUND, "found = [branch(x) for branch in reversed(self.local_branches)]")),
        ("global-first-entry", "You give the first entry of group_split to the global branch. The global branch should "
                               "get the last one.",
         ("group_split[-1]", "group_split[0]"), (GROUPS, GROUPS.replace("group_split,",
                                                                        "[*group_split[1:], group_split[0]],"))),
        ("global-first", "Your global heads come before the local ones. The local heads should come first, then the "
                         "global branch.",
         (APPEND, "found.insert(0, self.global_branch(x))")),
        ("window-ignored", "The argument window_size has no effect: the windows are always 7 x 7. Pass it on to "
                           "GlobalBranch.",
         (WIDE, WIDE.replace("window_size", "7"))),
        ("window-of-two", "The argument window_size has no effect: the windows are always 2 x 2. Pass it on to "
                          "GlobalBranch.",
         (WIDE, WIDE.replace("window_size", "2"))),
        ("default-window", "If window_size is not given, your code uses 8. The default should be 7.",
         ("window_size: int = 7", "window_size: int = 8")),
        ("no-proj", "`proj` is made and never called. It should mix the heads at the end.",
         (JOINED, "torch.cat(found, dim=1)")),
        ("proj-no-bias", "`proj` has no bias. Keep torch's default.",
         (PROJ, PROJ.replace(", 1)", ", 1, bias=False)"))),
        ("proj-3", "Your `proj` has a kernel of 3. It should be a 1x1 convolution.",
         (PROJ, PROJ.replace(", 1)", ", 3, padding=1)"))),
        ("proj-depth-wise", "Your `proj` is depth-wise, so heads are never mixed. It should be an ordinary 1x1 "
                            "convolution.",
         (PROJ, PROJ.replace(", 1)", ", 1, groups=dim)"))),
        ("shortcut", "You add x to the result. The shortcut belongs to CloBlock.", (JOINED, f"x + {JOINED}")),
        ("x-cut", "Each branch reads only its own part of x's channels. Each should read all of them.",
         (LOCALS, LOCALS.replace("AttnConv(dim,", "AttnConv(heads * head_dim,")),
         (WIDE, WIDE.replace("(dim,", "(global_heads * head_dim,")),
         (FOUND,
          "parts = list(x.split([b.attn_map.conv1.in_channels for b in self.local_branches] + "
          "([self.global_branch.q.in_channels] if self.global_branch is not None else []), dim=1))\n        found = "
          "[branch(parts.pop(0)) for branch in self.local_branches]"),
         (APPEND, "found.append(self.global_branch(parts.pop(0)))")),
        ("locals-in-a-list", "The local branches lie in a plain Python list, which torch does not search. Nothing in "
                             "them would be trained, or moved to another device. Use nn.ModuleList.",
         (LOCALS, LOCALS.replace("nn.ModuleList(", "list("))),
        ("heads-as-width", "You pass a group's number of channels where its number of heads belongs. Pass the number "
                           "of heads.",
         (LOCALS, LOCALS.replace("dim, heads, head_dim", "dim, heads * head_dim, 1"))),
        ("half-detached", "The numbers are right, but the local branches are detached, so they would never learn. "
                          "Leave out the `detach()`, `.data` or `no_grad()`.",
         (FOUND, FOUND.replace("branch(x) for", "branch(x).detach() for"))),
        ("global-detached", "The numbers are right, but the global branch is detached, so it would never learn. Leave "
                            "out the `detach()`, `.data` or `no_grad()`.",
         (APPEND, "found.append(self.global_branch(x).detach())")),
        ("dropout", NO_DROPOUT, (JOINED, f"F.dropout({JOINED}, 0.1, self.training)")),
        ("no-empty-local", "You build a branch for a local group of 0 heads, although this branch has no channels. "
                           "Skip such a group.",
         (GROUPS, f"{GROUPS}\n        groups = list(zip(group_split[:-1], kernel_sizes))")),
        ("no-empty-global", "You build a global branch for 0 heads, so it has no channels to cut into heads. In that "
                            "case global_branch should be None.",
         (f"{WIDE} if global_heads > 0 else None", WIDE)),
        ("no-none", "If there are no global heads, you still call the global branch, which is None. In that case leave "
                    "it out.",
         ("if self.global_branch is not None:", "if True:")),
        ),
    *detached("clo", "CloAttention", JOINED, "result", ((FOUND, f"x = x.detach()\n        {FOUND}"),)),
)

# --- ConvFFN
FC1, FC2 = (
    "self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)",
    "self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)",
)
DWCONV = "hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)"
FFN_OUT = "self.fc2(self.dwconv(F.gelu(self.fc1(x))))"

FFN = (
    *of("ConvFFN", "ffn",
        ("no-gelu", "The GELU is missing. It belongs between fc1 and dwconv.",
         (FFN_OUT, "self.fc2(self.dwconv(self.fc1(x)))")),
        ("relu", "You use a ReLU between fc1 and dwconv. It should be a GELU.",
         (FFN_OUT, FFN_OUT.replace("F.gelu", "torch.relu"))),
        ("silu", "You use a SiLU, as in AttnMap. In ConvFFN it should be a GELU.",
         (FFN_OUT, FFN_OUT.replace("F.gelu", "F.silu"))),
        ("gelu-by-tanh", "Your GELU is the tanh approximation. Use the exact one, torch's default.",
         (FFN_OUT, FFN_OUT.replace("F.gelu(self.fc1(x))", "F.gelu(self.fc1(x), approximate='tanh')"))),
        ("gelu-after-dwconv", "Your GELU comes after dwconv. It should come between fc1 and dwconv.",
         (FFN_OUT, "self.fc2(F.gelu(self.dwconv(self.fc1(x))))")),
        ("gelu-twice", "There is a GELU after dwconv too. Nothing belongs between dwconv and fc2.",
         (FFN_OUT, "self.fc2(F.gelu(self.dwconv(F.gelu(self.fc1(x)))))")),
        ("gelu-last", "A GELU follows fc2. Return fc2's output as it is.", (FFN_OUT, f"F.gelu({FFN_OUT})")),
        ("dwconv-last", "Your dwconv comes after fc2. It should come between the GELU and fc2.",
         (DWCONV, DWCONV.replace("hidden_channels", "out_channels")), (FFN_OUT,
                                                                       "self.dwconv(self.fc2(F.gelu(self.fc1(x))))")),
        ("dwconv-first", "Your dwconv comes before fc1. It should come between the GELU and fc2.",
         (DWCONV, DWCONV.replace("hidden_channels", "in_channels")), (FFN_OUT,
                                                                      "self.fc2(F.gelu(self.fc1(self.dwconv(x))))")),
        ("no-dwconv", "dwconv is made, but its result is not used. It should come between the GELU and fc2.",
         (FFN_OUT, "self.fc2(F.gelu(self.fc1(x))[:, :, ::self.dwconv.stride[0], ::self.dwconv.stride[0]])")),
        ("dense", "Your dwconv mixes all channels. It should be depth-wise, with groups=hidden_channels.",
         (DWCONV, DWCONV.replace(", groups=hidden_channels", ""))),
        ("shortcut", "You add x to the result (if the shapes allow it). ConvFFN has no shortcut, because CloBlock adds "
                     "one.",
         (f"return {FFN_OUT}", f"y = {FFN_OUT}\n        return x + y if x.shape == y.shape else y")),
        ("inner-shortcut", "There is a shortcut around dwconv. ConvFFN has none.",
         (FFN_OUT, "(lambda h: self.fc2(self.dwconv(h) + h if self.dwconv.stride[0] == 1 else "
                   "self.dwconv(h)))(F.gelu(self.fc1(x)))")),
        ("no-padding", "The padding of dwconv is missing. It should be kernel_size // 2.",
         (DWCONV, DWCONV.replace("kernel_size // 2", "0"))),
        ("padding-1", "Your padding is 1, whatever the kernel is. It should be kernel_size // 2.",
         (DWCONV, DWCONV.replace("kernel_size // 2", "1"))),
        ("kernel-3", "Your kernel is 3, whatever kernel_size is. Use the argument.",
         (DWCONV, DWCONV.replace("kernel_size, stride, kernel_size // 2", "3, stride, 1"))),
        ("stride-ignored", "The argument stride has no effect. Pass it to dwconv.",
         (DWCONV, DWCONV.replace(" stride,", " 1,"))),
        ("stride-2", "Your stride is 2, whatever the argument says. Use the argument.",
         (DWCONV, DWCONV.replace(" stride,", " 2,"))),
        ("stride-in-fc1", "Your fc1 has the stride, so three quarters of the positions are never looked at. Give the "
                          "stride to dwconv.",
         (FC1, FC1.replace(", 1)", ", 1, stride)")), (DWCONV, DWCONV.replace(" stride,", " 1,"))),
        ("stride-by-pooling", "You average windows after dwconv to shrink the map. Give dwconv itself the stride.",
         (DWCONV, DWCONV.replace(" stride,", " 1,") + "\n        self.stride = stride"),
         (FFN_OUT, "self.fc2(F.avg_pool2d(self.dwconv(F.gelu(self.fc1(x))), self.stride, ceil_mode=True))")),
        ("dwconv-no-bias", "fc1 or dwconv has no bias. Keep torch's default in both.",
         (DWCONV, DWCONV[:-1] + ", bias=False)")),
        ("fc2-no-bias", "fc2 has no bias. Keep torch's default.", (FC2, FC2.replace(", 1)", ", 1, bias=False)"))),
        ("bn", "A BatchNorm follows dwconv. Nothing belongs between dwconv and fc2.",
         (FFN_OUT, "self.fc2(F.batch_norm(self.dwconv(F.gelu(self.fc1(x))), None, None, training=True))")),
        ("dropout", NO_DROPOUT, (FFN_OUT, f"F.dropout({FFN_OUT}, 0.1, self.training)")),
        ("fc1-3", "fc1 has a kernel of 3. Both fc1 and fc2 should be 1x1 convolutions.",
         (FC1, FC1.replace(", 1)", ", 3, padding=1)"))),
        ("sides-exchanged",
         "You swap rows and columns before dwconv and swap them back afterwards, so dwconv's kernels act as if they "
         "were transposed. Call dwconv on the map as it is.",
         (FFN_OUT, "self.fc2(self.dwconv(F.gelu(self.fc1(x)).transpose(2, 3)).transpose(2, 3))")),
        ),
    *detached("ffn", "ConvFFN", FFN_OUT, "result", (("self.fc1(x)", "self.fc1(x.detach())"),)),
)

# --- CloBlock
NORM1, NORM2 = "self.norm1 = nn.GroupNorm(1, dim)", "self.norm2 = nn.GroupNorm(1, dim)"
ATTN = "self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)"
MLP = "self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)"
DOWN = "nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)"
DOWN_NORM, DOWN_FC = "nn.BatchNorm2d(dim)", "nn.Conv2d(dim, out_dim, 1)"
IF_STRIDE = "if leads_on(stride, dim, out_dim):"
FIRST, SECOND = "x = x + self.attn(self.norm1(x))", "return self.downsample(x) + self.mlp(self.norm2(x))"


def of_positions(norm: str) -> str:
    """A LayerNorm at each position, with the weights of this norm."""
    return (
        f"F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], self.{norm}.weight, self.{norm}.bias).permute(0, 3, 1, 2)"
    )


def both_norms(new: str) -> tuple[Edit, Edit]:
    return (NORM1, f"self.norm1 = {new}"), (NORM2, f"self.norm2 = {new}")


BLOCK = (
    *of("CloBlock", "block",
        ("down-depth-wise",
         "The first convolution of your `downsample` is depth-wise, as the paper's drawing shows it. Write a full one, "
         "without groups, as in the authors' code. The paper's number of parameters comes from that code.",
         (DOWN, DOWN[:-1] + ", groups=dim)")),
        ("down-no-bn", "The BatchNorm of `downsample` is missing. It belongs between the two convolutions.",
         (DOWN_NORM, "nn.Identity()")),
        ("down-bn-last", "The BatchNorm of `downsample` comes last. It belongs between the two convolutions.",
         (f"{DOWN_NORM},\n                {DOWN_FC}", f"{DOWN_FC},\n                nn.BatchNorm2d(out_dim)")),
        ("down-group-norm", "The norm of `downsample` keeps no running mean and variance. It should be an "
                            "nn.BatchNorm2d with torch's defaults.",
         (DOWN_NORM, "nn.GroupNorm(1, dim)")),
        ("down-relu", "You put a ReLU in `downsample`. It should have no activation.", (DOWN_NORM,
                                                                        f"{DOWN_NORM},\n                nn.ReLU()")),
        ("down-gelu", "You put a GELU in `downsample`. It should have no activation.", (DOWN_NORM,
                                                                        f"{DOWN_NORM},\n                nn.GELU()")),
        ("down-one-conv", "Your `downsample` is one convolution. It should have three layers: a convolution with "
                          "stride 2, a BatchNorm and a 1x1 convolution.",
         (f"{DOWN},\n                {DOWN_NORM},\n                {DOWN_FC}",
          DOWN.replace("(dim, dim,", "(dim, out_dim,"))),
        ("down-kernel-3", "The kernel of `downsample` is 3, whatever mlp_kernel_size is. Use the argument.",
         (DOWN, "nn.Conv2d(dim, dim, 3, 2, 1)")),
        ("down-kernel-of-heads", "`downsample` has the kernel size of the local heads. It should have mlp_kernel_size.",
         (DOWN, "nn.Conv2d(dim, dim, kernel_sizes[0], 2, kernel_sizes[0] // 2)")),
        ("down-pool", "Your `downsample` begins with a mean over windows. It should begin with a convolution of stride "
                      "2.",
         (DOWN, "nn.AvgPool2d(2, 2, ceil_mode=True)")),
        ("down-no-bias",
         "The first convolution of `downsample` has no bias. Keep torch's default: in CloFormer this convolution has a "
         "bias, although a BatchNorm follows.",
         (DOWN, DOWN[:-1] + ", bias=False)")),
        ("down-no-padding", "The first convolution of `downsample` has no padding. Its padding should be "
                            "mlp_kernel_size // 2.",
         (DOWN, DOWN.replace("mlp_kernel_size // 2", "0"))),
        ("down-if-wider", "You make `downsample` only if out_dim differs from dim. Make it whenever the stride is 2, "
                          "whatever the widths are.",
         (IF_STRIDE, "if stride > 1 and out_dim != dim:")),
        ("down-wide-first",
         "The first convolution of `downsample` returns out_dim channels. It should return dim channels; only the 1x1 "
         "convolution returns out_dim.",
         (DOWN, DOWN.replace("(dim, dim,", "(dim, out_dim,")), (DOWN_NORM, "nn.BatchNorm2d(out_dim)"),
         (DOWN_FC, "nn.Conv2d(out_dim, out_dim, 1)")),
        ("down-of-input",
         "Your second shortcut starts from the block's input. It should start from the first half's output.",
         (FIRST, "given, x = x, x + self.attn(self.norm1(x))"),
         (SECOND, SECOND.replace("downsample(x)", "downsample(given)"))),
        ("down-of-normed", "Your `downsample` reads norm2(x). It should read x: only mlp reads norm2(x).",
         (SECOND, SECOND.replace("downsample(x)", "downsample(self.norm2(x))"))),
        ("no-first-shortcut", "The shortcut around attn is missing: write x + attn(norm1(x)).",
         (FIRST, "x = self.attn(self.norm1(x))")),
        ("no-second-shortcut", "The shortcut around mlp is missing: write downsample(x) + mlp(norm2(x)).",
         (SECOND, "return self.mlp(self.norm2(x))")),
        ("no-attn", "attn is made and never called. The first half should be x + attn(norm1(x)).",
         (FIRST, "x = x + 0")),
        ("mlp-of-input", "Your mlp reads the block's input. The second half should read the first half's output.",
         (FIRST, "given, x = x, x + self.attn(self.norm1(x))"), (SECOND, SECOND.replace("norm2(x)", "norm2(given)"))),
        ("shortcut-of-normed", "Your first shortcut adds norm1(x). It should add x itself.",
         (FIRST, "x = self.norm1(x)\n        x = x + self.attn(x)")),
        ("post-norm", "Your norms come after the sums. Each should come before its layer: x + attn(norm1(x)).",
         (FIRST, "x = self.norm1(x + self.attn(x))"), (SECOND, "return self.downsample(self.norm2(x)) + "
                                                               "self.mlp(self.norm2(x))")),
        ("norm1-of-the-sum", "norm1 comes after the first sum. It should come before attn: x + attn(norm1(x)).",
         (FIRST, "x = self.norm1(x + self.attn(x))")),
        ("mlp-first", "mlp comes first and attn second. It should be the other way round.",
         (FIRST, SECOND.replace("return", "x =")), (SECOND, FIRST.replace("x =", "return"))),
        ("norm1-last", "norm1 follows attn. It should come before attn: x + attn(norm1(x)).",
         (FIRST, "x = x + self.norm1(self.attn(x))")),
        ("no-norm1", "norm1 is made and never called. It belongs before attn.", (FIRST, "x = x + self.attn(x)")),
        ("no-norm2", "norm2 is made and never called. It belongs before mlp.",
         (SECOND, SECOND.replace("self.norm2(x)", "x"))),
        ("norm1-twice", "You call norm1 in both halves: norm2 is made and never used. The second half should call "
                        "norm2.",
         (SECOND, SECOND.replace("norm2", "norm1"))),
        ("norms-exchanged", "norm1 and norm2 have changed places: norm1 belongs before attn, and norm2 before mlp.",
         (FIRST, FIRST.replace("norm1", "norm2")), (SECOND, SECOND.replace("norm2", "norm1"))),
        ("one-norm", "norm1 and norm2 are the same module, so they share their parameters. Make two modules.",
         (NORM2, "self.norm2 = self.norm1")),
        ("batch-norm",
         "Your norms are BatchNorms. They should be GroupNorm(1, dim), which normalises each image by itself, over all "
         "its numbers.",
         *both_norms("nn.BatchNorm2d(dim)")),
        ("instance-norm", "Your norms have a group for each channel. They should have one group for all channels: "
                          "GroupNorm(1, dim).",
         *both_norms("nn.GroupNorm(dim, dim)")),
        ("norm-of-heads", "Your norms have num_heads groups. They should have one group for all channels: GroupNorm(1, "
                          "dim).",
         *both_norms("nn.GroupNorm(num_heads, dim)")),
        ("layer-norm", "You normalise each position over its channels (LayerNorm). Use GroupNorm(1, dim), which takes "
                       "all numbers of an image together.",
         (FIRST, FIRST.replace("self.norm1(x)", of_positions("norm1"))),
         (SECOND, SECOND.replace("self.norm2(x)", of_positions("norm2")))),
        ("norms-without-parameters", "Your norms have neither a weight nor a bias. Keep torch's default.",
         *both_norms("nn.GroupNorm(1, dim, affine=False)")),
        ("hidden-rounded", "You round the hidden width to the nearest whole number. It should be int(dim * mlp_ratio), "
                           "which rounds down.",
         (MLP, MLP.replace("int(dim * mlp_ratio)", "round(dim * mlp_ratio)"))),
        ("hidden-of-out", "Your hidden width comes from out_dim. It should be int(dim * mlp_ratio).",
         (MLP, MLP.replace("int(dim *", "int(out_dim *"))),
        ("hidden-four", "The hidden width is 4 * dim, whatever mlp_ratio is. Use the argument.",
         (MLP, MLP.replace("int(dim * mlp_ratio)", "4 * dim"))),
        ("hidden-integer-ratio", "You round the ratio down before you multiply. Multiply first: int(dim * mlp_ratio).",
         (MLP, MLP.replace("int(dim * mlp_ratio)", "dim * int(mlp_ratio)"))),
        ("mlp-kernel-of-heads", "mlp has the kernel size of the local heads. It should have mlp_kernel_size.",
         (MLP, MLP.replace("mlp_kernel_size", "kernel_sizes[0]"))),
        ("heads-kernel-of-mlp", "Your local heads have kernels of size mlp_kernel_size. Pass kernel_sizes to attn "
                                "instead.",
         (ATTN, ATTN.replace("kernel_sizes", "[mlp_kernel_size] * len(kernel_sizes)"))),
        ("mlp-stride-1", "The stride does not reach mlp, so the outputs of mlp and `downsample` differ in size. Pass "
                         "the stride on to mlp.",
         (MLP, MLP.replace(" stride,", " 1,"))),
        ("window-not-passed", "window_size does not reach attn, which uses its default. Pass it on.",
         (ATTN, ATTN.replace(", window_size", ""))),
        ("relu-at-the-end", "A ReLU follows the sum. A transformer block has no ReLU there.",
         (SECOND, SECOND.replace("return ", "return torch.relu(") + ")")),
        ("drop-path", NO_DROPOUT,
         (FIRST, f"{FIRST} * ((torch.rand(len(x), 1, 1, 1) > 0.1).to(x) / 0.9 if self.training else 1)")),
        ("dropout", NO_DROPOUT,
         (SECOND, SECOND.replace("self.mlp(self.norm2(x))", "F.dropout(self.mlp(self.norm2(x)), 0.1, self.training)"))),
        ("in-place", "Your block changes its input in place (`+=` on x). Write x = x + ..., which makes a new tensor.",
         (FIRST, "x.data += self.attn(self.norm1(x)).data")),
        ("attention-detached", "The numbers are right, but attn's output is detached, so attn would never learn. Leave "
                               "out the `detach()`, `.data` or `no_grad()`.",
         (FIRST, f"{FIRST}.detach()")),
        ("mlp-detached", "The numbers are right, but mlp's output is detached, so mlp would never learn. Leave out the "
                         "`detach()`, `.data` or `no_grad()`.",
         (SECOND, f"{SECOND}.detach()")),
        ("shortcut-detached",
         "The numbers are right, but x is detached in the first shortcut, so in this half the gradient flows back "
         "through attn only. Leave out the `detach()`, `.data` or `no_grad()`.",
         (FIRST, "x = x.detach() + self.attn(self.norm1(x))")),
        ),
)

MISTAKES = (*MAP, *CONV, *GLOBAL, *ATTENTION, *FFN, *BLOCK)

NO_TAPS = "A kernel of 1 x 1 has no taps between which a dilation could lie."
OWN = "The tensor was made in this line, and no backward pass needs what it held."
EITHER_ORDER = "transpose(2, 3) and transpose(3, 2) are the same."
UNGRADED = "Only a width that changes without a stride tells them apart, and learners are not graded on that."
EQUIVALENT = {
    **{f"{place}: Conv2d with dilation=2": NO_TAPS
       for place in ("AttnMap 5", "AttnMap 6", "AttnConv 7", "GlobalBranch 6", "GlobalBranch 7", "CloAttention 9",
                     "ConvFFN 5", "ConvFFN 7")},
    "CloBlock 11: Conv2d with dilation=2 (2)": NO_TAPS,
    "AttnConv 13: tanh in place": OWN,
    "AttnConv 13: Mult in place (2)": OWN,
    "GlobalBranch 13: softmax -> torch.softmax(x, -1)": "Axis 3 is the last one.",
    **{f"GlobalBranch {line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER for line in (13, 14)},
    "GlobalBranch 15: x detached": "Only the shape of x is read there.",
    "CloAttention 12: each once": "No branch is in the list twice.",
    **{f"CloBlock 9: self.downsample {change}": "An identity has no parameters, and with stride 2 another module "
                                                 "takes its place."
       for change in ("frozen", "in a list")},
    **{f"CloBlock 10: {change}": UNGRADED for change in ("arguments 1 and 2 of leads_on exchanged", "dim -> out_dim",
                                                         "out_dim -> dim")},
}

VARIANTS = (
    Variant("map-sequential", "AttnMap", """
        class AttnMap(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.act_block = nn.Sequential(nn.Conv2d(dim, dim, 1), nn.SiLU(), nn.Conv2d(dim, dim, 1))

            def forward(self, x):
                return self.act_block(x)
        """),
    Variant("map-linear", "AttnMap", """
        class AttnMap(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.conv1, self.conv2 = nn.Linear(dim, dim), nn.Linear(dim, dim)

            def forward(self, x):
                z = self.conv1(x.permute(0, 2, 3, 1))
                return self.conv2(z * torch.sigmoid(z)).permute(0, 3, 1, 2)
        """),
    Variant("conv-split", "AttnConv", """
        class AttnConv(nn.Module):
            def __init__(self, dim, heads, head_dim, kernel_size):
                super().__init__()
                self.width, self.head_dim = heads * head_dim, head_dim
                self.qkv = nn.Conv2d(dim, 3 * self.width, 1)
                self.mixer = nn.Conv2d(3 * self.width, 3 * self.width, kernel_size, 1, "same", groups=3 * self.width)
                self.attn_map = AttnMap(heads * head_dim)

            def forward(self, x):
                q, k, v = torch.split(self.mixer(self.qkv(x)), self.width, dim=1)
                gate = (self.attn_map(k.mul(q)) / self.head_dim ** 0.5).tanh()
                return torch.einsum("bchw,bchw->bchw", v, gate)
        """),
    Variant("conv-reshape", "AttnConv", """
        class AttnConv(nn.Module):
            def __init__(self, dim, heads, head_dim, kernel_size):
                super().__init__()
                c = 3 * heads * head_dim
                self.scale = head_dim ** -0.5
                self.to_qkv = nn.Conv2d(dim, c, 1)
                self.local = nn.Conv2d(c, c, kernel_size, padding=(kernel_size - 1) // 2, groups=c)
                self.gate = AttnMap(c // 3)

            def forward(self, x):
                b, _, h, w = x.shape
                q, k, v = self.local(self.to_qkv(x)).reshape(b, 3, -1, h, w).transpose(0, 1)
                return v * torch.tanh(self.scale * self.gate(q * k))
        """),
    Variant("global-einsum", "GlobalBranch", """
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
        """),
    Variant("global-fused", "GlobalBranch", """
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
        """),
    Variant("global-pooled-later", "GlobalBranch", """
        class GlobalBranch(nn.Module):
            def __init__(self, dim, heads, head_dim, window_size):
                super().__init__()
                self.heads, self.pool = heads, nn.AvgPool2d(window_size, window_size)
                self.q, self.kv = nn.Conv2d(dim, heads * head_dim, 1), nn.Conv2d(dim, 2 * heads * head_dim, 1)

            def forward(self, x):
                q = self.q(x).flatten(2)
                k, v = self.pool(self.kv(x)).flatten(2).chunk(2, dim=1)
                found = []
                for a, b, c in zip(q.chunk(self.heads, 1), k.chunk(self.heads, 1), v.chunk(self.heads, 1)):
                    found.append(c @ torch.softmax(b.mT @ a * a.shape[1] ** -0.5, dim=1))
                return torch.cat(found, dim=1).unflatten(2, x.shape[2:])
        """),
    Variant("clo-loop", "CloAttention", """
        class CloAttention(nn.Module):
            def __init__(self, dim, num_heads, group_split, kernel_sizes, window_size=7):
                super().__init__()
                if sum(group_split) != num_heads:
                    raise ValueError(f"{group_split} and {num_heads}")
                each = dim // num_heads
                self.local_branches = nn.ModuleList()
                for i, size in enumerate(kernel_sizes):
                    if group_split[i]:
                        self.local_branches.append(AttnConv(dim, group_split[i], each, size))
                self.global_branch = GlobalBranch(dim, group_split[-1], each, window_size) if group_split[-1] else None
                self.proj = nn.Linear(dim, dim)

            def forward(self, x):
                branches = [*self.local_branches, *([self.global_branch] if self.global_branch else [])]
                y = torch.cat([branch(x) for branch in branches], 1)
                return self.proj(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        """),
    Variant("clo-error-at-call", "CloAttention", """
        class CloAttention(nn.Module):
            def __init__(self, dim, num_heads, group_split, kernel_sizes, window_size=7):
                super().__init__()
                self.wrong = sum(group_split) - num_heads
                width = dim // num_heads
                self.local_branches = nn.ModuleList([AttnConv(dim, n, width, k) for n, k in zip(group_split[:-1], kernel_sizes) if n])
                self.global_branch = None
                if group_split[-1] > 0:
                    self.global_branch = GlobalBranch(dim, group_split[-1], width, window_size)
                self.proj = nn.Conv2d(sum(group_split) * width, dim, 1)

            def forward(self, x):
                if self.wrong:
                    raise ValueError("heads do not sum up")
                y = [branch(x) for branch in self.local_branches]
                y += [] if self.global_branch is None else [self.global_branch(x)]
                return self.proj(torch.cat(y, dim=1))
        """),  # noqa: E501
    Variant("ffn-sequential", "ConvFFN", """
        class ConvFFN(nn.Module):
            def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
                super().__init__()
                self.layers = nn.Sequential(
                    nn.Conv2d(in_channels, hidden_channels, 1), nn.GELU(),
                    nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels),
                    nn.Conv2d(hidden_channels, out_channels, 1))

            def forward(self, x):
                return self.layers(x)
        """),  # noqa: E501
    Variant("ffn-linear", "ConvFFN", """
        class ConvFFN(nn.Module):
            def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
                super().__init__()
                self.fc1, self.fc2 = nn.Linear(in_channels, hidden_channels), nn.Linear(hidden_channels, out_channels)
                self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)

            def forward(self, x):
                h = self.fc1(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
                h = self.dwconv(0.5 * h * (1 + torch.erf(h / 2 ** 0.5)))
                return self.fc2(h.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        """),  # noqa: E501
    Variant("block-two-lines", "CloBlock", """
        class CloBlock(nn.Module):
            def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size, mlp_kernel_size, mlp_ratio, stride):
                super().__init__()
                self.norm1, self.norm2 = nn.GroupNorm(1, dim), nn.GroupNorm(1, dim)
                self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
                self.mlp = ConvFFN(dim, int(mlp_ratio * dim), mlp_kernel_size, stride, out_dim)
                pad = mlp_kernel_size // 2
                self.downsample = nn.Identity() if stride == 1 else nn.Sequential(
                    nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=pad), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))

            def forward(self, x):
                y = self.attn(self.norm1(x)) + x
                return torch.add(self.mlp(self.norm2(y)), self.downsample(y))
        """),  # noqa: E501
    Variant("block-functional-norm", "CloBlock", """
        class CloBlock(nn.Module):
            def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size, mlp_kernel_size, mlp_ratio, stride):
                super().__init__()
                self.norm1, self.norm2 = nn.GroupNorm(1, dim), nn.GroupNorm(1, dim)
                self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size=window_size)
                self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
                self.downsample = None
                if stride != 1:
                    self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2), nn.BatchNorm2d(dim),
                                                    nn.Conv2d(dim, out_dim, 1))

            def forward(self, x):
                m, v = x.mean((1, 2, 3), keepdim=True), x.var((1, 2, 3), unbiased=False, keepdim=True)
                y = (x - m) / (v + 1e-5).sqrt() * self.norm1.weight[:, None, None] + self.norm1.bias[:, None, None]
                x = x + self.attn(y)
                y = self.mlp(self.norm2(x))
                return x + y if self.downsample is None else self.downsample(x) + y
        """),  # noqa: E501
)
