"""Loops for ever in the first cell, so that no exercise is ever defined."""
# wins: harm
# %% first
while True:
    pass
