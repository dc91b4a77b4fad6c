"""What learners write for `insert`."""

from autograder.lessons.catalogue import Mistake, Wrong

COPY = "copied = copy.deepcopy(network)"
MADE = 'module = make(block.hidden_channels if where == "depthwise" else block.out_channels)'
BRANCH, DEPTHWISE = "block.project.append(module)", "block.depthwise.append(module)"
AFTER = "copied.blocks[number] = nn.Sequential(block, module)"
PLACE, RANGE = "if where not in PLACES:", "if not 0 <= number < len(copied.blocks):"
MODE = "module.train(block.training)"
SETTINGS = 'PLACES = ("branch", "depthwise", "after")\n\n\n'

RIGHT = {
    "by-a-class": """
import copy


class Behind(nn.Module):
    def __init__(self, block, module):
        super().__init__()
        self.block, self.module = block, module

    def forward(self, x):
        return self.module(self.block(x))


def insert(network, make, where, blocks):
    part = {"branch": "project", "depthwise": "depthwise", "after": None}
    if where not in list(part):
        raise ValueError(f"place {where!r}")
    count = len(network.blocks)
    if wrong := [i for i in blocks if i not in range(count)]:
        raise ValueError(f"blocks {wrong} of {count}")
    new = copy.deepcopy(network)
    for i in blocks:
        old = new.blocks[i]
        extra = make(old.hidden_channels if where == "depthwise" else old.out_channels).train(old.training)
        if part[where] is None:
            new.blocks[i] = Behind(old, extra)
        else:
            setattr(old, part[where], nn.Sequential(getattr(old, part[where]), extra))
    return new
""",
    "by-hooks": """
import copy


def insert(network, make, where, blocks):
    if where not in ("branch", "depthwise", "after"):
        raise ValueError(where)
    result = copy.deepcopy(network)
    for i in blocks:
        if i >= len(result.blocks):
            raise ValueError(f"block {i}: there are only {len(result.blocks)}")
        block = result.blocks[i]
        channels = {"branch": block.out_channels, "depthwise": block.hidden_channels, "after": block.out_channels}
        module = make(channels[where])
        at = {"branch": block.project, "depthwise": block.depthwise, "after": block}[where]
        at.extra = module  # so that it belongs to the network
        if where != "after":
            at.__class__ = Passing
        else:
            at.__class__ = PassingBlock
        module.training = network.training
    return result


class Passing(nn.Sequential):
    def forward(self, x):
        for name, layer in self.named_children():
            if name != "extra":
                x = layer(x)
        return self.extra(x)


class PassingBlock(nn.Module):
    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return self.extra(x + y if self.shortcut else y)
""",
}

MISTAKES = (
    Mistake("insert-no-copy", "The original has the module as well: you operate on the network itself, or on a "
            "`copy.copy`, which shares its layers. Use `copy.deepcopy`.", {COPY: "copied = network"}, hint=1),
    Mistake("insert-copy-at-the-end", "You copy the network after the operation, so the original has been operated on "
            "too.", {COPY: "copied = network", "    return copied\n": "    return copy.deepcopy(copied)\n"}, hint=1),
    Mistake("insert-one-module-for-all", "Every block gets the same module, so all of them share one set of weights. "
            "Call `make` for each block.", {COPY: COPY + "\n    kept = {}", MADE:
             'channels = block.hidden_channels if where == "depthwise" else block.out_channels\n'
             "        module = kept.setdefault(channels, None) or make(channels)\n        kept[channels] = module"},
            hint=2),
    Mistake("insert-cloned-module", "You make one module and copy it into the other blocks of this width, so all of "
            "them start with the same random weights. Call `make` for each block.",
            {COPY: COPY + "\n    kept = {}", MADE:
             'channels = block.hidden_channels if where == "depthwise" else block.out_channels\n'
             "        kept[channels] = kept.get(channels) or make(channels)\n"
             "        module = copy.deepcopy(kept[channels])"}, hint=2),
    Mistake("insert-depthwise-before-norm", "Your module stands between the depthwise convolution and its BatchNorm, "
            "where all later layers of the unit get new numbers, and with them new names. Put it last in the unit.",
            {DEPTHWISE: "block.depthwise.insert(1, module)"}, hint=2),
    Mistake("insert-before-branch-norm", "Your module stands before the BatchNorm of the branch. Put it last in the "
            "branch, behind the BatchNorm.", {BRANCH: "block.project.insert(1, module)"}, hint=2),
    Mistake("insert-before-depthwise", '"depthwise" is behind the depthwise unit; your module stands before it.',
            {DEPTHWISE: "block.depthwise.insert(0, module)"}, hint=2),
    Mistake("insert-branch-is-after", '"branch" is before the sum. Your module stands behind it, where it changes what '
            "the shortcut carries too.", {BRANCH: AFTER}, hint=2),
    Mistake("insert-after-is-branch", '"after" is behind the sum. Your module stands in the branch, so the shortcut '
            "goes around it.", {AFTER: "block.project.append(module)"}, hint=3),
    Mistake("insert-before-block", '"after" is behind the block; your module stands before it.',
            {AFTER: "copied.blocks[number] = nn.Sequential(module, block)",
             MADE: 'module = make({"depthwise": block.hidden_channels, "branch": block.out_channels, "after": '
                   "(block.expand[0] if len(list(block.expand.children())) else "
                   "block.depthwise[0]).in_channels}[where])"}, hint=3),
    Mistake("insert-training-mode", "A new module is in training mode, even in a network that is in eval mode. Give it "
            "the mode of its block.", {MODE: "pass"}, hint=3),
    Mistake("insert-eval-mode", "You put the new module into eval mode, even in a network that trains. Give it the "
            "mode of its block.", {MODE: "module.eval()"}, hint=3),
    Mistake("insert-whole-network-eval", "You put the whole copy into eval mode. It should be in the mode of the "
            "original.", {"    return copied\n": "    return copied.eval()\n"}, hint=3),
    Mistake("insert-only-the-first", "Only the first block gets a module: your `return` stands within the loop.",
            {"    return copied\n": "        return copied\n    return copied\n"}),
    Mistake("insert-unknown-place", "A place that does not exist raises no ValueError. What would your code do with "
            'a misspelt "brunch"?', {PLACE: "if False:"}),
    Mistake("insert-by-part-of-word", "You compare the place with a text by `in`, and then a part of a word passes. "
            "Compare it with a tuple of the three words.",
            {PLACE: 'if not isinstance(where, str) or where not in "branch depthwise after":'}),
    Mistake("insert-skips-unknown-blocks", "A block that the network does not have is skipped in silence. Raise a "
            "ValueError that names it.",
            {f'{RANGE}\n            raise ValueError(f"there is no block {{number}}; the network has '
             '{len(copied.blocks)}")': f"{RANGE}\n            continue"}),
    Mistake("insert-index-error", "A block that the network does not have raises an IndexError from within torch. "
            "Raise a ValueError that names it.", {RANGE: "if False:"}),
)

WRONG = (
    Wrong("nothing-returned", {"    return copied\n": "    copied\n"}, says="returns an object of type NoneType"),
    Wrong("same-channels", {MADE: "module = make(block.out_channels)"}, says="RuntimeError"),
    Wrong("assert-place", {f"{PLACE}\n        raise ValueError(f\"{{where!r}} is no place; the places are "
                           "{', '.join(PLACES)}\")": "assert where in PLACES"}, says="AssertionError"),
)

EQUIVALENT = (
    "3: message without numbers", "3: no message", "3: message without where", "3: message without ', '.join(PLACES)",
    "6: without 0", "6: 0 -> -1", "7: message without len(copied.blocks)",
)
