# expect: You read the position in the corner
from collections import OrderedDict


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        try:
            table = [*zip(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                          strict=True)]
        except ValueError as error:
            raise ValueError("one entry per stage in each list, please") from error

        self.head = nn.Linear(dims[-1], num_classes)
        self.norm = nn.GroupNorm(1, dims[-1])
        stages = []
        out_dim, stride = dims[-1], 1
        for dim, depth, heads, split, kernels, window in reversed(table):
            stage = []
            for _ in range(depth):
                stage.insert(0, CloBlock(dim, out_dim, heads, split, kernels, window,
                                         mlp_kernel_size, mlp_ratio, stride))
                out_dim, stride = dim, 1
            stages.insert(0, nn.ModuleList(stage))
            out_dim, stride = dim, 2
        self.stages = nn.ModuleList(stages)

        d = dims[0]
        named = OrderedDict()
        inside = 3
        for k, (outside, step) in enumerate([(d // 2, 2), (d, 2), (d, 1), (d, 1)], start=1):
            named[f"conv{k}"] = nn.Conv2d(inside, outside, 3, stride=step, padding=1)
            named[f"bn{k}"] = nn.BatchNorm2d(outside)
            named[f"relu{k}"] = nn.ReLU()
            inside = outside
        named["conv5"] = nn.Conv2d(d, d, 1)
        named["norm"] = nn.GroupNorm(1, d)
        self.patch_embed = nn.Sequential(named)

    def forward(self, x):
        out = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                out = block(out)
        out = self.norm(out)
        out = out[:, :, 0, 0]
        out = self.head(out)
        return out
