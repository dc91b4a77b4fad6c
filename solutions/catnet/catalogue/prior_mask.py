"""What learners write for `prior_mask`."""

from autograder.lessons.catalogue import Mistake, Wrong

PRIOR_SQUARE_ROOT = ("The numbers are right, but a gradient is NaN: the slope of a square root at 0 is infinite, and "
                     "a masked-out position has length 0. Use `.norm`, whose gradient is 0 there.")

RIGHT = {
    "einsum": """
def prior_mask(query, support, support_mask):
    B, C, h, w = query.shape
    m = F.interpolate(support_mask.to(support).unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    s = (support * m).reshape(B, C, h * w)
    q = query.reshape(B, C, h * w)
    dots = torch.einsum("bcq,bcs->bqs", q, s)
    lengths = torch.einsum("bq,bs->bqs", torch.linalg.norm(q, dim=1), torch.linalg.norm(s, dim=1))
    value = (dots / (lengths + 1e-7)).max(dim=2).values
    mini = value.min(dim=1, keepdim=True).values
    maxi = value.max(dim=1, keepdim=True).values
    return ((value - mini) / (maxi - mini + 1e-7)).reshape(B, 1, h, w)
""",
    "loop-images": """
def prior_mask(query, support, support_mask):
    result = []
    for q, s, m in zip(query, support, support_mask):
        m = F.interpolate(m.to(s)[None, None], size=s.shape[1:], mode="bilinear", align_corners=True)[0]
        s = (s * m).flatten(1).T                 # (N, C)
        t = q.flatten(1)                         # (C, N)
        cosines = (s @ t) / (torch.outer(s.norm(dim=1), t.norm(dim=0)) + 1e-7)
        best, _ = cosines.max(dim=0)
        best = (best - best.min()) / (best.max() - best.min() + 1e-7)
        result.append(best.reshape(1, *q.shape[1:]))
    return torch.stack(result)
""",
    "plain": """
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask.to(support)[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]
""",
}

HINTS = {"takes the sum": 2, "takes the maximum over": 2, "` adds.": 2}

MISTAKES = (
    Mistake("prior-nearest", "You resize the mask with mode nearest. Use bilinear, with align_corners=True.",
            {"_resize_mask(support_mask, support)":
                 'F.interpolate(support_mask.to(support.dtype)[:, None], size=support.shape[-2:], mode="nearest")'}),
    Mistake("prior-sides-swapped", "You resize the mask to (w, h). Resize it to the features' size, (h, w).",
            {"_resize_mask(support_mask, support)":
                 'F.interpolate(support_mask.to(support.dtype)[:, None], size=support.shape[:-3:-1], '
                 'mode="bilinear", align_corners=True)'}),
    Mistake("prior-rounded", "You round the resized mask to 0 and 1. Keep it as it is.",
            {"_resize_mask(support_mask, support)": "(_resize_mask(support_mask, support) > 0.5)"}),
    Mistake("prior-no-mask",
            "You do not use the mask, so the support's background counts too. Multiply the support's features by the "
            "mask.", {"_resize_mask(support_mask, support)": "1"}, hint=3),
    Mistake("prior-mask-on-the-query", "You multiply the query by the mask. Multiply the support's features by it.",
            {"support = support * _resize_mask(support_mask, support)":
                 "query = query * _resize_mask(support_mask, support)"}),
    Mistake("prior-mask-on-the-similarity",
            "You multiply the similarities by the mask, or you divide by the lengths before you mask. A mask of 0.3 "
            "then lowers a cosine to 0.3 times its value. Multiply the support's features by the mask first, then "
            "take the cosines.",
            {"support = support * _resize_mask(support_mask, support)":
                 "small = _resize_mask(support_mask, support).flatten(2).transpose(1, 2)",
             "(s @ q / (norms + 1e-7))": "(s @ q / (norms + 1e-7) * small)"}, hint=3),
    Mistake("prior-excluded",
            "You leave the masked-out positions out of the maximum. They should count with a similarity of 0: "
            "multiply the features by the mask, and do nothing more.",
            {"support = support * _resize_mask(support_mask, support)":
                 """small = _resize_mask(support_mask, support).flatten(2).transpose(1, 2)
    support = support * _resize_mask(support_mask, support)""",
             "(s @ q / (norms + 1e-7))": "(s @ q / (norms + 1e-7)).masked_fill(small == 0, -1)"}),
    Mistake("prior-mean", "You take the mean over the support's positions. Take the best match, the maximum.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values":
                 "(s @ q / (norms + 1e-7)).mean(dim=1, keepdim=True)"}, hint=2),
    Mistake("prior-dot-product",
            "You compare by the dot product. Divide each product by the lengths of both vectors, which makes it a "
            "cosine.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values": "(s @ q).max(dim=1, keepdim=True).values"},
            hint=2),
    Mistake("prior-softmax", "You weight the similarities with a softmax. Take the largest one.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values":
                 "((s @ q / (norms + 1e-7)).softmax(dim=1) * (s @ q / (norms + 1e-7))).sum(dim=1, keepdim=True)"},
            hint=2),
    Mistake("prior-clamped", "You replace negative cosines by 0. Take the largest cosine even if it is below 0.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values":
                 "(s @ q / (norms + 1e-7)).clamp(min=0).max(dim=1, keepdim=True).values"}),
    Mistake("prior-same-place",
            "You compare each position of the query only with the same position of the support. Compare it with all "
            "of them, and take the largest cosine.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values":
                 "(s @ q / (norms + 1e-7)).diagonal(dim1=1, dim2=2)[:, None]"}, hint=1),
    Mistake("prior-no-eps",
            "Add 1e-7 to the product of the lengths. Without it a masked-out position, whose length is 0, gives 0 / "
            "0, which is NaN.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values":
                 "(s @ q / norms).max(dim=1, keepdim=True).values"}),
    Mistake("prior-absolute",
            "You take absolute values of the cosines. Keep their signs, because an opposite direction is not a match.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values":
                 "(s @ q / (norms + 1e-7)).abs().max(dim=1, keepdim=True).values"}),
    Mistake("prior-only-query",
            "You divide by the query's length only. Divide by the length of the support's features too.",
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)": "q.norm(dim=1, keepdim=True)"}, hint=2),
    Mistake("prior-only-support",
            "You divide by the support's length only. Divide by the length of the query's features too. Otherwise a "
            "bright position wins against a similar one.",
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)": "s.norm(dim=2, keepdim=True)"}, hint=2),
    Mistake("prior-exchanged",
            "You have swapped the lengths: you divide the query's positions by the support's lengths, and the "
            "support's positions by the query's lengths. Swap the two.",
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)":
                 "s.norm(dim=2)[:, None] * q.norm(dim=1)[:, :, None]"}, hint=2),
    Mistake("prior-of-all",
            "You take one length for a whole picture. Take one length for each position, the length of the vector of "
            "its C numbers.",
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)":
                 "s.norm(dim=(1, 2), keepdim=True) * q.norm(dim=(1, 2), keepdim=True)"}, hint=2),
    Mistake("prior-square-root", PRIOR_SQUARE_ROOT,
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)":
                 "(s**2).sum(dim=2, keepdim=True).sqrt() * q.norm(dim=1, keepdim=True)"}),
    Mistake("prior-one-square-root", PRIOR_SQUARE_ROOT,
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)":
                 "((s**2).sum(dim=2, keepdim=True) * (q**2).sum(dim=1, keepdim=True)).sqrt()"}),
    Mistake("prior-clamped-lengths",
            "You do not add 1e-7 to the product of the lengths. (`F.cosine_similarity`, `F.normalize` and `clamp` do "
            "not add it either: they only replace lengths near 0.)",
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)":
                 "(s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)).clamp(min=1e-12) - 1e-7"}, hint=2),
    Mistake("prior-eps-in-each", "You add 1e-7 to each length. Add it once, to the product of the two.",
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)":
                 "(s.norm(dim=2, keepdim=True) + 1e-7) * (q.norm(dim=1, keepdim=True) + 1e-7) - 1e-7"}),
    Mistake("prior-not-stretched",
            "The last step is missing: stretch each image's map to 0 ... 1, with its smallest and largest value.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "similarity.unflatten(2, query.shape[-2:])"}, hint=2),
    Mistake("prior-divided-by-the-maximum",
            "You divide by the largest value, and subtract nothing. Subtract the smallest value first, then divide "
            "by largest - smallest.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "(similarity / (high + 1e-7)).unflatten(2, query.shape[-2:])"}, hint=2),
    Mistake("prior-divided-by-high",
            "You divide by the largest value. Divide by largest - smallest, so that the map ends at 1.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "((similarity - low) / (high + 1e-7)).unflatten(2, query.shape[-2:])"}),
    Mistake("prior-stretch-without-eps",
            "The last step divides by largest - smallest alone. Add 1e-7 to this difference.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "((similarity - low) / (high - low)).unflatten(2, query.shape[-2:])"}),
    Mistake("prior-softmaxed",
            "You take a softmax of the map. Stretch the map to 0 ... 1 instead, with its smallest and largest value.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "similarity.softmax(dim=2).unflatten(2, query.shape[-2:])"}, hint=2),
    Mistake("prior-row-by-row",
            "You take the smallest and the largest value of each row. Take those of each image's whole map.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "(lambda m: (m - m.amin(-1, True)) / (m.amax(-1, True) - m.amin(-1, True) + "
                 "1e-7))(similarity.unflatten(2, query.shape[-2:]))"}, hint=2),
    Mistake("prior-not-divided", "You subtract the smallest value, but then you do not divide by largest - smallest.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "(similarity - low).unflatten(2, query.shape[-2:])"}, hint=2),
    Mistake("prior-flat",
            "Your result is (B, 1, h · w). Give the positions their rows and columns back: (B, 1, h, w).",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "((similarity - low) / (high - low + 1e-7))"}),
    Mistake("prior-turned",
            "Rows and columns have changed places, because you unflatten to (w, h). Unflatten to (h, w).",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[:-3:-1])"}),
    Mistake("prior-inverted-map", "Your map is inverted. The best match should be 1, and the worst should be 0.",
            {"((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])":
                 "((high - similarity) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])"}),
    Mistake("prior-across-images",
            "You take the smallest and the largest value over all images at each position (dim=0). Take those of "
            "each image's own map.",
            {"low, high = similarity.amin(dim=2, keepdim=True), similarity.amax(dim=2, keepdim=True)":
                 "low, high = similarity.amin(dim=0, keepdim=True), similarity.amax(dim=0, keepdim=True)"}, hint=2),
    Mistake("prior-batch-extremes",
            "You take the smallest and the largest value of the whole batch. Take those of each image's own map.",
            {"low, high = similarity.amin(dim=2, keepdim=True), similarity.amax(dim=2, keepdim=True)":
                 "low, high = similarity.amin(), similarity.amax()"}, hint=2),
    Mistake("prior-queries-exchanged",
            "Query and support have changed places: the map should belong to the query, and the mask to the support.",
            {"support = support * _resize_mask(support_mask, support)": """query, support = support, query
    support = support * _resize_mask(support_mask, support)"""}),
    Mistake("prior-small-eps",
            "The numbers that you add to the product of the lengths and to largest - smallest are not 1e-7. Add 1e-7 "
            "to both.",
            {"s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)":
                 "(s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)).clamp(min=1e-12) - 1e-7",
             "(high - low + 1e-7)": "(high - low)"}),
    Mistake("prior-large-eps", "The number that you add to the product of the lengths is not 1e-7.",
            {"(s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values":
                 "(s @ q / (norms + 0.001)).max(dim=1, keepdim=True).values"}),
    Mistake("prior-channels-averaged",
            "You average the channels first and compare single numbers. Keep the channels, because a cosine compares "
            "two vectors of C numbers.",
            {"query.flatten(2), support": "query.flatten(2).mean(1, keepdim=True), support.mean(1, keepdim=True)"}),
)

WRONG = (
    Wrong("mask-of-one-dtype", {"_resize_mask(support_mask, support)": "F.interpolate(support_mask[:, None], "
                                "support.shape[2:], mode='bilinear', align_corners=True)"}, says="Bool"),
    Wrong("cosine-epsilon-1e-5", {"1e-7)).amax": "1e-05)).amax"}, of="plain", says="a small constant such as eps"),
    Wrong("first-mask-for-all", {"(m": "(support_mask", "[None": "[:1"}, of="loop-images",
          says="only the first image is right"),
    Wrong("float",
          {"s,": """query, support, small = (query.float(), support.float(), small.float())
    s,"""}, of="plain",
          says="makes a tensor float32"),
    Wrong("support-detached", {"support ": "support.detach() "}, of="einsum",
          says="Gradient of `support`: no gradient arrives"),
    Wrong("transposed",
          {"((value - mini) / (maxi - mini + 1e-7)).reshape(B, 1, h, w)":
               "((value - mini) / (maxi - mini + 1e-07)).reshape(B, 1, h, w).mT"}, of="einsum",
          says="its axes are in the order (0, 1, 3, 2)"),
)

EQUIVALENT = (
    "1: support_mask detached", "1: support_mask float32", "1: support_mask float32 on the way",
    "1: support_mask clamped", "1: support_mask read in its order of memory",
    "1: support_mask a view taken", "2: guard left out", "2: an assert", "2: query -> support", "2: support -> query",
    "3: raises RuntimeError", "3: raises TypeError", "3: raises Exception", "3: message without numbers",
    "3: no message", "3: printed, not raised", "3: message without tuple(query.shape)",
    "3: message without tuple(support.shape)", "4: _resize_mask(support_mask, support) detached",
    "4: support_mask detached", "4: support -> query (2)", "4: support detached (2)",
    "5: arguments 0 and 1 of transpose exchanged", "7: Add in place", "9: query -> support", "9: query detached",
    "9: clamped", "9: without USub",
)
