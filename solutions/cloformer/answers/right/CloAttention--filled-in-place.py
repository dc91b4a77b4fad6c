# a buffer of x's type is filled slice by slice
class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
                 window_size: int = 7) -> None:
        super().__init__()
        total = 0
        for n in group_split:
            total += n
        if total != num_heads:
            raise ValueError("heads")
        d = dim // num_heads
        near, far = group_split[:-1], group_split[-1]
        self.local_branches = nn.ModuleList([AttnConv(dim, n, d, k) for n, k in zip(near, kernel_sizes) if n])
        self.global_branch = GlobalBranch(dim, far, d, window_size) if far else None
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        together = torch.empty_like(x)
        start = 0
        branches = list(self.local_branches)
        if self.global_branch is not None:
            branches += [self.global_branch]
        for branch in branches:
            y = branch(x)
            together[:, start:start + y.shape[1]] = y
            start += y.shape[1]
        return self.proj(together)
