"""What learners write for `CoordinateAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    convention,
    hard_gate,
    infinite,
    norm_of_batch,
    only_in_eval,
    own_mode,
)

COORDINATE_JOINED_ALONG_AXIS__ = ("You join along axis 3. Once the columns' means are transposed, the two kinds of "
                                  "means are (B, C, H, 1) and (B, C, W, 1). Join and split them along axis 2.")
COORDINATE_GATE_RESHAPED = ("You reshape the columns' gate to x's shape, but it has W numbers for each channel and "
                            "not H * W. Transpose it back to (B, C, 1, W). When you multiply x by it, PyTorch "
                            "broadcasts it.")

RIGHT = {
    "authors-style": """
# the authors' code: pools as modules, permute, identity
class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super(CoordinateAttention, self).__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))
        mip = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)
        self.bn1 = nn.BatchNorm2d(mip)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)
        self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)

    def forward(self, x):
        identity = x
        n, c, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.conv1(y)
        y = self.bn1(y)
        y = self.act(y)
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        out = identity * a_h * a_w
        return out
""",
    "conv1-twice-bn-once": """
# conv1 on the rows and on the columns, joined before bn1
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)

class CoordinateAttention(nn.Module):
    '''x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    '''

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([self.conv1(z_h), self.conv1(z_w).transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(line))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w
""",
    "gates-on-the-whole-line": """
# both convolutions on the whole line, cut afterwards
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)

class CoordinateAttention(nn.Module):
    '''x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    '''

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H = x.size(2)
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], 2)
        line = F.hardswish(self.bn1(self.conv1(line)))
        a_h = torch.sigmoid(self.conv_h(line))[:, :, :H]
        a_w = torch.sigmoid(self.conv_w(line))[:, :, H:].transpose(2, 3)
        return a_w * (a_h * x)
""",
    "line-of-three-axes": """
# means without keepdim, one axis added after the join, slices
class CoordinateAttention(nn.Module):
    '''x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    '''

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = F.hardswish(hidden)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * row_gate * col_gate
""",
    "other-names-sequential": """
# other names: squeeze, row_gate, column_gate as nn.Sequential
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)

class CoordinateAttention(nn.Module):
    '''x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).'''

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        hidden = max(in_channels // reduction, 8)
        self.squeeze = nn.Sequential(nn.Conv2d(in_channels, hidden, 1), nn.BatchNorm2d(hidden), nn.Hardswish())
        self.row_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())
        self.column_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns = directional_pool(x)
        line = self.squeeze(torch.cat([rows, columns.mT], dim=2))
        rows, columns = line.tensor_split([x.shape[2]], dim=2)
        return x * self.row_gate(rows) * self.column_gate(columns.mT)
""",
    "sequential-in-forward": """
# an nn.Sequential of the three layers, put together in forward
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)

class CoordinateAttention(nn.Module):
    '''x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    '''

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = nn.Sequential(self.conv1, self.bn1, nn.Hardswish())(line)
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w
""",
    "textbook": """
# as the drawing says, with directional_pool
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)

class CoordinateAttention(nn.Module):
    '''x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    '''

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w
""",
    "width-by-if": """
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)

class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = in_channels // reduction if in_channels // reduction > 8 else 8
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w
""",
}

HINTS = {"`bn1`": 3, "joins along": 1, "takes the mean over": 1}

MISTAKES = (
    Mistake("coordinate-softmax", "Your gates come from a softmax. Take a sigmoid of each number by itself.",
            {"torch.sigmoid(self.conv_h(rows))": "torch.softmax(self.conv_h(rows), dim=2)",
             "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))":
                 "torch.softmax(self.conv_w(columns.transpose(2, 3)), dim=3)"}),
    Mistake("coordinate-softmax-of-channels",
            "Your gates come from a softmax over the channels. Take a sigmoid of each number by itself.",
            {"torch.sigmoid(self.conv_h(rows))": "torch.softmax(self.conv_h(rows), dim=1)",
             "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))":
                 "torch.softmax(self.conv_w(columns.transpose(2, 3)), dim=1)"}),
    Mistake("coordinate-two-sigmoids", "Your gates go through the sigmoid twice. Once is enough.",
            {"torch.sigmoid(self.conv_h(rows))": "torch.sigmoid(torch.sigmoid(self.conv_h(rows)))",
             "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))":
                 "torch.sigmoid(torch.sigmoid(self.conv_w(columns.transpose(2, 3))))"}),
    Mistake("coordinate-no-sigmoids",
            "The sigmoids are missing: you multiply x by the outputs of conv_h and conv_w as they are. Take a "
            "sigmoid of each output first.",
            {"torch.sigmoid(self.conv_h(rows))": "self.conv_h(rows)",
             "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))": "self.conv_w(columns.transpose(2, 3))"}),
    Mistake("coordinate-no-sigmoid-of-rows", "The sigmoid after conv_h is missing.",
            {"torch.sigmoid(self.conv_h(rows))": "self.conv_h(rows)"}),
    Mistake("coordinate-no-sigmoid-of-columns", "The sigmoid after conv_w is missing.",
            {"torch.sigmoid(self.conv_w(columns.transpose(2, 3)))": "self.conv_w(columns.transpose(2, 3))"}),
    Mistake("coordinate-one-sigmoid",
            "You add the outputs of conv_h and conv_w and take one sigmoid of the sum. Take a sigmoid of each "
            "output, and multiply x by both gates.",
            {"torch.sigmoid(self.conv_h(rows))": "self.conv_h(rows)",
             "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))": "self.conv_w(columns.transpose(2, 3))",
             "x * a_h * a_w": "x * torch.sigmoid(a_h + a_w)"}, hint=3),
    Mistake("coordinate-sigmoid-of-the-product",
            "You multiply the outputs of conv_h and conv_w and take one sigmoid of the product. Take a sigmoid of "
            "each output first.",
            {"torch.sigmoid(self.conv_h(rows))": "self.conv_h(rows)",
             "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))": "self.conv_w(columns.transpose(2, 3))",
             "x * a_h * a_w": "x * torch.sigmoid(a_h * a_w)"}, hint=3),
    hard_gate("coordinate-hard-sigmoid", "torch.sigmoid(self.conv_h(", "torch.sigmoid(self.conv_w("),
    Mistake("coordinate-gates-averaged", "You take the mean of the two gates. Multiply by both: x * a_h * a_w.",
            {"x * a_h * a_w": "x * (a_h + a_w) / 2"}),
    Mistake("coordinate-gates-maximum", "You take the larger of the two gates. Multiply by both: x * a_h * a_w.",
            {"x * a_h * a_w": "x * torch.maximum(a_h, a_w)"}),
    Mistake("coordinate-split-exchanged",
            "You split off W numbers for the rows and H for the columns. The line holds H rows first, then W columns.",
            {"line.split([x.shape[2], x.shape[3]], dim=2)": "line.split([x.shape[3], x.shape[2]], dim=2)"}),
    Mistake("coordinate-split-in-halves",
            "You split the line into two equal halves. It holds H rows and W columns: split([H, W], dim=2).",
            {"line.split([x.shape[2], x.shape[3]], dim=2)": "line.chunk(2, dim=2)"}, hint=2),
    Mistake("coordinate-split-in-pieces",
            "You give split a single number, which cuts the line into pieces of that length. Give it a list of two "
            "sizes: split([H, W], dim=2).",
            {"line.split([x.shape[2], x.shape[3]], dim=2)": "line.split(x.shape[2], dim=2)"}, hint=2),
    Mistake("coordinate-layers-exchanged",
            "conv_h and conv_w have changed places: conv_h should make the gate of the rows.",
            {"torch.sigmoid(self.conv_h(rows))": "torch.sigmoid(self.conv_w(rows))",
             "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))":
                 "torch.sigmoid(self.conv_h(columns.transpose(2, 3)))"}),
    Mistake("coordinate-no-transposition",
            "Your columns' means are (B, C, 1, W) and cannot be joined to the rows' (B, C, H, 1). Transpose them "
            "first.", {"torch.cat([rows, columns.transpose(2, 3)], dim=2)": "torch.cat([rows, columns], dim=2)"},
            hint=1),
    Mistake("coordinate-not-transposed-back",
            "Your columns' gate is (B, C, W, 1), so it multiplies the rows. Transpose it back to (B, C, 1, W).",
            {"torch.sigmoid(self.conv_w(columns.transpose(2, 3)))": "torch.sigmoid(self.conv_w(columns))"}, hint=1),
    Mistake("coordinate-joined-along-axis-3-and-split", COORDINATE_JOINED_ALONG_AXIS__,
            {"torch.cat([rows, columns.transpose(2, 3)], dim=2)": "torch.cat([rows, columns.transpose(2, 3)], dim=3)",
             "line.split([x.shape[2], x.shape[3]], dim=2)": "line.split([x.shape[2], x.shape[3]], dim=3)"}, hint=1),
    Mistake("coordinate-gate-reshaped", COORDINATE_GATE_RESHAPED,
            {"self.conv_w(columns.transpose(2, 3))": "self.conv_w(columns).reshape(x.shape)"}, hint=1),
    Mistake("coordinate-gate-reshaped-before-conv-w", COORDINATE_GATE_RESHAPED,
            {"self.conv_w(columns.transpose(2, 3))": "self.conv_w(columns.reshape(x.shape))"}, hint=1),
    Mistake("coordinate-apart",
            "You call bn1 on rows and columns separately. Send them through conv1 and bn1 as one line of H + W "
            "positions, so that in training mode they share one mean and variance.",
            {"F.hardswish(self.bn1(self.conv1(line)))":
                 "torch.cat([F.hardswish(self.bn1(self.conv1(part))) for part in line.split([x.shape[2], "
                 "x.shape[3]], dim=2)], dim=2)"}, hint=2),
    Mistake("coordinate-hard-swish-not-divided",
            "Your hard-swish is not divided by 6. It should be t * clamp(t + 3, 0, 6) / 6, which F.hardswish "
            "computes.",
            {"line = F.hardswish(self.bn1(self.conv1(line)))": """line = self.bn1(self.conv1(line))
        line = line * F.relu6(line + 3)"""}),
    Mistake("coordinate-no-activation", "There is nothing between bn1 and the split: the hard-swish is missing.",
            {"F.hardswish(self.bn1(self.conv1(line)))": "self.bn1(self.conv1(line))"}, hint=3),
    Mistake("coordinate-instance-norm",
            "Your bn1 keeps no running mean and variance, like an InstanceNorm or a GroupNorm. It should be a plain "
            "nn.BatchNorm2d.", {"nn.BatchNorm2d(hidden)": "nn.InstanceNorm2d(hidden, affine=True)"}),
    Mistake("coordinate-norm-last", "Your bn1 comes after the hard-swish. The order should be conv1, bn1, hard-swish.",
            {"F.hardswish(self.bn1(self.conv1(line)))": "self.bn1(F.hardswish(self.conv1(line)))"}),
    Mistake("coordinate-no-minimum",
            "You take in_channels // reduction hidden channels, without a lower limit. There should be at least 8: "
            "max(8, ...).", {"max(8, in_channels // reduction)": "in_channels // reduction"}),
    Mistake("coordinate-at-least-one",
            "Your lower limit is one hidden channel. There should be at least 8: max(8, in_channels // reduction).",
            {"max(8, in_channels // reduction)": "max(1, in_channels // reduction)"}),
    Mistake("coordinate-at-most-eight",
            "You take the smaller of 8 and in_channels // reduction. Take the larger one: max.",
            {"max(8, in_channels // reduction)": "max(1, min(8, in_channels // reduction))"}),
    Mistake("coordinate-at-most-eight-or-none",
            "You take the smaller of 8 and in_channels // reduction, which may even be zero. Take the larger one: "
            "max.", {"max(8, in_channels // reduction)": "min(8, in_channels // reduction)"}),
    Mistake("coordinate-eight-more",
            "You add 8 to in_channels // reduction. 8 is only the lower limit: max(8, in_channels // reduction).",
            {"max(8, in_channels // reduction)": "in_channels // reduction + 8"}),
    Mistake("coordinate-reduction-itself",
            "You take `reduction` itself for the number of hidden channels. It is the divisor: max(8, in_channels // "
            "reduction).", {"max(8, in_channels // reduction)": "max(8, reduction)"}),
    Mistake("coordinate-rounded-up",
            "You round the hidden channels up, or to the nearest number. Round down: in_channels // reduction.",
            {"max(8, in_channels // reduction)": "max(8, -(-in_channels // reduction))"}),
    Mistake("coordinate-float-width",
            "`in_channels / reduction` is a float, even if there is no remainder, and a layer takes only whole "
            "numbers. Divide with two slashes: in_channels // reduction.",
            {"max(8, in_channels // reduction)": "max(8.0, in_channels / reduction)"}),
    Mistake("coordinate-no-bias",
            convention("no convolution has a bias", "timm's CoordAttn",
                       "Here all three have one."),
            {"nn.Conv2d(in_channels, hidden, 1)": "nn.Conv2d(in_channels, hidden, 1, bias=False)",
             "self.conv_h = nn.Conv2d(hidden, out_channels, 1)":
                 "self.conv_h = nn.Conv2d(hidden, out_channels, 1, bias=False)",
             "self.conv_w = nn.Conv2d(hidden, out_channels, 1)":
                 "self.conv_w = nn.Conv2d(hidden, out_channels, 1, bias=False)"}),
    Mistake("coordinate-conv1-without-bias",
            "conv1 has no bias. All three convolutions should have one, even conv1, which a BatchNorm follows.",
            {"nn.Conv2d(in_channels, hidden, 1)": "nn.Conv2d(in_channels, hidden, 1, bias=False)"}),
    Mistake("coordinate-gates-without-bias",
            "conv_h or conv_w has no bias. All three convolutions should have one, even conv1, which a BatchNorm "
            "follows.",
            {"self.conv_h = nn.Conv2d(hidden, out_channels, 1)":
                 "self.conv_h = nn.Conv2d(hidden, out_channels, 1, bias=False)",
             "self.conv_w = nn.Conv2d(hidden, out_channels, 1)":
                 "self.conv_w = nn.Conv2d(hidden, out_channels, 1, bias=False)"}),
    infinite("coordinate-naive-sigmoid",
             {"torch.sigmoid(self.conv_h(rows))": "(lambda e: e / (1 + e))(torch.exp(self.conv_h(rows)))",
              "torch.sigmoid(self.conv_w(columns.transpose(2, 3)))":
                  "(lambda e: e / (1 + e))(torch.exp(self.conv_w(columns.transpose(2, 3))))"}),
    only_in_eval("coordinate-only-in-eval", {"return x * a_h * a_w": "return x if self.training else x * a_h * a_w"}),
    *own_mode("coordinate"),
    *norm_of_batch("coordinate-norm-of-batch-always", "bn1"),
    Mistake("coordinate-tanh",
            "Your gates end in a tanh, so their numbers can be negative. They should end in a sigmoid.",
            {"torch.sigmoid(self.conv_h(": "torch.tanh(self.conv_h(",
             "torch.sigmoid(self.conv_w(": "torch.tanh(self.conv_w("}),
)

WRONG = (
    Wrong("bn-before-conv1",
          {"m)": "in_channels)",
           "nn.Sequential(self.conv1, self.bn1, nn.Hardswish())(line)": "F.hardswish(self.conv1(self.bn1(line)))"},
          of="sequential-in-forward", says="`bn1.weight` has shape (18,), expected (9,)"),
    Wrong("bn-not-affine", {"nn.BatchNorm2d(mip)": "nn.BatchNorm2d(mip, affine=False)"}, of="authors-style",
          says="Missing: `bn1.weight`"),
    Wrong("cat-channels", {")], dim=2": ")], dim=1"}, of="textbook", says="joins along axis 1. Join along axis 2."),
    Wrong("changes-input",
          {"return x * a_h * a_w": """x *= a_h
        x *= a_w
        return x"""}, of="textbook",
          says="your code changes it in place"),
    Wrong("conv1-kernel-3",
          {"self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)":
               "self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=3, stride=1, padding=1)"}, of="authors-style",
          says="`conv1.weight` has shape"),
    Wrong("dropout", {"x * a_h * a_w": "x * F.dropout(a_h * a_w, 0.1, self.training)"}, of="textbook",
          says="training mode"),
    Wrong("gates-mean-of-batch", {"* a_h": "* a_h.mean(0)", "* a_w": "* a_w.mean(0)"}, of="textbook",
          says="what you do with the result differs"),
    Wrong("gates-of-first-image", {"* row_gate": "* row_gate[0]", "* col_gate": "* col_gate[0]"},
          of="line-of-three-axes", says="only the first image is right"),
    Wrong("gates-rounded-to-float32", {"x * a_h * a_w": "(x * a_h.float() * a_w.float()).to(x.dtype)"}, of="textbook",
          says="makes a tensor float32"),
    Wrong("hardswish-no-upper-limit", {"F.hardswish(hidden)": "hidden * F.relu(hidden + 3) / 6"},
          of="line-of-three-axes", says="takes the ReLU. Take the ReLU6."),
    Wrong("instance-norm", {"nn.BatchNorm2d(m)": "nn.InstanceNorm2d(m, affine=True, track_running_stats=True)"},
          of="textbook", says="the first difference is in the output of `bn1`"),
    Wrong("layers-in-forward",
          {"""hidden = max(in_channels // reduction, 8)
        self.squeeze = nn.Sequential(nn.Conv2d(in_channels, hidden, 1), nn.BatchNorm2d(hidden), nn.Hardswish())
        self.row_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())
        self.column_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())""":
               """self.in_channels, self.out_channels = (in_channels, out_channels)
        self.m = max(8, in_channels // reduction)""",
           """rows, columns = directional_pool(x)
        line = self.squeeze(torch.cat([rows, columns.mT], dim=2))
        rows, columns = line.tensor_split([x.shape[2]], dim=2)
        return x * self.row_gate(rows) * self.column_gate(columns.mT)""": """H, W = x.shape[2:]
        rows, cols = directional_pool(x)
        line = torch.cat([rows, cols.transpose(2, 3)], dim=2)
        conv1 = nn.Conv2d(self.in_channels, self.m, 1).to(x)
        bn1 = nn.BatchNorm2d(self.m).to(x)
        conv_h = nn.Conv2d(self.m, self.out_channels, 1).to(x)
        conv_w = nn.Conv2d(self.m, self.out_channels, 1).to(x)
        line = F.hardswish(bn1(conv1(line)))
        rows, cols = line.split([H, W], dim=2)
        return x * conv_h(rows).sigmoid() * conv_w(cols.transpose(2, 3)).sigmoid()"""}, of="other-names-sequential",
          says="Missing: `conv1.weight`"),
    Wrong("line-float32",
          {"line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)":
               """line = torch.zeros(x.shape[0], x.shape[1], H + W, 1)
        line[:, :, :H] = z_h
        line[:, :, H:] = z_w.transpose(2, 3)"""}, of="textbook", says="without a dtype, so it is float32"),
    Wrong("max-pool", {"x.mean(3": "x.amax(3", "x.mean(2": "x.amax(2"}, of="line-of-three-axes",
          says="The first difference is in the input of `conv1`"),
    Wrong("no-return", {"\n        return out": ""}, of="authors-style", says="Is a `return` missing?"),
    Wrong("pool-swapped",
          {"""self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))""": """self.pool_h = nn.AdaptiveAvgPool2d((1, None))
        self.pool_w = nn.AdaptiveAvgPool2d((None, 1))"""}, of="authors-style", says="Your code stops with an error"),
    Wrong("reshape-mixes-channels",
          {"H = x.size(2)": "(B, C, H, W) = x.shape",
           """line = torch.cat([z_h, z_w.transpose(2, 3)], 2)
        line = F.hardswish(self.bn1(self.conv1(line)))
        a_h = torch.sigmoid(self.conv_h(line))[:, :, :H]
        a_w = torch.sigmoid(self.conv_w(line))[:, :, H:].transpose(2, 3)
        return a_w * (a_h * x)""":
               """f = F.hardswish(self.bn1(self.conv1(torch.cat([z_h, z_w.transpose(2, 3)], dim=2))))
        a_h = torch.sigmoid(self.conv_h(f[:, :, :H]))
        a_h = a_h.reshape(B, H, 1, C)
        a_w = torch.sigmoid(self.conv_w(f[:, :, H:])).permute(0, 3, 2, 1)
        return (x.permute(0, 2, 3, 1) * a_h * a_w).permute(0, 3, 1, 2)"""}, of="gates-on-the-whole-line",
          says="Before that, exchange axes 1 and 2."),
    Wrong("returns-gates-too", {"x * a_h * a_w": "(x * a_h * a_w, (a_h, a_w))"}, of="textbook",
          says="Expected a tensor, got a tuple of 2"),
    Wrong("squeeze-size-one", {"x * a_h * a_w": "torch.einsum('bchw,bch,bcw->bchw', x, a_h.squeeze(), a_w.squeeze())"},
          of="textbook", says="Right on other inputs, wrong with"),
    Wrong("two-conv1",
          {"self.bn1 ": """self.conv2 = nn.Conv2d(in_channels, m, 1)
        self.bn1 """,
           "self.conv1(z_w).transpose(2, 3)": "self.conv2(z_w.transpose(2, 3))"}, of="conv1-twice-bn-once",
          says="Not expected: `conv2.weight`"),
    Wrong("value-error",
          {"m = in_channels // reduction if in_channels // reduction > 8 else 8": """m = in_channels // reduction
        if m == 0:
            raise ValueError(f'{in_channels} // {reduction} is 0')"""},
          of="width-by-if", says="ValueError"),
    Wrong("view-noncontiguous",
          {"""def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)

""": "",
           "H, W ": "(B, C, H, W) ",
           "x.shape[2:]": "x.shape",
           """z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)""": """flat = x.view(B * C, H, W)
        z_h = flat.mean(2).view(B, C, H, 1)
        z_w = flat.mean(1).view(B, C, W, 1)""",
           "(line": "(torch.cat([z_h, z_w], dim=2)"}, of="textbook", says="channels-last order of memory"),
)

EQUIVALENT = (
    "3: parameters in_channels and out_channels exchanged", "5: in_channels -> out_channels",
    "5: arguments 0 and 1 of max exchanged", "5: rounded down, at least 1", "6: in_channels -> out_channels",
    "6: Conv2d with dilation=2", "8: out_channels -> in_channels", "8: Conv2d with dilation=2",
    "9: out_channels -> in_channels", "9: Conv2d with dilation=2", "13: arguments 0 and 1 of transpose exchanged",
    "15: x detached", "15: x detached (2)", "16: sigmoid in place", "17: arguments 0 and 1 of transpose exchanged",
    "17: sigmoid in place",
)
