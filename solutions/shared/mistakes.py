"""Mistakes that the catalogues of several topics have in common."""

from autograder.lessons.declare import Mistake

HIDDEN = "hidden_channels(channels, reduction)"  # as the references say it

INFINITE = ("Your sigmoid gives NaN for large scores. In float64 `exp` is infinite above 709, and then `exp(z) / (1 + "
            "exp(z))` divides infinity by infinity. Use `torch.sigmoid`.")
OVERFLOW = ("Your softmax gives NaN where the {} are large. In float64 `exp` is infinite above 709 and 0 below -746, "
            "so a row of such numbers cannot be divided by its sum. Use `softmax`, which subtracts the largest number "
            "of a row first.")
NOT_WHOLE = ("`channels / reduction` is a float, even if there is no remainder, and a layer takes only whole numbers. "
             "Divide with two slashes: channels // reduction.")
ATTENTION_DROPOUT = ("In training mode your attention drops some of its weights. ViT does that, but this module has no "
                     "dropout: training and eval mode should give the same result.")
ONLY_IN_EVAL = ("In training mode your module returns x as it is. It should compute its result in training mode as it "
                "does in eval mode.")


def detached(short: str, exercise: str, result: str, what: str,
             before: tuple[tuple[str, str], ...]) -> tuple[Mistake, ...]:
    """The module's result is detached, or its input is.

    result: the expression that it returns. what: the name of this result in a sentence.
    before: the edits that detach x before the first layer.
    """
    return (
        Mistake(f"{short}-detached", exercise,
                f"The numbers are right, but the {what} is detached, so no layer before it would ever learn. Leave out "
                "the `detach()`, `.data` or `no_grad()`.",
                ((f"return {result}", f"return ({result}).detach()"),)),
        Mistake(f"{short}-input-detached", exercise,
                "The numbers are right, and so are the gradients of the weights. But x is detached before your first "
                "layer, so no gradient reaches the layers before your module. Leave out the `detach()`, `.data` or "
                "`no_grad()`.",
                before),
    )


def bottleneck(short: str, exercise: str, default: int) -> tuple[Mistake, ...]:
    """What goes wrong with the hidden channels of a reference that calls `hidden_channels`.
    default: its reduction's default."""
    return (
        Mistake(f"{short}-no-error", exercise,
                "If channels // reduction is 0, your code builds the module without hidden channels. Raise a "
                "ValueError whose message names both numbers, channels and reduction.",
                ((HIDDEN, "channels // reduction"),)),
        Mistake(f"{short}-at-least-one", exercise,
                "If channels // reduction is 0, you silently take one hidden channel. Instead, raise a ValueError that "
                "names both numbers, channels and reduction.",
                ((HIDDEN, "max(1, channels // reduction)"),)),
        Mistake(f"{short}-rounded-up", exercise,
                "You round the hidden channels up. If the reduction does not divide the channels, round down: "
                "channels // reduction.",
                ((HIDDEN, "-(-channels // reduction)"),)),
        Mistake(f"{short}-float-width", exercise, NOT_WHOLE, ((HIDDEN, f"{HIDDEN} and channels / reduction"),)),
        Mistake(f"{short}-reduction-ignored", exercise,
                f"The argument `reduction` has no effect, because {default} is written in its place. Use the argument.",
                ((HIDDEN, f"hidden_channels(channels, {default})"),)),
    )


def naive_sigmoid(scores: str) -> str:
    """A sigmoid whose output overflows, as an expression."""
    return f"(lambda e: e / (1 + e))(torch.exp({scores}))"


def naive_softmax(scores: str, dim: int = -1) -> str:
    """A softmax whose output overflows, as an expression."""
    return f"(lambda e: e / e.sum(dim={dim}, keepdim=True))(torch.exp({scores}))"
