# expect: square the number of blocks
# Squares the number of blocks instead of the channels.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(n ** 2 * c for c, n in zip(stage_channels, stage_blocks))
