# expect: Python goes from left to right
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for c, n in zip(stage_channels, stage_blocks):
        total += n * c * c
    return total / 2 * reduction
