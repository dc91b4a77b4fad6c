# expect: the sum starts again
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    for c, n in zip(stage_channels, stage_blocks):
        t = 0
        t += n * c ** 2
    return 2 * t / reduction
