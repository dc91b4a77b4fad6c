"""Reads the class's secret seed."""
# wins: secret
# %% first
attempt(lambda: tell("the seed is", open(SEED).read()))
