# expect: You look for the last block with depths[0]. Stage i has depths[i] blocks
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if any(len(entries) != len(dims) for entries in lists):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[0] - 1 and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))
