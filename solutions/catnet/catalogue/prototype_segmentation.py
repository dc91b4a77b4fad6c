"""What learners write for `prototype_segmentation`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import default, defaults, detached, ignored

RIGHT = {
    "bmm": """
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    B, C, h, w = features.shape
    flat = features.flatten(2)
    dots = torch.bmm(prototype.unsqueeze(1), flat)
    lengths = flat.norm(dim=1, keepdim=True).clamp(min=1e-8)
    length = prototype.norm(dim=1).clamp(min=1e-8).reshape(B, 1, 1)
    logits = 0.5 * (scale * dots / (lengths * length) + threshold)
    return torch.sigmoid(logits).reshape(B, 1, h, w)
""",
    "plain": """
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    bracket = -scale * s - threshold
    return (1 - torch.sigmoid(0.5 * bracket))[:, None]
""",
}

MISTAKES = (
    Mistake("segmentation-background",
            "You return the probability of the background. Return the probability of the object, which is 1 minus "
            "that.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]"}),
    Mistake("segmentation-no-sigmoid", "The sigmoid is missing: you return the number that goes into it.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "1 - (0.5 * (-scale * cosine - threshold))[:, None]"}),
    Mistake("segmentation-no-axis", "Your result is (B, h, w). It should be (B, 1, h, w), like every map here.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))"}, hint=2),
    Mistake("segmentation-hard",
            "You return 0 or 1. Return the probability itself, without comparing it with anything.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "((0.5 * (-scale * cosine - threshold)) < 0).to(features.dtype)[:, None]"}),
    Mistake("segmentation-axis-in-front",
            "Your new axis comes first, (1, B, h, w). It should come after the batch: (B, 1, h, w).",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[None]"}, hint=2),
    Mistake("segmentation-softmax", "You take a softmax over the positions. Take a sigmoid at each position.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "(-(0.5 * (-scale * cosine - threshold))).flatten(1).softmax(1).view_as(cosine)[:, None]"}),
    Mistake("segmentation-softmax-of-rows", "You take a softmax along the width. Take a sigmoid at each position.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "1 - (0.5 * (-scale * cosine - threshold)).softmax(dim=-1)[:, None]"}),
    Mistake("segmentation-half-outside",
            "You multiply the sigmoid by 0.5. The 0.5 belongs inside the sigmoid, where it multiplies the bracket.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "1 - 0.5 * torch.sigmoid(-scale * cosine - threshold)[:, None]"}),
    Mistake("segmentation-tanh", "You take a tanh, which can be negative. Take a sigmoid.",
            {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                 "1 - torch.tanh(0.5 * (-scale * cosine - threshold))[:, None]"}),
    detached("segmentation-detached", "the probability is detached, so no loss could train anything",
             {"1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]":
                  "(1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]).detach()"}),
    Mistake("segmentation-no-minus",
            "Your cosine has the wrong sign. It should be -scale · cosine, so that a large cosine makes the sigmoid "
            "small.", {"0.5 * (-scale * cosine - threshold)": "0.5 * (scale * cosine - threshold)"}),
    Mistake("segmentation-plus-threshold", "You add the threshold. Subtract it. (Its default is negative.)",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * (-scale * cosine + threshold)"}),
    Mistake("segmentation-no-half", "The factor 0.5, which multiplies the whole bracket, is missing.",
            {"0.5 * (-scale * cosine - threshold)": "-scale * cosine - threshold"}),
    Mistake("segmentation-half-of-the-cosine",
            "You halve the cosine's term only. The 0.5 should multiply the whole bracket.",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * (-scale * cosine) - threshold"}),
    Mistake("segmentation-threshold-scaled",
            "You multiply the threshold by the scale as well. Multiply only the cosine by it.",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * -scale * (cosine + threshold)"}),
    ignored("segmentation-scale-ignored", "scale", "20",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * (-20 * cosine - threshold)"}),
    ignored("segmentation-threshold-ignored", "threshold", "-10",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * (-scale * cosine + 10)"}),
    Mistake("segmentation-divided-by-the-scale", "You divide the cosine by the scale. Multiply by it.",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * (-cosine / scale - threshold)"}),
    Mistake("segmentation-no-threshold", "The threshold is missing: subtract it inside the bracket.",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * (-scale * cosine)"}),
    Mistake("segmentation-swapped", "You have swapped the arguments threshold and scale.",
            {"0.5 * (-scale * cosine - threshold)": "0.5 * (-threshold * cosine - scale)"}),
    Mistake("segmentation-dot-product", "You take the dot product. Divide it by both lengths to get the cosine.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "(features * prototype[:, :, None, None]).sum(dim=1)"}),
    Mistake("segmentation-only-prototype",
            "You divide by the prototype's length only. Divide by the length of the position's features too.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "(features * F.normalize(prototype, dim=1)[:, :, None, None]).sum(dim=1)"}),
    Mistake("segmentation-only-features",
            "You divide by the features' length only. Divide by the prototype's length too.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "(F.normalize(features, dim=1) * prototype[:, :, None, None]).sum(dim=1)"}),
    Mistake("segmentation-over-positions",
            "You normalise the features over the positions. Normalise them over the channels (dim=1), because a "
            "cosine compares two vectors of C numbers.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "(F.normalize(features.flatten(2), dim=2).view_as(features) * F.normalize(prototype, dim=1)[:, :, "
                 "None, None]).sum(dim=1)"}, hint=2),
    Mistake("segmentation-along-the-width",
            "You normalise the features along the width (dim=-1). Normalise them over the channels (dim=1), because "
            "a cosine compares two vectors of C numbers.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "(F.normalize(features, dim=-1) * F.normalize(prototype, dim=1)[:, :, None, None]).sum(dim=1)"},
            hint=2),
    Mistake("segmentation-clamped",
            "You replace negative cosines by 0. Keep negative cosines, because features in the opposite direction "
            "should get a lower probability than features at a right angle.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8).clamp(min=0)"}),
    Mistake("segmentation-divided-by-0",
            "If the prototype is 0, as it is for an empty mask, you divide 0 by 0. The cosine should then be 0, as "
            "`F.cosine_similarity` makes it.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "(features * prototype[:, :, None, None]).sum(dim=1) / (features.norm(dim=1) * "
                 "prototype.norm(dim=1)[:, None, None])"}),
    Mistake("segmentation-of-the-batch", "You use the first image's prototype for all images. Each image has its own.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "F.cosine_similarity(features, prototype[:1, :, None, None], dim=1)"}),
    Mistake("segmentation-absolute",
            "You take the absolute value of the cosine. Keep its sign, because an opposite direction is not a match.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8).abs()"}),
    Mistake("segmentation-distance",
            "You take the distance to the prototype. Only the angle should count: take the cosine.",
            {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                 "-(features - prototype[:, :, None, None]).norm(dim=1)"}),
    default("segmentation-positive-threshold", "threshold: float = -10.0", 10.0),
    default("segmentation-default-scale", "scale: float = 20.0", 10.0),
    detached("segmentation-prototype-detached",
             "the prototype is detached, so neither the prototype nor the support's features would get a gradient",
             {"F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)":
                  "F.cosine_similarity(features, prototype.detach()[:, :, None, None], dim=1, eps=1e-8)"}),
    *defaults("segmentation", "scale: float = 20.0", 1.0),
)

WRONG = (
    Wrong("dim-last", {"=1": "=-1"}, of="plain", says="Expected shape (2, 1, 3, 4), got (2, 1, 5, 3)"),
    Wrong("parameters-in-other-order",
          {"""
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
""": "features, prototype, scale=20.0, threshold=-10.0"}, of="plain", says="threshold and scale by place"),
)

EQUIVALENT = (
    "2: guard left out", "2: an assert", "2: features -> prototype", "2: prototype -> features",
    "3: raises RuntimeError", "3: raises TypeError", "3: raises Exception", "3: message without numbers",
    "3: no message", "3: printed, not raised", "3: message without features.shape[1]",
    "3: message without prototype.shape[1]", "4: cosine_similarity without dim", "4: cosine_similarity without eps",
    "4: arguments 0 and 1 of cosine_similarity exchanged", "4: 1e-08 -> 2e-08", "4: 1e-08 -> 5e-09", "5: clamped",
    "5: sigmoid in place",
)
