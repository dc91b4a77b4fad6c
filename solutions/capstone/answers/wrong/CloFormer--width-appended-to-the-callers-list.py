# expect: your code changes this list, which is the caller's
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        dims.append(dims[-1])
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                last = j == depths[i] - 1
                out, stride = (dims[i + 1] if last else dims[i]), (2 if last and i != n - 1 else 1)
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)
