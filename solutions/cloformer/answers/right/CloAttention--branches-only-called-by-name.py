class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int], window_size: int = 7) -> None:
        super().__init__()
        *local, far = list(group_split)
        if sum(local) + far != num_heads:
            raise ValueError("the groups have other heads than num_heads")
        width = dim // num_heads
        pairs = [(n, k) for n, k in zip(local, kernel_sizes) if n != 0]
        self.local_branches = nn.ModuleList([AttnConv(dim=dim, heads=n, head_dim=width, kernel_size=k) for n, k in pairs])
        self.global_branch = GlobalBranch(dim=dim, heads=far, head_dim=width, window_size=window_size) if far else None
        self.proj = nn.Conv2d(dim, dim, (1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        near = [branch(x) for branch in self.local_branches]
        far = [] if self.global_branch is None else [self.global_branch(x)]
        return self.proj(torch.cat(near + far, dim=-3))
