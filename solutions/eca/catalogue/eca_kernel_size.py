"""What learners write for `eca_kernel_size`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import convention

RIGHT = {
    "size-logarithm-with-base": """
def eca_kernel_size(channels, gamma=2, b=1):
    if channels <= 0:
        raise ValueError(channels)
    t = int(abs((math.log(channels, 2) + b) / gamma))
    if t % 2 == 0:
        t += 1
    return t
""",
    "size-halves": """
def eca_kernel_size(channels, gamma=2, b=1):
    t = abs(math.log2(channels) + b) / abs(gamma)
    return 2 * math.floor(t / 2) + 1
""",
}

HINTS = {"; raise ": 3}

MISTAKES = (
    Mistake("size-not-made-odd",
            "Your kernel sizes can be even: t is returned as it is. A kernel needs a middle, so add 1 if t is even.",
            {"return t if t % 2 else t + 1": "return t"}, hint=2),
    Mistake("size-odd-downwards", "If t is even, you go down to the next odd number. Go up: an even t becomes t + 1.",
            {"return t if t % 2 else t + 1": "return t if t % 2 else t - 1"}, hint=3),
    Mistake("size-odd-downwards-at-least-one",
            "If t is even, you go down to the next odd number. Go up: an even t becomes t + 1.",
            {"return t if t % 2 else t + 1": "return max(1, t if t % 2 else t - 1)"}, hint=3),
    Mistake("size-made-even",
            "Your test is the wrong way round: odd numbers are made even, and even ones stay. `t % 2` is 1 (true) "
            "for an odd t, and an odd t should stay as it is.",
            {"return t if t % 2 else t + 1": "return t + 1 if t % 2 else t"}, hint=2),
    Mistake("size-always-plus-one", "You add 1 whatever t is, so an odd t becomes even. Add 1 only if t is even.",
            {"return t if t % 2 else t + 1": "return t + 1"}, hint=2),
    Mistake("size-rounded",
            "You round t to the nearest whole number before you make it odd. Cut the fraction off instead, with "
            "int(). Then 4.5 and 4.9 both become 4, which is even, so the size is 5.",
            {"int(abs((math.log2(channels) + b) / gamma))": "round(abs((math.log2(channels) + b) / gamma))"}, hint=1),
    Mistake("size-rounded-up",
            "You round t up (`ceil`) before you make it odd. Cut the fraction off instead, with int().",
            {"int(abs((math.log2(channels) + b) / gamma))": "math.ceil(abs((math.log2(channels) + b) / gamma))"},
            hint=1),
    Mistake("size-fraction-kept",
            "You return a number with a fraction. Cut it off with int() first, then make the result odd.",
            {"int(abs((math.log2(channels) + b) / gamma))": "abs((math.log2(channels) + b) / gamma)"}, hint=1),
    Mistake("size-natural-logarithm",
            "Your logarithm is the natural one: `math.log(channels)` has base e. The rule takes base 2, "
            "`math.log2(channels)`.", {"math.log2(channels)": "math.log(channels)"}, hint=1),
    Mistake("size-decimal-logarithm", "Your logarithm has base 10. The rule takes base 2, `math.log2(channels)`.",
            {"math.log2(channels)": "math.log10(channels)"}, hint=1),
    Mistake("size-square-root",
            "You take the square root of the channels. The rule takes the logarithm to base 2, `math.log2(channels)`.",
            {"math.log2(channels)": "math.sqrt(channels)"}, hint=1),
    Mistake("size-gamma-and-b-swapped",
            "gamma and b have changed places: b should be added to the logarithm, and gamma should divide the sum.",
            {"abs((math.log2(channels) + b) / gamma)": "abs((math.log2(channels) + gamma) / b)"}),
    Mistake("size-b-not-divided",
            "You divide the logarithm alone and then add b. Divide the sum: (log2(C) + b) / gamma, with parentheses.",
            {"abs((math.log2(channels) + b) / gamma)": "abs(math.log2(channels) / gamma + b)"}, hint=3),
    Mistake("size-only-b-divided",
            "A pair of parentheses is missing: `log2(C) + b / gamma` divides b alone. Divide the whole sum: (log2(C) "
            "+ b) / gamma.", {"abs((math.log2(channels) + b) / gamma)": "abs(math.log2(channels) + b / gamma)"},
            hint=3),
    Mistake("size-b-subtracted", "You subtract b. Add it: (log2(C) + b) / gamma.",
            {"abs((math.log2(channels) + b) / gamma)": "abs((math.log2(channels) - b) / gamma)"}),
    Mistake("size-multiplied", "You multiply by gamma. Divide by it: (log2(C) + b) / gamma.",
            {"abs((math.log2(channels) + b) / gamma)": "abs((math.log2(channels) + b) * gamma)"}),
    Mistake("size-b-left-out", "b is missing from your sum. It should be (log2(C) + b) / gamma.",
            {"(math.log2(channels) + b)": "math.log2(channels)"}),
    Mistake("size-no-absolute-value",
            "Your result can be negative if b is negative. The rule takes the absolute value of the fraction, "
            "`abs(...)`.", {"abs((math.log2(channels) + b) / gamma)": "((math.log2(channels) + b) / gamma)"}, hint=1),
    Mistake("size-whole-division",
            "The fraction is rounded down before its absolute value is taken, so a negative one moves away from 0. Take "
            "`abs` first, then `int`.",
            {"int(abs((math.log2(channels) + b) / gamma))": "abs(int((math.log2(channels) + b) // gamma))"}),
    Mistake("size-at-least-three",
            convention("no kernel is smaller than 3", "timm's EcaModule",
                       "Here few channels get a kernel of 1."),
            {"return t if t % 2 else t + 1": "return max(3, t if t % 2 else t + 1)"}),
    Mistake("size-refuses-one",
            "Your ValueError refuses too much: one channel is allowed. Raise it only for fewer than one.",
            {"if channels < 1": "if channels <= 1"}, hint=3),
)

WRONG = (
    Wrong("whole-logarithm", {"math.log2(channels)": "(channels.bit_length() - 1)"}, says="expected"),
    Wrong("float",
          {'f"channels must be at least 1, got {channels}"': "'channels'",
           "int(abs((math.log2(channels) + b) / gamma))": "abs((math.log2(channels) + b) / gamma) // 1"},
          says="int 5, got the float 5.0"),
    Wrong("none",
          {'f"channels must be at least 1, got {channels}"': "'channels'",
           "return t if t % 2 else t + 1": "print(t if t % 2 else t + 1)"}, says="None"),
    Wrong("torch-not-guarded",
          {"abs(math.log2(channels) + b) / abs(gamma)":
               "int(abs((torch.log2(torch.tensor(float(channels), dtype=torch.float64)) + b) / gamma))",
           "2 * math.floor(t / 2) + 1": "t if t % 2 else t + 1"}, of="size-halves"),
    Wrong("type-error",
          {"""if channels < 1:
        raise ValueError(f"channels must be at least 1, got {channels}")""":
               "if channels < 1:\n        raise TypeError('channels')"}, says="ValueError"),
)

EQUIVALENT = (
    "2: guard left out", "2: 1 -> 0", "3: printed, not raised", "3: message without numbers", "3: no message",
    "3: message without channels", "4: int and abs exchanged", "5: made an int",
)
