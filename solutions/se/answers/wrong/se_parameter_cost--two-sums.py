# expect: Multiply stage by stage
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(stage_blocks) * sum(c * c for c in stage_channels)
