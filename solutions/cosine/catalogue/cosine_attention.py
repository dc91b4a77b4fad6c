"""What learners write for `cosine_attention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import overflow

COSINE_ONE_LENGTH = ("You divide everything by one length, that of the whole tensor. Divide each token's vector by "
                     "its own length: dim=-1, keepdim=True.")

RIGHT = {
    "cosine-einsum": """
def cosine_attention(q, k, v, transform):
    q = q / q.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    k = k / k.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    weights = torch.softmax(transform(torch.einsum("bhnd,bhmd->bhnm", q, k)), dim=3)
    return torch.einsum("bhnm,bhme->bhne", weights, v)
""",
    "cosine-matmul": """
def cosine_attention(q, k, v, transform):
    q, k = (nn.functional.normalize(t, p=2.0, dim=3) for t in (q, k))
    logits = transform(torch.matmul(q, k.mT))
    return torch.matmul(torch.exp(torch.log_softmax(logits, dim=-1)), v)
""",
}

HINTS = {"` adds.": 2}

MISTAKES = (
    Mistake("cosine-plain",
            "Your queries and keys are not normalised, so you take plain dot products and not cosines. Give each of "
            "these vectors length 1.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)": "q @ k.transpose(-2, -1)"}, hint=1),
    Mistake("cosine-scaled-dot-product",
            "You take dot products divided by sqrt(d), as in the usual attention. For a cosine, divide by the two "
            "lengths, and by nothing else.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5"}, hint=1),
    Mistake("cosine-queries-only", "Only the queries are normalised. Normalise the keys too.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "F.normalize(q, dim=-1) @ k.transpose(-2, -1)"}),
    Mistake("cosine-keys-only", "Only the keys are normalised. Normalise the queries too.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "q @ F.normalize(k, dim=-1).transpose(-2, -1)"}),
    Mistake("cosine-over-tokens",
            "You normalise over the tokens. Each token's vector should get length 1: dim=-1. (F.normalize without a "
            "dim takes dim=1.)",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "F.normalize(q, dim=-2) @ F.normalize(k, dim=-2).transpose(-2, -1)"}, hint=1),
    Mistake("cosine-over-heads",
            "You normalise over the heads: F.normalize without a dim takes dim=1. Each token's vector should get "
            "length 1: dim=-1.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "F.normalize(q) @ F.normalize(k).transpose(-2, -1)"}, hint=1),
    Mistake("cosine-one-length", COSINE_ONE_LENGTH,
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "(q / q.norm()) @ (k / k.norm()).transpose(-2, -1)"}, hint=1),
    Mistake("cosine-one-length-clamped", COSINE_ONE_LENGTH,
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "(q / q.norm().clamp(min=1e-12)) @ (k / k.norm().clamp(min=1e-12)).transpose(-2, -1)"}, hint=1),
    Mistake("cosine-sum",
            "You divide by the sum of absolute values (p=1). Divide by the length, which is the square root of the "
            "sum of squares.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "F.normalize(q, p=1, dim=-1) @ F.normalize(k, p=1, dim=-1).transpose(-2, -1)"}),
    Mistake("cosine-squared-length",
            "You divide by the sum of squares. Divide by its square root, which is the length.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "(q / q.square().sum(-1, keepdim=True).clamp(min=1e-24)) @ (k / k.square().sum(-1, "
                 "keepdim=True).clamp(min=1e-24)).transpose(-2, -1)"}),
    Mistake("cosine-no-eps",
            "You divide by the bare length. A vector of zeros has length 0, and 0 / 0 is NaN. Divide by at least "
            "1e-12, as F.normalize does.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "(q / q.norm(dim=-1, keepdim=True)) @ (k / k.norm(dim=-1, keepdim=True)).transpose(-2, -1)"}),
    Mistake("cosine-eps-of-similarity",
            "Very short vectors do not come out with length 1, because your eps is larger than 1e-12. "
            "(F.cosine_similarity has 1e-8.) Divide by at least 1e-12, as F.normalize does.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "F.normalize(q, dim=-1, eps=1e-8) @ F.normalize(k, dim=-1, eps=1e-8).transpose(-2, -1)"}),
    Mistake("cosine-eps-added",
            "You add an eps to the length. Very short vectors then do not come out with length 1. Divide by the "
            "length or 1e-12, whichever is larger, as F.normalize does.",
            {"F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)":
                 "(q / (q.norm(dim=-1, keepdim=True) + 1e-6)) @ (k / (k.norm(dim=-1, keepdim=True) + "
                 "1e-6)).transpose(-2, -1)"}),
    Mistake("cosine-no-transform",
            "`transform` is never called: the cosines themselves go into the softmax. Call it on the cosines, before "
            "the softmax.", {"transform(cosine).softmax(dim=-1) @ v": "cosine.softmax(dim=-1) @ v"}, hint=2),
    Mistake("cosine-transform-after",
            "You call `transform` on the weights, after the softmax. It turns cosines into logits, so it comes "
            "before the softmax.", {"transform(cosine).softmax(dim=-1) @ v": "transform(cosine.softmax(dim=-1)) @ v"},
            hint=2),
    Mistake("cosine-transform-twice", "You call `transform` twice. Call it once, on the cosines.",
            {"transform(cosine).softmax(dim=-1) @ v": "transform(transform(cosine)).softmax(dim=-1) @ v"}),
    Mistake("cosine-no-softmax",
            "The softmax over the keys is missing. Take it after `transform`, which returns logits, not weights.",
            {"transform(cosine).softmax(dim=-1) @ v": "transform(cosine) @ v"}, hint=2),
    Mistake("cosine-values-normalised", "You normalise the values too. Leave the values as they are.",
            {"transform(cosine).softmax(dim=-1) @ v": "transform(cosine).softmax(dim=-1) @ F.normalize(v, dim=-1)"}),
    overflow("cosine-naive-softmax", "logits",
             {"transform(cosine).softmax(dim=-1) @ v":
                  "(lambda e: e / e.sum(dim=-1, keepdim=True))(torch.exp(transform(cosine))) @ v"}),
    Mistake("cosine-weights", "You return the weights. Multiply them by v.",
            {"transform(cosine).softmax(dim=-1) @ v": "transform(cosine).softmax(dim=-1)"}, hint=2),
)

WRONG = (
    Wrong("changes-q-and-k",
          {"""cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    return transform(cosine).softmax(dim=-1) @ v""": """q /= q.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    k /= k.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    attn = transform(q @ k.transpose(-2, -1)).softmax(dim=-1)
    return attn @ v"""}, says="your code changes it in place"),
    Wrong("dropout-on-the-weights",
          {"return": """weights = F.dropout(weights, 0.1)
    return""",
           "(weights @ v).reshape(q.shape)": "weights @ v"}, of="result-cut-to-shape-of-q", says="dropout"),
    Wrong("heads-joined-already", {"(weights @ v).reshape(q.shape)": "(weights @ v).transpose(1, 2).flatten(2)"},
          of="result-cut-to-shape-of-q", says="Expected shape"),
    Wrong("result-cut-to-shape-of-q", """
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    '''Attention whose logits are transform(cosines of queries and keys).'''
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return (weights @ v).reshape(q.shape)
""", says="is invalid for input of size"),
    Wrong("softmax-in-float32",
          {"  cosine": "  cosines",
           "return transform(cosine).softmax(dim=-1) @ v":
               """weights = torch.softmax(transform(cosines), dim=-1, dtype=torch.float32).to(v.dtype)
    return weights @ v"""}, says="makes a tensor float32"),
    Wrong("transform-called-twice",
          {"cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)": """q = F.normalize(q, dim=-1)
    k = F.normalize(k, dim=-1)
    logits = q @ k.transpose(-2, -1)
    highest = transform(logits).amax(dim=-1, keepdim=True)""",
           "torch.softmax(transform(cosines), dim=-1)": "torch.exp(transform(logits) - highest)",
           "return (weights @ v).reshape(q.shape)": "return weights / weights.sum(dim=-1, keepdim=True) @ v"},
          of="result-cut-to-shape-of-q", says="Input `transform`: your code calls it 2 times; once is enough"),
    Wrong("transform-head-by-head",
          {" q, k": " out",
           "(nn.functional.normalize(t, p=2.0, dim=3) for t in (q, k))": "[]",
           "logits = transform(torch.matmul(q, k.mT))": """for i in range(q.shape[1]):
        cosines = F.normalize(q[:, i], dim=-1) @ F.normalize(k[:, i], dim=-1).transpose(1, 2)
        out.append(transform(cosines).softmax(-1) @ v[:, i])""",
           "torch.matmul(torch.exp(torch.log_softmax(logits, dim=-1)), v)": "torch.stack(out, dim=1)"},
          of="cosine-matmul", says="at non-singleton dimension 0"),
)

EQUIVALENT = (
    "2: normalize twice", "2: normalize twice (2)", "2: arguments 0 and 1 of transpose exchanged",
    "2: without USub (3)", "3: softmax -> torch.softmax(x, -1)",
)
