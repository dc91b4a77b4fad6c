# expect: Every block of a stage has stride 2
import torch.nn.functional as F


from functools import partial, reduce


def _check(*lists):
    first, *others = lists
    for other in others:
        if len(other) != len(first):
            raise ValueError(f"{len(other)} entries beside {len(first)}")


def _patch_embed(d):
    net = nn.Sequential()
    inside = 3
    for outside, stride in zip((d // 2, d, d, d), (2, 2, 1, 1)):
        for layer in (nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside),
                      nn.ReLU(inplace=True)):
            net.add_module(str(len(net)), layer)
        inside = outside
    return net.extend([nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)])


def _stage(block, dim, next_dim, depth):
    """depth blocks; the last one leads to next_dim, if there is one."""
    stage = nn.ModuleList()
    while len(stage) < depth - 1:
        stage.append(block(dim, dim, stride=1 if next_dim is None else 2))
    stage.append(block(dim, dim, stride=1) if next_dim is None else block(dim, next_dim, stride=2))
    return stage


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        _check(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        self.patch_embed = _patch_embed(dims[0])
        self.stages = nn.ModuleList()
        following = list(dims[1:]) + [None]
        for i, depth in enumerate(depths):
            block = partial(CloBlock, num_heads=num_heads[i], group_split=group_splits[i],
                            kernel_sizes=kernel_sizes[i], window_size=window_sizes[i],
                            mlp_kernel_size=mlp_kernel_size, mlp_ratio=mlp_ratio)
            self.stages.append(_stage(block, dims[i], following[i], depth))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        blocks = (block for stage in self.stages for block in stage)
        x = reduce(lambda y, block: block(y), blocks, self.patch_embed(x))
        x = F.adaptive_avg_pool2d(self.norm(x), 1)
        return self.head(torch.flatten(x, start_dim=1))
