"""What learners write for `identity_start`."""

from autograder.lessons.catalogue import Mistake, Wrong


def wrapper(forward: str, gamma: str = "nn.Parameter(torch.zeros(1))", more: str = "") -> str:
    """A whole answer: what `forward` returns, how gamma is made, and further lines of the constructor."""
    extra = "".join(f"\n        {line}" for line in more.split("\n") if line)
    return f"""
class Wrapped(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.gamma = {gamma}{extra}

    def forward(self, x):
        return {forward}


def identity_start(module):
    return Wrapped(module)
"""


RIGHT_FORM = "x + self.gamma.to(x.dtype) * (self.inner(x) - x)"

RIGHT = {
    "lerp": wrapper("torch.lerp(x, self.inner(x), self.gamma.to(x.dtype))"),
    "weighted-mean": wrapper("(1 - self.gamma[0]) * x + self.gamma[0] * self.inner(x)"),
}

MISTAKES = (
    Mistake("identity-added", "You add gamma times the module's output. That starts as the identity, but with gamma 1 "
            "it is x + module(x), and the module alone can never be reached: multiply the *difference* module(x) - x.",
            wrapper("x + self.gamma * self.inner(x)"), hint=2),
    Mistake("identity-starts-at-one", "Your gamma starts at 1, so the wrapper starts as the module, not as the "
            "identity.", wrapper(RIGHT_FORM, "nn.Parameter(torch.ones(1))"), hint=1),
    Mistake("identity-two-zeros", "Two zeros in a row: gamma is 0, and the module's last layer is 0 too. Each one waits "
            "for the other to change, so neither gets a gradient.",
            wrapper("x + self.gamma * self.last(self.inner(x) - x)", more="self.last = nn.Identity()\n"
                    "self.scale = nn.Parameter(torch.zeros(1))\n"
                    "self.last.forward = lambda x: self.scale * x"), hint=3),
    Mistake("identity-relu", "A ReLU at the end cuts off all negative numbers. Behind another ReLU nobody would notice, "
            "but the end of a branch has both signs, so this is no identity there.",
            wrapper(f"torch.relu({RIGHT_FORM})"), hint=1),
    Mistake("identity-other-dtype", "In half precision your result is in single precision: gamma has one dimension, so it "
            "turns what it meets into its own dtype. Use `gamma.to(x.dtype)`.",
            wrapper("x + self.gamma * (self.inner(x) - x)")),
    Mistake("identity-maps-only", "Your gamma has the four axes of a map, so tokens (B, N, C) come out with four, too. "
            "One number needs no view.", wrapper(RIGHT_FORM.replace(".to(x.dtype)", ".to(x.dtype).view(1, 1, 1, 1)"))),
    Mistake("identity-input-detached", "x is detached, so the layers before the wrapper never get a gradient.",
            wrapper("x.detach() + self.gamma.to(x.dtype) * (self.inner(x) - x.detach())"), hint=2),
    Mistake("identity-fixed-gamma", "Your gamma is a plain tensor, so no optimiser finds it, and the wrapper stays the "
            "identity for ever. Make it an nn.Parameter.", wrapper(RIGHT_FORM, "torch.zeros(1)"), hint=2),
    Mistake("identity-detached", "The module's output is detached, so its weights never get a gradient.",
            wrapper("x + self.gamma * (self.inner(x).detach() - x)"), hint=2),
    Mistake("identity-squared", "You use the square of gamma, whose gradient at 0 is 0: gamma can never leave it.",
            wrapper("x + self.gamma ** 2 * (self.inner(x) - x)"), hint=3),
    Mistake("identity-only-at-first", "While gamma is 0 it gets no gradient, so it stays 0: the difference has to reach your result even "
            "then.",
            wrapper(f"x if self.gamma == 0 else {RIGHT_FORM}"), hint=3),
)

WRONG = (
    Wrong("called", "def identity_start(module):\n    return lambda x: x\n", says="object of type function"),
    Wrong("other-names", wrapper("x + self.alpha * (self.inner(x) - x)").replace("self.gamma", "self.alpha"),
          says="Expected"),
)
