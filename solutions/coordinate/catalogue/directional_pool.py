"""What learners write for `directional_pool`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "pool-adaptive": """
def directional_pool(x):
    return torch.nn.AdaptiveAvgPool2d((None, 1))(x), torch.nn.AdaptiveAvgPool2d((1, None))(x)
""",
    "pool-sums": """
def directional_pool(x):
    height, width = x.shape[2:]
    return x.sum(-1)[..., None] / width, torch.einsum("bchw->bcw", x).unsqueeze(2) / height
""",
    "pool-products": """
def directional_pool(x):
    h, w = x.shape[-2:]
    return x @ x.new_full((w, 1), 1 / w), x.new_full((1, h), 1 / h) @ x
""",
    "adaptive-pooling": """
def directional_pool(x):
    return F.adaptive_avg_pool2d(x, (None, 1)), F.adaptive_avg_pool2d(x, (1, None))
""",
    "as-in-the-hints": """
def directional_pool(x):
    rows = x.mean(dim=3, keepdim=True)
    columns = x.mean(dim=2, keepdim=True)
    return rows, columns
""",
    "avg-pool-kernel": """
# avg_pool2d with a kernel as long as the row or column
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    B, C, H, W = x.size()
    z_h = F.avg_pool2d(x, kernel_size=(1, W))
    z_w = F.avg_pool2d(x, kernel_size=(H, 1))
    return z_h, z_w
""",
    "depthwise-conv": """
# a depthwise convolution with constant weights
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    C, H, W = x.shape[1:]
    along_w = x.new_full((C, 1, 1, W), 1.0 / W)
    along_h = x.new_full((C, 1, H, 1), 1.0 / H)
    return F.conv2d(x, along_w, groups=C), F.conv2d(x, along_h, groups=C)
""",
    "einsum": """
# einsum with the size as divisor
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    h, w = x.shape[2], x.shape[3]
    row = torch.einsum("bchw->bch", x) / w
    col = torch.einsum("bchw->bcw", x) / h
    return row[..., None], col[:, :, None, :]
""",
    "filled-in": """
# new_zeros of the right type, filled by loops over images and rows
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    B, C, H, W = x.shape
    rows = x.new_zeros(B, C, H, 1)
    cols = x.new_zeros(B, C, 1, W)
    for b in range(B):
        for h in range(H):
            rows[b, :, h, 0] = x[b, :, h, :].mean(dim=1)
        for w in range(W):
            cols[b, :, 0, w] = x[b, :, :, w].mean(dim=1)
    return rows, cols
""",
    "interpolate-area": """
# F.interpolate in area mode
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    H, W = x.shape[-2], x.shape[-1]
    a = F.interpolate(x, size=(H, 1), mode="area")
    b = F.interpolate(x, size=(1, W), mode="area")
    return a, b
""",
    "list-unsqueezed": """
def directional_pool(x):
    return [x.mean(-1).unsqueeze(-1), x.mean(-2).unsqueeze(-2)]
""",
    "loops-stack": """
# loops over rows and columns, stacked
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    rows = [x[:, :, i].mean(-1) for i in range(x.shape[2])]
    columns = [x[:, :, :, j].mean(-1) for j in range(x.shape[3])]
    return torch.stack(rows, dim=2).unsqueeze(3), torch.stack(columns, dim=2).unsqueeze(2)
""",
    "matmul-ones": """
# matrix products with a vector of 1/W and of 1/H
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    H, W = x.shape[2:]
    right = torch.full((W, 1), 1 / W, dtype=x.dtype, device=x.device)
    left = torch.full((1, H), 1 / H, dtype=x.dtype, device=x.device)
    return x @ right, left @ x
""",
    "matrix-product": """
def directional_pool(x):
    b, c, h, w = x.shape
    ones_w = x.new_full((w, 1), 1 / w)
    ones_h = x.new_full((1, h), 1 / h)
    return x @ ones_w, ones_h @ x
""",
    "mean-keepdim": """
# mean with keepdim, the short way
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)
""",
    "modules-in-function": """
# nn.AdaptiveAvgPool2d made outside the function, other names
pool_rows = nn.AdaptiveAvgPool2d((None, 1))
pool_cols = nn.AdaptiveAvgPool2d((1, None))

def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    return pool_rows(x), pool_cols(x)
""",
    "namedtuple": """
# returns a namedtuple
from collections import namedtuple

Means = namedtuple('Means', 'rows columns')

def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    return Means(rows=x.mean(dim=-1).unsqueeze(-1), columns=x.mean(dim=-2).unsqueeze(-2))
""",
    "reshape-and-helper": """
# a helper for the last axis, the columns by transposing there and back
def mean_of_last(t):
    n = t.shape[-1]
    flat = t.reshape(-1, n)
    return flat.mean(1).reshape(*t.shape[:-1], 1)

def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    return mean_of_last(x), mean_of_last(x.transpose(2, 3)).transpose(2, 3)
""",
    "running-sum": """
# a running sum with +, no reduction at all
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    total_of_row = 0
    for column in x.unbind(3):
        total_of_row = total_of_row + column
    total_of_column = 0
    for row in x.unbind(2):
        total_of_column = total_of_column + row
    return (total_of_row / x.shape[3]).unsqueeze(3), (total_of_column / x.shape[2]).unsqueeze(2)
""",
    "sizes-given": """
def directional_pool(x):
    h, w = x.size(2), x.size(3)
    return F.avg_pool2d(x, (1, w)), F.avg_pool2d(x, (h, 1))
""",
    "sum-divided": """
# sum divided by the size, negative axes
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    H, W = x.shape[-2:]
    rows = x.sum(-1, keepdim=True) / W
    cols = x.sum(-2, keepdim=True) / H
    return rows, cols
""",
}

MISTAKES = (
    Mistake("pool-exchanged",
            "Your two results have changed places. The first should hold the mean of each row, taken over W, the "
            "last axis: (B, C, H, 1).",
            {"x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)":
                 "x.mean(dim=2, keepdim=True), x.mean(dim=3, keepdim=True)"}, hint=1),
    Mistake("pool-no-keepdim",
            "Your means have lost an axis: (B, C, H) and (B, C, W). Use keepdim=True, which leaves an axis of size 1.",
            {"x.mean(dim=3, keepdim=True)": "x.mean(dim=3)", "x.mean(dim=2, keepdim=True)": "x.mean(dim=2)"}, hint=2),
    Mistake("pool-sums", "You take sums. Take means, so that a larger map does not give larger numbers.",
            {"x.mean(dim=3, keepdim=True)": "x.sum(dim=3, keepdim=True)",
             "x.mean(dim=2, keepdim=True)": "x.sum(dim=2, keepdim=True)"}),
    Mistake("pool-maxima", "You take the maximum of each row and column. Take the mean.",
            {"x.mean(dim=3, keepdim=True)": "x.amax(dim=3, keepdim=True)",
             "x.mean(dim=2, keepdim=True)": "x.amax(dim=2, keepdim=True)"}),
    Mistake("pool-columns-standing",
            "Your columns' means are (B, C, W, 1). Leave them as (B, C, 1, W). (CoordinateAttention transposes them "
            "later.)", {"x.mean(dim=2, keepdim=True)": "x.mean(dim=2, keepdim=True).transpose(2, 3)"}, hint=2),
    Mistake("pool-global",
            "You average over the whole map, as SE does, and repeat the mean. Each row and each column should have a "
            "mean of its own.",
            {"x.mean(dim=3, keepdim=True)": "x.mean(dim=(2, 3), keepdim=True).expand(-1, -1, x.shape[2], -1)",
             "x.mean(dim=2, keepdim=True)": "x.mean(dim=(2, 3), keepdim=True).expand(-1, -1, -1, x.shape[3])"}, hint=1),
    Mistake("pool-over-channels",
            "You average over the channels. Each channel should keep its own means: average over W for the rows' "
            "means, and over H for the columns' means.",
            {"x.mean(dim=3, keepdim=True)": "x.mean(dim=(1, 3), keepdim=True).expand(-1, x.shape[1], -1, -1)",
             "x.mean(dim=2, keepdim=True)": "x.mean(dim=(1, 2), keepdim=True).expand(-1, x.shape[1], -1, -1)"}, hint=1),
    Mistake("pool-over-batch",
            "Your means run over the batch too, so all images share them. Average over W for the rows' means, and "
            "over H for the columns' means.",
            {"x.mean(dim=3, keepdim=True)": "x.mean(dim=(0, 3), keepdim=True).expand(len(x), -1, -1, -1)",
             "x.mean(dim=2, keepdim=True)": "x.mean(dim=(0, 2), keepdim=True).expand(len(x), -1, -1, -1)"}, hint=1),
    Mistake("pool-divided-by-the-wrong-side",
            "You divide the sum of a row by H, and the sum of a column by W. A row has W numbers, and a column has H.",
            {"x.mean(dim=3, keepdim=True)": "x.sum(dim=3, keepdim=True) / x.shape[2]",
             "x.mean(dim=2, keepdim=True)": "x.sum(dim=2, keepdim=True) / x.shape[3]"}, hint=1),
    Mistake("pool-detached",
            "The numbers are right, but the means are detached (`detach()`, `.data` or `no_grad()`): no gradient "
            "flows back.",
            {"x.mean(dim=3, keepdim=True)": "x.mean(dim=3, keepdim=True).detach()",
             "x.mean(dim=2, keepdim=True)": "x.mean(dim=2, keepdim=True).detach()"}),
    Mistake("pool-over-channels-too",
            "You average over the channels, too. Each channel should keep its own means: average over W for the "
            "rows' means, and over H for the columns' means.",
            {"x.mean(dim=3, keepdim=True)": "x.mean(dim=(1, 3), keepdim=True)",
             "x.mean(dim=2, keepdim=True)": "x.mean(dim=(1, 2), keepdim=True)"}, hint=1),
    Mistake("pool-over-batch-too",
            "You average over the images of the batch, too. Each image should keep its own means: average over W for "
            "the rows' means, and over H for the columns' means.",
            {"x.mean(dim=3, keepdim=True)": "x.mean(dim=(0, 3), keepdim=True)",
             "x.mean(dim=2, keepdim=True)": "x.mean(dim=(0, 2), keepdim=True)"}, hint=1),
    Mistake("pool-axes-off-by-one",
            "Your axes are one too small: you average over H and over the channels. Axes count from 0: W is axis 3, "
            "and H is axis 2.",
            {"x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)":
                 "x.mean(dim=2, keepdim=True), x.mean(dim=1, keepdim=True)"}, hint=1),
    Mistake("pool-only-rows",
            "You return the rows' means only. Return two tensors: the rows' means, then the columns' means.",
            {"x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": "x.mean(dim=3, keepdim=True)"}),
)

WRONG = (
    Wrong("broadcast-to-map",
          {"return x.mean(3, keepdim=True), x.mean(2, keepdim=True)": """rows = x.mean(3, keepdim=True).expand_as(x)
    cols = x.mean(2, keepdim=True).expand_as(x)
    return (rows, cols)"""},
          of="mean-keepdim", says="Expected shape"),
    Wrong("columns-of-rows",
          {"return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": """rows = x.mean(3, keepdim=True)
    cols = rows.mean(2, keepdim=True)
    return (rows, cols)"""},
          says="it is the expected tensor's mean over axis 3"),
    Wrong("divided-by-c",
          {"return [x.mean(-1).unsqueeze(-1), x.mean(-2).unsqueeze(-2)]": """_, C, H, W = x.shape
    return (x.sum(3, keepdim=True) / W, x.sum(2, keepdim=True) / W)"""},
          of="list-unsqueezed", says="times the expected one everywhere"),
    Wrong("float32", {"return": "x = x.float()\n    return"}, of="mean-keepdim", says="its dtype is torch.float32"),
    Wrong("gates-already",
          {"x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)":
               "(x.mean(3, keepdim=True).sigmoid(), x.mean(2, keepdim=True).sigmoid())"},
          says="it went through one sigmoid too many"),
    Wrong("keepdim-only-first", {"x.mean(2, keepdim=True)": "x.mean(2)"}, of="mean-keepdim",
          says="axes of size 1 are missing"),
    Wrong("one-tensor",
          {"return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": """rows = x.mean(3, keepdim=True)
    cols = x.mean(2, keepdim=True).transpose(2, 3)
    return torch.cat([rows, cols], dim=2)"""},
          says="Expected a tuple of 2, got a tensor"),
    Wrong("rows-lie-down",
          {"return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": """rows = x.mean(3).unsqueeze(2)
    cols = x.mean(2).unsqueeze(2)
    return (rows, cols)"""},
          says="axes of size 1 are in the wrong place"),
    Wrong("squeeze-batch-of-one",
          {"return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": """rows = x.mean(3).squeeze()[..., None]
    cols = x.mean(2).squeeze()[..., None, :]
    return (rows, cols)"""},
          says="wrong with a batch of one"),
)
