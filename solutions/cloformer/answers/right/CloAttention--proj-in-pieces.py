# proj's weights are cut by branch and the pieces' results added, no cat
class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
                 window_size: int = 7) -> None:
        super().__init__()
        if sum(group_split) - num_heads:
            raise ValueError(f"{sum(group_split)} heads instead of {num_heads}")
        head_dim = dim // num_heads
        self.local_branches = nn.ModuleList()
        for heads, size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                self.local_branches.append(AttnConv(dim, heads, head_dim, size))
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.proj.bias.view(1, -1, 1, 1)
        done = 0
        for branch in [*self.local_branches, self.global_branch]:
            if branch is None:
                continue
            y = branch(x)
            n = y.size(1)
            out = out + F.conv2d(y, self.proj.weight[:, done:done + n])
            done += n
        return out
