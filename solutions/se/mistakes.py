"""Known mistakes, correct variants and equivalent mutants of 01_se.
Each mistake is the reference with one thing changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, NOT_WHOLE, naive_sigmoid

# What the reference says, and most mistakes replace.
MEAN = "x.mean(dim=(2, 3))"
GATE = "torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))"
PRODUCT = "x * self.excitation(squeeze(x))[:, :, None, None]"
SUM = "2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction"
# What it does about a bottleneck without channels.
GUARD = """if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        """

MISTAKES = (
    # --- squeeze
    Mistake("squeeze-keeps-axes", "squeeze",
            "Your squeeze keeps the two axes of size 1, (B, C, 1, 1). A squeezed image has one number per channel, so "
            "return (B, C). Leave out `keepdim=True`, or add `flatten(1)` after a pooling layer.",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True)"),)),
    Mistake("squeeze-maximum", "squeeze",
            "Your squeeze takes the largest value of each channel. SE takes the mean.",
            ((MEAN, "x.amax(dim=(2, 3))"),)),
    Mistake("squeeze-sum", "squeeze",
            "Your squeeze adds up the positions without dividing by their number, so the result depends on the size "
            "of the image. Divide the sum by H * W, or take the mean.",
            ((MEAN, "x.sum(dim=(2, 3))"),)),
    Mistake("squeeze-over-batch", "squeeze",
            "Your squeeze averages over the batch too, so the images of a batch get the same numbers. Average over "
            "axes 2 and 3 only.",
            ((MEAN, "x.mean(dim=(0, 2, 3)).expand(x.shape[0], -1)"),)),
    Mistake("squeeze-over-channels", "squeeze",
            "Your squeeze averages over the channels and keeps the positions. It should be the other way round: "
            "average over H and W, so that each channel keeps a number of its own.",
            ((MEAN, "x.mean(dim=1).flatten(1)"),)),
    Mistake("squeeze-over-channels-map", "squeeze",
            "Your squeeze averages over the channels and keeps the positions. It should be the other way round: "
            "average over H and W, so that each channel keeps a number of its own.",
            ((MEAN, "x.mean(dim=1)"),)),
    Mistake("squeeze-one-axis", "squeeze",
            "Your squeeze averages over only one of the two spatial axes. Average over both, H and W.",
            ((MEAN, "x.mean(dim=2)"),)),
    Mistake("squeeze-one-axis-width", "squeeze",
            "Your squeeze averages over only one of the two spatial axes. Average over both, H and W.",
            ((MEAN, "x.mean(dim=3)"),)),
    Mistake("squeeze-drops-all-ones", "squeeze",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis, and a map of "
            "one channel loses its channel axis. Use `flatten(1)`, name the axes to remove, or average over dim=(2, 3) "
            "without `keepdim`.",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True).squeeze()"),)),
    Mistake("squeeze-square-window", "squeeze",
            "Your squeeze treats the map as square, because it uses the height for both sides. Feature maps are often "
            "not square: average over H and over W.",
            ((MEAN, "x.sum(dim=(2, 3)) / x.shape[2] ** 2"),)),
    Mistake("squeeze-square-window-width", "squeeze",
            "Your squeeze treats the map as square, because it uses the width for both sides. Feature maps are often "
            "not square: average over H and over W.",
            ((MEAN, "x.sum(dim=(2, 3)) / x.shape[3] ** 2"),)),
    Mistake("squeeze-no-gradient", "squeeze",
            "The numbers are right, but no gradient flows back, so nothing before the squeeze could learn. Leave out "
            "the `detach()`, `.data` or `no_grad()` that cuts the graph.",
            ((MEAN, "x.detach().mean(dim=(2, 3))"),)),
    Mistake("squeeze-float32", "squeeze",
            "The numbers are right, but they come back as float32, whatever the input's dtype is. Leave out any "
            "`.float()`. If you make a new tensor, write `torch.zeros(..., dtype=x.dtype, device=x.device)`.",
            ((MEAN, "x.mean(dim=(2, 3)).float()"),), grain="float32"),

    Mistake("squeeze-torch-method", "squeeze",
            "`x.squeeze()` is torch's method: it removes axes of size 1 and averages nothing. Here you need the mean "
            "over H and W.",
            ((MEAN, "x.squeeze()"),)),
    Mistake("squeeze-reshaped", "squeeze",
            "You turn x into (B, H * W, C) with `reshape` or `view`. Neither of them swaps axes, so each of your "
            "means mixes numbers of several channels. Flatten H and W with `x.flatten(2)`, then take the mean over "
            "the last axis.",
            ((MEAN, "x.reshape(x.shape[0], -1, x.shape[1]).mean(dim=1)"),)),

    Mistake("squeeze-divides-and-multiplies", "squeeze",
            "Your numbers are W² times too large: `/ h * w` divides by H and then multiplies by W. Divide by the "
            "product, `/ (h * w)`.",
            ((MEAN, "x.sum(dim=(2, 3)) / x.shape[2] * x.shape[3]"),)),
    Mistake("squeeze-channels-and-rows", "squeeze",
            "Your squeeze averages over axes 1 and 2, the channels and the rows. Axes are counted from 0, so H and W "
            "are 2 and 3.",
            ((MEAN, "x.mean(dim=(1, 2))"),)),

    # --- Excitation
    Mistake("excitation-softmax", "Excitation",
            "Your gate ends in a softmax, so the channels compete and their weights sum to 1. With 512 channels, the "
            "average weight is only 1/512. SE uses a sigmoid: each channel is opened or closed on its own.",
            ((GATE, "torch.softmax(self.fc2(torch.relu(self.fc1(z))), dim=-1)"),)),
    Mistake("excitation-no-sigmoid", "Excitation",
            "The sigmoid at the end is missing: your weights can be any real numbers, even negative ones. A gate lies "
            "between 0 and 1.",
            ((GATE, "self.fc2(torch.relu(self.fc1(z)))"),)),
    Mistake("excitation-no-relu", "Excitation",
            "The ReLU between the two layers is missing. Without it, the two matrices amount to one matrix of low "
            "rank, and the hidden layer adds nothing.",
            ((GATE, "torch.sigmoid(self.fc2(self.fc1(z)))"),)),
    Mistake("excitation-sigmoid-twice", "Excitation",
            "Both layers end in a sigmoid. The hidden layer takes a ReLU; the sigmoid is for the gate alone.",
            (("torch.relu(self.fc1(z))", "torch.sigmoid(self.fc1(z))"),)),
    Mistake("excitation-activations-swapped", "Excitation",
            "You have swapped the two activations: the ReLU belongs after `fc1`, and the sigmoid after `fc2`.",
            ((GATE, "torch.relu(self.fc2(torch.sigmoid(self.fc1(z))))"),)),
    Mistake("excitation-relu-at-end", "Excitation",
            "There is a ReLU right before the sigmoid, so every weight is 0.5 or more and the gate can no longer "
            "close. Leave that ReLU out.",
            ((GATE, "torch.sigmoid(torch.relu(self.fc2(torch.relu(self.fc1(z)))))"),)),
    Mistake("excitation-double-sigmoid", "Excitation",
            "The sigmoid is applied twice, so all your weights lie between 0.5 and 0.73. Such a gate can neither "
            "open nor close: apply the sigmoid once.",
            ((GATE, f"torch.sigmoid({GATE})"),)),
    Mistake("excitation-relu-late", "Excitation",
            "The ReLU comes after the second layer. It belongs between the two: fc1, ReLU, fc2, sigmoid.",
            ((GATE, "torch.sigmoid(torch.relu(self.fc2(self.fc1(z))))"),)),
    Mistake("excitation-gelu", "Excitation",
            "Your hidden layer uses a GELU. SE has a ReLU there.",
            (("torch.relu(self.fc1(z))", "nn.functional.gelu(self.fc1(z))"),)),
    Mistake("excitation-leaky-relu", "Excitation",
            "The hidden layer lets part of every negative number through (a leaky ReLU). SE has a plain ReLU there.",
            (("torch.relu(self.fc1(z))", "nn.functional.leaky_relu(self.fc1(z))"),)),
    Mistake("excitation-complement", "Excitation",
            "Your gate is 1 minus SE's gate, so it closes the channels that should be open and opens the others. "
            "Return the sigmoid's output as it is.",
            ((GATE, f"1 - {GATE}"),)),
    Mistake("excitation-tanh", "Excitation",
            "Your gate ends in a tanh, so weights can be negative and flip a channel's sign. A gate ends in a sigmoid.",
            ((GATE, "torch.tanh(self.fc2(torch.relu(self.fc1(z))))"),)),
    Mistake("excitation-hard-sigmoid", "Excitation",
            "Your gate ends in the piecewise linear `hardsigmoid`. SE's gate ends in the smooth sigmoid.",
            ((GATE, "nn.functional.hardsigmoid(self.fc2(torch.relu(self.fc1(z))))"),)),
    Mistake("excitation-applies-gate", "Excitation",
            "Your Excitation multiplies its input by the gate. Return the gate itself; the SE block applies it to "
            "the image.",
            ((GATE, f"z * {GATE}"),)),
    Mistake("excitation-four-axes", "Excitation",
            "Your gate has shape (B, C, 1, 1). Here it should stay (B, C). The SE block adds the two axes when it "
            "applies the gate.",
            ((GATE, f"{GATE}[:, :, None, None]"),)),
    Mistake("excitation-bias", "Excitation",
            "Your two layers have biases. SE's layers have none: pass `bias=False`, and the parameter count becomes 2 "
            "* C * C / r.",
            (("nn.Linear(channels, hidden, bias=False)", "nn.Linear(channels, hidden)"),
             ("nn.Linear(hidden, channels, bias=False)", "nn.Linear(hidden, channels)"))),
    Mistake("excitation-fixed-reduction", "Excitation",
            "The hidden width is channels // 16 whatever `reduction` is. Use the argument.",
            (("hidden = channels // reduction", "hidden = max(1, channels // 16)"),)),
    Mistake("excitation-fixed-reduction-guarded", "Excitation",
            "The hidden width is channels // 16 whatever `reduction` is. Use the argument.",
            (("if not 1 <= reduction <= channels", "if channels // 16 == 0"),
             ("hidden = channels // reduction", "hidden = channels // 16"))),
    Mistake("excitation-hidden-is-reduction", "Excitation",
            "The hidden layer has `reduction` channels. The reduction is a divisor, so the width should be "
            "channels // reduction.",
            (("hidden = channels // reduction", "hidden = reduction"),)),
    Mistake("excitation-rounds-up", "Excitation",
            "The hidden width is rounded up if the reduction does not divide the channels. Round down: channels // "
            "reduction.",
            (("hidden = channels // reduction", "hidden = -(-channels // reduction)"),)),
    Mistake("excitation-rounds-to-nearest", "Excitation",
            "The hidden width is rounded to the nearest integer if the reduction does not divide the channels. "
            "Round down: channels // reduction.",
            (("hidden = channels // reduction", "hidden = round(channels / reduction)"),)),
    Mistake("excitation-refuses-remainders", "Excitation",
            "Your ValueError refuses too much. A reduction that does not divide the number of channels is allowed: "
            "the hidden width is then rounded down. Only a hidden width of 0 is an error.",
            (("if not 1 <= reduction <= channels", "if channels % reduction"),)),
    Mistake("excitation-refuses-one", "Excitation",
            "Your ValueError refuses too much: if channels equals reduction, one hidden unit is left. Only a hidden "
            "width of 0 is an error.",
            (("if not 1 <= reduction <= channels", "if channels <= reduction"),)),
    Mistake("excitation-at-least-one", "Excitation",
            "A hidden width of 0 is silently made 1. channels=8 with reduction=16 is almost certainly a typo: "
            "raise a ValueError that names both numbers.",
            ((GUARD, ""), ("hidden = channels // reduction", "hidden = max(1, channels // reduction)"))),
    Mistake("excitation-no-error", "Excitation",
            "channels // reduction can be 0, and torch then builds layers without any hidden unit. The gate stays at "
            "0.5 forever. Raise a ValueError that names both numbers.",
            ((GUARD, ""),)),
    Mistake("excitation-wrong-axis", "Excitation",
            "Your gate goes through a softmax over the batch: images of one batch compete with each other. Use "
            "a sigmoid.",
            ((GATE, "torch.softmax(self.fc2(torch.relu(self.fc1(z))), dim=0)"),)),
    Mistake("excitation-detached", "Excitation",
            "The numbers are right, but the gate is detached: neither layer would ever learn. Leave out the "
            "`detach()` (or `.data`, or `no_grad()`).",
            ((GATE, f"{GATE}.detach()"),)),
    Mistake("excitation-changes-input", "Excitation",
            "Your forward changes its input: an in-place ReLU or `*=` is applied to the input itself. Apply it to "
            "the output of the hidden layer.",
            (("torch.relu(self.fc1(z))", "torch.relu(self.fc1(z.relu_()))"),)),
    Mistake("excitation-float-width", "Excitation", NOT_WHOLE, (("hidden = channels // reduction",
                                                                 "hidden = channels / reduction"),)),
    Mistake("excitation-exp", "Excitation", INFINITE, ((GATE, naive_sigmoid("self.fc2(torch.relu(self.fc1(z)))")),)),

    Mistake("excitation-layers-in-forward", "Excitation",
            "Your module has no parameters at all. Make the two layers in `__init__` and keep them as attributes, "
            "`self.fc1 = ...`. A layer that is made in `forward` is a new one on every call, with random weights, and "
            "no optimiser ever trains it.",
            (("hidden = channels // reduction", "self.channels, self.hidden = channels, channels // reduction"),
             ("        self.fc1 = nn.Linear(channels, hidden, bias=False)\n", ""),
             ("        self.fc2 = nn.Linear(hidden, channels, bias=False)\n", ""),
             (f"return {GATE}", """fc1 = nn.Linear(self.channels, self.hidden, bias=False).to(z)
        fc2 = nn.Linear(self.hidden, self.channels, bias=False).to(z)
        return torch.sigmoid(fc2(torch.relu(fc1(z))))"""))),

    # --- SEBlock
    Mistake("se-returns-gate", "SEBlock",
            "Your block returns the gate. Multiply the image by it: each channel of x by its own weight.",
            ((PRODUCT, "self.excitation(squeeze(x))[:, :, None, None]"),)),
    Mistake("se-shortcut", "SEBlock",
            "Your block adds the input to the gated input. SE returns the product alone; the shortcut belongs to the "
            "residual block around it.",
            (("return x * self", "return x + x * self"),)),
    Mistake("se-added", "SEBlock",
            "Your block adds the gate to the image. A gate multiplies.",
            (("return x * self", "return x + self"),)),
    Mistake("se-double-sigmoid", "SEBlock",
            "The gate goes through a second sigmoid, which keeps every weight between 0.5 and 0.73. Excitation ends "
            "in a sigmoid already, so leave yours out.",
            (("self.excitation(squeeze(x))[", "torch.sigmoid(self.excitation(squeeze(x)))["),)),
    Mistake("se-maximum", "SEBlock",
            "Your block squeezes with the maximum. SE takes the mean over H and W.",
            (("squeeze(x)", "x.amax(dim=(2, 3))"),)),
    Mistake("se-reduction-dropped", "SEBlock",
            "You build Excitation without `reduction`, so Excitation uses its default, 16. Pass `reduction` on.",
            (("Excitation(channels, reduction)", "Excitation(channels)"),)),
    Mistake("se-arguments-swapped", "SEBlock",
            "Your block passes `channels` and `reduction` to Excitation in the wrong order. Excitation takes the "
            "channels first.",
            (("Excitation(channels, reduction)", "Excitation(reduction, channels)"),)),
    Mistake("se-not-squeezed", "SEBlock",
            "Your block gives the image itself, (B, C, H, W), to its excitation, which takes one number per "
            "channel, (B, C). Squeeze x first.",
            (("self.excitation(squeeze(x))[:, :, None, None]", "self.excitation(x)"),)),
    Mistake("se-one-axis-too-few", "SEBlock",
            "Your gates have three axes, (B, C, 1). The image has four axes, so the gates need one more axis of size "
            "1: (B, C, 1, 1).",
            (("[:, :, None, None]", "[:, :, None]"),)),
    Mistake("se-over-batch", "SEBlock",
            "Your block squeezes over the batch too, so every image gets the gate of the whole batch. Average over H "
            "and W only, so that an image's result does not depend on the other images.",
            (("squeeze(x)", "squeeze(x).mean(0, keepdim=True).expand(len(x), -1)"),)),
    Mistake("se-first-image", "SEBlock",
            "The gate of the first image is used for the whole batch. Each image has its own: keep the batch axis "
            "when you reshape.",
            (("[:, :, None, None]", "[:1, :, None, None]"),)),
    Mistake("se-in-place", "SEBlock",
            "Your block multiplies its input in place (`x *= ...`): code that reads x afterwards, such as a shortcut, "
            "finds it changed. Write `x * ...`.",
            ((f"return {PRODUCT}", f"{PRODUCT.replace('*', '*=')}\n        return x"),)),
    Mistake("se-gate-detached", "SEBlock",
            "The numbers are right, but the gate is detached, so the excitation would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            (("squeeze(x))[", "squeeze(x)).detach()["),)),
    Mistake("se-squeeze-detached", "SEBlock",
            "The numbers are right, and so are the gradients of the weights. But x reaches the gate through a "
            "`detach()`, so the gradient of x lacks the path through the squeeze. Leave the `detach()` out.",
            (("squeeze(x)", "squeeze(x.detach())"),)),
    Mistake("se-image-detached", "SEBlock",
            "The numbers are right, but the image is detached before the product, so the gradient reaches x through "
            "the gate alone. Leave out the `detach()` or `.data`.",
            ((PRODUCT, "x.detach() * self.excitation(squeeze(x))[:, :, None, None]"),)),
    Mistake("se-remembers-gate", "SEBlock",
            "The gate of the first call is kept and used again for the next image. Compute a new gate in every call of "
            "`forward`.",
            ((f"return {PRODUCT}", """if not hasattr(self, "gate"):
            self.gate = self.excitation(squeeze(x))
        return x * self.gate[:, :, None, None]"""),)),
    Mistake("se-gate-on-width", "SEBlock",
            "The gates multiply the columns of the image: in (B, 1, 1, C), C lines up with the image's W. They "
            "belong to the channels: (B, C, 1, 1).",
            (("[:, :, None, None]", "[:, None, None, :]"),)),
    Mistake("se-gate-on-height", "SEBlock",
            "The gates multiply the rows of the image: in (B, 1, C, 1), C lines up with the image's H. They belong to "
            "the channels: (B, C, 1, 1).",
            (("[:, :, None, None]", "[:, None, :, None]"),)),
    Mistake("se-local-gate", "SEBlock",
            "The squeeze is missing, so each position gets its gates from its own pixel alone. The gates should come "
            "from the mean over H and W, one gate for each channel of the whole image.",
            ((PRODUCT, "x * self.excitation(x.movedim(1, 3).reshape(-1, x.shape[1])).reshape(len(x), *x.shape[2:], "
                       "-1).movedim(3, 1)"),)),
    Mistake("se-tensor-squeeze", "SEBlock",
            "`x.squeeze()` is torch's method: it removes axes of size 1 and averages nothing. Call your own function, "
            "squeeze(x).",
            (("self.excitation(squeeze(x))[:, :, None, None]", "self.excitation(x.squeeze())"),)),
    Mistake("se-class-called", "SEBlock",
            "You call the class Excitation, which builds a new module from its argument. Call the module that "
            "your block owns: self.excitation(...).",
            (("self.excitation(squeeze(x))[:, :, None, None]", "Excitation(squeeze(x))"),)),
    Mistake("se-returns-gate-flat", "SEBlock",
            "Your block returns the gate. Multiply the image by it: each channel of x by its own weight.",
            ((PRODUCT, "self.excitation(squeeze(x))"),)),
    Mistake("se-means-multiplied", "SEBlock",
            "The image is multiplied by its means as well as by the gate. Multiply it by the gate alone.",
            ((PRODUCT, f"{PRODUCT} * squeeze(x)[:, :, None, None]"),)),
    Mistake("se-divides", "SEBlock",
            "The image is divided by the gate. Multiply: a gate of 0 closes the channel, and a gate of 1 lets it "
            "pass.",
            (("x * self", "x / self"),)),
    Mistake("se-gate-flattened", "SEBlock",
            "The gates line up with the wrong axis: shapes are matched from the right, so the gates' C is matched "
            "with the image's W. Add two axes of size 1 at the end, (B, C, 1, 1).",
            (("[:, :, None, None]", ""),)),
    Mistake("se-softmax", "SEBlock",
            "The gate goes through a softmax over the channels, so the channels compete and all fade. Use "
            "Excitation's output as it is.",
            (("self.excitation(squeeze(x))[", "torch.softmax(self.excitation(squeeze(x)), dim=1)["),)),
    Mistake("se-double-gate", "SEBlock",
            "The image is multiplied by the gate twice. Multiply it once.",
            ((PRODUCT, f"{PRODUCT} ** 2"),)),
    Mistake("se-complement", "SEBlock",
            "You multiply the image by 1 minus the gate, which closes the channels that should be open and opens the "
            "others. Multiply by the gate itself.",
            ((PRODUCT, "x * (1 - self.excitation(squeeze(x)))[:, :, None, None]"),)),
    Mistake("se-tensor-squeeze-in-place-of-means", "SEBlock",
            "`x.squeeze()` is torch's method: it removes axes of size 1 and averages nothing. Call your own function, "
            "squeeze(x).",
            (("squeeze(x)", "x.squeeze()"),)),
    Mistake("se-gates-averaged", "SEBlock",
            "You average the gates over the batch, so all images get the same ones. Leave the average out, so "
            "that each image keeps its own gates.",
            ((PRODUCT, "x * self.excitation(squeeze(x)).mean(0)[:, None, None]"),)),

    Mistake("se-gates-on-means", "SEBlock",
            "You multiply the means by the gates, so every position of a channel gets the same number. Multiply the "
            "image, x, by the gates instead.",
            ((PRODUCT, "(squeeze(x) * self.excitation(squeeze(x)))[:, :, None, None].expand_as(x)"),)),

    # --- se_parameter_cost
    Mistake("cost-not-squared", "se_parameter_cost",
            "Your sum has N * C. The paper's has N * C². Each of the two matrices has C * C / r entries.",
            (("n * c**2", "n * c"),)),
    Mistake("cost-one-matrix", "se_parameter_cost",
            "You count one matrix for each block. Each block has two, fc1 and fc2, so multiply the sum by 2.",
            (("return 2 * sum", "return sum"),)),
    Mistake("cost-sums-multiplied", "se_parameter_cost",
            "You add up the blocks, add up the squared channels, and multiply the two sums. Multiply stage by stage, "
            "N * C², then add.",
            ((SUM, "2 * sum(stage_blocks) * sum(c**2 for c in stage_channels) / reduction"),)),
    Mistake("cost-doubled", "se_parameter_cost",
            "`c * 2` doubles the channels. The paper's formula squares them: `c**2`.",
            (("n * c**2", "n * c * 2"),)),
    Mistake("cost-biases-not-rounded", "se_parameter_cost",
            "You count biases: C / r in fc1 and C in fc2 of each block. SE's layers have none.",
            ((SUM,
              "sum(n * (2 * c**2 / reduction + c / reduction + c) for n, c in zip(stage_blocks, stage_channels))"),)),
    Mistake("cost-fixed-reduction", "se_parameter_cost",
            "Your result does not depend on `reduction`, because 16 is written in its place. Use the argument.",
            (("for n, c in zip(stage_blocks, stage_channels)) / reduction",
              "for n, c in zip(stage_blocks, stage_channels)) / 16"),)),
    Mistake("cost-one-block", "se_parameter_cost",
            "You count each stage once. Every block of a stage has an SE module: multiply by the number of blocks.",
            (("n * c**2", "c**2"),)),
    Mistake("cost-blocks-squared", "se_parameter_cost",
            "Your sum has N² * C. Either you square the number of blocks, or your `zip` has the channels first. "
            "Square the channels instead, because a matrix has C * C / r entries. The number of blocks stays as it is: "
            "N * C².",
            (("n * c**2", "n**2 * c"),)),
    Mistake("cost-sum-squared", "se_parameter_cost",
            "You square the sum. Square the channels of each stage, then add.",
            ((SUM, "2 * sum(n * c for n, c in zip(stage_blocks, stage_channels)) ** 2 / reduction"),)),
    Mistake("cost-reduction-multiplied", "se_parameter_cost",
            "You multiply by the reduction. Divide by it, because it makes the hidden layer smaller.",
            (("zip(stage_blocks, stage_channels)) / reduction", "zip(stage_blocks, stage_channels)) * reduction"),)),
    Mistake("cost-floored", "se_parameter_cost",
            "You round the hidden width down before you multiply. Excitation rounds down too, but this exercise asks "
            "for the paper's formula, 2/r times the sum of N * C². The formula is exact if r divides C.",
            ((SUM,
              "2 * sum(n * c * (c // reduction) for n, c in zip(stage_blocks, stage_channels))"),)),
    Mistake("cost-biases", "se_parameter_cost",
            "You count biases: C // r in fc1 and C in fc2 of each block. SE's layers have none.",
            ((SUM,
              "sum(n * (2 * c**2 / reduction + c // reduction + c) for n, c in zip(stage_blocks, stage_channels))"),)),
    Mistake("cost-channels-and-blocks-squared", "se_parameter_cost",
            "You square the product N * C. Square only C, because each matrix has C * C / r entries. The number of "
            "blocks stays as it is: N * C².",
            (("n * c**2", "(n * c) ** 2"),)),
    Mistake("cost-caret", "se_parameter_cost",
            "In Python `^` is not a power: it flips bits. Write `c**2` (or `c * c`).",
            (("n * c**2", "n * (c ^ 2)"),)),
    Mistake("cost-integer-division", "se_parameter_cost",
            "`2 // reduction` is 0: two slashes divide and round down. Divide with one slash.",
            ((SUM,
              "2 // reduction * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels))"),)),
    Mistake("cost-rounded-down", "se_parameter_cost",
            "You round the result (by `//`, `round` or `int`). The exercise asks for the formula as it stands, "
            "without rounding.",
            (("stage_channels)) / reduction", "stage_channels)) // reduction"),)),
    Mistake("cost-first-stage", "se_parameter_cost",
            "Only the first stage is counted: there is a `return` inside the loop. Return after the loop.",
            ((SUM,
              "2 * stage_blocks[0] * stage_channels[0] ** 2 / reduction"),)),
    Mistake("cost-half-times-reduction", "se_parameter_cost",
            "`/ 2 * reduction` divides by 2 and then multiplies by the reduction: Python goes from left to right. The "
            "factor is 2 / r: multiply by 2 and divide by the reduction.",
            ((SUM, "sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / 2 * reduction"),)),
    Mistake("cost-last-stage", "se_parameter_cost",
            "Only the last stage is counted: the sum starts again at every stage. Set it to 0 once, before the loop.",
            ((SUM, "2 * stage_blocks[-1] * stage_channels[-1] ** 2 / reduction"),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
NOT_GRADED = "Of impossible arguments, only a bottleneck without channels is graded."
OWN_TENSOR = "Only a tensor that forward has just made is changed in place."
ERROR = ("raises RuntimeError", "raises TypeError", "raises Exception", "message without numbers", "no message",
         "printed, not raised")

EQUIVALENT = {
    "squeeze 1: x last two axes exchanged": "A mean over both axes does not depend on their order.",
    "Excitation 7: rounded down, at least 1": "The error above is raised first.",
    "Excitation 12: clamped": "A sigmoid lies between 0 and 1.",
    "Excitation 12: relu twice": "A second ReLU changes nothing.",
    "Excitation 12: sigmoid in place": OWN_TENSOR,
    "Excitation 12: relu in place": OWN_TENSOR,
    **{f"{line}: {what}": NOT_GRADED for line, changes in {
        "squeeze 2": ("guard left out", "an assert"),
        "squeeze 3": (*ERROR, "message without tuple(x.shape)"),
        "Excitation 5": ("without 1", "1 -> 0"),  # a reduction of 0
        "se_parameter_cost 2": ("guard left out", "an assert", "stage_channels -> stage_blocks",
                                 "stage_blocks -> stage_channels"),
        "se_parameter_cost 3": (*ERROR, "message without len(stage_channels)", "message without len(stage_blocks)"),
        "se_parameter_cost 4": ("guard left out", "an assert", "1 -> 0"),
        "se_parameter_cost 5": (*ERROR, "message without reduction"),
    }.items() for what in changes},
}

VARIANTS = (
    Variant("squeeze-einsum", "squeeze", """
        def squeeze(x):
            return torch.einsum("bchw->bc", x) / (x.shape[2] * x.shape[3])
        """),
    Variant("squeeze-pooling-layer", "squeeze", """
        def squeeze(x):
            return nn.AdaptiveAvgPool2d(1)(x).flatten(1)
        """),
    Variant("excitation-sequential", "Excitation", """
        class Excitation(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                hidden = channels // reduction
                if hidden < 1:
                    raise ValueError(f"{channels} channels // {reduction} leaves none")
                self.layers = nn.Sequential(nn.Linear(channels, hidden, bias=False), nn.ReLU(inplace=True),
                                            nn.Linear(hidden, channels, bias=False), nn.Sigmoid())

            def forward(self, s):
                return self.layers(s)
        """),
    Variant("excitation-convolutions", "Excitation", """
        class Excitation(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if channels < reduction:
                    raise ValueError("channels %d, reduction %d" % (channels, reduction))
                self.fc1 = nn.Conv2d(channels, channels // reduction, 1, bias=False)
                self.fc2 = nn.Conv2d(channels // reduction, channels, 1, bias=False)

            def forward(self, s):
                hidden = self.fc1(s[:, :, None, None]).clamp(min=0)
                return 1 / (1 + torch.exp(-self.fc2(hidden)))[:, :, 0, 0]
        """),
    Variant("excitation-matrices", "Excitation", """
        class Excitation(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                hidden = channels // reduction
                if hidden == 0:
                    raise ValueError(f"reduction={reduction} is more than channels={channels}")
                self.down = nn.Parameter(torch.randn(hidden, channels) / channels ** 0.5)
                self.up = nn.Parameter(torch.randn(channels, hidden) / hidden ** 0.5)

            def forward(self, s):
                return torch.sigmoid(torch.relu(s @ self.down.T) @ self.up.T)
        """),
    Variant("excitation-two-names", "Excitation", """
        class Excitation(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} // {reduction}")
                self.squeezed = nn.Linear(channels, channels // reduction, bias=False)
                self.widened = nn.Linear(channels // reduction, channels, bias=False)
                self.gate = nn.Sequential(self.squeezed, nn.ReLU(), self.widened, nn.Sigmoid())

            def forward(self, s):
                return self.gate(s)
        """),
    Variant("excitation-checkpointed", "Excitation", """
        from torch.utils.checkpoint import checkpoint

        class Excitation(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if channels // reduction == 0:
                    raise ValueError(f"{channels} // {reduction}")
                self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
                self.fc2 = nn.Linear(channels // reduction, channels, bias=False)

            def gate(self, s):
                return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))

            def forward(self, s):
                return checkpoint(self.gate, s, use_reentrant=False)
        """),
    Variant("se-einsum", "SEBlock", """
        class SEBlock(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                self.excitation = Excitation(channels, reduction)

            def forward(self, x):
                return torch.einsum("bchw,bc->bchw", x, self.excitation(squeeze(x)))
        """),
    Variant("se-all-in-one", "SEBlock", """
        class SEBlock(nn.Module):
            def __init__(self, channels, reduction=16):
                super().__init__()
                if not channels // reduction:
                    raise ValueError(f"channels={channels}, reduction={reduction}")
                self.pool = nn.AdaptiveAvgPool2d(1)
                self.gate = nn.Sequential(nn.Conv2d(channels, channels // reduction, 1, bias=False), nn.ReLU(),
                                          nn.Conv2d(channels // reduction, channels, 1, bias=False), nn.Sigmoid())

            def forward(self, x):
                return self.gate(self.pool(x)) * x
        """),
    Variant("cost-loop", "se_parameter_cost", """
        def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
            total = 0
            for stage in range(len(stage_channels)):
                total += stage_blocks[stage] * stage_channels[stage] * stage_channels[stage]
            return total * 2 / reduction
        """),
    Variant("cost-fraction", "se_parameter_cost", """
        def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
            from fractions import Fraction
            return sum(Fraction(2 * n * c * c, reduction) for n, c in zip(stage_blocks, stage_channels))
        """),
)
