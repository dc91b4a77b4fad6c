# expect: Locals first
class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int], window_size: int = 7) -> None:
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError(f"{group_split} does not sum to {num_heads}")
        head_dim = dim // num_heads
        self.local_branches = nn.ModuleList()
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                self.local_branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size) if group_split[-1] > 0 else None
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = []
        if self.global_branch is not None:
            out.append(self.global_branch(x))
        for branch in self.local_branches:
            out.append(branch(x))
        return self.proj(torch.cat(out, dim=1))
