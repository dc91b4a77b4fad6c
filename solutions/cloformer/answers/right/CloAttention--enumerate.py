class CloAttention(nn.Module):
    def __init__(self, dim, num_heads, group_split, kernel_sizes, window_size=7):
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError(f"sum of {group_split} is not {num_heads}")
        head_dim = dim // num_heads
        branches = []
        for i, kernel_size in enumerate(kernel_sizes):
            if group_split[i] == 0:
                continue
            branches.append(AttnConv(dim, group_split[i], head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        if group_split[-1] == 0:
            self.global_branch = None
        else:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x):
        out = []
        for branch in self.local_branches:
            out.append(branch(x))
        if self.global_branch is not None:
            out.append(self.global_branch(x))
        return self.proj(torch.cat(out, 1))
