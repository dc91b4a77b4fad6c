"""What learners write for `directional_pool`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "list-unsqueezed": """
def directional_pool(x):
    return [x.mean(-1).unsqueeze(-1), x.mean(-2).unsqueeze(-2)]
""",
    "mean-keepdim": """
# mean with keepdim, the short way
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    '''The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).'''
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)
""",
}

HINTS = {"axes of size 1": 2}

MISTAKES = (
    Mistake("pool-exchanged",
            "Your two results have changed places. The first should hold the mean of each row, taken over W, the "
            "last axis: (B, C, H, 1).",
            {"x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)":
                 "x.mean(dim=2, keepdim=True), x.mean(dim=3, keepdim=True)"}, hint=1),
    Mistake("pool-sums", "You take sums. Take means, so that a larger map does not give larger numbers.",
            {"x.mean(dim=3, keepdim=True)": "x.sum(dim=3, keepdim=True)",
             "x.mean(dim=2, keepdim=True)": "x.sum(dim=2, keepdim=True)"}),
    Mistake("pool-maxima", "You take the maximum of each row and column. Take the mean.",
            {"x.mean(dim=3, keepdim=True)": "x.amax(dim=3, keepdim=True)",
             "x.mean(dim=2, keepdim=True)": "x.amax(dim=2, keepdim=True)"}),
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
    Mistake("pool-not-zero",
            "You divide by the number of entries that are not zero. Zeros count too: use `mean`.",
            {"x.mean(dim=3, keepdim=True)": "x.sum(3, keepdim=True) / (x != 0).sum(3, keepdim=True).clamp(min=1)",
             "x.mean(dim=2, keepdim=True)": "x.sum(2, keepdim=True) / (x != 0).sum(2, keepdim=True).clamp(min=1)"}),
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
    Wrong("float32", {"return": "x = x.float()\n    return"}, of="mean-keepdim", says="makes a tensor float32"),
    Wrong("gates-already",
          {"x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)":
               "(x.mean(3, keepdim=True).sigmoid(), x.mean(2, keepdim=True).sigmoid())"},
          says="it went through one sigmoid too many"),
    Wrong("keepdim-only-first", {"x.mean(2, keepdim=True)": "x.mean(2)"}, of="mean-keepdim",
          says="drops axis 2. Keep it"),
    Wrong("one-tensor",
          {"return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": """rows = x.mean(3, keepdim=True)
    cols = x.mean(2, keepdim=True).transpose(2, 3)
    return torch.cat([rows, cols], dim=2)"""},
          says="Expected a tuple of 2, got a tensor"),
    Wrong("rows-lie-down",
          {"return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": """rows = x.mean(3).unsqueeze(2)
    cols = x.mean(2).unsqueeze(2)
    return (rows, cols)"""},
          says="puts a new axis at axis 2. Put it at axis 3."),
    Wrong("squeeze-batch-of-one",
          {"return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)": """rows = x.mean(3).squeeze()[..., None]
    cols = x.mean(2).squeeze()[..., None, :]
    return (rows, cols)"""},
          says="wrong with a batch of one"),
)
