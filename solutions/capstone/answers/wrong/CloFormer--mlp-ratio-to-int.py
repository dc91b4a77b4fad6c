# expect: You cut mlp_ratio to a whole number
from itertools import chain, pairwise


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, int(mlp_ratio))
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth - 1)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[i + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))
