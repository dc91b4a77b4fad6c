"""What learners write for `SplitAndConcat`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "split-cat-and-view": """
class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        self.convs = nn.ModuleList()
        for i in range(len(kernel_sizes)):
            self.convs.append(nn.Conv2d(in_channels, channels // len(kernel_sizes), kernel_sizes[i], stride,
                                        (kernel_sizes[i] - 1) // 2, groups=groups[i], bias=False))

    def forward(self, x):
        features = torch.cat([c(x) for c in self.convs], 1)
        b, c, h, w = features.shape
        return features.view(b, len(self.convs), c // len(self.convs), h, w)
""",
    "split-named-attributes": """
class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        self.count = len(kernel_sizes)
        for i, (k, g) in enumerate(zip(kernel_sizes, groups)):
            conv = nn.Conv2d(in_channels, channels // self.count, k, stride=stride, padding=k // 2, groups=g, bias=False)
            setattr(self, f"conv_{i + 1}", conv)

    def forward(self, x):
        scales = [getattr(self, f"conv_{i + 1}")(x).unsqueeze(1) for i in range(self.count)]
        return torch.cat(scales, dim=1)
""",
}

MISTAKES = (
    Mistake("split-own-part",
            "Each of your convolutions sees a part of the input channels, as in the paper's figure. Here, as in the "
            "authors' code, every convolution sees all of them. Make each convolution with in_channels, and pass it "
            "x itself.",
            {"nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)":
                 "nn.Conv2d(in_channels // len(kernel_sizes), width, k, stride=stride, padding=k // 2, groups=g, "
                 "bias=False)",
             "torch.stack([conv(x) for conv in self.convs], dim=1)":
                 "torch.stack([conv(part) for conv, part in zip(self.convs, x.chunk(len(self.convs), dim=1))], "
                 "dim=1)"}),
    Mistake("split-all-channels",
            "Each scale returns `channels` channels. The scales should share them: channels // S each, where S is "
            "the number of kernels.",
            {"width = channels_per_scale(channels, kernel_sizes, groups)": "width = channels"}, hint=3),
    Mistake("split-four-scales",
            "Your code counts on 4 scales. Make S = len(kernel_sizes) of them, and let each return channels // S "
            "channels.", {"width = channels_per_scale(channels, kernel_sizes, groups)": "width = channels // 4"}),
    Mistake("split-four-indices",
            "Your code asks for a kernel size or a number of groups that does not exist. There are len(kernel_sizes) "
            "of each, not always four: use zip(kernel_sizes, groups).",
            {"for k, g in zip(kernel_sizes, groups, strict=True)":
                 "for k, g in ((kernel_sizes[i], groups[i]) for i in range(4))"}, hint=2),
    Mistake("split-four-throughout",
            "Your code asks for a kernel size or a number of groups that does not exist. There are len(kernel_sizes) "
            "of each, not always four. Call this number S: each scale returns channels // S channels.",
            {"for k, g in zip(kernel_sizes, groups, strict=True)":
                 "for k, g in ((kernel_sizes[i], groups[i]) for i in range(4))",
             "width = channels_per_scale(channels, kernel_sizes, groups)": "width = channels // 4"}, hint=2),
    Mistake("split-plain-list",
            "Your convolutions are in a plain Python list, where torch does not find them: no optimiser, no "
            "`.to(device)`, no state_dict sees them. Use nn.ModuleList.", {"nn.ModuleList(\n": "list(\n"}, hint=2),
    Mistake("split-concatenated",
            "Your scales are concatenated along the channels, (B, S * C', H', W'). Give them an axis of their own "
            "with torch.stack(..., dim=1): the shape is (B, S, C', H', W').",
            {"torch.stack([conv(x) for conv in self.convs], dim=1)":
                 "torch.cat([conv(x) for conv in self.convs], dim=1)"}, hint=1),
    Mistake("split-mixed-up",
            "Your reshape deals the channels out to the scales, one to each in turn. The channels of a scale should "
            "stay together. Stack the convolutions' outputs with torch.stack(..., dim=1), which gives (B, S, C', H', "
            "W').",
            {"torch.stack([conv(x) for conv in self.convs], dim=1)":
                 "torch.cat([conv(x) for conv in self.convs], dim=1).unflatten(1, (-1, "
                 "len(self.convs))).transpose(1, 2)"}, hint=1),
    Mistake("split-added", "You add the scales up. Keep them separate, on a new axis: torch.stack(..., dim=1).",
            {"torch.stack([conv(x) for conv in self.convs], dim=1)": "sum(conv(x) for conv in self.convs)"}, hint=1),
    Mistake("split-reversed",
            "Your scales are in reverse order. The first scale should come from the first kernel size.",
            {"torch.stack([conv(x) for conv in self.convs], dim=1)":
                 "torch.stack([conv(x) for conv in reversed(self.convs)], dim=1)"}),
    Mistake("split-kernels-ignored",
            "All your kernels are 3 x 3. The i-th scale should have the kernel size kernel_sizes[i].",
            {"nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)":
                 "nn.Conv2d(in_channels, width, 3, stride=stride, padding=1, groups=g, bias=False)"}, hint=2),
    Mistake("split-groups-ignored",
            "The argument `groups` has no effect: your convolutions have one group. Pass groups=... to each.",
            {"nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)":
                 "nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, bias=False)"}, hint=2),
    Mistake("split-groups-reversed",
            "The groups go to the kernels in reverse order. The first number of groups belongs to the first kernel "
            "size.",
            {"for k, g in zip(kernel_sizes, groups, strict=True)":
                 "for k, g in zip(kernel_sizes, reversed(groups), strict=True)"}, hint=2),
    Mistake("split-no-padding",
            "Your convolutions have no padding, so larger kernels give smaller maps. With padding=kernel_size // 2 "
            "all maps have the same size.",
            {"nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)":
                 "nn.Conv2d(in_channels, width, k, stride=stride, groups=g, bias=False)"}),
    Mistake("split-padding-one",
            "Your padding is 1 whatever the kernel is, which fits only a kernel of 3. Write padding=kernel_size // "
            "2, which fits every odd kernel.",
            {"nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)":
                 "nn.Conv2d(in_channels, width, k, stride=stride, padding=1, groups=g, bias=False)"}),
    Mistake("split-stride-by-slicing-wrong",
            "You apply the stride to x before the convolutions, so the kernels look at a thinned-out map. Pass the "
            "stride to the convolutions instead.",
            {"nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)":
                 "nn.Conv2d(in_channels, width, k, padding=k // 2, groups=g, bias=False)",
             "return torch.stack([conv(x) for conv in self.convs], dim=1)":
                 """x = x[:, :, ::self.stride, ::self.stride]
        return torch.stack([conv(x) for conv in self.convs], dim=1)""",
             "width = channels_per_scale(channels, kernel_sizes, groups)":
                 """width = channels_per_scale(channels, kernel_sizes, groups)
        self.stride = stride"""}),
)

WRONG = (
    Wrong("kernels-written-down",
          {"""width = channels_per_scale(channels, kernel_sizes, groups)
        self.convs = nn.ModuleList(
            nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)
            for k, g in zip(kernel_sizes, groups, strict=True)
        )""": """each = channels // len(kernel_sizes)
        self.convs = nn.ModuleList()
        for k, g in zip((3, 5, 7, 9), groups):
            conv = nn.Conv2d(in_channels, each, k, stride, k // 2, groups=g, bias=False)
            self.convs.append(conv)"""}, says="`convs.1.weight` has shape (8, 6, 5, 5), expected (8, 6, 3, 3)"),
)

EQUIVALENT = (
    "5: arguments 1 and 2 of channels_per_scale exchanged", "5: kernel_sizes -> groups", "5: groups -> kernel_sizes",
    "6: zip without strict", "6: True -> False", "9: each once",
)
