# expect: 16 is written into it
# Ignores the reduction argument.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += 2 * stage_blocks[index] * channels * channels
    return total / 16
