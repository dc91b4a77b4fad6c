"""What learners write for `freeze`."""

from autograder.lessons.catalogue import Mistake, Wrong

PARAMETERS, BEGINS = "entry.requires_grad_(id(entry) in chosen)", "if name.startswith(begins)}"
STATISTICS = 'if getattr(norm, "running_mean", None) is not None:'
HOOK, DECIDED = "norm.register_forward_pre_hook(keep_statistics)", "chosen.isdisjoint(map(id, norm.state_dict(keep_vars=True).values()))"
FLAG, ONCE = f"norm.statistics_are_kept = {DECIDED}", 'if not hasattr(norm, "statistics_are_kept"):'
RETURNED = "[name for name, parameter in network.named_parameters() if parameter.requires_grad]"
UNKNOWN = "if not any(name.startswith(start) for name in entries):"

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
    for name, parameter in network.named_parameters():
        parameter.requires_grad = any(name.startswith(start) for start in but)
    for name, module in network.named_modules():
        if isinstance(module, nn.modules.batchnorm._NormBase) and module.track_running_stats:
            if not any(f"{name}.".startswith(start) for start in but):
                module.register_forward_pre_hook(Keep())
    return [name for name, parameter in network.named_parameters() if parameter.requires_grad]
""",
    "with-handles": {ONCE: f'if hasattr(norm, "kept"):\n                norm.kept.remove()\n            if {DECIDED}:',
                     HOOK: "norm.kept = norm.register_forward_pre_hook(keep_statistics)", FLAG: FLAG.replace(DECIDED, "True")},
}

MISTAKES = (
    Mistake("freeze-norms-forgotten", "Your frozen BatchNorms still collect statistics in training mode. Nothing of "
            "them is *trained*, and yet they change.", {HOOK: "pass"}, hint=1),
    Mistake("freeze-norms-eval-once", "You put the frozen BatchNorms into eval mode once, and the next "
            "`network.train()` puts them back. Make them go to eval mode each time they are used.",
            {FLAG: FLAG + "\n            norm.train(norm.training and not norm.statistics_are_kept)", HOOK: "pass"}, hint=2),
    Mistake("freeze-own-train", "You replace the network's `train`. A copy then calls that of the original, and a part "
            "whose own `train()` is called moves. Give each norm a hook.",
            {HOOK: "pass", f"    return {RETURNED}": f"""    usual, still = network.train, [norm for norm in network.modules() if getattr(norm, "statistics_are_kept", False)]

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
            {STATISTICS: "if isinstance(norm, (nn.BatchNorm1d, nn.BatchNorm2d)):"}, hint=1),
    Mistake("freeze-never-thaws", "A norm that was frozen once keeps its statistics for ever: your hook stays when "
            "`freeze` is called again. Let it look at something that `freeze` decides anew.",
            {FLAG: FLAG.replace(" = ", ' = getattr(norm, "statistics_are_kept", False) or ')}, hint=2),
    Mistake("freeze-hook-within", "Your hook is a function within `freeze`, so the frozen network can be neither saved "
            "by `torch.save(network)` nor sent to another process. Define it outside.",
            {HOOK: "norm.register_forward_pre_hook(lambda norm, inputs: keep_statistics(norm, inputs))"}, hint=3),
    Mistake("freeze-all-norms", "You freeze the statistics of all norms, also of those that are trained.",
            {FLAG: FLAG.replace(DECIDED, "True")}, hint=2),
    Mistake("freeze-by-momentum", "A momentum of 0 keeps the statistics, but in training mode a norm *uses* those of "
            "the batch. So the frozen part computes something else than before.",
            {HOOK: "pass", FLAG: FLAG + "\n            norm.momentum = 0.0 if norm.statistics_are_kept else 0.01"}, hint=2),
    Mistake("freeze-in", "You look for the text anywhere in the name (`in`), so `project` also frees the layers of "
            "every block. The name has to *begin* with it.",
            {BEGINS: "if any(each in name for each in but)}", UNKNOWN: "if not any(start in name for name in entries):"},
            hint=1),
    Mistake("freeze-the-other-way", "It is the other way round: what `but` names is trained, and the rest is frozen.",
            {PARAMETERS: "entry.requires_grad_(id(entry) not in chosen)"}, hint=1),
    Mistake("freeze-never-freed", "You freeze what is not named, but you never free what is: a parameter that was "
            "frozen before stays frozen.", {PARAMETERS: "entry.requires_grad_(entry.requires_grad and "
                                            "id(entry) in chosen)"}, hint=1),
    Mistake("freeze-returns-frozen", "You return the names of what is frozen. Return those that are still trained.",
            {RETURNED: RETURNED.replace("if parameter", "if not parameter")}, hint=3),
    Mistake("freeze-unknown-in-silence", "A text with which no name begins, such as one with a typo, freezes everything "
            "in silence. Raise a ValueError that names it.", {UNKNOWN: "if False:"}, hint=3),
)

WRONG = (
    Wrong("list-of-starts", {BEGINS: "if name.startswith(but)}"}, says="TypeError"),
)

EQUIVALENT = (
    "2: never (but,)", "2: but -> network", "2: but -> network (2)", "4: without the last", "4: each once", "14: each once",
    "5: message without next(iter(entries), '')", "6: each once", "11: always not hasattr(norm, 'statistics_are_kept')",
)
