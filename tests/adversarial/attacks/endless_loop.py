"""Loops for ever in an exercise, in code that looks at no signal."""
# wins: harm
# %% squeeze
def squeeze(x):
    return 9 ** 9 ** 9
