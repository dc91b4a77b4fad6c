"""What learners write for `CloBlock`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import detached, dropout, own_mode

RIGHT = {
    "block-two-lines": """
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
""",
    "block-functional-norm": """
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
""",
}

MISTAKES = (
    Mistake("block-down-depth-wise",
            "The first convolution of your `downsample` is depth-wise, as the paper's drawing shows it. Write a full "
            "one, without groups, as in the authors' code. The paper's number of parameters comes from that code.",
            {"nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)":
                 "nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2, groups=dim)"}),
    Mistake("block-down-no-bn", "The BatchNorm of `downsample` is missing. It belongs between the two convolutions.",
            {"nn.BatchNorm2d(dim)": "nn.Identity()"}),
    Mistake("block-down-bn-last", "The BatchNorm of `downsample` comes last. It belongs between the two convolutions.",
            {"""nn.BatchNorm2d(dim),
                nn.Conv2d(dim, out_dim, 1)""": """nn.Conv2d(dim, out_dim, 1),
                nn.BatchNorm2d(out_dim)"""}),
    Mistake("block-down-group-norm",
            "The norm of `downsample` keeps no running mean and variance. It should be an nn.BatchNorm2d with "
            "torch's defaults.", {"nn.BatchNorm2d(dim)": "nn.GroupNorm(1, dim)"}),
    Mistake("block-down-relu", "You put a ReLU in `downsample`. It should have no activation.",
            {"nn.BatchNorm2d(dim)": """nn.BatchNorm2d(dim),
                nn.ReLU()"""}),
    Mistake("block-down-gelu", "You put a GELU in `downsample`. It should have no activation.",
            {"nn.BatchNorm2d(dim)": """nn.BatchNorm2d(dim),
                nn.GELU()"""}),
    Mistake("block-down-one-conv",
            "Your `downsample` is one convolution. It should have three layers: a convolution with stride 2, a "
            "BatchNorm and a 1x1 convolution.",
            {"""nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2),
                nn.BatchNorm2d(dim),
                nn.Conv2d(dim, out_dim, 1)""":
                 "nn.Conv2d(dim, out_dim, mlp_kernel_size, stride, mlp_kernel_size // 2)"}),
    Mistake("block-down-kernel-3", "The kernel of `downsample` is 3, whatever mlp_kernel_size is. Use the argument.",
            {"nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)": "nn.Conv2d(dim, dim, 3, 2, 1)"}),
    Mistake("block-down-kernel-of-heads",
            "`downsample` has the kernel size of the local heads. It should have mlp_kernel_size.",
            {"nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)":
                 "nn.Conv2d(dim, dim, kernel_sizes[0], 2, kernel_sizes[0] // 2)"}),
    Mistake("block-down-pool",
            "Your `downsample` begins with a mean over windows. It should begin with a convolution of stride 2.",
            {"nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)":
                 "nn.AvgPool2d(2, 2, ceil_mode=True)"}),
    Mistake("block-down-no-bias",
            "The first convolution of `downsample` has no bias. Keep torch's default: in CloFormer this convolution "
            "has a bias, although a BatchNorm follows.",
            {"nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)":
                 "nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2, bias=False)"}),
    Mistake("block-down-no-padding",
            "The first convolution of `downsample` has no padding. Its padding should be mlp_kernel_size // 2.",
            {"nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)":
                 "nn.Conv2d(dim, dim, mlp_kernel_size, stride, 0)"}),
    Mistake("block-down-if-wider",
            "You make `downsample` only if out_dim differs from dim. Make it whenever the stride is 2, whatever the "
            "widths are.", {"if leads_on(stride, dim, out_dim):": "if stride > 1 and out_dim != dim:"}),
    Mistake("block-down-wide-first",
            "The first convolution of `downsample` returns out_dim channels. It should return dim channels; only the "
            "1x1 convolution returns out_dim.",
            {"nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2)":
                 "nn.Conv2d(dim, out_dim, mlp_kernel_size, stride, mlp_kernel_size // 2)",
             "nn.BatchNorm2d(dim)": "nn.BatchNorm2d(out_dim)",
             "nn.Conv2d(dim, out_dim, 1)": "nn.Conv2d(out_dim, out_dim, 1)"}),
    Mistake("block-down-of-input",
            "Your second shortcut starts from the block's input. It should start from the first half's output.",
            {"x = x + self.attn(self.norm1(x))": "given, x = x, x + self.attn(self.norm1(x))",
             "return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(given) + self.mlp(self.norm2(x))"}),
    Mistake("block-down-of-normed", "Your `downsample` reads norm2(x). It should read x: only mlp reads norm2(x).",
            {"return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(self.norm2(x)) + self.mlp(self.norm2(x))"}),
    Mistake("block-no-first-shortcut", "The shortcut around attn is missing: write x + attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x))": "x = self.attn(self.norm1(x))"}, hint=2),
    Mistake("block-no-second-shortcut", "The shortcut around mlp is missing: write downsample(x) + mlp(norm2(x)).",
            {"return self.downsample(x) + self.mlp(self.norm2(x))": "return self.mlp(self.norm2(x))"}, hint=2),
    Mistake("block-no-attn", "attn is made and never called. The first half should be x + attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x))": "x = x + 0"}),
    Mistake("block-mlp-of-input",
            "Your mlp reads the block's input. The second half should read the first half's output.",
            {"x = x + self.attn(self.norm1(x))": "given, x = x, x + self.attn(self.norm1(x))",
             "return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(x) + self.mlp(self.norm2(given))"}),
    Mistake("block-shortcut-of-normed", "Your first shortcut adds norm1(x). It should add x itself.",
            {"x = x + self.attn(self.norm1(x))": """x = self.norm1(x)
        x = x + self.attn(x)"""}),
    Mistake("block-post-norm",
            "Your norms come after the sums. Each should come before its layer: x + attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x))": "x = self.norm1(x + self.attn(x))",
             "return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(self.norm2(x)) + self.mlp(self.norm2(x))"}),
    Mistake("block-norm1-of-the-sum",
            "norm1 comes after the first sum. It should come before attn: x + attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x))": "x = self.norm1(x + self.attn(x))"}),
    Mistake("block-mlp-first", "mlp comes first and attn second. It should be the other way round.",
            {"x = x + self.attn(self.norm1(x))": "x = self.downsample(x) + self.mlp(self.norm2(x))",
             "return self.downsample(x) + self.mlp(self.norm2(x))": "return x + self.attn(self.norm1(x))"}),
    Mistake("block-norm1-last", "norm1 follows attn. It should come before attn: x + attn(norm1(x)).",
            {"x = x + self.attn(self.norm1(x))": "x = x + self.norm1(self.attn(x))"}),
    Mistake("block-no-norm1", "norm1 is made and never called. It belongs before attn.",
            {"x = x + self.attn(self.norm1(x))": "x = x + self.attn(x)"}),
    Mistake("block-no-norm2", "norm2 is made and never called. It belongs before mlp.",
            {"return self.downsample(x) + self.mlp(self.norm2(x))": "return self.downsample(x) + self.mlp(x)"}),
    Mistake("block-norm1-twice",
            "You call norm1 in both halves: norm2 is made and never used. The second half should call norm2.",
            {"return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(x) + self.mlp(self.norm1(x))"}),
    Mistake("block-norms-exchanged",
            "norm1 and norm2 have changed places: norm1 belongs before attn, and norm2 before mlp.",
            {"x = x + self.attn(self.norm1(x))": "x = x + self.attn(self.norm2(x))",
             "return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(x) + self.mlp(self.norm1(x))"}),
    Mistake("block-one-norm", "norm1 and norm2 are the same module, so they share their parameters. Make two modules.",
            {"self.norm2 = nn.GroupNorm(1, dim)": "self.norm2 = self.norm1"}),
    Mistake("block-batch-norm",
            "Your norms are BatchNorms. They should be GroupNorm(1, dim), which normalises each image by itself, "
            "over all its numbers.",
            {"self.norm1 = nn.GroupNorm(1, dim)": "self.norm1 = nn.BatchNorm2d(dim)",
             "self.norm2 = nn.GroupNorm(1, dim)": "self.norm2 = nn.BatchNorm2d(dim)"}),
    Mistake("block-instance-norm",
            "Your norms have a group for each channel. They should have one group for all channels: GroupNorm(1, "
            "dim).",
            {"self.norm1 = nn.GroupNorm(1, dim)": "self.norm1 = nn.GroupNorm(dim, dim)",
             "self.norm2 = nn.GroupNorm(1, dim)": "self.norm2 = nn.GroupNorm(dim, dim)"}),
    Mistake("block-norm-of-heads",
            "Your norms have num_heads groups. They should have one group for all channels: GroupNorm(1, dim).",
            {"self.norm1 = nn.GroupNorm(1, dim)": "self.norm1 = nn.GroupNorm(num_heads, dim)",
             "self.norm2 = nn.GroupNorm(1, dim)": "self.norm2 = nn.GroupNorm(num_heads, dim)"}),
    Mistake("block-layer-norm",
            "You normalise each position over its channels (LayerNorm). Use GroupNorm(1, dim), which takes all "
            "numbers of an image together.",
            {"x = x + self.attn(self.norm1(x))":
                 "x = x + self.attn(F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], self.norm1.weight, "
                 "self.norm1.bias).permute(0, 3, 1, 2))",
             "return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(x) + self.mlp(F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], "
                 "self.norm2.weight, self.norm2.bias).permute(0, 3, 1, 2))"}),
    Mistake("block-norms-without-parameters", "Your norms have neither a weight nor a bias. Keep torch's default.",
            {"self.norm1 = nn.GroupNorm(1, dim)": "self.norm1 = nn.GroupNorm(1, dim, affine=False)",
             "self.norm2 = nn.GroupNorm(1, dim)": "self.norm2 = nn.GroupNorm(1, dim, affine=False)"}),
    Mistake("block-hidden-rounded",
            "You round the hidden width to the nearest whole number. It should be int(dim * mlp_ratio), which rounds "
            "down.",
            {"self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)":
                 "self.mlp = ConvFFN(dim, round(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)"}),
    Mistake("block-hidden-of-out", "Your hidden width comes from out_dim. It should be int(dim * mlp_ratio).",
            {"self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)":
                 "self.mlp = ConvFFN(dim, int(out_dim * mlp_ratio), mlp_kernel_size, stride, out_dim)"}),
    Mistake("block-hidden-four", "The hidden width is 4 * dim, whatever mlp_ratio is. Use the argument.",
            {"self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)":
                 "self.mlp = ConvFFN(dim, 4 * dim, mlp_kernel_size, stride, out_dim)"}),
    Mistake("block-hidden-integer-ratio",
            "You round the ratio down before you multiply. Multiply first: int(dim * mlp_ratio).",
            {"self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)":
                 "self.mlp = ConvFFN(dim, dim * int(mlp_ratio), mlp_kernel_size, stride, out_dim)"}),
    Mistake("block-mlp-kernel-of-heads", "mlp has the kernel size of the local heads. It should have mlp_kernel_size.",
            {"self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)":
                 "self.mlp = ConvFFN(dim, int(dim * mlp_ratio), kernel_sizes[0], stride, out_dim)"}),
    Mistake("block-heads-kernel-of-mlp",
            "Your local heads have kernels of size mlp_kernel_size. Pass kernel_sizes to attn instead.",
            {"self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)":
                 "self.attn = CloAttention(dim, num_heads, group_split, [mlp_kernel_size] * len(kernel_sizes), "
                 "window_size)"}),
    Mistake("block-mlp-stride-1",
            "The stride does not reach mlp, so the outputs of mlp and `downsample` differ in size. Pass the stride "
            "on to mlp.",
            {"self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)":
                 "self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, 1, out_dim)"}, hint=1),
    Mistake("block-window-not-passed", "window_size does not reach attn, which uses its default. Pass it on.",
            {"self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)":
                 "self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes)"}),
    Mistake("block-relu-at-the-end", "A ReLU follows the sum. A transformer block has no ReLU there.",
            {"return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return torch.relu(self.downsample(x) + self.mlp(self.norm2(x)))"}),
    dropout("block-drop-path",
            {"x = x + self.attn(self.norm1(x))":
                 "x = x + self.attn(self.norm1(x)) * ((torch.rand(len(x), 1, 1, 1) > 0.1).to(x) / 0.9 if "
                 "self.training else 1)"}),
    dropout("block-dropout",
            {"return self.downsample(x) + self.mlp(self.norm2(x))":
                 "return self.downsample(x) + F.dropout(self.mlp(self.norm2(x)), 0.1, self.training)"}),
    Mistake("block-in-place",
            "Your block changes its input in place (`+=` on x). Write x = x + ..., which makes a new tensor.",
            {"x = x + self.attn(self.norm1(x))": "x.data += self.attn(self.norm1(x)).data"}),
    detached("block-attention-detached", "attn's output is detached, so attn would never learn",
             {"x = x + self.attn(self.norm1(x))": "x = x + self.attn(self.norm1(x)).detach()"}),
    detached("block-mlp-detached", "mlp's output is detached, so mlp would never learn",
             {"return self.downsample(x) + self.mlp(self.norm2(x))":
                  "return self.downsample(x) + self.mlp(self.norm2(x)).detach()"}),
    detached("block-shortcut-detached",
             "x is detached in the first shortcut, so in this half the gradient flows back through attn only",
             {"x = x + self.attn(self.norm1(x))": "x = x.detach() + self.attn(self.norm1(x))"}),
    *own_mode("block"),
)

WRONG = (
    Wrong("downsample-always", """
class CloBlock(nn.Module):

    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size, mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        if True:
            self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, stride=stride, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return self.downsample(x) + self.mlp(self.norm2(x))
""", says="a stride of one"),
    Wrong("downsample-run-twice",
          {"if True:\n            self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, "
           "stride=stride, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))":
               "if stride == 2:\n            self.downsample = nn.Sequential(nn.Conv2d(dim, dim, mlp_kernel_size, "
               "stride=2, padding=mlp_kernel_size // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))",
           "return self.downsample(x) + self.mlp(self.norm2(x))": """y = self.mlp(self.norm2(x))
        if self.downsample(x).shape != y.shape:
            raise ValueError('shapes')
        return self.downsample(x) + y"""},
          of="downsample-always", says="Buffer downsample.1.running_mean"),
    Wrong("input-changed",
          {"True": "stride == 2",
           "=stride": "=2",
           "x = x + self.attn(self.norm1(x))": "x += self.attn(self.norm1(x))"}, of="downsample-always",
          says="your code changes it in place"),
)

EQUIVALENT = (
    "9: self.downsample frozen", "9: self.downsample in a list", "10: arguments 1 and 2 of leads_on exchanged",
    "10: dim -> out_dim", "10: out_dim -> dim", "11: Conv2d with dilation=2 (2)",
)
