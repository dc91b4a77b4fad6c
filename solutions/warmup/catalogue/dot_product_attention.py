"""What learners write for `dot_product_attention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import overflow

RIGHT = {
    "attention-of-torch": """
def dot_product_attention(q, k, v, scale=None):
    return nn.functional.scaled_dot_product_attention(q, k, v, scale=scale)
""",
    "attention-by-exp": """
def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    scores = q @ k.mT * scale
    powers = torch.exp(scores - scores.amax(dim=2, keepdim=True))
    return (powers @ v) / powers.sum(dim=2, keepdim=True)
""",
}

MISTAKES = (
    Mistake("attention-over-queries",
            "Your softmax runs over the queries (dim 1 of q @ kᵀ, or the last axis of k @ qᵀ). The weights of each "
            "key then sum to 1, so a query's result depends on which other queries there are. The weights of each "
            "query should sum to 1: take the softmax over the keys, the last axis of q @ kᵀ.", {"dim=-1": "dim=1"},
            hint=2),
    Mistake("attention-over-queries-and-zero-is-none",
            "Your softmax runs over the queries (dim 1 of q @ kᵀ, or the last axis of k @ qᵀ). The weights of each "
            "key then sum to 1, so a query's result depends on which other queries there are. The weights of each "
            "query should sum to 1: take the softmax over the keys, the last axis of q @ kᵀ. And `scale or ...` "
            "treats a scale of 0 as no scale: write `if scale is None`.",
            {"dim=-1": "dim=1", "if scale is None": "if not scale"}, hint=2),
    Mistake("attention-over-batch",
            "Your softmax runs over the batch (`dim=0`), so images compete with each other. (For three axes, torch "
            "also picks `dim=0` if no `dim` is given.) Your softmax should run over the keys, the last axis.",
            {"dim=-1": "dim=0"}, hint=2),
    Mistake("attention-no-softmax",
            "The softmax is missing: your weights are raw scores, which can be negative and do not sum to 1. Apply a "
            "softmax to the scores over the keys, the last axis.",
            {"torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)": "scale * (q @ k.transpose(1, 2))"}, hint=3),
    Mistake("attention-not-normalised",
            "Your weights are exp(score), and you do not divide them by their sum. A softmax divides, so that the "
            "weights of each query sum to 1.",
            {"torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)": "torch.exp(scale * (q @ k.transpose(1, 2)))"},
            hint=3),
    Mistake("attention-sigmoid",
            "Your weights come from a sigmoid: each key is judged alone, and the weights of a query do not sum to 1. "
            "Attention uses a softmax over the keys.",
            {"torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)":
                 "torch.sigmoid(scale * (q @ k.transpose(1, 2)))"}, hint=3),
    Mistake("attention-winner-takes-all",
            "You take the value of the best key alone. Attention takes a weighted mean of all values, so that every "
            "key gets a gradient.",
            {"torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)":
                 "torch.nn.functional.one_hot(scale * (q @ k.transpose(1, 2)).argmax(-1), k.shape[1]).to(v)"}),
    Mistake("attention-unscaled",
            "If no scale is given, your code uses 1. The default should be D ** -0.5, where D is the size of a query.",
            {"q.shape[-1] ** -0.5": "1.0"}),
    Mistake("attention-divided-by-size", "Your default scale is 1 / D. It should be 1 / sqrt(D): D ** -0.5.",
            {"q.shape[-1] ** -0.5": "1 / q.shape[-1]"}),
    Mistake("attention-times-root",
            "You multiply the scores by sqrt(D) if no scale is given; they should be divided by it. The scale is D "
            "** -0.5.", {"q.shape[-1] ** -0.5": "q.shape[-1] ** 0.5"}),
    Mistake("attention-scaled-by-keys",
            "Your default scale comes from M, the number of keys. It should come from D, the size of a query: the "
            "last axis of q.", {"q.shape[-1] ** -0.5": "k.shape[1] ** -0.5"}),
    Mistake("attention-scaled-by-queries",
            "Your default scale comes from N, the number of queries. It should come from D, the size of a query: the "
            "last axis of q.", {"q.shape[-1] ** -0.5": "q.shape[1] ** -0.5"}),
    Mistake("attention-scaled-by-values",
            "Your default scale comes from E, the size of a value. It should come from D, the size of a query: the "
            "last axis of q.", {"q.shape[-1] ** -0.5": "v.shape[-1] ** -0.5"}),
    Mistake("attention-scale-ignored", "Your function always takes D ** -0.5. If a scale is given, use it instead.",
            {"if scale is None:\n        scale = q.shape[-1] ** -0.5\n": """scale = q.shape[-1] ** -0.5
"""}, hint=3),
    Mistake("attention-scale-besides",
            "You multiply by the given scale and by D ** -0.5. A given scale should replace D ** -0.5.",
            {"if scale is None:\n        scale = q.shape[-1] ** -0.5\n":
                 """scale = q.shape[-1] ** -0.5 * (1 if scale is None else scale)
"""}, hint=3),
    Mistake("attention-zero-is-none",
            "Your code treats a scale of 0 as no scale, because `scale or ...` and `if not scale` treat 0 and None "
            "alike. Write `if scale is None`.", {"if scale is None": "if not scale"}, hint=3),
    Mistake("attention-divides-by-scale",
            "You divide the scores by `scale`. Multiply by it: the default, D ** -0.5, is one over the square root "
            "already.", {"scale * (q @ k.transpose(1, 2))": "(q @ k.transpose(1, 2)) / scale"}, hint=3),
    Mistake("attention-scale-twice", "You scale both q and k, so the scores are scaled twice. Scale once.",
            {"scale * (q @ k.transpose(1, 2))": "(scale * q) @ (scale * k).transpose(1, 2)"}, hint=3),
    Mistake("attention-scale-after-softmax",
            "You scale after the softmax, so the weights no longer sum to 1. Scale the scores instead.",
            {"torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)":
                 "scale * torch.softmax(q @ k.transpose(1, 2), dim=-1)"}, hint=3),
    Mistake("attention-reshaped-keys",
            "You turn k into (B, D, M) with `view` or `reshape`. Neither of them swaps axes, so numbers of different "
            "keys get mixed. Use `k.transpose(1, 2)`.",
            {"k.transpose(1, 2)": "k.reshape(k.shape[0], k.shape[2], k.shape[1])"}, hint=2),
    Mistake("attention-transposes-batch",
            "You swap axes 0 and 1 of k, the batch and the keys. Axis 0 stays where it is: swap axes 1 and 2.",
            {"k.transpose(1, 2)": "k.transpose(0, 1)"}, hint=1),
    Mistake("attention-keys-not-turned",
            "You multiply q by k as it is, (B, N, D) @ (B, M, D), and the sizes do not fit. Swap its last two axes "
            "first: `k.transpose(1, 2)` is (B, D, M).", {"k.transpose(1, 2)": "k"}, hint=1),
    Mistake("attention-base-two",
            "Your weights are powers of 2, as in the notebook's section 'Attention by hand'. A softmax takes powers "
            "of e, so use `torch.softmax`. (If you pass scale = ln 2, you get that section's numbers.)",
            {"torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)":
                 "torch.softmax(0.6931471805599453 * scale * (q @ k.transpose(1, 2)), dim=-1)"}),
    Mistake("attention-roles-exchanged",
            "Queries and keys are swapped: your scores have one row for each key, (B, M, N). They should have one "
            "row for each query, (B, N, M). Multiply q by k transposed.",
            {"scale * (q @ k.transpose(1, 2))": "scale * (k @ q.transpose(1, 2))"}, hint=1),
    Mistake("attention-weights-transposed",
            "Your weights are transposed before they are multiplied by the values. If N = M, the product still "
            "works, but each query uses a column of the weights instead of its row. Leave out the transposition: (B, "
            "N, M) times (B, M, E) fits as it is.", {"return weights @ v": "return weights.transpose(1, 2) @ v"},
            hint=1),
    Mistake("attention-keys-as-values",
            "You take the weighted mean of the keys. Keys only decide the weights: take the weighted mean of the "
            "values, v.", {"return weights @ v": "return weights @ k"}),
    Mistake("attention-cosine",
            "You normalise queries and keys to length 1 (a cosine). Leave them as they are, because a longer query "
            "should choose more sharply.",
            {"scale * (q @ k.transpose(1, 2))":
                 "scale * (torch.nn.functional.normalize(q, dim=-1) @ torch.nn.functional.normalize(k, "
                 "dim=-1).transpose(1, 2))"}),
    Mistake("attention-returns-weights",
            "Your function returns the weights, (B, N, M). One step is missing: their product with v.",
            {"return weights @ v": "return weights"}, hint=1),
    Mistake("attention-capital-t",
            "`k.T` reverses all three axes in torch: (B, M, D) becomes (D, M, B). Swap the last two only: "
            "`k.transpose(1, 2)`, or `k.mT`.", {"k.transpose(1, 2)": "k.T"}, hint=1),
    Mistake("attention-elementwise",
            "`q * k` multiplies element by element. A score is a dot product, and each pair of a query and a key has "
            "one. Use the matrix product `q @ k.transpose(1, 2)`.", {"(q @ k.transpose(1, 2))": "(q * k)"}, hint=1),
    overflow("attention-exp", "scores",
             {"torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)":
                  "(lambda e: e / e.sum(dim=-1, keepdim=True))(torch.exp(scale * (q @ k.transpose(1, 2))))"}, hint=3),
)

WRONG = (
    Wrong("first-game-only",
          {"return nn.functional.scaled_dot_product_attention(q, k, v, scale=scale)": """if scale is None:
        scale = q.shape[-1] ** (-0.5)
    out = torch.softmax(q[0] @ k[0].T * scale, dim=-1) @ v[0]
    return out.expand(q.shape[0], -1, -1)"""},
          of="attention-of-torch", says="only the first image is right"),
    Wrong("maximum-from-zero",
          {"scores = q @ k.mT * scale": """scores = scale * (q @ k.transpose(1, 2))
    best = torch.zeros_like(scores[..., :1])
    for m in range(scores.shape[-1]):
        best = torch.maximum(best, scores[..., m:m + 1])""",
           "  powers": "  e",
           "scores.amax(dim=2, keepdim=True)": "best.detach()",
           "(powers @ v) / powers.sum(dim=2, keepdim=True)": "e / e.sum(-1, keepdim=True) @ v"}, of="attention-by-exp",
          says="too large for `exp` alone"),
    Wrong("returns-both",
          {"return nn.functional.scaled_dot_product_attention(q, k, v, scale=scale)": """if scale is None:
        scale = q.shape[-1] ** (-0.5)
    w = torch.softmax(q @ k.mT * scale, dim=-1)
    return (w @ v, w)"""},
          of="attention-of-torch", says="Expected a tensor, got a tuple of 2"),
    Wrong("root-as-a-tensor", {"q.shape[-1] ** -0.5": "1 / torch.sqrt(torch.tensor(q.shape[-1]))"},
          says="`sqrt` makes a tensor without a dtype, so it is float32"),
)

EQUIVALENT = (
    "3: q -> k", "3: q detached", "4: softmax -> torch.softmax(x, -1)", "4: arguments 0 and 1 of transpose exchanged",
)
