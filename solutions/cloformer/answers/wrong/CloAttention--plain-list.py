# expect: The local branches lie in a plain Python list
class CloAttention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError("group_split does not sum to num_heads")
        head_dim = dim // num_heads
        branches = []
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = branches
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))
