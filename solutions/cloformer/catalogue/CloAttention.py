"""What learners write for `CloAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import dropout

RIGHT = {
    "clo-loop": """
class CloAttention(nn.Module):
    def __init__(self, dim, num_heads, group_split, kernel_sizes, window_size=7):
        super().__init__()
        if sum(group_split) != num_heads:
            raise ValueError(f"{group_split} and {num_heads}")
        each = dim // num_heads
        self.local_branches = nn.ModuleList()
        for i, size in enumerate(kernel_sizes):
            if group_split[i]:
                self.local_branches.append(AttnConv(dim, group_split[i], each, size))
        self.global_branch = GlobalBranch(dim, group_split[-1], each, window_size) if group_split[-1] else None
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        branches = [*self.local_branches, *([self.global_branch] if self.global_branch else [])]
        y = torch.cat([branch(x) for branch in branches], 1)
        return self.proj(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
""",
    "clo-error-at-call": """
class CloAttention(nn.Module):
    def __init__(self, dim, num_heads, group_split, kernel_sizes, window_size=7):
        super().__init__()
        self.wrong = sum(group_split) - num_heads
        width = dim // num_heads
        self.local_branches = nn.ModuleList([AttnConv(dim, n, width, k) for n, k in zip(group_split[:-1], kernel_sizes) if n])
        self.global_branch = None
        if group_split[-1] > 0:
            self.global_branch = GlobalBranch(dim, group_split[-1], width, window_size)
        self.proj = nn.Conv2d(sum(group_split) * width, dim, 1)

    def forward(self, x):
        if self.wrong:
            raise ValueError("heads do not sum up")
        y = [branch(x) for branch in self.local_branches]
        y += [] if self.global_branch is None else [self.global_branch(x)]
        return self.proj(torch.cat(y, dim=1))
""",
}

HINTS = {"`proj`": 2}

MISTAKES = (
    Mistake("clo-no-error",
            "If group_split does not sum to num_heads, no ValueError is raised. Compare the sum with num_heads, and "
            "raise a ValueError if the two differ.",
            {"groups = local_groups(num_heads, group_split, kernel_sizes)":
                 "groups = [pair for pair in zip(group_split[:-1], kernel_sizes) if pair[0]]"}, hint=2),
    Mistake("clo-error-if-too-many",
            "You raise a ValueError for too many heads in group_split, but not for too few. Compare the sum of "
            "group_split with num_heads, using `!=`.",
            {"groups = local_groups(num_heads, group_split, kernel_sizes)": """if sum(group_split) > num_heads:
            raise ValueError
        groups = [pair for pair in zip(group_split[:-1], kernel_sizes) if pair[0]]"""}),
    Mistake("clo-error-if-too-few",
            "You raise a ValueError for too few heads in group_split, but not for too many. Compare the sum of "
            "group_split with num_heads, using `!=`.",
            {"groups = local_groups(num_heads, group_split, kernel_sizes)": """if sum(group_split) < num_heads:
            raise ValueError
        groups = [pair for pair in zip(group_split[:-1], kernel_sizes) if pair[0]]"""}),
    Mistake("clo-kernels-shifted",
            "The group after an empty one gets the empty group's kernel. Every group should use the kernel at its "
            "own index, even if other groups are empty.",
            {"groups = local_groups(num_heads, group_split, kernel_sizes)":
                 """groups = local_groups(num_heads, group_split, kernel_sizes)
        groups = list(zip([heads for heads, _ in groups], kernel_sizes))"""}),
    Mistake("clo-first-kernel",
            "All your local groups have the first kernel. Each should have its own, in the order of kernel_sizes.",
            {"nn.ModuleList(AttnConv(dim, heads, head_dim, size) for heads, size in groups)":
                 "nn.ModuleList(AttnConv(dim, heads, head_dim, kernel_sizes[0]) for heads, size in groups)"}, hint=1),
    Mistake("clo-head-dim-of-groups",
            "Your head_dim is dim divided by the number of groups. It should be dim // num_heads.",
            {"head_width(dim, num_heads)": "dim // len(group_split)"}),
    Mistake("clo-branch-per-head",
            "You make an AttnConv for each local head. Make one for each group, with all heads of the group.",
            {"groups = local_groups(num_heads, group_split, kernel_sizes)":
                 """groups = local_groups(num_heads, group_split, kernel_sizes)
        groups = [(1, size) for heads, size in groups for _ in range(heads)]"""}),
    Mistake("clo-last-local-only",
            "You keep only the last local branch's result. Concatenate the results of all branches along the "
            "channels.",
            {"found = [branch(x) for branch in self.local_branches]":
                 "found = [branch(x) for branch in self.local_branches][-1:]"}, hint=2),
    Mistake("clo-kernels-reversed",
            "You give the kernels to the groups in reverse order. The first kernel belongs to the first group.",
            {"groups = local_groups(num_heads, group_split, kernel_sizes)":
                 "groups = local_groups(num_heads, group_split, kernel_sizes[::-1])"}),
    Mistake("clo-branches-reversed",
            "Your local groups are in reverse order. The first entry of group_split should come first.",
            {"found = [branch(x) for branch in self.local_branches]":
                 "found = [branch(x) for branch in reversed(self.local_branches)]"}),
    Mistake("clo-global-first-entry",
            "You give the first entry of group_split to the global branch. The global branch should get the last one.",
            {"group_split[-1]": "group_split[0]",
             "groups = local_groups(num_heads, group_split, kernel_sizes)":
                 "groups = local_groups(num_heads, [*group_split[1:], group_split[0]], kernel_sizes)"}),
    Mistake("clo-global-first",
            "Your global heads come before the local ones. The local heads should come first, then the global branch.",
            {"found.append(self.global_branch(x))": "found.insert(0, self.global_branch(x))"}, hint=2),
    Mistake("clo-window-of-two",
            "The argument window_size has no effect: the windows are always 2 x 2. Pass it on to GlobalBranch.",
            {"GlobalBranch(dim, global_heads, head_dim, window_size)": "GlobalBranch(dim, global_heads, head_dim, 2)"}),
    Mistake("clo-proj-no-bias", "`proj` has no bias. Keep torch's default.",
            {"self.proj = nn.Conv2d(dim, dim, 1)": "self.proj = nn.Conv2d(dim, dim, 1, bias=False)"}),
    Mistake("clo-proj-3", "Your `proj` has a kernel of 3. It should be a 1x1 convolution.",
            {"self.proj = nn.Conv2d(dim, dim, 1)": "self.proj = nn.Conv2d(dim, dim, 3, padding=1)"}),
    Mistake("clo-proj-depth-wise",
            "Your `proj` is depth-wise, so heads are never mixed. It should be an ordinary 1x1 convolution.",
            {"self.proj = nn.Conv2d(dim, dim, 1)": "self.proj = nn.Conv2d(dim, dim, 1, groups=dim)"}),
    Mistake("clo-x-cut", "Each branch reads only its own part of x's channels. Each should read all of them.",
            {"nn.ModuleList(AttnConv(dim, heads, head_dim, size) for heads, size in groups)":
                 "nn.ModuleList(AttnConv(heads * head_dim, heads, head_dim, size) for heads, size in groups)",
             "GlobalBranch(dim, global_heads, head_dim, window_size)":
                 "GlobalBranch(global_heads * head_dim, global_heads, head_dim, window_size)",
             "found = [branch(x) for branch in self.local_branches]":
                 "parts = list(x.split([b.attn_map.conv1.in_channels for b in self.local_branches] + "
                 "([self.global_branch.q.in_channels] if self.global_branch is not None else []), dim=1))\n        "
                 "found = [branch(parts.pop(0)) for branch in self.local_branches]",
             "found.append(self.global_branch(x))": "found.append(self.global_branch(parts.pop(0)))"}),
    Mistake("clo-locals-in-a-list",
            "The local branches lie in a plain Python list, which torch does not search. Nothing in them would be "
            "trained, or moved to another device. Use nn.ModuleList.",
            {"nn.ModuleList(AttnConv(dim, heads, head_dim, size) for heads, size in groups)":
                 "list(AttnConv(dim, heads, head_dim, size) for heads, size in groups)"}, hint=2),
    Mistake("clo-heads-as-width",
            "You pass a group's number of channels where its number of heads belongs. Pass the number of heads.",
            {"nn.ModuleList(AttnConv(dim, heads, head_dim, size) for heads, size in groups)":
                 "nn.ModuleList(AttnConv(dim, heads * head_dim, 1, size) for heads, size in groups)"}),
    dropout("clo-dropout",
            {"self.proj(torch.cat(found, dim=1))":
                 "F.dropout(self.proj(torch.cat(found, dim=1)), 0.1, self.training)"}),
    Mistake("clo-no-empty-local",
            "You build a branch for a local group of 0 heads, although this branch has no channels. Skip such a "
            "group.",
            {"groups = local_groups(num_heads, group_split, kernel_sizes)":
                 """groups = local_groups(num_heads, group_split, kernel_sizes)
        groups = list(zip(group_split[:-1], kernel_sizes))"""}, hint=2),
    Mistake("clo-no-empty-global",
            "You build a global branch for 0 heads, so it has no channels to cut into heads. In that case "
            "global_branch should be None.",
            {"GlobalBranch(dim, global_heads, head_dim, window_size) if global_heads > 0 else None":
                 "GlobalBranch(dim, global_heads, head_dim, window_size)"}, hint=2),
    Mistake("clo-no-none",
            "If there are no global heads, you still call the global branch, which is None. In that case leave it "
            "out.", {"if self.global_branch is not None:": "if True:"}, hint=2),
)

WRONG = (
    Wrong("cat-along-batch", """
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
""", says="joins along axis 0. Join along axis 1."),
    Wrong("error-returned",
          {'raise ValueError("group_split does not sum to num_heads")':
               "return ValueError('group_split does not sum to num_heads')",
           "=0": "=1"}, of="cat-along-batch", says="your code raises TypeError"),
    Wrong("list-popped",
          {"branches = [": """global_heads = group_split.pop()
        branches = [""",
           "group_split[:-1]": "group_split",
           "group_split[-1] > 0": "global_heads > 0",
           "group_split[-1],": "global_heads,",
           "=0": "=1"}, of="cat-along-batch", says="has no attribute 'pop'"),
    Wrong("proj-indented",
          {"x))": """x))
            return self.proj(torch.cat(results, dim=1))""",
           "\n        return self.proj(torch.cat(results, dim=0))": ""}, of="cat-along-batch",
          says="Expected a tensor, got None"),
    Wrong("stops-at-empty-group",
          {"""for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads > 0:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))""":
               """for heads, kernel_size in zip(group_split[:-1], kernel_sizes):
            if heads == 0:
                break
            else:
                branches.append(AttnConv(dim, heads, head_dim, kernel_size))""",
           "=0": "=1"}, of="cat-along-batch", says="an empty group"),
)

EQUIVALENT = (
    "9: Conv2d with dilation=2", "12: each once",
)
