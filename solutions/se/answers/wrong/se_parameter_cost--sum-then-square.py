# expect: square the sum
# Squares the sum of the channels of all blocks.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(n * c for c, n in zip(stage_channels, stage_blocks)) ** 2
