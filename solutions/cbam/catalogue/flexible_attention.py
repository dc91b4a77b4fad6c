"""What learners write for `flexible_attention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import hard_gate, infinite

RIGHT = {
    "flexible-einsum": """
def flexible_attention(x, w1, w2):
    flat = x.flatten(2)
    pooled = torch.stack([flat.mean(dim=2), flat.max(dim=2).values])
    hidden = torch.einsum("hc,pbc->pbh", w1, pooled).clamp(min=0)
    gates = torch.einsum("ch,pbh->bc", w2, hidden).sigmoid()
    return torch.einsum("bchw,bc->bchw", x, gates)
""",
    "flexible-linear": """
def flexible_attention(x, w1, w2):
    def mlp(s):
        return F.linear(F.relu(F.linear(s.flatten(1), w1)), w2)

    gates = torch.sigmoid(mlp(F.adaptive_avg_pool2d(x, 1)) + mlp(F.adaptive_max_pool2d(x, 1)))
    return gates.unsqueeze(-1).unsqueeze(-1) * x
""",
}

HINTS = {"multiplied by `x`": 3, "Transpose the second one": 2}

MISTAKES = (
    Mistake("flexible-mean-only",
            "You use the mean alone: that is SE. Send the maximum through the same two matrices, and add the two "
            "results.",
            {"sum(torch.relu(s @ w1.T) @ w2.T for s in (x.mean(dim=(2, 3)), x.amax(dim=(2, 3))))":
                 "torch.relu(x.mean(dim=(2, 3)) @ w1.T) @ w2.T"}, hint=3),
    Mistake("flexible-max-only",
            "You use the maximum alone. Send the mean through the same two matrices, and add the two results.",
            {"sum(torch.relu(s @ w1.T) @ w2.T for s in (x.mean(dim=(2, 3)), x.amax(dim=(2, 3))))":
                 "torch.relu(x.amax(dim=(2, 3)) @ w1.T) @ w2.T"}, hint=3),
    Mistake("flexible-mean-twice",
            "You add the mean's result to itself, and the maximum is not used. One of the two should be the "
            "maximum's result.",
            {"sum(torch.relu(s @ w1.T) @ w2.T for s in (x.mean(dim=(2, 3)), x.amax(dim=(2, 3))))":
                 "2 * torch.relu(x.mean(dim=(2, 3)) @ w1.T) @ w2.T"}, hint=3),
    Mistake("flexible-pooled-added",
            "You add the mean and the maximum first. Send each of them through both matrices separately, and add the "
            "two results.",
            {"sum(torch.relu(s @ w1.T) @ w2.T for s in (x.mean(dim=(2, 3)), x.amax(dim=(2, 3))))":
                 "torch.relu((x.mean(dim=(2, 3)) + x.amax(dim=(2, 3))) @ w1.T) @ w2.T"}, hint=3),
    Mistake("flexible-no-relu", "The ReLU after `w1` is missing. Without it, the two matrices amount to one.",
            {"torch.relu(s @ w1.T)": "(s @ w1.T)"}),
    Mistake("flexible-no-sigmoid",
            "The sigmoid is missing: your weights can be any real numbers, even negative ones. A gate lies between 0 "
            "and 1.", {"x * torch.sigmoid(scores)[:, :, None, None]": "x * scores[:, :, None, None]"}, hint=3),
    Mistake("flexible-softmax",
            "Your gates go through a softmax: the channels compete, and their gates sum to 1. Use a sigmoid.",
            {"x * torch.sigmoid(scores)[:, :, None, None]": "x * torch.softmax(scores, dim=1)[:, :, None, None]"}),
    Mistake("flexible-two-sigmoids",
            "You add two sigmoids, so your weights lie between 0 and 2. Add the two results first, then take one "
            "sigmoid.",
            {"x * torch.sigmoid(scores)[:, :, None, None]":
                 "x * sum(torch.sigmoid(torch.relu(s @ w1.T) @ w2.T) for s in (x.mean(dim=(2, 3)), x.amax(dim=(2, "
                 "3))))[:, :, None, None]"}, hint=3),
    Mistake("flexible-returns-gate-flat",
            "You return the gates. Multiply the image by them: each channel of x by its own gate.",
            {"x * torch.sigmoid(scores)[:, :, None, None]": "torch.sigmoid(scores)"}, hint=3),
    Mistake("flexible-neither-matrix-turned",
            "`w1` is (C // r, C), and your pooled vectors are rows, (B, C). Multiply them by `w1` transposed: `s @ "
            "w1.T`, or `F.linear(s, w1)`. Do the same with `w2`.", {"s @ w1.T) @ w2.T": "s @ w1) @ w2"}, hint=2),
    Mistake("flexible-matrix-before-vectors",
            "The formula is written for one vector, but your pooled vectors are the rows of a matrix, (B, C). "
            "Multiply them by the transposed matrix from the right: `s @ w1.T`.",
            {"torch.relu(s @ w1.T) @ w2.T": "w2 @ torch.relu(w1 @ s)"}, hint=2),
    Mistake("flexible-columns-kept",
            "You turned the pooled vectors into columns, so your scores are (C, B). Turn them back with `.T`, or "
            "keep the vectors as rows: `s @ w1.T`.", {"torch.relu(s @ w1.T) @ w2.T": "w2 @ torch.relu(w1 @ s.T)"},
            hint=2),
    Mistake("flexible-matrices-swapped",
            "`w1` and `w2` have changed places. `w1`, (C // r, C), should come first, because it makes C // r "
            "numbers out of C.", {"s @ w1.T) @ w2.T": "s @ w2.T) @ w1.T"}, hint=2),
    Mistake("flexible-other-matrix-first",
            "You multiply by w2 first. The sizes fit, because w2 has the shape of w1 transposed. But w1 should come "
            "first: `s @ w1.T`, then `@ w2.T`.", {"torch.relu(s @ w1.T) @ w2.T": "torch.relu(s @ w2) @ w1"}, hint=2),
    Mistake("flexible-over-channels",
            "You pool over the channels. Pool over H and W, axes 2 and 3, so that each channel keeps its own number.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=1)", "x.amax(dim=(2, 3))": "x.amax(dim=1)"}),
    Mistake("flexible-gate-on-width",
            "Your gates have only two axes, and shapes line up from the right, so the gates' C is matched with the "
            "image's W. Give them two axes of size 1 at the end, (B, C, 1, 1).",
            {"x * torch.sigmoid(scores)[:, :, None, None]": "x * torch.sigmoid(scores)"}, hint=3),
    infinite("flexible-exp",
             {"x * torch.sigmoid(scores)[:, :, None, None]":
                  "x * (lambda e: e / (1 + e))(torch.exp(scores))[:, :, None, None]"}),
    hard_gate("flexible-hard-sigmoid"),
)

WRONG = (
    Wrong("new-layers", """
# makes new layers and ignores the matrices
def flexible_attention(x, w1, w2):
    mlp = nn.Sequential(nn.Linear(w1.shape[1], w1.shape[0]), nn.ReLU(), nn.Linear(w2.shape[1], w2.shape[0])).to(x)
    return x * torch.sigmoid(mlp(x.mean((2, 3))) + mlp(x.amax((2, 3))))[:, :, None, None]
""", says="Gradients of `w1`, `w2`: no gradient arrives"),
)

EQUIVALENT = (
    "2: relu twice", "2: relu in place", "2: at most four", "2: each once", "3: sigmoid in place",
)
