"""Known mistakes, correct variants and equivalent mutants of e3_catnet.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, NOT_WHOLE, OVERFLOW, naive_softmax

Edits = tuple[tuple[str, str], ...]
Row = tuple[str, str, Edits]  # what is wrong, the sentence, the edits


def mistakes(exercise: str, short: str, *rows: Row) -> tuple[Mistake, ...]:
    return tuple(Mistake(f"{short}-{what}", exercise, sentence, edits) for what, sentence, edits in rows)


def replaced(old: str, **by: tuple[str, str]) -> tuple[Row, ...]:
    """Mistakes that replace the same text: what is wrong -> the sentence, the new text."""
    return tuple((what.replace("_", "-"), sentence, ((old, new),)) for what, (sentence, new) in by.items())


DETACHED = "The numbers are right, but {} is detached, so {}. Leave out the `detach()`, `.data` or `no_grad()`."

# --- What the reference says, and most mistakes replace.
ENLARGED = 'F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)'
ABOVE, BELOW, POOLED = (
    "(features * mask).sum(dim=(2, 3))",
    "(mask.sum(dim=(2, 3)) + 1e-5)",
    "mask = mask.to(features.dtype)[:, None]",
)
WHOLE_POOL = f"return {ABOVE} / {BELOW}"

POOL = mistakes(
    "masked_average_pool", "pool",
    *replaced(ENLARGED,
              align_corners=("You enlarge the features with align_corners=True. Use False for features. (A mask is "
                             "resized with True.)",
                             ENLARGED.replace("False", "True")),
              nearest=("You enlarge the features with mode nearest, torch's default. Use bilinear.",
                       "F.interpolate(features, size=mask.shape[-2:])"),
              sides_swapped=("You enlarge the features to (W, H). Enlarge them to (H, W), the size of the mask's last "
                             "two axes.",
                             ENLARGED.replace("[-2:]", "[:-3:-1]")),
              factor=("You enlarge by a factor of 2, or another fixed one. Enlarge to the mask's size, whatever it is.",
                      ENLARGED.replace("size=mask.shape[-2:]", "scale_factor=2"))),
    ("mask-shrunk",
     "You resize the mask to the features. Do it the other way round: enlarge the features to the mask.",
     ((ENLARGED, "features"),
      (POOLED, f"{POOLED}\n    mask = F.interpolate(mask, size=features.shape[-2:], mode='bilinear')"))),
    ("mask-shrunk-nearest",
     "You resize the mask to the features, with mode nearest. Enlarge the features to the mask instead, bilinearly.",
     ((ENLARGED, "features"), (POOLED, f"{POOLED}\n    mask = F.interpolate(mask, size=features.shape[-2:])"))),
    ("mask-on-the-batch",
     "You write mask[None], which puts the new axis in front: (1, B, H, W). Put it where the channels are: mask[:, "
     "None].", ((POOLED, "mask = mask.to(features.dtype)[None]"),)),
    *replaced(POOLED,
              inverted=("You average over the background. The mask is 1 on the object: average there.",
                        f"{POOLED.replace('mask.to', '1 - mask.to')}"),
              flattened=("You use the first image's mask for all images. Each image has its own.",
                         "mask = mask.to(features.dtype)[:1, None]")),
    *replaced(f"{ABOVE} / {BELOW}",
              mean=("You divide by the number of all positions (`mean`). Divide by the sum of the mask, so that only "
                    "the object counts.",
                    "(features * mask).mean(dim=(2, 3))"),
              no_mask=("The mask is not used: you average over the whole picture. Multiply the features by the mask, "
                       "add up the products, and divide by the sum of the mask + 1e-5.", "features.mean(dim=(2, 3))"),
              sum=("You add up the object's features and do not divide. Divide by the sum of the mask + 1e-5.", ABOVE),
              maximum=("You take the maximum under the mask. Take the mean.",
                       "(features * mask).amax(dim=(2, 3))"),
              kept_axes=("Your result is (B, C, 1, 1). It should be (B, C).",
                         "(features * mask).sum(dim=(2, 3), keepdim=True) / (mask.sum(dim=(2, 3), "
                         "keepdim=True) + 1e-5)"),
              over_the_batch=("You divide by the sum of all masks of the batch. Divide each image by the sum of its "
                              "own mask.",
                              f"{ABOVE} / (mask.sum() + 1e-5)"),
              eps_outside=("You add 1e-5 to the quotient. Add it to the sum of the mask.",
                           f"{ABOVE} / mask.sum(dim=(2, 3)) + 1e-5"),
              images_mixed=("You add up all images of the batch as well. Sum over the positions of each image by "
                            "itself.",
                            f"(features * mask).sum(dim=(0, 2, 3)).expand(len(features), -1) / {BELOW}"),
              unit=("You divide the prototype by its length. Return the plain mean.",
                    f"F.normalize({ABOVE} / {BELOW}, dim=1)")),
    *replaced("1e-5", no_eps=("The 1e-5 is missing, so an empty mask gives 0 / 0. Add it to the sum of the mask.", "0"),
              another_eps=("The number that you add to the sum of the mask is not 1e-5.", "1e-7"),
              large_eps=("You add 1 to the sum of the mask. Add 1e-5.", "1")),
    ("eps-for-empty-masks",
     "You do not add 1e-5 to the sum of the mask. A `clamp`, an `if` or a smaller number also makes the result 0 for "
     "an empty mask. But the formula adds 1e-5 to every sum.", ((BELOW, "mask.sum(dim=(2, 3)).clamp(min=1e-5)"),)),
    ("dtype-of-the-mask",
     "Your result has the mask's dtype. It should have the features' dtype: begin with `mask.to(features.dtype)`.",
     ((POOLED, "mask = mask[:, None]"),)),
    ("rounded", "You round the mask to 0 and 1. A mask may have values in between: use it as it is.",
     ((POOLED, "mask = (mask > 0.5).to(features.dtype)[:, None]"),)),
    ("masked-before", "You multiply the small features by the mask and enlarge the product afterwards. Enlarge the "
                      "features first, then multiply.",
     ((POOLED, f"{POOLED}\n    features = features * F.interpolate(mask, size=features.shape[-2:])"),
      (ABOVE, "features.sum(dim=(2, 3))"))),
    ("channels-summed",
     "You sum over the channels too, or over channels and rows. Sum over the last two axes, H and W.",
     ((ABOVE, "(features * mask).sum(dim=(1, 2))"),)),
    ("detached", DETACHED.format("the result", "the network that made the features would never learn"),
     ((WHOLE_POOL, f"{WHOLE_POOL.replace('return ', 'return (')}).detach()"),)),
)
POOL += (
    Mistake("pool-float32", "masked_average_pool",
            "Your result is float32, whatever the features' dtype is. Use `mask.to(features.dtype)` and not "
            "`.float()`. If you make a new tensor, give it the features' dtype and device.",
            ((ENLARGED, ENLARGED.replace("features,", "features.float(),")), (POOLED, "mask = mask.float()[:, None]")),
            grain="float32"),
)

COSINE = "F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)"
LOGITS = "0.5 * (-scale * cosine - threshold)"
PROBABILITY = f"1 - torch.sigmoid({LOGITS})[:, None]"

SEGMENTATION = mistakes(
    "prototype_segmentation", "segmentation",
    *replaced(PROBABILITY,
              background=("You return the probability of the background. Return the probability of the object, which "
                          "is 1 minus that.",
                          f"torch.sigmoid({LOGITS})[:, None]"),
              no_sigmoid=("The sigmoid is missing: you return the number that goes into it.",
                          f"1 - ({LOGITS})[:, None]"),
              no_axis=("Your result is (B, h, w). It should be (B, 1, h, w), like every map here.",
                       f"1 - torch.sigmoid({LOGITS})"),
              hard=("You return 0 or 1. Return the probability itself, without comparing it with anything.",
                    f"(({LOGITS}) < 0).to(features.dtype)[:, None]"),
              axis_in_front=("Your new axis comes first, (1, B, h, w). It should come after the batch: (B, 1, h, w).",
                             f"1 - torch.sigmoid({LOGITS})[None]"),
              softmax=("You take a softmax over the positions. Take a sigmoid at each position.",
                       f"(-({LOGITS})).flatten(1).softmax(1).view_as(cosine)[:, None]"),
              softmax_of_rows=("You take a softmax along the width. Take a sigmoid at each position.",
                               f"1 - ({LOGITS}).softmax(dim=-1)[:, None]"),
              half_outside=("You multiply the sigmoid by 0.5. The 0.5 belongs inside the sigmoid, where it multiplies "
                            "the bracket.",
                            "1 - 0.5 * torch.sigmoid(-scale * cosine - threshold)[:, None]"),
              tanh=("You take a tanh, which can be negative. Take a sigmoid.", f"1 - torch.tanh({LOGITS})[:, None]"),
              detached=(DETACHED.format("the probability", "no loss could train anything"),
                        f"({PROBABILITY}).detach()")),
    *replaced(LOGITS,
              no_minus=("Your cosine has the wrong sign. It should be -scale · cosine, so that a large cosine makes "
                        "the sigmoid small.",
                        "0.5 * (scale * cosine - threshold)"),
              plus_threshold=("You add the threshold. Subtract it. (Its default is negative.)",
                              "0.5 * (-scale * cosine + threshold)"),
              no_half=("The factor 0.5, which multiplies the whole bracket, is missing.",
                       "-scale * cosine - threshold"),
              half_of_the_cosine=("You halve the cosine's term only. The 0.5 should multiply the whole bracket.",
                                  "0.5 * (-scale * cosine) - threshold"),
              threshold_scaled=("You multiply the threshold by the scale as well. Multiply only the cosine by it.",
                                "0.5 * -scale * (cosine + threshold)"),
              scale_ignored=("The argument `scale` has no effect, because 20 is written in its place. Use the "
                             "argument.",
                             "0.5 * (-20 * cosine - threshold)"),
              threshold_ignored=("The argument `threshold` has no effect, because -10 is written in its place. Use the "
                                 "argument.",
                                 "0.5 * (-scale * cosine + 10)"),
              divided_by_the_scale=("You divide the cosine by the scale. Multiply by it.",
                                    "0.5 * (-cosine / scale - threshold)"),
              no_threshold=("The threshold is missing: subtract it inside the bracket.", "0.5 * (-scale * cosine)"),
              swapped=("You have swapped the arguments threshold and scale.", "0.5 * (-threshold * cosine - scale)")),
    *replaced(COSINE,
              dot_product=("You take the dot product. Divide it by both lengths to get the cosine.",
                           "(features * prototype[:, :, None, None]).sum(dim=1)"),
              only_prototype=("You divide by the prototype's length only. Divide by the length of the position's "
                              "features too.",
                              "(features * F.normalize(prototype, dim=1)[:, :, None, None]).sum(dim=1)"),
              only_features=("You divide by the features' length only. Divide by the prototype's length too.",
                             "(F.normalize(features, dim=1) * prototype[:, :, None, None]).sum(dim=1)"),
              over_positions=("You normalise the features over the positions. Normalise them over the channels "
                              "(dim=1), because a cosine compares two vectors of C numbers.",
                              "(F.normalize(features.flatten(2), dim=2).view_as(features) * "
                              "F.normalize(prototype, dim=1)[:, :, None, None]).sum(dim=1)"),
              along_the_width=("You normalise the features along the width (dim=-1). Normalise them over the channels "
                               "(dim=1), because a cosine compares two vectors of C numbers.",
                               "(F.normalize(features, dim=-1) * F.normalize(prototype, dim=1)[:, :, None, "
                               "None]).sum(dim=1)"),
              clamped=("You replace negative cosines by 0. Keep negative cosines, because features in the opposite "
                       "direction should get a lower probability than features at a right angle.",
                       f"{COSINE}.clamp(min=0)"),
              divided_by_0=("If the prototype is 0, as it is for an empty mask, you divide 0 by 0. The cosine should "
                            "then be 0, as `F.cosine_similarity` makes it.",
                            "(features * prototype[:, :, None, None]).sum(dim=1) "
                            "/ (features.norm(dim=1) * prototype.norm(dim=1)[:, None, None])"),
              of_the_batch=("You use the first image's prototype for all images. Each image has its own.",
                            "F.cosine_similarity(features, prototype[:1, :, None, None], dim=1)"),
              absolute=("You take the absolute value of the cosine. Keep its sign, because an opposite direction is "
                        "not a match.",
                        f"{COSINE}.abs()"),
              distance=("You take the distance to the prototype. Only the angle should count: take the cosine.",
                        "-(features - prototype[:, :, None, None]).norm(dim=1)")),
    ("positive-threshold", "If `threshold` is not given, your code uses 10. The default should be -10.",
     (("threshold: float = -10.0", "threshold: float = 10.0"),)),
    ("default-scale", "If `scale` is not given, your code should use 20.",
     (("scale: float = 20.0", "scale: float = 10.0"),)),
    ("prototype-detached", DETACHED.format("the prototype",
                                           "neither the prototype nor the support's features would get a gradient"),
     ((COSINE, COSINE.replace("prototype[", "prototype.detach()[")),)),
)

MASKED = "support * _resize_mask(support_mask, support)"
RESIZED = "_resize_mask(support_mask, support)"
SIMILARITY = "(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values"
NORMS = "s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)"
EXTREMES = "low, high = similarity.amin(dim=2, keepdim=True), similarity.amax(dim=2, keepdim=True)"
STRETCHED = "((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])"


INFINITE_SLOPE = ("The numbers are right, but a gradient is NaN: the slope of a square root at 0 is infinite, and a "
                  "masked-out position has length 0. Use `.norm`, whose gradient is 0 there.")


def resized(mode: str) -> str:
    return f"F.interpolate(support_mask.to(support.dtype)[:, None], size=support.shape[-2:], {mode})"


PRIOR = mistakes(
    "prior_mask", "prior",
    *replaced(RESIZED,
              align_corners=("You resize the mask with align_corners=False. Use True for the mask.",
                             resized('mode="bilinear", align_corners=False')),
              nearest=("You resize the mask with mode nearest. Use bilinear, with align_corners=True.",
                       resized('mode="nearest"')),
              sides_swapped=("You resize the mask to (w, h). Resize it to the features' size, (h, w).",
                             resized('mode="bilinear", align_corners=True').replace("[-2:]", "[:-3:-1]")),
              rounded=("You round the resized mask to 0 and 1. Keep it as it is.", f"({RESIZED} > 0.5)"),
              no_mask=("You do not use the mask, so the support's background counts too. Multiply the support's "
                       "features by the mask.", "1"),
              inverted=("You keep the background's features. The mask is 1 on the object: keep the object's features.",
                        f"(1 - {RESIZED})")),
    ("mask-on-the-query", "You multiply the query by the mask. Multiply the support's features by it.",
     ((f"support = {MASKED}", f"query = query * {RESIZED}"),)),
    ("mask-on-both", "You multiply the query by the mask too. Multiply only the support's features by it.",
     ((f"support = {MASKED}", f"query, support = query * {RESIZED}, {MASKED}"),)),
    ("mask-on-the-similarity",
     "You multiply the similarities by the mask, or you divide by the lengths before you mask. A mask of 0.3 then "
     "lowers a cosine to 0.3 times its value. Multiply the support's features by the mask first, then take the "
     "cosines.",
     ((f"support = {MASKED}", f"small = {RESIZED}.flatten(2).transpose(1, 2)"), ("(s @ q / (norms + 1e-7))",
                                                                                 "(s @ q / (norms + 1e-7) * small)"))),
    ("excluded", "You leave the masked-out positions out of the maximum. They should count with a similarity of 0: "
                 "multiply the features by the mask, and do nothing more.",
     ((f"support = {MASKED}", f"small = {RESIZED}.flatten(2).transpose(1, 2)\n    {f'support = {MASKED}'}"),
      ("(s @ q / (norms + 1e-7))", "(s @ q / (norms + 1e-7)).masked_fill(small == 0, -1)"))),
    *replaced(SIMILARITY,
              mean=("You take the mean over the support's positions. Take the best match, the maximum.",
                    "(s @ q / (norms + 1e-7)).mean(dim=1, keepdim=True)"),
              sum=("You add up the similarities to all support positions. Take the best match, the maximum.",
                   "(s @ q / (norms + 1e-7)).sum(dim=1, keepdim=True)"),
              over_the_query=("You take the maximum over the query's positions, so your map belongs to the support. "
                              "Take the maximum over the support's positions.",
                              "(s @ q / (norms + 1e-7)).max(dim=2).values[:, None]"),
              dot_product=("You compare by the dot product. Divide each product by the lengths of both vectors, which "
                           "makes it a cosine.",
                           "(s @ q).max(dim=1, keepdim=True).values"),
              softmax=("You weight the similarities with a softmax. Take the largest one.",
                       "((s @ q / (norms + 1e-7)).softmax(dim=1) * (s @ q / (norms + 1e-7))).sum(dim=1, keepdim=True)"),
              clamped=("You replace negative cosines by 0. Take the largest cosine even if it is below 0.",
                       "(s @ q / (norms + 1e-7)).clamp(min=0).max(dim=1, keepdim=True).values"),
              same_place=("You compare each position of the query only with the same position of the support. Compare "
                          "it with all of them, and take the largest cosine.",
                          "(s @ q / (norms + 1e-7)).diagonal(dim1=1, dim2=2)[:, None]"),
              no_eps=("Add 1e-7 to the product of the lengths. Without it a masked-out position, whose length is 0, "
                      "gives 0 / 0, which is NaN.",
                      "(s @ q / norms).max(dim=1, keepdim=True).values"),
              absolute=("You take absolute values of the cosines. Keep their signs, because an opposite direction is "
                        "not a match.",
                        "(s @ q / (norms + 1e-7)).abs().max(dim=1, keepdim=True).values"),
              largest_of_the_batch=("The maximum is taken over the batch too, so all images get the same map. Take it "
                                    "for each image by itself.",
                                    f"{SIMILARITY}.amax(dim=0, keepdim=True).expand(len(q), -1, -1)")),
    *replaced(NORMS,
              only_query=("You divide by the query's length only. Divide by the length of the support's features too.",
                          "q.norm(dim=1, keepdim=True)"),
              only_support=("You divide by the support's length only. Divide by the length of the query's features "
                            "too. Otherwise a bright position wins against a similar one.",
                            "s.norm(dim=2, keepdim=True)"),
              exchanged=("You have swapped the lengths: you divide the query's positions by the support's lengths, and "
                         "the support's positions by the query's lengths. Swap the two.",
                         "s.norm(dim=2)[:, None] * q.norm(dim=1)[:, :, None]"),
              of_all=("You take one length for a whole picture. Take one length for each position, the length of the "
                      "vector of its C numbers.",
                      "s.norm(dim=(1, 2), keepdim=True) * q.norm(dim=(1, 2), keepdim=True)"),
              square_root=(INFINITE_SLOPE, "(s**2).sum(dim=2, keepdim=True).sqrt() * q.norm(dim=1, keepdim=True)"),
              one_square_root=(INFINITE_SLOPE,
                               "((s**2).sum(dim=2, keepdim=True) * (q**2).sum(dim=1, keepdim=True)).sqrt()"),
              clamped_lengths=("You do not add 1e-7 to the product of the lengths. (`F.cosine_similarity`, "
                               "`F.normalize` and `clamp` do not add it either: they only replace lengths near 0.)",
                               f"({NORMS}).clamp(min=1e-12) - 1e-7"),
              eps_in_each=("You add 1e-7 to each length. Add it once, to the product of the two.",
                           "(s.norm(dim=2, keepdim=True) + 1e-7) * (q.norm(dim=1, keepdim=True) + 1e-7) - 1e-7"),
              both_summed=("You divide by the sum of the two lengths. Divide by their product.",
                           "s.norm(dim=2, keepdim=True) + q.norm(dim=1, keepdim=True)")),
    *replaced(f"{STRETCHED}",
              not_stretched=("The last step is missing: stretch each image's map to 0 ... 1, with its smallest and "
                             "largest value.",
                             "similarity.unflatten(2, query.shape[-2:])"),
              divided_by_the_maximum=("You divide by the largest value, and subtract nothing. Subtract the smallest "
                                      "value first, then divide by largest - smallest.",
                                      "(similarity / (high + 1e-7)).unflatten(2, query.shape[-2:])"),
              divided_by_high=("You divide by the largest value. Divide by largest - smallest, so that the map "
                               "ends at 1.",
                               "((similarity - low) / (high + 1e-7)).unflatten(2, query.shape[-2:])"),
              stretch_without_eps=("The last step divides by largest - smallest alone. Add 1e-7 to this difference.",
                                   "((similarity - low) / (high - low)).unflatten(2, query.shape[-2:])"),
              softmaxed=("You take a softmax of the map. Stretch the map to 0 ... 1 instead, with its smallest and "
                         "largest value.",
                         "similarity.softmax(dim=2).unflatten(2, query.shape[-2:])"),
              row_by_row=("You take the smallest and the largest value of each row. Take those of each image's whole "
                          "map.",
                          "(lambda m: (m - m.amin(-1, True)) / (m.amax(-1, True) - m.amin(-1, True) + 1e-7))"
                          "(similarity.unflatten(2, query.shape[-2:]))"),
              not_divided=("You subtract the smallest value, but then you do not divide by largest - smallest.",
                           "(similarity - low).unflatten(2, query.shape[-2:])"),
              no_axis=("Your result is (B, h, w). It should be (B, 1, h, w), like every map here.",
                       "((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])[:, 0]"),
              flat=("Your result is (B, 1, h · w). Give the positions their rows and columns back: (B, 1, h, w).",
                    "((similarity - low) / (high - low + 1e-7))"),
              turned=("Rows and columns have changed places, because you unflatten to (w, h). Unflatten to (h, w).",
                      "((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[:-3:-1])"),
              inverted_map=("Your map is inverted. The best match should be 1, and the worst should be 0.",
                            "((high - similarity) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])"),
              detached=(DETACHED.format("the map", "no gradient flows back to the features"),
                        f"({STRETCHED}).detach()")),
    *replaced(EXTREMES,
              across_images=("You take the smallest and the largest value over all images at each position (dim=0). "
                             "Take those of each image's own map.",
                             "low, high = similarity.amin(dim=0, keepdim=True), similarity.amax(dim=0, keepdim=True)"),
              batch_extremes=("You take the smallest and the largest value of the whole batch. Take those of each "
                              "image's own map.",
                              "low, high = similarity.amin(), similarity.amax()")),
    ("queries-exchanged",
     "Query and support have changed places: the map should belong to the query, and the mask to the support.",
     ((f"support = {MASKED}", f"query, support = support, query\n    support = {MASKED}"),)),
    ("small-eps", "The numbers that you add to the product of the lengths and to largest - smallest are not 1e-7. Add "
                  "1e-7 to both.",
     ((NORMS, f"({NORMS}).clamp(min=1e-12) - 1e-7"), ("(high - low + 1e-7)", "(high - low)"))),
    ("large-eps", "The number that you add to the product of the lengths is not 1e-7.",
     ((SIMILARITY, SIMILARITY.replace("1e-7", "0.001")),)),
    ("channels-averaged",
     "You average the channels first and compare single numbers. Keep the channels, because a cosine compares two "
     "vectors of C numbers.",
     (("query.flatten(2), support", "query.flatten(2).mean(1, keepdim=True), support.mean(1, keepdim=True)"),)),
)

GUARD = 'raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")'
WRONG_AXIS = """raise ValueError(f'softmax_over must be "keys" or "queries", got {softmax_over!r}')"""
QUERY, KEY = (f"self.{name} = nn.Conv2d(channels, hidden, kernel_size=1)" for name in ("query", "key"))
VALUE = "self.value = nn.Conv2d(channels, channels, kernel_size=1)"
SCALE, AXIS = "self.scale = hidden**-0.5", 'self.softmax_dim = -1 if softmax_over == "keys" else -2'
PAIR = "query, key = self.query(x).flatten(2), self.key(y).flatten(2)"
SCORES = "query.transpose(1, 2) @ key * self.scale"
WEIGHTS = "(query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)"
GATHERED = "self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)"
BACK = "gathered.unflatten(2, x.shape[-2:])"
RESULT = "gathered if mask is None else gathered * mask"
HIDDEN = "hidden = channels // reduction"
KEY_QUERY = ("You multiply the keys by the queries, so the rows of your map belong to y, and the softmax runs along "
             "the wrong axis. Row j should belong to position j of x: multiply the queries by the keys.")
IN_SOFTMAX = ("You use the mask before or inside the softmax. Use it after the softmax: multiply the gathered values "
              "by it.")


def hidden_in_softmax(test: str) -> str:
    """Lines that gather with scores hidden where `test` holds, in the place of those that set `gathered`."""
    return f"""scores = self.query(x).flatten(2).mT @ self.key(y).flatten(2) * self.scale
        if mask is not None:
            scores = scores.masked_fill({test}, -1e9)
        gathered = self.value(y).flatten(2) @ scores.softmax(dim=self.softmax_dim).mT"""

ATTENTION = mistakes(
    "CrossMaskedAttention", "attention",
    *replaced(WEIGHTS,
              no_scale=("The scale is missing. Multiply the dot products by (C // r) ** -0.5 before the softmax.",
                        "(query.transpose(1, 2) @ key).softmax(dim=self.softmax_dim)"),
              scaled_after=("You scale after the softmax. Scale the dot products.",
                            "(query.transpose(1, 2) @ key).softmax(dim=self.softmax_dim) * self.scale"),
              scaled_up=("You divide by (C // r) ** -0.5. Multiply by it.",
                         "(query.transpose(1, 2) @ key / self.scale).softmax(dim=self.softmax_dim)"),
              scaled_twice=("You divide by C // r. The square root is missing, or you scale both queries and keys by "
                            "the whole factor. Scale once, by (C // r) ** -0.5.",
                            "(query.transpose(1, 2) @ key * self.scale**2).softmax(dim=self.softmax_dim)"),
              no_softmax=("The softmax of the scaled dot products is missing.",
                          "query.transpose(1, 2) @ key * self.scale"),
              over_the_images=("You take the softmax over the batch. Take it over the positions that `softmax_over` "
                               "names.",
                               "(query.transpose(1, 2) @ key * self.scale).softmax(dim=0)"),
              key_times_query=(KEY_QUERY, "(key.transpose(1, 2) @ query * self.scale).softmax(dim=self.softmax_dim)"),
              sigmoid=("You take a sigmoid. Take a softmax, so that each row sums to one.", f"torch.sigmoid({SCORES})"),
              scale_of_positions=("You scale by N ** -0.5, with N the number of positions. It should be (C // r) ** "
                                  "-0.5.",
                                  "(query.transpose(1, 2) @ key * query.shape[2] ** "
                                  "-0.5).softmax(dim=self.softmax_dim)"),
              queries_by_view=("You turn the queries, (B, C // r, N), into (B, N, C // r) with reshape or view. These "
                               "keep the order of the numbers in memory, so a query is a mixture of positions. "
                               "Transpose the last two axes instead.",
                               "(query.reshape(len(query), -1, query.shape[1]) @ key * "
                               "self.scale).softmax(dim=self.softmax_dim)"),
              transposed=("Your `attention` returns the matrix transposed. Row j should belong to position j of x.",
                          "(key.transpose(1, 2) @ query * self.scale).softmax(dim=-3 - self.softmax_dim)"),
              naive_softmax=(OVERFLOW.format("dot products"),
                             naive_softmax("query.transpose(1, 2) @ key * self.scale",
                                           -1).replace("dim=-1", "dim=self.softmax_dim")),
              dropout=(ATTENTION_DROPOUT, f"F.dropout({WEIGHTS}, 0.1, self.training)"),
              detached=(DETACHED.format("the attention map", "`query` and `key` would never learn"),
                        f"{WEIGHTS}.detach()"),
              cosine=("You divide queries and keys by their lengths. This attention takes plain dot products.",
                      "(F.normalize(query, dim=1).transpose(1, 2) @ F.normalize(key, dim=1) * "
                      "self.scale).softmax(dim=self.softmax_dim)")),
    *replaced(AXIS,
              axes_exchanged=('You have swapped the two axes: with "keys" each row should sum to one, and with '
                              '"queries" each column.',
                              'self.softmax_dim = -2 if softmax_over == "keys" else -1'),
              always_queries=("`softmax_over` has no effect: the softmax always runs over the queries, so each column "
                              'sums to one. With "keys" each row should sum to one.', "self.softmax_dim = -2"),
              axis_ignored=('`softmax_over` has no effect: the softmax always runs over the keys. With "queries" each '
                            "column should sum to one.",
                            "self.softmax_dim = -1")),
    *replaced(PAIR,
              x_and_y=("x and y have changed places in the attention: queries should come from x, and keys from y.",
                       "query, key = self.query(y).flatten(2), self.key(x).flatten(2)"),
              own_keys=("Queries and keys both come from x: this is self-attention. The keys should come from y.",
                        "query, key = self.query(x).flatten(2), self.key(x).flatten(2)"),
              own_queries=("Queries and keys both come from y. The queries should come from x.",
                           "query, key = self.query(y).flatten(2), self.key(y).flatten(2)"),
              layers_exchanged=("The layers `query` and `key` have changed places: `query` should read x, and `key` "
                                "should read y.",
                                "query, key = self.key(x).flatten(2), self.query(y).flatten(2)"),
              one_layer=("Queries and keys come from the same layer: `key` is made and never called. The keys should "
                         "come from `key`.",
                         "query, key = self.query(x).flatten(2), self.query(y).flatten(2)"),
              keys_column_by_column=("You count the positions of the keys column by column, and those of the queries "
                                     "row by row. Flatten both in the same way.",
                                     "query, key = self.query(x).flatten(2), self.key(y).mT.flatten(2)")),
    *replaced(GATHERED,
              values_of_x=("Your values come from x. They should come from y, because x gathers from y.",
                           "self.value(x).flatten(2) @ self.attention(x, y).mT"),
              not_transposed=("You multiply the values by the matrix as it is, so its columns are used as weights. "
                              "Transpose the matrix: row j holds the weights of position j of x.",
                              "self.value(y).flatten(2) @ self.attention(x, y)"),
              no_value=("You do not use the layer `value`: you gather y itself. Gather the values, value(y).",
                        "y.flatten(2) @ self.attention(x, y).mT"),
              other_attention=("Your `forward` calls attention(y, x). Call attention(x, y), because x gathers from y.",
                               "self.value(y).flatten(2) @ self.attention(y, x).mT"),
              by_view=("You read (B, N, C) as (B, C, N) with reshape or view. These keep the order of the numbers in "
                       "memory, so channels and positions are mixed up. Transpose the last two axes instead.",
                       "(self.attention(x, y) @ self.value(y).flatten(2).mT).reshape(len(x), -1, x.shape[2] * "
                       "x.shape[3])")),
    *replaced(BACK,
              turned=("You turn the N positions into a map whose rows and columns have changed places. The map's size "
                      "should be (H, W).",
                      "gathered.unflatten(2, x.shape[:-3:-1]).mT.contiguous().view_as(x)"),
              tokens=("Your result is (B, C, N). Give the positions their rows and columns back: (B, C, H, W).",
                      "gathered if mask is None else gathered.unflatten(2, x.shape[-2:])")),
    *replaced(RESULT,
              mask_ignored=("You do not use the mask. Multiply the gathered values by it.", "gathered"),
              mask_with_one=("You multiply by 1 plus the mask. Multiply by the mask alone.",
                             "gathered if mask is None else gathered * (1 + mask)"),
              mask_rounded=("You round the mask to 0 and 1. Multiply by it as it is: a prior mask has values "
                            "in between.",
                            "gathered if mask is None else gathered * (mask > 0.5)"),
              mask_added=("You add the mask. Multiply by it.", "gathered if mask is None else gathered + mask"),
              mask_inverted=("You keep the positions outside the mask. Keep those inside it.",
                             "gathered if mask is None else gathered * (1 - mask)"),
              sigmoid_of_mask=("You take a sigmoid of the mask. Multiply by it as it is.",
                               "gathered if mask is None else gathered * torch.sigmoid(mask)"),
              residual=("You add x. The shortcut belongs to the block around this module.",
                        "x + (gathered if mask is None else gathered * mask)"),
              residual_unless_masked=("Outside the mask you keep x. The result should be 0 there: the shortcut belongs "
                                      "to the block around this module.",
                                      "gathered if mask is None else gathered * mask + x * (1 - mask)"),
              mask_needed=("Your module raises an error if there is no mask. If mask is None, nothing should be "
                           "masked.",
                           "gathered * mask"),
              mask_detached=(DETACHED.format("the mask", "a mask that a network made would get no gradient"),
                             "gathered if mask is None else gathered * mask.detach()"),
              result_detached=(DETACHED.format("the result", "no layer before it would ever learn"),
                               f"({RESULT}).detach()")),
    ("mask-on-keys", "You multiply y by the mask. But the mask belongs to x: multiply the gathered values by it.",
     ((GATHERED, "self.value(y if mask is None else y * mask).flatten(2) @ self.attention(x, y).mT"),
      (RESULT, "gathered"))),
    ("mask-on-values", "You multiply the values by the mask, or you multiply the attention map's columns, which belong "
                       "to y's positions. But the mask belongs to x: multiply the gathered values by it.",
     ((GATHERED, "(self.value(y) if mask is None else self.value(y) * mask).flatten(2) @ self.attention(x, y).mT"),
      (RESULT, "gathered"))),
    *((f"masked-{what}", IN_SOFTMAX, ((f"gathered = {GATHERED}", hidden_in_softmax(test)), (RESULT, "gathered")))
      for what, test in (("keys", "mask.flatten(2) == 0"), ("keys-below-half", "mask.flatten(2) < 0.5"),
                         ("queries", "mask.flatten(2).mT == 0"))),
    ("exchanged-throughout", "x and y have changed places everywhere: queries should come from x, keys and values from "
                             "y.",
     ((PAIR, "query, key = self.query(y).flatten(2), self.key(x).flatten(2)"),
      (GATHERED, "self.value(x).flatten(2) @ self.attention(x, y).mT"))),
    ("key-times-query-twice", KEY_QUERY,
     ((WEIGHTS, "(key.transpose(1, 2) @ query * self.scale).softmax(dim=self.softmax_dim)"),
      (GATHERED, "self.value(y).flatten(2) @ self.attention(x, y)"))),
    ("mask-on-x", "You multiply x by the mask before the attention. Multiply the gathered values by it instead.",
     ((GATHERED, "self.value(y).flatten(2) @ self.attention(x if mask is None else x * mask, y).mT"),
      (RESULT, "gathered"))),
    ("no-biases", "`query`, `key` and `value` have no bias. Keep torch's default, which has one.",
     tuple((line, line.replace("kernel_size=1", "1, bias=False")) for line in (QUERY, KEY, VALUE))),
    ("value-without-bias", "`value` has no bias. Keep torch's default, which has one.",
     ((VALUE, VALUE.replace("kernel_size=1", "1, bias=False")),)),
    ("one-conv", "`key` is the same layer as `query`. Each of the two needs weights of its own.",
     ((KEY, "self.key = self.query"),)),
    ("narrow-value", "Your `value` has only C // r channels. It should keep all C.",
     ((VALUE, "self.value = nn.Conv2d(channels, hidden, kernel_size=1)"),)),
    ("wide-queries", "Your `query` and `key` keep all C channels. They should have C // r.",
     ((HIDDEN, "hidden = channels"),)),
    ("scale-of-all-channels", "You scale by C ** -0.5. Queries and keys have C // r channels, so scale by (C // r) "
                              "** -0.5.",
     ((SCALE, "self.scale = channels**-0.5"),)),
    ("scale-halved", "You scale by 1 / (2 (C // r)): Python reads `** -1 / 2` as `(... ** -1) / 2`. Write `** -0.5`.",
     ((SCALE, "self.scale = hidden**-1 / 2"),)),
    ("scale-with-r", "You scale by r ** -0.5. It should be (C // r) ** -0.5.",
     ((SCALE, "self.scale = reduction**-0.5"),)),
    ("three-by-three", "Your convolutions are 3 x 3. They should be 1 x 1, so that each position is projected by "
                       "itself.",
     tuple((line, line.replace("kernel_size=1", "3, padding=1")) for line in (QUERY, KEY, VALUE))),
    *replaced(f"if not 1 <= reduction <= channels:\n            {GUARD}",
              no_error=("If channels // reduction is 0, your code builds the module without hidden channels. Raise a "
                        "ValueError whose message names both numbers, channels and reduction.", "pass"),
              error_without_numbers=("Your ValueError for channels // reduction == 0 does not name both numbers, "
                                     "channels and reduction.",
                                     'if not 1 <= reduction <= channels:\n            raise ValueError("no hidden '
                                     'channel is left")')),
    ("at-least-one", "If channels // reduction is 0, you silently take one hidden channel. Raise a ValueError that "
                     "names both numbers, channels and reduction.",
     ((f"if not 1 <= reduction <= channels:\n            {GUARD}", "pass"),
      (HIDDEN, "hidden = max(1, channels // reduction)"))),
    *replaced(WRONG_AXIS,
              any_axis=('You accept any `softmax_over`. Raise a ValueError unless it is "keys" or "queries".', "pass"),
              another_error=("For an unknown `softmax_over` you raise an error that is not a ValueError. Raise a "
                             "ValueError.",
                             "raise KeyError(softmax_over)")),
    *replaced(HIDDEN,
              rounded_up=("You round the hidden channels up. If the reduction does not divide the channels, round "
                          "down: channels // reduction.",
                          "hidden = -(-channels // reduction)"),
              reduction_ignored=("The argument `reduction` has no effect, because 8 is written in its place. Use the "
                                 "argument.",
                                 "hidden = channels // 8"),
              float_width=(NOT_WHOLE, "hidden = channels / reduction")),
    ("ones-for-no-mask",
     "Without a mask you multiply by a tensor of ones that does not follow the input's dtype or device. So bfloat16 "
     "numbers come back as float32. Return the gathered values as they are.",
     ((RESULT, "gathered * (torch.ones(len(x), 1, *x.shape[2:]) if mask is None else mask)"),)),
    ("remembers-the-mask", "Without a mask you use the mask of the previous call. If no mask is given, return the "
                           "gathered values as they are.",
     ((f"return {RESULT}", "self.last = getattr(self, 'last', None) if mask is None else mask\n"
                         "        return gathered if self.last is None else gathered * self.last"),)),
    *((what, "You also accept other spellings of `softmax_over`, such as capital letters or a part of a word. Accept "
             'only "keys" and "queries", exactly as written.',
       (('if softmax_over not in ("keys", "queries"):',
         f'{given}\n        if softmax_over not in ("keys", "queries"):'),))
      for what, given in (("other-letters", "softmax_over = str(softmax_over).lower()"),
                          ("first-letter",
                           'softmax_over = {"k": "keys", "q": "queries"}.get(str(softmax_over).lower()[:1])'))),
    ("default-reduction", "If `reduction` is not given, your code should use 8.",
     (("reduction: int = 8", "reduction: int = 4"),)),
    ("default-axis", 'If `softmax_over` is not given, your code should use "keys".',
     (('softmax_over: str = "keys"', 'softmax_over: str = "queries"'),)),
    ("only-in-eval", "In training mode your module returns x as it is. It should compute its result in training mode "
                     "as it does in eval mode.",
     ((f"return {RESULT}", f"return x if self.training else {RESULT}"),)),
)

ALONE = "query, support = self._refine_alone(query), self._refine_alone(support)"
BOTH = "return self._refine(query, support, query_mask), self._refine(support, query, support_mask)"
SUMS = {"norm0": "a + self.self_attention(a, a)", "norm1": "a + self.cross_attention(a, b, mask)",
        "norm2": "z + _at_positions(self.mlp, z)"}
FIRST, MIXED, LAST = (f"_at_positions(self.{name}, {x})" for name, x in SUMS.items())
MLP = "self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))"
SELF, CROSS = (f"self.{name}_attention = CrossMaskedAttention(channels, reduction)" for name in ("self", "cross"))
OVER_ALL = (
    "Your norm runs over channels and positions together, as in the authors' code. It should run over the C channels "
    "of each position."
)
OVER_POSITIONS = ("Your norm runs over the positions of each channel. It should run over the C channels of each "
                  "position.")


def normalized(norm: str, axis: int) -> str:
    """The code of a norm over the axes from `axis` on."""
    return (
        f"F.layer_norm({SUMS[norm]}, a.shape[{axis}:]) * self.{norm}.weight[:, None, None] + self.{norm}.bias[:, None,"
        " None]"
    )


NO_SHORTCUT = "The shortcut around {} is missing: write {}."

BLOCK = mistakes(
    "CMAT", "cmat",
    *replaced(BOTH,
              in_turn=("In the second step you change the query first, and your support reads the changed query. Each "
                       "picture should read the other one as the first step left it.",
                       "query = self._refine(query, support, query_mask)\n"
                       "        return query, self._refine(support, query, support_mask)"),
              in_turn_backwards=("In the second step you change the support first, and your query reads the changed "
                                 "support. Each picture should read the other one as the first step left it.",
                                 "support = self._refine(support, query, support_mask)\n"
                                 "        return self._refine(query, support, query_mask), support"),
              masks_exchanged=("You have swapped the masks. Use the query's mask for the values that the query "
                               "gathers, and the support's mask for those that the support gathers.",
                               "return self._refine(query, support, support_mask), self._refine(support, query, "
                               "query_mask)"),
              query_mask_twice=("You use the query's mask for both pictures. The support has a mask of its own.",
                                "return self._refine(query, support, query_mask), self._refine(support, query, "
                                "query_mask)"),
              support_mask_twice=("You use the support's mask for both pictures. The query has a mask of its own.",
                                  "return self._refine(query, support, support_mask), self._refine(support, query, "
                                  "support_mask)"),
              masks_ignored=("You do not use the masks. Pass them to the cross-attention.",
                             "return self._refine(query, support, None), self._refine(support, query, None)"),
              support_unmasked=("You use no mask for the values that the support gathers. Multiply these values by the "
                                "support's mask.",
                                "return self._refine(query, support, query_mask), self._refine(support, query, None)"),
              query_unmasked=("You use no mask for the values that the query gathers. Multiply these values by the "
                              "query's mask.",
                              "return self._refine(query, support, None), self._refine(support, query, support_mask)"),
              both_masks=("You multiply the two masks with each other. Each picture should use only its own mask.",
                          "return (self._refine(query, support, query_mask * support_mask),\n"
                          "                self._refine(support, query, query_mask * support_mask))"),
              returned_swapped=("You return the support first. Return the query first.",
                                "return self._refine(support, query, support_mask), self._refine(query, support, "
                                "query_mask)"),
              query_alone=("You return the query only. The support is refined too: return both.",
                           "return self._refine(query, support, query_mask)"),
              support_not_refined=("In the second step your support stays as it is. It should gather from the query, "
                                   "as the query gathers from it.",
                                   "return self._refine(query, support, query_mask), support"),
              own_pictures=("In the second step each picture reads itself. Each should read the other one.",
                            "return self._refine(query, query, query_mask), self._refine(support, support, "
                            "support_mask)"),
              stacked=("You return one tensor that holds both pictures. Return a tuple of two tensors.",
                       f"return torch.stack([{BOTH.removeprefix('return ')}])"),
              detached=(DETACHED.format("the result", "no layer before it would ever learn"),
                        "return (self._refine(query, support, query_mask).detach(),\n"
                        "                self._refine(support, query, support_mask).detach())"),
              other_detached=(DETACHED.format("the picture that is read", "half of the gradient is missing"),
                              "return (self._refine(query, support.detach(), query_mask),\n"
                              "                self._refine(support, query.detach(), support_mask))")),
    ("raw-others", "In your second step each picture reads the other one as it came in. It should read that picture as "
                   "the first step has changed it.",
     ((ALONE, f"first = query, support\n        {ALONE}"),
      (BOTH, "return self._refine(query, first[1], query_mask), self._refine(support, first[0], support_mask)"))),
    ("raw-query", "The support reads the query as it came in. It should read the query as the first step has changed "
                  "it.",
     ((ALONE, f"first = query\n        {ALONE}"),
      (BOTH, "return self._refine(query, support, query_mask), self._refine(support, first, support_mask)"))),
    ("raw-support", "The query reads the support as it came in. It should read the support as the first step has "
                    "changed it.",
     ((ALONE, f"first = support\n        {ALONE}"),
      (BOTH, "return self._refine(query, first, query_mask), self._refine(support, query, support_mask)"))),
    ("raw-shortcuts",
     "In the second step your shortcut adds the picture as it came in. It should add the picture as the first step "
     "has changed it.",
     ((ALONE, f"first = query, support\n        {ALONE}"),
      (BOTH, "return self._refine(query, support, query_mask, first[0]), self._refine(support, query, support_mask, "
             "first[1])"),
      ("b: Tensor, mask: Tensor)", "b: Tensor, mask: Tensor, first: Tensor)"),
      (MIXED, MIXED.replace("a + self", "first + self")))),
    ("mask-in-the-first-step", "The mask is used in the self-attention too. It belongs only to the cross-attention.",
     ((ALONE, "query, support = self._refine_alone(query, query_mask), self._refine_alone(support, support_mask)"),
      ("_refine_alone(self, a: Tensor)", "_refine_alone(self, a: Tensor, mask: Tensor)"),
      (FIRST, FIRST.replace("(a, a)", "(a, a, mask)")))),
    ("attentions-exchanged",
     "`self_attention` and `cross_attention` have changed places: the self-attention should come first.",
     ((FIRST, FIRST.replace("self.self_", "self.cross_")), (MIXED, MIXED.replace("self.cross_", "self.self_")))),
    ("norms-exchanged",
     "norm1 and norm2 have changed places: norm1 belongs after the cross-attention, and norm2 after the MLP.",
     ((MIXED, MIXED.replace("norm1", "norm2")), (LAST, LAST.replace("norm2", "norm1")))),
    *replaced(ALONE,
              no_first_step=("The first step is missing. For each picture, compute norm0(a + self_attention(a, a)) "
                             "first.", "pass"),
              only_query_first=("Only the query goes through the first step. The support should too.",
                                "query = self._refine_alone(query)"),
              only_support_first=("Only the support goes through the first step. The query should too.",
                                  "support = self._refine_alone(support)"),
              first_step_twice=("Your first step runs twice for the query. It should run once for each picture.",
                                f"{ALONE}\n        query = self._refine_alone(query)")),
    *replaced(FIRST,
              no_shortcut_first=(NO_SHORTCUT.format("the self-attention", "norm0(a + self_attention(a, a))"),
                                 "_at_positions(self.norm0, self.self_attention(a, a))"),
              no_norm0=("You do not use norm0. It should normalise a + self_attention(a, a).",
                        "a + self.self_attention(a, a)"),
              norm0_first=("Your norm0 comes before the self-attention. It should normalise the sum.",
                           "a + self.self_attention(_at_positions(self.norm0, a), _at_positions(self.norm0, a))"),
              shortcut_outside=("You add `a` after norm0. norm0 should normalise the sum.",
                                "a + _at_positions(self.norm0, self.self_attention(a, a))"),
              norm1_for_0=("You use norm1 in the first step. The first step has a norm of its own, norm0.",
                           "_at_positions(self.norm1, a + self.self_attention(a, a))"),
              cross_layers_first=("Your first step uses `cross_attention`. It should use `self_attention`.",
                                  "_at_positions(self.norm0, a + self.cross_attention(a, a))"),
              norm_over_picture=(OVER_ALL, normalized("norm0", 1)),
              norm_over_positions=(OVER_POSITIONS, normalized("norm0", 2))),
    *((f"norms-over-{what}", sentence, tuple((line, normalized(name, axis))
                                             for name, line in zip(SUMS, (FIRST, MIXED, LAST))))
      for what, sentence, axis in (("pictures", OVER_ALL, 1), ("positions", OVER_POSITIONS, 2))),
    *replaced(MIXED,
              no_shortcut_cross=(NO_SHORTCUT.format("the cross-attention", "norm1(a + cross_attention(a, b, m))"),
                                 "_at_positions(self.norm1, self.cross_attention(a, b, mask))"),
              no_norm1=("You do not use norm1. It should normalise a + cross_attention(a, b, m).",
                        "a + self.cross_attention(a, b, mask)"),
              masked_sum=("You multiply the shortcut by the mask too. Multiply only the gathered values by it.",
                          "_at_positions(self.norm1, (a + self.cross_attention(a, b)) * mask)"),
              masked_after=("You multiply by the mask after norm1. Multiply only the gathered values by it, before "
                            "norm1.",
                            "_at_positions(self.norm1, a + self.cross_attention(a, b)) * mask"),
              shortcut_of_b=("You add `b`. The shortcut should be `a`, the picture that gathers.",
                             "_at_positions(self.norm1, b + self.cross_attention(a, b, mask))"),
              read_by_b=("In your second step `b` gathers from `a`. Here `a` should gather from `b`.",
                         "_at_positions(self.norm1, a + self.cross_attention(b, a, mask))"),
              self_layers=("Your second step uses `self_attention`. It should use `cross_attention`.",
                           "_at_positions(self.norm1, a + self.self_attention(a, b, mask))"),
              shortcut_outside_cross=("You add `a` after norm1. norm1 should normalise the sum.",
                                      "a + _at_positions(self.norm1, self.cross_attention(a, b, mask))"),
              mask_on_b=("You multiply `b` by the mask. Pass the mask to `cross_attention`, which multiplies the "
                         "gathered values by it.",
                         "_at_positions(self.norm1, a + self.cross_attention(a, b * mask))"),
              mask_on_a=("You multiply `a` by the mask. Pass the mask to `cross_attention`, which multiplies the "
                         "gathered values by it.",
                         "_at_positions(self.norm1, a + self.cross_attention(a * mask, b))"),
              norm1_first=("Your norm1 comes before the cross-attention. It should normalise the sum.",
                           "a + self.cross_attention(_at_positions(self.norm1, a), _at_positions(self.norm1, "
                           "b), mask)"),
              norm0_again=("You use norm0 again in the second step. The second step has a norm of its own, norm1.",
                           "_at_positions(self.norm0, a + self.cross_attention(a, b, mask))"),
              rounded_mask=("You round the masks to 0 and 1. Pass them on as they are.",
                            "_at_positions(self.norm1, a + self.cross_attention(a, b, (mask > 0.5).to(a.dtype)))")),
    *replaced(LAST,
              no_shortcut_mlp=(NO_SHORTCUT.format("the MLP", "norm2(z + mlp(z))"),
                               "_at_positions(self.norm2, _at_positions(self.mlp, z))"),
              no_norm2=("You do not use norm2. It should normalise z + mlp(z).", "z + _at_positions(self.mlp, z)"),
              no_mlp=("You do not use the MLP. The last step should be norm2(z + mlp(z)).",
                      "_at_positions(self.norm2, z)"),
              shortcut_outside_mlp=("You add `z` after norm2. norm2 should normalise the sum.",
                                    "z + _at_positions(self.norm2, _at_positions(self.mlp, z))"),
              norm2_first=("Your norm2 comes before the MLP. It should normalise the sum.",
                           "z + _at_positions(self.mlp, _at_positions(self.norm2, z))"),
              mlp_of_a=("Your MLP reads `a`. It should read `z`.",
                        "_at_positions(self.norm2, z + _at_positions(self.mlp, a))"),
              added_to_a=("You add `a` to the MLP's output. Add `z`.",
                          "_at_positions(self.norm2, a + _at_positions(self.mlp, z))"),
              norm1_again=("You use norm1 again after the MLP. The MLP has a norm of its own, norm2.",
                           "_at_positions(self.norm1, z + _at_positions(self.mlp, z))")),
    *replaced(MLP,
              no_relu=("The ReLU of the MLP is missing. Without it, two linear layers in a row can do no more than a "
                       "single one.",
                       "self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.Linear(channels, channels))"),
              gelu=("Your MLP has a GELU. It should have a ReLU.", MLP.replace("ReLU", "GELU")),
              wide_mlp=("Your MLP has 4C channels inside. Both of its layers should go from C to C.",
                        "self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.ReLU(), nn.Linear(4 * "
                        "channels, channels))"),
              last_relu=("Your MLP ends with a ReLU. It should end with a Linear.",
                         MLP.replace("channels))", "channels), nn.ReLU())"))),
    *replaced(CROSS,
              one_attention=("Your two attentions are the same module. Each should have weights of its own.",
                             "self.cross_attention = self.self_attention"),
              default_inside=("You do not pass `reduction` on to `cross_attention`. Both attentions should get it.",
                              "self.cross_attention = CrossMaskedAttention(channels)")),
    ("reduction-ignored", "The argument `reduction` has no effect: pass it on to the two attentions.",
     ((SELF, SELF.replace(", reduction", "")), (CROSS, CROSS.replace(", reduction", "")))),
    ("softmax-over-queries",
     "Your self-attention takes the softmax over the queries, as the authors' code does. Here it should run over the "
     "keys.",
     ((SELF, SELF.replace("reduction)", 'reduction, "queries")')),)),
    *((f"eps{number}", "The eps of your LayerNorms is not torch's default. Keep the default, 1e-5.",
       tuple((f"self.norm{i} = nn.LayerNorm(channels)", f"self.norm{i} = nn.LayerNorm(channels, eps={eps})")
             for i in range(3)))
      for number, eps in (("", "1e-6"), ("-3", "1e-3"), ("-4", "1e-4"), ("-8", "1e-8"), ("-12", "1e-12"))),
    ("one-norm", "You use one LayerNorm for all three steps. Make three: norm0, norm1, norm2.",
     (("self.norm1 = nn.LayerNorm(channels)", "self.norm1 = self.norm0"), ("self.norm2 = nn.LayerNorm(channels)",
                                                                           "self.norm2 = self.norm0"))),
    ("default-reduction", "If `reduction` is not given, your code should use 8.",
     (("reduction: int = 8", "reduction: int = 4"),)),
    ("only-in-eval", "In training mode your block returns its input as it is. It should compute its result in training "
                     "mode as it does in eval mode.",
     ((ALONE, f"if self.training:\n            return query, support\n        {ALONE}"),)),
)

START = "query_mask, small_support_mask = prior_mask(query, support, support_mask), _resize_mask(support_mask, support)"
STEP = "query, support = block(query, support, query_mask, small_support_mask)"
MEAN = "prototype = masked_average_pool(support, support_mask)"
APPEND = "probabilities.append(prototype_segmentation(query, prototype, threshold, scale))"
NEXT = "query_mask = (probabilities[-1] > 0.5).to(query.dtype)"

REFINEMENT = mistakes(
    "iterative_refinement", "refinement",
    *replaced("prior_mask(query, support, support_mask), _resize",
              starts_with_ones=("Your first mask for the query is 1 everywhere. Start with prior_mask(query, support, "
                                "support_mask).",
                                "torch.ones_like(query[:, :1]), _resize"),
              starts_with_zeros=("Your first mask for the query is 0 everywhere. Start with prior_mask(query, support, "
                                 "support_mask).",
                                 "torch.zeros_like(query[:, :1]), _resize"),
              starts_rounded=("You round the prior mask to 0 and 1. Use it as it is in the first round.",
                              "(prior_mask(query, support, support_mask) > 0.5).to(query.dtype), _resize"),
              prior_exchanged=("Query and support have changed places in your call of prior_mask: the query comes "
                               "first.",
                               "prior_mask(support, query, support_mask), _resize"),
              prior_detached=(DETACHED.format("the prior mask",
                                              "no gradient flows back through the first block's mask"),
                              "prior_mask(query, support, support_mask).detach(), _resize"),
              starts_with_support_mask=("Your query starts with the support's mask, but the query's object lies "
                                        "elsewhere. Start with prior_mask(query, support, support_mask).",
                                        "_resize_mask(support_mask, support), _resize")),
    *replaced("_resize_mask(support_mask, support)",
              nearest=("You resize the support's mask with mode nearest. Use bilinear with align_corners=True, as in "
                       "prior_mask.",
                       "F.interpolate(support_mask.to(support.dtype)[:, None], size=support.shape[-2:])"),
              align_corners=("You resize the support's mask with align_corners=False. Use True, as in prior_mask.",
                             'F.interpolate(support_mask.to(support.dtype)[:, None], size=support.shape[-2:], '
                             'mode="bilinear")'),
              rounded=("You round the resized support mask to 0 and 1. Use it as it is.",
                       "(_resize_mask(support_mask, support) > 0.5).to(query.dtype)"),
              not_resized=("You give the blocks the support's mask at its own size. Blocks need (B, 1, h, w): resize "
                           "the mask as in prior_mask.",
                           "support_mask[:, None]")),
    *replaced(STEP,
              query_alone_kept=("You do not keep the refined support: each block starts again from the original "
                                "support. Pass both results of a block on to the next block.",
                                "query, _ = block(query, support, query_mask, small_support_mask)"),
              masks_exchanged=("Pictures and masks do not match in your call of a block: one picture gets the other "
                               "one's mask. The order is query, support, query's mask, support's mask.",
                               "query, support = block(query, support, small_support_mask, query_mask)"),
              pictures_exchanged=("You give a block the support as the query, and the query as the support. The order "
                                  "is query, support, query's mask, support's mask.",
                                  "support, query = block(support, query, small_support_mask, query_mask)\n"
                                  "        query, support = support, query"),
              one_mask=("You give each block the query's mask for both pictures. The support has a mask of its own.",
                        "query, support = block(query, support, query_mask, query_mask)"),
              support_unmasked=("You give each block a mask of ones for the support. Give it the resized support mask.",
                                "query, support = block(query, support, query_mask, "
                                "torch.ones_like(small_support_mask))"),
              by_keywords=("You call a block with keyword arguments. Another kind of block may use other names than "
                           "CMAT, so pass four positional arguments.",
                           "query, support = block(query, support, query_mask=query_mask, "
                           "support_mask=small_support_mask)"),
              all_by_keywords=("You call a block with keyword arguments. Another kind of block may use other names "
                               "than CMAT, so pass four positional arguments.",
                               "query, support = block(query=query, support=support, query_mask=query_mask, "
                               "support_mask=small_support_mask)"),
              first_block=("You call the first block in every round. Each round should call the next block.",
                           "query, support = blocks[0](query, support, query_mask, small_support_mask)")),
    ("query-not-kept", "You do not keep the refined query: each block starts again from the original query. Pass both "
                       "results of a block on to the next block.",
     ((STEP, STEP.replace("query, support =", "refined, support =")),
      (APPEND, APPEND.replace("(query,", "(refined,")))),
    ("support-not-kept",
     "You do not keep the refined support: each block starts again from the original support. Pass both results of a "
     "block on to the next block.",
     ((STEP, STEP.replace("query, support =", "query, refined =")), (MEAN, MEAN.replace("(support,", "(refined,")))),
    ("query-before-its-block", "You segment the query as it was before the block. Segment the query that the block "
                               "returned.",
     ((STEP, f"before = query\n        {STEP}"), (APPEND, APPEND.replace("(query,", "(before,")))),
    ("first-query", "You segment the first query in every round. Segment the query that this round's block returned.",
     ((START, f"first = query\n    {START}"), (APPEND, APPEND.replace("(query,", "(first,")))),
    ("support-before-its-block", "You pool the support as it was before the block. Pool the support that the block "
                                 "returned.",
     ((STEP, f"before = support\n        {STEP}"), (MEAN, MEAN.replace("(support,", "(before,")))),
    ("from-the-start", "Each of your blocks gets the original features. A block should get what the block before it "
                       "returned.",
     ((START, f"first = query, support\n    {START}"), (STEP, "query, support = block(*first, query_mask, "
                                                              "small_support_mask)"))),
    *replaced(MEAN,
              of_the_query=("Your prototype is pooled from the query. It should be the mean of the *support* under its "
                            "mask.",
                            "prototype = masked_average_pool(query, support_mask)"),
              of_the_small_mask=("You pool with the resized mask. masked_average_pool takes the support's mask at its "
                                 "own size.",
                                 "prototype = masked_average_pool(support, small_support_mask[:, 0])"),
              of_query_and_its_mask=("Your prototype is pooled from the query under the query's mask. It should be the "
                                     "mean of the *support* under support_mask.",
                                     "prototype = masked_average_pool(query, query_mask[:, 0])"),
              of_query_mask=("You pool the support with the query's mask. Use the support's own mask.",
                             "prototype = masked_average_pool(support, query_mask[:, 0])"),
              detached_prototype=(DETACHED.format("the prototype",
                                                  "part of the blocks' gradient is missing"),
                                  f"{MEAN}.detach()")),
    ("first-prototype", "You make the prototype once, from the first support. Make it again in every round, from the "
                        "refined support.",
     ((START, f"{START}\n    {MEAN}"), (f"        {MEAN}\n", ""))),
    *replaced(APPEND,
              of_the_support=("You segment the support. Segment the query, which has no mask yet.",
                              "probabilities.append(prototype_segmentation(support, prototype, threshold, scale))"),
              arguments_ignored=("You do not pass `threshold` and `scale` on to prototype_segmentation. Pass on both.",
                                 "probabilities.append(prototype_segmentation(query, prototype))"),
              scale_ignored=("You do not pass `scale` on to prototype_segmentation. Pass it on.",
                             "probabilities.append(prototype_segmentation(query, prototype, threshold))"),
              threshold_ignored=("You do not pass `threshold` on to prototype_segmentation. Pass it on.",
                                 "probabilities.append(prototype_segmentation(query, prototype, scale=scale))"),
              arguments_swapped=("threshold and scale have changed places in your call of prototype_segmentation.",
                                 "probabilities.append(prototype_segmentation(query, prototype, scale, threshold))"),
              rounded_maps=("You return masks of 0 and 1. Return the probabilities; only the next round's mask "
                            "is rounded.",
                            f"{APPEND.replace('scale))', 'scale).round())')}"),
              detached=(DETACHED.format("each probability", "no loss could train the blocks"),
                        f"{APPEND.replace('scale))', 'scale).detach())')}")),
    *replaced(NEXT,
              boolean=("From the second round on, your query's mask is boolean. It should have the query's dtype: "
                       "`.to(query.dtype)`.",
                       "query_mask = probabilities[-1] > 0.5"),
              float32=("From the second round on, your query's mask is float32 (`.float()`). It should have the "
                       "query's dtype: `.to(query.dtype)`.",
                       "query_mask = (probabilities[-1] > 0.5).float()"),
              soft=("Your next round's mask is the probability itself. It should be 1 where the probability is above "
                    "0.5, and 0 elsewhere.",
                    "query_mask = probabilities[-1]"),
              soft_detached=("Your next round's mask is the probability itself, detached. It should be 1 where the "
                             "probability is above 0.5, and 0 elsewhere.",
                             "query_mask = probabilities[-1].detach()"),
              between_detached=(DETACHED.format("a block's result",
                                                "the later maps would not train the earlier blocks"),
                                f"{NEXT}\n        query, support = query.detach(), support.detach()"),
              half_too=("You count a probability of exactly 0.5 as the object (as `>=` does). The mask should be 1 "
                        "only where the probability is above 0.5.",
                        "query_mask = (probabilities[-1] >= 0.5).to(query.dtype)"),
              ones=("From the second round on, your query's mask is 1 everywhere. Compare the probability with 0.5, "
                    "not with `threshold` or 0.",
                    "query_mask = torch.ones_like(query[:, :1])"),
              prior_again=("You call prior_mask again in each round. From the second round on, the mask should come "
                           "from the last segmentation.",
                           "query_mask = prior_mask(query, support, support_mask)"),
              support_mask_too=("You replace the support's mask too. It should stay the same in every round.",
                                f"{NEXT}\n        small_support_mask = query_mask"),
              growing=("You join the new mask to the old one, so the mask can only grow. Use only the new mask.",
                       "query_mask = ((probabilities[-1] > 0.5) | (query_mask > 0.5)).to(query.dtype)"),
              mean_of_maps=("You average all maps so far. The next round's mask should come from the last map alone.",
                            "query_mask = (torch.stack(probabilities).mean(dim=0) > 0.5).to(query.dtype)"),
              by_the_mean_of_each=("You compare with the map's own mean. Compare with 0.5.",
                                   "query_mask = (probabilities[-1] > probabilities[-1].mean(dim=(2, 3), "
                                   "keepdim=True)).to(query.dtype)"),
              straight_through=("The numbers are right, but your mask passes a gradient back to the map that it was "
                                "made from. Use a plain comparison, which passes no gradient.",
                                "query_mask = (probabilities[-1] > 0.5).to(query.dtype) + probabilities[-1] - "
                                "probabilities[-1].detach()"),
              prior_kept=("You use the prior mask in every round. From the second round on, the mask should come from "
                          "the last segmentation.",
                          "pass"),
              background=("Your next round's mask marks the background. It should be 1 where the probability is "
                          "*above* 0.5.",
                          "query_mask = (probabilities[-1] < 0.5).to(query.dtype)"),
              by_the_mean=("You compare with the map's own mean. Compare with 0.5.",
                           "query_mask = (probabilities[-1] > probabilities[-1].mean()).to(query.dtype)"),
              shrinking=("You multiply the new mask by the old one, so the mask can only shrink. Use only the new "
                         "mask.",
                         "query_mask = query_mask * (probabilities[-1] > 0.5)"),
              first_segmentation=("All your later rounds use the first segmentation. Use the last one.",
                                  "query_mask = (probabilities[0] > 0.5).to(query.dtype)")),
    *replaced("return probabilities",
              last_alone=("You return only the last map. Return a list with one map for each block.",
                          "return probabilities[-1]"),
              stacked=("You return one tensor. Return a list with one (B, 1, h, w) for each block.",
                       "return torch.stack(probabilities)"),
              reversed=("Your list begins with the last block's map. The first block's map should come first.",
                        "return probabilities[::-1]"),
              with_prior=("Your list begins with the prior mask. It should hold only one map for each block.",
                          "return [prior_mask(query, support, support_mask), *probabilities]")),
    ("default-threshold", "If `threshold` is not given, your code should use -10.",
     (("threshold: float = -10.0", "threshold: float = 10.0"),)),
)

MISTAKES = (*POOL, *SEGMENTATION, *PRIOR, *ATTENTION, *BLOCK, *REFINEMENT)

VARIANTS = (
    Variant("pool-einsum", "masked_average_pool", """
        def masked_average_pool(features, mask):
            mask = mask.type_as(features)
            large = nn.functional.interpolate(features, tuple(mask.shape[1:]), mode="bilinear")
            total = torch.einsum("bchw,bhw->bc", large, mask)
            return total / (mask.flatten(1).sum(1, keepdim=True) + 1e-5)
        """),
    Variant("pool-image-by-image", "masked_average_pool", """
        def masked_average_pool(features, mask):
            rows = []
            for f, m in zip(features, mask):
                f = F.interpolate(f[None], size=m.shape, mode="bilinear", align_corners=False)[0].flatten(1)
                weights = m.flatten().to(f.dtype)
                rows.append(f @ weights / (weights.sum() + 1e-5))
            return torch.stack(rows)
        """),
    Variant("segmentation-positive-sigmoid", "prototype_segmentation", """
        def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
            cosine = nn.CosineSimilarity(dim=1)(features, prototype[..., None, None])
            return torch.sigmoid(0.5 * (scale * cosine + threshold)).unsqueeze(dim=1)
        """),
    Variant("segmentation-by-lengths", "prototype_segmentation", """
        def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
            f = F.normalize(features.flatten(2), dim=1, eps=1e-8)
            p = F.normalize(prototype, dim=1, eps=1e-8)[:, None]
            anomaly = -scale * (p @ f).unflatten(2, features.shape[2:])
            return 1 - torch.sigmoid((anomaly - threshold) / 2)
        """),
    Variant("prior-bmm", "prior_mask", """
        def prior_mask(query, support, support_mask):
            B, C, h, w = query.shape
            m = nn.functional.interpolate(support_mask.unsqueeze(1).to(support.dtype), size=(h, w), mode="bilinear", align_corners=True)
            q = query.reshape(B, C, h * w).permute(0, 2, 1)
            s = (support * m).reshape(B, C, h * w)
            lengths = torch.bmm(q.norm(dim=2, keepdim=True), s.norm(dim=1, keepdim=True))
            similarity = (torch.bmm(q, s) / (lengths + 1e-7)).max(dim=2)[0]
            low, high = similarity.min(dim=1)[0].unsqueeze(1), similarity.max(dim=1)[0].unsqueeze(1)
            return ((similarity - low) / (high - low + 1e-7)).reshape(B, 1, h, w)
        """),  # noqa: E501
    Variant("prior-einsum", "prior_mask", """
        def prior_mask(query, support, support_mask):
            m = F.interpolate(support_mask[:, None].to(support), query.shape[2:], mode="bilinear", align_corners=True)
            s = support * m
            dots = torch.einsum("bchw,bcij->bhwij", query, s)
            lengths = torch.einsum("bhw,bij->bhwij", query.norm(dim=1), s.norm(dim=1))
            best = (dots / (lengths + 1e-7)).amax(dim=(3, 4))
            low, high = best.amin(dim=(1, 2), keepdim=True), best.amax(dim=(1, 2), keepdim=True)
            return ((best - low) / (high - low + 1e-7))[:, None]
        """),
    Variant("attention-linear", "CrossMaskedAttention", """
        class CrossMaskedAttention(nn.Module):
            def __init__(self, channels, reduction=8, softmax_over="keys"):
                super().__init__()
                hidden = channels // reduction
                if hidden < 1:
                    raise ValueError(f"channels {channels} // reduction {reduction} is 0")
                if softmax_over not in {"keys", "queries"}:
                    raise ValueError("softmax_over")
                self.query, self.key = nn.Linear(channels, hidden), nn.Linear(channels, hidden)
                self.value = nn.Linear(channels, channels)
                self.softmax_over = softmax_over

            def attention(self, x, y):
                q, k = self.query(x.flatten(2).mT), self.key(y.flatten(2).mT)
                scores = torch.einsum("bnc,bmc->bnm", q, k) / q.shape[2] ** 0.5
                return scores.softmax(2 if self.softmax_over == "keys" else 1)

            def forward(self, x, y, mask=None):
                out = self.attention(x, y) @ self.value(y.flatten(2).mT)
                out = out.mT.reshape(x.shape)
                if mask is not None:
                    out = out * mask
                return out
        """),
    Variant("attention-einsum", "CrossMaskedAttention", """
        class CrossMaskedAttention(nn.Module):
            def __init__(self, channels, reduction=8, softmax_over="keys"):
                super().__init__()
                if softmax_over != "keys" and softmax_over != "queries":
                    raise ValueError(softmax_over)
                if channels // reduction == 0:
                    raise ValueError(f"{channels} // {reduction} = 0")
                self.hidden = channels // reduction
                self.query = nn.Conv2d(channels, self.hidden, 1)
                self.key = nn.Conv2d(channels, self.hidden, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.by_rows = softmax_over == "keys"

            def attention(self, x, y):
                B, _, H, W = x.shape
                q = self.query(x).reshape(B, self.hidden, H * W) * self.hidden ** -0.25
                k = self.key(y).reshape(B, self.hidden, H * W) * self.hidden ** -0.25
                scores = torch.einsum("bcn,bcm->bnm", q, k)
                return F.softmax(scores, dim=-1) if self.by_rows else F.softmax(scores.transpose(1, 2), dim=-1).transpose(1, 2)

            def forward(self, x, y, mask=None):
                B, C, H, W = x.shape
                out = torch.einsum("bnm,bcm->bcn", self.attention(x, y), self.value(y).reshape(B, C, H * W)).reshape(B, C, H, W)
                return torch.ones_like(out[:, :1]) * out if mask is None else mask * out
        """),  # noqa: E501
    Variant("cmat-tokens", "CMAT", """
        class CMAT(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                self.self_attention = CrossMaskedAttention(channels, reduction=reduction)
                self.cross_attention = CrossMaskedAttention(channels, reduction=reduction)
                self.norm0, self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels), nn.LayerNorm(channels)
                self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

            def at(self, layer, x):
                return layer(x.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(x.shape)

            def forward(self, query, support, query_mask, support_mask):
                q = self.at(self.norm0, query + self.self_attention(query, query))
                s = self.at(self.norm0, support + self.self_attention(support, support))
                q1 = self.at(self.norm1, q + self.cross_attention(q, s, query_mask))
                s1 = self.at(self.norm1, s + self.cross_attention(s, q, support_mask))
                q2 = self.at(self.norm2, q1 + self.at(self.mlp, q1))
                s2 = self.at(self.norm2, s1 + self.at(self.mlp, s1))
                return q2, s2
        """),  # noqa: E501
    Variant("cmat-both-in-one-batch", "CMAT", """
        class CMAT(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                self.self_attention = CrossMaskedAttention(channels, reduction)
                self.cross_attention = CrossMaskedAttention(channels, reduction)
                self.norm0 = nn.LayerNorm(channels)
                self.norm1 = nn.LayerNorm(channels)
                self.norm2 = nn.LayerNorm(channels)
                self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

            def forward(self, query, support, query_mask, support_mask):
                n = len(query)
                both, masks = torch.cat([query, support]), torch.cat([query_mask, support_mask])
                both = self.norm0((both + self.self_attention(both, both)).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
                others = both.roll(n, 0)
                z = self.norm1((both + self.cross_attention(both, others, masks)).permute(0, 2, 3, 1))
                out = self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)
                return out[:n], out[n:]
        """),
    Variant("refinement-comprehension", "iterative_refinement", """
        def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
            small = nn.functional.interpolate(support_mask.unsqueeze(1).to(query.dtype), tuple(query.shape[2:]), mode="bilinear",
                                              align_corners=True)
            found, mask = [], prior_mask(query, support, support_mask)
            for block in blocks:
                refined = block(query, support, mask, small)
                query, support = refined[0], refined[1]
                probability = prototype_segmentation(query, masked_average_pool(support, support_mask), threshold=threshold, scale=scale)
                found.append(probability)
                with torch.no_grad():
                    mask = torch.where(probability > 0.5, torch.ones_like(probability), torch.zeros_like(probability))
            return found
        """),  # noqa: E501
    Variant("refinement-recursive", "iterative_refinement", """
        def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
            size = support.shape[-2:]
            small = F.interpolate(support_mask[:, None].to(support.dtype), size, mode="bilinear", align_corners=True)

            def rounds(left, q, s, mask):
                if not left:
                    return []
                q, s = left[0](q, s, mask, small)
                p = prototype_segmentation(q, masked_average_pool(s, support_mask), threshold, scale)
                return [p] + rounds(left[1:], q, s, (p.detach() > 0.5).type_as(q))

            return rounds(list(blocks), query, support, prior_mask(query, support, support_mask))
        """),
)

OF_MASK = ("detached", "float32", "float32 on the way", "clamped", "its absolute value")
ZERO_OR_ONE = "A mask needs no gradient; it is drawn in float32, between 0 and 1."
IN_ORDER = ("read in its order of memory", "a view taken")
ONE_ORDER = "This exercise's masks are all drawn in the usual order of memory."
NO_GRADIENT, ONLY_SHAPE = "A mask needs no gradient.", "Only its shape is read."
ONLY_TYPE = "Only its dtype or its shape is read, which query and support share."
NOT_GRADED = "Shapes that do not fit are not graded."
OWN_TENSOR = "It works on a tensor of its own, whose old value nobody reads again."
DEFAULT, TWO_AXES = "That is torch's default.", "Exchanging two axes is symmetric."
WIDTH_ONE = "A kernel of 1 x 1 has no taps between which a dilation could lie."
NO_ORDER = "Keys and values are exchanged alike, and a sum over all positions has no order."
THE_SAME = "The other name for the same number: (H, W) are axes 2 and 3."
EQUIVALENT = {
    **{f"masked_average_pool 1: mask {how}": ZERO_OR_ONE for how in OF_MASK},
    "masked_average_pool 1: features doubled in place at the end": "By then the name belongs to the enlarged copy.",
    **{f"masked_average_pool 2: {how}": NOT_GRADED for how in ("without `_check_shapes(features, mask)`",
                                                               "_check_shapes left out")},
    "masked_average_pool 2: features detached": ONLY_SHAPE,
    **{f"masked_average_pool {line}: mask detached": NO_GRADIENT for line in (2, 3, 4, 5)},
    **{f"masked_average_pool {where}": NO_GRADIENT for where in (
        "3: mask.to(features.dtype) detached", "5: mask.sum(dim=(2, 3)) detached", "5: mask detached (2)")},
    "masked_average_pool 3: features detached": ONLY_TYPE,
    "masked_average_pool 4: interpolate without align_corners": DEFAULT,
    "masked_average_pool 4: without USub": THE_SAME,
    **{f"masked_average_pool 5: {how} in place": OWN_TENSOR for how in ("Div", "Mult", "Add")},
    **{f"prototype_segmentation 2: {how}": NOT_GRADED for how in (
        "guard left out", "an assert", "features -> prototype", "prototype -> features")},
    **{f"prototype_segmentation 3: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without features.shape[1]", "message without prototype.shape[1]")},
    **{f"prototype_segmentation 4: cosine_similarity without {what}": DEFAULT for what in ("dim", "eps")},
    "prototype_segmentation 4: arguments 0 and 1 of cosine_similarity exchanged": "A cosine is symmetric.",
    **{f"prototype_segmentation 4: 1e-08 -> {eps}": "No length is that small." for eps in ("2e-08", "5e-09")},
    "prototype_segmentation 5: clamped": "The sigmoid is within the limits.",
    "prototype_segmentation 5: sigmoid in place": OWN_TENSOR,
    **{f"prior_mask 1: support_mask {how}": ZERO_OR_ONE for how in OF_MASK},
    **{f"prior_mask 1: support_mask {how}": ONE_ORDER for how in IN_ORDER},
    **{f"prior_mask 2: {how}": NOT_GRADED for how in ("guard left out", "an assert", "query -> support",
                                                       "support -> query")},
    **{f"prior_mask 3: {how}": NOT_GRADED for how in (
        "raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
        "printed, not raised", "message without tuple(query.shape)", "message without tuple(support.shape)")},
    **{f"prior_mask 4: {what} detached": NO_GRADIENT for what in ("_resize_mask(support_mask, support)",
                                                                   "support_mask")},
    **{f"prior_mask 4: {how}": ONLY_TYPE for how in ("support -> query (2)", "support detached (2)")},
    "prior_mask 5: arguments 0 and 1 of transpose exchanged": TWO_AXES,
    "prior_mask 7: Add in place": OWN_TENSOR,
    "prior_mask 9: clamped": "The map is between 0 and 1.",
    **{f"prior_mask 9: query {how}": ONLY_TYPE for how in ("-> support", "detached")},
    "prior_mask 9: without USub": THE_SAME,
    **{f"CrossMaskedAttention 5: {how}": "A reduction below 1 is not graded." for how in ("without 1", "1 -> 0")},
    **{f"CrossMaskedAttention 8: {how}": "Any message will do." for how in (
        "message without numbers", "no message", "message without softmax_over")},
    "CrossMaskedAttention 9: rounded down, at least 1": "0 was refused two lines before.",
    **{f"CrossMaskedAttention {line}: Conv2d with dilation=2": WIDTH_ONE for line in (10, 11, 12)},
    "CrossMaskedAttention 18: clamped": "A softmax is between 0 and 1.",
    **{f"CrossMaskedAttention {line}: arguments 0 and 1 of transpose exchanged": TWO_AXES for line in (18, 21)},
    "CrossMaskedAttention 20: y last two axes exchanged": NO_ORDER,
    "CrossMaskedAttention 20: default of mask 1.0": "A mask of ones changes nothing.",
    "CrossMaskedAttention 22: x -> y": "x and y have one shape.",
    "CrossMaskedAttention 22: x detached": ONLY_SHAPE,
    "CrossMaskedAttention 22: without USub": THE_SAME,
    "CrossMaskedAttention 23: Mult in place": OWN_TENSOR,
    "CMAT 19: b last two axes exchanged": NO_ORDER,
    **{f"iterative_refinement 1: support_mask {how}": ZERO_OR_ONE for how in OF_MASK},
    **{f"iterative_refinement 1: support_mask {how}": ONE_ORDER for how in IN_ORDER},
    "iterative_refinement 1: support doubled in place at the end": "By then the name belongs to the refined support.",
    **{f"iterative_refinement {where}": NO_GRADIENT for where in (
        "3: support_mask detached", "3: _resize_mask(support_mask, support) detached",
        "3: support_mask detached (2)",
        "6: support_mask detached")},
    **{f"iterative_refinement 3: {how}": ONLY_TYPE for how in ("support -> query (2)", "support detached (2)")},
    **{f"iterative_refinement 8: {how}": ONLY_TYPE for how in ("query -> support", "query -> support_mask",
                                                                "query detached")},
    "iterative_refinement 8: (probabilities[-1] > 0.5).to(query.dt... detached": "A comparison has no gradient.",
    **{f"iterative_refinement 9: {how}": "The list is finished; nothing is computed here." for how in (
        "without gradients", "in inference mode")},
}
