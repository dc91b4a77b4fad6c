"""What the two lessons on position attention share: calls of both forms, and what goes wrong with their layers and with
gamma.

`with_gamma` also serves DANet's channel attention.
"""

from dataclasses import replace
from random import Random

from autograder.lessons import families
from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor, call
from autograder.lessons.sizes import MAPS, Construct, bottleneck, bottlenecks, empty_bottlenecks, on_bottleneck, on_maps

# --- Calls
OVERFLOW = 3e4  # the factor from which `exp` of a product of queries and keys is infinite
FRESH = {"label": "a fresh module, which should return x itself", "fresh": True, "gradients": False}
AT_ZERO = {"label": "gamma at 0", "zeros": ("gamma",)}  # only the gradients tell whether anything is gathered
# a softmax of such numbers is one-hot, so that its gradients say nothing
TOO_LARGE = {"large": True, "gradients": False}


def scaled(shape: tuple[int, ...], scale: float, **more: object) -> Case:
    """A call with random numbers of this size. more: other fields of Case."""
    return Case(args=(RandomTensor(shape, scale=scale),), **more)


def few(r: Random) -> Construct:
    hidden, reduction = r.randint(2, 3), r.randint(1, 2)
    return {"channels": hidden * reduction, "reduction": reduction}


def lone(batch: int, hidden: int) -> Case:
    """In some image the score is far below 0: a softmax whose running maximum starts at 0 has nothing left to divide
    by.

    With many more channels than hidden ones queries and keys are hardly alike, so that both signs are likely whatever
    the weights are.
    """
    return scaled((batch, 8 * hidden, 1, 1), OVERFLOW, construct={"channels": 8 * hidden}, **TOO_LARGE,
                  label="one position, products too large for `exp` alone")


POSITIONS = (
    *on_maps(MAPS, bottleneck), *bottlenecks(on_bottleneck(), default=8),
    lambda r: replace(on_bottleneck()(r, bottleneck(r)), **FRESH),
    lambda r: replace(on_bottleneck()(r, few(r)), **AT_ZERO),
    lambda r: lone(r.randint(20, 24), r.randint(2, 3)),
)
VISIBLE = (
    call((2, 8, 3, 4), of={"channels": 8, "reduction": 2}),
    call((2, 16, 2, 3), of={"channels": 16}, label="the default reduction"),
    call((1, 11, 4, 3), of=(11, 4), label="a reduction that does not divide, and a batch of one"),
    call((2, 6, 2, 3), of={"channels": 6, "reduction": 2}, **FRESH),
    call((2, 6, 3, 2), of={"channels": 6, "reduction": 2}, **AT_ZERO),
    lone(8, hidden=2),
)
BOTH = {"refuses": empty_bottlenecks(on_bottleneck(), default=8),
        "small": call((2, 6, 2, 3), of={"channels": 6, "reduction": 2}),
        "large": 3.0, "overflow": OVERFLOW}

# --- Mistakes: what the references say, and most mistakes replace.
QUERY_LAYER, KEY_LAYER = "self.query = nn.Conv2d(channels, hidden, 1)", "self.key = nn.Conv2d(channels, hidden, 1)"
VALUE_LAYER = "self.value = nn.Conv2d(channels, channels, 1)"
QUERIES, KEYS = "self.query(x).flatten(2).transpose(1, 2)", "self.key(x).flatten(2)"
ADDED = "x + self.gamma * gathered.reshape(x.shape)"


def with_gamma(short: str, what: str, hint: int = 0, grid: int = 0) -> tuple[Mistake, ...]:
    """What goes wrong with the last line, which all three attentions share;
    with gamma at zero most of it would be right.

    hint, grid: the numbers of the hints on the sum and on the grid.
    """
    return (
        Mistake(f"{short}-no-gamma",
                f"gamma is missing: you return x + ({what}). Return x + gamma * ({what}), so that a new module changes "
                "nothing.",
                {ADDED: "x + gathered.reshape(x.shape)"}, hint=hint),
        Mistake(f"{short}-gamma-times-all",
                "gamma multiplies x too: if gamma is 0, nothing is left of x. It should multiply only the gathered "
                "features: x + gamma * (...).",
                {ADDED: "self.gamma * (x + gathered.reshape(x.shape))"}, hint=hint),
        Mistake(f"{short}-gamma-times-x",
                "gamma multiplies x, and the gathered features are added as they are. It should be the other way "
                "round: x + gamma * (...).",
                {ADDED: "self.gamma * x + gathered.reshape(x.shape)"}, hint=hint),
        Mistake(f"{short}-mixed",
                "You return a mixture, (1 - gamma) * x + gamma * (...). Here x should stay whole: x + gamma * (...).",
                {ADDED: "(1 - self.gamma) * x + self.gamma * gathered.reshape(x.shape)"}, hint=hint),
        Mistake(f"{short}-skipped-at-zero",
                "If gamma is 0, you return x alone. Then no gradient reaches gamma, and it stays 0 for good. Multiply "
                "by gamma whatever its value is.",
                {f"return {ADDED}": f"return {ADDED} if self.gamma.item() else x"}),
        Mistake(f"{short}-gamma-no-parameter",
                "Your module has no parameter for gamma. A plain tensor is not a parameter, so no optimiser would "
                "train it. Make an nn.Parameter of torch.zeros(1), in `__init__`.",
                {"nn.Parameter(torch.zeros(1))": "torch.zeros(1)"}),
        Mistake(f"{short}-returns-gathered",
                "You return the gathered features alone. Multiply them by gamma, and add them to x.",
                {ADDED: "gathered.reshape(x.shape)"}, hint=hint),
        Mistake(f"{short}-gate",
                "You multiply x by the gathered features, as a gate does. Add them instead: x + gamma * (...).",
                {ADDED: "x + x * self.gamma * gathered.reshape(x.shape)"}, hint=hint),
        Mistake(f"{short}-gamma-one",
                "Your gamma starts at 1. It should start at 0, torch.zeros(1), so that a new module changes nothing in "
                "the network around it.",
                {"torch.zeros(1)": "torch.ones(1)"}),
        Mistake(f"{short}-swapped-sides",
                "You reshape the gathered features to (B, C, W, H) and then swap the last two axes, so the numbers "
                "land at wrong positions. Reshape to (B, C, H, W), because positions are counted row by row.",
                {ADDED: "x + self.gamma * gathered.reshape(*x.shape[:2], x.shape[3], x.shape[2]).transpose(2, 3)"},
                hint=grid),
    )


def projections(short: str) -> tuple[Mistake, ...]:
    """What goes wrong with the three layers of position attention."""
    return (
        *families.bottleneck(short),
        Mistake(f"{short}-relu",
                "Your queries and keys go through a ReLU. Use the convolutions' outputs as they are.",
                {QUERIES: f"{QUERIES}.relu()", KEYS: f"{KEYS}.relu()"}),
        Mistake(f"{short}-no-bias",
                "Your 1x1 convolutions have no bias. Keep torch's default.",
                {layer: layer.replace(", 1)", ", 1, bias=False)") for layer in (QUERY_LAYER, KEY_LAYER, VALUE_LAYER)}),
        Mistake(f"{short}-values-reduced",
                "Your values have C // reduction channels, like queries and keys. They should keep all C channels, "
                "because their weighted mean is added to x.",
                {VALUE_LAYER: "self.value = nn.Conv2d(channels, hidden, 1)"}),
        Mistake(f"{short}-all-wide",
                "Your queries and keys have C channels. They should have C // reduction: fewer numbers are enough to "
                "compare positions.",
                {layer: layer.replace("hidden", "channels") for layer in (QUERY_LAYER, KEY_LAYER)}),
        Mistake(f"{short}-roles-exchanged",
                "Queries and keys have changed places, so row j of your map belongs to the key of position j. It "
                "should belong to the query of position j.",
                {"queries = self.query(x)": "queries = self.key(x)",
                 "keys = self.key(x).flatten(2)\n": "keys = self.query(x).flatten(2)\n"}),
    )
