"""What learners write for `se_parameter_cost`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "cost-loop": """
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for stage in range(len(stage_channels)):
        total += stage_blocks[stage] * stage_channels[stage] * stage_channels[stage]
    return total * 2 / reduction
""",
    "float-formula": """
# The formula exactly as printed, in floating point.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(n * c ** 2 for c, n in zip(stage_channels, stage_blocks))
""",
}

MISTAKES = (
    Mistake("cost-not-squared",
            "Your sum has N * C. The paper's has N * C². Each of the two matrices has C * C / r entries.",
            {"n * c**2": "n * c"}, hint=2),
    Mistake("cost-one-matrix",
            "You count one matrix for each block. Each block has two, fc1 and fc2, so multiply the sum by 2.",
            {"return 2 * sum": "return sum"}, hint=2),
    Mistake("cost-sums-multiplied",
            "You add up the blocks, add up the squared channels, and multiply the two sums. Multiply stage by stage, "
            "N * C², then add.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "2 * sum(stage_blocks) * sum(c**2 for c in stage_channels) / reduction"}, hint=1),
    Mistake("cost-doubled", "`c * 2` doubles the channels. The paper's formula squares them: `c**2`.",
            {"n * c**2": "n * c * 2"}, hint=2),
    Mistake("cost-biases-not-rounded",
            "You count biases: C / r in fc1 and C in fc2 of each block. SE's layers have none.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "sum(n * (2 * c**2 / reduction + c / reduction + c) for n, c in zip(stage_blocks, stage_channels))"}),
    Mistake("cost-one-block",
            "You count each stage once. Every block of a stage has an SE module: multiply by the number of blocks.",
            {"n * c**2": "c**2"}, hint=1),
    Mistake("cost-blocks-squared",
            "Your sum has N² * C. Either you square the number of blocks, or your `zip` has the channels first. "
            "Square the channels instead, because a matrix has C * C / r entries. The number of blocks stays as it "
            "is: N * C².", {"n * c**2": "n**2 * c"}, hint=1),
    Mistake("cost-sum-squared", "You square the sum. Square the channels of each stage, then add.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "2 * sum(n * c for n, c in zip(stage_blocks, stage_channels)) ** 2 / reduction"}, hint=2),
    Mistake("cost-reduction-multiplied",
            "You multiply by the reduction. Divide by it, because it makes the hidden layer smaller.",
            {"zip(stage_blocks, stage_channels)) / reduction": "zip(stage_blocks, stage_channels)) * reduction"},
            hint=2),
    Mistake("cost-floored",
            "You round the hidden width down before you multiply. Excitation rounds down too, but this exercise asks "
            "for the paper's formula, 2/r times the sum of N * C². The formula is exact if r divides C.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "2 * sum(n * c * (c // reduction) for n, c in zip(stage_blocks, stage_channels))"}),
    Mistake("cost-biases", "You count biases: C // r in fc1 and C in fc2 of each block. SE's layers have none.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "sum(n * (2 * c**2 / reduction + c // reduction + c) for n, c in zip(stage_blocks, stage_channels))"}),
    Mistake("cost-channels-and-blocks-squared",
            "You square the product N * C. Square only C, because each matrix has C * C / r entries. The number of "
            "blocks stays as it is: N * C².", {"n * c**2": "(n * c) ** 2"}, hint=2),
    Mistake("cost-caret", "In Python `^` is not a power: it flips bits. Write `c**2` (or `c * c`).",
            {"n * c**2": "n * (c ^ 2)"}),
    Mistake("cost-integer-division",
            "`2 // reduction` is 0: two slashes divide and round down. Divide with one slash.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "2 // reduction * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels))"}),
    Mistake("cost-first-stage",
            "Only the first stage is counted: there is a `return` inside the loop. Return after the loop.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "2 * stage_blocks[0] * stage_channels[0] ** 2 / reduction"}),
    Mistake("cost-half-times-reduction",
            "`/ 2 * reduction` divides by 2 and then multiplies by the reduction: Python goes from left to right. "
            "The factor is 2 / r: multiply by 2 and divide by the reduction.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / 2 * reduction"}, hint=2),
    Mistake("cost-last-stage",
            "Only the last stage is counted: the sum starts again at every stage. Set it to 0 once, before the loop.",
            {"2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction":
                 "2 * stage_blocks[-1] * stage_channels[-1] ** 2 / reduction"}),
)

WRONG = (
    Wrong("four-stages-only",
          {"2 / reduction * sum(n * c ** 2 for c, n in zip(stage_channels, stage_blocks))":
               "2 / reduction * sum((stage_blocks[s] * stage_channels[s] ** 2 for s in (0, 1, 2, 3)))"},
          of="float-formula", says="list index out of range"),
)

EQUIVALENT = (
    "2: guard left out", "2: an assert", "2: stage_channels -> stage_blocks", "2: stage_blocks -> stage_channels",
    "3: raises RuntimeError", "3: raises TypeError", "3: raises Exception", "3: message without numbers",
    "3: no message", "3: printed, not raised", "3: message without len(stage_channels)",
    "3: message without len(stage_blocks)", "4: guard left out", "4: an assert", "4: 1 -> 0", "5: raises RuntimeError",
    "5: raises TypeError", "5: raises Exception", "5: message without numbers", "5: no message",
    "5: printed, not raised", "5: message without reduction",
)
