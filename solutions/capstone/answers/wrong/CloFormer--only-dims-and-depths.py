# expect: no ValueError is raised
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        if len(dims) != len(depths):
            raise ValueError
        plan = []  # one row for each block: stage, out_dim, stride
        for s, depth in enumerate(depths):
            plan.extend([s, dims[s], 1] for _ in range(depth))
            if s < len(depths) - 1:
                plan[-1][1:] = dims[s + 1], 2
        self.stages = nn.ModuleList([nn.ModuleList() for _ in depths])
        for s, out_dim, stride in plan:
            block = CloBlock(dims[s], out_dim, num_heads[s], group_splits[s], kernel_sizes[s],
                             window_sizes[s], mlp_kernel_size, mlp_ratio, stride)
            self.stages[s].append(block)
        d = dims[0]
        half = d // 2
        relu = nn.ReLU()  # has no parameters, so one will do
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1), nn.BatchNorm2d(half), relu,
            nn.Conv2d(half, d, 3, 2, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for block in [block for stage in self.stages for block in stage]:
            x = block(x)
        x = self.norm(x)
        h, w = x.shape[-2:]
        return self.head(x.sum((-1, -2)) / (h * w))
