# expect: one matrix for each block
# Counts one of the two matrices only.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += stage_blocks[index] * channels * channels
    return total / reduction
