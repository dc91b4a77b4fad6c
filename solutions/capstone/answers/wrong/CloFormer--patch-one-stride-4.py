# expect: The strides of your patch_embed are 4, 1, 1, 1
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        lists = (dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        if len({len(each) for each in lists}) != 1:
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers, c = [], 3
        for out, stride in ((d // 2, 4), (d, 1), (d, 1), (d, 1)):
            layers += [nn.Conv2d(c, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
            c = out
        layers += [nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)]
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                last = j == depths[i] - 1 and i < len(dims) - 1
                stage.append(CloBlock(dims[i], dims[i + 1] if last else dims[i], num_heads[i],
                                      group_splits[i], kernel_sizes[i], window_sizes[i],
                                      mlp_kernel_size, mlp_ratio, 2 if last else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))
