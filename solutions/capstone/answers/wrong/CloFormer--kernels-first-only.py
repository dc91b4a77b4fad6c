# expect: You pass on the first kernel of a stage alone
def conv(inside, outside, size=1, stride=1, groups=1):
    return nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups)


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        given = {"dims": dims, "depths": depths, "num_heads": num_heads,
                 "group_splits": group_splits, "kernel_sizes": kernel_sizes,
                 "window_sizes": window_sizes}
        for name, value in given.items():
            if len(value) != len(dims):
                raise ValueError(f"{name} has {len(value)} entries, dims has {len(dims)}")
        number = len(dims)
        first = dims[0]
        block_of_layers = lambda a, b, s: (conv(a, b, 3, s), nn.BatchNorm2d(b), nn.ReLU())
        self.patch_embed = nn.Sequential(*(
            block_of_layers(3, first // 2, 2) + block_of_layers(first // 2, first, 2)
            + block_of_layers(first, first, 1) + block_of_layers(first, first, 1)
            + (conv(first, first), nn.GroupNorm(1, first))))
        self.stages = nn.ModuleList()
        for stage in range(number):
            self.stages.append(nn.ModuleList())
            for left in range(depths[stage], 0, -1):  # blocks left in this stage
                width, stride = dims[stage], 1
                if left == 1 and stage != number - 1:
                    width, stride = dims[stage + 1], 2
                self.stages[stage].append(CloBlock(
                    dims[stage], width, num_heads[stage], group_splits[stage],
                    kernel_sizes[stage][:1], window_sizes[stage], mlp_kernel_size, mlp_ratio, stride))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(torch.einsum("bchw->bc", x) / x[0, 0].numel())
