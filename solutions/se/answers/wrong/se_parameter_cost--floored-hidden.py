# expect: round the hidden width down
# Counts the floored hidden layers of an implementation instead of evaluating the paper's formula.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return sum(2 * n * c * (c // reduction) for c, n in zip(stage_channels, stage_blocks))
