# enumerate with an index, ModuleList.append, continue for empty groups
class CloAttention(nn.Module):
    def __init__(self, dim, num_heads, group_split, kernel_sizes, window_size=7):
        super().__init__()
        if not num_heads == sum(group_split):
            raise ValueError("group_split must sum to num_heads")
        self.dim = dim
        self.head_dim = dim // num_heads
        *local_heads, global_heads = group_split
        self.local_branches = nn.ModuleList()
        for i, n in enumerate(local_heads):
            if n == 0:
                continue
            self.local_branches.append(AttnConv(dim, n, self.head_dim, kernel_sizes[i]))
        if global_heads:
            self.global_branch = GlobalBranch(dim, global_heads, self.head_dim, window_size)
        else:
            self.global_branch = None
        self.proj = nn.Conv2d(dim, dim, kernel_size=1)

    def forward(self, x):
        res = []
        for branch in self.local_branches:
            res.append(branch(x))
        if self.global_branch is not None:
            res.append(self.global_branch(x))
        out = torch.cat(res, dim=1)
        return self.proj(out)
