"""Mistakes of one kind that learners make in many exercises: each family's sentence stands here, once.

Each function takes the mistake's id and its code, as `Mistake` does (catalogue.py), and further fields of it.
"""

from __future__ import annotations

from typing import Any

from autograder.lessons.catalogue import Code, Mistake

# as references say it
HIDDEN = "hidden_channels(channels, reduction)"
FORWARD = "def forward(self, x: Tensor) -> Tensor:\n"


def first(statement: str, forward: str = FORWARD) -> dict[str, str]:
    """The edit by which a module's `forward` begins with the statement. forward: its first line, as in the reference.
    """
    return {forward: f"{forward}        {statement}\n"}


def convention(what: str, who: str, here: str) -> str:
    """The sentence for what a well-known collection does in another way, and all else is right.

    what: what the learner's code does; who: the collection; here: what to do instead.
    """
    return f"Another convention: {what}, as in {who}. The rest is right. {here}"


# --- Large numbers
def infinite(id: str, code: Code, **more: Any) -> Mistake:
    """A sigmoid of bare `exp`."""
    return Mistake(id, "Your sigmoid gives NaN for large scores. In float64 `exp` is infinite above 709, and then "
                   "`exp(z) / (1 + exp(z))` divides infinity by infinity. Use `torch.sigmoid`.", code, **more)


def overflow(id: str, what: str, code: Code, **more: Any) -> Mistake:
    """A softmax of bare `exp`. what: the numbers that are large."""
    return Mistake(id, f"Your softmax gives NaN where the {what} are large. In float64 `exp` is infinite above 709 and "
                   "0 below -746, so a row of such numbers cannot be divided by its sum. Use `softmax`, which "
                   "subtracts the largest number of a row first.", code, **more)


# --- Modes
def attention_dropout(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "In training mode your attention drops some of its weights. ViT does that, but this module has "
                   "no dropout: training and eval mode should give the same result.", code, **more)


def dropout(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "In training mode you drop some numbers. There is no dropout here: both modes should give the "
                   "same result.", code, **more)


def only_in_eval(id: str, code: Code | None = None, **more: Any) -> Mistake:
    return Mistake(id, "In training mode your module returns x as it is. It should compute its result in training mode "
                   "as it does in eval mode.", code or first("if self.training:\n            return x"), **more)


def only_in_training(id: str, forward: str = FORWARD) -> Mistake:
    return Mistake(id, "In eval mode your module returns x as it is. It should compute its result in eval mode as it "
                   "does in training mode.", first("if not self.training:\n            return x", forward))


def own_mode(short: str, forward: str = FORWARD) -> tuple[Mistake, Mistake]:
    """A module with a BatchNorm sets its own mode in `forward`. Both ids begin with `short`."""
    return (
        Mistake(f"{short}-calls-eval", "Your module calls `eval()` itself, so in training its BatchNorm does not "
                "use the batch's statistics. Leave the mode to the caller.", first("self.eval()", forward)),
        Mistake(f"{short}-calls-train", "Your module calls `train()` in `forward`, so in eval mode its BatchNorm still "
                "uses the batch's statistics. Leave the mode to the caller.", first("self.train()", forward)),
    )


def norm_of_batch(id: str, norm: str, **more: Any) -> tuple[Mistake, Mistake]:
    """norm: the name of a BatchNorm, which is called once. The second mistake also changes its running statistics."""
    kept = f"self.{norm}.running_mean, self.{norm}.running_var"
    first, second = (
        Mistake(name, "In eval mode your BatchNorm still uses the mean and variance of the batch. Call the module, "
                f"`self.{norm}(...)`, which switches to its running statistics.",
                {f"self.{norm}(": f"(lambda y: nn.functional.batch_norm(y, {running}, self.{norm}.weight, "
                                  f"self.{norm}.bias, training=True))("}, **more)
        for name, running in ((id, "None, None"), (f"{id}-and-kept", kept)))
    return first, second


# --- Layers
def float_width(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "`channels / reduction` is a float, even if there is no remainder, and a layer takes only whole "
                   "numbers. Divide with two slashes: channels // reduction.", code, **more)


def no_bias(short: str, *layers: str) -> tuple[Mistake, ...]:
    """A single layer has no bias. layers: as the reference makes them, `self.fc1 = nn.Linear(channels, hidden)`."""
    named = [(layer.partition(" = ")[0].removeprefix("self."), layer) for layer in layers]
    return tuple(Mistake(f"{short}-{name}-has-no-bias", f"`{name}` has no bias. Keep torch's default.",
                         {layer: f"{layer[:-1]}, bias=False)"}) for name, layer in named)


def hard_gate(id: str, *sigmoids: str, **more: Any) -> Mistake:
    return Mistake(id, convention("your gate ends in the piecewise linear `hardsigmoid`", "torchvision's MobileNetV3",
                                  "Here it ends in the smooth sigmoid."),
                   {old: old.replace("torch.sigmoid", "nn.functional.hardsigmoid")
                    for old in sigmoids or ("torch.sigmoid(",)}, **more)


def bottleneck(short: str) -> tuple[Mistake, ...]:
    """What goes wrong with the hidden channels of a reference that calls `hidden_channels`."""
    return (
        Mistake(f"{short}-rounded-up",
                "You round the hidden channels up. If the reduction does not divide the channels, round down: "
                "channels // reduction.", {HIDDEN: "-(-channels // reduction)"}),
        float_width(f"{short}-float-width", {HIDDEN: f"{HIDDEN} and channels / reduction"}),
    )
