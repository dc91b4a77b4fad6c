"""What learners write for `freeze`."""

from autograder.lessons.catalogue import Mistake, Wrong

PARAMETERS = "parameter.requires_grad_(name.startswith(tuple(but)))"
NORMS = 'if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and not f"{name}.".startswith(tuple(but)):'
HOOK = "module.register_forward_pre_hook(keep)"
LOOP = f"""    for name, module in network.named_modules():
        {NORMS}
            {HOOK}
"""
RETURNED = "[name for name, parameter in network.named_parameters() if parameter.requires_grad]"

RIGHT = {
    "train-overridden": """
def freeze(network, but):
    def begins(name):
        return any(name.startswith(start) for start in but)

    for name, parameter in network.named_parameters():
        parameter.requires_grad = begins(name)
    for name, module in network.named_modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and not begins(name + ".weight"):
            module.eval()
            module.train = lambda mode=True, norm=module: norm
    return [name for name, parameter in network.named_parameters() if begins(name)]
""",
    "networks-own-train": """
def freeze(network, but):
    names = []
    for name, parameter in network.named_parameters():
        mine = False
        for start in but:
            mine = mine or name[:len(start)] == start
        parameter.requires_grad_(mine)
        if mine:
            names.append(name)
    frozen = [module for name, module in network.named_modules()
              if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and f"{name}.bias" not in names]
    usual = network.train

    def train(mode=True):
        usual(mode)
        for norm in frozen:
            norm.eval()
        return network

    network.train = train
    train(network.training)
    return names
""",
}

MISTAKES = (
    Mistake("freeze-norms-forgotten", "Your frozen BatchNorms still collect statistics in training mode. Nothing of "
            "them is *trained*, and yet they change.", {LOOP: ""}, hint=1),
    Mistake("freeze-norms-eval-once", "You put the frozen BatchNorms into eval mode once, and the next "
            "`network.train()` puts them back. Make them go to eval mode each time they are used.",
            {HOOK: "module.eval()"}, hint=2),
    Mistake("freeze-all-norms", "You freeze the statistics of all BatchNorms, also of those that are trained.",
            {' and not f"{name}.".startswith(tuple(but))': ""}, hint=2),
    Mistake("freeze-by-momentum", "A momentum of 0 keeps the statistics, but in training mode a BatchNorm *uses* those "
            "of the batch. So the frozen part computes something else than before.",
            {HOOK: "module.momentum = 0.0"}, hint=2),
    Mistake("freeze-without-statistics", "Without `track_running_stats`, a BatchNorm uses the batch's statistics as "
            "soon as it trains. Put it into eval mode instead.",
            {HOOK: "module.track_running_stats = False"}, hint=2),
    Mistake("freeze-in", "You look for the text anywhere in the name (`in`), so `project` also frees the layers of "
            "every block. The name has to *begin* with it.",
            {PARAMETERS: "parameter.requires_grad_(any(each in name for each in but))",
             NORMS: "if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and not any(each in f\"{name}.\" "
                    "for each in but):"}, hint=1),
    Mistake("freeze-whole-parts", "You compare whole parts of the name, so `blocks.3.expand` frees nothing. The name "
            "only has to begin with the text.",
            {PARAMETERS: 'parameter.requires_grad_(name.split(".")[0] in but or "" in but)',
             NORMS: "if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and not (name.split(\".\")[0] in but "
                    'or "" in but):'}, hint=1),
    Mistake("freeze-the-other-way", "It is the other way round: what `but` names is trained, and the rest is frozen.",
            {PARAMETERS: "parameter.requires_grad_(not name.startswith(tuple(but)))"}, hint=1),
    Mistake("freeze-never-freed", "You freeze what is not named, but you never free what is: a parameter that was "
            "frozen before stays frozen.", {PARAMETERS: "if not name.startswith(tuple(but)):\n"
                                            "            parameter.requires_grad_(False)"}, hint=2),
    Mistake("freeze-only-first", "Only the first text in `but` counts.",
            {PARAMETERS: "parameter.requires_grad_(name.startswith(tuple(but[:1])))",
             "not f\"{name}.\".startswith(tuple(but)):": 'not f"{name}.".startswith(tuple(but[:1])):'}),
    Mistake("freeze-weights-only", "You freeze weights and leave the biases free.",
            {PARAMETERS: 'parameter.requires_grad_(name.startswith(tuple(but)) or name.endswith("bias"))'}),
    Mistake("freeze-returns-frozen", "You return the names of what is frozen. Return those that are still trained.",
            {RETURNED: RETURNED.replace("if parameter", "if not parameter")}, hint=3),
    Mistake("freeze-returns-but", "You return what you were given. Return the names of the parameters that are still "
            "trained, so that one sees at once if a text matched nothing.", {RETURNED: "list(but)"}, hint=3),
    Mistake("freeze-only-returns", "The names are right, but nothing is frozen: set `requires_grad` of each "
            "parameter.", {PARAMETERS: "pass", RETURNED:
                           "[name for name, _ in network.named_parameters() if name.startswith(tuple(but))]"}, hint=1),
    Mistake("freeze-returns-nothing", "Nothing is returned. Return the names of the parameters that are still trained.",
            {f"return {RETURNED}": "return None"}, hint=3),
)

WRONG = (
    Wrong("hook-returns", {"        norm.eval()\n": "        return norm.eval()\n"}, says="AttributeError"),
    Wrong("list-of-starts", {PARAMETERS: "parameter.requires_grad_(name.startswith(but))"}, says="TypeError"),
)

EQUIVALENT = (
    "10: each once",
)
