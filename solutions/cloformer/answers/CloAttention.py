import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: append-in-a-loop
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


# %% right: branches-only-called-by-name
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


# %% right: enumerate
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


# %% right: filled-in-place
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


# %% right: proj-in-pieces
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


# %% wrong: assert-too, expect: If group_split does not sum to num_heads
class CloAttention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        assert sum(group_split) == num_heads
        head_dim = dim // num_heads
        branches = []
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: assert, expect: raise an AssertionError
class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int], window_size: int = 7) -> None:
        super().__init__()
        assert sum(group_split) == num_heads
        head_dim = dim // num_heads
        self.local_branches = nn.ModuleList()
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                self.local_branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size) if group_split[-1] > 0 else None
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            out.append(self.global_branch(x))
        return self.proj(torch.cat(out, dim=1))


# %% wrong: cat-along-batch, expect: Sizes of tensors must match except in dimension 0
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=0))


# %% wrong: each-branch-own-channels, expect: Each branch reads only its own part of x's channels
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
                branches.append(AttnConv(heads * head_dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(group_split[-1] * head_dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results, start = [], 0
        for branch in [*self.local_branches, self.global_branch]:
            if branch is not None:
                n = branch.kv.out_channels // 2 if branch is self.global_branch else branch.qkv.out_channels // 3
                results.append(branch(x[:, start:start + n]))
                start += n
        return self.proj(torch.cat(results, dim=1))


# %% wrong: empty-group-not-skipped, expect: group of 0 heads
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
            branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: error-only-if-too-many, expect: You raise a ValueError for too many heads
class CloAttention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        if sum(group_split) > num_heads:
            raise ValueError("group_split does not sum to num_heads")
        head_dim = dim // num_heads
        branches = []
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: error-returned, expect: your code raises TypeError
class CloAttention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        if sum(group_split) != num_heads:
            return ValueError("group_split does not sum to num_heads")
        head_dim = dim // num_heads
        branches = []
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: first-entry-global, expect: You give the first entry of group_split to the global branch
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
        for heads, kernel_size in zip(group_split[1:], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[0] > 0:
            self.global_branch = GlobalBranch(dim, group_split[0], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: first-kernel-for-all, expect: All your local groups have the first kernel
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
                branches.append(AttnConv(dim, heads, head_dim, kernel_sizes[0]))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: global-always-built, expect: You build a global branch for 0 heads
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch.heads > 0:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: global-first-too, expect: Your global heads come before the local ones
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [] if self.global_branch is None else [self.global_branch(x)]
        results += [branch(x) for branch in self.local_branches]
        return self.proj(torch.cat(results, dim=1))


# %% wrong: global-first, expect: The local heads should come first
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


# %% wrong: head-dim-by-groups, expect: divided by the number of groups
class CloAttention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError("group_split does not sum to num_heads")
        head_dim = dim // len(group_split)
        branches = []
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: kernels-move-up, expect: The group after an empty one gets the empty group's kernel
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
        for heads, kernel_size in zip([g for g in group_split[:-1] if g > 0], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: kernels-shift, expect: Every group should use the kernel at its own index, even if other groups are empty
class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int], window_size: int = 7) -> None:
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError(f"{group_split} does not sum to {num_heads}")
        head_dim = dim // num_heads
        self.local_branches = nn.ModuleList()
        for heads, kernel_size in zip([n for n in group_split[:-1] if n > 0], kernel_sizes):
            if heads > 0:
                self.local_branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size) if group_split[-1] > 0 else None
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            out.append(self.global_branch(x))
        return self.proj(torch.cat(out, dim=1))


# %% wrong: last-branch-only, expect: You keep only the last local branch's result
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for branch in self.local_branches:
            results = [branch(x)]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: list-popped, expect: has no attribute 'pop'
class CloAttention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError("group_split does not sum to num_heads")
        head_dim = dim // num_heads
        global_heads = group_split.pop()
        branches = []
        for heads, kernel_size in zip(group_split, kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if global_heads > 0:
            self.global_branch = GlobalBranch(dim, global_heads, head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: local-backwards, expect: Your local groups are in reverse order
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches[::-1]]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: no-error, expect: no ValueError
class CloAttention(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        head_dim = dim // num_heads
        branches = []
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: no-value-error, expect: no ValueError is raised
class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int], window_size: int = 7) -> None:
        super().__init__()
        head_dim = dim // num_heads
        self.local_branches = nn.ModuleList()
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                self.local_branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size) if group_split[-1] > 0 else None
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            out.append(self.global_branch(x))
        return self.proj(torch.cat(out, dim=1))


# %% wrong: plain-list, expect: The local branches lie in a plain Python list
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


# %% wrong: proj-forgotten, expect: `proj` is made and never called
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return torch.cat(results, dim=1)


# %% wrong: proj-indented, expect: Expected a tensor, got None
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
            return self.proj(torch.cat(results, dim=1))


# %% wrong: proj-without-bias, expect: `proj` has no bias
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: python-list, expect: plain Python list
class CloAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int], window_size: int = 7) -> None:
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError(f"{group_split} does not sum to {num_heads}")
        head_dim = dim // num_heads
        self.local_branches = []
        for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                self.local_branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size) if group_split[-1] > 0 else None
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            out.append(self.global_branch(x))
        return self.proj(torch.cat(out, dim=1))


# %% wrong: shortcut-inside, expect: You add x to the result
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return x + self.proj(torch.cat(results, dim=1))


# %% wrong: stops-at-empty-group, expect: an empty group
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
            if heads == 0:
                break
            else:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, window_size)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))


# %% wrong: window-size-default, expect: The argument window_size has no effect
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
        self.local_branches = nn.ModuleList(branches)
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], head_dim, 7)
        self.proj = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results = [branch(x) for branch in self.local_branches]
        if self.global_branch is not None:
            results.append(self.global_branch(x))
        return self.proj(torch.cat(results, dim=1))
