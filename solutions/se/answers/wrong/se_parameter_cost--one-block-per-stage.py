# expect: count each stage once
# Counts one block per stage.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(c ** 2 for c, n in zip(stage_channels, stage_blocks))
