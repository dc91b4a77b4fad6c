"""Mistakes that the catalogues of several topics have in common."""

from autograder.declare import Mistake


def detached(short: str, exercise: str, result: str, what: str, before: tuple[tuple[str, str], ...]) -> tuple[Mistake, ...]:
    """What a module returns is detached, or what it reads. result: the expression that it returns; what: its name in a sentence;
    before: the edits that detach x in front of the first layer."""
    return (
        Mistake(f"{short}-detached", exercise,
                f"The numbers are right, but the {what} is detached (`detach()`, `.data` or `no_grad()`): nothing in it would ever learn.",
                ((f"return {result}", f"return ({result}).detach()"),)),
        Mistake(f"{short}-input-detached", exercise,
                "The numbers are right, and so are the gradients of the weights, but x is detached before the first layer: no gradient "
                "flows back to the network in front.",
                before),
    )
