# expect: list index out of range
# Indexes exactly four stages.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(stage_blocks[s] * stage_channels[s] ** 2 for s in (0, 1, 2, 3))
