"""External Attention: how each exercise of 07a_external is called.

Without eps, or with another one, a row of weights changes by about 1e-9 divided by its sum of shares. So wherever eps
keeps its default, there are either at least three times as many slots as tokens, and that is less than rounding, or
tokens far below the others, and it is everything.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, call
from autograder.lessons.sizes import Construct

# a softmax of such numbers is one-hot, so that its gradients say nothing
TOO_LARGE = {"large": True, "gradients": False}


def scaled(shape: tuple[int, ...], scale: float, **more: Any) -> Case:
    """A call with random numbers of this size. more: other fields of Case."""
    return Case(args=(RandomTensor(shape, scale=scale),), **more)


# --- double_normalize
def logits(words: str = "", scale: float = 1.0, eps: float | None = None, by_name: bool = True, gradients: bool = True,
           **fixed: int) -> Size:
    """Batch, tokens and slots all different, except for those that are fixed.
    eps: the second argument, where it is given.

    The slots are so many that even 1e-9, added to a weight, is seen.
    """
    def size(r: Random) -> Case:
        tokens, batch = r.sample(range(3, 6), 2)
        shape = {"b": batch, "n": tokens, "s": 9 * tokens + r.randint(0, 4)} | fixed
        case = scaled(tuple(shape.values()), scale, label=words, gradients=gradients)
        if eps is None:
            return case
        return replace(case, kwargs={"eps": eps}) if by_name else replace(case, args=(*case.args, eps))

    return size


BELOW = "tokens so far below the others that eps counts"  # their shares are about as small as it is
ONE_FAR_BELOW = "a token far below the others"  # divided by their sum alone, its weights would be 0 / 0
NORMALIZE = Exercise("double_normalize", sizes=(
    logits(), logits("another eps", eps=0.1), logits("another eps, as the second argument", eps=0.5, by_name=False),
    logits("an eps of 0", eps=0.0), logits(BELOW, scale=12.0, n=12, s=2, gradients=False), logits("one token", n=1),
    logits("one slot", s=1, eps=0.1), logits("a batch of one", b=1),
    logits("as many tokens as slots", n=5, s=5, eps=0.2),
    logits("many tokens", b=2, n=150, eps=0.1), logits("more tokens than slots", n=9, s=4, eps=0.05),
    logits("many slots", b=2, s=90),
    logits("small numbers", scale=0.05), logits("larger numbers", scale=4.0, eps=0.1),
    lambda r: replace(logits(ONE_FAR_BELOW, scale=1e3, n=9, s=2)(r), **TOO_LARGE),
), visible=(
    call((2, 3, 30)),  # so many slots that even 1e-9, added to a weight, is seen
    replace(call((2, 5, 3)), kwargs={"eps": 0.1}, label="eps=0.1"),
    Case(args=(RandomTensor((1, 4, 2)), 0.5), label="a batch of one, 0.5 as the second argument"),
    call((3, 1, 4), label="one token"), replace(call((2, 5, 1)), kwargs={"eps": 0.1}, label="one slot, eps=0.1"),
    replace(call((4, 4, 4)), kwargs={"eps": 0.2}, label="all sizes alike, eps=0.2"),
    scaled((2, 12, 2), 12.0, label=BELOW, gradients=False),
    scaled((2, 9, 2), 1e3, label=ONE_FAR_BELOW, **TOO_LARGE),
), small=call((2, 3, 10)), large=1.5, overflow=1e3)


# --- ExternalAttention
Tokens = Callable[[Random], tuple[int, int]]  # draws a batch and a number of tokens


def batch_and_tokens(r: Random) -> tuple[int, int]:
    return tuple(r.sample(range(3, 8), 2))


TOKENS: dict[str, Tokens] = {  # what is special about them, in words; the first is ordinary
    "": batch_and_tokens,
    "a batch of one": lambda r: (1, r.randint(4, 8)),
    "one token": lambda r: (r.randint(2, 4), 1),
    "many tokens": lambda r: (2, r.randint(30, 40)),
    "as many images as tokens": lambda r: (4, 4),
}


def on_tokens(words: str, tokens: Tokens, of: Callable[[Random], Construct], scale: float = 1.0, **fields: Any) -> Size:
    """A module on tokens. of: draws the module's arguments, dim first or by name."""
    def size(r: Random) -> Case:
        construct = of(r)
        dim = construct["dim"] if isinstance(construct, dict) else construct[0]
        return scaled((*tokens(r), dim), scale, construct=construct, label=words, **fields)

    return size


def memory(r: Random) -> Construct:
    """A width and a number of slots, by name or by place."""
    dim, slots = r.randint(9, 13), r.randint(21, 29)
    return {"dim": dim, "memory_size": slots} if r.random() < 0.5 else (dim, slots)


def many(r: Random) -> Construct:
    return {"dim": r.randint(5, 8), "memory_size": r.randint(110, 130)}


def default(r: Random) -> Construct:
    return {"dim": r.randint(9, 13)}


EXTERNAL = Exercise("ExternalAttention", sizes=(
    *(on_tokens(words, tokens, many if words == "many tokens" else memory) for words, tokens in TOKENS.items()),
    on_tokens("the default memory size", batch_and_tokens, default),
    on_tokens("as many slots as channels", lambda r: (4, 3), lambda r: (9, 9)),
    on_tokens("few channels", batch_and_tokens, lambda r: {"memory_size": 40, "dim": 2}),
    on_tokens(BELOW, lambda r: (3, 12), lambda r: (r.randint(5, 8), 2), scale=12.0, gradients=False),
    on_tokens(ONE_FAR_BELOW, lambda r: (3, 12), lambda r: (r.randint(5, 8), 2), scale=1e4, **TOO_LARGE),
), visible=(
    call((2, 3, 4), of={"dim": 4, "memory_size": 10}), call((2, 3, 6), of={"dim": 6}, label="the default memory size"),
    call((1, 4, 5), of=(5, 13), label="a batch of one"),
    call((3, 1, 4), of={"dim": 4, "memory_size": 3}, label="one token"),
    call((2, 3, 10), of=(10, 10), label="as many slots as channels"),
    scaled((2, 12, 4), 1e4, construct={"dim": 4, "memory_size": 2}, label=ONE_FAR_BELOW, **TOO_LARGE),
), small=call((2, 3, 4), of={"dim": 4, "memory_size": 10}), uses=("double_normalize",), large=1.5, overflow=1e4)


# --- attention_cost
def counted(words: str, *args: int, **named: int) -> Case:
    return Case(words, args, named)


def three(r: Random) -> tuple[int, int, int]:
    return r.randint(100, 5000), *r.sample(range(16, 300), 2)


COST = Exercise("attention_cost", sizes=(
    lambda r: counted("", *three(r)), lambda r: counted("by name",
                                                        **dict(zip(("n", "dim", "memory_size"), three(r),
                                                                   strict=True))),
    lambda r: counted("other numbers", *three(r)), lambda r: counted("one token", 1, *three(r)[1:]),
    lambda r: counted("one slot", *three(r)[:2], 1),
    lambda r: counted("more slots than tokens", r.randint(5, 50), *three(r)[1:]),
    lambda r: counted("an odd number everywhere", *(2 * r.randint(10, 90) + 1 for _ in range(3))),
    lambda r: counted("very many tokens", 10 ** 6 + r.randint(1, 10 ** 6), *three(r)[1:]),
), visible=(
    counted("", 144, 32, 64), counted("as many tokens as slots", 64, 16, 64), counted("one token", 1, 8, 5),
    counted("more slots than tokens", 7, 3, 9), counted("by name", n=9216, dim=64, memory_size=48),
))


# --- MultiHeadExternalAttention
def heads(r: Random) -> Construct:
    """Heads, their width, the expansion and the slots, all different."""
    count, width, expansion = r.sample((2, 3, 4, 5), 3)
    given = {"dim": count * width, "num_heads": count, "expansion": expansion, "memory_size": r.randint(21, 29)}
    return given if r.random() < 0.5 else tuple(given.values())


MULTI = Exercise("MultiHeadExternalAttention", sizes=(
    *(on_tokens(words, tokens, heads) for words, tokens in TOKENS.items() if words != "many tokens"),
    on_tokens("many tokens", lambda r: (2, 30), lambda r: (6, 2, 2, 100)),
    on_tokens("all defaults", batch_and_tokens, lambda r: (8 * r.randint(2, 3),)),
    on_tokens("one head, not expanded", batch_and_tokens, lambda r: {"dim": r.randint(5, 9), "num_heads": 1,
                                                                     "expansion": 1,
                                                                      "memory_size": 22}),
    on_tokens("one head", batch_and_tokens, lambda r: {"dim": r.randint(5, 9), "num_heads": 1, "memory_size": 21}),
    on_tokens("heads of one channel", batch_and_tokens, lambda r: (4, 4, 3, 26), scale=0.2),
    on_tokens("one slot, many channels", lambda r: (1, 40), lambda r: (240, 2, 1, 1)),  # some number is above 3
    on_tokens(BELOW, lambda r: (3, 12), lambda r: (6, 2, 2, 2), scale=12.0, gradients=False),
    on_tokens("not expanded", batch_and_tokens,
              lambda r: {"dim": 12, "num_heads": 3, "expansion": 1, "memory_size": 23}),
    on_tokens("as many heads as tokens", lambda r: (2, 6), lambda r: (9, 3, 2, 24)),
    on_tokens(ONE_FAR_BELOW, lambda r: (3, 12), lambda r: (6, 2, 2, 2), scale=1e4, **TOO_LARGE),
), visible=(
    call((2, 3, 4), of={"dim": 4, "num_heads": 2, "expansion": 3, "memory_size": 10}),
    call((2, 3, 8), of=(8,), gradients=False, label="all defaults"),
    call((1, 4, 6), of=(6, 3, 2, 13), label="a batch of one"),
    call((2, 3, 3), of={"dim": 3, "num_heads": 1, "expansion": 1, "memory_size": 11}, label="one head, not expanded"),
    call((2, 4, 4), of={"dim": 4, "num_heads": 2, "expansion": 2, "memory_size": 14}, label="as many heads as tokens"),
    scaled((2, 12, 4), 1e4, construct={"dim": 4, "num_heads": 2, "expansion": 2, "memory_size": 2}, label=ONE_FAR_BELOW,
           **TOO_LARGE),
), small=call((2, 3, 4), of={"dim": 4, "num_heads": 2, "expansion": 3, "memory_size": 10}), uses=("double_normalize",),
large=1.5,
    overflow=1e4)

EXERCISES = (NORMALIZE, EXTERNAL, COST, MULTI)
REPAIR = Repair("ExhibitA", like=EXTERNAL, edits={
    "softmax(dim=-1)": "softmax(dim=1)", "sum(dim=1, keepdim=True)": "sum(dim=2, keepdim=True)"})
USED_LATER = {"ExternalAttention": ("mk",), "MultiHeadExternalAttention": ("expand", "mk")}
