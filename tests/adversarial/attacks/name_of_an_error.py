"""Raises an error whose class, and returns an object whose class, is named in HTML."""
# wins: page
# %% squeeze
Bad = type("<img src=x onerror=window.pwned=1>", (Exception,), {})


def squeeze(x):
    raise Bad("<b>look")
# %% se_parameter_cost
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return type("<img src=x onerror=window.pwned=1>", (), {})()
