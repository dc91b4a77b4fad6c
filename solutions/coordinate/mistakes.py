"""Known mistakes, correct variants and equivalent mutants of e2_coordinate.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, NOT_WHOLE, ONLY_IN_EVAL, naive_sigmoid

Edits = tuple[tuple[str, str], ...]

# What the reference says, and most mistakes replace.
ROWS, COLUMNS = "x.mean(dim=3, keepdim=True)", "x.mean(dim=2, keepdim=True)"

HIDDEN, BN1 = "max(8, in_channels // reduction)", "nn.BatchNorm2d(hidden)"
CONV1, CONV_H, CONV_W = ("nn.Conv2d(in_channels, hidden, 1)", "self.conv_h = nn.Conv2d(hidden, out_channels, 1)",
                         "self.conv_w = nn.Conv2d(hidden, out_channels, 1)")
LINE, ACTIVE = "torch.cat([rows, columns.transpose(2, 3)], dim=2)", "F.hardswish(self.bn1(self.conv1(line)))"
SPLIT = "line.split([x.shape[2], x.shape[3]], dim=2)"
SCORES_H, SCORES_W = "self.conv_h(rows)", "self.conv_w(columns.transpose(2, 3))"
A_H, A_W = f"torch.sigmoid({SCORES_H})", f"torch.sigmoid({SCORES_W})"
BARE = (A_H, SCORES_H), (A_W, SCORES_W)
RESULT = "x * a_h * a_w"

ACTIVATION = "There is a {} between bn1 and the split. The exercise asks for a hard-swish (F.hardswish)."
SMOOTH = (
    "There is a SiLU (the smooth swish) between bn1 and the split. The exercise asks for its cheap relative,"
    " F.hardswish."
)
BIAS = "{} has no bias. All three convolutions should have one, even conv1, which a BatchNorm follows."


def mistakes(exercise: str, short: str, *rows: tuple[str, str, Edits]) -> tuple[Mistake, ...]:
    """rows: what is wrong, the sentence, the edits."""
    return tuple(Mistake(f"{short}-{what}", exercise, sentence, edits) for what, sentence, edits in rows)


MISTAKES = (
    *mistakes(
        "directional_pool", "pool",
        ("exchanged", "Your two results have changed places. The first should hold the mean of each row, taken over W, "
                      "the last axis: (B, C, H, 1).", ((f"{ROWS}, {COLUMNS}", f"{COLUMNS}, {ROWS}"),)),
        ("no-keepdim",
         "Your means have lost an axis: (B, C, H) and (B, C, W). Use keepdim=True, which leaves an axis of size 1.",
         ((ROWS, "x.mean(dim=3)"), (COLUMNS, "x.mean(dim=2)"))),
        ("sums", "You take sums. Take means, so that a larger map does not give larger numbers.",
         ((ROWS, ROWS.replace("mean", "sum")), (COLUMNS, COLUMNS.replace("mean", "sum")))),
        ("maxima", "You take the maximum of each row and column. Take the mean.",
         ((ROWS, ROWS.replace("mean", "amax")), (COLUMNS, COLUMNS.replace("mean", "amax")))),
        ("columns-standing", "Your columns' means are (B, C, W, 1). Leave them as (B, C, 1, W). (CoordinateAttention "
                             "transposes them later.)", ((COLUMNS, f"{COLUMNS}.transpose(2, 3)"),)),
        ("global", "You average over the whole map, as SE does, and repeat the mean. Each row and each column should "
                   "have a mean of its own.",
         ((ROWS, "x.mean(dim=(2, 3), keepdim=True).expand(-1, -1, x.shape[2], -1)"),
          (COLUMNS, "x.mean(dim=(2, 3), keepdim=True).expand(-1, -1, -1, x.shape[3])"))),
        ("over-channels",
         "You average over the channels. Each channel should keep its own means: average over W for the rows' means, "
         "and over H for the columns' means.",
         ((ROWS, "x.mean(dim=(1, 3), keepdim=True).expand(-1, x.shape[1], -1, -1)"),
          (COLUMNS, "x.mean(dim=(1, 2), keepdim=True).expand(-1, x.shape[1], -1, -1)"))),
        ("over-batch", "Your means run over the batch too, so all images share them. Average over W for the rows' "
                       "means, and over H for the columns' means.",
         ((ROWS, "x.mean(dim=(0, 3), keepdim=True).expand(len(x), -1, -1, -1)"),
          (COLUMNS, "x.mean(dim=(0, 2), keepdim=True).expand(len(x), -1, -1, -1)"))),
        ("divided-by-the-wrong-side",
         "You divide the sum of a row by H, and the sum of a column by W. A row has W numbers, and a column has H.",
         ((ROWS, "x.sum(dim=3, keepdim=True) / x.shape[2]"), (COLUMNS, "x.sum(dim=2, keepdim=True) / x.shape[3]"))),
        ("detached", "The numbers are right, but the means are detached (`detach()`, `.data` or `no_grad()`): no "
                     "gradient flows back.",
         ((ROWS, f"{ROWS}.detach()"), (COLUMNS, f"{COLUMNS}.detach()"))),
        ("over-channels-too",
         "You average over the channels, too. Each channel should keep its own means: average over W for the rows' "
         "means, and over H for the columns' means.",
         ((ROWS, "x.mean(dim=(1, 3), keepdim=True)"), (COLUMNS, "x.mean(dim=(1, 2), keepdim=True)"))),
        ("over-batch-too",
         "You average over the images of the batch, too. Each image should keep its own means: average over W for the "
         "rows' means, and over H for the columns' means.",
         ((ROWS, "x.mean(dim=(0, 3), keepdim=True)"), (COLUMNS, "x.mean(dim=(0, 2), keepdim=True)"))),
        ("axes-off-by-one", "Your axes are one too small: you average over H and over the channels. Axes count from "
                            "0: W is axis 3, and H "
         "is axis 2.", ((f"{ROWS}, {COLUMNS}", f"{ROWS.replace('3', '2')}, {COLUMNS.replace('2', '1')}"),)),
        ("only-rows", "You return the rows' means only. Return two tensors: the rows' means, then the columns' means.",
         ((f"{ROWS}, {COLUMNS}", ROWS),)),
    ),
    *mistakes(
        "CoordinateAttention", "coordinate",
        ("softmax", "Your gates come from a softmax. Take a sigmoid of each number by itself.",
         ((A_H, f"torch.softmax({SCORES_H}, dim=2)"), (A_W, f"torch.softmax({SCORES_W}, dim=3)"))),
        ("softmax-of-channels",
         "Your gates come from a softmax over the channels. Take a sigmoid of each number by itself.",
         ((A_H, f"torch.softmax({SCORES_H}, dim=1)"), (A_W, f"torch.softmax({SCORES_W}, dim=1)"))),
        ("two-sigmoids", "Your gates go through the sigmoid twice. Once is enough.",
         ((A_H, f"torch.sigmoid({A_H})"), (A_W, f"torch.sigmoid({A_W})"))),
        ("no-sigmoids", "The sigmoids are missing: you multiply x by the outputs of conv_h and conv_w as they are. "
                        "Take a sigmoid of each output first.",
         BARE),
        ("no-sigmoid-of-rows", "The sigmoid after conv_h is missing.", (BARE[0],)),
        ("no-sigmoid-of-columns", "The sigmoid after conv_w is missing.", (BARE[1],)),
        ("one-sigmoid", "You add the outputs of conv_h and conv_w and take one sigmoid of the sum. Take a sigmoid of "
                        "each output, and multiply x by both gates.",
         (*BARE, (RESULT, "x * torch.sigmoid(a_h + a_w)"))),
        ("sigmoid-of-the-product",
         "You multiply the outputs of conv_h and conv_w and take one sigmoid of the product. Take a sigmoid of each "
         "output first.", (*BARE, (RESULT, "x * torch.sigmoid(a_h * a_w)"))),
        ("hard-sigmoid", "Your gates are hard sigmoids. Make them with torch.sigmoid. Only the activation after bn1 "
                         "should be a hard function, F.hardswish.",
         ((A_H, A_H.replace("torch.sigmoid", "F.hardsigmoid")), (A_W, A_W.replace("torch.sigmoid", "F.hardsigmoid")))),
        ("gates-added", "You add the two gates. Multiply by both: x * a_h * a_w.", ((RESULT, "x * (a_h + a_w)"),)),
        ("gates-averaged", "You take the mean of the two gates. Multiply by both: x * a_h * a_w.",
         ((RESULT, "x * (a_h + a_w) / 2"),)),
        ("gates-maximum", "You take the larger of the two gates. Multiply by both: x * a_h * a_w.",
         ((RESULT, "x * torch.maximum(a_h, a_w)"),)),
        ("rows-alone", "You multiply x by a_h only. The gate of the columns is missing: x * a_h * a_w.",
         ((RESULT, "x * a_h"),)),
        ("columns-alone", "You multiply x by a_w only. The gate of the rows is missing: x * a_h * a_w.",
         ((RESULT, "x * a_w"),)),
        ("gate-alone", "You return the gates. Multiply x by them.", ((RESULT, "a_h * a_w"),)),
        ("shortcut", "You add x to the result. Return x * a_h * a_w alone.", ((RESULT, f"x + {RESULT}"),)),
        ("columns-first",
         "You join the columns first, but your split takes the first H numbers for the rows. Join the H rows first, "
         "then the W columns.",
         ((LINE, "torch.cat([columns.transpose(2, 3), rows], dim=2)"),)),
        ("split-exchanged",
         "You split off W numbers for the rows and H for the columns. The line holds H rows first, then W columns.",
         ((SPLIT, "line.split([x.shape[3], x.shape[2]], dim=2)"),)),
        ("split-in-halves",
         "You split the line into two equal halves. It holds H rows and W columns: split([H, W], dim=2).",
         ((SPLIT, "line.chunk(2, dim=2)"),)),
        ("split-in-pieces", "You give split a single number, which cuts the line into pieces of that length. Give it a "
                            "list of two sizes: split([H, W], dim=2).", ((SPLIT, "line.split(x.shape[2], dim=2)"),)),
        ("layers-exchanged", "conv_h and conv_w have changed places: conv_h should make the gate of the rows.",
         ((A_H, A_H.replace("conv_h", "conv_w")), (A_W, A_W.replace("conv_w", "conv_h")))),
        ("one-layer", "conv_h makes both gates, and conv_w is never called. conv_w should make the gate of the "
                      "columns.",
         ((A_W, A_W.replace("conv_w", "conv_h")),)),
        ("no-transposition",
         "Your columns' means are (B, C, 1, W) and cannot be joined to the rows' (B, C, H, 1). Transpose them first.",
         ((LINE, "torch.cat([rows, columns], dim=2)"),)),
        ("not-transposed-back",
         "Your columns' gate is (B, C, W, 1), so it multiplies the rows. Transpose it back to (B, C, 1, W).",
         ((A_W, "torch.sigmoid(self.conv_w(columns))"),)),
        *((f"joined-along-axis-3{words}",
           "You join along axis 3. Once the columns' means are transposed, the two kinds of means are (B, C, H, 1) and "
           "(B, C, W, 1). Join and split them along axis 2.",
           ((LINE, LINE.replace("dim=2", "dim=3")), (SPLIT, split)))
          for words, split in (("", SPLIT), ("-and-split", SPLIT.replace("dim=2", "dim=3")))),
        *((f"gate-reshaped{words}",
           "You reshape the columns' gate to x's shape, but it has W numbers for each channel and not H * W. Transpose "
           "it back to (B, C, 1, W). When you multiply x by it, PyTorch broadcasts it.", ((SCORES_W, reshaped),))
          for words, reshaped in (("", "self.conv_w(columns).reshape(x.shape)"),
                                  ("-before-conv-w", "self.conv_w(columns.reshape(x.shape))"))),
        ("pooled-away",
         "You average over the whole map before conv1, as SE does, so every row and every column gets the same gate. "
         "Average along one axis at a time.",
         ((ACTIVE, "F.hardswish(self.bn1(self.conv1(line.mean(dim=2, keepdim=True).expand_as(line))))"),)),
        ("apart", "You call bn1 on rows and columns separately. Send them through conv1 and bn1 as one line of H + W "
                  "positions, so that in training mode they share one mean and variance.",
         ((ACTIVE, f"torch.cat([F.hardswish(self.bn1(self.conv1(part))) for part in {SPLIT}], dim=2)"),)),
        ("relu", ACTIVATION.format("ReLU"), ((ACTIVE, ACTIVE.replace("F.hardswish", "torch.relu")),)),
        ("hard-swish-not-divided",
         "Your hard-swish is not divided by 6. It should be t * clamp(t + 3, 0, 6) / 6, which F.hardswish computes.",
         ((f"line = {ACTIVE}", "line = self.bn1(self.conv1(line))\n        line = line * F.relu6(line + 3)"),)),
        ("relu6", ACTIVATION.format("ReLU6"), ((ACTIVE, ACTIVE.replace("hardswish", "relu6")),)),
        ("silu", SMOOTH, ((ACTIVE, ACTIVE.replace("hardswish", "silu")),)),
        ("gelu", ACTIVATION.format("GELU"), ((ACTIVE, ACTIVE.replace("hardswish", "gelu")),)),
        ("hardsigmoid-in-the-middle",
         "There is a hard sigmoid between bn1 and the split. It should be a hard-swish, which is z times the hard "
         "sigmoid of z.",
         ((ACTIVE, ACTIVE.replace("hardswish", "hardsigmoid")),)),
        ("no-activation", "There is nothing between bn1 and the split: the hard-swish is missing.",
         ((ACTIVE, "self.bn1(self.conv1(line))"),)),
        ("no-norm", "bn1 is made and never called. It belongs after conv1.",
         ((ACTIVE, "F.hardswish(self.conv1(line))"),)),
        ("instance-norm",
         "Your bn1 keeps no running mean and variance, like an InstanceNorm or a GroupNorm. It should be a plain "
         "nn.BatchNorm2d.",
         ((BN1, "nn.InstanceNorm2d(hidden, affine=True)"),)),
        ("norm-last", "Your bn1 comes after the hard-swish. The order should be conv1, bn1, hard-swish.",
         ((ACTIVE, "self.bn1(F.hardswish(self.conv1(line)))"),)),
        ("no-minimum", "You take in_channels // reduction hidden channels, without a lower limit. There should be at "
                       "least 8: max(8, ...).",
         ((HIDDEN, "in_channels // reduction"),)),
        ("at-least-one",
         "Your lower limit is one hidden channel. There should be at least 8: max(8, in_channels // reduction).",
         ((HIDDEN, HIDDEN.replace("8", "1")),)),
        ("at-most-eight", "You take the smaller of 8 and in_channels // reduction. Take the larger one: max.",
         ((HIDDEN, "max(1, min(8, in_channels // reduction))"),)),
        ("at-most-eight-or-none",
         "You take the smaller of 8 and in_channels // reduction, which may even be zero. Take the larger one: max.",
         ((HIDDEN, "min(8, in_channels // reduction)"),)),
        ("eight-more",
         "You add 8 to in_channels // reduction. 8 is only the lower limit: max(8, in_channels // reduction).",
         ((HIDDEN, "in_channels // reduction + 8"),)),
        ("reduction-itself", "You take `reduction` itself for the number of hidden channels. It is the divisor: max(8, "
                             "in_channels // reduction).", ((HIDDEN, "max(8, reduction)"),)),
        ("at-least-sixteen", "Your lower limit is 16 hidden channels. It should be 8.",
         ((HIDDEN, HIDDEN.replace("8", "16")),)),
        ("rounded-up",
         "You round the hidden channels up, or to the nearest number. Round down: in_channels // reduction.",
         ((HIDDEN, "max(8, -(-in_channels // reduction))"),)),
        ("float-width", NOT_WHOLE.replace("channels / reduction", "in_channels / reduction").replace(
            "channels // reduction", "in_channels // reduction"), ((HIDDEN, "max(8.0, in_channels / reduction)"),)),
        ("reduction-ignored",
         "The argument `reduction` has no effect: you always take 8 hidden channels, or divide by 32.",
         ((HIDDEN, "max(8, in_channels // 32)"),)),
        ("default-reduction", "If `reduction` is not given, your code should use 32.",
         (("reduction: int = 32", "reduction: int = 16"),)),
        ("no-bias",
         "None of your convolutions has a bias. All three should have one, even conv1, which a BatchNorm follows.",
         tuple((layer, layer.replace(", 1)", ", 1, bias=False)")) for layer in (CONV1, CONV_H, CONV_W))),
        ("conv1-without-bias", BIAS.format("conv1"), ((CONV1, CONV1.replace(", 1)", ", 1, bias=False)")),)),
        ("gates-without-bias", BIAS.format("conv_h or conv_w"),
         ((CONV_H, CONV_H.replace(", 1)", ", 1, bias=False)")), (CONV_W, CONV_W.replace(", 1)", ", 1, bias=False)")))),
        ("naive-sigmoid", INFINITE, ((A_H, naive_sigmoid(SCORES_H)), (A_W, naive_sigmoid(SCORES_W)))),
        ("gates-detached", "The numbers are right, but the gates are detached (`detach()`, `.data` or `no_grad()`): "
                           "no layer would ever "
         "learn.",
         ((RESULT, "x * (a_h * a_w).detach()"),)),
        ("input-detached",
         "The numbers are right, but x is detached before it is pooled, so part of x's gradient is missing. Leave out "
         "the `detach()`, `.data` or `no_grad()`.",
         (("directional_pool(x)", "directional_pool(x.detach())"),)),
        ("detached", "The numbers are right, but the result is detached, so no layer before it would ever learn. Leave "
                     "out the `detach()`, `.data` or `no_grad()`.",
         ((f"return {RESULT}", f"return ({RESULT}).detach()"),)),
        ("only-in-eval", ONLY_IN_EVAL, ((f"return {RESULT}", f"return x if self.training else {RESULT}"),)),
        ("in-place", "You change x in place (as `x *= ...` does): code that reads it afterwards finds different "
                     "numbers. Write x * a_h * a_w.",
         ((f"return {RESULT}", "result = x * a_h * a_w\n        x.data.copy_(result.data)\n        return result"),)),
    ),
)

SAME_NUMBER = "The two are equal, because the gates multiply x."
EITHER_ORDER = "Two axes are transposed in either order."
EQUIVALENT = {
    "CoordinateAttention 3: parameters in_channels and out_channels exchanged": SAME_NUMBER,
    **{f"CoordinateAttention {line}: in_channels -> out_channels": SAME_NUMBER for line in (5, 6)},
    **{f"CoordinateAttention {line}: out_channels -> in_channels": SAME_NUMBER for line in (8, 9)},
    "CoordinateAttention 5: arguments 0 and 1 of max exchanged": "The larger of two numbers is the same in "
                                                                 "either order.",
    "CoordinateAttention 5: rounded down, at least 1": "There are at least 8 anyway.",
    **{f"CoordinateAttention {line}: Conv2d with dilation=2": "A kernel of 1 x 1 has no taps between which a dilation "
                                                              "could lie."
       for line in (6, 8, 9)},
    **{f"CoordinateAttention {line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER for line in (13, 17)},
    **{f"CoordinateAttention 15: x detached{which}": "Only its shape is read." for which in ("", " (2)")},
    **{f"CoordinateAttention {line}: sigmoid in place": "What the convolution gives is a tensor of its own."
       for line in (16, 17)},
}

VARIANTS = (
    Variant("pool-adaptive", "directional_pool", """
        def directional_pool(x):
            return torch.nn.AdaptiveAvgPool2d((None, 1))(x), torch.nn.AdaptiveAvgPool2d((1, None))(x)
        """),
    Variant("pool-sums", "directional_pool", """
        def directional_pool(x):
            height, width = x.shape[2:]
            return x.sum(-1)[..., None] / width, torch.einsum("bchw->bcw", x).unsqueeze(2) / height
        """),
    Variant("pool-products", "directional_pool", """
        def directional_pool(x):
            h, w = x.shape[-2:]
            return x @ x.new_full((w, 1), 1 / w), x.new_full((1, h), 1 / h) @ x
        """),
    Variant("coordinate-permuted", "CoordinateAttention", """
        class CoordinateAttention(nn.Module):
            def __init__(self, in_channels, out_channels, reduction=32):
                super().__init__()
                mip = max(8, in_channels // reduction)
                self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)
                self.bn1 = nn.BatchNorm2d(mip)
                self.act = nn.Hardswish()
                self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1)
                self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1)

            def forward(self, x):
                b, c, h, w = x.size()
                x_h, x_w = directional_pool(x)
                y = self.act(self.bn1(self.conv1(torch.cat([x_h, x_w.permute(0, 1, 3, 2)], 2))))
                x_h, x_w = torch.split(y, [h, w], dim=2)
                return self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid() * self.conv_h(x_h).sigmoid() * x
        """),
    Variant("coordinate-lying", "CoordinateAttention", """
        class CoordinateAttention(nn.Module):
            def __init__(self, in_channels, out_channels, reduction=32):
                super().__init__()
                m = in_channels // reduction
                m = m if m > 8 else 8
                self.conv1 = nn.Conv2d(in_channels, m, 1)
                self.bn1 = nn.BatchNorm2d(m)
                self.conv_h = nn.Conv2d(m, out_channels, 1)
                self.conv_w = nn.Conv2d(m, out_channels, 1)

            def forward(self, x):
                h = x.shape[2]
                line = torch.cat([x.mean(3), x.mean(2)], dim=2)[:, :, None]
                y = self.bn1(self.conv1(line))
                y = y * (y + 3).clamp(0, 6) / 6
                gate_h = self.conv_h(y[..., :h]).sigmoid().transpose(2, 3)
                gate_w = self.conv_w(y[..., h:]).sigmoid()
                return x * (gate_h * gate_w)
        """),
    Variant("coordinate-linear", "CoordinateAttention", """
        class CoordinateAttention(nn.Module):
            def __init__(self, in_channels, out_channels, reduction=32):
                super().__init__()
                m = max(in_channels // reduction, 8)
                self.conv1 = nn.Linear(in_channels, m)
                self.bn1 = nn.BatchNorm1d(m)
                self.conv_h = nn.Linear(m, out_channels)
                self.conv_w = nn.Linear(m, out_channels)

            def forward(self, x):
                h = x.size(2)
                line = torch.cat([x.mean(3), x.mean(2)], dim=2).transpose(1, 2)
                line = F.hardswish(self.bn1(self.conv1(line).transpose(1, 2))).transpose(1, 2)
                a_h = torch.sigmoid(self.conv_h(line[:, :h])).transpose(1, 2)
                a_w = torch.sigmoid(self.conv_w(line[:, h:])).transpose(1, 2)
                return x * a_h[..., None] * a_w[:, :, None]
        """),
    Variant("coordinate-one-product", "CoordinateAttention", """
        class CoordinateAttention(nn.Module):
            def __init__(self, in_channels, out_channels, reduction=32):
                super().__init__()
                m = max(8, int(in_channels / reduction))
                self.conv1 = nn.Conv1d(in_channels, m, 1)
                self.bn1 = nn.BatchNorm1d(m)
                self.conv_h = nn.Conv1d(m, out_channels, 1)
                self.conv_w = nn.Conv1d(m, out_channels, 1)

            def gates(self, x):
                rows, columns = directional_pool(x)
                line = self.bn1(self.conv1(torch.cat([rows.squeeze(3), columns.squeeze(2)], dim=-1)))
                line = line * F.relu6(line + 3) / 6
                rows, columns = line.tensor_split([x.size(2)], dim=-1)
                return self.conv_h(rows).sigmoid(), self.conv_w(columns).sigmoid()

            def forward(self, x):
                return torch.einsum("bchw,bch,bcw->bchw", x, *self.gates(x))
        """),
    Variant("coordinate-both-in-exp", "CoordinateAttention", """
        class CoordinateAttention(nn.Module):
            def __init__(self, in_channels, out_channels, reduction=32):
                super().__init__()
                m = sorted((8, in_channels // reduction))[1]
                self.conv1, self.bn1 = nn.Conv2d(in_channels, m, (1, 1)), nn.BatchNorm2d(m)
                self.conv_h, self.conv_w = (nn.Conv2d(m, out_channels, (1, 1)) for _ in range(2))

            def forward(self, x):
                sizes = tuple(x.shape[2:])
                rows, columns = directional_pool(x)
                line = F.hardswish(self.bn1(self.conv1(torch.cat([rows.mT, columns], dim=3))))
                rows, columns = line.split(sizes, dim=3)
                return x * torch.exp(F.logsigmoid(self.conv_h(rows)).mT + F.logsigmoid(self.conv_w(columns)))
        """),
)
