"""Surgery: how each exercise of e4_surgery is called.

The arguments are networks, so each case goes through a trial (attention_lab/checking/ask/trials.py), which makes the
network from a number. All cases of hidden checks have numbers of their own.
"""

from random import Random
from typing import Any

from attention_lab.checking.ask.trials import SHORT, TWICE, TWICE_IN_NAME, UNKNOWN, WRONG_SHAPE
from autograder.lessons.declare import Case, Exercise, Repair, Size

BLOCKS = 5  # of the small networks


def trial(name: str, words: str, *args: Any, raises: tuple[int, ...] | None = None, **fields: Any) -> Case:
    return Case(words, args, fields, gradients=False, trial=name, raises=raises)


def seed(r: Random) -> int:
    return r.randint(1, 99)


def drawn(*sizes: Size) -> tuple[Case, ...]:
    """The cases that learners hold, of numbers of their own."""
    return tuple(size(Random(100 + place)) for place, size in enumerate(sizes))


# --- insert
def into(words: str, *names: str, **fields: Any) -> Size:
    """names: of modules; a star is a block's number, which is drawn."""
    def size(r: Random) -> Case:
        drawn = iter(r.sample(range(BLOCKS), BLOCKS))
        return trial("insert", words, [name.replace("*", str(next(drawn))) if "*" in name else name for name in names],
                     seed(r), **fields)

    return size


EVERY = [f"blocks.{number}" for number in range(BLOCKS)]
TOKENS = {"kind": "tokens"}
PLACES = (
    into("at the end of a branch", "blocks.*.project"), into("behind a depthwise unit", "blocks.*.depthwise"),
    into("behind a block", "blocks.*"), into("behind a norm", "blocks.*.project.1"), into("behind the head", "head"),
    into("two of the same width", "blocks.3.project", "blocks.4.project"),
    into("names that do not come in order", "blocks.4", "head", "blocks.1"),
    into("a module and a part of it", "blocks.2", "blocks.2.project"), into("every block", *EVERY), into("no name"),
    into("a network in training mode, whose blocks are in eval mode", "blocks.*", "head", training=True),
    into("a network in training mode", "stem.0", "head.1", training=True),
    into("tokens", "blocks", **TOKENS), into("tokens, behind a layer that gets two inputs", "mix", **TOKENS),
    into("tokens, and a map", "blocks.2", "norm", training=True, **TOKENS),
)
NO_PLACES = (
    lambda r: trial("insert", "a block that is not there", [f"blocks.{(far := r.randint(20, 90))}.project"], seed(r),
                    raises=(far,)),
    into("a part that is not there", "blocks.3", "blocks.3.branch", raises=(3,)),
    into("a layer that gives two tensors", "pair", raises=(), **TOKENS), into("scores", "fc", raises=(), **TOKENS),
    into("a layer that is never used", "spare", raises=(), **TOKENS),
)
INSERT = Exercise("insert", sizes=PLACES, refuses=NO_PLACES, visible=drawn(*PLACES, *NO_PLACES))


# --- identity_start
def wrapped(words: str, kind: str) -> Size:
    return lambda r: trial("identity_start", words, kind, r.randint(3, 7), seed(r))


WRAPPED = (wrapped("around a gate", "gate"), wrapped("around a convolution", "convolution"),
           wrapped("around a layer of tokens", "tokens"), wrapped("in half precision", "half"))
IDENTITY = Exercise("identity_start", sizes=WRAPPED, visible=drawn(*WRAPPED))


# --- load_by_key
def loaded(words: str, spoilt: list[str], prefix: str = "", renamed: bool = True, **fields: Any) -> Size:
    return lambda r: trial("load_by_key", words, prefix, renamed, spoilt, seed(r), **fields)


FITTED = (
    loaded("a wrapped block, renamed", []), loaded("a wrapped block, not renamed", [], renamed=False),
    loaded("a beginning to take away", [], "module."), loaded("entries of another shape", [WRONG_SHAPE], "module."),
    loaded("an entry less", [SHORT]), loaded("an unknown entry", [UNKNOWN]),
    loaded("two entries of one place, of which one has another shape", [TWICE_IN_NAME]),
    loaded("two entries of one place, what is left after the ValueError", [TWICE], refused=True),
    loaded("everything at once", [WRONG_SHAPE, SHORT, UNKNOWN], "net."),
    loaded("another shape, not renamed", [WRONG_SHAPE, UNKNOWN], renamed=False),
)
LOAD = Exercise("load_by_key", sizes=FITTED, refuses=(
    loaded("two entries of one place", [TWICE], raises=()),
    loaded("two entries of one place, and an unknown entry", [TWICE, UNKNOWN], "module.", raises=()),
), visible=drawn(*FITTED[:8]))


# --- freeze
BUT = {"only the head": ["head"], "two beginnings": ["fc.", "blocks.2.project.2."], "nothing": [],
       "a layer of a block": ["blocks.3.expand"], "the first parameter": ["stem.0.weight"],
       "a part that was frozen before": ["blocks.1", "fc"], "everything": [""]}
NORM = "blocks.2.project.2.norms."
AGAIN = {"thawed": ([""], {"before": ["fc"]}), "another choice": (["blocks.1"], {"before": [NORM]}),
         "copied afterwards": ([NORM], {"way": "copied"}), "saved and loaded": ([NORM], {"way": "saved"}),
         "thawed, and saved": (["blocks"], {"before": ["fc"], "way": "saved"})}


def unfrozen(words: str, but: list[str], **fields: Any) -> Size:
    return lambda r: trial("freeze", words, but, seed(r), **fields)


KEPT = (*(unfrozen(words, but) for words, but in BUT.items()),
        *(unfrozen(words, but, **fields) for words, (but, fields) in AGAIN.items()))
NOTHING = (unfrozen("a block that is not there", ["head", "blocks.57."], raises=(57,)),
           unfrozen("a text that stands in the middle of names", ["project"], raises=()))
FREEZE = Exercise("freeze", sizes=KEPT, refuses=NOTHING, visible=drawn(*KEPT, *NOTHING))


EXERCISES = (INSERT, IDENTITY, LOAD, FREEZE)
REPAIR = Repair("exhibit_a", like=INSERT, edits={
    "before = copied.training": "before = {module: module.training for module in copied.modules()}",
    "copied.train(before)": "for module, mode in before.items():\n        module.training = mode"})
