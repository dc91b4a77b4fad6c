"""What learners write for `grad_cam`."""

from autograder.lessons.catalogue import Mistake, Wrong

SUM = "(weights * seen[0]).sum(1).relu().detach()"
MEAN = "weights = gradient.mean((2, 3), keepdim=True)"
SCORE = "scores[:, target].sum()"
GRADIENT = f"(gradient,) = torch.autograd.grad({SCORE}, seen[0])"
ASKED = "scores = network(x.detach().clone().requires_grad_())"
RESTORED = """        for module, training in modes.items():
            module.training = training
"""
REMOVED = "        hook.remove()\n"

RIGHT = {
    "einsum": """
def grad_cam(network, layer, x, target):
    kept = {}

    def keep(module, inputs, output):
        kept["map"] = output
        output.register_hook(lambda gradient: kept.__setitem__("gradient", gradient))

    was = [(module, module.training) for module in network.modules()]
    hook = layer.register_forward_hook(keep)
    network.eval()
    picture = x.clone().detach()
    picture.requires_grad = True
    score = network(picture)[:, target].sum()
    torch.autograd.grad(score, picture)
    hook.remove()
    for module, training in was:
        module.training = training
    weights = kept["gradient"].mean(dim=(-2, -1))
    return torch.einsum("bc,bchw->bhw", weights, kept["map"].detach()).clamp(min=0)
""",
    "one-by-one": """
def grad_cam(network, layer, x, target):
    modes = [module.training for module in network.modules()]
    network.eval()
    maps = []
    for image in x:
        seen = []
        hook = layer.register_forward_hook(lambda module, inputs, output: seen.append(output))
        scores = network(image[None].detach().requires_grad_(True))
        hook.remove()
        features = seen[0]
        gradient = torch.autograd.grad(scores[0, target], features)[0]
        weighted = features[0] * gradient[0].mean(dim=2, keepdim=True).mean(dim=1, keepdim=True)
        maps.append(F.relu(weighted.sum(dim=0)))
    for module, mode in zip(network.modules(), modes):
        module.training = mode
    return torch.stack(maps).detach()
""",
}

MISTAKES = (
    Mistake("cam-no-relu", "Your map has negative numbers, where the features speak *against* the class. The ReLU at "
            "the end removes them.", {".relu()": ""}, hint=3),
    Mistake("cam-relu-first", "The ReLU comes before the sum over the channels. It should come after it: what some "
            "channels say against the class has to be taken off first.",
            {SUM: "(weights * seen[0]).relu().sum(1).detach()"}, hint=3),
    Mistake("cam-absolute", "You take the absolute value, so what speaks against the class looks like what speaks for "
            "it. Use a ReLU.", {".relu()": ".abs()"}, hint=3),
    Mistake("cam-weights-from-map", "Your weights are the means of the map. They should be the means of the "
            "*gradient*: a channel counts as much as the score depends on it. So your map is the same for every class.",
            {MEAN: "weights = seen[0].mean((2, 3), keepdim=True)"}, hint=2),
    Mistake("cam-no-weights", "You sum the map over its channels without any weights, so your picture is the same for "
            "every class.", {SUM: "seen[0].sum(1).relu().detach()"}, hint=2),
    Mistake("cam-gradient-times-map", "You multiply gradient and map position by position. In Grad-CAM a channel has "
            "one weight: the mean of its gradient over all positions.", {MEAN: "weights = gradient"}, hint=2),
    Mistake("cam-gradient-alone", "You show the gradient, not the map that it weights.",
            {SUM: "gradient.sum(1).relu().detach()"}, hint=2),
    Mistake("cam-sum-of-gradient", "You sum the gradient over the positions. Take the mean.",
            {"gradient.mean(": "gradient.sum("}, hint=2),
    Mistake("cam-mean-over-channels", "You take the mean over the channels. Take the sum.",
            {".sum(1).relu()": ".mean(1).relu()"}, hint=3),
    Mistake("cam-channel-axis", "Your map has an axis of one channel: (B, 1, H', W'). Return (B, H', W').",
            {".sum(1).relu()": ".sum(1, keepdim=True).relu()"}, hint=3),
    Mistake("cam-normalised", "You divide by the largest number. Return the map as it is, so that two maps can be "
            "compared; a picture may be scaled later.",
            {SUM: "(weights * seen[0]).sum(1).relu().detach() / (weights * seen[0]).sum(1).relu().amax((1, 2), "
                  "keepdim=True).detach()"}, hint=3),
    Mistake("cam-resized", "You resize the map to the picture. Return it at the size of the layer's map.",
            {f"return {SUM}": "cam = (weights * seen[0]).sum(1, keepdim=True).relu().detach()\n"
             '    return nn.functional.interpolate(cam, x.shape[2:], mode="bilinear")[:, 0]'}, hint=3),
    Mistake("cam-probability", "You take the gradient of the probability. It should be that of the score, before the "
            "softmax: a probability of nearly 1 has hardly any gradient.",
            {SCORE: "scores.softmax(1)[:, target].sum()"}, hint=2),
    Mistake("cam-top-class", "You always take the class with the highest score. Take the class `target`.",
            {SCORE: "scores.amax(1).sum()"}, hint=1),
    Mistake("cam-first-picture", "You take the score of the first picture only, so the other maps are zero.",
            {SCORE: "scores[0, target]"}, hint=1),
    Mistake("cam-mean-of-scores", "You take the mean of the scores over the batch, so every map is divided by the "
            "number of pictures. Take their sum.", {SCORE: "scores[:, target].mean()"}, hint=1),
    Mistake("cam-input-of-layer", "You keep what goes into the layer, not what comes out of it.",
            {"lambda _module, _inputs, output: seen.append(output)":
             "lambda _module, inputs, _output: seen.append(inputs[0])"}, hint=1),
    Mistake("cam-backward", "`backward()` adds to the gradients of all parameters, which the network's owner may be "
            "collecting. `torch.autograd.grad` returns the one that you want, and leaves all others alone.",
            {GRADIENT: f"seen[0].retain_grad()\n    {SCORE}.backward()\n    gradient = seen[0].grad"}, hint=1),
    Mistake("cam-zero-grad", "You set the network's gradients to zero, but they may belong to somebody. "
            "`torch.autograd.grad` needs no zeroing.",
            {GRADIENT: f"network.zero_grad()\n    {GRADIENT}"}, hint=1),
    Mistake("cam-left-in-eval", "You leave the network in eval mode. Note the mode of each module before, and put it "
            "back.", {RESTORED: ""}, hint=3),
    Mistake("cam-all-one-mode", "You put the whole network back into one mode. Parts of it may have been in another one "
            "(a frozen BatchNorm is): note the mode of each module.",
            {RESTORED: "        network.train(training)\n",
             "modes = {module: module.training for module in network.modules()}": "training = network.training"},
            hint=3),
    Mistake("cam-in-training-mode", "You ask the network in the mode that it is in. In training mode, BatchNorm uses "
            "the batch and changes its statistics: ask in eval mode.", {"        network.eval()\n": ""}, hint=3),
    Mistake("cam-unfreezes", "You set `requires_grad` of the network's parameters, and so you unfreeze a frozen "
            "network. A gradient of the *input* is enough to get one at the layer.",
            {"    try:\n": "    network.requires_grad_(True)\n    try:\n"}, hint=2),
    Mistake("cam-hook-stays", "Your hook stays at the layer, and keeps every map that will ever be computed. Remove "
            "it.", {REMOVED: ""}, hint=1),
    Mistake("cam-with-graph", "Your map still holds the graph, and with it all maps of the network. Detach it.",
            {".relu().detach()": ".relu()"}, hint=3),
)

WRONG = (
    Wrong("no-gradient-of-the-input", {ASKED: "scores = network(x)"}, says="RuntimeError"),
)

EQUIVALENT = (
    "1: x detached", "1: x read in its order of memory", "1: x a view taken", "1: x on the CPU",
    "3: parameters _module and _inputs exchanged", "4: each once", "7: clone left out",
    "7: x.detach().clone() detached", "7: detach left out", "7: x.detach() detached", "12: without [0]", "12: 0 -> -1",
    "13: gradient.mean((2, 3), keepdim=True) detached", "14: 0 -> -1", "14: detached", "14: without gradients",
    "14: in inference mode", "14: (weights * seen[0]).sum(1) detached", "14: a tensor without device added",
    "14: made of plain numbers", "14: relu twice", "14: relu -> torch.relu(x)", "14: relu in place",
)
