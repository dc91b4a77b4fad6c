class Pyramid(nn.Module):
    """patch_embed, stages, norm, mean, head; a child builds the parts."""

    def features(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        return self.norm(x)

    def forward(self, x):
        return self.head(self.features(x).mean(-1).mean(-1))


class CloFormer(Pyramid):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        lengths = set(map(len, (dims, depths, num_heads, group_splits, kernel_sizes,
                                window_sizes)))
        if len(lengths) != 1:
            raise ValueError(f"lists of different lengths: {sorted(lengths)}")
        super().__init__()
        self.head = nn.Linear(dims[-1], num_classes)
        self.norm = nn.GroupNorm(1, dims[-1])

        def block(stage, last):
            leads_on = last and stage + 1 < len(dims)
            return CloBlock(
                dim=dims[stage],
                out_dim=dims[stage + leads_on],
                num_heads=num_heads[stage],
                group_split=group_splits[stage],
                kernel_sizes=kernel_sizes[stage],
                window_size=window_sizes[stage],
                mlp_kernel_size=mlp_kernel_size,
                mlp_ratio=mlp_ratio,
                stride=1 + leads_on,
            )

        self.stages = nn.ModuleList([
            nn.ModuleList([block(s, last=(k == depth)) for k in range(1, depth + 1)])
            for s, depth in enumerate(depths)
        ])
        self.patch_embed = self.make_stem(dims[0])

    @staticmethod
    def make_stem(d):
        stem = nn.Sequential()
        widths, strides = (3, d // 2, d, d, d), (2, 2, 1, 1)
        for k, stride in enumerate(strides):
            stem.append(nn.Conv2d(widths[k], widths[k + 1], 3, stride=stride, padding=1))
            stem.append(nn.BatchNorm2d(widths[k + 1]))
            stem.append(nn.ReLU())
        stem.append(nn.Conv2d(d, d, 1))
        stem.append(nn.GroupNorm(1, d))
        return stem
