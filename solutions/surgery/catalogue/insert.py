"""What learners write for `insert`."""

from autograder.lessons.catalogue import Mistake, Wrong

COPY = "copied, probe = copy.deepcopy(network), copy.deepcopy(network).eval()"
CHANNELS, MODE = "make(shape[1] if len(shape) == 4 else shape[2]).to(outputs[name])", "module.train(modules[name].training)"
PLACE = "setattr(modules[parent], last, Behind(getattr(modules[parent], last), module))"
MISSING = 'raise ValueError(f"there is no module {name!r} in the network; the nearest is {near[0]!r}")'
NEITHER = """        if len(shape) not in (3, 4):
            raise ValueError(f"{name!r} gives neither a map (B, C, H, W) nor tokens (B, N, C)")
"""
SHAPE, END = 'shape = tuple(getattr(outputs.get(name), "shape", ()))', "    return copied\n"

RIGHT = {
    "by-a-class": """
import copy


class Behind(nn.Module):
    def __init__(self, old, module):
        super().__init__()
        self.old, self.module = old, module

    def forward(self, *args, **kwargs):
        return self.module(self.old(*args, **kwargs))


def insert(network, make, names, example):
    new, places = copy.deepcopy(network), {}
    for name in names:
        try:
            places[name] = new.get_submodule(name)
        except AttributeError:
            raise ValueError(f"no module {name}")
    given, modes = {}, {part: part.training for part in network.modules()}
    hooks = [network.get_submodule(name).register_forward_hook(lambda part, x, y, name=name: given.setdefault(name, y))
             for name in names]
    with torch.inference_mode():
        network.eval()(example)
    for hook in hooks:
        hook.remove()
    for part, mode in modes.items():
        part.training = mode
    for name, old in places.items():
        if not torch.is_tensor(given.get(name)) or given[name].ndim not in (3, 4):
            raise ValueError(f"{name} gives no map")
    for name in sorted(places, key=len, reverse=True):  # inner ones first
        extra = make(given[name].shape[1 if given[name].ndim == 4 else -1]).train(places[name].training)
        *above, last = name.split(".")
        setattr(new.get_submodule(".".join(above)), last, Behind(places[name], extra))
    return new
""",
    "a-class-made-by-type": {PLACE: "both = {'forward': lambda self, *inputs, **named: self[1](self[0](*inputs, **named))}\n"
                             "        pair = type('Both', (nn.Sequential,), both)\n        "
                             + PLACE.replace("Behind", "pair")},
}

MISTAKES = (
    Mistake("insert-no-copy", "The original has the module as well: you operate on the network itself, or on a "
            "`copy.copy`, which shares its layers. Use `copy.deepcopy`.",
            {COPY: "copied, probe = network, copy.deepcopy(network).eval()"}, hint=1),
    Mistake("insert-copy-at-the-end", "You copy the network after the operation, so the original has been operated on "
            "too.", {COPY: "copied, probe = network, copy.deepcopy(network).eval()",
                     END: "    return copy.deepcopy(copied)\n"}, hint=1),
    Mistake("insert-asked-in-training", "You ask the copy in its own mode, and in training mode its BatchNorms collect "
            "the statistics of your `example`, or refuse it. Ask a second copy, in eval mode.",
            {COPY: "copied = probe = copy.deepcopy(network)"}, hint=2),
    Mistake("insert-original-left-in-eval", "You ask the original in eval mode, and leave it there.",
            {COPY: "copied = copy.deepcopy(network)\n    probe = network.eval()"}, hint=2),
    Mistake("insert-one-module-for-all", "Modules of one width are one module, so they share their weights. Call "
            "`make` for each name.", {COPY: COPY + "\n    kept = {}", CHANNELS: "kept.get(shape[1:2]) or "
                                      + CHANNELS, MODE: MODE + "\n        kept[shape[1:2]] = module"}, hint=3),
    Mistake("insert-before", "Your module stands before the module of this name. It should stand behind it.",
            {PLACE: "setattr(modules[parent], last, nn.Sequential(module, getattr(modules[parent], last)))"}, hint=3),
    Mistake("insert-one-input", "`nn.Sequential` hands on one input, and some modules are called with more, such as a "
            "mask. Let a class of your own hand on everything.",
            {PLACE: "setattr(modules[parent], last, nn.Sequential(getattr(modules[parent], last), module))"}, hint=3),
    Mistake("insert-instead", "The module of this name is lost, because yours has taken its place. Put both "
            "into an `nn.Sequential`.", {PLACE: "setattr(modules[parent], last, module)"}, hint=3),
    Mistake("insert-looks-up-later", "You look up names after the network has changed: once `blocks.2` is wrapped, its "
            "part is `blocks.2.0.project`. Look all of them up first.",
            {PLACE: "setattr(copied.get_submodule(parent), last, Behind(copied.get_submodule(name), module))"},
            hint=3),
    Mistake("insert-tokens-are-counted", "You take the second axis for the channels of everything. Of tokens (B, N, C) "
            "it is their number.", {CHANNELS: "make(shape[1])"}, hint=2),
    Mistake("insert-width-of-the-map", "You take the last axis for the channels of everything. Of a map (B, C, H, W) it "
            "is the width.", {CHANNELS: "make(shape[-1])"}, hint=2),
    Mistake("insert-training-mode", "A new module is in training mode, even where the network is in eval mode. Give it "
            "the mode of the module before it.", {MODE: "pass"}, hint=3),
    Mistake("insert-eval-mode", "You put the new module into eval mode, even in a network that trains. Give it the "
            "mode of the module before it.", {MODE: "module.eval()"}, hint=3),
    Mistake("insert-networks-mode", "The new module gets the mode of the whole network. A part may have another one: "
            "take that of the module before it.", {MODE: "module.train(network.training)"}, hint=3),
)

WRONG = (
    Wrong("nothing-returned", {END: "    copied\n"}, says="returns an object of type NoneType"),
    Wrong("assert-name", {MISSING: "raise AssertionError(name)"}, says="AssertionError"),
)

EQUIVALENT = (  # of the example only the shape matters, and no question has a text, a dtype or two names of one module
    *(f"1: example {each}" for each in (
        "detached", "float32 on the way", "first of the batch for all", "mean of the batch for all", "clamped",
        "last two axes exchanged", "read in its order of memory", "a view taken", "its absolute value", "on the CPU")),
    *(f"3: {each}" for each in ("named_modules without remove_duplicate", "False -> True", "at most four", "each once")),
    *(f"4: names -> {each}{more}" for each in ("example", "make", "network") for more in ("", " (2)")),
    "4: without `names = [names] if isinstance(names, ...`", "4: never [names]", "4: names detached (2)", "4: list left out",
    "7: without not name", "8: arguments 0 and 1 of get_close_matches exchanged", "8: get_close_matches without 0",
    *(f"8: {each}" for each in ("without [1:]", "slice from the start", "1 -> 2", "1 -> 0", "1 -> 2 (2)")),
    "9: message without near[0]", "10: parameters _module and _inputs exchanged", "12: probe(example) detached",
    "12: example detached", "14: tuple left out", "16: message without numbers", "16: no message",
    "16: message without name",
    # no question has a map whose channels are last, because the page does not ask for that
    *(f"17: {each}" for each in (
        "0 -> -1", "0 -> 1", "4 -> 3", "4 -> 5", "4 -> 8", "Eq -> NotEq (2)", "example -> make", "example -> names",
        "example -> network", "example detached", "getattr without 0", "len left out",
        "never len(shape) == 4 == getattr(example, '...", "without getattr(example, 'ndim', 0)")),
    *(f"18: {each}" for each in (
        "Div -> FloorDiv", "Div -> Mult", "example detached", "example detached (2)",
        "only example.shape[2] of Div", "only example.shape[3] of Div", "operands of Div exchanged",
        "rounded to the nearest", "shape[2] -> shape[0]", "shape[2] -> shape[1]", "shape[2] -> shape[3]",
        "shape[3] -> shape[0]", "shape[3] -> shape[1]", "shape[3] -> shape[2]")),
    *(f"19: {each}" for each in (
        "1 -> 0", "1 -> 0 (2)", "1 -> 2", "1 -> 2 (2)", "2 -> 1", "2 -> 1 (2)", "2 -> 3", "2 -> 3 (2)",
        "2 -> 4 (2)", "3 -> 2", "Gt -> GtE", "GtE -> Gt", "Mult -> Add", "Mult -> Add (2)", "Mult -> Div",
        "Mult -> Div (2)", "Sub -> Add", "Sub -> Add (2)", "abs in place (2)", "abs left out", "abs left out (2)",
        "abs(shape[1] - shape[2] * form) detached", "an assert", "guard left out", "only form of Mult",
        "only form of Mult (2)", "only shape[1] of Sub", "only shape[2] * form of Sub", "only shape[2] of Mult",
        "only shape[2] of Sub", "only shape[3] * form of Sub", "only shape[3] of Mult", "operands of Sub exchanged",
        "operands of Sub exchanged (2)", "without [1]", "without [2] (2)",
        "without abs(shape[1] - shape[2] * form)", "without abs(shape[2] - shape[3] * form)")),
    *(f"20: {each}" for each in (
        "ValueError(f'{name!r} gives {shape}, ... detached", "message without name", "message without numbers",
        "message without shape", "no message", "printed, not raised", "raises Exception", "raises RuntimeError",
        "raises TypeError")),
    "21: to left out", "21: to, without the device", "25: in inference mode", "25: without gradients",
)
