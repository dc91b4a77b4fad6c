# expect: or your `zip` has the channels first
# Takes the channels for the number of blocks.


def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for n, c in zip(stage_channels, stage_blocks):
        total += n * c ** 2
    return 2 * total / reduction
