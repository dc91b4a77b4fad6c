"""What learners write for `masked_average_pool`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "bmm": """
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    up = nn.Upsample(size=tuple(mask.shape[-2:]), mode="bilinear", align_corners=False)
    f = up(features).reshape(B, C, -1)
    m = mask.reshape(B, -1, 1).to(f.dtype)
    p = torch.bmm(f, m).squeeze(2)
    return p / (m.sum(1) + 1e-5)
""",
    "plain": """
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    '''The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C).'''
    m = mask[:, None].to(features.dtype)
    large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / (m.sum(dim=(2, 3)) + 1e-5)
""",
}

HINTS = {"float32": 2, "takes the sum over": 2}

MISTAKES = (
    Mistake("pool-sides-swapped",
            "You enlarge the features to (W, H). Enlarge them to (H, W), the size of the mask's last two axes.",
            {'F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)':
                 'F.interpolate(features, size=mask.shape[:-3:-1], mode="bilinear", align_corners=False)'}, hint=1),
    Mistake("pool-factor",
            "You enlarge by a factor of 2, or another fixed one. Enlarge to the mask's size, whatever it is.",
            {'F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)':
                 'F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)'}, hint=1),
    Mistake("pool-mask-shrunk",
            "You resize the mask to the features. Do it the other way round: enlarge the features to the mask.",
            {'F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)': "features",
             "mask = mask.to(features.dtype)[:, None]": """mask = mask.to(features.dtype)[:, None]
    mask = F.interpolate(mask, size=features.shape[-2:], mode='bilinear')"""},
            hint=1),
    Mistake("pool-mask-shrunk-nearest",
            "You resize the mask to the features, with mode nearest. Enlarge the features to the mask instead, "
            "bilinearly.",
            {'F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)': "features",
             "mask = mask.to(features.dtype)[:, None]": """mask = mask.to(features.dtype)[:, None]
    mask = F.interpolate(mask, size=features.shape[-2:])"""},
            hint=1),
    Mistake("pool-mask-on-the-batch",
            "You write mask[None], which puts the new axis in front: (1, B, H, W). Put it where the channels are: "
            "mask[:, None].", {"mask = mask.to(features.dtype)[:, None]": "mask = mask.to(features.dtype)[None]"},
            hint=2),
    Mistake("pool-flattened", "You use the first image's mask for all images. Each image has its own.",
            {"mask = mask.to(features.dtype)[:, None]": "mask = mask.to(features.dtype)[:1, None]"}),
    Mistake("pool-mean",
            "You divide by the number of all positions (`mean`). Divide by the sum of the mask, so that only the "
            "object counts.",
            {"(features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)":
                 "(features * mask).mean(dim=(2, 3))"}, hint=2),
    Mistake("pool-by-all-positions",
            "You divide by the number of all positions, height times width. Divide by the sum of the mask, so that "
            "only the object counts.",
            {"(mask.sum(dim=(2, 3)) + 1e-5)": "(mask.shape[2] * mask.shape[3] + 1e-5)"}, hint=2),
    Mistake("pool-no-mask",
            "The mask is not used: you average over the whole picture. Multiply the features by the mask, add up the "
            "products, and divide by the sum of the mask + 1e-5.",
            {"(features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)": "features.mean(dim=(2, 3))"}, hint=2),
    Mistake("pool-sum", "You add up the object's features and do not divide. Divide by the sum of the mask + 1e-5.",
            {"(features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)": "(features * mask).sum(dim=(2, 3))"},
            hint=2),
    Mistake("pool-maximum", "You take the maximum under the mask. Take the mean.",
            {"(features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)":
                 "(features * mask).amax(dim=(2, 3))"}, hint=2),
    Mistake("pool-over-the-batch",
            "You divide by the sum of all masks of the batch. Divide each image by the sum of its own mask.",
            {"(features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)":
                 "(features * mask).sum(dim=(2, 3)) / (mask.sum() + 1e-5)"}, hint=2),
    Mistake("pool-eps-outside", "You add 1e-5 to the quotient. Add it to the sum of the mask.",
            {"(features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)":
                 "(features * mask).sum(dim=(2, 3)) / mask.sum(dim=(2, 3)) + 1e-5"}),
    Mistake("pool-unit", "You divide the prototype by its length. Return the plain mean.",
            {"(features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)":
                 "F.normalize((features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5), dim=1)"}),
    Mistake("pool-no-eps", "The 1e-5 is missing, so an empty mask gives 0 / 0. Add it to the sum of the mask.",
            {"1e-5": "0"}),
    Mistake("pool-another-eps", "The number that you add to the sum of the mask is not 1e-5.", {"1e-5": "1e-7"}),
    Mistake("pool-large-eps", "You add 1 to the sum of the mask. Add 1e-5.", {"1e-5": "1"}),
    Mistake("pool-eps-for-empty-masks",
            "You do not add 1e-5 to the sum of the mask. A `clamp`, an `if` or a smaller number also makes the "
            "result 0 for an empty mask. But the formula adds 1e-5 to every sum.",
            {"(mask.sum(dim=(2, 3)) + 1e-5)": "mask.sum(dim=(2, 3)).clamp(min=1e-5)"}),
    Mistake("pool-rounded", "You round the mask to 0 and 1. A mask may have values in between: use it as it is.",
            {"mask = mask.to(features.dtype)[:, None]": "mask = (mask > 0.5).to(features.dtype)[:, None]"}),
    Mistake("pool-masked-before",
            "You multiply the small features by the mask and enlarge the product afterwards. Enlarge the features "
            "first, then multiply.",
            {"mask = mask.to(features.dtype)[:, None]": """mask = mask.to(features.dtype)[:, None]
    features = features * F.interpolate(mask, size=features.shape[-2:])""",
             "(features * mask).sum(dim=(2, 3))": "features.sum(dim=(2, 3))"}, hint=2),
)

WRONG = (
    Wrong("enlarges-only-if-smaller",
          {'large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)':
               """large = features
    if m.shape[-1] > features.shape[-1]:
        large = F.interpolate(features, size=m.shape[-2:], mode='bilinear', align_corners=False)"""}, of="plain",
          says="a mask smaller than the features"),
    Wrong("indexes-the-object",
          {" features": " f",
           'F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)':
               "F.interpolate(features, mask.shape[-2:], mode='bilinear', align_corners=False)",
           "return (features * mask[:, None]).mean(dim=(2, 3))": """means = []
    for one, m in zip(f, mask):
        chosen = one[:, m > 0]
        means.append(chosen.sum(1) / (chosen.shape[1] + 1e-05))
    return torch.stack(means)"""},
          of="mean", says="a mask of numbers between 0 and 1"),
    Wrong("mean", """
def masked_average_pool(features, mask):
    features = F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)
    return (features * mask[:, None]).mean(dim=(2, 3))
""", mistake="pool-mean"),
    Wrong("squeezed-at-the-end", {"p / (m.sum(1) + 1e-5)": "(p / (m.sum(1) + 1e-05)).squeeze()"}, of="bmm",
          says="axes of size 1 are missing"),
    Wrong("view", {"mask.reshape": "mask.view"}, of="bmm", says="swaps no axes"),
)

EQUIVALENT = (
    "1: mask detached", "1: mask float32", "1: mask float32 on the way", "1: mask clamped",
    "1: features doubled in place at the end",
    "2: without `_check_shapes(features, mask)`", "2: _check_shapes left out", "2: features detached",
    "2: mask detached", "3: mask detached", "3: mask.to(features.dtype) detached", "3: features detached",
    "4: mask detached", "4: interpolate without align_corners", "4: without USub", "5: mask detached",
    "5: mask.sum(dim=(2, 3)) detached", "5: mask detached (2)", "5: Div in place", "5: Mult in place",
    "5: Add in place",
)
