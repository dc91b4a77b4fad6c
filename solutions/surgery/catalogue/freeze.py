"""What learners write for `freeze`."""

from autograder.lessons.catalogue import Mistake, Wrong

PARAMETERS = "parameter.requires_grad_(name.startswith(begins))"
STATISTICS = 'if getattr(module, "running_mean", None) is not None}'
HOOK, FLAG = "norm.register_forward_pre_hook(keep_statistics)", "norm.frozen = not name.startswith(begins)"
ONCE = 'if not hasattr(norm, "frozen"):'
RETURNED = "[name for name in parameters if name.startswith(begins)]"
UNKNOWN = "if not any(name.startswith(start) for name in [*parameters, *norms]):"

RIGHT = {
    "hooks-taken-away": """
class Keep:
    def __call__(self, norm, inputs):
        norm.eval()


def freeze(network, but):
    for start in but:
        if not [name for name, _ in network.named_parameters() if name.startswith(start)]:
            raise ValueError(f"{start} fits nothing")
    for module in network.modules():
        for number, hook in list(module._forward_pre_hooks.items()):
            if isinstance(hook, Keep):
                del module._forward_pre_hooks[number]
    names = []
    for name, parameter in network.named_parameters():
        parameter.requires_grad = any(name.startswith(start) for start in but)
        names += [name] if parameter.requires_grad else []
    for name, module in network.named_modules():
        if isinstance(module, nn.modules.batchnorm._NormBase) and module.track_running_stats:
            if not any(f"{name}.".startswith(start) for start in but):
                module.register_forward_pre_hook(Keep())
    return names
""",
    "with-handles": {ONCE: 'if hasattr(norm, "kept"):\n            norm.kept.remove()\n        if not name.startswith(begins):',
                     HOOK: "norm.kept = norm.register_forward_pre_hook(keep_statistics)", FLAG: "norm.frozen = True"},
}

MISTAKES = (
    Mistake("freeze-norms-forgotten", "Your frozen BatchNorms still collect statistics in training mode. Nothing of "
            "them is *trained*, and yet they change.", {HOOK: "pass"}, hint=1),
    Mistake("freeze-norms-eval-once", "You put the frozen BatchNorms into eval mode once, and the next "
            "`network.train()` puts them back. Make them go to eval mode each time they are used.",
            {FLAG: FLAG + "\n        norm.train(norm.training and not norm.frozen)", HOOK: "pass"}, hint=2),
    Mistake("freeze-own-train", "You replace the network's `train`. A copy then calls that of the original, and a part "
            "whose own `train()` is called moves. Give each norm a hook.",
            {HOOK: "pass", f"    return {RETURNED}": f"""    usual, still = network.train, [norm for norm in norms.values() if norm.frozen]

    def train(mode=True):
        usual(mode)
        for norm in still:
            norm.eval()
        return network

    network.train = train
    train(network.training)
    return {RETURNED}"""}, hint=2),
    Mistake("freeze-two-kinds", "Only BatchNorm1d and BatchNorm2d are frozen, and others collect statistics as well: "
            "BatchNorm3d, SyncBatchNorm, some InstanceNorms. All of them have a `running_mean`.",
            {STATISTICS: "if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))}"}, hint=1),
    Mistake("freeze-never-thaws", "A norm that was frozen once keeps its statistics for ever: your hook stays when "
            "`freeze` is called again. Let it look at something that `freeze` decides anew.",
            {FLAG: 'norm.frozen = getattr(norm, "frozen", False) or not name.startswith(begins)'}, hint=2),
    Mistake("freeze-hook-within", "Your hook is a function within `freeze`, so the frozen network can be neither saved "
            "by `torch.save(network)` nor sent to another process. Define it outside.",
            {HOOK: "norm.register_forward_pre_hook(lambda norm, inputs: keep_statistics(norm, inputs))"}, hint=3),
    Mistake("freeze-all-norms", "You freeze the statistics of all norms, also of those that are trained.",
            {FLAG: "norm.frozen = True"}, hint=2),
    Mistake("freeze-by-momentum", "A momentum of 0 keeps the statistics, but in training mode a norm *uses* those of "
            "the batch. So the frozen part computes something else than before.",
            {HOOK: "pass", FLAG: FLAG + "\n        norm.momentum = 0.0 if norm.frozen else 0.01"}, hint=2),
    Mistake("freeze-in", "You look for the text anywhere in the name (`in`), so `project` also frees the layers of "
            "every block. The name has to *begin* with it.",
            {PARAMETERS: "parameter.requires_grad_(any(each in name for each in but))", RETURNED:
             "[name for name, p in parameters.items() if p.requires_grad]", UNKNOWN:
             "if not any(start in name for name in parameters):", FLAG:
             "norm.frozen = not any(each in name for each in but)"}, hint=1),
    Mistake("freeze-the-other-way", "It is the other way round: what `but` names is trained, and the rest is frozen.",
            {PARAMETERS: "parameter.requires_grad_(not name.startswith(begins))"}, hint=1),
    Mistake("freeze-never-freed", "You freeze what is not named, but you never free what is: a parameter that was "
            "frozen before stays frozen.", {PARAMETERS: "parameter.requires_grad_(parameter.requires_grad and "
                                            "name.startswith(begins))"}, hint=1),
    Mistake("freeze-returns-frozen", "You return the names of what is frozen. Return those that are still trained.",
            {RETURNED: RETURNED.replace("if name", "if not name")}, hint=3),
    Mistake("freeze-unknown-in-silence", "A text with which no name begins, such as one with a typo, freezes everything "
            "in silence. Raise a ValueError that names it.", {UNKNOWN: "if False:"}, hint=3),
)

WRONG = (
    Wrong("list-of-starts", {PARAMETERS: "parameter.requires_grad_(name.startswith(but))"}, says="TypeError"),
)

EQUIVALENT = (
    "3: without the first", "3: without the last", "3: each once", "5: without the last", "5: each once",
    "6: message without next(iter(parameters), '')", "10: always not hasattr(norm, 'frozen')", "13: each once",
)
