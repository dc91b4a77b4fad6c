"""Surgery: how each exercise of e4_surgery is called.

The arguments are networks, so each case goes through a trial (attention_lab/checking/ask/trials.py), which makes the
network from a number. All cases of hidden checks have numbers of their own.
"""

from random import Random
from typing import Any

from attention_lab.checking.ask.trials import SHORT, TWICE, UNKNOWN, WRONG_SHAPE
from autograder.lessons.declare import Case, Exercise, Size
from autograder.lessons.sizes import other_words

BLOCKS = 5  # of the small networks


def trial(name: str, words: str, *args: Any, raises: tuple[int, ...] | None = None, **fields: Any) -> Case:
    return Case(words, args, fields, gradients=False, trial=name, raises=raises)


def seed(r: Random) -> int:
    return r.randint(1, 99)


# --- insert
def into(words: str, where: str, blocks: list[int] | int, **fields: Any) -> Size:
    """blocks: their numbers, or how many are drawn."""
    def size(r: Random) -> Case:
        chosen = sorted(r.sample(range(BLOCKS), blocks)) if isinstance(blocks, int) else blocks
        return trial("insert", words, where, chosen, seed(r), **fields)

    return size


OTHER_PLACES = other_words("branch", "depthwise", "after")
PLACES = {"branch": "at the end of a branch", "depthwise": "behind the depthwise unit", "after": "behind the sum"}
INSERT = Exercise("insert", sizes=(
    *(into(f"one module {words}", where, 1) for where, words in PLACES.items()),
    *(into(f"two modules {words}", where, 2) for where, words in PLACES.items()),
    into("two blocks of the same width", "branch", [3, 4]),
    into("blocks that do not come in order", "after", [4, 1, 2]),
    into("every block", "depthwise", 5), into("every block, behind the sum", "after", 5), into("no block", "branch", 0),
    into("a network in training mode", "branch", 2, training=True),
    into("a network in training mode, behind the sum", "after", 2, training=True),
), refuses=(
    lambda r: trial("insert", "a place that is another word", "head", [1], seed(r), raises=()),
    *(lambda r, words=words, word=word: trial("insert", f"a place that is {words}", word, [1], seed(r), raises=())
      for words, word in OTHER_PLACES.items()),
    lambda r: trial("insert", "a block that is one too far", "branch", [1, 5], seed(r), raises=(5,)),
    lambda r: trial("insert", "a block that is far too far", "after", [far := r.randint(20, 90)], seed(r),
                    raises=(far,)),
), visible=(
    *(trial("insert", f"block 3, {words}", where, [3], 1) for where, words in PLACES.items()),
    *(trial("insert", f"blocks 0 and 2, {words}", where, [0, 2], 2) for where, words in PLACES.items()),
    trial("insert", "two blocks of the same width", "branch", [3, 4], 3),
    trial("insert", "blocks that do not come in order", "after", [4, 1], 3),
    trial("insert", "a network in training mode", "depthwise", [1], 1, training=True),
    trial("insert", "no block", "branch", [], 1),
    trial("insert", "block 5 of a network that has blocks 0 to 4", "branch", [1, 5], 1, raises=(5,)),
))


# --- identity_start
def wrapped(words: str, kind: str) -> Size:
    return lambda r: trial("identity_start", words, kind, r.randint(3, 7), seed(r))


IDENTITY = Exercise("identity_start", sizes=(
    wrapped("around a gate", "gate"), wrapped("around a convolution", "convolution"),
    wrapped("around another gate", "gate"), wrapped("around another convolution", "convolution"),
), visible=(
    trial("identity_start", "around a gate of 4 channels", "gate", 4, 1),
    trial("identity_start", "around a convolution of 3 channels", "convolution", 3, 2),
))


# --- load_by_key
def loaded(words: str, spoilt: list[str], prefix: str = "", renamed: bool = True, **fields: Any) -> Size:
    return lambda r: trial("load_by_key", words, prefix, renamed, spoilt, seed(r), **fields)


LOAD = Exercise("load_by_key", sizes=(
    loaded("a wrapped block, renamed", []), loaded("a wrapped block, not renamed", [], renamed=False),
    loaded("a beginning to take away", [], "module."), loaded("entries of another shape", [WRONG_SHAPE]),
    loaded("an entry less", [SHORT]), loaded("an unknown entry", [UNKNOWN]),
    loaded("everything at once", [WRONG_SHAPE, SHORT, UNKNOWN], "net."),
    loaded("another shape, not renamed", [WRONG_SHAPE, UNKNOWN], renamed=False),
), refuses=(
    loaded("two entries of one place", [TWICE], raises=()),
    loaded("two entries of one place, and an unknown entry", [TWICE, UNKNOWN], "module.", raises=()),
), visible=(
    trial("load_by_key", "block 1 is wrapped, and rename knows it", "", True, [], 1),
    trial("load_by_key", "block 1 is wrapped, and rename does not know it", "", False, [], 2),
    trial("load_by_key", "two entries of another shape", "module.", True, [WRONG_SHAPE], 1),
    trial("load_by_key", "one entry less", "module.", True, [SHORT], 2),
    trial("load_by_key", "one unknown entry", "module.", True, [UNKNOWN], 1),
))


# --- freeze
BUT = {"only the head": ["head"], "two beginnings": ["fc.", "blocks.2.project.2."], "nothing": [],
       "a text that stands in the middle of names": ["project"], "a layer of a block": ["blocks.3.expand"],
       "a part that was frozen before": ["blocks.1", "fc"], "everything": [""]}


def unfrozen(words: str) -> Size:
    return lambda r: trial("freeze", words, BUT[words], seed(r))


FREEZE = Exercise("freeze", sizes=tuple(map(unfrozen, BUT)),
                  visible=tuple(trial("freeze", f"{words}: but = {but}", but, 1) for words, but in BUT.items()))


EXERCISES = (INSERT, IDENTITY, LOAD, FREEZE)
