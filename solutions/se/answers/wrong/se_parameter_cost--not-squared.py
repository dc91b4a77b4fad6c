# expect: has N * C; the paper's has N * C²
# Forgets the square of the channels.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += 2 * stage_blocks[index] * channels
    return total / reduction
