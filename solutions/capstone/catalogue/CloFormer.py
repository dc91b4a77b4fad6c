"""What learners write for `CloFormer`."""

from autograder.lessons.catalogue import Mistake, Wrong

CLO_STRIDE_IN_THE_FIRST_BLOCK = ("In your stages the first block has the stride, as in ResNet. Here the last block "
                                 "of a stage should have it, in every stage except the last.")
CLO_NO_ERROR_BY_INDEX = ("You accept lists of different lengths: a list that is too long is cut off, and one that is "
                         "too short raises an IndexError. Compare the lengths first, and raise a ValueError.")
CLO_TOO_SHORT_ALONE = ("You refuse lists that are too short, but not those that are too long. Raise a ValueError for "
                       "those too.")
CLO_WIDTH_BEFORE_STRIDE = ("Stride 2 and the new width are in different blocks. Both belong in the last block of a "
                           "stage, in every stage except the last.")
CLO_LAST_BY_WIDTH = ("You recognise the last stage by its width or depth, which another stage may have too. Use its "
                     "index, i.")
CLO_INDEX = ("dims.index(dim) finds the first stage of that width, but two stages may have the same width. Count the "
             "stages with enumerate.")
CLO_NEXT_SPLITS = ("The last block of your stage gets the heads, split, kernels or window of the next stage. It "
                   "should have those of its own stage: only out_dim comes from the next one.")
CLO_LAST_KERNELS = ("All your stages have the heads, split, kernels or window of the last one. Stage i should have "
                    "num_heads[i], group_splits[i], kernel_sizes[i] and window_sizes[i].")
CLO_KERNEL_OF_THE_ATTENTION = ("Your MLPs have the attention's kernel. They should have mlp_kernel_size, which is "
                               "the same in all stages.")
CLO_COMPARED_LATE = ("A list that is too short raises an IndexError before your ValueError. Compare all lengths "
                     "first, and build the stages after that.")

RIGHT = {
    "plan-first-one-relu": """
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        if not (len(dims) == len(depths) == len(num_heads) == len(group_splits)
                == len(kernel_sizes) == len(window_sizes)):
            raise ValueError
        plan = []  # one row for each block: stage, out_dim, stride
        for s, depth in enumerate(depths):
            plan.extend([s, dims[s], 1] for _ in range(depth))
            if s < len(depths) - 1:
                plan[-1][1:] = dims[s + 1], 2
        self.stages = nn.ModuleList([nn.ModuleList() for _ in depths])
        for s, out_dim, stride in plan:
            block = CloBlock(dims[s], out_dim, num_heads[s], group_splits[s], kernel_sizes[s],
                             window_sizes[s], mlp_kernel_size, mlp_ratio, stride)
            self.stages[s].append(block)
        d = dims[0]
        half = d // 2
        relu = nn.ReLU()  # has no parameters, so one will do
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1), nn.BatchNorm2d(half), relu,
            nn.Conv2d(half, d, 3, 2, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for block in [block for stage in self.stages for block in stage]:
            x = block(x)
        x = self.norm(x)
        h, w = x.shape[-2:]
        return self.head(x.sum((-1, -2)) / (h * w))
""",
    "step-by-step": """
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)
""",
}

MISTAKES = (
    Mistake("clo-stride-in-the-first-block", CLO_STRIDE_IN_THE_FIRST_BLOCK,
            {"for place in range(depth):": """width = dims[max(i - 1, 0)]
            for place in range(depth):""",
             "leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = place == 0 and i > 0",
             "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = (dims[i], 2) if leads_on else (dims[i], 1)",
             "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    width if place == 0 else dims[i], out_dim, num_heads[i], "
                 "group_splits[i], kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    "
                 "mlp_ratio, stride)"}, hint=2),
    Mistake("clo-last-stage-too",
            "The last block of your last stage has a stride too. No stage follows, so it should keep width and size.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = place == depth - 1",
             "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = (dims[min(i + 1, len(dims) - 1)], 2) if leads_on else (dims[i], 1)"}, hint=2),
    Mistake("clo-index-error",
            "The last block of the last stage asks for the width of a stage that does not exist. It should keep "
            "width and size.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = place == depth - 1"}, hint=2),
    Mistake("clo-stride-in-every-block",
            "Every block of your stage has stride 2 and the next stage's width. Only the last block of the stage "
            "should have them.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = i < len(dims) - 1"}, hint=2),
    Mistake("clo-width-not-raised",
            "The last block of your stage keeps the width. It should return dims[i + 1] channels, the next stage's "
            "width.",
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = (dims[i], 2) if leads_on else (dims[i], 1)"}, hint=1),
    Mistake("clo-stride-1",
            "The last block of a stage has the next stage's width, but stride 1. Its stride should be 2.",
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = (dims[i + 1], 1) if leads_on else (dims[i], 1)"}, hint=1),
    Mistake("clo-stride-by-width",
            "Your stride is 2 only if the width changes. But two stages may have the same width: the last block of "
            "every stage except the last should have stride 2.",
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = (dims[i + 1], 2 if dims[i + 1] != dims[i] else 1) if leads_on else (dims[i], 1)"},
            hint=2),
    Mistake("clo-a-block-too-few", "Each stage has one block too few: depths[i] counts the last block too.",
            {"for place in range(depth):": "for place in range(1 if depth > 1 else 0, depth):"}, hint=1),
    Mistake("clo-a-block-too-many",
            "You add a block with stride 2 after the depths[i] blocks of a stage. It should be the last of the "
            "depths[i] blocks.",
            {"for place in range(depth):": "for place in range(depth + (i < len(dims) - 1)):",
             "leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = place == depth and i < len(dims) - 1"},
            hint=1),
    Mistake("clo-depth-of-the-first-stage",
            "All your stages are as deep as the first one. Stage i should have depths[i] blocks.",
            {"for i, depth in enumerate(depths):": "for i, depth in enumerate([depths[0]] * len(depths)):"}),
    Mistake("clo-norm-of-the-mean", "You normalise the mean. Normalise the whole map first: norm(x).mean(dim=(2, 3)).",
            {"self.head(self.norm(x).mean(dim=(2, 3)))": "self.head(self.norm(x.mean(dim=(2, 3))))"}),
    Mistake("clo-norm-at-each-position",
            "Your last norm is a LayerNorm at each position. Use GroupNorm(1, ...), which takes one mean over all "
            "channels and positions of an image.",
            {"self.norm = nn.GroupNorm(1, dims[-1])": "self.norm = nn.LayerNorm(dims[-1])",
             "self.head(self.norm(x).mean(dim=(2, 3)))":
                 "self.head(self.norm(x.permute(0, 2, 3, 1)).mean(dim=(1, 2)))"}),
    Mistake("clo-batch-norm",
            "A norm is of the wrong kind. Between patch_embed's convolutions the norms should be BatchNorms. At the "
            "end of patch_embed, and before the mean, use GroupNorm(1, ...).",
            {"self.norm = nn.GroupNorm(1, dims[-1])": "self.norm = nn.BatchNorm2d(dims[-1])"}),
    Mistake("clo-group-for-each-channel",
            "Your last norm has a group for each channel. Each channel's mean is then the norm's bias, whatever the "
            "image shows. It should have one group: GroupNorm(1, dims[-1]).",
            {"self.norm = nn.GroupNorm(1, dims[-1])": "self.norm = nn.GroupNorm(dims[-1], dims[-1])"}),
    Mistake("clo-flattened",
            "You flatten the map. The head should read the mean over all positions, one number for each channel.",
            {"self.head(self.norm(x).mean(dim=(2, 3)))": "self.head(self.norm(x).flatten(1))"}),
    Mistake("clo-patch-full-width",
            "The first convolution of your patch_embed has dims[0] channels. It should have half as many.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0], 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))"}),
    Mistake("clo-patch-half-twice",
            "The second convolution of your patch_embed has half the width too. Only the first one should have half "
            "the width: d/2, d, d, d.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0] // 2, 2), (dims[0] // 2, 2), (dims[0], 1), (dims[0], 1))"}),
    Mistake("clo-patch-half-always",
            "All 3x3 convolutions of your patch_embed have half the width. Only the first one should have half the "
            "width: d/2, d, d, d.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0] // 2, 2), (dims[0] // 2, 2), (dims[0] // 2, 1), (dims[0] // 2, 1))"}),
    Mistake("clo-patch-strides-alternate",
            "The strides of your patch_embed are 2, 1, 2, 1. They should be 2, 2, 1, 1.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0] // 2, 2), (dims[0], 1), (dims[0], 2), (dims[0], 1))"}),
    Mistake("clo-patch-strides-last",
            "The strides of your patch_embed are 1, 1, 2, 2. They should be 2, 2, 1, 1: shrink the image first, so "
            "that the rest is cheap.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0] // 2, 1), (dims[0], 1), (dims[0], 2), (dims[0], 2))"}),
    Mistake("clo-patch-strides-outside", "The strides of your patch_embed are 2, 1, 1, 2. They should be 2, 2, 1, 1.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0] // 2, 2), (dims[0], 1), (dims[0], 1), (dims[0], 2))"}),
    Mistake("clo-patch-three", "Your patch_embed has three 3x3 convolutions. It should have four.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1))"}, hint=3),
    Mistake("clo-patch-no-norm", "The BatchNorms of patch_embed are missing. One belongs after each 3x3 convolution.",
            {"layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()]":
                 "layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.ReLU()]"}),
    Mistake("clo-patch-relu-first",
            "In patch_embed the ReLUs come before the BatchNorms. The order should be convolution, BatchNorm, ReLU.",
            {"layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()]":
                 "layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.ReLU(), nn.BatchNorm2d(width)]"}),
    Mistake("clo-patch-no-bias",
            "The 3x3 convolutions of patch_embed have no bias. Keep the bias: the authors' convolutions have one, "
            "although a BatchNorm follows. Without it your count of parameters is too low.",
            {"layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()]":
                 "layers += [nn.Conv2d(channels, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width), "
                 "nn.ReLU()]"}),
    Mistake("clo-patch-no-padding",
            "The 3x3 convolutions of patch_embed have no padding, so the map loses its border each time. Pass "
            "padding=1.",
            {"layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()]":
                 "layers += [nn.Conv2d(channels, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU()]"}),
    Mistake("clo-patch-no-projection",
            "The 1x1 convolution of patch_embed is missing. It belongs between the four 3x3 convolutions and the "
            "GroupNorm.",
            {"nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(1, dims[0]))":
                 "nn.Sequential(*layers, nn.GroupNorm(1, dims[0]))"}),
    Mistake("clo-patch-projection-3x3", "The last convolution of patch_embed has a 3 x 3 kernel. It should be 1 x 1.",
            {"nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(1, dims[0]))":
                 "nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 3, padding=1), nn.GroupNorm(1, dims[0]))"}),
    Mistake("clo-patch-norm-before-projection",
            "The GroupNorm of patch_embed comes before the 1x1 convolution. It should come after it.",
            {"nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(1, dims[0]))":
                 "nn.Sequential(*layers, nn.GroupNorm(1, dims[0]), nn.Conv2d(channels, dims[0], 1))"}),
    Mistake("clo-kernels-of-the-first-stage",
            "All your stages have the kernels of the first one. Stage i should have kernel_sizes[i].",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[0], "
                 "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-windows-of-the-first-stage",
            "All your stages have the window of the first one. Stage i should have window_sizes[i].",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "window_sizes[0], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-splits-of-the-first-stage",
            "All your stages have the group split of the first one. Stage i should have group_splits[i].",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[0], kernel_sizes[i], "
                 "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-heads-of-the-first-stage",
            "A block's heads and its group split come from different stages. Every block should have those of its "
            "own stage, num_heads[i] and group_splits[i].",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[0], group_splits[i], kernel_sizes[i], "
                 "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-no-error",
            "You accept lists of different lengths. Compare their lengths first, and raise a ValueError.",
            {"if any(len(each) != len(dims) for each in of_stages):": "if False:"}),
    Mistake("clo-no-error-by-index", CLO_NO_ERROR_BY_INDEX,
            {"if any(len(each) != len(dims) for each in of_stages):": "if False:",
             "for i, depth in enumerate(depths):": "for i, depth in enumerate(depths[:len(dims)]):"}),
    Mistake("clo-zip",
            "You accept lists of different lengths: zip stops at the shortest list without an error. Compare the "
            "lengths first, and raise a ValueError.",
            {"if any(len(each) != len(dims) for each in of_stages):": """dims, *of_stages = zip(*zip(dims, *of_stages))
        depths, num_heads, group_splits, kernel_sizes, window_sizes = of_stages
        if False:"""}),
    Mistake("clo-depths-alone",
            "You compare only the lengths of `dims` and `depths`. All six lists must have the same length.",
            {"if any(len(each) != len(dims) for each in of_stages):": "if len(depths) != len(dims):"}),
    Mistake("clo-too-short-alone", CLO_TOO_SHORT_ALONE,
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) < len(dims) for each in of_stages):"}),
    Mistake("clo-assertion",
            "You raise an AssertionError for lists of different lengths. Raise a ValueError, because asserts can be "
            "switched off.",
            {"""raise ValueError(
                f"each list has one entry for each stage: {[len(each) for each in (dims, *of_stages)]} entries")""":
                 "raise AssertionError('lengths differ')"}),
    Mistake("clo-stages-backwards",
            "You go through the blocks of a stage from the last to the first. Begin with the first.",
            {"for block in stage:": "for block in reversed(stage):"}),
    Mistake("clo-norm-behind-each-stage",
            "You call `norm` after each stage whose width is dims[-1]. Call it once, before the mean.",
            {"for block in stage:\n                x = block(x)": """for block in stage:
                x = block(x)
            x = self.norm(x) if x.shape[1] == self.norm.num_channels else x"""}),
    Mistake("clo-dropout", "There is dropout before your head. The exercise has none.",
            {"self.head(self.norm(x).mean(dim=(2, 3)))":
                 "self.head(nn.functional.dropout(self.norm(x).mean(dim=(2, 3)), 0.2, self.training))"}),
    Mistake("clo-moved-to-the-next-stage", CLO_STRIDE_IN_THE_FIRST_BLOCK,
            {"leads_on = place == depth - 1 and i < len(dims) - 1": "k = i - 1 if place == 0 and i > 0 else i",
             "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = dims[i], 2 if k < i else 1",
             "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[k], out_dim, num_heads[k], group_splits[k], kernel_sizes[k], "
                 "window_sizes[k], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-first-leads-on",
            "In your stages the first block has the next stage's width, so the blocks after it do not fit. The last "
            "block should have it.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = place == 0 and i < len(dims) - 1"},
            hint=2),
    Mistake("clo-width-before-stride", CLO_WIDTH_BEFORE_STRIDE,
            {"leads_on = place == depth - 1 and i < len(dims) - 1":
                 """leads_on = place == depth - 1 and i < len(dims) - 1
                width = dims[i - 1] if place == 0 and i > 0 else dims[i]""",
             "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = dims[i], 2 if leads_on else 1",
             "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    width, out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-stride-behind-width", CLO_WIDTH_BEFORE_STRIDE,
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = dims[i + 1] if leads_on else dims[i], 2 if place == 0 and i > 0 else 1"}, hint=2),
    Mistake("clo-stride-in-front-of-width", CLO_WIDTH_BEFORE_STRIDE,
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = dims[i + 1] if leads_on else dims[i], 2 if place == 0 and i < len(dims) - 1 "
                 "else 1"}, hint=2),
    Mistake("clo-all-blocks-strided",
            "Every block of your stage has stride 2. Only the last block of the stage should have it.",
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = dims[i + 1] if leads_on else dims[i], 2 if i < len(dims) - 1 else 1"}, hint=2),
    Mistake("clo-alone-does-not-lead-on",
            "If a stage has only one block, your block has no stride. That block is also the last one, so it needs "
            "stride 2 and the next stage's width.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1":
                 "leads_on = place == depth - 1 and i < len(dims) - 1 and place > 0"}, hint=2),
    Mistake("clo-first-depth-decides",
            "You use depths[0] to find the last block of every stage. Stage i has depths[i] blocks.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1":
                 "leads_on = place == depths[0] - 1 and i < len(dims) - 1"}, hint=2),
    Mistake("clo-two-last-stages",
            "Your second-to-last stage does not change size and width. Its last block should have stride 2 and the "
            "width dims[-1].",
            {"leads_on = place == depth - 1 and i < len(dims) - 1":
                 "leads_on = place == depth - 1 and i < len(dims) - 2"}, hint=2),
    Mistake("clo-nobody-leads-on",
            "None of your blocks changes size and width. The last block of every stage except the last should have "
            "stride 2 and the next stage's width.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = False"}, hint=2),
    Mistake("clo-last-by-width", CLO_LAST_BY_WIDTH,
            {"leads_on = place == depth - 1 and i < len(dims) - 1":
                 "leads_on = place == depth - 1 and dims[i] != dims[-1]"}, hint=2),
    Mistake("clo-last-by-depth", CLO_LAST_BY_WIDTH,
            {"leads_on = place == depth - 1 and i < len(dims) - 1":
                 "leads_on = place == depth - 1 and depth != depths[-1]"}, hint=2),
    Mistake("clo-index", CLO_INDEX,
            {"for i, depth in enumerate(depths):":
                 "for i, depth in ((dims.index(d), depths[dims.index(d)]) for d in dims):"}),
    Mistake("clo-index-of-the-next", CLO_INDEX,
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = (dims[dims.index(dims[i]) + 1], 2) if leads_on else (dims[i], 1)"}),
    Mistake("clo-next-splits", CLO_NEXT_SPLITS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "(lambda j: CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[j], "
                 "kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride))(i + "
                 "leads_on)"}, hint=2),
    Mistake("clo-next-kernels", CLO_NEXT_SPLITS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "(lambda j: CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], "
                 "kernel_sizes[j], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride))(i + "
                 "leads_on)"}, hint=2),
    Mistake("clo-next-windows", CLO_NEXT_SPLITS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "(lambda j: CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], "
                 "kernel_sizes[i], window_sizes[j], mlp_kernel_size,\n                    mlp_ratio, stride))(i + "
                 "leads_on)"}, hint=2),
    Mistake("clo-next-heads-and-splits", CLO_NEXT_SPLITS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "(lambda j: CloBlock(\n                    dims[i], out_dim, num_heads[j], group_splits[j], "
                 "kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride))(i + "
                 "leads_on)"}, hint=2),
    Mistake("clo-next-kernels-and-windows", CLO_NEXT_SPLITS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "(lambda j: CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], "
                 "kernel_sizes[j], window_sizes[j], mlp_kernel_size,\n                    mlp_ratio, stride))(i + "
                 "leads_on)"}, hint=2),
    Mistake("clo-next-attention", CLO_NEXT_SPLITS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "(lambda j: CloBlock(\n                    dims[i], out_dim, num_heads[j], group_splits[j], "
                 "kernel_sizes[j], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride))(i + "
                 "leads_on)"}, hint=2),
    Mistake("clo-last-kernels", CLO_LAST_KERNELS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], "
                 "kernel_sizes[-1], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"},
            hint=2),
    Mistake("clo-last-windows", CLO_LAST_KERNELS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "window_sizes[-1], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-last-splits", CLO_LAST_KERNELS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[-1], "
                 "kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-last-heads-and-splits", CLO_LAST_KERNELS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[-1], group_splits[-1], "
                 "kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-last-attention", CLO_LAST_KERNELS,
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[-1], group_splits[-1], "
                 "kernel_sizes[-1], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"},
            hint=2),
    Mistake("clo-whole-stage-at-the-next-width",
            "All blocks of your stage have the next stage's width. Only the last block of a stage should have it.",
            {"leads_on = place == depth - 1 and i < len(dims) - 1": """leads_on = place == 0 and i < len(dims) - 1
                width = dims[min(i + 1, len(dims) - 1)]""",
             "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = width, 2 if leads_on else 1",
             "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    (dims[i] if place == 0 else width), out_dim, num_heads[i], "
                 "group_splits[i], kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    "
                 "mlp_ratio, stride)"}, hint=2),
    Mistake("clo-stride-at-the-old-width", CLO_STRIDE_IN_THE_FIRST_BLOCK,
            {"leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = place == 0 and i > 0",
             "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = dims[i], 2 if leads_on else 1"}, hint=2),
    Mistake("clo-stride-in-the-first-stage-too", CLO_STRIDE_IN_THE_FIRST_BLOCK,
            {"leads_on = place == depth - 1 and i < len(dims) - 1": """leads_on = place == 0
                width = dims[max(i - 1, 0)] if leads_on else dims[i]""",
             "out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = dims[i], 2 if leads_on else 1",
             "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    width, out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=2),
    Mistake("clo-no-last-block",
            "Your last stage has one block too few. It should have depths[-1] blocks, all without a stride.",
            {"for place in range(depth):": "for place in range(depth - (i == len(dims) - 1)):"}, hint=1),
    Mistake("clo-one-more-everywhere", "Each stage has one block too many: depths[i] counts the last block too.",
            {"for place in range(depth):": "for place in range(depth + 1):",
             "leads_on = place == depth - 1 and i < len(dims) - 1": "leads_on = place == depth and i < len(dims) - 1"},
            hint=1),
    Mistake("clo-width-doubled", "Your width doubles from stage to stage. The next width should be dims[i + 1].",
            {"out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)":
                 "out_dim, stride = (2 * dims[i], 2) if leads_on else (dims[i], 1)"}),
    Mistake("clo-channels-of-a-head",
            "You give CloBlock the number of channels of a head. It takes the number of heads, num_heads[i].",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, dims[i] // num_heads[i], group_splits[i], "
                 "kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}),
    Mistake("clo-next-width-enters",
            "The last block of your stage expects the next stage's width as its input. Its dim should be dims[i], "
            "and its out_dim dims[i + 1].",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    out_dim, out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}, hint=1),
    Mistake("clo-signature-swapped",
            "group_splits and kernel_sizes have changed places among the arguments of __init__.",
            {"group_splits: Sequence[Sequence[int]], kernel_sizes: Sequence[Sequence[int]],":
                 "kernel_sizes: Sequence[Sequence[int]], group_splits: Sequence[Sequence[int]],"}),
    Mistake("clo-mlp-swapped", "mlp_kernel_size and mlp_ratio have changed places in the call of CloBlock.",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)": """CloBlock(
                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i], mlp_ratio,
                    mlp_kernel_size, stride)"""}),
    Mistake("clo-window-swapped", "window_sizes[i] and mlp_kernel_size have changed places in the call of CloBlock.",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "mlp_kernel_size, window_sizes[i],\n                    mlp_ratio, stride)"}),
    Mistake("clo-first-kernel-everywhere",
            "All local groups of your stage have its first kernel. kernel_sizes[i] holds one kernel for each local "
            "group: pass on the whole list.",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], "
                 "[kernel_sizes[i][0]] * len(kernel_sizes[i]), window_sizes[i], mlp_kernel_size,\n                 "
                 "   mlp_ratio, stride)"}),
    Mistake("clo-whole-ratio",
            "You cut mlp_ratio to a whole number. A ratio such as 2.5 is allowed: pass it on as it is.",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "window_sizes[i], mlp_kernel_size,\n                    int(mlp_ratio), stride)"}),
    Mistake("clo-first-kernel-alone",
            "You pass on only the first kernel of a stage. kernel_sizes[i] holds one kernel for each local group: "
            "pass on the whole list.",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], "
                 "kernel_sizes[i][:1], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}),
    Mistake("clo-splits-reversed",
            "You reverse the group splits. Pass group_splits[i] on as it is: the last entry counts the global heads.",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i][::-1], "
                 "kernel_sizes[i], window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)"}),
    Mistake("clo-windows-reversed",
            "You take the windows from the last to the first. Stage i should have window_sizes[i].",
            {"CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
             "window_sizes[i], mlp_kernel_size,\n                    mlp_ratio, stride)":
                 "CloBlock(\n                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], "
                 "window_sizes[-1 - i], mlp_kernel_size,\n                    mlp_ratio, stride)"}),
    Mistake("clo-norm-twice", "You call `norm` twice. Call it once.",
            {"self.head(self.norm(x).mean(dim=(2, 3)))": "self.head(self.norm(self.norm(x)).mean(dim=(2, 3)))"}),
    Mistake("clo-norm-in-each-stage", "You have a norm after each stage. Keep only the one after the last stage.",
            {"for block in stage:\n                x = block(x)": """for block in stage:
                x = block(x)
            x = nn.functional.group_norm(x, 1)"""}),
    Mistake("clo-instance-norm",
            "Your last norm normalises each channel by itself. Use GroupNorm(1, dims[-1]), which takes one mean over "
            "all channels and positions of an image.",
            {"self.norm = nn.GroupNorm(1, dims[-1])": "self.norm = nn.InstanceNorm2d(dims[-1], affine=True)"}),
    Mistake("clo-corner", "Your head reads the position in the corner. It should read the mean over all positions.",
            {"self.head(self.norm(x).mean(dim=(2, 3)))": "self.head(self.norm(x)[:, :, 0, 0])"}),
    Mistake("clo-head-of-the-first-width", "Your head is made for dims[0] channels. Its input has dims[-1] channels.",
            {"self.head = nn.Linear(dims[-1], num_classes)": "self.head = nn.Linear(dims[0], num_classes)"}),
    Mistake("clo-norm-of-the-first-width",
            "Your `norm` is made for dims[0] channels. The last stage returns dims[-1] channels.",
            {"self.norm = nn.GroupNorm(1, dims[-1])": "self.norm = nn.GroupNorm(1, dims[0])"}),
    Mistake("clo-block-result-dropped", "You throw a block's output away: write x = block(x).",
            {"x = block(x)": "block(x)"}),
    Mistake("clo-residual-called-twice",
            "You add x to each block's output. A CloBlock already has its shortcuts inside.",
            {"x = block(x)": "x = x + block(x) if block(x).shape == x.shape else block(x)"}),
    Mistake("clo-patch-eval",
            "Your network calls eval() itself, so its BatchNorms never use the batch's statistics. Leave the "
            "choice of the mode to the caller.", {"x = self.patch_embed(x)": "x = self.patch_embed.eval()(x)"}),
    Mistake("clo-patch-stride-4", "The strides of your patch_embed are 4, 1, 1, 1. They should be 2, 2, 1, 1.",
            {"((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1))":
                 "((dims[0] // 2, 4), (dims[0], 1), (dims[0], 1), (dims[0], 1))"}),
    Mistake("clo-patch-batch-norm-at-the-end",
            "A BatchNorm and a ReLU follow the 1x1 convolution of patch_embed as well. Only GroupNorm(1, dims[0]) "
            "should follow it.",
            {"nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(1, dims[0]))":
                 "nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.BatchNorm2d(dims[0]), nn.ReLU(), "
                 "nn.GroupNorm(1, dims[0]))"}),
    Mistake("clo-patch-groups",
            "The GroupNorm of your patch_embed has a group for each channel. It should have one group: GroupNorm(1, "
            "dims[0]).",
            {"nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(1, dims[0]))":
                 "nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(dims[0], dims[0]))"}),
    Mistake("clo-without-depths",
            "You do not compare the length of `depths`. All six lists must have the same length.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) != len(dims) for each in (num_heads, group_splits, kernel_sizes, window_sizes)):"}),
    Mistake("clo-without-num_heads",
            "You do not compare the length of `num_heads`. All six lists must have the same length.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) != len(dims) for each in (depths, group_splits, kernel_sizes, window_sizes)):"}),
    Mistake("clo-without-group_splits",
            "You do not compare the length of `group_splits`. All six lists must have the same length.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) != len(dims) for each in (depths, num_heads, kernel_sizes, window_sizes)):"}),
    Mistake("clo-without-kernel_sizes",
            "You do not compare the length of `kernel_sizes`. All six lists must have the same length.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) != len(dims) for each in (depths, num_heads, group_splits, window_sizes)):"}),
    Mistake("clo-without-window_sizes",
            "You do not compare the length of `window_sizes`. All six lists must have the same length.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) != len(dims) for each in (depths, num_heads, group_splits, kernel_sizes)):"}),
    Mistake("clo-without-dims",
            "You do not compare the length of `dims` with those of the others. All six lists must have the same "
            "length.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) != len(depths) for each in of_stages):",
             "for i, depth in enumerate(depths):": "for i, depth in ((i, depths[i]) for i in range(len(dims))):"}),
    Mistake("clo-lengths-added",
            "You add the lengths up, so a list that is too long makes up for one that is too short. Compare each "
            "list with `dims`.",
            {"if any(len(each) != len(dims) for each in of_stages):": "if sum(map(len, of_stages)) != 5 * len(dims):"}),
    Mistake("clo-pairs-compared", "You compare the lists only in separate pairs. All six must have the same length.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 """pairs = (dims, depths), (num_heads, group_splits), (kernel_sizes, window_sizes)
        if any(len(one) != len(other) for one, other in pairs):"""}),
    Mistake("clo-all-must-differ",
            "You refuse lists only if all of them differ from `dims`. One list of a different length is enough for "
            "an error: use `any` instead of `all`.",
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if all(len(each) != len(dims) for each in of_stages):",
             "for i, depth in enumerate(depths):": "for i, depth in ((i, depths[i]) for i in range(len(dims))):"}),
    Mistake("clo-compared-late", CLO_COMPARED_LATE,
            {"if any(len(each) != len(dims) for each in of_stages):": "if False:",
             "for i, depth in enumerate(depths):": "for i, depth in ((i, depths[i]) for i in range(len(dims))):",
             "self.norm = nn.GroupNorm(1, dims[-1])": """if any(len(each) != len(dims) for each in of_stages):
            raise ValueError
        self.norm = nn.GroupNorm(1, dims[-1])"""},
            hint=3),
    Mistake("clo-all-refused",
            "Your code raises a ValueError for correct arguments too. It comes from your check, or from a block or "
            "norm that you build: read its message.",
            {"if any(len(each) != len(dims) for each in of_stages):": "if True:"}),
    Mistake("clo-no-error-by-stage", CLO_NO_ERROR_BY_INDEX,
            {"if any(len(each) != len(dims) for each in of_stages):": "if False:",
             "for i, depth in enumerate(depths):": "for i, depth in ((i, depths[i]) for i in range(len(dims))):"}),
    Mistake("clo-too-short-alone-by-stage", CLO_TOO_SHORT_ALONE,
            {"if any(len(each) != len(dims) for each in of_stages):":
                 "if any(len(each) < len(dims) for each in of_stages):",
             "for i, depth in enumerate(depths):": "for i, depth in ((i, depths[i]) for i in range(len(dims))):"}),
    Mistake("clo-strict-zip-late", CLO_COMPARED_LATE,
            {"if any(len(each) != len(dims) for each in of_stages):": "if False:",
             "for i, depth in enumerate(depths):":
                 "for i, (_, depth, *_) in enumerate(zip(dims, *of_stages, strict=True)):",
             "leads_on = place == depth - 1 and i < len(dims) - 1":
                 "leads_on = place == depth - 1 and i < len(depths) - 1"}, hint=3),
)

WRONG = (
    Wrong("assert",
          {"""if len(other) != n:
                raise ValueError("all lists must have the same length")""": "assert len(other) == n"},
          of="step-by-step", says="AssertionError"),
    Wrong("checked-last", """
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        lists = (dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        d = dims[0]
        layers, c = [], 3
        for out, stride in ((d // 2, 2), (d, 2), (d, 1), (d, 1)):
            layers += [nn.Conv2d(c, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
            c = out
        layers += [nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)]
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                last = j == depths[i] - 1 and i < len(dims) - 1
                stage.append(CloBlock(dims[i], dims[i + 1] if last else dims[i], num_heads[i],
                                      group_splits[i], kernel_sizes[i], window_sizes[i],
                                      mlp_kernel_size, mlp_ratio, 2 if last else 1))
            self.stages.append(stage)
        if len({len(each) for each in lists}) != 1:
            raise ValueError("lists")
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))
""", mistake="clo-compared-late"),
    Wrong("doubled-width", """
class CloFormer(nn.Module):
    '''CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    '''

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if any(len(entries) != len(dims) for entries in lists):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[i] - 1 and i < len(dims) - 1
                out_dim = 2 * dims[i] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))
""", mistake="clo-width-doubled"),
    Wrong("extra-downsampling-block", """
from itertools import chain, pairwise

class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, mlp_ratio)
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[i + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))
""", mistake="clo-one-more-everywhere"),
    Wrong("head-first-dim", """
def conv_bn_relu(inside, outside, stride):
    return [nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1),
            nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]

class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        per_stage = list(zip(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                             strict=True))
        d = dims[0]
        self.patch_embed = nn.Sequential(
            *conv_bn_relu(3, d // 2, 2),
            *conv_bn_relu(d // 2, d, 2),
            *conv_bn_relu(d, d, 1),
            *conv_bn_relu(d, d, 1),
            nn.Conv2d(d, d, kernel_size=1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for (dim, depth, heads, split, kernels, window), after in zip(per_stage, [*dims[1:], None]):
            plan = [(dim, 1)] * depth
            if after is not None:
                plan[-1] = (after, 2)
            self.stages.append(nn.ModuleList(
                CloBlock(dim, out, heads, split, kernels, window, mlp_kernel_size, mlp_ratio, step)
                for out, step in plan))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[0], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(x.flatten(2).mean(2))
""", mistake="clo-head-of-the-first-width"),
    Wrong("width-appended-to-the-callers-list",
          {"for other": """dims.append(dims[-1])
        for other""",
           """if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1""": """last = j == depths[i] - 1
                out, stride = (dims[i + 1] if last else dims[i], 2 if last and i != n - 1 else 1)"""},
          of="step-by-step", says="your code changes this list, but the caller may use it again"),
)

EQUIVALENT = (
    "7: message without numbers", "7: no message", "7: message without [len(each) for each in (dims, *of_sta...",
    "9: rounded up", "9: rounded to the nearest", "9: rounded down, at least 1", "12: Conv2d with dilation=2",
    "12: arguments 0 and 1 of Conv2d exchanged", "13: self.stages frozen", "17: dims -> depths",
    "17: dims -> group_splits", "17: dims -> kernel_sizes", "17: dims -> num_heads", "17: dims -> window_sizes",
)
