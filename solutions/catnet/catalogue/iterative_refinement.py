"""What learners write for `iterative_refinement`."""

from autograder.lessons.catalogue import Mistake, Wrong

REFINEMENT_QUERY_ALONE_KEPT = ("You do not keep the refined support: each block starts again from the original "
                               "support. Pass both results of a block on to the next block.")
REFINEMENT_BY_KEYWORDS = ("You call a block with keyword arguments. Another kind of block may use other names than "
                          "CMAT, so pass four positional arguments.")

RIGHT = {
    "refinement-comprehension": """
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
""",
    "plain": """
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None].to(support.dtype), support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps
""",
}

HINTS = {"float32": 1}

MISTAKES = (
    Mistake("refinement-starts-with-ones",
            "Your first mask for the query is 1 everywhere. Start with prior_mask(query, support, support_mask).",
            {"prior_mask(query, support, support_mask), _resize": "torch.ones_like(query[:, :1]), _resize"}),
    Mistake("refinement-starts-with-zeros",
            "Your first mask for the query is 0 everywhere. Start with prior_mask(query, support, support_mask).",
            {"prior_mask(query, support, support_mask), _resize": "torch.zeros_like(query[:, :1]), _resize"}),
    Mistake("refinement-starts-rounded", "You round the prior mask to 0 and 1. Use it as it is in the first round.",
            {"prior_mask(query, support, support_mask), _resize":
                 "(prior_mask(query, support, support_mask) > 0.5).to(query.dtype), _resize"}),
    Mistake("refinement-prior-exchanged",
            "Query and support have changed places in your call of prior_mask: the query comes first.",
            {"prior_mask(query, support, support_mask), _resize": "prior_mask(support, query, support_mask), _resize"}),
    Mistake("refinement-starts-with-support-mask",
            "Your query starts with the support's mask, but the query's object lies elsewhere. Start with "
            "prior_mask(query, support, support_mask).",
            {"prior_mask(query, support, support_mask), _resize": "_resize_mask(support_mask, support), _resize"}),
    Mistake("refinement-nearest",
            "You resize the support's mask with mode nearest. Use bilinear with align_corners=True, as in prior_mask.",
            {"_resize_mask(support_mask, support)":
                 "F.interpolate(support_mask.to(support.dtype)[:, None], size=support.shape[-2:])"}),
    Mistake("refinement-rounded", "You round the resized support mask to 0 and 1. Use it as it is.",
            {"_resize_mask(support_mask, support)": "(_resize_mask(support_mask, support) > 0.5).to(query.dtype)"}),
    Mistake("refinement-not-resized",
            "You give the blocks the support's mask at its own size. Blocks need (B, 1, h, w): resize the mask as in "
            "prior_mask.", {"_resize_mask(support_mask, support)": "support_mask[:, None]"}),
    Mistake("refinement-query-alone-kept", REFINEMENT_QUERY_ALONE_KEPT,
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, _ = block(query, support, query_mask, small_support_mask)"}, hint=2),
    Mistake("refinement-masks-exchanged",
            "Pictures and masks do not match in your call of a block: one picture gets the other one's mask. The "
            "order is query, support, query's mask, support's mask.",
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, support = block(query, support, small_support_mask, query_mask)"}),
    Mistake("refinement-pictures-exchanged",
            "You give a block the support as the query, and the query as the support. The order is query, support, "
            "query's mask, support's mask.",
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 """support, query = block(support, query, small_support_mask, query_mask)
        query, support = support, query"""}, hint=2),
    Mistake("refinement-one-mask",
            "You give each block the query's mask for both pictures. The support has a mask of its own.",
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, support = block(query, support, query_mask, query_mask)"}),
    Mistake("refinement-support-unmasked",
            "You give each block a mask of ones for the support. Give it the resized support mask.",
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, support = block(query, support, query_mask, torch.ones_like(small_support_mask))"}),
    Mistake("refinement-by-keywords", REFINEMENT_BY_KEYWORDS,
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, support = block(query, support, query_mask=query_mask, support_mask=small_support_mask)"},
            hint=2),
    Mistake("refinement-all-by-keywords", REFINEMENT_BY_KEYWORDS,
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, support = block(query=query, support=support, query_mask=query_mask, "
                 "support_mask=small_support_mask)"}, hint=2),
    Mistake("refinement-first-block",
            "You call the first block in every round. Each round should call the next block.",
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, support = blocks[0](query, support, query_mask, small_support_mask)"}),
    Mistake("refinement-query-not-kept",
            "You do not keep the refined query: each block starts again from the original query. Pass both results "
            "of a block on to the next block.",
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "refined, support = block(query, support, query_mask, small_support_mask)",
             "probabilities.append(prototype_segmentation(query, prototype, threshold, scale))":
                 "probabilities.append(prototype_segmentation(refined, prototype, threshold, scale))"}, hint=2),
    Mistake("refinement-support-not-kept", REFINEMENT_QUERY_ALONE_KEPT,
            {"query, support = block(query, support, query_mask, small_support_mask)":
                 "query, refined = block(query, support, query_mask, small_support_mask)",
             "prototype = masked_average_pool(support, support_mask)":
                 "prototype = masked_average_pool(refined, support_mask)"}, hint=2),
    Mistake("refinement-query-before-its-block",
            "You segment the query as it was before the block. Segment the query that the block returned.",
            {"query, support = block(query, support, query_mask, small_support_mask)": """before = query
        query, support = block(query, support, query_mask, small_support_mask)""",
             "probabilities.append(prototype_segmentation(query, prototype, threshold, scale))":
                 "probabilities.append(prototype_segmentation(before, prototype, threshold, scale))"}, hint=2),
    Mistake("refinement-first-query",
            "You segment the first query in every round. Segment the query that this round's block returned.",
            {"query_mask, small_support_mask = prior_mask(query, support, support_mask), "
             "_resize_mask(support_mask, support)": """first = query
    query_mask, small_support_mask = prior_mask(query, support, support_mask), _resize_mask(support_mask, support)""",
             "probabilities.append(prototype_segmentation(query, prototype, threshold, scale))":
                 "probabilities.append(prototype_segmentation(first, prototype, threshold, scale))"}, hint=2),
    Mistake("refinement-support-before-its-block",
            "You pool the support as it was before the block. Pool the support that the block returned.",
            {"query, support = block(query, support, query_mask, small_support_mask)": """before = support
        query, support = block(query, support, query_mask, small_support_mask)""",
             "prototype = masked_average_pool(support, support_mask)":
                 "prototype = masked_average_pool(before, support_mask)"}, hint=2),
    Mistake("refinement-from-the-start",
            "Each of your blocks gets the original features. A block should get what the block before it returned.",
            {"query_mask, small_support_mask = prior_mask(query, support, support_mask), "
             "_resize_mask(support_mask, support)": """first = query, support
    query_mask, small_support_mask = prior_mask(query, support, support_mask), _resize_mask(support_mask, support)""",
             "query, support = block(query, support, query_mask, small_support_mask)":
                 "query, support = block(*first, query_mask, small_support_mask)"}, hint=2),
    Mistake("refinement-of-the-query",
            "Your prototype is pooled from the query. It should be the mean of the *support* under its mask.",
            {"prototype = masked_average_pool(support, support_mask)":
                 "prototype = masked_average_pool(query, support_mask)"}),
    Mistake("refinement-of-the-small-mask",
            "You pool with the resized mask. masked_average_pool takes the support's mask at its own size.",
            {"prototype = masked_average_pool(support, support_mask)":
                 "prototype = masked_average_pool(support, small_support_mask[:, 0])"}),
    Mistake("refinement-of-query-and-its-mask",
            "Your prototype is pooled from the query under the query's mask. It should be the mean of the *support* "
            "under support_mask.",
            {"prototype = masked_average_pool(support, support_mask)":
                 "prototype = masked_average_pool(query, query_mask[:, 0])"}),
    Mistake("refinement-of-query-mask", "You pool the support with the query's mask. Use the support's own mask.",
            {"prototype = masked_average_pool(support, support_mask)":
                 "prototype = masked_average_pool(support, query_mask[:, 0])"}),
    Mistake("refinement-first-prototype",
            "You make the prototype once, from the first support. Make it again in every round, from the refined "
            "support.",
            {"query_mask, small_support_mask = prior_mask(query, support, support_mask), "
             "_resize_mask(support_mask, support)":
                 "query_mask, small_support_mask = prior_mask(query, support, support_mask), "
                 "_resize_mask(support_mask, support)\n    prototype = masked_average_pool(support, support_mask)",
             """        prototype = masked_average_pool(support, support_mask)
""": ""}, hint=1),
    Mistake("refinement-of-the-support", "You segment the support. Segment the query, which has no mask yet.",
            {"probabilities.append(prototype_segmentation(query, prototype, threshold, scale))":
                 "probabilities.append(prototype_segmentation(support, prototype, threshold, scale))"}),
    Mistake("refinement-arguments-swapped",
            "threshold and scale have changed places in your call of prototype_segmentation.",
            {"probabilities.append(prototype_segmentation(query, prototype, threshold, scale))":
                 "probabilities.append(prototype_segmentation(query, prototype, scale, threshold))"}),
    Mistake("refinement-rounded-maps",
            "You return masks of 0 and 1. Return the probabilities; only the next round's mask is rounded.",
            {"probabilities.append(prototype_segmentation(query, prototype, threshold, scale))":
                 "probabilities.append(prototype_segmentation(query, prototype, threshold, scale).round())"}),
    Mistake("refinement-boolean",
            "From the second round on, your query's mask is boolean. It should have the query's dtype: "
            "`.to(query.dtype)`.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)": "query_mask = probabilities[-1] > 0.5"}, hint=1),
    Mistake("refinement-soft",
            "Your next round's mask is the probability itself. It should be 1 where the probability is above 0.5, "
            "and 0 elsewhere.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)": "query_mask = probabilities[-1]"}),
    Mistake("refinement-soft-detached",
            "Your next round's mask is the probability itself, detached. It should be 1 where the probability is "
            "above 0.5, and 0 elsewhere.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)": "query_mask = probabilities[-1].detach()"}),
    Mistake("refinement-half-too",
            "You count a probability of exactly 0.5 as the object (as `>=` does). The mask should be 1 only where "
            "the probability is above 0.5.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = (probabilities[-1] >= 0.5).to(query.dtype)"}),
    Mistake("refinement-ones",
            "From the second round on, your query's mask is 1 everywhere. Compare the probability with 0.5, not with "
            "`threshold` or 0.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)": "query_mask = torch.ones_like(query[:, :1])"}),
    Mistake("refinement-prior-again",
            "You call prior_mask again in each round. From the second round on, the mask should come from the last "
            "segmentation.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = prior_mask(query, support, support_mask)"}, hint=1),
    Mistake("refinement-support-mask-too",
            "You replace the support's mask too. It should stay the same in every round.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 """query_mask = (probabilities[-1] > 0.5).to(query.dtype)
        small_support_mask = query_mask"""}),
    Mistake("refinement-growing",
            "You join the new mask to the old one, so the mask can only grow. Use only the new mask.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = ((probabilities[-1] > 0.5) | (query_mask > 0.5)).to(query.dtype)"}),
    Mistake("refinement-mean-of-maps",
            "You average all maps so far. The next round's mask should come from the last map alone.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = (torch.stack(probabilities).mean(dim=0) > 0.5).to(query.dtype)"}),
    Mistake("refinement-by-the-mean-of-each", "You compare with the map's own mean. Compare with 0.5.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = (probabilities[-1] > probabilities[-1].mean(dim=(2, 3), "
                 "keepdim=True)).to(query.dtype)"}),
    Mistake("refinement-straight-through",
            "The numbers are right, but your mask passes a gradient back to the map that it was made from. Use a "
            "plain comparison, which passes no gradient.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = (probabilities[-1] > 0.5).to(query.dtype) + probabilities[-1] - "
                 "probabilities[-1].detach()"}),
    Mistake("refinement-prior-kept",
            "You use the prior mask in every round. From the second round on, the mask should come from the last "
            "segmentation.", {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)": "pass"}),
    Mistake("refinement-background",
            "Your next round's mask marks the background. It should be 1 where the probability is *above* 0.5.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = (probabilities[-1] < 0.5).to(query.dtype)"}),
    Mistake("refinement-by-the-mean", "You compare with the map's own mean. Compare with 0.5.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = (probabilities[-1] > probabilities[-1].mean()).to(query.dtype)"}),
    Mistake("refinement-shrinking",
            "You multiply the new mask by the old one, so the mask can only shrink. Use only the new mask.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = query_mask * (probabilities[-1] > 0.5)"}),
    Mistake("refinement-first-segmentation", "All your later rounds use the first segmentation. Use the last one.",
            {"query_mask = (probabilities[-1] > 0.5).to(query.dtype)":
                 "query_mask = (probabilities[0] > 0.5).to(query.dtype)"}),
    Mistake("refinement-last-alone", "You return only the last map. Return a list with one map for each block.",
            {"return probabilities": "return probabilities[-1]"}, hint=1),
    Mistake("refinement-stacked", "You return one tensor. Return a list with one (B, 1, h, w) for each block.",
            {"return probabilities": "return torch.stack(probabilities)"}),
    Mistake("refinement-reversed",
            "Your list begins with the last block's map. The first block's map should come first.",
            {"return probabilities": "return probabilities[::-1]"}),
    Mistake("refinement-with-prior",
            "Your list begins with the prior mask. It should hold only one map for each block.",
            {"return probabilities": "return [prior_mask(query, support, support_mask), *probabilities]"}, hint=1),
)

WRONG = (
    Wrong("batch-of-one",
          {"masked_average_pool(support, support_mask)":
               "masked_average_pool(support[:1], support_mask[:1]).expand(len(query), -1)"}, of="plain",
          says="only the first image is right"),
    Wrong("concatenated", {"return maps": "return torch.cat(maps, dim=1)"}, of="plain",
          says="Expected a list of 2, got a tensor"),
    Wrong("empty-guess-falls-back",
          {"guess = (": "new = (",
           "query.dtype)": """query.dtype)
        if new.sum() > 0:
            guess = new"""}, of="plain",
          says="asks for >. Ask for >=."),
    Wrong("map-before-the-block",
          {"""query, support = block(query, support, guess, small)
        """: "",
           "guess = (": """query, support = block(query, support, guess, small)
        guess = ("""}, of="plain",
          says="it is what output[0] should be"),
    Wrong("map-without-channel-axis", {"return maps": "return [p[:, 0] for p in maps]"}, of="plain",
          says="axes of size 1 are missing"),
    Wrong("prior-as-first-map", {"[]": "[guess]"}, of="plain", says="got a list of 3"),
    Wrong("support-mask-changed-in-place",
          {"small ": """support_mask /= support_mask.amax().clamp(min=1e-07)
    small """}, of="plain",
          says="Input `support_mask`: your code"),
)

EQUIVALENT = (
    "1: support_mask detached", "1: support_mask float32", "1: support_mask float32 on the way",
    "1: support_mask clamped", "1: support_mask read in its order of memory",
    "1: support_mask a view taken", "1: support doubled in place at the end", "3: support_mask detached",
    "3: _resize_mask(support_mask, support) detached", "3: support_mask detached (2)", "3: support -> query (2)",
    "3: support detached (2)", "6: support_mask detached", "8: query -> support", "8: query -> support_mask",
    "8: query detached", "8: (probabilities[-1] > 0.5).to(query.dt... detached", "9: without gradients",
    "9: in inference mode",
)
