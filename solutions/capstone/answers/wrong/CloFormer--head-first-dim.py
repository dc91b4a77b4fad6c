# expect: Your head is made for dims[0] channels
def conv_bn_relu(inside, outside, stride):
    return [nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1),
            nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        per_stage = list(zip(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                             strict=True))
        d = dims[0]
        self.patch_embed = nn.Sequential(
            *conv_bn_relu(3, d // 2, 2),
            *conv_bn_relu(d // 2, d, 2),
            *conv_bn_relu(d, d, 1),
            *conv_bn_relu(d, d, 1),
            nn.Conv2d(d, d, kernel_size=1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for (dim, depth, heads, split, kernels, window), after in zip(per_stage, [*dims[1:], None]):
            plan = [(dim, 1)] * depth
            if after is not None:
                plan[-1] = (after, 2)
            self.stages.append(nn.ModuleList(
                CloBlock(dim, out, heads, split, kernels, window, mlp_kernel_size, mlp_ratio, step)
                for out, step in plan))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[0], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(x.flatten(2).mean(2))
