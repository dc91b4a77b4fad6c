"""What learners write for `double_normalize`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import convention

NORMALIZE_LENGTH_OF_AT_LEAST_EPS = ("You divide by the length of the row, the root of the sum of squares, as "
                                    "`F.normalize` does. Divide by the plain sum of its numbers, plus eps.")

RIGHT = {
    "normalize-l1": """
def double_normalize(logits, eps=1e-9):
    attn = logits.softmax(-2)
    return attn.div(eps + attn.sum(-1)[..., None])
""",
    "normalize-by-hand": """
def double_normalize(logits, eps=1e-9):
    e = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
    a = e / e.sum(1, keepdim=True)
    total = torch.einsum("bns->bn", a) + eps
    return torch.einsum("bns,bn->bns", a, 1 / total)
""",
}

HINTS = {"takes the softmax over": 1, "takes the mean": 2, "takes the maximum": 2}

MISTAKES = (
    Mistake("normalize-axes-exchanged",
            "The two axes have changed places: your softmax runs over the slots, and you divide by the sum over the "
            "tokens. Take the softmax over the tokens first, then divide by the sum over the slots.",
            {"torch.softmax(logits, dim=1)": "torch.softmax(logits, dim=2)",
             "shares.sum(dim=2, keepdim=True)": "shares.sum(dim=1, keepdim=True)"}, hint=1),
    Mistake("normalize-once",
            "Your weights are normalised over the tokens alone. The second step is missing, or it runs over the "
            "tokens again. Divide each token's weights by their sum over the slots, so that its row sums to 1.",
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)": "shares"}, hint=2),
    Mistake("normalize-slots-alone",
            "You take one softmax over the slots, so no token notices any other. Take a softmax over the tokens "
            "first, then divide by the sum over the slots.",
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)": "torch.softmax(logits, dim=2)"}, hint=1),
    Mistake("normalize-two-softmaxes",
            "Your second step is a softmax too. It takes exp of shares that are normalised already, so the weights "
            "become nearly equal. Divide the shares by their sum instead.",
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)": "torch.softmax(shares, dim=2)"}, hint=2),
    Mistake("normalize-two-softmaxes-of-logits",
            "You multiply a softmax over the tokens by one over the slots. The second step should take no exp: "
            "divide the shares by their sum over the slots.",
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)": "shares * torch.softmax(logits, dim=2)"}, hint=2),
    Mistake("normalize-no-eps",
            convention("the denominator has no eps", "External-Attention-pytorch's ExternalAttention",
                       "Here there is one: without it, a token whose shares are all 0 gets 0 / 0."),
            {"(shares.sum(dim=2, keepdim=True) + eps)": "shares.sum(dim=2, keepdim=True)"}),
    Mistake("normalize-one-softmax",
            "You subtract the logarithm of the summed exponentials from the logits, and take one softmax of the "
            "result. That is right apart from eps, which has no effect in your code. Divide the shares by their sum "
            "plus eps.",
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)":
                 "torch.softmax(logits - logits.logsumexp(dim=1, keepdim=True), dim=2)"}, hint=2),
    Mistake("normalize-eps-at-least",
            "Your denominator is the sum or eps, whichever is larger (as in `clamp` or `F.normalize`). It should be "
            "the sum plus eps.",
            {"(shares.sum(dim=2, keepdim=True) + eps)": "shares.sum(dim=2, keepdim=True).clamp(min=eps)"}),
    Mistake("normalize-length",
            "You divide by the length of the row, the root of the sum of squares. Divide by the plain sum of its "
            "numbers.", {"shares.sum(dim=2, keepdim=True)": "shares.norm(dim=2, keepdim=True)"}, hint=2),
    Mistake("normalize-all-together",
            "Your softmax runs over tokens and slots together, N * S numbers. With one softmax for all of them, a "
            "slot whose logits are large everywhere takes all the weight. Each slot needs a softmax of its own, over "
            "the tokens: dim=1.",
            {"torch.softmax(logits, dim=1)": "torch.softmax(logits.flatten(1), dim=1).reshape(logits.shape)"}, hint=1),
    Mistake("normalize-no-exp",
            "The softmax is missing: you divide the logits by their sum. Logits can be negative; exp makes them "
            "positive first.", {"torch.softmax(logits, dim=1)": "logits / (logits.sum(dim=1, keepdim=True) + eps)"},
            hint=1),
    Mistake("normalize-no-exp-twice",
            "Both steps divide by a sum, so negative logits give negative weights, and a sum can be near zero. The "
            "first step is a softmax over the tokens: it takes the exponential first.",
            {"torch.softmax(logits, dim=1)": "logits / logits.sum(dim=1, keepdim=True)"}, hint=1),
    Mistake("normalize-naive-exp",
            "Your softmax gives NaN where the logits are large. In float64 `exp` is infinite above 709 and 0 below "
            "-746, so a column of such numbers cannot be divided by its sum. Use `softmax`, which subtracts the "
            "largest number of a column first.",
            {"torch.softmax(logits, dim=1)": "(lambda e: e / e.sum(dim=1, keepdim=True))(torch.exp(logits))"}),
    Mistake("normalize-no-brackets",
            "Brackets are missing: `shares / sum + eps` divides first, and adds eps to every weight. Divide by (sum "
            "+ eps).",
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)": "shares / shares.sum(dim=2, keepdim=True) + eps"}),
    Mistake("normalize-length-of-at-least-eps", NORMALIZE_LENGTH_OF_AT_LEAST_EPS,
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)":
                 "torch.nn.functional.normalize(shares, dim=2, eps=eps)"}, hint=2),
    Mistake("normalize-length-without-eps", NORMALIZE_LENGTH_OF_AT_LEAST_EPS,
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)": "torch.nn.functional.normalize(shares, dim=2)"},
            hint=2),
    Mistake("normalize-eps-of-torch",
            "You call `F.normalize` with p=1. It divides by at least its own eps, 1e-12, and does not add the "
            "argument eps. Divide by the sum plus eps.",
            {"shares / (shares.sum(dim=2, keepdim=True) + eps)": "torch.nn.functional.normalize(shares, p=1, dim=2)"}),
    Mistake("normalize-batch-as-tokens",
            "Your softmax runs over the tokens of all images together, so an image's weights depend on the other "
            "images. Take the softmax within each image: dim=1 of (B, N, S).",
            {"torch.softmax(logits, dim=1)": "torch.softmax(logits.flatten(0, 1), dim=0).reshape(logits.shape)"},
            hint=1),
    Mistake("normalize-eps-twice-naive-exp",
            "You write the first step as exp divided by its sum plus eps. It should be a plain softmax, because eps "
            "belongs only in the second denominator. Besides, torch.softmax does not overflow if the logits are "
            "large.",
            {"torch.softmax(logits, dim=1)": "(lambda e: e / (e.sum(dim=1, keepdim=True) + eps))(torch.exp(logits))"}),
)

WRONG = (
    Wrong("always-float32", {"torch.softmax(logits, dim=1)": "F.softmax(logits, dim=1, dtype=torch.float32)"},
          says="makes a tensor float32"),
    Wrong("input-changed",
          {"shares = torch.softmax(logits, dim=1)": """logits -= logits.amax(dim=1, keepdim=True)
    e = logits.exp()
    shares = e / e.sum(dim=1, keepdim=True)"""},
          says="Input `logits`"),
    Wrong("keepdim-forgotten",
          {"torch.softmax(logits, dim=1)": "logits.softmax(dim=1)",
           "shares.sum(dim=2, keepdim=True) + eps": "shares.sum(dim=2) + eps"},
          says="drops axis 2. Keep it, with `keepdim=True`."),
)

EQUIVALENT = (
    "3: clamped", "3: Add in place",
)
